"""The core of the built-in engine: exactly the frames asked for, the same bytes every time, kernels that vectorise."""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256

import numpy as np
import pytest

from promptreel.engines import Planes, RenderJob, load_engine
from promptreel.engines.scenes import ScenesEngine, kernels, mesh, post, shadows
from promptreel.engines.scenes.effects import veils
from promptreel.engines.scenes.landscape import heightfield, land
from promptreel.engines.scenes.moods import graded
from promptreel.engines.scenes.post import Post, inverse_tone_map
from promptreel.engines.scenes.skies import heaps, skyview
from promptreel.engines.scenes.waters import ocean, water
from promptreel.errors import EngineStopped
from promptreel.spec import VideoSpec


def spec(**changes: object) -> VideoSpec:
    given_values: dict[str, object] = {
        "prompt": "sunset over the ocean",
        "width": 96,
        "height": 54,
        "fps": 8,
        "duration": 0.5,
        "seed": 3,
    }
    return VideoSpec(**(given_values | changes))  # type: ignore[arg-type]


def frames(video: VideoSpec, threads: int = 2) -> list[Planes]:
    return list(ScenesEngine(threads).render(RenderJob(video, lambda _fraction, _step: None)))  # type: ignore[arg-type]


def as_bytes(planes: list[Planes]) -> bytes:
    return b"".join(plane.tobytes() for frame in planes for plane in frame)


# -- frames ------------------------------------------------------------------------------------------------------------


def test_the_engine_is_found_by_name():
    assert isinstance(load_engine("scenes"), ScenesEngine)


@pytest.mark.parametrize(
    ("width", "height"), [(16, 16), (54, 96), (126, 54), (50, 34), (18, 98), (256, 16), (16, 256), (66, 66)]
)
def test_frames_have_exactly_the_size_and_number_asked_for(width: int, height: int):
    video = spec(width=width, height=height, fps=7, duration=0.43)
    made = frames(video)
    assert len(made) == video.frames == 3
    for luma, blue, red in made:
        assert luma.shape == (height, width)
        assert blue.shape == red.shape == (height // 2, width // 2)
        assert luma.dtype == blue.dtype == red.dtype == np.uint8
        assert luma.min() >= 16
        assert luma.max() <= 235
        assert min(blue.min(), red.min()) >= 16
        assert max(blue.max(), red.max()) <= 240


def test_the_same_specification_gives_the_same_bytes_with_any_number_of_threads():
    video = spec(duration=1.0)
    once = as_bytes(frames(video, threads=1))
    assert once == as_bytes(frames(video, threads=1))
    assert once == as_bytes(frames(video, threads=3))


@pytest.mark.parametrize(
    ("fps", "duration", "count"),
    [(1, 60.0, 60), (60, 1.0, 60), (7, 0.05, 1), (24, 1.03, 25), (2, 17.3, 35), (11, 3.14, 35), (1, 1.0, 1)],
)
def test_any_rate_and_length_gives_its_frames(fps: int, duration: float, count: int):
    video = spec(prompt="rolling hills", width=16, height=16, fps=fps, duration=duration)
    assert len(frames(video)) == video.frames == count


@pytest.mark.parametrize(("width", "height"), [(3840, 16), (16, 2160), (64, 16), (16, 64)])
@pytest.mark.parametrize("prompt", ["a dog on the beach in the rain", "a castle in the mountains, watercolour"])
def test_extreme_shapes_are_drawn(prompt: str, width: int, height: int):
    [frame] = frames(spec(prompt=prompt, width=width, height=height, duration=0.1, fps=8))
    assert frame[0].shape == (height, width)
    assert frame[0].std() > 1


OTHER_PROCESS = """
import sys
from hashlib import sha256
from promptreel.engines import RenderJob
from promptreel.engines.scenes import ScenesEngine
from promptreel.spec import VideoSpec

video = VideoSpec(prompt=sys.argv[1], width=96, height=54, fps=8, duration=0.5, seed=3)
digest = sha256()
for frame in ScenesEngine(3).render(RenderJob(video, lambda *_: None)):
    for plane in frame:
        digest.update(plane.tobytes())
print(digest.hexdigest())
"""


@pytest.mark.parametrize("prompt", ["a dog running on the beach at sunset", "fireworks over a city at night"])
def test_another_process_gives_the_same_bytes(prompt: str):
    here = sha256(as_bytes(frames(spec(prompt=prompt), threads=1))).hexdigest()
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    told = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS, prompt],
        check=True, capture_output=True, text=True, timeout=250, env=environment,
    )  # fmt: skip
    assert told.stdout.strip() == here


def test_another_seed_gives_another_picture():
    assert as_bytes(frames(spec(duration=0.1))) != as_bytes(frames(spec(duration=0.1, seed=4)))


@pytest.mark.parametrize(
    "prompt",
    [
        "sunset over the ocean",
        "stormy sea",
        "calm sea at dusk",
        "ocean on a clear day",
        "a snowy mountain village at night",
        "a neon street in the rain",
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_picture_is_neither_black_nor_blown_out_and_moves(prompt: str, seed: int):
    first, *_, last = frames(spec(prompt=prompt, width=160, height=90, seed=seed, duration=1.0))
    luma = first[0].astype(float)
    assert 35 < luma.mean() < 190
    assert luma.std() > 12
    assert (luma > 233).mean() < 0.12
    assert (luma < 18).mean() < 0.25
    assert np.abs(luma - last[0]).mean() > 0.8


def test_neighbouring_frames_do_not_flicker():
    made = frames(spec(width=160, height=90, fps=24, duration=0.5))
    means = [float(luma.mean()) for luma, _, _ in made]
    assert max(abs(a - b) for a, b in zip(means, means[1:], strict=False)) < 1.0


def test_progress_never_falls_and_ends_at_one():
    told: list[float] = []
    job = RenderJob(spec(), lambda fraction, _step: told.append(fraction))
    assert len(list(ScenesEngine(2).render(job))) == 4
    assert told == sorted(told)
    assert told[0] >= 0
    assert told[-1] == 1


@pytest.mark.parametrize("after", [1, 4, 12])
def test_a_job_that_should_end_ends(after: int):
    calls = iter(range(1000))

    def progress(_fraction: float, _step: str) -> None:
        if next(calls) >= after:
            raise EngineStopped

    made: Iterator[object] = ScenesEngine(2).render(RenderJob(spec(duration=60.0), progress))
    with pytest.raises(EngineStopped):
        list(made)


def test_closing_the_frames_ends_the_job():
    made = ScenesEngine(2).render(RenderJob(spec(duration=60.0), lambda _fraction, _step: None))
    next(made)
    made.close()
    with pytest.raises(StopIteration):
        next(made)


# -- moods ---------------------------------------------------------------------------------------------------------------


def test_a_mood_changes_the_grade():
    grade = {
        "exposure": 2.0,
        "contrast": 0.1,
        "vignette": 0.1,
        "saturation": 1.0,
        "bloom": 0.3,
        "tint": (1.0, 1.0, 1.0),
    }
    assert graded(grade, "dark")["exposure"] < 2.0 < graded(grade, "bright")["exposure"]
    assert graded(grade, "dramatic")["contrast"] > 0.1
    assert graded(grade, "") == grade


# -- grading -----------------------------------------------------------------------------------------------------------


def test_a_tone_that_went_through_the_inverse_comes_out_as_it_was():
    shades = np.linspace(0, 0.99, 64)
    hdr = np.ascontiguousarray(np.broadcast_to(inverse_tone_map(shades), (3, 16, 64)))
    luma, _, _ = Post(64, 16).run(hdr, bloom=0, vignette=0, grain=0, contrast=0, saturation=1)
    assert np.abs((luma[0] - 16.0) / 219 - shades).max() < 1.5 / 219


def test_a_bright_spot_glows_without_a_trace_of_the_blocks():
    hdr = np.zeros((3, 66, 98), np.float32)
    hdr[:, 30:34, 46:50] = 40
    luma, blue, _ = Post(98, 66).run(hdr, bloom=0.5, grain=0, vignette=0)
    row = luma[32, 50:80].astype(int)
    assert row[0] > row[10] > 20
    assert (np.diff(row) <= 1).all()
    assert np.abs(blue.astype(int) - 128).max() <= 1


# -- kernels -----------------------------------------------------------------------------------------------------------


COUNT_AFTER_WARM_UP = """
import sys
import numpy as np
from numba.core.dispatcher import Dispatcher
from promptreel.engines import RenderJob
from promptreel.engines.scenes import ScenesEngine, warming
from promptreel.engines.scenes.world import World
from promptreel.spec import VideoSpec

def compiled():
    kernels = {id(k): k for m in list(sys.modules.values()) for k in vars(m).values() if isinstance(k, Dispatcher)}
    return {k.__name__: len(k.overloads) for k in kernels.values() if k.targetoptions.get("cache") is not False}

class Watched(World):
    def draw(self, state, t):
        hdr = super().draw(state, t)
        assert hdr.shape == (3, self.height, self.width) and hdr.dtype == np.float32, self.plan
        assert np.isfinite(hdr).all() and hdr.min() >= 0, self.plan
        return hdr

warming.World = Watched
engine = ScenesEngine(2)
engine.warm_up()
before = compiled()
picture = np.random.default_rng(1).integers(0, 255, (300, 500, 3), np.uint8)
for prompt, first, last in [
    ("stormy sea at night, fog, zoom in", None, None), ("village, no aurora, heavy snow, fog", None, None),
    ("city street without rain, people, cars", None, None), ("storm and heavy snow, orbit", picture, None),
    ("three horses galloping on a beach at sunset, oil painting", None, None), ("a rocket launching", None, None),
    ("a dragon over a castle, meteors", None, None), ("a whale under water", None, None), ("a nebula", None, None),
    ("a cup on a table in a cosy room with a fireplace", None, None), ("rain", picture, picture),
    ("dreamy", None, picture),
]:
    image = first is not None or last is not None
    spec = VideoSpec(prompt=prompt, width=98, height=54, fps=2, duration=1.0, has_image=image)
    list(engine.render(RenderJob(spec, lambda *_: None, first, last)))
after = compiled()
assert len(after) > 30, after
assert before == after, {name: count for name, count in after.items() if before.get(name) != count}
"""


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_warm_up_draws_every_row_and_leaves_no_job_anything_to_compile():
    """In a process of its own: here, other tests may have compiled what the warm-up left out."""
    subprocess.run([sys.executable, "-c", COUNT_AFTER_WARM_UP], check=True)


DRAWN_FOR_KERNELS = (
    "a dog in the hills on a rainy, foggy day",
    "a house by a lake on a day with cumulus clouds",
)


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="reads x86 assembly")
@pytest.mark.parametrize(
    "kernel",
    [
        ocean.lay_out, land.shade_land, skyview.paint, mesh.resolve_band, post.develop, shadows.cast, veils.thickness,
        heightfield.settle_band, pytest.param(heaps.march, marks=pytest.mark.slow),
        pytest.param(water.draw_water, marks=pytest.mark.slow),
    ],
    ids=lambda kernel: kernel.__name__,
)  # fmt: skip
def test_the_kernels_are_vectorised(kernel):
    """Most arithmetic of all that runs over pixels is done on several of them at once.

    Kernels that walk over triangles or particles, one short run of pixels each, are not among these.
    """
    for prompt in DRAWN_FOR_KERNELS:
        if not kernel.signatures:
            frames(spec(prompt=prompt, width=64, height=36, duration=0.1))
    fresh = kernels.uncached(kernel)
    [signature] = kernel.signatures
    fresh.compile(signature)
    [code] = fresh.inspect_asm().values()
    packed = len(re.findall(r"\bv?(?:mul|add|sub|fmadd\d*|fmsub\d*|fnmadd\d*)ps\b", code))
    alone = len(re.findall(r"\bv?(?:mul|add|sub|fmadd\d*|fmsub\d*|fnmadd\d*)ss\b", code))
    assert packed >= 20
    assert packed > alone


def test_polynomials_are_close_to_what_they_stand_for():
    @kernels.kernel
    def table(x: np.ndarray, out: np.ndarray) -> None:
        for i in range(x.size):
            out[0, i] = kernels.vsin(x[i])
            out[1, i] = kernels.vexp(x[i] * kernels.f32(0.1))
            out[2, i] = kernels.vlog2(abs(x[i]) + kernels.f32(0.01))
            out[3, i] = kernels.vatan2(x[i], kernels.f32(1.5))
            out[4, i] = kernels.vasin(x[i] / kernels.f32(40))

    x = np.linspace(-40, 40, 999, dtype=np.float32)
    out = np.zeros((5, x.size), np.float32)
    table(x, out)
    right = np.stack([np.sin(x), np.exp(x * 0.1), np.log2(abs(x) + 0.01), np.arctan2(x, 1.5), np.arcsin(x / 40)])
    assert np.abs((out - right) / np.maximum(1, np.abs(right))).max() < 1e-3


def test_noise_tiles():
    noise = kernels.tile_fbm(64, seed=1)
    inside = np.abs(np.diff(noise, axis=1)).max()
    assert np.abs(noise[:, 0] - noise[:, -1]).max() <= inside * 1.5


def test_surfaces_reach_up_to_the_lens_and_behind_it():
    """A floor of two triangles round the camera has no hole, and lies where it is; what is behind the camera is not drawn."""
    maker = mesh.MeshBuilder()
    maker.quad([(-50, 0, -50), (50, 0, -50), (50, 0, 50), (-50, 0, 50)], 1.0)
    maker.quad([(-1, 0, -9), (1, 0, -9), (1, 3, -9), (-1, 3, -9)], 1.0)
    made = maker.build()
    hdr, near = np.zeros((3, 90, 160), np.float32), np.zeros((90, 160), np.float32)
    raster = mesh.Rasteriser(160, 90, len(made.vertices), len(made.triangles))
    camera = mesh.look((0.0, 1.5, 0.0), 0.0, 0.0, 0.5)
    clear, plain = np.zeros(5, np.float32), np.zeros(4, np.float32)
    for _ in range(2):  # Buffers that were used once do as well.
        hdr[:], near[:] = 0, 0
        raster.draw(
            made.vertices, made.colour, made.triangles, camera, clear, plain, np.zeros(256, np.float32), hdr, near=near
        )
        down = (np.arange(90) + 0.5 - 45) / 45 * 0.5
        floor = slice(48, 90)
        assert np.allclose(near[floor], down[floor, None] / 1.5, atol=0.006)
        assert np.allclose(hdr[:, floor], 1.0, atol=1e-3)
        assert not near[:44].any()
