"""A laboratory: white benches with flasks of coloured liquids, microscopes and screens, shelves of bottles, cool light."""

import math

import numpy as np

from promptreel.engines.scenes.buildings import furniture as f
from promptreel.engines.scenes.buildings.building import beam
from promptreel.engines.scenes.buildings.interior import COOL, Interior, Opening, Shell, board, strip_lights
from promptreel.engines.scenes.mesh import Mesh, MeshBuilder
from promptreel.engines.scenes.places.office import outlook
from promptreel.engines.scenes.stage import Place, Set

HALF, BACK, HIGH = 3.7, 8.2, 2.9
LIQUIDS = np.array([(0.05, 0.45, 0.80), (0.10, 0.70, 0.25), (0.80, 0.10, 0.35), (0.85, 0.55, 0.05), (0.45, 0.15, 0.75)])


def shell(_rng: np.random.Generator) -> Shell:
    """White walls, grey floor, a wide window."""
    window = Opening("far", -1.6, 1.6, 1.15, 2.4, (4, 1), (0.62, 0.63, 0.64))
    return Shell(HALF, BACK, HIGH, (0.62, 0.64, 0.65), (0.40, 0.42, 0.43), (0.5, 0.5), openings=(window,))


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    room = Interior.of(stage, "laboratory", shell, lit=True, fill=0.07)
    rng, mesh = room.rng, room.mesh
    white = np.array([0.48, 0.58, 0.64])
    top = np.array([0.10, 0.11, 0.12])
    for side in (-1, 1):
        room.put(f.cabinet(6.6, 0.92, 0.75, white, 10, rng, top), side * HALF, 4.4, side * np.pi / 2)
        for y in (1.55, 1.95):
            wide, z = (3.4, 5.6) if side > 0 else (2.6, 6.7)
            room.put(f.shelf_of_jars(wide, 1, white, rng), side * HALF, z, side * np.pi / 2, y)
        x = side * (HALF - 0.38)
        for z in np.arange(1.9, 7.6, 0.42):
            kind = int(rng.integers(4))
            if kind < 2:
                flask(mesh, (x + rng.uniform(-0.15, 0.15), 0.92, z), rng)
            elif kind == 2:
                _tubes(mesh, x, 0.92, z, rng)
            else:
                f.vessel(mesh, (x, 0.92, z), rng, 0.25, 0.6 * np.ones((1, 3)))
    room.put(f.cabinet(4.6, 0.92, 0.7, white, 7, rng, top), -0.6, BACK)
    for x in (-1.5, -0.1, 1.3):
        _microscope(mesh, x, 0.92, BACK - 0.35)
    for x in (-0.8, 0.6):
        room.put(f.monitor(rng, 0.5), x, BACK - 0.3, 0.0, 0.92)
    _fume_hood(room, top)
    _formulas(room)
    _centrifuge(mesh, 0.75, 0.92, BACK - 0.35)
    for x, z in ((0.2, 3.35), (1.9, 3.2), (-1.9, 6.4)):
        room.put(_stool(), x, z)
    _still(mesh, 1.3, 0.92, 4.12)
    _microscope(mesh, 0.95, 0.92, 3.85)
    room.put(f.table(2.4, 0.8, 0.92, top, white * 0.6, rng), 1.25, 4.0)
    for dx, dz in ((-0.7, 0.1), (-0.45, -0.15), (0.1, 0.05), (0.65, -0.1)):
        flask(mesh, (1.25 + dx, 0.92, 4.0 + dz), rng)
    _tubes(mesh, 1.6, 0.92, 4.05, rng)
    cells = np.full((144, 3), (0.03, 0.06, 0.10))
    v, u = np.divmod(np.arange(144), 12)
    cells[np.abs(v - 6 - 3.4 * np.sin(u * 0.9)) < 1] = (0.10, 0.75, 0.55)
    board(room, "left", 1.9, 3.3, 1.45, 2.25, 0.02, (0.08, 0.08, 0.09), 0.8 * cells, cells=12)
    strip_lights(room, [(x, z) for z in (1.0, 3.4, 5.8) for x in (-1.7, 1.7)], (0.5, 1.3), 0.42, COOL)
    outlook(room, -18.0)
    room.stand((-0.55, 4.1), (-0.9, 4.8), (-1.4, 4.3), (-0.2, 5.6), (-0.6, 3.3))
    room.stand((1.1, 3.85), (1.5, 3.8), on="table", y=0.92)
    room.plot.take((1.25, 4.0), 1.0)
    room.finish(bodies=5)


def _fume_hood(room: Interior, top: np.ndarray) -> None:
    """A cupboard of glass in the far right corner, lit inside, its duct going up, flasks in it."""
    mesh, x, z = room.mesh, HALF - 0.85, BACK - 0.45
    pale = np.array([0.60, 0.62, 0.64])
    f.box(mesh, (x - 0.85, 0, z - 0.4), (x + 0.85, 0.92, z + 0.45), pale * 0.85)
    f.box(mesh, (x - 0.85, 0.92, z - 0.42), (x + 0.85, 0.96, z + 0.45), top)
    for a, b in ((-0.85, -0.76), (0.76, 0.85)):
        f.box(mesh, (x + a, 0.96, z - 0.4), (x + b, 2.2, z + 0.45), pale)
    f.box(mesh, (x - 0.85, 2.0, z - 0.4), (x + 0.85, 2.35, z + 0.45), pale)
    f.box(mesh, (x - 0.76, 0.96, z + 0.35), (x + 0.76, 2.0, z + 0.42), 0.5)
    f.box(mesh, (x - 0.76, 1.55, z - 0.36), (x + 0.76, 1.60, z - 0.33), f.STEEL)
    mesh.boxes([(x, 1.98, z)], [0.5, 0.012, 0.06], 0.5, 1.0 * COOL)
    mesh.lathe((x, 2.35, z), [(0.16, 0), (0.16, HIGH - 2.35)], 18, f.STEEL)
    room.lamp((x, 1.75, z - 0.1), 0.10, COOL, always=True)
    for dx in (-0.45, -0.1, 0.35):
        flask(mesh, (x + dx, 0.96, z + 0.05), room.rng)


def _formulas(room: Interior) -> None:
    """A white board on the left wall: rings of six as chemists draw them, bonds between, and a line of signs."""
    z0, y0, x = 3.65, 1.35, -HALF + 0.05
    board(room, "left", z0, z0 + 1.5, y0, y0 + 0.95, 0.66, f.STEEL)
    ink = np.array([0.03, 0.05, 0.22])
    rings = ((0.42, 0.58), (0.42 + 0.277, 0.58), (0.42 + 0.277, 0.30), (1.15, 0.55))
    for cz, cy in rings:
        turn = np.linspace(0, 2 * np.pi, 7) + np.pi / 6
        ring = [(x, y0 + cy + 0.16 * math.sin(a), z0 + cz + 0.16 * math.cos(a)) for a in turn]
        for a, b in zip(ring, ring[1:], strict=False):
            beam(room.plot.mesh, a, b, 0.014, ink)
    for start, stop in (((0.84, 0.58), (0.99, 0.58)), ((1.31, 0.62), (1.42, 0.75)), ((0.26, 0.62), (0.12, 0.76))):
        beam(room.plot.mesh, (x, y0 + start[1], z0 + start[0]), (x, y0 + stop[1], z0 + stop[0]), 0.014, ink)
    for k in range(7):
        z = z0 + 0.15 + 0.16 * k
        beam(room.plot.mesh, (x, y0 + 0.09, z), (x, y0 + 0.09 + 0.03 * (k % 2), z + 0.10), 0.012, (0.35, 0.04, 0.03))


def _stool() -> Mesh:
    """A round seat on one column and a foot ring."""

    def make(mesh: MeshBuilder) -> None:
        mesh.lathe((0, 0, 0), [(0.22, 0), (0.22, 0.02), (0.03, 0.05), (0.03, 0.58)], 16, f.STEEL)
        mesh.lathe(
            (0, 0.58, 0), [(0.03, 0), (0.18, 0.01), (0.19, 0.05), (0.16, 0.07), (0.002, 0.07)], 18, (0.05, 0.06, 0.07)
        )

    return f.piece(make)


def _centrifuge(mesh: MeshBuilder, x: float, y: float, z: float) -> None:
    """A white drum with a lid and a lit dial."""
    mesh.lathe((x, y, z), [(0.20, 0), (0.21, 0.02), (0.21, 0.24), (0.18, 0.30), (0.06, 0.33), (0.002, 0.33)], 24, 0.62)
    f.box(mesh, (x - 0.10, y + 0.05, z - 0.225), (x + 0.10, y + 0.14, z - 0.19), (0.05, 0.06, 0.07))
    mesh.boxes([(x - 0.03, y + 0.095, z - 0.23)], [0.05, 0.02, 0.004], 0.05, np.array([0.1, 0.8, 0.4]))


def _still(mesh: MeshBuilder, x: float, y: float, z: float) -> None:
    """A round flask over a small flame on a stand, and a slanting cooler to a glass that fills."""
    beam(mesh, (x - 0.05, y, z + 0.16), (x - 0.05, y + 0.62, z + 0.16), 0.022, f.STEEL)
    f.box(mesh, (x - 0.16, y, z + 0.02), (x + 0.10, y + 0.02, z + 0.24), f.STEEL * 0.5)
    beam(mesh, (x - 0.05, y + 0.44, z + 0.16), (x - 0.05, y + 0.44, z), 0.02, f.STEEL)
    mesh.lathe((x - 0.05, y, z), [(0.045, 0), (0.02, 0.02), (0.016, 0.13)], 12, f.BRASS)
    mesh.lathe((x - 0.05, y + 0.13, z), [(0.014, 0), (0.02, 0.03), (0.002, 0.085)], 10, 0.1, np.array([0.25, 0.5, 1.0]))
    tone = LIQUIDS[3]
    low = [(0.01, 0.0), (0.075, 0.035), (0.095, 0.09)]
    mesh.lathe((x - 0.05, y + 0.21, z), low, 18, tone * 0.8, 0.12 * tone)
    glass = (0.46, 0.52, 0.55)
    mesh.lathe((x - 0.05, y + 0.21, z), [(0.095, 0.09), (0.07, 0.15), (0.024, 0.19), (0.022, 0.36)], 18, glass)
    beam(mesh, (x - 0.05, y + 0.55, z), (x + 0.42, y + 0.27, z), 0.055, glass)
    beam(mesh, (x + 0.42, y + 0.27, z), (x + 0.46, y + 0.17, z), 0.022, glass)
    mesh.lathe((x + 0.46, y, z), [(0.05, 0), (0.055, 0.07)], 14, LIQUIDS[1] * 0.8, 0.12 * LIQUIDS[1])
    mesh.lathe((x + 0.46, y, z), [(0.055, 0.07), (0.056, 0.15)], 14, glass)


def flask(mesh: MeshBuilder, at: tuple[float, float, float], rng: np.random.Generator) -> None:
    """A conical or round flask: a glowing liquid below, clear glass above."""
    tone, size = LIQUIDS[int(rng.integers(5))], rng.uniform(1.0, 1.6)
    if rng.random() < 0.5:
        low, high = (
            [(0.07, 0.0), (0.078, 0.01), (0.052, 0.09)],
            [(0.052, 0.09), (0.022, 0.16), (0.02, 0.22), (0.026, 0.225)],
        )
    else:
        low = [(0.02, 0.0), (0.065, 0.03), (0.08, 0.08), (0.075, 0.11)]
        high = [(0.075, 0.11), (0.045, 0.15), (0.02, 0.17), (0.02, 0.26), (0.026, 0.265)]
    mesh.lathe(at, [(r * size, h * size) for r, h in low], 16, tone * 0.8, 0.10 * tone)
    mesh.lathe(at, [(r * size, h * size) for r, h in high], 16, (0.46, 0.52, 0.55))


def _tubes(mesh: MeshBuilder, x: float, y: float, z: float, rng: np.random.Generator) -> None:
    """A rack of six test tubes."""
    for h in (0.03, 0.13):
        f.box(mesh, (x - 0.05, y + h, z - 0.16), (x + 0.05, y + h + 0.015, z + 0.16), (0.55, 0.45, 0.30))
    for dz in np.linspace(-0.13, 0.13, 6):
        tone = LIQUIDS[int(rng.integers(5))]
        mesh.lathe((x, y + 0.02, z + dz), [(0.004, 0.0), (0.015, 0.015), (0.016, 0.09)], 8, tone * 0.8, 0.12 * tone)
        mesh.lathe((x, y + 0.02, z + dz), [(0.016, 0.09), (0.016, 0.19)], 8, (0.46, 0.52, 0.55))


def _microscope(mesh: MeshBuilder, x: float, y: float, z: float) -> None:
    """Base, bowed arm, stage, and a tube that leans to the viewer."""
    pale, dark = (0.60, 0.61, 0.62), (0.04, 0.04, 0.045)
    f.box(mesh, (x - 0.10, y, z - 0.14), (x + 0.10, y + 0.04, z + 0.12), pale)
    turn = np.linspace(-1.2, 1.2, 8)
    line = [(x, y + 0.22 + 0.17 * math.sin(a), z + 0.0 + 0.14 * math.cos(a)) for a in turn]
    for a, b in zip(line, line[1:], strict=False):
        beam(mesh, a, b, 0.06, pale)
    f.box(mesh, (x - 0.08, y + 0.15, z - 0.10), (x + 0.08, y + 0.165, z + 0.08), dark)
    beam(mesh, (x, y + 0.20, z - 0.02), (x, y + 0.34, z - 0.02), 0.045, dark)
    beam(mesh, (x, y + 0.34, z - 0.02), (x, y + 0.47, z - 0.13), 0.055, pale)
    beam(mesh, (x, y + 0.46, z - 0.12), (x, y + 0.51, z - 0.165), 0.045, dark)


ROWS = (Place("laboratory", build, size=13.7, height=2.9, distance=4.1, stands="around"),)
