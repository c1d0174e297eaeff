"""The ground of built places, drawn per pixel: asphalt with its paint, pavements, verges, meadows, snow and puddles.

A pixel's place comes from a plane or from a rasterised relief (`fill_plane`, `Relief`); what lies there is worked out
from its distance to the middle of the road. One kernel draws every ground of a town; a row of numbers (`Look`) tells
them apart, so that all of them share one compilation.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    tile_fbm,
    vcos,
    vexp,
    vsin,
)
from promptreel.engines.scenes.mesh import Camera, Rasteriser, grid_triangles
from promptreel.engines.scenes.post import halve
from promptreel.engines.scenes.stage import ABOVE, BELOW, FOG, HORIZON, SUN, SUNLIGHT, Canvas, Light, scale_of, view_ray
from promptreel.engines.scenes.waters.wet import plane_read, rain_ring, smear_down

Floats = NDArray[np.float32]

# What the numbers of `Look.vector` are, for the kernel.
(
    ROAD, PAVEMENT, WET, RINGS, SNOW, PAINT, SWING, TURNS, PHASE, FIELD, FIELD2, BLADES, ASPHALT, CROSSING, YELLOW,
    MAP_X, MAP_Z, MAP_CELLS, RAGGED, RIPPLES, BLOOMS, VERGE, WEAR, SHEEN, ASIDE,
) = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 19, 20, 21, 22, 23, 24, 25, 26, 27, 30, 31, 32)  # fmt: skip

FINE = 512 * 512
"""Where in the texture of a ground its fine noise begins, behind the broad one."""

BAND_ROWS = 32
"""Rows of a plane that are worked out at a time: where pixels see it is as much as half a picture again."""

REACH = 22.0
"""Metres that a lamp lights the ground."""


@dataclass(slots=True)
class Look:
    """What lies on a ground, in metres from the middle of its road. Colours are reflectances."""

    road: float = 0.0
    """Half of the road's width."""
    pavement: float = 0.0
    """As far as the pavement reaches; 0 for none."""
    wet: float = 0.0
    rings: float = 0.0
    """How much rain makes rings in the puddles."""
    snow: float = 0.0
    paint: float = 1.0
    """How well the markings are kept."""
    swing: float = 0.0
    """The road's middle is at x = swing * sin(turns * z + phase), straight before the camera."""
    turns: float = 0.0
    phase: float = 0.0
    field: tuple[float, float, float] = (0.1, 0.1, 0.1)
    field2: tuple[float, float, float] = (0.1, 0.1, 0.1)
    blades: float = 0.5
    """How strong the fine grain of the field is."""
    asphalt: tuple[float, float, float] = (0.095, 0.095, 0.10)
    crossing: float = 0.0
    """Where a zebra crossing begins, 0 for none."""
    yellow: float = 0.0
    """Whether the middle line is yellow."""
    ragged: float = 0.0
    """Metres by which the road's edge wanders: 0 for a kerb, 0.5 for a track."""
    ripples: float = 0.0
    """Ripples of wind in sand."""
    blooms: float = 0.0
    """How much of the field are flowers."""
    verge: tuple[float, float, float] = (0.2, 0.18, 0.14)
    """The strip along a road without a pavement."""
    wear: float = 0.5
    sheen: float = 0.12
    """How much a wet road mirrors even where it is looked down on."""

    aside: float = 0.0
    """Metres that the whole road lies to the right of the camera."""

    def middle(self, z: Any) -> Any:
        """Where the middle of the road is at `z`."""
        z = np.asarray(z, np.float64)
        return self.aside + self.swing * np.sin(self.turns * z + self.phase) * np.clip(z / 60, 0, 1)

    def vector(self, area: "GroundMap") -> Floats:
        """As an array for the kernel."""
        numbers = [self.road, self.pavement, self.wet, self.rings, self.snow, self.paint, self.swing, self.turns]
        numbers += [self.phase, *self.field, *self.field2, self.blades, *self.asphalt, self.crossing, self.yellow]
        numbers += [area.x0, area.z0, 1 / area.cell, self.ragged, self.ripples, self.blooms, *self.verge]
        return np.array([*numbers, self.wear, self.sheen, self.aside], np.float32)


@dataclass(slots=True)
class GroundMap:
    """A plan of what light reaches the ground: how open it is to the sky, and lamplight, (4, rows, columns)."""

    x0: float
    z0: float
    cell: float
    columns: int
    rows: int

    def points(self) -> tuple[Floats, Floats]:
        """x and z of all cells, (rows, columns)."""
        z, x = np.meshgrid(np.arange(self.rows), np.arange(self.columns), indexing="ij")
        return (self.x0 + x * self.cell).astype(np.float32), (self.z0 + z * self.cell).astype(np.float32)

    def bake(self, light: Light, lamps: list[Any], height: Floats | None = None) -> Floats:
        """The map for lamps (x, y, z, r, g, b in units of `Light.glow`) above ground of this height."""
        x, z = self.points()
        out = np.zeros((4, self.rows, self.columns), np.float32)
        out[0] = 1.0
        level = np.zeros_like(x) if height is None else height
        for lamp in lamps:
            lx, ly, lz = lamp[0], lamp[1], lamp[2]
            rows, columns = self._window(lx - REACH, lx + REACH, lz - REACH, lz + REACH)
            if rows.start >= rows.stop or columns.start >= columns.stop:
                continue
            up = ly - level[rows, columns]
            d2 = (x[rows, columns] - lx) ** 2 + (z[rows, columns] - lz) ** 2 + up * up
            share = np.clip(up, 0.05, None) / np.sqrt(d2 + 0.04) / (d2 + 0.3) * np.clip(1 - d2 / REACH**2, 0, 1) ** 2
            out[1:, rows, columns] += share * (np.asarray(lamp[3:6], np.float32) * light.glow)[:, None, None]
        return out

    def _window(self, x0: float, x1: float, z0: float, z1: float) -> tuple[slice, slice]:
        """The rows and columns of the cells between these places."""
        left = max(0, math.floor((x0 - self.x0) / self.cell))
        right = min(self.columns, math.ceil((x1 - self.x0) / self.cell) + 1)
        low = max(0, math.floor((z0 - self.z0) / self.cell))
        high = min(self.rows, math.ceil((z1 - self.z0) / self.cell) + 1)
        return slice(low, high), slice(left, right)


@kernel
def fill_plane(places, depth, first, height, camera, scale):
    """Where each pixel of a band sees the plane y = 0: cover and slopes into `places` (3, rows, W), 1/distance into `depth`.

    The band's rows are those from `first` on of a picture of `height` rows.
    """
    rows, width = depth.shape
    inverse = f32(-1.0) / camera[1]
    for y in range(rows):
        for x in range(width):
            _, dy, _ = view_ray(camera, scale, width, height, x, first + y)
            near = dy * inverse
            hit = near > f32(2.5e-5)
            places[0, y, x] = f32(1.0) if hit else f32(0.0)
            places[1, y, x] = f32(0.0)
            places[2, y, x] = f32(0.0)
            depth[y, x] = near if hit else f32(0.0)


@device
def _plan(area, c, row, column, down, across):
    above = mix(area[c, row, column], area[c, row, column + i32(1)], across)
    below = mix(area[c, row + i32(1), column], area[c, row + i32(1), column + i32(1)], across)
    return mix(above, below, down)


@kernel
def shade_ground(
    hdr, near, places, depth, first, mirror, streaks, soft, noise, area, camera, scale, t, light, look, row
):
    """Draw the ground over `hdr` (3, H, W) where it is nearer than `near`, in the band of rows that begins at `first`.

    `places`, `depth`: see `fill_plane`. `mirror` (3, h, w): the world upside down, any size; `streaks`: the same smeared
    down; `soft`: small. `noise`: see `ground_noise`. `area`: see `GroundMap`. `light`: `Light.vector`. `row` (9, W): scratch.
    """
    height, width = hdr.shape[1], hdr.shape[2]
    rows, columns = mirror.shape[1], mirror.shape[2]
    streak_rows, streak_columns = streaks.shape[1], streaks.shape[2]
    soft_rows, soft_columns = soft.shape[1], soft.shape[2]
    to_mirror_x, to_mirror_y = f32(columns) / f32(width), f32(rows) / f32(height)
    to_streak_x, to_streak_y = f32(streak_columns) / f32(width), f32(streak_rows) / f32(height)
    to_soft_x, to_soft_y = f32(soft_columns) / f32(width), f32(soft_rows) / f32(height)
    per_tilt = scale * to_mirror_y
    area_rows, area_columns = f32(area.shape[1]) - f32(1.01), f32(area.shape[2]) - f32(1.01)
    wet_all = look[WET]
    for line in range(min(depth.shape[0], height - first)):
        y = first + line
        most = f32(0.0)
        nearest = f32(0.0)
        for x in range(width):
            dx, dy, dz = view_ray(camera, scale, width, height, x, y)
            inverse = depth[line, x]
            shown = places[0, line, x] if inverse > near[y, x] else f32(0.0)
            away = f32(1.0) / max(inverse, f32(1e-5))
            long = np.sqrt(dx * dx + dy * dy + dz * dz)
            row[0, x] = camera[0] + dx * away
            row[1, x] = camera[2] + dz * away
            row[2, x] = away * long
            row[3, x] = dy / long
            row[4, x] = f32(0.0)
            row[5, x] = f32(0.0)
            row[6, x] = shown
            most = max(most, shown)
            nearest = max(nearest, inverse)
        if most <= f32(0.0):
            continue
        if (look[RINGS] > f32(0.0)) & (nearest > f32(0.06)):
            for x in range(width):
                px, pz = row[0, x], row[1, x]
                ax, az = rain_ring(px, pz, t, f32(2.4), f32(1.5))
                bx, bz = rain_ring(px + f32(3.3), pz + f32(1.7), t, f32(3.6), f32(1.9))
                row[4, x] = (ax + bx) * f32(0.10) * look[RINGS]
                row[5, x] = (az + bz) * f32(0.10) * look[RINGS]
        for x in range(width):
            px, pz, away, dy = row[0, x], row[1, x], row[2, x], row[3, x]
            over = f32(1.0) / max(places[0, line, x], f32(0.01))
            slope_x, slope_z = places[1, line, x] * over, places[2, line, x] * over
            # A pixel covers this many metres of the ground, away from the eye; what is finer would only sparkle.
            foot = away / scale
            cover = foot / max(-dy + f32(0.3) * (abs(slope_x) + abs(slope_z)), f32(0.02))
            fine = sat(f32(0.05) / cover)
            middling = sat(f32(0.25) / cover)
            coarse = sat(f32(2.0) / cover)
            broad = tex(noise, i32(9), i32(0), px * f32(3.1), pz * f32(3.1))
            patch = mix(f32(0.5), tex(noise, i32(9), i32(0), px * f32(23.0) + f32(40.0), pz * f32(17.0)), coarse)
            clump = mix(f32(0.5), tex(noise, i32(9), i32(0), px * f32(90.0), pz * f32(90.0) + f32(9.0)), middling)
            grit = mix(f32(0.5), tex(noise, i32(9), i32(FINE), px * f32(170.0), pz * f32(120.0)), fine)
            blade = mix(f32(0.5), tex(noise, i32(9), i32(FINE), px * f32(210.0), pz * f32(50.0)), fine)
            # Where the road is.
            bend = look[TURNS] * pz + look[PHASE]
            straight = sat(pz * f32(1.0 / 60.0))
            lean = look[SWING] * look[TURNS] * vcos(bend) * straight
            u = (px - look[ASIDE] - look[SWING] * vsin(bend) * straight) / np.sqrt(f32(1.0) + lean * lean)
            side = abs(u)
            edge = look[ROAD] + (clump - f32(0.5)) * look[RAGGED] * f32(1.6) + (patch - f32(0.5)) * look[RAGGED]
            blur = f32(0.04) + cover * f32(0.3) * abs(lean) + foot + look[RAGGED] * f32(0.3)
            road = sstep(edge + blur, edge - blur, side)
            walk = sstep(look[PAVEMENT] + f32(0.1), look[PAVEMENT] - f32(0.1), side) * (f32(1.0) - road)
            # The field, in two tones of large patches, with clumps and blades.
            share = sat((broad - f32(0.5)) * f32(1.4) + (patch - f32(0.5)) * f32(0.9) + f32(0.5))
            tone = (f32(0.62) + f32(0.76) * clump) * (f32(1.0) + (grit + blade - f32(1.0)) * look[BLADES] * f32(1.1))
            wave = vsin(
                (px * f32(2.2) + pz * f32(7.0)) + (patch - f32(0.5)) * f32(16.0) + (clump - f32(0.5)) * f32(3.0)
            )
            tone = tone + wave * look[RIPPLES] * f32(0.16) * middling
            r = mix(look[FIELD], look[FIELD2], share) * tone
            g = mix(look[FIELD + 1], look[FIELD2 + 1], share) * tone
            b = mix(look[FIELD + 2], look[FIELD2 + 2], share) * tone
            cell_x, cell_z = flr(px * f32(5.0)), flr(pz * f32(5.0))
            seed = hash2(i32(cell_x), i32(cell_z))
            dot_x = fract(px * f32(5.0)) - f32(0.3) - f32(0.4) * seed
            dot_z = fract(pz * f32(5.0)) - f32(0.3) - f32(0.4) * fract(seed * f32(57.0))
            dot = sstep(f32(0.20), f32(0.10), np.sqrt(dot_x * dot_x + dot_z * dot_z))
            dot = mix(f32(0.12), dot, sat(f32(0.10) / cover))
            bloom = dot * sstep(
                f32(1.0) - look[BLOOMS] * (f32(0.3) + share), f32(1.02) - look[BLOOMS] * share, fract(seed * f32(19.0))
            )
            kind = fract(seed * f32(7.0))
            r = mix(r, f32(0.75) if kind > f32(0.35) else f32(0.32), bloom)
            g = mix(g, f32(0.70) if kind > f32(0.6) else f32(0.24), bloom)
            b = mix(b, f32(0.62) if kind > f32(0.6) else (f32(0.10) if kind > f32(0.35) else f32(0.50)), bloom)
            # Beside a road without a pavement: gravel and dry grass.
            gravel = sstep(look[ROAD] + f32(1.5), look[ROAD] + f32(0.2), side + (clump - f32(0.5)) * f32(1.5))
            gravel = gravel if look[ROAD] > f32(0.0) else f32(0.0)
            stony = f32(0.7) + f32(0.35) * clump + f32(0.5) * (grit - f32(0.3))
            r = mix(r, look[VERGE] * stony, gravel)
            g = mix(g, look[VERGE + 1] * stony, gravel)
            b = mix(b, look[VERGE + 2] * stony, gravel)
            # The pavement: slabs, each of its own grey, dark joints, a pale kerb.
            slab = hash2(i32(flr(px * f32(1.25))), i32(flr(pz * f32(1.25))))
            joint = max(
                sstep(f32(0.455), f32(0.485), abs(fract(px * f32(1.25)) - f32(0.5))),
                sstep(f32(0.455), f32(0.485), abs(fract(pz * f32(1.25)) - f32(0.5))),
            )
            stone = f32(0.27) + f32(0.07) * (slab - f32(0.5)) * middling + f32(0.13) * (patch - f32(0.5))
            stone = (stone + f32(0.10) * (grit - f32(0.5))) * (f32(1.0) - f32(0.55) * joint * sat(f32(0.06) / cover))
            spots = sstep(f32(0.78), f32(0.84), clump) * f32(0.25)
            stone = stone * (f32(1.0) - spots)
            r, g, b = mix(r, stone * f32(1.03), walk), mix(g, stone, walk), mix(b, stone * f32(0.95), walk)
            # The road: grit, patches, tracks of tyres, cracks and paint.
            track = sstep(f32(0.55), f32(0.1), abs(abs(side - look[ROAD] * f32(0.48)) - f32(0.78)))
            crack = sstep(f32(0.035), f32(0.008), abs(patch + (clump - f32(0.5)) * f32(0.25) - f32(0.55))) * middling
            tar = (
                f32(0.92)
                + f32(0.22) * (patch - f32(0.5))
                + (f32(1.15) - f32(0.70) * look[PAINT]) * (grit - f32(0.5))
                + f32(0.07) * (clump - f32(0.5))
            )
            tar = tar * (f32(1.0) - f32(0.14) * track) * (f32(1.0) - f32(0.28) * crack * look[WEAR])
            worn = sat(
                f32(1.25) - look[WEAR] * (f32(0.5) + f32(1.5) * sat(clump - f32(0.35)) + f32(0.6) * (grit - f32(0.3)))
            )
            thin = foot * f32(0.7)
            dashed = f32(1.0) if fract(pz * f32(0.1)) < f32(0.45) else f32(0.0)
            dashes = sstep(f32(0.085) + thin, f32(0.055) - thin * f32(0.3), side) * mix(
                dashed, f32(0.45), sat(cover * f32(0.25))
            )
            rim = look[ROAD] - f32(0.45)
            edges = sstep(f32(0.09) + thin, f32(0.06) - thin * f32(0.3), abs(side - rim))
            bars = sstep(f32(0.27), f32(0.23), abs(fract(px * f32(0.9)) - f32(0.5)))
            at = pz - look[CROSSING]
            zebra = (look[CROSSING] > f32(0.0)) & (at > f32(0.0)) & (at < f32(3.4))
            clear = (look[CROSSING] > f32(0.0)) & (at > f32(-1.5)) & (at < f32(4.9))
            dashes = f32(0.0) if clear else dashes
            paint = max(dashes, edges)
            paint = (bars if zebra else paint) * worn * look[PAINT]
            yellow = look[YELLOW] * dashes
            r = mix(r, mix(look[ASPHALT] * tar, f32(0.62), paint), road)
            g = mix(g, mix(look[ASPHALT + 1] * tar, mix(f32(0.62), f32(0.42), yellow), paint), road)
            b = mix(b, mix(look[ASPHALT + 2] * tar, mix(f32(0.60), f32(0.06), yellow), paint), road)
            kerb = sstep(f32(0.16), f32(0.10), abs(side - look[ROAD] - f32(0.10)))
            kerb = kerb if look[PAVEMENT] > look[ROAD] else f32(0.0)
            r, g, b = mix(r, f32(0.36), kerb), mix(g, f32(0.355), kerb), mix(b, f32(0.34), kerb)
            # Snow lies everywhere but where wheels and feet have pressed it to slush.
            trodden = max(road * track * f32(0.85), walk * f32(0.35) * sstep(f32(0.45), f32(0.6), patch))
            trodden = max(trodden, road * look[RAGGED] * f32(0.55))
            white = sat(look[SNOW] * f32(1.3) * (f32(1.0) - trodden) + (clump - f32(0.6)) * f32(0.4) * look[SNOW])
            powder = (
                f32(0.80)
                + f32(0.10) * (patch - f32(0.5))
                + f32(0.10) * (clump - f32(0.5))
                + f32(0.06) * (grit - f32(0.5))
            )
            r, g, b = mix(r, powder, white), mix(g, powder * f32(1.02), white), mix(b, powder * f32(1.05), white)
            # Water darkens what soaks it up, and stands in the hollows of the road.
            pool = tex(noise, i32(9), i32(0), px * f32(21.0), pz * f32(9.0))
            puddle = sstep(
                f32(0.58) - wet_all * f32(0.16), f32(0.74) - wet_all * f32(0.16), pool * f32(0.8) + patch * f32(0.2)
            )
            puddle = mix(puddle * f32(0.6), puddle, road) * sat(wet_all * f32(1.5)) * (f32(1.0) - white)
            film = wet_all * (f32(1.0) - white)
            soaked = f32(1.0) - f32(0.48) * film
            r, g, b = r * soaked, g * soaked, b * soaked
            # Light: the sun where nothing is before it, the sky, and lamps.
            tilt = f32(1.0) / np.sqrt(f32(1.0) + slope_x * slope_x + slope_z * slope_z)
            bump = (clump - f32(0.5)) * (f32(1.0) - road) * f32(0.25) * (f32(1.0) - walk)
            direct = (light[SUN + 1] - slope_x * light[SUN] - slope_z * light[SUN + 2]) * tilt
            direct = max(direct + bump * abs(light[SUN]), f32(0.0))
            mx = clamp((px - look[MAP_X]) * look[MAP_CELLS], f32(0.0), area_columns)
            mz = clamp((pz - look[MAP_Z]) * look[MAP_CELLS], f32(0.0), area_rows)
            ix, iz = i32(mx), i32(mz)
            wx, wz = mx - f32(ix), mz - f32(iz)
            shade = _plan(area, 0, iz, ix, wz, wx)
            under = f32(0.5) + f32(0.5) * tilt
            # What water mirrors.
            calm = (f32(0.25) + f32(0.75) * puddle) * fine
            uneven = (clump - f32(0.5)) * mix(f32(0.11), f32(0.007), puddle) * fine
            shift_x = (row[4, x] * calm + uneven * f32(0.9) + (patch - f32(0.5)) * f32(0.02)) * per_tilt * f32(1.6)
            shift_y = (row[5, x] * calm + uneven) * per_tilt * f32(2.6)
            jitter = (hash2(i32(x), i32(y)) - f32(0.5)) * f32(0.010) * per_tilt
            ry = clamp((f32(y) + f32(0.5)) * to_mirror_y - f32(0.5) + shift_y + jitter, f32(0.0), f32(rows) - f32(1.01))
            rx = clamp((f32(x) + f32(0.5)) * to_mirror_x - f32(0.5) + shift_x, f32(0.0), f32(columns) - f32(1.01))
            jy, jx = i32(ry), i32(rx)
            vy, vx = ry - f32(jy), rx - f32(jx)
            ty = clamp((f32(y) + f32(0.5) + shift_y) * to_streak_y - f32(0.5), f32(0.0), f32(streak_rows) - f32(1.01))
            tx = clamp(
                (f32(x) + f32(0.5) + shift_x) * to_streak_x - f32(0.5), f32(0.0), f32(streak_columns) - f32(1.01)
            )
            ky, kx = i32(ty), i32(tx)
            qy, qx = ty - f32(ky), tx - f32(kx)
            graze = max(f32(1.0) + dy, f32(0.0))
            graze2 = graze * graze
            fresnel = mix(f32(0.03), f32(1.0), graze2 * graze2 * graze)
            rough = (f32(0.80) * fresnel + look[SHEEN] * f32(0.5)) * (f32(0.85) + (grit - f32(0.5)) * fine)
            smooth = fresnel + look[SHEEN]
            # The small mirrored picture also stands for the light of what is around: a lit street lights its ground.
            sy = clamp((f32(y) - f32(height) * f32(0.06)) * to_soft_y - f32(0.5), f32(0.0), f32(soft_rows) - f32(1.01))
            sx = clamp(f32(x) * to_soft_x - f32(0.5), f32(0.0), f32(soft_columns) - f32(1.01))
            ly, lx = i32(sy), i32(sx)
            oy, ox = sy - f32(ly), sx - f32(lx)
            fog = f32(1.0) - vexp(-light[FOG] * away)
            shown = row[6, x]
            for c in range(3):
                colour = r if c == 0 else (g if c == 1 else b)
                rays = light[SUNLIGHT + c] * direct
                rays += mix(light[BELOW + c], light[ABOVE + c], under) * shade + _plan(area, 1 + c, iz, ix, wz, wx)
                rays += film * f32(0.7) * plane_read(soft, c, ly, lx, oy, ox)
                shine = puddle * smooth * plane_read(mirror, c, jy, jx, vy, vx)
                shine += (film - film * puddle) * rough * plane_read(streaks, c, ky, kx, qy, qx)
                value = mix(colour * rays + shine, light[HORIZON + c], fog)
                hdr[c, y, x] = mix(hdr[c, y, x], value, shown)
            near[y, x] = depth[line, x] if shown > f32(0.5) else near[y, x]


# -- a relief ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Relief:
    """A surface of triangles over the plan that knows its slopes."""

    vertices: Floats
    triangles: NDArray[np.int32]
    slopes: Floats
    """(n, 3): 1 and the slopes along x and z, drawn in place of colours."""


def relief(height: Any, rows: NDArray[np.floating], columns: NDArray[np.floating], spread: float) -> Relief:
    """A grid at the distances `rows`; a row at z reaches to ±max(spread, 16 + 1.5 z) in the proportions of `columns`."""
    z, u = np.meshgrid(rows, columns, indexing="ij")
    x = u * np.maximum(spread, 16 + 1.5 * z)
    y = height(x, z)
    step = 0.4
    slope_x = (height(x + step, z) - height(x - step, z)) / (2 * step)
    slope_z = (height(x, z + step) - height(x, z - step)) / (2 * step)
    vertices = np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32)
    slopes = np.stack([np.ones_like(slope_x), slope_x, slope_z], -1).reshape(-1, 3).astype(np.float32)
    return Relief(vertices, grid_triangles(len(rows), len(columns)), np.ascontiguousarray(slopes))


def ground_noise(seed: int) -> Floats:
    """The texture that `shade_ground` reads: 512² of broad noise, then 512² of fine grain, flat."""
    broad = tile_fbm(512, seed % (1 << 31), base=4, octaves=7)
    fine = tile_fbm(512, (seed + 1) % (1 << 31), base=64, octaves=3, gain=0.8)
    return np.ascontiguousarray(np.concatenate([broad.ravel(), fine.ravel()]))


@dataclass(slots=True)
class GroundState:
    """One thread's buffers."""

    places: Floats
    depth: Floats
    raster: Rasteriser | None
    soft: list[Floats]
    streaks: tuple[Floats, Floats]
    row: Floats
    total: Floats


_NO_HAZE = np.zeros(5, np.float32)
_NO_GRAIN = np.array([0, 1, 0, 1], np.float32)
_NOTHING = np.zeros((3, 4, 4), np.float32)


class TownGround:
    """A ground that `shade_ground` draws. Rows make it with their `Look`."""

    def __init__(self, look: Look, area: GroundMap, light: Light, noise: Floats, shape: Relief | None = None) -> None:
        """`noise`: see `ground_noise`."""
        self.look, self.area, self.light = look, area, light
        self.mirrors = look.wet > 0
        self._noise, self._shape = noise, shape
        self._lamps: list[Any] = []
        self._plan: Floats | None = None

    def height(self, x: Any, z: Any) -> NDArray[np.float64]:
        """Flat, unless a row says otherwise."""
        return np.zeros(np.broadcast(np.asarray(x), np.asarray(z)).shape)

    def lift(self, x: float, z: float, t: float) -> tuple[float, float, float]:
        """Nothing moves here."""
        return float(self.height(x, z)), 0.0, 0.0

    def wet(self, x: Any, z: Any) -> NDArray[np.bool_]:
        """Nowhere is water."""
        return np.zeros(np.broadcast(np.asarray(x), np.asarray(z)).shape, np.bool_)

    def dress(self, stage: Any) -> None:
        """Remember the lamps that places are going to put there."""
        self._lamps = stage.lamps

    def lane(self, along: float, side: float) -> tuple[float, float, float]:
        """Where a vehicle is that has driven to z = `along`, on the right (1) or left (-1) lane: x, z and its heading."""
        x, ahead = float(self.look.middle(along)), float(self.look.middle(along + 0.5))
        heading = math.atan2(ahead - x, 0.5)
        beside = side * 0.46 * max(self.look.road, 0.5)
        return x + beside * math.cos(heading), along - beside * math.sin(heading), heading

    def new_state(self, width: int, height: int) -> GroundState:
        """Buffers for one thread."""
        if self._plan is None:
            # Every thread would find the same, so it does not matter which one is kept.
            x, z = self.area.points()
            level = np.asarray(self.height(x, z), np.float32) if self._shape is not None else None
            self._plan = self.area.bake(self.light, self._lamps, level)
        raster = None
        if self._shape is not None:
            raster = Rasteriser(width, height, len(self._shape.vertices), len(self._shape.triangles))
        soft: list[Floats] = []
        across, down = max(8, width // 2), max(8, height // 2)
        for _ in range(3 if self.mirrors else 0):
            across, down = -(-across // 2), -(-down // 2)
            soft.append(np.zeros((3, max(down, 2), max(across, 2)), np.float32))
        pair = (np.zeros_like(soft[0]), np.zeros_like(soft[0])) if soft else (_NOTHING.copy(), _NOTHING.copy())
        rows = height if raster is not None else BAND_ROWS
        places = np.zeros((3, rows, width), np.float32)
        depth = raster.distance if raster is not None else np.zeros((rows, width), np.float32)
        return GroundState(
            places, depth, raster, soft, pair, np.zeros((7, width), np.float32), np.zeros(width, np.float32)
        )

    def draw(self, state: GroundState, canvas: Canvas, camera: Camera, t: float) -> None:
        """Draw over the canvas where nearer than what is there."""
        if camera.frame[1] <= 0:
            return  # The mirrored world is below the ground and never sees it.
        scale = np.float32(scale_of(camera, canvas.height))
        around = self._mirrored(state, canvas)
        if state.raster is not None and self._shape is not None:
            state.places.fill(0)
            shape = self._shape
            state.raster.draw(
                shape.vertices,
                shape.slopes,
                shape.triangles,
                camera,
                _NO_HAZE,
                _NO_GRAIN,
                self._noise[:FINE],
                state.places,
            )
            self._shade(state, canvas, camera, scale, t, 0, around)
            return
        for first in range(0, canvas.height, BAND_ROWS):
            fill_plane(state.places, state.depth, np.int32(first), np.int32(canvas.height), camera.frame, scale)
            self._shade(state, canvas, camera, scale, t, first, around)

    def _shade(
        self,
        state: GroundState,
        canvas: Canvas,
        camera: Camera,
        scale: np.float32,
        t: float,
        first: int,
        around: tuple[Floats, Floats, Floats],
    ) -> None:
        """Draw the rows from `first` on whose places the state holds. `around`: see `_mirrored`."""
        assert self._plan is not None
        shade_ground(
            canvas.hdr,
            canvas.near,
            state.places,
            state.depth,
            np.int32(first),
            *around,
            self._noise,
            self._plan,
            camera.frame,
            scale,
            np.float32(t),
            self.light.vector,
            self.look.vector(self.area),
            state.row,
        )

    def _mirrored(self, state: GroundState, canvas: Canvas) -> tuple[Floats, Floats, Floats]:
        """The mirrored world sharp, smeared and small."""
        if canvas.mirror is None or not state.soft:
            return _NOTHING, state.streaks[0], state.streaks[1]
        source = canvas.mirror.hdr
        for level in state.soft:
            halve(source, level)
            source = level
        once, twice = state.streaks
        radius = max(1, once.shape[1] // 11)
        smear_down(state.soft[0], once, radius, state.total)
        smear_down(once, twice, radius, state.total)
        return canvas.mirror.hdr, twice, source
