"""GET /settings/export.zip: everything of an account, as one zip that is made while it is read."""

import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from promptreel import leaving
from promptreel.accounts import Account
from promptreel.archive import Outbox, file_name
from promptreel.errors import NotFound
from promptreel.videos import Video

if TYPE_CHECKING:
    from promptreel.runtime import Runtime

README = """This is everything that promptreel keeps of you.

account.json   the account, tokens (without their secrets), sign-ins, usage per day, what was done with the account
credits.json   every line of your credits, newest first
videos/        each video: its film, its pictures, and what was asked for and done
"""


async def stream(runtime: "Runtime", account: Account) -> AsyncIterator[bytes]:
    """The zip's bytes. Of videos and credits only a page is in memory at a time, of a file only a piece."""
    outbox = Outbox()
    now = runtime.clock()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_STORED) as archive:
        async with runtime.pool.connection() as connection:
            about = await leaving.about(connection, account)
        archive.writestr(entry("README.txt", now), README)
        archive.writestr(entry("account.json", now), as_json(about))
        with archive.open(entry("credits.json", now), "w") as target:
            before = b"["
            async for line in leaving.all_lines(runtime.pool, account.id):
                target.write(before + b"\n" + as_json(asdict(line)))
                before = b","
                yield outbox.empty()
            target.write(b"\n]\n" if before == b"," else b"[]\n")
        async for video in leaving.all_videos(runtime.pool, account.id):
            folder = f"videos/{video.id} {file_name(video.prompt)}".rstrip(" .")
            archive.writestr(entry(f"{folder}/video.json", video.created_at), as_json(as_document(video)))
            for key in (video.video_key, video.thumbnail_key, video.spritesheet_key):
                if key is None:
                    continue
                name = f"{folder}/{key.rpartition('/')[2]}"
                async for _ in put_file(runtime, archive, name, key, video.created_at):
                    yield outbox.empty()
            yield outbox.empty()
    yield outbox.empty()


async def put_file(
    runtime: "Runtime", archive: zipfile.ZipFile, name: str, key: str, made_at: datetime
) -> AsyncIterator[None]:
    """Put a stored file into the zip; yields after each piece. A file that is gone meanwhile is left out."""
    try:
        size = (await runtime.storage.head(key)).size
    except NotFound:
        return
    info = entry(name, made_at)
    info.file_size = size
    with archive.open(info, "w") as target:
        async for piece in runtime.storage.stream(key, 0, size):
            target.write(piece)
            yield


def entry(name: str, made_at: datetime) -> zipfile.ZipInfo:
    """A name in the zip, with its time."""
    return zipfile.ZipInfo(name, made_at.astimezone(UTC).timetuple()[:6])


def as_document(video: Video) -> dict[str, Any]:
    """A video as its owner may read it: without where it stood in the queue."""
    hidden = {"pool", "tag", "job_id", "attempt", "handed_back", "account_id"}
    document = asdict(video) | {"status": video.status.value, "spec": video.spec.as_dict()}
    return {name: value for name, value in document.items() if name not in hidden}


def as_json(value: Any) -> bytes:
    """Readable JSON."""
    return json.dumps(value, default=str, ensure_ascii=False, indent=2).encode()
