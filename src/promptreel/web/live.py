"""GET /live: Server-Sent Events for the queue strip. One stream per page, over the one database listener of the process.

Unnamed messages are the strip's HTML. The event `ended` carries the number of a video that has ended, for pages that show it
elsewhere; `bye` tells a page not to come back.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from time import monotonic

import psycopg
import structlog
from psycopg_pool import PoolTimeout
from starlette.responses import Response, StreamingResponse

from promptreel import people
from promptreel.events import Watch
from promptreel.runtime import Runtime
from promptreel.web import strip
from promptreel.web.door import Visit, page

log = structlog.get_logger()

GAPS = {"strip": 1.0, "rows": 1.0, "stage": 0.5}
"""Seconds between two updates of one page, however much happens, by what the page shows."""

REFRESH = 5.0
"""Seconds after which positions and estimates are told anew: others' videos move them too."""

HEARTBEAT = 20.0
"""Seconds of silence after which a comment keeps proxies from hanging up, and finds out who has gone."""

SESSION_CHECK = 10.0
"""Seconds between two looks at whether everybody is still signed in."""

MOST_PER_ACCOUNT = 12
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Stream:
    """One open page."""

    def __init__(self, session_id: int, account_id: int, watch: Watch) -> None:
        self.session_id = session_id
        self.account_id = account_id
        self.over = False
        self.welcome = True
        """Whether the page may come back."""
        self._watch = watch
        self._ended = asyncio.Event()

    async def pause(self, seconds: float) -> None:
        """Wait, unless the page is let go meanwhile."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ended.wait()

    def end(self, welcome: bool) -> None:
        """Let the page go."""
        self.over, self.welcome = True, welcome
        self._ended.set()
        self._watch.wake()


class Streams:
    """The open pages of a process. They end with their session, and with the process."""

    def __init__(self) -> None:
        self._open: set[Stream] = set()
        self._checking: asyncio.Task[None] | None = None
        self._closed = False

    def has_room(self, account_id: int) -> bool:
        """Whether the account may open one more."""
        return sum(stream.account_id == account_id for stream in self._open) < MOST_PER_ACCOUNT

    @contextmanager
    def opened(self, runtime: Runtime, session_id: int, account_id: int) -> Iterator[tuple[Stream, Watch]]:
        """A stream for as long as the block lasts."""
        with runtime.events.watch_account(account_id) as watch:
            stream = Stream(session_id, account_id, watch)
            stream.over = self._closed
            self._open.add(stream)
            if self._checking is None:
                self._checking = asyncio.create_task(self._check_sessions(runtime))
            try:
                yield stream, watch
            finally:
                self._open.discard(stream)

    def close(self) -> None:
        """The process ends: let every page go, and come back to the next one."""
        self._closed = True
        for stream in self._open:
            stream.end(welcome=True)
        if self._checking is not None:
            self._checking.cancel()

    async def _check_sessions(self, runtime: Runtime) -> None:
        """End the streams of who has signed out or was suspended, for as long as there are any: one query for all."""
        try:
            while self._open:
                await asyncio.sleep(SESSION_CHECK)
                with suppress(psycopg.OperationalError, PoolTimeout):
                    async with runtime.pool.connection() as connection:
                        wanted = {stream.session_id for stream in self._open}
                        alive = await people.live_sessions(connection, wanted, runtime.clock())
                    for stream in [stream for stream in self._open if stream.session_id in wanted - alive]:
                        stream.end(welcome=False)
        finally:
            self._checking = None


async def live(visit: Visit) -> Response:
    """GET /live?view=strip|stage"""
    streams: Streams = visit.request.app.state.streams
    view = visit.query.get("view", "strip")
    if visit.session is None:
        # Not the page to sign in: a stream that comes back would read it again and again.
        return stream_of(saying(event("bye")))
    return stream_of(updates(visit, streams, view if view in GAPS else "strip"))


async def updates(visit: Visit, streams: Streams, view: str) -> AsyncIterator[str]:
    """The strip whenever it has changed, until the page or its session ends."""
    assert visit.session is not None
    runtime, account = visit.runtime, visit.account
    # Here and not before the answer: of many pages that open at once, all would find room.
    if not streams.has_room(account.id):
        yield event("busy", retry=60)
        return
    with streams.opened(runtime, visit.session.id, account.id) as (stream, watch):
        shown, told_at, due = "", monotonic(), False
        ended: set[int] | None = None
        while not stream.over:
            try:
                found = await runtime.underway_of(account.id)
            except (psycopg.OperationalError, PoolTimeout) as error:
                log.warning("live_page_lost_database", reason=str(error).strip())
                return
            before, ended = ended, {video.id for video in found.ended}
            drawn = strip.draw(visit, found, view)
            # What is due is told even if it is the same: the page has counted down meanwhile.
            if drawn != shown or due:
                news = ended - before if before is not None else set()
                yield "".join(event("ended", str(number)) for number in sorted(news)) + message(drawn)
                shown, told_at = drawn, monotonic()
            await stream.pause(GAPS[view])
            changed = due = False
            while not (changed or due or stream.over):
                changed = await watch.next(REFRESH if found.jobs else HEARTBEAT)
                due = bool(found.jobs) and not changed
                if not found.jobs and monotonic() - told_at >= HEARTBEAT:
                    yield ":\n\n"
                    told_at = monotonic()
        if not stream.welcome:
            yield event("bye")


def message(html: str) -> str:
    """HTML as an unnamed event."""
    return "data: " + html.replace("\n", "\ndata: ") + "\n\n"


def event(name: str, data: str = "", retry: float = 0) -> str:
    """A named event; `retry` in seconds, for the page to wait before it comes back."""
    wait = f"retry: {round(retry * 1000)}\n" if retry else ""
    return f"{wait}event: {name}\ndata: {data}\n\n"


async def saying(text: str) -> AsyncIterator[str]:
    """One event and the end."""
    yield text


def stream_of(events: AsyncIterator[str]) -> Response:
    """The answer that events go out with."""
    return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)


ROUTES = [page("/live", access="anyone", GET=live)]
