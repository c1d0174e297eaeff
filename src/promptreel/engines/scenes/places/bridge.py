"""Bridges: of stone arches, a suspension bridge of steel, and a wooden one; they cross the view from left to right."""

import math

import numpy as np

from promptreel.engines.scenes.buildings.building import (
    GREY_STONE,
    IRON,
    OAK,
    PAINTS,
    SANDSTONE,
    Plot,
    arch,
    beam,
    beams,
    courses,
    drum,
    face,
    mound,
    paint_of,
    patch,
    slab,
)
from promptreel.engines.scenes.stage import Place, Set


def banks(plot: Plot, half: float, top: float, radius: float) -> None:
    """Soil at both ends for the bridge to rest on."""
    for side in (-1, 1):
        at = plot.world((side * half, 0, 0))
        part = Plot(plot.stage, float(at[0]), float(at[2]), plot.turn, f"bank {side}")
        if plot.wet:
            part.wet = True
            mound(part.mesh, radius, top, -2.5, radius * 0.5, part.rng, green=0.7, rough=0.7, rings=22, sides=60)
        else:
            mound(
                part.mesh,
                radius,
                top,
                0.0,
                radius * 0.5,
                part.rng,
                green=1.1,
                rough=0.25,
                rings=20,
                sides=56,
                foot=part.rise,
            )
        part.finish()
        plot.take((side * half, 0), radius * 0.8)


def build_stone(stage: Set, x: float, z: float, turn: float) -> None:
    """Five round arches under a road that rises to the middle."""
    plot = Plot(stage, x, z, turn, "bridge")
    rng, mesh = plot.rng, plot.mesh
    tint = paint_of(stage)
    stone = np.asarray(tint if tint is not None else (GREY_STONE * 1.25, SANDSTONE)[int(rng.integers(2))])
    spans = np.array([(-19.0, 3.2), (-10.2, 4.2), (0.0, 4.9), (10.2, 4.2), (19.0, 3.2)])
    spring, wide, half = 1.0, 2.6, 26.0

    def road(u: np.ndarray | float) -> np.ndarray:
        return np.asarray(7.3 - 2.6 * (np.asarray(u, float) / half) ** 2)

    def hole(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        px, py = (u - 0.5) * 2 * half, -2.5 + v * 10.0
        gone = py > road(px) + 0.25
        for middle, radius in spans:
            gone = gone | (np.hypot(px - middle, np.maximum(py - spring, 0)) < radius + 0.22)
        return np.asarray(gone)

    for front, out in ((-wide, -1.0), (wide, 1.0)):
        wall = patch((-half, -2.5, front), (half, -2.5, front), (half, 7.5, front), (-half, 7.5, front), (0, 0, out))
        courses(mesh, wall, (0.72, 0.36), stone, rng, vary=0.15, holes=hole, damp=1.0)
        for middle, radius in spans:
            on = face((middle, 0, front), (0, 0, out))
            arch(mesh, on, radius, spring, stone * 1.08, rng, ring=0.55, deep=wide, proud=0.06, jambs=False, steps=21)
        edge = np.linspace(-half, half, 53)
        for low, high, thick, shade in ((-0.05, 0.15, 0.35, 1.05), (0.15, 0.95, 0.0, 0.98), (0.95, 1.12, 0.12, 1.1)):
            a, b = edge[:-1], edge[1:]
            z0 = front + out * thick
            quad = np.stack(
                [np.stack([p, road(p) + h, np.full(52, z0)], 1) for p, h in ((a, low), (b, low), (b, high), (a, high))],
                1,
            )
            mesh.quads(quad, stone * shade * rng.uniform(0.85, 1.12, (52, 1)), toward=(0, 0, out))
            inner = quad * [1, 1, 0] + [0, 0, front - out * 0.4]
            mesh.quads(inner, stone * 0.85 * rng.uniform(0.85, 1.12, (52, 1)), toward=(0, 0, -out))
            cap = np.stack(
                [
                    np.stack([p, road(p) + high, np.full(52, q)], 1)
                    for p, q in ((a, z0), (b, z0), (b, front - out * 0.4), (a, front - out * 0.4))
                ],
                1,
            )
            mesh.quads(cap, stone * 1.05 * rng.uniform(0.9, 1.1, (52, 1)), toward=(0, 1, 0))
    a = np.linspace(-half, half, 40)
    way = np.stack(
        [
            np.stack([p, road(p) + 0.05, np.full(39, q)], 1)
            for p, q in ((a[:-1], -wide), (a[1:], -wide), (a[1:], wide), (a[:-1], wide))
        ],
        1,
    )
    mesh.quads(way, stone * 0.7, across=1, up=4, toward=(0, 1, 0))
    piers = (spans[:-1, 0] + spans[:-1, 1] + spans[1:, 0] - spans[1:, 1]) / 2
    for px in piers:
        for front in (-wide, wide):
            cut = drum((px, 0, front), [(1.25, -2.5), (1.15, 3.2), (0.9, 3.7), (0.1, 4.4)])
            courses(mesh, cut, (0.7, 0.4), stone * 0.95, rng, vary=0.15, damp=1.0)
    for px in (-17.0, -6.0, 6.0, 17.0):
        level = float(road(px)) + 1.1
        beam(mesh, (px, level, -wide - 0.1), (px, level + 2.4, -wide - 0.1), 0.10, IRON)
        mesh.lathe(
            (px, level + 2.35, -wide - 0.1),
            [(0.08, 0), (0.2, 0.12), (0.22, 0.4), (0.05, 0.55)],
            8,
            (0.3, 0.28, 0.24),
            plot.glow(3.0),
        )
        plot.lamp((px, level + 2.5, -wide - 0.5), 3.0)
    plot.take((0, 0), 20.0)
    plot.finish()
    banks(plot, half + 2.5, 5.0, 11.0)


def build_wooden(stage: Set, x: float, z: float, turn: float) -> None:
    """A footbridge of planks on trestles, with railings, gently arched."""
    plot = Plot(stage, x, z, turn, "wooden bridge")
    rng, mesh = plot.rng, plot.mesh
    half, wide = 9.5, 1.25
    tint = paint_of(stage)
    wood = np.asarray(tint * 0.8 if tint is not None else OAK * 1.35)

    def deck(u: float) -> float:
        return 2.5 - 1.2 * (u / half) ** 2

    steps = np.linspace(-half, half, 72)
    for a, b in zip(steps[:-1], steps[1:], strict=True):
        y0, y1 = deck(a), deck(b)
        tone = wood * rng.uniform(0.72, 1.2)
        gap = 0.02
        mesh.quad(
            [(a + gap, y0, -wide), (b, y1, -wide), (b, y1, wide), (a + gap, y0, wide)], tone, up=3, toward=(0, 1, 0)
        )
        for side in (-wide, wide):
            low = [(a + gap, y0 - 0.09, side), (b, y1 - 0.09, side), (b, y1, side), (a + gap, y0, side)]
            mesh.quad(low, tone * 0.75, toward=(0, 0, side))
    knots = np.linspace(-half, half, 20)
    for side in (-wide + 0.1, wide - 0.1):
        line = np.array([(u, deck(u), side) for u in knots])
        beams(mesh, line[:-1] - [0, 0.24, 0], line[1:] - [0, 0.24, 0], (0.16, 0.28), wood * 0.7)
        beams(mesh, line - [0, 0.3, 0], line + [0, 1.08, 0], 0.11, wood * 0.9)
        for up in (0.45, 0.8, 1.1):
            beams(
                mesh,
                line[:-1] + [0, up, 0],
                line[1:] + [0, up, 0],
                (0.07, 0.11) if up < 1 else (0.14, 0.08),
                wood * rng.uniform(0.9, 1.15),
            )
        beams(mesh, line[:-1:2] + [0, 0.1, 0], line[1::2] + [0, 1.05, 0], 0.06, wood * 0.85)
    for px in (-5.4, -1.8, 1.8, 5.4):
        for side in (-1, 1):
            beam(mesh, (px, -3.0, side * 1.75), (px, deck(px) - 0.2, side * 0.95), 0.24, wood * 0.6)
        beam(mesh, (px, 0.55, -1.6), (px, deck(px) - 0.4, 1.2), 0.12, wood * 0.6)
        beam(mesh, (px, 0.55, 1.6), (px, deck(px) - 0.4, -1.2), 0.12, wood * 0.6)
    for px in (-half, half):
        for side in (-wide, wide):
            mesh.lathe(
                (px, deck(px), side), [(0.12, -0.5), (0.12, 1.25), (0.17, 1.3), (0.15, 1.5), (0.02, 1.6)], 10, wood
            )
            if side < 0:
                mesh.lathe(
                    (px, deck(px) + 1.6, side),
                    [(0.09, 0), (0.14, 0.08), (0.13, 0.3), (0.03, 0.4)],
                    10,
                    (0.4, 0.3, 0.2),
                    plot.glow(2.4),
                )
                plot.lamp((px, deck(px) + 1.8, side - 0.3), 1.6)
    plot.take((0, 0), 7.0)
    plot.finish()
    banks(plot, half + 1.2, 1.35, 4.6)


def build_suspension(stage: Set, x: float, z: float, turn: float) -> None:
    """Two steel towers, main cables with hangers, a deck on trusses."""
    plot = Plot(stage, x, z, turn, "suspension bridge")
    rng, mesh = plot.rng, plot.mesh
    tint = paint_of(stage)
    steel = np.asarray(
        tint
        if tint is not None
        else (np.array([0.48, 0.075, 0.035]) if rng.random() < 0.7 else np.array(PAINTS["grey"]))
    )
    half, tower_x, high, deck, wide = 120.0, 64.0, 52.0, 15.0, 5.5
    for px in (-tower_x, tower_x):
        slab(mesh, (px - 5, -3, -9), (px + 5, 4.0, 9), GREY_STONE * 1.1, rng, 1.6)
        for side in (-wide - 1.0, wide + 1.0):
            for low, top, r in ((4.0, 20.0, 1.5), (20.0, 36.0, 1.25), (36.0, high, 1.05)):
                slab(mesh, (px - r, low, side - r * 0.9), (px + r, top, side + r * 0.9), steel, rng, 2.2)
                slab(mesh, (px - r * 0.45, low, side - r), (px + r * 0.45, top, side + r), steel * 0.85, rng, 2.6)
        for level, tall in ((11.5, 2.2), (25.0, 2.4), (37.0, 2.2), (49.5, 2.6)):
            slab(mesh, (px - 0.8, level, -wide - 0.6), (px + 0.8, level + tall, wide + 0.6), steel * 1.02, rng, 1.6)
        for level in (27.5, 39.5):
            beam(mesh, (px, level, -wide), (px, level + 9.5, wide), 0.5, steel)
            beam(mesh, (px, level, wide), (px, level + 9.5, -wide), 0.5, steel)
        mesh.lathe(
            (px, high, 0),
            [(0.2, 0), (0.2, 2.0), (0.5, 2.3), (0.05, 2.9)],
            8,
            (0.5, 0.05, 0.03),
            np.array([1.0, 0.08, 0.03]) * plot.unit * (3.0 if plot.dark else 0.2),
        )

    def cable(u: np.ndarray) -> np.ndarray:
        inner = deck + 3.0 + (high - 1.5 - deck - 3.0) * (u / tower_x) ** 2
        share = np.clip((np.abs(u) - tower_x) / (half - tower_x), 0, 1)
        outer = high - 1.5 + (deck + 0.5 - high + 1.5) * share - 5.0 * np.sin(math.pi * share)
        return np.asarray(np.where(np.abs(u) < tower_x, inner, outer))

    knots = np.linspace(-half, half, 121)
    for side in (-wide, wide):
        line = np.stack([knots, cable(knots), np.full(121, side * 1.12)], 1)
        edge = np.stack([knots, np.full(121, deck + 0.2), np.full(121, side * 1.05)], 1)
        under = edge - [0, 3.4, 0]
        hang = (line[:, 1] > deck + 1.2) & (np.arange(121) % 2 == 0)
        for start, stop, thick, shade in (
            (line[:-1], line[1:], 0.55, 0.95),
            (edge[hang], line[hang], 0.17, 0.9),
            (edge[:-1:2], edge[2::2], 0.55, 1.0),
            (under[:-1:2], under[2::2], 0.5, 0.9),
            (under[:-1:4], edge[2::4], 0.3, 0.9),
            (edge[2:-1:4], under[4::4], 0.3, 0.9),
            (edge[:-1:2] + [0, 1.2, 0], edge[2::2] + [0, 1.2, 0], 0.14, 1.0),
        ):
            beams(mesh, start, stop, thick, steel * shade, coarse=True)
    a = np.linspace(-half, half, 61)
    for level, shade, up in ((deck + 0.4, 0.10, 1), (deck - 0.2, 0.06, -1)):
        road = np.stack(
            [
                np.stack([p, np.full(60, level), np.full(60, q)], 1)
                for p, q in ((a[:-1], -wide), (a[1:], -wide), (a[1:], wide), (a[:-1], wide))
            ],
            1,
        )
        mesh.quads(road, np.full(3, shade), up=2, toward=(0, up, 0))
    for px in np.arange(-110, 111, 13.0):
        beam(mesh, (px, deck, -wide), (px, deck + 6.0, -wide), 0.16, steel)
        mesh.boxes([(px, deck + 6.0, -wide + 0.7)], [0.28, 0.12, 0.6], 0.3, plot.glow(4.5))
        plot.lamp((px, deck + 5.5, -wide - 1.0), 5.0)
    for side in (-1, 1):
        slab(mesh, (side * half - 8, -3, -8), (side * half + 8, deck, 8), GREY_STONE, rng, 2.0)
    plot.take((0, 0), 30.0)
    plot.finish()
    banks(plot, half + 20.0, deck + 1.0, 40.0)


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """Of wood where the prompt says so, else of stone."""
    (build_wooden if "wooden" in Plot(stage, x, z, turn, "bridge kind").words else build_stone)(stage, x, z, turn)


ROWS = (
    Place("bridge", build, size=64.0, height=10.5, distance=46.0, stands="water"),
    Place("wooden_bridge", build_wooden, size=24.0, height=4.0, distance=17.0, stands="water"),
    Place("suspension_bridge", build_suspension, size=280.0, height=55.0, distance=190.0, stands="water"),
)
