"""What the season and the weather do to land: colours of grass and woods, snow, wetness."""

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.landscape.land import Colour, Look
from promptreel.engines.scenes.landscape.vegetation import season_of
from promptreel.engines.scenes.stage import Brief

_GRASS: dict[str, tuple[Colour, Colour]] = {
    "spring": ((0.108, 0.165, 0.040), (0.150, 0.195, 0.062)),
    "summer": ((0.090, 0.122, 0.038), (0.135, 0.150, 0.056)),
    "autumn": ((0.165, 0.150, 0.048), (0.215, 0.170, 0.060)),
    "winter": ((0.200, 0.175, 0.105), (0.250, 0.215, 0.130)),
}
_WOODS: dict[str, tuple[Colour, Colour]] = {
    "spring": ((0.050, 0.090, 0.022), (0.095, 0.140, 0.034)),
    "summer": ((0.030, 0.052, 0.018), (0.052, 0.076, 0.024)),
    "autumn": ((0.110, 0.060, 0.020), (0.185, 0.110, 0.028)),
    "winter": ((0.060, 0.058, 0.056), (0.095, 0.090, 0.086)),
}


def snow_cover(brief: Brief) -> float:
    """How deep the snow lies everywhere, 0…1."""
    weather = brief.spec.weather
    if "snow" in brief.spec.without:
        return 0.0
    return 0.92 if season_of(brief.spec) == "winter" or "snow" in weather else 0.0


def wetness(brief: Brief) -> float:
    """How wet the ground is, 0…1."""
    return 0.85 if brief.spec.weather & {"rain", "storm"} else 0.0


def dressed(look: Look, brief: Brief, *, grass: bool = True) -> Look:
    """The look in the brief's season and weather. `grass`: whether its level ground is green in summer."""
    season = season_of(brief.spec)
    if grass and look.grass > 0.3:
        look.flat, look.flat_other = _GRASS[season]
    look.wood, look.wood_other = _WOODS[season]
    look.cover = max(look.cover, snow_cover(brief))
    look.wet = wetness(brief)
    if look.cover > 0.5:
        look.grass *= 0.3
        look.flowers = 0.0
    if "fog" in brief.spec.weather:
        look.air = max(look.air, 1.0)
    return look


def grass_colours(brief: Brief) -> NDArray[np.floating]:
    """Colours for the blades of this season."""
    one, other = (np.array(colour) for colour in _GRASS[season_of(brief.spec)])
    return np.stack([one * 1.25, other * 1.3, (one + other) * 0.5, other * [1.45, 1.32, 1.2]])
