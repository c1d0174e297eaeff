"""People and their tokens.

A token is a prefix, an underscore, 30 random base62 characters and 6 characters of checksum (the form GitHub uses), so that
a typo is refused without a database read and a secret scanner can recognise one. Only its SHA-256 is kept: a fast hash is
right for 178 random bits.
"""

import hashlib
import re
import secrets
import string
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.errors import UniqueViolation

from promptreel.db.pool import Connection
from promptreel.errors import AccountSuspended, EmailTaken, InvalidInput, NotFound
from promptreel.plans import TIERS

TOKEN_PREFIX = "prl"  # noqa: S105 - the public part of every token
SCOPES = frozenset({"read", "write", "admin"})
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
TOKEN = re.compile(rf"{TOKEN_PREFIX}_[0-9A-Za-z]{{36}}")
EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,188}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with credits, a tier and videos."""

    id: int
    email: str
    tier: str
    suspended: bool
    created_at: datetime
    operator: bool = False
    """Whether this is somebody who runs the place."""

    verified: bool = False
    """Whether the address is known to be theirs."""

    locale: str | None = None
    zone: str | None = None

    @property
    def reachable(self) -> bool:
        """Whether a letter could arrive: nobody's mailbox is below `.invalid` (RFC 6761), where stand-ins for addresses are."""
        return not self.email.endswith(".invalid")


@dataclass(frozen=True, slots=True)
class Token:
    """What may be known of a token after it was shown once."""

    id: int
    account_id: int
    name: str
    scopes: frozenset[str]
    last_four: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Caller:
    """The account behind a token, and what the token allows."""

    account: Account
    token_id: int
    scopes: frozenset[str]


# -- tokens as text ----------------------------------------------------------------------------------------------------


def checksum(text: str) -> str:
    """The CRC32 of `text` as 6 base62 characters."""
    value = zlib.crc32(text.encode())
    digits = ""
    for _ in range(6):
        value, digit = divmod(value, 62)
        digits = BASE62[digit] + digits
    return digits


def make_token() -> str:
    """A new token."""
    body = f"{TOKEN_PREFIX}_" + "".join(secrets.choice(BASE62) for _ in range(30))
    return body + checksum(body)


def looks_like_token(text: str) -> bool:
    """Whether `text` has the form and the checksum of a token. No I/O."""
    return TOKEN.fullmatch(text) is not None and checksum(text[:-6]) == text[-6:]


def hash_token(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


# -- accounts ----------------------------------------------------------------------------------------------------------

ACCOUNT_COLUMNS = (
    "id, email, tier, suspended_at IS NOT NULL AS suspended, created_at, operator, verified_at IS NOT NULL AS verified, "
    "locale, zone"
)


def as_account(row: dict[str, Any]) -> Account:
    """An account from `ACCOUNT_COLUMNS`."""
    return Account(**{name: row[name] for name in Account.__dataclass_fields__})


async def create_account(
    connection: Connection, email: str, tier: str = "free", *, verified: bool = False, operator: bool = False
) -> Account:
    """A new account with an empty wallet. `verified`: whoever makes it knows the address to be theirs.

    Errors: `InvalidInput` for what is no address or no tier, `EmailTaken`.
    """
    if not EMAIL.fullmatch(email):
        raise InvalidInput("{email} is not an e-mail address", param="email", email=repr(email))
    if tier not in TIERS:
        raise InvalidInput(f"There is no tier {tier!r}; there is: {', '.join(TIERS)}", param="tier")
    try:
        async with connection.transaction():
            cursor = await connection.execute(
                f"""INSERT INTO accounts (email, tier, operator, verified_at)
                    VALUES (%s, %s, %s, CASE WHEN %s THEN now() END) RETURNING {ACCOUNT_COLUMNS}""",
                [email, tier, operator, verified],
            )
            account = as_account(await cursor.fetchone() or {})
            await connection.execute("INSERT INTO wallets (account_id) VALUES (%s)", [account.id])
    except UniqueViolation:
        raise EmailTaken(email=email) from None
    return account


async def find_account(connection: Connection, email_or_id: str) -> Account:
    """The account with that e-mail address (in any case) or that number. Errors: `NotFound`."""
    condition, value = (
        ("id = %s", email_or_id)
        if re.fullmatch("[0-9]{1,18}", email_or_id)
        else (
            "lower(email) = lower(%s)",
            email_or_id,
        )
    )
    cursor = await connection.execute(f"SELECT {ACCOUNT_COLUMNS} FROM accounts WHERE {condition}", [value])
    row = await cursor.fetchone()
    if row is None:
        raise NotFound
    return as_account(row)


async def list_accounts(connection: Connection) -> list[Account]:
    """Everybody's account, oldest first."""
    cursor = await connection.execute(f"SELECT {ACCOUNT_COLUMNS} FROM accounts WHERE NOT internal ORDER BY id")
    return [as_account(row) for row in await cursor.fetchall()]


# -- tokens ------------------------------------------------------------------------------------------------------------

TOKEN_COLUMNS = "id, account_id, name, scopes, last_four, created_at, expires_at, last_used_at, revoked_at"  # noqa: S105


async def create_token(
    connection: Connection,
    account_id: int,
    name: str = "default",
    scopes: tuple[str, ...] = ("read", "write"),
    expires_at: datetime | None = None,
) -> tuple[Token, str]:
    """A new token of the account, and its text, which is shown now and never again.

    Errors: `InvalidInput` for an unknown scope or an unusable name.
    """
    if not scopes or not SCOPES.issuperset(scopes):
        raise InvalidInput(f"Scopes are: {', '.join(sorted(SCOPES))}", param="scopes")
    if not 1 <= len(name) <= 100 or "\0" in name:
        raise InvalidInput("A token's name has 1 to 100 characters", param="name")
    text = make_token()
    cursor = await connection.execute(
        f"""INSERT INTO tokens (account_id, name, scopes, hash, last_four, expires_at)
            VALUES (%s, %s, %s, %s, %s, %s) RETURNING {TOKEN_COLUMNS}""",
        [account_id, name, sorted(set(scopes)), hash_token(text), text[-4:], expires_at],
    )
    return as_token(await cursor.fetchone() or {}), text


async def list_tokens(connection: Connection, account_id: int) -> list[Token]:
    """The account's tokens, revoked ones too, oldest first."""
    cursor = await connection.execute(
        f"SELECT {TOKEN_COLUMNS} FROM tokens WHERE account_id = %s ORDER BY id", [account_id]
    )
    return [as_token(row) for row in await cursor.fetchall()]


async def revoke_token(connection: Connection, account_id: int, token_id: int) -> None:
    """End a token at once. Errors: `NotFound` where the account has no such token."""
    cursor = await connection.execute(
        "UPDATE tokens SET revoked_at = coalesce(revoked_at, now()) WHERE account_id = %s AND id = %s",
        [account_id, token_id],
    )
    if not cursor.rowcount:
        raise NotFound


def as_token(row: dict[str, Any]) -> Token:
    """A token from `TOKEN_COLUMNS`."""
    return Token(**{**row, "scopes": frozenset(row["scopes"])})


CALLERS = f"""
    SELECT t.hash, t.id AS token_id, t.scopes, a.*,
           t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute' AS stale
      FROM tokens t JOIN (SELECT {ACCOUNT_COLUMNS} FROM accounts) a ON a.id = t.account_id
     WHERE t.hash = ANY(%s) AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
"""


async def find_callers(connection: Connection, hashes: list[bytes]) -> dict[bytes, Caller]:
    """Who is behind each token hash; unknown, revoked and expired ones are absent.

    The time of last use is kept to the minute, so that a busy token is not one write per call.
    """
    cursor = await connection.execute(CALLERS, [hashes])
    rows = await cursor.fetchall()
    if stale := [row["token_id"] for row in rows if row["stale"]]:
        # SKIP LOCKED: whoever holds the row is writing the same minute.
        await connection.execute(
            """UPDATE tokens SET last_used_at = now()
                WHERE id IN (SELECT id FROM tokens WHERE id = ANY(%s) FOR UPDATE SKIP LOCKED)""",
            [stale],
        )
    return {bytes(row["hash"]): Caller(as_account(row), row["token_id"], frozenset(row["scopes"])) for row in rows}


def admit(caller: Caller) -> Caller:
    """The caller, unless the account is suspended. Errors: `AccountSuspended`."""
    if caller.account.suspended:
        raise AccountSuspended
    return caller
