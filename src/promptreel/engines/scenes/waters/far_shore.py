"""What stands around a water far away: a line of trees, hills, mountains, each drawn once on a round wall.

A wall is a picture wound about the stage at a distance. Rays that meet it show it, so near walls move before far ones.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import f32, i32, kernel, mix, vatan2, vexp
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.skies.sky import panorama_place, panorama_read
from promptreel.engines.scenes.stage import FOG, Canvas, Light, scale_of
from promptreel.engines.scenes.waters.shore import sampled_short, smooth

Floats = NDArray[np.float32]
Numbers = NDArray[np.floating]

SPAN = 2.4
"""Radians that a wall takes, about straight ahead. Beyond, it repeats mirrored."""

DETAIL = 2
"""How many times finer a wall is worked out than drawn."""

STRIP = 64
"""Columns of a wall that are worked out at a time: few enough for what they need to stay in the processor's cache."""


@kernel
def draw_wall(hdr, near, picture, wall, panorama, light, camera, scale):
    """Draw a wall over `hdr` (3, H, W) and `near` (H, W), where it is nearer.

    `picture` (4, rows, columns): colour times cover, cover; row 0 is the lowest. `wall` (9): radius, columns per
    radian, height of row 0, rows per metre, x and z of its middle, heading of the panorama (2), and how
    much of the air's fog counts.
    """
    height, width = hdr.shape[1], hdr.shape[2]
    rows, columns = picture.shape[1], picture.shape[2]
    ox, oz = camera[0] - wall[4], camera[2] - wall[5]
    for y in range(height):
        up = (f32(height) * f32(0.5) - f32(y) - f32(0.5)) / scale
        # Rows that pass far above or below it, by three of their rays.
        least, most = f32(1e9), f32(-1e9)
        for part in range(3):
            across = (f32(part) - f32(1.0)) * f32(width) * f32(0.5) / scale
            dx = camera[9] + camera[3] * across + camera[6] * up
            dy = camera[10] + camera[4] * across + camera[7] * up
            dz = camera[11] + camera[5] * across + camera[8] * up
            a = dx * dx + dz * dz + f32(1e-9)
            b = ox * dx + oz * dz
            away = (np.sqrt(max(b * b - a * (ox * ox + oz * oz - wall[0] * wall[0]), f32(0.0))) - b) / a
            row = (camera[1] + dy * away - wall[2]) * wall[3]
            least, most = min(least, row), max(most, row)
        margin = f32(rows) * f32(0.3) + f32(4.0)
        if (least > f32(rows) + margin) | (most < -margin):
            continue
        for x in range(width):
            across = (f32(x) + f32(0.5) - f32(width) * f32(0.5)) / scale
            dx = camera[9] + camera[3] * across + camera[6] * up
            dy = camera[10] + camera[4] * across + camera[7] * up
            dz = camera[11] + camera[5] * across + camera[8] * up
            # Where the ray leaves the circle.
            a = dx * dx + dz * dz + f32(1e-9)
            b = ox * dx + oz * dz
            c = ox * ox + oz * oz - wall[0] * wall[0]
            away = (np.sqrt(max(b * b - a * c, f32(0.0))) - b) / a
            px, pz = ox + dx * away, oz + dz * away
            row = (camera[1] + dy * away - wall[2]) * wall[3]
            # Left and right of its end the wall goes on mirrored.
            angle = abs(vatan2(px, pz) + f32(SPAN * 0.5)) * f32(1.0 / SPAN)
            angle = angle * f32(0.5)
            angle = angle - f32(np.floor(angle))
            angle = f32(1.0) - abs(angle * f32(2.0) - f32(1.0))
            column = angle * (f32(columns) - f32(1.01))
            inside = (row > f32(0.0)) & (row < f32(rows) - f32(1.01)) & (away > f32(0.1))
            shown = inside & (near[y, x] * away < f32(1.0))
            row = min(max(row, f32(0.0)), f32(rows) - f32(1.02))
            i, j = i32(column), i32(row)
            u, v = column - f32(i), row - f32(j)
            cover = mix(
                mix(picture[3, j, i], picture[3, j, i + i32(1)], u),
                mix(picture[3, j + i32(1), i], picture[3, j + i32(1), i + i32(1)], u), v,
            )  # fmt: skip
            cover = cover if shown else f32(0.0)
            share = f32(1.0) if shown else f32(0.0)
            r = mix(
                mix(picture[0, j, i], picture[0, j, i + i32(1)], u),
                mix(picture[0, j + i32(1), i], picture[0, j + i32(1), i + i32(1)], u), v,
            )  # fmt: skip
            g = mix(
                mix(picture[1, j, i], picture[1, j, i + i32(1)], u),
                mix(picture[1, j + i32(1), i], picture[1, j + i32(1), i + i32(1)], u), v,
            )  # fmt: skip
            b = mix(
                mix(picture[2, j, i], picture[2, j, i + i32(1)], u),
                mix(picture[2, j + i32(1), i], picture[2, j + i32(1), i + i32(1)], u), v,
            )  # fmt: skip
            unit = f32(1.0) / np.sqrt(a)
            clear = vexp(-away * np.sqrt(a + dy * dy) * light[FOG] * wall[8])
            at, low = panorama_place(dx * unit, f32(0.004), dz * unit, wall[6], wall[7])
            veil = (f32(1.0) - clear) * cover
            hdr[0, y, x] = (
                hdr[0, y, x] * (f32(1.0) - cover) + r * share * clear + panorama_read(panorama[0], at, low) * veil
            )
            hdr[1, y, x] = (
                hdr[1, y, x] * (f32(1.0) - cover) + g * share * clear + panorama_read(panorama[1], at, low) * veil
            )
            hdr[2, y, x] = (
                hdr[2, y, x] * (f32(1.0) - cover) + b * share * clear + panorama_read(panorama[2], at, low) * veil
            )
            near[y, x] = f32(1.0) / max(away, f32(0.1)) if cover > f32(0.5) else near[y, x]


@dataclass(frozen=True, slots=True)
class Wall:
    """One wall: its picture and where it stands, see `draw_wall`."""

    picture: Floats
    place: Floats

    def draw(self, canvas: Canvas, camera: Camera, panorama: Floats, light: Light) -> None:
        """Draw it where nothing is nearer."""
        draw_wall(
            canvas.hdr, canvas.near, self.picture, self.place, panorama, light.vector, camera.frame,
            f32(scale_of(camera, canvas.height)),
        )  # fmt: skip


def _shape(radius: float, tall: float, per_radian: float) -> tuple[Floats, Floats, float]:
    """Metres along (1, columns) and up (rows, 1) of a picture DETAIL times as fine as it is drawn, and the size of a point."""
    per_radian = min(max(per_radian, 60.0), 1300.0)
    metre = per_radian * DETAIL / radius
    columns, rows = int(SPAN * per_radian) * DETAIL, (int(tall * per_radian / radius) + 3) * DETAIL
    along, up = (((np.arange(count) + 0.5) / metre).astype(np.float32) for count in (columns, rows))
    return along[None], up[:, None], 1 / metre


def _in_strips(along: Floats, up: Floats, paint: Callable[[slice], tuple[Numbers, Numbers]]) -> Floats:
    """The picture (4, rows, columns), as it is drawn, of what `paint` gives for some columns: colour and cover.

    Mountains as a whole would take a gigabyte for a moment. A strip knows its neighbours' nearest columns, for slopes.
    """
    rows, columns = up.shape[0] // DETAIL, along.shape[1] // DETAIL
    picture = np.empty((4, rows, columns), np.float32)
    for start in range(0, columns, STRIP):
        stop = min(start + STRIP, columns)
        low, high = max(start - 1, 0), min(stop + 1, columns)
        colour, cover = paint(slice(low * DETAIL, high * DETAIL))
        for number, plane in enumerate([*(colour * cover), cover]):
            small = cv2.resize(plane.astype(np.float32), (high - low, rows), interpolation=cv2.INTER_AREA)
            picture[number, :, start:stop] = small[:, start - low : stop - low]
    return picture


def _wall(
    picture: Floats, radius: float, base: float, size: float, heading: tuple[float, float], z: float, air: float = 1.0
) -> Wall:
    """The wall of a picture whose finer self had points of this `size`, m."""
    place = np.array([radius, picture.shape[2] / SPAN, base, 1 / (size * DETAIL), 0.0, z, *heading, air], np.float32)
    return Wall(picture, place)


def _colour(red: float, green: float, blue: float) -> Floats:
    """To be multiplied with a picture (rows, columns)."""
    return np.array([[[red]], [[green]], [[blue]]], np.float32)


def _lit(light: Light, albedo: Numbers, direct: Numbers, sky: Numbers) -> Numbers:
    """Light that comes from a surface: (3, rows, columns)."""
    sun, above = _colour(*light.sunlight), _colour(*light.above)
    lit = sun * np.asarray(direct, np.float32)
    lit += above * np.asarray(sky, np.float32)
    lit *= albedo
    return lit


TREES = {
    "spring": ((0.050, 0.085, 0.022), (0.085, 0.120, 0.035)),
    "summer": ((0.028, 0.052, 0.018), (0.045, 0.072, 0.020)),
    "autumn": ((0.160, 0.085, 0.018), (0.150, 0.045, 0.016)),
    "winter": ((0.120, 0.130, 0.140), (0.075, 0.075, 0.075)),
}
"""Crowns of two kinds, by season."""


def tree_wall(
    rng: np.random.Generator,
    noise: Floats,
    light: Light,
    heading: tuple[float, float],
    per_radian: float,
    *,
    radius: float = 190.0,
    z: float = 0.0,
    tall: float = 13.0,
    base: float = 0.3,
    season: str = "summer",
    conifers: float = 0.6,
) -> Wall:
    """A wood at the water's edge: trees of two kinds side by side, each with a lit and a dark side."""
    along, up, size = _shape(radius, tall * 1.5, per_radian)
    length = radius * SPAN
    cover = np.zeros((up.shape[0], along.shape[1]), np.float32)
    colour = np.zeros((3, *cover.shape), np.float32)
    first, second = (np.array(shade) for shade in TREES.get(season, TREES["summer"]))
    evergreen = np.array([0.018, 0.034, 0.020])
    for row in range(3):
        # Those behind are higher up the slope and fill the gaps.
        back = (2 - row) / 2
        spots = np.sort(rng.uniform(0, length, int(length / (tall * 0.17))))
        swell = sampled_short(noise, spots * 0.9 + row * 50, spots * 0 + 40.0)
        high = tall * rng.uniform(0.45, 1.0, len(spots)) * (0.55 + 0.75 * swell) * (0.8 + 0.35 * back)
        pine = rng.random(len(spots)) < conifers
        tints = rng.normal(1, 0.16, len(spots))
        mixes = rng.random(len(spots))
        for at, top, is_pine, tint, share in zip(spots, high, pine, tints, mixes, strict=True):
            half = top * (0.17 if is_pine else 0.36)
            low, stop = int(max((at - half * 1.3) / size, 0)), int((at + half * 1.3) / size) + 2
            part = slice(low, min(stop, along.shape[1]))
            if part.start >= part.stop:
                continue
            rows = slice(0, min(int(top * 1.06 / size) + 2, up.shape[0]))
            a, h = (along[:, part] - at) / half, up[rows] / top
            ragged = sampled_short(noise, along[:, part] * 37.0, up[rows] * 37.0 + at) - 0.5
            if is_pine:
                # Whorls of branches, wide below.
                edge = np.maximum(1.02 - h, 0) ** 0.85 * (0.80 + 0.35 * np.abs(np.mod(h * 9 + tint * 5, 1) - 0.5))
                inside = edge + ragged * 0.35 - np.abs(a)
            else:
                inside = 1 - a * a - ((h - 0.60) / 0.42) ** 2 + ragged * 0.7
                inside = np.maximum(inside, np.where((h < 0.5) & (np.abs(a) < 0.85), 0.25 + ragged, -1))
            there = np.clip(inside / (1.5 * size / half) + 0.5, 0, 1)
            round_ = np.clip(a, -1, 1)
            face = np.array([light.sun[0], light.sun[1], light.sun[2]], float)
            normal_x, normal_z = round_ * 0.8, -np.sqrt(np.maximum(1 - round_ * round_, 0)) * 0.8
            angle = at / radius - SPAN / 2
            world_x = normal_x * math.cos(angle) + normal_z * math.sin(angle)
            world_z = normal_z * math.cos(angle) - normal_x * math.sin(angle)
            rough = 0.55 + 1.1 * (ragged + 0.25)
            direct = np.maximum(world_x * face[0] + 0.45 * face[1] + world_z * face[2] + 0.15, 0.03) * rough
            sky = (0.22 + 0.5 * h) * rough
            albedo = (evergreen if is_pine else first * share + second * (1 - share)) * tint
            paint = _lit(light, albedo[:, None, None], direct, sky)
            colour[:, rows, part] = colour[:, rows, part] * (1 - there) + paint * there
            cover[rows, part] = np.maximum(cover[rows, part], there)
    picture = _in_strips(
        along,
        up,
        lambda part: _brushed(noise, light, tall, size, along[:, part], up, colour[..., part], cover[:, part]),
    )
    return _wall(picture, radius, base - 0.3, size, heading, z)


def _brushed(
    noise: Floats, light: Light, tall: float, size: float, along: Floats, up: Floats, colour: Floats, cover: Floats
) -> tuple[Floats, Floats]:
    """Colour and cover of trees with grass and shade at their feet."""
    up = up[: int(0.45 * tall / size) + 2]
    colour, cover = colour.copy(), cover.copy()
    brush = sampled_short(noise, along * 11.0, up * 0), sampled_short(noise, along * 53.0, up * 53.0)
    foot = np.clip((tall * (0.10 + 0.22 * brush[0] + 0.10 * brush[1]) - up) / size, 0, 1)
    bank = _colour(0.034, 0.048, 0.018) * (0.3 + 1.2 * sampled_short(noise, along * 31.0, up * 60.0))[None]
    paint = _lit(light, bank, np.full_like(foot, 0.2 + 0.25 * float(max(light.sun[1], 0))), np.full_like(foot, 0.5))
    low = slice(0, len(up))
    colour[:, low] = colour[:, low] * (1 - foot) + paint * foot
    cover[low] = np.maximum(cover[low], foot)
    return colour, cover


def hill_wall(
    rng: np.random.Generator,
    noise: Floats,
    light: Light,
    heading: tuple[float, float],
    per_radian: float,
    *,
    radius: float = 900.0,
    z: float = 0.0,
    tall: float = 90.0,
    season: str = "summer",
) -> Wall:
    """Wooded hills, one behind another."""
    along, up, size = _shape(radius, tall * 1.1, per_radian)
    leaves = _colour(*TREES.get(season, TREES["summer"])[1]) * 0.6 + _colour(0.02, 0.035, 0.02)
    angle = along / radius - SPAN / 2
    ridges = []
    sun = light.sun.tolist()
    for row in range(3):
        share = 1 - row * 0.27
        at = rng.uniform(0, 500, 2).tolist()
        crest = sampled_short(noise, along * 60.0 / tall * 0.7 + at[0], at[1] + 0 * along)
        crest = tall * share * (0.30 + 0.75 * crest)
        trees = sampled_short(noise, along * 9.0, at[1] + 99.0 + 0 * along) * min(9.0, tall * 0.12)
        ridges.append((at, crest + trees, np.gradient(crest[0], size)[None]))
    # Mist between the rows.
    mists = [(0.16 * (2 - row) + 0.25 * np.exp(-up / (tall * 0.22))).astype(np.float32) for row in range(3)]

    def paint(part: slice) -> tuple[Floats, Floats]:
        cover: Floats = np.zeros((len(up), along[:, part].shape[1]), np.float32)
        colour: Floats = np.zeros((3, *cover.shape), np.float32)
        turn = angle[:, part]
        for (at, crest, slope), mist in zip(ridges, mists, strict=True):
            there = np.clip((crest[:, part] - up) / (1.5 * size) + 0.5, 0, 1)
            tufts = sampled_short(noise, along[:, part] * 4.7 + at[0], up * 7.1 + at[1])
            large = sampled_short(noise, along[:, part] * 0.8 + at[1], up * 1.3 + at[0])
            normal_x = -slope[:, part] * 0.9 + (large - 0.5) * 1.2
            world_x = normal_x * np.cos(turn) - 0.55 * np.sin(turn)
            world_z = -0.55 * np.cos(turn) - normal_x * np.sin(turn)
            direct = np.maximum(world_x * sun[0] + 0.65 * sun[1] + world_z * sun[2], 0.02)
            direct = direct * (0.35 + 1.1 * tufts)
            face = _lit(light, leaves * (0.6 + 0.8 * large)[None], direct, 0.35 + 0.45 * tufts)
            face = face * (1 - mist) + _colour(*light.horizon) * mist
            colour = colour * (1 - there) + face * there
            cover = np.maximum(cover, there)
        return colour, cover

    return _wall(_in_strips(along, up, paint), radius, -0.5, size, heading, z, 0.7)


def mountain_wall(
    rng: np.random.Generator,
    noise: Floats,
    light: Light,
    heading: tuple[float, float],
    per_radian: float,
    *,
    radius: float = 6000.0,
    tall: float = 1500.0,
    snow: float = 0.55,
) -> Wall:
    """Mountains with ridges, snow above `snow` of their height and woods at their feet."""
    along, up, size = _shape(radius, tall * 1.12, per_radian)
    angle = along / radius - SPAN / 2
    scale = 62.0 / tall
    offsets = rng.uniform(0, 500, (2, 2)).tolist()
    sun = light.sun.tolist()

    def ridged(x: Numbers, y: Numbers) -> Floats:
        return np.asarray(1 - np.abs(sampled_short(noise, x, y) * 2 - 1))

    def paint(part: slice) -> tuple[Floats, Floats]:
        wide, turn = along[:, part], angle[:, part]
        flat = 0 * wide
        cover: Floats = np.zeros((len(up), wide.shape[1]), np.float32)
        colour: Floats = np.zeros((3, *cover.shape), np.float32)
        for row, at in enumerate(offsets):
            crest = 0.55 * ridged(wide * scale * 0.55 + at[0], flat + at[1])
            crest = crest + 0.30 * ridged(wide * scale * 1.7 + at[1], flat + at[0] + 60)
            crest = crest + 0.16 * (sampled_short(noise, wide * scale * 6.0, flat + at[1] + 9) - 0.5)
            crest = tall * (crest * 1.15 - 0.10) * (1.0 if row == 0 else 0.62)
            there = np.clip((crest - up) / (1.5 * size) + 0.5, 0, 1)
            # Ridges run down from the crest and branch: folded noise whose place is bent by another.
            down = (crest - up) / tall
            bend = 34.0 * sampled_short(noise, wide * scale * 0.9 + at[1], up * scale * 0.9)
            x, h = wide * scale * 1.5 + bend + at[0], up * scale * 0.55 + bend * 0.6
            relief = (
                0.50 * ridged(x * 0.8, h)
                + 0.32 * ridged(x * 2.3 + 40, h * 2.6)
                + 0.18 * sampled_short(noise, x * 6.0, h * 8.0)
            )
            tilt = np.gradient(relief, axis=1) / (size * scale) * 22.0
            rise = np.gradient(relief, axis=0) / (size * scale) * 9.0
            fine = sampled_short(noise, wide * scale * 17.0, up * scale * 17.0)
            world_x, world_z = tilt * np.cos(turn) - 0.7 * np.sin(turn), -0.7 * np.cos(turn) - tilt * np.sin(turn)
            length = np.sqrt(1.13 + tilt * tilt + rise * rise)
            direct = np.maximum((world_x * sun[0] + (0.8 - rise) * sun[1] + world_z * sun[2]) / length, 0.0)
            level = up / tall + (relief - 0.5) * 0.25 + (fine - 0.5) * 0.14 - 0.10 * np.minimum(np.abs(tilt), 2.0)
            white = smooth(snow - 0.06, snow + 0.06, level).astype(np.float32)
            wood = smooth(0.30, 0.16, up / tall + (fine - 0.5) * 0.1 + (relief - 0.5) * 0.2).astype(np.float32)
            rock = _colour(0.15, 0.145, 0.15) * (0.45 + 0.7 * fine + 0.4 * relief)[None]
            albedo = rock * (1 - wood) + _colour(0.03, 0.045, 0.03) * (0.5 + fine)[None] * wood
            albedo = albedo * (1 - white) + 0.82 * white
            face = _lit(light, albedo, direct, 0.45 + 0.35 * np.clip(1 - down, 0, 1))
            mist = (0.08 * (1 - row) + 0.30 * np.exp(-up / (tall * 0.14))).astype(np.float32)
            face = face * (1 - mist) + _colour(*light.horizon) * mist
            colour = colour * (1 - there) + face * there
            cover = np.maximum(cover, there)
        return colour, cover

    return _wall(_in_strips(along, up, paint), radius, -10.0, size, heading, 0.0, 0.2)
