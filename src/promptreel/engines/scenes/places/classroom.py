"""A classroom: desks in rows before a blackboard, windows along one side."""

import numpy as np

from promptreel.engines.scenes.buildings import furniture as f
from promptreel.engines.scenes.buildings.interior import NEUTRAL, Interior, Opening, Shell, board, strip_lights
from promptreel.engines.scenes.stage import Place, Set

HALF, BACK, HIGH = 3.9, 8.6, 3.1


def shell(rng: np.random.Generator) -> Shell:
    """Linoleum, pale walls, three windows on the left."""
    wall = ((0.58, 0.56, 0.44), (0.46, 0.54, 0.54))[int(rng.integers(2))]
    windows = tuple(Opening("left", z, z + 1.9, 0.95, 2.6, (2, 2)) for z in (0.9, 3.4, 5.9))
    return Shell(HALF, BACK, HIGH, wall, (0.36, 0.30, 0.22), (0.5, 0.5), openings=windows)


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    room = Interior.of(stage, "classroom", shell)
    rng, mesh = room.rng, room.mesh
    board(room, "far", -2.1, 2.1, 0.95, 2.25, (0.03, 0.075, 0.05), f.oak(1.3))
    _chalk(room)
    f.box(mesh, (-2.1, 0.90, BACK - 0.12), (2.1, 0.93, BACK), f.oak(1.3))
    desk = f.table(1.15, 0.5, 0.72, f.oak(1.9), f.STEEL * 0.5, rng, 0.03)
    seat = f.chair(f.oak(1.6))
    for side in (-1, 1):
        for z in (2.5, 3.9, 5.3):
            x = side * 2.15
            room.put(desk, x, z)
            for dx in (-0.28, 0.28):
                room.put(seat, x + dx, z - 0.42, np.pi + rng.uniform(-0.15, 0.15))
                if rng.random() < 0.7:
                    tint = f.COVERS[int(rng.integers(8))] * 1.3
                    turn = float(rng.uniform(-0.3, 0.3))
                    mesh.boxes([(x + dx, 0.735, z)], [0.10, 0.014, 0.14], tint, turn=turn)
    room.put(f.table(1.7, 0.7, 0.76, f.oak(1.1), f.oak(0.9), rng), 2.0, 7.3)
    mesh.lathe((2.5, 0.76, 7.3), [(0.08, 0), (0.08, 0.02), (0.015, 0.05), (0.015, 0.1)], 14, f.oak(0.6))
    ball = [(0.001, 0.10), (0.09, 0.15), (0.125, 0.23), (0.09, 0.31), (0.001, 0.355)]
    mesh.lathe((2.5, 0.76, 7.3), ball, 20, (0.08, 0.20, 0.36))
    for k in range(4):
        mesh.boxes([(1.6, 0.78 + 0.04 * k, 7.3)], [0.14 - 0.01 * k, 0.02, 0.10], f.COVERS[k] * 1.3)
    f.box(mesh, (1.62, 0.92, 7.26), (1.70, 0.99, 7.34), (0.50, 0.05, 0.03))
    u, v = np.meshgrid(np.linspace(0, 1, 40), np.linspace(0, 1, 40))
    land = np.sin(9 * u + 2) * np.cos(7 * v) + 0.7 * np.sin(17 * u + 5 * v) * np.cos(13 * v + 1)
    tone = np.where((land > 0.35).ravel()[:, None], (0.30, 0.38, 0.14), (0.22, 0.38, 0.52))
    board(room, "right", 3.0, 5.2, 1.15, 2.4, tone, f.oak(0.9), cells=40)
    room.put(f.bookshelf(1.6, 1.2, f.oak(1.5), rng), HALF, 6.6, np.pi / 2)
    room.put(f.greenery(0.22, rng), HALF - 0.2, 6.9, y=1.25)
    _clock(room)
    lamps = [(x, z) for z in (1.4, 4.2, 7.0) for x in (-1.9, 1.9)]
    if room.lit:
        strip_lights(room, lamps, (0.3, 1.3), 0.55, NEUTRAL)
    room.stand((0.0, 4.3), (-0.4, 6.8), (0.3, 6.4), (0.2, 3.4), (-0.2, 5.4))
    room.stand((-1.9, 2.5), (1.9, 2.5), on="table", y=0.72)
    room.aisle((0.0, 7.2), (0.0, 2.6))
    room.finish()


def _chalk(room: Interior) -> None:
    """Lines of writing, a triangle and a sum."""
    rng, mesh = room.rng, room.plot.mesh
    z = BACK - 0.04

    def stroke(x0: float, y0: float, x1: float, y1: float) -> None:
        way = np.array([x1 - x0, y1 - y0])
        side = np.array([-way[1], way[0]]) / max(float(np.linalg.norm(way)), 1e-6) * 0.009
        quad = [
            (x0 - side[0], y0 - side[1], z),
            (x1 - side[0], y1 - side[1], z),
            (x1 + side[0], y1 + side[1], z),
            (x0 + side[0], y0 + side[1], z),
        ]
        mesh.quad(quad, (0.62, 0.62, 0.56), toward=(0, 0, -1))

    for k in range(6):
        x, y = -1.85, 2.05 - 0.17 * k
        while x < -1.85 + rng.uniform(0.9, 1.6):
            end = x + rng.uniform(0.05, 0.16)
            stroke(x, y + rng.uniform(-0.02, 0.02), end, y + rng.uniform(-0.02, 0.05))
            x = end + rng.uniform(0.01, 0.05)
    corners = [(0.55, 1.25), (1.55, 1.25), (1.55, 1.95)]
    for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
        stroke(*a, *b)
    for x, y in ((1.0, 1.12), (1.66, 1.6), (0.95, 1.68)):
        stroke(x, y, x + 0.08, y + 0.08)
        stroke(x, y + 0.08, x + 0.08, y)


def _clock(room: Interior) -> None:
    turn = np.linspace(0, 2 * np.pi, 25)[:-1]
    for radius, tone, out in ((0.20, 0.05, 0.03), (0.18, 0.72, 0.036)):
        rim = np.stack([radius * np.cos(turn), 2.68 + radius * np.sin(turn), np.full(24, BACK - out)], 1)
        room.plot.mesh.add(
            [*rim, (0, 2.68, BACK - out)], [[i, (i + 1) % 24, 24] for i in range(24)], tone, normals=(0, 0, -1)
        )
    for x, y in ((0.05, 0.12), (-0.09, 0.03)):
        quad = [
            (-0.008, 2.68, BACK - 0.042),
            (0.008, 2.68, BACK - 0.042),
            (x + 0.005, 2.68 + y, BACK - 0.042),
            (x - 0.005, 2.68 + y, BACK - 0.042),
        ]
        room.plot.mesh.quad(quad, 0.03, toward=(0, 0, -1))


ROWS = (Place("classroom", build, size=14.1, height=3.1, distance=4.3, stands="around"),)
