"""Smoke and steam that rise from a few points: chimneys, fires, a kettle. A layer of soft discs."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from promptreel.engines.scenes.mesh import Camera, on_screen, splat_discs
from promptreel.engines.scenes.stage import Canvas, Light, scale_of

PUFFS = 46


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
        radius = (self.size * (0.20 + 1.25 * age)).ravel()
        thin = (self.strength * 0.20 * (1 - age) ** 1.4 * np.minimum(age * 9, 1)).ravel()
        x, y, near = on_screen(points, camera, canvas.width, canvas.height)
        size = radius * scale_of(camera, canvas.height) * near
        seen = (near > 0) & (x > -size) & (x < canvas.width + size) & (y > -size) & (y < canvas.height + size)
        order = np.flatnonzero(seen)[np.argsort(near[seen], kind="stable")]
        discs = np.stack([x, y, near, np.maximum(size, 0.7), thin], 1)[order].astype(np.float32)
        # Soft discs scatter light through: half the sun from any side, half the sky.
        lit = (self.light.sunlight * 0.35 + self.light.above * 0.65 + self.light.horizon * 0.15) * self.shade
        shades = np.broadcast_to(lit.astype(np.float32), (len(discs), 3))
        splat_discs(canvas.hdr, canvas.near, np.ascontiguousarray(discs), np.ascontiguousarray(shades))
