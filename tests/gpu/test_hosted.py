"""The engine in its own process, as a slot has it: from the hub to a file, and through the whole queue."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from promptreel.engine_config import DiffusersConfig
from promptreel.engines.host import Audience, EngineHost, Order, Rendered
from promptreel.errors import EngineFailed
from promptreel.media import frame_at, probe

from . import hub, tiny
from .conftest import Checkpoint
from .films import SPEC, Told

MEMORY = 4000


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each engine process: so little is calculated that more only stand in each other's way."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.fixture
def hosted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[hub.Hub]:
    """A hub for engine processes that start in the test, and a cache of their own."""
    with hub.running() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
        monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield running


LARGEST = "text_encoder/model.safetensors"


async def made(engine: EngineHost, folder: Path, spec=SPEC, progress=lambda *_: None) -> Rendered:
    folder.mkdir()
    return await engine.render(Order(spec), folder, Audience(progress), 200)


def host(config: DiffusersConfig, tmp_path: Path, **others: DiffusersConfig) -> EngineHost:
    return EngineHost("tiny", config, tmp_path / "kernels", MEMORY, others)


async def test_from_the_hub_to_a_file(tmp_path: Path, hosted: hub.Hub, checkpoint: Checkpoint) -> None:
    hosted.repositories["tiny/wan"] = checkpoint("t2v")
    hosted.held = LARGEST
    config = tiny.config(Path("tiny/wan"), revision=hub.COMMIT)
    engine = host(config, tmp_path)
    told: Told = []

    def hear(fraction: float, step: str) -> None:
        told.append((fraction, step))
        if step.startswith("downloading") and 0 < fraction < 0.5:
            hosted.let_go.set()

    spec = replace(SPEC, width=64, height=48, fps=12, duration=1.0)
    rendered = await made(engine, tmp_path / "a", spec, hear)
    found = probe(rendered.video)
    assert (found.width, found.height, found.frames, found.fps) == (64, 48, 12, 12)
    assert rendered.report["engine"] == "tiny" and rendered.report["native"]["frames"] == 9
    assert hosted.let_go.is_set()  # it told that it had come some of the way
    assert told == sorted(told, key=lambda entry: entry[0])
    # What is not data is not asked for.
    assert not any(path.endswith((".bin", ".py", ".md")) for path in hosted.asked)

    asked = len(hosted.asked)
    again = await made(engine, tmp_path / "b", spec)
    assert (frame_at(again.video, 0.5) == frame_at(rendered.video, 0.5)).all()
    assert len(hosted.asked) == asked  # it is warm
    await engine.close()
    # In the cache now: another process needs no hub, and may be kept from asking.
    offline = host(config.model_copy(update={"offline": True}), tmp_path)
    await made(offline, tmp_path / "c", spec)
    assert len(hosted.asked) == asked
    await offline.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(100):
        while not condition():
            await asyncio.sleep(0.05)


async def test_a_model_comes_and_is_loaded_before_there_is_a_job(
    tmp_path: Path, hosted: hub.Hub, checkpoint: Checkpoint
) -> None:
    hosted.repositories["tiny/wan"] = checkpoint("t2v")
    engine = host(tiny.config(Path("tiny/wan")), tmp_path)
    await engine.start(preload=True)
    await until(lambda: any(path.endswith(LARGEST) for path in hosted.asked))
    asked, told = 0, set[str]()
    while asked < len(hosted.asked):  # until it has all that it wants
        asked = len(hosted.asked)
        await asyncio.sleep(3)
    await made(engine, tmp_path / "a", progress=lambda _, step: told.add(step))
    assert len(hosted.asked) == asked and not any(step.startswith("downloading") for step in told)
    assert engine.warm == {"tiny"}
    await engine.close()


async def test_a_job_that_comes_while_a_model_does_hears_of_it_and_one_of_another_model_waits_for_none(
    tmp_path: Path, hosted: hub.Hub, checkpoint: Checkpoint
) -> None:
    hosted.repositories["tiny/wan"] = checkpoint("t2v")
    hosted.held = LARGEST
    engine = host(tiny.config(Path("tiny/wan")), tmp_path, here=tiny.config(checkpoint("two")))
    await engine.start(preload=True)
    await until(lambda: any(path.endswith(LARGEST) for path in hosted.asked))
    assert engine.warm == {"tiny"}  # as good as: another would have to wait
    told = set[str]()
    task = asyncio.create_task(made(engine, tmp_path / "a", progress=lambda _, step: told.add(step)))
    hosted.held = ""
    await asyncio.sleep(1)
    hosted.let_go.set()
    await task
    # Where it was when the job came is a matter of luck; that it goes on from there is not.
    assert any(step.startswith(("looking for", "downloading", "loading the model")) for step in told)
    await made(engine, tmp_path / "b", replace(SPEC, engine="here"))
    assert engine.warm == {"tiny", "here"}
    await engine.close()


async def test_what_the_hub_does_not_give_is_said(tmp_path: Path, hosted: hub.Hub, checkpoint: Checkpoint) -> None:
    hosted.repositories |= {"tiny/wan": checkpoint("t2v"), "tiny/secret": checkpoint("t2v")}
    hosted.gated.add("tiny/secret")
    others = {
        "none": tiny.config(Path("tiny/none")),
        "gated": tiny.config(Path("tiny/secret")),
        "old": tiny.config(Path("tiny/wan"), revision="v0"),
        "offline": tiny.config(Path("tiny/wan"), offline=True),
    }
    engine = host(tiny.config(Path("no-such-folder")), tmp_path, **others)
    for name, says in (
        ("tiny", "there is no folder no-such-folder, and it is no id of the hub"),
        ("none", "the hub has no tiny/none, or not for everyone: set HF_TOKEN"),
        ("gated", "only to who agreed to its licence there: set HF_TOKEN"),
        ("old", "tiny/wan has no revision v0"),
        ("offline", r"tiny/wan is not \(or not whole\) in the hub's cache, and the engine is set offline"),
    ):
        with pytest.raises(EngineFailed, match=says):
            await made(engine, tmp_path / name, replace(SPEC, engine=name))
    await engine.close()


async def test_a_download_stops_and_goes_on(tmp_path: Path, hosted: hub.Hub, checkpoint: Checkpoint) -> None:
    hosted.repositories["tiny/wan"] = checkpoint("t2v")
    hosted.held = LARGEST
    engine = host(tiny.config(Path("tiny/wan")), tmp_path)
    told: Told = []
    task = asyncio.create_task(made(engine, tmp_path / "a", progress=lambda *progress: told.append(progress)))
    while not any(step.startswith("downloading") for _, step in told):
        await asyncio.sleep(0.05)
    first = engine.pid
    hosted.held = ""
    task.cancel()
    await asyncio.sleep(0.5)
    hosted.let_go.set()  # its next bytes are its last
    with pytest.raises(asyncio.CancelledError):
        await task
    assert engine.pid == first
    await made(engine, tmp_path / "b")
    assert engine.pid == first
    await engine.close()


async def test_a_prompt_and_a_seed_are_one_file_and_each_engine_makes_its_own(
    tmp_path: Path, checkpoint: Checkpoint
) -> None:
    engine = host(tiny.config(checkpoint("t2v")), tmp_path, two=tiny.config(checkpoint("two")))
    files = [
        (await made(engine, tmp_path / str(number), replace(SPEC, engine=name))).video
        for number, name in enumerate(("tiny", "two", "tiny"))
    ]
    await engine.close()
    pictures = [np.asarray(frame_at(file, 0.5)) for file in files]
    assert (pictures[0] == pictures[2]).all() and (pictures[0] != pictures[1]).any()
