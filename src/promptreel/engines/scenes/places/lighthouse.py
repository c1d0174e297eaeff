"""A striped lighthouse on its rock, with the keeper's house and a beam that sweeps after dark."""

import math

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.buildings.beams import Sweep
from promptreel.engines.scenes.buildings.building import (
    DARK_PANE,
    GREY_STONE,
    IRON,
    PAINTS,
    SLATE,
    WHITEWASH,
    Plot,
    beams,
    courses,
    drum,
    face,
    fill_arch,
    lumps,
    mound,
    plank_door,
    slab,
    window,
)
from promptreel.engines.scenes.places.house import Shell, chimney, house_shell
from promptreel.engines.scenes.stage import Place, Set

TOWER = 19.0
"""From the rock to the gallery, m."""


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, x, z, turn, "lighthouse")
    mesh, rng = plot.mesh, plot.rng
    top = 4.6 if plot.wet else 2.2
    if plot.wet:
        mound(mesh, 20.0, top, -2.2, 10.0, rng, green=0.22, rough=1.0, rings=34, sides=96, stretch=1.15)
        boulders(plot, 20.0)
    else:
        mound(mesh, 24.0, top, 0.0, 10.0, rng, green=0.95, rough=0.25, rings=24, sides=72, foot=plot.rise)
    base = top - 0.25
    striped = tower(plot, base)
    lantern(plot, base + TOWER, striped)
    keeper(plot, base)
    plot.take((0, 0), 22.0)
    plot.finish()
    if plot.dark or stage.brief.spec.weather & {"fog", "storm"}:
        lens = plot.world((0, base + TOWER + 1.55, 0))
        colour = np.array([1.0, 0.90, 0.70]) * plot.unit * (0.34 if plot.dark else 0.22)
        stage.layers.append(
            Sweep(
                (float(lens[0]), float(lens[1]), float(lens[2])),
                colour.astype(np.float32),
                period=7.0 / max(stage.brief.spec.speed, 0.2),
                phase=float(rng.uniform(0.2, 1.0)),
                bright=4.0 * plot.unit,
            )
        )


def _profile(base: float) -> list[tuple[float, float]]:
    height = np.linspace(0, 1, 9)
    radius = 2.05 + 1.25 * (1 - height) ** 1.7
    return [(float(r), float(base + TOWER * h)) for r, h in zip(radius, height, strict=True)]


def tower(plot: Plot, base: float) -> NDArray[np.floating]:
    """The shaft with its bands, door and windows; returns the colour of the bands."""
    mesh, rng = plot.mesh, plot.rng
    named = sorted(plot.words & PAINTS.keys() - {"white"})
    band = (
        np.array(PAINTS[named[0]])
        if named
        else np.array([(0.46, 0.045, 0.035), (0.05, 0.09, 0.22)][int(rng.random() < 0.2)])
    )
    plain = "white" in plot.words or "stone" in plot.words
    body = WHITEWASH if "stone" not in plot.words else GREY_STONE * 1.3

    def colour(u: NDArray[np.floating], v: NDArray[np.floating]) -> NDArray[np.floating]:
        striped = (np.floor(v * 5.0) % 2 == 0) & (not plain)
        tint = np.where(striped[:, None], band, body)
        # Rain has run down from the gallery and left streaks.
        streak = 1 - 0.16 * np.clip(lumps(u * 60, v * 1.5, np.random.default_rng(7), 3), 0, 1) * (0.4 + 0.6 * v)
        return np.asarray(tint * streak[:, None])

    slab(mesh, (-3.8, base - 1.5, -3.8), (3.8, base + 0.35, 3.8), GREY_STONE * 0.9, rng, 0.9)
    shaft = drum((0, 0, 0), _profile(base + 0.3))
    courses(mesh, shaft, (0.62, 0.38), colour, rng, vary=0.055, round_off=0.10, shade=0.94, damp=0.4)
    profile = np.array(_profile(base + 0.3))
    for number, (share, angle) in enumerate(((0.30, -1.25), (0.52, -1.9), (0.74, -1.4), (0.42, -0.2), (0.64, -2.9))):
        radius = float(np.interp(base + TOWER * share, profile[:, 1], profile[:, 0]))
        out = np.array([math.cos(angle), 0, math.sin(angle)])
        on = face(out * (radius - 0.02) + [0, base + TOWER * share, 0], out)
        window(mesh, on, (0.30, 0.52), rng, glow=plot.glow(0.9 if number % 3 != 1 else 0.05), sill=GREY_STONE)
    on = face((0, base + 0.35, -3.42), (0, 0, -1))
    on.bar(mesh, (-0.85, 0.0), (0.85, 2.5), -0.02, WHITEWASH * 0.9)
    on.bar(mesh, (-0.95, 2.3), (0.95, 2.65), 0.5, GREY_STONE)
    for side in (-0.88, 0.72):
        on.bar(mesh, (side, 0), (side + 0.16, 2.3), 0.25, WHITEWASH * 0.85)
    plank_door(mesh, face((0, base + 0.35, -3.48), (0, 0, -1)), 0.6, 2.15, band * 0.8, rng)
    for step in range(4):
        deep = 3.9 + 0.4 * (4 - step)
        slab(mesh, (-1.1, base - 1, -deep), (1.1, base + 0.35 - 0.16 * (4 - step), -3.7), GREY_STONE, rng, 0.6)
    plot.lamp((1.2, base + 2.5, -4.4), 1.0)
    return band


def lantern(plot: Plot, level: float, band: NDArray[np.floating]) -> None:
    """Gallery on brackets, railing, glass with its lens, and the dome."""
    mesh, rng = plot.mesh, plot.rng
    gallery = 3.05
    corbel = drum((0, 0, 0), [(2.05, level - 0.9), (2.2, level - 0.5), (2.75, level - 0.08), (gallery, level)])
    courses(mesh, corbel, (0.5, 0.3), WHITEWASH * 0.85, rng, vary=0.08, shade=0.8)
    courses(mesh, drum((0, 0, 0), [(gallery, level), (gallery, level + 0.22)]), (0.6, 0.22), IRON * 2, rng)
    angle = np.linspace(0, 2 * math.pi, 41)[:-1]
    ring = np.stack([np.cos(angle), np.zeros(40), np.sin(angle)], 1)
    deck = np.stack([ring * 1.4, np.roll(ring, -1, 0) * 1.4, np.roll(ring, -1, 0) * gallery, ring * gallery], 1)
    mesh.quads(deck + [0, level + 0.22, 0], IRON * 2.4, toward=(0, 1, 0))
    posts = ring[::2] * (gallery - 0.12)
    beams(mesh, posts + [0, level + 0.2, 0], posts + [0, level + 1.3, 0], 0.055, IRON * 1.5)
    around = ring * (gallery - 0.12)
    for up in (0.62, 0.95, 1.3):
        beams(mesh, around + [0, level + up, 0], np.roll(around, -1, 0) + [0, level + up, 0], 0.05, IRON * 1.5)
    drum_wall = drum((0, 0, 0), [(1.55, level + 0.2), (1.55, level + 0.75)])
    courses(mesh, drum_wall, (0.5, 0.28), band, rng, vary=0.06)
    light = np.array([1.0, 0.86, 0.58]) * plot.unit
    lit = plot.dark
    mesh.lathe(
        (0, level + 0.75, 0), [(0.35, 0), (0.62, 0.35), (0.72, 0.8), (0.62, 1.25), (0.3, 1.6)], 16,
        (0.35, 0.42, 0.42), light * 2.4 if lit else plot.light.above * 0.25,
    )  # fmt: skip
    # Panes behind the lens, so that one does not look through: they mirror the sky by day and shine by night.
    back = ring[::2] * 1.30
    panes = np.stack([back, np.roll(back, -1, 0), np.roll(back, -1, 0) + [0, 1.75, 0], back + [0, 1.75, 0]], 1)
    glass = light * 0.55 if lit else np.asarray(plot.light.horizon) * 0.22 + np.asarray(plot.light.above) * 0.10
    mesh.quads(panes + [0, level + 0.75, 0], DARK_PANE, glass, toward=np.zeros(3) + panes.mean(axis=1) * [1, 0, 1])
    bars = ring[::5] * 1.52
    beams(mesh, bars + [0, level + 0.7, 0], bars + [0, level + 2.5, 0], 0.09, IRON)
    wide = ring * 1.52
    for up in (0.78, 1.62, 2.48):
        beams(mesh, wide + [0, level + up, 0], np.roll(wide, -1, 0) + [0, level + up, 0], 0.07, IRON)
    dome = [(1.95, 0.0), (1.9, 0.16), (1.6, 0.62), (1.05, 1.08), (0.45, 1.38), (0.22, 1.5)]
    courses(mesh, drum((0, level + 2.48, 0), dome), (0.5, 0.35), band * 0.9, rng, vary=0.07, round_off=0.08, shade=0.9)
    mesh.lathe(
        (0, level + 3.9, 0),
        [(0.1, 0), (0.27, 0.18), (0.30, 0.34), (0.2, 0.52), (0.04, 0.6), (0.03, 1.7)],
        10,
        IRON * 1.4,
    )
    plot.lamp((0, level + 1.5, 0), 5.0, (1.0, 0.86, 0.58))
    fill_arch(mesh, face((0, level + 0.25, -1.58), (0, 0, -1)), 0.3, 0.2, 0.0, IRON)


def keeper(plot: Plot, base: float) -> None:
    """The keeper's cottage beside the tower, with a wall around the yard."""
    mesh, rng = plot.mesh, plot.rng
    shell = Shell(6.6, 1.0, 2.6, 2.1, base, base + 2.5, 1.7)
    house_shell(mesh, shell, rng, "plaster", None, SLATE if rng.random() < 0.5 else np.array([0.40, 0.10, 0.06]))
    for u in (5.4, 7.9):
        window(mesh, face((u, base + 1.45, -1.1), (0, 0, -1)), (0.36, 0.46), rng, glow=plot.glow())
    plank_door(mesh, face((6.65, base, -1.13), (0, 0, -1)), 0.42, 1.95, (0.05, 0.12, 0.20), rng)
    chimney(mesh, 8.2, 1.2, base + 3.0, base + 4.9, rng)
    plot.lamp((6.6, base + 1.6, -2.4), 0.7)
    for a, b in (((3.6, -3.4), (10.0, -3.4)), ((-8.8, -3.4), (-3.0, -4.4))):
        steps = np.linspace(0, 1, 8)
        for s0, s1 in zip(steps[:-1], steps[1:], strict=True):
            low = np.array(a) + (np.array(b) - np.array(a)) * s0
            far = np.array(a) + (np.array(b) - np.array(a)) * s1
            slab(mesh, (low[0], base - 1, low[1] - 0.2), (far[0], base + 0.8, low[1] + 0.2), GREY_STONE, rng, 0.4)


def boulders(plot: Plot, radius: float) -> None:
    """Rocks in the water around the foot."""
    rng = plot.rng
    for _ in range(16):
        angle, away = rng.uniform(0, 6.28), radius * rng.uniform(0.86, 1.25)
        size = rng.uniform(0.6, 2.0)
        way = rng.normal(0, 1, (26, 3))
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        rock(plot, (away * math.cos(angle) * 1.15, -0.25 * size, away * math.sin(angle)), size)


def rock(plot: Plot, at: tuple[float, float, float], size: float) -> None:
    """One boulder: a rough ball, flat below, wet at its foot."""
    rng = plot.rng
    turn, up = np.linspace(0, 2 * math.pi, 12)[:-1], np.array([0.0, 0.35, 0.75, 1.0])
    a, v = np.meshgrid(turn, up)
    r = size * np.sqrt(1 - 0.97 * v * v) * (1 + 0.22 * rng.normal(0, 1, a.shape))
    points = np.stack([r * np.cos(a), size * 0.75 * v * (1 + 0.1 * rng.normal(0, 1, a.shape)), r * np.sin(a)], -1)
    tint = np.array([0.15, 0.14, 0.125]) * rng.uniform(0.6, 1.2, (*a.shape, 1)) * (0.4 + 0.6 * v[..., None])
    points, tint = np.concatenate([points, points[:, :1]], 1), np.concatenate([tint, tint[:, :1]], 1)
    quads = np.stack([points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]], 2).reshape(-1, 4, 3)
    shades = np.stack([tint[:-1, :-1], tint[:-1, 1:], tint[1:, 1:], tint[1:, :-1]], 2).reshape(-1, 4, 3)
    plot.mesh.quads(quads + np.asarray(at), shades, toward=quads.mean(axis=1) + [0, 0.01, 0])


ROWS = (Place("lighthouse", build, size=42.0, height=29.0, distance=80.0, stands="shore"),)
