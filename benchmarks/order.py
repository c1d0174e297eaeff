"""Idle dispatch, and positions in a long queue.

    python benchmarks/order.py [--pending 100000] [--jobs 100]

Dispatch: from the moment an accepting transaction has committed until a worker in another process has begun the attempt.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from promptreel import accounts, credits, videos
from promptreel.db import migrate, server
from promptreel.engine_config import POOL
from promptreel.runtime import Runtime, open_runtime
from promptreel.settings import Settings
from promptreel.spec import VideoSpec
from promptreel.videos import Submission

FILL = """
    WITH a AS (SELECT generate_series(1, %(n)s) AS n),
         j AS (INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args)
               SELECT 'render', 'promptreel.render', -n, '{}' FROM a RETURNING id, -priority AS tag)
    INSERT INTO videos (account_id, dialect, prompt, quality, spec, price, pool, tag, job_id, estimated_seconds)
    SELECT %(account)s, 'prompttovideo', 'x', 'free', '{}', 0, 'render', tag, id, 8 FROM j
"""


def worker() -> None:
    """A slot that begins each attempt, notes when, and does nothing else."""
    from promptreel import queue

    async def run() -> None:
        async with open_runtime(Settings()) as runtime:

            async def begin(video_id: int) -> None:
                async with runtime.transaction() as connection:
                    video = await videos.start(connection, video_id, 3)
                now = time.time()
                assert video
                async with runtime.transaction() as connection:
                    await videos.fail(connection, video, str(now), "measured")

            runtime.queue.task(name=queue.RENDER, queue=POOL)(begin)
            print("ready", flush=True)
            await runtime.queue.run_worker_async(queues=[POOL], concurrency=1, delete_jobs="successful")

    asyncio.run(run())


async def dispatch(runtime: Runtime, account: accounts.Account, jobs: int) -> list[float]:
    """Milliseconds from commit to the worker's start, one job at a time."""
    submission = Submission("prompttovideo", VideoSpec("x", 640, 360), 0)
    times = []
    for _ in range(jobs):
        async with runtime.transaction() as connection:
            accepted = await videos.submit(
                connection, runtime.queue, runtime.settings, account, submission, runtime.clock()
            )
        committed = time.time()
        video = await runtime.wait_for_end(account.id, accepted.video.id, 10)
        times.append(1e3 * (float(video.error or 0) - committed))
        await asyncio.sleep(0.02)
    return times


async def positions(runtime: Runtime, account: accounts.Account, pending: int) -> dict[str, list[float]]:
    """Milliseconds for the last place of a queue of that length: the count alone, an accepted video, the queue page."""
    async with runtime.pool.connection() as connection:
        await connection.execute(FILL, {"n": pending, "account": account.id})
        await connection.execute("ANALYZE videos")
        await connection.execute("VACUUM videos")
    other = (await make_account(runtime, "last@example.com"))[0]
    submission = Submission("prompttovideo", VideoSpec("x", 640, 360, duration=60), 0)
    times: dict[str, list[float]] = {"position": [], "accept": [], "queue page": []}
    from promptreel import queue

    for _ in range(20):
        async with runtime.transaction() as connection:
            await connection.execute(
                """INSERT INTO account_turns (account_id, pool, last_tag) VALUES (%(account)s, %(pool)s, %(tag)s)
                   ON CONFLICT (account_id, pool) DO UPDATE SET last_tag = excluded.last_tag""",
                {"account": other.id, "pool": POOL, "tag": pending + 1},
            )
            began = time.perf_counter()
            accepted = await videos.submit(
                connection, runtime.queue, runtime.settings.model_copy(update={"max_pending": 10**9}), other,
                submission, runtime.clock(),
            )  # fmt: skip
            times["accept"].append(time.perf_counter() - began)
            assert accepted.position >= pending, accepted.position
            video = accepted.video
        async with runtime.pool.connection() as connection:
            began = time.perf_counter()
            await queue.place_of(connection, video.pool, video.tag, video.job_id, 1.0, 5)
            times["position"].append(time.perf_counter() - began)
            began = time.perf_counter()
            await videos.waiting(connection, other.id, runtime.settings)
            times["queue page"].append(time.perf_counter() - began)
    return {name: [1e3 * each for each in measured] for name, measured in times.items()}


async def make_account(runtime: Runtime, email: str) -> tuple[accounts.Account, str]:
    async with runtime.transaction() as connection:
        account = await accounts.create_account(connection, email, "enterprise")
        await credits.grant(connection, account.id, 10**6, email, "bench")
        return account, (await accounts.create_token(connection, account.id))[1]


def told(name: str, times: list[float]) -> None:
    print(f"{name:32} median {statistics.median(times):6.1f} ms   worst {max(times):6.1f} ms   of {len(times)}")


async def measure(settings: Settings, jobs: int, pending: int) -> None:
    environment = {
        **os.environ,
        "PROMPTREEL_DATA": str(settings.data),
        "PROMPTREEL_DATABASE_URL": settings.database_url,
    }
    async with open_runtime(settings) as runtime:
        account, _ = await make_account(runtime, "first@example.com")
        process = subprocess.Popen([sys.executable, __file__, "--worker"], env=environment, stdout=subprocess.PIPE)
        assert process.stdout
        process.stdout.readline()
        await asyncio.sleep(1)
        told("idle dispatch", await dispatch(runtime, account, jobs))
        process.kill()
        process.wait()
        for name, times in (await positions(runtime, account, pending)).items():
            told(f"{name}, {pending} pending", times)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pending", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--worker", action="store_true")
    options = parser.parse_args()
    if options.worker:
        worker()
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        running = server.start(Settings(data=Path(folder)))
        try:
            migrate.migrate(running.url)
            settings = Settings(data=Path(folder), database_url=running.url)
            asyncio.run(measure(settings, options.jobs, options.pending))
        finally:
            running.stop()


if __name__ == "__main__":
    main()
