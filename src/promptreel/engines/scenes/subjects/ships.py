"""Liners, freighters and submarines. Their origin lies in the waterline."""

import math

import numpy as np

from promptreel.engines.scenes.craft.boatyard import TEAK, Lines, heel, no_lamps, panes_of, ship_hull, windows
from promptreel.engines.scenes.craft.fittings import ball, box, tube, turned
from promptreel.engines.scenes.craft.hull import (
    BLACK,
    GLASS,
    STEEL,
    WHITE,
    Doubles,
    Hull,
    RigidBody,
    Stuff,
    spinning,
    stuff,
)
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import paint
from promptreel.engines.scenes.subjects.tall_ships import tall_ship

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


def build_ship(casting: Casting) -> RigidBody:
    """A liner or a freighter; old and wooden ones are tall ships."""
    if casting.qualities & {"old", "wooden"}:
        return tall_ship(casting)
    return _liner(casting) if casting.rng.random() < 0.5 else _freighter(casting)


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
    panes = panes_of(night)
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
    panes = panes_of(night)
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
    Subject("ship", build_ship, "water", 130.0, 32.5, {"sail": 7.0, "drive": 7.0, "drift": 0.6, "float": 0.0}),
    Subject(
        "submarine",
        build_submarine,
        "underwater",
        62.5,
        10.6,
        {"dive": 4.0, "swim": 4.0, "drive": 4.0, "float": 0.0, "sail": 4.0},
        altitude=-9.0,
    ),
)
