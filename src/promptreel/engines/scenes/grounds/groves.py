"""Plants in their order: `bamboo`, a grove with a path; `avenue`, cherry trees along a walk; `vineyard`, rows over a hill."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.landscape.blades import Blades
from promptreel.engines.scenes.landscape.heightfield import noise_at
from promptreel.engines.scenes.landscape.land import Land, Look
from promptreel.engines.scenes.landscape.lightshafts import LightShafts
from promptreel.engines.scenes.landscape.seasons import dressed, grass_colours
from promptreel.engines.scenes.landscape.vegetation import line_up, scatter, season_of
from promptreel.engines.scenes.stage import Brief, Ground, GroundRow, Set

Floats = NDArray[np.float32]
Place = NDArray[np.floating]


def _beyond(lane: Callable[[Place], Place], least: float) -> Callable[[Place, Place], Place]:
    """Where it is so far from the path, and a little more farther off."""
    return lambda x, z: (np.abs(x - lane(z)) > least + 0.01 * z).astype(float)


def _bright(land: Land, brief: Brief) -> bool:
    """Whether the sun shines clear enough for shafts of light."""
    return (
        land.light.sun[1] > 0.10
        and brief.time != "night"
        and not brief.spec.weather & {"rain", "storm", "overcast", "snow"}
    )


def make_bamboo(brief: Brief) -> Ground:
    """A grove of bamboo: a path between walls of straight green culms that close overhead."""
    rng = brief.rng("bamboo")
    seed, phase = float(rng.uniform(0, 900)), float(rng.uniform(0, 6.3))
    swing, length = float(rng.uniform(1.6, 2.6)), float(rng.uniform(17, 24))

    def lane(z: Place) -> Place:
        return np.asarray(swing * (np.sin(z / length + phase) - np.sin(phase)) * np.clip(z / 14, 0, 1))

    def heights(x: Floats, z: Floats) -> Place:
        beside = np.abs(x - lane(z))
        waves = (noise_at(x, z, 21.0, seed, octaves=4) - 0.5) * 2.0 * np.clip(np.hypot(x, z) / 14, 0.12, 1)
        return np.asarray(waves * np.clip(beside / 5, 0.25, 1) + 0.9 * np.clip((beside - 1.8) / 9, 0, 1))

    def path(x: Floats, z: Floats) -> Place:
        return np.asarray(
            np.clip(2.1 - np.abs(x - lane(z)) + (noise_at(x, z, 1.1, seed + 11, octaves=3) - 0.5) * 0.6, 0, 1)
        )

    look = Look(
        flat=(0.135, 0.115, 0.060), flat_other=(0.165, 0.145, 0.075), soil=(0.095, 0.080, 0.048), path=(0.23, 0.20, 0.15),
        steep=0.6, grass=0.2, patches=0.12, bump_middle=0.07, bump_fine=0.014, contrast=1.4, dapple=0.75,
    )  # fmt: skip
    look = dressed(look, brief, grass=False)

    def dress(land: Land, stage: Set) -> None:
        for count, span, least, near, middle, share in (
            (400, (2.6, 40), 1.75, 12, 56, 1.25),
            (300, (40, 120), 1.7, 0, 0, 1.1),
        ):
            placed = scatter(
                stage, "bamboo", _beyond(lane, least), count, rng,
                span=span, wide=0.45, corridor=None, near=near, middle=middle, gloom=0.55, bunch=share,
            )  # fmt: skip
            land.shade_under(placed)
        scatter(
            stage, ["fern", "grass_tuft"], lambda x, z: (np.abs(x - lane(z)) > 1.5).astype(float), 46, rng, span=(3, 26),
            wide=0.5, corridor=None, near=5, middle=20, gloom=0.5, scale=0.8,
        )  # fmt: skip
        if _bright(land, brief):
            stage.layers.append(LightShafts(land.light, brief.rng("shafts"), lane))

    return Land(brief, heights, look, reach=400.0, dress=dress, mask=path, shadowed=0.3)


def make_avenue(brief: Brief) -> Ground:
    """A walk between two rows of cherry trees, in blossom where no other season is named."""
    brief = replace(brief, spec=replace(brief.spec, season=season_of(brief.spec) if brief.spec.season else "spring"))
    rng = brief.rng("avenue")
    seed = float(rng.uniform(0, 900))
    season = brief.spec.season

    def heights(x: Floats, z: Floats) -> Place:
        beside = np.clip((np.abs(x) - 3) / 30, 0, 1)
        far = np.clip((np.hypot(x, z) - 300) / 1500, 0, 1) ** 1.3 * 150 * noise_at(x, z, 700.0, seed + 9, octaves=5)
        return np.asarray((noise_at(x, z, 40.0, seed, octaves=3) - 0.5) * 1.6 * beside + far)

    def path(x: Floats, z: Floats) -> Place:
        return np.asarray(np.clip(2.6 - np.abs(x) + (noise_at(x, z, 0.9, seed + 11, octaves=3) - 0.5) * 0.35, 0, 1))

    look = Look(path=(0.34, 0.29, 0.22), patches=0.02, steep=9.0, woods=0.5, woods_from=160.0, bump_middle=0.04)
    look = dressed(look, brief)
    if season == "spring" and look.cover < 0.5:
        look.flowers, look.flower, look.flower_other = 1.3, (0.86, 0.55, 0.62), (0.90, 0.74, 0.77)

    def dress(land: Land, stage: Set) -> None:
        apart = 5.6
        z = np.repeat(np.arange(4.0, 150.0, apart), 2) + rng.normal(0, 0.25, 2 * len(np.arange(4.0, 150.0, apart)))
        x = np.tile([-4.4, 4.4], len(z) // 2) + rng.normal(0, 0.15, len(z))
        land.shade_under(line_up(stage, "cherry", x, z, rng, season=season, scale=1.15, near=4, middle=14))
        behind = scatter(
            stage, ["broadleaf", "cherry"], lambda x, z: (np.abs(x) > 13).astype(float), 60, rng, span=(20, 190), wide=0.8,
            corridor=None, near=0, middle=8, season=season,
        )  # fmt: skip
        land.shade_under(behind)

    blades = None
    if look.cover < 0.5:
        blades = Blades(number=14000, height=0.09, colours=grass_colours(brief), clumping=0.4)
    return Land(brief, heights, look, reach=3000.0, dress=dress, mask=path, blades=blades, shadowed=0.8)


def make_vineyard(brief: Brief) -> Ground:
    """Rows of vines that run down a slope, cypresses and hills beyond."""
    rng = brief.rng("vineyard")
    seed = float(rng.uniform(0, 900))
    season = season_of(brief.spec)

    def heights(x: Floats, z: Floats) -> Place:
        r = np.hypot(x, z)
        slope = -9.0 * np.clip(z / 130, 0, 1) ** 1.4 + (noise_at(x, z, 70.0, seed, octaves=3) - 0.5) * 3.0 * np.clip(
            r / 60, 0, 1
        )
        hills = np.clip((r - 190) / 700, 0, 1) ** 1.2 * 130 * (noise_at(x, z, 420.0, seed + 5, octaves=5) - 0.12)
        return np.asarray(slope + hills)

    look = Look(patches=0.10, steep=0.7, woods=0.46, woods_from=150.0, crops=0.8, bump_middle=0.06, flowers=0.12)
    look = dressed(look, brief)

    def dress(land: Land, stage: Set) -> None:
        rows = np.arange(-16, 16) * 2.6 + 1.3
        along = np.concatenate(
            [np.arange(2.2, 42.0, 1.05), 42.0 * 1.026 ** np.arange(41)]
        )  # Far off one sees them end on.
        x, z = np.meshgrid(rows, along)
        seen = np.abs(x) < 2.0 + 0.62 * z
        x, z = x[seen], z[seen] + rng.normal(0, 0.12, int(seen.sum()))
        land.shade_under(line_up(stage, "vine", x, z, rng, season=season, scale=1.0, near=26, middle=90))
        trees = scatter(
            stage, ["cypress", "cypress", "broadleaf"], None, 70, rng, span=(125, 420), wide=0.75, corridor=None, near=0,
            middle=10, season=season,
        )  # fmt: skip
        land.shade_under(trees)

    blades = None
    if look.cover < 0.5:
        blades = Blades(number=13000, height=0.12, colours=grass_colours(brief), clumping=0.6)
    return Land(brief, heights, look, reach=4500.0, dress=dress, blades=blades, shadowed=0.9)


ROWS = (GroundRow("bamboo", make_bamboo), GroundRow("avenue", make_avenue), GroundRow("vineyard", make_vineyard))
