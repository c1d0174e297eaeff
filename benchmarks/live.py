"""What open live pages cost the server: nothing while nothing happens, and little while videos progress.

    python benchmarks/live.py [--pages 500] [--seconds 15]

Opens one page for each of many accounts against a real server process on this machine, then measures that process's CPU time
(user and system) while nobody has a video, while ten of them have one rendered, and while every account has one rendered and
another waiting: with two reports of progress a second each, as workers make them. A page is told at most twice a second.
"""

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
from load import get

from promptreel import accounts, credits, people, videos
from promptreel.db import migrate, server
from promptreel.db.pool import Connection
from promptreel.runtime import Runtime, open_runtime
from promptreel.settings import Settings
from promptreel.spec import VideoSpec
from promptreel.videos import Submission, Video
from promptreel.web.door import PLAIN_COOKIE

SETTLE = 3.0
REPORTS_PER_SECOND = 2
REPORTERS = 8


class Pages:
    """Open pages, and how many events and bytes they were sent."""

    def __init__(self) -> None:
        self.events = self.bytes = self.ended = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def open(self, port: int, secret: str) -> None:
        """One more page."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        request = get("/live").replace(b"\r\n\r\n", f"\r\nCookie: {PLAIN_COOKIE}={secret}\r\n\r\n".encode())
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"text/event-stream" in head, head
        self._writers.append(writer)
        self._tasks.append(asyncio.create_task(self._read(reader)))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(1 << 16):
            self.bytes += len(data)
            self.events += data.count(b"\n\n\r\n")
        self.ended += 1

    def close(self) -> None:
        """Close them all."""
        for writer in self._writers:
            writer.close()
        for task in self._tasks:
            task.cancel()


async def people_of(runtime: Runtime, number: int) -> list[tuple[accounts.Account, str]]:
    """Accounts with credits, and the secrets of their sessions."""
    made = []
    async with runtime.transaction() as connection:
        for index in range(number):
            account = await accounts.create_account(connection, f"{index}@example.com", "pro")
            await credits.grant(connection, account.id, 10, key=f"live {index}", actor="benchmark")
            made.append((account, await people.open_session(connection, account.id, runtime.clock())))
    return made


async def submit(runtime: Runtime, connection: Connection, account: accounts.Account) -> Video:
    """One more video in the queue."""
    submission = Submission("dashboard", VideoSpec("A lighthouse in a storm at night", 640, 360), 1)
    accepted = await videos.submit(connection, runtime.queue, runtime.settings, account, submission, runtime.clock())
    return accepted.video


async def begin(runtime: Runtime, owners: list[accounts.Account]) -> list[Video]:
    """A running and a waiting video for each of these accounts."""
    running = []
    for owner in owners:
        async with runtime.transaction() as connection:
            video = await submit(runtime, connection, owner)
            await submit(runtime, connection, owner)
            started = await videos.start(connection, video.id, 3)
            assert started is not None
            running.append(started)
    return running


async def progress(runtime: Runtime, running: list[Video], until: float) -> int:
    """Report on every video twice a second, as its worker would; how many reports there were."""
    shares = [running[each::REPORTERS] for each in range(REPORTERS) if running[each::REPORTERS]]
    return sum(await asyncio.gather(*(report(runtime, share, until) for share in shares)))


async def report(runtime: Runtime, running: list[Video], until: float) -> int:
    """Report on these videos in turn, evenly spread."""
    reports = 0
    pause = 1 / (REPORTS_PER_SECOND * len(running))
    began = time.monotonic()
    async with runtime.pool.connection() as connection:
        while time.monotonic() < until:
            video = running[reports % len(running)]
            fraction = min(0.99, (time.monotonic() - began) / 100)
            assert await videos.report_progress(connection, video, fraction, "rendering", b"\xff\xd8\xff" + bytes(8000))
            reports += 1
            await asyncio.sleep(max(0.0, began + reports * pause - time.monotonic()))
    return reports


async def measure(
    name: str,
    process: psutil.Process,
    pages: Pages,
    number: int,
    seconds: float,
    runtime: Runtime,
    running: list[Video],
) -> None:
    """The server's CPU time while this goes on, told as a line."""
    await asyncio.sleep(SETTLE)
    before, events, size, began = cpu(process), pages.events, pages.bytes, time.monotonic()
    reports = 0
    if running:
        reports = await progress(runtime, running, time.monotonic() + seconds)
    else:
        await asyncio.sleep(seconds)
    took = time.monotonic() - began
    each = (cpu(process) - before) * 1000 / took / number
    print(
        f"{name:<42} {each:7.3f} CPU-ms/s per page   {(pages.events - events) / took / number:5.2f} events/s per page   "
        f"{(pages.bytes - size) / took / 1e6:6.2f} MB/s   {reports / took:6.0f} reports/s",
        flush=True,
    )


def cpu(process: psutil.Process) -> float:
    """Seconds of processor time that a process has used."""
    times = process.cpu_times()
    return times.user + times.system


@asynccontextmanager
async def serving(settings: Settings, port: int) -> AsyncIterator[psutil.Process]:
    """A server process, answering."""
    environment = {
        **os.environ,
        "PROMPTREEL_DATA": str(settings.data),
        "PROMPTREEL_DATABASE_URL": settings.database_url,
        "PROMPTREEL_SECRET": "benchmark",
        "PROMPTREEL_LOG_LEVEL": "error",
        "PROMPTREEL_SHOWCASE": "false",
        "PROMPTREEL_PORT": str(port),
    }
    process = subprocess.Popen([sys.executable, "-m", "promptreel", "api"], env=environment)
    try:
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.1)
        yield psutil.Process(process.pid)
    finally:
        began = time.monotonic()
        process.terminate()
        process.wait(30)
        print(f"the server stopped {time.monotonic() - began:.1f} s after it was asked to, with the pages open")


async def listeners(connection: Connection) -> int:
    """Connections of the server that listen for what happens to videos."""
    cursor = await connection.execute(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE '%LISTEN promptreel_videos%' AND pid <> pg_backend_pid()"
    )
    row = await cursor.fetchone()
    return row["n"] if row else 0


async def run(number: int, seconds: float, folder: Path) -> None:
    """All measurements."""
    database = server.start(Settings(data=folder), durable=False)
    try:
        migrate.migrate(database.url)
        settings = Settings(data=folder, database_url=database.url, secret="benchmark")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        async with open_runtime(settings, pool_size=REPORTERS + 2) as runtime:
            owners = await people_of(runtime, number)
            async with serving(settings, port) as process:
                idle = process.memory_info().rss
                pages = Pages()
                for _, secret in owners:
                    await pages.open(port, secret)
                async with runtime.pool.connection() as connection:
                    # One of them is this process's own.
                    print(f"{number} pages open, {await listeners(connection) - 1} database listener, ", end="")
                print(f"{(process.memory_info().rss - idle) / number / 1024:.0f} KiB each")
                await measure("nothing happens", process, pages, number, seconds, runtime, [])
                some = await begin(runtime, [account for account, _ in owners[:: max(1, number // 10)]])
                await measure(
                    f"{len(some)} of the accounts' videos progress", process, pages, number, seconds, runtime, some
                )
                rest = [account for account, _ in owners if account.id not in {video.account_id for video in some}]
                everybody = some + await begin(runtime, rest)
                await measure("everybody's video progresses", process, pages, number, seconds, runtime, everybody)
                assert pages.ended == 0, f"{pages.ended} pages were cut off"
            pages.close()
    finally:
        database.stop()


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=500, choices=range(1, 901), metavar="1…900")
    parser.add_argument("--seconds", type=float, default=15.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        asyncio.run(run(arguments.pages, arguments.seconds, Path(folder)))


if __name__ == "__main__":
    main()
