"""What stands around the swimming pool of the ground `pool`: its coping, ladders, a board, loungers under parasols."""

import math

import numpy as np

from promptreel.engines.scenes.buildings.building import Plot, beam, beams, courses, patch
from promptreel.engines.scenes.grounds.pool import DECK, POOL
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Place, Set

CLOTHS = np.array([(0.62, 0.10, 0.07), (0.05, 0.22, 0.42), (0.66, 0.44, 0.06), (0.05, 0.34, 0.30)])
WHITE = np.array([0.72, 0.72, 0.70])


def lounger(mesh: MeshBuilder, x: float, z: float, way: float, cloth: np.ndarray) -> None:
    """A lounger with its head raised, its foot toward `way` (1: +x)."""
    y = DECK
    for dz in (-0.28, 0.28):
        beam(mesh, (x - way * 0.95, y + 0.32, z + dz), (x + way * 0.95, y + 0.32, z + dz), 0.05, WHITE)
        for dx in (-0.8, 0.8):
            beam(mesh, (x + dx, y, z + dz), (x + dx, y + 0.32, z + dz), 0.05, WHITE * 0.9)
    for a, b, up, rise in ((-0.25, 0.98, 0.38, 0.0), (-0.95, -0.25, 0.38, 0.48)):
        corners = [(x + way * a, y + up + rise, z - 0.30), (x + way * a, y + up + rise, z + 0.30),
                   (x + way * b, y + up, z + 0.30), (x + way * b, y + up, z - 0.30)]  # fmt: skip
        mesh.quad(corners, cloth, toward=(0, 1, 0), across=3, up=6)
        mesh.quad([(p, q - 0.06, r) for p, q, r in corners], cloth * 0.4, toward=(0, -1, 0))
        for edge in (0, 2):
            p, q = corners[edge], corners[edge + 1]
            mesh.quad([p, q, (q[0], q[1] - 0.06, q[2]), (p[0], p[1] - 0.06, p[2])], cloth * 0.8, toward=(way, 0.2, 0))
    mesh.boxes([(x - way * 0.78, y + 0.80, z)], [0.10, 0.05, 0.22], WHITE)


def parasol(mesh: MeshBuilder, x: float, z: float, cloth: np.ndarray) -> None:
    """Eight fields of cloth over ribs, every other one white."""
    beam(mesh, (x, DECK, z), (x, 2.75, z), 0.05, (0.40, 0.26, 0.13))
    a = np.linspace(0, 2 * math.pi, 9)
    rim = np.stack([x + 1.45 * np.cos(a), np.full(9, 2.15), z + 1.45 * np.sin(a)], 1)
    top = np.array([x, 2.75, z])
    for k in range(8):
        tone = cloth if k % 2 else WHITE
        middle = (rim[k] + rim[k + 1]) / 2
        normal = middle - [x, 0.4, z]
        mesh.add([rim[k], rim[k + 1], top], [[0, 1, 2]], tone, normals=normal / np.linalg.norm(normal))
        mesh.add([rim[k] - [0, 0.03, 0], rim[k + 1] - [0, 0.03, 0], top - [0, 0.03, 0]], [[0, 1, 2]], tone * 0.45, tone * 0.06,
                 normals=(0, -1, 0))  # fmt: skip
        mesh.quad([rim[k], rim[k + 1], rim[k + 1] - [0, 0.16, 0], rim[k] - [0, 0.16, 0]], tone * 0.9, toward=normal)


def ladder(mesh: MeshBuilder, x: float, z: float) -> None:
    """Two bent rails of steel and the rungs that stand out of the water."""
    steel = np.array([0.55, 0.56, 0.58])
    a = np.linspace(0, math.pi, 9)
    for dz in (-0.26, 0.26):
        line = np.stack(
            [x + 0.42 - 0.42 * (1 - np.cos(a)), DECK + 0.05 + 0.85 * np.sin(a) ** 0.7, np.full(9, z + dz)], 1
        )
        line = np.concatenate([line, [(x - 0.42, -0.2, z + dz)]])
        beams(mesh, line[:-1], line[1:], 0.045, steel)


def paving(plot: Plot, inner: float, outer: float, y: float, laid: tuple[np.ndarray, float]) -> None:
    """Slabs around the pool, from `inner` to `outer` m off its edge; `laid`: their colour and size in m."""
    left, right, near, far = POOL
    for x0, z0, x1, z1 in (
        (left - outer, near - outer, right + outer, near - inner),
        (left - outer, far + inner, right + outer, far + outer),
        (left - outer, near - inner, left - inner, far + inner),
        (right + inner, near - inner, right + outer, far + inner),
    ):
        surface = patch((x0, y, z0), (x1, y, z0), (x1, y, z1), (x0, y, z1), (0, 1, 0))
        size = (laid[1], laid[1])
        courses(plot.mesh, surface, size, laid[0], plot.rng, vary=0.065, round_off=0.04, shade=0.95, bond=0.0)


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, 0.0, 0.0, 0.0, "poolside")
    plot._origin[:] = 0.0
    mesh, rng = plot.mesh, plot.rng
    left, right, near, far = POOL
    edge, top = 0.42, DECK + 0.035
    stone = np.array([0.62, 0.585, 0.53])
    paving(plot, 0.0, edge, top, (stone, 0.62))
    # A little under the coping, or the ground shows as dashes in the joint.
    paving(plot, edge - 0.06, edge + 4.7, top - 0.02, (stone * 0.92, 0.95))
    tile = np.array([0.09, 0.26, 0.42])
    for p, q, toward in (((left, near), (right, near), (0, 0, 1)), ((left, far), (right, far), (0, 0, -1)),
                         ((left, near), (left, far), (1, 0, 0)), ((right, near), (right, far), (-1, 0, 0))):  # fmt: skip
        face = patch((p[0], -0.35, p[1]), (q[0], -0.35, q[1]), (q[0], top, q[1]), (p[0], top, p[1]), toward)
        courses(mesh, face, (0.25, 0.18), tile, rng, vary=0.15, round_off=0.08, bond=0.0)
    for z in (near + 2.0, far - 2.0):
        ladder(mesh, right, z)
    cloth = CLOTHS[rng.permutation(len(CLOTHS))]
    for side, x, way in ((0, left - 2.5, 1.0), (1, right + 2.5, -1.0)):
        for k, z in enumerate((near + 1.4, near + 3.6, near + 7.2, near + 9.4)):
            lounger(mesh, x, z, way, cloth[side] * 0.4 + WHITE * 0.6)
            if k % 2 == 0:
                parasol(mesh, x - way * 0.6, z + 1.1, cloth[side])
    mesh.boxes([(-1.2, DECK + 0.22, far + 0.9)], [0.30, 0.22, 0.55], WHITE * 0.8)
    mesh.boxes([(-1.2, DECK + 0.55, far - 0.2)], [0.27, 0.03, 1.7], np.array([0.10, 0.30, 0.45]))
    if plot.dark:
        for x in np.linspace(left + 1, right - 1, 4):
            plot.lamp((float(x), 0.5, (near + far) / 2), 1.2, (0.35, 0.85, 1.0))
    ring = np.linspace(0, 2 * math.pi, 25)
    u, v = np.meshgrid(ring, ring[::3])
    tube = np.stack(
        [
            -2.6 + (0.46 + 0.15 * np.cos(v)) * np.cos(u),
            0.06 + 0.15 * np.sin(v),
            7.4 + (0.46 + 0.15 * np.cos(v)) * np.sin(u),
        ],
        -1,
    )
    for i in range(len(ring[::3]) - 1):
        corners = np.stack([tube[i, :-1], tube[i, 1:], tube[i + 1, 1:], tube[i + 1, :-1]], 1)
        tone = np.where((np.arange(24)[:, None] // 3) % 2 == 0, cloth[2], WHITE)
        mesh.quads(corners, tone, toward=corners.mean(axis=1) - [-2.6, 0.06, 7.4])
    for x, z in ((-1.6, 9.4), (1.2, 9.0), (-4.6, 10.5), (2.8, 7.2)):
        stage.spots.setdefault("water", []).append((x, 0.0, z))
    plot.finish(contact=0.45)


ROWS = (Place("poolside", build, size=24.0, height=3.0, distance=0.0, stands="around"),)
