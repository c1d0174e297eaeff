"""A gym: racks of dumbbells, benches with barbells, treadmills, a punching bag, strips of light over a rubber floor."""

import numpy as np

from promptreel.engines.scenes.buildings import furniture as f
from promptreel.engines.scenes.buildings.building import beam, beams
from promptreel.engines.scenes.buildings.interior import COOL, Interior, Opening, Shell, strip_lights
from promptreel.engines.scenes.mesh import Mesh, MeshBuilder
from promptreel.engines.scenes.places.office import outlook
from promptreel.engines.scenes.stage import Place, Set

HALF, BACK, HIGH = 5.4, 10.5, 3.9
IRON = np.array([0.05, 0.05, 0.055])


def shell(rng: np.random.Generator) -> Shell:
    """Dark rubber tiles, brick or concrete, high windows in the far wall."""
    windows = tuple(Opening("far", x, x + 2.2, 1.9, 3.4, (3, 2), (0.06, 0.06, 0.065)) for x in (-4.6, -1.1, 2.4))
    wall = ((0.40, 0.39, 0.38), (0.34, 0.15, 0.10))[int(rng.integers(2))]
    return Shell(
        HALF,
        BACK,
        HIGH,
        wall,
        (0.085, 0.085, 0.09),
        (0.6, 0.6),
        (0.20, 0.20, 0.21),
        (0.36, 0.14),
        0.05,
        openings=windows,
    )


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    room = Interior.of(stage, "gym", shell, lit=True, fill=0.07)
    rng, mesh = room.rng, room.mesh
    accent = np.array([(0.55, 0.05, 0.04), (0.62, 0.45, 0.03), (0.04, 0.28, 0.50)][int(rng.integers(3))])
    for z in (3.6, 6.3):
        room.put(_dumbbells(2.4, accent), -HALF + 0.05, z, -np.pi / 2)
    for z in (3.3, 5.2, 7.1):
        room.put(_treadmill(accent), HALF - 1.5, z, np.pi / 2)
    room.put(_bench_press(accent), -1.9, 7.0, 0.25)
    room.put(_bench_press(accent), 1.6, 8.0, -0.2)
    _bag(mesh, -2.9, 9.2)
    turn = np.linspace(-np.pi / 2, np.pi / 2, 13)
    mesh.lathe((2.7, 0.36, 3.6), np.stack([0.002 + 0.36 * np.cos(turn), 0.36 * np.sin(turn)], 1), 28, accent * 0.9)
    for k, x in enumerate((-0.9, -0.55, -0.2, 0.15)):
        _kettlebell(mesh, x, 9.9, 0.10 + 0.015 * k)
    strip_lights(room, [(x, z) for z in (1.0, 4.0, 7.0, 9.6) for x in (-2.8, 0.0, 2.8)], (0.16, 2.0), 0.62, COOL)
    outlook(room, -3.0)
    room.stand((0.0, 4.3), (-0.8, 4.9), (0.9, 4.8), (0.1, 3.4), (-0.2, 5.8))
    for x, z in ((-1.9, 7.0), (1.6, 8.0), (2.7, 3.6)):
        room.plot.take((x, z), 0.9)
    room.finish(bodies=6)


def _dumbbells(wide: float, accent: np.ndarray) -> Mesh:
    """Three sloping shelves of pairs, small above and large below, before z = 0."""

    def make(mesh: MeshBuilder) -> None:
        for x in (-wide / 2, wide / 2):
            beam(mesh, (x, 0, -0.05), (x, 1.15, -0.05), 0.07, accent)
            beam(mesh, (x, 0.04, -0.05), (x, 0.04, -0.65), 0.07, accent)
        for row, (y, z, size) in enumerate(((1.05, -0.22, 0.062), (0.68, -0.36, 0.082), (0.30, -0.50, 0.105))):
            f.box(mesh, (-wide / 2, y - 0.05, z - 0.16), (wide / 2, y, z + 0.16), IRON * 1.5)
            for x in np.arange(-wide / 2 + 0.16, wide / 2 - 0.1, 0.26 + 0.03 * row):
                beam(mesh, (x, y + size, z - 0.13), (x, y + size, z + 0.13), 0.03, f.STEEL)
                for end in (-0.13, 0.13):
                    beam(mesh, (x, y + size, z + end - 0.045), (x, y + size, z + end + 0.045), 1.7 * size, IRON)

    return f.piece(make)


def _treadmill(accent: np.ndarray) -> Mesh:
    """A belt, two posts and a lit console; one walks toward -z."""

    def make(mesh: MeshBuilder) -> None:
        f.box(mesh, (-0.42, 0.05, -0.85), (0.42, 0.20, 0.9), IRON * 1.6)
        f.box(mesh, (-0.30, 0.20, -0.75), (0.30, 0.215, 0.88), (0.025, 0.025, 0.026))
        for x in (-0.38, 0.38):
            beam(mesh, (x, 0.15, -0.7), (x, 1.15, -0.85), 0.07, f.STEEL * 0.8)
            beam(mesh, (x, 1.05, -0.82), (x, 0.98, -0.25), 0.05, IRON)
        f.box(mesh, (-0.42, 1.10, -0.95), (0.42, 1.42, -0.85), IRON * 1.4)
        mesh.quad([(-0.25, 1.16, -0.845), (0.25, 1.16, -0.845), (0.25, 1.38, -0.845), (-0.25, 1.38, -0.845)], 0.02,
                  (0.10, 0.30, 0.42), toward=(0, 0, 1))  # fmt: skip
        f.box(mesh, (-0.43, 0.10, -0.4), (-0.41, 0.15, 0.6), accent)

    return f.piece(make)


def _bench_press(accent: np.ndarray) -> Mesh:
    """A padded bench under a barbell with plates."""

    def make(mesh: MeshBuilder) -> None:
        f.box(mesh, (-0.15, 0.38, -0.75), (0.15, 0.46, 0.55), (0.03, 0.03, 0.033))
        for z in (-0.6, 0.4):
            beam(mesh, (0, 0, z), (0, 0.38, z), 0.08, accent)
            beam(mesh, (-0.25, 0.03, z), (0.25, 0.03, z), 0.06, accent)
        for x in (-0.48, 0.48):
            beam(mesh, (x, 0, 0.45), (x, 1.20, 0.45), 0.07, accent)
            beam(mesh, (x, 0.03, 0.15), (x, 0.03, 0.75), 0.07, accent)
        beams(mesh, [(-1.05, 1.05, 0.40)], [(1.05, 1.05, 0.40)], 0.03, f.STEEL * 1.2)
        turn = np.linspace(0, 2 * np.pi, 25)
        for side in (-1, 1):
            for at, radius in ((0.70, 0.225), (0.76, 0.225), (0.82, 0.16)):
                ring = np.stack([np.full(25, side * at), 1.05 + radius * np.cos(turn), 0.40 + radius * np.sin(turn)], 1)
                for x in (-0.022, 0.022):
                    face = ring + [x, 0, 0]
                    mesh.add(
                        [*face, (side * at + x, 1.05, 0.40)],
                        [[i, i + 1, 25] for i in range(24)],
                        IRON * 1.3,
                        normals=(np.sign(x), 0, 0),
                    )
                rim = np.stack(
                    [
                        ring[:-1] - [0.022, 0, 0],
                        ring[1:] - [0.022, 0, 0],
                        ring[1:] + [0.022, 0, 0],
                        ring[:-1] + [0.022, 0, 0],
                    ],
                    1,
                )
                mesh.quads(rim, IRON, toward=rim.mean(axis=1) - np.array([side * at, 1.05, 0.40]))

    return f.piece(make)


def _bag(mesh: MeshBuilder, x: float, z: float) -> None:
    beam(mesh, (x, HIGH, z), (x, 2.0, z), 0.03, f.STEEL)
    bag = [(0.02, 0.75), (0.17, 0.78), (0.18, 0.85), (0.18, 1.2), (0.18, 1.7), (0.17, 1.95), (0.02, 2.0)]
    mesh.lathe((x, 0, z), bag, 18, (0.34, 0.04, 0.035))


def _kettlebell(mesh: MeshBuilder, x: float, z: float, r: float) -> None:
    mesh.lathe((x, 0, z), [(0.6 * r, 0.0), (r, 0.5 * r), (r, 1.1 * r), (0.5 * r, 1.8 * r), (0.01, 1.9 * r)], 14, IRON)
    turn = np.linspace(0, np.pi, 9)
    line = np.stack([x + 0.75 * r * np.cos(turn), 1.6 * r + 1.0 * r * np.sin(turn), np.full(9, z)], 1)
    beams(mesh, line[:-1], line[1:], 0.03, IRON * 1.5, coarse=True)


ROWS = (Place("gym", build, size=16.5, height=3.9, distance=4.3, stands="around"),)
