"""How legs take turns, and the small movements without which nothing lives.

A gait goes by the way travelled, so that a foot that carries stands still on the ground. The figures for four legs are
those of textbooks on animal locomotion (R. McNeill Alexander; E. Muybridge's plates): a walk is a lateral sequence of
four beats, a trot moves diagonal pairs, a gallop has a phase in which nothing touches the ground.
"""

import math
from dataclasses import dataclass

TURN = 2 * math.pi


def fract(value: float) -> float:
    """What is left of a number above its floor."""
    return value - math.floor(value)


def chance(number: float, seed: float) -> float:
    """A fixed number -1…1 for each whole `number`."""
    return 2 * fract(math.sin(math.floor(number) * 12.9898 + seed * 78.233) * 43758.5453) - 1


def ease(share: float) -> float:
    """0…1 to 0…1 with a smooth start and end."""
    held = min(max(share, 0.0), 1.0)
    return held * held * (3 - 2 * held)


def wander(t: float, period: float, seed: float, haste: float = 0.25) -> float:
    """-1…1: stays for about `period` seconds, then goes elsewhere within the share `haste` of it."""
    beat = t / period + seed
    return chance(beat - 1, seed) + (chance(beat, seed) - chance(beat - 1, seed)) * ease(fract(beat) / haste)


def swing(t: float, hertz: float, seed: float = 0.0) -> float:
    """A sine of that frequency."""
    return math.sin(TURN * (t * hertz + seed))


def blink(t: float, seed: float, period: float = 2.9) -> float:
    """How far the lids are shut, 0…1: for a seventh of a second, at irregular times."""
    beat = t / period + seed
    at = 0.5 + 0.3 * chance(beat, seed + 0.7)
    return max(0.0, 1 - abs(fract(beat) - at) * period / 0.075)


def pulse(value: float, middle: float, width: float) -> float:
    """A smooth hump of height 1 on a circle of length 1."""
    away = abs(fract(value - middle + 0.5) - 0.5)
    return ease(1 - away / width)


@dataclass(frozen=True, slots=True)
class Step:
    """Where a foot is in its cycle. `along`: -0.5…0.5 of the way that the body goes while the foot carries; `lift`
    0…1; `carry` 0…1 through the stance, or -1; `fly` 0…1 through the swing, or -1."""

    along: float
    lift: float
    carry: float
    fly: float


def step(phase: float, duty: float) -> Step:
    """The foot that comes down at phase 0 and carries for the share `duty` of the cycle."""
    place = fract(phase)
    if place < duty:
        return Step(0.5 - place / duty, 0.0, place / duty, -1.0)
    u = (place - duty) / (1 - duty)
    # A cubic whose ends leave and meet the ground at a part of its speed, so that nothing jerks.
    slope = -min(0.8, (1 - duty) / duty)
    along = -0.5 + u * u * (3 - 2 * u) + slope * (u * (1 - u) ** 2 - u * u * (1 - u))
    return Step(along, math.sin(math.pi * u**0.85) ** 1.2, -1.0, u)


@dataclass(frozen=True, slots=True)
class Gait:
    """A way to go on four legs. Lengths are shares of the height at the withers, angles radians."""

    stride: float
    """The way of one whole cycle."""
    duty: float
    """The share of it that a foot is on the ground."""
    beats: tuple[float, float, float, float]
    """When the feet come down: left hind, left fore, right hind, right fore."""
    lift: float
    fold: float
    """How far the wrist and the hock bend while a leg comes forward."""
    rise: float = 0.0
    """How far the body goes up and down, once per cycle (gallop)…"""
    bounce: float = 0.0
    """… and twice (walk, trot)."""
    rise_at: float = 0.0
    bounce_at: float = 0.0
    rock: float = 0.0
    """Pitching."""
    flex: float = 0.0
    """Of the spine."""
    crouch: float = 0.0
    """How much lower the body is carried."""
    nod: float = 0.0


WALK = Gait(1.08, 0.64, (0.0, 0.25, 0.5, 0.75), 0.11, 0.55, bounce=0.010, bounce_at=0.10, crouch=0.012, nod=0.05)
TROT = Gait(1.55, 0.44, (0.0, 0.5, 0.5, 0.0), 0.17, 0.8, bounce=0.025, bounce_at=0.47, crouch=0.015)
GALLOP = Gait(
    3.1, 0.23, (0.0, 0.52, 0.11, 0.42), 0.26, 1.15, rise=0.055, rise_at=0.88, bounce=0.012, bounce_at=0.40,
    rock=0.09, flex=0.24, crouch=0.03,
)  # fmt: skip
HOP = Gait(
    1.9, 0.30, (0.0, 0.60, 0.02, 0.68), 0.34, 0.7, rise=0.16, rise_at=0.45, rock=0.22, flex=0.30, crouch=0.02
)  # fmt: skip
FEET = ("hind_l", "fore_l", "hind_r", "fore_r")
