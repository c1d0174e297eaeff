"""Clouds with a body: cumulus, cumulonimbus, and the sea of clouds that aeroplanes fly over.

A field of them is a map of how high the cloud stands over each place, baked once per clip, with the height below which
the sun is hidden there; so each step of a ray costs one look at the maps and two at a small block of lumpy noise, and no
look towards the sun. Lengths are km.
"""

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
    tex,
    tile_fbm,
    vexp,
    vexp2,
    vlog2,
)
from promptreel.engines.scenes.skies.sky import CLOUD_FAR, CLOUD_NEAR, HAZE, HEADING, SUN, layer_distance, phase

Floats = NDArray[np.float32]

MAP_LOG2 = 9
LUMPS = 32
"""Side of the block of noise."""

# Where things are in the vector `heap`.
BASE = 0  # height of the flat undersides
TOP = 1  # of the highest tops
SCALE = 2  # texels of the map per km
LUMP = 3  # sides of the block of noise per km
ROUGH = 4  # how far the noise moves the surface, as a share of TOP - BASE
THICK = 5  # extinction per km
SHARP = 6  # how suddenly a cloud begins
DRIFT = 7  # km, x and z
RISE = 9  # km, how far the lumps have risen
CAMERA = 10  # km, 3
BRIGHT = 13  # light from the sky on the tops, 3
DARK = 16  # light on the undersides, 3
FLOOR = 19  # 1 where nothing can be seen below
SHADE = 20  # how dark a shadow is
NEAREST = 23  # km from the camera within which there is none
ANVIL = 22  # 1 where towers spread under the ceiling of the weather
STRIDE = 21  # binary logarithm of the ratio of one step's distance to that of the one before
HEAP_LENGTH = 24

SCRATCH = 13
"""Rows of scratch that `march` wants."""


@dataclass(frozen=True, slots=True)
class Heaps:
    """The maps of one field of clouds: `tops` and `hidden`, shares of TOP - BASE; `lumps` 0…1.

    The second half of `tops` says how near the middle of an anvil is, 0…1.
    """

    tops: Floats
    hidden: Floats
    lumps: Floats
    steps: int


def worley(cells: int, rng: np.random.Generator) -> Floats:
    """A block of round lumps that repeats, (LUMPS, LUMPS, LUMPS): 1 in the middle of a lump, 0 between them."""
    points = rng.random((cells, cells, cells, 3)).astype(np.float32)
    place = (np.arange(LUMPS, dtype=np.float32) + 0.5) * cells / LUMPS
    own = place.astype(np.int64)
    nearest = np.full((LUMPS, LUMPS, LUMPS), 9.0, np.float32)
    for i in (-1, 0, 1):
        for j in (-1, 0, 1):
            for k in (-1, 0, 1):
                at = points[np.ix_((own + i) % cells, (own + j) % cells, (own + k) % cells)]
                dx = at[..., 0] + (own + i)[:, None, None] - place[:, None, None]
                dy = at[..., 1] + (own + j)[None, :, None] - place[None, :, None]
                dz = at[..., 2] + (own + k)[None, None, :] - place[None, None, :]
                np.minimum(nearest, dx * dx + dy * dy + dz * dz, out=nearest)
    return np.clip(1 - np.sqrt(nearest) / 0.9, 0, 1).astype(np.float32)


def make_lumps(rng: np.random.Generator) -> Floats:
    """Lumps upon lumps, spread over about 0…1."""
    block = 0.62 * worley(3, rng) + 0.38 * worley(7, rng)
    low, high = np.percentile(block, [1, 99])
    return np.ascontiguousarray(np.clip((block - low) / (high - low), 0, 1).ravel(), np.float32)


def hidden_below(tops: Floats, toward: tuple[float, float], climb: float) -> Floats:
    """The height below which the sun is hidden over each texel of `tops`: the highest of all that stands toward it.

    `toward` (x, z) is the horizontal direction to the sun, `climb` how much higher its ray is per texel.
    """
    hidden = tops.copy()
    reach = 1.0
    while reach < 90 and reach * climb < 1.2:
        x, z = round(toward[0] * reach), round(toward[1] * reach)
        np.maximum(hidden, np.roll(tops, (-z, -x), (0, 1)) - np.float32(reach * climb), out=hidden)
        reach += max(1.0, 0.12 * reach)
    return hidden


def spread(tops: Floats, ragged: Floats, reach: float) -> Floats:
    """Where the anvils of the highest of `tops` are: 1 in the middle, 0 outside, torn by the noise `ragged`.

    `reach` in texels, half of it up the wind and twice down."""
    towers = np.clip((tops - 0.70) / 0.2, 0, 1)
    wave = np.fft.fftfreq(len(tops))
    blur = np.exp(-2 * (np.pi * reach) ** 2 * ((1.6 * wave[None, :]) ** 2 + (0.8 * wave[:, None]) ** 2))
    wide = np.fft.ifft2(np.fft.fft2(towers) * blur).real
    wide = np.clip(np.roll(wide, round(0.8 * reach), 1) / max(float(np.quantile(wide, 0.995)), 1e-6), 0, 1)
    torn = np.roll(ragged, (len(tops) // 3, len(tops) // 5), (0, 1))
    return np.asarray(np.clip(wide * (0.35 + 1.1 * torn), 0, 1), np.float32)


def tallest(tops: Floats) -> tuple[float, float]:
    """The texel (x, z) in the middle of the highest tower."""
    side = 1 << MAP_LOG2
    wave = np.fft.fftfreq(side)
    blur = np.exp(-2 * (np.pi * 8) ** 2 * (wave[None, :] ** 2 + wave[:, None] ** 2))
    wide = np.fft.ifft2(np.fft.fft2(tops[: side * side].reshape(side, side)) * blur).real
    z, x = np.unravel_index(int(np.argmax(wide)), wide.shape)
    return float(x), float(z)


def make_heaps(
    seed: int,
    sun: Floats,
    *,
    cover: float,
    cells: int,
    depth: float,
    scale: float,
    steps: int,
    round_tops: float = 0.5,
    least: float = 0.0,
    vary: float = 0.58,
    anvil: float = 0.0,
) -> Heaps:
    """`cover`: the share of the ground under clouds; `cells`: about how many across the map; `depth`: km from the bases
    to the highest tops; `least`: the least height of all, as a share of it; `scale`: texels per km; `round_tops`: 1 for
    cones, less for domes; `vary`: how unequal the clouds are in height, 0…1; `anvil`: how far those of towers reach, km,
    or 0."""
    rng = np.random.default_rng([seed, 31])
    side = 1 << MAP_LOG2
    field = tile_fbm(side, seed + 71, base=cells, octaves=6, gain=0.48)
    size = tile_fbm(side, seed + 72, base=max(2, cells // 2), octaves=3, gain=0.5)
    edge = float(np.quantile(field, 1 - cover))
    over = np.clip((field - edge) / max(1.02 - edge, 0.05), 0, 1)
    tops = (least + (1 - least) * over**round_tops * (1 - vary + vary * size)).astype(np.float32)
    flat = max(float(np.hypot(sun[0], sun[2])), 1e-3)
    climb = max(float(sun[1]), 0.02) / flat / scale / depth
    hidden = hidden_below(tops, (float(sun[0]) / flat, float(sun[2]) / flat), climb)
    if anvil > 0:
        tops *= np.float32(0.97) / tops.max()
    plates = spread(tops, field, anvil * scale) if anvil > 0 else np.zeros_like(tops)
    return Heaps(
        np.concatenate([tops.ravel(), plates.ravel()]), np.ascontiguousarray(hidden.ravel()), make_lumps(rng), steps
    )


def heap_vector(
    ambient: Floats,
    *,
    base: float,
    top: float,
    scale: float,
    lump: float,
    rough: float,
    thick: float,
    sharp: float,
    stride: float,
    shade: float = 4.5,
) -> Floats:
    """The parameters of a field, see above; `ambient`: the light of the whole sky, (3)."""
    vector = np.zeros(HEAP_LENGTH, np.float32)
    vector[[BASE, TOP, SCALE, LUMP, ROUGH]] = base, top, scale, lump, rough
    vector[[THICK, SHARP, SHADE, STRIDE]] = thick, sharp, shade, stride
    vector[BRIGHT : BRIGHT + 3] = 1.25 * ambient
    vector[DARK : DARK + 3] = 0.60 * ambient
    return vector


@device
def lump(block, x, y, z):
    """Trilinear read of the repeating block of noise; its side is one unit."""
    x, y, z = x * f32(LUMPS), y * f32(LUMPS), z * f32(LUMPS)
    fx, fy, fz = flr(x), flr(y), flr(z)
    u, v, w = x - fx, y - fy, z - fz
    mask = i32(LUMPS - 1)
    x0, y0, z0 = i32(fx) & mask, i32(fy) & mask, i32(fz) & mask
    x1, y1, z1 = (x0 + i32(1)) & mask, (y0 + i32(1)) & mask, (z0 + i32(1)) & mask
    a, b = (x0 * i32(LUMPS) + y0) * i32(LUMPS), (x0 * i32(LUMPS) + y1) * i32(LUMPS)
    c, d = (x1 * i32(LUMPS) + y0) * i32(LUMPS), (x1 * i32(LUMPS) + y1) * i32(LUMPS)
    near = mix(mix(block[a + z0], block[a + z1], w), mix(block[b + z0], block[b + z1], w), v)
    far = mix(mix(block[c + z0], block[c + z1], w), mix(block[d + z0], block[d + z1], w), v)
    return mix(near, far, u)


@kernel
def march(out, rays, tops, hidden, lumps, sky, heap, steps, scratch):
    """Lay the clouds over `out` (4, rows, columns), see `skyview.paint`. `scratch` (SCRATCH, columns).

    All rays look at the same distances, each a few hundredths farther than the one before: so what the steps cut
    off are round sheets whose edges run on from row to row, and not combs. Between two looks the surface is
    taken to be straight: a step holds as much cloud as lies behind the point where it enters, and is lit as there.
    """
    columns = out.shape[2]
    base, top = heap[BASE] - heap[CAMERA + 1], heap[TOP] - heap[CAMERA + 1]
    deep = top - base
    above = top < f32(0.0)
    stride = heap[STRIDE]
    ratio = vexp2(stride)
    log2 = i32(MAP_LOG2)
    for row in range(out.shape[1]):
        reach = f32(-1.0)
        for x in range(columns):
            reach = max(reach, -rays[1, row, x] if above else rays[1, row, x])
        if reach < f32(0.0):
            continue
        for x in range(columns):
            dy = rays[1, row, x]
            down = max(-dy, f32(0.0012))
            up = max(dy, f32(0.002))
            start = -top / down if above else layer_distance(up, max(base, f32(0.001)))
            start = clamp(max(start, heap[NEAREST]), f32(0.02), f32(150.0))
            scratch[0, x] = vexp2(np.ceil(vlog2(start) / stride - f32(1.0)) * stride)
            scratch[1, x] = start
            scratch[2, x] = f32(1.0)
            scratch[3, x] = f32(0.0)
            scratch[4, x] = f32(0.0)
            scratch[5, x] = f32(0.0)
            scratch[6, x] = f32(0.0)
            scratch[7, x] = f32(-9.0)
            scratch[8, x] = f32(0.0)
            scratch[9, x] = f32(0.0)
            scratch[10, x] = start
            scratch[11, x] = f32(0.0)
            scratch[12, x] = f32(0.0)
        open_yet = f32(1.0)
        for _ in range(steps):
            if open_yet < f32(0.01):
                break
            for x in range(columns):
                dx, dy, dz = rays[0, row, x], rays[1, row, x], rays[2, row, x]
                here = scratch[0, x]
                at = max(here, scratch[1, x])
                length = at - scratch[10, x]
                bend = f32(0.0) if above else at * at * f32(0.5 / 6371.0)
                px = dx * at + heap[CAMERA] + heap[DRIFT]
                pz = dz * at + heap[CAMERA + 2] + heap[DRIFT + 1]
                height = dy * at + bend - base
                part = height / deep
                part_here = part
                mx, mz = px * heap[SCALE], pz * heap[SCALE]
                crown = tex(tops, log2, i32(0), mx, mz) * sat((at - heap[NEAREST]) * f32(0.4))
                shadow = tex(hidden, log2, i32(0), mx, mz)
                coarse = lump(lumps, px * heap[LUMP], (height - heap[RISE]) * heap[LUMP], pz * heap[LUMP])
                fine = heap[LUMP] * f32(3.3)
                grain = lump(lumps, pz * fine, (height - heap[RISE]) * fine, px * fine)
                # What is smaller than a step would only flicker.
                calm = f32(1.0) / (f32(1.0) + length * heap[LUMP] * f32(2.0))
                bumps = (coarse - f32(0.55)) * f32(0.72) + (grain - f32(0.55)) * f32(0.28) * calm
                rough = heap[ROUGH] * sat(crown * f32(3.2))
                inside = crown - part + bumps * rough
                plate = (
                    tex(tops, log2, i32(1 << (2 * MAP_LOG2)), mx, mz)
                    * heap[ANVIL]
                    * sat((at - heap[NEAREST]) * f32(0.4))
                )
                plate = (plate - f32(0.16) - abs(part - f32(0.87)) * f32(5.0)) * f32(0.22) + bumps * heap[ROUGH] * f32(
                    0.2
                )
                crown = f32(0.95) if plate > inside else crown
                inside = max(inside, plate)
                inside = inside * sat(part * f32(12.0) + f32(0.5)) * sat(crown * f32(30.0))
                crown_here = crown
                before = scratch[7, x]
                rise_of = inside - before
                entry = sat(-before / (rise_of if abs(rise_of) > f32(1e-5) else f32(1e-5)))
                entry = entry if before < f32(0.0) else f32(0.0)
                covered = f32(1.0) - entry if inside > f32(0.0) else f32(0.0)
                leaves = sat(before / max(before - inside, f32(1e-5)))
                covered = leaves if (inside <= f32(0.0)) & (before > f32(0.0)) else covered
                covered = f32(0.0) if before < f32(-8.0) else covered
                dense = sat(max(inside, before) * heap[SHARP] + f32(0.02))
                share = f32(1.0) - vexp(-dense * heap[THICK] * length * covered)
                part = mix(scratch[8, x], part, entry)
                crown = mix(scratch[9, x], crown, entry)
                scratch[7, x] = inside
                scratch[8, x] = part_here
                scratch[9, x] = crown_here
                scratch[10, x] = at
                # Deep inside the light is that of where the step began; at a rim, that of where it enters.
                deep_in = sat(before * f32(5.0))
                surface = mix(shadow + bumps * rough, scratch[11, x], deep_in)
                crease = mix(coarse, scratch[12, x], deep_in)
                scratch[11, x] = shadow + bumps * rough
                scratch[12, x] = coarse
                cosine = dx * sky[SUN] + dy * sky[SUN + 1] + dz * sky[SUN + 2]
                # Lit: how little cloud stands between here and the sun. A crease between lumps is darker.
                buried = max(surface - part, f32(0.0))
                lit = vexp(-buried * heap[SHADE]) * (f32(0.72) + f32(0.5) * crease)
                thin = f32(1.0) - sat(inside * f32(5.0))
                silver = phase(cosine, f32(0.78)) * f32(2.2) * thin + f32(0.20) + f32(0.05) * cosine
                toward = sat(f32(0.45) + f32(0.55) * (dx * sky[HEADING] + dz * sky[HEADING + 1]))
                lit = lit * silver
                rise = sat(part / max(crown, f32(0.08)))
                rise = rise * (f32(0.65) + f32(0.35) * crease)
                air = vexp(-at * sky[HAZE] * f32(1.6))
                weight = scratch[2, x] * share
                seen = weight * air
                scratch[3, x] += seen * (
                    mix(sky[CLOUD_NEAR], sky[CLOUD_FAR], toward) * lit + mix(heap[DARK], heap[BRIGHT], rise)
                )
                scratch[4, x] += seen * (
                    mix(sky[CLOUD_NEAR + 1], sky[CLOUD_FAR + 1], toward) * lit
                    + mix(heap[DARK + 1], heap[BRIGHT + 1], rise)
                )
                scratch[5, x] += seen * (
                    mix(sky[CLOUD_NEAR + 2], sky[CLOUD_FAR + 2], toward) * lit
                    + mix(heap[DARK + 2], heap[BRIGHT + 2], rise)
                )
                scratch[6, x] += weight - seen
                scratch[2, x] *= f32(1.0) - share
                scratch[0, x] = here * ratio
            open_yet = f32(0.0)
            for x in range(columns):
                open_yet = max(open_yet, scratch[2, x])
        for x in range(columns):
            dy = rays[1, row, x]
            wanted = sat(-dy * f32(300.0)) if above else sat((dy - f32(0.002)) * f32(60.0))
            left = scratch[2, x]
            # Nothing is seen through a closed sea of clouds but its own shade.
            floor = left * heap[FLOOR] * wanted
            air = vexp(-scratch[0, x] * sky[HAZE]) * floor
            kept = mix(f32(1.0), left - floor + scratch[6, x] + (floor - air), wanted)
            out[0, row, x] = out[0, row, x] * kept + scratch[3, x] * wanted + heap[DARK] * air
            out[1, row, x] = out[1, row, x] * kept + scratch[4, x] * wanted + heap[DARK + 1] * air
            out[2, row, x] = out[2, row, x] * kept + scratch[5, x] * wanted + heap[DARK + 2] * air
            out[3, row, x] *= mix(f32(1.0), left * (f32(1.0) - heap[FLOOR]), wanted)
