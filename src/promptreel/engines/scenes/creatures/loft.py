"""Bodies lofted through cross-sections, and blades: the kit for what flies and swims.

A fish, a whale or a bird is a streamlined body whose outline is known from above and from the side. So it is given by a
few `stations` from nose to tail, which a spline joins, rather than by melted cones (`implicit`); wings, fins and flukes
are `blade`s, spanned between a leading and a trailing edge. Both are surfaces of a `creature.Kit`, and move with chains
of its bones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.creatures.creature import Kit, Paint, Patch
from promptreel.engines.scenes.creatures.implicit import Point
from promptreel.engines.scenes.creatures.skin import BONES
from promptreel.engines.scenes.mesh import grid_triangles, vertex_normals, wrap_triangles

Doubles = NDArray[np.float64]
Shade = Callable[[Doubles, Doubles, float], ArrayLike]
"""`shade(u, v, side)`: colours (n, 3) of a blade at the shares u of its span and v of its chord, above (1) or below (-1)."""


def spline(rows: ArrayLike, count: int) -> tuple[Doubles, Doubles]:
    """`count` points, evenly spaced by length, on the Catmull-Rom curve through `rows` (n, k); and their shares (0…1)."""
    knots = np.asarray(rows, np.float64)
    knots = np.concatenate([[2 * knots[0] - knots[1]], knots, [2 * knots[-1] - knots[-2]]])
    pieces = len(knots) - 3
    place = np.linspace(0, pieces, 20 * pieces + 1)
    low = np.minimum(place.astype(int), pieces - 1)
    u = (place - low)[:, None]
    a, b, c, d = (knots[low + k] for k in range(4))
    curve = 0.5 * (2 * b + (c - a) * u + (2 * a - 5 * b + 4 * c - d) * u**2 + (3 * b - a - 3 * c + d) * u**3)
    way = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    share = np.linspace(0, 1, count)
    return np.stack([np.interp(share * way[-1], way, column) for column in curve.T], axis=1), share


@dataclass(frozen=True, slots=True)
class Chain:
    """Bones in a row; at `marks` (ascending) each of them rules alone, between two they share."""

    bones: tuple[str, ...]
    marks: tuple[float, ...]

    def weights(self, kit: Kit, values: ArrayLike) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """For `skin.bend`: the bones (n, 3) of points at `values` along the chain, and their shares."""
        place = np.interp(np.asarray(values, np.float64), self.marks, np.arange(len(self.marks)))
        low = np.minimum(place.astype(int), max(len(self.bones) - 2, 0))
        share = place - low
        share = share * share * (3 - 2 * share) * 0.5 + share * 0.5
        index = np.array([kit.skeleton.index[name] for name in self.bones])
        bones = np.zeros((len(place), BONES), np.int32)
        weights = np.zeros((len(place), BONES), np.float32)
        bones[:, 0], bones[:, 1] = index[low], index[np.minimum(low + 1, len(index) - 1)]
        weights[:, 0], weights[:, 1] = 1 - share, share
        return bones, weights


@dataclass(frozen=True, slots=True)
class Loft:
    """A body along a line in the plane x = 0. `stations` (n, 5) from nose to tail: z and y of the line, then the half
    width and the heights above and below the line, all in m. `square` 2 makes ellipses, more makes them boxier."""

    stations: tuple[tuple[float, float, float, float, float], ...]
    square: float = 2.0

    def rings(self, count: int, sides: int) -> tuple[Doubles, Doubles, Doubles]:
        """Points (count, sides, 3), the share (0…1) of the way of each ring, and the line itself (count, 5)."""
        line, share = spline(self.stations, count)
        angle = np.arange(sides) * (2 * np.pi / sides)
        return self._points(line, angle), share, line

    def _points(self, line: Doubles, angle: NDArray[Any]) -> Doubles:
        way = np.asarray(np.gradient(line[:, :2], axis=0), np.float64)
        way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)
        wide, above, below = (np.maximum(line[:, k], 1e-5)[:, None] for k in (2, 3, 4))

        def power(value: Doubles) -> Doubles:
            return np.asarray(np.sign(value) * np.abs(value) ** (2 / self.square))

        aside, high = power(np.sin(angle)) * wide, power(np.cos(angle)) * np.where(np.cos(angle) > 0, above, below)
        # What is above the line points away from the way that it goes: straight up where it goes straight back.
        y = line[:, 1:2] - way[:, 0:1] * high
        z = line[:, 0:1] + way[:, 1:2] * high
        return np.stack([aside, y, z], axis=-1)

    def at(self, share: float, angle: float, out: float = 1.0) -> Doubles:
        """The point of the skin at a share of the way, `angle` from the top (rad, toward +x), times `out` from the line."""
        line, shares = spline(self.stations, 200)
        near = int(np.clip(np.searchsorted(shares, share), 1, 198))
        point = self._points(line[near - 1 : near + 2], np.array([angle]))[1, 0]
        middle = np.array([0.0, line[near, 1], line[near, 0]])
        return np.asarray(middle + (point - middle) * out)


def loft(
    kit: Kit,
    body: Loft,
    chain: Chain | str,
    paint: Paint | ArrayLike,
    rings: int,
    sides: int,
    gloss: float = 0.0,
    translucency: float = 0.0,
    emission: ArrayLike = 0.0,
    along: str = "share",
    grooves: Callable[[Doubles, Doubles], Doubles] | None = None,
) -> Patch:
    """Add the surface of a body. A chain goes by the `share` of the way or by `z` (then its marks are -z: from the nose).

    `grooves(share, angle)` (rings, sides) moves the skin outward by m.
    """
    grid, share, line = body.rings(rings, sides)
    if grooves is not None:
        middle = np.stack([np.zeros(rings), line[:, 1], line[:, 0]], axis=1)[:, None]
        away = grid - middle
        away /= np.maximum(np.linalg.norm(away, axis=2, keepdims=True), 1e-9)
        angle = np.broadcast_to(np.arange(sides) * (2 * np.pi / sides), (rings, sides))
        grid = grid + away * grooves(np.repeat(share[:, None], sides, 1), angle)[..., None]
    points = grid.reshape(-1, 3)
    faces = wrap_triangles(rings, sides)
    normals = vertex_normals(points.astype(np.float32), faces)
    inward = points - np.repeat(np.stack([np.zeros(rings), line[:, 1], line[:, 0]], axis=1), sides, axis=0)
    if float(np.sum(normals * inward)) < 0:
        normals, faces = -normals, faces[:, ::-1]
    normals = rounded_ends(normals, line, sides)
    values = np.repeat(share if along == "share" else -line[:, 0], sides)
    owners = [chain] * len(points) if isinstance(chain, str) else _owners(chain, values)
    patch = Patch(points.astype(np.float32), normals, np.array(owners))
    colour = paint(patch) if callable(paint) else paint
    if isinstance(chain, str):
        kit.add(chain, points, faces, colour, emission, gloss, translucency, normals)
    else:
        kit.skinned(points, faces, normals, colour, *chain.weights(kit, values), emission, gloss, translucency)
    return patch


def rounded_ends(normals: NDArray[np.float32], line: Doubles, sides: int) -> NDArray[np.float32]:
    """The same, where the two rings at the ends, which are nearly points, look ahead and back."""
    normals = normals.copy()
    for ring, beside in ((0, 1), (len(line) - 1, len(line) - 2)):
        way = line[ring, :2] - line[beside, :2]
        if line[ring, 2:].max() < 0.2 * line[:, 2:].max():
            ahead = np.array([0.0, way[1], way[0]]) / max(float(np.hypot(*way)), 1e-9)
            span = slice(ring * sides, (ring + 1) * sides)
            normals[span] = 0.4 * normals[span] + ahead
            normals[span] /= np.linalg.norm(normals[span], axis=1, keepdims=True)
    return normals


def _owners(chain: Chain, values: Doubles) -> list[str]:
    place = np.interp(values, chain.marks, np.arange(len(chain.marks)))
    return [chain.bones[int(number)] for number in place.round()]


def blade(
    kit: Kit,
    rows: ArrayLike,
    chain: Chain | str,
    shade: Shade | ArrayLike,
    span: int = 8,
    chord: int = 5,
    thick: float = 0.08,
    camber: float = 0.0,
    up: Point = (0.0, 1.0, 0.0),
    gloss: float = 0.0,
    translucency: float = 0.0,
    edge: Callable[[Doubles], Doubles] | None = None,
    along: str = "share",
    emission: ArrayLike = 0.0,
    bow: ArrayLike = (0.0, 0.0, 0.0),
) -> tuple[int, int]:
    """A wing or a fin through `rows` (n, 6) from root to tip: leading edge and trailing edge, in m.

    `thick` and `camber` are shares of the chord, `up` is the side that counts as the top, `edge(u)` the share of the chord
    that is there (feathers, notches), `bow` pushes the middle of the span out. A chain goes by the share of the span, or
    by -z (`along` "z") for fins that bend with the body. Returns the range of its vertices.
    """
    line, share = spline(rows, span)
    lead, trail = line[:, :3], line[:, 3:]
    v = (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, chord))) ** 0.9
    reach = np.ones(span) if edge is None else edge(share)
    across = (trail - lead)[:, None] * (v[None] * reach[:, None])[..., None]
    middle = lead[:, None] + across + np.asarray(bow) * (np.sin(np.pi * share))[:, None, None]
    normal = np.cross(np.gradient(0.5 * (lead + trail), axis=0), trail - lead)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    normal *= np.where(np.sum(normal * up, axis=1) < 0, -1.0, 1.0)[:, None]
    length = np.linalg.norm(trail - lead, axis=1)[:, None]
    arch = camber * length * (4 * v * (1 - v))[None]
    half = 0.5 * thick * length * (2.6 * np.sqrt(v) * (1 - v))[None]
    faces = grid_triangles(span, chord)
    surfaces, directions, shades = [], [], []
    u_all, v_all = np.repeat(share, chord), np.tile(v, span)
    for side in (1.0, -1.0):
        points = (middle + normal[:, None] * (arch + side * half)[..., None]).reshape(-1, 3)
        way = vertex_normals(points.astype(np.float32), faces)
        sense = 1.0 if float(np.sum(way * np.repeat(normal, chord, axis=0))) * side > 0 else -1.0
        directions.append(way * np.float32(sense))
        surfaces.append(points)
        colour = shade(u_all, v_all, side) if callable(shade) else shade
        shades.append(np.broadcast_to(np.asarray(colour, np.float32), (len(points), 3)))
    every = np.concatenate([faces, faces[:, ::-1] + len(u_all)])
    points, normals, colours = np.concatenate(surfaces), np.concatenate(directions), np.concatenate(shades)
    if isinstance(chain, str):
        return kit.add(chain, points, every, colours, emission, gloss, translucency, normals)
    values = np.tile(u_all, 2) if along == "share" else -points[:, 2]
    return kit.skinned(points, every, normals, colours, *chain.weights(kit, values), emission, gloss, translucency)


def mirrored(rows: ArrayLike, sign: float) -> Doubles:
    """Rows of a blade (n, 6) on the right (1) or the left (-1)."""
    return np.asarray(rows, np.float64) * [sign, 1, 1, sign, 1, 1]


def eyes(
    kit: Kit, bone: str, body: Loft, share: float, angle: float, radius: float, iris: ArrayLike = (0.012, 0.010, 0.010),
    rim: ArrayLike | None = None, sunk: float = 0.97, pupil: float = 0.55,
) -> None:  # fmt: skip
    """A pair of eyes on the skin, at a share of the way and `angle` from the top; `rim` is a ring around the pupil."""
    if not kit.fine:
        return
    sides = 12 if kit.finest else 6
    inner, outer = np.asarray(iris, np.float32), np.asarray(iris if rim is None else rim, np.float32)

    def shade(polar: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(np.where((polar < 0.5 * pupil)[:, None], inner, outer), np.float32)

    x, y, z = (float(value) for value in body.at(share, angle, sunk))
    for sign in (-1, 1):
        kit.ball(bone, (sign * x, y, z), radius, shade, 0, 0.85, (0.75, 1, 1), 0.6, (sign, 0.15, 0.1), sides)
        if kit.finest:
            glint = (sign * (x + 0.60 * radius), y + 0.45 * radius, z + 0.3 * radius)
            kit.ball(bone, glint, 0.2 * radius, 0.9, 0.4, facing=(sign, 0.4, 0.3), sides=5)


def counts(kit: Kit, rings: Sequence[int], sides: Sequence[int]) -> tuple[int, int]:
    """Rings and sides for the detail that is asked for, from those for details 0, 1, 2."""
    level = min(kit.casting.detail, 2)
    return rings[level], sides[level]
