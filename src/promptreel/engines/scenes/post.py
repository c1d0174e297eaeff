"""From light to a frame: bloom, filmic tone map, grade, vignette and grain, down to planar YUV 4:2:0.

BT.709, limited range, as H.264 wants it: the encoder takes the planes as they are.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import device, f32, flr, hash3, i32, kernel, mix, sat, vpow
from promptreel.engines.scenes.scene import Hdr

Paint = Callable[[int, int], Callable[[NDArray[np.float32], float], None]]
"""See `stage.Style.paint`."""

BLOOM_LEVELS = 6
FIREFLY = 60.0
"""Light above this counts as this for bloom, so that one pixel of sun glitter does not flash over the whole frame."""


# -- bloom: a pyramid of blurred pictures, a quarter of the frame's size and smaller -----------------------------------


@device
def _block_mean(plane, y, x):
    """The mean of the 4×4 block whose corner is at (y, x)."""
    total = f32(0.0)
    for j in range(4):
        for i in range(4):
            total += min(plane[y + j, x + i], f32(FIREFLY))
    return total * f32(0.0625)


@device
def _keep_bright(source, target, y, x, row, column, threshold, knee):
    red = _block_mean(source[0], y, x)
    green = _block_mean(source[1], y, x)
    blue = _block_mean(source[2], y, x)
    over = max(max(max(red, green), blue) - threshold, f32(0.0))
    share = over / (over + knee)
    target[0, row, column] = red * share
    target[1, row, column] = green * share
    target[2, row, column] = blue * share


@kernel
def bright_quarter(source, target, threshold, knee):
    """The bright parts of `source` at a quarter of its sides (rounded up). A block over the edge is moved inside."""
    height, width = source.shape[1], source.shape[2]
    rows, columns = target.shape[1], target.shape[2]
    for row in range(rows):
        y = min(4 * row, height - 4)
        for column in range(width // 4):
            _keep_bright(source, target, y, 4 * column, row, column, threshold, knee)
        if columns > width // 4:
            _keep_bright(source, target, y, width - 4, row, columns - 1, threshold, knee)


@kernel
def halve(source, target):
    """`source` at half its sides (rounded up), by 2×2 means."""
    height, width = source.shape[1], source.shape[2]
    for c in range(3):
        for row in range(target.shape[1]):
            y = min(2 * row, height - 2)
            for column in range(target.shape[2]):
                x = min(2 * column, width - 2)
                above = source[c, y, x] + source[c, y, x + 1]
                below = source[c, y + 1, x] + source[c, y + 1, x + 1]
                target[c, row, column] = (above + below) * f32(0.25)


@kernel
def blur_across(source, target):
    """A 1-4-6-4-1 blur along the rows."""
    last = source.shape[2] - 1
    for c in range(3):
        for y in range(source.shape[1]):
            for x in range(source.shape[2]):
                near = source[c, y, max(x - 1, 0)] + source[c, y, min(x + 1, last)]
                far = source[c, y, max(x - 2, 0)] + source[c, y, min(x + 2, last)]
                target[c, y, x] = source[c, y, x] * f32(0.375) + near * f32(0.25) + far * f32(0.0625)


@kernel
def blur_down(source, target):
    """A 1-4-6-4-1 blur along the columns."""
    last = source.shape[1] - 1
    for c in range(3):
        for y in range(source.shape[1]):
            up, up2 = max(y - 1, 0), max(y - 2, 0)
            down, down2 = min(y + 1, last), min(y + 2, last)
            for x in range(source.shape[2]):
                near = source[c, up, x] + source[c, down, x]
                far = source[c, up2, x] + source[c, down2, x]
                target[c, y, x] = source[c, y, x] * f32(0.375) + near * f32(0.25) + far * f32(0.0625)


@kernel
def add_doubled(small, large, share):
    """Add `small`, bilinearly made twice as large, to `large`."""
    rows, columns = small.shape[1], small.shape[2]
    for c in range(3):
        for y in range(large.shape[1]):
            at = (f32(y) + f32(0.5)) * f32(0.5) - f32(0.5)
            low = flr(at)
            weight = at - low
            row0 = min(max(i32(low), 0), rows - 1)
            row1 = min(max(i32(low) + 1, 0), rows - 1)
            for x in range(large.shape[2]):
                near = min(x >> 1, columns - 1)
                beside = near - 1 if (x & 1) == 0 else near + 1
                beside = min(max(beside, 0), columns - 1)
                above = small[c, row0, near] * f32(0.75) + small[c, row0, beside] * f32(0.25)
                below = small[c, row1, near] * f32(0.75) + small[c, row1, beside] * f32(0.25)
                large[c, y, x] += share * mix(above, below, weight)


# -- tone map ----------------------------------------------------------------------------------------------------------


@device
def tone_map(x):
    """Linear light to a display value 0…1: a filmic curve (Narkowicz's fit of ACES), then sRGB's transfer function."""
    x = max(x, f32(0.0))
    x = x * (f32(2.51) * x + f32(0.03)) / (x * (f32(2.43) * x + f32(0.59)) + f32(0.14))
    return sat(f32(1.055) * vpow(sat(x), f32(0.41666)) - f32(0.055))


def inverse_tone_map(display: NDArray[np.floating]) -> NDArray[np.float32]:
    """The linear light that `tone_map` shows as `display` (0…1, sRGB encoded): a photo comes out as it went in."""
    value = ((np.clip(display, 0.0, 1.0).astype(np.float64) + 0.055) / 1.055) ** 2.4
    # Solve the curve's quadratic: (2.43 v - 2.51) x² + (0.59 v - 0.03) x + 0.14 v = 0.
    a = 2.43 * value - 2.51
    b = 0.59 * value - 0.03
    c = 0.14 * value
    return np.asarray((-b - np.sqrt(np.maximum(b * b - 4 * a * c, 0.0))) / (2 * a), np.float32)


# -- grade and conversion ----------------------------------------------------------------------------------------------


@device
def _contrast(value, strength, grain):
    """An S-curve about 0.45 that leaves black and white where they are, plus the grain."""
    bend = (value - f32(0.45)) * value * (f32(1.0) - value) * f32(4.0)
    return sat(value + bend * strength + grain)


@kernel
def develop(source, glow, bloom, exposure, vignette, grain, seed, contrast, saturation, tint, glow_row):
    """Grade `source` (3, H, W) in place with the bloom picture `glow` (a quarter its size): display values 0…1.

    `glow_row` (3, columns of glow + 3) is scratch; `tint` holds three factors.
    """
    height, width = source.shape[1], source.shape[2]
    rows, columns = glow.shape[1], glow.shape[2]
    middle_y = f32(height) * f32(0.5)
    middle_x = f32(width) * f32(0.5)
    corner = f32(1.0) / (middle_x * middle_x + middle_y * middle_y)
    for y in range(height):
        at = (f32(y) + f32(0.5)) * f32(0.25) - f32(0.5)
        low = flr(at)
        weight = at - low
        row0 = min(max(i32(low), 0), rows - 1)
        row1 = min(max(i32(low) + 1, 0), rows - 1)
        for c in range(3):
            for x in range(columns):
                glow_row[c, x + 1] = mix(glow[c, row0, x], glow[c, row1, x], weight) * bloom
            glow_row[c, 0] = glow_row[c, 1]
            glow_row[c, columns + 1] = glow_row[c, columns]
            glow_row[c, columns + 2] = glow_row[c, columns]
        dy = f32(y) - middle_y
        dy2 = dy * dy
        for x in range(width):
            across = (f32(x) + f32(0.5)) * f32(0.25) + f32(0.5)
            low_x = flr(across)
            wx = across - low_x
            x0 = i32(low_x)
            x1 = x0 + i32(1)
            dx = f32(x) - middle_x
            r2 = (dx * dx + dy2) * corner
            light = exposure * (f32(1.0) - vignette * r2 * (f32(0.6) + f32(0.4) * r2))
            r = tone_map((source[0, y, x] + mix(glow_row[0, x0], glow_row[0, x1], wx)) * light * tint[0])
            g = tone_map((source[1, y, x] + mix(glow_row[1, x0], glow_row[1, x1], wx)) * light * tint[1])
            b = tone_map((source[2, y, x] + mix(glow_row[2, x0], glow_row[2, x1], wx)) * light * tint[2])
            grey = f32(0.2126) * r + f32(0.7152) * g + f32(0.0722) * b
            r = grey + (r - grey) * saturation
            g = grey + (g - grey) * saturation
            b = grey + (b - grey) * saturation
            # Two hashes make triangular noise: film grain, and a dither that keeps smooth skies from banding.
            noise = hash3(i32(x), i32(y), seed) + hash3(i32(x), i32(y), seed + i32(77)) - f32(1.0)
            noise = noise * (grain * (f32(1.2) - abs(grey - f32(0.4))) + f32(0.6 / 255.0))
            source[0, y, x] = _contrast(r, contrast, noise)
            source[1, y, x] = _contrast(g, contrast, noise)
            source[2, y, x] = _contrast(b, contrast, noise)


@kernel
def to_planes(rgb, luma, blue, red, chroma):
    """Display values 0…1 `rgb` (3, H, W) as the planes Y, U and V; `chroma` (2, 2, W) is scratch."""
    height, width = luma.shape
    for y in range(height):
        parity = y & 1
        for x in range(width):
            r, g, b = sat(rgb[0, y, x]), sat(rgb[1, y, x]), sat(rgb[2, y, x])
            luma[y, x] = np.uint8(i32(f32(16.5) + f32(219.0) * (f32(0.2126) * r + f32(0.7152) * g + f32(0.0722) * b)))
            chroma[0, parity, x] = f32(-0.114572) * r - f32(0.385428) * g + f32(0.5) * b
            chroma[1, parity, x] = f32(0.5) * r - f32(0.454153) * g - f32(0.045847) * b
        if parity == 1:
            for x in range(width // 2):
                u = chroma[0, 0, 2 * x] + chroma[0, 0, 2 * x + 1] + chroma[0, 1, 2 * x] + chroma[0, 1, 2 * x + 1]
                v = chroma[1, 0, 2 * x] + chroma[1, 0, 2 * x + 1] + chroma[1, 1, 2 * x] + chroma[1, 1, 2 * x + 1]
                blue[y >> 1, x] = np.uint8(i32(u * f32(56.0) + f32(128.5)))
                red[y >> 1, x] = np.uint8(i32(v * f32(56.0) + f32(128.5)))


class Post:
    """The grading of one frame size. Holds the buffers, so one per thread."""

    def __init__(self, width: int, height: int, paints: Sequence[Paint | None] = ()) -> None:
        """Sides in pixels, even, at least 16. `paints` are those of the styles (`stage.Style`), used in their order."""
        self.width, self.height = width, height
        self._paints = [paint(width, height) for paint in paints if paint is not None]
        self._levels: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
        columns, rows = -(-width // 4), -(-height // 4)
        while min(columns, rows) >= 4 and len(self._levels) < BLOOM_LEVELS:
            self._levels.append((np.zeros((3, rows, columns), np.float32), np.zeros((3, rows, columns), np.float32)))
            columns, rows = -(-columns // 2), -(-rows // 2)
        self._glow_row = np.zeros((3, -(-width // 4) + 3), np.float32)
        self._chroma = np.zeros((2, 2, width), np.float32)

    def run(
        self,
        hdr: Hdr,
        *,
        exposure: float = 1.0,
        bloom: float = 0.35,
        threshold: float = 0.9,
        knee: float = 1.0,
        vignette: float = 0.35,
        grain: float = 0.015,
        seed: int = 0,
        contrast: float = 0.12,
        saturation: float = 1.05,
        tint: tuple[float, float, float] = (1.0, 1.0, 1.0),
        t: float = 0.0,
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
        """The planes Y, U and V of `hdr`, new arrays each time. `hdr` holds the display values afterwards.

        `threshold` and `knee` say from which exposed brightness on light glows; `seed` (the number of the frame) moves
        the grain; `tint` multiplies red, green and blue; `t` (s) is what moving paints go by.
        """
        finest = self._glow(hdr, np.float32(threshold / exposure), np.float32(knee / exposure))
        luma = np.empty((self.height, self.width), np.uint8)
        blue = np.empty((self.height // 2, self.width // 2), np.uint8)
        red = np.empty((self.height // 2, self.width // 2), np.uint8)
        develop(
            hdr,
            finest,
            np.float32(bloom),
            np.float32(exposure),
            np.float32(vignette),
            np.float32(grain),
            np.int32(seed),
            np.float32(contrast),
            np.float32(saturation),
            np.array(tint, np.float32),
            self._glow_row,
        )
        for paint in self._paints:
            paint(hdr, t)
        to_planes(hdr, luma, blue, red, self._chroma)
        return luma, blue, red

    def _glow(self, hdr: Hdr, threshold: np.float32, knee: np.float32) -> NDArray[np.float32]:
        """The light that spreads, a quarter of the frame's size: the sum of ever wider blurs."""
        bright_quarter(hdr, self._levels[0][0], threshold, knee)
        for index, (level, scratch) in enumerate(self._levels):
            if index:
                halve(self._levels[index - 1][0], level)
            blur_across(level, scratch)
            blur_down(scratch, level)
        for (large, _), (small, _) in reversed(list(pairwise(self._levels))):
            add_doubled(small, large, np.float32(0.85))
        return self._levels[0][0]
