"""Prefer: wait — one call instead of many polls."""

import asyncio
import time

from starlette.datastructures import Headers

from promptreel.api.dialect import preferred_wait

from .conftest import Someone, Worker


def test_what_is_a_preference() -> None:
    cases = {
        "wait=5": 5, "wait=120": 120, "wait=121": 120, "wait=999999999": 120, "wait=0": None, "wait=-1": None, "wait": None,
        "wait=x": None, "wait=1.5": None, "respond-async, wait=10": 10, "respond-async,WAIT = 10; foo=bar": 10, 'wait="7"': 7,
        "": None, "waiting=5": None, "wait=٣": None, "handling=lenient; wait=3": None, "wait=5, wait=9": 5,
    }  # fmt: skip
    for text, seconds in cases.items():
        raw = [(b"prefer", text.encode())]
        assert preferred_wait(Headers(raw=raw)) == seconds, text
    assert preferred_wait(Headers(raw=[(b"prefer", b"respond-async"), (b"prefer", b"wait=4")])) == 4
    assert preferred_wait(Headers(raw=[])) is None


async def test_the_end_ends_the_wait(someone: Someone, worker: Worker) -> None:
    first = (await someone.generate()).json()["video_id"]
    second = (await someone.animate()).json()
    paths = {f"/api/v1/video/{first}/status": first, f"/api/v1/gen_video/{second['requestId']}": second["videoId"]}
    for path, video_id in paths.items():
        started = time.monotonic()
        waiting = asyncio.create_task(someone.get(path, headers={"Prefer": "wait=60"}))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await worker.complete(video_id)
        response = await waiting
        assert time.monotonic() - started < 20
        assert response.json()["status"] == "completed"
        assert response.headers["preference-applied"] == "wait=60"


async def test_the_time_ends_the_wait(someone: Someone) -> None:
    video_id = (await someone.generate()).json()["video_id"]
    started = time.monotonic()
    response = await someone.get(f"/api/v1/video/{video_id}/status", headers={"Prefer": "wait=1"})
    assert time.monotonic() - started >= 0.9
    assert response.json()["status"] == "pending"
    assert response.headers["preference-applied"] == "wait=1"


async def test_creating_and_waiting_in_one_call(someone: Someone, worker: Worker) -> None:
    waiting = asyncio.create_task(someone.generate(headers={"Prefer": "wait=60", "Idempotency-Key": "once"}))
    animating = asyncio.create_task(someone.animate(headers={"Prefer": "wait=60"}))
    videos = []
    while len(videos) < 2:
        videos = (await someone.get("/api/v1/videos")).json()["videos"]
        await asyncio.sleep(0.05)
    for video in videos:
        await worker.complete(video["id"])
    made = (await waiting).json()
    assert list(made)[:6] == [
        "success",
        "video_id",
        "status",
        "credits_remaining",
        "queue_position",
        "estimated_wait_time",
    ]
    assert (made["status"], made["queue_position"], made["estimated_wait_time"]) == ("completed", 0, 0)
    assert made["video_url"].startswith("https://reel.example/files/")
    animated = (await animating).json()
    assert animated["status"] == "completed"
    assert animated["outputUrl"].startswith("https://reel.example/files/")
    stored = (await someone.generate(headers={"Idempotency-Key": "once"})).json()
    assert (stored["status"], "video_url" in stored) == ("pending", False)
    again = await someone.generate(headers={"Idempotency-Key": "once", "Prefer": "wait=5"})
    assert again.json()["status"] == "completed"
    assert (again.headers["idempotent-replayed"], again.headers["preference-applied"]) == ("true", "wait=5")


async def test_a_missing_video_is_not_waited_for(someone: Someone) -> None:
    started = time.monotonic()
    for path in ("/api/v1/video/999/status", "/api/v1/gen_video/2774489d-103a-4353-a0b2-8d7ba5ca8642"):
        assert (await someone.get(path, headers={"Prefer": "wait=60"})).status_code == 404
    assert time.monotonic() - started < 30
