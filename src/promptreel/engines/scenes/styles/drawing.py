"""Styles of ink, squares and facets: comic, pixel art and low poly."""

import math
from collections.abc import Callable

import cv2
import numpy as np

from promptreel.engines.scenes.kernels import f32, kernel, mix, sat, sstep, vcos
from promptreel.engines.scenes.stage import Floats, Style
from promptreel.engines.scenes.styles.painting import Kuwahara

LEVELS = 5
"""Tones of a comic."""

COLUMNS = 176
"""Pixels of pixel art along the longer side."""


@kernel
def ink(rgb, fine, coarse, dot, out):
    """Flat tones, black lines where the picture changes, and dots of print in the shadows.

    `fine` and `coarse` (H, W) are the luma blurred by two widths: their difference finds lines (Winnemöller, "XDoG",
    2011). `dot` is the distance of the dots in pixels.
    """
    height, width = fine.shape
    turn = f32(2.0 * math.pi) / dot
    for y in range(height):
        for x in range(width):
            line = fine[y, x] - f32(0.985) * coarse[y, x]
            drawn = sstep(f32(-0.020), f32(0.004), line)
            level = f32(0.2126) * rgb[0, y, x] + f32(0.7152) * rgb[1, y, x] + f32(0.0722) * rgb[2, y, x]
            step = level * f32(LEVELS)
            low = f32(np.floor(step))
            flat = (low + sstep(f32(0.35), f32(0.65), step - low) + f32(0.25)) / f32(LEVELS)
            a = (f32(x) + f32(y)) * turn * f32(0.7071)
            b = (f32(x) - f32(y)) * turn * f32(0.7071)
            wave = f32(0.5) + f32(0.25) * (vcos(a) + vcos(b))
            dots = sstep(f32(-0.08), f32(0.08), wave - (f32(0.42) - level) * f32(2.2))
            share = mix(f32(0.78), f32(1.0), dots) if level < f32(0.42) else f32(1.0)
            gain = flat / max(level, f32(0.02)) * share
            gain = min(gain, f32(3.0)) * drawn
            out[0, y, x] = sat(rgb[0, y, x] * gain)
            out[1, y, x] = sat(rgb[1, y, x] * gain)
            out[2, y, x] = sat(rgb[2, y, x] * gain)


def comic(width: int, height: int) -> Callable[[Floats, float], None]:
    """Ink lines around flat colours."""
    unit = math.sqrt(width * height / (640 * 360))
    flat = Kuwahara(width, height, round(6 * unit))
    out = np.zeros((3, height, width), np.float32)
    weights = np.array([0.2126, 0.7152, 0.0722], np.float32)

    def paint(rgb: Floats, _t: float) -> None:
        flat(rgb)
        luma = np.tensordot(weights, rgb, 1)
        fine = cv2.GaussianBlur(luma, (0, 0), 0.9 * unit)
        coarse = cv2.GaussianBlur(luma, (0, 0), 1.9 * unit)
        ink(rgb, fine, coarse, np.float32(5.0 * unit), out)
        rgb[:] = out

    return paint


BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16 - 0.47
"""Ordered dither: thresholds of a 4×4 square, -0.5…0.5."""


def pixel_art(width: int, height: int) -> Callable[[Floats, float], None]:
    """Large square pixels of few colours, dithered."""
    cell = max(2, round(max(width, height) / COLUMNS))
    columns, rows = max(1, -(-width // cell)), max(1, -(-height // cell))
    threshold = np.tile(BAYER, (rows // 4 + 1, columns // 4 + 1))[:rows, :columns, None]
    steps = np.array([6.0, 7.0, 5.0], np.float32)

    def paint(rgb: Floats, _t: float) -> None:
        padded = np.pad(rgb, ((0, 0), (0, rows * cell - height), (0, columns * cell - width)), mode="edge")
        small = padded.reshape(3, rows, cell, columns, cell).mean(axis=(2, 4)).transpose(1, 2, 0)
        grey = small @ np.array([0.2126, 0.7152, 0.0722], np.float32)
        small = np.clip(grey[..., None] + (small - grey[..., None]) * 1.25, 0, 1)
        few = np.clip(np.floor(small * steps + 0.5 + 0.28 * threshold) / steps, 0, 1).astype(np.float32)
        large = few.repeat(cell, 0).repeat(cell, 1)[:height, :width]
        rgb[:] = large.transpose(2, 0, 1)

    return paint


def low_poly(width: int, height: int) -> Callable[[Floats, float], None]:
    """Facets: an uneven net of triangles over the frame, each of one colour."""
    cell = max(4.0, math.sqrt(width * height / (640 * 360)) * 9)
    owner = _facets(width, height, cell)
    count = int(owner.max()) + 1
    sizes = np.maximum(np.bincount(owner.ravel(), minlength=count), 1)
    tilt = np.random.default_rng(17).uniform(-0.035, 0.035, count).astype(np.float32)

    def paint(rgb: Floats, _t: float) -> None:
        for channel in range(3):
            total = np.bincount(owner.ravel(), rgb[channel].ravel(), minlength=count)
            tone = (total / sizes).astype(np.float32) * (1 + tilt)
            rgb[channel] = tone[owner]

    return paint


def _facets(width: int, height: int, cell: float) -> np.ndarray:
    """Which triangle each pixel belongs to, (height, width) int32: a grid of points, moved by chance, two triangles each."""
    columns, rows = int(width / cell) + 3, int(height / cell) + 3
    random = np.random.default_rng(23)
    x, y = np.meshgrid(np.arange(columns) - 1.0, np.arange(rows) - 1.0)
    x, y = (x + random.uniform(-0.42, 0.42, x.shape)) * cell, (y + random.uniform(-0.42, 0.42, y.shape)) * cell
    owner = np.zeros((height, width), np.int32)
    points = np.stack([x, y], -1)
    number = 0
    for row in range(rows - 1):
        for column in range(columns - 1):
            a, b = points[row, column], points[row, column + 1]
            c, d = points[row + 1, column + 1], points[row + 1, column]
            halves = ((a, b, c), (a, c, d)) if (row + column) % 2 else ((a, b, d), (b, c, d))
            for corners in halves:
                cv2.fillConvexPoly(owner, np.round(np.array(corners)).astype(np.int32), number)
                number += 1
    return owner


ROWS = (
    Style("comic", {"grain": 0.0, "saturation": 1.45, "contrast": 0.30}, comic),
    Style("pixel_art", {"grain": 0.0, "saturation": 1.20, "contrast": 0.22, "vignette": 0.0}, pixel_art),
    Style("low_poly", {"grain": 0.0, "saturation": 1.18, "contrast": 0.16}, low_poly),
)
