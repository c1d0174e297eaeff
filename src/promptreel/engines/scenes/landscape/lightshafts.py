"""Shafts of sunlight that come through the leaves of a wood: a layer."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import clamp, device, f32, flr, i32, kernel, mix, sat, vexp, vsin
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import Canvas, Light, scale_of, view_ray

NUMBER = 14


@device
def _read(plane, y, x):
    top, left = i32(flr(y)), i32(flr(x))
    v, u = y - f32(top), x - f32(left)
    below, right = min(top + 1, plane.shape[0] - 1), min(left + 1, plane.shape[1] - 1)
    return mix(mix(plane[top, left], plane[top, right], u), mix(plane[below, left], plane[below, right], u), v)


@kernel
def draw_shafts(near, shafts, camera, scale, step, t, light):
    """How brightly slanting columns of lit air shine, into `light` (h, w), a picture `step` times smaller.

    `shafts` (n, 8): a point on the axis, the direction of the axis, radius and strength. Along the ray of a pixel the
    light is that of a Gaussian column: its width over the sine of the angle to the axis, cut where a surface is nearer.
    """
    height, width = near.shape
    for y in range(light.shape[0]):
        py = min(y * step + step // 2, height - 1)
        for x in range(light.shape[1]):
            light[y, x] = f32(0.0)
        for k in range(shafts.shape[0]):
            ax, ay, az = shafts[k, 3], shafts[k, 4], shafts[k, 5]
            wx, wy, wz = camera[0] - shafts[k, 0], camera[1] - shafts[k, 1], camera[2] - shafts[k, 2]
            strength = shafts[k, 7] * (f32(0.72) + f32(0.28) * vsin(t * f32(0.5) + f32(k) * f32(1.9)))
            for x in range(light.shape[1]):
                px = min(x * step + step // 2, width - 1)
                rx, ry, rz = view_ray(camera, scale, width, height, px, py)
                a = rx * rx + ry * ry + rz * rz
                b = rx * ax + ry * ay + rz * az
                d = rx * wx + ry * wy + rz * wz
                e = ax * wx + ay * wy + az * wz
                sine2 = max(a - b * b, f32(0.004) * a)
                away = max((e * b - d) / sine2, f32(0.0))
                # Nearest points of ray and axis.
                along = away * b + e
                qx = wx + away * rx - along * ax
                qy = wy + away * ry - along * ay
                qz = wz + away * rz - along * az
                across = (qx * qx + qy * qy + qz * qz) / (shafts[k, 6] * shafts[k, 6])
                sine = np.sqrt(sine2 / a)
                open_to = sat((f32(1.0) / max(near[py, px], f32(0.004)) - away) * f32(0.7) + f32(0.5))
                light[y, x] += (
                    strength * vexp(-across * f32(1.6)) / (sine + f32(0.25)) * open_to * sat(away * f32(0.12))
                )


@kernel
def add_light(hdr, light, step, colour):
    """Add a small picture of light, enlarged, to `hdr`."""
    for y in range(hdr.shape[1]):
        v = clamp((f32(y) + f32(0.5)) / f32(step) - f32(0.5), f32(0.0), f32(light.shape[0]) - f32(1.001))
        for x in range(hdr.shape[2]):
            u = clamp((f32(x) + f32(0.5)) / f32(step) - f32(0.5), f32(0.0), f32(light.shape[1]) - f32(1.001))
            shine = _read(light, v, u)
            hdr[0, y, x] += colour[0] * shine
            hdr[1, y, x] += colour[1] * shine
            hdr[2, y, x] += colour[2] * shine


class LightShafts:
    """See `stage.Layer`."""

    def __init__(
        self, light: Light, rng: np.random.Generator, lane: Callable[[NDArray[np.floating]], NDArray[np.floating]]
    ) -> None:
        z = np.sort(rng.uniform(7, 46, NUMBER))
        x = lane(z) + rng.normal(0, 1, NUMBER) * (1.6 + 0.10 * z)
        sun = np.asarray(light.sun, float)
        sun = sun * [1, 1, 1] + [0, 0.25, 0]
        sun /= np.linalg.norm(sun)
        shafts = np.zeros((NUMBER, 8), np.float32)
        shafts[:, 0], shafts[:, 1], shafts[:, 2] = x, 2.0, z
        shafts[:, 3:6] = sun
        shafts[:, 6] = rng.uniform(0.22, 0.62, NUMBER)
        shafts[:, 7] = rng.uniform(0.4, 1.0, NUMBER) * 0.045
        self._shafts = shafts
        self._colour = np.asarray(light.sunlight, np.float32)

    def new_state(self, width: int, height: int) -> Any:
        """The small picture of the light."""
        step = max(2, round(height / 120))
        return np.int32(step), np.zeros((-(-height // step), -(-width // step)), np.float32)

    def draw(self, state: Any, canvas: Canvas, camera: Camera, t: float) -> None:
        """Add the shafts."""
        step, light = state
        scale = f32(scale_of(camera, canvas.height))
        draw_shafts(canvas.near, self._shafts, camera.frame, scale, step, f32(t), light)
        add_light(canvas.hdr, light, step, self._colour)
