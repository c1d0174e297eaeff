"""Under water: blue-green depth that brightens upward, and the surface from below with its bright window (Snell's).

The surface lies at y = 0, so the camera is at a negative height. Bodies are lit by what comes down through the water.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import f32, i32, kernel, sat, sstep, tex, tile_fbm, vexp
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.skies.sky import PANORAMA_AZIMUTHS, PANORAMA_ELEVATIONS
from promptreel.engines.scenes.stage import (
    ABOVE,
    FOG,
    HORIZON,
    SUN,
    SUNLIGHT,
    BackdropRow,
    Brief,
    Canvas,
    Light,
    scale_of,
    view_ray,
)

Floats = NDArray[np.float32]

WINDOW = 0.66
"""Cosine of the angle from straight up beyond which the surface mirrors the depth instead of showing the sky."""

TINTS = {
    "green": (0.75, 1.15, 0.80),
    "teal": (0.85, 1.10, 1.00),
    "blue": (0.85, 0.90, 1.15),
    "purple": (1.30, 0.75, 1.15),
    "black": (0.30, 0.30, 0.35),
}


@kernel
def draw_depth(hdr, noise, noise_log2, light, camera, scale, t):
    """Fill `hdr` (3, H, W) with water as far as one sees, and the surface above."""
    height, width = hdr.shape[1], hdr.shape[2]
    deep = max(-camera[1], f32(0.3))
    for y in range(height):
        for x in range(width):
            dx, dy, dz = view_ray(camera, scale, width, height, x, y)
            inverse = f32(1.0) / np.sqrt(dx * dx + dy * dy + dz * dz)
            dx, dy, dz = dx * inverse, dy * inverse, dz * inverse
            up = max(dy, f32(0.0))
            # Light scattered on the way is stronger where it comes from above.
            toward = max(dx * light[SUN] + dy * light[SUN + 1] + dz * light[SUN + 2], f32(0.0))
            toward2 = toward * toward
            gain = f32(1.0) + f32(1.5) * up + f32(2.4) * up * up + f32(1.6) * toward2 * toward2 * up
            r = light[HORIZON] * gain * (f32(1.0) + f32(1.6) * up * up)
            g = light[HORIZON + 1] * gain * (f32(1.0) + f32(0.5) * up * up)
            b = light[HORIZON + 2] * gain
            dark = f32(1.0) - f32(0.35) * sat(-dy * f32(2.0))
            # The surface: what its waves bend into the window is bright.
            away = deep / max(dy, f32(0.02))
            wx, wz = camera[0] + dx * away, camera[2] + dz * away
            wave = tex(noise, noise_log2, i32(0), wx * f32(17.0) + t * f32(21.0), wz * f32(23.0) + t * f32(9.0))
            wave += tex(noise, noise_log2, i32(0), wx * f32(29.0) - t * f32(17.0), wz * f32(13.0) - t * f32(24.0))
            wave = wave - f32(1.0)
            seen = sstep(f32(WINDOW - 0.10), f32(WINDOW + 0.06), dy + wave * f32(0.30))
            glint = seen * (f32(0.8) + f32(0.6) * wave) + max(wave, f32(0.0)) * f32(0.35) * sat(dy * f32(3.0))
            clear = vexp(-away * light[FOG] * f32(0.55)) * sat(dy * f32(8.0))
            r += (light[ABOVE] * f32(1.2) + light[SUNLIGHT] * toward2 * toward2 * f32(0.5)) * glint * clear
            g += (light[ABOVE + 1] * f32(1.2) + light[SUNLIGHT + 1] * toward2 * toward2 * f32(0.5)) * glint * clear
            b += (light[ABOVE + 2] * f32(1.2) + light[SUNLIGHT + 2] * toward2 * toward2 * f32(0.5)) * glint * clear
            hdr[0, y, x] = r * dark
            hdr[1, y, x] = g * dark
            hdr[2, y, x] = b * dark


class Underwater:
    """See `stage.Backdrop`. `params["clear"]`: a factor on how far one sees."""

    def __init__(self, brief: Brief) -> None:
        random = brief.rng("depth")
        night = brief.time in {"night", "dusk"}
        strength = 0.10 if night else 1.0
        tint = np.ones(3)
        for colour in brief.spec.colours[:2]:
            tint = tint * np.array(TINTS.get(colour, (1.0, 1.0, 1.0)))
        dark = 0.5 if brief.spec.mood in {"dark", "eerie"} else 1.0
        azimuth = float(random.uniform(-0.6, 0.6))
        sun = np.array([math.sin(azimuth) * 0.36, 0.90, math.cos(azimuth) * 0.36])
        shade = tint * strength * dark
        self.light = Light(
            sun=(sun / np.linalg.norm(sun)).astype(np.float32),
            sunlight=(np.array([0.90, 1.45, 1.48]) * shade).astype(np.float32),
            above=(np.array([0.22, 0.62, 0.74]) * shade).astype(np.float32),
            horizon=(np.array([0.012, 0.135, 0.225]) * shade).astype(np.float32),
            below=(np.array([0.05, 0.13, 0.15]) * shade).astype(np.float32),
            fog=0.052 / max(float(brief.params.get("clear", 1.0)), 0.1),
            key=0.13 * (0.45 if night else 1.0) * (0.75 if dark < 1 else 1.0),
            wind=(0.15, 0.05),
        )
        brief.tick("depth")
        self._noise = tile_fbm(256, brief.seed + 9, base=4, octaves=5, gain=0.5).ravel()

    def new_state(self, width: int, height: int) -> Any:
        """It needs no buffers."""
        return None

    def draw(self, state: Any, canvas: Canvas, camera: Camera, t: float) -> None:
        """Fill the canvas."""
        canvas.near.fill(0)
        draw_depth(
            canvas.hdr,
            self._noise,
            np.int32(8),
            self.light.vector,
            camera.frame,
            f32(scale_of(camera, canvas.height)),
            f32(t),
        )

    def panorama(self, state: Any, t: float) -> Floats:
        """What glossy things mirror: bright above, the colour of the depth at the sides."""
        root = (np.arange(PANORAMA_ELEVATIONS) + 0.5) / PANORAMA_ELEVATIONS
        share = np.sin(root * root * np.pi / 2)[None, :, None] ** 2
        rows = self.light.horizon[:, None, None] * (1 - share) + self.light.above[:, None, None] * share
        full = np.broadcast_to(rows, (3, PANORAMA_ELEVATIONS, PANORAMA_AZIMUTHS))
        return np.ascontiguousarray(full, np.float32).reshape(3, -1)


def make(brief: Brief) -> Any:
    """The depth for a brief."""
    return Underwater(brief)


ROWS = (BackdropRow("underwater", make, outdoors=False),)
