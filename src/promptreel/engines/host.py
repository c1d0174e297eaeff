"""The parent's side of an engine in a process of its own (`child`): it starts that, talks to it, ends it when it misbehaves."""

import asyncio
import base64
import contextlib
import itertools
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
import structlog

from promptreel.engine_config import EngineConfig, RemoteConfig
from promptreel.engines.child import CONFIGS, PRELOAD, WARM_UP
from promptreel.errors import (
    EngineAway,
    EngineFailed,
    EngineLost,
    EngineOutOfMemory,
    EngineRefused,
    EngineStopped,
    EngineTimeout,
    MediaInvalid,
)
from promptreel.spec import VideoSpec

log = structlog.get_logger()

CHILD = "promptreel.engines.child"
STOP_GRACE = 5.0
MEMORY_CHECK = 0.25
LONGEST_LINE = 1 << 20
DOWNLOADING = "downloading"
"""How the word begins for what an engine does while it gets the files of a model."""


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
                    CHILD,
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
            if watcher in done:
                await self.kill()
                await watcher
            # Told first, as for any other stop: a job on another server can then be cancelled there in good order.
            await self._stop(process, number, conversation)
            await self.kill()
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
        CHILD,
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
