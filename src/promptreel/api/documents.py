"""One OpenAPI 3.1 document for each dialect, written by hand because the two pages fix every byte of them.

The examples are the pages' own. `/docs` is drawn from these documents, and the tests hold the server to them.
"""

from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from promptreel.api import popvid, prompttovideo
from promptreel.api.dialect import base_url, json_response
from promptreel.api.openapi_parts import (
    COUNT,
    FLAG,
    INTEGER,
    LINK,
    REMOVE_TEXT,
    TEXT,
    TIME,
    UUID,
    Schema,
    described,
    document,
    error_responses,
    json_body,
    one_of,
    option_fields,
    parameter,
    path_id,
    prompt_field,
    record,
    reference,
    success,
)
from promptreel.plans import QUALITIES, TIERS

PROMPT = "A beautiful sunset over the ocean"
MONKEY = "add a monkey in the picture, the monkey smile to you"
PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
REQUEST_UUID = "2774489d-103a-4353-a0b2-8d7ba5ca8642"
FILE = "https://storage.googleapis.com/..."

# -- PromptToVideo -----------------------------------------------------------------------------------------------------

STATUSES = {
    "pending": "Video is in queue",
    "processing": "Video is being generated",
    "completed": "Video is ready",
    "failed": "Video generation failed",
}
STATUS_WORDS = tuple(STATUSES)
QUALITY_ALIASES = tuple(QUALITIES)
RESOLUTIONS = tuple(quality.resolution for quality in QUALITIES.values())
STATUS_TEXT = " ".join(f"{word}: {meaning}." for word, meaning in STATUSES.items())

WORD_FATES = ("shown", "approximated", "not_shown")
PROMPT_REPORT = described(
    record(
        {},
        {
            "coverage": described(
                {"type": "number", "minimum": 0, "maximum": 1},
                "The share of its content words that is not `not_shown`.",
            ),
            "words": {
                "type": "array",
                "items": record(
                    {
                        "text": TEXT,
                        "start": described(COUNT, "Where the word begins in the prompt, in characters."),
                        "end": COUNT,
                        "status": one_of(*WORD_FATES),
                        "by": described(TEXT, "What stands for it, or how; often empty."),
                    }
                ),
            },
        },
    ),
    "What becomes of each content word of the prompt: `shown`, `approximated` (by what, says `by`) or `not_shown`. "
    "An engine that does not know leaves it empty.",
)
ABOUT_VIDEO: dict[str, Schema] = {
    "public_id": described(UUID, "The same video's id in the PopVid dialect."),
    "seed": described(COUNT, "Send it back with the same prompt for the same video."),
    "width": COUNT,
    "height": COUNT,
    "fps": COUNT,
    "engine": TEXT,
    "progress": described({"type": "integer", "minimum": 0, "maximum": 100}, "Per cent, while processing."),
    "step": described(TEXT, "What is being done, while processing."),
    "prompt_report": PROMPT_REPORT,
    "metadata": described({"type": "object", "additionalProperties": TEXT}, "As it came."),
    "spritesheet_url": LINK,
    "code": described(TEXT, "Why it failed, for programs."),
}
WHEN_COMPLETED: dict[str, Schema] = {
    "video_url": described(LINK, "When completed. The link expires; ask again for a new one."),
    "duration": described(COUNT, "Whole seconds of the file. When completed."),
    "thumbnail_url": described(LINK, "When completed."),
}
STATUS_KEYS: dict[str, Schema] = {
    "video_id": INTEGER,
    "status": described(one_of(*STATUS_WORDS), STATUS_TEXT),
    "prompt": TEXT,
    "quality": described(one_of(*QUALITY_ALIASES), "The alias."),
    "created_at": TIME,
    "updated_at": TIME,
}
STATUS_ENDED: dict[str, Schema] = {
    **WHEN_COMPLETED,
    "completed_at": described(TIME, "When completed."),
    "error": described(TEXT, "When failed."),
}
COMPLETED_EXAMPLE = {
    "video_id": 123,
    "status": "completed",
    "prompt": PROMPT,
    "quality": "free",
    "created_at": "2024-01-15T10:30:00Z",
    "updated_at": "2024-01-15T10:35:00Z",
    "video_url": FILE,
    "duration": 30,
    "thumbnail_url": FILE,
    "completed_at": "2024-01-15T10:35:00Z",
}
ACCEPTED_EXAMPLE = {
    "success": True,
    "video_id": 123,
    "status": "pending",
    "credits_remaining": 15,
    "queue_position": 5,
    "estimated_wait_time": 25,
}
LIST_EXAMPLE = {
    "videos": [
        {
            "id": 123,
            "prompt": PROMPT,
            "quality": "360p",
            "status": "completed",
            "created_at": "2024-01-15T10:30:00Z",
            "updated_at": "2024-01-15T10:35:00Z",
            "video_url": FILE,
            "duration": 30,
            "thumbnail_url": FILE,
        }
    ],
    "pagination": {"page": 1, "per_page": 20, "total": 45, "pages": 3, "has_next": True, "has_prev": False},
}
ACCOUNT_EXAMPLE = {
    "user_id": 456,
    "email": "user@example.com",
    "credits": 25,
    "subscription_tier": "pro",
    "rate_limit_info": {
        "tier": "pro",
        "limit": 1000,
        "used": 45,
        "remaining": 955,
        "reset_time": "2024-01-16T00:00:00Z",
    },
    "created_at": "2024-01-01T00:00:00Z",
}
QUEUE_EXAMPLE = {
    "user_videos": [
        {
            "video_id": 123,
            "prompt": f"{PROMPT}...",
            "quality": "360p",
            "position": 5,
            "estimated_wait_minutes": 25,
            "queued_at": "2024-01-15T10:30:00Z",
        }
    ],
    "queue_stats": {"total_pending": 45, "currently_processing": 3, "user_pending_count": 2},
}

# The same call under another path: in the document for tools, but not a second time on the page for people.
ALIAS = {"x-alias": True}
VIDEO_ID = path_id("video_id", {"type": "string"}, "123", "The `video_id` that generating gave you.")
QUOTA = ("RateLimit-Policy", "RateLimit")


def prompttovideo_schemas() -> dict[str, Schema]:
    """The records of the PromptToVideo page."""
    listed = {
        "id": INTEGER,
        "prompt": TEXT,
        "quality": described(one_of(*RESOLUTIONS), "The resolution."),
        "status": one_of(*STATUS_WORDS),
        "created_at": TIME,
        "updated_at": TIME,
    }
    quality = described(
        {**one_of("free", "premium", "360p", "1080p"), "default": "free"},
        "free = 360p (1 credit), premium = 1080p (3 credits).",
    )
    return {
        "GenerateRequest": record(
            {"prompt": prompt_field(prompttovideo.LONGEST_PROMPT)}, {"quality": quality, **option_fields()}
        ),
        "Accepted": record(
            {
                "success": FLAG,
                "video_id": INTEGER,
                "status": one_of(*STATUS_WORDS),
                "credits_remaining": described(COUNT, "Credits that can still be spent."),
                "queue_position": described(COUNT, "1 is next."),
                "estimated_wait_time": described(COUNT, "Minutes until the video should be done."),
            },
            {
                **ABOUT_VIDEO,
                **STATUS_ENDED,
                **{key: STATUS_KEYS[key] for key in ("prompt", "quality", "created_at", "updated_at")},
            },
        ),
        "VideoStatus": record(STATUS_KEYS, {**STATUS_ENDED, **ABOUT_VIDEO}),
        "VideoList": record(
            {
                "videos": {"type": "array", "maxItems": 100, "items": record(listed, WHEN_COMPLETED)},
                "pagination": record(
                    {
                        "page": {"type": "integer", "minimum": 1},
                        "per_page": {"type": "integer", "minimum": 1, "maximum": 100},
                        "total": COUNT,
                        "pages": COUNT,
                        "has_next": FLAG,
                        "has_prev": FLAG,
                    }
                ),
            }
        ),
        "Account": record(
            {
                "user_id": INTEGER,
                "email": TEXT,
                "credits": COUNT,
                "subscription_tier": one_of(*TIERS),
                "rate_limit_info": reference("RateLimitInfo"),
                "created_at": TIME,
            }
        ),
        "QueueStatus": record(
            {
                "user_videos": {
                    "type": "array",
                    "items": record(
                        {
                            "video_id": INTEGER,
                            "prompt": described(TEXT, "At most its first 50 characters, then `...`."),
                            "quality": one_of(*RESOLUTIONS),
                            "position": {"type": "integer", "minimum": 1},
                            "estimated_wait_minutes": COUNT,
                            "queued_at": TIME,
                        }
                    ),
                },
                "queue_stats": record(
                    {"total_pending": COUNT, "currently_processing": COUNT, "user_pending_count": COUNT}
                ),
            }
        ),
        "Deleted": record(
            {"success": FLAG, "video_id": INTEGER}, {"deleted": FLAG, **STATUS_KEYS, **STATUS_ENDED, **ABOUT_VIDEO}
        ),
    }


def prompttovideo_paths() -> dict[str, Any]:
    """The endpoints of the PromptToVideo page, and DELETE."""
    own_texts = {
        "prompt_required": "Prompt is required",
        "invalid_quality": "Invalid quality. Must be one of: free, premium, 360p, 1080p",
        "prompt_refused": "This prompt is not allowed here",
    }
    look = {
        "operationId": "getVideoStatus",
        "summary": "Get Video Status",
        "description": "Where a video stands, and its links once it is ready.",
        "parameters": [parameter("Wait")],
        "responses": {
            **success(
                "The video.", reference("VideoStatus"), *QUOTA, "Preference-Applied", completed=COMPLETED_EXAMPLE
            ),
            **error_responses(404, 429),
        },
    }
    remove = {
        "operationId": "deleteVideo",
        "summary": "Cancel or Delete a Video",
        "description": REMOVE_TEXT,
        "responses": {
            **success(
                "Cancelled or deleted.",
                reference("Deleted"),
                *QUOTA,
                deleted={"success": True, "video_id": 123, "deleted": True},
            ),
            **error_responses(404, 429),
        },
    }
    return {
        "/api/v1/generate": {
            "post": {
                "operationId": "generateVideo",
                "summary": "Generate Video",
                "description": "Puts a video into the queue. You pay when it is completed, and never for one that is not.",
                "parameters": [parameter("Wait"), parameter("IdempotencyKey")],
                "requestBody": json_body("GenerateRequest", page={"prompt": PROMPT, "quality": "free"}),
                "responses": {
                    **success(
                        "In the queue.",
                        reference("Accepted"),
                        *QUOTA,
                        "Idempotent-Replayed",
                        "Preference-Applied",
                        accepted=ACCEPTED_EXAMPLE,
                    ),
                    **error_responses(400, 402, 408, 409, 413, 415, 422, 429, texts=own_texts),
                },
            }
        },
        "/api/v1/video/{video_id}/status": {
            "parameters": [VIDEO_ID],
            "get": look,
            "delete": {**remove, "operationId": "deleteVideoByStatus", **ALIAS},
        },
        "/api/v1/videos": {
            "get": {
                "operationId": "listVideos",
                "summary": "List Videos",
                "description": "Your videos, newest first. What cannot be read as a number counts as absent.",
                "parameters": [
                    query("page", "1", "Page number (default: 1)"),
                    query("per_page", "20", "Items per page, max 100 (default: 20)"),
                    query("status", "completed", "Filter by status (pending, processing, completed, failed)"),
                ],
                "responses": {
                    **success("One page.", reference("VideoList"), *QUOTA, "Link", page=LIST_EXAMPLE),
                    **error_responses(429),
                },
            }
        },
        "/api/v1/account": {
            "get": {
                "operationId": "getAccount",
                "summary": "Get Account Information",
                "description": "Your credits and your calls of today.",
                "responses": {
                    **success("You.", reference("Account"), *QUOTA, account=ACCOUNT_EXAMPLE),
                    **error_responses(429),
                },
            }
        },
        "/api/v1/queue/status": {
            "get": {
                "operationId": "getQueueStatus",
                "summary": "Get Queue Status",
                "description": "Your videos that wait, in the order in which they will start. A position can grow when "
                "somebody with less in the queue arrives.",
                "responses": {
                    **success("The queue.", reference("QueueStatus"), *QUOTA, queue=QUEUE_EXAMPLE),
                    **error_responses(429),
                },
            }
        },
        "/api/v1/video/{video_id}": {
            "parameters": [VIDEO_ID],
            "get": {**look, "operationId": "getVideo", **ALIAS},
            "delete": remove,
        },
    }


def query(name: str, example: str, description: str) -> dict[str, Any]:
    """A query parameter: any text is allowed, because what makes no sense counts as absent."""
    return {"name": name, "in": "query", "description": description, "schema": TEXT, "example": example}


PROMPTTOVIDEO_TEXT = (
    "The PromptToVideo API allows you to programmatically generate AI videos, check status, and manage your account. "
    "All API requests require authentication using a Bearer token."
)

# -- PopVid ------------------------------------------------------------------------------------------------------------

POPVID_TEXT = "Learn how to use our API to generate animated videos."
POPVID_STATUSES = {
    "scheduled": "The request has been received and is waiting to be processed.",
    "processing": "The video is currently being generated.",
    "completed": "The video has been successfully generated.",
    "failed": "An error occurred during generation.",
}
REQUEST_ID = path_id("id", {"type": "string"}, REQUEST_UUID, "The requestId returned from the generate endpoint.")


def popvid_schemas() -> dict[str, Schema]:
    """The records of the PopVid page."""
    options = option_fields()
    image = described(options.pop("image"), "The URL of the source image or the base64 of the source image.")
    prompt = described(
        prompt_field(popvid.LONGEST_PROMPT), "A text prompt describing the desired animation (max 1000 characters)."
    )
    more = {
        "outputUrl": described(LINK, "When completed. The link expires; ask again for a new one."),
        "thumbnailUrl": LINK,
        "duration": {"type": "number", "minimum": 0},
        "promptReport": PROMPT_REPORT,
        "error": described(TEXT, "When failed."),
        "code": TEXT,
        "seed": COUNT,
        "progress": {"type": "integer", "minimum": 0, "maximum": 100},
        "step": TEXT,
        "videoId": INTEGER,
    }
    status = described(one_of(*POPVID_STATUSES), " ".join(f"{word}: {text}" for word, text in POPVID_STATUSES.items()))
    return {
        "AnimateRequest": record({"image": image, "prompt": prompt}, options),
        "Accepted": record({"requestId": UUID}, {**more, "status": status}),
        "RequestStatus": record({"requestId": UUID, "status": status}, more),
        "Deleted": record({"requestId": UUID}, {**more, "status": status, "deleted": FLAG}),
    }


def popvid_paths() -> dict[str, Any]:
    """The endpoints of the PopVid page, and DELETE."""
    own_texts = {
        "image_required": "Image is required",
        "prompt_required": "Prompt is required",
        "invalid_picture": "The picture is not valid base64",
        "url_unreachable": "The URL could not be fetched",
    }
    return {
        "/api/v1/gen_video": {
            "post": {
                "operationId": "animatePicture",
                "summary": "Generate a Video from a Picture",
                "description": "This endpoint initiates the asynchronous generation of a video. You provide an image and "
                "a prompt, and you'll get back a request ID to track the status.\n\n"
                "Note: Each video generation consumes 30 credits and produces a 4-5 second video.",
                "parameters": [parameter("Wait"), parameter("IdempotencyKey")],
                "requestBody": json_body(
                    "AnimateRequest",
                    picture={"image": PIXEL, "prompt": MONKEY},
                    URL={"image": "https://picsum.photos/200/300", "prompt": MONKEY},
                ),
                "responses": {
                    **success(
                        "The request ID, which you can use to check the generation status.",
                        reference("Accepted"),
                        "Idempotent-Replayed",
                        "Preference-Applied",
                        accepted={"requestId": REQUEST_UUID},
                    ),
                    **error_responses(400, 402, 408, 409, 413, 415, 422, 429, texts=own_texts),
                },
            }
        },
        "/api/v1/gen_video/{id}": {
            "parameters": [REQUEST_ID],
            "get": {
                "operationId": "getRequestStatus",
                "summary": "Get the Status of a Video",
                "description": "Retrieves the status of a video generation request using the request ID.",
                "parameters": [parameter("Wait")],
                "responses": {
                    **success(
                        "The request.",
                        reference("RequestStatus"),
                        "Preference-Applied",
                        processing={"requestId": REQUEST_UUID, "status": "processing"},
                        completed={"requestId": REQUEST_UUID, "status": "completed", "outputUrl": FILE},
                    ),
                    **error_responses(404),
                },
            },
            "delete": {
                "operationId": "deleteRequest",
                "summary": "Cancel or Delete a Video",
                "description": REMOVE_TEXT,
                "responses": {
                    **success(
                        "Cancelled or deleted.",
                        reference("Deleted"),
                        deleted={"requestId": REQUEST_UUID, "deleted": True},
                    ),
                    **error_responses(404),
                },
            },
        },
    }


# -- serving them ------------------------------------------------------------------------------------------------------


@cache
def prompttovideo_document() -> dict[str, Any]:
    """The PromptToVideo dialect."""
    return document(
        "PromptToVideo API",
        PROMPTTOVIDEO_TEXT,
        prompttovideo_paths(),
        prompttovideo_schemas(),
        {"bearer": {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer YOUR_TOKEN_HERE`"}},
    )


@cache
def popvid_document() -> dict[str, Any]:
    """The PopVid dialect."""
    return document(
        "PopVid API",
        POPVID_TEXT,
        popvid_paths(),
        popvid_schemas(),
        {
            "apiKey": {
                "type": "apiKey",
                "in": "header",
                "name": "X-API-Key",
                "description": "`X-API-Key: Bearer YOUR_API_KEY`",
            }
        },
    )


DOCUMENTS = {"prompttovideo": prompttovideo_document, "popvid": popvid_document}


def naming_engines(document: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The document with this server's own engines as what a request may name."""
    schemas = dict(document["components"]["schemas"])
    for kind in {"GenerateRequest", "AnimateRequest"} & set(schemas):
        fields = schemas[kind]["properties"]
        engine = {**fields["engine"], "enum": list(names)}
        schemas[kind] = {**schemas[kind], "properties": {**fields, "engine": engine}}
    return {**document, "components": {**document["components"], "schemas": schemas}}


async def serve_document(request: Request) -> Response:
    """GET /openapi/{dialect}.json, with this server's own address in it."""
    make = DOCUMENTS[request.url.path.rpartition("/")[2].removesuffix(".json")]
    settings = request.app.state.runtime.settings
    server = base_url(request.scope, settings.public_url)
    return json_response(
        {**naming_engines(make(), settings.engine_names), "servers": [{"url": server}]},
        headers={"Cache-Control": "no-cache"},
    )


ROUTES = [Route(f"/openapi/{name}.json", serve_document) for name in DOCUMENTS]
