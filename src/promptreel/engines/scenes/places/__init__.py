"""What is built: lighthouses, castles, streets, rooms. See `stage.Place`."""
