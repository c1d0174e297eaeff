"""What is still to be written to people, kept until it is out: neither a stop nor a mail server that is away loses it.

An errand says what was asked for, or which letter is to go to whom. It holds no code of a link: links are made when their
letter is written, and only their hash is kept then (`letters`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from promptreel.db.pool import Connection

TAKEN_FOR = timedelta(minutes=5)
"""How long an errand is left to the process that took it. Longer than a conversation with a mail server can last."""

PAUSES = (3, 30, 120, 600)
"""Seconds before the next attempts, the last one again and again."""


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to do once. `attempts` counts this one."""

    id: int
    kind: str
    detail: dict[str, Any]
    attempts: int


async def put(connection: Connection, kind: str, detail: dict[str, Any], now: datetime, lasts: timedelta) -> None:
    """Leave an errand, in the transaction of what it belongs to; after `lasts` nobody wants it any more."""
    await connection.execute(
        "INSERT INTO outbox (kind, detail, due_at, expires_at) VALUES (%s, %s, %s, %s)",
        [kind, Jsonb(detail), now, now + lasts],
    )


async def take(connection: Connection, now: datetime) -> Errand | None:
    """The errand that is due first, for the caller alone; one that is neither `done` nor put off is due again later."""
    cursor = await connection.execute(
        """UPDATE outbox SET attempts = attempts + 1, due_at = %(later)s
            WHERE id = (SELECT id FROM outbox WHERE due_at <= %(now)s AND expires_at > %(now)s
                         ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING id, kind, detail, attempts""",
        {"now": now, "later": now + TAKEN_FOR},
    )
    row = await cursor.fetchone()
    return Errand(**row) if row else None


async def done(connection: Connection, errand: Errand) -> None:
    """Nothing is left to do."""
    await connection.execute("DELETE FROM outbox WHERE id = %s", [errand.id])


async def put_off(connection: Connection, errand: Errand, now: datetime) -> None:
    """It did not work out: another attempt later."""
    pause = timedelta(seconds=PAUSES[min(errand.attempts, len(PAUSES)) - 1])
    await connection.execute("UPDATE outbox SET due_at = %s WHERE id = %s", [now + pause, errand.id])


async def next_due(connection: Connection) -> datetime | None:
    """When the next errand is due; None: there is none."""
    cursor = await connection.execute("SELECT min(due_at) AS due FROM outbox")
    row = await cursor.fetchone()
    due: datetime | None = row["due"] if row else None
    return due


async def forget_expired(connection: Connection, now: datetime) -> None:
    """Drop what nobody waits for any more."""
    await connection.execute("DELETE FROM outbox WHERE expires_at < %s", [now])
