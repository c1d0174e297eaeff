"""The parts of a server as processes: the API, and render slots. Alone, or as children of `promptreel serve`."""

import asyncio
import signal
import socket
from contextlib import suppress

import structlog
from rich.console import Console

from promptreel import database, observe, supervisor
from promptreel.db import migrate
from promptreel.serve import address, listening, render_slots, supervised
from promptreel.settings import Settings, prepare_data_folder

log = structlog.get_logger()


def run_api(settings: Settings, listener: int | None, leash: int | None) -> None:
    """Serve HTTP until SIGTERM or Ctrl-C. With `listener` and `leash`: on that socket, for that supervisor.

    Errors: those of `listening` and `database.in_use`.
    """
    observe.set_up_logging(settings)
    if listener is not None and leash is not None:
        from promptreel import asgi  # noqa: F401 - loaded while the database starts

        url = supervisor.wait_for_database(leash, supervisor.end_at_once)
        serve_http(settings, url, socket.socket(fileno=listener))
        return
    prepare_data_folder(settings)
    with listening(settings) as opened, database.in_use(settings) as url:
        settings = settings.model_copy(update={"port": opened.getsockname()[1]})
        log.info("api_serves", url=address(settings))
        serve_http(settings, url, opened)


def serve_http(settings: Settings, url: str, listener: socket.socket) -> None:
    """Answer calls until a signal says to end."""
    from promptreel.asgi import Server, create_app

    settings = settings.model_copy(update={"database_url": url})
    server = Server(create_app(settings), settings, timeout_graceful_shutdown=3)
    # uvicorn ends in order, then raises the signal again: that must not end us before the database is let go.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    server.run(sockets=[listener])


def run_slots(settings: Settings, pool: str, slots: int) -> None:
    """Render until SIGTERM or Ctrl-C, in as many processes as slots; one that dies is started again.

    Errors: those of `database.in_use`.
    """
    observe.set_up_logging(settings)
    settings = settings.model_copy(update={"data": prepare_data_folder(settings)})
    if settings.database_url:
        migrate.check(settings.database_url)
    children = render_slots(pool, slots)
    console = Console(stderr=True)
    with supervised(settings, children, console):
        console.print(f"{slots} render slot{'s' if slots > 1 else ''} at work. Ctrl-C stops.", highlight=False)
        signal.pause()


def run_slot(settings: Settings, pool: str, leash: int) -> None:
    """One render slot, for the supervisor at the other end of the leash."""
    observe.set_up_logging(settings)
    from promptreel.runtime import open_runtime
    from promptreel.worker import run_worker

    url = supervisor.wait_for_database(leash, supervisor.end_in_order)

    async def work() -> None:
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        async with open_runtime(settings.model_copy(update={"database_url": url}), pool_size=4) as runtime:
            await run_worker(runtime, pool=pool, grace=supervisor.GRACE)

    with suppress(asyncio.CancelledError):
        asyncio.run(work())
