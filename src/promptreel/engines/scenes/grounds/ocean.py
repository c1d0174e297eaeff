"""The open sea, from a calm to a storm."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.kernels import tile_fbm
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import Brief, Canvas, GroundRow, Set
from promptreel.engines.scenes.waters.waterside import Floating, Water, WaterState, rain_of, swell_waves, wind_waves

LARGE = ("huge", "giant", "big", "monster", "massive", "towering", "enormous", "mighty", "high", "rolling", "crashing")
"""What waves are called that are those of a storm, whatever the weather."""


def sea_state(brief: Brief) -> tuple[float, float]:
    """Significant wave height in m, and wind in m/s, by the words of the prompt.

    `params["waves"]` is a factor on the usual height.
    """
    spec = brief.spec
    chance = brief.rng("sea").random(2)
    height, wind = 0.45 + 0.5 * chance[0], 6.0 + 3.0 * chance[1]
    if spec.mood in {"calm", "dreamy"}:
        height, wind = 0.16 + 0.14 * chance[0], 4.0 + 1.5 * chance[1]
    if spec.mood == "dramatic":
        height, wind = 1.0 + 0.4 * chance[0], 8.0 + chance[1]
    if "rain" in spec.weather:
        height, wind = max(height, 0.9), max(wind, 8.0)
    if "wind" in spec.weather:
        height, wind = max(height, 1.2), max(wind, 10.0)
    if "storm" in spec.weather:
        height, wind = 2.2 + 0.5 * chance[0], 8.0 + chance[1]
    if any(wanted.action == "surf" for wanted in spec.subjects):
        height = max(height, 1.5)
    said = " ".join(mention.text.casefold() for mention in spec.mentions if not mention.negated)
    if "tsunami" in said or "tidal wave" in said or ("wave" in said and any(word in said for word in LARGE)):
        height = max(height, 2.4 + 0.4 * chance[0])
    return float(np.clip(height * float(brief.params.get("waves", 1.0)), 0.05, 3.2)), float(wind)


class Ocean:
    """A sea without shores. See `stage.Ground`."""

    mirrors_sky = True

    def __init__(self, brief: Brief) -> None:
        assert brief.light is not None
        self.wave_height, wind = sea_state(brief)
        random = brief.rng("waves")
        heading = math.radians(40 + 100 * float(random.random()))
        # On a rough sea the small waves are fewer and flatter than they would be: the large ones carry them so far from
        # frame to frame that the eye cannot follow, and a shutter would have blurred them.
        rough = min(max((self.wave_height - 0.9) / 1.5, 0.0), 1.0)
        brief.tick("waves")
        long = swell_waves(random, wind, heading, self.wave_height)
        short = wind_waves(random, wind, heading - 0.14, shortest=0.36 + 0.54 * rough)
        brief.tick("water")
        # High waves pass as slowly as those of a larger sea: at the true pace near water is a blur.
        self._pace = min(1.0, 0.9 / self.wave_height) ** 0.5
        self._floating = Floating(long)
        self.mirrors = self.wave_height < 0.75
        self._water = Water(
            brief.light,
            tile_fbm(512, brief.seed + 5, base=4, octaves=7, gain=0.55).ravel(),
            long,
            short,
            amplitude=self.wave_height * 0.95 + 0.05,
            slopes=(0.0030 + 0.0062 * min(self.wave_height, 1.2)) * (1 - 0.65 * rough),
            foam=0.42 + 0.29 * max(0.0, self.wave_height - 0.9),
            mirror=1.0,
            rain=rain_of(brief.spec),
            pace=self._pace,
        )

    def new_state(self, width: int, height: int) -> WaterState:
        """The buffers of one thread."""
        return self._water.new_state(width)

    def draw(self, state: WaterState, canvas: Canvas, camera: Camera, t: float) -> None:
        """Draw the sea over the canvas."""
        self._water.draw(state, canvas, camera, t)

    def height(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.float64]:
        """0 everywhere: water at rest."""
        return np.zeros(np.broadcast(np.asarray(x), np.asarray(z)).shape)

    def lift(self, x: float, z: float, t: float) -> tuple[float, float, float]:
        """Height and slopes of the long waves."""
        return self._floating(x, z, t * self._pace)

    def wet(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.bool_]:
        """Water everywhere."""
        return np.ones(np.broadcast(np.asarray(x), np.asarray(z)).shape, bool)

    def dress(self, stage: Set) -> None:
        """Nothing grows on the sea."""


def make(brief: Brief) -> Any:
    """The sea for a brief."""
    return Ocean(brief)


ROWS = (GroundRow("ocean", make),)
