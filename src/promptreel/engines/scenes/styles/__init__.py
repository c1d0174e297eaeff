"""How a finished frame looks. See `stage.Style`."""
