"""The scene "sunset over the ocean": also sunrise, dusk and plain day, calm or stormy, clear or clouded."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.ocean import (
    AIR,
    AMPLITUDE,
    CREST,
    DEEP,
    FOAM,
    GLITTER,
    RIPPLE,
    SCALE_LONG,
    SCALE_SHORT,
    SEA_LENGTH,
    Surface,
    Waves,
    draw_sea,
    make_waves,
)
from promptreel.engines.scenes.prompt import SceneSpec
from promptreel.engines.scenes.scene import Hdr, Tick, no_tick
from promptreel.engines.scenes.sky import (
    EYE,
    PANORAMA_AZIMUTHS,
    PANORAMA_ELEVATIONS,
    PITCH,
    TAN_HALF,
    VIEW_LENGTH,
    YAW,
    Sky,
    blur_panorama,
    blur_weights,
    draw_panorama,
    draw_sky,
    make_sky,
)

Floats = NDArray[np.float32]


# -- what the prompt and the seed make of it ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """All that makes one sunset differ from another. Angles in degrees, heights in m unless they say km."""

    sun_elevation: float
    sun_aside: float
    """Where the sun stands between the middle of the picture (0) and its edge (±1)."""
    horizon: float
    """Where the horizon is between the top of the picture (0) and the bottom (1)."""
    haze: float
    cover: float
    cirrus: float
    density: float
    cloud_km: float
    wave_height: float
    wind: float
    wind_heading: float
    eye: float
    air: float
    tint: tuple[float, float, float]
    key: float
    """The brightness that the middle of the picture's tones is exposed to."""
    contrast: float
    saturation: float


TINTS = {
    "red": (1.28, 0.80, 0.72),
    "orange": (1.20, 0.95, 0.70),
    "gold": (1.14, 1.02, 0.68),
    "yellow": (1.10, 1.06, 0.66),
    "pink": (1.18, 0.84, 1.08),
    "purple": (1.02, 0.78, 1.38),
    "blue": (0.78, 0.96, 1.38),
    "teal": (0.76, 1.08, 1.22),
    "green": (0.84, 1.16, 0.86),
}
"""Factors on the light of the sky."""

PALETTES = ((1.0, 1.0, 1.0), (1.06, 0.95, 0.94), (1.08, 0.90, 1.0), (1.12, 0.88, 0.86), (1.04, 0.90, 1.12))
"""The same for a low sun of which the prompt names no colour: golden, amber, rose, crimson, violet."""

ELEVATIONS = {
    "sunset": (0.9, 2.4),
    "sunrise": (1.4, 3.4),
    "dusk": (-3.2, -1.6),
    "day": (24.0, 38.0),
    "night": (9.0, 14.0),
}


def choose_look(spec: SceneSpec, random: np.random.Generator) -> Look:
    """The look that the prompt asks for, and what it leaves open by chance.

    Every number is drawn whether it is used or not, so that one word more in the prompt changes what it names only.
    """
    draw = dict(
        zip(
            (
                "elevation",
                "side",
                "aside",
                "horizon",
                "haze",
                "cover",
                "cirrus",
                "density",
                "cloud",
                "waves",
                "wind",
                "eye",
                "palette",
            ),
            random.random(13),
            strict=True,
        )
    )

    def between(low: float, high: float, name: str) -> float:
        return float(low + (high - low) * draw[name])

    weather, mood = spec.weather, spec.mood
    storm = "storm" in weather or "rain" in weather
    low, high = ELEVATIONS.get(spec.time, ELEVATIONS["sunset"])
    elevation = between(low, high, "elevation")
    cover = between(0.40, 0.56, "cover")
    cirrus = between(0.2, 0.7, "cirrus")
    density = between(0.8, 1.2, "density")
    wave_height = between(0.45, 0.95, "waves")
    wind = between(6.0, 9.0, "wind")
    tint = np.array(PALETTES[int(draw["palette"] * len(PALETTES))] if low < 4 and not spec.colours else (1.0, 1.0, 1.0))
    key, contrast, saturation = 0.155, 0.10, 1.16
    if "clear" in weather or "clouds" in spec.without:
        cover, cirrus = 0.0, 0.0
    if "clouds" in weather:
        cover = between(0.56, 0.66, "cover")
    if storm:
        cover, density, cirrus = between(0.84, 0.94, "cover"), 2.4, 0.2
        wave_height, wind = between(2.2, 2.6, "waves"), between(8.0, 9.0, "wind")
        key, saturation, contrast = 0.105, 0.80, 0.22
        tint *= (0.84, 0.92, 1.06)
        # Without a word about the time of day the sun stands behind the clouds, not below them.
        elevation = elevation if spec.time else between(6.0, 9.0, "elevation")
    if "wind" in weather:
        wave_height, wind = max(wave_height, 1.1), max(wind, 10.0)
    if mood == "calm":
        wave_height, wind = between(0.16, 0.30, "waves"), between(4.0, 5.5, "wind")
    if mood == "dramatic" and not storm:
        cover, density, contrast = max(cover, between(0.50, 0.60, "cover")), 1.3, 0.18
    if mood == "dark":
        key *= 0.62
    if mood == "bright":
        key *= 1.35
        saturation += 0.12
    if mood == "warm":
        tint *= (1.08, 1.0, 0.88)
    if mood == "cold":
        tint *= (0.86, 0.98, 1.16)
    if mood == "dreamy":
        tint *= (1.06, 0.95, 1.06)
        contrast = 0.02
    for colour in spec.colours[:2]:
        tint *= np.array(TINTS.get(colour, (1.0, 1.0, 1.0)))
    if spec.time == "dusk":
        key *= 0.6
        cover *= 0.9
    if spec.time == "night":
        # As films do it: a high sun, seen through a dark blue filter, is the moon.
        tint *= (0.42, 0.66, 1.30)
        key *= 0.24
        saturation = 0.85
    air = 0.0060 if "fog" in weather else 0.00016
    return Look(
        sun_elevation=elevation,
        sun_aside=(1 if draw["side"] > 0.5 else -1) * between(0.05, 0.55, "aside"),
        horizon=between(0.50, 0.60, "horizon"),
        haze=between(0.8, 1.4, "haze") * (5.0 if "fog" in weather else 1.0),
        cover=cover,
        cirrus=cirrus,
        density=density,
        cloud_km=between(1.6, 2.6, "cloud"),
        wave_height=wave_height,
        wind=wind,
        wind_heading=float(np.radians(40 + 100 * draw["wind"])),
        eye=between(2.3, 3.2, "eye") + 0.9 * max(0.0, wave_height - 0.8),
        air=air,
        tint=(float(tint[0]), float(tint[1]), float(tint[2])),
        key=key,
        contrast=contrast,
        saturation=saturation,
    )


# -- the camera --------------------------------------------------------------------------------------------------------

FIELD = 0.50
"""The geometric mean of the tangents of half the two angles of view: one lens for every aspect ratio."""


@dataclass(frozen=True, slots=True)
class Shot:
    """Where the camera is: `x`, `y`, `z` in m, angles in radians, `zoom` as a factor on the picture's size."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    zoom: float = 1.0


def move_camera(move: str, t: float, duration: float, speed: float) -> Shot:
    """Where the camera is after `t` seconds, relative to its first place.

    Pans, tilts and zooms ease in and out over the clip and go further in a longer one, up to a limit; journeys go at a
    steady pace.
    """
    part = min(max(t / duration, 0.0), 1.0)
    eased = part * part * (3 - 2 * part)
    reach = min(1.0, 0.35 + duration * speed / 12)
    swing = (eased - 0.5) * reach
    if move == "static":
        return Shot()
    if move in {"zoom_in", "zoom_out"}:
        amount = 1 + 0.9 * reach * (eased if move == "zoom_in" else 1 - eased)
        return Shot(zoom=amount)
    if move in {"pan_left", "pan_right", "orbit"}:
        return Shot(yaw=(0.42 if move != "pan_left" else -0.42) * swing)
    if move in {"tilt_up", "tilt_down"}:
        return Shot(pitch=(0.20 if move == "tilt_up" else -0.20) * swing)
    if move in {"dolly_in", "dolly_out"}:
        return Shot(z=(4.0 if move == "dolly_in" else -4.0) * speed * t, y=0.8)
    if move in {"crane_up", "crane_down"}:
        high = eased if move == "crane_up" else 1 - eased
        return Shot(y=7.0 * reach * high, pitch=-0.05 * reach * high, z=0.6 * speed * t)
    if move == "shake":
        return Shot(
            yaw=0.010 * np.sin(2.1 * t) + 0.006 * np.sin(5.3 * t + 1),
            pitch=0.008 * np.sin(2.7 * t + 2) + 0.005 * np.sin(6.1 * t),
            y=0.10 * np.sin(1.9 * t),
            z=0.8 * t,
        )
    return Shot(z=1.1 * speed * t, y=0.12 * np.sin(0.8 * t), pitch=0.004 * np.sin(0.63 * t + 0.5))


# -- the scene ---------------------------------------------------------------------------------------------------------


BLUR = blur_weights(np.radians(2.6))
"""Water mirrors through ripples that are too small to be drawn; they turn a mirrored ray by about so much."""


class State:
    """What one thread draws with."""

    def __init__(self, long: Waves, short: Waves, width: int, height: int) -> None:
        self.long, self.short = Surface(long), Surface(short)
        self.panorama = np.zeros((3, PANORAMA_AZIMUTHS * PANORAMA_ELEVATIONS), np.float32)
        self.mirrored = np.zeros_like(self.panorama)
        self.hdr: Hdr = np.zeros((3, height, width), np.float32)


class Sunset:
    """The sea under a low sun. See `scene.Scene`."""

    def __init__(
        self, width: int, height: int, duration: float, seed: int, spec: SceneSpec, tick: Tick = no_tick
    ) -> None:
        self._width, self._height, self._duration = width, height, duration
        self._camera, self._speed = spec.camera, spec.speed
        random = np.random.default_rng([seed, 1])
        self.look = look = choose_look(spec, random)
        self._half = lens(width, height)
        tick("sky")
        aside = np.arctan(look.sun_aside * min(self._half * width / height, 0.9))
        self._sky: Sky = make_sky(
            sun_elevation=float(np.radians(look.sun_elevation)),
            sun_azimuth=float(aside),
            haze=look.haze,
            cover=look.cover,
            cirrus=look.cirrus,
            density=look.density,
            cloud_height=look.cloud_km,
            tint=np.array(look.tint, np.float32),
            seed=seed,
        )
        tick("waves")
        self._long, self._short = make_sea(look, np.random.default_rng([seed, 2]))
        self._sea = sea_vector(look, self._long, self._short)
        tick("exposure")
        self.post: dict[str, Any] = {
            "bloom": 0.34,
            "threshold": 1.0,
            "knee": 1.0,
            "vignette": 0.30,
            "grain": 0.006,
            "contrast": look.contrast,
            "saturation": look.saturation,
            "exposure": self._exposure(tick),
        }

    def new_state(self) -> State:
        """The buffers of one thread."""
        return State(self._long, self._short, self._width, self._height)

    def draw(self, state: State, t: float) -> Hdr:
        """The picture at `t` seconds, in a buffer of `state`."""
        sky, sea = self._sky, self._sea
        # High waves pass as slowly as those of a larger sea: at the true pace near water is a blur.
        waves_t = t * min(self._speed, 1.6) * min(1.0, 0.9 / self.look.wave_height) ** 0.5
        state.long.move(waves_t)
        state.short.move(waves_t)
        clouds = 0.012 * t * self._speed * (8.0 if self._speed > 3 else 1.0)
        vector = sky.at((clouds, -1.4 * clouds))
        draw_panorama(state.panorama, sky.red, sky.green, sky.blue, sky.noise, sky.noise_log2, vector)
        blur_panorama(state.panorama, BLUR, state.mirrored)
        view = self._view(t)
        height = state.hdr.shape[1]
        slope = view[PITCH] / view[PITCH + 1]
        horizon = int(np.clip(np.ceil(height / 2 * (1 + slope / view[TAN_HALF])), 0, height))
        draw_sky(state.hdr, sky.red, sky.green, sky.blue, sky.noise, sky.noise_log2, vector, view, horizon)
        a, b = state.long, state.short
        draw_sea(
            state.hdr, state.panorama, state.mirrored,
            a.height, a.slope_x, a.slope_z, a.fold, a.offsets, a.lost, a.log2, a.levels,
            b.height, b.slope_x, b.slope_z, b.offsets, b.lost, b.log2, b.levels,
            sky.noise, sky.noise_log2, vector, sea, view, horizon,
        )  # fmt: skip
        return state.hdr

    def _view(self, t: float) -> Floats:
        look = self.look
        shot = move_camera(self._camera, t, self._duration, self._speed)
        half = self._half / shot.zoom
        # Zooming keeps the horizon where it is in the picture.
        pitch = np.arctan((2 * look.horizon - 1) * half) + shot.pitch
        vector = np.zeros(VIEW_LENGTH, np.float32)
        vector[EYE : EYE + 3] = shot.x, look.eye + shot.y, shot.z
        vector[TAN_HALF] = half
        vector[PITCH : PITCH + 2] = np.sin(pitch), np.cos(pitch)
        vector[YAW : YAW + 2] = np.sin(shot.yaw), np.cos(shot.yaw)
        return vector

    def _exposure(self, tick: Tick) -> float:
        """What makes the picture neither dark nor blown out, measured on small drawings of three moments."""
        scale = 96 / max(self._width, self._height)
        width, height = max(16, round(self._width * scale)), max(16, round(self._height * scale))
        state = State(self._long, self._short, width, height)
        lights = []
        for part in (0.0, 0.5, 1.0):
            hdr = self.draw(state, part * self._duration)
            lights.append(0.2126 * hdr[0] + 0.7152 * hdr[1] + 0.0722 * hdr[2])
            tick("exposure")
        light = np.stack(lights).astype(np.float64)
        middle = float(np.exp(np.mean(np.log(light + 1e-4))))
        bright = float(np.percentile(light, 90))
        return float(min(self.look.key / middle, 0.80 / bright))


def lens(width: int, height: int) -> float:
    """The tangent of half the vertical angle of view."""
    aspect = min(max(width / height, 0.42), 2.6)
    return float(FIELD / np.sqrt(aspect))


def make_sea(look: Look, random: np.random.Generator) -> tuple[Waves, Waves]:
    """The waves of both scales: long ones of the wanted height, short ones with the slopes of such a wind.

    On a rough sea the small waves are fewer and flatter than they would be: the large ones carry them so far from frame
    to frame that the eye cannot follow, and a shutter would have blurred them.
    """
    rough = min(max((look.wave_height - 0.9) / 1.5, 0.0), 1.0)
    long = make_waves(
        random,
        length=163.0,
        side=256,
        wind=look.wind,
        heading=look.wind_heading,
        longest=150.0,
        shortest=2.4,
        choppiness=1.15,
        swell=0.012,
    )
    short = make_waves(
        random,
        length=17.9,
        side=128,
        wind=look.wind,
        heading=look.wind_heading - 0.14,
        longest=3.4,
        shortest=0.36 + 0.54 * rough,
        choppiness=0.9,
    )
    at_rest = Surface(long)
    at_rest.move(0.0)
    long = long.scaled(look.wave_height / 4 / float(np.std(at_rest.height[: long.side**2])))
    at_rest = Surface(short)
    at_rest.move(0.0)
    size = short.side**2
    variance = float(np.mean(at_rest.slope_x[:size] ** 2 + at_rest.slope_z[:size] ** 2))
    wanted = (0.0030 + 0.0062 * min(look.wave_height, 1.2)) * (1 - 0.65 * rough)
    return long, short.scaled(float(np.sqrt(wanted / variance)))


def sea_vector(look: Look, long: Waves, short: Waves) -> Floats:
    """The parameters of `draw_sea`."""
    vector = np.zeros(SEA_LENGTH, np.float32)
    vector[AMPLITUDE] = look.wave_height * 0.95 + 0.05
    vector[SCALE_LONG], vector[SCALE_SHORT] = long.per_metre, short.per_metre
    vector[DEEP : DEEP + 3] = 0.075, 0.19, 0.33
    vector[CREST : CREST + 3] = 0.12, 0.75, 0.62
    vector[FOAM] = 0.42 + 0.16 * max(0.0, look.wave_height - 0.9)
    vector[RIPPLE] = 0.40
    vector[AIR] = look.air
    # A sun below the horizon sends no glitter; what is left is the mirror of the bright sky above it.
    # Nor does one that thick clouds stand before.
    vector[GLITTER] = 0.03 * min(max(look.sun_elevation + 0.3, 0.0), 1.0) * min(1.0, 2.2 - 2.0 * look.cover)
    return vector
