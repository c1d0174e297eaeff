"""Land at the water: a map of heights that is fine where the stage is, and its drawing as sand, rock and grass.

The bed under the water is the same land. It is drawn as if there were no water, but for the light that waves gather on
it; `water` then lays itself over.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.kernels import clamp, device, f32, flr, i32, kernel, mix, sat, sstep, tex, texs, vexp
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.skies.sky import panorama_place, panorama_read
from promptreel.engines.scenes.stage import ABOVE, BELOW, FOG, SUN, SUNLIGHT, Canvas, Light, scale_of, view_ray
from promptreel.engines.scenes.waters.water import (
    BED,
    BED_SX,
    BED_SZ,
    CENTRE,
    GRASS,
    HALF,
    HEADING,
    ROCK,
    SHADE,
    SPREAD,
    WATER_LENGTH,
    chart_place,
)
from promptreel.engines.scenes.waters.waterside import NOISE_LOG2, heading_of

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]

# Where things are in the vector `soil`; the chart's place as in `water`.
SAND_COLOUR = 0  # reflectances, 3 each
ROCK_COLOUR = 3
GRASS_COLOUR = 6
TOP = 9  # heights between which all land lies, m
BOTTOM = 10
WETLINE = 11  # sand below this height is wet
FOCUS = 12  # strength of the light that waves gather on the bed
FOCUS_SCALE = 13  # texels per metre of that
FARTHEST = 14  # m
SUNK = 15  # how much the water's depth colours the light on the bed
RIPPLES = 16  # strength of the wind's (or the waves') ripples in the sand
PEBBLES = 17  # how many
SUBMERGED = 25  # 1 where the camera itself is under water: then it sees no mirrored world
STEEPNESS = 18  # what slope the land seldom has more of: how boldly rays march

SIDE_LOG2 = 9
STEPS, SECANTS = 40, 5


# -- the map -----------------------------------------------------------------------------------------------------------


class Chart:
    """Layers (10, side²) over a place, as `water.BED` … name them: half a metre apart in the middle, coarse far out."""

    def __init__(self, x: float, z: float, spread: float, *, layers: int = 10, log2: int = SIDE_LOG2) -> None:
        self.x, self.z, self.spread, self.log2 = x, z, spread, log2
        self.side = 1 << log2
        self.layers: Floats = np.zeros((layers, self.side**2), np.float32)
        self.layers[SHADE] = 1.0
        share = np.clip(np.arange(self.side) / (self.side / 2) - 1, -0.998, 0.998)
        offset = share * spread / (1 - np.abs(share))
        self.line_x, self.line_z = x + offset, z + offset

    @property
    def place(self) -> tuple[float, float, float]:
        """Its middle and spread, for `Water`."""
        return self.x, self.z, self.spread

    def grid(self) -> tuple[Numbers, Numbers]:
        """x and z of all texels, (side, side)."""
        x, z = np.meshgrid(self.line_x, self.line_z)
        return x, z

    def set(self, layer: int, values: NDArray[np.floating]) -> None:
        """Write a layer."""
        self.layers[layer] = np.asarray(values, np.float32).ravel()

    def finish(self, light: Light) -> None:
        """Work out slopes and shadows from the heights."""
        bed = self.layers[BED].reshape(self.side, self.side).astype(np.float64)
        self.set(BED_SZ, np.gradient(bed, self.line_z, axis=0))
        self.set(BED_SX, np.gradient(bed, self.line_x, axis=1))
        self.set(SHADE, self._shade(light))

    def _shade(self, light: Light) -> Numbers:
        """What share of the sun each place sees: a march toward it on every second texel."""
        x, z = (plane[::2, ::2] for plane in self.grid())
        heights = self.read(BED, x, z)
        sun = light.sun.astype(np.float64)
        level = max(math.hypot(sun[0], sun[2]), 1e-3)
        rise = max(sun[1], 0.03) / level
        seen = np.ones_like(heights)
        away = 0.5
        for _ in range(16):
            over = self.read(BED, x + sun[0] / level * away, z + sun[2] / level * away) - heights - rise * away
            seen = np.minimum(seen, 1 - np.clip(over / (0.10 * away) + 0.3, 0, 1))
            away *= 1.42
        full = np.repeat(np.repeat(seen, 2, 0), 2, 1)
        return np.asarray((full + np.roll(full, 1, 0) + np.roll(full, 1, 1) + np.roll(full, (1, 1), (0, 1))) / 4)

    def read(self, layer: int, x: ArrayLike, z: ArrayLike) -> Numbers:
        """A layer at places, between texels as the kernels read it."""
        ax, az = np.broadcast_arrays(np.asarray(x, float), np.asarray(z, float))
        half = self.side / 2
        dx, dz = ax - self.x, az - self.z
        u = np.clip(half * (1 + dx / (self.spread + np.abs(dx))), 0, self.side - 1.001)
        v = np.clip(half * (1 + dz / (self.spread + np.abs(dz))), 0, self.side - 1.001)
        i, j = u.astype(np.int64), v.astype(np.int64)
        a, b = u - i, v - j
        plane = self.layers[layer].reshape(self.side, self.side)
        above = plane[j, i] * (1 - a) + plane[j, i + 1] * a
        below = plane[j + 1, i] * (1 - a) + plane[j + 1, i + 1] * a
        return np.asarray(above * (1 - b) + below * b, np.float64)


@kernel
def _sample(noise, log2_side, x, z, out):
    """The texture at flat places `x`, `z`."""
    for i in range(out.shape[0]):
        out[i] = texs(noise, log2_side, x[i], z[i])


def sampled(noise: Floats, x: ArrayLike, z: ArrayLike) -> Numbers:
    """The noise texture at `x`, `z` in texels, for building maps; smooth between texels."""
    return sampled_short(noise, x, z).astype(np.float64)


def sampled_short(noise: Floats, x: ArrayLike, z: ArrayLike) -> Floats:
    """As `sampled`, in half the memory."""
    ax, az = np.broadcast_arrays(np.asarray(x, np.float32), np.asarray(z, np.float32))
    out = np.empty(ax.size, np.float32)
    _sample(noise, NOISE_LOG2, np.ascontiguousarray(ax).ravel(), np.ascontiguousarray(az).ravel(), out)
    return out.reshape(ax.shape)


def smooth(low: float, high: float, value: ArrayLike) -> Numbers:
    """0 below `low`, 1 above `high`, smooth between."""
    part = np.clip((np.asarray(value, float) - low) / (high - low), 0, 1)
    return np.asarray(part * part * (3 - 2 * part))


# -- the picture -------------------------------------------------------------------------------------------------------


@device
def _fine(weight, cells):
    """How much of a noise is drawn of which a pixel covers so many texels: none where it would only flicker."""
    return weight * sat(f32(1.6) - cells * f32(0.35))


@device
def _relief(noise, log2, x, y):
    """The noise at `x`, `y` in texels, and how much it changes from texel to texel along both, by the same four reads."""
    fx, fy = flr(x), flr(y)
    mask = i32((i32(1) << log2) - i32(1))
    left, top = i32(fx) & mask, i32(fy) & mask
    right, bottom = (left + i32(1)) & mask, (top + i32(1)) & mask
    u, v = x - fx, y - fy
    a, b = noise[(top << log2) + left], noise[(top << log2) + right]
    c, d = noise[(bottom << log2) + left], noise[(bottom << log2) + right]
    return mix(mix(a, b, u), mix(c, d, u), v), mix(b - a, d - c, v), mix(c - a, d - b, u)


@kernel
def draw_land(
    hdr, near, chart, chart_log2, focus, focus_log2, panorama, noise, noise_log2, light, soil, camera, scale,
    ray_x, ray_y, ray_z, start, stop, reach, gap0, found, closest, closest_at, past, spare,
):  # fmt: skip
    """Draw the land of a chart over `hdr` (3, H, W) where nearer than `near` (H, W). The last twelve are scratch (W).

    `focus`: how waves gather light on the bed, mean 1. A camera below y = 0 draws what a mirror at y = 0 shows: only
    what is above it.
    """
    height, width = hdr.shape[1], hdr.shape[2]
    eye = camera[1]
    mirrored = (eye < f32(0.0)) & (soil[SUBMERGED] < f32(0.5))
    pixel = f32(1.0) / scale
    bed = chart[BED]
    for x in range(width):
        start[x] = f32(0.0)
    for number in range(height):
        # From below upward: a higher ray over the same land arrives no nearer, so it sets out where the lower one ended.
        y = number if mirrored else height - 1 - number
        last_column = width - 1
        for x in range(width):
            least = min(start[max(x - 2, 0)], start[min(x + 2, last_column)])
            least = min(least, min(start[max(x - 1, 0)], start[min(x + 1, last_column)]))
            spare[x] = f32(0.0) if mirrored else min(least, start[x]) * f32(0.96) - f32(0.05)
        some = f32(0.0)
        for x in range(width):
            dx, dy, dz = view_ray(camera, scale, width, height, x, y)
            inverse = f32(1.0) / np.sqrt(dx * dx + dy * dy + dz * dz)
            dy = dy * inverse
            dy = (f32(1e-5) if dy >= f32(0.0) else f32(-1e-5)) if abs(dy) < f32(1e-5) else dy
            ray_x[x] = dx * inverse
            ray_y[x] = dy
            ray_z[x] = dz * inverse
            ceiling = (soil[TOP] - eye) / dy
            floor = (max(soil[BOTTOM], f32(0.0)) - eye) / dy if mirrored else (soil[BOTTOM] - eye) / dy
            first = max(max(min(ceiling, floor), f32(0.25)), spare[x])
            # The ray need not go on behind what is there already.
            last = min(max(ceiling, floor), soil[FARTHEST])
            last = min(last, f32(1.0) / (max(near[y, x], f32(1e-5)) * inverse) * f32(1.02) + f32(0.1))
            start[x] = min(first, last)
            stop[x] = last
            gap0[x] = f32(0.0)
            reach[x] = f32(0.0)
            found[x] = f32(0.0)
            closest[x] = f32(9.0)
            closest_at[x] = last
            past[x] = first
            spare[x] = first
            some = max(some, last - first)
        if some <= f32(0.0):
            continue
        # March: pixels inside, steps outside. A step goes so far that land of the usual steepness cannot rise into it.
        for k in range(STEPS):
            if (k & 1) == 1:
                going = f32(0.0)
                for x in range(width):
                    going += f32(1.0) if (found[x] < f32(0.5)) & (past[x] < stop[x]) else f32(0.0)
                if going <= f32(0.0):
                    break
            for x in range(width):
                forth = gap0[x] / (soil[STEEPNESS] - min(ray_y[x], f32(0.0)))
                at = min(past[x] + max(forth, past[x] * f32(0.009) + f32(0.02)), stop[x])
                u, v = chart_place(soil, camera[0] + ray_x[x] * at, camera[2] + ray_z[x] * at)
                gap = eye + ray_y[x] * at - tex(bed, chart_log2, i32(0), u, v)
                searching = found[x] < f32(0.5)
                under = (gap <= f32(0.0)) & searching
                go_on = (gap > f32(0.0)) & searching
                share = gap / (at * pixel)
                nearer = go_on & (share < closest[x])
                closest[x] = share if nearer else closest[x]
                closest_at[x] = at if nearer else closest_at[x]
                spare[x] = at if under else spare[x]
                past[x] = at if go_on else past[x]
                gap0[x] = gap if go_on else gap0[x]
                reach[x] = gap if under else reach[x]
                found[x] = f32(1.0) if under else found[x]
        some = f32(0.0)
        for x in range(width):
            start[x] = past[x]
            some += f32(1.0) if (found[x] > f32(0.5)) | (closest[x] < f32(2.0)) else f32(0.0)
        if some <= f32(0.0):
            continue
        # Between the last point above (`past`, `gap0`) and the first one below (`spare`, `reach`).
        for _ in range(SECANTS):
            for x in range(width):
                below = min(reach[x], f32(-1e-5))
                # Held away from the ends, or a cliff would stall it.
                part = clamp(gap0[x] / (gap0[x] - below), f32(0.22), f32(0.78))
                at = mix(past[x], spare[x], part)
                wx = camera[0] + ray_x[x] * at
                wz = camera[2] + ray_z[x] * at
                u, v = chart_place(soil, wx, wz)
                gap = eye + ray_y[x] * at - tex(bed, chart_log2, i32(0), u, v)
                dry = gap > f32(0.0)
                past[x] = at if dry else past[x]
                gap0[x] = gap if dry else gap0[x]
                spare[x] = spare[x] if dry else at
                reach[x] = reach[x] if dry else gap
        for x in range(width):
            hit = found[x] > f32(0.5)
            below = min(reach[x], f32(-1e-5))
            at = mix(past[x], spare[x], clamp(gap0[x] / (gap0[x] - below), f32(0.0), f32(1.0)))
            at = at if hit else closest_at[x]
            # A ridge that is missed by less than a pixel still covers a part of it.
            cover = f32(1.0) if hit else sat(f32(1.0) - closest[x])
            # A ray that has not arrived after all steps, and came that near, creeps along the land.
            cover = f32(1.0) if (past[x] < stop[x] * f32(0.998)) & (closest[x] < f32(2.0)) else cover
            ux, uy, uz = ray_x[x], ray_y[x], ray_z[x]
            wx = camera[0] + ux * at
            wz = camera[2] + uz * at
            u, v = chart_place(soil, wx, wz)
            level = eye + uy * at
            sx = tex(chart[BED_SX], chart_log2, i32(0), u, v)
            sz = tex(chart[BED_SZ], chart_log2, i32(0), u, v)
            rock = tex(chart[ROCK], chart_log2, i32(0), u, v)
            grass = tex(chart[GRASS], chart_log2, i32(0), u, v)
            open_sun = tex(chart[SHADE], chart_log2, i32(0), u, v)
            up = f32(1.0) / np.sqrt(f32(1.0) + sx * sx + sz * sz)
            facing = max(-(uy - ux * sx - uz * sz) * up, f32(0.06))
            step = at * pixel / np.sqrt(facing)

            # Steep rock is textured along its face: one skewed plane in place of three projections.
            steep = sat((sx * sx + sz * sz) * f32(0.6))
            tx = wx + level * f32(0.43) * steep
            tz = wz + level * f32(0.91) * steep
            broad = tex(noise, noise_log2, i32(0), tx * f32(5.3), tz * f32(5.3))
            middle, middle_x, middle_z = _relief(noise, noise_log2, tx * f32(31.0) + f32(90.0), tz * f32(31.0))
            small, small_x, small_z = _relief(noise, noise_log2, tx * f32(211.0), tz * f32(211.0) + f32(31.0))
            w_middle = _fine(f32(1.0), step * f32(31.0))
            w_small = _fine(f32(1.0), step * f32(211.0))
            _, _, ripple_z = _relief(noise, noise_log2, tx * f32(23.0) + middle * f32(14.0), tz * f32(104.0))
            w_ripple = _fine(soil[RIPPLES], step * f32(104.0))

            # Where rock shows through and grass ends is torn by the noise.
            bare = sstep(
                f32(0.35), f32(0.65), rock + (middle - f32(0.5)) * f32(0.7) * w_middle + (broad - f32(0.5)) * f32(0.4)
            )
            bare = bare if rock > f32(0.01) else f32(0.0)
            green = sstep(
                f32(0.30), f32(0.62),
                grass + (middle - f32(0.5)) * f32(0.9) * w_middle + (small - f32(0.5)) * f32(0.5) * w_small,
            )  # fmt: skip
            green = (green if grass > f32(0.01) else f32(0.0)) * (f32(1.0) - bare)
            sand = (f32(1.0) - bare) * (f32(1.0) - green)

            wet = sstep(soil[WETLINE] + f32(0.10), soil[WETLINE] - f32(0.10), level + (middle - f32(0.5)) * f32(0.10))
            gloss = wet * (sand * f32(0.9) + bare * f32(0.5))
            bump = f32(2.2) * bare + f32(1.2) * green + f32(1.0) * sand * (f32(1.0) - f32(0.85) * gloss)
            nx = -sx - bump * (middle_x * f32(4.0) * w_middle + small_x * f32(4.6) * w_small)
            nz = -sz - bump * (middle_z * f32(4.0) * w_middle + small_z * f32(4.6) * w_small)
            nz -= ripple_z * f32(6.0) * w_ripple * sand * (f32(1.0) - f32(0.7) * gloss)
            unit = f32(1.0) / np.sqrt(nx * nx + nz * nz + f32(1.0))
            nx, ny, nz = nx * unit, unit, nz * unit

            grain = (small - f32(0.5)) * w_small
            coarse = (middle - f32(0.5)) * w_middle
            tone = f32(1.0) + f32(0.30) * (broad - f32(0.5)) + f32(0.22) * coarse + f32(0.26) * grain
            pebble = sstep(f32(0.80), f32(0.86), small) * w_small * soil[PEBBLES] * sand
            tone_sand = tone * (f32(1.0) - f32(0.42) * wet) * mix(f32(1.0), f32(0.45) + broad * f32(0.5), pebble)
            # Layers of stone lie level and are bent a little.
            bands = tex(noise, noise_log2, i32(0), (wx + wz) * f32(6.0), (level + broad * f32(1.3)) * f32(58.0)) - f32(
                0.5
            )
            bands = bands * _fine(f32(1.0), step * f32(58.0)) * steep * f32(0.8)
            crack = bands + f32(0.62) + f32(0.5) * (broad - f32(0.4)) + f32(0.85) * coarse + f32(0.55) * grain
            tone_rock = max(crack, f32(0.15)) * (f32(1.0) - f32(0.35) * wet)
            # Blades: noise drawn out away from the eye, as grass stands.
            blade = tex(noise, noise_log2, i32(0), wx * f32(310.0), (wz * f32(0.28) + level) * f32(310.0)) - f32(0.5)
            blade = blade * _fine(f32(1.6), step * f32(160.0)) + coarse * f32(0.5)
            tone_green = max(f32(0.80) + f32(0.5) * (broad - f32(0.5)) + coarse + f32(0.6) * grain + blade, f32(0.12))
            dry = sat(broad * f32(1.4) + coarse - f32(0.45)) * f32(0.35)
            r = soil[SAND_COLOUR] * tone_sand * sand + soil[ROCK_COLOUR] * tone_rock * bare
            g = soil[SAND_COLOUR + 1] * tone_sand * sand + soil[ROCK_COLOUR + 1] * tone_rock * bare
            b = soil[SAND_COLOUR + 2] * tone_sand * sand + soil[ROCK_COLOUR + 2] * tone_rock * bare
            r += soil[GRASS_COLOUR] * tone_green * green * (f32(1.0) + dry)
            g += soil[GRASS_COLOUR + 1] * tone_green * green * (f32(1.0) + dry * f32(0.3))
            b += soil[GRASS_COLOUR + 2] * tone_green * green

            lit = max(nx * light[SUN] + ny * light[SUN + 1] + nz * light[SUN + 2], f32(0.0)) * open_sun
            # Under water: waves gather the light, and depth takes its red.
            depth = max(-level, f32(0.0))
            drift = depth / max(light[SUN + 1], f32(0.4))
            fx = (wx + light[SUN] * drift) * soil[FOCUS_SCALE]
            fz = (wz + light[SUN + 2] * drift) * soil[FOCUS_SCALE]
            web = tex(focus, focus_log2, i32(0), fx, fz)
            strength = soil[FOCUS] * sat(depth * f32(3.0)) * _fine(f32(1.0), step * soil[FOCUS_SCALE])
            lit = lit * mix(f32(1.0), web, strength)
            sky = (f32(0.35) + f32(0.65) * open_sun) * (ny * f32(0.5) + f32(0.5))
            ground = f32(0.5) - ny * f32(0.5)
            sunk = depth * soil[SUNK]
            r = r * (light[SUNLIGHT] * lit + light[ABOVE] * sky + light[BELOW] * ground) * vexp(sunk * f32(-0.35))
            g = (
                g
                * (light[SUNLIGHT + 1] * lit + light[ABOVE + 1] * sky + light[BELOW + 1] * ground)
                * vexp(sunk * f32(-0.06))
            )
            b = (
                b
                * (light[SUNLIGHT + 2] * lit + light[ABOVE + 2] * sky + light[BELOW + 2] * ground)
                * vexp(sunk * f32(-0.04))
            )

            # Wet sand mirrors the sky.
            turn = f32(2.0) * (ux * nx * f32(0.25) + uy * ny + uz * nz * f32(0.25))
            mx = ux - turn * nx * f32(0.25)
            my = max(uy - turn * ny, f32(0.02))
            mz = uz - turn * nz * f32(0.25)
            inverse = f32(1.0) / np.sqrt(mx * mx + my * my + mz * mz)
            column, row = panorama_place(mx * inverse, my * inverse, mz * inverse, soil[HEADING], soil[HEADING + 1])
            graze = f32(1.0) - min(facing, f32(1.0))
            graze2 = graze * graze
            shine = gloss * (f32(0.03) + f32(0.70) * graze2 * graze2 * graze) * (f32(1.0) - sat(depth * f32(20.0)))
            r += panorama_read(panorama[0], column, row) * shine
            g += panorama_read(panorama[1], column, row) * shine
            b += panorama_read(panorama[2], column, row) * shine

            column, row = panorama_place(ux, f32(0.002), uz, soil[HEADING], soil[HEADING + 1])
            fade = f32(1.0) - vexp(-at * light[FOG])
            r = mix(r, panorama_read(panorama[0], column, row), fade)
            g = mix(g, panorama_read(panorama[1], column, row), fade)
            b = mix(b, panorama_read(panorama[2], column, row), fade)
            length = f32(1.0) / (ux * camera[9] + uy * camera[10] + uz * camera[11])
            there = length / at
            cover = cover if there > near[y, x] else f32(0.0)
            hdr[0, y, x] = mix(hdr[0, y, x], r, cover)
            hdr[1, y, x] = mix(hdr[1, y, x], g, cover)
            hdr[2, y, x] = mix(hdr[2, y, x], b, cover)
            near[y, x] = there if cover > f32(0.5) else near[y, x]


@dataclass(frozen=True, slots=True)
class Colours:
    """What land is made of: reflectances."""

    sand: tuple[float, float, float] = (0.50, 0.41, 0.29)
    rock: tuple[float, float, float] = (0.21, 0.195, 0.18)
    grass: tuple[float, float, float] = (0.075, 0.115, 0.028)


SEASON_GRASS: dict[str, tuple[float, float, float]] = {
    "spring": (0.070, 0.135, 0.028),
    "summer": (0.058, 0.098, 0.024),
    "autumn": (0.150, 0.115, 0.040),
    "winter": (0.62, 0.65, 0.70),
}
"""What grass looks like; in winter snow lies on it."""

NO_FOCUS: Floats = np.ones(1, np.float32)


class Land:
    """The land of a chart, ready to be drawn."""

    def __init__(
        self,
        chart: Chart,
        noise: Floats,
        light: Light,
        colours: Colours,
        *,
        wetline: float = -100.0,
        focus: float = 0.0,
        focus_scale: float = 1.0,
        sunk: float = 1.0,
        ripples: float = 0.3,
        pebbles: float = 0.3,
        farthest: float = 900.0,
        steepness: float = 0.4,
        submerged: bool = False,
        murk: float = -100.0,
    ) -> None:
        """`murk`: below this height, m, the water over it hides all, so nothing is drawn there."""
        self.chart, self._noise, self._light = chart, noise, light
        soil = np.zeros(WATER_LENGTH, np.float32)
        soil[SAND_COLOUR : SAND_COLOUR + 3] = colours.sand
        soil[ROCK_COLOUR : ROCK_COLOUR + 3] = colours.rock
        soil[GRASS_COLOUR : GRASS_COLOUR + 3] = colours.grass
        soil[TOP] = float(chart.layers[BED].max()) + 0.01
        soil[BOTTOM] = max(float(chart.layers[BED].min()) - 0.01, murk)
        soil[WETLINE], soil[FOCUS], soil[FOCUS_SCALE], soil[SUNK] = wetline, focus, focus_scale, sunk
        soil[RIPPLES], soil[PEBBLES], soil[FARTHEST] = ripples, pebbles, farthest
        soil[STEEPNESS], soil[SUBMERGED] = steepness, float(submerged)
        soil[CENTRE : CENTRE + 2], soil[SPREAD], soil[HALF] = (chart.x, chart.z), chart.spread, chart.side / 2
        soil[HEADING : HEADING + 2] = heading_of(light)
        self._soil = soil

    def draw(
        self, rows: list[Floats], canvas: Canvas, camera: Camera, panorama: Floats, focus: Floats = NO_FOCUS
    ) -> None:
        """Draw it. `rows`: scratch of at least the canvas's width, 12 of them."""
        draw_land(
            canvas.hdr, canvas.near, self.chart.layers, np.int32(self.chart.log2), focus,
            np.int32(round(math.log2(focus.size) / 2)), panorama, self._noise, NOISE_LOG2, self._light.vector, self._soil,
            camera.frame, f32(scale_of(camera, canvas.height)), *rows,
        )  # fmt: skip
