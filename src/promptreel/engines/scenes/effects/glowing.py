"""What shines by itself in the air: fireflies, embers, sparks, fireworks; and bubbles, which shine by others' light."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.particles import draw_marks, see, wrap
from promptreel.engines.scenes.stage import Brief, Canvas, Effect


class Fireflies:
    """Small lights that wander low over the ground and go on and off."""

    COUNT, BOX = 130, np.array([14.0, 3.2, 17.0])
    COLOUR = np.array([0.75, 1.0, 0.18], np.float32)

    def __init__(self, brief: Brief) -> None:
        assert brief.light is not None
        random = brief.rng("fireflies")
        count = max(1, round(self.COUNT * min(brief.spec.intensity, 2.5)))
        self._start = random.random((count, 3)) * self.BOX
        self._phase = random.uniform(0, 2 * np.pi, (count, 4))
        self._rate = random.uniform(0.35, 0.7, count)
        self._glow = brief.light.glow

    def new_state(self, width: int, height: int) -> None:
        """No buffers."""

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """See `stage.Layer`."""
        phase = self._phase
        wander = np.stack(
            [
                0.6 * np.sin(0.7 * t + phase[:, 0]) + 0.25 * np.sin(1.9 * t + phase[:, 1]),
                0.30 * np.sin(0.9 * t + phase[:, 2]),
                0.6 * np.cos(0.6 * t + phase[:, 1]) + 0.25 * np.cos(1.7 * t + phase[:, 3]),
            ],
            1,
        )
        low = wrap(self._start + wander, camera, self.BOX)
        low[:, 1] = camera.position[1] - 1.5 + (self._start[:, 1] % self.BOX[1]) * 0.9 + wander[:, 1]
        seen = see(low, camera, canvas, 0.4)
        lit = np.clip(np.sin(2 * np.pi * self._rate * t + phase[:, 3]) * 1.6 - 0.2, 0, 1)[seen.which] ** 1.5
        size = np.ones(len(lit))
        glow = self._glow * self.COLOUR
        for radius, strength in ((0.10, 0.10), (0.022, 2.6)):
            draw_marks(
                canvas, seen, long=radius * size, short=radius * size, angle=0 * size, opacity=lit * strength,
                colour=glow, adds=1.0, least=0.9,
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rising:
    """How one sort of glowing thing rises."""

    name: str
    count: int
    box: tuple[float, float, float]
    rise: float
    life: float
    size: float
    colour: tuple[float, float, float]
    bright: float
    swirl: float
    streak: float


RISING = (
    Rising("embers", 420, (8.0, 5.0, 9.0), 1.1, 3.0, 0.013, (1.0, 0.32, 0.05), 2.6, 0.5, 0.05),
    Rising("sparks", 320, (5.0, 3.5, 6.0), 2.6, 0.9, 0.006, (1.0, 0.62, 0.18), 4.0, 0.3, 0.06),
)


class Embers:
    """Glowing bits that rise on hot air, twist, and go out."""

    def __init__(self, brief: Brief, kind: Rising) -> None:
        assert brief.light is not None
        random = brief.rng(kind.name)
        self.kind = kind
        count = max(1, round(kind.count * min(brief.spec.intensity, 2.5)))
        self._box = np.array(kind.box)
        self._start = random.random((count, 3)) * self._box
        self._phase = random.uniform(0, 2 * np.pi, (count, 3))
        self._part = random.random(count)
        self._glow, self._wind = brief.light.glow, brief.light.wind

    def new_state(self, width: int, height: int) -> None:
        """No buffers."""

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """See `stage.Layer`."""
        kind, phase = self.kind, self._phase
        age = (t / kind.life + self._part) % 1.0
        swirl = kind.swirl * (0.3 + age)
        points = self._start + np.stack(
            [
                swirl * np.sin(2.1 * t + phase[:, 0]) + 0.25 * self._wind[0] * t,
                kind.rise * t + 0.2 * np.sin(3 * t + phase[:, 1]),
                swirl * np.cos(1.7 * t + phase[:, 2]),
            ],
            1,
        )
        seen = see(wrap(points, camera, self._box), camera, canvas, 0.3, margin=1.4)
        lit = (np.sin(np.pi * age) * (0.6 + 0.4 * np.sin(9 * t + phase[:, 1])))[seen.which]
        tone = np.array(kind.colour) * (0.5 + 0.5 * lit[:, None]) ** np.array([0.4, 1.0, 1.6])
        size = np.full(len(lit), kind.size)
        angle = np.pi / 2 + 0.6 * np.sin(2.1 * t + phase[seen.which, 0])
        draw_marks(
            canvas, seen, long=size + 0.5 * kind.streak * kind.rise * 0.5, short=size, angle=angle, opacity=np.clip(lit, 0, 1),
            colour=(tone * kind.bright * self._glow).astype(np.float32), adds=1.0, least=0.7,
        )  # fmt: skip


HUES = (
    (1.0, 0.20, 0.12),
    (1.0, 0.72, 0.25),
    (0.30, 1.0, 0.35),
    (0.28, 0.55, 1.0),
    (0.95, 0.30, 0.9),
    (1.0, 0.95, 0.85),
)
"""Colours of stars: strontium, sodium and charcoal, barium, copper, both, magnesium."""


class Fireworks:
    """Shells that climb, burst into spheres, willows or rings, and fall in sparks."""

    EVERY, LIFE, CLIMB, STARS = 0.34, 2.4, 0.9, 150

    def __init__(self, brief: Brief) -> None:
        assert brief.light is not None
        random = brief.rng("fireworks")
        every = self.EVERY / min(max(brief.spec.intensity, 0.4), 2.0)
        count = int((brief.duration * max(brief.spec.speed, 0.3) + self.LIFE + self.CLIMB) / every) + 2
        self.bursts = np.arange(count) * every + random.uniform(-0.25, 0.25, count) - self.LIFE * 0.6
        distance = random.uniform(85, 140, count)
        self._place = np.stack(
            [
                random.uniform(-0.72, 0.72, count) * distance * brief.tangent * min(brief.width / brief.height, 2.2),
                distance * brief.tangent * random.uniform(0.34, 0.92, count) + 4,
                distance,
            ],
            1,
        )
        direction = random.standard_normal((count, self.STARS, 3))
        direction /= np.linalg.norm(direction, axis=2, keepdims=True)
        ring = random.random(count) < 0.2
        direction[ring, :, 1] *= 0.12
        power = random.uniform(22, 40, (count, 1, 1)) * random.uniform(0.82, 1.0, (count, self.STARS, 1))
        self._speed = direction * power
        self._willow = random.random(count) < 0.3
        self._hue = np.array(HUES)[random.integers(len(HUES), size=count)]
        self._tip = np.array(HUES)[random.integers(len(HUES), size=count)]
        self._phase = random.uniform(0, 2 * np.pi, (count, self.STARS))
        self._glow = brief.light.glow

    def new_state(self, width: int, height: int) -> None:
        """No buffers."""

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """See `stage.Layer`."""
        for number in np.nonzero((t - self.bursts > -self.CLIMB) & (t - self.bursts < self.LIFE))[0]:
            age = float(t - self.bursts[number])
            if age < 0:
                self._climbing(canvas, camera, int(number), age)
            else:
                self._bursting(canvas, camera, int(number), age, t)

    def _climbing(self, canvas: Canvas, camera: Camera, number: int, age: float) -> None:
        place = self._place[number] + np.array([0.0, 22.0 * age - 8.0 * age * age, 0.0])
        trail = place - np.arange(10)[:, None] * np.array([0.0, 0.5, 0.0])
        seen = see(trail, camera, canvas, 1.0)
        fade = (1 - np.arange(10) / 10)[seen.which]
        size = np.full(len(fade), 0.16)
        draw_marks(
            canvas, seen, long=size * 2, short=size, angle=np.full(len(fade), math.pi / 2), opacity=0.7 * fade,
            colour=np.array([1.0, 0.7, 0.35], np.float32) * self._glow * 1.5, adds=1.0,
        )  # fmt: skip

    def _bursting(self, canvas: Canvas, camera: Camera, number: int, age: float, t: float) -> None:
        """Stars slowed by the air, v exp(-k t), with three ghosts of where each was a moment ago."""
        drag, fall = (1.3, 3.2) if self._willow[number] else (1.9, 2.0)
        life = self.LIFE * (1.0 if self._willow[number] else 0.72)
        if age >= life:
            return
        fade = (1 - age / life) ** 1.3
        twinkle = 0.7 + 0.3 * np.sin(22 * t + self._phase[number])
        hue = self._hue[number] + (self._tip[number] - self._hue[number]) * min(1.0, 1.4 * age / life)
        for ghost in range(4):
            before = max(age - 0.055 * ghost, 0.0)
            gone = (1 - math.exp(-drag * before)) / drag
            points = self._place[number] + self._speed[number] * gone
            points[:, 1] -= fall * before * before * 0.5
            seen = see(points, camera, canvas, 1.0)
            size = np.full(len(seen.which), 0.30 * (1 - 0.12 * ghost))
            light = fade * twinkle[seen.which] * (1.0, 0.5, 0.3, 0.16)[ghost]
            draw_marks(
                canvas, seen, long=size, short=size, angle=0 * size, opacity=np.clip(light, 0, 1),
                colour=(hue * 3.0 * self._glow).astype(np.float32), adds=1.0, least=0.85,
            )  # fmt: skip
        if age < 0.22:
            seen = see(self._place[number : number + 1], camera, canvas, 20.0)
            size = np.full(len(seen.which), 5.0 + 22 * age)
            draw_marks(
                canvas, seen, long=size, short=size, angle=0 * size, opacity=np.full(len(size), 0.28 * (1 - age / 0.22) ** 2),
                colour=(self._hue[number] * self._glow).astype(np.float32), adds=1.0,
            )  # fmt: skip


class Bubbles:
    """Thin shells that rise and wobble: a bright rim and a glint on the side of the light."""

    COUNT, BOX, RISE = 130, np.array([7.0, 5.0, 8.0]), 0.5

    def __init__(self, brief: Brief) -> None:
        assert brief.light is not None
        random = brief.rng("bubbles")
        count = max(1, round(self.COUNT * min(brief.spec.intensity, 2.5)))
        self._start = random.random((count, 3)) * self.BOX
        self._phase = random.uniform(0, 2 * np.pi, (count, 2))
        self._size = 0.016 + 0.10 * random.random(count) ** 2
        light = brief.light
        self._rim = np.asarray(0.55 * light.above + 0.45 * light.horizon, np.float32)
        self._glint = np.asarray(light.sunlight + 2.0 * light.above, np.float32)

    def new_state(self, width: int, height: int) -> None:
        """No buffers."""

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """See `stage.Layer`."""
        sway = 0.12 * np.sin(2.0 * t + self._phase)
        points = self._start + np.stack([sway[:, 0], self.RISE * t * (0.7 + 8 * self._size), sway[:, 1]], 1)
        seen = see(wrap(points, camera, self.BOX), camera, canvas, 0.2)
        size = self._size[seen.which]
        wobble = 1 + 0.06 * np.sin(5 * t + self._phase[seen.which, 0])
        zero = 0 * size
        draw_marks(
            canvas, seen, long=size * wobble, short=size / wobble, angle=zero, opacity=zero + 0.34, colour=self._rim,
            adds=0.55,
        )  # fmt: skip
        self._glints(canvas, camera, points, t)

    def _glints(self, canvas: Canvas, camera: Camera, points: NDArray[np.floating], t: float) -> None:
        side = camera.frame[6:9] * 0.45 - camera.frame[3:6] * 0.40
        place = wrap(points, camera, self.BOX) + self._size[:, None] * side
        seen = see(place, camera, canvas, 0.2)
        size = 0.22 * self._size[seen.which]
        draw_marks(
            canvas, seen, long=size, short=0.7 * size, angle=0 * size + 0.7, opacity=0 * size + 0.8, colour=self._glint,
            adds=0.8,
        )  # fmt: skip


ROWS = (
    Effect("fireflies", Fireflies),
    *(Effect(kind.name, lambda brief, kind=kind: Embers(brief, kind)) for kind in RISING),  # type: ignore[misc]
    Effect("fireworks", Fireworks),
    Effect("bubbles", Bubbles),
)
