"""Birds of the farmyard: chicken."""

import numpy as np

from promptreel.engines.scenes.creatures.creature import Creature, Kit
from promptreel.engines.scenes.creatures.wings import Bird, Plumage, bird
from promptreel.engines.scenes.stage import Casting, Subject

CHICKEN = Bird(
    length=0.40,
    air=(),  # It stays on the ground.
    rest=((0.400, 1.010, 0.020, 0.020, 0.020), (0.375, 1.020, 0.055, 0.055, 0.050), (0.310, 1.040, 0.080, 0.080, 0.080),
          (0.245, 1.000, 0.078, 0.082, 0.085), (0.225, 0.870, 0.090, 0.085, 0.095), (0.205, 0.730, 0.135, 0.105, 0.130),
          (0.115, 0.600, 0.200, 0.150, 0.190), (-0.040, 0.545, 0.225, 0.180, 0.200), (-0.200, 0.565, 0.200, 0.175, 0.165),
          (-0.340, 0.650, 0.125, 0.130, 0.105), (-0.430, 0.745, 0.058, 0.060, 0.050), (-0.480, 0.810, 0.026, 0.022, 0.022)),
    bill=((0.115, -0.030, 0.003, 0.003, 0.002), (0.080, -0.008, 0.016, 0.018, 0.012), (0.020, 0.0, 0.030, 0.030, 0.026),
          (-0.030, 0.0, 0.036, 0.034, 0.030)),
    face=((0.385, 1.012), (0.385, 1.012)),
    span=0.70,
    wing=(),
    shoulder=(0.09, 0.055, 0.14),
    tail=(0.46, 0.05, 0.11, 0.20),
    eye=(0.125, 1.10, 0.020),
    neck=(0.17, 0.29, 0.42),
    hip=(0.090, 0.44, -0.02),
    heel=-0.11,
    leg=0.022,
    toes=0.22,
    fold=(0.46, 0.90, 0.04),
)  # fmt: skip

YELLOW, COMB = (0.62, 0.36, 0.05), (0.56, 0.025, 0.022)
FLOCK = (
    Plumage((0.30, 0.115, 0.040), (0.36, 0.165, 0.065), (0.27, 0.10, 0.035), (0.20, 0.075, 0.030), (0.40, 0.22, 0.11),
            (0.16, 0.065, 0.030), bill=YELLOW, legs=YELLOW, head=(0.38, 0.16, 0.055), iris=(0.55, 0.22, 0.03)),
    Plumage((0.72, 0.71, 0.68), (0.74, 0.73, 0.70), (0.72, 0.71, 0.68), (0.68, 0.67, 0.64), (0.70, 0.69, 0.66),
            (0.70, 0.69, 0.66), bill=YELLOW, legs=YELLOW, iris=(0.55, 0.22, 0.03)),
    Plumage((0.06, 0.055, 0.05), (0.05, 0.047, 0.045), (0.07, 0.05, 0.04), (0.05, 0.045, 0.04), (0.12, 0.10, 0.09),
            (0.025, 0.05, 0.04), bill=(0.25, 0.2, 0.1), legs=(0.30, 0.24, 0.08), head=(0.42, 0.20, 0.05)),
)  # fmt: skip
CHICK = Plumage(
    (0.72, 0.52, 0.10), (0.76, 0.60, 0.18), (0.70, 0.50, 0.10), (0.68, 0.48, 0.10), (0.7, 0.5, 0.1), (0.70, 0.50, 0.10),
    bill=(0.60, 0.32, 0.10), legs=(0.62, 0.38, 0.12),
)  # fmt: skip


def _comb(kit: Kit) -> None:
    """A red comb with points on the crown, and two wattles below the bill."""
    size = CHICKEN.length
    red = np.array(COMB)
    for number, (z, high) in enumerate(((0.365, 0.060), (0.330, 0.085), (0.292, 0.085), (0.255, 0.060))):
        kit.ball("head", (0, size * (1.105 + 0.35 * high), size * z), size * 0.030, red * (1 + 0.06 * (number % 2)), 0.1, 0.2,
                 (0.42, 1 + 14 * high, 0.95), sides=8)  # fmt: skip
    for sign in (-1, 1):
        kit.ball(
            "head",
            (sign * size * 0.026, size * 0.935, size * 0.372),
            size * 0.036,
            red,
            0.1,
            0.2,
            (0.5, 1.35, 0.8),
            sides=8,
        )
        kit.ball(
            "head",
            (sign * size * 0.068, size * 1.020, size * 0.325),
            size * 0.034,
            red * 1.05,
            0.1,
            0.1,
            (0.4, 1.0, 1.1),
            sides=8,
        )


def chicken(casting: Casting) -> Creature:
    """Brown, white or black, with a red comb; a young one is a yellow chick."""
    if "baby" in casting.qualities:
        return bird(CHICKEN, CHICK, casting)
    return bird(CHICKEN, FLOCK[casting.rng.integers(len(FLOCK))], casting, _comb)


ROWS = (
    Subject("chicken", chicken, "ground", 0.46, 0.46, {
        "walk": 0.45, "eat": 0.0, "stand": 0.0, "run": 1.8, "sit": 0.0,
    }, group=5),
)  # fmt: skip
