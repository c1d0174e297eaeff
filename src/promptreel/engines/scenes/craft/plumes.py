"""What moves in the air around a body: flames and blurred rotors."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from promptreel.engines.scenes.craft.fittings import turned
from promptreel.engines.scenes.craft.hull import BLACK, Bend, Doubles, Floats, Hull, Stuff, spinning


def flickering(foot: Sequence[float], height: float, amount: float = 0.12, rate: float = 2.3) -> Bend:
    """A flame that licks: its tip sways and stretches, its foot stays. Sines of unlike rates never seem to repeat."""
    base = np.asarray(foot, np.float32)

    def bend(t: float, _travelled: float, vertices: Floats, normals: Floats) -> tuple[Floats, Floats]:
        offset = vertices - base
        up = np.clip(offset[:, 1] / np.float32(height), 0, 1.2)
        a, b = 2 * np.pi * rate * t, 2 * np.pi * rate * 1.618 * t
        lean = amount * height * (up * up)
        out = offset.copy()
        out[:, 0] += lean * np.float32(math.sin(a) * 0.6 + math.sin(b * 1.3 + 1) * 0.4) + lean * 0.5 * np.sin(
            np.float32(b) - 5 * up
        )
        out[:, 2] += lean * np.float32(math.sin(a * 0.83 + 2) * 0.5)
        out[:, 1] *= np.float32(1 + 0.10 * math.sin(b) + 0.06 * math.sin(a * 2.7))
        return np.asarray(out + base, np.float32), normals

    return bend


def flame(hull: Hull, foot: Sequence[float], height: float, strength: float = 6.0) -> None:
    """A candle's flame, `height` m high: blue foot, white-yellow body, orange tip."""
    x, y, z = (float(value) for value in foot)
    share = np.array([0.0, 0.08, 0.2, 0.34, 0.5, 0.68, 0.84, 0.94, 1.0])
    width = np.array([0.06, 0.13, 0.185, 0.20, 0.175, 0.12, 0.06, 0.025, 0.0])

    def glow(points: Doubles) -> ArrayLike:
        up = np.clip((points[:, 1] - y) / height, 0, 1)[:, None]
        low = np.clip(1 - up / 0.22, 0, 1)
        tip = np.clip((up - 0.45) / 0.55, 0, 1)
        body = np.array([1.0, 0.74, 0.30]) * (1 - tip) + np.array([1.0, 0.42, 0.08]) * tip
        return strength * (body * (1 - 0.92 * low) + np.array([0.06, 0.10, 0.32]) * low)

    with hull.part(bend=flickering(hull.here((x, y, z)).tolist(), height)):
        turned(
            hull,
            np.stack([width * height, y + share * height], 1),
            14,
            Stuff((0.0, 0.0, 0.0), 0.0),
            centre=(x, 0, z),
            crease=90,
            glow=glow,
        )


def propeller(
    hull: Hull,
    centre: Sequence[float],
    radius: float,
    blades: int,
    rate: float,
    what: Stuff = BLACK,
    axis: str = "z",
    chord: float = 0.10,
) -> None:
    """A turning rotor as a film sees it: each blade and, behind it, thinner and thinner streaks of its blur.

    `rate` turns per second; keep it off the multiples at which 24 frames a second would show it standing still.
    """
    middle = np.asarray(centre, float)
    streaks = (1.0, 0.42, 0.30, 0.20, 0.12) if hull.detail == 2 else (1.0, 0.35)
    with hull.part(spinning(axis, hull.here(middle).tolist(), rate)):
        for blade in range(blades):
            for k, share in enumerate(streaks):
                angle = 2 * math.pi * blade / blades - k * 0.16
                along = np.array([math.cos(angle), math.sin(angle)])
                side = np.array([-along[1], along[0]])
                wide = chord * share * radius * (1.0 if k == 0 else 0.7)
                rows = [(0.05, 0.5), (0.3, 1.0), (0.8, 0.9), (0.97, 0.55), (1.0, 0.1)]
                flat = np.array([[along * radius * r + side * wide * w * s / 2 for s in (-1, 1)] for r, w in rows])
                twist = np.array([[0.10 * wide * s, -0.10 * wide * s] for _ in rows for s in (1.0,)])
                u, v = flat[..., 0], flat[..., 1]
                points = {
                    "z": np.stack([u, v, twist], -1),
                    "y": np.stack([u, twist, v], -1),
                    "x": np.stack([twist, u, v], -1),
                }[axis]
                face = {"z": (0, 0, 1), "y": (0, 1, 0), "x": (1, 0, 0)}[axis]
                hull.grid(points + middle, what, toward=face)
