"""Waiting for what takes long and tells nothing: files that come, weights that are read."""

import threading
from collections.abc import Callable
from typing import TypeVar

from promptreel.errors import EngineStopped

Tell = Callable[[float, str], None]
"""Takes a fraction 0…1 and a word for what is being done; raises `EngineStopped`."""

Result = TypeVar("Result")

TOLD_EVERY = 0.5
"""Seconds between two words of progress."""


def part(tell: Tell, start: float, end: float) -> Tell:
    """Progress of a part of the work that goes from `start` to `end` of the whole."""
    return lambda fraction, step: tell(start + (end - start) * min(1.0, fraction), step)


def while_waiting(
    work: Callable[[], Result], tell: Callable[[], None], stop: Callable[[], None] | None = None
) -> Result:
    """What `work` returns, while `tell` is called every half second. When `tell` raises `EngineStopped`, `stop` asks the work
    to end; the exception goes on once it has: nothing runs on unseen. Errors: those of the work.
    """
    results: list[Result] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            tell()
            thread.join(TOLD_EVERY)
    except EngineStopped:
        if stop is not None:
            stop()
        thread.join()
        raise
    if failures:
        raise failures[0]
    return results[0]
