"""HTTP to one server of the operator's: its key never leaves for another host, an error or a log, and nothing endless is read.

The address is the operator's own and may be private. Where an answer names another host (a redirect, a cloud URL), that is
a stranger's word: it gets a plain GET without the key, and only by `promptreel.fetch`, which judges where it leads.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from socket import SHUT_RDWR
from typing import TYPE_CHECKING, Any, BinaryIO
from weakref import WeakSet

import httpx2

from promptreel import fetch
from promptreel.engine_config import RemoteConfig
from promptreel.engines.remote import answers
from promptreel.engines.remote.answers import MOST_ANSWER, STALLED, Answer, Incoming, pieces, read
from promptreel.engines.remote.protocol import Away, NotThere
from promptreel.errors import EngineFailed, UrlRefused, UrlUnreachable

if TYPE_CHECKING:
    from httpx2.websockets import WebSocketSession

MOST_BYTES = 2 << 30
"""Of a film."""

MOST_REDIRECTS = 3
QUICK = 3.0
"""Seconds to wait for what somebody else waits for: whether a server is up, and telling it to stop."""

POLLED = 15.0
"""Seconds to wait for how a job stands."""

ACCEPTED = 300.0
"""Seconds to wait until a job is taken: some read its prompt with a language model first. A job whose id was not waited for
would be rendered for nobody.
"""

MOST_ID = 1000
"""Characters of a job's id: they stand in addresses and in the database."""

BUSY = frozenset({408, 425, 429, 502, 503, 504})
"""Statuses of a server, or of a proxy before it, that is not to be asked just now."""

PASSED_ON = frozenset({502, 504})
"""Of these, those of a proxy that has lost sight of a request which it passed on."""

NOT_OURS = frozenset({401, 402, 403, 404, 405})
"""Statuses of a server that is set up wrongly (its address, its key, an account there without money): no video's fault."""


class Wire:
    """Requests to one server. Paths begin with a slash and stand behind the server's address, `/v1` of which is left off.

    For several threads at once.
    """

    def __init__(
        self,
        config: RemoteConfig,
        index: int,
        transport: httpx2.BaseTransport | None = None,
        outside: Mapping[str, Any] | None = None,
    ) -> None:
        """`transport` reaches the server, `outside` is how `promptreel.fetch` reaches others, where that is not as usual."""
        self.root = httpx2.URL(config.servers[index].root + "/")
        self.name = f"server {index + 1}" + (f" of {len(config.servers)}" if len(config.servers) > 1 else "")
        self._key = config.secret
        self._connect = config.connect_seconds
        self._outside = {"allow_networks": config.allow_networks, **(outside or {})}
        self._streams: WeakSet[Any] = WeakSet()
        """All connections there are, to be ended from another thread."""
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
        """The whole answer to one request, of whatever status; within `patience` seconds, of at most `most` bytes; `content`
        as httpx2 takes it (`json`, `files` …).

        Errors: `Away` where there is none, `EngineFailed` for one without an end.
        """
        timeout = httpx2.Timeout(patience, connect=min(patience, self._connect))
        url = self.url(path)
        try:
            with self._within(patience):
                for _ in range(MOST_REDIRECTS + 1):
                    response = self._sent(method, url, timeout=timeout, **content)
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
            sent = not isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout)
            raise Away(f"{self.name} cannot be reached ({type(error).__name__})", perhaps_done=sent) from None
        raise Away(f"{self.name} leads from one address to the next")

    def _sent(self, method: str, url: httpx2.URL, **content: Any) -> httpx2.Response:
        """The beginning of the answer."""
        extensions = {"trace": self._trace}
        request = self._client.build_request(method, url, headers=self._headers(url), extensions=extensions, **content)
        return self._client.send(request, stream=True)

    def _trace(self, event: str, told: Mapping[str, Any]) -> None:
        """What httpcore tells of a request: here, its new connections."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._streams.add(told["return_value"])

    @contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        """End what the block waits for once it has lasted so long. Timeouts alone are from byte to byte: for a server that
        sends one of them now and then, it would never be too late. Errors: `Away`.
        """
        late = threading.Event()

        def end() -> None:
            late.set()
            for stream in list(self._streams):
                with suppress(Exception):
                    stream.get_extra_info("socket").shutdown(SHUT_RDWR)

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            if late.is_set():
                raise Away(f"{self.name} has not answered within {seconds:.0f} seconds", perhaps_done=True) from None

    def asked(self, method: str, path: str, **content: Any) -> Answer:
        """The answer of a request that has to succeed. Errors: `Away` where the server is busy or set up wrongly, also for
        each status that says no more than that; `EngineFailed` with its own words where it refuses the request itself.
        """
        return self.accepted(self.ask(method, path, **content))

    def accepted(self, answer: Answer) -> Answer:
        """The answer, if it is a success. Errors: as `asked` has them."""
        if answer.ok:
            return answer
        useless = self.useless(answer)
        if answer.status in BUSY | NOT_OURS or answer.status < 400:
            raise useless
        raise EngineFailed(useless.reason)

    def told(self, path: str, **content: Any) -> dict[str, Any]:
        """The object that is at `path`. Errors: `Away`, whatever else the answer is."""
        answer = self.ask("GET", path, **content)
        if answer.ok and isinstance(answer.json, dict):
            return answer.json
        raise self.useless(answer)

    def useless(self, answer: Answer) -> Away:
        """What to make of an answer that is of no use."""
        told = "with what it should not" if answer.ok else f"{answer.status}: {self.words(answer)}"
        return Away(f"{self.name} answers {told}", answer.again_in, perhaps_done=answer.status in PASSED_ON)

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

        The answer: without text where it was copied, else what the server says instead. Errors: `Away` where it is cut off,
        comes too slowly or is where nobody is let in, or `going_on()` turns false; `EngineFailed` for more than `most` bytes
        or than this machine takes.
        """
        url = self._reachable(self.root, place) if "://" in place else self.url(place)
        film = Incoming(file, f"the film of {self.name}", going_on, most)
        try:
            for _ in range(MOST_REDIRECTS + 1):
                if url.host != self.root.host:
                    return self._fetched(url, film)
                response = self._sent("GET", url)
                try:
                    following = self._following(response)
                    if following is None and not response.is_success:
                        return read(response)
                    if following is None:
                        film.expect(response.headers.get("content-length", ""))
                        for piece in pieces(response):
                            film.add(piece)
                        return Answer(response.status_code, response.headers, None, "")
                finally:
                    response.close()
                url = following
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            raise Away(f"the film of {self.name} was cut off ({type(error).__name__})") from None
        raise Away(f"{self.name} leads from one address to the next")

    def _fetched(self, url: httpx2.URL, film: "Incoming") -> Answer:
        """The answer of another host. Errors: those of `download`."""
        try:
            status = asyncio.run(fetch.fetch_to(str(url), film.add, stalled=STALLED, **self._outside))
        except (UrlRefused, UrlUnreachable):
            raise Away(
                f"the film of {self.name} is on another host, which is out of reach or not public (see allow_networks)"
            ) from None
        return Answer(status, {}, None, "")

    def arrived(self, answer: Answer) -> None:
        """Errors: `NotThere` or `Away` where the answer to a download is no film."""
        if not answer.ok:
            told = f"{self.name} answers {answer.status} when asked for the film: {self.words(answer)}"
            raise (Away if answer.status >= 500 or answer.status == 429 else NotThere)(told, answer.again_in)

    def job_in(self, answer: Answer, field: str) -> str:
        """The job's id in the answer to handing it in. Errors: `Away` for what is of no such server, as a proxy's page;
        `EngineFailed` where there is none.
        """
        if not isinstance(answer.json, dict):
            raise self.useless(answer)
        job = answer.json.get(field)
        if not isinstance(job, str) or not 0 < len(job) <= MOST_ID or not job.isprintable():
            raise EngineFailed(f"{self.name} took the job and told no id")
        return job

    # -- words ---------------------------------------------------------------------------------------------------------

    def words(self, answer: Answer) -> str:
        """What an answer says of what went wrong, for people: in the server's own words, cleaned."""
        return self.cleaned(answers.sentence(answer)) or answers.reason_phrase(answer.status)

    def cleaned(self, text: str) -> str:
        """The server's words without the key, addresses and files."""
        return answers.cleaned(text.replace(self._key, "…") if self._key else text)


def same_host(one: httpx2.URL, other: httpx2.URL) -> bool:
    """Whether both lead to the same scheme, host and port."""
    return (one.scheme, one.host, port(one)) == (other.scheme, other.host, port(other))


def port(url: httpx2.URL) -> int:
    """The port that `url` means, also where it says none."""
    return url.port or {"http": 80, "https": 443}.get(url.scheme, 0)
