"""Surfaces grown from bones: round cones joined smoothly, and the closed triangle mesh around them.

A body is a list of `Flesh`: cones with round ends. `grow` samples their joint distance on a grid, meshes it with naive
surface nets (S. Gibson, 1998: one vertex per cell that the surface crosses) and pulls the vertices onto the true
surface, whose gradient gives the normals. `prisms` is the coarse stand-in for crowds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Flesh:
    """A round cone from `head` to `tail` (m) with the radii `r0` and `r1`, that moves with `bone`.

    `flat` stretches it along x (0.7 a narrow chest, 1.5 broad shoulders). `blend` (m) is how far it melts into its
    neighbours. `carve` takes it away instead (eye sockets). `group` names the closed surface that it is part of:
    another group is another mesh, with its own colour and fineness and a crisp border (trousers, shirt, head).
    """

    bone: str
    head: Point
    tail: Point
    r0: float
    r1: float
    flat: float = 1.0
    blend: float = 0.03
    group: str = "body"
    carve: bool = False


def cone_distance(flesh: Flesh, x: Floats, y: Floats, z: Floats, least: float = 0.0) -> Floats:
    """Distance (m, roughly where flattened) to one cone; negative inside. `least` is the smallest radius."""
    f32 = np.float32
    (ax, ay, az), (bx, by, bz) = flesh.head, flesh.tail
    # What is flat must not become thinner than the smallest radius either.
    flat = max(flesh.flat, min(1.0, least / max(flesh.r0, flesh.r1, 1e-6)))
    stretch = f32(1 / flat)
    px, py, pz = (x - f32(ax)) * stretch, y - f32(ay), z - f32(az)
    dx, dy, dz = f32((bx - ax) / flat), f32(by - ay), f32(bz - az)
    length2 = max(float(dx * dx + dy * dy + dz * dz), 1e-9)
    along = np.clip((px * dx + py * dy + pz * dz) * f32(1 / length2), 0, 1)
    px, py, pz = px - along * dx, py - along * dy, pz - along * dz
    r0, r1 = max(flesh.r0, least), max(flesh.r1, least)
    away = np.sqrt(px * px + py * py + pz * pz) - (f32(r0) + along * f32(r1 - r0))
    return np.asarray(away * f32(min(1.0, flat)), np.float32)


def _join(field: Floats, other: Floats, blend: float, carve: bool) -> Floats:
    """The smooth union (or difference) of two distances: the polynomial one, whose reach is exactly `blend`."""
    k = np.float32(max(blend, 1e-4))
    if carve:
        field = -field
    h = np.maximum(k - np.abs(field - other), 0) / k
    joined = np.minimum(field, other) - h * h * k * np.float32(0.25)
    return np.asarray(-joined if carve else joined, np.float32)


TRUNK, CARVED = "", "carved"
_LIMBS = {"fore": "fore", "arm": "fore", "hand": "fore", "wing": "fore", "hind": "hind", "leg": "hind", "foot": "hind",
          "toe": "hind"}  # fmt: skip


def _limb(flesh: Flesh) -> str:
    """Which limb a cone is part of, by the name of its bone: `TRUNK` for none, `CARVED` for what comes last."""
    if flesh.carve:
        return CARVED
    parts = flesh.bone.split("_")
    side = parts[1] if len(parts) > 1 and parts[1] in ("l", "r") else ""
    return _LIMBS.get(parts[0], parts[0]) + side if side else TRUNK


SIDES_BLEND = 0.006
"""How far limbs melt into each other, m: legs that touch must not grow together."""


def _over(field: Floats, limb: Floats, trunk: Floats) -> Floats:
    """The union with the trunk as one limb changed it. Where it did not, its blend must not swell the trunk."""
    return np.where(limb == trunk, field, np.where(field == trunk, limb, _join(field, limb, SIDES_BLEND, False)))


def distance(fleshes: Sequence[Flesh], points: Floats, least: float = 0.0) -> Floats:
    """The joint distance of all `fleshes` at `points` (n, 3). A limb melts into the trunk but not into its twin."""
    x, y, z = (np.ascontiguousarray(points[:, axis]) for axis in range(3))
    limbs: dict[str, list[Flesh]] = {TRUNK: [], CARVED: []}
    for flesh in fleshes:
        limbs.setdefault(_limb(flesh), []).append(flesh)
    trunk = np.full(len(points), 9.0, np.float32)
    for flesh in limbs.pop(TRUNK):
        trunk = _join(trunk, cone_distance(flesh, x, y, z, least), flesh.blend, False)
    carved, field = limbs.pop(CARVED), trunk
    for own in limbs.values():
        limb = trunk
        for flesh in own:
            limb = _join(limb, cone_distance(flesh, x, y, z, least), flesh.blend, False)
        field = _over(field, limb, trunk)
    for flesh in carved:
        field = _join(field, cone_distance(flesh, x, y, z), flesh.blend, True)
    return field


_TETRAHEDRON = np.array([(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)], np.float32)


def gradient(fleshes: Sequence[Flesh], points: Floats, step: float, least: float = 0.0) -> tuple[Floats, Floats]:
    """Outward unit normals (n, 3) and the distance at `points`, from four samples around each."""
    around = (points[None] + _TETRAHEDRON[:, None] * np.float32(step)).reshape(-1, 3)
    value = distance(fleshes, around, least).reshape(4, -1)
    slope = np.einsum("kn,kd->nd", value, _TETRAHEDRON) / np.float32(4 * step)
    normal = slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-6)
    return np.asarray(normal, np.float32), np.asarray(value.mean(axis=0), np.float32)


def area(fleshes: Sequence[Flesh]) -> float:
    """About how large the skin is, in m²; overlaps are guessed."""
    total = 0.0
    for flesh in fleshes:
        if not flesh.carve:
            length = float(np.linalg.norm(np.subtract(flesh.tail, flesh.head)))
            mean = (flesh.r0 + flesh.r1) / 2
            total += 2 * np.pi * mean * (length + 0.5 * mean) * (1 + flesh.flat) / 2
    return total


def _sample(fleshes: Sequence[Flesh], cell: float, least: float) -> tuple[Floats, Floats]:
    """The joint distance on a grid that holds all of them, and the grid's first corner."""
    solid = [flesh for flesh in fleshes if not flesh.carve]
    ends = np.array([[flesh.head, flesh.tail] for flesh in solid])
    reach = np.array([max(flesh.r0, flesh.r1, least) for flesh in solid])[:, None] * np.array(
        [[max(flesh.flat, 1.0), 1, 1] for flesh in solid]
    )
    low = (ends.min(axis=1) - reach).min(axis=0) - 2.5 * cell
    high = (ends.max(axis=1) + reach).max(axis=0) + 2.5 * cell
    # A grid that is its own mirror image makes a body that is.
    low[0], high[0] = (min(low[0], -high[0]), max(high[0], -low[0])) if low[0] < 0 < high[0] else (low[0], high[0])
    shape = np.ceil((high - low) / cell).astype(int) + 1
    low[0] = (low[0] + high[0]) / 2 - (shape[0] - 1) * cell / 2
    axes = [(low[axis] + np.arange(shape[axis]) * cell).astype(np.float32) for axis in range(3)]

    def join(onto: Floats, flesh: Flesh) -> None:
        thick = 0.0 if flesh.carve else least
        wide = max(flesh.r0, flesh.r1, thick) * np.array([max(flesh.flat, 1.0), 1, 1])
        margin = wide + (flesh.blend + 2 * cell) * max(1.0, 1 / flesh.flat)
        start = np.clip(((np.minimum(flesh.head, flesh.tail) - margin - low) / cell).astype(int), 0, shape)
        stop = np.clip(((np.maximum(flesh.head, flesh.tail) + margin - low) / cell).astype(int) + 2, 0, shape)
        box = tuple(slice(a, b) for a, b in zip(start, stop, strict=True))
        x, y, z = axes[0][box[0], None, None], axes[1][None, box[1], None], axes[2][None, None, box[2]]
        onto[box] = _join(onto[box], cone_distance(flesh, x, y, z, thick), flesh.blend, flesh.carve)

    limbs: dict[str, list[Flesh]] = {TRUNK: [], CARVED: []}
    for flesh in fleshes:
        limbs.setdefault(_limb(flesh), []).append(flesh)
    trunk = np.full(shape, 9.0, np.float32)
    for flesh in limbs.pop(TRUNK):
        join(trunk, flesh)
    carved, field = limbs.pop(CARVED), trunk
    for own in limbs.values():
        limb = trunk.copy()
        for flesh in own:
            join(limb, flesh)
        field = _over(field, limb, trunk)
    for flesh in carved:
        join(field, flesh)
    return field, low.astype(np.float32)


_CORNERS = np.array([(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)])
_EDGES = [(a, b) for a in range(8) for b in range(a + 1, 8) if np.abs(_CORNERS[a] - _CORNERS[b]).sum() == 1]


def surface_net(field: Floats, low: ArrayLike, cell: float) -> tuple[Floats, Ints]:
    """Vertices (n, 3) and triangles (m, 3) of where `field` is 0, facing away from where it is negative."""
    inside = field < 0
    corners = [inside[i : field.shape[0] - 1 + i, j : field.shape[1] - 1 + j, k : field.shape[2] - 1 + k]
               for i, j, k in _CORNERS]  # fmt: skip
    count = np.sum(corners, axis=0, dtype=np.int8)
    at = np.argwhere((count > 0) & (count < 8))
    number = np.full(count.shape, -1, np.int32)
    number[tuple(at.T)] = np.arange(len(at), dtype=np.int32)
    value = np.stack([field[tuple((at + corner).T)] for corner in _CORNERS], axis=1)
    total = np.zeros((len(at), 3), np.float32)
    crossings = np.zeros((len(at), 1), np.float32)
    for a, b in _EDGES:
        crosses = (value[:, a] < 0) != (value[:, b] < 0)
        share = np.where(crosses, value[:, a] / np.where(crosses, value[:, a] - value[:, b], 1), 0)[:, None]
        total += crosses[:, None] * (_CORNERS[a] + share * (_CORNERS[b] - _CORNERS[a]))
        crossings += crosses[:, None]
    vertices = (np.asarray(low) + (at + total / crossings) * cell).astype(np.float32)
    faces = []
    for axis in range(3):
        # Around an edge of the grid that the surface crosses lie four cells: a quad.
        u, v = (axis + 1) % 3, (axis + 2) % 3
        near = [slice(1, -1)] * 3
        far = [slice(1, -1)] * 3
        near[axis], far[axis] = slice(0, -1), slice(1, None)
        first, second = inside[tuple(near)], inside[tuple(far)]
        for out, flip in ((first & ~second, False), (~first & second, True)):
            where = np.argwhere(out)
            where[:, u] += 1
            where[:, v] += 1
            quad = []
            for du, dv in ((-1, -1), (0, -1), (0, 0), (-1, 0)):
                place = where.copy()
                place[:, u] += du
                place[:, v] += dv
                quad.append(number[tuple(place.T)])
            p, q, r, s = reversed(quad) if flip else quad
            faces.append(np.stack([p, q, r], 1))
            faces.append(np.stack([p, r, s], 1))
    return vertices, np.ascontiguousarray(np.concatenate(faces), np.int32)


def grow(fleshes: Sequence[Flesh], vertices: int) -> tuple[Floats, Ints, Floats]:
    """A closed mesh of about that many `vertices` around `fleshes`: vertices, triangles, normals."""
    cell = float(np.sqrt(1.05 * area(fleshes) / vertices))
    for _ in range(3):
        least = 0.7 * cell  # Nothing may fall between the points of the grid.
        field, low = _sample(fleshes, cell, least)
        points, faces = surface_net(field, low, cell)
        if len(points) < 1.15 * vertices:
            break
        cell *= float(np.sqrt(len(points) / vertices)) * 1.02
    points = _relax(points, faces)
    normals, value = gradient(fleshes, points, 0.3 * cell, least)
    points = points - normals * np.clip(value, -0.5 * cell, 0.5 * cell)[:, None]
    normals, value = gradient(fleshes, points, 0.5 * cell, least)
    points = points - normals * np.clip(value, -0.5 * cell, 0.5 * cell)[:, None]
    return np.asarray(points, np.float32), faces, normals


def _relax(points: Floats, faces: Ints) -> Floats:
    """Each point moved half way to the middle of its neighbours."""
    starts = np.concatenate([faces[:, [0, 1, 2]].ravel(), faces[:, [1, 2, 0]].ravel()])
    ends = np.concatenate([faces[:, [1, 2, 0]].ravel(), faces[:, [0, 1, 2]].ravel()])
    degree = np.bincount(starts, minlength=len(points))[:, None]
    middle = np.stack([np.bincount(starts, points[ends, axis], len(points)) for axis in range(3)], axis=1) / degree
    return np.asarray(0.5 * points + 0.5 * middle, np.float32)


def prisms(fleshes: Sequence[Flesh], most: int, sides: int = 4) -> tuple[Floats, Ints, Floats, list[str]]:
    """The `most` largest cones as prisms: vertices, triangles, normals and the bone of each vertex.

    For crowds, a few pixels high: a grid so coarse would lose the legs.
    """
    each = 2 * sides
    solid = [flesh for flesh in fleshes if not flesh.carve]
    solid.sort(key=lambda f: -max(f.r0, f.r1) * (float(np.linalg.norm(np.subtract(f.tail, f.head))) + f.r0 + f.r1))
    points: list[NDArray[np.float64]] = []
    normals: list[NDArray[np.float64]] = []
    faces: list[NDArray[np.int64]] = []
    bones: list[str] = []
    ring = np.arange(sides)
    beside = (ring + 1) % sides
    fan = np.stack([np.zeros(sides - 2, int), ring[1:-1], ring[2:]], 1)
    pattern = np.concatenate(
        [
            np.stack([ring, beside, sides + beside], 1),
            np.stack([ring, sides + beside, sides + ring], 1),
            fan[:, ::-1],
            fan + sides,
        ]
    )
    for flesh in solid[:most]:
        a, b = np.array(flesh.head), np.array(flesh.tail)
        axis = b - a
        axis = axis / max(float(np.linalg.norm(axis)), 1e-6) if np.linalg.norm(axis) > 1e-6 else np.array([0, 1.0, 0])
        side = np.cross(axis, [1.0, 0, 0] if abs(axis[0]) < 0.8 else [0, 0, 1.0])
        side /= np.linalg.norm(side)
        other = np.cross(axis, side)
        angle = (ring + 0.5) * (2 * np.pi / sides)
        out = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * other
        stretch = np.array([flesh.flat, 1, 1])
        # The ends reach into the joints, and the corners out as far as a round cone of the same section would.
        low, high = a - axis * (0.5 * flesh.r0), b + axis * (0.5 * flesh.r1)
        own = np.concatenate([low + out * (1.15 * flesh.r0) * stretch, high + out * (1.15 * flesh.r1) * stretch])
        normal = np.concatenate([out / stretch, out / stretch])
        faces.append(pattern + len(points) * each)
        points.append(own)
        normals.append(normal / np.linalg.norm(normal, axis=1, keepdims=True))
        bones += [flesh.bone] * each
    return (
        np.concatenate(points).astype(np.float32),
        np.concatenate(faces).astype(np.int32),
        np.concatenate(normals).astype(np.float32),
        bones,
    )
