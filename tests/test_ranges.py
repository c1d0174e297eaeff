"""Conditions and ranges by RFC 9110."""

from datetime import UTC, datetime

import pytest

from promptreel.ranges import disposition, serve_range
from promptreel.storage import Stored

FILE = Stored("videos/a/1.mp4", 1000, '"abc"', datetime(2026, 1, 1, 12, 0, 0, 700_000, tzinfo=UTC))
DATE = "Thu, 01 Jan 2026 12:00:00 GMT"
EARLIER = "Thu, 01 Jan 2026 11:59:59 GMT"
LATER = "Thu, 01 Jan 2026 12:00:01 GMT"


def test_the_whole_file() -> None:
    served = serve_range("GET", {}, FILE)
    assert (served.status, served.start, served.stop) == (200, 0, 1000)
    assert served.headers == {
        "Accept-Ranges": "bytes",
        "ETag": '"abc"',
        "Last-Modified": DATE,
        "Content-Type": "video/mp4",
        "Content-Length": "1000",
        "Content-Disposition": "inline",
        "X-Content-Type-Options": "nosniff",
    }


def test_head_has_the_same_headers_and_no_body() -> None:
    served = serve_range("HEAD", {"range": "bytes=0-9"}, FILE)
    assert (served.status, served.start, served.stop) == (200, 0, 0)
    assert served.headers == serve_range("GET", {}, FILE).headers


@pytest.mark.parametrize(
    ("text", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-499", 0, 500),
        ("bytes=500-", 500, 1000),
        ("bytes=999-", 999, 1000),
        ("bytes=-1", 999, 1000),
        ("bytes=-500", 500, 1000),
        ("bytes=-5000", 0, 1000),
        ("bytes=900-99999", 900, 1000),
        ("Bytes=1-2", 1, 3),
        (" bytes=1-2 ", 1, 3),
        ("bytes=0-999999999999999999", 0, 1000),
    ],
)
def test_one_range(text: str, start: int, stop: int) -> None:
    served = serve_range("GET", {"range": text}, FILE)
    assert (served.status, served.start, served.stop) == (206, start, stop)
    assert served.headers["Content-Range"] == f"bytes {start}-{stop - 1}/1000"
    assert served.headers["Content-Length"] == str(stop - start)


@pytest.mark.parametrize("text", ["bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=999999999999999999-"])
def test_a_range_outside_is_unsatisfiable(text: str) -> None:
    served = serve_range("GET", {"range": text}, FILE, "a.mp4")
    assert (served.status, served.start, served.stop) == (416, 0, 0)
    assert served.headers["Content-Range"] == "bytes */1000"
    assert "Content-Disposition" not in served.headers


@pytest.mark.parametrize(
    "text",
    [
        "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=1", "bytes=1-2-3", "bytes=--1", "bytes=+1-2",
        "items=0-1", "bytes=0-1,5-9", "bytes=0-1,", "bytes=١-٢", "bytes=0x1-2", "bytes=1 -2", "bytes=" + "9" * 5000 + "-",
    ],
)  # fmt: skip
def test_anything_else_is_ignored(text: str) -> None:
    served = serve_range("GET", {"range": text}, FILE)
    assert (served.status, served.start, served.stop) == (200, 0, 1000)


@pytest.mark.parametrize("text", ["bytes=0-", "bytes=0-0", "bytes=-1"])
def test_nothing_of_an_empty_file_can_be_had(text: str) -> None:
    empty = Stored("a.mp4", 0, '"e"', FILE.last_modified)
    assert serve_range("GET", {"range": text}, empty).status == 416
    assert serve_range("GET", {}, empty).headers["Content-Length"] == "0"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-none-match": '"abc"'}, 304),
        ({"if-none-match": 'W/"abc"'}, 304),
        ({"if-none-match": '"x", "abc"'}, 304),
        ({"if-none-match": "*"}, 304),
        ({"if-none-match": '"x"'}, 200),
        ({"if-none-match": "abc"}, 200),
        ({"if-none-match": ""}, 200),
        ({"if-modified-since": DATE}, 304),
        ({"if-modified-since": LATER}, 304),
        ({"if-modified-since": EARLIER}, 200),
        ({"if-modified-since": "yesterday"}, 200),
        ({"if-modified-since": "Thu, 99 Jan 2026 12:00:00 GMT"}, 200),
        ({"if-none-match": '"x"', "if-modified-since": DATE}, 200),
        ({"if-match": '"abc"'}, 200),
        ({"if-match": "*"}, 200),
        ({"if-match": 'W/"abc"'}, 412),
        ({"if-match": '"x"'}, 412),
        ({"if-match": '"x"', "if-none-match": '"abc"'}, 412),
        ({"if-unmodified-since": DATE}, 200),
        ({"if-unmodified-since": EARLIER}, 412),
        ({"if-unmodified-since": "junk"}, 200),
        ({"range": "bytes=0-1", "if-none-match": '"abc"'}, 304),
        ({"range": "bytes=0-1", "if-range": '"abc"'}, 206),
        ({"range": "bytes=0-1", "if-range": '"x"'}, 200),
        ({"range": "bytes=0-1", "if-range": 'W/"abc"'}, 200),
        ({"range": "bytes=0-1", "if-range": DATE}, 206),
        ({"range": "bytes=0-1", "if-range": LATER}, 200),
        ({"range": "bytes=0-1", "if-range": EARLIER}, 200),
        ({"range": "bytes=0-1", "if-range": ""}, 200),
        ({"range": "bytes=5000-", "if-range": '"x"'}, 200),
    ],
)
def test_conditions(headers: dict[str, str], status: int) -> None:
    served = serve_range("GET", headers, FILE)
    assert served.status == status
    if status == 304:
        assert "Content-Length" not in served.headers
        assert served.headers["ETag"] == '"abc"'


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (None, "inline"),
        ("", "inline"),
        ("a b.mp4", 'attachment; filename="a b.mp4"'),
        ("夕.mp4", "attachment; filename=\"_.mp4\"; filename*=UTF-8''%E5%A4%95.mp4"),
        ('a"\r\nX: y', "attachment; filename=\"a___X_ y\"; filename*=UTF-8''a%22%0D%0AX%3A%20y"),
    ],
)
def test_a_download_name_cannot_break_out_of_its_header(name: str | None, expected: str) -> None:
    assert disposition(name) == expected
