"""Waiting for a server without going deaf: somebody may take the wish back at any time."""

import math
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

TICK = 0.25
"""Seconds between two looks at whether the job is still wanted."""

SLOWEST_POLL = 5.0
"""How many times as long as an operator's `poll_seconds` the pauses become."""

PATIENT_SHARE = 0.02
"""Of the time waited so far that one pause may last: so a film is seen at most that much too late."""

LONGEST_PAUSE = 30.0
"""Seconds, whatever a server asks for."""


class Waiting:
    """Calls that block, and pauses, with `tick` called several times a second meanwhile; what it raises ends the waiting."""

    def __init__(self, tick: Callable[[], None], pool: ThreadPoolExecutor) -> None:
        self._tick = tick
        self._pool = pool

    def begin(self, call: Callable[[], T]) -> Future[T]:
        """Start a call in another thread."""
        return self._pool.submit(call)

    def finish(self, future: Future[T]) -> T:
        """What the call comes to, or its exception. When `tick` raises, the call goes on with nobody waiting for it."""
        while True:
            self._tick()
            try:
                return future.result(TICK)
            except TimeoutError:
                if future.done():
                    raise  # the call's own

    def during(self, call: Callable[[], T]) -> T:
        """Both."""
        return self.finish(self.begin(call))

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        until = time.monotonic() + seconds
        self._tick()
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(TICK, left))
            self._tick()


def next_poll(every: float, waited: float, asked_for: float | None) -> float:
    """Seconds until a job that has been waited for so long is looked at again: `every` at first, rarer for long ones; as the
    server asks, where it does.
    """
    own = min(max(every, PATIENT_SHARE * waited), SLOWEST_POLL * every)
    return min(max(own, asked_for or 0.0), LONGEST_PAUSE)


def next_try(every: float, failures: int, asked_for: float | None) -> float:
    """Seconds until a server that failed so many times in a row is asked again."""
    return min(max(every * 2.0 ** min(failures, 8), asked_for or 0.0), LONGEST_PAUSE / 3)


def guessed_fraction(elapsed: float, usual: float) -> float:
    """How far a job is that tells nothing of itself, 0…0.9: always moving, and never there before it is."""
    return 0.9 * (1 - math.exp(-2 * elapsed / usual)) if usual > 0 else 0.9


def left_over(elapsed: float, usual: float, fraction: float | None) -> float:
    """Seconds for which a server goes on with a job: by what it says of it, else by what such jobs usually take."""
    if fraction is not None and fraction > 0.02:
        return elapsed * (1 - fraction) / fraction
    return max(usual - elapsed, 0.25 * usual)
