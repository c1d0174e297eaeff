"""What of an account is under way: its videos that run, that wait, and that have just ended. For many accounts at once,
because many live pages ask in the same moment.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from promptreel import queue, videos
from promptreel.db.pool import Connection
from promptreel.events import VIDEOS
from promptreel.settings import Settings
from promptreel.spec import Status
from promptreel.videos import COLUMNS, Video, as_video

ENDED_FOR = timedelta(minutes=15)
"""How long a video that has ended is still told of, unless its owner has seen enough of it."""

MOST_RUNNING, MOST_WAITING, MOST_ENDED = 12, 8, 4


@dataclass(frozen=True, slots=True)
class Job:
    """A video that has not ended. `position` is 1-based and None once it runs; `seconds` until it should be done;
    `preview_at` is when its newest picture was made.
    """

    video: Video
    position: int | None
    seconds: float
    preview_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Underway:
    """Running and then waiting videos, those that have just ended, newest first, and the credits that can be spent.

    `more` wait behind those that are listed.
    """

    jobs: list[Job] = field(default_factory=list)
    ended: list[Video] = field(default_factory=list)
    more: int = 0
    credits: int = 0

    @property
    def newest(self) -> Video | None:
        """The video that was asked for last."""
        return max((*(job.video for job in self.jobs), *self.ended), key=lambda video: video.id, default=None)


LISTED = COLUMNS.replace("report", "NULL::jsonb AS report")
"""What became of a prompt's words is nobody's concern here, and much to read."""

FIND = f"""
    SELECT v.*, p.made_at AS preview_at
      FROM unnest(%(accounts)s::bigint[]) AS account (id)
     CROSS JOIN LATERAL (
           (SELECT {LISTED} FROM videos WHERE account_id = account.id AND status = 'processing'
             ORDER BY created_at, id LIMIT %(running)s)
           UNION ALL
           (SELECT {LISTED} FROM videos WHERE account_id = account.id AND status = 'pending'
             ORDER BY tag, job_id LIMIT %(waiting)s)
           UNION ALL
           (SELECT {LISTED} FROM videos
             WHERE account_id = account.id AND completed_at > %(since)s AND status IN ('completed', 'failed')
               AND completed_at > coalesce((SELECT ended_seen_at FROM accounts WHERE id = account.id), '-infinity')
             ORDER BY completed_at DESC LIMIT %(ended)s)
           ) AS v
      LEFT JOIN previews p ON p.video_id = v.id AND v.status = 'processing'
"""


async def find(
    connection: Connection, account_ids: Sequence[int], settings: Settings, now: datetime
) -> Mapping[int, Underway]:
    """What is under way, by account."""
    cursor = await connection.execute(
        FIND,
        {
            "accounts": list(account_ids),
            "running": MOST_RUNNING,
            "waiting": MOST_WAITING,
            "ended": MOST_ENDED,
            "since": now - ENDED_FOR,
        },
    )
    by_status: dict[Status, list[Video]] = defaultdict(list)
    preview_at: dict[int, datetime | None] = {}
    for row in await cursor.fetchall():
        video = as_video(row)
        by_status[video.status].append(video)
        preview_at[video.id] = row["preview_at"]
    result = {account: Underway(credits=amount) for account, amount in (await wallets(connection, account_ids)).items()}
    for video in by_status[Status.PROCESSING]:
        result[video.account_id].jobs.append(Job(video, None, seconds_left(video, now), preview_at[video.id]))
    for waiting in await videos.places_of(connection, by_status[Status.PENDING], settings):
        job = Job(waiting.video, waiting.position, waiting.estimated_seconds)
        result[waiting.video.account_id].jobs.append(job)
    for video in by_status[Status.COMPLETED] + by_status[Status.FAILED]:
        result[video.account_id].ended.append(video)
    for one in result.values():
        one.ended.sort(key=lambda video: (video.completed_at, video.id), reverse=True)
    return await with_more(connection, result)


def seconds_left(video: Video, now: datetime) -> float:
    """Seconds until a video that runs should be done."""
    elapsed = (now - video.started_at).total_seconds() if video.started_at and video.attempt == 1 else 0.0
    return queue.seconds_left(video.estimated_seconds, video.progress, elapsed)


async def wallets(connection: Connection, account_ids: Sequence[int]) -> dict[int, int]:
    """The credits that each account can spend."""
    cursor = await connection.execute(
        """SELECT account.id, coalesce(w.available, 0) AS available
             FROM unnest(%s::bigint[]) AS account (id) LEFT JOIN wallets w ON w.account_id = account.id""",
        [list(account_ids)],
    )
    return {row["id"]: row["available"] for row in await cursor.fetchall()}


async def with_more(connection: Connection, found: dict[int, Underway]) -> dict[int, Underway]:
    """The same, with how many wait unlisted; counted only where the list is full."""
    listed = {account: sum(job.position is not None for job in one.jobs) for account, one in found.items()}
    full = [account for account, number in listed.items() if number == MOST_WAITING]
    if full:
        cursor = await connection.execute(
            """SELECT account_id, count(*)::int AS number FROM videos
                WHERE status = 'pending' AND account_id = ANY(%s::bigint[]) GROUP BY account_id""",
            [full],
        )
        for row in await cursor.fetchall():
            one = found[row["account_id"]]
            more = max(0, row["number"] - MOST_WAITING)
            found[row["account_id"]] = Underway(one.jobs, one.ended, more, one.credits)
    return found


async def have_seen_ended(connection: Connection, account_id: int, now: datetime) -> None:
    """The account has seen what has ended until now. Its live pages are told, as of a change of video number 0."""
    await connection.execute("UPDATE accounts SET ended_seen_at = %s WHERE id = %s", [now, account_id])
    await connection.execute("SELECT pg_notify(%s, %s)", [VIDEOS, f"0 seen {account_id}"])
