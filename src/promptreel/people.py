"""People: their browser sessions, passwords, and what other sites know them as.

A session's cookie holds a random secret; only its SHA-256 is kept, so a stolen database opens none.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from promptreel.accounts import ACCOUNT_COLUMNS, Account, as_account
from promptreel.db.pool import Connection
from promptreel.errors import EmailTaken

SESSION_LASTS = timedelta(days=30)
"""From the last visit on."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody's browser. `operator` is set where an operator has signed in as the account."""

    id: int
    account: Account
    operator_id: int | None
    notice: dict[str, Any] | None
    created_at: datetime


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


MAY_ACT = """(s.operator_id IS NULL OR EXISTS (
    SELECT FROM accounts o WHERE o.id = s.operator_id AND o.operator AND o.suspended_at IS NULL))"""
"""Whose session it is, or an operator who still is one."""


async def find_session(connection: Connection, secret: str, now: datetime) -> Session | None:
    """Whose cookie it is. Each visit prolongs the session, written once a minute at most.

    None for an unknown or expired one, for a suspended account's, and for that of who is an operator no more.
    """
    cursor = await connection.execute(
        f"""SELECT s.id AS session_id, s.operator_id, s.notice, s.seen_at, s.created_at AS signed_in_at, a.*
              FROM sessions s JOIN (SELECT {ACCOUNT_COLUMNS} FROM accounts) a ON a.id = s.account_id
             WHERE s.hash = %s AND s.expires_at > %s AND {MAY_ACT}""",
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
    return Session(row["session_id"], as_account(row), row["operator_id"], row["notice"], row["signed_in_at"])


async def live_sessions(connection: Connection, ids: Collection[int], now: datetime) -> set[int]:
    """Which of the sessions are still good. A look, and no visit: it prolongs none."""
    cursor = await connection.execute(
        f"""SELECT s.id FROM sessions s JOIN accounts a ON a.id = s.account_id
             WHERE s.id = ANY(%s::bigint[]) AND s.expires_at > %s AND a.suspended_at IS NULL AND {MAY_ACT}""",
        [list(ids), now],
    )
    return {row["id"] for row in await cursor.fetchall()}


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


@dataclass(frozen=True, slots=True)
class Browser:
    """A session as its owner sees it. `acting`: an operator's, who has signed in as the account."""

    id: int
    agent: str
    network: str
    acting: bool
    created_at: datetime
    seen_at: datetime


async def list_sessions(
    connection: Connection, account_id: int, now: datetime, first: int | None = None
) -> list[Browser]:
    """The 50 browsers signed in as the account that were seen last, but before them the session `first`."""
    cursor = await connection.execute(
        """SELECT id, agent, network, operator_id IS NOT NULL AS acting, created_at, seen_at FROM sessions
            WHERE account_id = %s AND expires_at > %s
            ORDER BY id IS NOT DISTINCT FROM %s DESC, seen_at DESC, id DESC LIMIT 50""",
        [account_id, now, first],
    )
    return [Browser(**row) for row in await cursor.fetchall()]


async def close_sessions(connection: Connection, account_id: int, but: int | None = None) -> int:
    """Sign all browsers of the account out, but one; how many they were.

    Also those in which it acts as somebody: from there a button leads back to the operator that it is.
    """
    cursor = await connection.execute(
        "DELETE FROM sessions WHERE %(account)s IN (account_id, operator_id) AND id IS DISTINCT FROM %(but)s",
        {"account": account_id, "but": but},
    )
    return cursor.rowcount


# -- passwords ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """An account and what proves that somebody is it."""

    account: Account
    password_hash: str | None


async def find_person(connection: Connection, email: str) -> Person | None:
    """Whose address it is, in any case."""
    return await _find(connection, "lower(email) = lower(%s)", email)


async def person_of(connection: Connection, account_id: int) -> Person | None:
    """The person behind an account's number."""
    return await _find(connection, "id = %s", account_id)


async def _find(connection: Connection, condition: str, *values: object) -> Person | None:
    cursor = await connection.execute(
        f"SELECT {ACCOUNT_COLUMNS}, password_hash FROM accounts WHERE {condition}", values
    )
    row = await cursor.fetchone()
    return Person(as_account(row), row["password_hash"]) if row else None


async def set_password(connection: Connection, account_id: int, password_hash: str | None) -> None:
    """Keep another hash; None: nobody signs in with a password."""
    await connection.execute("UPDATE accounts SET password_hash = %s WHERE id = %s", [password_hash, account_id])


async def set_address(connection: Connection, account_id: int, email: str, *, verified: bool) -> None:
    """Change the mail address. Errors: `EmailTaken`."""
    try:
        async with connection.transaction():
            await connection.execute(
                "UPDATE accounts SET email = %s, verified_at = CASE WHEN %s THEN now() END WHERE id = %s",
                [email, verified, account_id],
            )
    except UniqueViolation:
        raise EmailTaken(email=email) from None


async def set_language(connection: Connection, account_id: int, locale: str | None, zone: str | None) -> None:
    """Keep the language and the time zone that somebody chose; None: as the browser says."""
    await connection.execute("UPDATE accounts SET locale = %s, zone = %s WHERE id = %s", [locale, zone, account_id])


# -- as other sites know them ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is to another site."""

    issuer: str
    subject: str
    created_at: datetime


async def find_by_identity(connection: Connection, issuer: str, subject: str) -> Person | None:
    """Whose identity it is."""
    return await _find(
        connection,
        "id = (SELECT account_id FROM identities WHERE issuer = %s AND subject = %s)",
        issuer,
        subject,
    )


async def list_identities(connection: Connection, account_id: int) -> list[Identity]:
    """The identities of an account, oldest first."""
    cursor = await connection.execute(
        "SELECT issuer, subject, created_at FROM identities WHERE account_id = %s ORDER BY created_at", [account_id]
    )
    return [Identity(**row) for row in await cursor.fetchall()]


async def add_identity(connection: Connection, account_id: int, issuer: str, subject: str) -> bool:
    """Connect an identity; False where it is somebody's already."""
    cursor = await connection.execute(
        "INSERT INTO identities (issuer, subject, account_id) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        [issuer, subject, account_id],
    )
    return bool(cursor.rowcount)


async def drop_identities(connection: Connection, account_id: int) -> None:
    """Disconnect the account from all other sites."""
    await connection.execute("DELETE FROM identities WHERE account_id = %s", [account_id])


# -- tidying up --------------------------------------------------------------------------------------------------------


async def forget_expired(connection: Connection, now: datetime) -> None:
    """Drop sessions and links past their time, and failures that no delay grows with any more."""
    await connection.execute("DELETE FROM sessions WHERE expires_at < %s", [now])
    await connection.execute("DELETE FROM letters WHERE expires_at < %s", [now])
    await connection.execute("DELETE FROM failures WHERE last_at < %s", [now - timedelta(days=2)])
