"""Sneakers, brooms, table lamps, pianos."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, box, plate, tube, turned
from promptreel.engines.scenes.craft.hull import BLACK, GOLD, Doubles, Hull, RigidBody, Stuff
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import paint

UPPERS = np.array(
    [(0.52, 0.05, 0.045), (0.04, 0.12, 0.36), (0.70, 0.69, 0.66), (0.05, 0.27, 0.22), (0.030, 0.030, 0.034)]
)
RUBBER = Stuff((0.72, 0.71, 0.67), 0.25)
LACQUER = np.array([(0.012, 0.011, 0.011)])


def _sneaker(hull: Hull, upper: Stuff, side: float) -> None:
    """One shoe, its toe to +z: a thick pale sole, an upper with a toe cap, an open collar, laces over a tongue.

    Its sections along the foot are half ellipses; `side` says which foot it is (the inner edge is straighter)."""
    steps, round_ = hull.n(34, 10), hull.n(19, 9)
    z = np.linspace(0.0, 0.285, steps)
    share = z / 0.285
    half = np.interp(share, [0, 0.03, 0.12, 0.35, 0.62, 0.80, 0.92, 0.98, 1.0],
                     [0.006, 0.022, 0.035, 0.033, 0.046, 0.049, 0.038, 0.020, 0.004])  # fmt: skip
    bow = side * 0.012 * np.sin(np.pi * share) ** 2 * np.where(share > 0.5, 1, 0.3)
    high = np.interp(share, [0, 0.05, 0.14, 0.36, 0.46, 0.62, 0.80, 0.92, 1.0],
                     [0.060, 0.086, 0.088, 0.076, 0.082, 0.060, 0.040, 0.030, 0.008])  # fmt: skip
    sole = 0.024 + 0.006 * (share < 0.4) + 0.008 * np.clip((share - 0.88) / 0.12, 0, 1)
    around = np.linspace(0, math.pi, round_)
    rows = [
        [(b + h * 0.96 * math.cos(a), s + max(y - 0.012, 0.004) * math.sin(a) ** 0.72, at) for a in around]
        for at, h, b, y, s in zip(z, half, bow, high, sole, strict=True)
    ]
    cells = np.zeros((steps - 1, round_ - 1), int)
    cap = (share[:-1] + share[1:]) / 2
    lift = np.abs(np.linspace(-1, 1, round_ - 1))
    cells[cap > 0.86] = 1
    cells[np.ix_(cap < 0.10, lift > 0.0)] = 2
    cells[np.ix_((cap > 0.10) & (cap < 0.36), lift < 0.42)] = 3
    cells[np.ix_((cap > 0.44) & (cap < 0.78), lift < 0.22)] = 4
    hull.grid(rows, [upper, RUBBER, upper.times(0.6), BLACK, upper.times(1.25)], cells, crease=60, toward=(0, 1, 0))
    edge = [
        np.array([[b + side_ * (h + 0.004), at] for at, h, b in zip(z, half, bow, strict=True)]) for side_ in (1, -1)
    ]
    ring = np.concatenate([edge[0], edge[1][::-1]])
    tall = np.concatenate([sole, sole[::-1]])
    spring = 0.014 * np.clip((ring[:, 1] / 0.285 - 0.78) / 0.22, 0, 1) ** 2
    levels = ((0.0, 0.96), (0.15, 1.0), (0.55, 1.0), (0.60, 1.0), (1.0, 0.99))
    wall = [
        np.stack([ring[:, 0] * w, spring + (tall + 0.004) * q, 0.1425 + (ring[:, 1] - 0.1425) * w], 1)
        for q, w in levels
    ]
    stripe = np.zeros((4, len(ring)), int)
    stripe[2] = 1
    hull.grid(wall, [RUBBER, upper], stripe, wrap=True, caps=(True, False), crease=50)
    lace = Stuff((0.76, 0.75, 0.72), 0.1)
    for k in range(6 if hull.detail else 3):
        q = 0.46 + 0.055 * k * (1 if hull.detail else 2)
        b, h, y, s = (float(np.interp(q, share, row)) for row in (bow, half, high, sole))
        at = [
            (
                b + h * 0.96 * math.cos(a),
                s + (y - 0.012) * math.sin(a) ** 0.72 + 0.002,
                0.285 * (q + 0.012 * (-1) ** k * math.cos(a)),
            )
            for a in np.linspace(1.05, math.pi - 1.05, 7)
        ]
        tube(hull, at, 0.0030, lace, 6)
    for turn in (-1, 1):
        loop = [
            (
                float(bow[0]) + turn * 0.024 * math.sin(q),
                0.096 - 0.012 * (1 - math.cos(q)) / 2,
                0.128 + 0.018 * math.sin(2 * q) * 0.4 + 0.012 * q / 3,
            )
            for q in np.linspace(0, math.pi, 9)
        ]
        tube(hull, loop, 0.0024, lace, 5)
    swoosh = Stuff((0.74, 0.73, 0.70), 0.3) if max(upper.colour) < 0.6 else Stuff((0.05, 0.05, 0.055), 0.3)
    for turn in (-1, 1):
        for k in range(3):
            q0 = 0.40 + 0.07 * k
            line = []
            for v in np.linspace(0.15, 0.85, 5):
                q = q0 + 0.06 * v
                b, h, y, s = (float(np.interp(q, share, row)) for row in (bow, half, high, sole))
                a = math.pi / 2 - turn * (math.pi / 2 - 0.95 * v)
                line.append((b + h * 0.98 * math.cos(a), s + (y - 0.012) * math.sin(a) ** 0.72, 0.285 * q))
            tube(hull, line, 0.0042, swoosh, 5, flatten=0.5)


def build_sneakers(casting: Casting) -> RigidBody:
    """A pair of sneakers, one turned a little to the other."""
    hull = Hull(casting.detail)
    upper = paint(casting, UPPERS, 0.2)
    with hull.place((0.075, 0, -0.14), turn=0.10):
        _sneaker(hull, upper, -1.0)
    with hull.place((-0.080, 0, -0.125), turn=-0.22):
        _sneaker(hull, upper, 1.0)
    return hull.build()


def build_broom(casting: Casting) -> RigidBody:
    """A besom that stands on its twigs: a crooked stick, bound straws that spread."""
    hull = Hull(casting.detail)
    rng = casting.rng
    stick = paint(casting, np.array([(0.24, 0.13, 0.06), (0.15, 0.08, 0.04)]), 0.25)
    line = [(0.012 * math.sin(4 * q), 0.30 + 1.15 * q, 0.010 * math.sin(3 * q + 1)) for q in np.linspace(0, 1, 12)]
    tube(hull, line, [0.017, 0.015, 0.013], stick, 10)
    for k in range((14, 46, 110)[hull.detail]):
        a, r = float(rng.uniform(0, 6.28)), math.sqrt(float(rng.random()))
        tone = Stuff((0.42, 0.29, 0.11), 0.1).times(float(rng.uniform(0.6, 1.25)))
        c, s = math.cos(a), math.sin(a)
        low = float(rng.uniform(0.0, 0.05)) if k else 0.0
        twig = [(0.030 * r * c, 0.50, 0.030 * r * s), (0.055 * r * c, 0.36, 0.055 * r * s),
                (0.100 * r * c, 0.17, 0.085 * r * s), (0.135 * r * c, low, 0.11 * r * s)]  # fmt: skip
        tube(hull, twig, [0.004, 0.0045, 0.0018], tone, 4)
    for y, r in ((0.47, 0.036), (0.43, 0.040), (0.39, 0.047)):
        turned(
            hull,
            [(r, y - 0.007), (r + 0.004, y), (r, y + 0.007)],
            22,
            Stuff((0.36, 0.05, 0.04), 0.1),
            caps=(False, False),
        )
    return hull.build()


def build_lamp(casting: Casting) -> RigidBody:
    """A table lamp: a turned foot, a pleated shade that glows, a pull chain."""
    hull = Hull(casting.detail)
    foot = paint(
        casting, np.array([(0.45, 0.28, 0.09), (0.06, 0.17, 0.20), (0.50, 0.48, 0.44), (0.20, 0.09, 0.04)]), 0.7
    )
    profile = [(0.0, 0.0), (0.085, 0.0), (0.090, 0.010), (0.070, 0.022), (0.030, 0.032), (0.022, 0.050), (0.048, 0.085),
               (0.062, 0.125), (0.052, 0.165), (0.026, 0.198), (0.016, 0.215), (0.020, 0.222), (0.012, 0.232),
               (0.010, 0.300)]  # fmt: skip
    turned(hull, profile, 40, foot, crease=60)
    turned(hull, [(0.010, 0.228), (0.016, 0.240), (0.016, 0.262), (0.010, 0.270)], 18, GOLD)
    number = hull.n(96, 16)
    a = np.arange(number) * (2 * np.pi / number)
    pleat = 1 + 0.012 * np.cos(number / 2 * a)
    lit = casting.action in ("glow", "stand", "flicker")

    def warm(points: Doubles) -> Doubles:
        """Brightest before the bulb."""
        near = np.exp(-(((points[:, 1] - 0.335) / 0.09) ** 2))
        strong = (1.15 if casting.night else 0.55) if lit else 0.0
        return np.asarray(strong * (0.35 + 0.65 * near)[:, None] * np.array([1.0, 0.70, 0.36]))

    rows = [np.stack([r * pleat * np.cos(a), np.full(number, y), r * pleat * np.sin(a)], 1)
            for r, y in zip(np.linspace(0.155, 0.095, 9), np.linspace(0.245, 0.435, 9), strict=True)]  # fmt: skip
    shade = Stuff((0.66, 0.56, 0.40), 0.05, 0.5)
    hull.grid(rows, shade, wrap=True, crease=60, glow=warm)
    inner = [row * [0.985, 1, 0.985] for row in rows[::-1]]
    hull.grid(inner, shade, wrap=True, crease=60, glow=warm)
    for r, y in ((0.1565, 0.245), (0.0965, 0.435)):
        turned(
            hull,
            [(r, y - 0.005), (r + 0.002, y), (r, y + 0.005), (r - 0.003, y)],
            48,
            shade.times(0.6),
            caps=(False, False),
        )
    bulb = Stuff((0.7, 0.66, 0.55), 0.3, 0.2).lit((3.5, 2.5, 1.3) if lit else 0.0)
    ball(hull, (0, 0.325, 0), (0.028, 0.036, 0.028), bulb, 14)
    tube(hull, [(0.035, 0.255, 0.03), (0.036, 0.21, 0.031)], 0.0015, GOLD, 4)
    ball(hull, (0.036, 0.205, 0.031), 0.006, GOLD, 8)
    strong = 0.55 if casting.night else 0.16
    lamps = np.array([[0.0, 0.34, 0.0, strong, 0.66 * strong, 0.32 * strong]] if lit else np.zeros((0, 6)), np.float32)
    return hull.build(lambda _t: lamps)


def build_piano(casting: Casting) -> RigidBody:
    """A grand piano, its keyboard to +z, its lid up: 52 white keys and 36 black ones, a music desk, strings on gold."""
    hull = Hull(casting.detail)
    wood = paint(casting, LACQUER, 0.95)
    gilt = Stuff((0.55, 0.34, 0.08), 0.6)
    # The outline seen from above: straight at the bass side (x < 0), a bow to the tail at the treble side.
    q = np.linspace(0, 1, hull.n(20, 8))
    bow = np.stack([0.745 - 0.62 * (q**1.3) + 0.09 * np.sin(2 * np.pi * q), 0.25 - 1.45 * q**0.9], 1)
    tail = np.array([(-0.05, -1.26), (-0.30, -1.32), (-0.58, -1.28), (-0.72, -1.15)])
    outline = np.concatenate([[(-0.745, 0.42), (0.745, 0.42)], bow, tail])
    ring = np.stack([outline[:, 0], np.zeros(len(outline)), outline[:, 1]], 1)
    hull.grid([ring + [0, 0.66, 0], ring + [0, 0.95, 0]], wood, wrap=True, caps=(True, False), crease=30)
    inner = ring * [0.955, 1, 0.965]
    hull.grid([ring + [0, 0.95, 0], inner + [0, 0.95, 0], inner + [0, 0.87, 0]], wood, wrap=True, crease=30)
    middle = np.array([[-0.15, 0.87, -0.4]])
    fan = [[k, (k + 1) % len(inner), len(inner)] for k in range(len(inner))]
    hull.surface(np.concatenate([inner + [0, 0.87, 0], middle]), fan, gilt, toward=(0, 1, 0))
    for k in range((6, 18, 36)[hull.detail]):
        x = -0.64 + 1.2 * k / (5, 17, 35)[hull.detail]
        end = max(-1.15, float(np.interp(x, [0.1, 0.7], [-1.1, 0.0])))
        tube(hull, [(x, 0.885, 0.16), (x * 0.92 - 0.03, 0.885, end)], 0.0025, Stuff((0.6, 0.5, 0.3), 0.8), 3)
    # The lid stands open on its hinge at the bass side.
    lid = (outline + [0.745, 0]) * [1.0, 1.0]
    keep = lid[:, 1] < 0.30
    lid = np.concatenate([[(0.0, 0.20), (1.45, 0.20)], lid[keep]])
    c, s = math.cos(0.66), math.sin(0.66)
    for face, shift_ in ((1, 0.012), (-1, 0.0)):
        top = np.stack([-0.745 + lid[:, 0] * c - shift_ * s, 0.955 + lid[:, 0] * s + shift_ * c, lid[:, 1]], 1)
        fan = [[k, (k + 1) % len(top), len(top)] for k in range(len(top))]
        hull.surface(np.concatenate([top, top.mean(axis=0, keepdims=True)]), fan, wood, toward=(-s * face, c * face, 0))
    tube(hull, [(0.60, 0.93, 0.05), (0.32, 1.76, 0.03)], 0.010, wood, 8)
    # The keyboard: a bed, cheeks, white keys with gaps, black ones in twos and threes.
    box(hull, (0, 0.685, 0.53), (0.745, 0.030, 0.15), wood, 0.01)
    for side in (-1, 1):
        box(hull, (0.70 * side, 0.76, 0.52), (0.045, 0.07, 0.14), wood, 0.03)
    ivory = Stuff((0.76, 0.74, 0.68), 0.5)
    count = (13, 26, 52)[hull.detail]
    each = 1.30 / count
    for k in range(count):
        x = -0.65 + each * (k + 0.5)
        plate(hull, [(x - 0.46 * each, 0.734, 0.42), (x + 0.46 * each, 0.734, 0.42), (x + 0.46 * each, 0.734, 0.575),
                     (x - 0.46 * each, 0.734, 0.575)], ivory, (0, 1, 0))  # fmt: skip
        plate(hull, [(x - 0.46 * each, 0.734, 0.575), (x + 0.46 * each, 0.734, 0.575), (x + 0.46 * each, 0.715, 0.575),
                     (x - 0.46 * each, 0.715, 0.575)], ivory.times(0.8), (0, 0, 1))  # fmt: skip
        if k % 7 not in (2, 6) and k < count - 1:
            box(hull, (x + 0.5 * each, 0.740, 0.465), (0.28 * each, 0.009, 0.047), BLACK, 0.0)
    box(hull, (0, 0.83, 0.405), (0.70, 0.10, 0.012), wood, 0.006)
    with hull.place((0, 0.96, 0.20), pitch=-0.35):
        box(hull, (0, 0.11, 0), (0.34, 0.11, 0.008), wood, 0.004)
        for x in (-0.10, 0.10):
            box(hull, (x, 0.125, 0.012), (0.095, 0.115, 0.001), Stuff((0.74, 0.71, 0.62), 0.02))
            for k in range(5):
                box(hull, (x, 0.04 + 0.04 * k, 0.0135), (0.075, 0.004, 0.0004), Stuff((0.28, 0.27, 0.25), 0.02))
    for x, z in ((-0.62, 0.35), (0.62, 0.35), (-0.35, -1.05)):
        leg = [(0.045, 0.06), (0.030, 0.09), (0.040, 0.22), (0.062, 0.52), (0.070, 0.60), (0.052, 0.62), (0.075, 0.67)]
        turned(hull, leg, 20, wood, centre=(x, 0, z))
        turned(hull, [(0.0, 0.0), (0.028, 0.012), (0.030, 0.03), (0.022, 0.06)], 12, gilt, centre=(x, 0, z))
    for x in (-0.08, 0.0, 0.08):
        tube(hull, [(x, 0.10, 0.20), (x, 0.075, 0.30)], [0.007, 0.012], gilt, 8, flatten=0.5)
    for x in (-0.10, 0.10):
        tube(hull, [(x, 0.66, 0.12), (x * 0.8, 0.08, 0.20)], 0.010, wood, 8)
    return hull.build()


ROWS = (
    Subject("sneakers", build_sneakers, "table", 0.31, 0.105, {"stand": 0.0}, group=1),
    Subject("broom", build_broom, "ground", 1.45, 1.45, {"stand": 0.0}, group=2),
    Subject("lamp", build_lamp, "table", 0.44, 0.44, {"stand": 0.0, "glow": 0.0}, group=2),
    Subject("piano", build_piano, "ground", 2.0, 1.89, {"stand": 0.0}, group=1),
)
