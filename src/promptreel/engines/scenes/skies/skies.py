"""What an hour, a weather and a mood make of the sky: numbers only, chosen from a brief. `backdrops.sky` draws them.

Units: the sun sends 20 to the top of the atmosphere, so that a white surface facing a high sun has the radiance 5 and the
blue sky about 0.3 to 0.6. The moon is a sun of about a hundredth of that, blue as in films; exposure (`Light.key`)
makes of all this a bright day, a dim evening and a dark but readable night.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.stage import Brief

Floats = NDArray[np.float32]

TINTS: dict[str, tuple[float, float, float]] = {
    "red": (1.34, 0.78, 0.70),
    "orange": (1.24, 0.95, 0.66),
    "gold": (1.18, 1.02, 0.64),
    "yellow": (1.12, 1.06, 0.62),
    "pink": (1.24, 0.80, 1.08),
    "purple": (1.06, 0.74, 1.42),
    "blue": (0.74, 0.96, 1.42),
    "teal": (0.70, 1.08, 1.22),
    "green": (0.78, 1.20, 0.82),
    "brown": (1.14, 0.98, 0.80),
    "silver": (0.97, 1.0, 1.05),
}
"""Factors on all light of the sky, by the names of colours in a prompt."""

PALETTES = ((1.0, 1.0, 1.0), (1.06, 0.95, 0.94), (1.08, 0.90, 1.0), (1.12, 0.88, 0.86), (1.04, 0.90, 1.12))
"""The same for a low sun of which the prompt names no colour: golden, amber, rose, crimson, violet."""

MOODS: dict[str, tuple[float, float, float]] = {
    "warm": (1.08, 1.0, 0.86),
    "cold": (0.86, 0.98, 1.16),
    "dreamy": (1.07, 0.95, 1.07),
    "eerie": (0.80, 1.06, 0.92),
}

ELEVATION: dict[str, tuple[float, float]] = {
    "sunrise": (1.6, 3.6),
    "morning": (15.0, 22.0),
    "day": (36.0, 50.0),
    "golden_hour": (6.0, 9.0),
    "sunset": (0.9, 2.4),
    "dusk": (-4.0, -2.6),
    "night": (26.0, 38.0),
}
"""Of the sun (at night: of the moon), in degrees."""

FOGS = {
    "city_skyline": 0.0014, "futuristic_city": 0.003, "mountains": 0.0022, "canyon": 0.004, "volcano": 0.003,
    "hills": 0.005, "lake": 0.007, "river": 0.008, "harbour": 0.008, "ocean": 0.006, "village": 0.007,
    "forest": 0.009, "jungle": 0.009, "city_street": 0.011, "garden": 0.012, "railway": 0.008,
}  # fmt: skip
"""How thick fog is in a setting, see `Light.fog`: so that what it is about is veiled, not gone."""

ASIDE: dict[str, tuple[float, float]] = {
    "morning": (70.0, 125.0),
    "day": (115.0, 150.0),
    "golden_hour": (54.0, 82.0),
    "night": (95.0, 140.0),
}
"""How far from the view's axis the sun stands, in degrees; where an hour is missing it stands in the picture."""

KEY: dict[str, float] = {
    "sunrise": 0.132,
    "morning": 0.17,
    "day": 0.18,
    "golden_hour": 0.155,
    "sunset": 0.118,
    "dusk": 0.082,
    "night": 0.034,
}
"""`Light.key`, by the hour."""

MOONLIGHT = np.array([0.56, 0.76, 1.12]) * 0.0085
"""The moon's light as a share of the sun's."""

NIGHT_BASE: Floats = np.array([[0.0016, 0.0030, 0.0080], [0.0052, 0.0102, 0.0180]], np.float32)
"""Zenith and horizon of a clear night without moon."""


@dataclass(frozen=True, slots=True)
class Look:
    """All that makes one sky differ from another."""

    time: str
    elevation: float
    """Of the sun, or at night of the moon, in degrees."""
    azimuth: float
    """From +z to the right, in radians."""
    haze: float
    """Dust in the air: 1 usual, 0.4 mountain air, 5 thick."""
    cover: float
    """How much of the sky the sheet of clouds takes, 0…1."""
    cirrus: float
    heaps: float
    """Cumulus, 0 none … 1 many."""
    towers: float
    """Cumulonimbus, 0 or 1."""
    density: float
    soft: float
    cloud_km: float
    grey: float
    """How closed the sky is, 0…1."""
    gloom: float
    """Brightness of a closed sky: 1 usual, 0.5 before a thunderstorm."""
    direct: float
    """The share of the sun's light that reaches the ground."""
    fog: float
    """Per metre."""
    tint: tuple[float, float, float]
    key: float
    wind: tuple[float, float]
    """m/s."""
    moonlit: float
    """How much of the moon's light the air of a night scatters: 1 would be a blue day."""
    gaps: float
    """How much brighter than the clouds the gaps of a closed sky are, 0…1."""
    stars: float
    milky_way: float
    aurora: str
    """A name of `night.AURORA_COLOURS`, or empty."""
    moon: str
    """`full_moon`, `half_moon`, `crescent_moon`, or empty where none is drawn."""
    rainbow: bool
    lightning: float
    """Strikes per second."""
    meteors: float
    """Per second."""

    @property
    def night(self) -> bool:
        """Whether the moon is the light."""
        return self.time == "night"


def choose_look(brief: Brief) -> Look:
    """The look that the brief asks for, and what it leaves open by chance.

    Every number is drawn whether it is used or not, so that one word more in the prompt changes what it names only.
    """
    spec, time = brief.spec, brief.time
    names = (
        "elevation", "side", "aside", "haze", "cover", "cirrus", "density", "cloud", "heaps", "wind", "turn", "palette",
        "moon", "deck",
    )  # fmt: skip
    draw = dict(zip(names, brief.rng("look").random(len(names)), strict=True))

    def between(low: float, high: float, name: str) -> float:
        return float(low + (high - low) * draw[name])

    weather, mood, sky, without = spec.weather, spec.mood, spec.sky, spec.without
    low_sun = time in {"sunrise", "sunset", "dusk", "golden_hour"}
    night = time == "night"
    storm, falls = "storm" in weather, bool(weather & {"rain", "snow"})
    closed = bool(weather & {"overcast", "fog", "sandstorm"}) or (falls and "clouds" not in weather)
    # Whoever says rain means no sunshine, unless they say so or want a rainbow.
    closed |= "rain" in weather and not sky & {"sun", "rainbow"}
    clear = (
        "clear" in weather or "clouds" in without or (bool(brief.params.get("cloudless")) and "clouds" not in weather)
    )

    # -- clouds
    haze = between(0.7, 1.2, "haze") if low_sun else between(0.35, 0.7, "haze")
    cover = between(0.40, 0.56, "cover") if low_sun else 0.0
    cirrus = between(0.2, 0.7, "cirrus") if low_sun else between(0.0, 0.45, "cirrus")
    heaps = 0.0 if low_sun else between(0.25, 0.5, "heaps")
    density, soft, towers, grey, gloom, direct = between(0.8, 1.2, "density"), 0.0, 0.0, 0.0, 1.0, 1.0
    cloud_km = between(1.6, 2.6, "cloud")
    if night:
        cover, heaps, cirrus = 0.0, 0.0, between(0.0, 0.12, "cirrus")
    if clear:
        cover, cirrus, heaps = 0.0, 0.0 if "clear" not in weather else min(cirrus, 0.12), 0.0
    if "clouds" in weather:
        if low_sun:
            cover = between(0.56, 0.64, "cover")
        elif night:
            cover, density = between(0.40, 0.48, "cover"), 0.55
        else:
            heaps, cirrus = between(0.6, 0.8, "heaps"), between(0.1, 0.4, "cirrus")
    kinds = sky & {"cumulus", "cirrus", "stratus", "cumulonimbus"}
    if kinds:
        cover = cirrus = heaps = 0.0
        if "cirrus" in kinds:
            cirrus = between(0.85, 1.0, "cirrus")
        if "cumulus" in kinds:
            heaps = between(0.65, 0.85, "heaps")
        if "stratus" in kinds:
            cover, soft, density, cloud_km = between(0.74, 0.80, "cover"), 0.85, 1.1, 0.9
        if "cumulonimbus" in kinds:
            towers, cirrus = 1.0, max(cirrus, 0.3)
    if closed:
        cover, density, soft, heaps, cirrus = between(0.66, 0.74, "cover"), 1.0, 0.6, 0.0, 0.0
        grey, direct = (0.86 if low_sun else 0.94), 0.07
        if "rain" in weather:
            cover, gloom, direct = between(0.68, 0.78, "cover"), 0.72, 0.05
        if "snow" in weather:
            cover, soft, gloom, direct = 0.55, 0.9, 1.15, 0.10
    if storm:
        cover, density, soft, cirrus, heaps = between(0.74, 0.84, "cover"), 1.9, 0.0, 0.0, 0.0
        grey, gloom, direct = (0.72 if low_sun else 0.92), 0.55, 0.06
        cloud_km = 1.3
    fog = 0.0002 if not closed else 0.0006
    if storm or falls:
        fog = 0.0022 if "snow" in weather else 0.0014
    if "fog" in weather:
        fog, haze, soft, cover, direct, grey = FOGS.get(brief.spec.setting, 0.008), 2.0, 1.0, 0.0, 0.16, 0.99
    if "sandstorm" in weather:
        fog, direct, cover, gloom = 0.009, 0.20, 0.3, 0.9
    if mood == "dramatic" and not (closed or storm or clear):
        cover, density = max(cover, between(0.48, 0.56, "cover")), 1.35
    if mood == "eerie" and not (closed or storm):
        fog = max(fog, 0.004)
    if mood == "dreamy":
        fog, haze = max(fog, 0.0008), haze * 1.5

    # -- colour and exposure
    plain = not (spec.colours or closed or storm)
    tint = np.array(PALETTES[int(draw["palette"] * len(PALETTES))] if low_sun and plain else (1.0, 1.0, 1.0))
    tint *= MOODS.get(mood, (1.0, 1.0, 1.0))
    for colour in spec.colours[:2]:
        tint *= TINTS.get(colour, (1.0, 1.0, 1.0))
    if "sandstorm" in weather:
        tint *= (1.30, 0.95, 0.60)
    if storm:
        tint *= (0.93, 0.98, 1.05)
    key = KEY.get(time, 0.17)
    key *= (
        (0.85 if night else 0.56)
        if storm
        else 0.92
        if "rain" in weather
        else 1.12
        if {"snow", "fog"} & weather
        else 1.0
    )
    key *= {"dark": 0.62, "bright": 1.30, "joyful": 1.15, "dreamy": 1.15, "eerie": 0.68, "dramatic": 0.85}.get(
        mood, 1.0
    )
    if "black" in spec.colours:
        key *= 0.7

    # -- the sun or the moon
    side = 1.0 if draw["side"] > 0.5 else -1.0
    elevation = between(*ELEVATION.get(time, ELEVATION["day"]), "elevation")
    moons = sky & {"full_moon", "half_moon", "crescent_moon"}
    moon = next(iter(sorted(moons)), "")
    if night and not moon and not storm and not closed and "moon" not in without:
        shy = bool(sky & {"stars", "milky_way", "aurora", "meteors"})
        moon = "full_moon" if draw["moon"] < (0.0 if shy else 0.4) else ""
    seen = time not in ASIDE or "sun" in sky or (night and bool(moon))
    aside = ASIDE.get(time, (100.0, 130.0))
    place = str(brief.params.get("sun", ""))
    rainbow = "rainbow" in sky and not night
    if rainbow or place == "back":
        seen, aside = False, (150.0, 172.0)
        elevation = min(elevation, between(14.0, 22.0, "elevation")) if rainbow else elevation
    elif place == "side":
        seen, aside = False, (75.0, 100.0)
    elif place == "front":
        seen = True
    azimuth = side * math.radians(between(*aside, "aside"))
    if seen:
        half = min(brief.tangent * brief.width / brief.height, 0.9)
        azimuth = side * math.atan(half * between(0.26, 0.44, "aside"))
        if elevation > 12:
            elevation = between(13.0, 17.0, "elevation")
    turn = draw["turn"] * 2 * math.pi
    speed = between(3.0, 6.0, "wind") * (2.4 if storm or weather & {"wind", "sandstorm"} else 1.0)

    # -- what shines at night
    stars = 1.0 if night and not (closed or storm) else 0.25 if time == "dusk" and not closed else 0.0
    if "stars" in sky and not (closed or storm):
        stars = max(stars, 0.6 if time == "dusk" else 1.0 if night else 0.3)
    if "stars" in without:
        stars = 0.0
    aurora = ""
    if "aurora" in sky:
        from promptreel.engines.scenes.skies.night import AURORA_COLOURS

        aurora = next((colour for colour in spec.colours if colour in AURORA_COLOURS), "green")
        tint = np.array([1.0, 1.0, 1.0]) if spec.colours else tint
    bolts = 0.0
    if "lightning" in weather or (storm and "snow" not in weather):
        bolts = 0.65 if "lightning" in weather else 0.35
    if "lightning" in without:
        bolts = 0.0
    if rainbow and (closed or storm):
        grey, direct, gloom, fog = 0.85, 0.45, 0.42, 0.0006

    return Look(
        time=time,
        elevation=elevation,
        azimuth=azimuth,
        haze=haze,
        cover=cover,
        cirrus=cirrus,
        heaps=heaps,
        towers=towers,
        density=density,
        soft=soft,
        cloud_km=cloud_km,
        grey=grey,
        gloom=gloom,
        direct=direct,
        fog=fog,
        tint=(float(tint[0]), float(tint[1]), float(tint[2])),
        key=key,
        moonlit=0.10 if "milky_way" in sky else 0.30 if moon else 0.22,
        gaps=0.72 if storm else 0.30 if "rain" in weather else 0.12 if closed else 0.0,
        wind=(speed * math.sin(turn), speed * math.cos(turn)),
        stars=stars,
        milky_way=1.6 if "milky_way" in sky else 0.35 * stars if night else 0.0,
        aurora=aurora,
        moon=moon,
        rainbow=rainbow,
        lightning=bolts,
        meteors=0.8 if "meteors" in sky else 0.0,
    )
