"""HTTP to one server of the operator's: its key never leaves for another host, an error or a log, and nothing endless is read.

The address is the operator's own and may be private. Where an answer names another address (a redirect, a cloud URL), that
gets a plain GET without the key.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from socket import SHUT_RDWR
from typing import TYPE_CHECKING, Any, BinaryIO

import httpx2

from promptreel.engine_config import RemoteConfig
from promptreel.engines.remote.protocol import Away
from promptreel.errors import EngineFailed

if TYPE_CHECKING:
    from httpx2.websockets import WebSocketSession

MOST_BYTES = 2 << 30
"""Of a film."""

MOST_ANSWER = 4 << 20
"""Bytes of any other answer."""

MOST_WORDS = 300
"""Characters of an error's words that are handed on."""

MOST_REDIRECTS = 3
QUICK = 3.0
"""Seconds to wait for what somebody else waits for: whether a server is up, and telling it to stop."""

POLLED = 15.0
"""Seconds to wait for how a job stands."""

ACCEPTED = 300.0
"""Seconds to wait until a job is taken: some read its prompt with a language model first. A job whose id was not waited for
would be rendered for nobody.
"""

STALLED = 60.0
"""Seconds without a byte after which anything else is given up."""

CHUNK = 1 << 20

BUSY = frozenset({408, 425, 429, 502, 503, 504})
"""Statuses of a server, or of a proxy before it, that is not to be asked just now."""

NOT_OURS = frozenset({401, 403, 404, 405})
"""Statuses of a server that is set up wrongly (its address, its key): no video's fault."""


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


class Wire:
    """Requests to one server. Paths begin with a slash and stand behind the server's address, `/v1` of which is left off.

    For several threads at once.
    """

    def __init__(self, config: RemoteConfig, index: int, transport: httpx2.BaseTransport | None = None) -> None:
        self.root = httpx2.URL(config.servers[index].url.rstrip("/").removesuffix("/v1") + "/")
        self.name = f"server {index + 1}" + (f" of {len(config.servers)}" if len(config.servers) > 1 else "")
        self._key = config.secret
        self._connect = config.connect_seconds
        # No timeout for the film as a whole: who waits for it stops it.
        timeout = httpx2.Timeout(STALLED, connect=self._connect)
        self._client = httpx2.Client(timeout=timeout, transport=transport, headers={"Accept-Encoding": "identity"})

    def __repr__(self) -> str:
        return f"<Wire to {self.name}>"

    def close(self) -> None:
        """End all connections."""
        self._client.close()

    def url(self, path: str) -> httpx2.URL:
        """The address of `path` there."""
        return self.root.join(path.lstrip("/"))

    # -- asking --------------------------------------------------------------------------------------------------------

    def ask(
        self, method: str, path: str, *, patience: float = STALLED, most: int = MOST_ANSWER, **content: Any
    ) -> Answer:
        """The whole answer to one request, of whatever status; within `patience` seconds from byte to byte, of at most `most`
        bytes; `content` as httpx2 takes it (`json`, `files` …).

        Errors: `Away` where there is none, `EngineFailed` for one without an end.
        """
        timeout = httpx2.Timeout(patience, connect=min(patience, self._connect))
        url = self.url(path)
        try:
            for _ in range(MOST_REDIRECTS + 1):
                request = self._client.build_request(
                    method, url, headers=self._headers(url), timeout=timeout, **content
                )
                response = self._client.send(request, stream=True)
                try:
                    following = self._following(response)
                    if following is None or not same_host(following, self.root):
                        return read(response, most)
                finally:
                    response.close()
                # What was asked must be asked again in the same way: 301 to 303 would make a GET of it.
                if method != "GET" and response.status_code not in (307, 308):
                    return Answer(response.status_code, {}, None, "it leads elsewhere")
                url = following
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            raise Away(f"{self.name} cannot be reached ({type(error).__name__})") from None
        raise Away(f"{self.name} leads from one address to the next")

    def asked(self, method: str, path: str, **content: Any) -> Answer:
        """The answer of a request that has to succeed. Errors: `Away` where the server is busy or set up wrongly, also for
        each status that says no more than that; `EngineFailed` with its own words where it refuses the request itself.
        """
        return self.accepted(self.ask(method, path, **content))

    def accepted(self, answer: Answer) -> Answer:
        """The answer, if it is a success. Errors: as `asked` has them."""
        if answer.ok:
            return answer
        told = f"{self.name} answers {answer.status}: {self.words(answer)}"
        if answer.status in BUSY | NOT_OURS or answer.status < 400:
            raise Away(told, answer.again_in)
        raise EngineFailed(told)

    @contextmanager
    def socket(self, path: str) -> Iterator["WebSocketSession"]:
        """A websocket to `path` there, for messages as long as other answers. Errors: those of httpx2 and its websockets."""
        url = self.url(path)
        with self._client.websocket(
            url, headers=self._headers(url), timeout=QUICK, max_message_size_bytes=MOST_ANSWER
        ) as session:
            try:
                yield session
            finally:
                # Closing alone would leave the session's reader waiting for a server that says nothing.
                with suppress(Exception):
                    session.stream.get_extra_info("socket").shutdown(SHUT_RDWR)

    def _headers(self, url: httpx2.URL) -> dict[str, str]:
        """The key, for the server itself and for nobody else."""
        return {"Authorization": f"Bearer {self._key}"} if self._key and same_host(url, self.root) else {}

    def _following(self, response: httpx2.Response) -> httpx2.URL | None:
        """Where an answer leads to. Errors: `Away` for what is no web address, or less safe than the one before."""
        if response.status_code not in (301, 302, 303, 307, 308) or "location" not in response.headers:
            return None
        return self._reachable(response.url, response.headers["location"])

    def _reachable(self, base: httpx2.URL, place: str) -> httpx2.URL:
        """The web address that `place` is, seen from `base`. Errors: `EngineFailed`."""
        try:
            url = base.join(place)
        except (httpx2.InvalidURL, ValueError):
            raise EngineFailed(f"{self.name} names an address that is none") from None
        if url.scheme not in ("http", "https") or not url.host:
            raise EngineFailed(f"{self.name} names an address that is not of the web")
        if base.scheme == "https" and url.scheme == "http":
            raise EngineFailed(f"{self.name} leads from https to http")
        return url.copy_with(username=None, password=None, fragment=None)

    # -- copying home --------------------------------------------------------------------------------------------------

    def download(self, place: str, file: BinaryIO, going_on: Callable[[], bool], most: int = MOST_BYTES) -> Answer:
        """Copy what is at `place`, a path there or a web address anywhere, into `file`, from its beginning.

        The answer: without text where it was copied, else what the server says instead. Errors: `Away` where it is cut off
        or `going_on()` turns false, `EngineFailed` for more than `most` bytes or than this machine takes.
        """
        url = self._reachable(self.root, place) if "://" in place else self.url(place)
        file.seek(0)
        file.truncate()
        try:
            for _ in range(MOST_REDIRECTS + 1):
                request = self._client.build_request("GET", url, headers=self._headers(url))
                response = self._client.send(request, stream=True)
                try:
                    following = self._following(response)
                    if following is None and not response.is_success:
                        return read(response)
                    if following is None:
                        self._copy(response, file, going_on, most)
                        return Answer(response.status_code, response.headers, None, "")
                finally:
                    response.close()
                url = following
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise Away(f"the film of {self.name} was cut off ({type(error).__name__})") from None
        except OSError as error:  # of this machine: the disk is full
            raise EngineFailed(f"the film could not be kept ({error.strerror or type(error).__name__})") from None
        raise Away(f"{self.name} leads from one address to the next")

    def _copy(self, response: httpx2.Response, file: BinaryIO, going_on: Callable[[], bool], most: int) -> None:
        too_large = EngineFailed(f"the film of {self.name} is larger than {most >> 20} MiB")
        declared = response.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > most:
            raise too_large
        copied = 0
        for piece in response.iter_bytes(CHUNK):
            copied += len(piece)
            if copied > most:
                raise too_large
            if not going_on():
                raise Away("the copy was stopped")
            file.write(piece)
        file.flush()

    # -- words ---------------------------------------------------------------------------------------------------------

    def words(self, answer: Answer) -> str:
        """What an answer says of what went wrong, for people: in the server's own words, cleaned."""
        found = message(answer.json) or ("" if "<" in answer.text[:20] else answer.text)
        return self.cleaned(found) or reason_phrase(answer.status)

    def cleaned(self, text: str) -> str:
        """One line without addresses, keys and files, of at most `MOST_WORDS` characters."""
        if self._key:
            text = text.replace(self._key, "…")
        text = SECRETS.sub("…", ADDRESSES.sub("…", text))
        text = " ".join("".join(each if each.isprintable() else " " for each in text).split())
        return text if len(text) <= MOST_WORDS else text[: MOST_WORDS - 1] + "…"


ADDRESSES = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>]+|\bdata:[^\s'\"<>]+", re.IGNORECASE)
SECRETS = re.compile(
    r"\bbearer\s+\S+|\b(?:sk|pk|hf|key)[-_][\w-]{8,}|\b(?:api[-_]?key|token|secret|password)\b\s*[=:]\s*\S+",
    re.IGNORECASE,
)


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


def same_host(one: httpx2.URL, other: httpx2.URL) -> bool:
    """Whether both lead to the same scheme, host and port."""
    return (one.scheme, one.host, port(one)) == (other.scheme, other.host, port(other))


def port(url: httpx2.URL) -> int:
    """The port that `url` means, also where it says none."""
    return url.port or {"http": 80, "https": 443}.get(url.scheme, 0)


def read(response: httpx2.Response, most: int = MOST_ANSWER) -> Answer:
    """The answer, read to its end. Errors: `EngineFailed` where that does not come."""
    data = bytearray()
    for piece in response.iter_bytes():
        data += piece
        if len(data) > most:
            raise EngineFailed("the server's answer has no end")
    text = data.decode("utf-8", "replace")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    return Answer(response.status_code, response.headers, said, text[:2000])
