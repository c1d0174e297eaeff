"""How the corners of moving bodies take the light of the scene: sun, sky and ground, lamps, gloss and translucency.

The corners of what stands still are lit once, without gloss, by `mesh.light_corners`.
"""

import numpy as np

from promptreel.engines.scenes.kernels import clamp, f32, kernel, mix, vpow
from promptreel.engines.scenes.mesh import LIGHT_REACH

SHEEN = 0.22
"""How much of the light from behind a matte rim (fur, cloth) throws toward the eye."""

FILL = 0.22
"""What a reflector beside the camera sends back of the sky's and a fifth of that of the sun's light: against the sun a
subject would be a black shape on film."""

WRAP = 0.12
"""How far round a body the sun's light creeps: a stand-in for light that is scattered below the surface."""


@kernel
def light_bodies(vertices, normals, colour, emission, finish, lamps, light, eye, glow, start, stop, shades):
    """The radiance of vertices `start`…`stop` toward `eye` (3) into `shades` (n, 3).

    `light` is `stage.Light.vector`, `lamps` (k, 6) as from `mesh.lamp_table`, `finish` (n, 2) gloss and translucency,
    `glow` the radiance of emission 1. Gloss mirrors a sky that goes from the horizon's light to that from above, by
    Schlick's approximation of Fresnel's formula.
    """
    for i in range(start, stop):
        vx, vy, vz = eye[0] - vertices[i, 0], eye[1] - vertices[i, 1], eye[2] - vertices[i, 2]
        inverse = f32(1.0) / np.sqrt(vx * vx + vy * vy + vz * vz)
        vx, vy, vz = vx * inverse, vy * inverse, vz * inverse
        nx, ny, nz = normals[i, 0], normals[i, 1], normals[i, 2]
        gloss, through = finish[i, 0], finish[i, 1]
        facing = nx * vx + ny * vy + nz * vz
        # What light passes through is thin, and has no side that is always its back.
        turn = f32(-1.0) if (through > f32(0.0)) & (facing < f32(0.0)) else f32(1.0)
        nx, ny, nz, facing = nx * turn, ny * turn, nz * turn, clamp(facing * turn, f32(0.0), f32(1.0))
        toward = nx * light[0] + ny * light[1] + nz * light[2]
        direct = max((toward + f32(WRAP)) * f32(1.0 / (1.0 + WRAP)), f32(0.0)) + through * max(-toward, f32(0.0))
        upward = clamp(ny * f32(0.5) + f32(0.5), f32(0.0), f32(1.0))
        upward = mix(upward, f32(0.6), through)
        r = light[3] * direct + mix(light[12], light[6], upward)
        g = light[4] * direct + mix(light[13], light[7], upward)
        b = light[5] * direct + mix(light[14], light[8], upward)
        for k in range(lamps.shape[0]):
            dx = lamps[k, 0] - vertices[i, 0]
            dy = lamps[k, 1] - vertices[i, 1]
            dz = lamps[k, 2] - vertices[i, 2]
            d2 = dx * dx + dy * dy + dz * dz
            window = max(f32(1.0) - d2 * f32(1.0 / (LIGHT_REACH * LIGHT_REACH)), f32(0.0))
            lambert = (nx * dx + ny * dy + nz * dz) / np.sqrt(d2 + f32(0.01))
            lambert = max(lambert, f32(0.0)) * f32(0.8) + f32(0.2) + through * max(-lambert, f32(0.0)) * f32(0.6)
            weight = lambert * window * window / (f32(0.25) + d2)
            r += lamps[k, 3] * weight
            g += lamps[k, 4] * weight
            b += lamps[k, 5] * weight
        fill = facing * f32(FILL)
        r += fill * (light[6] + f32(0.2) * light[3])
        g += fill * (light[7] + f32(0.2) * light[4])
        b += fill * (light[8] + f32(0.2) * light[5])
        # Light that grazes fur, skin or cloth from behind.
        rim = f32(1.0) - facing
        rim = rim * rim * rim * f32(SHEEN) * (f32(1.0) - gloss)
        r, g, b = r + rim * light[9], g + rim * light[10], b + rim * light[11]
        r, g, b = r * colour[i, 0], g * colour[i, 1], b * colour[i, 2]
        # The mirrored direction.
        rx = f32(2.0) * facing * nx - vx
        ry = f32(2.0) * facing * ny - vy
        rz = f32(2.0) * facing * nz - vz
        miss = f32(1.0) - facing
        square = miss * miss
        mirrored = gloss * (f32(0.05) + f32(0.95) * square * square * miss)
        high = clamp(ry * f32(1.6) + f32(0.5), f32(0.0), f32(1.0))
        low = clamp(ry * f32(6.0) + f32(1.0), f32(0.0), f32(1.0))
        spot = vpow(max(rx * light[0] + ry * light[1] + rz * light[2], f32(0.0)), f32(60.0)) * f32(9.0)
        r += mirrored * (mix(light[12], mix(light[9], light[6], high), low) + spot * light[3])
        g += mirrored * (mix(light[13], mix(light[10], light[7], high), low) + spot * light[4])
        b += mirrored * (mix(light[14], mix(light[11], light[8], high), low) + spot * light[5])
        shades[i, 0] = r + emission[i, 0] * glow
        shades[i, 1] = g + emission[i, 1] * glow
        shades[i, 2] = b + emission[i, 2] * glow
