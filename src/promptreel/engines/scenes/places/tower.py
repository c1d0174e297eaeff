"""Towers: a lattice tower of iron that narrows in a curve, and a clock tower with a belfry."""

import numpy as np

from promptreel.engines.scenes.buildings.building import (
    GREY_STONE,
    IRON,
    SANDSTONE,
    SLATE,
    Plot,
    arch,
    beam,
    beams,
    courses,
    face,
    fill_arch,
    paint_of,
    patch,
    slab,
)
from promptreel.engines.scenes.buildings.masonry import islet
from promptreel.engines.scenes.places.church import clock
from promptreel.engines.scenes.stage import Place, Set

TALL = 150.0
"""Of the lattice tower, m: half of the famous one, so that both it and what stands around it are seen."""


def build_lattice(stage: Set, x: float, z: float, turn: float) -> None:
    """Four legs that join in a curve, with crossed lattice, arches below and three platforms."""
    plot = Plot(stage, x, z, turn, "lattice tower")
    rng, mesh = plot.rng, plot.mesh
    y = islet(plot, 60.0, 3.0, 42.0)
    tint = paint_of(stage)
    iron = np.asarray(tint if tint is not None else np.array([0.17, 0.115, 0.075]))
    lit = plot.glow(0.42, (1.0, 0.60, 0.20)) * (1.0 if plot.dark else 0.0)

    def spread(h: np.ndarray | float) -> np.ndarray:
        """Half the distance of the outer edges at a share h of the height."""
        return np.asarray(1.0 + 30.0 * np.exp(-np.asarray(h, float) * 4.6) * (1 - 0.12 * np.asarray(h, float)))

    def thick(h: np.ndarray | float) -> np.ndarray:
        """The width of one leg."""
        return np.asarray(np.minimum(12.0 * np.exp(-3.2 * np.asarray(h, float)), spread(h) * 0.98))

    rows = np.concatenate([np.linspace(0, 0.20, 9), np.linspace(0.22, 0.42, 9), np.linspace(0.445, 0.90, 26)])

    def bars(a: np.ndarray, b: np.ndarray, wide: float, glow: float = 1.0) -> None:
        count = len(np.atleast_2d(a))
        shine = lit * glow * rng.uniform(0.35, 1.25, (count, 1))
        beams(mesh, a, b, wide, iron * rng.uniform(0.88, 1.12, (count, 1)), shine, coarse=True)

    for sx in (-1.0, 1.0):
        for sz in (-1.0, 1.0):
            out, inner = spread(rows), spread(rows) - thick(rows)
            corners = [
                np.stack([sx * p, y + rows * TALL, sz * q], 1)
                for p, q in ((out, out), (inner, out), (inner, inner), (out, inner))
            ]
            for line in corners:
                bars(line[:-1], line[1:], 0.85)
            for k in range(4):
                p, q = corners[k], corners[(k + 1) % 4]
                fine = slice(0, len(rows) - 1)
                bars(p[fine], q[1:], 0.42)
                bars(q[fine], p[1:], 0.42)
                bars(p, q, 0.42)
    for side in range(4):
        turn_c, turn_s = ((1, 0), (0, 1), (-1, 0), (0, -1))[side]

        def on_side(u: np.ndarray, v: np.ndarray, away: np.ndarray, c: int = turn_c, s: int = turn_s) -> np.ndarray:
            return np.stack([u * c + away * s, y + v, u * s - away * c], 1)

        a = np.linspace(np.pi, 0, 25)
        for r, lift in ((19.0, 0.0), (20.6, 0.3)):
            u, v = r * np.cos(a), 8.0 + lift + r * 0.80 * np.sin(a)
            ring = on_side(u, v, spread(v / TALL) - 0.4)
            bars(ring[:-1], ring[1:], 0.55, 1.2)
        u0, v0 = 19.0 * np.cos(a), 8.0 + 19.0 * 0.8 * np.sin(a)
        u1, v1 = 20.6 * np.cos(a), 8.3 + 20.6 * 0.8 * np.sin(a)
        bars(on_side(u0, v0, spread(v0 / TALL) - 0.4), on_side(u1, v1, spread(v1 / TALL) - 0.4), 0.3, 1.2)
        for h0, h1 in zip(rows[9:17], rows[10:18], strict=True):
            reach0, reach1 = spread(h0) - thick(h0), spread(h1) - thick(h1)
            low, top = np.array([[-reach0, reach0]]), np.array([[reach1, -reach1]])
            if h0 > 0.36:
                bars(
                    on_side(low[0], np.full(2, h0 * TALL), np.full(2, float(spread(h0)))),
                    on_side(top[0], np.full(2, h1 * TALL), np.full(2, float(spread(h1)))),
                    0.35,
                )
    for h, grow, tall in ((0.205, 2.6, 3.6), (0.43, 1.8, 2.8), (0.905, 1.5, 3.0)):
        r = float(spread(h)) + grow
        slab(mesh, (-r, y + h * TALL, -r), (r, y + h * TALL + tall * 0.45, r), iron, rng, 2.2)
        slab(
            mesh,
            (-r * 0.94, y + h * TALL + tall * 0.45, -r * 0.94),
            (r * 0.94, y + h * TALL + tall, r * 0.94),
            iron * 0.8,
            rng,
            1.5,
        )
        edge = np.linspace(-r, r, 23)
        for c, s in ((1, 0), (0, 1), (-1, 0), (0, -1)):
            posts = np.stack([edge * c + r * s, np.full(23, y + h * TALL + tall * 0.45), edge * s - r * c], 1)
            bars(posts, posts + [0, 1.5, 0], 0.2, 2.0)
    mesh.lathe(
        (0, y + 0.925 * TALL, 0),
        [(2.6, 0), (2.5, 2.2), (1.6, 3.6), (0.7, 4.6), (0.6, 6.5), (0.25, 8.0), (0.2, 13.0), (0.03, 16.0)],
        10,
        iron,
        lit,
    )
    for sx in (-1, 1):
        for sz in (-1, 1):
            px, pz = sx * (float(spread(0.0)) - 6.0), sz * (float(spread(0.0)) - 6.0)
            slab(mesh, (px - 8.0, y - 2.0, pz - 8.0), (px + 8.0, y + 2.2, pz + 8.0), SANDSTONE, rng, 1.6)
    plot.lamp((0, y + 8.0, -26.0), 6.0)
    plot.lamp((0, y + 30.0, -14.0), 6.0)
    plot.take((0, 0), 36.0)
    plot.finish(contact=0.35)


def build_clock(stage: Set, x: float, z: float, turn: float) -> None:
    """A square tower with buttresses, clocks on four sides, an open belfry and a steep roof."""
    plot = Plot(stage, x, z, turn, "clock tower")
    rng, mesh = plot.rng, plot.mesh
    y = islet(plot, 16.0, 2.2, 9.0)
    tint = paint_of(stage)
    stone = np.asarray(
        tint
        if tint is not None
        else (SANDSTONE * 1.05, GREY_STONE * 1.25, np.array([0.30, 0.15, 0.10]))[int(rng.integers(3))]
    )
    half, shaft, head = 4.0, 27.0, 9.0
    slab(mesh, (-5.2, y - 1.5, -5.2), (5.2, y + 1.4, 5.2), stone * 0.85, rng, 0.9)
    for k in range(4):
        out = np.array([(0, -1), (1, 0), (0, 1), (-1, 0)][k], float)
        way = np.array([-out[1], out[0]])

        def wall(
            low: float,
            top: float,
            r: float,
            size: tuple[float, float],
            shade: float = 1.0,
            out: np.ndarray = out,
            way: np.ndarray = way,
        ) -> np.ndarray:
            a, b = out * r - way * r, out * r + way * r
            part = patch(
                (a[0], low, a[1]), (b[0], low, b[1]), (b[0], top, b[1]), (a[0], top, a[1]), (out[0], 0, out[1])
            )
            courses(mesh, part, size, stone * shade, rng, vary=0.12)
            return np.array([out[0] * r, 0.0, out[1] * r])

        at = wall(y, y + shaft, half, (0.9, 0.5))
        out3 = np.array([out[0], 0.0, out[1]])
        for level in np.arange(3.0, shaft - 3.0, 5.2):
            for u in (-1.5, 0.0, 1.5):
                spot = face(at + [way[0] * u, y + level, way[1] * u], out3)
                arch(mesh, spot, 0.42, 2.4, stone * 1.1, rng, ring=0.2, deep=0.0, pointed=0.6, proud=0.10, steps=7)
                fill_arch(
                    mesh, spot, 0.42, 2.4, 0.03, 0.02, plot.glow(0.9 if rng.random() < 0.5 else 0.05), pointed=0.6
                )
        head_at = wall(y + shaft, y + shaft + head, half + 0.7, (0.8, 0.5), 1.06)
        clock(plot, head_at + [0, y + shaft + head * 0.5, 0], out3, 3.1)
        wall(y + shaft + head, y + shaft + head + 4.6, half, (0.7, 0.45))
        for u in (-2.4, -0.8, 0.8, 2.4):
            spot = face(out3 * half + [way[0] * u, y + shaft + head + 0.7, way[1] * u], out3)
            arch(mesh, spot, 0.5, 2.2, stone * 1.1, rng, ring=0.2, deep=0.0, proud=0.10, steps=9)
            fill_arch(mesh, spot, 0.5, 2.2, 0.03, 0.015, plot.glow(1.0))
    for sx in (-1, 1):
        for sz in (-1, 1):
            px, pz = sx * half, sz * half
            slab(mesh, (px - 0.75, y, pz - 0.75), (px + 0.75, y + shaft, pz + 0.75), stone * 1.03, rng, 0.8)
            qx, qz = sx * (half + 0.5), sz * (half + 0.5)
            slab(mesh, (qx - 0.6, y + shaft, qz - 0.6), (qx + 0.6, y + shaft + head + 3.2, qz + 0.6), stone, rng, 0.7)
            mesh.lathe((qx, y + shaft + head + 3.2, qz), [(0.75, 0), (0.1, 3.2), (0.18, 3.4), (0.02, 3.7)], 8, SLATE)
    for level, grow in ((y + shaft - 0.3, 0.95), (y + shaft + head, 1.0), (y + shaft + head + 4.5, 0.35)):
        slab(mesh, (-half - grow, level, -half - grow), (half + grow, level + 0.5, half + grow), stone * 1.1, rng, 0.7)
    base, tip = y + shaft + head + 5.0, y + shaft + head + 15.5
    for k in range(4):
        c, s = (1, 0, -1, 0)[k], (0, 1, 0, -1)[k]
        r = half + 0.3
        a, b = (-r * c + r * s, -r * s - r * c), (r * c + r * s, r * s - r * c)
        slope = patch(
            (a[0], base, a[1]),
            (b[0], base, b[1]),
            (b[0] * 0.03, tip, b[1] * 0.03),
            (a[0] * 0.03, tip, a[1] * 0.03),
            (s, 0.4, -c),
        )
        courses(mesh, slope, (0.6, 0.5), SLATE, rng, vary=0.15, lap=0.05, shade=0.75)
    beam(mesh, (0, tip - 0.3, 0), (0, tip + 2.8, 0), 0.14, IRON * 2)
    beams(mesh, [(-0.4, tip + 1.9, 0)], [(0.4, tip + 1.9, 0)], 0.1, IRON * 2)
    on = face((0, y, -5.25), (0, 0, -1))
    arch(mesh, on, 1.1, 2.2, stone * 1.1, rng, ring=0.45, deep=0.3, pointed=0.7, proud=0.15)
    fill_arch(mesh, on, 1.1, 2.2, 0.05, 0.03, plot.glow(0.6), pointed=0.7)
    plot.lamp((0, y + 4.5, -7.5), 3.0)
    for px in (-6, 6):
        plot.lamp((px, y + shaft - 3.0, -7.5), 3.0)
    plot.take((0, 0), 8.0)
    plot.finish()


ROWS = (
    Place("tower", build_lattice, size=66.0, height=157.0, distance=370.0),
    Place("clock_tower", build_clock, size=11.0, height=55.0, distance=135.0),
)
