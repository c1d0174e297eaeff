"""Land under crops: `wheat`, a field of ripe ears; `lavender`, rows of it over a hill; `rice`, terraces up a valley."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.grounds.meadow import groves
from promptreel.engines.scenes.landscape.blades import Blades
from promptreel.engines.scenes.landscape.heightfield import noise_at
from promptreel.engines.scenes.landscape.land import Land, Look
from promptreel.engines.scenes.landscape.seasons import dressed
from promptreel.engines.scenes.landscape.vegetation import Corridor, scatter, season_of
from promptreel.engines.scenes.stage import Brief, Ground, GroundRow, Set

Floats = NDArray[np.float32]
Place = NDArray[np.floating]

EARS = np.array([(0.56, 0.38, 0.115), (0.62, 0.45, 0.16), (0.48, 0.31, 0.085), (0.66, 0.50, 0.20)])
YOUNG = np.array([(0.13, 0.21, 0.04), (0.17, 0.25, 0.05), (0.11, 0.18, 0.035), (0.20, 0.27, 0.07)])
PURPLES = np.array([(0.150, 0.100, 0.50), (0.195, 0.140, 0.58), (0.115, 0.075, 0.42)])


def make_wheat(brief: Brief) -> Ground:
    """Wheat to the hips, ripe but in spring, on rolling land with a wood behind."""
    rng = brief.rng("wheat")
    seed, side = float(rng.uniform(0, 900)), float(rng.choice([-1.0, 1.0]))
    green = brief.spec.season == "spring"

    def heights(x: Floats, z: Floats) -> Place:
        r = np.hypot(x, z)
        near = (noise_at(x, z, 55.0, seed, octaves=3) - 0.5) * 2.6 * np.clip(r / 45, 0.05, 1)
        roll = 9.0 * np.clip((x * side - 10) / 130, 0, 1) ** 1.3
        far = np.clip((r - 260) / 2400, 0, 1) ** 1.1 * 210 * noise_at(x, z, 1100.0, seed + 9, octaves=5)
        return np.asarray(near + roll + far)

    ears = YOUNG if green else EARS
    look = dressed(Look(patches=0.0, steep=9.0, woods=0.40, woods_from=240.0, contrast=0.5), brief, grass=False)
    snowed = look.cover >= 0.5
    if not snowed:
        look.flat, look.flat_other, look.flowers, look.crops = tuple(ears[0]), tuple(ears[1]), 0.0, 0.25
        look.soil = tuple(ears[2])

    def dress(land: Land, stage: Set) -> None:
        placed = scatter(
            stage, "broadleaf", groves(seed + 50, 60.0, 0.30), 80, rng, span=(70, 330), wide=0.95,
            corridor=Corridor(16, 0.2, 300), near=2, middle=14,
        )  # fmt: skip
        land.shade_under(placed)

    blades = None
    if not snowed:
        blades = Blades(number=42000, height=0.86, colours=ears, clumping=0.05)
    return Land(brief, heights, look, reach=6000.0, dress=dress, blades=blades)


def make_lavender(brief: Brief) -> Ground:
    """Rows of lavender in bloom that run up a gentle slope, a few trees on the crest, hills behind."""
    brief = replace(brief, spec=replace(brief.spec, season=season_of(brief.spec)))
    rng = brief.rng("lavender")
    seed, apart = float(rng.uniform(0, 900)), 1.55

    def heights(x: Floats, z: Floats) -> Place:
        r = np.hypot(x, z)
        slope = 7.5 * np.clip((z - 5) / 150, 0, 1) ** 1.5 + (
            noise_at(x, z, 80.0, seed, octaves=2) - 0.5
        ) * 2.0 * np.clip(r / 60, 0, 1)
        hills = np.clip((r - 230) / 1500, 0, 1) ** 1.2 * 260 * (noise_at(x, z, 620.0, seed + 5, octaves=5) - 0.1)
        return np.asarray(slope + hills)

    def lanes(x: Floats, z: Floats) -> Place:
        """Bare soil between the rows; outside of the field none."""
        row = np.abs((x / apart) % 1 - 0.5) * 2
        return np.asarray(np.clip((0.52 - row) * 4, 0, 1) * (z < 165) * (np.abs(x) < 90))

    look = Look(
        flat=(0.130, 0.098, 0.385), flat_other=(0.160, 0.125, 0.450), soil=(0.16, 0.135, 0.26), path=(0.30, 0.235, 0.165),
        patches=0.0, steep=9.0, woods=0.44, woods_from=175.0, crops=0.0, contrast=0.9, grass=0.6,
    )  # fmt: skip
    look = dressed(look, brief, grass=False)

    def dress(land: Land, stage: Set) -> None:
        placed = scatter(
            stage, ["broadleaf", "cypress"], lambda x, z: ((z > 150) & (z < 240)).astype(float) * 0.6, 34, rng,
            span=(150, 260), wide=0.9, corridor=None, near=0, middle=16,
        )  # fmt: skip
        land.shade_under(placed)

    blades = None
    if look.cover < 0.5:
        stems = np.array([(0.13, 0.15, 0.075), (0.16, 0.17, 0.10), *PURPLES * 0.8])
        blades = Blades(
            number=44000, height=0.50, colours=stems, heads=PURPLES, flowering=0.92, head=0.021, clumping=0.0
        )
    return Land(brief, heights, look, reach=5000.0, dress=dress, blades=blades, mask=lanes)


def make_rice(brief: Brief) -> Ground:
    """Terraces of young rice, one above the other along the slopes of a valley, palms and woods between."""
    rng = brief.rng("rice")
    seed, phase = float(rng.uniform(0, 900)), float(rng.uniform(0, 6.3))
    rise = 1.7

    def heights(x: Floats, z: Floats) -> Place:
        bend = 11.0 * (np.sin(z / 52 + phase) - np.sin(phase))
        across = np.abs(x - bend - 4.0)
        slope = 0.27 * np.maximum(across - 6, 0) + 0.055 * np.maximum(z - 14, 0) - 1.8 * np.clip(z / 14, 0, 1)
        slope = slope + (noise_at(x, z, 38.0, seed, octaves=3) - 0.5) * 7.0 * np.clip(np.hypot(x, z) / 30, 0, 1)
        level = slope / rise
        whole = np.floor(level)
        part = level - whole
        # Nearly level, a bund of earth at the edge, then the wall of the next one.
        step = np.clip((part - 0.72) / 0.28, 0, 1)
        terraced = rise * (whole + step**1.5) + 0.30 * np.exp(-(((part - 0.04) / 0.05) ** 2))
        wild = np.clip((np.hypot(x, z) - 170) / 160, 0, 1)
        high = np.clip((np.hypot(x, z) - 220) / 1500, 0, 1) ** 1.1 * 620 * noise_at(x, z, 700.0, seed + 9, octaves=5)
        return np.asarray(terraced * (1 - wild) + slope * wild + high)

    look = Look(
        flat=(0.105, 0.205, 0.030), flat_other=(0.150, 0.250, 0.045), soil=(0.16, 0.12, 0.07), rock=(0.10, 0.125, 0.045),
        rock_other=(0.15, 0.115, 0.065), steep=0.16, patches=0.0, woods=0.55, woods_from=190.0, contrast=0.7, wet=0.35,
    )  # fmt: skip
    look = dressed(look, brief)
    look.mist, look.mist_height = (0.30 if brief.time in ("sunrise", "morning") else 0.10), 40.0

    def dress(land: Land, stage: Set) -> None:
        chance = groves(seed + 50, 26.0, 0.30)
        for kind, count, middle in (("palm", 34, 10), ("broadleaf", 50, 12), ("bush", 60, 14)):
            placed = scatter(stage, kind, chance, count, rng, span=(16, 150), wide=0.9, corridor=Corridor(6, 0.12, 60),
                             near=3, middle=middle)  # fmt: skip
            land.shade_under(placed)

    blades = None
    if look.cover < 0.5:
        blades = Blades(number=26000, height=0.34, colours=YOUNG * [1.0, 1.15, 0.9], clumping=0.25)
    return Land(brief, heights, look, reach=5000.0, dress=dress, blades=blades)


ROWS = (GroundRow("wheat", make_wheat), GroundRow("lavender", make_lavender), GroundRow("rice", make_rice))
