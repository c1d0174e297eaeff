"""The PopVid dialect: a picture and a prompt in, a UUID out, camel case, four words of its own."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.datastructures import Headers
from starlette.responses import Response

from promptreel import videos
from promptreel.api.bodies import Wanted, read_json, read_prompt, read_rest
from promptreel.api.creating import create, ended_or_later, remove
from promptreel.api.dialect import Call, Dialect, Entry, bearer_tokens, door
from promptreel.api.files import file_url
from promptreel.errors import InvalidInput, VideoNotFound
from promptreel.plans import QUALITIES
from promptreel.settings import Settings
from promptreel.spec import Status

LONGEST_PROMPT = 1000
QUALITY = "720p"

WORDS = {
    Status.PENDING: "scheduled",
    Status.PROCESSING: "processing",
    Status.COMPLETED: "completed",
    Status.FAILED: "failed",
    Status.CANCELLED: "failed",
}


def tokens(headers: Headers) -> list[str]:
    """The tokens in `X-API-Key` (bare or after `Bearer`) and in `Authorization: Bearer T`. Errors: `InvalidToken`."""
    keys = [re.sub(r"^(?i:bearer) +", "", value) for value in headers.getlist("x-api-key")]
    return [*keys, *bearer_tokens(headers)]


DIALECT = Dialect("popvid", tokens, counts="create", vary="Authorization, X-API-Key")


async def read_wanted(data: Mapping[str, Any], settings: Settings) -> Wanted:
    """The fields of a create call. Errors: `InvalidInput`."""
    if data.get("image") is None:
        raise InvalidInput("Image is required", param="image", code="image_required")
    prompt = read_prompt(data, LONGEST_PROMPT)
    options, pictures = await read_rest(data, settings)
    return Wanted(prompt, QUALITIES[QUALITY], options, pictures)


def status_words(call: Call, video: videos.Video) -> dict[str, Any]:
    """The answer of the status endpoint."""
    answer: dict[str, Any] = {"requestId": str(video.public_id), "status": WORDS[video.status]}
    if video.status is Status.COMPLETED:
        answer |= {
            "outputUrl": file_url(call, video.video_key),
            "thumbnailUrl": file_url(call, video.thumbnail_key),
            "duration": video.duration,
            "promptReport": video.report or {},
        }
    elif video.status is Status.PROCESSING:
        answer |= {"progress": round(video.progress * 100), "step": video.step}
    elif video.status.ended:
        answer |= {
            "error": video.error or "Video generation failed",
            "code": video.error_code or video.status.value,
        }
    return answer | {"seed": video.spec.seed}


def accepted_words(_: Call, accepted: videos.Accepted) -> dict[str, Any]:
    """The answer to an accepted video: the page's one key, and the seed with which it can be made again."""
    return {"requestId": str(accepted.video.public_id), "seed": accepted.video.spec.seed, "videoId": accepted.video.id}


async def gen_video(call: Call) -> Response:
    """POST /api/v1/gen_video"""
    wanted = await read_wanted(await read_json(call), call.runtime.settings)
    answer, headers = await create(call, wanted, accepted_words)
    answer = {"requestId": answer["requestId"]} | answer
    video = await ended_or_later(call, answer["videoId"])
    if video is not None:
        answer |= status_words(call, video)
    return call.answer(answer, headers)


def read_id(call: Call) -> UUID:
    """The video's UUID from the path, in the one form that we give out. Errors: `VideoNotFound`."""
    text = call.path["id"]
    if not re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
        raise VideoNotFound
    return UUID(text)


async def status(call: Call) -> Response:
    """GET /api/v1/gen_video/{id}"""
    video = await call.runtime.video_by_public_id(call.account.id, read_id(call))
    seconds = call.wait()
    if seconds is not None and not video.status.ended:
        video = await call.runtime.wait_for_end(call.account.id, video.id, seconds)
    return call.answer(status_words(call, video))


async def delete(call: Call) -> Response:
    """DELETE /api/v1/gen_video/{id}: cancel what has not ended, delete what has."""
    video = await call.runtime.video_by_public_id(call.account.id, read_id(call))
    cancelled = await remove(call, video)
    if cancelled is not None:
        return call.answer(status_words(call, cancelled))
    return call.answer({"requestId": str(video.public_id), "deleted": True})


ROUTES = [
    door(DIALECT, "/api/v1/gen_video/{id}", GET=Entry(status), DELETE=Entry(delete, scope="write")),
    door(DIALECT, "/api/v1/gen_video", POST=Entry(gen_video, scope="write", creates=True)),
]
