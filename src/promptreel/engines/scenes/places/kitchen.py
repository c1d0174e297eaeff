"""A kitchen: counters, a window over the sink, a stove with pots, a fridge, shelves of jars."""

import numpy as np

from promptreel.engines.scenes.buildings import furniture as f
from promptreel.engines.scenes.buildings.building import IRON, beam
from promptreel.engines.scenes.buildings.interior import FRONT, WARM, Interior, Opening, Shell
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Place, Set

BACK, HALF, HIGH = 5.2, 2.9, 2.65
FRONTS = np.array([(0.30, 0.38, 0.30), (0.62, 0.60, 0.55), (0.10, 0.16, 0.24), (0.42, 0.30, 0.18)])


def shell(rng: np.random.Generator) -> Shell:
    """Chequered tiles, light walls, a wide window in the far wall."""

    def tiles(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        odd = (np.floor(u * 2 * HALF / 0.34) + np.floor(v * (BACK - FRONT) / 0.34)) % 2
        return np.where(odd[:, None] > 0, (0.52, 0.49, 0.44), (0.22, 0.19, 0.17))

    wall = ((0.66, 0.60, 0.48), (0.60, 0.60, 0.56), (0.56, 0.60, 0.56))[int(rng.integers(3))]
    window = Opening("far", -0.85, 0.95, 1.12, 2.15, (3, 1))
    return Shell(HALF, BACK, HIGH, wall, tiles, (0.34, 0.34), brick=(0.22, 0.22), openings=(window,))


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    room = Interior.of(stage, "kitchen", shell)
    rng, mesh = room.rng, room.mesh
    front = FRONTS[int(rng.integers(len(FRONTS)))]
    wood = f.oak(1.7)
    room.put(f.cabinet(4.3, 0.92, 0.60, front, 7, rng, wood), -0.35, BACK)
    room.put(f.cabinet(2.9, 0.92, 0.60, front, 5, rng, wood), -HALF, 3.1, -np.pi / 2)
    for x, wide, doors in ((-1.62, 1.3, 2), (1.55, 1.0, 2)):
        room.put(f.cabinet(wide, 0.72, 0.34, front, doors, rng), x, BACK, y=1.52)
    _fridge(mesh, rng)
    _stove(room)
    _sink(mesh)
    room.put(f.shelf_of_jars(2.2, 2, wood, rng), -HALF, 3.2, -np.pi / 2, 1.45)
    for x, z in (
        (-0.75, BACK - 0.3),
        (-1.45, BACK - 0.28),
        (-1.62, BACK - 0.35),
        (-2.5, 3.9),
        (-2.6, 2.6),
        (-2.45, 2.2),
    ):
        f.vessel(mesh, (x, 0.92, z), rng)
    room.put(f.greenery(0.11, rng), 0.72, BACK + 0.06, y=1.12)
    room.put(f.greenery(0.09, rng), -0.6, BACK + 0.06, y=1.12)
    _rail(mesh, rng)
    room.put(f.table(1.15, 0.75, 0.75, f.oak(1.4), f.oak(0.9), rng), 1.95, 2.75)
    room.put(f.chair(f.oak(1.0)), 1.25, 3.1, -2.2)
    _bowl_of_fruit(mesh, (1.95, 0.75, 2.8), rng)
    glow = WARM * (1.0 if room.lit else 0.25)
    for x, z in ((0.1, 3.2), (1.95, 2.75)):
        room.put(f.pendant(0.55, front * 0.6, glow), x, z, y=HIGH)
        room.lamp((x, HIGH - 0.85, z), 0.9)
    room.lamp((1.45, 1.45, BACK - 0.4), 0.18)
    room.stand((0.0, 3.3), (-0.8, 3.4), (0.7, 3.7), (-1.4, 3.0))
    room.stand((0.35, BACK - 0.36), (0.1, BACK - 0.3), on="table", y=0.92)
    room.stand((0.15, BACK - 0.02), on="sill", y=1.12)
    room.plot.take((1.9, 2.75), 0.8)
    room.finish()


def _fridge(mesh: MeshBuilder, rng: np.random.Generator) -> None:
    steel = f.STEEL * rng.uniform(0.9, 1.3)
    f.box(mesh, (2.12, 0.0, BACK - 0.66), (2.84, 1.95, BACK), steel)
    for low, top in ((0.06, 1.22), (1.25, 1.93)):
        f.box(mesh, (2.14, low, BACK - 0.70), (2.82, top, BACK - 0.65), steel * 1.12)
        f.box(
            mesh,
            (2.19, low + 0.35 * (top - low), BACK - 0.745),
            (2.215, low + 0.75 * (top - low), BACK - 0.72),
            steel * 0.5,
        )


def _stove(room: Interior) -> None:
    """Oven, hob and hood right of the window, with a pot and a pan on the fire."""
    mesh, z = room.mesh, BACK
    f.box(mesh, (1.2, 0.08, z - 0.645), (1.8, 0.88, z - 0.58), IRON * 1.2)
    f.box(mesh, (1.27, 0.20, z - 0.652), (1.73, 0.62, z - 0.64), (0.02, 0.02, 0.022), (0.012, 0.006, 0.002))
    f.box(mesh, (1.25, 0.70, z - 0.70), (1.75, 0.73, z - 0.68), f.STEEL)
    f.box(mesh, (1.2, 0.92, z - 0.58), (1.8, 0.935, z - 0.06), (0.03, 0.03, 0.032))
    for x in np.linspace(1.28, 1.72, 5):
        f.box(mesh, (x - 0.02, 0.79, z - 0.68), (x + 0.02, 0.83, z - 0.64), f.STEEL * 1.3)
    pot = [(0.11, 0.0), (0.115, 0.14), (0.12, 0.145), (0.105, 0.145), (0.06, 0.18), (0.015, 0.19), (0.02, 0.21)]
    mesh.lathe((1.36, 0.94, z - 0.28), pot, 20, (0.50, 0.10, 0.06))
    mesh.lathe(
        (1.65, 0.94, z - 0.36), [(0.10, 0.0), (0.13, 0.05), (0.125, 0.05), (0.09, 0.012)], 20, (0.05, 0.05, 0.055)
    )
    beam(mesh, (1.65, 0.98, z - 0.48), (1.60, 1.0, z - 0.72), 0.025, (0.05, 0.05, 0.055))


def _sink(mesh: MeshBuilder) -> None:
    z = BACK - 0.32
    f.box(mesh, (-0.35, 0.921, z - 0.2), (0.25, 0.927, z + 0.17), f.STEEL * 1.2)
    f.box(mesh, (-0.31, 0.928, z - 0.17), (0.21, 0.930, z + 0.13), f.STEEL * 0.35)
    beam(mesh, (-0.05, 0.92, z + 0.19), (-0.05, 1.20, z + 0.19), 0.028, f.STEEL * 1.4)
    beam(mesh, (-0.05, 1.20, z + 0.20), (-0.05, 1.20, z - 0.02), 0.026, f.STEEL * 1.4)
    beam(mesh, (-0.05, 1.21, z - 0.01), (-0.05, 1.13, z - 0.01), 0.026, f.STEEL * 1.4)


def _rail(mesh: MeshBuilder, rng: np.random.Generator) -> None:
    """A rail on the left wall with pans and ladles on hooks."""
    x, y = -HALF + 0.07, 1.36
    beam(mesh, (x, y, 2.0), (x, y, 4.3), 0.018, f.STEEL)
    for z in np.arange(2.15, 4.3, 0.24):
        tint = (f.BRASS, IRON * 1.4, np.array([0.45, 0.18, 0.08]))[int(rng.integers(3))]
        beam(mesh, (x + 0.01, y, z), (x + 0.01, y - 0.20, z), 0.016, tint)
        radius = rng.uniform(0.035, 0.085)
        turn = np.linspace(0, 2 * np.pi, 17)
        disc = np.stack([np.full(17, x + 0.03), y - 0.2 - radius + radius * np.sin(turn), z + radius * np.cos(turn)], 1)
        mesh.add(
            [*disc, (x + 0.045, y - 0.2 - radius, z)], [[i, i + 1, 17] for i in range(16)], tint, normals=(1, 0, 0)
        )


def _bowl_of_fruit(mesh: MeshBuilder, at: tuple[float, float, float], rng: np.random.Generator) -> None:
    mesh.lathe(at, [(0.06, 0), (0.17, 0.07), (0.18, 0.09), (0.165, 0.09), (0.05, 0.02)], 24, f.CHINA)
    ball = [(0.001, -0.038), (0.03, -0.024), (0.039, 0.0), (0.03, 0.026), (0.004, 0.036)]
    for k in range(7):
        a = k * 2.4
        tint = np.array(
            [(0.55, 0.06, 0.03), (0.65, 0.30, 0.03), (0.60, 0.48, 0.06), (0.20, 0.36, 0.06)][int(rng.integers(4))]
        )
        spot = np.array(at) + (0.085 * np.cos(a) * (k > 0), 0.10 if k else 0.14, 0.085 * np.sin(a) * (k > 0))
        mesh.lathe(spot, ball, 12, tint)


ROWS = (Place("kitchen", build, size=10.9, height=2.7, distance=3.4, stands="around"),)
