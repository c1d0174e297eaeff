"""The daily quota: what counts, and how it is told."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

from promptreel.runtime import Runtime

from .conftest import PROMPT, NewAccount, Someone

NAMES = ("ratelimit-policy", "ratelimit", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


async def test_the_headers(someone: Someone, runtime: Runtime) -> None:
    noon = datetime(2024, 1, 15, 10, 15, 0, 250_000, tzinfo=UTC)
    runtime.clock = lambda: noon
    response = await someone.get("/api/v1/account")
    assert [response.headers[name] for name in NAMES] == [
        '"daily";q=1000;w=86400',
        '"daily";r=999;t=49500',
        "1000",
        "999",
        str(int(datetime(2024, 1, 16, tzinfo=UTC).timestamp())),
    ]
    assert response.json()["rate_limit_info"]["reset_time"] == "2024-01-16T00:00:00Z"
    runtime.clock = lambda: datetime(2024, 1, 16, tzinfo=UTC)
    assert (await someone.get("/api/v1/account")).headers["x-ratelimit-remaining"] == "999"


async def test_every_authenticated_call_counts_whatever_it_answers(someone: Someone) -> None:
    calls = [
        ("GET", "/api/v1/account", 200), ("GET", "/api/v1/video/1/status", 404), ("POST", "/api/v1/generate", 415),
        ("GET", "/api/v1/queue/status", 200), ("GET", "/api/v1/videos", 200), ("DELETE", "/api/v1/video/x", 404),
    ]  # fmt: skip
    for number, (method, path, status) in enumerate(calls, 1):
        response = await someone.call(method, path)
        assert response.status_code == status
        assert response.headers["x-ratelimit-remaining"] == str(1000 - number)
    for path, status in (("/api/v1/nothing", 404), ("/api/v1/generate", 405)):
        response = await someone.get(path)
        assert (response.status_code, "ratelimit" in response.headers) == (status, False)
    assert (await someone.client.get("/api/v1/account", headers={"Authorization": "Bearer x"})).status_code == 401
    assert (await someone.get("/api/v1/account")).json()["rate_limit_info"]["used"] == len(calls) + 1


async def test_429(new_account: NewAccount, runtime: Runtime) -> None:
    runtime.clock = lambda: datetime(2024, 1, 15, 23, 0, 0, tzinfo=UTC)
    free = await new_account(tier="free")
    for _ in range(10):
        assert (await free.get("/api/v1/account")).status_code == 200
    for _ in range(3):
        response = await free.get("/api/v1/account")
        assert response.status_code == 429
        answer = response.json()
        assert list(answer)[:2] == ["error", "rate_limit_info"]
        assert answer["error"] == "Rate limit exceeded"
        assert answer["rate_limit_info"] == {
            "tier": "free",
            "limit": 10,
            "used": 10,
            "remaining": 0,
            "reset_time": "2024-01-16T00:00:00Z",
        }
        assert response.headers["retry-after"] == "3600"
        assert response.headers["ratelimit"] == '"daily";r=0;t=3600'


async def test_exactly_the_limit_passes_at_once(new_account: NewAccount) -> None:
    free = await new_account(tier="free")
    answers = await asyncio.gather(*(free.get("/api/v1/account") for _ in range(40)))
    assert Counter(answer.status_code for answer in answers) == {200: 10, 429: 30}
    used = sorted(answer.json()["rate_limit_info"]["used"] for answer in answers if answer.status_code == 200)
    assert used == list(range(1, 11))


async def test_polls_can_be_free(new_account: NewAccount, runtime: Runtime) -> None:
    runtime.settings = runtime.settings.model_copy(update={"quota_counts": "create"})
    free = await new_account(tier="free", credits=100)
    for _ in range(12):
        response = await free.get("/api/v1/account")
        assert response.headers["x-ratelimit-remaining"] == "10"
    made = await free.post("/api/v1/generate", json={"prompt": PROMPT})
    assert made.headers["x-ratelimit-remaining"] == "9"
