"""GET /static/{hash}/{name}: scripts, styles and pictures of the pages, under names that change with what is in them."""

import mimetypes

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from promptreel.web.render import STATIC, static_file

FOREVER = "public, max-age=31536000, immutable"


async def serve_static(request: Request) -> Response:
    """One file. Under an old name it is the new one, but not for long."""
    name = request.path_params["name"]
    if name not in {entry.name for entry in STATIC.iterdir()}:
        raise HTTPException(404)
    data, tag = static_file(name)
    headers = {"ETag": f'"{tag}"', "Cache-Control": FOREVER if request.path_params["tag"] == tag else "no-cache"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0]
    return Response(data, media_type=kind, headers=headers)


ROUTES = [Route("/static/{tag}/{name}", serve_static)]
