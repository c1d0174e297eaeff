"""The schema: made once however many ask, checked cheaply, and never touched when it is newer than the code."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from promptreel.db import migrate
from promptreel.errors import DatabaseNewer, DatabaseOutdated, DatabaseUnreachable
from tests.conftest import database


@pytest.fixture
def empty_url(template: str) -> Iterator[str]:
    """An empty database."""
    name = f"empty_{uuid4().hex}"
    with psycopg.connect(database(template, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield database(template, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def set_revision(url: str, revision: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = %s", [revision])


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


def test_makes_everything_once(empty_url: str) -> None:
    with pytest.raises(DatabaseOutdated):
        migrate.check(empty_url)
    assert migrate.migrate(empty_url)
    assert {"accounts", "videos", "ledger_entries", "procrastinate_jobs"} <= tables(empty_url)
    migrate.check(empty_url)
    assert not migrate.migrate(empty_url)


def test_several_at_once_are_fine(empty_url: str) -> None:
    results: list[bool] = []
    threads = [threading.Thread(target=lambda: results.append(migrate.migrate(empty_url))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, False, True]


def test_a_failed_migration_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    (tmp_path / "env.py").write_text((migrate.MIGRATIONS / "env.py").read_text())
    (versions / "0001_broken.py").write_text(
        "from alembic import op\nrevision = '0001'\ndown_revision = None\n"
        "def upgrade():\n    op.execute('CREATE TABLE half (n int)')\n    op.execute('SELECT 1 / 0')\n"
    )
    monkeypatch.setattr(migrate, "MIGRATIONS", tmp_path)
    with pytest.raises(Exception, match="division by zero"):
        migrate.migrate(empty_url)
    assert tables(empty_url) == set()


def test_newer_and_older_schemas_are_told_apart(database_url: str) -> None:
    set_revision(database_url, "9999")
    with pytest.raises(DatabaseNewer, match="9999"):
        migrate.check(database_url)
    with pytest.raises(DatabaseNewer):
        migrate.migrate(database_url)


def test_unreachable_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable) as failed:
        migrate.check(f"postgresql://nobody@/nothing?host={tmp_path}")
    assert "\n" not in str(failed.value)


def test_a_current_schema_needs_no_alembic(database_url: str) -> None:
    code = f"import sys; from promptreel.db import migrate; migrate.migrate({database_url!r}); print('alembic' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_revisions_follow_each_other() -> None:
    """A file is named after its revision, and each follows the one before: `check` relies on both."""
    before = "None"
    for path in sorted((migrate.MIGRATIONS / "versions").glob("[0-9]*.py")):
        text = path.read_text()
        revision = path.name.split("_")[0]
        assert re.search(rf'^revision = "{revision}"$', text, re.MULTILINE)
        assert re.search(rf"^down_revision = {before}$", text, re.MULTILINE)
        before = f'"{revision}"'
