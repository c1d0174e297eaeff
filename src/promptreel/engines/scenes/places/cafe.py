"""A café: a counter with an espresso machine under hanging lamps, a board with the menu, small tables by the window."""

import numpy as np

from promptreel.engines.scenes.buildings import furniture as f
from promptreel.engines.scenes.buildings.building import BRICK, beam, courses, patch
from promptreel.engines.scenes.buildings.interior import WARM, Interior, Opening, Shell, board
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.places.office import outlook
from promptreel.engines.scenes.stage import Place, Set

HALF, BACK, HIGH = 3.9, 7.4, 3.1


def shell(rng: np.random.Generator) -> Shell:
    """Boards, plaster and a wide shop window in the left wall; the far wall is faced with brick."""
    window = Opening("left", 1.2, 6.2, 0.7, 2.6, (4, 1), (0.06, 0.06, 0.065))
    light = Opening("far", 2.0, 3.5, 0.9, 2.5, (2, 2), (0.06, 0.06, 0.065))
    wall = ((0.12, 0.20, 0.18), (0.56, 0.50, 0.40), (0.16, 0.18, 0.24))[int(rng.integers(3))]
    return Shell(HALF, BACK, HIGH, wall, f.oak(1.5), (0.16, 1.2), (0.30, 0.28, 0.26), openings=(window, light))


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    room = Interior.of(stage, "cafe", shell, lit=True, fill=0.08)
    rng, mesh = room.rng, room.mesh
    face = patch(
        (-HALF, 0, BACK - 0.02), (2.0, 0, BACK - 0.02), (2.0, HIGH, BACK - 0.02), (-HALF, HIGH, BACK - 0.02), (0, 0, -1)
    )
    courses(room.plot.mesh, face, (0.24, 0.09), BRICK * 1.5, rng, vary=0.16, round_off=0.25)
    front = np.array([(0.10, 0.20, 0.17), (0.10, 0.13, 0.20), (0.30, 0.18, 0.09)][int(rng.integers(3))])
    room.put(f.cabinet(4.2, 1.05, 0.7, front, 7, rng, f.oak(1.6)), -0.8, BACK - 1.25)
    _machine(mesh, -1.9, 1.05, BACK - 1.55)
    _pastries(mesh, 0.55, BACK - 1.55, rng)
    for y in (1.35, 1.75):
        room.put(f.shelf_of_jars(1.7, 1, f.oak(1.2), rng), 1.05, BACK - 0.03, y=y)
        room.put(f.shelf_of_jars(1.4, 1, f.oak(1.2), rng), -3.1, BACK - 0.03, y=y)
    _menu(room)
    for x in (-2.4, -1.3, -0.2, 0.9):
        room.put(f.pendant(0.85, (0.05, 0.05, 0.05), WARM, 0.17), x, BACK - 1.7, y=HIGH)
        room.lamp((x, HIGH - 1.15, BACK - 1.8), 0.55)
    for x, z in ((-2.75, 2.6), (-2.75, 4.5), (2.5, 2.7), (2.6, 4.7)):
        room.put(f.round_table(0.38, 0.74, f.oak(1.3), rng), x, z)
        for turn in (0.5, 3.5) if x < 0 else (-0.4, 2.8):
            dx, dz = 0.62 * np.sin(turn), 0.62 * np.cos(turn)
            room.put(f.chair(f.oak(0.7), (0.20, 0.08, 0.04)), x + dx, z + dz, turn)
        mesh.lathe((x + 0.1, 0.74, z - 0.08), [(0.03, 0.0), (0.085, 0.006), (0.09, 0.014)], 18, f.CHINA)
        mesh.lathe((x + 0.1, 0.75, z - 0.08), [(0.03, 0), (0.042, 0.02), (0.046, 0.08), (0.042, 0.08)], 16, f.CHINA)
        mesh.lathe(
            (x - 0.12, 0.74, z + 0.1), [(0.03, 0), (0.035, 0.08), (0.015, 0.12), (0.02, 0.15)], 12, (0.2, 0.3, 0.3)
        )
        room.put(f.pendant(1.0, (0.05, 0.05, 0.05), WARM, 0.15), x, z, y=HIGH)
        room.lamp((x, 1.85, z), 0.42)
    room.put(f.greenery(0.34, rng, 150), 3.4, 6.4)
    room.put(f.greenery(0.26, rng), -3.5, 0.9)
    outlook(room, -4.0)
    room.stand((0.0, 3.7), (-0.7, 4.2), (0.7, 4.3), (0.2, 3.0), (1.2, 5.0))
    room.stand((2.42, 2.62), (-2.7, 2.55), (2.6, 4.6), on="table", y=0.745)
    room.stand((2.7, BACK - 0.05), on="sill", y=0.9)
    for x, z in ((-2.75, 2.6), (-2.75, 4.5), (2.5, 2.7), (2.6, 4.7)):
        room.plot.take((x, z), 0.8)
    room.finish(bodies=5)


def _machine(mesh: MeshBuilder, x: float, y: float, z: float) -> None:
    """The espresso machine: polished steel, two groups, cups on top."""
    f.box(mesh, (x - 0.42, y + 0.05, z - 0.22), (x + 0.42, y + 0.18, z + 0.25), f.STEEL * 1.2)
    f.box(mesh, (x - 0.42, y + 0.36, z - 0.25), (x + 0.42, y + 0.56, z + 0.25), f.STEEL * 1.4)
    f.box(mesh, (x - 0.38, y + 0.10, z + 0.0), (x + 0.38, y + 0.40, z + 0.2), f.STEEL * 0.5)
    for k in (-0.22, 0.22):
        beam(mesh, (x + k, y + 0.36, z - 0.12), (x + k, y + 0.28, z - 0.12), 0.08, f.STEEL * 0.8)
        beam(mesh, (x + k, y + 0.29, z - 0.14), (x + k, y + 0.27, z - 0.34), 0.03, (0.04, 0.04, 0.04))
    for k in np.linspace(-0.35, 0.35, 7):
        mesh.lathe((x + k, y + 0.56, z), [(0.03, 0), (0.042, 0.02), (0.045, 0.07), (0.04, 0.07)], 10, f.CHINA)


def _pastries(mesh: MeshBuilder, x: float, z: float, rng: np.random.Generator) -> None:
    """A lit case with two boards of buns and cakes, its glass only hinted at by its frame."""
    for y in (1.07, 1.28):
        f.box(mesh, (x - 0.5, y, z - 0.2), (x + 0.5, y + 0.015, z + 0.2), 0.6)
        for px in np.arange(x - 0.42, x + 0.45, 0.14):
            tint = np.array(
                [(0.42, 0.22, 0.07), (0.30, 0.13, 0.05), (0.58, 0.40, 0.18), (0.52, 0.16, 0.14)][int(rng.integers(4))]
            )
            for pz in (z - 0.1, z + 0.06):
                mesh.lathe(
                    (px, y + 0.015, pz),
                    [(0.05, 0), (0.058, 0.03), (0.04, 0.06), (0.002, 0.07)],
                    10,
                    tint * rng.uniform(0.8, 1.2),
                )
    f.box(mesh, (x - 0.5, 1.49, z - 0.2), (x + 0.5, 1.505, z + 0.2), 0.5)
    mesh.boxes([(x, 1.48, z - 0.17)], [0.48, 0.008, 0.012], 0.6, 1.2 * WARM)
    for px in (x - 0.5, x + 0.5):
        for pz in (z - 0.2, z + 0.2):
            beam(mesh, (px, 1.05, pz), (px, 1.5, pz), 0.02, f.STEEL)


def _menu(room: Interior) -> None:
    """A blackboard with lines in chalk."""
    rng = room.rng
    board(room, "far", -2.2, 0.1, 1.75, 2.75, (0.025, 0.028, 0.027), f.oak(1.3))
    for column in (-2.08, -0.98):
        for k in range(7):
            y = 2.6 - 0.12 * k
            end = column + rng.uniform(0.35, 0.75)
            for a, b in ((column, end), (column + 0.82, column + 0.95)):
                high = 0.035 if k else 0.055
                quad = [
                    (a, y - high, BACK - 0.04),
                    (b, y - high, BACK - 0.04),
                    (b, y, BACK - 0.04),
                    (a, y, BACK - 0.04),
                ]
                room.plot.mesh.quad(quad, (0.55, 0.55, 0.50), toward=(0, 0, -1))


ROWS = (Place("cafe", build, size=13.0, height=3.1, distance=3.7, stands="around"),)
