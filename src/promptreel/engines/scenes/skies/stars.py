"""Stars and meteors, as points of light over the finished sky."""

import math

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.skies.night import add_stars

Floats = NDArray[np.float32]

NUMBER = 4200
"""Stars over the whole sky, down to about magnitude 6: what a dark site shows."""

TEMPERATURES = (3200.0, 4200.0, 5500.0, 7000.0, 10000.0, 18000.0)
STAR_COLOURS = np.array(
    [[1.25, 0.78, 0.50], [1.15, 0.88, 0.68], [1.05, 0.97, 0.90], [0.97, 0.99, 1.06], [0.84, 0.93, 1.20],
     [0.74, 0.87, 1.30]]
)  # fmt: skip
"""Light of stars of these surface temperatures (K), after the black body, about evenly bright."""

REFERENCE = 800.0
"""Height in pixels of a frame in which a star's disc has a radius of one pixel."""


class Stars:
    """The stars of one seed."""

    def __init__(self, rng: np.random.Generator, axes: Floats, crowd: float, strength: float) -> None:
        """`axes` of the galaxy, see `skyglow.galaxy_axes`; `crowd`: how many more stand in its band."""
        number = int(NUMBER * (1 + 0.6 * crowd))
        direction = rng.normal(size=(number, 3))
        band = rng.random(number) < 0.40 * crowd
        frame = axes.astype(np.float64).reshape(3, 3)
        along = rng.uniform(-math.pi, math.pi, number)
        inside = np.cos(along)[:, None] * frame[0] + np.sin(along)[:, None] * frame[1]
        inside += (rng.normal(size=number) * 0.16)[:, None] * frame[2]
        direction = np.where(band[:, None], inside, direction)
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        # Each magnitude fainter there are about three times as many stars (log N rises by 0.5).
        light = np.minimum(0.020 * rng.random(number) ** -0.72, 1.2)
        light = np.where(band, np.minimum(light, 0.05), light)
        heat = np.exp(rng.normal(math.log(6800), 0.38, number))
        colour = np.stack([np.interp(heat, TEMPERATURES, STAR_COLOURS[:, c]) for c in range(3)], axis=1)
        rate, phase = rng.uniform(3, 9, number), rng.uniform(0, 2 * np.pi, number)
        keep = direction[:, 1] > 0.0
        self._direction = direction[keep]
        self._light = light[keep] * strength * 1.7
        self._colour = colour[keep]
        self._rate, self._phase = rate[keep], phase[keep]

    def draw(self, hdr: Floats, coarse: Floats, step: int, camera: Camera, t: float, hole: Floats | None) -> None:
        """Add them to `hdr` where the clouds of `coarse` (see `skyview`) let them through and the moon is not.

        `hole`: the direction of the moon and the cosine of its radius.
        """
        up = self._direction[:, 1]
        # Low stars shine through more air: they are fainter, and twinkle more.
        air = np.clip(up / 0.22, 0, 1) ** 1.2
        twinkle = 1 + (0.10 + 0.16 * (1 - air)) * np.sin(t * self._rate + self._phase)
        light = self._light * air * twinkle
        if hole is not None:
            light = np.where(self._direction @ hole[:3] > hole[3], 0, light)
        splat(hdr, coarse, step, camera, self._direction, light[:, None] * self._colour, 1.0 + 0.5 * self._light)


def splat(
    hdr: Floats,
    coarse: Floats,
    step: int,
    camera: Camera,
    direction: NDArray[np.float64],
    colour: NDArray[np.float64],
    size: NDArray[np.float64] | float,
) -> None:
    """Add points of light at unit directions (n, 3); `size` is relative to a star's disc.

    A disc that would be smaller than a pixel is drawn larger and fainter, so every size of the frame holds the same
    light.
    """
    height, width = hdr.shape[1:]
    frame = camera.frame.astype(np.float64)
    away = direction @ frame[9:12]
    ahead = np.maximum(away, 0.05)
    scale = height / 2 / camera.tangent
    x = width / 2 + scale * (direction @ frame[3:6]) / ahead
    y = height / 2 - scale * (direction @ frame[6:9]) / ahead
    wanted = np.broadcast_to(np.asarray(size, np.float64) * min(width, height) / REFERENCE, x.shape)
    radius = np.maximum(wanted, 0.68)
    seen = (away > 0.05) & (x > -4) & (x < width + 4) & (y > -4) & (y < height + 4) & (colour.max(axis=1) > 1e-5)
    x, y, wanted, radius, colour = x[seen], y[seen], wanted[seen], radius[seen], colour[seen]
    row = np.clip((y / step).astype(np.int64), 0, coarse.shape[1] - 1)
    column = np.clip((x / step).astype(np.int64), 0, coarse.shape[2] - 1)
    clear = coarse[3, row, column].astype(np.float64) ** 2
    share = (wanted / radius) ** 2 * clear
    points = np.concatenate([np.stack([x, y, radius], axis=1), colour * share[:, None]], axis=1)
    add_stars(hdr, np.ascontiguousarray(points, np.float32))


class Meteors:
    """Shooting stars of one seed: where and when they fall."""

    POINTS = 90

    def __init__(self, rng: np.random.Generator, rate: float, duration: float, half_angle: float) -> None:
        """`rate` per second; `half_angle`: how far aside of the view's axis they are seen, in radians."""
        number = max(1, round(rate * duration)) if rate > 0 else 0
        # Evenly spread with some chance, so that a short film has one too.
        self._start = (np.arange(number) + rng.uniform(0.1, 0.8, number)) / max(rate, 1e-6)
        self._azimuth = rng.uniform(-0.8, 0.8, number) * half_angle
        self._elevation = rng.uniform(0.20, 0.42, number)
        # All seem to come from one point of the sky, high up and aside.
        self._radiant = np.array([rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 1.1), rng.uniform(0.9, 1.2)])
        self._length = rng.uniform(0.12, 0.30, number)
        self._life = rng.uniform(0.45, 0.85, number)
        self._light = rng.uniform(0.35, 1.0, number)

    def draw(self, hdr: Floats, coarse: Floats, step: int, camera: Camera, t: float) -> None:
        """Add those that burn at `t`."""
        age = (t - self._start) / self._life
        for i in np.flatnonzero((age > 0) & (age < 1.5)):
            head = min(age[i], 1.0)
            trail = np.linspace(0, 1, self.POINTS)
            along = head - trail * min(0.75, head + 0.02)
            way = np.array([self._azimuth[i], self._elevation[i]]) - self._radiant
            way *= self._length[i] / np.hypot(*way)
            azimuth = self._azimuth[i] + way[0] * along
            elevation = self._elevation[i] + way[1] * along
            flat = np.cos(elevation)
            direction = np.stack([np.sin(azimuth) * flat, np.sin(elevation), np.cos(azimuth) * flat], axis=1)
            burn = math.sin(math.pi * min(head, 0.96) ** 0.8) ** 0.7 * (1 if age[i] < 1 else max(0.0, 3 - 2 * age[i]))
            light = self._light[i] * burn * (1 - trail) ** 2.2
            colour = light[:, None] * np.array([[0.85, 1.0, 1.05]]) + (light * (trail < 0.02))[:, None]
            splat(hdr, coarse, step, camera, direction, 0.8 * colour, 1.4)
