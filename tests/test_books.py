"""Accounts, ledger, counters, queue and the story of a video, on a real database."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from promptreel import accounts, credits, idempotency, limits, queue, videos
from promptreel.accounts import Account
from promptreel.db.pool import Connection
from promptreel.engine_config import POOL
from promptreel.errors import (
    EmailTaken,
    IdempotencyMismatch,
    IdempotencyRunning,
    InsufficientCredits,
    InvalidInput,
    InvalidToken,
    NoCapacity,
    NotFound,
    PromptRefused,
    QuotaExceeded,
    VideoNotFound,
)
from promptreel.runtime import Runtime
from promptreel.settings import Settings
from promptreel.spec import Status, VideoSpec
from promptreel.videos import Accepted, Result, Submission

from .conftest import MakeAccount

SPEC = VideoSpec("A beautiful sunset over the ocean", 640, 360)
RESULT = Result("a/video.mp4", "a/thumbnail.jpg", "a/sheet.jpg", 1000, 8.0, 4.0, {"coverage": 1.0})


async def submit(runtime: Runtime, account: Account, price: int = 1, **spec: object) -> Accepted:
    async with runtime.transaction() as connection:
        submission = Submission("prompttovideo", VideoSpec(**{**SPEC.as_dict(), **spec}), price)
        return await videos.submit(connection, runtime.queue, runtime.settings, account, submission, runtime.clock())


# -- accounts and tokens -----------------------------------------------------------------------------------------------


async def test_an_email_is_taken_in_any_case(connection: Connection) -> None:
    await accounts.create_account(connection, "Ada@example.com")
    with pytest.raises(EmailTaken):
        await accounts.create_account(connection, "ada@EXAMPLE.com")
    assert (await accounts.find_account(connection, "ADA@example.com")).email == "Ada@example.com"


@pytest.mark.parametrize("email", ["", "a", "a@", "@b", "a b@c", "a@b\n", "a@" + "b" * 300, "a\0@b.c"])
async def test_what_is_no_address_is_refused(connection: Connection, email: str) -> None:
    with pytest.raises(InvalidInput):
        await accounts.create_account(connection, email)


async def test_tokens_are_stored_hashed_and_end_at_once(runtime: Runtime, make_account: MakeAccount) -> None:
    account, token = await make_account()
    assert (await runtime.caller(token)).account == account
    async with runtime.transaction() as connection:
        stored = await (await connection.execute("SELECT * FROM tokens")).fetchall()
        assert token not in str(stored)
        (kept,) = await accounts.list_tokens(connection, account.id)
        assert kept.last_four == token[-4:] and kept.last_used_at is not None
        await accounts.revoke_token(connection, account.id, kept.id)
    with pytest.raises(InvalidToken):
        await runtime.caller(token)


async def test_a_token_of_another_account_cannot_be_revoked(connection: Connection, make_account: MakeAccount) -> None:
    mine, _ = await make_account()
    other, _ = await make_account()
    (token,) = await accounts.list_tokens(connection, other.id)
    with pytest.raises(NotFound):
        await accounts.revoke_token(connection, mine.id, token.id)


async def test_an_expired_token_is_refused(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    async with runtime.transaction() as connection:
        _, text = await accounts.create_token(
            connection, account.id, expires_at=datetime.now(UTC) - timedelta(seconds=1)
        )
    with pytest.raises(InvalidToken):
        await runtime.caller(text)


def test_a_checksum_catches_every_single_change() -> None:
    token = accounts.make_token()
    assert accounts.looks_like_token(token)
    for place in range(len(token)):
        changed = token[:place] + ("a" if token[place] != "a" else "b") + token[place + 1 :]
        assert not accounts.looks_like_token(changed)


# -- quota -------------------------------------------------------------------------------------------------------------


async def test_exactly_the_limit_passes_under_concurrency(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account(tier="free")
    answers = await asyncio.gather(*(runtime.count_call(account) for _ in range(37)), return_exceptions=True)
    passed = [answer for answer in answers if isinstance(answer, limits.Quota)]
    refused = [answer for answer in answers if isinstance(answer, QuotaExceeded)]
    assert sorted(quota.used for quota in passed) == list(range(1, 11))
    assert len(refused) == 27 and refused[0].data["quota"].remaining == 0


async def test_a_higher_tier_counts_on_from_where_it_was(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account(tier="free")
    for _ in range(10):
        await runtime.count_call(account)
    with pytest.raises(QuotaExceeded):
        await runtime.count_call(account)
    risen = Account(account.id, account.email, "basic", False, account.created_at)
    assert (await runtime.count_call(risen)).used == 11


async def test_a_new_day_starts_at_zero_and_enterprise_never_ends(
    connection: Connection, make_account: MakeAccount
) -> None:
    account, _ = await make_account(tier="free")
    today = datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC)
    assert await limits.count_calls(connection, [(account.id, "free")] * 99, today) == {account.id: (0, 10)}
    assert await limits.count_calls(connection, [(account.id, "free")], today + timedelta(seconds=1)) == {
        account.id: (0, 1)
    }
    assert await limits.count_calls(connection, [(account.id, "enterprise")] * 99, today) == {account.id: (10, 109)}
    assert limits.make_quota("free", 10, today).reset_at == datetime(2026, 3, 2, tzinfo=UTC)


# -- ledger ------------------------------------------------------------------------------------------------------------


async def test_the_database_refuses_to_change_the_ledger(connection: Connection, make_account: MakeAccount) -> None:
    await make_account(credits=5)
    for statement in (
        "UPDATE ledger_entries SET amount = amount + 1",
        "DELETE FROM ledger_transactions",
        "TRUNCATE ledger_entries",
        "UPDATE ledger_transactions SET reason = 'x'",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            await connection.execute(statement)


async def test_entries_that_do_not_add_up_cannot_be_committed(
    connection: Connection, make_account: MakeAccount
) -> None:
    account, _ = await make_account(credits=5)
    with pytest.raises(psycopg.errors.CheckViolation):
        await connection.execute(
            """WITH t AS (INSERT INTO ledger_transactions (kind, key, account_id, actor) VALUES ('grant', 'x', %s, 'x')
                          RETURNING id)
               INSERT INTO ledger_entries SELECT id, 1, 'granted', -1 FROM t""",
            [account.id],
        )


async def test_concurrent_holds_never_overdraw(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account(credits=20)
    answers = await asyncio.gather(*(submit(runtime, account, price=3) for _ in range(12)), return_exceptions=True)
    accepted = [answer for answer in answers if isinstance(answer, Accepted)]
    refused = [answer for answer in answers if isinstance(answer, InsufficientCredits)]
    assert len(accepted) == 6 and len(refused) == 6
    assert {(error.required, error.available) for error in refused} == {(3, 2)}
    async with runtime.pool.connection() as connection:
        assert await credits.balance(connection, account.id) == credits.Wallet(2, 18)
        assert await credits.audit(connection) == []
        rows = await (await connection.execute("SELECT count(*) AS n FROM procrastinate_jobs")).fetchone()
    assert rows and rows["n"] == 6


async def test_a_grant_with_the_same_key_is_one_grant(connection: Connection, make_account: MakeAccount) -> None:
    account, _ = await make_account(credits=0)
    assert await credits.grant(connection, account.id, 5, "stripe:1", "test")
    assert not await credits.grant(connection, account.id, 5, "stripe:1", "test")
    assert await credits.balance(connection, account.id) == credits.Wallet(5, 0)
    with pytest.raises(InvalidInput):
        await credits.grant(connection, account.id, 0, "zero", "test")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE wallets SET available = available + 1",
        "UPDATE wallets SET held = held + 1",
        "UPDATE videos SET price = price + 1",
        "UPDATE videos SET status = 'completed'",
        "DELETE FROM videos",
        "DELETE FROM wallets",
        "ALTER TABLE ledger_entries DISABLE TRIGGER ALL; UPDATE ledger_entries SET amount = amount * 2 WHERE line = 1",
        "ALTER TABLE ledger_entries DISABLE TRIGGER ALL; UPDATE ledger_entries SET book = 'revenue' WHERE line = 2",
        "ALTER TABLE ledger_transactions DISABLE TRIGGER ALL; UPDATE ledger_transactions SET kind = 'grant'",
    ],
)
async def test_the_audit_sees_every_difference(
    runtime: Runtime, connection: Connection, make_account: MakeAccount, damage: str
) -> None:
    account, _ = await make_account()
    await submit(runtime, account)
    assert await credits.audit(connection) == []
    for statement in damage.split(";"):
        await connection.execute(statement)  # type: ignore[arg-type]
    assert await credits.audit(connection) != []


# -- the life of a video -----------------------------------------------------------------------------------------------


async def test_a_completed_video_is_paid_once(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account(credits=10)
    video_id = (await submit(runtime, account, price=3)).video.id
    async with runtime.transaction() as connection:
        video = await videos.start(connection, video_id, 3)
        assert video is not None and video.status is Status.PROCESSING and video.attempt == 1
        assert await videos.complete(connection, video, RESULT)
        assert not await videos.complete(connection, video, RESULT)
        assert not await videos.fail(connection, video, "late", "late")
        assert await videos.start(connection, video_id, 3) is None
        assert await credits.balance(connection, account.id) == credits.Wallet(7, 0)
    async with runtime.pool.connection() as connection:
        assert await credits.audit(connection) == []


async def test_a_worker_past_its_time_is_fenced_off(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account(credits=10)
    video_id = (await submit(runtime, account)).video.id
    async with runtime.transaction() as connection:
        late = await videos.start(connection, video_id, 3)
        current = await videos.start(connection, video_id, 3)
        assert late and current
        assert not await videos.report_progress(connection, late, 0.5, "rendering")
        assert not await videos.complete(connection, late, RESULT)
        assert not await videos.fail(connection, late, "x", "x")
        assert await videos.report_progress(connection, current, 0.5, "rendering")
        assert await videos.complete(connection, current, RESULT)


async def test_attempts_are_counted_but_not_those_handed_back(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account(credits=10)
    video_id = (await submit(runtime, account, price=3)).video.id
    async with runtime.transaction() as connection:
        for _ in range(5):
            video = await videos.start(connection, video_id, 3)
            assert video
            assert await videos.hand_back(connection, video)
        for _ in range(3):
            assert await videos.start(connection, video_id, 3)
        assert await videos.start(connection, video_id, 3) is None
    video = await runtime.video(account.id, video_id)
    assert (video.status, video.error_code) == (Status.FAILED, "attempts_used_up")
    async with runtime.pool.connection() as connection:
        assert await credits.balance(connection, account.id) == credits.Wallet(10, 0)
        assert await credits.audit(connection) == []


async def test_cancelling_gives_the_credits_back_and_withdraws_the_job(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    account, _ = await make_account(credits=10)
    other, _ = await make_account()
    video_id = (await submit(runtime, account, price=3)).video.id
    async with runtime.transaction() as connection:
        with pytest.raises(VideoNotFound):
            await videos.cancel(connection, runtime.queue, other.id, video_id)
        with pytest.raises(VideoNotFound):
            await videos.delete(connection, account.id, video_id)  # not ended yet
        assert await videos.cancel(connection, runtime.queue, account.id, video_id)
        assert await videos.cancel(connection, runtime.queue, account.id, video_id) is None
        assert await credits.balance(connection, account.id) == credits.Wallet(10, 0)
        jobs = await (await connection.execute("SELECT count(*) AS n FROM procrastinate_jobs")).fetchone()
        assert jobs and jobs["n"] == 0
        with pytest.raises(VideoNotFound):
            await videos.delete(connection, other.id, video_id)
        await videos.delete(connection, account.id, video_id)
    async with runtime.pool.connection() as connection:
        assert await credits.audit(connection) == []


async def test_nothing_is_left_of_what_is_refused(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account(credits=2)
    strict = Settings(**{**runtime.settings.model_dump(), "blocked_words": ("ocean",), "max_pending": 1})
    with pytest.raises(InsufficientCredits):
        await submit(runtime, account, price=3)
    submission = Submission("prompttovideo", SPEC, 1)
    with pytest.raises(PromptRefused):
        async with runtime.transaction() as connection:
            await videos.submit(connection, runtime.queue, strict, account, submission, runtime.clock())
    await submit(runtime, account)
    fine = Submission("prompttovideo", VideoSpec("A street", 640, 360), 1)
    with pytest.raises(NoCapacity):
        async with runtime.transaction() as connection:
            await videos.submit(connection, runtime.queue, strict, account, fine, runtime.clock())
    async with runtime.pool.connection() as connection:
        assert await credits.balance(connection, account.id) == credits.Wallet(1, 1)
        for table in ("videos", "procrastinate_jobs"):
            rows = await (await connection.execute(f"SELECT count(*) AS n FROM {table}")).fetchone()  # type: ignore[arg-type]
            assert rows and rows["n"] == 1


async def test_idempotency_keys_belong_to_the_accepting_transaction(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    account, _ = await make_account()
    async with runtime.transaction() as connection:
        assert await idempotency.claim(connection, account.id, "generate", "k", b"1") is None
        async with runtime.transaction() as second:
            with pytest.raises(IdempotencyRunning):
                await idempotency.claim(second, account.id, "generate", "k", b"1")
        await idempotency.remember(connection, account.id, "generate", "k", {"video_id": 1})
    async with runtime.transaction() as connection:
        assert await idempotency.claim(connection, account.id, "generate", "k", b"1") == {"video_id": 1}
        assert await idempotency.replay(connection, account.id, "other", "k", b"1") is None
        with pytest.raises(IdempotencyMismatch):
            await idempotency.replay(connection, account.id, "generate", "k", b"2")


# -- order, position, estimate -----------------------------------------------------------------------------------------


async def test_shares_follow_tiers_and_a_burst_holds_up_only_its_own_account(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    heavy, _ = await make_account(tier="free", credits=100)
    paying, _ = await make_account(tier="pro", credits=100)
    late, _ = await make_account(tier="free", credits=100)
    for _ in range(30):
        await submit(runtime, heavy)
    for _ in range(8):
        await submit(runtime, paying)
    first_of_late = await submit(runtime, late)
    assert first_of_late.position <= 6  # next to the heavy account's first, behind four of the paying one
    order = await start_all(runtime)
    paid = [place for place, account in enumerate(order) if account == paying.id]
    assert max(paid) < 12  # eight videos at weight 4 are through after two rounds of the others


async def start_all(runtime: Runtime) -> list[int]:
    """The accounts of all waiting videos in the order in which Procrastinate hands them out."""
    order = []
    async with runtime.transaction() as connection:
        worker = await runtime.queue.job_manager.register_worker()
        while job := await runtime.queue.job_manager.fetch_job(queues=None, worker_id=worker):
            video = await videos.start(connection, job.task_kwargs["video_id"], 3)
            assert video
            order.append(video.account_id)
    return order


async def test_positions_are_the_order_that_is_followed(runtime: Runtime, make_account: MakeAccount) -> None:
    pairs = [await make_account(tier=tier, credits=100) for tier in ("free", "basic", "pro", "enterprise")]
    for turn in range(6):
        for account, _ in pairs[: 1 + turn % 4]:
            await submit(runtime, account, quality="premium" if turn % 2 else "free")
    expected = {}
    async with runtime.pool.connection() as connection:
        for account, _ in pairs:
            for each in await videos.waiting(connection, account.id, runtime.settings):
                expected[each.position] = account.id
    assert sorted(expected) == list(range(1, len(expected) + 1))
    assert await start_all(runtime) == [expected[position] for position in sorted(expected)]


async def test_an_accepted_position_is_what_the_queue_says(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account(credits=100)
    for count in range(1, 4):
        accepted = await submit(runtime, account)
        assert accepted.position == count
        async with runtime.pool.connection() as connection:
            last = (await videos.waiting(connection, account.id, runtime.settings))[-1]
        assert last.position == accepted.position
        assert last.estimated_seconds == pytest.approx(accepted.estimated_seconds, rel=1e-3)


async def test_moving_the_base_changes_no_order(runtime: Runtime, make_account: MakeAccount) -> None:
    pairs = [await make_account(tier=tier, credits=100) for tier in ("free", "pro")]
    for _ in range(3):
        for account, _ in pairs:
            await submit(runtime, account)
    async with runtime.transaction() as connection:
        # As a clock stands after years: `started` would not move it past the videos that wait.
        await connection.execute(
            """INSERT INTO queue_clocks (pool, virtual_time) VALUES (%s, 50)
               ON CONFLICT (pool) DO UPDATE SET virtual_time = excluded.virtual_time""",
            [POOL],
        )
        assert await queue.rebase(connection, POOL, at=50)
        assert not await queue.rebase(connection, POOL, at=50)
    await submit(runtime, pairs[1][0])
    async with runtime.pool.connection() as connection:
        by_tag = await (await connection.execute("SELECT id FROM videos ORDER BY tag, job_id")).fetchall()
        by_priority = await (
            await connection.execute(
                "SELECT (args->>'video_id')::int AS id FROM procrastinate_jobs ORDER BY priority DESC, id"
            )
        ).fetchall()
    assert by_tag == by_priority


async def test_estimates_learn_from_measured_renders(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    before = (await submit(runtime, account)).estimated_seconds
    async with runtime.pool.connection() as connection:
        await connection.execute(
            """INSERT INTO render_times (engine, quality, video_seconds, render_seconds)
               SELECT 'scenes', 'free', 8, 800 FROM generate_series(1, 31)"""
        )
    assert (await submit(runtime, account)).estimated_seconds == pytest.approx(before + 800)


# -- recovery ----------------------------------------------------------------------------------------------------------


async def test_a_lost_job_is_queued_again_once(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    accepted = await submit(runtime, account)
    async with runtime.transaction() as connection:
        await videos.start(connection, accepted.video.id, 3)
        assert await queue.rescue_lost(connection, runtime.queue, 60) == 0
        await connection.execute("UPDATE videos SET progress_at = now() - interval '2 minutes'")
        await connection.execute("DELETE FROM procrastinate_jobs")
        assert await queue.rescue_lost(connection, runtime.queue, 60) == 1
        assert await queue.rescue_lost(connection, runtime.queue, 60) == 0
        job = await (await connection.execute("SELECT id, status FROM procrastinate_jobs")).fetchone()
    assert job and job["status"] == "todo"
    assert (await runtime.video(account.id, accepted.video.id)).job_id == job["id"]


async def test_waiting_is_told_of_the_end_without_polling(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    video_id = (await submit(runtime, account)).video.id
    await asyncio.wait_for(runtime.events.listening.wait(), 30)
    waiter = asyncio.create_task(runtime.wait_for_end(account.id, video_id, 30))
    await asyncio.sleep(0.1)
    async with runtime.transaction() as connection:
        video = await videos.start(connection, video_id, 3)
        assert video
        await videos.complete(connection, video, RESULT)
    assert (await asyncio.wait_for(waiter, 20)).status is Status.COMPLETED
    still = (await submit(runtime, account)).video.id
    assert (await runtime.wait_for_end(account.id, still, 0.05)).status is Status.PENDING
