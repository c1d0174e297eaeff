"""What one sits on: armchair, sofa, bench, stool. The plain chair is in `household`.

All seats are as high as that of a chair (`human.CHAIR`), so that whoever sits on one sits on any.
"""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import box, tube, turned
from promptreel.engines.scenes.craft.hull import Doubles, Hull, RigidBody, Stuff
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import paint

COVERS = np.array(
    [(0.34, 0.06, 0.035), (0.05, 0.13, 0.19), (0.10, 0.17, 0.08), (0.42, 0.32, 0.20), (0.20, 0.10, 0.055)]
)
WOODS = np.array([(0.24, 0.12, 0.05), (0.15, 0.07, 0.03), (0.34, 0.20, 0.10)])
IRON = Stuff((0.025, 0.028, 0.027), 0.45)


def _weave(points: Doubles) -> Doubles:
    """Cloth: a fine weave, darker in soft hollows."""
    fine = np.sin(points[:, 0] * 420) * np.sin(points[:, 1] * 390 + points[:, 2] * 410)
    hollow = np.sin(points[:, 0] * 7.3 + 1.7 * np.sin(points[:, 1] * 9.1)) * np.sin(points[:, 2] * 8.7)
    return np.asarray(0.97 + 0.05 * fine + 0.06 * hollow)


def _grain(points: Doubles) -> Doubles:
    return np.asarray(0.90 + 0.10 * np.sin(points[:, 1] * 160 + points[:, 2] * 130 + 3 * np.sin(points[:, 0] * 7)))


def _upholstered(casting: Casting, wide: float, cushions: int) -> RigidBody:
    """Arms, a leaning back and `cushions` seats on a frame `wide` m from arm to arm, on turned feet."""
    hull = Hull(casting.detail)
    cloth = paint(casting, COVERS, 0.06)
    wood = Stuff(tuple(WOODS[1]), 0.4)
    half = 0.5 * wide
    box(hull, (0, 0.235, 0.0), (half + 0.10, 0.105, 0.36), cloth.times(0.86), 0.05, tint=_weave)
    for sign in (-1, 1):
        box(hull, (sign * (half + 0.085), 0.36, 0.01), (0.085, 0.235, 0.37), cloth, 0.075, tint=_weave)
        with hull.place((sign * (half + 0.085), 0.585, 0.02)):
            tube(hull, [(0, 0, -0.34), (0, 0.008, 0.0), (0, 0.0, 0.345)], [0.095, 0.10, 0.095], cloth.times(1.05), 14)
        for z in (-0.29, 0.30):
            with hull.place((sign * (half + 0.05), 0, z)):
                turned(hull, [(0.018, 0.0), (0.032, 0.06), (0.036, 0.13)], 12, wood)
    each = wide / cushions
    for number in range(cushions):
        x = (number - 0.5 * (cushions - 1)) * each
        box(hull, (x, 0.405, 0.045), (0.5 * each - 0.006, 0.08, 0.315), cloth.times(1.10), 0.055, tint=_weave)
        for y, z in ((0.60, -0.265), (0.76, -0.30)):
            box(hull, (x, y, z), (0.5 * each - 0.006, 0.13, 0.095), cloth.times(1.06), 0.08, tint=_weave)
    box(hull, (0, 0.60, -0.36), (half + 0.09, 0.31, 0.06), cloth.times(0.92), 0.05, tint=_weave)
    return hull.build()


def build_armchair(casting: Casting) -> RigidBody:
    """A deep armchair with rolled arms."""
    return _upholstered(casting, 0.62, 1)


def build_sofa(casting: Casting) -> RigidBody:
    """A sofa for three."""
    return _upholstered(casting, 1.74, 3)


def build_bench(casting: Casting) -> RigidBody:
    """A park bench: slats of wood on two iron frames with scrolled arms."""
    hull = Hull(casting.detail)
    wood = paint(casting, WOODS, 0.25)
    half = 0.80
    for number in range(5):
        z = -0.17 + 0.095 * number
        box(hull, (0, 0.463 - 0.012 * math.sin(number), z), (half, 0.016, 0.040), wood, 0.008, tint=_grain)
    for number in range(4):
        y, z = 0.565 + 0.095 * number, -0.225 - 0.026 * number
        box(hull, (0, y, z), (half, 0.038, 0.014), wood.times(1.05), 0.008, tint=_grain)
    for sign in (-1, 1):
        x = sign * (half - 0.09)
        tube(hull, [(x, 0, 0.25), (x, 0.20, 0.19), (x, 0.44, 0.215)], 0.020, IRON, 8)
        tube(hull, [(x, 0, -0.33), (x, 0.24, -0.23), (x, 0.45, -0.21), (x, 0.88, -0.33)], 0.020, IRON, 8)
        tube(hull, [(x, 0.440, -0.22), (x, 0.430, 0.0), (x, 0.440, 0.22)], 0.018, IRON, 8)
        arm = [(x, 0.68, -0.28), (x, 0.70, -0.10), (x, 0.69, 0.12), (x, 0.66, 0.23), (x, 0.60, 0.25), (x, 0.57, 0.21)]
        tube(hull, arm, 0.018, IRON, 8)
        tube(hull, [(x, 0.44, 0.20), (x, 0.56, 0.15), (x, 0.69, 0.10)], 0.014, IRON, 8)
    return hull.build()


def build_stool(casting: Casting) -> RigidBody:
    """A round wooden stool on three splayed legs."""
    hull = Hull(casting.detail)
    wood = paint(casting, WOODS, 0.35)
    turned(hull, [(0.0, 0.445), (0.155, 0.445), (0.170, 0.458), (0.170, 0.474), (0.160, 0.482), (0.0, 0.478)], 36, wood,
           crease=40, tint=_grain)  # fmt: skip
    for number in range(3):
        a = 2 * math.pi * number / 3 + 0.5
        c, s = math.cos(a), math.sin(a)
        tube(hull, [(0.19 * c, 0.0, 0.19 * s), (0.15 * c, 0.22, 0.15 * s), (0.11 * c, 0.45, 0.11 * s)],
             [0.014, 0.021, 0.018], wood.times(0.92), 10)  # fmt: skip
        b = a + 2 * math.pi / 3
        tube(hull, [(0.155 * c, 0.19, 0.155 * s), (0.155 * math.cos(b), 0.19, 0.155 * math.sin(b))], 0.010, wood, 8)
    return hull.build()


ROWS = (
    Subject("armchair", build_armchair, "ground", 0.98, 0.90, {"stand": 0.0}, group=2),
    Subject("sofa", build_sofa, "ground", 2.1, 0.90, {"stand": 0.0}, group=2),
    Subject("bench", build_bench, "ground", 1.6, 0.89, {"stand": 0.0}, group=2),
    Subject("stool", build_stool, "ground", 0.48, 0.48, {"stand": 0.0}, group=3),
)
