"""What an attempt tells the database while it renders, and how it hears that it is over."""

import asyncio
from contextlib import suppress
from typing import Any

import structlog

from promptreel import upstreams, videos
from promptreel.db.pool import Connection
from promptreel.runtime import Runtime
from promptreel.videos import Video

log = structlog.get_logger()

REPORT_EVERY = 0.5


class Reporter:
    """Carries an engine's progress to the database twice a second, and with it the attempt's lease."""

    def __init__(self, runtime: Runtime, video: Video) -> None:
        self._runtime = runtime
        self._video = video
        self._latest = (0.0, "starting")
        self._preview: bytes | None = None
        self.memo: dict[str, Any] = {}
        """The newest of what this attempt leaves for the next one."""
        self._memo_kept = self.memo
        self._urgent = asyncio.Event()
        self.lease: upstreams.Lease | None = None
        """The slot of a server that it holds."""
        self.fenced = False

    def __call__(self, fraction: float, step: str) -> None:
        """Note the newest progress."""
        self._latest = (max(fraction, self._latest[0]), step)

    def show(self, preview: bytes) -> None:
        """Note the newest picture of what is being rendered."""
        self._preview = preview

    def remember(self, memo: dict[str, Any]) -> None:
        """Note what the next attempt should know. Not at the next report but now: a job over there that nobody remembers is
        rendered for nobody.
        """
        self.memo = memo
        self._urgent.set()

    async def keep_memo(self, connection: Connection) -> None:
        """Keep the newest memo, if it is not kept already."""
        if (memo := self.memo) is not self._memo_kept:
            await upstreams.keep_memo(connection, self._video.id, self._video.attempt, memo)
            self._memo_kept = memo
            if memo.get("id") and self.lease is not None:  # it took the job
                await upstreams.found_well(connection, self._video.spec.engine, self.lease.url)

    async def run(self, block: "asyncio.Task[object]") -> None:
        """Report until cancelled; cancel `block` when the attempt turns out to be over.

        A silent engine (loading, compiling) still renews the lease: whether it hangs is judged by its time limit.
        """
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(REPORT_EVERY):
                    await self._urgent.wait()
            self._urgent.clear()
            try:
                async with self._runtime.pool.connection() as connection:
                    # Once each: a picture that could not be told is followed by another.
                    preview, self._preview = self._preview, None
                    current = await videos.report_progress(connection, self._video, *self._latest, preview)
                    await self.keep_memo(connection)
                    if self.lease is not None:
                        await upstreams.keep(connection, self.lease)
            except Exception as error:  # noqa: BLE001 - a database that is away for a moment must not end a render
                log.warning("progress_not_reported", video=self._video.id, reason=str(error).strip())
                continue
            if not current:
                self.fenced = True
                block.cancel()
                return
