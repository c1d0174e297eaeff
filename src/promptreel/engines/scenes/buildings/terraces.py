"""The fronts of a city street by any light: brick, stone and stucco with windows that mirror, shops, awnings, cornices."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.buildings.facades import Fronts, _Front, _shop_room
from promptreel.engines.scenes.buildings.towns import ROOMS, cells, glint, letters, mirrored, sky_toward
from promptreel.engines.scenes.mesh import MeshBuilder, Wall
from promptreel.engines.scenes.stage import Floats, Light

Rng = np.random.Generator

SHOP_HIGH = 3.5
BAND_TOP = 4.35
"""Metres: where the shop's glass ends, and where its sign board does."""

WALLS = {
    "brick": np.array([(0.33, 0.13, 0.085), (0.27, 0.11, 0.075), (0.36, 0.19, 0.12), (0.24, 0.14, 0.10)]),
    "stone": np.array([(0.56, 0.50, 0.41), (0.50, 0.46, 0.40), (0.60, 0.55, 0.46), (0.42, 0.36, 0.29)]),
    "stucco": np.array(
        [(0.66, 0.60, 0.50), (0.62, 0.47, 0.35), (0.48, 0.54, 0.52), (0.64, 0.52, 0.40), (0.66, 0.65, 0.62)]
    ),
    "concrete": np.array([(0.38, 0.37, 0.35), (0.31, 0.31, 0.31)]),
}
PAINTS = np.array(
    [
        (0.05, 0.10, 0.075),
        (0.09, 0.03, 0.03),
        (0.035, 0.05, 0.10),
        (0.05, 0.045, 0.04),
        (0.30, 0.25, 0.15),
        (0.16, 0.045, 0.04),
        (0.40, 0.40, 0.38),
    ]
)
CLOTHS = np.array([(0.50, 0.06, 0.05), (0.06, 0.22, 0.12), (0.07, 0.12, 0.34), (0.58, 0.40, 0.10), (0.32, 0.07, 0.12)])
WORDS = (
    "CAFE",
    "HOTEL",
    "BAR",
    "BOOKS",
    "BAKERI",
    "KINO",
    "FLORA",
    "TEA",
    "SHOES",
    "CINEMA",
    "ROMA",
    "TAILOR",
    "FISH",
    "OLIO",
)


@dataclass(slots=True)
class Row:
    """What the fronts of a street have in common."""

    mesh: MeshBuilder
    shops: MeshBuilder
    """The rooms of the shops, whose light is scaled by the hour."""
    fronts: Fronts
    light: Light
    dark: float
    snow: bool
    eye: tuple[float, float, float] = (0.0, 1.7, 0.0)


@dataclass(frozen=True, slots=True)
class Front:
    """One house: its wall, its size, what it is made of, and how far down the street it stands."""

    wall: Wall
    wide: float
    high: float
    kind: str
    tone: NDArray[np.floating]
    trim: NDArray[np.floating]
    away: float
    room: NDArray[np.floating]


def house(row: Row, rng: Rng, side: int, line: float, z: float, wide: float, floors: int) -> float:
    """A house on the left (-1) or right (1), its front on x = side * line from z to z + wide; its height in m."""
    face = side * line
    kind = str(rng.choice(["brick", "brick", "stone", "stone", "stucco", "stucco", "concrete"]))
    tone = WALLS[kind][rng.integers(len(WALLS[kind]))] * rng.uniform(0.62, 0.84)
    trim = np.array([0.50, 0.47, 0.41]) * rng.uniform(0.7, 1.05) if kind != "stucco" else np.array([0.54, 0.52, 0.49])
    start = (face, z) if side < 0 else (face, z + wide)
    wall = Wall(start, (0, 1) if side < 0 else (0, -1), (-side, 0))
    storey = rng.uniform(3.1, 3.7)
    high = BAND_TOP + 0.35 + floors * storey + rng.uniform(0.5, 1.1)
    front = Front(
        wall, wide, high, kind, tone, trim, z + wide / 2 if z > -10 else 30.0 - z, ROOMS[rng.integers(len(ROOMS))]
    )
    _masonry(row, rng, front)
    _windows(row, rng, front, floors, storey)
    _cornice(row, rng, front, side, face, z)
    _flank(row, rng, front, side, face, z, floors, storey)
    _ground_floor(row, rng, front)
    return high


def _masonry(row: Row, rng: Rng, front: Front) -> None:
    """The wall, stone by stone where one sees it; darker toward the street and under its top."""
    away, high = front.away, front.high
    size = {"brick": (0.9, 0.45), "stone": (1.1, 0.55), "stucco": (1.6, 1.3), "concrete": (2.2, 1.1)}[front.kind]
    grow = 1.0 if away < 22 else 1.8 if away < 45 else 4.0
    quads, _, _ = cells(front.wall, (0, SHOP_HIGH, front.wide, high), (size[0] * grow, size[1] * grow))
    spread = {"brick": 0.10, "stone": 0.085, "stucco": 0.035, "concrete": 0.05}[front.kind] / grow**0.5
    middle = quads[:, :, 1].mean(axis=1)
    soot = 0.86 + 0.14 * np.clip((middle - SHOP_HIGH) / 5, 0, 1) - 0.07 * np.clip((middle - high + 2.2) / 2, 0, 1)
    shade = front.tone * (rng.normal(1.0, spread, (len(quads), 1)) * soot[:, None])
    shade = shade * (1 + rng.normal(0, spread * 0.35, (len(quads), 3)))
    row.mesh.quads(quads, np.clip(shade, 0.02, 0.85), toward=front.wall.normal)
    if front.kind in ("stone", "concrete") and away < 45:
        joints = np.unique(quads[:, 0, 1])[1:]
        row.mesh.quads(
            front.wall.rectangles(0, joints - 0.018, front.wide, joints + 0.012, 0.012),
            front.tone * 0.55,
            toward=front.wall.normal,
        )
    if front.kind != "stucco" and away < 60:
        # Quoins at both ends.
        steps = np.arange(BAND_TOP + 0.4, high - 0.6, 0.62)
        for end, sign in ((0.0, 1), (front.wide, -1)):
            reach = np.where(np.arange(len(steps)) % 2 == 0, 0.62, 0.40) * sign
            left, right = np.minimum(end, end + reach), np.maximum(end, end + reach)
            row.mesh.quads(
                front.wall.rectangles(left, steps, right, steps + 0.56, 0.05),
                front.trim * rng.uniform(0.85, 1.05, (len(steps), 1)),
                toward=front.wall.normal,
            )


def _windows(row: Row, rng: Rng, front: Front, floors: int, storey: float) -> None:
    """All windows of the upper floors: reveals, panes, frames, sills and hoods."""
    wall, wide, mesh = front.wall, front.wide, row.mesh
    pitch = rng.uniform(1.9, 2.6)
    columns = max(2, int((wide - 1.0) / pitch))
    pitch = (wide - 1.0) / columns
    floor, column = (grid.ravel() for grid in np.meshgrid(np.arange(floors), np.arange(columns), indexing="ij"))
    half = pitch * rng.uniform(0.24, 0.30)
    tall = storey * rng.uniform(0.52, 0.62)
    middle = 0.5 + (column + 0.5) * pitch
    v0 = BAND_TOP + 0.35 + floor * storey + storey * 0.20
    u0, u1, v1 = middle - half, middle + half, v0 + tall * np.where(floor == floors - 1, 0.88, 1.0)
    rim = 0.13
    mesh.quads(
        wall.rectangles(u0 - rim, v0 - rim * 0.5, u1 + rim, v1 + rim, 0.045),
        front.trim * rng.uniform(0.9, 1.05, (len(u0), 1)),
        toward=wall.normal,
    )
    panes = wall.rectangles(u0, v0, u1, v1, 0.06)
    lit = rng.random(len(u0)) < np.clip(rng.normal(0.45, 0.2, floors), 0.1, 0.9)[floor] * row.dark
    glow = np.where(lit[:, None], front.room * rng.uniform(0.25, 0.95, (len(u0), 1)), 0.0)
    shine = _reflection(row, rng, wall, panes, 0.75)
    # Under the lintel a pane lies in shadow; a lit room is brightest at its ceiling.
    shadow = np.array([1.0, 1.0, 0.55, 0.55])[None, :, None]
    room = np.array([0.75, 0.75, 1.15, 1.15])[None, :, None]
    mesh.quads(panes, 0.02, shine * shadow + glow[:, None, :] * room, toward=wall.normal)
    near = front.away < 60
    cloth = rng.random(len(u0)) < 0.55
    if near and cloth.any():
        tone = np.array([0.55, 0.52, 0.46]) * rng.uniform(0.5, 1.0, (cloth.sum(), 1))
        inside = tone * 0.35 + 0 * u0[cloth, None]
        shineless = glow[cloth] * 0.5 + (sky_toward(row.light, 0.1) * 0.05)
        drop = rng.uniform(0.12, 0.55, cloth.sum()) * (v1 - v0)[cloth]
        across = rng.random(cloth.sum()) < 0.4
        right = np.where(across, u1[cloth], u0[cloth] + half * rng.uniform(0.3, 0.6, cloth.sum()))
        low = np.where(across, v1[cloth] - drop, v0[cloth])
        mesh.quads(wall.rectangles(u0[cloth], low, right, v1[cloth], 0.065), inside, shineless, toward=wall.normal)
    frame = np.array([0.62, 0.60, 0.56]) if rng.random() < 0.6 else PAINTS[rng.integers(len(PAINTS))]
    bar = 0.028 if front.away < 45 else 0.04
    mesh.quads(wall.rectangles(middle - bar, v0, middle + bar, v1, 0.085), frame, toward=wall.normal)
    cross = v0 + (v1 - v0) * 0.62
    if near:
        mesh.quads(wall.rectangles(u0, cross - bar, u1, cross + bar, 0.085), frame, toward=wall.normal)
    # The deep shadow of the reveal, and the sill that catches the light.
    mesh.quads(wall.rectangles(u0, v1 - 0.10, u1, v1, 0.075), front.trim * 0.16, toward=wall.normal)
    if near:
        mesh.quads(wall.rectangles(u0, v0, u0 + 0.06, v1, 0.075), front.trim * 0.30, toward=wall.normal)
    mesh.quads(wall.rectangles(u0 - 0.2, v0 - 0.17, u1 + 0.2, v0 - 0.02, 0.20), front.trim, toward=wall.normal)
    sill = np.array([0.82, 0.85, 0.90]) if row.snow else front.trim * 1.08
    mesh.quads(wall.ledges(u0 - 0.2, u1 + 0.2, v0 - 0.02, 0.05, 0.20), sill, toward=(0, 1, 0))
    if near:
        mesh.quads(
            wall.rectangles(u0 - 0.14, v0 - 0.42, u1 + 0.14, v0 - 0.17, 0.03), front.tone * 0.62, toward=wall.normal
        )
        hood = floor % 2 == 0
        mesh.quads(
            wall.rectangles((u0 - 0.24)[hood], (v1 + 0.13)[hood], (u1 + 0.24)[hood], (v1 + 0.27)[hood], 0.18),
            front.trim * 0.98,
            toward=wall.normal,
        )
        mesh.quads(
            wall.ledges((u0 - 0.24)[hood], (u1 + 0.24)[hood], (v1 + 0.13)[hood], 0.04, 0.18),
            front.trim * 0.5,
            toward=(0, -1, 0),
        )
    if rng.random() < 0.40 and near:
        _railings(mesh, rng, front, u0, u1, v0, floors * columns)
    # Belt courses between the storeys.
    levels = BAND_TOP + 0.35 + np.arange(0, floors, 2 if rng.random() < 0.5 else 1) * storey
    mesh.quads(
        wall.rectangles(0, levels - 0.16, wide, levels + 0.06, 0.11), front.trim * 0.95, across=3, toward=wall.normal
    )
    mesh.quads(wall.ledges(0, wide, levels - 0.16, 0, 0.11), front.trim * 0.4, toward=(0, -1, 0))


def _railings(mesh: MeshBuilder, rng: Rng, front: Front, u0: Floats, u1: Floats, v0: Floats, number: int) -> None:
    """Small iron balconies before some windows."""
    chosen = np.flatnonzero(rng.random(number) < 0.35)
    if not len(chosen):
        return
    wall, left, right, foot = front.wall, u0[chosen] - 0.22, u1[chosen] + 0.22, v0[chosen] - 0.05
    mesh.quads(wall.rectangles(left, foot - 0.16, right, foot, 0.62), front.trim * 0.95, toward=wall.normal)
    mesh.quads(wall.ledges(left, right, foot - 0.16, 0, 0.62), front.trim * 0.45, toward=(0, -1, 0))
    iron = np.full(3, 0.028)
    part = np.linspace(0.0, 1.0, 9 if front.away < 45 else 5)[:, None]
    at = left + (right - left) * part
    mesh.quads(wall.rectangles(at - 0.014, foot, at + 0.014, foot + 0.85, 0.60), iron, toward=wall.normal)
    mesh.quads(wall.rectangles(left, foot + 0.83, right, foot + 0.89, 0.61), iron, toward=wall.normal)
    if rng.random() < 0.6 and front.away < 50:
        # Window boxes.
        size = rng.uniform(0.12, 0.2, len(chosen) * 5)
        where = rng.uniform(0.08, 0.92, len(size))
        base = np.repeat(left, 5) + np.repeat(right - left, 5) * where
        green = np.array([(0.07, 0.13, 0.03), (0.09, 0.16, 0.04), (0.45, 0.07, 0.09), (0.5, 0.2, 0.3)])[
            rng.integers(4, size=len(size))
        ]
        top = np.repeat(foot, 5) + 0.95
        mesh.quads(
            wall.rectangles(base - size, top - size, base + size, top + size * 0.7, rng.uniform(0.5, 0.72, len(size))),
            green,
            toward=wall.normal,
        )


def _reflection(row: Row, rng: Rng, wall: Wall, panes: Floats, clear: float) -> Floats:
    """What the panes show at their corners: the sky above the other side of the street, or that side."""
    tilt = rng.normal(size=(len(panes), 1, 3)).astype(np.float32) * np.float32(0.035)
    way = mirrored(wall, panes.reshape(-1, 3), row.eye).reshape(-1, 4, 3) + tilt
    way /= np.linalg.norm(way, axis=2, keepdims=True)
    facing = np.abs(way @ np.asarray(wall.normal, np.float32))[..., None]
    share = clear * (0.22 + 0.78 * (1 - facing) ** 3)
    # Sideways across the street the sky begins where the opposite roofs end.
    steep = way[..., 1] / np.maximum(np.abs(way[..., 0]), 0.05)
    height = np.where(steep > 0.75 + tilt[..., 0] * 6, np.maximum(way[..., 1], 0.2), -0.3)
    return np.asarray(sky_toward(row.light, height) * share + glint(row.light, way, 0.12) * share, np.float32)


def _cornice(row: Row, rng: Rng, front: Front, side: int, face: float, z: float) -> None:
    """The top: a moulding on brackets, chimneys, sometimes a slate mansard with dormers."""
    wall, wide, high, mesh = front.wall, front.wide, front.high, row.mesh
    for low, top, out, tone in ((-0.55, -0.25, 0.22, 0.95), (-0.25, 0.05, 0.42, 1.05), (0.05, 0.22, 0.52, 1.1)):
        mesh.quads(
            wall.rectangles(0, high + low, wide, high + top, out), front.trim * tone, across=4, toward=wall.normal
        )
        mesh.quads(wall.ledges(0, wide, high + low, 0, out), front.trim * 0.38, across=4, toward=(0, -1, 0))
    if front.away < 60:
        at = np.arange(0.3, wide, 0.62)
        mesh.quads(
            wall.rectangles(at - 0.11, high - 0.62, at + 0.11, high - 0.25, 0.36), front.trim * 0.9, toward=wall.normal
        )
    cap = np.array([0.82, 0.85, 0.90]) if row.snow else np.array([0.17, 0.165, 0.16])
    mesh.quads(wall.ledges(0, wide, high + 0.22, 0.52, -11), cap, toward=(0, 1, 0))
    if rng.random() < 0.45:
        slate = np.array([0.10, 0.105, 0.125]) * rng.uniform(0.8, 1.3)
        rise, back = rng.uniform(2.2, 3.0), 1.3
        base, crest = (
            wall.points(np.array([0, wide]), high + 0.2, 0.1),
            wall.points(np.array([0, wide]), high + rise, -back),
        )
        steps = np.linspace(0, 1, 10)
        for a, b in zip(steps[:-1], steps[1:], strict=True):
            edge = [
                base[0] + (crest[0] - base[0]) * a,
                base[1] + (crest[1] - base[1]) * a,
                base[1] + (crest[1] - base[1]) * b,
                base[0] + (crest[0] - base[0]) * b,
            ]
            mesh.quad(edge, slate * rng.uniform(0.86, 1.1), across=3, toward=(wall.outward[0], 0.6, 0))
        number = max(1, int(wide / 3.4))
        u = (np.arange(number) + 0.5) * wide / number
        mesh.quads(wall.rectangles(u - 0.62, high + 0.4, u + 0.62, high + 1.95, -0.05), front.trim, toward=wall.normal)
        dormer = wall.rectangles(u - 0.42, high + 0.6, u + 0.42, high + 1.7, 0.0)
        mesh.quads(dormer, 0.02, _reflection(row, rng, wall, dormer, 0.8), toward=wall.normal)
        mesh.quads(wall.ledges(u - 0.72, u + 0.72, high + 1.97, 0.15, -1.2), cap, toward=(0, 1, 0))
    number = int(rng.integers(1, 4))
    at = rng.uniform(0.08, 0.92, number)
    middle = np.stack(
        [np.full(number, face + side * rng.uniform(2.0, 4.0)), np.full(number, high + 1.8), z + wide * at], 1
    )
    mesh.boxes(middle, [0.45, 1.9, 0.7], np.array([0.27, 0.13, 0.09]) * rng.uniform(0.8, 1.2))


def _flank(row: Row, rng: Rng, front: Front, side: int, face: float, z: float, floors: int, storey: float) -> None:
    """The side wall above a lower neighbour, with a few windows."""
    flank = Wall((face, z), (side, 0), (0, -1))
    quads, _, _ = cells(flank, (0, 0, 12, front.high + 0.2), (2.0, 1.2) if front.away < 50 else (6.0, 3.0))
    row.mesh.quads(quads, front.tone * rng.normal(0.82, 0.05, (len(quads), 1)), toward=flank.normal)
    floor, column = (grid.ravel() for grid in np.meshgrid(np.arange(floors), np.arange(3), indexing="ij"))
    u, v = 1.6 + column * 3.4, BAND_TOP + 1.1 + floor * storey
    panes = flank.rectangles(u, v, u + 1.1, v + 1.7, 0.05)
    lit = (rng.random(len(floor)) < 0.35 * row.dark)[:, None, None]
    row.mesh.quads(flank.rectangles(u - 0.1, v - 0.1, u + 1.2, v + 1.8, 0.03), front.trim * 0.8, toward=flank.normal)
    row.mesh.quads(panes, 0.02, _reflection(row, rng, flank, panes, 0.6) + lit * front.room * 0.5, toward=flank.normal)


# -- the ground floor --------------------------------------------------------------------------------------------------


def _ground_floor(row: Row, rng: Rng, front: Front) -> None:
    """Shops beside each other between piers, or a house door between windows."""
    wall, mesh = front.wall, row.mesh
    number = max(1, round(front.wide / rng.uniform(4.2, 6.0)))
    pitch = front.wide / number
    for k in range(number):
        u0, u1 = k * pitch + 0.32, (k + 1) * pitch - 0.32
        _shop(row, rng, front, u0, u1)
    edges = np.arange(number + 1) * pitch
    left, right = np.maximum(edges - 0.32, 0), np.minimum(edges + 0.32, front.wide)
    for low, top, out in ((0.0, 0.5, 0.16), (0.5, SHOP_HIGH, 0.10), (SHOP_HIGH - 0.3, SHOP_HIGH + 0.05, 0.17)):
        mesh.quads(
            wall.rectangles(left, low, right, top, out),
            front.trim * (0.7 if low == 0 else 0.9),
            up=3,
            toward=wall.normal,
        )
    mesh.quads(
        wall.rectangles(0, BAND_TOP, front.wide, BAND_TOP + 0.28, 0.30), front.trim, across=3, toward=wall.normal
    )
    mesh.quads(wall.ledges(0, front.wide, BAND_TOP, 0.0, 0.30), front.trim * 0.4, across=3, toward=(0, -1, 0))


def _shop(row: Row, rng: Rng, front: Front, u0: float, u1: float) -> None:
    """A shop: its room behind glass, the painted frame, the board with its name, perhaps an awning."""
    wall, mesh = front.wall, row.mesh
    paint = PAINTS[rng.integers(len(PAINTS))]
    _shop_room(
        row.shops, row.fronts, rng, _Front(wall, front.wide, front.high, paint, front.room, front.away < 42), u0, u1
    )
    bars = np.linspace(u0, u1, max(2, round((u1 - u0) / 1.5)) + 1)
    mesh.quads(wall.rectangles(bars - 0.05, 0, bars + 0.05, SHOP_HIGH, 0.06), paint, up=2, toward=wall.normal)
    mesh.quads(wall.rectangles(u0, 2.55, u1, 2.66, 0.06), paint, toward=wall.normal)
    door = int(rng.integers(len(bars) - 1))
    solid = np.array([k for k in range(len(bars) - 1) if k != door])
    mesh.quads(wall.rectangles(bars[solid], 0, bars[solid + 1], 0.55, 0.07), paint * 1.15, toward=wall.normal)
    mesh.quads(
        wall.rectangles(bars[solid] + 0.14, 0.12, bars[solid + 1] - 0.14, 0.46, 0.085), paint * 0.8, toward=wall.normal
    )
    # What the glass mirrors lies over the room as thin strips: one looks in between them.
    strips = rng.uniform(u0, u1 - 0.3, 3)
    glass = wall.rectangles(strips, 0.6, np.minimum(strips + rng.uniform(0.10, 0.34, 3), u1), 2.5, 0.04)
    mesh.quads(glass, 0.02, _reflection(row, rng, wall, glass, 0.55), toward=wall.normal)
    transom = wall.rectangles(bars[:-1] + 0.06, 2.68, bars[1:] - 0.06, SHOP_HIGH, 0.05)
    mesh.quads(transom, 0.02, _reflection(row, rng, wall, transom, 0.6), toward=wall.normal)
    board = paint * rng.uniform(0.9, 1.2)
    mesh.quads(wall.rectangles(u0 - 0.1, SHOP_HIGH, u1 + 0.1, BAND_TOP, 0.20), board, across=2, toward=wall.normal)
    mesh.quads(wall.ledges(u0 - 0.1, u1 + 0.1, SHOP_HIGH, 0.0, 0.20), board * 0.5, toward=(0, -1, 0))
    ink = np.array([0.72, 0.66, 0.50]) if board.mean() < 0.2 else np.array([0.06, 0.05, 0.05])
    word = str(rng.choice(WORDS))
    name = letters(wall, word, (u0 + 0.2, SHOP_HIGH + 0.1, u1 - 0.2, BAND_TOP - 0.08), 0.23)
    mesh.quads(name, ink, ink * np.array([1.0, 0.85, 0.6]) * 1.5 * row.dark, toward=wall.normal)
    if rng.random() < 0.5:
        _awning(row, rng, wall, u0, u1)
    if row.dark > 0:
        for u in np.linspace(u0 + 0.5, u1 - 0.5, 3):
            mesh.quads(
                wall.rectangles(u - 0.08, BAND_TOP - 0.02, u + 0.08, BAND_TOP + 0.1, 0.46),
                0.1,
                np.array([1.0, 0.75, 0.45]) * 2.2 * row.dark,
                toward=wall.normal,
            )


def _awning(row: Row, rng: Rng, wall: Wall, u0: float, u1: float) -> None:
    """Striped cloth that slopes out over the pavement, with a scalloped edge."""
    number = max(6, int((u1 - u0) / 0.32))
    strips = np.linspace(u0, u1, number + 1)
    a, b = strips[:-1], strips[1:]
    out, top, low = 1.35, SHOP_HIGH - 0.04, SHOP_HIGH - 0.72
    plain = rng.random() < 0.4
    cloth = CLOTHS[rng.integers(len(CLOTHS))]
    tones = np.array([cloth, cloth if plain else np.array([0.66, 0.63, 0.56])])[np.arange(number) % 2]
    slope = np.stack(
        [wall.points(a, top, 0.1), wall.points(b, top, 0.1), wall.points(b, low, out), wall.points(a, low, out)], 1
    )
    row.mesh.quads(slope, tones, up=3, toward=(wall.outward[0], 1.6, 0))
    row.mesh.quads(slope - np.array([0, 0.015, 0]), tones * 0.35, tones * 0.06, toward=(-wall.outward[0] * 0.4, -1, 0))
    row.mesh.quads(wall.rectangles(a, low - 0.16, b, low, out), tones * 0.92, toward=wall.normal)
    end = min(u0, u1)
    for u in (end, max(u0, u1)):
        side = [
            wall.points(u, top, 0.1),
            wall.points(u, low, out),
            wall.points(u, low - 0.14, out),
            wall.points(u, low - 0.02, 0.1),
        ]
        row.mesh.quad(side, tones[0] * 0.85)
