"""The door of the pages: sessions, foreign requests, languages, policies, failures."""

import re
from datetime import timedelta

import httpx2
import pytest

from promptreel import people
from promptreel.runtime import Runtime
from promptreel.web import door, i18n
from promptreel.web.door import SECURE_COOKIE, safe_next

from .conftest import Browser, MakeBrowser


async def test_forms_of_other_sites_change_nothing(make_browser: MakeBrowser) -> None:
    browser = await make_browser()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"}, {},
                    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://reel.example"}):  # fmt: skip
        response = await browser.client.post("/signout", headers=browser.headers | headers)
        assert response.status_code == 403, headers
        assert "another site" in response.text
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "https://reel.example"}):
        fresh = await make_browser()
        response = await fresh.client.post("/signout", headers=fresh.headers | headers)
        assert response.status_code == 303


async def test_a_session_ends(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser()
    secret = browser.headers["Cookie"].partition("=")[2]
    async with runtime.transaction() as connection:
        now = runtime.clock()
        found = await people.find_session(connection, secret, now)
        assert found is not None
        assert found.account == browser.account
        assert await people.find_session(connection, secret, now + people.SESSION_LASTS + timedelta(seconds=1)) is None
        # A visit prolongs it.
        await people.find_session(connection, secret, now + timedelta(days=29))
        assert await people.find_session(connection, secret, now + timedelta(days=50)) is not None
        await connection.execute("UPDATE accounts SET suspended_at = now() WHERE id = %s", [found.account.id])
        assert await people.find_session(connection, secret, now) is None
    response = await browser.post("/signout")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith(f'{SECURE_COOKIE}="";')
    for word in ("HttpOnly", "Secure", "Path=/", "SameSite=lax", "Max-Age=0"):
        assert word in cookie


async def test_languages_are_chosen(stranger: Browser) -> None:
    response = await stranger.post("/language", {"lang": "de", "next": "/docs"})
    assert (response.status_code, response.headers["location"]) == (303, "/docs")
    assert response.headers["set-cookie"].startswith("lang=de;")
    assert "set-cookie" not in (await stranger.post("/language", {"lang": "xx", "next": "//evil.example"})).headers
    assert i18n.choose(None, "fr;q=0.9, zh-TW;q=0.8, en;q=0.1") == "zh"
    assert i18n.choose("de", "zh") == "de"
    assert i18n.choose("xx", "q=;;;,,de;q=nonsense") == "en"
    assert i18n.zone_name("Europe/Berlin") == "Europe/Berlin"
    assert i18n.zone_name("../../etc/passwd") == "UTC"


def test_only_our_own_pages_come_next() -> None:
    assert safe_next("/videos?page=2") == "/videos?page=2"
    for path in ("", None, "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a\nb", "/\t/evil.example"):  # fmt: skip
        assert safe_next(path) == "/create"


async def test_every_page_is_strict(stranger: Browser) -> None:
    response = await stranger.post("/language", headers={"Sec-Fetch-Site": "cross-site"})
    policy = response.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "<script>" not in response.text
    assert 'style="' not in response.text
    assert len(response.content) < 60_000


async def test_static_files_have_names_of_their_own(stranger: Browser) -> None:
    page = (await stranger.post("/language", headers={"Sec-Fetch-Site": "cross-site"})).text
    for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        response = await stranger.get(path)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
        assert (await stranger.get(path, headers={"If-None-Match": response.headers["etag"]})).status_code == 304
    assert (await stranger.get("/static/x/base.css")).headers["cache-control"] == "no-cache"
    assert (await stranger.get("/static/x/..%2fdoor.py")).status_code == 404
    assert (await stranger.get("/static/x/nothing.css")).status_code == 404


async def test_large_and_broken_forms(stranger: Browser, client: httpx2.AsyncClient) -> None:
    assert (await stranger.post("/language", {"next": "x" * door.MOST_FORM_BYTES})).status_code == 413
    headers = {"Content-Type": "multipart/form-data", "Sec-Fetch-Site": "same-origin"}
    assert (await client.post("/language", content=b"nonsense", headers=headers)).status_code == 400
    assert (await stranger.post("/language", {"next": "a\0b"})).status_code == 400


async def test_an_address_without_a_page_is_one_for_people_only(make_browser: MakeBrowser, stranger: Browser) -> None:
    reader = {"Accept": "text/html,*/*;q=0.8"}
    for browser in (stranger, await make_browser()):
        response = await browser.get("/no/such/page", headers=reader)
        assert (response.status_code, response.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert (browser.account is not None) is ("Sign out" in response.text)
        assert "There is nothing here" in response.text
        assert f'class="button" href="{"/create" if browser.account else "/"}"' in response.text
        assert "This did not work" in (await browser.get("/signout", headers=reader)).text
    for path in ("/api/v1/nothing", "/v1/nothing", "/files/nothing"):
        assert (await stranger.get(path, headers=reader)).headers["content-type"] == "application/json"
    assert (await stranger.get("/no/such/page")).headers["content-type"] == "application/json"


async def test_an_accident_is_told_as_a_page_without_its_details(
    make_browser: MakeBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await make_browser()
    monkeypatch.setattr("promptreel.web.usage.DAYS", None)
    response = await browser.get("/usage", headers={"Accept": "text/html", "X-Request-Id": "the-one"})
    assert response.status_code == 500 and "Something broke on our side" in response.text
    assert "the-one" in response.text and "TypeError" not in response.text
    response = await browser.get("/usage")
    assert (response.status_code, response.headers["content-type"]) == (500, "application/json")
