"""The pools of light that lamps throw on a ground which knows nothing of them. A layer over the finished picture.

What the ground sends back in the light of the sky tells its reflectance; the lamp's light comes back in proportion.
"""

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import f32, i32, kernel, sat
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import Canvas, Floats, Light, scale_of, view_ray

REACH = 10.0
"""Metres over which a lamp lights the ground."""

THICK = 0.55
"""Metres above a lamp's foot up to which a surface counts as ground; what is higher was lit as a mesh."""


@kernel
def light_pools(hdr, near, camera, scale, lamps, boxes, row):
    """Add lamplight to the ground. `lamps` (n, 7): x, foot, z, height, colour as a share of what lights the ground.

    `boxes` (n, 4): pixels to look at, x and y from … to …; `row` (6, W): scratch.
    """
    height, width = near.shape
    for y in range(height):
        left, right = i32(width), i32(0)
        for n in range(lamps.shape[0]):
            if (f32(y) >= boxes[n, 1]) & (f32(y) < boxes[n, 3]):
                left, right = min(left, i32(boxes[n, 0])), max(right, i32(boxes[n, 2]))
        if left >= right:
            continue
        for x in range(left, right):
            w = near[y, x]
            dx, dy, dz = view_ray(camera, scale, width, height, x, y)
            away = f32(1.0) / max(w, f32(1e-6))
            row[0, x] = camera[0] + dx * away
            row[1, x] = camera[1] + dy * away
            row[2, x] = camera[2] + dz * away
            row[3, x] = f32(0.0)
            row[4, x] = f32(0.0)
            row[5, x] = f32(0.0)
        for n in range(lamps.shape[0]):
            if (f32(y) < boxes[n, 1]) | (f32(y) >= boxes[n, 3]):
                continue
            for x in range(i32(boxes[n, 0]), i32(boxes[n, 2])):
                px, py, pz = row[0, x] - lamps[n, 0], row[1, x] - lamps[n, 1], row[2, x] - lamps[n, 2]
                flat2 = px * px + pz * pz
                up = lamps[n, 3] - py
                d2 = flat2 + up * up
                edge = sat(f32(1.0) - flat2 * f32(1.0 / (REACH * REACH)))
                share = max(up, f32(0.1)) / (np.sqrt(d2) * (d2 + f32(0.5))) * edge * edge
                share *= sat((f32(THICK) - abs(py)) * f32(4.0))
                row[3, x] += share * lamps[n, 4]
                row[4, x] += share * lamps[n, 5]
                row[5, x] += share * lamps[n, 6]
        for x in range(left, right):
            solid = f32(1.0) if near[y, x] > f32(0.0) else f32(0.0)
            hdr[0, y, x] *= f32(1.0) + row[3, x] * solid
            hdr[1, y, x] *= f32(1.0) + row[4, x] * solid
            hdr[2, y, x] *= f32(1.0) + row[5, x] * solid


class LampPools:
    """See `stage.Layer`."""

    def __init__(self, lamps: NDArray[np.floating], light: Light) -> None:
        """`lamps` (n, 7): x, height of its foot, z, height of the lamp over it, colour in units of `Light.glow`."""
        table = np.array(lamps, np.float32).reshape(-1, 7)
        lit = light.above + light.sunlight * max(float(light.sun[1]), 0.0)
        table[:, 4:] *= np.float32(light.glow) / np.maximum(lit, 1e-9)
        self._lamps = table

    def new_state(self, width: int, _height: int) -> Floats:
        """A row of scratch."""
        return np.zeros((6, width), np.float32)

    def draw(self, state: Floats, canvas: Canvas, camera: Camera, _t: float) -> None:
        """Add the light to what is drawn."""
        scale = scale_of(camera, canvas.height)
        offset = self._lamps[:, :3] - camera.frame[:3]
        across, above, away = (offset @ camera.frame[k : k + 3] for k in (3, 6, 9))
        near = np.maximum(away - REACH, 0.8)
        x, y = across / np.maximum(away, 0.8) * scale, above / np.maximum(away, 0.8) * scale
        wide = REACH * scale / near
        high = wide * 0.6 + np.abs(y) * 0.5
        boxes = np.stack(
            [
                np.clip(canvas.width / 2 + x - wide, 0, canvas.width),
                np.clip(canvas.height / 2 - y - high, 0, canvas.height),
                np.clip(canvas.width / 2 + x + wide, 0, canvas.width),
                np.clip(canvas.height / 2 - y + high, 0, canvas.height),
            ],
            1,
        ).astype(np.float32)
        seen = (away > -REACH) & (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        if not seen.any():
            return
        light_pools(canvas.hdr, canvas.near, camera.frame, np.float32(scale), self._lamps[seen], boxes[seen], state)


def pools_of(lamps: list[NDArray[np.floating]], height: Floats, most: int = 26) -> NDArray[np.floating]:
    """Lamps (x, y, z, r, g, b) over ground of these heights as the table that `LampPools` wants: those that count most
    from where the camera starts."""
    weight = [-float(np.sum(lamp[3:6])) / max(float(np.hypot(lamp[0], lamp[2])), 12.0) for lamp in lamps]
    chosen = np.argsort(weight, kind="stable")[:most]
    lamps, height = [lamps[k] for k in chosen], height[chosen]
    rows = [[a, h, c, max(b - h, 0.5), r, g, s] for (a, b, c, r, g, s), h in zip(lamps, height, strict=True)]
    return np.array(rows) if rows else np.zeros((0, 7))
