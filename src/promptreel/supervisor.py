"""Processes that keep each other alive: the database, the API and the workers of `promptreel serve`.

A child that ends is started again, after a pause that grows while it keeps ending. Each child holds the reading end of
a pipe: through it comes, in one line, the database's URL once that is ready (so a child loads its code meanwhile); and
its end means that the supervisor is gone, however it went, and that the child should go too.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NoReturn

import structlog

from promptreel.db import server
from promptreel.errors import PromptreelError
from promptreel.settings import Settings

log = structlog.get_logger()

LOOK_EVERY = 0.1
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0
# A child that ran this long was well; its next end is no sign of a lasting fault.
STEADY = 10.0

# What a worker is given to end its job; one that is not done goes back to the queue. Less than `stalled_after`: a worker
# that is ending sends no heartbeats, and nobody should take it for dead.
GRACE = 3.0


# -- the supervisor's side ---------------------------------------------------------------------------------------------


@dataclass
class Child:
    """One process that should run: its name for the log, its command, and what it inherits."""

    name: str
    arguments: list[str]
    listener: socket.socket | None = None
    process: "subprocess.Popen[bytes] | None" = None
    # The writing end of the pipe; closing it ends the child.
    leash: int = -1
    started: float = 0.0
    pause: float = FIRST_PAUSE
    again_at: float = 0.0

    def start(self, environment: dict[str, str]) -> None:
        """Start the process, in a group of its own: Ctrl-C is for the supervisor, who ends its children in order."""
        reading, self.leash = os.pipe()
        inherited = [reading]
        options = ["--leash", str(reading)]
        if self.listener is not None:
            inherited.append(self.listener.fileno())
            options += ["--listener", str(self.listener.fileno())]
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "promptreel", *self.arguments, *options],
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=inherited,
                start_new_session=True,
                env=environment,
            )
        finally:
            os.close(reading)
        self.started = time.monotonic()
        threading.Thread(target=self._pass_on, args=(self.process,), daemon=True).start()

    def tell(self, url: str) -> None:
        """Tell the child where the database is; it has waited for that."""
        with suppress(BrokenPipeError):  # it has ended: the next one will be told
            os.write(self.leash, f"{url}\n".encode())

    def let_go(self) -> None:
        """Close our end of the pipe."""
        if self.leash >= 0:
            os.close(self.leash)
            self.leash = -1

    def _pass_on(self, process: "subprocess.Popen[bytes]") -> None:
        """Write what the child says on our standard error, whatever that is by now: a progress bar may have taken it."""
        assert process.stderr is not None
        for line in process.stderr:
            sys.stderr.write(line.decode(errors="replace"))
            sys.stderr.flush()


@dataclass
class Supervisor:
    """Starts children and keeps them and the embedded database running until `stop`."""

    settings: Settings
    children: list[Child]
    database: server.Server | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _hurry: threading.Event = field(default_factory=threading.Event)
    _watcher: threading.Thread | None = None

    def start_api(self) -> None:
        """Start the API, which loads its code while the database gets ready. Workers would only take its turn."""
        for child in self.children:
            if child.listener is not None:
                child.start(self._environment())

    def begin(self, database: server.Server) -> None:
        """The database is ready: let all children work, and watch over them."""
        self.database = database
        for child in self.children:
            if child.process is None:
                child.start(self._environment())
            child.tell(database.url)
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    @property
    def database_url(self) -> str:
        """Where the database is, once it has begun."""
        assert self.database is not None
        return self.database.url

    def _environment(self) -> dict[str, str]:
        """Ours, with those settings that a command line may have changed."""
        settings = self.settings
        return os.environ | {
            "PROMPTREEL_DATA": str(settings.data),
            "PROMPTREEL_HOST": settings.host,
            "PROMPTREEL_PORT": str(settings.port),
        }

    # -- watching

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_EVERY):
            self._mend_database()
            for child in self.children:
                if not self._stopping.is_set():
                    self._mend_child(child)

    def _mend_database(self) -> None:
        old = self.database
        if old is None:
            return
        old.trim_log()
        if old.alive():
            return
        log.warning("database_ended", then="it is started again")
        try:
            self.database = server.start(self.settings)
        except PromptreelError as error:
            log.error("database_not_started", reason=error.message)
            self._stopping.wait(1.0)
            return
        old.stop()
        if self.database.url != old.url:
            # Only where its socket had to move: the children know the old place.
            for child in self.children:
                if child.process is not None:
                    child.process.terminate()

    def _mend_child(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            code = child.process.poll()
            if code is None:
                return
            if now - child.started > STEADY:
                child.pause = FIRST_PAUSE
            log.warning("process_ended", process=child.name, exit=code, then=f"again in {child.pause:.1f} s")
            child.process = None
            child.let_go()
            child.again_at = now + child.pause
            child.pause = min(2 * child.pause, LONGEST_PAUSE)
        elif now >= child.again_at:
            child.start(self._environment())
            if self.database is not None:
                child.tell(self.database.url)

    # -- stopping

    def hurry(self) -> None:
        """End what has been asked to stop at once."""
        self._hurry.set()

    def stop(self) -> None:
        """Stop the children, giving running jobs a moment, then the database if nobody else uses it."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join()
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE + 5
        for process in running:
            while process.poll() is None:
                if self._hurry.is_set() or time.monotonic() > deadline:
                    process.kill()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(0.05)
        for child in self.children:
            child.let_go()
        if self.database is not None:
            self.database.stop()


def raise_interrupt(*_: object) -> NoReturn:
    """A signal handler: SIGTERM means what Ctrl-C means."""
    raise KeyboardInterrupt


def interrupt_on_signals() -> None:
    """Let both signals that ask a program to end raise `KeyboardInterrupt`."""
    # Python's own handler, because asyncio knows it and then ends its tasks in order.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, raise_interrupt)


def on_signals(handler: "Callable[..., object]") -> None:
    """Handle both signals that ask a program to end."""
    signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGTERM, handler)


# -- the child's side --------------------------------------------------------------------------------------------------


def wait_for_database(leash: int, on_orphaned: Callable[[], object]) -> str:
    """The database's URL from the supervisor. From then on `on_orphaned` is called when the supervisor is gone."""
    pipe = os.fdopen(leash, "rb", buffering=0)
    url = pipe.readline().decode().strip()
    if not url:
        os._exit(0)  # gone before we had begun

    def watch() -> None:
        while pipe.read(4096):
            pass
        # Whoever read our log is gone too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        on_orphaned()

    threading.Thread(target=watch, daemon=True).start()
    return url


def end_at_once() -> None:
    """For a process that holds nothing that has to be handed back; a new supervisor may want its port."""
    os._exit(0)


def end_in_order() -> None:
    """For a process that should hand back its job first, if it still can."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE + 5)
    os._exit(1)
