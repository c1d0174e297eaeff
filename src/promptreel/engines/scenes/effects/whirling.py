"""A tornado: a funnel of dust and cloud that turns on the plain before the camera, and what it tears up at its foot."""

import math

import numpy as np

from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.puffs import Doubles, Puffs, show
from promptreel.engines.scenes.stage import Brief, Canvas, Effect

AWAY, HIGH = 150.0, 92.0
"""Metres: how far off it is, and how high its cloud is."""

RINGS, AROUND, TORN = 34, 4, 30
"""Rings of the funnel, puffs in each, and puffs of dust at its foot."""

CLOUD, DUST = 0.30, np.array([0.42, 0.33, 0.24])
"""What the funnel reflects, and the ground that it lifts."""


class Tornado:
    """See `stage.Layer`. It crosses the picture slowly; the thin foot turns faster than the wide top."""

    def __init__(self, brief: Brief) -> None:
        random = brief.rng("tornado")
        assert brief.light is not None
        self._light, self._middle = brief.light, 0.5 * brief.duration
        side = 1.0 if random.random() < 0.5 else -1.0
        self._start, self._pace = side * random.uniform(12, 26), -side * random.uniform(1.0, 2.2)
        share = np.repeat(np.linspace(0, 1, RINGS), AROUND)
        self._height = HIGH * share**1.15
        self._wide = 2.2 + 24.0 * share**2.4
        self._phase = np.tile(np.arange(AROUND) * 2 * math.pi / AROUND, RINGS) + 2.4 * np.repeat(
            np.arange(RINGS), AROUND
        )
        self._ragged = random.uniform(0.8, 1.25, RINGS * AROUND)
        self._torn = random.random((TORN, 4))
        self._noise = random.random((RINGS * AROUND + TORN, 2))

    def new_state(self, width: int, height: int) -> None:
        """No buffers."""

    def _axis(self, height: Doubles, t: float) -> tuple[Doubles, Doubles]:
        """Where its middle is at a height, x and z: it leans and bends like a rope."""
        x = self._start + self._pace * (t - self._middle) + 0.0016 * height**2 * math.copysign(1.0, self._pace)
        return x + 3.2 * np.sin(0.07 * height + 0.9 * t), AWAY + 3.0 * np.sin(0.06 * height + 0.7 * t + 2.0)

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """Blend the funnel in."""
        turn = self._phase + t * 9.0 / (1.0 + 0.16 * self._wide)
        x, z = self._axis(self._height, t)
        reach = 0.55 * self._wide * self._ragged
        funnel = np.stack([x + reach * np.cos(turn), self._height - 0.5, z + reach * np.sin(turn)], 1)
        age = (self._torn[:, 0] + t * (0.22 + 0.12 * self._torn[:, 1])) % 1.0
        lifted = 13.0 * age * self._torn[:, 2]
        wheel = 6.28 * self._torn[:, 3] + t * 2.6
        foot_x, foot_z = self._axis(lifted, t)
        around = 3.0 + 10.0 * age
        dust = np.stack([foot_x + around * np.cos(wheel), lifted + 0.5, foot_z + around * np.sin(wheel)], 1)
        # Thick where it is thin, and lost in the cloud above.
        firm = 0.85 * np.clip(1.25 - self._height / HIGH, 0.25, 1.0)
        puffs = Puffs(
            np.concatenate([funnel, dust]),
            np.concatenate([0.85 * self._wide + 0.8, 2.2 + 4.5 * age]),
            np.concatenate([firm, 0.75 * (1 - age) * np.minimum(8 * age, 1)]),
            self._noise,
            np.concatenate([np.full((len(funnel), 3), CLOUD), np.tile(DUST, (TORN, 1))]),
        )
        show(canvas, camera, self._light, puffs)


ROWS = (Effect("tornado", Tornado),)
