"""A subway station: a tiled platform under strips of light, columns, benches, and a train that stands at it."""

import numpy as np

from promptreel.engines.scenes.buildings import furniture as f
from promptreel.engines.scenes.buildings.building import beam, courses, patch
from promptreel.engines.scenes.buildings.interior import FRONT, NEUTRAL, Interior, Shell, board, strip_lights
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Place, Set

HALF, BACK, HIGH, EDGE, BED = 5.0, 34.0, 4.0, 1.7, -1.05
"""Half the width, the end, the height; where the platform ends, and how deep the track lies, m."""


def shell(rng: np.random.Generator) -> Shell:
    """Paving with a yellow line along the edge, white tiles with a coloured band."""

    def floor(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        x = -HALF + u * (EDGE + HALF)
        line = (x > EDGE - 0.75) & (x < EDGE - 0.45)
        return np.where(line[:, None], (0.62, 0.46, 0.06), np.where((x > EDGE - 0.3)[:, None], 0.5, (0.34, 0.33, 0.32)))

    band = np.array(
        [(0.05, 0.20, 0.42), (0.45, 0.07, 0.05), (0.06, 0.30, 0.16), (0.55, 0.28, 0.04)][int(rng.integers(4))]
    )

    def tiles(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        y = v * HIGH
        return np.where(((y > 2.3) & (y < 2.75))[:, None], band, np.where((y < 0.5)[:, None], 0.28, (0.62, 0.62, 0.58)))

    return Shell(HALF, BACK, HIGH, tiles, floor, (0.3, 0.6), (0.30, 0.30, 0.31), (0.3, 0.15), 0.02, edge=EDGE)


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    room = Interior.of(stage, "subway", shell, lit=True, fill=0.07)
    rng, mesh = room.rng, room.mesh
    _track(room)
    _train(mesh, rng)
    for z in (4.5, 10.0, 15.5, 21.0, 26.5):
        _column(mesh, -1.75, z)
    for z in (6.5, 13.0, 19.5):
        room.put(f.bench(1.9, f.oak(1.5)), -HALF + 0.55, z, -np.pi / 2)
    signs = np.array([(0.04, 0.06, 0.12)] * 36)
    signs[[13, 14, 15, 16, 19, 20]] = 0.7
    for z in (3.6, 9.4, 16.0):
        board(room, "left", z, z + 1.6, 1.35, 1.95, signs, (0.5, 0.5, 0.5), 0.25 * signs)
        poster = rng.uniform(0.05, 0.6, (4, 3))[rng.integers(0, 4, 36)]
        board(room, "left", z + 2.2, z + 3.2, 0.8, 2.1, poster, (0.4, 0.4, 0.42), 0.35 * poster)
    _hanging_sign(mesh, 8.2)
    strip_lights(room, [(x, z) for z in np.arange(-2.7, BACK, 3.2) for x in (-3.4, -0.2)], (0.22, 2.3), 0.52, NEUTRAL)
    room.stand((-0.3, 4.4), (-0.8, 5.2), (0.2, 5.6), (-2.6, 4.9), (-0.4, 6.8))
    room.aisle((-0.4, 12.0), (-0.2, 2.8))
    room.plot.take((3.2, 14.0), 3.0)
    room.finish(bodies=6)


def _column(mesh: MeshBuilder, x: float, z: float) -> None:
    outline = [(0.34, 0.0), (0.34, 0.25), (0.24, 0.30), (0.24, HIGH - 0.4), (0.36, HIGH - 0.1), (0.36, HIGH)]
    outline = [*outline[:3], *((0.24, y) for y in np.linspace(0.6, HIGH - 0.7, 6)), *outline[3:]]
    mesh.lathe((x, 0, z), outline, 18, (0.40, 0.40, 0.38))


def _track(room: Interior) -> None:
    """The bed below, rails and sleepers, the platform's wall, the dark mouth of the tunnel."""
    mesh, rng = room.plot.mesh, room.rng
    bed = patch((EDGE, BED, FRONT), (HALF, BED, FRONT), (HALF, BED, BACK), (EDGE, BED, BACK), (0, 1, 0))
    courses(mesh, bed, (0.6, 0.6), (0.10, 0.095, 0.09), rng, vary=0.2, round_off=0.2)
    side = patch((EDGE, BED, FRONT), (EDGE, BED, BACK), (EDGE, 0, BACK), (EDGE, 0, FRONT), (1, 0, 0))
    courses(mesh, side, (0.6, 0.5), (0.22, 0.21, 0.20), rng, vary=0.1)
    far = patch((HALF, BED, FRONT), (HALF, BED, BACK), (HALF, 0, BACK), (HALF, 0, FRONT), (-1, 0, 0))
    courses(mesh, far, (0.6, 0.5), (0.16, 0.155, 0.15), rng, vary=0.1)
    for x in (2.6, 4.05):
        beam(mesh, (x, BED + 0.16, FRONT), (x, BED + 0.16, BACK), (0.07, 0.14), (0.24, 0.22, 0.20))
    for z in np.arange(FRONT, 12, 0.65):
        beam(mesh, (2.2, BED + 0.05, z), (4.45, BED + 0.05, z), (0.22, 0.1), (0.09, 0.07, 0.055))
    mesh.quad([(EDGE, BED, BACK - 0.02), (HALF, BED, BACK - 0.02), (HALF, 3.3, BACK - 0.02), (EDGE, 3.3, BACK - 0.02)],
              0.004, toward=(0, 0, -1))  # fmt: skip


def _train(mesh: MeshBuilder, rng: np.random.Generator) -> None:
    """Steel cars with a coloured stripe, lit windows and doors, and two lamps at the front."""
    left, right, low, top, start = 1.92, 4.75, BED + 0.35, 2.75, 9.0
    steel = np.array([0.44, 0.45, 0.46])
    paint = np.array([(0.05, 0.20, 0.42), (0.45, 0.07, 0.05), (0.55, 0.28, 0.04)][int(rng.integers(3))])
    glow = np.array([1.0, 0.94, 0.80]) * 0.85
    roof = [(left, top), (left + 0.35, top + 0.28), (right - 0.35, top + 0.28), (right, top)]
    for (xa, ya), (xb, yb) in zip(roof, roof[1:], strict=False):
        mesh.quad([(xa, ya, start), (xb, yb, start), (xb, yb, BACK), (xa, ya, BACK)], steel * 0.7, across=1, up=8,
                  toward=(xa + xb - left - right, 2, 0))  # fmt: skip
    levels = (
        (low, 0.75, steel * 0.8),
        (0.75, 0.95, paint),
        (0.95, 1.0, steel),
        (1.0, 1.85, steel * 0.9),
        (1.85, top, steel),
    )
    for ya, yb, tone in levels:
        mesh.quad(
            [(left, ya, start), (left, ya, BACK), (left, yb, BACK), (left, yb, start)],
            tone,
            across=30,
            toward=(-1, 0, 0),
        )
        mesh.quad(
            [(left, ya, start), (right, ya, start), (right, yb, start), (left, yb, start)],
            tone,
            across=4,
            toward=(0, 0, -1),
        )
    mesh.quad([(left, top, start), (right, top, start), (right - 0.35, top + 0.28, start), (left + 0.35, top + 0.28, start)],
              steel, toward=(0, 0, -1))  # fmt: skip
    x = left - 0.012
    for z in np.arange(start + 0.5, BACK - 1.5, 2.45):
        for a, b, ya, yb in (
            (z, z + 1.35, 1.05, 1.82),
            (z + 1.52, z + 1.84, 1.0, 1.85),
            (z + 1.90, z + 2.22, 1.0, 1.85),
        ):
            mesh.quad(
                [(x, ya, a), (x, ya, b), (x, yb, b), (x, yb, a)], 0.05, glow * rng.uniform(0.8, 1.0), toward=(-1, 0, 0)
            )
        for at in (z + 1.46, z + 1.87, z + 2.28):
            mesh.boxes([(x, 1.0, at)], [0.008, 1.02, 0.018], steel * 0.25)
    front = start - 0.012
    for a, b, ya, yb in (
        (left + 0.18, left + 1.08, 0.95, 2.1),
        (left + 1.75, right - 0.18, 0.95, 2.1),
        (left + 1.17, left + 1.66, 0.9, 2.0),
    ):
        mesh.quad(
            [(a, ya, front), (b, ya, front), (b, yb, front), (a, yb, front)], 0.03, 0.16 * glow, toward=(0, 0, -1)
        )
    f.box(mesh, (left + 0.8, 2.25, front - 0.01), (right - 0.8, 2.5, front), 0.02, 0.6 * np.array([1.0, 0.55, 0.10]))
    lamp = [(0.001, -0.02), (0.11, -0.02), (0.13, 0.03)]
    for at in (left + 0.42, right - 0.42):
        ring = [
            (at + r * np.cos(t), 0.30 + r * np.sin(t), front - 0.02)
            for r, _ in lamp[1:2]
            for t in np.linspace(0, 2 * np.pi, 17)
        ]
        mesh.add(
            [*ring, (at, 0.30, front - 0.02)], [[i, i + 1, 17] for i in range(16)], 0.3, 2.2 * glow, normals=(0, 0, -1)
        )


def _hanging_sign(mesh: MeshBuilder, z: float) -> None:
    """A lit board over the platform with an arrow and bars for words."""
    for x in (-0.9, 0.5):
        beam(mesh, (x, HIGH, z), (x, 3.15, z), 0.03, f.STEEL * 0.5)
    f.box(mesh, (-1.2, 2.72, z - 0.05), (0.8, 3.15, z + 0.05), (0.03, 0.03, 0.035))
    for a, b, y in ((-0.75, 0.1, 2.98), (-0.75, 0.45, 2.85)):
        mesh.quad([(a, y - 0.035, z - 0.06), (b, y - 0.035, z - 0.06), (b, y + 0.035, z - 0.06), (a, y + 0.035, z - 0.06)],
                  0.5, 0.9 * NEUTRAL, toward=(0, 0, -1))  # fmt: skip
    mesh.add([(-1.08, 2.93, z - 0.06), (-0.9, 3.06, z - 0.06), (-0.9, 2.80, z - 0.06)], [[0, 1, 2]], 0.5,
             np.array([1.0, 0.7, 0.1]), normals=(0, 0, -1))  # fmt: skip


ROWS = (Place("subway", build, size=39.5, height=4.0, distance=4.4, stands="around"),)
