"""Warm models before cold ones: it pays, it is bounded for each video, and in the long run nobody gets more for it."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import AsyncMock

import psycopg
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from procrastinate.jobs import Job
from procrastinate.jobs import Status as JobStatus

from promptreel import overtaking, queue, videos
from promptreel.accounts import Account
from promptreel.db.pool import Connection
from promptreel.engine_config import POOL, DiffusersConfig
from promptreel.overtaking import InLine, preferred
from promptreel.plans import TIERS
from promptreel.rendering import Slot
from promptreel.runtime import Runtime
from promptreel.spec import VideoSpec
from promptreel.videos import Video
from promptreel.worker import bind_task

from .conftest import MakeAccount, accepted

SEA, SKY = "some.models:Sea", "some.models:Sky"
ENGINES = {SEA, SKY}


# -- who may go first --------------------------------------------------------------------------------------------------

LINES = st.lists(
    st.builds(
        InLine,
        st.integers(1, 99),
        st.integers(1, 99),
        st.sampled_from(["warm", "cold", "colder", "other", None]),
        st.floats(0.1, 200),
        st.floats(0, 300),
    ),
    max_size=overtaking.LOOK_AHEAD,
)


@examples(derandomize=True, deadline=None, database=None)
@given(LINES, st.floats(0, 400))
def test_only_the_first_warm_one_passes_and_only_who_can_bear_it(line: list[InLine], most: float) -> None:
    place = preferred(line, {"warm"}, {"cold", "colder"}, most)
    warm = [number for number, job in enumerate(line) if job.engine == "warm"]
    bearable = bool(warm) and all(job.overtaken + line[warm[0]].seconds <= most for job in line[: warm[0]])
    if line and line[0].engine in {"cold", "colder"} and bearable:
        assert place == warm[0]
    else:
        assert place is None


# -- with the real queue -----------------------------------------------------------------------------------------------


async def submit(runtime: Runtime, account: Account, engine: str, seconds: float = 10.0) -> Video:
    """Accept a video that should take as many seconds as it lasts."""
    spec = VideoSpec("A street", 64, 48, duration=seconds, engine=engine)
    return await accepted(runtime, account, spec, price=0)


@dataclass
class Card:
    """A slot that has one model loaded at a time, and renders in no time."""

    runtime: Runtime
    worker: int
    most: float = overtaking.MOST_OVERTAKEN
    loaded: str = ""
    loads: int = 0
    jumped: list[bool] = field(default_factory=list)

    @classmethod
    async def of(cls, runtime: Runtime, **more: Any) -> "Card":
        return cls(runtime, await runtime.queue.job_manager.register_worker(), **more)

    async def claim(self) -> Job | None:
        async with self.runtime.pool.connection() as connection:
            warm = {self.loaded} & ENGINES
            return await overtaking.claim(connection, POOL, warm, ENGINES - warm, self.worker, self.most)

    async def take(self) -> tuple[Job, Video] | None:
        """Take a job as a slot does, and begin it."""
        out_of_turn = await self.claim()
        job = out_of_turn or await self.runtime.queue.job_manager.fetch_job([POOL], self.worker)
        if job is None:
            return None
        self.jumped.append(out_of_turn is not None)
        async with self.runtime.transaction() as connection:
            video = await videos.start(connection, job.task_kwargs["video_id"], 3)
        assert video is not None
        self.loads += video.spec.engine != self.loaded
        self.loaded = video.spec.engine
        return job, video

    async def end(self, job: Job, video: Video) -> None:
        async with self.runtime.transaction() as connection:
            assert await videos.fail(connection, video, "rendered", "rendered")  # without teaching estimates anything
        await self.runtime.queue.job_manager.finish_job(job, JobStatus.SUCCEEDED, delete_job=True)

    async def render(self) -> Video | None:
        """Take the next job and end it."""
        if taken := await self.take():
            await self.end(*taken)
        return taken[1] if taken else None


async def rows(connection: Connection, query: str, *values: object) -> list[dict[str, Any]]:
    return await (await connection.execute(query, values)).fetchall()  # type: ignore[arg-type]


async def test_a_job_taken_out_of_turn_is_taken_as_procrastinate_takes_one(
    runtime: Runtime, connection: Connection, make_account: MakeAccount
) -> None:
    """Ours names the job and is no function of theirs: whatever they change in theirs shows here."""
    account, _ = await make_account()
    cold, warm, later = [await submit(runtime, account, engine) for engine in (SKY, SEA, SEA)]
    await connection.execute(
        "UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour' WHERE id = %s", [later.job_id]
    )
    card = await Card.of(runtime, loaded=SEA)
    assert [job.id for job in await overtaking.in_line(connection, POOL)] == [cold.job_id, warm.job_id]
    ours = await card.claim()
    theirs = await runtime.queue.job_manager.fetch_job([POOL], card.worker)
    assert ours and theirs and (ours.id, theirs.id) == (warm.job_id, cold.job_id)
    own = ("id", "priority", "task_kwargs")
    assert {name: each for name, each in ours.asdict().items() if name not in own} == {
        name: each for name, each in theirs.asdict().items() if name not in own
    }
    assert ours.task_kwargs == {"video_id": warm.id}
    kept = [
        (await rows(connection, "SELECT * FROM procrastinate_jobs WHERE id = %s", job.id))[0] for job in (ours, theirs)
    ]
    assert [each | dict.fromkeys(("id", "priority", "args")) for each in kept[:1]] == [
        each | dict.fromkeys(("id", "priority", "args")) for each in kept[1:]
    ]
    events = "SELECT type::text FROM procrastinate_events WHERE job_id = %s ORDER BY id"
    assert await rows(connection, events, ours.id) == await rows(connection, events, theirs.id)
    assert await card.claim() is None  # one is due in an hour, the others run


async def test_changes_of_models_are_saved_and_each_video_waits_no_more_than_the_bound(
    runtime: Runtime, connection: Connection, make_account: MakeAccount
) -> None:
    """Two slots, random work, and a model of what is overtaken: for each video the count is right and within the bound."""
    people = [(await make_account(tier))[0] for tier in ("free", "pro", "enterprise")]
    dice, most = random.Random(5), 60.0
    cards = [await Card.of(runtime, most=most) for _ in range(2)]
    waiting: dict[int, Video] = {}
    overtaken: Counter[int] = Counter()
    running: list[tuple[Card, Job, Video]] = []
    accepted = 0
    while waiting or accepted < 70:
        if accepted < 70 and (not waiting or dice.random() < 0.55):
            accepted += 1
            seconds = dice.choice([4.0, 8.0, 20.0, 80.0])
            video = await submit(runtime, dice.choice(people), dice.choice(sorted(ENGINES)), seconds)
            waiting[video.id] = video
            continue
        card = dice.choice(cards)
        if mine := next((entry for entry in running if entry[0] is card), None):
            running.remove(mine)
            await card.end(*mine[1:])
        model = card.loaded
        if not (taken := await card.take()):
            continue
        job, video = taken
        running.append((card, job, video))
        del waiting[video.id]
        passed = [each for each in waiting.values() if (each.tag, each.job_id) < (video.tag, video.job_id)]
        assert card.jumped[-1] == bool(passed)
        for each in passed:
            overtaken[each.id] += video.estimated_seconds
            assert overtaken[each.id] <= most
        if passed:  # it saved a load, and the first in the order would not have
            assert video.spec.engine == model
            assert min(passed, key=lambda each: (each.tag, each.job_id)).spec.engine != model
    counts = await rows(connection, "SELECT id, overtaken FROM videos WHERE overtaken > 0")
    assert {row["id"]: row["overtaken"] for row in counts} == dict(overtaken)
    assert sum(sum(card.jumped) for card in cards) >= 10
    assert sum(card.loads for card in cards) < 0.4 * accepted  # a coin for each job would make it half


async def test_slots_that_ask_at_once_take_different_jobs_and_count_together(
    runtime: Runtime, connection: Connection, make_account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, _ = await make_account()
    cold = [await submit(runtime, account, SKY) for _ in range(2)]
    warm = [await submit(runtime, account, SEA) for _ in range(9)]
    cards = [await Card.of(runtime, loaded=SEA, most=60.0) for _ in range(4)]
    taken = [job.id for _ in range(12) for job in await asyncio.gather(*(card.claim() for card in cards)) if job]
    assert sorted(taken) == sorted(
        video.job_id for video in warm[:6]
    )  # ten seconds each: the seventh would be too much
    counts = await rows(connection, "SELECT id, overtaken FROM videos WHERE overtaken > 0 ORDER BY id")
    assert counts == [{"id": video.id, "overtaken": 60.0} for video in cold]
    # A slot that looked before the others had taken theirs may not go by what it saw.
    seen = [replace(job, overtaken=0.0) for job in await overtaking.in_line(connection, POOL)]
    with monkeypatch.context() as late:
        late.setattr(overtaking, "in_line", AsyncMock(return_value=seen))
        assert await cards[0].claim() is None
    # And while somebody holds one of those that would be overtaken, to cancel it, nobody waits: the order stays.
    await connection.execute("UPDATE videos SET overtaken = 0")
    async with runtime.transaction() as other:
        await other.execute("SELECT FROM videos WHERE id = %s FOR UPDATE", [cold[1].id])
        assert await asyncio.wait_for(cards[0].claim(), 60) is None
    assert await rows(connection, "SELECT id FROM videos WHERE overtaken > 0") == []
    assert await cards[0].claim() is not None


async def test_a_slot_that_is_killed_with_a_job_taken_out_of_turn_loses_nothing(
    runtime: Runtime, connection: Connection, make_account: MakeAccount
) -> None:
    account, _ = await make_account()
    cold, warm = await submit(runtime, account, SKY), await submit(runtime, account, SEA)
    killed = await Card.of(runtime, loaded=SEA)
    assert await killed.claim() is not None  # and before it began
    await connection.execute(
        "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour' WHERE id = %s", [killed.worker]
    )
    assert await queue.rescue_stalled(connection, runtime.queue, 60) == 1
    fresh = await Card.of(runtime)  # nothing is warm in a new process: the order again
    assert [video and video.id for video in (await fresh.render(), await fresh.render())] == [cold.id, warm.id]
    assert await rows(connection, "SELECT overtaken FROM videos ORDER BY id") == [
        {"overtaken": 10.0},
        {"overtaken": 0.0},
    ]


async def served(
    runtime: Runtime, make_account: MakeAccount, tiers: dict[str, str], *, backlog: Callable[[str], int]
) -> Counter[str]:
    """Seconds rendered by engine in 90 jobs of one slot; of each the account has `backlog` videos waiting at any time."""
    people = {engine: (await make_account(tier, credits=0))[0] for engine, tier in tiers.items()}
    card, done, asked = await Card.of(runtime), Counter[str](), Counter[str]()
    for _ in range(90):
        for engine, account in people.items():
            while asked[engine] < done[engine] + 10 * backlog(engine):
                asked[engine] += 10
                await submit(runtime, account, engine)
        video = await card.render()
        assert video is not None
        done[video.spec.engine] += 10
    assert card.loads < 20
    return done


async def test_the_weights_of_tiers_hold_in_the_long_run(runtime: Runtime, make_account: MakeAccount) -> None:
    done = await served(runtime, make_account, {SEA: "free", SKY: "enterprise"}, backlog=lambda _: 40)
    share = TIERS["enterprise"].weight / TIERS["free"].weight
    # What may be ahead at any time: the bound once, and a video of each.
    assert abs(done[SKY] - share * done[SEA]) <= (1 + share) * (overtaking.MOST_OVERTAKEN + 20)
    assert done[SEA] >= 90 * 10 / (1 + share) - overtaking.MOST_OVERTAKEN / (1 + share) - 20


async def test_who_asks_for_one_at_a_time_gets_as_much_as_who_has_a_long_queue(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    """The next one is asked for when the last one is there, so its place depends on the clock of the queue alone."""
    done = await served(
        runtime, make_account, {SEA: "pro", SKY: "pro"}, backlog=lambda engine: 40 if engine == SEA else 1
    )
    assert abs(done[SEA] - done[SKY]) <= overtaking.MOST_OVERTAKEN + 20


# -- the slot ----------------------------------------------------------------------------------------------------------


class Warm:
    """An engine process that says what is loaded in it."""

    def __init__(self, *engines: str) -> None:
        self.warm = frozenset(engines)


def with_models(runtime: Runtime, *names: str) -> None:
    engines = {name: DiffusersConfig(kind="diffusers", model=f"some/{name}") for name in names}
    runtime.settings = runtime.settings.model_copy(update={"engines": engines})


async def test_a_slot_takes_what_its_process_has_loaded_and_else_what_is_first(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    with_models(runtime, "sea", "sky")
    account, _ = await make_account()
    made = [await submit(runtime, account, engine) for engine in ("scenes", "sky", "sea", "sky", "sea")]
    slot = Slot(runtime)
    bind_task(runtime.queue, slot)
    worker = await runtime.queue.job_manager.register_worker()

    async def taken(*warm: str) -> int:
        slot._hosts = {"models": Warm(*warm)}  # type: ignore[dict-item]
        job = await runtime.queue.job_manager.fetch_job([POOL], worker)
        assert job
        return made.index(next(video for video in made if video.job_id == job.id))

    assert await taken("sea") == 0  # it needs no model, so it waits for none
    assert await taken("sea") == 2
    assert await taken("sea", "sky") == 1
    assert await taken() == 3
    # An operator's word counts at once, not only from the next heartbeat on.
    async with runtime.pool.connection() as connection:
        await connection.execute("UPDATE worker_slots SET draining = true")
    assert await runtime.queue.job_manager.fetch_job([POOL], worker) is None


async def test_nothing_is_asked_of_the_database_where_there_is_nothing_to_choose(
    runtime: Runtime, make_account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    async def claim(*_: object) -> None:
        nonlocal asked
        asked += 1
        raise psycopg.OperationalError("the server closed the connection")

    monkeypatch.setattr(overtaking, "claim", claim)
    for names in ((), ("sea",)):
        with_models(runtime, *names)
        slot = Slot(runtime)
        slot._hosts = {"models": Warm(*names)}  # type: ignore[dict-item]
        assert await slot.take_out_of_turn(1) is None and asked == 0
    with_models(runtime, "sea", "sky")
    slot = Slot(runtime)
    for warm in ((), ("sea", "sky")):
        slot._hosts = {"models": Warm(*warm)}  # type: ignore[dict-item]
        assert await slot.take_out_of_turn(1) is None and asked == 0
    slot._hosts = {"models": Warm("sea")}  # type: ignore[dict-item]
    assert await slot.take_out_of_turn(1) is None and asked == 1  # and what goes wrong leaves the order as it is


async def test_the_clock_of_the_queue_does_not_run_ahead_of_who_waits(
    runtime: Runtime, connection: Connection, make_account: MakeAccount
) -> None:
    (one, _), (newcomer, _) = await make_account(), await make_account()
    cold, warm = await submit(runtime, one, SKY), await submit(runtime, one, SEA)
    card = await Card.of(runtime, loaded=SEA)
    assert (await card.render() or cold).id == warm.id
    assert await rows(connection, "SELECT virtual_time FROM queue_clocks") == [{"virtual_time": cold.tag}]
    assert (await submit(runtime, newcomer, SEA)).tag == 2 * cold.tag  # behind who waits, not behind who went before
    await card.render()
    await connection.execute("DELETE FROM procrastinate_jobs")
    async with runtime.transaction() as step:
        await queue.started(step, POOL, warm.tag)
    assert await rows(connection, "SELECT virtual_time FROM queue_clocks") == [{"virtual_time": warm.tag}]
