"""What floats on air: hot-air balloons, party balloons, kites."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, fluttering, rope, sheet, tube, turned
from promptreel.engines.scenes.craft.hull import (
    ROPE,
    STEEL,
    Doubles,
    Floats,
    Hull,
    RigidBody,
    Stuff,
    about,
    hinge,
    shift,
    stuff,
)
from promptreel.engines.scenes.craft.plumes import flame
from promptreel.engines.scenes.stage import Casting, Subject

BRIGHT = np.array(
    [
        (0.60, 0.03, 0.03),
        (0.70, 0.24, 0.015),
        (0.72, 0.50, 0.03),
        (0.05, 0.30, 0.09),
        (0.03, 0.16, 0.50),
        (0.24, 0.05, 0.34),
        (0.70, 0.68, 0.62),
        (0.02, 0.34, 0.38),
        (0.66, 0.12, 0.24),
    ]
)


def build_hot_air_balloon(casting: Casting) -> RigidBody:
    """An envelope of coloured gores that bulge between their seams, a wicker basket with people, a burner."""
    hull = Hull(casting.detail)
    rng = casting.rng
    night = casting.night
    lit = night or "glowing" in casting.qualities
    if casting.colour is not None:
        main = np.asarray(casting.colour, float)
        colours = [main, main * 0.62 if rng.random() < 0.5 else np.array([0.72, 0.70, 0.64])]
    else:
        colours = [BRIGHT[k] for k in rng.permutation(len(BRIGHT))[: rng.integers(2, 6)]]
    if "golden" in casting.qualities:
        colours = [np.array([0.72, 0.45, 0.10]), np.array([0.72, 0.60, 0.32])]
    gores, style = 24, int(rng.integers(3))
    # The envelope is a ball that runs into a cone below.
    mouth, top = 4.6, 22.4
    centre, radius = 14.2, 8.2
    stations = np.linspace(0, 1, hull.n(30, 10))
    angle = -1.02 + (math.pi / 2 + 1.02) * stations**0.9
    r = radius * np.cos(angle)
    y = centre + radius * np.sin(angle)
    neck = np.linspace(0, 1, hull.n(6, 3))[:-1]
    r = np.concatenate([1.55 + (r[0] - 1.55) * neck**0.92, r])
    y = np.concatenate([mouth + (y[0] - mouth) * neck, y])
    sides = gores * (4 if hull.detail == 2 else 1)
    turn = np.arange(sides) * (2 * np.pi / sides)
    pleat = 1 - 0.028 * (np.abs(np.cos(turn * gores / 2)) ** 3) * (hull.detail == 2)
    shape = r[:, None] * pleat
    points = np.stack([shape * np.sin(turn), np.broadcast_to(y[:, None], shape.shape), shape * np.cos(turn)], -1)
    gore = ((np.arange(sides) * gores) // sides)[None, :] + 0 * np.arange(len(r) - 1)[:, None]
    level = np.arange(len(r) - 1)[:, None] + 0 * gore
    if style == 0:
        pick = gore % len(colours)
    elif style == 1:
        pick = (gore + level // max(1, len(r) // 12)) % len(colours)
    else:
        band = level // max(1, len(r) // 9)
        pick = np.where((band > 2) & (band < 6), 1 + (gore + band) % max(1, len(colours) - 1), 0)

    def burner(t: float) -> float:
        """How strongly it burns: long pulls with pauses."""
        return 0.75 + 0.25 * math.sin(1.1 * t) + 0.05 * math.sin(7.3 * t)

    def inner(points: Doubles) -> Doubles:
        """The light of the burner through the cloth: strongest low, a little everywhere."""
        if not lit:
            return np.zeros((len(points), 3))
        up = np.clip((points[:, 1] - mouth) / (top - mouth), 0, 1)[:, None]
        share = 0.10 + 1.6 * np.exp(-4.5 * up)
        return np.asarray(share * np.array([1.0, 0.62, 0.24]))

    cloths = [stuff(colour, 0.12, 0.55) for colour in colours]
    if lit:  # A lit cloth shows its own colour, so its light is tinted by it.
        cloths = [
            Stuff(c.colour, 0.1, 0.5, (c.colour[0] * 0.62 + 0.010, c.colour[1] * 0.42 + 0.004, c.colour[2] * 0.30))
            for c in cloths
        ]
    sway = hinge("z", (0, 18, 0), lambda t, _: 0.022 * math.sin(0.55 * t))
    with hull.part(sway):

        def shade(points: Doubles) -> Doubles:
            up = np.clip((points[:, 1] - mouth) / (top - mouth), 0, 1)
            return np.asarray(0.80 + 0.20 * up)

        hull.grid(points, cloths, pick % len(cloths), wrap=True, crease=75, tint=shade, glow=lambda p: inner(p) * 0.30)
        ball(hull, (0, top - 0.02, 0), (1.2, 0.10, 1.2), cloths[0], 14)
        turned(hull, [(1.55, mouth), (1.42, mouth - 0.5)], 24, Stuff((0.08, 0.02, 0.02), 0.1), caps=(False, False))
        for k in range(8):
            a = 2 * math.pi * k / 8 + 0.2
            s, c = math.sin(a), math.cos(a)
            x, z = np.sign(s) * 0.62, np.sign(c) * 0.62
            rope(hull, (x, 2.15, z), (1.5 * s, mouth, 1.5 * c), 0.018, ROPE)
        _basket(hull, rng)
        for s in (-1, 1):
            tube(hull, [(s * 0.62, 1.15, 0.62), (s * 0.40, 2.2, 0.3)], 0.025, STEEL, 5)
            tube(hull, [(s * 0.62, 1.15, -0.62), (s * 0.40, 2.2, -0.3)], 0.025, STEEL, 5)
            turned(hull, [(0.12, 2.2), (0.17, 2.3), (0.17, 2.6), (0.14, 2.62)], 12, STEEL, centre=(s * 0.22, 0, 0))
        if lit or casting.action in ("rise", "fly", "launch"):
            for s in (-1, 1):
                flame(hull, (s * 0.22, 2.6, 0.0), 2.0 if lit else 1.5, 5.5 if lit else 1.6)

    def lamps(t: float) -> Floats:
        if not lit:
            return np.zeros((0, 6), np.float32)
        strong = burner(t)
        return np.array([[0.0, 3.4, 0.0, 4.0 * strong, 2.2 * strong, 0.7 * strong]], np.float32)

    return hull.build(lamps)


def _basket(hull: Hull, rng: np.random.Generator) -> None:
    """Wicker with a leather rim, and two or three people who look out."""

    def weave(points: Doubles) -> Doubles:
        return np.asarray(0.72 + 0.28 * np.sin(points[:, 1] * 60) * np.sin((points[:, 0] + points[:, 2]) * 24))

    wicker = Stuff((0.34, 0.20, 0.09), 0.15)
    corner = 0.72
    profile = [(0.90, 0.0), (0.97, 0.12), (1.0, 1.05)]
    angle = np.linspace(0, 2 * np.pi, hull.n(28, 8), endpoint=False)
    square = 1 / np.maximum(np.abs(np.cos(angle)) ** 6 + np.abs(np.sin(angle)) ** 6, 1e-6) ** (1 / 6)
    steps = np.linspace(0, 1, hull.n(8, 3))
    wide = np.interp(steps * 1.05, [p[1] for p in profile], [p[0] for p in profile])
    points = np.stack(
        [
            corner * wide[:, None] * square * np.cos(angle),
            np.broadcast_to((steps * 1.05)[:, None], (len(steps), len(angle))),
            corner * wide[:, None] * square * np.sin(angle),
        ],
        -1,
    )
    hull.grid(points, wicker, wrap=True, caps=(True, True), tint=weave)
    rim = np.stack([corner * square * np.cos(angle), np.full_like(angle, 1.07), corner * square * np.sin(angle)], 1)
    tube(hull, np.concatenate([rim, rim[:1]]), 0.05, Stuff((0.12, 0.05, 0.025), 0.3), 6)
    for k in range(int(rng.integers(2, 4))):
        a = 2.3 * k + float(rng.uniform(0, 1))
        x, z = 0.34 * math.cos(a), 0.34 * math.sin(a)
        shirt = stuff(BRIGHT[rng.integers(len(BRIGHT))] * 0.8, 0.05)
        turned(hull, [(0.16, 0.9), (0.20, 1.25), (0.19, 1.42), (0.07, 1.52)], 12, shirt, centre=(x, 0, z), flatten=0.7)
        ball(hull, (x, 1.66, z), (0.095, 0.125, 0.105), Stuff((0.42, 0.27, 0.2), 0.2), 12)
        ball(
            hull,
            (x, 1.70, z - 0.015),
            (0.102, 0.11, 0.11),
            stuff(np.array([0.06, 0.035, 0.02]) * rng.uniform(0.4, 3)),
            12,
        )


def build_balloon(casting: Casting) -> RigidBody:
    """A party balloon on its string; several of a bunch come as several bodies, each its own colour."""
    hull = Hull(casting.detail)
    rng = casting.rng
    colour = BRIGHT[rng.integers(len(BRIGHT))] if casting.colour is None else np.asarray(casting.colour, float)
    skin = stuff(colour, 0.85, 0.45)
    if "golden" in casting.qualities:
        skin = Stuff((0.74, 0.46, 0.10), 1.0)
    if casting.qualities & {"glass", "transparent"}:
        skin = Stuff((0.62, 0.66, 0.70), 1.0, 0.9)
    if "glowing" in casting.qualities or casting.night:
        share = 0.9 if "glowing" in casting.qualities else 0.10
        skin = skin.lit(np.array(skin.colour) * share)
    phase = float(rng.uniform(0, 6))
    length = 0.75
    # The origin is at the end of the string.
    with (
        hull.part(hinge("z", (0, 0.1, 0), lambda t, _: 0.09 * math.sin(0.9 * t + phase))),
        hull.part(hinge("x", (0, 0.1, 0), lambda t, _: 0.07 * math.sin(0.73 * t + 2 * phase))),
    ):
        s = np.linspace(0, 1, hull.n(26, 8))
        angle = -math.pi / 2 + math.pi * s
        r = 0.145 * np.cos(angle) * (1 - 0.16 * (1 - s))
        y = length + 0.20 + 0.185 * np.sin(angle) - 0.03 * np.exp(-((s / 0.10) ** 2))
        r[0] = 0.012

        def shine(points: Doubles) -> Doubles:
            low = np.clip((length + 0.07 - points[:, 1]) / 0.07, 0, 1)
            return np.asarray(1.0 - 0.30 * low)

        turned(hull, np.stack([r, y], 1), 28, skin, crease=85, tint=shine)
        turned(hull, [(0.008, length + 0.015), (0.022, length - 0.015), (0.010, length - 0.018)], 10, skin.times(0.7))
        wave = fluttering((0, length, 0), (0, -1, 0), (1, 0, 0), length, 0.035, rate=0.45, waves=0.9)
        with hull.part(bend=wave):
            path = [(0.0, length * (1 - q), 0.0) for q in np.linspace(0, 1, hull.n(14, 5))]
            tube(hull, path, 0.0035, Stuff((0.60, 0.58, 0.54), 0.1), 4, closed=False)
    return hull.build()


def build_kite(casting: Casting) -> RigidBody:
    """A diamond kite, its cross behind the cloth, with a long tail of bows and its line. It faces +z, nose up."""
    hull = Hull(casting.detail)
    rng = casting.rng
    colours = [BRIGHT[k] for k in rng.permutation(len(BRIGHT))[:4]]
    if casting.colour is not None:
        main = np.asarray(casting.colour, float)
        colours = [main, np.minimum(main * 1.5 + 0.08, 0.8), main * 0.6, np.array([0.7, 0.68, 0.6])]
    cloths = [stuff(colour, 0.10, 0.60) for colour in colours]
    phase = float(rng.uniform(0, 6))
    tilt = about("x", -0.55)
    up = 1.9
    dance = hinge("z", (0, up, 0), lambda t, _: 0.16 * math.sin(1.3 * t + phase) + 0.07 * math.sin(3.1 * t))
    drift = shift(lambda t, _: (0.25 * math.sin(0.8 * t + phase), 0.18 * math.sin(1.1 * t), 0.0))
    with hull.part(drift), hull.part(dance):
        top, low, side = np.array([0, 0.55, 0.0]), np.array([0, -0.95, 0.0]), np.array([0.62, 0.12, -0.10])
        number = hull.n(7, 3)
        for quarter, (a, b) in enumerate(
            ((top, side), (top, side * [-1, 1, 1]), (low, side), (low, side * [-1, 1, 1]))
        ):
            u, v = np.linspace(0, 1, number)[None, :, None], np.linspace(0, 1, number)[:, None, None]
            hub = np.array([0, 0.12, 0.07])
            points = hub + (a - hub) * u * (1 - v / 2) + (b - hub) * v * (1 - u / 2)
            points = points + np.array([0, 0, 0.05]) * np.sin(np.pi * u) * np.sin(np.pi * v)
            with hull.part(bend=fluttering((0, up, 0), (0, -1, 0), (0, 0, 1), 1.6, 0.022, rate=2.3, waves=1.2)):
                sheet(hull, points @ tilt.T + [0, up, 0], cloths[quarter], toward=(0, 0.2, 1))  # fmt: skip
        back = np.array([0, 0, -0.02])
        stick = Stuff((0.32, 0.20, 0.10), 0.2)
        tube(hull, np.array([top + back, np.array([0, 0.12, 0.05]), low + back]) @ tilt.T + [0, up, 0], 0.011, stick, 5)
        tube(
            hull,
            np.array([side + back, np.array([0, 0.12, 0.05]), side * [-1, 1, 1] + back]) @ tilt.T + [0, up, 0],
            0.011,
            stick,
            5,
        )
        # The tail: a line that snakes, with a bow every 0.3 m.
        start = low @ tilt.T + [0, up, 0]
        tail = fluttering(start.tolist(), (0, -0.85, -0.53), (1, 0, 0), 2.2, 0.30, rate=0.9, waves=1.7)
        with hull.part(bend=tail):
            path = [start + np.array([0, -0.85, -0.53]) * q * 2.6 for q in np.linspace(0, 1, hull.n(26, 8))]
            tube(hull, path, 0.007, Stuff((0.6, 0.55, 0.5), 0.05), 4, closed=False)
            for k in range(1, 9):
                middle = start + np.array([0, -0.85, -0.53]) * 0.31 * k
                for s in (-1, 1):
                    bow = [[middle, middle], [middle + [s * 0.12, 0.055, 0], middle + [s * 0.12, -0.055, 0]]]
                    sheet(hull, bow, cloths[k % len(cloths)], toward=(0, 0, 1))
        bridle = np.array([0, 0.0, 0.42]) @ tilt.T + [0, up, 0]
        for point in (top * 0.7, low * 0.4):
            rope(hull, point @ tilt.T + [0, up, 0], bridle, 0.004, ROPE)
        rope(hull, bridle, bridle + np.array([0, -3.0, 4.0]), 0.004, Stuff((0.5, 0.5, 0.5), 0.05), 0.35)
    return hull.build()


ROWS = (
    Subject(
        "hot_air_balloon",
        build_hot_air_balloon,
        "air",
        22.5,
        22.5,
        {"float": 0.6, "drift": 0.6, "fly": 1.2, "rise": 1.2, "hover": 0.0, "land": 0.8, "glow": 0.3},
        altitude=14.0,
        group=7,
    ),
    Subject(
        "balloon",
        build_balloon,
        "air",
        1.12,
        1.12,
        {"float": 0.15, "rise": 0.8, "fly": 0.6, "drift": 0.3, "sway": 0.0},
        altitude=0.8,
        group=9,
    ),
    Subject(
        "kite",
        build_kite,
        "air",
        5.2,
        2.45,
        {"fly": 0.0, "soar": 0.0, "float": 0.0, "glide": 0.3},
        altitude=4.0,
        group=3,
    ),
)
