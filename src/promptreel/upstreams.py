"""Servers that render for us: which has room, which is to be left alone for a while, and what an attempt left behind.

A server is given as many jobs at a time as its slots say, whichever worker on whichever machine asks. One that fails is left
alone for a while that grows (a circuit breaker); then a single job tries it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from promptreel.db.pool import Connection
from promptreel.engine_config import Server

LEASE = 30.0
"""Seconds after which a slot is free again whose worker says nothing more."""

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
"""Seconds for which a server that failed is left alone: twice as long with each failure in a row."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A slot of a server, for one video."""

    id: UUID
    index: int
    """Which of the engine's servers."""
    url: str
    unproven: bool
    """Whether the server has to show first that it is there: it failed, or nobody has asked it for a while."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a server stands."""

    url: str
    slots: int
    taken: int
    failures: int
    open_until: datetime | None
    """Until when it is left alone; None where it is not."""
    reason: str


# A server that failed may be tried with one job. One that nobody has asked for `proven` seconds has to be asked first. Slots
# that the video itself had before are its own: the attempt that took them is over.
TAKE = """
    WITH servers AS (
        SELECT * FROM unnest(%(urls)s::text[], %(slots)s::int[]) WITH ORDINALITY AS server (url, slots, number)),
    free AS (
        SELECT server.url, server.number, taken.count::real / server.slots AS load,
               coalesce(known.failures, 0) > 0
                   OR coalesce(known.checked_at, '-infinity') < now() - make_interval(secs => %(proven)s) AS unproven
          FROM servers server
          LEFT JOIN upstreams known ON known.engine = %(engine)s AND known.url = server.url
          CROSS JOIN LATERAL (SELECT count(*) FROM upstream_leases lease
                               WHERE lease.engine = %(engine)s AND lease.url = server.url AND lease.expires_at > now()
                                 AND lease.video_id <> %(video)s) taken
         WHERE coalesce(known.open_until, '-infinity') <= now()
           AND taken.count < CASE WHEN coalesce(known.failures, 0) > 0 THEN 1 ELSE server.slots END
         ORDER BY server.url <> %(preferred)s, server.url = %(avoided)s, load, server.number LIMIT 1)
    INSERT INTO upstream_leases (id, engine, url, video_id, expires_at)
    SELECT %(id)s, %(engine)s, url, %(video)s, now() + make_interval(secs => %(seconds)s) FROM free
    RETURNING url, (SELECT number FROM free) AS number, (SELECT unproven FROM free) AS unproven
"""


async def take(
    connection: Connection,
    engine: str,
    servers: Sequence[Server],
    video_id: int,
    preferred: str = "",
    avoided: str = "",
    proven: float = 60.0,
) -> Lease | None:
    """A slot of the server with the most room, `preferred` first and `avoided` last; None where none has room or all are left
    alone.
    """
    # Two that ask at once would see the same room.
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"upstreams {engine}"])
    await connection.execute("DELETE FROM upstream_leases WHERE engine = %s AND video_id = %s", [engine, video_id])
    lease = uuid4()
    cursor = await connection.execute(
        TAKE,
        {
            "id": lease,
            "engine": engine,
            "video": video_id,
            "urls": [server.url for server in servers],
            "slots": [server.slots for server in servers],
            "preferred": preferred,
            "avoided": avoided,
            "proven": proven,
            "seconds": LEASE,
        },
    )
    row = await cursor.fetchone()
    return Lease(lease, row["number"] - 1, row["url"], row["unproven"]) if row else None


async def keep(connection: Connection, lease: Lease) -> None:
    """Tell that the slot is still in use."""
    await connection.execute(
        "UPDATE upstream_leases SET expires_at = now() + make_interval(secs => %s) WHERE id = %s", [LEASE, lease.id]
    )


async def release(connection: Connection, lease: Lease, busy_seconds: float = 0) -> None:
    """Give the slot back; where the server goes on with what was cancelled, only after the seconds that takes."""
    if busy_seconds > 0:
        await connection.execute(
            "UPDATE upstream_leases SET video_id = 0, expires_at = now() + make_interval(secs => %s) WHERE id = %s",
            [busy_seconds, lease.id],
        )
    else:
        await connection.execute("DELETE FROM upstream_leases WHERE id = %s", [lease.id])


async def all_left_alone(connection: Connection, engine: str, servers: Sequence[Server]) -> str | None:
    """Why none of the servers is to be asked now; None where one of them is, once it has room."""
    cursor = await connection.execute(
        """SELECT url, reason FROM upstreams WHERE engine = %s AND url = ANY(%s) AND open_until > now()""",
        [engine, [server.url for server in servers]],
    )
    closed = {row["url"]: row["reason"] for row in await cursor.fetchall()}
    if any(server.url not in closed for server in servers):
        return None
    return str(next(iter(closed.values())))


async def found_there(connection: Connection, engine: str, url: str, *, sure: bool = True) -> None:
    """The server answers; what it failed at stays in mind until it has done something. Where that is not `sure`, as after a
    job that failed, it is asked again before the next one.
    """
    await connection.execute(
        """INSERT INTO upstreams AS known (engine, url, checked_at)
           VALUES (%s, %s, CASE WHEN %s THEN now() ELSE '-infinity' END)
           ON CONFLICT (engine, url) DO UPDATE SET checked_at = excluded.checked_at""",
        [engine, url, sure],
    )


async def found_well(connection: Connection, engine: str, url: str) -> None:
    """The server did what it was asked: it took a job, or made a film."""
    await connection.execute(
        """INSERT INTO upstreams AS known (engine, url, checked_at) VALUES (%s, %s, now())
           ON CONFLICT (engine, url) DO UPDATE
               SET failures = 0, open_until = '-infinity', checked_at = now(), reason = ''""",
        [engine, url],
    )


async def found_away(connection: Connection, engine: str, url: str, reason: str) -> None:
    """The server could not be used: leave it alone for a while."""
    await connection.execute(
        """INSERT INTO upstreams AS known (engine, url, failures, open_until, checked_at, reason)
           VALUES (%(engine)s, %(url)s, 1, now() + make_interval(secs => %(first)s), now(), %(reason)s)
           ON CONFLICT (engine, url) DO UPDATE
               -- Several jobs that fail together are one failure: the breaker is open already.
               SET failures = known.failures + (known.open_until <= now())::int, checked_at = now(), reason = excluded.reason,
                   open_until = CASE WHEN known.open_until > now() THEN known.open_until ELSE now() + make_interval(
                       secs => least(%(longest)s, %(first)s * 2 ^ least(known.failures, 10))) END""",
        {"engine": engine, "url": url, "reason": reason[:300], "first": FIRST_PAUSE, "longest": LONGEST_PAUSE},
    )


async def standings(connection: Connection, engine: str, servers: Sequence[Server]) -> list[Standing]:
    """How the engine's servers stand, in their order."""
    cursor = await connection.execute(
        """SELECT url, failures, CASE WHEN open_until > now() THEN open_until END AS open_until, reason
             FROM upstreams WHERE engine = %s""",
        [engine],
    )
    known = {row["url"]: row for row in await cursor.fetchall()}
    cursor = await connection.execute(
        "SELECT url, count(*) AS taken FROM upstream_leases WHERE engine = %s AND expires_at > now() GROUP BY url",
        [engine],
    )
    taken = {row["url"]: row["taken"] for row in await cursor.fetchall()}
    found = []
    for server in servers:
        row = known.get(server.url, {"failures": 0, "open_until": None, "reason": ""})
        found.append(
            Standing(
                server.url, server.slots, taken.get(server.url, 0), row["failures"], row["open_until"], row["reason"]
            )
        )
    return found


async def forget_old(connection: Connection) -> None:
    """Drop slots that are free again, and what attempts left for videos that have ended; where a job of theirs may still run
    over there, only once nobody has come for it for an hour.
    """
    await connection.execute("DELETE FROM upstream_leases WHERE expires_at < now() - interval '1 minute'")
    await connection.execute(
        """DELETE FROM render_memos USING videos
            WHERE videos.id = video_id AND videos.status IN ('completed', 'failed', 'cancelled')
              AND (memo ->> 'id' IS NULL OR completed_at < now() - interval '1 hour')"""
    )


# -- what an attempt leaves for the next one ---------------------------------------------------------------------------


async def memo_of(connection: Connection, video_id: int) -> dict[str, Any]:
    """What the attempts before left."""
    cursor = await connection.execute("SELECT memo FROM render_memos WHERE video_id = %s", [video_id])
    row = await cursor.fetchone()
    return dict(row["memo"]) if row else {}


async def keep_memo(connection: Connection, video_id: int, attempt: int, memo: Mapping[str, Any]) -> None:
    """Keep it for the next attempt. One that is over already leaves nothing."""
    await connection.execute(
        """INSERT INTO render_memos (video_id, memo)
           SELECT id, %s FROM videos WHERE id = %s AND attempt = %s AND status = 'processing'
           ON CONFLICT (video_id) DO UPDATE SET memo = excluded.memo""",
        [Jsonb(dict(memo)), video_id, attempt],
    )


async def take_orphans(connection: Connection, engines: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """Engines and memos of jobs that may still run over there though their videos have ended: the process that asked for them
    was killed, or the video ended while it waited for its turn again. Each is told once.
    """
    # An engine that was told to stop has some seconds to clear up by itself.
    cursor = await connection.execute(
        """DELETE FROM render_memos USING videos
            WHERE videos.id = video_id AND videos.status IN ('completed', 'failed', 'cancelled')
              AND videos.spec ->> 'engine' = ANY(%s) AND memo ->> 'id' IS NOT NULL
              AND completed_at < now() - interval '8 seconds'
        RETURNING videos.spec ->> 'engine' AS engine, memo""",
        [list(engines)],
    )
    return [(row["engine"], dict(row["memo"])) for row in await cursor.fetchall()]
