"""What a film is about: people, animals, vehicles, things. See `stage.Subject` and `stage.Body`."""
