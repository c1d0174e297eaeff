"""The newest frame of what is being rendered, as a small JPEG. Written with the progress of an attempt, gone with its end."""

from datetime import datetime

from promptreel.db.pool import Connection

LARGEST = 64 * 1024
"""Bytes. An engine makes a tenth of it; who sends more is not believed."""


def sane(picture: bytes) -> bool:
    """Whether these bytes may be kept and shown: of a JPEG's beginning and size."""
    return len(picture) <= LARGEST and picture.startswith(b"\xff\xd8\xff")


async def find(connection: Connection, account_id: int, video_id: int) -> tuple[bytes, datetime] | None:
    """The account's picture of a video that is being rendered, and when it was made; None where there is none."""
    cursor = await connection.execute(
        """SELECT p.picture, p.made_at FROM previews p JOIN videos v ON v.id = p.video_id
            WHERE v.id = %s AND v.account_id = %s AND v.status = 'processing'""",
        [video_id, account_id],
    )
    row = await cursor.fetchone()
    return (bytes(row["picture"]), row["made_at"]) if row else None


async def drop(connection: Connection, video_id: int) -> None:
    """Nothing is being rendered any more."""
    await connection.execute("DELETE FROM previews WHERE video_id = %s", [video_id])
