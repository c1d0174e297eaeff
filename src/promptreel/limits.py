"""Exact counters: calls per account (and per token) and UTC day. A new day is a new row, so nothing has to be reset."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from promptreel.accounts import Account
from promptreel.db.pool import Connection
from promptreel.plans import TIERS


@dataclass(frozen=True, slots=True)
class Quota:
    """Where an account stands today. `limit` None: unlimited."""

    tier: str
    limit: int | None
    used: int
    reset_at: datetime | None

    @property
    def remaining(self) -> int | None:
        """Calls left today; None: unlimited."""
        return None if self.limit is None else max(0, self.limit - self.used)


def make_quota(tier: str, used: int, now: datetime) -> Quota:
    """The quota of a tier with `used` calls made; `now` in UTC."""
    limit = TIERS[tier].daily_calls
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return Quota(tier, limit, used, None if limit is None else midnight)


# One statement for many accounts. The guard is inside the UPDATE, so exactly `limit` calls pass under any concurrency;
# the row's old value comes back with it, and the difference says how many of this batch were let through.
COUNT = """
    INSERT INTO usage_days AS day (account_id, day, used, day_limit)
    SELECT account, %(day)s, least(calls, most), most
      FROM unnest(%(accounts)s::bigint[], %(calls)s::integer[], %(limits)s::integer[]) AS batch (account, calls, most)
     ORDER BY account
    ON CONFLICT (account_id, day) DO UPDATE
       SET used_before = day.used,
           used = greatest(day.used, least(day.used + excluded.used, excluded.day_limit)),
           day_limit = excluded.day_limit
    RETURNING account_id, used_before, used
"""
UNLIMITED = 2_000_000_000


async def count_calls(
    connection: Connection, calls: Sequence[tuple[int, str]], now: datetime
) -> dict[int, tuple[int, int]]:
    """Count calls, each given as (account, tier); for each account how many were counted before and how many are now.

    The difference is the number of these calls that pass: it is smaller than asked where the day's limit is reached.
    """
    wanted = Counter(account for account, _ in calls)
    limits = {account: TIERS[tier].daily_calls for account, tier in calls}
    cursor = await connection.execute(
        COUNT,
        {
            "day": now.date(),
            "accounts": list(wanted),
            "calls": list(wanted.values()),
            "limits": [UNLIMITED if (limit := limits[account]) is None else limit for account in wanted],
        },
    )
    return {row["account_id"]: (row["used_before"], row["used"]) for row in await cursor.fetchall()}


async def read_quota(connection: Connection, account: Account, now: datetime) -> Quota:
    """Where the account stands today, without counting."""
    cursor = await connection.execute(
        "SELECT used FROM usage_days WHERE account_id = %s AND day = %s", [account.id, now.date()]
    )
    row = await cursor.fetchone()
    return make_quota(account.tier, row["used"] if row else 0, now)


async def count_token_calls(connection: Connection, calls: Counter[int], now: datetime) -> None:
    """Note which tokens the calls of a batch came with: `calls` by token. Tells its owner who calls, and limits nothing."""
    await connection.execute(
        """INSERT INTO token_days AS day (token_id, day, calls)
           SELECT id, %s, calls FROM tokens JOIN unnest(%s::bigint[], %s::integer[]) AS batch (token, calls) ON id = token
            ORDER BY id FOR KEY SHARE OF tokens
           ON CONFLICT (token_id, day) DO UPDATE SET calls = day.calls + excluded.calls""",
        [now.date(), list(calls), list(calls.values())],
    )


async def calls_by_day(connection: Connection, account_id: int, since: date) -> dict[date, int]:
    """The account's counted calls, by UTC day; days without any are absent."""
    cursor = await connection.execute(
        "SELECT day, used FROM usage_days WHERE account_id = %s AND day >= %s", [account_id, since]
    )
    return {row["day"]: row["used"] for row in await cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class TokenUse:
    """The calls that came with one token: today's, and all since a day."""

    token_id: int
    name: str
    last_four: str
    today: int
    total: int


async def calls_by_token(connection: Connection, account_id: int, since: date, today: date) -> list[TokenUse]:
    """What each of the account's tokens was used for since that UTC day, the busiest first."""
    cursor = await connection.execute(
        """SELECT t.id AS token_id, t.name, t.last_four,
                  coalesce(sum(d.calls) FILTER (WHERE d.day = %(today)s), 0)::int AS today, sum(d.calls)::int AS total
             FROM tokens t JOIN token_days d ON d.token_id = t.id AND d.day >= %(since)s
            WHERE t.account_id = %(account)s GROUP BY t.id ORDER BY total DESC, t.id""",
        {"account": account_id, "since": since, "today": today},
    )
    return [TokenUse(**row) for row in await cursor.fetchall()]
