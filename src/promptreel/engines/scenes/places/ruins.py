"""Ruins of a temple: standing and broken columns, a lone arch, fallen drums, walls with ivy, grass between the flags."""

import math

import numpy as np

from promptreel.engines.scenes.buildings.building import (
    GREY_STONE,
    SANDSTONE,
    WHITEWASH,
    Plot,
    arch,
    courses,
    face,
    leaves,
    paint_of,
    patch,
    slab,
)
from promptreel.engines.scenes.buildings.masonry import column, fallen_drum, islet, ivy, paving
from promptreel.engines.scenes.stage import Place, Set

COLUMN = 6.4


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    if stage.brief.spec.setting == "ruins":
        x, turn = 0.0, 0.1 * turn  # It is the setting: in the middle, not on a third.
    plot = Plot(stage, x, z, turn, "ruins")
    rng = plot.rng
    floor = islet(plot, 24.0, 2.4, 15.0)
    tint = paint_of(stage)
    stone = np.asarray(
        tint if tint is not None else (SANDSTONE * 1.15, WHITEWASH * 0.72, GREY_STONE * 1.35)[int(rng.integers(3))]
    )
    platform(plot, floor, stone)
    colonnade(plot, floor + 0.7, stone)
    gateway(plot, floor + 0.7, stone)
    broken_wall(plot, floor, stone)
    rubble(plot, floor, stone)
    plot.lamp((0, floor + 2.5, -4.0), 2.0)
    plot.lamp((-6, floor + 2.0, 0.0), 1.4)
    plot.take((0, 0), 13.0)
    plot.finish()


def platform(plot: Plot, floor: float, stone: np.ndarray) -> None:
    """Two worn steps and the pavement on them."""
    for grow, top in ((0.9, 0.35), (0.0, 0.7)):
        slab(
            plot.mesh,
            (-9 - grow, floor - 1.0, -5.5 - grow),
            (9 + grow, floor + top, 6 + grow),
            stone * 0.9,
            plot.rng,
            0.95,
        )
    if not plot.wet:
        paving(plot, (-2.0, -13.0), (2.0, -6.4), stone * 0.8, (0.9, 0.7))


def colonnade(plot: Plot, level: float, stone: np.ndarray) -> None:
    """Two rows of columns, some whole under a piece of their beam, some broken."""
    rng = plot.rng
    places = [(-7.6 + 3.05 * k, side) for side in (4.6, -4.2) for k in range(6)]
    whole = {0, 1, 2, 3} if rng.random() < 0.5 else {2, 3, 4, 5}
    for number, (px, pz) in enumerate(places):
        if number in whole:
            column(plot.mesh, (px, level, pz), 0.52, COLUMN, stone, rng)
            continue
        high = float(rng.choice([0.9, 1.6, 2.6, 3.9, 5.0]))
        if number >= 6 and 1 < number - 6 < 4:
            high = min(high, 1.2)
        column(plot.mesh, (px, level, pz), 0.52, high, stone * rng.uniform(0.88, 1.05), rng, broken=True)
    first, last = min(whole), max(whole)
    x0, x1 = places[first][0] - 0.8, places[last][0] + (0.8 if rng.random() < 0.5 else -0.9)
    top = level + COLUMN
    slab(plot.mesh, (x0, top, 4.0), (x1, top + 0.75, 5.2), stone, rng, 0.8)
    slab(plot.mesh, (x0 - 0.2, top + 0.75, 3.8), (x1 - 1.0, top + 1.15, 5.4), stone * 1.05, rng, 0.8)
    peak = patch(
        (x0, top + 1.15, 4.2), (x1 - 2.2, top + 1.15, 4.2), (x0 + 3.2, top + 3.0, 4.2), (x0, top + 1.8, 4.2), (0, 0, -1)
    )
    courses(plot.mesh, peak, (0.9, 0.5), stone * 0.95, rng, vary=0.15)
    back = patch(
        (x0, top + 1.15, 5.0), (x1 - 2.2, top + 1.15, 5.0), (x0 + 3.2, top + 3.0, 5.0), (x0, top + 1.8, 5.0), (0, 0, 1)
    )
    courses(plot.mesh, back, (0.9, 0.5), stone * 0.9, rng, vary=0.15)
    spots = np.stack(
        [rng.uniform(x0, x1, 260), top + 1.0 - np.minimum(rng.exponential(0.4, 260), 1.1), np.full(260, 3.95)], 1
    )
    ivy(plot, spots, (0, 0.1, -1), 0.16)


def gateway(plot: Plot, level: float, stone: np.ndarray) -> None:
    """An arch that stands alone, its wall broken off."""
    rng, mesh = plot.rng, plot.mesh
    cx, front, half, spring = 5.2, 0.2, 1.35, 2.6
    on = face((cx, level, front), (0, 0, -1))
    far = face((cx, level, front + 0.9), (0, 0, 1))
    seed = int(rng.integers(1 << 30))
    for side, toward in ((on, -1.0), (far, 1.0)):
        local = np.random.default_rng(seed)
        z = front if toward < 0 else front + 0.9
        wall = patch(
            (cx - 3.2, level, z),
            (cx + 3.2, level, z),
            (cx + 3.2, level + 5.4, z),
            (cx - 3.2, level + 5.4, z),
            (0, 0, toward),
        )

        def gone(u: np.ndarray, v: np.ndarray) -> np.ndarray:
            px, py = (u - 0.5) * 6.4, v * 5.4
            inside = np.hypot(px, np.maximum(py - spring, 0)) < half + 0.22
            edge = 5.2 - 0.55 * np.abs(px - 0.8) ** 1.35 + 0.5 * np.sin(px * 3.1)
            return np.asarray(inside | (py > edge))

        courses(mesh, wall, (0.62, 0.34), stone * 0.95, local, vary=0.15, holes=gone, damp=0.5, regular=True)
        arch(mesh, side, half, spring, stone * 1.05, local, ring=0.42, deep=0.5, proud=0.07)
    for px in np.arange(-3.2, 3.2, 0.3):
        edge = 5.1 - 0.55 * abs(px + 0.15 - 0.8) ** 1.35 + 0.5 * math.sin((px + 0.15) * 3.1)
        low = spring + math.sqrt(max(1.3**2 - px * px, 0)) if abs(px) < 1.3 else 0
        if edge > low + 0.3:
            slab(
                mesh,
                (cx + px, level + max(edge - 0.5, low), front + 0.02),
                (cx + px + 0.3, level + edge, front + 0.88),
                stone * 0.9,
                rng,
                0.35,
            )
    count = 520
    u, v = rng.uniform(-3.0, 3.0, count), rng.uniform(0, 1, count) ** 0.7 * 5.0
    fits = (np.hypot(u, np.maximum(v - spring, 0)) > half + 0.1) & (np.sin(u * 2.2 + 1) + np.sin(v * 1.7) > 0.2)
    fits &= v < 4.9 - 0.55 * np.abs(u - 0.8) ** 1.35
    ivy(plot, np.stack([cx + u[fits], level + v[fits], np.full(fits.sum(), front - 0.08)], 1), (0, 0.15, -1), 0.15)


def broken_wall(plot: Plot, floor: float, stone: np.ndarray) -> None:
    """What is left of the back wall."""
    rng = plot.rng
    for px in np.arange(-10.5, -2.5, 0.72):
        high = 1.2 + 1.9 * abs(math.sin(px * 0.9 + 0.6)) * math.exp(-(((px + 8.5) / 4.5) ** 2)) + rng.uniform(0, 0.35)
        rows = max(2, round(high / 0.42))
        for row in range(rows):
            shift = 0.36 * (row % 2)
            low, far = (px + shift, floor + row * 0.42 - 0.2, 7.3), (px + shift + 0.71, floor + row * 0.42 + 0.22, 8.1)
            slab(plot.mesh, low, far, stone * rng.uniform(0.75, 1.08), rng, 0.8)
    spots = np.stack([rng.uniform(-10, -3, 240), floor + rng.uniform(0, 2.2, 240), np.full(240, 7.2)], 1)
    ivy(plot, spots[np.sin(spots[:, 0] * 1.9) > -0.2], (0, 0.2, -1), 0.15)


def rubble(plot: Plot, floor: float, stone: np.ndarray) -> None:
    """Fallen drums and blocks, and grass that has come between."""
    rng = plot.rng
    for px, pz, turn in ((-4.2, -8.2, 0.4), (3.6, -8.8, 1.1), (-8.5, -8.0, 2.2), (8.8, -8.0, 0.2)):
        y = floor if plot.wet else float(plot.rise(px, pz))
        fallen_drum(plot.mesh, (px, y - 0.1, pz), 0.5, float(rng.uniform(1.1, 2.2)), turn, stone * 0.9, rng)
    for _ in range(26):
        px, pz = rng.uniform(-11, 11), rng.uniform(-10.5, -6.6)
        if abs(px) < 2.2:
            continue
        size, y = rng.uniform(0.15, 0.5), floor if plot.wet else float(plot.rise(px, pz))
        plot.mesh.boxes(
            [(px, y + size * 0.3, pz)],
            [size, size * 0.6, size * 0.7],
            stone * rng.uniform(0.6, 1.0),
            turn=float(rng.uniform(0, 3)),
        )
    spots = np.stack([rng.uniform(-9.6, 9.6, 700), np.full(700, floor + 0.36), rng.choice([-6.1, -5.6, 6.3], 700)], 1)
    spots[:, 1] += np.where(spots[:, 2] > -5.8, 0.34, 0.0) + rng.uniform(0, 0.2, 700)
    spots[:, 2] += rng.normal(0, 0.25, 700)
    tufts = np.sin(spots[:, 0] * 2.3) + np.sin(spots[:, 0] * 5.1) > 0.3
    leaves(plot.mesh, spots[tufts], (0, 0.6, -0.6), 0.22, (0.10, 0.14, 0.035), rng)


ROWS = (Place("ruins", build, size=24.0, height=10.5, distance=25.0),)
