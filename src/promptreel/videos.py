"""The story of one video: submit, find, list, start, complete, fail, cancel, delete.

Every function takes the connection first and commits nothing: the caller's transaction is the step. A move of status is one
guarded UPDATE; no row back means that someone else was first.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import procrastinate
from psycopg.types.json import Jsonb

from promptreel import credits, previews, queue
from promptreel.accounts import Account
from promptreel.db.pool import Connection
from promptreel.errors import (
    AddressUnverified,
    NoCapacity,
    VideoNotFound,
)
from promptreel.moderation import moderate
from promptreel.settings import Settings
from promptreel.spec import Status, VideoSpec


@dataclass(frozen=True, slots=True)
class Video:
    """A row of `videos`, as everyone above sees it."""

    id: int
    public_id: UUID
    account_id: int
    dialect: str
    status: Status
    prompt: str
    quality: str
    spec: VideoSpec
    metadata: dict[str, str]
    webhook_url: str | None
    price: int
    pool: str
    tag: int
    job_id: int
    estimated_seconds: float
    attempt: int
    handed_back: int
    progress: float
    step: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    error: str | None
    error_code: str | None
    video_key: str | None
    thumbnail_key: str | None
    spritesheet_key: str | None
    file_bytes: int | None
    duration: float | None
    report: dict[str, Any] | None


COLUMNS = ", ".join(Video.__dataclass_fields__)


def as_video(row: dict[str, Any]) -> Video:
    """A video from `COLUMNS`."""
    values = {name: row[name] for name in Video.__dataclass_fields__}
    return Video(**{**values, "status": Status(row["status"]), "spec": VideoSpec.from_dict(row["spec"])})


# -- accepting ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Submission:
    """What a caller wants, validated. `pictures`: by place (`image`, `last_image`), made safe and re-encoded."""

    dialect: str
    spec: VideoSpec
    price: int
    pictures: dict[str, bytes] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    webhook_url: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A video that is in the queue, and what its caller wants to know at once."""

    video: Video
    credits_remaining: int
    position: int
    estimated_seconds: float


INSERT = f"""
    INSERT INTO videos (id, account_id, dialect, prompt, search, quality, spec, metadata, webhook_url, price, pool, tag,
                        job_id, estimated_seconds, created_at, updated_at)
    OVERRIDING SYSTEM VALUE
    VALUES (%(id)s, %(account)s, %(dialect)s, %(prompt)s, %(search)s, %(quality)s, %(spec)s, %(metadata)s, %(webhook)s,
            %(price)s, %(pool)s, %(tag)s, %(job)s, %(seconds)s, %(now)s, %(now)s)
    RETURNING {COLUMNS}
"""


def searchable(text: str) -> str:
    """A text in the form in which it is searched: one form of each letter (NFKC), without case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


async def submit(
    connection: Connection,
    jobs: procrastinate.App,
    settings: Settings,
    account: Account,
    submission: Submission,
    now: datetime,
) -> Accepted:
    """Accept a video: the hold, the video and its queue entry, together or not at all.

    Errors: `AddressUnverified`, `PromptRefused`, `InsufficientCredits`, `NoCapacity`.
    """
    if settings.mail_url and not account.verified:
        raise AddressUnverified
    spec = submission.spec
    moderate(settings, spec.prompt, spec.negative_prompt)
    video_id = await next_id(connection)
    credits_remaining = await credits.hold(connection, account.id, video_id, submission.price)
    pool = settings.engine_config(spec.engine).pool
    turn = await queue.take_turn(connection, account.id, account.tier, pool, spec)
    job_id = await queue.defer(connection, jobs, video_id, pool, turn)
    cursor = await connection.execute(
        INSERT,
        {
            "id": video_id,
            "account": account.id,
            "dialect": submission.dialect,
            "prompt": spec.prompt,
            "search": searchable(spec.prompt),
            "quality": spec.quality,
            "spec": Jsonb(spec.as_dict()),
            "metadata": Jsonb(submission.metadata),
            "webhook": submission.webhook_url,
            "price": submission.price,
            "pool": pool,
            "tag": turn.tag,
            "job": job_id,
            "seconds": turn.seconds,
            "now": now,
        },
    )
    video = as_video(await cursor.fetchone() or {})
    for place, picture in submission.pictures.items():
        await connection.execute(
            "INSERT INTO video_pictures (video_id, place, picture) VALUES (%s, %s, %s)", [video_id, place, picture]
        )
    position, until_done = await queue.place_of(
        connection, video.pool, video.tag, video.job_id, turn.seconds, alive_window(settings)
    )
    if position > settings.max_pending:
        raise NoCapacity
    return Accepted(video, credits_remaining, position, until_done)


async def foresee(
    connection: Connection, settings: Settings, account: Account, quality: str, engine: str, seconds: float
) -> float:
    """Seconds until a video of `seconds` would be done if it were accepted now, by the same estimate that it would get."""
    pool = settings.engine_config(engine).pool
    turn = await queue.next_turn(connection, account.id, account.tier, pool, engine, quality, seconds)
    _, until_done = await queue.place_of(
        connection, pool, turn.tag, queue.LAST_JOB, turn.seconds, alive_window(settings)
    )
    return until_done


async def next_id(connection: Connection) -> int:
    """A new video's number, known before its row so that the hold and the job can name it.

    From here on the transaction shares the lock of the queue's base: `queue.take_turn` needs it since an earlier statement.
    """
    cursor = await connection.execute(
        "SELECT pg_advisory_xact_lock_shared(%s), nextval(pg_get_serial_sequence('videos', 'id')) AS id",
        [queue.BASE_LOCK],
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row["id"])


def alive_window(settings: Settings) -> float:
    """Seconds after which a slot that was not seen no longer counts for estimates."""
    return max(settings.stalled_after, 3 * settings.heartbeat_interval)


# -- reading -----------------------------------------------------------------------------------------------------------


async def find_many(connection: Connection, wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Video]:
    """Videos by (account, id); one of another account is absent, like one that does not exist."""
    accounts, ids = zip(*wanted, strict=True)
    cursor = await connection.execute(
        f"""SELECT {COLUMNS} FROM videos
             WHERE (account_id, id) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[])) AND id = ANY(%s::bigint[])""",
        [list(accounts), list(ids), list(ids)],
    )
    return {(row["account_id"], row["id"]): as_video(row) for row in await cursor.fetchall()}


async def find_by_public_id(connection: Connection, account_id: int, public_id: UUID) -> Video:
    """The account's video with that UUID. Errors: `VideoNotFound`."""
    cursor = await connection.execute(
        f"SELECT {COLUMNS} FROM videos WHERE public_id = %s AND account_id = %s", [public_id, account_id]
    )
    row = await cursor.fetchone()
    if row is None:
        raise VideoNotFound
    return as_video(row)


async def list_page(
    connection: Connection, account_id: int, page: int, per_page: int, status: str | None = None
) -> tuple[list[Video], int]:
    """One page of the account's videos, newest first, and how many there are.

    `status` is a word of the page: `failed` covers cancelled ones, and an unknown word finds nothing.
    """
    words = None if status is None else (["failed", "cancelled"] if status == "failed" else [status])
    if status == "cancelled":  # no word of the page
        return [], 0
    cursor = await connection.execute(
        """SELECT count(*) AS total FROM videos
            WHERE account_id = %(account)s AND (%(words)s::text[] IS NULL OR status = ANY(%(words)s::text[]))""",
        {"account": account_id, "words": words},
    )
    row = await cursor.fetchone()
    total = row["total"] if row else 0
    if (page - 1) * per_page >= total:
        return [], total
    cursor = await connection.execute(
        f"""SELECT {COLUMNS} FROM videos
             WHERE account_id = %(account)s AND (%(words)s::text[] IS NULL OR status = ANY(%(words)s::text[]))
             ORDER BY created_at DESC, id DESC LIMIT %(limit)s OFFSET %(offset)s""",
        {"account": account_id, "words": words, "limit": per_page, "offset": (page - 1) * per_page},
    )
    return [as_video(row) for row in await cursor.fetchall()], total


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pending video with its 1-based place and the seconds until it should be done."""

    video: Video
    position: int
    estimated_seconds: float


@dataclass(frozen=True, slots=True)
class QueueStats:
    """Totals over all accounts, and the caller's own count."""

    total_pending: int
    currently_processing: int
    user_pending_count: int


async def waiting(connection: Connection, account_id: int, settings: Settings, limit: int = 1000) -> list[Waiting]:
    """The account's pending videos in queue order, the first `limit` of them."""
    cursor = await connection.execute(
        f"""SELECT {COLUMNS} FROM videos WHERE status = 'pending' AND account_id = %s
             ORDER BY tag, job_id LIMIT %s""",
        [account_id, limit],
    )
    return await places_of(connection, [as_video(row) for row in await cursor.fetchall()], settings)


async def places_of(connection: Connection, pending: Sequence[Video], settings: Settings) -> list[Waiting]:
    """The places of pending videos, in queue order; one that has started meanwhile is left out.

    One pass over the waiting index counts and sums all places at once, instead of one count per video.
    """
    if not pending:
        return []
    last = max((video.tag, video.job_id) for video in pending)
    cursor = await connection.execute(
        """SELECT * FROM (SELECT pool, job_id, row_number() OVER place AS position,
                                 sum(estimated_seconds) OVER place AS until
                            FROM videos WHERE status = 'pending' AND (tag, job_id) <= (%s, %s)
                          WINDOW place AS (PARTITION BY pool ORDER BY tag, job_id ROWS UNBOUNDED PRECEDING)) line
            WHERE job_id = ANY(%s::bigint[])""",
        [*last, [video.job_id for video in pending]],
    )
    places = {row["job_id"]: (row["position"], float(row["until"])) for row in await cursor.fetchall()}
    loads = {
        pool: await queue.load_of(connection, pool, alive_window(settings))
        for pool in {video.pool for video in pending}
    }
    result = []
    for video in sorted(pending, key=lambda video: (video.tag, video.job_id)):
        if video.job_id in places:
            position, until = places[video.job_id]
            ahead = until - video.estimated_seconds
            seconds = queue.seconds_until_done(ahead, loads[video.pool], video.estimated_seconds)
            result.append(Waiting(video, position, seconds))
    return result


async def queue_stats(connection: Connection, account_id: int) -> QueueStats:
    """How many videos wait and run, over all accounts."""
    cursor = await connection.execute(
        """SELECT (SELECT count(*) FROM videos WHERE status = 'pending') AS pending,
                  (SELECT count(*) FROM videos WHERE status = 'processing') AS processing,
                  (SELECT count(*) FROM videos WHERE status = 'pending' AND account_id = %s) AS mine""",
        [account_id],
    )
    row = await cursor.fetchone()
    assert row is not None
    return QueueStats(row["pending"], row["processing"], row["mine"])


async def pictures_of(connection: Connection, video_id: int) -> dict[str, bytes]:
    """The pictures that a video starts from and ends with, by place."""
    cursor = await connection.execute("SELECT place, picture FROM video_pictures WHERE video_id = %s", [video_id])
    return {row["place"]: bytes(row["picture"]) for row in await cursor.fetchall()}


# -- the worker's steps ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Result:
    """What a finished render is worth keeping: keys of stored files, and facts of the file that was probed."""

    video_key: str
    thumbnail_key: str
    spritesheet_key: str
    file_bytes: int
    duration: float
    render_seconds: float
    report: dict[str, Any]


async def start(connection: Connection, video_id: int, max_attempts: int) -> Video | None:
    """Begin an attempt: the video with its new attempt number, or None where nothing is left to do.

    A video whose attempts are used up fails here, with its credits released. Attempts that a stopping worker handed back do
    not count.
    """
    cursor = await connection.execute(
        f"""UPDATE videos SET status = 'processing', attempt = attempt + 1, progress = 0, step = CASE
                   -- What is told of a server that is away stays, until more is known than that it is tried again.
                   WHEN step = 'waiting for a server that is away' THEN step ELSE 'starting' END,
                   progress_at = now(), started_at = coalesce(started_at, now()), updated_at = now()
             WHERE id = %s AND status IN ('pending', 'processing') RETURNING {COLUMNS}""",
        [video_id],
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    video = as_video(row)
    await queue.started(connection, video.pool, video.tag)
    if video.attempt - video.handed_back > max_attempts:
        message = f"Rendering did not finish in {max_attempts} attempts"
        await fail(connection, video, video.error or message, "attempts_used_up")
        return None
    return video


async def report_progress(
    connection: Connection, video: Video, progress: float, step: str, preview: bytes | None = None
) -> bool:
    """Tell how far an attempt is (0…1, never falling), which also renews its lease. False: it is no longer the current one.

    A new `preview` is kept under the lock of the video's row: none outlives the video's end.
    """
    cursor = await connection.execute(
        """WITH told AS (UPDATE videos SET progress = greatest(progress, %(progress)s), step = %(step)s, progress_at = now()
                          WHERE id = %(video)s AND attempt = %(attempt)s AND status = 'processing' RETURNING id),
                shown AS (INSERT INTO previews (video_id, picture)
                          SELECT id, %(preview)s::bytea FROM told WHERE %(preview)s::bytea IS NOT NULL
                          ON CONFLICT (video_id) DO UPDATE SET picture = excluded.picture, made_at = now())
           SELECT FROM told""",
        {
            "progress": progress,
            "step": step,
            "preview": preview if preview is not None and previews.sane(preview) else None,
            "video": video.id,
            "attempt": video.attempt,
        },
    )
    return bool(cursor.rowcount)


async def note_failure(connection: Connection, video: Video, error: str) -> bool:
    """Keep why an attempt failed, for the day the last one does. False: the attempt is no longer the current one."""
    cursor = await connection.execute(
        "UPDATE videos SET error = %s WHERE id = %s AND attempt = %s AND status = 'processing'",
        [error, video.id, video.attempt],
    )
    return bool(cursor.rowcount)


async def hand_back(connection: Connection, video: Video, step: str = "waiting for a worker") -> bool:
    """Take note that an attempt ended for no fault of its own, and what it waits for. False: it was over anyway."""
    cursor = await connection.execute(
        """UPDATE videos SET handed_back = handed_back + 1, progress = 0, step = %s
            WHERE id = %s AND attempt = %s AND status = 'processing'""",
        [step, video.id, video.attempt],
    )
    return bool(cursor.rowcount)


async def complete(connection: Connection, video: Video, result: Result) -> bool:
    """End an attempt well: result and settlement together. False: the attempt is no longer the current one."""
    cursor = await connection.execute(
        """UPDATE videos SET status = 'completed', progress = 1, step = 'done', progress_at = now(), updated_at = now(),
                  completed_at = now(), error = NULL, error_code = NULL, video_key = %(video_key)s,
                  thumbnail_key = %(thumbnail_key)s, spritesheet_key = %(spritesheet_key)s, file_bytes = %(file_bytes)s,
                  duration = %(duration)s, report = %(report)s
            WHERE id = %(id)s AND attempt = %(attempt)s AND status = 'processing'""",
        {
            "id": video.id,
            "attempt": video.attempt,
            "video_key": result.video_key,
            "thumbnail_key": result.thumbnail_key,
            "spritesheet_key": result.spritesheet_key,
            "file_bytes": result.file_bytes,
            "duration": result.duration,
            "report": Jsonb(result.report),
        },
    )
    if not cursor.rowcount:
        return False
    await credits.capture(connection, video.account_id, video.id, video.price)
    await drop_pictures(connection, video.id)
    await connection.execute(
        "INSERT INTO render_times (engine, quality, video_seconds, render_seconds) VALUES (%s, %s, %s, %s)",
        [video.spec.engine, video.quality, video.spec.duration, result.render_seconds],
    )
    return True


async def fail(connection: Connection, video: Video, error: str, code: str) -> bool:
    """End an attempt and the video with it: its credits are released. False: the attempt is no longer the current one."""
    cursor = await connection.execute(
        """UPDATE videos SET status = 'failed', error = %s, error_code = %s, updated_at = now(), completed_at = now()
            WHERE id = %s AND attempt = %s AND status = 'processing'""",
        [error, code, video.id, video.attempt],
    )
    if not cursor.rowcount:
        return False
    await credits.release(connection, video.account_id, video.id, video.price, code)
    await drop_pictures(connection, video.id)
    return True


async def drop_pictures(connection: Connection, video_id: int) -> None:
    """A video that has ended needs its pictures no more, nor one of what is being rendered."""
    await connection.execute("DELETE FROM video_pictures WHERE video_id = %s", [video_id])
    await previews.drop(connection, video_id)


# -- ending by the caller ----------------------------------------------------------------------------------------------


async def cancel(connection: Connection, jobs: procrastinate.App, account_id: int, video_id: int) -> Video | None:
    """Cancel a video that has not ended: credits released, queue entry withdrawn, a running engine told to stop.

    None: it has ended before. Errors: `VideoNotFound`.
    """
    cursor = await connection.execute(
        f"""UPDATE videos SET status = 'cancelled', error = 'Cancelled', error_code = 'cancelled', updated_at = now(),
                   completed_at = now()
             WHERE id = %s AND account_id = %s AND status IN ('pending', 'processing') RETURNING {COLUMNS}""",
        [video_id, account_id],
    )
    row = await cursor.fetchone()
    if row is None:
        if not await find_many(connection, [(account_id, video_id)]):
            raise VideoNotFound
        return None
    video = as_video(row)
    await credits.release(connection, account_id, video_id, video.price, "cancelled")
    await drop_pictures(connection, video_id)
    await queue.withdraw(connection, jobs, video.job_id)
    return video


async def delete(connection: Connection, account_id: int, video_id: int) -> Video:
    """Remove an ended video; its files are the caller's to delete, after the commit. Errors: `VideoNotFound`."""
    cursor = await connection.execute(
        f"""DELETE FROM videos WHERE id = %s AND account_id = %s AND status IN ('completed', 'failed', 'cancelled')
            RETURNING {COLUMNS}""",
        [video_id, account_id],
    )
    row = await cursor.fetchone()
    if row is None:
        raise VideoNotFound
    return as_video(row)


def files_prefix(video: Video) -> str:
    """Where all files of a video are, whatever the attempt."""
    return f"videos/{video.public_id}/"
