"""The backdrop `sky`: from sunrise to night, clear to stormy, and the `Light` that such a sky gives.

`Brief.params` of a setting's row: `sun` = "front" (in the picture), "side" or "back" (behind the camera) sets where the
sun stands; `air` is a factor on the fog; `cloudless` leaves out clouds that were not asked for.
"""

import math

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import f32, i32
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.skies import heaps
from promptreel.engines.scenes.skies.discs import (
    DARK_SIDE,
    MOON_RADIUS,
    PHASE,
    disc_vector,
    draw_disc,
    moon_face,
)
from promptreel.engines.scenes.skies.lightning import draw_bolt, make_strikes
from promptreel.engines.scenes.skies.night import AuroraState, Night
from promptreel.engines.scenes.skies.skies import MOONLIGHT, NIGHT_BASE, Look, choose_look
from promptreel.engines.scenes.skies.sky import (
    AMBIENT,
    DISC,
    HALO,
    HEADING,
    PANORAMA_AZIMUTHS,
    PANORAMA_ELEVATIONS,
    SUN,
    SUN_RADIUS,
    Sky,
    make_sky,
)
from promptreel.engines.scenes.skies.skyglow import (
    add_aurora,
    add_band,
    add_bow,
    add_flash,
    galaxy_axes,
    milky_way,
    rainbow,
)
from promptreel.engines.scenes.skies.skyview import (
    cast_rays,
    coarseness,
    enlarge,
    paint,
    panorama_rays,
    panorama_share,
)
from promptreel.engines.scenes.skies.stars import Meteors, Stars
from promptreel.engines.scenes.stage import BackdropRow, Brief, Canvas, Light

Floats = NDArray[np.float32]

AURORA_REACH = 1.5
"""Radians to both sides of the first view's axis that hold curtains."""

AURORA_SIZE = (640, 360)
"""The frame for whose size the curtains are drawn, whatever the frame's: they are soft."""


class SkyState:
    """What one thread draws one size of canvas with."""

    def __init__(self, width: int, height: int, aurora: AuroraState | None) -> None:
        self.step = coarseness(height)
        rows, columns = -(-height // self.step), -(-width // self.step)
        self.rays = np.zeros((3, rows, columns), np.float32)
        self.coarse = np.zeros((4, rows, columns), np.float32)
        self.line = np.zeros(columns + 2, np.float32)
        self.march = np.zeros((heaps.SCRATCH, max(columns, PANORAMA_AZIMUTHS)), np.float32)
        self.around = np.zeros((4, PANORAMA_ELEVATIONS, PANORAMA_AZIMUTHS), np.float32)
        self.aurora = aurora
        self.aurora_time = math.nan


class SkyBackdrop:
    """One sky. See `stage.Backdrop`."""

    reflectance = 0.20
    """Of what lies below the sky, for the light from below."""

    flight = 0.0
    """How fast the clouds with a body come nearer because the camera flies, in m/s."""

    def __init__(self, brief: Brief) -> None:
        self.look = look = self._choose(brief)
        seed = abs(brief.seed)
        self._pace = brief.spec.speed * (6.0 if brief.spec.speed > 3 else 1.0)
        brief.tick("sky")
        self._sky = sky_of(look, seed)
        brief.tick("clouds")
        self._heaps = self._fields(seed)
        self._around = panorama_rays((float(self._sky.sky[HEADING]), float(self._sky.sky[HEADING + 1])))
        half = math.atan(min(brief.tangent * brief.width / brief.height, 0.9))
        self._strikes = make_strikes(brief.rng("lightning"), look.lightning, brief.duration, half)
        self.strikes = tuple(strike.time for strike in self._strikes)
        """Seconds at which lightning strikes, for the thunder."""
        self._meteors = Meteors(brief.rng("meteors"), look.meteors, brief.duration, half)
        self._bow = rainbow() if look.rainbow else None
        self._make_night(brief, seed)
        brief.tick("light")
        state = self.new_state(32, 16)
        around = self.panorama(state, 0.0).reshape(3, PANORAMA_ELEVATIONS, PANORAMA_AZIMUTHS)
        air = float(brief.params.get("air", 1.0))
        self.light = light_of(look, self._sky, around, air, self.reflectance)
        self._discs = discs_of(look, self._sky, self.light, brief)
        self._face = moon_face(seed)

    def _choose(self, brief: Brief) -> Look:
        return choose_look(brief)

    def _fields(self, seed: int) -> list[tuple[heaps.Heaps, Floats]]:
        return heaps_of(self.look, self._sky, seed)

    def _make_night(self, brief: Brief, seed: int) -> None:
        look, rng = self.look, brief.rng("stars")
        side = rng.choice([-1.0, 1.0])
        self._axes = galaxy_axes(rng.uniform(-0.35, 0.35), rng.uniform(0.10, 0.28), side * rng.uniform(0.8, 1.25))
        self._stars = Stars(rng, self._axes, look.milky_way, look.stars) if look.stars > 0 else None
        self._band = milky_way(seed) if look.milky_way > 0 else None
        self._night = Night(seed, *AURORA_SIZE, AURORA_REACH, colour=look.aurora) if look.aurora else None

    def flash(self, t: float) -> float:
        """How much lightning adds to all light at `t` seconds: 0 mostly, up to about 1.5."""
        return min(1.5, sum(strike.bright(t) for strike in self._strikes))

    def new_state(self, width: int, height: int) -> SkyState:
        """The buffers of one thread."""
        return SkyState(width, height, self._night.new_state() if self._night else None)

    def draw(self, state: SkyState, canvas: Canvas, camera: Camera, t: float) -> None:
        """Fill the canvas."""
        canvas.near.fill(0)
        cast_rays(state.rays, camera, canvas.width, canvas.height, state.step)
        self._paint(state, state.coarse, state.rays, camera.position, t, halo=1.0)
        enlarge(canvas.hdr, state.coarse, f32(state.step), state.line)
        moon = self._discs.get("moon")
        if self._stars:
            hole = None if moon is None else np.array([*moon[:3], math.cos(MOON_RADIUS)])
            self._stars.draw(canvas.hdr, state.coarse, state.step, camera, t, hole)
        self._meteors.draw(canvas.hdr, state.coarse, state.step, camera, t)
        for name in sorted(self._discs):
            face = self._face if name == "moon" else np.ones_like(self._face)
            draw_disc(canvas.hdr, state.coarse, state.step, camera, self._discs[name], face)
        for strike in self._strikes:
            bright = strike.bright(t)
            if bright > 0.01:
                draw_bolt(canvas.hdr, state.coarse, state.step, camera, strike, bright * self._bolt_light())

    def panorama(self, state: SkyState, t: float) -> Floats:
        """The sky all around without the sun, see `stage.Backdrop`."""
        self._paint(state, state.around, self._around, np.zeros(3, np.float32), t, halo=0.0)
        return state.around[:3].reshape(3, -1)

    def _paint(self, state: SkyState, out: Floats, rays: Floats, eye: Floats, t: float, *, halo: float) -> None:
        """All that is smooth in the sky, into `out` (4, rows, columns)."""
        sky, vector, look = self._sky, self._vector(t), self.look
        paint(out, rays, sky.red, sky.green, sky.blue, sky.noise, sky.noise_log2, vector, f32(halo))
        if self._band is not None:
            add_band(out, rays, self._band, self._axes, f32(0.026 * look.milky_way))
        if self._night and state.aurora:
            if state.aurora_time != t:
                self._night.aurora(state.aurora, t * min(self._pace, 8.0))
                state.aurora_time = t
            columns, rows = state.aurora.light.shape[1:]
            per_column = 2 * AURORA_REACH / columns
            add_aurora(out, rays, state.aurora.light, f32(-AURORA_REACH), f32(per_column), f32(rows - 1), f32(0.34))
        for field, heap in self._heaps:
            moved = heap.copy()
            along = 0.0040 * t * self._pace
            moved[heaps.DRIFT : heaps.DRIFT + 2] -= (along * look.wind[0], along * look.wind[1])
            moved[heaps.DRIFT + 1] += 0.001 * self.flight * t * min(self._pace, 4.0)
            moved[heaps.RISE] = 0.012 * t * self._pace
            moved[heaps.CAMERA : heaps.CAMERA + 3] = eye * np.float32(0.001)
            steps = field.steps
            if out is state.around:
                # The panorama is small and is mirrored by ripples: half the steps, twice as far apart.
                steps, moved[heaps.STRIDE] = (steps + 1) // 2, 2 * heap[heaps.STRIDE]
            heaps.march(out, rays, field.tops, field.hidden, field.lumps, vector, moved, i32(steps), state.march)
        if self._bow is not None:
            strength = 0.09 * look.direct * float(vector[DISC : DISC + 3].mean())
            add_bow(out, rays, self._bow, vector[SUN : SUN + 3].copy(), f32(strength))
        for strike in self._strikes:
            bright = strike.bright(t)
            if bright > 0.01:
                flat = math.cos(strike.elevation)
                around = np.array(
                    [math.sin(strike.azimuth) * flat, math.sin(strike.elevation), math.cos(strike.azimuth) * flat],
                    np.float32,
                )
                colour = (0.12 * bright * self._bolt_light()).astype(np.float32)
                add_flash(out, rays, around, f32(16.0), colour, f32(0.7 * bright))

    def _bolt_light(self) -> NDArray[np.float64]:
        """The light of a channel: a matter of exposure, so it goes by the light of the sky."""
        return np.array([0.82, 0.88, 1.10]) * 14 * float(self.light.above.mean())

    def _vector(self, t: float) -> Floats:
        """The parameters of the sheet of clouds at `t` seconds: carried by the wind of its height, and changing."""
        along, wind = 0.0060 * t * self._pace, self.look.wind
        return self._sky.at((-along * wind[0], -along * wind[1]), 0.0025 * t * self._pace)


def discs_of(look: Look, sky: Sky, light: Light, brief: Brief) -> dict[str, Floats]:
    """The discs of the sun and the moon that can be seen."""
    discs: dict[str, Floats] = {}
    direction = sky.sky[SUN : SUN + 3]
    shown = max(0.0, 1 - 1.25 * look.grey) ** 2
    if not look.night and look.elevation > -0.6 and shown > 0:
        colour = sky.sky[DISC : DISC + 3] * 12 * shown
        discs["sun"] = disc_vector(direction, SUN_RADIUS, colour, limb=1.0)
    if look.moon and look.grey < 0.5:
        if not look.night:
            half = min(brief.tangent * brief.width / brief.height, 0.9)
            azimuth = -math.copysign(math.atan(half * 0.4), look.azimuth)
            flat = math.cos(0.29)
            direction = np.array([math.sin(azimuth) * flat, math.sin(0.29), math.cos(azimuth) * flat], np.float32)
        level = max(0.15, 1.1 * float(light.above.mean()))
        colour = (np.array([1.0, 0.965, 0.90]) * level).astype(np.float32)
        tilt = float(brief.rng("moon").uniform(-0.5, 0.1))
        disc = disc_vector(direction, MOON_RADIUS, colour, tilt=tilt)
        phase = {"full_moon": 0.12, "half_moon": 1.50, "crescent_moon": 2.25}[look.moon]
        disc[PHASE : PHASE + 3] = math.sin(phase), 0.0, math.cos(phase)
        disc[DARK_SIDE] = 0.010 if look.night else 0.0
        discs["moon"] = disc
    return discs


def heaps_of(look: Look, sky: Sky, seed: int) -> list[tuple[heaps.Heaps, Floats]]:
    """The fields of clouds with a body, far ones first, each with its parameters."""
    fields = []
    sun, ambient = sky.sky[SUN : SUN + 3], sky.sky[AMBIENT : AMBIENT + 3]
    if look.towers > 0:
        field = heaps.make_heaps(
            seed + 1, sun, cover=0.17, cells=4, depth=8.0, scale=5.0, steps=24, round_tops=0.45, vary=0.75, anvil=3.6
        )
        vector = heaps.heap_vector(
            ambient, base=0.9, top=8.9, scale=5.0, lump=0.36, rough=0.20, thick=2.6, sharp=9.0, stride=0.068, shade=8.0
        )
        vector[heaps.ANVIL], vector[heaps.NEAREST] = 1.0, 14.0
        # The highest stands in the picture, away from the sun.
        aside, far = -math.copysign(0.26, look.azimuth), 30.0
        x, z = heaps.tallest(field.tops)
        vector[heaps.DRIFT : heaps.DRIFT + 2] = x / 5.0 - far * math.sin(aside), z / 5.0 - far * math.cos(aside)
        fields.append((field, vector))
    if look.heaps > 0:
        cover = 0.08 + 0.36 * look.heaps
        field = heaps.make_heaps(seed, sun, cover=cover, cells=9, depth=1.5, scale=21.0, steps=18)
        vector = heaps.heap_vector(
            ambient, base=1.1, top=2.6, scale=21.0, lump=1.0, rough=0.46, thick=9.0, sharp=4.0, stride=0.074
        )
        # Seen from straight below a cloud is a ceiling without shape.
        vector[heaps.NEAREST] = 3.0
        fields.append((field, vector))
    return fields


def sky_of(look: Look, seed: int) -> Sky:
    """The tables for a look."""
    tint = np.array(look.tint, np.float32)
    base = None
    if look.night:
        base = NIGHT_BASE * tint
        tint = (tint * MOONLIGHT).astype(np.float32)
    sky = make_sky(
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
        gaps=look.gaps,
        scattered=look.moonlit if look.night else 1.0,
    )
    # A grey sky hides the glow of the sun; a moon that is not in the picture has none.
    sky.sky[HALO] = (1 - look.grey) ** 2 * (0.7 if look.night else 1.0)
    return sky


def light_of(look: Look, sky: Sky, around: Floats, air: float, reflectance: float) -> Light:
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
    if look.elevation < 12:
        # What stands against the light would be a silhouette to a camera, but not to the eye.
        above = 1.45 * above
    if look.elevation < 0:
        # No sun any more: the glow over the place where it set is the light that models things.
        sunlight = 0.14 * horizon
        direction[1] = math.sin(math.radians(6.0))
        direction[[0, 2]] *= math.cos(math.radians(6.0)) / math.hypot(direction[0], direction[2])
    if look.night:
        # The lamps of a film's night fill the shadows.
        above = (5.5 if look.aurora else 4.2) * above
        sunlight = np.array(MOONLIGHT) * np.array(look.tint) * 20 / np.pi * 0.9
    sunlight = sunlight * look.direct
    below = reflectance * (above + sunlight * max(float(direction[1]), 0.05))
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
