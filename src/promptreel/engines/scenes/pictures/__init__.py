"""A given picture in motion: depth, light, camera, weather, and subjects put in."""
