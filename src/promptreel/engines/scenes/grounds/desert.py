"""`desert` and `canyon`: dunes under the wind, and layered rock."""

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.landscape.heightfield import noise_at
from promptreel.engines.scenes.landscape.land import Land, Look
from promptreel.engines.scenes.landscape.seasons import dressed
from promptreel.engines.scenes.landscape.vegetation import Corridor, scatter
from promptreel.engines.scenes.stage import Brief, Ground, GroundRow, Set

Floats = NDArray[np.float32]

SAND = (0.60, 0.42, 0.245)
SAND_OTHER = (0.66, 0.485, 0.30)


def dunes(x: Floats, z: Floats, length: float, seed: float, turn: float) -> NDArray[np.floating]:
    """Dunes one metre high: long gentle backs to windward, steep faces to leeward, crests that bend and split.

    Across the wind the height runs up over two thirds of a dune's length and falls over the last; sand rests at no more
    than 34 degrees.
    """
    c, s = np.cos(turn), np.sin(turn)
    u, v = (x * c + z * s) / length, (z * c - x * s) / length
    bend = noise_at(u, v, 2.6, seed, octaves=2) * 2.3 + noise_at(u, v, 0.9, seed + 3, octaves=2) * 0.32
    phase = u + bend
    part = phase - np.floor(phase)
    back, face = part / 0.68, (1 - part) / 0.32
    shape = np.minimum(back, face)
    # The crest stays sharp, the trough is round.
    shape = np.where(part < 0.68, shape**1.5, shape**1.15)
    height = 0.45 + 0.75 * noise_at(u, v, 1.9, seed + 9, octaves=2)
    return np.asarray(shape * height)


def make_desert(brief: Brief) -> Ground:
    """A sea of dunes."""
    rng = brief.rng("desert")
    seed = float(rng.uniform(0, 900))
    turn = float(rng.uniform(0.35, 0.9) * rng.choice([-1.0, 1.0]) + np.pi * (rng.random() < 0.5))
    low = float(rng.uniform(8, 11))

    def heights(x: Floats, z: Floats) -> NDArray[np.floating]:
        r = np.hypot(x, z)
        small = dunes(x, z, 46.0, seed, turn) * low * 0.42 * np.clip((r - 7) / 55, 0.04, 1)
        middle = dunes(x, z, 175.0, seed + 40, turn + 0.25) * low * 2.6 * np.clip((r - 30) / 170, 0, 1)
        large = dunes(x, z, 720.0, seed + 80, turn + 0.1) * 105 * np.clip((r - 350) / 1500, 0, 1)
        waves = (noise_at(x, z, 24.0, seed + 7, octaves=2) - 0.5) * 0.7
        return np.asarray(small + middle + large + waves - 4.5 * np.clip((r - 6) / 60, 0, 1))

    look = Look(
        flat=SAND, flat_other=SAND_OTHER, soil=(0.52, 0.34, 0.19), grass=0.0, steep=9.0, patches=0.0, bump_middle=0.022,
        bump_fine=0.0022, ripple=0.20, ripple_length=0.19, contrast=0.16, air=0.9,
    )  # fmt: skip
    look = dressed(look, brief, grass=False)
    look.wood, look.wood_other = SAND, SAND_OTHER

    def dress(land: Land, stage: Set) -> None:
        tufts = scatter(
            stage, "grass_tuft", None, 26, rng, span=(6, 60), season="dry", near=8, middle=20, scale=1.5,
            corridor=Corridor(2.5, 0.10, 30),
        )  # fmt: skip
        land.shade_under(tufts)

    return Land(brief, heights, look, reach=9000.0, dress=dress, key=1.25)


def make_canyon(brief: Brief) -> Ground:
    """A dry valley between terraced walls of red rock; mesas and buttes farther off."""
    rng = brief.rng("canyon")
    seed = float(rng.uniform(0, 900))
    phase = float(rng.uniform(0, 6.3))
    swing = float(rng.uniform(22, 40))
    rises = rng.uniform(5, 24, 9) * np.linspace(0.6, 1.25, 9)
    backs = np.concatenate([[0.0], np.cumsum(rng.uniform(2.5, 19, 8))])

    def heights(x: Floats, z: Floats) -> NDArray[np.floating]:
        r = np.hypot(x, z)
        centre = swing * (np.sin(z / 210 + phase) - np.sin(phase)) * np.clip(z / 160, 0, 1)
        torn = (noise_at(x, z, 85.0, seed, octaves=5) - 0.5) * 96 + (
            noise_at(x, z, 19.0, seed + 3, octaves=4) - 0.5
        ) * 17
        beside = np.abs(x - centre) - 42 - 0.045 * np.clip(z, 0, None) + torn
        # Mesas stand free beyond the mouth of the valley.
        lumps = noise_at(x, z, 620.0, seed + 20, octaves=3)
        spires = noise_at(x, z, 240.0, seed + 23, octaves=3)
        mesa = (np.maximum(lumps - 0.60, (spires - 0.70) * 0.8)) * 900 + torn * 0.6
        inside = np.clip((z - 520) / 300, 0, 1)
        edge = beside * (1 - inside) + mesa * inside
        total = np.zeros_like(edge)
        # Terraces: a hard layer makes a cliff, a soft one the slope of rubble under it; each is torn in its own way.
        for number, (back, rise) in enumerate(zip(backs, rises, strict=True)):
            ragged = (noise_at(x, z, 11.0 + 3 * number, seed + 60 + number, octaves=3) - 0.5) * (5 + 1.3 * number)
            t = np.clip((edge + ragged - back) / (1.6 + 0.5 * number), 0, 1)
            rubble = np.clip((edge - back + 12) / 14, 0, 1) ** 2
            total = total + rise * (0.78 * t * t * (3 - 2 * t) + 0.22 * rubble)
        crown = np.clip(edge / 40, 0, 1) * (noise_at(x, z, 60.0, seed + 31, octaves=4) - 0.4) * 9
        floor = (noise_at(x, z, 22.0, seed + 7, octaves=4) - 0.5) * 2.0 * np.clip(r / 30, 0.10, 1)
        return np.asarray(total * np.clip((r - 8) / 30, 0, 1) + crown + floor)

    look = Look(
        flat=(0.44, 0.255, 0.145), flat_other=(0.50, 0.315, 0.19), soil=(0.37, 0.20, 0.11), rock=(0.50, 0.235, 0.12),
        rock_other=(0.30, 0.125, 0.065), steep=0.17, strata=0.055, grass=0.0, patches=0.16, bump_middle=0.085,
        bump_fine=0.010, contrast=0.75, air=0.55,
    )  # fmt: skip
    look = dressed(look, brief, grass=False)

    def dress(land: Land, stage: Set) -> None:
        land.shade_under(
            scatter(
                stage,
                "rock",
                None,
                70,
                rng,
                span=(5, 130),
                near=10,
                middle=30,
                wide=0.6,
                season="dry",
                tint=(1.75, 0.95, 0.62),
                corridor=Corridor(2.6, 0.06, 40),
            )
        )
        land.shade_under(
            scatter(stage, ["bush", "grass_tuft"], None, 60, rng, span=(6, 110), wide=0.5, season="dry", scale=0.7,
                    near=6, middle=26, corridor=Corridor(2.6, 0.05, 30))
        )  # fmt: skip
        cacti = scatter(
            stage, "cactus", None, 12, rng, span=(16, 110), wide=0.45, near=3, middle=8, corridor=Corridor(4, 0.12, 60)
        )
        land.shade_under(cacti)

    return Land(brief, heights, look, reach=8000.0, dress=dress)


ROWS = (GroundRow("desert", make_desert), GroundRow("canyon", make_canyon))
