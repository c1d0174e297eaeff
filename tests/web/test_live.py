"""Live pages: what is told, to whom, and how it ends. Over real connections, since a client without a network reads whole
answers only."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from promptreel import people, underway
from promptreel.asgi import Server, create_app
from promptreel.runtime import Runtime
from promptreel.web import live
from promptreel.web.door import PLAIN_COOKIE

from .conftest import Browser, MakeBrowser
from .test_strip import JPEG, complete, report, start, submit


@dataclass
class Serving:
    """A server on a port of its own."""

    port: int
    server: Server
    task: "asyncio.Task[None]"
    runtime: Runtime


@pytest.fixture
async def serving(runtime: Runtime) -> AsyncIterator[Serving]:
    runtime.settings = runtime.settings.model_copy(update={"public_url": "", "port": 0})
    server = Server(create_app(runtime.settings, runtime=runtime), runtime.settings)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    await asyncio.wait_for(runtime.events.listening.wait(), 10)
    yield Serving(server.servers[0].sockets[0].getsockname()[1], server, task, runtime)
    server.should_exit = True
    await task


class Page:
    """An open page's stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.head = ""

    async def next(self, seconds: float = 15) -> str:
        """The next event, as it was written; empty at the end."""
        text = ""
        async with asyncio.timeout(seconds):
            while not text.endswith("\n\n"):
                size = await self.reader.readline()
                if not size or not (count := int(size, 16)):
                    return text
                text += (await self.reader.readexactly(count + 2))[:-2].decode()
        return text

    async def until(self, word: str, seconds: float = 15) -> str:
        """The first event that has `word` in it."""
        async with asyncio.timeout(seconds):
            while word not in (text := await self.next(seconds)):
                assert text, f"the stream ended without {word!r}"
        return text


@asynccontextmanager
async def opened(serving: Serving, browser: Browser, query: str = "") -> AsyncIterator[Page]:
    cookie = browser.headers.get("Cookie", "=").partition("=")[2]
    reader, writer = await asyncio.open_connection("127.0.0.1", serving.port, limit=1 << 20)
    page = Page(reader, writer)
    writer.write(f"GET /live{query} HTTP/1.1\r\nHost: x\r\nCookie: {PLAIN_COOKIE}={cookie}\r\n\r\n".encode())
    page.head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    try:
        yield page
    finally:
        writer.close()


async def test_a_page_is_told_what_happens(serving: Serving, make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser, other = await make_browser(), await make_browser()
    async with opened(serving, browser) as page, opened(serving, other, "?view=rows") as foreign:
        assert "text/event-stream" in page.head and "no-store" in page.head and "x-accel-buffering: no" in page.head
        assert "lighthouse" not in await page.next()
        await foreign.next()
        video = await submit(runtime, browser, "A <lighthouse>")
        text = await page.until("Next in line")
        assert "A &lt;lighthouse&gt;" in text and all(line.startswith("data:") for line in text.strip().split("\n"))
        video = await start(runtime, video)
        await page.until("Starting")
        await report(runtime, video, 0.5, JPEG)
        assert f"/videos/{video.id}/preview.jpg" in await page.until('value="500"')
        await complete(runtime, video)
        text = await page.until("Ready")
        assert text.startswith(f"event: ended\ndata: {video.id}\n\n") or f"event: ended\ndata: {video.id}" in text
        async with runtime.transaction() as connection:
            await underway.have_seen_ended(connection, video.account_id, runtime.clock())
        assert "lighthouse" not in await page.next()
        # Nothing of it reached anybody else.
        mine = await submit(runtime, other, "Mine")
        assert "lighthouse" not in (text := await foreign.next()) and "Mine" in text and str(mine.id)


async def test_the_stage_tells_the_credits(serving: Serving, make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(credits=5)
    async with opened(serving, browser, "?view=stage") as page:
        assert "Uses 1 of your 5 credits" in await page.next()
        await submit(runtime, browser)
        assert "hx-partial" in await page.until("Uses 1 of your 4 credits")


async def test_updates_come_at_most_twice_a_second(
    serving: Serving, make_browser: MakeBrowser, runtime: Runtime
) -> None:
    browser = await make_browser()
    video = await start(runtime, await submit(runtime, browser))
    async with opened(serving, browser) as page:
        await page.next()
        began, told = time.monotonic(), 0

        async def progress() -> None:
            for number in range(40):
                await report(runtime, video, number / 40)
                await asyncio.sleep(0.05)

        task = asyncio.create_task(progress())
        while "97 %" not in await page.next():
            told += 1
        await task
        assert told <= 2 * (time.monotonic() - began) + 2


async def test_signing_out_ends_a_page(
    serving: Serving, make_browser: MakeBrowser, stranger: Browser, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SESSION_CHECK", 0.1)
    browser, stays = await make_browser(), await make_browser()
    async with opened(serving, browser) as page, opened(serving, stays) as still:
        await page.next()
        await still.next()
        async with runtime.transaction() as connection:
            session = await people.find_session(
                connection, browser.headers["Cookie"].partition("=")[2], runtime.clock()
            )
            assert session is not None and browser.account is not None
            await people.close_session(connection, browser.account.id, session.id)
        assert await page.next() == "event: bye\ndata: \n\n"
        assert await page.next() == ""
        # Others stay.
        await submit(runtime, stays, "Still here")
        await still.until("Still here")
    async with opened(serving, stranger) as page:
        assert (await page.next(), await page.next()) == ("event: bye\ndata: \n\n", "")


async def test_a_suspended_account_sees_no_more(
    serving: Serving, make_browser: MakeBrowser, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SESSION_CHECK", 0.1)
    browser = await make_browser()
    assert browser.account is not None
    async with opened(serving, browser) as page:
        await page.next()
        async with runtime.transaction() as connection:
            await connection.execute("UPDATE accounts SET suspended_at = now() WHERE id = %s", [browser.account.id])
        await page.until("event: bye")


async def test_an_account_has_only_so_many_pages(
    serving: Serving, make_browser: MakeBrowser, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_PER_ACCOUNT", 1)
    browser, other = await make_browser(), await make_browser()
    async with opened(serving, browser) as first:
        await first.next()
        async with opened(serving, browser) as second, opened(serving, other) as third:
            assert await second.next() == "retry: 60000\nevent: busy\ndata: \n\n"
            assert await second.next() == ""
            assert "event: busy" not in await third.next()
    # Who goes makes room.
    for _ in range(100):
        async with opened(serving, browser) as page:
            if "event: busy" not in await page.next():
                return
        await asyncio.sleep(0.05)
    pytest.fail("no room was made")


async def test_silence_is_broken_by_comments(
    serving: Serving, make_browser: MakeBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.2)
    async with opened(serving, await make_browser()) as page:
        await page.next()
        assert [await page.next(), await page.next()] == [":\n\n", ":\n\n"]


async def test_open_pages_do_not_hold_up_a_stop(serving: Serving, make_browser: MakeBrowser) -> None:
    browser = await make_browser()
    async with opened(serving, browser) as first, opened(serving, browser) as second:
        await first.next()
        await second.next()
        serving.server.should_exit = True
        # Far below the time after which the server would cut them off.
        await asyncio.wait_for(serving.task, 5)
        # They may come back to whoever serves next.
        assert (await first.next(), await second.next()) == ("", "")
