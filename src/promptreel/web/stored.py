"""Stored files under addresses of our own, for films that whoever comes may watch."""

from starlette.responses import Response

from promptreel.api import files
from promptreel.storage import Link
from promptreel.web.door import Visit


async def serve(visit: Visit, key: str, cache: str, download_name: str | None = None) -> Response:
    """The file under a key, whole or in part, kept by caches as `cache` says (a Cache-Control). Errors: `NotFound`."""
    stored = await visit.runtime.storage.head(key)
    response = files.respond(visit.request, visit.runtime, Link(key, download_name), stored)
    response.headers["Cache-Control"] = cache
    return response
