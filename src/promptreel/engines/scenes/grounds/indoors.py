"""A level floor that the place around the camera draws: of a room out of the sun's reach, or of a roof or a pitch in it."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import Brief, Canvas, GroundRow, Set


class Indoors:
    """See `stage.Ground`."""

    mirrors = False

    def __init__(self, key: float = 1.0, shadowed: float = 0.0) -> None:
        """`key`: a factor on the exposure, for rooms with lamps are as bright by night as by day. `shadowed`: 0 where
        walls hide the sun from all of it (what comes through a window is drawn by the room), 1 under the open sky.
        """
        self.key, self.shadowed = key, shadowed

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
    """The row's maker. `params`: `key`, `shadowed`."""
    key = float(brief.params.get("key", 0.0))
    # Where lamps burn, nobody sees the shadows of the moon.
    shadowed = 0.0 if brief.time == "night" else float(brief.params.get("shadowed", 0.0))
    return Indoors(key / brief.light.key if key and brief.light else 1.0, shadowed)


ROWS = (GroundRow("indoors", make),)
