"""What comes from a server: read no further than it may be, and told no more of than can be shown."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, BinaryIO

import httpx2

from promptreel.engines.remote.protocol import Away
from promptreel.errors import EngineFailed

MOST_ANSWER = 4 << 20
"""Bytes of what is no film."""

MOST_WORDS = 300
"""Characters of an error's words that are handed on."""

STALLED = 60.0
"""Seconds after which what nothing comes of is given up; of a film, those in which less than `SLOWEST` of it came."""

SLOWEST = 1 << 20
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: its status, what its JSON says (None for anything else), and its text as far as it was read."""

    status: int
    headers: Mapping[str, str]
    json: Any
    text: str

    @property
    def ok(self) -> bool:
        """Whether it is one of the 2xx."""
        return 200 <= self.status < 300

    @property
    def again_in(self) -> float | None:
        """Seconds that the server asks to wait: `openai-poll-after-ms`, or `Retry-After` as a number."""
        for name, unit in (("openai-poll-after-ms", 0.001), ("retry-after", 1.0)):
            try:
                seconds = float(self.headers.get(name, "")) * unit
            except ValueError:
                continue
            if 0 <= seconds < float("inf"):
                return seconds
        return None


def read(response: httpx2.Response, most: int = MOST_ANSWER) -> Answer:
    """The answer, read to its end. Errors: `EngineFailed` where that does not come, `Away` as `pieces`."""
    data = bytearray()
    for piece in pieces(response):
        data += piece
        if len(data) > most:
            raise EngineFailed("the server's answer has no end")
    text = data.decode("utf-8", "replace")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    return Answer(response.status_code, response.headers, said, text[:2000])


def pieces(response: httpx2.Response) -> Iterator[bytes]:
    """The body as it comes. Errors: `Away` for one that is packed: nobody asked for that, and kilobytes become gigabytes."""
    if response.headers.get("content-encoding", "").strip().lower() not in ("", "identity"):
        raise Away("the server packs its answers, though it was asked not to")
    return response.iter_bytes()


# -- films -------------------------------------------------------------------------------------------------------------


class Incoming:
    """A film on its way into a file. Errors of all calls: as `Wire.download` has them."""

    def __init__(self, file: BinaryIO, name: str, going_on: Callable[[], bool], most: int) -> None:
        self._file, self._name, self._going_on, self._most = file, name, going_on, most
        self._size, self._since, self._size_then = 0, time.monotonic(), 0
        file.seek(0)
        file.truncate()

    def expect(self, declared: str) -> None:
        """Hear what its `Content-Length` says."""
        if declared.isdigit() and int(declared) > self._most:
            raise EngineFailed(f"{self._name} is larger than {self._most >> 20} MiB")

    def add(self, piece: bytes) -> None:
        """Write the next piece."""
        self._size += len(piece)
        self.expect(str(self._size))
        if not self._going_on():
            raise Away("the copy was stopped")
        if (now := time.monotonic()) - self._since > STALLED:
            if self._size - self._size_then < SLOWEST:
                raise Away(f"{self._name} comes too slowly")
            self._since, self._size_then = now, self._size
        try:
            self._file.write(piece)
            self._file.flush()
        except OSError as error:  # of this machine: the disk is full
            raise EngineFailed(f"the film could not be kept ({error.strerror or type(error).__name__})") from None


# -- words -------------------------------------------------------------------------------------------------------------


ADDRESSES = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>]+|\bdata:[^\s'\"<>]+", re.IGNORECASE)
SECRETS = re.compile(
    r"\bbearer\s+\S+|\b(?:sk|pk|hf|key)[-_][\w-]{8,}|\b(?:api[-_]?key|token|secret|password)\b\s*[=:]\s*\S+",
    re.IGNORECASE,
)


def sentence(answer: Answer) -> str:
    """What an answer says of what went wrong, if anything."""
    try:
        return message(answer.json) or ("" if "<" in answer.text[:20] else answer.text)
    except RecursionError:
        return ""


def cleaned(text: str) -> str:
    """One line without addresses, keys and files."""
    return one_line(SECRETS.sub("…", ADDRESSES.sub("…", text)))


def one_line(text: str) -> str:
    """The text as a database, a log and a terminal can take it, of at most `MOST_WORDS` characters."""
    text = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return text if len(text) <= MOST_WORDS else text[: MOST_WORDS - 1] + "…"


def message(said: Any) -> str:
    """The sentence in an error's JSON, of the shapes there are: OpenAI's, FastAPI's with one detail or several, plain."""
    if isinstance(said, str):
        return said
    if isinstance(said, list):
        return "; ".join(filter(None, (message(each) for each in said[:3])))
    if not isinstance(said, dict):
        return ""
    where = ".".join(str(each) for each in said.get("loc", ()) if each != "body") if "loc" in said else ""
    for name in ("error", "detail", "message", "msg", "reason"):
        if found := message(said.get(name)):
            return f"{where}: {found}" if where else found
    return ""


def reason_phrase(status: int) -> str:
    """The status in words."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no reason"
