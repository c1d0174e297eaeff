"""Making a video, the same in every dialect: replay, moderation, credits, pictures, then one accepting transaction."""

import secrets
from collections.abc import Callable
from typing import Any

from promptreel import credits, videos
from promptreel.api.bodies import GivenPicture, Wanted, blamed_on, idempotency_key
from promptreel.api.dialect import Call
from promptreel.errors import (
    InsufficientCredits,
    VideoNotFound,
)

REPLAYED = {"Idempotent-Replayed": "true"}

Words = Callable[[Call, videos.Accepted], dict[str, Any]]
"""A dialect's answer to an accepted job, as it is sent and as it is remembered."""


async def create(call: Call, wanted: Wanted, words: Words) -> tuple[dict[str, Any], dict[str, str]]:
    """Accept a job: its answer and the headers that go with it. A repeated Idempotency-Key gives the stored answer again.

    Errors: all that the contract lists from idempotency to capacity; then nothing is stored and nothing is held.
    """
    runtime, account = call.runtime, call.account
    key = idempotency_key(call.headers)
    fingerprint = wanted.fingerprint()
    if key is not None:
        async with runtime.transaction() as connection:
            stored = await videos.replay(connection, account.id, call.route, key, fingerprint)
        if stored is not None:
            return stored, REPLAYED
    pictures = await make_ready(call, wanted)
    spec = await wanted.spec(pictures, runtime.settings.engine, secrets.randbelow(2**32))
    submission = videos.Submission(
        dialect=call.dialect.name,
        spec=spec,
        price=wanted.quality.price,
        pictures=pictures,
        metadata=dict(wanted.options.metadata or {}),
        webhook_url=wanted.options.webhook_url,
    )
    async with runtime.transaction() as connection:
        if key is not None:
            stored = await videos.claim(connection, account.id, call.route, key, fingerprint)
            if stored is not None:
                return stored, REPLAYED
        accepted = await videos.submit(
            connection, runtime.queue, runtime.settings, account, submission, runtime.clock()
        )
        answer = words(call, accepted)
        if key is not None:
            await videos.remember(connection, account.id, call.route, key, answer)
    return answer, {}


async def make_ready(call: Call, wanted: Wanted) -> dict[str, bytes]:
    """Every picture made safe. One to be fetched is fetched only for a caller whose prompt is allowed and who can pay.

    Errors: `PromptRefused`, `InsufficientCredits`, `InvalidInput` for a picture.
    """
    if any(picture.url for picture in wanted.pictures.values()):
        videos.moderate(call.runtime.settings, wanted.prompt, wanted.options.negative_prompt or "")
        async with call.runtime.transaction() as connection:
            wallet = await credits.balance(connection, call.account.id)
        if wallet.available < wanted.quality.price:
            raise InsufficientCredits(wanted.quality.price, wallet.available)
    return {name: await fetched(call, name, picture) for name, picture in wanted.pictures.items()}


async def fetched(call: Call, param: str, picture: GivenPicture) -> bytes:
    """The bytes of a picture, from its URL if need be. Errors: `InvalidInput`."""
    if not picture.url:
        return picture.data
    with blamed_on(param):
        return await call.runtime.fetch_picture(picture.url)


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
