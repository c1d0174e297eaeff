"""What every page shares: who visits, the checks before a handler, and failures as pages.

A page handler takes a `Visit` and returns a response. Pages know people by a session cookie and never by a token; the
API knows callers by a token and never by a cookie.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlsplit

import psycopg
import structlog
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from promptreel import people
from promptreel.accounts import Account
from promptreel.api.dialect import (
    BodyTooLarge,
    BodyTooSlow,
    HeadersTooLarge,
    InternalError,
    RequestBroken,
    RouteNotFound,
    Unavailable,
    base_url,
    status_of,
)
from promptreel.errors import PromptreelError
from promptreel.people import Session
from promptreel.web import i18n, render

if TYPE_CHECKING:
    from promptreel.runtime import Runtime

log = structlog.get_logger()

Access = Literal["anyone", "signed_in", "operator"]

SECURE_COOKIE = "__Host-promptreel"
PLAIN_COOKIE = "promptreel"
"""Where the server is reached without TLS: a browser would not take the other one there."""

MOST_HEADER_BYTES = 32 * 1024
MOST_FORM_BYTES = 64 * 1024
FORM_SECONDS = 300.0


class ForeignRequest(PromptreelError):
    """This form was sent from another site. Open the page again and repeat what you did"""

    slug = "foreign_request"


class FormBroken(PromptreelError):
    """The form could not be read"""

    slug = "form_broken"


class Visit:
    """One request of a browser, and what is known about it."""

    session: Session | None = None

    def __init__(self, request: Request, route: str) -> None:
        self.request = request
        self.headers: Headers = request.headers
        self.route = route
        self.runtime: Runtime = request.app.state.runtime
        self.cookies_to_set: list[dict[str, Any]] = []

    # -- who visits ------------------------------------------------------------------------------------------------------

    @property
    def account(self) -> Account:
        """Whose pages these are; only for handlers that nobody reaches signed out."""
        assert self.session is not None
        return self.session.account

    @property
    def acting(self) -> bool:
        """Whether an operator has signed in as this account."""
        return self.session is not None and self.session.operator_id is not None

    @property
    def network(self) -> str:
        """The address that the request came from (of the proxy's word where that is trusted)."""
        return self.request.client.host if self.request.client else ""

    @property
    def base_url(self) -> str:
        """Where the reader reaches this server, without a slash at the end."""
        return base_url(self.request.scope, self.runtime.settings.public_url)

    @cached_property
    def secure(self) -> bool:
        """Whether the reader comes over TLS."""
        return self.base_url.startswith("https://")

    @cached_property
    def locale(self) -> str:
        """The language of the page: as the account or a cookie has it, else as the browser asks for."""
        chosen = self.session.account.locale if self.session else None
        chosen = chosen or self.request.cookies.get("lang")
        return i18n.choose(chosen, self.headers.get("accept-language", ""))

    @cached_property
    def zone(self) -> str:
        """The reader's time zone: as the account has it, else as the browser told in a cookie."""
        chosen = self.session.account.zone if self.session else None
        return i18n.zone_name(chosen or self.request.cookies.get("zone"))

    def text(self, message: str, **values: object) -> str:
        """`message` in the reader's language."""
        translated = i18n.translations(self.locale).gettext(message)
        return translated % values if values else translated

    def texts(self, one: str, many: str, count: int, **values: object) -> str:
        """`one` or `many`, as the reader's language counts; `%(count)s` is the number as it is written there."""
        translated = i18n.translations(self.locale).ngettext(one, many, count)
        return translated % {"count": i18n.number(count, self.locale), **values}

    def error_text(self, error: PromptreelError) -> str:
        """A failure's sentence in the reader's language."""
        return i18n.error_text(self.locale, error)

    def error_sentence(self, error: PromptreelError) -> str:
        """The same where it stands alone."""
        return i18n.sentence(self.error_text(error), self.locale)

    @property
    def path(self) -> Mapping[str, str]:
        """The variable parts of the path."""
        params: Mapping[str, str] = self.request.path_params
        return params

    @property
    def query(self) -> Mapping[str, str]:
        """What stands after the question mark; of keys given twice the last."""
        return self.request.query_params

    @property
    def address(self) -> str:
        """Path and query of this page, for a form that should lead back to it."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    def file_url(self, key: str | None, download_name: str | None = None) -> str:
        """A link to a stored file that works for a while; empty where there is none.

        The same link for half of its time, so that a page that is drawn anew does not load its pictures anew.
        """
        if key is None:
            return ""
        runtime, ttl = self.runtime, self.runtime.settings.link_ttl
        now = runtime.clock()
        now += timedelta(seconds=-now.timestamp() % (ttl / 2))
        return runtime.storage.link(key, ttl=ttl, now=now, base_url="", download_name=download_name)

    @property
    def by_htmx(self) -> bool:
        """Whether htmx asks, and will take its part out of the page."""
        return self.headers.get("hx-request") == "true"

    # -- what was sent ---------------------------------------------------------------------------------------------------

    async def form(self, most_bytes: int = MOST_FORM_BYTES, files: int = 0) -> FormData:
        """The form that was sent, with at most so many files. Errors: `BodyTooLarge`, `BodyTooSlow`, `FormBroken`."""
        declared = self.headers.get("content-length", "0")
        if not declared.isascii() or not declared.isdigit() or int(declared[:12]) > most_bytes:
            raise BodyTooLarge
        return await self.read_form(limited(self.request.receive, most_bytes), files)

    async def beginning_of_form(self, files: int) -> FormData:
        """What stands before the files of a form, however large: nothing of a stranger's is kept. Errors: as of `form`."""
        return await self.read_form(beginning(self.request.receive, MOST_FORM_BYTES), files)

    async def read_form(self, receive: Receive, files: int) -> FormData:
        """The form that `receive` gives. Errors: `BodyTooSlow`, `FormBroken`."""
        # No browser sends another one, and some of Python's make characters that no text can hold.
        charset = parse_options_header(self.headers.get("content-type"))[1].get(b"charset", b"utf-8")
        if charset.lower() != b"utf-8":
            raise FormBroken
        request = Request(self.request.scope, receive)
        try:
            async with asyncio.timeout(FORM_SECONDS):
                form = await request.form(max_files=files, max_fields=200, max_part_size=MOST_FORM_BYTES)
        except TimeoutError:
            raise BodyTooSlow from None
        except (MultiPartException, HTTPException, UnicodeDecodeError, ValueError):
            raise FormBroken from None
        if any("\0" in name or (isinstance(value, str) and "\0" in value) for name, value in form.multi_items()):
            raise FormBroken
        return form

    # -- answers ---------------------------------------------------------------------------------------------------------

    async def render(self, template: str, status: int = 200, **context: Any) -> Response:
        """A page. Its notice, if one was left, is told now and only now."""
        notice = self.session.notice if self.session else None
        if notice and self.session:
            async with self.runtime.pool.connection() as connection:
                await people.clear_notice(connection, self.session.id)
        strip = await self.runtime.underway_of(self.account.id) if self.session else None
        return self.finish(render.page(self, template, status, notice=notice, strip=strip, **context))

    async def redirect(self, path: str, notice: str = "", kind: Literal["good", "bad"] = "good") -> Response:
        """Go on to one of our pages after a form (303), where `notice` is told to who is signed in."""
        if notice and self.session:
            async with self.runtime.pool.connection() as connection:
                await people.leave_notice(connection, self.session.id, kind, notice)
        return self.finish(RedirectResponse(path, 303, {"Cache-Control": "no-store"}))

    def finish(self, response: Response) -> Response:
        """The response with the cookies of this visit."""
        for cookie in self.cookies_to_set:
            response.set_cookie(**cookie)
        return response

    # -- the session -----------------------------------------------------------------------------------------------------

    def set_session_cookie(self, secret: str) -> None:
        """Let the browser keep the session's secret; empty: forget it."""
        name = SECURE_COOKIE if self.secure else PLAIN_COOKIE
        self.cookies_to_set.append(
            {
                "key": name,
                "value": secret,
                "max_age": int(people.SESSION_LASTS.total_seconds()) if secret else 0,
                "path": "/",
                "secure": self.secure,
                "httponly": True,
                "samesite": "lax",
            }
        )

    async def sign_in(self, account_id: int, operator_id: int | None = None) -> None:
        """Open a session for this browser and end the one it had."""
        async with self.runtime.transaction() as connection:
            if self.session is not None:
                await people.close_session(connection, self.session.account.id, self.session.id)
            secret = await people.open_session(
                connection,
                account_id,
                self.runtime.clock(),
                agent=self.headers.get("user-agent", ""),
                network=self.network,
                operator_id=operator_id,
            )
            self.session = await people.find_session(connection, secret, self.runtime.clock())
        self.set_session_cookie(secret)

    async def sign_out(self) -> None:
        """End this browser's session."""
        if self.session is not None:
            async with self.runtime.pool.connection() as connection:
                await people.close_session(connection, self.session.account.id, self.session.id)
        self.session = None
        self.set_session_cookie("")


def limited(receive: Receive, most_bytes: int) -> Receive:
    """`receive`, which refuses a body that turns out larger than it was declared. Errors: `BodyTooLarge`."""
    size = 0

    async def receive_limited() -> Any:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most_bytes:
            raise BodyTooLarge
        return message

    return receive_limited


def beginning(receive: Receive, most_bytes: int) -> Receive:
    """`receive`, which reads everything, so that the sender hears the answer, and hands on only so many bytes."""
    left = most_bytes

    async def receive_beginning() -> Any:
        nonlocal left
        message = await receive()
        body = message.get("body", b"")[:left]
        left -= len(body)
        return {**message, "body": body}

    return receive_beginning


# -- doors -------------------------------------------------------------------------------------------------------------

Handler = Callable[[Visit], Awaitable[Response]]


class Door:
    """One path of the dashboard: the checks that every visit passes, then the method's handler."""

    def __init__(
        self, path: str, handlers: Mapping[str, Handler], access: Access, signed_out: Handler | None = None
    ) -> None:
        self.path = path
        self.handlers = {**handlers, **({"HEAD": handlers["GET"]} if "GET" in handlers else {})}
        self.access = access
        self.signed_out = signed_out

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the router has checked the path and the method."""
        scope["promptreel.route"] = self.path
        visit = Visit(Request(scope, receive), self.path)
        try:
            response = await self.answer(visit)
        except PromptreelError as error:
            response = failure_page(visit, error)
        except ClientDisconnect:
            response = failure_page(visit, RequestBroken())
        except psycopg.OperationalError as error:
            log.warning("database_unavailable", request_id=scope["request_id"], reason=str(error).strip())
            response = failure_page(visit, Unavailable())
        if visit.request.method == "HEAD" and isinstance(response, StreamingResponse):
            # Nobody reads what would be made here.
            response = head_of(response)
        await response(scope, receive, send)

    async def answer(self, visit: Visit) -> Response:
        """The checks in their order, then the handler."""
        if sum(len(name) + len(value) for name, value in visit.request.scope["headers"]) > MOST_HEADER_BYTES:
            raise HeadersTooLarge
        method = visit.request.method
        if method not in {"GET", "HEAD"}:
            check_origin(visit)
        await find_session(visit)
        if self.access != "anyone" and visit.session is None:
            if self.signed_out is not None and method == "POST":
                return await self.signed_out(visit)
            back = visit.address if method in {"GET", "HEAD"} else "/create"
            return visit.finish(RedirectResponse(f"/signin?next={quote(back, safe='')}", 303))
        if self.access == "operator" and not visit.account.operator:
            # Not told apart from a page that does not exist.
            raise RouteNotFound
        return await self.handlers[method](visit)


def head_of(response: Response) -> Response:
    """A response without its body."""
    head = Response(status_code=response.status_code)
    head.raw_headers = response.raw_headers
    return head


def page(path: str, access: Access = "signed_in", signed_out: Handler | None = None, **handlers: Handler) -> Route:
    """A path of the dashboard for the application's router. The method names are the keywords: `GET=show, POST=save`.

    `signed_out` answers a form of whoever was signed out while filling it in; without it they go to sign in.
    """
    return Route(path, Door(path, handlers, access, signed_out), methods=list(handlers))


def check_origin(visit: Visit) -> None:
    """Only our own pages may change anything with a reader's cookie. Errors: `ForeignRequest`.

    Browsers say so in `Sec-Fetch-Site`, older ones in `Origin`; what says neither is no browser's form.
    """
    site = visit.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise ForeignRequest
        return
    origin = visit.headers.get("origin", "")
    if not origin or urlsplit(origin)[:2] != urlsplit(visit.base_url)[:2]:
        raise ForeignRequest


async def find_session(visit: Visit) -> None:
    """Who the cookie says visits."""
    secret = visit.request.cookies.get(SECURE_COOKIE if visit.secure else PLAIN_COOKIE)
    if not secret:
        return
    async with visit.runtime.pool.connection() as connection:
        visit.session = await people.find_session(connection, secret, visit.runtime.clock())
    if visit.session is None:
        visit.set_session_cookie("")


def failure_page(visit: Visit, error: PromptreelError) -> Response:
    """A failure as a page that says what happened and where to go on."""
    status = status_of(error) if not isinstance(error, ForeignRequest) else 403
    if isinstance(error, FormBroken):
        status = 400
    shown = InternalError() if status == 500 else error
    return visit.finish(
        render.page(
            visit,
            "failure.html",
            status,
            sheets=("failure.css",),
            message=visit.error_sentence(shown),
            code=status,
            notice=None,
        )
    )


async def refusal_page(request: Request, error: PromptreelError) -> Response:
    """The page for what the router refuses: an address without a page, or one that takes no such request."""
    visit = Visit(request, request.url.path)
    try:
        await find_session(visit)
    except psycopg.OperationalError:
        log.warning("database_unavailable", request_id=request.scope["request_id"])
    return failure_page(visit, error)


def accident_page(request: Request) -> Response:
    """The page for what nobody expected. It asks for nothing that could fail once more."""
    return failure_page(Visit(request, request.url.path), InternalError())


def safe_next(path: str | None, default: str = "/create") -> str:
    """Where to go after signing in: a path of ours, never another site."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or any(ord(c) < 33 for c in path):
        return default
    return path


def new_secret() -> str:
    """A random secret for a link."""
    return secrets.token_urlsafe(24)
