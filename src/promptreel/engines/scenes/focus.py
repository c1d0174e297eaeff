"""What is behind the subject of a portrait goes soft, as with the wide open lens of a portrait photographer."""

import numpy as np

from promptreel.engines.scenes.kernels import clamp, f32, flr, i32, kernel, mix
from promptreel.engines.scenes.post import blur_across, blur_down
from promptreel.engines.scenes.stage import Canvas, Floats

ROWS = 72
"""Blocks that a frame is high while it is blurred: the discs of the lens are about 3 of them wide in any format."""


@kernel
def gather_far(hdr, near, limit, block, colour, share):
    """Means of `block`² pixels of what is farther than 1 / `limit`: `colour` (3, rows, columns), and into every plane of
    `share` what part of the block that is. So nothing of the subject bleeds into what is behind it."""
    height, width = near.shape
    for row in range(colour.shape[1]):
        for column in range(colour.shape[2]):
            r, g, b, n, seen = f32(0.0), f32(0.0), f32(0.0), f32(0.0), f32(0.0)
            for y in range(row * block, min(row * block + block, height)):
                for x in range(column * block, min(column * block + block, width)):
                    far = f32(1.0) if near[y, x] < limit else f32(0.0)
                    r += far * hdr[0, y, x]
                    g += far * hdr[1, y, x]
                    b += far * hdr[2, y, x]
                    n += far
                    seen += f32(1.0)
            whole = f32(1.0) / seen
            colour[0, row, column], colour[1, row, column], colour[2, row, column] = r * whole, g * whole, b * whole
            for c in range(3):
                share[c, row, column] = n * whole


@kernel
def lay_far(hdr, near, limit, block, colour, share):
    """Put the blurred `colour` / `share` where it is farther than 1 / `limit`, more of it the farther it is."""
    height, width = near.shape
    rows, columns = colour.shape[1], colour.shape[2]
    inverse = f32(1.0) / f32(block)
    for y in range(height):
        v = clamp((f32(y) + f32(0.5)) * inverse - f32(0.5), f32(0.0), f32(rows - 1))
        top = min(i32(flr(v)), max(rows - 2, 0))
        low = min(top + 1, rows - 1)
        b = v - f32(top)
        for x in range(width):
            u = clamp((f32(x) + f32(0.5)) * inverse - f32(0.5), f32(0.0), f32(columns - 1))
            left = min(i32(flr(u)), max(columns - 2, 0))
            right = min(left + 1, columns - 1)
            a = u - f32(left)
            part = mix(
                mix(share[0, top, left], share[0, top, right], a), mix(share[0, low, left], share[0, low, right], a), b
            )
            soft = clamp((limit - near[y, x]) / (f32(0.35) * limit), f32(0.0), f32(1.0))
            soft = soft if part > f32(0.02) else f32(0.0)
            whole = f32(1.0) / max(part, f32(0.02))
            for c in range(3):
                above = mix(colour[c, top, left], colour[c, top, right], a)
                below = mix(colour[c, low, left], colour[c, low, right], a)
                hdr[c, y, x] = mix(hdr[c, y, x], mix(above, below, b) * whole, soft)


class Focus:
    """Blurs what is farther than `distance` m. Holds the buffers of one thread and one size."""

    def __init__(self, width: int, height: int, distance: float) -> None:
        self._limit = np.float32(1 / distance)
        self._block = np.int32(max(1, round(height / ROWS)))
        shape = (3, -(-height // int(self._block)), -(-width // int(self._block)))
        self._colour, self._share, self._spare = (np.zeros(shape, np.float32) for _ in range(3))

    def draw(self, canvas: Canvas) -> None:
        """Change the canvas in place."""
        gather_far(canvas.hdr, canvas.near, self._limit, self._block, self._colour, self._share)
        for plane in (self._colour, self._share):
            self._blur(plane)
        lay_far(canvas.hdr, canvas.near, self._limit, self._block, self._colour, self._share)

    def _blur(self, plane: Floats) -> None:
        for _ in range(2):
            blur_across(plane, self._spare)
            blur_down(self._spare, plane)
