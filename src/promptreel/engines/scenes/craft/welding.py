"""Welding of points, normals with sharp and soft edges, and the merging of vertices where fewer must do."""

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Ints = NDArray[np.int32]


def cross(a: Doubles, b: Doubles) -> Doubles:
    """The cross product of rows; numpy's own spends ten times as long on few rows."""
    (ax, ay, az), (bx, by, bz) = a.T, b.T
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], 1)


def weld(points: Doubles) -> NDArray[np.int64]:
    """For each point the number of the first one at (nearly, 0.2 mm) the same place."""
    step = np.round(points * 5000).astype(np.int64) + (1 << 20)
    key = (step[:, 0] << 42) | (step[:, 1] << 21) | step[:, 2]
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], np.int64)


def corner_normals(faces: NDArray[np.int64], area: Doubles, size: Doubles, limit: float) -> Doubles:
    """At each corner (3m, 3) the mean normal of those faces around its vertex that lie within the crease angle."""
    vertex, face = faces.ravel(), np.repeat(np.arange(len(faces)), 3)
    order = np.argsort(vertex, kind="stable")
    _, start, count = np.unique(vertex[order], return_index=True, return_counts=True)
    group = np.repeat(count, count)
    one = np.repeat(order, group)
    within = np.arange(len(one)) - np.repeat(np.cumsum(group) - group, group)
    other = order[np.repeat(np.repeat(start, count), group) + within]
    unit = area / size[:, None]
    near = np.sum(unit[face[one]] * unit[face[other]], axis=1) > limit
    one, other = one[near], other[near]
    weight = area[face[other]]
    total = np.stack([np.bincount(one, weight[:, k], minlength=len(vertex)) for k in range(3)], 1)
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12))


def means(rows: Doubles, owner: Ints) -> Doubles:
    number = np.bincount(owner)
    return np.stack([np.bincount(owner, rows[:, k]) / number for k in range(rows.shape[1])], 1)


def clusters(
    vertices: Doubles, normals: Doubles, faces: Ints, part: NDArray[np.integer], slot: Ints, budget: int
) -> tuple[Ints, Ints, Ints]:
    """For each vertex the number of its cell in space and that of its vertex in it (one for each stuff and side there),
    and the triangles that are left; at most `budget` of the vertices are used by them."""
    axis = np.argmax(np.abs(normals), axis=1)
    side = axis * 2 + (np.take_along_axis(normals, axis[:, None], 1)[:, 0] > 0)
    low = vertices.min(axis=0)
    extent = float((vertices.max(axis=0) - low).max())
    own = np.full(part.max() + 1, extent)
    for k in np.unique(part):
        own[k] = max(float(np.ptp(vertices[part == k], axis=0).max()) / 2.2, extent / 1000)
    size = extent / (900 if budget > 5000 else 150 if budget > 1000 else 30)
    while True:
        # Small parts (wheels) keep a shape of their own longer than the rest.
        step = np.minimum(size, np.maximum(own[part], 0.3 * size))[:, None]
        place = ((vertices - low) / step).astype(np.int64)
        cells = (part.astype(np.int64) << 42) | (place[:, 0] << 28) | (place[:, 1] << 14) | place[:, 2]
        cells = np.unique(cells, return_inverse=True)[1]
        key = (cells << 16) | (slot.astype(np.int64) << 3) | side
        owner = np.unique(key, return_inverse=True)[1]
        a, b, c = cells[faces].T
        kept = faces[(a != b) & (b != c) & (a != c)]
        if len(np.unique(owner[kept])) <= budget or size > 4 * extent:
            break
        size *= 1.1
    order = _in_order(owner)
    return _in_order(cells), order, order[kept]


def _in_order(owner: NDArray[np.integer]) -> Ints:
    """The same numbers in the order in which they first appear, so that parts stay ranges."""
    _, first, index = np.unique(owner, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[index].astype(np.int32)
