"""Fire: tongues of flame, embers above them and the flicker of their light on what is near. One layer for fireplaces,
campfires, torches and candles.

A tongue is a flat picture that faces the camera: a drop whose edge and heat are bent by noise that rises through it.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import f32, i32, kernel, mix, sat, sstep, tex, tile_fbm, vexp
from promptreel.engines.scenes.mesh import Camera, on_screen, splat_discs
from promptreel.engines.scenes.stage import Canvas, scale_of, view_ray

Floats = NDArray[np.float32]

NOISE_LOG2 = 7
EMBERS = 36


@kernel
def draw_tongues(hdr, near, tongues, noise):
    """Draw flames over a picture. `tongues` (n, 11): foot x and y and half width and height in pixels (a negative height
    hangs down, in mirrors), 1/distance, seed, how far its noise has risen, how wild it is, lean, brightness, and how
    many cells of noise it is high."""
    height, width = hdr.shape[1], hdr.shape[2]
    for k in range(tongues.shape[0]):
        foot_x, foot_y, half, high = tongues[k, 0], tongues[k, 1], tongues[k, 2], tongues[k, 3]
        away, seed, risen, wild = tongues[k, 4], tongues[k, 5], tongues[k, 6], tongues[k, 7]
        lean, bright, cells = tongues[k, 8], tongues[k, 9], tongues[k, 10]
        x0 = max(i32(foot_x - half * f32(2.1)), i32(0))
        x1 = min(i32(foot_x + half * f32(2.1)) + i32(1), i32(width))
        y0 = max(i32(min(foot_y - high, foot_y)), i32(0))
        y1 = min(i32(max(foot_y - high, foot_y)) + i32(1), i32(height))
        across = cells * f32(2.0) * half / max(abs(high), f32(1.0))
        for y in range(y0, y1):
            v = sat((foot_y - f32(y) - f32(0.5)) / high)
            taper = np.sqrt(max(f32(1.0) - v, f32(0.0)))
            outline = taper * (f32(0.42) + f32(0.58) * sstep(f32(0.0), f32(0.26), v)) * (f32(1.0) - f32(0.35) * v)
            for x in range(x0, x1):
                u = (f32(x) + f32(0.5) - foot_x) / half
                a = tex(noise, i32(7), i32(0), u * across * f32(0.5) + seed, v * cells - risen + seed)
                b = tex(noise, i32(7), i32(0), u * across * f32(1.3) - seed, (v * cells - risen * f32(1.3)) * f32(2.3))
                sway = (a - f32(0.5)) * f32(2.3) * wild * v + lean * v * v
                body = f32(1.0) - abs(u + sway) / max(outline, f32(0.02))
                heat = body * f32(1.15) + (b - f32(0.55)) * f32(1.9) * wild * (f32(0.25) + v) - v * f32(0.28) * wild
                heat = sat(heat) * sstep(f32(0.0), f32(0.05), v) * sstep(f32(0.0), f32(0.10), f32(1.0) - v)
                heat = heat if near[y, x] < away else f32(0.0)
                warm = heat * heat * (f32(3.0) - f32(2.0) * heat)
                keep = f32(1.0) - f32(0.55) * warm
                hdr[0, y, x] = hdr[0, y, x] * keep + bright * (f32(1.25) * warm + f32(0.30) * heat)
                hdr[1, y, x] = hdr[1, y, x] * keep + bright * (f32(0.54) * warm * heat + f32(0.06) * heat)
                hdr[2, y, x] = hdr[2, y, x] * keep + bright * f32(0.20) * warm * warm * heat * heat


@kernel
def flicker_light(hdr, near, camera, scale, at, reach, amount, pool):
    """Brighten (or darken) surfaces within `reach` m of `at` (3) by up to the share `amount`; add the light `pool` to
    those close by, for grounds that no lamp lights."""
    height, width = hdr.shape[1], hdr.shape[2]
    for y in range(height):
        for x in range(width):
            rx, ry, rz = view_ray(camera, scale, width, height, x, y)
            away = f32(1.0) / max(near[y, x], f32(1e-4))
            dx = camera[0] + rx * away - at[0]
            dy = camera[1] + ry * away - at[1]
            dz = camera[2] + rz * away - at[2]
            d2 = (dx * dx + dy * dy + dz * dz) / (reach * reach)
            gain = f32(1.0) + amount * vexp(-d2 * f32(3.0))
            fall = f32(1.0) / (f32(1.0) + d2 * f32(40.0))
            light = pool * fall * fall
            red = hdr[0, y, x] + hdr[1, y, x]
            hdr[0, y, x] = hdr[0, y, x] * gain + light * (f32(0.5) * pool + red * f32(6.0))
            hdr[1, y, x] = hdr[1, y, x] * mix(f32(1.0), gain, f32(0.85)) + light * (f32(0.22) * pool + red * f32(2.6))
            hdr[2, y, x] = hdr[2, y, x] * mix(f32(1.0), gain, f32(0.6)) + light * (f32(0.06) * pool + red * f32(0.7))


def flutter(t: float, seed: float) -> float:
    """An unsteady course of about -1…1, as flames have it: slow swells and quick nicks."""
    slow = math.sin(2.3 * t + seed) * 0.35 + math.sin(5.1 * t + 2.1 * seed) * 0.30
    return slow + math.sin(11.7 * t + 3.7 * seed) * 0.22 + math.sin(19.3 * t + 1.3 * seed) * 0.13


@dataclass(slots=True)
class Fire:
    """One fire. Its foot is at `at` in the world; flames are about `high` m."""

    at: tuple[float, float, float]
    high: float
    wide: float
    """Half its width, m."""
    bright: float
    """Radiance of the flames where they are white."""
    seed: int = 1
    wild: float = 1.0
    """1 for burning wood; 0.12 for a candle."""
    tongues: int = 9
    embers: bool = True
    reach: float = 6.0
    """How far its light flickers on surfaces, m; 0 for none."""
    amount: float = 0.16
    pool: float = 0.0
    """How much light it throws on the ground around, a radiance; for fires outdoors, in the dark."""
    _noise: Floats = field(init=False, repr=False)
    _place: NDArray[np.float64] = field(init=False, repr=False)
    _spark: NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng([abs(self.seed), 17])
        self._noise = tile_fbm(1 << NOISE_LOG2, abs(self.seed) % 9973, base=6, octaves=4).ravel()
        self._place = rng.random((max(self.tongues, 1), 5))
        self._spark = rng.random((EMBERS, 5))

    def new_state(self, width: int, height: int) -> Any:
        """Nothing is kept."""
        return None

    def draw(self, state: Any, canvas: Canvas, camera: Camera, t: float) -> None:
        """Flicker, halo, flames, embers."""
        shake = flutter(t, self.seed * 1.7)
        scale = scale_of(camera, canvas.height)
        middle = np.array([self.at[0], self.at[1] + 0.4 * self.high, self.at[2]], np.float32)
        if self.reach:
            amount = np.float32(self.amount * shake)
            flicker_light(
                canvas.hdr, canvas.near, camera.frame, np.float32(scale), middle, np.float32(self.reach), amount,
                np.float32(self.pool * (1 + 0.15 * shake)),
            )  # fmt: skip
        self._halo(canvas, camera, middle, scale, 1 + 0.25 * shake)
        table = self._table(canvas, camera, t, scale, shake)
        if len(table):
            draw_tongues(canvas.hdr, canvas.near, table, self._noise)
        if self.embers:
            self._sparks(canvas, camera, t, scale)

    def _halo(self, canvas: Canvas, camera: Camera, middle: Floats, scale: float, share: float) -> None:
        """A faint warm disc of lit air around the flames."""
        x, y, near = on_screen(middle[None], camera, canvas.width, canvas.height)
        if near[0] <= 0:
            return
        radius = 2.8 * self.high * scale * float(near[0])
        disc = np.array([[x[0], y[0], near[0] * 1.12, max(radius, 0.7), 0.013 * share]], np.float32)
        colour = np.array([[1.0, 0.42, 0.12]], np.float32) * np.float32(self.bright)
        splat_discs(canvas.hdr, canvas.near, disc, colour)

    def _table(self, canvas: Canvas, camera: Camera, t: float, scale: float, shake: float) -> Floats:
        """The tongues, the far ones first, as `draw_tongues` takes them."""
        place = self._place
        count = len(place)
        single = count == 1
        aside = np.zeros(1) if single else (np.arange(count) + 0.5) / count * 2 - 1 + 0.25 * (place[:, 0] - 0.5)
        deep = np.zeros(1) if single else (place[:, 1] - 0.5) * 1.3
        right, forward = camera.frame[3:6].astype(float), camera.frame[9:12].astype(float)
        foot = np.array(self.at) + self.wide * (
            aside[:, None] * right * 0.72 + deep[:, None] * [forward[0], 0, forward[2]]
        )
        pulse = np.array([flutter(t * 0.9, 9.0 * p + self.seed) for p in place[:, 2]]) * self.wild
        tall = self.high * (1 - 0.50 * np.abs(aside) ** 1.3) * (0.72 + 0.42 * place[:, 3]) * (1 + 0.24 * pulse)
        tall = tall if not single else np.array([self.high * (1 + 0.05 * shake)])
        x, y, near = on_screen(foot, camera, canvas.width, canvas.height)
        upright = 1.0 if camera.frame[7] >= 0 else -1.0
        pixels = scale * near
        half = (self.wide if single else self.wide * 0.54) * pixels * (1.0 if single else 0.8 + 0.5 * place[:, 4])
        lean = 0.35 * np.array([math.sin(1.1 * t + 6.3 * p) for p in place[:, 4]]) * (0.25 + 0.75 * self.wild)
        cells = np.full(count, 13.0 + 9.0 * self.wild)
        risen = (t * (0.9 / max(self.high, 0.15) ** 0.5) * 26.0) + place[:, 0] * 50
        table = np.stack(
            [
                x,
                y,
                np.maximum(half, 0.4),
                np.maximum(tall * pixels, 1.0) * upright,
                near * 1.02,
                place[:, 2] * 100 + np.arange(count) * 13.7,
                risen,
                np.full(count, self.wild),
                lean,
                np.full(count, self.bright * (1 + 0.10 * shake)) * (1.0 if single else 0.62),
                cells,
            ],
            1,
        )
        seen = (near > 0) & (np.abs(x - canvas.width / 2) < canvas.width + 3 * half)
        order = np.flatnonzero(seen)[np.argsort(near[seen], kind="stable")]
        return np.ascontiguousarray(table[order], np.float32)

    def _sparks(self, canvas: Canvas, camera: Camera, t: float, scale: float) -> None:
        """Embers that fly up, turn in the draught and go out."""
        s = self._spark
        age = (t * (0.28 + 0.25 * s[:, 0]) + s[:, 1]) % 1.0
        swirl = 6.28 * s[:, 2] + 5.0 * age
        spread = self.wide * (0.5 + 0.9 * age)
        points = np.array(self.at) + np.stack(
            [
                spread * (s[:, 3] - 0.5) * 1.6 + 0.25 * self.wide * np.sin(swirl),
                self.high * (0.25 + 2.3 * age),
                spread * (s[:, 4] - 0.5) * 1.6 + 0.25 * self.wide * np.cos(swirl),
            ],
            1,
        )
        x, y, near = on_screen(points, camera, canvas.width, canvas.height)
        radius = 0.010 * (0.6 + 0.4 * self.high) * (1 - 0.6 * age) * scale * near
        fade = np.clip((1 - age) * 2.2, 0, 1) * (s[:, 2] < 0.75)
        seen = (near > 0) & (fade > 0.01) & (x > -4) & (x < canvas.width + 4)
        least = 0.75
        opacity = fade * np.clip(radius / least, 0.05, 1) ** 1.5
        discs = np.stack([x, y, near, np.maximum(radius, least), opacity], 1)[seen].astype(np.float32)
        heat = (1 - age[seen])[:, None]
        colour = self.bright * (np.array([1.5, 0.50, 0.10]) * heat + np.array([0.5, 0.06, 0.0]) * (1 - heat))
        splat_discs(
            canvas.hdr, canvas.near, np.ascontiguousarray(discs), np.ascontiguousarray(colour.astype(np.float32))
        )
