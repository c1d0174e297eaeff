"""Smoke, steam and fire as balls of lumpy gas, lit from the sun's side and soft where they meet what is solid.

Whoever makes them (chimneys, engines, rockets, volcanoes, explosions) says for one moment where each ball is; this module
lights, sorts and blends them.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.kernels import f32, flr, i32, kernel, mix, sat, tex, tile_fbm
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.particles import see
from promptreel.engines.scenes.stage import Canvas, Floats, Light

Doubles = NDArray[np.floating]

NEAREST = 0.6
"""Metres before the lens within which gas is not drawn: it would fill the frame."""


@kernel
def draw_puffs(hdr, near, puffs, noise):
    """Blend balls of gas over `hdr`, in the order given: far ones first.

    `puffs` (n, 21): x, y, radius (pixels), 1/distance, opacity, place in the noise (2), direction of the light (right, down
    and toward the camera), colour on the lit side (3) and on the other (3), own or near fire's light (3) and how far that
    comes from below (1), from above (-1) or from within (0), radius (m).
    """
    height, width = near.shape
    for i in range(puffs.shape[0]):
        cx, cy, radius = puffs[i, 0], puffs[i, 1], puffs[i, 2]
        inverse = f32(1.0) / radius
        depth, soft = f32(1.0) / puffs[i, 3], f32(1.0) / puffs[i, 20]
        lx, ly, lz = puffs[i, 7], puffs[i, 8], puffs[i, 9]
        for y in range(max(i32(flr(cy - radius)), 0), min(i32(flr(cy + radius)) + 1, height)):
            v = (f32(y) + f32(0.5) - cy) * inverse
            half = radius * np.sqrt(max(f32(1.0) - v * v, f32(0.0)))
            for x in range(max(i32(flr(cx - half)), 0), min(i32(flr(cx + half)) + 1, width)):
                u = (f32(x) + f32(0.5) - cx) * inverse
                a, b = puffs[i, 5] + u * f32(38.0), puffs[i, 6] + v * f32(38.0)
                lump = tex(noise, i32(8), i32(0), a, b)
                ahead = tex(noise, i32(8), i32(0), a + lx * f32(7.0), b + ly * f32(7.0))
                deep = max(f32(1.0) - u * u - v * v, f32(0.0))
                # Noise eats the rim away, and never reaches the edge of the ball.
                inside = sat(f32(1.9) * deep - f32(1.15) * (f32(1.0) - lump))
                share = inside * inside * (f32(3.0) - f32(2.0) * inside) * puffs[i, 4]
                behind = f32(1.0) / max(near[y, x], f32(1e-6))
                share = share * sat((behind - depth) * soft + f32(0.5))
                # Lumps are hills of a ball: bright toward the light, dark where the next hill is higher.
                facing = u * lx + v * ly + deep * (f32(1.5) - f32(0.5) * deep) * lz
                side = sat(f32(0.44) + f32(0.46) * facing + (lump - ahead) * f32(1.45))
                fire = sat(f32(0.20) + f32(0.75) * v * puffs[i, 19] + (lump - f32(0.35)) * f32(1.5))
                for c in range(3):
                    colour = mix(puffs[i, 13 + c], puffs[i, 10 + c], side) + puffs[i, 16 + c] * fire
                    hdr[c, y, x] = mix(hdr[c, y, x], colour, share)


@dataclass(slots=True)
class Puffs:
    """Balls of gas at one moment; what is one number for all of them may be given as one."""

    points: Doubles
    """Their middles, (n, 3)."""
    radius: Doubles
    opacity: Doubles
    """In the middle of each, 0…1."""
    noise: Doubles
    """Which part of the noise shapes each, (n, 2) in 0…1."""
    albedo: ArrayLike = 0.8
    """0.9 steam, 0.5 wood smoke, 0.12 burning oil; (n, 1) or (n, 3) too."""
    fire: ArrayLike = 0.0
    """Own light or that of a fire beside it, (n, 3), radiance."""
    below: ArrayLike = 0.0
    """From where the fire's light comes: 1 below, -1 above, 0 within."""


@cache
def lumps() -> Floats:
    """The noise that all puffs are shaped by."""
    return np.ascontiguousarray(tile_fbm(256, 4711, base=6, octaves=5, gain=0.58).ravel())


def show(canvas: Canvas, camera: Camera, light: Light, puffs: Puffs) -> None:
    """Draw them, lit by the world's light and veiled by its air."""
    count = len(puffs.points)
    seen = see(puffs.points, camera, canvas, float(puffs.radius.max(initial=0.0)), NEAREST)
    which = seen.which[puffs.opacity[seen.which] > 0.004]
    if not len(which):
        return
    keep = np.isin(seen.which, which)
    table = np.empty((len(which), 21), np.float32)
    near, radius = seen.near[keep], puffs.radius[which]
    table[:, 0], table[:, 1], table[:, 3] = seen.x[keep], seen.y[keep], near
    pixels = radius * seen.per_metre[keep]
    table[:, 2] = np.maximum(pixels, 0.8)
    # What comes close to the lens thins out, so that nobody looks at the inside of a ball.
    close = np.clip((1 / near - NEAREST) / (1.2 * radius + 0.1), 0, 1)
    table[:, 4] = puffs.opacity[which] * close * np.clip(pixels / 0.8, 0.05, 1) ** 2
    table[:, 5:7] = puffs.noise[which] * 256
    frame = camera.frame
    table[:, 7:10] = frame[3:6] @ light.sun, -(frame[6:9] @ light.sun), -(frame[9:12] @ light.sun)
    albedo = np.broadcast_to(np.asarray(puffs.albedo, np.float32), (count, 1) if np.ndim(puffs.albedo) < 2 else
                             np.shape(puffs.albedo))[which]  # fmt: skip
    air = np.exp(-light.fog / near)[:, None]
    veil = light.horizon * (1 - air)
    # Gas scatters light again and again: its dark side has a good share of the sun's light too.
    table[:, 10:13] = albedo * (0.85 * light.sunlight + 0.45 * light.above + 0.15 * light.below) * air + veil
    table[:, 13:16] = albedo * (0.16 * light.sunlight + 0.42 * light.above + 0.20 * light.below) * air + veil
    table[:, 16:19] = np.broadcast_to(np.asarray(puffs.fire, np.float32), (count, 3))[which] * air
    table[:, 19] = np.broadcast_to(np.asarray(puffs.below, np.float32), (count,))[which]
    table[:, 20] = radius
    order = np.argsort(near, kind="stable")
    draw_puffs(canvas.hdr, canvas.near, np.ascontiguousarray(table[order]), lumps())
