"""The joiner's pieces for rooms: tables, chairs, shelves, beds, screens, pots. Each is a mesh of its own about the origin,
feet at y = 0, front toward -z, in metres; `interior.Interior.put` stands it in a room. Emission 1 is a lit page.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.buildings.building import BRICK, IRON, OAK, beam, leaves, slab
from promptreel.engines.scenes.mesh import Mesh, MeshBuilder

Rng = np.random.Generator

COVERS = np.array([(0.28, 0.05, 0.04), (0.05, 0.10, 0.19), (0.06, 0.15, 0.08), (0.38, 0.28, 0.12), (0.18, 0.09, 0.05),
                   (0.45, 0.40, 0.32), (0.10, 0.10, 0.11), (0.30, 0.14, 0.05)])  # fmt: skip
"""Of books."""

BRASS = np.array([0.42, 0.30, 0.10])
STEEL = np.array([0.42, 0.43, 0.44])
CHINA = np.array([0.66, 0.64, 0.60])


def piece(make: Callable[[MeshBuilder], None]) -> Mesh:
    """What `make` puts into an empty mesh."""
    mesh = MeshBuilder()
    make(mesh)
    return mesh.build()


def box(
    mesh: MeshBuilder, low: Sequence[float], top: Sequence[float], colour: ArrayLike, glow: ArrayLike = 0.0
) -> None:
    """A plain block between two corners."""
    a, b = np.asarray(low, float), np.asarray(top, float)
    mesh.boxes([(a + b) / 2], [(b - a) / 2], colour, glow)


def cushion(
    mesh: MeshBuilder,
    centre: ArrayLike,
    half: tuple[float, float, float],
    cloth: ArrayLike,
    rng: Rng,
    lean: float = 0.0,
) -> None:
    """A block with round edges: padding, pillows, mattresses."""
    u, v = np.meshgrid(np.linspace(0, 2 * math.pi, 25), np.linspace(-math.pi / 2, math.pi / 2, 11))

    def power(c: NDArray[np.floating], e: float) -> NDArray[np.floating]:
        return np.sign(c) * np.abs(c) ** e

    x = power(np.cos(v), 0.35) * power(np.cos(u), 0.35) * half[0]
    y = power(np.sin(v), 0.45) * half[1]
    z = power(np.cos(v), 0.35) * power(np.sin(u), 0.35) * half[2] + lean * y
    shade = np.asarray(cloth) * (0.85 + 0.15 * np.sin(v)[..., None]) * (1 + 0.06 * rng.normal(0, 1, (*u.shape, 1)))
    points = np.stack([x, y, z], -1) + np.asarray(centre)

    def corners(values: NDArray[np.floating]) -> NDArray[np.floating]:
        return np.stack([values[:-1, :-1], values[:-1, 1:], values[1:, 1:], values[1:, :-1]], 2).reshape(-1, 4, 3)

    wide = np.stack([x / half[0] ** 2, y / half[1] ** 2, (z - lean * y) / half[2] ** 2], -1)
    mesh.quads(corners(points), corners(shade), toward=corners(wide).mean(axis=1))


# -- to sit and to work at ---------------------------------------------------------------------------------------------


def table(
    wide: float, deep: float, high: float, top: ArrayLike, legs: ArrayLike, rng: Rng, thick: float = 0.04
) -> Mesh:
    """Four legs and a top of boards."""

    def make(mesh: MeshBuilder) -> None:
        a, b = wide / 2, deep / 2
        slab(mesh, (-a, high - thick, -b), (a, high, b), top, rng, 0.22)
        box(mesh, (-a, high - thick - 0.002, -b), (a, high - thick, b), np.asarray(top) * 0.4)
        for x in (-a + 0.05, a - 0.05):
            for z in (-b + 0.05, b - 0.05):
                beam(mesh, (x, 0, z), (x, high - thick, z), 0.05, legs)

    return piece(make)


def round_table(radius: float, high: float, top: ArrayLike, rng: Rng) -> Mesh:
    """A foot, a column and a round top, as in a café."""

    def make(mesh: MeshBuilder) -> None:
        mesh.lathe(
            (0, 0, 0), [(0.24, 0), (0.24, 0.02), (0.04, 0.05), (0.03, high - 0.03), (0.12, high - 0.02)], 18, IRON * 1.5
        )
        rim = [(radius - 0.01, high - 0.035), (radius, high - 0.02), (radius, high - 0.004), (radius - 0.008, high)]
        mesh.lathe((0, 0, 0), rim, 32, np.asarray(top) * 0.9)
        turn, share = np.meshgrid(np.linspace(0, 2 * math.pi, 33), np.linspace(0, 1, 4))
        at = np.stack([radius * share * np.cos(turn), np.full(turn.shape, high), radius * share * np.sin(turn)], -1)
        quads = np.stack([at[:-1, :-1], at[:-1, 1:], at[1:, 1:], at[1:, :-1]], 2).reshape(-1, 4, 3)
        mesh.quads(quads, np.asarray(top) * rng.uniform(0.9, 1.1, (len(quads), 1)), toward=(0, 1, 0))

    return piece(make)


def chair(wood: ArrayLike, seat: ArrayLike | None = None) -> Mesh:
    """A chair with a back of bars; it looks to -z."""
    tint = np.asarray(wood, float)

    def make(mesh: MeshBuilder) -> None:
        for x in (-0.19, 0.19):
            beam(mesh, (x, 0, -0.18), (x, 0.44, -0.18), 0.04, tint)
            beam(mesh, (x, 0, 0.19), (x, 0.44, 0.19), 0.04, tint)
            beam(mesh, (x, 0.44, 0.19), (x * 0.95, 0.90, 0.25), 0.04, tint)
        box(mesh, (-0.22, 0.43, -0.22), (0.22, 0.47, 0.22), tint if seat is None else np.asarray(seat))
        for y in (0.60, 0.72, 0.85):
            z = 0.19 + 0.06 * (y - 0.44) / 0.46
            beam(mesh, (-0.19, y, z), (0.19, y, z), (0.025, 0.07), tint * 1.05)

    return piece(make)


def office_chair(cloth: ArrayLike, rng: Rng) -> Mesh:
    """Five castors, a column, a padded seat and back."""

    def make(mesh: MeshBuilder) -> None:
        for k in range(5):
            a = 2 * math.pi * k / 5
            beam(mesh, (0, 0.10, 0), (0.28 * math.cos(a), 0.05, 0.28 * math.sin(a)), 0.045, IRON * 1.3)
        beam(mesh, (0, 0.08, 0), (0, 0.44, 0), 0.05, STEEL * 0.6)
        cushion(mesh, (0, 0.48, 0), (0.24, 0.05, 0.24), cloth, rng)
        cushion(mesh, (0, 0.84, 0.24), (0.22, 0.28, 0.045), cloth, rng, 0.12)
        for x in (-0.27, 0.27):
            beam(mesh, (x, 0.50, 0.05), (x, 0.66, 0.05), 0.035, IRON * 1.3)
            beam(mesh, (x, 0.67, -0.12), (x, 0.67, 0.14), (0.06, 0.03), IRON * 1.3)

    return piece(make)


def sofa(wide: float, cloth: ArrayLike, rng: Rng) -> Mesh:
    """A sofa with two arms and loose cushions."""

    def make(mesh: MeshBuilder) -> None:
        half = wide / 2
        cushion(mesh, (0, 0.24, 0.02), (half, 0.14, 0.42), cloth, rng)
        seats = max(2, round(wide / 0.75))
        for k in range(seats):
            x = -half + 0.12 + (wide - 0.24) * (k + 0.5) / seats
            cushion(mesh, (x, 0.42, -0.06), ((wide - 0.24) / seats / 2 - 0.005, 0.09, 0.36), cloth, rng)
            cushion(mesh, (x, 0.66, 0.30), ((wide - 0.24) / seats / 2 - 0.005, 0.24, 0.11), cloth, rng, 0.25)
        for x in (-half + 0.05, half - 0.05):
            cushion(mesh, (x, 0.38, 0.0), (0.10, 0.26, 0.42), cloth, rng)

    return piece(make)


def bed(wide: float, sheets: ArrayLike, blanket: ArrayLike, wood: ArrayLike, rng: Rng) -> Mesh:
    """A double bed, its head at +z: headboard, mattress, pillows, a duvet with folds."""

    def make(mesh: MeshBuilder) -> None:
        half = wide / 2
        slab(mesh, (-half - 0.04, 0.0, 1.02), (half + 0.04, 1.10, 1.09), wood, rng, 0.25)
        slab(mesh, (-half - 0.02, 0.10, -1.05), (half + 0.02, 0.32, 1.02), np.asarray(wood) * 0.9, rng, 0.3)
        cushion(mesh, (0, 0.42, 0), (half, 0.14, 1.03), sheets, rng)
        for x in (-half / 2, half / 2):
            cushion(mesh, (x, 0.64, 0.76), (half / 2 - 0.06, 0.09, 0.21), np.asarray(sheets) * 1.02, rng, 0.9)
            cushion(mesh, (x * 0.92, 0.64, 0.46), (half / 2 - 0.14, 0.08, 0.16), blanket, rng, 1.0)
        u, v = np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-1.07, 0.30, 31))
        over = np.clip((np.abs(u) - 0.86) / 0.14, 0, 1)
        across = u * (half + 0.05) * (1 + 0.015 * np.sin(9 * v))
        wave = (
            0.022 * np.sin(5 * u + 3 * v) + 0.016 * np.sin(11 * v - 4 * u) + 0.05 * np.exp(-(((v - 0.24) / 0.07) ** 2))
        )
        y = 0.60 + wave * (1 - over) - 0.30 * over**1.5 - 0.26 * np.clip((-v - 0.98) / 0.09, 0, 1)
        tint = np.asarray(blanket) * (0.88 + 4.0 * wave[..., None]) * np.where(v > 0.16, 1.25, 1.0)[..., None]
        at = np.stack([across, y, v], -1)
        quads = np.stack([at[:-1, :-1], at[:-1, 1:], at[1:, 1:], at[1:, :-1]], 2).reshape(-1, 4, 3)
        mesh.quads(quads, np.clip(tint[:-1, :-1].reshape(-1, 3), 0.01, 0.9), toward=(0, 1, -0.1))

    return piece(make)


def bench(wide: float, wood: ArrayLike, *, back: bool = True) -> Mesh:
    """Slats on two iron feet."""

    def make(mesh: MeshBuilder) -> None:
        for z in (-0.18, -0.06, 0.06, 0.18):
            box(mesh, (-wide / 2, 0.42, z - 0.05), (wide / 2, 0.455, z + 0.05), wood)
        for y in (0.58, 0.70, 0.82) if back else ():
            box(mesh, (-wide / 2, y, 0.24), (wide / 2, y + 0.09, 0.27), wood)
        for x in (-wide / 2 + 0.12, wide / 2 - 0.12):
            beam(mesh, (x, 0, -0.18), (x, 0.42, -0.18), 0.05, IRON)
            beam(mesh, (x, 0, 0.22), (x, 0.90 if back else 0.42, 0.27 if back else 0.2), 0.05, IRON)
            beam(mesh, (x, 0.40, -0.2), (x, 0.40, 0.24), 0.05, IRON)

    return piece(make)


# -- to keep things in -------------------------------------------------------------------------------------------------


def bookshelf(wide: float, high: float, wood: ArrayLike, rng: Rng, deep: float = 0.32, shelf: float = 0.36) -> Mesh:
    """Shelves full of books, open to -z, their back at z = 0."""
    tint = np.asarray(wood, float)

    def make(mesh: MeshBuilder) -> None:
        half = wide / 2
        for x in (-half, half):
            box(mesh, (x - 0.025, 0, -deep), (x + 0.025, high, 0), tint)
        levels = np.linspace(0.10, high - 0.06, max(2, round((high - 0.16) / shelf)) + 1)
        for y in levels:
            box(mesh, (-half, y - 0.018, -deep), (half, y + 0.018, 0), tint)
        box(mesh, (-half - 0.05, high - 0.05, -deep - 0.03), (half + 0.05, high + 0.05, 0), tint * 1.1)
        box(mesh, (-half, 0, -deep + 0.02), (half, 0.10, 0), tint * 0.8)
        mesh.quad([(-half, 0, -0.01), (half, 0, -0.01), (half, high, -0.01), (-half, high, -0.01)], tint * 0.4, across=4,
                  up=6, toward=(0, 0, -1))  # fmt: skip
        centres, halves, tints = [], [], []
        for y, gap in zip(levels[:-1], np.diff(levels), strict=True):
            x = -half + 0.04
            while x < half - 0.07:
                if rng.random() < 0.06:
                    x += rng.uniform(0.05, 0.16)
                    continue
                thick, tall = rng.uniform(0.03, 0.07), gap * rng.uniform(0.58, 0.88)
                back = rng.uniform(0.09, 0.12)
                centres.append((x + thick / 2, y + 0.018 + tall / 2, -deep + 0.05 + back))
                halves.append((thick * 0.47, tall / 2, back))
                tints.append(COVERS[int(rng.integers(len(COVERS)))] * rng.uniform(0.7, 1.35))
                x += thick
        # Of a book in its row one sees the spine and the top.
        (x, y, z), (a, b, c), tone = np.array(centres).T, np.array(halves).T, np.array(tints)
        spine = [(x - a, y - b, z - c), (x + a, y - b, z - c), (x + a, y + b, z - c), (x - a, y + b, z - c)]
        top = [*spine[3:1:-1], (x + a, y + b, z + c), (x - a, y + b, z + c)]
        mesh.quads(np.stack([np.stack(corner, 1) for corner in spine], 1), tone, toward=(0, 0, -1))
        mesh.quads(np.stack([np.stack(corner, 1) for corner in top], 1), tone * 0.4 + 0.3, toward=(0, 1, 0))

    return piece(make)


def shelf_of_jars(wide: float, rows: int, wood: ArrayLike, rng: Rng, gap: float = 0.34, deep: float = 0.24) -> Mesh:
    """Boards with bottles, jars and cups on them, their back at z = 0; the lowest board is at y = 0."""

    def make(mesh: MeshBuilder) -> None:
        for row in range(rows):
            box(mesh, (-wide / 2, row * gap - 0.03, -deep), (wide / 2, row * gap, 0), wood)
            x = -wide / 2 + 0.08
            while x < wide / 2 - 0.06:
                vessel(mesh, (x, row * gap, -deep * rng.uniform(0.4, 0.65)), rng, gap * 0.8)
                x += rng.uniform(0.09, 0.17)

    return piece(make)


VESSELS = (
    ((0.030, 0.0), (0.042, 0.02), (0.044, 0.10), (0.040, 0.10)),
    ((0.040, 0.0), (0.042, 0.13), (0.018, 0.17), (0.016, 0.25)),
    ((0.055, 0.0), (0.060, 0.02), (0.060, 0.14), (0.045, 0.16), (0.048, 0.18)),
    ((0.025, 0.0), (0.075, 0.05), (0.080, 0.07), (0.074, 0.07)),
)
"""Outlines of a cup, a bottle, a jar and a bowl."""

GLAZES = np.array([(0.62, 0.60, 0.55), (0.12, 0.22, 0.30), (0.45, 0.28, 0.10), (0.10, 0.22, 0.10), (0.40, 0.10, 0.06),
                   (0.55, 0.45, 0.28), (0.20, 0.12, 0.07)])  # fmt: skip


def vessel(mesh: MeshBuilder, at: ArrayLike, rng: Rng, most: float = 0.3, tints: NDArray[np.floating] = GLAZES) -> None:
    """A cup, bottle, jar or bowl, no higher than `most` m."""
    outline = VESSELS[int(rng.integers(len(VESSELS)))]
    size = min(rng.uniform(0.85, 1.15), most / outline[-1][1])
    mesh.lathe(
        at, [(r * size, h * size) for r, h in outline], 12, tints[int(rng.integers(len(tints)))] * rng.uniform(0.8, 1.2)
    )


def cabinet(
    wide: float, high: float, deep: float, front: ArrayLike, doors: int, rng: Rng, top: ArrayLike | None = None
) -> Mesh:
    """A cupboard with panelled doors and knobs, its back at z = 0; with a `top` it is a counter."""
    tint = np.asarray(front, float)

    def make(mesh: MeshBuilder) -> None:
        body = high - (0.04 if top is not None else 0.0)
        box(mesh, (-wide / 2, 0.0, -deep + 0.02), (wide / 2, body, 0), tint * 0.8)
        for k in range(doors):
            a, b = (-wide / 2 + wide * (k + share) / doors for share in (0.0, 1.0))
            for inset, out, shade in ((0.008, 0.0, 1.0), (0.06, 0.006, 0.86)):
                box(mesh, (a + inset, 0.05 + inset, -deep - out), (b - inset, body - inset, -deep + 0.03), tint * shade)
            knob = b - 0.07 if k % 2 == 0 else a + 0.07
            box(mesh, (knob - 0.012, body - 0.22, -deep - 0.03), (knob + 0.012, body - 0.10, -deep), BRASS)
        if top is not None:
            slab(mesh, (-wide / 2, body, -deep - 0.03), (wide / 2, high, 0), top, rng, 0.3)

    return piece(make)


# -- things ------------------------------------------------------------------------------------------------------------


def monitor(rng: Rng, wide: float = 0.58) -> Mesh:
    """A screen on a foot, lit: windows with lines of text; it looks to -z."""

    def make(mesh: MeshBuilder) -> None:
        high = wide * 0.6
        box(mesh, (-0.12, 0, -0.02), (0.12, 0.015, 0.14), (0.10, 0.10, 0.11))
        beam(mesh, (0, 0, 0.07), (0, 0.22, 0.05), (0.05, 0.03), (0.10, 0.10, 0.11))
        box(mesh, (-wide / 2, 0.14, -0.02), (wide / 2, 0.14 + high, 0.025), (0.03, 0.03, 0.033))
        tint = np.array([(0.30, 0.45, 0.62), (0.62, 0.64, 0.66), (0.10, 0.13, 0.18)][int(rng.integers(3))])
        a, b, low, top = -wide / 2 + 0.012, wide / 2 - 0.012, 0.152, 0.128 + high
        face = [(a, low, -0.0225), (b, low, -0.0225), (b, top, -0.0225), (a, top, -0.0225)]
        mesh.quad(face, 0.02, 0.75 * tint, toward=(0, 0, -1))
        ink = np.array([0.25, 0.75, 0.55]) if tint.max() < 0.3 else tint * 0.25
        for k in range(9):
            y = top - 0.03 - (top - low - 0.05) * k / 9
            x = a + 0.02 + (0.03 if k % 3 else 0.0)
            end = x + (b - a - 0.06) * rng.uniform(0.2, 0.9)
            mesh.quad([(x, y - 0.012, -0.0245), (end, y - 0.012, -0.0245), (end, y, -0.0245), (x, y, -0.0245)], 0.02,
                      0.9 * ink, toward=(0, 0, -1))  # fmt: skip

    return piece(make)


def pendant(drop: float, shade: ArrayLike, glow: ArrayLike, radius: float = 0.19) -> Mesh:
    """A lamp that hangs: cord and a bell of metal, the bulb below; its origin is at the ceiling, `drop` m above it."""

    def make(mesh: MeshBuilder) -> None:
        beam(mesh, (0, 0, 0), (0, -drop, 0), 0.012, IRON)
        bell = [
            (radius, -drop - 0.16),
            (radius * 0.95, -drop - 0.10),
            (radius * 0.45, -drop - 0.01),
            (0.03, -drop + 0.04),
        ]
        mesh.lathe((0, 0, 0), bell, 20, shade)
        mesh.lathe((0, 0, 0), [(radius * 0.9, -drop - 0.155), (0.001, -drop - 0.05)], 20, 0.6, np.asarray(glow) * 0.55)
        bulb = [(0.001, -drop - 0.19), (0.05, -drop - 0.16), (0.05, -drop - 0.10), (0.02, -drop - 0.06)]
        mesh.lathe((0, 0, 0), bulb, 12, 0.6, np.asarray(glow) * 1.5)

    return piece(make)


def table_lamp(glow: ArrayLike, foot: ArrayLike = BRASS) -> Mesh:
    """A foot with a cloth shade."""

    def make(mesh: MeshBuilder) -> None:
        mesh.lathe(
            (0, 0, 0), [(0.09, 0), (0.09, 0.015), (0.025, 0.03), (0.05, 0.12), (0.02, 0.22), (0.012, 0.28)], 14, foot
        )
        mesh.lathe(
            (0, 0, 0), [(0.16, 0.24), (0.14, 0.34), (0.10, 0.44)], 20, (0.60, 0.52, 0.40), np.asarray(glow) * 0.8
        )

    return piece(make)


def greenery(size: float, rng: Rng, number: int = 110) -> Mesh:
    """A plant in a pot, 2.4 times as high as `size`."""

    def make(mesh: MeshBuilder) -> None:
        pot = [(size * 0.36, 0), (size * 0.5, size * 0.75), (size * 0.56, size * 0.8), (size * 0.45, size * 0.8)]
        mesh.lathe((0, 0, 0), pot, 16, BRICK * 1.4)
        way = rng.normal(0, 1, (number, 3))
        way[:, 1] = np.abs(way[:, 1]) + 0.5
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        at = np.array([0, size * 0.9, 0]) + way * size * rng.uniform(0.3, 1.35, (number, 1)) * [0.9, 1.5, 0.9]
        leaves(mesh, at, way, size * 0.36, np.array([0.06, 0.14, 0.04]), rng)

    return piece(make)


def rack(wide: float, high: float, colour: ArrayLike, rng: Rng) -> Mesh:
    """A steel rack full of dark machines with little lights, open to -z, its back at z = 0."""
    lights = np.array([(0.1, 0.6, 1.0), (0.1, 0.6, 1.0), (0.2, 1.0, 0.4), (1.0, 0.45, 0.1)])

    def plates(x0: ArrayLike, x1: ArrayLike, y0: ArrayLike, y1: ArrayLike, z: float) -> NDArray[np.floating]:
        x0, x1, y0, y1, at = np.broadcast_arrays(x0, x1, y0, y1, z)
        return np.stack([np.stack(c, -1) for c in ((x0, y0, at), (x1, y0, at), (x1, y1, at), (x0, y1, at))], -2)

    def make(mesh: MeshBuilder) -> None:
        box(mesh, (-wide / 2, 0, -0.8), (wide / 2, high, 0), colour)
        low = 0.06 + (high - 0.1) * np.arange(int(high / 0.115)) / int(high / 0.115)
        tones = np.asarray(colour) * rng.uniform(0.6, 2.2, (len(low), 1))
        mesh.quads(plates(0.04 - wide / 2, wide / 2 - 0.04, low, low + 0.085, -0.812), tones, toward=(0, 0, -1))
        y = np.repeat(low, rng.integers(2, 7, len(low))) + 0.03
        x = rng.uniform(0.07 - wide / 2, wide / 2 - 0.07, len(y))
        glow = lights[rng.integers(0, 4, len(y))] * rng.uniform(0.6, 1.8, (len(y), 1))
        mesh.quads(plates(x - 0.012, x + 0.012, y, y + 0.02, -0.82), 0.1, glow, toward=(0, 0, -1))

    return piece(make)


def oak(tone: float = 1.0) -> NDArray[np.floating]:
    """The colour of oak, `tone` times as light."""
    return OAK * tone
