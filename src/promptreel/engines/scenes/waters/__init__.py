"""The kit of waters: waves, shores, falls, and what lies beneath."""
