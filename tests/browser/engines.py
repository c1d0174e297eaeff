"""Engines that stand still where a picture is to be taken of them."""

import time
from collections.abc import Iterator

from promptreel.engines import Frame, RenderJob
from promptreel.engines.scenes import ScenesEngine
from promptreel.errors import EngineFailed


class Standing(ScenesEngine):
    """Draws as the built-in engine does, and stops at three fifths."""

    def warm_up(self) -> None:
        """What it draws is drawn by another engine before, which compiles it."""

    def render(self, job: RenderJob) -> Iterator[Frame]:
        for number, frame in enumerate(super().render(job)):
            yield frame
            while number >= 0.6 * job.spec.frames:
                stand(job, 0.6, "rendering")


class Fetching(Standing):
    """Says that its model is on its way."""

    def render(self, job: RenderJob) -> Iterator[Frame]:
        while True:
            stand(job, 0.0, "downloading the model: 9.1 / 20.0 GB")
        yield


class Failing(Standing):
    """Cannot make anything."""

    def render(self, job: RenderJob) -> Iterator[Frame]:
        raise EngineFailed("the lamp of the projector is burnt out")
        yield


def stand(job: RenderJob, fraction: float, step: str) -> None:
    """Say the same for a while. Errors: `EngineStopped`."""
    job.progress(fraction, step)
    time.sleep(0.2)
