"""Buses and lorries."""

import math

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.craft.coachwork import FLOOR, GUTTER, LEDGE, ROOF, SIDE, WINDOW, Bodywork, Painter, coat
from promptreel.engines.scenes.craft.fittings import box, plate, tube, wheel
from promptreel.engines.scenes.craft.hull import (
    BLACK,
    CHROME,
    DARK,
    GLASS,
    RUBBER,
    STEEL,
    Doubles,
    Hull,
    RigidBody,
    Stuff,
    shift,
)
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import beams, head_and_tail, paint

Ints = NDArray[np.int64]

BUS_PAINTS = np.array([(0.45, 0.03, 0.025), (0.03, 0.14, 0.38), (0.05, 0.25, 0.13), (0.62, 0.30, 0.02)])
LORRY_PAINTS = np.array(
    [(0.48, 0.03, 0.03), (0.03, 0.10, 0.32), (0.60, 0.60, 0.58), (0.04, 0.20, 0.12), (0.55, 0.22, 0.02)]
)

BUS = Bodywork(
    length=11.6,
    width=2.52,
    sill=0.32,
    waist=[(-5.8, 1.30), (5.8, 1.22)],
    top=[(-5.8, 3.08), (-5.0, 3.16), (4.9, 3.16), (5.8, 3.04)],
    roof=[(-5.8, 0.93), (5.8, 0.93)],
    axles=(-2.95, 3.05),
    wheel=0.48,
    nose=(0.55, 4.0),
    tail=(0.45, 4.5),
    rake=(0.12, 0.06),
    bulge=0.012,
    crown=0.13,
    flare=0.0,
    stride=2,
    steps=8,
)
CAB = Bodywork(
    length=2.25,
    width=2.46,
    sill=0.42,
    waist=[(-1.2, 1.78), (1.2, 1.70)],
    top=[(-1.2, 3.30), (-0.3, 3.26), (0.45, 2.98), (0.80, 2.82), (1.2, 2.76)],
    roof=[(-1.2, 0.90), (1.2, 0.86)],
    axles=(0.05,),
    wheel=0.50,
    nose=(0.42, 3.6),
    tail=(0.10, 6.0),
    rake=(0.16, 0.0),
    bulge=0.015,
    crown=0.16,
    flare=0.02,
    steps=8,
)


def build_bus(casting: Casting) -> RigidBody:
    """A city bus; old ones have two decks."""
    hull = Hull(casting.detail)
    main = paint(casting, BUS_PAINTS, 0.65)
    old = "old" in casting.qualities
    body = BUS
    half, wide = body.length / 2, body.width / 2
    night = casting.night
    head, tail = head_and_tail(night)
    inside = Stuff(GLASS.colour, 0.9, 0.0, (0.85, 0.70, 0.42) if night else (0.0, 0.0, 0.0))
    edges = np.linspace(-half + 0.75, half - 1.0, 8)
    sign = Stuff((0.02, 0.012, 0.004), 0.5, 0.0, (1.6, 0.75, 0.08) if night else (0.55, 0.24, 0.02))
    phase = float(casting.rng.uniform(0, 6))

    def where(kind: Ints, level: Doubles, x: Doubles, y: Doubles, z: Doubles) -> Ints:
        which = np.zeros(kind.shape, np.int64)
        which[kind == FLOOR] = 1
        which[(kind == ROOF)] = 6
        ahead, behind = z > half - body.nose[0], z < -half + body.tail[0]
        window = (kind == WINDOW) & (y < 2.80)
        which[window & (z > edges[0]) & (z < edges[-1])] = 5
        which[window & (z > half - 0.8) & (z < half)] = 2
        which[window & behind & (x < 0.85 * wide) & (y > 1.6)] = 2
        for edge in edges:
            which[window & (np.abs(z - edge) < 0.05)] = 7
        which[(kind == SIDE) & (level < 0.25)] = 8
        lens = (kind == SIDE) & (level > 0.25) & (level < 0.52) & (x > 0.62 * wide)
        which[lens & (z > half - 0.30)] = 3
        which[lens & (z < -half + 0.10)] = 4
        which[(kind == LEDGE) & ahead] = 7
        which[(kind == GUTTER) & ahead] = 7
        return which

    stuffs = [main, DARK, GLASS, head, tail, inside, Stuff((0.66, 0.66, 0.63), 0.4), BLACK, RUBBER]
    cuts = [half - 0.8, *(edge + s * 0.05 for edge in edges for s in (-1, 1))]
    with hull.part(shift(lambda t, way: (0, 0.012 * math.sin(way * 0.9 + phase) + 0.003 * math.sin(19 * t), 0))):
        coat(hull, body, cuts, stuffs, where)
        if old:
            upper = Bodywork(
                length=11.3, width=2.46, sill=2.95, waist=[(-6, 3.22), (6, 3.22)], top=[(-6, 4.42), (6, 4.42)],
                roof=[(-6, 0.93), (6, 0.93)], axles=(), wheel=0, nose=(0.5, 3.2), tail=(0.4, 3.5), rake=(0.10, 0.06),
                bulge=0.01, crown=0.16, stride=8, steps=4,
            )  # fmt: skip
            coat(
                hull,
                upper,
                cuts,
                [main, main, GLASS, head, tail, inside, main.times(1.1), BLACK, main],
                where_upper(edges),
            )
        if hull.detail:
            box(hull, (0, 2.86, half - 0.20), (0.80, 0.13, 0.06), sign, 0.02)
            for side in (-1, 1):
                tube(
                    hull,
                    [
                        (side * 0.9, 2.75, half - 0.25),
                        (side * 1.36, 2.62, half + 0.12),
                        (side * 1.40, 2.35, half + 0.14),
                    ],
                    0.025,
                    BLACK,
                )
                box(hull, (side * 1.40, 2.22, half + 0.14), (0.09, 0.20, 0.06), BLACK, 0.05)
            for z in (half - 1.35, 0.25):
                x = wide * 1.004
                for k in (0, 1):
                    z0 = z - 0.62 + 0.64 * k
                    plate(
                        hull,
                        [(x, 0.42, z0), (x, 0.42, z0 + 0.60), (x, 2.55, z0 + 0.60), (x, 2.55, z0)],
                        BLACK,
                        (1, 0, 0),
                    )
                    plate(
                        hull,
                        [
                            (x + 0.006, 0.55, z0 + 0.06),
                            (x + 0.006, 0.55, z0 + 0.54),
                            (x + 0.006, 2.47, z0 + 0.54),
                            (x + 0.006, 2.47, z0 + 0.06),
                        ],
                        inside,
                        (1, 0, 0),
                    )
            if not old:
                box(hull, (0, 3.20, -1.6), (0.75, 0.11, 1.3), Stuff((0.55, 0.55, 0.53), 0.2), 0.08)
            plate(
                hull,
                [
                    (-0.26, 0.55, half + 0.01),
                    (0.26, 0.55, half + 0.01),
                    (0.26, 0.66, half + 0.01),
                    (-0.26, 0.66, half + 0.01),
                ],
                STEEL,
                (0, 0, 1),
            )
    for z in body.axles:
        for side in (-1, 1):
            wheel(hull, (side * (wide - 0.17), body.wheel, z), body.wheel, 0.29, STEEL, spokes=0, share=0.58)
    return hull.build(lambda _t: beams(night, half, -half, 0.75, 0.9))


def where_upper(edges: Doubles) -> Painter:
    """The painter of a bus's upper deck."""

    def where(kind: Ints, level: Doubles, x: Doubles, y: Doubles, z: Doubles) -> Ints:
        which = np.zeros(kind.shape, np.int64)
        which[(kind == WINDOW) & (y > 3.3)] = 5
        for edge in edges:
            which[(kind == WINDOW) & (np.abs(z - edge) < 0.05)] = 0
        which[kind == ROOF] = 6
        return which

    return where


def build_truck(casting: Casting) -> RigidBody:
    """A cab over its engine, a box body on a frame, three axles."""
    hull = Hull(casting.detail)
    main = paint(casting, LORRY_PAINTS, 0.7)
    night = casting.night
    head, tail = head_and_tail(night)
    wide = CAB.width / 2
    front = 4.55
    cab = front - CAB.length / 2
    load = Stuff((0.64, 0.64, 0.62), 0.3) if casting.rng.random() < 0.7 else main.times(0.9)
    if "wooden" in casting.qualities:
        load = Stuff((0.24, 0.13, 0.06), 0.15)

    def where(kind: Ints, level: Doubles, x: Doubles, y: Doubles, z: Doubles) -> Ints:
        which = np.zeros(kind.shape, np.int64)
        which[kind == FLOOR] = 1
        nose = z > 1.125 - 0.36
        which[(kind == WINDOW) & nose & (y < 2.62)] = 2
        which[(kind == WINDOW) & (z > -0.42) & (z < 0.56) & (y < 2.62)] = 2
        which[(kind == WINDOW) & (z >= 0.56) & ~nose] = 7
        which[(kind == SIDE) & (level < 0.10)] = 8
        which[(kind == SIDE) & nose & (level > 0.40) & (level < 0.90) & (x < 0.62 * wide)] = 5
        which[(kind == SIDE) & nose & (level > 0.10) & (level < 0.25) & (x > 0.45 * wide)] = 3
        which[(kind == SIDE) & nose & (level > 0.25) & (level < 0.40)] = 7
        seam = (np.abs(z + 0.48) < 0.008) | (np.abs(z - 0.62) < 0.008)
        which[seam & (kind == SIDE)] = 5
        return which

    phase = float(casting.rng.uniform(0, 6))
    stuffs = [main, DARK, GLASS, head, tail, Stuff((0.012, 0.012, 0.013), 0.35), main, BLACK, RUBBER]
    with hull.part(shift(lambda t, way: (0, 0.012 * math.sin(way * 1.1 + phase) + 0.004 * math.sin(21 * t), 0))):
        with hull.place((0, 0, cab)):
            coat(hull, CAB, [-0.488, -0.472, -0.42, 0.56, 0.612, 0.628, 0.765], stuffs, where)
            if hull.detail:
                for k in range(4):
                    box(hull, (0, 1.00 + 0.15 * k, 1.06 - 0.02 * k), (0.60, 0.018, 0.03), STEEL, 0.012)
                for side in (-1, 1):
                    box(hull, (side * 1.42, 2.20, 0.80), (0.10, 0.30, 0.08), BLACK, 0.06)
                    tube(hull, [(side * 1.15, 2.55, 0.70), (side * 1.42, 2.52, 0.80)], 0.022, BLACK)
                    box(hull, (side * 1.245, 1.55, -0.38), (0.012, 0.025, 0.11), BLACK, 0.01)
                    tube(hull, [(side * 0.85, 1.2, -1.28), (side * 0.85, 3.35, -1.28)], 0.075, CHROME)
                    for across in (-0.5, 0.0, 0.5):  # Marker lights on the roof.
                        if side > 0:
                            box(
                                hull,
                                (across, 3.02, 0.48),
                                (0.05, 0.025, 0.04),
                                Stuff((0.6, 0.3, 0.03), 0.6, 0.0, (1.8, 0.8, 0.1) if night else (0.05, 0.02, 0.0)),
                                0.015,
                            )
        # The body with its ribs, doors at the back, frame, tank, mudguards.
        back, start = -4.55, cab - CAB.length / 2 - 0.25
        middle, half = (back + start) / 2, (start - back) / 2
        box(hull, (0, 2.36, middle), (1.27, 1.30, half), load, 0.05)
        for side in (-1, 1):
            box(hull, (side * 0.42, 0.90, middle + 0.5), (0.06, 0.13, half + 0.9), BLACK, 0.02)
            if hull.detail:
                for z in np.linspace(back + 0.06, start - 0.06, 9):
                    box(hull, (side * 1.275, 2.36, z), (0.014, 1.26, 0.035), load.times(0.82), 0.008)
                box(hull, (side * 1.28, 1.12, middle), (0.02, 0.07, half), main, 0.015)
                box(hull, (side * 1.05, 0.80, 0.75), (0.20, 0.28, 0.55), STEEL if side > 0 else BLACK, 0.12)
                box(hull, (side * 1.10, 0.72, -0.55), (0.02, 0.20, 0.75), Stuff((0.3, 0.3, 0.3), 0.3), 0.01)
                box(hull, (side * 0.95, 0.86, back + 0.02), (0.22, 0.07, 0.03), tail, 0.02)
                box(hull, (side * 0.6, 2.36, back - 0.012), (0.58, 1.22, 0.012), load.times(0.93), 0.01)
                tube(hull, [(side * 0.18, 1.15, back - 0.04), (side * 0.18, 3.55, back - 0.04)], 0.022, STEEL)
        box(hull, (0, 0.62, back + 0.05), (1.15, 0.06, 0.05), BLACK, 0.02)
    for z, dual in ((cab + 0.05, False), (-1.95, True), (-3.25, True)):
        for side in (-1, 1):
            wheel(
                hull,
                (side * (1.04 if dual else 1.06), 0.5, z),
                0.5,
                0.50 if dual else 0.31,
                STEEL,
                spokes=0,
                share=0.56,
            )
    return hull.build(lambda _t: beams(night, front, -4.55, 0.8, 0.85))


ROWS = (
    Subject("bus", build_bus, "road", 11.6, 3.3, {"drive": 9.0, "stand": 0.0, "ride": 9.0}),
    Subject("truck", build_truck, "road", 9.1, 3.7, {"drive": 10.0, "stand": 0.0, "ride": 10.0}),
)
