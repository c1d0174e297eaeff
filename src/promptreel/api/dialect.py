"""What every dialect shares: who calls, the daily quota, failures as answers, and the headers around them.

A dialect is a translation. Its paths are `Door`s: plain ASGI applications, because the contract fixes the order of the checks
and because a poll should cost as little as it can.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import psycopg
import structlog
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from promptreel import errors
from promptreel.accounts import Account, Caller
from promptreel.errors import AuthorizationRequired, InvalidInput, InvalidToken, PromptreelError, ScopeMissing
from promptreel.limits import Quota

if TYPE_CHECKING:
    from promptreel.runtime import Runtime

log = structlog.get_logger()

MAX_HEADER_BYTES = 32 * 1024
MAX_CREDENTIALS = 2
LONGEST_WAIT = 120
PROBLEM = "application/problem+json"
QUOTA_PROBLEM = "https://iana.org/assignments/http-problem-types#quota-exceeded"
RETRY_SECONDS = {"no_capacity": 60, "unavailable": 2}


# -- failures that only HTTP knows -------------------------------------------------------------------------------------


class RouteNotFound(PromptreelError):
    """Not found"""

    slug: ClassVar[str] = "not_found"


class MethodNotAllowed(PromptreelError):
    """Method not allowed"""

    slug: ClassVar[str] = "method_not_allowed"


class HeadersTooLarge(PromptreelError):
    """The request headers are too large"""

    slug: ClassVar[str] = "headers_too_large"


class MediaTypeRefused(PromptreelError):
    """Content-Type must be application/json, without Content-Encoding"""

    slug: ClassVar[str] = "unsupported_media_type"


class BodyTooLarge(PromptreelError):
    """The request body is too large"""

    slug: ClassVar[str] = "body_too_large"


class BodyTooSlow(PromptreelError):
    """The request body did not arrive in time"""

    slug: ClassVar[str] = "body_too_slow"


class InvalidJson(PromptreelError):
    """JSON data required

    `detail` says what is wrong with the JSON that came.
    """

    slug: ClassVar[str] = "invalid_json"

    def __init__(self, detail: str) -> None:
        super().__init__(detail=detail)


class LinkRefused(PromptreelError):
    """This link is not valid or has expired; ask for the video again to get a new one"""

    slug: ClassVar[str] = "link_refused"


class RequestBroken(PromptreelError):
    """The request is not valid HTTP"""

    slug: ClassVar[str] = "invalid_request"


class Unavailable(PromptreelError):
    """The service is unavailable for the moment, try again"""

    slug: ClassVar[str] = "unavailable"


class InternalError(PromptreelError):
    """Internal server error"""

    slug: ClassVar[str] = "internal_error"


STATUSES: dict[type[PromptreelError], int] = {
    RequestBroken: 400,
    InvalidJson: 400,
    InvalidInput: 400,
    errors.PictureRefused: 400,
    errors.UrlRefused: 400,
    errors.UrlUnreachable: 400,
    errors.PromptRefused: 400,
    errors.EngineUnknown: 400,
    AuthorizationRequired: 401,
    InvalidToken: 401,
    errors.InsufficientCredits: 402,
    errors.AccountSuspended: 403,
    errors.AddressUnverified: 403,
    ScopeMissing: 403,
    LinkRefused: 403,
    errors.NotFound: 404,
    RouteNotFound: 404,
    MethodNotAllowed: 405,
    errors.IdempotencyRunning: 409,
    BodyTooSlow: 408,
    BodyTooLarge: 413,
    MediaTypeRefused: 415,
    errors.IdempotencyMismatch: 422,
    errors.QuotaExceeded: 429,
    HeadersTooLarge: 431,
    errors.NoCapacity: 503,
    Unavailable: 503,
}


def status_of(error: PromptreelError) -> int:
    """The status code of a failure; 500 for one that no caller should ever meet."""
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)


# -- answers -----------------------------------------------------------------------------------------------------------


def json_response(
    content: Mapping[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    media_type: str = "application/json",
) -> Response:
    """An answer as compact JSON, text as itself and not as escapes."""
    body = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return Response(body, status, headers, media_type)


def instant(moment: datetime) -> str:
    """A time as the contract writes it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rate_limit_info(quota: Quota) -> dict[str, Any]:
    """Where an account stands today, in the words of the PromptToVideo page; -1 is unlimited."""
    limited = quota.limit is not None
    return {
        "tier": quota.tier,
        "limit": quota.limit if limited else -1,
        "used": quota.used,
        "remaining": quota.remaining if limited else -1,
        "reset_time": instant(quota.reset_at) if quota.reset_at else None,
    }


def quota_headers(quota: Quota, now: datetime) -> dict[str, str]:
    """The quota as headers (draft-ietf-httpapi-ratelimit-headers, and the older X- form); none where it is unlimited."""
    if quota.limit is None or quota.reset_at is None:
        return {}
    seconds = seconds_until(quota.reset_at, now)
    return {
        "RateLimit-Policy": f'"daily";q={quota.limit};w=86400',
        "RateLimit": f'"daily";r={quota.remaining};t={seconds}',
        "X-RateLimit-Limit": str(quota.limit),
        "X-RateLimit-Remaining": str(quota.remaining),
        "X-RateLimit-Reset": str(int(quota.reset_at.timestamp())),
    }


def seconds_until(moment: datetime, now: datetime) -> int:
    """Whole seconds from `now`, rounded up, so that who waits that long never comes too early."""
    return max(1, -int((now - moment).total_seconds() // 1))


def failure_extras(error: PromptreelError) -> dict[str, Any]:
    """What an error answer tells besides its text and its code."""
    extras: dict[str, Any] = {}
    if isinstance(error, errors.InsufficientCredits):
        extras = {"required": error.required, "available": error.available}
    elif isinstance(error, errors.QuotaExceeded):
        extras = {"rate_limit_info": rate_limit_info(error.data["quota"])}
    elif isinstance(error, InvalidJson):
        extras = {"detail": error.data["detail"]}
    if param := getattr(error, "param", None):
        extras["param"] = param
    return extras


def failure_headers(error: PromptreelError, now: datetime) -> dict[str, str]:
    """The headers that belong to a failure: how to authenticate, when to come back."""
    headers: dict[str, str] = {}
    if isinstance(error, AuthorizationRequired | InvalidToken):
        headers["WWW-Authenticate"] = "Bearer"
    elif isinstance(error, errors.QuotaExceeded):
        quota: Quota = error.data["quota"]
        headers = quota_headers(quota, now)
        if quota.reset_at:
            headers["Retry-After"] = str(seconds_until(quota.reset_at, now))
    elif error.slug in RETRY_SECONDS:
        headers["Retry-After"] = str(RETRY_SECONDS[error.slug])
    elif isinstance(error, BodyTooLarge | BodyTooSlow | HeadersTooLarge):
        headers["Connection"] = "close"
    return headers


def failure_response(
    error: PromptreelError,
    request_id: str,
    accept: str = "",
    headers: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Response:
    """A failure as the seed dialects tell it, or as an RFC 9457 document for a caller who accepts one."""
    status = status_of(error)
    text = error.message if status < 500 or status == 503 else InternalError().message
    code = getattr(error, "code", None) or (error.slug if status != 500 else InternalError.slug)
    about = {"code": code, "request_id": request_id}
    all_headers = {**failure_headers(error, now or datetime.now(UTC)), **(headers or {})}
    extras = failure_extras(error)
    if not wants_problem(accept):
        return json_response({"error": text, **extras, **about}, status, all_headers)
    problem: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if isinstance(error, errors.QuotaExceeded):
        problem |= {"type": QUOTA_PROBLEM, "title": text, "violated-policies": ["daily"]}
    if reason := extras.pop("detail", None):
        text = f"{text}: {reason}"
    return json_response({**problem, "detail": text, **extras, **about}, status, all_headers, PROBLEM)


def wants_problem(accept: str) -> bool:
    """Whether an Accept header names problem documents (and does not name them only to refuse them)."""
    if PROBLEM not in accept.lower():
        return False
    for part in accept.lower().split(","):
        kind, *parameters = (word.strip() for word in part.split(";"))
        if kind == PROBLEM:
            return not any(re.fullmatch(r"q=0(\.0*)?", parameter) for parameter in parameters)
    return False


# -- what a request says -----------------------------------------------------------------------------------------------


def bearer_tokens(headers: Headers) -> list[str]:
    """The tokens in `Authorization: Bearer T`. Errors: `InvalidToken` for another scheme."""
    tokens = []
    for value in headers.getlist("authorization"):
        scheme, _, token = value.partition(" ")
        if scheme.lower() != "bearer":
            raise InvalidToken
        tokens.append(token.strip(" "))
    return tokens


WAIT = re.compile(r'\s*wait\s*=\s*"?([0-9]{1,9})"?\s*(?:;.*)?', re.IGNORECASE)


def preferred_wait(headers: Headers) -> int | None:
    """The seconds of `Prefer: wait=N` (RFC 7240), at most 120; None without it. What cannot be read is no preference."""
    for value in headers.getlist("prefer"):
        for part in value.split(","):
            if match := WAIT.fullmatch(part):
                return min(int(match[1]), LONGEST_WAIT) or None
    return None


HOST = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


def base_url(scope: Scope, public_url: str) -> str:
    """Where callers reach this server, without a slash at the end: as set, or as this request addressed it."""
    if public_url:
        return public_url.rstrip("/")
    for name, value in scope["headers"]:
        if name == b"host":
            host = value.decode("latin-1")
            break
    else:
        host = ""
    if not HOST.fullmatch(host):
        # No host, or one that is none: the address that the connection came in on.
        address, port = scope.get("server") or ("localhost", None)
        host = f"{address}:{port}" if port else address
    return f"{scope['scheme']}://{host}{scope.get('root_path', '')}"


# -- doors -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dialect:
    """What distinguishes one dialect's calls from another's before anything of its own happens."""

    name: str
    tokens: Callable[[Headers], list[str]]
    counts: Literal["all", "create"]
    vary: str = "Authorization"


class Call:
    """One call: the request, and what the checks have found out about it so far."""

    __slots__ = ("applied", "caller", "dialect", "headers", "quota", "request", "route", "runtime")

    caller: Caller

    def __init__(self, dialect: Dialect, route: str, request: Request) -> None:
        self.dialect = dialect
        self.route = route
        self.request = request
        self.headers = request.headers
        self.runtime: Runtime = request.app.state.runtime
        self.quota: Quota | None = None
        self.applied: dict[str, str] = {}

    @property
    def account(self) -> Account:
        """Who pays."""
        return self.caller.account

    @property
    def request_id(self) -> str:
        """The name of this call in the log and in its answer."""
        return str(self.request.scope["request_id"])

    @property
    def base_url(self) -> str:
        """Where the caller reaches this server."""
        return base_url(self.request.scope, self.runtime.settings.public_url)

    @property
    def path(self) -> Mapping[str, str]:
        """The variable parts of the path."""
        params: Mapping[str, str] = self.request.path_params
        return params

    def wait(self) -> int | None:
        """The seconds that the caller would rather wait for the end of a video; says in the answer that this is done."""
        seconds = preferred_wait(self.headers)
        if seconds is not None:
            self.applied["Preference-Applied"] = f"wait={seconds}"
        return seconds

    def answer_headers(self) -> dict[str, str]:
        """The headers of every answer to this call."""
        headers = {"Vary": self.dialect.vary, **self.applied}
        if self.quota is not None:
            headers |= quota_headers(self.quota, self.runtime.clock())
        return headers

    def answer(self, content: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
        """A success. Always 200: both seed pages know no other."""
        return json_response(content, 200, {**self.answer_headers(), **(headers or {})})

    def refuse(self, error: PromptreelError) -> Response:
        """A failure."""
        accept = self.headers.get("accept", "")
        return failure_response(error, self.request_id, accept, self.answer_headers(), self.runtime.clock())


Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Entry:
    """What one method of a path does: the handler, the scope it needs, and whether it makes a video."""

    handler: Handler
    scope: Literal["read", "write"] = "read"
    creates: bool = False


class Door:
    """One path of a dialect: the checks that every call passes, in the contract's order, then the method's handler."""

    def __init__(self, dialect: Dialect, path: str, entries: Mapping[str, Entry]) -> None:
        self.dialect = dialect
        self.path = path
        self.entries = {**entries, **({"HEAD": entries["GET"]} if "GET" in entries else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the router has checked the path and the method."""
        scope["promptreel.route"] = self.path
        entry = self.entries[scope["method"]]
        call = Call(self.dialect, self.path, Request(scope, receive))
        try:
            await self.check(call, entry)
            response = await entry.handler(call)
        except PromptreelError as error:
            response = call.refuse(error)
        except ClientDisconnect:
            # Nobody is there to read it; the answer only ends the exchange.
            response = call.refuse(RequestBroken())
        except psycopg.OperationalError as error:
            log.warning("database_unavailable", request_id=call.request_id, reason=str(error).strip())
            response = call.refuse(Unavailable())
        await response(scope, receive, send)

    async def check(self, call: Call, entry: Entry) -> None:
        """Header size, credentials, scope, daily quota."""
        if sum(len(name) + len(value) for name, value in call.request.scope["headers"]) > MAX_HEADER_BYTES:
            raise HeadersTooLarge
        call.caller = await self.identify(call)
        if not call.caller.scopes & {entry.scope, "admin"}:
            raise ScopeMissing(scope=entry.scope)
        if entry.creates or (self.dialect.counts == "all" and call.runtime.settings.quota_counts == "all"):
            call.quota = await call.runtime.count_call(call.account, call.caller.token_id)
        elif self.dialect.counts == "all":
            call.quota = await call.runtime.quota(call.account)

    async def identify(self, call: Call) -> Caller:
        """Who calls. Errors: `AuthorizationRequired`, `InvalidToken`, `AccountSuspended`."""
        tokens = list(dict.fromkeys(self.dialect.tokens(call.headers)))
        if not tokens:
            raise AuthorizationRequired
        if len(tokens) > MAX_CREDENTIALS:
            raise InvalidToken
        caller = await call.runtime.caller(tokens[0])
        for token in tokens[1:]:
            # Two accounts in one request: which of them pays is not for us to guess.
            if (await call.runtime.caller(token)).account.id != caller.account.id:
                raise InvalidToken
        return caller


def door(dialect: Dialect, path: str, **entries: Entry) -> Route:
    """A path of a dialect for the application's router. The method names are the keywords."""
    return Route(path, Door(dialect, path, entries), methods=list(entries))
