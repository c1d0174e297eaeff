"""A beach: dunes, wet sand, surf that runs up and back, and the sea behind."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.grounds.ocean import sea_state
from promptreel.engines.scenes.kernels import tile_fbm
from promptreel.engines.scenes.landscape.vegetation import line_up, scatter
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import Brief, Canvas, GroundRow, Set
from promptreel.engines.scenes.waters.shore import Chart, Colours, Land, sampled, smooth
from promptreel.engines.scenes.waters.surf import Surf, travel_time
from promptreel.engines.scenes.waters.water import BED, GRASS, ROCK
from promptreel.engines.scenes.waters.waterside import (
    Water,
    WaterState,
    plain_panorama,
    rain_of,
    swell_waves,
    wind_waves,
)

Numbers = NDArray[np.float64]


class BeachState:
    """What one thread draws with."""

    def __init__(self, water: WaterState, surf: NDArray[np.float32]) -> None:
        self.water, self.surf = water, surf


class Beach:
    """Sand in front, the sea beyond it. See `stage.Ground`.

    `params`: `shore`, how far away the water begins, m (10); `palms`, how many (8; 0 in a cold place).
    """

    mirrors = False
    mirrors_sky = True

    def __init__(self, brief: Brief) -> None:
        assert brief.light is not None
        light = brief.light
        self._shore = float(brief.params.get("shore", 10.0))
        self._palms = int(brief.params.get("palms", 8))
        random = brief.rng("beach")
        noise = tile_fbm(512, brief.seed + 5, base=4, octaves=7, gain=0.55).ravel()
        self._noise, self._offset = noise, random.uniform(0, 500, 2)
        self._bay = float(random.uniform(-1, 1))
        self._side = 1.0 if random.random() < 0.5 else -1.0
        brief.tick("beach")
        self.chart = chart = Chart(0.0, self._shore - 4.0, 34.0)
        x, z = chart.grid()
        bed = self._bed(x, z)
        chart.set(BED, bed)
        chart.set(GRASS, smooth(1.1, 2.2, bed) * 0.75)
        chart.set(ROCK, np.zeros_like(bed))
        chart.finish(light)
        brief.tick("surf")
        travel_time(chart, (0.0, 1.0))
        height, wind = sea_state(brief)
        height *= 0.8
        self._land = Land(
            chart,
            noise,
            light,
            Colours(),
            wetline=0.20,
            focus=0.7,
            focus_scale=7.0,
            pebbles=0.5,
            ripples=0.45,
            steepness=0.16,
            murk=-2.6,
        )
        self._surf = Surf(
            chart,
            noise,
            period=6.5,
            height=min(0.30 + 0.42 * height, 1.2),
            run_up=min(0.07 + 0.07 * height, 0.2),
        )
        heading = math.radians(-100 + 20 * float(random.random()))
        self._water = Water(
            light,
            noise,
            swell_waves(random, wind, heading, height * 0.4),
            wind_waves(random, wind, heading - 0.14),
            amplitude=0.06 + 0.22 * height + 0.95 * self._surf.highest,
            slopes=0.0026 + 0.0040 * min(height, 1.2),
            deep=(0.012, 0.070, 0.100),
            absorb=(0.55, 0.16, 0.13),
            rain=rain_of(brief.spec),
            foam=0.40,
            lace=1.0,
            chart=chart.layers,
            place=chart.place,
        )
        self._plain = plain_panorama(light)

    def _bed(self, x: Numbers, z: Numbers) -> Numbers:
        """Heights: dunes behind us, a slope of about 1 : 15 through the waterline, then down."""
        off = self._offset
        # The coast goes on before us on one side: there the palms stand.
        aside = x * self._side
        line = self._shore + 2.0 * np.sin(x / 31.0 + self._bay * 3) + 42.0 * np.tanh(np.maximum(aside - 2.0, 0) / 30.0)
        line = line - 2.0 * np.tanh(np.maximum(-aside - 3.0, 0) / 20.0)
        line = line + (sampled(self._noise, x * 1.4 + off[0], 3.0 + 0 * z) - 0.5) * 5.0
        out = z - line
        land = np.where(out < 0, -out / 13.0, 0.0)
        land = land / (1 + 0.28 * land)
        dunes = sampled(self._noise, x * 3.1 + off[1], z * 4.3) * smooth(0.6, 1.9, land) * 1.5
        lumps = (sampled(self._noise, x * 16.0, z * 16.0 + off[0]) - 0.5) * 0.16 * smooth(0.1, 0.6, land)
        sea = -np.maximum(out, 0) / 17.0 - np.maximum(out - 26.0, 0) / 20.0
        return np.asarray(np.maximum(sea, -9.0) + land + dunes + lumps)

    def new_state(self, width: int, height: int) -> BeachState:
        """The buffers of one thread."""
        return BeachState(self._water.new_state(width), self._surf.new_state())

    def draw(self, state: BeachState, canvas: Canvas, camera: Camera, t: float) -> None:
        """Draw sand, then the sea over it."""
        panorama = canvas.panorama
        self._surf.roll(state.surf, t)
        self._land.draw(state.water.rows, canvas, camera, self._plain if panorama is None else panorama)
        self._water.draw(state.water, canvas, camera, t, state.surf)

    def height(self, x: ArrayLike, z: ArrayLike) -> Numbers:
        """Height of the sand, or 0 where there is water."""
        return np.maximum(self.chart.read(BED, x, z), 0.0)

    def lift(self, x: float, z: float, t: float) -> tuple[float, float, float]:
        """The surf."""
        here = self._surf.at(x, z, t)
        return here, (self._surf.at(x + 0.3, z, t) - here) / 0.3, (self._surf.at(x, z + 0.3, t) - here) / 0.3

    def wet(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.bool_]:
        """Whether there is water when it is at rest."""
        return np.asarray(self.chart.read(BED, x, z) < 0.0)

    def dress(self, stage: Set) -> None:
        """Palms aside of the view, tufts and stones on the dry sand."""
        random = stage.brief.rng("beach plants")

        def dry(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            return smooth(0.30, 0.55, self.chart.read(BED, x, z))

        scatter(stage, "rock", dry, 14, random, span=(4.0, 26.0), wide=1.2, scale=0.28, near=3)
        if self._palms:
            # Some lean into the picture from the side where the coast goes on.
            z = np.array([8.0, 10.5, 13.0, 17.0, 21.5, 27.0, 34.0])
            reach = stage.brief.tangent * min(stage.brief.width / stage.brief.height, 2.0)
            x = self._side * z * reach * np.linspace(0.80, 0.46, len(z)) * random.uniform(0.9, 1.1, len(z))
            rooted = dry(x, z) > 0.5
            line_up(stage, "palm", x[rooted], z[rooted], random, season="summer", scale=0.95, near=3, middle=4)
            scatter(stage, "palm", dry, self._palms * 8, random, span=(4.0, 34.0), wide=1.1, near=3, middle=8)
        scatter(stage, "grass_tuft", dry, 60, random, span=(2.0, 28.0), wide=1.2, near=6, keep=False)


def make(brief: Brief) -> Any:
    """The beach for a brief."""
    return Beach(brief)


ROWS = (GroundRow("beach", make),)
