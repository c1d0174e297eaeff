"""Videos that whoever has the link may watch. A link is a random slug; taking it back deletes it, and a new one is another."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from promptreel.db.pool import Connection
from promptreel.errors import NotFound
from promptreel.videos import COLUMNS, Video, as_video

SLUG_BYTES = 12
SLUG = re.compile(r"[A-Za-z0-9_-]{16}", re.ASCII)
"""12 random bytes in base64url: nobody guesses one of 2⁹⁶."""


@dataclass(frozen=True, slots=True)
class Share:
    """A link to a video, and what its owner lets be known beside the film."""

    slug: str
    show_prompt: bool
    indexable: bool
    created_at: datetime


SHARE_COLUMNS = "slug, show_prompt, indexable, shares.created_at AS shared_at"


def as_share(row: dict[str, object]) -> Share:
    """A share from `SHARE_COLUMNS`."""
    return Share(row["slug"], row["show_prompt"], row["indexable"], row["shared_at"])  # type: ignore[arg-type]


async def share(connection: Connection, account_id: int, video_id: int, *, show_prompt: bool, indexable: bool) -> Share:
    """Share the account's finished video, or change how it is shared: then the link stays the same.

    Errors: `NotFound` where the account has no such video, or it is not finished.
    """
    cursor = await connection.execute(
        f"""INSERT INTO shares (video_id, slug, show_prompt, indexable)
            SELECT id, %(slug)s, %(prompt)s, %(index)s FROM videos
             WHERE id = %(video)s AND account_id = %(account)s AND status = 'completed'
            ON CONFLICT (video_id)
            DO UPDATE SET show_prompt = excluded.show_prompt, indexable = excluded.indexable
            RETURNING {SHARE_COLUMNS}""",
        {
            "slug": secrets.token_urlsafe(SLUG_BYTES),
            "prompt": show_prompt,
            "index": indexable,
            "video": video_id,
            "account": account_id,
        },
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotFound
    return as_share(row)


async def unshare(connection: Connection, account_id: int, video_id: int) -> bool:
    """Take the link back; it leads nowhere at once. False where there was none."""
    cursor = await connection.execute(
        """DELETE FROM shares USING videos
            WHERE shares.video_id = %s AND videos.id = shares.video_id AND videos.account_id = %s""",
        [video_id, account_id],
    )
    return bool(cursor.rowcount)


async def of_video(connection: Connection, account_id: int, video_id: int) -> Share | None:
    """How the account's video is shared, if it is."""
    cursor = await connection.execute(
        f"""SELECT {SHARE_COLUMNS} FROM shares JOIN videos ON videos.id = shares.video_id
             WHERE shares.video_id = %s AND videos.account_id = %s""",
        [video_id, account_id],
    )
    row = await cursor.fetchone()
    return as_share(row) if row else None


async def of_videos(connection: Connection, account_id: int, video_ids: list[int]) -> set[int]:
    """Which of the account's videos are shared."""
    cursor = await connection.execute(
        """SELECT video_id FROM shares JOIN videos ON videos.id = video_id
            WHERE video_id = ANY(%s) AND videos.account_id = %s""",
        [video_ids, account_id],
    )
    return {row["video_id"] for row in await cursor.fetchall()}


async def find(connection: Connection, slug: str) -> tuple[Share, Video]:
    """What a link leads to.

    Errors: `NotFound` for one that is malformed, unknown or taken back, or whose owner is suspended.
    """
    if not SLUG.fullmatch(slug):
        raise NotFound
    cursor = await connection.execute(
        f"""SELECT {SHARE_COLUMNS}, v.* FROM shares JOIN (SELECT {COLUMNS} FROM videos) v ON v.id = shares.video_id
              JOIN accounts a ON a.id = v.account_id
             WHERE slug = %s AND a.suspended_at IS NULL AND v.status = 'completed'""",
        [slug],
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotFound
    return as_share(row), as_video(row)
