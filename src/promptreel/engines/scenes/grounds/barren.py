"""`moonscape` and `red_plain`: worlds without water or weather, whose face is craters, stones and dust."""

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.landscape.heightfield import noise_at
from promptreel.engines.scenes.landscape.land import Land, Look
from promptreel.engines.scenes.landscape.vegetation import Corridor, scatter
from promptreel.engines.scenes.stage import Brief, Ground, GroundRow, Set

Floats = NDArray[np.float32]


def craters(rng: np.random.Generator, number: int, sizes: tuple[float, float], reach: float) -> Floats:
    """Craters (n, 4): x and z of their middles, radius, and how fresh they are, 0…1. m.

    Small ones are more than large ones, as the square of the radius (the counts of craters on the Moon); far off only
    large ones are kept, for no others would be seen. None is dug under the camera.
    """
    low, high = sizes
    share = rng.random(number)
    radius = 1 / np.sqrt(share / high**2 + (1 - share) / low**2)
    away = reach * rng.random(number) ** 0.5 * np.clip(radius / high * 6, 0.05, 1)
    azimuth = rng.uniform(-1.15, 1.15, number)
    x, z = away * np.sin(azimuth), away * np.cos(azimuth)
    keep = np.hypot(x, z) > 1.6 * radius + 3
    return np.stack([x, z, radius, rng.random(number) ** 1.5], 1)[keep].astype(np.float32)


def dig(pits: Floats, x: Floats, z: Floats) -> NDArray[np.floating]:
    """The heights that craters make at places in m: a bowl a sixth as deep as wide, a raised rim, a blanket that thins out
    with the cube of the distance (after the profiles of Pike, "Size-dependence in the shape of fresh impact craters on the
    Moon", 1977)."""
    total = np.zeros(x.shape)
    for middle_x, middle_z, radius, fresh in pits:
        out = np.hypot(x - middle_x, z - middle_z) / radius
        near = out < 3.5
        u = out[near]
        bowl = np.where(u < 1, (u * u - 1) * 0.34 + 0.07 * u**4, 0.07 / np.maximum(u, 1) ** 3)
        total[near] += bowl * radius * (0.35 + 0.65 * fresh)
    return total


def _make(
    brief: Brief, look: Look, *, pits: int, relief: float, rocks: int, tint: tuple[float, float, float]
) -> Ground:
    rng = brief.rng("barren")
    seed = float(rng.uniform(0, 900))
    small, large = craters(rng, pits, (0.6, 7.0), 90.0), craters(rng, pits // 3, (14.0, 150.0), 2600.0)

    def heights(x: Floats, z: Floats) -> NDArray[np.floating]:
        r = np.hypot(x, z)
        swells = (noise_at(x, z, 120.0, seed, octaves=5) - 0.5) * 9 * np.clip(r / 80, 0.05, 1)
        small_waves = (noise_at(x, z, 6.0, seed + 3, octaves=4) - 0.5) * 0.35
        far = (
            np.clip((r - 900) / 2600, 0, 1) ** 1.3
            * noise_at(x, z, 1500.0, seed + 9, octaves=6, ridged=0.5)
            * 420
            * relief
        )
        return np.asarray(swells * relief + small_waves + far + dig(small, x, z) + dig(large, x, z))

    def dress(land: Land, stage: Set) -> None:
        for count, scale, span, half in ((rocks, 0.9, (7, 160), 2.6), (2 * rocks, 0.22, (2.5, 26), 0.7)):
            land.shade_under(
                scatter(
                    stage, "rock", None, count, rng, span=span, wide=0.8, near=8, middle=40, season="dry", tint=tint,
                    scale=scale, sink=0.16, corridor=Corridor(half, 0.06, 30), keep=scale > 0.5,
                )
            )  # fmt: skip

    return Land(brief, heights, look, reach=5200.0, dress=dress)


def make_moonscape(brief: Brief) -> Ground:
    """The Moon: grey dust, craters of all sizes, hills round as if sanded, and no air to soften anything."""
    look = Look(
        flat=(0.265, 0.262, 0.256), flat_other=(0.335, 0.330, 0.320), soil=(0.22, 0.217, 0.21), rock=(0.34, 0.335, 0.325),
        rock_other=(0.22, 0.217, 0.21), grass=0.0, steep=0.30, patches=0.10, bump_middle=0.06, bump_fine=0.011,
        contrast=0.75, air=0.0,
    )  # fmt: skip
    return _make(brief, look, pits=420, relief=1.0, rocks=34, tint=(1.3, 1.3, 1.32))


def make_red_plain(brief: Brief) -> Ground:
    """Mars: rust-red dust and stones under a sky of butterscotch."""
    look = Look(
        flat=(0.34, 0.200, 0.130), flat_other=(0.41, 0.260, 0.175), soil=(0.24, 0.130, 0.085), rock=(0.28, 0.160, 0.105),
        rock_other=(0.17, 0.095, 0.065), grass=0.0, steep=0.22, strata=0.03, patches=0.16, bump_middle=0.055, bump_fine=0.009,
        ripple=0.07, ripple_length=0.4, contrast=0.8, air=1.1,
    )  # fmt: skip
    return _make(brief, look, pits=120, relief=0.9, rocks=70, tint=(1.15, 0.72, 0.52))


ROWS = (GroundRow("moonscape", make_moonscape), GroundRow("red_plain", make_red_plain))
