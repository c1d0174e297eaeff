"""JSON bodies: every malformed kind that the contract lists, and the content types."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import cast

import pytest

from promptreel.api.bodies import read_body
from promptreel.api.dialect import BodyTooSlow, Call

from .conftest import PIXEL, NewAccount, Someone, Traces

MALFORMED = {
    "The body is empty": [b"", b"   \n"],
    "The body is not a JSON object": [b"[]", b"null", b"1", b'"text"', b"true", b'[{"prompt": "a"}]'],
    "A key appears twice in an object": [
        b'{"prompt": "a", "prompt": "b"}',
        b'{"prompt": "a", "x": {"k": 1, "k": 2}}',
        b'{"prompt": "a", "\\u0070rompt": "b"}',
    ],
    "NaN is not JSON": [b'{"prompt": "a", "duration": NaN}'],
    "Infinity is not JSON": [b'{"prompt": "a", "duration": Infinity}'],
    "-Infinity is not JSON": [b'{"prompt": "a", "x": [-Infinity]}'],
    "A number is too large": [b'{"prompt": "a", "duration": 1e400}', b'{"prompt": "a", "x": -1e999999999}'],
    "An integer is too large": [b'{"prompt": "a", "seed": ' + b"9" * 5000 + b"}", b'{"x": 1' + b"0" * 400 + b"}"],
    "A text contains half of a surrogate pair": [
        b'{"prompt": "\\ud800"}',
        b'{"prompt": "a", "x": ["\\udfff"]}',
        b'{"prompt": "a", "\\ud83d": 1}',
    ],
    "A text contains the character NUL": [b'{"prompt": "a\\u0000b"}', b'{"prompt": "a", "\\u0000": 1}'],
    "Nested too deeply": [
        b'{"prompt": "a", "x": ' + b"[" * 200 + b"]" * 200 + b"}",
        b'{"prompt": "a", "x": ' + b"[" * 30000 + b"]" * 30000 + b"}",
        b'{"x":' * 9000 + b"1" + b"}" * 9000,
    ],
    "The body is not UTF-8": [b'{"prompt": "\xff"}', '{"prompt": "a"}'.encode("utf-16"), b'{"prompt": "\xed\xa0\x80"}'],
    "": [
        b"{", b'{"prompt": "a"', b"{'prompt': 'a'}", b'{"prompt": "a",}', b'{"prompt": "a"} x', b'{"prompt": "a\nb"}',
        b'{"prompt": "\\x41"}', b'{"prompt": 01}', b"prompt=a", b"<xml/>", b'\xef\xbb\xbf{"prompt": "a"}',
        b'{"prompt": "a" /* b */}', b"{prompt: 1}", b"\x00", b'{"prompt": "a"}{"prompt": "a"}', b'{"x": .5}', b'{"x": +1}',
    ],
}  # fmt: skip


async def test_malformed_json_of_every_kind(someone: Someone, traces: Traces) -> None:
    before = await traces.count()
    for path in ("/api/v1/generate", "/api/v1/gen_video"):
        for detail, bodies in MALFORMED.items():
            for body in bodies:
                response = await someone.post(path, content=body, headers={"Content-Type": "application/json"})
                assert response.status_code == 400, body[:60]
                answer = response.json()
                assert (answer["error"], answer["code"]) == ("JSON data required", "invalid_json"), body[:60]
                assert detail in answer["detail"], body[:60]
    assert await traces.count() == before


async def test_json_that_is_right(someone: Someone) -> None:
    for body in (
        b'{"prompt": "a", "x": 1e308, "y": -0, "z": 12345678901234567890, "w": [[[[[[1]]]]]]}',
        b' \r\n\t{"prompt":"\\ud83c\\udf05 \xf0\x9f\x8c\x85"} ',
        b'{"prompt": "a", "a": {"prompt": "b"}, "b": [{"k": 1}, {"k": 1}]}',
    ):
        response = await someone.post("/api/v1/generate", content=body, headers={"Content-Type": "application/json"})
        assert response.status_code == 200, body


async def test_content_types(someone: Someone) -> None:
    body = b'{"prompt": "a"}'
    right = [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
    ]
    wrong = [
        "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp",
        "application/json; charset=latin-1", "application/json; charset=utf-16", "text/json", "application/problem+json",
        "application/json, text/plain",
    ]  # fmt: skip
    for kind in right:
        response = await someone.post("/api/v1/generate", content=body, headers={"Content-Type": kind})
        assert response.status_code == 200, kind
    for kind in wrong:
        response = await someone.post("/api/v1/generate", content=body, headers={"Content-Type": kind})
        assert response.status_code == 415, kind
    assert (await someone.post("/api/v1/generate", content=body)).status_code == 415
    for encoding, status in {"identity": 200, "gzip": 415, "br": 415, "deflate": 415, "gzip, identity": 415}.items():
        headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
        assert (await someone.post("/api/v1/generate", content=body, headers=headers)).status_code == status, encoding


async def test_sizes(new_account: NewAccount) -> None:
    someone = await new_account(credits=1000)
    headers = {"Content-Type": "application/json"}

    async def status(body: bytes) -> int:
        return (await someone.post("/api/v1/generate", content=body, headers=headers)).status_code

    full = b'{"prompt": "a"}'
    assert await status(full + b" " * (64 * 1024 - len(full))) == 200
    assert await status(full + b" " * (64 * 1024 - len(full) + 1)) == 413
    assert await status(b'{"prompt": "a", "x": ["image"' + b" " * 70_000 + b"]}") == 413
    with_picture = b'{"prompt": "a", "image": "' + PIXEL.encode() + b'"'
    assert await status(with_picture + b" " * 1_000_000 + b"}") == 200
    assert await status(with_picture + b" " * (25 * 1024 * 1024) + b"}") == 413
    declared = await someone.post("/api/v1/generate", content=full, headers=headers | {"Content-Length": "9" * 12})
    assert declared.status_code == 413


async def test_a_body_in_pieces(someone: Someone) -> None:
    async def pieces() -> object:
        for byte in b'{"prompt": "a"}':
            yield bytes([byte])

    response = await someone.post("/api/v1/generate", content=pieces(), headers={"Content-Type": "application/json"})
    assert response.status_code == 200


async def test_a_body_that_never_ends_is_given_up() -> None:
    class Request:
        async def stream(self) -> AsyncIterator[bytes]:
            yield b"{"
            await asyncio.Event().wait()

    call = cast("Call", SimpleNamespace(headers={}, request=Request()))
    with pytest.raises(BodyTooSlow):
        await read_body(call, seconds=0.05)
