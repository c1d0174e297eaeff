"""Making a video, the same through every door: replay, moderation, credits, pictures, then one accepting transaction."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from promptreel import credits, idempotency, videos
from promptreel.accounts import Account
from promptreel.api.bodies import GivenPicture, Wanted, blamed_on, idempotency_key
from promptreel.api.dialect import Call
from promptreel.errors import (
    InsufficientCredits,
    InvalidInput,
    PromptreelError,
    VideoNotFound,
)
from promptreel.moderation import moderate
from promptreel.settings import Settings

if TYPE_CHECKING:
    from promptreel.runtime import Runtime

REPLAYED = {"Idempotent-Replayed": "true"}

Words = Callable[[Call, videos.Accepted], dict[str, Any]]
"""A dialect's answer to an accepted job, as it is sent and as it is remembered."""


class PriceRaised(PromptreelError):
    """This takes {price} credits by now, which is more than you were told"""

    slug = "price_raised"


@dataclass(frozen=True, slots=True)
class Order:
    """Who wants what, through which door. `key` makes it the same order however often it comes; None: each is a new one.

    `most`: the credits that it may take, where its caller was told a price.
    """

    account: Account
    wanted: Wanted
    dialect: str
    route: str
    key: str | None = None
    most: int | None = None


async def create(call: Call, wanted: Wanted, words: Words) -> tuple[dict[str, Any], dict[str, str]]:
    """Accept a job of the API: its answer and the headers that go with it. A repeated Idempotency-Key gives the stored answer
    again.

    Errors: those of `accept`.
    """
    order = Order(call.account, wanted, call.dialect.name, call.route, idempotency_key(call.headers))
    answer, replayed = await accept(call.runtime, order, lambda accepted: words(call, accepted))
    return answer, REPLAYED if replayed else {}


async def accept(
    runtime: "Runtime", order: Order, words: Callable[[videos.Accepted], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """Accept a job: the answer that `words` finds for it, and whether it was accepted before and so is not made again.

    Errors: all that the contract lists from idempotency to capacity; then nothing is stored and nothing is held.
    """
    account, wanted, route, key = order.account, order.wanted, order.route, order.key
    fingerprint = wanted.fingerprint()
    if (stored := await accepted_before(runtime, order)) is not None:
        return stored, True
    engine, price = terms(runtime.settings, order)
    pictures = await make_ready(runtime, account, wanted, price)
    spec = await wanted.spec(pictures, engine, secrets.randbelow(2**32))
    submission = videos.Submission(
        dialect=order.dialect,
        spec=spec,
        price=price,
        pictures=pictures,
        metadata=dict(wanted.options.metadata or {}),
        webhook_url=wanted.options.webhook_url,
    )
    async with runtime.transaction() as connection:
        if key is not None:
            stored = await idempotency.claim(connection, account.id, route, key, fingerprint)
            if stored is not None:
                return stored, True
        accepted = await videos.submit(
            connection, runtime.queue, runtime.settings, account, submission, runtime.clock()
        )
        answer = words(accepted)
        if key is not None:
            await idempotency.remember(connection, account.id, route, key, answer)
    return answer, False


async def accepted_before(runtime: "Runtime", order: Order) -> dict[str, Any] | None:
    """The answer that this very order got before, if it came before. Errors: `IdempotencyMismatch`."""
    if order.key is None:
        return None
    async with runtime.transaction() as connection:
        return await idempotency.replay(
            connection, order.account.id, order.route, order.key, order.wanted.fingerprint()
        )


def terms(settings: Settings, order: Order) -> tuple[str, int]:
    """By which engine it is made, and for how many credits. Errors: those of `engine_for`, `PriceRaised`."""
    engine = engine_for(settings, order.wanted)
    price = settings.engine_config(engine).price(order.wanted.quality.alias)
    if order.most is not None and price > order.most:
        raise PriceRaised(price=price)
    return engine, price


async def get_ready(runtime: "Runtime", order: Order) -> Order:
    """The same order with every picture made safe, for who still has to do something between that and `accept`.

    Errors: those of `accept` that are known before anything is stored.
    """
    _, price = terms(runtime.settings, order)
    wanted = order.wanted
    made = await make_ready(runtime, order.account, wanted, price)
    pictures = {name: GivenPicture(wanted.pictures[name].digest, data=data) for name, data in made.items()}
    return replace(order, wanted=replace(wanted, pictures=pictures))


def engine_for(settings: Settings, wanted: Wanted) -> str:
    """The engine that was asked for, or the usual one. Errors: `InvalidInput` for one that there is not, or cannot do this."""
    name, quality = wanted.options.engine or settings.engine, wanted.quality.alias
    if wanted.options.engine and name not in settings.engine_names:
        raise InvalidInput(
            "Invalid engine. Must be one of: {names}", param="engine", names=", ".join(settings.engine_names)
        )
    config = settings.engine_config(name)
    if not config.makes(quality):
        able = [each for each in settings.engine_names if settings.engine_config(each).makes(quality)]
        raise InvalidInput(
            "Invalid engine. For this quality, must be one of: {names}", param="engine", names=", ".join(able)
        )
    for place in wanted.pictures:
        if place not in config.takes:
            raise InvalidInput("Invalid {place}. The engine {name} takes none", param=place, place=place, name=name)
    if "text" not in config.takes and "image" not in wanted.pictures:
        raise InvalidInput("Invalid image. The engine {name} needs one", param="image", name=name)
    return name


async def make_ready(runtime: "Runtime", account: Account, wanted: Wanted, price: int) -> dict[str, bytes]:
    """Every picture made safe. What takes work is done only for a caller whose prompt is allowed and who can pay.

    Errors: `PromptRefused`, `InsufficientCredits`, `InvalidInput` for a picture.
    """
    if any(picture.url or picture.make for picture in wanted.pictures.values()):
        moderate(runtime.settings, wanted.prompt, wanted.options.negative_prompt or "")
        async with runtime.transaction() as connection:
            wallet = await credits.balance(connection, account.id)
        if wallet.available < price:
            raise InsufficientCredits(price, wallet.available)
    return {name: await fetched(runtime, name, picture) for name, picture in wanted.pictures.items()}


async def fetched(runtime: "Runtime", param: str, picture: GivenPicture) -> bytes:
    """The bytes of a picture, from its URL if need be. Errors: `InvalidInput`."""
    if picture.make is not None:
        try:
            return await picture.make()
        except InvalidInput:
            raise
        except PromptreelError as error:
            raise InvalidInput(error.message, param=param, code=error.slug) from None
    if not picture.url:
        return picture.data
    with blamed_on(param):
        return await runtime.fetch_picture(picture.url)


async def ended_or_later(call: Call, video_id: int) -> videos.Video | None:
    """The video when it has ended or the caller's `Prefer: wait` is over; None for a caller who does not wait.

    None also for one that was deleted meanwhile: a replayed answer may be older than its video.
    """
    seconds = call.wait()
    if seconds is None:
        return None
    try:
        return await call.runtime.wait_for_end(call.account.id, video_id, seconds)
    except VideoNotFound:
        return None


async def remove(call: Call, video: videos.Video) -> videos.Video | None:
    """Cancel a video that has not ended, or delete one that has, with its files. The cancelled video, or None."""
    runtime, account = call.runtime, call.account
    if not video.status.ended:
        async with runtime.transaction() as connection:
            cancelled = await videos.cancel(connection, runtime.queue, account.id, video.id)
        if cancelled is not None:
            return cancelled
        # It ended between the look and the leap: what was asked now means to delete it.
    async with runtime.transaction() as connection:
        deleted = await videos.delete(connection, account.id, video.id)
    await runtime.storage.delete_prefix(videos.files_prefix(deleted))
    return None
