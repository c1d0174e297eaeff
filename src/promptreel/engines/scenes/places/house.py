"""A house with a gable roof: cottage, farmhouse, keeper's house, warehouse."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.buildings.building import (
    BRICK,
    CLAY_TILE,
    GREY_STONE,
    OAK,
    SLATE,
    WHITEWASH,
    Plot,
    beam,
    beams,
    courses,
    face,
    leaves,
    paint_of,
    patch,
    plank_door,
    slab,
    window,
)
from promptreel.engines.scenes.buildings.smoke import Smoke
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Place, Set

WALLS = {
    "plaster": ((0.9, 0.55), WHITEWASH, 0.035, 0.03),
    "stone": ((0.55, 0.30), GREY_STONE, 0.15, 0.22),
    "brick": ((0.42, 0.16), BRICK, 0.17, 0.12),
    "wooden": ((2.6, 0.22), OAK * 1.25, 0.15, 0.20),
}
"""Size of the stones (m), colour, how much it varies, how round the edges are."""


@dataclass(frozen=True, slots=True)
class Shell:
    """The measures of a gabled house about (x, z): half sides, eaves and rise in m; the ridge runs along x, or along z
    where `gable_front`."""

    x: float
    z: float
    half_x: float
    half_z: float
    base: float
    eaves: float
    rise: float
    gable_front: bool = False
    deep: float = 1.2
    """How far the walls go on below the base, m."""
    back: bool = True
    """Whether it is seen from behind."""


def house_shell(
    mesh: MeshBuilder,
    shell: Shell,
    rng: np.random.Generator,
    walls: str = "plaster",
    paint: ArrayLike | None = None,
    roof: NDArray[np.floating] = CLAY_TILE,
    tile: tuple[float, float] = (0.34, 0.30),
) -> None:
    """Walls, gables and a tiled roof with eaves and verges."""
    size, natural, vary, round_off = WALLS[walls]
    colour = np.asarray(natural if paint is None else paint, float)
    x0, x1, z0, z1 = shell.x - shell.half_x, shell.x + shell.half_x, shell.z - shell.half_z, shell.z + shell.half_z
    foot, top = shell.base - shell.deep, shell.eaves
    corners = [(x0, z0), (x1, z0), (x1, z1), (x0, z1)]
    outs = [(0, 0, -1), (1, 0, 0), (0, 0, 1), (-1, 0, 0)]
    for number in range(4):
        if number == 2 and not shell.back:
            continue
        (ax, az), (bx, bz) = corners[number], corners[(number + 1) % 4]
        wall = patch((ax, foot, az), (bx, foot, bz), (bx, top, bz), (ax, top, az), outs[number])
        courses(mesh, wall, size, colour, rng, vary=vary, round_off=round_off, damp=0.5, shade=0.9)
        if shell.gable_front == (number % 2 == 0):
            peak = ((ax + bx) / 2, top + shell.rise, (az + bz) / 2)
            gable = patch((ax, top, az), (bx, top, bz), peak, peak, outs[number])
            courses(mesh, gable, size, colour, rng, vary=vary, round_off=round_off, shade=0.9)
    gable_roof(mesh, shell, rng, roof, tile)


def gable_roof(
    mesh: MeshBuilder,
    shell: Shell,
    rng: np.random.Generator,
    roof: NDArray[np.floating],
    tile: tuple[float, float] = (0.34, 0.30),
) -> None:
    """Two slopes of tiles, a ridge, boards along eaves and verges."""
    over = 0.42
    half, length = (shell.half_x, shell.half_z) if shell.gable_front else (shell.half_z, shell.half_x)
    ridge = shell.eaves + shell.rise + 0.10
    drop = shell.rise / half * over
    low = shell.eaves - drop + 0.10

    def at(across: float, y: float, along: float) -> tuple[float, float, float]:
        if shell.gable_front:
            return shell.x + across, y, shell.z + along
        return shell.x + along, y, shell.z + across

    end = length + over * 0.7
    for side in (-1, 1):
        edge = side * (half + over)
        toward = np.array(at(side * shell.rise, half, 0.0)) - np.array(at(0.0, 0.0, 0.0))
        slope = patch(at(edge, low, -end), at(edge, low, end), at(0, ridge, end), at(0, ridge, -end), toward)
        courses(mesh, slope, tile, roof, rng, vary=0.17, round_off=0.25, shade=0.72, lap=0.045)
        under = [at(edge, low - 0.1, -end), at(edge, low - 0.1, end), at(0, ridge - 0.1, end), at(0, ridge - 0.1, -end)]
        mesh.quad(under, OAK * 0.5, across=4, up=3, toward=-toward)
        beam(mesh, at(edge, low - 0.05, -end), at(edge, low - 0.05, end), (0.05, 0.16), OAK * 1.2)
        for tip in (-end, end):
            beam(mesh, at(edge, low - 0.04, tip), at(0, ridge - 0.04, tip), (0.06, 0.20), OAK * 1.3)
    count = max(2, round(2 * end / (0.42 if tile[0] < 0.5 else 0.9)))
    steps = np.linspace(-end, end, count + 1)
    starts = [at(0, ridge + 0.02, a + 0.02) for a in steps[:-1]]
    stops = [at(0, ridge + 0.02, b - 0.02) for b in steps[1:]]
    beams(mesh, starts, stops, (0.24, 0.13), roof * rng.uniform(0.75, 1.2, (count, 1)), coarse=True)


def chimney(mesh: MeshBuilder, x: float, z: float, low: float, top: float, rng: np.random.Generator) -> None:
    """A brick stack with a cap and a pot."""
    slab(mesh, (x - 0.34, low, z - 0.34), (x + 0.34, top, z + 0.34), BRICK * 0.9, rng, 0.17)
    slab(mesh, (x - 0.42, top - 0.08, z - 0.42), (x + 0.42, top + 0.10, z + 0.42), GREY_STONE * 0.8, rng, 0.4)
    mesh.lathe((x, top + 0.1, z), [(0.15, 0), (0.13, 0.38), (0.16, 0.42), (0.10, 0.42)], 9, CLAY_TILE)


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """A cottage with a porch, shutters, flower boxes and a smoking chimney."""
    plot = Plot(stage, x, z, turn, "house")
    rng, mesh = plot.rng, plot.mesh
    kind = next(
        (w for w in ("wooden", "stone", "brick") if w in plot.words), str(rng.choice(["plaster", "stone", "brick"]))
    )
    roof = (SLATE, CLAY_TILE, OAK * 0.9)[int(rng.integers(3))]
    base = 0.35
    if plot.wet:
        base = stilts(plot, 6.2, 5.0)
    shell = Shell(0, 0, 4.6, 3.3, base, base + 2.9, 2.9, deep=0.0 if plot.wet else 1.2)
    house_shell(mesh, shell, rng, kind, paint_of(stage), roof)
    slab(mesh, (-4.75, base - (0.0 if plot.wet else 1.2), -3.45), (4.75, base + 0.25, 3.45), GREY_STONE * 0.8, rng, 0.6)
    front = -3.3
    shutter = np.array([(0.06, 0.16, 0.10), (0.05, 0.10, 0.22), (0.30, 0.05, 0.04)][int(rng.integers(3))])
    for u in (-3.1, -1.5, 3.1):
        cottage_window(plot, (u, base + 1.65, front), (0, 0, -1), shutter)
    for w in (-1.4, 1.4):
        cottage_window(plot, (4.6, base + 1.65, w), (1, 0, 0), shutter)
        cottage_window(plot, (-4.6, base + 1.65, w), (-1, 0, 0), shutter)
    for side in (-4.6, 4.6):
        window(mesh, face((side, base + 4.0, 0), (side, 0, 0)), (0.42, 0.5), rng, glow=plot.glow(0.8))
    plank_door(mesh, face((0.95, base + 0.05, front - 0.03), (0, 0, -1)), 0.52, 2.05, shutter * 1.3, rng)
    porch(plot, 0.95, front, base, roof)
    top = shell.eaves + shell.rise + 0.75
    chimney(mesh, 2.6, 0.5, shell.eaves + 1.0, top, rng)
    plot.lamp((1.75, base + 2.0, front - 0.6), 0.8)
    plot.lamp((-2.3, base + 1.4, front - 1.2), 0.8)
    if not plot.wet:
        shrubs(
            plot,
            [(-3.6, front - 0.5), (-2.4, front - 0.55), (-0.6, front - 0.5), (2.5, front - 0.5), (3.9, front - 0.45)],
        )
        path(plot, 0.95, front - 1.2, -9.0)
    plot.take((0, 0), 6.5)
    plot.finish()
    mouth = plot.world((2.6, top + 0.6, 0.5))
    stage.layers.append(Smoke(((float(mouth[0]), float(mouth[1]), float(mouth[2])),), stage.light, strength=0.7))


def cottage_window(
    plot: Plot, at: tuple[float, float, float], out: tuple[float, float, float], shutter: NDArray[np.floating]
) -> None:
    """A window with shutters and a box of flowers."""
    on = face(at, out)
    window(plot.mesh, on, (0.48, 0.62), plot.rng, glow=plot.glow(1.0 if plot.rng.random() < 0.8 else 0.05))
    for side in (-1, 1):
        u0, u1 = sorted((side * 0.56, side * 1.0))
        for k in range(9):
            v = -0.64 + k * 0.145
            on.bar(plot.mesh, (u0, v), (u1, v + 0.12), 0.05, shutter * plot.rng.uniform(0.8, 1.2))
    on.bar(plot.mesh, (-0.55, -0.98), (0.55, -0.78), 0.26, OAK)
    spots = on.at(plot.rng.uniform(-0.5, 0.5, 46), plot.rng.uniform(-0.78, -0.52, 46), plot.rng.uniform(0.05, 0.30, 46))
    leaves(plot.mesh, spots[:30], (0, 1, 0), 0.10, (0.06, 0.13, 0.03), plot.rng)
    bloom = np.array([(0.55, 0.03, 0.04), (0.60, 0.10, 0.25), (0.65, 0.5, 0.1)])[plot.rng.integers(3)]
    leaves(plot.mesh, spots[30:] + np.array([0, 0.08, 0]), (0, 1, 0), 0.10, bloom, plot.rng)


def porch(plot: Plot, x: float, front: float, base: float, roof: NDArray[np.floating]) -> None:
    """A step, two posts and a small roof before the door."""
    mesh, rng, deep = plot.mesh, plot.rng, 0.02 if plot.wet else 0.6
    slab(mesh, (x - 1.0, base - deep, front - 1.3), (x + 1.0, base + 0.05, front), GREY_STONE, rng, 0.5)
    slab(
        mesh,
        (x - 1.2, base - deep, front - 1.75),
        (x + 1.2, base + 0.01 - (0.0 if plot.wet else 0.15), front - 1.2),
        GREY_STONE,
        rng,
        0.5,
    )
    for side in (-0.9, 0.9):
        beam(mesh, (x + side, base, front - 1.15), (x + side, base + 2.25, front - 1.15), 0.14, OAK * 1.2)
    lean = patch((x - 1.2, base + 2.2, front - 1.45), (x + 1.2, base + 2.2, front - 1.45), (x + 1.2, base + 2.85, front),
                 (x - 1.2, base + 2.85, front), (0, 1, -0.5))  # fmt: skip
    courses(mesh, lean, (0.34, 0.28), roof, rng, vary=0.17, lap=0.04, shade=0.72)
    beam(mesh, (x - 1.2, base + 2.16, front - 1.42), (x + 1.2, base + 2.16, front - 1.42), (0.08, 0.14), OAK)


def shrubs(plot: Plot, at: list[tuple[float, float]]) -> None:
    """Bushes at places (x, z): balls of leaves, some in bloom."""
    rng = plot.rng
    for x, z in at:
        ball, tint = rng.uniform(0.35, 0.6), np.array([0.065, 0.12, 0.03]) * rng.uniform(0.7, 1.3)
        way = rng.normal(0, 1, (190, 3))
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        way[:, 1] = np.abs(way[:, 1])
        foot = float(plot.rise(x, z))
        spots = np.array([x, foot, z]) + way * ball * rng.uniform(0.75, 1.0, (190, 1)) * [1.15, 1.3, 1.0]
        leaves(plot.mesh, spots, way, 0.13, tint, rng)
        if rng.random() < 0.6:
            bloom = np.array([(0.62, 0.15, 0.28), (0.65, 0.55, 0.5), (0.45, 0.12, 0.45)])[rng.integers(3)]
            leaves(plot.mesh, spots[:32] + way[:32] * 0.06, way[:32], 0.09, bloom, rng)


def path(plot: Plot, x: float, start: float, stop: float) -> None:
    """Flagstones that lead away from a door toward -z."""
    rng = plot.rng
    for z in np.arange(start, stop, -0.62):
        bend = x + 0.5 * math.sin(z * 0.35)
        for side in (-0.33, 0.33):
            px, pz, r = bend + side + rng.uniform(-0.06, 0.06), z + rng.uniform(-0.1, 0.1), rng.uniform(0.26, 0.33)
            y = float(plot.rise(px, pz)) + 0.035
            angle = np.linspace(0, 2 * math.pi, 7)[:-1] + rng.uniform(0, 1)
            ring = np.stack([px + r * np.cos(angle), np.full(6, y), pz + r * 0.85 * np.sin(angle)], 1)
            fan = [[0, i, i + 1] for i in range(1, 5)]
            plot.mesh.add(ring, fan, GREY_STONE * rng.uniform(0.75, 1.25), normals=(0, 1, 0))


def stilts(plot: Plot, half_x: float, half_z: float) -> float:
    """A deck on piles over water; returns the height of its boards."""
    mesh, rng, top = plot.mesh, plot.rng, 1.5
    boards = patch(
        (-half_x, top, -half_z), (half_x, top, -half_z), (half_x, top, half_z), (-half_x, top, half_z), (0, 1, 0)
    )
    courses(mesh, boards, (2.4, 0.2), OAK * 1.3, rng, vary=0.16, shade=0.8)
    for side in (-half_z, half_z):
        beam(mesh, (-half_x, top - 0.16, side), (half_x, top - 0.16, side), (0.2, 0.28), OAK)
    for side in (-half_x, half_x):
        beam(mesh, (side, top - 0.16, -half_z), (side, top - 0.16, half_z), (0.2, 0.28), OAK)
    for px in np.linspace(-half_x + 0.3, half_x - 0.3, 4):
        for pz in (-half_z + 0.2, 0.0, half_z - 0.2):
            mesh.lathe((px, -2.5, pz), [(0.17, 0), (0.16, top + 2.4)], 8, OAK * rng.uniform(0.6, 0.9))
    return top


ROWS = (Place("house", build, size=14.0, height=8.0, distance=17.0),)
