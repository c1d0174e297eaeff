"""The fronts of a city street: storeys with windows, shops that one can look into, and what hangs on the walls."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.buildings.neon import Lamp, blade, colour, frame_quads, hoarding, write
from promptreel.engines.scenes.mesh import MeshBuilder, Wall

Floats = NDArray[np.floating]

SHOP_HIGH = 3.5
"""Metres: where the shop ends and the sign band begins."""

STOREY = 3.2
FIRST_STOREY = 4.7

ROOM_LIGHTS = np.array([(1.0, 0.70, 0.38), (0.60, 0.80, 1.0), (1.0, 0.84, 0.62), (0.55, 0.95, 0.85), (1.0, 0.55, 0.60)])

NEAR = 80.0
"""Metres down the street up to which a facade gets its small parts."""


@dataclass
class Fronts:
    """What the facades gather beside triangles."""

    lamps: list[Lamp] = field(default_factory=list)
    flickering: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Front:
    """One building's front: its wall, how wide and high it is, and the tone of its walls and rooms."""

    wall: Wall
    wide: float
    high: float
    tone: Floats
    room: Floats
    near: bool


def building(
    mesh: MeshBuilder,
    fronts: Fronts,
    rng: np.random.Generator,
    side: int,
    line: float,
    z: float,
    wide: float,
    high: float,
) -> None:
    """A building on the left (-1) or right (1) side, its front on x = side * line, from z to z + wide."""
    face = side * line
    tone = (
        np.array([0.040, 0.040, 0.052])
        * rng.uniform(0.6, 1.6)
        * np.array([rng.uniform(0.9, 1.3), 1, rng.uniform(0.9, 1.2)])
    )
    room = ROOM_LIGHTS[rng.integers(len(ROOM_LIGHTS))]
    # Seen from the street a wall runs from left to right, so that its writing can be read.
    along = Wall((face, z), (0, 1), (-1, 0)) if side < 0 else Wall((face, z + wide), (0, -1), (-1, 0))
    along = Wall(along.origin, along.along, (-side, 0))
    front = _Front(along, wide, high, tone, room, z < NEAR)
    _shell(mesh, front, face, side, z)
    style = rng.integers(4)
    _storeys(mesh, rng, front, int(style))
    _flank(mesh, rng, front, face, side, z)
    if front.near:
        _pipes_and_boxes(mesh, rng, front)
        _rooftop(mesh, rng, face, side, z, front)
    _shops(mesh, fronts, rng, front)
    _signs(mesh, fronts, rng, front, face, side, z)


def _shell(mesh: MeshBuilder, front: _Front, face: float, side: int, z: float) -> None:
    """The bare walls above the shops, their edges, and the side that looks down the street."""
    wall, wide, high = front.wall, front.wide, front.high
    across, up = (max(4, int(wide / 1.1)), max(5, int(min(high, 34) / 1.5))) if front.near else (3, 6)
    mesh.quad(wall.rectangles(0, SHOP_HIGH, wide, high)[0], front.tone, across=across, up=up, toward=wall.normal)
    flank = Wall((face, z), (side, 0), (0, -1))
    mesh.quad(flank.rectangles(0, 0, 12, high)[0], front.tone * 0.9, across=6, up=up, toward=flank.normal)
    roof = wall.ledges(0, wide, high, 0, -12)
    mesh.quads(roof, front.tone * 0.5, toward=(0, 1, 0))
    piers = wall.rectangles(np.array([0.0, wide - 0.35]), 0, np.array([0.35, wide]), high, 0.14)
    mesh.quads(piers, front.tone * 1.25, up=up, toward=wall.normal)
    mesh.quads(
        wall.rectangles(0, high - 0.5, wide, high + 0.3, 0.22), front.tone * 1.2, across=across, toward=wall.normal
    )


def _storeys(mesh: MeshBuilder, rng: np.random.Generator, front: _Front, style: int) -> None:
    """All windows of a front at once. Style: 0 flats with balconies, 1 offices, 2 brick with piers, 3 wide bands."""
    wall, wide = front.wall, front.wide
    floors = max(1, int((front.high - FIRST_STOREY - 0.6) / STOREY))
    pitch = (2.1, 1.35, 1.8, 2.9)[style] * rng.uniform(0.9, 1.15)
    columns = max(2, int((wide - 0.8) / pitch))
    pitch = (wide - 0.8) / columns
    share = (0.62, 0.86, 0.56, 0.88)[style]
    tall = (1.75, 2.25, 1.85, 1.45)[style]
    floor, column = (grid.ravel() for grid in np.meshgrid(np.arange(floors), np.arange(columns), indexing="ij"))
    v0 = FIRST_STOREY + floor * STOREY + (2.3 - tall) * 0.5
    middle = 0.4 + (column + 0.5) * pitch
    u0, u1, v1 = middle - pitch * share / 2, middle + pitch * share / 2, v0 + tall
    # People sit together: whole storeys are awake or asleep.
    awake = rng.uniform(0.08, 0.62, floors)[floor]
    lit = rng.random(len(floor)) < awake
    _panes(mesh, rng, front, (u0, v0, u1, v1), lit)
    if not front.near:
        return
    _frames(mesh, rng, front, (u0, v0, u1, v1), lit)
    # Sills and lintels; a lintel's dark underside makes the window sit in the wall.
    mesh.quads(wall.rectangles(u0 - 0.06, v0 - 0.10, u1 + 0.06, v0, 0.10), front.tone * 1.45, toward=wall.normal)
    mesh.quads(wall.ledges(u0 - 0.06, u1 + 0.06, v0, 0, 0.10), front.tone * 1.2, toward=(0, 1, 0))
    mesh.quads(wall.rectangles(u0 - 0.06, v1, u1 + 0.06, v1 + 0.14, 0.08), front.tone * 0.75, toward=wall.normal)
    levels = FIRST_STOREY - 0.55 + np.arange(floors) * STOREY
    mesh.quads(wall.rectangles(0, levels, wide, levels + 0.16, 0.12), front.tone * 1.35, across=8, toward=wall.normal)
    if style == 2:
        edges = 0.4 + np.arange(columns + 1) * pitch
        piers = wall.rectangles(edges - 0.16, SHOP_HIGH + 0.9, edges + 0.16, front.high - 0.5, 0.16)
        mesh.quads(piers, front.tone * 1.15, up=12, toward=wall.normal)
    if style in (0, 3):
        _balconies(mesh, rng, front, (u0, v0, u1), floors * columns)


def _panes(
    mesh: MeshBuilder,
    rng: np.random.Generator,
    front: _Front,
    box: tuple[Floats, Floats, Floats, Floats],
    lit: NDArray[np.bool_],
) -> None:
    """Glass: rooms are brighter under their ceiling lamp; dark glass holds a little of the sky and the neon."""
    u0, v0, u1, v1 = box
    number = len(lit)
    strength = rng.uniform(0.10, 0.62, number) ** 1.3
    tint = front.room * rng.uniform(0.8, 1.2, (number, 3))
    bright = tint * strength[:, None]
    dark = np.array([0.010, 0.012, 0.022]) + np.array([0.016, 0.010, 0.026]) * rng.random((number, 1))
    base = np.where(lit[:, None], bright, dark)
    slope = np.array([0.55, 0.55, 1.25, 1.25])[None, :, None] * np.ones((number, 4, 3))
    slope = np.where(lit[:, None, None], slope, np.array([0.6, 0.8, 1.5, 1.2])[None, :, None])
    mesh.quads(front.wall.rectangles(u0, v0, u1, v1, 0.03), 0.02, base[:, None, :] * slope, toward=front.wall.normal)


def _frames(
    mesh: MeshBuilder,
    rng: np.random.Generator,
    front: _Front,
    box: tuple[Floats, Floats, Floats, Floats],
    lit: NDArray[np.bool_],
) -> None:
    """Bars, curtains and blinds, and what stands on a sill."""
    wall = front.wall
    u0, v0, u1, v1 = box
    iron = np.full(3, 0.035)
    middle, thick = (u0 + u1) / 2, 0.035
    mesh.quads(wall.rectangles(middle - thick, v0, middle + thick, v1, 0.07), iron, toward=wall.normal)
    bar = v0 + (v1 - v0) * 0.70
    mesh.quads(wall.rectangles(u0, bar - 0.03, u1, bar + 0.03, 0.07), iron, toward=wall.normal)
    for edge in (u0, u1):
        mesh.quads(wall.rectangles(edge - 0.045, v0, edge + 0.045, v1, 0.06), iron, toward=wall.normal)
    roll = rng.random(len(lit))
    curtain = lit & (roll < 0.34)
    if curtain.any():
        part = rng.uniform(0.16, 0.46, curtain.sum()) * (u1 - u0)[curtain]
        cloth = front.room * rng.uniform(0.05, 0.16, (curtain.sum(), 1))
        mesh.quads(
            wall.rectangles(u0[curtain], v0[curtain], u0[curtain] + part, v1[curtain], 0.04),
            0.08,
            cloth,
            toward=wall.normal,
        )
        mesh.quads(
            wall.rectangles(u1[curtain] - part, v0[curtain], u1[curtain], v1[curtain], 0.04),
            0.08,
            cloth,
            toward=wall.normal,
        )
    blind = lit & (roll > 0.72)
    if blind.any():
        drop = rng.uniform(0.25, 0.9, blind.sum())
        slat = np.arange(9)[:, None] / 9
        top, low = v1[blind], v0[blind]
        v = top - slat * (top - low) * drop
        mesh.quads(
            wall.rectangles(u0[blind] + 0 * v, v - 0.045, u1[blind] + 0 * v, v, 0.05),
            0.10,
            front.room * 0.05,
            toward=wall.normal,
        )
    shape = lit & (roll > 0.34) & (roll < 0.62)
    if shape.any():
        at = u0[shape] + (u1 - u0)[shape] * rng.uniform(0.15, 0.7, shape.sum())
        size = rng.uniform(0.18, 0.42, shape.sum())
        mesh.quads(
            wall.rectangles(at, v0[shape], at + size, v0[shape] + size * rng.uniform(0.8, 2.4, shape.sum()), 0.04),
            0.03,
            toward=wall.normal,
        )


def _balconies(
    mesh: MeshBuilder, rng: np.random.Generator, front: _Front, box: tuple[Floats, Floats, Floats], number: int
) -> None:
    """Slabs with railings in front of some windows."""
    wall = front.wall
    chosen = np.flatnonzero(rng.random(number) < 0.42)
    if not len(chosen):
        return
    u0, v0, u1 = (values[chosen] for values in box)
    floor, out = v0 - 0.18, 0.80
    left, right = u0 - 0.12, u1 + 0.12
    mesh.quads(wall.rectangles(left, floor - 0.14, right, floor, out), front.tone * 1.4, toward=wall.normal)
    mesh.quads(wall.ledges(left, right, floor - 0.14, 0, out), front.tone * 0.7, toward=(0, -1, 0))
    part = np.linspace(0.02, 0.98, 9)[:, None]
    at = left + (right - left) * part
    mesh.quads(wall.rectangles(at - 0.018, floor, at + 0.018, floor + 0.95, out), 0.05, toward=wall.normal)
    mesh.quads(wall.rectangles(left, floor + 0.93, right, floor + 1.0, out + 0.02), 0.08, toward=wall.normal)


def _flank(mesh: MeshBuilder, rng: np.random.Generator, front: _Front, face: float, side: int, z: float) -> None:
    """A few windows in the side wall, which is seen where the neighbour is lower."""
    flank = Wall((face, z), (side, 0), (0, -1))
    floors = max(1, int((front.high - FIRST_STOREY - 1) / STOREY))
    floor, column = (grid.ravel() for grid in np.meshgrid(np.arange(floors), np.arange(3), indexing="ij"))
    lit = rng.random(len(floor)) < 0.28
    light = front.room * rng.uniform(0.06, 0.30, (len(floor), 1))
    u, v = 1.4 + column * 3.2, FIRST_STOREY + floor * STOREY
    boxes = flank.rectangles(u, v, u + 1.2, v + 1.5, 0.05)
    mesh.quads(boxes, 0.02, np.where(lit[:, None], light, 0.012), toward=flank.normal)


def _pipes_and_boxes(mesh: MeshBuilder, rng: np.random.Generator, front: _Front) -> None:
    """Downpipes, cable ducts and air conditioners."""
    wall = front.wall
    pipes = rng.uniform(0.4, front.wide - 0.4, 2)
    mesh.quads(
        wall.rectangles(pipes - 0.06, 0.2, pipes + 0.06, front.high - 0.5, 0.20),
        front.tone * 1.1,
        up=14,
        toward=wall.normal,
    )
    number = int(front.wide * min(front.high, 30) / 34)
    u = rng.uniform(0.7, front.wide - 0.7, number)
    v = FIRST_STOREY - 0.25 + rng.integers(0, max(1, int(min(front.high, 30) / STOREY) - 1), number) * STOREY
    centre = wall.points(u, v, 0.30)
    half = np.array([0.26 if wall.outward[0] else 0.42, 0.30, 0.42])
    mesh.boxes(centre, half, np.array([0.17, 0.17, 0.18]))
    fan = np.stack([wall.points(u + a, v + b, 0.58) for a, b in _octagon(0.22)], 1)
    mesh.quads(
        np.concatenate([fan[:, [0, 1, 2, 3]], fan[:, [0, 3, 4, 5]], fan[:, [0, 5, 6, 7]]]), 0.03, toward=wall.normal
    )


def _octagon(radius: float) -> list[tuple[float, float]]:
    angle = np.arange(8) * (np.pi / 4)
    return [(float(a), float(b)) for a, b in zip(radius * np.cos(angle), radius * np.sin(angle), strict=True)]


def _rooftop(mesh: MeshBuilder, rng: np.random.Generator, face: float, side: int, z: float, front: _Front) -> None:
    """Tanks, stair heads and masts against the sky."""
    number = int(rng.integers(1, 4))
    x = face + side * rng.uniform(1.0, 6.0, number)
    at = np.stack([x, np.full(number, front.high + 0.8), z + rng.uniform(1, front.wide - 1, number)], 1)
    mesh.boxes(
        at,
        np.stack([rng.uniform(0.5, 1.4, number), np.full(number, 1.1), rng.uniform(0.5, 1.4, number)], 1),
        front.tone * 0.9,
    )
    mesh.boxes([(face + side * 0.8, front.high + 2.2, z + front.wide * 0.4)], [0.03, 2.2, 0.03], 0.05)
    mesh.boxes(
        [(face + side * 0.8, front.high + 4.4, z + front.wide * 0.4)], [0.07, 0.07, 0.07], 0.05, (1.6, 0.05, 0.05)
    )


# -- shops -------------------------------------------------------------------------------------------------------------

DEEP = 2.6
"""Metres that one can look into a shop."""


def _shops(mesh: MeshBuilder, fronts: Fronts, rng: np.random.Generator, front: _Front) -> None:
    """The ground floor: shops beside each other, parted by piers."""
    wall = front.wall
    number = max(1, round(front.wide / rng.uniform(3.4, 5.2)))
    pitch = front.wide / number
    for k in range(number):
        u0, u1 = k * pitch + 0.22, (k + 1) * pitch - 0.22
        open_now = rng.random() < 0.84
        if open_now:
            _shop_room(mesh, fronts, rng, front, u0, u1)
        else:
            _shutter(mesh, rng, front, u0, u1)
        _sign_band(mesh, fronts, rng, front, u0, u1, open_now)
    edges = np.arange(number + 1) * pitch
    piers = wall.rectangles(np.maximum(edges - 0.22, 0), 0, np.minimum(edges + 0.22, front.wide), SHOP_HIGH + 0.1, 0.10)
    mesh.quads(piers, front.tone * 1.3, up=5, toward=wall.normal)


def _shutter(mesh: MeshBuilder, rng: np.random.Generator, front: _Front, u0: float, u1: float) -> None:
    """A closed shop: a ribbed roller shutter, sometimes painted."""
    wall = front.wall
    steel = np.array([0.10, 0.105, 0.115]) * rng.uniform(0.7, 1.4)
    ribs = np.linspace(0, SHOP_HIGH, 23)
    mesh.quads(
        wall.rectangles(u0, ribs[:-1], u1, ribs[1:], 0.02),
        np.repeat([steel, steel * 0.72], 11, axis=0),
        across=4,
        toward=wall.normal,
    )
    if rng.random() < 0.5:
        paint = colour(rng) * 0.10
        write(mesh, wall, rng, (u0 + 0.2, 0.5, u1 - 0.2, 2.4), paint * 0.15, 0.05, upright=False)


def _shop_room(
    mesh: MeshBuilder, fronts: Fronts, rng: np.random.Generator, front: _Front, u0: float, u1: float
) -> None:
    """An open shop: a room of light behind glass, with shelves, a counter and people's outlines."""
    wall, near = front.wall, front.near
    light = front.room * 0.45 + np.array([1.0, 0.80, 0.55]) * 0.25 + colour(rng) * 0.30
    light = light / light.max() * rng.uniform(0.40, 0.85)
    back = Wall(tuple(wall.points(0, 0, -DEEP)[[0, 2]]), wall.along, wall.outward)
    shade = np.array([0.22, 0.22, 0.55, 0.55])[:, None] * light
    mesh.quad(back.rectangles(u0, 0, u1, SHOP_HIGH)[0], 0.03, shade, across=2, up=2, toward=wall.normal)
    for u in (u0, u1):
        ends = [
            wall.points(u, 0, 0),
            wall.points(u, 0, -DEEP),
            wall.points(u, SHOP_HIGH, -DEEP),
            wall.points(u, SHOP_HIGH, 0),
        ]
        mesh.quad(ends, 0.03, np.array([0.07, 0.14, 0.36, 0.20])[:, None] * light, up=2)
    mesh.quads(wall.ledges(u0, u1, 0.03, 0, -DEEP), 0.03, light * 0.20, toward=(0, 1, 0))
    mesh.quads(wall.ledges(u0, u1, SHOP_HIGH - 0.02, 0, -DEEP), 0.03, light * 0.30, toward=(0, -1, 0))
    middle = wall.points((u0 + u1) / 2, 1.6, 1.3)
    fronts.lamps.append(Lamp(middle, light * 5.0))
    if near:
        tubes = np.array([-0.8, -1.8])
        mesh.quads(
            wall.ledges(u0 + 0.3, u1 - 0.3, SHOP_HIGH - 0.06, tubes, tubes - 0.14),
            0,
            light * 1.0 + 0.9,
            toward=(0, -1, 0),
        )
        _shelves(mesh, rng, back, light, u0, u1)
        # The end of the room is what one sees from down the street: goods there too.
        far = u1 if wall.along[1] > 0 else u0
        corner = wall.points(far, 0, 0)
        end = Wall((float(corner[0]), float(corner[2])), (-wall.outward[0], 0), (0, -1))
        _end_wall(mesh, rng, end, light)
        _glass(mesh, rng, front, u0, u1)


def _shelves(mesh: MeshBuilder, rng: np.random.Generator, back: Wall, light: Floats, u0: float, u1: float) -> None:
    """Goods along the back wall, a counter before them, and somebody behind it."""
    rows = np.array([0.55, 1.05, 1.55, 2.05])
    mesh.quads(back.rectangles(u0 + 0.1, rows - 0.05, u1 - 0.1, rows, 0.32), 0.05, light * 0.12, toward=back.normal)
    number = int((u1 - u0) / 0.20)
    row, place = (grid.ravel() for grid in np.meshgrid(np.arange(4), np.arange(number), indexing="ij"))
    keep = rng.random(len(row)) < 0.86
    row, place = row[keep], place[keep]
    u = u0 + 0.12 + place * 0.20 + rng.uniform(0, 0.04, len(row))
    goods = rng.uniform(0.1, 1.0, (len(row), 3)) * light * 0.62
    high = rng.uniform(0.14, 0.40, len(row))
    mesh.quads(
        back.rectangles(u, rows[row], u + rng.uniform(0.10, 0.17, len(row)), rows[row] + high, 0.30),
        0.05,
        goods,
        toward=back.normal,
    )
    a = rng.uniform(u0, (u0 + u1) / 2)
    mesh.quads(back.rectangles(a, 0, a + rng.uniform(1.0, 1.8), 1.0, 1.2), 0.04, light * 0.14, toward=back.normal)
    for _ in range(int(rng.integers(0, 3))):
        at, tall = rng.uniform(u0 + 0.4, u1 - 0.4), rng.uniform(1.55, 1.78)
        o = rng.uniform(0.9, 2.0)
        cloth = light * rng.uniform(0.02, 0.10) * rng.uniform(0.6, 1.3, 3)
        mesh.quads(back.rectangles(at - 0.20, 0.0, at + 0.20, tall - 0.30, o), 0.02, cloth, toward=back.normal)
        head = np.stack([back.points(at + p, tall - 0.14 + q, o) for p, q in _octagon(0.125)], 0)
        fan = np.stack([head[[0, 1, 2, 3]], head[[0, 3, 4, 5]], head[[0, 5, 6, 7]]])
        mesh.quads(fan, 0.02, light * 0.09, toward=back.normal)


def _end_wall(mesh: MeshBuilder, rng: np.random.Generator, end: Wall, light: Floats) -> None:
    """What covers the end of a shop's room: shelves of goods, or pictures and a lamp."""
    if rng.random() < 0.65:
        rows = np.arange(0.35, 2.9, 0.42)
        number = 13
        row, place = (grid.ravel() for grid in np.meshgrid(rows, np.arange(number), indexing="ij"))
        keep = rng.random(len(row)) < 0.88
        row, place = row[keep], place[keep]
        u = 0.15 + place * (DEEP - 0.3) / number
        goods = rng.uniform(0.06, 1.0, (len(row), 3)) * light * (0.30 + 0.16 * row)[:, None]
        high = rng.uniform(0.14, 0.32, len(row))
        mesh.quads(
            end.rectangles(u, row, u + rng.uniform(0.10, 0.165, len(row)), row + high, 0.12),
            0.05,
            goods,
            toward=end.normal,
        )
        mesh.quads(end.rectangles(0.05, rows - 0.05, DEEP - 0.05, rows, 0.16), 0.05, light * 0.10, toward=end.normal)
    else:
        picture = colour(rng) * 0.45 * rng.uniform(0.5, 1.0)
        shade = np.array([0.5, 0.8, 1.2, 0.7])[:, None] * picture
        mesh.quad(end.rectangles(0.4, 0.9, DEEP - 0.4, 2.5)[0], 0.05, shade, across=2, up=2, toward=end.normal)
        mesh.quads(frame_quads(end, (0.36, 0.86, DEEP - 0.36, 2.54), 0.05, 0.03), 0.03, light * 0.9)
        mesh.quads(end.rectangles(0.0, 0.0, DEEP, 0.8, 0.05), 0.05, light * 0.10, toward=end.normal)


def _glass(mesh: MeshBuilder, rng: np.random.Generator, front: _Front, u0: float, u1: float) -> None:
    """The shop window's frame, its door, and posters on the panes."""
    wall = front.wall
    iron = np.full(3, 0.028)
    count = max(2, round((u1 - u0) / 1.3))
    bars = np.linspace(u0, u1, count + 1)
    mesh.quads(wall.rectangles(bars - 0.035, 0, bars + 0.035, SHOP_HIGH, 0.04), iron, toward=wall.normal)
    mesh.quads(wall.rectangles(u0, 2.45, u1, 2.53, 0.04), iron, toward=wall.normal)
    kick = rng.uniform(0.25, 0.7)
    door = int(rng.integers(count))
    solid = np.array([k for k in range(count) if k != door])
    mesh.quads(wall.rectangles(bars[solid], 0, bars[solid + 1], kick, 0.05), front.tone * 1.1, toward=wall.normal)
    mesh.quads(wall.rectangles(bars[door] + 0.12, 0.95, bars[door] + 0.17, 1.5, 0.09), 0.25, toward=wall.normal)
    number = int(rng.integers(0, 4))
    if number:
        u = rng.uniform(u0 + 0.1, u1 - 0.7, number)
        v = rng.uniform(0.8, 1.5, number)
        paper = rng.uniform(0.2, 1.0, (number, 3)) * 0.30
        mesh.quads(
            wall.rectangles(u, v, u + rng.uniform(0.35, 0.6, number), v + rng.uniform(0.45, 0.8, number), 0.05),
            0.25,
            paper * 0.35,
            toward=wall.normal,
        )
    if rng.random() < 0.35:
        # A short curtain hangs in the door, cut into strips.
        cloth = colour(rng) * 0.16
        strips = np.linspace(bars[door], bars[door + 1], 5)
        mesh.quads(
            wall.rectangles(strips[:-1] + 0.02, 1.75, strips[1:] - 0.02, 2.45, 0.07),
            cloth,
            cloth * 0.25,
            toward=wall.normal,
        )


def _sign_band(
    mesh: MeshBuilder,
    fronts: Fronts,
    rng: np.random.Generator,
    front: _Front,
    u0: float,
    u1: float,
    lit: bool,
) -> None:
    """The band over a shop: a light box with writing, neon writing on a dark board, or an awning."""
    wall = front.wall
    tint = colour(rng)
    low, high = SHOP_HIGH + 0.08, FIRST_STOREY - 0.58
    kind = rng.random()
    box = (u0 + 0.05, low, u1 - 0.05, high)
    if not lit:
        mesh.quads(wall.rectangles(*box, 0.16), front.tone * 1.1, toward=wall.normal)
        return
    if kind < 0.38:
        pale = tint * 0.50 + 0.07
        mesh.quad(
            wall.rectangles(*box, 0.22)[0],
            0.0,
            np.array([0.75, 0.75, 1.0, 1.0])[:, None] * pale,
            across=3,
            toward=wall.normal,
        )
        ink = np.full(3, 0.012) if rng.random() < 0.6 else np.array([1.9, 1.85, 1.75])
        write(mesh, wall, rng, (u0 + 0.3, low + 0.05, u1 - 0.3, high - 0.05), ink, 0.26, upright=False)
    else:
        mesh.quads(wall.rectangles(*box, 0.18), 0.022, tint * 0.02, toward=wall.normal)
        write(mesh, wall, rng, (u0 + 0.3, low + 0.05, u1 - 0.3, high - 0.05), tint * 1.9 + 0.05, 0.24, upright=False)
        if kind < 0.7:
            mesh.quads(
                frame_quads(wall, (u0 + 0.12, low + 0.04, u1 - 0.12, high - 0.04), 0.04, 0.23), 0, colour(rng) * 1.2
            )
    if kind > 0.55:
        _awning(mesh, rng, wall, u0, u1)
    fronts.lamps.append(Lamp(wall.points((u0 + u1) / 2, 3.9, 1.2), tint * 4.6))


def _awning(mesh: MeshBuilder, rng: np.random.Generator, wall: Wall, u0: float, u1: float) -> None:
    """Striped cloth that slopes out over the pavement."""
    strips = np.linspace(u0, u1, 13)
    a, b = strips[:-1], strips[1:]
    out, top, low = 1.25, SHOP_HIGH - 0.02, SHOP_HIGH - 0.62
    cloth = np.array([colour(rng) * 0.16, np.full(3, 0.26)])[np.arange(12) % 2]
    slope = np.stack(
        [wall.points(a, top, 0.1), wall.points(b, top, 0.1), wall.points(b, low, out), wall.points(a, low, out)], 1
    )
    mesh.quads(slope, cloth, up=2, toward=(wall.outward[0], 1.5, 0))
    mesh.quads(wall.rectangles(a, low - 0.22, b, low, out), cloth * 0.9, toward=wall.normal)


def _signs(
    mesh: MeshBuilder, fronts: Fronts, rng: np.random.Generator, front: _Front, face: float, side: int, z: float
) -> None:
    """Signs that stand out over the pavement, and large pictures higher up."""
    if rng.random() < 0.35:
        # A tube of neon along an edge of the house or under its roof.
        tint = colour(rng) * 1.5
        u = rng.choice([0.18, front.wide - 0.18])
        mesh.quads(front.wall.rectangles(u - 0.05, FIRST_STOREY, u + 0.05, front.high - 0.6, 0.20), 0, tint, up=4)
        mesh.quads(front.wall.rectangles(0.1, front.high - 0.62, front.wide - 0.1, front.high - 0.52, 0.26), 0, tint)
        middle = front.wall.points(u, min(front.high * 0.5, 14.0), 1.5)
        fronts.lamps.append(Lamp(middle, tint * 7.0))
    number = int(rng.integers(2, 5)) if z < 120 else 1
    for _ in range(number):
        wide = rng.uniform(0.8, 1.7)
        high = wide * rng.uniform(2.4, 5.0)
        foot = rng.uniform(4.7, max(5.6, min(front.high - high - 1, 15)))
        start = mesh.count
        at = (face - side * (0.42 + wide / 2), foot, z + rng.uniform(0.8, front.wide - 0.8))
        lamp = blade(mesh, rng, at, wide, high)
        fronts.lamps.append(lamp)
        if rng.random() < 0.12:
            fronts.flickering.append((start, mesh.count))
    if front.high > 15 and 6 < z < 150 and rng.random() < 0.42:
        v0 = rng.uniform(8.5, front.high - 6.5)
        box = (1.0, v0, front.wide - 1.0, v0 + rng.uniform(3.2, 5.0))
        fronts.lamps.append(hoarding(mesh, rng, front.wall, box))


def street_lamp(mesh: MeshBuilder, side: int, z: float) -> Lamp:
    """A pole at the kerb with an arm and a lamp over the road."""
    x = side * 5.95
    warm = np.array([1.0, 0.82, 0.60])
    mesh.lathe((x, 0, z), [(0.11, 0), (0.09, 0.5), (0.06, 0.6), (0.045, 5.6)], 8, 0.07)
    mesh.boxes([(x - side * 0.70, 5.60, z)], [0.75, 0.035, 0.04], 0.07)
    mesh.boxes([(x - side * 1.15, 5.56, z)], [0.36, 0.05, 0.12], 0.07)
    wall = np.array([(-0.32, -0.09), (0.32, -0.09), (0.32, 0.09), (-0.32, 0.09)])
    mesh.quad([(x - side * 1.15 + a, 5.50, z + b) for a, b in wall], 0.0, warm * 3.2, toward=(0, -1, 0))
    mesh.quad(
        [(x - side * 1.15 + a * 0.9, 5.50 + (b + 0.09) * 0.25, z - 0.125) for a, b in wall],
        0.0,
        warm * 1.6,
        toward=(0, 0, -1),
    )
    return Lamp(np.array([x - side * 1.15, 5.1, z]), warm * 11.0)


def vending_machine(mesh: MeshBuilder, rng: np.random.Generator, side: int, z: float, line: float) -> Lamp:
    """A lit machine against a wall, with rows of cans."""
    x = side * (line - 0.55)
    tint = colour(rng) * 0.3 + np.array([0.55, 0.6, 0.7])
    mesh.boxes([(x, 0.95, z)], [0.42, 0.95, 0.52], np.full(3, 0.10) + tint * 0.05)
    for wall, half in (
        (Wall((x - side * 0.42, z), (0, 1), (-side, 0)), 0.52),
        (Wall((x, z - 0.52), (1, 0), (0, -1)), 0.42),
    ):
        mesh.quads(wall.rectangles(-half * 0.86, 0.85, half * 0.86, 1.72, 0.02), 0.02, tint * 0.42, toward=wall.normal)
        u, v = (grid.ravel() for grid in np.meshgrid(np.linspace(-0.72, 0.60, 6) * half, [0.92, 1.20, 1.47]))
        cans = rng.uniform(0.05, 1.0, (len(u), 3)) * 0.55
        mesh.quads(wall.rectangles(u, v, u + half * 0.17, v + 0.17, 0.035), 0.02, cans, toward=wall.normal)
        mesh.quads(wall.rectangles(-half * 0.6, 0.25, half * 0.6, 0.45, 0.02), 0.01, toward=wall.normal)
    return Lamp(np.array([x - side * 1.1, 1.2, z - 0.7]), tint * 2.4)


def cables(mesh: MeshBuilder, rng: np.random.Generator, number: int) -> None:
    """Wires that sag across the street."""
    for _ in range(number):
        z0, high = rng.uniform(8, 70), rng.uniform(6.8, 12)
        part = np.linspace(0, 1, 15)
        x = -8.6 + 17.2 * part
        y = high - rng.uniform(0.6, 1.5) * np.sin(np.pi * part)
        z = z0 + rng.uniform(-6, 6) * part
        line = np.stack([x, y, z], 1)
        quads = np.stack([line[:-1], line[1:], line[1:] + [0, 0.045, 0], line[:-1] + [0, 0.045, 0]], 1)
        mesh.quads(quads, 0.015, toward=(0, 0, -1))
