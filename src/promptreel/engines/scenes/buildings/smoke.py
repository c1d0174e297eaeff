"""Smoke and steam that rise from a few points: chimneys, fires, a kettle. A layer of puffs."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.puffs import Puffs, show
from promptreel.engines.scenes.stage import Canvas, Light

PUFFS = 36


@dataclass(frozen=True, slots=True)
class Smoke:
    """Puffs that leave each mouth, rise, grow, drift with the wind and thin out."""

    mouths: tuple[tuple[float, float, float], ...]
    light: Light
    strength: float = 1.0
    size: float = 1.0
    """Of the mouth: 1 is a chimney; a campfire 0.8, a volcano 60."""
    shade: float = 0.75
    """Reflectance: 0.8 steam, 0.4 coal smoke."""

    def new_state(self, width: int, height: int) -> Any:
        """Nothing is kept."""
        return None

    def draw(self, state: Any, canvas: Canvas, camera: Camera, t: float) -> None:
        """Blend the puffs in, the far ones first."""
        mouth = np.arange(len(self.mouths))[:, None]
        puff = np.arange(PUFFS)[None, :]
        life = 7.0
        age = (t / life + puff / PUFFS + mouth * 0.37) % 1.0
        phase = puff * 2.4 + mouth
        wind_x, wind_z = self.light.wind
        drift = self.size * life * (0.18 * age + 0.42 * age**1.7)
        curl = self.size * (0.15 + 0.5 * age) * age
        at = np.array(self.mouths)[:, None, :]
        pace = 0.75 / max(1.0, math.hypot(wind_x, wind_z) / 2.5)
        points = np.stack(
            [
                at[..., 0] + drift * wind_x * pace + curl * np.sin(phase + t * 0.5 + age * 5),
                at[..., 1] + self.size * (0.15 + 4.6 * age**0.8),
                at[..., 2] + drift * wind_z * pace + curl * np.cos(phase * 1.7 + t * 0.4),
            ],
            -1,
        ).reshape(-1, 3)
        radius = (self.size * (0.26 + 1.55 * age) * (0.75 + 0.5 * np.sin(5.1 * phase) ** 2)).ravel()
        thin = (self.strength * 0.42 * (1 - age) ** 1.3 * np.minimum(age * 9, 1)).ravel()
        # Golden steps: neighbours in the column are of unlike parts of the noise.
        place = (np.arange(len(points)) * 0.618034) % 1.0
        noise = np.stack([place, (place * 7.3) % 1.0 + 0.01 * age.ravel()], 1)
        show(canvas, camera, self.light, Puffs(points, radius, thin, noise, self.shade))
