"""A lake that mirrors its far shore: woods, hills or mountains; a bank with stones and reeds in front."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.kernels import tile_fbm
from promptreel.engines.scenes.landscape.vegetation import scatter, season_of
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import Brief, Canvas, GroundRow, Set
from promptreel.engines.scenes.waters.far_shore import Wall, hill_wall, mountain_wall, tree_wall
from promptreel.engines.scenes.waters.shore import SEASON_GRASS, Chart, Colours, Land, sampled, smooth
from promptreel.engines.scenes.waters.water import BED, GRASS, ROCK
from promptreel.engines.scenes.waters.waterside import (
    FLAT,
    LAKE_DEEP,
    Water,
    WaterState,
    heading_of,
    plain_panorama,
    rain_of,
    wind_waves,
)

Numbers = NDArray[np.float64]


class LakeState:
    """What one thread draws with."""

    def __init__(self, water: WaterState) -> None:
        self.water = water


class Lake:
    """See `stage.Ground`. `params`: `waves`, a factor on its ripples; `shore`, how far away the water begins, m (3.5);
    `far`, of `mountains`, `hills`, `woods` or empty for chance."""

    mirrors = True
    mirrors_sky = True

    def __init__(self, brief: Brief) -> None:
        assert brief.light is not None
        self._light = light = brief.light
        random = brief.rng("lake")
        self._season = season = season_of(brief.spec)
        self._shore = float(brief.params.get("shore", 3.5))
        noise = tile_fbm(512, brief.seed + 5, base=4, octaves=7, gain=0.55).ravel()
        self._noise, self._at = noise, random.uniform(0, 500, 2)
        brief.tick("lake")
        self.chart = chart = Chart(0.0, self._shore + 2.0, 26.0)
        x, z = chart.grid()
        bed = self._bed(x, z)
        chart.set(BED, bed)
        patch = sampled(noise, x * 7.0, z * 7.0)
        chart.set(GRASS, smooth(0.10, 0.34, bed + (patch - 0.5) * 0.25))
        chart.set(ROCK, smooth(0.25, -0.05, bed) * smooth(0.55, 0.70, patch) * 0.9)
        chart.finish(light)
        self._land = Land(
            chart, noise, light, Colours(sand=(0.20, 0.165, 0.125), grass=SEASON_GRASS.get(season, SEASON_GRASS["summer"])),
            wetline=0.07, focus=0.4, focus_scale=7.0, pebbles=1.0, ripples=0.1, steepness=0.25, farthest=260.0, murk=-2.0,
        )  # fmt: skip
        brief.tick("far shore")
        self.walls = self._far_shore(brief, random)
        wind = 2.2 * float(brief.params.get("waves", 1.0))
        calm = 0.00045
        if brief.spec.weather & {"wind", "storm"}:
            wind, calm = 5.0, 0.0050
        elif brief.spec.weather & {"rain"}:
            calm = 0.0009
        self._water = Water(
            light,
            noise,
            FLAT,
            wind_waves(random, max(wind, 2.0), math.radians(20 + 140 * float(random.random()))),
            slopes=calm * float(brief.params.get("waves", 1.0)),
            deep=LAKE_DEEP,
            absorb=(0.9, 0.5, 0.55),
            mirror=0.97,
            rain=rain_of(brief.spec),
            ripple=0.25,
            rough=0.0003,
            patches=0.95,
            glitter=0.2,
            chart=chart.layers,
            place=chart.place,
        )
        self._plain = plain_panorama(light)

    def _bed(self, x: Numbers, z: Numbers) -> Numbers:
        line = self._shore + 2.6 * (sampled(self._noise, x * 9.0 + self._at[0], 0 * z + self._at[1]) - 0.5)
        line = line + np.maximum(np.abs(x - 2) - 7.0, 0) * 0.22
        out = z - line
        land = np.where(out < 0, -out * 0.16, 0.0)
        land = land / (1 + 0.30 * land) + (sampled(self._noise, x * 23.0, z * 23.0) - 0.5) * 0.22 * smooth(
            0.0, 0.5, land
        )
        sea = np.where(out > 0, -out * 0.22, 0.0)
        rough = (sampled(self._noise, x * 40.0, z * 40.0) - 0.5) * 0.10
        return np.asarray(np.maximum(sea, -5.0) + land + rough * smooth(3.0, 0.0, np.abs(out)))

    def _far_shore(self, brief: Brief, random: np.random.Generator) -> list[Wall]:
        """Far walls first."""
        light, noise, season = self._light, self._noise, self._season
        heading, per_radian = heading_of(light), brief.height / 2 / brief.tangent * 1.15
        far = str(brief.params.get("far", "")) or ("mountains", "hills", "woods")[int(random.integers(3))]
        chance = float(random.random())
        walls = []
        if far == "mountains":
            snow = {"winter": 0.15, "spring": 0.48}.get(season, 0.6)
            walls.append(mountain_wall(random, noise, light, heading, per_radian, tall=1300 + 500 * chance, snow=snow))
            brief.tick("mountains")
        if far in {"mountains", "hills"}:
            walls.append(hill_wall(random, noise, light, heading, per_radian, tall=70 + 50 * chance, season=season))
        brief.tick("woods")
        walls.append(
            tree_wall(
                random, noise, light, heading, per_radian, season=season, conifers=0.85 if far == "mountains" else 0.4
            )
        )
        return walls

    def new_state(self, width: int, height: int) -> LakeState:
        """The buffers of one thread."""
        return LakeState(self._water.new_state(width))

    def draw(self, state: LakeState, canvas: Canvas, camera: Camera, t: float) -> None:
        """The far shore and the bank, upright and mirrored, then the water."""
        panorama = canvas.panorama
        panorama = self._plain if panorama is None else panorama
        if canvas.mirror is not None:
            for wall in reversed(self.walls):
                wall.draw(canvas.mirror, camera.mirrored(), panorama, self._light)
        for wall in self.walls:
            wall.draw(canvas, camera, panorama, self._light)
        self._land.draw(state.water.rows, canvas, camera, panorama)
        self._water.draw(state.water, canvas, camera, t)

    def height(self, x: ArrayLike, z: ArrayLike) -> Numbers:
        """Height of the bank, or 0 where there is water."""
        return np.maximum(self.chart.read(BED, x, z), 0.0)

    def lift(self, x: float, z: float, t: float) -> tuple[float, float, float]:
        """Hardly anything: what floats rocks gently."""
        sway = 0.012 * math.sin(1.3 * t + 0.7 * x)
        return sway, 0.010 * math.sin(1.1 * t + 0.3 * z), 0.008 * math.sin(0.9 * t + 0.5 * x)

    def wet(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.bool_]:
        """Whether there is water."""
        return np.asarray(self.chart.read(BED, x, z) < 0.0)

    def dress(self, stage: Set) -> None:
        """Stones along the water, grass, and reeds at the sides."""
        random = stage.brief.rng("lake plants")

        def bank(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            return smooth(0.8, 0.05, self.chart.read(BED, x, z))

        def grassy(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            return smooth(0.15, 0.4, self.chart.read(BED, x, z))

        scatter(stage, "rock", bank, 70, random, span=(1.0, 9.0), wide=1.4, scale=0.42, near=5, middle=20, keep=False)
        scatter(stage, "reed", bank, 50, random, span=(2.5, 12.0), wide=1.6, near=8, middle=20, keep=False)
        scatter(stage, "grass_tuft", grassy, 260, random, span=(0.8, 10.0), wide=1.5, near=10, middle=60, keep=False)


def make(brief: Brief) -> Any:
    """The lake for a brief."""
    return Lake(brief)


ROWS = (GroundRow("lake", make),)
