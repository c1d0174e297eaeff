"""GET and HEAD /files/{key}: finished files, for whoever has a link that has not expired."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from promptreel.api.dialect import Call, LinkRefused, failure_response
from promptreel.errors import NotFound, PromptreelError
from promptreel.ranges import serve_range
from promptreel.runtime import Runtime
from promptreel.storage import FILES, Link, Stored

# A file is data: even one that a browser took for a page could do nothing.
FILE_HEADERS = {
    "Cache-Control": "private, max-age=3600, immutable",
    "Content-Security-Policy": "default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
}


def file_url(call: Call, key: str | None) -> str:
    """A link to a file, minted anew for every answer."""
    if key is None:
        return ""
    runtime = call.runtime
    return runtime.storage.link(key, ttl=runtime.settings.link_ttl, now=runtime.clock(), base_url=call.base_url)


async def serve_file(request: Request) -> Response:
    """One file, whole or a range of it."""
    runtime: Runtime = request.app.state.runtime
    try:
        link = runtime.storage.verify(request.path_params["key"], request.query_params, runtime.clock())
        if link is None:
            raise LinkRefused
        stored = await runtime.storage.head(link.key)
        if runtime.settings.redirect_files and request.method == "GET":
            elsewhere = await runtime.storage.direct_link(link.key, runtime.settings.link_ttl)
            if elsewhere is not None:
                return RedirectResponse(elsewhere, 307, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        return respond(request, runtime, link, stored)
    except PromptreelError as error:
        failure = NotFound() if isinstance(error, NotFound) else error
        return failure_response(failure, request.scope["request_id"], request.headers.get("accept", ""))


def respond(request: Request, runtime: Runtime, link: Link, stored: Stored) -> Response:
    """The answer that the request's conditions and range lead to."""
    served = serve_range(request.method, request.headers, stored, link.download_name)
    headers = {**FILE_HEADERS, **served.headers}
    if served.start == served.stop:
        return Bodiless(status_code=served.status, headers=headers)
    return StreamingResponse(runtime.storage.stream(link.key, served.start, served.stop), served.status, headers)


class Bodiless(Response):
    """An answer without a body whose Content-Length may be that of the body it leaves out."""

    def init_headers(self, headers: "dict[str, str] | None" = None) -> None:  # type: ignore[override]
        """Exactly the headers given: Starlette would count the bytes of no body."""
        self.raw_headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]


ROUTES = [Route(f"{FILES}{{key:path}}", serve_file)]
