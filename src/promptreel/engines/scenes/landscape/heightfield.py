"""Land as a field of heights around the first camera, drawn into a depth buffer.

The field is kept on a polar grid whose middle is the first camera's foot: cells are small near it and large far away,
and finer ahead than behind, so that each is a few pixels large wherever the camera looks from near there. What is known
of the ground (slopes, shadows, masks) lies on the same grid, as textures that a shader reads by place.

The grid stands still in the world: nothing swims when the camera moves, and `height` is what is drawn.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.kernels import (
    clamp,
    device,
    f32,
    flr,
    i32,
    kernel,
    mix,
    noise2,
    sat,
    vatan2,
    vlog2,
)
from promptreel.engines.scenes.mesh import BAND_ROWS, DEEP, Camera, project, sort_into_bands

Floats = NDArray[np.float32]

COLUMNS = 512
ROWS = 360
AHEAD = 0.72
"""How the columns crowd ahead: their density is 1 + AHEAD cos(azimuth)."""
INNER = 2.0
"""Metres from the middle beyond which rows grow apart in proportion to the distance."""
LOG_ROWS = 33.0
"""Rows per factor e of distance."""

# Planes of a field's `maps`.
SLOPE_X, SLOPE_Z, LIT, OPEN, MASK, GLOW = range(6)
MAPS = 6


@device
def grid_place(x, z, linear):
    """Column and row of the grid at a place; `linear`: rows per metre besides the logarithmic ones."""
    r = np.sqrt(x * x + z * z)
    azimuth = vatan2(x, z)
    column = (azimuth + f32(AHEAD) * x / max(r, f32(1e-4))) * f32(COLUMNS / (2 * np.pi)) + f32(COLUMNS / 2)
    row = f32(LOG_ROWS * 0.6931472) * vlog2(f32(1.0) + r * f32(1.0 / INNER)) + linear * r
    return column, min(row, f32(ROWS - 1.001))


@device
def grid_read(planes, number, column, row):
    """Bilinear read of a plane of the grid, which closes around; `planes` (flat) holds one after the other."""
    low = flr(column)
    top = i32(row)
    u = column - low
    v = row - f32(top)
    left = i32(low) & i32(COLUMNS - 1)
    right = (left + i32(1)) & i32(COLUMNS - 1)
    at = (top + i32(number) * i32(ROWS)) * i32(COLUMNS)
    below = at + i32(COLUMNS)
    return mix(mix(planes[at + left], planes[at + right], u), mix(planes[below + left], planes[below + right], u), v)


# -- noise and maps for makers of heights ------------------------------------------------------------------------------


@kernel
def fractal(x, z, frequency, octaves, gain, ridged, offset, out):
    """Fractal noise at places `x`, `z` (flat) into `out`, about 0…1. `ridged` 0…1 folds it into crests.

    Every octave is turned against the last; a steep octave weakens those that follow, which leaves smooth slopes and
    rough tops, as erosion does (after Quilez, "Value noise derivatives").
    """
    for i in range(x.shape[0]):
        a = x[i] * frequency + offset
        b = z[i] * frequency - offset * f32(0.73)
        total, share, weight, norm = f32(0.0), f32(1.0), f32(1.0), f32(0.0)
        for _ in range(octaves):
            n = noise2(a, b)
            crest = f32(1.0) - abs(n * f32(2.0) - f32(1.0))
            n = mix(n, crest * crest, ridged)
            total += share * n * weight
            norm += share
            weight = mix(f32(1.0), sat(n * f32(1.9)) * weight, ridged)
            share *= gain
            c = f32(1.62) * a - f32(1.18) * b + f32(3.7)
            b = f32(1.18) * a + f32(1.62) * b + f32(9.2)
            a = c
        out[i] = total / norm


@kernel
def map_read(heights, side, per_metre, left, near, x, z, out):
    """A square map (flat, `side` cells) at places in m, by cubic B-splines: smooth where its cells are large.

    `left`, `near`: where its corner lies, m.
    """
    for i in range(x.shape[0]):
        a = clamp((x[i] - left) * per_metre - f32(0.5), f32(1.0), f32(side) - f32(3.01))
        b = clamp((z[i] - near) * per_metre - f32(0.5), f32(1.0), f32(side) - f32(3.01))
        ia, ib = i32(a), i32(b)
        u, v = a - f32(ia), b - f32(ib)
        total = f32(0.0)
        for m in range(4):
            weight = _spline(v, m)
            at = (ib + i32(m) - i32(1)) * side + ia
            line = heights[at - 1] * _spline(u, 0) + heights[at] * _spline(u, 1)
            line += heights[at + 1] * _spline(u, 2) + heights[at + 2] * _spline(u, 3)
            total += weight * line
        out[i] = total


@device
def _spline(t, k):
    """The weight of the k-th of four points around `t`: half way between a B-spline, which is smooth, and one of Catmull
    and Rom, which keeps ridges sharp."""
    s = f32(1.0) - t
    first = s * s * s
    second = f32(3.0) * t * t * t - f32(6.0) * t * t + f32(4.0)
    third = f32(3.0) * s * s * s - f32(6.0) * s * s + f32(4.0)
    last = t * t * t
    smooth = first if k == 0 else second if k == 1 else third if k == 2 else last
    through = (
        -t * s * s
        if k == 0
        else f32(2.0) - f32(5.0) * t * t + f32(3.0) * t * t * t
        if k == 1
        else (f32(2.0) - f32(5.0) * s * s + f32(3.0) * s * s * s if k == 2 else -s * t * t)
    )
    return smooth * f32(0.3 / 6.0) + through * f32(0.7 / 2.0)


def noise_at(
    x: ArrayLike, z: ArrayLike, size: float, seed: float, *, octaves: int = 5, gain: float = 0.5, ridged: float = 0.0
) -> Floats:
    """Fractal noise, about 0…1, whose largest forms are `size` m; `seed`: any number below 1000."""
    shape = np.broadcast_shapes(np.shape(x), np.shape(z))
    # Copies, as a view that cannot be written to would have the kernel compiled a second time.
    flat_x = np.array(np.broadcast_to(np.asarray(x, np.float32), shape)).ravel()
    flat_z = np.array(np.broadcast_to(np.asarray(z, np.float32), shape)).ravel()
    out = np.empty(flat_x.size, np.float32)
    fractal(flat_x, flat_z, f32(1 / size), np.int32(octaves), f32(gain), f32(ridged), f32(seed), out)
    return out.reshape(shape)


# -- light on the field, worked out once -------------------------------------------------------------------------------


@kernel
def cast_shadows(heights, xs, zs, sun, linear, reach, seen, lit):
    """How much of the sun each point of the grid sees past the land, 0…1: soft in proportion to the distance of what
    hides it. All flat; `seen` is a row of scratch."""
    level = f32(1.0) / np.sqrt(sun[0] * sun[0] + sun[2] * sun[2] + f32(1e-6))
    ux, uz, rise = sun[0] * level, sun[2] * level, sun[1] * level
    for row in range(ROWS):
        first = row * COLUMNS
        r = np.sqrt(xs[first] * xs[first] + zs[first] * zs[first])
        step = f32(0.6) + r * f32(0.012)
        for c in range(COLUMNS):
            seen[c] = f32(1.0)
        for _ in range(26):
            for c in range(COLUMNS):
                x = xs[first + c] + ux * step
                z = zs[first + c] + uz * step
                column, place = grid_place(x, z, linear)
                over = grid_read(heights, 0, column, place)
                clear = (heights[first + c] + rise * step - over) / (step * f32(0.10) + f32(0.06)) + f32(0.6)
                inside = x * x + z * z < reach * reach
                seen[c] = min(seen[c], sat(clear)) if inside else seen[c]
            step *= f32(1.22)
        for c in range(COLUMNS):
            lit[first + c] = seen[c]


@kernel
def find_openness(heights, xs, zs, ring, linear, openness):
    """How open each point lies to the sky, 0.25…1.15, from the heights of two circles around it: `ring` (6, 2) holds
    points of the unit circle. The others are flat."""
    for row in range(ROWS):
        first = row * COLUMNS
        r = np.sqrt(xs[first] * xs[first] + zs[first] * zs[first])
        small = f32(0.8) + f32(0.035) * r
        for c in range(COLUMNS):
            x, z, here = xs[first + c], zs[first + c], heights[first + c]
            hollow = f32(0.0)
            for k in range(ring.shape[0]):
                dx, dz = ring[k, 0], ring[k, 1]
                column, place = grid_place(x + dx * small, z + dz * small, linear)
                hollow += (grid_read(heights, 0, column, place) - here) / small
                large = small * f32(4.0)
                column, place = grid_place(x + dx * large, z + dz * large, linear)
                hollow += (grid_read(heights, 0, column, place) - here) / large
            openness[first + c] = clamp(f32(1.0) - hollow * f32(0.10), f32(0.25), f32(1.15))


@kernel
def darken_under(trees, sun, xs, zs, linear, lit, openness):
    """Let things that stand on the ground darken it: `trees` (n, 4): x, z, height, radius of the crown."""
    level = np.sqrt(sun[0] * sun[0] + sun[2] * sun[2])
    slant = min(level / max(sun[1], f32(0.03)), f32(6.0))
    ux, uz = sun[0] / max(level, f32(1e-4)), sun[2] / max(level, f32(1e-4))
    for i in range(trees.shape[0]):
        high, wide = trees[i, 2], trees[i, 3]
        for kind in range(2):
            # First the shadow, which lies away from the sun and is drawn out by it; then the gloom at the foot.
            shift = high * f32(0.62) * slant if kind == 0 else f32(0.0)
            long = wide + high * f32(0.30) * slant if kind == 0 else wide * f32(1.1)
            mx, mz = trees[i, 0] - ux * shift, trees[i, 1] - uz * shift
            r = np.sqrt(mx * mx + mz * mz)
            column, _ = grid_place(mx, mz, linear)
            _, low = grid_place(f32(0.0), max(r - long, f32(0.0)), linear)
            _, top = grid_place(f32(0.0), r + long, linear)
            side = min(long / max(r, f32(0.5)) * f32(COLUMNS / (2 * np.pi) * (1 + AHEAD)) + f32(1.0), f32(COLUMNS // 2))
            for j in range(i32(low), min(i32(top) + 2, ROWS)):
                for k in range(i32(column - side), i32(column + side) + 2):
                    at = j * COLUMNS + (k & (COLUMNS - 1))
                    dx, dz = xs[at] - mx, zs[at] - mz
                    along = (dx * ux + dz * uz) / long
                    aside = (dz * ux - dx * uz) / wide
                    inside = sat((f32(1.0) - along * along - aside * aside) * f32(1.6))
                    if kind == 0:
                        lit[at] *= f32(1.0) - f32(0.74) * inside
                    else:
                        openness[at] *= f32(1.0) - f32(0.42) * inside


# -- drawing -----------------------------------------------------------------------------------------------------------


@kernel
def find_cells(points, columns, rows, band, facing, first, last, ends):
    """Which bands each cell of the grid touches: as `mesh.find_bands` does for triangles. `facing` is 1, or -1 where
    the world is upside down: cells that show their underside are left out."""
    for r in range(ROWS - 1):
        for c in range(COLUMNS):
            t = r * COLUMNS + c
            last[t] = -1
            i = t
            j = r * COLUMNS + ((c + 1) & (COLUMNS - 1))
            k, m = i + COLUMNS, j + COLUMNS
            near = min(min(points[i, 2], points[j, 2]), min(points[k, 2], points[m, 2]))
            left = min(min(points[i, 0], points[j, 0]), min(points[k, 0], points[m, 0]))
            right = max(max(points[i, 0], points[j, 0]), max(points[k, 0], points[m, 0]))
            top = min(min(points[i, 1], points[j, 1]), min(points[k, 1], points[m, 1]))
            bottom = max(max(points[i, 1], points[j, 1]), max(points[k, 1], points[m, 1]))
            if (near <= f32(0.0)) | (right < f32(0.5)) | (left >= f32(columns) - f32(0.5)):
                continue
            if (bottom < f32(0.5)) | (top >= f32(rows)):
                continue
            one = (points[j, 0] - points[i, 0]) * (points[k, 1] - points[i, 1])
            one -= (points[j, 1] - points[i, 1]) * (points[k, 0] - points[i, 0])
            two = (points[j, 0] - points[m, 0]) * (points[k, 1] - points[m, 1])
            two -= (points[j, 1] - points[m, 1]) * (points[k, 0] - points[m, 0])
            if (one * facing >= f32(0.0)) & (two * facing <= f32(0.0)):
                continue
            y0 = max(i32(np.ceil(top - f32(0.5))), 0)
            y1 = min(i32(np.ceil(bottom - f32(0.5))), rows)
            if y0 >= y1:
                continue
            first[t] = y0 // band
            last[t] = (y1 - 1) // band
            for b in range(first[t], last[t] + 1):
                ends[b + 1] += 1
    for b in range(ends.shape[0] - 1):
        ends[b + 1] += ends[b]
    return ends[ends.shape[0] - 1]


@kernel
def fill_cells(points, order, start, stop, columns, row0, rows, depth):
    """Draw cells into the samples of one band: `depth` (rows, columns) gets 1/distance of the nearest."""
    for n in range(2 * start, 2 * stop):
        t = order[n >> 1]
        c = t & (COLUMNS - 1)
        right = t - c + ((c + 1) & (COLUMNS - 1))
        i = t if n & 1 == 0 else right + COLUMNS
        j, k = right, t + COLUMNS
        if points[i, 1] > points[j, 1]:
            i, j = j, i
        if points[j, 1] > points[k, 1]:
            j, k = k, j
        if points[i, 1] > points[j, 1]:
            i, j = j, i
        x0, y0, z0 = points[i, 0], points[i, 1], points[i, 2]
        x1, y1, z1 = points[j, 0], points[j, 1], points[j, 2]
        x2, y2, z2 = points[k, 0], points[k, 1], points[k, 2]
        ya = max(i32(np.ceil(y0 - f32(0.5))), row0)
        yb = min(i32(np.ceil(y2 - f32(0.5))), row0 + rows)
        dx1, dy1, dx2, dy2 = x1 - x0, y1 - y0, x2 - x0, y2 - y0
        area = dx1 * dy2 - dx2 * dy1
        if (ya >= yb) | (abs(area) < f32(1e-5)):
            continue
        zx = ((z1 - z0) * dy2 - (z2 - z0) * dy1) / area
        zy = ((z2 - z0) * dx1 - (z1 - z0) * dx2) / area
        along = dx2 / dy2
        upper = dx1 / dy1 if dy1 > f32(0.0) else f32(0.0)
        lower = (x2 - x1) / (y2 - y1) if y2 > y1 else f32(0.0)
        for y in range(ya, yb):
            at = f32(y) + f32(0.5)
            down = at - y0
            edge = x0 + along * down
            other = x0 + upper * down if at < y1 else x1 + lower * (at - y1)
            xa = max(i32(np.ceil(min(edge, other) - f32(0.5))), 0)
            xb = min(i32(np.ceil(max(edge, other) - f32(0.5))), columns)
            zr = z0 + zy * down + zx * (f32(0.5) - x0)
            row = y - row0
            for x in range(xa, xb):
                z = zr + zx * f32(x)
                depth[row, x] = max(depth[row, x], z)


@kernel
def settle_band(depth, row0, near, seen, cover):
    """Four samples to one pixel: `seen` gets the mean 1/distance of those on the nearest surface, `cover` their share.

    `near` is what stood there before: samples behind it do not count. All (H, W).
    """
    height, width = near.shape[0], near.shape[1]
    for row in range(depth.shape[0] // 2):
        y = row0 + row
        if y >= height:
            break
        for x in range(width):
            a, b = depth[2 * row, 2 * x], depth[2 * row, 2 * x + 1]
            c, d = depth[2 * row + 1, 2 * x], depth[2 * row + 1, 2 * x + 1]
            limit = max(max(max(a, b), max(c, d)) * f32(0.85), near[y, x])
            ka = f32(1.0) if a > limit else f32(0.0)
            kb = f32(1.0) if b > limit else f32(0.0)
            kc = f32(1.0) if c > limit else f32(0.0)
            kd = f32(1.0) if d > limit else f32(0.0)
            count = ka + kb + kc + kd
            seen[y, x] = (a * ka + b * kb + c * kc + d * kd) / max(count, f32(1.0))
            # 2 is added where what shows beside it is land as well, and not the backdrop.
            beside = (min(min(a, b), min(c, d)) > near[y, x]) & (count < f32(4.0))
            cover[y, x] = count * f32(0.25) + (f32(2.0) if beside else f32(0.0))


class FieldState:
    """One thread's buffers for pictures of one size."""

    def __init__(self, width: int, height: int) -> None:
        bands = -(-height // BAND_ROWS)
        self._points = np.zeros((ROWS * COLUMNS, 3), np.float32)
        self._first = np.zeros((ROWS - 1) * COLUMNS, np.int32)
        self._last = np.zeros((ROWS - 1) * COLUMNS, np.int32)
        self._ends = np.zeros(bands + 1, np.int32)
        self._cursor = np.zeros(bands, np.int32)
        self._order = np.zeros(ROWS * COLUMNS, np.int32)
        self._samples = np.zeros((2 * BAND_ROWS, 2 * width), np.float32)
        self.seen = np.zeros((height, width), np.float32)
        """1/distance of the land, (H, W); 0 where none is seen."""
        self.cover = np.zeros((height, width), np.float32)
        """How much of each pixel it covers; 2 more where farther land covers the rest."""

    def draw(self, field: "Heightfield", camera: Camera, near: Floats) -> tuple[int, int]:
        """Find where the land is seen before what is at `near`. Returns the first row with land and the one after the
        last."""
        height, width = near.shape
        scale = height / camera.tangent
        project(field.vertices, camera.frame, f32(scale), f32(width), f32(height), f32(DEEP), self._points)
        # A mirrored camera sees what it sees upside down: its picture turns all cells around.
        right, up, forward = camera.frame[3:6], camera.frame[6:9], camera.frame[9:12]
        facing = 1.0 if float(np.dot(np.cross(forward, right), up)) > 0 else -1.0
        band = np.int32(2 * BAND_ROWS)
        size = np.int32(2 * width), np.int32(2 * height)
        self._ends.fill(0)
        total = find_cells(self._points, *size, band, f32(facing), self._first, self._last, self._ends)
        if total > len(self._order):
            self._order = np.zeros(total * 5 // 4, np.int32)
        sort_into_bands(self._first, self._last, self._ends, self._cursor, self._order)
        used = np.flatnonzero(np.diff(self._ends))
        if not len(used):
            self.seen.fill(0)
            self.cover.fill(0)
            return 0, 0
        for number in range(len(self._cursor)):
            start, stop = self._ends[number], self._ends[number + 1]
            row0 = number * BAND_ROWS
            if start == stop:
                self.seen[row0 : row0 + BAND_ROWS] = 0
                self.cover[row0 : row0 + BAND_ROWS] = 0
                continue
            self._samples.fill(0)
            fill_cells(self._points, self._order, start, stop, size[0], np.int32(2 * row0), band, self._samples)
            settle_band(self._samples, np.int32(row0), near, self.seen, self.cover)
        return int(used[0]) * BAND_ROWS, min((int(used[-1]) + 1) * BAND_ROWS, height)


# -- the field ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Heightfield:
    """`heights` (flat, ROWS × COLUMNS), `vertices` (n, 3), `maps` (MAPS, n); `linear`: see `grid_place`."""

    heights: Floats
    vertices: Floats
    maps: Floats
    linear: float
    reach: float

    def place(self, x: ArrayLike, z: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Column and row of the grid, as `grid_place`."""
        a, b = np.asarray(x, np.float64), np.asarray(z, np.float64)
        r = np.hypot(a, b)
        azimuth = np.arctan2(a, b)
        column = (azimuth + AHEAD * np.sin(azimuth)) * (COLUMNS / (2 * np.pi)) + COLUMNS / 2
        row = LOG_ROWS * np.log1p(r / INNER) + self.linear * r
        return np.asarray(column), np.asarray(np.minimum(row, ROWS - 1.001))

    def read(self, plane: Floats, x: ArrayLike, z: ArrayLike) -> NDArray[np.float64]:
        """A plane of the grid (flat) at places in m."""
        column, row = self.place(x, z)
        left, top = np.floor(column).astype(int), row.astype(int)
        u, v = column - left, row - top
        grid = plane.reshape(ROWS, COLUMNS)
        left, right = left % COLUMNS, (left + 1) % COLUMNS
        above = grid[top, left] * (1 - u) + grid[top, right] * u
        below = grid[top + 1, left] * (1 - u) + grid[top + 1, right] * u
        return (above * (1 - v) + below * v).astype(np.float64)

    def height(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.float64]:
        """Height of the drawn ground in m."""
        return self.read(self.heights, x, z)

    def light(self, sun: Floats) -> None:
        """Work out shadows and openness for a sun in this direction."""
        xs, zs = np.ascontiguousarray(self.vertices[:, 0]), np.ascontiguousarray(self.vertices[:, 2])
        linear, direction = f32(self.linear), np.asarray(sun, np.float32)
        cast_shadows(
            self.heights, xs, zs, direction, linear, f32(self.reach), np.zeros(COLUMNS, np.float32), self.maps[LIT]
        )
        angle = 0.5 + np.arange(6) * (np.pi / 3)
        ring = np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float32)
        find_openness(self.heights, xs, zs, ring, linear, self.maps[OPEN])

    def stand(self, trees: Floats, sun: Floats) -> None:
        """Let trees, (n, 4) as `vegetation.scatter` returns them, darken the ground."""
        if len(trees):
            xs, zs = np.ascontiguousarray(self.vertices[:, 0]), np.ascontiguousarray(self.vertices[:, 2])
            darken_under(
                np.ascontiguousarray(trees, np.float32), np.asarray(sun, np.float32), xs, zs, f32(self.linear),
                self.maps[LIT], self.maps[OPEN],
            )  # fmt: skip


def _azimuths() -> NDArray[np.float64]:
    """The azimuth of each column: the inverse of what `grid_place` does, by Newton's method."""
    wanted = (np.arange(COLUMNS) - COLUMNS / 2) * (2 * np.pi / COLUMNS)
    azimuth = wanted.copy()
    for _ in range(30):
        slope = np.maximum(1 + AHEAD * np.cos(azimuth), 0.2)
        azimuth -= np.clip((azimuth + AHEAD * np.sin(azimuth) - wanted) / slope, -0.5, 0.5)
    return np.asarray(azimuth, np.float64)


def _distances(linear: float, reach: float) -> NDArray[np.float64]:
    """The distance of each row in m, by bisection."""
    low, high = np.zeros(ROWS), np.full(ROWS, reach * 1.01)
    for _ in range(50):
        middle = (low + high) / 2
        under = LOG_ROWS * np.log1p(middle / INNER) + linear * middle < np.arange(ROWS)
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return (low + high) / 2


def make_field(heights: Callable[[Floats, Floats], ArrayLike], reach: float) -> Heightfield:
    """The field of `heights(x, z)` (arrays in m) out to `reach` m."""
    linear = (ROWS - 1 - LOG_ROWS * math.log1p(reach / INNER)) / reach
    r, azimuth = _distances(linear, reach)[:, None], _azimuths()[None]
    x, z = (r * np.sin(azimuth)).astype(np.float32), (r * np.cos(azimuth)).astype(np.float32)
    y = np.ascontiguousarray(np.broadcast_to(np.asarray(heights(x, z), np.float32), x.shape))
    vertices = np.stack([x, y, z], -1).reshape(-1, 3)
    maps = np.zeros((MAPS, ROWS * COLUMNS), np.float32)
    maps[LIT] = maps[OPEN] = 1

    # Slopes along x and z from the differences along the grid.
    def across(plane: Floats) -> Floats:
        return np.roll(plane, -1, 1) - np.roll(plane, 1, 1)

    def outward(plane: Floats) -> Floats:
        return np.gradient(plane, axis=0)

    xu, zu, yu, xv, zv, yv = across(x), across(z), across(y), outward(x), outward(z), outward(y)
    det = xu * zv - zu * xv
    det = np.where(np.abs(det) < 1e-9, 1e-9, det)
    slope_x, slope_z = (yu * zv - yv * zu) / det, (xu * yv - xv * yu) / det
    slope_x[:3], slope_z[:3] = slope_x[3].mean(), slope_z[3].mean()
    maps[SLOPE_X], maps[SLOPE_Z] = np.clip(slope_x, -8, 8).ravel(), np.clip(slope_z, -8, 8).ravel()
    return Heightfield(y.ravel(), np.ascontiguousarray(vertices), maps, linear, reach)


__all__ = ["FieldState", "Heightfield", "grid_place", "grid_read", "make_field", "map_read", "noise_at"]
