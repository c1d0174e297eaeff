"""The colours of an animated picture: light touches by mood, style and time of day, and planes for the encoder."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import device, f32, i32, kernel, mix, sat
from promptreel.engines.scenes.post import inverse_tone_map


@dataclass(frozen=True, slots=True)
class Grade:
    """A light touch on the colours. `Grade()` leaves a photo as it is."""

    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    saturation: float = 1.0
    contrast: float = 0.0

    def numbers(self) -> NDArray[np.float32]:
        """As `to_planes` wants them."""
        return np.array([*self.gain, self.saturation, self.contrast], np.float32)

    def joined(self, other: "Grade") -> "Grade":
        """Both, one after the other."""
        red, green, blue = (a * b for a, b in zip(self.gain, other.gain, strict=True))
        return Grade((red, green, blue), self.saturation * other.saturation, self.contrast + other.contrast)

    def faded(self, share: float) -> "Grade":
        """The share 0…1 of it."""
        red, green, blue = (1 + (gain - 1) * share for gain in self.gain)
        return Grade((red, green, blue), 1 + (self.saturation - 1) * share, self.contrast * share)


GRADES = {
    "warm": Grade((1.05, 1.0, 0.91), 1.04),
    "cold": Grade((0.93, 0.99, 1.06), 0.96),
    "dark": Grade((0.78, 0.79, 0.82), 0.95, 0.06),
    "bright": Grade((1.10, 1.10, 1.09), 1.03),
    "dramatic": Grade((1.0, 0.99, 0.98), 1.06, 0.16),
    "dreamy": Grade((1.05, 1.02, 1.03), 0.93, -0.10),
    "eerie": Grade((0.84, 0.95, 0.92), 0.72, 0.10),
    "joyful": Grade((1.05, 1.04, 1.0), 1.10),
}
"""By `SceneSpec.mood`."""

TIMES = {
    "sunrise": Grade((1.08, 0.95, 0.86), 1.04),
    "morning": Grade((1.04, 1.0, 0.95)),
    "golden_hour": Grade((1.13, 0.99, 0.78), 1.08),
    "sunset": Grade((1.13, 0.90, 0.74), 1.10, 0.04),
    "dusk": Grade((0.66, 0.66, 0.88), 0.86),
    "night": Grade((0.36, 0.43, 0.66), 0.72, 0.04),
}
"""The light into which a picture goes over when the prompt names a time of day."""

DARK = 62.0
"""A picture with a lower mean (0…255) is a night already."""


def light_of(time: str, mean: tuple[float, ...]) -> Grade:
    """The grade for a time of day, for a picture of that mean colour."""
    grade = TIMES.get(time, Grade())
    if time in {"night", "dusk"}:
        level = 0.2126 * mean[0] + 0.7152 * mean[1] + 0.0722 * mean[2]
        return grade.faded(min(max((level - DARK) / DARK, 0.0), 1.0))
    return grade


def style_of(changes: Mapping[str, Any]) -> Grade:
    """What a style's changes to `post.Post.run` are for a picture that comes without them."""
    red, green, blue = changes.get("tint", (1.0, 1.0, 1.0))
    saturation, contrast = float(changes.get("saturation", 1.0)), float(changes.get("contrast", 0.0))
    return Grade((red, green, blue), saturation, 0.5 * contrast)


LIGHT = inverse_tone_map(np.linspace(0, 1, 1025)).astype(np.float32)
"""`inverse_tone_map` of display values 0…1 in 1024 steps."""


@device
def _graded(red, green, blue, numbers):
    """Display values 0…255 with a `Grade`, as 0…1."""
    red = sat(red * numbers[0] * f32(1.0 / 255.0))
    green = sat(green * numbers[1] * f32(1.0 / 255.0))
    blue = sat(blue * numbers[2] * f32(1.0 / 255.0))
    grey = f32(0.2126) * red + f32(0.7152) * green + f32(0.0722) * blue
    red = sat(grey + (red - grey) * numbers[3])
    green = sat(grey + (green - grey) * numbers[3])
    blue = sat(grey + (blue - grey) * numbers[3])
    bend = numbers[4] * f32(4.0)
    red = sat(red + (red - f32(0.45)) * red * (f32(1.0) - red) * bend)
    green = sat(green + (green - f32(0.45)) * green * (f32(1.0) - green) * bend)
    blue = sat(blue + (blue - f32(0.45)) * blue * (f32(1.0) - blue) * bend)
    return red, green, blue


@kernel
def grade(rgb, numbers):
    """`rgb` (3, H, W; 0…255) graded in place, to 0…1."""
    for y in range(rgb.shape[1]):
        for x in range(rgb.shape[2]):
            red, green, blue = _graded(rgb[0, y, x], rgb[1, y, x], rgb[2, y, x], numbers)
            rgb[0, y, x] = red
            rgb[1, y, x] = green
            rgb[2, y, x] = blue


@kernel
def to_planes(rgb, numbers, luma, blue_plane, red_plane, chroma):
    """`rgb` (3, H, W; 0…255) graded, as Y, U and V: BT.709, limited range, colour samples left as H.264 has them.

    `chroma` (2, 2, W + 2) is scratch.
    """
    height, width = luma.shape
    for y in range(height):
        parity = y & 1
        for x in range(width):
            red, green, blue = _graded(rgb[0, y, x], rgb[1, y, x], rgb[2, y, x], numbers)
            level = f32(0.2126) * red + f32(0.7152) * green + f32(0.0722) * blue
            luma[y, x] = np.uint8(i32(f32(16.5) + f32(219.0) * level))
            chroma[0, parity, x + 1] = (blue - level) * f32(1.0 / 1.8556)
            chroma[1, parity, x + 1] = (red - level) * f32(1.0 / 1.5748)
        chroma[0, parity, 0] = chroma[0, parity, 1]
        chroma[1, parity, 0] = chroma[1, parity, 1]
        if parity == 1:
            for x in range(width // 2):
                # A colour sample lies on the even column, between two rows: 1-2-1 across, 1-1 down.
                at = 2 * x
                u = chroma[0, 0, at] + f32(2.0) * chroma[0, 0, at + 1] + chroma[0, 0, at + 2]
                u += chroma[0, 1, at] + f32(2.0) * chroma[0, 1, at + 1] + chroma[0, 1, at + 2]
                v = chroma[1, 0, at] + f32(2.0) * chroma[1, 0, at + 1] + chroma[1, 0, at + 2]
                v += chroma[1, 1, at] + f32(2.0) * chroma[1, 1, at + 1] + chroma[1, 1, at + 2]
                blue_plane[y >> 1, x] = np.uint8(i32(u * f32(28.0) + f32(128.5)))
                red_plane[y >> 1, x] = np.uint8(i32(v * f32(28.0) + f32(128.5)))


@kernel
def to_light(rgb, numbers, light):
    """`rgb` (3, H, W; 0…255) graded, turned in place into the light that `post.tone_map` shows as it."""
    height, width = rgb.shape[1], rgb.shape[2]
    for y in range(height):
        for x in range(width):
            red, green, blue = _graded(rgb[0, y, x], rgb[1, y, x], rgb[2, y, x], numbers)
            rgb[0, y, x] = _looked_up(light, red)
            rgb[1, y, x] = _looked_up(light, green)
            rgb[2, y, x] = _looked_up(light, blue)


@device
def _looked_up(table, value):
    """`table` (1025 steps over 0…1), linear between its steps."""
    place = value * f32(1024.0)
    low = min(i32(place), i32(1023))
    return mix(table[low], table[low + 1], place - f32(low))
