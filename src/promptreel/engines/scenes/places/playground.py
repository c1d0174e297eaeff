"""A playground: swings, a slide with its ladder, a see-saw, a sandpit and a bench, in bright colours."""

import math

import numpy as np

from promptreel.engines.scenes.buildings import furniture as f
from promptreel.engines.scenes.buildings.building import Plot, beam, slab
from promptreel.engines.scenes.buildings.masonry import islet
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Place, Set

RED, BLUE, YELLOW = np.array([0.62, 0.05, 0.04]), np.array([0.04, 0.16, 0.50]), np.array([0.75, 0.50, 0.04])
SAND = np.array([0.55, 0.44, 0.28])


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, x, z, turn, "playground")
    rng, mesh = plot.rng, plot.mesh
    y = islet(plot, 9.0, 1.0, 5.2)
    _swings(mesh, -2.3, y, 0.6, rng)
    _slide(mesh, 2.3, y, 1.0)
    _seesaw(mesh, 0.4, y, -1.9)
    _sandpit(mesh, -3.1, y, -2.4, rng)
    bench = f.bench(1.6, f.oak(1.4))
    mesh.add(bench.vertices + np.array([0.3, y, 2.9], np.float32), bench.triangles, bench.colour, bench.emission,
             bench.normals)  # fmt: skip
    plot.lamp((0.3, y + 3.0, 2.6), 0.9)
    plot.take((0, 0), 4.6)
    plot.finish()


def _swings(mesh: MeshBuilder, x: float, y: float, z: float, rng: np.random.Generator) -> None:
    """Two seats on chains under a bar between two pairs of legs; each hangs a little aslant, as in a breeze."""
    high, half = 2.5, 1.7
    beam(mesh, (x - half, y + high, z), (x + half, y + high, z), 0.11, RED)
    for side in (-half, half):
        for foot in (-0.95, 0.95):
            beam(mesh, (x + side * 1.08, y, z + foot), (x + side, y + high, z), 0.10, RED)
        beam(mesh, (x + side * 1.04, y + 1.1, z - 0.53), (x + side * 1.04, y + 1.1, z + 0.53), 0.06, RED)
    for at, tint in ((x - 0.75, BLUE), (x + 0.75, YELLOW)):
        lean = float(rng.uniform(-0.3, 0.3))
        low, back = y + high - 1.95 * math.cos(lean), z + 1.95 * math.sin(lean)
        for chain in (-0.24, 0.24):
            beam(mesh, (at + chain, y + high, z), (at + chain, low, back), 0.022, f.STEEL)
        f.box(mesh, (at - 0.27, low - 0.03, back - 0.1), (at + 0.27, low + 0.02, back + 0.1), tint)


def _slide(mesh: MeshBuilder, x: float, y: float, z: float) -> None:
    """A ladder to a platform under a little roof, and a chute with rims that runs out at its foot."""
    high, half = 1.7, 0.36
    for px in (x - 0.5, x + 0.5):
        for pz in (z - 0.45, z + 0.45):
            beam(mesh, (px, y, pz), (px, y + high + 1.3, pz), 0.11, BLUE)
    f.box(mesh, (x - 0.52, y + high - 0.08, z - 0.48), (x + 0.52, y + high, z + 0.48), YELLOW)
    for side in (-1, 1):
        corners = [(x + side * 0.72, y + high + 1.2, z - 0.66), (x + side * 0.72, y + high + 1.2, z + 0.66),
                   (x, y + high + 1.75, z + 0.66), (x, y + high + 1.75, z - 0.66)]  # fmt: skip
        mesh.quad(corners, RED, across=4, toward=(side, 1, 0))
        mesh.quad(corners, RED * 0.5, toward=(-side, -1, 0))
        beam(mesh, (x + side * 0.5, y + high + 0.7, z - 0.45), (x + side * 0.5, y + high + 0.7, z + 0.45), 0.06, BLUE)
    mesh.add([(x - 0.72, y + high + 1.2, z - 0.65), (x + 0.72, y + high + 1.2, z - 0.65), (x, y + high + 1.75, z - 0.65)],
             [[0, 1, 2]], RED * 0.9, normals=(0, 0, -1))  # fmt: skip
    for px in (x - 0.3, x + 0.3):
        beam(mesh, (px, y, z + 1.15), (px, y + high, z + 0.45), 0.06, RED)
    for step in np.linspace(0.15, 0.9, 6):
        at = (y + high * step, z + 1.15 - 0.7 * step)
        beam(mesh, (x - 0.3, *at), (x + 0.3, *at), 0.05, RED)
    share = np.linspace(0, 1, 15)
    down = high * (1 - share) ** 1.25 * 0.86 + 0.24
    away = z - 0.45 - 2.9 * share
    for k in range(14):
        (ya, za), (yb, zb) = (y + down[k], away[k]), (y + down[k + 1], away[k + 1])
        mesh.quad(
            [(x - half, ya, za), (x + half, ya, za), (x + half, yb, zb), (x - half, yb, zb)], YELLOW, toward=(0, 1, 0)
        )
        for rim in (-half, half):
            beam(mesh, (x + rim, ya + 0.08, za), (x + rim, yb + 0.08, zb), (0.05, 0.2), YELLOW * 0.85)
    for rim in (-half, half):
        beam(mesh, (x + rim, y, away[10]), (x + rim, y + down[10], away[10]), 0.06, BLUE)


def _seesaw(mesh: MeshBuilder, x: float, y: float, z: float) -> None:
    """A board on a bock, its left end down, seats and handles at both."""
    for foot in (-0.3, 0.3):
        beam(mesh, (x + foot, y, z), (x, y + 0.55, z), 0.10, BLUE)
    lean = np.array([1.65, 0.40, 0.0])
    middle = np.array([x, y + 0.58, z])
    beam(mesh, middle - lean, middle + lean, (0.24, 0.07), RED)
    for end in (-1, 1):
        seat = middle + end * 0.93 * lean
        f.box(mesh, tuple(seat + [-0.17, 0.03, -0.16]), tuple(seat + [0.17, 0.08, 0.16]), YELLOW)
        grip = middle + end * 0.70 * lean
        beam(mesh, grip, grip + [0, 0.32, 0], 0.04, BLUE)
        beam(mesh, grip + [0, 0.32, -0.14], grip + [0, 0.32, 0.14], 0.04, BLUE)


def _sandpit(mesh: MeshBuilder, x: float, y: float, z: float, rng: np.random.Generator) -> None:
    """A wooden frame with sand, a castle of three towers, a bucket."""
    half = 1.05
    for a, b in (((-half, -half), (half, -half + 0.14)), ((-half, half - 0.14), (half, half)),
                 ((-half, -half), (-half + 0.14, half)), ((half - 0.14, -half), (half, half))):  # fmt: skip
        slab(mesh, (x + a[0], y - 0.2, z + a[1]), (x + b[0], y + 0.26, z + b[1]), f.oak(1.5), rng, 0.4)
    corners = [(x + sx * half, y + 0.15, z + sz * half) for sx, sz in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    mesh.quad(corners, SAND, across=6, up=6, toward=(0, 1, 0))
    for dx, dz, high in ((0.0, 0.2, 0.34), (0.28, 0.1, 0.24), (-0.26, 0.12, 0.26)):
        mesh.lathe((x + dx, y + 0.14, z + dz), [(0.15, 0), (0.12, high), (0.002, high + 0.02)], 14, SAND * 0.85)
    mesh.lathe((x + 0.55, y + 0.15, z - 0.45), [(0.08, 0), (0.11, 0.2), (0.10, 0.2)], 14, RED)


ROWS = (Place("playground", build, size=9.5, height=3.4, distance=11.0),)
