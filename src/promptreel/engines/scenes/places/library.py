"""A library: an aisle between high shelves of books, reading tables with green lamps, an arched window at its end."""

import numpy as np

from promptreel.engines.scenes.buildings import furniture as f
from promptreel.engines.scenes.buildings.building import beam
from promptreel.engines.scenes.buildings.interior import WARM, Interior, Opening, Shell
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Place, Set

HALF, BACK, HIGH = 3.5, 12.5, 4.3


def shell(rng: np.random.Generator) -> Shell:
    """A parquet floor with a runner, panelled walls, a tall window."""
    runner = np.array([(0.26, 0.04, 0.035), (0.05, 0.12, 0.08), (0.05, 0.07, 0.16)][int(rng.integers(3))])

    def floor(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        x = np.abs(u - 0.5) * 2 * HALF
        odd = (np.floor(u * 30) + np.floor(v * 66)) % 2
        wood = np.where(odd[:, None] > 0, f.oak(1.15), f.oak(0.85))
        cloth = np.where(((x > 0.62) & (x < 0.72))[:, None], (0.45, 0.33, 0.14), runner)
        return np.where((x < 0.82)[:, None], cloth, wood)

    window = Opening("far", -1.15, 1.15, 1.0, 3.7, (4, 4), (0.24, 0.16, 0.09))
    return Shell(HALF, BACK, HIGH, f.oak(1.35), floor, (0.10, 0.23), (0.50, 0.45, 0.36), openings=(window,))


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    room = Interior.of(stage, "library", shell, lit=True, fill=0.10)
    rng, wood = room.rng, f.oak(0.75)
    cases = [f.bookshelf(2.3, 3.3, wood, rng, 0.36, 0.38) for _ in range(4)]
    for side in (-1, 1):
        for k, z in enumerate((0.4, 2.75, 5.1, 7.45, 9.8)):
            room.put(cases[(k + side) % 4], side * HALF, z, side * np.pi / 2, tint=rng.uniform(0.9, 1.1))
            room.lamp((side * (HALF - 0.75), 3.55, z), 0.30)
            _picture_lamp(room.mesh, side, z)
    for x in (-2.35, 2.35):
        room.put(f.bookshelf(2.1, 3.3, wood, rng, 0.34, 0.38), x, BACK)
    glow = np.array([0.35, 0.9, 0.45])
    for side, z in ((-1, 4.0), (1, 4.0), (-1, 7.6), (1, 7.6)):
        x = side * 1.95
        room.put(f.table(1.0, 1.9, 0.76, f.oak(1.1), wood, rng), x, z)
        room.put(f.chair(wood, (0.20, 0.05, 0.03)), x - side * 0.78, z - 0.35, side * np.pi / 2)
        room.put(f.chair(wood, (0.20, 0.05, 0.03)), x - side * 0.74, z + 0.45, side * np.pi / 2 + 0.3)
        _bankers_lamp(room.mesh, x, 0.76, z + 0.1, glow)
        room.lamp((x, 1.02, z + 0.1), 0.16, WARM)
        _open_book(room.mesh, x - side * 0.2, 0.76, z - 0.4)
        for k in range(int(rng.integers(2, 5))):
            at, tint = (x + side * 0.18, 0.775 + 0.036 * k, z + 0.62), f.COVERS[int(rng.integers(8))]
            room.mesh.boxes([at], [0.11 - 0.006 * k, 0.018, 0.15], tint * 1.2, turn=float(rng.uniform(-0.3, 0.3)))
    _ladder(room.mesh)
    for z in (2.6, 6.2, 9.8):
        room.put(f.pendant(0.75, f.BRASS * 0.8, WARM, 0.24), 0.0, z, y=HIGH)
        room.lamp((0.0, HIGH - 1.05, z), 0.85)
    room.stand((0.0, 4.2), (0.3, 5.0), (-0.3, 5.6), (0.2, 3.3), (-0.2, 6.6))
    room.stand((-1.75, 3.9), (1.75, 3.9), on="table", y=0.76)
    room.stand((0.3, BACK - 0.05), on="sill", y=1.0)
    room.aisle((0.0, 10.5), (0.0, 2.4))
    room.finish(bodies=5)


def _picture_lamp(mesh: MeshBuilder, side: int, z: float) -> None:
    """A brass arm over a bookcase with a small bright tube."""
    x = side * (HALF - 0.36)
    beam(mesh, (x, 3.36, z), (x - side * 0.28, 3.52, z), 0.02, f.BRASS)
    mesh.boxes([(x - side * 0.30, 3.50, z)], [0.03, 0.025, 0.22], f.BRASS, 0.55 * WARM)


def _bankers_lamp(mesh: MeshBuilder, x: float, y: float, z: float, glow: np.ndarray) -> None:
    mesh.lathe((x, y, z), [(0.09, 0), (0.09, 0.02), (0.015, 0.03), (0.012, 0.30)], 12, f.BRASS)
    turn = np.linspace(0, np.pi, 9)
    for a, b in zip(turn, turn[1:], strict=False):
        quad = [
            (x + 0.085 * np.cos(t), y + 0.28 + 0.07 * np.sin(t), z + s)
            for t, s in ((a, -0.15), (b, -0.15), (b, 0.15), (a, 0.15))
        ]
        mesh.quad(quad, (0.03, 0.16, 0.07), 0.28 * glow, toward=(np.cos(a), 1, 0))


def _open_book(mesh: MeshBuilder, x: float, y: float, z: float) -> None:
    u, v = np.meshgrid(np.linspace(-1, 1, 13), np.linspace(0, 1, 2))
    at = np.stack([x + 0.17 * u, y + 0.012 + 0.03 * np.abs(np.sin(np.abs(u) * 2.6)), z + 0.23 * v], -1)
    quads = np.stack([at[:-1, :-1], at[:-1, 1:], at[1:, 1:], at[1:, :-1]], 2).reshape(-1, 4, 3)
    mesh.quads(quads, (0.68, 0.63, 0.52), toward=(0, 1, 0))


def _ladder(mesh: MeshBuilder) -> None:
    """Leaning at the left shelves."""
    for z in (5.6, 6.05):
        beam(mesh, (-2.55, 0, z), (-3.1, 3.0, z), 0.05, f.oak(1.3))
    for y in np.arange(0.3, 3.0, 0.3):
        x = -2.55 - 0.55 * y / 3.0
        beam(mesh, (x, y, 5.6), (x, y, 6.05), 0.035, f.oak(1.3))


ROWS = (Place("library", build, size=18.0, height=4.3, distance=4.2, stands="around"),)
