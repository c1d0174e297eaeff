"""HTTP to a server of the operator's: its key stays there, and no answer is endless."""

import gzip
import io
import logging
import socket
import threading
import time
import traceback
from contextlib import contextmanager, suppress

import httpx2
import pytest

from promptreel.engines.remote import answers
from promptreel.engines.remote.answers import message
from promptreel.engines.remote.engine import RemoteEngine
from promptreel.engines.remote.health import check
from promptreel.engines.remote.protocol import Away, NotThere
from promptreel.engines.remote.wire import Wire
from promptreel.errors import EngineFailed

from .conftest import Listener, config, rendered
from .servers import KEY, running


@contextmanager
def answering(answer, names=None, **table):
    """A wire whose requests are answered by a function; it and the requests so far. Other hosts have public addresses, or
    those in `names`.
    """
    seen = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return answer(request)

    async def resolve(host, port):
        return [(names or {}).get(host, "93.184.216.34")]

    outside = {"resolver": resolve, "transport": httpx2.MockTransport(handle)}
    made = Wire(config("https://gpu.example/api/v1", **table), 0, httpx2.MockTransport(handle), outside)
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
    assert "authorization" not in seen[0].headers and seen[0].headers["host"] == "bucket.example"
    assert str(seen[0].url) == "https://93.184.216.34/k?sig=1"  # the very address that was judged


@pytest.mark.parametrize(
    "place",
    [
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:127.0.0.1]/x",
        "https://inside.example/x",
        "https://moved.example/x",
    ],
)
def test_no_server_makes_us_fetch_from_where_only_we_can_reach(place):
    def answer(request):
        to_metadata = httpx2.Response(302, headers={"location": "https://169.254.169.254/latest"})
        return to_metadata if request.headers["host"] == "moved.example" else httpx2.Response(200, content=b"secret")

    file = io.BytesIO()
    with answering(answer, {"inside.example": "10.1.2.3"}) as (line, seen):
        with pytest.raises(Away, match="not public"):
            line.download(place, file, always)
        with pytest.raises(Away, match="not public"):  # nor by way of the server itself
            moved = httpx2.MockTransport(lambda _: httpx2.Response(302, headers={"location": place}))
            line._client._transport = moved
            line.download("/v1/videos/x/content", file, always)
    assert not file.getvalue() and {request.headers["host"] for request in seen} <= {"moved.example"}


def test_an_operators_own_store_is_let_in():
    store = {"names": {"store.example": "10.1.2.3"}, "allow_networks": ["10.1.0.0/16"]}
    file = io.BytesIO()
    with answering(lambda _: httpx2.Response(200, content=b"film"), **store) as (line, _):
        assert line.download("https://store.example:9000/x", file, always).ok
    assert file.getvalue() == b"film"


@pytest.mark.parametrize("place", ["/v1/videos/x/content", "https://bucket.example/x"])
def test_what_a_host_says_instead_of_a_film_is_no_film(place):
    file = io.BytesIO()
    with answering(lambda _: httpx2.Response(403, content=b"expired")) as (line, _):
        answer = line.download(place, file, always)
        with pytest.raises(NotThere, match="403"):
            line.arrived(answer)
    assert not file.getvalue()


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
        table = config(fake.base, protocol="sglang", allow_networks=["127.0.0.0/8", "::1/128"])
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


def test_packed_answers_are_not_unpacked():
    packed = {"content-encoding": "gzip"}
    with answering(lambda _: httpx2.Response(200, headers=packed, content=gzip.compress(b"0" * 10**6))) as (line, _):
        with pytest.raises(Away, match="packs"):
            line.ask("GET", "/v1/models")
        for place in ("/v1/videos/x/content", "https://bucket.example/x"):
            with pytest.raises(Away):
                line.download(place, io.BytesIO(), always)


@pytest.mark.parametrize("slow", ["header", "body"])
def test_an_answer_that_drips_in_is_not_waited_for(slow):
    """Byte by byte, none of them late."""
    over = threading.Event()

    def drip(listener):
        with suppress(OSError):
            connection, _ = listener.accept()
            connection.sendall(b"HTTP/1.1 200 OK\r\n" + (b"X: " if slow == "header" else b"\r\n"))
            while not over.wait(0.02):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=drip, args=[listener], daemon=True).start()
        line = Wire(config(f"http://127.0.0.1:{listener.getsockname()[1]}"), 0)
        try:
            with pytest.raises(Away, match="has not answered within"):
                line.ask("GET", "/v1/models", patience=0.4)
        finally:
            over.set()
            line.close()


def test_a_film_that_drips_in_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(answers, "STALLED", 0.1)
    endless = (time.sleep(0.02) or b"x" for _ in iter(int, 1))
    with (
        answering(lambda _: httpx2.Response(200, content=endless)) as (line, _),
        pytest.raises(Away, match="too slowly"),
    ):
        line.download("/v1/videos/x/content", io.BytesIO(), always)


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
    assert len(line.cleaned("w " * 1000)) <= answers.MOST_WORDS
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
