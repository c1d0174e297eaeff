"""A castle on a hill: keep, curtain walls, towers with conical roofs or battlements, a gatehouse, flags in the wind."""

import math

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.buildings.building import (
    CLAY_TILE,
    GREY_STONE,
    IRON,
    OAK,
    SANDSTONE,
    SLATE,
    WHITEWASH,
    Plot,
    arch,
    arch_line,
    beams,
    courses,
    drum,
    face,
    fill_arch,
    leaves,
    mound,
    paint_of,
    patch,
    slab,
)
from promptreel.engines.scenes.buildings.moving import flag
from promptreel.engines.scenes.stage import Place, Set

STONE = (1.45, 0.76)
"""Length and height of a stone of the walls, m."""

Colour = NDArray[np.floating]


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, x, z, turn, "castle")
    rng, mesh = plot.rng, plot.mesh
    hill = 15.0
    if plot.wet:
        mound(mesh, 52.0, hill, -3.0, 29.0, rng, green=0.45, rough=0.8, rings=30, sides=80)
    else:
        mound(mesh, 62.0, hill, 0.0, 28.0, rng, green=1.0, rough=0.34, rings=26, sides=76, foot=plot.rise)
    ruined = "old" in plot.words
    tint = paint_of(stage)
    stone = np.asarray(
        tint if tint is not None else (GREY_STONE * 1.25, SANDSTONE, WHITEWASH * 0.75)[int(rng.integers(3))]
    )
    roof = (SLATE * 1.2, CLAY_TILE, np.array([0.06, 0.12, 0.22]))[int(rng.integers(3))]
    base = hill - 0.6
    corners = [(-21.0, -17.0), (21.0, -17.0), (23.0, 15.0), (-23.0, 15.0)]
    for number, start in enumerate(corners):
        if number != 0:
            curtain(plot, start, corners[(number + 1) % 4], base, 8.5, stone, number in (1, 3))
    curtain(plot, corners[0], (-4.5, -18.0), base, 8.5, stone, walk=True)
    curtain(plot, (4.5, -18.0), corners[1], base, 8.5, stone, walk=True)
    spots = []
    for number, (cx, cz) in enumerate(corners):
        high = 13.5 + 3.0 * rng.random()
        pointed = number != 2 or not ruined
        spots.append(round_tower(plot, (cx, cz), base, 3.6, high, stone, roof, pointed and rng.random() < 0.75))
    gatehouse(plot, base, stone, roof)
    spots += keep(plot, base, stone, roof)
    bushes(plot, hill)
    plot.lamp((0, base + 4.5, -24.5), 3.0)
    plot.lamp((-10, base + 5.0, -21.0), 2.0)
    plot.lamp((11, base + 5.0, -21.0), 2.0)
    plot.lamp((0, base + 12.0, -6.0), 5.0)
    plot.take((0, 0), 50.0)
    plot.finish()
    cloth = (np.array([0.50, 0.03, 0.03]), np.array([0.04, 0.09, 0.38]), np.array([0.60, 0.40, 0.06]))
    first, second = cloth[int(rng.integers(3))], cloth[2]
    for number, spot in enumerate(spots):
        at = plot.world(spot)

        def colours(u: Colour, v: Colour, a: Colour = first, b: Colour = second) -> Colour:
            band = (np.abs(v - 0.5) < 0.17)[..., None]
            return np.where(band, b, a) * (0.9 + 0.1 * np.cos(u * 9))[..., None]

        stage.bodies.append(
            flag(at, (2.6, 1.4), colours, stage.light.wind, delay=0.7 * number, pennant=number % 2 == 1)
        )


def battlement(
    plot: Plot, start: Colour, stop: Colour, level: float, out: Colour, stone: Colour, thick: float = 0.7
) -> None:
    """A parapet with merlons from one place (x, z) to another, on the side `out`."""
    run = np.asarray(stop, float) - np.asarray(start, float)
    length = float(np.hypot(*run))
    way = run / max(length, 1e-6)
    count = max(2, round(length / 2.0))
    centres, halves = [], []
    for k in range(count):
        middle = np.asarray(start) + way * length * (k + 0.5) / count - np.asarray(out) * thick / 2
        along = length / count * 0.31
        half = (along if abs(way[0]) > 0.7 else thick / 2, 0.62, along if abs(way[1]) > 0.7 else thick / 2)
        centres.append((middle[0], level + 1.15, middle[1]))
        halves.append(half)
    shades = stone * plot.rng.uniform(0.82, 1.12, (count, 1))
    plot.mesh.boxes(centres, halves, shades)
    plot.mesh.boxes(np.array(centres) + [0, 0.66, 0], np.array(halves) * [1.08, 0, 1.08] + [0, 0.07, 0], shades * 0.85)
    a, b = np.asarray(start, float), np.asarray(stop, float)
    inner = np.asarray(out) * thick
    low = [(a[0], level, a[1]), (b[0], level, b[1]), (b[0], level + 0.6, b[1]), (a[0], level + 0.6, a[1])]
    courses(
        plot.mesh, patch(low[0], low[1], low[2], low[3], (out[0], 0, out[1])), STONE, stone * 0.97, plot.rng, vary=0.12
    )
    top = [(p[0], level + 0.6, p[1]) for p in (a, b, b - inner, a - inner)]
    plot.mesh.quad(top, stone, across=count, toward=(0, 1, 0))
    back = [
        (p[0], h, p[1])
        for p, h in (
            (a - inner, level - 0.4),
            (b - inner, level - 0.4),
            (b - inner, level + 0.6),
            (a - inner, level + 0.6),
        )
    ]
    plot.mesh.quad(back, stone * 0.85, across=count, toward=(-out[0], 0, -out[1]))


def curtain(
    plot: Plot, start: tuple[float, float], stop: tuple[float, float], base: float, high: float, stone: Colour,
    walk: bool = True,
) -> None:  # fmt: skip
    """A wall between two corners with slits, a string course and battlements; its outside is away from the yard."""
    mesh, rng = plot.mesh, plot.rng
    a, b = np.array(start), np.array(stop)
    way = (b - a) / np.hypot(*(b - a))
    out = np.array([way[1], -way[0]])
    if out @ ((a + b) / 2) < 0:
        out = -out
    top = base + high
    wall = patch(
        (a[0], base - 3, a[1]), (b[0], base - 3, b[1]), (b[0], top, b[1]), (a[0], top, a[1]), (out[0], 0, out[1])
    )
    courses(mesh, wall, STONE, stone, rng, vary=0.14, damp=0.8)
    c, d = a - out * 1.6, b - out * 1.6
    inside = patch((c[0], base, c[1]), (d[0], base, d[1]), (d[0], top, d[1]), (c[0], top, c[1]), (-out[0], 0, -out[1]))
    courses(mesh, inside, (3.0, 1.7), stone * 0.9, rng)
    deck = [(a[0], top, a[1]), (b[0], top, b[1]), (d[0], top, d[1]), (c[0], top, c[1])]
    mesh.quad(deck, stone * 0.8, across=8, toward=(0, 1, 0))
    length = float(np.hypot(*(b - a)))
    for k in range(max(1, int(length / 6.5))):
        at = a + way * length * (k + 0.5) / max(1, int(length / 6.5))
        on = face((at[0], base + high * 0.52, at[1]), (out[0], 0, out[1]))
        mesh.quad(on.rect(-0.16, -0.9, 0.16, 0.9, 0.03), 0.015, toward=on.out)
        mesh.quad(on.rect(-0.42, -0.12, 0.42, 0.14, 0.032), 0.015, toward=on.out)
    on = face((a[0], top, a[1]), (out[0], 0, out[1]))
    sign = 1.0 if float(on.along[0] * way[0] + on.along[2] * way[1]) > 0 else -1.0
    low, far = sorted((0.0, sign * length))
    on.bar(mesh, (low, -0.42), (far, -0.12), 0.16, stone * 0.92)
    battlement(plot, a, b, top, out, stone)


def round_tower(
    plot: Plot, at: tuple[float, float], base: float, radius: float, high: float, stone: Colour, roof: Colour,
    pointed: bool, foot: float = 4.0,
) -> tuple[float, float, float]:  # fmt: skip
    """A round tower; returns where a flag is fixed."""
    mesh, rng = plot.mesh, plot.rng
    cx, cz = at
    top = base + high
    profile = [
        (radius * 1.14, base - foot),
        (radius * 1.02, base + 1.5),
        (radius, base + 3),
        (radius * 0.97, top - 1.6),
    ]
    courses(mesh, drum((cx, 0, cz), profile), STONE, stone, rng, vary=0.14, damp=0.6)
    flare = [(radius * 0.97, top - 1.6), (radius * 1.2, top - 0.7), (radius * 1.2, top + 0.5)]
    courses(mesh, drum((cx, 0, cz), flare), (0.8, 0.45), stone * 0.95, rng, vary=0.12)
    for k in range(9):
        angle = -2.9 + 2.6 * k / 8 + rng.uniform(-0.15, 0.15)
        level = base + high * (0.25 + 0.5 * ((k * 0.37) % 1.0))
        out = np.array([math.cos(angle), 0, math.sin(angle)])
        on = face(np.array([cx, level, cz]) + out * (radius * 0.99), out)
        if k % 3 == 1:
            arch(mesh, on, 0.42, 0.9, stone * 1.05, rng, ring=0.24, deep=0.0, proud=0.12, steps=7)
            fill_arch(mesh, on, 0.42, 0.9, 0.06, 0.02, plot.glow(1.1 if rng.random() < 0.8 else 0.0))
        else:
            mesh.quad(on.rect(-0.13, -0.7, 0.13, 0.7, 0.06), 0.015, toward=on.out)
    wide = radius * 1.2
    if pointed:
        tip = top + 0.4 + radius * 2.75
        cone = [(wide + 0.45, top + 0.25), (wide * 0.80, top + 1.9), (wide * 0.42, top + radius * 1.6), (0.06, tip)]
        courses(mesh, drum((cx, 0, cz), cone), (1.0, 0.8), roof, rng, vary=0.17, lap=0.05, shade=0.75)
        mesh.lathe((cx, tip - 0.3, cz), [(0.12, 0), (0.2, 0.25), (0.05, 0.5), (0.04, 3.0)], 7, IRON * 2)
        return cx, tip + 2.6, cz
    floor = np.linspace(0, 2 * math.pi, 13)[:-1]
    ring = np.stack([cx + wide * np.cos(floor), np.full(12, top), cz + wide * np.sin(floor)], 1)
    mesh.add(ring, [[0, i, i + 1] for i in range(1, 11)], stone * 0.8, normals=(0, 1, 0))
    for k in range(10):
        start = 2 * math.pi * k / 10
        for r, toward in ((wide, 1.0), (wide - 0.55, -1.0)):
            part = drum((cx, 0, cz), [(r, top + 0.4), (r, top + 1.55)], start, 0.36)
            points = part.at(*np.meshgrid(np.linspace(0, 1, 3), [0.0, 1.0]))
            normals = part.normals(*np.meshgrid(np.linspace(0, 1, 3), [0.0, 1.0])) * toward
            faces = np.array([[0, 1, 4], [0, 4, 3], [1, 2, 5], [1, 5, 4]])
            mesh.add(points.reshape(-1, 3), faces, stone * rng.uniform(0.85, 1.1), normals=normals.reshape(-1, 3))
        a0, a1 = start, start + 0.36
        edge = [
            (r * math.cos(a), r * math.sin(a))
            for r, a in ((wide, a0), (wide, a1), (wide - 0.55, a1), (wide - 0.55, a0))
        ]
        mesh.quad([(cx + p, top + 1.55, cz + q) for p, q in edge], stone, toward=(0, 1, 0))
        for a in (a0, a1):
            side = [
                (cx + r * math.cos(a), h, cz + r * math.sin(a))
                for r, h in ((wide, top), (wide - 0.55, top), (wide - 0.55, top + 1.55), (wide, top + 1.55))
            ]
            mesh.quad(side, stone * 0.8)
    mesh.lathe((cx, top, cz), [(0.07, 0), (0.05, 4.4)], 6, OAK)
    return cx, top + 4.3, cz


def gatehouse(plot: Plot, base: float, stone: Colour, roof: Colour) -> None:
    """Two half towers and the gate between them, with portcullis and a ramp."""
    mesh, rng = plot.mesh, plot.rng
    for side in (-4.6, 4.6):
        round_tower(plot, (side, -18.6), base, 2.3, 11.5, stone, roof, True)
    half, spring, ring = 1.9, 2.6, 0.55
    front, top = -19.4, base + 9.6
    wall = patch((-4.6, base - 3, front), (4.6, base - 3, front), (4.6, top, front), (-4.6, top, front), (0, 0, -1))
    crown = base + spring

    def hole(u: Colour, v: Colour) -> NDArray[np.bool_]:
        px, py = (u - 0.5) * 9.2, base - 3 + v * (top - base + 3)
        over = np.hypot(px, np.maximum(py - crown, 0) / 1.25)
        return np.asarray((over < half + ring * 0.45) & (py > base))

    courses(mesh, wall, STONE, stone, rng, vary=0.14, holes=hole, damp=0.5)
    on = face((0, base, front), (0, 0, -1))
    arch(mesh, on, half, spring, stone * 1.08, rng, ring=ring, deep=1.6, pointed=0.5, proud=0.10)
    fill_arch(mesh, on, half + 0.1, spring, -1.5, 0.03, plot.glow(0.55), pointed=0.5)
    line = arch_line(half, spring, 0.5, 25)
    bars = np.linspace(-half * 0.86, half * 0.86, 8)
    tops = np.interp(bars, line[:, 0], line[:, 1])
    beams(mesh, on.at(bars, 1.5, -0.7), on.at(bars, tops, -0.7), 0.12, IRON * 1.3)
    rows = np.array([1.7, 2.5, 3.3])
    beams(mesh, on.at(np.full(3, -half), rows, -0.66), on.at(np.full(3, half), rows, -0.66), 0.10, IRON * 1.3)
    battlement(plot, np.array([-3.0, front]), np.array([3.0, front]), top, np.array([0.0, -1.0]), stone)
    for u in (-1.2, 1.2):
        spot = face((u, base + 7.0, front), (0, 0, -1))
        arch(mesh, spot, 0.35, 0.7, stone, rng, ring=0.2, deep=0.0, proud=0.1, steps=7)
        fill_arch(mesh, spot, 0.35, 0.7, 0.05, 0.02, plot.glow(1.1))
    for k in range(12):
        z0 = front - 0.9 * k
        slab(mesh, (-2.0, base - 5, z0 - 0.9), (2.0, base - 0.18 * k, z0), stone * 0.75, rng, 0.9)


def keep(plot: Plot, base: float, stone: Colour, roof: Colour) -> list[tuple[float, float, float]]:
    """The great tower with its turrets, a hall beside it, and one slender tower above all."""
    mesh, rng = plot.mesh, plot.rng
    high, half, cz = 21.0, 6.4, 4.0
    top = base + high
    corners = np.array([(-half, cz - half), (half, cz - half), (half, cz + half), (-half, cz + half)])
    outs = np.array([(0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)])
    for number in range(4):
        a, b, out = corners[number], corners[(number + 1) % 4], outs[number]
        wall = patch(
            (a[0], base - 1, a[1]), (b[0], base - 1, b[1]), (b[0], top, b[1]), (a[0], top, a[1]), (out[0], 0, out[1])
        )
        courses(mesh, wall, STONE, stone * 1.04, rng, vary=0.13, damp=0.3)
        battlement(plot, a, b, top, out, stone)
        middle = (a + b) / 2
        on = face((middle[0], base, middle[1]), (out[0], 0, out[1]))
        for level, count in ((10.0, 2), (15.5, 3)):
            for u in np.linspace(-3.2, 3.2, count):
                spot = face(on.at(u, level), on.out)
                arch(mesh, spot, 0.5, 1.3, stone * 1.08, rng, ring=0.28, deep=0.0, pointed=0.8, proud=0.12, steps=9)
                fill_arch(mesh, spot, 0.5, 1.3, 0.05, 0.02, plot.glow(1.2 if rng.random() < 0.75 else 0.0), pointed=0.8)
        on.bar(mesh, (-half, 13.2), (half, 13.5), 0.14, stone * 0.95)
    mesh.quad([(x, top, z) for x, z in corners], stone * 0.75, across=4, up=4, toward=(0, 1, 0))
    flags: list[tuple[float, float, float]] = []
    for number, (cx, cy) in enumerate(corners):
        pole = round_tower(plot, (cx, cy), top - 4.0, 1.7, 7.0 + (number % 2), stone, roof, True, foot=2.0)
        flags.append(pole)
    flags.append(round_tower(plot, (2.6, cz + 3.0), top - 1.0, 2.3, 13.5, stone * 1.05, roof, True, foot=0.0))
    hall(plot, base, stone, roof)
    return flags[:1] + flags[-1:]


def hall(plot: Plot, base: float, stone: Colour, roof: Colour) -> None:
    """A long house in the yard with a steep roof."""
    mesh, rng = plot.mesh, plot.rng
    x0, x1, z0, z1, top, ridge = -19.0, -7.5, 2.0, 10.5, base + 8.5, base + 15.0
    for a, b, out in (
        ((x0, z0), (x1, z0), (0, 0, -1)),
        ((x0, z1), (x0, z0), (-1, 0, 0)),
        ((x1, z1), (x0, z1), (0, 0, 1)),
    ):
        wall = patch((a[0], base - 1, a[1]), (b[0], base - 1, b[1]), (b[0], top, b[1]), (a[0], top, a[1]), out)
        courses(mesh, wall, STONE, stone, rng, vary=0.14)
    gable = patch((x0, top, z1), (x0, top, z0), (x0, ridge, (z0 + z1) / 2), (x0, ridge, (z0 + z1) / 2), (-1, 0, 0))
    courses(mesh, gable, STONE, stone, rng, vary=0.14)
    for edge_z, outward in ((z0 - 0.5, -1.0), (z1 + 0.5, 1.0)):
        low, high = (x0 - 0.5, top - 0.5, edge_z), (x1, top - 0.5, edge_z)
        slope = patch(low, high, (x1, ridge, 6.25), (x0 - 0.5, ridge, 6.25), (0, 0.6, outward))
        courses(mesh, slope, (1.0, 0.8), roof, rng, vary=0.17, lap=0.05, shade=0.75)
    for u in (-17.0, -14.0, -11.0):
        spot = face((u, base + 3.6, z0), (0, 0, -1))
        arch(mesh, spot, 0.55, 1.8, stone * 1.08, rng, ring=0.3, deep=0.0, pointed=0.8, proud=0.12, steps=9)
        fill_arch(mesh, spot, 0.55, 1.8, 0.05, 0.02, plot.glow(1.2), pointed=0.8)


def bushes(plot: Plot, hill: float) -> None:
    """Scrub on the slope below the walls."""
    rng = plot.rng
    for _ in range(20):
        angle, away = rng.uniform(-2.9, -0.25), rng.uniform(31, 46)
        x, z = away * math.cos(angle), away * math.sin(angle)
        if abs(x) < 4:
            continue
        fall = np.clip((away - 26) / 34, 0, 1)
        foot = (
            hill + (float(plot.rise(x, z)) - hill) * (0.5 - 0.5 * math.cos(math.pi * fall))
            if not plot.wet
            else hill * (1 - fall**1.7)
        )
        ball = rng.uniform(0.8, 2.0)
        way = rng.normal(0, 1, (44, 3))
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        way[:, 1] = np.abs(way[:, 1])
        spots = np.array([x, foot - 0.2, z]) + way * ball * rng.uniform(0.7, 1.0, (44, 1)) * [1, 1.35, 1]
        leaves(plot.mesh, spots, way, ball * 0.42, np.array([0.05, 0.085, 0.025]) * rng.uniform(0.7, 1.4), rng)


ROWS = (Place("castle", build, size=110.0, height=52.0, distance=150.0),)
