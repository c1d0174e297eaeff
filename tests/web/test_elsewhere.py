"""Signing in at another site: a small issuer that plays by the book, or does not."""

import base64
import hmac
import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
import pytest
from joserfc import jwk, jwt

from promptreel import accounts, credits, oidc, people
from promptreel.runtime import Runtime
from promptreel.web.door import SECURE_COOKIE

from .conftest import SAME_SITE, Browser, MakeBrowser
from .mailbox import deliver, set_up_mail

URL = "https://issuer.example/realm"
KEYS = {name: jwk.RSAKey.generate_key(2048, {"kid": name, "use": "sig"}) for name in ("one", "two")}


class FakeIssuer(httpx2.AsyncBaseTransport):
    """An issuer as a transport. `claims` go into the next token; `spoil` may change any answer by its path."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {"sub": "ada", "email": "ada@example.com", "email_verified": True}
        self.about: dict[str, Any] = {
            "issuer": URL,
            "authorization_endpoint": f"{URL}/auth?tenant=1",
            "token_endpoint": f"{URL}/token",
            "jwks_uri": f"{URL}/keys",
        }
        self.key = "one"
        self.published = ["one"]
        self.spoil: dict[str, Callable[[httpx2.Response], httpx2.Response]] = {}
        self.asked: list[str] = []
        self.nonce = ""
        self.challenge = ""
        self.userinfo: dict[str, Any] = {}
        self.token: str | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path.removeprefix("/realm")
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            answer = httpx2.Response(200, json=self.about)
        elif path == "/keys":
            keys = [KEYS[name].as_dict(private=False) for name in self.published]
            answer = httpx2.Response(200, json={"keys": [*keys, {"kty": "nonsense", "kid": "x"}]})
        elif path == "/userinfo":
            assert request.headers["authorization"] == "Bearer access"
            answer = httpx2.Response(200, json=self.userinfo)
        else:
            form = dict(parse_qsl((await request.aread()).decode()))
            assert form["grant_type"] == "authorization_code"
            assert form["redirect_uri"] == "https://reel.example/oidc/callback"
            assert request.headers["authorization"].startswith("Basic ")
            if oidc.challenge(form["code_verifier"]) != self.challenge or form["code"] != "code":
                answer = httpx2.Response(400, json={"error": "invalid_grant"})
            else:
                answer = httpx2.Response(200, json={"id_token": self.token or self.sign(), "access_token": "access"})
        return self.spoil.get(path, lambda given: given)(answer)

    def sign(self, algorithm: str = "RS256", key: Any = None, **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": URL,
            "aud": "client",
            "iat": now,
            "exp": now + 60,
            "nonce": self.nonce,
            **self.claims,
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": algorithm, "kid": self.key}, claims, key or KEYS[self.key], [algorithm])


@pytest.fixture
def issuer(runtime: Runtime) -> FakeIssuer:
    fake = FakeIssuer()
    runtime.settings = runtime.settings.model_copy(
        update={"oidc_issuer": URL, "oidc_client_id": "client", "oidc_client_secret": "s3cret:/", "oidc_label": "Realm"}
    )
    runtime.issuer = oidc.Issuer(runtime.settings, fake)
    return fake


def another(browser: Browser) -> Browser:
    """A second browser, signed out; with a cookie, or the client would send those that it has seen."""
    return Browser(browser.client, None, {"Cookie": "a=b"})


async def set_out(
    browser: Browser, issuer: FakeIssuer, path: str = "/oidc/start?next=/usage", come_from: dict[str, str] = SAME_SITE
) -> tuple[str, str]:
    """Off to the issuer, from one of our pages: the state, and the cookie that the browser keeps."""
    response = await browser.get(path, headers=come_from)
    assert response.status_code == 303
    place = urlsplit(response.headers["location"])
    query = {name: values[0] for name, values in parse_qs(place.query).items()}
    assert place.geturl().startswith(f"{URL}/auth?tenant=1&")
    assert query["code_challenge_method"] == "S256"
    assert query["redirect_uri"] == "https://reel.example/oidc/callback"
    assert (query["client_id"], query["response_type"], query["scope"]) == ("client", "code", "openid email")
    issuer.nonce, issuer.challenge = query["nonce"], query["code_challenge"]
    cookies = [value for name, value in response.headers.multi_items() if name == "set-cookie"]
    found = re.match(r"__Host-oidc=([^;]+);(.*)", cookies[-1])
    assert found and "HttpOnly" in found[2] and "Secure" in found[2] and "SameSite=lax" in found[2]
    return query["state"], f"__Host-oidc={found[1]}"


async def come_back(browser: Browser, cookie: str, **query: str) -> httpx2.Response:
    """Back from the issuer, the way a browser follows a link of another site."""
    cookies = "; ".join(filter(None, [browser.headers.get("Cookie", ""), cookie]))
    response = await browser.client.get(
        "/oidc/callback", params={"code": "code", **query}, headers={"Cookie": cookies, "Sec-Fetch-Site": "cross-site"}
    )
    for name, value in response.headers.multi_items():
        if name == "set-cookie" and (found := re.match(rf"{SECURE_COOKIE}=([^;]+);", value)):
            browser.headers = {**browser.headers, "Cookie": f"{SECURE_COOKIE}={found[1]}"}
    return response


async def sign_in(browser: Browser, issuer: FakeIssuer) -> httpx2.Response:
    state, cookie = await set_out(browser, issuer)
    return await come_back(browser, cookie, state=state)


async def emails(runtime: Runtime) -> list[str]:
    async with runtime.pool.connection() as connection:
        return [account.email for account in await accounts.list_accounts(connection)]


async def test_there_is_no_such_door_without_an_issuer(stranger: Browser) -> None:
    assert (await stranger.get("/oidc/start")).status_code == 404
    assert (await stranger.get("/oidc/callback")).status_code == 404
    assert "/oidc/start" not in (await stranger.get("/signin")).text


async def test_somebody_signs_in_elsewhere(stranger: Browser, runtime: Runtime, issuer: FakeIssuer) -> None:
    assert "Continue with Realm" in (await stranger.get("/signin")).text
    response = await sign_in(stranger, issuer)
    assert (response.status_code, response.headers["location"]) == (303, "/usage")
    assert "__Host-oidc" in str(response.headers)
    assert "ada@example.com" in (await stranger.get("/settings")).text
    # The second time it is the same account, and nobody asks the issuer again who it is.
    asked = issuer.asked.count("/.well-known/openid-configuration")
    assert (await sign_in(another(stranger), issuer)).status_code == 303
    assert await emails(runtime) == ["ada@example.com"]
    assert issuer.asked.count("/.well-known/openid-configuration") == asked == 1
    assert issuer.asked.count("/keys") == 1


async def test_state_binds_the_way_back_to_this_browser(stranger: Browser, runtime: Runtime, issuer: FakeIssuer) -> None:  # fmt: skip
    state, cookie = await set_out(stranger, issuer)
    other_state, other_cookie = await set_out(another(stranger), issuer)
    for kept, given in (("", state), (cookie, other_state), (cookie, ""), ("__Host-oidc=nonsense", state), ("__Host-oidc=W10=", state)):  # fmt: skip
        response = await come_back(stranger, kept, state=given)
        assert response.status_code == 400
        assert "did not work" in response.text
    # Another issuer's answer, an error, a code that is not ours, a verifier of another way.
    assert (await come_back(stranger, cookie, state=state, iss="https://evil.example")).status_code == 400
    assert (await come_back(stranger, cookie, state=state, error="server_error")).status_code == 400
    denied = await come_back(stranger, cookie, state=state, error="access_denied")
    assert denied.status_code == 403
    assert "You did not let Realm tell us who you are." in denied.text
    assert (await come_back(stranger, other_cookie, state=other_state, code="stolen")).status_code == 400
    assert (await come_back(stranger, cookie, state=state)).status_code == 400
    assert await emails(runtime) == []
    assert SECURE_COOKIE not in stranger.headers.get("Cookie", "")


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "somebody else"},
        {"aud": ["client", "other"]},
        {"aud": None},
        {"exp": -3600},
        {"exp": None},
        {"iat": 3600},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
    ],
    ids=str,
)
async def test_a_token_that_is_not_right(stranger: Browser, runtime: Runtime, issuer: FakeIssuer, changes: dict[str, Any]) -> None:  # fmt: skip
    state, cookie = await set_out(stranger, issuer)
    # Times are told as seconds from now on.
    now = int(time.time())
    moved = {name: now + value for name, value in changes.items() if name in {"exp", "iat"} and value is not None}
    issuer.token = issuer.sign(**changes | moved)
    assert (await come_back(stranger, cookie, state=state)).status_code == 400
    assert await emails(runtime) == []


async def test_a_token_that_somebody_else_signed(stranger: Browser, runtime: Runtime, issuer: FakeIssuer) -> None:
    state, cookie = await set_out(stranger, issuer)
    head, body, signature = issuer.sign().split(".")
    shared = jwk.OctKey.import_key("s3cret:/" * 8)
    symmetric = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').decode().rstrip("=") + "." + body
    digest = hmac.digest(KEYS["one"].as_pem(private=False), symmetric.encode(), "sha256")
    public = f"{symmetric}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"
    for token in (
        issuer.sign(key=KEYS["two"]),
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-8]}AAAAAAAA",
        "eyJhbGciOiJub25lIn0." + body + ".",
        issuer.sign("HS256", shared),
        public,
        "nonsense",
        "",
    ):
        issuer.token = token
        issuer.spoil["/token"] = lambda _, token=token: httpx2.Response(200, json={"id_token": token})  # type: ignore[misc]
        assert (await come_back(stranger, cookie, state=state)).status_code == 400
    assert await emails(runtime) == []


async def test_keys_are_changed(stranger: Browser, runtime: Runtime, issuer: FakeIssuer) -> None:
    now = 0.0
    runtime.issuer.clock = lambda: now
    assert (await sign_in(stranger, issuer)).status_code == 303
    issuer.key, issuer.published = "two", ["one", "two"]
    # Too soon to ask again: a flood of wrong tokens is not one of requests.
    assert (await sign_in(another(stranger), issuer)).status_code == 400
    assert issuer.asked.count("/keys") == 1
    now = 61.0
    assert (await sign_in(another(stranger), issuer)).status_code == 303
    assert issuer.asked.count("/keys") == 2


async def test_an_issuer_that_misbehaves(stranger: Browser, runtime: Runtime, issuer: FakeIssuer) -> None:
    async def tries(path: str, answer: Callable[[httpx2.Response], httpx2.Response]) -> int:
        runtime.issuer = oidc.Issuer(runtime.settings, issuer)
        issuer.spoil = {path: answer}
        response = await stranger.get("/oidc/start")
        if response.status_code != 303:
            return response.status_code
        return (await sign_in(stranger, issuer)).status_code

    def broken(_: httpx2.Response) -> httpx2.Response:
        raise httpx2.ConnectError("away")

    for path in ("/.well-known/openid-configuration", "/keys", "/token"):
        for answer in (
            broken,
            lambda _: httpx2.Response(500),
            lambda _: httpx2.Response(302, headers={"Location": "https://evil.example"}),
            lambda _: httpx2.Response(200, content=b"<html>"),
            lambda _: httpx2.Response(200, json=[]),
            lambda _: httpx2.Response(200, content=b" " * (oidc.MOST_BYTES + 1) + b"{}"),
        ):
            assert await tries(path, answer) == 400
    for wrong in (
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://issuer.example/auth"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": ""},
    ):
        spoiled = json.dumps(issuer.about | wrong)
        assert await tries("/.well-known/openid-configuration", lambda _, text=spoiled: httpx2.Response(200, content=text)) == 400  # type: ignore[misc]  # fmt: skip
    assert await emails(runtime) == []


async def test_an_address_that_is_told_only_when_asked(stranger: Browser, runtime: Runtime, issuer: FakeIssuer) -> None:  # fmt: skip
    issuer.claims = {"sub": "ada"}
    issuer.about["userinfo_endpoint"] = f"{URL}/userinfo"
    issuer.userinfo = {"sub": "eve", "email": "eve@example.com", "email_verified": True}
    assert (await sign_in(stranger, issuer)).status_code == 400
    issuer.userinfo["sub"] = "ada"
    assert (await sign_in(stranger, issuer)).status_code == 303
    assert await emails(runtime) == ["eve@example.com"]


async def test_an_account_with_the_same_address(stranger: Browser, runtime: Runtime, issuer: FakeIssuer, make_browser: MakeBrowser) -> None:  # fmt: skip
    owner = await make_browser()
    assert owner.account
    async with runtime.transaction() as connection:
        await people.set_address(connection, owner.account.id, "ada@example.com", verified=True)
    issuer.claims["email_verified"] = False
    assert (await sign_in(stranger, issuer)).status_code == 303
    assert len(await emails(runtime)) == 2
    issuer.claims |= {"sub": "other", "email_verified": True}
    assert (await sign_in(another(stranger), issuer)).status_code == 303
    assert len(await emails(runtime)) == 2
    async with runtime.pool.connection() as connection:
        assert [identity.subject for identity in await people.list_identities(connection, owner.account.id)] == [
            "other"
        ]


async def test_an_unproven_address_is_confirmed_by_who_signed_in(stranger: Browser, runtime: Runtime, issuer: FakeIssuer) -> None:  # fmt: skip
    box = set_up_mail(runtime)
    issuer.claims["email_verified"] = False
    await sign_in(stranger, issuer)
    link = await box.link("ada@example.com", "verify")
    # Who reads the letters of that address may be somebody else: nobody confirms it for whoever signed in with it.
    reader = another(stranger)
    assert "made by signing in with Realm" in (await reader.get(link)).text
    assert (await reader.post(link)).status_code == 403
    assert (await stranger.post(link)).headers["location"] == "/create"
    async with runtime.pool.connection() as connection:
        person = await people.find_person(connection, "ada@example.com")
        assert person and person.account.verified
        assert await people.list_identities(connection, person.account.id)
    # Signing in again writes no further letter.
    await sign_in(another(stranger), issuer)
    await deliver(runtime)
    assert len(box.letters) == 1


async def test_who_has_no_address_is_asked_for_one(stranger: Browser, runtime: Runtime, issuer: FakeIssuer) -> None:
    box = set_up_mail(runtime)
    del issuer.claims["email"]
    await sign_in(stranger, issuer)
    assert "We have no address of yours yet." in (await stranger.get("/create")).text
    settings = (await stranger.get("/settings")).text
    assert "None yet." in settings and "Send me the letter again" not in settings
    await stranger.post("/settings/verify")
    await deliver(runtime)
    assert box.letters == []
    # The first address that is theirs brings what newcomers are given, and no later one.
    for email in ("ada@example.com", "other@example.com"):
        await stranger.post("/settings/mail", {"email": email})
        await stranger.post(await box.link(email, "change"))
    async with runtime.pool.connection() as connection:
        person = await people.find_person(connection, "other@example.com")
        assert person and person.account.verified
        wallet = await credits.balance(connection, person.account.id)
    assert wallet.available == runtime.settings.signup_credits


async def test_a_closed_place_takes_only_who_is_known(stranger: Browser, runtime: Runtime, issuer: FakeIssuer) -> None:
    runtime.settings = runtime.settings.model_copy(update={"signup": "closed"})
    response = await sign_in(stranger, issuer)
    assert response.status_code == 400
    assert "made by those who run this place" in response.text
    assert await emails(runtime) == []


async def test_who_is_signed_in_connects_and_disconnects(runtime: Runtime, issuer: FakeIssuer, make_browser: MakeBrowser) -> None:  # fmt: skip
    mine, theirs = await make_browser(), await make_browser()
    state, cookie = await set_out(mine, issuer, "/oidc/start?link=1")
    # Another browser with the same way back is not connected.
    assert (await come_back(theirs, cookie, state=state)).status_code == 400
    response = await come_back(mine, cookie, state=state)
    assert response.headers["location"] == "/settings#main"
    page = (await mine.get("/settings")).text
    assert "You can now sign in with Realm." in page and "Connected since" in page
    state, cookie = await set_out(theirs, issuer, "/oidc/start?link=1")
    await come_back(theirs, cookie, state=state)
    assert "connected with another account already" in (await theirs.get("/settings")).text
    # It was the only way in.
    await mine.post("/settings/identities")
    assert "Choose a password first" in (await mine.get("/settings")).text
    assert mine.account
    async with runtime.transaction() as connection:
        await people.set_password(connection, mine.account.id, "x")
    await mine.post("/settings/identities")
    async with runtime.pool.connection() as connection:
        assert await people.list_identities(connection, mine.account.id) == []


async def test_the_suspended_stay_out(stranger: Browser, runtime: Runtime, issuer: FakeIssuer) -> None:
    await sign_in(stranger, issuer)
    async with runtime.transaction() as connection:
        await connection.execute("UPDATE accounts SET suspended_at = now()")
    response = await sign_in(another(stranger), issuer)
    assert response.status_code == 403
    assert "suspended" in response.text
