"""Trains: a fast one of today, and an old one drawn by steam."""

import math

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.craft.coachwork import FLOOR, GUTTER, ROOF, SIDE, WINDOW, Bodywork, coat
from promptreel.engines.scenes.craft.fittings import box, lamp, tube, turned, wheel
from promptreel.engines.scenes.craft.hull import (
    BLACK,
    CHROME,
    DARK,
    GLASS,
    GOLD,
    STEEL,
    WHITE,
    Doubles,
    Hull,
    Move,
    RigidBody,
    Stuff,
    hinge,
    rolling,
)
from promptreel.engines.scenes.craft.trails import Plume
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import beams, head_and_tail, paint

Ints = NDArray[np.int64]

STRIPES = np.array([(0.45, 0.03, 0.03), (0.02, 0.12, 0.40), (0.02, 0.28, 0.20), (0.60, 0.25, 0.02)])
COACHES = np.array([(0.24, 0.03, 0.025), (0.03, 0.13, 0.07), (0.30, 0.16, 0.06)])
CAR = 18.0
GAP = 0.55

MOTOR = Bodywork(
    length=CAR,
    width=2.86,
    sill=0.42,
    waist=[(-9, 2.05), (3.8, 2.05), (6.5, 1.75), (9, 1.05)],
    top=[(-9, 3.80), (3.6, 3.80), (5.2, 3.55), (7.0, 2.55), (8.2, 1.75), (9, 1.15)],
    roof=[(-9, 0.86), (3.6, 0.86), (6.4, 0.74), (9, 0.6)],
    axles=(),
    wheel=0,
    nose=(4.2, 2.2),
    tail=(0.12, 6.0),
    rake=(0.5, 0.0),
    bulge=0.02,
    soft=0.7,
    crown=0.20,
    stride=2,
    steps=10,
)
MIDDLE = Bodywork(
    length=CAR,
    width=2.86,
    sill=0.42,
    waist=[(-9, 2.05), (9, 2.05)],
    top=[(-9, 3.80), (9, 3.80)],
    roof=[(-9, 0.86), (9, 0.86)],
    axles=(),
    wheel=0,
    nose=(0.12, 6.0),
    tail=(0.12, 6.0),
    rake=(0.0, 0.0),
    bulge=0.02,
    crown=0.20,
    stride=2,
    steps=3,
)


def build_train(casting: Casting) -> RigidBody:
    """Three carriages, or a steam engine with its tender and two coaches."""
    if casting.qualities & {"old", "wooden"}:
        return steam_train(casting)
    hull = Hull(casting.detail)
    named = casting.colour is not None or "golden" in casting.qualities
    stripe = WHITE if named else paint(casting, STRIPES)
    night = casting.night
    head, tail = head_and_tail(night)
    inside = Stuff(GLASS.colour, 0.9, 0.0, (1.0, 0.82, 0.50) if night else (0.0, 0.0, 0.0))
    shell = paint(casting, STRIPES) if named else Stuff((0.70, 0.70, 0.69), 0.7)
    stuffs = [shell, DARK, GLASS, head, tail, inside, stripe, Stuff((0.28, 0.29, 0.30), 0.3), BLACK]
    edges = np.linspace(-7.6, 4.4, 9)

    def where(kind: Ints, level: Doubles, x: Doubles, y: Doubles, z: Doubles) -> Ints:
        which = np.zeros(kind.shape, np.int64)
        which[kind == FLOOR] = 1
        which[(kind == SIDE) & (level < 0.25)] = 7
        which[(kind == SIDE) & (level > 0.60) & (level < 0.70)] = 6
        band = (kind == WINDOW) & (y < 3.35)
        inner = band & (z > edges[0]) & (z < edges[-1])
        which[inner] = 5
        for edge in edges:
            which[inner & (np.abs(z - edge) < 0.10)] = 8
        which[(kind == ROOF) & (np.abs(z) < 8.9) & (z < 4.8)] = 7
        which[((kind == ROOF) | (kind == GUTTER)) & (z > 5.5) & (z < 7.5)] = 2
        which[(kind == SIDE) & (z > 8.0) & (level > 0.64) & (x > 0.30) & (z < 8.93)] = 3
        return which

    def plain(kind: Ints, level: Doubles, x: Doubles, y: Doubles, z: Doubles) -> Ints:
        which = where(kind, level, x, y, np.minimum(z, 4.0))
        rest = (kind == WINDOW) & (z > 4.4)
        which[rest] = np.where((z < 7.6) & (np.abs((z - 4.4) % 1.5 - 0.0) > 0.1) & (y < 3.35), 5, 0)[rest]
        return which

    cuts = [edge + s * 0.10 for edge in edges for s in (-1, 1)]
    step = CAR + GAP
    for k, (z, body, turn) in enumerate(((step, MOTOR, 0.0), (0.0, MIDDLE, 0.0), (-step, MOTOR, math.pi))):
        with hull.place((0, 0, z), turn=turn):
            light = list(stuffs)
            if turn:
                light[3] = tail
            extra = (
                [4.4 + 1.5 * j + s * 0.1 for j in range(3) for s in (-1, 1)] if body is MIDDLE else [5.5, 7.5, 8.0, 8.6]
            )
            coat(hull, body, cuts + extra, light, plain if body is MIDDLE else where)
            _doors(hull, night)
            if k == 1 and hull.detail:
                tube(hull, [(0, 3.8, -4.0), (0, 4.5, -5.2), (0, 5.0, -4.2)], 0.05, BLACK, 5)
                tube(hull, [(-0.8, 5.0, -4.2), (0.8, 5.0, -4.2)], 0.04, BLACK, 5)
        for offset in (-6.0, 6.0 if body is MIDDLE or turn else 5.0):
            _bogie(hull, z + (offset if not turn else -offset))
    for z in (step / 2, -step / 2):
        box(hull, (0, 2.1, z), (1.22, 1.5, GAP / 2 + 0.05), Stuff((0.03, 0.03, 0.033), 0.1))
    return hull.build(lambda _t: beams(night, step + 9, -step - 9, 1.2, 0.7))


def _doors(hull: Hull, night: bool) -> None:
    if hull.detail < 2:
        return
    for side in (-1, 1):
        for z in (-8.2, 4.85):
            box(hull, (side * 1.405, 1.75, z), (0.02, 1.15, 0.42), Stuff((0.45, 0.46, 0.47), 0.5), 0.01)


def _bogie(hull: Hull, z: float) -> None:
    """A frame with two axles."""
    for side in (-1, 1):
        box(hull, (side * 1.02, 0.52, z), (0.10, 0.16, 1.75), BLACK, 0.05)
        for axle in (-1.25, 1.25):
            _rail_wheel(hull, (side * 0.78, 0.44, z + axle), 0.44)


def _rail_wheel(hull: Hull, centre: tuple[float, float, float], radius: float, spokes: int = 0) -> None:
    if hull.detail == 2 and spokes:
        wheel(hull, centre, radius, 0.16, Stuff((0.25, 0.03, 0.025), 0.4), spokes=spokes, share=0.88)
        return
    with hull.part(rolling(hull.here(centre).tolist(), radius)):
        turned(
            hull,
            [(radius, -0.07), (radius, 0.07), (radius * 0.9, 0.08), (radius * 0.3, 0.05)],
            14,
            STEEL.times(0.5),
            centre=centre,
            axis="x",
        )


def steam_train(casting: Casting) -> RigidBody:
    """Engine and tender, two wooden coaches, smoke that trails behind the chimney."""
    hull = Hull(casting.detail)
    green = paint(casting, np.array([(0.03, 0.10, 0.055), (0.02, 0.02, 0.022), (0.20, 0.025, 0.02)]), 0.55)
    coach = green.times(1.3) if casting.colour is not None else paint(casting, COACHES, 0.45)
    night = casting.night
    front = 18.0
    with hull.place((0, 0, front - 5.0)):
        _engine(hull, green, night)
    with hull.place((0, 0, front - 13.3)):
        box(hull, (0, 1.95, 0), (1.25, 0.85, 2.6), green, 0.08)
        box(hull, (0, 2.85, 0.2), (1.05, 0.22, 2.1), DARK, 0.2)
        box(hull, (0, 0.95, 0), (1.1, 0.18, 2.8), BLACK, 0.03)
        for z in (-1.7, 0.0, 1.7):
            for side in (-1, 1):
                _rail_wheel(hull, (side * 0.78, 0.5, z), 0.5, 8)
    for k in range(2):
        with hull.place((0, 0, front - 22.2 - 11.2 * k)):
            _coach(hull, coach, night)

    return hull.build(
        lambda _t: beams(night, front + 0.5, -front, 2.2, 0.2)[:2], _steam(front - 1.5) if hull.detail else ()
    )


def _steam(chimney: float) -> tuple[Plume, ...]:
    """Smoke from the chimney at z = `chimney` m, a puff at every stroke; steam from the cylinders below it."""
    smoke = Plume(
        mouth=(0.0, 4.5, chimney), velocity=(0.0, 9.0, 0.0), every=1.6, by_travel=True, life=6.5, radius=0.36,
        growth=1.55, spread=0.12, drag=1.7, buoyancy=0.9, albedo=0.5, opacity=0.42, fire=(0.10, 0.04, 0.012), reach=1.5,
    )  # fmt: skip
    leaks = (
        Plume(
            mouth=(side * 1.5, 0.9, chimney), velocity=(side * 2.2, 0.2, 0.0), every=3.6, by_travel=True, life=1.2,
            radius=0.15, growth=0.55, drag=3.0, buoyancy=0.6, albedo=0.9, opacity=0.28,
        )
        for side in (-1.0, 1.0)
    )  # fmt: skip
    return smoke, *leaks


def _engine(hull: Hull, main: Stuff, night: bool) -> None:
    """A steam locomotive 10 m long, its front at z = 5."""
    head, _ = head_and_tail(night)
    boiler = [
        (0.0, 4.42),
        (0.60, 4.40),
        (0.78, 4.30),
        (0.82, 4.2),
        (0.82, 3.2),
        (0.80, 3.15),
        (0.80, -1.9),
        (0.98, -2.0),
        (0.98, -3.4),
    ]
    turned(hull, boiler, 22, [main, BLACK], [1, 1, 1, 1, 1, 0, 0, 0], centre=(0, 2.45, 0), axis="z", crease=30)
    for z in (2.4, 1.0, -0.4, -1.7):
        turned(
            hull,
            [(0.81, z - 0.04), (0.825, z - 0.04), (0.825, z + 0.04), (0.81, z + 0.04)],
            22,
            GOLD,
            centre=(0, 2.45, 0),
            axis="z",
            caps=(False, False),
        )
    turned(
        hull,
        [(0.22, 3.1), (0.24, 3.9), (0.34, 4.35), (0.36, 4.42), (0.28, 4.42), (0.20, 4.1)],
        16,
        [BLACK, GOLD],
        [0, 0, 1, 0, 0],
        centre=(0, 0, 3.5),
    )
    turned(hull, [(0.36, 3.1), (0.36, 3.45), (0.30, 3.68), (0.0, 3.76)], 16, GOLD, centre=(0, 0, 1.2))
    turned(hull, [(0.30, 3.1), (0.30, 3.4), (0.20, 3.55), (0.0, 3.6)], 16, main, centre=(0, 0, -0.4))
    # Cab.
    for side in (-1, 1):
        box(hull, (side * 1.20, 1.95, -4.0), (0.05, 0.75, 0.95), main, 0.02)
        box(hull, (side * 1.20, 3.35, -4.0), (0.05, 0.14, 0.95), main, 0.02)
        for z in (-4.88, -4.0, -3.12):
            box(hull, (side * 1.20, 2.95, z), (0.05, 0.35, 0.08), main, 0.02)
    box(hull, (0, 2.3, -3.10), (1.2, 1.15, 0.05), main, 0.02)
    roof = [(x, 3.48 + 0.28 * (1 - (x / 1.4) ** 2), 0.0) for x in np.linspace(-1.4, 1.4, 9)]
    hull.grid([[(x, y, z) for x, y, _ in roof] for z in (-5.2, -2.9)], BLACK, toward=(0, 1, 0))
    glow = Stuff((0.02, 0.01, 0.008), 0.1, 0.0, (1.4, 0.6, 0.15) if night else (0.10, 0.04, 0.01))
    box(hull, (0, 2.2, -3.2), (1.1, 0.9, 0.02), glow)
    # Running board, frame, buffer beam with buffers, cylinders.
    for side in (-1, 1):
        box(hull, (side * 1.08, 1.52, 0.2), (0.20, 0.035, 4.4), BLACK, 0.02)
        turned(
            hull,
            [(0.36, 3.0), (0.38, 3.05), (0.38, 4.0), (0.36, 4.05)],
            16,
            main,
            centre=(side * 1.08, 1.0, 0),
            axis="z",
        )
        turned(
            hull,
            [(0.09, 4.6), (0.09, 5.0), (0.24, 5.02), (0.24, 5.10)],
            12,
            BLACK,
            centre=(side * 0.85, 1.1, 0),
            axis="z",
        )
        box(hull, (side * 0.45, 1.15, 0.3), (0.05, 0.25, 4.4), BLACK, 0.02)
    box(hull, (0, 1.15, 4.62), (1.25, 0.20, 0.07), Stuff((0.45, 0.03, 0.02), 0.4), 0.02)
    lamp(hull, (0, 3.42, 4.30), 0.20, head, GOLD)
    # Cow catcher: bars that meet below in front.
    for x in np.linspace(-1.1, 1.1, 9):
        tube(hull, [(x, 0.95, 4.68), (x * 0.85, 0.22, 5.35 - 0.45 * abs(x))], 0.035, BLACK, 4)
    # Three driving axles with rods, and a leading pair.
    radius = 0.78
    for side in (-1, 1):
        for z in (-2.2, -0.3, 1.6):
            _rail_wheel(hull, (side * 0.78, radius, z), radius, 12)
        _rail_wheel(hull, (side * 0.78, 0.42, 3.55), 0.42, 8)
        at = hull.here((0, 0, 0))
        quarter = 0.0 if side > 0 else math.pi / 2

        def swing(t: float, travelled: float, quarter: float = quarter) -> tuple[Doubles, Doubles]:
            angle = math.fmod(travelled / radius, 2 * math.pi) + quarter
            return np.eye(3), 0.30 * np.array([0.0, math.cos(angle), math.sin(angle)])

        with hull.part(swing):
            box(hull, (side * 0.94, radius, -0.3), (0.035, 0.07, 2.05), CHROME, 0.02)
        pin = (side * 1.0, 1.0, 3.0)
        with hull.part(_piston(float(at[2]), radius, quarter)):
            tube(hull, [(pin[0], 1.0, 3.1), (pin[0], 0.9, -0.3)], 0.05, CHROME, 6)


def _piston(z: float, radius: float, quarter: float) -> Move:
    """The rod from the crosshead to the middle driving wheel: it swings a little and runs to and fro."""
    base = hinge(
        "x", (0.0, 1.0, z + 3.0), lambda _t, way: 0.09 * math.sin(math.fmod(way / radius, 2 * math.pi) + quarter)
    )

    def move(t: float, travelled: float) -> tuple[Doubles, Doubles]:
        rotation, offset = base(t, travelled)
        along = 0.30 * math.sin(math.fmod(travelled / radius, 2 * math.pi) + quarter)
        return rotation, offset + np.array([0.0, 0.0, along])

    return move


def _coach(hull: Hull, main: Stuff, night: bool) -> None:
    """A coach 10.6 m long with a clerestory roof and lit windows."""
    inside = Stuff((0.03, 0.022, 0.012), 0.8, 0.0, (1.2, 0.80, 0.34) if night else (0.0, 0.0, 0.0))
    box(hull, (0, 1.70, 0), (1.32, 0.62, 5.2), main, 0.04)
    box(hull, (0, 2.65, 0), (1.27, 0.36, 5.1), inside)
    box(hull, (0, 3.10, 0), (1.34, 0.14, 5.25), main.times(1.2), 0.04)
    for side in (-1, 1):
        for z in np.linspace(-5.12, 5.12, 11):
            box(hull, (side * 1.29, 2.65, z), (0.04, 0.38, 0.11), main, 0.015)
        box(hull, (side * 1.33, 2.24, 0), (0.012, 0.03, 5.2), GOLD, 0.008)
    for z in (-5.12, 5.12):
        box(hull, (0, 2.65, z), (1.28, 0.38, 0.06), main, 0.01)
    arc = np.linspace(-1, 1, 11)
    roof = Stuff((0.10, 0.10, 0.105), 0.15)
    hull.grid([[(1.42 * x, 3.22 + 0.42 * (1 - x * x), z) for x in arc] for z in (-5.4, 5.4)], roof, toward=(0, 1, 0))
    box(hull, (0, 3.66, 0), (0.55, 0.16, 4.7), roof, 0.05)
    box(hull, (0, 0.98, 0), (1.15, 0.12, 5.25), BLACK, 0.03)
    for z in (-3.4, 3.4):
        for side in (-1, 1):
            for axle in (-0.9, 0.9):
                _rail_wheel(hull, (side * 0.78, 0.45, z + axle), 0.45)
            box(hull, (side * 0.95, 0.5, z), (0.07, 0.13, 1.3), BLACK, 0.03)


ROWS = (Subject("train", build_train, "rail", 55.1, 5.0, {"drive": 22.0, "ride": 22.0, "stand": 0.0}),)
