"""Mountains as a height map: ridged noise, and what running water carves into it."""

import numpy as np

from promptreel.engines.scenes.kernels import (
    f32,
    hash2,
    i32,
    kernel,
    mix,
    noise2,
    sat,
)


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
