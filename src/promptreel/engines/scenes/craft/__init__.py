"""The kit of vehicles and things: hulls, fittings, coachwork, smoke of engines."""
