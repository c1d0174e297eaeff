"""Waves of open water by Fourier synthesis, laid out as textures whose coarser levels remember what they lost.

Waves after Tessendorf, "Simulating ocean water" (2001), with the JONSWAP spectrum. Slopes that are smaller than a pixel are not
thrown away: their variance is kept (`add_levels`), for whoever draws the water to widen its glitter by.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import (
    f32,
    i32,
    kernel,
    tex,
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
