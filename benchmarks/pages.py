"""How long the pages of the dashboard take, with many videos and accounts.

    python benchmarks/pages.py [--videos 10000] [--accounts 1000] [--rounds 15]

Server time: from the request to the whole answer inside the application, without a network and one request at a time. Half
of the videos are one account's, whose owner is also the operator that looks.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import httpx2

from promptreel import accounts, credits, people
from promptreel.asgi import create_app
from promptreel.db import migrate, server
from promptreel.runtime import Runtime, open_runtime
from promptreel.settings import Settings
from promptreel.spec import VideoSpec

ACCOUNTS = """
    WITH made AS (INSERT INTO accounts (email, tier) SELECT 'person' || n || '@example.com', 'free'
                    FROM generate_series(1, %s) n RETURNING id)
    INSERT INTO wallets (account_id) SELECT id FROM made
"""

VIDEOS = """
    WITH owners AS (SELECT array_agg(id) AS ids FROM accounts WHERE id <> %(owner)s)
    INSERT INTO videos (account_id, dialect, status, prompt, quality, spec, price, pool, tag, job_id, estimated_seconds,
                        attempt, progress, created_at, started_at, completed_at, file_bytes, duration, report, error,
                        video_key, thumbnail_key, spritesheet_key)
    SELECT CASE WHEN n %% 2 = 0 THEN %(owner)s ELSE ids[1 + n %% array_length(ids, 1)] END, 'dashboard',
           CASE WHEN n %% 40 = 1 THEN 'failed' WHEN n %% 400 = 2 THEN 'pending' ELSE 'completed' END,
           (ARRAY['a boat', 'two dogs', 'a castle', 'the sea'])[1 + n %% 4] || ' at ' ||
           (ARRAY['night', 'sunset', 'noon', 'dawn', 'dusk'])[1 + n %% 5] || ', take ' || n,
           CASE WHEN n %% 3 = 0 THEN 'premium' ELSE 'free' END, %(spec)s, 1, 'render', n, n, 8, 1, 1,
           now() - n * interval '1 minute', now() - n * interval '1 minute' + interval '9 seconds',
           now() - n * interval '1 minute' + interval '20 seconds', 1500000, 8, '{"words": []}',
           CASE WHEN n %% 40 = 1 THEN 'The engine failed' END, 'videos/x/1/video.mp4', 'videos/x/1/thumbnail.jpg',
           'videos/x/1/spritesheet.jpg'
      FROM generate_series(1, %(count)s) n, owners
"""

LEDGER = """
    WITH made AS (
        INSERT INTO ledger_transactions (kind, key, account_id, video_id, actor)
        SELECT kind, CASE kind WHEN 'hold' THEN 'hold:' ELSE 'settle:' END || v.id, v.account_id, v.id, 'system'
          FROM videos v CROSS JOIN (VALUES ('hold'), ('capture')) k (kind)
         WHERE kind = 'hold' OR v.status = 'completed' ORDER BY v.id RETURNING id, kind, account_id)
    INSERT INTO ledger_entries (transaction_id, line, book, amount)
    SELECT id, line, CASE WHEN kind = 'hold' THEN (ARRAY['available:', 'held:'])[line] || account_id
                          ELSE (ARRAY['held:' || account_id, 'revenue'])[line] END, CASE line WHEN 1 THEN -1 ELSE 1 END
      FROM made CROSS JOIN (VALUES (1), (2)) l (line)
"""


async def fill(runtime: Runtime, videos: int, people_count: int) -> tuple[str, int, int]:
    """A full database; the operator's cookie, number, and one of their videos."""
    async with runtime.transaction() as connection:
        owner = await accounts.create_account(connection, "operator@example.com", "enterprise")
        await connection.execute("UPDATE accounts SET operator = true WHERE id = %s", [owner.id])
        await credits.grant(connection, owner.id, 100_000, "bench", "bench")
        await connection.execute(ACCOUNTS, [people_count])
        spec = VideoSpec("x", 640, 360).as_dict()
        from psycopg.types.json import Jsonb

        await connection.execute(VIDEOS, {"owner": owner.id, "spec": Jsonb(spec), "count": videos})
        await connection.execute(LEDGER)
        cursor = await connection.execute(
            "SELECT max(id) AS id FROM videos WHERE account_id = %s AND status = 'completed'", [owner.id]
        )
        video = (await cursor.fetchone() or {})["id"]
        secret = await people.open_session(connection, owner.id, runtime.clock())
    async with runtime.pool.connection() as connection:
        await connection.execute("ANALYZE")
    return secret, owner.id, video


async def measure(runtime: Runtime, rounds: int, videos: int, people_count: int) -> None:
    """Every page, `rounds` times; the median and the worst."""
    secret, account, video = await fill(runtime, videos, people_count)
    paths = [
        "/create", "/queue", "/videos", "/videos?search=castle+night", "/videos?status=failed", "/videos?page=100",
        f"/videos/{video}", "/tokens", "/usage", "/credits", "/plan", "/settings", "/docs", "/docs/prompttovideo",
        "/docs/popvid", "/admin", "/admin/accounts", "/admin/accounts?search=person77", f"/admin/accounts/{account}",
        "/admin/jobs", "/admin/jobs?search=castle", "/admin/jobs?status=failed", f"/admin/jobs/{video}", "/admin/queue",
        "/admin/workers", "/admin/engines", "/admin/ledger", "/admin/moderation", "/admin/log", "/admin/plans", "/admin/showcase",
    ]  # fmt: skip
    app = create_app(runtime.settings, runtime=runtime)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://bench") as client:
            for path in ["/", *paths]:
                headers = {"Cookie": f"promptreel={secret}"} if path != "/" else {}
                times = []
                for _ in range(rounds):
                    began = time.perf_counter()
                    response = await client.get(path, headers=headers)
                    times.append(1e3 * (time.perf_counter() - began))
                # The first draws the template for the first time.
                median, worst = statistics.median(times[1:]), max(times[1:])
                print(
                    f"{path:32} {response.status_code} {median:7.1f} ms  worst {worst:7.1f}  {len(response.content):6} bytes"
                )


def main() -> None:
    """Measure on a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, default=10_000)
    parser.add_argument("--accounts", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()

    async def run(url: str, data: Path) -> None:
        async with open_runtime(Settings(data=data, database_url=url, secret="b" * 32)) as runtime:
            await measure(runtime, given.rounds, given.videos, given.accounts)

    with tempfile.TemporaryDirectory() as folder:
        running = server.start(Settings(data=Path(folder)), durable=False)
        try:
            migrate.migrate(running.url)
            asyncio.run(run(running.url, Path(folder)))
        finally:
            running.stop()


if __name__ == "__main__":
    main()
