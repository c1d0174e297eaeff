"""One-time links: in letters, and on the operator's console. Only their SHA-256 is kept, and using one removes it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from promptreel.db.pool import Connection
from promptreel.people import hash_secret

Purpose = Literal["verify", "reset", "magic", "start", "change"]

LASTS: dict[Purpose, timedelta] = {
    "verify": timedelta(days=3),
    "reset": timedelta(minutes=30),
    "magic": timedelta(minutes=30),
    "start": timedelta(days=1),
    "change": timedelta(days=1),
}
MOST_AT_ONCE = 5
"""Links of one purpose and account that work at the same time: letters overtake each other, and the older must not fail."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link that works. `email`: where it was sent to, which using it proves to be the account's."""

    account_id: int
    purpose: Purpose
    email: str


async def write(connection: Connection, account_id: int, purpose: Purpose, email: str, now: datetime) -> str:
    """The secret of a new link."""
    await connection.execute(
        """DELETE FROM letters WHERE hash IN (
               SELECT hash FROM letters WHERE account_id = %s AND purpose = %s ORDER BY created_at DESC OFFSET %s)""",
        [account_id, purpose, MOST_AT_ONCE - 1],
    )
    secret = secrets.token_urlsafe(32)
    await connection.execute(
        "INSERT INTO letters (hash, account_id, purpose, email, created_at, expires_at) VALUES (%s, %s, %s, %s, %s, %s)",
        [hash_secret(secret), account_id, purpose, email, now, now + LASTS[purpose]],
    )
    return secret


async def look(connection: Connection, secret: str, purposes: tuple[Purpose, ...], now: datetime) -> Link | None:
    """What a link is for, without using it up: mail scanners follow links, too."""
    cursor = await connection.execute(
        "SELECT account_id, purpose, email FROM letters WHERE hash = %s AND purpose = ANY(%s) AND expires_at > %s",
        [hash_secret(secret), list(purposes), now],
    )
    row = await cursor.fetchone()
    return Link(**row) if row else None


async def use(connection: Connection, secret: str, purposes: tuple[Purpose, ...], now: datetime) -> Link | None:
    """Use a link up. Of two who use it at the same time one gets it."""
    cursor = await connection.execute(
        """DELETE FROM letters WHERE hash = %s AND purpose = ANY(%s) AND expires_at > %s
           RETURNING account_id, purpose, email""",
        [hash_secret(secret), list(purposes), now],
    )
    row = await cursor.fetchone()
    return Link(**row) if row else None


async def drop(connection: Connection, account_id: int, *purposes: Purpose) -> None:
    """End the account's links, of these purposes or of all."""
    await connection.execute(
        "DELETE FROM letters WHERE account_id = %s AND purpose = ANY(%s)", [account_id, list(purposes or LASTS)]
    )
