"""A small HTTP/1.1 load generator: keep-alive connections, one request at a time on each, no library in between.

Costs about a tenth of what a client library would, so that on two cores it is the server that is measured.
"""

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """Answers per second and times in milliseconds; `failed` counts everything that was not 200."""

    rate: float
    p50: float
    p99: float
    failed: int

    def __str__(self) -> str:
        return f"{self.rate:7.0f}/s   p50 {self.p50:6.1f} ms   p99 {self.p99:6.1f} ms   failed {self.failed}"


async def connection(
    port: int, requests: Callable[[], bytes], until: float, times: list[float], failed: list[int]
) -> None:
    """Send requests one after the other until the time is up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while time.perf_counter() < until:
            began = time.perf_counter()
            writer.write(requests())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            times.append(time.perf_counter() - began)
            if not head.startswith(b"HTTP/1.1 200"):
                failed.append(1)
    finally:
        writer.close()


async def load(port: int, requests: list[Callable[[], bytes]], seconds: float) -> Measured:
    """One connection for each way of making requests, all at once, for `seconds`."""
    times: list[float] = []
    failed: list[int] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(connection(port, each, until, times, failed) for each in requests))
    cuts = statistics.quantiles(times, n=100)
    return Measured(len(times) / seconds, 1e3 * cuts[49], 1e3 * cuts[98], len(failed))


def get(path: str, token: str = "") -> bytes:
    """A GET request as bytes."""
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def post(path: str, token: str, body: str) -> bytes:
    """A POST request of JSON as bytes."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
