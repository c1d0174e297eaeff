"""A caller of a running server, over the same HTTP API as everybody's: what `generate`, `animate` and the first video use."""

import base64
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx2

from promptreel.errors import PromptreelError

# A server that restarts is waited for; nothing is lost meanwhile.
PATIENCE = 60.0


class ServerUnreachable(PromptreelError):
    """No server answers at {url}; is `promptreel serve` running? ({reason})"""

    slug = "server_unreachable"


class ServerRefused(PromptreelError):
    """{reason}"""

    slug = "server_refused"


class VideoFailed(PromptreelError):
    """The video failed: {reason}"""

    slug = "video_failed"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a video stands: `fraction` of 0…1 done, and in a word what is being done."""

    fraction: float
    step: str


Watcher = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Door:
    """The words of one dialect for making a video."""

    create: str
    status: str
    id_key: str
    url_key: str


GENERATE = Door("/api/v1/generate", "/api/v1/video/{}/status", "video_id", "video_url")
ANIMATE = Door("/api/v1/gen_video", "/api/v1/gen_video/{}", "requestId", "outputUrl")


class Client:
    """A server at `url`, called with `token`. `transport` replaces the network in tests."""

    def __init__(self, url: str, token: str, transport: httpx2.BaseTransport | None = None) -> None:
        self.url = url.rstrip("/")
        self._http = httpx2.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx2.Timeout(30, read=150),
            transport=transport,
            follow_redirects=False,
            # The server is ours; a proxy is for the world outside.
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def make(self, door: Door, fields: dict[str, Any], watcher: Watcher, key: str | None = None) -> dict[str, Any]:
        """Make a video and wait for it; the server's last answer. The same `key` makes no second one.

        Errors: `ServerUnreachable`, `ServerRefused`, `VideoFailed`.
        """
        headers = {"Idempotency-Key": key or uuid4().hex}
        accepted = self._call("POST", door.create, json=fields, headers=headers)
        watcher(Progress(0.0, "waiting"))
        # An account with a daily quota should not spend it on looking: fewer, longer calls.
        limited = door is GENERATE and "x-ratelimit-limit" in accepted.headers
        wait = {"Prefer": f"wait={60 if limited else 1}"}
        path = door.status.format(accepted.json()[door.id_key])
        while True:
            answer: dict[str, Any] = self._call("GET", path, headers=wait).json()
            match answer["status"]:
                case "completed":
                    watcher(Progress(1.0, "done"))
                    return answer
                case "failed":
                    raise VideoFailed(reason=answer.get("error", "no reason was given"))
                case "processing":
                    watcher(Progress(answer.get("progress", 0) / 100, answer.get("step") or "rendering"))
                case _:
                    watcher(Progress(0.0, "waiting"))

    def download(self, url: str, path: Path) -> None:
        """Save the file at `url` (an answer's link) as `path`, whole or not at all.

        Errors: `ServerUnreachable`, `ServerRefused`, `OSError`.
        """
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            with self._http.stream("GET", url) as response, part.open("wb") as file:
                if not response.is_success:
                    raise ServerRefused(reason=f"The file was not given: HTTP {response.status_code}")
                for chunk in response.iter_bytes():
                    file.write(chunk)
            part.replace(path)
        except httpx2.HTTPError as error:
            raise ServerUnreachable(url=self.url, reason=str(error)) from None
        finally:
            part.unlink(missing_ok=True)

    def _call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """One call, again while the server is away: with the idempotency key, a repeated create is the same one.

        Errors: `ServerUnreachable`, `ServerRefused` with the server's own words.
        """
        deadline = None
        while True:
            try:
                response = self._http.request(method, path, **options)
            except httpx2.InvalidURL as error:
                raise ServerUnreachable(url=self.url, reason=str(error)) from None
            except httpx2.ConnectError as error:
                # Away from the start: most likely the address is wrong.
                if deadline is None and method == "POST":
                    raise ServerUnreachable(url=self.url, reason=str(error)) from None
                reason = str(error)
            except httpx2.HTTPError as error:
                reason = str(error) or type(error).__name__
            else:
                if response.status_code not in {502, 503, 504} or "Retry-After" in response.headers:
                    return accept(response)
                reason = refusal(response)
            deadline = deadline or time.monotonic() + PATIENCE
            if time.monotonic() > deadline:
                raise ServerUnreachable(url=self.url, reason=reason)
            time.sleep(0.5)


def counts(answer: Mapping[str, Any]) -> dict[str, int]:
    """How many content words of the prompt a finished video shows, approximates and does not show, from the answer for it."""
    words = prompt_words(answer)
    return {fate: sum(word["status"] == fate for word in words) for fate in ("shown", "approximated", "not_shown")}


def prompt_words(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The content words of the prompt with their fates, from an answer of either dialect; none before it is known."""
    told = answer.get("prompt_report") or answer.get("promptReport") or {}
    words: list[dict[str, Any]] = told.get("words", [])
    return words


def accept(response: httpx2.Response) -> httpx2.Response:
    """The response where it is a success. Errors: `ServerRefused`."""
    if response.is_success:
        return response
    raise ServerRefused(reason=refusal(response))


def refusal(response: httpx2.Response) -> str:
    """Why a server refused, in its own words where it has any."""
    try:
        told = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        return f"The server answered HTTP {response.status_code}"
    return f"The server refused: {told} (HTTP {response.status_code})"


def read_picture(image: str) -> str:
    """A picture as the API takes it: a URL as it is, a file in base64. Errors: `OSError`."""
    if image.startswith(("http://", "https://", "data:")):
        return image
    return base64.b64encode(Path(image).read_bytes()).decode()
