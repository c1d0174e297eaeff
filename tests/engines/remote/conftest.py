"""What tests of servers that render share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from promptreel.engine_config import RemoteConfig
from promptreel.engines import RenderJob
from promptreel.engines.remote.engine import RemoteEngine
from promptreel.errors import EngineStopped
from promptreel.spec import VideoSpec

from .servers import KEY

SPEC = VideoSpec("a fox in the snow", 96, 64, fps=16, duration=1.0, seed=7, engine="far")


def config(*addresses: str, protocol: str = "vllm-omni", **more: Any) -> RemoteConfig:
    """An engine's table for servers at these addresses, quick to look again."""
    servers = [each if isinstance(each, dict) else {"url": each} for each in addresses]
    table = {
        "kind": "remote",
        "protocol": protocol,
        "servers": servers,
        "key": KEY,
        "poll_seconds": 0.01,
        "lost_after": 0.4,
    }
    return RemoteConfig(**(table | more))


@dataclass
class Listener:
    """Hears what an engine tells of a job, and stops it when it should be stopped."""

    told: list[tuple[float, str]] = field(default_factory=list)
    memos: list[dict[str, Any]] = field(default_factory=list)
    stop: Callable[["Listener"], bool] = lambda _heard: False

    def progress(self, fraction: float, step: str) -> None:
        self.told.append((fraction, step))
        if self.stop(self):
            raise EngineStopped

    def remember(self, memo: Any) -> None:
        self.memos.append(dict(memo))

    def job(self, spec: VideoSpec = SPEC, **more: Any) -> RenderJob:
        return RenderJob(spec, self.progress, remember=self.remember, **more)

    @property
    def memo(self) -> dict[str, Any]:
        """What a later attempt would find."""
        return self.memos[-1] if self.memos else {}

    @property
    def fractions(self) -> list[float]:
        return [fraction for fraction, _ in self.told]


def rendered(engine: RemoteEngine, job: RenderJob) -> np.ndarray:
    """All frames of a job."""
    return np.stack(list(engine.render(job)))
