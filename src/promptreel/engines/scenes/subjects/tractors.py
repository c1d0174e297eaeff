"""Farm tractors: large wheels behind, small ones before, a cab over the rear axle, a plough carried at the back."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import box, lamp, plate, tube, wheel
from promptreel.engines.scenes.craft.hull import (
    BLACK,
    CHROME,
    DARK,
    GLASS,
    RUBBER,
    STEEL,
    Hull,
    RigidBody,
    Stuff,
    rolling,
    shift,
)
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import beams, head_and_tail, paint

PAINTS = np.array([(0.05, 0.24, 0.06), (0.46, 0.03, 0.025), (0.04, 0.14, 0.40), (0.55, 0.24, 0.02)])

REAR, FRONT = 0.86, 0.50
"""Radii of the wheels, m."""

AXLES = -1.05, 1.25
RIM = Stuff((0.55, 0.40, 0.05), 0.35)


def _lugs(hull: Hull, x: float, z: float, radius: float, wide: float) -> None:
    """The bars across a tyre that grip the soil: the fewer, the farther it is to be seen from."""
    number = (0, 10, 18, 18)[hull.detail]
    with hull.part(rolling([float(value) for value in hull.here((x, radius, z))], radius)):
        for angle in np.arange(number) * (2 * math.pi / max(number, 1)):
            for half, skew in ((-0.25, 0.0), (0.25, math.pi / max(number, 1))):
                around = angle + skew
                at = (
                    x + half * wide,
                    radius + 0.985 * radius * math.cos(around),
                    z + 0.985 * radius * math.sin(around),
                )
                with hull.place(at, pitch=around):
                    box(hull, (0, 0, 0), (0.25 * wide, 0.045 * radius, 0.035 * radius), RUBBER)


def _bonnet(hull: Hull, main: Stuff, head: Stuff) -> None:
    """The engine under its hood, the grille with its lamps, the exhaust that stands up beside it."""
    box(hull, (0, 1.22, 0.95), (0.40, 0.36, 0.92), main, 0.10, taper=(0.84, 0.98))
    box(hull, (0, 0.80, 0.70), (0.30, 0.24, 1.05), DARK, 0.05)
    box(hull, (0, 1.18, 1.86), (0.31, 0.27, 0.03), BLACK, 0.02)
    for side in (-1, 1):
        lamp(hull, (side * 0.19, 1.36, 1.89), 0.085, head)
        if hull.detail:
            for k in range(5):
                box(hull, (side * 0.395, 1.02 + 0.085 * k, 1.05), (0.012, 0.018, 0.34), BLACK)
    box(hull, (0, 0.72, 1.90), (0.26, 0.16, 0.12), DARK, 0.04)
    tube(hull, [(0.30, 1.45, 0.72), (0.30, 2.25, 0.72), (0.30, 2.42, 0.66)], [0.055, 0.050, 0.050], BLACK, 10)
    tube(hull, [(0.30, 1.62, 0.72), (0.30, 2.02, 0.72)], 0.085, CHROME, 10)


def _cab(hull: Hull, main: Stuff, tail: Stuff) -> None:
    """A glazed cab with a seat behind the wheel, mudguards over the rear tyres."""
    box(hull, (0, 2.58, -0.78), (0.80, 0.075, 0.82), main, 0.06)
    posts = [(s * 0.72, z, lean) for s in (-1, 1) for z, lean in ((0.02, 0.12), (-1.48, 0.0))]
    for x, z, lean in posts:
        tube(hull, [(0.92 * x, 1.18, z + lean), (x, 2.52, z)], 0.042, DARK, 6)
    for side in (-1, 1):
        x = side * 0.725
        pane = [(x, 1.42, 0.06), (x, 1.42, -1.44), (x, 2.48, -1.44), (x, 2.48, 0.02)]
        plate(hull, pane, GLASS, (side, 0, 0))
        if hull.detail:
            tube(hull, [(x, 1.42, -0.62), (x, 2.5, -0.62)], 0.025, DARK, 6)
            tube(hull, [(side * 0.72, 2.2, 0.0), (side * 1.02, 2.16, 0.12)], 0.018, BLACK, 6)
            box(hull, (side * 1.06, 2.06, 0.13), (0.03, 0.15, 0.09), BLACK, 0.02)
            box(hull, (side * 0.78, 0.62, 0.10), (0.16, 0.025, 0.16), STEEL, 0.01)
            box(hull, (side * 0.78, 0.95, 0.02), (0.14, 0.025, 0.14), STEEL, 0.01)
        # Mudguards follow the tyre from behind to before it.
        arc = np.linspace(-0.15 * math.pi, 0.62 * math.pi, hull.n(14, 5))
        line = np.stack(
            [
                np.zeros_like(arc),
                REAR + (REAR + 0.10) * np.sin(arc + 0.25),
                AXLES[0] - (REAR + 0.10) * np.cos(arc + 0.25),
            ],
            1,
        )
        inner, outer = line + [side * 0.62, 0, 0], line + [side * 1.18, 0, 0]
        hull.grid(np.stack([inner, outer], 1), main, toward=(0, 1, 0), crease=60)
        box(hull, (side * 1.0, 1.62, -1.72), (0.09, 0.05, 0.03), tail, 0.01)
    plate(hull, [(-0.66, 1.45, 0.13), (0.66, 1.45, 0.13), (0.68, 2.48, 0.04), (-0.68, 2.48, 0.04)], GLASS, (0, 0, 1))
    plate(
        hull, [(-0.66, 1.60, -1.49), (0.66, 1.60, -1.49), (0.68, 2.48, -1.49), (-0.68, 2.48, -1.49)], GLASS, (0, 0, -1)
    )
    box(hull, (0, 1.25, -0.72), (0.66, 0.20, 0.80), main, 0.06)
    box(hull, (0, 1.62, -1.05), (0.26, 0.22, 0.10), BLACK, 0.05)


def _plough(hull: Hull) -> None:
    """Four shares on a slanting beam, drawn through the soil."""
    red = Stuff((0.40, 0.035, 0.02), 0.3)
    for side in (-1, 1):
        tube(hull, [(side * 0.32, 0.75, -1.5), (side * 0.30, 0.62, -2.1)], 0.05, DARK, 6)
    tube(hull, [(-0.75, 0.62, -2.05), (0.75, 0.62, -3.25)], 0.075, red, 8)
    for k in range(4):
        x, z = -0.68 + 0.45 * k, -2.1 - 0.36 * k
        tube(hull, [(x, 0.62, z), (x, 0.36, z - 0.12), (x, 0.14, z)], 0.04, red, 6)
        rows = [
            [(x - 0.05, 0.02, z + 0.22), (x + 0.05, 0.16, z + 0.10), (x + 0.02, 0.34, z - 0.02)],
            [(x + 0.16, 0.02, z - 0.12), (x + 0.26, 0.18, z - 0.20), (x + 0.22, 0.36, z - 0.30)],
        ]
        hull.grid(np.array(rows), STEEL, toward=(1, 0.3, 0), crease=60)
        hull.grid(np.array(rows) - [0.02, 0, 0], STEEL, toward=(-1, -0.3, 0), crease=60)


def build_tractor(casting: Casting) -> RigidBody:
    """A tractor with its plough; old ones have rust-dull paint."""
    hull = Hull(casting.detail)
    main = paint(casting, PAINTS, 0.25 if "old" in casting.qualities else 0.6)
    head, tail = head_and_tail(casting.night)
    phase = float(casting.rng.uniform(0, 6))
    with hull.part(shift(lambda t, way: (0, 0.014 * math.sin(way * 1.7 + phase) + 0.006 * math.sin(23 * t), 0))):
        _bonnet(hull, main, head)
        _cab(hull, main, tail)
        _plough(hull)
        box(hull, (0, 0.86, AXLES[0]), (0.75, 0.13, 0.13), DARK, 0.04)
        box(hull, (0, 0.52, AXLES[1]), (0.62, 0.07, 0.08), DARK, 0.03)
    for side in (-1, 1):
        for z, radius, wide, x in ((AXLES[0], REAR, 0.46, 0.90), (AXLES[1], FRONT, 0.30, 0.74)):
            wheel(hull, (side * x, radius, z), radius, wide, RIM, spokes=0, share=0.56)
            _lugs(hull, side * x, z, radius, wide)
    return hull.build(lambda _t: beams(casting.night, 1.9, -1.7, 1.3, 0.3))


ROWS = (Subject("tractor", build_tractor, "ground", 5.4, 2.66, {"drive": 2.6, "stand": 0.0, "ride": 2.6}, group=2),)
