"""Sharing: the owner makes a link and takes it back; whoever has it watches at /v/{slug}, signed in or not.

A shared page tells nothing of its owner, and its files lie under the slug: such links do not run out, as crawlers need it,
and end with the sharing, since nobody may keep what is there without asking again.
"""

from typing import Any

from starlette.responses import HTMLResponse, Response

from promptreel import archive, shares
from promptreel.errors import NotFound
from promptreel.shares import Share
from promptreel.videos import Video
from promptreel.web import render, stored
from promptreel.web.door import Visit, page
from promptreel.web.gallery import shortened
from promptreel.web.video_page import find

FILES = {"video.mp4": "video_key", "poster.jpg": "thumbnail_key"}
ASK_AGAIN = "no-cache"
"""Caches may keep a file but have to ask each time whether it is still shared."""

NOINDEX = {"X-Robots-Tag": "noindex, nofollow"}


# -- the owner ---------------------------------------------------------------------------------------------------------


async def share(visit: Visit) -> Response:
    """POST /videos/{id}/share: make a link, or change what it shows."""
    form = await visit.form()
    video = await find(visit)
    async with visit.runtime.transaction() as connection:
        await shares.share(
            connection,
            visit.account.id,
            video.id,
            show_prompt=form.get("show_prompt") == "1",
            indexable=form.get("indexable") == "1",
        )
    return await visit.redirect(f"/videos/{video.id}#share")


async def unshare(visit: Visit) -> Response:
    """POST /videos/{id}/unshare: take the link back."""
    video = await find(visit)
    async with visit.runtime.transaction() as connection:
        await shares.unshare(connection, visit.account.id, video.id)
    return await visit.redirect(f"/videos/{video.id}#share")


# -- whoever has the link ----------------------------------------------------------------------------------------------


async def shared(visit: Visit) -> tuple[Share, Video]:
    """What the path's slug leads to. Errors: `NotFound`, one and the same for every slug that leads nowhere."""
    async with visit.runtime.pool.connection() as connection:
        return await shares.find(connection, visit.path["slug"])


async def watch(visit: Visit) -> Response:
    """GET /v/{slug}"""
    found, video = await shared(visit)
    response = await visit.render("shared.html", sheets=("films.css",), **told(visit, found, video))
    return with_robots(response, found)


async def embed(visit: Visit) -> Response:
    """GET /v/{slug}/embed: the film and nothing else, for a frame in anybody's page."""
    found, video = await shared(visit)
    # A frame in somebody's page tells nobody who is signed in here.
    visit.session = None
    sheets = ("embed.css",)
    body = render.fragment(visit, "embed.html", **told(visit, found, video))
    headers = {
        **render.HEADERS,
        "Content-Security-Policy": render.policy(sheets, "*"),
        "Referrer-Policy": "no-referrer",
    }
    return with_robots(visit.finish(HTMLResponse(body, headers=headers)), found)


async def show_file(visit: Visit) -> Response:
    """GET /v/{slug}/{name}: the film or its poster; `?download` saves the film."""
    name = visit.path["name"]
    if name not in FILES:
        raise NotFound
    found, video = await shared(visit)
    key = getattr(video, FILES[name])
    if key is None:
        raise NotFound
    saved_as = None
    if name == "video.mp4" and "download" in visit.query:
        saved_as = archive.file_names([(1, video.prompt if found.show_prompt else "promptreel")])[0]
    return with_robots(await stored.serve(visit, key, ASK_AGAIN, saved_as), found)


def told(visit: Visit, found: Share, video: Video) -> dict[str, Any]:
    """All that a shared page knows of a video: nothing of its owner, and its prompt only if that is shown."""
    width, height = video.spec.width, video.spec.height
    return {
        "url": f"{visit.base_url}/v/{found.slug}",
        "title": shortened(video.prompt, 90) if found.show_prompt else visit.text("A video"),
        "prompt": video.prompt if found.show_prompt else "",
        "width": width,
        "height": height,
        "seconds": video.duration or video.spec.duration,
        "indexable": found.indexable,
    }


def with_robots(response: Response, found: Share) -> Response:
    """The response, kept out of search engines unless the owner wants it there."""
    if not found.indexable:
        response.headers.update(NOINDEX)
    return response


ROUTES = [
    page("/videos/{id}/share", POST=share),
    page("/videos/{id}/unshare", POST=unshare),
    page("/v/{slug}", access="anyone", GET=watch),
    page("/v/{slug}/embed", access="anyone", GET=embed),
    page("/v/{slug}/{name}", access="anyone", GET=show_file),
]
