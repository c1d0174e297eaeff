"""Grass near the camera, blade by blade, bending in the wind; some of them carry a flower.

Blades stand where chance put them when the clip was made, more of them near than far and each as wide as a pixel needs,
so the meadow holds at the feet of whoever stands in it and passes into the plain texture of the land some way off.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import clamp, f32, flr, i32, kernel, mix, sat, tex, vatan2, vcos, vsin
from promptreel.engines.scenes.landscape.heightfield import LIT, MASK, OPEN, SLOPE_X, SLOPE_Z, noise_at
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import Canvas, scale_of

if TYPE_CHECKING:
    from promptreel.engines.scenes.landscape.land import Land

Floats = NDArray[np.float32]

FARTHEST = 42.0
"""m: where the last blades stand."""
DENSE = 4.2
"""m: beyond this their number per area falls with the square of the distance."""

# What is kept of a blade, in the columns of one table.
X, Y, Z, TALL, WIDE, LEAN_X, LEAN_Z, HEAD, RED, HEAD_RED = 0, 1, 2, 3, 4, 5, 6, 7, 8, 11
COLUMNS = 14


@kernel
def draw_blades(hdr, near, blades, chosen, camera, scale, noise, moment):
    """Draw the blades `chosen` (from far to near) over `hdr` where nothing is nearer; they hide what comes later.

    `moment` (4): how far the wind has come along x and z, m; the time, s; how much it bends them, rad.
    """
    height, width = near.shape
    for n in range(chosen.shape[0]):
        i = chosen[n]
        x, y, z = blades[i, X] - camera[0], blades[i, Y] - camera[1], blades[i, Z] - camera[2]
        away = x * camera[9] + y * camera[10] + z * camera[11]
        if away < f32(0.35):
            continue
        inverse = f32(1.0) / away
        across = x * camera[3] + y * camera[4] + z * camera[5]
        above = x * camera[6] + y * camera[7] + z * camera[8]
        x0 = f32(width) * f32(0.5) + scale * across * inverse
        y0 = f32(height) * f32(0.5) - scale * above * inverse
        tall = blades[i, TALL]
        if (x0 < f32(-40.0)) | (x0 > f32(width) + f32(40.0)) | (y0 < f32(0.0)):
            continue
        if y0 - tall * scale * inverse > f32(height):
            continue
        gust = tex(noise, i32(9), i32(0), (blades[i, X] - moment[0]) * f32(2.2), (blades[i, Z] - moment[1]) * f32(2.2))
        flutter = vsin(moment[2] * f32(5.2) + blades[i, X] * f32(3.1) + blades[i, Z] * f32(2.3) + tall * f32(40.0))
        push = moment[3] * (f32(0.15) + f32(1.9) * gust * gust + f32(0.16) * flutter)
        bx = (blades[i, LEAN_X] + push) * tall
        bz = (blades[i, LEAN_Z] + push * f32(0.3)) * tall
        bent = min((bx * bx + bz * bz) / (tall * tall), f32(0.9))
        by = tall * np.sqrt(f32(1.0) - bent * f32(0.75))
        tx, ty, tz = x + bx, y + by, z + bz
        far = tx * camera[9] + ty * camera[10] + tz * camera[11]
        if far < f32(0.3):
            continue
        over = f32(1.0) / far
        x1 = f32(width) * f32(0.5) + scale * (tx * camera[3] + ty * camera[4] + tz * camera[5]) * over
        y1 = f32(height) * f32(0.5) - scale * (tx * camera[6] + ty * camera[7] + tz * camera[8]) * over
        thick = blades[i, WIDE] * scale * inverse
        long = y0 - y1
        bright = f32(0.86) + f32(0.30) * gust
        if long > f32(0.3):
            # Narrower than a pixel it is drawn as wide as one, and as much fainter.
            faint = min(thick, f32(1.0))
            half = max(thick, f32(1.0)) * f32(0.5)
            for py in range(max(i32(flr(y1)), 0), min(i32(flr(y0)) + 1, height)):
                t = clamp((y0 - f32(py) - f32(0.5)) / long, f32(0.0), f32(1.0))
                middle = x0 + (x1 - x0) * t * (f32(0.35) + f32(0.65) * t)
                reach = half * (f32(1.0) - t * t * f32(0.85))
                ends = sat(min(y0 - f32(py), f32(py) + f32(1.0) - y1))
                shade = bright * (f32(0.40) + f32(0.78) * t)
                for px in range(max(i32(flr(middle - reach)), 0), min(i32(flr(middle + reach)) + 1, width)):
                    share = min(f32(px) + f32(1.0), middle + reach) - max(f32(px), middle - reach)
                    share = sat(share) * faint * ends
                    share = share if inverse > near[py, px] else f32(0.0)
                    hdr[0, py, px] = mix(hdr[0, py, px], blades[i, RED] * shade, share)
                    hdr[1, py, px] = mix(hdr[1, py, px], blades[i, RED + 1] * shade, share)
                    hdr[2, py, px] = mix(hdr[2, py, px], blades[i, RED + 2] * shade, share)
                    near[py, px] = inverse if share > f32(0.45) else near[py, px]
        if blades[i, HEAD] > f32(0.0):
            wide = blades[i, HEAD] * scale * over
            faint = min(wide * f32(1.6), f32(1.0))
            wide = max(wide, f32(0.6))
            flat = wide * f32(0.62)
            for py in range(max(i32(flr(y1 - flat)), 0), min(i32(flr(y1 + flat)) + 1, height)):
                v = (f32(py) + f32(0.5) - y1) / flat
                for px in range(max(i32(flr(x1 - wide)), 0), min(i32(flr(x1 + wide)) + 1, width)):
                    u = (f32(px) + f32(0.5) - x1) / wide
                    # A near one shows its petals.
                    around = vcos(vatan2(v, u) * f32(9.0) + blades[i, X] * f32(50.0))
                    edge = f32(1.0) - (f32(0.30) - f32(0.30) * around) * sat(wide * f32(0.14) - f32(0.3))
                    inside = sat((edge - u * u - v * v) * wide * f32(0.7) + f32(0.25)) * faint
                    inside = inside if over > near[py, px] else f32(0.0)
                    # Petals: lighter toward the light above, darker in the heart.
                    heart = sat((u * u + v * v) * f32(5.0))
                    shade = (
                        (f32(0.92) - f32(0.22) * v) * (f32(0.55) + f32(0.45) * heart) * (f32(0.88) + f32(0.12) * around)
                    )
                    hdr[0, py, px] = mix(hdr[0, py, px], blades[i, HEAD_RED] * shade, inside)
                    hdr[1, py, px] = mix(hdr[1, py, px], blades[i, HEAD_RED + 1] * shade, inside)
                    hdr[2, py, px] = mix(hdr[2, py, px], blades[i, HEAD_RED + 2] * shade, inside)
                    near[py, px] = over if inside > f32(0.45) else near[py, px]


@dataclass(slots=True)
class Blades:
    """What grass to grow. `number`: blades ahead of the camera; `height`: m, of most; `colours`: reflectances (k, 3);
    `heads`: colours of flowers (k, 3), on the share `flowering` of the blades, `head` m in radius."""

    number: int = 30000
    height: float = 0.22
    colours: NDArray[np.floating] | None = None
    heads: NDArray[np.floating] | None = None
    flowering: float = 0.0
    head: float = 0.018
    clumping: float = 0.5
    table: Floats | None = None

    def grow(self, land: "Land") -> None:
        """Put the blades on the land and light them: again once trees throw their shadows there."""
        rng = land.brief.rng("blades")
        number = self.number
        # The share of all blades that stands within r goes with log(1 + (r / DENSE)²).
        share = (np.arange(number) + rng.random(number)) / number
        r = DENSE * np.sqrt(np.expm1(share * np.log1p((FARTHEST / DENSE) ** 2)))
        # Most stand ahead, some to either side for a camera that turns.
        angle = np.where(rng.random(number) < 0.80, rng.uniform(-0.85, 0.85, number), rng.uniform(-1.7, 1.7, number))
        x, z = r * np.sin(angle), r * np.cos(angle) - 0.6
        seed = float(rng.uniform(0, 900))
        tufts = noise_at(x, z, 0.55, seed, octaves=2)
        broad = noise_at(x, z, 4.0, seed + 7, octaves=3)
        field = land.field
        keep = rng.random(number) < 1 - self.clumping * np.clip((0.55 - tufts) * 4, 0, 1)
        keep &= field.read(field.maps[MASK], x, z) < rng.uniform(0.15, 0.6, number)
        x, z, r, tufts, broad = x[keep], z[keep], r[keep], tufts[keep], broad[keep]
        number = len(x)
        table = np.zeros((number, COLUMNS), np.float32)
        slope_x, slope_z = field.read(field.maps[SLOPE_X], x, z), field.read(field.maps[SLOPE_Z], x, z)
        table[:, X], table[:, Z] = x, z
        table[:, Y] = field.height(x, z) - 0.01
        tall = self.height * rng.uniform(0.45, 1.25, number) * (0.55 + 0.9 * tufts) * (0.7 + 0.6 * broad)
        table[:, WIDE] = (0.0045 + 0.0012 * r) * rng.uniform(0.7, 1.3, number) * (0.6 + 0.4 * min(1, self.height / 0.2))
        turn = rng.uniform(0, 2 * np.pi, number)
        lean = np.abs(rng.normal(0, 0.33, number))
        table[:, LEAN_X], table[:, LEAN_Z] = lean * np.cos(turn), lean * np.sin(turn)
        colours = np.array([(0.10, 0.17, 0.03)]) if self.colours is None else np.asarray(self.colours)
        tone = colours[rng.integers(len(colours), size=number)] * rng.uniform(0.75, 1.3, (number, 1))
        tone *= (0.80 + 0.4 * broad)[:, None]
        flowering = rng.random(number) < self.flowering * np.clip((broad - 0.3) * 3.5, 0.05, 1.6)
        light = land.light
        # Grass stands above the ground: the shade of a slope reaches its tips only in part.
        lit, openness = 0.3 + 0.7 * field.read(field.maps[LIT], x, z), field.read(field.maps[OPEN], x, z)
        ahead = np.stack([x, -1.2 + 0 * x, z], 1) / np.hypot(np.hypot(x, z), 1.2)[:, None]
        against = np.clip(ahead @ np.asarray(light.sun, float), 0, 1) ** 3
        facing = np.clip(light.sun[1] * 0.55 + 0.34 + 0.12 * (table[:, LEAN_X] * light.sun[0]), 0, 1)
        sunny = np.asarray(light.sunlight, float) * ((facing + 0.75 * against) * lit)[:, None]
        sky = 0.62 * np.asarray(light.above, float) + 0.38 * np.asarray(light.below, float)
        level = np.clip(1.2 - 0.6 * np.hypot(slope_x, slope_z), 0.4, 1.0)
        received = sunny + sky * (openness * level)[:, None]
        table[:, RED : RED + 3] = tone * received
        if self.heads is not None:
            heads = np.asarray(self.heads)
            group = np.clip(noise_at(x, z, 2.2, seed + 31, octaves=2) * 1.5 - 0.25, 0, 0.999)
            kind = np.where(
                rng.random(number) < 0.7, (group * len(heads)).astype(int), rng.integers(len(heads), size=number)
            )
            table[:, HEAD_RED : HEAD_RED + 3] = heads[kind] * received * rng.uniform(0.8, 1.2, (number, 1))
            table[:, HEAD] = np.where(flowering, self.head * rng.uniform(0.6, 1.3, number) * (1 + 0.03 * r), 0)
            tall = np.where(flowering, tall * 0.6 + self.height * 0.75, tall)
        table[:, TALL] = tall
        self.table = np.ascontiguousarray(table[::-1])

    def new_state(self, taken: list[tuple[float, float, float]]) -> NDArray[np.int32]:
        """The blades that stand where nothing else does."""
        assert self.table is not None
        free = np.ones(len(self.table), bool)
        for x, z, radius in taken:
            if x * x + z * z < (FARTHEST + radius) ** 2:
                free &= (self.table[:, X] - x) ** 2 + (self.table[:, Z] - z) ** 2 > (0.8 * radius) ** 2
        return np.ascontiguousarray(np.flatnonzero(free), np.int32)

    def draw(self, chosen: NDArray[np.int32], land: "Land", canvas: Canvas, camera: Camera, t: float) -> None:
        """Draw them over a canvas."""
        assert self.table is not None
        speed = float(np.hypot(*land.wind))
        moment = np.array([land.wind[0] * t, land.wind[1] * t, t, min(0.12 + 0.10 * speed, 0.75)], np.float32)
        scale = f32(scale_of(camera, canvas.height))
        draw_blades(canvas.hdr, canvas.near, self.table, chosen, camera.frame, scale, land.noise, moment)
