"""What every kernel of this package is made of: decorators, arithmetic, noise and texture reads that vectorise.

Rules for pixel code. They decide a factor of ten, and `tests/engines/test_scenes_core.py` holds them:

* float32 and int32 only; write constants as `f32(0.5)`. No libm: use the `v…` functions of this module.
* Selects instead of branches; `&` and `|` instead of `and` and `or`.
* Only innermost loops are vectorised: put pixels inside and steps outside, with rows of scratch passed in as arguments.
* An index counts from the start: `a[-1]` reads what lies before the array (`lowering`).
* Never pass one array twice to a kernel, nor two overlapping views: `kernel` promises LLVM that none overlap.
"""

import functools
import hashlib
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite.ir as ir
import numpy as np
from numba import float32 as f32
from numba import int32 as i32
from numba import njit, types
from numba import uint32 as u32
from numba.core.caching import FunctionCache
from numba.core.dispatcher import Dispatcher
from numba.extending import intrinsic as _intrinsic
from numpy.typing import NDArray

from promptreel.engines.scenes import compiling, lowering
from promptreel.engines.scenes.compiling import Helper, Restrict

__all__ = [
    "as_bits",
    "as_float",
    "clamp",
    "device",
    "f32",
    "flr",
    "fract",
    "hash2",
    "hash3",
    "i32",
    "kernel",
    "mix",
    "noise2",
    "sat",
    "sstep",
    "tex",
    "texs",
    "tile_fbm",
    "u32",
    "vasin",
    "vatan2",
    "vcos",
    "vexp",
    "vexp2",
    "vlog2",
    "vpow",
    "vsin",
]

Floats = NDArray[np.float32]


# -- decorators --------------------------------------------------------------------------------------------------------


@functools.cache
def _digest(path: str) -> bytes:
    return hashlib.sha256(Path(path).read_bytes()).digest()


def _sources(function: Callable[..., Any], found: set[str]) -> set[str]:
    """The files whose code ends up in `function`: its own and those of all the device functions its module can see."""
    path = function.__code__.co_filename
    if path not in found:
        found.add(path)
        for value in list(function.__globals__.values()):
            if isinstance(value, Dispatcher):
                _sources(value.py_func, found)
    return found


_OPTIONS: dict[str, Any] = {
    "fastmath": True,
    "nogil": True,
    "error_model": "numpy",
    "boundscheck": False,
    "no_cfunc_wrapper": True,
}

_HELPER: dict[str, Any] = {**_OPTIONS, "pipeline_class": Helper, "forceinline": True, "no_cpython_wrapper": True}
_KERNEL: dict[str, Any] = {**_OPTIONS, "pipeline_class": Restrict}

device = njit(**_HELPER)
"""For helpers: put into its caller, so that the caller's loop is one straight body. Python cannot call them."""


class _Cache(FunctionCache):
    """numba's, which leaves of each kernel a copy in memory for functions that it might be put into: there are none."""

    def load_overload(self, signature: Any, target: Any) -> Any:
        """A kernel from the disk, or None."""
        found = super().load_overload(signature, target)
        if found is not None:
            _drop_copy(found.library)
        return found

    def save_overload(self, signature: Any, made: Any) -> None:
        """Keep a kernel on the disk."""
        super().save_overload(signature, made)
        _drop_copy(made.library)


def _drop_copy(library: Any) -> None:
    copy, library._shared_module = library._shared_module, None
    if copy is not None:
        copy.close()


def kernel(function: Callable[..., Any]) -> Any:
    """For loops over pixels: compiled once, kept on disk (`NUMBA_CACHE_DIR`), runs without the GIL."""
    dispatcher = njit(**_KERNEL)(function)
    try:
        dispatcher._cache = _Cache(function)
    except RuntimeError:  # there is no folder to keep it in
        return dispatcher
    # numba knows a kept kernel to be stale by the date of its own file only. Ours is stale when any helper in it
    # changed, and stays good when only dates did (a container image): the stamp is a digest of all the sources.
    stamp = b"".join(sorted(_digest(path) for path in _sources(function, {compiling.__file__, lowering.__file__})))
    dispatcher._cache._cache_file._source_stamp = hashlib.sha256(stamp).hexdigest()
    return dispatcher


def is_kept(compiled: Any) -> bool:
    """Whether a kernel need not be compiled, or there is no folder to keep it in."""
    file = getattr(compiled._cache, "_cache_file", None)
    return bool(compiled.overloads) or file is None or bool(file._load_index())


def uncached(compiled: Any) -> Any:
    """The same kernel, to be compiled anew: numba shows no machine code of one that it loaded."""
    return njit(**_KERNEL)(compiled.py_func)


# -- arithmetic --------------------------------------------------------------------------------------------------------

# For numba the first parameter is its own and callers leave it out, which its type hints do not say.
intrinsic: Any = _intrinsic


@intrinsic
def as_float(_context: Any, _bits: Any) -> Any:
    """The float32 that has these bits (an int32)."""

    def generate(_target: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.FloatType())

    return types.float32(types.int32), generate


@intrinsic
def as_bits(_context: Any, _value: Any) -> Any:
    """The bits of a float32, as an int32."""

    def generate(_target: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(32))

    return types.int32(types.float32), generate


@device
def flr(x):
    """The largest whole number not above `x`, as float32."""
    return f32(np.floor(x))


@device
def fract(x):
    """What is left of `x` above its floor, 0…1."""
    return x - f32(np.floor(x))


@device
def clamp(x, low, high):
    """`x`, held within `low`…`high`."""
    return min(max(x, low), high)


@device
def sat(x):
    """`x`, held within 0…1."""
    return min(max(x, f32(0.0)), f32(1.0))


@device
def mix(a, b, t):
    """From `a` at t=0 to `b` at t=1."""
    return a + (b - a) * t


@device
def sstep(low, high, x):
    """0 below `low`, 1 above `high`, smooth between."""
    t = sat((x - low) / (high - low))
    return t * t * (f32(3.0) - f32(2.0) * t)


@device
def vsin(x):
    """Sine of `x` in radians; error below 2e-6 for |x| up to a few hundred turns."""
    turns = x * f32(0.15915494309189535)
    turns = turns - f32(np.floor(turns + f32(0.5)))
    folded = abs(turns)
    y = min(folded, f32(0.5) - folded)
    z = y * y
    p = f32(39.710676)
    p = f32(-76.574959) + z * p
    p = f32(81.602249) + z * p
    p = f32(-41.341681) + z * p
    p = f32(6.2831851) + z * p
    return math.copysign(y * p, turns)


@device
def vcos(x):
    """Cosine of `x` in radians."""
    return vsin(x + f32(1.5707963267948966))


@device
def vexp2(x):
    """Two to the power of `x`, relative error below 1e-4; `x` is held within ±120."""
    x = clamp(x, f32(-120.0), f32(120.0))
    whole = f32(np.floor(x))
    part = x - whole
    p = f32(0.0013333)
    p = f32(0.0096181) + part * p
    p = f32(0.0555041) + part * p
    p = f32(0.2402265) + part * p
    p = f32(0.6931471) + part * p
    p = f32(1.0) + part * p
    return p * as_float(i32((i32(whole) + i32(127)) << i32(23)))


@device
def vexp(x):
    """e to the power of `x`."""
    return vexp2(x * f32(1.4426950408889634))


@device
def vlog2(x):
    """Base-2 logarithm of `x` > 0, absolute error below 1e-3: for curves, not for sums."""
    bits = as_bits(f32(x))
    exponent = i32(bits >> i32(23)) - i32(127)
    mantissa = as_float(i32((bits & i32(0x7FFFFF)) | i32(0x3F800000)))
    p = f32(0.0434256)
    p = f32(-0.404854) + mantissa * p
    p = f32(1.59388) + mantissa * p
    p = f32(-3.49268) + mantissa * p
    p = f32(5.04684) + mantissa * p
    p = f32(-2.78686) + mantissa * p
    return f32(exponent) + p


@device
def vpow(x, y):
    """`x` to the power of `y` for `x` ≥ 0."""
    return vexp2(vlog2(max(x, f32(1e-20))) * y)


@device
def _atan_unit(z):
    """Arc tangent for |z| ≤ 1."""
    s = z * z
    p = f32(0.0208351)
    p = f32(-0.0851330) + s * p
    p = f32(0.1801410) + s * p
    p = f32(-0.3302995) + s * p
    p = f32(0.9998660) + s * p
    return z * p


@device
def vatan2(y, x):
    """The angle of (x, y) in radians, -π…π, error below 2e-4."""
    ax = abs(x)
    ay = abs(y)
    angle = _atan_unit(min(ax, ay) / max(max(ax, ay), f32(1e-20)))
    angle = f32(1.5707963) - angle if ay > ax else angle
    angle = f32(3.14159265) - angle if x < f32(0.0) else angle
    return -angle if y < f32(0.0) else angle


@device
def vasin(x):
    """Arc sine in radians for |x| ≤ 1 (Abramowitz and Stegun 4.4.45)."""
    a = abs(x)
    p = f32(-0.0187293)
    p = f32(0.0742610) + a * p
    p = f32(-0.2121144) + a * p
    p = f32(1.5707288) + a * p
    angle = f32(1.5707963) - np.sqrt(max(f32(1.0) - a, f32(0.0))) * p
    return -angle if x < f32(0.0) else angle


# -- noise -------------------------------------------------------------------------------------------------------------


@device
def hash2(ix, iy):
    """A number in 0…1 for a cell of a grid: the same cell, the same number."""
    h = u32(u32(ix) * u32(0x9E3779B1)) ^ u32(u32(iy) * u32(0x85EBCA77))
    h = u32(h ^ (h >> u32(15)))
    h = u32(h * u32(0x2C1B3C6D))
    h = u32(h ^ (h >> u32(12)))
    h = u32(h * u32(0x297A2D39))
    h = u32(h ^ (h >> u32(15)))
    return f32(i32(h >> u32(8))) * f32(1.0 / 16777216.0)


@device
def hash3(ix, iy, iz):
    """A number in 0…1 for a cell of a grid in three dimensions."""
    return hash2(i32(ix) + i32(iz) * i32(7919), i32(iy) - i32(iz) * i32(104729))


@device
def noise2(x, y):
    """Value noise in 0…1, smooth, one cell per unit."""
    fx = flr(x)
    fy = flr(y)
    ix = i32(fx)
    iy = i32(fy)
    x = x - fx
    y = y - fy
    ux = x * x * x * (x * (x * f32(6.0) - f32(15.0)) + f32(10.0))
    uy = y * y * y * (y * (y * f32(6.0) - f32(15.0)) + f32(10.0))
    top = mix(hash2(ix, iy), hash2(ix + i32(1), iy), ux)
    bottom = mix(hash2(ix, iy + i32(1)), hash2(ix + i32(1), iy + i32(1)), ux)
    return mix(top, bottom, uy)


# -- textures: flat float32 arrays, square, sides a power of two, repeating --------------------------------------------


@device
def tex(texture, log2_side, offset, x, y):
    """Bilinear read at `x`, `y` in texels. `offset` is where the image starts in `texture` (0, or a mip level)."""
    fx = flr(x)
    fy = flr(y)
    mask = i32((i32(1) << log2_side) - i32(1))
    left = i32(fx) & mask
    top = i32(fy) & mask
    right = (left + i32(1)) & mask
    bottom = (top + i32(1)) & mask
    ux = x - fx
    uy = y - fy
    row0 = (top << log2_side) + offset
    row1 = (bottom << log2_side) + offset
    above = mix(texture[row0 + left], texture[row0 + right], ux)
    below = mix(texture[row1 + left], texture[row1 + right], ux)
    return mix(above, below, uy)


@device
def texs(texture, log2_side, x, y):
    """Like `tex`, with smooth weights: for noise that is magnified, where bilinear shows its grid."""
    fx = flr(x)
    fy = flr(y)
    mask = i32((i32(1) << log2_side) - i32(1))
    left = i32(fx) & mask
    top = i32(fy) & mask
    right = (left + i32(1)) & mask
    bottom = (top + i32(1)) & mask
    ux = x - fx
    uy = y - fy
    ux = ux * ux * (f32(3.0) - f32(2.0) * ux)
    uy = uy * uy * (f32(3.0) - f32(2.0) * uy)
    row0 = top << log2_side
    row1 = bottom << log2_side
    above = mix(texture[row0 + left], texture[row0 + right], ux)
    below = mix(texture[row1 + left], texture[row1 + right], ux)
    return mix(above, below, uy)


@device
def _corner(grad_x, grad_y, at, dx, dy):
    return grad_x[at] * dx + grad_y[at] * dy


@kernel
def _add_gradients(grad_x, grad_y, cells, weight, fold, total):
    """Add `weight` times an octave of Perlin noise, whose `cells`² gradients are flat arrays, to `total` (side, side).

    `fold` is 1 where the noise is folded into crests, otherwise 0.
    """
    side = total.shape[0]
    for row in range(side):
        y = f32(row) * f32(cells) / f32(side)
        top = i32(flr(y))
        y = y - f32(top)
        first, second = top * cells, ((top + i32(1)) % cells) * cells
        wy = y * y * y * (y * (y * f32(6.0) - f32(15.0)) + f32(10.0))
        for column in range(side):
            x = f32(column) * f32(cells) / f32(side)
            left = i32(flr(x))
            x = x - f32(left)
            right = left + i32(1)
            right = right if right < cells else i32(0)
            wx = x * x * x * (x * (x * f32(6.0) - f32(15.0)) + f32(10.0))
            above = mix(
                _corner(grad_x, grad_y, first + left, x, y),
                _corner(grad_x, grad_y, first + right, x - f32(1.0), y),
                wx,
            )
            below = mix(
                _corner(grad_x, grad_y, second + left, x, y - f32(1.0)),
                _corner(grad_x, grad_y, second + right, x - f32(1.0), y - f32(1.0)),
                wx,
            )
            noise = mix(above, below, wy)
            crest = f32(1.0) - abs(noise) * f32(2.2)
            total[row, column] += weight * mix(noise, crest * crest - f32(0.5), fold)


def tile_fbm(
    side: int, seed: int, base: int = 4, octaves: int = 8, gain: float = 0.5, *, ridged: bool = False
) -> Floats:
    """A tileable texture of fractal noise, shape (side, side), spread over about 0…1.

    `base` is the number of cells of the coarsest octave, `gain` the weight of each finer one, `ridged` folds the noise
    into crests.
    """
    rng = np.random.default_rng(seed)
    total: Floats = np.zeros((side, side), np.float32)
    weight = 1.0
    for octave in range(octaves):
        cells = base * 2**octave
        if cells > side // 2:
            break
        angle = rng.random(cells * cells) * 2 * np.pi
        grad_x, grad_y = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
        _add_gradients(grad_x, grad_y, np.int32(cells), np.float32(weight), np.float32(ridged), total)
        weight *= gain
    low, high = np.percentile(total, [0.5, 99.5])
    return np.ascontiguousarray(np.clip((total - low) / (high - low), -0.05, 1.05).astype(np.float32))
