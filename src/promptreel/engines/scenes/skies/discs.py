"""The discs of the sun and the moon, drawn sharp over the finished sky."""

import math

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import clamp, f32, i32, kernel, mix, sat, sstep, tex, tile_fbm
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import view_ray

Floats = NDArray[np.float32]

FACE_LOG2 = 7

MOON_RADIUS = 0.0195
"""Of the drawn moon, in radians: four times the real one. To the eye the moon is as large as this."""

# Where things are in the vector `disc`.
CENTRE = 0  # unit direction, 3
RIGHT = 3  # unit direction on the sky, 3
UP = 6  # 3
RADIUS = 9  # radians
COLOUR = 10  # 3
PHASE = 13  # toward what lights it: to the right, up and to us, 3
DARK_SIDE = 16  # light of the night side
LIMB = 17  # 1 where the edge is darker, as the sun's
DISC_LENGTH = 18


def moon_face(seed: int) -> Floats:
    """Reflectance of the side of the moon that we see, flat, about 0.4…1: seas, highlands, craters with rays."""
    side = 1 << FACE_LOG2
    rng = np.random.default_rng([seed, 61])
    y, x = np.mgrid[0:side, 0:side] / (side / 2) - 1.0
    rough = tile_fbm(side, 67, base=4, octaves=6, gain=0.6)
    # The large seas of the near side: place, size (Imbrium, Serenitatis, Tranquillitatis, Crisium, Procellarum …).
    seas = ((-0.28, -0.45, 0.33), (0.24, -0.40, 0.22), (0.42, -0.12, 0.27), (0.72, -0.28, 0.13), (-0.62, -0.15, 0.34),
            (-0.18, 0.32, 0.24), (0.62, 0.12, 0.20), (-0.52, 0.34, 0.17), (0.28, 0.20, 0.16), (0.0, -0.80, 0.14))  # fmt: skip
    dark = np.zeros_like(x)
    for sx, sy, size in seas:
        away = np.hypot(x - sx, (y - sy) * 1.05) / size + 0.9 * (rough - 0.5)
        dark = np.maximum(dark, 1 / (1 + np.exp((away - 0.95) * 9)))
    face = 0.98 - 0.62 * dark + 0.22 * (rough - 0.5)
    for _ in range(46):
        cx, cy = rng.uniform(-0.85, 0.85, 2)
        size = 0.012 + 0.035 * rng.random() ** 3
        away = np.hypot(x - cx, y - cy) / size
        face += 0.16 * np.exp(-((away - 1) ** 2) * 6) - 0.12 * np.exp(-(away**2) * 2)
    # Tycho and Copernicus, young and bright.
    for cx, cy, size in ((-0.10, 0.68, 0.42), (-0.32, -0.10, 0.20)):
        angle, away = np.arctan2(y - cy, x - cx), np.hypot(x - cx, y - cy)
        rays = 0.5 + 0.5 * np.cos(angle * 9 + 3 * np.sin(angle * 4))
        face += 0.24 * np.exp(-away / size * 2) * rays + 0.18 * np.exp(-((away / 0.04) ** 2))
    return np.ascontiguousarray(np.clip(face, 0.3, 1.15).ravel(), np.float32)


def disc_vector(direction: Floats, radius: float, colour: Floats, *, limb: float = 0.0, tilt: float = 0.0) -> Floats:
    """A disc that is lit from the front; see `DISC_LENGTH` and what stands before it."""
    centre = np.asarray(direction, np.float64) / np.linalg.norm(direction)
    right = np.cross([0.0, 1.0, 0.0], centre)
    right /= max(float(np.linalg.norm(right)), 1e-6)
    up = np.cross(centre, right)
    vector = np.zeros(DISC_LENGTH, np.float32)
    vector[CENTRE : CENTRE + 3] = centre
    vector[RIGHT : RIGHT + 3] = math.cos(tilt) * right + math.sin(tilt) * up
    vector[UP : UP + 3] = math.cos(tilt) * up - math.sin(tilt) * right
    vector[RADIUS] = radius
    vector[COLOUR : COLOUR + 3] = colour
    vector[PHASE : PHASE + 3] = 0, 0, 1
    vector[LIMB] = limb
    return vector


@kernel
def add_disc(hdr, coarse, step, camera, scale, disc, face, left, right, top, bottom):
    """Add a disc within the given columns and rows; the clouds of `coarse` hide it."""
    height, width = hdr.shape[1], hdr.shape[2]
    rows, columns = coarse.shape[1], coarse.shape[2]
    size = f32(1.0) / disc[RADIUS]
    middle = f32((1 << FACE_LOG2) * 0.5)
    for y in range(top, bottom):
        row = clamp((f32(y) + f32(0.5)) / step - f32(0.5), f32(0.0), f32(rows) - f32(1.01))
        low = i32(row)
        below = min(low + i32(1), i32(rows - 1))
        for x in range(left, right):
            dx, dy, dz = view_ray(camera, scale, width, height, x, y)
            unit = f32(1.0) / np.sqrt(dx * dx + dy * dy + dz * dz)
            u = (dx * disc[RIGHT] + dy * disc[RIGHT + 1] + dz * disc[RIGHT + 2]) * unit * size
            v = (dx * disc[UP] + dy * disc[UP + 1] + dz * disc[UP + 2]) * unit * size
            ahead = dx * disc[CENTRE] + dy * disc[CENTRE + 1] + dz * disc[CENTRE + 2]
            off = np.sqrt(u * u + v * v)
            cover = sat((f32(1.0) - off) * disc[RADIUS] * scale + f32(0.5)) if ahead > f32(0.0) else f32(0.0)
            toward = np.sqrt(max(f32(1.0) - off * off, f32(0.0)))
            light = u * disc[PHASE] + v * disc[PHASE + 1] + toward * disc[PHASE + 2]
            # Dust scatters back: the full moon is as bright at its edge as in its middle.
            lit = mix(sstep(f32(-0.02), f32(0.35), light), f32(0.45) + f32(0.55) * toward, disc[LIMB])
            ground = tex(face, i32(FACE_LOG2), i32(0), (u + f32(1.0)) * middle, (f32(1.0) - v) * middle)
            across = clamp((f32(x) + f32(0.5)) / step - f32(0.5), f32(0.0), f32(columns) - f32(1.01))
            near = i32(across)
            beside = min(near + i32(1), i32(columns - 1))
            part = across - f32(near)
            clear = mix(
                mix(coarse[3, low, near], coarse[3, low, beside], part),
                mix(coarse[3, below, near], coarse[3, below, beside], part),
                row - f32(low),
            )
            shine = cover * clear * mix(f32(1.0), clear, disc[LIMB]) * (lit * ground + disc[DARK_SIDE])
            hdr[0, y, x] += disc[COLOUR] * shine
            hdr[1, y, x] += disc[COLOUR + 1] * shine
            hdr[2, y, x] += disc[COLOUR + 2] * shine


def draw_disc(hdr: Floats, coarse: Floats, step: int, camera: Camera, disc: Floats, face: Floats) -> None:
    """Add a disc where it is in the picture."""
    height, width = hdr.shape[1:]
    frame = camera.frame.astype(np.float64)
    centre = disc[CENTRE : CENTRE + 3].astype(np.float64)
    away = float(centre @ frame[9:12])
    if away < 0.05:
        return
    scale = height / 2 / camera.tangent
    x = width / 2 + scale * float(centre @ frame[3:6]) / away
    y = height / 2 - scale * float(centre @ frame[6:9]) / away
    reach = scale * float(disc[RADIUS]) / away**2 * 1.2 + 2
    left, right = max(0, int(x - reach)), min(width, int(x + reach) + 1)
    top, bottom = max(0, int(y - reach)), min(height, int(y + reach) + 1)
    if left < right and top < bottom:
        add_disc(
            hdr, coarse, f32(step), camera.frame, f32(scale), disc, face, i32(left), i32(right), i32(top), i32(bottom)
        )
