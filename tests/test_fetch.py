"""URLs of strangers: where they may lead, and what may come back. No test leaves this machine."""

import asyncio
import gzip
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from promptreel.errors import UrlRefused, UrlUnreachable
from promptreel.fetch import Answer, Resolver, check_url, fetch, is_public, post

LOOPBACK = (ip_network("127.0.0.0/8"),)
PUBLIC = "93.184.216.34"
BOMB = gzip.compress(gzip.compress(bytes(20_000_000)))

# -- addresses ---------------------------------------------------------------------------------------------------------

ADDRESSES = {
    # fine
    "8.8.8.8": True, "1.1.1.1": True, "93.184.216.34": True, "172.15.255.255": True, "172.32.0.1": True,
    "100.63.255.255": True, "100.128.0.1": True, "223.255.255.255": True,
    "2606:4700::1111": True, "2a00:1450:4001::1": True, "::ffff:8.8.8.8": True, "64:ff9b::808:808": True,
    # this machine and its networks
    "127.0.0.1": False, "127.255.255.254": False, "0.0.0.0": False, "0.1.2.3": False, "10.0.0.1": False,
    "172.16.0.1": False, "172.31.255.255": False, "192.168.1.1": False, "169.254.169.254": False, "100.64.0.1": False,
    "100.100.100.200": False, "192.0.0.192": False, "192.0.0.8": False, "192.0.2.1": False, "198.18.0.1": False,
    "198.19.255.255": False, "198.51.100.1": False, "203.0.113.1": False, "192.88.99.1": False, "168.63.129.16": False,
    "224.0.0.1": False, "239.255.255.250": False, "240.0.0.1": False, "255.255.255.255": False,
    "::": False, "::1": False, "fe80::1": False, "fe80::1%eth0": False, "2606:4700::1111%eth0": False, "fc00::1": False,
    "fd00:ec2::254": False, "fec0::1": False, "ff02::1": False, "ff0e::1": False, "2001:db8::1": False, "3fff::1": False,
    "5f00::1": False, "100::1": False, "2001:2::1": False, "2001:10::1": False, "4000::1": False, "1::1": False,
    # wrapped in another
    "::ffff:127.0.0.1": False, "::ffff:10.0.0.1": False, "::ffff:100.64.0.1": False, "::ffff:a9fe:a9fe": False,
    "::127.0.0.1": False, "::8.8.8.8": False, "::a9fe:a9fe": False, "64:ff9b::7f00:1": False, "64:ff9b::a9fe:a9fe": False,
    "64:ff9b::a00:1": False, "64:ff9b:1::7f00:1": False, "64:ff9b:1::808:808": False, "2002:7f00:1::": False,
    "2002:a9fe:a9fe::": False, "2002:808:808::": False, "2001:0:4136:e378:8000:63bf:3fff:fdd2": False,
    "2001:0:7f00:1::": False, "::ffff:0:127.0.0.1": False,
}  # fmt: skip


@pytest.mark.parametrize(("address", "public"), ADDRESSES.items())
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


# -- the text of a URL -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "https://example.com/a/b.png?c=d&e=%20#f",
        "HTTPS://EXAMPLE.COM:443/",
        "http://example.com:443/",
        "https://example.com:80/",
        "http://example.com./a",
        "https://bücher.example/ä.png",
        "https://xn--bcher-kva.example/",
        "http://8.8.8.8/",
        "http://[2606:4700::1111]/",
        "http://[::ffff:8.8.8.8]:80/",
        "http://a_b.example/",
        "http://1e100.net/",
        "http://localhost/",  # a name like any other: its address will be judged
        "https://example.com/@user:pass",
        "https://example.com/?u=http://127.0.0.1/",
    ],
)
def test_good_urls(url: str) -> None:
    assert check_url(url).host


@pytest.mark.parametrize(
    "url",
    [
        "", "example.com", "//example.com", "/etc/passwd", "file:///etc/passwd", "ftp://example.com/", "gopher://example.com/",
        "data:image/png;base64,AAAA", "javascript:alert(1)", "http:example.com", "http:/example.com", "https:///example.com",
        "http://", "http:///", "http://?x", "http://#", "http://:80/", "http://.", "http://..", "http://a..b/", "http://.a/",
        # credentials, and what looks like them
        "http://user@example.com/", "http://user:pass@example.com/", "http://@example.com/", "http://:@example.com/",
        "http://example.com@127.0.0.1/", "http://127.0.0.1#@example.com/", "http://example.com%40127.0.0.1/",
        "http://example.com\\@127.0.0.1/", "http://127.0.0.1\\@example.com/", "http://127.1.1.1:80\\@127.2.2.2:80/",
        # characters
        "http://exa mple.com/", "http://example.com/a b", "http://example.com/\n", "http://example.com/\r\nHost: x",
        "http://exam\tple.com/", "http://example.com\0/", "\u00a0http://example.com/", "http://example.com/\u2028", " http://a.b/",
        "http://example\u200b.com/", "http://%31%32%37.0.0.1/", "http://127%2e0.0.1/", "http://ex$ample.com/", "http://a'b/",
        "http://[::1", "http://::1/", "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[v1.a]/", "http://a:b:c/",
        # ports
        "http://example.com:8080/", "http://example.com:22/", "https://example.com:8443/", "http://example.com:0/",
        "http://example.com:65536/", "http://example.com:-80/", "http://example.com:x/", "http://8.8.8.8:53/",
        "http://example.com:99999999999999999999/",
        # lengths
        "http://example.com/" + "a" * 5000, "http://" + "a" * 300 + ".com/", "http://" + "a" * 64 + ".com/",
    ],
)  # fmt: skip
def test_urls_that_are_none_of_ours(url: str) -> None:
    with pytest.raises(UrlRefused) as caught:
        check_url(url)
    assert caught.value.message.startswith("The URL ")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0x0.0x0.0x1", "0177.0.0.1", "017700000001",
        "0", "00", "0x0", "0x", "127.0.0.1.", "127.1.", "127.0.0.01", "1.2.3", "1.2.3.4.5", "256.1.1.1", "4294967295",
        "99999999999", "①②⑦.⓪.⓪.①", "１２７.０.０.１", "127。0。0。1", "١٢٧.٠.٠.١", "134744072", "8.8.8.010", "a.1", "a.0x1f",
        "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fd00::1]",
        "[0:0:0:0:0:ffff:7f00:0001]", "169.254.169.254", "10.0.0.1", "192.168.0.1", "100.64.0.1", "[fec0::1]", "[::127.0.0.1]",
        "0.0.0.0", "255.255.255.255", "224.0.0.1",
    ],
)  # fmt: skip
def test_every_way_to_write_an_inner_address_is_refused(host: str) -> None:
    for scheme in ("http", "https"):
        with pytest.raises(UrlRefused):
            check_url(f"{scheme}://{host}/a.png")


def test_an_operator_may_allow_networks_of_their_own() -> None:
    allowed = (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))
    for url in ("http://10.1.2.3/", "http://10.1.2.3:9000/", "http://[fd00::1]:81/", "http://[::ffff:10.1.2.3]/"):
        check_url(url, allowed)
    check_url("http://minio.internal:9000/", allowed)  # a name is judged with its address
    for url in (
        "http://10.2.2.3/",
        "http://127.0.0.1:80/",
        "http://8.8.8.8:81/",
        "http://10.1:80/",
        "http://u@10.1.2.3/",
    ):
        with pytest.raises(UrlRefused):
            check_url(url, allowed)


# -- a world of our own ------------------------------------------------------------------------------------------------


class Names:
    """A resolver that knows what it is told, one answer after the other, and remembers what it was asked."""

    def __init__(self, **answers: Sequence[str] | Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): list(answer) for name, answer in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        answer = self.answers.get(host)
        if answer is None:
            raise OSError("no such name")
        if isinstance(answer[0], str):
            return [str(address) for address in answer]
        return list(answer.pop(0))


class Web(httpx2.AsyncBaseTransport):
    """Servers in memory. Remembers the requests that reached them."""

    def __init__(self, answer: Callable[[httpx2.Request], httpx2.Response | Awaitable[httpx2.Response]]) -> None:
        self.answer = answer
        self.requests: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.answer(request)
        return answer if isinstance(answer, httpx2.Response) else await answer


def ok(body: bytes = b"picture", **headers: str) -> Web:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Web(lambda _: httpx2.Response(200, headers=named, stream=Pieces(body)))


class Pieces(httpx2.AsyncByteStream):
    """A body in pieces, with a pause before each, which remembers how much of it was taken."""

    def __init__(self, *pieces: bytes, pause: float = 0, forever: bool = False) -> None:
        self.pieces, self.pause, self.forever = pieces, pause, forever
        self.taken = 0
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            for piece in self.pieces:
                await asyncio.sleep(self.pause)
                self.taken += len(piece)
                yield piece
            if not self.forever:
                return

    async def aclose(self) -> None:
        self.closed = True


def get(url: str, web: httpx2.AsyncBaseTransport | None, names: Resolver | None = None, **options: object) -> bytes:
    return asyncio.run(fetch(url, transport=web, resolver=names or Names(a_example=[PUBLIC]), **options))


def test_a_picture_is_fetched() -> None:
    web = ok()
    assert get("https://a.example/x.png?y=z#fragment", web) == b"picture"
    [request] = web.requests
    assert str(request.url) == f"https://{PUBLIC}/x.png?y=z"
    assert request.extensions["sni_hostname"] == "a.example"
    assert dict(request.headers) == {
        "host": "a.example",
        "user-agent": "promptreel",
        "accept": "*/*",
        "accept-encoding": "identity",
    }


def test_the_host_is_named_with_its_port() -> None:
    web = ok()
    get("http://a.example:443/", web)
    assert web.requests[0].headers["host"] == "a.example:443"


def test_international_names_are_asked_for_in_ascii() -> None:
    web, names = ok(), Names(**{"xn--bcher-kva.a": [PUBLIC]})
    get("https://bücher.a/", web, names)
    assert names.asked == ["xn--bcher-kva.a"]
    assert web.requests[0].headers["host"] == "xn--bcher-kva.a"


@pytest.mark.parametrize("address", [address for address, public in ADDRESSES.items() if not public])
def test_a_name_that_leads_inside_is_never_connected_to(address: str) -> None:
    web = ok()
    for answer in ([address], [PUBLIC, address], [address, PUBLIC]):
        with pytest.raises(UrlUnreachable):
            get("https://a.example/", web, Names(a_example=answer))
    assert web.requests == []


def test_a_name_that_changes_its_mind_is_asked_once() -> None:
    """DNS rebinding: public when judged, private when connected to."""
    web, names = ok(), Names(a_example=[[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
    assert get("https://a.example/", web, names) == b"picture"
    assert names.asked == ["a.example"]
    assert web.requests[0].url.host == PUBLIC


def test_a_name_that_changes_its_mind_between_redirects_is_caught() -> None:
    web = Web(lambda _: httpx2.Response(302, headers={"location": "/again"}))
    with pytest.raises(UrlUnreachable):
        get("https://a.example/", web, Names(a_example=[[PUBLIC], ["169.254.169.254"]]))
    assert len(web.requests) == 1


@pytest.mark.parametrize("names", [Names(), Names(a_example=[[]]), Names(a_example=["nonsense"])])
def test_a_name_without_addresses(names: Names) -> None:
    with pytest.raises(UrlUnreachable):
        get("https://a.example/", ok(), names)


def test_the_next_address_is_tried() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.host != "8.8.8.8":
            raise httpx2.ConnectError("refused")
        return httpx2.Response(200, content=b"picture")

    web = Web(answer)
    assert get("http://a.example/", web, Names(a_example=[PUBLIC, "2606:4700::1111", "8.8.8.8"])) == b"picture"
    assert [request.url.host for request in web.requests] == [PUBLIC, "2606:4700::1111", "8.8.8.8"]


def test_addresses_without_end_are_not_all_tried() -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectTimeout("nobody there")

    web = Web(answer)
    with pytest.raises(UrlUnreachable):
        get("http://a.example/", web, Names(a_example=[f"8.8.8.{i}" for i in range(200)]))
    assert len(web.requests) == 4


class Connection:
    def __init__(self, peer: str) -> None:
        self.peer = peer

    def get_extra_info(self, name: str) -> tuple[str, int] | None:
        return (self.peer, 443) if name == "server_addr" else None


def test_the_connection_must_be_to_the_judged_address() -> None:
    def web(peer: str) -> Web:
        return Web(lambda _: httpx2.Response(200, content=b"x", extensions={"network_stream": Connection(peer)}))

    assert get("https://a.example/", web(PUBLIC)) == b"x"
    with pytest.raises(UrlUnreachable):
        get("https://a.example/", web("127.0.0.1"))


# -- redirects ---------------------------------------------------------------------------------------------------------


def chain(*locations: str, status: int = 302) -> Web:
    """A web that redirects from one location to the next, then answers."""
    left = list(locations)

    def answer(_: httpx2.Request) -> httpx2.Response:
        if left:
            headers = [("location", left.pop(0)), ("set-cookie", "a=b")]
            return httpx2.Response(status, headers=headers)
        return httpx2.Response(200, content=b"picture")

    return Web(answer)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_without_cookies(status: int) -> None:
    web = chain("/b", "https://b.example/c?d", "//a.example/e", status=status)
    assert get("http://a.example/", web, Names(a_example=[PUBLIC], b_example=["8.8.8.8"])) == b"picture"
    assert [(r.method, r.headers["host"], r.url.path) for r in web.requests] == [
        ("GET", "a.example", "/"), ("GET", "a.example", "/b"), ("GET", "b.example", "/c"), ("GET", "a.example", "/e"),
    ]  # fmt: skip
    assert not any("cookie" in request.headers or "referer" in request.headers for request in web.requests)


def test_the_fourth_redirect_is_one_too_many() -> None:
    web = chain("/1", "/2", "/3", "/4")
    with pytest.raises(UrlUnreachable):
        get("http://a.example/", web)
    assert len(web.requests) == 4


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://2130706433/", "http://inner.example/",
        "file:///etc/passwd", "gopher://a.example/", "http://a.example:6379/", "http://u:p@a.example/", "//127.1/", "http://①②⑦.1/",
        "", "http://", "\\\\127.0.0.1\\", "http://a.example/ /", "javascript:alert(1)", "https://unknown.example/", "http://[",
    ],
)  # fmt: skip
def test_a_redirect_is_judged_like_the_first_url(location: str) -> None:
    web = chain(location, "/end", "/end", "/end")
    with pytest.raises(UrlUnreachable):
        get("http://a.example/", web, Names(a_example=[PUBLIC], inner_example=["10.0.0.1"]))
    assert all(request.url.host == PUBLIC for request in web.requests)


def test_a_redirect_from_https_to_http_is_refused() -> None:
    web = chain("http://a.example/")
    with pytest.raises(UrlUnreachable):
        get("https://a.example/", web)
    assert len(web.requests) == 1


# -- what comes back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [100, 201, 204, 206, 300, 302, 304, 400, 401, 403, 404, 407, 429, 500, 503])
def test_anything_but_200_is_one_error(status: int) -> None:
    with pytest.raises(UrlUnreachable) as caught:
        get("https://a.example/", Web(lambda _: httpx2.Response(status, content=b"picture")))
    assert caught.value.message == "The URL could not be fetched"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "error",
    [
        httpx2.ConnectError("x"), httpx2.ReadError("x"), httpx2.RemoteProtocolError("x"), httpx2.ReadTimeout("x"),
        OSError("x"), ssl.SSLError("x"), TimeoutError("x"), UnicodeDecodeError("utf-8", b"", 0, 1, "x"),
    ],
)  # fmt: skip
def test_every_failure_of_the_network_is_one_error(error: Exception) -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        raise error

    with pytest.raises(UrlUnreachable) as caught:
        get("https://a.example/", Web(answer))
    assert caught.value.message == "The URL could not be fetched"


def test_the_cap_is_exact() -> None:
    assert get("https://a.example/", ok(b"x" * 100), max_bytes=100) == b"x" * 100
    with pytest.raises(UrlUnreachable):
        get("https://a.example/", ok(b"x" * 101), max_bytes=100)


def test_a_body_without_end_is_left_at_the_cap() -> None:
    body = Pieces(b"x" * 1000, forever=True)
    with pytest.raises(UrlUnreachable):
        get("https://a.example/", Web(lambda _: httpx2.Response(200, stream=body)), max_bytes=10_000)
    assert body.taken <= 11_000
    assert body.closed


@pytest.mark.parametrize("length", ["20000001", "99999999999999999999", "x"])
def test_a_declared_length_is_believed_when_it_is_too_large(length: str) -> None:
    body = Pieces(b"x")
    with pytest.raises(UrlUnreachable):
        get(
            "https://a.example/",
            Web(lambda _: httpx2.Response(200, headers={"content-length": length}, stream=body)),
            max_bytes=10**7,
        )
    assert body.taken == 0


@pytest.mark.parametrize(
    "coding", ["gzip", "GZIP", "deflate", "br", "zstd", "gzip, gzip", "identity, gzip", "x-unknown"]
)
def test_a_packed_body_is_not_unpacked(coding: str) -> None:
    body = Pieces(BOMB)
    with pytest.raises(UrlUnreachable):
        get(
            "https://a.example/", Web(lambda _: httpx2.Response(200, headers={"content-encoding": coding}, stream=body))
        )
    assert body.taken == 0
    assert body.closed


def test_identity_is_no_packing() -> None:
    assert get("https://a.example/", ok(content_encoding="identity")) == b"picture"


def within(seconds: float, call: Callable[[], object]) -> None:
    started = time.perf_counter()
    with pytest.raises(UrlUnreachable):
        call()
    assert time.perf_counter() - started < seconds


def test_a_slow_drip_ends_at_the_deadline() -> None:
    body = Pieces(b"x", pause=0.02, forever=True)
    within(10, lambda: get("https://a.example/", Web(lambda _: httpx2.Response(200, stream=body)), deadline=0.15))
    assert body.closed


def test_a_slow_resolver_ends_at_the_deadline() -> None:
    async def never(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    within(10, lambda: get("https://a.example/", ok(), never, deadline=0.1))


def test_the_deadline_is_over_all_redirects() -> None:
    async def slowly(_: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(0.15)
        return httpx2.Response(302, headers={"location": "/"})

    web = Web(slowly)
    within(10, lambda: get("https://a.example/", web, deadline=0.2))
    assert len(web.requests) == 2


def test_a_caller_that_goes_away_is_not_an_unreachable_url() -> None:
    async def cancelled() -> None:
        web = Web(lambda _: httpx2.Response(200, stream=Pieces(b"x", pause=60)))
        task = asyncio.create_task(fetch("https://a.example/", transport=web, resolver=Names(a_example=[PUBLIC])))
        await asyncio.sleep(0.05)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())


# -- posting -----------------------------------------------------------------------------------------------------------


def send(url: str, web: Web, **options: object) -> Answer:
    return asyncio.run(
        post(
            url,
            b"{}",
            {"Content-Type": "application/json"},
            transport=web,
            resolver=Names(a_example=[PUBLIC]),
            **options,
        )
    )


@pytest.mark.parametrize("status", [200, 204, 302, 410, 503])
def test_a_post_is_answered_and_never_redirected(status: int) -> None:
    web = Web(lambda _: httpx2.Response(status, headers={"location": "/b", "retry-after": "5"}, content=b"body"))
    answer = send("https://a.example/hook", web)
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (status, b"body", "5")
    [request] = web.requests
    assert (request.method, request.content, request.headers["content-length"]) == ("POST", b"{}", "2")
    assert (request.headers["host"], request.url.host) == ("a.example", PUBLIC)


def test_a_long_answer_to_a_post_is_cut_off() -> None:
    body = Pieces(b"x" * 1000, forever=True)
    answer = send("https://a.example/", Web(lambda _: httpx2.Response(200, stream=body)), max_bytes=2500)
    assert len(answer.body) == 2500
    assert body.closed


def test_a_bomb_in_answer_to_a_post_is_cut_off() -> None:
    web = Web(lambda _: httpx2.Response(200, headers={"content-encoding": "gzip, gzip"}, stream=Pieces(BOMB)))
    assert send("https://a.example/", web).body == bytes(64 * 1024)


def test_a_post_obeys_the_same_rules() -> None:
    with pytest.raises(UrlRefused):
        send("http://127.0.0.1/", ok())
    with pytest.raises(UrlUnreachable):
        send("http://b.example/", ok())


# -- real connections, on this machine ---------------------------------------------------------------------------------


@asynccontextmanager
async def server(answer: bytes, tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that answers every request with the same bytes; yields its port and the requests."""
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()

    running = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    async with running:
        yield running.sockets[0].getsockname()[1], heard


def test_over_a_real_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

    async def story() -> None:
        async with server(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\npicture") as (port, heard):
            names = Names(a_example=["127.0.0.1"])
            url = f"http://a.example:{port}/x.png#y"
            assert await fetch(url, resolver=names, allow_networks=LOOPBACK) == b"picture"
            assert heard[0].startswith(b"GET /x.png HTTP/1.1\r\n")
            assert f"Host: a.example:{port}\r\n".encode() in heard[0]
            with pytest.raises(UrlRefused):
                await fetch(url, resolver=names)

    asyncio.run(story())


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 2_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    ],
)
def test_a_server_that_talks_nonsense(answer: bytes) -> None:
    async def story() -> None:
        async with server(answer) as (port, _):
            with pytest.raises(UrlUnreachable):
                await fetch(f"http://127.0.0.1:{port}/", allow_networks=LOOPBACK, deadline=2)

    asyncio.run(story())


def test_nobody_listens() -> None:
    async def story() -> None:
        async with server(b"") as (port, _):
            pass
        with pytest.raises(UrlUnreachable):
            await fetch(f"http://127.0.0.1:{port}/", allow_networks=LOOPBACK, deadline=2)

    asyncio.run(story())


def certificate(folder: Path, name: str) -> Path:
    """A certificate for `name`, signed by itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_the_certificate_is_checked_by_the_original_name(tmp_path: Path) -> None:
    path = certificate(tmp_path, "a.example")
    at_server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    at_server.load_cert_chain(path)
    asked: list[str | None] = []
    at_server.sni_callback = lambda _, name, __: asked.append(name)

    async def story() -> None:
        names = Names(a_example=["127.0.0.1"], b_example=["127.0.0.1"])
        async with (
            server(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\npicture", at_server) as (port, _),
            httpx2.AsyncHTTPTransport(verify=ssl.create_default_context(cafile=path), trust_env=False) as trusting,
        ):
            get_it = {"resolver": names, "allow_networks": LOOPBACK, "deadline": 3}
            assert await fetch(f"https://a.example:{port}/", transport=trusting, **get_it) == b"picture"
            assert asked == ["a.example"]
            for url, transport in {
                f"https://b.example:{port}/": trusting,
                f"https://127.0.0.1:{port}/": trusting,
                f"https://a.example:{port}/": None,
            }.items():
                with pytest.raises(UrlUnreachable):
                    await fetch(url, transport=transport, **get_it)

    asyncio.run(story())
