"""Lightning: when it strikes, where it goes, and how it flickers."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.skies.stars import REFERENCE, splat

Floats = NDArray[np.float32]

STROKE = 0.045
"""Seconds in which the light of one stroke falls to a third. A flash is made of three or four, 60 ms apart."""


@dataclass(frozen=True, slots=True)
class Strike:
    """One flash. `lines`: azimuth, elevation (radians) and brightness of the corners of each branch, the trunk first."""

    time: float
    strokes: tuple[tuple[float, float], ...]
    """Seconds after `time`, and brightness."""
    azimuth: float
    elevation: float
    lines: tuple[NDArray[np.float64], ...]

    def bright(self, t: float) -> float:
        """How bright it is at `t` seconds, 0…1.5."""
        light = 0.0
        for delay, peak in self.strokes:
            age = t - self.time - delay
            if age >= 0:
                light += peak * math.exp(-age / STROKE)
        return min(light, 1.5) if light > 0.004 else 0.0


def make_strikes(rng: np.random.Generator, rate: float, duration: float, half_angle: float) -> tuple[Strike, ...]:
    """Strikes at about `rate` per second, most of them within `half_angle` of the view's axis."""
    strikes, time = [], float(rng.uniform(0.35, 0.9))
    while rate > 0 and time < duration + 0.5:
        azimuth = float(rng.uniform(-0.85, 0.85) * half_angle)
        elevation = float(rng.uniform(0.20, 0.34))
        strokes, delay, peak = [], 0.0, 1.0
        for _ in range(int(rng.integers(2, 5))):
            strokes.append((delay, peak))
            delay += float(rng.uniform(0.045, 0.11))
            peak = float(rng.uniform(0.4, 0.95))
        strikes.append(Strike(time, tuple(strokes), azimuth, elevation, grow(rng, azimuth, elevation)))
        time += float(rng.uniform(0.55, 1.5)) / rate
    return tuple(strikes)


def wander(rng: np.random.Generator, start: tuple[float, float], stop: tuple[float, float], levels: int) -> Floats:
    """A crooked way between two points: each middle is moved aside by chance, by less on every finer level."""
    points = np.array([start, stop])
    for _ in range(levels):
        way = points[1:] - points[:-1]
        aside = np.stack([-way[:, 1], way[:, 0]], axis=1)
        middle = (points[1:] + points[:-1]) / 2 + aside * rng.normal(0, 0.17, (len(way), 1))
        both = np.empty((2 * len(points) - 1, 2))
        both[0::2], both[1::2] = points, middle
        points = both
    return np.asarray(points)


def grow(rng: np.random.Generator, azimuth: float, elevation: float) -> tuple[NDArray[np.float64], ...]:
    """The trunk from the clouds to the ground, and the branches that end in the air."""
    foot = azimuth + float(rng.normal(0, 0.05))
    trunk = wander(rng, (azimuth, elevation), (foot, -0.02), 7)
    lines = [np.column_stack([trunk, np.ones(len(trunk))])]
    for _ in range(int(rng.integers(5, 10))):
        at = int(rng.integers(4, int(len(trunk) * 0.8)))
        start = trunk[at]
        length = float(rng.uniform(0.04, 0.13))
        side = float(rng.choice([-1.0, 1.0]))
        angle = float(rng.uniform(0.35, 1.05))
        stop = (start[0] + side * length * math.sin(angle), start[1] - length * math.cos(angle))
        branch = wander(rng, (float(start[0]), float(start[1])), stop, 5)
        fade = float(rng.uniform(0.18, 0.42)) * np.linspace(1, 0.25, len(branch))
        lines.append(np.column_stack([branch, fade]))
    return tuple(lines)


def draw_bolt(
    hdr: Floats, coarse: Floats, step: int, camera: Camera, strike: Strike, colour: NDArray[np.float64]
) -> None:
    """Draw the channel in light `colour` (3): a thin core and its glow. Clouds hide nothing: it is below them."""
    height, width = hdr.shape[1:]
    disc = max(min(width, height) / REFERENCE, 0.68)
    spacing = 0.75 * disc * camera.tangent * 2 / height
    open_sky = np.ones_like(coarse)
    for line in strike.lines:
        way = np.hypot(np.diff(line[:, 0]), np.diff(line[:, 1]))
        along = np.concatenate([[0.0], np.cumsum(way)])
        for size, share, dense in ((1.0, 1.0, 1.0), (4.5, 0.05, 3.0)):
            places = np.linspace(0, along[-1], max(4, math.ceil(along[-1] / (spacing * dense))))
            azimuth, elevation, bright = (np.interp(places, along, line[:, i]) for i in range(3))
            # Where it comes out of the cloud it is veiled.
            bright = bright * np.clip((strike.elevation - elevation) * 12 + 0.15, 0, 1)
            flat = np.cos(elevation)
            direction = np.stack([np.sin(azimuth) * flat, np.sin(elevation), np.cos(azimuth) * flat], axis=1)
            thick = size * (0.75 + 1.0 * np.sqrt(bright))
            splat(hdr, open_sky, step, camera, direction, share * bright[:, None] * colour, thick)
