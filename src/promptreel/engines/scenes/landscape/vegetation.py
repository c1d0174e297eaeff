"""What grows and lies on the ground, and how to put much of it into a set.

`KINDS` names the kinds; `grow` makes one, one metre high with its foot at the origin; `scatter` spreads many over a
ground, coarser ones farther away, out of the way of the camera and of what stands there already.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.landscape import plants_rows, plants_small, plants_trees
from promptreel.engines.scenes.landscape.heightfield import noise_at
from promptreel.engines.scenes.mesh import Mesh, MeshBuilder
from promptreel.engines.scenes.scene_spec import SceneSpec
from promptreel.engines.scenes.stage import Set

Floats = NDArray[np.float32]
Maker = Callable[[np.random.Generator, int, str], Mesh]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of plant (or rock)."""

    make: Maker
    """`make(rng, detail, season)`: a mesh one metre high. `detail`: 2 near, 1 in the middle, 0 far or a crowd."""
    height: tuple[float, float]
    """Between which heights in m it grows."""
    spread: float
    """The radius of its crown as a share of its height."""
    trunk: float = 0.06
    """The radius that it takes from others on the ground, as a share of its height."""
    tint: float = 0.12
    """How much one plant differs from the next in colour."""


KINDS: dict[str, Kind] = {
    "conifer": Kind(plants_trees.conifer, (8.0, 17.0), 0.20),
    "broadleaf": Kind(plants_trees.broadleaf, (7.0, 13.0), 0.40, tint=0.16),
    "beech": Kind(plants_trees.beech, (13.0, 21.0), 0.24, 0.045, 0.16),
    "birch": Kind(plants_trees.birch, (8.0, 14.0), 0.20),
    "cherry": Kind(plants_trees.cherry, (4.5, 7.0), 0.48),
    "cypress": Kind(plants_trees.cypress, (7.0, 13.0), 0.11),
    "palm": Kind(plants_trees.palm, (5.5, 10.0), 0.36),
    "acacia": Kind(plants_trees.acacia, (5.0, 8.5), 0.75),
    "dead_tree": Kind(plants_trees.dead_tree, (4.0, 9.0), 0.35),
    "bamboo": Kind(plants_rows.bamboo, (9.0, 14.0), 0.10, 0.030),
    "vine": Kind(plants_rows.vine, (1.5, 1.9), 0.5, 0.2),
    "bush": Kind(plants_trees.bush, (0.7, 2.0), 0.75, 0.35, 0.18),
    "cactus": Kind(plants_small.cactus, (2.0, 4.5), 0.22),
    "fern": Kind(plants_small.fern, (0.45, 0.95), 0.95, 0.3),
    "grass_tuft": Kind(plants_small.grass_tuft, (0.18, 0.5), 0.5, 0.1, 0.2),
    "reed": Kind(plants_small.reed, (1.3, 2.4), 0.25, 0.08),
    "banana": Kind(plants_small.banana, (1.8, 3.6), 0.65, 0.2),
    "rock": Kind(plants_small.rock, (0.25, 1.1), 0.85, 0.7, 0.15),
    "log": Kind(plants_small.log, (0.28, 0.45), 3.0, 2.0),
    **{
        name: Kind(plants_small.flower_maker(name), heights, 0.3, 0.1, 0.10)
        for name, heights in {
            "daisy": (0.25, 0.45),
            "poppy": (0.30, 0.55),
            "tulip": (0.30, 0.45),
            "sunflower": (1.3, 2.0),
            "cornflower": (0.30, 0.55),
            "buttercup": (0.22, 0.42),
            "lavender": (0.40, 0.65),
            "rose": (0.45, 0.8),
        }.items()
    },
}


def season_of(spec: SceneSpec) -> str:
    """The season that the prompt names, or winter where it snows, or summer."""
    if spec.season:
        return spec.season
    return "winter" if "snow" in spec.weather else "summer"


def grow(kind: str, rng: np.random.Generator, detail: int = 1, season: str = "summer") -> Mesh:
    """One plant of a kind, one metre high, its foot at the origin."""
    return KINDS[kind].make(rng, detail, season)


def plant(
    target: MeshBuilder,
    mesh: Mesh,
    at: ArrayLike,
    high: ArrayLike,
    turn: ArrayLike,
    tint: ArrayLike = 1.0,
    gloom: float = 0.0,
) -> None:
    """Put copies of a mesh: feet `at` (n, 3), heights `high` (n) in m, turns about y (n) in rad, factors on colour
    `tint` (n, 3). `gloom`: how dark it is between the spots that light falls on, 0…1."""
    feet = np.asarray(at, np.float32).reshape(-1, 3)
    number = len(feet)
    if not number:
        return
    size = np.broadcast_to(np.asarray(high, np.float32), (number,))[:, None, None]
    angle = np.broadcast_to(np.asarray(turn, np.float32), (number,))
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]

    def turned(vectors: Floats) -> Floats:
        x, y, z = vectors[:, 0], vectors[:, 1], vectors[:, 2]
        return np.stack([c * x + s * z, np.broadcast_to(y, (number, len(y))), c * z - s * x], axis=2)

    points = turned(mesh.vertices) * size + feet[:, None, :]
    step = np.arange(number, dtype=np.int32) * np.int32(len(mesh.vertices))
    colour = mesh.colour[None] * np.broadcast_to(np.asarray(tint, np.float32), (number, 3))[:, None, :]
    if gloom:
        x, y, z = points[..., 0], points[..., 1], points[..., 2]
        spots = np.clip((noise_at(x + 0.7 * y, z - 0.4 * y, 3.4, 77.0, octaves=2) - 0.46) * 6, 0, 1)
        spots = np.maximum(spots, np.clip(y / 26 - 0.25, 0, 0.6))
        colour = colour * (1 - gloom + gloom * spots)[..., None]
    target.add(
        points.reshape(-1, 3),
        (mesh.triangles[None] + step[:, None, None]).reshape(-1, 3),
        colour.reshape(-1, 3),
        normals=turned(mesh.normals).reshape(-1, 3),
    )


@dataclass(frozen=True, slots=True)
class Corridor:
    """The wedge before the camera that stays open: `half` m to either side at the camera, `widen` m more per metre,
    up to `until` m away; `turn` bends it to the right, in rad."""

    half: float = 2.5
    widen: float = 0.10
    until: float = 30.0
    turn: float = 0.0

    def blocks(self, x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Whether something at (x, z) would stand in it."""
        aside = np.abs(x - np.tan(self.turn) * z)
        return (z > -6.0) & (z < self.until) & (aside < self.half + self.widen * np.maximum(z, 0))


OPEN = Corridor()


def scatter(
    stage: Set,
    kinds: str | Sequence[str],
    where: Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.floating]] | None,
    count: int,
    rng: np.random.Generator,
    *,
    span: tuple[float, float] = (5.0, 160.0),
    wide: float = 1.0,
    bunch: float = 1.6,
    corridor: Corridor | None = OPEN,
    season: str = "",
    scale: float = 1.0,
    near: int = 8,
    middle: int = 40,
    variants: int = 3,
    keep: bool = True,
    sink: float = 0.02,
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0),
    gloom: float = 0.0,
) -> Floats:
    """Spread up to `count` plants over the part of the ground that the camera sees; returns where they stand.

    `where(x, z)` gives the chance 0…1 that one grows at a place (None: everywhere). `span`: from and to which distance
    along z, m; `wide`: how far to either side, m per metre of distance; `bunch`: 1 spreads them evenly over that wedge,
    2 puts as many near as far. The nearest `near` plants are drawn in full detail, the next `middle` in less, the others
    coarsely. `keep`: they stay out of what is taken, and take their place. None grows in water.
    `tint`: a factor on their colours; the season may also be `dry`. `gloom`: see `plant`.

    The result is (n, 4): x, z, height, radius of the crown.
    """
    names = [kinds] if isinstance(kinds, str) else list(kinds)
    season = season or season_of(stage.brief.spec)
    low, high = span
    share = rng.random(count)
    # Evenly over a wedge the density of z grows with z.
    z = low + (high - low) * share ** (bunch / 2)
    x = rng.uniform(-1, 1, count) * (4.0 + np.maximum(z, 0) * wide)
    which = rng.integers(len(names), size=count)
    roll, size, turn = rng.random(count), rng.random(count), rng.uniform(0, 2 * np.pi, count)
    chances = rng.normal(0, 1, (count, 3))
    free = np.asarray(~stage.ground.wet(x, z), bool)
    if where is not None:
        free &= roll < where(x, z)
    if corridor is not None:
        free &= ~corridor.blocks(x, z)
    heights = np.array([KINDS[name].height for name in names])[which]
    tall = (heights[:, 0] + (heights[:, 1] - heights[:, 0]) * size) * scale
    foot = np.array([KINDS[name].trunk for name in names])[which] * tall
    chosen = _apart(stage, x, z, foot, free) if keep else np.flatnonzero(free)
    if not len(chosen):
        return np.zeros((0, 4), np.float32)
    away = np.hypot(x[chosen], z[chosen]) / np.maximum(tall[chosen], 0.3)
    rank = np.empty(len(chosen), int)
    rank[np.argsort(away, kind="stable")] = np.arange(len(chosen))
    detail = np.where(rank < near, 2, np.where(rank < near + middle, 1, 0))
    variant = rng.integers(variants, size=len(chosen))
    y = np.asarray(stage.ground.height(x[chosen], z[chosen])) - tall[chosen] * sink
    feet = np.stack([x[chosen], y, z[chosen]], axis=1)
    for number, name in enumerate(names):
        kind = KINDS[name]
        for level in (0, 1, 2):
            for v in range(variants):
                these = (which[chosen] == number) & (detail == level) & (variant == v)
                if not these.any():
                    continue
                seed = [int(rng.integers(1 << 31)), level, v]
                mesh = kind.make(np.random.default_rng(seed), level, season)
                at = chosen[these]
                colours = 1 + kind.tint * (0.7 * chances[at, :1] + 0.35 * chances[at])
                plant(stage.mesh, mesh, feet[these], tall[at], turn[at], np.clip(colours, 0.5, 1.6) * tint, gloom)
    if keep:
        stage.taken.extend(zip(x[chosen].tolist(), z[chosen].tolist(), foot[chosen].tolist(), strict=True))
    spread = np.array([KINDS[name].spread for name in names])[which[chosen]] * tall[chosen]
    return np.stack([x[chosen], z[chosen], tall[chosen], spread], axis=1).astype(np.float32)


def line_up(
    stage: Set,
    name: str,
    x: NDArray[np.floating],
    z: NDArray[np.floating],
    rng: np.random.Generator,
    *,
    season: str,
    scale: float,
    near: int,
    middle: int,
) -> Floats:
    """Plant a kind at given places, as `scatter` does at places of chance; what is taken stays free."""
    kind = KINDS[name]
    low, high = kind.height
    tall = rng.uniform(0.75 * high + 0.25 * low, high, len(x)) * scale
    free = np.array([stage.free(float(a), float(b), 0.3) for a, b in zip(x, z, strict=True)], bool)
    x, z, tall = x[free], z[free], tall[free]
    rank = np.argsort(np.argsort(np.hypot(x, z), kind="stable"), kind="stable")
    detail = np.where(rank < near, 2, np.where(rank < near + middle, 1, 0))
    variant, turn = rng.integers(3, size=len(x)), rng.uniform(0, 2 * np.pi, len(x))
    tints = np.clip(1 + kind.tint * rng.normal(0, 1, (len(x), 1)), 0.6, 1.5) * np.ones(3)
    feet = np.stack([x, np.asarray(stage.ground.height(x, z)) - 0.02 * tall, z], axis=1)
    for level in (0, 1, 2):
        for number in range(3):
            these = (detail == level) & (variant == number)
            if these.any():
                mesh = kind.make(np.random.default_rng([int(rng.integers(1 << 31)), level]), level, season)
                plant(stage.mesh, mesh, feet[these], tall[these], turn[these], tints[these])
    return np.stack([x, z, tall, kind.spread * tall], axis=1).astype(np.float32)


def _apart(
    stage: Set, x: NDArray[np.floating], z: NDArray[np.floating], radius: NDArray[np.floating], free: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """The first of each crowd of places that are free: no two in the way of one another or of what is taken."""
    cell = max(float(radius.max(initial=0.1)) * 2, 0.25)
    grid: dict[tuple[int, int], list[int]] = {}
    chosen: list[int] = []
    blocks = np.array(stage.taken, float).reshape(-1, 3)
    for i in np.flatnonzero(free):
        a, b, r = float(x[i]), float(z[i]), float(radius[i])
        if len(blocks) and np.any((blocks[:, 0] - a) ** 2 + (blocks[:, 1] - b) ** 2 < (blocks[:, 2] + r) ** 2):
            continue
        u, v = math.floor(a / cell), math.floor(b / cell)
        if any(
            (x[j] - a) ** 2 + (z[j] - b) ** 2 < (radius[j] + r) ** 2
            for m in (u - 1, u, u + 1)
            for n in (v - 1, v, v + 1)
            for j in grid.get((m, n), ())
        ):
            continue
        grid.setdefault((u, v), []).append(int(i))
        chosen.append(int(i))
    return np.array(chosen, np.intp)
