"""The sky by day: scattered sunlight in a table, two layers of clouds, the sun, and how a panorama of it is read.

Directions have y up. The table and the panorama are turned to the sun: azimuth 0 is where it stands.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import (
    clamp,
    device,
    f32,
    flr,
    i32,
    kernel,
    mix,
    sat,
    sstep,
    tex,
    texs,
    tile_fbm,
    vasin,
    vatan2,
    vexp,
)
from promptreel.engines.scenes.skies.air import (
    SUN_LIGHT,
    TABLE_AZIMUTHS,
    TABLE_ELEVATIONS,
    Transmittance,
    scatter,
)

Floats = NDArray[np.float32]

_GRID = np.linspace(-1, 1, TABLE_ELEVATIONS)
ELEVATIONS: Floats = (np.sign(_GRID) * _GRID * _GRID * np.pi / 2).astype(np.float32)
"""Of the rows of the table, in radians."""


def twilight(sun_elevation: float) -> Floats:
    """The sky after the sun has set, like `scatter`, which with its single bounce of light knows little of it.

    Around the place of the sun an orange arch under rose and blue; opposite, the blue shadow of the earth under its
    pink belt. The colours are picked from photographs for 3° below the horizon.
    """
    heights = np.radians([0.0, 3.0, 8.0, 16.0, 34.0, 90.0])
    toward = np.array(
        [[0.95, 0.40, 0.13], [0.78, 0.36, 0.17], [0.42, 0.25, 0.21], [0.17, 0.16, 0.22], [0.065, 0.085, 0.165],
         [0.030, 0.047, 0.108]]
    )  # fmt: skip
    away = np.array(
        [[0.075, 0.085, 0.135], [0.088, 0.090, 0.140], [0.145, 0.115, 0.160], [0.110, 0.108, 0.165],
         [0.052, 0.070, 0.138], [0.030, 0.047, 0.108]]
    )  # fmt: skip
    up = np.abs(ELEVATIONS)
    azimuth = np.linspace(0, np.pi, TABLE_AZIMUTHS)
    share = ((1 + np.cos(azimuth)) / 2) ** 1.7
    planes = []
    for c in range(3):
        near = np.interp(up, heights, toward[:, c])[:, None]
        far = np.interp(up, heights, away[:, c])[:, None]
        planes.append(far + (near - far) * share)
    return np.asarray(np.stack(planes) * np.exp(0.45 * (np.degrees(sun_elevation) + 3)), np.float32)


def closed_sky(table: Floats, sunlight: Floats) -> Floats:
    """The mean radiance (3) of the clouds of a closed sky: a third of the light above them, nearly without colour."""
    weights = np.maximum(np.sin(ELEVATIONS), 0) * np.cos(ELEVATIONS) * np.gradient(ELEVATIONS)
    sky = (table.mean(axis=2) * weights).sum(axis=1) / weights.sum()
    light = 0.34 * (sky + sunlight / np.pi)
    grey = float(light @ np.array([0.2126, 0.7152, 0.0722]))
    # Not quite: under the lowest sun it glows.
    share = 0.22 + 0.30 * math.exp(-((float(light[0] / max(light[2], 1e-9)) - 4) ** 2) / 6)
    return np.asarray(share * light + (1 - share) * grey * np.array([0.97, 1.0, 1.06]), np.float32)


def overcast(sun_elevation: float) -> Floats:
    """Relative radiance of a closed sky, in the table's layout: brighter overhead and somewhat toward the sun."""
    up = np.sin(np.maximum(ELEVATIONS, 0))[:, None]
    azimuth = np.linspace(0, np.pi, TABLE_AZIMUTHS)[None, :]
    cosine = up * np.sin(sun_elevation) + np.sqrt(1 - up * up) * np.cos(sun_elevation) * np.cos(azimuth)
    return np.asarray(0.80 + 0.35 * up + 0.30 * np.maximum(cosine, 0) ** 6, np.float32)


# -- parameters of the kernels: where things are in the vector `sky` ---------------------------------------------------

SUN = 0  # direction, 3
HEADING = 3  # horizontal direction to the sun: x, z
DISC = 5  # light of the sun at the sea, 3
CLOUD_FAR = 8  # light on clouds that stand towards the sun, 3
CLOUD_NEAR = 11  # light on clouds overhead and away from the sun, 3
AMBIENT = 14  # light from the whole sky, 3
COVER = 17  # how much of the sky the clouds take, 0…1
CIRRUS = 18  # the same for the high veil
CLOUD_HEIGHT = 19  # km
DENSITY = 20
DRIFT = 21  # how far the clouds have gone: x, z in km
PLACE = 23  # where in the endless cloud pattern the clip begins: x, z in km
TURN = 25  # cosine, sine of the angle by which the pattern is turned
HAZE = 27  # per km: how fast clouds fade into the sky behind
DISC_SIZE = 28  # 1 / (1 - cosine of the disc's radius)
EVOLVE = 29  # how far the clouds have changed their forms; 1 is another sky
SOFT = 30  # 0 for heaps with edges … 1 for sheets whose edges are wide
HALO = 31  # factor on the glow of haze around the sun
SKY_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Sky:
    """The tables of one clip's sky: three flat scattering tables, cloud noise and the parameter vector."""

    red: Floats
    green: Floats
    blue: Floats
    noise: Floats
    noise_log2: np.int32
    sky: Floats

    def at(self, drift_km: tuple[float, float], evolve: float = 0.0) -> Floats:
        """The parameters with the clouds moved and changed."""
        vector = self.sky.copy()
        vector[DRIFT : DRIFT + 2] = drift_km
        vector[EVOLVE] = evolve
        return vector


NOISE_LOG2 = 9

SUN_RADIUS = 0.0095
"""Of the drawn disc of the sun, in radians: twice the real one, as a long lens or a memory shows it."""


def make_sky(
    *,
    sun_elevation: float,
    sun_azimuth: float,
    haze: float,
    cover: float,
    cirrus: float,
    density: float,
    cloud_height: float,
    tint: Floats,
    seed: int,
    grey: float = 0.0,
    gloom: float = 1.0,
    base: Floats | None = None,
    soft: float = 0.0,
    gaps: float = 0.0,
    scattered: float = 1.0,
) -> Sky:
    """Angles in radians; `tint` multiplies red, green and blue of all the sky's light; heights in km.

    `grey` (0…1) is how closed a grey sky is, `gloom` how bright it and its clouds are; `base` (2, 3) the zenith and the
    horizon of a night without moon, which is added; `soft` as `SOFT`; `gaps` how much darker than the grey between them
    clouds are; `scattered` a factor on the light of the clear air alone.
    """
    random = np.random.default_rng([seed, 11])
    transmittance = Transmittance(haze)
    table = scatter(sun_elevation, haze, transmittance)
    if sun_elevation < 0:
        table = 0.2 * table + 0.8 * twilight(sun_elevation)
    table *= tint[:, None, None] * np.float32(scattered)
    if base is not None:
        low = np.exp(-np.abs(ELEVATIONS) * 4.2).astype(np.float32)
        table += (base[0][:, None] + (base[1] - base[0])[:, None] * low)[:, :, None]

    def sunlight(height: float, elevation: float) -> Floats:
        return np.asarray(transmittance(height, elevation) * SUN_LIGHT * tint, np.float32)

    vector = np.zeros(SKY_LENGTH, np.float32)
    heading = np.sin(sun_azimuth), np.cos(sun_azimuth)
    vector[SUN : SUN + 3] = (
        heading[0] * np.cos(sun_elevation),
        np.sin(sun_elevation),
        heading[1] * np.cos(sun_elevation),
    )
    vector[HEADING : HEADING + 2] = heading
    vector[DISC : DISC + 3] = sunlight(400.0, max(sun_elevation, np.radians(0.6)))
    vector[CLOUD_FAR : CLOUD_FAR + 3] = sunlight(3200.0, sun_elevation + np.radians(1.0))
    near, far = sunlight(2600.0, sun_elevation - np.radians(0.7)), sunlight(2600.0, sun_elevation)
    # Redder, but hardly darker: the eye adapts, and so does a photographer.
    vector[CLOUD_NEAR : CLOUD_NEAR + 3] = near * (far.sum() / max(near.sum(), 1e-3)) ** 0.7
    zenith = table[:, int(TABLE_ELEVATIONS * 0.85), 40]
    horizon = table[:, TABLE_ELEVATIONS // 2 + 2, 40]
    vector[AMBIENT : AMBIENT + 3] = 0.55 * zenith + 0.25 * horizon
    if grey > 0:
        level = gloom * closed_sky(table, vector[DISC : DISC + 3] * max(np.sin(sun_elevation), 0.02))
        table = table * (1 - grey) + grey * level[:, None, None] * overcast(sun_elevation)
        vector[CLOUD_FAR : CLOUD_FAR + 3] *= 1 - grey
        vector[CLOUD_NEAR : CLOUD_NEAR + 3] *= 1 - grey
        vector[AMBIENT : AMBIENT + 3] += grey * ((1 - gaps) * level - vector[AMBIENT : AMBIENT + 3])
    vector[SOFT] = soft
    vector[COVER], vector[CIRRUS] = cover, cirrus
    vector[CLOUD_HEIGHT], vector[DENSITY] = cloud_height, density
    vector[PLACE : PLACE + 2] = random.uniform(0, 40, 2)
    turn = random.uniform(-0.5, 0.5)
    vector[TURN : TURN + 2] = np.cos(turn), np.sin(turn)
    vector[HAZE] = 0.010 + 0.004 * haze
    vector[DISC_SIZE] = 1 / (1 - np.cos(SUN_RADIUS))
    vector[HALO] = 1.0
    noise = tile_fbm(1 << NOISE_LOG2, seed + 5, base=4, octaves=7, gain=0.55).ravel()
    red, green, blue = (np.ascontiguousarray(plane.ravel()) for plane in table)
    return Sky(red, green, blue, noise, np.int32(NOISE_LOG2), vector)


# -- reading the table -------------------------------------------------------------------------------------------------


@device
def table_place(dx, dy, dz, head_x, head_z):
    """Column and row of the scattering table for a direction."""
    elevation = vasin(clamp(dy, f32(-0.9999), f32(0.9999))) * f32(2.0 / np.pi)
    root = np.sqrt(abs(elevation))
    root = -root if elevation < f32(0.0) else root
    row = (root * f32(0.5) + f32(0.5)) * f32(TABLE_ELEVATIONS - 1)
    azimuth = vatan2(abs(dx * head_z - dz * head_x), dx * head_x + dz * head_z)
    return azimuth * f32((TABLE_AZIMUTHS - 1) / np.pi), row


@device
def table_read(table, column, row):
    """Bilinear read of one colour of the scattering table."""
    column = clamp(column, f32(0.0), f32(TABLE_AZIMUTHS - 1.001))
    row = clamp(row, f32(0.0), f32(TABLE_ELEVATIONS - 1.001))
    left = i32(column)
    top = i32(row)
    u = column - f32(left)
    v = row - f32(top)
    at = top * i32(TABLE_AZIMUTHS) + left
    above = mix(table[at], table[at + i32(1)], u)
    below = mix(table[at + i32(TABLE_AZIMUTHS)], table[at + i32(TABLE_AZIMUTHS + 1)], u)
    return mix(above, below, v)


# -- clouds ------------------------------------------------------------------------------------------------------------


@device
def phase(cosine, g):
    """Henyey and Greenstein's phase function: how much light is thrown on at that angle."""
    d = f32(1.0) + g * g - f32(2.0) * g * cosine
    return (f32(1.0) - g * g) / (f32(4.0 * np.pi) * d * np.sqrt(d))


@device
def layer_distance(dy, height):
    """How far along a ray a layer at `height` km is, over a round earth, in km."""
    radius = f32(6371.0)
    return np.sqrt(dy * dy * radius * radius + f32(2.0) * radius * height) - dy * radius


@device
def cloud_shape(noise, log2, x, z, evolve):
    """The large and middle forms of the clouds at `x`, `z` km, about 0…1: fractal noise, bent by itself."""
    warp = texs(noise, log2, x * f32(4.3) + evolve, z * f32(5.1) - evolve)
    large = texs(noise, log2, x * f32(11.0) + warp * f32(26.0), z * f32(19.0) + warp * f32(15.0))
    middle = tex(noise, log2, i32(0), x * f32(47.0) - warp * f32(19.0), z * f32(71.0) + warp * f32(12.0))
    return large * f32(0.76) + middle * f32(0.24)


@device
def cloud_edge(noise, log2, x, z):
    """The fine grain of the clouds, about -0.5…0.5."""
    return tex(noise, log2, i32(0), x * f32(173.0), z * f32(229.0)) - f32(0.5)


@device
def sky_light(red, green, blue, noise, log2, sky, dx, dy, dz):
    """The light from direction (dx, dy, dz): clear sky, cirrus and clouds; last, the share that clouds let through."""
    column, row = table_place(dx, dy, dz, sky[HEADING], sky[HEADING + 1])
    r = table_read(red, column, row)
    g = table_read(green, column, row)
    b = table_read(blue, column, row)
    cosine = dx * sky[SUN] + dy * sky[SUN + 1] + dz * sky[SUN + 2]
    dy = max(dy, f32(0.003))
    toward_sun = dx * sky[HEADING] + dz * sky[HEADING + 1]

    # Clouds away from the sun are lit through more air, so their light is redder.
    side = sat(f32(0.42) + f32(0.58) * toward_sun - f32(0.55) * dy)
    light_r = mix(sky[CLOUD_NEAR], sky[CLOUD_FAR], side)
    light_g = mix(sky[CLOUD_NEAR + 1], sky[CLOUD_FAR + 1], side)
    light_b = mix(sky[CLOUD_NEAR + 2], sky[CLOUD_FAR + 2], side)

    # Cirrus: thin, high, drawn out by the wind.
    distance = layer_distance(dy, f32(8.5))
    x = dx * distance + sky[PLACE] + sky[DRIFT] * f32(1.6)
    z = dz * distance + sky[PLACE + 1] + sky[DRIFT + 1] * f32(1.6)
    bend = texs(noise, log2, x * f32(1.3), z * f32(1.1)) * f32(14.0)
    veil = texs(noise, log2, x * f32(2.1) + z * f32(1.0) + bend, z * f32(6.7) - x * f32(1.9)) * f32(0.62)
    veil += tex(noise, log2, i32(0), x * f32(8.3) + z * f32(3.1) + bend, z * f32(24.0) - x * f32(8.0)) * f32(0.26)
    veil += tex(noise, log2, i32(0), x * f32(21.0), z * f32(83.0) - x * f32(31.0) + bend) * f32(0.12)
    veil = sstep(f32(0.45), f32(0.95), veil) * sky[CIRRUS] * vexp(-distance * f32(0.010))
    glow = (phase(cosine, f32(0.72)) * f32(0.85) + f32(0.05)) * f32(1.4)
    r = mix(r, r * f32(0.6) + light_r * glow, veil)
    g = mix(g, g * f32(0.6) + light_g * glow, veil)
    b = mix(b, b * f32(0.6) + light_b * glow, veil)

    # The main deck. Three looks towards the sun tell how much cloud its light has come through.
    distance = layer_distance(dy, sky[CLOUD_HEIGHT])
    x0 = dx * distance + sky[PLACE] + sky[DRIFT]
    z0 = dz * distance + sky[PLACE + 1] + sky[DRIFT + 1]
    x = x0 * sky[TURN] - z0 * sky[TURN + 1]
    z = x0 * sky[TURN + 1] + z0 * sky[TURN]
    step_x = (sky[HEADING] * sky[TURN] - sky[HEADING + 1] * sky[TURN + 1]) * f32(0.20)
    step_z = (sky[HEADING] * sky[TURN + 1] + sky[HEADING + 1] * sky[TURN]) * f32(0.20)
    evolve = sky[EVOLVE] * f32(24.0)
    threshold = f32(1.0) - sky[COVER]
    # Fine grain is smaller than a pixel far away, where it would only flicker.
    grain = f32(0.17) * vexp(-distance * f32(0.035))
    raw = cloud_shape(noise, log2, x, z, evolve)
    thick = max(raw + cloud_edge(noise, log2, x, z) * grain - threshold, f32(0.0))
    before = max(cloud_shape(noise, log2, x + step_x, z + step_z, evolve) - threshold, f32(0.0))
    before += max(
        cloud_shape(noise, log2, x + step_x * f32(2.6), z + step_z * f32(2.6), evolve) - threshold, f32(0.0)
    ) * f32(1.5)
    before += max(
        cloud_shape(noise, log2, x + step_x * f32(6.0), z + step_z * f32(6.0), evolve) - threshold, f32(0.0)
    ) * f32(1.9)
    density = sky[DENSITY]
    body = thick * thick * density * f32(38.0) * (f32(1.0) - f32(0.85) * sky[SOFT])
    alpha = f32(1.0) - vexp(-body - thick * density * f32(3.0))
    through = vexp(-before * density * f32(1.15))
    spread = vexp(-before * density * f32(0.32))
    forward = phase(cosine, f32(0.80)) + phase(cosine, f32(0.35)) * f32(0.55)
    forward = forward / (f32(1.0) + forward * f32(0.30))
    # A thin edge scatters less often than the body: the "powder" look of real clouds.
    powder = f32(1.0) - vexp(-thick * density * f32(16.0)) * f32(0.55)
    lit = (through * forward * f32(1.25) + spread * f32(0.040)) * powder
    shade = f32(0.58) + f32(0.42) * vexp(-thick * density * f32(4.0))
    air = vexp(-distance * sky[HAZE])
    alpha = alpha * sstep(f32(0.004), f32(0.05), dy)
    r = mix(r, mix(r, light_r * lit + sky[AMBIENT] * shade, air), alpha)
    g = mix(g, mix(g, light_g * lit + sky[AMBIENT + 1] * shade, air), alpha)
    b = mix(b, mix(b, light_b * lit + sky[AMBIENT + 2] * shade, air), alpha)

    return r, g, b, f32(1.0) - alpha


@device
def sun_shine(sky, dx, dy, dz, clear, disc):
    """How much of `sky[DISC]` comes from there: the halo of the sun and, as far as `disc` (0…1) says, the sun itself."""
    cosine = dx * sky[SUN] + dy * sky[SUN + 1] + dz * sky[SUN + 2]
    off = (f32(1.0) - cosine) * sky[DISC_SIZE]
    inside = sat((f32(1.0) - off) * f32(9.0)) * disc
    limb = f32(0.6) + f32(0.4) * np.sqrt(sat(f32(1.0) - off))
    halo = (vexp(-off * f32(0.010)) * f32(0.10) + vexp(-off * f32(0.09)) * f32(0.13)) * sky[HALO]
    return inside * limb * f32(12.0) * clear * clear + halo * (f32(0.4) + f32(0.6) * clear)


# -- the panorama, by which water mirrors the sky ----------------------------------------------------------------------

PANORAMA_AZIMUTHS = 256
PANORAMA_ELEVATIONS = 64


def blur_weights(angle: float) -> Floats:
    """How much each row of the panorama (second index) adds to each row (first) of one blurred by `angle` radians.

    Across the horizon the sky goes on mirrored: a slope that would mirror the sea mirrors another wave that mirrors it.
    """
    root = (np.arange(PANORAMA_ELEVATIONS) + 0.5) / PANORAMA_ELEVATIONS
    elevation = root * root * np.pi / 2
    near = np.exp(-0.5 * ((elevation[:, None] - elevation[None, :]) / angle) ** 2)
    over = np.exp(-0.5 * ((elevation[:, None] + elevation[None, :]) / angle) ** 2)
    weights = (near + over) * root[None, :]  # rows are finer near the horizon
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


@kernel
def blur_panorama(panorama, weights, out):
    """The panorama blurred along its columns, as water mirrors it whose slopes are smaller than what we see."""
    for c in range(3):
        for row in range(PANORAMA_ELEVATIONS):
            start = row * PANORAMA_AZIMUTHS
            for column in range(PANORAMA_AZIMUTHS):
                out[c, start + column] = f32(0.0)
            for other in range(PANORAMA_ELEVATIONS):
                weight = weights[row, other]
                from_row = other * PANORAMA_AZIMUTHS
                for column in range(PANORAMA_AZIMUTHS):
                    out[c, start + column] += panorama[c, from_row + column] * weight


@device
def panorama_place(dx, dy, dz, head_x, head_z):
    """Column and row of the panorama for a direction; below the horizon counts as the horizon."""
    elevation = vasin(min(max(dy, f32(0.0)), f32(0.9999))) * f32(2.0 / np.pi)
    azimuth = vatan2(dx * head_z - dz * head_x, dx * head_x + dz * head_z)
    column = (azimuth + f32(np.pi)) * f32(PANORAMA_AZIMUTHS / (2 * np.pi))
    row = np.sqrt(elevation) * f32(PANORAMA_ELEVATIONS) - f32(0.5)
    return column, clamp(row, f32(0.0), f32(PANORAMA_ELEVATIONS - 1.001))


@device
def panorama_read(panorama, column, row):
    """Bilinear read of one colour of the panorama."""
    low = flr(column)
    u = column - low
    top = i32(row)
    v = row - f32(top)
    left = i32(low) & i32(PANORAMA_AZIMUTHS - 1)
    right = (i32(low) + i32(1)) & i32(PANORAMA_AZIMUTHS - 1)
    at = top * i32(PANORAMA_AZIMUTHS)
    below = at + i32(PANORAMA_AZIMUTHS)
    return mix(
        mix(panorama[at + left], panorama[at + right], u), mix(panorama[below + left], panorama[below + right], u), v
    )
