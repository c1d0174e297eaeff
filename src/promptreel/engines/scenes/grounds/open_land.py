"""`snow_field` and `savanna`: wide level lands, white and dry."""

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.landscape.blades import Blades
from promptreel.engines.scenes.landscape.heightfield import noise_at
from promptreel.engines.scenes.landscape.land import Land, Look
from promptreel.engines.scenes.landscape.seasons import dressed
from promptreel.engines.scenes.landscape.vegetation import Corridor, scatter
from promptreel.engines.scenes.stage import Brief, Ground, GroundRow, Set

Floats = NDArray[np.float32]


def make_snow_field(brief: Brief) -> Ground:
    """Wind-packed snow with drifts, a few snowy spruces, white hills behind."""
    rng = brief.rng("snow_field")
    seed = float(rng.uniform(0, 900))

    def heights(x: Floats, z: Floats) -> NDArray[np.floating]:
        r = np.hypot(x, z)
        drifts = noise_at(x * 0.55, z * 1.25, 16.0, seed, octaves=3, ridged=0.55) * 1.1 * np.clip(r / 16, 0.15, 1)
        waves = (noise_at(x, z, 75.0, seed + 3, octaves=3) - 0.5) * 6.0 * np.clip(r / 70, 0, 1)
        low = np.clip((r - 150) / 900, 0, 1) * 60 * noise_at(x, z, 520.0, seed + 5, octaves=4)
        far = np.clip((r - 1300) / 3400, 0, 1) * 560 * noise_at(x, z, 2100.0, seed + 9, octaves=7, ridged=0.75)
        return np.asarray(drifts + waves + low + far)

    look = Look(
        flat=(0.80, 0.84, 0.90), flat_other=(0.78, 0.825, 0.89), soil=(0.8, 0.84, 0.9), grass=0.0, steep=0.30, cover=1.0,
        patches=0.0, bump_middle=0.030, bump_fine=0.0022, ripple=0.035, ripple_length=0.55, contrast=0.2, woods=0.52, air=0.7,
        tree_line=260.0,
    )  # fmt: skip
    look = dressed(look, brief, grass=False)
    look.cover, look.wet = 1.0, 0.0
    look.wood, look.wood_other = (0.05, 0.062, 0.060), (0.10, 0.115, 0.12)

    def dress(land: Land, stage: Set) -> None:
        def chance(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            return np.clip((noise_at(x, z, 90.0, seed + 50, octaves=3) - 0.52) * 6, 0, 1)

        placed = scatter(
            stage, "conifer", chance, 420, rng, span=(26, 520), wide=0.9, season="winter", near=4, middle=40,
            corridor=Corridor(8, 0.16, 300),
        )  # fmt: skip
        land.shade_under(placed)
        land.shade_under(
            scatter(
                stage,
                "rock",
                None,
                12,
                rng,
                span=(9, 90),
                season="winter",
                near=3,
                middle=9,
                corridor=Corridor(3, 0.1, 40),
            )
        )

    return Land(brief, heights, look, reach=8000.0, dress=dress, key=1.6)


def make_savanna(brief: Brief) -> Ground:
    """Dry grass and umbrella thorns."""
    rng = brief.rng("savanna")
    seed = float(rng.uniform(0, 900))

    def heights(x: Floats, z: Floats) -> NDArray[np.floating]:
        r = np.hypot(x, z)
        waves = (noise_at(x, z, 70.0, seed, octaves=4) - 0.5) * 3.2 * np.clip(r / 60, 0.06, 1)
        far = np.clip((r - 1500) / 3500, 0, 1) * 420 * np.clip(noise_at(x, z, 1500.0, seed + 9, octaves=5) - 0.35, 0, 1)
        return np.asarray(waves + far)

    look = Look(
        flat=(0.235, 0.180, 0.078), flat_other=(0.300, 0.230, 0.105), soil=(0.25, 0.145, 0.078), steep=0.3, grass=0.8,
        patches=0.16, contrast=1.1, air=0.8, rock=(0.26, 0.18, 0.13), woods=0.36, wood=(0.075, 0.080, 0.030),
        wood_other=(0.115, 0.108, 0.042),
    )  # fmt: skip
    dry = (look.flat, look.flat_other, look.wood, look.wood_other)
    look = dressed(look, brief, grass=False)
    if brief.spec.season not in ("spring", "winter"):
        look.flat, look.flat_other, look.wood, look.wood_other = dry
    elif brief.spec.season == "spring":
        look.flat, look.flat_other = (0.135, 0.140, 0.048), (0.18, 0.175, 0.068)

    def dress(land: Land, stage: Set) -> None:
        placed = scatter(
            stage, "acacia", None, 34, rng, span=(24, 330), wide=0.75, near=3, middle=12, corridor=Corridor(7, 0.15, 90)
        )
        land.shade_under(placed)
        bushes = scatter(
            stage, "bush", None, 60, rng, span=(14, 190), wide=0.8, season="dry", near=3, middle=16,
            corridor=Corridor(4, 0.12, 40), scale=0.9,
        )  # fmt: skip
        land.shade_under(bushes)

    gold = np.array([look.flat, look.flat_other, (0.36, 0.28, 0.14), (0.27, 0.20, 0.085)]) * 1.15
    blades = Blades(number=30000, height=0.34, colours=gold, clumping=0.75) if look.cover < 0.5 else None
    return Land(brief, heights, look, reach=7000.0, dress=dress, blades=blades)


ROWS = (GroundRow("snow_field", make_snow_field), GroundRow("savanna", make_savanna))
