"""The web of light that waves gather on the bed of shallow water."""

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import f32, flr, i32, kernel, tex
from promptreel.engines.scenes.waters.ocean import Surface, Waves, make_waves

Floats = NDArray[np.float32]

SIDE_LOG2 = 7
LENGTH = 7.3
"""Metres after which the web repeats."""

PER_METRE = (1 << SIDE_LOG2) / LENGTH


@kernel
def gather(slope_x, slope_z, log2, bend, scratch, out):
    """Rays of the sun, four per texel, land where the slopes bend them to; `out` is how many, mean 1.

    `bend`: texels that a slope of 1 moves a ray by (depth times 1/4, by Snell's law for small angles).
    """
    side = i32(1) << log2
    mask = side - i32(1)
    for at in range(side * side):
        scratch[at] = f32(0.0)
    for v in range(2 * side):
        for u in range(2 * side):
            x = f32(u) * f32(0.5)
            y = f32(v) * f32(0.5)
            lands_x = x - tex(slope_x, log2, i32(0), x, y) * bend
            lands_y = y - tex(slope_z, log2, i32(0), x, y) * bend
            left, top = flr(lands_x), flr(lands_y)
            a, b = lands_x - left, lands_y - top
            i, j = i32(left) & mask, i32(top) & mask
            k, m = (i + i32(1)) & mask, (j + i32(1)) & mask
            scratch[(j << log2) + i] += (f32(1.0) - a) * (f32(1.0) - b) * f32(0.25)
            scratch[(j << log2) + k] += a * (f32(1.0) - b) * f32(0.25)
            scratch[(m << log2) + i] += (f32(1.0) - a) * b * f32(0.25)
            scratch[(m << log2) + k] += a * b * f32(0.25)
    # The sun is a disc, not a point: its light is a little soft.
    for v in range(side):
        above, below = ((v - 1) & mask) << log2, ((v + 1) & mask) << log2
        for u in range(side):
            left, right = (u - 1) & mask, (u + 1) & mask
            here = v << log2
            cross = scratch[here + left] + scratch[here + right] + scratch[above + u] + scratch[below + u]
            corner = scratch[above + left] + scratch[above + right] + scratch[below + left] + scratch[below + right]
            out[here + u] = scratch[here + u] * f32(0.25) + cross * f32(0.125) + corner * f32(0.0625)


class CausticsState:
    """The web of one moment."""

    def __init__(self, waves: Waves) -> None:
        self.surface = Surface(waves)
        self.scratch = np.zeros(1 << (2 * SIDE_LOG2), np.float32)
        self.focus: Floats = np.ones(1 << (2 * SIDE_LOG2), np.float32)


class Caustics:
    """The light on the bed of one water. `strength`: 1 is a sharp web."""

    def __init__(self, random: np.random.Generator, strength: float = 1.0) -> None:
        heading = float(random.random()) * 6.28
        waves = make_waves(
            random,
            length=LENGTH,
            side=1 << SIDE_LOG2,
            wind=3.5,
            heading=heading,
            longest=3.6,
            shortest=0.42,
            choppiness=0.0,
        )
        rest = Surface(waves)
        rest.move(0.0)
        size = waves.side**2
        self._waves = waves.scaled(1 / float(np.std(rest.slope_x[:size])))
        self._bend = np.float32(2.1 * strength)

    def new_state(self) -> CausticsState:
        """Buffers for one thread."""
        return CausticsState(self._waves)

    def move(self, state: CausticsState, t: float) -> Floats:
        """The web at `t` seconds, mean 1, repeating."""
        surface = state.surface
        surface.move(t)
        size = self._waves.side**2
        gather(
            surface.slope_x[:size], surface.slope_z[:size], np.int32(SIDE_LOG2), self._bend, state.scratch, state.focus
        )
        return state.focus
