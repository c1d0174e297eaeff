"""Frames between two frames: what moves is moved along, instead of being there twice.

Motion by dense inverse search (Kroeger and others 2016), which OpenCV has: both ways, each frame drawn to the moment between
and the two laid over each other. Where the two ways disagree (what was hidden and comes into sight, cuts), the frames are
mixed as they are.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from promptreel.engines import Picture

WORKING_SIDE = 480
"""Pixels of the shorter side at which motion is looked for: it is smooth, and finding it is what costs."""

Motion = NDArray[np.float32]
"""Pixels to the right and down, shape (height, width, 2)."""


def between(first: Picture, second: Picture) -> Callable[[float], Picture]:
    """What draws the frame at a share 0…1 of the way from the first to the second."""
    there, back = motion(first, second), motion(second, first)
    height, width = first.shape[:2]
    grid = np.stack(np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)), axis=2)
    trusted = trust(there, back, grid)

    def at(share: float) -> Picture:
        # Motion at the moment between is not known; where it starts is near enough for the small steps of a film.
        from_first = drawn(first, grid - share * there)
        from_second = drawn(second, grid - (1 - share) * back)
        moved = cv2.addWeighted(from_first, 1 - share, from_second, share, 0.0)
        mixed = cv2.addWeighted(first, 1 - share, second, share, 0.0)
        return np.asarray(cv2.blendLinear(moved, mixed, trusted, 1 - trusted))

    return at


def motion(first: Picture, second: Picture) -> Motion:
    """Where each point of the first picture is in the second, as the way from here to there."""
    height, width = first.shape[:2]
    scale = min(1.0, WORKING_SIDE / min(height, width))
    size = max(16, round(width * scale)), max(16, round(height * scale))
    grey = [
        cv2.resize(cv2.cvtColor(each, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA)
        for each in (first, second)
    ]
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST).calc(grey[0], grey[1], None)  # type: ignore[call-overload]
    flow = cv2.resize(flow, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(flow * np.array([width / size[0], height / size[1]], np.float32), np.float32)


def trust(there: Motion, back: Motion, grid: Motion) -> NDArray[np.float32]:
    """1 where going there and back again ends where it began, falling to 0 where it ends two pixels and more away."""
    returned = drawn(back, grid + there)
    astray = np.linalg.norm(there + returned, axis=2)
    return np.asarray(cv2.GaussianBlur(np.clip(2 - astray, 0, 1).astype(np.float32), (0, 0), 2))


def drawn(picture: NDArray, places: Motion) -> NDArray:  # type: ignore[type-arg]
    """The picture with each point taken from its place there; beyond the border, the border's own."""
    x, y = np.ascontiguousarray(places[..., 0]), np.ascontiguousarray(places[..., 1])
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
