"""The built-in engine: it draws scenes on the CPU, without weights and without a network.

A prompt chooses a scene and its weather, light, colours and camera (`prompt`); a job with a picture sets that picture
in motion (`animate`). Frames are drawn in threads, one frame each, by kernels that run without the GIL.
"""

import importlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from promptreel.engines import Frame, RenderJob
from promptreel.engines.scenes.post import Post
from promptreel.engines.scenes.prompt import SceneSpec, parse
from promptreel.engines.scenes.scene import Scene
from promptreel.errors import EngineStopped
from promptreel.spec import VideoSpec

_Result = TypeVar("_Result")

SCENES = {
    "sunset": "promptreel.engines.scenes.sunset:Sunset",
    "village": "promptreel.engines.scenes.village:Village",
    "street": "promptreel.engines.scenes.street:Street",
    "animation": "promptreel.engines.scenes.animate:Animation",
}

WARM_UP = (
    ("sunset over the ocean", ""),
    ("a mountain village", ""),
    ("a city street", ""),
    ("rain and fog", "first"),
    ("snow", "first last"),
)
"""Prompts and pictures of jobs that together use every kernel."""

POLL_SECONDS = 0.25
"""How often a job is asked whether it should end while a thread is busy."""

SETUP_SHARE = 0.05
"""What a set-up counts for in a job's progress."""

BYTES_PER_PIXEL = 100
"""What one drawing thread holds, by the largest scene."""

MEMORY = 2 << 30
"""What all drawing threads together may hold, in bytes, as long as there are two of them."""


class ScenesEngine:
    """The engine `scenes`. `threads` is how many frames are drawn at once; by default what this process may use."""

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads or usable_cpus()

    def warm_up(self) -> None:
        """Compile every kernel, or load it from `NUMBA_CACHE_DIR`, by drawing each scene once and very small."""
        first = np.linspace(0, 255, 36 * 64 * 3).astype(np.uint8).reshape(36, 64, 3)
        # A bright block before a dark ground, so that what parts a subject from its background is compiled too.
        last = np.full((120, 200, 3), 30, np.uint8)
        last[40:110, 70:130] = 220
        for prompt, pictures in WARM_UP:
            spec = VideoSpec(
                prompt=prompt,
                width=64,
                height=36,
                fps=2,
                duration=1.0,
                has_image="first" in pictures,
                has_last_image="last" in pictures,
            )
            job = RenderJob(
                spec,
                lambda _fraction, _step: None,
                image=first if "first" in pictures else None,
                last_image=last if "last" in pictures else None,
            )
            for _ in self.render(job):
                pass

    def report(self, spec: VideoSpec) -> dict[str, Any]:
        """What of the prompt will be shown: every content word with its fate, and the share that is shown at all."""
        words = _parse(spec).words
        held = sum(word.status != "not_shown" for word in words)
        return {"coverage": held / len(words) if words else 1.0, "words": [asdict(word) for word in words]}

    def render(self, job: RenderJob) -> Iterator[Frame]:
        """The frames of `job` in order, as planes.

        All work is done in threads, so that this one is free to ask `job.progress` whether to go on.
        """
        stopped = threading.Event()
        spec = job.spec
        threads = max(
            1, min(self._threads, spec.frames, max(2, MEMORY // (BYTES_PER_PIXEL * spec.width * spec.height)))
        )
        pool = ThreadPoolExecutor(threads, thread_name_prefix="scenes")
        try:
            setup = _Setup(job, stopped)
            scene = _wait(pool.submit(setup.run), setup.report)
            yield from _frames(pool, scene, job, ahead=threads + 2)
        finally:
            # Nobody waits for frames that nobody will see: a thread ends after the one it is in.
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)


class _Setup:
    """Making the scene in a thread, while `report` tells in the engine's own thread how far it is."""

    def __init__(self, job: RenderJob, stopped: threading.Event) -> None:
        self._job, self._stopped = job, stopped
        self._step, self._left = "preparing", 1.0

    def run(self) -> Scene:
        """The scene that the job's prompt and picture ask for."""
        job, spec = self._job, self._job.spec
        wanted = _parse(spec)
        module, _, name = SCENES[wanted.scene].partition(":")
        make: Callable[..., Scene] = getattr(importlib.import_module(module), name)
        pictures = {"image": job.image, "last_image": job.last_image} if wanted.scene == "animation" else {}
        return make(spec.width, spec.height, spec.duration, spec.seed, wanted, self._tick, **pictures)

    def report(self) -> None:
        """Pass the latest step on; the fraction creeps up, as nobody knows how many steps there are."""
        self._job.progress(SETUP_SHARE * (1 - self._left), self._step)

    def _tick(self, step: str) -> None:
        if self._stopped.is_set():
            raise EngineStopped
        self._step = step
        self._left *= 0.85


def _frames(pool: ThreadPoolExecutor, scene: Scene, job: RenderJob, ahead: int) -> Iterator[Frame]:
    """Draw the frames in the threads of `pool`, at most `ahead` of them before they are taken."""
    spec = job.spec
    own = threading.local()
    finished = getattr(scene, "frame", None)

    def draw(index: int) -> Frame:
        if not hasattr(own, "state"):
            own.state, own.post = scene.new_state(), Post(spec.width, spec.height)
        if finished is not None:
            frame: Frame = finished(own.state, index / spec.fps)
            return frame
        grade: Post = own.post
        return grade.run(scene.draw(own.state, index / spec.fps), seed=index, **scene.post)

    pending: deque[Future[Frame]] = deque()
    asked = 0
    for index in range(spec.frames):
        while asked < spec.frames and len(pending) < ahead:
            pending.append(pool.submit(draw, asked))
            asked += 1
        fraction = SETUP_SHARE + (1 - SETUP_SHARE) * index / spec.frames
        yield _wait(pending.popleft(), partial(job.progress, fraction, "rendering"))
    job.progress(1.0, "rendering")


def _wait(future: Future[_Result], poll: Callable[[], None]) -> _Result:
    while True:
        poll()
        try:
            return future.result(POLL_SECONDS)
        except FutureTimeoutError:
            if future.done():
                raise


def _parse(spec: VideoSpec) -> SceneSpec:
    return parse(spec.prompt, spec.negative_prompt, seed=spec.seed, has_image=spec.has_image)


def usable_cpus() -> int:
    """The processors that this process may use: its affinity and, in a container, its share of time."""
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        count = os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        share = count if quota == "max" else -(-int(quota) // int(period))
    except (OSError, ValueError):
        share = count
    return max(1, min(count, share))
