"""/videos: everything that an account has made, to look through, to delete and to take away."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.responses import Response, StreamingResponse

from promptreel import archive, library, shares, videos
from promptreel.errors import VideoNotFound
from promptreel.library import Place, Wish
from promptreel.plans import QUALITIES
from promptreel.ranges import disposition
from promptreel.spec import Status
from promptreel.videos import Video
from promptreel.web.door import Visit, page, safe_next

PAGE_SIZE = 20
"""Whole rows of two, four and five, and a page below 60 kB whatever the prompts are."""
MOST_CHOSEN = 100
LONGEST_SEARCH = 300


async def show(visit: Visit) -> Response:
    """GET /videos?state=&quality=&q=&before=&after="""
    query = visit.query
    wish = Wish(
        state=query.get("state", "") if query.get("state") in library.STATES else "",
        quality=query.get("quality", "") if query.get("quality") in QUALITIES else "",
        words=query.get("q", "")[:LONGEST_SEARCH].strip(),
    )
    before, after = (Place.parse(query.get(name, "")) for name in ("before", "after"))
    account = visit.account.id
    async with visit.runtime.transaction() as connection:
        shelf = await library.shelf(connection, account, wish, PAGE_SIZE, before=before, after=after)
        counts = await library.counts(connection, account)
        shared = await shares.of_videos(connection, account, [video.id for video in shelf.videos])
    making = [video.id for video in shelf.videos if not video.status.ended]
    jobs = (await visit.runtime.underway_of(account)).jobs if making else []
    return await visit.render(
        "gallery.html",
        sheets=("films.css",),
        wish=wish,
        shelf=shelf,
        counts=counts,
        shared=shared,
        making=making,
        previews={job.video.id: job.preview_at for job in jobs},
        states={
            "": visit.text("All"),
            "ready": visit.text("Ready"),
            "making": visit.text("In the making"),
            "failed": visit.text("Failed"),
            "cancelled": visit.text("Cancelled"),
        },
        qualities=QUALITIES.values(),
        url=visit.file_url,
        resolution=resolution,
        # Two lines of a card: the whole of a long one is on the video's own page.
        shortened=lambda text: shortened(text, 90),
        address=lambda **changes: address(wish, **changes),
    )


def address(wish: Wish, **changes: Any) -> str:
    """The gallery's address for a wish, with some of it changed."""
    parts = {"state": wish.state, "quality": wish.quality, "q": wish.words, **changes}
    query = urlencode({name: str(value) for name, value in parts.items() if value})
    return f"/videos?{query}" if query else "/videos"


def resolution(video: Video) -> str:
    """What a reader calls the quality of a video: "1080p"."""
    quality = QUALITIES.get(video.quality)
    return quality.resolution if quality is not None else video.quality


def shortened(text: str, most: int) -> str:
    """The beginning of a text in one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut).rstrip(" ,.;:") + "…"


# -- several at once ---------------------------------------------------------------------------------------------------


async def chosen(visit: Visit, form: FormData) -> list[Video]:
    """Those of the videos named in a form that are the account's. Errors: `VideoNotFound` where that is none."""
    ids = [int(text) for text in map(str, form.getlist("id")) if text.isascii() and text.isdigit() and len(text) < 19]
    async with visit.runtime.pool.connection() as connection:
        found = await library.find_own(connection, visit.account.id, ids[:MOST_CHOSEN])
    if not found:
        raise VideoNotFound
    return found


async def nothing_chosen(visit: Visit, form: FormData) -> Response | None:
    """Back to the gallery, for a form in which nothing was chosen."""
    if form.getlist("id"):
        return None
    return await visit.redirect("/videos", visit.text("Choose videos first: tick the boxes on their pictures."), "bad")


async def delete(visit: Visit) -> Response:
    """POST /videos/delete: asks first, unless the page has asked already. Unfinished videos are cancelled, and go, too."""
    form = await visit.form()
    if (answer := await nothing_chosen(visit, form)) is not None:
        return answer
    found = await chosen(visit, form)
    if form.get("confirmed") != "1":
        return await visit.render(
            "gallery_delete.html",
            sheets=("films.css",),
            videos=found,
            back=safe_next(str(form.get("next", "")), "/videos"),
            url=visit.file_url,
            resolution=resolution,
        )
    runtime, account = visit.runtime, visit.account.id
    deleted = []
    async with runtime.transaction() as connection:
        # In one order, so that two who delete the same never wait for each other.
        for video in sorted(found, key=lambda video: video.id):
            if not video.status.ended:
                await videos.cancel(connection, runtime.queue, account, video.id)
            deleted.append(await videos.delete(connection, account, video.id))
    for video in deleted:
        await runtime.storage.delete_prefix(videos.files_prefix(video))
    count = len(deleted)
    return await visit.redirect(
        safe_next(str(form.get("next", "")), "/videos"),
        visit.text("The video is deleted.") if count == 1 else visit.text("%(count)s videos are deleted.", count=count),
    )


async def download(visit: Visit) -> Response:
    """POST /videos/download: one as it is, several as a zip that is made while it is sent."""
    form = await visit.form()
    if (answer := await nothing_chosen(visit, form)) is not None:
        return answer
    found = [video for video in await chosen(visit, form) if video.status == Status.COMPLETED and video.video_key]
    if not found:
        return await visit.redirect("/videos", visit.text("None of these is finished."), "bad")
    names = archive.file_names([(video.id, video.prompt) for video in found])
    if len(found) == 1:
        link = visit.file_url(found[0].video_key, names[0])
        return await visit.redirect(link)
    entries = [
        archive.Entry(name, str(video.video_key), video.completed_at or video.created_at)
        for name, video in zip(names, found, strict=True)
    ]
    return zip_response(visit, entries, visit.runtime.clock())


def zip_response(visit: Visit, entries: list[archive.Entry], now: datetime) -> Response:
    """A zip of stored files, on its way while it is made."""
    body: AsyncIterator[bytes] = archive.stream(visit.runtime.storage, entries)
    headers = {
        "Content-Disposition": disposition(f"promptreel-{now:%Y-%m-%d}.zip"),
        "Cache-Control": "no-store",
    }
    return visit.finish(StreamingResponse(body, media_type="application/zip", headers=headers))


ROUTES = [
    page("/videos", GET=show),
    page("/videos/delete", POST=delete),
    page("/videos/download", POST=download),
]
