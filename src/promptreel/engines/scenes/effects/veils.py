"""What drifts in banks before everything: fog and smoke, a few large soft layers at their own depths."""

import numpy as np

from promptreel.engines.scenes.kernels import device, f32, i32, kernel, mix, sat, sstep, texs, tile_fbm
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import Brief, Canvas, Effect, Floats, scale_of, view_ray

LOG2 = 8
BANKS = 4
"""How many sheets of it stand one behind the other."""

CELL = 8
"""Pixels between the points where a sheet is computed."""


@kernel
def thickness(noise, camera, scale, width, height, banks, shape, out):
    """How thick each sheet is at the nodes of a coarse net: `out` (banks, rows, columns), 0…1.

    `banks` (n, 4): distance in m, cells per m, and how far the pattern has drifted across and up in m.
    `shape` (3): height of the ceiling in m, how soft it ends in m, and how rough the sheets are.
    """
    for n in range(banks.shape[0]):
        away, cells = banks[n, 0], banks[n, 1]
        for j in range(out.shape[1]):
            for i in range(out.shape[2]):
                dx, dy, dz = view_ray(camera, scale, width, height, f32(i * CELL), f32(j * CELL))
                x, y, z = camera[0] + dx * away, camera[1] + dy * away, camera[2] + dz * away
                u, v = (x + z * f32(0.31) - banks[n, 2]) * cells, (y - banks[n, 3]) * cells * f32(1.7)
                one = texs(noise, i32(LOG2), u, v + f32(31.0) * f32(n))
                two = texs(noise, i32(LOG2), u * f32(2.3) + f32(57.0), v * f32(2.3) - banks[n, 2] * cells)
                dense = sstep(f32(0.5) - shape[2], f32(0.5) + shape[2], one * f32(0.65) + two * f32(0.35))
                high = sat((shape[0] - y) / shape[1])
                out[n, j, i] = dense * high


@device
def _between(net, n, j, i, v, u):
    above = mix(net[n, j, i], net[n, j, i + 1], u)
    below = mix(net[n, j + 1, i], net[n, j + 1, i + 1], u)
    return mix(above, below, v)


@kernel
def lay_veils(hdr, near, net, banks, colour, strength):
    """Lay the sheets over the picture from the far to the near; a thing hides what drifts behind it, softly."""
    height, width = near.shape
    for y in range(height):
        j = y // CELL
        v = f32(y % CELL) * f32(1.0 / CELL)
        for n in range(banks.shape[0]):
            away = banks[n, 0]
            for x in range(width):
                i = x // CELL
                u = f32(x - i * CELL) * f32(1.0 / CELL)
                gap = f32(1.0) / max(near[y, x], f32(1e-5)) - away
                share = _between(net, n, j, i, v, u) * strength * sat(gap / (away * f32(0.35)) + f32(0.3))
                hdr[0, y, x] = mix(hdr[0, y, x], colour[0], share)
                hdr[1, y, x] = mix(hdr[1, y, x], colour[1], share)
                hdr[2, y, x] = mix(hdr[2, y, x], colour[2], share)


class Veils:
    """Sheets of fog or smoke. See `stage.Layer`."""

    def __init__(
        self, brief: Brief, name: str, distances: tuple[float, float], ceiling: float, strength: float, rise: float
    ) -> None:
        assert brief.light is not None
        random = brief.rng(name)
        light = brief.light
        self._noise = tile_fbm(1 << LOG2, brief.seed % (1 << 31), base=4, octaves=5).ravel()
        far, close = max(distances), min(distances)
        self._away = np.geomspace(far, close, BANKS)
        self._start = random.uniform(0, 500, (BANKS, 2))
        self._wind = max(abs(light.wind[0]), 0.5) * (1 if light.wind[0] >= 0 else -1)
        self._rise, self._ceiling = rise, ceiling
        self._strength = np.float32(min(strength * brief.spec.intensity, 0.75))
        grey = 0.30 * light.above + 0.70 * light.horizon + 0.05 * light.sunlight
        self._colour = np.asarray(grey * (0.35 if name == "smoke" else 1.0), np.float32)

    def new_state(self, width: int, height: int) -> Floats:
        """The net of one thread."""
        return np.zeros((BANKS, height // CELL + 2, width // CELL + 2), np.float32)

    def draw(self, state: Floats, canvas: Canvas, camera: Camera, t: float) -> None:
        """See `stage.Layer`."""
        scale = np.float32(scale_of(camera, canvas.height))
        banks = np.empty((BANKS, 4), np.float32)
        banks[:, 0], banks[:, 1] = self._away, 26 / self._away
        banks[:, 2] = self._start[:, 0] + self._wind * t * (0.6 + 0.1 * np.arange(BANKS))
        banks[:, 3] = self._start[:, 1] + self._rise * t
        shape = np.array([camera.position[1] + self._ceiling, max(self._ceiling, 1.0), 0.32], np.float32)
        thickness(
            self._noise, camera.frame, scale, np.int32(canvas.width), np.int32(canvas.height), banks, shape, state
        )
        lay_veils(canvas.hdr, canvas.near, state, banks, self._colour, self._strength)


ROWS = (
    Effect("fog", lambda brief: Veils(brief, "fog", (8.0, 90.0), 7.0, 0.30, 0.02)),
    Effect("smoke", lambda brief: Veils(brief, "smoke", (3.0, 22.0), 9.0, 0.55, 0.5)),
)
