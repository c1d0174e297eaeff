"""A body of water made ready for a clip: its waves, its look by weather and light, and what one thread draws it with."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import f32, i32
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.scene_spec import SceneSpec
from promptreel.engines.scenes.skies.sky import PANORAMA_AZIMUTHS, PANORAMA_ELEVATIONS, blur_panorama, blur_weights
from promptreel.engines.scenes.stage import Canvas, Light, scale_of
from promptreel.engines.scenes.waters.ocean import Surface, Waves, make_waves
from promptreel.engines.scenes.waters.water import (
    ABSORB,
    AMPLITUDE,
    CENTRE,
    CREST,
    DEEP,
    FOAM,
    GLITTER,
    HALF,
    HEADING,
    LACE,
    LONG,
    MIRROR,
    PATCHES,
    RAIN,
    RIPPLE,
    ROUGH,
    SCALE_LONG,
    SCALE_SHORT,
    SHORT,
    SPREAD,
    TIME,
    WATER_LENGTH,
    draw_water,
)

Floats = NDArray[np.float32]

BLUR = blur_weights(np.radians(2.6))
"""Water mirrors through ripples that are too small to be drawn; they turn a mirrored ray by about so much."""

NOISE_LOG2 = np.int32(9)

SEA_DEEP = (0.012, 0.050, 0.085)
SEA_CREST = (0.10, 0.62, 0.52)
LAKE_DEEP = (0.014, 0.038, 0.042)
RIVER_DEEP = (0.020, 0.048, 0.042)
LAGOON_DEEP = (0.006, 0.120, 0.190)

FLAT = Waves(
    16.0,
    16,
    0.0,
    np.zeros((16, 16), np.complex64),
    np.zeros((16, 16), np.complex64),
    np.zeros((16, 16), np.float32),
    np.zeros((16, 16), np.float32),
    np.zeros((16, 16), np.float32),
)
"""No waves: the long scale of small waters."""

NO_CHART: Floats = np.zeros((10, 1), np.float32)
NO_CHART[0] = -1000.0
NO_SURF: Floats = np.zeros((4, 1), np.float32)


def rain_of(spec: SceneSpec) -> float:
    """How strongly rain rings stand on water, 0 where it is dry."""
    return min(spec.intensity, 2.0) ** 0.5 if spec.weather & {"rain", "storm"} and "rain" not in spec.without else 0.0


def heading_of(light: Light) -> tuple[float, float]:
    """The level direction toward the sun, a unit vector: how panoramas are turned."""
    x, z = float(light.sun[0]), float(light.sun[2])
    length = math.hypot(x, z)
    return (x / length, z / length) if length > 1e-6 else (0.0, 1.0)


def plain_panorama(light: Light) -> Floats:
    """A sky that goes from the light of the horizon to that from above, as a panorama."""
    root = (np.arange(PANORAMA_ELEVATIONS) + 0.5) / PANORAMA_ELEVATIONS
    share = np.sqrt(np.sin(root * root * np.pi / 2))[None, :, None]
    rows = light.horizon[:, None, None] * (1 - share) + light.above[:, None, None] * share
    # The glow around the sun, which stands at azimuth 0, the middle column.
    azimuth = (np.arange(PANORAMA_AZIMUTHS) / PANORAMA_AZIMUTHS * 2 - 1) * np.pi
    elevation = (root * root * np.pi / 2)[:, None]
    high = math.asin(max(-1.0, min(1.0, float(light.sun[1]))))
    cosine = np.sin(elevation) * math.sin(high) + np.cos(elevation) * math.cos(high) * np.cos(azimuth)[None, :]
    glow = 0.10 * np.exp((cosine - 1) * 7.0) + 0.16 * np.exp((cosine - 1) * 60.0)
    return np.ascontiguousarray(rows + light.sunlight[:, None, None] * glow, np.float32).reshape(3, -1)


def wind_waves(random: np.random.Generator, wind: float, heading: float, *, shortest: float = 0.36) -> Waves:
    """Ripples and small waves of a wind (m/s), their slopes of variance 1."""
    waves = make_waves(
        random,
        length=17.9,
        side=128,
        wind=wind,
        heading=heading,
        longest=3.4,
        shortest=shortest,
        choppiness=0.9,
    )
    rest = Surface(waves)
    rest.move(0.0)
    size = waves.side**2
    return waves.scaled(1 / math.sqrt(float(np.mean(rest.slope_x[:size] ** 2 + rest.slope_z[:size] ** 2))))


def swell_waves(random: np.random.Generator, wind: float, heading: float, height: float) -> Waves:
    """The long waves of an open sea whose crests stand `height` m over the troughs (significant wave height)."""
    waves = make_waves(
        random,
        length=163.0,
        side=256,
        wind=wind,
        heading=heading,
        longest=150.0,
        shortest=2.4,
        choppiness=1.15,
        swell=0.012,
    )
    rest = Surface(waves)
    rest.move(0.0)
    return waves.scaled(height / 4 / float(np.std(rest.height[: waves.side**2])))


class Floating:
    """How what floats is lifted by waves: the strongest of them, summed at one place."""

    def __init__(self, waves: Waves, number: int = 500) -> None:
        energy = np.abs(waves.start.ravel()) ** 2 + np.abs(waves.start_mirrored.ravel()) ** 2
        best = np.sort(np.argsort(energy, kind="stable")[::-1][:number])
        line = 2 * np.pi * np.fft.fftfreq(waves.side, 1 / waves.side) / waves.length
        kx, kz = (plane.ravel()[best] for plane in np.meshgrid(line, line, indexing="xy"))
        self._kx, self._kz, self._chop = kx, kz, waves.choppiness
        self._pulse = waves.pulse.ravel()[best].astype(np.float64)
        self._start, self._mirrored = waves.start.ravel()[best], waves.start_mirrored.ravel()[best]
        self._east, self._north = waves.east.ravel()[best], waves.north.ravel()[best]

    def __call__(self, x: float, z: float, t: float) -> tuple[float, float, float]:
        """Height and the slopes along x and z."""
        turn = np.exp(1j * self._pulse * t)
        amplitude = self._start * turn + self._mirrored * np.conj(turn)
        at_x, at_z = x, z
        # Choppy water has been shifted sideways to where we look: go back to where it came from.
        for _ in range(3):
            wave = amplitude * np.exp(1j * (self._kx * at_x + self._kz * at_z))
            at_x = x - self._chop * float(np.sum(-wave.imag * -self._east)) * -1.0
            at_z = z - self._chop * float(np.sum(-wave.imag * -self._north)) * -1.0
        wave = amplitude * np.exp(1j * (self._kx * at_x + self._kz * at_z))
        return float(wave.real.sum()), float(-(self._kx * wave.imag).sum()), float(-(self._kz * wave.imag).sum())


@dataclass(frozen=True, slots=True)
class Moving:
    """One scale's surface in the layout of the kernel: `block` (4, …) is heights, slopes and folding."""

    surface: Surface
    block: Floats


def moving(waves: Waves) -> Moving:
    """Room for one scale of waves."""
    surface = Surface(waves)
    block = np.zeros((4, surface.height.size), np.float32)
    surface.height, surface.slope_x, surface.slope_z, surface.fold = block
    surface.fold.fill(1.0)
    return Moving(surface, block)


class WaterState:
    """What one thread draws water with."""

    def __init__(self, long: Waves, short: Waves, width: int) -> None:
        self.long, self.short = moving(long), moving(short)
        self.soft: Floats = np.zeros((3, PANORAMA_AZIMUTHS * PANORAMA_ELEVATIONS), np.float32)
        self.rows = [np.zeros(width, np.float32) for _ in range(12)]
        self.mirror: Floats = np.zeros((3, 2, 2), np.float32)
        self.mirror_near: Floats = np.zeros((2, 2), np.float32)


class Water:
    """A body of water at y = 0."""

    def __init__(
        self,
        light: Light,
        noise: Floats,
        long: Waves,
        short: Waves,
        *,
        amplitude: float = 0.0,
        slopes: float = 0.005,
        deep: tuple[float, float, float] = SEA_DEEP,
        crest: tuple[float, float, float] = SEA_CREST,
        absorb: tuple[float, float, float] = (0.45, 0.14, 0.10),
        mirror: float = 0.0,
        rain: float = 0.0,
        foam: float = 0.0,
        ripple: float = 0.4,
        rough: float = 0.0018,
        glitter: float = 0.25,
        lace: float = 0.0,
        patches: float = 0.6,
        pace: float = 1.0,
        chart: Floats = NO_CHART,
        place: tuple[float, float, float] = (0.0, 0.0, 1.0),
        flowing: bool = False,
    ) -> None:
        """`slopes`: the variance of the short waves' slopes; `pace`: how fast time goes for waves; `place`: the chart's
        middle (x, z) and spread. Colours: see `water`."""
        self._light, self._noise, self._long, self._short = light, noise, long, short
        self._pace, self._chart, self._mirror = pace, chart, mirror
        self._chart_log2 = np.int32(round(math.log2(chart.shape[1]) / 2))
        self._plain = plain_panorama(light)
        vector = np.zeros(WATER_LENGTH, np.float32)
        vector[AMPLITUDE] = amplitude
        vector[SCALE_LONG], vector[SCALE_SHORT] = long.per_metre, short.per_metre
        vector[DEEP : DEEP + 3], vector[CREST : CREST + 3], vector[ABSORB : ABSORB + 3] = deep, crest, absorb
        vector[FOAM], vector[RIPPLE], vector[GLITTER] = foam, ripple, glitter
        vector[RAIN], vector[ROUGH], vector[LACE], vector[PATCHES] = rain, rough + 0.004 * rain, lace, patches
        vector[CENTRE : CENTRE + 2], vector[SPREAD] = place[:2], place[2]
        vector[HALF] = (1 << int(self._chart_log2)) / 2
        vector[HEADING : HEADING + 2] = heading_of(light)
        vector[LONG], vector[SHORT] = 0.0 if long is FLAT else 1.0, math.sqrt(slopes)
        vector[17] = float(flowing)
        self._vector = vector

    def new_state(self, width: int) -> WaterState:
        """The buffers of one thread."""
        return WaterState(self._long, self._short, width)

    def draw(self, state: WaterState, canvas: Canvas, camera: Camera, t: float, surf: Floats = NO_SURF) -> None:
        """Draw it over the canvas, on which its bed and all that is behind it are."""
        waves_t = t * self._pace
        if self._long is not FLAT:
            state.long.surface.move(waves_t)
        state.short.surface.move(waves_t)
        panorama = canvas.panorama
        panorama = self._plain if panorama is None else panorama
        blur_panorama(panorama, BLUR, state.soft)
        vector = self._vector.copy()
        vector[TIME] = t
        mirror, mirror_near = state.mirror, state.mirror_near
        if canvas.mirror is not None and self._mirror > 0:
            mirror, mirror_near = canvas.mirror.hdr, canvas.mirror.near
            vector[MIRROR] = self._mirror
        a, b = state.long, state.short
        draw_water(
            canvas.hdr, canvas.near, mirror, mirror_near, panorama, state.soft,
            a.block, a.surface.offsets, a.surface.lost, a.surface.log2, i32(a.surface.levels),
            b.block, b.surface.offsets, b.surface.lost, b.surface.log2, i32(b.surface.levels),
            self._chart, self._chart_log2, surf, np.int32(round(math.log2(surf.shape[1]) / 2)),
            self._noise, NOISE_LOG2, self._light.vector, vector, camera.frame,
            f32(scale_of(camera, canvas.height)), *state.rows,
        )  # fmt: skip
