"""`meadow` and `hills`: grass and flowers in the wind, rolling land with fields, hedges and woods behind."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.landscape.blades import Blades
from promptreel.engines.scenes.landscape.heightfield import noise_at
from promptreel.engines.scenes.landscape.land import Land, Look
from promptreel.engines.scenes.landscape.plants_small import PETALS
from promptreel.engines.scenes.landscape.seasons import dressed, grass_colours
from promptreel.engines.scenes.landscape.vegetation import Corridor, scatter
from promptreel.engines.scenes.stage import Brief, Ground, GroundRow, Set

Floats = NDArray[np.float32]

BLOOMS = (
    ("poppy", "daisy", "cornflower"),
    ("buttercup", "daisy", "cornflower"),
    ("daisy", "buttercup", "lavender"),
    ("poppy", "buttercup", "lavender"),
)
"""What flowers together."""


def groves(
    seed: float, size: float, share: float
) -> Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.floating]]:
    """Chance of a tree at a place: woods and clearings of about `size` m; `share` of the land is wooded."""

    def chance(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
        return np.clip((noise_at(x, z, size, seed, octaves=3) - 0.72 + 0.5 * share) * 7, 0, 1)

    return chance


def make_meadow(brief: Brief) -> Ground:
    """A meadow in bloom, with bushes and a few trees, low wooded hills behind."""
    rng = brief.rng("meadow")
    seed = float(rng.uniform(0, 900))
    kinds = BLOOMS[int(rng.integers(len(BLOOMS)))]
    bloom = str(brief.params.get("bloom", ""))
    if bloom in PETALS:
        kinds = (bloom, bloom, bloom)
    heads = np.array([PETALS[name][0] for name in kinds])
    side = float(rng.choice([-1.0, 1.0]))

    def heights(x: Floats, z: Floats) -> NDArray[np.floating]:
        r = np.hypot(x, z)
        near = (noise_at(x, z, 26.0, seed, octaves=4) - 0.5) * 1.7 * np.clip(r / 30, 0.12, 1)
        bank = 3.0 * np.clip((x * side - 14) / 60, 0, 1) ** 1.3
        low = np.clip((r - 120) / 700, 0, 1) ** 1.2 * 46 * (noise_at(x, z, 420.0, seed + 5, octaves=5) - 0.12)
        far = np.clip((r - 1400) / 3500, 0, 1) * 330 * noise_at(x, z, 2300.0, seed + 9, octaves=6, ridged=0.4)
        return np.asarray(near + bank + low + far)

    look = dressed(Look(patches=0.0, flowers=0.85, steep=0.4, woods=0.46, tree_line=900.0), brief)
    look.flower, look.flower_other = (tuple(map(float, heads[0])), tuple(map(float, heads[1])))  # type: ignore[assignment]
    blooming = look.flowers > 0 and brief.spec.season != "autumn"
    look.flowers = 0.85 if blooming else 0.0

    def dress(land: Land, stage: Set) -> None:
        trees = ["broadleaf", "broadleaf", "birch"] if land.season != "winter" else ["broadleaf", "birch", "conifer"]
        grove = groves(seed + 50, 60.0, 0.42)
        placed = scatter(
            stage, trees, grove, 190, rng, span=(34, 330), wide=0.95, corridor=Corridor(7, 0.16, 200), near=4, middle=26
        )
        land.shade_under(placed)
        land.shade_under(
            scatter(stage, "bush", grove, 60, rng, span=(16, 120), near=3, middle=14, corridor=Corridor(5, 0.2, 60))
        )
        if blooming:
            number, span = (420, (2.2, 20.0)) if bloom else (46, (3.0, 9.0))
            scatter(
                stage, kinds, None, number, rng, span=span, wide=0.6, near=12, middle=60, keep=False, scale=0.85,
                corridor=Corridor(0.9, 0.05, 12), sink=0.0,
            )  # fmt: skip

    blades = None
    if look.cover < 0.5:
        blades = Blades(
            number=34000, height=0.30, colours=grass_colours(brief), heads=heads if blooming else None, flowering=0.085,
            head=0.021, clumping=0.35,
        )  # fmt: skip
    return Land(brief, heights, look, reach=8000.0, dress=dress, blades=blades)


def make_hills(brief: Brief) -> Ground:
    """Green hills one behind the other, with fields, hedgerow trees and copses."""
    rng = brief.rng("hills")
    seed = float(rng.uniform(0, 900))
    bend = float(rng.uniform(-0.4, 0.4))

    def heights(x: Floats, z: Floats) -> NDArray[np.floating]:
        r = np.hypot(x, z)
        near = (noise_at(x, z, 34.0, seed, octaves=3) - 0.5) * 2.2 * np.clip(r / 40, 0.10, 1)
        # Long soft ridges across the view, the land before the camera falling away to show them.
        roll = noise_at(x * 0.55 + z * bend * 0.4, z * 0.9, 330.0, seed + 5, octaves=4, gain=0.36)
        fall = -17.0 * np.clip((r - 12) / 120, 0, 1) ** 1.1
        middle = np.clip((r - 40) / 420, 0, 1) * 125 * (roll - 0.30)
        far = np.clip((r - 800) / 3300, 0, 1) * 560 * noise_at(x, z, 1900.0, seed + 9, octaves=5, gain=0.42)
        return np.asarray(near + fall + middle + far)

    look = dressed(Look(patches=0.02, steep=0.5, woods=0.43, crops=0.75, air=0.7, tree_line=800.0), brief)
    look.mist = 0.18 if brief.time in ("sunrise", "morning", "golden_hour") else 0.08
    look.mist_height = 28.0

    def dress(land: Land, stage: Set) -> None:
        kinds = ["broadleaf", "broadleaf", "birch", "conifer"]
        placed = scatter(
            stage, kinds, groves(seed + 50, 75.0, 0.40), 520, rng, span=(30, 620), wide=0.9,
            corridor=Corridor(8, 0.10, 160), near=3, middle=30,
        )  # fmt: skip
        land.shade_under(placed)
        land.shade_under(
            scatter(stage, "bush", groves(seed + 51, 40.0, 0.3), 60, rng, span=(18, 150), near=2, middle=16)
        )

    blades = None
    if look.cover < 0.5:
        blades = Blades(number=30000, height=0.17, colours=grass_colours(brief), clumping=0.4)
    return Land(brief, heights, look, reach=9000.0, dress=dress, blades=blades)


ROWS = (GroundRow("meadow", make_meadow), GroundRow("hills", make_hills))
