"""Weather before and behind the things of a photo: snow, rain and fog, each where the picture's depth lets it be seen.

Everything is drawn over display values (0…255), as it would be laid over a photo, and is a function of time: a flake's
place at any moment follows from the seed, so frames can be drawn in any order.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import device, f32, flr, i32, kernel, mix, sat, texs, tile_fbm, vexp
from promptreel.engines.scenes.pictures.photo import Photo, View

Floats = NDArray[np.float32]

BOX = 1.25
"""Particles live in a box this many frames wide and high, and come in again on the other side."""

SHADE = np.array([0.68, 0.73, 0.81], np.float32)
"""How dark and bluish what falls is before a ground as bright as itself, against its own colour."""

FOG_CELL = 8
"""Pixels between the points where the drifting of fog is computed."""

FOG_LOG2 = 8
FOG_SIDE = 1 << FOG_LOG2


@dataclass(frozen=True, slots=True)
class Particles:
    """Flakes or drops: arrays of one number each. Places are shares of the box, `nearness` is as in `depth`."""

    x: Floats
    y: Floats
    nearness: Floats
    size: Floats
    """A factor about 1."""
    phase: Floats

    @classmethod
    def scattered(
        cls, count: int, nearness: tuple[float, float], power: float, rng: np.random.Generator
    ) -> "Particles":
        """`count` particles anywhere, between two `nearness`es; a `power` above 1 puts more of them far away."""
        low, high = nearness
        return cls(
            x=rng.random(count, np.float32),
            y=rng.random(count, np.float32),
            nearness=(low + (high - low) * rng.random(count, np.float32) ** power).astype(np.float32),
            size=rng.uniform(0.6, 1.4, count).astype(np.float32),
            phase=rng.uniform(0, 2 * np.pi, count).astype(np.float32),
        )


class Weather:
    """What falls and drifts before one photo. Safe to use from many threads: nothing in it changes."""

    def __init__(self, wanted: frozenset[str], photo: Photo, seed: int, wind: float, intensity: float = 1.0) -> None:
        """`wanted`, `intensity` as in `SceneSpec`; `wind` in shares of the width per second at nearness 1, to the right."""
        self._width, self._height = photo.width, photo.height
        self._wind = wind
        storm = "storm" in wanted
        self.snow = "snow" in wanted
        self.rain = "rain" in wanted or (storm and not self.snow)
        self.fog = 0.22 if "fog" in wanted else (0.045 if self.rain else 0.028 if self.snow else 0.0)
        rng = np.random.default_rng([seed, 0x5EED])
        # Precipitation is as bright as the light that falls on it, which is about the light of the picture.
        red, green, blue = photo.mean
        luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        self._light = float(np.clip(80 + 1.3 * luma, 120, 250))
        share = np.array([red, green, blue]) / max(luma, 1.0)
        self._tint = (0.8 + 0.2 * np.clip(share, 0.5, 1.5)).astype(np.float32)
        # The box is a fixed piece of air, so a wide frame shows as dense a fall as a narrow one.
        crowd = intensity * max(self._width / self._height, self._height / self._width, 1.0) ** 0.5
        if self.snow:
            self._flakes = Particles.scattered(int(1500 * crowd), (0.08, 1.0), 1.7, rng)
        if self.rain:
            self._drops = Particles.scattered(int((1900 if storm else 1200) * crowd), (0.15, 1.0), 1.5, rng)
        if self.fog:
            self._noise = np.ascontiguousarray(tile_fbm(FOG_SIDE, seed % (1 << 31), base=3, octaves=5).reshape(-1))

    def draw(self, rgb: Floats, nearness: Floats, drift: Floats, view: View, t: float) -> None:
        """Lay the weather at `t` seconds over `rgb` (3, height, width), whose depth is `nearness`.

        `drift` is scratch from `fog_scratch`.
        """
        if self.fog:
            self._draw_fog(rgb, nearness, drift, t)
        if self.rain:
            self._draw_rain(rgb, nearness, view, t)
        if self.snow:
            self._draw_snow(rgb, nearness, view, t)

    def _draw_fog(self, rgb: Floats, nearness: Floats, drift: Floats, t: float) -> None:
        veil = np.clip(0.55 * self._light + 0.45 * 205, 60, 225) * self._tint
        scale = np.float32(FOG_SIDE * 0.22 * FOG_CELL / max(self._height, 0.6 * self._width))
        speed = FOG_SIDE * (0.014 + 0.25 * self._wind)
        drift_fog(self._noise, drift, scale, np.float32(speed * t), np.float32(0.35 * speed * t + 40))
        lay_fog(rgb, nearness, drift, veil.astype(np.float32), np.float32(self.fog))

    def _places(
        self, particles: Particles, fall: NDArray[np.floating], aside: NDArray[np.floating], view: View
    ) -> tuple[Floats, Floats]:
        """Where particles are in the frame, in pixels, after falling `fall` and drifting `aside` (shares of a frame)."""
        near = particles.nearness
        x = ((particles.x + aside / BOX) % 1.0 - 0.5) * BOX
        y = ((particles.y + fall / BOX) % 1.0 - 0.5) * BOX
        grown = view.lens / (1 - 0.5 * view.forward * near)
        x = (x - 0.5 * view.move_x * near - view.pan_x) * grown + 0.5
        y = (y - 0.5 * view.move_y * near - view.pan_y) * grown + 0.5
        return (x * self._width).astype(np.float32), (y * self._height).astype(np.float32)

    def _draw_snow(self, rgb: Floats, nearness: Floats, view: View, t: float) -> None:
        flakes = self._flakes
        near = flakes.nearness
        side = min(self._width, 1.6 * self._height)
        fall = t * (0.035 + 0.24 * near) * (0.75 + 0.25 * flakes.size)
        sway = 0.012 * np.sin(t * (0.8 + 0.5 * flakes.size) + flakes.phase) * (0.3 + near)
        x, y = self._places(flakes, fall, sway + t * (0.012 + self._wind) * (0.25 + near), view)
        radius = side * (0.0011 + 0.0042 * near**2.2) * flakes.size
        # A flake close to the lens is out of focus: larger and thinner.
        blur = np.clip((near - 0.72) / 0.28, 0, 1)
        radius = radius * (1 + 1.6 * blur)
        opacity = (0.9 - 0.25 * flakes.size * 0.5) * (1 - 0.66 * blur)
        shown = np.maximum(radius, 0.75)
        opacity = opacity * np.clip(radius / 0.75, 0.15, 1) ** 1.6
        colour = np.minimum(self._light * self._tint * np.float32(1.04), 252).astype(np.float32)
        soft = (0.35 + 0.65 * blur).astype(np.float32)
        splat_flakes(
            rgb,
            nearness,
            x,
            y,
            shown.astype(np.float32),
            opacity.astype(np.float32),
            near,
            soft,
            colour,
            colour * SHADE,
        )

    def _draw_rain(self, rgb: Floats, nearness: Floats, view: View, t: float) -> None:
        drops = self._drops
        near = drops.nearness
        fall = t * (1.1 + 2.2 * near) * (0.85 + 0.15 * drops.size)
        lean = 0.10 + 1.2 * self._wind
        aside = fall * lean * self._height / self._width
        x, y = self._places(drops, fall, aside, view)
        length = self._height * (0.018 + 0.075 * near) * (0.7 + 0.3 * drops.size)
        width = self._height / 720 * (0.55 + 1.0 * near)
        opacity = (0.30 + 0.24 * near) * np.clip(width / 0.7, 0.25, 1)
        colour = np.minimum(self._light * self._tint * np.float32(1.08), 250).astype(np.float32)
        splat_drops(
            rgb,
            nearness,
            x,
            y,
            length.astype(np.float32),
            np.maximum(width, 0.7).astype(np.float32),
            opacity.astype(np.float32),
            near,
            np.float32(lean),
            colour,
            colour * SHADE * np.float32(0.8),
        )


def fog_scratch(width: int, height: int) -> Floats:
    """Scratch for `Weather.draw`, for a frame of that size."""
    return np.zeros((-(-height // FOG_CELL) + 1, -(-width // FOG_CELL) + 1), np.float32)


@kernel
def drift_fog(noise, drift, scale, across, along):
    """How thick the fog is at each node, about 0.4…1.6: two layers of noise that pass one another."""
    for j in range(drift.shape[0]):
        for i in range(drift.shape[1]):
            x = f32(i) * scale
            y = f32(j) * scale * f32(1.9)
            one = texs(noise, i32(FOG_LOG2), x - across, y + f32(0.2) * along)
            two = texs(noise, i32(FOG_LOG2), x * f32(1.7) - f32(1.6) * across + f32(91.0), y * f32(1.7) - along)
            drift[j, i] = f32(0.35) + f32(0.8) * one + f32(0.5) * two


@kernel
def lay_fog(rgb, nearness, drift, veil, amount):
    """Fade `rgb` to the colour `veil` with distance, which is 1 / nearness: Beer and Lambert's law."""
    height, width = nearness.shape
    for y in range(height):
        j = y // FOG_CELL
        v = f32(y % FOG_CELL) * f32(1.0 / FOG_CELL)
        for x in range(width):
            i = x >> 3
            u = f32(x & 7) * f32(0.125)
            thick = mix(mix(drift[j, i], drift[j, i + 1], u), mix(drift[j + 1, i], drift[j + 1, i + 1], u), v)
            clear = vexp(-amount * thick / (nearness[y, x] + f32(0.16)))
            rgb[0, y, x] = mix(veil[0], rgb[0, y, x], clear)
            rgb[1, y, x] = mix(veil[1], rgb[1, y, x], clear)
            rgb[2, y, x] = mix(veil[2], rgb[2, y, x], clear)


@device
def _in_front(near, thing):
    """1 where a particle is nearer than the thing behind it, 0 where it is hidden, with a soft step."""
    return sat((near - thing) * f32(14.0) + f32(0.5))


@device
def _unseen(red, green, blue, pale):
    """0…1: whether a particle of luma `pale` would be lost before a ground of that colour, as snow before a bright sky."""
    luma = f32(0.2126) * red + f32(0.7152) * green + f32(0.0722) * blue
    return sat((luma - pale + f32(52.0)) * f32(1.0 / 22.0))


@kernel
def splat_flakes(rgb, nearness, x, y, radius, opacity, near, soft, colour, shade):
    """Soft discs: places and `radius` in pixels; `soft` 0…1 is how wide the rim is.

    `colour` turns to `shade` where it would not be seen (`_unseen`).
    """
    height, width = nearness.shape
    pale = f32(0.2126) * colour[0] + f32(0.7152) * colour[1] + f32(0.0722) * colour[2]
    for n in range(len(x)):
        reach = radius[n] * (f32(1.0) + f32(0.5) * soft[n]) + f32(0.5)
        top, bottom = max(int(flr(y[n] - reach)), 0), min(int(flr(y[n] + reach)) + 1, height)
        left, right = max(int(flr(x[n] - reach)), 0), min(int(flr(x[n] + reach)) + 1, width)
        rim = f32(1.0) / (radius[n] * soft[n] + f32(1.0))
        for row in range(top, bottom):
            dy = f32(row) + f32(0.5) - y[n]
            for column in range(left, right):
                dx = f32(column) + f32(0.5) - x[n]
                cover = sat((reach - np.sqrt(dx * dx + dy * dy)) * rim)
                cover = cover * cover * (f32(3.0) - f32(2.0) * cover) * opacity[n]
                cover = cover * _in_front(near[n], nearness[row, column])
                red, green, blue = rgb[0, row, column], rgb[1, row, column], rgb[2, row, column]
                dark = _unseen(red, green, blue, pale)
                rgb[0, row, column] = mix(red, mix(colour[0], shade[0], dark), cover)
                rgb[1, row, column] = mix(green, mix(colour[1], shade[1], dark), cover)
                rgb[2, row, column] = mix(blue, mix(colour[2], shade[2], dark), cover)


@kernel
def splat_drops(rgb, nearness, x, y, length, thick, opacity, near, lean, colour, shade):
    """Streaks that end at (x, y), `length` pixels high, leaning `lean` pixels per pixel, fading toward their upper end."""
    height, width = nearness.shape
    pale = f32(0.2126) * colour[0] + f32(0.7152) * colour[1] + f32(0.0722) * colour[2]
    for n in range(len(x)):
        half = thick[n] * f32(0.5) + f32(0.5)
        top, bottom = max(int(y[n] - length[n]), 0), min(int(y[n]) + 1, height)
        for row in range(top, bottom):
            along = sat((y[n] - f32(row)) / length[n])
            middle = x[n] - lean * (y[n] - f32(row))
            fade = along * f32(6.0) if along < f32(0.1667) else (f32(1.0) - along) * f32(1.2)
            left, right = max(int(flr(middle - half)), 0), min(int(flr(middle + half)) + 1, width)
            for column in range(left, right):
                cover = sat(half - abs(f32(column) + f32(0.5) - middle)) * fade * opacity[n]
                cover = cover * _in_front(near[n], nearness[row, column])
                red, green, blue = rgb[0, row, column], rgb[1, row, column], rgb[2, row, column]
                dark = _unseen(red, green, blue, pale)
                rgb[0, row, column] = mix(red, mix(colour[0], shade[0], dark), cover)
                rgb[1, row, column] = mix(green, mix(colour[1], shade[1], dark), cover)
                rgb[2, row, column] = mix(blue, mix(colour[2], shade[2], dark), cover)
