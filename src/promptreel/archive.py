"""Several stored files as one zip that is made while it is read: stored, not deflated, and never whole in memory."""

import re
import unicodedata
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from promptreel.errors import NotFound
from promptreel.storage import Storage

LONGEST_NAME = 56
"""Characters of a prompt that go into a file's name. Within 255 bytes with its ending in any script."""

# What some file system refuses (Windows is the strictest), and what no name needs.
UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+')
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the zip: its name there, the key under which it is stored, and when it was made."""

    name: str
    key: str
    made_at: datetime


def file_names(prompts: Sequence[tuple[int, str]], ending: str = ".mp4") -> list[str]:
    """Names that every file system takes for videos with these numbers and prompts, no two alike in any case."""
    names: list[str] = []
    taken: set[str] = set()
    for number, prompt in prompts:
        name = base = file_name(prompt)
        while not name or name.casefold() in taken:
            name = f"{base} {number}" if base and name == base else f"{name}_{number}".lstrip("_")
        taken.add(name.casefold())
        names.append(name + ending)
    return names


def file_name(prompt: str) -> str:
    """The beginning of a prompt as the name of a file, without an ending; empty where nothing of it fits."""
    text = " ".join(UNFIT.sub(" ", unicodedata.normalize("NFC", prompt)).split())
    if len(text) > LONGEST_NAME:
        text = text[:LONGEST_NAME].rsplit(" ", 1)[0] if " " in text[30:LONGEST_NAME] else text[:LONGEST_NAME]
    text = text.strip(" .,;")
    return f"_{text}" if RESERVED.fullmatch(text) else text


class Outbox:
    """What `zipfile` writes to: it holds what was written since it was last emptied. Nobody can seek in what is sent."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take a piece."""
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""

    def empty(self) -> bytes:
        """All that was written since the last time."""
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data


async def stream(storage: Storage, entries: Sequence[Entry]) -> AsyncIterator[bytes]:
    """The zip's bytes, a piece of a file at a time. A file that is gone meanwhile is left out."""
    outbox = Outbox()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            try:
                size = (await storage.head(entry.key)).size
            except NotFound:
                continue
            info = zipfile.ZipInfo(entry.name, entry.made_at.astimezone(UTC).timetuple()[:6])
            info.file_size = size
            with archive.open(info, "w") as target:
                async for piece in storage.stream(entry.key, 0, size):
                    target.write(piece)
                    yield outbox.empty()
            yield outbox.empty()
    yield outbox.empty()
