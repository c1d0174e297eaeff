"""`forest` and `jungle`: a path among trunks, undergrowth, light that falls through the leaves."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.landscape.blades import Blades
from promptreel.engines.scenes.landscape.heightfield import noise_at
from promptreel.engines.scenes.landscape.land import Land, Look
from promptreel.engines.scenes.landscape.lightshafts import LightShafts
from promptreel.engines.scenes.landscape.seasons import dressed, grass_colours
from promptreel.engines.scenes.landscape.vegetation import scatter
from promptreel.engines.scenes.stage import Brief, Ground, GroundRow, Set

Floats = NDArray[np.float32]

LITTER = {
    "spring": ((0.115, 0.100, 0.050), (0.100, 0.130, 0.040)),
    "summer": ((0.105, 0.080, 0.045), (0.090, 0.105, 0.035)),
    "autumn": ((0.150, 0.078, 0.032), (0.215, 0.125, 0.042)),
    "winter": ((0.20, 0.15, 0.10), (0.16, 0.12, 0.085)),
}
"""The forest floor."""


Place = NDArray[np.floating]


def _beyond(away: Callable[[Place, Place, float], Place], least: float) -> Callable[[Place, Place], Place]:
    """Where it is at least so far from the path."""
    return lambda x, z: away(x, z, least)


def _winding(rng: np.random.Generator) -> tuple[float, float, float]:
    return float(rng.uniform(0, 6.3)), float(rng.uniform(1.6, 3.0)), float(rng.uniform(13, 19))


def make_forest(brief: Brief) -> Ground:
    """A wood of beeches, birches and spruces with a path."""
    rng = brief.rng("forest")
    seed = float(rng.uniform(0, 900))
    phase, swing, length = _winding(rng)
    coniferous = float(brief.params.get("conifers", rng.choice([0.15, 0.35, 0.85])))

    def lane(z: NDArray[np.floating]) -> NDArray[np.floating]:
        way = np.sin(z / length + phase) - np.sin(phase)
        return np.asarray(swing * way * np.clip(z / 12, 0, 1) + 0.012 * z * np.sin(phase))

    def heights(x: Floats, z: Floats) -> NDArray[np.floating]:
        r = np.hypot(x, z)
        waves = (noise_at(x, z, 19.0, seed, octaves=4) - 0.5) * 2.3 * np.clip(r / 12, 0.15, 1)
        beside = np.abs(x - lane(z))
        bank = 0.9 * np.clip((beside - 2.0) / 9, 0, 1) ** 1.3 * (0.4 + noise_at(x, z, 13.0, seed + 5, octaves=2))
        hollow = -0.10 * np.clip(1.5 - beside, 0, 1)
        small = (noise_at(x, z, 2.6, seed + 8, octaves=3) - 0.5) * 0.16
        return np.asarray(waves * np.clip(beside / 5, 0.25, 1) + bank + hollow + small)

    def path(x: Floats, z: Floats) -> NDArray[np.floating]:
        torn = (noise_at(x, z, 1.3, seed + 11, octaves=3) - 0.5) * 0.9
        return np.asarray(np.clip(1.6 - np.abs(x - lane(z)) * 0.95 + torn, 0, 1))

    season = brief.spec.season or ("winter" if "snow" in brief.spec.weather else "summer")
    floor, floor_other = LITTER[season]
    look = Look(
        flat=floor, flat_other=floor_other, soil=(0.085, 0.062, 0.042), path=(0.155, 0.115, 0.075), steep=0.5, grass=0.25,
        patches=0.14, bump_middle=0.10, bump_fine=0.016, contrast=1.5, dapple=0.85 if season != "winter" else 0.3,
    )  # fmt: skip
    look = dressed(look, brief, grass=False)
    if season == "autumn" and look.cover < 0.5:
        # Fallen leaves lie as flowers stand.
        look.flowers, look.flower, look.flower_other = 1.6, (0.46, 0.17, 0.022), (0.54, 0.33, 0.045)

    def dress(land: Land, stage: Set) -> None:
        def away(x: NDArray[np.floating], z: NDArray[np.floating], least: float) -> NDArray[np.floating]:
            return (np.abs(x - lane(z)) > least + 0.018 * np.maximum(z, 0)).astype(float)

        # Spruces have boughs down to the ground: none stands so near that it would fill the picture.
        shares = (0.15, 0.85) if coniferous > 0.6 else (0.7, 0.3) if coniferous > 0.3 else (1.0, 0.0)
        groups = ((["beech", "beech", "birch"], shares[0], 4.5, 2.3, 4, 30), (["conifer"], shares[1], 13.0, 4.2, 2, 16))
        placed: list[Floats] = []
        for kinds, share, nearest, least, near, middle in groups:
            if not share:
                continue
            placed.append(
                scatter(
                    stage, kinds, _beyond(away, least), round(190 * share), rng,
                    span=(nearest, 60), wide=0.62, corridor=None, near=near, middle=middle, gloom=0.72, bunch=1.25,
                    scale=1.15,
                )
            )  # fmt: skip
            placed.append(
                scatter(
                    stage, kinds, lambda x, z: away(x, z, 2.0), round(200 * share), rng, span=(60, 180), wide=0.6,
                    corridor=None, near=0, middle=0, gloom=0.5, bunch=1.3, scale=1.15,
                )
            )  # fmt: skip
        low = ["fern", "fern", "bush"] if season in ("summer", "spring") else ["bush", "fern"]
        scatter(
            stage, low, lambda x, z: away(x, z, 1.6), 120, rng, span=(3, 34), wide=0.6, corridor=None, near=5, middle=34,
            gloom=0.6, bunch=1.2, scale=0.9,
        )  # fmt: skip
        placed.append(
            scatter(
                stage,
                ["rock", "log", "rock"],
                lambda x, z: away(x, z, 1.9),
                16,
                rng,
                span=(4, 30),
                corridor=None,
                near=3,
                middle=12,
            )
        )
        for group in placed:
            land.shade_under(group)
        bright = land.light.sun[1] > 0.10 and not brief.spec.weather & {"rain", "storm", "overcast", "snow"}
        if bright and brief.time != "night" and season != "winter":
            stage.layers.append(LightShafts(land.light, brief.rng("shafts"), lane))

    # Leaves overhead leave no clear shadows; bare branches do.
    shadowed = 0.8 if season == "winter" else 0.25
    heads = np.array([(0.82, 0.82, 0.80), (0.30, 0.22, 0.60)]) if season == "spring" else None
    blades = None
    if look.cover < 0.5:
        blades = Blades(
            number=15000,
            height=0.16,
            colours=grass_colours(brief) * 0.55,
            clumping=0.95,
            heads=heads,
            flowering=0.16,
            head=0.016,
        )
    return Land(
        brief,
        heights,
        look,
        reach=600.0,
        dress=dress,
        mask=path,
        blades=blades,
        shadowed=shadowed,
    )


def make_jungle(brief: Brief) -> Ground:
    """A rain forest: palms, large leaves, ferns."""
    rng = brief.rng("jungle")
    seed = float(rng.uniform(0, 900))
    phase, swing, length = _winding(rng)

    def lane(z: NDArray[np.floating]) -> NDArray[np.floating]:
        return np.asarray(swing * (np.sin(z / length + phase) - np.sin(phase)) * np.clip(z / 12, 0, 1))

    def heights(x: Floats, z: Floats) -> NDArray[np.floating]:
        r = np.hypot(x, z)
        waves = (noise_at(x, z, 17.0, seed, octaves=4) - 0.5) * 2.6 * np.clip(r / 12, 0.12, 1)
        beside = np.abs(x - lane(z))
        return np.asarray(waves * np.clip(beside / 5, 0.3, 1) + 1.6 * np.clip((beside - 2.5) / 10, 0, 1))

    look = Look(
        flat=(0.075, 0.085, 0.030), flat_other=(0.10, 0.12, 0.038), soil=(0.070, 0.050, 0.034), path=(0.12, 0.085, 0.055),
        steep=0.6, grass=0.4, patches=0.18, bump_middle=0.10, bump_fine=0.016, contrast=1.4, dapple=0.8,
    )  # fmt: skip
    look = dressed(look, brief, grass=False)

    def path(x: Floats, z: Floats) -> NDArray[np.floating]:
        torn = (noise_at(x, z, 1.1, seed + 11, octaves=3) - 0.5) * 1.1
        return np.asarray(np.clip(1.2 - np.abs(x - lane(z)) + torn, 0, 1))

    def dress(land: Land, stage: Set) -> None:
        def away(x: NDArray[np.floating], z: NDArray[np.floating], least: float) -> NDArray[np.floating]:
            return (np.abs(x - lane(z)) > least + 0.015 * np.maximum(z, 0)).astype(float)

        green = "summer"
        plan: tuple[tuple[list[str], float, int, tuple[float, float], int, int, float], ...] = (
            (["palm", "beech", "beech"], 2.6, 130, (5, 45), 4, 34, 1.25),
            (["beech", "palm"], 2.4, 240, (45, 130), 0, 0, 1.35),
            (["banana", "fern", "banana", "bush"], 1.5, 150, (2.6, 36), 16, 60, 1.1),
            (["fern", "grass_tuft"], 0.9, 70, (2.2, 16), 16, 60, 1.0),
        )
        for kinds, least, count, span, near, middle, scale in plan:
            placed = scatter(
                stage, kinds, _beyond(away, least), count, rng, span=span, wide=0.62, corridor=None,
                near=near // 2, middle=middle, bunch=1.2, scale=scale, season=green, gloom=0.68,
            )  # fmt: skip
            if scale > 1.2:
                land.shade_under(placed)
        if (
            land.light.sun[1] > 0.10
            and not brief.spec.weather & {"rain", "storm", "overcast"}
            and brief.time != "night"
        ):
            stage.layers.append(LightShafts(land.light, brief.rng("shafts"), lane))

    blades = Blades(number=12000, height=0.2, colours=np.array([(0.08, 0.13, 0.03), (0.11, 0.16, 0.04)]), clumping=0.9)
    return Land(brief, heights, look, reach=500.0, dress=dress, mask=path, blades=blades, shadowed=0.25)


ROWS = (GroundRow("forest", make_forest), GroundRow("jungle", make_jungle))
