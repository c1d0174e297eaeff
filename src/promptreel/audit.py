"""The audit log: what operators did, and what concerns an account's safety. Append-only, and without secrets."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from promptreel.accounts import Account
from promptreel.db.pool import Connection


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. `actor` as told then, since accounts may go."""

    id: int
    at: datetime
    actor_id: int | None
    actor: str
    action: str
    account_id: int | None
    video_id: int | None
    detail: dict[str, Any]


async def record(
    connection: Connection,
    actor: Account | None,
    action: str,
    *,
    account_id: int | None = None,
    video_id: int | None = None,
    **detail: Any,
) -> None:
    """Write one line, in the transaction of what it tells. `actor` None: promptreel itself."""
    await connection.execute(
        "INSERT INTO audit_log (actor_id, actor, action, account_id, video_id, detail) VALUES (%s, %s, %s, %s, %s, %s)",
        [actor and actor.id, actor.email if actor else "promptreel", action, account_id, video_id, Jsonb(detail)],
    )


async def entries(
    connection: Connection, *, account_id: int | None = None, before: int | None = None, limit: int = 100
) -> list[Entry]:
    """The newest lines, of one account or of all; `before` an id, to go on from there."""
    cursor = await connection.execute(
        """SELECT id, at, actor_id, actor, action, account_id, video_id, detail FROM audit_log
            WHERE (%(account)s::bigint IS NULL OR account_id = %(account)s)
              AND (%(before)s::bigint IS NULL OR id < %(before)s)
            ORDER BY id DESC LIMIT %(limit)s""",
        {"account": account_id, "before": before, "limit": limit},
    )
    return [Entry(**row) for row in await cursor.fetchall()]
