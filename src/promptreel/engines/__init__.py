"""What an engine is. An engine only renders: it sees no database, no HTTP and no account.

It lives in a process of its own (`promptreel.engines.child`), so that a crash, a leak or a hang of it is one failed attempt
and nothing else.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from promptreel.engine_config import CustomConfig, DiffusersConfig, EngineConfig, RemoteConfig
from promptreel.errors import EngineFailed
from promptreel.media.codecs import Codec
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
    server: int = 0
    """Which of the engine's servers is to do it, where it has several."""
    memo: Mapping[str, Any] = field(default_factory=dict)
    """What an earlier attempt at the same video left by `remember`: a job on another server that may still be running."""
    remember: Callable[[Mapping[str, Any]], None] = lambda _memo: None
    """Keep a few words of JSON for a later attempt, should this one be cut off. The newest replaces what was kept."""


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
        """The sound track, as long as the video, or None for silence. Asked for when the first frame is there."""


@runtime_checkable
class WithPrelude(Protocol):
    """What an engine has more that works long before its first frame."""

    prelude: float
    """The share of the work that lies before it, 0…1: until then the engine tells fractions up to here by itself. Read when
    that frame is there."""


@runtime_checkable
class WithModel(Protocol):
    """What an engine has more whose model takes long to load, and stays loaded."""

    @property
    def warm(self) -> bool:
        """Whether it is loaded, or being loaded already."""

    def preload(self, progress: Callable[[float, str], None]) -> None:
        """Load it before there is a job. `progress` as in `RenderJob`: once a job is there it raises `EngineStopped`, and
        what is done by then is not to be lost.

        Errors: as those of `render`.
        """


@runtime_checkable
class WithCodec(Protocol):
    """What an engine has more that knows of an encoder for its frames: x264 on the processor takes those of all others."""

    @property
    def codec(self) -> Codec:
        """The encoder. Read for each video, when its first frame is there."""


def load_engine(config: EngineConfig) -> Engine:
    """The engine that is set so. Imports it, so only the host process (and `generate --local`) calls this.

    Errors: `EngineFailed` for a package that is not installed, or a class of the operator's that is not there.
    """
    place = "promptreel.engines.scenes:ScenesEngine"
    arguments: dict[str, Any] = {}
    match config:
        case CustomConfig(model=place, options=arguments):
            pass
        case DiffusersConfig():
            place, arguments = "promptreel.engines.diffusers:DiffusersEngine", {"config": config}
        case RemoteConfig():
            place, arguments = "promptreel.engines.remote.engine:RemoteEngine", {"config": config}
    module, _, attribute = place.partition(":")
    try:
        engine: Engine = getattr(importlib.import_module(module), attribute)(**arguments)
    except ModuleNotFoundError as error:
        extra = " (pip install 'promptreel[gpu]')" if isinstance(config, DiffusersConfig) else ""
        raise EngineFailed(f"the package {error.name} is not installed{extra}") from error
    except AttributeError as error:
        raise EngineFailed(f"there is no {place}") from error
    return engine
