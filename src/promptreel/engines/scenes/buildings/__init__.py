"""The kit of places: masonry, facades, towers, roads, and what burns, flows and turns there."""
