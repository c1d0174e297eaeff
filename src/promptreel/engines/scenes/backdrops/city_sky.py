"""The sky over a town: at dusk and at night its air glows with the light that comes up from the streets.

`Brief.params`: `glow` is how strong that is (1 a city seen from afar, 2 one full of screens, 3 a street of neon).
"""

from dataclasses import replace

import numpy as np

from promptreel.engines.scenes.backdrops.sky import SkyBackdrop, SkyState
from promptreel.engines.scenes.buildings.towns import darkness
from promptreel.engines.scenes.kernels import f32, kernel, mix, vexp
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import BackdropRow, Brief, Canvas, Floats, scale_of, view_ray

TOWN = np.array([(0.090, 0.050, 0.034), (0.076, 0.044, 0.058), (0.052, 0.042, 0.070)])
"""The glow of sodium lamps, of mixed light, and of a town of screens."""

HAZES = np.array([(0.050, 0.034, 0.088), (0.026, 0.046, 0.090), (0.064, 0.030, 0.070), (0.022, 0.052, 0.066)])
"""Colours of the wet air between houses full of neon: violet, blue, magenta, teal."""

HAZE_BY_NAME = {
    "purple": (0.050, 0.034, 0.088),
    "blue": (0.024, 0.044, 0.100),
    "pink": (0.074, 0.028, 0.064),
    "red": (0.074, 0.029, 0.036),
    "orange": (0.082, 0.044, 0.022),
    "gold": (0.076, 0.050, 0.020),
    "yellow": (0.074, 0.056, 0.018),
    "teal": (0.022, 0.052, 0.066),
    "green": (0.024, 0.054, 0.038),
}


@kernel
def add_glow(hdr, camera, scale, colour, cover, fall):
    """Blend `colour` (3) over a sky: the share `cover` at the horizon, less by exp(-fall * sine of the height)."""
    height, width = hdr.shape[1], hdr.shape[2]
    for y in range(height):
        for x in range(width):
            dx, dy, dz = view_ray(camera, scale, width, height, x, y)
            up = abs(dy) / np.sqrt(dx * dx + dy * dy + dz * dz)
            share = cover * vexp(-fall * up)
            hdr[0, y, x] = mix(hdr[0, y, x], colour[0], share)
            hdr[1, y, x] = mix(hdr[1, y, x], colour[1], share)
            hdr[2, y, x] = mix(hdr[2, y, x], colour[2], share)


class CitySky(SkyBackdrop):
    """A sky with the glow of a town. See `stage.Backdrop`."""

    _cover, _fall = 0.0, 3.0

    def __init__(self, brief: Brief) -> None:
        super().__init__(brief)
        strength = float(brief.params.get("glow", 1.0)) * darkness(brief)
        self._colour = self.light.horizon
        if strength <= 0 or darkness(brief) < 0.5:
            return
        rng = brief.rng("city glow")
        street = strength > 2.5
        table = HAZES if strength > 1.5 else TOWN
        named = next((HAZE_BY_NAME[name] for name in brief.spec.colours if name in HAZE_BY_NAME), None)
        tint = np.array(named) if named is not None else table[int(rng.integers(len(table)))]
        # A city is lit brighter than the land at night, so it is exposed like an evening.
        key = max(self.light.key, 0.085 if street else 0.075)
        lit = replace(self.light, key=key)
        self._colour = (tint * lit.glow * (0.95 if street else 1.0) + 0.3 * self.light.horizon).astype(np.float32)
        self._cover, self._fall = (0.97, 1.1) if street else (0.9, 3.6)
        foggy = "fog" in brief.spec.weather
        fog = (0.019 if foggy else 0.0085) if street else max(self.light.fog, 0.0011 if strength > 1.5 else 0.00045)
        above = self.light.above + self._colour * np.float32(0.5 if street else 0.25)
        self.light = replace(
            lit,
            above=above.astype(np.float32),
            horizon=self._colour,
            below=(self.light.below + self._colour * np.float32(0.7 if street else 0.3)).astype(np.float32),
            fog=fog,
        )

    def draw(self, state: SkyState, canvas: Canvas, camera: Camera, t: float) -> None:
        """Fill the canvas."""
        super().draw(state, canvas, camera, t)
        if self._cover > 0:
            scale = np.float32(scale_of(camera, canvas.height))
            add_glow(canvas.hdr, camera.frame, scale, self._colour, f32(self._cover), f32(self._fall))

    def panorama(self, state: SkyState, t: float) -> Floats:
        """The sky all around without the sun."""
        around = super().panorama(state, t)
        if self._cover > 0:
            share = (self._cover * np.exp(-self._fall * np.abs(self._around[1]))).ravel().astype(np.float32)
            around += (self._colour[:, None] - around) * share
        return around


ROWS = (BackdropRow("city_sky", CitySky),)
