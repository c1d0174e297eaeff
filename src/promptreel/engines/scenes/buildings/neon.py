"""Neon writing and signs. The characters are invented: they look like writing and say nothing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.mesh import MeshBuilder, Wall

Floats = NDArray[np.floating]

PALETTE = np.array(
    [
        (1.0, 0.06, 0.38),
        (0.05, 0.75, 1.0),
        (0.55, 0.12, 1.0),
        (1.0, 0.32, 0.05),
        (0.10, 1.0, 0.55),
        (1.0, 0.12, 0.12),
        (0.95, 0.85, 0.35),
        (0.15, 0.35, 1.0),
    ]
)

LETTERS: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "A": ((0, 0, 0, 4), (0, 4, 2, 6), (2, 6, 4, 4), (4, 4, 4, 0), (0, 2, 4, 2)),
    "B": ((0, 0, 0, 6), (0, 6, 3, 6), (3, 6, 4, 5), (4, 5, 3, 3), (0, 3, 3, 3), (3, 3, 4, 1.5),
        (4, 1.5, 3, 0), (3, 0, 0, 0)),
    "C": ((4, 5, 3, 6), (3, 6, 1, 6), (1, 6, 0, 5), (0, 5, 0, 1), (0, 1, 1, 0), (1, 0, 3, 0), (3, 0, 4, 1)),
    "E": ((4, 0, 0, 0), (0, 0, 0, 6), (0, 6, 4, 6), (0, 3, 3, 3)),
    "F": ((0, 0, 0, 6), (0, 6, 4, 6), (0, 3, 3, 3)),
    "H": ((0, 0, 0, 6), (4, 0, 4, 6), (0, 3, 4, 3)),
    "I": ((2, 0, 2, 6),),
    "K": ((0, 0, 0, 6), (4, 6, 0, 3), (0, 3, 4, 0)),
    "L": ((0, 6, 0, 0), (0, 0, 4, 0)),
    "M": ((0, 0, 0, 6), (0, 6, 2, 3), (2, 3, 4, 6), (4, 6, 4, 0)),
    "N": ((0, 0, 0, 6), (0, 6, 4, 0), (4, 0, 4, 6)),
    "O": ((1, 0, 0, 1), (0, 1, 0, 5), (0, 5, 1, 6), (1, 6, 3, 6), (3, 6, 4, 5), (4, 5, 4, 1), (4, 1, 3, 0),
        (3, 0, 1, 0)),
    "R": ((0, 0, 0, 6), (0, 6, 3, 6), (3, 6, 4, 5), (4, 5, 4, 4), (4, 4, 3, 3), (3, 3, 0, 3), (2, 3, 4, 0)),
    "S": ((4, 5, 3, 6), (3, 6, 1, 6), (1, 6, 0, 5), (0, 5, 0, 4), (0, 4, 4, 2), (4, 2, 4, 1), (4, 1, 3, 0),
        (3, 0, 1, 0), (1, 0, 0, 1)),
    "T": ((0, 6, 4, 6), (2, 6, 2, 0)),
    "U": ((0, 6, 0, 1), (0, 1, 1, 0), (1, 0, 3, 0), (3, 0, 4, 1), (4, 1, 4, 6)),
    "2": ((0, 5, 1, 6), (1, 6, 3, 6), (3, 6, 4, 5), (4, 5, 4, 4), (4, 4, 0, 0), (0, 0, 4, 0)),
    "4": ((3, 0, 3, 6), (3, 6, 0, 2), (0, 2, 4, 2)),
}  # fmt: skip
"""Strokes (x0, y0, x1, y1) on a field of 4 by 6."""

WORDS = ("BAR", "HOTEL", "RAMEN", "CLUB", "NOIR", "SUSHI", "24H", "CAFE", "SAUNA", "HOTEL", "KINO", "LIONS")


@dataclass(frozen=True, slots=True)
class Lamp:
    """A point of light: where it is and its colour times its strength."""

    at: Floats
    colour: Floats


def colour(rng: np.random.Generator) -> Floats:
    """One of the neon colours, a little varied."""
    return PALETTE[rng.integers(len(PALETTE))] * rng.uniform(0.85, 1.15)


def invented(rng: np.random.Generator) -> list[tuple[float, float, float, float]]:
    """The strokes of a character that does not exist, on a field of 4 by 6."""
    strokes: list[tuple[float, float, float, float]] = []
    for _ in range(rng.integers(2, 4)):
        y = float(rng.integers(0, 7))
        a, b = sorted(rng.choice(5, 2, replace=False))
        strokes.append((max(a - 1.0, 0), y, min(b + 1.0, 4), y))
    for _ in range(rng.integers(1, 4)):
        x = float(rng.integers(0, 5))
        a, b = sorted(rng.choice(7, 2, replace=False))
        strokes.append((x, float(a), x, float(b)))
    if rng.random() < 0.6:
        strokes += [(0, 0, 2, 3), (2, 3, 4, 0)]
    if rng.random() < 0.5:
        strokes += [(0, 0, 4, 0), (0, 6, 4, 6), (0, 0, 0, 6), (4, 0, 4, 6)]
    return strokes


def stroke_quads(wall: Wall, strokes: ArrayLike, u: float, v: float, size: float, thick: float, o: float) -> Floats:
    """Strokes as thin rectangles on a wall, (n, 4, 3). (u, v): the lower left corner; `size`: metres per unit."""
    lines = np.asarray(strokes, float).reshape(-1, 4) * size + np.array([u, v, u, v])
    start, end = lines[:, :2], lines[:, 2:]
    along = end - start
    along = along / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9) * thick
    beside = np.stack([-along[:, 1], along[:, 0]], 1)
    start, end = start - along, end + along
    corners = np.stack([start - beside, end - beside, end + beside, start + beside], 1)
    return wall.points(corners[..., 0], corners[..., 1], o)


def write(
    mesh: MeshBuilder,
    wall: Wall,
    rng: np.random.Generator,
    box: tuple[float, float, float, float],
    light: ArrayLike,
    o: float,
    *,
    upright: bool,
) -> None:
    """Fill a box (u0, v0, u1, v1) on a wall with characters, one below the other or one beside the other."""
    u0, v0, u1, v1 = box
    wide, high = u1 - u0, v1 - v0
    word = str(rng.choice(WORDS)) if rng.random() < 0.35 else ""
    cell = min(wide, high) / (1.0 if upright else 1.15)
    number = len(word) or max(1, int((high if upright else wide) / (cell * 1.15)))
    pitch = (high if upright else wide) / number
    size = min(wide * 0.74 / 4, pitch * 0.80 / 6) if upright else min(pitch * 0.70 / 4, high * 0.72 / 6)
    quads = []
    for k in range(number):
        strokes = LETTERS.get(word[k], LETTERS["I"]) if word else invented(rng)
        if upright:
            u, v = (u0 + u1) / 2 - 2 * size, v1 - (k + 0.5) * pitch - 3 * size
        else:
            u, v = u0 + (k + 0.5) * pitch - 2 * size, (v0 + v1) / 2 - 3 * size
        quads.append(stroke_quads(wall, strokes, u, v, size, 0.012 + size * 0.14, o))
    mesh.quads(np.concatenate(quads), 0.0, light, toward=wall.normal)


def frame_quads(wall: Wall, box: tuple[float, float, float, float], thick: float, o: float) -> Floats:
    """The four sides of a box as thin rectangles, (4, 4, 3)."""
    u0, v0, u1, v1 = box
    strokes = [(u0, v0, u1, v0), (u1, v0, u1, v1), (u1, v1, u0, v1), (u0, v1, u0, v0)]
    return stroke_quads(wall, strokes, 0, 0, 1.0, thick / 2, o)


def blade(mesh: MeshBuilder, rng: np.random.Generator, at: ArrayLike, wide: float, high: float) -> Lamp:
    """A sign that stands out from a facade and faces down the street, toward -z. `at`: the middle of its foot."""
    x, y, z = np.asarray(at, float)
    tint = colour(rng)
    wall = Wall((x, z), (1, 0), (0, -1))
    half = wide / 2
    mesh.boxes([(x, y + high / 2, z + 0.13)], [half, high / 2, 0.12], 0.05)
    inner = (-half + 0.06, y + 0.10, half - 0.06, y + high - 0.10)
    if rng.random() < 0.42:
        # A lit box: pale, brighter in the middle, with dark or white writing.
        pale = tint * 0.62 + 0.10
        glow = np.array([0.72, 0.72, 1.0, 1.0])[:, None] * pale
        mesh.quad(wall.rectangles(-half + 0.04, y + 0.04, half - 0.04, y + high / 2)[0], 0.0, glow, toward=wall.normal)
        mesh.quad(
            wall.rectangles(-half + 0.04, y + high / 2, half - 0.04, y + high - 0.04)[0],
            0.0,
            glow[[2, 3, 0, 1]],
            toward=wall.normal,
        )
        ink = np.full(3, 0.015) if rng.random() < 0.6 else np.array([2.0, 1.9, 1.8])
        write(mesh, wall, rng, inner, ink, 0.05, upright=True)
    else:
        mesh.quad(wall.rectangles(-half, y, half, y + high)[0], 0.02, tint * 0.035, toward=wall.normal)
        write(mesh, wall, rng, inner, tint * 1.9 + 0.06, 0.06, upright=True)
        other = colour(rng)
        mesh.quads(
            frame_quads(wall, (-half + 0.03, y + 0.03, half - 0.03, y + high - 0.03), 0.045, 0.05),
            0,
            other * 1.3 + 0.04,
        )
        if rng.random() < 0.4:
            mesh.quads(
                frame_quads(wall, (-half - 0.06, y - 0.06, half + 0.06, y + high + 0.06), 0.03, 0.05), 0, tint * 0.9
            )
    # Brackets to the wall on either side; the hidden one does not matter.
    mesh.boxes([(x, y + high * k, z + 0.13) for k in (0.15, 0.85)], [half + 0.45, 0.035, 0.035], 0.06)
    return Lamp(np.array([x, y + high / 2, z - 1.0]), tint * 9.0 * wide)


def hoarding(mesh: MeshBuilder, rng: np.random.Generator, wall: Wall, box: tuple[float, float, float, float]) -> Lamp:
    """A large lit picture on a facade: a gradient, a few discs or waves, and a line of writing."""
    u0, v0, u1, v1 = box
    first, second = colour(rng), colour(rng)
    cells_u, cells_v = 18, 12
    u = np.linspace(u0, u1, cells_u + 1)
    v = np.linspace(v0, v1, cells_v + 1)
    mid_u, mid_v = np.meshgrid(np.arange(cells_u + 1) / cells_u, np.arange(cells_v + 1) / cells_v)
    centre = rng.uniform(0.25, 0.75, 2)
    ring = np.hypot((mid_u - centre[0]) * (u1 - u0), (mid_v - centre[1]) * (v1 - v0)) / (v1 - v0)
    waves = 0.5 + 0.5 * np.sin(ring * rng.uniform(6, 14) + rng.uniform(0, 6))
    disc = (ring < rng.uniform(0.22, 0.36)).astype(float)
    light = first * (0.10 + 0.34 * waves)[..., None] + second * (0.08 + 0.30 * (1 - mid_v))[..., None]
    light = light * (1 - disc)[..., None] + disc[..., None] * (second * 0.75 + 0.12)
    corner = [
        (slice(None, -1), slice(None, -1)),
        (slice(None, -1), slice(1, None)),
        (slice(1, None), slice(1, None)),
        (slice(1, None), slice(None, -1)),
    ]
    grid_u, grid_v = np.meshgrid(u, v)
    points = wall.points(grid_u, grid_v, 0.30)
    quads = np.stack([points[k] for k in corner], 2).reshape(-1, 4, 3)
    lights = np.stack([light[k] for k in corner], 2).reshape(-1, 4, 3)
    mesh.quads(quads, 0.0, lights, toward=wall.normal)
    mesh.quads(frame_quads(wall, box, 0.16, 0.33), 0.05, second * 0.25)
    line = (u0 + 0.4, v0 + 0.35, u1 - 0.4, v0 + 0.35 + (v1 - v0) * 0.24)
    write(mesh, wall, rng, line, np.array([1.5, 1.45, 1.4]), 0.36, upright=False)
    middle = wall.points((u0 + u1) / 2, (v0 + v1) / 2, 2.6)
    return Lamp(middle, (first + second) * 8.0)
