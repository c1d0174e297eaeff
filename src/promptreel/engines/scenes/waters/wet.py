"""Rain on a street: rings of drops in puddles, and reflections smeared by wet ground."""

import numpy as np

from promptreel.engines.scenes.kernels import (
    device,
    f32,
    flr,
    hash2,
    i32,
    kernel,
    mix,
    vexp,
    vsin,
)


@device
def rain_ring(x, z, t, density, rate):
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
def plane_read(planes, c, row, column, down, across):
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
