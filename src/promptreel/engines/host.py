"""An engine in a process of its own: both sides of the pipe.

The parent (`EngineHost`) writes one JSON object per line to the child's standard input and reads one per line from its
standard output. The child (`main`) ends as soon as its input closes, so it never outlives a worker that was killed.

parent → child: first how its engines are set, `EngineConfig` by name, then `{"render": {…}, "job": number}`, `{"stop": number}`
child → parent: `{"ready": true}`, `{"progress": 0…1, "step": "…"}`, `{"preview": "JPEG in base64"}`, `{"memo": {…}}`,
then one of `{"done": {…}}`, `{"stopped": true}`, `{"failed": {"slug", "reason"}}`, with the engines that are `"warm"` now; each
with its `"job"`: what is told of a job that was given up answers no other.
"""

import asyncio
import base64
import contextlib
import ctypes
import gc
import itertools
import json
import math
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np
import psutil
import structlog
from PIL import Image
from pydantic import ConfigDict, TypeAdapter

from promptreel.engine_config import EngineConfig, RemoteConfig
from promptreel.engines import Engine, Picture, RenderJob, WithCodec, WithModel, WithPrelude, WithSound, load_engine
from promptreel.errors import (
    EngineAway,
    EngineBroken,
    EngineFailed,
    EngineLost,
    EngineOutOfMemory,
    EngineRefused,
    EngineStopped,
    EngineTimeout,
    MediaInvalid,
)
from promptreel.media import Encoder, check
from promptreel.media.codecs import X264
from promptreel.spec import VideoSpec

log = structlog.get_logger()

STOP_GRACE = 5.0
MEMORY_CHECK = 0.25
LONGEST_LINE = 1 << 20
PRELOAD, WARM_UP = "--preload", "--warm-up"
# An error must not show what it is about: there may be a server's key in it.
CONFIGS: TypeAdapter[dict[str, EngineConfig]] = TypeAdapter(
    dict[str, EngineConfig], config=ConfigDict(hide_input_in_errors=True)
)
DOWNLOADING = "downloading"
"""How the word begins for what an engine does while it gets the files of a model."""
PREVIEW_EVERY = 1.0
"""Seconds between two pictures for who waits: each costs a few milliseconds."""


# -- the parent's side -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rendered:
    """Files of a finished rendering, in the folder that the caller gave, and what of the prompt they show."""

    video: Path
    poster: Path
    spritesheet: Path
    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Audience:
    """Who hears of a rendering: its progress as a fraction with a word for the step, a small JPEG of the newest frame about
    once a second, and what it wants kept for a later attempt.
    """

    progress: Callable[[float, str], None]
    preview: Callable[[bytes], None] = lambda _jpeg: None
    remember: Callable[[dict[str, Any]], None] = lambda _memo: None


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be rendered: the pictures by place (`image`, `last_image`), and what an engine with servers needs."""

    spec: VideoSpec
    pictures: dict[str, bytes] = field(default_factory=dict)
    server: int = 0
    memo: Mapping[str, Any] = field(default_factory=dict)


class EngineHost:
    """One engine process, started when first needed, kept warm between jobs and replaced when it misbehaves."""

    def __init__(
        self,
        engine: str,
        config: EngineConfig,
        cache: Path,
        memory_mib: int,
        others: Mapping[str, EngineConfig] | None = None,
    ) -> None:
        """`others` are engines that the same process also renders with: those that share a card."""
        self.engine = engine
        self._configs = {engine: config, **(others or {})}
        self._cache = cache
        self._memory_mib = memory_mib
        self._process: asyncio.subprocess.Process | None = None
        self._starting = asyncio.Lock()
        self._warm: frozenset[str] = frozenset()
        self._numbers = itertools.count(1)

    async def start(self, *, preload: bool = False) -> asyncio.subprocess.Process:
        """The running process. One that starts without a job may `preload` the model of the first engine meanwhile."""
        async with (
            self._starting
        ):  # a job may come while the slot starts it: a second one would load the model once more
            if self._process is None or self._process.returncode is not None:
                # What is on its way counts as loaded: another model would have to wait for it.
                self._warm = frozenset({self.engine} if preload else ())
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "promptreel.engines.host",
                    *([PRELOAD] if preload else []),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    env=engine_environment(self._cache),
                    limit=LONGEST_LINE,
                )
                assert self._process.stdin
                # Not as an argument or in the environment: there may be a server's key in it.
                self._process.stdin.write(told(self._configs))
        return self._process

    @property
    def pid(self) -> int | None:
        """The number of the engine's process while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    @property
    def warm(self) -> frozenset[str]:
        """Engines for which nothing has to be loaded, as the process told with its latest answer."""
        return self._warm if self.pid else frozenset()

    async def render(self, order: Order, folder: Path, audience: Audience, time_limit: float) -> Rendered:
        """Render into `folder`. Cancelling the call stops the engine, gently at first.

        Errors: `EngineFailed` (`EngineTimeout` after `time_limit` seconds, `EngineOutOfMemory`, `EngineAway`); the process
        is replaced after all of them but a refusal by the engine itself.
        """
        job: dict[str, Any] = {"spec": order.spec.as_dict(), "folder": str(folder)}
        job |= {"server": order.server, "memo": dict(order.memo)}
        job["engine"] = order.spec.engine if order.spec.engine in self._configs else self.engine
        for place, picture in order.pictures.items():
            path = folder / place
            path.write_bytes(picture)
            job[place] = str(path)
        process = await self.start()
        number = next(self._numbers)
        patience = Patience(time_limit)
        watcher = asyncio.create_task(self._watch_memory(process))
        conversation = asyncio.create_task(self._converse(process, number, job, patience.of(audience)))
        try:
            done: set[asyncio.Task[Any]] = set()
            while not done and (left := patience.left()) > 0:
                done, _ = await asyncio.wait({watcher, conversation}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if conversation in done:
                return rendered(await conversation, folder)
            await self.kill()
            if watcher in done:
                await watcher
            raise EngineTimeout(time_limit)
        except asyncio.CancelledError:
            stopping = asyncio.ensure_future(self._stop(process, number, conversation))
            while not stopping.done():
                # Whoever cancels once more must not leave an engine behind that is still busy with this job.
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.shield(stopping)
            raise
        finally:
            for task in (watcher, conversation):
                task.cancel()
            await asyncio.gather(watcher, conversation, return_exceptions=True)

    async def _converse(
        self,
        process: asyncio.subprocess.Process,
        number: int,
        job: dict[str, Any],
        audience: Audience,
    ) -> dict[str, Any]:
        assert process.stdin
        try:
            process.stdin.write(json.dumps({"render": job, "job": number}).encode() + b"\n")
            await process.stdin.drain()
            async for message in messages(process):
                if message.get("job") != number:
                    continue
                self._warm = frozenset(message.get("warm", self._warm))
                if "progress" in message:
                    audience.progress(float(message["progress"]), str(message["step"]))
                elif "preview" in message:
                    audience.preview(base64.b64decode(message["preview"], validate=True))
                elif "memo" in message:
                    audience.remember(dict(message["memo"]))
                elif "done" in message:
                    result: dict[str, Any] = message["done"]
                    return result
                elif "stopped" in message:
                    raise EngineStopped
                elif "failed" in message:
                    if message["failed"].get("ends"):
                        await self.kill()  # it ends by itself: no later job may meet it while it does
                    raise failure(message["failed"])
        except (ConnectionError, asyncio.LimitOverrunError, ValueError) as error:
            await self.kill()
            raise EngineFailed("its process could not be understood") from error
        await self.kill()
        raise EngineFailed(f"its process ended with {describe_exit(process.returncode)}")

    async def _watch_memory(self, process: asyncio.subprocess.Process) -> None:
        """Raise `EngineOutOfMemory` when the process and its children pass the limit."""
        most = 0
        while True:
            await asyncio.sleep(MEMORY_CHECK)
            try:
                root = psutil.Process(process.pid)
                most = sum(each.memory_info().rss for each in [root, *root.children(recursive=True)]) >> 20
            except psutil.Error:
                await asyncio.Event().wait()  # gone: the conversation tells how
            if most > self._memory_mib:
                log.warning("engine_out_of_memory", engine=self.engine, mebibytes=most)
                raise EngineOutOfMemory(self._memory_mib)

    async def _stop(
        self, process: asyncio.subprocess.Process, number: int, conversation: asyncio.Task[dict[str, Any]]
    ) -> None:
        """Ask the engine to stop a job; kill it if it does not within a few seconds."""
        try:
            assert process.stdin
            process.stdin.write(json.dumps({"stop": number}).encode() + b"\n")
            done, _ = await asyncio.wait({conversation}, timeout=STOP_GRACE)
            if done:
                return
        except ConnectionError:
            pass
        await self.kill()

    async def kill(self) -> None:
        """End the process at once; the next job gets a new one."""
        process, self._process, self._warm = self._process, None, frozenset()
        if process is None:
            return
        if process.returncode is None:
            # Not process.kill(): that polls, and so takes the exit status away from asyncio's own waiting thread.
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        await process.wait()

    close = kill


class Patience:
    """How long an attempt may still take. While a model is downloaded the clock stands: that says nothing of the video."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._came_at: float | None = None

    def left(self) -> float:
        """Seconds until it ends, as things stand."""
        return self._end - time.monotonic()

    def of(self, audience: Audience) -> Audience:
        """The audience, with this clock listening."""

        def progress(fraction: float, step: str) -> None:
            now = time.monotonic()
            if self._came_at is not None:
                self._end += now - self._came_at
            self._came_at = now if step.startswith(DOWNLOADING) else None
            audience.progress(fraction, step)

        return replace(audience, progress=progress)


def rendered(result: dict[str, Any], folder: Path) -> Rendered:
    """The files that an engine process says it made."""
    return Rendered(folder / "video.mp4", folder / "poster.jpg", folder / "spritesheet.jpg", result["report"])


async def messages(process: asyncio.subprocess.Process) -> AsyncIterator[dict[str, Any]]:
    """What the child says, until it ends."""
    assert process.stdout
    async for line in process.stdout:
        message = json.loads(line)
        if not isinstance(message, dict):
            raise ValueError(message)
        yield message


def failure(failed: dict[str, str]) -> EngineFailed:
    """The child's failure as an exception here."""
    kinds = {kind.slug: kind for kind in (MediaInvalid, EngineAway, EngineLost, EngineRefused)}
    return kinds.get(failed["slug"], EngineFailed)(failed["reason"])


def describe_exit(code: int | None) -> str:
    """An exit status in words: `signal SIGKILL`, `status 3`."""
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"status {code}"


def engine_environment(cache: Path) -> dict[str, str]:
    """The child's environment: ours, with compiled kernels kept in `cache`, and without our secrets."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PROMPTREEL_")}
    # Each drawing thread would have an arena of its own otherwise, and none gives back what another could use; and glibc
    # would soon keep whole frames in them, since it learns from what is freed, unless it is told what is large (bytes).
    memory = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": str(1 << 20)}
    kernels = {"NUMBA_CACHE_DIR": str(cache), "TORCHINDUCTOR_CACHE_DIR": str(cache / "inductor")}
    return environment | memory | kernels | {"PYTHONUNBUFFERED": "1"}


def told(configs: Mapping[str, EngineConfig]) -> bytes:
    """How engines are set, as their process reads it. A key that is in our environment goes with it: the child has none."""
    with_keys = {
        name: config.model_copy(update={"key": config.secret, "key_env": ""})
        if isinstance(config, RemoteConfig)
        else config
        for name, config in configs.items()
    }
    return CONFIGS.dump_json(with_keys) + b"\n"


async def warm_up(engine: str, config: EngineConfig, cache: Path) -> bool:
    """Compile everything an engine needs, in a process of low priority, so that no job ever waits for it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "promptreel.engines.host",
        WARM_UP,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        env=engine_environment(cache),
    )
    try:
        assert process.stdin
        process.stdin.write(told({engine: config}))
        return await process.wait() == 0
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise


# -- the child's side --------------------------------------------------------------------------------------------------


class Child:
    """The engines' process: takes jobs from one pipe, answers on the other. Each engine is loaded when first asked for."""

    def __init__(self, configs: dict[str, EngineConfig], commands: IO[str], answers: IO[str]) -> None:
        self._configs = configs
        self._engines: dict[str, Engine] = {}
        self._commands = commands
        self._answers = answers
        self._jobs: queue.SimpleQueue[tuple[int, dict[str, Any]]] = queue.SimpleQueue()
        self._number = 0
        self._stopped = 0
        """The number up to which jobs are not wanted any more."""

    def run(self, *, preload: bool = False) -> None:
        """Serve until the parent goes away."""
        threading.Thread(target=self._listen, daemon=True).start()
        # Ahead of the first job. One that cannot be loaded says so to each that asks for it.
        with contextlib.suppress(EngineFailed):
            engine = self._engine(next(iter(self._configs)))
            if preload and isinstance(engine, WithModel):
                self._preload(engine)
        self._tell({"ready": True})
        while True:
            self._number, job = self._jobs.get()
            try:
                self._answer({"done": self._render(self._engine(job["engine"]), job)})
            except EngineStopped:
                self._answer({"stopped": True})
            except EngineBroken as error:
                self._end(error.data["reason"])
            except EngineFailed as error:
                self._answer({"failed": {"slug": error.slug, "reason": error.data.get("reason", error.message)}})
            except MemoryError:
                self._end("it ran out of memory")
            except Exception as error:  # noqa: BLE001 - whatever an engine does is a failed attempt and nothing else
                import traceback

                traceback.print_exc()
                # The text is for the log: it may name files of this machine.
                self._answer({"failed": {"slug": EngineFailed.slug, "reason": f"unexpected {type(error).__name__}"}})
            give_memory_back()

    def _listen(self) -> None:
        for line in self._commands:
            command = json.loads(line)
            if "stop" in command:
                self._stopped = command["stop"]
            else:
                self._jobs.put((command["job"], command["render"]))
        os._exit(0)  # the parent is gone, however busy this process is

    def _engine(self, name: str) -> Engine:
        """Errors: `EngineFailed` for one that cannot be loaded."""
        if name not in self._engines:
            self._engines[name] = load_engine(self._configs[name])
        return self._engines[name]

    def _preload(self, engine: WithModel) -> None:
        """Load a model until a job comes: that one waits for the rest itself, and hears how far it is."""

        def progress(_fraction: float, _step: str) -> None:
            if not self._jobs.empty():
                raise EngineStopped

        try:
            engine.preload(progress)
        except EngineStopped:
            pass
        except EngineBroken as error:
            self._end(error.data["reason"])
        except EngineFailed as error:
            log.warning("model_not_preloaded", reason=error.message)
        except Exception:
            log.exception("model_not_preloaded")
        give_memory_back()

    def _is_warm(self, name: str) -> bool:
        """Whether an engine could begin at once."""
        with contextlib.suppress(Exception):
            engine = self._engine(name)
            return isinstance(engine, WithModel) and engine.warm
        return False

    def _answer(self, message: dict[str, Any]) -> None:
        """End a job, and tell what stays loaded."""
        self._tell(message | {"warm": [name for name in self._configs if self._is_warm(name)]})

    def _end(self, reason: str) -> NoReturn:
        """Give up the job, and this process with it."""
        self._tell({"failed": {"slug": EngineFailed.slug, "reason": reason, "ends": True}})
        os._exit(1)

    def _tell(self, message: dict[str, Any]) -> None:
        try:
            self._answers.write(json.dumps(message | {"job": self._number}) + "\n")
            self._answers.flush()
        except OSError:
            os._exit(0)

    def _render(self, engine: Engine, job: dict[str, Any]) -> dict[str, Any]:
        spec = VideoSpec.from_dict(job["spec"])
        folder = Path(job["folder"])
        last_told = reached = 0.0

        def progress(fraction: float, step: str) -> None:
            nonlocal last_told, reached
            if self._number <= self._stopped:
                raise EngineStopped
            # What an engine tells of its steps and what its frames tell need not agree to the last percent.
            reached = min(1.0, max(reached, fraction))
            if (now := time.monotonic()) - last_told > 0.1:
                last_told = now
                self._tell({"progress": reached, "step": step})

        def preview(jpeg: bytes) -> None:
            self._tell({"preview": base64.b64encode(jpeg).decode()})

        def remember(memo: Mapping[str, Any]) -> None:
            self._tell({"memo": dict(memo)})

        pictures: dict[str, Any] = {
            place: read_picture(Path(job[place])) for place in ("image", "last_image") if place in job
        }
        pictures |= {"server": job["server"], "memo": job["memo"], "remember": remember}
        encoded = encode(engine, RenderJob(spec, progress, **pictures), folder / "video.mp4", folder.name, preview)
        check(folder / "video.mp4", spec)
        (folder / "poster.jpg").write_bytes(encoded.poster)
        (folder / "spritesheet.jpg").write_bytes(encoded.spritesheet.jpeg)
        report = engine.report(spec) | {"engine": job["engine"], "seed": spec.seed}
        return {"report": report}


def encode(
    engine: Engine,
    job: RenderJob,
    path: Path,
    provenance: str | None = None,
    preview: Callable[[bytes], None] | None = None,
) -> Any:
    """Render `job` frame by frame into an H.264 file at `path`: never a whole video in memory. `preview` is shown the newest
    frame now and then.

    Errors: `EngineFailed` for what the engine or the encoder cannot do, `EngineStopped`.
    """
    spec = job.spec
    frames = engine.render(job)
    if (first := next(frames, None)) is None:
        raise EngineFailed("it made no frames")
    # Not before the first frame: a model that makes its own sound has it only then, and one that had to be downloaded knows
    # only then how much of the work that was.
    before = engine.prelude if isinstance(engine, WithPrelude) else 0.0
    sound = engine.sound(spec) if isinstance(engine, WithSound) else None
    give_memory_back()  # what getting ready took, compilers above all, is not what all the other frames take
    codec = engine.codec if isinstance(engine, WithCodec) else X264()
    with Encoder(path, spec.width, spec.height, spec.fps, provenance=provenance, sound=sound, codec=codec) as encoder:
        shown_at = -math.inf
        for number, frame in enumerate(itertools.chain((first,), frames), start=1):
            encoder.add(frame)
            job.progress(before + (1 - before) * number / spec.frames, "rendering")
            if preview is not None and (now := time.monotonic()) - shown_at >= PREVIEW_EVERY:
                shown_at = now
                preview(encoder.preview())
        if encoder.frames != spec.frames:
            raise EngineFailed(f"it made {encoder.frames} frames instead of {spec.frames}")
        return encoder.close()


def read_picture(path: Path) -> Picture:
    """A picture that was made safe before, as RGB."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def die_with_parent() -> None:
    """Ask the kernel to end this process with its parent: covers an engine so stuck that it cannot see its pipe close."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


def give_memory_back() -> None:
    """Return what is not needed any more to the system: glibc keeps it for a next time that may never come."""
    gc.collect()
    if sys.platform == "linux":
        # Other C libraries (musl) have no such call, and give memory back by themselves.
        with contextlib.suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def step_back(niceness: int) -> None:
    """Let others have the processor first, where the system knows how."""
    if hasattr(os, "nice"):
        os.nice(niceness)


def main() -> None:
    """`python -m promptreel.engines.host [--preload | --warm-up]`, with how its engines are set as the first line it reads."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    die_with_parent()
    if not (line := sys.stdin.readline()):
        return  # the parent went away before it said anything
    configs = CONFIGS.validate_json(line)
    if WARM_UP in sys.argv:
        step_back(10)
        for config in configs.values():
            load_engine(config).warm_up()
        return
    # It may use every core there is, and the API is to answer beside it.
    step_back(3)
    # Whatever an engine prints goes to the log, not between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    Child(configs, sys.stdin, answers).run(preload=PRELOAD in sys.argv)


if __name__ == "__main__":
    main()
