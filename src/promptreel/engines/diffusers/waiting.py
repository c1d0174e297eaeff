"""Waiting for what takes long and tells nothing: files that come, weights that are read."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Tell = Callable[[float, str], None]
"""Takes a fraction 0…1 and a word for what is being done; raises `EngineStopped`."""

Result = TypeVar("Result")

TOLD_EVERY = 0.5
"""Seconds between two words of progress."""


def part(tell: Tell, start: float, end: float) -> Tell:
    """Progress of a part of the work that goes from `start` to `end` of the whole."""
    return lambda fraction, step: tell(start + (end - start) * min(1.0, fraction), step)


class Background(Generic[Result]):
    """Work in a thread of its own, begun at once."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._results: list[Result] = []
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[], Result]) -> None:
        try:
            self._results.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            self._failure = error

    @property
    def ended(self) -> bool:
        """Whether there is a result, or a failure."""
        return not self._thread.is_alive()

    def wait(self, tell: Callable[[], None] = lambda: None) -> None:
        """Return when it has ended, calling `tell` every half second. What that raises, such as `EngineStopped`, ends the
        waiting and not the work.
        """
        while not self.ended:
            tell()
            self._thread.join(TOLD_EVERY)

    def result(self) -> Result:
        """What the work returned, once it has ended. Errors: those of the work."""
        if self._failure is not None:
            raise self._failure
        return self._results[0]
