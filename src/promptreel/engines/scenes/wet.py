"""Rain on a street: the wet ground with its reflections, and falling drops."""

import numpy as np

from promptreel.engines.scenes.kernels import (
    clamp,
    device,
    f32,
    flr,
    fract,
    hash2,
    i32,
    kernel,
    mix,
    sat,
    sstep,
    tex,
    vexp,
    vsin,
)

TAPS = 4
"""Reads of the mirrored picture per pixel of a puddle."""

ROAD = 5.7
"""Metres from the middle of the road to the kerb."""


@device
def _ring(x, z, t, density, rate):
    """The slope (along x and z) of the ring that one drop makes in each cell of a grid, again and again."""
    x = x * density
    z = z * density
    fx, fz = flr(x), flr(z)
    ix, iz = i32(fx), i32(fz)
    cycle = t * rate + hash2(ix, iz)
    turn = flr(cycle)
    age = cycle - turn
    number = i32(turn)
    dx = x - fx - f32(0.35) - f32(0.3) * hash2(ix + number * i32(31), iz + i32(7))
    dz = z - fz - f32(0.35) - f32(0.3) * hash2(ix + i32(3), iz + number * i32(17))
    away = np.sqrt(dx * dx + dz * dz) + f32(1e-4)
    q = (away - age * f32(0.34)) * f32(26.0)
    wave = vexp(-q * q) * vsin(q * f32(2.2)) * (f32(1.0) - age) * (f32(1.0) - age) / away
    return wave * dx, wave * dz


@device
def _between(planes, c, row, column, down, across):
    """A bilinear read of plane `c`; the row and the column after must be inside."""
    above = mix(planes[c, row, column], planes[c, row, column + i32(1)], across)
    below = mix(planes[c, row + i32(1), column], planes[c, row + i32(1), column + i32(1)], across)
    return mix(above, below, down)


@kernel
def smear_down(source, target, radius, total):
    """The mean over `radius` rows above and below, of (3, h, w): how rough water draws lights into streaks.

    Very bright pixels are held down. `total` (w) is scratch.
    """
    rows, columns = source.shape[1], source.shape[2]
    share = f32(1.0) / f32(2 * radius + 1)
    for c in range(3):
        for x in range(columns):
            total[x] = min(source[c, 0, x], f32(7.0)) * f32(radius)
        for y in range(radius + 1):
            for x in range(columns):
                total[x] += min(source[c, min(y, rows - 1), x], f32(7.0))
        for y in range(rows):
            enter, leave = min(y + radius + 1, rows - 1), max(y - radius, 0)
            for x in range(columns):
                target[c, y, x] = total[x] * share
                total[x] += min(source[c, enter, x], f32(7.0)) - min(source[c, leave, x], f32(7.0))


@kernel
def draw_ground(hdr, mirror, streaks, soft, noise, camera, tangent, t, look, haze, ground):
    """Fill `hdr` (3, H, W): wet asphalt below the horizon, haze above it.

    `mirror` (3, h, w): the world upside down, any size of the same shape; `streaks`: the same,
    smeared down; `soft`: the same, blurred and small. `look`
    (4): how wet (0…1), strength of the rings, how rough, brightness of the ground. `haze` (5): see `resolve_band`.
    `ground` (5, W): scratch.
    """
    height, width = hdr.shape[1], hdr.shape[2]
    rows, columns = mirror.shape[1], mirror.shape[2]
    soft_rows, soft_columns = soft.shape[1], soft.shape[2]
    streak_rows, streak_columns = streaks.shape[1], streaks.shape[2]
    to_streak_x = f32(streak_columns) / f32(width)
    to_streak_y = f32(streak_rows) / f32(height)
    scale = tangent / (f32(height) * f32(0.5))
    per_tilt = f32(0.5) * f32(rows) / tangent
    fine = scale / camera[1]
    to_mirror_x = f32(columns) / f32(width)
    to_mirror_y = f32(rows) / f32(height)
    to_soft_x = f32(soft_columns) / f32(width)
    to_soft_y = f32(soft_rows) / f32(height)
    for y in range(height):
        vy = (f32(height) * f32(0.5) - f32(y) - f32(0.5)) * scale
        below = f32(0.0)
        for x in range(width):
            vx = (f32(x) + f32(0.5) - f32(width) * f32(0.5)) * scale
            dx = camera[9] + camera[3] * vx + camera[6] * vy
            dy = camera[10] + camera[4] * vx + camera[7] * vy
            dz = camera[11] + camera[5] * vx + camera[8] * vy
            inverse = f32(1.0) / np.sqrt(dx * dx + dy * dy + dz * dz)
            dy *= inverse
            away = camera[1] / max(-dy, f32(0.002))
            ground[0, x] = camera[0] + dx * inverse * away
            ground[1, x] = camera[2] + dz * inverse * away
            ground[2, x] = dy
            ground[3, x] = f32(0.0)
            ground[4, x] = f32(0.0)
            below = max(below, -dy)
        if below < f32(0.002):
            for x in range(width):
                up = sat(f32(1.0) - ground[2, x] * f32(1.1))
                hdr[0, y, x] = haze[1] * up + f32(0.006)
                hdr[1, y, x] = haze[2] * up + f32(0.008)
                hdr[2, y, x] = haze[3] * up + f32(0.016)
            continue
        if camera[1] < below * f32(16.0):
            # Rings are seen on the nearest metres only; the rows beyond are spared them.
            for x in range(width):
                px, pz = ground[0, x], ground[1, x]
                ax, az = _ring(px, pz, t, f32(2.4), f32(1.5))
                bx, bz = _ring(px + f32(3.3), pz + f32(1.7), t, f32(3.6), f32(1.9))
                ground[3, x] = (ax + bx) * f32(0.10) * look[1]
                ground[4, x] = (az + bz) * f32(0.10) * look[1]
        for x in range(width):
            px, pz, dy = ground[0, x], ground[1, x], ground[2, x]
            away = camera[1] / max(-dy, f32(0.002))
            # A pixel covers this many metres of the ground, away from the eye; what is finer would only sparkle.
            cover = away * away * fine
            near = sat(f32(0.035) / cover)
            broad = tex(noise, i32(9), i32(0), px * f32(21.0), pz * f32(9.0))
            grit = tex(noise, i32(9), i32(0), px * f32(90.0), pz * f32(90.0))
            patch = tex(noise, i32(9), i32(0), px * f32(63.0) + f32(40.0), pz * f32(40.0))
            side = abs(px)
            road = sstep(f32(ROAD + 0.05), f32(ROAD - 0.15), side)
            puddle = sstep(
                f32(0.62) - look[0] * f32(0.16), f32(0.76) - look[0] * f32(0.16), broad * f32(0.8) + patch * f32(0.2)
            )
            puddle = mix(puddle * f32(0.6), puddle, road)
            rough = mix(f32(0.100), f32(0.006), puddle) * look[2]
            calm = (f32(0.25) + f32(0.75) * puddle) * near
            uneven = (grit - f32(0.5)) * rough * near
            tilt_x = ground[3, x] * calm + uneven * f32(0.9) + (patch - f32(0.5)) * f32(0.02)
            tilt_z = ground[4, x] * calm + uneven
            shift_x = tilt_x * per_tilt * f32(1.6)
            shift_y = tilt_z * per_tilt * f32(2.6)
            # Rough water smears reflections toward the viewer: a few reads up and down the mirrored picture.
            smear = f32(0.005) * look[2] * per_tilt * f32(4.0)
            jitter = hash2(i32(x), i32(y)) * f32(0.6) + f32(0.2)
            r, g, b = f32(0.0), f32(0.0), f32(0.0)
            for tap in range(TAPS):
                reach = (f32(tap) + jitter - f32(TAPS * 0.5)) * f32(2.0 / TAPS) * smear
                my = clamp((f32(y) + f32(0.5)) * to_mirror_y + shift_y + reach, f32(0.0), f32(rows) - f32(1.0))
                mx = (f32(x) + f32(0.5)) * to_mirror_x + shift_x + reach * f32(0.10)
                mx = clamp(mx, f32(0.0), f32(columns) - f32(1.0))
                iy, ix = i32(my), i32(mx)
                r += min(mirror[0, iy, ix], f32(7.0))
                g += min(mirror[1, iy, ix], f32(7.0))
                b += min(mirror[2, iy, ix], f32(7.0))
            # Between the puddles the water is a rough film: streaks, broken by the grit.
            ty = (f32(y) + f32(0.5) + shift_y * f32(0.5)) * to_streak_y - f32(0.5)
            tx = (f32(x) + f32(0.5) + shift_x * f32(0.5)) * to_streak_x - f32(0.5)
            ty = clamp(ty, f32(0.0), f32(streak_rows) - f32(1.01))
            tx = clamp(tx, f32(0.0), f32(streak_columns) - f32(1.01))
            ky, kx = i32(ty), i32(tx)
            vy1, vx1 = ty - f32(ky), tx - f32(kx)
            film = (f32(1.0) - puddle) * (f32(0.85) + (grit - f32(0.5)) * near)
            share = puddle * f32(1.0 / TAPS)
            r = r * share + film * _between(streaks, 0, ky, kx, vy1, vx1)
            g = g * share + film * _between(streaks, 1, ky, kx, vy1, vx1)
            b = b * share + film * _between(streaks, 2, ky, kx, vy1, vx1)
            # Schlick's Fresnel for water.
            graze = max(f32(1.0) + dy, f32(0.0))
            graze2 = graze * graze
            fresnel = mix(f32(0.04), f32(1.0), graze2 * graze2 * graze)
            fresnel = mix(fresnel * f32(0.80) + f32(0.055), fresnel + f32(0.10), puddle)
            # What lights the ground: the small mirrored picture, read a little toward the eye.
            sy = clamp((f32(y) - f32(height) * f32(0.06)) * to_soft_y - f32(0.5), f32(0.0), f32(soft_rows) - f32(1.01))
            sx = clamp(f32(x) * to_soft_x - f32(0.5), f32(0.0), f32(soft_columns) - f32(1.01))
            jy, jx = i32(sy), i32(sx)
            wy, wx = sy - f32(jy), sx - f32(jx)
            albedo = f32(0.045) + f32(0.05) * grit * near
            # Paint: dashes in the middle, a line along each kerb, a crossing.
            worn = f32(0.55) + f32(0.45) * patch
            dashes = sstep(f32(0.10), f32(0.07), side) * (f32(1.0) if fract(pz * f32(0.125)) < f32(0.5) else f32(0.0))
            edges = sstep(f32(0.09), f32(0.06), abs(side - f32(5.15)))
            bars = sstep(f32(0.30), f32(0.26), abs(fract(px * f32(0.9)) - f32(0.5))) * road
            bars = bars if (pz > f32(8.0)) & (pz < f32(11.5)) else f32(0.0)
            dashes = f32(0.0) if (pz > f32(6.5)) & (pz < f32(13.0)) else dashes
            albedo = mix(albedo, f32(0.62), max(max(dashes, edges), bars) * worn * f32(0.85))
            # The pavement: slabs with dark joints behind a pale kerb.
            slabs = max(
                sstep(f32(0.46), f32(0.49), abs(fract(px * f32(1.25)) - f32(0.5))),
                sstep(f32(0.46), f32(0.49), abs(fract(pz * f32(1.25)) - f32(0.5))),
            )
            albedo = mix(f32(0.085) + f32(0.05) * patch - f32(0.05) * slabs * near, albedo, road)
            albedo = mix(albedo, f32(0.17), sstep(f32(0.14), f32(0.08), abs(side - f32(ROAD))))
            albedo *= look[3]
            fog = f32(1.0) - vexp(-haze[0] * away)
            open_sky = dy > f32(-0.002)
            up = sat(f32(1.0) - dy * f32(1.1))
            for c in range(3):
                shine = r if c == 0 else (g if c == 1 else b)
                wet = mix(_between(soft, c, jy, jx, wy, wx) * albedo + shine * fresnel, haze[1 + c], fog)
                hdr[c, y, x] = haze[1 + c] * up + f32(0.008) if open_sky else wet


@kernel
def draw_drops(hdr, soft, distance, drops, ambient):
    """Add falling drops as streaks. `drops` (n, 7): x and y of both ends, 1/distance, half width in pixels, strength.

    A drop bends the lights around it: it takes the colour of the blurred mirrored picture, upside down, and `ambient`.
    """
    height, width = hdr.shape[1], hdr.shape[2]
    rows, columns = soft.shape[1], soft.shape[2]
    for i in range(drops.shape[0]):
        top, bottom = min(drops[i, 1], drops[i, 3]), max(drops[i, 1], drops[i, 3])
        y0, y1 = max(i32(top), 0), min(i32(bottom) + 1, height)
        long = drops[i, 3] - drops[i, 1]
        if (abs(long) < f32(0.5)) | (y0 >= y1):
            continue
        lean = (drops[i, 2] - drops[i, 0]) / long
        half = drops[i, 5]
        for y in range(y0, y1):
            part = sat((f32(y) + f32(0.5) - top) / max(bottom - top, f32(1.0)))
            fade = f32(4.0) * part * (f32(1.0) - part) * drops[i, 6]
            middle = drops[i, 0] + (f32(y) + f32(0.5) - drops[i, 1]) * lean
            x0, x1 = max(i32(middle - half - f32(0.5)), 0), min(i32(middle + half + f32(1.5)), width)
            row = min(max((height - 1 - y) * rows // height, 0), rows - 1)
            for x in range(x0, x1):
                if distance[y, x] < drops[i, 4]:
                    share = max(f32(1.0) - abs(f32(x) + f32(0.5) - middle) / (half + f32(0.5)), f32(0.0)) * fade
                    column = x * columns // width
                    for c in range(3):
                        hdr[c, y, x] += share * (min(soft[c, row, column], f32(2.0)) * f32(0.5) + ambient[c])
