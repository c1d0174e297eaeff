"""Water seen from above, of every kind: waves, what they mirror, what lies under them, foam, rain.

One kernel draws all of it, by what is in its arrays: open sea with high waves, a lake that mirrors its shore, a river
that flows, surf on a beach. Under it the ground has drawn the bed; the way that light goes through the water to it gives
shallow water its colour and a soft edge.

Waves come from `ocean.Surface` on two scales. Slopes smaller than a pixel are not lost: their variance widens the
glitter (Cox and Munk, 1954) and blurs the mirror.
"""

import numpy as np

from promptreel.engines.scenes.kernels import (
    as_float,
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
    vexp,
    vlog2,
)
from promptreel.engines.scenes.skies.sky import panorama_place, panorama_read
from promptreel.engines.scenes.stage import ABOVE, FOG, SUN, SUNLIGHT, view_ray
from promptreel.engines.scenes.waters.wet import rain_ring

# Where things are in the vector `water`.
AMPLITUDE = 0  # no wave is higher, m
SCALE_LONG = 1  # texels per metre of the long waves
SCALE_SHORT = 2
DEEP = 3  # reflectance of deep water, 3
CREST = 6  # colour of light through a crest, 3
FOAM = 9  # folding below which there is foam
RIPPLE = 10  # strength of the finest waves
GLITTER = 11  # strength of the sun's mirror, 1 is physical
MIRROR = 12  # share of the mirror picture, 0 where there is none
ABSORB = 13  # per metre, 3
TIME = 16  # s
FLOWING = 17  # 1 where the chart's current moves ripples and foam
RAIN = 18  # strength of the rings
CENTRE = 19  # of the chart, x and z
SPREAD = 21  # of the chart, m
HALF = 22  # of the chart, texels
HEADING = 23  # toward the sun, x and z, unit: how the panorama is turned
LONG = 25  # heights of the two scales as shares of their textures': a lake's are low
SHORT = 26
ROUGH = 27  # variance of slope that no texture holds
LACE = 28  # how much foam lies where water is thin
PATCHES = 29  # how much wind makes patches of rough and smooth water
WATER_LENGTH = 32

# Layers of a chart (`shore.Chart`).
BED, BED_SX, BED_SZ, ROCK, GRASS, SHADE, FLOW_X, FLOW_Z, SPRAY, SURF = range(10)

SURF_HEIGHT, SURF_SX, SURF_SZ, SURF_FOAM = range(4)
"""Layers of the moving surf, in the chart's layout."""

GLITTER_SUN = 0.085
"""For glitter the sun stands at least so high (sine): lower, its path would be a thread instead of a road."""

FLATTEST = -0.0006
"""No ray goes down less than this: beyond some kilometres the sea is all one."""

STEPS, SECANTS = 6, 2


# -- charts: maps that are fine in the middle of the stage and coarse far out ----------------------------------------


@device
def chart_place(water, x, z):
    """Where a chart holds the point `x`, `z` (m), in texels: u = half * (1 + d / (spread + |d|))."""
    dx = x - water[CENTRE]
    dz = z - water[CENTRE + 1]
    return (
        water[HALF] * (f32(1.0) + dx / (water[SPREAD] + abs(dx))),
        water[HALF] * (f32(1.0) + dz / (water[SPREAD] + abs(dz))),
    )


# -- reading waves -----------------------------------------------------------------------------------------------------


@device
def level_read(texture, log2, offsets, level, x, y):
    """Bilinear read of mip `level` at `x`, `y` in texels of level 0."""
    scale = as_float(i32((i32(127) - level) << i32(23)))  # 2 to the power of -level
    middle = f32(0.5) * (f32(1.0) - scale)
    return tex(texture, log2 - level, offsets[level], x * scale - middle, y * scale - middle)


@device
def between_levels(texture, log2, offsets, level, part, x, y):
    """Trilinear read: `part` of the way from mip `level` to the next."""
    fine = level_read(texture, log2, offsets, level, x, y)
    return mix(fine, level_read(texture, log2, offsets, level + i32(1), x, y), part)


@device
def water_height(
    long, long_log2, long_offsets, level0, rise0, short, short_log2, short_offsets, level1, rise1, surf, surf_log2,
    water, x, z,
):  # fmt: skip
    """Height of the surface; `rise0` and `rise1` flatten the two scales."""
    low = level_read(long, long_log2, long_offsets, level0, x * water[SCALE_LONG], z * water[SCALE_LONG])
    high = level_read(short, short_log2, short_offsets, level1, x * water[SCALE_SHORT], z * water[SCALE_SHORT])
    u, v = chart_place(water, x, z)
    return low * rise0 + high * rise1 + tex(surf[SURF_HEIGHT], surf_log2, i32(0), u, v)


@device
def picture_read(plane, x, y):
    """Bilinear read of a picture at `x`, `y` in pixels, held inside it."""
    x = clamp(x, f32(0.0), f32(plane.shape[1]) - f32(1.01))
    y = clamp(y, f32(0.0), f32(plane.shape[0]) - f32(1.01))
    i, j = i32(x), i32(y)
    u, v = x - f32(i), y - f32(j)
    above = mix(plane[j, i], plane[j, i + i32(1)], u)
    below = mix(plane[j + i32(1), i], plane[j + i32(1), i + i32(1)], u)
    return mix(above, below, v)


# -- the picture -------------------------------------------------------------------------------------------------------


@kernel
def draw_water(
    hdr, near, mirror, mirror_near, panorama, soft, long, long_offsets, long_lost, long_log2, long_levels,
    short, short_offsets, short_lost, short_log2, short_levels, chart, chart_log2, surf, surf_log2, noise, noise_log2,
    light, water, camera, scale, ray_x, ray_y, ray_z, reach, low, low_gap, high, high_gap, found, slope_x, slope_z,
    foaming,
):  # fmt: skip
    """Draw water over `hdr` (3, H, W) and `near` (H, W), which hold what lies under and behind it.

    `mirror` (3, h, w), `mirror_near` (h, w): the world upside down. `panorama`: the sky; `soft`: as rough water shows
    it. `long`, `short` (4, …): height, slopes, folding with mip levels. The last twelve are rows of scratch (W).
    """
    height, width = hdr.shape[1], hdr.shape[2]
    eye = camera[1]
    # The variance of slopes may grow, but a wave seen edge on hides what is behind it.
    pixel = f32(1.0) / scale
    # Breakers are short and steep.
    secants = i32(3) if surf_log2 > 0 else i32(SECANTS)
    steps = i32(14) if surf_log2 > 0 else i32(STEPS)
    to_mirror_x = f32(mirror.shape[2]) / f32(width)
    to_mirror_y = f32(mirror.shape[1]) / f32(height)
    for y in range(height):
        # The level of detail is one for the row: what a pixel covers of flat water along the middle ray, in m. A pixel
        # is longer away from us than it is wide; taking more of its length than of its width keeps far water quiet.
        mx, my, mz = view_ray(camera, scale, width, height, f32(width) * f32(0.5), y)
        down = my / np.sqrt(mx * mx + my * my + mz * mz)
        if my > pixel:
            continue
        down = min(down, f32(-0.0007))
        cover = pixel * (eye / -down) * np.sqrt(f32(1.0) / max(-down, f32(0.002)))
        cover = cover * f32(1.35) * np.sqrt(np.sqrt(np.sqrt(f32(1.0) / max(-down, f32(0.002)))))
        want_long = max(vlog2(cover * water[SCALE_LONG]), f32(0.0))
        want_short = max(vlog2(cover * water[SCALE_SHORT]), f32(0.0))
        # Far away a step of the march leaps over whole waves and finds crests by chance, so the sea is made flat there.
        # Its slopes still shade it.
        rise = sat(f32(1.6) - water[AMPLITUDE] / -down * f32(2.0 / 7.0 / 8.5))
        rise1 = rise * rise * sat(f32(1.6) - want_short) * water[SHORT]
        amplitude = water[AMPLITUDE] * max(rise, f32(0.002)) + f32(0.002)
        rise0 = rise * water[LONG]
        level0 = min(i32(want_long), i32(long_levels - 2))
        level1 = min(i32(want_short), i32(short_levels - 2))
        part0 = sat(want_long - f32(level0))
        part1 = sat(want_short - f32(level1))
        share0 = sat(f32(long_levels - 1) - want_long)
        share1 = sat(f32(short_levels - 1) - want_short)
        lost0 = mix(mix(long_lost[level0], long_lost[level0 + 1], part0), long_lost[long_levels - 1], f32(1.0) - share0)
        lost1 = mix(
            mix(short_lost[level1], short_lost[level1 + 1], part1), short_lost[short_levels - 1], f32(1.0) - share1
        )
        share0 *= water[LONG]
        share1 *= water[SHORT]
        ripple = sat(f32(1.5) - cover * water[SCALE_SHORT] * f32(4.0)) * water[RIPPLE] * water[SHORT]
        lost = (
            lost0 * water[LONG] * water[LONG] + (lost1 + f32(0.006) * (f32(1.0) - ripple)) * water[SHORT] * water[SHORT]
        )
        lost = lost + water[ROUGH]
        rough = np.sqrt(lost)

        # 1. Where the rays meet the water: march from the height of the highest crest to that of the lowest trough,
        # then close in by secants. Steps are outside and pixels inside, because only innermost loops are vectorised.
        open_water = f32(0.0)
        for x in range(width):
            dx, dy, dz = view_ray(camera, scale, width, height, x, y)
            inverse = f32(1.0) / np.sqrt(dx * dx + dy * dy + dz * dz)
            ray_x[x] = dx * inverse
            ray_y[x] = dy * inverse
            ray_z[x] = dz * inverse
            falls = max(-dy * inverse, f32(-FLATTEST))
            low[x] = max((eye - amplitude) / falls, f32(0.2))
            low_gap[x] = amplitude
            high[x] = max((eye + amplitude) / falls, f32(0.3))
            high_gap[x] = -amplitude
            reach[x] = max(eye / falls, f32(0.2))
            found[x] = f32(0.0)
            # Where land stands before the highest crest there is nothing to draw.
            open_water += f32(1.0) if low[x] * inverse * near[y, x] < f32(1.0) else f32(0.0)
        if open_water <= f32(0.0):
            continue
        if amplitude > f32(0.012) * eye:
            for x in range(width):
                foaming[x] = (high[x] - low[x]) / f32(steps + 1)
                slope_x[x] = low[x]
            for _ in range(steps):
                for x in range(width):
                    at = slope_x[x] + foaming[x]
                    slope_x[x] = at
                    falls = min(ray_y[x], f32(FLATTEST))
                    gap = eye + falls * at - water_height(
                        long[0], long_log2, long_offsets, level0, rise0, short[0], short_log2, short_offsets, level1,
                        rise1, surf, surf_log2, water, camera[0] + ray_x[x] * at, camera[2] + ray_z[x] * at,
                    )  # fmt: skip
                    searching = found[x] < f32(0.5)
                    dry = gap > f32(0.0)
                    go_on = dry & searching
                    crossed = (not dry) & searching
                    low[x] = at if go_on else low[x]
                    low_gap[x] = gap if go_on else low_gap[x]
                    high[x] = at if crossed else high[x]
                    high_gap[x] = gap if crossed else high_gap[x]
                    found[x] = f32(1.0) if crossed else found[x]
            for _ in range(secants):
                for x in range(width):
                    part = clamp(low_gap[x] / max(low_gap[x] - high_gap[x], f32(1e-5)), f32(0.02), f32(0.98))
                    at = mix(low[x], high[x], part)
                    falls = min(ray_y[x], f32(FLATTEST))
                    gap = eye + falls * at - water_height(
                        long[0], long_log2, long_offsets, level0, rise0, short[0], short_log2, short_offsets, level1,
                        rise1, surf, surf_log2, water, camera[0] + ray_x[x] * at, camera[2] + ray_z[x] * at,
                    )  # fmt: skip
                    dry = gap > f32(0.0)
                    low[x] = at if dry else low[x]
                    low_gap[x] = gap if dry else low_gap[x]
                    high[x] = high[x] if dry else at
                    high_gap[x] = high_gap[x] if dry else gap
            for x in range(width):
                part = clamp(low_gap[x] / max(low_gap[x] - high_gap[x], f32(1e-5)), f32(0.02), f32(0.98))
                reach[x] = mix(low[x], high[x], part)

        # 2. Slopes there, from both scales and from ripples: the short waves once more, smaller and turned.
        if water[FLOWING] > f32(0.5):
            # Ripples are carried by the current: two copies, each starting anew while the other is seen.
            clock = water[TIME] * f32(0.45)
            phase0 = clock - flr(clock)
            phase1 = clock + f32(0.5) - flr(clock + f32(0.5))
            weight = abs(phase0 * f32(2.0) - f32(1.0))
            jump0 = flr(clock) * f32(7.31)
            jump1 = flr(clock + f32(0.5)) * f32(5.17) + f32(3.3)
            carry0 = (phase0 - f32(0.5)) * f32(1.0 / 0.45)
            carry1 = (phase1 - f32(0.5)) * f32(1.0 / 0.45)
            for x in range(width):
                wx = camera[0] + ray_x[x] * reach[x]
                wz = camera[2] + ray_z[x] * reach[x]
                u, v = chart_place(water, wx, wz)
                fx = tex(chart[FLOW_X], chart_log2, i32(0), u, v)
                fz = tex(chart[FLOW_Z], chart_log2, i32(0), u, v)
                speed = np.sqrt(fx * fx + fz * fz)
                ax = (wx - fx * carry0) * water[SCALE_SHORT] + jump0
                az = (wz - fz * carry0) * water[SCALE_SHORT] + jump0
                bx = (wx - fx * carry1) * water[SCALE_SHORT] + jump1
                bz = (wz - fz * carry1) * water[SCALE_SHORT] - jump1
                first = between_levels(short[1], short_log2, short_offsets, level1, part1, ax, az)
                second = between_levels(short[1], short_log2, short_offsets, level1, part1, bx, bz)
                strong = share1 * (f32(0.25) + f32(1.1) * min(speed, f32(2.2)))
                slope_x[x] = mix(first, second, weight) * strong
                first = between_levels(short[2], short_log2, short_offsets, level1, part1, ax, az)
                second = between_levels(short[2], short_log2, short_offsets, level1, part1, bx, bz)
                slope_z[x] = mix(first, second, weight) * strong
                spray = tex(chart[SPRAY], chart_log2, i32(0), u, v)
                grain = mix(
                    tex(noise, noise_log2, i32(0), ax * f32(4.3), az * f32(4.3)),
                    tex(noise, noise_log2, i32(0), bx * f32(4.3), bz * f32(4.3)), weight,
                )  # fmt: skip
                # The mean of two noises is flatter than one: stretch it, or the foam would breathe.
                grain = (grain - f32(0.5)) / np.sqrt(weight * weight + (f32(1.0) - weight) * (f32(1.0) - weight))
                foaming[x] = sstep(f32(0.62), f32(1.05), spray + grain * f32(1.1)) * sat(spray * f32(3.0))
        else:
            for x in range(width):
                wx = camera[0] + ray_x[x] * reach[x]
                wz = camera[2] + ray_z[x] * reach[x]
                px = wx * water[SCALE_LONG]
                pz = wz * water[SCALE_LONG]
                qx = wx * water[SCALE_SHORT]
                qz = wz * water[SCALE_SHORT]
                sx = between_levels(long[1], long_log2, long_offsets, level0, part0, px, pz) * share0
                sz = between_levels(long[2], long_log2, long_offsets, level0, part0, px, pz) * share0
                # Wind comes in patches; they also hide that the waves repeat.
                gust = tex(noise, noise_log2, i32(0), wx * f32(0.31) + water[TIME] * f32(0.35), wz * f32(0.43))
                gust = mix(f32(1.0), f32(0.35) + f32(1.3) * gust, water[PATCHES])
                sx += between_levels(short[1], short_log2, short_offsets, level1, part1, qx, qz) * share1 * gust
                sz += between_levels(short[2], short_log2, short_offsets, level1, part1, qx, qz) * share1 * gust
                rx = (f32(0.82) * qx - f32(0.57) * qz) * f32(5.7)
                rz = (f32(0.57) * qx + f32(0.82) * qz) * f32(5.7)
                ripple_x = tex(short[1], short_log2, i32(0), rx, rz) * ripple * gust
                ripple_z = tex(short[2], short_log2, i32(0), rx, rz) * ripple * gust
                slope_x[x] = sx + f32(0.82) * ripple_x + f32(0.57) * ripple_z
                slope_z[x] = sz + f32(-0.57) * ripple_x + f32(0.82) * ripple_z
                # Foam where the surface folds over.
                folding = between_levels(long[3], long_log2, long_offsets, level0, part0, px, pz)
                break_up = tex(noise, noise_log2, i32(0), wx * f32(97.0), wz * f32(97.0)) * f32(0.6)
                break_up += tex(noise, noise_log2, i32(0), wx * f32(31.0), wz * f32(31.0)) * f32(0.4)
                over = water[FOAM] - folding
                foaming[x] = sat(over * f32(2.2)) * sstep(
                    f32(0.35), f32(0.75), break_up + sat(over * f32(1.2)) * f32(0.3)
                )
        if surf_log2 > 0:
            for x in range(width):
                wx = camera[0] + ray_x[x] * reach[x]
                wz = camera[2] + ray_z[x] * reach[x]
                u, v = chart_place(water, wx, wz)
                slope_x[x] += tex(surf[SURF_SX], surf_log2, i32(0), u, v)
                slope_z[x] += tex(surf[SURF_SZ], surf_log2, i32(0), u, v)
                white = tex(surf[SURF_FOAM], surf_log2, i32(0), u, v)
                lace = tex(noise, noise_log2, i32(0), wx * f32(41.0), wz * f32(41.0)) * f32(0.55)
                lace += tex(noise, noise_log2, i32(0), wx * f32(149.0), wz * f32(149.0)) * f32(0.45)
                foaming[x] = max(
                    foaming[x], sstep(f32(0.75), f32(1.15), white + lace * f32(0.8)) * sat(white * f32(4.0))
                )
        if (water[RAIN] > f32(0.0)) & (cover < f32(0.12)):
            # Rings are seen on the nearest metres only; the rows beyond are spared them.
            strength = water[RAIN] * sat(f32(1.4) - cover * f32(12.0)) * f32(0.30)
            for x in range(width):
                wx = camera[0] + ray_x[x] * reach[x]
                wz = camera[2] + ray_z[x] * reach[x]
                ax, az = rain_ring(wx, wz, water[TIME], f32(2.1), f32(1.4))
                bx, bz = rain_ring(wx + f32(3.3), wz + f32(1.7), water[TIME], f32(3.4), f32(1.8))
                slope_x[x] += (ax + bx) * strength
                slope_z[x] += (az + bz) * strength

        # 3. What is mirrored, into the scratch of the march.
        use = water[MIRROR]
        for x in range(width):
            sx, sz = slope_x[x], slope_z[x]
            ux, uy, uz = ray_x[x], min(ray_y[x], f32(FLATTEST)), ray_z[x]
            normal_y = f32(1.0) / np.sqrt(f32(1.0) + sx * sx + sz * sz)
            facing = (uy - ux * sx - uz * sz) * normal_y
            # The sky, seen a little higher where the water is rough.
            mx = ux + f32(2.0) * facing * sx * normal_y
            my = uy - f32(2.0) * facing * normal_y
            mz = uz + f32(2.0) * facing * sz * normal_y
            my = abs(my) + rough * f32(0.45) * (f32(1.0) - my * my)
            unit = f32(1.0) / np.sqrt(mx * mx + my * my + mz * mz)
            my = my * unit
            column, row = panorama_place(mx * unit, my, mz * unit, water[HEADING], water[HEADING + 1])
            # The zenith of a low sun is dark; light that goes from wave to wave fills near water up.
            fill = f32(1.0) + f32(0.8) * my
            low[x] = panorama_read(soft[0], column, row) * fill
            high[x] = panorama_read(soft[1], column, row) * fill
            found[x] = panorama_read(soft[2], column, row) * fill
            low_gap[x] = facing
        if use > f32(0.0):
            for x in range(width):
                sx, sz = slope_x[x], slope_z[x]
                flat = f32(1.0) / np.sqrt(ray_x[x] * ray_x[x] + ray_z[x] * ray_z[x] + f32(1e-6))
                along = (sx * ray_x[x] + sz * ray_z[x]) * flat
                across = sx * camera[3] + sz * camera[5]
                px = (f32(x) + f32(0.5)) * to_mirror_x - f32(0.5)
                py = (f32(y) + f32(0.5)) * to_mirror_y - f32(0.5)
                # What stands near the water is moved less by a tilt of it than what is far behind.
                there = picture_read(mirror_near, px, py)
                lever = sat(f32(1.0) - there * reach[x]) * f32(2.0) * scale * to_mirror_y
                px = px - across * lever * f32(0.5) * max(-ray_y[x], f32(0.05))
                py = py + clamp(along * lever, f32(-0.3) * f32(height), f32(0.3) * f32(height))
                # Unseen slopes draw what is mirrored out into streaks: four looks, up and down. Where the slope leaps from
                # pixel to pixel, so does it within each: single ones would stand out as dashes.
                before, behind = max(x - 1, 0), min(x + 1, width - 1)
                leap = abs((slope_x[before] - sx) * ray_x[x] + (slope_z[before] - sz) * ray_z[x])
                leap = max(leap, abs((slope_x[behind] - sx) * ray_x[x] + (slope_z[behind] - sz) * ray_z[x]))
                streak = (rough * f32(0.6) + leap * flat * f32(1.2)) * lever
                streak = min(streak, f32(0.25) * f32(height))
                r = picture_read(mirror[0], px, py - streak) + picture_read(mirror[0], px, py - streak * f32(0.33))
                r += picture_read(mirror[0], px, py + streak * f32(0.33)) + picture_read(mirror[0], px, py + streak)
                g = picture_read(mirror[1], px, py - streak) + picture_read(mirror[1], px, py - streak * f32(0.33))
                g += picture_read(mirror[1], px, py + streak * f32(0.33)) + picture_read(mirror[1], px, py + streak)
                b = picture_read(mirror[2], px, py - streak) + picture_read(mirror[2], px, py - streak * f32(0.33))
                b += picture_read(mirror[2], px, py + streak * f32(0.33)) + picture_read(mirror[2], px, py + streak)
                # The sun itself is left to the glitter.
                most = f32(0.25) / max(
                    f32(1.0), (r + g + b) / (f32(60.0) * (light[ABOVE] + light[ABOVE + 1] + light[ABOVE + 2]))
                )
                low[x] = mix(low[x], r * most, use)
                high[x] = mix(high[x], g * most, use)
                found[x] = mix(found[x], b * most, use)

        # 4. All light that leaves the water.
        sun_y = max(light[SUN + 1], f32(GLITTER_SUN))
        day = max(light[SUN + 1], f32(0.0))
        for x in range(width):
            sx, sz = slope_x[x], slope_z[x]
            ux, uy, uz = ray_x[x], min(ray_y[x], f32(FLATTEST)), ray_z[x]
            at = reach[x]
            facing = low_gap[x]
            # Schlick's Fresnel, damped where unseen slopes turn parts of the pixel towards us.
            graze = f32(1.0) - max(-facing, f32(0.02))
            graze2 = graze * graze
            bounce = f32(0.02) + f32(0.98) * graze2 * graze2 * graze / (f32(1.0) + f32(7.0) * rough)

            # The sun's glitter: the share of unseen slopes that mirror it, around the slope that is seen.
            hx = light[SUN] - ux
            hy = sun_y - uy
            hz = light[SUN + 2] - uz
            unit = f32(1.0) / np.sqrt(hx * hx + hy * hy + hz * hz)
            inverse = f32(1.0) / max(hy * unit, f32(0.05))
            need_x = -hx * unit * inverse - sx
            need_z = -hz * unit * inverse - sz
            variance = lost * f32(0.5) + f32(0.0009)
            chance = vexp(-(need_x * need_x + need_z * need_z) / (f32(2.0) * variance)) / (f32(2 * np.pi) * variance)
            graze = f32(1.0) - max(-(ux * hx + uy * hy + uz * hz) * unit, f32(0.0))
            graze2 = graze * graze
            glint = f32(0.02) + f32(0.98) * graze2 * graze2 * graze
            inverse2 = inverse * inverse
            shine = glint * chance * inverse2 * inverse2 * f32(0.25) / max(-uy + rough * f32(0.3), f32(0.03))
            shine = min(shine * f32(np.pi) * water[GLITTER], f32(120.0))

            # The water's own light: daylight scattered in it, and a low sun shining through crests.
            normal_y = f32(1.0) / np.sqrt(f32(1.0) + sx * sx + sz * sz)
            lit = sat((light[SUN + 1] - sx * light[SUN] - sz * light[SUN + 2]) * normal_y)
            against = max(ux * light[SUN] + uz * light[SUN + 2], f32(0.0))
            crest = eye + uy * at
            thin = sat((crest + amplitude * f32(0.25)) / (amplitude + f32(0.1))) * against * against
            thin = thin * sat(f32(1.0) - at * f32(0.015)) * sat(water[AMPLITUDE] * f32(3.0))
            through = thin * f32(0.22) + lit * f32(0.035)
            glow = f32(0.5) * day
            own_r = water[DEEP] * (light[ABOVE] + light[SUNLIGHT] * glow)
            own_g = water[DEEP + 1] * (light[ABOVE + 1] + light[SUNLIGHT + 1] * glow)
            own_b = water[DEEP + 2] * (light[ABOVE + 2] + light[SUNLIGHT + 2] * glow)
            own_r += water[CREST] * light[SUNLIGHT] * through
            own_g += water[CREST + 1] * light[SUNLIGHT + 1] * through
            own_b += water[CREST + 2] * light[SUNLIGHT + 2] * through

            # What lies under it, as far as light comes through.
            length = f32(1.0) / (ux * camera[9] + ray_y[x] * camera[10] + uz * camera[11])
            depth = at / length
            back = near[y, x]
            thick = (f32(1.0) / max(back, f32(1e-5)) - depth) * length
            thick = f32(1000.0) if back <= f32(0.0) else thick
            steep = thick * max(-uy, f32(0.04))
            path = max(thick, f32(0.0))
            clear = vexp(-water[ABSORB] * path)
            r = mix(own_r, hdr[0, y, x], clear)
            clear = vexp(-water[ABSORB + 1] * path)
            g = mix(own_g, hdr[1, y, x], clear)
            clear = vexp(-water[ABSORB + 2] * path)
            b = mix(own_b, hdr[2, y, x], clear)
            r = mix(r, low[x], bounce) + shine * light[SUNLIGHT]
            g = mix(g, high[x], bounce) + shine * light[SUNLIGHT + 1]
            b = mix(b, found[x], bounce) + shine * light[SUNLIGHT + 2]

            # Foam, and the lace that is left where water is thin.
            wx = camera[0] + ux * at
            wz = camera[2] + uz * at
            lace = tex(noise, noise_log2, i32(0), wx * f32(61.0) + water[TIME] * f32(1.5), wz * f32(61.0))
            rim = sat(f32(1.0) - steep * f32(16.0)) * sat(steep * f32(180.0)) * water[LACE]
            foam = max(foaming[x], sstep(f32(0.45), f32(0.75), rim * (f32(0.35) + lace)))
            bright = f32(0.72) * (lit * f32(0.8) + f32(0.2) * day)
            r = mix(r, light[SUNLIGHT] * bright + light[ABOVE] * f32(0.70), foam)
            g = mix(g, light[SUNLIGHT + 1] * bright + light[ABOVE + 1] * f32(0.72), foam)
            b = mix(b, light[SUNLIGHT + 2] * bright + light[ABOVE + 2] * f32(0.74), foam)

            # Air between: far water takes the colour of the horizon behind it.
            column, row = panorama_place(ux, f32(0.002), uz, water[HEADING], water[HEADING + 1])
            fade = (f32(1.0) - vexp(-at * light[FOG])) * f32(0.9)
            r = mix(r, panorama_read(panorama[0], column, row), fade)
            g = mix(g, panorama_read(panorama[1], column, row), fade)
            b = mix(b, panorama_read(panorama[2], column, row), fade)

            # The edge: softly where it runs out on the bank, by the pixel's share at the horizon.
            share = sat(steep * f32(40.0)) * sat(f32(0.5) - ray_y[x] * scale * length)
            wet = (thick > f32(0.0)) & (ray_y[x] < f32(0.0))
            share = share if thick > f32(0.0) else f32(0.0)
            hdr[0, y, x] = mix(hdr[0, y, x], r, share)
            hdr[1, y, x] = mix(hdr[1, y, x], g, share)
            hdr[2, y, x] = mix(hdr[2, y, x], b, share)
            near[y, x] = length / at if wet else back
