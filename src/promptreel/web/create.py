"""/create: words, perhaps a picture, a quality, and the film as it comes to be."""

import asyncio
import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from promptreel import credits, limits, videos
from promptreel.api.bodies import GivenPicture, Wanted
from promptreel.api.creating import Order, PriceRaised, accept, accepted_before, get_ready
from promptreel.errors import (
    AddressUnverified,
    IdempotencyRunning,
    InsufficientCredits,
    InvalidInput,
    NoCapacity,
    PromptreelError,
    PromptRefused,
    QuotaExceeded,
    VideoNotFound,
)
from promptreel.media.picture_decoder import MAX_BYTES
from promptreel.plans import QUALITIES, Quality
from promptreel.spec import ASPECT_RATIOS
from promptreel.web import offers, ordering, signing_in, strip
from promptreel.web.door import MOST_FORM_BYTES, Visit, page
from promptreel.web.forms import Form
from promptreel.web.i18n import text

DIALECT = "dashboard"
ROUTE = "/create"
MOST_BYTES = 2 * MAX_BYTES + MOST_FORM_BYTES
LONGEST_ADDRESS = 7000
"""Characters of the form in an address: what stands before this server may take no longer ones."""

PATIENCE = 40
"""Quarters of a second to wait for the same form, sent a moment before."""

EXAMPLES = {
    text("Storm at sea"): "A lighthouse in a storm at night, waves crashing against the rocks",
    text("Fox in the snow"): "A red fox runs through a snowy forest at sunrise",
    text("Under sail"): "A sailing ship on the open sea at golden hour",
    text("Fireworks"): "Fireworks over a harbour at night",
    text("Northern lights"): "A campfire under the northern lights",
    text("Lift-off"): "A rocket lifts off at night, smoke billowing across the pad",
}
"""What the built-in engine shows well, in English because it is; their names are translated."""


@dataclass(frozen=True, slots=True)
class Card:
    """A quality as the chosen engine offers it: `seconds` of video, done in `wait` seconds, for `price` credits."""

    quality: Quality
    price: int
    seconds: float
    wait: float


# -- showing -----------------------------------------------------------------------------------------------------------


async def show(visit: Visit) -> Response:
    """GET /create, filled in as its address says: `prompt`, `seed`…, `from` or `made` a video, `picture_of` one."""
    form = Form("create", {name: visit.query[name] for name in ordering.PREFILLED if name in visit.query})
    for name, with_seed in (("from", True), ("made", False)):
        if name in visit.query:
            fill_from(form, await visit.runtime.video(visit.account.id, strip.read_id(visit.query[name])), with_seed)
    if form["picture_of"]:
        await visit.runtime.video(visit.account.id, strip.read_id(form["picture_of"]))
        # Its prompt is not taken over: the picture shows all of that already, and would get it twice.
        form.values["at"] = form["at"] or "0"
        form.values["quality"] = form["quality"] or offers.ANIMATE
    return await draw(visit, form)


def fill_from(form: Form, video: videos.Video, with_seed: bool) -> None:
    """Put a video's settings into the form, as far as they are not those of its quality; what the address says stands."""
    spec, quality = video.spec, QUALITIES.get(video.quality)
    found: dict[str, Any] = {"prompt": spec.prompt, "negative_prompt": spec.negative_prompt, "engine": spec.engine}
    if quality is not None:
        found["quality"] = quality.alias
        found["duration"] = f"{spec.duration:g}" if spec.duration != quality.duration else ""
        found["fps"] = spec.fps if spec.fps != quality.fps else ""
    if with_seed:
        found["seed"] = spec.seed
    if not spec.has_image:
        shape = min(ASPECT_RATIOS, key=lambda name: abs(spec.width / spec.height - ratio(name)))
        found["aspect_ratio"] = shape if shape != "16:9" else ""
    for name, value in found.items():
        form.values[name] = form.values[name] or str(value)


def ratio(name: str) -> float:
    """Width over height."""
    across, down = ASPECT_RATIOS[name]
    return across / down


async def draw(visit: Visit, form: Form, status: int = 200) -> Response:
    """The page with this form."""
    for name in ("image_draft", "last_image_draft", "picture_of"):
        # They become part of the address of a picture on the page: never one of another place.
        if not re.fullmatch("[0-9a-f-]{0,36}", form[name]):
            form.values[name] = ""
    form.values["key"] = form["key"] or secrets.token_urlsafe(18)
    settings = visit.runtime.settings
    engine = form.values["engine"] = form["engine"] if form["engine"] in settings.engine_names else settings.engine
    prices = offers.prices(settings)
    offered = [QUALITIES[alias] for alias in prices[engine]]
    if form["quality"] not in prices[engine]:
        form.values["quality"] = offered[0].alias if offered else ""
    now = visit.runtime.clock()
    async with visit.runtime.transaction() as connection:
        wallet = await credits.balance(connection, visit.account.id)
        quota = await limits.read_quota(connection, visit.account, now)
        cards = []
        for quality in offered:
            seconds = ordering.length_of(quality, form)
            wait = await videos.foresee(connection, settings, visit.account, quality.alias, engine, seconds)
            cards.append(Card(quality, prices[engine][quality.alias], seconds, wait))
    return await visit.render(
        "create.html",
        status,
        sheets=("create.css",),
        form=form,
        cards=cards,
        animate=offers.ANIMATE,
        takes=settings.engine_config(engine).takes,
        wallet=wallet,
        quota=quota,
        examples=[(visit.text(name), prompt) for name, prompt in EXAMPLES.items()],
        longest=ordering.LONGEST_PROMPT,
        ratios=[(name, name) for name in ASPECT_RATIOS],
        engine=engine,
        engines=[(name, offers.title(settings, name)) for name in settings.engine_names],
        prices=prices,
        sounds=offers.sounds(settings, engine),
        most_mebibytes=MAX_BYTES >> 20,
        advanced=any(form[name] or form.errors[name] for name in ADVANCED),
    )


ADVANCED = (
    "duration",
    "aspect_ratio",
    "seed",
    "fps",
    "negative_prompt",
    "last_image_url",
    "last_image_draft",
    "last_image",
)


# -- asking ------------------------------------------------------------------------------------------------------------


async def save(visit: Visit) -> Response:
    """POST /create: the video is accepted and the page shows it come to be, or the form is shown again with its faults."""
    data = await visit.form(MOST_BYTES, files=2)
    form = Form("create", data)
    form.values["prompt"] = form.values["prompt"].replace("\r\n", "\n")
    for place in ("image", "last_image"):
        if form["remove"] == place:
            form.values |= {f"{place}_url": "", f"{place}_draft": ""} | ({"picture_of": ""} if place == "image" else {})
    pictures = await ordering.read_pictures(visit, form, data)
    # Buttons that change the form ask for nothing: the picture of an address is shown, and another engine without JavaScript.
    changed = bool(form["remove"] or form["show"])
    wanted = ordering.read_wanted(visit, form, pictures) if not changed else None
    if changed:
        told = form.errors[form["show"]]
        form.errors.clear()
        form.wrong(form["show"], told)
    number = await order(visit, form, wanted, pictures) if wanted is not None else None
    await ordering.keep_files(visit, form, data, pictures)
    if number is None:
        return await draw(visit, form, 200 if changed else 422)
    return await visit.redirect(f"{ROUTE}?{urlencode(after(form, number))}#stage-place")


async def come_back(visit: Visit) -> Response:
    """POST /create of who was signed out meanwhile: to sign in, and then to the form with what was typed."""
    form = Form("create", await visit.beginning_of_form(files=2))
    form.values["prompt"] = form.values["prompt"].replace("\r\n", "\n")
    typed = {name: form[name] for name in ordering.PREFILLED if form[name]}
    while len(urlencode(typed)) > LONGEST_ADDRESS and typed.get("prompt"):
        typed["prompt"] = typed["prompt"][:-100]
    asked = Form("signin", {"next": f"{ROUTE}?{urlencode(typed)}" if typed else ROUTE})
    asked.wrong("", visit.text("You were signed out meanwhile. Sign in, and what you wrote is there again."))
    return await signing_in.show_form(visit, "signin.html", asked, 401)


def after(form: Form, number: int) -> dict[str, str]:
    """The address of the page that goes on from a video: with its settings, its pictures, and a seed only if one was given."""
    kept = ("seed", "image_draft", "last_image_draft", *(("picture_of", "at") if form["picture_of"] else ()))
    return {"made": str(number)} | {name: form[name] for name in kept if form[name]}


async def order(visit: Visit, form: Form, wanted: Wanted, pictures: dict[str, GivenPicture]) -> int | None:
    """The number of the video that was accepted for this form, be it the first or the second time that it comes; None with
    the reason told in the form. `pictures` are made safe as soon as nothing else is in the way.
    """
    # The same form with other words is another order: a browser's way back shows the old key.
    key = f"{form['key'][:64]}:{wanted.fingerprint().hex()[:32]}"
    wish = Order(visit.account, wanted, DIALECT, ROUTE, key, ordering.price_told(visit.runtime.settings, form, wanted))
    try:
        answer = await accepted_before(visit.runtime, wish)
        if answer is None:
            quota = await visit.runtime.quota(visit.account)
            if quota.remaining == 0:
                raise QuotaExceeded(quota=quota)
            wish = await get_ready(visit.runtime, wish)
            pictures.update(wish.wanted.pictures)
            await visit.runtime.count_call(visit.account)
            answer = await accept_patiently(visit, wish)
    except PromptreelError as error:
        tell(visit, form, error)
        return None
    return int(answer["video_id"])


async def accept_patiently(visit: Visit, wish: Order) -> dict[str, Any]:
    """Accept the order; while the same one is just being accepted (a double click), wait for what becomes of that."""
    for _ in range(PATIENCE):
        try:
            answer, _ = await accept(visit.runtime, wish, lambda accepted: {"video_id": accepted.video.id})
        except IdempotencyRunning:
            await asyncio.sleep(0.25)
        else:
            return answer
    raise IdempotencyRunning


def tell(visit: Visit, form: Form, error: PromptreelError) -> None:
    """Tell why there will be no video, where it can be mended. Errors: what nobody could mend here."""
    told = visit.error_text(error)
    if isinstance(error, InvalidInput):
        form.wrong(error.param or "", told)
    elif isinstance(error, PromptRefused):
        form.wrong("prompt", told)
    elif isinstance(error, InsufficientCredits):
        form.wrong("credits", visit.text("You have too few credits for this"))
    elif isinstance(error, QuotaExceeded):
        form.wrong("quota", visit.text("You have used all calls of today"))
    elif isinstance(error, PriceRaised):
        price = error.data["price"]
        form.values["agreed"] = f"{form['engine'] or visit.runtime.settings.engine} {form['quality']} {price}"
        form.wrong(
            "price", visit.texts("This takes %(count)s credit by now.", "This takes %(count)s credits by now.", price)
        )
    elif isinstance(error, NoCapacity | IdempotencyRunning | AddressUnverified):
        form.wrong("", told)
    else:
        raise error


# -- pictures ----------------------------------------------------------------------------------------------------------


async def show_draft(visit: Visit) -> Response:
    """GET /create/pictures/{draft}: a picture of the reader's that is kept for the form."""
    picture = await ordering.find_draft(visit, visit.path["draft"])
    if picture is None:
        raise VideoNotFound
    return picture_response(picture)


async def show_frame(visit: Visit) -> Response:
    """GET /videos/{video_id}/frame.jpg?at=1.5: a frame of a finished video, for its owner."""
    return picture_response(await ordering.frame_of(visit, visit.path["video_id"], visit.query.get("at", "0")))


def picture_response(data: bytes) -> Response:
    """A picture of our own encoding, for its owner only."""
    kind = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(data, media_type=kind, headers=headers)


ROUTES = [
    page(ROUTE, GET=show, POST=save, signed_out=come_back),
    page("/create/pictures/{draft}", GET=show_draft),
    page("/videos/{video_id}/frame.jpg", GET=show_frame),
]
