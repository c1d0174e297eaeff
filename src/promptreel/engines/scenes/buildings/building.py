"""The mason's and joiner's kit: everything built is put together from these, in a frame of its own (`Plot`).

Nothing is a flat colour: a wall is laid stone by stone (plank by plank, tile by tile), each with its own shade, darker
below, with normals that bend over its edges as over a cushion. Corners are darkened by what hides the sky (`occlusion`).
Local coordinates: metres, y up, the front looks to -z.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.buildings.occlusion import openness
from promptreel.engines.scenes.mesh import MeshBuilder, grid_triangles, turn_about_y, vertex_normals
from promptreel.engines.scenes.stage import Set

Rng = np.random.Generator
Holes = Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.bool_]]

LAMPLIGHT = np.array([1.0, 0.56, 0.22], np.float32)
"""The colour of light from a window or a lantern."""

GREY_STONE = np.array([0.30, 0.285, 0.26])
SANDSTONE = np.array([0.46, 0.37, 0.26])
WHITEWASH = np.array([0.74, 0.72, 0.68])
BRICK = np.array([0.27, 0.120, 0.085])
OAK = np.array([0.20, 0.125, 0.070])
SLATE = np.array([0.085, 0.095, 0.115])
CLAY_TILE = np.array([0.36, 0.130, 0.065])
IRON = np.array([0.055, 0.057, 0.062])
DARK_PANE = np.array([0.020, 0.026, 0.034])
GRASS = np.array([0.085, 0.125, 0.032])
MOSS = np.array([0.085, 0.105, 0.035])

PAINTS = {
    "red": (0.50, 0.045, 0.035), "orange": (0.62, 0.20, 0.04), "gold": (0.62, 0.42, 0.10), "yellow": (0.68, 0.50, 0.09),
    "green": (0.07, 0.24, 0.08), "teal": (0.04, 0.27, 0.27), "blue": (0.05, 0.13, 0.42), "purple": (0.22, 0.08, 0.36),
    "pink": (0.68, 0.30, 0.38), "white": (0.78, 0.77, 0.74), "black": (0.035, 0.035, 0.038), "grey": (0.30, 0.30, 0.30),
    "brown": (0.20, 0.11, 0.055), "silver": (0.50, 0.51, 0.53),
}  # fmt: skip
"""Reflectances of the colours that a prompt may name."""


# -- what a prompt says about a place ----------------------------------------------------------------------------------


def words_of(stage: Set) -> frozenset[str]:
    """Qualities and colours that the prompt gives to what is built: `old`, `wooden`, `white` …"""
    spec = stage.brief.spec
    said = {m.name or m.text for m in spec.mentions if m.kind in ("quality", "colour") and m.subject < 0}
    return frozenset(said) | frozenset(str(word) for word in stage.brief.params.get("words", ()))


def paint_of(stage: Set) -> NDArray[np.floating] | None:
    """The colour that the prompt names for what is built, or None."""
    chosen = sorted(words_of(stage) & PAINTS.keys())
    return np.array(PAINTS[chosen[0]]) if chosen else None


def is_dark(stage: Set) -> bool:
    """Whether lamps are lit."""
    return stage.brief.time in ("dusk", "night")


# -- surfaces ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Surface:
    """A patch with two coordinates u, v in 0…1. `wide` is its width in m at a height v, `high` its height in m."""

    points: Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.floating]]
    normals: Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.floating]]
    wide: Callable[[float], float]
    high: float
    closed: bool = False
    """Whether u = 1 is u = 0 again."""

    def at(self, u: ArrayLike, v: ArrayLike, out: ArrayLike = 0.0) -> NDArray[np.floating]:
        """The points `out` metres before it; the arguments are broadcast, (…, 3)."""
        u, v, out = np.broadcast_arrays(*(np.asarray(value, np.float64) for value in (u, v, out)))
        return self.points(u, v) + self.normals(u, v) * out[..., None]


def patch(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike, toward: ArrayLike) -> Surface:
    """A four-cornered surface: a to b is u (below), a to d is v (up). It faces the side of `toward`."""
    p, q, r, s = (np.asarray(corner, np.float64) for corner in (a, b, c, d))
    normal = np.cross(r - p, s - q)
    normal /= max(float(np.linalg.norm(normal)), 1e-9)
    normal = normal if float(normal @ np.asarray(toward, np.float64)) >= 0 else -normal

    def points(u: NDArray[np.floating], v: NDArray[np.floating]) -> NDArray[np.floating]:
        u, v = u[..., None], v[..., None]
        return np.asarray((p * (1 - u) + q * u) * (1 - v) + (s * (1 - u) + r * u) * v)

    def normals(u: NDArray[np.floating], v: NDArray[np.floating]) -> NDArray[np.floating]:
        return np.broadcast_to(normal, (*u.shape, 3))

    low, top = float(np.linalg.norm(q - p)), float(np.linalg.norm(r - s))
    high = float(np.linalg.norm((s + r - p - q) / 2))
    return Surface(points, normals, lambda v: low + (top - low) * v, high)


def drum(
    centre: ArrayLike, profile: Sequence[tuple[float, float]], start: float = 0.0, sweep: float = 2 * math.pi
) -> Surface:
    """A turned surface: `profile` holds (radius, height) from below to above; `start`, `sweep` in radians from +x
    toward +z."""
    middle = np.asarray(centre, np.float64)
    rings = np.asarray(profile, np.float64)
    step = np.hypot(*np.diff(rings, axis=0).T)
    share = np.concatenate([[0.0], np.cumsum(step)]) / step.sum()
    slope_r = np.gradient(rings[:, 0], share) if len(rings) > 2 else np.full(len(rings), rings[1, 0] - rings[0, 0])
    slope_y = np.gradient(rings[:, 1], share) if len(rings) > 2 else np.full(len(rings), rings[1, 1] - rings[0, 1])

    def points(u: NDArray[np.floating], v: NDArray[np.floating]) -> NDArray[np.floating]:
        angle, radius = start + sweep * u, np.interp(v, share, rings[:, 0])
        local = np.stack([radius * np.cos(angle), np.interp(v, share, rings[:, 1]), radius * np.sin(angle)], -1)
        return np.asarray(middle + local)

    def normals(u: NDArray[np.floating], v: NDArray[np.floating]) -> NDArray[np.floating]:
        angle = start + sweep * u
        out, up = np.interp(v, share, slope_y), -np.interp(v, share, slope_r)
        length = np.maximum(np.hypot(out, up), 1e-9)
        return np.stack([np.cos(angle) * out / length, up / length, np.sin(angle) * out / length], -1)

    def wide(v: float) -> float:
        return abs(sweep) * float(np.interp(v, share, rings[:, 0]))

    return Surface(points, normals, wide, float(step.sum()), closed=abs(sweep) > 6.28)


# -- courses: stones, bricks, planks, tiles ----------------------------------------------------------------------------


def courses(
    mesh: MeshBuilder,
    surface: Surface,
    size: tuple[float, float],
    colour: ArrayLike | Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.floating]],
    rng: Rng,
    *,
    vary: float = 0.13,
    round_off: float = 0.22,
    shade: float = 0.82,
    bond: float = 0.5,
    lap: float = 0.0,
    damp: float = 0.0,
    holes: Holes | None = None,
    emission: ArrayLike = 0.0,
    regular: bool = False,
) -> None:
    """Lay a surface in rows of stones of about `size` (width, height in m).

    `colour`: one, or a function of u and v. `vary`: how much shades differ; `round_off`: how far normals bend over the
    edges; `shade`: of the lower edge; `bond`: the shift of every other row in stones; `lap`: how far lower edges stand
    out (tiles), m; `damp`: how much the foot is darker and mossy; `holes`: what is left out, asked at the middles.
    """
    rows = max(1, round(surface.high / size[1]))
    lefts, rights, lows, tops = [], [], [], []
    for row in range(rows):
        v0, v1 = row / rows, (row + 1) / rows
        count = max(3 if surface.closed else 1, round(surface.wide((v0 + v1) / 2) / size[0]))
        edge = np.arange(count + 1, dtype=np.float64)
        if not regular:
            edge[1:-1] += rng.uniform(-0.22, 0.22, max(count - 1, 0))
        shift = (bond * (row % 2)) if count > 1 else 0.0
        if surface.closed:
            edge = (edge + shift) / count
        else:
            edge = np.unique(np.clip(np.concatenate([[0.0], edge + shift, [float(count)]]), 0, count)) / count
        lefts.append(edge[:-1])
        rights.append(edge[1:])
        lows.append(np.full(len(edge) - 1, v0))
        tops.append(np.full(len(edge) - 1, v1))
    left, right, low, top = (np.concatenate(parts) for parts in (lefts, rights, lows, tops))
    keep = right - left > 1e-6
    if holes is not None:
        keep &= ~holes((left + right) / 2, (low + top) / 2)
    left, right, low, top = left[keep], right[keep], low[keep], top[keep]
    if not len(left):
        return
    u = np.stack([left, right, left, right], 1)
    v = np.stack([low, low, top, top], 1)
    raised = np.array([lap, lap, 0.0, 0.0])
    points = surface.at(u, v, raised)
    middle_u, middle_v = (left + right) / 2, (low + top) / 2
    shades = _shades(colour, middle_u, middle_v, rng, vary)
    if damp:
        foot = damp * np.exp(-middle_v * surface.high / 0.9) * rng.uniform(0.6, 1.3, len(left))
        shades = shades * (1 - 0.55 * np.clip(foot, 0, 1))[:, None]
        shades += (MOSS * 0.7 - shades) * (0.5 * np.clip(foot, 0, 1))[:, None]
    corner = np.array([shade, shade, 1.04, 1.04])
    normal = surface.normals(u, v) + rng.normal(0, 0.35 * vary, (len(left), 1, 3))
    along = points[:, 1] - points[:, 0]
    along = along / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    up = points[:, 2] - points[:, 0]
    up = up / np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-9)
    normal += round_off * np.array([-1, 1, -1, 1])[None, :, None] * along[:, None]
    normal += round_off * np.array([-1, -1, 1, 1])[None, :, None] * up[:, None]
    normal /= np.maximum(np.linalg.norm(normal, axis=2, keepdims=True), 1e-9)
    faces = (np.arange(len(left))[:, None, None] * 4 + np.array([[0, 1, 3], [0, 3, 2]])).reshape(-1, 3)
    tinted = shades[:, None, :] * corner[None, :, None]
    mesh.add(points.reshape(-1, 3), faces, tinted.reshape(-1, 3), emission, normal.reshape(-1, 3))
    if lap:
        # The rim of a tile: without it one would see under the lifted edge.
        rim = np.stack([points[:, 0], points[:, 1], surface.at(right, low), surface.at(left, low)], 1)
        mesh.quads(rim, shades * 0.45, toward=surface.normals(middle_u, middle_v) - np.array([0, 0.8, 0]))


def _shades(
    colour: ArrayLike | Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.floating]],
    u: NDArray[np.floating],
    v: NDArray[np.floating],
    rng: Rng,
    vary: float,
) -> NDArray[np.floating]:
    """A shade for each stone: lightness varies most, warmth a little, and slowly over the wall (weather)."""
    base = np.asarray(colour(u, v) if callable(colour) else np.broadcast_to(np.asarray(colour), (len(u), 3)), float)
    phase = rng.uniform(0, 6.28, 4)
    slow = np.sin(u * 9.1 + v * 4.0 + phase[0]) * np.sin(v * 7.3 - u * 3.0 + phase[1])
    slow = slow + 0.6 * np.sin(u * 23.0 + phase[2]) * np.sin(v * 3.1 + phase[3])
    light = 1 + vary * np.clip(rng.normal(0, 1, len(u)), -2.2, 2.2) + 0.45 * vary * slow
    warm = rng.normal(0, 0.22 * vary, len(u))
    tint = np.stack([1 + warm, np.ones(len(u)), 1 - warm], 1)
    return np.asarray(np.clip(base * np.clip(light, 0.35, 1.7)[:, None] * tint, 0.003, 0.92))


def slab(mesh: MeshBuilder, low: ArrayLike, top: ArrayLike, colour: ArrayLike, rng: Rng, cell: float = 1.0) -> None:
    """A block of masonry or wood between two corners, all sides but the floor, cut to cells of about `cell` m."""
    a, b = np.asarray(low, float), np.asarray(top, float)
    (x0, y0, z0), (x1, y1, z1) = a, b
    sides = (
        patch((x0, y0, z0), (x1, y0, z0), (x1, y1, z0), (x0, y1, z0), (0, 0, -1)),
        patch((x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1), (0, 0, 1)),
        patch((x0, y0, z0), (x0, y0, z1), (x0, y1, z1), (x0, y1, z0), (-1, 0, 0)),
        patch((x1, y0, z0), (x1, y0, z1), (x1, y1, z1), (x1, y1, z0), (1, 0, 0)),
        patch((x0, y1, z0), (x1, y1, z0), (x1, y1, z1), (x0, y1, z1), (0, 1, 0)),
    )
    for side in sides:
        courses(mesh, side, (cell, cell), colour, rng, vary=0.09, round_off=0.10, shade=0.92)


def beam(
    mesh: MeshBuilder, start: ArrayLike, stop: ArrayLike, thick: float | tuple[float, float], colour: ArrayLike
) -> None:
    """A square timber (iron bar, rope) between two points; `thick` is its width, or (across, high)."""
    beams(mesh, np.asarray(start, float)[None], np.asarray(stop, float)[None], thick, colour)


def beams(
    mesh: MeshBuilder,
    starts: ArrayLike,
    stops: ArrayLike,
    thick: float | tuple[float, float],
    colour: ArrayLike,
    emission: ArrayLike = 0.0,
    *,
    coarse: bool = False,
) -> None:
    """Many timbers at once, (n, 3) each; `colour` (3) or (n, 3). `coarse` ones are not cut along and have no ends."""
    a, b = np.asarray(starts, float).reshape(-1, 3), np.asarray(stops, float).reshape(-1, 3)
    wide, high = (thick, thick) if isinstance(thick, int | float) else thick
    along = b - a
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    helper = np.where(np.abs(along[:, 1:2]) > 0.94, [[1.0, 0, 0]], [[0, 1.0, 0]])
    side = np.cross(helper, along)
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    up = np.cross(along, side)
    s, h = side * wide / 2, up * high / 2
    ring = [s + h, s - h, -s - h, -s + h]
    outs = [side, -up, -side, up]
    base = np.broadcast_to(np.asarray(colour, float), (len(a), 3))
    for k in range(4):
        p, q = ring[k], ring[(k + 1) % 4]
        side_faces = np.stack([a + p, b + p, b + q, a + q], 1)
        shade = base * (1.0, 0.8, 0.95, 1.08)[k]
        mesh.quads(side_faces, shade, emission, across=1 if coarse else 3, toward=outs[k])
    if coarse:
        return
    for end, way in ((a, -along), (b, along)):
        mesh.quads(np.stack([end + r for r in ring], 1), base * 1.1, toward=way)


# -- openings ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Face:
    """A plane to fix windows and doors on: `at(u, v, o)`, u metres to the side from its origin, v up, o outward."""

    origin: NDArray[np.floating]
    along: NDArray[np.floating]
    out: NDArray[np.floating]
    up: NDArray[np.floating]

    def at(self, u: ArrayLike, v: ArrayLike, o: ArrayLike = 0.0) -> NDArray[np.floating]:
        """Points, (…, 3); the arguments are broadcast."""
        u, v, o = np.broadcast_arrays(*(np.asarray(value, float)[..., None] for value in (u, v, o)))
        return np.asarray(self.origin + u * self.along + v * self.up + o * self.out)

    def rect(self, u0: float, v0: float, u1: float, v1: float, o: float = 0.0) -> NDArray[np.floating]:
        """The corners of a rectangle, (4, 3)."""
        return self.at([u0, u1, u1, u0], [v0, v0, v1, v1], o)

    def bar(
        self, mesh: MeshBuilder, low: tuple[float, float], top: tuple[float, float], out: float, colour: ArrayLike
    ) -> None:
        """A bar that stands out by `out` m, with sides."""
        corners, toward = self.sides(low, top, out)
        mesh.quads(corners, np.asarray(colour, float) * _BAR_SHADES, toward=toward)

    def sides(
        self, low: tuple[float, float], top: tuple[float, float], out: float
    ) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """The five faces of such a bar, (5, 4, 3), and where they look, (5, 3)."""
        (u0, v0), (u1, v1) = low, top
        u = np.array([(u0, u1, u1, u0), (u0, u1, u1, u0), (u0, u1, u1, u0), (u0,) * 4, (u1,) * 4])
        v = np.array([(v0, v0, v1, v1), (v1,) * 4, (v0,) * 4, (v0, v1, v1, v0), (v0, v1, v1, v0)])
        o = np.array([(1, 1, 1, 1), *[(0, 0, 1, 1)] * 4]) * out
        return self.at(u, v, o), np.stack([self.out, self.up, -self.up, -self.along, self.along])


_BAR_SHADES = np.array([[1.0], [1.1], [0.6], [0.85], [0.85]])


def face(origin: ArrayLike, out: ArrayLike) -> Face:
    """An upright plane through `origin` that looks along the level direction `out`; u runs to the viewer's right."""
    way = np.asarray(out, float) / np.linalg.norm(out)
    return Face(np.asarray(origin, float), np.array([-way[2], 0.0, way[0]]), way, np.array([0.0, 1.0, 0.0]))


def arch_line(half: float, spring: float, pointed: float = 0.0, steps: int = 9) -> NDArray[np.floating]:
    """The inner edge of an arch, (n, 2): u from -half to half, v above the sill. `pointed` 0 round … 1 gothic."""
    turn = np.linspace(math.pi, 0.0, steps)
    u = half * np.cos(turn)
    v = half * np.sin(turn) * (1 + 0.65 * pointed * (1 - np.abs(np.cos(turn))))
    return np.stack([u, spring + v], 1)


def arch(
    mesh: MeshBuilder,
    on: Face,
    half: float,
    spring: float,
    colour: ArrayLike,
    rng: Rng,
    *,
    ring: float = 0.3,
    deep: float = 0.4,
    pointed: float = 0.0,
    proud: float = 0.06,
    jambs: bool = True,
    steps: int = 13,
) -> None:
    """The stones around an arched opening whose sill is at v = 0: a ring of voussoirs, jambs, and the reveal."""
    inner = arch_line(half, spring, pointed, steps)
    outer = arch_line(half + ring, spring, pointed, steps)
    if jambs and spring > 0.05:
        rows = np.linspace(0, spring, max(2, round(spring / 0.45)) + 1)[:-1]
        inner = np.concatenate([[(-half, v) for v in rows], inner, [(half, v) for v in rows[::-1]]])
        width = ring * (1 + 0.25 * (np.arange(len(rows)) % 2))
        left = [(-half - w, v) for w, v in zip(width, rows, strict=True)]
        outer = np.concatenate([left, outer, [(-u, v) for u, v in left[::-1]]])
    base = np.asarray(colour, float)
    count = len(inner) - 1
    shades = base * np.clip(rng.normal(1, 0.10, count), 0.7, 1.35)[:, None]
    a, b, c, d = inner[:-1], inner[1:], outer[1:], outer[:-1]
    front = np.stack([on.at(p[:, 0], p[:, 1], proud) for p in (a, b, c, d)], 1)
    mesh.quads(front, np.stack([shades * 0.8, shades * 0.8, shades, shades], 1), toward=on.out)
    reveal = np.stack([on.at(p[:, 0], p[:, 1], o) for p, o in ((a, proud), (b, proud), (b, -deep), (a, -deep))], 1)
    inward = on.at(0, spring * 0.6) - reveal.mean(axis=1)
    mesh.quads(reveal, np.stack([shades * 0.7, shades * 0.7, shades * 0.35, shades * 0.35], 1), toward=inward)
    rim = np.stack([on.at(p[:, 0], p[:, 1], o) for p, o in ((d, proud), (c, proud), (c, 0), (d, 0))], 1)
    mesh.quads(rim, shades * 0.8, toward=-inward)


def fill_arch(
    mesh: MeshBuilder,
    on: Face,
    half: float,
    spring: float,
    out: float,
    colour: ArrayLike,
    emission: ArrayLike = 0.0,
    pointed: float = 0.0,
) -> None:
    """A pane (door, darkness) that fills an arched opening, brightest in its middle where it glows."""
    line = arch_line(half, spring, pointed, 11)
    edge = np.concatenate([[(-half, 0.0)], line, [(half, 0.0)]])
    middle = np.array([[0.0, spring * 0.75]])
    light = np.broadcast_to(np.asarray(emission, float), (len(edge), 3)) * 0.62
    mesh.add(
        np.concatenate([on.at(edge[:, 0], edge[:, 1], out), on.at(middle[:, 0], middle[:, 1], out)]),
        [[i, (i + 1) % len(edge), len(edge)] for i in range(len(edge))],
        colour,
        np.concatenate([light, np.broadcast_to(np.asarray(emission, float) * 1.25, (1, 3))]),
        on.out,
    )


def window(
    mesh: MeshBuilder,
    on: Face,
    half: tuple[float, float],
    rng: Rng,
    *,
    glow: ArrayLike = 0.0,
    frame: ArrayLike = (0.62, 0.60, 0.55),
    panes: tuple[int, int] = (2, 3),
    sill: ArrayLike | None = None,
) -> None:
    """A window about the origin of `on`: recessed glass, brighter in the middle when lit, frame, bars and a sill."""
    hu, hv = half
    tint = np.asarray(frame, float)
    light = np.broadcast_to(np.asarray(glow, float), (3,))
    edges = np.linspace(-1, 1, 4)
    cells, lit = [], []
    for j in range(3):
        for i in range(3):
            lit.append((1.2 if i == 1 else 0.8) * (0.75, 1.1, 0.9)[j])
            cells.append(on.rect(edges[i] * hu, edges[j] * hv, edges[i + 1] * hu, edges[j + 1] * hv, 0.015))
    share = np.array(lit) * rng.uniform(0.85, 1.1, 9)
    mesh.quads(cells, DARK_PANE * rng.uniform(0.7, 1.6, (9, 1)), light * share[:, None], toward=on.out)
    thick = max(0.035, 0.09 * hu)
    parts = []
    for u in np.linspace(-hu, hu, panes[0] + 1):
        wide = thick if abs(u) > hu - 0.01 else thick * 0.5
        parts.append(on.sides((u - wide, -hv - thick), (u + wide, hv + thick), 0.06))
    for v in np.linspace(-hv, hv, panes[1] + 1):
        wide = thick if abs(v) > hv - 0.01 else thick * 0.5
        parts.append(on.sides((-hu - thick, v - wide), (hu + thick, v + wide), 0.055))
    shades = [tint * _BAR_SHADES] * len(parts)
    stone = tint * 0.9 if sill is None else np.asarray(sill, float)
    parts.append(on.sides((-hu - 2.2 * thick, -hv - 2.6 * thick), (hu + 2.2 * thick, -hv - thick), 0.14))
    shades.append(stone * _BAR_SHADES)
    corners, toward = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    mesh.quads(corners, np.concatenate(shades), toward=toward)


def plank_door(mesh: MeshBuilder, on: Face, half: float, high: float, colour: ArrayLike, rng: Rng) -> None:
    """A door of upright planks with iron bands and a ring, sill at v = 0."""
    leaf = patch(on.at(-half, 0), on.at(half, 0), on.at(half, high), on.at(-half, high), on.out)
    courses(mesh, leaf, (0.17, high), colour, rng, vary=0.16, shade=0.8, bond=0.0)
    for v in (0.18, 0.78):
        on.bar(mesh, (-half, high * v - 0.04), (half * 0.8, high * v + 0.04), 0.03, IRON)
    on.bar(mesh, (half * 0.62, high * 0.46), (half * 0.74, high * 0.52), 0.06, IRON * 1.6)


# -- soil, rock and leaves ---------------------------------------------------------------------------------------------


def lumps(x: NDArray[np.floating], z: NDArray[np.floating], rng: Rng, octaves: int = 4) -> NDArray[np.floating]:
    """Smooth noise of about ±1 over the plane, with features of about 1 m: sines in turned directions."""
    total = np.zeros(np.broadcast(x, z).shape)
    weight, rate = 0.55, 1.0
    for _ in range(octaves):
        for _ in range(2):
            way, phase = rng.uniform(0, 6.28), rng.uniform(0, 6.28)
            total += weight * 0.7 * np.sin(rate * (x * math.cos(way) + z * math.sin(way)) + phase)
        weight, rate = weight * 0.55, rate * 2.1
    return np.asarray(total)


def mound(
    mesh: MeshBuilder,
    radius: float,
    top: float,
    below: float,
    level: float,
    rng: Rng,
    *,
    rock: ArrayLike = (0.21, 0.195, 0.175),
    green: float = 0.0,
    rough: float = 1.0,
    rings: int = 30,
    sides: int = 84,
    stretch: float = 1.0,
    foot: Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.floating]] | None = None,
) -> Callable[[float, float], float]:
    """A rock or a hill about the origin: level at y = `top` within `level` m, down to y = `below` at `radius`.

    `green`: how much grass grows where it is not steep; `stretch` along x; `foot(x, z)`: the height of the ground to run
    out on, for hills. Returns the height at a place.
    """
    share = np.linspace(0, 1, rings) ** 0.85
    angle = np.linspace(0, 2 * math.pi, sides, endpoint=False)
    s, a = np.meshgrid(share, angle, indexing="ij")
    wobble = 1 + 0.16 * rough * lumps(np.cos(a) * 1.7, np.sin(a) * 1.7, rng, 4)
    distance = (level + (radius - level) * np.clip((s - 0.3) / 0.7, 0, 1)) * np.where(s < 0.3, s / 0.3, 1.0)
    distance = distance * (1 + (wobble - 1) * s)
    x, z = distance * np.cos(a) * stretch, distance * np.sin(a)
    fall = np.clip((distance - level * 0.9) / np.maximum(radius * wobble - level * 0.9, 0.1), 0, 1)
    end = np.full(x.shape, below) if foot is None else np.minimum(foot(x, z) - 0.25, top)
    bow = 1 - fall**1.7 if foot is None else 0.5 + 0.5 * np.cos(math.pi * fall)
    chaos = lumps(x * 5.5 / radius, z * 5.5 / radius, rng, 5)
    ridges = 1 - 2.4 * np.abs(lumps(x * 8 / radius, z * 8 / radius, rng, 5))
    wild = rough * (top - below) * np.sin(math.pi * np.clip(fall * 0.94 + 0.03, 0, 1)) ** 0.7 * np.clip(fall * 5, 0, 1)
    y = end + (top - end) * bow + wild * (0.17 * chaos + 0.13 * ridges)
    if foot is None:
        # Beds of rock: the slope falls in steps, and each bed stands out by its own measure.
        bed = max((top - below) / 7, 0.5)
        step = (y + 0.5 * bed * chaos) / bed
        part = step - np.floor(step)
        y = y + rough * bed * 0.75 * (np.clip((part - 0.5) * 2.2 + 0.5, 0, 1) - part) * np.clip(fall * 6, 0, 1)
        out = 1 + rough * 0.05 * lumps(np.floor(step) * 2.7 + 3 * np.cos(a), 4 * np.sin(a), rng, 4) * np.clip(
            fall * 4, 0, 1
        )
        x, z = x * out, z * out
    points = np.stack([x, y, z], -1).astype(np.float32)
    index = np.arange(rings * sides).reshape(rings, sides)
    beside = np.roll(index, -1, axis=1)
    faces = np.concatenate(
        [
            np.stack([index[:-1], beside[1:], index[1:]], -1).reshape(-1, 3),
            np.stack([index[:-1], beside[:-1], beside[1:]], -1).reshape(-1, 3),
        ]
    ).astype(np.int32)
    flat = points.reshape(-1, 3)
    smooth = vertex_normals(flat, faces)
    smooth = np.where(smooth[:, 1:2] < 0, -smooth, smooth)
    tint = np.asarray(rock, float) * (1 + 0.30 * lumps(x * 0.7, z * 0.7 + y * 1.3, rng, 5))[..., None]
    tint = tint * (0.75 + 0.5 * rng.random(x.shape))[..., None]
    slope = smooth[:, 1].reshape(x.shape)
    if green:
        grass = np.clip((slope - 0.62) / 0.2, 0, 1) * np.clip(green + 0.5 * chaos, 0, 1)
        meadow = GRASS * (1 + 0.35 * lumps(x * 1.3, z * 1.3, rng, 5) + 0.2 * rng.normal(0, 1, x.shape))[..., None]
        tint = tint + (np.clip(meadow, 0.01, 1) - tint) * grass[..., None]
    if foot is None:
        wet = np.clip(1 - (y + 0.1) / max(0.18 * (top - below), 0.35), 0, 1)[..., None]
        tint = tint * (1 - 0.62 * wet)
    # Corners of their own for each face: rock has edges. Grass keeps smooth normals.
    corner = faces.reshape(-1)
    cut = np.cross(flat[faces[:, 1]] - flat[faces[:, 0]], flat[faces[:, 2]] - flat[faces[:, 0]])
    cut /= np.maximum(np.linalg.norm(cut, axis=1, keepdims=True), 1e-9)
    cut = np.where(cut[:, 1:2] < 0, -cut, cut)
    hard = 0.0 if foot is not None else 0.62
    normals = smooth[corner] * (1 - hard) + np.repeat(cut, 3, axis=0) * hard
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    mesh.add(flat[corner], np.arange(len(corner)).reshape(-1, 3), tint.reshape(-1, 3)[corner], normals=normals)

    def height(px: float, pz: float) -> float:
        nearest = np.argmin((x - px) ** 2 + (z - pz) ** 2)
        return float(y.ravel()[nearest])

    return height


def leaves(
    mesh: MeshBuilder,
    at: ArrayLike,
    out: ArrayLike,
    size: float,
    colour: ArrayLike,
    rng: Rng,
    *,
    vary: float = 0.3,
) -> None:
    """Small bent leaves (two triangles each) at points (n, 3) that look about along `out` (n, 3)."""
    points = np.asarray(at, float).reshape(-1, 3)
    count = len(points)
    if not count:
        return
    way = np.broadcast_to(np.asarray(out, float), (count, 3)) + rng.normal(0, 0.55, (count, 3))
    way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)
    side = np.cross(way, rng.normal(0, 1, (count, 3)))
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    tip = np.cross(way, side)
    length = (size * rng.uniform(0.6, 1.3, count))[:, None]
    quad = [points - tip * length * 0.6, points + side * length * 0.5 + way * length * 0.12]
    quad += [points + tip * length * 0.6, points - side * length * 0.5 + way * length * 0.12]
    base = np.broadcast_to(np.asarray(colour, float), (count, 3)) * np.clip(rng.normal(1, vary, (count, 1)), 0.35, 1.9)
    body = np.broadcast_to(np.asarray(out, float), (count, 3)) * 0.9 + way * 0.6 + np.array([0, 0.35, 0])
    body /= np.maximum(np.linalg.norm(body, axis=1, keepdims=True), 1e-9)
    faces = (np.arange(count)[:, None, None] * 4 + np.array([[0, 1, 2], [0, 2, 3]])).reshape(-1, 3)
    corner = np.array([0.65, 1.0, 1.2, 1.0])
    mesh.add(
        np.stack(quad, 1).reshape(-1, 3),
        faces,
        (base[:, None] * corner[None, :, None]).reshape(-1, 3),
        normals=np.repeat(body, 4, axis=0),
    )


def sheet(
    mesh: MeshBuilder,
    points: NDArray[np.floating],
    colour: ArrayLike,
    toward: ArrayLike = (0, 1, 0),
    emission: ArrayLike = 0.0,
) -> None:
    """A bent surface through a grid of points (rows, columns, 3), smooth, turned to the side of `toward`."""
    flat = np.ascontiguousarray(points, np.float32).reshape(-1, 3)
    faces = grid_triangles(points.shape[0], points.shape[1])
    normals = vertex_normals(flat, faces)
    if float((normals @ np.asarray(toward, np.float32)).sum()) < 0:
        normals = -normals
    shade = np.asarray(colour, float)
    mesh.add(flat, faces, shade.reshape(-1, 3) if shade.ndim > 1 else shade, emission, normals)


# -- a place of its own ------------------------------------------------------------------------------------------------


class Plot:
    """Where one thing is built: a local frame at (x, z), turned, and the way into the set."""

    def __init__(self, stage: Set, x: float, z: float, turn: float, name: str) -> None:
        self.stage, self.light = stage, stage.light
        self.wet = bool(np.any(stage.ground.wet(x, z)))
        height = float(np.asarray(stage.ground.height(x, z)))
        self.ground = height if height > -900 else 0.0  # Where there is no ground, it floats at the camera's height.
        self.mesh = MeshBuilder()
        self.rng = stage.brief.rng(f"{name} {x:.1f} {z:.1f}")
        self.dark = is_dark(stage)
        self.unit = float(stage.light.glow)
        """The radiance that exposure will show as white; emission of the local mesh and of layers is in it."""
        self.words = words_of(stage)
        self._turn = turn_about_y(turn)
        self._origin = np.array([x, 0.0 if self.wet else self.ground, z])
        self.x, self.z, self.turn = x, z, turn

    def world(self, local: ArrayLike) -> NDArray[np.floating]:
        """Local points (…, 3) in the world."""
        return np.asarray(local, float) @ self._turn.T.astype(float) + self._origin

    def rise(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.floating]:
        """How high the ground is at local places, above the origin."""
        local = np.stack(np.broadcast_arrays(np.asarray(x, float), 0.0, np.asarray(z, float)), -1)
        at = self.world(local)
        return np.asarray(self.stage.ground.height(at[..., 0], at[..., 2])) - self._origin[1]

    def glow(self, strength: float = 1.0, colour: ArrayLike = LAMPLIGHT) -> NDArray[np.floating]:
        """The emission of a lit window now: dark by day."""
        tint = np.asarray(colour, float)
        if self.dark:
            return tint * (strength * self.unit * self.rng.uniform(0.7, 1.15))
        return np.asarray(self.light.horizon, float) * 0.06

    def lamp(self, local: ArrayLike, strength: float, colour: ArrayLike = LAMPLIGHT, *, always: bool = False) -> None:
        """A point light, lit when it is dark (or `always`): `strength` 1 makes paper 1 m away as bright as white."""
        if self.dark or always:
            x, y, z = self.world(local).tolist()
            r, g, b = (np.asarray(colour, float) * strength * 2.2).tolist()
            self.stage.lamps.append((x, y, z, r, g, b))

    def take(self, local: tuple[float, float], radius: float) -> None:
        """Keep the ground there free of other things."""
        at = self.world((local[0], 0.0, local[1]))
        self.stage.taken.append((float(at[0]), float(at[2]), radius))

    def finish(self, *, contact: float = 0.62, side: int = 160) -> None:
        """Put it into the set, its corners darker by what hides the sky from them.

        Corners are lit as if nothing stood before them, so what a corner reflects is lowered instead. `contact`: how
        dark a wholly hidden one is. Shadows of the sun are drawn by `shadows`.
        """
        mesh = self.mesh.build()
        points = np.ascontiguousarray(mesh.vertices @ self._turn.T + self._origin.astype(np.float32), np.float32)
        normals = np.ascontiguousarray(mesh.normals @ self._turn.T, np.float32)
        open_sky = openness(points, normals, points, mesh.triangles, side)
        shaded = np.clip(mesh.colour, 0.0, 0.95) * (1 - np.float32(contact) * (1 - open_sky))[:, None]
        self.stage.mesh.add(points, mesh.triangles, shaded, mesh.emission / np.float32(self.unit), normals)
