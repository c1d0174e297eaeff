"""Skin that follows bones: weights by distance, and the kernel that poses every vertex (linear-blend skinning)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.creatures.implicit import Flesh, Floats, Ints, cone_distance
from promptreel.engines.scenes.kernels import f32, kernel

BONES = 3
"""How many bones may move one vertex."""


@kernel
def bend(rest, rest_normals, bones, weights, matrices, vertices, normals):
    """Pose `rest` (n, 3): each vertex moves with its three `bones` (n, 3) by `weights` (n, 3).

    `matrices` (b, 12): rows of the rotation with the offset behind, as 3×4.
    """
    for i in range(rest.shape[0]):
        x, y, z = rest[i, 0], rest[i, 1], rest[i, 2]
        nx, ny, nz = rest_normals[i, 0], rest_normals[i, 1], rest_normals[i, 2]
        px, py, pz, qx, qy, qz = f32(0.0), f32(0.0), f32(0.0), f32(0.0), f32(0.0), f32(0.0)
        for k in range(3):
            w = weights[i, k]
            if w > f32(0.0):
                b = bones[i, k]
                px += w * (matrices[b, 0] * x + matrices[b, 1] * y + matrices[b, 2] * z + matrices[b, 3])
                py += w * (matrices[b, 4] * x + matrices[b, 5] * y + matrices[b, 6] * z + matrices[b, 7])
                pz += w * (matrices[b, 8] * x + matrices[b, 9] * y + matrices[b, 10] * z + matrices[b, 11])
                qx += w * (matrices[b, 0] * nx + matrices[b, 1] * ny + matrices[b, 2] * nz)
                qy += w * (matrices[b, 4] * nx + matrices[b, 5] * ny + matrices[b, 6] * nz)
                qz += w * (matrices[b, 8] * nx + matrices[b, 9] * ny + matrices[b, 10] * nz)
        length = f32(1.0) / np.sqrt(max(qx * qx + qy * qy + qz * qz, f32(1e-12)))
        vertices[i, 0], vertices[i, 1], vertices[i, 2] = px, py, pz
        normals[i, 0], normals[i, 1], normals[i, 2] = qx * length, qy * length, qz * length


def weigh(
    points: Floats, fleshes: Sequence[Flesh], order: Sequence[str], parents: Sequence[int]
) -> tuple[Ints, Floats]:
    """The bones (n, 3) that move each of `points`, and their shares.

    The nearest bone counts most. Only its parent and its children count beside it, so that a leg never pulls at the
    other leg. How soft a joint is goes by the thickness of the flesh there.
    """
    index = {name: number for number, name in enumerate(order)}
    x, y, z = (np.ascontiguousarray(points[:, axis]) for axis in range(3))
    far = np.full((len(order), len(points)), 9.0, np.float32)
    soft = np.full(len(order), 0.02, np.float32)
    for flesh in fleshes:
        if flesh.carve:
            continue
        row = index[flesh.bone]
        far[row] = np.minimum(far[row], cone_distance(flesh, x, y, z))
        soft[row] = max(soft[row], 0.35 * min(flesh.r0, flesh.r1))
    nearest = far.argmin(axis=0)
    related = np.eye(len(order), dtype=bool)
    for child, parent in enumerate(parents):
        if parent >= 0:
            related[child, parent] = related[parent, child] = True
    excess = far - far[nearest, np.arange(len(points))]
    share = np.exp(-np.maximum(excess, 0) / np.minimum(soft[:, None], soft[nearest]))
    share *= related[:, nearest]
    top = np.argsort(-share, axis=0, kind="stable")[:BONES]
    chosen = np.take_along_axis(share, top, axis=0)
    chosen[chosen < 0.02] = 0
    chosen /= chosen.sum(axis=0)
    return np.ascontiguousarray(top.T, np.int32), np.ascontiguousarray(chosen.T, np.float32)


def smooth_weights(bones: Ints, weights: Floats, faces: Ints, total: int, rounds: int = 2) -> tuple[Ints, Floats]:
    """The same, averaged with the neighbours on the mesh: joints bend without creases."""
    number = len(bones)
    dense: NDArray[np.float32] = np.zeros((number, total), np.float32)
    np.put_along_axis(dense, bones, weights, axis=1)
    starts = np.concatenate([faces[:, [0, 1, 2]].ravel(), faces[:, [1, 2, 0]].ravel()])
    ends = np.concatenate([faces[:, [1, 2, 0]].ravel(), faces[:, [0, 1, 2]].ravel()])
    order = np.argsort(starts, kind="stable")
    ends = ends[order]
    first = np.searchsorted(starts[order], np.arange(number))
    degree = np.maximum(np.bincount(starts, minlength=number), 1)[:, None].astype(np.float32)
    for _ in range(rounds):
        dense = np.float32(0.5) * dense + np.float32(0.5) * np.add.reduceat(dense[ends], first, axis=0) / degree
    top = np.argsort(-dense, axis=1, kind="stable")[:, :BONES]
    chosen = np.take_along_axis(dense, top, axis=1)
    chosen /= chosen.sum(axis=1, keepdims=True)
    return np.ascontiguousarray(top, np.int32), np.ascontiguousarray(chosen, np.float32)
