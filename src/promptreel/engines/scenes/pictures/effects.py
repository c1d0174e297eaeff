"""Effects of the drawn worlds (petals, embers, fireworks, smoke …) in the air of a still picture.

Display values are turned into light for them and back, which leaves what they do not touch as it was. The picture's depth
becomes metres so that its lower border is about two metres away; sky hides nothing.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from promptreel.engines.scenes.kernels import clamp, f32, kernel, sat, vpow
from promptreel.engines.scenes.mesh import Camera, look
from promptreel.engines.scenes.pictures.light import measure
from promptreel.engines.scenes.pictures.photo import Canvas as PhotoCanvas
from promptreel.engines.scenes.pictures.photo import Photo, View
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene import Tick
from promptreel.engines.scenes.scene_spec import SceneSpec
from promptreel.engines.scenes.stage import LUMINANCE, Brief, Canvas

TANGENT = 0.45
"""Of half the vertical angle of view."""

PER_METRE = 0.6
"""1 / distance in metres of a thing at nearness 1."""

FAR = 0.03
"""A nearness beyond which there is only sky."""

EYE = 1.6


class Effects:
    """The effects before one photo. Safe to use from many threads: nothing in it changes."""

    def __init__(self, photo: Photo, spec: SceneSpec, duration: float, seed: int, tick: Tick) -> None:
        known = rows("effects")
        names = [name for name in sorted(spec.effects) if name in known and name not in spec.without]
        names += ["sandstorm"] if "sandstorm" in spec.weather and "sandstorm" in known else []
        self.names = tuple(dict.fromkeys(names))
        if not self.names:
            return
        light = measure(photo.picture, photo.layers, (0.0, 0.0, 1.0, 1.0)).light
        # What falls is seen against all of the picture, so it is lit as its brighter parts are.
        dark = max(photo.mean) < 70
        # Before a ground that is nearly white, what is white itself has to be in its own shade.
        level = 0.30 if dark else float(np.interp(np.mean(photo.mean), (170, 230), (0.95, 0.42)))
        sunlight, above, horizon = (
            part * np.float32(max(1.0, level / max(float(part @ LUMINANCE), 1e-3)))
            for part in (light.sunlight, light.above, light.horizon)
        )
        light = replace(light, sunlight=sunlight, above=above, horizon=horizon)
        self._width, self._height = photo.width, photo.height
        time = "night" if dark else "day"
        brief = Brief(spec, photo.width, photo.height, duration, seed, time, {}, tick, TANGENT, light)
        self._layers = [known[name].make(brief) for name in self.names]
        # What bursts high up is far away: without a sky to be in, it would be behind the picture.
        self._before = np.float32(2.0 if "fireworks" in self.names and not photo.layers.sky.any() else FAR)

    def __bool__(self) -> bool:
        return bool(self.names)

    def new_state(self) -> list[Any]:
        """The buffers of one thread."""
        if not self.names:
            return []
        return [
            Canvas(self._width, self._height),
            *(layer.new_state(self._width, self._height) for layer in self._layers),
        ]

    def draw(self, state: list[Any], canvas: PhotoCanvas, view: View, t: float) -> None:
        """Draw over the `rgb` (0…255) of `canvas` as at `t` seconds."""
        air: Canvas = state[0]
        to_linear(canvas.rgb, canvas.nearness, air.hdr, air.near, np.float32(PER_METRE), self._before)
        camera = self._camera(view)
        for layer, own in zip(self._layers, state[1:], strict=True):
            layer.draw(own, air, camera, t)
        to_display(air.hdr, canvas.rgb)

    def _camera(self, view: View) -> Camera:
        """A camera in metres that moves as `view` does."""
        wide = 2 * TANGENT / PER_METRE
        aside, down = view.move_x * wide * self._width / self._height, view.move_y * wide
        # Fireworks stand so high that one looks up to them.
        pitch = 0.11 if "fireworks" in self.names else 0.0
        return look((aside, EYE - down, view.forward / PER_METRE), 0.0, pitch, TANGENT / view.lens)


@kernel
def to_linear(rgb, nearness, hdr, near, per_metre, far):
    """Display values 0…255 as linear light (sRGB), and nearness as 1/distance, 0 where it is below `far`."""
    height, width = nearness.shape
    for c in range(3):
        for y in range(height):
            for x in range(width):
                value = sat(rgb[c, y, x] * f32(1.0 / 255.0))
                hdr[c, y, x] = vpow((value + f32(0.055)) * f32(1.0 / 1.055), f32(2.4))
    for y in range(height):
        for x in range(width):
            n = nearness[y, x]
            near[y, x] = n * per_metre if n > far else f32(0.0)


@kernel
def to_display(hdr, rgb):
    """What `to_linear` made, turned back. Lights may be brighter than white, so that they shine through a darker grade."""
    for c in range(3):
        for y in range(rgb.shape[1]):
            for x in range(rgb.shape[2]):
                value = f32(1.055) * vpow(clamp(hdr[c, y, x], f32(0.0), f32(9.0)), f32(1.0 / 2.4)) - f32(0.055)
                rgb[c, y, x] = max(value, f32(0.0)) * f32(255.0)
