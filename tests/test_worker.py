"""Render slots as processes of their own: what is accepted ends, is paid at most once, and survives every kill."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from promptreel import credits, previews, queue, videos
from promptreel.accounts import Account
from promptreel.engine_config import POOL
from promptreel.runtime import Runtime
from promptreel.settings import Settings
from promptreel.spec import Status, VideoSpec
from promptreel.videos import Video

from .conftest import MakeAccount, accepted

QUICK = {"PROMPTREEL_HEARTBEAT_INTERVAL": "0.5", "PROMPTREEL_STALLED_AFTER": "3", "PROMPTREEL_LEASE": "20"}
PROGRAM = """
import asyncio, signal
from promptreel.observe import set_up_logging
from promptreel.runtime import open_runtime
from promptreel.settings import load_settings
from promptreel.worker import run_worker

async def main():
    settings = load_settings(engine="tests.engines.fakes:Colours")
    set_up_logging(settings)
    async with open_runtime(settings) as runtime:
        work = asyncio.create_task(run_worker(runtime, grace=0.5))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
        try:
            await work
        except asyncio.CancelledError:
            pass

asyncio.run(main())
"""


@asynccontextmanager
async def worker(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker process on the test's database."""
    environment = {
        **os.environ,
        **QUICK,
        "PROMPTREEL_DATA": str(settings.data),
        "PROMPTREEL_DATABASE_URL": settings.database_url,
        "PROMPTREEL_SECRET": settings.secret,
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, env=environment)
    try:
        yield process
    finally:
        if process.returncode is None:
            with_children = psutil.Process(process.pid).children(recursive=True)
            os.kill(process.pid, signal.SIGCONT)
            os.kill(process.pid, signal.SIGKILL)
            for child in with_children:
                if child.is_running():
                    child.kill()
        await process.wait()


async def submit(runtime: Runtime, account: Account, engine: str = "Colours", **spec: object) -> Video:
    wanted = VideoSpec(**{"prompt": "anything", "width": 64, "height": 48, "fps": 10, "duration": 1.0, **spec,
                          "engine": f"tests.engines.fakes:{engine}"})  # fmt: skip
    return await accepted(runtime, account, wanted)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)


async def ended(runtime: Runtime, video: Video, seconds: float = 120) -> Video:
    current = await runtime.wait_for_end(video.account_id, video.id, seconds)
    assert current.status.ended, f"still {current.status} after {seconds} s"
    return current


async def rendering(runtime: Runtime, video: Video) -> None:
    async def begun() -> bool:
        current = await runtime.video(video.account_id, video.id)
        return current.status is Status.PROCESSING and current.progress > 0

    await until(begun)


async def assert_sound(runtime: Runtime, account: Account, spent: int) -> None:
    async with runtime.pool.connection() as connection:
        assert await credits.audit(connection) == []
        assert await credits.balance(connection, account.id) == credits.Wallet(100 - spent, 0)


async def stored(runtime: Runtime) -> list[str]:
    return sorted([key async for key in listing(runtime)])


async def listing(runtime: Runtime) -> AsyncIterator[str]:
    for path in sorted((runtime.settings.data / "files").rglob("*")):
        if path.is_file():
            yield path.name


async def test_a_video_is_rendered_stored_and_paid(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    async with worker(runtime.settings):
        video = await ended(runtime, await submit(runtime, account))
    assert (video.status, video.attempt, video.duration, video.progress) == (Status.COMPLETED, 1, 1.0, 1.0)
    assert video.report and video.report["engine"].endswith("Colours")
    assert await stored(runtime) == ["spritesheet.jpg", "thumbnail.jpg", "video.mp4"]
    assert list((runtime.settings.data / "work").glob("*")) == []
    await assert_sound(runtime, account, spent=1)


async def test_kill_9_of_the_worker_loses_and_doubles_nothing(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    async with worker(runtime.settings) as first:
        video = await submit(runtime, account, "Slow", duration=3.0)
        await rendering(runtime, video)
        os.kill(first.pid, signal.SIGKILL)
        async with worker(runtime.settings):

            async def again() -> bool:
                return (await runtime.video(account.id, video.id)).attempt == 2

            await until(again)
            video = await ended(runtime, video)
    assert (video.status, video.attempt) == (Status.COMPLETED, 2)
    assert await stored(runtime) == ["spritesheet.jpg", "thumbnail.jpg", "video.mp4"]
    await assert_sound(runtime, account, spent=1)


async def test_kill_9_of_the_engine_is_a_failed_attempt(
    runtime: Runtime, make_account: MakeAccount, tmp_path: Path
) -> None:
    account, _ = await make_account()
    async with worker(runtime.settings):
        video = await ended(
            runtime, await submit(runtime, account, "CrashingOnce", negative_prompt=str(tmp_path / "m"))
        )
    assert (video.status, video.attempt) == (Status.COMPLETED, 2)
    await assert_sound(runtime, account, spent=1)


async def test_a_video_that_always_fails_costs_nothing(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    async with worker(runtime.settings):
        video = await ended(runtime, await submit(runtime, account, "Crashing"))
    assert (video.status, video.attempt, video.error_code) == (Status.FAILED, 3, "engine_failed")
    assert video.error and "SIGSEGV" in video.error
    assert await stored(runtime) == []
    await assert_sound(runtime, account, spent=0)


async def test_what_an_engine_never_can_fails_at_the_first_try(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    async with worker(runtime.settings):
        video = await ended(runtime, await submit(runtime, account, "Hopeless"))
    assert (video.status, video.attempt, video.error_code) == (Status.FAILED, 1, "engine_refused")
    assert video.error == "The engine cannot make this video: it makes no such films"
    await assert_sound(runtime, account, spent=0)


async def test_a_storage_that_takes_nothing_fails_the_video_and_gives_the_credits_back(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    account, _ = await make_account()
    (runtime.settings.data / "files").mkdir(exist_ok=True)
    (runtime.settings.data / "files" / "videos").touch()  # where the folder should be
    async with worker(runtime.settings):
        video = await ended(runtime, await submit(runtime, account))
    assert (video.status, video.error_code) == (Status.FAILED, "attempts_used_up")
    assert video.error == "The video could not be rendered or stored"
    await assert_sound(runtime, account, spent=0)


async def test_a_worker_that_wakes_late_is_fenced_off(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    async with worker(runtime.settings) as sleeper:
        video = await submit(runtime, account, "Slow", duration=4.0)
        await rendering(runtime, video)
        os.kill(sleeper.pid, signal.SIGSTOP)
        async with worker(runtime.settings):

            async def again() -> bool:
                current = await runtime.video(account.id, video.id)
                return current.attempt == 2 and current.progress > 0

            await until(again)
            os.kill(sleeper.pid, signal.SIGCONT)
            video = await ended(runtime, video)
            assert (video.status, video.attempt) == (Status.COMPLETED, 2)
            assert await asyncio.wait_for(sleeper.wait(), 60) == os.EX_TEMPFAIL
    assert await stored(runtime) == ["spritesheet.jpg", "thumbnail.jpg", "video.mp4"]
    await assert_sound(runtime, account, spent=1)


async def test_stopping_a_worker_hands_its_job_back_unharmed(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    async with worker(runtime.settings) as first:
        video = await submit(runtime, account, "Slow", duration=3.0)
        await rendering(runtime, video)
        first.terminate()
        assert await asyncio.wait_for(first.wait(), 60) == 0
    current = await runtime.video(account.id, video.id)
    assert (current.status, current.handed_back) == (Status.PROCESSING, 1)
    async with worker(runtime.settings):
        assert (await ended(runtime, video)).status is Status.COMPLETED
    await assert_sound(runtime, account, spent=1)


async def test_cancelling_stops_the_engine_and_frees_the_slot(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    async with worker(runtime.settings):
        long = await submit(runtime, account, "Slow", duration=1000.0)  # longer than this test may take
        await rendering(runtime, long)
        async with runtime.transaction() as connection:
            assert await videos.cancel(connection, runtime.queue, account.id, long.id)
        assert (await ended(runtime, await submit(runtime, account))).status is Status.COMPLETED
    assert (await runtime.video(account.id, long.id)).status is Status.CANCELLED
    async with runtime.pool.connection() as connection:
        left = await (await connection.execute("SELECT count(*) AS n FROM procrastinate_jobs")).fetchone()
    assert left and left["n"] == 0
    await assert_sound(runtime, account, spent=1)


async def slot_of(runtime: Runtime) -> dict[str, Any]:
    async with runtime.pool.connection() as connection:
        row = await (await connection.execute("SELECT video_id, engine, draining FROM worker_slots")).fetchone()
    return row or {}


async def drain(runtime: Runtime, draining: bool) -> None:
    async with runtime.pool.connection() as connection:
        await connection.execute("UPDATE worker_slots SET draining = %s", [draining])


async def test_a_draining_slot_finishes_what_it_has_and_takes_no_more(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    account, _ = await make_account()
    async with worker(runtime.settings):
        first = await submit(runtime, account, "Slow", duration=3.0)
        await rendering(runtime, first)

        async def told() -> bool:
            return (await slot_of(runtime)).get("video_id") == first.id

        await until(told)
        assert (await slot_of(runtime))["engine"].endswith("Slow")
        await drain(runtime, True)
        second = await submit(runtime, account)
        assert (await ended(runtime, first)).status is Status.COMPLETED

        async def idle() -> bool:
            return await slot_of(runtime) == {"video_id": None, "engine": "", "draining": True}

        await until(idle)
        async with runtime.pool.connection() as connection:
            assert (await queue.load_of(connection, POOL, 60)).slots == 1  # the least that is counted with
        await asyncio.sleep(2.5)
        assert (await runtime.video(account.id, second.id)).status is Status.PENDING
        await drain(runtime, False)
        assert (await ended(runtime, second)).status is Status.COMPLETED
    await assert_sound(runtime, account, spent=2)


async def test_a_preview_comes_with_the_progress_and_goes_with_the_end(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    account, _ = await make_account()
    async with worker(runtime.settings):
        video = await submit(runtime, account, "Slow", duration=4.0)

        async def seen() -> bool:
            async with runtime.pool.connection() as connection:
                found = await previews.find(connection, account.id, video.id)
            return found is not None and previews.sane(found[0])

        await until(seen)
        await ended(runtime, video)
    async with runtime.pool.connection() as connection:
        row = await (await connection.execute("SELECT count(*) AS n FROM previews")).fetchone()
    assert row == {"n": 0}


async def test_a_database_that_goes_away_costs_no_video(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    async with worker(runtime.settings):
        video = await submit(runtime, account, "Slow", duration=3.0)
        waiting = await submit(runtime, account)
        await rendering(runtime, video)
        for _ in range(3):
            async with runtime.pool.connection() as connection:
                await connection.execute(
                    """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE datname = current_database() AND pid <> pg_backend_pid()"""
                )
            await asyncio.sleep(0.7)
        done = [await ended(runtime, each, 60) for each in (video, waiting)]
    assert [each.status for each in done] == [Status.COMPLETED, Status.COMPLETED]
    await assert_sound(runtime, account, spent=2)


@pytest.mark.slow
async def test_many_jobs_and_two_kills(runtime: Runtime, make_account: MakeAccount) -> None:
    """Forty jobs, two workers, one killed twice: none lost, none paid twice."""
    account, _ = await make_account()
    submitted = [await submit(runtime, account, duration=0.5) for _ in range(40)]
    async with worker(runtime.settings):
        for _ in range(2):
            async with worker(runtime.settings):
                await asyncio.sleep(3)  # leaving the block kills it, wherever it is
        done = [await ended(runtime, video) for video in submitted]
    assert {video.status for video in done} == {Status.COMPLETED}
    await assert_sound(runtime, account, spent=40)
