"""The ground of a city street that runs along z: asphalt between kerbs, pavements, and in rain what they mirror."""

from promptreel.engines.scenes.buildings.townground import GroundMap, Look, TownGround, ground_noise
from promptreel.engines.scenes.buildings.towns import darkness, rainy, snowy
from promptreel.engines.scenes.stage import Brief, Ground, GroundRow

ROAD_HALF = 5.6
"""Metres from the middle of the road to the kerb."""
PAVEMENT = 60.0


def wetness(brief: Brief) -> float:
    """How wet the street is, 0…1: in rain, and at night where the film wants neon (it mirrors what hangs above it)."""
    if "wet" in brief.params:
        return float(brief.params["wet"])
    if snowy(brief) and not rainy(brief):
        return 0.0
    return 0.9 if rainy(brief) else 0.55 if darkness(brief) > 0.9 else 0.0


def make(brief: Brief) -> Ground:
    """The row's ground."""
    assert brief.light is not None
    rng = brief.rng("street ground")
    # At night the asphalt is a dark mirror; by day it is pale with dust.
    tar = 0.150 - 0.050 * darkness(brief)
    look = Look(
        road=ROAD_HALF,
        pavement=PAVEMENT,
        wet=wetness(brief),
        rings=1.0 if rainy(brief) else 0.0,
        snow=0.75 if snowy(brief) else 0.0,
        crossing=float(rng.uniform(9.0, 15.0)),
        yellow=float(rng.random() < 0.35),
        field=(0.2, 0.2, 0.2),
        field2=(0.2, 0.2, 0.2),
        asphalt=(tar, 0.98 * tar, 0.96 * tar),
        wear=float(rng.uniform(0.4, 0.8)),
    )
    noise = ground_noise(brief.seed)
    return TownGround(look, GroundMap(-16.0, -60.0, 0.5, 65, 380), brief.light, noise)


ROWS = (GroundRow("street", make),)
