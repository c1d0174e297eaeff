"""What operators put into the places of the front page: a sentence of their own to be rendered, or a video that is there."""

from dataclasses import dataclass

from promptreel.db.pool import Connection
from promptreel.errors import NotFound
from promptreel.videos import COLUMNS, Video, as_video

MOST_CANDIDATES = 50

SHOWABLE = f"""
    SELECT {", ".join(f"v.{name}" for name in COLUMNS.split(", "))} FROM videos v
      JOIN accounts a ON a.id = v.account_id AND a.suspended_at IS NULL AND NOT a.internal
      LEFT JOIN shares s ON s.video_id = v.id
     WHERE v.status = 'completed' AND (a.operator OR (s.show_prompt AND s.indexable))
       AND NOT coalesce((v.spec ->> 'has_image')::boolean, false)
"""
"""Videos made of words alone that everybody may see with their prompt: an operator's, and those whose owners let search engines
list them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen for a place: a prompt and a seed instead of the built-in ones, or a video as long as it may be shown."""

    prompt: str | None
    seed: int | None
    video: Video | None


async def read(connection: Connection) -> dict[str, Choice]:
    """The choices, by place."""
    cursor = await connection.execute("SELECT place, prompt, seed, video_id FROM showcase_choices")
    rows = await cursor.fetchall()
    wanted = [row["video_id"] for row in rows if row["video_id"] is not None]
    found = {video.id: video for video in await showable(connection, wanted)} if wanted else {}
    return {row["place"]: Choice(row["prompt"], row["seed"], found.get(row["video_id"])) for row in rows}


async def showable(connection: Connection, ids: list[int]) -> list[Video]:
    """Those of the videos that may be shown on the front page."""
    cursor = await connection.execute(f"{SHOWABLE} AND v.id = ANY(%s)", [ids])
    return [as_video(row) for row in await cursor.fetchall()]


async def candidates(connection: Connection) -> list[Video]:
    """The newest videos that may be shown on the front page."""
    cursor = await connection.execute(f"{SHOWABLE} ORDER BY v.id DESC LIMIT %s", [MOST_CANDIDATES])
    return [as_video(row) for row in await cursor.fetchall()]


async def find_shown(connection: Connection, video_id: int) -> Video | None:
    """A video that stands on the front page by an operator's choice; None for any other."""
    cursor = await connection.execute(
        f"{SHOWABLE} AND v.id = (SELECT video_id FROM showcase_choices WHERE video_id = %s LIMIT 1)", [video_id]
    )
    row = await cursor.fetchone()
    return as_video(row) if row else None


async def choose_film(connection: Connection, place: str, prompt: str | None, seed: int | None) -> None:
    """Have a place filled by a film that is rendered for it; None: the built-in one."""
    await put(connection, place, prompt, seed, None)


async def choose_video(connection: Connection, place: str, video_id: int) -> None:
    """Have a place filled by a video that is there. Errors: `NotFound` for one that may not be shown."""
    if not await showable(connection, [video_id]):
        raise NotFound
    await put(connection, place, None, None, video_id)


async def put(connection: Connection, place: str, prompt: str | None, seed: int | None, video_id: int | None) -> None:
    """Keep the choice for a place instead of the one before."""
    await connection.execute(
        """INSERT INTO showcase_choices (place, prompt, seed, video_id) VALUES (%s, %s, %s, %s)
           ON CONFLICT (place)
           DO UPDATE SET prompt = excluded.prompt, seed = excluded.seed, video_id = excluded.video_id""",
        [place, prompt, seed, video_id],
    )
