"""Flags of a still picture that wave: waves run from the pole to the free edge, where they are highest, and shade the cloth.

A flag that `flags` lifted off the picture is laid over the frame again, each pixel read from where the cloth was at rest. At
the hoist that is the same place, and when the wind has not yet risen it is so everywhere: the first frame is the picture.
"""

import math
from typing import Any

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.pictures.flags import Flag, Lifted
from promptreel.engines.scenes.pictures.photo import CELL, PAD, Canvas, Photo

cv2: Any = opencv
"""Its type stubs know neither the types of elements nor pictures without a rectangle."""

Floats = NDArray[np.float32]

WAVES = ((1.15, 5.6, 1.0), (2.05, 9.3, 0.42), (3.3, 14.5, 0.16))
"""Lengths of cloth to a wave (how many waves it holds), their pace in radians a second, and their share of the height."""

RISE = 0.085
"""How high waves run at the free edge, in shares of the flag's height."""

SHORTER = 0.07
"""How much shorter a flag is seen when its waves are highest, in shares of its length."""

SHADE = 0.30
"""How much darker and lighter the slopes of waves are."""


class Waving:
    """The flags of one photo. Safe to use from many threads: nothing in it changes."""

    def __init__(self, lifted: Lifted, photo: Photo, seed: int, wind: float) -> None:
        """`wind` is how hard it blows, 1 as usual."""
        self._flags, self._wind = lifted.flags, wind
        self._rows, self._columns = lifted.matte.shape
        share = lifted.matte[..., None]
        # Premultiplied, so that a filter mixes no colour in that is not there.
        cloth = np.concatenate([lifted.cloth.astype(np.float32) * share, share], axis=-1)
        self._cloth = np.ascontiguousarray(cloth, np.float32)
        self._with_subject = [photo.has_subject and self._on(photo.layers.matte, flag) for flag in self._flags]
        self._phases = np.random.default_rng([abs(seed), 0xF1A6]).uniform(
            0, 2 * math.pi, (len(self._flags), len(WAVES))
        )

    def _on(self, matte: Floats, flag: Flag) -> bool:
        """Whether what the flag hangs on is the subject's."""
        row, column = int(flag.foot[1] * self._rows), int(flag.foot[0] * self._columns)
        around = matte[max(row - 3, 0) : row + 4, max(column - 3, 0) : column + 4]
        return bool(around.size and float(around.max()) > 0.5)

    def draw(self, canvas: Canvas, t: float, strength: float) -> None:
        """Lay the flags over the photo that `canvas` holds, as they are at `t` seconds; `strength` 0…1 is how far they wave."""
        for flag, phases, with_subject in zip(self._flags, self._phases, self._with_subject, strict=True):
            nodes = canvas.subject if with_subject else (*canvas.rest, canvas.background[2])
            self._lay(canvas, flag, phases, nodes, t, strength)

    def _lay(self, canvas: Canvas, flag: Flag, phases: Floats, nodes: Any, t: float, strength: float) -> None:
        across, down, near = nodes
        length, tall = flag.length * self._columns, (flag.bottom - flag.top) * self._rows
        hoist = (flag.hoist[0] + flag.hoist[1]) / 2 * self._columns
        lean = abs(flag.hoist[0] - flag.hoist[1]) / 2 * self._columns
        rise = 2.2 * RISE * tall * self._wind + 4
        # The cloth's box and how far waves may carry it, as nodes of the grid.
        left, right = min(hoist, hoist + 1.1 * length) - lean - 6, max(hoist, hoist + 1.1 * length) + lean + 6
        top, bottom = flag.top * self._rows - rise, flag.bottom * self._rows + rise
        inside = (across > left + PAD) & (across < right + PAD) & (down > top + PAD) & (down < bottom + PAD)
        rows, columns = np.nonzero(inside.any(axis=1))[0], np.nonzero(inside.any(axis=0))[0]
        if not len(rows) or not len(columns):
            return
        first_row, last_row = max(int(rows[0]) - 1, 0), min(int(rows[-1]) + 1, across.shape[0] - 1)
        first, last = max(int(columns[0]) - 1, 0), min(int(columns[-1]) + 1, across.shape[1] - 1)
        y = slice(first_row * CELL, min(last_row * CELL, canvas.nearness.shape[0]))
        x = slice(first * CELL, min(last * CELL, canvas.nearness.shape[1]))
        size = (y.stop - y.start, x.stop - x.start)
        part = np.s_[first_row : last_row + 1, first : last + 1]
        at_x, at_y, at_near = (_between(values[part], size) for values in (across, down, near))
        at_x -= np.float32(PAD)
        at_y -= np.float32(PAD)
        moved_x, moved_y, shade = self._waves(flag, at_x, at_y, phases, t, strength)
        cloth = cv2.remap(self._cloth, at_x + moved_x, at_y + moved_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT)
        # What belongs to another flag is not this one's to draw.
        own = (at_x > left) & (at_x < right) & (at_y > top) & (at_y < bottom)
        share = np.clip(cloth[..., 3], 0, 1) * own
        for channel in range(3):
            plane = canvas.rgb[channel, y, x]
            plane += cloth[..., channel] * own * shade - plane * share
        seen = canvas.nearness[y, x]
        seen += (np.maximum(at_near, seen) - seen) * share

    def _waves(
        self, flag: Flag, x: Floats, y: Floats, phases: Floats, t: float, strength: float
    ) -> tuple[Floats, Floats, Floats]:
        """How far beside its place the cloth at each texel was at rest, and how bright its slope is."""
        length, tall = np.float32(flag.length * self._columns), np.float32((flag.bottom - flag.top) * self._rows)
        hoist = (flag.hoist[0] + (flag.hoist[1] - flag.hoist[0]) * y / np.float32(self._rows)) * np.float32(
            self._columns
        )
        along = np.clip((x - hoist) / length, 0, 1.15)
        below = (y / np.float32(self._rows) - np.float32(flag.top)) / np.float32(flag.bottom - flag.top)
        # Held at the hoist, and the freer the farther from it.
        loose = along * (1.45 - 0.45 * along) * np.float32(strength * self._wind)
        height, slope = np.zeros_like(along), np.zeros_like(along)
        for (many, pace, share), phase in zip(WAVES, phases, strict=True):
            turn = np.float32(2 * math.pi * many) * along + np.float32(0.55) * below - np.float32(pace * t - phase)
            height += np.float32(share) * np.sin(turn)
            slope += np.float32(share) * np.cos(turn)
        breath = np.float32(0.55 + 0.45 * math.sin(1.9 * t + phases[0]))
        moved_x = loose * along * length * np.float32(SHORTER) * breath
        moved_y = -loose * height * np.float32(RISE) * tall
        shade = 1 + np.float32(SHADE) * np.minimum(1.6 * loose, np.float32(strength)) * slope
        return (np.asarray(part, np.float32) for part in (moved_x, moved_y, np.clip(shade, 0.5, 1.4)))  # type: ignore[return-value]


def _between(nodes: Floats, size: tuple[int, int]) -> Floats:
    """Values at nodes every `CELL` pixels as values at `size` (rows, columns) pixels from the first node on, bilinear."""
    y, x = (np.arange(side, dtype=np.float32) / CELL + np.float32(0.5 / CELL) for side in size)
    row, column = y.astype(np.int32), x.astype(np.int32)
    v, u = (y - row)[:, None], x - column
    rows = nodes[row] * (1 - v) + nodes[np.minimum(row + 1, len(nodes) - 1)] * v
    return np.asarray(rows[:, column] * (1 - u) + rows[:, np.minimum(column + 1, nodes.shape[1] - 1)] * u, np.float32)
