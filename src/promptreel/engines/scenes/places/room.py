"""A living room one is inside of: a window on the backdrop, a fireplace, a wooden floor with a rug, table, chairs, books
and a lamp.

All its light is worked out here and stored as emission, for the light of a world knows no walls: the sky through the
window as an area light, the sun as a patch on the floor, lamps and fire with their fall-off, and the shade of corners.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.buildings.building import (
    BRICK,
    GREY_STONE,
    IRON,
    OAK,
    PAINTS,
    Plot,
    Surface,
    beam,
    beams,
    courses,
    leaves,
    patch,
    sheet,
    slab,
)
from promptreel.engines.scenes.buildings.fire import Fire
from promptreel.engines.scenes.buildings.occlusion import luminance, openness, visible
from promptreel.engines.scenes.mesh import Mesh, MeshBuilder
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.stage import Place, Set

Floats = NDArray[np.float32]
Lamps = list[tuple[tuple[float, float, float], NDArray[np.floating]]]

HALF, BACK, FRONT, HIGH = 3.3, 5.9, -3.2, 2.85
"""Half its width, where its far and near walls are, and its height, m."""

WINDOW = (0.35, 2.35, 0.85, 2.35)
"""In the far wall: x from, to; y from, to."""

HEARTH = (-1.75, 5.35)
"""Where the fire burns: x, z."""

FIRELIGHT = np.array([1.0, 0.46, 0.15])
SHADELIGHT = np.array([1.0, 0.70, 0.38])


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, x, z, turn, "room")
    plot.ground = 0.0
    words = plot.words | {wanted.name for wanted in stage.brief.spec.subjects}
    known = rows("subjects")
    lit = plot.dark or bool(stage.brief.spec.weather & {"storm", "rain", "snow", "fog", "overcast"})
    shell(plot)
    first = plot.mesh.count
    window_frame(plot)
    fireplace(plot)
    rug(plot)
    laid = not any(name in known and known[name].habitat == "table" for name in words)
    table(plot, laid=laid)
    armchair(plot)
    bookcase(plot)
    floor_lamp(plot, lit)
    pictures(plot)
    plant(plot)
    curtains(plot)
    mesh = plot.mesh.build()
    # Out of the light of the window and not before the fire.
    for px, pz in ((-0.35, 3.3), (0.75, 3.5), (-1.2, 3.7), (1.6, 3.2), (0.2, 4.2)):
        stage.spots.setdefault("ground", []).append(_tuple(plot.world((px, 0.0, pz))))
    for px in (0.8, 1.3, 0.5):
        stage.spots.setdefault("sill", []).append(_tuple(plot.world((px, WINDOW[2], BACK - 0.02))))
    for px, pz in ((1.45, 4.36), (1.62, 4.46), (1.28, 4.50), (1.72, 4.28)):
        stage.spots.setdefault("table", []).append(_tuple(plot.world((px, 0.745, pz))))
    lamps: Lamps = [((HEARTH[0], 0.55, HEARTH[1] - 0.75), FIRELIGHT * (1.5 if lit else 0.5))]
    if lit:
        lamps += [((2.75, 1.70, 5.0), SHADELIGHT * 1.15), ((1.32, 1.05, 4.42), FIRELIGHT * 0.16)]
    points, normals = mesh.vertices, mesh.normals
    emitted = np.multiply(mesh.colour, irradiance(plot, mesh, first, lamps, lit)) + mesh.emission
    emitted = emitted / np.float32(plot.unit)
    stage.mesh.add(plot.world(points), mesh.triangles, np.zeros_like(mesh.colour), emitted, normals @ plot._turn.T)
    for at, colour in lamps:
        px, py, pz = plot.world(at).tolist()
        r, g, b = (colour * 1.3).tolist()
        stage.lamps.append((px, py, pz, r, g, b))
    for spot, size in (
        ((-1.3, 2.4), 0.1),
        ((1.7, 4.7), 0.9),
        ((HEARTH[0], 5.4), 1.0),
        ((2.9, 5.0), 0.5),
        ((-2.5, 4.0), 0.7),
    ):
        plot.take(spot, size)
    foot = plot.world((HEARTH[0], 0.24, HEARTH[1] + 0.05))
    at = (float(foot[0]), float(foot[1]), float(foot[2]))
    seed = int(plot.rng.integers(1, 9000))
    stage.layers.append(
        Fire(at, 0.52, 0.36, (2.2 if plot.dark else 1.0) * plot.unit, seed=seed, tongues=8, reach=3.6, amount=0.12)
    )
    if laid:
        wick = plot.world((1.32, 0.985, 4.42))
        flame = (float(wick[0]), float(wick[1]), float(wick[2]))
        stage.layers.append(
            Fire(flame, 0.075, 0.014, 2.2 * plot.unit, seed + 1, 0.10, tongues=1, embers=False, reach=0.9, amount=0.05)
        )


def _tuple(at: NDArray[np.floating]) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in at)
    return x, y, z


# -- light -------------------------------------------------------------------------------------------------------------


def irradiance(plot: Plot, mesh: Mesh, first: int, lamps: Lamps, lit: bool) -> Floats:
    """What falls on every corner, (n, 3): as the radiance that a white surface would have."""
    at, normals, light = mesh.vertices, mesh.normals, plot.light
    inner = mesh.triangles[(mesh.triangles >= first).all(axis=1)]
    shade = openness(at, normals, at, inner) ** np.float32(1.2)
    for wall, axis, side in ((-HALF, 0, 1), (HALF, 0, -1), (BACK, 2, -1), (0.0, 1, 1), (HIGH, 1, -1)):
        away = np.abs(at[:, axis] - wall)
        facing = normals[:, axis] * side
        shade *= 1 - 0.42 * np.exp(-away / 0.30) * np.clip(1 - np.abs(facing) * 1.6, 0, 1)
    total = _from_window(plot, at, normals) * (0.35 + 0.65 * shade[:, None])
    white = luminance(light.above) + luminance(light.sunlight) * max(float(light.sun[1]), 0.0) * 0.5
    bounce = np.asarray(light.horizon, float) / max(luminance(light.horizon), 1e-9) * 0.6 + 0.4
    total += bounce * np.array([1.0, 0.93, 0.82]) * (0.13 * white) * shade[:, None]
    glow = plot.unit * (0.10 if lit else 0.02)
    total += np.array([1.0, 0.66, 0.38]) * glow * shade[:, None]
    total += _sun_patch(plot, at, normals, inner)
    for place, colour in lamps:
        offset = np.asarray(place) - at
        d2 = (offset * offset).sum(axis=1)
        facing = np.maximum((normals * offset).sum(axis=1) / np.sqrt(d2 + 1e-6), 0) * 0.8 + 0.2
        total += (colour * plot.unit) * (facing / (0.35 + d2) * (0.4 + 0.6 * shade))[:, None]
    return np.asarray(total, np.float32)


def _from_window(plot: Plot, at: Floats, normals: Floats) -> NDArray[np.floating]:
    """Sky light: the panes as twelve small area lights, and as much again from a window behind the camera."""
    light = plot.light
    x0, x1, y0, y1 = WINDOW
    total = np.zeros(at.shape)
    for cx in (np.arange(4) + 0.5) / 4:
        for cy in (np.arange(3) + 0.5) / 3:
            spot = np.array([x0 + (x1 - x0) * cx, y0 + (y1 - y0) * cy, BACK + 0.1])
            offset = spot - at
            d2 = (offset * offset).sum(axis=1) + 0.12
            away = offset / np.sqrt(d2)[:, None]
            facing = np.maximum((normals * away).sum(axis=1), 0) * np.maximum(away[:, 2], 0)
            up = np.clip(-away[:, 1:2] * 0.5 + 0.5, 0, 1)
            seen = np.asarray(light.horizon) * up + np.asarray(light.below) * 2 * (1 - up)
            area = (x1 - x0) * (y1 - y0) / 12
            total += seen * (facing * area / (math.pi * d2))[:, None] * 2.6
    toward = np.array([0.25, 0.45, -0.86])
    total += np.asarray(light.above) * (0.16 * np.maximum(normals @ toward, 0))[:, None]
    return total


def _sun_patch(plot: Plot, at: Floats, normals: Floats, blockers: NDArray[np.int32]) -> NDArray[np.floating]:
    """The sun through the panes: of the far wall, or of windows out of sight in the side and near walls."""
    light = plot.light
    sun = np.asarray(light.sun, float)
    facing = np.maximum(normals @ sun, 0)
    if luminance(light.sunlight) < 1e-6 or sun[1] < 0.03:
        return np.zeros(at.shape)
    passed = np.zeros(len(at))
    x0, x1, y0, y1 = WINDOW
    openings = ((2, BACK, 0, x0, x1), (0, -HALF, 2, 1.5, 3.1), (0, HALF, 2, 1.5, 3.1), (2, FRONT, 0, -1.8, 1.4))
    for axis, wall, other, low, high in openings:
        if sun[axis] * (1 if wall > 0 else -1) < 0.05:
            continue
        reach = (wall - at[:, axis]) / sun[axis]
        side, up = at[:, other] + reach * sun[other], at[:, 1] + reach * sun[1]
        inside = np.clip((side - low) / 0.07, 0, 1) * np.clip((high - side) / 0.07, 0, 1)
        inside *= np.clip((up - y0) / 0.07, 0, 1) * np.clip((y1 + 0.1 - up) / 0.07, 0, 1)
        for share in (1 / 3, 2 / 3):
            inside *= np.clip(np.abs(side - low - (high - low) * share) / 0.06 - 0.2, 0, 1)
        inside *= np.clip(np.abs(up - (y0 + y1) / 2) / 0.06 - 0.2, 0, 1)
        passed += inside * (reach > 0.02)
    seen = visible(light.sun, at, normals, at, blockers, 320)
    return np.asarray(light.sunlight) * (facing * np.clip(passed, 0, 1) * seen * 0.9)[:, None]


# -- walls, floor and what is fixed ------------------------------------------------------------------------------------


def shell(plot: Plot) -> None:
    """Floor boards, plastered walls over a wainscot, ceiling with beams."""
    mesh, rng, words = plot.mesh, plot.rng, plot.words
    board = OAK * (1.5 if rng.random() < 0.6 else 0.95)
    tone = np.random.default_rng(int(rng.integers(1 << 30))).uniform(0.72, 1.3, 4096)

    def boards(u: NDArray[np.floating], v: NDArray[np.floating]) -> NDArray[np.floating]:
        row = np.floor(u * 2 * HALF / 0.15).astype(int)
        piece = np.floor(v * (BACK - FRONT) / 1.6 + tone[row % 4096] * 7).astype(int)
        return board * tone[(row * 37 + piece * 101) % 4096][:, None]

    across = 2 * HALF / 0.15
    floor = patch((-HALF, 0, FRONT), (HALF, 0, FRONT), (HALF, 0, BACK), (-HALF, 0, BACK), (0, 1, 0))
    cells = Surface(floor.points, floor.normals, lambda v: across, floor.high)
    courses(mesh, cells, (1.0, 0.17), boards, rng, vary=0.05, round_off=0.05, shade=0.97, bond=0.0, regular=True)
    tint = [PAINTS[word] for word in sorted(words & PAINTS.keys())]
    walls = ((0.60, 0.52, 0.40), (0.36, 0.44, 0.40), (0.52, 0.30, 0.22), (0.30, 0.38, 0.47))
    wall = np.array(tint[0]) * 0.8 if tint else np.array(walls[int(rng.integers(4))])
    trim = np.array([0.62, 0.59, 0.53]) if rng.random() < 0.5 else OAK * 1.2
    for (ax, az), (bx, bz), out in (
        ((-HALF, FRONT), (-HALF, BACK), (1, 0, 0)),
        ((HALF, BACK), (HALF, FRONT), (-1, 0, 0)),
        ((HALF, FRONT), (-HALF, FRONT), (0, 0, 1)),
    ):
        _wall(mesh, (ax, az), (bx, bz), out, wall, trim, rng)
    # The far wall leaves the window out: four pieces around it.
    x0, x1, y0, y1 = WINDOW
    for a, b, low, top in ((-HALF, x0, 0.0, HIGH), (x1, HALF, 0.0, HIGH), (x0, x1, 0.0, y0), (x0, x1, y1, HIGH)):
        _piece(mesh, a, b, low, top, wall, trim, rng)
    ceiling = patch((-HALF, HIGH, FRONT), (HALF, HIGH, FRONT), (HALF, HIGH, BACK), (-HALF, HIGH, BACK), (0, -1, 0))
    courses(mesh, ceiling, (0.5, 0.5), (0.66, 0.63, 0.57), rng, vary=0.02, round_off=0.0, shade=1.0)
    for z in np.arange(0.4, BACK, 1.35):
        for start in np.arange(-HALF, HALF, 0.55):
            beam(mesh, (start, HIGH - 0.08, z), (start + 0.55, HIGH - 0.08, z), (0.16, 0.17), OAK * 0.8)


def _wall(
    mesh: MeshBuilder, start: tuple[float, float], stop: tuple[float, float], out: ArrayLike,
    wall: NDArray[np.floating], trim: NDArray[np.floating], rng: np.random.Generator,
) -> None:  # fmt: skip
    """Plaster above, boards below, a rail between."""
    (ax, az), (bx, bz) = start, stop
    low = patch((ax, 0, az), (bx, 0, bz), (bx, 0.9, bz), (ax, 0.9, az), out)
    courses(mesh, low, (0.14, 0.3), trim, rng, vary=0.05, round_off=0.10, shade=0.98, bond=0.0)
    top = patch((ax, 0.9, az), (bx, 0.9, bz), (bx, HIGH, bz), (ax, HIGH, az), out)
    courses(mesh, top, (0.24, 0.22), wall, rng, vary=0.022, round_off=0.0, shade=1.0)
    side = np.asarray(out, float) * 0.02
    beam(mesh, (ax + side[0], 0.92, az + side[2]), (bx + side[0], 0.92, bz + side[2]), 0.06, trim * 1.05)
    beam(mesh, (ax + side[0], 0.07, az + side[2]), (bx + side[0], 0.07, bz + side[2]), (0.05, 0.14), trim * 1.05)


def _piece(
    mesh: MeshBuilder, a: float, b: float, low: float, top: float, wall: NDArray[np.floating],
    trim: NDArray[np.floating], rng: np.random.Generator,
) -> None:  # fmt: skip
    for y0, y1, colour, size in ((low, min(top, 0.9), trim, (0.14, 0.3)), (max(low, 0.9), top, wall, (0.2, 0.2))):
        if y1 - y0 < 0.02:
            continue
        part = patch((a, y0, BACK), (b, y0, BACK), (b, y1, BACK), (a, y1, BACK), (0, 0, -1))
        board = size[1] > 0.25
        courses(mesh, part, size, colour, rng, vary=0.05 if board else 0.022, round_off=0.1 if board else 0.0,
                shade=0.98 if board else 1.0, bond=0.0 if board else 0.5)  # fmt: skip
    if low == 0.0:
        beam(mesh, (a, 0.07, BACK - 0.02), (b, 0.07, BACK - 0.02), (0.05, 0.14), trim * 1.05)


def window_frame(plot: Plot) -> None:
    """Deep reveal, sashes with bars, a sill board with a few things on it."""
    mesh = plot.mesh
    x0, x1, y0, y1 = WINDOW
    paint = np.array([0.70, 0.68, 0.63])
    deep = 0.30
    for corners, toward in (
        ([(x0, y0, BACK), (x0, y1, BACK), (x0, y1, BACK + deep), (x0, y0, BACK + deep)], (1, 0, 0)),
        ([(x1, y0, BACK), (x1, y1, BACK), (x1, y1, BACK + deep), (x1, y0, BACK + deep)], (-1, 0, 0)),
        ([(x0, y1, BACK), (x1, y1, BACK), (x1, y1, BACK + deep), (x0, y1, BACK + deep)], (0, -1, 0)),
    ):
        mesh.quad(corners, paint, across=8, up=3, toward=toward)
    slab(mesh, (x0 - 0.12, y0 - 0.05, BACK - 0.14), (x1 + 0.12, y0, BACK + deep), paint, plot.rng, 0.22)
    z = BACK + deep * 0.6
    for k in range(4):
        wide = 0.085 if k in (0, 3) else 0.05
        u = x0 + (x1 - x0) * k / 3
        beam(mesh, (u, y0, z), (u, y1, z), (wide, 0.07), paint)
    for v, wide in ((y0 + 0.03, 0.08), ((y0 + y1) / 2, 0.05), (y1 - 0.03, 0.08)):
        beam(mesh, (x0, v, z), (x1, v, z), (0.07, wide), paint)
    for a, b in (
        ((x0 - 0.09, y0), (x0 - 0.09, y1 + 0.1)),
        ((x1 + 0.09, y0), (x1 + 0.09, y1 + 0.1)),
        ((x0 - 0.15, y1 + 0.07), (x1 + 0.15, y1 + 0.07)),
    ):
        for s in np.linspace(0, 1, 6)[:-1]:
            p = np.array(a) + (np.array(b) - np.array(a)) * s
            q = np.array(a) + (np.array(b) - np.array(a)) * (s + 0.2)
            beam(mesh, (*p, BACK - 0.02), (*q, BACK - 0.02), 0.13 if a[0] != b[0] else (0.13, 0.06), paint)


def curtains(plot: Plot) -> None:
    """Two gathered curtains on a rod, tied back a little."""
    mesh, rng = plot.mesh, plot.rng
    x0, x1, _, y1 = WINDOW
    cloth = np.array(
        [(0.45, 0.07, 0.05), (0.50, 0.42, 0.28), (0.10, 0.20, 0.28), (0.16, 0.26, 0.12)][int(rng.integers(4))]
    )
    rod = y1 + 0.22
    for start in np.arange(x0 - 0.6, x1 + 0.55, 0.4):
        beam(mesh, (start, rod, BACK - 0.16), (min(start + 0.4, x1 + 0.6), rod, BACK - 0.16), 0.035, OAK * 0.7)
    v, u = np.meshgrid(np.linspace(0, 1, 15), np.linspace(0, 1, 34), indexing="ij")
    tie = np.exp(-(((v - 0.60) / 0.22) ** 2))
    for edge, side in ((x0, -1.0), (x1, 1.0)):
        width = 0.62 * (1 - 0.45 * tie) + 0.06 * v
        x = edge + side * 0.46 - side * width * u * 1.0
        z = BACK - 0.16 + (0.045 + 0.015 * v) * np.sin(u * 40 + 2.5 * np.sin(v * 3 + side))
        points = np.stack([x, rod - (rod - 0.06) * v, z], -1)
        fold = 0.72 + 0.28 * np.cos(u * 40 + 2.5 * np.sin(v * 3 + side))[..., None]
        sheet(mesh, points, cloth * fold * (1 + 0.05 * rng.normal(0, 1, (15, 34, 1))), (0, 0, -1))
        beam(mesh, (edge + side * 0.50, 1.02, BACK - 0.25), (edge + side * 0.12, 1.08, BACK - 0.25), 0.05, cloth * 0.6)


def fireplace(plot: Plot) -> None:
    """A stone chimney breast with an arched hearth, a timber mantel, logs on a grate."""
    mesh, rng = plot.mesh, plot.rng
    cx = HEARTH[0]
    near, half, wide, high = BACK - 0.55, 0.52, 0.98, 0.86
    stone = GREY_STONE * 1.25 if rng.random() < 0.6 else BRICK * 1.25
    size = (0.30, 0.17) if stone is not None else (0.22, 0.075)
    front = patch(
        (cx - wide, 0, near), (cx + wide, 0, near), (cx + wide, HIGH, near), (cx - wide, HIGH, near), (0, 0, -1)
    )

    def hole(u: NDArray[np.floating], v: NDArray[np.floating]) -> NDArray[np.bool_]:
        x, y = (u - 0.5) * 2 * wide, v * HIGH
        return (np.abs(x) < half + 0.02) & (y < high)

    courses(mesh, front, size, stone, rng, vary=0.17, round_off=0.30, holes=hole)
    for side in (-1, 1):
        flank = patch(
            (cx + side * wide, 0, near),
            (cx + side * wide, 0, BACK),
            (cx + side * wide, HIGH, BACK),
            (cx + side * wide, HIGH, near),
            (side, 0, 0),
        )
        courses(mesh, flank, size, stone, rng, vary=0.17, round_off=0.30)
        post = patch(
            (cx + side * half, 0, near),
            (cx + side * half, 0, BACK),
            (cx + side * half * 0.8, high, BACK),
            (cx + side * half, high, near),
            (-side, 0, 0),
        )
        courses(mesh, post, (0.16, 0.12), stone * 0.45, rng, vary=0.2)
        slab(
            mesh,
            (cx + side * half - 0.08, 0, near - 0.05),
            (cx + side * half + 0.08, high, near + 0.02),
            stone * 1.1,
            rng,
            0.2,
        )
    back = patch(
        (cx - half, 0, BACK - 0.03),
        (cx + half, 0, BACK - 0.03),
        (cx + half, high + 0.1, BACK - 0.03),
        (cx - half, high + 0.1, BACK - 0.03),
        (0, 0, -1),
    )
    courses(mesh, back, (0.2, 0.1), BRICK * 0.42, rng, vary=0.22)
    slab(
        mesh,
        (cx - half - 0.16, high - 0.05, near - 0.07),
        (cx + half + 0.16, high + 0.17, near + 0.03),
        stone * 1.15,
        rng,
        0.26,
    )
    slab(mesh, (cx - wide - 0.12, 1.28, near - 0.24), (cx + wide + 0.12, 1.40, near + 0.05), OAK * 1.1, rng, 0.2)
    slab(mesh, (cx - wide - 0.1, 0, near - 0.52), (cx + wide + 0.1, 0.07, near), stone * 0.8, rng, 0.24)
    for k in range(3):
        z = near + 0.18 + 0.12 * k
        beam(mesh, (cx - 0.36, 0.17, z), (cx + 0.36, 0.17, z), 0.03, IRON)
    for a, b, y in ((-0.34, 0.30, 0.24), (-0.28, 0.36, 0.27), (-0.26, 0.22, 0.36)):
        z = near + 0.2 + 0.1 * abs(a)
        glow = FIRELIGHT * plot.unit * 0.10
        beam(mesh, (cx + a, y, z), (cx + b, y + 0.02, z + 0.06), 0.10, (0.07, 0.045, 0.03))
        ends = (
            (cx + a, y - 0.05, z),
            (cx + b, y - 0.05, z),
            (cx + b, y + 0.01, z - 0.05),
            (cx + a, y + 0.01, z - 0.05),
        )
        mesh.quad(ends, 0.03, glow, across=4, toward=(0, 0, -1))
    clock_and_vases(plot, cx, near - 0.10)


def clock_and_vases(plot: Plot, cx: float, z: float) -> None:
    """Things on the mantel."""
    mesh, rng = plot.mesh, plot.rng
    for x, tint, tall in (
        (-0.75, (0.12, 0.22, 0.34), 0.26),
        (0.72, (0.45, 0.30, 0.10), 0.20),
        (0.46, (0.40, 0.38, 0.34), 0.13),
    ):
        shape = [(0.045, 0), (0.075, 0.35), (0.06, 0.7), (0.03, 0.85), (0.045, 1.0)]
        mesh.lathe(
            (cx + x, 1.40, z),
            [(r * (0.7 + tall), h * tall) for r, h in shape],
            14,
            np.array(tint) * rng.uniform(0.8, 1.2),
        )
    slab(mesh, (cx - 0.16, 1.40, z - 0.05), (cx + 0.16, 1.66, z + 0.06), OAK * 0.7, rng, 0.14)
    turn = np.linspace(0, 2 * math.pi, 21)[:-1]
    rim = np.stack([cx + 0.10 * np.cos(turn), 1.53 + 0.10 * np.sin(turn), np.full(20, z - 0.055)], 1)
    mesh.add(
        np.concatenate([rim, [[cx, 1.53, z - 0.055]]]),
        [[i, (i + 1) % 20, 20] for i in range(20)],
        0.72,
        normals=(0, 0, -1),
    )
    beams(
        mesh,
        np.tile([cx, 1.53, z - 0.06], (2, 1)),
        [(cx + 0.02, 1.60, z - 0.06), (cx - 0.045, 1.50, z - 0.06)],
        0.010,
        IRON,
    )


# -- furniture ---------------------------------------------------------------------------------------------------------


def rug(plot: Plot) -> None:
    """A woven rug with borders and a medallion."""
    mesh, rng = plot.mesh, plot.rng
    ground, border, light = (np.array(c) for c in (((0.30, 0.035, 0.03), (0.05, 0.07, 0.14), (0.52, 0.42, 0.26)),
                             ((0.05, 0.10, 0.20), (0.32, 0.06, 0.04), (0.50, 0.44, 0.32)))[int(rng.integers(2))])  # fmt: skip
    x0, x1, z0, z1 = -1.75, 1.15, 2.3, 4.5

    def weave(u: NDArray[np.floating], v: NDArray[np.floating]) -> NDArray[np.floating]:
        x, z = (u - 0.5) * (x1 - x0), (v - 0.5) * (z1 - z0)
        edge = np.minimum((x1 - x0) / 2 - np.abs(x), (z1 - z0) / 2 - np.abs(z))
        star = np.abs(x) * 0.8 + np.abs(z) + 0.07 * np.cos(np.arctan2(z, x) * 8)
        tint = np.where((edge < 0.26)[:, None], border, ground)
        tint = np.where(((edge > 0.19) & (edge < 0.26) | (edge < 0.06))[:, None], light, tint)
        tint = np.where(((star < 0.62) & (star > 0.52))[:, None], light, tint)
        tint = np.where((star < 0.45)[:, None], border, tint)
        tint = np.where((star < 0.2)[:, None], light, tint)
        motif = (np.sin(x * 21) * np.sin(z * 21) > 0.72) & (edge > 0.28) & (star > 0.68)
        return np.where(motif[:, None], light * 0.8, tint)

    u, v = np.meshgrid(np.linspace(0, 1, 82), np.linspace(0, 1, 62))
    knots = np.stack([x0 + (x1 - x0) * u, np.full(u.shape, 0.015), z0 + (z1 - z0) * v], -1)
    sheet(mesh, knots, weave(u.ravel(), v.ravel()) * rng.uniform(0.82, 1.12, (u.size, 1)))


def table(plot: Plot, *, laid: bool) -> None:
    """A small round table by the window with books, a cup and a candle, if it is `laid` and not for what the film is about."""
    mesh, rng = plot.mesh, plot.rng
    cx, cz, top = 1.55, 4.62, 0.74
    mesh.lathe(
        (cx, 0, cz),
        [(0.30, 0.0), (0.28, 0.03), (0.06, 0.08), (0.045, 0.25), (0.07, 0.4), (0.045, 0.62), (0.14, 0.70)],
        20,
        OAK * 0.85,
    )
    ring = np.linspace(0, 2 * math.pi, 37)
    radius = np.linspace(0, 0.58, 7)
    a, r = np.meshgrid(ring, radius)
    board = (
        OAK * 1.1 * (0.85 + 0.3 * np.sin((cx + r * np.cos(a)) * 55)[..., None] ** 2 * rng.uniform(0.7, 1.2, (7, 37, 1)))
    )
    sheet(mesh, np.stack([cx + r * np.cos(a), np.full(a.shape, top), cz + r * np.sin(a)], -1), board)
    mesh.lathe((cx, top - 0.035, cz), [(0.56, 0.0), (0.58, 0.012), (0.58, 0.028), (0.575, 0.035)], 36, OAK * 0.9)
    if not laid:
        return
    for k, (tint, turn) in enumerate(
        (((0.30, 0.05, 0.04), 0.2), ((0.05, 0.12, 0.20), -0.25), ((0.40, 0.33, 0.2), 0.5))
    ):
        mesh.boxes(
            [(cx + 0.22, top + 0.025 + 0.045 * k, cz + 0.10)], [0.13 - 0.01 * k, 0.021, 0.09], np.array(tint), turn=turn
        )
        mesh.boxes([(cx + 0.22, top + 0.024 + 0.045 * k, cz + 0.10)], [0.124 - 0.01 * k, 0.016, 0.094], 0.6, turn=turn)
    cup = [(0.03, 0), (0.042, 0.02), (0.046, 0.085), (0.042, 0.085), (0.038, 0.03)]
    mesh.lathe((cx + 0.02, top, cz - 0.33), cup, 18, (0.66, 0.64, 0.58))
    mesh.lathe((cx + 0.02, top, cz - 0.33), [(0.03, 0.0), (0.085, 0.006), (0.09, 0.014)], 20, (0.62, 0.60, 0.55))
    px, pz = 1.32, 4.42
    mesh.lathe(
        (px, top, pz),
        [(0.07, 0), (0.075, 0.012), (0.03, 0.02), (0.022, 0.05), (0.035, 0.06)],
        16,
        (0.42, 0.30, 0.10),
    )
    wax = np.array([0.72, 0.66, 0.52])
    mesh.lathe((px, top + 0.055, pz), [(0.022, 0), (0.021, 0.09), (0.021, 0.155), (0.0205, 0.175)], 14, wax,
               np.array([1.0, 0.55, 0.22]) * plot.unit * 0.12)  # fmt: skip
    beam(mesh, (px, top + 0.23, pz), (px, top + 0.248, pz), 0.004, 0.02)


def armchair(plot: Plot) -> None:
    """A padded wing chair turned to the fire."""
    rng = plot.rng
    local = MeshBuilder()
    cloth = np.array(
        [(0.16, 0.20, 0.10), (0.30, 0.10, 0.05), (0.12, 0.15, 0.22), (0.34, 0.26, 0.16)][int(rng.integers(4))]
    )

    def cushion(centre: tuple[float, float, float], half: tuple[float, float, float], lean: float = 0.0) -> None:
        u, v = np.meshgrid(np.linspace(0, 2 * math.pi, 29), np.linspace(-math.pi / 2, math.pi / 2, 13))

        def power(c: NDArray[np.floating], e: float) -> NDArray[np.floating]:
            return np.sign(c) * np.abs(c) ** e

        x = power(np.cos(v), 0.35) * power(np.cos(u), 0.35) * half[0]
        y = power(np.sin(v), 0.45) * half[1]
        z = power(np.cos(v), 0.35) * power(np.sin(u), 0.35) * half[2] + lean * y
        shade = cloth * (0.85 + 0.15 * np.sin(v)[..., None]) * (1 + 0.06 * rng.normal(0, 1, (*u.shape, 1)))
        points = np.stack([x, y, z], -1) + np.array(centre)
        quads = np.stack([points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]], 2).reshape(-1, 4, 3)
        shades = np.stack([shade[:-1, :-1], shade[:-1, 1:], shade[1:, 1:], shade[1:, :-1]], 2).reshape(-1, 4, 3)
        wide = np.stack([x / half[0] ** 2, y / half[1] ** 2, (z - lean * y) / half[2] ** 2], -1)
        toward = (
            np.stack([wide[:-1, :-1], wide[:-1, 1:], wide[1:, 1:], wide[1:, :-1]], 2).reshape(-1, 4, 3).mean(axis=1)
        )
        local.quads(quads, shades, toward=toward)

    cushion((0, 0.24, 0), (0.40, 0.12, 0.40))
    cushion((0, 0.42, -0.05), (0.33, 0.10, 0.38))
    cushion((0, 0.74, 0.34), (0.38, 0.42, 0.10), 0.25)
    cushion((-0.40, 0.42, 0.0), (0.09, 0.22, 0.40))
    cushion((0.40, 0.42, 0.0), (0.09, 0.22, 0.40))
    for x in (-0.32, 0.32):
        for z in (-0.32, 0.34):
            beam(local, (x, 0, z), (x, 0.14, z), 0.05, OAK * 0.6)
    turn = -0.95
    c, s = math.cos(turn), math.sin(turn)
    rotation = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], np.float32)
    mesh = local.build()
    plot.mesh.add(
        mesh.vertices @ rotation.T + np.array([-2.45, 0, 3.75], np.float32),
        mesh.triangles,
        mesh.colour,
        mesh.emission,
        mesh.normals @ rotation.T,
    )


def bookcase(plot: Plot) -> None:
    """Shelves on the right wall, full of books."""
    mesh, rng = plot.mesh, plot.rng
    z0, z1, deep, high = 2.1, 4.3, 0.30, 2.15
    wall = HALF
    wood = OAK * 0.8
    for z in (z0, (z0 + z1) / 2, z1):
        slab(mesh, (wall - deep, 0, z - 0.02), (wall, high, z + 0.02), wood, rng, 0.3)
    levels = np.linspace(0.08, high - 0.02, 6)
    for y in levels:
        slab(mesh, (wall - deep, y - 0.015, z0), (wall, y + 0.015, z1), wood, rng, 0.3)
    mesh.quad(
        [(wall - 0.01, 0, z0), (wall - 0.01, 0, z1), (wall - 0.01, high, z1), (wall - 0.01, high, z0)],
        wood * 0.5,
        across=6,
        up=6,
        toward=(-1, 0, 0),
    )
    covers = np.array([(0.28, 0.05, 0.04), (0.05, 0.10, 0.19), (0.06, 0.15, 0.08), (0.38, 0.28, 0.12), (0.18, 0.09, 0.05),
                       (0.45, 0.40, 0.32), (0.10, 0.10, 0.11), (0.30, 0.14, 0.05)])  # fmt: skip
    centres, halves, tints = [], [], []
    for y in levels[:-1]:
        z = z0 + 0.05
        while z < z1 - 0.07:
            thick, tall = rng.uniform(0.022, 0.055), rng.uniform(0.20, 0.33)
            if rng.random() < 0.08:
                z += rng.uniform(0.05, 0.16)
                continue
            if abs(z - (z0 + z1) / 2) > 0.05:
                back = rng.uniform(0.09, 0.12)
                centres.append((wall - back - 0.04, y + 0.015 + tall / 2, z + thick / 2))
                halves.append((back, tall / 2, thick / 2 * 0.94))
                tints.append(covers[int(rng.integers(8))] * rng.uniform(0.7, 1.35))
            z += thick
    mesh.boxes(centres, halves, np.array(tints))
    at, half = np.array(centres), np.array(halves)
    band = at.copy()
    band[:, 1] += half[:, 1] * 0.55
    gold = rng.random(len(at)) < 0.6
    mesh.boxes(band[gold], half[gold] * [1.01, 0.06, 1.01], np.array([0.50, 0.36, 0.13]))


def floor_lamp(plot: Plot, lit: bool) -> None:
    """A standing lamp with a pleated shade in the corner."""
    mesh = plot.mesh
    x, z = 2.8, 5.25
    mesh.lathe((x, 0, z), [(0.17, 0), (0.17, 0.025), (0.03, 0.05), (0.014, 0.1), (0.014, 1.45)], 16, (0.30, 0.22, 0.10))
    turn, v = np.meshgrid(np.linspace(0, 2 * math.pi, 49), np.linspace(0, 1, 6))
    radius = (0.25 - 0.10 * v) * (1 + 0.02 * np.cos(turn * 24))
    points = np.stack([x + radius * np.cos(turn), 1.42 + 0.36 * v, z + radius * np.sin(turn)], -1)
    pleat = (0.85 + 0.15 * np.cos(turn * 24))[..., None]
    shine = SHADELIGHT * plot.unit * (0.85 if lit else 0.0) * pleat * (1.15 - 0.5 * np.abs(v - 0.45))[..., None]
    mesh.quads(
        np.stack([points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]], 2).reshape(-1, 4, 3),
        np.array([0.60, 0.50, 0.36]),
        np.stack([shine[:-1, :-1], shine[:-1, 1:], shine[1:, 1:], shine[1:, :-1]], 2).reshape(-1, 4, 3),
        toward=np.stack([np.cos(turn), 0 * turn, np.sin(turn)], -1)[:-1, :-1].reshape(-1, 3),
    )


def pictures(plot: Plot) -> None:
    """Framed landscapes on the walls: hills under a sky, each another."""
    mesh, rng = plot.mesh, plot.rng
    spots = (
        (HEARTH[0], 1.98, BACK - 0.56, 0.46, 0.33, 2),
        (-HALF, 1.75, 4.75, 0.38, 0.48, 0),
        (2.85, 1.95, BACK, 0.22, 0.30, 2),
    )
    for cx, cy, cz, hu, hv, axis in spots:
        sky, land = (
            np.array([(0.30, 0.40, 0.55), (0.60, 0.38, 0.22), (0.42, 0.46, 0.42)][int(rng.integers(3))]),
            rng.uniform(0.03, 0.22, 3),
        )
        phase = rng.uniform(0, 6, 3)

        def paint(
            u: NDArray[np.floating],
            v: NDArray[np.floating],
            sky: NDArray[np.floating] = sky,
            land: NDArray[np.floating] = land,
            phase: NDArray[np.floating] = phase,
        ) -> NDArray[np.floating]:
            tint = sky * (0.7 + 0.5 * v[:, None])
            for k in range(3):
                crest = 0.62 - 0.17 * k + 0.07 * np.sin(u * (7 + 4 * k) + phase[k])
                tint = np.where((v < crest)[:, None], land * (1.6 - 0.45 * k) + 0.02, tint)
            return np.asarray(tint)

        if axis == 2:
            corners = [
                (cx - hu, cy - hv, cz - 0.03),
                (cx + hu, cy - hv, cz - 0.03),
                (cx + hu, cy + hv, cz - 0.03),
                (cx - hu, cy + hv, cz - 0.03),
            ]
            out = (0, 0, -1)
        else:
            corners = [
                (cx + 0.03, cy - hv, cz - hu),
                (cx + 0.03, cy - hv, cz + hu),
                (cx + 0.03, cy + hv, cz + hu),
                (cx + 0.03, cy + hv, cz - hu),
            ]
            out = (1, 0, 0)
        u, v = np.meshgrid(np.linspace(0, 1, 28), np.linspace(0, 1, 22))
        canvas = patch(corners[0], corners[1], corners[2], corners[3], out).at(u, v)
        sheet(mesh, canvas, paint(u.ravel(), v.ravel()) * rng.uniform(0.85, 1.12, (u.size, 1)), out)
        for k in range(4):
            beam(mesh, corners[k], corners[(k + 1) % 4], 0.055, (0.40, 0.27, 0.09))


def plant(plot: Plot) -> None:
    """A pot of greenery on the sill and one on the floor."""
    mesh, rng = plot.mesh, plot.rng
    for x, y, z, size in ((2.12, WINDOW[2], BACK + 0.05, 0.13), (2.75, 0.0, 4.62, 0.30)):
        mesh.lathe(
            (x, y, z),
            [(size * 0.36, 0), (size * 0.5, size * 0.75), (size * 0.56, size * 0.8), (size * 0.45, size * 0.8)],
            16,
            BRICK * 1.4,
        )
        count = 120
        way = rng.normal(0, 1, (count, 3))
        way[:, 1] = np.abs(way[:, 1]) + 0.5
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        spots = np.array([x, y + size * 0.9, z]) + way * size * rng.uniform(0.3, 1.35, (count, 1)) * [0.9, 1.5, 0.9]
        leaves(mesh, spots, way, size * 0.36, np.array([0.06, 0.14, 0.04]), rng)


ROWS = (Place("room", build, size=9.0, height=2.9, distance=3.6, stands="around"),)
