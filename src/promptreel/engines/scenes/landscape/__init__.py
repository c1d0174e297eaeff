"""The kit of lands: heights, seasons, plants, blades of grass."""
