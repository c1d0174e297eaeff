"""Far mountains: a height map, its erosion and light, and a panorama of it drawn once per clip.

The panorama is laid out by azimuth (columns) and slope, the tangent of the elevation (rows, from below to above). In
that layout every column of the picture is one walk over the map from near to far, so it costs columns times steps, not
pixels times steps, and any camera that only turns, tilts or moves by metres can read from it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import (
    clamp,
    device,
    f32,
    hash2,
    i32,
    kernel,
    mix,
    noise2,
    sat,
    sstep,
    tex,
    vatan2,
    vcos,
    vexp,
    vsin,
)
from promptreel.engines.scenes.mesh import Camera

Floats = NDArray[np.float32]

SIDE = 1024
LOG2_SIDE = 10
EXTENT = 13_000.0
"""Metres that the map covers on either axis. The camera stands in the middle of its near edge and looks along +z."""
CELL = EXTENT / SIDE
FARTHEST = 11_500.0
DROPS = 45_000


@kernel
def ridged_heights(heights, first, stop, offset_x, offset_z, frequency, gain, octaves, px, pz, weight, total):
    """Ridged multifractal noise into the rows `first`…`stop` of `heights` (n, n), about 0…1.6.

    Musgrave's, each octave weighted by the last. The noise is warped by a slower one, so that ridges bend. The last
    four arguments are rows of scratch.
    """
    side = heights.shape[0]
    for y in range(first, stop):
        for x in range(side):
            a = (f32(x) / f32(side)) * frequency + offset_x
            b = (f32(y) / f32(side)) * frequency + offset_z
            warp = noise2(a * f32(0.7) + f32(5.2), b * f32(0.7) + f32(1.3)) * f32(0.9)
            px[x] = a + warp
            pz[x] = b + warp * warp - warp
            weight[x] = f32(1.0)
            total[x] = f32(0.0)
        share = f32(1.0)
        for _ in range(octaves):
            for x in range(side):
                ridge = f32(1.0) - abs(noise2(px[x], pz[x]) * f32(2.0) - f32(1.0))
                ridge = ridge * ridge * weight[x]
                total[x] += share * ridge
                weight[x] = sat(ridge * gain)
                a = px[x]
                px[x] = f32(1.55) * a - f32(1.25) * pz[x] + f32(3.1)
                pz[x] = f32(1.25) * a + f32(1.55) * pz[x] + f32(1.7)
            share *= f32(0.48)
        for x in range(side):
            heights[y, x] = total[x]


@kernel
def shape_valley(heights, valley):
    """Turn noise (n, n) into heights in metres: held down around the camera and along the valley.

    `valley` (4): azimuth of the gap between the summits, phase of the valley's bends, height of the tallest summit in
    metres, and what to divide the noise by.
    """
    side = heights.shape[0]
    for y in range(side):
        z = (f32(y) + f32(0.5)) * f32(CELL / 1000.0)
        for x in range(side):
            across = (f32(x) + f32(0.5)) * f32(CELL / 1000.0) - f32(EXTENT / 2000.0)
            away = np.sqrt(across * across + z * z)
            beside = abs(vatan2(across, z) - valley[0] + f32(0.10) * vsin(away * f32(1.1) + valley[1]))
            # The valley runs out toward the gap, where the sky comes down.
            wall = sstep(f32(0.05), f32(0.42), beside)
            rise = sstep(f32(1.5), f32(4.8), away) * (f32(0.42) + f32(0.58) * wall)
            rise *= f32(0.85) + f32(0.3) * sstep(f32(4.5), f32(8.0), away)
            foot = f32(0.10) * sstep(f32(0.5), f32(3.0), away)
            ridge = clamp(heights[y, x] / valley[3], f32(0.0), f32(1.35))
            heights[y, x] = (f32(0.16) + f32(0.84) * ridge * (f32(0.8) + f32(0.2) * ridge)) * (rise + foot) * valley[2]


@kernel
def erode(heights, drops, first, steps, inertia, capacity, erosion, deposition):
    """Let water drops run down `heights` (flat n×n, in units of a cell) and carry soil along (after Beyer 2015).

    `first` is the number of the first drop, so that the work can be cut into pieces.
    """
    side = i32(np.sqrt(heights.size))
    edge = f32(side - 3)
    for drop in range(first, first + drops):
        x = hash2(i32(drop), i32(17)) * edge + f32(1.0)
        y = hash2(i32(drop), i32(91)) * edge + f32(1.0)
        vx, vy, speed, water, soil = f32(0.0), f32(0.0), f32(1.0), f32(1.0), f32(0.0)
        for _ in range(steps):
            ix, iy = i32(x), i32(y)
            u, v = x - f32(ix), y - f32(iy)
            at = iy * side + ix
            h00, h10, h01, h11 = heights[at], heights[at + 1], heights[at + side], heights[at + side + 1]
            slope_x = mix(h10 - h00, h11 - h01, v)
            slope_y = mix(h01 - h00, h11 - h10, u)
            vx = vx * inertia - slope_x * (f32(1.0) - inertia)
            vy = vy * inertia - slope_y * (f32(1.0) - inertia)
            length = np.sqrt(vx * vx + vy * vy)
            if length < f32(1e-6):
                break
            vx /= length
            vy /= length
            nx, ny = x + vx, y + vy
            if (nx < f32(1.0)) | (ny < f32(1.0)) | (nx >= edge) | (ny >= edge):
                break
            jx, jy = i32(nx), i32(ny)
            to = jy * side + jx
            below = mix(heights[to], heights[to + 1], nx - f32(jx))
            above = mix(heights[to + side], heights[to + side + 1], nx - f32(jx))
            fall = mix(below, above, ny - f32(jy)) - mix(mix(h00, h10, u), mix(h01, h11, u), v)
            limit = max(-fall, f32(0.01)) * speed * water * capacity
            if (soil > limit) | (fall > f32(0.0)):
                left = min(fall, soil) if fall > f32(0.0) else (soil - limit) * deposition
                soil -= left
            else:
                left = -min((limit - soil) * erosion, -fall)
                soil -= left
            heights[at] += left * (f32(1.0) - u) * (f32(1.0) - v)
            heights[at + 1] += left * u * (f32(1.0) - v)
            heights[at + side] += left * (f32(1.0) - u) * v
            heights[at + side + 1] += left * u * v
            speed = np.sqrt(max(speed * speed - fall * f32(4.0), f32(0.0)))
            water *= f32(0.985)
            x, y = nx, ny


@kernel
def light_map(heights, cell, moon, first, stop, slope_x, slope_z, shadow, openness, seen):
    """Slopes, moon shadow (0…1) and openness to the sky of the rows `first`…`stop` of a map; all flat n×n.

    The shadow follows the ray to the moon in growing steps; its edge is soft in proportion to the distance. `seen` is
    a row of scratch.
    """
    side = seen.shape[0]
    log2_side = i32(LOG2_SIDE)
    mask = side - 1
    level = f32(1.0) / np.sqrt(moon[0] * moon[0] + moon[2] * moon[2])
    ux, uz, rise = moon[0] * level, moon[2] * level, moon[1] * level
    for y in range(first, stop):
        row = y * side
        above, below = min(y + 1, mask) * side, max(y - 1, 0) * side
        for x in range(side):
            left, right = max(x - 1, 0), min(x + 1, mask)
            slope_x[row + x] = (heights[row + right] - heights[row + left]) / (f32(2.0) * cell)
            slope_z[row + x] = (heights[above + x] - heights[below + x]) / (f32(2.0) * cell)
            seen[x] = f32(1.0)
        step = f32(1.5)
        for _ in range(26):
            away = step * cell
            for x in range(side):
                over = tex(heights, log2_side, i32(0), f32(x) + ux * step, f32(y) + uz * step)
                clear = (heights[row + x] + rise * away - over) / (away * f32(0.10)) + f32(0.3)
                seen[x] = min(seen[x], sat(clear))
            step *= f32(1.19)
        for x in range(side):
            shadow[row + x] = seen[x]
            a, b = f32(x), f32(y)
            around = f32(0.0)
            around += tex(heights, log2_side, i32(0), a + f32(7.0), b) + tex(
                heights, log2_side, i32(0), a - f32(7.0), b
            )
            around += tex(heights, log2_side, i32(0), a, b + f32(7.0)) + tex(
                heights, log2_side, i32(0), a, b - f32(7.0)
            )
            around += tex(heights, log2_side, i32(0), a + f32(19.0), b + f32(19.0))
            around += tex(heights, log2_side, i32(0), a - f32(19.0), b - f32(19.0))
            around += tex(heights, log2_side, i32(0), a + f32(19.0), b - f32(19.0))
            around += tex(heights, log2_side, i32(0), a - f32(19.0), b + f32(19.0))
            hollow = (around * f32(0.125) - heights[row + x]) / (cell * f32(14.0))
            openness[row + x] = clamp(f32(1.0) - hollow, f32(0.3), f32(1.3))


@kernel
def walk_columns(heights, first, stop, left, per_column, lowest, per_row, eye, reach, horizon):
    """Walk from near to far along the azimuth of the columns `first`…`stop`; a row shows the first surface seen in it.

    `reach` (rows, columns) gets its distance along the ground in metres, 0 where there is sky. `horizon` (columns) gets
    the row, with fraction, where the sky begins.
    """
    rows = reach.shape[0]
    for column in range(first, stop):
        azimuth = left + f32(column) * per_column
        dx, dz = vsin(azimuth), vcos(azimuth)
        away, before, top = f32(420.0), f32(420.0), f32(0.0)
        row_before = f32(0.0)
        while away < f32(FARTHEST):
            mx = (away * dx + f32(EXTENT * 0.5)) * f32(1.0 / CELL)
            mz = away * dz * f32(1.0 / CELL)
            if (mx < f32(1.0)) | (mx > f32(SIDE - 2)) | (mz > f32(SIDE - 2)) | (mz < f32(0.0)):
                break
            height = tex(heights, i32(LOG2_SIDE), i32(0), mx, mz)
            row = ((height - eye) / away - lowest) * per_row
            if row > top:
                start = i32(max(np.ceil(top), f32(0.0)))
                end = min(i32(np.ceil(row)), rows)
                for y in range(start, end):
                    part = sat((f32(y) - row_before) / max(row - row_before, f32(1e-6)))
                    reach[y, column] = mix(before, away, part)
                top = row
            row_before = row
            before = away
            away += max(away * f32(0.0016), f32(3.0))
        horizon[column] = top


@device
def _octaves(noise, x, z, step):
    """Fine relief of the ground, about -0.5…0.5: three sizes of noise, each left out where it is below a pixel.

    `step` is the size of a pixel in metres; `x`, `z` metres.
    """
    large = tex(noise, i32(9), i32(0), x * f32(0.040), z * f32(0.040)) - f32(0.5)
    middle = tex(noise, i32(9), i32(0), x * f32(0.110) + f32(31.0), z * f32(0.110)) - f32(0.5)
    small = tex(noise, i32(9), i32(0), x * f32(0.310), z * f32(0.310) + f32(77.0)) - f32(0.5)
    return large * f32(0.55) + middle * f32(0.35) + small * f32(0.25) * sat(f32(1.5) - step * f32(0.12))


@kernel
def shade_panorama(
    reach, horizon, first, stop, heights, slope_x, slope_z, shadow, openness, noise, left, per_column, lights, picture
):
    """Colour the rows `first`…`stop` of a panorama into `picture` (5, rows, columns): R, G, B, cover, glow.

    `glow` is how much of the light of the aurora comes back. `lights` (16): moon direction, moon colour, sky colour,
    haze colour, tree line in metres, amount of snow.
    """
    columns = reach.shape[1]
    for y in range(first, stop):
        for x in range(columns):
            away = reach[y, x]
            azimuth = left + f32(x) * per_column
            wx, wz = away * vsin(azimuth), away * vcos(azimuth)
            u, v = (wx + f32(EXTENT * 0.5)) * f32(1.0 / CELL), wz * f32(1.0 / CELL)
            height = tex(heights, i32(LOG2_SIDE), i32(0), u, v)
            step = away * per_column
            # The same noise a pixel or so beside: its slope tilts the surface, which makes gullies and crags.
            delta = f32(7.0) + step * f32(0.5)
            relief = _octaves(noise, wx, wz, step)
            tilt_x = (_octaves(noise, wx + delta, wz, step) - relief) / delta * f32(26.0)
            tilt_z = (_octaves(noise, wx, wz + delta, step) - relief) / delta * f32(26.0)
            sx = tex(slope_x, i32(LOG2_SIDE), i32(0), u, v)
            sz = tex(slope_z, i32(LOG2_SIDE), i32(0), u, v)
            steep = sat((sx * sx + sz * sz) * f32(1.6))
            nx, nz = -sx - tilt_x * (f32(0.25) + steep), -sz - tilt_z * (f32(0.25) + steep)
            ny = f32(1.0) / np.sqrt(f32(1.0) + nx * nx + nz * nz)
            nx *= ny
            nz *= ny
            smooth = f32(1.0) / np.sqrt(f32(1.0) + sx * sx + sz * sz)
            # Snow lies where it is flat; its edge is torn by the relief and kept narrow so that it stays crisp.
            hold = smooth * f32(0.55) + ny * f32(0.45) + relief * f32(0.34)
            snow = sstep(f32(0.655) - lights[13], f32(0.715) - lights[13], hold)
            strata = tex(noise, i32(9), i32(0), wx * f32(0.004), height * f32(0.22)) - f32(0.5)
            rock = f32(0.058) + f32(0.040) * strata + f32(0.040) * relief
            trees = tex(noise, i32(9), i32(0), wx * f32(0.012), wz * f32(0.012))
            crowns = tex(noise, i32(9), i32(0), wx * f32(0.62), wz * f32(0.62) + height * f32(0.4))
            wood = sstep(lights[12] * f32(1.15), lights[12] * f32(0.75), height + (trees - f32(0.5)) * f32(190.0))
            wood *= sstep(f32(0.30), f32(0.52), trees * f32(0.7) + crowns * f32(0.3)) * f32(0.92)
            r = mix(mix(rock, f32(0.78), snow), f32(0.014) + f32(0.10) * crowns * crowns, wood)
            g = mix(mix(rock, f32(0.83), snow), f32(0.021) + f32(0.11) * crowns * crowns, wood)
            b = mix(mix(rock * f32(1.12), f32(0.92), snow), f32(0.022) + f32(0.12) * crowns * crowns, wood)
            lambert = max(nx * lights[0] + ny * lights[1] + nz * lights[2], f32(0.0))
            direct = lambert * tex(shadow, i32(LOG2_SIDE), i32(0), u, v)
            sky = (f32(0.4) + f32(0.6) * ny) * tex(openness, i32(LOG2_SIDE), i32(0), u, v)
            far = f32(1.0) - vexp(-away * f32(1.0 / 16000.0))
            mist = vexp(-max(height, f32(0.0)) * f32(1.0 / 120.0)) * (f32(1.0) - vexp(-away * f32(1.0 / 4500.0)))
            clear = (f32(1.0) - far) * (f32(1.0) - mist * f32(0.6))
            veil = f32(1.0) - clear
            picture[0, y, x] = r * (lights[3] * direct + lights[6] * sky) * clear + lights[9] * veil
            picture[1, y, x] = g * (lights[4] * direct + lights[7] * sky) * clear + lights[10] * veil
            picture[2, y, x] = b * (lights[5] * direct + lights[8] * sky) * clear + lights[11] * veil
            picture[3, y, x] = sat(horizon[x] - f32(y))
            picture[4, y, x] = g * sky * clear


@device
def _slope(camera, vx, vy):
    """The tangent of the elevation of a point of the picture."""
    dx = camera[9] + camera[3] * vx + camera[6] * vy
    dz = camera[11] + camera[5] * vx + camera[8] * vy
    return (camera[10] + camera[4] * vx + camera[7] * vy) / np.sqrt(dx * dx + dz * dz)


@kernel
def overlay_panorama(hdr, picture, camera, tangent, left, per_column, lowest, per_row, highest, glow):
    """Draw a panorama over `hdr` (3, H, W). `highest`: slope of its summit; `glow` (3): the light of the aurora."""
    height, width = hdr.shape[1], hdr.shape[2]
    rows, columns = picture.shape[1], picture.shape[2]
    scale = tangent / (f32(height) * f32(0.5))
    for y in range(height):
        vy = (f32(height) * f32(0.5) - f32(y) - f32(0.5)) * scale
        # Along a row the slope is greatest in the middle or at an edge, and so is its opposite.
        middle = _slope(camera, f32(0.0), vy)
        edge = _slope(camera, f32(width) * f32(0.5) * scale, vy)
        if (min(middle, edge) > highest) | (max(middle, edge) < lowest - f32(0.03)):
            continue
        for x in range(width):
            vx = (f32(x) + f32(0.5) - f32(width) * f32(0.5)) * scale
            dx = camera[9] + camera[3] * vx + camera[6] * vy
            dy = camera[10] + camera[4] * vx + camera[7] * vy
            dz = camera[11] + camera[5] * vx + camera[8] * vy
            slope = dy / np.sqrt(dx * dx + dz * dz)
            u = clamp((vatan2(dx, dz) - left) / per_column, f32(0.0), f32(columns) - f32(1.01))
            v = (slope - lowest) * per_row
            sky = v > f32(rows) - f32(1.01)
            v = clamp(v, f32(0.0), f32(rows) - f32(1.01))
            i, j = i32(u), i32(v)
            a, b = u - f32(i), v - f32(j)
            cover = _bilinear(picture, 3, j, i, b, a)
            cover = f32(0.0) if sky else cover
            shine = _bilinear(picture, 4, j, i, b, a)
            keep = f32(1.0) - cover
            hdr[0, y, x] = hdr[0, y, x] * keep + cover * (_bilinear(picture, 0, j, i, b, a) + shine * glow[0])
            hdr[1, y, x] = hdr[1, y, x] * keep + cover * (_bilinear(picture, 1, j, i, b, a) + shine * glow[1])
            hdr[2, y, x] = hdr[2, y, x] * keep + cover * (_bilinear(picture, 2, j, i, b, a) + shine * glow[2])


@device
def _bilinear(planes, c, row, column, down, across):
    above = mix(planes[c, row, column], planes[c, row, column + i32(1)], across)
    below = mix(planes[c, row + i32(1), column], planes[c, row + i32(1), column + i32(1)], across)
    return mix(above, below, down)


@dataclass(frozen=True, slots=True)
class NightLight:
    """What lights a landscape at night. `moon`: direction toward it, unit length; the others are colours, (3)."""

    moon: Floats
    moonlight: Floats
    sky: Floats
    haze: Floats


class Mountains:
    """The map of one seed: heights in metres around a valley, with snow, woods and moonlight."""

    def __init__(self, seed: int, light: NightLight, noise: Floats, tick: Callable[[str], None]) -> None:
        """`noise`: a flat 512×512 texture."""
        self._light = light
        self._noise = noise
        rng = np.random.default_rng([seed, 11])
        heights = self._raise(rng, tick)
        first = int(rng.integers(1 << 20))
        cells = np.ascontiguousarray(heights / np.float32(CELL)).ravel()
        for piece in range(3):
            start = np.int32(first + piece * DROPS // 3)
            erode(cells, np.int32(DROPS // 3), start, 48, f32(0.08), f32(4.0), f32(0.3), f32(0.3))
            tick("erosion")
        self.heights = np.maximum(cells, 0) * np.float32(CELL)
        self._maps = [np.zeros(SIDE * SIDE, np.float32) for _ in range(4)]
        seen = np.zeros(SIDE, np.float32)
        for row in range(0, SIDE, SIDE // 4):
            light_map(self.heights, f32(CELL), light.moon, row, row + SIDE // 4, *self._maps, seen)
            tick("moonlight")
        self._tree_line = float(rng.uniform(170, 330))
        self._snow = float(rng.uniform(-0.03, 0.06))

    @staticmethod
    def _raise(rng: np.random.Generator, tick: Callable[[str], None]) -> Floats:
        """Heights before erosion, (n, n) metres."""
        heights = np.zeros((SIDE, SIDE), np.float32)
        scratch = [np.zeros(SIDE, np.float32) for _ in range(4)]
        offset = rng.uniform(0, 400, 2).astype(np.float32)
        frequency = f32(rng.uniform(3.6, 4.6))
        quarter = SIDE // 4
        for row in range(0, SIDE, quarter):
            ridged_heights(
                heights, np.int32(row), np.int32(row + quarter), offset[0], offset[1], frequency, f32(1.9), 9, *scratch
            )
            tick("mountains")
        gap, bend, tallest = rng.uniform(-0.16, 0.16), rng.uniform(0, 6), rng.uniform(1300, 1750)
        summit = np.percentile(heights[::8, ::8], 99.5)
        shape_valley(heights, np.array([gap, bend, tallest, summit], np.float32))
        return heights

    def panorama(
        self, reach: float, eye: float, highest: float, per_radian: float, tick: Callable[[str], None]
    ) -> "Panorama":
        """Draw all azimuths within ±`reach` radians, from an eye at that height in metres.

        `highest`: the greatest slope that is looked at; `per_radian`: pixels per radian wanted.
        """
        columns = max(64, min(3072, math.ceil(2 * reach * per_radian)))
        per_column = 2 * reach / columns
        lowest = -0.03
        rows = max(32, math.ceil((min(highest, 0.62) - lowest) / per_column))
        per_row = rows / (min(highest, 0.62) - lowest)
        distance = np.zeros((rows, columns), np.float32)
        horizon = np.zeros(columns, np.float32)
        where = f32(-reach), f32(per_column)
        for first in range(0, columns, 512):
            stop = min(first + 512, columns)
            walk_columns(self.heights, first, stop, *where, f32(lowest), f32(per_row), f32(eye), distance, horizon)
            tick("panorama")
        light = self._light
        lights = np.concatenate(
            [light.moon, light.moonlight, light.sky, light.haze, [self._tree_line, self._snow, 0, 0]]
        ).astype(np.float32)
        picture = np.zeros((5, rows, columns), np.float32)
        for first in range(0, rows, 128):
            stop = min(first + 128, rows)
            shade_panorama(
                distance, horizon, first, stop, self.heights, *self._maps, self._noise, *where, lights, picture
            )
            tick("panorama")
        return Panorama(picture, -reach, per_column, lowest, per_row, float(horizon.max()) / per_row + lowest)


@dataclass(frozen=True, slots=True)
class Panorama:
    """A drawn panorama: `picture` (5, rows, columns), see `shade_panorama`, and where its columns and rows lie."""

    picture: Floats
    left: float
    per_column: float
    lowest: float
    per_row: float
    highest: float

    def over(self, hdr: Floats, camera: Camera, glow: Floats) -> None:
        """Draw it over a sky."""
        overlay_panorama(
            hdr,
            self.picture,
            camera.frame,
            f32(camera.tangent),
            f32(self.left),
            f32(self.per_column),
            f32(self.lowest),
            f32(self.per_row),
            f32(self.highest),
            glow,
        )
