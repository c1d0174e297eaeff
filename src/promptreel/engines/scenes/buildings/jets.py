"""Jets of water: drops on parabolas from nozzles, and the veils that fall from rims. A layer of soft discs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.mesh import Camera, on_screen, splat_discs
from promptreel.engines.scenes.stage import Canvas, Light, scale_of

GRAVITY = 9.81
DROPS = 90
"""Of each jet."""


@dataclass(frozen=True, slots=True)
class Jets:
    """`nozzles` (n, 8): place, velocity (m/s), height at which a drop falls back into water, and width of the jet (m)."""

    nozzles: NDArray[np.float64]
    light: Light
    seed: int = 1

    def new_state(self, width: int, height: int) -> Any:
        """Nothing is kept."""
        return None

    def draw(self, state: Any, canvas: Canvas, camera: Camera, t: float) -> None:
        """Blend the drops in."""
        rng = np.random.default_rng([abs(self.seed), 23])
        jets = len(self.nozzles)
        jitter = rng.normal(0, 1, (jets, DROPS, 3))
        start = self.nozzles[:, None, :3]
        speed = self.nozzles[:, None, 3:6] * (1 + 0.025 * jitter[..., :1]) + jitter * 0.045 * np.linalg.norm(
            self.nozzles[:, None, 3:6], axis=-1, keepdims=True
        ) * [1, 0.3, 1]
        drop = np.maximum(self.nozzles[:, 2 - 1] - self.nozzles[:, 6], 0.0)
        rise = self.nozzles[:, 4]
        life = (rise + np.sqrt(np.maximum(rise * rise + 2 * GRAVITY * drop, 1e-3))) / GRAVITY
        share = (t / life[:, None] + (np.arange(DROPS) / DROPS)[None] + rng.random((jets, 1))) % 1.0
        age = share * life[:, None]
        points = start + speed * age[..., None]
        points[..., 1] -= 0.5 * GRAVITY * age * age
        drift = np.array(self.light.wind) * 0.05
        points[..., 0] += drift[0] * age * age
        points[..., 2] += drift[1] * age * age
        radius = (self.nozzles[:, 7:8] * (0.55 + 1.5 * share) * rng.uniform(0.6, 1.3, (jets, DROPS))).ravel()
        fade = ((0.75 - 0.50 * share) * np.minimum(share * 14 + 0.3, 1)).ravel()
        x, y, near = on_screen(points.reshape(-1, 3), camera, canvas.width, canvas.height)
        size = radius * scale_of(camera, canvas.height) * near
        least = 0.75
        opacity = fade * 0.62 * np.clip(size / least, 0.04, 1) ** 1.4
        seen = (near > 0) & (x > -size) & (x < canvas.width + size) & (y > -size) & (y < canvas.height + size)
        discs = np.stack([x, y, near, np.maximum(size, least), opacity], 1)[seen].astype(np.float32)
        lit = self.light.above * 0.55 + self.light.horizon * 0.25 + self.light.sunlight * 0.38
        shades = (lit * (0.75 + 0.25 * rng.random((jets * DROPS, 1)))[seen]).astype(np.float32)
        splat_discs(canvas.hdr, canvas.near, np.ascontiguousarray(discs), np.ascontiguousarray(shades))
