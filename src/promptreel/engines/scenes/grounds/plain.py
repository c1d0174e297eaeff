"""`plain`: level ground of one kind for whatever stands on it; `savanna`, `snow_field` and `meadow` are plains too.

`params` of a setting: `surface` = grass, sand, snow, stone, asphalt, wood or soil.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.landscape.blades import Blades
from promptreel.engines.scenes.landscape.heightfield import noise_at
from promptreel.engines.scenes.landscape.land import Land, Look
from promptreel.engines.scenes.landscape.seasons import dressed, grass_colours
from promptreel.engines.scenes.stage import Brief, Ground, GroundRow

Floats = NDArray[np.float32]

SURFACES: dict[str, Look] = {
    "grass": Look(patches=0.10, steep=9.0),
    "soil": Look(
        flat=(0.20, 0.145, 0.095), flat_other=(0.25, 0.19, 0.125), soil=(0.15, 0.11, 0.07), grass=0.0, steep=9.0,
        bump_middle=0.07, bump_fine=0.012,
    ),
    "sand": Look(
        flat=(0.52, 0.40, 0.25), flat_other=(0.58, 0.46, 0.30), soil=(0.50, 0.38, 0.24), grass=0.0, steep=9.0,
        bump_middle=0.03, bump_fine=0.003, ripple=0.16, contrast=0.35,
    ),
    "snow": Look(
        flat=(0.80, 0.84, 0.90), flat_other=(0.76, 0.81, 0.88), soil=(0.8, 0.84, 0.9), grass=0.0, steep=9.0, cover=1.0,
        bump_middle=0.03, bump_fine=0.003, ripple=0.05, ripple_length=0.5, contrast=0.15,
    ),
    "stone": Look(
        flat=(0.26, 0.25, 0.235), flat_other=(0.33, 0.315, 0.29), soil=(0.20, 0.19, 0.17), grass=0.0, steep=9.0,
        bump_middle=0.03, bump_fine=0.006, contrast=0.7,
    ),
    "asphalt": Look(
        flat=(0.075, 0.076, 0.079), flat_other=(0.092, 0.092, 0.094), soil=(0.065, 0.065, 0.068), grass=0.0, steep=9.0,
        bump_middle=0.006, bump_fine=0.004, contrast=0.45, patches=0.2,
    ),
    "wood": Look(
        flat=(0.27, 0.16, 0.085), flat_other=(0.33, 0.20, 0.11), soil=(0.24, 0.14, 0.075), grass=0.0, steep=9.0,
        bump_middle=0.004, bump_fine=0.002, contrast=0.4,
    ),
}  # fmt: skip


def make_plain(brief: Brief) -> Ground:
    """Nearly level ground out to the horizon."""
    surface = str(brief.params.get("surface", "grass"))
    seed = float(brief.rng("plain").uniform(0, 900))
    hard = surface in ("asphalt", "wood", "stone")
    rise = float(brief.params.get("rise", 0.02 if hard else 1.0))

    def heights(x: Floats, z: Floats) -> NDArray[np.floating]:
        r = np.hypot(x, z)
        waves = (noise_at(x, z, 60.0, seed, octaves=4) - 0.5) * np.clip(r / 90, 0.02, 1) * 4.0
        small = (noise_at(x, z, 7.0, seed + 3, octaves=3) - 0.5) * 0.22
        far = np.clip((r - 700) / 3500, 0, 1) ** 1.5 * 90 * noise_at(x, z, 1400.0, seed + 9, octaves=5)
        return np.asarray((waves + small + far * min(rise, 1.0)) * min(rise, 1.0))

    look = dressed(replace(SURFACES[surface]), brief)
    blades = None
    if surface == "grass" and look.cover < 0.5:
        blades = Blades(number=21000, height=0.11, colours=grass_colours(brief), clumping=0.35)
    if surface == "grass":
        look.woods = 0.42
    return Land(brief, heights, look, reach=6000.0, blades=blades)


ROWS = (GroundRow("plain", make_plain),)
