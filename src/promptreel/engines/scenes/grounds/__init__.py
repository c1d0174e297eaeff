"""What one stands, drives or swims on: waters and lands. See `stage.Ground`."""
