"""Waves that come to a shore: they rise where it gets shallow, break into foam, and run up the sand and back."""

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import device, f32, flr, hash2, i32, kernel, sat, sstep, tex, vexp
from promptreel.engines.scenes.waters.shore import Chart
from promptreel.engines.scenes.waters.water import BED, SURF, SURF_FOAM, SURF_HEIGHT, SURF_SX, SURF_SZ

Floats = NDArray[np.float32]

# Where things are in the vector `surf_look`.
PERIOD = 0  # s between waves
HEIGHT = 1  # of the breakers, m
RUN_UP = 2  # how high the water runs up the sand, m
LENGTH = 4


def travel_time(chart: Chart, toward: tuple[float, float]) -> None:
    """Write how long a wave takes from each place to the shore, s, into the chart: by its depth, shallow water is slow.

    `toward`: the direction (x, z) out to the sea. Waves come in along it, so they bend with the bed.
    """
    x, z = chart.grid()
    bed = chart.read(BED, x, z)
    total = np.zeros_like(bed)
    step, before = 0.0, 0.0
    for step in np.geomspace(0.4, 120.0, 26):
        # Back toward the land: how deep the water is on the way in.
        middle = (step + before) / 2
        depth = -chart.read(BED, x - toward[0] * middle, z - toward[1] * middle)
        total += np.where(depth > 0.02, (step - before) / np.sqrt(9.81 * (np.maximum(depth, 0) + 0.12)), 0)
        before = float(step)
    chart.set(SURF, np.where(bed < 0, total, 0))


@device
def _bell(x, width):
    """A smooth bump of height 1."""
    return vexp(-(x * x) / (width * width))


@device
def wave_at(depth, travel, aside, t, look, noise, noise_log2):
    """Height of the surf above still water, and its foam, where the water is `depth` deep (negative on land)."""
    along = tex(noise, noise_log2, i32(0), aside * f32(1.9) + f32(11.0), t * f32(0.4)) - f32(0.5)
    cycle = (t + travel) / look[PERIOD] + along * f32(0.8)
    number = flr(cycle)
    part = cycle - number
    swing = hash2(i32(number), i32(91))
    size = look[HEIGHT] * (f32(0.60) + f32(0.45) * swing) * (f32(0.70) + f32(0.40) * sat(along + f32(0.5)))
    # It grows as it feels the ground and dies in a bore.
    shoal = f32(0.30) + f32(0.70) * sstep(f32(3.0), f32(0.9), depth)
    fade = sstep(f32(-0.02), f32(0.55), depth)
    from_crest = part - f32(0.5)
    wide = f32(0.075) if from_crest < f32(0.0) else f32(0.17)
    crest = _bell(from_crest, wide) * size * shoal * fade
    broken = sstep(f32(1.25), f32(0.55), depth + (swing - f32(0.5)) * f32(0.4) + along * f32(0.9))
    after = sat(from_crest + f32(0.03))
    white = (
        broken
        * fade
        * (
            _bell(from_crest + f32(0.015), f32(0.05)) * f32(1.0)
            + (f32(0.55) * vexp(after * f32(-5.0)) if from_crest > f32(-0.03) else f32(0.0))
        )
    )
    # The tongue that runs up the sand: up fast, back slowly. It begins when the crest arrives.
    shore = t / look[PERIOD] + along * f32(0.8) - f32(0.5)
    run = shore - flr(shore)
    high = hash2(i32(flr(shore)), i32(17))
    up = sstep(f32(0.0), f32(0.26), run) * (f32(1.0) - sstep(f32(0.24), f32(1.0), run))
    tongue = look[RUN_UP] * (f32(0.45) + f32(0.85) * high) * (up * f32(2.2) - f32(0.55)) * (f32(0.8) + along * f32(1.3))
    near_shore = sstep(f32(1.1), f32(0.0), depth)
    white += near_shore * sat(f32(0.75) - run) * f32(0.42) * sstep(f32(-0.6), f32(0.1), depth)
    return crest + tongue * near_shore, white


@kernel
def roll_surf(chart, chart_log2, line_x, line_z, noise, noise_log2, t, look, first, last, surf):
    """The surf at `t` s over the rows `first`…`last` of a chart into `surf` (4, side²): heights, their slopes, foam."""
    side = i32(1) << chart_log2
    for v in range(first, last):
        for u in range(side):
            at = v * side + u
            high, white = wave_at(-chart[BED, at], chart[SURF, at], line_x[u], t, look, noise, noise_log2)
            surf[SURF_HEIGHT, at] = high
            surf[SURF_FOAM, at] = white
    for v in range(first + 1, last - 1):
        for u in range(1, side - 1):
            at = v * side + u
            surf[SURF_SX, at] = (surf[SURF_HEIGHT, at + 1] - surf[SURF_HEIGHT, at - 1]) / (
                line_x[u + 1] - line_x[u - 1]
            )
            surf[SURF_SZ, at] = (surf[SURF_HEIGHT, at + side] - surf[SURF_HEIGHT, at - side]) / (
                line_z[v + 1] - line_z[v - 1]
            )


class Surf:
    """The surf of one beach."""

    def __init__(self, chart: Chart, noise: Floats, *, period: float, height: float, run_up: float) -> None:
        self._chart, self._noise = chart, noise
        self.highest = height
        self._look = np.array([period, height, run_up, 0.0], np.float32)
        bed = chart.layers[BED].reshape(chart.side, chart.side)[:, chart.side // 8 : -chart.side // 8]
        near = np.flatnonzero(((bed > -4.0) & (bed < 0.7)).any(axis=1))
        self._rows = np.int32(near.min() if len(near) else 0), np.int32(near.max() + 1 if len(near) else 2)
        self._x, self._z = chart.line_x.astype(np.float32), chart.line_z.astype(np.float32)

    def new_state(self) -> Floats:
        """Room for the surf of one moment."""
        return np.zeros((4, self._chart.side**2), np.float32)

    def roll(self, surf: Floats, t: float) -> None:
        """Set it to `t` seconds."""
        roll_surf(
            self._chart.layers, np.int32(self._chart.log2), self._x, self._z, self._noise, np.int32(9), f32(t),
            self._look, *self._rows, surf,
        )  # fmt: skip

    def at(self, x: float, z: float, t: float) -> float:
        """The height of the water at one place, m."""
        depth, travel = -self._chart.read(BED, x, z), self._chart.read(SURF, x, z)
        point = np.zeros(1, np.float32)
        lift_surf(f32(depth), f32(travel), f32(x), f32(t), self._look, self._noise, point)
        return float(point[0])


@kernel
def lift_surf(depth, travel, aside, t, look, noise, out):
    """The height of the surf at one place into `out`."""
    high, _ = wave_at(depth, travel, aside, t, look, noise, i32(9))
    out[0] = high
