"""Servers that render for us: as many jobs as they have slots for, whoever asks, and none while they fail."""

import asyncio
from collections.abc import Sequence

from promptreel import upstreams
from promptreel.db.pool import Connection
from promptreel.engine_config import Server
from promptreel.runtime import Runtime
from promptreel.upstreams import Lease

ONE = (Server(url="http://one", slots=2),)
TWO = (Server(url="http://one", slots=2), Server(url="http://two", slots=4))


async def take(
    runtime: Runtime, video: int, servers: Sequence[Server] = TWO, preferred: str = "", engine: str = "far", **more: str
) -> Lease | None:
    async with runtime.transaction() as connection:
        return await upstreams.take(connection, engine, servers, video, preferred, **more)


async def let_time_pass(connection: Connection, seconds: float) -> None:
    """The past moves away from us: the database's clock is nobody's to turn."""
    for table, columns in (("upstreams", ("open_until", "checked_at")), ("upstream_leases", ("expires_at",))):
        moved = ", ".join(f"{column} = {column} - make_interval(secs => {seconds})" for column in columns)
        await connection.execute(f"UPDATE {table} SET {moved}")


async def test_a_server_is_given_as_many_jobs_as_it_has_slots_whoever_asks(runtime: Runtime) -> None:
    leases = await asyncio.gather(*(take(runtime, number) for number in range(1, 13)))
    given = [lease for lease in leases if lease is not None]
    assert sorted(lease.url for lease in given) == ["http://one"] * 2 + ["http://two"] * 4
    assert {TWO[lease.index].url for lease in given} == {"http://one", "http://two"}
    # The next goes where there is the most room for the server's size: none of the two stands idle.
    async with runtime.transaction() as connection:
        await upstreams.release(connection, given[0])
    again = await take(runtime, 99)
    assert again is not None and again.url == given[0].url
    assert await take(runtime, 100) is None
    assert await take(runtime, 100, engine="another") is not None


async def test_work_is_spread_by_how_much_of_a_server_is_taken(runtime: Runtime) -> None:
    urls = [lease.url for number in range(1, 4) if (lease := await take(runtime, number))]
    assert urls == ["http://one", "http://two", "http://two"]


async def test_a_later_attempt_goes_to_the_server_that_has_its_job_and_needs_no_second_slot(runtime: Runtime) -> None:
    first = await take(runtime, 1, ONE)
    await take(runtime, 2, ONE)
    assert await take(runtime, 3, ONE) is None
    # The worker of video 1 was killed and could give nothing back.
    second = await take(runtime, 1, ONE)
    assert first and second and second.url == first.url and second.id != first.id
    assert await take(runtime, 3, ONE) is None
    assert (lease := await take(runtime, 4, TWO, preferred="http://two")) and lease.url == "http://two"


async def test_a_video_that_failed_on_one_server_is_tried_on_another_where_there_is_one(runtime: Runtime) -> None:
    assert (lease := await take(runtime, 1, TWO, avoided="http://one")) and lease.url == "http://two"
    assert (lease := await take(runtime, 1, ONE, avoided="http://one")) and lease.url == "http://one"


async def test_a_slot_whose_worker_says_nothing_more_is_free_again(runtime: Runtime, connection: Connection) -> None:
    first, second = await take(runtime, 1, ONE), await take(runtime, 2, ONE)
    assert first and second
    await let_time_pass(connection, upstreams.LEASE - 1)
    async with runtime.transaction() as own:
        await upstreams.keep(own, first)
    await let_time_pass(connection, 2)
    assert await take(runtime, 3, ONE) is not None
    assert await take(runtime, 4, ONE) is None


async def test_a_server_that_goes_on_with_what_was_cancelled_stays_taken(
    runtime: Runtime, connection: Connection
) -> None:
    first, _ = await take(runtime, 1, ONE), await take(runtime, 2, ONE)
    assert first
    async with runtime.transaction() as own:
        await upstreams.release(own, first, busy_seconds=90)
    # Not even the same video, made again, finds room there.
    assert await take(runtime, 1, ONE) is None
    await let_time_pass(connection, 91)
    assert await take(runtime, 3, ONE) is not None


async def test_a_server_that_fails_is_left_alone_for_longer_each_time_and_then_tried_by_one(
    runtime: Runtime, connection: Connection
) -> None:
    pauses = []
    for _ in range(9):
        async with runtime.transaction() as own:
            await upstreams.found_away(own, "far", "http://one", "it cannot be reached")
            await upstreams.found_away(own, "far", "http://one", "several jobs fail together")
            await upstreams.found_there(own, "far", "http://one")  # to answer is not to have done anything
            cursor = await own.execute("SELECT extract(epoch FROM open_until - now()) AS pause FROM upstreams")
            pauses.append(round(float((await cursor.fetchone() or {})["pause"])))
        assert await take(runtime, 1, ONE) is None
        await let_time_pass(connection, pauses[-1] + 1)
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    tried = await take(runtime, 1, ONE)
    assert tried and tried.unproven
    assert await take(runtime, 2, ONE) is None  # one is enough to see
    async with runtime.transaction() as own:
        await upstreams.found_well(own, "far", "http://one")
    other = await take(runtime, 2, ONE)
    assert other and not other.unproven
    async with runtime.transaction() as own:
        await upstreams.found_there(own, "far", "http://one", sure=False)
        await upstreams.release(own, other)
    doubted = await take(runtime, 2, ONE)
    assert doubted and doubted.unproven


async def test_others_take_over_while_one_is_left_alone(runtime: Runtime) -> None:
    async with runtime.transaction() as own:
        await upstreams.found_away(own, "far", "http://one", "gone")
        assert await upstreams.all_left_alone(own, "far", ONE) == "gone"
        assert await upstreams.all_left_alone(own, "far", TWO) is None
    leases = [await take(runtime, number) for number in range(1, 6)]
    assert [lease and lease.url for lease in leases] == ["http://two"] * 4 + [None]


async def test_operators_see_how_each_server_stands(runtime: Runtime, connection: Connection) -> None:
    await take(runtime, 1)
    async with runtime.transaction() as own:
        await upstreams.found_away(own, "far", "http://two", "it cannot be reached")
    one, two = await upstreams.standings(connection, "far", TWO)
    assert (one.url, one.slots, one.taken, one.failures, one.open_until) == ("http://one", 2, 1, 0, None)
    assert (two.taken, two.failures, two.reason) == (0, 1, "it cannot be reached") and two.open_until is not None
