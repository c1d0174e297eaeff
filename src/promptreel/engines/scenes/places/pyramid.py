"""Pyramids of worn limestone blocks, one large and one small behind it, in the sand."""

import numpy as np

from promptreel.engines.scenes.buildings.building import SANDSTONE, Plot, courses, patch, slab
from promptreel.engines.scenes.buildings.masonry import islet
from promptreel.engines.scenes.stage import Place, Set


def pyramid(plot: Plot, at: tuple[float, float, float], half: float, high: float, rows: int, stone: np.ndarray) -> None:
    """Steps of blocks: for each course a riser of stones and its tread. The cap keeps a rest of its smooth casing."""
    rng, mesh = plot.rng, plot.mesh
    x, y, z = at
    edges = np.linspace(half, 0.25, rows + 1)
    levels = y + high * np.linspace(0, 1, rows + 1) ** 0.985
    for row in range(rows):
        h, low, top = edges[row] * rng.uniform(0.995, 1.005), levels[row] - (1.5 if row == 0 else 0), levels[row + 1]
        inner = edges[row + 1]
        cased = row / rows > 0.86
        shade = stone * (1.12 if cased else rng.uniform(0.92, 1.06))
        size = (top - levels[row]) * (2.2 if row < rows * 0.7 else 1.6)
        for k in range(4):
            c, s = (1, 0, -1, 0)[k], (0, 1, 0, -1)[k]
            a, b = (-h * c + h * s, -h * s - h * c), (h * c + h * s, h * s - h * c)
            wall = patch(
                (x + a[0], low, z + a[1]),
                (x + b[0], low, z + b[1]),
                (x + b[0], top, z + b[1]),
                (x + a[0], top, z + a[1]),
                (s, 0.3, -c),
            )
            one = patch((x + a[0], low, z + a[1]), (x + b[0], low, z + b[1]), (x + b[0] * inner / h, top, z + b[1] * inner / h),
                        (x + a[0] * inner / h, top, z + a[1] * inner / h), (s, 0.6, -c))  # fmt: skip
            courses(mesh, one if cased else wall, (size, 9.0), shade, rng, vary=0.13, round_off=0.16, shade=0.78)
            if not cased:
                tread = [
                    (x + p * f, top, z + q * f) for (p, q), f in ((a, 1.0), (b, 1.0), (b, inner / h), (a, inner / h))
                ]
                mesh.quad(tread, shade * 1.02, across=max(2, int(h / size)), toward=(0, 1, 0))


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, x, z, turn, "pyramid")
    floor = islet(plot, 66.0, 2.5, 50.0)
    stone = SANDSTONE * np.array([1.15, 1.08, 1.0])
    pyramid(plot, (0, floor, 0), 33.0, 41.0, 46, stone)
    pyramid(plot, (-46, floor if plot.wet else float(plot.rise(-46, 38)) - 1, 38), 17.0, 21.0, 24, stone * 0.97)
    slab(plot.mesh, (-2.4, floor - 1, -34.0), (2.4, floor + 3.4, -29.5), stone * 0.9, plot.rng, 0.9)
    plot.mesh.quad(
        [(-0.8, floor, -34.05), (0.8, floor, -34.05), (0.7, floor + 2.4, -34.05), (-0.7, floor + 2.4, -34.05)],
        0.02,
        plot.glow(0.6),
        toward=(0, 0, -1),
    )
    for px in (-4, 4):
        plot.lamp((px, floor + 1.5, -37.0), 3.0)
    plot.take((0, 0), 46.0)
    plot.take((-46, 38), 24.0)
    plot.finish()


ROWS = (Place("pyramid", build, size=95.0, height=42.0, distance=115.0),)
