"""Render slots as the database knows them: by heartbeat, with what they render, and whether they may go on."""

import os
import socket
from uuid import UUID

from promptreel.db.pool import Connection

TELL = """
    INSERT INTO worker_slots (id, pool, host, pid, video_id, engine)
    VALUES (%(slot)s, %(pool)s, %(host)s, %(pid)s, %(video)s, %(engine)s)
    ON CONFLICT (id) DO UPDATE SET seen_at = now(), video_id = excluded.video_id, engine = excluded.engine
    RETURNING draining
"""


async def tell(connection: Connection, slot: UUID, pool: str, video_id: int | None, engine: str) -> bool:
    """Tell that this process's slot is there, so that estimates count it, and what it renders.

    Returns whether an operator wants it to finish what it has and to take no more.
    """
    cursor = await connection.execute(
        TELL,
        {
            "slot": slot,
            "pool": pool,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "video": video_id,
            "engine": engine,
        },
    )
    row = await cursor.fetchone()
    return bool(row and row["draining"])


async def forget(connection: Connection, slot: UUID) -> None:
    """The slot ends."""
    await connection.execute("DELETE FROM worker_slots WHERE id = %s", [slot])


async def forget_old(connection: Connection) -> None:
    """Drop slots whose process was killed long ago."""
    await connection.execute("DELETE FROM worker_slots WHERE seen_at < now() - interval '1 day'")
