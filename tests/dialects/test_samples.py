"""The seed pages' own samples against a live server, unchanged but for host and token.

The text copies of the pages have lost their indentation, which only Python minds: there it is put back.
"""

import asyncio
import io
import re
import shutil
import subprocess
import sys

import httpx2
import pytest
from PIL import Image

from promptreel import asgi
from promptreel.web import docs

from .conftest import Live


async def run(*command: str) -> str:
    """The output of a program that must end well."""
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=60, check=False, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def between(text: str, start: str, end: str) -> str:
    """What a page has between two lines."""
    return text[text.index(start) + len(start) : text.index(end)]


def at(live: Live, sample: str) -> str:
    """A sample with the host and the token put in, and nothing else."""
    for host in docs.SEED_HOSTS:
        sample = sample.replace(host, live.url)
    for token in ("your_token_here", "YOUR_TOKEN_HERE", "YOUR_API_KEY"):
        sample = sample.replace(token, live.token)
    return sample


def indented(python: str) -> str:
    """Python whose blocks, all of which are `if … else …` to the end, have lost their indentation."""
    depth = brackets = 0
    lines = []
    for line in python.splitlines():
        depth -= line == "else:"
        lines.append("    " * depth + line)
        brackets += sum(line.count(one) for one in "([{") - sum(line.count(one) for one in ")]}")
        depth += line.endswith(":") and not brackets
    return "\n".join(lines)


def squeezed(text: str) -> str:
    """Text without white space, to compare what the copies have left."""
    return re.sub(r"\s+", "", text)


async def test_python(live: Live, seed_text: dict[str, str]) -> None:
    sample = between(seed_text["prompttovideo"], "Code Examples\nPython\n", "JavaScript\nconst")
    output = await run(sys.executable, "-c", at(live, indented(sample)))
    assert re.match(r"Video \d+ queued for generation\n\{'video_id': \d+, 'status': 'pending'", output)


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node on this machine")
async def test_javascript(live: Live, seed_text: dict[str, str]) -> None:
    sample = between(seed_text["prompttovideo"], "JavaScript\n", "cURL\n")
    output = await run("node", "-e", at(live, sample))
    assert re.fullmatch(r"Video \d+ queued for generation\n", output)
    # The sample defines `checkVideoStatus` and never calls it; a reader would.
    more = sample + "\ngenerateVideo('again').then(checkVideoStatus).then(video => console.log(video.status));"
    assert "pending" in await run("node", "-e", at(live, more))


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
async def test_curl(live: Live, seed_text: dict[str, str]) -> None:
    samples = between(seed_text["prompttovideo"], "cURL\n", "Need Help?")
    create, status, listing = re.split(r"^# .*\n", samples, flags=re.MULTILINE)[1:]
    made = await run("sh", "-c", at(live, create))
    assert '"success":true' in made
    assert "Video not found" in await run("sh", "-c", at(live, status.strip()))
    video_id = re.search(r'"video_id":(\d+)', made)
    assert video_id is not None
    assert '"pending"' in await run("sh", "-c", at(live, status.strip()).replace("/123/", f"/{video_id[1]}/"))
    assert '"total":1' in await run("sh", "-c", at(live, listing.strip()))


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
async def test_popvid_curl(live: Live, seed_text: dict[str, str]) -> None:
    file = io.BytesIO()
    Image.new("RGB", (200, 300), "green").save(file, "JPEG")
    runtime = live.runtime
    fetched: list[str] = []

    async def fetch_picture(url: str) -> bytes:
        """There is no network in a test."""
        fetched.append(url)
        return file.getvalue()

    runtime.fetch_picture = fetch_picture  # type: ignore[method-assign]
    # On the page a command ends where the next one or the JSON of an answer begins, without a line break.
    chunks = re.split(r"(?=curl -X)", seed_text["popvid"])[1:]
    by_url, inline, status = (chunk.split('"{\n')[0] + ('"' if '"{\n' in chunk else "") for chunk in chunks)
    made = await run("sh", "-c", at(live, by_url))
    assert re.fullmatch(r'\{"requestId":"[0-9a-f-]{36}".*\}', made)
    assert fetched == ["https://picsum.photos/200/300"]
    request_id = made[14:50]
    made = await run("sh", "-c", at(live, inline))
    assert re.fullmatch(r'\{"requestId":"[0-9a-f-]{36}".*\}', made)
    shown = await run("sh", "-c", at(live, status).replace("YOUR_REQUEST_ID", request_id))
    assert '"status":"scheduled"' in shown


def test_the_docs_page_shows_these_samples(seed_text: dict[str, str]) -> None:
    page = squeezed(seed_text["prompttovideo"])
    for name in ("python", "javascript", "curl"):
        assert squeezed(docs.sample(f"prompttovideo-{name}")) in page
    popvid = re.sub(r"^# .*$", "", docs.sample("popvid-curl"), flags=re.MULTILINE)
    for command in re.split(r"\n\n+", popvid.strip()):
        assert squeezed(command) in squeezed(seed_text["popvid"])


# -- what only a real server meets -------------------------------------------------------------------------------------


async def speak(live: Live, *pieces: bytes) -> bytes:
    """Send bytes as they are; what comes back until the server hangs up or has been silent for a moment."""
    host, port = live.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await asyncio.wait_for(reader.read(4096), 10)
    finally:
        writer.close()


async def test_heads_without_end(live: Live) -> None:
    start = b"GET /api/v1/account HTTP/1.1\r\nHost: a\r\nX-Filler: "
    for pieces in ([start, *[b"x" * 65536] * 4], [b"GET /" + b"x" * 300_000], [start, b"x" * 200_000 + b"\r\n\r\n"]):
        answer = await speak(live, *pieces)
        assert answer.startswith(b"HTTP/1.1 431 ")
        assert b'"code":"headers_too_large"' in answer
        for header in (b"x-request-id", b"x-content-type-options", b"cache-control", b"vary"):
            assert answer.lower().count(b"\r\n" + header + b": ") == 1
    large = {"X-Filler": "x" * 40_000}
    async with httpx2.AsyncClient() as client:
        assert (await client.get(f"{live.url}/api/v1/account", headers=large)).status_code == 431
        assert (await client.get(f"{live.url}/api/v1/none", headers=large)).status_code == 404


async def test_a_large_body_is_no_head(live: Live) -> None:
    """However the bytes happen to be cut into pieces."""
    body = b'{"prompt": "a picture", "image": "' + b"A" * 400_000 + b'"}'
    head = b"POST /api/v1/gen_video HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization: Bearer "
    head += live.token.encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(body)
    for pieces in ([head + body], [head, body], [head + body[:1000], body[1000:]]):
        for _ in range(3):
            answer = await speak(live, *pieces)
            assert answer.startswith(b"HTTP/1.1 400 "), answer
            assert b'"code":"invalid_picture"' in answer


async def test_who_sends_too_large_a_body_hears_so(live: Live) -> None:
    """However much of it they send before they listen, and before they send it where they ask first."""
    head = b"POST /api/v1/gen_video HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization: Bearer "
    head += live.token.encode() + b"\r\nContent-Length: %d\r\n" % (28 << 20)
    for pieces in ([head + b"\r\n", *[b"x" * (1 << 20)] * 28], [head + b"Expect: 100-continue\r\n\r\n"]):
        answer = await speak(live, *pieces)
        assert answer.startswith(b"HTTP/1.1 413 "), answer
        assert b'"code":"body_too_large"' in answer


async def test_a_head_that_never_ends_is_hung_up_on(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "HEAD_SECONDS", 0.3)
    call = b"GET /api/v1/account HTTP/1.1\r\nHost: a\r\n"
    host, port = live.url.removeprefix("http://").split(":")
    for pieces in ([], [call], [call + b"\r\n", call]):
        reader, writer = await asyncio.open_connection(host, int(port))
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.1)
        answers = await asyncio.wait_for(reader.read(), 10)
        assert answers.count(b"HTTP/1.1 401 ") == (1 if len(pieces) == 2 else 0)
        writer.close()
    # Who has asked is not hung up on, however long the answer takes.
    token = b"Authorization: Bearer " + live.token.encode() + b"\r\n"
    body = b'{"prompt": "slowly"}'
    head = b"POST /api/v1/generate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nPrefer: wait=1\r\n" + token
    assert (await speak(live, head + b"Content-Length: %d\r\n\r\n" % len(body) + body)).startswith(b"HTTP/1.1 200 ")


async def test_what_is_no_http(live: Live) -> None:
    for text in (b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /\x00 HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00"):
        answer = await speak(live, text)
        assert answer.startswith(b"HTTP/1.1 400 "), text
        assert b"application/json" in answer
        assert b"traceback" not in answer.lower()


async def test_what_trails_a_body_is_no_header(live: Live) -> None:
    head = b"GET /api/v1/account HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
    trailer = b"\r\n1\r\na\r\n0\r\nAuthorization: Bearer x\r\n\r\n"
    whose = b"Authorization: Bearer " + live.token.encode() + b"\r\n"
    assert (await speak(live, head + whose + trailer)).startswith(b"HTTP/1.1 200 ")
    assert b"authorization_required" in await speak(live, head + trailer)


async def test_what_follows_a_call_does_not_answer_it(live: Live) -> None:
    call = b"GET /api/v1/account HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + live.token.encode() + b"\r\n\r\n"
    for rest in (b"hello\r\n\r\n", b"\x00", call + b"hello\r\n\r\n"):
        answer = await speak(live, call + rest)
        assert answer.startswith(b"HTTP/1.1 200 "), answer


async def test_many_calls_over_one_connection(live: Live) -> None:
    call = b"GET /api/v1/account HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + live.token.encode() + b"\r\n\r\n"
    answer = await speak(live, call * 3)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"server:" not in answer.lower()
