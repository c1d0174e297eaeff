"""The only door to a URL that a stranger gave us.

A server that fetches what strangers name can be made to reach what only it can reach: its own machine, its network, the
cloud's keys. So every address is judged after resolution, the connection goes to the very address that was judged, and each
redirect begins anew. What is wrong with the text of a URL is told plainly (`UrlRefused`); all that resolving and connecting
teaches has one text (`UrlUnreachable`), or the answers would draw a map of the network.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import httpx2

from promptreel.errors import UrlRefused, UrlUnreachable

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host name and port → addresses as text, best first; raises `OSError` where there are none."""

MAX_BYTES = 20 * 1024 * 1024
DEADLINE = 15.0
MAX_REDIRECTS = 3
MAX_URL = 4096
PORTS = (80, 443)

CONNECT_SECONDS = 5.0
"""How long one address may take to answer before the next is tried."""

MAX_ADDRESSES = 4
"""How many of a name's addresses are tried, one after the other."""

USER_AGENT = "promptreel"

NAT64 = ip_network("64:ff9b::/96")
"""IPv4 addresses as an IPv6-only network sees them: judged by the address inside."""

GLOBAL_UNICAST = ip_network("2000::/3")
"""The only part of IPv6 that is given out to the public. Loopback, site-local, ULA, multicast and the rest lie outside."""

REFUSED = tuple(
    ip_network(text)
    for text in (
        # IPv4: IANA's special-purpose registry.
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        # Azure answers its machines here, with their secrets, on an address that looks public.
        "168.63.129.16/32",
        # IPv6 inside 2000::/3: protocol assignments and Teredo, documentation, 6to4. The tunnels could lead to any IPv4.
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    )
)
"""Written out and not left to `is_global`: that differs between Python's versions and misses half of these."""

_AUTHORITY = re.compile(r"https?://(?P<authority>[^/?#]*)", re.IGNORECASE)
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of an HTTP exchange: status, headers, and the body's bytes."""

    status: int
    headers: httpx2.Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What to say to the host of `url`."""

    method: str
    url: httpx2.URL
    body: bytes
    headers: Mapping[str, str]


# -- judging -----------------------------------------------------------------------------------------------------------


def check_url(url: str, allow_networks: Iterable[Network] = ()) -> httpx2.URL:
    """`url` parsed, once its text alone gives no reason to refuse it. No network is touched.

    `allow_networks` are an operator's own: addresses in them are fine though they are not public, and so is any port then.
    Errors: `UrlRefused` with the reason.
    """
    allowed = tuple(allow_networks)
    if len(url) > MAX_URL:
        raise UrlRefused(f"The URL is longer than {MAX_URL} characters")
    if not url.isprintable() or " " in url or "\\" in url:
        raise UrlRefused("The URL has characters that a URL cannot have")
    authority = _AUTHORITY.match(url)
    if authority is None:
        raise UrlRefused("The URL has to begin with http:// or https://")
    if "@" in authority["authority"]:
        raise UrlRefused("The URL may not carry a user name or a password")
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError):
        raise UrlRefused("The URL is not valid") from None
    host = _host(parsed)
    address = _literal(host)
    if not 0 < _port(parsed) < 65536:
        raise UrlRefused("The URL has no valid port")
    if address is None and not _HOST_NAME.fullmatch(host):
        raise UrlRefused("The URL has no valid host name")
    if address is not None and not is_reachable(address, _port(parsed), allowed):
        raise UrlRefused("The URL leads to an address or a port that is not open to the public")
    # Where an operator has networks of their own, a name may lead there: its port is judged with its address.
    if address is None and not allowed and _port(parsed) not in PORTS:
        raise UrlRefused("The URL has a port other than 80 and 443")
    return parsed


def is_reachable(address: Address, port: int, allow_networks: Iterable[Network]) -> bool:
    """Whether a stranger may make us connect there: public and a web port, or in a network that the operator allows."""
    forms = (address, unwrap(address))
    if any(form in network for form in forms for network in allow_networks if form.version == network.version):
        return True
    return port in PORTS and is_public(address)


def is_public(address: Address) -> bool:
    """Whether anyone on the Internet could reach `address`, so that nothing is given away by reaching it for them."""
    address = unwrap(address)
    if isinstance(address, IPv6Address) and (address not in GLOBAL_UNICAST or address.scope_id):
        return False
    if any(address in network for network in REFUSED if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast


def unwrap(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that only wraps it (IPv4-mapped, NAT64), else the address itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _host(url: httpx2.URL) -> str:
    """The host as ASCII in lower case, without the dot that may end a full name."""
    return url.raw_host.decode("ascii").lower().removesuffix(".")


def _port(url: httpx2.URL) -> int:
    return {"http": 80, "https": 443}[url.scheme] if url.port is None else url.port


def _literal(host: str) -> Address | None:
    """The address that `host` is, None if it is a name.

    Errors: `UrlRefused` for the odd forms (`127.1`, `2130706433`, `0x7f000001`) that a resolver reads as an address: by the
    rule of browsers, what ends in a number is one, and whatever the machine's own resolver takes for one is, too.
    """
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        numeric = bool(socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST))
    except (OSError, UnicodeError):
        numeric = False
    if numeric or _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise UrlRefused("The URL has an address that is not written as four numbers")
    return None


# -- fetching ----------------------------------------------------------------------------------------------------------


async def fetch(
    url: str,
    *,
    resolver: Resolver | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
    allow_networks: Iterable[Network] = (),
    max_bytes: int = MAX_BYTES,
    deadline: float = DEADLINE,
) -> bytes:
    """The body at `url`, at most `max_bytes`, within `deadline` seconds over all redirects.

    Neither proxy, cookie nor credential is used. Errors: `UrlRefused` for the URL's text, `UrlUnreachable` for all else,
    an answer other than 200 and one too large included.
    """
    allowed = tuple(allow_networks)
    current = check_url(url, allowed)
    try:
        async with asyncio.timeout(deadline), _transport(transport) as using:
            for _ in range(MAX_REDIRECTS + 1):
                answer = await _exchange(using, resolver or resolve, allowed, max_bytes, "GET", current)
                if answer.status == httpx2.codes.OK:
                    return answer.body
                current = _redirect(current, answer, allowed)
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, UrlRefused, OSError, ValueError):
        raise UrlUnreachable from None
    raise UrlUnreachable


async def fetch_to(
    url: str,
    take: Callable[[bytes], None],
    *,
    resolver: Resolver | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
    allow_networks: Iterable[Network] = (),
    stalled: float = 60.0,
) -> int:
    """The status at `url` under the same rules; of a 200, each piece of the body is given to `take`, however many there are.

    What `take` raises ends it. Errors: `UrlRefused`, `UrlUnreachable`, also after `stalled` seconds without a piece.
    """
    allowed = tuple(allow_networks)
    current = check_url(url, allowed)
    try:
        async with asyncio.timeout(stalled) as limit, _transport(transport) as using:
            for _ in range(MAX_REDIRECTS + 1):
                addresses = await _judged(current, resolver or resolve, allowed)
                address, response = await _connect(using, Request("GET", current, b"", {}), addresses)
                try:
                    _check_peer(response, address)
                    if response.has_redirect_location:
                        current = _redirect(current, Answer(response.status_code, response.headers, b""), allowed)
                        continue
                    if response.status_code == httpx2.codes.OK:
                        _check_unpacked(response)
                        async for piece in response.aiter_bytes():
                            limit.reschedule(asyncio.get_running_loop().time() + stalled)
                            take(piece)
                    return response.status_code
                finally:
                    await response.aclose()
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, UrlRefused, OSError, ValueError):
        raise UrlUnreachable from None
    raise UrlUnreachable


async def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    resolver: Resolver | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
    allow_networks: Iterable[Network] = (),
    max_bytes: int = 64 * 1024,
    deadline: float = DEADLINE,
) -> Answer:
    """Send `body` to `url` under the same rules, for webhooks. A redirect is an answer and not followed.

    Of the answer's body at most `max_bytes` are read and the rest is dropped. Errors: `UrlRefused`, `UrlUnreachable`.
    """
    allowed = tuple(allow_networks)
    parsed = check_url(url, allowed)
    try:
        async with asyncio.timeout(deadline), _transport(transport) as using:
            return await _exchange(
                using, resolver or resolve, allowed, max_bytes, "POST", parsed, body=body, headers=headers
            )
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError, ValueError):
        raise UrlUnreachable from None


async def resolve(host: str, port: int) -> Sequence[str]:
    """The system's own resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _redirect(current: httpx2.URL, answer: Answer, allowed: Sequence[Network]) -> httpx2.URL:
    """Where an answer leads to, judged like the first URL. Errors: `UrlUnreachable`, `UrlRefused`, `InvalidURL`."""
    if answer.status not in {301, 302, 303, 307, 308} or "location" not in answer.headers:
        raise UrlUnreachable
    following = check_url(str(current.join(answer.headers["location"])), allowed)
    if current.scheme == "https" and following.scheme == "http":
        raise UrlUnreachable  # whoever is on the way could answer in its place
    return following


async def _exchange(
    transport: httpx2.AsyncBaseTransport,
    resolver: Resolver,
    allowed: Sequence[Network],
    max_bytes: int,
    method: str,
    url: httpx2.URL,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request and its answer, over a connection to an address that was judged. Bodies of a 200 alone are read whole."""
    request = Request(method, url, body, headers or {})
    address, response = await _connect(transport, request, await _judged(url, resolver, allowed))
    try:
        _check_peer(response, address)
        data = await _body(response, max_bytes, whole=method == "GET")
        return Answer(response.status_code, response.headers, data)
    finally:
        await response.aclose()


async def _connect(
    transport: httpx2.AsyncBaseTransport, request: Request, addresses: Sequence[Address]
) -> tuple[Address, httpx2.Response]:
    """The first address that takes the connection, and the start of its answer."""
    for address in addresses:
        try:
            return address, await transport.handle_async_request(_pinned(request, address))
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            continue
    raise UrlUnreachable


async def _judged(url: httpx2.URL, resolver: Resolver, allowed: Sequence[Network]) -> list[Address]:
    """The addresses to try. One bad address spoils the name: a good one beside it may be there to get past us."""
    host, port = _host(url), _port(url)
    literal = _literal(host)
    texts = [str(literal)] if literal else await resolver(host, port)
    addresses = [ip_address(text) for text in texts]
    if not addresses or not all(is_reachable(address, port, allowed) for address in addresses):
        raise UrlUnreachable
    return addresses[:MAX_ADDRESSES]


def _pinned(request: Request, address: Address) -> httpx2.Request:
    """A request that connects to `address` and speaks to, and checks the certificate of, the URL's own host.

    Made by hand instead of by a client, so that nothing is added: no cookie, no credential, no proxy.
    """
    url = request.url
    host = _host(url)
    extensions: dict[str, Any] = {"timeout": {"connect": CONNECT_SECONDS, "read": None, "write": None, "pool": None}}
    if _literal(host) is None:
        extensions["sni_hostname"] = host
    # Pictures are compressed as they are. More would only be a way to make little into much, so it is not asked for.
    own = {"Host": url.netloc.decode("ascii"), "User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
    return httpx2.Request(
        request.method,
        url.copy_with(host=str(address), fragment=None),
        headers=own | dict(request.headers),
        content=request.body or None,
        extensions=extensions,
    )


def _check_peer(response: httpx2.Response, address: Address) -> None:
    """Whether the connection really is to the judged address, where the transport has connections to speak of."""
    stream = response.extensions.get("network_stream")
    peer = stream.get_extra_info("server_addr") if stream is not None else None
    if peer is not None and unwrap(ip_address(peer[0])) != unwrap(address):
        raise UrlUnreachable


async def _body(response: httpx2.Response, max_bytes: int, *, whole: bool) -> bytes:
    """The body's bytes. With `whole`, one that is too large, or packed, is an error; otherwise it is cut off."""
    if whole and response.status_code != httpx2.codes.OK:
        return b""
    if whole:
        _check_unpacked(response)
    if whole and int(response.headers.get("content-length", "0")) > max_bytes:
        raise UrlUnreachable
    data = bytearray()
    async for piece in response.aiter_bytes():
        data += piece
        if len(data) > max_bytes:
            if whole:
                raise UrlUnreachable
            break
    return bytes(data[:max_bytes])


def _check_unpacked(response: httpx2.Response) -> None:
    """Errors: `UrlUnreachable` for a body that is packed: not asked for, and a few kilobytes of it can become gigabytes."""
    if response.headers.get("content-encoding", "").strip().lower() not in ("", "identity"):
        raise UrlUnreachable


@asynccontextmanager
async def _transport(given: httpx2.AsyncBaseTransport | None) -> AsyncIterator[httpx2.AsyncBaseTransport]:
    """The given transport, or one of our own for this fetch alone, so that no connection is shared between strangers."""
    if given is not None:
        yield given
        return
    async with httpx2.AsyncHTTPTransport(verify=_certificates(), trust_env=False, retries=0) as own:
        yield own


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    """The trusted certificates, read once: that takes longer than a whole fetch."""
    return httpx2.create_ssl_context(trust_env=False)
