"""Shadows that the sun or the moon throws: a picture of the world's depth seen from the light, asked for every pixel.

Two such maps are used: one of what stands still, made once per clip, and a small one of the bodies, made for each frame.
They work on the finished picture, by its depth, so that any ground and any wall receives them (Williams, "Casting curved
shadows on curved surfaces", 1978, with the percentages of Reeves and others, 1987).
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import device, f32, flr, i32, kernel, mix, sat, vexp
from promptreel.engines.scenes.mesh import Camera, Ints
from promptreel.engines.scenes.stage import FOG, SUN, Canvas, Floats, Light, scale_of, view_ray

NOTHING = -1e9
"""Depth where the map holds nothing; depths grow toward the light."""

LOWEST_SUN = math.radians(7.0)
"""A lower sun throws shadows as if it stood here: longer ones would only be streaks."""


@dataclass(slots=True)
class ShadowMap:
    """Heights toward the light, (side, side), over a square of `2 * reach` m about `centre`, seen along `axes` (3, 3).

    The rows of `axes` are two directions across the light, and the one toward it.
    """

    axes: Floats
    centre: Floats
    reach: float
    depth: Floats
    bias: float = 2.6
    """Cells by which a surface must lie behind another to be in its shadow. Round bodies need more of it than walls."""
    vector: Floats = field(init=False)

    def __post_init__(self) -> None:
        side = len(self.depth)
        scale = side / (2 * self.reach)
        middle = self.axes @ self.centre
        self.vector = np.concatenate([self.axes.ravel(), middle, [scale, side, self.bias / scale]]).astype(np.float32)

    def clear(self) -> None:
        """Forget what was drawn."""
        self.depth.fill(NOTHING)

    def add(self, vertices: Floats, triangles: Ints) -> None:
        """Draw what throws a shadow."""
        points = (vertices @ self.axes.T - self.axes @ self.centre).astype(np.float32)
        draw_depth(points, triangles, self.vector, self.depth)


def light_axes(light: Light) -> Floats:
    """Two directions across the light and the one toward it, as rows."""
    toward = np.array(light.sun, np.float64)
    flat = math.hypot(toward[0], toward[2])
    height = max(math.asin(float(np.clip(toward[1], -1, 1))), LOWEST_SUN)
    if flat > 1e-6:
        toward = np.array([toward[0] / flat * math.cos(height), math.sin(height), toward[2] / flat * math.cos(height)])
    else:
        toward = np.array([0.02, 1.0, 0.0])
    toward /= np.linalg.norm(toward)
    right = np.cross([0.0, 1.0, 0.0], toward)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(toward, right), toward]).astype(np.float32)


def make_map(light: Light, centre: NDArray[np.floating], reach: float, side: int) -> ShadowMap:
    """An empty map about `centre` (m)."""
    depth = np.full((side, side), NOTHING, np.float32)
    return ShadowMap(light_axes(light), np.asarray(centre, np.float32), float(reach), depth)


def shade_of(light: Light) -> Floats:
    """What is left, per colour, of the light on a surface that faces the sun, where the sun is hidden."""
    ambient = 0.75 * light.above + 0.25 * light.below
    return np.asarray(ambient / np.maximum(ambient + 0.8 * light.sunlight, 1e-9), np.float32)


@kernel
def draw_depth(points, triangles, numbers, depth):
    """The nearest to the light of all triangles; `points` (n, 3) are relative to the map's centre, along its axes."""
    scale, side = numbers[12], i32(numbers[13])
    half = numbers[13] * f32(0.5)
    for t in range(triangles.shape[0]):
        i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        x0, y0, z0 = points[i, 0] * scale + half, points[i, 1] * scale + half, points[i, 2]
        x1, y1, z1 = points[j, 0] * scale + half, points[j, 1] * scale + half, points[j, 2]
        x2, y2, z2 = points[k, 0] * scale + half, points[k, 1] * scale + half, points[k, 2]
        left = max(i32(np.ceil(min(x0, min(x1, x2)) - f32(1.0))), 0)
        right = min(i32(np.floor(max(x0, max(x1, x2)))) + 1, side)
        top = max(i32(np.ceil(min(y0, min(y1, y2)) - f32(1.0))), 0)
        bottom = min(i32(np.floor(max(y0, max(y1, y2)))) + 1, side)
        if (left >= right) | (top >= bottom):
            continue
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if abs(area) < f32(1e-6):
            continue
        inverse = f32(1.0) / area
        # Half a cell of slack, so that thin things throw shadows without holes.
        slack = f32(0.35) * abs(inverse) * (abs(x1 - x0) + abs(y1 - y0) + abs(x2 - x0) + abs(y2 - y0))
        slack = min(slack, f32(0.6))
        for y in range(top, bottom):
            py = f32(y) + f32(0.5) - y0
            for x in range(left, right):
                px = f32(x) + f32(0.5) - x0
                v = (px * (y2 - y0) - (x2 - x0) * py) * inverse
                w = ((x1 - x0) * py - px * (y1 - y0)) * inverse
                inside = (v >= -slack) & (w >= -slack) & (v + w <= f32(1.0) + slack)
                z = z0 + v * (z1 - z0) + w * (z2 - z0)
                depth[y, x] = max(depth[y, x], z if inside else f32(NOTHING))


@device
def _hidden(depth, numbers, px, py, pz):
    """The share 0…1 of the light that is hidden from a point, by four cells around it; 0 outside of the map."""
    u = (px * numbers[0] + py * numbers[1] + pz * numbers[2] - numbers[9]) * numbers[12] + numbers[13] * f32(0.5)
    v = (px * numbers[3] + py * numbers[4] + pz * numbers[5] - numbers[10]) * numbers[12] + numbers[13] * f32(0.5)
    z = px * numbers[6] + py * numbers[7] + pz * numbers[8] - numbers[11] + numbers[14]
    last = numbers[13] - f32(2.0)
    u, v = u - f32(0.5), v - f32(0.5)
    within = (u > f32(0.0)) & (v > f32(0.0)) & (u < last) & (v < last)
    u, v = min(max(u, f32(0.0)), last), min(max(v, f32(0.0)), last)
    left, top = i32(u), i32(v)
    a, b = u - flr(u), v - flr(v)
    s00 = f32(1.0) if depth[top, left] > z else f32(0.0)
    s01 = f32(1.0) if depth[top, left + 1] > z else f32(0.0)
    s10 = f32(1.0) if depth[top + 1, left] > z else f32(0.0)
    s11 = f32(1.0) if depth[top + 1, left + 1] > z else f32(0.0)
    hidden = mix(mix(s00, s01, a), mix(s10, s11, a), b)
    return hidden if within else f32(0.0)


@kernel
def cast(hdr, near, camera, scale, light, shade, strength, still, still_numbers, moving, moving_numbers):
    """Darken what is hidden from the light. `shade` (3): what is left there; `strength` 0…1.

    The surface's direction is read from the depths beside each pixel: what turns away from the light has none to lose.
    """
    height, width = near.shape
    for y in range(height):
        above, below = max(y - 1, 0), min(y + 1, height - 1)
        for x in range(width):
            w = near[y, x]
            before, behind = max(x - 1, 0), min(x + 1, width - 1)
            dx, dy, dz = view_ray(camera, scale, width, height, x, y)
            away = f32(1.0) / max(w, f32(1e-6))
            px, py, pz = dx * away, dy * away, dz * away
            # The neighbours on the same surface, which are those of the most similar depth, give the directions along it.
            left = ((abs(near[y, before] - w) < abs(near[y, behind] - w)) & (x > 0)) | (behind == x)
            up = ((abs(near[above, x] - w) < abs(near[below, x] - w)) & (y > 0)) | (below == y)
            column, row = before if left else behind, above if up else below
            a = f32(1.0) / max(near[y, column], f32(1e-6))
            b = f32(1.0) / max(near[row, x], f32(1e-6))
            ax, ay, az = view_ray(camera, scale, width, height, column, y)
            bx, by, bz = view_ray(camera, scale, width, height, x, row)
            ux, uy, uz = ax * a - px, ay * a - py, az * a - pz
            vx, vy, vz = bx * b - px, by * b - py, bz * b - pz
            nx, ny, nz = vy * uz - vz * uy, vz * ux - vx * uz, vx * uy - vy * ux
            side = f32(-1.0) if nx * dx + ny * dy + nz * dz > f32(0.0) else f32(1.0)
            side = side / np.sqrt(nx * nx + ny * ny + nz * nz + f32(1e-20))
            nx, ny, nz = nx * side, ny * side, nz * side
            facing = nx * light[SUN] + ny * light[SUN + 1] + nz * light[SUN + 2]
            px, py, pz = px + camera[0], py + camera[1], pz + camera[2]
            lit = sat(facing * f32(4.0) + f32(0.25))
            # Looked up a cell or two off the surface, so that what the light grazes is not in its own shadow.
            off = f32(1.6) / still_numbers[12] * sat(f32(1.2) - facing)
            hidden = max(
                _hidden(still, still_numbers, px + nx * off, py + ny * off, pz + nz * off),
                _hidden(moving, moving_numbers, px, py, pz),
            )
            clear = vexp(-light[FOG] * away)
            share = hidden * lit * clear * strength
            share = share if w > f32(0.0) else f32(0.0)
            hdr[0, y, x] *= mix(f32(1.0), shade[0], share)
            hdr[1, y, x] *= mix(f32(1.0), shade[1], share)
            hdr[2, y, x] *= mix(f32(1.0), shade[2], share)


@kernel
def darken_feet(hdr, near, camera, scale, blobs):
    """The dark where a body meets its ground, which no sun explains. `blobs` (k, 5): x, y, z, radius (m), strength."""
    height, width = near.shape
    for n in range(blobs.shape[0]):
        ox, oy, oz = blobs[n, 0] - camera[0], blobs[n, 1] - camera[1], blobs[n, 2] - camera[2]
        away = ox * camera[9] + oy * camera[10] + oz * camera[11]
        if away < f32(0.2):
            continue
        across = ox * camera[3] + oy * camera[4] + oz * camera[5]
        above = ox * camera[6] + oy * camera[7] + oz * camera[8]
        radius = blobs[n, 3] * f32(1.8)
        spread = radius * scale / max(away - radius, f32(0.2))
        x = f32(width) * f32(0.5) + scale * across / away
        y = f32(height) * f32(0.5) - scale * above / away
        left, right = max(i32(x - spread), 0), min(i32(x + spread) + 2, width)
        top, bottom = max(i32(y - spread), 0), min(i32(y + spread) + 2, height)
        size2 = f32(1.0) / (blobs[n, 3] * blobs[n, 3])
        for row in range(top, bottom):
            for column in range(left, right):
                w = near[row, column]
                dx, dy, dz = view_ray(camera, scale, width, height, column, row)
                far = f32(1.0) / max(w, f32(1e-6))
                px, py, pz = dx * far - ox, (dy * far - oy) * f32(2.5), dz * far - oz
                share = blobs[n, 4] * vexp(-(px * px + py * py + pz * pz) * size2 * f32(1.2))
                keep = f32(1.0) - (share if w > f32(0.0) else f32(0.0))
                hdr[0, row, column] *= keep
                hdr[1, row, column] *= keep
                hdr[2, row, column] *= keep


def cast_shadows(
    canvas: Canvas, camera: Camera, light: Light, strength: float, still: ShadowMap, moving: ShadowMap
) -> None:
    """Darken what of the canvas the two maps hide from the light."""
    scale = np.float32(scale_of(camera, canvas.height))
    cast(
        canvas.hdr,
        canvas.near,
        camera.frame,
        scale,
        light.vector,
        shade_of(light),
        np.float32(strength),
        still.depth,
        still.vector,
        moving.depth,
        moving.vector,
    )


def share_hidden(still: ShadowMap, points: Floats) -> float:
    """The mean share 0…1 of the light that a map hides from `points` (n, 3), bilinear as in `cast`."""
    side = len(still.depth)
    local = (points @ still.axes.T - still.axes @ still.centre) * np.float32(side / (2 * still.reach))
    place = local[:, :2] + np.float32(0.5 * side - 0.5)
    inside = ((place > 0) & (place < side - 2)).all(axis=1)
    if not inside.any():
        return 0.0
    place, high = place[inside], (local[inside, 2] + still.bias) * np.float32(2 * still.reach / side)
    cell = place.astype(np.int64)
    a, b = (place - cell).T
    hidden = np.zeros(len(place), np.float32)
    for row, v in ((0, 1 - b), (1, b)):
        for column, u in ((0, 1 - a), (1, a)):
            hidden += u * v * (still.depth[cell[:, 1] + row, cell[:, 0] + column] > high)
    return float(hidden.sum() / len(points))
