"""The form that asks for a video: what was typed and chosen, read by the very rules of the API, each fault beside its field."""

import asyncio
import hashlib
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID
from weakref import WeakValueDictionary

from starlette.datastructures import FormData, UploadFile

from promptreel import drafts, failures
from promptreel.api.bodies import (
    PICTURES,
    GivenPicture,
    Options,
    Wanted,
    read_options,
    read_prompt,
)
from promptreel.api.creating import fetched
from promptreel.engines import Picture
from promptreel.errors import InvalidInput, PromptreelError
from promptreel.failures import TooManyAttempts
from promptreel.fetch import check_url
from promptreel.media import decode_picture, encode_picture, frame_at, safe_picture_isolated
from promptreel.plans import QUALITIES, Quality
from promptreel.runtime import Runtime
from promptreel.settings import Settings
from promptreel.spec import Status
from promptreel.web import offers
from promptreel.web.door import Visit
from promptreel.web.forms import Form
from promptreel.web.strip import read_id

LONGEST_PROMPT = 2000
NUMBERS = ("duration", "seed", "fps")
TEXTS = ("aspect_ratio", "negative_prompt", "engine")
PREFILLED = ("prompt", "quality", *NUMBERS, *TEXTS, "picture_of", "at", "image_draft", "last_image_draft")
"""Fields that the address of the page may fill in."""

_frame_readers = asyncio.Semaphore(2)
_turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
"""By account: whoever asks for much decoding at once waits for it alone."""


def read_wanted(visit: Visit, form: Form, pictures: Mapping[str, GivenPicture]) -> Wanted | None:
    """What the form asks for; None, with every fault told beside its field, where it asks for nothing that can be had."""
    prompt = ""
    try:
        prompt = read_prompt({"prompt": form["prompt"]}, LONGEST_PROMPT)
    except InvalidInput as error:
        form.wrong("prompt", visit.error_text(error))
    quality = QUALITIES.get(form["quality"])
    if quality is None:
        form.wrong("quality", visit.text("Choose a quality"))
    elif quality.alias == offers.ANIMATE and "image" not in pictures:
        form.wrong("image", visit.text("Choose the picture that should move"))
    check_engine(visit, form, pictures)
    given = {name: value for name in (*NUMBERS, *TEXTS) if (value := field_value(form, name)) is not None}
    for name, value in given.items():
        try:
            read_options({name: value})
        except InvalidInput:
            # As the API's page describes it: the name of a field of the API would tell a reader of the form nothing.
            wish = Options.model_fields[name].description or ""
            form.wrong(name, visit.text(f"{wish[:1].upper()}{wish[1:]}."))
    if not form.ok or quality is None:
        return None
    return Wanted(prompt, quality, read_options(given), pictures)


def check_engine(visit: Visit, form: Form, pictures: Mapping[str, GivenPicture]) -> None:
    """Tell what the chosen engine cannot do. The rules are those of `creating.engine_for`, told by the engine's title."""
    settings = visit.runtime.settings
    name = form["engine"] or settings.engine
    if name not in settings.engine_names:
        form.wrong("engine", visit.text("This engine is not here any more. Choose another one."))
        return
    config, title = settings.engine_config(name), offers.title(settings, name)
    if form["quality"] in QUALITIES and not config.makes(form["quality"]):
        form.wrong("engine", visit.text("%(engine)s does not make this quality.", engine=title))
    for place in pictures:
        if place not in config.takes:
            form.wrong(place, visit.text("%(engine)s cannot use this picture: remove it.", engine=title))
    if "text" not in config.takes and "image" not in pictures:
        form.wrong("image", visit.text("%(engine)s starts from a picture: choose one.", engine=title))


def field_value(form: Form, name: str) -> str | int | float | None:
    """What a field says, a number where it has one; None for an empty one."""
    text = form[name]
    if name not in NUMBERS or not re.fullmatch(r"[0-9]{1,20}(\.[0-9]{1,9})?", text, re.ASCII):
        return text or None
    return float(text) if "." in text or name == "duration" else int(text)


def length_of(quality: Quality, form: Form) -> float:
    """Seconds of the video that the form asks for, as far as they make sense."""
    value = field_value(form, "duration")
    return value if isinstance(value, float) and 1 <= value <= 60 else quality.duration


def price_told(settings: Settings, form: Form, wanted: Wanted) -> int | None:
    """The most credits that the page has told for this; None: it told none."""
    engine, quality = wanted.options.engine or settings.engine, wanted.quality.alias
    told = [form[f"shown_{engine}_{quality}"]]
    *agreed, price = form["agreed"].split(" ")
    if agreed == [engine, quality]:
        told.append(price)
    return max((int(text) for text in told if re.fullmatch("[0-9]{1,9}", text, re.ASCII)), default=None)


# -- pictures ----------------------------------------------------------------------------------------------------------


async def read_pictures(visit: Visit, form: Form, data: FormData) -> dict[str, GivenPicture]:
    """The pictures that were sent, kept or named, by place, nothing decoded yet. Faults are told beside their fields."""
    pictures = {}
    for place in PICTURES:
        try:
            picture = await read_place(visit, form, data, place)
        except PromptreelError as error:
            form.wrong(place, visit.error_text(error))
            continue
        if picture is not None:
            pictures[place] = picture
    return pictures


async def read_place(visit: Visit, form: Form, data: FormData, place: str) -> GivenPicture | None:
    """The picture of one place: a new file, else a URL, else what was kept, else a frame of a video of the reader's.

    Errors: `PictureRefused`, `UrlRefused`, `VideoNotFound`, `MediaInvalid`.
    """
    settings = visit.runtime.settings
    file = data.get(f"{place}_file")
    if isinstance(file, UploadFile) and file.filename:
        return sent_picture(visit, await file.read())
    if url := form[f"{place}_url"]:
        if url.lower().startswith("data:"):
            return sent_picture(visit, await asyncio.to_thread(decode_picture, url))
        check_url(url, settings.fetch_allow_networks)
        return GivenPicture(url, url=url)
    if (kept := await find_draft(visit, form[f"{place}_draft"])) is not None:
        return GivenPicture(hashlib.sha256(kept).hexdigest(), data=kept)
    if place == "image" and form["picture_of"]:
        number, at = form["picture_of"], form["at"]
        await visit.runtime.video(visit.account.id, read_id(number))
        return GivenPicture(f"video {number} at {at}", make=lambda: frame_of(visit, number, at))
    return None


def sent_picture(visit: Visit, data: bytes) -> GivenPicture:
    """A picture whose bytes came with the form, to be made safe when it is wanted."""

    async def make() -> bytes:
        async with _turns.setdefault(visit.account.id, asyncio.Lock()):
            return await safe_picture_isolated(data)

    return GivenPicture(hashlib.sha256(data).hexdigest(), make=make)


async def find_draft(visit: Visit, name: str) -> bytes | None:
    """A picture of the reader's that was kept, while it is kept."""
    try:
        draft_id = UUID(name)
    except ValueError:
        return None
    async with visit.runtime.pool.connection() as connection:
        return await drafts.find(connection, visit.account.id, draft_id)


async def keep_files(visit: Visit, form: Form, data: FormData, pictures: Mapping[str, GivenPicture]) -> None:
    """Keep the pictures that came as files, which a form that is shown again cannot hold, and the one that is to be shown."""
    for place, picture in pictures.items():
        file = data.get(f"{place}_file")
        came = isinstance(file, UploadFile) and file.filename
        if not (came or form["show"] == place) or form.errors[place]:
            continue
        try:
            safe = picture.data or await make_for_form(visit, place, picture)
        except PromptreelError as error:
            form.wrong(place, visit.error_text(error))
            continue
        if not safe:
            form.wrong(place, visit.text("This picture was not kept: choose it again, please"))
            continue
        async with visit.runtime.transaction() as connection:
            draft = await drafts.keep(connection, visit.account.id, safe)
        form.values |= {f"{place}_draft": str(draft), f"{place}_url": ""}
        form.values["picture_of"] = "" if place == "image" else form.values["picture_of"]


async def make_for_form(visit: Visit, place: str, picture: GivenPicture) -> bytes:
    """A picture made safe only to be shown; empty for who lets us do that too often. Errors: `InvalidInput`."""
    try:
        async with visit.runtime.transaction() as connection:
            await failures.attempt(connection, visit.runtime.clock(), pictures=str(visit.account.id))
    except TooManyAttempts:
        return b""
    return await fetched(visit.runtime, place, picture)


async def frame_of(visit: Visit, number: str, at: str) -> bytes:
    """A frame of a finished video of the reader's, as a picture file. Errors: `VideoNotFound`, `MediaInvalid`."""
    video = await visit.runtime.video(visit.account.id, read_id(number))
    if video.status is not Status.COMPLETED or video.video_key is None:
        raise InvalidInput(visit.text("That video has no frames yet"), param="image")
    seconds = float(at) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,9})?", at, re.ASCII) else 0.0
    # Two at a time, in threads that bound themselves: decoding is the only thing here that takes a processor.
    turn = _turns.setdefault(video.account_id, asyncio.Lock())
    async with turn, _frame_readers:
        frame = await stored_frame(visit.runtime, video.video_key, seconds)
        return await asyncio.to_thread(encode_picture, frame)


async def stored_frame(runtime: Runtime, key: str, seconds: float) -> Picture:
    """A frame of a stored file. Errors: `NotFound`, `MediaInvalid`."""
    with tempfile.TemporaryDirectory(prefix="promptreel-") as folder:
        path = Path(folder) / "video.mp4"
        with path.open("wb") as file:
            async for piece in runtime.storage.stream(key):
                file.write(piece)
        return await asyncio.to_thread(frame_at, path, seconds)
