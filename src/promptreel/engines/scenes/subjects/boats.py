"""Sailing boats, rowing and fishing boats. Their origin lies in the waterline."""

import math

import numpy as np

from promptreel.engines.scenes.craft.boatyard import (
    TEAK,
    Lines,
    flag,
    heel,
    no_lamps,
    ship_hull,
    triangle_sail,
    windows,
)
from promptreel.engines.scenes.craft.fittings import ball, box, rope, sheet, tube, turned
from promptreel.engines.scenes.craft.hull import (
    BLACK,
    CHROME,
    GLASS,
    ROPE,
    STEEL,
    WHITE,
    WOOD,
    Doubles,
    Hull,
    RigidBody,
    Stuff,
    hinge,
    stuff,
)
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import paint

BOATS = np.array([(0.70, 0.70, 0.68), (0.03, 0.09, 0.24), (0.42, 0.03, 0.03), (0.66, 0.64, 0.58), (0.04, 0.20, 0.22)])
FISHERS = np.array([(0.05, 0.18, 0.36), (0.40, 0.05, 0.04), (0.06, 0.26, 0.20), (0.60, 0.58, 0.52)])
BOXES = np.array(
    [
        (0.42, 0.05, 0.03),
        (0.04, 0.14, 0.36),
        (0.06, 0.26, 0.14),
        (0.55, 0.30, 0.04),
        (0.45, 0.45, 0.44),
        (0.30, 0.10, 0.05),
    ]
)
CLOTH = Stuff((0.76, 0.74, 0.68), 0.05, 0.55)
TAN = Stuff((0.50, 0.22, 0.10), 0.05, 0.45)


def build_sailing_boat(casting: Casting) -> RigidBody:
    """A sloop of 10 m; old or wooden ones have a gaff rig with tan sails."""
    hull = Hull(casting.detail)
    rng = casting.rng
    classic = bool(casting.qualities & {"old", "wooden"})
    main = paint(casting, BOATS, 0.7) if not classic or casting.colour is not None else Stuff((0.20, 0.095, 0.04), 0.55)
    cloth = TAN if classic else CLOTH
    band = main if max(main.colour) < 0.6 else stuff(BOATS[1 + rng.integers(2)], 0.4)
    accent = Stuff(band.colour, 0.05, 0.45)
    lines = Lines(
        10.0,
        3.1,
        0.62,
        [(0, 0.86), (0.4, 0.82), (0.75, 0.95), (1, 1.22)],
        stern=0.62,
        fullness=2.1,
        chine=0.5,
        rake=0.09,
    )
    night = casting.night
    side = 1.0 if rng.random() < 0.5 else -1.0
    with hull.part(heel(-0.15 * side, 0.03, 4.3, float(rng.uniform(0, 6)))):
        ship_hull(
            hull,
            lines,
            [Stuff((0.20, 0.03, 0.02), 0.2), WHITE if max(main.colour) < 0.5 else band, main],
            [0.02, 0.12],
            deck=(TEAK, 0.10),
            frames=26,
        )
        # Keel and rudder.
        box(hull, (0, -1.15, 0.3), (0.07, 0.65, 0.85), BLACK, 0.06, taper=(1.0, 1.3))
        box(hull, (0, -0.55, -4.5), (0.04, 0.65, 0.22), BLACK, 0.03)
        # Coach roof with windows, cockpit with its tiller, rails.
        house = Stuff((0.70, 0.69, 0.66), 0.5) if not classic else Stuff((0.30, 0.16, 0.07), 0.5)
        box(hull, (0, 0.98, 0.55), (0.92, 0.26, 1.85), house, 0.16, taper=(0.80, 0.90))
        lit = Stuff(GLASS.colour, 0.9, 0.0, (1.4, 0.95, 0.42) if night else (0.0, 0.0, 0.0))
        windows(hull, 0.855, 1.03, [-0.7, 0.0, 0.7, 1.4], (0.075, 0.26), [lit], rng)
        box(hull, (0, 0.76, -2.9), (0.72, 0.14, 1.35), TEAK.times(0.65), 0.08)
        tube(hull, [(0, 0.95, -4.3), (0, 1.10, -3.2)], 0.028, WOOD, 6)
        if hull.detail:
            for z in np.linspace(-4.4, 4.3, 8):
                x = float(lines.half(z / 10 + 0.5)) * 0.95
                y = float(lines.rail(z / 10 + 0.5))
                for s in (-1, 1):
                    tube(hull, [(s * x, y, z), (s * x, y + 0.55, z)], 0.012, CHROME, 4)
            for s in (-1, 1):
                for lift in (0.30, 0.55):
                    points = [
                        (s * float(lines.half(z / 10 + 0.5)) * 0.95, float(lines.rail(z / 10 + 0.5)) + lift, z)
                        for z in np.linspace(-4.4, 4.3, 8)
                    ]
                    tube(hull, points, 0.006, STEEL, 3, closed=False)
        spar = Stuff((0.62, 0.62, 0.60), 0.5) if not classic else Stuff((0.36, 0.20, 0.09), 0.45)
        mast, top, boom = 0.85, 13.6, 1.75
        tube(hull, [(0, 0.8, mast), (0, top, mast)], [0.085, 0.085, 0.055], spar, 9)
        swing = -0.24 * side
        end = np.array([math.sin(swing) * 4.6, boom + 0.05, mast - math.cos(swing) * 4.6])
        tube(hull, np.array([(0, boom, mast), end]), 0.06, spar, 8)
        lee = np.array([-side * 0.75, 0.0, -0.12])
        if classic:
            gaff = np.array([math.sin(swing * 1.3) * 2.9, 12.0, mast - 2.5])
            tube(hull, np.array([(0, 9.2, mast), gaff]), 0.05, spar, 7)
            v = np.linspace(0, 1, hull.n(12))[:, None, None]
            u = np.linspace(0, 1, hull.n(9))[None, :, None]
            low, high = np.array([0, boom + 0.15, mast - 0.1]), np.array([0, 9.1, mast - 0.1])
            spread = (low * (1 - u) + (end + [0, 0.15, 0.1]) * u) * (1 - v) + (
                high * (1 - u) + (gaff - [0, 0.1, 0]) * u
            ) * v
            spread = spread + np.sin(np.pi * u**0.8) * np.sin(np.pi * (0.15 + 0.75 * v)) * lee * 0.9
            sheet(hull, spread, cloth, toward=lee)
        else:

            def number(v: Doubles, u: Doubles) -> Doubles:
                return ((v > 0.46) & (v < 0.60)).astype(int)

            triangle_sail(
                hull,
                (0, boom + 0.15, mast - 0.12),
                end + [0, 0.12, 0.15],
                (0, top - 0.25, mast - 0.1),
                lee,
                [cloth, accent],
                roach=0.55,
                stripes=number,
                rows=16,
            )
        bow = float(lines.z(0.985))
        tip = top * (0.93 if not classic else 0.80)
        clew = np.array([-side * 1.05, 1.55, mast - 0.55])
        triangle_sail(hull, (0, 1.35, bow - 0.1), clew, (0, tip, mast + 0.18), lee * 1.1, cloth)
        rope(hull, (0, 1.25, bow), (0, tip + 0.1, mast + 0.08), 0.014, STEEL)
        rope(hull, (0, 0.9, -4.9), (0, top, mast), 0.012, STEEL)
        for s in (-1, 1):
            rope(hull, (s * 1.40, 0.85, mast - 0.15), (s * 0.62, 7.5, mast), 0.012, STEEL)
            rope(hull, (s * 0.62, 7.5, mast), (0, top - 0.5, mast), 0.012, STEEL)
            tube(hull, [(0, 7.5, mast), (s * 0.62, 7.5, mast)], 0.02, spar, 5)
        if hull.detail:
            flag(hull, (0, top + 0.02, mast), 0.75, 0.32, [accent.times(1.3), WHITE, accent.times(1.3)], rate=1.7)
            ball(
                hull,
                (0, top + 0.03, mast),
                0.05,
                Stuff((0.6, 0.6, 0.6), 0.5, 0.0, (4.0, 3.7, 3.0) if night else (0, 0, 0)),
                8,
            )
    return hull.build((lambda _t: np.array([[0.0, 1.6, -1.5, 0.5, 0.33, 0.14]])) if night else no_lamps)


def build_boat(casting: Casting) -> RigidBody:
    """A wooden rowing boat, or a fishing boat where it drives (or by chance)."""
    motor = casting.action in ("drive", "sail") and "wooden" not in casting.qualities
    return _fishing_boat(casting) if motor else _rowing_boat(casting)


def _rowing_boat(casting: Casting) -> RigidBody:
    hull = Hull(casting.detail)
    rng = casting.rng
    wood = Stuff((0.24, 0.125, 0.055), 0.35)
    main = wood if casting.colour is None and rng.random() < 0.6 else paint(casting, FISHERS, 0.4)
    lines = Lines(
        4.4,
        1.55,
        0.20,
        [(0, 0.52), (0.4, 0.42), (0.75, 0.50), (1, 0.76)],
        stern=0.60,
        fullness=2.2,
        chine=0.52,
        rake=0.10,
    )

    def planks(points: Doubles) -> Doubles:
        strake = (points[:, 1] + 0.25) * 9
        return np.asarray(
            0.82 + 0.18 * np.abs(np.sin(strake * 1.9)) + 0.05 * np.sin(points[:, 2] * 7 + np.floor(strake) * 2.4)
        )

    with hull.part(heel(0.0, 0.035, 3.1, float(rng.uniform(0, 6)))), hull.place(scale=1.15):
        ship_hull(
            hull, lines, [main.times(0.8), main, wood], [0.05, 0.36], inside=wood.times(0.85), tint=planks, strakes=12
        )
        for z, wide in ((-1.45, 0.50), (-0.25, 0.62), (0.95, 0.50)):
            box(hull, (0, 0.24, z), (wide, 0.022, 0.15), wood.times(1.25), 0.015)
        for z in np.linspace(-1.7, 1.6, 8) if hull.detail else ():
            share = z / 4.4 + 0.5
            x, y = float(lines.half(share)) * 0.945, float(lines.rail(share))
            arc = [(x * s, y - 0.02 - (1 - abs(s) ** 2.4) * (y + 0.10), z) for s in np.linspace(-1, 1, 9)]
            tube(hull, arc, 0.018, wood.times(0.7), 4)
        for s in (-1, 1):
            rail = [
                (s * float(lines.half(u)) * 0.985, float(lines.rail(u)) + 0.01, float(lines.z(u)))
                for u in np.linspace(0.0, 0.99, 14)
            ]
            tube(hull, rail, 0.028, wood.times(0.75), 6)
            # Oars rest in their locks, their blades over the water.
            dip = hinge("y", hull.here((s * 0.74, 0.5, 0.25)).tolist(), lambda t, _, s=s: 0.10 * s * math.sin(1.3 * t))  # type: ignore[misc]
            with hull.part(dip):
                start, end = np.array([s * 0.22, 0.62, 0.05]), np.array([s * 2.15, 0.08, 0.75])
                tube(hull, [start, end], 0.021, wood.times(1.5), 7)
                along = (end - start) / np.linalg.norm(end - start)
                with hull.place(
                    end + along * 0.2,
                    turn=-math.atan2(along[2], along[0]) if s > 0 else math.pi - math.atan2(along[2], along[0]),
                    roll=0.0,
                ):
                    box(hull, (0, 0, 0), (0.30, 0.012, 0.075), wood.times(1.4), 0.01)
    return hull.build(no_lamps)


def _fishing_boat(casting: Casting) -> RigidBody:
    hull = Hull(casting.detail)
    rng = casting.rng
    main = paint(casting, FISHERS, 0.5)
    night = casting.night
    lines = Lines(
        9.0, 3.1, 0.7, [(0, 1.05), (0.4, 0.95), (0.7, 1.15), (1, 1.95)], stern=0.78, fullness=2.6, chine=0.42, rake=0.10
    )
    house = Stuff((0.70, 0.69, 0.65), 0.4)
    with hull.part(heel(0.0, 0.03, 3.6, float(rng.uniform(0, 6)))), hull.place(scale=0.66):
        ship_hull(
            hull,
            lines,
            [Stuff((0.22, 0.03, 0.02), 0.15), WHITE, main, main],
            [0.0, 0.10, 0.8],
            deck=(TEAK.times(0.8), 0.45),
            frames=22,
        )
        for s in (-1, 1):
            rail = [
                (s * float(lines.half(u)), float(lines.rail(u)) + 0.02, float(lines.z(u)))
                for u in np.linspace(0.0, 0.99, 16)
            ]
            tube(hull, rail, 0.055, WHITE, 6)
        # Wheelhouse.
        box(hull, (0, 1.55, 0.9), (0.95, 0.95, 1.05), house, 0.08, taper=(0.93, 0.90))
        box(hull, (0, 2.56, 0.92), (1.05, 0.06, 1.20), main, 0.05)
        lit = Stuff(GLASS.colour, 0.9, 0.0, (1.6, 1.1, 0.5) if night else (0.0, 0.0, 0.0))
        windows(hull, 0.935, 2.05, [0.35, 0.95, 1.5], (0.22, 0.22), [lit], rng)
        for x in (-0.55, 0.0, 0.55):
            corners = np.array(
                [(x - 0.22, 1.83, 0), (x + 0.22, 1.83, 0), (x + 0.22, 2.27, -0.03), (x - 0.22, 2.27, -0.03)]
            )
            hull.surface(corners + [0, 0, 1.91], [(0, 1, 2), (0, 2, 3)], lit, toward=(0, 0, 1))
        tube(hull, [(0, 2.6, 0.5), (0, 5.2, 0.35)], [0.06, 0.035], WHITE, 8)
        tube(hull, [(0, 2.9, 0.4), (0, 4.2, -2.9)], 0.04, WHITE, 7)
        rope(hull, (0, 5.1, 0.35), (0, 1.9, 4.4), 0.012, ROPE, 0.1)
        rope(hull, (0, 5.1, 0.35), (0, 4.15, -2.9), 0.012, ROPE, 0.05)
        rope(hull, (0, 4.15, -2.9), (0, 1.2, -4.4), 0.012, ROPE, 0.05)
        for k in range(3):
            ball(
                hull,
                (1.48 if k % 2 else -1.48, 0.62, -2.2 + 1.3 * k),
                (0.16, 0.20, 0.16),
                Stuff((0.62, 0.16, 0.03), 0.3),
                10,
            )
        for k in range(4):
            box(hull, (-0.55 + 0.36 * k, 0.85, -2.6 - 0.4 * (k % 2)), (0.16, 0.16, 0.25), stuff(BOXES[k], 0.15), 0.03)
        turned(
            hull,
            [(0.34, 0.6), (0.38, 0.7), (0.22, 0.95), (0.22, 1.15), (0.38, 1.4), (0.34, 1.45)],
            14,
            STEEL,
            centre=(0, 0, -1.3),
        )
        ball(hull, (0, 5.22, 0.35), 0.09, Stuff((0.6, 0.6, 0.6), 0.5, 0.0, (6, 5.5, 4.5) if night else (0, 0, 0)), 8)
        if hull.detail:
            flag(hull, (0, 2.2, -4.2), 0.6, 0.36, [stuff((0.45, 0.03, 0.03)), WHITE, stuff((0.03, 0.07, 0.25))])
            tube(hull, [(0, 0.9, -4.25), (0, 2.62, -4.2)], 0.02, WHITE, 5)
    return hull.build((lambda _t: np.array([[0.0, 3.2, -1.5, 1.0, 0.8, 0.5]])) if night else no_lamps)


ROWS = (
    Subject(
        "sailing_boat",
        build_sailing_boat,
        "water",
        15.4,
        13.8,
        {"sail": 3.0, "drift": 0.5, "float": 0.0, "drive": 3.0},
        group=4,
    ),
    Subject("boat", build_boat, "water", 6.0, 0.9, {"float": 0.0, "drift": 0.5, "drive": 3.5, "sail": 3.0}, group=3),
)
