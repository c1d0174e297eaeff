"""The films of the front page, which this very installation renders: once, for nobody's credits, when nobody waits.

They belong to an internal account: no person, listed nowhere, without any way to sign in. They cost 0 credits, so the ledger
stays exact. One at a time goes through the normal queue, behind everything; as soon as somebody's video waits while one is
being rendered, the film gives way and begins anew later. What is here once stays: new versions render nothing again unless an
operator says so (`promptreel showcase --again`).
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from promptreel import queue, showcase_choices, videos
from promptreel.accounts import ACCOUNT_COLUMNS, Account, as_account
from promptreel.db.pool import Connection
from promptreel.errors import PromptRefused
from promptreel.moderation import moderate
from promptreel.plans import QUALITIES
from promptreel.runtime import Runtime
from promptreel.settings import Settings
from promptreel.spec import Status, VideoSpec, frame_size
from promptreel.videos import COLUMNS, Video, as_video

log = structlog.get_logger()

NAME = "showcase"
"""Instead of an address: no sign-in, no letter and no sign-up takes a name without an @."""

LOCK = 0x70726F6D70740002
"""Advisory: of several processes one looks after the films at a time."""

BEHIND = 3600 * queue.TAGS_PER_SECOND
"""How far behind everybody's newest tag a film is put: an hour of rendering."""

SETTLED = timedelta(seconds=20)
"""How long nobody may have asked for a video before a film is begun: who has just come will ask for another."""

LOOK_EVERY = 15.0
WATCH_EVERY = 1.0
"""Seconds between two looks: at whether it is time, and at whether somebody waits while a film is rendered."""


@dataclass(frozen=True, slots=True)
class Film:
    """One of the front page's films: its place there, what it shows, and in which quality's size."""

    place: str
    prompt: str
    quality: str
    seed: int
    duration: float = 6.0

    def spec(self, engine: str) -> VideoSpec:
        """What to render."""
        quality = QUALITIES[self.quality]
        width, height = frame_size(quality.short_side, (16, 9), quality.longest_side)
        return VideoSpec(
            prompt=self.prompt,
            width=width,
            height=height,
            fps=quality.fps,
            duration=self.duration,
            seed=self.seed,
            quality=quality.alias,
            engine=engine,
        )


FILMS = (
    Film("1", "a lighthouse on a cliff at sunset, waves, seagulls, drone shot", "720p", 3),
    Film("2", "northern lights over a frozen lake with a cabin, time lapse", "free", 3),
    Film("3", "cherry blossoms falling by a pagoda, koi pond, morning", "free", 7),
)


# -- the account -------------------------------------------------------------------------------------------------------


async def find_account(connection: Connection) -> Account | None:
    """The internal account, if there is one yet."""
    cursor = await connection.execute(
        f"SELECT {ACCOUNT_COLUMNS} FROM accounts WHERE lower(email) = %s AND internal", [NAME]
    )
    row = await cursor.fetchone()
    return as_account(row) if row else None


async def make_account(connection: Connection) -> Account:
    """The internal account. Suspended, too, so that whatever finds it lets nobody in."""
    await connection.execute(
        """WITH made AS (INSERT INTO accounts (email, internal, suspended_at) VALUES (%s, true, now())
                         ON CONFLICT DO NOTHING RETURNING id)
           INSERT INTO wallets (account_id) SELECT id FROM made""",
        [NAME],
    )
    account = await find_account(connection)
    assert account is not None
    return account


# -- what there is -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a film stands: the newest one that is finished, and what is being made of it or went wrong."""

    film: Film
    finished: Video | None
    newest: Video | None
    chosen: Video | None = None
    """What an operator wants to be shown instead."""

    @property
    def shown(self) -> Video | None:
        """What the front page has there."""
        return self.chosen or self.finished

    @property
    def wanted(self) -> bool:
        """Whether it is still to be made: never tried, given way to somebody, or asked for again."""
        return self.chosen is None and (self.newest is None or self.newest.status == Status.CANCELLED)

    @property
    def running(self) -> bool:
        """Whether it is in the queue or being rendered."""
        return self.newest is not None and not self.newest.status.ended


async def stages(connection: Connection) -> list[Stage]:
    """How far every film is."""
    cursor = await connection.execute(
        f"""SELECT {COLUMNS} FROM videos
             WHERE account_id = (SELECT id FROM accounts WHERE lower(email) = %s AND internal)
             ORDER BY created_at DESC, id DESC""",
        [NAME],
    )
    made = [as_video(row) for row in await cursor.fetchall()]
    choices = await showcase_choices.read(connection)
    result = []
    for film in FILMS:
        choice = choices.get(film.place)
        if choice is not None and choice.prompt is not None:
            film = replace(film, prompt=choice.prompt, seed=choice.seed or 0)
        of_film = [video for video in made if video.metadata.get("place") == film.place]
        finished = next((video for video in of_film if video.status == Status.COMPLETED), None)
        newest = next((video for video in of_film if "retired" not in video.metadata), None)
        result.append(Stage(film, finished, newest, choice.video if choice else None))
    return result


def to_come(settings: Settings, films: list[Stage]) -> bool:
    """Whether more of the films will be here, without an operator's word."""
    return settings.showcase and any(
        stage.running or (stage.wanted and allowed(settings, stage.film)) for stage in films
    )


async def find_finished(connection: Connection, video_id: int) -> Video | None:
    """A finished film by its number; None for any other video."""
    cursor = await connection.execute(
        f"""SELECT {COLUMNS} FROM videos WHERE id = %s AND status = 'completed'
               AND account_id = (SELECT id FROM accounts WHERE lower(email) = %s AND internal)""",
        [video_id, NAME],
    )
    row = await cursor.fetchone()
    return as_video(row) if row else None


# -- making them -------------------------------------------------------------------------------------------------------


async def keep(runtime: Runtime) -> None:
    """Look after the films for as long as the process lives. Every API process does; the lock lets one at a time."""
    while True:
        pause = LOOK_EVERY
        try:
            if await step(runtime):
                pause = WATCH_EVERY
        except Exception as error:  # noqa: BLE001 - a database that is away comes back
            log.warning("showcase_failed", reason=str(error).strip())
        await asyncio.sleep(pause)


async def step(runtime: Runtime) -> bool:
    """One look: begin the next film if it is time, give way if somebody waits, tidy up. True while a film is running."""
    dropped: list[Video] = []
    pool = runtime.settings.engine_config(runtime.settings.engine).pool
    async with runtime.transaction() as connection:
        cursor = await connection.execute("SELECT pg_try_advisory_xact_lock(%s) AS mine", [LOCK])
        if not (await cursor.fetchone() or {})["mine"]:
            return False
        films = await stages(connection)
        running = next((stage.newest for stage in films if stage.running), None)
        if running is not None:
            if running.status == Status.PROCESSING and await somebody_waits(connection, pool, runtime.clock()):
                await give_way(connection, runtime, running)
        elif wanted := [stage.film for stage in films if stage.wanted and allowed(runtime.settings, stage.film)]:
            if await nobody_asks(connection, pool, runtime.clock()):
                await submit(connection, runtime, wanted[0])
                return True
        else:
            dropped = await drop_leftovers(connection, films)
    # After the commit: a row without its files would be a broken film, files without a row are only waste.
    for video in dropped:
        await runtime.storage.delete_prefix(videos.files_prefix(video))
    return running is not None


async def nobody_asks(connection: Connection, pool: str, now: datetime) -> bool:
    """Whether somebody lives here, nothing waits or runs, and nobody has asked for anything for a while.

    The first account comes first: who makes it is about to see the first video.
    """
    cursor = await connection.execute(
        """SELECT EXISTS (SELECT FROM accounts WHERE NOT internal AND created_at < %(since)s) AS lived_in,
                  EXISTS (SELECT FROM videos WHERE status = 'pending' AND pool = %(pool)s) AS waiting,
                  EXISTS (SELECT FROM videos WHERE status = 'processing' AND pool = %(pool)s) AS running,
                  (SELECT created_at FROM videos ORDER BY id DESC LIMIT 1) > %(since)s AS asked""",
        {"since": now - SETTLED, "pool": pool},
    )
    row = await cursor.fetchone()
    return bool(row and row["lived_in"] and not (row["waiting"] or row["running"] or row["asked"]))


async def submit(connection: Connection, runtime: Runtime, film: Film) -> None:
    """Put a film into the queue behind everything that is there and that will come within the hour."""
    # What is no address needs no letter that confirms it.
    account = replace(await make_account(connection), verified=True)
    pool = runtime.settings.engine_config(runtime.settings.engine).pool
    await connection.execute(
        """INSERT INTO account_turns AS turn (account_id, pool, last_tag)
           SELECT %(account)s, %(pool)s, greatest(0,
               (SELECT max(virtual_time) FROM queue_clocks WHERE pool = %(pool)s),
               (SELECT max(tag) FROM videos WHERE status = 'pending' AND pool = %(pool)s)) + %(behind)s
           ON CONFLICT (account_id, pool) DO UPDATE SET last_tag = greatest(turn.last_tag, excluded.last_tag)""",
        {"pool": pool, "behind": BEHIND, "account": account.id},
    )
    submission = videos.Submission(
        dialect=NAME, spec=film.spec(runtime.settings.engine), price=0, metadata={"place": film.place}
    )
    await videos.submit(connection, runtime.queue, runtime.settings, account, submission, runtime.clock())
    log.info("showcase_begun", place=film.place)


def allowed(settings: Settings, film: Film) -> bool:
    """Whether the operator's blocked words let the film through."""
    try:
        moderate(settings, film.prompt)
    except PromptRefused:
        return False
    return True


async def somebody_waits(connection: Connection, pool: str, now: datetime) -> bool:
    """Whether a video has waited for longer than a free slot would have needed to take it."""
    cursor = await connection.execute(
        """SELECT EXISTS (SELECT FROM videos JOIN accounts ON accounts.id = account_id
                           WHERE status = 'pending' AND pool = %s AND NOT internal AND videos.created_at < %s) AS waits""",
        [pool, now - timedelta(seconds=WATCH_EVERY)],
    )
    return bool((await cursor.fetchone() or {})["waits"])


async def give_way(connection: Connection, runtime: Runtime, video: Video) -> None:
    """End a film that is being rendered; a later look begins it anew."""
    await videos.cancel(connection, runtime.queue, video.account_id, video.id)
    log.info("showcase_gave_way", video=video.id)


async def drop_leftovers(connection: Connection, films: list[Stage]) -> list[Video]:
    """Remove what is neither shown nor tells how a film went; their files are the caller's to delete, after the commit."""
    kept = [video.id for stage in films for video in (stage.finished, stage.newest) if video is not None]
    cursor = await connection.execute(
        """SELECT account_id, id FROM videos
            WHERE account_id = (SELECT id FROM accounts WHERE lower(email) = %s AND internal)
              AND status IN ('completed', 'failed', 'cancelled') AND NOT id = ANY(%s)""",
        [NAME, kept],
    )
    return [await videos.delete(connection, row["account_id"], row["id"]) for row in await cursor.fetchall()]


async def again(connection: Connection, place: str | None = None) -> None:
    """An operator's word: make all films anew, or the one of a place. What is there is shown until the new one is finished."""
    await connection.execute(
        """UPDATE videos SET metadata = metadata || '{"retired": "1"}'
            WHERE account_id = (SELECT id FROM accounts WHERE lower(email) = %(name)s AND internal)
              AND (%(place)s::text IS NULL OR metadata ->> 'place' = %(place)s)""",
        {"name": NAME, "place": place},
    )
