"""A river that winds through meadows toward the camera, with stones in it and trees along it."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import tile_fbm
from promptreel.engines.scenes.landscape.vegetation import grow, plant, scatter, season_of
from promptreel.engines.scenes.stage import Brief, GroundRow, Set
from promptreel.engines.scenes.waters.far_shore import hill_wall, tree_wall
from promptreel.engines.scenes.waters.shore import SEASON_GRASS, Chart, Colours, Land, sampled, smooth
from promptreel.engines.scenes.waters.water import BED, FLOW_X, FLOW_Z, GRASS, ROCK, SPRAY
from promptreel.engines.scenes.waters.waterland import Waterland
from promptreel.engines.scenes.waters.waterside import FLAT, RIVER_DEEP, Water, heading_of, rain_of, wind_waves

Numbers = NDArray[np.float64]

SPEED = 1.3
"""Of the water in the middle, m/s."""

STONES = 26


class River(Waterland):
    """`params`: `width`, m (8)."""

    def __init__(self, brief: Brief) -> None:
        assert brief.light is not None
        light = brief.light
        random = brief.rng("river")
        self._season = season = season_of(brief.spec)
        self._side = 1.0 if random.random() < 0.5 else -1.0
        self._half = float(brief.params.get("width", 8.0)) / 2
        self._turn = random.uniform(-0.3, 0.3, 2)
        self._noise = noise = tile_fbm(512, brief.seed + 5, base=4, octaves=7, gain=0.55).ravel()
        self._at = random.uniform(0, 500, 3)
        brief.tick("river")
        chart = Chart(0.0, 8.0, 28.0)
        x, z = chart.grid()
        self._stones = self._choose_stones(random)
        bed, off = self._bed(x, z)
        chart.set(BED, bed)
        patch = sampled(noise, x * 8.0, z * 8.0 + self._at[2])
        chart.set(GRASS, smooth(0.12, 0.42, bed + (patch - 0.5) * 0.35))
        chart.set(ROCK, smooth(0.45, 0.65, patch) * smooth(0.5, 0.0, bed) * 0.8)
        self._set_flow(chart, x, z, off)
        chart.finish(light)
        land = Land(
            chart,
            noise,
            light,
            Colours(sand=(0.24, 0.20, 0.15), grass=SEASON_GRASS.get(season, SEASON_GRASS["summer"])),
            wetline=0.08,
            focus=0.3,
            focus_scale=7.0,
            pebbles=1.0,
            ripples=0.1,
            steepness=0.35,
            farthest=240.0,
        )
        brief.tick("woods")
        heading, per_radian = heading_of(light), brief.height / 2 / brief.tangent * 1.15
        walls = [
            hill_wall(random, noise, light, heading, per_radian, radius=800.0, tall=110.0, season=season),
            tree_wall(random, noise, light, heading, per_radian, radius=150.0, tall=12.0, base=0.6, season=season),
        ]
        brief.tick("waves")
        water = Water(
            light,
            noise,
            FLAT,
            wind_waves(random, 4.0, math.radians(250 + 40 * float(random.random())), shortest=0.30),
            slopes=0.0050,
            deep=RIVER_DEEP,
            absorb=(0.9, 0.45, 0.55),
            mirror=0.95,
            rain=rain_of(brief.spec),
            rough=0.0006,
            glitter=0.2,
            lace=0.35,
            chart=chart.layers,
            place=chart.place,
            flowing=True,
        )
        super().__init__(light, land, water, walls, rocking=2.0)

    def middle(self, z: Numbers) -> Numbers:
        """Where the middle of the river is at a distance: it passes beside the camera and winds on."""
        a, b = self._turn
        ahead = np.maximum(z, -20.0)
        swing = 7.5 * np.sin(ahead / 17.0 + a) + 5.0 * np.sin(ahead / 39.0 + 1.0 + b)
        near = self._half + 0.4 + 7.5 * math.sin(a) + 5.0 * math.sin(1.0 + b)
        return np.asarray(self._side * (near - swing))

    def half(self, z: Numbers) -> Numbers:
        """Half its width."""
        return np.asarray(self._half * (0.85 + 0.35 * sampled(self._noise, z * 3.1 + self._at[0], z * 0 + self._at[1])))

    def _choose_stones(self, random: np.random.Generator) -> Numbers:
        """Stones in the stream: x, z, height (STONES, 3)."""
        z = 6.5 + 42.0 * random.random(STONES) ** 1.4
        share = random.uniform(-0.85, 0.85, STONES)
        return np.stack([self.middle(z) + share * self.half(z), z, random.uniform(0.3, 0.8, STONES)], axis=1)

    def _bed(self, x: Numbers, z: Numbers) -> tuple[Numbers, Numbers]:
        """Height, and the distance from the middle as a share of half the width."""
        noise, at = self._noise, self._at
        step = 0.5
        slope = (self.middle(z + step) - self.middle(z - step)) / (2 * step)
        aside = np.abs(x - self.middle(z)) / np.sqrt(1 + slope * slope)
        aside = aside + (sampled(noise, x * 19.0, z * 19.0 + at[0]) - 0.5) * 1.3
        half = self.half(z)
        off = aside / half
        out = aside - half
        bank = np.where(out > 0, out * 0.30, 0.0)
        bank = bank / (1 + 0.55 * bank) * 0.9
        meadow = smooth(2.0, 14.0, out) * (0.5 + 1.5 * sampled(noise, x * 3.0 + at[1], z * 3.0)) + 0.012 * np.maximum(
            out - 14, 0
        )
        lumps = (sampled(noise, x * 31.0, z * 31.0) - 0.5) * 0.22 * smooth(0.0, 1.5, out)
        channel = -0.85 * np.maximum(1 - off * off, 0) ** 0.7
        return np.asarray(np.where(out > 0, bank + meadow + lumps, channel)), off

    def _set_flow(self, chart: Chart, x: Numbers, z: Numbers, off: Numbers) -> None:
        """The current, and the foam behind stones and over shallows."""
        step = 0.5
        slope = (self.middle(z + step) - self.middle(z - step)) / (2 * step)
        length = np.sqrt(1 + slope * slope)
        speed = SPEED * np.clip(1.15 - off * off, 0.15, 1.0)
        # It comes toward us.
        flow_x, flow_z = -slope / length * speed, -speed / length
        spray = 0.13 * smooth(0.55, 0.8, sampled(self._noise, x * 9.0, z * 9.0)) * smooth(1.1, 0.5, off)
        for sx, sz, high in self._stones:
            down = -(z - sz)
            across = x - sx - (self.middle(z) - self.middle(np.array(sz)))
            wide = 0.40 * high + 0.06 * np.maximum(down, 0)
            wake = (
                np.exp(-((across / wide) ** 2))
                * np.exp(-np.maximum(down, 0) / (1.5 * high + 0.3))
                * (down > -0.5 * high)
            )
            spray = np.maximum(spray, 0.62 * min(1.0, high / 0.6) * wake)
            slow = np.exp(-(((x - sx) ** 2 + (z - sz) ** 2) / (0.7 * high) ** 2))
            flow_x, flow_z = flow_x * (1 - 0.7 * slow), flow_z * (1 - 0.7 * slow)
        chart.set(SPRAY, spray)
        chart.set(FLOW_X, flow_x)
        chart.set(FLOW_Z, flow_z)

    def dress(self, stage: Set) -> None:
        """Stones in the stream and on the banks, grass and flowers, trees."""
        random = stage.brief.rng("river plants")
        for x, z, high in self._stones:
            stone = grow("rock", np.random.default_rng(int(random.integers(1 << 31))), 1, self._season)
            plant(
                stage.mesh, stone, [[x, -0.35 * high, z]], [high], [float(random.uniform(0, 6.28))], [[0.8, 0.8, 0.85]]
            )

        def bank(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            return smooth(0.7, 0.1, self.chart.read(BED, x, z))

        def meadow(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            return smooth(0.45, 0.8, self.chart.read(BED, x, z))

        trees = ["conifer", "broadleaf", "birch"]
        scatter(stage, trees, meadow, 64, random, span=(12.0, 120.0), wide=0.9, near=3, middle=10)
        scatter(stage, "bush", meadow, 50, random, span=(8.0, 60.0), wide=0.8, near=2, middle=10)
        scatter(stage, "rock", bank, 60, random, span=(1.5, 30.0), wide=1.0, scale=0.45, near=4, middle=20, keep=False)
        tufts = ["grass_tuft", "grass_tuft", "grass_tuft", "daisy"] if self._season != "winter" else ["grass_tuft"]
        scatter(
            stage, tufts, meadow, 300, random, span=(1.2, 24.0), wide=1.1, corridor=None, near=10, middle=60, keep=False
        )


def make(brief: Brief) -> Any:
    """The river for a brief."""
    return River(brief)


ROWS = (GroundRow("river", make),)
