"""Clocks, guitars, snow globes."""

import math
from collections.abc import Callable

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, box, fluttering, plate, sheet, tube, turned
from promptreel.engines.scenes.craft.hull import (
    BLACK,
    CHROME,
    GOLD,
    STEEL,
    Doubles,
    Hull,
    RigidBody,
    Stuff,
    hinge,
    stuff,
)
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import paint


def _outline(share: Doubles, where: list[float], half: list[float]) -> Doubles:
    """Half the width of a body at shares of its height, its corners rounded."""
    steps = np.linspace(-0.045, 0.045, 9)
    ease = np.minimum(share, 1 - share) / 0.045  # Near the ends the curve is left sharp, or the body would be blunt.
    return np.asarray(np.mean([np.interp(share + s * np.clip(ease, 0, 1), where, half) for s in steps], axis=0))


def build_clock(casting: Casting) -> RigidBody:
    """A round clock that stands on feet with two bells; its hands go, the second hand by ticks."""
    hull = Hull(casting.detail)
    frame = paint(
        casting, np.array([(0.50, 0.05, 0.04), (0.05, 0.20, 0.24), (0.45, 0.30, 0.10), (0.05, 0.05, 0.055)]), 0.8
    )
    face = Stuff((0.76, 0.74, 0.68), 0.25, 0.0, (0.35, 0.34, 0.28) if casting.night else (0.0, 0.0, 0.0))
    middle = 0.095
    ring = [
        (0.068, -0.030),
        (0.076, -0.026),
        (0.078, 0.020),
        (0.080, 0.026),
        (0.076, 0.032),
        (0.070, 0.028),
        (0.069, 0.018),
    ]
    turned(hull, ring, 44, [frame, CHROME], [0, 0, 1, 1, 1, 1], centre=(0, middle, 0), axis="z", caps=(True, False))
    turned(hull, [(0.070, 0.018), (0.0, 0.018)], 44, face, centre=(0, middle, 0), axis="z", caps=(False, False))
    for k in range(60 if hull.detail == 2 else 12):
        hour = k % 5 == 0 if hull.detail == 2 else True
        a = 2 * math.pi * k / (60 if hull.detail == 2 else 12)
        with hull.place((0.0605 * math.sin(a), middle + 0.0605 * math.cos(a), 0.0188), roll=-a):
            half = (0.0016, 0.0052) if hour else (0.0006, 0.0022)
            box(hull, (0, 0, 0), (*half, 0.0004), BLACK)
    speed = 300.0 if casting.action == "spin" else 1.0
    begin = float(casting.rng.uniform(0, 43200))

    def angle(period: float, tick: bool = False) -> Callable[[float, float], float]:
        def at(t: float, _way: float) -> float:
            seconds = begin + t * speed
            if tick and speed == 1.0:
                whole = math.floor(seconds)
                part = seconds - whole
                # The hand jumps, overshoots, and settles.
                seconds = whole + 1 - math.exp(-22 * part) * math.cos(40 * part)
            return -2 * math.pi * math.fmod(seconds / period, 1.0)

        return at

    for period, long, wide, z, what in (
        (43200.0, 0.034, 0.0030, 0.0215, BLACK),
        (3600.0, 0.052, 0.0021, 0.0232, BLACK),
        (60.0, 0.056, 0.0008, 0.0248, Stuff((0.5, 0.03, 0.02), 0.3)),
    ):
        with hull.part(hinge("z", (0, middle, 0), angle(period, period == 60.0))):
            box(hull, (0, middle + long / 2 - 0.006, z), (wide, long / 2 + 0.006, 0.0006), what)
    turned(hull, [(0.005, 0.019), (0.005, 0.027), (0.0, 0.028)], 12, CHROME, centre=(0, middle, 0), axis="z")
    for side in (-1, 1):
        tube(hull, [(side * 0.045, middle - 0.055, 0), (side * 0.062, 0.003, 0.008)], [0.006, 0.005], frame, 9)
        ball(hull, (side * 0.0625, 0.006, 0.008), 0.0065, CHROME, 10)
        with hull.place((side * 0.042, middle + 0.078, 0), roll=-side * 0.5):
            rise = np.linspace(0, math.pi / 2, 6)
            turned(hull, np.stack([0.027 * np.cos(rise), 0.018 * np.sin(rise)], 1), 22, CHROME, crease=80)
            tube(hull, [(0, -0.012, 0), (0, 0.0, 0)], 0.003, STEEL, 6)
    shake = hinge(
        "z", (0, middle + 0.06, 0), lambda t, _: 0.25 * math.sin(60 * t) if casting.action == "bounce" else 0.0
    )
    with hull.part(shake):
        tube(hull, [(0, middle + 0.072, 0), (0, middle + 0.098, 0)], 0.002, STEEL, 6)
        ball(hull, (0, middle + 0.099, 0), 0.006, STEEL, 8)
    tube(
        hull,
        [(0.024 * math.cos(a), middle + 0.098 + 0.016 * math.sin(a), 0) for a in np.linspace(0.1, math.pi - 0.1, 10)],
        0.0025,
        CHROME,
        6,
    )
    return hull.build()


def build_guitar(casting: Casting) -> RigidBody:
    """An acoustic guitar that stands upright, its face to +z."""
    hull = Hull(casting.detail)
    top = stuff((0.50, 0.26, 0.09) if casting.colour is None else casting.colour, 0.7)
    side = Stuff((0.14, 0.055, 0.025), 0.6)
    dark = Stuff((0.035, 0.02, 0.014), 0.4)
    number = hull.n(64, 20)
    a = np.linspace(0, 2 * np.pi, number, endpoint=False)
    # Lower bout, waist and upper bout: half the width along the height.
    y = 0.25 - 0.25 * np.cos(a)
    share = y / 0.5
    half = _outline(
        share,
        [0, 0.03, 0.10, 0.25, 0.40, 0.56, 0.68, 0.82, 0.92, 0.975, 1.0],
        [0.0, 0.088, 0.150, 0.196, 0.178, 0.120, 0.122, 0.140, 0.118, 0.065, 0.0],
    )
    x = half * np.where(a <= np.pi, 1.0, -1.0)
    ring = np.stack([x, y, np.zeros(number)], 1)
    centre = np.array([0, 0.22, 0])

    def bright(points: Doubles) -> Doubles:
        r = np.abs(points[:, 0]) / 0.2
        return np.asarray(1 - 0.35 * r**3 + 0.04 * np.sin(points[:, 0] * 420))

    rows = [ring + [0, 0, 0.05], ring + [0, 0, -0.05]]
    hull.grid(
        [
            (ring - centre) * 0.96 + centre + [0, 0, 0.052],
            ring + [0, 0, 0.050],
            *rows,
            (ring - centre) * 0.96 + centre + [0, 0, -0.052],
        ],
        side,
        wrap=True,
        caps=(False, True),
        crease=50,
    )
    q = np.linspace(0, 1, 9)[:, None, None]
    hull.grid((ring - centre)[None] * 0.97 * q + centre + [0, 0, 0.0525], top, wrap=True, toward=(0, 0, 1), tint=bright)
    turned(
        hull,
        [(0.058, 0.0532), (0.050, 0.0534), (0.049, 0.0536)],
        30,
        Stuff((0.5, 0.42, 0.3), 0.4),
        centre=(0, 0.335, 0),
        axis="z",
        caps=(False, False),
    )
    turned(
        hull,
        [(0.049, 0.0534), (0.0, 0.0534)],
        30,
        Stuff((0.01, 0.007, 0.005), 0.02),
        centre=(0, 0.335, 0),
        axis="z",
        caps=(False, False),
    )
    box(hull, (0, 0.135, 0.057), (0.075, 0.012, 0.005), dark, 0.004)
    box(hull, (0, 0.635, 0.054), (0.026, 0.255, 0.006), dark, 0.003)
    box(hull, (0, 0.69, 0.040), (0.024, 0.20, 0.014), side, 0.012)
    for k in range(16):
        fret = 0.885 - 0.52 * (1 - 2 ** (-(k + 1) / 12)) * 1.12
        box(hull, (0, fret, 0.0605), (0.025, 0.0011, 0.0009), CHROME)
    box(hull, (0, 0.96, 0.038), (0.034, 0.075, 0.009), side, 0.008)
    for s in (-1, 1):
        for k in range(3):
            ball(hull, (s * 0.046, 0.92 + 0.038 * k, 0.035), (0.010, 0.008, 0.007), CHROME, 8)
    for k in range(6):
        at = -0.018 + 0.0072 * k
        quiver = fluttering((at, 0.14, 0.063), (0, 1, 0), (1, 0, 0), 0.75, 0.0006, rate=9.0 + k)
        with hull.part(bend=quiver):
            tube(hull, [(at * 1.5, 0.14, 0.063), (at, 0.885, 0.0625)], 0.0008, CHROME, 3, closed=False)
    return hull.build()


def build_snow_globe(casting: Casting) -> RigidBody:
    """A house and firs on a wooden foot; the glass is its rim and the snow that whirls in it."""
    hull = Hull(casting.detail)
    rng = casting.rng
    wood = paint(casting, np.array([(0.16, 0.07, 0.03), (0.30, 0.04, 0.03)]), 0.5)
    turned(hull, [(0.0, 0.0), (0.062, 0.0), (0.064, 0.008), (0.056, 0.014), (0.052, 0.026), (0.047, 0.034)], 36, wood)
    turned(hull, [(0.048, 0.033), (0.050, 0.036), (0.047, 0.039)], 36, GOLD, caps=(False, False))
    snow = Stuff((0.78, 0.80, 0.84), 0.1)
    rise = np.linspace(0, math.pi / 2, 6)
    turned(hull, np.stack([0.047 * np.cos(rise), 0.038 + 0.012 * np.sin(rise)], 1), 28, snow, crease=80)
    lit = Stuff((0.3, 0.2, 0.08), 0.4, 0.0, (2.2, 1.5, 0.6))
    box(hull, (0, 0.058, 0), (0.016, 0.012, 0.012), Stuff((0.40, 0.06, 0.04), 0.2), 0.001)
    for side in (-1, 1):
        roof = [[(side * 0.020 * q, 0.085 - 0.018 * q, z) for q in (0.0, 1.0)] for z in (-0.015, 0.015)]
        sheet(hull, roof, snow, toward=(side, 1, 0), thick=0.001)
        plate(
            hull,
            [
                (side * 0.009 - 0.004, 0.056, 0.0122),
                (side * 0.009 + 0.004, 0.056, 0.0122),
                (side * 0.009 + 0.004, 0.064, 0.0122),
                (side * 0.009 - 0.004, 0.064, 0.0122),
            ],
            lit,
            (0, 0, 1),
        )
        for k in range(3):
            turned(
                hull,
                [(0.011 - 0.003 * k, 0.050 + 0.012 * k), (0.0, 0.072 + 0.010 * k)],
                12,
                Stuff((0.03, 0.12, 0.06), 0.1),
                centre=(side * 0.029, 0, -0.006),
            )
    middle = np.array([0, 0.085, 0.0])
    # Glass: only bright arcs where it mirrors a window, and its outline.
    shine = Stuff((0.5, 0.52, 0.55), 1.0, 0.5, (0.25, 0.27, 0.30))
    for tilt, reach, wide in ((0.55, 0.9, 0.0035), (0.75, 0.5, 0.0015)):
        arc = [
            (
                0.056 * math.sin(tilt) * math.cos(q) * -1,
                0.085 + 0.056 * math.sin(q),
                0.056 * math.cos(tilt) * math.cos(q),
            )
            for q in np.linspace(-0.1, reach, 10)
        ]
        tube(hull, arc, [0.0002, wide, 0.0002], shine, 6, flatten=0.3)
    turned(
        hull,
        [(0.0565, -0.0004), (0.0572, 0.0), (0.0565, 0.0004)],
        60,
        shine,
        centre=middle,
        axis="z",
        caps=(False, False),
    )
    for _ in range((12, 40, 90)[hull.detail]):
        r, a, b = 0.050 * float(rng.random()) ** 0.5, float(rng.uniform(0, 6.28)), float(rng.uniform(0.2, 1.0))
        phase = float(rng.uniform(0, 1))

        def whirl(
            t: float, _w: float, r: float = r, a: float = a, b: float = b, phase: float = phase
        ) -> tuple[Doubles, Doubles]:
            fall = 1 - math.fmod(0.12 * b * t + phase, 1.0)
            turn = a + 0.5 * t * b
            y = 0.045 + 0.085 * fall
            inside = min(r, math.sqrt(max(0.054**2 - (y - 0.085) ** 2, 0.0)))
            return np.eye(3), np.array([inside * math.cos(turn), y, inside * math.sin(turn)])

        with hull.part(whirl):
            tiny = 0.0011
            hull.surface(
                np.array([(0, tiny, 0), (0, -tiny, 0), (tiny, 0, 0), (-tiny, 0, 0), (0, 0, tiny), (0, 0, -tiny)]),
                [(0, 2, 4), (0, 4, 3), (0, 3, 5), (0, 5, 2), (1, 4, 2), (1, 3, 4), (1, 5, 3), (1, 2, 5)],
                Stuff((0.8, 0.8, 0.82), 0.1, 0.5, (0.15, 0.15, 0.16)),
                crease=180,
            )
    return hull.build(
        lambda _t: np.array([[0.0, 0.062, 0.03, 0.010, 0.007, 0.003]]) if casting.night else np.zeros((0, 6))
    )


ROWS = (
    Subject("clock", build_clock, "table", 0.21, 0.21, {"stand": 0.0, "spin": 0.0, "bounce": 0.0}),
    Subject("guitar", build_guitar, "ground", 1.035, 1.035, {"stand": 0.0}),
    Subject("snow_globe", build_snow_globe, "table", 0.143, 0.143, {"stand": 0.0}),
)
