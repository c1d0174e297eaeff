"""What falls, drifts and flashes in the air. See `stage.Effect`."""
