"""The films of the front page: made once, when nobody waits, for nobody's credits, and again only by an operator's word."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from promptreel import accounts, credits, people, queue, showcase, videos
from promptreel.errors import InvalidInput, NotFound
from promptreel.runtime import Runtime, open_runtime
from promptreel.settings import Settings
from promptreel.spec import Status

from .conftest import MakeAccount
from .web.films import Studio

LATER = timedelta(minutes=5)


@pytest.fixture
async def runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """Five minutes after whatever the test makes: long enough after the last wish."""

    def clock() -> datetime:
        return queue.utcnow() + LATER

    async with open_runtime(settings, clock=clock) as opened:
        yield opened


@pytest.fixture
def studio(runtime: Runtime) -> Studio:
    return Studio(runtime)


async def stages(runtime: Runtime) -> list[showcase.Stage]:
    async with runtime.pool.connection() as connection:
        return await showcase.stages(connection)


async def made(runtime: Runtime) -> list[videos.Video]:
    return [stage.newest for stage in await stages(runtime) if stage.newest is not None]


async def quiet(runtime: Runtime) -> None:
    """Make as if everything so far had been asked for long ago."""
    async with runtime.pool.connection() as connection:
        await connection.execute("UPDATE videos SET created_at = created_at - interval '1 hour'")


async def run_to_the_end(runtime: Runtime, studio: Studio) -> None:
    """Make every film that is wanted."""
    for _ in range(20):
        await quiet(runtime)
        await showcase.step(runtime)
        running = [stage.newest for stage in await stages(runtime) if stage.running]
        if not running:
            return
        assert running[0] is not None
        await studio.finish(running[0].id)
    raise AssertionError("it never ends")


async def test_nobody_lives_here_yet(runtime: Runtime) -> None:
    assert await showcase.step(runtime) is False
    async with runtime.pool.connection() as connection:
        assert await showcase.find_account(connection) is None


async def test_films_are_made_one_after_the_other(runtime: Runtime, studio: Studio, make_account: MakeAccount) -> None:
    await make_account()
    assert await showcase.step(runtime) is True
    assert len(await made(runtime)) == 1
    # While one is under way there is no other.
    await showcase.step(runtime)
    assert len(await made(runtime)) == 1
    await run_to_the_end(runtime, studio)
    finished = [stage.finished for stage in await stages(runtime)]
    assert [video.prompt for video in finished if video] == [film.prompt for film in showcase.FILMS]
    assert all(video and video.price == 0 for video in finished)
    await showcase.step(runtime)
    assert [video.id for video in await made(runtime)] == [video.id for video in finished if video]
    async with runtime.pool.connection() as connection:
        assert await credits.audit(connection) == []


async def test_a_newcomer_comes_first(runtime: Runtime, studio: Studio, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    # Somebody waits: nothing is begun.
    first = await studio.submit(account)
    assert await showcase.step(runtime) is False
    assert await made(runtime) == []
    await studio.finish(first)
    # Somebody has asked a moment ago, and may again.
    assert await showcase.step(runtime) is False
    await quiet(runtime)
    assert await showcase.step(runtime) is True
    (film,) = await made(runtime)
    # In the queue it is behind what comes after it, even a long burst.
    async with runtime.transaction() as connection:
        burst = [await studio.submit(account) for _ in range(20)]
        waiting = await videos.waiting(connection, account.id, runtime.settings)
        assert [place.position for place in waiting] == list(range(1, 21))
    jobs = await next_jobs(runtime)
    assert jobs == [*burst, film.id]


async def next_jobs(runtime: Runtime) -> list[int]:
    """The videos in the order in which workers take them."""
    async with runtime.pool.connection() as connection:
        cursor = await connection.execute(
            """SELECT videos.id FROM procrastinate_jobs job JOIN videos ON videos.job_id = job.id
                WHERE videos.status = 'pending' ORDER BY job.priority DESC, job.id"""
        )
        return [row["id"] for row in await cursor.fetchall()]


async def test_a_film_gives_way_and_begins_anew(runtime: Runtime, studio: Studio, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    await showcase.step(runtime)
    (film,) = await made(runtime)
    await studio.start(film.id)
    assert await showcase.step(runtime) is True
    waiting = await studio.submit(account)
    await quiet(runtime)
    await showcase.step(runtime)
    (after,) = await made(runtime)
    assert (after.id, after.status) == (film.id, Status.CANCELLED)
    await studio.finish(waiting)
    await run_to_the_end(runtime, studio)
    assert all(stage.finished for stage in await stages(runtime))
    # What was broken off is tidied away.
    async with runtime.pool.connection() as connection:
        cursor = await connection.execute("SELECT count(*) AS number FROM videos WHERE dialect = 'showcase'")
        assert await cursor.fetchone() == {"number": 3}
        assert await credits.audit(connection) == []


async def test_a_film_that_only_waits_stays(runtime: Runtime, studio: Studio, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    await showcase.step(runtime)
    await studio.submit(account)
    await quiet(runtime)
    await showcase.step(runtime)
    assert [video.status for video in await made(runtime)] == [Status.PENDING]


async def test_failures_wait_for_an_operators_word(runtime: Runtime, studio: Studio, make_account: MakeAccount) -> None:
    await make_account()
    await showcase.step(runtime)
    (film,) = await made(runtime)
    running = await studio.start(film.id)
    async with runtime.transaction() as connection:
        assert await videos.fail(connection, running, "Out of paint", "engine_failed")
    await run_to_the_end(runtime, studio)
    assert [stage.finished is not None for stage in await stages(runtime)] == [False, True, True]
    before = await studio.files()
    async with runtime.transaction() as connection:
        await showcase.again(connection)
    # The old ones are shown until the new ones are there.
    assert [stage.finished is not None for stage in await stages(runtime)] == [False, True, True]
    assert all(stage.wanted for stage in await stages(runtime))
    await run_to_the_end(runtime, studio)
    assert all(stage.finished and stage.finished == stage.newest for stage in await stages(runtime))
    after = await studio.files()
    assert len(after) == 9
    assert not set(before) & set(after)


async def test_several_processes_make_each_film_once(
    runtime: Runtime, settings: Settings, make_account: MakeAccount
) -> None:
    await make_account()
    async with open_runtime(settings, clock=runtime.clock) as other:
        await asyncio.gather(*(showcase.step(each) for each in (runtime, other) * 4))
    async with runtime.pool.connection() as connection:
        cursor = await connection.execute("SELECT count(*) AS number FROM videos")
        assert await cursor.fetchone() == {"number": 1}
        cursor = await connection.execute("SELECT count(*) AS number FROM accounts WHERE internal")
        assert await cursor.fetchone() == {"number": 1}


async def test_blocked_words_hold_here_too(runtime: Runtime, studio: Studio, make_account: MakeAccount) -> None:
    await make_account()
    runtime.settings = runtime.settings.model_copy(update={"blocked_words": ("lighthouse",)})
    await run_to_the_end(runtime, studio)
    assert [stage.finished is not None for stage in await stages(runtime)] == [False, True, True]


async def test_the_account_is_nobody(runtime: Runtime, make_account: MakeAccount) -> None:
    async with runtime.transaction() as connection:
        account = await showcase.make_account(connection)
        assert await showcase.make_account(connection) == account
        assert account.suspended
        assert account not in await accounts.list_accounts(connection)
        secret = await people.open_session(connection, account.id, queue.utcnow())
        assert await people.find_session(connection, secret, queue.utcnow()) is None
        with pytest.raises(InvalidInput):
            await accounts.create_account(connection, showcase.NAME)
        # Somebody of that name at a real place is somebody else.
        person = await accounts.create_account(connection, f"{showcase.NAME}@example.com")
        assert person.id != account.id
        assert await showcase.find_finished(connection, 1) is None
        with pytest.raises(NotFound):
            await accounts.find_account(connection, "nobody")


async def test_the_server_looks_after_them_if_it_may(
    runtime: Runtime, make_account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_account()
    keeper = asyncio.create_task(showcase.keep(runtime))
    async with asyncio.timeout(20):
        while not await made(runtime):
            await asyncio.sleep(0.05)
    keeper.cancel()


def test_films_are_what_engines_can_render() -> None:
    for film in showcase.FILMS:
        spec = film.spec("scenes")
        assert (spec.width % 2, spec.height % 2, spec.frames) == (0, 0, 144)
        assert spec.width * 9 == spec.height * 16
    assert len({film.place for film in showcase.FILMS}) == len(showcase.FILMS) == 3
