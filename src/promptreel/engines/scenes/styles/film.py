"""Styles that are a matter of film stock, lens and laboratory."""

from collections.abc import Callable

import numpy as np

from promptreel.engines.scenes.kernels import device, f32, hash2, i32, kernel, mix, sat, sstep
from promptreel.engines.scenes.stage import Floats, Style

SCOPE = 2.39
"""The aspect ratio of a wide cinema picture."""

DUST_EVERY = 0.5
"""Seconds between two pieces of dust or hair in the gate, about."""


@device
def _luma(r, g, b):
    return f32(0.2126) * r + f32(0.7152) * g + f32(0.0722) * b


@kernel
def split_tone(rgb, shadows, lights, amount, lift):
    """Shift the dark tones toward the colour `shadows` (3) and the bright ones toward `lights` (3), as `amount` 0…1 says.

    `lift` is how grey the deepest black becomes.
    """
    for y in range(rgb.shape[1]):
        for x in range(rgb.shape[2]):
            r, g, b = rgb[0, y, x], rgb[1, y, x], rgb[2, y, x]
            level = _luma(r, g, b)
            share = sstep(f32(0.1), f32(0.85), level)
            weight = amount * f32(4.0) * level * (f32(1.0) - level) + amount * f32(0.25)
            rgb[0, y, x] = lift + (f32(1.0) - lift) * sat(r + weight * mix(shadows[0], lights[0], share))
            rgb[1, y, x] = lift + (f32(1.0) - lift) * sat(g + weight * mix(shadows[1], lights[1], share))
            rgb[2, y, x] = lift + (f32(1.0) - lift) * sat(b + weight * mix(shadows[2], lights[2], share))


def _toned(
    shadows: tuple[float, ...], lights: tuple[float, ...], amount: float, lift: float = 0.0
) -> Callable[[Floats], None]:
    dark, bright = np.array(shadows, np.float32), np.array(lights, np.float32)
    return lambda rgb: split_tone(rgb, dark, bright, np.float32(amount), np.float32(lift))


def cinematic(width: int, height: int) -> Callable[[Floats, float], None]:
    """Teal shadows, warm lights, and the bars of a wide picture where the frame is less wide."""
    tone = _toned((-0.035, 0.004, 0.035), (0.035, 0.010, -0.035), 0.8)
    bar = max(0, round((height - width / SCOPE) / 2)) if width > height else 0

    def paint(rgb: Floats, _t: float) -> None:
        tone(rgb)
        if bar:
            rgb[:, :bar] = 0
            rgb[:, height - bar :] = 0

    return paint


@kernel
def age(rgb, sway, flicker, dust):
    """An old print: brightness that `flicker`s, corners that fade, and `dust` (n, 4: x, y, radius, light) in the gate."""
    height, width = rgb.shape[1], rgb.shape[2]
    for y in range(height):
        dy = (f32(y) / f32(height) - f32(0.5)) * f32(2.0)
        for x in range(width):
            dx = (f32(x) / f32(width) - f32(0.5)) * f32(2.0) + sway
            corner = sstep(f32(1.9), f32(0.7), dx * dx + dy * dy)
            light = flicker * (f32(0.55) + f32(0.45) * corner)
            rgb[0, y, x] *= light
            rgb[1, y, x] *= light
            rgb[2, y, x] *= light
    for n in range(dust.shape[0]):
        x0, y0, radius = dust[n, 0] * f32(width), dust[n, 1] * f32(height), dust[n, 2] * f32(height)
        for y in range(max(i32(y0 - radius), 0), min(i32(y0 + radius) + 1, height)):
            for x in range(max(i32(x0 - radius), 0), min(i32(x0 + radius) + 1, width)):
                dx, dy = f32(x) - x0, f32(y) - y0
                rough = f32(0.6) + f32(0.8) * hash2(i32(dx * f32(0.7)), i32(dy * f32(0.7)))
                share = sstep(radius, radius * f32(0.4), np.sqrt(dx * dx + dy * dy) * rough) * f32(0.6)
                rgb[0, y, x] = mix(rgb[0, y, x], dust[n, 3], share)
                rgb[1, y, x] = mix(rgb[1, y, x], dust[n, 3], share)
                rgb[2, y, x] = mix(rgb[2, y, x], dust[n, 3], share)


def vintage(_width: int, _height: int) -> Callable[[Floats, float], None]:
    """A faded, warm print with a little dust and an unsteady lamp."""
    tone = _toned((0.035, 0.005, -0.010), (0.045, 0.020, -0.060), 1.0, 0.055)

    def paint(rgb: Floats, t: float) -> None:
        tone(rgb)
        frame = int(t * 16)
        random = np.random.default_rng([frame, 51])
        flicker = 1.0 + 0.025 * float(random.standard_normal())
        count = int(random.poisson(1 / (16 * DUST_EVERY)))
        dust = random.random((count, 4)) * [1, 1, 0.007, 1] + [0, 0, 0.002, 0]
        dust[:, 3] = np.where(dust[:, 3] > 0.5, 0.92, 0.06)
        age(rgb, np.float32(0.0), np.float32(flicker), dust.astype(np.float32))

    return paint


def neon(_width: int, _height: int) -> Callable[[Floats, float], None]:
    """Magenta and cyan in everything."""
    tone = _toned((-0.02, -0.04, 0.12), (0.03, -0.03, 0.10), 1.0)
    return lambda rgb, _t: tone(rgb)


ROWS = (
    Style("photographic"),
    Style("cinematic", {"contrast": 0.24, "saturation": 1.05, "grain": 0.010, "vignette": 0.34}, cinematic),
    Style("black_and_white", {"saturation": 0.0, "contrast": 0.30, "grain": 0.024, "vignette": 0.40}),
    Style("vintage", {"saturation": 0.62, "contrast": 0.04, "grain": 0.030, "bloom": 0.42}, vintage),
    Style("neon", {"saturation": 1.55, "bloom": 0.75, "threshold": 0.6, "contrast": 0.30}, neon),
    Style("silhouette", {"contrast": 0.25, "saturation": 1.20}),
)
