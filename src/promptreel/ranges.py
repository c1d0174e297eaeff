"""Which part of a file an HTTP request asks for, by RFC 9110: conditions, one range, or the whole. No framework, no I/O."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

from promptreel.storage import Stored

_RANGE = re.compile(r"bytes[ \t]*=[ \t]*(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})[ \t]*", re.IGNORECASE)
_ETAG = re.compile(r'(?:W/)?"[^"]*"')


@dataclass(frozen=True, slots=True)
class Served:
    """The answer to a request for a file: status, headers, and the slice of its bytes that is the body (may be empty)."""

    status: int
    headers: dict[str, str]
    start: int
    stop: int


def serve_range(method: str, headers: Mapping[str, str], stored: Stored, download_name: str | None = None) -> Served:
    """What to answer to a `method` (GET or HEAD) request with `headers` (names in lower case) for the file `stored`.

    200 whole, 206 one range, 304 not modified, 412 or 416. Several ranges are answered with the whole, as RFC 9110 allows:
    players do not ask for them. HEAD has the headers of the 200, and no body.
    """
    common = {
        "Accept-Ranges": "bytes",
        "ETag": stored.etag,
        "Last-Modified": format_datetime(stored.last_modified.astimezone(UTC), usegmt=True),
        "X-Content-Type-Options": "nosniff",
    }
    if not _precondition_holds(headers, stored):
        return Served(412, common | {"Content-Length": "0"}, 0, 0)
    if _is_known(headers, stored):
        return Served(304, common, 0, 0)
    common["Content-Type"] = stored.content_type
    common["Content-Disposition"] = disposition(download_name)
    wanted = (0, stored.size)
    if method == "GET" and "range" in headers and _range_applies(headers, stored):
        match _slice(headers["range"], stored.size):
            case None:
                pass
            case (start, stop) if start < stop:
                total = f"bytes {start}-{stop - 1}/{stored.size}"
                return Served(206, common | {"Content-Range": total, "Content-Length": str(stop - start)}, start, stop)
            case _:
                # The body is none of the file's type, and a browser must not save it under the file's name.
                refusal = {name: common[name] for name in ("Accept-Ranges", "ETag", "X-Content-Type-Options")}
                return Served(416, refusal | {"Content-Range": f"bytes */{stored.size}", "Content-Length": "0"}, 0, 0)
    common["Content-Length"] = str(stored.size)
    return Served(200, common, *(wanted if method == "GET" else (0, 0)))


def disposition(download_name: str | None) -> str:
    """`Content-Disposition`: shown in place, or saved under a name in any script (RFC 6266)."""
    if not download_name:
        return "inline"
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", download_name)
    text = f'attachment; filename="{plain}"'
    if plain != download_name:
        text += f"; filename*=UTF-8''{quote(download_name, safe='')}"
    return text


def _precondition_holds(headers: Mapping[str, str], stored: Stored) -> bool:
    """If-Match, and without it If-Unmodified-Since."""
    if (wanted := headers.get("if-match")) is not None:
        return wanted.strip() == "*" or stored.etag in _ETAG.findall(wanted)
    since = _date(headers.get("if-unmodified-since"))
    return since is None or _whole_seconds(stored) <= since


def _is_known(headers: Mapping[str, str], stored: Stored) -> bool:
    """Whether the caller has the file already: If-None-Match (compared weakly), and without it If-Modified-Since."""
    if (known := headers.get("if-none-match")) is not None:
        return known.strip() == "*" or stored.etag in [etag.removeprefix("W/") for etag in _ETAG.findall(known)]
    since = _date(headers.get("if-modified-since"))
    return since is not None and _whole_seconds(stored) <= since


def _range_applies(headers: Mapping[str, str], stored: Stored) -> bool:
    """If-Range: a range is only good together with the part that the caller has, so anything but exact equality is no."""
    condition = headers.get("if-range")
    if condition is None:
        return True
    return condition.strip() == stored.etag or _date(condition) == _whole_seconds(stored)


def _slice(text: str, size: int) -> tuple[int, int] | None:
    """Start and stop of the one range in `text`, an empty slice if it lies outside; None if the header is to be ignored."""
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        return None
    first, last = found["first"], found["last"]
    if not first and not last:
        return None
    if not first:
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    return int(first), min(size, int(last) + 1) if last else size


def _whole_seconds(stored: Stored) -> datetime:
    return stored.last_modified.astimezone(UTC).replace(microsecond=0)


def _date(text: str | None) -> datetime | None:
    """An HTTP date, None if it is none."""
    if not text:
        return None
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
