"""The PromptToVideo page, word for word: key sets, types, words and texts."""

import re
from datetime import timedelta
from typing import Any

import pytest

from promptreel.runtime import Runtime
from promptreel.videos import queue_stats

from .conftest import PROMPT, NewAccount, Someone, Traces, Worker

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ACCEPTED = {
    "success": bool,
    "video_id": int,
    "status": str,
    "credits_remaining": int,
    "queue_position": int,
    "estimated_wait_time": int,
}
ALWAYS = {"video_id": int, "status": str, "prompt": str, "quality": str, "created_at": str, "updated_at": str}
COMPLETED = {"video_url": str, "duration": int, "thumbnail_url": str, "completed_at": str}
EXTRAS = {"public_id", "seed", "width", "height", "fps", "engine"}
LISTED = {"id": int, "prompt": str, "quality": str, "status": str, "created_at": str, "updated_at": str}


def check_types(answer: dict[str, Any], types: dict[str, type]) -> None:
    """Exactly the type: `True` is no integer here."""
    assert {key: type(answer[key]) for key in types} == types


# -- create ------------------------------------------------------------------------------------------------------------


async def test_an_accepted_video(someone: Someone) -> None:
    response = await someone.generate(quality="free")
    assert response.status_code == 200
    answer = response.json()
    check_types(answer, ACCEPTED)
    assert list(answer)[:6] == list(ACCEPTED)
    assert set(answer) == {*ACCEPTED, *EXTRAS}
    assert answer["success"] is True
    assert answer["status"] == "pending"
    assert answer["credits_remaining"] == 99
    assert answer["queue_position"] == 1
    assert answer["estimated_wait_time"] >= 1
    assert (answer["width"], answer["height"]) == (640, 360)


@pytest.mark.parametrize(
    ("word", "price", "alias", "resolution"),
    [
        ("free", 1, "free", "360p"),
        ("360p", 1, "free", "360p"),
        ("premium", 3, "premium", "1080p"),
        ("1080p", 3, "premium", "1080p"),
    ],
)
async def test_all_four_words_for_quality(someone: Someone, word: str, price: int, alias: str, resolution: str) -> None:
    answer = (await someone.generate(quality=word)).json()
    assert answer["credits_remaining"] == 100 - price
    video = (await someone.get(f"/api/v1/video/{answer['video_id']}/status")).json()
    assert video["quality"] == alias
    listed = (await someone.get("/api/v1/videos")).json()["videos"]
    queued = (await someone.get("/api/v1/queue/status")).json()["user_videos"]
    assert listed[0]["quality"] == queued[0]["quality"] == resolution


async def test_what_the_optional_fields_change(someone: Someone, runtime: Runtime) -> None:
    answer = (
        await someone.generate(
            duration=2.5, aspect_ratio="9:16", seed=7, negative_prompt="fog", fps=30, engine="scenes",
            webhook_url="https://example.com/hook", metadata={"order": "66"}, whatever=[1, {"a": None}],
        )
    ).json()  # fmt: skip
    assert (answer["width"], answer["height"], answer["seed"], answer["fps"]) == (360, 640, 7, 30)
    assert answer["metadata"] == {"order": "66"}
    video = await runtime.video(someone.account.id, answer["video_id"])
    assert (video.spec.duration, video.spec.negative_prompt, video.spec.frames) == (2.5, "fog", 75)
    assert video.webhook_url == "https://example.com/hook"


async def test_a_chosen_seed_is_told(someone: Someone) -> None:
    seeds = {(await someone.generate()).json()["seed"] for _ in range(3)}
    assert len(seeds) == 3
    assert all(0 <= seed < 2**32 for seed in seeds)


async def test_402_says_what_is_missing(new_account: NewAccount) -> None:
    poor = await new_account(credits=2)
    response = await poor.generate(quality="premium")
    assert response.status_code == 402
    answer = response.json()
    assert list(answer)[:3] == ["error", "required", "available"]
    assert answer == {
        "error": "Insufficient credits",
        "required": 3,
        "available": 2,
        "code": "insufficient_credits",
        "request_id": response.headers["x-request-id"],
    }


WRONG_FIELDS: list[tuple[dict[str, Any], str, str]] = [
        ({"prompt": None}, "Prompt is required", "prompt"),
        ({"prompt": ""}, "Prompt is required", "prompt"),
        ({"prompt": " \t\n\u2003\u200b\u200d\ufeff\u2060"}, "Prompt is required", "prompt"),
        ({"prompt": 123}, "Prompt must be a string", "prompt"),
        ({"prompt": ["a"]}, "Prompt must be a string", "prompt"),
        ({"prompt": "a" * 2001}, "Prompt is too long. Maximum 2000 characters", "prompt"),
        *(
        ({"webhook_url": url}, "The URL ", "webhook_url")
        for url in ("", "x", "ftp://example.com/", "http://127.0.0.1/", "https://a:b@example.com/", "http://10.0.0.1/hook")
    ),
    *(
            ({"quality": quality}, "Invalid quality. Must be one of: free, premium, 360p, 1080p", "quality")
            for quality in ("", "FREE", "720p", "4k", None, 1, True, ["free"], {})
        ),
        *(
            ({name: value}, f"Invalid {name}. Must be ", name)
            for name, value in [
                ("duration", "5"), ("duration", 0.5), ("duration", 60.1), ("duration", True), ("duration", None),
                ("aspect_ratio", "2:1"), ("aspect_ratio", 1), ("seed", -1), ("seed", 2**32), ("seed", 1.5),
                ("seed", "1"), ("seed", True), ("fps", 0), ("fps", 61), ("fps", "24"), ("negative_prompt", 1),
                ("negative_prompt", "a" * 2001), ("engine", "none such"), ("engine", ""), ("engine", 1), ("image", 1),
                ("last_image", {}), ("webhook_url", 1), ("webhook_url", "x" * 2049), ("metadata", "a"),
                ("metadata", {"a": 1}), ("metadata", {"a": {}}), ("metadata", {str(n): "" for n in range(17)}),
                ("metadata", {"": "a"}), ("metadata", {"a": "b" * 513}),
            ]
        ),
]  # fmt: skip


async def test_wrong_fields(someone: Someone, traces: Traces) -> None:
    before = await traces.count()
    for fields, text, param in WRONG_FIELDS:
        response = await someone.generate(**fields)
        assert response.status_code == 400, fields
        assert response.json()["error"].startswith(text), fields
        assert response.json()["param"] == param, fields
    assert await traces.count() == before


async def test_lengths_count_characters(someone: Someone) -> None:
    assert (await someone.generate(prompt="🌅" * 2000)).status_code == 200
    assert (await someone.generate(prompt="🌅" * 2001)).status_code == 400


# -- status ------------------------------------------------------------------------------------------------------------


async def test_a_video_through_its_life(someone: Someone, worker: Worker) -> None:
    video_id = (await someone.generate()).json()["video_id"]
    path = f"/api/v1/video/{video_id}/status"

    pending = (await someone.get(path)).json()
    check_types(pending, ALWAYS)
    assert set(pending) == {*ALWAYS, *EXTRAS}
    assert (pending["status"], pending["prompt"], pending["quality"]) == ("pending", PROMPT, "free")
    assert TIME.fullmatch(pending["created_at"])
    assert TIME.fullmatch(pending["updated_at"])

    await worker.progress(video_id, 0.25, "rendering")
    processing = (await someone.get(path)).json()
    assert set(processing) == {*ALWAYS, *EXTRAS, "progress", "step"}
    assert (processing["status"], processing["progress"], processing["step"]) == ("processing", 25, "rendering")

    await worker.complete(video_id, duration=7.96)
    completed = (await someone.get(path)).json()
    check_types(completed, ALWAYS | COMPLETED)
    assert list(completed)[:10] == [*ALWAYS, "video_url", "duration", "thumbnail_url", "completed_at"]
    assert set(completed) == {*ALWAYS, *COMPLETED, *EXTRAS, "prompt_report", "spritesheet_url"}
    assert (completed["status"], completed["duration"]) == ("completed", 8)
    assert completed["video_url"].startswith("https://reel.example/files/")


async def test_a_failed_video(someone: Someone, worker: Worker) -> None:
    video_id = (await someone.generate()).json()["video_id"]
    await worker.fail(video_id)
    answer = (await someone.get(f"/api/v1/video/{video_id}/status")).json()
    assert set(answer) == {*ALWAYS, *EXTRAS, "error", "code"}
    assert (answer["status"], answer["error"]) == ("failed", "The engine failed: out of paint")


async def test_a_cancelled_video_reads_failed(someone: Someone) -> None:
    video_id = (await someone.generate()).json()["video_id"]
    cancelled = await someone.delete(f"/api/v1/video/{video_id}")
    assert cancelled.status_code == 200
    for answer in (cancelled.json(), (await someone.get(f"/api/v1/video/{video_id}/status")).json()):
        assert (answer["status"], answer["error"], answer["code"]) == ("failed", "Cancelled", "cancelled")
    assert (await someone.get("/api/v1/account")).json()["credits"] == 100
    assert (await someone.get("/api/v1/videos?status=failed")).json()["videos"][0]["status"] == "failed"
    assert (await someone.get("/api/v1/videos?status=cancelled")).json()["videos"] == []


async def test_deleting_an_ended_video_takes_its_files(someone: Someone, worker: Worker) -> None:
    video_id = (await someone.generate()).json()["video_id"]
    await worker.complete(video_id)
    link = (await someone.get(f"/api/v1/video/{video_id}/status")).json()["video_url"]
    assert (await someone.client.get(link)).status_code == 200
    gone = await someone.delete(f"/api/v1/video/{video_id}/status")
    assert gone.json() == {"success": True, "video_id": video_id, "deleted": True}
    assert (await someone.get(f"/api/v1/video/{video_id}/status")).status_code == 404
    assert (await someone.client.get(link)).status_code == 404
    assert (await someone.get("/api/v1/account")).json()["credits"] == 99


async def test_links_are_minted_anew(someone: Someone, worker: Worker, runtime: Runtime) -> None:
    video_id = (await someone.generate()).json()["video_id"]
    await worker.complete(video_id)
    path = f"/api/v1/video/{video_id}/status"
    first = (await someone.get(path)).json()["video_url"]
    now = runtime.clock
    runtime.clock = lambda: now() + timedelta(seconds=4000)
    assert (await someone.client.get(first)).status_code == 403
    assert (await someone.client.get((await someone.get(path)).json()["video_url"])).status_code == 200


IDS = [
    "0",
    "-1",
    "+1",
    "1.0",
    "01",
    "1e3",
    "٣",
    "१",
    "¹",
    "9223372036854775808",
    "99999999999999999999999999",
    "0x1",
    "1_000",
    "NaN",
    "null",
    "true",
    "undefined",
    "%00",
    "1%00",
    "%20",
    "1%20",
    "%201",
    "1%0A",
    "1%2F2",
    "%2e%2e",
    "%252e",
    "'",
    '"',
    "1'--",
    "1;select",
    "{id}",
    "[1]",
    "1,2",
    "%ff%fe",
    "%F0%9F%92%A9",
    "123abc",
    "-0",
    "１",
]


async def test_ids_of_every_shape_are_not_found(someone: Someone) -> None:
    await someone.generate()
    for text in [*IDS, "9" * 500, "123456789"]:
        for method, suffix in (("GET", "/status"), ("DELETE", "")):
            response = await someone.call(method, f"/api/v1/video/{text}{suffix}")
            assert response.status_code == 404, text
            assert set(response.json()) == {"error", "code", "request_id"}, text


async def test_a_foreign_video_is_an_unknown_one(someone: Someone, new_account: NewAccount) -> None:
    video_id = (await someone.generate()).json()["video_id"]
    stranger = await new_account()
    same = {"X-Request-Id": "same"}
    for method, suffix in (("GET", "/status"), ("GET", ""), ("DELETE", "")):
        foreign = await stranger.call(method, f"/api/v1/video/{video_id}{suffix}", headers=same)
        unknown = await stranger.call(method, f"/api/v1/video/{video_id + 1000}{suffix}", headers=same)
        assert foreign.status_code == unknown.status_code == 404
        assert foreign.content == unknown.content
        assert foreign.json()["error"] == "Video not found"
    assert (await someone.get(f"/api/v1/video/{video_id}/status")).json()["status"] == "pending"


# -- list --------------------------------------------------------------------------------------------------------------


async def test_the_list_is_newest_first(someone: Someone, worker: Worker, new_account: NewAccount) -> None:
    ids = [(await someone.generate(prompt=f"{number}")).json()["video_id"] for number in range(3)]
    await (await new_account()).generate()
    await worker.complete(ids[1])
    answer = (await someone.get("/api/v1/videos")).json()
    assert set(answer) == {"videos", "pagination"}
    assert [video["id"] for video in answer["videos"]] == ids[::-1]
    assert [set(video) for video in answer["videos"]] == [
        set(LISTED),
        {*LISTED, "video_url", "duration", "thumbnail_url"},
        set(LISTED),
    ]
    check_types(answer["videos"][0], LISTED)
    assert answer["pagination"] == {
        "page": 1,
        "per_page": 20,
        "total": 3,
        "pages": 1,
        "has_next": False,
        "has_prev": False,
    }
    only = (await someone.get("/api/v1/videos?status=completed")).json()
    assert [video["id"] for video in only["videos"]] == [ids[1]]
    assert only["pagination"]["total"] == 1


async def test_pages_and_their_links(someone: Someone) -> None:
    for _ in range(5):
        await someone.generate()
    response = await someone.get("/api/v1/videos?page=2&per_page=2&status=pending")
    assert response.json()["pagination"] == {
        "page": 2,
        "per_page": 2,
        "total": 5,
        "pages": 3,
        "has_next": True,
        "has_prev": True,
    }
    base = "https://reel.example/api/v1/videos?"
    assert re.findall(r'<([^>]+)>; rel="(\w+)"', response.headers["link"]) == [
        (f"{base}page=1&per_page=2&status=pending", "first"),
        (f"{base}page=1&per_page=2&status=pending", "prev"),
        (f"{base}page=3&per_page=2&status=pending", "next"),
        (f"{base}page=3&per_page=2&status=pending", "last"),
    ]
    following = re.search(r'<([^>]+)>; rel="next"', response.headers["link"])
    assert following is not None
    assert len((await someone.get(following[1])).json()["videos"]) == 1


NUMBERS = [
        ("", 1, 20), ("page=0", 1, 20), ("page=-1", 1, 20), ("page=x", 1, 20), ("page=1.5", 1, 20),
        ("page=٣", 1, 20), ("page=", 1, 20), ("page=%00", 1, 20), ("page=1e3", 1, 20), ("page=+2", 1, 20),
        ("page=99999999999999999999", 2**63 - 1, 20), ("page=000", 1, 20), ("page=0001", 1, 20), ("per_page=0", 1, 20),
        ("page=999999999", 999999999, 20), ("per_page=99999999999", 1, 100), ("page=" + "9" * 5000, 2**63 - 1, 20),
        ("per_page=101", 1, 100), ("per_page=100", 1, 100), ("per_page=999999999", 1, 100), ("per_page=-5", 1, 20),
        ("per_page=abc", 1, 20), ("page=2&page=1", 1, 20), ("page[]=3", 1, 20),
]  # fmt: skip


async def test_numbers_that_are_none(someone: Someone) -> None:
    await someone.generate()
    for query, page, per_page in NUMBERS:
        response = await someone.get(f"/api/v1/videos?{query}")
        assert response.status_code == 200, query
        pagination = response.json()["pagination"]
        assert (pagination["page"], pagination["per_page"], pagination["total"]) == (page, per_page, 1), query
        assert (pagination["has_next"], pagination["has_prev"]) == (False, page > 1), query
        assert len(response.json()["videos"]) == (1 if page == 1 else 0), query


async def test_an_unknown_status_finds_nothing(someone: Someone) -> None:
    await someone.generate()
    for status in ["done", "PENDING", "%00", "cancelled", "' OR 1=1", "pending,failed", "%ff"]:
        answer = (await someone.get(f"/api/v1/videos?status={status}")).json()
        assert answer["videos"] == [], status
        pagination = answer["pagination"]
        assert list(pagination.values()) == [1, 20, 0, 0, False, False], status


# -- account and queue -------------------------------------------------------------------------------------------------


async def test_the_account(someone: Someone) -> None:
    await someone.generate()
    answer = (await someone.get("/api/v1/account")).json()
    assert list(answer) == ["user_id", "email", "credits", "subscription_tier", "rate_limit_info", "created_at"]
    assert (answer["user_id"], answer["email"]) == (someone.account.id, someone.account.email)
    assert (answer["credits"], answer["subscription_tier"]) == (99, "pro")
    info = answer["rate_limit_info"]
    assert list(info) == ["tier", "limit", "used", "remaining", "reset_time"]
    assert (info["tier"], info["limit"], info["used"], info["remaining"]) == ("pro", 1000, 2, 998)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", info["reset_time"])
    assert TIME.fullmatch(answer["created_at"])


async def test_an_unlimited_account(new_account: NewAccount) -> None:
    response = await (await new_account(tier="enterprise")).get("/api/v1/account")
    info = response.json()["rate_limit_info"]
    assert info == {"tier": "enterprise", "limit": -1, "used": 1, "remaining": -1, "reset_time": None}
    assert not [name for name in response.headers if "ratelimit" in name.lower()]


async def test_the_queue(someone: Someone, new_account: NewAccount, worker: Worker, runtime: Runtime) -> None:
    other = await new_account()
    running = (await other.generate()).json()["video_id"]
    await worker.start(running)
    short = (await someone.generate(prompt="x" * 50)).json()
    long = (await someone.generate(prompt="y" * 51, quality="premium")).json()
    answer = (await someone.get("/api/v1/queue/status")).json()
    assert list(answer) == ["user_videos", "queue_stats"]
    assert answer["queue_stats"] == {"total_pending": 2, "currently_processing": 1, "user_pending_count": 2}
    first, second = answer["user_videos"]
    assert list(first) == ["video_id", "prompt", "quality", "position", "estimated_wait_minutes", "queued_at"]
    check_types(first, {"video_id": int, "position": int, "estimated_wait_minutes": int, "queued_at": str})
    assert (first["video_id"], first["prompt"], first["quality"]) == (short["video_id"], "x" * 50, "360p")
    assert (second["video_id"], second["prompt"], second["quality"]) == (long["video_id"], "y" * 50 + "...", "1080p")
    assert [first["position"], second["position"]] == [short["queue_position"], long["queue_position"]] == [1, 2]
    assert second["estimated_wait_minutes"] == long["estimated_wait_time"]
    async with runtime.pool.connection() as connection:
        assert (await queue_stats(connection, other.account.id)).user_pending_count == 0


async def test_a_popvid_job_is_in_the_list(someone: Someone) -> None:
    await someone.animate()
    listed = (await someone.get("/api/v1/videos")).json()["videos"]
    assert [video["quality"] for video in listed] == ["720p"]
    status = (await someone.get(f"/api/v1/video/{listed[0]['id']}/status")).json()
    assert (status["quality"], status["height"]) == ("720p", 720)


async def test_head_is_get_without_a_body(someone: Someone) -> None:
    response = await someone.call("HEAD", "/api/v1/account")
    assert response.status_code == 200
    assert int(response.headers["content-length"]) > 100
