"""What falls or is carried by the wind: rain, snow, leaves, petals, confetti, sand and dust."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.particles import draw_marks, see, wrap
from promptreel.engines.scenes.stage import Brief, Canvas, Effect, Floats, Light


def _air_light(light: Light) -> Floats:
    """What something small, white and thin in the air sends on: mostly the sky's light."""
    return np.asarray(0.5 * light.above + 0.35 * light.horizon + 0.18 * light.sunlight, np.float32)


@dataclass(frozen=True, slots=True)
class Kind:
    """How one sort of thing falls. Lengths in m, speeds in m/s."""

    name: str
    count: int
    box: tuple[float, float, float]
    fall: float
    drift: float
    """How much of the wind it goes with."""
    sway: float
    long: float
    short: float
    opacity: float
    colours: tuple[tuple[float, float, float], ...] = ((0.9, 0.9, 0.9),)
    """Reflectances, one of them each by chance."""
    turns: float = 0.0
    """Turns a second of what tumbles: leaves show their edge and their face."""
    streak: float = 0.0
    """Seconds of its way that one sees at once."""
    gust: float = 1.0
    """What the wind is multiplied with."""


KINDS = (
    Kind("rain", 5600, (16.0, 11.0, 24.0), 8.5, 1.0, 0.0, 0.004, 0.0052, 0.50, ((0.95, 0.95, 1.0),), streak=0.032),
    Kind("snow", 5000, (18.0, 12.0, 22.0), 1.1, 0.5, 0.35, 0.024, 0.024, 0.92, ((1.5, 1.5, 1.55),)),
    Kind(
        "leaves", 380, (15.0, 8.0, 16.0), 0.9, 1.0, 0.8, 0.085, 0.055, 1.0,
        ((0.45, 0.10, 0.02), (0.60, 0.26, 0.03), (0.62, 0.42, 0.05), (0.28, 0.12, 0.04)), turns=0.55,
    ),
    Kind(
        "petals", 700, (12.0, 7.0, 14.0), 0.55, 0.8, 0.6, 0.036, 0.024, 1.0,
        ((0.85, 0.45, 0.55), (0.90, 0.62, 0.68), (0.88, 0.74, 0.76)), turns=0.7,
    ),
    Kind(
        "confetti", 900, (11.0, 7.0, 12.0), 1.2, 0.3, 0.5, 0.036, 0.024, 1.0,
        ((0.75, 0.05, 0.06), (0.85, 0.62, 0.04), (0.05, 0.30, 0.65), (0.06, 0.50, 0.15), (0.70, 0.15, 0.55)), turns=1.6,
    ),
    Kind(
        "sandstorm", 2400, (16.0, 8.0, 20.0), 0.25, 1.0, 0.3, 0.010, 0.010, 0.5, ((0.70, 0.42, 0.20),), streak=0.06,
        gust=7.0,
    ),
    Kind("dust", 2200, (6.0, 3.5, 8.0), 0.03, 0.12, 0.25, 0.0055, 0.0055, 0.8, ((1.7, 1.35, 0.90),)),
    Kind(
        "wind", 330, (16.0, 6.0, 18.0), 0.3, 1.0, 0.5, 0.045, 0.026, 1.0,
        ((0.30, 0.26, 0.10), (0.42, 0.34, 0.14), (0.20, 0.22, 0.07)), turns=1.3, gust=4.0,
    ),
)  # fmt: skip


class Falling:
    """One kind of them. See `stage.Layer`."""

    def __init__(self, brief: Brief, kind: Kind) -> None:
        assert brief.light is not None
        random = brief.rng(kind.name)
        self.kind = kind
        storm = 1.6 if "storm" in brief.spec.weather and kind.name == "rain" else 1.0
        count = max(1, round(kind.count * min(brief.spec.intensity, 2.5) * storm))
        self._start = random.random((count, 3)) * np.array(kind.box)
        self._phase = random.uniform(0, 2 * np.pi, (count, 3))
        self._size = random.uniform(0.65, 1.35, count)
        tones = np.array(kind.colours)[random.integers(len(kind.colours), size=count)]
        light = brief.light
        lit = _air_light(light) if len(kind.colours) == 1 else (0.55 * light.above + 0.45 * light.sunlight)
        self._colour = (tones * random.uniform(0.8, 1.15, (count, 1)) * lit).astype(np.float32)
        blow = np.array(light.wind, np.float64) * kind.gust
        speed = math.hypot(*blow)
        blow *= min(1.0, 14.0 / max(speed, 1e-6)) * (1.8 if "wind" in brief.spec.weather or storm > 1 else 1.0)
        self._velocity = np.array([blow[0] * kind.drift, -kind.fall, blow[1] * kind.drift * 0.4])
        self._box = np.array(kind.box)

    def new_state(self, width: int, height: int) -> None:
        """No buffers."""

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """See `stage.Layer`."""
        kind = self.kind
        speed = self._velocity * (0.75 + 0.35 * self._size[:, None])
        points = self._start + speed * t + self._swayed(t)
        seen = see(wrap(points, camera, self._box), camera, canvas, 0.4)
        which = seen.which
        size = self._size[which]
        long, short = kind.long * size, kind.short * size
        angle = np.zeros(len(which))
        opacity = np.full(len(which), kind.opacity)
        if kind.streak:
            across, down = self._on_screen(speed[which], camera)
            length = np.hypot(across, down)
            long, angle = long + 0.5 * kind.streak * length, np.arctan2(down, across)
            opacity = opacity * np.clip(0.35 + 0.05 / np.maximum(seen.near, 1e-3), 0.35, 1.0)
        if kind.turns:
            phase = self._phase[which]
            spin = 2 * np.pi * kind.turns * t * (0.6 + 0.4 * size)
            angle = phase[:, 0] + 0.6 * spin + 0.8 * np.sin(spin + phase[:, 1])
            short = short * (0.18 + 0.82 * np.abs(np.sin(spin + phase[:, 2])))
        # What is nearer than the focus is larger and fainter.
        blur = np.clip((seen.near - 0.45) * 1.6, 0, 3) * (0.0 if kind.streak else 1.0)
        draw_marks(
            canvas, seen, long=long * (1 + blur), short=short * (1 + blur), angle=angle,
            opacity=opacity / (1 + blur) ** 1.5, colour=self._colour[which],
        )  # fmt: skip

    def _swayed(self, t: float) -> NDArray[np.floating]:
        sway = self.kind.sway
        if not sway:
            return np.zeros(3)
        phase = self._phase
        return sway * np.stack(
            [
                np.sin(1.1 * t + phase[:, 0]) + 0.4 * np.sin(2.7 * t + phase[:, 1]),
                0.35 * np.sin(1.7 * t + phase[:, 2]),
                0.7 * np.cos(0.9 * t + phase[:, 1]),
            ],
            1,
        )

    @staticmethod
    def _on_screen(speed: NDArray[np.floating], camera: Camera) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        return speed @ camera.frame[3:6], -(speed @ camera.frame[6:9])


ROWS = tuple(Effect(kind.name, lambda brief, kind=kind: Falling(brief, kind)) for kind in KINDS)  # type: ignore[misc]
