"""Larger pieces that several places share: columns, stairs, steps around, obelisks, flat water, ivy, balls of leaves."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.buildings.building import Plot, courses, drum, leaves, patch, sheet, slab
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Light

Rng = np.random.Generator


def column(
    mesh: MeshBuilder, at: tuple[float, float, float], radius: float, high: float, colour: ArrayLike, rng: Rng,
    *, broken: bool = False, flutes: int = 20, lying: bool = False,
) -> None:  # fmt: skip
    """A fluted column with base and capital (broken off slantwise where `broken`), drum upon drum."""
    x, y, z = at
    base = np.asarray(colour, float)
    rows, sides = max(5, round(high / (radius * 1.6))), flutes * 2
    angle, v = np.meshgrid(np.linspace(0, 2 * math.pi, sides + 1), np.linspace(0, 1, 2 * rows + 1))
    flute = 1 - 0.055 * (1 - np.cos(angle * flutes)) / 2
    r = radius * (1 - 0.16 * v**1.5) * flute
    top = y + radius * 0.5 + (high - radius * 1.1) * v
    if broken:
        slant = 0.5 * radius * (np.cos(angle - rng.uniform(0, 6)) + 0.5 * np.sin(3 * angle + rng.uniform(0, 6)))
        top = top + np.where(v > 0.999, slant, 0)
    points = np.stack([x + r * np.cos(angle), top, z + r * np.sin(angle)], -1)
    tone = np.repeat(rng.uniform(0.85, 1.12, rows + 1), 2)[: 2 * rows + 1, None]
    shade = tone * (0.72 + 0.28 * (flute - 0.945) / 0.055) * rng.uniform(0.93, 1.06, angle.shape)
    quads = np.stack([points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]], 2).reshape(-1, 4, 3)
    tints = np.stack([shade[:-1, :-1], shade[:-1, 1:], shade[1:, 1:], shade[1:, :-1]], 2).reshape(-1, 4, 1) * base
    mesh.quads(quads, tints, toward=quads.mean(axis=1) * [1, 0, 1] - [x, 0, z])
    if lying:
        low = points[0, :-1]
        mesh.add(
            np.concatenate([low, low.mean(axis=0)[None]]),
            [[i, (i + 1) % sides, sides] for i in range(sides)],
            base * 0.9,
        )
    foot = [(1.32, 0), (1.32, 0.16), (1.22, 0.22), (1.28, 0.32), (1.12, 0.42), (1.0, 0.5)]
    if not lying:
        mesh.lathe((x, y, z), [(r * radius, h * radius) for r, h in foot], 24, base * 0.95)
    if broken:
        rim = points[-1, :-1]
        middle = rim.mean(axis=0) - [0, 0.08 * radius, 0]
        mesh.add(np.concatenate([rim, middle[None]]), [[i, (i + 1) % sides, sides] for i in range(sides)], base * 1.05)
        return
    crown = [(0.84, 0), (0.90, 0.10), (1.18, 0.34), (1.22, 0.42)]
    mesh.lathe((x, y + high - 0.62 * radius, z), [(r * radius, h * radius) for r, h in crown], 24, base)
    slab(mesh, (x - radius * 1.28, y + high - 0.22 * radius, z - radius * 1.28),
         (x + radius * 1.28, y + high, z + radius * 1.28), base * 1.03, rng, radius)  # fmt: skip


def fallen_drum(
    mesh: MeshBuilder,
    at: tuple[float, float, float],
    radius: float,
    long: float,
    turn: float,
    colour: ArrayLike,
    rng: Rng,
) -> None:
    """A piece of a column that lies on the ground."""
    part = MeshBuilder()
    column(part, (0, 0, 0), radius, long, colour, rng, broken=True, flutes=16, lying=True)
    mesh_part = part.build()
    c, s = math.cos(turn), math.sin(turn)
    lay = np.array([[0, c, s], [1, 0, 0], [0, s, -c]], np.float32).T
    points = mesh_part.vertices @ lay
    points = points + np.asarray(at, np.float32) + np.array([0, radius * 0.85, 0], np.float32)
    mesh.add(points, mesh_part.triangles, mesh_part.colour, 0.0, mesh_part.normals @ lay)


def stairs(
    mesh: MeshBuilder, low: tuple[float, float, float], wide: float, steps: int, rise: float, run: float,
    colour: ArrayLike, rng: Rng,
) -> None:  # fmt: skip
    """Steps that climb toward +z from the middle of their lowest edge."""
    x, y, z = low
    for k in range(steps):
        slab(mesh, (x - wide / 2, y - 0.4, z + k * run), (x + wide / 2, y + (k + 1) * rise, z + steps * run + 0.05),
             np.asarray(colour) * rng.uniform(0.92, 1.06), rng, max(0.7, wide / 8))  # fmt: skip


def round_wall(
    mesh: MeshBuilder, at: tuple[float, float, float], radius: float, high: float, thick: float, colour: ArrayLike,
    rng: Rng, stone: tuple[float, float] = (0.5, 0.28),
) -> None:  # fmt: skip
    """A low round wall with a coping: basins, wells."""
    courses(mesh, drum(at, [(radius, -0.5), (radius, high)]), stone, colour, rng, vary=0.13, damp=0.5)
    inner = drum(at, [(radius - thick, -0.3), (radius - thick, high)])
    inside = MeshBuilder()
    courses(inside, inner, stone, np.asarray(colour) * 0.75, rng, vary=0.12)
    built = inside.build()
    mesh.add(built.vertices, built.triangles, built.colour, 0.0, -built.normals)
    for a, b, h0, h1, up in (
        (radius + 0.07, radius + 0.07, high, high + 0.13, 0.0),
        (radius + 0.07, radius - thick - 0.06, high + 0.13, high + 0.13, 1.0),
    ):
        ring = drum(at, [(a, h0), (b, h1)]) if up == 0 else drum(at, [(b, h1), (a, h1 - 1e-3)])
        courses(mesh, ring, (0.24 * radius**0.5, 0.4), np.asarray(colour) * 1.1, rng, vary=0.08)


def pool(
    mesh: MeshBuilder, at: tuple[float, float, float], radius: float, light: Light, unit_emission: bool = True
) -> None:
    """Still water in a basin: dark green below, the sky on it, lighter toward the far side where it mirrors more."""
    angle, r = np.meshgrid(np.linspace(0, 2 * math.pi, 41), np.linspace(0, radius, 9))
    points = np.stack([at[0] + r * np.cos(angle), np.full(r.shape, at[1]), at[2] + r * np.sin(angle)], -1)
    far = np.clip(0.35 + 0.25 * np.sin(angle) * r / radius, 0.1, 0.7)[..., None]
    sky = (np.asarray(light.above) * 0.5 + np.asarray(light.horizon) * 0.5) * far * (1.0 if unit_emission else 0.0)
    sheet(mesh, points, (0.03, 0.055, 0.05), emission=sky.reshape(-1, 3))


def ivy(plot: Plot, spots: NDArray[np.floating], out: ArrayLike, size: float = 0.14) -> None:
    """Leaves on a wall at points (n, 3)."""
    tint = np.array([0.045, 0.095, 0.025])
    season = plot.stage.brief.spec.season
    if season == "autumn":
        tint = np.array([0.30, 0.07, 0.02])
    leaves(plot.mesh, spots, out, size, tint, plot.rng, vary=0.35)


def leaf_ball(
    plot: Plot, at: tuple[float, float, float], size: tuple[float, float, float], tint: ArrayLike, count: int,
    leaf: float,
) -> None:  # fmt: skip
    """A dense ball (or egg) of leaves with a dark core."""
    rng = plot.rng
    way = rng.normal(0, 1, (count, 3))
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    spots = np.asarray(at) + way * np.asarray(size) * rng.uniform(0.82, 1.0, (count, 1))
    leaves(plot.mesh, spots, way, leaf, tint, rng)
    a, b = np.meshgrid(np.linspace(0, 2 * math.pi, 13), np.linspace(-1.5, 1.5, 7))
    core = np.stack([np.cos(b) * np.cos(a), np.sin(b), np.cos(b) * np.sin(a)], -1)
    points = np.asarray(at) + core * np.asarray(size) * 0.84
    quads = np.stack([points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]], 2).reshape(-1, 4, 3)
    plot.mesh.quads(quads, np.asarray(tint) * 0.55, toward=quads.mean(axis=1) - np.asarray(at))


def paving(
    plot: Plot, low: tuple[float, float], top: tuple[float, float], colour: ArrayLike, size: tuple[float, float],
    lift: float = 0.04,
) -> None:  # fmt: skip
    """Flagstones over a rectangle (x, z), draped on the ground in strips."""
    (x0, z0), (x1, z1) = low, top
    steps = max(1, round((z1 - z0) / 2.0))
    for k in range(steps):
        a, b = z0 + (z1 - z0) * k / steps, z0 + (z1 - z0) * (k + 1) / steps
        y = [float(plot.rise(px, pz)) + lift for px, pz in ((x0, a), (x1, a), (x1, b), (x0, b))]
        part = patch((x0, y[0], a), (x1, y[1], a), (x1, y[2], b), (x0, y[3], b), (0, 1, 0))
        courses(plot.mesh, part, size, colour, plot.rng, vary=0.14, round_off=0.16, shade=0.93)


def islet(plot: Plot, radius: float, top: float, level: float) -> float:
    """Rock to stand on where there is water, or the ground itself; returns the height of the floor."""
    from promptreel.engines.scenes.buildings.building import mound

    if not plot.wet:
        return 0.0
    mound(plot.mesh, radius, top, -2.0, level, plot.rng, green=0.5, rough=0.8, rings=24, sides=72)
    return top - 0.12
