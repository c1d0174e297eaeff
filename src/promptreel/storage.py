"""Bytes by key: in a local folder, S3, Google Cloud, Azure or memory, and links to them that expire.

Keys are made by promptreel alone, of `a-z 0-9 . _ -` in segments parted by `/`; any other key is a mistake of ours and a
`ValueError`, so no text of a stranger ever becomes a path. What lies under a key is written once and whole, or not at all.
"""

import asyncio
import base64
import hashlib
import hmac
import os
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from urllib.request import url2pathname

import obstore
from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, LocalStore, MemoryStore, ObjectStore, S3Store, from_url

from promptreel.errors import FolderUnwritable, NotFound, SettingInvalid

CHUNK = 1024 * 1024
"""Bytes per read of a stream. Each is a request of its own: one long answer would run into the store's time limit when the
reader at the other end is slow."""

LONGEST_KEY = 512

RETRIES: Any = {"max_retries": 4, "retry_timeout": timedelta(seconds=30)}
"""Against a cloud store that stumbles. obstore's own default would keep a request waiting for three minutes."""

FILES = "/files/"
"""Where the server answers to `Storage.link`."""

CONTENT_TYPES = {
    "mp4": "video/mp4",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "json": "application/json",
}
"""Ending of a key → its content type; never guessed from the bytes."""

_KEY = re.compile(r"[a-z0-9_-][a-z0-9._-]*(/[a-z0-9_-][a-z0-9._-]*)*")

_OPTIONS = {
    "s3": {"endpoint": "endpoint", "region": "region"},
    "gs": {"endpoint": "base_url"},
    "az": {"endpoint": "endpoint", "account": "account_name"},
}
"""What a storage URL's query may say, by scheme, and what obstore calls it. Credentials come from the environment only."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of the bytes under a key: `size` in bytes, `etag` strong and in quotes, `last_modified` in UTC."""

    key: str
    size: int
    etag: str
    last_modified: datetime

    @property
    def content_type(self) -> str:
        """The MIME type of the bytes."""
        return content_type_of(self.key)


@dataclass(frozen=True, slots=True)
class Link:
    """What a valid link gives access to: the key, and the name to download it as, if any."""

    key: str
    download_name: str | None


class Storage:
    """Bytes by key. Made with `Storage.open`; safe for many tasks at once; needs no closing."""

    def __init__(self, store: ObjectStore, folder: Path | None, secrets: tuple[bytes, ...]) -> None:
        self._store = store
        self._folder = folder
        self._keys = {_key_id(secret): _link_key(secret) for secret in secrets}

    @classmethod
    def open(cls, url: str, secret: bytes, *older_secrets: bytes) -> Self:
        """The storage at `url`.

        `file:///folder` (made if missing), `s3://bucket/prefix?endpoint=…&region=…`, `gs://bucket/prefix`,
        `az://container/prefix?account=…` or `memory://`.

        Credentials come from the environment (`AWS_…`, `GOOGLE_…`, `AZURE_…`, or the machine's own role). `secret`
        signs links; those signed with one of `older_secrets` still work, so that a new secret can take over while they run
        out. Errors: `SettingInvalid`, `FolderUnwritable`; reading and writing later raise what obstore raises.
        """
        parts = urlsplit(url)
        secrets = (secret, *older_secrets)
        if parts.scheme == "memory":
            return cls(MemoryStore(), None, secrets)
        if parts.scheme == "file":
            folder = Path(url2pathname(parts.path))
            return cls(_local_store(folder), folder, secrets)
        return cls(_cloud_store(url), None, secrets)

    # -- bytes ---------------------------------------------------------------------------------------------------------

    async def put_file(self, key: str, path: Path, content_type: str | None = None) -> None:
        """Store the file at `path` under `key`, in parts when it is large; whole or not at all, and durable on return."""
        await self._put(key, path, content_type)

    async def put(self, key: str, data: bytes, content_type: str | None = None) -> None:
        """Store `data` under `key`; whole or not at all, and durable on return."""
        await self._put(key, data, content_type)

    async def _put(self, key: str, what: bytes | Path, content_type: str | None) -> None:
        _check_key(key)
        # A local folder has no place for a content type; the key's ending tells it again when it is served.
        attributes = None if self._folder else {"Content-Type": content_type or content_type_of(key)}
        await obstore.put_async(self._store, key, what, attributes=attributes)
        if self._folder:
            await asyncio.to_thread(_make_durable, self._folder, key)

    async def head(self, key: str) -> Stored:
        """What is known of `key`. Errors: `NotFound`."""
        _check_key(key)
        try:
            return _stored(await obstore.head_async(self._store, key))
        except FileNotFoundError:
            raise NotFound from None

    async def read(self, key: str) -> bytes:
        """All bytes under `key`. Errors: `NotFound`."""
        _check_key(key)
        try:
            result = await obstore.get_async(self._store, key)
            return bytes(await result.bytes_async())
        except FileNotFoundError:
            raise NotFound from None

    async def stream(self, key: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `stop` (the end when None), in pieces. Errors: `NotFound`."""
        if stop is None:
            stop = (await self.head(key)).size
        for at in range(start, stop, CHUNK):
            yield await self.get_range(key, at, min(stop, at + CHUNK))

    async def get_range(self, key: str, start: int, stop: int) -> bytes:
        """The bytes from `start` up to, not including, `stop`. Errors: `NotFound`."""
        _check_key(key)
        if start >= stop:
            return b""
        try:
            return bytes(await obstore.get_range_async(self._store, key, start=start, end=stop))
        except FileNotFoundError:
            raise NotFound from None

    async def delete(self, key: str) -> None:
        """Delete what is under `key`; nothing there is as good."""
        _check_key(key)
        with suppress(FileNotFoundError):  # S3 does not mind either
            await obstore.delete_async(self._store, key)

    async def delete_prefix(self, prefix: str) -> int:
        """Delete everything below the folder `prefix` and return how many files that were."""
        keys = [stored.key async for stored in self.list(prefix)]
        for key in keys:
            await self.delete(key)
        return len(keys)

    async def list(self, prefix: str) -> AsyncIterator[Stored]:
        """Everything below the folder `prefix`, in no order. Never the whole storage: `prefix` names a folder."""
        prefix = prefix.rstrip("/")
        _check_key(prefix)
        async for batch in obstore.list(self._store, prefix):
            for meta in batch:
                yield _stored(meta)

    # -- links ---------------------------------------------------------------------------------------------------------

    def link(self, key: str, *, ttl: int, now: datetime, base_url: str = "", download_name: str | None = None) -> str:
        """A link to `key` on this server that works for `ttl` seconds, for whoever has it.

        With `download_name` a browser saves the file under that name instead of showing it. Costs no network, so a link is
        minted for every answer.
        """
        _check_key(key)
        key_id = next(iter(self._keys))
        expires = int(now.timestamp()) + ttl
        query = {"expires": str(expires), "kid": key_id}
        if download_name:
            query["download"] = download_name
        query["signature"] = self._signature(key_id, key, str(expires), download_name or "")
        return f"{base_url.rstrip('/')}{FILES}{key}?{urlencode(query, quote_via=quote)}"

    def verify(self, key: str, query: Mapping[str, str], now: datetime) -> Link | None:
        """What the link to `key` with the parameters `query` gives access to, None if it is not ours or has run out.

        For GET and HEAD. Changing any part of a link breaks its signature.
        """
        key_id, expires, given = query.get("kid", ""), query.get("expires", ""), query.get("signature", "")
        download_name = query.get("download", "")
        if key_id not in self._keys or not _is_key(key) or not re.fullmatch(r"[0-9]{1,12}", expires):
            return None
        wanted = self._signature(key_id, key, expires, download_name)
        if not hmac.compare_digest(wanted.encode(), given.encode("utf-8", "surrogatepass")):
            return None
        return Link(key, download_name or None) if int(now.timestamp()) < int(expires) else None

    async def direct_link(self, key: str, ttl: int) -> str | None:
        """A link to `key` at the cloud store itself that works for `ttl` seconds; None for a local folder or memory.

        For redirecting to: it spares this server the bytes, but cannot name a download. Needs a network only where the
        machine's own role gives the credentials.
        """
        _check_key(key)
        if not isinstance(self._store, S3Store | GCSStore | AzureStore):
            return None
        return await obstore.sign_async(self._store, "GET", key, timedelta(seconds=ttl))

    def _signature(self, key_id: str, key: str, expires: str, download_name: str) -> str:
        # Neither a key nor a time has a line break, so no two links have the same text.
        text = "\n".join(("GET", FILES + key, expires, download_name))
        digest = hmac.digest(self._keys[key_id], text.encode("utf-8", "surrogatepass"), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def content_type_of(key: str) -> str:
    """The MIME type by a key's ending, `application/octet-stream` where it is unknown."""
    return CONTENT_TYPES.get(key.rpartition(".")[2], "application/octet-stream")


def _key_id(secret: bytes) -> str:
    """A short name of a secret that gives nothing of it away."""
    return hashlib.sha256(b"promptreel link key id\0" + secret).hexdigest()[:8]


def _link_key(secret: bytes) -> bytes:
    """A key for links alone, so that no other use of the secret can make a valid signature."""
    return hmac.digest(secret, b"promptreel link", "sha256")


def _is_key(key: str) -> bool:
    return len(key) <= LONGEST_KEY and _KEY.fullmatch(key) is not None


def _check_key(key: str) -> None:
    if not _is_key(key):
        raise ValueError(f"not a storage key: {key!r}")


def _stored(meta: Any) -> Stored:
    """obstore's words in ours. A store that tells no ETag, or a weak one, gets one of its size and time."""
    etag = meta["e_tag"]
    modified: datetime = meta["last_modified"]
    if not etag or etag.startswith("W/"):
        etag = f"{modified.timestamp():.6f}-{meta['size']}"
    if not etag.startswith('"'):
        etag = f'"{etag}"'
    return Stored(meta["path"], meta["size"], etag, modified)


def _local_store(folder: Path) -> LocalStore:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return LocalStore(folder, automatic_cleanup=True)
    except (OSError, BaseError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise FolderUnwritable(folder=folder, reason=reason) from None


def _cloud_store(url: str) -> ObjectStore:
    parts = urlsplit(url)
    names = _OPTIONS.get(parts.scheme)
    if names is None:
        raise SettingInvalid(setting="storage_url", reason="it starts with none of file, s3, gs, az and memory")
    if not parts.hostname or "@" in parts.netloc:
        reason = "it has to name a bucket, and credentials belong into the environment"
        raise SettingInvalid(setting="storage_url", reason=reason)
    options = dict(parse_qsl(parts.query))
    if unknown := sorted(set(options) - set(names)):
        reason = f"unknown option {unknown[0]}; there are: {', '.join(names)}"
        raise SettingInvalid(setting="storage_url", reason=reason)
    config: Any = {names[name]: value for name, value in options.items()}
    plain_http = options.get("endpoint", "").startswith("http://")
    try:
        return from_url(
            f"{parts.scheme}://{parts.netloc}{parts.path}",
            config=config,
            client_options={"allow_http": plain_http, "timeout": "120s"},
            retry_config=RETRIES,
        )
    except (BaseError, ValueError) as error:
        raise SettingInvalid(setting="storage_url", reason=str(error).split("\n", maxsplit=1)[0]) from None


def _make_durable(folder: Path, key: str) -> None:
    """Push a written file and the folders on its way to the disk.

    obstore's local store writes beside and renames, so nobody ever sees half a file; but it leaves the flush to chance
    (object_store can do it, obstore 0.12 does not pass that on), and a completed video must survive a loss of power.
    """
    path = folder / key
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if os.name == "nt":
        return  # folders cannot be opened there
    while path != folder:
        path = path.parent
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
