"""The bed of a shallow warm sea, for `underwater`: rippled sand under a web of light, rocks, corals, weed."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.kernels import tile_fbm
from promptreel.engines.scenes.landscape.vegetation import grow, plant
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.skies.sky import PANORAMA_AZIMUTHS, PANORAMA_ELEVATIONS
from promptreel.engines.scenes.stage import Acting, Brief, Canvas, GroundRow, Path, Set
from promptreel.engines.scenes.waters.caustics import PER_METRE, Caustics, CausticsState
from promptreel.engines.scenes.waters.reef import CORALS, KINDS, Weed
from promptreel.engines.scenes.waters.shore import Chart, Colours, Land, sampled, smooth
from promptreel.engines.scenes.waters.undersea import Bubbles, Motes, Shafts
from promptreel.engines.scenes.waters.water import BED, GRASS, ROCK

Numbers = NDArray[np.float64]

DEPTH = 10.0
"""Of the sand below the surface (y = 0), m."""


class SeabedState:
    """What one thread draws with."""

    def __init__(self, web: CausticsState, width: int) -> None:
        self.web = web
        self.rows = [np.zeros(width, np.float32) for _ in range(12)]


class Seabed:
    """See `stage.Ground`. Its height is that of the bed: about -10. `params["reef"]`: a factor on how much grows."""

    mirrors = False

    def __init__(self, brief: Brief) -> None:
        assert brief.light is not None
        self._light = light = brief.light
        self._growth = float(brief.params.get("reef", 1.0))
        random = brief.rng("seabed")
        self._noise = noise = tile_fbm(512, brief.seed + 5, base=4, octaves=7, gain=0.55).ravel()
        self._at = random.uniform(0, 500, 3)
        brief.tick("seabed")
        self.chart = chart = Chart(0.0, 8.0, 26.0)
        x, z = chart.grid()
        bed, reef = self._bed(x, z)
        chart.set(BED, bed)
        chart.set(ROCK, reef)
        chart.set(GRASS, 0.42 * smooth(0.64, 0.80, sampled(noise, x * 11.0 + self._at[2], z * 11.0)) * (1 - reef))
        chart.finish(light)
        self._web = Caustics(random, 1.0)
        self._land = Land(
            chart,
            noise,
            light,
            Colours(sand=(0.55, 0.50, 0.40), rock=(0.26, 0.21, 0.20), grass=(0.15, 0.17, 0.10)),
            focus=0.75,
            focus_scale=PER_METRE * 0.75,
            sunk=0.0,
            ripples=1.0,
            pebbles=0.8,
            steepness=0.55,
            farthest=70.0,
            submerged=True,
        )
        # Far things fade into the very colour that the backdrop has there.
        flat = np.broadcast_to(light.horizon[:, None], (3, PANORAMA_ELEVATIONS * PANORAMA_AZIMUTHS))
        self._haze = np.ascontiguousarray(flat, np.float32)

    def _bed(self, x: Numbers, z: Numbers) -> tuple[Numbers, Numbers]:
        """Height, and where it is rock: ridges of reef at both sides and across the far end, sand between."""
        noise, at = self._noise, self._at
        dunes = (sampled(noise, x * 5.0 + at[0], z * 5.0) - 0.5) * 0.9 + (
            sampled(noise, x * 17.0, z * 17.0 + at[1]) - 0.5
        ) * 0.22
        aside = np.abs(x + 2.0 * (sampled(noise, z * 4.0 + at[1], 0 * x) - 0.5)) - (3.6 + 0.10 * np.maximum(z, 0))
        ridge = smooth(0.0, 5.0, aside) * (0.6 + 3.6 * sampled(noise, x * 7.0 + at[2], z * 7.0 + at[0]))
        ridge = ridge + smooth(17.0, 27.0, z) * 4.0 * sampled(noise, x * 5.0, z * 5.0 + at[1])
        ridge = ridge * (0.65 + 0.7 * sampled(noise, x * 23.0 + at[0], z * 23.0))
        reef = smooth(0.35, 0.9, ridge)
        return np.asarray(-DEPTH + dunes + np.minimum(ridge, 5.5)), np.asarray(reef)

    def new_state(self, width: int, height: int) -> SeabedState:
        """The buffers of one thread."""
        return SeabedState(self._web.new_state(), width)

    def draw(self, state: SeabedState, canvas: Canvas, camera: Camera, t: float) -> None:
        """Draw the bed."""
        self._land.draw(state.rows, canvas, camera, self._haze, self._web.move(state.web, t))

    def height(self, x: ArrayLike, z: ArrayLike) -> Numbers:
        """Height of the bed."""
        return self.chart.read(BED, x, z)

    def lift(self, x: float, z: float, t: float) -> tuple[float, float, float]:
        """The surface, calm."""
        return 0.0, 0.0, 0.0

    def wet(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.bool_]:
        """Water everywhere."""
        return np.ones(np.broadcast(np.asarray(x), np.asarray(z)).shape, bool)

    def dress(self, stage: Set) -> None:
        """Rocks and corals on the reef, weed between them; light, motes and bubbles in the water."""
        random = stage.brief.rng("reef")
        corals = self._spots(stage, random, int(84 * self._growth), 0.15)
        variants = [
            (make(random, CORALS[int(random.integers(len(CORALS)))] * random.uniform(0.8, 1.1)), make)
            for make in KINDS * 2
        ]
        which = random.integers(len(variants), size=len(corals))
        for number, (mesh, _) in enumerate(variants):
            feet = corals[which == number]
            if len(feet):
                tints = 1 + 0.14 * random.normal(size=(len(feet), 3))
                plant(
                    stage.mesh,
                    mesh,
                    feet,
                    random.uniform(0.4, 1.5, len(feet)),
                    random.uniform(0, 6.28, len(feet)),
                    tints,
                )
        for foot in self._spots(stage, random, 16, 0.0):
            stone = grow("rock", np.random.default_rng(int(random.integers(1 << 31))), 1)
            plant(
                stage.mesh,
                stone,
                foot[None],
                [random.uniform(0.25, 0.9)],
                [random.uniform(0, 6.28)],
                [[0.8, 0.75, 0.75]],
            )
        weeds = self._spots(stage, random, int(34 * self._growth), 0.1)
        if len(weeds):
            weed = Weed(random, weeds, random.uniform(0.7, 2.6, len(weeds)))
            stage.bodies.append(Acting(weed, Path(lambda t: (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0))))
        stage.layers.append(Shafts(self._light, random))
        vents = self._spots(stage, random, 5, 0.0)
        if len(vents):
            stage.layers.append(Bubbles(self._light, random, vents))
        stage.layers.append(Motes(self._light, random))

    def _spots(self, stage: Set, random: np.random.Generator, number: int, rocky: float) -> Numbers:
        """Places (n, 3) on the bed before the camera that are free; `rocky`: how much of reef there has to be."""
        z = random.uniform(2.5, 26.0, 6 * number)
        x = random.uniform(-1, 1, 6 * number) * (3.0 + 0.75 * z)
        chosen = np.abs(x) > 1.1 + 0.06 * z
        chosen &= self.chart.read(ROCK, x, z) >= rocky
        chosen &= np.array([stage.free(float(a), float(b), 0.3) for a, b in zip(x, z, strict=True)], bool)
        x, z = x[chosen][:number], z[chosen][:number]
        return np.stack([x, self.height(x, z) - 0.03, z], axis=1)


def make(brief: Brief) -> Any:
    """The bed for a brief."""
    return Seabed(brief)


ROWS = (GroundRow("seabed", make),)
