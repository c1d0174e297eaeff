"""GET /: the front page, with films that this very installation has rendered."""

from starlette.responses import RedirectResponse, Response

from promptreel import showcase, showcase_choices
from promptreel.errors import NotFound, VideoNotFound
from promptreel.plans import QUALITIES
from promptreel.web import offers, stored
from promptreel.web.door import Visit, page

KINDS = {"film.mp4": "video_key", "poster.jpg": "thumbnail_key"}
"""The files of a film by the last part of their address."""


async def show(visit: Visit) -> Response:
    """GET /: who is signed in has come to make something."""
    if visit.session is not None:
        return visit.finish(RedirectResponse("/create", 303))
    async with visit.runtime.pool.connection() as connection:
        stages = await showcase.stages(connection)
    settings = visit.runtime.settings
    films = [stage.shown for stage in stages if stage.shown is not None]
    waiting = len(films) < len(stages) and showcase.to_come(settings, stages)
    return await visit.render(
        "home.html",
        sheets=("home.css",),
        films=[] if waiting else films,
        # Nothing rather than three empty places, while nobody has come to live here.
        stages=stages if waiting and any(stage.running or stage.shown for stage in stages) else [],
        qualities=[(QUALITIES[alias], price) for alias, price in offers.of_engine(settings, settings.engine).items()],
        sounds=offers.sounds(settings, settings.engine),
        base=visit.base_url,
    )


async def show_file(visit: Visit) -> Response:
    """GET /films/{id}/{name}: a film or its poster, for everybody, under an address that caches may keep for a day."""
    number, name = visit.path["id"], visit.path["name"]
    if not (number.isascii() and number.isdigit() and len(number) < 19 and name in KINDS):
        raise VideoNotFound
    async with visit.runtime.pool.connection() as connection:
        film = await showcase.find_finished(connection, int(number))
        film = film or await showcase_choices.find_shown(connection, int(number))
    key = getattr(film, KINDS[name]) if film is not None else None
    if key is None:
        raise NotFound
    return await stored.serve(visit, key, "public, max-age=86400")


ROUTES = [
    page("/", access="anyone", GET=show),
    page("/films/{id}/{name}", access="anyone", GET=show_file),
]
