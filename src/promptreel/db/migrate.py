"""The schema of a database: brought up to date, or compared with what this code knows.

A revision is named by the number that its file in `migrations/versions` begins with, so the common case, a schema that
is current, needs one query and no Alembic.
"""

from pathlib import Path

import psycopg

from promptreel.db.server import OLDEST_MAJOR
from promptreel.errors import DatabaseNewer, DatabaseOutdated, DatabaseUnreachable

MIGRATIONS = Path(__file__).parent / "migrations"

# Any number that nothing else in the database locks: one migration at a time.
LOCK = 7_241_001


def revisions() -> list[str]:
    """All revisions that this code knows, oldest first."""
    return sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def check(url: str) -> None:
    """Say nothing where the schema is the one that this code was written for.

    Errors: `DatabaseOutdated`, `DatabaseNewer`, `DatabaseUnreachable`.
    """
    with _connect(url) as connection:
        _compare(_revision(connection))


def migrate(url: str) -> bool:
    """Bring the schema up to date; whether anything had to be done. Several processes may do so at once.

    Errors: `DatabaseNewer`, `DatabaseUnreachable`.
    """
    with _connect(url) as connection:
        try:
            _compare(_revision(connection))
        except DatabaseOutdated:
            connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        else:
            return False
        # Whoever had the lock before us may have done it all.
        if _revision(connection) != revisions()[-1]:
            _upgrade(url)
            return True
        return False


def _connect(url: str) -> psycopg.Connection:
    """A connection to a server that is new enough."""
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=10, application_name="promptreel")
    except psycopg.Error as error:
        raise DatabaseUnreachable(reason=" ".join(str(error).split())) from None
    major = connection.info.server_version // 10_000
    if major < OLDEST_MAJOR:
        connection.close()
        raise DatabaseUnreachable(reason=f"it is PostgreSQL {major}, and {OLDEST_MAJOR} or newer is needed")
    return connection


def _revision(connection: psycopg.Connection) -> str | None:
    """The revision of the schema; None for a database that holds none."""
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return row[0] if row else None


def _compare(revision: str | None) -> None:
    known = revisions()
    if revision == known[-1]:
        return
    if revision is None or revision in known:
        raise DatabaseOutdated
    raise DatabaseNewer(revision=revision)


def _upgrade(url: str) -> None:
    """Run what is missing, in one transaction: the schema is the old one or the new one, never between."""
    # Loaded here because starting with a current schema should not wait for them.
    import sqlalchemy
    from alembic import command
    from alembic.config import Config

    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=sqlalchemy.NullPool
    )
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
