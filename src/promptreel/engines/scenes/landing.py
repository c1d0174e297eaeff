"""Coming down to land: the way through the air to the ground, and bodies that fold their wings there."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from promptreel.engines.scenes.stage import Floats, Path
from promptreel.engines.scenes.staging import Mark, Moment

TOUCH = 0.62
"""The share of a shot after which the ground is reached: what rests there afterwards is seen, too."""

Shots = tuple[tuple[float, float], ...]


def share_of(t: float, shots: Shots) -> tuple[float, float]:
    """How much of the shot that runs at `t` is over, and how long it is in s."""
    start, end = next(((a, b) for a, b in shots if t < b), shots[-1])
    return (t - start) / max(end - start, 1e-6), end - start


@dataclass(frozen=True, slots=True)
class Approach:
    """How something comes down: m, m and radians."""

    high: float
    """Above the place at the beginning of a shot."""
    run: float
    """Along the ground until it touches."""
    roll: bool = False
    """Whether it rolls on, as on wheels; else it has come to rest when it touches."""
    flare: float = 0.05
    """How far the nose goes up just before."""
    sway: float = 0.02


def touching_down(mark: Mark, floor: float, shots: Shots, approach: Approach) -> Path:
    """From above down to `mark`, where the origin comes to rest at the height `floor`; anew in every shot."""
    along = math.sin(mark.heading), math.cos(mark.heading)

    def at(t: float) -> Moment:
        share, _ = share_of(t, shots)
        left = max(1 - share / TOUCH, 0.0)
        over = max(share / TOUCH - 1, 0.0)
        # The rate of descent goes to nothing at the ground: nobody drops.
        y = floor + approach.high * left * left
        if approach.roll:
            gone = approach.run * (-left if over == 0 else (1 - math.exp(-2.6 * over)) / 2.6)
        else:
            gone = -approach.run * left**1.5
        near = math.exp(-(((left - 0.12) / 0.16) ** 2)) if over == 0 else math.exp(-0.5625 - 14 * over)
        pitch = approach.flare * near
        calm = min(4 * left, 1.0)
        bank = approach.sway * calm * math.sin(1.3 * t)
        x, z = mark.x + along[0] * gone, mark.z + along[1] * gone
        return x, y, z, mark.heading, pitch, bank, gone + 1000

    return Path(at)


class Alighting:
    """Two bodies of one thing: how it flies until it has touched the ground, and how it rests then. See `stage.Body`."""

    def __init__(self, flying: Any, resting: Any, shots: Shots) -> None:
        self._bodies, self._shots = (flying, resting), shots
        self._split = len(flying.vertices)
        for name in ("vertices", "normals", "colour", "emission", "finish"):
            both = np.concatenate([getattr(body, name) for body in self._bodies])
            setattr(self, name, np.ascontiguousarray(both, np.float32))
        self.triangles = np.concatenate([flying.triangles, resting.triangles + self._split]).astype(np.int32)
        if hasattr(resting, "skeleton"):
            self.skeleton = resting.skeleton

    @property
    def standing(self) -> Floats:
        """The vertices of the body that rests, (n, 3)."""
        return self.vertices[self._split :]

    vertices: Floats
    normals: Floats
    colour: Floats
    emission: Floats
    finish: Floats

    def _rests(self, t: float) -> bool:
        return share_of(t, self._shots)[0] >= TOUCH

    def pose(self, t: float, travelled: float, vertices: Floats, normals: Floats) -> None:
        """The one that is seen as it is; the other in a point within it."""
        parts = slice(0, self._split), slice(self._split, None)
        seen, hidden = parts[::-1] if self._rests(t) else parts
        self._bodies[self._rests(t)].pose(t, travelled, vertices[seen], normals[seen])
        vertices[hidden] = vertices[seen].mean(axis=0)
        normals[hidden] = (0.0, 1.0, 0.0)

    def lamps(self, t: float) -> Floats:
        """Those of the body that is seen."""
        return np.asarray(self._bodies[self._rests(t)].lamps(t), np.float32).reshape(-1, 6)
