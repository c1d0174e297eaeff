"""What stands along roads and railways, and the ribbons that they are on grounds that know nothing of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.buildings.townground import TownGround
from promptreel.engines.scenes.stage import Set

Rng = np.random.Generator
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Way:
    """The middle of a road or a track in the world, by metres along z."""

    middle: Callable[[Any], Any]
    height: Callable[[Any, Any], Any]
    half: float
    drawn: bool
    """Whether the ground draws it."""

    def at(self, along: ArrayLike, beside: ArrayLike, up: ArrayLike = 0.0) -> Doubles:
        """Places (…, 3): metres along, to the right of the middle, and above the middle's height."""
        z, u, v = np.broadcast_arrays(*(np.asarray(value, np.float64) for value in (along, beside, up)))
        x = np.asarray(self.middle(z), np.float64)
        lean = np.asarray(self.middle(z + 0.5), np.float64) - x
        size = np.hypot(lean, 0.5)
        px, pz = x + u * 0.5 / size, z - u * lean / size
        return np.stack([px, np.asarray(self.height(x, z), np.float64) + v, pz], -1)

    def ground(self, along: ArrayLike, beside: ArrayLike) -> Doubles:
        """Places on the ground beside it."""
        point = self.at(along, beside)
        point[..., 1] = self.height(point[..., 0], point[..., 2])
        return point


def way_of(stage: Set, x: float, half: float) -> Way:
    """The road of the ground, or a straight one through `x`."""
    ground = stage.ground
    if isinstance(ground, TownGround) and ground.look.road > 0:
        return Way(ground.look.middle, ground.height, ground.look.road, drawn=True)
    return Way(lambda z: x + 0 * np.asarray(z, np.float64), ground.height, half, drawn=False)


def ribbon(
    stage: Set,
    way: Way,
    rng: Rng,
    along: Doubles,
    tone: NDArray[np.floating],
    half: float,
    rise: float,
    across: int = 6,
) -> None:
    """A strip of road laid over the ground, its edges let into it."""
    beside = np.linspace(-1, 1, across + 1) * half
    grid = way.at(along[:, None], beside[None, :])
    edge = (np.abs(beside) / half) ** 6
    grid[..., 1] = (
        np.maximum(stage.ground.height(grid[..., 0], grid[..., 2]), grid[..., 1] - 0.15)
        + rise * (1 - edge)
        - 0.12 * edge
    )
    dry = ~np.asarray(stage.ground.wet(grid[..., 0], grid[..., 2]), bool)
    keep = dry[:-1, :-1] & dry[1:, 1:]
    corners = np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]], 2)[keep]
    shade = tone * rng.normal(1.0, 0.05, (len(corners), 1))
    stage.mesh.quads(corners, np.clip(shade, 0.01, 0.9), toward=(0, 1, 0))


def open_to_traffic(stage: Set, way: Way, beside: float, rise: float) -> None:
    """Let vehicles go on a ribbon, `beside` m to the right or left of its middle and `rise` m above the ground."""

    def lane(along: float, side: float) -> tuple[float, float, float]:
        return float(way.middle(along)) + side * beside, along, 0.0

    stage.lane, stage.lane_rise = lane, rise


def paint_lines(stage: Set, way: Way, along: Doubles, half: float, yellow: bool) -> None:
    """A dashed middle line and one along each edge, for a ribbon."""
    white = np.array([0.58, 0.58, 0.56])
    middle = np.array([0.60, 0.42, 0.06]) if yellow else white
    a, b = along[:-1], along[1:]
    for beside, tone, dashed in ((0.0, middle, True), (-half + 0.3, white, False), (half - 0.3, white, False)):
        keep = (np.arange(len(a)) % 4 < 2) if dashed else np.ones(len(a), bool)
        corners = [
            way.at(a, beside - 0.06, 0.09),
            way.at(a, beside + 0.06, 0.09),
            way.at(b, beside + 0.06, 0.09),
            way.at(b, beside - 0.06, 0.09),
        ]
        stage.mesh.quads(np.stack(corners, 1)[keep], tone, toward=(0, 1, 0))


def posts(stage: Set, way: Way, rng: Rng, side: float) -> None:
    """White posts with a black band and a reflector."""
    along = np.arange(-118.0, 220.0, 25.0) + rng.uniform(0, 5)
    foot = way.ground(along, side * (way.half + 1.0))
    stage.mesh.boxes(foot + [0, 0.48, 0], [0.055, 0.52, 0.045], 0.62)
    stage.mesh.boxes(foot + [0, 0.80, 0], [0.060, 0.10, 0.050], 0.03)
    stage.mesh.boxes(foot + [0, 0.80, -0.05], [0.025, 0.07, 0.006], np.array([0.75, 0.40, 0.10]))


def guard_rail(stage: Set, way: Way, side: float, start: float, stop: float) -> None:
    """A galvanised rail on posts: three folds, the middle one set back."""
    along = np.arange(start, stop, 2.0)
    foot = way.ground(along, side * (way.half + 1.25))
    steel = np.array([0.40, 0.41, 0.42])
    stage.mesh.boxes(foot + [0, 0.35, 0], [0.05, 0.40, 0.07], steel * 0.7)
    out = np.array([-side, 0, 0])
    fold = [(0.42, 0.00, 0.75), (0.50, 0.07, 1.05), (0.58, 0.015, 0.60), (0.66, 0.07, 1.05), (0.74, 0.0, 0.8)]
    for (low, near, tone), (top, far, _) in zip(fold[:-1], fold[1:], strict=True):
        a, b = foot[:-1] + [0, low, 0] + out * near, foot[1:] + [0, low, 0] + out * near
        c, d = foot[1:] + [0, top, 0] + out * far, foot[:-1] + [0, top, 0] + out * far
        stage.mesh.quads(
            np.stack([a, b, c, d], 1), steel * tone, toward=out + np.array([0, 0.6 if far < near else -0.3, 0])
        )


def poles(
    stage: Set, way: Way, rng: Rng, side: float, beside: float, pitch: float = 38.0, until: float = 420.0
) -> None:
    """Wooden poles with three sagging wires."""
    along = np.arange(rng.uniform(9, 20) - 4 * pitch, until, pitch)
    foot = way.ground(along, side * beside)
    wood = np.array([0.17, 0.125, 0.085])
    for x, y, z in foot:
        stage.mesh.lathe((x, y, z), [(0.13, -0.3), (0.11, 3.0), (0.085, 7.6)], 7, wood * rng.uniform(0.85, 1.1))
    stage.mesh.boxes(foot + [0, 7.1, 0], [0.95, 0.06, 0.06], wood * 0.9)
    hooks = np.concatenate([foot + [u, 7.24, 0] for u in (-0.85, 0.0, 0.85)])
    stage.mesh.boxes(hooks, [0.035, 0.08, 0.035], 0.45)
    for u in (-0.85, 0.0, 0.85):
        wire(stage, foot[:-1] + [u, 7.3, 0], foot[1:] + [u, 7.3, 0], 0.75, 0.013)


def wire(stage: Set, start: Doubles, stop: Doubles, sag: float, thick: float, knots: int = 9) -> None:
    """Wires from many starts to many stops; thicker far away, so that they do not break up into dots."""
    part = np.linspace(0, 1, knots)[None, :, None]
    line = start[:, None] * (1 - part) + stop[:, None] * part
    line = line - np.array([0, 1.0, 0]) * sag * 4 * part * (1 - part)
    size = np.maximum(thick, 0.00028 * line[..., 2:3]) * np.array([0, 1.0, 0])
    quads = np.stack(
        [
            line[:, :-1] - size[:, :-1],
            line[:, 1:] - size[:, 1:],
            line[:, 1:] + size[:, 1:],
            line[:, :-1] + size[:, :-1],
        ],
        2,
    )
    stage.mesh.quads(quads.reshape(-1, 4, 3), 0.03, toward=(0, 0.3, -1))
