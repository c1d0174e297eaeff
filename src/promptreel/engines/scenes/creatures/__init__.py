"""The kit of animals and people: skins over joints, gaits, wings and fins."""
