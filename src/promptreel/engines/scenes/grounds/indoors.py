"""The floor of a room or a cabin: level, drawn by the place that stands around the camera, out of the sun's reach."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import Brief, Canvas, GroundRow, Set


class Indoors:
    """See `stage.Ground`."""

    mirrors = False
    shadowed = 0.0
    """Walls hide the sun from all of it, and what sun comes through a window is drawn by the room."""

    def __init__(self, key: float = 1.0) -> None:
        """`key`: a factor on the exposure, for rooms with lamps are as bright by night as by day."""
        self.key = key

    def new_state(self, width: int, height: int) -> Any:
        """Nothing is kept."""
        return None

    def draw(self, state: Any, canvas: Canvas, camera: Camera, t: float) -> None:
        """Nothing: the place draws its floor."""

    def height(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.float64]:
        """The floor."""
        return np.zeros(np.broadcast(np.asarray(x), np.asarray(z)).shape)

    def lift(self, x: float, z: float, t: float) -> tuple[float, float, float]:
        """It does not move."""
        return 0.0, 0.0, 0.0

    def wet(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.bool_]:
        """Nowhere."""
        return np.zeros(np.broadcast(np.asarray(x), np.asarray(z)).shape, np.bool_)

    def dress(self, stage: Set) -> None:
        """Nothing grows here."""


def make(brief: Brief) -> Indoors:
    """The row's maker."""
    key = float(brief.params.get("key", 0.0))
    return Indoors(key / brief.light.key if key and brief.light else 1.0)


ROWS = (GroundRow("indoors", make),)
