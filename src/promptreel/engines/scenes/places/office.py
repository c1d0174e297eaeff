"""An open-plan office high over a city: desks with monitors, a wall of glass, panels of light."""

import numpy as np

from promptreel.engines.scenes.buildings import furniture as f
from promptreel.engines.scenes.buildings.interior import Interior, Opening, Shell, board, strip_lights
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Place, Set

HALF, BACK, HIGH = 4.6, 9.6, 2.9


def shell(rng: np.random.Generator) -> Shell:
    """Carpet tiles, white walls, glass from hip to ceiling in the far and the left wall."""
    window = Opening("far", -4.3, 4.3, 0.55, 2.65, (5, 1), (0.20, 0.20, 0.21))
    side = Opening("left", 3.0, 9.0, 0.55, 2.65, (4, 1), (0.20, 0.20, 0.21))
    carpet = ((0.16, 0.18, 0.21), (0.22, 0.21, 0.19))[int(rng.integers(2))]
    return Shell(HALF, BACK, HIGH, (0.64, 0.64, 0.62), carpet, (0.5, 0.5), openings=(window, side))


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    room = Interior.of(stage, "office", shell, lit=True)
    rng = room.rng
    wood = f.oak(2.0) if rng.random() < 0.5 else np.array([0.62, 0.61, 0.58])
    desk = f.table(1.5, 0.75, 0.74, wood, (0.12, 0.12, 0.13), rng, 0.03)
    cloth = np.array([(0.06, 0.10, 0.16), (0.07, 0.07, 0.075), (0.22, 0.07, 0.04)][int(rng.integers(3))])
    seat = f.office_chair(cloth, rng)
    for side in (-1, 1):
        for z in (3.3, 5.4, 7.5):
            x = side * 2.75
            room.put(desk, x, z)
            room.put(seat, x + rng.uniform(-0.2, 0.2), z + 0.62, rng.uniform(-0.5, 0.5))
            for dx in (-0.33, 0.33):
                room.put(
                    f.monitor(rng), x + dx, z + 0.05, np.pi + rng.uniform(-0.15, 0.15) if z > 5 else -0.2 * side, 0.74
                )
            f.box(room.mesh, (x - 0.25, 0.74, z + 0.20), (x + 0.2, 0.755, z + 0.34), (0.08, 0.08, 0.085))
            f.vessel(room.mesh, (x + 0.62 * side, 0.74, z - 0.1), rng, 0.11)
            for k in range(3):
                f.box(
                    room.mesh,
                    (x - 0.68, 0.74 + 0.03 * k, z - 0.2),
                    (x - 0.45, 0.768 + 0.03 * k, z + 0.1),
                    0.6 - 0.1 * k,
                )
    room.put(f.greenery(0.42, rng, 180), 4.1, 9.0)
    room.put(f.greenery(0.36, rng, 150), -4.1, 2.2)
    room.put(f.bookshelf(2.2, 1.9, (0.55, 0.54, 0.50), rng), HALF, 5.2, np.pi / 2)
    cells = np.full((64, 3), 0.72)
    cells[rng.integers(0, 64, 14)] = (0.62, 0.50, 0.10)
    cells[rng.integers(0, 64, 8)] = (0.60, 0.22, 0.26)
    board(room, "right", 6.7, 8.9, 1.0, 2.1, cells, (0.35, 0.35, 0.36), cells=8)
    strip_lights(room, [(x, z) for z in (1.0, 3.4, 5.8, 8.2) for x in (-2.2, 2.2)], (0.6, 1.2), 0.34)
    outlook(room)
    room.stand((0.0, 4.2), (-0.5, 4.6), (0.6, 4.9), (0.2, 3.5), (-0.4, 5.6))
    room.stand((-2.55, 3.2), (2.5, 3.2), on="table", y=0.74)
    room.stand((0.8, BACK - 0.1), on="sill", y=0.55)
    room.aisle((0.0, 8.2), (0.0, 2.6))
    room.finish()


def outlook(room: Interior, below: float = -46.0) -> None:
    """Towers of a city outside, in the light of the world; their windows shine when it is dark."""
    rng, plot = room.rng, room.plot
    mesh = MeshBuilder()
    land = [(-500, below, 10), (500, below, 10), (500, below, 500), (-500, below, 500)]
    mesh.quad(land, (0.13, 0.13, 0.125), across=20, up=20, toward=(0, 1, 0))
    for _ in range(26):
        z, way = rng.uniform(70, 260), rng.uniform(-1.15, 1.15)
        x, wide = z * way, rng.uniform(11, 24)
        high = rng.uniform(18, 62) * (0.7 + z / 260)
        tone = np.array(
            [(0.30, 0.32, 0.34), (0.34, 0.29, 0.24), (0.20, 0.25, 0.31), (0.40, 0.38, 0.35)][int(rng.integers(4))]
        )
        mesh.boxes([(x, below + high / 2, z)], [wide / 2, high / 2, wide / 2], tone)
        columns, floors = int(wide / 2.6), int(high / 3.6)
        u, v = (grid.ravel() for grid in np.meshgrid(np.arange(columns), np.arange(floors)))
        left, low = x - wide / 2 + 0.5 + u * wide / columns, below + 1 + v * 3.6
        face = np.full(len(u), z - wide / 2 - 0.15)
        right, top = left + wide / columns - 0.9, low + 2.2
        quads = np.stack(
            [np.stack([a, b, face], 1) for a, b in ((left, low), (right, low), (right, top), (left, top))], 1
        )
        shine = np.array([1.0, 0.72, 0.40])
        glow = np.where(rng.random((len(u), 1)) < 0.42, shine * 0.75, 0.0) if plot.dark else 0.0
        mesh.quads(quads, (0.05, 0.07, 0.09), glow, toward=(0, 0, -1))
    town = mesh.build()
    plot.stage.mesh.add(town.vertices, town.triangles, town.colour, town.emission, town.normals)


ROWS = (Place("office", build, size=15.5, height=2.9, distance=4.2, stands="around"),)
