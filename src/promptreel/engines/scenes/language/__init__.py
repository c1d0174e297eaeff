"""What a prompt says: words, phrases and units become a `SceneSpec`."""
