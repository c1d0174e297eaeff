"""The ledger: double entry and append-only, with the words of card payments: hold, then capture or release.

Every transaction has a unique key, and that key is the whole of exactly-once: who comes second changes nothing. A video has one
`hold:<id>` and one `settle:<id>`, which is a capture or a release and so never both. Wallets are the ledger's running
sums, kept so that a hold is one guarded UPDATE; `audit` proves that they agree.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from promptreel.db.pool import Connection
from promptreel.errors import InsufficientCredits, InvalidInput

LARGEST_GRANT = 10**12


@dataclass(frozen=True, slots=True)
class Wallet:
    """Credits that can be spent, and credits held for videos that have not ended."""

    available: int
    held: int


async def balance(connection: Connection, account_id: int) -> Wallet:
    """The account's wallet; an unknown account has nothing."""
    cursor = await connection.execute("SELECT available, held FROM wallets WHERE account_id = %s", [account_id])
    row = await cursor.fetchone()
    return Wallet(row["available"], row["held"]) if row else Wallet(0, 0)


POST = """
    WITH entered AS (
        INSERT INTO ledger_transactions (kind, key, account_id, video_id, actor, reason)
        VALUES (%(kind)s, %(key)s, %(account)s, %(video)s, %(actor)s, %(reason)s)
        ON CONFLICT (key) DO NOTHING RETURNING id
    ), lines AS (
        INSERT INTO ledger_entries (transaction_id, line, book, amount)
        SELECT entered.id, line, book, amount
          FROM entered, (VALUES (1, %(source)s, -%(amount)s::bigint), (2, %(target)s, %(amount)s::bigint))
                        AS entry (line, book, amount)
         WHERE amount <> 0
    )
    SELECT id FROM entered
"""


async def post(
    connection: Connection,
    kind: str,
    key: str,
    account_id: int,
    amount: int,
    source: str,
    target: str,
    *,
    video_id: int | None = None,
    actor: str = "system",
    reason: str = "",
) -> bool:
    """Move `amount` credits from one book to another; False if the key was used before, and then nothing happened."""
    cursor = await connection.execute(
        POST,
        {
            "kind": kind,
            "key": key,
            "account": account_id,
            "video": video_id,
            "actor": actor,
            "reason": reason,
            "source": source,
            "target": target,
            "amount": amount,
        },
    )
    return await cursor.fetchone() is not None


async def grant(connection: Connection, account_id: int, amount: int, key: str, actor: str, reason: str = "") -> bool:
    """Give credits; False if `key` was granted before.

    Errors: `InvalidInput` for an amount that is not positive or absurd.
    """
    if not 1 <= amount <= LARGEST_GRANT:
        raise InvalidInput("A grant is 1 to {most} credits", param="amount", most=LARGEST_GRANT)
    new = await post(
        connection,
        "grant",
        f"grant:{key}",
        account_id,
        amount,
        "granted",
        f"available:{account_id}",
        actor=actor,
        reason=reason,
    )
    if new:
        await connection.execute(
            "UPDATE wallets SET available = available + %s WHERE account_id = %s", [amount, account_id]
        )
    return new


HOLD = """
    WITH wallet AS (
        UPDATE wallets SET available = available - %(amount)s, held = held + %(amount)s
         WHERE account_id = %(account)s AND available >= %(amount)s RETURNING available
    ), entered AS (
        INSERT INTO ledger_transactions (kind, key, account_id, video_id, actor)
        SELECT 'hold', 'hold:' || %(video)s::bigint, %(account)s, %(video)s, 'system' FROM wallet RETURNING id
    ), lines AS (
        INSERT INTO ledger_entries (transaction_id, line, book, amount)
        SELECT entered.id, line, book || %(account)s::bigint, amount
          FROM entered, (VALUES (1, 'available:', -%(amount)s::bigint), (2, 'held:', %(amount)s::bigint))
                        AS entry (line, book, amount)
         WHERE amount <> 0
    )
    SELECT available FROM wallet
"""


async def hold(connection: Connection, account_id: int, video_id: int, amount: int) -> int:
    """Set credits aside for a new video; how many are left to spend.

    Errors: `InsufficientCredits`, and then nothing is held. The guard is inside the UPDATE, so no concurrency can overdraw.
    """
    cursor = await connection.execute(HOLD, {"amount": amount, "account": account_id, "video": video_id})
    row = await cursor.fetchone()
    if row is None:
        raise InsufficientCredits(amount, (await balance(connection, account_id)).available)
    return int(row["available"])


async def capture(connection: Connection, account_id: int, video_id: int, amount: int) -> bool:
    """Spend what was held for a video that is completed; False if it was settled before."""
    new = await post(
        connection,
        "capture",
        f"settle:{video_id}",
        account_id,
        amount,
        f"held:{account_id}",
        "revenue",
        video_id=video_id,
    )
    if new:
        await connection.execute("UPDATE wallets SET held = held - %s WHERE account_id = %s", [amount, account_id])
    return new


async def release(connection: Connection, account_id: int, video_id: int, amount: int, reason: str) -> bool:
    """Give back what was held for a video that failed or was cancelled; False if it was settled before."""
    new = await post(
        connection,
        "release",
        f"settle:{video_id}",
        account_id,
        amount,
        f"held:{account_id}",
        f"available:{account_id}",
        video_id=video_id,
        reason=reason,
    )
    if new:
        await connection.execute(
            "UPDATE wallets SET held = held - %(n)s, available = available + %(n)s WHERE account_id = %(account)s",
            {"n": amount, "account": account_id},
        )
    return new


@dataclass(frozen=True, slots=True)
class Line:
    """One transaction as its account sees it: what it did to the credits that can be spent, and how many there were then."""

    id: int
    kind: str
    at: datetime
    amount: int
    """What was granted, held, spent or given back; never negative."""

    change: int
    available: int
    reason: str
    actor: str
    video_id: int | None
    prompt: str | None
    """Of the video, while it exists."""


async def statement(connection: Connection, account_id: int, before: int | None = None, limit: int = 50) -> list[Line]:
    """The account's newest transactions; `before` an id, to go on from there.

    The balance of each line follows from today's, backwards: no line but those shown and those skipped is read.
    """
    cursor = await connection.execute(
        """WITH lines AS (
               SELECT t.id, t.kind, t.created_at AS at, t.reason, t.actor, t.video_id,
                      (SELECT coalesce(max(e.amount), 0) FROM ledger_entries e WHERE e.transaction_id = t.id) AS amount,
                      (SELECT coalesce(sum(e.amount), 0) FROM ledger_entries e
                        WHERE e.transaction_id = t.id AND e.book = 'available:' || t.account_id)::bigint AS change
                 FROM ledger_transactions t
                WHERE t.account_id = %(account)s AND (%(before)s::bigint IS NULL OR t.id < %(before)s)
                ORDER BY t.id DESC LIMIT %(limit)s
           ), newer AS (
               SELECT coalesce(sum(e.amount), 0)::bigint AS change
                 FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
                WHERE %(before)s::bigint IS NOT NULL AND t.account_id = %(account)s AND t.id >= %(before)s
                  AND e.book = 'available:' || t.account_id
           )
           SELECT lines.*, v.prompt,
                  (w.available - newer.change - coalesce(sum(lines.change) OVER newest, 0))::bigint AS available
             FROM lines CROSS JOIN newer JOIN wallets w ON w.account_id = %(account)s
             LEFT JOIN videos v ON v.id = lines.video_id AND v.account_id = %(account)s
           WINDOW newest AS (ORDER BY lines.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
            ORDER BY lines.id DESC""",
        {"account": account_id, "before": before, "limit": limit},
    )
    return [Line(**row) for row in await cursor.fetchall()]


async def balance_by_day(connection: Connection, account_id: int, since: date) -> tuple[int, dict[date, int]]:
    """What could be spent when the UTC day `since` began, and the sum of each day's changes; quiet days are absent."""
    cursor = await connection.execute(
        """SELECT t.created_at::date AS day, sum(e.amount)::bigint AS change
             FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
            WHERE t.account_id = %s AND t.created_at >= %s AND e.book = 'available:' || t.account_id
            GROUP BY day""",
        [account_id, since],
    )
    changes = {row["day"]: row["change"] for row in await cursor.fetchall()}
    available = (await balance(connection, account_id)).available
    return available - sum(changes.values()), changes


AUDIT = {
    "transaction {id} ({key}) does not add up to zero but to {off}": """
        SELECT t.id, t.key, sum(e.amount) AS off FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
         GROUP BY t.id, t.key HAVING sum(e.amount) <> 0""",
    "the wallet of account {account} has {wallet} available, the ledger says {ledger}": """
        SELECT coalesce(w.account_id::text, substr(l.book, 11)) AS account, w.available AS wallet,
               coalesce(l.total, 0) AS ledger
          FROM wallets w
          FULL JOIN (SELECT book, sum(amount) AS total FROM ledger_entries WHERE book LIKE 'available:%' GROUP BY book) l
            ON l.book = 'available:' || w.account_id
         WHERE w.available IS DISTINCT FROM coalesce(l.total, 0)""",
    "the wallet of account {account} has {wallet} held, the ledger says {ledger}": """
        SELECT coalesce(w.account_id::text, substr(l.book, 6)) AS account, w.held AS wallet,
               coalesce(l.total, 0) AS ledger
          FROM wallets w
          FULL JOIN (SELECT book, sum(amount) AS total FROM ledger_entries WHERE book LIKE 'held:%' GROUP BY book) l
            ON l.book = 'held:' || w.account_id
         WHERE w.held IS DISTINCT FROM coalesce(l.total, 0)""",
    "video {id} ({status}) costs {price} but {held} was held for it": """
        SELECT v.id, v.status, v.price, coalesce(sum(e.amount), 0) AS held FROM videos v
          LEFT JOIN ledger_transactions t ON t.key = 'hold:' || v.id
          LEFT JOIN ledger_entries e ON e.transaction_id = t.id AND e.book = 'held:' || v.account_id
         GROUP BY v.id HAVING coalesce(sum(e.amount), 0) <> v.price""",
    "video {id} is {status} but its credits are {settled}": """
        SELECT v.id, v.status, coalesce(t.kind, 'held') AS settled FROM videos v
          LEFT JOIN ledger_transactions t ON t.key = 'settle:' || v.id
         WHERE coalesce(t.kind, 'held') <> CASE v.status WHEN 'completed' THEN 'capture' WHEN 'failed' THEN 'release'
                                                WHEN 'cancelled' THEN 'release' ELSE 'held' END""",
    "video {video} was settled with {settled} of the {held} that were held": """
        SELECT h.video_id AS video, coalesce(he.amount, 0) AS held, coalesce(-se.amount, 0) AS settled
          FROM ledger_transactions h
          JOIN ledger_transactions s ON s.key = 'settle:' || h.video_id
          LEFT JOIN ledger_entries he ON he.transaction_id = h.id AND he.book = 'held:' || h.account_id
          LEFT JOIN ledger_entries se ON se.transaction_id = s.id AND se.book = 'held:' || h.account_id
         WHERE h.kind = 'hold' AND coalesce(he.amount, 0) <> coalesce(-se.amount, 0)""",
    "{amount} credits are still held for video {video}, which does not exist": """
        SELECT h.video_id AS video, e.amount FROM ledger_transactions h
          JOIN ledger_entries e ON e.transaction_id = h.id AND e.amount > 0
         WHERE h.kind = 'hold' AND NOT EXISTS (SELECT FROM videos v WHERE v.id = h.video_id)
           AND NOT EXISTS (SELECT FROM ledger_transactions s WHERE s.key = 'settle:' || h.video_id)""",
    "transaction {id} ({kind}) has entries that such a transaction cannot have": """
        SELECT t.id, t.kind FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
         WHERE (t.kind, e.line, e.book) NOT IN (
               ('grant', 1, 'granted'), ('grant', 2, 'available:' || t.account_id),
               ('hold', 1, 'available:' || t.account_id), ('hold', 2, 'held:' || t.account_id),
               ('capture', 1, 'held:' || t.account_id), ('capture', 2, 'revenue'),
               ('release', 1, 'held:' || t.account_id), ('release', 2, 'available:' || t.account_id))
            OR sign(e.amount) <> CASE e.line WHEN 1 THEN -1 ELSE 1 END""",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not agree: a sentence, and what fills it."""

    sentence: str
    values: dict[str, Any]

    def __str__(self) -> str:
        return self.sentence.format_map(self.values)


async def audit(connection: Connection) -> list[Difference]:
    """Every difference between ledger, wallets and videos; none where all adds up.

    One snapshot, so that a running server cannot make a difference that is none.
    """
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        differences = []
        for sentence, query in AUDIT.items():
            cursor = await connection.execute(query)
            differences += [Difference(sentence, row) for row in await cursor.fetchall()]
    return differences
