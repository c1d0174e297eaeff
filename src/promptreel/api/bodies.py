"""Reading what a caller sends: the JSON body with every refusal of the contract, and the fields that all dialects share."""

import asyncio
import hashlib
import json
import math
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import Headers

from promptreel.api.dialect import BodyTooLarge, BodyTooSlow, Call, InvalidJson, MediaTypeRefused
from promptreel.errors import InvalidInput, PictureRefused, UrlRefused, UrlUnreachable
from promptreel.fetch import Network, check_url
from promptreel.media import decode_picture, safe_picture, safe_picture_isolated
from promptreel.plans import Quality
from promptreel.settings import Settings
from promptreel.spec import ASPECT_RATIOS, VISIBLE, VideoSpec, frame_size

MAX_BODY = 64 * 1024
MAX_PICTURE_BODY = 25 * 1024 * 1024
MAX_UNREAD = 4 * MAX_PICTURE_BODY
"""How much of a body that is too large is read and thrown away: most clients hear an answer only when they have sent all,
and a connection that is closed on them tells them nothing."""

# A large picture over a slow line takes minutes; who takes longer holds a connection for nothing.
BODY_SECONDS = 300.0
THREAD_FROM = 256 * 1024
"""Bytes from which a body is parsed in a thread, so that one caller's picture does not hold up everybody's polls."""

MAX_DEPTH = 100
MAX_DIGITS = 308
"""Digits of an integer: what no double can hold is refused, as `1e400` is."""

PICTURES = ("image", "last_image")


# -- the body as JSON --------------------------------------------------------------------------------------------------


async def read_json(call: Call) -> dict[str, Any]:
    """The body as a JSON object. At most 64 KiB, or 25 MiB where it carries a picture.

    Errors: `MediaTypeRefused`, `BodyTooLarge`, `InvalidJson`.
    """
    check_media_type(call.headers)
    body = await read_body(call)
    if len(body) > MAX_BODY and not any(f'"{name}"'.encode() in body for name in PICTURES):
        raise BodyTooLarge
    data = await asyncio.to_thread(parse_object, body) if len(body) > THREAD_FROM else parse_object(body)
    if len(body) > MAX_BODY and not data.keys() & set(PICTURES):
        raise BodyTooLarge
    return data


JSON_TYPE = re.compile(r'application/json\s*(?:;\s*charset="?utf-8"?\s*)?;?\s*', re.IGNORECASE)


def check_media_type(headers: Headers) -> None:
    """Errors: `MediaTypeRefused` unless the body is plain `application/json` in UTF-8."""
    kinds = headers.getlist("content-type")
    encodings = [value.strip().lower() for value in headers.getlist("content-encoding")]
    if len(kinds) != 1 or not JSON_TYPE.fullmatch(kinds[0].strip()) or set(encodings) - {"identity", ""}:
        raise MediaTypeRefused


async def read_body(call: Call, seconds: float = BODY_SECONDS) -> bytes:
    """The body. Errors: `BodyTooLarge`, `BodyTooSlow` after `seconds`.

    One that is too large is refused at once where it is absurdly so or the caller waits for a word (`Expect`), else when
    it was sent; nothing of it is kept.
    """
    declared = call.headers.get("content-length", "")
    size = int(declared) if re.fullmatch("[0-9]{1,15}", declared) else 0
    if len(declared) > 15 or size > MAX_UNREAD or (size > MAX_PICTURE_BODY and "expect" in call.headers):
        raise BodyTooLarge
    chunks, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in call.request.stream():
                size += len(chunk)
                if size > MAX_UNREAD:
                    raise BodyTooLarge
                if size <= MAX_PICTURE_BODY:
                    chunks.append(chunk)
                else:
                    chunks.clear()
    except TimeoutError:
        raise BodyTooSlow from None
    if size > MAX_PICTURE_BODY:
        raise BodyTooLarge
    return b"".join(chunks)


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`. Errors: `InvalidJson` with the reason, for all that another parser might read otherwise."""
    if not body.strip():
        raise InvalidJson("The body is empty")
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=unique_keys,
            parse_int=sane_integer,
            parse_float=finite_float,
            parse_constant=refuse_constant,
        )
    except UnicodeDecodeError:
        raise InvalidJson("The body is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise InvalidJson(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise InvalidJson("Nested too deeply") from None
    if not isinstance(value, dict):
        raise InvalidJson("The body is not a JSON object")
    for text in texts(value):
        check_text(text)
    return value


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, unless a key comes twice: then two readers could see two different requests."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise InvalidJson("A key appears twice in an object")
    return result


def sane_integer(digits: str) -> int:
    """An integer that a double can hold."""
    if len(digits) > MAX_DIGITS:
        raise InvalidJson("An integer is too large")
    return int(digits)


def finite_float(digits: str) -> float:
    """A number that is not infinite as a double."""
    value = float(digits)
    if math.isinf(value):
        raise InvalidJson("A number is too large")
    return value


def refuse_constant(name: str) -> NoReturn:
    """`NaN` and `Infinity` are Python's idea of JSON, not JSON's."""
    raise InvalidJson(f"{name} is not JSON")


def texts(value: Any) -> Iterator[str]:
    """Every text within a JSON value, keys too. Errors: `InvalidJson` where it is nested absurdly."""
    level, depth = [value], 0
    while level:
        if (depth := depth + 1) > MAX_DEPTH:
            raise InvalidJson("Nested too deeply")
        below: list[Any] = []
        for item in level:
            if isinstance(item, str):
                yield item
            elif isinstance(item, dict):
                yield from item
                below += item.values()
            elif isinstance(item, list):
                below += item
        level = below


def check_text(text: str) -> None:
    """Errors: `InvalidJson` for what neither UTF-8 nor PostgreSQL can hold."""
    if "\0" in text:
        raise InvalidJson("A text contains the character NUL")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise InvalidJson("A text contains half of a surrogate pair") from None


# -- fields ------------------------------------------------------------------------------------------------------------


def read_prompt(data: Mapping[str, Any], longest: int) -> str:
    """The prompt, as given. Errors: `InvalidInput` where nothing of it can be seen, or it is too long."""
    prompt = data.get("prompt")
    if prompt is None:
        raise InvalidInput("Prompt is required", param="prompt", code="prompt_required")
    if not isinstance(prompt, str):
        raise InvalidInput("Prompt must be a string", param="prompt")
    if not VISIBLE.search(prompt):
        raise InvalidInput("Prompt is required", param="prompt", code="prompt_required")
    if len(prompt) > longest:
        raise InvalidInput(
            "Prompt is too long. Maximum {longest} characters",
            param="prompt",
            code="prompt_too_long",
            longest=longest,
        )
    return prompt


def visible_or_empty(texts_by_key: dict[str, str]) -> dict[str, str]:
    """Errors: `ValueError` for a map whose keys or values are too long."""
    if any(not 1 <= len(key) <= 64 or len(value) > 512 for key, value in texts_by_key.items()):
        raise ValueError
    return texts_by_key


Ratio = Literal["16:9", "9:16", "1:1", "4:3", "3:4", "21:9"]


class Options(BaseModel):
    """The optional fields of every create. A description ends the sentence "Invalid duration. Must be …"."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    duration: Annotated[float, Field(ge=1, le=60)] | None = Field(None, description="a number of seconds from 1 to 60")
    aspect_ratio: Ratio | None = Field(None, description=f"one of: {', '.join(ASPECT_RATIOS)}")
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] | None = Field(None, description="an integer from 0 to 4294967295")
    fps: Annotated[int, Field(ge=1, le=60)] | None = Field(None, description="an integer from 1 to 60")
    negative_prompt: Annotated[str, Field(max_length=2000)] | None = Field(
        None, description="a string of at most 2000 characters"
    )
    engine: Annotated[str, Field(min_length=1, max_length=40)] | None = Field(
        None, description="the name of an engine of this server"
    )
    image: str | None = Field(None, description="a string: an http(s) URL, a data URI or base64")
    last_image: str | None = Field(None, description="a string: an http(s) URL, a data URI or base64")
    webhook_url: Annotated[str, Field(max_length=2048)] | None = Field(
        None, description="an http(s) URL of at most 2048 characters"
    )
    metadata: Annotated[dict[str, str], Field(max_length=16), AfterValidator(visible_or_empty)] | None = Field(
        None, description="an object of at most 16 strings, keys of 1 to 64 and values of at most 512 characters"
    )


def read_options(data: Mapping[str, Any]) -> Options:
    """The optional fields. `null` is a value and a wrong one. Errors: `InvalidInput` naming the first that is wrong."""
    given = {name: data[name] for name in Options.model_fields if name in data}
    try:
        options = Options.model_validate(given)
    except ValidationError as error:
        wrong = {str(item["loc"][0]) for item in error.errors(include_url=False, include_input=False)}
    else:
        wrong = set()
    wrong |= {name for name, value in given.items() if value is None}
    for name, about in Options.model_fields.items():
        if name in wrong:
            raise InvalidInput(f"Invalid {name}. Must be {about.description}", param=name)
    return options


# -- pictures ----------------------------------------------------------------------------------------------------------

URL = re.compile(r"\s*[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GivenPicture:
    """A picture as a caller gave it: a URL to be fetched, bytes already made safe, or what makes them when they are needed."""

    digest: str
    """Tells one picture from another: the URL, or the SHA-256 of the bytes that came."""
    url: str = ""
    data: bytes = b""
    make: Callable[[], Awaitable[bytes]] | None = None
    """Errors: `PromptreelError`."""


@contextmanager
def blamed_on(param: str) -> Iterator[None]:
    """Errors: `InvalidInput` naming the field, for a picture or a URL that is refused in the block."""
    try:
        yield
    except (PictureRefused, UrlRefused, UrlUnreachable) as error:
        raise InvalidInput(error.message, param=param, code=error.slug) from None


async def read_picture(text: str, allow_networks: Sequence[Network]) -> GivenPicture:
    """A picture from a field. A URL is judged by its text only. Errors: `PictureRefused`, `UrlRefused`."""
    # Only the beginning: twenty megabytes of blanks or letters would hold up everybody else's calls.
    if URL.match(text, 0, 1000):
        url = text.strip()
        check_url(url, allow_networks)
        return GivenPicture(url, url=url)
    return await given_picture(await asyncio.to_thread(decode_picture, text))


async def given_picture(data: bytes) -> GivenPicture:
    """A picture whose bytes came, made safe. Errors: `PictureRefused`."""
    return GivenPicture(hashlib.sha256(data).hexdigest(), data=await safe_picture_isolated(data))


async def read_rest(data: Mapping[str, Any], settings: Settings) -> tuple[Options, dict[str, GivenPicture]]:
    """The optional fields, and the pictures among them. Errors: `InvalidInput` naming the first that is wrong."""
    options = read_options(data)
    if options.webhook_url is not None:
        with blamed_on("webhook_url"):
            check_url(options.webhook_url, settings.fetch_allow_networks)
    pictures = {}
    for name in PICTURES:
        text = getattr(options, name)
        if text is not None:
            with blamed_on(name):
                pictures[name] = await read_picture(text, settings.fetch_allow_networks)
    return options, pictures


# -- what a caller wants -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """A create call that has passed every check of its fields."""

    prompt: str
    quality: Quality
    options: Options
    pictures: Mapping[str, GivenPicture] = field(default_factory=dict)

    def fingerprint(self) -> bytes:
        """Tells one input from another under the same Idempotency-Key. A seed that we choose is no input."""
        given = self.options.model_dump(exclude_none=True, exclude=set(PICTURES))
        pictures = {name: picture.digest for name, picture in self.pictures.items()}
        canonical = json.dumps(
            [self.prompt, self.quality.alias, given, pictures], sort_keys=True, separators=(",", ":")
        )
        return hashlib.sha256(canonical.encode()).digest()

    async def spec(self, pictures: Mapping[str, bytes], engine: str, seed: int) -> VideoSpec:
        """What the engine is told, with `pictures` made safe; `engine` and `seed` where the caller named none."""
        quality, options = self.quality, self.options
        width, height = frame_size(quality.short_side, await self.ratio(pictures), quality.longest_side)
        return VideoSpec(
            prompt=self.prompt,
            width=width,
            height=height,
            fps=options.fps or quality.fps,
            duration=options.duration or quality.duration,
            seed=seed if options.seed is None else options.seed,
            negative_prompt=options.negative_prompt or "",
            quality=quality.alias,
            sound=quality.sound,
            engine=options.engine or engine,
            has_image="image" in pictures,
            has_last_image="last_image" in pictures,
        )

    async def ratio(self, pictures: Mapping[str, bytes]) -> tuple[int, int]:
        """The aspect ratio: as asked, or the picture's own, or that of a television."""
        if self.options.aspect_ratio:
            return ASPECT_RATIOS[self.options.aspect_ratio]
        for name in PICTURES:
            if name in pictures:
                height, width = (await asyncio.to_thread(safe_picture, pictures[name])).shape[:2]
                return width, height
        return ASPECT_RATIOS["16:9"]


# -- Idempotency-Key ---------------------------------------------------------------------------------------------------

BARE_KEY = re.compile(r"[\x20-\x7e]{1,255}")
QUOTED_KEY = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')


def idempotency_key(headers: Headers) -> str | None:
    """The Idempotency-Key, quoted (a structured-field string) or bare. Errors: `InvalidInput` for one that is neither."""
    values = [value.strip(" \t") for value in headers.getlist("idempotency-key")]
    if not values:
        return None
    key = values[0]
    if key.startswith('"'):
        quoted = QUOTED_KEY.fullmatch(key)
        key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else ""
    if len(values) > 1 or not BARE_KEY.fullmatch(key):
        raise InvalidInput(
            "Invalid Idempotency-Key. Must be 1 to 255 printable ASCII characters", param="Idempotency-Key"
        )
    return key
