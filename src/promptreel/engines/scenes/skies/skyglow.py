"""What is added to a sky on its coarse grid: the Milky Way, the rainbow, lit clouds around a lightning stroke.

All of these are smooth, lie behind the clouds (but for the bow and the stroke) and are added to `out` of
`skyview.paint`, for the rays of a view or of the panorama alike.
"""

import math

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import clamp, f32, i32, kernel, mix, sat, sstep, tile_fbm, vasin, vatan2, vexp

Floats = NDArray[np.float32]

# -- the Milky Way -----------------------------------------------------------------------------------------------------

BAND_LENGTH, BAND_WIDTH = 1024, 256
"""Texels along the galaxy's plane, and across it."""

BAND_REACH = math.radians(38)
"""How far from the plane the picture goes."""


def milky_way(seed: int) -> Floats:
    """The band as light, (3, BAND_WIDTH * BAND_LENGTH): about 1 in the bright clouds of the core."""
    side = BAND_LENGTH // 2
    clouds = np.tile(tile_fbm(side, seed + 41, base=8, octaves=6, gain=0.62)[:BAND_WIDTH], (1, 2))
    dust = np.tile(tile_fbm(side, seed + 42, base=5, octaves=6, gain=0.60, ridged=True)[:BAND_WIDTH], (1, 2))
    latitude = (np.linspace(-1, 1, BAND_WIDTH) * BAND_REACH)[:, None]
    longitude = (np.arange(BAND_LENGTH) / BAND_LENGTH * 2 * np.pi - np.pi)[None, :]
    core = np.exp(-((longitude / 0.60) ** 2))
    bend = 0.045 * np.sin(3 * longitude + 1) + 0.020 * np.sin(11 * longitude)
    across = latitude - bend
    width = 0.085 + 0.075 * core
    light = (
        np.exp(-(np.abs(across / width) ** 1.25)) * (0.34 + 0.66 * core) * (0.12 + 1.25 * np.clip(clouds, 0, 1) ** 1.5)
    )
    light += 0.05 * np.exp(-((latitude / 0.30) ** 2))
    # Dark clouds of dust lie along the middle, torn and forked.
    lane = np.exp(-(((across + 0.25 * width * (clouds - 0.5)) / (0.42 * width)) ** 2)) * np.clip(
        dust * 2.0 - 0.55, 0, 1
    )
    light *= 1 - 0.90 * np.clip(lane, 0, 1)
    light *= np.clip((BAND_REACH - np.abs(latitude)) / 0.2, 0, 1)
    warm = np.clip(core * 0.55 * np.exp(-((across / (0.8 * width)) ** 2)) + 0.5 * lane, 0, 1)
    planes = [light * ((1 - warm) * cold + warm * hot) for cold, hot in ((0.74, 1.10), (0.84, 0.90), (1.08, 0.76))]
    return np.ascontiguousarray(np.stack(planes).reshape(3, -1), np.float32)


def galaxy_axes(azimuth: float, elevation: float, tilt: float) -> Floats:
    """(9): where the core stands, the direction along the band there, which is tilted up by `tilt`, and its pole."""
    core = np.array(
        [math.sin(azimuth) * math.cos(elevation), math.sin(elevation), math.cos(azimuth) * math.cos(elevation)]
    )
    right = np.array([math.cos(azimuth), 0.0, -math.sin(azimuth)])
    up = np.cross(core, right)
    along = math.cos(tilt) * right + math.sin(tilt) * up
    return np.concatenate([core, along, np.cross(core, along)]).astype(np.float32)


@kernel
def add_band(out, rays, band, axes, strength):
    """Add the Milky Way; it drowns in the air over the horizon."""
    for row in range(out.shape[1]):
        for x in range(out.shape[2]):
            dx, dy, dz = rays[0, row, x], rays[1, row, x], rays[2, row, x]
            core = dx * axes[0] + dy * axes[1] + dz * axes[2]
            along = dx * axes[3] + dy * axes[4] + dz * axes[5]
            pole = dx * axes[6] + dy * axes[7] + dz * axes[8]
            v = (vasin(clamp(pole, f32(-0.999), f32(0.999))) * f32(0.5 / BAND_REACH) + f32(0.5)) * f32(BAND_WIDTH - 1)
            v = clamp(v, f32(0.0), f32(BAND_WIDTH - 1.001))
            u = (vatan2(along, core) * f32(0.5 / np.pi) + f32(0.5)) * f32(BAND_LENGTH)
            u = clamp(u, f32(0.0), f32(BAND_LENGTH - 0.001))
            left, top = i32(u), i32(v)
            a, b = u - f32(left), v - f32(top)
            right = (left + i32(1)) & i32(BAND_LENGTH - 1)
            left = left & i32(BAND_LENGTH - 1)
            at, below = top * i32(BAND_LENGTH), (top + i32(1)) * i32(BAND_LENGTH)
            seen = strength * out[3, row, x] * sstep(f32(0.0), f32(0.15), dy)
            for c in range(3):
                high = mix(band[c, at + left], band[c, at + right], a)
                low = mix(band[c, below + left], band[c, below + right], a)
                out[c, row, x] += mix(high, low, b) * seen


# -- the rainbow -------------------------------------------------------------------------------------------------------

BOW_FROM, BOW_TO, BOW_STEPS = 30.0, 60.0, 512
"""Degrees from the point opposite the sun."""


def rainbow() -> Floats:
    """Light of the bows over the angle, (3, BOW_STEPS), at most about 1.

    Drops send red back under 42.4° and violet under 40.5°, and once more, turned over and fainter, under 50.4° and 53.5°;
    light fills the inside of the first bow, and the band between the two stays dark (Minnaert, "The nature of light and
    colour in the open air"). The half degree of the sun's disc blurs all of it.
    """
    angle = np.linspace(BOW_FROM, BOW_TO, BOW_STEPS)
    # Colour of the spectrum from red to violet, as a screen can show it.
    stops = np.linspace(0, 1, 7)
    spectrum = np.array(
        [[1.0, 0.10, 0.05], [1.0, 0.45, 0.05], [0.85, 0.85, 0.05], [0.15, 0.90, 0.15], [0.05, 0.65, 0.75],
         [0.12, 0.25, 1.0], [0.42, 0.10, 0.80]]
    )  # fmt: skip
    light = np.zeros((3, BOW_STEPS))
    for part in np.linspace(0, 1, 48):
        colour = np.array([np.interp(part, stops, spectrum[:, c]) for c in range(3)])
        first = np.exp(-(((angle - (42.5 - 2.1 * part)) / 0.33) ** 2))
        second = 0.30 * np.exp(-(((angle - (50.3 + 3.3 * part)) / 0.55) ** 2))
        light += colour[:, None] * (first + second) / 15
    light += 0.16 / (1 + np.exp((angle - 41.0) / 0.35)) * np.clip((angle - BOW_FROM) / 10, 0, 1)
    light += 0.05 / (1 + np.exp((52.0 - angle) / 0.6)) * np.clip((BOW_TO - angle) / 5, 0, 1)
    return np.ascontiguousarray(light, np.float32)


@kernel
def add_bow(out, rays, bow, sun, strength):
    """Add the bows around the point opposite `sun` (3). Rain is before the clouds, so they hide nothing of it."""
    for row in range(out.shape[1]):
        for x in range(out.shape[2]):
            cosine = -(rays[0, row, x] * sun[0] + rays[1, row, x] * sun[1] + rays[2, row, x] * sun[2])
            angle = f32(90.0) - vasin(clamp(cosine, f32(-0.999), f32(0.999))) * f32(180.0 / np.pi)
            at = (angle - f32(BOW_FROM)) * f32((BOW_STEPS - 1) / (BOW_TO - BOW_FROM))
            at = clamp(at, f32(0.0), f32(BOW_STEPS - 1.01))
            low = i32(at)
            part = at - f32(low)
            # No rain shaft is even: the bow is strong at its foot and pales toward the top.
            seen = strength * (f32(1.0) - f32(0.6) * sat(rays[1, row, x] * f32(2.4)))
            for c in range(3):
                out[c, row, x] += mix(bow[c, low], bow[c, low + i32(1)], part) * seen


# -- lightning ---------------------------------------------------------------------------------------------------------


@kernel
def add_flash(out, rays, around, narrow, colour, whole):
    """Light up the clouds around direction `around` (3) by `colour` (3), and all of them a little: a factor `whole`."""
    for row in range(out.shape[1]):
        for x in range(out.shape[2]):
            cosine = rays[0, row, x] * around[0] + rays[1, row, x] * around[1] + rays[2, row, x] * around[2]
            cloud = f32(1.0) - f32(0.75) * out[3, row, x]
            shine = (
                vexp((cosine - f32(1.0)) * narrow) + f32(0.35) * vexp((cosine - f32(1.0)) * narrow * f32(9.0))
            ) * cloud
            for c in range(3):
                out[c, row, x] = out[c, row, x] * (f32(1.0) + whole) + colour[c] * shine


# -- the aurora --------------------------------------------------------------------------------------------------------


@kernel
def add_aurora(out, rays, light, left, per_column, per_row, strength):
    """Add the panorama `light` (3, columns, rows) of `night.Night`; behind the camera it fades away."""
    columns, rows = light.shape[1], light.shape[2]
    for row in range(out.shape[1]):
        for x in range(out.shape[2]):
            up = rays[1, row, x]
            u = (vatan2(rays[0, row, x], rays[2, row, x]) - left) / per_column
            edge = sat(u * f32(0.03)) * sat((f32(columns) - u) * f32(0.03))
            u = clamp(u, f32(0.0), f32(columns) - f32(1.01))
            v = clamp(up * per_row, f32(0.0), f32(rows) - f32(1.01))
            i, j = i32(u), i32(v)
            a, b = u - f32(i), v - f32(j)
            # The thick air near the horizon swallows the foot of far curtains.
            seen = strength * sstep(f32(0.0), f32(0.12), up) * edge * out[3, row, x]
            for c in range(3):
                near = mix(light[c, i, j], light[c, i, j + 1], b)
                beside = mix(light[c, i + 1, j], light[c, i + 1, j + 1], b)
                out[c, row, x] += mix(near, beside, a) * seen
