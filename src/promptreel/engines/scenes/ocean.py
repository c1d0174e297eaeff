"""The open sea: waves by Fourier synthesis on two scales, seen by marching rays, mirroring the panorama of the sky.

Waves after Tessendorf, "Simulating ocean water" (2001), with the JONSWAP spectrum; glitter after Cox and Munk (1954).
Slopes that are smaller than a pixel are not thrown away: their variance widens the glitter and blurs the mirror.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import (
    as_float,
    clamp,
    device,
    f32,
    i32,
    kernel,
    mix,
    sat,
    sstep,
    tex,
    vexp,
    vlog2,
)
from promptreel.engines.scenes.sky import (
    AMBIENT,
    DISC,
    EYE,
    HEADING,
    SUN,
    panorama_place,
    panorama_read,
    ray,
    ray_row,
)

Floats = NDArray[np.float32]
GRAVITY = 9.81

# -- the spectrum ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waves:
    """The waves of one scale at t=0, in the frequency domain. Repeats every `length` m; `side` samples across."""

    length: float
    side: int
    choppiness: float
    start: NDArray[np.complex64]
    start_mirrored: NDArray[np.complex64]
    pulse: Floats
    """How fast each wave turns, in radians per second."""
    east: Floats
    north: Floats
    """The direction of each wave, a unit vector."""

    @property
    def per_metre(self) -> float:
        """Texels per metre."""
        return self.side / self.length

    def scaled(self, factor: float) -> "Waves":
        """The same waves, higher by `factor`."""
        k = np.float32(factor)
        return Waves(
            self.length,
            self.side,
            self.choppiness,
            self.start * k,
            self.start_mirrored * k,
            self.pulse,
            self.east,
            self.north,
        )


def make_waves(
    random: np.random.Generator,
    *,
    length: float,
    side: int,
    wind: float,
    heading: float,
    longest: float,
    shortest: float,
    choppiness: float,
    swell: float = 0.0,
) -> Waves:
    """Waves between `shortest` and `longest` m, raised by `wind` (m/s) that blows towards `heading` (radians).

    `swell` adds long waves from elsewhere, as a variance in m².
    """
    line = 2 * np.pi * np.fft.fftfreq(side, 1 / side) / length
    kx, kz = np.meshgrid(line, line, indexing="xy")
    number = np.hypot(kx, kz)
    number[0, 0] = 1e-6
    pulse = np.sqrt(GRAVITY * number * (1 + (number / 370) ** 2))
    peak = 0.855 * GRAVITY / wind
    spectrum = 8.1e-3 * GRAVITY**2 / pulse**5 * np.exp(-1.25 * (peak / pulse) ** 4)
    width = np.where(pulse < peak, 0.07, 0.09)
    spectrum *= 3.3 ** np.exp(-((pulse - peak) ** 2) / (2 * width * width * peak * peak))
    off = np.arctan2(kz, kx) - heading
    spread = np.where(np.cos(off) > 0, np.cos(off) ** 2, 0.0) * 2 / np.pi * 0.85 + 0.15 / (2 * np.pi)
    energy = spectrum * spread * GRAVITY / (2 * pulse) / number * (2 * np.pi / length) ** 2
    if swell > 0:
        long_wave = 2 * np.pi / (length / 6)
        turned = np.angle(np.exp(1j * (off - 0.5)))
        shape = np.exp(-(((number - long_wave) / (long_wave * 0.25)) ** 2)) * np.exp(-((turned / 0.25) ** 2))
        energy += swell * shape / shape.sum()
    energy = np.where((number >= 2 * np.pi / longest) & (number < 2 * np.pi / shortest), energy, 0)
    energy[0, 0] = 0
    noise = random.normal(size=(2, side, side))
    start = (np.sqrt(energy / 2) * (noise[0] + 1j * noise[1])).astype(np.complex64)
    mirrored = np.conj(np.roll(start[::-1, ::-1], (1, 1), (0, 1))).astype(np.complex64)
    return Waves(
        length,
        side,
        choppiness,
        start,
        mirrored,
        pulse.astype(np.float32),
        (kx / number).astype(np.float32),
        (kz / number).astype(np.float32),
    )


# -- the surface at one moment -----------------------------------------------------------------------------------------


class Surface:
    """The surface of one scale at one moment, as textures with mip levels: heights, slopes and how much it is folded.

    One per thread: `move` overwrites it.
    """

    def __init__(self, waves: Waves) -> None:
        self.waves = waves
        self.log2 = np.int32(int(np.log2(waves.side)))
        self.levels = int(self.log2) - 2
        sizes = [(waves.side >> level) ** 2 for level in range(self.levels)]
        self.offsets = np.cumsum([0, *sizes]).astype(np.int32)
        total = int(self.offsets[-1])
        self.height = np.zeros(total, np.float32)
        self.slope_x = np.zeros(total, np.float32)
        self.slope_z = np.zeros(total, np.float32)
        self.fold = np.zeros(total, np.float32)
        self.lost = np.zeros(self.levels, np.float32)
        """The variance of slope that each mip level no longer holds."""

    def move(self, t: float) -> None:
        """Set the surface to `t` seconds."""
        waves, n = self.waves, self.waves.side
        turn = np.exp(1j * (waves.pulse.astype(np.float64) * t)).astype(np.complex64)
        spectrum = waves.start * turn + waves.start_mirrored * np.conj(turn)
        # Two real fields for one complex transform: i times the second one's spectrum rides along.
        pair = np.fft.ifft2(spectrum + waves.east * spectrum).astype(np.complex64) * np.float32(n * n)
        aside = np.fft.ifft2(-1j * waves.north * spectrum).astype(np.complex64) * np.float32(n * n)
        per_metre = np.float32(waves.per_metre)
        lay_out(
            np.ascontiguousarray(pair.real).ravel(),
            np.ascontiguousarray(pair.imag).ravel(),
            np.ascontiguousarray(aside.real).ravel(),
            self.log2,
            per_metre * np.float32(waves.choppiness),
            per_metre,
            self.height,
            self.slope_x,
            self.slope_z,
            self.fold,
        )
        add_levels(self.height, self.slope_x, self.slope_z, self.fold, self.log2, self.levels, self.offsets, self.lost)


@kernel
def lay_out(height, shift_x, shift_z, log2, chop, per_metre, out_height, out_slope_x, out_slope_z, out_fold):
    """Turn waves that also shift water sideways into a height field over fixed places, with slopes and folding.

    Where a texel's water came from is found by fixed-point steps; `chop` is in texels per metre of shift. Folding is
    the Jacobian of the shift: below 1 where water is pressed together, below about 0.4 it breaks.
    """
    side = i32(1) << log2
    mask = side - i32(1)
    for y in range(side):
        for x in range(side):
            from_x = f32(x)
            from_y = f32(y)
            for _ in range(4):
                moved_x = tex(shift_x, log2, i32(0), from_x, from_y)
                moved_y = tex(shift_z, log2, i32(0), from_x, from_y)
                from_x = f32(x) - moved_x * chop
                from_y = f32(y) - moved_y * chop
            out_height[(y << log2) + x] = tex(height, log2, i32(0), from_x, from_y)
    for y in range(side):
        below = ((y + 1) & mask) << log2
        above = ((y - 1) & mask) << log2
        here = y << log2
        for x in range(side):
            right = (x + 1) & mask
            left = (x - 1) & mask
            out_slope_x[here + x] = (out_height[here + right] - out_height[here + left]) * f32(0.5) * per_metre
            out_slope_z[here + x] = (out_height[below + x] - out_height[above + x]) * f32(0.5) * per_metre
            stretch_x = f32(1.0) + (shift_x[here + right] - shift_x[here + left]) * f32(0.5) * chop
            stretch_z = f32(1.0) + (shift_z[below + x] - shift_z[above + x]) * f32(0.5) * chop
            shear = (shift_x[below + x] - shift_x[above + x]) * f32(0.5) * chop
            out_fold[here + x] = stretch_x * stretch_z - shear * shear


@kernel
def add_levels(height, slope_x, slope_z, fold, log2, levels, offsets, lost):
    """Fill the mip levels 1… of the four textures by 2×2 means, and the variance of slope each one has lost."""
    side = i32(1) << log2
    total = f32(0.0)
    for i in range(side * side):
        total += slope_x[i] * slope_x[i] + slope_z[i] * slope_z[i]
    total = total / f32(side * side)
    lost[0] = f32(0.0)
    for level in range(1, levels):
        half = side >> level
        start = offsets[level]
        finer = offsets[level - 1]
        kept = f32(0.0)
        for y in range(half):
            for x in range(half):
                a = finer + 4 * y * half + 2 * x
                b = a + 2 * half
                i = start + y * half + x
                height[i] = (height[a] + height[a + 1] + height[b] + height[b + 1]) * f32(0.25)
                slope_x[i] = (slope_x[a] + slope_x[a + 1] + slope_x[b] + slope_x[b + 1]) * f32(0.25)
                slope_z[i] = (slope_z[a] + slope_z[a + 1] + slope_z[b] + slope_z[b + 1]) * f32(0.25)
                fold[i] = (fold[a] + fold[a + 1] + fold[b] + fold[b + 1]) * f32(0.25)
                kept += slope_x[i] * slope_x[i] + slope_z[i] * slope_z[i]
        lost[level] = max(total - kept / f32(half * half), f32(0.0))


# -- the picture -------------------------------------------------------------------------------------------------------

# Where things are in the vector `sea`.
AMPLITUDE = 0  # no wave is higher, in m
SCALE_LONG = 1  # texels per metre of the long waves
SCALE_SHORT = 2
DEEP = 3  # colour of deep water, 3
CREST = 6  # colour of light through a crest, 3
FOAM = 9  # folding below which there is foam
RIPPLE = 10  # strength of the finest waves
AIR = 11  # per m: how fast the sea fades into the horizon
GLITTER = 12  # strength of the sun's mirror
SEA_LENGTH = 16

GLITTER_SUN = 0.085
"""For glitter the sun stands at least so high (sine): lower, its path would be a thread instead of a road."""

FLATTEST = -0.0006
"""No ray goes down less than this: beyond about 5 km the sea is all one."""


@device
def level_read(texture, log2, offsets, level, x, y):
    """Bilinear read of mip `level` at `x`, `y` in texels of level 0."""
    scale = as_float(i32((i32(127) - level) << i32(23)))  # 2 to the power of -level
    middle = f32(0.5) * (f32(1.0) - scale)
    return tex(texture, log2 - level, offsets[level], x * scale - middle, y * scale - middle)


@device
def between_levels(texture, log2, offsets, level, part, x, y):
    """Trilinear read: `part` of the way from mip `level` to the next."""
    fine = level_read(texture, log2, offsets, level, x, y)
    return mix(fine, level_read(texture, log2, offsets, level + i32(1), x, y), part)


@device
def above_water(
    long, long_log2, long_offsets, level0, rise0, short, short_log2, short_offsets, level1, rise1, sea, view, dx, dy, dz, t
):  # fmt: skip
    """How far the ray is above the waves after `t` m, in m. `rise0` and `rise1` flatten the two scales."""
    x = view[EYE] + dx * t
    z = view[EYE + 2] + dz * t
    low = level_read(long, long_log2, long_offsets, level0, x * sea[SCALE_LONG], z * sea[SCALE_LONG])
    high = level_read(short, short_log2, short_offsets, level1, x * sea[SCALE_SHORT], z * sea[SCALE_SHORT])
    return view[EYE + 1] + dy * t - low * rise0 - high * rise1


@device
def step_on(gap, step, near, near_gap, far, far_gap, found):
    """After a look one `step` on from `near`: go on while above water, else hold the pair around the crossing."""
    at = near + step
    searching = found < f32(0.5)
    dry = gap > f32(0.0)
    go_on = dry & searching
    crossed = (not dry) & searching
    return (
        at if go_on else near,
        gap if go_on else near_gap,
        at if crossed else far,
        gap if crossed else far_gap,
        f32(1.0) if crossed else found,
    )


@device
def secant(near, near_gap, far, far_gap):
    """Where a straight line through the two gaps crosses zero."""
    return mix(near, far, clamp(near_gap / max(near_gap - far_gap, f32(1e-5)), f32(0.02), f32(0.98)))


@device
def narrow(gap, at, near, near_gap, far, far_gap):
    """The pair around the crossing, with `at` in place of one of its ends."""
    dry = gap > f32(0.0)
    return at if dry else near, gap if dry else near_gap, far if dry else at, far_gap if dry else gap


@kernel
def draw_sea(
    out, panorama, mirrored, long, long_sx, long_sz, long_fold, long_offsets, long_lost, long_log2, long_levels,
    short, short_sx, short_sz, short_offsets, short_lost, short_log2, short_levels,
    noise, noise_log2, sky, sea, view, first,
):  # fmt: skip
    """The rows `first`…H-1 of `out` (3, H, W). `mirrored` is the panorama as rough water shows it."""
    height, width = out.shape[1], out.shape[2]
    eye = view[EYE + 1]
    pixel = f32(2.0) * view[3] / f32(height)
    for y in range(first, height):
        up, forward = ray_row(y, height, view)
        # The level of detail is one for the row: what a pixel covers of flat water along the middle ray, in m. A pixel
        # is longer away from us than it is wide; taking more of its length than of its width keeps far water quiet.
        down = min(up / np.sqrt(up * up + forward * forward), f32(-0.0007))
        reach = eye / -down
        cover = pixel * reach * np.sqrt(f32(1.0) / max(-down, f32(0.002)))
        cover = cover * np.sqrt(np.sqrt(np.sqrt(f32(1.0) / max(-down, f32(0.002)))))
        want_long = max(vlog2(cover * sea[SCALE_LONG]), f32(0.0))
        want_short = max(vlog2(cover * sea[SCALE_SHORT]), f32(0.0))
        # Far away a step of the march leaps over whole waves and finds crests by chance, so the sea is made flat there.
        # Its slopes still shade it.
        rise = sat(f32(1.6) - sea[AMPLITUDE] / -down * f32(2.0 / 7.0 / 8.5))
        rise1 = rise * rise * sat(f32(1.6) - want_short)
        amplitude = sea[AMPLITUDE] * rise + f32(0.002)
        level0 = min(i32(want_long), i32(long_levels - 2))
        level1 = min(i32(want_short), i32(short_levels - 2))
        part0 = sat(want_long - f32(level0))
        part1 = sat(want_short - f32(level1))
        share0 = sat(f32(long_levels - 1) - want_long)
        share1 = sat(f32(short_levels - 1) - want_short)
        lost0 = mix(mix(long_lost[level0], long_lost[level0 + 1], part0), long_lost[long_levels - 1], f32(1.0) - share0)
        lost1 = mix(
            mix(short_lost[level1], short_lost[level1 + 1], part1), short_lost[short_levels - 1], f32(1.0) - share1
        )
        ripple = sat(f32(1.5) - cover * sea[SCALE_SHORT] * f32(4.0)) * sea[RIPPLE]
        lost = lost0 + lost1 + f32(0.0018) + f32(0.006) * (f32(1.0) - ripple)
        rough = np.sqrt(lost)
        for x in range(width):
            dx, dy, dz = ray(x, width, height, view, up, forward)
            dy = min(dy, f32(FLATTEST))
            # March from the height of the highest crest to that of the lowest trough: six steps to find the first
            # crossing, three secants to close in on it. Written out, because LLVM vectorises innermost loops only.
            near = max((eye - amplitude) / -dy, f32(0.2))
            far = (eye + amplitude) / -dy
            near_gap = above_water(
                long, long_log2, long_offsets, level0, rise, short, short_log2, short_offsets, level1, rise1, sea, view,
                dx, dy, dz, near,
            )  # fmt: skip
            far_gap = -amplitude
            found = f32(0.0)
            step = (far - near) * f32(1.0 / 7.0)
            gap = above_water(
                long, long_log2, long_offsets, level0, rise, short, short_log2, short_offsets, level1, rise1, sea, view,
                dx, dy, dz, near + step,
            )  # fmt: skip
            near, near_gap, far, far_gap, found = step_on(gap, step, near, near_gap, far, far_gap, found)
            gap = above_water(
                long, long_log2, long_offsets, level0, rise, short, short_log2, short_offsets, level1, rise1, sea, view,
                dx, dy, dz, near + step,
            )  # fmt: skip
            near, near_gap, far, far_gap, found = step_on(gap, step, near, near_gap, far, far_gap, found)
            gap = above_water(
                long, long_log2, long_offsets, level0, rise, short, short_log2, short_offsets, level1, rise1, sea, view,
                dx, dy, dz, near + step,
            )  # fmt: skip
            near, near_gap, far, far_gap, found = step_on(gap, step, near, near_gap, far, far_gap, found)
            gap = above_water(
                long, long_log2, long_offsets, level0, rise, short, short_log2, short_offsets, level1, rise1, sea, view,
                dx, dy, dz, near + step,
            )  # fmt: skip
            near, near_gap, far, far_gap, found = step_on(gap, step, near, near_gap, far, far_gap, found)
            gap = above_water(
                long, long_log2, long_offsets, level0, rise, short, short_log2, short_offsets, level1, rise1, sea, view,
                dx, dy, dz, near + step,
            )  # fmt: skip
            near, near_gap, far, far_gap, found = step_on(gap, step, near, near_gap, far, far_gap, found)
            gap = above_water(
                long, long_log2, long_offsets, level0, rise, short, short_log2, short_offsets, level1, rise1, sea, view,
                dx, dy, dz, near + step,
            )  # fmt: skip
            near, near_gap, far, far_gap, found = step_on(gap, step, near, near_gap, far, far_gap, found)
            at = secant(near, near_gap, far, far_gap)
            gap = above_water(
                long, long_log2, long_offsets, level0, rise, short, short_log2, short_offsets, level1, rise1, sea, view,
                dx, dy, dz, at,
            )  # fmt: skip
            near, near_gap, far, far_gap = narrow(gap, at, near, near_gap, far, far_gap)
            at = secant(near, near_gap, far, far_gap)
            gap = above_water(
                long, long_log2, long_offsets, level0, rise, short, short_log2, short_offsets, level1, rise1, sea, view,
                dx, dy, dz, at,
            )  # fmt: skip
            near, near_gap, far, far_gap = narrow(gap, at, near, near_gap, far, far_gap)
            at = secant(near, near_gap, far, far_gap)

            # The slope there, from both scales and from ripples: the short waves once more, smaller and turned.
            world_x = view[EYE] + dx * at
            world_z = view[EYE + 2] + dz * at
            px = world_x * sea[SCALE_LONG]
            pz = world_z * sea[SCALE_LONG]
            qx = world_x * sea[SCALE_SHORT]
            qz = world_z * sea[SCALE_SHORT]
            crest = level_read(long, long_log2, long_offsets, level0, px, pz)
            slope_x = between_levels(long_sx, long_log2, long_offsets, level0, part0, px, pz) * share0
            slope_z = between_levels(long_sz, long_log2, long_offsets, level0, part0, px, pz) * share0
            slope_x += between_levels(short_sx, short_log2, short_offsets, level1, part1, qx, qz) * share1
            slope_z += between_levels(short_sz, short_log2, short_offsets, level1, part1, qx, qz) * share1
            rx = (f32(0.82) * qx - f32(0.57) * qz) * f32(5.7)
            rz = (f32(0.57) * qx + f32(0.82) * qz) * f32(5.7)
            ripple_x = tex(short_sx, short_log2, i32(0), rx, rz) * ripple
            ripple_z = tex(short_sz, short_log2, i32(0), rx, rz) * ripple
            slope_x += f32(0.82) * ripple_x + f32(0.57) * ripple_z
            slope_z += f32(-0.57) * ripple_x + f32(0.82) * ripple_z

            normal_y = f32(1.0) / np.sqrt(f32(1.0) + slope_x * slope_x + slope_z * slope_z)
            normal_x = -slope_x * normal_y
            normal_z = -slope_z * normal_y
            facing = dx * normal_x + dy * normal_y + dz * normal_z
            # Schlick's Fresnel, damped where unseen slopes turn parts of the pixel towards us.
            graze = f32(1.0) - max(-facing, f32(0.02))
            graze2 = graze * graze
            mirror = f32(0.02) + f32(0.98) * graze2 * graze2 * graze / (f32(1.0) + f32(7.0) * rough)

            # What is mirrored: the sky, seen a little higher where the water is rough.
            mx = dx - f32(2.0) * facing * normal_x
            my = dy - f32(2.0) * facing * normal_y
            mz = dz - f32(2.0) * facing * normal_z
            my = abs(my) + rough * f32(0.45) * (f32(1.0) - my * my)
            unit = f32(1.0) / np.sqrt(mx * mx + my * my + mz * mz)
            mx = mx * unit
            my = my * unit
            mz = mz * unit
            column, row = panorama_place(mx, my, mz, sky[HEADING], sky[HEADING + 1])
            # The zenith of a low sun is dark; light that goes from wave to wave fills near water up.
            fill = f32(1.0) + f32(1.5) * my
            r = panorama_read(mirrored[0], column, row) * fill
            g = panorama_read(mirrored[1], column, row) * fill
            b = panorama_read(mirrored[2], column, row) * fill

            # The sun's glitter: the share of unseen slopes that mirror it, around the slope that is seen.
            hx = sky[SUN] - dx
            hy = max(sky[SUN + 1], f32(GLITTER_SUN)) - dy
            hz = sky[SUN + 2] - dz
            unit = f32(1.0) / np.sqrt(hx * hx + hy * hy + hz * hz)
            inverse = f32(1.0) / max(hy * unit, f32(0.05))
            need_x = -hx * unit * inverse - slope_x
            need_z = -hz * unit * inverse - slope_z
            variance = lost * f32(0.5) + f32(0.0009)
            chance = vexp(-(need_x * need_x + need_z * need_z) / (f32(2.0) * variance)) / (f32(2 * np.pi) * variance)
            graze = f32(1.0) - max(-(dx * hx + dy * hy + dz * hz) * unit, f32(0.0))
            graze2 = graze * graze
            bounce = f32(0.02) + f32(0.98) * graze2 * graze2 * graze
            inverse2 = inverse * inverse
            shine = bounce * chance * inverse2 * inverse2 * f32(0.25) / max(-dy + rough * f32(0.3), f32(0.03))
            shine = min(shine * sea[GLITTER], f32(14.0))

            # The water's own light: the sky scattered in it, and the low sun shining through crests.
            against = max(dx * sky[HEADING] + dz * sky[HEADING + 1], f32(0.0))
            thin = (
                sat((crest + amplitude * f32(0.25)) / amplitude) * against * against * sat(f32(1.0) - at * f32(0.015))
            )
            lit = sat(normal_x * sky[SUN] + normal_y * sky[SUN + 1] + normal_z * sky[SUN + 2])
            through = thin * f32(0.050) + lit * f32(0.012)
            own_r = sea[DEEP] * sky[AMBIENT] + sea[CREST] * sky[DISC] * through
            own_g = sea[DEEP + 1] * sky[AMBIENT + 1] + sea[CREST + 1] * sky[DISC + 1] * through
            own_b = sea[DEEP + 2] * sky[AMBIENT + 2] + sea[CREST + 2] * sky[DISC + 2] * through
            r = mix(own_r, r, mirror) + shine * sky[DISC]
            g = mix(own_g, g, mirror) + shine * sky[DISC + 1]
            b = mix(own_b, b, mirror) + shine * sky[DISC + 2]

            # Foam where the surface folds over.
            folding = between_levels(long_fold, long_log2, long_offsets, level0, part0, px, pz)
            break_up = tex(noise, noise_log2, i32(0), world_x * f32(97.0), world_z * f32(97.0)) * f32(0.6)
            break_up += tex(noise, noise_log2, i32(0), world_x * f32(31.0), world_z * f32(31.0)) * f32(0.4)
            over = sea[FOAM] - folding
            foam = sat(over * f32(2.2)) * sstep(f32(0.35), f32(0.75), break_up + sat(over * f32(1.2)) * f32(0.3))
            foam_light = f32(0.05) * (lit + f32(0.3))
            r = mix(r, sky[DISC] * foam_light + sky[AMBIENT] * f32(0.7), foam)
            g = mix(g, sky[DISC + 1] * foam_light + sky[AMBIENT + 1] * f32(0.7), foam)
            b = mix(b, sky[DISC + 2] * foam_light + sky[AMBIENT + 2] * f32(0.7), foam)

            # Air between: far water takes the colour of the horizon behind it.
            column, row = panorama_place(dx, f32(0.002), dz, sky[HEADING], sky[HEADING + 1])
            fade = (f32(1.0) - vexp(-at * sea[AIR])) * f32(0.85)
            out[0, y, x] = mix(r, panorama_read(panorama[0], column, row), fade)
            out[1, y, x] = mix(g, panorama_read(panorama[1], column, row), fade)
            out[2, y, x] = mix(b, panorama_read(panorama[2], column, row), fade)
