"""The engine's process: what it makes, and that nothing an engine does harms more than its own attempt."""

import asyncio
import io
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
import structlog
from PIL import Image

import promptreel
from promptreel.engine_config import CustomConfig
from promptreel.engines import RenderJob
from promptreel.engines.child import encode
from promptreel.engines.host import Audience, EngineHost, Order, Patience, engine_environment
from promptreel.errors import EngineFailed, EngineOutOfMemory, EngineTimeout
from promptreel.media import probe
from promptreel.spec import VideoSpec

from . import fakes

SPEC = VideoSpec("anything", 64, 48, fps=10, duration=1.0, seed=7)


def host(kind: str, tmp_path: Path, memory_mib: int = 2000) -> EngineHost:
    config = CustomConfig(kind="custom", model=f"tests.engines.fakes:{kind}")
    return EngineHost("fake", config, tmp_path / "cache", memory_mib)


Told = list[tuple[float, str]]


async def gone(pid: int) -> bool:
    """Whether the process has ended, or does so within a moment: a busy machine takes its time to clear it away."""
    for _ in range(400):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        await asyncio.sleep(0.05)
    return False


async def render(
    engine: EngineHost, folder: Path, spec: VideoSpec = SPEC, limit: float = 60, told: Told | None = None
) -> Told:
    told = [] if told is None else told
    folder.mkdir(exist_ok=True)
    audience = Audience(lambda *progress: told.append(progress))
    rendered = await engine.render(Order(spec), folder, audience, limit)
    assert rendered.video.exists() and rendered.poster.exists() and rendered.spritesheet.exists()
    assert rendered.report["seed"] == spec.seed
    return told


async def test_a_render_is_a_whole_file_and_the_process_stays_warm(tmp_path: Path) -> None:
    engine = host("Slow", tmp_path)
    told = await render(engine, tmp_path / "a")
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told) and len(told) >= 2
    found = probe(tmp_path / "a" / "video.mp4")
    assert (found.width, found.height, found.frames) == (64, 48, 10)
    first = engine.pid
    await render(engine, tmp_path / "b")
    assert engine.pid == first
    await engine.close()


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("Crashing", "SIGSEGV"),
        ("TooFew", "1 frames instead of 10"),
        ("WrongSize", "shape"),
        ("Refusing", "does not know how"),
        ("Raising", "unexpected ZeroDivisionError$"),
    ],
)
async def test_a_failing_engine_is_a_failed_attempt_that_says_why(tmp_path: Path, kind: str, says: str) -> None:
    engine = host(kind, tmp_path)
    with pytest.raises(EngineFailed, match=says):
        await render(engine, tmp_path / "a")
    assert not (tmp_path / "a" / "video.mp4").exists()
    with pytest.raises(EngineFailed, match=says):  # and the next job gets its chance
        await render(engine, tmp_path / "b")
    await engine.close()


def test_an_engines_frames_go_to_the_encoder_that_it_names(tmp_path: Path) -> None:
    engine = fakes.Encoding()
    with structlog.testing.capture_logs() as told:
        encode(engine, RenderJob(SPEC, lambda *_: None), tmp_path / "a.mp4")
    assert [entry["encoder"] for entry in told] == [
        "h264_nvenc"
    ]  # no card has such a number: it told that it went to x264
    assert probe(tmp_path / "a.mp4").frames == 10


async def test_an_engine_that_has_lost_its_card_gets_a_new_process(tmp_path: Path) -> None:
    engine = host("Broken", tmp_path)
    first = await engine.start()
    with pytest.raises(EngineFailed, match="the card failed$"):
        await render(engine, tmp_path / "a")
    assert await gone(first.pid)
    with pytest.raises(EngineFailed, match="the card failed$"):  # told by the new one, not a pipe that broke
        await render(engine, tmp_path / "b")
    await engine.close()


async def test_engines_that_belong_together_share_a_process_and_each_renders_its_own(tmp_path: Path) -> None:
    config = CustomConfig(kind="custom", model="tests.engines.fakes:Colours")
    others = {"other": CustomConfig(kind="custom", model="tests.engines.fakes:Refusing")}
    engine = EngineHost("fake", config, tmp_path / "cache", 2000, others)
    await render(engine, tmp_path / "a")
    first = engine.pid
    with pytest.raises(EngineFailed, match="does not know how"):
        await render(engine, tmp_path / "b", replace(SPEC, engine="other"))
    await render(engine, tmp_path / "c")
    assert engine.pid == first
    await engine.close()


def models(tmp_path: Path, **options: object) -> EngineHost:
    """Two engines in one process, each with a model; how often they loaded is the length of the file of its name."""
    configs = {
        name: CustomConfig(
            kind="custom", model="tests.engines.fakes:Loading", options={"mark": str(tmp_path / name)} | options
        )
        for name in ("first", "other")
    }
    return EngineHost("first", configs["first"], tmp_path / "cache", 2000, configs)


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)


async def test_the_first_model_is_loaded_before_there_is_a_job(tmp_path: Path) -> None:
    engine = models(tmp_path)
    (both,) = {each.pid for each in await asyncio.gather(engine.start(preload=True), engine.start(preload=True))}
    assert engine.warm == {"first"}  # as good as
    await until((tmp_path / "first").exists)
    told = await render(engine, tmp_path / "a", replace(SPEC, engine="first"))
    assert not any(step == "loading the model" for _, step in told)
    assert (engine.warm, engine.pid) == ({"first"}, both)
    await render(engine, tmp_path / "b", replace(SPEC, engine="other"))
    assert engine.warm == {"first", "other"}
    assert [(tmp_path / name).read_text() for name in ("first", "other")] == ["x", "x"]
    await engine.close()
    assert engine.warm == set()
    # One that starts for a job loads what that needs, and tells of it.
    told = await render(engine, tmp_path / "c", replace(SPEC, engine="other"))
    assert "loading the model" in {step for _, step in told} and engine.warm == {"other"}
    assert (tmp_path / "first").read_text() == "x"
    await engine.close()


async def test_a_job_that_comes_while_a_model_is_loaded_waits_for_the_rest_or_takes_its_own(tmp_path: Path) -> None:
    for name, stays in (("first", {"first"}), ("other", {"other"})):
        engine = models(tmp_path / name)
        (tmp_path / name).mkdir()
        await engine.start(preload=True)
        told = await render(engine, tmp_path / name / "a", replace(SPEC, engine=name))
        assert "loading the model" in {step for _, step in told}
        assert engine.warm == stays
        await engine.close()


async def test_a_card_that_is_dead_at_the_start_costs_no_attempt(tmp_path: Path) -> None:
    engine = models(tmp_path, broken=True)
    await engine.start(preload=True)
    await until(lambda: engine.pid is None)
    assert engine.warm == set()
    await render(engine, tmp_path / "a", replace(SPEC, engine="first"))
    assert engine.warm == {"first"}
    await engine.close()


async def test_progress_never_falls_whatever_an_engine_tells(tmp_path: Path) -> None:
    engine = host("Wavering", tmp_path)
    told = [fraction for fraction, _ in await render(engine, tmp_path / "a")]
    assert told == sorted(told)
    assert told[:2] == [0.4, 0.4]  # its first frame: three tenths, and a tenth of the rest
    assert told[-1] == 1.0
    await engine.close()


def test_a_download_is_not_held_against_the_video(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("promptreel.engines.host.time.monotonic", lambda: now)
    heard: list[str] = []
    patience = Patience(60)
    audience = patience.of(Audience(lambda _, step: heard.append(step)))
    for at, step, left in (
        (110.0, "preparing", 50),
        (120.0, "downloading the model: 0 / 20 GB", 40),
        (170.0, "downloading the model: 9 / 20 GB", 40),
        (190.0, "loading the model", 40),
        (200.0, "denoising: 1 / 50", 30),
    ):
        now = at
        audience.progress(0.1, step)
        assert patience.left() == left
    assert len(heard) == 5


async def test_who_waits_sees_a_small_picture_about_once_a_second(tmp_path: Path) -> None:
    engine = host("Slow", tmp_path)
    shown: list[tuple[float, bytes]] = []
    spec = VideoSpec("anything", 640, 360, fps=20, duration=3.0, seed=7)
    (tmp_path / "a").mkdir()
    audience = Audience(lambda *_: None, lambda jpeg: shown.append((time.monotonic(), jpeg)))
    await engine.render(Order(spec), tmp_path / "a", audience, 60)
    await engine.close()
    # 60 frames of a twentieth of a second each: at least three seconds, and one picture of the first frame.
    assert 2 <= len(shown) <= 1 + shown[-1][0] - shown[0][0] + 0.5
    pictures = [Image.open(io.BytesIO(jpeg)) for _, jpeg in shown]
    assert {(picture.format, picture.size) for picture in pictures} == {("JPEG", (320, 180))}
    # The frames of that engine grow lighter: these are the newest, and not one over and over.
    light = [float(np.asarray(picture).mean()) for picture in pictures]
    assert len(set(light)) == len(light)
    assert all(len(jpeg) < 64 * 1024 for _, jpeg in shown)


async def test_what_an_engine_prints_is_no_answer(tmp_path: Path) -> None:
    engine = host("Chatting", tmp_path)
    await render(engine, tmp_path / "a")
    await engine.close()


async def test_the_time_limit_ends_a_hanging_engine(tmp_path: Path) -> None:
    engine = host("Deaf", tmp_path)
    process = await engine.start()
    with pytest.raises(EngineTimeout):
        await render(engine, tmp_path / "a", limit=4)
    assert await gone(process.pid)


async def test_the_memory_limit_ends_a_leaking_engine(tmp_path: Path) -> None:
    engine = host("Leaking", tmp_path, memory_mib=400)
    with pytest.raises(EngineOutOfMemory):
        await render(engine, tmp_path / "a")
    assert engine.pid is None


async def test_cancelling_stops_within_a_frame_and_keeps_the_process(tmp_path: Path) -> None:
    engine = host("Slow", tmp_path)
    spec = VideoSpec("long", 64, 48, fps=10, duration=60)
    told: Told = []
    task = asyncio.create_task(render(engine, tmp_path / "a", spec, told=told))
    while not told:
        await asyncio.sleep(0.05)
    first = engine.pid
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(tmp_path.glob("a/*")) == []
    await render(engine, tmp_path / "b")
    assert engine.pid == first  # one that does not stop within seconds is killed
    await engine.close()


async def test_an_impatient_cancel_does_not_answer_the_next_job(tmp_path: Path) -> None:
    """A cancelled job is cancelled twice: by the queue, and by the database that says that it is over."""
    engine = host("Slow", tmp_path)
    spec = VideoSpec("long", 64, 48, fps=10, duration=60)
    for cancels in (1, 2, 3) * 3:
        task = asyncio.create_task(render(engine, tmp_path / "a", spec))
        await asyncio.sleep(0.3)
        for _ in range(cancels):
            task.cancel()
            await asyncio.sleep(0.005)
        with pytest.raises(asyncio.CancelledError):
            await task
        await render(engine, tmp_path / "b")
    await engine.close()


async def test_a_deaf_engine_is_killed_when_cancelled(tmp_path: Path) -> None:
    engine = host("Deaf", tmp_path)
    process = await engine.start()
    told: Told = []
    task = asyncio.create_task(render(engine, tmp_path / "a", told=told))
    while not told:
        await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await gone(process.pid)


async def test_the_engine_never_outlives_its_parent(tmp_path: Path) -> None:
    script = f"""
import asyncio
from pathlib import Path
import promptreel
from promptreel.engine_config import CustomConfig
from promptreel.engines.host import Audience, EngineHost, Order
from promptreel.spec import VideoSpec
async def main():
    config = CustomConfig(kind="custom", model="tests.engines.fakes:Slow")
    engine = EngineHost("fake", config, Path({str(tmp_path)!r}), 2000)
    await engine.start()
    print(engine.pid, flush=True)
    order = Order(VideoSpec("x", 64, 48, fps=10, duration=60))
    await engine.render(order, Path({str(tmp_path)!r}), Audience(lambda *told: print(*told, flush=True)), 60)
asyncio.run(main())
"""
    import sys

    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout
    pid = int(await parent.stdout.readline())
    await parent.stdout.readline()  # progress: it renders
    parent.kill()
    await parent.wait()
    assert await gone(pid)


SMALL_FILM = """
import sys
from numba.core.dispatcher import Dispatcher
from promptreel.engines import RenderJob
from promptreel.engines.scenes import ScenesEngine
from promptreel.spec import VideoSpec

[_] = ScenesEngine(1).render(RenderJob(VideoSpec("a nebula", 32, 16, fps=1, duration=1.0, seed=1), lambda *_: None))
ours = [module for name, module in sys.modules.items() if name.startswith("promptreel")]
kernels = {id(k): k for module in ours for k in vars(module).values() if isinstance(k, Dispatcher)}
print(sum(sum(kernel.stats.cache_misses.values()) for kernel in kernels.values()))
"""


def test_a_second_start_compiles_nothing_and_an_install_that_is_only_read_stays_as_it_was(tmp_path: Path) -> None:
    install, cache = tmp_path / "install", tmp_path / "cache"
    source = Path(promptreel.__file__).parent
    shutil.copytree(source, install / "promptreel", ignore=shutil.ignore_patterns("__pycache__", "web", "*.nb?"))
    everything = sorted(install.rglob("*"))
    for path in everything:
        path.chmod(path.stat().st_mode & ~0o222)
    environment = engine_environment(cache) | {"PYTHONPATH": str(install), "PYTHONDONTWRITEBYTECODE": "1"}
    compiled = [
        int(subprocess.check_output([sys.executable, "-c", SMALL_FILM], env=environment, timeout=250)) for _ in range(2)
    ]
    assert compiled[0] > 0
    assert compiled[1] == 0
    assert sorted(install.rglob("*")) == everything
    assert list(cache.rglob("*.nbc"))
    for path in everything:  # whoever clears the folder away may not be root
        path.chmod(path.stat().st_mode | 0o200)
