"""Tiers, qualities and prices, as data. An operator changes them in `promptreel.toml`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tier:
    """What a subscription gives: calls a UTC day (None: unlimited) and the weight of its share of the queue."""

    name: str
    daily_calls: int | None
    weight: int


@dataclass(frozen=True, slots=True)
class Quality:
    """A quality that can be bought: the alias and the resolution are two words for one thing."""

    alias: str
    resolution: str
    short_side: int
    price: int
    fps: int
    duration: float
    longest_side: int = 3840
    sound: bool = False
    """Whether videos come with sound; without, they do where the prompt asks for it."""


TIERS = {
    tier.name: tier
    for tier in (
        Tier("free", 10, 1),
        Tier("basic", 100, 2),
        Tier("pro", 1000, 4),
        Tier("enterprise", None, 8),
    )
}

QUALITIES = {
    quality.alias: quality
    for quality in (
        Quality("free", "360p", 360, price=1, fps=24, duration=8.0),
        Quality("premium", "1080p", 1080, price=3, fps=24, duration=8.0, sound=True),
        # A picture brought to life, as PopVid sells it: at the picture's own aspect ratio.
        Quality("720p", "720p", 720, price=30, fps=24, duration=4.5, longest_side=1920),
    )
}

# What the PromptToVideo page lets a caller write for `quality`.
QUALITY_WORDS = {"free": "free", "360p": "free", "premium": "premium", "1080p": "premium"}
