"""For settings without a ground: everything is in the air, in space or in the picture of a pattern."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import Brief, Canvas, GroundRow, Set

FAR_BELOW = -1000.0


class NoGround:
    """For settings without one: everything is in the air."""

    mirrors = False

    def height(self, x: Any, z: Any) -> NDArray[np.float64]:
        """Far below."""
        return np.full(np.broadcast(np.asarray(x), np.asarray(z)).shape, FAR_BELOW)

    def lift(self, x: float, z: float, t: float) -> tuple[float, float, float]:
        """Far below."""
        return FAR_BELOW, 0.0, 0.0

    def wet(self, x: Any, z: Any) -> NDArray[np.bool_]:
        """Nowhere."""
        return np.zeros(np.broadcast(np.asarray(x), np.asarray(z)).shape, bool)

    def dress(self, stage: Set) -> None:
        """Nothing grows on nothing."""

    def new_state(self, width: int, height: int) -> None:
        """No buffers."""

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """Nothing."""


def make(_brief: Brief) -> NoGround:
    """See `stage.GroundRow`."""
    return NoGround()


ROWS = (GroundRow("nothing", make),)
