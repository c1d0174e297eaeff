"""A barn with a gambrel roof and white-trimmed doors, a silo beside it, a fence of rails, bales of hay."""

import math

import numpy as np

from promptreel.engines.scenes.buildings.building import (
    GREY_STONE,
    OAK,
    Plot,
    beam,
    courses,
    drum,
    face,
    paint_of,
    patch,
    slab,
    window,
)
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Place, Set

RED = np.array([0.34, 0.040, 0.028])
TRIM = np.array([0.70, 0.69, 0.66])
TIN = np.array([0.30, 0.31, 0.325])
HAY = np.array([0.52, 0.38, 0.13])
HALF, DEEP, EAVES, KNEE, RIDGE = 5.2, 8.5, 4.4, 7.2, 8.9
"""Half the width, half the depth, and the heights of eaves, knee and ridge, m."""


def gable(plot: Plot, z: float, toward: float, paint: np.ndarray) -> None:
    """The end wall: upright boards under the broken line of the roof."""
    outline = [
        (-HALF, 0.0),
        (HALF, 0.0),
        (HALF, EAVES),
        (0.56 * HALF, KNEE),
        (0.0, RIDGE),
        (-0.56 * HALF, KNEE),
        (-HALF, EAVES),
    ]
    for low, top, a, b in (
        (0.0, EAVES, HALF, HALF),
        (EAVES, KNEE, HALF, 0.56 * HALF),
        (KNEE, RIDGE, 0.56 * HALF, 0.02),
    ):
        wall = patch((-a, low, z), (a, low, z), (b, top, z), (-b, top, z), (0, 0, toward))
        courses(
            plot.mesh,
            wall,
            (0.24, top - low),
            paint,
            plot.rng,
            vary=0.10,
            shade=0.86,
            bond=0.0,
            damp=0.25 if low == 0 else 0.0,
        )
    for (x0, y0), (x1, y1) in zip(outline[2:], outline[3:], strict=False):
        beam(plot.mesh, (x0, y0, z + 0.12 * toward), (x1, y1, z + 0.12 * toward), (0.10, 0.26), TRIM)
    for x in (-HALF, HALF):
        beam(plot.mesh, (x, 0.1, z), (x, EAVES, z), 0.24, TRIM)


def doors(plot: Plot, z: float, paint: np.ndarray) -> None:
    """Two leaves with crosses of white boards, a loft door above, windows at the sides."""
    mesh = plot.mesh
    for side in (-1, 1):
        x0, x1 = sorted((side * 0.04, side * 1.75))
        leaf = patch((x0, 0.05, z), (x1, 0.05, z), (x1, 3.3, z), (x0, 3.3, z), (0, 0, -1))
        courses(mesh, leaf, (0.2, 3.2), paint * 0.85, plot.rng, vary=0.08, bond=0.0)
        corners = [(x0, 0.1), (x1, 0.1), (x1, 1.7), (x0, 1.7), (x1, 3.25), (x0, 3.25)]
        for i, j in ((0, 1), (3, 2), (5, 4), (0, 5), (1, 4), (0, 2), (1, 3), (3, 4), (2, 5)):
            beam(mesh, (*corners[i], z - 0.05), (*corners[j], z - 0.05), (0.13, 0.05), TRIM)
    loft = patch((-0.8, 4.7, z), (0.8, 4.7, z), (0.8, 6.4, z), (-0.8, 6.4, z), (0, 0, -1))
    courses(mesh, loft, (0.2, 1.7), np.array([0.05, 0.035, 0.03]), plot.rng, vary=0.1)
    for a, b in (
        ((-0.8, 4.7), (0.8, 4.7)),
        ((-0.8, 6.4), (0.8, 6.4)),
        ((-0.8, 4.7), (-0.8, 6.4)),
        ((0.8, 4.7), (0.8, 6.4)),
    ):
        beam(mesh, (*a, z - 0.05), (*b, z - 0.05), (0.13, 0.06), TRIM)
    beam(mesh, (0, 7.6, z + 0.4), (0, 7.6, z - 1.1), 0.18, TRIM)
    for x in (-3.5, 3.5):
        window(mesh, face((x, 2.1, z), (0, 0, -1)), (0.55, 0.65), plot.rng, glow=plot.glow(0.8), frame=TRIM)


def roof(plot: Plot) -> None:
    """Sheets of tin: steep below the knee, flat above it."""
    over, end = 0.45, DEEP + 0.5
    for side in (-1, 1):
        for (a, ya), (b, yb) in (
            ((HALF + over * 0.6, EAVES - 0.75), (0.56 * HALF, KNEE)),
            ((0.56 * HALF, KNEE), (0.0, RIDGE + 0.05)),
        ):
            sheet = patch((side * a, ya, -end), (side * a, ya, end), (side * b, yb, end), (side * b, yb, -end),
                          (side * (yb - ya), abs(a - b), 0))  # fmt: skip
            courses(plot.mesh, sheet, (0.62, 3.5), TIN, plot.rng, vary=0.06, round_off=0.35, bond=0.0)
            low, top = ya - 0.06, yb - 0.06
            under = [(side * a, low, -end), (side * a, low, end), (side * b, top, end), (side * b, top, -end)]
            plot.mesh.quad(under, OAK * 0.4, across=4, toward=(-side * (yb - ya), -abs(a - b), 0))
    beam(plot.mesh, (0, RIDGE + 0.1, -end), (0, RIDGE + 0.1, end), (0.4, 0.12), TIN * 0.8)


def silo(mesh: MeshBuilder, x: float, z: float, rng: np.random.Generator) -> None:
    """A round tower of staves under hoops with a dome."""
    courses(
        mesh, drum((x, -0.5, z), [(1.9, 0.0), (1.9, 12.0)]), (0.5, 0.8), np.array([0.40, 0.395, 0.38]), rng, vary=0.07
    )
    for y in np.arange(0.8, 11.2, 1.15):
        mesh.lathe((x, y, z), [(1.93, 0.0), (1.95, 0.05), (1.93, 0.10)], 26, TIN * 0.5)
    a = np.linspace(0, math.pi / 2, 7)
    mesh.lathe((x, 11.4, z), [(2.0 * math.cos(q) + 0.02, 1.7 * math.sin(q)) for q in a], 26, TIN * 1.5)


def fence(plot: Plot, start: tuple[float, float], stop: tuple[float, float]) -> None:
    """Posts with three rails that follow the ground."""
    a, b = np.array(start), np.array(stop)
    steps = max(1, round(float(np.linalg.norm(b - a)) / 2.4))
    at = a + (b - a) * np.linspace(0, 1, steps + 1)[:, None]
    y = np.asarray(plot.rise(at[:, 0], at[:, 1]))
    for k in range(steps + 1):
        beam(plot.mesh, (at[k, 0], y[k] - 0.2, at[k, 1]), (at[k, 0], y[k] + 1.25, at[k, 1]), 0.13, TRIM * 0.95)
    for high in (0.35, 0.72, 1.08):
        for k in range(steps):
            p, q = (at[k, 0], y[k] + high, at[k, 1]), (at[k + 1, 0], y[k + 1] + high, at[k + 1, 1])
            beam(plot.mesh, p, q, (0.05, 0.13), TRIM)


def bale(plot: Plot, x: float, z: float) -> None:
    """A round bale of hay that lies on its side."""
    y, way = float(plot.rise(x, z)) + 0.62, float(plot.rng.uniform(0, 3))
    along, across = np.array([math.cos(way), 0, math.sin(way)]), np.array([-math.sin(way), 0, math.cos(way)])
    turn, middle = np.linspace(0, 2 * math.pi, 15)[:, None], np.array([x, y, z])
    rim = middle + 0.62 * (np.cos(turn) * across + np.sin(turn) * [0, 1.0, 0])
    for end in (-1, 1):
        points = np.concatenate([rim, middle[None]]) + 0.62 * end * along
        plot.mesh.add(points, [[k, k + 1, 15] for k in range(14)], HAY * 0.8, normals=along * end)
    shift = 0.62 * along
    hull = np.stack([rim[:-1] - shift, rim[1:] - shift, rim[1:] + shift, rim[:-1] + shift], 1)
    plot.mesh.quads(hull, HAY * plot.rng.normal(1, 0.1, (14, 1)), toward=hull.mean(axis=1) - middle)


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, x, z, turn + 0.35, "barn")
    rng, mesh = plot.rng, plot.mesh
    named = paint_of(stage)
    paint = RED if named is None else named
    slab(mesh, (-HALF - 0.15, -1.5, -DEEP - 0.15), (HALF + 0.15, 0.12, DEEP + 0.15), GREY_STONE, rng, 0.5)
    for end, toward in ((-DEEP, -1.0), (DEEP, 1.0)):
        gable(plot, end, toward, paint)
    for side in (-1, 1):
        x = side * HALF
        wall = patch((x, 0, -DEEP), (x, 0, DEEP), (x, EAVES, DEEP), (x, EAVES, -DEEP), (side, 0, 0))
        courses(mesh, wall, (0.24, EAVES), paint, rng, vary=0.10, shade=0.86, bond=0.0, damp=0.25)
        for at in (-5.5, -1.8, 1.8, 5.5):
            window(mesh, face((side * HALF, 2.3, at), (side, 0, 0)), (0.5, 0.55), rng, glow=plot.glow(0.7), frame=TRIM)
    doors(plot, -DEEP - 0.03, paint)
    roof(plot)
    silo(mesh, HALF + 2.9, 2.0, rng)
    fence(plot, (-HALF - 0.5, -DEEP + 0.5), (-16.0, -DEEP - 1.5))
    fence(plot, (HALF + 1.0, -DEEP + 0.5), (17.0, -DEEP + 1.5))
    for px, pz in ((3.9, -DEEP - 2.4), (5.1, -DEEP - 1.7), (4.4, -DEEP - 3.9)):
        bale(plot, px, pz)
    plot.lamp((0.0, 3.9, -DEEP - 0.8), 1.4)
    for at in (-6.0, 0.0, 6.0):
        plot.take((0, at), 6.5)
    plot.finish()


ROWS = (Place("barn", build, size=34.0, height=13.1, distance=40.0),)
