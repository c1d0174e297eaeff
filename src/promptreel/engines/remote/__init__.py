"""Servers that render, each behind this one's queue."""
