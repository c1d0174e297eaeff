"""Aeroplanes (airliners and small ones with a propeller) and helicopters. The origin is under the wheels."""

import math

import numpy as np
from numpy.typing import ArrayLike

from promptreel.engines.scenes.craft.boatyard import windows
from promptreel.engines.scenes.craft.fittings import ball, box, tube, turned, wheel
from promptreel.engines.scenes.craft.hull import (
    BLACK,
    CHROME,
    DARK,
    GLASS,
    STEEL,
    WHITE,
    Hull,
    RigidBody,
    Stuff,
    shift,
)
from promptreel.engines.scenes.craft.plumes import propeller
from promptreel.engines.scenes.stage import Casting, Floats, Subject
from promptreel.engines.scenes.subjects.cars import paint

TAILS = np.array([(0.03, 0.10, 0.34), (0.42, 0.03, 0.03), (0.02, 0.26, 0.28), (0.60, 0.26, 0.02), (0.10, 0.05, 0.26)])
LIGHTS = np.array([(0.46, 0.04, 0.03), (0.58, 0.36, 0.03), (0.03, 0.12, 0.36), (0.05, 0.25, 0.12)])
CHOPPERS = np.array(
    [(0.46, 0.03, 0.03), (0.03, 0.09, 0.28), (0.58, 0.34, 0.03), (0.06, 0.065, 0.07), (0.62, 0.62, 0.60)]
)


def foil(
    hull: Hull,
    root: ArrayLike,
    tip: ArrayLike,
    chord: tuple[float, float],
    thick: float,
    what: Stuff | list[Stuff],
    *,
    flaps: bool = False,
    upright: bool = False,
) -> None:
    """A wing from `root` to `tip` (places of the leading edge), `chord` m deep there, `thick` in shares of the chord.

    With a list of stuffs the second is the leading edge, and the last fifth shows the seams of the flaps.
    """
    a, b = np.asarray(root, float), np.asarray(tip, float)
    u = np.array([1.0, 0.86, 0.74, 0.5, 0.25, 0.08, 0.02, 0.0])
    y = thick * 2.6 * np.sqrt(u) * (1 - u) ** 0.85 * 0.72
    outline = np.concatenate([np.stack([u, y], 1), np.stack([u[::-1][1:-1], -0.65 * y[::-1][1:-1]], 1)])
    rows = []
    for share in np.concatenate([np.linspace(0, 0.93, hull.n(6, 3)), [0.975, 1.0]]):
        place, depth = a + (b - a) * share, chord[0] + (chord[1] - chord[0]) * share
        round_off = 1.0 if share < 0.96 else (0.85 if share < 0.99 else 0.30)
        depth_in = depth * (1 - (1 - round_off) * 0.35)
        side = outline[:, 1] * depth * round_off
        back = outline[:, 0] * depth_in
        up = np.array([1.0, 0, 0]) if upright else np.array([0, 1.0, 0])
        rows.append(place - [0, 0, 0] + np.outer(side, up) - np.outer(back, [0, 0, 1]))
    stuffs = what if isinstance(what, list) else [what]
    which = np.zeros((len(rows) - 1, len(outline)), int)
    if len(stuffs) > 1:
        which[:, [5, 6, 7, 8]] = 1
    if flaps and len(stuffs) > 2:
        which[1:-2, [1, -2]] = 2
    hull.grid(rows, stuffs, which, wrap=True, caps=(True, True), crease=45)


def navigation(night: bool) -> tuple[Stuff, Stuff, Stuff]:
    """Red at the left wing tip, green at the right one, white behind."""
    strong = 7.0 if night else 0.3
    return (
        Stuff((0.4, 0.01, 0.01), 0.8, 0.0, (strong, 0.04 * strong, 0.03 * strong)),
        Stuff((0.01, 0.3, 0.08), 0.8, 0.0, (0.03 * strong, strong * 0.8, 0.2 * strong)),
        Stuff((0.6, 0.6, 0.6), 0.8, 0.0, (strong, strong, strong * 0.95)),
    )


def build_aeroplane(casting: Casting) -> RigidBody:
    """An airliner; a small propeller plane where the prompt says old, wooden or baby."""
    if casting.qualities & {"old", "wooden", "baby"}:
        return _propeller_plane(casting)
    return _airliner(casting)


def _airliner(casting: Casting) -> RigidBody:
    hull = Hull(casting.detail)
    night = casting.night
    named = casting.colour is not None or "golden" in casting.qualities
    tail_paint = paint(casting, TAILS, 0.7)
    shell = tail_paint if named else Stuff((0.72, 0.72, 0.72), 0.7)
    belly = shell.times(0.82) if named else Stuff((0.50, 0.51, 0.53), 0.6)
    fin_paint = WHITE if named else tail_paint
    grey = Stuff((0.42, 0.43, 0.45), 0.5)
    edge = Stuff((0.60, 0.61, 0.63), 0.85)
    radius, length, up = 1.98, 37.0, 3.55
    front = length / 2
    nose = front - 5.2 * (1 - np.linspace(1, 0, hull.n(11, 6)) ** 1.9)
    body = np.linspace(front - 6.5, -6.5, hull.n(7, 3))
    rear = -6.5 - 12.0 * np.linspace(0.08, 1, hull.n(9, 5))
    z = np.concatenate([nose, body, rear])
    ahead = np.clip((z - (front - 5.2)) / 5.2, 0, 1)
    behind = np.clip((-6.5 - z) / 12.0, 0, 1)
    r = radius * np.sqrt(np.maximum(1 - ahead**2.1, 0)) * (1 - behind**1.7 * 0.90)
    lift = up - 0.42 * ahead**1.6 + 1.15 * behind**1.6
    number = hull.n(28, 12)
    angle = np.arange(number) * (2 * np.pi / number) + np.pi / number
    points = np.stack(
        [
            r[:, None] * np.cos(angle),
            lift[:, None] + r[:, None] * np.sin(angle),
            np.broadcast_to(z[:, None], (len(z), number)),
        ],
        -1,
    )
    middle = angle + np.pi / number
    which = np.zeros((len(z) - 1, number), int)
    which[:, np.sin(middle) < -0.55] = 1
    zm = (z[:-1] + z[1:]) / 2
    screen = (zm > front - 3.3) & (zm < front - 1.5)
    which[np.ix_(screen, (np.sin(middle) > 0.40) & (np.sin(middle) < 0.80))] = 2
    hull.grid(points, [shell, belly, GLASS], which, wrap=True, crease=60)
    # Cabin windows, doors, a cheat line.
    panes = [
        Stuff((0.02, 0.022, 0.026), 0.9, 0.0, (1.1, 0.85, 0.5) if night else (0.0, 0.0, 0.0)),
        Stuff((0.02, 0.022, 0.026), 0.9),
    ]
    windows(
        hull,
        radius * 0.982,
        up + 0.42,
        np.linspace(front - 6.4, -9.0, (8, 20, 44)[hull.detail]),
        (0.17, 0.12),
        panes,
        casting.rng,
        [0.85, 0.15],
    )
    if hull.detail == 2:
        windows(hull, radius * 1.004, up + 0.1, [front - 5.3], (0.95, 0.42), [shell.times(0.9)], casting.rng)
        stripe = np.linspace(front - 5.3, -8.0, 9)
        for side in (-1, 1):
            rows = [
                [(side * radius * 1.006 * math.cos(a), up + radius * 1.006 * math.sin(a), q) for q in stripe]
                for a in (-0.10, -0.02)
            ]
            hull.grid(rows, fin_paint, toward=(side, 0, 0))
    # Wings with a kink, engines, tailplanes, fin.
    for side in (-1, 1):
        foil(
            hull,
            (side * 1.2, up - 1.15, 5.6),
            (side * 6.2, up - 0.72, 2.4),
            (7.2, 4.3),
            0.062,
            [grey, edge, grey.times(0.85)],
            flaps=True,
        )
        foil(
            hull,
            (side * 6.2, up - 0.72, 2.4),
            (side * 16.8, up + 0.35, -3.9),
            (4.3, 1.55),
            0.055,
            [grey, edge, grey.times(0.85)],
            flaps=True,
        )
        foil(hull, (side * 16.75, up + 0.30, -3.95), (side * 17.4, up + 2.0, -5.5), (1.5, 0.55), 0.05, fin_paint)
        foil(hull, (side * 0.5, up + 0.95, -14.2), (side * 6.2, up + 1.5, -17.6), (3.6, 1.4), 0.05, [grey, edge])
        nacelle = [
            (0.82, 4.0),
            (1.02, 4.35),
            (1.12, 3.9),
            (1.16, 2.8),
            (1.05, 1.2),
            (0.80, 0.0),
            (0.62, -0.1),
            (0.50, -0.2),
            (0.30, -1.1),
            (0.0, -1.6),
        ]
        with hull.place((side * 5.9, up - 1.95, 1.6)):
            turned(
                hull,
                nacelle,
                20,
                [fin_paint, edge, BLACK, STEEL],
                [1, 1, 0, 0, 0, 2, 2, 3, 3],
                axis="z",
                caps=(False, False),
            )
            turned(
                hull,
                [(0.82, 4.0), (0.80, 3.3), (0.30, 3.2), (0.0, 3.75)],
                20,
                [DARK, STEEL],
                [0, 0, 1],
                axis="z",
                caps=(False, False),
            )
            box(hull, (0, 1.15, 1.3), (0.13, 0.45, 1.7), grey, 0.1)
    foil(hull, (0, up + 1.5, -12.2), (0, up + 8.0, -17.9), (5.6, 2.1), 0.055, fin_paint, upright=True)
    foil(hull, (0, up + 1.4, -9.2), (0, up + 2.6, -13.6), (4.0, 3.0), 0.03, fin_paint, upright=True)
    red, green, white = navigation(night)
    ball(hull, (-17.1, up + 0.55, -4.4), 0.14, red, 8)
    ball(hull, (17.1, up + 0.55, -4.4), 0.14, green, 8)
    ball(hull, (0, up + 1.25, -18.55), 0.14, white, 8)
    for side in (-1, 1):
        ball(hull, (side * 2.2, up - 0.95, 5.2), (0.18, 0.16, 0.14), white, 8)
    if casting.action in ("land", "stand", "launch", "drive"):
        for x, at, size in ((0.0, front - 4.6, 0.42), (3.8, -1.2, 0.58), (-3.8, -1.2, 0.58)):
            tube(hull, [(x, up - 1.5, at), (x, size, at)], 0.13, CHROME, 8)
            for s in (-1, 1):
                wheel(hull, (x + s * 0.28, size, at), size, 0.36, STEEL, spokes=0, share=0.5)
    return hull.build((lambda _t: np.array([[0.0, up - 1.5, front + 4.0, 60.0, 58.0, 52.0]])) if night else _none)


def _none(_t: float) -> Floats:
    return np.zeros((0, 6), np.float32)


def _propeller_plane(casting: Casting) -> RigidBody:
    """A biplane of the thirties: fabric wings, struts and wires, a radial engine, an open cockpit."""
    hull = Hull(casting.detail)
    main = paint(casting, LIGHTS, 0.5)
    cloth = Stuff((0.60, 0.54, 0.40), 0.15, 0.15) if casting.colour is None else main
    if "wooden" in casting.qualities and casting.colour is None:
        main, cloth = Stuff((0.26, 0.14, 0.06), 0.35), Stuff((0.50, 0.40, 0.26), 0.15)
    # The mesh is built at 7.6 m and drawn at a size that sits between it and an airliner, for one row frames both.
    with hull.part(shift(lambda t, _: (0, 0.05 * math.sin(1.7 * t), 0))), hull.place(scale=3.2):
        up = 1.55
        line = [
            (0.0, 3.05),
            (0.34, 3.0),
            (0.52, 2.72),
            (0.55, 2.45),
            (0.55, 2.38),
            (0.50, 2.36),
            (0.52, 1.6),
            (0.50, 0.6),
            (0.46, -0.4),
            (0.34, -1.9),
            (0.16, -3.6),
            (0.06, -3.95),
        ]
        turned(
            hull,
            line,
            20,
            [STEEL, BLACK, main, main],
            [0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2],
            centre=(0, up, 0),
            axis="z",
            flatten=1.12,
        )
        for k in range(9):
            a = 2 * math.pi * k / 9
            tube(
                hull,
                [
                    (0.30 * math.cos(a), up + 0.30 * math.sin(a), 2.60),
                    (0.60 * math.cos(a), up + 0.60 * math.sin(a), 2.60),
                ],
                0.085,
                STEEL.times(0.6),
                7,
            )
        ribs = cloth.times(0.86)
        for y, span, lead in ((up - 0.42, 3.9, 1.35), (up + 1.05, 4.2, 1.75)):
            for side in (-1, 1):
                foil(hull, (0.0, y, lead), (side * span, y + 0.14, lead - 0.05), (1.35, 1.25), 0.055, [cloth, main])
                for k in np.linspace(0.6, span - 0.3, 7) if hull.detail == 2 else ():
                    box(hull, (side * k, y + 0.055 + 0.14 * k / span, lead - 0.62), (0.015, 0.022, 0.52), ribs, 0.0)
        for side in (-1, 1):
            for x in (1.0, 3.1):
                for dz in (0.2, 1.0):
                    base = 0.14 * x / 4
                    tube(
                        hull,
                        [(side * x, up - 0.40 + base, 1.30 - dz), (side * x, up + 1.06 + base, 1.66 - dz)],
                        0.025,
                        main,
                        5,
                    )
                rope(hull, (side * x, up - 0.36, 0.7), (side * (x - 0.9 if x > 2 else x + 2.0), up + 1.06, 1.1), 0.008)
            tube(hull, [(side * 0.35, up + 0.40, 1.3), (side * 0.55, up + 1.05, 1.2)], 0.025, main, 5)
            foil(
                hull, (side * 0.05, up + 0.18, -2.95), (side * 1.5, up + 0.20, -3.1), (0.95, 0.72), 0.05, [cloth, main]
            )
            tube(hull, [(side * 0.30, up - 0.40, 1.6), (side * 0.85, 0.38, 1.75)], 0.035, main, 6)
            wheel(hull, (side * 0.92, 0.36, 1.75), 0.36, 0.16, main, spokes=0, share=0.62)
        foil(hull, (0, up + 0.05, -2.85), (0, up + 1.25, -3.45), (1.25, 0.75), 0.05, main, upright=True)
        tube(hull, [(-0.92, 0.36, 1.75), (0.92, 0.36, 1.75)], 0.025, BLACK, 5)
        # Cockpit, windscreen, a pilot's head with goggles.
        ball(hull, (0, up + 0.50, -0.35), (0.30, 0.10, 0.42), BLACK, 14)
        ball(hull, (0, up + 0.50, 0.08), (0.24, 0.20, 0.05), GLASS, 12)
        ball(hull, (0, up + 0.68, -0.42), (0.125, 0.15, 0.14), Stuff((0.16, 0.08, 0.04), 0.2), 12)
        ball(hull, (0, up + 0.66, -0.33), (0.085, 0.10, 0.09), Stuff((0.45, 0.28, 0.2), 0.2), 10)
        ball(hull, (0, up + 0.71, -0.25), (0.085, 0.03, 0.03), GLASS, 8)
        ball(hull, (0, up, 3.1), (0.14, 0.14, 0.22), main, 12)
        propeller(hull, (0, up, 3.12), 1.25, 2, 13.4, Stuff((0.16, 0.09, 0.045), 0.4), axis="z", chord=0.13)
        red, green, white = navigation(casting.night)
        ball(hull, (-4.2, up + 1.2, 1.2), 0.06, red, 6)
        ball(hull, (4.2, up + 1.2, 1.2), 0.06, green, 6)
        ball(hull, (0, up + 0.1, -4.0), 0.05, white, 6)
    return hull.build(_none)


def rope(hull: Hull, start: ArrayLike, end: ArrayLike, radius: float) -> None:
    """A bracing wire."""
    tube(hull, np.array([start, end], float), radius, STEEL, 3, closed=False)


def build_helicopter(casting: Casting) -> RigidBody:
    """A light turbine helicopter: a glass nose, a slim boom, two rotors whose blades blur."""
    hull = Hull(casting.detail)
    night = casting.night
    main = paint(casting, CHOPPERS, 0.75)
    band = WHITE if max(main.colour) < 0.5 else Stuff((0.42, 0.03, 0.03), 0.6)
    up = 1.75
    sway = shift(lambda t, _: (0.05 * math.sin(0.9 * t), 0.09 * math.sin(1.3 * t), 0.0))
    with hull.part(sway):
        number = hull.n(26, 12)
        angle = np.arange(number) * (2 * np.pi / number) + np.pi / number
        z = np.concatenate(
            [
                3.25 - 2.2 * (1 - np.linspace(1, 0, hull.n(10, 6)) ** 1.9),
                np.linspace(0.8, -1.0, hull.n(5, 3)),
                np.linspace(-1.3, -2.9, hull.n(7, 4)),
            ]
        )
        ahead, behind = np.clip((z - 1.05) / 2.2, 0, 1), np.clip((-1.0 - z) / 1.9, 0, 1)
        wide = 0.86 * np.sqrt(np.maximum(1 - ahead**2.0, 0)) * (1 - 0.80 * behind**1.3)
        tall = 0.98 * np.sqrt(np.maximum(1 - ahead**2.2, 0)) * (1 - 0.80 * behind**1.2)
        lift = up - 0.32 * ahead**1.5 + 0.62 * behind**1.2
        points = np.stack(
            [
                wide[:, None] * np.cos(angle),
                lift[:, None] + tall[:, None] * np.sin(angle),
                np.broadcast_to(z[:, None], (len(z), number)),
            ],
            -1,
        )
        middle, zm = angle + np.pi / number, (z[:-1] + z[1:]) / 2
        which = np.zeros((len(zm), number), int)
        high = np.sin(middle)
        which[np.ix_(zm > 1.15, (high > -0.42) & (np.abs(np.cos(middle)) > 0.10))] = 1
        which[np.ix_((zm > -0.6) & (zm < 0.95), (high > 0.02) & (high < 0.80))] = 1
        which[np.ix_((zm > 0.10) & (zm < 0.30), (high > 0.02) & (high < 0.80))] = 0
        which[np.ix_(zm < 1.3, (high > -0.42) & (high < -0.18))] = 2
        hull.grid(points, [main, GLASS, band], which, wrap=True, crease=60)
        # Engine cowling, mast, boom, fins.
        ball(hull, (0, up + 1.02, -0.45), (0.52, 0.42, 1.35), main, 18)
        for s in (-1, 1):
            tube(hull, [(s * 0.30, up + 1.10, -1.15), (s * 0.42, up + 1.22, -1.75)], [0.13, 0.15], STEEL.times(0.4), 9)
            ball(hull, (s * 0.44, up + 1.02, 0.35), (0.10, 0.14, 0.10), BLACK, 8)
        tube(hull, [(0, up + 0.62, -2.6), (0, up + 0.80, -4.6), (0, up + 0.95, -6.9)], [0.27, 0.18, 0.11], main, 14)
        foil(hull, (0, up + 0.85, -6.1), (0, up + 2.1, -7.0), (1.0, 0.55), 0.05, band, upright=True)
        foil(hull, (0, up + 0.9, -6.35), (0, up + 0.05, -6.9), (0.7, 0.4), 0.05, main, upright=True)
        for s in (-1, 1):
            foil(hull, (s * 0.1, up + 0.86, -5.0), (s * 1.05, up + 0.86, -5.1), (0.55, 0.45), 0.05, main)
            box(hull, (s * 1.06, up + 0.90, -5.3), (0.02, 0.30, 0.26), band, 0.01)
            # Skids.
            skid = [(s * 1.05, 0.30, 2.1), (s * 1.05, 0.08, 1.75), (s * 1.05, 0.05, 1.2), (s * 1.05, 0.05, -1.7)]
            tube(hull, skid, 0.05, BLACK, 8)
            for at in (0.85, -0.95):
                tube(hull, [(s * 0.45, up - 0.88, at), (s * 0.85, 0.45, at), (s * 1.05, 0.06, at)], 0.04, BLACK, 7)
            box(hull, (s * 0.862, up + 0.02, 0.52), (0.012, 0.02, 0.07), CHROME)
        tube(hull, [(0, up + 1.3, -0.1), (0, up + 1.80, -0.1)], [0.12, 0.07], STEEL, 9)
        ball(hull, (0, up + 1.82, -0.1), (0.20, 0.09, 0.20), BLACK, 10)
        propeller(hull, (0, up + 1.80, -0.1), 5.3, 4, 5.3 + 0.1, Stuff((0.05, 0.05, 0.055), 0.2), axis="y", chord=0.055)
        propeller(hull, (0.22, up + 1.30, -6.95), 0.92, 2, 17.3, Stuff((0.20, 0.20, 0.20), 0.2), axis="x", chord=0.14)
        red, green, white = navigation(night)
        ball(hull, (0, up - 0.85, 1.9), (0.16, 0.12, 0.16), white, 10)
        ball(hull, (-1.08, up + 0.9, -5.0), 0.06, red, 6)
        ball(hull, (1.08, up + 0.9, -5.0), 0.06, green, 6)
        ball(hull, (0, up + 2.15, -7.3), 0.07, red, 6)
    return hull.build((lambda _t: np.array([[0.0, 0.2, 3.2, 7.0, 7.0, 6.6]])) if night else _none)


ROWS = (
    Subject(
        "aeroplane",
        build_aeroplane,
        "air",
        38.0,
        11.55,
        {"fly": 60.0, "soar": 50.0, "glide": 45.0, "land": 40.0, "stand": 0.0},
        altitude=40.0,
    ),
    Subject(
        "helicopter",
        build_helicopter,
        "air",
        12.7,
        3.95,
        {"fly": 18.0, "hover": 0.0, "land": 3.0, "rise": 2.0, "stand": 0.0},
        altitude=14.0,
    ),
)
