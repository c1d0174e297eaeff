"""promptreel: a video generation service that you run yourself."""

__version__ = "0.2.0"
