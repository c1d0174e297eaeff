"""A waterfall: it leaps from a wall of rock into a pool, which runs off past the camera through stones and ferns."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import tile_fbm
from promptreel.engines.scenes.landscape.vegetation import grow, plant, scatter, season_of
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import Brief, Canvas, Floats, GroundRow, Set
from promptreel.engines.scenes.waters.falls import Mist, foot_of, make_fall, pour
from promptreel.engines.scenes.waters.shore import SEASON_GRASS, Chart, Colours, Land, sampled, smooth
from promptreel.engines.scenes.waters.water import BED, BED_SX, BED_SZ, FLOW_X, FLOW_Z, GRASS, ROCK, SPRAY
from promptreel.engines.scenes.waters.waterland import Waterland, WaterlandState
from promptreel.engines.scenes.waters.waterside import FLAT, RIVER_DEEP, Water, rain_of, wind_waves

Numbers = NDArray[np.float64]

POOL = 11.0
"""How far away the middle of the pool is, m."""


class Waterfall(Waterland):
    """`params["tall"]`: how high the rock is, m (12)."""

    def __init__(self, brief: Brief) -> None:
        assert brief.light is not None
        light = brief.light
        random = brief.rng("waterfall")
        self._season = season = season_of(brief.spec)
        self._tall = float(brief.params.get("tall", 12.0))
        self._side = 1.0 if random.random() < 0.5 else -1.0
        self._lip = -self._side * float(random.uniform(0.3, 1.6))
        self._noise = noise = tile_fbm(512, brief.seed + 5, base=4, octaves=7, gain=0.55).ravel()
        self._at = random.uniform(0, 500, 4)
        brief.tick("rock")
        chart = Chart(0.0, POOL + 2.0, 20.0)
        x, z = chart.grid()
        chart.set(BED, self._bed(x, z))
        chart.finish(light)
        bed = chart.layers[BED].reshape(x.shape).astype(np.float64)
        steep = np.hypot(chart.layers[BED_SX], chart.layers[BED_SZ]).reshape(x.shape)
        patch = sampled(noise, x * 13.0, z * 13.0 + self._at[2])
        chart.set(
            GRASS, smooth(0.10, 0.35, bed + (patch - 0.5) * 0.4) * smooth(1.15, 0.55, steep + (patch - 0.5) * 0.5)
        )
        chart.set(ROCK, np.maximum(smooth(0.55, 1.0, steep), 0.85 * smooth(0.6, 0.2, bed) * smooth(0.42, 0.58, patch)))
        self.falls = self._make_falls(chart, random)
        self._set_flow(chart, x, z)
        land = Land(
            chart,
            noise,
            light,
            Colours(
                sand=(0.17, 0.15, 0.125),
                rock=(0.125, 0.120, 0.112),
                grass=SEASON_GRASS.get(season, SEASON_GRASS["summer"]),
            ),
            wetline=0.22,
            focus=0.25,
            focus_scale=7.0,
            pebbles=1.0,
            ripples=0.1,
            steepness=2.2,
            farthest=120.0,
        )
        brief.tick("waves")
        water = Water(
            light,
            noise,
            FLAT,
            wind_waves(random, 4.0, math.radians(250 + 40 * float(random.random())), shortest=0.28),
            slopes=0.0060,
            deep=RIVER_DEEP,
            absorb=(0.75, 0.28, 0.36),
            mirror=0.95,
            rain=rain_of(brief.spec),
            rough=0.0006,
            glitter=0.2,
            lace=0.3,
            chart=chart.layers,
            place=chart.place,
            flowing=True,
        )
        super().__init__(light, land, water, [], rocking=2.0)

    def _front(self, x: Numbers) -> Numbers:
        """z of the foot of the rock."""
        bays = (sampled(self._noise, x * 9.0 + self._at[0], 0 * x + 40.0) - 0.5) * 3.2
        return np.asarray(
            POOL + 5.2 - 0.030 * np.minimum(x * x, 260.0) + bays * smooth(1.5, 5.0, np.abs(x - self._lip))
        )

    def _channel(self, z: Numbers) -> Numbers:
        """x of the stream that leaves the pool."""
        return np.asarray(self._side * (0.4 + 0.42 * np.maximum(POOL - z, 0.0)))

    def _bed(self, x: Numbers, z: Numbers) -> Numbers:
        noise, at = self._noise, self._at
        rough = sampled(noise, x * 15.0 + at[1], z * 15.0 + 0.35 * x * 15.0)
        fine = sampled(noise, x * 47.0, z * 47.0 + at[3]) - 0.5
        # The wall: ledges come from a staircase that is bent by noise.
        into = z - self._front(x) + (rough - 0.5) * 1.5 + fine * 0.35
        part = smooth(0.0, 2.6, into)
        stairs = part * 5.0 + (rough - 0.5) * 0.9
        ledge = (np.floor(stairs) + smooth(0.35, 1.0, stairs - np.floor(stairs))) / 5.0
        tall = (
            self._tall
            * (0.80 + 0.40 * sampled(noise, x * 4.0 + at[2], 0 * x + 7.0))
            * (1 - 0.30 * smooth(5.0, 16.0, np.abs(x)))
        )
        notch = 0.14 * smooth(2.6, 1.2, np.abs(x - self._lip))
        wall = np.clip(0.45 * part + 0.55 * ledge, 0, 1.05) * tall * (1 - notch)
        wall = wall + smooth(2.0, 14.0, into) * (1.5 + 5.0 * sampled(noise, x * 3.0, z * 3.0 + at[0]))
        # The pool and the stream out of it.
        away = np.hypot(x * 0.92, (z - POOL) * 1.05) - 5.4 + (sampled(noise, x * 11.0 + at[0], z * 11.0) - 0.5) * 2.4
        aside = np.abs(x - self._channel(z)) - 1.7 - (sampled(noise, z * 13.0, 0 * x + at[1]) - 0.5) * 1.2
        water = np.where(z < POOL, np.minimum(away, aside), away)
        bank = np.where(water > 0, water * 0.34, water * 0.45)
        bank = np.where(bank > 0, bank / (1 + 0.5 * bank), np.maximum(bank, -1.5))
        slope = smooth(3.0, 14.0, np.abs(x)) * smooth(0.0, 3.0, water) * 3.4 * sampled(noise, x * 5.0 + at[3], z * 5.0)
        stones = np.maximum(fine, -0.1) * 0.55 * smooth(-1.0, 0.4, water) * smooth(3.0, 0.6, water)
        return np.asarray(np.maximum(bank + slope + stones, 0) + np.minimum(bank, 0) + np.minimum(stones, 0) + wall)

    def _make_falls(self, chart: Chart, random: np.random.Generator) -> list[Floats]:
        """The great fall at the notch and a thin one beside it."""
        falls = []
        for x, half in ((self._lip, 1.35), (self._lip + self._side * 3.1, 0.30)):
            line = np.arange(POOL + 1.0, POOL + 12.0, 0.1)
            bed = chart.read(BED, np.full_like(line, x), line)
            steps = np.diff(bed)
            # The lip is where the steep part ends.
            last = int(np.flatnonzero(steps > 0.12)[-1]) if (steps > 0.12).any() else len(line) // 2
            last = min(last, int(np.argmax(bed > 0.92 * self._tall * 0.75)) + 12)
            lip = float(bed[last])
            edge = float(line[last]) + 0.1
            # It has to clear the rock below.
            drop = np.maximum(lip - bed[:last], 0.05)
            leap = float(np.max((edge - line[:last] + 0.08) / np.sqrt(2 * drop / 9.81))) if last else 1.2
            falls.append(make_fall(x, lip, edge, min(max(leap, 0.7), 2.4), half, float(random.uniform(0, 400))))
        return falls

    def _set_flow(self, chart: Chart, x: Numbers, z: Numbers) -> None:
        """Away from the falls, round the pool and down the stream; foam where they strike."""
        spray, flow_x, flow_z = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
        for fall in self.falls:
            foot_x, foot_z = foot_of(fall)
            half = float(fall[4])
            dx, dz = x - foot_x, z - foot_z
            beside = np.hypot(np.maximum(np.abs(dx) - half, 0), dz)
            power = min(half / 1.3, 1.0)
            spray = np.maximum(spray, (0.25 + 0.85 * power) * np.exp(-((beside / (0.7 + 1.1 * power)) ** 1.3)))
            push = 1.5 * power * np.exp(-beside / 2.6)
            reach = np.hypot(dx, dz) + 0.3
            flow_x, flow_z = flow_x + push * dx / reach, flow_z + push * dz / reach
        drain = smooth(POOL + 1, POOL - 5, z)
        flow_x = flow_x + drain * -self._side * 0.42 * -1.1
        flow_z = flow_z - drain * 1.1 - 0.10
        aside = np.abs(x - self._channel(z))
        spray = np.maximum(
            spray, 0.42 * drain * smooth(0.5, 0.72, sampled(self._noise, x * 17.0, z * 17.0)) * smooth(2.4, 1.0, aside)
        )
        chart.set(SPRAY, spray)
        chart.set(FLOW_X, flow_x)
        chart.set(FLOW_Z, flow_z)

    def draw_land(
        self, state: WaterlandState, canvas: Canvas, camera: Camera, panorama: Floats, focus: Floats, t: float
    ) -> None:
        """The rock, and the falls before it."""
        super().draw_land(state, canvas, camera, panorama, focus, t)
        for fall in self.falls:
            pour(fall, self._noise, self.light, canvas, camera, t)

    def dress(self, stage: Set) -> None:
        """Stones round the pool, ferns and bushes on the banks and ledges, trees on top; mist at the foot."""
        random = stage.brief.rng("waterfall plants")
        chart = self.chart

        def steep(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            return np.hypot(chart.read(BED_SX, x, z), chart.read(BED_SZ, x, z))

        def shore(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            return smooth(0.8, 0.1, chart.read(BED, x, z))

        def bank(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            return smooth(0.25, 0.6, chart.read(BED, x, z)) * smooth(1.6, 0.9, steep(x, z))

        def top(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            return smooth(0.55, 0.7, chart.read(BED, x, z) / self._tall) * smooth(1.0, 0.7, steep(x, z))

        for number in range(9):
            angle = float(random.uniform(0.2, 2.9)) + (math.pi if number > 5 else 0.0)
            x, z = 4.9 * math.cos(angle), POOL + 4.3 * math.sin(angle)
            high = float(random.uniform(0.5, 1.3))
            if not stage.free(x, z, high):
                continue
            stone = grow("rock", np.random.default_rng(int(random.integers(1 << 31))), 2, self._season)
            plant(stage.mesh, stone, [[x, -0.3 * high, z]], [high], [angle], [[0.72, 0.74, 0.72]])
        scatter(stage, "rock", shore, 70, random, span=(1.5, 17.0), wide=0.7, scale=0.55, near=5, middle=25, keep=False)
        scatter(stage, "fern", bank, 80, random, span=(2.0, 19.0), wide=0.8, near=8, middle=40, keep=False)
        scatter(stage, "grass_tuft", bank, 110, random, span=(1.0, 14.0), wide=0.8, near=8, middle=50, keep=False)
        scatter(stage, "bush", bank, 40, random, span=(5.0, 24.0), wide=0.9, near=3, middle=12)
        trees = ["conifer", "broadleaf"]
        wide = (POOL + 6.0, POOL + 24.0)
        scatter(stage, trees, top, 40, random, span=wide, wide=0.7, corridor=None, scale=0.55, near=0, middle=8)
        scatter(stage, trees, bank, 12, random, span=(7.0, 16.0), wide=1.0, scale=0.75, near=3, middle=6)
        stage.layers.append(Mist(stage.light, random, self.falls[0]))


def make(brief: Brief) -> Any:
    """The waterfall for a brief."""
    return Waterfall(brief)


ROWS = (GroundRow("waterfall", make),)
