"""How much sky the corners of something built see, worked out once at set-up.

A depth map per direction: triangles are sampled into a square grid seen along the direction, and a corner is hidden
where the grid holds something farther along. Ten directions over the upper half make soft contact shade.
"""

import functools

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import f32, flr, i32, kernel, mix, sat

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

AMBIENT_SIDE = 160


@kernel
def fill_map(points, triangles, side, depth):
    """Sample triangles into `depth` (side * side): the largest third coordinate over each cell.

    `points` (n, 3): place in cells, and the height along the direction, in cells too.
    """
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        x0, y0, z0 = points[a, 0], points[a, 1], points[a, 2]
        ux, uy, uz = points[b, 0] - x0, points[b, 1] - y0, points[b, 2] - z0
        vx, vy, vz = points[c, 0] - x0, points[c, 1] - y0, points[c, 2] - z0
        longest = max(max(abs(ux), abs(uy)), max(max(abs(vx), abs(vy)), max(abs(ux - vx), abs(uy - vy))))
        steps = min(i32(longest * f32(1.5)) + i32(1), i32(2000))
        share = f32(1.0) / f32(steps)
        for i in range(steps + 1):
            p = f32(i) * share
            for j in range(steps + 1 - i):
                q = f32(j) * share
                column = min(max(i32(flr(x0 + ux * p + vx * q)), i32(0)), side - i32(1))
                row = min(max(i32(flr(y0 + uy * p + vy * q)), i32(0)), side - i32(1))
                z = z0 + uz * p + vz * q
                at = row * side + column
                depth[at] = max(depth[at], z)


@kernel
def read_map(points, side, depth, soft, seen):
    """How much of each of `points` (in cells) is not behind `depth`, 0…1, with soft edges (in cells of height)."""
    for i in range(points.shape[0]):
        fx = points[i, 0] - f32(0.5)
        fy = points[i, 1] - f32(0.5)
        left, top = flr(fx), flr(fy)
        x0 = min(max(i32(left), i32(0)), side - i32(2))
        y0 = min(max(i32(top), i32(0)), side - i32(2))
        at = y0 * side + x0
        z = points[i, 2]
        a = sat(f32(1.0) - (depth[at] - z) / soft)
        b = sat(f32(1.0) - (depth[at + 1] - z) / soft)
        c = sat(f32(1.0) - (depth[at + side] - z) / soft)
        d = sat(f32(1.0) - (depth[at + side + 1] - z) / soft)
        seen[i] = mix(mix(a, b, sat(fx - left)), mix(c, d, sat(fx - left)), sat(fy - top))


@functools.cache
def sky_directions() -> Floats:
    """Unit directions spread over the upper half, (10, 3): a spiral, a little denser near the horizon."""
    number = np.arange(10)
    up = 0.10 + 0.86 * ((number + 0.5) / 10) ** 1.15
    angle = number * 2.39996
    flat = np.sqrt(1 - up * up)
    return np.stack([flat * np.cos(angle), up, flat * np.sin(angle)], 1).astype(np.float32)


def _planes(points: Floats, frame: Floats) -> Floats:
    """The three coordinates of `points` (n, 3) along the rows of `frame`, (3, n): numpy is ten times faster on planes."""
    planes = np.empty((3, len(points)), np.float32)
    for plane, axis in zip(planes, frame, strict=True):
        np.matmul(points, axis, out=plane)
    return planes


def _cells(planes: Floats, offset: Floats, cell: np.float32) -> Floats:
    """Coordinates (3, n) in cells from `offset`, as the kernels take them, (n, 3)."""
    return np.ascontiguousarray(((planes - offset[:, None]) / cell).T)


def visible(
    direction: NDArray[np.floating],
    at: Floats,
    normals: Floats,
    blockers: Floats,
    triangles: Ints,
    side: int = AMBIENT_SIDE,
) -> Floats:
    """The share of light from `direction` that reaches each of the points `at` (n, 3) past the blockers, (n)."""
    toward = np.asarray(direction, np.float64) / np.linalg.norm(direction)
    across = np.cross(toward, [0.0, 0.0, 1.0] if abs(toward[2]) < 0.9 else [1.0, 0.0, 0.0])
    across /= np.linalg.norm(across)
    frame = np.stack([across, np.cross(toward, across), toward]).astype(np.float32)
    high = _planes(blockers, frame)
    low = high.min(axis=1) - np.float32(0.01)
    cell = np.float32(max(float((high.max(axis=1) - low)[:2].max()), 0.5) / (side - 4))
    offset = low - np.array([2 * cell, 2 * cell, 0], np.float32)
    depth = np.full(side * side, -1e6, np.float32)
    fill_map(_cells(high, offset, cell), triangles, np.int32(side), depth)
    # A point is moved off its own surface by a cell and a half, or it would hide itself.
    moved = high if at is blockers else _planes(at, frame)
    moved += np.float32(1.2) * cell * _planes(normals, frame)
    moved[2] += np.float32(1.1) * cell
    seen = np.empty(len(at), np.float32)
    read_map(_cells(moved, offset, cell), np.int32(side), depth, np.float32(1.5), seen)
    return seen


def openness(at: Floats, normals: Floats, blockers: Floats, triangles: Ints, side: int = AMBIENT_SIDE) -> Floats:
    """The share of the sky before each point that is open, weighted as a matte surface sees it, (n)."""
    total = np.zeros(len(at), np.float32)
    weight = np.full(len(at), 1e-4, np.float32)
    for direction in sky_directions():
        facing = np.maximum(normals @ direction, 0) + np.float32(0.04)
        total += facing * visible(direction, at, normals, blockers, triangles, side)
        weight += facing
    return np.asarray(total / weight, np.float32)


def luminance(colour: NDArray[np.floating]) -> float:
    """Of linear BT.709 light."""
    return float(np.dot(np.asarray(colour, np.float64), [0.2126, 0.7152, 0.0722]))
