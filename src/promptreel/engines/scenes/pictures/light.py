"""The light of a still picture, as far as it can be told, for things that are put into it.

Display values are turned into linear light (sRGB's transfer function); a mean over a surface of unknown colour tells the
light on it only roughly, so colours are taken at half their strength.
"""

import math
from dataclasses import dataclass
from typing import Any

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from promptreel.engines import Picture
from promptreel.engines.scenes.pictures.depth import Layers
from promptreel.engines.scenes.stage import LUMINANCE, Floats, Light

cv2: Any = opencv
"""Its type stubs know neither the types of elements nor pictures without a rectangle."""

SIDE = 160
"""The longer side, in pixels, of the copy that is measured."""


@dataclass(frozen=True, slots=True)
class PictureLight:
    """What `measure` finds."""

    light: Light
    black: Floats
    """Display values (0…1) of the darkest parts: haze and flare lift them."""
    grain: float
    """Standard deviation of the picture's noise, display values 0…255."""
    blur: float
    """How soft its sharpest edges are: sigma in texels."""
    hard: float
    """0 a diffuse light without shadows, 1 a hard sun."""
    place: Floats
    """The mean display value (0…1) around the place: what the air between lies like over far things."""


def linear(display: NDArray[np.floating]) -> Floats:
    """Display values 0…1 (sRGB) as linear light."""
    value = np.clip(display, 0, 1)
    return np.asarray(np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4), np.float32)


def measure(picture: Picture, layers: Layers, box: tuple[float, float, float, float]) -> PictureLight:
    """The light about the `box` (left, top, right, bottom as fractions) of a cropped `picture`."""
    cv2.setNumThreads(1)
    height, width = picture.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    shone = linear(small)
    luma = shone @ LUMINANCE
    sky = cv2.resize(layers.sky, size, interpolation=cv2.INTER_LINEAR) > 0.5
    matte = cv2.resize(layers.matte, size, interpolation=cv2.INTER_AREA)
    around = _around(box, size)
    near = shone[around].reshape(-1, 3)
    land = luma[~sky] if (~sky).mean() > 0.1 else luma.ravel()
    # Paper is rarely seen; the brightest things that do not shine come close to it.
    white = float(np.percentile(land, 93))
    local = float(np.percentile(near @ LUMINANCE, 85))
    white = float(np.clip(0.5 * white + 0.5 * max(local, 0.5 * white), 0.07, 0.95))
    if sky.any():
        # Whatever the land is made of, paper under a bright sky is bright.
        white = max(white, 0.62 * float(luma[sky].mean()))
    middle = float(np.percentile(near @ LUMINANCE, 50))
    hard = float(np.clip((white / max(middle, 0.02) - 1.3) / 2.2, 0.0, 1.0))
    across, ahead = _direction(luma, sky, matte)
    overhead = shone[sky].mean(axis=0) if sky.any() else shone[: max(1, size[1] // 3)].reshape(-1, 3).mean(axis=0)
    below = shone[-max(1, size[1] // 4) :].reshape(-1, 3).mean(axis=0)
    bright = shone[luma >= np.percentile(luma, 90)].mean(axis=0)
    # A film's curve darkens the shadows of a picture more than light alone does.
    share = 0.60 + 0.18 * hard
    key = _tone(0.6 * bright + 0.4 * near.mean(axis=0), 0.5) * white * share * 1.35
    fill = _tone(0.5 * overhead + 0.5 * near.mean(axis=0), 0.45) * white * (1 - share) * 0.62
    ground = _tone(below, 0.45) * white * (1 - share) * 0.28
    # A light straight from the front would model nothing.
    across = math.copysign(max(abs(across), 0.45), across)
    sun = np.array([across, 0.62, ahead])
    light = Light(
        sun=(sun / np.linalg.norm(sun)).astype(np.float32),
        sunlight=key.astype(np.float32),
        above=fill.astype(np.float32),
        horizon=(_tone(near.mean(axis=0), 0.7) * 0.6 * max(middle, 0.3 * white)).astype(np.float32),
        below=ground.astype(np.float32),
        fog=0.0,
        exposure=1.0,
    )
    return PictureLight(
        light=light,
        black=(0.6 * small[luma <= np.percentile(luma, 1.5)].mean(axis=0)).astype(np.float32),
        grain=_grain(picture),
        blur=_softness(picture),
        hard=hard,
        place=small[around].reshape(-1, 3).mean(axis=0).astype(np.float32),
    )


def _around(box: tuple[float, float, float, float], size: tuple[int, int]) -> tuple[slice, slice]:
    """The part of a picture of `size` (columns, rows) in and about a box."""
    left, top, right, bottom = box
    more_x, more_y = 0.5 * (right - left), 0.3 * (bottom - top)
    x0, x1 = int((left - more_x) * size[0]), int(np.ceil((right + more_x) * size[0]))
    y0, y1 = int((top - more_y) * size[1]), int(np.ceil((bottom + more_y) * size[1]))
    x0, y0 = min(max(x0, 0), size[0] - 1), min(max(y0, 0), size[1] - 1)
    return slice(y0, max(y0 + 1, min(y1, size[1]))), slice(x0, max(x0 + 1, min(x1, size[0])))


def _tone(colour: Floats, strength: float) -> Floats:
    """The hue of `colour` at luminance 1, with the share `strength` of its saturation."""
    tone = colour / max(float(colour @ LUMINANCE), 1e-4)
    return np.asarray(1 + (np.clip(tone, 0.3, 2.2) - 1) * strength, np.float32)


def _direction(luma: Floats, sky: NDArray[np.bool_], matte: Floats) -> tuple[float, float]:
    """From where the main light comes: to the right (-1…1), and ahead (1: against the camera, -1: from behind it)."""
    width = luma.shape[1]
    bright = np.clip(luma, 0, np.percentile(luma, 98)).astype(np.float64) ** 2
    columns = np.linspace(-1, 1, width)
    aside = float((bright.sum(axis=0) @ columns) / max(bright.sum(), 1e-9)) * 2.2
    inside = matte > 0.6
    if inside.mean() > 0.01:
        # The side of a thing that is brighter looks to the light; this tells more than where the picture is bright.
        x = np.nonzero(inside)[1]
        left, right = x < np.percentile(x, 35), x > np.percentile(x, 65)
        value = luma[inside]
        one, other = float(value[left].mean()), float(value[right].mean())
        aside = 0.4 * aside + 1.4 * (other - one) / max(other + one, 1e-4)
    ahead = -0.42
    if sky.any():
        ratio = float(luma[sky].mean() / max(luma[~sky].mean(), 1e-3)) if (~sky).any() else 1.0
        ahead = float(np.clip(-0.42 + 0.14 * (ratio - 2.0), -0.42, 0.45))
    return float(np.clip(aside, -0.9, 0.9)), ahead


def _grain(picture: Picture) -> float:
    """The noise of the smoothest parts (the median of absolute deviations of a Laplacian; Immerkær 1996)."""
    luma = cv2.cvtColor(_middle(picture), cv2.COLOR_RGB2GRAY).astype(np.float32)
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    rough = np.abs(cv2.filter2D(luma, cv2.CV_32F, kernel))
    return float(np.clip(np.percentile(rough, 30) / 0.385 / 6, 0, 5))


def _softness(picture: Picture) -> float:
    """Sigma of the sharpest edges, from how much a known blur lowers their slope (Zhuo and Sim 2011)."""
    luma = cv2.cvtColor(_middle(picture), cv2.COLOR_RGB2GRAY).astype(np.float32)
    slopes = [np.hypot(cv2.Sobel(a, cv2.CV_32F, 1, 0), cv2.Sobel(a, cv2.CV_32F, 0, 1)) for a in _two(luma)]
    strong = slopes[0] > max(float(np.percentile(slopes[0], 98.5)), 8.0)
    if strong.sum() < 12:
        return 0.8
    ratio = float(np.percentile(slopes[0][strong] / np.maximum(slopes[1][strong], 1e-3), 75))
    return float(np.clip(1 / np.sqrt(max(ratio * ratio - 1, 0.02)), 0.3, 4.0))


def _two(luma: Floats) -> tuple[Floats, Floats]:
    return luma, cv2.GaussianBlur(luma, (0, 0), 1.0)


def _middle(picture: Picture) -> Picture:
    """A part of at most 512 pixels a side: enough to see how fine its pixels are."""
    height, width = picture.shape[:2]
    y, x = max(0, (height - 512) // 2), max(0, (width - 512) // 2)
    return np.ascontiguousarray(picture[y : y + 512, x : x + 512])
