"""The database as a command or a server needs it: running, with the schema of this code, and open for a few statements."""

import asyncio
import importlib
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TypeVar

import psycopg
from psycopg.rows import dict_row

from promptreel.db import migrate, server
from promptreel.db.pool import Connection
from promptreel.errors import DatabaseUnreachable
from promptreel.settings import Settings

Result = TypeVar("Result")

# What the first migration needs, loaded while PostgreSQL makes its files.
SLOW_IMPORTS = ("alembic.command", "procrastinate.schema")


def ready(settings: Settings) -> server.Server:
    """The database, started if it is the embedded one, with its schema brought up to date.

    Errors: those of `server.start` and `migrate.migrate`.
    """
    if not settings.database_url and not (settings.data / "postgres" / "cluster").exists():
        threading.Thread(target=load_slow_imports, daemon=True).start()
    database = server.start(settings)
    try:
        migrate.migrate(database.url)
    except BaseException:
        database.stop()
        raise
    return database


def load_slow_imports() -> None:
    """Load what a migration needs; it waits for us where it comes first."""
    for name in SLOW_IMPORTS:
        importlib.import_module(name)


@contextmanager
def in_use(settings: Settings) -> Iterator[str]:
    """The URL of the database for the length of a command. A given one is not migrated behind its operator's back.

    Errors: those of `server.start`, `DatabaseOutdated`, `DatabaseNewer`.
    """
    if settings.database_url:
        migrate.check(settings.database_url)
        yield settings.database_url
        return
    database = ready(settings)
    try:
        yield database.url
    finally:
        database.stop()


def run(url: str, work: Callable[[Connection], Awaitable[Result]], in_transaction: bool = True) -> Result:
    """The result of `work` on a connection of its own, in one transaction unless it opens its own.

    Errors: `DatabaseUnreachable`, the work's own.
    """

    async def connected() -> Result:
        try:
            connection = await psycopg.AsyncConnection.connect(
                url, row_factory=dict_row, autocommit=True, application_name="promptreel", options="-c timezone=UTC"
            )
        except psycopg.OperationalError as error:
            raise DatabaseUnreachable(reason=" ".join(str(error).split())) from None
        async with connection, connection.transaction() if in_transaction else nullcontext():
            return await work(connection)

    return asyncio.run(connected())
