"""The kit of skies: air light, clouds, stars, lightning."""
