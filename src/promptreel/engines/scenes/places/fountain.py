"""A fountain of three bowls with jets and falling water, in a round basin with paving."""

import math

import numpy as np

from promptreel.engines.scenes.buildings.building import GREY_STONE, SANDSTONE, WHITEWASH, Plot, courses, drum, paint_of
from promptreel.engines.scenes.buildings.jets import Jets
from promptreel.engines.scenes.buildings.masonry import islet, pool, round_wall
from promptreel.engines.scenes.stage import Place, Set


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, x, z, turn, "fountain")
    rng, mesh = plot.rng, plot.mesh
    floor = islet(plot, 9.0, 1.2, 5.5)
    tint = paint_of(stage)
    stone = np.asarray(
        tint if tint is not None else (SANDSTONE * 1.1, WHITEWASH * 0.7, GREY_STONE * 1.4)[int(rng.integers(3))]
    )
    build_fountain(plot, (0.0, floor, 0.0), stone)
    for k in range(3):
        ring = drum((0, floor + 0.015, 0), [(5.4 - 0.62 * k, 0.0), (4.78 - 0.62 * k, 0.012)])
        courses(mesh, ring, (0.62, 0.6), stone * (0.72 + 0.1 * (k % 2)), rng, vary=0.14, round_off=0.12)
    plot.take((0, 0), 5.6)
    plot.finish()


def build_fountain(plot: Plot, at: tuple[float, float, float], stone: np.ndarray, size: float = 1.0) -> None:
    """Basin, shaft and bowls at `at`, with their water."""
    mesh, rng = plot.mesh, plot.rng
    x, y, z = at
    radius = 3.4 * size
    round_wall(mesh, at, radius, 0.62 * size, 0.34, stone, rng)
    pool(mesh, (x, y + 0.46 * size, z), radius - 0.3, plot.light)
    shaft = [(0.75, 0), (0.62, 0.3), (0.42, 0.5), (0.30, 0.75), (0.36, 1.1), (0.24, 1.35), (0.32, 1.5)]
    mesh.lathe(at, [(r * size, h * size) for r, h in shaft], 24, stone)
    bowls = ((1.75, 1.45), (1.05, 2.45), (0.5, 3.25))
    for wide, level in bowls:
        bowl = [
            (0.18, 0.0),
            (wide * 0.55, 0.10),
            (wide * 0.9, 0.24),
            (wide, 0.40),
            (wide * 1.03, 0.46),
            (wide * 0.96, 0.46),
            (wide * 0.9, 0.40),
        ]
        mesh.lathe(
            (x, y + level * size, z), [(r * size, h * size) for r, h in bowl], 40, stone * rng.uniform(0.95, 1.08)
        )
        pool(mesh, (x, y + (level + 0.42) * size, z), wide * 0.92 * size, plot.light)
        post = [(0.26, 0.4), (0.17, 0.62), (0.22, 0.8), (0.15, 1.0), (0.2, 1.06)]
        if wide > 0.6:
            mesh.lathe((x, y + level * size, z), [(r * size, h * size) for r, h in post], 18, stone)
    mesh.lathe((x, y + 3.6 * size, z), [(0.1, 0), (0.14, 0.15), (0.2, 0.32), (0.14, 0.48), (0.03, 0.62)], 14, stone)
    nozzles: list[list[float]] = []

    def jet(local: tuple[float, float, float], speed: tuple[float, float, float], fall: float, wide: float) -> None:
        place = plot.world(local)
        tip = plot.world(np.asarray(local) + np.asarray(speed)) - place
        nozzles.append([*place.tolist(), *tip.tolist(), float(plot.world((x, y + fall, z))[1]), wide])

    for k in range(10):
        a = 2 * math.pi * k / 10
        jet((x, y + 4.2 * size, z), (0.55 * math.cos(a) * size, 3.2, 0.55 * math.sin(a) * size), 3.6 * size, 0.028)
    for wide, level, count in ((0.5, 3.7, 9), (1.05, 2.9, 14), (1.75, 1.9, 20)):
        low = {0.5: 2.85, 1.05: 1.85, 1.75: 0.46}[wide]
        for k in range(count):
            a = 2 * math.pi * (k + 0.5) / count
            r = wide * size
            jet(
                (x + r * math.cos(a), y + level * size, z + r * math.sin(a)),
                (0.5 * math.cos(a), 0.1, 0.5 * math.sin(a)),
                low * size,
                0.035,
            )
    for k in range(8):
        a = 2 * math.pi * (k + 0.25) / 8
        r = radius - 0.5
        jet(
            (x + r * math.cos(a), y + 0.5 * size, z + r * math.sin(a)),
            (-1.1 * math.cos(a), 4.3, -1.1 * math.sin(a)),
            0.46 * size,
            0.04,
        )
    plot.stage.layers.append(Jets(np.array(nozzles), plot.light, seed=int(rng.integers(1, 9000))))
    plot.lamp((x, y + 1.0, z - radius * 0.6), 1.5, (0.75, 0.85, 1.0))
    plot.lamp((x + 1.2, y + 2.3, z + 0.5), 1.2, (1.0, 0.8, 0.55))


ROWS = (Place("fountain", build, size=11.0, height=5.0, distance=13.0),)
