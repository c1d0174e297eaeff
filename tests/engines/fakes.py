"""Engines that behave, and engines that misbehave in every way that a worker must survive."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from promptreel.engines import Frame, RenderJob
from promptreel.errors import EngineBroken, EngineFailed, EngineRefused
from promptreel.media.codecs import Nvenc
from promptreel.spec import VideoSpec


class Colours:
    """Flat frames whose colour changes: as fast as an engine can be."""

    def warm_up(self) -> None:
        pass

    def report(self, spec: VideoSpec) -> dict[str, Any]:
        return {"coverage": 0.0, "words": []}

    def render(self, job: RenderJob) -> Iterator[Frame]:
        spec = job.spec
        for number in range(spec.frames):
            self.before(number, job)
            yield np.full((spec.height, spec.width, 3), (number * 9) % 256, np.uint8)

    def before(self, number: int, job: RenderJob) -> None:
        """What happens before each frame."""


class Encoding(Colours):
    """Has an encoder of its own, on a card that no machine has."""

    codec = Nvenc(99)


class Slow(Colours):
    """Takes a twentieth of a second for each frame."""

    def before(self, number: int, job: RenderJob) -> None:
        time.sleep(0.05)


class Crashing(Colours):
    """Dies in the middle, as a segmentation fault would make it."""

    def before(self, number: int, job: RenderJob) -> None:
        if number == 3:
            os.kill(os.getpid(), signal.SIGSEGV)


class CrashingOnce(Colours):
    """Dies in the first attempt only; a file named by the negative prompt remembers."""

    def before(self, number: int, job: RenderJob) -> None:
        mark = job.spec.negative_prompt
        if number == 3 and not os.path.exists(mark):
            open(mark, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)


class Deaf(Colours):
    """Hangs after its first frame and never asks whether it should stop: from its first word of progress on."""

    def before(self, number: int, job: RenderJob) -> None:
        if number == 1:
            while True:
                time.sleep(1)


class Leaking(Colours):
    """Takes more and more memory."""

    def before(self, number: int, job: RenderJob) -> None:
        self.hoard = [np.ones(1 << 25) for _ in range(3)]
        time.sleep(5)


class Chatting(Colours):
    """Prints to standard output, where the answers go."""

    def before(self, number: int, job: RenderJob) -> None:
        print('{"done": {"report": "a lie"}}', flush=True)
        os.write(1, b"not even JSON\n")


class TooFew(Colours):
    """Leaves out frames."""

    def render(self, job: RenderJob) -> Iterator[Frame]:
        yield next(super().render(job))


class WrongSize(Colours):
    """Frames of another size than asked."""

    def render(self, job: RenderJob) -> Iterator[Frame]:
        yield np.zeros((8, 8, 3), np.uint8)


class Refusing(Colours):
    """Says that it cannot."""

    def before(self, number: int, job: RenderJob) -> None:
        raise EngineFailed("it does not know how")


class Hopeless(Colours):
    """Knows before its first frame that it never can."""

    def before(self, number: int, job: RenderJob) -> None:
        raise EngineRefused("it makes no such films")


class Raising(Colours):
    """Has a bug."""

    def before(self, number: int, job: RenderJob) -> None:
        raise ZeroDivisionError("a bug")


class Broken(Colours):
    """Has lost its card."""

    def before(self, number: int, job: RenderJob) -> None:
        raise EngineBroken("the card failed")


class Loading(Colours):
    """Has a model that takes half a second to load, and tells so; a file named by `mark` counts how often."""

    def __init__(self, mark: str, broken: bool = False) -> None:
        self.mark, self.broken = mark, broken
        self.warm = False
        self.loaded = 0

    def preload(self, progress: Callable[[float, str], None]) -> None:
        while self.loaded < 10:
            progress(0.0, "loading the model")
            time.sleep(0.05)
            self.loaded += 1
        with open(self.mark, "a") as mark:
            mark.write("x")
        if self.broken:
            raise EngineBroken("the card failed")
        self.warm = True

    def before(self, number: int, job: RenderJob) -> None:
        if not self.warm:
            self.broken = False
            self.preload(job.progress)


class Wavering(Colours):
    """Knows only with its first frame what lies behind it, and tells less then than it had told before."""

    prelude = 0.0

    def before(self, number: int, job: RenderJob) -> None:
        if number == 0:
            job.progress(0.4, "looking")
            self.prelude = 0.3
        time.sleep(0.12)
