"""The floor of a photographer's studio: paper that sweeps up into a wall, or a table of marble, wood or black glass.

Lengths go by the distance of what is photographed, so that a ring and a car stand in studios that fit them.
"""

from typing import Any, ClassVar

import numpy as np

from promptreel.engines.scenes.backdrops.studio import paper_of, said
from promptreel.engines.scenes.grounds.indoors import Indoors
from promptreel.engines.scenes.kernels import f32, i32, kernel, mix, sat, sstep, tex, tile_fbm, vatan2, vexp
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import Brief, Canvas, Floats, GroundRow, Light, Set, scale_of, view_ray
from promptreel.engines.scenes.waters.water import picture_read

SIDE_LOG2 = 10
TABLE_TILE = 1.1
"""Metres of table top that the texture holds, for a thing 1 m away."""

SPOTS = ((0.0, 0.0, 1.6), (-0.34, 0.0, 1.72), (0.34, 0.0, 1.78), (-0.16, 0.0, 1.42), (0.17, 0.0, 1.46), (0.0, 0.0, 2.0))
"""Where small things stand, m."""

# Where things are in the vector `studio`.
MIDDLE = 0  # of what is photographed, x and z
SIZE = 2  # its distance from the camera, m
EDGE = 3  # how far behind the middle a table ends, in SIZE; far out where there is none
GLOSS = 4  # 1 polished stone, 0 paper
LIFT = 5  # how evenly the paper is lit, 0…1
PER_METRE = 6  # texels
STUDIO_LENGTH = 7

SURFACES: dict[str, tuple[str, ...]] = {
    "marble": ("marble", "stone", "granite", "countertop"),
    "wood": ("wood", "wooden", "table", "oak", "desk"),
    "glass": ("glass surface", "mirror", "acrylic", "reflective", "glossy"),
}
"""Surfaces by the words for them; the first that is named is taken."""


@kernel
def draw_studio(hdr, near, mirror, top, log2, camera, scale, paper, beyond, studio):
    """Draw floor and wall over the whole of `hdr` (3, H, W) and `near` (H, W).

    The wall is a cylinder round what is photographed. `top` (3 * side²) is the floor's reflectance, `paper` (3) the wall's;
    `mirror` (3, h, w) is the world upside down with `beyond` (3) where there is nothing.
    """
    height, width = near.shape
    size = studio[SIZE]
    radius = size * f32(4.5)
    plane = i32(1) << (i32(2) * log2)
    ox, oz = camera[0] - studio[MIDDLE], camera[2] - studio[MIDDLE + 1]
    half_x, half_y = f32(mirror.shape[2]) / f32(width), f32(mirror.shape[1]) / f32(height)
    for y in range(height):
        for x in range(width):
            dx, dy, dz = view_ray(camera, scale, width, height, x, y)
            down = max(-dy, f32(1e-5))
            to_floor = camera[1] / down
            a = max(dx * dx + dz * dz, f32(1e-4))
            b = ox * dx + oz * dz
            c = ox * ox + oz * oz - radius * radius
            to_wall = (np.sqrt(max(b * b - a * c, f32(0.0))) - b) / a
            # The floor.
            fx, fz = ox + dx * to_floor, oz + dz * to_floor
            out = np.sqrt(fx * fx + fz * fz) / size
            pool = f32(0.74) + f32(0.26) * vexp(-out * out * f32(0.30))
            pool = mix(pool, f32(0.97), studio[LIFT])
            u, v = fx * studio[PER_METRE], fz * studio[PER_METRE]
            texels = to_floor / scale * studio[PER_METRE] / np.sqrt(sat(down + f32(0.02)))
            fine = sat(f32(2.0) - texels * f32(0.25))
            # The wall where the ray meets it, and where its mirrored part does.
            turn = vatan2(ox + dx * to_wall, oz + dz * to_wall) * radius / (size * f32(2.1))
            high = (camera[1] + dy * to_wall) / size - f32(0.80)
            mirrored = max(to_wall - to_floor, f32(0.0)) * down / size - f32(0.80)
            lit = f32(0.40) + f32(0.60) * vexp(-turn * turn - high * high * f32(0.45))
            lit_mirrored = f32(0.40) + f32(0.60) * vexp(-turn * turn - mirrored * mirrored * f32(0.45))
            lit = mix(lit, f32(1.0), studio[LIFT])
            lit_mirrored = mix(lit_mirrored, f32(1.0), studio[LIFT])
            edge = studio[EDGE]
            behind = sstep(edge - f32(0.03), edge + f32(0.03), fz / size)
            behind = max(behind, sstep(f32(1.2), f32(4.3), out))
            behind = behind if (dy < f32(0.0)) & (to_floor < to_wall) else f32(1.0)
            # What the floor mirrors, after Schlick.
            miss = f32(1.0) - down / np.sqrt(a + dy * dy)
            shine = miss * miss
            shine = studio[GLOSS] * (f32(0.04) + f32(0.80) * shine * shine * miss)
            for channel in range(3):
                wall = paper[channel] * lit
                floor = tex(top, log2, channel * plane, u, v)
                floor = mix(top[channel * plane], floor, fine) * pool
                thing = picture_read(
                    mirror[channel], (f32(x) + f32(0.5)) * half_x - f32(0.5), (f32(y) + f32(0.5)) * half_y - f32(0.5)
                )
                seen = max(paper[channel] * lit_mirrored + thing - beyond[channel], f32(0.0))
                floor = mix(floor, seen, shine)
                hdr[channel, y, x] = mix(floor, wall, behind)
            at = to_wall if behind > f32(0.5) else min(to_floor, to_wall)
            near[y, x] = f32(1.0) / at


def table_top(kind: str, seed: int, paper: Floats) -> Floats:
    """The reflectance of a surface as a texture that repeats, (3 * side²)."""
    side = 1 << SIDE_LOG2
    if kind == "marble":
        warp, cloud = tile_fbm(side, seed, base=2, octaves=8), tile_fbm(side, seed + 1, base=3, octaves=7)
        thin, wide = (np.exp(-np.abs(field - 0.5) * sharp) for field, sharp in ((warp, 70.0), (cloud, 16.0)))
        veins = np.clip(0.62 * thin * cloud + 0.30 * wide * warp + 0.16 * (1 - cloud), 0, 1)[None]
        top = (
            np.array([0.78, 0.77, 0.75])[:, None, None] * (1 - veins)
            + veins * np.array([0.27, 0.27, 0.29])[:, None, None]
        )
    elif kind == "wood":
        v, u = np.meshgrid(*[np.arange(side) / side] * 2, indexing="ij")
        bend = tile_fbm(side, seed, base=2, octaves=4)
        fibre = tile_fbm(side, seed + 1, base=4, octaves=8, gain=0.6)
        # Boards along x: rings of growth cut lengthwise, each board from another tree.
        board = np.floor(v * 5)
        shift = np.random.default_rng(seed).random(5)[board.astype(int)]
        rows = np.asarray(np.floor(v * side), int)
        grain = fibre[rows, np.asarray(np.floor(u * side / 16 + 300 * shift), int) % side]
        rings = 0.5 + 0.5 * np.sin((v * 60 + bend * 9 + shift * 40 + np.sin(2 * np.pi * (u + shift)) * 1.5) * 2.0)
        tone = (0.62 + 0.26 * grain + 0.16 * rings) * (0.84 + 0.3 * shift)
        seam = 1 - 0.75 * np.exp(-((np.minimum(v * 5 - board, board + 1 - v * 5) * 40) ** 2))
        top = np.array([0.40, 0.225, 0.115])[:, None, None] * (tone * seam)[None]
    elif kind == "glass":
        top = np.full((3, side, side), 0.012)
    else:
        top = np.broadcast_to(paper[:, None, None], (3, side, side))
    return np.ascontiguousarray(top, np.float32).ravel()


class StudioFloor(Indoors):
    """See `stage.Ground`."""

    mirrors = True
    shadowed = 0.5
    """A large lamp's shadow is never black."""

    spots: ClassVar[dict[str, list[tuple[float, float, float]]]] = {"table": list(SPOTS)}

    def __init__(self, brief: Brief) -> None:
        assert brief.light is not None
        words = " ".join(said(brief))
        self.kind = next((kind for kind, names in SURFACES.items() if any(name in words for name in names)), "paper")
        self._light: Light = brief.light
        self._paper = paper_of(brief)
        self._top = table_top(self.kind, brief.seed % (1 << 30), self._paper)
        self._top[[0, 1 << 20, 2 << 20]] = self._top.reshape(3, -1).mean(axis=1)
        self._numbers = np.zeros(STUDIO_LENGTH, np.float32)
        white = float(self._paper.min()) > 0.6
        self._numbers[[GLOSS, LIFT]] = {"marble": 0.8, "wood": 0.35, "glass": 1.0}.get(self.kind, 0.10), 0.75 * white
        self._numbers[EDGE] = 1e3 if self.kind in {"paper", "glass"} else 1.1
        self._place((0.0, 3.0), (0.0, 0.0))

    def _place(self, middle: tuple[float, float], camera: tuple[float, float]) -> None:
        x, z = middle
        size = float(np.clip(np.hypot(x - camera[0], z - camera[1]), 0.3, 60.0))
        self._numbers[[MIDDLE, MIDDLE + 1, SIZE]] = x, z, size
        self._numbers[PER_METRE] = (1 << SIDE_LOG2) / (TABLE_TILE * size)

    def dress(self, stage: Set) -> None:
        """Hang the paper behind what is photographed, which stands by now."""
        self._place(stage.sights.get("subject", (0.0, 3.0)), stage.sights.get("camera", (0.0, 0.0)))

    def draw(self, state: Any, canvas: Canvas, camera: Camera, t: float) -> None:
        """Draw floor and wall over the canvas."""
        assert canvas.mirror is not None
        draw_studio(
            canvas.hdr, canvas.near, canvas.mirror.hdr, self._top, np.int32(SIDE_LOG2), camera.frame,
            np.float32(scale_of(camera, canvas.height)), self._paper, self._light.horizon, self._numbers,
        )  # fmt: skip


ROWS = (GroundRow("studio", StudioFloor),)
