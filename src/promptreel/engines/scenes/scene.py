"""What a scene is: the contract between the engine, which runs frames in threads, and the scenes, which draw them."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Hdr = NDArray[np.float32]
"""A picture before grading: shape (3, height, width), linear light, BT.709 primaries, planes R, G, B."""

Tick = Callable[[str], None]
"""`tick(step)` is called between the steps of a set-up, at least once a second. It raises when the job should end."""


def no_tick(step: str) -> None:
    """For a set-up that nobody watches."""


class Scene(Protocol):
    """A world that can draw itself at any moment of its clip.

    Made as `Class(width, height, duration, seed, spec, tick)`: sides in pixels (even, 16…3840), seconds, any whole
    number ≥ 0, a `prompt.SceneSpec`, and a `Tick`. All randomness comes from `np.random.default_rng([seed, …])`, so
    that the same arguments give the same bytes. The world depends on the seed and the spec alone: another size or
    duration shows the same place.

    `draw` is called by many threads at once, each with a state of its own and in any order of `t`. It changes nothing
    but its state.

    A scene may have a method `frame(state, t)` as well, which gives the planes of a finished frame; then `draw` and
    `post` are not used. It is for scenes that know better than the film grade what a frame should look like.
    """

    post: dict[str, Any]
    """Keyword arguments for `post.Post.run`, without `seed`."""

    def new_state(self) -> Any:
        """The buffers that one thread draws with."""

    def draw(self, state: Any, t: float) -> Hdr:
        """The picture at `t` seconds. It may be a buffer of `state`: good until that state draws again."""
