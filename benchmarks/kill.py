"""`kill -9` of workers in the middle of many jobs: how soon they run again, how many are lost or paid twice.

    python benchmarks/kill.py [--jobs 1000] [--workers 2] [--kills 3]

Real workers with the default settings and their engine processes; each video takes a fifth of a second to render, so that a
kill finds the worker in the middle of one. One worker is killed in the middle of a job, again and again, and a fresh one started in its place.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from promptreel import accounts, credits, videos
from promptreel.db import migrate, server
from promptreel.runtime import Runtime, open_runtime
from promptreel.settings import Settings
from promptreel.spec import VideoSpec
from promptreel.videos import Submission

ROOT = Path(__file__).resolve().parent.parent


def start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "promptreel", "worker"], env=environment, cwd=ROOT, stderr=subprocess.DEVNULL
    )


async def measure(settings: Settings, jobs: int, workers: int, kills: int) -> None:
    environment = {
        **os.environ,
        "PROMPTREEL_DATA": str(settings.data),
        "PROMPTREEL_DATABASE_URL": settings.database_url,
        "PROMPTREEL_SECRET": "benchmark",
        "PROMPTREEL_ENGINE": "tests.engines.fakes:Slow",
        "PROMPTREEL_LOG_LEVEL": "error",
    }
    async with open_runtime(settings) as runtime:
        async with runtime.transaction() as connection:
            account = await accounts.create_account(connection, "bench@example.com", "enterprise")
            await credits.grant(connection, account.id, jobs, "bench", "bench")
        await submit(runtime, account, jobs)
        processes = [start(environment) for _ in range(workers)]
        gaps: list[float] = []
        try:
            began = time.monotonic()
            for number in range(kills):
                await until_done(runtime, jobs * (number + 1) // (kills + 2))
                victim = processes.pop(0)
                gaps += await kill_and_wait(runtime, victim)
                processes.append(start(environment))
            await until_done(runtime, jobs)
            took = time.monotonic() - began
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()
        await report(runtime, account, jobs, gaps, took)


async def submit(runtime: Runtime, account: accounts.Account, jobs: int) -> None:
    spec = VideoSpec("x", 32, 32, fps=4, duration=1.0, engine="tests.engines.fakes:Slow")
    for _ in range(jobs):
        async with runtime.transaction() as connection:
            submission = Submission("prompttovideo", spec, 1)
            await videos.submit(connection, runtime.queue, runtime.settings, account, submission, runtime.clock())


async def until_done(runtime: Runtime, count: int) -> None:
    while True:
        async with runtime.pool.connection() as connection:
            row = await (
                await connection.execute(
                    "SELECT count(*) AS n FROM videos WHERE status NOT IN ('pending', 'processing')"
                )
            ).fetchone()
        if row and row["n"] >= count:
            return
        await asyncio.sleep(0.05)


async def kill_and_wait(runtime: Runtime, victim: subprocess.Popen[bytes]) -> list[float]:
    """Seconds from the kill until the job that was running on the victim runs again; nothing if it had none."""
    group = [victim.pid]
    children = Path(f"/proc/{victim.pid}/task/{victim.pid}/children")
    if children.exists():  # `promptreel worker` supervises its slots: kill those, with no chance to say goodbye
        group += [int(pid) for pid in children.read_text().split()]
    async with runtime.pool.connection() as connection:
        before = await (
            await connection.execute("SELECT id, attempt FROM videos WHERE status = 'processing'")
        ).fetchall()
        for pid in group:
            os.kill(pid, signal.SIGKILL)
        killed = time.monotonic()
        victim.wait()
        await asyncio.sleep(1.5)  # what the others had in hand is done by now
        orphans = [
            row["id"]
            for row in await (
                await connection.execute(
                    "SELECT id FROM videos WHERE status = 'processing' AND (id, attempt) IN (SELECT * FROM unnest(%s::bigint[], %s::int[]))",
                    [[row["id"] for row in before], [row["attempt"] for row in before]],
                )
            ).fetchall()
        ]
        gaps = []
        for video_id in orphans:
            while True:
                row = await (
                    await connection.execute("SELECT attempt FROM videos WHERE id = %s", [video_id])
                ).fetchone()
                if row and row["attempt"] > 1:
                    gaps.append(time.monotonic() - killed)
                    break
                await asyncio.sleep(0.02)
    return gaps


async def report(runtime: Runtime, account: accounts.Account, jobs: int, gaps: list[float], took: float) -> None:
    async with runtime.pool.connection() as connection:
        rows = await (
            await connection.execute(
                "SELECT status, count(*) AS n, count(*) FILTER (WHERE attempt > 1) AS again FROM videos GROUP BY status"
            )
        ).fetchall()
        wallet = await credits.balance(connection, account.id)
        differences = await credits.audit(connection)
    counts = {row["status"]: row["n"] for row in rows}
    print(f"{jobs} jobs in {took:.0f} s, {sum(row['again'] for row in rows)} of them run again")
    print(f"completed {counts.get('completed', 0)}, lost {jobs - sum(counts.values()) + counts.get('failed', 0)}")
    print(f"credits spent {jobs - wallet.available}, held {wallet.held}, differences in the audit {len(differences)}")
    print("running again after", ", ".join(f"{gap:.1f} s" for gap in gaps) or "nothing was in hand")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        running = server.start(Settings(data=Path(folder)))
        try:
            migrate.migrate(running.url)
            settings = Settings(data=Path(folder), database_url=running.url, secret="benchmark")
            asyncio.run(measure(settings, options.jobs, options.workers, options.kills))
        finally:
            running.stop()


if __name__ == "__main__":
    main()
