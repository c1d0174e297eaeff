"""Tiers, qualities and prices, as data. Operators change them in the dashboard; every process follows (`apply`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from promptreel.errors import InvalidInput


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


# -- what operators change ---------------------------------------------------------------------------------------------

DEFAULTS: dict[str, dict[str, Any]] = {"tier": dict(TIERS), "quality": dict(QUALITIES)}
CURRENT: dict[str, dict[str, Any]] = {"tier": TIERS, "quality": QUALITIES}

CHANGEABLE: dict[str, dict[str, tuple[float, float]]] = {
    "tier": {"daily_calls": (0, 1_000_000), "weight": (1, 1000)},
    "quality": {"price": (0, 1_000_000), "duration": (1, 60)},
}
"""Fields that may be changed, with the least and the most."""


def check_change(kind: str, name: str, changes: Mapping[str, Any]) -> None:
    """Errors: `InvalidInput` naming the field, for what does not exist or may not be so."""
    if name not in DEFAULTS.get(kind, {}):
        raise InvalidInput("There is no {name} to change", param="name", name=name)
    for field, value in changes.items():
        if field not in CHANGEABLE[kind]:
            raise InvalidInput("{field} cannot be changed", param=field, field=field)
        least, most = CHANGEABLE[kind][field]
        unlimited = field == "daily_calls" and value is None
        whole = field == "duration" or isinstance(value, int)
        if not unlimited and not (isinstance(value, int | float) and whole and least <= value <= most):
            raise InvalidInput("A number from {least} to {most}", param=field, least=f"{least:g}", most=f"{most:g}")


def apply(changes: Iterable[tuple[str, str, Mapping[str, Any]]]) -> None:
    """Make `TIERS` and `QUALITIES` the defaults with these changes: (kind, name, fields). What is not valid is left out."""
    for kind, defaults in DEFAULTS.items():
        CURRENT[kind].update(defaults)
    for kind, name, fields in changes:
        try:
            check_change(kind, name, fields)
        except InvalidInput:
            continue  # of an older or a newer version
        CURRENT[kind][name] = replace(CURRENT[kind][name], **fields)
