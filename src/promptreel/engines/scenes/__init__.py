"""The built-in engine: it draws scenes on the CPU, without weights and without a network.

A prompt is read (`parser`), made into a plan (`director`), and the plan into a world that draws itself (`world`); a job with
a picture sets that picture in motion (`animate`). Frames are drawn in threads, one frame each, by kernels that run without
the GIL.
"""

import os
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from promptreel.engines import Frame, RenderJob, Track
from promptreel.engines.memory import trim
from promptreel.engines.scenes.director import Plan, direct
from promptreel.engines.scenes.language.parser import parse
from promptreel.engines.scenes.pictures import report as picture_report
from promptreel.engines.scenes.pictures.animate import Animation
from promptreel.engines.scenes.post import Post
from promptreel.engines.scenes.report import coverage, words
from promptreel.engines.scenes.scene import Scene
from promptreel.engines.scenes.scene_spec import SceneSpec
from promptreel.engines.scenes.world import World
from promptreel.errors import EngineStopped
from promptreel.spec import VideoSpec

_Result = TypeVar("_Result")

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
        self._beside: subprocess.Popen[bytes] | None = None

    def warm_up(self) -> None:
        """Compile every kernel, or load it from `NUMBA_CACHE_DIR`, by drawing every part once and very small."""
        from promptreel.engines.scenes.warming import warm_up

        warm_up(self.render)

    def report(self, spec: VideoSpec) -> dict[str, Any]:
        """What of the prompt will be shown: every content word with its fate, and the share that is shown at all."""
        wanted = _parse(spec)
        pictured = spec.has_image or spec.has_last_image
        told = words(wanted, picture_report.held(wanted, spec.prompt) if pictured else _plan(spec, wanted).held)
        return {"coverage": coverage(told), "words": [asdict(word) for word in told]}

    def sound(self, spec: VideoSpec) -> Track | None:
        """Ambience that fits, where the quality comes with sound or the prompt asks for it."""
        from promptreel.engines.scenes.soundtrack import soundtrack

        wanted = _parse(spec)
        if not (spec.sound if wanted.sound is None else wanted.sound):
            return None
        return soundtrack(_plan(spec, wanted), spec.frames / spec.fps, spec.seed)

    def render(self, job: RenderJob) -> Iterator[Frame]:
        """The frames of `job` in order, as planes.

        All work is done in threads, so that this one is free to ask `job.progress` whether to go on.
        """
        stopped = threading.Event()
        spec = job.spec
        threads = max(
            1, min(self._threads, spec.frames, max(2, MEMORY // (BYTES_PER_PIXEL * spec.width * spec.height)))
        )
        if self._threads > 1:
            from promptreel.engines.scenes.warming import compile_beside

            self._beside = self._beside or compile_beside()
        pool = ThreadPoolExecutor(threads, thread_name_prefix="scenes")
        try:
            setup = _Setup(job, stopped)
            scene = _wait(pool.submit(setup.run), setup.report)
            trim()  # what building took, and the film before this one, is not to add to what the frames take
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
        if spec.has_image or spec.has_last_image:
            return Animation(
                spec.width,
                spec.height,
                spec.duration,
                spec.seed,
                wanted,
                self._tick,
                image=job.image,
                last_image=job.last_image,
                prompt=spec.prompt,
            )
        return World(spec.width, spec.height, spec.duration, spec.seed, _plan(spec, wanted), self._tick)

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
            own.state, own.post = scene.new_state(), Post(spec.width, spec.height, getattr(scene, "paints", ()))
        if finished is not None:
            frame: Frame = finished(own.state, index / spec.fps)
            return frame
        grade: Post = own.post
        return grade.run(scene.draw(own.state, index / spec.fps), seed=index, t=index / spec.fps, **scene.post)

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
    pictured = spec.has_image or spec.has_last_image
    return parse(spec.prompt, spec.negative_prompt, seed=spec.seed, has_image=pictured)


def _plan(spec: VideoSpec, wanted: SceneSpec) -> Plan:
    return direct(wanted, spec.duration, spec.seed)


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
