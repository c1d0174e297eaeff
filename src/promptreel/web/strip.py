"""The queue strip: what of the reader's is under way, on every page, as a page of its own, and what may be done about it."""

import re

from starlette.responses import Response

from promptreel import previews, underway, videos
from promptreel.errors import VideoNotFound
from promptreel.underway import Underway
from promptreel.web import offers, render
from promptreel.web.door import Visit, page, safe_next

LARGEST_ID = 2**63 - 1


def draw(visit: Visit, found: Underway, view: str = "strip") -> str:
    """What is under way as HTML: as the `strip` of every page, or as the `stage` of the page that creates."""
    settings = visit.runtime.settings
    return render.fragment(visit, f"{view}.html", strip=found, prices=offers.prices(settings), engine=settings.engine)


def video_id(visit: Visit) -> int:
    """The video's number from the path. Errors: `VideoNotFound` for all that no number of ours looks like."""
    return read_id(visit.path["video_id"])


def read_id(text: str) -> int:
    """A video's number. Errors: `VideoNotFound`."""
    if not re.fullmatch("[1-9][0-9]{0,18}", text) or int(text) > LARGEST_ID:
        raise VideoNotFound
    return int(text)


async def show(visit: Visit) -> Response:
    """GET /queue: the strip as a page, which without JavaScript refreshes itself."""
    return await visit.render("queue.html")


async def cancel(visit: Visit) -> Response:
    """POST /videos/{video_id}/cancel. A live page needs no answer: it is told what becomes of the video."""
    number = video_id(visit)
    form = await visit.form()
    runtime = visit.runtime
    async with runtime.transaction() as connection:
        cancelled = await videos.cancel(connection, runtime.queue, visit.account.id, number)
    if visit.by_htmx:
        return visit.finish(Response(status_code=204))
    notice = visit.text("Cancelled. The credits came back.") if cancelled else visit.text("It had ended already.")
    return await visit.redirect(safe_next(str(form.get("next", "")), "/queue"), notice)


async def clear(visit: Visit) -> Response:
    """POST /queue/clear: what has ended need not be told of any more. A live page is told so by its stream."""
    form = await visit.form()
    async with visit.runtime.transaction() as connection:
        await underway.have_seen_ended(connection, visit.account.id, visit.runtime.clock())
    if visit.by_htmx:
        return visit.finish(Response(status_code=204))
    return await visit.redirect(safe_next(str(form.get("next", "")), "/queue"))


async def preview(visit: Visit) -> Response:
    """GET /videos/{video_id}/preview.jpg: the newest frame of what is being rendered, for its owner."""
    number = video_id(visit)
    async with visit.runtime.pool.connection() as connection:
        found = await previews.find(connection, visit.account.id, number)
    if found is None:
        raise VideoNotFound
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(found[0], media_type="image/jpeg", headers=headers)


ROUTES = [
    page("/queue", GET=show),
    page("/queue/clear", POST=clear),
    page("/videos/{video_id}/cancel", POST=cancel),
    page("/videos/{video_id}/preview.jpg", GET=preview),
]
