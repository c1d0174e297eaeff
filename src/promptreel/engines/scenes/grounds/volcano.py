"""`volcano`: a cone that throws out lava, over fields of dark lava that still glow in their cracks."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.landscape.eruption import Eruption
from promptreel.engines.scenes.landscape.heightfield import noise_at
from promptreel.engines.scenes.landscape.land import Land, Look
from promptreel.engines.scenes.landscape.seasons import dressed
from promptreel.engines.scenes.landscape.vegetation import Corridor, scatter
from promptreel.engines.scenes.stage import Brief, Ground, GroundRow, Set

Floats = NDArray[np.float32]


def make_volcano(brief: Brief) -> Ground:
    """A volcano a mile and a half away."""
    rng = brief.rng("volcano")
    seed = float(rng.uniform(0, 900))
    away = float(rng.uniform(2150, 2500))
    aside = float(rng.uniform(-0.10, 0.10)) * away
    tall, radius = float(rng.uniform(760, 880)), 1500.0
    light = brief.light
    white = float(np.mean(light.sunlight) + np.mean(light.above)) if light else 1.0
    # The number of its gullies is whole, so that they close around it.
    streams = rng.uniform(0, 2 * np.pi, 6)
    streams[:3] = math.pi + rng.uniform(-0.75, 0.75, 3)

    def around(x: Floats, z: Floats) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        dx, dz = x - aside, z - away
        return np.hypot(dx, dz), np.arctan2(dx, dz)

    def heights(x: Floats, z: Floats) -> NDArray[np.floating]:
        r = np.hypot(x, z)
        off, angle = around(x, z)
        warp = (noise_at(x, z, 420.0, seed, octaves=5) - 0.5) * 150
        share = np.clip(1 - (off + warp * np.clip(off / 500, 0, 1)) / radius, 0, 1)
        cone = tall * share**1.75
        rim = tall * (1 - 120 / radius) ** 1.75
        crater = np.where(off < 120, rim - 60 * (1 - (off / 120) ** 2), cone)
        gullies = (noise_at(np.sin(angle) * 7 + 20, np.cos(angle) * 7, 1.0, seed + 3, octaves=3, ridged=0.6) - 0.4) * 70
        gullies = gullies * np.sin(np.pi * np.clip(share, 0, 1)) ** 0.8
        crags = (noise_at(x, z, 150.0, seed + 5, octaves=5, ridged=0.8) - 0.3) * 40 * np.clip(share * 4, 0, 1)
        near = (noise_at(x, z, 12.0, seed + 7, octaves=5, ridged=0.5) - 0.5) * 2.3 * np.clip(r / 18, 0.10, 1)
        waves = (noise_at(x, z, 120.0, seed + 9, octaves=4) - 0.5) * 16 * np.clip(r / 120, 0, 1)
        far = np.clip((r - 3200) / 3000, 0, 1) * 320 * noise_at(x, z, 1700.0, seed + 11, octaves=6, ridged=0.5)
        return np.asarray(np.maximum(crater + gullies + crags, 0) + near + waves * (share < 0.2) + far)

    def lava(x: Floats, z: Floats) -> NDArray[np.floating]:
        """Streams down the cone, and cracks in the crust before the camera."""
        off, angle = around(x, z)
        winding = (noise_at(x, z, 260.0, seed + 21, octaves=4) - 0.5) * 1.1
        total = np.zeros_like(off)
        for number, stream in enumerate(streams):
            turn = (angle - stream + winding * np.clip(off / 900, 0, 1) + np.pi) % (2 * np.pi) - np.pi
            wide = (11 + 17 * (number % 3)) * (1 + off / 700)
            reach = (620, 980, 1330)[number % 3]
            body = np.clip(1.5 - np.abs(turn) * np.maximum(off, 60) / wide, 0, 1)
            total = np.maximum(total, body * np.clip((reach - off) / 320, 0, 1) * np.clip((off - 70) / 40, 0, 1))
        inside = np.clip(1.3 - off / 100, 0, 1)
        r = np.hypot(x, z)
        vein = noise_at(x, z, 7.5, seed + 31, octaves=3, ridged=1.0)
        pools = np.clip((noise_at(x, z, 38.0, seed + 33, octaves=2) - 0.52) * 5, 0, 1)
        cracks = np.clip((vein - 0.66) * 9, 0, 1) * pools * np.clip((r - 5) / 9, 0, 1) * np.clip(1 - r / 420, 0, 1)
        return np.asarray(np.clip(np.maximum(np.maximum(total, inside), cracks * 0.9), 0, 1))

    shine = 2.4 * white
    look = Look(
        flat=(0.050, 0.046, 0.044), flat_other=(0.080, 0.070, 0.062), soil=(0.105, 0.072, 0.052), rock=(0.085, 0.074, 0.067),
        rock_other=(0.048, 0.042, 0.039), steep=0.25, grass=0.0, patches=0.12, bump_middle=0.13, bump_fine=0.016,
        contrast=1.4, air=0.45, glow=(shine, shine * 0.30, shine * 0.045), crust=0.75, mist=0.12, mist_height=40.0,
    )  # fmt: skip
    look = dressed(look, brief, grass=False)
    look.cover = min(look.cover, 0.55)

    def dress(land: Land, stage: Set) -> None:
        dark: dict[str, Any] = {"season": "dry", "tint": (0.38, 0.34, 0.33)}
        land.shade_under(
            scatter(
                stage, "rock", None, 70, rng, span=(4, 130), near=8, middle=30, corridor=Corridor(2.4, 0.07, 30), **dark
            )
        )
        scatter(
            stage,
            "dead_tree",
            None,
            9,
            rng,
            span=(16, 90),
            near=3,
            middle=6,
            corridor=Corridor(5, 0.16, 60),
            tint=(0.5, 0.5, 0.5),
        )
        mouth = aside, float(land.height(aside + 90, away)) - 25.0, away
        stage.layers.append(
            Eruption(
                mouth, land.light, brief.rng("eruption"), size=115.0, shine=shine, quiet="lava" in brief.spec.without
            )
        )

    return Land(brief, heights, look, reach=7000.0, dress=dress, glow=lava)


ROWS = (GroundRow("volcano", make_volcano),)
