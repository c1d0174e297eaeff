"""What a body leaves in the air behind it: a rocket's exhaust, an engine's steam.

Puff `k` is born where the body was at that moment and then goes its own way: its speed dies away in the air, it rises, the
wind takes it, it widens and thins out. All that is in closed form, so any moment can be drawn alone.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.puffs import Doubles, Puffs, show
from promptreel.engines.scenes.stage import Canvas, Ground, Light, Path

CHANCES = 251
"""After so many puffs the same chances come again: a prime, so that no rhythm shows."""


@dataclass(frozen=True, slots=True)
class Plume:
    """Where a body gives off gas, and what becomes of it. Lengths in m of the body's own size, times in s."""

    mouth: tuple[float, float, float]
    """In the body's coordinates."""
    velocity: tuple[float, float, float]
    """At the mouth, m/s, turned with the body."""
    every: float
    """Seconds between two puffs; metres of travel where `by_travel`, as an engine's strokes go by its wheels."""
    by_travel: bool = False
    life: float = 6.0
    radius: float = 1.0
    growth: float = 1.0
    """How much wider a puff is after 1 s; it goes on with the root of time."""
    spread: float = 0.15
    """How far the directions of puffs differ, as a share of their speed."""
    drag: float = 1.5
    """1/s."""
    buoyancy: float = 0.8
    """m/s upward."""
    albedo: float = 0.85
    opacity: float = 0.5
    fire: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """The light of the flame at the mouth on gas around it, in units of `Light.glow`, by day and by night."""
    reach: float = 10.0
    """How far that light comes."""
    ignites: bool = False
    """Whether nothing is in the air before a shot begins; else it has been going on for long."""


class Trail:
    """The gas of one plume of a body on its path. See `stage.Layer`."""

    STEP = 0.5
    """Seconds between the moments at which the path is asked; puffs in between are interpolated."""

    def __init__(
        self,
        plume: Plume,
        path: Path,
        scale: float,
        shots: tuple[tuple[float, float], ...],
        ground: Ground | None,
        light: Light,
        random: np.random.Generator,
    ) -> None:
        """`shots` in seconds of the world; `ground` is None where there is none to meet."""
        self._plume, self._path, self._scale, self._shots = plume, path, scale, shots
        self._ground, self._light = ground, light
        self._chance = random.random((CHANCES, 7))

    def new_state(self, width: int, height: int) -> Any:
        """Nothing is kept."""
        return None

    def draw(self, state: Any, canvas: Canvas, camera: Camera, t: float) -> None:
        """See `stage.Layer`."""
        puffs = self.puffs(t)
        if len(puffs.points):
            show(canvas, camera, self._light, puffs)

    def puffs(self, t: float) -> Puffs:
        """All that is in the air at `t`."""
        plume, size, light = self._plume, self._scale, self._light
        number, born = self._births(t)
        age = t - born
        chance = self._chance[number % CHANCES]
        mouth, velocity = self._mouths(born, t)
        # A cone of directions about the mouth's own.
        power = float(np.linalg.norm(plume.velocity)) * size
        aside = 2 * np.pi * chance[:, 0]
        off = np.stack([np.cos(aside), 0.6 * (chance[:, 1] - 0.5), np.sin(aside)], 1)
        velocity = velocity * (0.4 + 0.75 * chance[:, 2:3] ** 0.7) + off * (power * plume.spread * chance[:, 3:4])
        gone = ((1 - np.exp(-plume.drag * age)) / plume.drag)[:, None]
        points = mouth + velocity * gone
        points[:, 1] += plume.buoyancy * (0.5 + chance[:, 4]) * age
        wind = np.array([light.wind[0], light.wind[1]])
        points[:, [0, 2]] += wind * (0.5 + 0.4 * chance[:, 5:6]) * (age[:, None] - gone)
        radius = size * (plume.radius + plume.growth * np.sqrt(age)) * (0.65 + 0.6 * chance[:, 6])
        if self._ground is not None:
            self._billow(points, radius, mouth, aside)
        share = age / plume.life
        opacity = plume.opacity * np.clip(30 * share, 0, 1) * np.clip(1.25 * (1 - share), 0, 1) ** 1.3
        here = self._place(np.array([t]))[0][0]
        fire = np.array(plume.fire) * light.glow
        near = 1 / (1 + (np.linalg.norm(points - here, axis=1) / (plume.reach * size)) ** 2)
        above = np.clip((here[1] - points[:, 1]) / (plume.reach * size), -1, 1)
        noise = chance[:, [1, 4]] + 0.006 * age[:, None]
        return Puffs(points, radius, opacity, noise, plume.albedo, fire * near[:, None], -above)

    def _start(self, t: float) -> float:
        """When the shot began that runs at `t`."""
        return next((start for start, end in self._shots if t < end), self._shots[-1][0])

    def _births(self, t: float) -> tuple[np.ndarray[Any, np.dtype[np.int64]], Doubles]:
        """The numbers of the puffs that are in the air at `t`, and when they were born."""
        plume, start = self._plume, self._start(t)
        every, since, pace = plume.every, t, 1.0
        if plume.by_travel:
            every *= self._scale
            then, now = (self._path.at(max(t, start + 0.12) - back)[6] for back in (0.1, 0.0))
            if now - then > 0.1 * every:
                since, pace = self._path.at(t)[6], (now - then) / 0.1
            else:
                every = 0.8  # An engine that stands still breathes slowly.
        number = np.arange(math.floor((since - plume.life * pace) / every) + 1, math.floor(since / every) + 1)
        born = t - (since - number * every) / pace
        alive = (born > t - plume.life) & (born <= t)
        if plume.ignites:
            alive &= born >= start
        return number[alive], born[alive]

    def _mouths(self, born: Doubles, t: float) -> tuple[Doubles, Doubles]:
        """Where and with what velocity puffs left the mouth."""
        if not len(born):
            return np.zeros((0, 3)), np.zeros((0, 3))
        first, last = math.floor(born.min() / self.STEP), math.ceil(born.max() / self.STEP)
        asked = np.arange(first, last + 1) * self.STEP
        start = self._start(t)
        # Before a cut the body was elsewhere: the shot is continued backward instead.
        inside = np.clip(asked, start if start > 0 else -1e9, None)
        places, velocities = self._place(inside)
        if (inside != asked).any():
            (a, b), _ = self._place(np.array([start, start + self.STEP]))
            places += (b - a) * ((asked - inside) / self.STEP)[:, None]
        return (
            np.stack([np.interp(born, asked, places[:, k]) for k in range(3)], 1),
            np.stack([np.interp(born, asked, velocities[:, k]) for k in range(3)], 1),
        )

    def _place(self, times: Doubles) -> tuple[Doubles, Doubles]:
        """The mouth and the velocity there, in the world, at each of `times`."""
        places, velocities = [], []
        for t in times:
            x, y, z, heading, pitch, _, _ = self._path.at(float(t))
            ch, sh, cp, sp = math.cos(heading), math.sin(heading), math.cos(pitch), math.sin(pitch)
            turn = np.array([[ch, -sh * sp, sh * cp], [0, cp, sp], [-sh, -ch * sp, ch * cp]])
            places.append(turn @ self._plume.mouth * self._scale + [x, y, z])
            velocities.append(turn @ self._plume.velocity * self._scale)
        return np.array(places), np.array(velocities)

    def _billow(self, points: Doubles, radius: Doubles, mouth: Doubles, aside: Doubles) -> None:
        """What would go into the ground rolls outward over it instead, in place."""
        assert self._ground is not None
        if not len(points):
            return
        floor = float(self._ground.height(float(mouth[0, 0]), float(mouth[0, 2])))
        low = floor + 0.42 * radius
        under = np.maximum(low - points[:, 1], 0.0)
        points[:, 0] += 0.9 * under * np.cos(aside)
        points[:, 2] += 0.9 * under * np.sin(aside)
        # The head of a billow curls up.
        points[:, 1] += under + 0.10 * under * (1 + np.sin(3 * aside))
