"""The HTTP doors for programs: one module for each dialect, and what they share."""
