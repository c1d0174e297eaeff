"""One video's business with one server: hand it in, or take it up again, wait, copy the film home, clear up over there.

Whatever ends it, the server is left without a job that nobody wants, as far as it lets itself be told; and the memo says what
a later attempt has to know.
"""

import math
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from promptreel.engine_config import RemoteConfig
from promptreel.engines import RenderJob
from promptreel.engines.remote.orphans import cancel, drop_all, jobs_in
from promptreel.engines.remote.protocol import Ask, Away, NotThere, RemoteProtocol, Status
from promptreel.engines.remote.servers import connected
from promptreel.engines.remote.waiting import Waiting, guessed_fraction, left_over, next_poll, next_try
from promptreel.errors import EngineAway, EngineFailed, EngineLost, EngineStopped

T = TypeVar("T")

LOST_TWICE = 2
"""Answers in a row that the server knows nothing of a job, before it is believed: proxies and stores can be late."""

COPIES = 5
"""Tries to copy one film."""

LATE_BIRTH = 1.5
"""Seconds for which a job that is not wanted any more, and is just being handed in, is waited for to be cancelled."""

FETCHED = 0.95
"""The share of a film's work that is done when the server is done."""

LONGEST_BUSY = 1800.0
"""Seconds for which a server is taken to go on with what was cancelled, at most."""


class Errand:
    """Films for one render job. `share` is the fraction of the whole job's progress that all films make together."""

    def __init__(self, config: RemoteConfig, job: RenderJob, films: int, usual: float, share: float) -> None:
        self._config, self._job, self._films, self._usual, self._share = config, job, films, usual, share
        self._url = config.servers[job.server].url
        self._server: RemoteProtocol = connected(config, job.server)
        self._threads = ThreadPoolExecutor(4, "remote")
        self._waiting = Waiting(self._tick, self._threads)
        self._wanted = threading.Event()
        self._wanted.set()
        self._told = (0.0, "sending the job")
        self._ids: list[str] = []
        """Of the jobs there, one per film so far."""
        self._kept: list[str] = []
        """Of the same, of an attempt before this one; taken from the front."""
        self._began = time.time()
        self._running = False
        self._unheard = 0.0
        """Seconds for which the server may be at a job whose name was never heard."""
        self._fraction: float | None = None
        self.seconds = 0.0
        """What the newest film took over there; 0 where it was begun by an earlier attempt."""

    # -- the films -----------------------------------------------------------------------------------------------------

    def take_up(self, memo: Mapping[str, Any]) -> None:
        """Find what an attempt before left: on this server it is gone on with, on another one it is cancelled."""
        if not (ids := jobs_in(memo)):
            return
        if memo.get("server") == self._url:
            self._kept = ids
            began = memo.get("began")
            self._began = float(began) if isinstance(began, int | float) else self._began
            return
        self._waiting.during(lambda: cancel(self._config, memo))
        self._job.remember({})

    def film(self, ask: Ask, path: Path) -> None:
        """Have the next film made and copy it to `path`. It stays on the server until `done`.

        Errors: `EngineAway` where the server is out of reach, `EngineLost` where it has lost the job, `EngineFailed` for what
        it cannot do, `EngineStopped`.
        """
        status = self._taken_up()
        if status is None:
            status = self._waited_for(self._handed_in(ask))
            self.seconds = time.time() - self._began
        if status.state == "lost":
            self._job.remember({})
            raise EngineLost("it knows nothing of the job any more")
        self._tell(FETCHED, "fetching the film")
        self._copied_home(status, path)

    def _taken_up(self) -> Status | None:
        """The end of the job that an earlier attempt left, None where there is none any more."""
        if not self._kept:
            return None
        self._ids.append(self._kept.pop(0))
        self._running = True
        status = self._waited_for(self._ids[-1])
        if status.state != "lost":
            return status
        # Older than this attempt, so no reason to give up: made anew. What came after it is worth nothing then.
        lost, self._kept = [self._ids.pop(), *self._kept], []
        self._waiting.during(lambda: drop_all(self._server, lost))
        return None

    def _handed_in(self, ask: Ask) -> str:
        """Errors: `EngineAway`, `EngineFailed`, `EngineStopped`."""
        self._began, self._fraction, self._running = time.time(), None, False
        self._tell(0.0, "sending the job")
        birth = self._waiting.begin(lambda: self._server.create(ask))
        try:
            job = self._waiting.finish(birth)
        except Away as error:
            if error.perhaps_done:
                self._never_heard_of()
            raise EngineAway(error.reason) from None
        except EngineStopped:
            try:
                self._ids.append(birth.result(LATE_BIRTH))
                self._running = True
            except TimeoutError:
                self._never_heard_of()  # it may be born yet
            except Away as error:
                if error.perhaps_done:
                    self._never_heard_of()
            except EngineFailed:
                pass
            raise
        self._ids.append(job)
        self._running = True
        self._job.remember(self._memo())
        return job

    def _never_heard_of(self) -> None:
        """Count the slot as taken for as long as a job takes that may be there, under a name that nobody has heard."""
        self._unheard = self._usual
        self._job.remember((self._memo() if self._ids else {}) | self._busy(self._unheard))

    def _waited_for(self, job: str) -> Status:
        """The job's end: completed, or lost. Errors: `EngineAway` out of reach for too long, `EngineFailed` with the server's
        own words.
        """
        every, failures, lost, away_since = self._config.poll_seconds, 0, 0, math.inf
        while True:
            try:
                status = self._waiting.during(lambda: self._server.status(job))
            except Away as error:
                away_since = min(away_since, time.monotonic())
                if time.monotonic() - away_since >= self._config.lost_after:
                    raise EngineAway(error.reason) from None
                failures += 1
                self._waiting.pause(min(next_try(every, failures, error.again_in), self._config.lost_after / 2))
                continue
            failures, away_since = 0, math.inf
            if status.state == "completed":
                self._running = False
                return status
            if status.state == "failed":
                self._running = False
                raise EngineFailed(status.reason or "its server does not say why")
            lost = lost + 1 if status.state == "lost" else 0
            if lost == LOST_TWICE:
                self._running = False
                return status
            self._note(status)
            self._waiting.pause(next_poll(every, time.time() - self._began, status.again_in))

    def _copied_home(self, status: Status, path: Path) -> None:
        """Errors: `EngineAway` where it breaks off each time, `EngineFailed` where there is none to copy."""
        job = self._ids[-1]
        with path.open("wb") as file:
            for failures in range(1, COPIES + 1):
                try:
                    self._waiting.during(lambda: self._server.download(job, status, file, self._wanted.is_set))
                except NotThere as error:
                    if failures == COPIES:
                        raise EngineFailed(error.reason) from None
                    self._waiting.pause(next_try(self._config.poll_seconds, failures, error.again_in))
                except Away as error:
                    if failures == COPIES:
                        raise EngineAway(error.reason) from None
                    self._waiting.pause(next_try(self._config.poll_seconds, failures, error.again_in))
                else:
                    return

    def meanwhile(self, call: Callable[[], T]) -> T:
        """Do something that takes a while, hearing whether the film is still wanted."""
        return self._waiting.during(call)

    # -- telling -------------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        if self._running:
            self._tell(FETCHED * self._done(), self._told[1])
        self._job.progress(*self._told)

    def _note(self, status: Status) -> None:
        """Keep what the server says of how far it is."""
        if status.fraction is not None:
            self._fraction = max(status.fraction, self._fraction or 0.0)
        waits = status.state == "queued" and self._fraction is None
        self._told = (self._told[0], "queued at the server" if waits else "rendering")

    def _done(self) -> float:
        """How far the film is: by the server's word as soon as it has said one, else by the clock."""
        if self._fraction is not None:
            return self._fraction
        return guessed_fraction(time.time() - self._began, self._usual)

    def _tell(self, fraction: float, step: str) -> None:
        made = max(0, len(self._ids) - 1) + fraction
        self._told = (max(self._told[0], self._share * made / self._films), step)

    # -- clearing up ---------------------------------------------------------------------------------------------------

    def done(self) -> None:
        """All films are here and sound: take them away over there."""
        ids, self._ids = self._ids, []
        self._job.remember({})
        self._waiting.during(lambda: drop_all(self._server, ids, running=False))

    def given_up(self) -> None:
        """Nobody wants the films any more: cancel what runs and take away the rest, without asking whether to go on."""
        self._wanted.clear()
        if self._kept:  # not looked at yet
            self._ids, self._kept, self._running = self._ids + self._kept, [], True
        if not self._ids:
            return
        newest, *older = reversed(self._ids)
        busy = self._unheard
        if self._running:
            busy = min(LONGEST_BUSY, max(1.0, left_over(time.time() - self._began, self._usual, self._fraction)))
            # First of all: this process may be killed while the server takes its time.
            self._job.remember(self._memo() | self._busy(busy))
        with suppress(Exception):
            free = self._server.drop(newest, running=self._running)
            self._job.remember(self._busy(self._unheard if free else busy))
        for job in older:
            with suppress(Exception):
                self._server.drop(job, running=False)
        self._ids = []

    def close(self) -> None:
        """End threads and connections. The jobs over there stay as they are."""
        self._wanted.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._server.close()

    def _busy(self, seconds: float) -> dict[str, Any]:
        """What the memo says of a server that goes on with what nobody wants."""
        return {"busy_seconds": math.ceil(seconds)} if seconds else {}

    def _memo(self) -> dict[str, Any]:
        *done, newest = self._ids
        return {"server": self._url, "id": newest, "done": done, "began": round(self._began)}
