"""Cakes and fruit."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, sheet, tube, turned
from promptreel.engines.scenes.craft.hull import BLACK, Doubles, Floats, Hull, RigidBody, Stuff, stuff
from promptreel.engines.scenes.craft.plumes import flame
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.lights import flicker

ICINGS = np.array([(0.74, 0.70, 0.62), (0.66, 0.24, 0.30), (0.12, 0.05, 0.025), (0.45, 0.60, 0.55)])
CANDLES = np.array([(0.62, 0.10, 0.12), (0.08, 0.26, 0.52), (0.68, 0.50, 0.08), (0.12, 0.40, 0.18), (0.40, 0.14, 0.46)])


def build_cake(casting: Casting) -> RigidBody:
    """A birthday cake of two tiers: icing that runs over its edge, whipped rosettes, cherries, burning candles."""
    hull = Hull(casting.detail)
    rng = casting.rng
    icing = stuff(ICINGS[rng.integers(len(ICINGS))] if casting.colour is None else casting.colour, 0.35, 0.2)
    sponge = Stuff((0.56, 0.36, 0.16), 0.05) if max(icing.colour) > 0.3 else Stuff((0.18, 0.08, 0.04), 0.05)
    cream = Stuff((0.76, 0.72, 0.64), 0.25, 0.25)
    burning = casting.action in ("burn", "glow", "flicker", "stand")
    stand = Stuff((0.70, 0.70, 0.69), 0.85)
    turned(
        hull,
        [
            (0.0, 0.0),
            (0.07, 0.0),
            (0.075, 0.006),
            (0.03, 0.02),
            (0.025, 0.035),
            (0.16, 0.045),
            (0.182, 0.052),
            (0.180, 0.056),
            (0.0, 0.052),
        ],
        44,
        stand,
    )
    number = hull.n(60, 14)
    a = np.arange(number) * (2 * np.pi / number)
    for low, high, r, seed in ((0.054, 0.134, 0.150, 1.3), (0.134, 0.200, 0.098, 2.9)):
        drip = 0.45 + 0.30 * np.sin(7 * a + seed) + 0.22 * np.sin(11 * a + 2 * seed) + 0.12 * np.sin(17 * a + seed)
        edge = high - (high - low) * np.clip(drip, 0.12, 0.92) * 0.72
        levels = [low + (edge - low) * q for q in (0.0, 0.25, 0.5, 0.75, 1.0)]
        rows = [np.stack([r * np.cos(a), level, r * np.sin(a)], 1) for level in levels]
        layer = np.zeros((4, number), int)
        layer[1] = 1
        hull.grid(rows, [sponge, cream], layer, wrap=True, crease=60)
        thick = r + 0.005
        icing_rows = [np.stack([r * np.cos(a), edge - 0.002, r * np.sin(a)], 1)]
        shape = [(1.0, edge + (high - 0.006 - edge) * h) for h in (0.0, 0.35, 0.85)]
        top = ((0.995, 0.001), (0.955, 0.0055), (0.88, 0.007), (0.5, 0.0075), (0.0, 0.0075))
        shape += [(q, np.full(number, high + h - 0.002)) for q, h in top]
        icing_rows += [np.stack([thick * q * np.cos(a), level, thick * q * np.sin(a)], 1) for q, level in shape]
        hull.grid(icing_rows, icing, wrap=True, crease=70)
    for k in range(14 if hull.detail else 6):
        b = 2 * math.pi * k / (14 if hull.detail else 6)
        for r, y in ((0.126, 0.140), (0.080, 0.206)) if k % 2 == 0 else ((0.126, 0.140),):
            turned(
                hull,
                [(0.013, y), (0.0165, y + 0.005), (0.012, y + 0.012), (0.009, y + 0.015), (0.0, y + 0.025)],
                12,
                cream,
                centre=(r * math.cos(b), 0, r * math.sin(b)),
                crease=60,
            )
            if k % 4 == 0 and r < 0.1:
                ball(hull, (r * math.cos(b), y + 0.026, r * math.sin(b)), 0.0095, Stuff((0.40, 0.01, 0.02), 0.95), 12)
    candles = 7 if hull.detail else 3
    spots = []
    for k in range(candles):
        b = 2 * math.pi * k / (candles - 1) + 0.4
        r = 0.0 if k == candles - 1 else 0.050
        x, z = r * math.cos(b), r * math.sin(b)
        wax = stuff(CANDLES[k % len(CANDLES)], 0.4, 0.4)
        stripes = [(0.0045, 0.205 + 0.006 * q) for q in range(11)]
        turned(hull, stripes, 10, [wax, cream], np.arange(10) % 2, centre=(x, 0, z))
        tube(hull, [(x, 0.264, z), (x + 0.001, 0.271, z)], 0.0008, BLACK, 4)
        if burning:
            flame(hull, (x, 0.268, z), 0.024, 6.5)
            spots.append((x, z))
    phase = float(rng.uniform(0, 6))

    def lamps(t: float) -> Floats:
        if not spots:
            return np.zeros((0, 6), np.float32)
        strong = 0.10 * flicker(t, phase)
        return np.array([[0.0, 0.33, 0.0, strong, 0.55 * strong, 0.18 * strong]], np.float32)

    return hull.build(lamps)


def build_apple(casting: Casting) -> RigidBody:
    """An apple: hollowed above and below, streaked, with a stalk and a leaf."""
    hull = Hull(casting.detail)
    rng = casting.rng
    red, ground = np.array([0.50, 0.025, 0.02]), np.array([0.52, 0.36, 0.05])
    if casting.colour is not None:
        red = np.asarray(casting.colour, float)
        ground = np.minimum(red * 1.25 + np.array([0.06, 0.06, 0.0]), 0.8)
    u = np.linspace(0, 1, hull.n(34, 10))
    angle = -math.pi / 2 + math.pi * u
    r = 0.040 * np.abs(np.cos(angle)) ** 0.80 * (1 + 0.07 * np.sin(angle))
    y = 0.0375 + 0.0365 * np.sin(angle) - 0.013 * np.exp(-(((1 - u) / 0.11) ** 2)) + 0.008 * np.exp(-((u / 0.09) ** 2))
    r[0] = r[-1] = 0.0005
    number = hull.n(44, 12)
    a = np.arange(number) * (2 * np.pi / number)
    lobes = 1 + 0.022 * np.cos(5 * a)[None] * np.clip(1 - u * 1.3, 0, 1)[:, None] + 0.012 * np.cos(2 * a + 1)[None]
    points = np.stack(
        [r[:, None] * lobes * np.cos(a), np.broadcast_to(y[:, None], lobes.shape), r[:, None] * lobes * np.sin(a)], -1
    )
    seeds = rng.uniform(0, 6.28, 3)

    def skin(points: Doubles) -> Doubles:
        """Red streaks over a yellow ground that shows around the stalk and on the shadow side."""
        turn = np.arctan2(points[:, 2], points[:, 0])
        up = np.clip(points[:, 1] / 0.075, 0, 1)
        streak = 0.5 + 0.5 * np.sin(19 * turn + seeds[0] + 2 * np.sin(5 * turn + seeds[1]))
        ripe = np.clip(0.72 + 0.35 * np.cos(turn + seeds[2]) + 0.30 * streak - 1.1 * np.clip(up - 0.88, 0, 1) * 6, 0, 1)
        speck = 0.06 * (np.sin(points[:, 0] * 2900) * np.sin(points[:, 1] * 2700) * np.sin(points[:, 2] * 3100) > 0.55)
        return np.asarray(ground + (red - ground) * ripe[:, None] + speck[:, None])

    hull.grid(points, Stuff((1.0, 1.0, 1.0), 0.75, 0.05), wrap=True, crease=120, tint=skin)
    tube(
        hull,
        [(0, 0.058, 0), (0.001, 0.072, 0.001), (0.006, 0.086, 0.002)],
        [0.0013, 0.0014, 0.0024],
        Stuff((0.12, 0.07, 0.03), 0.1),
        8,
    )
    leaf = []
    for q in np.linspace(0, 1, 8):
        wide = 0.0105 * math.sin(math.pi * q**0.8)
        leaf.append(
            [
                (0.003 + 0.030 * q, 0.074 + 0.012 * math.sin(2.2 * q) + 0.003 * abs(s), 0.001 + wide * s)
                for s in (-1, -0.5, 0, 0.5, 1)
            ]
        )
    sheet(hull, leaf, Stuff((0.07, 0.24, 0.04), 0.4, 0.5), toward=(0, 1, 0), thick=0.0003)
    return hull.build()


def build_fruit(casting: Casting) -> RigidBody:
    """A bowl with apples, oranges, a pear, bananas and grapes."""
    hull = Hull(casting.detail)
    rng = casting.rng
    bowl = stuff((0.10, 0.22, 0.34) if casting.colour is None else casting.colour, 0.8)
    if "wooden" in casting.qualities:
        bowl = Stuff((0.24, 0.12, 0.05), 0.35)
    turned(
        hull,
        [
            (0.0, 0.004),
            (0.055, 0.0),
            (0.06, 0.008),
            (0.105, 0.030),
            (0.145, 0.065),
            (0.160, 0.088),
            (0.156, 0.090),
            (0.138, 0.066),
            (0.10, 0.036),
            (0.0, 0.018),
        ],
        44,
        bowl,
    )

    def pores(points: Doubles) -> Doubles:
        return np.asarray(
            0.95 + 0.05 * np.sin(points[:, 0] * 900) * np.sin(points[:, 1] * 850) * np.sin(points[:, 2] * 870)
        )

    kinds = [
        ((0.42, 0.03, 0.02), 0.7),
        ((0.72, 0.26, 0.02), 0.4),
        ((0.40, 0.42, 0.05), 0.6),
        ((0.70, 0.28, 0.03), 0.4),
        ((0.46, 0.05, 0.03), 0.7),
    ]
    for k, (colour, gloss) in enumerate(kinds):
        b = 2 * math.pi * k / 5 + float(rng.uniform(-0.1, 0.1))
        ball(
            hull,
            (0.072 * math.cos(b), 0.078, 0.072 * math.sin(b)),
            (0.041, 0.039, 0.041),
            stuff(colour, gloss, 0.05),
            24,
            tint=pores,
        )
    ball(hull, (0.0, 0.118, 0.01), (0.040, 0.038, 0.040), Stuff((0.74, 0.30, 0.02), 0.4), 24, tint=pores)
    turned(
        hull,
        [(0.0, 0.085), (0.028, 0.09), (0.037, 0.112), (0.030, 0.138), (0.018, 0.158), (0.008, 0.170), (0.0, 0.172)],
        22,
        Stuff((0.48, 0.44, 0.06), 0.5),
        centre=(-0.055, 0, -0.035),
        crease=80,
    )
    tube(hull, [(-0.055, 0.170, -0.035), (-0.052, 0.188, -0.033)], 0.002, Stuff((0.10, 0.06, 0.03), 0.1), 6)
    for k in range(3):
        path = [
            (
                0.125 * math.cos(q) * (0.95 + 0.1 * k) - 0.01,
                0.098 + 0.055 * math.sin(math.pi * (q + 0.3) / 2.6),
                0.055 + 0.022 * k + 0.03 * math.sin(q),
            )
            for q in np.linspace(0.15, 2.2, 12)
        ]
        tube(hull, path, [0.006, 0.016, 0.018, 0.017, 0.013, 0.005], Stuff((0.70, 0.48, 0.03), 0.35), 10)
    for _ in range((5, 14, 26)[hull.detail]):
        x, y, z = float(rng.normal(0.085, 0.022)), float(rng.uniform(0.085, 0.125)), float(rng.normal(-0.055, 0.024))
        ball(hull, (x, y, z), 0.0125, Stuff((0.10, 0.02, 0.09), 0.8, 0.2), 11)
    return hull.build()


ROWS = (
    Subject("cake", build_cake, "table", 0.36, 0.295, {"stand": 0.0, "burn": 0.0, "glow": 0.0, "flicker": 0.0}),
    Subject("apple", build_apple, "table", 0.087, 0.087, {"stand": 0.0}, group=5),
    Subject("fruit", build_fruit, "table", 0.32, 0.185, {"stand": 0.0}),
)
