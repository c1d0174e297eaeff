"""What the OpenAPI documents of all dialects are made of: field types, failures, headers and parameters."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from promptreel import __version__
from promptreel.api.bodies import Options
from promptreel.plans import TIERS
from promptreel.spec import VISIBLE

Schema = dict[str, Any]


# -- pieces ------------------------------------------------------------------------------------------------------------

INTEGER: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
TEXT: Schema = {"type": "string"}
WORD: Schema = {"type": "string", "minLength": 1}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
LINK: Schema = {"type": "string", "format": "uri"}
UUID: Schema = {"type": "string", "format": "uuid"}


def record(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object with these keys; more may come in later versions."""
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


def one_of(*words: str) -> Schema:
    """A string that is one of these words."""
    return {"type": "string", "enum": list(words)}


def reference(name: str) -> Schema:
    """A schema defined once."""
    return {"$ref": f"#/components/schemas/{name}"}


def described(schema: Schema, text: str) -> Schema:
    """A schema with a sentence about it."""
    return {**schema, "description": text}


def prompt_field(longest: int) -> Schema:
    """A prompt: some of it must be visible."""
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": longest,
        "pattern": VISIBLE.pattern,
        "description": f"What to show, 1 to {longest:,} characters.",
    }


def option_fields() -> dict[str, Schema]:
    """The optional fields of every create, from the model that checks them."""
    fields = {}
    for name, schema in Options.model_json_schema()["properties"].items():
        # `None` in the model says that a field may be absent; as a value it is refused.
        kind = next(part for part in schema["anyOf"] if part != {"type": "null"})
        fields[name] = {**kind, "description": f"{schema['description'][0].upper()}{schema['description'][1:]}."}
    fields["metadata"] |= {
        "propertyNames": {"minLength": 1, "maxLength": 64},
        "additionalProperties": {"type": "string", "maxLength": 512},
    }
    for name in ("image", "last_image"):
        fields[name]["format"] = "picture"
        fields[name]["description"] = "An http(s) URL, a data URI or base64 of a PNG, JPEG or WebP picture."
    fields["webhook_url"]["format"] = "http-url"
    fields["webhook_url"]["description"] += " Checked and kept; this version delivers nothing to it yet."
    return fields


ERRORS: dict[int, tuple[str, dict[str, dict[str, Any]]]] = {
    400: (
        "Bad Request: the JSON, a field or a picture is not right; nothing was stored or charged",
        {"no JSON": {"error": "JSON data required", "code": "invalid_json", "detail": "The body is empty"}},
    ),
    401: (
        "Unauthorized: Invalid or missing token",
        {
            "missing": {"error": "Authorization header required", "code": "authorization_required"},
            "invalid": {"error": "Invalid token", "code": "invalid_token"},
        },
    ),
    402: (
        "Payment Required: Insufficient credits",
        {
            "insufficient": {
                "error": "Insufficient credits",
                "required": 3,
                "available": 2,
                "code": "insufficient_credits",
            }
        },
    ),
    403: (
        "Forbidden: the account is suspended, or the token lacks the scope",
        {
            "suspended": {"error": "This account is suspended", "code": "account_suspended"},
            "scope": {"error": "This token lacks the scope write", "code": "scope_missing"},
        },
    ),
    404: (
        "Not Found: no such video, or one of another account",
        {"unknown": {"error": "Video not found", "code": "video_not_found"}},
    ),
    408: (
        "Request Timeout: the body did not arrive in time",
        {"slow": {"error": "The request body did not arrive in time", "code": "body_too_slow"}},
    ),
    409: (
        "Conflict: a request with this Idempotency-Key is still running",
        {
            "running": {
                "error": "A request with this Idempotency-Key is still running",
                "code": "idempotency_running",
            }
        },
    ),
    413: (
        "Content Too Large: at most 64 KiB, or 25 MiB with a picture",
        {"large": {"error": "The request body is too large", "code": "body_too_large"}},
    ),
    415: (
        "Unsupported Media Type: the body must be application/json",
        {
            "type": {
                "error": "Content-Type must be application/json, without Content-Encoding",
                "code": "unsupported_media_type",
            }
        },
    ),
    422: (
        "Unprocessable Content: this Idempotency-Key was used with other input",
        {"other": {"error": "This Idempotency-Key was used with other input", "code": "idempotency_mismatch"}},
    ),
    429: (
        "Too Many Requests: Rate limit exceeded",
        {
            "exceeded": {
                "error": "Rate limit exceeded",
                "rate_limit_info": {
                    "tier": "free",
                    "limit": 10,
                    "used": 10,
                    "remaining": 0,
                    "reset_time": "2024-01-16T00:00:00Z",
                },
                "code": "rate_limit_exceeded",
            }
        },
    ),
    431: (
        "Request Header Fields Too Large",
        {"large": {"error": "The request headers are too large", "code": "headers_too_large"}},
    ),
    503: (
        "Service Unavailable: the queue is full or the service is starting; come back after Retry-After",
        {"full": {"error": "The queue is full, try again later", "code": "no_capacity"}},
    ),
}

RATE_LIMIT_INFO = record(
    {
        "tier": one_of(*TIERS),
        "limit": described({"type": "integer", "minimum": -1}, "Calls a UTC day; -1 is unlimited."),
        "used": COUNT,
        "remaining": described({"type": "integer", "minimum": -1}, "-1 is unlimited."),
        "reset_time": described({**TIME, "type": ["string", "null"]}, "The next midnight UTC; null where unlimited."),
    }
)

SHARED_SCHEMAS: dict[str, Schema] = {
    "RateLimitInfo": RATE_LIMIT_INFO,
    "Error": record(
        {
            "error": described(WORD, "For people."),
            "code": described(WORD, "For programs; it never changes."),
            "request_id": described(WORD, "As in X-Request-Id: quote it when you ask for help."),
        },
        {
            "param": described(TEXT, "The field that is wrong."),
            "detail": described(TEXT, "What is wrong with the JSON."),
            "required": COUNT,
            "available": COUNT,
            "rate_limit_info": reference("RateLimitInfo"),
        },
    ),
    "Problem": record(
        {
            "type": WORD,
            "title": WORD,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": WORD,
            "code": WORD,
            "request_id": WORD,
        }
    ),
}

PARAMETERS: dict[str, dict[str, Any]] = {
    "Wait": {
        "name": "Prefer",
        "in": "header",
        "description": "`wait=N` (1 to 120 seconds): hold the answer until the video has ended or N seconds are over.",
        "schema": {"type": "string"},
        "examples": {"a minute": {"value": "wait=1"}},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Send the same key again and you get the stored answer, not a second video. Kept for 7 days.",
        "schema": {"type": "string", "pattern": "^[!#-~]{1,255}$"},
    },
}

HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-Id": {"description": "The name of this call in our log.", "schema": WORD, "required": True},
    "Retry-After": {"description": "Seconds until it is worth trying again.", "schema": TEXT},
    "WWW-Authenticate": {"description": "How to authenticate.", "schema": TEXT},
    "RateLimit-Policy": {"description": "The daily quota.", "schema": TEXT},
    "RateLimit": {"description": "What is left of it, and the seconds until it begins anew.", "schema": TEXT},
    "Link": {"description": "The neighbouring pages (RFC 8288).", "schema": TEXT},
    "Idempotent-Replayed": {"description": "`true`: this answer was stored.", "schema": TEXT},
    "Preference-Applied": {"description": "The preference that was followed.", "schema": TEXT},
}
ERROR_HEADERS = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}


def header_map(*names: str) -> dict[str, Any]:
    """Headers of an answer."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", *names)}


def error_responses(*statuses: int, texts: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The failures of an operation; `texts` are the further 400 texts of its own, by code."""
    responses = {}
    for status in sorted({401, 403, 431, 503, *statuses}):
        description, examples = deepcopy(ERRORS[status])
        if status == 400:
            examples |= {code: {"error": text, "code": code} for code, text in (texts or {}).items()}
        for example in examples.values():
            example["request_id"] = "6f1c0a52d9e84b0e"
        responses[str(status)] = {
            "description": description,
            "headers": header_map(*ERROR_HEADERS.get(status, ())),
            "content": {
                "application/json": {
                    "schema": reference("Error"),
                    "examples": {name: {"value": value} for name, value in examples.items()},
                },
                "application/problem+json": {"schema": reference("Problem")},
            },
        }
    return responses


def success(description: str, schema: Schema, *headers: str, **examples: Any) -> dict[str, Any]:
    """The answer of an operation that worked."""
    return {
        "200": {
            "description": description,
            "headers": header_map(*headers),
            "content": {
                "application/json": {
                    "schema": schema,
                    "examples": {name.replace("_", " "): {"value": value} for name, value in examples.items()},
                }
            },
        }
    }


def json_body(name: str, **examples: Any) -> dict[str, Any]:
    """A JSON request body."""
    return {
        "required": True,
        "content": {
            "application/json": {
                "schema": reference(name),
                "examples": {key.replace("_", " "): {"value": value} for key, value in examples.items()},
            }
        },
    }


def path_id(name: str, schema: Schema, example: Any, description: str) -> dict[str, Any]:
    """An id in a path."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": schema,
        "example": example,
        "description": description,
    }


def parameter(name: str) -> dict[str, str]:
    """A parameter defined once."""
    return {"$ref": f"#/components/parameters/{name}"}


def document(
    title: str, description: str, paths: dict[str, Any], schemas: dict[str, Schema], security: dict[str, Any]
) -> dict[str, Any]:
    """A whole document, without the server's address."""
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": __version__, "description": description, "license": LICENSE},
        "servers": [],
        "security": [{name: []} for name in security],
        "paths": paths,
        "components": {
            "schemas": {**SHARED_SCHEMAS, **schemas},
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "securitySchemes": security,
        },
    }


REMOVE_TEXT = "Cancels a video that has not ended, and its credits come back. Deletes one that has, with its files."
LICENSE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
