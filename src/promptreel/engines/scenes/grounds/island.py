"""A small island with palms in a shallow turquoise sea."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import tile_fbm
from promptreel.engines.scenes.landscape.vegetation import scatter
from promptreel.engines.scenes.stage import Brief, GroundRow, Set
from promptreel.engines.scenes.waters.caustics import PER_METRE, Caustics
from promptreel.engines.scenes.waters.shore import Chart, Colours, Land, sampled, smooth
from promptreel.engines.scenes.waters.water import BED, GRASS, ROCK
from promptreel.engines.scenes.waters.waterland import Waterland
from promptreel.engines.scenes.waters.waterside import FLAT, LAGOON_DEEP, Water, rain_of, wind_waves

Numbers = NDArray[np.float64]


class Island(Waterland):
    """`params`: `distance`, of its middle, m (34); `palms`, how many (14)."""

    def __init__(self, brief: Brief) -> None:
        assert brief.light is not None
        light = brief.light
        random = brief.rng("island")
        self._middle = float(brief.params.get("distance", 34.0))
        self._palms = int(brief.params.get("palms", 14))
        self._noise = noise = tile_fbm(512, brief.seed + 5, base=4, octaves=7, gain=0.55).ravel()
        self._at = random.uniform(0, 500, 4)
        brief.tick("island")
        chart = Chart(0.0, self._middle - 6.0, 40.0)
        x, z = chart.grid()
        bed = self._bed(x, z)
        chart.set(BED, bed)
        patch = sampled(noise, x * 6.0, z * 6.0 + self._at[2])
        chart.set(GRASS, smooth(0.8, 1.5, bed + (patch - 0.5) * 0.9) * 0.85)
        # Coral makes the bed of the lagoon patchy.
        reef = smooth(0.58, 0.72, sampled(noise, x * 4.1 + self._at[3], z * 4.1)) * smooth(-0.9, -1.6, bed)
        chart.set(ROCK, reef * 0.62)
        chart.finish(light)
        land = Land(
            chart,
            noise,
            light,
            Colours(sand=(0.66, 0.57, 0.42), rock=(0.17, 0.155, 0.14), grass=(0.055, 0.105, 0.022)),
            wetline=0.14,
            focus=0.55,
            focus_scale=PER_METRE,
            pebbles=0.4,
            ripples=0.5,
            steepness=0.35,
            farthest=700.0,
        )
        brief.tick("waves")
        stormy = bool(brief.spec.weather & {"storm", "wind"})
        water = Water(
            light,
            noise,
            FLAT,
            wind_waves(random, 6.0 if stormy else 4.0, math.radians(20 + 140 * float(random.random()))),
            amplitude=0.05,
            slopes=0.0075 if stormy else 0.0024,
            deep=LAGOON_DEEP,
            absorb=(0.36, 0.050, 0.034),
            mirror=0.85,
            rain=rain_of(brief.spec),
            ripple=0.35,
            rough=0.0008,
            patches=0.7,
            lace=0.9,
            chart=chart.layers,
            place=chart.place,
        )
        super().__init__(light, land, water, [], web=Caustics(random, 0.8), rocking=3.0)

    def _bed(self, x: Numbers, z: Numbers) -> Numbers:
        """A hump of sand on a shelf, and deep water around."""
        at = self._at
        dx, dz = x * 0.82, (z - self._middle) * 1.15
        away = np.hypot(dx, dz)
        away = away + (sampled(self._noise, x * 5.0 + at[0], z * 5.0 + at[1]) - 0.5) * 9.0
        away = away + (sampled(self._noise, x * 21.0 + at[1], z * 21.0) - 0.5) * 1.6
        land = np.maximum(11.5 - away, 0) * 0.20
        land = land / (1 + 0.10 * land) + 0.5 * smooth(1.0, 2.2, land) * sampled(
            self._noise, x * 17.0, z * 17.0 + at[2]
        )
        shelf = -np.maximum(away - 11.5, 0) * 0.075 - 0.9 * smooth(20.0, 34.0, away) - 7.0 * smooth(36.0, 90.0, away)
        dunes = (sampled(self._noise, x * 9.0, z * 9.0 + at[3]) - 0.5) * 0.5 * smooth(-0.2, -1.0, shelf)
        return np.asarray(np.maximum(land + shelf + dunes, -9.0))

    def dress(self, stage: Set) -> None:
        """Palms and bushes on the green, stones on the sand."""
        random = stage.brief.rng("island plants")
        low, high = self._middle - 16.0, self._middle + 16.0

        def green(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            return smooth(0.8, 1.3, self.chart.read(BED, x, z))

        def sand(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            bed = self.chart.read(BED, x, z)
            return smooth(-0.3, 0.1, bed) * smooth(0.9, 0.5, bed)

        span = (low, high)
        scatter(stage, "palm", green, self._palms * 6, random, span=span, wide=0.45, corridor=None, near=5, middle=12)
        scatter(stage, "bush", green, 60, random, span=span, wide=0.45, corridor=None, near=2, middle=12, keep=False)
        scatter(
            stage,
            "rock",
            sand,
            60,
            random,
            span=span,
            wide=0.5,
            corridor=None,
            scale=1.1,
            near=3,
            middle=12,
            keep=False,
        )


def make(brief: Brief) -> Any:
    """The island for a brief."""
    return Island(brief)


ROWS = (GroundRow("island", make),)
