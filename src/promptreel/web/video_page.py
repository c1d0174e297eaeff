"""/videos/{id}: one video: the film, what became of its words, all that is known of it, and what can be done with it."""

from starlette.responses import Response

from promptreel import archive, library, previews, queue, shares, underway, videos
from promptreel.errors import VideoNotFound
from promptreel.spec import Status
from promptreel.videos import Video
from promptreel.web import offers, prompt_words
from promptreel.web.door import Visit, page
from promptreel.web.gallery import resolution, shortened

LONG_PROMPT = 160
"""Characters from which a prompt is set as text and not as a headline."""


async def find(visit: Visit) -> Video:
    """The reader's video of the path's number. Errors: `VideoNotFound`, also for somebody else's."""
    number = visit.path["id"]
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise VideoNotFound
    return await visit.runtime.video(visit.account.id, int(number))


async def show(visit: Visit) -> Response:
    """GET /videos/{id}"""
    video = await find(visit)
    settings = visit.runtime.settings
    position, seconds_left = 0, underway.seconds_left(video, visit.runtime.clock())
    preview = None
    async with visit.runtime.transaction() as connection:
        newer, older = await library.neighbours(connection, video)
        share = await shares.of_video(connection, video.account_id, video.id)
        if video.status == Status.PENDING:
            position, seconds_left = await queue.place_of(
                connection,
                video.pool,
                video.tag,
                video.job_id,
                video.estimated_seconds,
                videos.alive_window(settings),
            )
        elif video.status == Status.PROCESSING:
            preview = await previews.find(connection, video.account_id, video.id)
    pieces = prompt_words.pieces(video.prompt, video.report)
    share_url = f"{visit.base_url}/v/{share.slug}" if share else ""
    return await visit.render(
        "video.html",
        sheets=("films.css",),
        video=video,
        newer=newer,
        older=older,
        share=share,
        share_url=share_url,
        embed=embed_code(video, share_url),
        position=position,
        seconds_left=seconds_left,
        preview_at=preview[1] if preview else None,
        pieces=pieces,
        fates=prompt_words.by_fate(pieces),
        title=shortened(video.prompt, 60),
        long=len(video.prompt) > LONG_PROMPT,
        resolution=resolution(video),
        engine=offers.title(settings, video.spec.engine),
        film=visit.file_url(video.video_key),
        poster=visit.file_url(video.thumbnail_key),
        download=visit.file_url(video.video_key, archive.file_names([(video.id, video.prompt)])[0]),
        render_seconds=(video.completed_at - video.started_at).total_seconds()
        if video.completed_at and video.started_at
        else None,
    )


def embed_code(video: Video, share_url: str) -> str:
    """HTML that shows a shared video in somebody's page, at a width that suits its shape."""
    width, height = video.spec.width, video.spec.height
    scale = 640 / max(width, height)
    return (
        f'<iframe src="{share_url}/embed" width="{round(width * scale)}" height="{round(height * scale)}" '
        'style="border:0" allow="fullscreen" loading="lazy"></iframe>'
    )


ROUTES = [page("/videos/{id}", GET=show)]
