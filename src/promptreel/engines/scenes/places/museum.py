"""A museum: a tall white hall with framed paintings under lamps, sculptures on plinths, a bench to sit before them."""

import numpy as np

from promptreel.engines.scenes.buildings import furniture as f
from promptreel.engines.scenes.buildings.building import beam
from promptreel.engines.scenes.buildings.interior import NEUTRAL, Interior, Shell, board, strip_lights
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Place, Set

HALF, BACK, HIGH = 4.6, 11.5, 4.6
GOLD = (0.50, 0.36, 0.13)
CELLS = 26


def shell(rng: np.random.Generator) -> Shell:
    """Polished boards and walls of one quiet colour."""
    wall = np.array([(0.64, 0.63, 0.60), (0.30, 0.06, 0.06), (0.10, 0.20, 0.22)][int(rng.integers(3))])
    return Shell(HALF, BACK, HIGH, wall, f.oak(1.9), (0.14, 1.4))


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    room = Interior.of(stage, "museum", shell, lit=True, fill=0.11)
    rng, mesh = room.rng, room.mesh
    for wall, a, b, low, top in (
        ("far", -1.5, 1.5, 1.15, 3.15), ("far", -3.9, -2.4, 1.3, 2.9), ("far", 2.4, 3.9, 1.3, 2.9),
        ("left", 1.6, 3.4, 1.2, 2.6), ("left", 4.6, 5.8, 1.2, 2.9), ("left", 7.2, 9.4, 1.2, 2.8),
        ("right", 1.9, 3.1, 1.2, 2.9), ("right", 4.3, 6.5, 1.2, 2.8), ("right", 7.8, 9.2, 1.2, 2.7),
    ):  # fmt: skip
        board(room, wall, a, b, low, top, painting(rng), GOLD, cells=CELLS)
        at = {
            "far": ((a + b) / 2, 3.7, BACK - 1.1),
            "left": (-HALF + 1.1, 3.7, (a + b) / 2),
            "right": (HALF - 1.1, 3.7, (a + b) / 2),
        }[wall]
        room.lamp(at, 0.95, NEUTRAL, always=True)
        mesh.boxes([at], [0.05, 0.10, 0.05], (0.04, 0.04, 0.04), 0.5 * NEUTRAL)
    for x in (-HALF + 1.1, HALF - 1.1):
        f.box(mesh, (x - 0.02, 3.84, -5.0), (x + 0.02, 3.88, BACK - 1.0), (0.04, 0.04, 0.04))
    room.put(f.bench(2.0, f.oak(0.8), back=False), 0.1, 7.4)
    for x, z, kind in ((-2.3, 5.2, 0), (2.4, 5.9, 1), (-2.5, 9.3, 2)):
        _plinth(mesh, x, z, kind)
        room.lamp((x, 2.9, z - 0.9), 0.45, NEUTRAL, always=True)
        room.plot.take((x, z), 0.7)
    strip_lights(room, [(0.0, z) for z in (0.8, 3.6, 6.4, 9.2)], (1.6, 1.8), 0.75, NEUTRAL)
    room.stand((0.0, 4.4), (-0.7, 4.9), (0.8, 4.6), (0.3, 3.4), (-0.3, 6.0))
    room.aisle((0.0, 6.4), (0.0, 2.6))
    room.finish(bodies=6)


def painting(rng: np.random.Generator) -> np.ndarray:
    """A picture of `CELLS`² dabs: hills under a sky, a sea with a sun, or fields of colour."""
    v, u = (
        grid.ravel()[:, None] for grid in np.meshgrid(np.linspace(0, 1, CELLS), np.linspace(0, 1, CELLS), indexing="ij")
    )
    kind, phase = int(rng.integers(4)), rng.uniform(0, 6, 4)
    if kind == 0:
        tint = np.array([(0.30, 0.42, 0.58), (0.62, 0.40, 0.22)][int(rng.integers(2))]) * (0.7 + 0.5 * v)
        for k in range(3):
            crest = 0.62 - 0.17 * k + 0.08 * np.sin(u * (7 + 4 * k) + phase[k])
            tint = np.where(v < crest, rng.uniform(0.03, 0.20, 3) * (1.7 - 0.4 * k) + 0.02, tint)
    elif kind == 1:
        tint = np.where(
            v > 0.42, (0.60, 0.34, 0.16) * (0.5 + v), (0.06, 0.14, 0.24) * (1 + 0.5 * np.sin(40 * v + 3 * u))
        )
        tint = np.where((u - 0.6) ** 2 + (v - 0.62) ** 2 < 0.012, (0.80, 0.62, 0.25), tint)
        tint = np.where((np.abs(u - 0.6) < 0.06) & (v < 0.42) & (np.sin(60 * v) > -0.2), (0.70, 0.45, 0.18), tint)
    elif kind == 2:
        cell = (
            (np.floor(u * 4 + 0.5 * np.sin(phase[0])) * 3 + np.floor(v * 3 + np.cos(phase[1]) * 0.4) * 5)
            .astype(int)
            .ravel()
        )
        bright = np.array(
            [(0.62, 0.60, 0.54), (0.55, 0.06, 0.04), (0.05, 0.12, 0.42), (0.66, 0.50, 0.06), (0.62, 0.60, 0.54)]
        )
        tint = bright[rng.integers(0, 5, 64)][cell % 64]
    else:
        oval = ((u - 0.5) / 0.2) ** 2 + ((v - 0.66) / 0.2) ** 2
        body = ((u - 0.5) / 0.42) ** 2 + ((v - 0.05) / 0.46) ** 2
        tint = np.full((len(u), 3), (0.10, 0.075, 0.05)) * (0.7 + 0.8 * u)
        tint = np.where(body < 1, np.array([(0.28, 0.05, 0.04), (0.05, 0.10, 0.20)][int(rng.integers(2))]), tint)
        tint = np.where(((u - 0.5) / 0.25) ** 2 + ((v - 0.70) / 0.24) ** 2 < 1, (0.09, 0.05, 0.03), tint)
        tint = np.where(oval * 1.7 < 1, (0.52, 0.34, 0.23), tint)
    return np.asarray(np.clip(tint * rng.uniform(0.85, 1.12, (CELLS * CELLS, 1)), 0.01, 0.85))


def _plinth(mesh: MeshBuilder, x: float, z: float, kind: int) -> None:
    """A white block with a vase, a bust or a ring of bronze on it."""
    f.box(mesh, (x - 0.3, 0, z - 0.3), (x + 0.3, 1.05, z + 0.3), (0.66, 0.66, 0.64))
    if kind == 0:
        vase = [(0.10, 0.0), (0.20, 0.14), (0.23, 0.30), (0.17, 0.46), (0.08, 0.54), (0.11, 0.62)]
        mesh.lathe((x, 1.05, z), vase, 24, (0.30, 0.10, 0.05))
        mesh.lathe(
            (x, 1.05, z),
            [(r + 0.003, h) for r, h in ((0.228, 0.24), (0.231, 0.30), (0.218, 0.36))],
            24,
            (0.05, 0.04, 0.03),
        )
    elif kind == 1:
        stone = (0.60, 0.58, 0.54)
        mesh.lathe(
            (x, 1.05, z),
            [(0.13, 0), (0.10, 0.10), (0.24, 0.20), (0.23, 0.28), (0.08, 0.36), (0.075, 0.44)],
            20,
            stone,
            flatten=0.62,
        )
        mesh.lathe(
            (x, 1.46, z),
            [(0.03, 0), (0.085, 0.04), (0.105, 0.14), (0.10, 0.22), (0.06, 0.28), (0.004, 0.30)],
            20,
            stone,
        )
        mesh.boxes([(x, 1.60, z - 0.10)], [0.014, 0.03, 0.02], stone)
    else:
        turn = np.linspace(0, 2 * np.pi, 33)
        for a, b in zip(turn, turn[1:], strict=False):
            beam(
                mesh,
                (x + 0.3 * np.cos(a), 1.42 + 0.3 * np.sin(a), z),
                (x + 0.3 * np.cos(b), 1.42 + 0.3 * np.sin(b), z),
                0.10,
                (0.30, 0.19, 0.07),
            )


ROWS = (Place("museum", build, size=17.0, height=4.6, distance=4.2, stands="around"),)
