"""How fast the API answers, beside a bare FastAPI + psycopg endpoint that does one read, in one run.

    python benchmarks/api.py [--seconds 5] [--rounds 3]

Every round measures each line once, in turn, so that a machine that speeds up or slows down does so for all of them. The
server is one process; the load generator and PostgreSQL (durable, on its own folder) share the machine with it.
"""

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import uvicorn
from load import Measured, get, load, post

from promptreel import accounts, credits
from promptreel.batch import Batch
from promptreel.db import migrate, server
from promptreel.runtime import open_runtime
from promptreel.settings import Settings

CREATING = 8
POLLING = 64
VIDEOS = 2000


def serve(kind: str, port: int) -> None:
    """One server process: `promptreel`, `unshared` (the same with one query for each call) or `bare`."""
    if kind == "bare":
        uvicorn.run(bare_app(os.environ["PROMPTREEL_DATABASE_URL"]), port=port, log_level="error", access_log=False)
        return
    if kind == "unshared":

        async def alone(self, key):  # type: ignore[no-untyped-def]
            return (await self._load([key])).get(key)

        Batch.get = alone  # type: ignore[method-assign]
    from promptreel.asgi import create_app, server_config

    settings = Settings(port=port)
    uvicorn.Server(server_config(create_app(settings), settings)).run()


def bare_app(url: str):  # type: ignore[no-untyped-def]
    """What anybody would write in five minutes: one endpoint, one read by primary key."""
    from contextlib import asynccontextmanager

    from fastapi import FastAPI
    from psycopg_pool import AsyncConnectionPool

    pool = AsyncConnectionPool(url, min_size=4, max_size=8, open=False)

    @asynccontextmanager
    async def lifespan(_app: FastAPI):  # type: ignore[no-untyped-def]
        await pool.open()
        yield
        await pool.close()

    app = FastAPI(lifespan=lifespan)

    @app.get("/video/{video_id}")
    async def video(video_id: int) -> dict[str, object]:
        async with pool.connection() as connection:
            cursor = await connection.execute("SELECT id, status, prompt FROM videos WHERE id = %s", [video_id])
            row = await cursor.fetchone()
        return {"id": row[0], "status": row[1], "prompt": row[2]} if row else {}

    return app


async def prepare(settings: Settings) -> list[str]:
    """Accounts with tokens; the first polling ones share videos made here."""
    tokens = []
    async with open_runtime(settings) as runtime, runtime.transaction() as connection:
        for number in range(POLLING):
            account = await accounts.create_account(connection, f"user{number}@example.com", "enterprise")
            await credits.grant(connection, account.id, 10**9, f"bench:{number}", "bench")
            tokens.append((await accounts.create_token(connection, account.id))[1])
    return tokens


def start(kind: str, environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], int]:
    """A server of that kind, answering, and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, __file__, "--serve", kind, str(port)], env=environment)
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz")
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.05)
        else:
            break
    return process, port


BODY = json.dumps({"prompt": "A beautiful sunset over the ocean", "quality": "free"})


def creating(tokens: list[str]) -> list:
    """Eight clients that create, each with an account of its own."""
    return [lambda token=token: post("/api/v1/generate", token, BODY) for token in tokens[:CREATING]]


def polling(tokens: list[str], ids: dict[str, list[int]]) -> list:
    """64 clients that ask for the status of videos of their own."""
    owners = [token for token in tokens if ids.get(token)]
    return [
        lambda token=owners[n % len(owners)]: get(f"/api/v1/video/{random.choice(ids[token])}/status", token)
        for n in range(POLLING)
    ]


def create_some(port: int, tokens: list[str], count: int) -> dict[str, list[int]]:
    """Videos to poll, by token."""
    ids: dict[str, list[int]] = {}
    for number in range(count):
        token = tokens[number % len(tokens)]
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/v1/generate",
            BODY.encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        ids.setdefault(token, []).append(json.load(urllib.request.urlopen(request))["video_id"])
    return ids


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", nargs=2)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve[0], int(options.serve[1]))
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        running = server.start(Settings(data=Path(folder)))
        try:
            migrate.migrate(running.url)
            measure(Settings(data=Path(folder), database_url=running.url), options.seconds, options.rounds)
        finally:
            running.stop()


def measure(settings: Settings, seconds: float, rounds: int) -> None:
    tokens = asyncio.run(prepare(settings))
    environment = {
        **os.environ,
        "PROMPTREEL_DATA": str(settings.data),
        "PROMPTREEL_DATABASE_URL": settings.database_url,
        "PROMPTREEL_LOG_LEVEL": "error",
    }
    servers = {kind: start(kind, environment) for kind in ("promptreel", "unshared", "bare")}
    try:
        port = {kind: number for kind, (_, number) in servers.items()}
        ids = create_some(port["promptreel"], tokens, 640)
        some = [number for numbers in ids.values() for number in numbers]
        lines = {
            "bare read, 64 clients": ("bare", [lambda: get(f"/video/{random.choice(some)}")] * POLLING),
            "status, 64 clients": ("promptreel", polling(tokens, ids)),
            "status, one query per call": ("unshared", polling(tokens, ids)),
            "bare read, 8 clients": ("bare", [lambda: get(f"/video/{random.choice(some)}")] * CREATING),
            "create, 8 clients": ("promptreel", creating(tokens)),
        }
        results: dict[str, list[Measured]] = {name: [] for name in lines}
        for _ in range(rounds):
            for name, (kind, requests) in lines.items():
                results[name].append(asyncio.run(load(port[kind], requests, seconds)))
                print(f"{name:28} {results[name][-1]}", flush=True)
        report(results)
    finally:
        for process, _ in servers.values():
            process.terminate()
        for process, _ in servers.values():
            process.wait()


def report(results: dict[str, list[Measured]]) -> None:
    rate = {name: statistics.median(each.rate for each in measured) for name, measured in results.items()}
    print("\nmedians")
    for name, measured in results.items():
        p99 = statistics.median(each.p99 for each in measured)
        print(f"  {name:28} {rate[name]:7.0f}/s   p99 {p99:6.1f} ms   failed {sum(each.failed for each in measured)}")
    print(f"  status / bare read           {rate['status, 64 clients'] / rate['bare read, 64 clients']:7.2f}")
    print(f"  status shared / unshared     {rate['status, 64 clients'] / rate['status, one query per call']:7.2f}")
    print(f"  create / bare read           {rate['create, 8 clients'] / rate['bare read, 8 clients']:7.2f}")


if __name__ == "__main__":
    main()
