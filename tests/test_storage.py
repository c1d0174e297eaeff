"""Links that expire, and the URLs that a storage is opened with."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreel.errors import FolderUnwritable, SettingInvalid
from promptreel.storage import Link, Storage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = "videos/a/1.mp4"


@pytest.fixture(scope="module")
def storage() -> Storage:
    return Storage.open("memory://", b"secret")


def taken_apart(link: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(link)
    return unquote(parts.path.removeprefix("/files/")), dict(parse_qsl(parts.query))


def test_a_link_works_until_it_runs_out(storage: Storage) -> None:
    link = storage.link(KEY, ttl=3600, now=NOW, base_url="https://films.example/")
    assert link.startswith("https://films.example/files/videos/a/1.mp4?expires=1767229200&kid=")
    key, query = taken_apart(link)
    assert storage.verify(key, query, NOW) == Link(KEY, None)
    assert storage.verify(key, query, NOW + timedelta(seconds=3599)) == Link(KEY, None)
    assert storage.verify(key, query, NOW + timedelta(seconds=3600)) is None


@pytest.mark.parametrize("name", ["a.mp4", "a b&c=d?.mp4", "夕焼け.mp4", '"; filename="x', "a\r\nSet-Cookie: b"])
def test_a_download_name_is_part_of_the_link(storage: Storage, name: str) -> None:
    key, query = taken_apart(storage.link(KEY, ttl=60, now=NOW, download_name=name))
    assert storage.verify(key, query, NOW) == Link(KEY, name)
    assert storage.verify(key, query | {"download": "other"}, NOW) is None
    assert storage.verify(key, {k: v for k, v in query.items() if k != "download"}, NOW) is None


def test_a_link_is_good_for_one_key(storage: Storage) -> None:
    _, query = taken_apart(storage.link(KEY, ttl=60, now=NOW))
    for key in ("videos/a/2.mp4", "videos/a/1.mp", "videos/a/./1.mp4", "../" + KEY, "", KEY + "\n"):
        assert storage.verify(key, query, NOW) is None


@pytest.mark.parametrize("field", ["expires", "kid", "signature"])
@pytest.mark.parametrize("value", [None, "", "0", "9" * 12, "9" * 400, "-1", "١٢٣", "é", "\ud800", "A" * 43])
def test_a_changed_link_is_none(storage: Storage, field: str, value: str | None) -> None:
    key, query = taken_apart(storage.link(KEY, ttl=60, now=NOW))
    changed = {k: v for k, v in query.items() if k != field} | ({} if value is None else {field: value})
    assert storage.verify(key, changed, NOW) is None


@given(st.data())
def test_every_character_of_the_signature_counts(data: st.DataObject) -> None:
    storage = Storage.open("memory://", b"secret")
    key, query = taken_apart(storage.link(KEY, ttl=60, now=NOW))
    at = data.draw(st.integers(0, len(query["signature"]) - 2))
    letter = data.draw(st.sampled_from("ABCabc-_019").filter(lambda letter: letter != query["signature"][at]))
    query["signature"] = query["signature"][:at] + letter + query["signature"][at + 1 :]
    assert storage.verify(key, query, NOW) is None


def test_a_secret_can_be_replaced() -> None:
    old, new, both = (Storage.open("memory://", *s) for s in ([b"old"], [b"new"], [b"new", b"old"]))
    by_old, by_both = (taken_apart(s.link(KEY, ttl=60, now=NOW)) for s in (old, both))
    assert both.verify(*by_old, NOW) and both.verify(*by_both, NOW) and new.verify(*by_both, NOW)
    assert old.verify(*by_both, NOW) is None
    assert new.verify(*by_old, NOW) is None


def test_a_link_gives_nothing_of_the_secret_away(storage: Storage) -> None:
    assert "secret" not in storage.link(KEY, ttl=60, now=NOW)


def test_there_are_no_direct_links_to_memory(storage: Storage) -> None:
    assert asyncio.run(storage.direct_link(KEY, 60)) is None


# -- opening -----------------------------------------------------------------------------------------------------------


def test_a_local_folder_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "über alles" / "files"
    storage = Storage.open(folder.as_uri(), b"secret")
    asyncio.run(storage.put("a/b.mp4", b"x"))
    assert (folder / "a" / "b.mp4").read_bytes() == b"x"


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FolderUnwritable, match="cannot be written"):
        Storage.open((tmp_path / "file" / "files").as_uri(), b"secret")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "starts with none of"),
        ("/var/files", "starts with none of"),
        ("ftp://host/x", "starts with none of"),
        ("https://bucket.s3.amazonaws.com", "starts with none of"),
        ("s3://", "name a bucket"),
        ("s3://key:secret@bucket", "credentials belong into the environment"),
        ("s3://bucket?secret_access_key=x", "unknown option secret_access_key"),
        ("s3://bucket?colour=red", "unknown option colour; there are: endpoint, region"),
    ],
)
def test_a_wrong_url_is_told_in_one_line(url: str, reason: str) -> None:
    with pytest.raises(SettingInvalid, match=reason) as caught:
        Storage.open(url, b"secret")
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    "url",
    [
        "s3://bucket/prefix?endpoint=http://127.0.0.1:1&region=eu-west-1",
        "s3://bucket?region=x",
        "az://container/x?account=films",
    ],
)
def test_cloud_urls_open_without_a_network(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    assert Storage.open(url, b"secret").link(KEY, ttl=1, now=NOW)
