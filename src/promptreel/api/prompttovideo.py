"""The PromptToVideo dialect: integer ids, four status words, the alias in one place and the resolution in another."""

import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from promptreel import credits, videos
from promptreel.api.bodies import Wanted, read_json, read_prompt, read_rest
from promptreel.api.creating import create, ended_or_later, remove
from promptreel.api.dialect import Call, Dialect, Entry, bearer_tokens, door, instant, rate_limit_info
from promptreel.api.files import file_url
from promptreel.errors import InvalidInput, VideoNotFound
from promptreel.plans import QUALITIES, QUALITY_WORDS, Quality
from promptreel.settings import Settings
from promptreel.spec import Status

DIALECT = Dialect("prompttovideo", bearer_tokens, counts="all")

LONGEST_PROMPT = 2000
SHOWN_PROMPT = 50
PER_PAGE = 20
MOST_PER_PAGE = 100
LARGEST_ID = 2**63 - 1


# -- words -------------------------------------------------------------------------------------------------------------


def status_word(status: Status) -> str:
    """One of the page's four words; they never grow, so a cancelled video reads as failed."""
    return "failed" if status is Status.CANCELLED else status.value


def resolution(video: videos.Video) -> str:
    """The quality as list and queue write it."""
    quality = QUALITIES.get(video.quality)
    return quality.resolution if quality else video.quality


def minutes(seconds: float) -> int:
    """Whole minutes, rounded up: nobody should wait longer than was said."""
    return max(0, math.ceil(seconds / 60))


def outcome(call: Call, video: videos.Video) -> dict[str, Any]:
    """What status and list tell of a completed video."""
    if video.status is not Status.COMPLETED:
        return {}
    return {
        "video_url": file_url(call, video.video_key),
        "duration": round(video.duration or 0),
        "thumbnail_url": file_url(call, video.thumbnail_key),
    }


def failure(video: videos.Video) -> dict[str, Any]:
    """What status tells of a video that will never be."""
    if video.status not in {Status.FAILED, Status.CANCELLED}:
        return {}
    return {"error": video.error or "Video generation failed", "code": video.error_code or video.status.value}


def extras(call: Call, video: videos.Video) -> dict[str, Any]:
    """What we tell beyond the page; every key of it is absent where it does not apply."""
    spec = video.spec
    told: dict[str, Any] = {
        "public_id": str(video.public_id),
        "seed": spec.seed,
        "width": spec.width,
        "height": spec.height,
        "fps": spec.fps,
        "engine": spec.engine,
    }
    if video.status is Status.PROCESSING:
        told |= {"progress": round(video.progress * 100), "step": video.step}
    if video.status is Status.COMPLETED:
        told["spritesheet_url"] = file_url(call, video.spritesheet_key)
    if video.report is not None:
        told["prompt_report"] = video.report
    if video.metadata:
        told["metadata"] = video.metadata
    return told


def status_words(call: Call, video: videos.Video) -> dict[str, Any]:
    """The answer of the status endpoint."""
    answer: dict[str, Any] = {
        "video_id": video.id,
        "status": status_word(video.status),
        "prompt": video.prompt,
        "quality": video.quality,
        "created_at": instant(video.created_at),
        "updated_at": instant(video.updated_at),
        **outcome(call, video),
        **failure(video),
    }
    if video.status is Status.COMPLETED and video.completed_at is not None:
        answer["completed_at"] = instant(video.completed_at)
    return {**answer, **extras(call, video)}


def list_words(call: Call, video: videos.Video) -> dict[str, Any]:
    """One video in the list."""
    return {
        "id": video.id,
        "prompt": video.prompt,
        "quality": resolution(video),
        "status": status_word(video.status),
        "created_at": instant(video.created_at),
        "updated_at": instant(video.updated_at),
        **outcome(call, video),
    }


def queue_words(waiting: videos.Waiting) -> dict[str, Any]:
    """One pending video in the queue."""
    prompt = waiting.video.prompt
    return {
        "video_id": waiting.video.id,
        "prompt": prompt if len(prompt) <= SHOWN_PROMPT else prompt[:SHOWN_PROMPT] + "...",
        "quality": resolution(waiting.video),
        "position": waiting.position,
        "estimated_wait_minutes": minutes(waiting.estimated_seconds),
        "queued_at": instant(waiting.video.created_at),
    }


# -- create ------------------------------------------------------------------------------------------------------------


async def read_wanted(data: Mapping[str, Any], settings: Settings) -> Wanted:
    """The fields of a create call. Errors: `InvalidInput`."""
    prompt = read_prompt(data, LONGEST_PROMPT)
    quality = read_quality(data)
    options, pictures = await read_rest(data, settings)
    return Wanted(prompt, quality, options, pictures)


def read_quality(data: Mapping[str, Any]) -> Quality:
    """The quality; absent means free. Errors: `InvalidInput` with the four words."""
    word = data.get("quality", "free")
    if not isinstance(word, str) or word not in QUALITY_WORDS:
        words = "free, premium, 360p, 1080p"
        raise InvalidInput(f"Invalid quality. Must be one of: {words}", param="quality", code="invalid_quality")
    return QUALITIES[QUALITY_WORDS[word]]


def accepted_words(call: Call, accepted: videos.Accepted) -> dict[str, Any]:
    """The answer to an accepted video: the page's six keys, and the seed with which it can be made again."""
    video = accepted.video
    return {
        "success": True,
        "video_id": video.id,
        "status": status_word(video.status),
        "credits_remaining": accepted.credits_remaining,
        "queue_position": accepted.position,
        "estimated_wait_time": minutes(accepted.estimated_seconds),
        **extras(call, video),
    }


ACCEPTED_ORDER = ("success", "video_id", "status", "credits_remaining", "queue_position", "estimated_wait_time")


async def generate(call: Call) -> Response:
    """POST /api/v1/generate"""
    wanted = await read_wanted(await read_json(call), call.runtime.settings)
    answer, headers = await create(call, wanted, accepted_words)
    # A stored answer comes back in the database's order of keys.
    answer = {key: answer[key] for key in ACCEPTED_ORDER} | answer
    video = await ended_or_later(call, answer["video_id"])
    if video is not None and video.status is not Status.PENDING:
        answer |= {**status_words(call, video), "queue_position": 0}
        if video.status.ended:
            answer["estimated_wait_time"] = 0
    return call.answer(answer, headers)


# -- one video ---------------------------------------------------------------------------------------------------------


def read_id(call: Call) -> int:
    """The video's number from the path. Errors: `VideoNotFound` for all that no number of ours looks like."""
    text = call.path["video_id"]
    if not re.fullmatch("[1-9][0-9]{0,18}", text) or int(text) > LARGEST_ID:
        raise VideoNotFound
    return int(text)


async def status(call: Call) -> Response:
    """GET /api/v1/video/{video_id}/status"""
    video_id = read_id(call)
    seconds = call.wait()
    if seconds is None:
        video = await call.runtime.video(call.account.id, video_id)
    else:
        video = await call.runtime.wait_for_end(call.account.id, video_id, seconds)
    return call.answer(status_words(call, video))


async def delete(call: Call) -> Response:
    """DELETE /api/v1/video/{video_id}: cancel what has not ended, delete what has."""
    video = await call.runtime.video(call.account.id, read_id(call))
    cancelled = await remove(call, video)
    if cancelled is not None:
        return call.answer({"success": True, **status_words(call, cancelled)})
    return call.answer({"success": True, "video_id": video.id, "deleted": True})


# -- all videos --------------------------------------------------------------------------------------------------------


def read_number(call: Call, name: str, default: int) -> int:
    """A positive number from the query; what is none becomes the default."""
    text = call.request.query_params.get(name, "")
    if not re.fullmatch("[0-9]+", text):
        return default
    digits = text.lstrip("0")
    return min(int(digits[:20] or default), LARGEST_ID)


async def list_videos(call: Call) -> Response:
    """GET /api/v1/videos"""
    page = read_number(call, "page", 1)
    per_page = min(read_number(call, "per_page", PER_PAGE), MOST_PER_PAGE)
    wanted = call.request.query_params.get("status") or None
    if wanted and "\0" in wanted:
        wanted = "unknown"
    async with call.runtime.transaction() as connection:
        found, total = await videos.list_page(connection, call.account.id, page, per_page, wanted)
    pages = math.ceil(total / per_page)
    pagination = {
        "page": page,
        "per_page": per_page,
        "total": total,
        "pages": pages,
        "has_next": page < pages,
        "has_prev": page > 1,
    }
    shown = [list_words(call, video) for video in found]
    return call.answer(
        {"videos": shown, "pagination": pagination}, {"Link": link_header(call, page, per_page, pages, wanted)}
    )


def link_header(call: Call, page: int, per_page: int, pages: int, status: str | None) -> str:
    """The neighbouring pages as RFC 8288 links."""
    last = max(1, pages)
    places = {"first": 1, "prev": min(page - 1, last), "next": page + 1 if page < pages else 0, "last": last}
    filters = {"status": status} if status else {}
    return ", ".join(
        f'<{call.base_url}/api/v1/videos?{urlencode({"page": number, "per_page": per_page, **filters})}>; rel="{name}"'
        for name, number in places.items()
        if number
    )


# -- account and queue -------------------------------------------------------------------------------------------------


async def account(call: Call) -> Response:
    """GET /api/v1/account"""
    async with call.runtime.transaction() as connection:
        wallet = await credits.balance(connection, call.account.id)
    assert call.quota is not None
    return call.answer(
        {
            "user_id": call.account.id,
            "email": call.account.email,
            "credits": wallet.available,
            "subscription_tier": call.account.tier,
            "rate_limit_info": rate_limit_info(call.quota),
            "created_at": instant(call.account.created_at),
        }
    )


async def queue_status(call: Call) -> Response:
    """GET /api/v1/queue/status"""
    runtime = call.runtime
    async with runtime.transaction() as connection:
        waiting = await videos.waiting(connection, call.account.id, runtime.settings)
        stats = await videos.queue_stats(connection, call.account.id)
    return call.answer(
        {
            "user_videos": [queue_words(one) for one in waiting],
            "queue_stats": {
                "total_pending": stats.total_pending,
                "currently_processing": stats.currently_processing,
                "user_pending_count": stats.user_pending_count,
            },
        }
    )


ROUTES = [
    door(
        DIALECT,
        "/api/v1/video/{video_id}/status",
        GET=Entry(status),
        DELETE=Entry(delete, scope="write"),
    ),
    door(DIALECT, "/api/v1/generate", POST=Entry(generate, scope="write", creates=True)),
    door(DIALECT, "/api/v1/video/{video_id}", GET=Entry(status), DELETE=Entry(delete, scope="write")),
    door(DIALECT, "/api/v1/videos", GET=Entry(list_videos)),
    door(DIALECT, "/api/v1/account", GET=Entry(account)),
    door(DIALECT, "/api/v1/queue/status", GET=Entry(queue_status)),
]
