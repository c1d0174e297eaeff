"""Ground that is land and water together: what river, island and waterfall have in common."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import Canvas, Floats, Light
from promptreel.engines.scenes.waters.caustics import Caustics, CausticsState
from promptreel.engines.scenes.waters.far_shore import Wall
from promptreel.engines.scenes.waters.shore import NO_FOCUS, Chart, Land
from promptreel.engines.scenes.waters.water import BED
from promptreel.engines.scenes.waters.waterside import Water, WaterState, plain_panorama


@dataclass(slots=True)
class WaterlandState:
    """What one thread draws with."""

    water: WaterState
    web: CausticsState | None


class Waterland:
    """Land of a chart, water at y = 0, and walls far away. See `stage.Ground`."""

    mirrors = True
    mirrors_sky = True

    def __init__(
        self,
        light: Light,
        land: Land,
        water: Water,
        walls: list[Wall],
        *,
        web: Caustics | None = None,
        rocking: float = 1.0,
    ) -> None:
        """`walls`: far ones first; `rocking`: how much what floats is moved."""
        self.light, self.land, self.water, self.walls = light, land, water, walls
        self.chart: Chart = land.chart
        self._web, self._rocking = web, rocking
        self._plain = plain_panorama(light)

    def new_state(self, width: int, height: int) -> WaterlandState:
        """The buffers of one thread."""
        return WaterlandState(self.water.new_state(width), self._web.new_state() if self._web else None)

    def draw(self, state: WaterlandState, canvas: Canvas, camera: Camera, t: float) -> None:
        """Far walls and land, upright and mirrored, then the water."""
        panorama = self.panorama(canvas)
        focus = self._web.move(state.web, t) if self._web and state.web else NO_FOCUS
        if canvas.mirror is not None:
            self.draw_land(state, canvas.mirror, camera.mirrored(), panorama, focus, t)
        self.draw_land(state, canvas, camera, panorama, focus, t)
        self.water.draw(state.water, canvas, camera, t)

    def draw_land(
        self, state: WaterlandState, canvas: Canvas, camera: Camera, panorama: Floats, focus: Floats, t: float
    ) -> None:
        """All that is not water, into the picture or the mirror."""
        for wall in self.walls if camera.position[1] > 0 else reversed(self.walls):
            wall.draw(canvas, camera, panorama, self.light)
        rows = [row[: canvas.width] for row in state.water.rows]
        self.land.draw(rows, canvas, camera, panorama, focus)

    def panorama(self, canvas: Canvas) -> Floats:
        """The sky to mirror."""
        return self._plain if canvas.panorama is None else canvas.panorama

    def height(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.float64]:
        """Height of the land, or 0 where there is water."""
        return np.maximum(self.chart.read(BED, x, z), 0.0)

    def lift(self, x: float, z: float, t: float) -> tuple[float, float, float]:
        """What floats rocks gently."""
        k = self._rocking
        height = 0.012 * k * math.sin(1.3 * t + 0.7 * x)
        return height, 0.010 * k * math.sin(1.1 * t + 0.3 * z), 0.008 * k * math.sin(0.9 * t + 0.5 * x)

    def wet(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.bool_]:
        """Whether there is water."""
        return np.asarray(self.chart.read(BED, x, z) < 0.0)
