"""Through the whole queue: asked for, rendered by a model on a slot, stored and paid."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from promptreel import credits, videos
from promptreel.media import probe
from promptreel.runtime import Runtime
from promptreel.settings import Settings
from promptreel.spec import Status, VideoSpec
from promptreel.videos import Submission, Video
from promptreel.worker import run_worker

from ..conftest import MakeAccount
from . import tiny
from .conftest import Checkpoint


@pytest.fixture
def settings(database_url: str, tmp_path: Path, checkpoint: Checkpoint) -> Settings:
    return Settings(
        data=tmp_path,
        database_url=database_url,
        public_url="https://reel.example",
        secret="s" * 32,
        engine="reel",
        engines={name: tiny.config(checkpoint(kind)) for name, kind in (("reel", "t2v"), ("other", "two"))},
    )


async def submit(runtime: Runtime, account, **spec) -> Video:
    wanted = VideoSpec(**{"prompt": "a dog runs", "width": 64, "height": 48, "fps": 12, "duration": 1.0} | spec)
    async with runtime.transaction() as connection:
        submission = Submission("prompttovideo", wanted, 1)
        accepted = await videos.submit(
            connection, runtime.queue, runtime.settings, account, submission, runtime.clock()
        )
    return accepted.video


async def test_models_make_the_videos_of_a_queue(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    wanted = [await submit(runtime, account, engine=engine) for engine in ("reel", "other", "reel")]
    longer = await submit(runtime, account, engine="reel", duration=4.0)  # this model makes two seconds at most
    work = asyncio.create_task(run_worker(runtime))
    try:
        made = [await runtime.wait_for_end(account.id, video.id, 200) for video in (*wanted, longer)]
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
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
