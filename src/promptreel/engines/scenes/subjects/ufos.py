"""Flying saucers."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, turned
from promptreel.engines.scenes.craft.hull import (
    STEEL,
    Doubles,
    Floats,
    Hull,
    RigidBody,
    Stuff,
    hinge,
    shift,
    spinning,
    stuff,
)
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import paint


def build_ufo(casting: Casting) -> RigidBody:
    """A saucer of 14 m: plated metal, a dome, a ring of lights that runs round, and a beam where it hovers or glows."""
    hull = Hull(casting.detail)
    metal = Stuff((0.36, 0.38, 0.40), 0.85) if casting.colour is None else paint(casting, np.ones((1, 3)), 0.8)
    dark = metal.times(0.45)
    glow = np.array([0.25, 1.0, 0.75]) if casting.rng.random() < 0.6 else np.array([0.45, 0.65, 1.0])
    beam = (casting.night and casting.action in ("hover", "glow", "land", "float")) or "glowing" in casting.qualities
    long = 15.0 if beam else 0.0
    up = 2.2
    wobble = hinge("z", (0, up, 0), lambda t, _: 0.05 * math.sin(1.1 * t))
    nod = hinge("x", (0, up, 0), lambda t, _: 0.045 * math.sin(0.87 * t + 1))

    def plates(points: Doubles) -> Doubles:
        angle = np.arctan2(points[:, 2], points[:, 0])
        r = np.hypot(points[:, 0], points[:, 2])
        seam = (np.abs(np.sin(12 * angle)) < 0.06) & (r > 2.5)
        return np.asarray((1 - 0.35 * seam) * (0.94 + 0.06 * np.sin(np.floor(angle * 24 / (2 * np.pi)) * 7.1)))

    with hull.part(shift(lambda t, _: (0.0, 0.25 * math.sin(0.9 * t), 0.0))), hull.part(wobble), hull.part(nod):
        with hull.part(spinning("y", (0, up, 0), 0.11)):
            profile = [
                (0.0, -1.75),
                (1.6, -1.7),
                (2.2, -1.5),
                (2.5, -1.15),
                (4.6, -0.62),
                (6.4, -0.22),
                (6.85, -0.10),
                (7.0, 0.03),
                (6.85, 0.16),
                (6.3, 0.28),
                (4.6, 0.75),
                (3.1, 1.20),
                (2.75, 1.40),
                (2.6, 1.48),
            ]
            kinds = [2, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1]
            engine = Stuff((0.2, 0.2, 0.2), 0.3).lit(glow * (3.2 if beam else 1.6))
            number = 72 if hull.detail == 2 else 36
            turned(hull, profile, number, [metal, dark, engine], kinds, centre=(0, up, 0), crease=35, tint=plates)
            for k in range((8, 16, 24)[hull.detail]):
                a = 2 * math.pi * k / (8, 16, 24)[hull.detail]
                for r, y, colour in ((5.6, 0.50, (1.0, 0.75, 0.35)), (5.3, -0.52, glow)):
                    strong = 5.0 if k % 3 == 0 else 2.2
                    ball(
                        hull,
                        (r * math.cos(a), up + y, r * math.sin(a)),
                        (0.24, 0.12, 0.24),
                        stuff((0.3, 0.3, 0.3), 0.6, 0.0, np.array(colour) * strong),
                        8,
                    )
        rise = np.linspace(0, math.pi / 2, hull.n(9, 4))
        dome = Stuff((0.03, 0.05, 0.055), 1.0, 0.0, tuple(float(v) for v in glow * 0.30))  # type: ignore[arg-type]
        turned(
            hull,
            np.stack([2.6 * np.cos(rise), up + 1.45 + 1.35 * np.sin(rise)], 1),
            30,
            dome,
            crease=80,
            caps=(False, False),
        )
        turned(hull, [(2.68, up + 1.38), (2.78, up + 1.46), (2.66, up + 1.56)], 30, STEEL, caps=(False, False))
        ball(hull, (0, up + 2.82, 0), 0.16, stuff((0.3, 0.3, 0.3), 0.6, 0.0, (6.0, 0.6, 0.4)), 8)
    if beam:
        _beam(hull, up - 1.7, long, glow)

    def lamps(t: float) -> Floats:
        pulse = 1 + 0.15 * math.sin(2.6 * t)
        strong = (22.0 if beam else 8.0) * pulse
        return np.array([[0.0, up - 3.0, 0.0, *(glow * strong)]], np.float32)

    return hull.build(lamps)


def _beam(hull: Hull, top: float, long: float, glow: Doubles) -> None:
    """Light in the air under it: strands that thin out downward, so that one sees through between them."""
    strands = (10, 26, 60)[hull.detail]
    with hull.part(spinning("y", (0, top, 0), 0.05)):
        for k in range(strands):
            a = 2 * math.pi * (k / strands + 0.013 * math.sin(k * 12.9))
            low, high = 4.6 * (0.55 + 0.45 * abs(math.sin(k * 2.4))), 1.9
            wide = 0.05 + 0.09 * abs(math.sin(k * 5.1))
            rows = []
            for q in np.linspace(0, 1, 5):
                r = high + (low - high) * q
                thin = wide * (1 - q) ** 0.8
                x, z = r * math.cos(a), r * math.sin(a)
                rows.append(
                    [
                        (x - thin * math.sin(a), top - long * q, z + thin * math.cos(a)),
                        (x + thin * math.sin(a), top - long * q, z - thin * math.cos(a)),
                    ]
                )

            def fade(points: Doubles) -> Doubles:
                down = np.clip((top - points[:, 1]) / long, 0, 1)[:, None]
                return np.asarray(glow * (0.10 + 0.5 * (1 - down) ** 1.5))

            hull.grid(rows, Stuff((0.0, 0.0, 0.0), 0.0), toward=(math.cos(a), 0, math.sin(a)), glow=fade)


ROWS = (
    Subject(
        "ufo",
        build_ufo,
        "air",
        14.0,
        5.3,
        {"hover": 0.0, "fly": 14.0, "float": 0.3, "glow": 0.0, "spin": 0.0, "land": 1.0, "rise": 2.0},
        altitude=14.0,
        group=3,
    ),
)
