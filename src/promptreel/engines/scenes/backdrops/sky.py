"""The backdrop `sky`: from sunrise to night, clear to stormy, and the `Light` that such a sky gives.

`Brief.params` of a setting's row: `sun` = "front" (in the picture), "side" or "back" (behind the camera) sets where the
sun stands; `air` is a factor on the fog.
"""

import math

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes import heaps
from promptreel.engines.scenes.kernels import f32, i32
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.skies import MOONLIGHT, NIGHT_BASE, Look, choose_look
from promptreel.engines.scenes.sky import (
    AMBIENT,
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
        self.march = np.zeros((11, max(columns, PANORAMA_AZIMUTHS)), np.float32)
        self.around = np.zeros((4, PANORAMA_ELEVATIONS, PANORAMA_AZIMUTHS), np.float32)


class SkyBackdrop:
    """One sky. See `stage.Backdrop`."""

    def __init__(self, brief: Brief) -> None:
        self.look = look = choose_look(brief)
        self._pace = brief.spec.speed * (6.0 if brief.spec.speed > 3 else 1.0)
        brief.tick("sky")
        self._sky = sky_of(look, abs(brief.seed))
        self._heaps = heaps_of(look, self._sky, abs(brief.seed))
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
        self._paint(state, state.coarse, state.rays, camera.position, t, halo=1.0)
        enlarge(canvas.hdr, state.coarse, f32(state.step), state.line)

    def panorama(self, state: SkyState, t: float) -> Floats:
        """The sky all around without the sun, see `stage.Backdrop`."""
        self._paint(state, state.around, self._around, np.zeros(3, np.float32), t, halo=0.0)
        return state.around[:3].reshape(3, -1)

    def _paint(self, state: SkyState, out: Floats, rays: Floats, eye: Floats, t: float, *, halo: float) -> None:
        sky, vector = self._sky, self._vector(t)
        paint(out, rays, sky.red, sky.green, sky.blue, sky.noise, sky.noise_log2, vector, f32(halo))
        for field, heap in self._heaps:
            moved = heap.copy()
            along = 0.0010 * t * self._pace
            moved[heaps.DRIFT : heaps.DRIFT + 2] -= (along * self.look.wind[0], along * self.look.wind[1])
            moved[heaps.RISE] = 0.004 * t * self._pace
            moved[heaps.CAMERA : heaps.CAMERA + 3] = eye * np.float32(0.001)
            heaps.march(out, rays, field.tops, field.hidden, field.lumps, vector, moved, i32(field.steps), state.march)

    def _vector(self, t: float) -> Floats:
        """The parameters of the sheet of clouds at `t` seconds: carried by the wind of its height, and changing."""
        along, wind = 0.0032 * t * self._pace, self.look.wind
        return self._sky.at((-along * wind[0], -along * wind[1]), 0.0012 * t * self._pace)


def heaps_of(look: Look, sky: Sky, seed: int) -> list[tuple[heaps.Heaps, Floats]]:
    """The fields of clouds with a body, far ones first, each with its parameters."""
    fields = []
    sun = sky.sky[SUN : SUN + 3]
    ambient = sky.sky[AMBIENT : AMBIENT + 3]
    if look.towers > 0:
        field = heaps.make_heaps(seed + 1, sun, cover=0.20, cells=4, depth=8.0, scale=5.0, steps=30, round_tops=0.35)
        fields.append((field, heap_vector(0.9, 8.9, 5.0, 0.25, 0.16, 2.2, 9.0, ambient, 0.115)))
    if look.heaps > 0:
        cover = 0.08 + 0.36 * look.heaps
        field = heaps.make_heaps(seed, sun, cover=cover, cells=8, depth=1.5, scale=21.0, steps=18)
        fields.append((field, heap_vector(1.1, 2.6, 21.0, 0.9, 0.32, 14.0, 9.0, ambient, 0.075)))
    return fields


def heap_vector(
    base: float,
    top: float,
    scale: float,
    lump: float,
    rough: float,
    thick: float,
    sharp: float,
    ambient: Floats,
    stride: float,
) -> Floats:
    """The parameters of a field, see `heaps`."""
    vector = np.zeros(heaps.HEAP_LENGTH, np.float32)
    vector[heaps.BASE], vector[heaps.TOP], vector[heaps.SCALE] = base, top, scale
    vector[heaps.LUMP], vector[heaps.ROUGH] = lump, rough
    vector[heaps.THICK], vector[heaps.SHARP], vector[heaps.SHADE] = thick, sharp, 4.5
    vector[heaps.STRIDE] = stride
    vector[heaps.BRIGHT : heaps.BRIGHT + 3] = 1.25 * ambient
    vector[heaps.DARK : heaps.DARK + 3] = 0.50 * ambient
    return vector


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
