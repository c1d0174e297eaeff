"""The application that a server runs: all doors over one runtime, and what surrounds every answer."""

import asyncio
import re
import secrets
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import structlog
import uvicorn
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from promptreel import __version__, showcase
from promptreel.api import documents, files, popvid, prompttovideo
from promptreel.api.dialect import (
    HeadersTooLarge,
    InternalError,
    MethodNotAllowed,
    RequestBroken,
    RouteNotFound,
    Unavailable,
    failure_response,
    json_response,
)
from promptreel.api.metrics import Metrics
from promptreel.errors import PromptreelError
from promptreel.runtime import Runtime, open_runtime, sweep
from promptreel.settings import Settings
from promptreel.web import door, live, postman, routes

log = structlog.get_logger()

REQUEST_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
MAX_UNFINISHED_HEAD = 128 * 1024
LINGER_SECONDS = 2.0
HEAD_SECONDS = 20.0
"""What a caller is given for the head of a request: who never finishes one holds a connection for nothing."""


def create_app(settings: Settings, *, runtime: Runtime | None = None) -> FastAPI:
    """The application over `runtime`, or over one that it opens when it starts and closes when it stops."""
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if runtime is not None:
            app.state.runtime = runtime
            yield
            return
        async with open_runtime(settings) as opened:
            app.state.runtime = opened
            background = [asyncio.create_task(sweep(opened)), asyncio.create_task(postman.keep(opened))]
            if settings.showcase:
                background.append(asyncio.create_task(showcase.keep(opened)))
            try:
                yield
            finally:
                for task in background:
                    task.cancel()
                # A letter that is on its way is let out first.
                await asyncio.wait(background)

    async def show_metrics(request: Request) -> Response:
        if not settings.metrics:
            raise HTTPException(404)
        return await metrics.render(request.app.state.runtime)

    app = FastAPI(
        title="promptreel",
        version=__version__,
        # The documents are written by hand, one for each dialect: see `api.documents`.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        routes=[
            *prompttovideo.ROUTES,
            *popvid.ROUTES,
            *files.ROUTES,
            *documents.ROUTES,
            *routes.ROUTES,
            Route("/healthz", healthz),
            Route("/metrics", show_metrics),
        ],
        exception_handlers={HTTPException: on_http_exception},
    )
    app.state.streams = live.Streams()
    app.add_middleware(Envelope, metrics=metrics)
    return app


async def healthz(request: Request) -> Response:
    """Whether this process can work: 200 when the database answers, else 503."""
    runtime: Runtime = request.app.state.runtime
    try:
        async with asyncio.timeout(5), runtime.pool.connection() as connection:
            await connection.execute("SELECT 1")
    except (psycopg.OperationalError, TimeoutError):
        return failure_response(Unavailable(), request.scope["request_id"])
    return json_response({"status": "ok", "version": __version__})


async def on_http_exception(request: Request, error: Exception) -> Response:
    """What the router refuses, told as every other failure."""
    assert isinstance(error, HTTPException)
    failures: dict[int, PromptreelError] = {404: RouteNotFound(), 405: MethodNotAllowed()}
    failure = failures.get(error.status_code) or (InternalError() if error.status_code >= 500 else RequestBroken())
    if error.status_code in failures and wants_page(request):
        return await door.refusal_page(request, failure)
    return failure_response(
        failure, request.scope["request_id"], request.headers.get("accept", ""), dict(error.headers or {})
    )


def wants_page(request: Request) -> bool:
    """Whether a reader has come to where there is nothing, and not a program."""
    asks = "text/html" in request.headers.get("accept", "")
    return asks and not request.url.path.startswith(("/api/", "/v1/", "/files/", "/static/", "/openapi/"))


# -- around every answer -----------------------------------------------------------------------------------------------


class Envelope:
    """The headers of every answer, the request's name, the count of requests, and an answer to what nobody expected."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = scope["request_id"] = request_name(scope)
        status = 0

        async def send_enveloped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *missing_headers(scope["path"], message, request_id)]
            await send(message)

        try:
            await self.app(scope, receive, send_enveloped)
        except Exception:
            # The pattern of the path where there is one: some paths hold a secret.
            path = scope.get("promptreel.route") or scope["path"]
            log.exception("request_failed", request_id=request_id, method=scope["method"], path=path)
            if status:
                # The answer has begun: only breaking it off tells the caller that it is not whole.
                raise
            request = Request(scope)
            answer = (
                door.accident_page(request)
                if wants_page(request)
                else failure_response(InternalError(), request_id, request.headers.get("accept", ""))
            )
            await answer(scope, receive, send_enveloped)
        finally:
            route = scope.get("promptreel.route") or "other"
            self.metrics.count_request(route, scope["method"], status, time.perf_counter() - started)


def request_name(scope: Scope) -> str:
    """The caller's X-Request-Id where it is a sane one, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return str(value.decode())
    return secrets.token_hex(16)


def missing_headers(path: str, message: Message, request_id: str) -> list[tuple[bytes, bytes]]:
    """The headers of every answer that this one has not set itself."""
    present = {name for name, _ in message["headers"]}
    wanted = [(b"x-request-id", request_id.encode())]
    if b"x-content-type-options" not in present:
        wanted.append((b"x-content-type-options", b"nosniff"))
    if b"cache-control" not in present:
        wanted.append((b"cache-control", b"no-store"))
    if b"vary" not in present and path.startswith(("/api/", "/v1/")):
        wanted.append((b"vary", b"Authorization"))
    return wanted


# -- the server --------------------------------------------------------------------------------------------------------


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a limit to the head of a request, which it has none of, and with JSON for what is no HTTP."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unfinished = 0
        self.in_head = True
        self.began_here = False
        self.refused = False
        self.head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A caller has come, and is expected to say what for."""
        super().connection_made(transport)
        self.expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller has gone."""
        self.forget_head()
        super().connection_lost(exc)

    def expect_head(self) -> None:
        """Hang up unless the head of a request is whole in time."""
        self.forget_head()
        self.head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def forget_head(self) -> None:
        """The head is whole, or nobody waits for one."""
        if self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless the head of the request goes on and on."""
        if self.refused:
            return
        self.began_here = False
        super().data_received(data)
        # Where the head began in this piece, most of the piece may be the body of the request before it.
        if self.in_head and not self.refused and not self.began_here:
            self.unfinished += len(data)
            if self.unfinished > MAX_UNFINISHED_HEAD:
                self.refuse(HeadersTooLarge())

    def on_message_begin(self) -> None:
        """The head of a request begins."""
        self.in_head, self.unfinished = True, 0
        self.expect_head()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One field of the head. Those that trail a body are dropped: no check has seen them."""
        if self.in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head of a request is whole."""
        self.in_head = False
        self.forget_head()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next byte begins another head."""
        super().on_message_complete()
        self.in_head, self.began_here, self.unfinished = True, True, 0

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self.refuse(RequestBroken())

    def refuse(self, error: PromptreelError) -> None:
        """Answer and hang up, but not at once: a caller who is still sending would lose the answer."""
        self.refused = True
        if self.in_head and self.cycle is not None and not self.cycle.response_complete:
            # A whole request is still being answered: to its caller this would be the answer. Hang up after that one.
            self.cycle.keep_alive = False
            return
        request_id = secrets.token_hex(16)
        answer = failure_response(error, request_id, headers={"Connection": "close", "Vary": "Authorization"})
        message = {"headers": answer.raw_headers}
        head = [f"HTTP/1.1 {answer.status_code} Refused".encode()]
        # The path is not known: it has the headers of every answer.
        head += [
            name + b": " + value for name, value in (*answer.raw_headers, *missing_headers("", message, request_id))
        ]
        self.transport.write(b"\r\n".join([*head, b"", bytes(answer.body)]))
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


class BehindProxy:
    """uvicorn's reading of `X-Forwarded-*`, from the proxy in front of us alone.

    A proxy appends whom it sees, and what stands before that is whatever the caller wrote: only the last address counts.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.read: Any = ProxyHeadersMiddleware(app, trusted_hosts="*")  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on as if only the last address was there."""
        if scope["type"] == "http":
            named = b"x-forwarded-for"
            others = [field for field in scope["headers"] if field[0] != named]
            chain = b",".join(value for name, value in scope["headers"] if name == named)
            last = chain.rpartition(b",")[2].strip()
            scope = {**scope, "headers": [*others, (named, last)] if last else others}
        await self.read(scope, receive, send)


class Server(uvicorn.Server):
    """uvicorn's server, which lets live pages go before it waits for what is still being answered."""

    def __init__(self, app: FastAPI, settings: Settings, **options: Any) -> None:
        super().__init__(server_config(app, settings, **options))
        self._streams: live.Streams = app.state.streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End in order."""
        self._streams.close()
        await super().shutdown(sockets)


def server_config(app: ASGIApp, settings: Settings, **options: Any) -> uvicorn.Config:
    """How uvicorn serves the application: our protocol, no word about what software this is, quiet."""
    return uvicorn.Config(
        BehindProxy(app) if settings.trust_proxy else app,
        host=settings.host,
        port=settings.port,
        **{
            "http": HttpProtocol,
            "ws": "none",
            "server_header": False,
            "access_log": False,
            "log_config": None,
            "proxy_headers": False,
            "timeout_keep_alive": 75,
            "timeout_graceful_shutdown": 10,
            **options,
        },
    )
