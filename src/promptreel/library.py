"""An account's videos as its gallery shows them: by state, quality and words, page by page, and which one comes next.

Pages go by keyset: a place is the moment and the number of a video, so a page costs the same however far down it is, and
one that is made or deleted meanwhile moves no other.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from promptreel.db.pool import Connection
from promptreel.videos import COLUMNS, Video, as_video, searchable

STATES = {
    "ready": ("completed",),
    "making": ("pending", "processing"),
    "failed": ("failed",),
    "cancelled": ("cancelled",),
}
"""What a reader filters by, and the statuses that it covers."""

MOST_WORDS = 12
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a video stands among its account's, newest first. As text `<microseconds>-<id>`, for addresses."""

    created_at: datetime
    id: int

    @classmethod
    def of(cls, video: Video) -> "Place":
        """The place of a video."""
        return cls(video.created_at, video.id)

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """The inverse of `str`; None for anything else."""
        found = re.fullmatch(r"([0-9]{1,17})-([0-9]{1,18})", text, re.ASCII)
        return cls(EPOCH + int(found[1]) * MICROSECOND, int(found[2])) if found else None

    def __str__(self) -> str:
        return f"{(self.created_at - EPOCH) // MICROSECOND}-{self.id}"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader wants to see. Empty: everything."""

    state: str = ""
    quality: str = ""
    words: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is left out."""
        return not (self.state or self.quality or self.words.strip())


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of videos, newest first, and the places to go on from in both directions."""

    videos: list[Video]
    newer: Place | None
    older: Place | None


async def shelf(
    connection: Connection,
    account_id: int,
    wish: Wish,
    size: int,
    *,
    before: Place | None = None,
    after: Place | None = None,
) -> Shelf:
    """The newest `size` videos that fit, or those older than `before`, or those just newer than `after`."""
    upwards = after is not None and before is None
    start = after if upwards else before
    conditions, values = _conditions(wish)
    values |= {"account": account_id, "limit": size + 1}
    if start is not None:
        conditions.append(f"(created_at, id) {'>' if upwards else '<'} (%(at)s, %(id)s)")
        values |= {"at": start.created_at, "id": start.id}
    order = "ASC" if upwards else "DESC"
    where = " AND ".join(["account_id = %(account)s", *conditions])
    cursor = await connection.execute(
        f"SELECT {COLUMNS} FROM videos WHERE {where} ORDER BY created_at {order}, id {order} LIMIT %(limit)s", values
    )
    found = [as_video(row) for row in await cursor.fetchall()]
    more = len(found) > size
    found = found[:size]
    if upwards:
        found.reverse()
    if not found:
        return Shelf([], None, None)
    older = more or upwards
    newer = more if upwards else start is not None
    return Shelf(found, Place.of(found[0]) if newer else None, Place.of(found[-1]) if older else None)


def _conditions(wish: Wish) -> tuple[list[str], dict[str, object]]:
    conditions: list[str] = []
    values: dict[str, object] = {}
    if wish.state:
        statuses = STATES.get(wish.state, ())
        # One status by `=`, so that the index by status gives the order, too.
        conditions.append("status = %(status)s" if len(statuses) == 1 else "status = ANY(%(status)s)")
        values["status"] = statuses[0] if len(statuses) == 1 else list(statuses)
    if wish.quality:
        conditions.append("quality = %(quality)s")
        values["quality"] = wish.quality
    for number, word in enumerate(words_of(wish.words)):
        # Not LIKE: in this encoding it goes letter by letter, and takes thrice as long.
        conditions.append(f"strpos(search, %(word{number})s) > 0")
        values[f"word{number}"] = word
    return conditions, values


def words_of(text: str) -> list[str]:
    """The words of a search, in the form of `videos.search`: all have to occur, in any order, anywhere.

    Languages without spaces are one word, or several where the reader parts them.
    """
    return searchable(text).replace("\0", "").split()[:MOST_WORDS]


async def counts(connection: Connection, account_id: int) -> dict[str, int]:
    """How many videos the account has in each state of `STATES`."""
    cursor = await connection.execute(
        "SELECT status, count(*) AS number FROM videos WHERE account_id = %s GROUP BY status", [account_id]
    )
    by_status = {row["status"]: row["number"] for row in await cursor.fetchall()}
    return {state: sum(by_status.get(status, 0) for status in statuses) for state, statuses in STATES.items()}


async def neighbours(connection: Connection, video: Video) -> tuple[int | None, int | None]:
    """The numbers of the account's next newer and next older video."""
    cursor = await connection.execute(
        """SELECT (SELECT id FROM videos WHERE account_id = %(account)s AND (created_at, id) > (%(at)s, %(id)s)
                    ORDER BY created_at, id LIMIT 1) AS newer,
                  (SELECT id FROM videos WHERE account_id = %(account)s AND (created_at, id) < (%(at)s, %(id)s)
                    ORDER BY created_at DESC, id DESC LIMIT 1) AS older""",
        {"account": video.account_id, "at": video.created_at, "id": video.id},
    )
    row = await cursor.fetchone()
    assert row is not None
    return row["newer"], row["older"]


async def find_own(connection: Connection, account_id: int, ids: list[int]) -> list[Video]:
    """Those of the videos that are the account's, newest first."""
    cursor = await connection.execute(
        f"SELECT {COLUMNS} FROM videos WHERE account_id = %s AND id = ANY(%s) ORDER BY created_at DESC, id DESC",
        [account_id, ids],
    )
    return [as_video(row) for row in await cursor.fetchall()]
