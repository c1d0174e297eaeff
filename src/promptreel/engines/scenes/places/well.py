"""A village well: a round stone wall, two posts, a little roof, windlass, rope and bucket."""

import math

import numpy as np

from promptreel.engines.scenes.buildings.building import CLAY_TILE, GREY_STONE, OAK, Plot, beam, courses, patch
from promptreel.engines.scenes.buildings.masonry import islet, ivy, pool, round_wall
from promptreel.engines.scenes.places.house import shrubs
from promptreel.engines.scenes.stage import Place, Set


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, x, z, turn, "well")
    rng, mesh = plot.rng, plot.mesh
    y = islet(plot, 5.0, 1.0, 2.8)
    round_wall(mesh, (0, y, 0), 0.95, 0.78, 0.26, GREY_STONE, rng, (0.34, 0.19))
    pool(mesh, (0, y + 0.1, 0), 0.7, plot.light)
    for side in (-1, 1):
        beam(mesh, (side * 0.98, y, 0), (side * 0.98, y + 2.25, 0), 0.14, OAK * 1.2)
        beam(mesh, (side * 0.98, y + 1.75, 0), (side * 0.6, y + 2.18, 0), 0.09, OAK)
        slope = patch(
            (-1.35, y + 2.0, side * 0.85),
            (1.35, y + 2.0, side * 0.85),
            (1.35, y + 2.85, 0),
            (-1.35, y + 2.85, 0),
            (0, 1, side),
        )
        courses(
            mesh,
            slope,
            (0.22, 0.20),
            CLAY_TILE if rng.random() < 0.5 else OAK * 1.3,
            rng,
            vary=0.18,
            lap=0.035,
            shade=0.7,
        )
        mesh.quad(
            [(-1.35, y + 1.97, side * 0.85), (1.35, y + 1.97, side * 0.85), (1.35, y + 2.8, 0), (-1.35, y + 2.8, 0)],
            OAK * 0.5,
            across=4,
            toward=(0, -1, -side),
        )
        for px in (-1.35, 1.35):
            beam(mesh, (px, y + 1.96, side * 0.9), (px, y + 2.86, 0), 0.09, OAK * 1.3)
    turn_x = np.linspace(-0.9, 0.9, 13)
    ring = np.linspace(0, 2 * math.pi, 11)[:-1]
    r = np.where(np.abs(turn_x) < 0.32, 0.115, 0.085)
    points = np.stack(
        [np.broadcast_to(turn_x[:, None], (13, 10)), y + 1.42 + r[:, None] * np.sin(ring), r[:, None] * np.cos(ring)],
        -1,
    )
    quads = np.stack([points[:-1], np.roll(points, -1, 1)[:-1], np.roll(points, -1, 1)[1:], points[1:]], 2).reshape(
        -1, 4, 3
    )
    tint = np.where(np.abs(quads.mean(axis=1)[:, :1]) < 0.34, [[0.42, 0.32, 0.18]], OAK[None] * 1.3) * rng.uniform(
        0.7, 1.2, (len(quads), 1)
    )
    mesh.quads(quads, tint, toward=quads.mean(axis=1) * [0, 1, 1] - [0, y + 1.42, 0])
    beam(mesh, (0.98, y + 1.42, 0), (1.25, y + 1.42, 0), 0.05, OAK)
    beam(mesh, (1.22, y + 1.42, 0), (1.22, y + 1.12, -0.15), 0.05, OAK)
    beam(mesh, (0.05, y + 1.40, -0.1), (0.05, y + 0.98, -0.1), 0.022, (0.42, 0.32, 0.18))
    mesh.lathe((0.05, y + 0.72, -0.1), [(0.13, 0), (0.165, 0.26), (0.15, 0.26), (0.12, 0.03)], 14, OAK * 1.5)
    for level in (0.05, 0.2):
        mesh.lathe(
            (0.05, y + 0.72 + level, -0.1),
            [(0.143 + level * 0.13, 0), (0.146 + level * 0.13, 0.03)],
            14,
            (0.08, 0.08, 0.085),
        )
    a = rng.uniform(-2.9, -0.3, 150)
    wall = np.stack([0.98 * np.cos(a), y + rng.uniform(0, 0.7, 150) ** 1.3, 0.98 * np.sin(a)], 1)
    ivy(plot, wall[np.sin(a * 3) > 0.1], (0, 0.1, -1), 0.09)
    if not plot.wet:
        shrubs(plot, [(-1.5, 0.4), (1.6, 0.9), (-1.2, -0.8)])
    plot.lamp((-1.1, y + 1.9, -0.7), 0.7)
    plot.take((0, 0), 1.8)
    plot.finish()


ROWS = (Place("well", build, size=3.6, height=2.9, distance=8.0),)
