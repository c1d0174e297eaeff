"""Kernels mean what they say: each kind of statement gives, to the bit, what numba's own compiler makes of it.

Both sides compile without fast mathematics here, so that there is one right answer.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba import float32 as f32
from numba import int32 as i32
from numba import njit
from numba import uint32 as u32
from numba.core.errors import UnsupportedError

from promptreel.engines.scenes import warming
from promptreel.engines.scenes.compiling import Helper, Restrict

EXACT: dict[str, Any] = {"error_model": "numpy", "fastmath": False}
helper = njit(**EXACT, pipeline_class=Helper, forceinline=True, no_cfunc_wrapper=True, no_cpython_wrapper=True)
kernel = njit(**EXACT, pipeline_class=Restrict, no_cfunc_wrapper=True)

LAST = 5
HALF = 0.5


def programs(device: Callable[..., Any], loop: Callable[..., Any]) -> dict[str, Any]:
    """One small kernel for each kind of statement, made by the two decorators that are given.

    Each takes floats (8, 9), whole numbers (72) and results to fill (72), float32, int32 and float32.
    """

    @device
    def minmax(x, y):
        return min(x, y), max(x, y), i32(x > y)

    @device
    def spread(x, y):
        low, high, swapped = minmax(x, y)
        return high - low if swapped == i32(1) else low * f32(2.0)

    @device
    def sign_of(x):
        if x > f32(0.25):
            return f32(1.0)
        if x < f32(-0.25):
            return f32(-1.0)
        return f32(0.0)

    @device
    def first_above(values, row, limit):
        for column in range(values.shape[1]):
            if values[row, column] > limit:
                return column
        return -1

    @device
    def is_near(x, y):
        return abs(x - y) < f32(0.5)

    @device
    def every_other(values, row, stop):
        total = f32(0.0)
        for column in range(1, stop, 2):
            total += values[row, column]
        for column in range(stop - 1, -1, -3):
            total -= values[row, column] * f32(0.5)
        return total

    @device
    def sum_pair(pair):
        first, second = pair
        return first + second

    @device
    def fill_row(out, start, value):
        for i in range(3):
            out[start + i] = value + f32(i)

    @loop
    def floats(a, n, out):
        for i in range(out.size):
            x, y = a[i // 9, i % 9], a[i % 8, i // 8]
            out[i] = ((x + y) * f32(1.5) - x * y) / (y + f32(7.0)) + -x + abs(y) + np.sqrt(abs(x)) + np.floor(y)

    @loop
    def whole_numbers(a, n, out):
        for i in range(n.size - 1):
            x, y = n[i], n[i + 1]
            out[i] = f32((x + y) * i32(3) - x * y) + f32(x // i32(7)) + f32(x % i32(5)) + f32(-y) + f32(abs(x))

    @loop
    def mixed_numbers(a, n, out):
        for i in range(out.size):
            x = a[i // 9, i % 9]
            out[i] = n[i] * x + n[i] / 3 + i * 0.25 + 2 * x + x**2 + (n[i] + 0.5)

    @loop
    def bits(a, n, out):
        for i in range(n.size):
            h = u32(u32(n[i]) * u32(0x9E3779B1)) ^ u32(i)
            h = u32(h ^ (h >> u32(15)))
            h = u32(h * u32(0x2C1B3C6D)) | u32(1)
            lower = (n[i] & i32(255)) ^ ~n[i]
            out[i] = f32(i32(h >> u32(8))) + f32(lower) + f32(n[i] >> i32(3)) + f32(i32(3) << (i32(i) & i32(7)))

    @loop
    def comparisons(a, n, out):
        for i in range(out.size):
            x, y, k = a[i // 9, i % 9], a[i % 8, i // 8], n[i]
            total = f32(0.0)
            total += f32(1.0) if x < y else f32(0.0)
            total += f32(2.0) if x <= y else f32(0.0)
            total += f32(4.0) if x == y else f32(0.0)
            total += f32(8.0) if x != y else f32(0.0)
            total += f32(16.0) if k > i32(3) else f32(0.0)
            total += f32(32.0) if k >= i and u32(k) > u32(i) else f32(0.0)
            total += f32(64.0) if (x > y) & (k != i32(0)) | (k == i32(7)) else f32(0.0)
            total += f32(128.0) if not (x > y or k < i32(-50)) else f32(0.0)
            total += f32(256.0) if f32(-1.0) < x < f32(1.0) else f32(0.0)
            total += f32((x > y) ^ (k > i32(0)))
            out[i] = total

    @loop
    def not_numbers(a, n, out):
        for i in range(out.size):
            x = f32(np.nan) if i % 3 == 0 else f32(i)
            y = f32(i % 4)
            out[i] = f32(x < y) + f32(x <= y) * 2 + f32(x == y) * 4 + f32(x != y) * 8 + f32(x > y) * 16

    @loop
    def in_place(a, n, out):
        for i in range(out.size):
            x, k = a[i // 9, i % 9], n[i]
            x += f32(1.25)
            x *= x
            x -= f32(i)
            x /= f32(3.0)
            k += i32(3)
            k *= i32(2)
            k //= i32(3)
            k %= i32(11)
            k <<= i32(2)
            k &= i32(0xFE)
            out[i] = x
            out[i] += f32(k)
            out[i] *= f32(1.5)

    @loop
    def loops(a, n, out):
        for i in range(out.size):
            total = f32(0.0)
            count = 0
            for row in range(i32(2), i32(8)):
                for column in range(0, 9, 4):
                    if column > row:
                        continue
                    total += a[row, column]
                for back in range(LAST, i32(0), i32(-2)):
                    if back == i % 4:
                        break
                    total -= a[row, back]
                    count += back
            for _ in range(i % 3 - 1):
                total *= f32(1.5)
            step = i % 3 + 1
            for k in range(0, 7, step):
                total += f32(k)
            while count > 20:
                count -= 13
            out[i] = total + f32(count)

    @loop
    def ranges_used_twice(a, n, out):
        every = range(4)
        total = 0
        for i in every:
            for j in every:
                total += i * j
        for i in every:
            total += i
        out[0] = f32(total + i)

    @loop
    def branches(a, n, out):
        previous = f32(0.0)
        last = f32(0.0)
        flag = False
        for i in range(out.size):
            x = a[i // 9, i % 9]
            if i > 2:
                y = previous * f32(0.5)
                k = 3
            elif i == 1:
                y = x
                k = n[i]
            else:
                y = f32(HALF)
                k = 0
            if flag:
                y = -y
            flag = x > y
            if i > 0:
                y += last
            last = x
            out[i] = y + f32(k)
            previous = out[i] * f32(0.25)

    @loop
    def tuples(a, n, out):
        held = (f32(0.0), i32(0))
        for i in range(n.size - 1):
            low, high, swapped = minmax(a[i // 9, i % 9], a[i % 8, i // 8])
            pair = (low, high) if swapped > 0 else (high, f32(n[i]))
            both = pair
            total, count = held
            held = (total * f32(0.5) + sum_pair(both), i32(count + n[i + 1]))
            out[i] = sum_pair((n[i], i)) + total + f32(count)

    @loop
    def helpers(a, n, out):
        for i in range(out.size):
            x, y = a[i // 9, i % 9], a[i % 8, i // 8]
            total = spread(x, y) + sign_of(x) * f32(3.0) + f32(first_above(a, i % 8, y))
            total += f32(10.0) if is_near(x, y) else f32(0.0)
            out[i] = total + every_other(a, i % 8, i % 10) + spread(y=y, x=f32(n[i]))

    @loop
    def helpers_that_write(a, n, out):
        for i in range(0, 72, 3):
            fill_row(out, i, a[i // 9, i % 9])
        fill_row(out[30:], 1, f32(9.0))

    @loop
    def arrays(a, n, out):
        cube = out.reshape(2, 4, 9)
        for z in range(2):
            for y in range(cube.shape[1]):
                row = a[z * 4 + y]
                for x in range(9):
                    cube[z, y, x] = row[8 - x] + a[y, x]
                    cube[z, i32(y), u32(x)] += f32(n[x])
                cube[z][y, 0] = f32(1.0)
                a[y, 1:][2] = f32(z)

    @loop
    def casts(a, n, out):
        for i in range(out.size):
            x = a[i // 9, i % 9] * f32(20.0)
            small = np.uint8(i32(abs(x)))
            out[i] = (
                f32(i32(x)) + f32(small) + f32(np.int64(x)) + f32(np.float64(x) * 0.1) + f32(np.uint32(i)) + f32(True)
            )

    @loop
    def extremes(a, n, out):
        for i in range(n.size - 1):
            x, y = a[i // 9, i % 9], a[i % 8, i // 8]
            k = max(min(n[i], n[i + 1]), i32(-3))
            out[i] = min(max(x, f32(0.0)), f32(1.0)) + max(x, y) + f32(k) + f32(min(n[i], 2.5)) + f32(max(i, 5))

    made = dict(locals())
    return {name: made[name] for name in made if name not in HELPER_NAMES}


HELPER_NAMES = {
    "device", "loop", "minmax", "spread", "sign_of", "first_above", "is_near", "every_other", "sum_pair", "fill_row",
}  # fmt: skip
OURS = programs(helper, kernel)
NUMBAS = programs(njit(**EXACT), njit(**EXACT))


def arguments() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(11)
    whole = random.integers(-100, 100, 72).astype(np.int32)
    return random.normal(0, 1.5, (8, 9)).astype(np.float32), whole, np.zeros(72, np.float32)


@pytest.mark.parametrize("name", sorted(OURS))
def test_statements_give_what_numba_gives(name: str):
    ours, numbas = arguments(), arguments()
    OURS[name](*ours)
    NUMBAS[name](*numbas)
    assert np.any(ours[2])
    for own, right in zip(ours, numbas, strict=True):
        np.testing.assert_array_equal(own, right)


# -- what is refused ---------------------------------------------------------------------------------------------------


def fails(x):
    if x > f32(0.0):
        raise ValueError
    return x


def steps(x):
    total = f32(0.0)
    for i in range(0, 9, i32(x)):
        total += f32(i)
    return total


@pytest.mark.parametrize(("body", "told"), [(fails, "raise"), (steps, "helper")])
def test_a_helper_that_could_fail_is_refused(body: Callable[..., Any], told: str):
    risky = helper(body)

    @kernel
    def call(out):
        out[0] = risky(out[0])

    with pytest.raises((TypeError, UnsupportedError), match=told):
        call(np.zeros(1, np.float32))


@pytest.mark.parametrize("index", [-1, -2])
def test_an_index_from_the_end_is_refused(index: int):
    @kernel
    def read(out):
        out[0] = out[index]

    @kernel
    def write(out):
        out[0, index] = f32(1.0)

    for compiled, shape in ((read, 3), (write, (2, 3))):
        with pytest.raises(IndexError, match=f"not {index}"):
            compiled(np.zeros(shape, np.float32))


def test_a_kernel_may_fail():
    @kernel
    def steps_of(out, step):
        for i in range(0, 3, step):
            out[i] = f32(1.0)

    out = np.zeros(3, np.float32)
    steps_of(out, np.int32(2))
    assert out.tolist() == [1, 0, 1]
    with pytest.raises(ValueError, match="zero"):
        steps_of(out, np.int32(0))


# -- where kernels are kept --------------------------------------------------------------------------------------------


def run_with_cache(folder: Path, code: str) -> str:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder)}
    told = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=250, env=environment
    )
    return told.stdout.strip()


FILL_KEPT = """
from promptreel.engines.scenes import kernels
made = kernels._add_gradients
before = kernels.is_kept(made)
kernels.tile_fbm(8, 1, base=2, octaves=1)
print(before, kernels.is_kept(made), sum(made.stats.cache_hits.values()))
"""


def test_a_kernel_is_kept_once_it_was_compiled(tmp_path: Path):
    assert run_with_cache(tmp_path, FILL_KEPT) == "False True 0"
    assert run_with_cache(tmp_path, FILL_KEPT) == "True True 1"


def test_what_films_share_is_compiled_beside_only_where_it_is_not_kept(monkeypatch: pytest.MonkeyPatch):
    started: list[list[str]] = []
    monkeypatch.setattr(warming.subprocess, "Popen", lambda command, **_: started.append(command))
    for kept in (False, True):
        monkeypatch.setattr(warming, "is_kept", lambda _kernel, kept=kept: kept)
        warming.compile_beside()
    assert started == [[sys.executable, "-m", "promptreel.engines.scenes.warming"]]
