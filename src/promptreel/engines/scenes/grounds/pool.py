"""Water that people or the desert have set an edge to: `swimming_pool`, tiled, in a lawn; `oasis`, between dunes."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.grounds.desert import SAND, dunes
from promptreel.engines.scenes.kernels import tile_fbm
from promptreel.engines.scenes.landscape.vegetation import line_up, scatter, season_of
from promptreel.engines.scenes.stage import Brief, GroundRow, Set
from promptreel.engines.scenes.waters.caustics import PER_METRE, Caustics
from promptreel.engines.scenes.waters.far_shore import tree_wall
from promptreel.engines.scenes.waters.shore import SEASON_GRASS, Chart, Colours, Land, sampled, smooth
from promptreel.engines.scenes.waters.water import BED, GRASS, ROCK
from promptreel.engines.scenes.waters.waterland import Waterland
from promptreel.engines.scenes.waters.waterside import FLAT, LAKE_DEEP, Water, heading_of, rain_of, wind_waves

Numbers = NDArray[np.float64]

POOL = (-7.5, 5.0, 2.4, 19.0)
"""Of the swimming pool: left, right, near and far edge, m."""

DECK = 0.16
"""Metres from the water to the stones around it."""


def _outside(x: NDArray[np.floating], z: NDArray[np.floating]) -> Numbers:
    """How far a place lies outside the edge of the pool, m; negative within."""
    left, right, near, far = POOL
    return np.asarray(np.maximum(np.maximum(left - x, x - right), np.maximum(near - z, z - far)))


class SwimmingPool(Waterland):
    """A basin of pale tiles with dark lanes on its floor, stone around it, a lawn and trees behind."""

    def __init__(self, brief: Brief) -> None:
        assert brief.light is not None
        light, random = brief.light, brief.rng("swimming pool")
        noise = tile_fbm(512, brief.seed + 5, base=4, octaves=7, gain=0.55).ravel()
        left, right, near, far = POOL
        chart = Chart((left + right) / 2, 9.0, 22.0)
        x, z = chart.grid()
        out = _outside(x, z)
        deep = 1.1 + 1.1 * smooth(near, far, z)
        bed = np.where(out < 0, -deep * smooth(0.0, -0.22, out), DECK * smooth(0.0, 0.10, out))
        lawn = smooth(5.0, 5.3, out)
        chart.set(BED, bed + 0.05 * lawn * sampled(noise, x * 7.0, z * 7.0))
        chart.set(GRASS, lawn)
        lane = (np.abs(((x - left) / 2.5 + 0.5) % 1 - 0.5) * 2.5 < 0.13) & (out < -0.9)
        rim = (out > -0.30) & (out < -0.02)
        chart.set(ROCK, np.where(lane | rim, 0.95, 0.0))
        chart.finish(light)
        brief.tick("pool")
        season = season_of(brief.spec)
        land = Land(
            chart, noise, light,
            Colours(sand=(0.60, 0.585, 0.55), rock=(0.05, 0.15, 0.27), grass=SEASON_GRASS.get(season, SEASON_GRASS["summer"])),
            wetline=0.02, focus=0.62, focus_scale=PER_METRE, pebbles=0.0, ripples=0.0, steepness=0.6, farthest=160.0,
        )  # fmt: skip
        water = Water(
            light, noise, FLAT, wind_waves(random, 2.6, math.radians(20 + 140 * float(random.random()))),
            slopes=0.0020, deep=(0.004, 0.16, 0.24), absorb=(0.40, 0.060, 0.035), mirror=0.8, rain=rain_of(brief.spec),
            ripple=0.30, rough=0.0006, patches=0.2, glitter=0.5, chart=chart.layers, place=chart.place,
        )  # fmt: skip
        heading, per_radian = heading_of(light), brief.height / 2 / brief.tangent * 1.15
        walls = [tree_wall(random, noise, light, heading, per_radian, season=season, conifers=0.1)]
        super().__init__(light, land, water, walls, web=Caustics(random, 0.9), rocking=1.5)
        self._season = season

    def dress(self, stage: Set) -> None:
        """Palms in a row, a hedge of bushes, trees."""
        random = stage.brief.rng("pool plants")
        far = POOL[3]
        x = np.array([-9.8, -9.6, -9.9, 7.2, 7.4, -4.5, 0.5, 4.2])
        z = np.array([6.0, 11.5, 17.0, 9.0, 16.0, far + 4.2, far + 4.6, far + 4.0])
        line_up(stage, "palm", x, z, random, season=self._season, scale=0.62, near=2, middle=8)
        row = np.arange(-22.0, 22.0, 0.8)
        line_up(stage, "bush", row, np.full(len(row), far + 7.5) + random.normal(0, 0.2, len(row)), random,
                season=self._season, scale=1.0, near=0, middle=10)  # fmt: skip
        scatter(stage, "broadleaf", lambda a, b: (_outside(a, b) > 12).astype(float), 26, random, span=(30, 90), wide=0.8,
                corridor=None, near=0, middle=8, season=self._season)  # fmt: skip


class Oasis(Waterland):
    """A pond among palms, reeds at its edge, dunes on all sides."""

    def __init__(self, brief: Brief) -> None:
        assert brief.light is not None
        light, random = brief.light, brief.rng("oasis")
        noise = tile_fbm(512, brief.seed + 5, base=4, octaves=7, gain=0.55).ravel()
        self._at = random.uniform(0, 500, 2)
        chart = Chart(1.0, 15.0, 42.0)
        x, z = chart.grid()
        away = self._away(noise, x, z)
        seed, turn = float(random.uniform(0, 900)), float(random.uniform(0.35, 0.9))
        basin = np.where(away < 0, np.maximum(away * 0.16, -2.2), away * 0.085 / (1 + 0.03 * np.maximum(away, 0)))
        r = np.maximum(away, 0).astype(np.float32)
        near = dunes(x.astype(np.float32), z.astype(np.float32), 60.0, seed, turn) * 5.0 * smooth(5.0, 45.0, r)
        far = (
            dunes(x.astype(np.float32), z.astype(np.float32), 230.0, seed + 40, turn + 0.2)
            * 38.0
            * smooth(50.0, 260.0, r)
        )
        bed = basin + near + far
        chart.set(BED, bed)
        patch = sampled(noise, x * 9.0, z * 9.0)
        chart.set(GRASS, smooth(-0.5, 0.4, away) * smooth(6.5, 2.0, away + 7 * (patch - 0.5)) * 0.9)
        chart.set(ROCK, smooth(-0.2, -1.6, bed) * 0.25)
        chart.finish(light)
        brief.tick("oasis")
        land = Land(
            chart, noise, light, Colours(sand=SAND, rock=(0.10, 0.11, 0.07), grass=(0.075, 0.115, 0.030)),
            wetline=0.10, focus=0.35, focus_scale=PER_METRE, pebbles=0.15, ripples=0.9, steepness=0.5, farthest=1400.0,
        )  # fmt: skip
        water = Water(
            light, noise, FLAT, wind_waves(random, 2.2, math.radians(20 + 140 * float(random.random()))),
            slopes=0.0009, deep=LAKE_DEEP, absorb=(0.62, 0.20, 0.16), mirror=0.95, rain=rain_of(brief.spec), ripple=0.25,
            rough=0.0003, patches=0.8, glitter=0.3, chart=chart.layers, place=chart.place,
        )  # fmt: skip
        super().__init__(light, land, water, [], web=Caustics(random, 0.6))
        self._noise = noise

    def _away(self, noise: NDArray[np.float32], x: Any, z: Any) -> Numbers:
        """How far a place lies from the bank, m; negative on the water."""
        round_ = np.hypot((x - 1.0) * 0.72, z - 14.5)
        return np.asarray(round_ - 8.0 + (sampled(noise, x * 8.0 + self._at[0], z * 8.0 + self._at[1]) - 0.5) * 5.0)

    def dress(self, stage: Set) -> None:
        """Palms in groves around the pond, bushes and reeds under them."""
        random = stage.brief.rng("oasis plants")

        def green(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            away = self._away(self._noise, x, z)
            return smooth(0.8, 2.0, away) * smooth(8.0, 3.0, away) * (z > 7.5)

        def bank(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            away = self._away(self._noise, x, z)
            return smooth(-0.3, 0.1, away) * smooth(1.6, 0.4, away)

        scatter(stage, "palm", green, 150, random, span=(7, 36), wide=0.9, corridor=None, near=3, middle=16, scale=0.95)
        scatter(stage, ["bush", "grass_tuft"], green, 120, random, span=(6, 34), wide=0.9, corridor=None, near=4, middle=26,
                keep=False, scale=0.9)  # fmt: skip
        scatter(stage, "reed", bank, 90, random, span=(5, 30), wide=0.9, corridor=None, near=8, middle=40, keep=False)


def make_pool(brief: Brief) -> Any:
    """The pool for a brief."""
    return SwimmingPool(brief)


def make_oasis(brief: Brief) -> Any:
    """The oasis for a brief."""
    return Oasis(brief)


ROWS = (GroundRow("pool", make_pool), GroundRow("oasis", make_oasis))
