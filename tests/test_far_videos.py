"""Videos that other servers render, through the whole queue: what those servers lose, survives here."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb

from promptreel import upstreams, videos
from promptreel.accounts import Account
from promptreel.db.pool import Connection
from promptreel.engine_config import RemoteConfig
from promptreel.engines.host import Audience, EngineHost, Order, Rendered
from promptreel.errors import EngineTimeout
from promptreel.runtime import Runtime
from promptreel.settings import Settings
from promptreel.spec import Status, VideoSpec
from promptreel.videos import Video
from promptreel.worker import cancel_orphans, run_worker

from .conftest import MakeAccount, accepted
from .engines.remote.servers import KEY, Fake, Job, running
from .test_worker import assert_sound, ended, stored, until, worker


def far(settings: Settings, *servers: Fake, protocol: str = "vllm-omni") -> RemoteConfig:
    """Write the table of an engine `far` that workers read, and give it to this process, too."""
    addresses = ", ".join(f'{{ url = "{server.base}" }}' for server in servers)
    table = f'kind = "remote"\nprotocol = "{protocol}"\nkey = "{KEY}"\npoll_seconds = 0.05\nlost_after = 0.5\nservers = [{addresses}]\n'
    (settings.data / "promptreel.toml").write_text(f"[engines.far]\n{table}")
    config = Settings(data=settings.data).engines["far"]
    assert isinstance(config, RemoteConfig)
    settings.engines["far"] = config
    return config


async def submit(runtime: Runtime, account: Account) -> Video:
    spec = VideoSpec("a fox in the snow", 96, 64, fps=16, duration=1.0, seed=7, engine="far")
    return await accepted(runtime, account, spec)


async def is_asked(fake: Fake, jobs: int = 1) -> None:
    async def asked() -> bool:
        return len(fake.created) >= jobs and fake.created[-1].polls > 0

    await until(asked)


async def taken(runtime: Runtime, config: RemoteConfig) -> int:
    async with runtime.pool.connection() as connection:
        return sum(each.taken for each in await upstreams.standings(connection, "far", config.servers))


async def test_a_killed_worker_leaves_a_job_that_the_next_one_takes_up(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    account, _ = await make_account()
    with running("vllm-omni", polls=10**6) as fake:
        config = far(runtime.settings, fake)
        async with worker(runtime.settings) as first:
            video = await submit(runtime, account)
            await is_asked(fake)

            async def remembered() -> bool:
                async with runtime.pool.connection() as connection:
                    return bool(await upstreams.memo_of(connection, video.id))

            await until(remembered)
            os.kill(first.pid, signal.SIGKILL)
            async with worker(runtime.settings):

                async def again() -> bool:
                    return (await runtime.video(account.id, video.id)).attempt == 2

                await until(again)
                fake.polls = 1
                video = await ended(runtime, video, 120)
        # The film was made and paid for once, over there as well as here, and nothing is left of it there.
        assert len(fake.created) == 1 and not fake.jobs
    assert (video.status, video.attempt) == (Status.COMPLETED, 2)
    assert video.report and video.report["native"]["frames"] == 17
    assert await taken(runtime, config) == 0
    await assert_sound(runtime, account, spent=1)


async def test_what_a_server_forgets_when_it_starts_anew_is_made_again_and_does_not_count(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    account, _ = await make_account()
    with running("vllm-omni", polls=10**6) as fake:
        far(runtime.settings, fake)
        async with worker(runtime.settings):
            video = await submit(runtime, account)
            await is_asked(fake)
            fake.restart()
            fake.polls = 1
            await is_asked(fake, jobs=2)
            video = await ended(runtime, video, 120)
    assert (video.status, video.attempt, video.handed_back) == (Status.COMPLETED, 2, 1)
    await assert_sound(runtime, account, spent=1)


async def test_a_server_that_is_away_is_waited_for_and_left_alone_meanwhile(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    account, _ = await make_account()
    with running("vllm-omni", polls=1, create_status=503) as fake:
        config = far(runtime.settings, fake)
        async with worker(runtime.settings):
            video = await submit(runtime, account)

            async def left_alone() -> bool:
                async with runtime.pool.connection() as connection:
                    [standing] = await upstreams.standings(connection, "far", config.servers)
                return standing.open_until is not None and standing.failures > 0

            async def told() -> bool:
                return (await runtime.video(account.id, video.id)).step == "waiting for a server that is away"

            await until(left_alone)
            await until(told)
            fake.create_status = 0
            video = await ended(runtime, video, 120)
        assert len(fake.created) == 1
    assert video.status is Status.COMPLETED and video.attempt == video.handed_back + 1
    await assert_sound(runtime, account, spent=1)


async def test_what_fails_over_there_fails_here_with_its_reason_and_costs_nothing(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    account, _ = await make_account()
    with running("vllm-omni", polls=1, fails="the prompt is against the rules") as fake:
        config = far(runtime.settings, fake)
        async with worker(runtime.settings):
            video = await ended(runtime, await submit(runtime, account), 120)
    assert (video.status, video.error_code) == (Status.FAILED, "engine_failed")
    assert video.error and "the prompt is against the rules" in video.error
    assert await stored(runtime) == [] and await taken(runtime, config) == 0
    async with runtime.pool.connection() as connection:
        [standing] = await upstreams.standings(connection, "far", config.servers)
    assert standing.failures == 0  # the video failed, not the server
    await assert_sound(runtime, account, spent=0)


async def test_a_video_is_made_by_another_server_where_one_refuses_whatever_it_is_given(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    account, _ = await make_account()
    with running("vllm-omni", create_status=500) as broken, running("vllm-omni", polls=1) as well:
        far(runtime.settings, broken, well)
        async with worker(runtime.settings):
            made = [await ended(runtime, video, 120) for video in [await submit(runtime, account) for _ in range(2)]]
        assert {video.status for video in made} == {Status.COMPLETED} and len(well.created) == 2
        # It said that it is well, and is asked again before each job.
        health = [path for method, path in broken.calls if path == "/health"]
        assert len(health) == [method for method, _ in broken.calls].count("POST") > 0
    await assert_sound(runtime, account, spent=2)


async def test_a_server_that_hangs_is_left_alone_and_its_video_made_by_another(
    runtime: Runtime, make_account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, _ = await make_account()
    render = EngineHost.render

    async def impatient(host: EngineHost, order: Order, folder: Path, audience: Audience, limit: float) -> Rendered:
        """The time limit passes as soon as the first server has the job."""
        attempt = asyncio.create_task(render(host, order, folder, audience, limit))
        if order.server == 0:
            await is_asked(hung)
            await host.kill()
            await asyncio.gather(attempt, return_exceptions=True)
            raise EngineTimeout(limit)
        return await attempt

    monkeypatch.setattr(EngineHost, "render", impatient)
    with running("vllm-omni", polls=10**6) as hung, running("vllm-omni", polls=1) as well:
        config = far(runtime.settings, hung, well)
        work = asyncio.create_task(run_worker(runtime, grace=0.5))
        try:
            video = await ended(runtime, await submit(runtime, account), 120)
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        assert (video.status, video.attempt, len(well.created)) == (Status.COMPLETED, 2, 1)
        assert hung.deleted == [hung.created[0].id]  # by the attempt that the other server got
    async with runtime.pool.connection() as connection:
        [first, second] = await upstreams.standings(connection, "far", config.servers)
    assert (first.failures, first.taken, second.failures, second.taken) == (1, 0, 0, 0)
    assert "longer than" in first.reason
    await assert_sound(runtime, account, spent=1)


async def test_a_cancel_reaches_the_server_and_its_slot_stays_taken_where_the_card_goes_on(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    account, _ = await make_account()
    with running("sglang", polls=10**6) as fake:
        config = far(runtime.settings, fake, protocol="sglang")
        async with worker(runtime.settings):
            video = await submit(runtime, account)
            await is_asked(fake)
            async with runtime.transaction() as connection:
                await videos.cancel(connection, runtime.queue, account.id, video.id)

            async def deleted() -> bool:
                return bool(fake.deleted) or not fake.jobs

            await until(deleted)

            async def no_longer_rendered() -> bool:
                async with runtime.pool.connection() as connection:
                    cursor = await connection.execute("SELECT video_id FROM upstream_leases")
                    return [row["video_id"] for row in await cursor.fetchall()] == [0]

            await until(no_longer_rendered)
    assert await taken(runtime, config) == 1
    await assert_sound(runtime, account, spent=0)


async def test_two_workers_share_two_servers_and_give_none_more_than_it_takes(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    account, _ = await make_account()
    with running("vllm-omni", polls=6) as one, running("vllm-omni", polls=6) as two:
        far(runtime.settings, one, two)
        async with worker(runtime.settings), worker(runtime.settings):
            made = [await ended(runtime, video, 120) for video in [await submit(runtime, account) for _ in range(6)]]
        assert {video.status for video in made} == {Status.COMPLETED}
        assert one.created and two.created and len(one.created) + len(two.created) == 6
        for fake in (one, two):
            # Between two creates there is always the delete of the first: one at a time.
            calls = [method for method, path in fake.calls if method in {"POST", "DELETE"}]
            assert calls == ["POST", "DELETE"] * len(fake.created)
    await assert_sound(runtime, account, spent=6)


async def test_what_still_runs_over_there_for_a_video_that_has_ended_is_cancelled(
    runtime: Runtime, connection: Connection, make_account: MakeAccount
) -> None:
    """As after a time limit, which kills the engine, or a cancel while the video waits for a server that was away."""
    account, _ = await make_account()
    with running("vllm-omni") as fake:
        far(runtime.settings, fake)
        fake.jobs = {id: Job(id, {}, []) for id in ("ended", "just ended", "wanted")}
        for id in fake.jobs:
            video = await submit(runtime, account)
            if id != "wanted":
                await videos.cancel(connection, runtime.queue, account.id, video.id)
            await connection.execute(
                "INSERT INTO render_memos (video_id, memo) VALUES (%s, %s)",
                [video.id, Jsonb({"server": fake.base, "id": id, "done": []})],
            )
            if id == "ended":
                await connection.execute("UPDATE videos SET completed_at = now() - interval '10 seconds'")
        clearing = asyncio.create_task(cancel_orphans(runtime, "render"))
        try:

            async def cancelled() -> bool:
                return bool(fake.deleted)

            await until(cancelled)
            async with runtime.transaction() as sweeping:
                await upstreams.forget_old(sweeping)
        finally:
            clearing.cancel()
    assert fake.deleted == ["ended"]
    cursor = await connection.execute("SELECT memo ->> 'id' AS id FROM render_memos ORDER BY video_id")
    assert [row["id"] for row in await cursor.fetchall()] == ["just ended", "wanted"]
