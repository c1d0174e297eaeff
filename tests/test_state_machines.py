"""The books under arbitrary histories: hypothesis walks, a plain Python model walks beside, and both must agree.

Each walk has a database of its own. A normal run takes a fixed, small set of walks, so that it is quick and the same
everywhere. To look wider, give the number of random walks per machine (a failure prints how to repeat it):

    STATE_MACHINE_WALKS=1000 pytest -n 0 -x tests/test_state_machines.py
"""

import asyncio
import itertools
import os
import statistics
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as walks
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from procrastinate.jobs import Job
from procrastinate.jobs import Status as JobStatus
from psycopg.errors import RestrictViolation, UniqueViolation

from promptreel import accounts, credits, queue, videos
from promptreel.accounts import Account
from promptreel.batch import Batch
from promptreel.db.pool import Connection, make_pool, transaction
from promptreel.engine_config import POOL
from promptreel.errors import (
    EngineFailed,
    EngineRefused,
    EngineTimeout,
    InsufficientCredits,
    InvalidInput,
    VideoNotFound,
)
from promptreel.plans import TIERS
from promptreel.rendering import Slot
from promptreel.runtime import Runtime
from promptreel.settings import Settings
from promptreel.spec import MOVES, Status, VideoSpec
from promptreel.videos import Result, Submission, Video

from .conftest import MakeAccount, database

Value = TypeVar("Value")
WIDE = int(os.environ.get("STATE_MACHINE_WALKS", "0"))
RESULT = Result("a/video.mp4", "a/thumbnail.jpg", "a/sheet.jpg", 1000, 8.0, 4.0, {})
HOUR = 3600.0
# Without explaining: that traces every line, of a failure that the model has explained already.
PHASES = [Phase.generate, Phase.shrink]


def walk(machine: Callable[[], RuleBasedStateMachine], examples: int, steps: int) -> None:
    """Run a state machine, the same walks at every run unless wide ones are asked for."""
    run_state_machine_as_test(
        machine,
        settings=walks(
            max_examples=WIDE or examples,
            stateful_step_count=2 * steps if WIDE else steps,
            derandomize=not WIDE,
            database=None,
            deadline=None,
            print_blob=True,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )


class Machine(RuleBasedStateMachine):
    """A machine with a database and an event loop of its own; `do` runs what is asynchronous to its end."""

    def __init__(self, template: str) -> None:
        super().__init__()
        self.template = template
        self.name = f"walk_{uuid4().hex}"
        self.server(f"CREATE DATABASE {self.name} TEMPLATE template_promptreel")
        self.loop = asyncio.new_event_loop()
        self.pool = make_pool(database(template, self.name), 4)
        self.jobs = queue.make_queue()
        self.do(self.pool.open(wait=True))
        self.do(self.jobs.open_async(self.pool))
        self.reader = self.do(self.pool.getconn())
        self.settings = Settings(data=Path("unused"), secret="s" * 32)

    def teardown(self) -> None:
        """Leave nothing, whatever the walk did."""
        try:
            self.finish()
        finally:
            self.do(self.pool.putconn(self.reader))
            self.do(self.pool.close())
            self.loop.close()
            self.server(f"DROP DATABASE {self.name} WITH (FORCE)")

    def finish(self) -> None:
        """What must hold at the end of a walk."""

    def server(self, statement: str) -> None:
        with psycopg.connect(database(self.template, "postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def do(self, work: Coroutine[Any, Any, Value]) -> Value:
        return self.loop.run_until_complete(work)

    def step(self, work: Callable[[Connection], Awaitable[Value]]) -> Value:
        """One transaction."""

        async def inside() -> Value:
            async with transaction(self.pool) as connection:
                return await work(connection)

        return self.do(inside())

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """A statement of its own, outside of any transaction."""

        async def read() -> list[dict[str, Any]]:
            cursor = await self.reader.execute(query, values)  # type: ignore[arg-type]
            return await cursor.fetchall() if cursor.description else []

        return self.do(read())

    def audit(self) -> list[str]:
        return [str(difference) for difference in self.do(credits.audit(self.reader))]

    def account(self, tier: str, amount: int) -> Account:
        async def make(connection: Connection) -> Account:
            made = await accounts.create_account(connection, f"{uuid4().hex}@example.com", tier)
            if amount:
                await credits.grant(connection, made.id, amount, uuid4().hex, "test")
            return made

        return self.step(make)


# -- the ledger --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One call of the ledger; `name` is a grant's key or a hold's video."""

    kind: str
    account: int = 0
    amount: int = 0
    name: int = 0


@dataclass
class Books:
    """What the ledger should be: wallets as [available, held], and what was entered under which key."""

    wallets: dict[int, list[int]]
    grants: dict[int, int] = field(default_factory=dict)
    holds: dict[int, Entry] = field(default_factory=dict)
    settled: dict[int, str] = field(default_factory=dict)

    def enter(self, entry: Entry) -> object:
        """Change the books by one call; what the call should answer."""
        wallet = self.wallets[entry.account]
        match entry.kind:
            case "grant":
                if entry.amount < 1:
                    return "invalid"
                if entry.name in self.grants:
                    return False
                self.grants[entry.name] = entry.amount
                wallet[0] += entry.amount
                return True
            case "hold":
                if wallet[0] < entry.amount:
                    return ("insufficient", entry.amount, wallet[0])
                if entry.name in self.holds:
                    return "held before"
                self.holds[entry.name] = entry
                wallet[0] -= entry.amount
                wallet[1] += entry.amount
                return wallet[0]
            case settle:
                held = self.holds[entry.name]
                if entry.name in self.settled:
                    return False
                self.settled[entry.name] = settle
                wallet = self.wallets[held.account]
                wallet[1] -= held.amount
                wallet[0] += held.amount if settle == "release" else 0
                return True

    def allows(self, entry: Entry) -> bool:
        """Nobody settles what was never held."""
        return entry.kind not in {"capture", "release"} or entry.name in self.holds

    def sums(self) -> dict[str, int]:
        """The running sum of every book that is not zero."""
        sums: Counter[str] = Counter(granted=-sum(self.grants.values()))
        for account, (available, held) in self.wallets.items():
            sums[f"available:{account}"] = available
            sums[f"held:{account}"] = held
        sums["revenue"] = sum(self.holds[video].amount for video, how in self.settled.items() if how == "capture")
        return {book: total for book, total in sums.items() if total}


ENTRIES = st.one_of(
    st.builds(Entry, st.just("grant"), st.integers(0, 1), st.integers(0, 9), st.integers(1, 5)),
    st.builds(Entry, st.just("hold"), st.integers(0, 1), st.integers(0, 6), st.integers(1, 6)),
    st.builds(Entry, st.sampled_from(["capture", "release"]), name=st.integers(1, 6)),
)


class RolledBack(Exception):
    """Ends a transaction that must leave nothing."""


class Ledger(Machine):
    """Grants, holds, captures and releases in any order, in transactions that commit, roll back, nest and meet."""

    @initialize()
    def open_accounts(self) -> None:
        self.accounts = [self.account(tier, 0).id for tier in ("free", "pro")]
        self.books = Books({account: [0, 0] for account in self.accounts})

    def of_an_account(self, entry: Entry) -> Entry:
        return replace(entry, account=self.accounts[entry.account])

    async def enter(self, connection: Connection, entry: Entry, held: dict[int, Entry]) -> object:
        """The real call, and what it answered in the words of the model."""
        try:
            match entry.kind:
                case "grant":
                    return await credits.grant(connection, entry.account, entry.amount, str(entry.name), "test")
                case "hold":
                    async with connection.transaction():  # a refused key must not end the test's transaction
                        return await credits.hold(connection, entry.account, entry.name, entry.amount)
                case "capture":
                    hold = held[entry.name]
                    return await credits.capture(connection, hold.account, entry.name, hold.amount)
                case _:
                    hold = held[entry.name]
                    return await credits.release(connection, hold.account, entry.name, hold.amount, "test")
        except InvalidInput:
            return "invalid"
        except InsufficientCredits as error:
            return ("insufficient", error.data["required"], error.data["available"])
        except UniqueViolation:
            return "held before"

    async def enter_all(self, connection: Connection, entries: list[Entry], books: Books) -> None:
        """Real calls and model side by side, each answer compared."""
        for entry in map(self.of_an_account, entries):
            if books.allows(entry):
                answer = await self.enter(connection, entry, books.holds)
                assert answer == books.enter(entry), entry

    @rule(entries=st.lists(ENTRIES, min_size=1, max_size=4), commits=st.booleans())
    def one_transaction(self, entries: list[Entry], commits: bool) -> None:
        books = deepcopy(self.books)

        async def enter(connection: Connection) -> None:
            await self.enter_all(connection, entries, books)
            if not commits:
                raise RolledBack

        try:
            self.step(enter)
            self.books = books
        except RolledBack:
            assert not commits

    @rule(before=st.lists(ENTRIES, max_size=2), undone=st.lists(ENTRIES, min_size=1, max_size=3), after=ENTRIES)
    def part_of_a_transaction_is_undone(self, before: list[Entry], undone: list[Entry], after: Entry) -> None:
        async def enter(connection: Connection) -> None:
            await self.enter_all(connection, before, self.books)
            try:
                async with connection.transaction():
                    await self.enter_all(connection, undone, deepcopy(self.books))
                    raise RolledBack
            except RolledBack:
                pass
            await self.enter_all(connection, [after], self.books)

        self.step(enter)

    @rule(first=st.lists(ENTRIES, min_size=1, max_size=2), second=ENTRIES, commits=st.booleans())
    def two_connections_meet(self, first: list[Entry], second: Entry, commits: bool) -> None:
        """The second comes while the first is open: it either waits for its end, or the two have nothing in common."""
        second = self.of_an_account(second)
        if not self.books.allows(second):
            return
        after_first = deepcopy(self.books)
        waited = False

        async def come_second(connection: Connection) -> object:
            async with connection.transaction():
                return await self.enter(connection, second, self.books.holds)

        async def meet() -> object:
            nonlocal waited
            async with self.pool.connection() as other, self.pool.connection() as watcher:
                try:
                    async with transaction(self.pool) as connection:
                        await self.enter_all(connection, first, after_first)
                        task = asyncio.create_task(come_second(other))
                        waited = await waits_for_lock(watcher, other, task)
                        if not commits:
                            raise RolledBack
                except RolledBack:
                    pass
                return await task

        answer = self.do(meet())
        untouched = deepcopy(self.books)
        self.books = after_first if commits else self.books
        if waited:
            assert answer == self.books.enter(second)
        else:
            assert answer == untouched.enter(second)
            if answer is True or type(answer) is int:  # it changed something, which the first cannot have touched
                self.books.enter(second)

    @rule(
        statement=st.sampled_from(
            [
                "UPDATE ledger_entries SET amount = amount + 1",
                "DELETE FROM ledger_entries",
                "TRUNCATE ledger_entries",
                "UPDATE ledger_transactions SET kind = 'grant'",
                "DELETE FROM ledger_transactions",
                "TRUNCATE ledger_transactions CASCADE",
            ]
        )
    )
    def somebody_edits_history(self, statement: str) -> None:
        with pytest.raises(RestrictViolation):
            self.rows(statement)

    @invariant()
    def the_books_agree(self) -> None:
        for account, (available, held) in self.books.wallets.items():
            assert available >= 0 and held >= 0
            wallet = self.do(credits.balance(self.reader, account))
            assert wallet == credits.Wallet(available, held)
        sums = self.rows("SELECT book, sum(amount)::int AS total FROM ledger_entries GROUP BY book")
        assert {row["book"]: row["total"] for row in sums if row["total"]} == self.books.sums()
        assert sum(row["total"] for row in sums) == 0
        # No video has a row here, so the audit must name every open hold, and nothing else.
        assert sorted(self.audit()) == sorted(
            f"{hold.amount} credits are still held for video {video}, which does not exist"
            for video, hold in self.books.holds.items()
            if hold.amount and video not in self.books.settled
        )


async def waits_for_lock(watcher: Connection, other: Connection, task: asyncio.Task[object]) -> bool:
    """Whether the connection that `task` uses came to wait for a lock; False: the task is done."""
    while not task.done():
        cursor = await watcher.execute(
            "SELECT wait_event_type = 'Lock' AS waits FROM pg_stat_activity WHERE pid = %s", [other.info.backend_pid]
        )
        row = await cursor.fetchone()
        if row and row["waits"]:
            return True
        await asyncio.sleep(0.001)
    return False


def test_the_ledger_follows_its_model(template: str) -> None:
    walk(lambda: Ledger(template), examples=10, steps=14)


# -- the order ---------------------------------------------------------------------------------------------------------


@dataclass
class Place:
    """A video in the order. `served`: work that other accounts were served while it waited."""

    tag: int
    job: int
    video: int
    account: int
    cost: int
    accepted_at: int
    running: Video | None = None
    claim: Job | None = None
    served: Counter[int] = field(default_factory=Counter)

    @property
    def key(self) -> tuple[int, int]:
        return self.tag, self.job


# Powers of two, so that medians and quotients are exact in the database's four-byte floats as well.
PACES = {"free": 1.0, "premium": 8.0, "720p": 2.0}
LENGTHS = st.sampled_from([0.5, 1.0, 4.5, 8.0])


class Order(Machine):
    """Start-time fair queueing in Python, against submitting, taking, ending, withdrawing, losing and rebasing."""

    @initialize()
    def open_accounts(self) -> None:
        self.accounts = [self.account(tier, 1000) for tier in ("free", "free", "basic", "pro", "enterprise")]
        self.worker = self.do(self.jobs.job_manager.register_worker())
        self.virtual_time = 0
        self.base: int | None = None
        self.last_tag = {account.id: 0 for account in self.accounts}
        self.dearest = {account.id: 0 for account in self.accounts}
        self.paces: dict[str, list[float]] = {quality: [] for quality in PACES}
        self.waiting: list[Place] = []
        self.again: list[Place] = []  # begun, handed back, and in the queue again
        self.running: list[Place] = []
        # For two accounts that both have had videos waiting all the time: by how much each was ahead, lowest and highest.
        self.shares: dict[tuple[int, int], list[int]] = {}

    # -- the model -----------------------------------------------------------------------------------------------------

    def cost(self, account: Account, quality: str, length: float) -> int:
        pace = statistics.median(self.paces[quality][-31:]) if self.paces[quality] else PACES[quality]
        return max(1, round(max(0.1, pace * length) * 10 / TIERS[account.tier].weight))

    def account_served(self, place: Place) -> None:
        """Check both halves of fairness: what two backlogged accounts got, and what one had to wait for."""
        for other in self.waiting:
            if other.account != place.account:
                other.served[place.account] += place.cost
                bound = other.tag - other.accepted_at + self.dearest[place.account]
                assert other.served[place.account] <= bound, "a video waits for more than its turn"
        for (one, two), share in self.shares.items():
            ahead, lowest, highest = share
            ahead += place.cost * ((place.account == one) - (place.account == two))
            share[:] = ahead, min(lowest, ahead), max(highest, ahead)
            assert share[2] - share[1] <= self.dearest[one] + self.dearest[two], "an account gets more than its share"

    def follow_backlogs(self, disturbed: int | None = None) -> None:
        """Begin and end the times in which two accounts both have videos waiting; a cancel leaves a hole, so it ends one."""
        backlogged = {place.account for place in self.waiting}
        for pair in itertools.combinations([account.id for account in self.accounts], 2):
            if disturbed in pair or not backlogged.issuperset(pair):
                self.shares.pop(pair, None)
            else:
                self.shares.setdefault(pair, [0, 0, 0])

    # -- the rules -----------------------------------------------------------------------------------------------------

    @rule(
        who=st.integers(0, 4),
        quality=st.sampled_from(sorted(PACES)),
        length=LENGTHS,
        times=st.sampled_from([1, 1, 1, 4]),
    )
    def submit(self, who: int, quality: str, length: float, times: int) -> None:
        account = self.accounts[who]
        for _ in range(times):
            cost = self.cost(account, quality, length)
            tag = max(self.virtual_time, self.last_tag[account.id]) + cost
            spec = VideoSpec("A street", 640, 360, duration=length, quality=quality)

            async def accept(connection: Connection, spec: VideoSpec = spec) -> videos.Accepted:
                submission = Submission("prompttovideo", spec, 1)
                return await videos.submit(connection, self.jobs, self.settings, account, submission, queue.utcnow())

            accepted = self.step(accept)
            assert accepted.video.tag == tag
            self.last_tag[account.id] = tag
            self.dearest[account.id] = max(self.dearest[account.id], cost)
            place = Place(tag, accepted.video.job_id, accepted.video.id, account.id, cost, self.virtual_time)
            self.waiting.append(place)
            assert accepted.position == sorted(each.key for each in self.waiting).index(place.key) + 1
            assert self.position_of(place) == accepted.position
        self.follow_backlogs()

    def position_of(self, place: Place) -> int | None:
        found = self.step(lambda connection: videos.waiting(connection, place.account, self.settings))
        return next((each.position for each in found if each.video.id == place.video), None)

    @rule()
    def take(self) -> None:
        """A worker takes the next job: exactly the one with the smallest tag."""
        job = self.do(self.jobs.job_manager.fetch_job(queues=[POOL], worker_id=self.worker))
        queued = sorted(self.waiting + self.again, key=lambda place: place.key)
        assert (job and job.id) == (queued[0].job if queued else None)
        if not job:
            return
        place = queued[0]
        video = self.step(lambda connection: videos.start(connection, place.video, 1000))
        assert video is not None
        self.virtual_time = max(self.virtual_time, place.tag)
        if place in self.waiting:
            self.waiting.remove(place)
            self.account_served(place)
        else:
            self.again.remove(place)
        place.running, place.claim = video, job
        self.running.append(place)
        self.follow_backlogs()

    @precondition(lambda self: self.running)
    @rule(which=st.integers(0, 99), pace=st.sampled_from([0.5, 1.0, 2.0, 16.0]))
    def complete(self, which: int, pace: float) -> None:
        place = self.running.pop(which % len(self.running))
        assert place.running and place.claim
        video, spec = place.running, place.running.spec
        result = replace(RESULT, render_seconds=pace * spec.duration)
        assert self.step(lambda connection: videos.complete(connection, video, result))
        self.do(self.jobs.job_manager.finish_job(place.claim, JobStatus.SUCCEEDED, delete_job=True))
        self.paces[spec.quality].append(pace)

    @precondition(lambda self: self.running)
    @rule(which=st.integers(0, 99))
    def hand_back(self, which: int) -> None:
        """A worker is stopped; what it ran goes back to its old place."""
        place = self.running.pop(which % len(self.running))
        assert place.running and place.claim
        video = place.running
        assert self.step(lambda connection: videos.hand_back(connection, video))
        self.do(self.jobs.job_manager.retry_job(place.claim))
        self.again.append(place)

    @precondition(lambda self: self.waiting or self.again)
    @rule(which=st.integers(0, 99))
    def cancel(self, which: int) -> None:
        place = (self.waiting + self.again)[which % len(self.waiting + self.again)]
        assert self.step(lambda connection: videos.cancel(connection, self.jobs, place.account, place.video))
        (self.waiting if place in self.waiting else self.again).remove(place)
        self.follow_backlogs(disturbed=place.account)

    @precondition(lambda self: self.waiting)
    @rule(which=st.integers(0, 99))
    def lose(self, which: int) -> None:
        """A job vanishes, and is found missing: the video keeps its tag, and comes last among equal ones."""
        place = self.waiting[which % len(self.waiting)]
        self.rows("DELETE FROM procrastinate_jobs WHERE id = %s", place.job)
        self.rows("UPDATE videos SET created_at = now() - interval '2 hours' WHERE id = %s", place.video)
        assert self.step(lambda connection: queue.rescue_lost(connection, self.jobs, HOUR)) == 1
        (row,) = self.rows("SELECT job_id FROM videos WHERE id = %s", place.video)
        place.job = row["job_id"]

    @rule(at=st.integers(0, 200))
    def rebase(self, at: int) -> None:
        begun = self.base is not None or self.virtual_time > 0
        due = begun and self.virtual_time - (self.base or 0) >= at
        moves = due and self.virtual_time > (self.base or 0)
        assert self.step(lambda connection: queue.rebase(connection, POOL, at)) == moves
        if due:
            self.base = self.virtual_time

    # -- what holds after each step ------------------------------------------------------------------------------------

    @invariant()
    def the_clock_is_the_largest_tag_started(self) -> None:
        rows = self.rows("SELECT virtual_time, base FROM queue_clocks")
        assert [(row["virtual_time"], row["base"]) for row in rows] == (
            [(self.virtual_time, self.base or 0)] if self.virtual_time else []
        )

    @invariant()
    def positions_are_the_order(self) -> None:
        async def read(connection: Connection) -> dict[int, int]:
            found = [await videos.waiting(connection, account.id, self.settings) for account in self.accounts]
            return {each.position: each.video.id for line in found for each in line}

        line = sorted(self.waiting, key=lambda place: place.key)
        assert self.do(read(self.reader)) == {number: place.video for number, place in enumerate(line, start=1)}

    @invariant()
    def priorities_follow_tags(self) -> None:
        rows = self.rows("SELECT id, priority FROM procrastinate_jobs WHERE status = 'todo' ORDER BY priority DESC, id")
        queued = sorted(self.waiting + self.again, key=lambda place: place.key)
        assert [(row["id"], row["priority"]) for row in rows] == [
            (place.job, (self.base or 0) - place.tag) for place in queued
        ]

    def finish(self) -> None:
        """Nobody starves: all that waits is handed out, in order."""
        while getattr(self, "waiting", None) or getattr(self, "again", None):
            self.take()
            self.the_clock_is_the_largest_tag_started()


def test_the_order_is_start_time_fair_queueing(template: str) -> None:
    walk(lambda: Order(template), examples=10, steps=30)


async def test_a_video_accepted_while_the_base_moves_gets_the_new_base(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    """Whoever waits for the new base must then read it, and not what was true before the wait."""
    account, _ = await make_account()
    async with runtime.transaction() as connection:
        await queue.started(connection, POOL, 1000)

    async def accept() -> videos.Accepted:
        async with runtime.transaction() as connection:
            submission = Submission("prompttovideo", VideoSpec("A street", 640, 360), 1)
            return await videos.submit(
                connection, runtime.queue, runtime.settings, account, submission, runtime.clock()
            )

    async with runtime.transaction() as connection:
        assert await queue.rebase(connection, POOL, at=1)
        accepting = asyncio.create_task(accept())
        await asyncio.sleep(0.3)
        assert not accepting.done()
    tag = (await accepting).video.tag
    async with runtime.pool.connection() as connection:
        job = await (await connection.execute("SELECT priority FROM procrastinate_jobs")).fetchone()
    assert job and job["priority"] == 1000 - tag


# -- the life of a job -------------------------------------------------------------------------------------------------


@dataclass
class Life:
    """What a video should be. `job`: `todo`, `doing`, `lost`, or None where nothing of it may be left in the queue."""

    account: int
    price: int
    status: Status = Status.PENDING
    attempt: int = 0
    handed_back: int = 0
    progress: float = 0.0
    error: str | None = None
    error_code: str | None = None
    job: str | None = "todo"
    deleted: bool = False


@dataclass
class Hand:
    """A worker that has begun an attempt. `dead`: without heartbeats; it may wake up all the same."""

    worker: int
    job: Job
    video: Video
    dead: bool = False


MOST_ATTEMPTS = 2


class Lives(Machine):
    """Videos from accepting to deleting, by workers of which some die, sleep and wake at the worst moment."""

    hands: Bundle[Hand] = Bundle("hands")

    @initialize()
    def open_accounts(self) -> None:
        self.accounts = [self.account("free", 4), self.account("pro", 30)]
        self.wallets = {account.id: [amount, 0] for account, amount in zip(self.accounts, (4, 30), strict=True)}
        self.lives: dict[int, Life] = {}
        self.seen: dict[int, Status] = {}
        self.everyone: list[Hand] = []
        for _ in range(2):
            self.submit(who=1, price=2)

    # -- the model -----------------------------------------------------------------------------------------------------

    def end(self, video_id: int, status: Status, error: str | None = None, code: str | None = None) -> None:
        life = self.lives[video_id]
        life.status, life.error, life.error_code = status, error, code
        wallet = self.wallets[life.account]
        wallet[1] -= life.price
        wallet[0] += 0 if status is Status.COMPLETED else life.price

    def is_current(self, hand: Hand) -> bool:
        life = self.lives[hand.video.id]
        return life.status is Status.PROCESSING and life.attempt == hand.video.attempt and not life.deleted

    def owns(self, hand: Hand) -> bool:
        """Whether the job in the queue is still the one that this worker took, and nobody took it after."""
        later = [each for each in self.everyone if each.video.id == hand.video.id and each is not hand]
        return not hand.dead and all(each.video.attempt < hand.video.attempt for each in later)

    # -- callers -------------------------------------------------------------------------------------------------------

    @rule(who=st.integers(0, 1), price=st.integers(0, 3))
    def submit(self, who: int, price: int) -> None:
        account = self.accounts[who]
        wallet = self.wallets[account.id]

        async def accept(connection: Connection) -> videos.Accepted:
            submission = Submission("prompttovideo", VideoSpec("A street", 640, 360), price, {"image": b"picture"})
            return await videos.submit(connection, self.jobs, self.settings, account, submission, queue.utcnow())

        try:
            accepted = self.step(accept)
        except InsufficientCredits:
            assert wallet[0] < price
            return
        wallet[0] -= price
        wallet[1] += price
        assert accepted.credits_remaining == wallet[0]
        self.lives[accepted.video.id] = Life(account.id, price)

    @precondition(lambda self: self.lives)
    @rule(which=st.integers(0, 99), stranger=st.sampled_from([False, False, False, True]))
    def cancel(self, which: int, stranger: bool) -> None:
        video_id, life = list(self.lives.items())[which % len(self.lives)]
        account = self.someone_else(life) if stranger else life.account

        def cancel(connection: Connection) -> Awaitable[Video | None]:
            return videos.cancel(connection, self.jobs, account, video_id)

        if stranger or life.deleted:
            with pytest.raises(VideoNotFound):
                self.step(cancel)
            return
        assert (self.step(cancel) is not None) == (not life.status.ended)
        if not life.status.ended:
            self.end(video_id, Status.CANCELLED, "Cancelled", "cancelled")
            life.job = "doing" if life.job == "doing" else None

    @precondition(lambda self: self.lives)
    @rule(which=st.integers(0, 99), stranger=st.sampled_from([False, False, False, True]))
    def delete(self, which: int, stranger: bool) -> None:
        video_id, life = list(self.lives.items())[which % len(self.lives)]
        account = self.someone_else(life) if stranger else life.account

        def delete(connection: Connection) -> Awaitable[Video]:
            return videos.delete(connection, account, video_id)

        if stranger or life.deleted or not life.status.ended:
            with pytest.raises(VideoNotFound):
                self.step(delete)
            return
        self.step(delete)
        life.deleted = True

    def someone_else(self, life: Life) -> int:
        return next(account.id for account in self.accounts if account.id != life.account)

    # -- workers -------------------------------------------------------------------------------------------------------

    @rule(target=hands)
    def take(self) -> Any:
        """A new worker takes a job and begins; it is done at once with a video that has ended or has no attempts left."""
        worker = self.do(self.jobs.job_manager.register_worker())
        job = self.do(self.jobs.job_manager.fetch_job(queues=[POOL], worker_id=worker))
        assert (job is not None) == any(life.job == "todo" for life in self.lives.values())
        if job is None:
            return multiple()
        video_id = job.task_kwargs["video_id"]
        life = self.lives[video_id]
        assert life.job == "todo"
        video = self.step(lambda connection: videos.start(connection, video_id, MOST_ATTEMPTS))
        if not life.status.ended:
            life.attempt += 1
            life.progress = 0.0
            if life.attempt - life.handed_back > MOST_ATTEMPTS:
                error = life.error or f"Rendering did not finish in {MOST_ATTEMPTS} attempts"
                self.end(video_id, Status.FAILED, error, "attempts_used_up")
            else:
                assert video is not None and video.attempt == life.attempt
                life.status, life.job = Status.PROCESSING, "doing"
                hand = Hand(worker, job, video)
                self.everyone.append(hand)
                return hand
        assert video is None
        self.do(self.jobs.job_manager.finish_job(job, JobStatus.SUCCEEDED, delete_job=True))
        life.job = None
        return multiple()

    @rule(hand=hands, progress=st.floats(0, 1, width=32))
    def report(self, hand: Hand, progress: float) -> None:
        """Also one that comes late; and then one that tells less than what is known already."""
        current = self.is_current(hand)
        report = self.step(lambda connection: videos.report_progress(connection, hand.video, progress, "rendering"))
        assert report == current
        if current:
            life = self.lives[hand.video.id]
            life.progress = max(life.progress, progress)
            less = life.progress / 2
            assert self.step(lambda connection: videos.report_progress(connection, hand.video, less, "rendering"))

    @rule(hand=hands)
    def note_failure(self, hand: Hand) -> None:
        """The engine failed, and may be tried again."""
        if self.is_current(hand):
            self.lives[hand.video.id].error = f"attempt {hand.video.attempt}"
        self.step(lambda connection: videos.note_failure(connection, hand.video, f"attempt {hand.video.attempt}"))

    @rule(hand=consumes(hands), dies=st.booleans(), zombie=st.booleans())
    def complete(self, hand: Hand, dies: bool, zombie: bool) -> None:
        for _ in range(1 + zombie):
            current = self.is_current(hand)
            assert self.step(lambda connection: videos.complete(connection, hand.video, RESULT)) == current
            if current:
                self.end(hand.video.id, Status.COMPLETED)
                self.lives[hand.video.id].progress = 1.0
        self.acknowledge(hand, dies)

    @rule(hand=consumes(hands), dies=st.booleans())
    def fail(self, hand: Hand, dies: bool) -> None:
        current = self.is_current(hand)
        assert self.step(lambda connection: videos.fail(connection, hand.video, "broken", "engine_timeout")) == current
        if current:
            self.end(hand.video.id, Status.FAILED, "broken", "engine_timeout")
        self.acknowledge(hand, dies)

    @rule(hand=consumes(hands), dies=st.booleans())
    def hand_back(self, hand: Hand, dies: bool) -> None:
        """The worker is asked to stop."""
        current = self.is_current(hand)
        assert self.step(lambda connection: videos.hand_back(connection, hand.video)) == current
        if current:
            life = self.lives[hand.video.id]
            life.handed_back += 1
            life.progress = 0.0
        self.acknowledge(hand, dies, again=current)

    def acknowledge(self, hand: Hand, dies: bool, *, again: bool = False) -> None:
        """What the worker tells the queue in the end. One that lost its job to another must not, and ends itself."""
        life = self.lives[hand.video.id]
        if not self.owns(hand) or life.job != "doing":
            return
        if dies:
            self.die(hand)
        elif again:
            self.do(self.jobs.job_manager.retry_job(hand.job))
            life.job = "todo"
        else:
            self.do(self.jobs.job_manager.finish_job(hand.job, JobStatus.SUCCEEDED, delete_job=True))
            assert life.status.ended
            life.job = None

    @rule(hand=hands)
    def die(self, hand: Hand) -> None:
        """No more heartbeats: killed, stopped or cut off. The attempt may still go on as a zombie's."""
        hand.dead = True
        self.rows(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour' WHERE id = %s", hand.worker
        )

    # -- recovery ------------------------------------------------------------------------------------------------------

    @precondition(lambda self: any(hand.dead for hand in self.everyone))
    @rule()
    def rescue_stalled(self) -> None:
        self.step(lambda connection: queue.rescue_stalled(connection, self.jobs, 60))
        for video_id, life in self.lives.items():
            latest = [hand for hand in self.everyone if hand.video.id == video_id][-1:]
            if life.job == "doing" and latest and latest[0].dead:
                # Nothing is left to do for a cancelled video; any other is looked at once more.
                life.job = None if life.status is Status.CANCELLED else "todo"

    @rule(target=hands, hand=hands)
    def overtake(self, hand: Hand) -> Any:
        """A worker sleeps for too long and another takes over; the first wakes up at once and tries everything."""
        self.die(hand)
        self.rescue_stalled()
        taken = self.take()
        self.report(hand, 0.75)
        self.note_failure(hand)
        if not self.is_current(hand):
            for late in (
                lambda connection: videos.hand_back(connection, hand.video),
                lambda connection: videos.fail(connection, hand.video, "late", "late"),
                lambda connection: videos.complete(connection, hand.video, RESULT),
            ):
                assert not self.step(late)
        return taken

    @precondition(lambda self: any(life.job in {"todo", "doing"} for life in self.lives.values()))
    @rule(which=st.integers(0, 99))
    def lose(self, which: int) -> None:
        """A job vanishes from the queue."""
        queued = [(video_id, life) for video_id, life in self.lives.items() if life.job in {"todo", "doing"}]
        video_id, life = queued[which % len(queued)]
        self.rows("DELETE FROM procrastinate_jobs WHERE (args->>'video_id')::bigint = %s", video_id)
        life.job = None if life.status.ended else "lost"

    @precondition(lambda self: self.lives)
    @rule()
    def rescue_lost(self) -> None:
        """After the lease; a live worker's attempt that has not told of itself for so long is over as well."""
        self.rows("UPDATE videos SET created_at = now() - interval '1 day', progress_at = now() - interval '1 day'")
        lost = [life for life in self.lives.values() if not life.status.ended and life.job in {"lost", "doing"}]
        assert self.step(lambda connection: queue.rescue_lost(connection, self.jobs, HOUR)) == len(lost)
        assert self.step(lambda connection: queue.rescue_lost(connection, self.jobs, HOUR)) == 0
        for life in lost:
            life.job = "todo"

    # -- what holds after each step ------------------------------------------------------------------------------------

    @invariant()
    def videos_are_what_they_should_be(self) -> None:
        found = {row["id"]: row for row in self.rows("SELECT * FROM videos")}
        assert sorted(found) == [video_id for video_id, life in sorted(self.lives.items()) if not life.deleted]
        for video_id, row in found.items():
            life = self.lives[video_id]
            expected = (life.status, life.attempt, life.handed_back, life.error, life.error_code)
            assert (row["status"], row["attempt"], row["handed_back"], row["error"], row["error_code"]) == expected
            assert life.status is Status.CANCELLED or row["progress"] == pytest.approx(life.progress, rel=1e-6)
            before = self.seen.get(video_id, Status.PENDING)
            assert life.status is before or life.status in MOVES[before]
            self.seen[video_id] = life.status
        pictures = self.rows("SELECT video_id FROM video_pictures ORDER BY 1")
        assert [row["video_id"] for row in pictures] == [
            video_id for video_id, life in sorted(self.lives.items()) if not life.status.ended
        ]

    @invariant()
    def money_adds_up(self) -> None:
        assert self.audit() == []
        for account, (available, held) in self.wallets.items():
            wallet = self.do(credits.balance(self.reader, account))
            assert wallet == credits.Wallet(available, held)
        settled = self.rows("SELECT video_id FROM ledger_transactions WHERE kind IN ('capture', 'release') ORDER BY 1")
        assert [row["video_id"] for row in settled] == [
            video_id for video_id, life in sorted(self.lives.items()) if life.status.ended
        ]

    @invariant()
    def the_queue_holds_what_it_should(self) -> None:
        rows = self.rows(
            "SELECT (args->>'video_id')::bigint AS id, status::text AS job FROM procrastinate_jobs ORDER BY 1"
        )
        assert [(row["id"], row["job"]) for row in rows] == [
            (video_id, life.job) for video_id, life in sorted(self.lives.items()) if life.job in {"todo", "doing"}
        ]

    def finish(self) -> None:
        """Every accepted video can still be ended: all workers die, the rest is found, taken and done."""
        if not hasattr(self, "everyone"):
            return
        for hand in self.everyone:
            self.die(hand)
        self.rescue_stalled()
        self.rescue_lost()
        while any(life.job == "todo" for life in self.lives.values()):
            hand = self.take()
            self.videos_are_what_they_should_be()
            if isinstance(hand, Hand):
                self.complete(hand, dies=False, zombie=False)
        self.videos_are_what_they_should_be()
        self.money_adds_up()
        assert all(life.status.ended for life in self.lives.values())
        assert self.rows("SELECT * FROM procrastinate_jobs") == []


def test_the_life_of_a_job(template: str) -> None:
    walk(lambda: Lives(template), examples=15, steps=30)


class Scripted(Slot):
    """A slot whose rendering is a script, so that a test says what happens meanwhile."""

    def __init__(self, runtime: Runtime, script: Callable[[Video], Awaitable[Result]]) -> None:
        super().__init__(runtime)
        self._script = script
        self.gave_way = False

    async def _make(self, video: Video) -> Result:
        return await self._script(video)

    async def _give_way(self, video: Video) -> None:
        self.gave_way = True


@pytest.mark.parametrize("error", [EngineFailed("it broke"), EngineRefused("it cannot"), EngineTimeout(1)])
async def test_an_engine_that_fails_past_its_workers_time_harms_nothing(
    runtime: Runtime, make_account: MakeAccount, error: EngineFailed
) -> None:
    """The worker slept while another completed the video: it must neither run it again nor delete its files."""
    account, _ = await make_account()
    async with runtime.transaction() as connection:
        submission = Submission("prompttovideo", VideoSpec("A street", 640, 360), 1)
        accepted = await videos.submit(
            connection, runtime.queue, runtime.settings, account, submission, runtime.clock()
        )
    key = f"{videos.files_prefix(accepted.video)}2/video.mp4"

    async def overtaken(late: Video) -> Result:
        async with runtime.transaction() as connection:
            current = await videos.start(connection, late.id, 3)
            assert current is not None
            assert await videos.complete(connection, current, replace(RESULT, video_key=key))
        await runtime.storage.put(key, b"video", "video/mp4")
        raise error

    slot = Scripted(runtime, overtaken)
    await slot._attempt(accepted.video.id)
    assert slot.gave_way
    assert (await runtime.storage.head(key)).size == 5
    assert (await runtime.video(account.id, accepted.video.id)).status is Status.COMPLETED


# -- Batch -------------------------------------------------------------------------------------------------------------


class LoadFailed(Exception):
    """What a load raises."""


@dataclass
class Asked:
    """A caller: the task that waits, and the number of the newest load that had begun when it asked."""

    key: int
    task: "asyncio.Task[tuple[int, int] | None]"
    begun: int
    cancelled: bool = False


class Shared(RuleBasedStateMachine):
    """Many callers of one Batch; the test decides when each load ends, and how."""

    LARGEST = 3

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.batch: Batch[int, tuple[int, int]] = Batch(self.load, largest=self.LARGEST)
        self.asked: list[Asked] = []
        self.begun = 0
        self.loading: list[int] = []
        self.gate: asyncio.Future[BaseException | None] | None = None
        self.failed: dict[int, type[BaseException]] = {}

    async def load(self, keys: list[int]) -> dict[int, tuple[int, int]]:
        """Answers even keys with themselves and the number of the load; odd ones do not exist."""
        assert self.gate is None, "two loads at a time"
        assert 1 <= len(keys) <= self.LARGEST and len(set(keys)) == len(keys)
        self.begun += 1
        number, self.loading = self.begun, keys
        self.gate = self.loop.create_future()
        error = await self.gate
        self.gate = None
        if error:
            self.failed[number] = type(error)
            raise error
        return {key: (key, number) for key in keys if key % 2 == 0}

    def settle(self) -> None:
        """Let everything run that can."""

        async def rounds() -> None:
            for _ in range(10):
                await asyncio.sleep(0)

        self.loop.run_until_complete(rounds())

    @rule(keys=st.lists(st.integers(0, 5), min_size=1, max_size=6), now=st.booleans())
    def ask(self, keys: list[int], now: bool) -> None:
        for key in keys:
            self.asked.append(Asked(key, self.loop.create_task(self.batch.get(key)), self.begun))
        if now:
            self.settle()

    @precondition(lambda self: self.asked)
    @rule(which=st.integers(0, 99))
    def go_away(self, which: int) -> None:
        """A caller gives up; the others that wait for the same key must not notice."""
        caller = self.asked[which % len(self.asked)]
        caller.cancelled = caller.task.cancel() or caller.cancelled
        self.settle()

    @precondition(lambda self: self.gate is not None)
    @rule(error=st.sampled_from([None, None, LoadFailed, asyncio.CancelledError]))
    def end_load(self, error: type[BaseException] | None) -> None:
        assert self.gate is not None
        self.gate.set_result(error() if error else None)
        self.settle()

    @invariant()
    def answers_are_right_and_fresh(self) -> None:
        for caller in [caller for caller in self.asked if caller.task.done()]:
            self.asked.remove(caller)
            if caller.task.cancelled():
                assert caller.cancelled or asyncio.CancelledError in self.failed.values()
            elif caller.task.exception():
                number = max((number for number in self.failed), default=0)
                assert number > caller.begun, "an error of a load that began before the question"
            elif caller.key % 2:
                assert caller.task.result() is None
            else:
                key, number = caller.task.result() or (None, 0)
                assert key == caller.key and number > caller.begun

    def teardown(self) -> None:
        """Nobody waits for ever."""
        for _ in range(20):
            self.settle()
            if self.gate:
                self.end_load(None)
            self.answers_are_right_and_fresh()
        assert self.asked == []
        self.loop.close()


def test_a_batch_answers_each_caller_with_what_is_newer_than_the_question() -> None:
    walk(Shared, examples=80, steps=30)
