"""The night sky: its gradient, stars, and an aurora made of folded curtains.

A curtain is a line on the ground, hundreds of kilometres long, drawn out upwards. Seen from the village each point of
the line is one azimuth, so the curtains are drawn into a small panorama (azimuth by sine of the elevation), point by
point: no marching, no noise, and folds that brighten where the curtain is seen edge on, as real ones do.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import f32, i32, kernel, mix, sat, sstep, vatan2, vexp
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.post import add_doubled, blur_across, blur_down, halve

Floats = NDArray[np.float32]

EARTH_RADIUS = 6371.0
"""Kilometres."""

CURTAIN_POINTS = 2600
"""The most points that a curtain is drawn with."""

AURORA_LIGHT = 0.78
"""What `Night._light_ahead` is brought to."""

AURORA_COLOURS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "green": ((0.08, 1.0, 0.40), (0.40, 0.16, 0.75)),
    "purple": ((0.55, 0.22, 1.0), (0.95, 0.16, 0.70)),
    "pink": ((1.0, 0.26, 0.62), (0.55, 0.16, 0.90)),
    "red": ((1.0, 0.20, 0.16), (0.80, 0.08, 0.30)),
    "blue": ((0.10, 0.50, 1.0), (0.32, 0.18, 0.95)),
    "teal": ((0.06, 0.90, 0.78), (0.26, 0.26, 0.95)),
}
"""Colour of the bright lower part and of the upper part, by name."""


@kernel
def draw_curtains(points, tangent, colours, light):
    """Add the points of curtains to a panorama `light` (3, columns, rows).

    `points` (n, 6): column with fraction, distance in km, brightness, height of the lower edge in km, and the heights
    in km over which the lower and the upper light fade. `tangent` (rows) of the elevation. `colours` (6).
    """
    columns, rows = light.shape[1], light.shape[2]
    for i in range(points.shape[0]):
        column = i32(points[i, 0])
        if (points[i, 0] < f32(0.0)) | (column + 1 >= columns):
            continue
        part = points[i, 0] - f32(column)
        away, edge = points[i, 1], points[i, 3]
        bend = away * away * f32(0.5 / EARTH_RADIUS)
        fade_low, fade_high = f32(1.0) / points[i, 4], f32(1.0) / points[i, 5]
        for side in range(2):
            bright = points[i, 2] * (part if side == 1 else f32(1.0) - part)
            at = column + side
            for row in range(rows):
                over = away * tangent[row] + bend - edge
                rise = sstep(f32(-5.0), f32(9.0), over)
                above = max(over, f32(0.0))
                low = rise * vexp(-above * fade_low) * bright
                high = rise * vexp(-above * fade_high) * sat(above * f32(0.02)) * bright * f32(0.42)
                # Strong curtains have a rose hem, where electrons reach nitrogen.
                hem = low * sat(f32(1.0) - above * f32(0.10)) * sat(bright * f32(2.2) - f32(0.5)) * f32(0.5)
                light[0, at, row] += low * colours[0] + high * colours[3] + hem * f32(0.55)
                light[1, at, row] += low * colours[1] + high * colours[4]
                light[2, at, row] += low * colours[2] + high * colours[5] + hem * f32(0.35)


@kernel
def draw_sky(hdr, light, camera, tangent, left, per_column, per_row, zenith, horizon, strength):
    """Fill `hdr` (3, H, W) with the gradient of the night and the aurora from its panorama (3, columns, rows)."""
    height, width = hdr.shape[1], hdr.shape[2]
    columns, rows = light.shape[1], light.shape[2]
    scale = tangent / (f32(height) * f32(0.5))
    for y in range(height):
        vy = (f32(height) * f32(0.5) - f32(y) - f32(0.5)) * scale
        for x in range(width):
            vx = (f32(x) + f32(0.5) - f32(width) * f32(0.5)) * scale
            dx = camera[9] + camera[3] * vx + camera[6] * vy
            dy = camera[10] + camera[4] * vx + camera[7] * vy
            dz = camera[11] + camera[5] * vx + camera[8] * vy
            up = dy / np.sqrt(dx * dx + dy * dy + dz * dz)
            u = (vatan2(dx, dz) - left) / per_column
            u = min(max(u, f32(0.0)), f32(columns) - f32(1.01))
            v = min(max(up * per_row, f32(0.0)), f32(rows) - f32(1.01))
            i, j = i32(u), i32(v)
            a, b = u - f32(i), v - f32(j)
            low = vexp(-max(up, f32(0.0)) * f32(4.2))
            # The thick air near the horizon swallows the foot of far curtains.
            clear = strength * sstep(f32(0.0), f32(0.12), up)
            for c in range(3):
                near = mix(light[c, i, j], light[c, i, j + 1], b)
                beside = mix(light[c, i + 1, j], light[c, i + 1, j + 1], b)
                hdr[c, y, x] = mix(zenith[c], horizon[c], low) + mix(near, beside, a) * clear


@kernel
def add_stars(hdr, stars):
    """Add round points of light to `hdr`. `stars` (n, 6): x, y, radius in pixels, R, G, B."""
    height, width = hdr.shape[1], hdr.shape[2]
    for i in range(stars.shape[0]):
        size = stars[i, 2]
        reach = size * f32(2.2)
        x0, x1 = max(i32(stars[i, 0] - reach), 0), min(i32(stars[i, 0] + reach) + 1, width)
        y0, y1 = max(i32(stars[i, 1] - reach), 0), min(i32(stars[i, 1] + reach) + 1, height)
        sharp = f32(1.0) / (size * size)
        for y in range(y0, y1):
            dy = f32(y) + f32(0.5) - stars[i, 1]
            for x in range(x0, x1):
                dx = f32(x) + f32(0.5) - stars[i, 0]
                shine = vexp(-(dx * dx + dy * dy) * sharp)
                hdr[0, y, x] += stars[i, 3] * shine
                hdr[1, y, x] += stars[i, 4] * shine
                hdr[2, y, x] += stars[i, 5] * shine


class _Wobble:
    """Smooth noise of one variable, -1…1: values at whole numbers from a table of 256, smoothly joined."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._table = rng.uniform(-1, 1, 256)

    def __call__(self, x: NDArray[np.floating]) -> NDArray[np.floating]:
        low = np.floor(x)
        part = x - low
        index = low.astype(np.int64) & 255
        part = part * part * (3 - 2 * part)
        here, beside = self._table[index], self._table[(index + 1) & 255]
        return here + (beside - here) * part


@dataclass(frozen=True, slots=True)
class _Curtain:
    """One curtain: how far it is in km, how bright, and the noises that bend it and let it shine."""

    away: float
    bright: float
    edge: float
    bend: _Wobble
    fold: _Wobble
    rays: _Wobble
    patches: _Wobble
    drift: float


class AuroraState:
    """One thread's buffers: the panorama and its blurred copies, each (3, columns, rows)."""

    def __init__(self, columns: int, rows: int) -> None:
        self.light = np.zeros((3, columns, rows), np.float32)
        self.scratch = np.zeros_like(self.light)
        self.levels = []
        for _ in range(4):
            columns, rows = -(-columns // 2), -(-rows // 2)
            self.levels.append((np.zeros((3, columns, rows), np.float32), np.zeros((3, columns, rows), np.float32)))


class Night:
    """Sky, stars and aurora of one seed, for cameras that look along +z and turn by less than `reach` radians."""

    def __init__(
        self, seed: int, width: int, height: int, reach: float, *, colour: str = "green", strength: float = 1.0
    ) -> None:
        rng = np.random.default_rng([seed, 23])
        self.zenith = np.array([0.0020, 0.0040, 0.0115], np.float32)
        self.horizon = np.array([0.0085, 0.0185, 0.0290], np.float32)
        self.strength = strength
        low, high = AURORA_COLOURS.get(colour, AURORA_COLOURS["green"])
        self._colours = np.array([*low, *high], np.float32)
        self._reach = reach
        self._columns = max(48, min(640, round(width * 0.55)))
        self._rows = max(48, min(360, round(height * 0.55)))
        # Dense enough that a curtain has no gaps between its points.
        self._points_each = max(500, min(CURTAIN_POINTS, round(self._columns * 4.1)))
        sine = (np.arange(self._rows) / (self._rows - 1)).clip(0, 0.9995)
        self._tangent = (sine / np.sqrt(1 - sine**2)).astype(np.float32)
        self._curtains = [self._curtain(rng, number) for number in range(4)]
        self._stars = self._scatter(rng)
        self._gain = 1.0
        self._gain = float(np.clip(AURORA_LIGHT / max(self._light_ahead(), 1e-6), 0.5, 2.2))
        self._size = max(0.62, min(width, height) / 760)

    @staticmethod
    def _curtain(rng: np.random.Generator, number: int) -> _Curtain:
        away = (250, 340, 460, 640)[number] * rng.uniform(0.88, 1.14)
        return _Curtain(
            away,
            (1.0, 0.9, 0.75, 0.6)[number] * rng.uniform(0.75, 1.2),
            rng.uniform(94, 108),
            _Wobble(rng),
            _Wobble(rng),
            _Wobble(rng),
            _Wobble(rng),
            rng.choice([-1.0, 1.0]) * rng.uniform(0.7, 1.3),
        )

    def _light_ahead(self) -> float:
        """How much light the curtains hold before the camera, so that no seed is dull and none drowns the sky."""
        total = 0.0
        for t in (0.0, 3.0, 6.0, 9.0):
            points = np.concatenate([self._points(curtain, t) for curtain in self._curtains])
            per_column = 2 * self._reach / self._columns
            ahead = np.abs(points[:, 0] * per_column - self._reach) < 0.75
            total += float(points[ahead, 2].sum()) * per_column / 4
        return total

    @staticmethod
    def _scatter(rng: np.random.Generator) -> NDArray[np.float64]:
        """(n, 8): direction, brightness, colour from red 0 to blue 1, twinkle rate and phase, size."""
        number = 5200
        azimuth = rng.uniform(-np.pi, np.pi, number)
        up = rng.uniform(0.02, 1.0, number)
        level = np.sqrt(1 - up**2)
        # Each magnitude fainter there are about three times as many stars.
        bright = np.minimum(0.030 * rng.random(number) ** -0.85, 1.6)
        return np.stack(
            [
                level * np.sin(azimuth),
                up,
                level * np.cos(azimuth),
                bright,
                rng.random(number),
                rng.uniform(2, 7, number),
                rng.uniform(0, 6.28, number),
                rng.uniform(0.85, 1.15, number),
            ],
            axis=1,
        )

    def new_state(self) -> AuroraState:
        """The buffers of one thread."""
        return AuroraState(self._columns, self._rows)

    def aurora(self, state: AuroraState, t: float) -> Floats:
        """Draw the aurora at `t` seconds into the state; the mean light that it sheds, (3)."""
        state.light.fill(0)
        if self.strength <= 0:
            return np.zeros(3, np.float32)
        points = np.concatenate([self._points(curtain, t) for curtain in self._curtains])
        draw_curtains(np.ascontiguousarray(points, np.float32), self._tangent, self._colours, state.light)
        blur_across(state.light, state.scratch)
        blur_down(state.scratch, state.light)
        self._halo(state)
        mean = state.light[:, ::4, : self._rows * 3 // 4 : 4].mean(axis=(1, 2))
        return np.asarray(mean * self.strength, np.float32)

    def _halo(self, state: AuroraState) -> None:
        """Add the faint glow around the curtains: ever wider blurs of them."""
        source = state.light
        for level, scratch in state.levels:
            halve(source, level)
            blur_down(level, scratch)
            blur_across(scratch, level)
            source = level
        for index in range(len(state.levels) - 1, 0, -1):
            add_doubled(state.levels[index][0], state.levels[index - 1][0], np.float32(0.8))
        add_doubled(state.levels[0][0], state.light, np.float32(0.16))

    def _points(self, curtain: _Curtain, t: float) -> NDArray[np.floating]:
        """The points of one curtain at `t` seconds, (n, 6), see `draw_curtains`."""
        s = np.linspace(-1.0, 1.0, self._points_each)
        length = curtain.away * 2.6
        flow = t * 0.016 * curtain.drift
        # Two sizes of waves; the displacement along the line is what folds it over itself.
        wide = curtain.bend(s * 3.1 + 40 + flow)
        swirl = curtain.fold(s * 8.5 + 90 - flow * 2.3)
        tight = curtain.fold(s * 21.0 + 150 + flow * 4.1)
        x = s * length + curtain.away * (0.16 * curtain.bend(s * 5.0 + 120 - flow) + 0.075 * swirl + 0.030 * tight)
        z = curtain.away * (1.0 + 0.26 * wide + 0.13 * swirl + 0.035 * curtain.bend(s * 19.0 + 7 - flow * 3.0))
        away = np.hypot(x, z)
        step = np.hypot(np.gradient(x), np.gradient(z))
        per_column = 2 * self._reach / self._columns
        # Light along the line of sight of a thin sheet, per column: edge on, more of it falls into one.
        density = step / (away * per_column)
        rays = curtain.rays(s * 120.0 + flow * 9.0) * 0.5 + 0.5
        rays = rays * (0.55 + 0.45 * curtain.rays(s * 47.0 + 31 - flow * 6.0))
        patches = np.clip(curtain.patches(s * 4.3 + 60 + flow * 1.7 + 0.02 * t) * 1.1 + 0.42, 0, 1)
        # The middle of the view is never left without.
        patches = np.clip(patches + 0.40 * np.exp(-((s / 0.30) ** 2)), 0, 1)
        patches = patches * patches * (3 - 2 * patches)
        taper = np.clip((1 - np.abs(s)) * 6, 0, 1)
        bright = (
            self._gain * curtain.bright * patches * taper * (0.20 + 0.95 * np.clip(rays, 0, 1) ** 1.5) * density * 0.62
        )
        edge = curtain.edge + 9.0 * curtain.patches(s * 9.0 + 11 + flow)
        fade_low = 17.0 + 40.0 * np.clip(rays, 0, 1) * (0.4 + 0.6 * patches)
        fade_high = 50.0 + 60.0 * np.clip(rays, 0, 1)
        column = (np.arctan2(x, z) + self._reach) / per_column
        return np.stack([column, away, bright, edge, fade_low, fade_high], axis=1)

    def sky(self, state: AuroraState, hdr: Floats, camera: Camera) -> None:
        """Fill `hdr` with the sky and the aurora that was drawn last."""
        draw_sky(
            hdr,
            state.light,
            camera.frame,
            f32(camera.tangent),
            f32(-self._reach),
            f32(2 * self._reach / self._columns),
            f32(self._rows - 1),
            self.zenith,
            self.horizon,
            f32(self.strength),
        )

    def stars(self, hdr: Floats, camera: Camera, t: float) -> None:
        """Add the stars."""
        height, width = hdr.shape[1:]
        field = self._stars
        frame = camera.frame.astype(np.float64)
        away = field[:, :3] @ frame[9:12]
        seen = away > 0.05
        field, away = field[seen], away[seen]
        scale = height / 2 / camera.tangent
        x = width / 2 + scale * (field[:, :3] @ frame[3:6]) / away
        y = height / 2 - scale * (field[:, :3] @ frame[6:9]) / away
        inside = (x > -4) & (x < width + 4) & (y > -4) & (y < height + 4)
        field, x, y = field[inside], x[inside], y[inside]
        up = field[:, 1]
        twinkle = 1 + 0.22 * np.sin(t * field[:, 5] + field[:, 6])
        bright = field[:, 3] * twinkle * np.clip(up / 0.24, 0, 1) ** 1.3
        tint = field[:, 4]
        size = self._size * field[:, 7] * (1 + 0.35 * np.minimum(field[:, 3], 1.0))
        stars = np.stack(
            [x, y, size, bright * (1.15 - 0.35 * tint), bright * 0.95, bright * (0.80 + 0.45 * tint)], axis=1
        )
        add_stars(hdr, np.ascontiguousarray(stars, np.float32))
