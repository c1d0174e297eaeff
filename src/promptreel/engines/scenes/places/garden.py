"""A formal garden: gravel paths, clipped hedges, beds of flowers, topiary, benches, a fountain, trees behind."""

import math

import numpy as np

from promptreel.engines.scenes.buildings.building import (
    GREY_STONE,
    IRON,
    OAK,
    SANDSTONE,
    Plot,
    beam,
    beams,
    courses,
    leaves,
    patch,
)
from promptreel.engines.scenes.buildings.masonry import leaf_ball
from promptreel.engines.scenes.landscape.vegetation import grow, plant, season_of
from promptreel.engines.scenes.places.fountain import build_fountain
from promptreel.engines.scenes.stage import Place, Set

BLOOMS = ("rose", "tulip", "lavender", "daisy", "poppy")


def hedge(
    plot: Plot, start: tuple[float, float], stop: tuple[float, float], high: float = 0.8, thick: float = 0.34
) -> None:
    """A clipped box hedge between two places (x, z)."""
    rng = plot.rng
    a, b = np.array(start), np.array(stop)
    length = float(np.hypot(*(b - a)))
    way = (b - a) / length
    side = np.array([-way[1], way[0]])
    green = np.array([0.062, 0.125, 0.032])
    count = int(length * 64)
    s, kind = rng.uniform(0, length, count), rng.random(count)
    foot = plot.rise(a[0] + way[0] * s, a[1] + way[1] * s)
    across = np.where(kind < 0.45, rng.uniform(-thick, thick, count), np.where(rng.random(count) < 0.5, -thick, thick))
    up = np.where(kind < 0.45, high, rng.uniform(0.05, high, count)) + rng.normal(0, 0.02, count)
    at = np.stack([a[0] + way[0] * s + side[0] * across, foot + up, a[1] + way[1] * s + side[1] * across], 1)
    out = np.where((kind < 0.45)[:, None], [[0, 1.0, 0]], np.sign(across)[:, None] * [[side[0], 0.1, side[1]]])
    leaves(plot.mesh, at, out, 0.115, green * 1.3, rng)
    pieces = max(1, round(length / 1.5))
    for k in range(pieces):
        p, q = a + way * length * k / pieces, a + way * length * (k + 1) / pieces
        y = float(plot.rise(*((p + q) / 2)))
        inner = thick * 0.93
        ring = [p - side * inner, q - side * inner, q + side * inner, p + side * inner]
        plot.mesh.quad([(r[0], y + high * 0.97, r[1]) for r in ring], green * 0.75, across=3, toward=(0, 1, 0))
        for m in range(4):
            r0, r1 = ring[m], ring[(m + 1) % 4]
            wall = [
                (r0[0], y - 0.1, r0[1]),
                (r1[0], y - 0.1, r1[1]),
                (r1[0], y + high * 0.97, r1[1]),
                (r0[0], y + high * 0.97, r0[1]),
            ]
            middle = (r0 + r1) / 2 - (p + q) / 2
            plot.mesh.quad(
                wall, [green * 0.4, green * 0.4, green * 0.75, green * 0.75], across=3, toward=(middle[0], 0, middle[1])
            )


def bed(plot: Plot, low: tuple[float, float], top: tuple[float, float], bloom: str, count: int, detail: int) -> None:
    """Flowers of one kind over a rectangle, on dark soil."""
    rng = plot.rng
    season = season_of(plot.stage.brief.spec)
    (x0, z0), (x1, z1) = low, top
    y = [float(plot.rise(px, pz)) + 0.05 for px, pz in ((x0, z0), (x1, z0), (x1, z1), (x0, z1))]
    soil = patch((x0, y[0], z0), (x1, y[1], z0), (x1, y[2], z1), (x0, y[3], z1), (0, 1, 0))
    courses(plot.mesh, soil, (0.3, 0.25), (0.055, 0.038, 0.024), rng, vary=0.25, round_off=0.3)
    x, z = rng.uniform(x0 + 0.1, x1 - 0.1, count), rng.uniform(z0 + 0.1, z1 - 0.1, count)
    foot = np.stack([x, plot.rise(x, z) + 0.03, z], 1)
    for variant in range(2):
        flower = grow(bloom, np.random.default_rng([variant, int(rng.integers(1 << 30))]), detail, season)
        part = slice(variant, None, 2)
        number = len(foot[part])
        plant(
            plot.mesh,
            flower,
            foot[part],
            rng.uniform(0.38, 0.62, number),
            rng.uniform(0, 6.28, number),
            rng.uniform(0.8, 1.25, (number, 3)),
        )
    tufts = np.stack([rng.uniform(x0, x1, count * 3), np.zeros(count * 3), rng.uniform(z0, z1, count * 3)], 1)
    tufts[:, 1] = plot.rise(tufts[:, 0], tufts[:, 2]) + rng.uniform(0.05, 0.2, count * 3)
    leaves(plot.mesh, tufts, (0, 1, 0), 0.11, (0.06, 0.12, 0.03), rng)


def bench(plot: Plot, x: float, z: float, facing: float) -> None:
    """A bench of slats on iron legs; `facing` 1 looks to +x, -1 to -x."""
    mesh, y = plot.mesh, float(plot.rise(x, z))
    for k in range(4):
        px = x + facing * (0.05 + 0.11 * k)
        beam(mesh, (px, y + 0.45, z - 0.8), (px, y + 0.45, z + 0.8), (0.09, 0.035), OAK * 1.6)
    for k in range(3):
        px = x - facing * (0.04 + 0.03 * k)
        beam(mesh, (px, y + 0.58 + 0.13 * k, z - 0.8), (px, y + 0.58 + 0.13 * k, z + 0.8), (0.03, 0.10), OAK * 1.6)
    for pz in (z - 0.65, z + 0.65):
        beam(mesh, (x + facing * 0.42, y, pz), (x + facing * 0.38, y + 0.44, pz), 0.05, IRON)
        beam(mesh, (x - facing * 0.02, y, pz), (x - facing * 0.12, y + 0.92, pz), 0.05, IRON)
        beam(mesh, (x + facing * 0.4, y + 0.42, pz), (x - facing * 0.05, y + 0.42, pz), 0.05, IRON)


def gravel(plot: Plot, low: tuple[float, float], top: tuple[float, float]) -> None:
    """A path of pale gravel, draped on the ground."""
    (x0, z0), (x1, z1) = low, top
    nx, nz = max(2, round((x1 - x0) / 0.35)), max(2, round((z1 - z0) / 0.35))
    x, z = np.meshgrid(np.linspace(x0, x1, nx + 1), np.linspace(z0, z1, nz + 1))
    y = plot.rise(x, z) + 0.045
    points = np.stack([x, y, z], -1)
    from promptreel.engines.scenes.buildings.building import sheet

    shade = SANDSTONE * 1.15 * plot.rng.uniform(0.78, 1.15, (x.size, 1))
    sheet(plot.mesh, points, shade)


def arbour(plot: Plot, z: float) -> None:
    """A rose arch over the path."""
    mesh, rng = plot.mesh, plot.rng
    a = np.linspace(math.pi, 0, 15)
    for pz in (z - 0.45, z + 0.45):
        y = float(plot.rise(0.0, pz))
        line = np.concatenate(
            [
                [(-1.35, y, pz)],
                np.stack([1.35 * np.cos(a), y + 1.75 + 0.95 * np.sin(a), np.full(15, pz)], 1),
                [(1.35, y, pz)],
            ]
        )
        beams(mesh, line[:-1], line[1:], 0.05, (0.55, 0.54, 0.50))
    u = rng.uniform(-0.35, math.pi + 0.35, 620)
    base = float(plot.rise(0.0, z))
    spot = np.stack(
        [
            1.38 * np.cos(np.clip(u, 0, math.pi)),
            base + 1.75 + 0.98 * np.sin(np.clip(u, 0, math.pi)) - 4.5 * np.maximum(np.maximum(-u, u - math.pi), 0),
            z + rng.uniform(-0.55, 0.55, 620),
        ],
        1,
    )
    spot += rng.normal(0, 0.06, spot.shape)
    out = np.stack([np.cos(u), np.sin(u), np.full(620, -0.4)], 1)
    leaves(mesh, spot, out, 0.13, (0.055, 0.12, 0.03), rng)
    pick = rng.random(620) < 0.30
    bloom = np.array([(0.62, 0.10, 0.18), (0.68, 0.36, 0.42), (0.66, 0.60, 0.52)])[int(rng.integers(3))]
    for _ in range(2):
        leaves(mesh, spot[pick] + out[pick] * 0.09 + rng.normal(0, 0.03, (pick.sum(), 3)), out[pick], 0.11, bloom, rng)


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder. Water within it would be a pond of its own, so on water it stands on a terrace."""
    if stage.brief.spec.setting == "garden":
        x, turn = 0.0, 0.1 * turn  # It is the setting: in the middle, not on a third.
    plot = Plot(stage, x, z, turn, "garden")
    rng, mesh = plot.rng, plot.mesh
    if plot.wet:
        for k, (grow_, top) in enumerate(((0.0, 0.35), (0.6, 0.1))):
            deck = patch(
                (-11 - grow_, top, -10 - grow_),
                (11 + grow_, top, -10 - grow_),
                (11 + grow_, top, 14),
                (-11 - grow_, top, 14),
                (0, 1, 0),
            )
            courses(mesh, deck, (0.9, 0.9), GREY_STONE * (1.0 - 0.15 * k), rng, vary=0.13)
        plot._origin[1] += 0.4
    gravel(plot, (-1.2, -10.0), (1.2, 0.2))
    for at in (-9.5, -0.5):  # The path is for walking.
        px, py, pz = (float(value) for value in plot.world((0.0, float(plot.rise(0.0, at)), at)))
        stage.spots.setdefault("walk", []).append((px, py, pz))
    gravel(plot, (-4.6, 0.2), (4.6, 8.4))
    gravel(plot, (-11.0, 3.2), (-4.6, 5.4))
    gravel(plot, (4.6, 3.2), (11.0, 5.4))
    build_fountain(plot, (0.0, float(plot.rise(0, 4.3)), 4.3), np.asarray(SANDSTONE * 1.1), 0.72)
    kinds = [BLOOMS[k] for k in rng.permutation(5)]
    for side in (-1, 1):
        x0, x1 = sorted((side * 1.75, side * 4.4))
        bed(plot, (x0, -9.2), (x1, -5.6), kinds[0], 44, 0)
        bed(plot, (x0, -4.6), (x1, -0.6), kinds[1], 40, 0)
        far0, far1 = sorted((side * 5.4, side * 9.4))
        bed(plot, (far0, -0.2), (far1, 2.2), kinds[2], 40, 0)
        for start, stop in (
            ((side * 1.45, -9.6), (side * 1.45, -5.3)),
            ((side * 1.45, -4.9), (side * 1.45, -0.3)),
            ((side * 4.75, -9.6), (side * 4.75, -0.3)),
            ((side * 5.0, 9.0), (side * 10.8, 9.0)),
        ):
            hedge(plot, start, stop, 0.5 if abs(start[0]) < 2 else 0.95)
        leaf_ball(
            plot,
            (side * 3.1, float(plot.rise(side * 3.1, -5.1)) + 0.75, -5.1),
            (0.55, 0.8, 0.55),
            (0.075, 0.145, 0.04),
            260,
            0.12,
        )
        leaf_ball(
            plot,
            (side * 5.0, float(plot.rise(side * 5.0, 0.4)) + 0.6, 0.4),
            (0.6, 0.62, 0.6),
            (0.075, 0.145, 0.04),
            230,
            0.12,
        )
        for level, r in ((0.45, 0.72), (1.15, 0.56), (1.75, 0.38)):
            leaf_ball(
                plot,
                (side * 4.9, float(plot.rise(side * 4.9, 8.3)) + level, 8.3),
                (r, r * 0.75, r),
                (0.07, 0.14, 0.04),
                150,
                0.12,
            )
        bench(plot, side * 4.3, 6.6, -side)
        plot.lamp((side * 4.9, 2.6, 2.4), 2.4)
        beam(mesh, (side * 4.9, float(plot.rise(side * 4.9, 2.4)), 2.4), (side * 4.9, 2.6, 2.4), 0.08, IRON)
        mesh.lathe(
            (side * 4.9, 2.55, 2.4),
            [(0.07, 0), (0.17, 0.1), (0.17, 0.36), (0.03, 0.5)],
            10,
            (0.34, 0.32, 0.28),
            plot.glow(2.6),
        )
    arbour(plot, -0.1)
    season = season_of(stage.brief.spec)
    kind = "cherry" if season == "spring" or rng.random() < 0.35 else "broadleaf"
    for number, (px, pz, high) in enumerate(
        (
            (-9.5, 12.0, 7.0),
            (-4.2, 13.2, 6.2),
            (2.8, 13.6, 6.6),
            (8.6, 12.2, 7.4),
            (-12.5, 6.5, 6.0),
            (12.4, 7.2, 6.4),
            (-12.8, -1.0, 5.2),
            (12.9, -2.0, 5.6),
        )
    ):
        name = "cypress" if number in (1, 2, 6, 7) else kind
        tree = grow(name, np.random.default_rng([number, int(rng.integers(1 << 30))]), 1, season)
        plant(
            mesh,
            tree,
            [(px, float(plot.rise(px, pz)) - 0.05, pz)],
            high * rng.uniform(0.9, 1.15),
            rng.uniform(0, 6.28),
            rng.uniform(0.88, 1.12, (1, 3)),
        )
    plot.take((0, 0), 11.0)
    plot.take((0, 9), 11.0)
    plot.finish(contact=0.42)


ROWS = (Place("garden", build, size=26.0, height=7.5, distance=13.5),)
