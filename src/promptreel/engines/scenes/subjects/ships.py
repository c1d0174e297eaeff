"""Sailing boats, rowing and fishing boats, ships, tall ships, submarines. Their origin lies in the waterline."""

import math

import numpy as np

from promptreel.engines.scenes.boatyard import Lines, flag, ship_hull, square_sail, triangle_sail, windows
from promptreel.engines.scenes.fittings import ball, box, rope, sheet, tube, turned
from promptreel.engines.scenes.hull import (
    BLACK,
    CHROME,
    GLASS,
    ROPE,
    STEEL,
    WHITE,
    WOOD,
    Doubles,
    Hull,
    Move,
    RigidBody,
    Stuff,
    hinge,
    spinning,
    stuff,
)
from promptreel.engines.scenes.stage import Casting, Floats, Subject
from promptreel.engines.scenes.subjects.cars import paint

BOATS = np.array([(0.70, 0.70, 0.68), (0.03, 0.09, 0.24), (0.42, 0.03, 0.03), (0.66, 0.64, 0.58), (0.04, 0.20, 0.22)])
FISHERS = np.array([(0.05, 0.18, 0.36), (0.40, 0.05, 0.04), (0.06, 0.26, 0.20), (0.60, 0.58, 0.52)])
LINERS = np.array([(0.72, 0.72, 0.71), (0.02, 0.05, 0.14)])
CARGO = np.array([(0.36, 0.04, 0.03), (0.02, 0.08, 0.22), (0.03, 0.16, 0.10), (0.03, 0.03, 0.035)])
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
TEAK = Stuff((0.36, 0.22, 0.11), 0.15)


def heel(lean: float, sway: float, period: float, phase: float) -> Move:
    """The list of a boat under sail and its slow roll, on top of what the waves do to it."""
    return hinge("z", (0, 0, 0), lambda t, _: lean + sway * math.sin(2 * math.pi * t / period + phase))


def no_lamps(_t: float) -> Floats:
    """None."""
    return np.zeros((0, 6), np.float32)


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
        tube(hull, [(0, boom, mast), end], 0.06, spar, 8)
        lee = np.array([-side * 0.75, 0.0, -0.12])
        if classic:
            gaff = np.array([math.sin(swing * 1.3) * 2.9, 12.0, mast - 2.5])
            tube(hull, [(0, 9.2, mast), gaff], 0.05, spar, 7)
            v = np.linspace(0, 1, hull.n(12))[:, None, None]
            u = np.linspace(0, 1, hull.n(9))[None, :, None]
            low, high = np.array([0, boom + 0.15, mast - 0.1]), np.array([0, 9.1, mast - 0.1])
            points = (low * (1 - u) + (end + [0, 0.15, 0.1]) * u) * (1 - v) + (
                high * (1 - u) + (gaff - [0, 0.1, 0]) * u
            ) * v
            points = points + np.sin(np.pi * u**0.8) * np.sin(np.pi * (0.15 + 0.75 * v)) * lee * 0.9
            sheet(hull, points, cloth, toward=lee)
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


def build_ship(casting: Casting) -> RigidBody:
    """A liner or a freighter; old and wooden ones are tall ships."""
    if casting.qualities & {"old", "wooden"}:
        return _tall_ship(casting)
    return _liner(casting) if casting.rng.random() < 0.5 else _freighter(casting)


LIT = ((0.9, 0.62, 0.28), (1.5, 1.05, 0.52), (0.5, 0.34, 0.16))


def _panes(night: bool) -> list[Stuff]:
    """Windows: dark by day; at night three of four are lit, each a little differently."""
    return [Stuff(GLASS.colour, 0.8, 0.0, glow if night else (0.0, 0.0, 0.0)) for glow in (*LIT, (0.0, 0.0, 0.0))]


def _liner(casting: Casting) -> RigidBody:
    hull = Hull(casting.detail)
    rng = casting.rng
    night = casting.night
    main = paint(casting, LINERS, 0.5)
    house = Stuff((0.74, 0.74, 0.73), 0.35)
    blue = Stuff((0.02, 0.06, 0.17), 0.4) if max(main.colour) > 0.5 else WHITE
    lines = Lines(
        130.0, 19.0, 5.5, [(0, 9.0), (0.5, 8.5), (0.8, 9.2), (1, 12.0)], stern=0.85, fullness=3.4, chine=0.24, rake=0.07
    )
    panes = _panes(night)
    with hull.part(heel(0.0, 0.012, 9.0, float(rng.uniform(0, 6)))):
        ship_hull(
            hull,
            lines,
            [Stuff((0.24, 0.03, 0.025), 0.2), blue, main, main],
            [0.4, 1.6, 6.0],
            deck=(TEAK, 0.9),
            frames=28,
            strakes=10,
        )
        decks = [(-50, 38, 9.1), (-50, 36, 8.9), (-49, 34, 8.7), (-46, 31, 8.4), (-43, 27, 8.0), (-38, 21, 7.2)]
        for k, (z0, z1, x) in enumerate(decks):
            y = 8.2 + 2.9 * k
            box(hull, (0, y + 1.45, (z0 + z1) / 2), (x, 1.45, (z1 - z0) / 2), house, 0.5)
            box(
                hull,
                (0, y + 2.9, (z0 + z1) / 2),
                (x + 0.45, 0.16, (z1 - z0) / 2 + 0.7),
                Stuff((0.62, 0.62, 0.61), 0.3),
                0.1,
            )
            number = (6, 14, 30)[hull.detail] - 2 * k
            step = (z1 - z0 - 6) / number
            windows(
                hull,
                x + 0.03,
                y + 1.55,
                np.linspace(z0 + 3.5, z1 - 3.5, number),
                (0.85, step * 0.36),
                panes,
                rng,
                [0.35, 0.2, 0.25, 0.2],
            )
        windows(
            hull,
            9.52,
            4.4,
            np.linspace(-52, 26, (10, 24, 46)[hull.detail]),
            (0.38, 0.42),
            panes,
            rng,
            [0.3, 0.2, 0.3, 0.2],
        )
        # Bridge with its wings and dark front windows.
        top = 8.2 + 2.9 * 4
        box(hull, (0, top + 1.5, 27.5), (10.4, 1.4, 2.4), house, 0.5)
        box(hull, (0, top + 1.9, 29.85), (9.6, 0.55, 0.12), GLASS if not night else panes[2])
        for s in (-1, 1):
            for k in range(6):  # Lifeboats.
                z = -38 + 11.5 * k
                ball(hull, (s * 9.7, 10.2, z), (1.35, 1.2, 3.9), Stuff((0.66, 0.22, 0.03), 0.4), 12)
                box(hull, (s * 9.7, 10.9, z), (0.9, 0.6, 2.6), WHITE, 0.4)
        roof = 8.2 + 2.9 * 6
        funnel = blue if max(main.colour) > 0.5 else main
        section = [(4.4, 0.0), (4.3, 3.0), (4.0, 7.0), (3.9, 8.3), (3.6, 8.6)]
        with hull.place((0, roof, -20), pitch=-0.16):
            turned(hull, np.array(section) * [0.62, 1], 20, [funnel, WHITE, BLACK], [0, 1, 2, 2], flatten=1.7)
        box(hull, (0, roof + 0.5, -4), (4.5, 0.6, 9), house, 0.4)
        box(
            hull,
            (0, roof + 0.62, 8),
            (3.6, 0.5, 5),
            Stuff((0.03, 0.26, 0.36), 0.9, 0.0, (0.1, 0.6, 0.8) if night else (0, 0, 0)),
            0.3,
        )
        tube(hull, [(0, roof, 17), (0, roof + 9, 15.8)], [0.5, 0.22], WHITE, 8)
        for s in (-1, 1):
            tube(hull, [(0, roof + 6, 16.2), (s * 2.4, roof + 6.2, 16.2)], 0.12, WHITE, 5)
        ball(hull, (0, roof + 1.6, 19), 1.3, WHITE, 14)
        tube(hull, [(0, 11.5, 58), (0, 16.5, 57)], 0.2, WHITE, 6)
    glow = [[s * 14.0, 6.0, z, 70.0, 48.0, 22.0] for s in (-1, 1) for z in (-35.0, 0.0, 25.0)]
    return hull.build((lambda _t: np.array(glow)) if night else no_lamps)


def _freighter(casting: Casting) -> RigidBody:
    hull = Hull(casting.detail)
    rng = casting.rng
    night = casting.night
    main = paint(casting, CARGO, 0.35)
    house = Stuff((0.70, 0.69, 0.65), 0.3)
    lines = Lines(
        130.0,
        20.0,
        6.5,
        [(0, 9.0), (0.12, 7.4), (0.75, 7.4), (0.86, 9.6), (1, 12.5)],
        stern=0.84,
        fullness=4.0,
        chine=0.2,
        rake=0.06,
    )
    panes = _panes(night)
    with hull.part(heel(0.0, 0.012, 10.0, float(rng.uniform(0, 6)))):
        ship_hull(
            hull,
            lines,
            [Stuff((0.26, 0.035, 0.025), 0.15), main, main],
            [1.2, 5.0],
            deck=(Stuff((0.20, 0.06, 0.04), 0.1), 1.0),
            frames=28,
        )
        for k in range(5):
            x = 8.2 - 0.25 * k
            box(hull, (0, 8.6 + 2.8 * k, -47), (x, 1.4, 6.2 - 0.35 * k), house, 0.25)
            windows(hull, x + 0.02, 8.8 + 2.8 * k, np.linspace(-51, -43, 5), (0.45, 0.4), panes, rng)
            for j in np.linspace(-0.8, 0.8, 7):
                corners = np.array([(-0.45, -0.45, 0), (0.45, -0.45, 0), (0.45, 0.45, 0), (-0.45, 0.45, 0)])
                place = [j * x, 8.8 + 2.8 * k, -40.78 - 0.35 * k]
                hull.surface(corners + place, [(0, 1, 2), (0, 2, 3)], panes[int(rng.integers(4))], toward=(0, 0, 1))
        box(hull, (0, 22.9, -47.5), (10.2, 1.4, 3.4), house, 0.3)
        box(hull, (0, 23.3, -44.05), (9.6, 0.6, 0.1), panes[2])
        box(hull, (0, 13.5, -57), (3.0, 6.5, 2.6), main, 0.6, taper=(0.85, 0.8))
        box(hull, (0, 20.3, -57), (2.6, 0.6, 2.2), BLACK, 0.3)
        tube(hull, [(0, 24, -48), (0, 31, -48.5)], [0.5, 0.25], WHITE, 7)
        # Containers: stacks of unequal height.
        long, tall, wide = 6.1, 2.6, 2.44
        rows = np.arange(-33.5, 46, 13.2)
        for z in rows:
            lanes = 6 if z < 38 else 5
            for lane in range(lanes):
                stack = int(rng.integers(2, 5)) if z < 38 else int(rng.integers(1, 3))
                x = (lane - (lanes - 1) / 2) * (wide + 0.25)
                outer = lane in (0, lanes - 1)
                for level in range(stack):
                    if not outer and level < stack - 2:
                        continue  # Hidden between its neighbours.
                    colour = stuff(BOXES[rng.integers(len(BOXES))] * rng.uniform(0.7, 1.1), 0.15)
                    box(
                        hull,
                        (x, 7.9 + tall * (level + 0.5), z),
                        (wide / 2, tall / 2 * 0.985, long * (0.97 if lane % 2 else 1.0)),
                        colour,
                    )
        tube(hull, [(0, 11.5, 56), (0, 20, 55.5)], [0.45, 0.2], WHITE, 7)
    glow = [[s * 13.0, 7.0, -47.0, 50.0, 36.0, 18.0] for s in (-1, 1)]
    return hull.build((lambda _t: np.array(glow)) if night else no_lamps)


def _tall_ship(casting: Casting) -> RigidBody:
    """A full-rigged ship of 85 m over all with three masts, square sails, staysails and lit stern windows at night."""
    hull = Hull(casting.detail)
    rng = casting.rng
    night = casting.night
    main = paint(casting, np.array([(0.10, 0.05, 0.025), (0.03, 0.028, 0.026), (0.16, 0.085, 0.04)]), 0.3)
    if "wooden" in casting.qualities and casting.colour is None:
        main = Stuff((0.17, 0.085, 0.038), 0.3)
    stripe = Stuff((0.50, 0.36, 0.16), 0.3)
    lines = Lines(
        68.0,
        13.0,
        4.6,
        [(0, 8.6), (0.22, 6.4), (0.5, 5.2), (0.8, 5.8), (1, 7.6)],
        stern=0.70,
        fullness=3.2,
        chine=0.42,
        rake=0.07,
    )
    spar = Stuff((0.26, 0.14, 0.06), 0.3)
    cloth = Stuff((0.72, 0.66, 0.53), 0.03, 0.5)

    def planks(points: Doubles) -> Doubles:
        return np.asarray(0.86 + 0.14 * np.sin(points[:, 1] * 9.0) + 0.05 * np.sin(points[:, 2] * 1.7))

    with hull.part(heel(-0.05, 0.025, 7.0, float(rng.uniform(0, 6)))):
        ship_hull(
            hull,
            lines,
            [Stuff((0.14, 0.07, 0.03), 0.2), main, stripe, main],
            [0.6, 3.1, 4.3],
            deck=(TEAK, 1.0),
            frames=26,
            strakes=12,
            tint=planks,
        )
        windows(hull, 6.42, 3.7, np.linspace(-20, 16, (5, 8, 13)[hull.detail]), (0.42, 0.42), [BLACK], rng)
        panes = _panes(night)
        for row, y in enumerate((5.2, 6.9)):
            for x in np.linspace(-2.9, 2.9, 6):
                corners = np.array([(-0.38, -0.55, 0), (0.38, -0.55, 0), (0.38, 0.55, 0), (-0.38, 0.55, 0)])
                z = -34.0 - 0.35 * row - 0.95
                hull.surface(
                    corners + [x, y, z],
                    [(0, 1, 2), (0, 2, 3)],
                    panes[int(rng.integers(3))] if night else GLASS,
                    toward=(0, 0, -1),
                )
        box(hull, (0, 6.5, -26.0), (4.6, 1.1, 6.0), main.times(1.3), 0.2)
        box(hull, (0, 5.9, 2.0), (2.2, 1.0, 4.0), main.times(1.4), 0.2)
        # Bowsprit with its jibs, three masts with square sails.
        tip = np.array([0, 11.6, 48.0])
        tube(hull, [(0, 7.2, 31.5), tip], [0.42, 0.2], spar, 8)
        masts = [(20.0, 40.0), (1.0, 45.0), (-18.5, 37.0)]
        for index, (z, top) in enumerate(masts):
            tube(hull, [(0, 4.5, z), (0, top * 0.55, z - 0.2), (0, top, z - 0.6)], [0.55, 0.38, 0.16], spar, 9)
            if hull.detail:
                turned(hull, [(0.9, 0), (1.15, 0.15), (1.15, 0.35), (0.9, 0.4)], 10, spar, centre=(0, top * 0.42, z))
            wide, y = (18.5, 18.0, 15.0)[index], 8.4
            share = (top - 9.6) / 4
            for level, height in enumerate((1.15, 1.05, 0.95, 0.80)):
                high = y + height * share
                lower, upper = wide * 0.86**level, wide * 0.86 ** (level + 1)
                tube(
                    hull,
                    [(-upper / 2 - 0.6, high + 0.25, z + 0.5), (upper / 2 + 0.6, high + 0.25, z + 0.5)],
                    [0.12, 0.22, 0.12],
                    spar,
                    6,
                )
                if not (index == 2 and level == 0):
                    square_sail(
                        hull,
                        y + 0.35,
                        high + 0.15,
                        lower * 0.97,
                        upper * 0.97,
                        z + 0.65,
                        0.22 * height * share + 0.8,
                        cloth,
                    )
                y = high + 0.35
            for s in (-1, 1):
                for k in range(3):
                    rope(hull, (s * 6.2, 5.8, z - 1.5 - 1.2 * k), (s * 0.5, top * 0.60, z - 0.3), 0.05, ROPE.times(0.5))
                rope(hull, (s * 6.0, 5.9, z - 5.5), (0, top * 0.93, z - 0.5), 0.04, ROPE.times(0.5))
            ahead = tip if index == 0 else np.array([0, masts[index - 1][1] * 0.6, masts[index - 1][0]])
            rope(hull, ahead, (0, top * 0.92, z - 0.5), 0.04, ROPE.times(0.5))
            if hull.detail:
                flag(hull, (0, top - 0.2, z - 0.6), 3.6, 1.1, [stuff((0.40, 0.03, 0.03))], rate=0.9)
        lee = np.array([-1.6, 0.0, 0.3])
        for start, high, back in ((0.98, 0.78, 0.12), (0.70, 0.60, 0.16), (0.42, 0.46, 0.20)):
            tack = np.array([0, 7.4, 31.5]) + (tip - [0, 7.2, 31.5]) * start
            head = np.array([0, 40.0 * high, 20.4])
            clew = tack * 0.45 + head * 0.10 + np.array([-1.4, 5.0, 20 * (0.45 + back)])
            triangle_sail(hull, tack, clew, head, lee, cloth, rows=8)
        spanker = [
            np.array(p, float) for p in ((0, 8.6, -19.2), (2.2, 9.4, -31.5), (1.6, 22.0, -28.5), (0, 18.5, -19.2))
        ]
        v, u = np.linspace(0, 1, hull.n(7))[:, None, None], np.linspace(0, 1, hull.n(7))[None, :, None]
        points = (spanker[0] * (1 - u) + spanker[1] * u) * (1 - v) + (spanker[3] * (1 - u) + spanker[2] * u) * v
        points = points + np.sin(np.pi * u) * np.sin(np.pi * (0.1 + 0.8 * v)) * np.array([1.3, 0, 0])
        sheet(hull, points, cloth, toward=(1, 0, 0))
        tube(hull, [(0, 8.4, -19.0), (2.3, 9.2, -32.2)], 0.2, spar, 6)
        tube(hull, [(0, 18.4, -19.0), (1.7, 22.4, -29.0)], 0.16, spar, 6)
        lantern = Stuff((0.5, 0.35, 0.1), 0.6, 0.0, (4.5, 2.7, 0.9) if night else (0.05, 0.03, 0.01))
        for x in (-3.2, 0.0, 3.2):
            turned(
                hull, [(0.0, 0.0), (0.35, 0.3), (0.45, 1.0), (0.2, 1.4), (0.0, 1.6)], 8, lantern, centre=(x, 9.0, -35.2)
            )
    glow = [[x, 9.5, -36.2, 9.0, 5.6, 2.0] for x in (-3.2, 3.2)]
    return hull.build((lambda _t: np.array(glow)) if night else no_lamps)


def build_submarine(casting: Casting) -> RigidBody:
    """A submarine of 62 m: a whale-like hull, the sail with planes and periscopes, a screw that turns."""
    hull = Hull(casting.detail)
    night = casting.night
    main = paint(casting, np.array([(0.045, 0.05, 0.056), (0.06, 0.075, 0.085)]), 0.45)
    half, radius = 31.0, 4.2
    z = np.concatenate(
        [
            -half + np.array([0, 1.2, 4, 8, 12, 16]),
            np.linspace(-10, 18, 7),
            half - 13 + 13 * np.sin(np.linspace(0.15, 1, 9) * np.pi / 2),
        ]
    )
    aft = np.clip((z + half) / 19.0, 0, 1)
    fore = np.clip((z - (half - 13)) / 13, 0, 1)
    r = radius * (0.10 + 0.90 * np.sin(aft * np.pi / 2) ** 0.85) * np.sqrt(np.maximum(1 - fore**2.2, 0))
    around = hull.n(28)

    def plates(points: Doubles) -> Doubles:
        ring = np.abs(np.sin(points[:, 2] * 0.78)) > 0.985
        low = np.clip((-points[:, 1] - 0.5) / 2.0, 0, 1)
        return np.asarray((1 - 0.12 * ring) * (1 - 0.25 * low) + 0.04 * np.sin(points[:, 2] * 2.3 + points[:, 0]))

    centre = (0, -1.7, 0)
    turned(hull, np.stack([r, z], 1), around, main, centre=centre, axis="z", crease=60, tint=plates)
    # The flat deck on its back, and the sail: a foil with a rounded top.
    box(hull, (0, 2.35, -1.0), (1.25, 0.22, 20.0), main.times(0.85), 0.15)
    u = np.linspace(0, 1, hull.n(13))
    chord = np.concatenate([u, u[::-1][1:-1]])
    thick = 1.15 * (2.6 * np.sqrt(u) * (1 - u) ** 0.8)
    outline = np.concatenate([thick, -thick[::-1][1:-1]])
    rows = []
    for lift, size in ((0.0, 1.06), (0.6, 1.0), (4.6, 0.96), (5.2, 0.90), (5.42, 0.70)):
        rows.append(
            np.stack([outline * size, np.full_like(outline, 2.2 + lift), 11.0 - 9.5 * (0.5 + (chord - 0.5) * size)], -1)
        )
    hull.grid(rows, main, wrap=True, caps=(False, True), crease=35, tint=plates)
    for s in (-1, 1):
        box(hull, (s * 2.3, 5.4, 7.4), (1.6, 0.14, 0.95), main, 0.12, taper=(1.0, 0.9))
        box(hull, (s * 3.3, -1.7, -25.5), (2.4, 0.16, 1.3), main, 0.14)
        box(hull, (0, -1.7 + s * 2.9, -26.0), (0.16, 2.1, 1.2), main, 0.14)
    tube(hull, [(0, 7.5, 6.0), (0, 10.6, 6.0)], [0.16, 0.10], STEEL, 7)
    tube(hull, [(0.3, 7.5, 4.9), (0.3, 9.4, 4.9)], [0.14, 0.12], BLACK, 7)
    box(hull, (0.3, 9.45, 5.0), (0.22, 0.18, 0.22), BLACK, 0.08)
    lens = Stuff(
        (0.6, 0.62, 0.6), 0.9, 0.0, (7.0, 7.5, 7.0) if night or casting.action in ("dive", "swim") else (0.1, 0.1, 0.1)
    )
    for s in (-1, 1):
        ball(hull, (s * 1.5, -1.0, 29.3), (0.34, 0.34, 0.34), lens, 10)
    windows(hull, 1.12, 6.6, [7.3, 8.3], (0.22, 0.28), [GLASS], casting.rng)
    middle = (0.0, -1.7, -half - 0.2)
    with hull.part(spinning("z", middle, 1.3)):
        ball(hull, middle, (0.5, 0.5, 0.9), STEEL.times(0.8), 10)
        for k in range(5):
            with hull.place(middle, roll=2 * math.pi * k / 5):
                blade = [
                    [(x * (0.3 + 0.5 * math.sin(min(v * 3.3, 3.1))), 0.4 + 1.9 * v, 0.55 * x) for x in (-1.0, 0.0, 1.0)]
                    for v in np.linspace(0, 1, 5)
                ]
                hull.grid(blade, Stuff((0.36, 0.20, 0.06), 0.7), toward=(0, 0, 1))
    return hull.build((lambda _t: np.array([[0.0, -1.0, 32.0, 20.0, 21.0, 20.0]])) if night else no_lamps)


ROWS = (
    Subject("sailing_boat", build_sailing_boat, "water", 15.4, 13.8, {"sail": 3.0, "drift": 0.5, "float": 0.0, "drive": 3.0}, group=4),
    Subject("boat", build_boat, "water", 6.0, 0.9, {"float": 0.0, "drift": 0.5, "drive": 3.5, "sail": 3.0}, group=3),
    Subject("ship", build_ship, "water", 130.0, 35.0, {"sail": 7.0, "drive": 7.0, "drift": 0.6, "float": 0.0}),
    Subject("submarine", build_submarine, "underwater", 62.5, 10.6, {"dive": 4.0, "swim": 4.0, "drive": 4.0, "float": 0.0, "sail": 4.0}, altitude=-9.0),
)  # fmt: skip
