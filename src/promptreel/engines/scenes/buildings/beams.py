"""Beams of light in the air: a layer for lighthouses and searchlights."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.kernels import f32, kernel, sat, sstep, vexp
from promptreel.engines.scenes.mesh import Camera, on_screen, splat_discs
from promptreel.engines.scenes.stage import Canvas, scale_of, view_ray

Floats = NDArray[np.float32]

FLASH = 26.0
"""How narrow the flash is when a beam sweeps over the camera: the power of the cosine."""


@kernel
def draw_beams(hdr, near, camera, scale, beams):
    """Add beams of light to a picture. `beams` (n, 12): start, unit direction, radius at the start, its growth per m,
    length after which 1/e is left, colour (radiance seen across the start).

    For the ray of a pixel and the axis of a beam the nearest points are found; a Gaussian across the beam has a closed
    integral along the ray: its width over the sine of the angle between the two.
    """
    height, width = hdr.shape[1], hdr.shape[2]
    for k in range(beams.shape[0]):
        ax, ay, az = beams[k, 3], beams[k, 4], beams[k, 5]
        wx, wy, wz = camera[0] - beams[k, 0], camera[1] - beams[k, 1], camera[2] - beams[k, 2]
        e = ax * wx + ay * wy + az * wz
        first, growth, reach = beams[k, 6], beams[k, 7], beams[k, 8]
        for y in range(height):
            for x in range(width):
                rx, ry, rz = view_ray(camera, scale, width, height, x, y)
                a = rx * rx + ry * ry + rz * rz
                b = rx * ax + ry * ay + rz * az
                d = rx * wx + ry * wy + rz * wz
                sine2 = max(a - b * b, f32(0.003) * a)
                away = (e * b - d) / sine2
                along = max(away * b + e, f32(0.0))
                away = max((b * along - d) / a, f32(0.05))
                qx, qy, qz = wx + away * rx - along * ax, wy + away * ry - along * ay, wz + away * rz - along * az
                radius = first + growth * along
                across2 = (qx * qx + qy * qy + qz * qz) / (radius * radius)
                sine = np.sqrt(sine2 / a)
                light = vexp(-across2 - along / reach) * (first / radius) / (sine + f32(0.12))
                light = light * sstep(f32(0.0), f32(2.0) * first, along + radius * f32(0.5))
                behind = (f32(1.0) / max(near[y, x], f32(1e-6)) - away) * sine / radius
                light = light * sat(behind * f32(0.5) + f32(0.5))
                hdr[0, y, x] += light * beams[k, 9]
                hdr[1, y, x] += light * beams[k, 10]
                hdr[2, y, x] += light * beams[k, 11]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Two opposite beams that turn about the vertical, and the flash of the lens when one meets the camera."""

    lens: tuple[float, float, float]
    colour: Floats
    """Radiance of the beam seen across at its start."""
    period: float = 8.0
    phase: float = 0.0
    reach: float = 90.0
    radius: float = 0.45
    bright: float = 1.0
    """Radiance of the lens when it looks at the camera."""

    def new_state(self, width: int, height: int) -> Any:
        """Nothing is kept."""
        return None

    def table(self, t: float) -> Floats:
        """The two beams at `t`, as `draw_beams` takes them."""
        angle = self.phase + 2 * math.pi * t / self.period
        rows = []
        for way in (angle, angle + math.pi):
            direction = (math.cos(way) * 0.999, -0.02, math.sin(way) * 0.999)
            rows.append([*self.lens, *direction, self.radius, 0.035, self.reach, *self.colour.tolist()])
        return np.array(rows, np.float32)

    def draw(self, state: Any, canvas: Canvas, camera: Camera, t: float) -> None:
        """Add the beams and the flash."""
        table = self.table(t)
        scale = scale_of(camera, canvas.height)
        draw_beams(canvas.hdr, canvas.near, camera.frame, np.float32(scale), table)
        toward = camera.position.astype(float) - np.asarray(self.lens)
        toward /= max(float(np.linalg.norm(toward)), 1e-6)
        flash = float((np.clip(table[:, 3:6] @ toward, 0, 1) ** FLASH).max())
        glint(canvas, camera, np.asarray(self.lens) + toward * 1.6, self.radius * (1.1 + 2.6 * flash), self.colour
              / max(float(self.colour.max()), 1e-9) * self.bright * (0.35 + 2.2 * flash), 0.75)  # fmt: skip


def glint(
    canvas: Canvas, camera: Camera, at: ArrayLike, radius: float, colour: NDArray[np.floating], opacity: float
) -> None:
    """A soft bright disc of `radius` m about one point."""
    x, y, near = on_screen(np.asarray(at, np.float32)[None], camera, canvas.width, canvas.height)
    size = radius * scale_of(camera, canvas.height) * near
    if near[0] <= 0:
        return
    # Below a pixel a disc keeps its light by getting fainter.
    faint = min(1.0, float(size[0]) / 0.8) ** 2
    disc = np.array([[x[0], y[0], near[0], max(float(size[0]), 0.8), opacity * faint]], np.float32)
    splat_discs(canvas.hdr, canvas.near, disc, np.asarray(colour, np.float32).reshape(1, 3))
