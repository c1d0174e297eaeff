"""What an engine is. An engine only renders: it sees no database, no HTTP and no account.

It lives in a process of its own (`promptreel.engines.host`), so that a crash, a leak or a hang of it is one failed attempt
and nothing else.
"""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from promptreel.errors import EngineUnknown
from promptreel.spec import VideoSpec

Picture = NDArray[np.uint8]
"""An RGB picture, shape (height, width, 3), sRGB."""

Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
"""Y (height, width), U and V (height/2, width/2): BT.709, limited range, as H.264 wants it."""

Frame = Picture | Planes

Track = NDArray[np.float32]
"""Sound: two channels of samples within ±1, shape (2, samples), 48,000 a second."""


@dataclass(frozen=True, slots=True)
class RenderJob:
    """One rendering: what to make, the pictures to start from and to end with, and the way to tell and to be told.

    `progress(fraction, step)` takes a fraction of 0…1 that never falls and a short word for what is being done. It raises
    `EngineStopped` when the job should end, so an engine calls it at least once a second and lets that exception pass.
    """

    spec: VideoSpec
    progress: Callable[[float, str], None]
    image: Picture | None = None
    last_image: Picture | None = None


class Engine(Protocol):
    """An engine as the host process sees it. Made once per process, used for many jobs, one at a time."""

    def warm_up(self) -> None:
        """Do what makes the first job slow (compile, load weights). Safe to skip."""

    def report(self, spec: VideoSpec) -> dict[str, Any]:
        """What of the prompt will be shown, as JSON: `{"coverage": 0…1, "words": [{"text", "start", "end", "status",
        "by"}]}` with `status` one of `shown`, `approximated` (`by` says by what) and `not_shown`."""

    def render(self, job: RenderJob) -> Iterator[Frame]:
        """Exactly `job.spec.frames` frames of exactly `job.spec.width` × `job.spec.height`, in order.

        Errors: `EngineFailed` for what it cannot render, `EngineStopped` from `job.progress`.
        """


@runtime_checkable
class WithSound(Protocol):
    """What an engine has more that can make sound."""

    def sound(self, spec: VideoSpec) -> Track | None:
        """The sound track, as long as the video, or None for silence."""


ENGINES = {"scenes": "promptreel.engines.scenes:ScenesEngine"}


def load_engine(name: str) -> Engine:
    """The engine of that name, or at that `module:Class`. Imports it, so only the host process (and `generate --local`)
    calls this; what a stranger may name is only what stands in `ENGINES`.

    Errors: `EngineUnknown`.
    """
    module, separator, attribute = ENGINES.get(name, name).partition(":")
    if not separator:
        raise EngineUnknown(name=name, names=", ".join(sorted(ENGINES)))
    engine: Engine = getattr(importlib.import_module(module), attribute)()
    return engine
