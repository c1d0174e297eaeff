"""A country church: nave, apse, a tower with a clock and a spire, pointed windows, a low wall with a gate."""

import math

import numpy as np

from promptreel.engines.scenes.buildings.building import (
    GREY_STONE,
    IRON,
    OAK,
    SANDSTONE,
    SLATE,
    WHITEWASH,
    Plot,
    arch,
    beam,
    beams,
    courses,
    face,
    fill_arch,
    paint_of,
    patch,
    plank_door,
    slab,
)
from promptreel.engines.scenes.buildings.masonry import islet
from promptreel.engines.scenes.places.house import Shell, gable_roof, shrubs
from promptreel.engines.scenes.stage import Place, Set

GLASS = np.array([(1.0, 0.25, 0.12), (0.25, 0.45, 1.0), (1.0, 0.70, 0.20), (0.3, 0.9, 0.4)])


def clock(plot: Plot, at: np.ndarray, out: np.ndarray, radius: float) -> None:
    """A clock face with hands and marks."""
    on, mesh = face(at, out), plot.mesh
    a = np.linspace(0, 2 * math.pi, 25)[:-1]
    for r, o, tint in ((radius * 1.14, 0.05, (0.10, 0.085, 0.05)), (radius, 0.07, (0.62, 0.58, 0.48))):
        rim = on.at(r * np.cos(a), r * np.sin(a), o)
        light = plot.glow(0.5) if r == radius and plot.dark else 0.0
        mesh.add(
            np.concatenate([rim, on.at(0.0, 0.0, o)[None]]),
            [[i, (i + 1) % 24, 24] for i in range(24)],
            tint,
            light,
            on.out,
        )
    marks = np.linspace(0, 2 * math.pi, 13)[:-1]
    beams(
        mesh,
        on.at(radius * 0.78 * np.cos(marks), radius * 0.78 * np.sin(marks), 0.09),
        on.at(radius * 0.93 * np.cos(marks), radius * 0.93 * np.sin(marks), 0.09),
        0.05 * radius,
        IRON,
    )
    beam(
        mesh,
        on.at(0.0, 0.0, 0.1),
        on.at(radius * 0.45 * math.sin(0.9), radius * 0.45 * math.cos(0.9), 0.1),
        0.09 * radius,
        IRON,
    )
    beam(
        mesh,
        on.at(0.0, 0.0, 0.11),
        on.at(radius * 0.8 * math.sin(-0.7), radius * 0.8 * math.cos(-0.7), 0.11),
        0.06 * radius,
        IRON,
    )


def gothic(
    plot: Plot,
    at: tuple[float, float, float],
    out: tuple[float, float, float],
    half: float,
    spring: float,
    stone: np.ndarray,
) -> None:
    """A pointed window of coloured glass with a mullion."""
    on, rng = face(at, out), plot.rng
    arch(plot.mesh, on, half, spring, stone * 1.15, rng, ring=0.22, deep=0.02, pointed=1.0, proud=0.10, steps=9)
    tint = GLASS[int(rng.integers(4))] * 0.5 + 0.35
    fill_arch(plot.mesh, on, half, spring, 0.02, 0.03, plot.glow(1.1, tint), pointed=1.0)
    on.bar(plot.mesh, (-0.05, 0), (0.05, spring + half), 0.06, stone)
    for v in np.linspace(0.3, spring, 4):
        on.bar(plot.mesh, (-half, v), (half, v + 0.05), 0.05, stone * 0.6)


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, x, z, turn, "church")
    rng, mesh = plot.rng, plot.mesh
    y = islet(plot, 22.0, 2.4, 14.0)
    tint = paint_of(stage)
    white = "white" in plot.words or rng.random() < 0.35
    wood = "wooden" in plot.words
    stone = np.asarray(
        tint
        if tint is not None
        else WHITEWASH
        if white
        else OAK * 1.3
        if wood
        else (GREY_STONE * 1.2, SANDSTONE)[int(rng.integers(2))]
    )
    size, vary = ((0.8, 0.4), 0.05) if white and not wood else ((2.4, 0.2), 0.14) if wood else ((0.62, 0.32), 0.14)
    trim = GREY_STONE * 1.2 if white else stone * 1.1
    shell = Shell(0, 6.0, 4.2, 8.0, y, y + 5.6, 4.6, gable_front=True)
    for a, b, out in (
        ((-4.2, -2.0), (4.2, -2.0), (0, 0, -1)),
        ((4.2, -2.0), (4.2, 14.0), (1, 0, 0)),
        ((-4.2, 14.0), (-4.2, -2.0), (-1, 0, 0)),
        ((4.2, 14.0), (-4.2, 14.0), (0, 0, 1)),
    ):
        wall = patch((a[0], y - 1.2, a[1]), (b[0], y - 1.2, b[1]), (b[0], y + 5.6, b[1]), (a[0], y + 5.6, a[1]), out)
        courses(mesh, wall, size, stone, rng, vary=vary, damp=0.6)
    for front, toward in ((-2.0, -1), (14.0, 1)):
        gable = patch(
            (-4.2, y + 5.6, front), (4.2, y + 5.6, front), (0, y + 10.2, front), (0, y + 10.2, front), (0, 0, toward)
        )
        courses(mesh, gable, size, stone, rng, vary=vary)
    gable_roof(mesh, shell, rng, SLATE, (0.48, 0.40))
    for pz in (0.4, 3.6, 6.8, 10.0, 12.6):
        for side in (-1, 1):
            if pz < 12:
                gothic(plot, (side * 4.2, y + 1.9, pz + 0.2), (side, 0, 0), 0.55, 1.7, trim)
            slab(
                mesh,
                *((side * 4.2, y - 1.0, pz - 1.75), (side * 4.85, y + 4.3, pz - 1.2))
                if side > 0
                else ((-4.85, y - 1.0, pz - 1.75), (-4.2, y + 4.3, pz - 1.2)),
                stone * 0.95,
                rng,
                0.5,
            )
    tower(plot, y, stone, trim, size, vary)
    yard(plot, y)
    plot.take((0, 4), 12.0)
    plot.finish()


def tower(plot: Plot, y: float, stone: np.ndarray, trim: np.ndarray, size: tuple[float, float], vary: float) -> None:
    """The west tower before the nave."""
    mesh, rng = plot.mesh, plot.rng
    half, high, cz = 2.35, 13.0, -3.6
    top = y + high
    for k in range(4):
        out = np.array([(0, -1), (1, 0), (0, 1), (-1, 0)][k], float)
        way = np.array([-out[1], out[0]])
        a, b = np.array([0, cz]) + out * half - way * half, np.array([0, cz]) + out * half + way * half
        wall = patch(
            (a[0], y - 1.2, a[1]), (b[0], y - 1.2, b[1]), (b[0], top, b[1]), (a[0], top, a[1]), (out[0], 0, out[1])
        )
        courses(mesh, wall, size, stone, rng, vary=vary, damp=0.6)
        middle = (a + b) / 2
        at = np.array([middle[0], 0, middle[1]])
        out3 = np.array([out[0], 0, out[1]])
        for u in (-0.75, 0.75):
            spot = face(at + [way[0] * u, top - 2.9, way[1] * u], out3)
            arch(mesh, spot, 0.42, 1.2, trim, rng, ring=0.2, deep=0.0, pointed=1.0, proud=0.09, steps=9)
            fill_arch(mesh, spot, 0.42, 1.2, 0.02, 0.015, plot.glow(0.35), pointed=1.0)
            for v in np.arange(0.15, 1.5, 0.24):
                spot.bar(mesh, (-0.4, v), (0.4, v + 0.09), 0.08, OAK * 0.9)
        clock(plot, at + [0, top - 4.3, 0], out3, 0.85)
    for level, grow in ((y + 5.8, 0.14), (y + 9.4, 0.12), (top, 0.28)):
        slab(
            mesh,
            (-half - grow, level - 0.14, cz - half - grow),
            (half + grow, level + 0.14, cz + half + grow),
            trim,
            rng,
            0.6,
        )
    base, tip = half + 0.35, y + high + 9.5
    for k in range(8):
        a0, a1 = math.pi / 4 * k + math.pi / 8, math.pi / 4 * (k + 1) + math.pi / 8
        r = base * 1.04
        corner = [
            (min(max(r * 1.2 * math.cos(a), -base), base), min(max(r * 1.2 * math.sin(a), -base), base))
            for a in (a0, a1)
        ]
        facing = (math.cos((a0 + a1) / 2), 0.3, math.sin((a0 + a1) / 2))
        low = [(p, top, cz + q) for p, q in corner]
        peak = [(0.06 * math.cos(a), tip, cz + 0.06 * math.sin(a)) for a in (a1, a0)]
        side = patch(low[0], low[1], peak[0], peak[1], facing)
        courses(mesh, side, (0.5, 0.42), SLATE, rng, vary=0.16, lap=0.035, shade=0.75)
    mesh.lathe((0, tip - 0.2, cz), [(0.1, 0), (0.16, 0.2), (0.05, 0.35), (0.04, 0.6)], 8, (0.5, 0.36, 0.1))
    beam(mesh, (0, tip, cz), (0, tip + 1.7, cz), 0.09, (0.5, 0.36, 0.1))
    beam(mesh, (-0.45, tip + 1.1, cz), (0.45, tip + 1.1, cz), 0.09, (0.5, 0.36, 0.1))
    front = cz - half
    on = face((0, y + 0.3, front), (0, 0, -1))
    arch(mesh, on, 0.95, 1.6, trim, rng, ring=0.42, deep=0.3, pointed=0.9, proud=0.2)
    fill_arch(mesh, on, 0.95, 1.6, 0.06, OAK * 0.5, pointed=0.9)
    plank_door(mesh, face((0, y + 0.3, front - 0.09), (0, 0, -1)), 0.9, 2.1, OAK * 1.1, rng)
    slab(mesh, (-1.7, y - 0.8, front - 1.3), (1.7, y + 0.3, front), GREY_STONE, rng, 0.6)
    slab(mesh, (-2.1, y - 0.8, front - 1.8), (2.1, y + 0.14, front), GREY_STONE, rng, 0.6)
    gothic(plot, (0, y + 6.3, front), (0, 0, -1), 0.5, 1.3, trim)
    plot.lamp((0, y + 3.2, front - 1.8), 2.0)
    plot.lamp((2.2, y + 8.0, front - 2.5), 1.6)


def yard(plot: Plot, y: float) -> None:
    """A low wall with a gap for the path, and bushes."""
    rng = plot.rng
    for start, stop in ((-11.0, -1.8), (1.8, 11.0)):
        for px in np.arange(start, stop, 1.15):
            foot = y if plot.wet else float(plot.rise(px + 0.5, -11.0))
            slab(
                plot.mesh,
                (px, foot - 0.5, -11.3),
                (px + 1.15, foot + 0.75 + rng.uniform(-0.04, 0.05), -10.8),
                GREY_STONE * rng.uniform(0.85, 1.1),
                rng,
                0.38,
            )
    if not plot.wet:
        shrubs(plot, [(-5.4, -1.0), (5.5, 0.5), (-3.4, -5.2), (3.6, -5.0), (6.8, -9.8), (-7.5, -9.8)])


ROWS = (Place("church", build, size=25.0, height=24.5, distance=58.0),)
