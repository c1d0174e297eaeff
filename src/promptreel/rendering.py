"""A render slot: take → render → store → complete, one job at a time."""

import asyncio
import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import psycopg
import structlog
from procrastinate import JobContext
from procrastinate.jobs import Job
from psycopg_pool import PoolTimeout

from promptreel import overtaking, slots, upstreams, videos
from promptreel.db.pool import Connection
from promptreel.engine_config import POOL, CustomConfig, EngineConfig, RemoteConfig, ScenesConfig
from promptreel.engines.host import Audience, EngineHost, Order, Rendered, warm_up
from promptreel.engines.remote import health
from promptreel.errors import EngineAway, EngineFailed, EngineLost, EngineTimeout
from promptreel.reporter import REPORT_EVERY, Reporter
from promptreel.runtime import Runtime
from promptreel.videos import Video

log = structlog.get_logger()

IDLE_BEFORE_WARM_UP = 3.0
SECONDS_IN_LIMIT = 10
"""Seconds of video that `engine_time_limit` is meant for; longer ones get proportionally more."""


class Fenced(Exception):
    """The attempt is no longer the current one: another worker has the video, or its caller cancelled it."""


class Slot:
    """One render slot: its engine processes by name, and its place to work in."""

    def __init__(self, runtime: Runtime, pool: str = POOL) -> None:
        self._runtime = runtime
        self._settings = runtime.settings
        self.pool = pool
        self._cache = runtime.settings.data.absolute() / "cache" / "kernels"
        self._folder = runtime.settings.data.absolute() / "work"
        self._hosts: dict[str, EngineHost] = {}
        engines = {name: self._settings.engine_config(name) for name in self._settings.engines_of(pool)}
        self._models = {name for name, config in engines.items() if config.together}
        """Engines that need a model, which may have to be loaded first."""
        self.busy = False
        self.last_busy = time.monotonic()
        self.id = uuid4()
        self.rendering: Video | None = None
        self._news = asyncio.Event()
        self.draining = False
        """An operator wants this slot to finish what it has and to take no more."""

    async def render(self, context: JobContext, video_id: int) -> None:
        """Procrastinate's task. Returns when the video has ended or is another's; raises to have it run again."""
        self.busy = True
        try:
            await self._attempt(video_id)
        finally:
            self.busy = False
            self.last_busy = time.monotonic()

    async def _attempt(self, video_id: int) -> None:
        async with self._runtime.transaction() as connection:
            video = await videos.start(connection, video_id, self._settings.max_attempts)
        if video is None:
            return
        log.info("render_started", video=video.id, attempt=video.attempt, engine=video.spec.engine)
        self.render_now(video)
        try:
            await self._bring_to_an_end(video)
        finally:
            self.render_now(None)

    async def _bring_to_an_end(self, video: Video) -> None:
        try:
            result = await self._make(video)
            async with self._runtime.transaction() as connection:
                if not await videos.complete(connection, video, result):
                    raise Fenced
            log.info("render_completed", video=video.id, attempt=video.attempt, seconds=round(result.render_seconds, 2))
        except Fenced:
            await self._give_way(video)
        except asyncio.CancelledError:
            async with self._runtime.transaction() as connection:
                to_be_continued = await videos.hand_back(connection, video)
            if to_be_continued:
                raise
            # Cancelled by its caller: done with, and so the queue's entry goes too.
            await self._give_way(video)
        except EngineAway as error:
            await self._wait_for_engine(video, error)
        except EngineFailed as error:
            await self._note(video, error)
        except Exception:
            # A full disk, a storage or a database that is away, a bug: told here, since nobody else would, and run again.
            log.exception("attempt_broken", video=video.id, attempt=video.attempt)
            with suppress(Exception):
                async with self._runtime.transaction() as connection:
                    await videos.note_failure(connection, video, "The video could not be rendered or stored")
            raise

    async def _make(self, video: Video) -> videos.Result:
        """Render and store one attempt. Errors: `Fenced`, `EngineFailed`."""
        await self._drop_earlier_files(video)
        async with self._runtime.pool.connection() as connection:
            pictures = await videos.pictures_of(connection, video.id)
            memo = await upstreams.memo_of(connection, video.id)
        host, config = self._host(video.spec.engine), self._settings.engine_config(video.spec.engine)
        limit = (config.time_limit or self._settings.engine_time_limit) * max(
            1.0, video.spec.duration / SECONDS_IN_LIMIT
        )
        began = time.monotonic()
        with work_folder(self._folder, f"{video.public_id}-{video.attempt}") as folder:
            async with self._progress(video) as report, self._server(video, config, memo, report) as server:
                order = Order(video.spec, pictures, server, memo)
                audience = Audience(report, report.show, report.remember)
                rendered = await host.render(order, folder, audience, limit)
                seconds = time.monotonic() - began
                return await self._store(video, rendered, seconds)

    @asynccontextmanager
    async def _progress(self, video: Video) -> AsyncIterator[Reporter]:
        """A reporter for the block; the block is cancelled as soon as the database says that the attempt is over."""
        reporter = Reporter(self._runtime, video)
        block = asyncio.current_task()
        assert block is not None
        task = asyncio.create_task(reporter.run(block))
        try:
            yield reporter
        except asyncio.CancelledError:
            if reporter.fenced and block.uncancel() == 0:
                raise Fenced from None
            raise
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    @asynccontextmanager
    async def _server(
        self, video: Video, config: EngineConfig, memo: dict[str, Any], report: Reporter
    ) -> AsyncIterator[int]:
        """Which of the engine's servers renders in the block; it has a slot taken there meanwhile. 0 where it has none.

        Errors: `EngineAway` where none can be used now.
        """
        if not isinstance(config, RemoteConfig):
            yield 0
            return
        engine = video.spec.engine
        lease = report.lease = await self._lease(video, config, memo, report)
        found: Callable[[Connection, str, str], Awaitable[None]] | None = None
        try:
            yield lease.index
            found = upstreams.found_well
        except EngineLost:
            found = partial(upstreams.found_there, sure=False)  # it answers, and has only just started
            raise
        except (EngineAway, EngineTimeout) as error:
            found = partial(upstreams.found_away, reason=error.data.get("reason", error.message))
            if isinstance(error, EngineTimeout) and len(config.servers) > 1 and "failed_at" not in memo:
                error.final = False  # it may be the server that hangs
                report.remember(report.memo | {"failed_at": lease.url})
            raise
        except EngineFailed:
            found = partial(upstreams.found_there, sure=False)
            # A video that another one can make is not to fail for this one.
            report.remember(report.memo | {"failed_at": lease.url})
            raise
        finally:
            report.lease = None
            async with self._runtime.transaction() as connection:
                await upstreams.release(connection, lease, float(report.memo.get("busy_seconds", 0)))
                await report.keep_memo(connection)
                if found is not None:
                    await found(connection, engine, lease.url)

    async def _lease(
        self, video: Video, config: RemoteConfig, memo: dict[str, Any], report: Reporter
    ) -> upstreams.Lease:
        """A slot of a server that is there; the one that has the video's job, if any, and not the one where it failed, if
        there is another. Waits while all are taken. Errors: `EngineAway` while all are left alone.
        """
        engine = video.spec.engine
        preferred, avoided = str(memo.get("server", "")), str(memo.get("failed_at", ""))
        preferred = "" if preferred == avoided else preferred
        while True:
            async with self._runtime.transaction() as connection:
                lease = await upstreams.take(connection, engine, config.servers, video.id, preferred, avoided)
                away = lease is None and await upstreams.all_left_alone(connection, engine, config.servers)
            if away:
                raise EngineAway(away)
            if lease is None:
                report(0.0, "waiting for a server")
                await asyncio.sleep(REPORT_EVERY)
                continue
            if not lease.unproven:
                return lease
            found = await asyncio.to_thread(health.check, config, lease.index)
            async with self._runtime.transaction() as connection:
                if found.ok:
                    await upstreams.found_there(connection, engine, lease.url)
                    return lease
                log.warning("server_away", engine=engine, server=lease.index, reason=found.reason)
                await upstreams.release(connection, lease)
                await upstreams.found_away(connection, engine, lease.url, found.reason)

    async def _store(self, video: Video, rendered: Rendered, seconds: float) -> videos.Result:
        storage = self._runtime.storage
        prefix = f"{videos.files_prefix(video)}{video.attempt}/"
        size = rendered.video.stat().st_size
        for name, path, kind in (
            ("video.mp4", rendered.video, "video/mp4"),
            ("thumbnail.jpg", rendered.poster, "image/jpeg"),
            ("spritesheet.jpg", rendered.spritesheet, "image/jpeg"),
        ):
            await to_its_end(storage.put_file(prefix + name, path, kind))
        return videos.Result(
            video_key=prefix + "video.mp4",
            thumbnail_key=prefix + "thumbnail.jpg",
            spritesheet_key=prefix + "spritesheet.jpg",
            file_bytes=size,
            duration=video.spec.frames / video.spec.fps,
            render_seconds=seconds,
            report=rendered.report,
        )

    async def _drop_earlier_files(self, video: Video) -> None:
        """What attempts stored that then did not complete. Not what comes later: this one may be fenced off already."""
        for attempt in range(1, video.attempt):
            await self._runtime.storage.delete_prefix(f"{videos.files_prefix(video)}{attempt}/")

    async def _note(self, video: Video, error: EngineFailed) -> None:
        """A failed attempt: run again while attempts are left and it may end otherwise, else fail the video.

        Neither is up to an attempt that is fenced off.
        """
        log.warning("render_failed", video=video.id, attempt=video.attempt, reason=error.message)
        used = video.attempt - video.handed_back
        if used >= self._settings.max_attempts or error.final:
            await self._fail(video, error)
            return
        async with self._runtime.transaction() as connection:
            current = await videos.note_failure(connection, video, error.message)
        if not current:
            # Its job may be another worker's by now, and its video complete: nothing to run again, nothing to delete.
            await self._give_way(video)
        else:
            raise error

    async def _wait_for_engine(self, video: Video, error: EngineAway) -> None:
        """None of the engine's servers can be used: the video waits for its turn again, for as long as operators allow."""
        if (self._runtime.clock() - video.created_at).total_seconds() > self._settings.away_limit:
            await self._fail(video, error)
            return
        log.warning("render_waits_for_engine", video=video.id, attempt=video.attempt, reason=error.message)
        async with self._runtime.transaction() as connection:
            current = await videos.hand_back(connection, video, "waiting for a server that is away")
        if not current:
            await self._give_way(video)
        else:
            raise error

    async def _fail(self, video: Video, error: EngineFailed) -> None:
        """No attempt is left: the video has failed, unless another worker has it by now."""
        async with self._runtime.transaction() as connection:
            current = await videos.fail(connection, video, error.message, error.slug)
        if current:
            await self._runtime.storage.delete_prefix(videos.files_prefix(video))
        else:
            await self._give_way(video)

    async def _give_way(self, video: Video) -> None:
        """The attempt was fenced off. After a cancel there is nothing left to do but to drop the files.

        If another worker has the job, this process has missed its own heartbeats, and must not acknowledge a job that is
        no longer its own (Procrastinate would not notice). It ends; its supervisor starts a fresh one.
        """
        prefix = f"{videos.files_prefix(video)}{video.attempt}/"
        await self._runtime.storage.delete_prefix(prefix)
        async with self._runtime.pool.connection() as connection:
            found = await videos.find_many(connection, [(video.account_id, video.id)])
        current = found.get((video.account_id, video.id))
        if current is not None and current.attempt != video.attempt:
            log.error("worker_fenced", video=video.id, attempt=video.attempt, current=current.attempt)
            await self.close()
            os._exit(os.EX_TEMPFAIL)
        log.info("render_cancelled", video=video.id, attempt=video.attempt)

    def _host(self, engine: str) -> EngineHost:
        """The process that an engine is in; those of models that share a card are in one."""
        config = self._settings.engine_config(engine)
        key = config.together or engine
        if key not in self._hosts:
            here = {name: self._settings.engine_config(name) for name in self._settings.engines_of(self.pool)}
            others = {name: other for name, other in here.items() if config.together and other.together == key}
            memory = max(self._settings.engine_memory(each) for each in (config, *others.values()))
            self._hosts[key] = EngineHost(engine, config, self._cache, memory, others)
        return self._hosts[key]

    async def prepare(self) -> None:
        """Start the usual engine's process now, and load its model; once the slot has been idle for a while, compile what is
        missing.
        """
        clear_work(self._folder)
        self._cache.mkdir(parents=True, exist_ok=True)
        if not (engines := self._settings.engines_of(self.pool)):
            log.warning("pool_without_engines", pool=self.pool)
            return
        await self._host(engines[0]).start(preload=True)
        config = self._settings.engine_config(engines[0])
        if not isinstance(config, ScenesConfig | CustomConfig):
            return  # a second process would load the same model once more
        while self.busy or time.monotonic() - self.last_busy < IDLE_BEFORE_WARM_UP:
            await asyncio.sleep(0.5)
        if not await warm_up(engines[0], config, self._cache):
            log.warning("warm_up_failed", engine=engines[0])

    # -- which job it takes -----------------------------------------------------------------------------------------------

    async def take_out_of_turn(self, worker_id: int) -> Job | None:
        """A job whose model is loaded here, where the first in the order would need another one; None for the order itself."""
        warm = {name for host in self._hosts.values() for name in host.warm} & self._models
        cold = self._models - warm
        if not warm or not cold:
            return None
        try:
            async with self._runtime.pool.connection() as connection:
                return await overtaking.claim(connection, self.pool, warm, cold, worker_id)
        except (psycopg.Error, PoolTimeout) as error:
            # Should it have been taken all the same, it is found as one whose answer never arrived (`queue.rescue_lost`).
            log.warning("nothing_taken_out_of_turn", reason=str(error).strip())
            return None

    # -- what the database knows of it -----------------------------------------------------------------------------------

    def render_now(self, video: Video | None) -> None:
        """Note what is rendered, to be told at once; no render waits for that."""
        self.rendering = video
        self._news.set()

    async def tell(self) -> bool:
        """Tell that the slot is there and what it renders, and hear whether it should drain."""
        video = self.rendering
        try:
            async with self._runtime.pool.connection() as connection:
                engine = video.spec.engine if video else ""
                number = video.id if video else None
                self.draining = await slots.tell(connection, self.id, self.pool, number, engine)
        except Exception as error:  # noqa: BLE001 - a database that is away comes back
            log.warning("slot_not_told", reason=str(error).strip())
        return self.draining

    async def keep_alive(self) -> None:
        """Tell so for as long as the process lives; be forgotten in the end."""
        try:
            while True:
                self._news.clear()
                await self.tell()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), self._settings.heartbeat_interval)
        finally:
            with suppress(Exception):
                async with self._runtime.pool.connection() as connection:
                    await slots.forget(connection, self.id)

    async def close(self) -> None:
        """End the engine processes."""
        for host in self._hosts.values():
            await host.close()


async def to_its_end(step: Coroutine[None, None, object]) -> None:
    """Run a step that must not be cut off: cancels wait for it, so that what it stored can be removed afterwards."""
    task = asyncio.ensure_future(step)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled


# -- where rendering happens -------------------------------------------------------------------------------------------


@contextlib.contextmanager
def work_folder(parent: Path, name: str) -> Iterator[Path]:
    """A private folder for one attempt, gone afterwards. Its name tells whose it is, for `clear_work`."""
    parent.mkdir(parents=True, exist_ok=True)
    outer = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=parent))
    try:
        folder = outer / name
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(outer, ignore_errors=True)


def clear_work(parent: Path) -> None:
    """Remove what processes left that were killed."""
    for folder in parent.glob("*-*"):
        owner = folder.name.split("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
