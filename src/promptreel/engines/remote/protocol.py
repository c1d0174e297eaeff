"""What a server that renders is to the engine, whatever it speaks.

One class of these per way of speaking; `RemoteEngine` alone decides when to ask, when to wait and when to give up.
Every call blocks, at most for the seconds of its own limits, and may be made from any thread, one at a time per job.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Literal, Protocol

State = Literal["queued", "running", "completed", "failed", "lost"]
"""Of a job there. `lost`: the server does not know it, or not any more."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of a server, in nobody's words yet.

    Sides in pixels, `fps` in frames a second. `seconds` are needed of the film; its `frames` may last a little longer, as
    models make only certain numbers. None: left to the server. Pictures are PNG files of exactly `width` × `height`.
    """

    prompt: str
    width: int
    height: int
    frames: int
    fps: float
    seconds: float
    negative_prompt: str = ""
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None
    guidance_2: float | None = None
    sound: bool = False
    image: bytes | None = None
    last_image: bytes | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """The operator's own fields of the request: they go over all others."""


@dataclass(frozen=True, slots=True)
class Status:
    """How a job stands."""

    state: State
    fraction: float | None = None
    """0…1 of the work that is done; None where the server does not say, or says the same all the time."""
    reason: str = ""
    """Why it failed, in the server's own words, cleaned (`wire.words`)."""
    again_in: float | None = None
    """Seconds after which the server wants to be asked again."""
    place: str = ""
    """Where the film is, where that is said with the status: a URL, or a name on the server."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a server can be given a job now, why not, and the models that it serves as far as it says."""

    ok: bool
    reason: str = ""
    served_models: tuple[str, ...] = ()


class Away(Exception):
    """The server cannot be reached, or says that it is not to be asked just now. Comes back by itself, or never.

    `reason` is for people and free of secrets; `again_in` as in `Status`. `perhaps_done`: what was asked may have been done all
    the same, and only the answer was lost.
    """

    def __init__(self, reason: str, again_in: float | None = None, *, perhaps_done: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again_in = again_in
        self.perhaps_done = perhaps_done


class NotThere(Away):
    """The server is well, and the film of a completed job is not there: not yet, or not any more."""


class RemoteProtocol(Protocol):
    """One server. Made by a class that takes a `wire.Wire` and the engine's `RemoteConfig` and the index of the server.

    All calls raise `Away` for a server that cannot be reached or is overloaded, and `EngineFailed` for a refusal that will be
    the same next time.
    """

    def create(self, ask: Ask) -> str:
        """Hand the job in; its id there, which must do for all other calls, from another process too.

        Where the answer is lost, the job is found again or taken back if there is a way; `Away.perhaps_done` where neither is
        certain.
        """

    def status(self, job: str) -> Status:
        """How the job stands. Never asks for the film itself."""

    def download(self, job: str, status: Status, file: BinaryIO, going_on: Callable[[], bool]) -> None:
        """Copy the film of a completed job into `file`, from its beginning and not checked yet. Stops with `Away` once
        `going_on()` is false.

        Errors: `Away` where it is cut off, `NotThere`, `EngineFailed` for one larger than `wire.MOST_BYTES`.
        """

    def drop(self, job: str, *, running: bool) -> bool:
        """Cancel the job, or delete it and its film; answers within a few seconds. Best effort: an unknown id is no error.

        Whether the server's slot is free then: false where a `running` job renders on, though nobody wants it.
        """

    def health(self) -> Health:
        """Ask quickly whether it is up."""

    def close(self) -> None:
        """Let go of connections. The server's jobs stay as they are."""
