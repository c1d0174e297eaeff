"""Torii: the red gates before Japanese shrines. One stands large; behind it a row of smaller ones leads on."""

import numpy as np

from promptreel.engines.scenes.buildings.building import GREY_STONE, Plot, beam, paint_of, slab
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Place, Set

VERMILION = np.array([0.42, 0.055, 0.020])
BLACK = np.array([0.022, 0.021, 0.020])


def gate(mesh: MeshBuilder, at: tuple[float, float, float], high: float, red: np.ndarray) -> None:
    """One gate, `high` m to the top of its posts; the lintel bends up at its ends."""
    x, y, z = at
    half = 0.42 * high
    radius = 0.055 * high
    for side in (-1.0, 1.0):
        foot = np.array([x + side * half, y, z])
        mesh.lathe(foot, [(radius, 0.0), (radius * 0.93, high)], 16, red)
        mesh.lathe(foot, [(radius * 1.25, -0.5), (radius * 1.25, 0.09 * high), (radius, 0.1 * high)], 16, BLACK)
    beam(
        mesh,
        (x - half * 1.22, y + 0.76 * high, z),
        (x + half * 1.22, y + 0.76 * high, z),
        (0.05 * high, 0.075 * high),
        red,
    )
    mesh.boxes([(x, y + 0.88 * high, z)], [0.055 * high, 0.07 * high, 0.03 * high], BLACK)
    line = np.linspace(-1.0, 1.0, 15)
    across, up = x + line * half * 1.42, y + high * (1.0 + 0.075 * line**4)
    for lift, thick, tint in ((0.035, (0.085, 0.085), red), (0.105, (0.115, 0.06), BLACK)):
        rise = np.stack([across * 1.0, up + lift * high, np.full(15, z)], 1)
        for start, stop in zip(rise[:-1], rise[1:], strict=True):
            beam(mesh, start, stop, (thick[0] * high, thick[1] * high), tint)


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, x, z, turn, "torii")
    mesh, rng = plot.mesh, plot.rng
    tint = paint_of(stage)
    red = np.asarray(tint) if tint is not None else VERMILION
    if plot.wet:
        # One stands in the shallows, as at the shores of the Inland Sea.
        gate(mesh, (0.0, -1.5, 0.0), 8.6, red)
    else:
        rows = [(0.0, 6.8), *((4.6 + 2.6 * k, 4.6) for k in range(5))]
        for away, high in rows:
            gate(mesh, (0.0, float(plot.rise(0.0, away)), away), high, red * rng.uniform(0.9, 1.05))
        for k in range(17):
            away = -5.0 + 1.25 * k
            low = float(plot.rise(0.0, away))
            slab(mesh, (-1.3, low - 0.3, away), (1.3, low + 0.06, away + 1.1), GREY_STONE * 0.55, rng, 0.9)
        for away in (-1.6, 3.0):
            for side in (-3.7, 3.7):
                lantern(plot, side, away)
    plot.take((0, 0), 5.0)
    plot.take((0, 10.0), 7.0)
    plot.finish()


def lantern(plot: Plot, x: float, z: float) -> None:
    """A lantern of stone, lit by night."""
    y, stone = float(plot.rise(x, z)), GREY_STONE * 0.6
    plot.mesh.lathe((x, y - 0.2, z), [(0.42, 0.0), (0.40, 0.35), (0.16, 0.42), (0.15, 1.35), (0.36, 1.5)], 8, stone)
    plot.mesh.boxes([(x, y + 1.5, z)], [0.22, 0.2, 0.22], stone * 0.6, plot.glow(0.8))
    plot.mesh.lathe((x, y + 1.68, z), [(0.52, 0.0), (0.30, 0.2), (0.08, 0.32), (0.0, 0.5)], 8, stone)
    plot.lamp((x, y + 1.5, z - 0.4), 0.5)


ROWS = (Place("torii", build, size=12.0, height=9.0, distance=19.0),)
