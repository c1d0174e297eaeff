"""Who may go before its turn: a job whose model is loaded in a slot's process, before jobs whose models are not.

Loading a large model takes minutes, and on a card that holds one at a time each change of model is a load. So a slot looks at
the first few in the fair order (`queue`) and may take one for which it is warm. What that costs the others is bounded: each
video keeps the seconds of rendering that went before it out of turn, and past `MOST_OVERTAKEN` nothing may any more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import psycopg
from procrastinate.jobs import Job

from promptreel.db.pool import Connection

LOOK_AHEAD = 16
"""Jobs from the front of the order that are looked at."""

MOST_OVERTAKEN = 300.0
"""Seconds of rendering, as estimated, that may go before a video out of turn, in all. It is about what a load takes: whoever
is overtaken loses no more than is won each time that a model stays.
"""


@dataclass(frozen=True, slots=True)
class InLine:
    """A job in the order. `video` and `engine` are None where the video is gone: such a job is done at once."""

    id: int
    video: int | None
    engine: str | None
    seconds: float
    overtaken: float


def preferred(line: Sequence[InLine], warm: Collection[str], cold: Collection[str], most: float) -> int | None:
    """The place in the line of the job that may go first; None where the order stays as it is.

    Only the first warm one may, so those of warm models keep their order, and only while the line begins with a model that
    would have to be loaded: whoever needs no model at all is not kept waiting for somebody else's.
    """
    if not line or line[0].engine not in cold:
        return None
    place = next((place for place, job in enumerate(line) if job.engine in warm), None)
    if place is None or any(job.overtaken + line[place].seconds > most for job in line[:place]):
        return None
    return place


# As Procrastinate has it: due, by priority, then by number.
LINE = """
    WITH line AS (
        SELECT id, priority, (args ->> 'video_id')::bigint AS video FROM procrastinate_jobs
         WHERE status = 'todo' AND queue_name = %(pool)s AND (scheduled_at IS NULL OR scheduled_at <= now())
         ORDER BY priority DESC, id LIMIT %(length)s)
    SELECT line.id, videos.id AS video, spec ->> 'engine' AS engine, coalesce(estimated_seconds, 0) AS seconds,
           coalesce(overtaken, 0) AS overtaken
      FROM line LEFT JOIN videos ON videos.id = line.video ORDER BY line.priority DESC, line.id
"""
# Locked rows are left out instead of waited for, here and below: whoever holds one is cancelling that video or taking it, and
# two that wait for each other would be a deadlock.
OVERTAKE = """
    WITH ahead AS (SELECT id FROM videos WHERE id = ANY(%(ahead)s) AND overtaken + %(seconds)s <= %(most)s
                      FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE videos SET overtaken = overtaken + %(seconds)s FROM ahead WHERE videos.id = ahead.id
"""
# What `procrastinate_fetch_job_v2` does with the job that it finds, for one that is known.
CLAIM = """
    WITH candidate AS (SELECT id FROM procrastinate_jobs WHERE id = %(job)s AND status = 'todo' FOR UPDATE SKIP LOCKED)
    UPDATE procrastinate_jobs job SET status = 'doing', worker_id = %(worker)s FROM candidate WHERE job.id = candidate.id
    RETURNING job.id, status, task_name, priority, lock, queueing_lock, args, scheduled_at, queue_name, attempts, worker_id
"""


async def in_line(connection: Connection, pool: str) -> list[InLine]:
    """The first jobs of a pool, in the order in which they would be taken."""
    cursor = await connection.execute(LINE, {"pool": pool, "length": LOOK_AHEAD})
    return [InLine(**row) for row in await cursor.fetchall()]


async def claim(
    connection: Connection,
    pool: str,
    warm: Collection[str],
    cold: Collection[str],
    worker_id: int,
    most: float = MOST_OVERTAKEN,
) -> Job | None:
    """Take the job that may go before its turn, in a transaction of its own. None: take the first one as ever.

    `warm` and `cold` are engines that need a model: those for which it is loaded here, and those for which it is not.
    """
    line = await in_line(connection, pool)
    if (place := preferred(line, warm, cold, most)) is None:
        return None
    ahead, chosen = [job.video for job in line[:place] if job.video is not None], line[place]
    async with connection.transaction() as step:
        counted = await connection.execute(OVERTAKE, {"ahead": ahead, "seconds": chosen.seconds, "most": most})
        if counted.rowcount == len(ahead):
            cursor = await connection.execute(CLAIM, {"job": chosen.id, "worker": worker_id})
            if row := await cursor.fetchone():
                return Job.from_row(row)
        # Another slot was quicker, with this one or with one that is ahead of it: nobody was overtaken.
        raise psycopg.Rollback(step)
    return None
