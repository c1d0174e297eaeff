"""The same request twice is one video: what was answered for an Idempotency-Key, for seven days."""

from typing import Any

from psycopg.types.json import Jsonb

from promptreel.db.pool import Connection
from promptreel.errors import IdempotencyMismatch, IdempotencyRunning


async def replay(
    connection: Connection, account_id: int, route: str, key: str, fingerprint: bytes
) -> dict[str, Any] | None:
    """The answer that was given for this key, or None. Errors: `IdempotencyMismatch` where the input was another."""
    cursor = await connection.execute(
        """SELECT fingerprint, answer FROM idempotency_keys
            WHERE account_id = %s AND route = %s AND key = %s AND created_at > now() - interval '7 days'""",
        [account_id, route, key],
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    if bytes(row["fingerprint"]) != fingerprint:
        raise IdempotencyMismatch
    answer: dict[str, Any] = row["answer"]
    return answer


async def claim(
    connection: Connection, account_id: int, route: str, key: str, fingerprint: bytes
) -> dict[str, Any] | None:
    """Take the key for the accepting transaction, or the answer that was given for it meanwhile.

    Errors: `IdempotencyRunning` while another transaction holds the key, `IdempotencyMismatch`.
    """
    cursor = await connection.execute(
        "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0)) AS mine", [f"idempotency {account_id} {route} {key}"]
    )
    row = await cursor.fetchone()
    if not (row and row["mine"]):
        raise IdempotencyRunning
    if answer := await replay(connection, account_id, route, key, fingerprint):
        return answer
    await connection.execute(
        """INSERT INTO idempotency_keys AS kept (account_id, route, key, fingerprint) VALUES (%s, %s, %s, %s)
           ON CONFLICT (account_id, route, key)
           DO UPDATE SET fingerprint = excluded.fingerprint, answer = NULL, created_at = now()""",
        [account_id, route, key, fingerprint],
    )
    return None


async def remember(connection: Connection, account_id: int, route: str, key: str, answer: dict[str, Any]) -> None:
    """Keep the answer of a claimed key, in the transaction that accepted the job."""
    await connection.execute(
        "UPDATE idempotency_keys SET answer = %s WHERE account_id = %s AND route = %s AND key = %s",
        [Jsonb(answer), account_id, route, key],
    )


async def forget_keys(connection: Connection) -> None:
    """Drop idempotency keys that are past their time."""
    await connection.execute("DELETE FROM idempotency_keys WHERE created_at < now() - interval '7 days'")
