"""Figures for Prometheus: requests as they happen, videos and queue as they are when somebody asks."""

import asyncio

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.responses import Response

from promptreel.runtime import Runtime

METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"})
STATUSES = ("pending", "processing", "completed", "failed", "cancelled")


class Metrics:
    """One process's figures. A registry of its own, so that two applications in one process do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "promptreel_requests", "Requests answered", ["route", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "promptreel_request_seconds", "Seconds until the answer was sent", ["route"], registry=self.registry
        )
        self.videos = Gauge("promptreel_videos", "Videos by status", ["status"], registry=self.registry)
        self.queue = Gauge("promptreel_queue_length", "Videos waiting for a worker", registry=self.registry)
        self.workers = Gauge("promptreel_render_slots", "Render slots alive", registry=self.registry)
        # Label look-ups are the dear part of a count, and there are few combinations.
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._lock = asyncio.Lock()

    def count_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """One request more. `route` is the path's pattern, so that ids do not become labels."""
        key = (route, method if method in METHODS else "other", status)
        children = self._children.get(key)
        if children is None:
            children = self._children[key] = (self.requests.labels(*map(str, key)), self.seconds.labels(route))
        children[0].inc()
        children[1].observe(seconds)

    async def render(self, runtime: Runtime) -> Response:
        """All figures as text. Counting the videos is one query at a time, however many ask."""
        async with self._lock, runtime.pool.connection() as connection:
            cursor = await connection.execute("SELECT status, count(*) AS number FROM videos GROUP BY status")
            numbers = {row["status"]: row["number"] for row in await cursor.fetchall()}
            cursor = await connection.execute(
                "SELECT count(*) AS number FROM worker_slots WHERE seen_at > now() - make_interval(secs => %s)",
                [runtime.settings.stalled_after],
            )
            alive = await cursor.fetchone()
        for status in STATUSES:
            self.videos.labels(status).set(numbers.get(status, 0))
        self.queue.set(numbers.get("pending", 0))
        self.workers.set(alive["number"] if alive else 0)
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)
