"""Land as a ground: a field of heights, clad in grass, soil, rock, sand, woods and snow, in the light of the world.

A row of `grounds` makes a `Land` from a function of heights and a `Look`; what grows on it, its `dress` adds.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.kernels import (
    f32,
    flr,
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
)
from promptreel.engines.scenes.landscape.blades import Blades
from promptreel.engines.scenes.landscape.heightfield import (
    GLOW,
    LIT,
    MASK,
    OPEN,
    SLOPE_X,
    SLOPE_Z,
    FieldState,
    Heightfield,
    grid_place,
    grid_read,
    make_field,
)
from promptreel.engines.scenes.landscape.vegetation import season_of
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import (
    ABOVE,
    BELOW,
    FOG,
    HORIZON,
    SUN,
    SUNLIGHT,
    Brief,
    Canvas,
    Light,
    Set,
    scale_of,
    view_ray,
)

Floats = NDArray[np.float32]
Colour = tuple[float, float, float]

NOISE_LOG2 = 9


@dataclass(slots=True)
class Look:
    """What the land is made of. Colours are linear reflectances. The order of the fields is that of the kernel's vector."""

    flat: Colour = (0.092, 0.122, 0.038)
    flat_other: Colour = (0.135, 0.148, 0.055)
    """What covers level ground, in two tones that a noise mixes."""
    soil: Colour = (0.17, 0.125, 0.080)
    """Bare patches in it."""
    path: Colour = (0.24, 0.19, 0.13)
    """Where the mask of the field is 1."""
    rock: Colour = (0.20, 0.185, 0.165)
    rock_other: Colour = (0.13, 0.12, 0.11)
    """Steep ground."""
    wood: Colour = (0.030, 0.052, 0.018)
    wood_other: Colour = (0.052, 0.076, 0.024)
    """Woods seen from afar."""
    snow: Colour = (0.80, 0.84, 0.90)
    flower: Colour = (0.8, 0.6, 0.05)
    flower_other: Colour = (0.8, 0.8, 0.75)
    glow: Colour = (0.0, 0.0, 0.0)
    """Own light where the field's glow is 1."""
    patches: float = 0.12
    """How much of the level ground is soil, 0…1."""
    steep: float = 0.22
    """From which 1 - cosine of the slope on rock shows; 9 for none."""
    strata: float = 0.0
    """Layers of rock per m; 0 for none."""
    woods: float = 0.0
    """How much of the land is wooded, 0…1."""
    tree_line: float = 1e5
    """m; woods grow below."""
    snow_line: float = 1e5
    """m; above it snow lies where it is not too steep."""
    cover: float = 0.0
    """How deep snow lies everywhere, 0…1."""
    bump_middle: float = 0.05
    bump_fine: float = 0.008
    """Heights of the relief that only light shows, m."""
    ripple: float = 0.0
    """Height of wind ripples in sand or snow, as a share of their length."""
    ripple_length: float = 0.16
    grass: float = 1.0
    """How much of the level ground behaves as grass: light comes through it and gusts run over it."""
    flowers: float = 0.0
    """How many of the places of flowers have one, 0…1."""
    wet: float = 0.0
    air: float = 1.0
    """A factor on the fog: less than 1 for lands that are kilometres deep."""
    mist: float = 0.0
    """How dense mist lies in the hollows, 0…1."""
    mist_height: float = 60.0
    crops: float = 0.0
    """How much fields of their own colours divide the land, 0…1."""
    contrast: float = 1.0
    """Of the small noise in colour."""
    dapple: float = 0.0
    """How much leaves overhead break the sunlight into spots, 0…1."""
    crust: float = 0.0
    """How much dark crust breaks the glow."""
    woods_from: float = 60.0
    """m from the eye: nearer woods are trees that stand on the land."""

    @property
    def vector(self) -> Floats:
        """For the kernel: the colours first, then the numbers."""
        return np.concatenate([np.asarray(value, np.float32).ravel() for value in astuple(self)])


# Where things are in `Look.vector`.
_FLAT, _FLAT_OTHER, _SOIL, _PATH, _ROCK, _ROCK_OTHER = 0, 3, 6, 9, 12, 15
_WOOD, _WOOD_OTHER, _SNOW, _FLOWER, _FLOWER_OTHER, _GLOW = 18, 21, 24, 27, 30, 33
(
    _PATCHES, _STEEP, _STRATA, _WOODS, _TREE_LINE, _SNOW_LINE, _COVER, _BUMP_MIDDLE, _BUMP_FINE, _RIPPLE,
    _RIPPLE_LENGTH, _GRASS, _FLOWERS, _WET, _AIR, _MIST, _MIST_HEIGHT, _CROPS, _CONTRAST, _DAPPLE, _CRUST, _WOODS_FROM,
) = range(36, 58)  # fmt: skip


@kernel
def shade_land(
    hdr, near, seen, cover, first, stop, camera, scale, maps, linear, noise, light, look, moment, red, green_row, blue
):
    """Colour the land that `heightfield.settle_band` has found in the rows `first`…`stop`, and note its depth in `near`.

    `moment` (3): how far the wind has come along x and z, m, and the time in s. The last three are rows of scratch.
    A pixel that other land covers in part is covered whole here: `soften_ridges` comes after.
    """
    height, width = near.shape
    log2 = i32(NOISE_LOG2)
    for y in range(first, stop):
        for x in range(width):
            away = f32(1.0) / max(seen[y, x], f32(1e-5))
            rx, ry, rz = view_ray(camera, scale, width, height, x, y)
            px, py, pz = camera[0] + rx * away, camera[1] + ry * away, camera[2] + rz * away
            shorter = f32(1.0) / np.sqrt(rx * rx + ry * ry + rz * rz)
            distance = away / shorter
            column, row = grid_place(px, pz, linear)
            sx = grid_read(maps, SLOPE_X, column, row)
            sz = grid_read(maps, SLOPE_Z, column, row)
            lit = grid_read(maps, LIT, column, row)
            openness = grid_read(maps, OPEN, column, row)
            mask = grid_read(maps, MASK, column, row)
            glow = grid_read(maps, GLOW, column, row)
            smooth = f32(1.0) / np.sqrt(f32(1.0) + sx * sx + sz * sz)
            # Metres per pixel, along the ground away from the eye: noise that is finer fades out, so none flickers.
            facing = max((sx * rx - ry + sz * rz) * smooth * shorter, f32(0.04))
            step = away / scale
            stretch = step / np.sqrt(facing)

            huge = tex(noise, log2, i32(0), px * f32(0.11) + f32(40.0), pz * f32(0.11))
            broad = tex(noise, log2, i32(0), px * f32(1.31), pz * f32(1.31) + f32(91.0))
            mx, mz = px * f32(10.3) + pz * f32(3.1), pz * f32(10.3) - px * f32(3.1)
            keep_middle = sat(f32(1.6) - stretch * f32(4.2))
            middle = tex(noise, log2, i32(0), mx, mz)
            middle_x = tex(noise, log2, i32(0), mx + f32(1.4), mz) - middle
            middle_z = tex(noise, log2, i32(0), mx, mz + f32(1.4)) - middle
            middle = mix(f32(0.5), middle, keep_middle)
            fx, fz = px * f32(83.0) - pz * f32(19.0), pz * f32(83.0) + px * f32(19.0) + py * f32(40.0)
            keep_fine = sat(f32(1.6) - stretch * f32(34.0))
            fine = tex(noise, log2, i32(0), fx, fz)
            fine_x = tex(noise, log2, i32(0), fx + f32(1.2), fz) - fine
            fine_z = tex(noise, log2, i32(0), fx, fz + f32(1.2)) - fine
            fine = mix(f32(0.5), fine, keep_fine)
            keep_broad = sat(f32(1.7) - stretch * f32(0.6))
            broad = mix(f32(0.5), broad, keep_broad)
            detail = broad * f32(0.34) + middle * f32(0.33) + fine * f32(0.33)

            # The crags of far slopes, which the grid is too coarse for.
            cx, cz = px * f32(0.33) + py * f32(0.19), pz * f32(0.33) - py * f32(0.23)
            keep_crag = sat(f32(1.7) - stretch * f32(0.12)) * sat(distance * f32(0.004) - f32(0.8))
            crag = tex(noise, log2, i32(0), cx, cz)
            crag_x = (tex(noise, log2, i32(0), cx + f32(3.0), cz) - crag) * keep_crag
            crag_z = (tex(noise, log2, i32(0), cx, cz + f32(3.0)) - crag) * keep_crag
            crag = (crag - f32(0.5)) * keep_crag

            # The relief that only light shows.
            rough = look[_BUMP_MIDDLE] * keep_middle * f32(17.0)
            grain = look[_BUMP_FINE] * keep_fine * f32(190.0)
            wave = f32(6.2831853) / look[_RIPPLE_LENGTH]
            bend = broad * f32(9.0) + middle * f32(1.5)
            keep_ripple = sat(f32(1.3) - stretch * f32(3.0) / look[_RIPPLE_LENGTH]) * sat(broad * f32(2.6) - f32(0.45))
            small = vcos((px * f32(0.83) + pz * f32(0.56)) * wave + bend * f32(2.2)) * look[_RIPPLE] * keep_ripple
            keep_large = sat(f32(1.3) - stretch * f32(0.35) / look[_RIPPLE_LENGTH])
            small += (
                vcos((px * f32(0.71) + pz * f32(0.70)) * wave * f32(0.11) + huge * f32(24.0))
                * look[_RIPPLE]
                * keep_large
                * f32(0.16)
            )
            nx = -sx - middle_x * rough - fine_x * grain - small * f32(0.83)
            nz = -sz - middle_z * rough - fine_z * grain - small * f32(0.56)
            ny = f32(1.0) / np.sqrt(f32(1.0) + nx * nx + nz * nz)
            nx *= ny
            nz *= ny

            # Level ground: two tones, bare patches, fields, the path.
            tone = sstep(f32(0.30), f32(0.70), broad * f32(0.5) + middle * f32(0.3) + huge * f32(0.2))
            bare = sstep(
                f32(0.78), f32(0.90), broad * f32(0.45) + middle * f32(0.35) + fine * f32(0.2) + look[_PATCHES]
            )
            r = mix(look[_FLAT], look[_FLAT_OTHER], tone)
            g = mix(look[_FLAT + 1], look[_FLAT_OTHER + 1], tone)
            b = mix(look[_FLAT + 2], look[_FLAT_OTHER + 2], tone)
            # Fields: cells of a bent lattice, each of its own tone, with furrows.
            u = (px * f32(0.94) + pz * f32(0.34)) * f32(0.0072) + huge * f32(0.5)
            v = (pz * f32(0.94) - px * f32(0.34)) * f32(0.0062) - huge * f32(0.4)
            u += hash2(i32(flr(v)), i32(5)) * f32(0.7)
            kind = hash2(i32(flr(u)), i32(flr(v)))
            ripe = sat(kind * f32(4.0) - f32(3.2))
            ploughed = sat(f32(0.8) - kind * f32(8.0))
            rim = min(min(u - flr(u), flr(u) + f32(1.0) - u), min(v - flr(v), flr(v) + f32(1.0) - v))
            crops = (
                look[_CROPS]
                * sat(rim * f32(40.0))
                * sat(distance * f32(0.02) - f32(1.2))
                * (f32(1.0) - sat((f32(1.0) - smooth) * f32(9.0)))
            )
            level = f32(0.72) + f32(0.62) * kind
            r *= mix(f32(1.0), level, crops)
            g *= mix(f32(1.0), level, crops)
            b *= mix(f32(1.0), level, crops)
            r = mix(mix(r, f32(0.34), ripe * crops), look[_SOIL], ploughed * crops)
            g = mix(mix(g, f32(0.26), ripe * crops), look[_SOIL + 1], ploughed * crops)
            b = mix(mix(b, f32(0.075), ripe * crops), look[_SOIL + 2], ploughed * crops)
            ground = f32(1.0) + (detail - f32(0.5)) * f32(2.2) * look[_CONTRAST]
            r = mix(r, look[_SOIL], bare) * ground
            g = mix(g, look[_SOIL + 1], bare) * ground
            b = mix(b, look[_SOIL + 2], bare) * ground
            # Flowers: one in a cell at most, at any place in it.
            cells = f32(3.2)
            cu, cv = flr(px * cells), flr(pz * cells)
            chance = hash2(i32(cu), i32(cv))
            ox = px * cells - cu - f32(0.3) - f32(0.4) * hash2(i32(cv), i32(cu))
            oz = pz * cells - cv - f32(0.3) - f32(0.4) * hash2(i32(cu) + i32(77), i32(cv))
            bloom = look[_FLOWERS] * sstep(f32(0.35), f32(0.70), huge * f32(0.3) + broad * f32(0.7))
            keep_flower = sat(f32(1.5) - stretch * f32(9.0))
            dot = sat((f32(0.028) - ox * ox - oz * oz) * f32(60.0)) * (f32(1.0) if chance < bloom else f32(0.0))
            dot = mix(bloom * f32(0.10), dot, keep_flower)
            which = f32(1.0) if hash2(i32(cu) + i32(31), i32(cv)) > f32(0.5) else f32(0.0)
            which = mix(f32(0.5), which, keep_flower)
            r = mix(r, mix(look[_FLOWER], look[_FLOWER_OTHER], which), dot)
            g = mix(g, mix(look[_FLOWER + 1], look[_FLOWER_OTHER + 1], which), dot)
            b = mix(b, mix(look[_FLOWER + 2], look[_FLOWER_OTHER + 2], which), dot)
            trodden = sat(sstep(f32(0.25), f32(0.75), mask + (middle - f32(0.5)) * f32(0.5)))
            paved = f32(0.78) + f32(0.44) * detail
            r = mix(r, look[_PATH] * paved, trodden)
            g = mix(g, look[_PATH + 1] * paved, trodden)
            b = mix(b, look[_PATH + 2] * paved, trodden)

            # Steep ground: rock in layers.
            steep = f32(1.0) - smooth
            stone = sstep(look[_STEEP], look[_STEEP] + f32(0.09), steep + (middle - f32(0.5)) * f32(0.14))
            stone = max(stone, sstep(look[_STEEP], look[_STEEP] + f32(0.09), steep + (broad - f32(0.5)) * f32(0.24)))
            stone = max(stone, sstep(look[_STEEP], look[_STEEP] + f32(0.07), steep + crag * f32(0.22)))
            lay = py * look[_STRATA] + huge * f32(0.4) + (broad + middle) * f32(0.012)
            thin = tex(noise, log2, i32(0), lay * f32(140.0), px * f32(0.09) + pz * f32(0.13))
            thick = tex(noise, log2, i32(0), lay * f32(37.0) + f32(7.0), (px - pz) * f32(0.021))
            bands = (sstep(f32(0.40), f32(0.60), thin) - f32(0.5)) * f32(0.55)
            bands = bands * sat(f32(1.5) - step * look[_STRATA] * f32(36.0))
            bands += (sstep(f32(0.38), f32(0.62), thick) - f32(0.5)) * f32(0.75)
            bands = bands if look[_STRATA] > f32(0.0) else f32(0.0)
            layer = sat(detail * f32(1.3) - f32(0.15) + bands)
            layer = sat(layer + crag * f32(1.6))
            chip = f32(0.66) + f32(0.68) * detail + bands * f32(0.34) + crag * f32(0.9)
            nx -= crag_x * f32(3.4) * stone
            nz -= crag_z * f32(3.4) * stone
            r = mix(r, mix(look[_ROCK], look[_ROCK_OTHER], layer) * chip, stone)
            g = mix(g, mix(look[_ROCK + 1], look[_ROCK_OTHER + 1], layer) * chip, stone)
            b = mix(b, mix(look[_ROCK + 2], look[_ROCK_OTHER + 2], layer) * chip, stone)

            # Woods from afar: crowns, each lit from one side.
            tx, tz = px * f32(2.6), pz * f32(2.6)
            keep_crown = sat(f32(1.5) - stretch * f32(0.30))
            crown = mix(f32(0.45), tex(noise, log2, i32(0), tx, tz), keep_crown)
            shaded = tex(noise, log2, i32(0), tx + light[SUN] * f32(5.0), tz + light[SUN + 2] * f32(5.0))
            relief = (crown - mix(f32(0.45), shaded, keep_crown)) * f32(2.2)
            wild = huge * f32(0.62) + broad * f32(0.22) + crown * f32(0.16)
            wild = sstep(f32(0.98) - look[_WOODS], f32(1.03) - look[_WOODS], wild)
            wild *= sstep(
                look[_TREE_LINE] + f32(40.0), look[_TREE_LINE] - f32(60.0), py + (huge - f32(0.5)) * f32(160.0)
            )
            wild *= sstep(f32(0.50), f32(0.38), steep) * sat(distance / look[_WOODS_FROM] * f32(2.0) - f32(1.0))
            leaf = f32(0.55) + f32(0.9) * crown
            r = mix(r, mix(look[_WOOD], look[_WOOD_OTHER], broad) * leaf, wild)
            g = mix(g, mix(look[_WOOD + 1], look[_WOOD_OTHER + 1], broad) * leaf, wild)
            b = mix(b, mix(look[_WOOD + 2], look[_WOOD_OTHER + 2], broad) * leaf, wild)

            # Snow, where it is not too steep for it: above its line, or everywhere.
            high = sstep(
                look[_SNOW_LINE] - f32(130.0), look[_SNOW_LINE] + f32(200.0), py + (huge - f32(0.5)) * f32(260.0)
            )
            hold = smooth * f32(0.6) + ny * f32(0.4) + (detail - f32(0.5)) * f32(0.30) + crag * f32(0.42)
            lies = f32(0.98) - f32(0.36) * max(high, f32(0.0)) + f32(0.30) * (f32(1.0) - sat(high * f32(8.0)))
            lies = min(lies, f32(1.25) - f32(0.70) * look[_COVER])
            snow = sstep(lies - f32(0.03), lies + f32(0.05), hold) * (f32(1.0) - wild * f32(0.72))
            white = f32(0.93) + f32(0.14) * detail
            r = mix(r, look[_SNOW] * white, snow)
            g = mix(g, look[_SNOW + 1] * white, snow)
            b = mix(b, look[_SNOW + 2] * white, snow)
            bright = f32(0.8) * snow
            nx, nz = mix(nx, (-sx - small) * ny, bright), mix(nz, (-sz - small) * ny, bright)

            green = look[_GRASS] * (f32(1.0) - stone) * (f32(1.0) - snow) * (f32(1.0) - trodden)
            gust = tex(noise, log2, i32(0), (px - moment[0]) * f32(2.2), (pz - moment[1]) * f32(2.2))
            sway = f32(1.0) + (gust - f32(0.5)) * f32(0.55) * green * keep_broad
            r *= sway
            g *= sway
            b *= sway

            # Light: the sun, through leaves in spots; what grass lets through; the sky as far as it is open.
            spots = sstep(f32(0.40), f32(0.62), middle * f32(0.6) + broad * f32(0.4))
            lit *= mix(f32(1.0), spots, look[_DAPPLE])
            direct = max(nx * light[SUN] + ny * light[SUN + 1] + nz * light[SUN + 2], f32(0.0))
            # Blades and crowns stand upright: a low sun lights them better than it lights the ground.
            direct = mix(direct, direct * f32(0.6) + f32(0.30), green * f32(0.55))
            direct = max(direct + relief * wild, f32(0.0)) * lit
            against = sat((rx * light[SUN] + ry * light[SUN + 1] + rz * light[SUN + 2]) * shorter)
            through = against * against * against * green * lit * f32(0.55)
            skyward = ny * f32(0.5) + f32(0.5)
            lr = light[SUNLIGHT] * (direct + through) + mix(light[BELOW], light[ABOVE], skyward) * openness
            lg = light[SUNLIGHT + 1] * (direct + through) + mix(light[BELOW + 1], light[ABOVE + 1], skyward) * openness
            lb = light[SUNLIGHT + 2] * (direct + through) + mix(light[BELOW + 2], light[ABOVE + 2], skyward) * openness
            damp = f32(1.0) - f32(0.45) * look[_WET] * (f32(1.0) - snow)
            r *= lr * damp
            g *= lg * damp
            b *= lb * damp
            # Wet ground mirrors the sky where one looks along it.
            graze = f32(1.0) - facing
            graze = graze * graze * graze * graze * look[_WET] * (f32(1.0) - green * f32(0.8)) * f32(0.45)
            r += light[HORIZON] * graze
            g += light[HORIZON + 1] * graze
            b += light[HORIZON + 2] * graze
            # Lava shows in the cracks of its crust.
            crack = sat(f32(1.15) - look[_CRUST] * abs(middle * f32(0.6) + broad * f32(0.4) - f32(0.5)) * f32(9.0))
            molten = glow * mix(f32(1.0), crack * crack, look[_CRUST])
            r += look[_GLOW] * molten
            g += look[_GLOW + 1] * molten * (f32(0.6) + f32(0.4) * molten)
            b += look[_GLOW + 2] * molten

            veil = f32(1.0) - vexp(-light[FOG] * look[_AIR] * distance)
            low = vexp(-max(py, f32(0.0)) / look[_MIST_HEIGHT]) * (f32(1.0) - vexp(distance * f32(-1.0 / 900.0)))
            veil = f32(1.0) - (f32(1.0) - veil) * (f32(1.0) - look[_MIST] * low * (f32(0.55) + f32(0.9) * huge * huge))
            # The air shines as the sky low over the horizon, and bluer: most of it is lit from above.
            r = mix(r, mix(light[HORIZON], light[ABOVE], f32(0.34)) * f32(0.94), veil)
            g = mix(g, mix(light[HORIZON + 1], light[ABOVE + 1], f32(0.34)) * f32(0.94), veil)
            b = mix(b, mix(light[HORIZON + 2], light[ABOVE + 2], f32(0.34)) * f32(0.94), veil)
            red[x], green_row[x], blue[x] = r, g, b
        for x in range(width):
            hdr[0, y, x] = mix(hdr[0, y, x], red[x], min(cover[y, x], f32(1.0)))
        for x in range(width):
            hdr[1, y, x] = mix(hdr[1, y, x], green_row[x], min(cover[y, x], f32(1.0)))
        for x in range(width):
            hdr[2, y, x] = mix(hdr[2, y, x], blue[x], min(cover[y, x], f32(1.0)))
        for x in range(width):
            near[y, x] = seen[y, x] if cover[y, x] > f32(0.4) else near[y, x]


@kernel
def soften_ridges(hdr, cover, first, stop):
    """Mix the edge of a ridge with what is seen over it: the pixel above, where both are land."""
    for y in range(max(first, 1), stop):
        for x in range(cover.shape[1]):
            share = cover[y, x] - f32(2.0)
            if share > f32(0.0):
                for c in range(3):
                    hdr[c, y, x] = mix(hdr[c, y - 1, x], hdr[c, y, x], share)


class LandState:
    """One thread's buffers."""

    def __init__(self, width: int, height: int, blades: Any) -> None:
        self.field = FieldState(width, height)
        self.blades = blades
        self.rows = [np.zeros(width, np.float32) for _ in range(3)]


class Land:
    """A ground. See `stage.Ground`."""

    mirrors = False
    shadowed = 1.0
    """How much of the shadows of things the world may lay on it."""
    key = 1.0
    """A factor on the exposure: snow and sand are bright."""

    def __init__(
        self,
        brief: Brief,
        heights: Callable[[Floats, Floats], ArrayLike],
        look: Look,
        *,
        reach: float = 9000.0,
        dress: "Callable[[Land, Set], None] | None" = None,
        mask: Callable[[Floats, Floats], ArrayLike] | None = None,
        glow: Callable[[Floats, Floats], ArrayLike] | None = None,
        blades: Blades | None = None,
        shadowed: float = 1.0,
        key: float = 1.0,
    ) -> None:
        self.brief, self.look = brief, look
        # Between blades a shadow is never as deep as on a wall.
        self.shadowed, self.key = shadowed * (0.7 if blades else 1.0), key
        self.season = season_of(brief.spec)
        self.light = brief.light or _noon()
        brief.tick("land")
        self.field: Heightfield = make_field(heights, reach)
        x, z = self.field.vertices[:, 0], self.field.vertices[:, 2]
        if mask is not None:
            self.field.maps[MASK] = np.clip(mask(x, z), 0, 1)
        if glow is not None:
            self.field.maps[GLOW] = np.clip(glow(x, z), 0, 4)
        brief.tick("land")
        self.field.light(self.light.sun)
        self.noise = tile_fbm(1 << NOISE_LOG2, brief.seed % (1 << 31), base=4, octaves=7, gain=0.55).ravel()
        self._dress, self._blades = dress, blades
        self._vector = look.vector
        wind = np.asarray(self.light.wind, float)
        self.wind = wind * min(1.0, 4.0 / max(float(np.hypot(*wind)), 1e-6)) * min(brief.spec.speed, 2.0)
        self._taken: list[tuple[float, float, float]] = []
        if blades:
            blades.grow(self)
        brief.tick("land")

    def new_state(self, width: int, height: int) -> LandState:
        """The buffers of one thread."""
        return LandState(width, height, self._blades.new_state(self._taken) if self._blades else None)

    def draw(self, state: LandState, canvas: Canvas, camera: Camera, t: float) -> None:
        """See `stage.Layer`."""
        first, stop = state.field.draw(self.field, camera, canvas.near)
        scale = f32(scale_of(camera, canvas.height))
        moment = np.array([self.wind[0] * t, self.wind[1] * t, t], np.float32)
        shade_land(
            canvas.hdr, canvas.near, state.field.seen, state.field.cover, first, stop, camera.frame, scale,
            self.field.maps.ravel(), f32(self.field.linear), self.noise, self.light.vector, self._vector, moment, *state.rows,
        )  # fmt: skip
        soften_ridges(canvas.hdr, state.field.cover, first, stop)
        if self._blades:
            self._blades.draw(state.blades, self, canvas, camera, t)

    def height(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.float64]:
        """See `stage.Ground`."""
        return self.field.height(x, z)

    def lift(self, x: float, z: float, t: float) -> tuple[float, float, float]:
        """See `stage.Ground`."""
        slope_x = float(self.field.read(self.field.maps[SLOPE_X], x, z))
        slope_z = float(self.field.read(self.field.maps[SLOPE_Z], x, z))
        return float(self.height(x, z)), slope_x, slope_z

    def wet(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.bool_]:
        """See `stage.Ground`."""
        return np.zeros(np.broadcast_shapes(np.shape(x), np.shape(z)), np.bool_)

    def dress(self, stage: Set) -> None:
        """See `stage.Ground`."""
        self._taken = stage.taken
        if self._dress:
            self._dress(self, stage)
        if self._blades:
            self._blades.grow(self)

    def shade_under(self, trees: Floats) -> None:
        """Let trees that were scattered on it throw their shadows."""
        self.field.stand(trees, self.light.sun)


def _noon() -> Light:
    """A light for a land that is made without a backdrop."""
    grey = np.full(3, 0.5, np.float32)
    return Light(np.array([0.4, 0.8, -0.45], np.float32), grey * 4, grey, grey, grey * 0.4)
