"""The sky as a camera sees it: rays, the slow part of the picture on a coarse grid, and making that large.

A sky is smooth, so its clouds are worked out for every second or third pixel. What is sharp (the discs of sun and moon,
stars) is drawn over the large picture afterwards; the coarse picture's fourth plane says what clouds leave of it.
"""

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import f32, i32, kernel
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.skies.sky import (
    DISC,
    HEADING,
    PANORAMA_AZIMUTHS,
    PANORAMA_ELEVATIONS,
    sky_light,
    sun_shine,
    table_place,
    table_read,
)
from promptreel.engines.scenes.stage import view_ray

Floats = NDArray[np.float32]


def coarseness(height: int) -> int:
    """Pixels of the frame per pixel of the coarse picture, along a side."""
    return max(2, round(height / 380))


@kernel
def cast(rays, camera, scale, width, height, step):
    """Unit directions of the coarse pixels into `rays` (3, rows, columns); `step` pixels of the frame are one of them."""
    for row in range(rays.shape[1]):
        y = (f32(row) + f32(0.5)) * step - f32(0.5)
        for column in range(rays.shape[2]):
            x = (f32(column) + f32(0.5)) * step - f32(0.5)
            dx, dy, dz = view_ray(camera, scale, width, height, x, y)
            unit = f32(1.0) / np.sqrt(dx * dx + dy * dy + dz * dz)
            rays[0, row, column] = dx * unit
            rays[1, row, column] = dy * unit
            rays[2, row, column] = dz * unit


def cast_rays(rays: Floats, camera: Camera, width: int, height: int, step: int) -> None:
    """The directions of the coarse pixels of a frame of `width` by `height` pixels."""
    cast(rays, camera.frame, f32(height / 2 / camera.tangent), i32(width), i32(height), f32(step))


def panorama_rays(heading: tuple[float, float]) -> Floats:
    """The directions (3, rows, columns) of the panorama of `sky.panorama_place`, turned to `heading` (x, z)."""
    root = (np.arange(PANORAMA_ELEVATIONS) + 0.5) / PANORAMA_ELEVATIONS
    elevation = (root * root * np.pi / 2)[:, None]
    azimuth = (np.arange(PANORAMA_AZIMUTHS) / PANORAMA_AZIMUTHS * 2 * np.pi - np.pi)[None, :]
    flat = np.cos(elevation)
    x = (np.cos(azimuth) * heading[0] + np.sin(azimuth) * heading[1]) * flat
    z = (np.cos(azimuth) * heading[1] - np.sin(azimuth) * heading[0]) * flat
    return np.ascontiguousarray(np.stack([x, np.broadcast_to(np.sin(elevation), x.shape), z]), np.float32)


def panorama_share() -> Floats:
    """How much each row of the panorama lights a surface that faces up, (rows), sum 1."""
    root = (np.arange(PANORAMA_ELEVATIONS) + 0.5) / PANORAMA_ELEVATIONS
    elevation = root * root * np.pi / 2
    weight = np.sin(elevation) * np.cos(elevation) * root
    return np.asarray(weight / weight.sum(), np.float32)


@kernel
def paint(out, rays, red, green, blue, noise, log2, sky, halo):
    """The sky into `out` (4, rows, columns): light, and the share that clouds let through. `halo`: whether the sun's glow
    is wanted. Rows that look down all along get the clear horizon only: something stands before them."""
    for row in range(out.shape[1]):
        highest = f32(-1.0)
        for x in range(out.shape[2]):
            highest = max(highest, rays[1, row, x])
        if highest < f32(-0.02):
            for x in range(out.shape[2]):
                column, line = table_place(
                    rays[0, row, x], rays[1, row, x], rays[2, row, x], sky[HEADING], sky[HEADING + 1]
                )
                out[0, row, x] = table_read(red, column, line)
                out[1, row, x] = table_read(green, column, line)
                out[2, row, x] = table_read(blue, column, line)
                out[3, row, x] = f32(1.0)
        else:
            for x in range(out.shape[2]):
                dx, dy, dz = rays[0, row, x], rays[1, row, x], rays[2, row, x]
                r, g, b, clear = sky_light(red, green, blue, noise, log2, sky, dx, dy, dz)
                shine = sun_shine(sky, dx, dy, dz, clear, f32(0.0)) * halo
                out[0, row, x] = r + sky[DISC] * shine
                out[1, row, x] = g + sky[DISC + 1] * shine
                out[2, row, x] = b + sky[DISC + 2] * shine
                out[3, row, x] = clear


@kernel
def enlarge(hdr, coarse, step, line):
    """The first three planes of `coarse` (4, rows, columns), `step` times as large, into `hdr` (3, H, W).

    Quadratic B-splines: bilinear weights would show their squares along the edges of clouds. `line` (columns + 2) is
    scratch.
    """
    rows, columns = coarse.shape[1], coarse.shape[2]
    for c in range(3):
        for y in range(hdr.shape[1]):
            at = (f32(y) + f32(0.5)) / step
            middle = min(i32(at), i32(rows - 1))
            part = at - f32(middle) - f32(0.5)
            high = max(middle - i32(1), i32(0))
            low = min(middle + i32(1), i32(rows - 1))
            first = f32(0.5) * (f32(0.5) - part) * (f32(0.5) - part)
            last = f32(0.5) * (f32(0.5) + part) * (f32(0.5) + part)
            for x in range(columns):
                line[x + 1] = (
                    coarse[c, high, x] * first
                    + coarse[c, middle, x] * (f32(1.0) - first - last)
                    + coarse[c, low, x] * last
                )
            line[0] = line[1]
            line[columns + 1] = line[columns]
            for x in range(hdr.shape[2]):
                across = (f32(x) + f32(0.5)) / step
                left = min(i32(across), i32(columns - 1))
                beside = across - f32(left) - f32(0.5)
                before = f32(0.5) * (f32(0.5) - beside) * (f32(0.5) - beside)
                after = f32(0.5) * (f32(0.5) + beside) * (f32(0.5) + beside)
                hdr[c, y, x] = (
                    line[left] * before + line[left + 1] * (f32(1.0) - before - after) + line[left + 2] * after
                )
