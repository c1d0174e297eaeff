"""What is behind everything: skies, space, the deep sea, and pictures that are nothing but pattern. See `stage.Backdrop`."""
