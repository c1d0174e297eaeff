"""Connections. One request or one worker step is one transaction, opened at the door with `transaction`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]


def make_pool(url: str, size: int) -> Pool:
    """An unopened pool of up to `size` connections; each checked before use, so a restarted database is met anew."""
    options: dict[str, Any] = {
        "row_factory": dict_row,
        "application_name": "promptreel",
        # Every time that leaves the database is UTC.
        "options": "-c timezone=UTC",
    }
    return AsyncConnectionPool(
        url,
        connection_class=AsyncConnection[DictRow],
        min_size=1,
        max_size=size,
        kwargs=options,
        open=False,
        configure=set_autocommit,
        timeout=30,
        reconnect_timeout=60,
        check=AsyncConnectionPool.check_connection,
    )


async def set_autocommit(connection: Connection) -> None:
    """A lone statement is its own transaction. Not an option of `connect`, where Procrastinate sets it as well."""
    await connection.set_autocommit(True)


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A connection inside one transaction: committed at the end, rolled back by any exception."""
    async with pool.connection() as connection, connection.transaction():
        yield connection
