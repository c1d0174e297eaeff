"""Temples: a Greek one with columns and pediment, or a pagoda with curved roofs where the prompt or chance says so."""

import math

import numpy as np

from promptreel.engines.scenes.buildings.building import (
    CLAY_TILE,
    DARK_PANE,
    GREY_STONE,
    PAINTS,
    SLATE,
    WHITEWASH,
    Plot,
    beam,
    beams,
    courses,
    face,
    patch,
    slab,
)
from promptreel.engines.scenes.buildings.masonry import column, islet, stairs
from promptreel.engines.scenes.stage import Place, Set


def build_greek(stage: Set, x: float, z: float, turn: float) -> None:
    """A temple with six columns across and nine along."""
    plot = Plot(stage, x, z, turn, "temple")
    rng, mesh = plot.rng, plot.mesh
    floor = islet(plot, 26.0, 3.0, 17.0)
    marble = WHITEWASH * np.array([0.98, 0.94, 0.86])
    for k in range(3):
        grow = 0.55 * (3 - k)
        slab(
            mesh,
            (-7 - grow, floor - 1.5, -11 - grow),
            (7 + grow, floor + 0.42 * (k + 1), 11 + grow),
            marble * 0.85,
            rng,
            1.3,
        )
    level, high = floor + 1.26, 7.2
    for px in np.linspace(-6.0, 6.0, 6):
        for pz in (-10.0, 10.0):
            column(mesh, (float(px), level, pz), 0.62, high, marble, rng, flutes=16 if pz < 0 else 8)
    for pz in np.linspace(-10.0, 10.0, 8)[1:-1]:
        for px in (-6.0, 6.0):
            column(mesh, (px, level, float(pz)), 0.62, high, marble, rng, flutes=10)
    for (ax, az), (bx, bz), out in (
        ((-4, -7), (4, -7), (0, 0, -1)),
        ((4, -7), (4, 8), (1, 0, 0)),
        ((-4, 8), (-4, -7), (-1, 0, 0)),
    ):
        wall = patch((ax, level, az), (bx, level, bz), (bx, level + high, bz), (ax, level + high, az), out)
        courses(mesh, wall, (1.3, 0.6), marble * 0.82, rng, vary=0.08)
    door = face((0, level, -7.02), (0, 0, -1))
    door.bar(mesh, (-1.6, 0), (1.6, 5.0), 0.05, marble * 0.9)
    mesh.quad(door.rect(-1.25, 0, 1.25, 4.6, 0.07), DARK_PANE, plot.glow(0.7), across=3, up=4, toward=door.out)
    top = level + high
    slab(mesh, (-6.7, top, -10.7), (6.7, top + 0.75, 10.7), marble * 0.97, rng, 1.2)
    slab(mesh, (-6.75, top + 0.75, -10.75), (6.75, top + 1.45, 10.75), marble * 0.9, rng, 0.9)
    for px in np.linspace(-6.3, 6.3, 22):
        beam(mesh, (px, top + 0.78, -10.78), (px, top + 1.42, -10.78), (0.30, 0.08), marble * 1.02)
    slab(mesh, (-7.2, top + 1.45, -11.2), (7.2, top + 1.75, 11.2), marble, rng, 1.3)
    ridge = top + 4.4
    for front in (-10.9, 10.9):
        out = (0, 0, -1 if front < 0 else 1)
        gable = patch((-6.8, top + 1.75, front), (6.8, top + 1.75, front), (0, ridge, front), (0, ridge, front), out)
        courses(mesh, gable, (1.0, 0.5), marble * 0.86, rng, vary=0.07)
        for side in (-1, 1):
            beam(
                mesh,
                (side * 7.3, top + 1.8, front * 1.02),
                (0, ridge + 0.15, front * 1.02),
                (0.35, 0.34),
                marble * 1.03,
            )
    for side in (-1, 1):
        slope = patch(
            (side * 7.4, top + 1.7, -11.3),
            (side * 7.4, top + 1.7, 11.3),
            (0, ridge + 0.1, 11.3),
            (0, ridge + 0.1, -11.3),
            (side * 0.4, 1, 0),
        )
        courses(mesh, slope, (0.9, 0.7), CLAY_TILE * 1.3, rng, vary=0.12, lap=0.06, shade=0.75)
    stairs(mesh, (0, floor - 0.1, -14.6), 6.0, 6, 0.23, 0.36, marble * 0.85, rng)
    for px in (-4, 0, 4):
        plot.lamp((px, level + 2.5, -8.6), 2.4)
    plot.take((0, 0), 15.0)
    plot.finish()


def curved_roof(
    plot: Plot, level: float, half: float, inner: float, rise: float, roof: np.ndarray, trim: np.ndarray
) -> None:
    """A roof of four slopes that swing up toward their corners."""
    mesh, rng = plot.mesh, plot.rng
    steps, across = 8, 22
    v, u = np.meshgrid(np.linspace(0, 1, steps + 1), np.linspace(-1, 1, across + 1), indexing="ij")
    width = half + (inner - half) * v
    y = level + rise * v**1.7 + 0.85 * (1 - v) ** 2 * np.abs(u) ** 3.2
    for k in range(4):
        c, s = (1, 0, -1, 0)[k], (0, 1, 0, -1)[k]
        px, pz = u * width, -width
        points = np.stack([px * c - pz * s, y, px * s + pz * c], -1)
        quads = np.stack([points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]], 2).reshape(-1, 4, 3)
        tone = rng.uniform(0.8, 1.2, (steps, across))
        ribs = (0.72, 1.12)
        tint = roof * (tone * np.where(np.arange(across) % 2 == 0, *ribs))[..., None]
        corners = np.repeat(tint.reshape(-1, 1, 3), 4, axis=1) * np.array([0.7, 0.7, 1.1, 1.1])[None, :, None]
        out = np.array([s * 0.8, 1.0, -c * 0.8])
        mesh.quads(quads, corners, toward=out)
        mesh.quads(quads - [0, 0.13, 0], trim * 0.35, toward=-out)
        edge = points[0]
        beams(mesh, edge[:-1] - [0, 0.09, 0], edge[1:] - [0, 0.09, 0], (0.10, 0.2), trim)
        beams(mesh, points[:-1, 0] + [0, 0.06, 0], points[1:, 0] + [0, 0.06, 0], 0.2, roof * 0.8)


def build_pagoda(stage: Set, x: float, z: float, turn: float, storeys: int = 5) -> None:
    """A wooden tower of storeys under swinging roofs, on a stone base."""
    plot = Plot(stage, x, z, turn, "pagoda")
    rng, mesh = plot.rng, plot.mesh
    floor = islet(plot, 22.0, 2.6, 11.0)
    red = np.array(PAINTS["red"]) * 0.75
    named = sorted(plot.words & PAINTS.keys())
    red = np.array(PAINTS[named[0]]) * 0.8 if named else red
    roof = (SLATE * 1.1, np.array([0.05, 0.15, 0.13]), np.array([0.09, 0.085, 0.08]))[int(rng.integers(3))]
    slab(mesh, (-6.2, floor - 1.2, -6.2), (6.2, floor + 1.1, 6.2), GREY_STONE, rng, 0.8)
    stairs(mesh, (0, floor - 0.1, -8.2), 3.2, 6, 0.2, 0.35, GREY_STONE * 1.1, rng)
    level, half = floor + 1.1, 4.1
    for storey in range(storeys):
        high = 3.3 - 0.25 * storey
        wall = half * 0.94
        for k in range(4):
            c, s = (1, 0, -1, 0)[k], (0, 1, 0, -1)[k]
            out = np.array([s, 0.0, -c])
            on = face(out * wall + [0, level, 0], out)
            panel = patch(on.at(-wall, 0), on.at(wall, 0), on.at(wall, high), on.at(-wall, high), out)
            courses(mesh, panel, (0.3, high), np.array([0.60, 0.54, 0.42]), rng, vary=0.06, bond=0.0)
            for u in np.linspace(-wall, wall, 5):
                on.bar(mesh, (u - 0.15, 0), (u + 0.15, high), 0.16, red)
            for v in (0.0, high * 0.72, high - 0.25):
                on.bar(mesh, (-wall, v), (wall, v + 0.2), 0.12, red * 0.85)
            for u in (-0.5, 0.5):
                middle = u * wall * (1.0 if storey else 1.05)
                lit = plot.glow(0.9)
                mesh.quad(
                    on.rect(middle - wall * 0.2, high * 0.14, middle + wall * 0.2, high * 0.70, 0.05),
                    (0.30, 0.25, 0.17),
                    lit,
                    across=2,
                    up=2,
                    toward=out,
                )
                for bar in np.linspace(-0.2, 0.2, 6):
                    on.bar(
                        mesh,
                        (middle + bar * wall - 0.03, high * 0.14),
                        (middle + bar * wall + 0.03, high * 0.7),
                        0.09,
                        red * 0.6,
                    )
            if storey == 0:
                mesh.quad(on.rect(-wall * 0.20, 0, wall * 0.20, high * 0.7, 0.10), red * 0.4, toward=out)
            if storey:
                for v in (0.35, 0.8):
                    on.bar(mesh, (-wall - 0.55, v), (wall + 0.55, v + 0.09), 0.62, red * 0.9)
        curved_roof(
            plot,
            level + high - 0.1,
            half + 2.0 - 0.12 * storey,
            half * 0.78 if storey < storeys - 1 else 0.35,
            1.35,
            roof,
            red,
        )
        if storey in (0, 2):
            for px in (-half, half):
                plot.lamp((px, level + high - 0.6, -half - 1.0), 1.6)
                mesh.lathe(
                    (px, level + high - 0.9, -half - 1.2),
                    [(0.1, 0), (0.24, 0.12), (0.24, 0.42), (0.1, 0.55)],
                    10,
                    red,
                    plot.glow(1.6, (1.0, 0.35, 0.12)),
                )
        level += high + 1.15
        half *= 0.87
    tip = level + 0.1
    rings = [(0.5, 0.0), (0.45, 0.3), (0.12, 0.5)]
    for k in range(7):
        rings += [
            (0.10, 0.6 + 0.42 * k),
            (0.36 - 0.03 * k, 0.7 + 0.42 * k),
            (0.36 - 0.03 * k, 0.78 + 0.42 * k),
            (0.10, 0.86 + 0.42 * k),
        ]
    mesh.lathe((0, tip, 0), [*rings, (0.06, 3.8), (0.02, 4.8)], 12, (0.42, 0.28, 0.08))
    plot.take((0, 0), 9.0)
    plot.finish()


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The one that the prompt or chance chooses."""
    said = {mention.text.lower() for mention in stage.brief.spec.mentions}
    greek = bool(said & {"greek", "roman", "marble", "columns", "ancient"})
    eastern = bool(said & {"pagoda", "japanese", "chinese", "buddhist", "shrine", "zen"}) or "cherry" in " ".join(
        sorted(said)
    )
    chance = math.floor(stage.brief.rng("temple kind").random() * 2) == 0
    if greek or (chance and not eastern):
        build_greek(stage, x, z, turn)
    else:
        build_pagoda(stage, x, z, turn, storeys=3)


ROWS = (
    Place("temple", build, size=30.0, height=17.5, distance=44.0),
    Place("pagoda", build_pagoda, size=18.0, height=26.0, distance=62.0),
)
