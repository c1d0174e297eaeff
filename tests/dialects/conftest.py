"""Somebody with a token, and a worker that needs no engine."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn

from promptreel import videos
from promptreel.accounts import Account
from promptreel.asgi import create_app, server_config
from promptreel.runtime import Runtime
from promptreel.settings import Settings

from ..conftest import MakeAccount

PROMPT = "A beautiful sunset over the ocean"
PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="


@dataclass
class Someone:
    """An account that calls the API."""

    client: httpx2.AsyncClient
    account: Account
    token: str

    async def call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """One request with this account's token, unless `headers` say otherwise."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> httpx2.Response:
        return await self.call("GET", path, **options)

    async def post(self, path: str, **options: Any) -> httpx2.Response:
        return await self.call("POST", path, **options)

    async def delete(self, path: str, **options: Any) -> httpx2.Response:
        return await self.call("DELETE", path, **options)

    async def generate(self, headers: dict[str, str] | None = None, **fields: Any) -> httpx2.Response:
        """A PromptToVideo create."""
        return await self.post("/api/v1/generate", json={"prompt": PROMPT, **fields}, headers=headers or {})

    async def animate(self, headers: dict[str, str] | None = None, **fields: Any) -> httpx2.Response:
        """A PopVid create."""
        return await self.post(
            "/api/v1/gen_video", json={"image": PIXEL, "prompt": PROMPT, **fields}, headers=headers or {}
        )


NewAccount = Callable[..., Awaitable[Someone]]


@pytest.fixture
def new_account(client: httpx2.AsyncClient, make_account: MakeAccount) -> NewAccount:
    async def make(**options: Any) -> Someone:
        account, token = await make_account(**options)
        return Someone(client, account, token)

    return make


@pytest.fixture
async def someone(new_account: NewAccount) -> Someone:
    """A pro account with 100 credits."""
    return await new_account()


class Worker:
    """Does what a worker does to a video, without rendering one."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime

    async def start(self, video_id: int) -> videos.Video:
        async with self.runtime.transaction() as connection:
            video = await videos.start(connection, video_id, 3)
        assert video is not None
        return video

    async def progress(self, video_id: int, progress: float, step: str) -> None:
        video = await self.start(video_id)
        async with self.runtime.transaction() as connection:
            assert await videos.report_progress(connection, video, progress, step)

    async def complete(self, video_id: int, data: bytes = b"not really a video", duration: float = 8.0) -> None:
        video = await self.start(video_id)
        prefix = videos.files_prefix(video)
        for name in ("video.mp4", "thumbnail.jpg", "spritesheet.jpg"):
            await self.runtime.storage.put(prefix + name, data)
        result = videos.Result(
            video_key=prefix + "video.mp4",
            thumbnail_key=prefix + "thumbnail.jpg",
            spritesheet_key=prefix + "spritesheet.jpg",
            file_bytes=len(data),
            duration=duration,
            render_seconds=4.0,
            report={"coverage": 1.0, "words": []},
        )
        async with self.runtime.transaction() as connection:
            assert await videos.complete(connection, video, result)

    async def fail(self, video_id: int, error: str = "The engine failed: out of paint") -> None:
        video = await self.start(video_id)
        async with self.runtime.transaction() as connection:
            assert await videos.fail(connection, video, error, "engine_failed")


@pytest.fixture
def worker(runtime: Runtime) -> Worker:
    return Worker(runtime)


@dataclass(frozen=True)
class Traces:
    """What a refused request must not leave: rows that an accepted one writes."""

    runtime: Runtime

    async def count(self) -> dict[str, int]:
        tables = ("videos", "ledger_transactions", "idempotency_keys", "video_pictures", "procrastinate_jobs")
        async with self.runtime.pool.connection() as connection:
            counts = {}
            for table in tables:
                cursor = await connection.execute(f"SELECT count(*) AS number FROM {table}")
                row = await cursor.fetchone()
                assert row is not None
                counts[table] = row["number"]
        return counts


@pytest.fixture
def traces(runtime: Runtime) -> Traces:
    return Traces(runtime)


@pytest.fixture(scope="session")
def seed_text() -> dict[str, str]:
    """The seed pages, as they are."""
    folder = Path(__file__).parent / "seeds"
    return {name: (folder / f"{name}.txt").read_text() for name in ("prompttovideo", "popvid")}


@dataclass
class Live:
    """A server on a port of its own, and somebody's token for it."""

    url: str
    token: str
    runtime: Runtime


@pytest.fixture
async def live(settings: Settings, runtime: Runtime, make_account: MakeAccount) -> AsyncIterator[Live]:
    runtime.settings = settings.model_copy(update={"public_url": "", "port": 0})
    server = uvicorn.Server(server_config(create_app(settings, runtime=runtime), runtime.settings))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    _, token = await make_account()
    yield Live(f"http://127.0.0.1:{port}", token, runtime)
    server.should_exit = True
    await serving
