"""Through the whole queue: asked for, rendered by a model on a slot, stored and paid."""

import asyncio
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import av
import pytest

from promptreel import credits, videos
from promptreel.engine_config import CustomConfig
from promptreel.media import probe
from promptreel.runtime import Runtime
from promptreel.settings import Settings
from promptreel.spec import Status, VideoSpec
from promptreel.videos import Submission, Video
from promptreel.worker import run_worker

from ..conftest import MakeAccount
from . import tiny
from .conftest import Checkpoint
from .tiny_films import film_of

FAMILIES = {kind.partition("/")[0]: kind for kind in ("ltx2/full", "hunyuan15/t2v", "cogvideox/t2v", "kandinsky6/full")}
"""Besides Wan."""
if find_spec("torchvision") is None:  # what Kandinsky 6 reads with needs it
    del FAMILIES["kandinsky6"]


@pytest.fixture
def settings(database_url: str, tmp_path: Path, checkpoint: Checkpoint) -> Settings:
    return Settings(
        data=tmp_path,
        database_url=database_url,
        public_url="https://reel.example",
        secret="s" * 32,
        engine="reel",
        engines={name: tiny.config(checkpoint(kind)) for name, kind in (("reel", "t2v"), ("other", "two"))}
        | {name: film_of(checkpoint, kind) for name, kind in FAMILIES.items()}
        | {name: starved(checkpoint, times) for name, times in (("tight", 1), ("hopeless", 99))},
    )


def starved(checkpoint: Checkpoint, times: int) -> CustomConfig:
    """The real engine on a card that has no room so many times."""
    settings = tiny.config(checkpoint("t2v")).model_dump(mode="json", exclude_defaults=True, exclude={"kind"})
    return CustomConfig(kind="custom", model="tests.gpu.starved:Starved", options=settings | {"times": times})


async def submit(runtime: Runtime, account, **spec) -> Video:
    wanted = VideoSpec(**{"prompt": "a dog runs", "width": 64, "height": 48, "fps": 12, "duration": 1.0} | spec)
    async with runtime.transaction() as connection:
        submission = Submission("prompttovideo", wanted, 1)
        accepted = await videos.submit(
            connection, runtime.queue, runtime.settings, account, submission, runtime.clock()
        )
    return accepted.video


async def worked_off(runtime: Runtime, account, wanted: list[Video]) -> list[Video]:
    """The videos when all have come to an end, by a slot that runs for that long."""
    work = asyncio.create_task(run_worker(runtime))
    try:
        return [await runtime.wait_for_end(account.id, video.id, 200) for video in wanted]
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


async def test_models_make_the_videos_of_a_queue(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    wanted = [await submit(runtime, account, engine=engine) for engine in ("reel", "other", "reel")]
    longer = await submit(runtime, account, engine="reel", duration=4.0)  # this model makes two seconds at most
    made = await worked_off(runtime, account, [*wanted, longer])
    assert [video.status for video in made] == [Status.COMPLETED] * 3 + [Status.FAILED]
    assert [video.report["engine"] for video in made[:3] if video.report] == ["reel", "other", "reel"]
    # At the first try: it would be no other one at the next.
    assert (made[3].attempt, made[3].error_code) == (1, "engine_refused")
    assert made[3].error and "films of at most 2 s" in made[3].error
    # One model after the other, although the order was another: that would have loaded each twice on a card for one.
    assert [made.index(video) for video in sorted(made, key=lambda video: video.started_at or 0)] == [0, 2, 3, 1]
    files = sorted((runtime.settings.data / "files").rglob("video.mp4"))
    assert len(files) == 3
    assert {(probe(file).width, probe(file).height, probe(file).frames) for file in files} == {(64, 48, 12)}
    async with runtime.pool.connection() as connection:
        assert await credits.audit(connection) == []
        assert await credits.balance(connection, account.id) == credits.Wallet(97, 0)


async def test_a_model_that_finds_no_room_saves_some_once_and_then_fails_and_costs_nothing(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    account, _ = await make_account()
    tight, hopeless = await worked_off(
        runtime, account, [await submit(runtime, account, engine=name) for name in ("tight", "hopeless")]
    )
    assert (tight.status, tight.attempt) == (Status.COMPLETED, 1)
    assert tight.report and "decoded in tiles" in tight.report["notes"]
    assert (hopeless.status, hopeless.attempt, hopeless.error_code) == (Status.FAILED, 1, "engine_refused")
    assert hopeless.error and "does not fit into the memory of the card" in hopeless.error
    async with runtime.pool.connection() as connection:
        assert await credits.audit(connection) == []
        assert await credits.balance(connection, account.id) == credits.Wallet(99, 0)


async def test_every_family_makes_its_videos_with_sound_where_it_has_any(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    account, _ = await make_account()
    wanted = [await submit(runtime, account, engine=name, sound=True) for name in FAMILIES]
    made = await worked_off(runtime, account, wanted)
    assert [(video.status, video.error) for video in made] == [(Status.COMPLETED, None)] * len(FAMILIES)
    heard = set()
    for name, video in zip(FAMILIES, made, strict=True):
        file = runtime.settings.data / "files" / str(video.video_key)
        found = probe(file)
        assert (found.width, found.height, found.frames) == (64, 48, 12), name
        with av.open(str(file)) as container:
            heard |= {name} if container.streams.audio else set()
    assert heard == {"ltx2", "kandinsky6"} & FAMILIES.keys()
