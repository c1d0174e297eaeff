"""What a process holds open: connections, queue, files, the listener. Opened once, closed once."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import procrastinate
import structlog
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from promptreel import (
    accounts,
    fetch,
    idempotency,
    limits,
    media,
    moderation,
    oidc,
    outbox,
    people,
    plans,
    queue,
    slots,
    underway,
    upstreams,
    videos,
)
from promptreel.batch import Batch
from promptreel.db.pool import Connection, Pool, make_pool, transaction
from promptreel.errors import DatabaseUnreachable, InvalidToken, QuotaExceeded, VideoNotFound
from promptreel.events import Events
from promptreel.mail import Mailer
from promptreel.settings import Settings
from promptreel.storage import Storage

log = structlog.get_logger()

Outside = dict[str, Any]
OneCall = tuple[int, str, int | None, int]
"""An account, its tier, the token it came with, and a number of its own."""


@dataclass
class Runtime:
    """The open resources of a process, and the reads that requests share.

    `clock` tells the time in UTC; `outside` holds `resolver` and `transport` for `fetch` where tests replace them.
    """

    settings: Settings
    pool: Pool
    queue: procrastinate.App
    storage: Storage
    events: Events
    clock: Callable[[], datetime]
    outside: Outside

    def __post_init__(self) -> None:
        self._callers: Batch[bytes, accounts.Caller] = Batch(self._load_callers)
        self._calls: Batch[OneCall, limits.Quota] = Batch(self._load_calls)
        self._videos: Batch[tuple[int, int], videos.Video] = Batch(self._load_videos)
        self._underway: Batch[int, underway.Underway] = Batch(self._load_underway)
        self._numbers = itertools.count()
        self.issuer = oidc.Issuer(self.settings)
        self.mailer = Mailer(self.settings.mail_url, self.settings.mail_from)

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """A connection inside one transaction."""
        return transaction(self.pool)

    # -- who calls, and how often ----------------------------------------------------------------------------------------

    async def caller(self, token: str) -> accounts.Caller:
        """Who is behind a token. Errors: `InvalidToken`, `AccountSuspended`."""
        if not accounts.looks_like_token(token):
            raise InvalidToken
        caller = await self._callers.get(accounts.hash_token(token))
        if caller is None:
            raise InvalidToken
        return accounts.admit(caller)

    async def count_call(self, account: accounts.Account, token_id: int | None = None) -> limits.Quota:
        """Count one call of today, made with that token.

        Errors: `QuotaExceeded` with the `quota` as data, and then nothing was counted.
        """
        # Each call is a key of its own: shared answers would count one call for two.
        quota = await self._calls.get((account.id, account.tier, token_id, next(self._numbers)))
        if quota is None:
            async with self.pool.connection() as connection:
                quota = await limits.read_quota(connection, account, self.clock())
            raise QuotaExceeded(quota=quota)
        return quota

    async def quota(self, account: accounts.Account) -> limits.Quota:
        """Where an account stands today."""
        async with self.pool.connection() as connection:
            return await limits.read_quota(connection, account, self.clock())

    async def _load_callers(self, hashes: list[bytes]) -> Mapping[bytes, accounts.Caller]:
        async with self.pool.connection() as connection:
            return await accounts.find_callers(connection, hashes)

    async def _load_calls(self, calls: list[OneCall]) -> Mapping[OneCall, limits.Quota]:
        now = self.clock()
        async with self.pool.connection() as connection:
            counted = await limits.count_calls(connection, [(account, tier) for account, tier, _, _ in calls], now)
            granted: dict[OneCall, limits.Quota] = {}
            given = {account: before for account, (before, _) in counted.items()}
            for call in calls:
                account, tier, _, _ = call
                if given[account] < counted[account][1]:
                    given[account] += 1
                    granted[call] = limits.make_quota(tier, given[account], now)
            if tokens := Counter(token for _, _, token, _ in granted if token is not None):
                await limits.count_token_calls(connection, tokens, now)
        return granted

    # -- videos --------------------------------------------------------------------------------------------------------

    async def video(self, account_id: int, video_id: int) -> videos.Video:
        """The account's video. Errors: `VideoNotFound`."""
        video = await self._videos.get((account_id, video_id))
        if video is None:
            raise VideoNotFound
        return video

    async def video_by_public_id(self, account_id: int, public_id: UUID) -> videos.Video:
        """The account's video with that UUID. Errors: `VideoNotFound`."""
        async with self.pool.connection() as connection:
            return await videos.find_by_public_id(connection, account_id, public_id)

    async def wait_for_end(self, account_id: int, video_id: int, seconds: float) -> videos.Video:
        """The video as soon as it has ended, or as it is after `seconds`. Errors: `VideoNotFound`."""
        deadline = asyncio.get_running_loop().time() + seconds
        with self.events.watch(video_id) as watch:
            while True:
                video = await self.video(account_id, video_id)
                left = deadline - asyncio.get_running_loop().time()
                if video.status.ended or left <= 0:
                    return video
                await watch.next(left)

    async def underway_of(self, account_id: int) -> underway.Underway:
        """What of the account is under way."""
        return await self._underway.get(account_id) or underway.Underway()

    async def _load_underway(self, accounts: list[int]) -> Mapping[int, underway.Underway]:
        async with self.pool.connection() as connection:
            return await underway.find(connection, accounts, self.settings, self.clock())

    async def _load_videos(self, wanted: list[tuple[int, int]]) -> Mapping[tuple[int, int], videos.Video]:
        async with self.pool.connection() as connection:
            return await videos.find_many(connection, wanted)

    # -- the outside world -----------------------------------------------------------------------------------------------

    async def fetch_picture(self, url: str) -> bytes:
        """A stranger's picture, fetched and made safe. Errors: `UrlRefused`, `UrlUnreachable`, `PictureRefused`."""
        data = await fetch.fetch(url, allow_networks=self.settings.fetch_allow_networks, **self.outside)
        return await media.safe_picture_isolated(data)


@asynccontextmanager
async def open_runtime(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = queue.utcnow,
    outside: Outside | None = None,
    pool_size: int | None = None,
) -> AsyncIterator[Runtime]:
    """Open everything on the database at `settings.database_url`, whose schema is current; close it in the end.

    Errors: `DatabaseUnreachable`.
    """
    url = settings.database_url
    pool = make_pool(url, pool_size or settings.database_pool)
    try:
        await pool.open(wait=True, timeout=15)
    except (PoolTimeout, OperationalError) as error:
        await pool.close()
        raise DatabaseUnreachable(reason=str(error).strip()) from None
    jobs = queue.make_queue()
    events = Events(url)
    background = [asyncio.create_task(events.run())]
    try:
        await load_rules(pool)
        background.append(asyncio.create_task(follow_rules(pool, events)))
        async with jobs.open_async(pool):
            storage = Storage.open(settings.files_url, settings.signing_key)
            yield Runtime(settings, pool, jobs, storage, events, clock, outside or {})
    finally:
        for task in background:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await pool.close()


async def load_rules(pool: Pool) -> None:
    """Tiers, prices and blocked words as operators have them."""
    async with pool.connection() as connection:
        cursor = await connection.execute("SELECT kind, name, changes FROM plan_changes ORDER BY changed_at")
        plans.apply([(row["kind"], row["name"], row["changes"]) for row in await cursor.fetchall()])
        cursor = await connection.execute("SELECT word FROM blocked_words")
        moderation.apply(row["word"] for row in await cursor.fetchall())


async def follow_rules(pool: Pool, events: Events) -> None:
    """Take every change over, in every process, for as long as it lives."""
    with events.watch_rules() as watch:
        while True:
            if await watch.next(3600):
                try:
                    await load_rules(pool)
                except Exception as error:  # noqa: BLE001 - a database that is away comes back, and wakes us
                    log.warning("rules_not_loaded", reason=str(error).strip())


async def sweep(runtime: Runtime) -> None:
    """Put back what dead workers left, for as long as the process lives. Every process sweeps; one of them is enough.

    A coroutine and no job of the queue: a job would wait behind the renders it should rescue.
    """
    settings = runtime.settings
    while True:
        await asyncio.sleep(max(0.5, settings.stalled_after / 5))
        try:
            async with runtime.pool.connection() as connection:
                await queue.rescue_stalled(connection, runtime.queue, settings.stalled_after)
            async with runtime.transaction() as connection:
                await queue.rescue_lost(connection, runtime.queue, settings.lease)
            async with runtime.transaction() as connection:
                for pool in settings.pool_names:
                    await queue.rebase(connection, pool)
                await idempotency.forget_keys(connection)
                await slots.forget_old(connection)
                await upstreams.forget_old(connection)
                await people.forget_expired(connection, runtime.clock())
                await outbox.forget_expired(connection, runtime.clock())
        except Exception as error:  # noqa: BLE001 - a database that is away comes back; the sweeper must be there then
            log.warning("sweep_failed", reason=str(error).strip())
