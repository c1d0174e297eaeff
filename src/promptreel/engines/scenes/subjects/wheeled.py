"""Skateboards, wheelchairs, prams: what rolls on small wheels."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import box, sheet, tube, turned
from promptreel.engines.scenes.craft.hull import BLACK, CHROME, RUBBER, STEEL, Doubles, Hull, RigidBody, Stuff, rolling
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import paint

DECKS = np.array([(0.50, 0.06, 0.05), (0.04, 0.22, 0.30), (0.62, 0.42, 0.05), (0.12, 0.30, 0.10)])
CLOTHS = np.array([(0.04, 0.08, 0.20), (0.28, 0.05, 0.06), (0.10, 0.17, 0.15), (0.16, 0.16, 0.17)])


def _spoked(hull: Hull, at: tuple[float, float, float], radius: float, thick: float, spokes: int) -> None:
    """A wheel of thin spokes about an axle along x, with a tyre of `thick` m."""
    x, y, z = at
    with hull.part(rolling([float(v) for v in hull.here(at)], radius)):
        ring = [
            (radius - thick + thick * math.cos(q), x + 0.5 * thick * math.sin(q)) for q in np.linspace(-2.2, 2.2, 9)
        ]
        with hull.place((0, y, z)):
            turned(hull, ring, 44, RUBBER, axis="x", caps=(False, False), crease=70)
            inner = radius - 1.5 * thick
            deep = 0.5 * thick
            rim = [(0.0, -0.8), (deep, -0.6), (deep, 0.6), (0.0, 0.8), (0.0, -0.8)]
            turned(hull, [(inner + r, x + deep * s) for r, s in rim], 44, CHROME, axis="x", caps=(False, False))
            turned(hull, [(0.0, x - 0.03), (0.022, x - 0.03), (0.022, x + 0.03), (0.0, x + 0.03)], 14, CHROME, axis="x")
            for k in range(spokes):
                a = 2 * math.pi * k / spokes
                out = (x + 0.018 * (-1) ** k, 0.02 * math.sin(a), 0.02 * math.cos(a))
                tube(hull, [out, (x, inner * math.sin(a), inner * math.cos(a))], 0.0020, CHROME, 4)


def build_skateboard(casting: Casting) -> RigidBody:
    """A skateboard: a deck with kicked ends under dark grip, a painted edge, two trucks, four wheels that roll."""
    hull = Hull(casting.detail)
    deck = paint(casting, DECKS, 0.5)
    u, v = np.linspace(-1, 1, hull.n(41, 13)), np.linspace(-1, 1, hull.n(13, 5))
    half = 0.100 * np.clip(1 - np.clip((np.abs(u) - 0.72) / 0.28, 0, 1) ** 2.4, 0.0, 1) ** 0.5
    rise = 0.098 + 0.055 * np.clip((np.abs(u) - 0.66) / 0.34, 0, 1) ** 1.3
    grip = Stuff((0.018, 0.018, 0.019), 0.02)
    top = [
        [(h * s, y + 0.010 * s * s * (h > 0.09), 0.40 * a) for s in v] for a, h, y in zip(u, half, rise, strict=True)
    ]
    points = np.array(top)
    hull.grid(points, grip, toward=(0, 1, 0), crease=70)
    below = points - [0, 0.011, 0]
    seeds = casting.rng.uniform(0, 6.28, 2)

    def art(at: Doubles) -> Doubles:
        """Stripes in waves across the underside."""
        wave = np.sin(at[:, 2] * 34 + 2.2 * np.sin(at[:, 0] * 30 + seeds[0]) + seeds[1])
        return np.where((wave > 0.3)[:, None], (1.0, 1.0, 1.0), (0.25, 0.30, 0.45))

    hull.grid(below, deck.times(1.2), toward=(0, -1, 0), crease=70, tint=art)
    edge = np.concatenate([points[:, 0], points[-1, 1:], points[::-1, -1], points[0, ::-1][1:]])
    hull.grid([edge, edge - [0, 0.011, 0]], deck, crease=60, toward=None)
    for side in (-1, 1):
        z = 0.235 * side
        box(hull, (0, 0.080, z), (0.032, 0.007, 0.042), STEEL, 0.003)
        box(hull, (0, 0.060, z), (0.018, 0.018, 0.020), STEEL, 0.008)
        tube(hull, [(-0.098, 0.045, z), (0.098, 0.045, z)], 0.009, CHROME, 10)
        for x in (-0.082, 0.082):
            with hull.part(rolling([x, 0.030, z], 0.030)), hull.place((x, 0.030, z)):
                profile = [
                    (0.010, -0.018),
                    (0.026, -0.019),
                    (0.030, -0.012),
                    (0.030, 0.012),
                    (0.026, 0.019),
                    (0.010, 0.018),
                ]
                turned(hull, profile, 22, Stuff((0.72, 0.68, 0.58), 0.35), axis="x", crease=45)
                box(hull, (0, 0.018, 0), (0.0195, 0.003, 0.003), Stuff((0.45, 0.06, 0.05), 0.3))
    return hull.build()


def build_wheelchair(casting: Casting) -> RigidBody:
    """A wheelchair: two large spoked wheels with rims for the hands, castors in front, seat, back, foot rests."""
    hull = Hull(casting.detail)
    cloth = paint(casting, CLOTHS, 0.12)
    frame = STEEL.times(1.3)
    for side in (-1, 1):
        _spoked(hull, (0.30 * side, 0.305, -0.10), 0.305, 0.024, (8, 14, 24)[hull.detail])
        a = np.linspace(0, 2 * np.pi, hull.n(40, 10))
        tube(
            hull,
            np.stack([np.full(len(a), 0.345 * side), 0.305 + 0.262 * np.sin(a), -0.10 + 0.262 * np.cos(a)], 1),
            0.009,
            CHROME,
            8,
        )
        x = 0.225 * side
        tube(
            hull,
            [(x, 0.30, -0.22), (x, 0.60, -0.235), (x, 0.88, -0.26), (x, 0.905, -0.30), (x, 0.905, -0.40)],
            0.012,
            frame,
            10,
        )
        tube(hull, [(x, 0.905, -0.30), (x, 0.905, -0.41)], 0.017, BLACK, 10)
        tube(hull, [(x, 0.47, -0.235), (x, 0.485, 0.20), (x, 0.44, 0.26), (x * 0.8, 0.16, 0.36)], 0.012, frame, 10)
        tube(hull, [(x, 0.29, -0.21), (x, 0.29, 0.20), (x, 0.44, 0.255)], 0.012, frame, 10)
        tube(hull, [(x, 0.48, 0.10), (x, 0.69, 0.09), (x, 0.70, -0.22)], 0.011, frame, 10)
        box(hull, (x, 0.715, -0.06), (0.028, 0.014, 0.145), BLACK, 0.012)
        box(hull, (0.115 * side, 0.150, 0.40), (0.075, 0.009, 0.085), BLACK, 0.006)
        tube(hull, [(x, 0.29, 0.205), (x, 0.14, 0.225)], 0.010, frame, 8)
        with hull.part(rolling([x, 0.072, 0.205], 0.072)), hull.place((x, 0.072, 0.205)):
            turned(hull, [(0.0, -0.014), (0.060, -0.015), (0.072, -0.008), (0.072, 0.008), (0.060, 0.015), (0.0, 0.014)], 24,
                   [RUBBER, STEEL], [1, 0, 0, 0, 1], axis="x", crease=45)  # fmt: skip
    tube(hull, [(-0.30, 0.305, -0.10), (0.30, 0.305, -0.10)], 0.013, frame, 8)
    for side in (-1, 1):
        tube(hull, [(0.22 * side, 0.29, 0.05), (-0.22 * side, 0.46, 0.05)], 0.009, frame, 8)
    s = np.linspace(-1, 1, 9)
    seat = [[(0.225 * q, 0.492 - 0.022 * (1 - q * q), z) for q in s] for z in np.linspace(-0.23, 0.20, 6)]
    sheet(hull, seat, cloth, toward=(0, 1, 0), thick=0.02)
    back = [
        [(0.225 * q, y, -0.225 - 0.10 * (y - 0.5) - 0.020 * (1 - q * q)) for q in s] for y in np.linspace(0.52, 0.87, 6)
    ]
    sheet(hull, back, cloth, toward=(0, 0, 1), thick=0.015)
    return hull.build()


def build_pram(casting: Casting) -> RigidBody:
    """A pram of the old kind: a deep body under a ribbed hood, springs, four spoked wheels, a curved handle, a blanket."""
    hull = Hull(casting.detail)
    cloth = paint(casting, CLOTHS, 0.25)
    trim = Stuff((0.60, 0.56, 0.48), 0.2)
    # The body: a boat whose section is a U, longer above than below.
    rows = []
    for q in np.linspace(0, 1, 9):
        z = np.linspace(-0.42, 0.42, hull.n(21, 9)) * (0.66 + 0.34 * q**0.7)
        wide = 0.19 * (0.45 + 0.55 * q**0.6) * (1 - np.abs(np.linspace(-1, 1, len(z))) ** 4) ** 0.5
        ring = np.concatenate([np.stack([wide, z], 1), np.stack([-wide, z], 1)[::-1][1:-1]])
        rows.append(np.stack([ring[:, 0], np.full(len(ring), 0.50 + 0.26 * q), ring[:, 1]], 1))
    hull.grid(rows, cloth, wrap=True, caps=(True, False), crease=60)
    inner = np.array(rows[-1]) * [0.95, 1, 0.97]
    hull.grid([rows[-1], inner + [0, 0.008, 0], inner - [0, 0.06, 0]], trim, wrap=True, crease=60)
    blanket = Stuff((0.66, 0.62, 0.52), 0.03, 0.1)
    hull.grid([inner * [1, 1, 1] - [0, 0.03, 0], inner * [0.7, 1, 0.8] - [0, 0.005, 0],
               inner * [0.0, 1, 0.0] + [0, 0.012, 0]], blanket, wrap=True, crease=90, toward=(0, 1, 0))  # fmt: skip
    # The hood: five bows of cloth between ribs, folded over the back half.
    number = hull.n(25, 9)
    arc = np.linspace(0, math.pi, number)
    bows = []
    for k in range(11):
        lean = -0.10 + 1.75 * k / 10
        reach = 0.375 * (1 + 0.030 * (k % 2))
        flat = np.stack([0.205 * np.cos(arc), reach * np.sin(arc)], 1)
        bows.append(
            np.stack(
                [
                    flat[:, 0],
                    0.745 + flat[:, 1] * math.sin(lean + 0.12) + 0.012,
                    -0.06 - flat[:, 1] * math.cos(lean + 0.12),
                ],
                1,
            )
        )
    sheet(hull, bows, cloth.times(0.9), toward=(0, 0.7, -0.7), thick=0.006)
    tube(hull, np.array(bows[-1]), 0.008, trim, 6)
    for side in (-1, 1):
        for z, r in ((-0.27, 0.20), (0.27, 0.20)):
            _spoked(hull, (0.24 * side, r, z), r, 0.018, (6, 10, 16)[hull.detail])
        spring = [
            (
                0.15 * side,
                0.26 + 0.10 * (1 - math.cos(q)) / 2 + 0.16 * (q / 6.28),
                -0.30 + 0.60 * math.sin(q / 2) ** 2 * (q / 6.28),
            )
            for q in np.linspace(0, 6.28, 16)
        ]
        tube(hull, spring, 0.008, CHROME, 6)
        tube(hull, [(0.15 * side, 0.20, -0.30), (0.15 * side, 0.25, 0.0), (0.15 * side, 0.20, 0.30)], 0.010, CHROME, 6)
        tube(
            hull, [(0.17 * side, 0.66, -0.33), (0.19 * side, 0.80, -0.52), (0.19 * side, 0.96, -0.66)], 0.010, CHROME, 8
        )
    for z in (-0.27, 0.27):
        tube(hull, [(-0.24, 0.20, z), (0.24, 0.20, z)], 0.010, CHROME, 6)
    tube(hull, [(-0.19, 0.96, -0.66), (0.19, 0.96, -0.66)], 0.015, BLACK, 10)
    return hull.build()


ROWS = (
    Subject("skateboard", build_skateboard, "road", 0.80, 0.155, {"stand": 0.0, "roll": 2.0}, group=2),
    Subject("wheelchair", build_wheelchair, "road", 0.95, 0.92, {"stand": 0.0, "roll": 1.0}, group=2),
    Subject("pram", build_pram, "road", 1.14, 1.13, {"stand": 0.0, "roll": 1.0}, group=2),
)
