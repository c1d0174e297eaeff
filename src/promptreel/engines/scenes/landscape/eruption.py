"""What a volcano throws out: a column of smoke that boils up and drifts, lit from below, and a fountain of lava."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import f32, flr, i32, kernel, sat
from promptreel.engines.scenes.mesh import Camera, on_screen
from promptreel.engines.scenes.puffs import Puffs, show
from promptreel.engines.scenes.stage import Canvas, Light, scale_of

PUFFS = 130
CLOTS = 420
LIFE = 46.0
"""s that a puff of smoke takes from the mouth until it is gone."""


@kernel
def draw_clots(hdr, near, clots):
    """Add glowing streaks. `clots` (n, 8): the two ends in pixels, radius (pixels), 1/distance, light of red, heat."""
    height, width = near.shape
    for i in range(clots.shape[0]):
        ax, ay, bx, by, radius = clots[i, 0], clots[i, 1], clots[i, 2], clots[i, 3], clots[i, 4]
        faint = min(radius * radius, f32(1.0))
        wide = max(radius, f32(0.9))
        dx, dy = bx - ax, by - ay
        length2 = dx * dx + dy * dy + f32(1e-3)
        x0, x1 = max(i32(flr(min(ax, bx) - wide)), 0), min(i32(flr(max(ax, bx) + wide)) + 1, width)
        for y in range(max(i32(flr(min(ay, by) - wide)), 0), min(i32(flr(max(ay, by) + wide)) + 1, height)):
            for x in range(x0, x1):
                px, py = f32(x) + f32(0.5) - ax, f32(y) + f32(0.5) - ay
                t = sat((px * dx + py * dy) / length2)
                qx, qy = px - dx * t, py - dy * t
                inside = sat(f32(1.0) - (qx * qx + qy * qy) / (wide * wide))
                inside = inside if near[y, x] < clots[i, 5] else f32(0.0)
                light = inside * clots[i, 6] * faint
                hdr[0, y, x] += light
                hdr[1, y, x] += light * clots[i, 7]
                hdr[2, y, x] += light * clots[i, 7] * clots[i, 7] * f32(0.35)


class Eruption:
    """See `stage.Layer`."""

    def __init__(
        self,
        mouth: tuple[float, float, float],
        light: Light,
        rng: np.random.Generator,
        *,
        size: float,
        shine: float,
        quiet: bool = False,
    ) -> None:
        """`size`: of the crater, m; `shine`: how bright lava is; `quiet`: it only smokes."""
        self._mouth, self._light, self._size, self._shine = np.array(mouth), light, size, 0.0 if quiet else shine
        # It rises out of the haze that veils the foot of the mountain.
        self._above_haze = replace(light, fog=0.0)
        self._puff = rng.random((PUFFS, 6))
        self._clot = rng.random((CLOTS, 6))

    def new_state(self, width: int, height: int) -> Any:
        """Nothing is kept."""
        return None

    def draw(self, state: Any, canvas: Canvas, camera: Camera, t: float) -> None:
        """Smoke first, lava over it."""
        self._smoke(canvas, camera, t)
        if self._shine > 0:
            self._fountain(canvas, camera, t)

    def _smoke(self, canvas: Canvas, camera: Camera, t: float) -> None:
        light, size, puff = self._light, self._size, self._puff
        age = (t / LIFE + np.arange(PUFFS) / PUFFS) % 1.0
        angle, off = puff[:, 0] * 2 * np.pi, np.sqrt(puff[:, 1])
        # It shoots up, slows down and leans with the wind.
        rise = size * (0.3 + 9.5 * age**0.72)
        wind = np.asarray(light.wind, float)
        wind = wind / max(float(np.hypot(*wind)), 1e-6) * size * 6.5
        radius = size * (0.42 + 1.75 * age**0.8) * (0.75 + 0.5 * puff[:, 2])
        spread = size * (0.25 + 1.55 * age) * off
        points = self._mouth + np.stack(
            [
                wind[0] * age**1.5 + spread * np.cos(angle),
                rise + 0.4 * spread * (puff[:, 3] - 0.5),
                wind[1] * age**1.5 * 0.5 + spread * np.sin(angle),
            ],
            1,
        )
        solid = np.clip(age * 14, 0, 1) * np.clip((1 - age) * 2.2, 0, 1) * 0.9
        noise = puff[:, 4:6] + np.array([0.0014, -0.001]) * t
        ash = (0.07 + 0.12 * age)[:, None] * (0.85 + 0.3 * puff[:, 3:4])
        flicker = 0.8 + 0.2 * np.sin(t * 3.1 + puff[:, 2] * 6)
        lava = self._shine * 0.45 * np.clip(1 - age * 4.5, 0, 1) ** 2 * flicker
        fire = lava[:, None] * np.array([1.0, 0.27, 0.05])
        show(canvas, camera, self._above_haze, Puffs(points, 1.25 * radius, solid, noise, ash, fire, np.ones(PUFFS)))

    def _fountain(self, canvas: Canvas, camera: Camera, t: float) -> None:
        clot, size = self._clot, self._size
        life = 7.5 + 4.0 * clot[:, 0]
        age = ((t / life + clot[:, 1]) % 1.0) * life
        # Bursts: what was thrown in a strong one flies higher.
        thrown = t - age
        burst = 0.62 + 0.38 * np.sin(thrown * 1.3) * np.sin(thrown * 0.47 + 1)
        up = (34 + 66 * clot[:, 2]) * burst * (size / 100) ** 0.5
        angle, aside = clot[:, 3] * 2 * np.pi, 4 + 17 * clot[:, 4] ** 2

        def place(since: NDArray[np.floating]) -> NDArray[np.floating]:
            flat = aside * since
            return self._mouth + np.stack(
                [flat * np.cos(angle), up * since - 4.9 * since**2 * 1.6, flat * np.sin(angle)], 1
            )

        x0, y0, near = on_screen(place(np.maximum(age - 0.22, 0)), camera, canvas.width, canvas.height)
        x1, y1, _ = on_screen(place(age), camera, canvas.width, canvas.height)
        radius = (1.8 + 3.6 * clot[:, 5] ** 2) * (size / 100) * scale_of(camera, canvas.height) * near
        heat = np.clip(1 - age / life, 0, 1)
        table = np.stack([x0, y0, x1, y1, radius * 1.5, near, self._shine * 2.2 * heat**0.6, 0.18 + 0.42 * heat], 1)
        draw_clots(canvas.hdr, canvas.near, np.ascontiguousarray(table[near > 0], np.float32))
