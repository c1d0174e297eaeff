"""promptreel: a video generation service that you run yourself."""

__version__ = "0.4.0"
