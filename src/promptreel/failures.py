"""Growing delays for who guesses. Everything is tried `free` times at once; then each further try waits twice as long.

A try is counted before it is made and taken back when it was right, so that a thousand guesses at the same time are a
thousand guesses and not one. Delays never lock anybody out for good: they end after `longest`, and links in letters do not
ask for them.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Literal

from promptreel.db.pool import Connection
from promptreel.errors import PromptreelError

Kind = Literal["account", "network", "letters", "asking", "signup", "pictures"]


@dataclass(frozen=True, slots=True)
class Rule:
    """`free` tries without a delay, then `first` and twice that for each further one, up to `longest`."""

    free: int
    first: timedelta
    longest: timedelta


RULES: dict[Kind, Rule] = {
    # Wrong passwords for one account, and from one network: a school or an office has many who mistype.
    "account": Rule(5, timedelta(seconds=2), timedelta(minutes=15)),
    "network": Rule(30, timedelta(seconds=2), timedelta(minutes=15)),
    # Letters to one address, and requests for letters and new accounts from one network.
    "letters": Rule(3, timedelta(minutes=1), timedelta(hours=1)),
    "asking": Rule(10, timedelta(seconds=30), timedelta(hours=1)),
    "signup": Rule(10, timedelta(minutes=1), timedelta(hours=1)),
    # Pictures of an account that are decoded only to be shown again in a form that makes no video.
    "pictures": Rule(20, timedelta(seconds=2), timedelta(minutes=5)),
}
FORGOTTEN_AFTER = timedelta(days=1)


class TooManyAttempts(PromptreelError):
    """Too many attempts; try again in {seconds} seconds"""

    slug = "too_many_attempts"

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, round(seconds))
        super().__init__(seconds=self.seconds)


def key(kind: Kind, what: str) -> str:
    """The row of a kind and an address. Mail addresses are kept as hashes, networks as what a stranger can vary at will."""
    if kind in {"account", "letters"}:
        return f"{kind}:{hashlib.sha256(what.strip().lower().encode('utf-8', 'replace')).hexdigest()}"
    return f"{kind}:{network_of(what)}"


def network_of(address: str) -> str:
    """An IPv4 address itself; of an IPv6 address the /64, which one household has whole."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:100]
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or f"{IPv6Address(int(parsed) >> 64 << 64)}/64")
    return str(parsed)


COUNT = """
    INSERT INTO failures AS kept (key, count, last_at, free_at) VALUES (%(key)s, 1, %(now)s, %(now)s)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN kept.last_at < %(old)s THEN 1 ELSE kept.count + 1 END,
        last_at = %(now)s,
        free_at = CASE WHEN kept.last_at < %(old)s OR kept.count + 1 < %(free)s THEN %(now)s
                       ELSE %(now)s + least(%(longest)s, %(first)s * power(2, least(kept.count + 1 - %(free)s, 20))) END
    WHERE kept.free_at <= %(now)s OR kept.last_at < %(old)s
    RETURNING count
"""


async def attempt(connection: Connection, now: datetime, **attempts: str) -> None:
    """Count one try for each kind and address: `account="a@b.c", network="192.0.2.1"`.

    Errors: `TooManyAttempts` with the seconds to wait; then the caller's transaction must roll back, and nothing was counted.
    """
    # In one order, so that two who try at the same time do not wait for each other.
    for kind, what in sorted(attempts.items()):
        rule = RULES[kind]  # type: ignore[index]
        values = {
            "key": key(kind, what),  # type: ignore[arg-type]
            "now": now,
            "old": now - FORGOTTEN_AFTER,
            "free": rule.free,
            "first": rule.first,
            "longest": rule.longest,
        }
        cursor = await connection.execute(COUNT, values)
        if await cursor.fetchone() is None:
            cursor = await connection.execute("SELECT free_at FROM failures WHERE key = %s", [values["key"]])
            row = await cursor.fetchone()
            raise TooManyAttempts((row["free_at"] - now).total_seconds() if row else 1)


async def succeeded(connection: Connection, now: datetime, account: str, network: str = "") -> None:
    """The try was right: the account's count is forgotten, and the network's is what it was before it."""
    await connection.execute("DELETE FROM failures WHERE key = %s", [key("account", account)])
    if network:
        # The wait was over when the try was let through.
        await connection.execute(
            "UPDATE failures SET count = greatest(count - 1, 0), free_at = %s WHERE key = %s",
            [now, key("network", network)],
        )
