"""What moving bodies do to the water: splashes where they leave it and fall back into it, and the foam they leave behind."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.particles import Seen, draw_marks, see
from promptreel.engines.scenes.stage import Canvas, Floats, Ground, Light, Path

Doubles = NDArray[np.float64]

GRAVITY = 9.81
LASTS = 2.6
"""Seconds until nothing of a splash is left."""


def foam(light: Light) -> Floats:
    """The radiance of white water."""
    return np.asarray(0.5 * light.sunlight * max(float(light.sun[1]), 0.5) + 0.8 * light.above, np.float32)


def _flat(seen: Seen, points: Doubles, camera: Camera) -> Doubles:
    """How much flatter a disc that lies on the water looks at each of `seen`, 0…1."""
    way = points[seen.which] - camera.frame[:3]
    return np.asarray(np.clip(np.abs(way[:, 1]) / np.linalg.norm(way, axis=1), 0.06, 1.0))


class Splashes:
    """Drops, a crown of spray and a ring of foam wherever a body of `size` m goes through the surface. See `stage.Layer`."""

    DROPS, RING = 260, 42

    def __init__(
        self, path: Path, size: float, end: float, ground: Ground, light: Light, random: np.random.Generator
    ) -> None:
        """`end`: how many seconds of the world the film lasts."""
        self._size, self._ground, self._foam = size, ground, foam(light)
        self._events = _crossings(path, end, 0.45 * size, -0.10 * size)
        around = random.uniform(0, 2 * math.pi, self.DROPS)
        # What rises steeply goes high, what flies outward stays low: together a crown.
        steep = random.uniform(0, 1, self.DROPS)
        wide = min(size, 9.0)
        rise = math.sqrt(2 * GRAVITY * 0.6 * wide) * (0.15 + 0.85 * steep**1.5) * random.uniform(0.5, 1.0, self.DROPS)
        out = 0.55 * wide * (1.1 - steep) * random.uniform(0.3, 1.3, self.DROPS)
        self._speed = np.stack([out * np.cos(around), rise, out * np.sin(around)], 1)
        start = 0.14 * size * random.uniform(0.2, 1.0, self.DROPS)
        self._start = np.stack([start * np.cos(around), 0 * around, start * np.sin(around)], 1)
        self._drop = 0.0045 * wide * random.uniform(0.5, 2.2, self.DROPS) ** 1.5
        self._angle = random.uniform(0, 2 * math.pi, self.RING)
        self._reach = random.uniform(0.75, 1.1, self.RING)

    def new_state(self, width: int, height: int) -> None:
        """No buffers."""

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """See `stage.Layer`."""
        for at, x, z, strength in self._events:
            age = t - at
            if 0 <= age < LASTS:
                place = np.array([x, float(self._ground.lift(x, z, t)[0]), z])
                self._draw_ring(canvas, camera, place, age, strength)
                self._draw_drops(canvas, camera, place, age, strength)

    def _draw_drops(self, canvas: Canvas, camera: Camera, place: Doubles, age: float, strength: float) -> None:
        points = place + self._start + self._speed * [1, strength, 1] * age
        points[:, 1] -= 0.5 * GRAVITY * age * age
        up = points[:, 1] > place[1] - 0.05
        seen = see(points, camera, canvas, self._size)
        fade = np.clip(1.3 - age / 1.4, 0, 1)
        if fade <= 0:
            return
        # Each drop is a bead within a veil of finer ones.
        for grow, share in ((1.0, 0.8), (5.0 + 5 * age, 0.10)):
            radius = self._drop[seen.which] * grow
            opacity = share * fade * up[seen.which]
            draw_marks(
                canvas, seen, long=1.4 * radius, short=radius, angle=np.full(len(radius), math.pi / 2), opacity=opacity,
                colour=self._foam,
            )  # fmt: skip

    def _draw_ring(self, canvas: Canvas, camera: Camera, place: Doubles, age: float, strength: float) -> None:
        reach = self._size * (0.16 + 0.34 * (1 - math.exp(-1.6 * age))) * self._reach
        points = place + np.stack([reach * np.cos(self._angle), 0 * reach + 0.03, reach * np.sin(self._angle)], 1)
        middle = place + (points - place) * 0.45
        points = np.concatenate([points, middle])
        seen = see(points, camera, canvas, self._size)
        radius = np.full(len(seen.which), self._size * (0.07 + 0.05 * age))
        opacity = np.full(len(radius), 0.42 * strength * max(0.0, 1 - age / LASTS) ** 1.5)
        draw_marks(
            canvas, seen, long=radius, short=radius * _flat(seen, points, camera), angle=0 * radius, opacity=opacity,
            colour=self._foam,
        )  # fmt: skip


def _crossings(path: Path, end: float, rising: float, falling: float) -> list[tuple[float, float, float, float]]:
    """When and where a body goes through the water: s, m, m, and how strongly. Its first part does so `rising` or
    `falling` m before its origin."""
    found = []
    steps = math.ceil((end + LASTS) * 30)
    x, y, z, *_ = path.at(-LASTS)
    for number in range(1, steps + 1):
        t = number / 30 - LASTS
        was, (x, y, z, *_) = y, path.at(t)
        deep = rising if y > was else falling
        if (was + deep < 0) != (y + deep < 0) and abs(y - was) < 2.0:
            found.append((t, x, z, 0.7 if y > was else 1.0))
    return found


@dataclass(frozen=True, slots=True)
class Hull:
    """What leaves a wake: how long and broad it is at the waterline, m, and how fast, m/s."""

    length: float
    breadth: float
    speed: float


class Wake:
    """Foam behind what goes through the water: two arms at Kelvin's angle and a broad trail. See `stage.Layer`."""

    STEPS, EVERY, SOME = 54, 0.09, 4
    KELVIN = math.tan(math.radians(19.5)) * 0.62

    def __init__(self, path: Path, hull: Hull, ground: Ground, light: Light, random: np.random.Generator) -> None:
        self._path, self._hull, self._ground, self._foam = path, hull, ground, foam(light)
        self._chance = random.uniform(-1, 1, (97, 3, 2))
        # Time between marks: they touch one another at any speed.
        self._every = max(self.EVERY, 0.05 * hull.length / max(hull.speed, 0.1))
        self._strength = min(1.0, 0.35 + 0.10 * hull.speed) * min(1.0, 0.45 + 0.25 * hull.length)

    def new_state(self, width: int, height: int) -> None:
        """No buffers."""

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """See `stage.Layer`."""
        hull = self._hull
        first = math.floor(t / self._every)
        points, sizes, opacity = [], [], []
        # Only some of the marks are asked for, the others lie between: where a hull floats is a sum of many waves.
        asked = [*range(0, self.STEPS, self.SOME), self.STEPS - 1]
        x_asked, z_asked, headings = zip(*(self._bow_at((first - step) * self._every) for step in asked), strict=True)
        heights = [float(self._ground.lift(x, z, t)[0]) for x, z in zip(x_asked, z_asked, strict=True)]
        trail = (
            np.interp(range(self.STEPS), asked, values) for values in (x_asked, z_asked, np.unwrap(headings), heights)
        )
        for step, (x, z, heading, height) in enumerate(zip(*trail, strict=True)):
            number = first - step
            age = t - number * self._every
            gone = age * hull.speed - 0.42 * hull.length  # From the bow on.
            y = height + 0.02
            side = 0.30 * hull.breadth + self.KELVIN * age * hull.speed
            chance = self._chance[number % 97]
            fade = max(0.0, 1 - step / self.STEPS) ** 1.4 * min(1.0, age / 0.15)
            for lane, across in enumerate((-side, side, 0.0)):
                if lane == 2 and gone < 0.5 * hull.length:
                    continue  # There the hull still is.
                a = across + 0.10 * hull.breadth * chance[lane, 0]
                points.append((x + math.cos(heading) * a, y, z - math.sin(heading) * a))
                wide = 0.06 * hull.breadth + 0.035 * hull.length + 0.05 * age * hull.speed**0.5
                sizes.append(wide * (1.6 if lane == 2 else 1.0) * (1 + 0.35 * chance[lane, 1]))
                opacity.append(fade * (0.30 if lane == 2 else 0.40))
        where = np.array(points)
        seen = see(where, camera, canvas, hull.length)
        radius = np.array(sizes)[seen.which]
        draw_marks(
            canvas, seen, long=radius, short=radius * _flat(seen, where, camera), angle=0 * radius,
            opacity=self._strength * np.array(opacity)[seen.which], colour=self._foam,
        )  # fmt: skip

    def _bow_at(self, t: float) -> tuple[float, float, float]:
        """Where the bow was, and where it headed: x, z in m, and radians."""
        x, _, z, heading, *_ = self._path.at(t)
        bow = 0.45 * self._hull.length
        return x + math.sin(heading) * bow, z + math.cos(heading) * bow, heading
