"""Shapes that many vehicles and things share: boxes with soft edges, turned bodies, tubes, wheels, lamps, cloth.

All take the `Hull` they are added to first; coordinates are those of the hull, metres.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from promptreel.engines.scenes.craft.hull import (
    CHROME,
    DARK,
    TYRE,
    Bend,
    Doubles,
    Floats,
    Glow,
    Hull,
    Stuff,
    rolling,
)

_BOX = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)


def box(
    hull: Hull,
    centre: ArrayLike,
    half: ArrayLike,
    what: Stuff,
    edge: float = 0.0,
    *,
    taper: tuple[float, float] = (1.0, 1.0),
    tint: Glow | None = None,
) -> None:
    """A box; `edge` m of it are bevelled and shaded round. `taper` narrows the top along x and z."""
    middle, size = np.asarray(centre, float), np.broadcast_to(np.asarray(half, float), 3)
    bevel = min(edge, 0.95 * float(size.min()))
    if bevel <= 0 or hull.detail == 0:
        points = _BOX * size
        _taper(points, size, taper)
        faces = [
            (0, 1, 3),
            (0, 3, 2),
            (4, 6, 7),
            (4, 7, 5),
            (0, 4, 5),
            (0, 5, 1),
            (2, 3, 7),
            (2, 7, 6),
            (0, 2, 6),
            (0, 6, 4),
            (1, 5, 7),
            (1, 7, 3),
        ]
        hull.surface(points + middle, faces, what, crease=20, tint=tint)
        return
    # Rounded by a ball at each corner: rings of an eighth of a sphere each, on a globe of longitudes.
    steps = 2 if hull.detail == 1 else 3
    quarter = np.linspace(0, np.pi / 2, steps)
    longitude = np.concatenate([quarter + k * np.pi / 2 for k in range(4)])
    latitude = np.concatenate([quarter - np.pi / 2, quarter])
    ring = np.stack([np.cos(longitude), np.sin(longitude)], 1)
    corner = np.sign(np.stack([np.repeat([1, -1, -1, 1], steps), np.repeat([1, 1, -1, -1], steps)], 1))
    rise = np.repeat([-1, 1], steps)
    inner = size - bevel
    spread = np.cos(latitude)[:, None]
    points = np.stack(
        [
            inner[0] * corner[None, :, 0] + bevel * spread * ring[None, :, 0],
            np.broadcast_to((inner[1] * rise + bevel * np.sin(latitude))[:, None], (2 * steps, 4 * steps)),
            inner[2] * corner[None, :, 1] + bevel * spread * ring[None, :, 1],
        ],
        axis=-1,
    )
    _taper(points, size, taper)
    hull.grid(points + middle, what, wrap=True, caps=(True, True), crease=50, tint=tint)


def _taper(points: Doubles, size: Doubles, taper: tuple[float, float]) -> None:
    up = (points[..., 1] / size[1] + 1) / 2
    points[..., 0] *= 1 - up * (1 - taper[0])
    points[..., 2] *= 1 - up * (1 - taper[1])


def plate(
    hull: Hull, corners: ArrayLike, what: Stuff, toward: ArrayLike, tint: Glow | None = None, cut: int = 1
) -> None:
    """A four-cornered surface, (4, 3) in the order around its edge, seen from the side of `toward`."""
    a, b, c, d = np.asarray(corners, float)
    u = np.linspace(0, 1, cut + 1)[None, :, None]
    v = np.linspace(0, 1, cut + 1)[:, None, None]
    hull.grid((a * (1 - u) + b * u) * (1 - v) + (d * (1 - u) + c * u) * v, what, toward=toward, tint=tint)


def turned(
    hull: Hull,
    profile: ArrayLike,
    sides: int,
    stuffs: Stuff | Sequence[Stuff],
    which: ArrayLike | None = None,
    *,
    centre: ArrayLike = (0.0, 0.0, 0.0),
    axis: str = "y",
    flatten: float = 1.0,
    crease: float = 38.0,
    caps: tuple[bool, bool] = (True, True),
    tint: Glow | None = None,
    glow: Glow | None = None,
) -> None:
    """A body turned about `axis`: `profile` holds (radius, place along the axis); `which` names the stuff per ring
    between two points, or per cell. `flatten` squeezes it along the third axis."""
    rings = np.asarray(profile, float).reshape(-1, 2)
    number = hull.n(sides)
    angle = np.arange(number) * (2 * np.pi / number)
    across, third = rings[:, :1] * np.cos(angle), rings[:, :1] * np.sin(angle) * flatten
    along = np.broadcast_to(rings[:, 1:], across.shape)
    order = {"y": (across, along, third), "x": (along, across, third), "z": (across, third, along)}[axis]
    cells = None if which is None else np.asarray(which)
    if cells is not None and cells.ndim == 1:
        cells = np.broadcast_to(cells[:, None], (len(cells), number))
    hull.grid(
        np.stack(order, -1) + np.asarray(centre, float),
        stuffs,
        cells,
        wrap=True,
        caps=(bool(caps[0] and rings[0, 0] > 1e-4), bool(caps[1] and rings[-1, 0] > 1e-4)),
        crease=crease,
        tint=tint,
        glow=glow,
    )


def ball(
    hull: Hull, centre: ArrayLike, half: ArrayLike, what: Stuff, sides: int = 16, tint: Glow | None = None
) -> None:
    """An ellipsoid with half axes `half`."""
    rise = np.linspace(-np.pi / 2, np.pi / 2, max(5, hull.n(sides) // 2 + 1))
    with hull.place(centre, scale=half):
        turned(hull, np.stack([np.cos(rise), np.sin(rise)], 1), sides, what, crease=80, tint=tint)


def tube(
    hull: Hull,
    path: ArrayLike,
    radius: ArrayLike,
    what: Stuff,
    sides: int = 8,
    flatten: float = 1.0,
    closed: bool = True,
) -> None:
    """A round tube along the points `path` (n, 3); `radius` may vary along it."""
    line = np.asarray(path, float)
    if len(line) == 2 and hull.detail == 2:
        line = np.stack([line[0], line.mean(axis=0), line[1]])
    steps = np.gradient(line, axis=0)
    steps /= np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1e-9)
    guide = np.array([0.0, 1.0, 0.0]) if abs(steps[:, 1]).mean() < 0.8 else np.array([1.0, 0.0, 0.0])
    one = np.cross(steps, guide)
    one /= np.maximum(np.linalg.norm(one, axis=1, keepdims=True), 1e-9)
    two = np.cross(steps, one)
    thick = np.interp(np.linspace(0, 1, len(line)), np.linspace(0, 1, np.size(radius)), np.ravel(radius))[:, None, None]
    angle = np.arange(hull.n(sides, 3)) * (2 * np.pi / hull.n(sides, 3))
    ring = one[:, None] * np.cos(angle)[:, None] + two[:, None] * np.sin(angle)[:, None] * flatten
    hull.grid(line[:, None] + thick * ring, what, wrap=True, caps=(closed, closed), crease=55)


def wheel(
    hull: Hull,
    centre: Sequence[float],
    radius: float,
    width: float,
    rim: Stuff = CHROME,
    *,
    spokes: int = 5,
    share: float = 0.66,
    white: bool = False,
) -> None:
    """A wheel that rolls, its axle along x. `spokes`: 0 for a full hub cap; `share` of the radius is the rim."""
    x, y, z = (float(value) for value in centre)
    out = 1.0 if x >= 0 else -1.0
    half = width / 2
    at = hull.here((x, y, z))
    with hull.part(rolling([float(value) for value in at], radius)):
        flank = (0.78 if white else 0.86) * radius
        right = [(radius, 0.6 * half), (0.96 * radius, 0.88 * half), (flank, half), (share * radius, half)]
        tyre = [(r, -x) for r, x in right[::-1]] + right
        wall = Stuff((0.62, 0.61, 0.57), 0.2) if white else TYRE
        turned(
            hull, tyre, 26, [TYRE, wall], [0, 0, 0, 0, 0, 0, 1], centre=(x, y, z), axis="x", caps=(False, False),
            crease=45,
        ) if out > 0 else turned(
            hull, tyre, 26, [TYRE, wall], [1, 0, 0, 0, 0, 0, 0], centre=(x, y, z), axis="x", caps=(False, False),
            crease=45,
        )  # fmt: skip
        _rim(hull, x, y, z, out, half, share * radius, rim, spokes)


def _rim(
    hull: Hull, x: float, y: float, z: float, out: float, half: float, radius: float, rim: Stuff, spokes: int
) -> None:
    """The face of a wheel: a lip, spokes with dark gaps set back (or a domed cap), a hub."""
    if spokes:
        cells = (6 if hull.detail == 2 else 4) * spokes
        angle = np.arange(cells) * (2 * np.pi / cells)
        gap = (np.arange(cells) * spokes / cells) % 1 > 0.45
        radii = np.array([1.0, 0.93, 0.90, 0.30, 0.24, 0.0]) * radius
        depth = np.array([0.98, 1.0, 0.80, 0.72, 0.80, 0.84]) * half * out
        which = np.zeros((5, cells), int)
        which[2, gap] = 1
    else:
        cells = hull.n(24)
        angle = np.arange(cells) * (2 * np.pi / cells)
        radii = np.array([1.0, 0.94, 0.88, 0.60, 0.52, 0.25, 0.0]) * radius
        depth = np.array([0.98, 1.0, 0.84, 0.95, 1.05, 1.12, 1.15]) * half * out
        which = np.zeros((6, cells), int)
        which[2] = 1
    points = np.stack(
        [
            np.broadcast_to(x + depth[:, None], (len(radii), cells)),
            y + radii[:, None] * np.sin(angle),
            z + radii[:, None] * np.cos(angle),
        ],
        -1,
    )
    inner = DARK if spokes else rim.times(0.55)
    hull.grid(points, [rim, inner], which, wrap=True, toward=(out, 0, 0))
    back = points[:1].copy()
    back[..., 0] = x - 0.7 * half * out
    hull.grid(
        np.concatenate([back, np.broadcast_to(back.mean(axis=1, keepdims=True), back.shape)]),
        DARK,
        wrap=True,
        toward=(-out, 0, 0),
    )


def lamp(hull: Hull, centre: ArrayLike, radius: float, what: Stuff, ring: Stuff = CHROME, out: float = 1.0) -> None:
    """A round lamp that looks along z (to -z with `out` -1): a lens in a ring."""
    x, y, z = np.asarray(centre, float)
    lens = [(radius * 0.88, 0.25 * radius), (radius * 0.62, 0.38 * radius), (0.0, 0.45 * radius)]
    frame = [
        (radius, -0.9 * radius),
        (radius * 1.06, 0.05 * radius),
        (radius * 0.97, 0.30 * radius),
        (radius * 0.88, 0.25 * radius),
    ]
    with hull.place((x, y, z), turn=0 if out > 0 else math.pi):
        turned(hull, frame, 14, ring, axis="z", caps=(False, False))
        turned(hull, lens, 14, what, axis="z", caps=(False, False))


def rope(hull: Hull, start: ArrayLike, end: ArrayLike, radius: float, what: Stuff, sag: float = 0.0) -> None:
    """A line between two points that hangs through by `sag` m in its middle."""
    a, b = np.asarray(start, float), np.asarray(end, float)
    share = np.linspace(0, 1, 9 if sag else 2)[:, None]
    path = a * (1 - share) + b * share
    path[:, 1] -= sag * 4 * share[:, 0] * (1 - share[:, 0])
    tube(hull, path, radius, what, 4, closed=False)


def sheet(
    hull: Hull,
    points: ArrayLike,
    what: Stuff | Sequence[Stuff],
    which: ArrayLike | None = None,
    toward: ArrayLike = (1, 0, 0),
    tint: Glow | None = None,
    thick: float = 0.004,
) -> None:
    """Cloth (rows, columns, 3) with a back of its own `thick` m behind it, so that both sides are lit rightly."""
    rows = np.asarray(points, float)
    hull.grid(rows, what, which, toward=toward, crease=70, tint=tint)
    aside = np.asarray(toward, float) / np.linalg.norm(np.asarray(toward, float))
    hull.grid(rows - thick * aside, what, which, toward=-aside, crease=70, tint=tint)


def fluttering(
    origin: Sequence[float],
    along: Sequence[float],
    aside: Sequence[float],
    length: float,
    height: float,
    *,
    rate: float = 1.0,
    waves: float = 1.4,
) -> Bend:
    """Cloth held at `origin` that waves in the wind: waves run `along` it (unit) and grow to `height` m at its end,
    `rate` times a second."""
    base = np.asarray(origin, np.float32)
    run, side = np.asarray(along, np.float32), np.asarray(aside, np.float32)

    def bend(t: float, _travelled: float, vertices: Floats, normals: Floats) -> tuple[Floats, Floats]:
        far = np.clip((vertices - base) @ run / np.float32(length), 0, 1.5)
        phase = 2 * np.pi * (waves * far - math.fmod(rate * t, 1.0))
        swing = (height * far**0.8 * np.sin(phase)).astype(np.float32)
        slope = (height / length * far**0.8 * np.cos(phase) * 2 * np.pi * waves).astype(np.float32)
        turned = normals - run * (slope * (normals @ side))[:, None]
        turned /= np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-6)
        return vertices + swing[:, None] * side, turned

    return bend
