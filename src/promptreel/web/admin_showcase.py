"""/admin/showcase: which films the front page shows."""

import re
from typing import Any

from starlette.responses import Response

from promptreel import audit, showcase, showcase_choices
from promptreel.api.bodies import read_prompt
from promptreel.errors import InvalidInput, NotFound, PromptRefused
from promptreel.moderation import moderate
from promptreel.web.admin import draw
from promptreel.web.door import Visit, page
from promptreel.web.forms import Form
from promptreel.web.ordering import LONGEST_PROMPT

HERE = "/admin/showcase"
PLACES = {film.place: film for film in showcase.FILMS}


async def show(visit: Visit) -> Response:
    """GET /admin/showcase"""
    return await show_with(visit)


async def show_with(visit: Visit, wrong: Form | None = None) -> Response:
    """The places of the front page; `wrong`: the form that was sent and cannot be done."""
    async with visit.runtime.pool.connection() as connection:
        stages = await showcase.stages(connection)
        candidates = await showcase_choices.candidates(connection)
    forms = {stage.film.place: form_of(stage) for stage in stages}
    if wrong is not None:
        forms[wrong["place"]] = wrong
    return await draw(
        visit,
        "showcase",
        200 if wrong is None else 422,
        stages=stages,
        forms=forms,
        candidates=[(str(video.id), f"{video.id} · {video.prompt[:80]}") for video in candidates],
        built_in=PLACES,
        makes_films=visit.runtime.settings.showcase,
    )


def form_of(stage: showcase.Stage) -> Form:
    """The form of a place, filled with what is so now."""
    film = stage.film
    values: dict[str, Any] = {"place": film.place, "prompt": film.prompt, "seed": str(film.seed)}
    if stage.chosen is not None:
        values["video"] = str(stage.chosen.id)
    return Form(f"film-{film.place}", values)


async def change(visit: Visit) -> Response:
    """POST /admin/showcase: one place is rendered anew, or shows a video that is there."""
    given = await visit.form()
    place = str(given.get("place", ""))
    if place not in PLACES:
        raise NotFound
    form = Form(f"film-{place}", given)
    if form["do"] == "show":
        await show_video(visit, form)
        told = visit.text("The front page shows it from now on.")
    else:
        if form["do"] == "built-in":
            form.values |= {"prompt": PLACES[place].prompt, "seed": str(PLACES[place].seed)}
        await render(visit, form)
        told = visit.text("It is rendered as soon as nobody waits for a video; until then the old one is shown.")
    return await show_with(visit, form) if not form.ok else await visit.redirect(HERE, told)


async def render(visit: Visit, form: Form) -> None:
    """Have the place's film rendered from the form's prompt and seed; what is wrong with them is told in it."""
    film = PLACES[form["place"]]
    prompt = " ".join(form["prompt"].split())
    try:
        read_prompt({"prompt": prompt}, LONGEST_PROMPT)
        moderate(visit.runtime.settings, prompt)
    except (InvalidInput, PromptRefused) as error:
        form.wrong("prompt", visit.error_text(error))
    if not re.fullmatch("[0-9]{1,10}", form["seed"], re.ASCII) or int(form["seed"]) >= 2**32:
        form.wrong("seed", visit.text("This has to be a number."))
    if not form.ok:
        return
    seed = int(form["seed"])
    built_in = (prompt, seed) == (film.prompt, film.seed)
    async with visit.runtime.transaction() as connection:
        await showcase_choices.choose_film(
            connection, film.place, None if built_in else prompt, None if built_in else seed
        )
        await showcase.again(connection, film.place)
        await audit.record(connection, visit.account, "showcase.rendered", place=film.place, prompt=prompt, seed=seed)


async def show_video(visit: Visit, form: Form) -> None:
    """Have the place show the video that was chosen; what is wrong with it is told in the form."""
    number = int(form["video"]) if re.fullmatch("[1-9][0-9]{0,17}", form["video"], re.ASCII) else 0
    try:
        async with visit.runtime.transaction() as connection:
            await showcase_choices.choose_video(connection, form["place"], number)
            await audit.record(connection, visit.account, "showcase.chosen", video_id=number, place=form["place"])
    except NotFound:
        form.wrong("video", visit.text("Choose one of the list"))


ROUTES = [page(HERE, "operator", GET=show, POST=change)]
