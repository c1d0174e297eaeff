"""What operators see and do, over all accounts. Everything done here is in the audit log, in the transaction that does it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import procrastinate
from psycopg.types.json import Jsonb

from promptreel import audit, credits, moderation, plans, videos
from promptreel.accounts import ACCOUNT_COLUMNS, Account, as_account
from promptreel.db.pool import Connection
from promptreel.errors import InvalidInput, NotFound, PromptreelError
from promptreel.plans import TIERS
from promptreel.settings import Settings
from promptreel.spec import Status
from promptreel.videos import Submission, Video, as_video


class NotRetryable(PromptreelError):
    """Only a failed or cancelled video that was made from a prompt alone can be tried again"""

    slug = "not_retryable"


class LastOperator(PromptreelError):
    """You are the last who runs this place; make somebody else an operator first"""

    slug = "last_operator"


# -- accounts ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Overview:
    """An account in the list of all."""

    account: Account
    available: int
    held: int
    videos: int
    unfinished: int
    calls_today: int
    last_video_at: datetime | None


async def list_accounts(
    connection: Connection, now: datetime, search: str = "", before: int | None = None, limit: int = 50
) -> list[Overview]:
    """Accounts, newest first; `search` is part of an address, `before` an id to go on from there.

    Videos are counted for the accounts of the page only.
    """
    cursor = await connection.execute(
        f"""WITH page AS (
                SELECT {ACCOUNT_COLUMNS} FROM accounts
                 WHERE NOT internal AND (%(before)s::bigint IS NULL OR id < %(before)s)
                   AND (%(search)s = '' OR strpos(lower(email), lower(%(search)s)) > 0)
                 ORDER BY id DESC LIMIT %(limit)s)
            SELECT page.*, coalesce(w.available, 0) AS available, coalesce(w.held, 0) AS held,
                   coalesce(d.used, 0) AS calls_today, v.videos, v.unfinished, v.last_video_at
              FROM page LEFT JOIN wallets w ON w.account_id = page.id
              LEFT JOIN usage_days d ON d.account_id = page.id AND d.day = %(day)s
             CROSS JOIN LATERAL (SELECT count(*) AS videos,
                                        count(*) FILTER (WHERE status IN ('pending', 'processing')) AS unfinished,
                                        max(created_at) AS last_video_at
                                   FROM videos WHERE account_id = page.id) v
             ORDER BY page.id DESC""",
        {"before": before, "search": search, "limit": limit, "day": now.date()},
    )
    return [
        Overview(as_account(row), *(row[name] for name in list(Overview.__dataclass_fields__)[1:]))
        for row in await cursor.fetchall()
    ]


async def find_overview(connection: Connection, now: datetime, account_id: int) -> Overview:
    """One account. Errors: `NotFound`."""
    found = await list_accounts(connection, now, before=account_id + 1, limit=1)
    if not found or found[0].account.id != account_id:
        raise NotFound
    return found[0]


async def set_tier(connection: Connection, operator: Account, account_id: int, tier: str) -> None:
    """Put an account on another tier. Errors: `InvalidInput`, `NotFound`."""
    if tier not in TIERS:
        raise InvalidInput("There is no tier {tier}", param="tier", tier=tier)
    cursor = await connection.execute(
        """UPDATE accounts new SET tier = %s FROM (SELECT id, tier FROM accounts WHERE id = %s FOR UPDATE) old
            WHERE new.id = old.id RETURNING old.tier AS before""",
        [tier, account_id],
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotFound
    await audit.record(connection, operator, "account.tier", account_id=account_id, before=row["before"], after=tier)


async def grant(connection: Connection, operator: Account, account_id: int, amount: int, reason: str, key: str) -> bool:
    """Give credits, once for each `key`. Errors: `InvalidInput`, `NotFound`."""
    if not reason.strip() or len(reason) > 500:
        raise InvalidInput("Say why, in at most 500 characters", param="reason")
    cursor = await connection.execute("SELECT FROM accounts WHERE id = %s FOR KEY SHARE", [account_id])
    if await cursor.fetchone() is None:
        raise NotFound
    new = await credits.grant(connection, account_id, amount, f"operator:{key}", operator.email, reason)
    if new:
        await audit.record(connection, operator, "account.credits", account_id=account_id, amount=amount, reason=reason)
    return new


async def set_suspended(connection: Connection, operator: Account, account_id: int, suspended: bool) -> None:
    """Lock an account out, or let it in again. Its sessions end; its videos go on. Errors: `NotFound`, `LastOperator`."""
    if suspended:
        await keep_an_operator(connection, account_id)
    cursor = await connection.execute(
        "UPDATE accounts SET suspended_at = CASE WHEN %s THEN coalesce(suspended_at, now()) END WHERE id = %s",
        [suspended, account_id],
    )
    if not cursor.rowcount:
        raise NotFound
    if suspended:
        await connection.execute("DELETE FROM sessions WHERE account_id = %s", [account_id])
    await audit.record(
        connection, operator, "account.suspended" if suspended else "account.restored", account_id=account_id
    )


async def set_operator(connection: Connection, operator: Account, account_id: int, runs_the_place: bool) -> None:
    """Make an account an operator, or no longer one. Errors: `NotFound`, `LastOperator`."""
    if not runs_the_place:
        await keep_an_operator(connection, account_id)
    cursor = await connection.execute("UPDATE accounts SET operator = %s WHERE id = %s", [runs_the_place, account_id])
    if not cursor.rowcount:
        raise NotFound
    await audit.record(
        connection, operator, "operator.made" if runs_the_place else "operator.unmade", account_id=account_id
    )


async def keep_an_operator(connection: Connection, without: int) -> None:
    """Errors: `LastOperator` where nobody else runs the place.

    Locks them all in one order: of two who go at the same time one stays.
    """
    cursor = await connection.execute(
        "SELECT id FROM accounts WHERE operator AND suspended_at IS NULL ORDER BY id FOR UPDATE"
    )
    operators = {row["id"] for row in await cursor.fetchall()}
    if operators <= {without}:
        raise LastOperator


# -- jobs --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Job:
    """A video in the list of all."""

    video: Video
    email: str
    tier: str
    host: str | None
    """Of the worker that renders it."""


@dataclass(frozen=True, slots=True)
class JobFilter:
    """What the list of all jobs is narrowed down to; empty words narrow nothing."""

    status: str = ""
    quality: str = ""
    engine: str = ""
    search: str = ""
    """Part of the prompt or of the account's address, or a video's number."""


async def list_jobs(connection: Connection, wanted: JobFilter, before: int | None = None, limit: int = 50) -> list[Job]:
    """Videos of all accounts, newest first; `before` an id to go on from there."""
    columns = ", ".join(f"v.{name}" for name in Video.__dataclass_fields__)
    cursor = await connection.execute(
        f"""SELECT {columns}, a.email, a.tier,
                   (SELECT max(s.host) FROM worker_slots s WHERE s.video_id = v.id AND v.status = 'processing') AS host
              FROM videos v JOIN accounts a ON a.id = v.account_id
             WHERE (%(before)s::bigint IS NULL OR v.id < %(before)s)
               AND (%(status)s = '' OR v.status = %(status)s) AND (%(quality)s = '' OR v.quality = %(quality)s)
               AND (%(engine)s = '' OR v.spec ->> 'engine' = %(engine)s)
               AND (%(search)s = '' OR strpos(lower(v.prompt), lower(%(search)s)) > 0
                    OR strpos(lower(a.email), lower(%(search)s)) > 0 OR v.id::text = %(search)s)
             ORDER BY v.id DESC LIMIT %(limit)s""",
        {
            "before": before,
            "status": wanted.status,
            "quality": wanted.quality,
            "engine": wanted.engine,
            "search": wanted.search.strip(),
            "limit": limit,
        },
    )
    return [Job(as_video(row), row["email"], row["tier"], row["host"]) for row in await cursor.fetchall()]


async def find_job(connection: Connection, video_id: int) -> Job:
    """One video of anybody. Errors: `NotFound`."""
    found = await list_jobs(connection, JobFilter(), before=video_id + 1, limit=1)
    if not found or found[0].video.id != video_id:
        raise NotFound
    return found[0]


async def cancel(connection: Connection, jobs: procrastinate.App, operator: Account, video_id: int) -> bool:
    """Cancel anybody's video; False where it has ended. Errors: `NotFound`."""
    video = (await find_job(connection, video_id)).video
    cancelled = await videos.cancel(connection, jobs, video.account_id, video_id)
    if cancelled is not None:
        await audit.record(connection, operator, "video.cancelled", account_id=video.account_id, video_id=video_id)
    return cancelled is not None


async def retry(
    connection: Connection,
    jobs: procrastinate.App,
    settings: Settings,
    operator: Account,
    video_id: int,
    now: datetime,
) -> Video:
    """Make a video that failed or was cancelled again, as a new one of the same account at the same price.

    Its credits came back when it ended, so they are held anew. A second try finds the video of the first: the account pays
    for one. Errors: `NotFound`, `NotRetryable`, those of `submit`.
    """
    await connection.execute("SELECT FROM videos WHERE id = %s FOR UPDATE", [video_id])
    job = await find_job(connection, video_id)
    video = job.video
    if video.status not in {Status.FAILED, Status.CANCELLED} or (
        # Its pictures went when it ended.
        video.spec.has_image or video.spec.has_last_image
    ):
        raise NotRetryable
    cursor = await connection.execute(
        """SELECT v.id FROM audit_log l JOIN videos v ON v.id = (l.detail ->> 'new_video')::bigint
            WHERE l.account_id = %s AND l.video_id = %s AND l.action = 'video.retried'""",
        [video.account_id, video_id],
    )
    if row := await cursor.fetchone():
        return (await find_job(connection, row["id"])).video
    cursor = await connection.execute(f"SELECT {ACCOUNT_COLUMNS} FROM accounts WHERE id = %s", [video.account_id])
    account = as_account(await cursor.fetchone() or {})
    again = Submission(
        video.dialect, replace(video.spec), video.price, metadata=video.metadata, webhook_url=video.webhook_url
    )
    accepted = await videos.submit(connection, jobs, settings, account, again, now)
    await audit.record(
        connection, operator, "video.retried", account_id=account.id, video_id=video_id, new_video=accepted.video.id
    )
    return accepted.video


# -- workers, engines, queue -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WorkerSlot:
    """A render slot that was seen in the last day."""

    id: str
    host: str
    pid: int
    pool: str
    engine: str
    draining: bool
    alive: bool
    started_at: datetime
    seen_at: datetime
    video_id: int | None
    prompt: str | None
    progress: float | None
    step: str | None


async def list_slots(connection: Connection, alive_within: float) -> list[WorkerSlot]:
    """Every render slot, those alive first; `alive_within` seconds."""
    cursor = await connection.execute(
        """SELECT s.id::text, s.host, s.pid, s.pool, s.engine, s.draining, s.started_at, s.seen_at,
                  s.seen_at > now() - make_interval(secs => %s) AS alive,
                  v.id AS video_id, v.prompt, v.progress, v.step
             FROM worker_slots s LEFT JOIN videos v ON v.id = s.video_id AND v.status = 'processing'
            ORDER BY alive DESC, s.host, s.started_at""",
        [alive_within],
    )
    return [WorkerSlot(**row) for row in await cursor.fetchall()]


async def set_draining(connection: Connection, operator: Account, slot_id: str, draining: bool) -> None:
    """Let a slot finish what it has and take no more, or take jobs again. Errors: `NotFound`."""
    cursor = await connection.execute(
        "UPDATE worker_slots SET draining = %s WHERE id::text = %s RETURNING host, pid", [draining, slot_id]
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotFound
    action = "worker.drained" if draining else "worker.resumed"
    await audit.record(connection, operator, action, host=row["host"], pid=row["pid"])


@dataclass(frozen=True, slots=True)
class EngineUse:
    """What an engine did with one quality in the last week, and its pace: seconds of rendering per second of video."""

    engine: str
    quality: str
    completed: int
    failed: int
    pace: float | None
    slowest: float | None


async def engine_use(connection: Connection) -> list[EngineUse]:
    """Every engine and quality that was used in the last week."""
    cursor = await connection.execute(
        """WITH made AS (
               SELECT spec ->> 'engine' AS engine, quality, count(*) FILTER (WHERE status = 'completed') AS completed,
                      count(*) FILTER (WHERE status = 'failed') AS failed
                 FROM videos WHERE created_at > now() - interval '7 days' GROUP BY 1, 2),
           times AS (
               SELECT engine, quality, percentile_cont(0.5) WITHIN GROUP (ORDER BY render_seconds / video_seconds) AS pace,
                      max(render_seconds / video_seconds) AS slowest
                 FROM render_times WHERE created_at > now() - interval '7 days' GROUP BY 1, 2)
           SELECT made.*, times.pace, times.slowest FROM made LEFT JOIN times USING (engine, quality) ORDER BY 1, 2"""
    )
    return [EngineUse(**row) for row in await cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class TierQueue:
    """One tier's part of the queue; waits are of videos that started in the last day, in seconds."""

    tier: str
    pending: int
    running: int
    oldest_at: datetime | None
    started: int
    median_wait: float | None
    longest_wait: float | None


async def queue_by_tier(connection: Connection) -> list[TierQueue]:
    """The queue by tier, every tier with a line of its own."""
    cursor = await connection.execute(
        """WITH now_waiting AS (
               SELECT a.tier, count(*) FILTER (WHERE v.status = 'pending') AS pending,
                      count(*) FILTER (WHERE v.status = 'processing') AS running,
                      min(v.created_at) FILTER (WHERE v.status = 'pending') AS oldest_at
                 FROM videos v JOIN accounts a ON a.id = v.account_id
                WHERE v.status IN ('pending', 'processing') GROUP BY a.tier),
           waited AS (
               SELECT a.tier, count(*) AS started,
                      percentile_cont(0.5) WITHIN GROUP (ORDER BY waited) AS median_wait,
                      max(waited) AS longest_wait
                 FROM videos v JOIN accounts a ON a.id = v.account_id
                CROSS JOIN LATERAL (SELECT extract(epoch FROM v.started_at - v.created_at) AS waited) w
                WHERE v.started_at > now() - interval '1 day' GROUP BY a.tier)
           SELECT t.tier, coalesce(n.pending, 0) AS pending, coalesce(n.running, 0) AS running, n.oldest_at,
                  coalesce(w.started, 0) AS started, w.median_wait::float8, w.longest_wait::float8
             FROM unnest(%s::text[]) WITH ORDINALITY AS t (tier, place)
             LEFT JOIN now_waiting n USING (tier) LEFT JOIN waited w USING (tier) ORDER BY t.place""",
        [list(TIERS)],
    )
    return [TierQueue(**row) for row in await cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Totals:
    """The place at a glance."""

    accounts: int
    accounts_today: int
    videos: int
    videos_today: int
    failed_today: int
    pending: int
    processing: int
    oldest_pending_at: datetime | None
    stored_bytes: int
    credits_available: int
    credits_held: int


async def totals(connection: Connection) -> Totals:
    """Sums over everything."""
    cursor = await connection.execute(
        """SELECT (SELECT count(*) FROM accounts WHERE NOT internal) AS accounts,
                  (SELECT count(*) FROM accounts
                    WHERE NOT internal AND created_at > now() - interval '1 day') AS accounts_today,
                  v.*, (SELECT coalesce(sum(available), 0)::bigint FROM wallets) AS credits_available,
                  (SELECT coalesce(sum(held), 0)::bigint FROM wallets) AS credits_held
             FROM (SELECT count(*) AS videos,
                          count(*) FILTER (WHERE created_at > now() - interval '1 day') AS videos_today,
                          count(*) FILTER (WHERE status = 'failed' AND created_at > now() - interval '1 day') AS failed_today,
                          count(*) FILTER (WHERE status = 'pending') AS pending,
                          count(*) FILTER (WHERE status = 'processing') AS processing,
                          min(created_at) FILTER (WHERE status = 'pending') AS oldest_pending_at,
                          coalesce(sum(file_bytes), 0)::bigint AS stored_bytes FROM videos) v"""
    )
    return Totals(**(await cursor.fetchone() or {}))


# -- words, tiers and prices -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BlockedWord:
    """A word that no prompt may hold."""

    word: str
    reason: str
    created_at: datetime


async def list_blocked(connection: Connection) -> list[BlockedWord]:
    """The words that operators have blocked, in order."""
    cursor = await connection.execute("SELECT word, reason, created_at FROM blocked_words ORDER BY word")
    return [BlockedWord(**row) for row in await cursor.fetchall()]


async def block_word(connection: Connection, operator: Account, word: str, reason: str) -> None:
    """Refuse prompts with that word from now on. Errors: `InvalidInput`."""
    word = moderation.plain(word.strip())
    if len(word) > 100 or moderation.words_of(word) != [word] or not any(map(str.isalnum, word)):
        raise InvalidInput("A word has 1 to 100 letters and digits, nothing else", param="word")
    await connection.execute(
        """INSERT INTO blocked_words (word, reason) VALUES (%s, %s)
           ON CONFLICT (word) DO UPDATE SET reason = excluded.reason""",
        [word, reason.strip()[:500]],
    )
    await audit.record(connection, operator, "word.blocked", word=word, reason=reason.strip()[:500])


async def unblock_word(connection: Connection, operator: Account, word: str) -> None:
    """Allow a word again. Errors: `NotFound`."""
    cursor = await connection.execute("DELETE FROM blocked_words WHERE word = %s", [word])
    if not cursor.rowcount:
        raise NotFound
    await audit.record(connection, operator, "word.allowed", word=word)


async def change_plan(
    connection: Connection, operator: Account, kind: str, name: str, changes: Mapping[str, Any]
) -> None:
    """Change a tier or a quality; what equals the default is no change. Every process follows. Errors: `InvalidInput`."""
    plans.check_change(kind, name, changes)
    default = plans.DEFAULTS[kind][name]
    kept = {field: value for field, value in changes.items() if value != getattr(default, field)}
    await connection.execute("DELETE FROM plan_changes WHERE kind = %s AND name = %s", [kind, name])
    if kept:
        await connection.execute(
            "INSERT INTO plan_changes (kind, name, changes) VALUES (%s, %s, %s)", [kind, name, Jsonb(kept)]
        )
    await audit.record(connection, operator, "plan.changed", kind=kind, name=name, changes=dict(changes))
