"""A worker's process: one render slot (`rendering`), the queue that gives it jobs, and what has to be seen to beside them."""

import asyncio
from collections.abc import Iterable

import procrastinate
import structlog
from procrastinate.jobs import Job

from promptreel import queue, upstreams
from promptreel.engine_config import POOL, RemoteConfig
from promptreel.engines.remote import orphans
from promptreel.rendering import Slot
from promptreel.runtime import Runtime, sweep

log = structlog.get_logger()


def bind_task(jobs: procrastinate.App, slot: Slot) -> None:
    """Tell Procrastinate what a render job is, which one the slot takes, and to take none while the slot drains."""
    jobs.task(name=queue.RENDER, queue=slot.pool, retry=queue.Backoff(), pass_context=True)(slot.render)
    fetch = jobs.job_manager.fetch_job

    async def fetch_by_warmth(queues: Iterable[str] | None, worker_id: int) -> Job | None:
        # Asked once more: an operator may have said so since the last heartbeat.
        if slot.draining or await slot.tell():
            return None
        return await slot.take_out_of_turn(worker_id) or await fetch(queues, worker_id)

    # Procrastinate knows no pause. Stopping its worker would end the heartbeat of the job that is to be finished.
    jobs.job_manager.fetch_job = fetch_by_warmth  # type: ignore[method-assign]


async def cancel_orphans(runtime: Runtime, pool: str) -> None:
    """Cancel what still runs on other servers for videos that have ended, for as long as the process lives.

    Workers do, and no other process: theirs are the way to the servers, and the key.
    """
    settings = runtime.settings
    configs = {name: settings.engine_config(name) for name in settings.engines_of(pool)}
    remote = {name: config for name, config in configs.items() if isinstance(config, RemoteConfig)}
    while remote:
        await asyncio.sleep(max(0.5, settings.stalled_after / 5))
        try:
            async with runtime.transaction() as connection:
                left = await upstreams.take_orphans(connection, list(remote))
            for engine, memo in left:
                await asyncio.to_thread(orphans.cancel, remote[engine], memo)
                log.info("orphan_cancelled", engine=engine)
        except Exception as error:  # noqa: BLE001 - a database that is away comes back
            log.warning("orphans_not_cancelled", reason=str(error).strip())


async def run_worker(runtime: Runtime, *, pool: str = POOL, grace: float = 10.0) -> None:
    """Work until cancelled. A job that is not done within `grace` seconds of the cancel goes back to the queue."""
    settings = runtime.settings
    # A worker that ends tells no heartbeats any more: past this its job would be rescued instead of handed back.
    grace = min(grace, settings.stalled_after / 2)
    slot = Slot(runtime, pool)
    bind_task(runtime.queue, slot)
    background = [
        asyncio.create_task(slot.prepare()),
        asyncio.create_task(slot.keep_alive()),
        asyncio.create_task(sweep(runtime)),
        asyncio.create_task(cancel_orphans(runtime, pool)),
    ]
    try:
        while True:
            try:
                await runtime.queue.run_worker_async(
                    queues=[pool],
                    concurrency=1,
                    # The videos tell what became of them. One that was cancelled as it began would leave its job here for good.
                    delete_jobs="always",
                    install_signal_handlers=False,
                    update_heartbeat_interval=settings.heartbeat_interval,
                    stalled_worker_timeout=settings.stalled_after,
                    shutdown_graceful_timeout=grace,
                    fetch_job_polling_interval=1.0,
                )
                return
            except procrastinate.exceptions.ConnectorException as error:
                log.warning("worker_lost_database", reason=str(error).strip())
                await asyncio.sleep(0.5)
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        await slot.close()
