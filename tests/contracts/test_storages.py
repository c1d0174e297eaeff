"""What every storage must do: one suite over a local folder, memory and S3 (moto, on this machine)."""

import asyncio
import itertools
import os
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from promptreel.errors import NotFound
from promptreel.storage import Storage

Run = Callable[[Coroutine[Any, Any, Any]], Any]

LARGE = bytes(range(256)) * 4 * 1024 * 6  # 6 MiB: more than one part and more than one chunk


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The URL of an S3 server on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket="films")
        yield endpoint
        server.stop()


numbers = itertools.count()


@pytest.fixture(params=["file", "memory", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    match request.param:
        case "file":
            return Storage.open((tmp_path / "a folder" / "files").as_uri(), b"secret")
        case "memory":
            return Storage.open("memory://", b"secret")
        case _:
            endpoint = request.getfixturevalue("s3")
            return Storage.open(f"s3://films/test-{next(numbers)}?endpoint={endpoint}&region=us-east-1", b"secret")


@pytest.fixture
def run() -> Iterator[Run]:
    with asyncio.Runner() as runner:
        yield runner.run


async def keys(storage: Storage, prefix: str) -> set[str]:
    return {stored.key async for stored in storage.list(prefix)}


async def streamed(storage: Storage, key: str, *part: int) -> list[bytes]:
    return [piece async for piece in storage.stream(key, *part)]


@pytest.mark.parametrize("data", [b"", b"x", LARGE], ids=["empty", "byte", "large"])
def test_what_is_put_comes_back(storage: Storage, run: Run, data: bytes, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(data)
    run(storage.put("videos/a/1.mp4", data))
    run(storage.put_file("videos/a/2.mp4", tmp_path / "source", "video/mp4"))
    for key in ("videos/a/1.mp4", "videos/a/2.mp4"):
        assert run(storage.read(key)) == data
        pieces = run(streamed(storage, key))
        assert b"".join(pieces) == data
        assert all(len(piece) <= 1024 * 1024 for piece in pieces)
        stored = run(storage.head(key))
        assert (stored.key, stored.size, stored.content_type) == (key, len(data), "video/mp4")
        assert abs(stored.last_modified - datetime.now(UTC)) < timedelta(minutes=5)


def test_parts_come_back(storage: Storage, run: Run) -> None:
    run(storage.put("a.mp4", LARGE))
    assert run(storage.get_range("a.mp4", 5, 9)) == LARGE[5:9]
    assert run(storage.get_range("a.mp4", 5, 5)) == b""
    middle = (1024 * 1024 - 3, 3 * 1024 * 1024 + 7)
    assert b"".join(run(streamed(storage, "a.mp4", *middle))) == LARGE[slice(*middle)]


def test_the_etag_tells_contents_apart(storage: Storage, run: Run) -> None:
    run(storage.put("a.mp4", b"one"))
    first = run(storage.head("a.mp4")).etag
    assert first == run(storage.head("a.mp4")).etag
    assert first.startswith('"')
    assert first.endswith('"')
    run(storage.put("a.mp4", b"three"))
    assert run(storage.head("a.mp4")).etag != first
    assert run(storage.read("a.mp4")) == b"three"


def test_what_is_missing_is_not_found(storage: Storage, run: Run) -> None:
    run(storage.put("videos/a/1.mp4", b"x"))
    for key in ("videos/a/2.mp4", "videos/a", "videos"):
        for call in (
            storage.head,
            storage.read,
            lambda key: storage.get_range(key, 0, 1),
            lambda key: streamed(storage, key),
        ):
            with pytest.raises(NotFound):
                run(call(key))


def test_deleting_twice_is_as_good_as_once(storage: Storage, run: Run) -> None:
    run(storage.put("a/b.mp4", b"x"))
    run(storage.delete("a/b.mp4"))
    run(storage.delete("a/b.mp4"))
    assert run(keys(storage, "a")) == set()


def test_a_folder_is_deleted_and_no_more(storage: Storage, run: Run) -> None:
    for key in ("videos/a/1.mp4", "videos/a/x/y/2.mp4", "videos/ab/1.mp4", "videos/b/1.mp4"):
        run(storage.put(key, b"x"))
    assert run(keys(storage, "videos/a/")) == {"videos/a/1.mp4", "videos/a/x/y/2.mp4"}
    assert run(storage.delete_prefix("videos/a")) == 2
    assert run(storage.delete_prefix("videos/a/")) == 0
    assert run(keys(storage, "videos")) == {"videos/ab/1.mp4", "videos/b/1.mp4"}


HOSTILE_KEYS = [
    "", "/", "/a", "a/", "a//b", "..", "../a", "a/../b", "a/..", ".", ".a", "a/.b", "a\\b", "A", "a b", "a\n", "a\0", "ä",
    "%2e%2e/a", "a?b", "a#1", "a:b", "~", "a" * 513,
]  # fmt: skip


@pytest.mark.parametrize("key", HOSTILE_KEYS)
def test_only_our_own_keys_are_taken(storage: Storage, run: Run, key: str) -> None:
    calls = (
        lambda: storage.put(key, b"x"),
        lambda: storage.put_file(key, Path(__file__)),
        lambda: storage.head(key),
        lambda: storage.read(key),
        lambda: storage.get_range(key, 0, 1),
        lambda: storage.delete(key),
        lambda: storage.direct_link(key, 60),
    )
    for call in calls:
        with pytest.raises(ValueError, match="not a storage key"):
            run(call())
    if key != "a/":
        with pytest.raises(ValueError, match="not a storage key"):
            run(storage.delete_prefix(key))


def test_many_at_once(storage: Storage, run: Run) -> None:
    async def all_of_them() -> None:
        async with asyncio.TaskGroup() as group:
            for i in range(20):
                group.create_task(storage.put(f"many/{i}.jpg", bytes([i])))

    run(all_of_them())
    assert len(run(keys(storage, "many"))) == 20


def test_a_reader_never_sees_half_a_file(storage: Storage, run: Run) -> None:
    async def race() -> set[bytes]:
        seen = set()
        await storage.put("a.mp4", b"a" * 6_000_000)
        writer = asyncio.create_task(storage.put("a.mp4", b"b" * 6_000_000))
        while not writer.done():
            seen.add(await storage.read("a.mp4"))
        await writer
        return seen

    assert run(race()) <= {b"a" * 6_000_000, b"b" * 6_000_000}


def test_the_cloud_gives_direct_links(storage: Storage, run: Run) -> None:
    run(storage.put("videos/a/1.mp4", b"film"))
    link = run(storage.direct_link("videos/a/1.mp4", 60))
    if link is None:
        return
    assert parse_qs(urlsplit(link).query)["X-Amz-Expires"] == ["60"]
    answer = requests.get(link, timeout=30)
    assert (answer.content, answer.headers["Content-Type"]) == (b"film", "video/mp4")


@pytest.mark.parametrize("size", [3, len(LARGE)])
def test_a_failed_write_leaves_what_was(storage: Storage, run: Run, tmp_path: Path, size: int) -> None:
    run(storage.put("a.mp4", b"old"))
    with pytest.raises(OSError):
        run(storage.put_file("a.mp4", tmp_path / f"missing-{size}"))
    assert run(storage.read("a.mp4")) == b"old"


def test_a_local_write_reaches_the_disk(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.fstat(fd).st_ino), fsync(fd)))
    storage = Storage.open(tmp_path.as_uri(), b"secret")
    run(storage.put("a/b/c.mp4", b"x"))
    way = [tmp_path / "a/b/c.mp4", tmp_path / "a/b", tmp_path / "a", tmp_path]
    assert synced == [path.stat().st_ino for path in way]


def test_empty_folders_go_with_the_last_file(tmp_path: Path, run: Run) -> None:
    storage = Storage.open(tmp_path.as_uri(), b"secret")
    run(storage.put("a/b/c.mp4", b"x"))
    run(storage.delete_prefix("a"))
    assert list(tmp_path.iterdir()) == []


def test_a_cloud_that_is_away_is_told_soon(run: Run, s3: str) -> None:
    storage = Storage.open("s3://films/x?endpoint=http://127.0.0.1:9&region=us-east-1", b"secret")
    with pytest.raises(Exception, match="127.0.0.1|error sending request"):
        run(asyncio.wait_for(storage.head("a.mp4"), 20))
