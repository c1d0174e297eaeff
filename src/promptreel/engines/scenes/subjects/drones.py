"""Drones with four rotors."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, box, tube, turned
from promptreel.engines.scenes.craft.hull import BLACK, STEEL, Hull, RigidBody, Stuff, shift
from promptreel.engines.scenes.craft.plumes import propeller
from promptreel.engines.scenes.stage import Casting, Floats, Subject
from promptreel.engines.scenes.subjects.cars import paint

SHELLS = np.array([(0.60, 0.60, 0.60), (0.06, 0.062, 0.068), (0.20, 0.21, 0.22), (0.55, 0.10, 0.04)])


def build_drone(casting: Casting) -> RigidBody:
    """A camera drone 0.9 m across: arms, motors, blurred rotors, a camera on gimbals, lights under the arms."""
    hull = Hull(casting.detail)
    shell = paint(casting, SHELLS, 0.5)
    strong = 6.0 if casting.night or "glowing" in casting.qualities else 1.2
    up = 0.20
    hover = shift(lambda t, _: (0.02 * math.sin(1.7 * t), 0.03 * math.sin(2.3 * t), 0.015 * math.sin(1.1 * t)))
    with hull.part(hover):
        ball(hull, (0, up, 0), (0.125, 0.062, 0.20), shell, 22)
        ball(hull, (0, up + 0.035, -0.03), (0.085, 0.045, 0.14), Stuff((0.02, 0.02, 0.022), 0.85), 18)
        for sx in (-1, 1):
            for sz, z in ((1, 0.30), (-1, -0.27)):
                x = sx * 0.32
                tube(
                    hull,
                    [(sx * 0.07, up + 0.005, sz * 0.09), (sx * 0.22, up + 0.02, sz * 0.20), (x, up + 0.02, z)],
                    [0.032, 0.022, 0.020],
                    shell,
                    10,
                    1.0,
                )
                turned(
                    hull,
                    [(0.028, -0.035), (0.034, -0.02), (0.034, 0.025), (0.022, 0.045), (0.010, 0.055)],
                    14,
                    [STEEL, BLACK],
                    [0, 0, 1, 1],
                    centre=(x, up + 0.02, z),
                )
                light = (
                    (strong, 0.05 * strong, 0.04 * strong) if sz < 0 else (0.05 * strong, strong * 0.9, 0.25 * strong)
                )
                ball(hull, (x, up - 0.018, z), (0.016, 0.008, 0.016), Stuff((0.3, 0.3, 0.3), 0.6, 0.0, light), 8)
                tube(hull, [(x, up - 0.01, z), (x * 1.04, 0.0, z * 1.04)], [0.013, 0.009], shell, 7)
                # No two rates alike, or the rotors would be seen to turn as one.
                propeller(
                    hull,
                    (x, up + 0.078, z),
                    0.185,
                    2,
                    (11.3, 12.1, 13.7, 14.9)[(sx > 0) * 2 + (sz > 0)],
                    Stuff((0.04, 0.04, 0.045), 0.3),
                    axis="y",
                    chord=0.16,
                )
        tube(hull, [(0, up - 0.05, 0.11), (0, up - 0.085, 0.15)], 0.018, STEEL, 8)
        ball(hull, (0, up - 0.095, 0.165), (0.040, 0.036, 0.040), BLACK, 14)
        turned(
            hull,
            [(0.024, 0.0), (0.026, 0.035), (0.020, 0.040), (0.0, 0.036)],
            14,
            Stuff((0.01, 0.012, 0.02), 1.0),
            centre=(0, up - 0.095, 0.175),
            axis="z",
        )
        box(
            hull,
            (0, up + 0.005, 0.195),
            (0.05, 0.010, 0.012),
            Stuff((0.5, 0.5, 0.5), 0.6, 0.0, (0.3 * strong,) * 3),
            0.008,
        )

    def lamps(_t: float) -> Floats:
        return (
            np.array([[0.0, 0.0, 0.6, 0.25, 0.26, 0.28]], np.float32) if casting.night else np.zeros((0, 6), np.float32)
        )

    return hull.build(lamps)


ROWS = (
    Subject(
        "drone",
        build_drone,
        "air",
        0.97,
        0.28,
        {"fly": 5.0, "hover": 0.0, "rise": 0.8, "land": 0.5, "float": 0.0},
        altitude=2.2,
        group=5,
    ),
)
