"""Balls, umbrellas, wrapped gifts."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, box, sheet, tube, turned
from promptreel.engines.scenes.craft.hull import (
    BLACK,
    STEEL,
    WOOD,
    Bend,
    Doubles,
    Floats,
    Hull,
    RigidBody,
    Stuff,
    about,
    hinge,
    shift,
    stuff,
)
from promptreel.engines.scenes.stage import Casting, Subject

BEACH = np.array([(0.62, 0.04, 0.03), (0.72, 0.50, 0.03), (0.03, 0.18, 0.50), (0.05, 0.30, 0.10)])
CLOTHS = np.array(
    [
        (0.55, 0.03, 0.04),
        (0.04, 0.12, 0.36),
        (0.68, 0.46, 0.04),
        (0.04, 0.26, 0.20),
        (0.04, 0.04, 0.045),
        (0.60, 0.20, 0.32),
    ]
)
RADIUS = 0.20


def _bouncing(high: float, period: float, radius: float) -> Bend:
    """Up and down under gravity; squashed along the vertical, at constant volume, where it meets the ground."""
    contact = 0.10

    def bend(t: float, travelled: float, vertices: Floats, normals: Floats) -> tuple[Floats, Floats]:
        u = math.fmod(t / period, 1.0)
        if u < contact:  # Pressed flat and back.
            press = 0.30 * math.sin(math.pi * u / contact)
            lift = 0.0
        else:
            s = (u - contact) / (1 - contact)
            press = -0.07 * abs(1 - 2 * s) ** 3
            lift = high * 4 * s * (1 - s)
        tall, wide = 1 - press, 1 / math.sqrt(1 - press)
        spin = about("x", travelled / radius + 1.1 * t).astype(np.float32)
        points = (vertices - np.array([0, radius, 0], np.float32)) @ spin.T
        points = points * np.array([wide, tall, wide], np.float32) + np.array([0, radius * tall + lift, 0], np.float32)
        turned_normals = (normals @ spin.T) / np.array([wide, tall, wide], np.float32)
        turned_normals /= np.linalg.norm(turned_normals, axis=1, keepdims=True)
        return np.asarray(points, np.float32), np.asarray(turned_normals, np.float32)

    return bend


def build_ball(casting: Casting) -> RigidBody:
    """A beach ball with gores, or a football, or a plain rubber ball of the colour that is named."""
    hull = Hull(casting.detail)
    rng = casting.rng
    kind = (
        "plain"
        if casting.colour is not None and rng.random() < 0.4
        else ("beach" if rng.random() < 0.6 else "football")
    )
    if casting.colour is not None:
        main = np.asarray(casting.colour, float)
        colours = [main, np.array([0.72, 0.71, 0.68])]
    else:
        colours = (
            [np.array([0.72, 0.71, 0.68]), *BEACH]
            if kind == "beach"
            else [np.array([0.70, 0.69, 0.66]), np.array([0.02, 0.02, 0.022])]
        )
    gloss = 0.65 if kind != "football" else 0.35
    stuffs = [stuff(colour, gloss, 0.12) for colour in colours]
    if "glowing" in casting.qualities:
        stuffs = [s.lit(np.array(s.colour) * 1.6) for s in stuffs]
    rows, sides = hull.n(24, 8), hull.n(36, 12)
    rise = np.linspace(-np.pi / 2, np.pi / 2, rows + 1)
    turn = np.arange(sides) * (2 * np.pi / sides)
    unit = np.stack(
        [
            np.cos(rise)[:, None] * np.sin(turn),
            np.broadcast_to(np.sin(rise)[:, None], (rows + 1, sides)),
            np.cos(rise)[:, None] * np.cos(turn),
        ],
        -1,
    )
    which = np.zeros((rows, sides), int)
    if kind == "beach":
        which[:] = (
            (np.arange(sides) * 6 // sides) % len(stuffs)
            if len(stuffs) != 5
            else np.array([0, 1, 0, 3, 0, 2])[np.arange(sides) * 6 // sides]
        )
        which[[0, -1]] = 0
        tint = None
    elif kind == "football":
        # Black where one of the twelve corners of an icosahedron is near.
        golden = (1 + math.sqrt(5)) / 2
        corners = np.array([(0, a, b * golden) for a in (-1, 1) for b in (-1, 1)])
        corners = np.concatenate([np.roll(corners, k, axis=1) for k in range(3)]) / math.hypot(1, golden)

        def tint(points: Doubles) -> Doubles:
            near = ((points - [0, RADIUS, 0]) / RADIUS) @ corners.T
            patch = np.clip((near.max(axis=1) - 0.93) / 0.02, 0, 1)
            return np.asarray(1 - 0.97 * patch)
    else:
        tint = None
    action = casting.action
    with hull.part(bend=_bouncing(0.20, 0.46, RADIUS) if action in ("bounce", "jump") else _rolling_bend()):
        hull.grid(unit * RADIUS + [0, RADIUS, 0], stuffs, which, wrap=True, crease=90, tint=tint)
    return hull.build()


def _rolling_bend() -> Bend:
    def bend(t: float, travelled: float, vertices: Floats, normals: Floats) -> tuple[Floats, Floats]:
        spin = about("x", math.fmod(travelled / RADIUS, 2 * math.pi)).astype(np.float32)
        middle = np.array([0, RADIUS, 0], np.float32)
        return np.asarray((vertices - middle) @ spin.T + middle, np.float32), np.asarray(normals @ spin.T, np.float32)

    return bend


def build_umbrella(casting: Casting) -> RigidBody:
    """An open umbrella upright on its handle: eight ribs, the cloth hanging a little between them."""
    hull = Hull(casting.detail)
    rng = casting.rng
    colour = CLOTHS[rng.integers(len(CLOTHS))] if casting.colour is None else np.asarray(casting.colour, float)
    cloth = stuff(colour, 0.12, 0.45)
    second = (
        stuff(np.minimum(colour * 0.6, 0.8), 0.12, 0.45) if casting.colour is None and rng.random() < 0.4 else cloth
    )
    spin = hinge("y", (0, 0, 0), lambda t, _: 1.6 * t if casting.action == "spin" else 0.12 * math.sin(0.9 * t))
    lean = hinge("z", (0, 0, 0), lambda t, _: 0.04 * math.sin(1.2 * t) if casting.action != "stand" else 0.0)
    rise = shift(
        lambda t, _: (
            0.0,
            0.04 * math.sin(1.4 * t) if casting.action in ("float", "fly", "fall", "drift") else 0.0,
            0.0,
        )
    )
    with hull.part(rise), hull.part(lean), hull.part(spin):
        ribs = 8
        sides = ribs * (6 if hull.detail == 2 else 2)
        turn = np.arange(sides) * (2 * np.pi / sides)
        between = np.abs(np.sin(turn * ribs / 2))
        rows = []
        for q in np.linspace(0.02, 1.0, hull.n(11, 5)):
            dome = 0.96 - 0.27 * q**2.2
            scallop = 1 - 0.045 * between * q**2
            rows.append(
                np.stack(
                    [
                        0.56 * q * scallop * np.cos(turn),
                        dome - 0.020 * between * q**1.5 + 0.03 * between * q**4,
                        0.56 * q * scallop * np.sin(turn),
                    ],
                    1,
                )
            )
        which = np.broadcast_to((np.arange(sides) * ribs // sides) % 2, (len(rows) - 1, sides))
        # Closed rings, for a sheet has edges of its own.
        rings = [np.concatenate([row, row[:1]]) for row in rows]
        sheet(hull, rings, [cloth, second], which, toward=(0, 1, 0))
        tube(hull, [(0, 0.10, 0), (0, 1.0, 0)], 0.007, STEEL, 8)
        turned(hull, [(0.012, 0.95), (0.016, 0.97), (0.006, 0.985), (0.004, 1.03)], 10, BLACK)
        hook = [(0, 0.18, 0), (0, 0.08, 0)] + [
            (0.035 - 0.035 * math.cos(a), 0.05 - 0.05 * math.sin(a), 0) for a in np.linspace(0, 2.7, 8)
        ]
        tube(hull, hook, 0.012, WOOD, 9)
        for k in range(ribs):
            a = 2 * math.pi * k / ribs
            rib = [
                (0.55 * q * math.cos(a), 0.955 - 0.27 * q**2.2 - 0.006, 0.55 * q * math.sin(a))
                for q in np.linspace(0.03, 1, 6)
            ]
            tube(hull, rib, 0.003, STEEL, 4, closed=False)
            tube(
                hull,
                [(0, 0.70, 0), (0.28 * math.cos(a), 0.955 - 0.27 * 0.5**2.2 - 0.01, 0.28 * math.sin(a))],
                0.0025,
                STEEL,
                3,
                closed=False,
            )
    return hull.build()


def build_gift(casting: Casting) -> RigidBody:
    """A wrapped present with ribbon and bow."""
    hull = Hull(casting.detail)
    rng = casting.rng
    colour = CLOTHS[rng.integers(len(CLOTHS))] if casting.colour is None else np.asarray(casting.colour, float)
    paper = stuff(colour, 0.55)
    ribbon = Stuff((0.74, 0.50, 0.12), 0.8) if max(colour) < 0.66 else Stuff((0.55, 0.03, 0.04), 0.6)
    hop = shift(lambda t, _: (0.0, 0.05 * abs(math.sin(2.2 * t)) if casting.action in ("jump", "bounce") else 0.0, 0.0))
    with hull.part(hop):
        box(hull, (0, 0.14, 0), (0.18, 0.14, 0.18), paper, 0.010)
        box(hull, (0, 0.275, 0), (0.19, 0.035, 0.19), paper.times(1.12), 0.010)
        for half in ((0.028, 0.1405, 0.1815), (0.1815, 0.1405, 0.028)):
            box(hull, (0, 0.14, 0), half, ribbon, 0.002)
        for half in ((0.028, 0.037, 0.1915), (0.1915, 0.037, 0.028)):
            box(hull, (0, 0.275, 0), half, ribbon, 0.002)
        for k in range(6):
            a = 2 * math.pi * k / 6 + 0.3
            loop = []
            for q in np.linspace(0, 1, 12):
                out, up = (
                    0.10 * math.sin(math.pi * q) + 0.015,
                    0.31 + 0.055 * math.sin(2 * math.pi * q * 0.5) * (1.2 if q < 0.5 else 0.5),
                )
                loop.append(
                    [
                        (out * math.cos(a) - s * 0.022 * math.sin(a), up, out * math.sin(a) + s * 0.022 * math.cos(a))
                        for s in (-1, 1)
                    ]
                )
            sheet(hull, loop, ribbon, toward=(0, 1, 0), thick=0.0008)
        ball(hull, (0, 0.335, 0), (0.03, 0.022, 0.03), ribbon, 10)
    return hull.build()


ROWS = (
    Subject(
        "ball",
        build_ball,
        "ground",
        0.40,
        0.40,
        {"bounce": 1.0, "roll": 1.4, "jump": 1.0, "fly": 3.0, "float": 0.0, "stand": 0.0, "fall": 1.5},
        group=5,
    ),
    Subject(
        "umbrella",
        build_umbrella,
        "ground",
        1.12,
        1.03,
        {"stand": 0.0, "spin": 0.0, "float": 0.3, "drift": 0.5, "fly": 1.0, "fall": 0.8},
        group=5,
    ),
    Subject("gift", build_gift, "ground", 0.38, 0.39, {"stand": 0.0, "jump": 0.0, "bounce": 0.0}, group=5),
)
