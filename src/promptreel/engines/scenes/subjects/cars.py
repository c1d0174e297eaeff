"""Cars: hatchbacks and saloons of today, sports cars, cars of the fifties, taxis."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.craft.coachwork import FLOOR, GUTTER, LEDGE, ROOF, SIDE, WINDOW, Bodywork, coat
from promptreel.engines.scenes.craft.fittings import ball, box, lamp, plate, tube, wheel
from promptreel.engines.scenes.craft.hull import (
    BLACK,
    CHROME,
    DARK,
    GLASS,
    GOLD,
    RUBBER,
    Doubles,
    Hull,
    RigidBody,
    Stuff,
    shift,
    stuff,
)
from promptreel.engines.scenes.stage import Casting, Floats, Subject

Ints = NDArray[np.int64]

PAINTS = np.array(
    [
        (0.42, 0.025, 0.022),
        (0.035, 0.085, 0.26),
        (0.62, 0.62, 0.60),
        (0.34, 0.35, 0.37),
        (0.055, 0.058, 0.064),
        (0.02, 0.12, 0.075),
        (0.50, 0.20, 0.03),
        (0.10, 0.22, 0.30),
    ]
)
OLD_PAINTS = np.array(
    [(0.18, 0.42, 0.40), (0.45, 0.04, 0.035), (0.55, 0.50, 0.36), (0.12, 0.25, 0.42), (0.55, 0.25, 0.24)]
)


def paint(casting: Casting, choices: Doubles, gloss: float = 0.75) -> Stuff:
    """The main colour: as the prompt says, else one of `choices`; golden and wooden things have their own."""
    pick = choices[casting.rng.integers(len(choices))]
    if "golden" in casting.qualities:
        return GOLD
    if "wooden" in casting.qualities and casting.colour is None:
        return Stuff((0.26, 0.14, 0.065), 0.35)
    return stuff(pick if casting.colour is None else casting.colour, gloss)


def head_and_tail(night: bool) -> tuple[Stuff, Stuff]:
    """Lenses: clear over chrome, and red; lit at night."""
    head = Stuff((0.62, 0.64, 0.66), 0.95, 0.0, (9.0, 8.3, 6.9) if night else (0.10, 0.10, 0.10))
    tail = Stuff((0.36, 0.010, 0.012), 0.85, 0.0, (3.4, 0.10, 0.06) if night else (0.02, 0.0, 0.0))
    return head, tail


def beams(night: bool, front: float, back: float, y: float, x: float) -> Floats:
    """What its lamps light: the road before it, and a red glow behind."""
    if not night:
        return np.zeros((0, 6), np.float32)
    white, red = [2.4, 2.2, 1.75], [0.35, 0.012, 0.008]
    places = [[s * x, 0.7 * y, front + 1.7, *white] for s in (-1, 1)] + [[s * x, y, back - 0.25, *red] for s in (-1, 1)]
    return np.array(places, np.float32)


MODERN = Bodywork(
    length=4.55,
    width=1.82,
    sill=0.20,
    waist=[(-2.3, 0.90), (-1.6, 0.955), (-0.4, 0.94), (0.9, 0.90), (1.6, 0.80), (2.3, 0.66)],
    top=[
        (-2.3, 0.98),
        (-1.72, 1.055),
        (-1.42, 1.08),
        (-0.72, 1.40),
        (-0.2, 1.455),
        (0.2, 1.45),
        (0.42, 1.42),
        (1.20, 1.00),
        (1.8, 0.90),
        (2.1, 0.80),
        (2.3, 0.68),
    ],
    roof=[(-2.3, 0.80), (-1.4, 0.80), (-0.7, 0.70), (0.4, 0.71), (1.2, 0.84), (2.3, 0.80)],
    axles=(-1.36, 1.38),
    wheel=0.325,
)
HATCH = Bodywork(
    length=4.15,
    width=1.78,
    sill=0.21,
    waist=[(-2.1, 1.00), (-1.5, 0.985), (-0.4, 0.95), (0.8, 0.91), (1.4, 0.82), (2.1, 0.68)],
    top=[
        (-2.1, 1.00),
        (-1.99, 1.10),
        (-1.62, 1.42),
        (-1.0, 1.475),
        (-0.2, 1.50),
        (0.2, 1.485),
        (0.40, 1.45),
        (1.12, 1.02),
        (1.6, 0.92),
        (1.9, 0.82),
        (2.1, 0.70),
    ],
    roof=[(-2.1, 0.80), (-1.6, 0.72), (0.4, 0.72), (1.1, 0.85), (2.1, 0.80)],
    axles=(-1.28, 1.27),
    wheel=0.315,
    tail=(0.38, 3.4),
    rake=(0.13, 0.05),
)
SPORTS = Bodywork(
    length=4.45,
    width=1.94,
    sill=0.13,
    waist=[(-2.2, 0.80), (-1.5, 0.86), (-0.8, 0.80), (0.3, 0.72), (1.3, 0.765), (1.9, 0.58), (2.2, 0.44)],
    top=[
        (-2.2, 0.88),
        (-1.9, 0.92),
        (-1.2, 1.00),
        (-0.55, 1.14),
        (-0.2, 1.17),
        (0.1, 1.14),
        (1.05, 0.83),
        (1.6, 0.74),
        (2.0, 0.56),
        (2.2, 0.45),
    ],
    roof=[(-2.2, 0.78), (-1.3, 0.66), (-0.5, 0.58), (0.1, 0.60), (1.05, 0.78), (2.2, 0.82)],
    axles=(-1.30, 1.32),
    wheel=0.335,
    nose=(0.75, 2.3),
    rake=(0.34, 0.10),
    flare=0.03,
)
FIFTIES = Bodywork(
    length=5.1,
    width=1.90,
    sill=0.24,
    waist=[(-2.6, 0.80), (-2.0, 0.90), (-0.8, 0.96), (0.3, 0.99), (1.4, 0.96), (2.2, 0.90), (2.6, 0.78)],
    top=[
        (-2.6, 0.86),
        (-2.2, 0.98),
        (-1.5, 1.08),
        (-1.2, 1.16),
        (-0.78, 1.46),
        (-0.3, 1.60),
        (0.1, 1.60),
        (0.34, 1.53),
        (0.72, 1.14),
        (1.4, 1.08),
        (2.1, 1.01),
        (2.4, 0.93),
        (2.6, 0.82),
    ],
    roof=[(-2.6, 0.66), (-1.3, 0.66), (-0.7, 0.66), (0.4, 0.68), (0.75, 0.74), (2.6, 0.64)],
    axles=(-1.50, 1.55),
    wheel=0.36,
    nose=(0.62, 2.5),
    tail=(0.70, 2.3),
    rake=(0.06, 0.16),
    bulge=0.075,
    soft=0.16,
    crown=0.34,
)


@dataclass(frozen=True, slots=True)
class Model:
    """Where on a body there is what; all are z, m."""

    body: Bodywork
    windscreen: tuple[float, float]
    rear_screen: tuple[float, float]
    windows: tuple[tuple[float, float], ...]
    seams: tuple[float, ...]
    cap: float = 0.012
    """Half the width of a seam."""


MODELS = {
    "saloon": Model(MODERN, (0.43, 1.17), (-1.42, -0.76), ((-1.12, -0.16), (-0.08, 1.02)), (-1.02, -0.12, 0.98)),
    "hatch": Model(HATCH, (0.41, 1.10), (-1.97, -1.64), ((-1.45, -1.02), (-0.96, -0.12), (-0.04, 0.98)), (-0.98, -0.08, 0.94)),
    "sports": Model(SPORTS, (0.12, 1.03), (-1.15, -0.58), ((-0.62, 0.86),), (-0.52, 0.62)),
    "fifties": Model(FIFTIES, (0.30, 0.70), (-1.18, -0.80), ((-0.72, -0.06), (0.0, 0.52)), (-0.80, -0.03, 0.70)),
}  # fmt: skip


def build_car(casting: Casting) -> RigidBody:
    """A car as the qualities say."""
    old = bool(casting.qualities & {"old", "wooden"})
    kind = (
        "fifties"
        if old
        else (
            "sports"
            if "fast" in casting.qualities
            else ("saloon", "hatch", "saloon", "hatch", "sports")[casting.rng.integers(5)]
        )
    )
    return assemble(casting, kind, paint(casting, OLD_PAINTS if old else PAINTS), casting.night)


def build_taxi(casting: Casting) -> RigidBody:
    """A saloon in taxi yellow with a chequered band and a lit sign on its roof."""
    yellow = stuff((0.72, 0.36, 0.012) if casting.colour is None else casting.colour, 0.7)
    return assemble(casting, "fifties" if "old" in casting.qualities else "saloon", yellow, casting.night, taxi=True)


def assemble(casting: Casting, kind: str, main: Stuff, night: bool, *, taxi: bool = False) -> RigidBody:
    """The skin, then what is fixed to it, then the wheels; the body bobs a little on its springs."""
    hull = Hull(casting.detail)
    model = MODELS[kind]
    phase = float(casting.rng.uniform(0, 6))
    rim = stuff(casting.rng.choice([0.50, 0.62, 0.16]), 0.8)
    with hull.part(shift(lambda t, way: (0, 0.006 * math.sin(way * 1.9 + phase) + 0.004 * math.sin(way * 4.3), 0))):
        head, tail = head_and_tail(night)
        _shell(
            hull,
            model,
            main,
            head,
            tail,
            old=kind == "fifties",
            two_tone=kind == "fifties" and not taxi and casting.colour is None,
        )
        if hull.detail:
            _trim(hull, model, main, head, tail, old=kind == "fifties")
            if taxi:
                _taxi(hull, model, night)
    body = model.body
    for z in body.axles:
        for side in (-1, 1):
            x = side * (body.width / 2 - 0.135)
            old = kind == "fifties"
            wheel(
                hull,
                (x, body.wheel, z),
                body.wheel,
                0.215,
                CHROME if old else rim,
                spokes=0 if old else 5,
                share=0.58 if old else 0.70,
                white=old,
            )
    half = body.length / 2
    return hull.build(lambda _t: beams(night, half, -half, 0.62, 0.6))


def _shell(hull: Hull, model: Model, main: Stuff, head: Stuff, tail: Stuff, *, old: bool, two_tone: bool) -> None:
    body = model.body
    half, wide = body.length / 2, body.width / 2
    cuts = [*model.windscreen, *model.rear_screen, *(z for window in model.windows for z in window)]
    if hull.detail == 2:
        cuts += [z + s * model.cap * 0.6 for z in model.seams for s in (-1, 1)]
    roof = Stuff((0.70, 0.68, 0.62), 0.7) if two_tone else main

    def where(kind: Ints, level: Doubles, x: Doubles, y: Doubles, z: Doubles) -> Ints:
        which = np.zeros(kind.shape, np.int64)
        which[kind == FLOOR] = 1
        side, ahead, behind = kind == SIDE, z > half - body.nose[0], z < -half + body.tail[0]
        which[(kind == GUTTER) | (kind == ROOF)] = np.where(np.abs(z) < half - 1.2, 7, 0)[
            (kind == GUTTER) | (kind == ROOF)
        ]
        seam = np.zeros(kind.shape, bool)
        for at in model.seams:
            seam |= (np.abs(z - at) < model.cap * 0.6) & side & (level > 0.1)
        which[seam] = 5
        if not old:
            which[side & (level < 0.1)] = 6
            nose = half - 0.9 * body.nose[0]
            which[side & (z > nose) & (level > 0.10) & (level < 0.40) & (x < 0.66 * wide)] = 5
            which[side & (z > nose) & (level > 0.52) & (level < 0.77) & (x < 0.42 * wide)] = 5
            which[
                side
                & (z > half - 0.95 * body.nose[0])
                & (level > 0.64)
                & (level < 0.90)
                & (x > 0.50 * wide)
                & (x < 0.985 * wide)
            ] = 3
            which[side & behind & (level > 0.64) & (level < 0.90) & (x > 0.50 * wide)] = 4
            which[side & behind & (level < 0.25) & (x < 0.7 * wide)] = 6
        else:
            which[side & (z > half - 0.5 * body.nose[0]) & (level > 0.25) & (level < 0.64) & (x < 0.60 * wide)] = 5
        for z0, z1 in model.windows:
            which[(kind == WINDOW) & (z > z0) & (z < z1)] = 2
        low, high = (
            min(z for window in model.windows for z in window),
            max(z for window in model.windows for z in window),
        )
        which[(kind == WINDOW) & (z > low) & (z < high) & (which == 0)] = 6
        if kind.size and not ahead.all():
            for z0, z1 in (model.windscreen, model.rear_screen):
                which[(kind == ROOF) & (z > z0) & (z < z1)] = 2
        which[(kind == LEDGE) & (z > low) & (z < high)] = 8
        return which

    trim = CHROME if old else BLACK
    coat(
        hull, body, cuts, [main, DARK, GLASS, head, tail, Stuff((0.010, 0.010, 0.011), 0.3), RUBBER, roof, trim], where
    )


def _trim(hull: Hull, model: Model, main: Stuff, head: Stuff, tail: Stuff, *, old: bool) -> None:
    """Mirrors, handles, plates, and on old cars bumpers, round lamps and a grille of chrome."""
    body = model.body
    half, wide = body.length / 2, body.width / 2
    mirror = max(window[1] for window in model.windows) - 0.12
    waist = float(np.interp(mirror, *np.array(body.waist).T))
    for side in (-1, 1):
        box(hull, (side * (wide + 0.07), waist + 0.09, mirror), (0.085, 0.06, 0.05), CHROME if old else main, 0.045)
        tube(hull, [(side * (wide - 0.08), waist, mirror), (side * (wide + 0.05), waist + 0.06, mirror)], 0.018, BLACK)
        for z in model.seams[:-1]:
            y = float(np.interp(z, *np.array(body.waist).T)) - 0.10
            box(
                hull,
                (side * (wide * 0.975), y, z + 0.16),
                (0.018, 0.014, 0.085),
                CHROME if old else main.times(0.9),
                0.012,
            )
    plate_white = Stuff((0.62, 0.62, 0.58), 0.3)
    nose, back = half + 0.012 - (0 if old else 0.5 * max(body.rake[0] - 0.12, 0)), -half - 0.012
    for z, out, y in ((nose, 1.0, 0.44), (back, -1.0, 0.62 if not old else 0.5)):
        lean = 0.0 if old else 0.01
        corners = [
            (-0.26, y - 0.055, z),
            (0.26, y - 0.055, z),
            (0.26, y + 0.055, z - out * lean),
            (-0.26, y + 0.055, z - out * lean),
        ]
        plate(hull, corners, plate_white, (0, 0, out))
    if not old:
        for side in (-1, 1):
            tube(hull, [(side * 0.55, 0.27, -half + 0.35), (side * 0.55, 0.27, -half - 0.015)], 0.035, CHROME)
        return
    for z, out, y in ((half, 1.0, 0.47), (-half, -1.0, 0.50)):
        across = np.linspace(-1, 1, 15)
        bow = [(x * wide * 1.0, y, z + out * (0.10 - 0.40 * abs(x) ** 4)) for x in across]
        tube(hull, bow, 0.062, CHROME, 8, 1.0)
        for x in (-0.42, 0.42):
            box(hull, (x, y + 0.03, z + out * 0.14), (0.035, 0.12, 0.045), CHROME, 0.03)
    for side in (-1, 1):
        lamp(hull, (side * wide * 0.70, 0.80, half - 0.13), 0.115, head)
        lamp(hull, (side * wide * 0.72, 0.74, -half + 0.20), 0.075, tail, out=-1.0)
        box(hull, (side * (wide * 0.985), 0.66, 0.1), (0.008, 0.014, 1.55), CHROME, 0.006)
    for k in range(5):
        y = 0.50 + 0.055 * k
        tube(hull, [(x, y, half - 0.015 - 0.10 * (x / 0.5) ** 2) for x in np.linspace(-0.5, 0.5, 7)], 0.013, CHROME, 6)
    ball(hull, (0, 1.0, half - 0.28), (0.02, 0.025, 0.12), CHROME, 10)


def _taxi(hull: Hull, model: Model, night: bool) -> None:
    """The sign on the roof and squares along the doors."""
    wide = model.body.width / 2
    top = max(value for _, value in model.body.top)
    sign = Stuff((0.80, 0.72, 0.40), 0.4, 0.3, (2.6, 1.9, 0.7) if night else (0.12, 0.10, 0.03))
    box(hull, (0, top + 0.075, -0.05), (0.30, 0.075, 0.11), sign, 0.04, taper=(0.85, 0.7))
    for z in (0.062, -0.162):
        for k in range(4):  # Four dark strokes stand for the letters.
            box(hull, (-0.17 + 0.115 * k, top + 0.07, z), (0.030, 0.032, 0.006), BLACK)
    for side in (-1, 1):
        for row in range(2):
            for k in range(26):
                if (k + row) % 2 == 0:
                    z = -1.0 + 0.075 * k
                    y = 0.68 + 0.06 * row
                    x = side * (wide * 1.002)
                    plate(
                        hull,
                        [(x, y, z), (x, y, z + 0.075), (x, y + 0.06, z + 0.075), (x, y + 0.06, z)],
                        BLACK,
                        (side, 0, 0),
                    )


ROWS = (
    Subject("car", build_car, "road", 4.5, 1.40, {"drive": 12.0, "stand": 0.0, "ride": 12.0, "roll": 3.0}, group=3),
    Subject("taxi", build_taxi, "road", 4.55, 1.6, {"drive": 10.0, "stand": 0.0, "ride": 10.0, "roll": 3.0}, group=3),
)
