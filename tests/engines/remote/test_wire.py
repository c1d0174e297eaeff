"""HTTP to a server of the operator's: its key stays there, and no answer is endless."""

import io
import logging
import traceback
from contextlib import contextmanager

import httpx2
import pytest

from promptreel.engines.remote import wire
from promptreel.engines.remote.engine import RemoteEngine
from promptreel.engines.remote.health import check
from promptreel.engines.remote.protocol import Away
from promptreel.engines.remote.wire import Wire, message
from promptreel.errors import EngineFailed

from .conftest import Listener, config, rendered
from .servers import KEY, running


@contextmanager
def answering(answer, **table):
    """A wire whose requests are answered by a function; it and the requests so far."""
    seen = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return answer(request)

    made = Wire(config("https://gpu.example/api/v1", **table), 0, httpx2.MockTransport(handle))
    try:
        yield made, seen
    finally:
        made.close()


def always() -> bool:
    return True


# -- the key -----------------------------------------------------------------------------------------------------------


def test_the_key_goes_to_the_server():
    with answering(lambda _: httpx2.Response(200, json={})) as (line, seen):
        line.ask("GET", "/v1/models")
    assert str(seen[0].url) == "https://gpu.example/api/v1/models"
    assert seen[0].headers["authorization"] == f"Bearer {KEY}"


def test_no_key_is_no_header():
    with answering(lambda _: httpx2.Response(200, json={}), key="") as (line, seen):
        line.ask("GET", "/v1/models")
    assert "authorization" not in seen[0].headers


@pytest.mark.parametrize("other", ["https://evil.example/x", "https://gpu.example:8443/x", "//evil.example/x"])
def test_the_key_does_not_follow_to_another_host(other):
    def answer(request):
        moved = request.url.path.startswith("/api")
        return httpx2.Response(307, headers={"location": other}) if moved else httpx2.Response(200, content=b"film")

    with answering(answer) as (line, seen):
        assert line.ask("POST", "/v1/videos", json={"prompt": "secret"}).status == 307
        assert len(seen) == 1  # what is asked of the server is nobody else's business
        file = io.BytesIO()
        assert line.download("/v1/videos/x/content", file, always).ok
    assert file.getvalue() == b"film"
    assert "authorization" not in seen[-1].headers and seen[-1].url.path == "/x"


@pytest.mark.parametrize(
    "place", ["http://gpu.example/x", "file:///etc/passwd", "ftp://gpu.example/x", "https://[::bad/x"]
)
def test_a_film_is_not_fetched_from_what_is_no_safe_web_address(place):
    with answering(lambda _: httpx2.Response(200)) as (line, seen), pytest.raises((EngineFailed, Away)):
        line.download(place, io.BytesIO(), always)
    assert not seen


def test_a_film_elsewhere_is_fetched_without_key_and_password():
    with answering(lambda _: httpx2.Response(200, content=b"film")) as (line, seen):
        line.download("https://user:pass@bucket.example/k?sig=1", io.BytesIO(), always)
    assert "authorization" not in seen[0].headers and str(seen[0].url) == "https://bucket.example/k?sig=1"


def test_a_redirect_on_the_same_host_is_followed():
    def answer(request):
        if request.url.path.endswith("/"):
            return httpx2.Response(200, json={"id": "x"})
        return httpx2.Response(308, headers={"location": str(request.url) + "/"})

    with answering(answer) as (line, seen):
        assert line.asked("POST", "/v1/videos", json={"a": 1}).json == {"id": "x"}
    assert seen[1].headers["authorization"] == f"Bearer {KEY}" and seen[1].content == seen[0].content


def test_redirects_have_an_end():
    with answering(lambda request: httpx2.Response(302, headers={"location": str(request.url)})) as (line, seen):
        with pytest.raises(Away):
            line.ask("GET", "/v1/models")
        with pytest.raises(Away):
            line.download("/v1/videos/x/content", io.BytesIO(), always)
    assert len(seen) < 10


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: httpx2.Response(401, json={"error": {"message": f"Incorrect API key provided: {KEY}"}}),
        lambda _: httpx2.Response(400, text=f"Authorization: Bearer {KEY[:12]}…"),
        lambda _: (_ for _ in ()).throw(httpx2.ConnectError(f"no route with {KEY}")),
        lambda _: httpx2.Response(500, json={"detail": {"reason": f"token={KEY}"}}),
    ],
)
def test_the_key_is_in_no_error_no_log_and_no_repr(answer, caplog):
    caplog.set_level(logging.DEBUG)
    with answering(answer) as (line, _):
        with pytest.raises((Away, EngineFailed)) as caught:
            line.asked("POST", "/v1/videos", json={})
        told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(line) + caplog.text
    assert KEY not in told and KEY[:12] not in told and "gpu.example" not in str(caught.value)


def test_a_whole_attempt_tells_the_key_to_nobody(caplog):
    caplog.set_level(logging.DEBUG)
    with running("sglang", fails=f"upstream said {KEY}") as fake:
        fake.cloud = fake.base.replace("127.0.0.1", "localhost") + "/cloud/x"
        table = config(fake.base, protocol="sglang")
        engine, heard = RemoteEngine(table), Listener()
        with pytest.raises(EngineFailed) as caught:
            rendered(engine, heard.job())
        assert set(fake.keys) == {f"Bearer {KEY}"}
        told = [repr(engine), repr(table), str(caught.value), caplog.text, repr(heard.memos), repr(heard.told)]
        told += [repr(engine.report(heard.job().spec)), repr(check(table, 0))]
    assert not [each for each in told if KEY in each]


# -- sizes and breaks --------------------------------------------------------------------------------------------------


def test_an_answer_without_end_is_given_up():
    endless = (b"x" * 65536 for _ in iter(int, 1))
    with (
        answering(lambda _: httpx2.Response(200, content=endless)) as (line, _),
        pytest.raises(EngineFailed, match="no end"),
    ):
        line.ask("GET", "/v1/models")


@pytest.mark.parametrize("declared", [True, False])
def test_a_film_that_is_too_large_is_given_up(declared):
    content = b"x" * 5000 if declared else (b"x" * 1000 for _ in range(5))
    file = io.BytesIO()
    with (
        answering(lambda _: httpx2.Response(200, content=content)) as (line, _),
        pytest.raises(EngineFailed, match="larger"),
    ):
        line.download("/v1/videos/x/content", file, always, most=4000)
    assert len(file.getvalue()) <= 4000


def test_a_full_disk_is_no_servers_fault():
    class Full(io.BytesIO):
        def write(self, _):
            raise OSError(28, "No space left on device")

    with (
        answering(lambda _: httpx2.Response(200, content=b"film")) as (line, _),
        pytest.raises(EngineFailed, match="No space"),
    ):
        line.download("/v1/videos/x/content", Full(), always)


def test_a_second_copy_starts_at_the_beginning():
    with answering(lambda _: httpx2.Response(200, content=b"new")) as (line, _):
        file = io.BytesIO(b"older and longer")
        line.download("/v1/videos/x/content", file, always)
    assert file.getvalue() == b"new"


def test_a_copy_ends_when_nobody_wants_it():
    with answering(lambda _: httpx2.Response(200, content=b"x" * 10)) as (line, _), pytest.raises(Away):
        line.download("/v1/videos/x/content", io.BytesIO(), lambda: False)


def test_certificates_are_checked():
    """Against a certificate that nobody signed."""
    import ssl

    line = Wire(config("https://gpu.example"), 0)
    context = line._client._transport._pool._ssl_context
    assert context.verify_mode == ssl.CERT_REQUIRED and context.check_hostname
    line.close()


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"error": {"message": "no money", "code": None}}, "no money"),
        ({"detail": "not found"}, "not found"),
        ({"detail": [{"loc": ["body", "fps"], "msg": "bad"}, {"loc": ["body"], "msg": "worse"}]}, "fps: bad; worse"),
        ({"error": "plain"}, "plain"),
        ({"message": "m"}, "m"),
        ({"error": {"code": 5}}, ""),
        ([], ""),
        (None, ""),
        ({"error": None, "detail": None}, ""),
    ],
)
def test_the_sentence_is_found_in_every_shape_of_error(said, sentence):
    assert message(said) == sentence


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("see https://a.example/b?c=d now", "see … now"),
        ("s3://bucket/key and grpc://10.0.0.1:5", "… and …"),
        ("two\nlines\x00 and\ttabs", "two lines and tabs"),
        (f"key {KEY}.", "key …."),
        ("api_key=abcdef, password: hunter2", "… …"),
        ("ratio 16:9 is not supported: use 4:3", "ratio 16:9 is not supported: use 4:3"),
    ],
)
def test_words_are_cleaned(text, clean):
    line = Wire(config("https://gpu.example"), 0)
    assert line.cleaned(text) == clean
    assert len(line.cleaned("w " * 1000)) <= wire.MOST_WORDS
    line.close()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"openai-poll-after-ms": "250"}, 0.25),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "-1"}, None),
        ({}, None),
    ],
)
def test_how_long_a_server_asks_to_wait(headers, seconds):
    with answering(lambda _: httpx2.Response(429, headers=headers)) as (line, _):
        assert line.ask("GET", "/v1/models").again_in == seconds
