"""Bodywork of cars, buses and lorries: one skin drawn through cross sections from tail to nose.

Each section runs from the middle of the floor around the sill, the side, the window and the roof edge to the middle of
the roof. Rows of the skin so follow the lines of a real body (sill, waist, gutter), and windows, lamps and seams are
cells of it: they bend with the sheet metal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.craft.hull import Doubles, Hull, Stuff

Curve = Sequence[tuple[float, float]]

# Kinds of rows of the skin, from below to above.
FLOOR, SIDE, LEDGE, WINDOW, GUTTER, ROOF = range(6)

SIDE_STEPS = np.array([0.0, 0.10, 0.25, 0.40, 0.52, 0.64, 0.77, 0.90, 1.0])
"""Where the rows of the side lie between sill (0) and waist (1)."""


@dataclass(frozen=True, slots=True)
class Bodywork:
    """The lines of a body. Curves are (z, value) from tail to nose."""

    length: float
    width: float
    sill: float
    """Height of the lower edge, m."""
    waist: Curve
    """Height of the edge between side and window."""
    top: Curve
    """Height along the middle."""
    roof: Curve
    """Half width of the roof's edge, in shares of half the width at the waist."""
    axles: tuple[float, ...]
    wheel: float
    """Radius of the wheels; 0: no arches."""
    nose: tuple[float, float] = (0.55, 2.6)
    """How far from the front the plan begins to round, m, and how square its corner is (2 an ellipse)."""
    tail: tuple[float, float] = (0.45, 3.0)
    rake: tuple[float, float] = (0.14, 0.10)
    """How far the upper edge of the nose and of the tail lean back, m."""
    bulge: float = 0.05
    """How much narrower the side is at the sill and at the waist, in shares."""
    soft: float = 0.10
    """How far corners of the curves are rounded, m."""
    crown: float = 0.30
    """How much of the height above the waist the roof bows between its edges."""
    flare: float = 0.012
    """How far the wheel arches stand out, m."""
    stride: int = 1
    """Every how many-th row of the side is kept."""
    steps: int = 20
    """How many sections the straight middle has besides those at windows and wheels."""


def follow(curve: Curve, z: ArrayLike, soft: float) -> Doubles:
    """A curve through points, its corners rounded over `soft` m."""
    where, value = np.array(curve, float).T
    order = np.argsort(where)
    steps = np.linspace(-1, 1, 9)
    share = (1 - steps * steps) / (1 - steps * steps).sum()
    line = np.asarray(z, float)
    return np.asarray(
        sum(s * np.interp(line + soft * k, where[order], value[order]) for s, k in zip(share, steps, strict=True))
    )


def stations(body: Bodywork, hull: Hull, cuts: Sequence[float]) -> Doubles:
    """Where the sections lie: dense where nose and tail turn in and over the wheels, and at `cuts`."""
    half = body.length / 2
    ends = np.sin(np.linspace(0, np.pi / 2, hull.n(9))) ** np.array([[2 / body.nose[1]], [2 / body.tail[1]]])
    found = [
        half - body.nose[0] + body.nose[0] * ends[0],
        -half + body.tail[0] - body.tail[0] * ends[1],
        np.array(cuts),
    ]
    if body.wheel:
        arch = _arch(body)
        around = arch * np.cos(np.linspace(0, np.pi, hull.n(11)))
        for z in body.axles:
            found += [z + around, np.array([z - arch - 0.004, z + arch + 0.004])]
    middle = np.linspace(-half + body.tail[0], half - body.nose[0], max(2, round(body.steps * hull.n(10) / 10)))
    laid = np.concatenate(found)
    apart = np.abs(middle[:, None] - laid[None]).min(axis=1)
    every = np.unique(np.round(np.concatenate([laid, middle[apart > 0.04]]), 4))
    return np.asarray(every[(every >= -half) & (every <= half)])


def _side_steps(hull: Hull, body: Bodywork) -> Doubles:
    return SIDE_STEPS[:: body.stride if hull.detail else 4]


def _arch(body: Bodywork) -> float:
    return body.wheel * 1.13


def skin(body: Bodywork, hull: Hull, cuts: Sequence[float]) -> tuple[Doubles, NDArray[np.int64], Doubles]:
    """The right half of the skin, (stations, rows, 3), the kind of each row of cells, and the stations."""
    z = stations(body, hull, cuts)
    half = body.length / 2
    front = np.clip((z - (half - body.nose[0])) / body.nose[0], 0, 1)
    back = np.clip((-half + body.tail[0] - z) / body.tail[0], 0, 1)
    plan = (1 - front ** body.nose[1]) ** (1 / body.nose[1]) * (1 - back ** body.tail[1]) ** (1 / body.tail[1])
    wide = body.width / 2 * plan
    waist, top = follow(body.waist, z, body.soft), follow(body.top, z, body.soft)
    top = np.maximum(top, waist + 0.004)
    edge = follow(body.roof, z, body.soft) * wide
    low = np.full_like(z, body.sill)
    for axle in body.axles if body.wheel else ():
        inside = np.abs(z - axle) <= _arch(body) + 1e-6
        arch = np.sqrt(np.maximum(_arch(body) ** 2 - (z - axle) ** 2, 0))
        low = np.where(inside, np.maximum(low, body.wheel + arch), low)
    rows: list[tuple[Doubles, Doubles]] = []
    kinds: list[int] = []
    floor = np.full_like(z, body.sill + 0.04)
    rows += [(0 * z, floor), (0.52 * wide, floor), (0.53 * wide, low), (0.93 * wide, low)]
    kinds += [FLOOR] * 3
    for step in _side_steps(hull, body):
        y = low + (waist - low) * step
        level = (y - body.sill) / np.maximum(waist - body.sill, 0.1)
        across = wide * (1 - body.bulge * (2 * (level - 0.55)) ** 2)
        if body.wheel and step <= 0.10:
            across = across + body.flare * (low > body.sill + 0.02) * (plan > 0.5)
        kinds.append(FLOOR if step == 0 else SIDE)
        rows.append((across, y))
    above = top - waist
    shoulder = wide * (1 - body.bulge * 0.81)
    rise = 1 - body.crown
    for share, height, kind in (
        (0.06, 0.045, LEDGE), (0.36, 0.42, WINDOW), (0.66, 0.76, WINDOW), (0.88, 0.935, WINDOW), (1.0, 1.0, GUTTER),
    ):  # fmt: skip
        rows.append((shoulder + (edge - shoulder) * share, waist + above * rise * height))
        kinds.append(kind)
    for share in (0.80, 0.5, 0.22, 0.0):
        rows.append((edge * share, waist + above * (rise + body.crown * (1 - share**2.2))))
        kinds.append(ROOF)
    points = np.stack([np.stack([x, y, z], -1) for x, y in rows], 1)
    # The face of nose and tail is no wall: it leans back above and a little below the bumper.
    raised = np.clip((points[..., 1] - body.sill) / np.maximum(waist - body.sill, 0.1)[:, None], 0, 1)
    lean = np.clip((raised - 0.45) / 0.55, 0, 1) ** 1.7 + 0.45 * np.clip((0.3 - raised) / 0.3, 0, 1) ** 1.5
    points[..., 2] -= body.rake[0] * lean * front[:, None] ** 1.5
    points[..., 2] += body.rake[1] * lean * back[:, None] ** 1.5
    return points, np.array(kinds), z


Painter = Callable[[NDArray[np.int64], Doubles, Doubles, Doubles, Doubles], NDArray[np.int64]]
"""From the kind of row, the share between sill and waist, |x|, y and z at the middle of each cell: which stuff it has."""


def coat(hull: Hull, body: Bodywork, cuts: Sequence[float], stuffs: Sequence[Stuff], paint: Painter) -> None:
    """Add the whole skin, both sides."""
    points, kinds, _ = skin(body, hull, cuts)
    middle = (points[:-1, :-1] + points[1:, :-1] + points[1:, 1:] + points[:-1, 1:]) / 4
    kind = np.broadcast_to(kinds, middle.shape[:2])
    steps = _side_steps(hull, body)
    level = np.zeros(len(kinds))
    level[4 : 3 + len(steps)] = (steps[:-1] + steps[1:]) / 2
    stations_middle = np.broadcast_to(middle[:, 5:6, 2], kind.shape)
    which = paint(kind, np.broadcast_to(level, kind.shape), np.abs(middle[..., 0]), middle[..., 1], stations_middle)
    other = points[:, ::-1] * np.array([-1.0, 1.0, 1.0])
    both = np.concatenate([points, other[:, 1:]], axis=1)
    hull.grid(both, stuffs, np.concatenate([which, which[:, ::-1]], axis=1), crease=33)
