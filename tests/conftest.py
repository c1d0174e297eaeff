"""What the tests share: one throw-away PostgreSQL for the whole run, and a fresh database for each test that asks."""

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest

from promptreel import accounts, credits, videos
from promptreel.db import migrate, server
from promptreel.db.pool import Connection
from promptreel.runtime import Runtime, open_runtime
from promptreel.settings import Settings
from promptreel.spec import VideoSpec

MakeAccount = Callable[..., Awaitable[tuple[accounts.Account, str]]]


def pytest_configure(config: pytest.Config) -> None:
    """One place for compiled kernels, whichever process compiles them, kept for the next run; numba looks when it is loaded."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(config.rootpath / "build" / "kernels"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first: one of them, begun last, would have all other processes wait for it."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_xdist_auto_num_workers() -> int:
    """One test process more than there are processors: a good part of the tests waits for processes and databases."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def no_settings_from_outside() -> Iterator[None]:
    """A test must not see how the machine it runs on is set up."""
    taken = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PROMPTREEL_")}
    # Nor may a server that a test starts have work of its own.
    os.environ["PROMPTREEL_SHOWCASE"] = "false"
    yield
    del os.environ["PROMPTREEL_SHOWCASE"]
    os.environ.update(taken)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a migrated database that others are copied from; all test processes share one server."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    running = server.start(Settings(data=shared / "database"), durable=False)
    try:
        with psycopg.connect(running.url, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(1)")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'template_promptreel'").fetchone():
                connection.execute("CREATE DATABASE making_template")
                migrate.migrate(database(running.url, "making_template"))
                connection.execute("ALTER DATABASE making_template RENAME TO template_promptreel")
        yield database(running.url, "template_promptreel")
    finally:
        running.stop()


def database(url: str, name: str) -> str:
    """The same server's database `name`."""
    return re.sub(r"(?<=/)[^/?]+(?=\?|$)", name, url, count=1)


@pytest.fixture(scope="session")
def kernels() -> Path:
    """Where engines that render in processes of their own keep what they compile: where the tests themselves do."""
    folder = Path(os.environ["NUMBA_CACHE_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def database_url(template: str) -> Iterator[str]:
    """A fresh, migrated database."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(database(template, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_promptreel")
        yield database(template, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, database_url=database_url, public_url="https://reel.example", secret="s" * 32)


@pytest.fixture
async def runtime(settings: Settings) -> AsyncIterator[Runtime]:
    async with open_runtime(settings) as opened:
        yield opened


@pytest.fixture
async def connection(runtime: Runtime) -> AsyncIterator[Connection]:
    async with runtime.pool.connection() as opened:
        yield opened


@pytest.fixture
def make_account(runtime: Runtime) -> MakeAccount:
    """Make an account with credits and a token: `await make_account(tier="pro", credits=30)`."""

    async def make(
        tier: str = "pro", credits: int = 100, scopes: tuple[str, ...] = ("read", "write")
    ) -> tuple[accounts.Account, str]:
        async with runtime.transaction() as connection:
            account = await accounts.create_account(connection, f"{uuid4().hex}@example.com", tier)
            if credits:
                await grant(connection, account, credits)
            _, token = await accounts.create_token(connection, account.id, scopes=scopes)
        return account, token

    return make


async def grant(connection: Connection, account: accounts.Account, amount: int) -> None:
    await credits.grant(connection, account.id, amount, key=uuid4().hex, actor="test")


async def accepted(runtime: Runtime, account: accounts.Account, spec: VideoSpec, price: int = 1) -> videos.Video:
    """A video as the API would have accepted it, and queued."""
    submission = videos.Submission("prompttovideo", spec, price)
    async with runtime.transaction() as connection:
        made = await videos.submit(connection, runtime.queue, runtime.settings, account, submission, runtime.clock())
    return made.video


@pytest.fixture
async def client(runtime: Runtime) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the whole app over the test's runtime, without a network."""
    from promptreel.asgi import create_app

    async with AsyncExitStack() as stack:
        app = create_app(runtime.settings, runtime=runtime)
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport: Any = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        yield await stack.enter_async_context(httpx2.AsyncClient(transport=transport, base_url="https://reel.example"))
