"""Browser sessions of people. The cookie holds a random secret; only its SHA-256 is kept, so a stolen database opens none."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from promptreel.accounts import ACCOUNT_COLUMNS, Account, as_account
from promptreel.db.pool import Connection

SESSION_LASTS = timedelta(days=30)
"""From the last visit on."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody's browser. `operator` is set where an operator has signed in as the account."""

    id: int
    account: Account
    operator_id: int | None
    notice: dict[str, Any] | None


def hash_secret(secret: str) -> bytes:
    """What is kept of a random secret. A fast hash is right for 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()


async def open_session(
    connection: Connection,
    account_id: int,
    now: datetime,
    *,
    agent: str = "",
    network: str = "",
    operator_id: int | None = None,
) -> str:
    """Sign a browser in; the secret for its cookie."""
    secret = secrets.token_urlsafe(32)
    await connection.execute(
        """INSERT INTO sessions (hash, account_id, operator_id, agent, network, created_at, seen_at, expires_at)
           VALUES (%(hash)s, %(account)s, %(operator)s, %(agent)s, %(network)s, %(now)s, %(now)s, %(end)s)""",
        {
            "hash": hash_secret(secret),
            "account": account_id,
            "operator": operator_id,
            "agent": agent[:300],
            "network": network[:100],
            "now": now,
            "end": now + SESSION_LASTS,
        },
    )
    return secret


async def find_session(connection: Connection, secret: str, now: datetime) -> Session | None:
    """Whose cookie it is. Each visit prolongs the session, written once a minute at most.

    None for an unknown or expired one, and for a suspended account's.
    """
    cursor = await connection.execute(
        f"""SELECT s.id AS session_id, s.operator_id, s.notice, s.seen_at, a.*
              FROM sessions s JOIN (SELECT {ACCOUNT_COLUMNS} FROM accounts) a ON a.id = s.account_id
             WHERE s.hash = %s AND s.expires_at > %s""",
        [hash_secret(secret), now],
    )
    row = await cursor.fetchone()
    if row is None or row["suspended"]:
        return None
    if now - row["seen_at"] > timedelta(minutes=1):
        await connection.execute(
            "UPDATE sessions SET seen_at = %s, expires_at = %s WHERE id = %s",
            [now, now + SESSION_LASTS, row["session_id"]],
        )
    return Session(row["session_id"], as_account(row), row["operator_id"], row["notice"])


async def leave_notice(connection: Connection, session_id: int, kind: str, text: str) -> None:
    """What the next page tells, once: `kind` is `good` or `bad`."""
    await connection.execute(
        "UPDATE sessions SET notice = %s WHERE id = %s", [Jsonb({"kind": kind, "text": text}), session_id]
    )


async def clear_notice(connection: Connection, session_id: int) -> None:
    """It was told."""
    await connection.execute("UPDATE sessions SET notice = NULL WHERE id = %s", [session_id])


async def close_session(connection: Connection, account_id: int, session_id: int) -> bool:
    """Sign a browser out; False where the account has no such session."""
    cursor = await connection.execute(
        "DELETE FROM sessions WHERE id = %s AND account_id = %s", [session_id, account_id]
    )
    return bool(cursor.rowcount)
