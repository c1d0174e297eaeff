"""The backdrop `sky`: from sunrise to night, clear to stormy, and the `Light` that such a sky gives.

`Brief.params` of a setting's row: `sun` = "front" (in the picture), "side" or "back" (behind the camera) sets where the
sun stands; `air` is a factor on the fog.
"""

import math

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import f32
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.skies import MOONLIGHT, NIGHT_BASE, Look, choose_look
from promptreel.engines.scenes.sky import (
    DISC,
    HEADING,
    PANORAMA_AZIMUTHS,
    PANORAMA_ELEVATIONS,
    SUN,
    Sky,
    make_sky,
)
from promptreel.engines.scenes.skyview import (
    cast_rays,
    coarseness,
    enlarge,
    paint,
    panorama_rays,
    panorama_share,
)
from promptreel.engines.scenes.stage import BackdropRow, Brief, Canvas, Light

Floats = NDArray[np.float32]

GROUND_REFLECTANCE = 0.20
"""Of what lies below the sky, for the light from below."""


class SkyState:
    """What one thread draws one size of canvas with."""

    def __init__(self, width: int, height: int) -> None:
        self.step = coarseness(height)
        rows, columns = -(-height // self.step), -(-width // self.step)
        self.rays = np.zeros((3, rows, columns), np.float32)
        self.coarse = np.zeros((4, rows, columns), np.float32)
        self.line = np.zeros(columns, np.float32)
        self.around = np.zeros((4, PANORAMA_ELEVATIONS, PANORAMA_AZIMUTHS), np.float32)


class SkyBackdrop:
    """One sky. See `stage.Backdrop`."""

    def __init__(self, brief: Brief) -> None:
        self.look = look = choose_look(brief)
        self._speed = brief.spec.speed
        brief.tick("sky")
        self._sky = sky_of(look, abs(brief.seed))
        self._heading = (float(self._sky.sky[HEADING]), float(self._sky.sky[HEADING + 1]))
        self._around = panorama_rays(self._heading)
        self.strikes: tuple[float, ...] = ()
        brief.tick("light")
        state = self.new_state(32, 16)
        around = self.panorama(state, 0.0).reshape(3, PANORAMA_ELEVATIONS, PANORAMA_AZIMUTHS)
        self.light = light_of(look, self._sky, around, float(brief.params.get("air", 1.0)))

    def flash(self, t: float) -> float:
        """How much lightning adds to all light at `t` seconds: 0 mostly, up to about 1.5."""
        return 0.0

    def new_state(self, width: int, height: int) -> SkyState:
        """The buffers of one thread."""
        return SkyState(width, height)

    def draw(self, state: SkyState, canvas: Canvas, camera: Camera, t: float) -> None:
        """Fill the canvas."""
        canvas.near.fill(0)
        cast_rays(state.rays, camera, canvas.width, canvas.height, state.step)
        self._paint(state.coarse, state.rays, t, halo=1.0)
        enlarge(canvas.hdr, state.coarse, f32(state.step), state.line)

    def panorama(self, state: SkyState, t: float) -> Floats:
        """The sky all around without the sun, see `stage.Backdrop`."""
        self._paint(state.around, self._around, t, halo=0.0)
        return state.around[:3].reshape(3, -1)

    def _paint(self, out: Floats, rays: Floats, t: float, *, halo: float) -> None:
        sky = self._sky
        paint(out, rays, sky.red, sky.green, sky.blue, sky.noise, sky.noise_log2, self._vector(t), f32(halo))

    def _vector(self, t: float) -> Floats:
        """The parameters of the clouds at `t` seconds: carried by the wind of their height, and changing."""
        speed = self._speed * (6.0 if self._speed > 3 else 1.0)
        along = 0.0032 * t * speed
        wind = self.look.wind
        return self._sky.at((-along * wind[0], -along * wind[1]), 0.0012 * t * speed)


def sky_of(look: Look, seed: int) -> Sky:
    """The tables for a look."""
    tint = np.array(look.tint, np.float32)
    base = None
    if look.night:
        base = NIGHT_BASE * tint
        tint = (tint * MOONLIGHT).astype(np.float32)
    return make_sky(
        sun_elevation=math.radians(look.elevation),
        sun_azimuth=look.azimuth,
        haze=look.haze,
        cover=look.cover,
        cirrus=look.cirrus,
        density=look.density,
        cloud_height=look.cloud_km,
        tint=tint,
        seed=seed,
        grey=look.grey,
        gloom=look.gloom,
        base=base,
        soft=look.soft,
    )


def light_of(look: Look, sky: Sky, around: Floats, air: float) -> Light:
    """The light of a sky of which `around` (3, rows, columns) is the panorama."""
    above = (around.mean(axis=2) * panorama_share()).sum(axis=1)
    # What fog and distance fade to is the sky just over the horizon, before the camera more than behind it.
    heading = math.atan2(float(sky.sky[HEADING]), float(sky.sky[HEADING + 1]))
    azimuth = np.arange(PANORAMA_AZIMUTHS) / PANORAMA_AZIMUTHS * 2 * np.pi - np.pi + heading
    ahead = np.clip(np.cos(azimuth), 0, 1) ** 3 + 0.05
    low = around[:, 4:14].mean(axis=1)
    horizon = (low * ahead).sum(axis=1) / ahead.sum()
    grey = np.array([0.2126, 0.7152, 0.0722])
    # Through the redness of the last light a camera's white balance goes half the way.
    sunlight = sky.sky[DISC : DISC + 3].astype(np.float64) / np.pi
    sunlight = 0.72 * sunlight + 0.28 * float(sunlight @ grey) * np.array([1.25, 0.98, 0.72])
    direction = sky.sky[SUN : SUN + 3].astype(np.float64)
    if look.elevation < 0:
        # No sun any more: the glow over the place where it set is the light that models things.
        sunlight = 0.55 * horizon
        direction[1] = math.sin(math.radians(6.0))
        direction[[0, 2]] *= math.cos(math.radians(6.0)) / math.hypot(direction[0], direction[2])
    if look.night:
        sunlight = np.array(MOONLIGHT) * np.array(look.tint) * 20 / np.pi * 0.9
    sunlight = sunlight * look.direct
    below = GROUND_REFLECTANCE * (above + sunlight * max(float(direction[1]), 0.05))
    return Light(
        sun=direction.astype(np.float32),
        sunlight=sunlight.astype(np.float32),
        above=above.astype(np.float32),
        horizon=horizon.astype(np.float32),
        below=below.astype(np.float32),
        fog=look.fog * air,
        key=look.key,
        wind=look.wind,
    )


ROWS = (BackdropRow("sky", SkyBackdrop),)
