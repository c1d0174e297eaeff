"""`mountains`: eroded peaks round a green (or snowy) valley floor."""

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import f32
from promptreel.engines.scenes.landscape.blades import Blades
from promptreel.engines.scenes.landscape.heightfield import map_read, noise_at
from promptreel.engines.scenes.landscape.land import Land, Look
from promptreel.engines.scenes.landscape.seasons import dressed, grass_colours
from promptreel.engines.scenes.landscape.terrain import erode, ridged_heights
from promptreel.engines.scenes.landscape.vegetation import Corridor, scatter
from promptreel.engines.scenes.stage import Brief, Ground, GroundRow, Set

Floats = NDArray[np.float32]

SIDE = 640
EXTENT = 15_000.0
"""m that the map of the mountains covers; the camera stands in the middle of its near third."""
NEAR_EDGE = -4_000.0
DROPS = 36_000


def raise_peaks(rng: np.random.Generator, tallest: float, valley: float) -> Floats:
    """Heights (flat) of eroded mountains round a valley that leads away from the camera, m."""
    heights = np.zeros((SIDE, SIDE), np.float32)
    scratch = [np.zeros(SIDE, np.float32) for _ in range(4)]
    offset = rng.uniform(0, 400, 2).astype(np.float32)
    ridged_heights(heights, 0, SIDE, offset[0], offset[1], f32(rng.uniform(3.9, 5.0)), f32(1.9), 8, *scratch)
    heights /= np.percentile(heights[::4, ::4], 99.5)
    cell = EXTENT / SIDE
    x = ((np.arange(SIDE) + 0.5) * cell - EXTENT / 2)[None, :]
    z = ((np.arange(SIDE) + 0.5) * cell + NEAR_EDGE)[:, None]
    gap = float(rng.uniform(-0.10, 0.10))
    centre = gap * z + 420 * np.sin(z / 1500 + rng.uniform(0, 6)) * np.clip(z / 2500, 0, 1)
    beside = np.abs(x - centre) / (valley * (1 + np.clip(z, 0, None) / 9000))
    wall = np.clip((beside - 0.55) / 2.3, 0, 1)
    wall = wall * wall * (3 - 2 * wall)
    end = np.clip((z - 3600) / 3600, 0, 1)
    rise = np.maximum(wall, 0.80 * end * end * (3 - 2 * end))
    ridge = np.clip(heights, 0, 1.35)
    shaped = (0.20 + 0.80 * ridge * (0.75 + 0.25 * ridge)) * rise * tallest
    cells = np.ascontiguousarray(shaped / cell, np.float32).ravel()
    erode(cells, DROPS, int(rng.integers(1 << 20)), 44, f32(0.08), f32(4.0), f32(0.3), f32(0.3))
    return np.asarray(np.maximum(cells, 0) * cell, np.float32)


def make_mountains(brief: Brief) -> Ground:
    """Peaks with snow on their heads, woods at their feet, a meadow before the camera."""
    rng = brief.rng("mountains")
    seed = float(rng.uniform(0, 900))
    tallest = float(brief.params.get("tallest", rng.uniform(1750, 2300)))
    peaks = raise_peaks(rng, tallest, float(brief.params.get("valley", rng.uniform(750, 1000))))
    brief.tick("mountains")

    def heights(x: Floats, z: Floats) -> NDArray[np.floating]:
        r = np.hypot(x, z)
        large = np.empty(x.size, np.float32)
        map_read(peaks, SIDE, f32(SIDE / EXTENT), f32(-EXTENT / 2), f32(NEAR_EDGE), x.ravel(), z.ravel(), large)
        base = large.reshape(x.shape)
        crags = noise_at(x, z, 260.0, seed + 3, octaves=6, gain=0.56, ridged=0.9) - 0.30
        rough = np.clip(base / 420, 0, 1) * np.clip((r - 500) / 900, 0, 1)
        near = (noise_at(x, z, 40.0, seed, octaves=4) - 0.5) * 3.0 * np.clip(r / 45, 0.08, 1)
        open_by = np.clip((r - 60) / 500, 0, 1)
        return np.asarray(base * open_by + crags * 150 * rough + near - 5.0 * np.clip(r / 160, 0, 1))

    look = Look(
        patches=0.04, steep=0.20, woods=0.66, tree_line=430.0, snow_line=tallest * 0.36, air=0.26, rock=(0.215, 0.195, 0.175),
        rock_other=(0.115, 0.108, 0.102), strata=0.010, woods_from=700.0, bump_middle=0.07, mist=0.10, mist_height=70.0,
        flowers=0.35,
    )  # fmt: skip
    look = dressed(look, brief)
    look.snow_line *= {"spring": 0.8, "autumn": 0.95, "winter": 0.2}.get(brief.spec.season, 1.15)
    look.wood, look.wood_other = (0.022, 0.042, 0.020), (0.036, 0.056, 0.024)
    if brief.spec.season == "autumn":
        look.wood_other = (0.19, 0.115, 0.022)
    if brief.time in ("sunrise", "morning"):
        look.mist = 0.22

    def dress(land: Land, stage: Set) -> None:
        def chance(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            return np.clip((noise_at(x, z, 90.0, seed + 50, octaves=3) - 0.50) * 5 + np.clip(z / 500, 0, 0.6), 0, 1)

        placed = scatter(
            stage,
            "conifer",
            chance,
            620,
            rng,
            span=(38, 700),
            wide=0.95,
            corridor=Corridor(10, 0.17, 420),
            near=4,
            middle=40,
        )
        land.shade_under(placed)
        rocks = scatter(
            stage, "rock", None, 46, rng, span=(5, 110), near=6, middle=20, corridor=Corridor(2.5, 0.07, 30)
        )
        land.shade_under(rocks)

    blades = None
    if look.cover < 0.5:
        heads = np.array([(0.8, 0.7, 0.05), (0.8, 0.8, 0.78), (0.25, 0.16, 0.5)])
        blades = Blades(
            number=26000, height=0.15, colours=grass_colours(brief), heads=heads, flowering=0.04, clumping=0.5
        )
    return Land(brief, heights, look, reach=11_000.0, dress=dress, blades=blades)


ROWS = (GroundRow("mountains", make_mountains),)
