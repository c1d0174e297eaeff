"""The caller that `generate` and the first video use: waiting, repeating itself without harm, and telling what went wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from promptreel import client
from promptreel.client import ANIMATE, GENERATE, Client, Progress, ServerRefused, ServerUnreachable, VideoFailed

Answer = Callable[[httpx2.Request], httpx2.Response]


class Server:
    """Answers calls with what a test lists, and remembers them."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx2.Response):
            return answer
        return httpx2.Response(200, json=answer)

    def client(self) -> Client:
        return Client("http://reel.example/", "token", httpx2.MockTransport(self))


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("promptreel.client.time.sleep", lambda _: None)


def test_makes_a_video_and_tells_its_progress() -> None:
    server = Server(
        {"video_id": 7, "status": "pending"},
        {"status": "pending"},
        {"status": "processing", "progress": 40, "step": "waves"},
        {"status": "completed", "video_url": "http://reel.example/v.mp4"},
    )
    seen: list[Progress] = []
    with server.client() as client:
        answer = client.make(GENERATE, {"prompt": "x"}, seen.append)
    assert answer["video_url"] == "http://reel.example/v.mp4"
    assert [(p.fraction, p.step) for p in seen] == [(0, "waiting"), (0, "waiting"), (0.4, "waves"), (1, "done")]
    create, *polls = server.requests
    assert create.headers["Authorization"] == "Bearer token"
    assert json.loads(create.content) == {"prompt": "x"}
    assert {poll.url.path for poll in polls} == {"/api/v1/video/7/status"}
    assert {poll.headers["Prefer"] for poll in polls} == {"wait=1"}


def test_spares_a_daily_quota() -> None:
    limited = httpx2.Response(200, json={"video_id": 7}, headers={"X-RateLimit-Limit": "10"})
    server = Server(limited, {"status": "completed"})
    server.client().make(GENERATE, {}, lambda _: None)
    assert server.requests[1].headers["Prefer"] == "wait=60"


def test_animates_by_the_other_dialect() -> None:
    server = Server({"requestId": "a-b"}, {"requestId": "a-b", "status": "completed", "outputUrl": "u"})
    server.client().make(ANIMATE, {}, lambda _: None)
    assert [request.url.path for request in server.requests] == ["/api/v1/gen_video", "/api/v1/gen_video/a-b"]


def test_waits_for_a_server_that_restarts_and_repeats_the_same_request() -> None:
    server = Server(
        httpx2.ReadError("gone"),
        httpx2.Response(503, json={"error": "The database does not answer"}),
        {"video_id": 7},
        httpx2.ConnectError("refused"),
        {"status": "completed"},
    )
    server.client().make(GENERATE, {}, lambda _: None)
    keys = {request.headers["Idempotency-Key"] for request in server.requests if request.method == "POST"}
    assert len(keys) == 1


def test_gives_up_where_no_server_is() -> None:
    with pytest.raises(ServerUnreachable, match=r"http://reel.example.*refused"):
        Server(httpx2.ConnectError("refused")).client().make(GENERATE, {}, lambda _: None)


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (httpx2.Response(402, json={"error": "Insufficient credits"}), r"Insufficient credits \(HTTP 402\)"),
        (httpx2.Response(503, json={"error": "The queue is full"}, headers={"Retry-After": "9"}), "The queue is full"),
        (httpx2.Response(404, text="<html>"), "HTTP 404"),
        (httpx2.Response(302, headers={"Location": "http://elsewhere.example"}), "HTTP 302"),
    ],
)
def test_a_refusal_is_told_in_the_servers_words(response: httpx2.Response, words: str) -> None:
    with pytest.raises(ServerRefused, match=words):
        Server(response).client().make(GENERATE, {}, lambda _: None)


def test_a_failed_video_is_told() -> None:
    with pytest.raises(VideoFailed, match="Cancelled"):
        Server({"video_id": 7}, {"status": "failed", "error": "Cancelled"}).client().make(GENERATE, {}, lambda _: None)


def test_a_download_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    with pytest.raises(ServerRefused, match="403"):
        Server(httpx2.Response(403)).client().download("http://reel.example/v.mp4", path)
    assert list(tmp_path.iterdir()) == []
    Server(httpx2.Response(200, content=b"bytes")).client().download("http://reel.example/v.mp4", path)
    assert path.read_bytes() == b"bytes"
    assert list(tmp_path.iterdir()) == [path]


def test_the_fates_of_the_words_are_counted_in_both_dialects() -> None:
    words = [{"status": "shown"}, {"status": "shown"}, {"status": "not_shown"}]
    counted = {"shown": 2, "approximated": 0, "not_shown": 1}
    assert client.counts({"prompt_report": {"words": words}}) == counted
    assert client.counts({"promptReport": {"words": words}}) == counted
    assert sum(client.counts({"promptReport": {}}).values()) == sum(client.counts({}).values()) == 0
