"""What is pointed and fast: fighter jet, spaceship."""

import math
from collections.abc import Sequence

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, box, turned
from promptreel.engines.scenes.craft.hull import CHROME, DARK, GLASS, Doubles, Hull, RigidBody, Stuff, stuff
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.aircraft import foil, navigation

Ring = tuple[float, float, float, float]
"""z, y of the middle, half the width, half the height, m."""


def _fuselage(
    hull: Hull, rings: Sequence[Ring], stuffs: Sequence[Stuff], *, sides: int = 22, belly: float = -0.45
) -> None:
    """A body of elliptic rings from nose to tail: `stuffs` are its back and its belly."""
    rows = np.array(rings, float)
    number = hull.n(sides, 10)
    angle = np.arange(number) * (2 * np.pi / number) + np.pi / number
    points = np.stack(
        [
            rows[:, 2:3] * np.cos(angle),
            rows[:, 1:2] + rows[:, 3:4] * np.sin(angle),
            np.broadcast_to(rows[:, :1], (len(rows), number)),
        ],
        -1,
    )
    which = np.zeros((len(rows) - 1, number), int)
    which[:, np.sin(angle + np.pi / number) < belly] = 1
    hull.grid(points, list(stuffs), which, wrap=True, caps=(True, True), crease=50)


def _nozzle(
    hull: Hull, centre: tuple[float, float, float], radius: float, hot: Stuff, flame: Stuff, long: float
) -> None:
    """An engine's mouth at the tail, and the jet of fire behind it."""
    x, y, z = centre
    turned(hull, [(0.86 * radius, z + radius), (radius, z + 0.4 * radius), (0.80 * radius, z - 0.5 * radius)], 18,
           Stuff((0.10, 0.095, 0.09), 0.5), centre=(x, y, 0), axis="z", caps=(False, False))  # fmt: skip
    turned(hull, [(0.01, z + 0.1 * radius), (0.80 * radius, z)], 16, hot, centre=(x, y, 0), axis="z", crease=80)
    profile = [(0.66 * radius, z - 0.3 * radius), (0.60 * radius, z - 0.25 * long), (0.34 * radius, z - 0.6 * long)]

    def glow(points: Doubles) -> Doubles:
        gone = np.clip((z - points[:, 2]) / long, 0, 1)[:, None]
        return np.asarray(np.asarray(flame.glow) * (1 - gone) ** 1.5)

    dark = Stuff((0.0, 0.0, 0.0), 0.0)
    turned(hull, [*profile, (0.0, z - long)], 14, dark, centre=(x, y, 0), axis="z", crease=80, glow=glow)


def build_fighter_jet(casting: Casting) -> RigidBody:
    """A twin-tailed fighter of 15 m: a needle nose, a bubble canopy, swept wings, two afterburners."""
    hull = Hull(casting.detail)
    colour = np.asarray(casting.colour if casting.colour is not None else (0.235, 0.255, 0.28), float)
    back, belly = stuff(colour, 0.35), stuff(np.clip(colour * 1.25 + 0.03, 0, 0.85), 0.3)
    edge = stuff(colour * 0.75, 0.4)
    red, green, white = navigation(casting.night)
    up = 1.5
    _fuselage(hull, (
        (7.60, up - 0.10, 0.02, 0.02), (7.10, up - 0.08, 0.16, 0.15), (6.10, up - 0.02, 0.38, 0.36),
        (4.90, up + 0.06, 0.56, 0.54), (3.60, up + 0.10, 0.74, 0.66), (2.20, up + 0.08, 1.05, 0.68),
        (0.60, up + 0.04, 1.35, 0.66), (-1.60, up, 1.42, 0.62),
        (-3.80, up, 1.36, 0.58), (-5.60, up, 1.22, 0.54), (-6.60, up, 1.05, 0.48),
    ), (back, belly))  # fmt: skip
    ball(hull, (0, up + 0.62, 3.75), (0.40, 0.46, 1.45), GLASS, 20)
    ball(hull, (0, up + 0.44, 1.60), (0.42, 0.36, 2.10), back, 16)
    for side, lamp in ((-1, red), (1, green)):
        box(hull, (side * 1.12, up - 0.14, 2.30), (0.36, 0.44, 1.10), edge, 0.14)
        box(hull, (side * 1.12, up - 0.14, 3.38), (0.28, 0.34, 0.03), DARK)
        foil(hull, (side * 0.8, up + 0.05, 1.7), (side * 5.2, up - 0.02, -2.6), (5.0, 1.5), 0.045, [back, edge])
        foil(hull, (side * 0.9, up - 0.02, -4.7), (side * 3.3, up - 0.08, -6.6), (2.5, 1.0), 0.05, [back, edge])
        foil(
            hull,
            (side * 1.05, up + 0.35, -3.6),
            (side * 1.75, up + 2.75, -5.9),
            (2.7, 1.2),
            0.05,
            [back, edge],
            upright=True,
        )
        ball(hull, (side * 5.2, up - 0.02, -3.0), (0.05, 0.05, 0.14), lamp, 8)
        turned(hull, [(0.01, 0.9), (0.09, 0.5), (0.10, -1.2), (0.08, -1.6)], 10, Stuff((0.6, 0.6, 0.58), 0.5),
               centre=(side * 4.0, up - 0.38, -1.9), axis="z")  # fmt: skip
        hot = Stuff((0.1, 0.05, 0.03), 0.2, 0.0, (3.0, 1.3, 0.45))
        _nozzle(hull, (side * 0.58, up, -6.75), 0.54, hot, Stuff((0, 0, 0), 0, 0, (4.2, 2.2, 1.1)), 3.2)
    ball(hull, (0, up + 0.55, -6.4), 0.06, white, 8)
    return hull.build()


def build_spaceship(casting: Casting) -> RigidBody:
    """A starship of 30 m: a wedge with a bridge, wings that bear engine pods, blue fire behind, lit windows."""
    hull = Hull(casting.detail)
    rng = casting.rng
    colour = np.asarray(casting.colour if casting.colour is not None else (0.44, 0.455, 0.48), float)
    main, belly = stuff(colour, 0.45), stuff(colour * 0.6, 0.35)
    trim = stuff(((0.45, 0.06, 0.04), (0.05, 0.14, 0.42), (0.50, 0.26, 0.04))[rng.integers(3)], 0.5)
    lit = Stuff((0.05, 0.06, 0.08), 0.8, 0.0, (1.6, 1.9, 2.2))
    fire = Stuff((0, 0, 0), 0, 0, (1.2, 2.8, 5.2))
    hot = Stuff((0.05, 0.08, 0.12), 0.2, 0.0, (2.2, 4.0, 6.0))
    up = 3.0
    _fuselage(hull, (
        (15.0, up - 0.25, 0.05, 0.05), (14.0, up - 0.22, 0.75, 0.42), (11.0, up - 0.10, 1.50, 0.95),
        (7.0, up + 0.05, 2.05, 1.45), (2.0, up + 0.15, 2.45, 1.80), (-3.0, up + 0.15, 2.60, 1.95),
        (-8.0, up + 0.10, 2.45, 1.80), (-11.5, up, 2.05, 1.45),
    ), (main, belly), sides=14, belly=-0.2)  # fmt: skip
    ball(hull, (0, up + 1.25, 5.0), (0.95, 0.80, 2.60), GLASS, 18)
    box(hull, (0, up + 2.0, -3.6), (1.05, 0.55, 2.8), main, 0.25, taper=(0.7, 0.75))
    box(hull, (0, up + 2.55, -2.0), (0.72, 0.16, 0.5), lit, 0.04)
    for side in (-1, 1):
        foil(hull, (side * 1.8, up, 2.5), (side * 9.0, up - 0.9, -6.5), (9.5, 3.6), 0.06, [main, trim])
        foil(
            hull,
            (side * 1.2, up + 1.3, -5.0),
            (side * 2.6, up + 5.0, -10.2),
            (4.6, 1.8),
            0.06,
            [main, trim],
            upright=True,
        )
        pod = (side * 8.9, up - 0.85)
        turned(hull, [(0.02, -1.2), (0.62, -2.2), (0.88, -4.4), (0.92, -8.6), (0.70, -10.6)], 18, [main, trim], [1, 0, 0, 1],
               centre=(*pod, 0), axis="z")  # fmt: skip
        _nozzle(hull, (*pod, -10.9), 0.68, hot, fire, 6.0)
        _nozzle(hull, (side * 1.05, up, -11.9), 0.85, hot, fire, 7.5)
        for row, y in enumerate((0.35, -0.25)):
            for k in range(9 if hull.detail else 3):
                z = 6.0 - 1.45 * k - 0.4 * row
                wide = float(np.interp(z, (-8, -3, 2, 7), (2.45, 2.60, 2.45, 2.05)))
                x = wide * math.sqrt(max(1 - ((y - 0.12) / 1.7) ** 2, 0.1))
                box(hull, (side * (x - 0.02), up + y, z), (0.07, 0.11, 0.26), lit)
        turned(hull, [(0.02, 3.2), (0.10, 3.0), (0.10, 0.0)], 8, CHROME, centre=(side * 5.2, up - 0.45, -1.0), axis="z")
    return hull.build()


ROWS = (
    Subject("fighter_jet", build_fighter_jet, "air", 15.2, 4.3, {"fly": 90.0, "land": 30.0}, altitude=40.0, group=3),
    Subject("spaceship", build_spaceship, "space", 30.0, 8.2,
            {"fly": 14.0, "hover": 0.0, "launch": 3.0, "land": 2.0, "rise": 3.0, "drift": 1.0}, altitude=20.0, group=3),
)  # fmt: skip
