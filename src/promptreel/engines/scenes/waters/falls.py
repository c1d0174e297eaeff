"""Falling water: the sheet that leaves a lip of rock, and the mist at its foot."""

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import clamp, f32, i32, kernel, mix, sat, sstep, tex
from promptreel.engines.scenes.mesh import Camera, on_screen, splat_discs
from promptreel.engines.scenes.stage import ABOVE, SUN, SUNLIGHT, Canvas, Light, scale_of, view_ray
from promptreel.engines.scenes.waters.waterside import NOISE_LOG2

Floats = NDArray[np.float32]

# Where things are in the vector `fall`.
MIDDLE = 0  # x of the lip, m
LIP = 1  # its height
EDGE = 2  # its z
LEAP = 3  # how fast the water leaves it, m/s
HALF_WIDTH = 4
PLACE = 5  # in the noise, texels
FALL_LENGTH = 8

GRAVITY = 9.81


@kernel
def draw_fall(hdr, near, noise, noise_log2, light, fall, camera, scale, t):
    """Draw one fall over `hdr` (3, H, W) and `near` (H, W), where it is nearer.

    Water that is now at some height left the lip as long ago as it takes to fall there, so a pattern in the time of
    leaving speeds up and stretches as it falls.
    """
    height, width = hdr.shape[1], hdr.shape[2]
    for y in range(height):
        for x in range(width):
            dx, dy, dz = view_ray(camera, scale, width, height, x, y)
            dz = max(dz, f32(0.02))
            # The sheet is a parabola: three rounds of meeting the plane where it is at that height.
            surface = fall[EDGE] - fall[LEAP] * f32(0.8)
            away = (surface - camera[2]) / dz
            drop = fall[LIP] - camera[1] - dy * away
            past = np.sqrt(max(drop, f32(0.0)) * f32(2.0 / GRAVITY))
            away = (fall[EDGE] - fall[LEAP] * past - camera[2]) / dz
            drop = fall[LIP] - camera[1] - dy * away
            past = np.sqrt(max(drop, f32(0.0)) * f32(2.0 / GRAVITY))
            away = (fall[EDGE] - fall[LEAP] * past - camera[2]) / dz
            high = camera[1] + dy * away
            drop = fall[LIP] - high
            past = np.sqrt(max(drop, f32(0.0)) * f32(2.0 / GRAVITY))
            aside = camera[0] + dx * away - fall[MIDDLE]

            left = (t - past) * f32(1.0)
            bend = tex(noise, noise_log2, i32(0), left * f32(23.0), fall[PLACE]) - f32(0.5)
            u = aside + bend * f32(0.35) * past
            coarse = tex(noise, noise_log2, i32(0), u * f32(31.0) + fall[PLACE], left * f32(46.0))
            streak = tex(noise, noise_log2, i32(0), u * f32(133.0), left * f32(29.0) + fall[PLACE])
            fine = tex(noise, noise_log2, i32(0), u * f32(57.0) + fall[PLACE], left * f32(210.0))
            rope = tex(noise, noise_log2, i32(0), u * f32(70.0), fall[PLACE] * f32(3.0) + left * f32(3.0))
            # It spreads and frays on its way.
            wide = fall[HALF_WIDTH] * (f32(0.88) + f32(0.10) * drop * f32(0.25)) + (coarse - f32(0.5)) * (
                f32(0.25) + f32(0.28) * past
            )
            body = sat((wide - abs(aside)) * f32(1.6) + f32(0.1))
            dense = body * (f32(0.62) + f32(0.9) * (rope - f32(0.35))) + (streak - f32(0.5)) * f32(0.9) * body
            dense += (coarse - f32(0.5)) * f32(0.5) * body * past + (fine - f32(0.5)) * f32(0.45) * body
            cover = sstep(f32(0.12), f32(0.72), dense) * f32(0.95)
            # The lip is smooth water, the foot is lost in spray.
            cover = cover * sat(drop * f32(3.0)) * sat(high * f32(1.2) + f32(0.45))
            shown = (away > f32(0.3)) & (high > f32(-0.35)) & (drop > f32(0.0)) & (near[y, x] * away < f32(1.0))
            cover = cover if shown else f32(0.0)
            # Drops scatter light every way; the thick parts are whiter, the thin ones show the dark behind.
            sun = clamp(f32(0.26) - light[SUN + 2] * f32(0.35) + light[SUN + 1] * f32(0.25), f32(0.10), f32(0.8))
            tone = f32(0.20) + f32(0.42) * sat(dense) + f32(0.50) * (streak - f32(0.5)) + f32(0.36) * (fine - f32(0.5))
            tone = max(tone, f32(0.12))
            r = (light[ABOVE] * f32(0.62) + light[SUNLIGHT] * sun) * tone * f32(0.94)
            g = (light[ABOVE + 1] * f32(0.65) + light[SUNLIGHT + 1] * sun) * tone * f32(0.98)
            b = (light[ABOVE + 2] * f32(0.68) + light[SUNLIGHT + 2] * sun) * tone
            hdr[0, y, x] = mix(hdr[0, y, x], r, cover)
            hdr[1, y, x] = mix(hdr[1, y, x], g, cover)
            hdr[2, y, x] = mix(hdr[2, y, x], b, cover)
            near[y, x] = f32(1.0) / away if cover > f32(0.5) else near[y, x]


def make_fall(middle: float, lip: float, edge: float, leap: float, half: float, place: float) -> Floats:
    """The vector of one fall."""
    vector = np.zeros(FALL_LENGTH, np.float32)
    vector[:6] = middle, lip, edge, leap, half, place
    return vector


def foot_of(fall: Floats) -> tuple[float, float]:
    """Where a fall meets the water at y = 0: x, z."""
    past = float(np.sqrt(2 * fall[LIP] / GRAVITY))
    return float(fall[MIDDLE]), float(fall[EDGE] - fall[LEAP] * past)


def pour(fall: Floats, noise: Floats, light: Light, canvas: Canvas, camera: Camera, t: float) -> None:
    """Draw a fall."""
    draw_fall(
        canvas.hdr,
        canvas.near,
        noise,
        NOISE_LOG2,
        light.vector,
        fall,
        camera.frame,
        f32(scale_of(camera, canvas.height)),
        f32(t),
    )


class Mist:
    """Spray at the foot of a fall: soft clouds that rise and spread, and drops that leap. See `stage.Layer`."""

    CLOUDS, DROPS = 34, 150

    def __init__(self, light: Light, random: np.random.Generator, fall: Floats) -> None:
        self._light = light
        self._foot = foot_of(fall)
        self._half = float(fall[HALF_WIDTH])
        self._cloud = random.random((self.CLOUDS, 5))
        self._drop = random.random((self.DROPS, 5))

    def new_state(self, width: int, height: int) -> None:
        """No buffers."""

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """Draw it as discs."""
        light, (x, z), half = self._light, self._foot, self._half
        c = self._cloud
        age = np.mod(t / (2.6 + 1.6 * c[:, 0]) + c[:, 1], 1.0)
        place = np.stack(
            [
                x + (c[:, 2] - 0.5) * 2.3 * half + (c[:, 3] - 0.5) * 2.6 * age + light.wind[0] * 0.12 * age,
                0.15 + (0.5 + 2.3 * c[:, 4]) * age,
                z - 0.15 - 1.9 * age * (0.3 + c[:, 3]),
            ],
            axis=1,
        )
        strength = 0.15 * np.minimum(age * 6, 1) * (1 - age) ** 1.5
        bright = (light.above * 0.62 + light.sunlight * 0.26).astype(np.float32)
        self._splat(canvas, camera, place, (0.45 + 1.3 * age) * (0.7 + 0.6 * c[:, 0]), strength, bright, ahead=1.2)
        d = self._drop
        fly = np.mod(t / (0.55 + 0.5 * d[:, 0]) + d[:, 1], 1.0) * (0.55 + 0.5 * d[:, 0])
        speed = 1.2 + 2.6 * d[:, 3]
        place = np.stack(
            [
                x + (d[:, 2] - 0.5) * 2.2 * half + (d[:, 4] - 0.5) * 2.4 * fly,
                speed * fly - 0.5 * 9.81 * fly * fly,
                z - 0.1 - 1.5 * d[:, 0] * fly,
            ],
            axis=1,
        )
        self._splat(
            canvas, camera, place, np.full(len(d), 0.018), np.where(place[:, 1] > 0, 0.7, 0.0), bright * 1.15, ahead=0.4
        )

    def _splat(
        self,
        canvas: Canvas,
        camera: Camera,
        place: NDArray[np.floating],
        size: NDArray[np.floating],
        strength: NDArray[np.floating],
        colour: Floats,
        *,
        ahead: float,
    ) -> None:
        """`ahead`: how far a soft thing reaches toward us, m, so that rock cuts no edge into it."""
        x, y, near = on_screen(place, camera, canvas.width, canvas.height)
        radius = size * scale_of(camera, canvas.height) * near
        small = np.clip(radius / (0.6 * canvas.height / 360), 0.0, 1.0)
        strength = np.where(near > 0, strength * small, 0.0)
        near = near / np.maximum(1 - ahead * near, 0.3)
        discs = np.stack([x, y, near, np.maximum(radius, 0.55), strength], 1)[strength > 0.004].astype(np.float32)
        colours = np.ascontiguousarray(np.broadcast_to(colour.astype(np.float32), (len(discs), 3)))
        splat_discs(canvas.hdr, canvas.near, np.ascontiguousarray(discs), colours)
