"""Styles of brush and paper: oil and watercolour.

Both start from a Kuwahara filter, which replaces a pixel by the mean of that of four quadrants around it that varies least:
it flattens like a brush does and keeps edges (Kuwahara and others, 1976).
"""

import math
from collections.abc import Callable

import cv2
import numpy as np

from promptreel.engines.scenes.kernels import device, f32, kernel, mix, sat, sstep, tile_fbm
from promptreel.engines.scenes.stage import Floats, Style


@kernel
def choose_quadrant(mean, square, radius, out):
    """Kuwahara's choice. `mean` (3, H, W) are box means of colour, `square` (H, W) those of luma squared."""
    height, width = square.shape
    for y in range(height):
        above, below = max(y - radius, 0), min(y + radius, height - 1)
        for x in range(width):
            left, right = max(x - radius, 0), min(x + radius, width - 1)
            weight, r, g, b = f32(0.0), f32(0.0), f32(0.0), f32(0.0)
            for n in range(4):
                row = above if n < 2 else below
                column = left if n % 2 == 0 else right
                mr, mg, mb = mean[0, row, column], mean[1, row, column], mean[2, row, column]
                level = f32(0.2126) * mr + f32(0.7152) * mg + f32(0.0722) * mb
                varies = max(square[row, column] - level * level, f32(0.0)) + f32(2e-5)
                # A soft choice: a hard one flips from frame to frame where two quadrants vary alike.
                share = f32(1.0) / (varies * varies * varies * varies)
                weight += share
                r, g, b = r + share * mr, g + share * mg, b + share * mb
            out[0, y, x] = r / weight
            out[1, y, x] = g / weight
            out[2, y, x] = b / weight


class Kuwahara:
    """The filter for one size of frame, with a brush of `radius` pixels."""

    def __init__(self, width: int, height: int, radius: int) -> None:
        self._radius = max(1, radius)
        self._mean = np.zeros((3, height, width), np.float32)
        self._square = np.zeros((height, width), np.float32)

    def __call__(self, rgb: Floats) -> None:
        """Flatten the picture in place."""
        size = (self._radius + 1, self._radius + 1)
        luma = np.tensordot(np.array([0.2126, 0.7152, 0.0722], np.float32), rgb, 1)
        np.multiply(luma, luma, out=luma)
        cv2.blur(luma, size, dst=self._square, borderType=cv2.BORDER_REPLICATE)
        for channel in range(3):
            cv2.blur(rgb[channel], size, dst=self._mean[channel], borderType=cv2.BORDER_REPLICATE)
        choose_quadrant(self._mean, self._square, np.int32(max(1, self._radius // 2)), rgb)


@device
def _luma(rgb, y, x):
    return f32(0.2126) * rgb[0, y, x] + f32(0.7152) * rgb[1, y, x] + f32(0.0722) * rgb[2, y, x]


@kernel
def lay_strokes(rgb, canvas, strength, out):
    """Relief of bristles: `canvas` (H, W) is noise drawn out along the strokes, lit from above left."""
    height, width = canvas.shape
    for y in range(height):
        up = max(y - 1, 0)
        for x in range(width):
            left = max(x - 1, 0)
            slope = (canvas[y, x] - canvas[up, x]) + (canvas[y, x] - canvas[y, left])
            light = f32(1.0) + slope * strength
            out[0, y, x] = sat(rgb[0, y, x] * light)
            out[1, y, x] = sat(rgb[1, y, x] * light)
            out[2, y, x] = sat(rgb[2, y, x] * light)


def _noise(width: int, height: int, seed: int, across: float, down: float) -> Floats:
    """A field of noise for a frame, magnified by `across` and `down` pixels a texel."""
    texture = tile_fbm(256, seed, base=16, octaves=4)
    columns = np.arange(width) / across
    rows = np.arange(height) / down
    map_x, map_y = np.meshgrid((columns % 256).astype(np.float32), (rows % 256).astype(np.float32))
    return np.asarray(cv2.remap(texture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP), np.float32)


def oil(width: int, height: int) -> Callable[[Floats, float], None]:
    """Broad dabs with the relief of bristles."""
    unit = math.sqrt(width * height / (640 * 360))
    broad = Kuwahara(width, height, round(8 * unit))
    turned = _noise(width + height, width + height, 3, 5.0 * unit, 0.7 * unit)
    angle = cv2.getRotationMatrix2D(((width + height) / 2, (width + height) / 2), 32, 1.0)
    turned = np.asarray(
        cv2.warpAffine(turned, angle, (width + height, width + height), borderMode=cv2.BORDER_WRAP), np.float32
    )
    low, left = (width + height - height) // 2, (width + height - width) // 2
    bristles = np.ascontiguousarray(turned[low : low + height, left : left + width])
    out = np.zeros((3, height, width), np.float32)

    def paint(rgb: Floats, _t: float) -> None:
        broad(rgb)
        lay_strokes(rgb, bristles, np.float32(0.42), out)
        rgb[:] = out

    return paint


@kernel
def wash(rgb, blurred, paper, out):
    """Thin colour on paper: pale, gathered at the edges of what it fills, thicker in the hollows of the paper."""
    height, width = paper.shape
    middle_x, middle_y = f32(width) * f32(0.5), f32(height) * f32(0.5)
    for y in range(height):
        dy = abs(f32(y) - middle_y) / middle_y
        for x in range(width):
            dx = abs(f32(x) - middle_x) / middle_x
            level = _luma(rgb, y, x)
            around = f32(0.2126) * blurred[0, y, x] + f32(0.7152) * blurred[1, y, x] + f32(0.0722) * blurred[2, y, x]
            pooled = sat((around - level) * f32(1.6)) + abs(around - level) * f32(0.5)
            grain = (paper[y, x] - f32(0.5)) * f32(0.16)
            thick = f32(0.94) + pooled * f32(1.1) + grain * f32(1.6)
            # The colour ends in an uneven line before the edge of the paper.
            edge = max(dx, dy) + (paper[y, x] - f32(0.5)) * f32(0.05)
            bare = sstep(f32(0.955), f32(0.985), edge)
            for c in range(3):
                # Half the way to its root: what is dark lets the paper through.
                value = rgb[c, y, x]
                tone = f32(1.0) - mix(value, np.sqrt(max(value, f32(0.0))), f32(0.55))
                tone = sat(f32(0.985) - f32(0.92) * tone * thick)
                out[c, y, x] = mix(tone, f32(0.965) + grain * f32(0.15), bare)


def watercolour(width: int, height: int) -> Callable[[Floats, float], None]:
    """Washes that keep within soft edges, on rough paper."""
    unit = math.sqrt(width * height / (640 * 360))
    flat = Kuwahara(width, height, round(6 * unit))
    paper = _noise(width, height, 9, 0.9 * unit, 0.9 * unit)
    out = np.zeros((3, height, width), np.float32)
    blurred = np.zeros((3, height, width), np.float32)
    size = 2 * max(1, round(5 * unit)) + 1

    def paint(rgb: Floats, _t: float) -> None:
        flat(rgb)
        for channel in range(3):
            cv2.blur(rgb[channel], (size, size), dst=blurred[channel], borderType=cv2.BORDER_REPLICATE)
        wash(rgb, blurred, paper, out)
        rgb[:] = out

    return paint


ROWS = (
    Style("oil", {"grain": 0.0, "saturation": 1.25, "contrast": 0.16}, oil),
    Style(
        "watercolour", {"grain": 0.0, "saturation": 1.45, "contrast": 0.02, "bloom": 0.2, "vignette": 0.0}, watercolour
    ),
)
