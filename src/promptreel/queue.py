"""The queue: Procrastinate's, with an order of our own on top.

Start-time fair queueing (Goyal, Vin and Cheng 1996): a video's tag is fixed when it is accepted,
`tag = max(V, the account's last tag) + estimated seconds / tier weight`, and smaller tags go first. `V`, the largest tag
started in its turn so far, is stored and never falls. A burst so holds up only its own account, and nobody starves.

Tags count tenths of a second. Ties go by Procrastinate's job number, because that is what its workers follow.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import procrastinate
import structlog
from procrastinate import BaseRetryStrategy, RetryDecision, jobs

from promptreel.db.pool import Connection
from promptreel.plans import TIERS
from promptreel.spec import VideoSpec

log = structlog.get_logger()

RENDER = "promptreel.render"
TAGS_PER_SECOND = 10
# Seconds of rendering per second of video, until a machine has measured its own.
FIRST_GUESS = {"free": 1.0, "premium": 8.0, "720p": 2.0}
REBASE_AT = 2**30
# Procrastinate's priority is an int4. Who is that far behind, after years of the queue to himself, is last among equals.
LAST_PRIORITY = -(2**31)
LAST_JOB = 2**63 - 1
"""A number behind that of every job: of one that is not there yet."""

# Every accepting transaction shares this advisory lock; moving the base takes it alone.
BASE_LOCK = 0x70726F6D70740001


class Backoff(BaseRetryStrategy):
    """Run again after a pause that grows. How often a video may be tried is the video's business (`videos.start`)."""

    def get_retry_decision(self, *, exception: BaseException, job: jobs.Job) -> RetryDecision:
        """At once after a stop, else 1, 3, 5 … 30 s later."""
        stopped = not isinstance(exception, Exception)
        return RetryDecision(retry_in={"seconds": 0 if stopped else min(30, 1 + 2 * job.attempts)})


def make_queue() -> procrastinate.App:
    """Procrastinate, to be opened over our pool of connections; `worker` adds the task."""
    return procrastinate.App(connector=procrastinate.PsycopgConnector())


@dataclass(frozen=True, slots=True)
class Turn:
    """A place in the order: the tag, Procrastinate's priority for it, and the seconds that rendering should take."""

    tag: int
    priority: int
    seconds: float


COST = """
    clock AS (SELECT coalesce(max(virtual_time), 0) AS now, coalesce(max(base), 0) AS base
                FROM queue_clocks WHERE pool = %(pool)s),
    -- The median pace of the newest renders of that kind, in seconds per second of video.
    pace AS (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY render_seconds / video_seconds) AS median
               FROM (SELECT render_seconds, video_seconds FROM render_times
                      WHERE engine = %(engine)s AND quality = %(quality)s ORDER BY id DESC LIMIT 31) newest),
    cost AS (SELECT greatest(0.1, coalesce(median, %(guess)s) * %(length)s)::real AS seconds FROM pace)
"""
TAG = (
    """greatest(coalesce(last_tag, 0), clock.now) + greatest(1, round(cost.seconds * %(scale)s / %(weight)s))::bigint"""
)
TAKE_TURN = f"""
    WITH {COST}
    UPDATE account_turns SET last_tag = {TAG} FROM clock, cost WHERE account_id = %(account)s AND pool = %(pool)s
    RETURNING last_tag AS tag, greatest(clock.base - last_tag, %(last)s)::int AS priority, cost.seconds
"""
NEXT_TURN = f"""
    WITH {COST}, turn AS (
        SELECT {TAG} AS tag FROM clock CROSS JOIN cost
          LEFT JOIN account_turns ON account_id = %(account)s AND pool = %(pool)s)
    SELECT tag, greatest(clock.base - tag, %(last)s)::int AS priority, cost.seconds FROM turn, clock, cost
"""


async def take_turn(connection: Connection, account_id: int, tier: str, pool: str, spec: VideoSpec) -> Turn:
    """The account's next place in the order of a pool. Locks its turns there until the transaction ends.

    The caller shares `BASE_LOCK` since an earlier statement: this one would wait for a moving base and then still see the old.
    """
    of = (account_id, tier, pool, spec.engine, spec.quality, spec.duration)
    if (turn := await _turn(connection, TAKE_TURN, *of)) is None:
        await connection.execute(
            "INSERT INTO account_turns (account_id, pool) VALUES (%s, %s) ON CONFLICT DO NOTHING", [account_id, pool]
        )
        turn = await _turn(connection, TAKE_TURN, *of)
    assert turn is not None
    return turn


async def next_turn(
    connection: Connection, account_id: int, tier: str, pool: str, engine: str, quality: str, seconds: float
) -> Turn:
    """The turn that a video of `seconds` would get now. Takes none."""
    turn = await _turn(connection, NEXT_TURN, account_id, tier, pool, engine, quality, seconds)
    assert turn is not None
    return turn


async def _turn(
    connection: Connection, sql: str, account_id: int, tier: str, pool: str, engine: str, quality: str, seconds: float
) -> Turn | None:
    cursor = await connection.execute(
        sql,
        {
            "pool": pool,
            "last": LAST_PRIORITY,
            "engine": engine,
            "quality": quality,
            "guess": FIRST_GUESS.get(quality, 2.0),
            "length": seconds,
            "scale": TAGS_PER_SECOND,
            "weight": TIERS[tier].weight,
            "account": account_id,
        },
    )
    row = await cursor.fetchone()
    return Turn(row["tag"], row["priority"], row["seconds"]) if row else None


async def defer(connection: Connection, queue: procrastinate.App, video_id: int, pool: str, turn: Turn) -> int:
    """Put a video into the queue, inside the caller's transaction; the number of Procrastinate's job."""
    task = queue.configure_task(RENDER, queue=pool, priority=turn.priority, connection=connection)
    return await task.defer_async(video_id=video_id)


async def withdraw(connection: Connection, queue: procrastinate.App, job_id: int) -> None:
    """Take a job out of the queue, or ask the worker that runs it to abort, inside the caller's transaction."""
    await queue.job_manager.cancel_job_by_id_async(job_id, abort=True, delete_job=True, connection=connection)


async def started(connection: Connection, pool: str, tag: int) -> None:
    """Move the queue's clock up to the tag of a video that starts, but past nothing that could start by now.

    One that starts before its turn (`overtaking`) would else put newcomers behind all that it overtook; so they come in front,
    and who went before the turn waits the longer afterwards.
    """
    await connection.execute(
        """WITH first AS (SELECT priority FROM procrastinate_jobs
                           WHERE status = 'todo' AND queue_name = %(pool)s AND (scheduled_at IS NULL OR scheduled_at <= now())
                           ORDER BY priority DESC, id LIMIT 1),
                base AS (SELECT coalesce(max(base), 0) AS base FROM queue_clocks WHERE pool = %(pool)s)
           INSERT INTO queue_clocks AS clock (pool, virtual_time)
           SELECT %(pool)s, least(%(tag)s, base - first.priority) FROM base LEFT JOIN first ON true
           ON CONFLICT (pool) DO UPDATE SET virtual_time = excluded.virtual_time
            WHERE clock.virtual_time < excluded.virtual_time""",
        {"pool": pool, "tag": tag},
    )


# -- position and estimate ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Load:
    """How busy a pool is: seconds of work left in running jobs, and slots that are alive (at least one)."""

    running_seconds: float
    slots: int


LOAD = """(SELECT coalesce(sum(greatest(estimated_seconds * (1 - progress),
                  CASE WHEN attempt = 1 AND progress > 0
                       THEN (1 - progress) * ((1 - least(1, 2 * progress)) * estimated_seconds
                            + least(1, 2 * progress) * extract(epoch FROM now() - started_at) / progress) ELSE 0 END)), 0)
             FROM videos WHERE status = 'processing' AND pool = %(pool)s) AS running,
          (SELECT count(*) FROM worker_slots
            WHERE pool = %(pool)s AND seen_at > now() - make_interval(secs => %(within)s) AND NOT draining) AS slots"""


async def load_of(connection: Connection, pool: str, alive_within: float) -> Load:
    """The load of a pool; a slot is alive if it was seen within `alive_within` seconds."""
    cursor = await connection.execute(f"SELECT {LOAD}", {"pool": pool, "within": alive_within})
    row = await cursor.fetchone()
    assert row is not None
    return Load(float(row["running"]), max(1, row["slots"]))


async def place_of(
    connection: Connection, pool: str, tag: int, job_id: int, own_seconds: float, alive_within: float
) -> tuple[int, float]:
    """The 1-based position of a pending video, and the seconds until it should be done.

    The position is one count over an index: all that wait in the same pool with a smaller tag.
    """
    cursor = await connection.execute(
        f"""SELECT count(*) AS videos, coalesce(sum(estimated_seconds), 0) AS seconds, {LOAD}
              FROM videos WHERE status = 'pending' AND pool = %(pool)s AND (tag, job_id) < (%(tag)s, %(job)s)""",
        {"pool": pool, "tag": tag, "job": job_id, "within": alive_within},
    )
    row = await cursor.fetchone()
    assert row is not None
    load = Load(float(row["running"]), max(1, row["slots"]))
    return row["videos"] + 1, seconds_until_done(float(row["seconds"]), load, own_seconds)


def seconds_left(own_seconds: float, progress: float, elapsed: float) -> float:
    """What is left of a running video: of what it should take, or more where it turns out slower. `LOAD` counts the same.

    `elapsed` seconds since it began (0 where an earlier attempt spoils that) say more and more of it, and all from the middle
    on: the beginning is slow, and not like the rest.
    """
    expected = own_seconds * (1 - progress)
    if not 0 < progress < 1:
        return max(expected, 0.0)
    weight = min(1.0, 2 * progress)
    return max(expected, (1 - weight) * expected + weight * elapsed * (1 - progress) / progress)


def seconds_until_done(ahead_seconds: float, load: Load, own_seconds: float) -> float:
    """The estimate: what is ahead and what runs, shared by the slots alive, then the video itself."""
    return (ahead_seconds + load.running_seconds) / load.slots + own_seconds


# -- recovery ----------------------------------------------------------------------------------------------------------


async def rescue_stalled(connection: Connection, queue: procrastinate.App, stalled_after: float) -> int:
    """Put the jobs of workers without a heartbeat back into the queue; how many.

    Each is still that worker's when it is put back: another sweeper may have been first, and another worker may run it by now.
    A job that was asked to abort has nobody left to obey, and nothing left to do.
    """
    rescued = 0
    for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=stalled_after):
        of_that_worker = [job.id, job.worker_id]
        cursor = await connection.execute(
            """UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1, scheduled_at = now()
                WHERE id = %s AND worker_id IS NOT DISTINCT FROM %s AND status = 'doing' AND NOT abort_requested""",
            of_that_worker,
        )
        if cursor.rowcount:
            rescued += 1
            log.warning("job_rescued", job=job.id, video=job.task_kwargs.get("video_id"))
            continue
        await connection.execute(
            """DELETE FROM procrastinate_jobs
                WHERE id = %s AND worker_id IS NOT DISTINCT FROM %s AND status = 'doing' AND abort_requested""",
            of_that_worker,
        )
    return rescued


async def rescue_lost(connection: Connection, queue: procrastinate.App, lease: float) -> int:
    """Queue again what no worker works on although it has not ended: without progress for `lease` seconds, or without a job.

    Covers a live worker that lost its job (an answer that never arrived), and a job that a worker past its time removed.
    A job that waits to be tried again is not lost. Returns how many; each only once however many sweepers run, since the
    video's row is locked meanwhile.
    """
    # Before any row: moving the base waits for whoever shares the lock, and must not be waited for with rows locked.
    await connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", [BASE_LOCK])
    cursor = await connection.execute(
        """SELECT v.id, v.pool, v.tag, v.job_id, j.status AS job FROM videos v
             LEFT JOIN procrastinate_jobs j ON j.id = v.job_id
            WHERE (v.status = 'processing' AND v.progress_at < now() - make_interval(secs => %(lease)s)
                   AND j.status IS DISTINCT FROM 'todo')
               OR (v.status = 'pending' AND v.created_at < now() - make_interval(secs => %(lease)s)
                   AND j.status IS DISTINCT FROM 'todo'
                   AND NOT EXISTS (SELECT FROM procrastinate_events e
                                    WHERE e.job_id = j.id AND e.type = 'started'
                                      AND e.at > now() - make_interval(secs => %(lease)s)))
            FOR UPDATE OF v SKIP LOCKED""",
        {"lease": lease},
    )
    rows = await cursor.fetchall()
    for row in rows:
        if row["job"] is not None:
            await connection.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [row["job_id"]])
        base = await current_base(connection, row["pool"])
        job_id = await defer(
            connection, queue, row["id"], row["pool"], Turn(row["tag"], max(base - row["tag"], LAST_PRIORITY), 0)
        )
        await connection.execute(
            "UPDATE videos SET job_id = %s, progress_at = now() WHERE id = %s", [job_id, row["id"]]
        )
        log.warning("video_requeued", video=row["id"], job=job_id)
    return len(rows)


async def current_base(connection: Connection, pool: str) -> int:
    """The tag that has priority 0 in a pool."""
    cursor = await connection.execute("SELECT base FROM queue_clocks WHERE pool = %s", [pool])
    row = await cursor.fetchone()
    return row["base"] if row else 0


async def rebase(connection: Connection, pool: str, at: int = REBASE_AT) -> bool:
    """Move the base up to the clock once they are `at` apart, so that priorities stay within four bytes.

    All priorities move by the same amount, so the order stays. At ten tags a second this is due every few years.
    """
    cursor = await connection.execute("SELECT virtual_time - base AS off FROM queue_clocks WHERE pool = %s", [pool])
    row = await cursor.fetchone()
    if row is None or row["off"] < at:
        return False
    await connection.execute("SELECT pg_advisory_xact_lock(%s)", [BASE_LOCK])
    cursor = await connection.execute(
        """WITH old AS (SELECT base FROM queue_clocks WHERE pool = %(pool)s FOR UPDATE)
           UPDATE queue_clocks clock SET base = virtual_time FROM old
            WHERE pool = %(pool)s RETURNING clock.virtual_time - old.base AS moved""",
        {"pool": pool},
    )
    row = await cursor.fetchone()
    moved = row["moved"] if row else 0
    # Running jobs too: one that is handed back or tried again takes its old place.
    await connection.execute(
        "UPDATE procrastinate_jobs SET priority = priority + %s WHERE queue_name = %s AND status IN ('todo', 'doing')",
        [moved, pool],
    )
    return moved > 0


def utcnow() -> datetime:
    """The clock of a running process; tests hand in another."""
    return datetime.now(UTC)
