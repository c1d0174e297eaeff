"""Tokens, usage, credits, plan and the API pages, as a browser sees them."""

import csv
import html
import io
import json
import re
from datetime import timedelta

import pytest

from promptreel import accounts, credits, limits
from promptreel.runtime import Runtime
from promptreel.settings import Settings
from promptreel.web import plots

from ..conftest import MakeAccount
from .conftest import Browser, MakeBrowser

PAGES = ("/tokens", "/usage", "/credits", "/plan")


@pytest.mark.parametrize("path", [*PAGES, "/credits.csv"])
async def test_who_is_signed_out_is_asked_to_sign_in(stranger: Browser, path: str) -> None:
    response = await stranger.get(path)
    assert (response.status_code, response.headers["location"]) == (303, f"/signin?next=%2F{path[1:]}")


@pytest.mark.parametrize("path", [*PAGES, "/docs", "/docs/prompttovideo", "/docs/popvid"])
async def test_pages_need_nothing_from_outside(make_browser: MakeBrowser, path: str) -> None:
    response = await (await make_browser()).get(path)
    assert response.status_code == 200
    assert len(response.content) < 60_000
    policy = response.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "style=" not in response.text
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=", response.text)
    for link in re.findall(r'(?:src|href)="([^"]+)"', response.text):
        assert link.startswith(("/", "#")), link
        assert not link.startswith("//")
        if link.startswith("#"):
            assert f'id="{link[1:]}"' in response.text, link


# -- tokens ------------------------------------------------------------------------------------------------------------


async def test_a_token_is_shown_once_and_works(make_browser: MakeBrowser) -> None:
    browser = await make_browser()
    response = await browser.post("/tokens", {"name": "my <script>", "read": "on", "lasts": "30"})
    assert response.status_code == 200
    text = re.search(r"prl_[0-9A-Za-z]{36}", response.text)
    assert text is not None
    assert "my &lt;script&gt;" in response.text
    page = (await browser.get("/tokens")).text
    assert text[0] not in page
    assert text[0][-4:] in page
    called = await browser.client.get("/api/v1/account", headers={"Authorization": f"Bearer {text[0]}"})
    assert called.status_code == 200
    made = await browser.client.post(
        "/api/v1/generate", headers={"Authorization": f"Bearer {text[0]}"}, json={"prompt": "x"}
    )
    assert (made.status_code, made.json()["code"]) == (403, "scope_missing")
    number = re.findall(r"/tokens/(\d+)/revoke", page)[0]
    gone = await browser.post(f"/tokens/{number}/revoke")
    assert (gone.status_code, gone.headers["location"]) == (303, "/tokens")
    page = (await browser.get("/tokens")).text
    assert "The token is revoked" in page
    assert "The token is revoked" not in (await browser.get("/tokens")).text
    called = await browser.client.get("/api/v1/account", headers={"Authorization": f"Bearer {text[0]}"})
    assert called.status_code == 401


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": "", "read": "on"}, "name of 1 to 100"),
        ({"name": "x" * 101, "read": "on"}, "name of 1 to 100"),
        ({"name": "kept as typed"}, "at least one thing"),
        ({"name": "kept as typed", "admin": "on"}, "at least one thing"),
        ({"name": "kept as typed", "read": "on", "lasts": "31"}, "Choose one of these"),
    ],
)
async def test_a_wrong_form_tells_where(make_browser: MakeBrowser, fields: dict[str, str], told: str) -> None:
    browser = await make_browser()
    response = await browser.post("/tokens", fields)
    assert response.status_code == 422
    assert told in response.text
    assert fields["name"][:100] in response.text
    assert "prl_" not in response.text


async def test_only_operators_make_tokens_that_run_the_place(make_browser: MakeBrowser, runtime: Runtime) -> None:
    operator = await make_browser(operator=True)
    await operator.post("/tokens", {"name": "all", "admin": "on", "lasts": ""})
    assert operator.account is not None
    async with runtime.transaction() as connection:
        token = (await accounts.list_tokens(connection, operator.account.id))[-1]
    assert (token.scopes, token.expires_at) == ({"admin"}, None)


async def test_nobody_revokes_another_s_token(
    make_browser: MakeBrowser, make_account: MakeAccount, runtime: Runtime
) -> None:
    browser = await make_browser()
    other, text = await make_account()
    async with runtime.transaction() as connection:
        token = (await accounts.list_tokens(connection, other.id))[0]
    for number in (str(token.id), "0", "999999", "-1", "x", "9" * 30):
        assert (await browser.post(f"/tokens/{number}/revoke")).status_code == 404
    assert (await browser.client.get("/api/v1/account", headers={"Authorization": f"Bearer {text}"})).status_code == 200


# -- usage -------------------------------------------------------------------------------------------------------------


async def test_calls_are_told_by_day_and_token(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(tier="basic")
    assert browser.account is not None
    async with runtime.transaction() as connection:
        token, text = await accounts.create_token(connection, browser.account.id, "busy one")
        today = runtime.clock().date()
        await connection.execute(
            "INSERT INTO usage_days (account_id, day, used, day_limit) VALUES (%s, %s, 7, 100)",
            [browser.account.id, today - timedelta(days=3)],
        )
    for _ in range(5):
        await browser.client.get("/api/v1/account", headers={"Authorization": f"Bearer {text}"})
    async with runtime.transaction() as connection:
        calls = await limits.calls_by_day(connection, browser.account.id, today - timedelta(days=29))
        assert calls == {today: 5, today - timedelta(days=3): 7}
        (use,) = await limits.calls_by_token(connection, browser.account.id, today - timedelta(days=29), today)
        assert (use.token_id, use.today, use.total) == (token.id, 5, 5)
    page = (await browser.get("/usage")).text
    assert '<progress max="100" value="5"' in page
    assert "busy one" in page
    assert page.count('class="bar"') == 30


async def test_calls_over_the_limit_count_for_no_token(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(tier="free")
    assert browser.account is not None
    async with runtime.transaction() as connection:
        _, text = await accounts.create_token(connection, browser.account.id)
    statuses = [
        (await browser.client.get("/api/v1/account", headers={"Authorization": f"Bearer {text}"})).status_code
        for _ in range(12)
    ]
    assert statuses == [200] * 10 + [429] * 2
    today = runtime.clock().date()
    async with runtime.transaction() as connection:
        assert [use.total for use in await limits.calls_by_token(connection, browser.account.id, today, today)] == [10]


def test_plots_have_round_scales() -> None:
    assert [plots.ceiling(most) for most in (0, 1, 2, 3, 7, 10, 11, 99, 120, 1001)] == [
        1,
        1,
        2,
        5,
        10,
        10,
        20,
        100,
        200,
        2000,
    ]
    days = plots.days_until(plots.date(2026, 3, 2), 3)
    assert [day.isoformat() for day in days] == ["2026-02-28", "2026-03-01", "2026-03-02"]
    plot = plots.bars(days, [0, 5, 10])
    assert [bar.height for bar in plot.bars] == [0, plots.HEIGHT / 2, plots.HEIGHT]
    assert plot.scale == [(0, plots.HEIGHT), (5, plots.HEIGHT / 2), (10, 0)]
    assert plots.steps(days, [0, 0, 0]).line.startswith(f"M0.0,{plots.HEIGHT:.1f}")


# -- credits -----------------------------------------------------------------------------------------------------------


async def test_what_each_engine_costs(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser()
    page = (await browser.get("/plan")).text
    assert "by the engine" not in page and ">with sound<" in page
    table = {"kind": "custom", "model": "a:B", "title": "Fine & slow", "presets": {"premium": {"price": 90}}}
    runtime.settings = Settings.model_validate(runtime.settings.model_dump() | {"engines": {"fine": table}})
    page = (await browser.get("/plan")).text
    assert "Fine &amp; slow</th>" in page and ">90</td>" in page and ">–</td>" in page
    # Of an engine that nobody knows to make sound none is promised.
    assert ">with sound by Scenes<" in page
    runtime.settings = runtime.settings.model_copy(update={"engine": "fine"})
    page = (await browser.client.get("/")).text
    assert "<strong>90</strong>" in page and "Full size <" in page


async def statement_of(
    runtime: Runtime, account_id: int, before: int | None = None, limit: int = 50
) -> list[credits.Line]:
    async with runtime.transaction() as connection:
        return await credits.statement(connection, account_id, before, limit)


async def test_the_statement_adds_up(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(credits=100)
    assert browser.account is not None
    account = browser.account.id
    async with runtime.transaction() as connection:
        for video in range(1, 8):
            await credits.hold(connection, account, video, 3)
            if video % 2:
                await credits.capture(connection, account, video, 3)
            else:
                await credits.release(connection, account, video, 3, "it failed")
    whole = await statement_of(runtime, account)
    assert [line.available for line in whole[-3:]] == [97, 97, 100]
    assert whole[0].available == 100 - 4 * 3
    for newer, older in zip(whole, whole[1:], strict=False):
        assert newer.available == older.available + newer.change
    paged: list[credits.Line] = []
    while part := await statement_of(runtime, account, paged[-1].id if paged else None, 4):
        paged += part
    assert paged == whole
    page = (await browser.get("/credits")).text
    assert "it failed" in page
    assert "Video 7, deleted since" in page
    told = list(csv.DictReader(io.StringIO((await browser.get("/credits.csv")).text)))
    assert [int(line["available"]) for line in told] == [line.available for line in whole]


async def test_every_line_links_to_its_own_video_only(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(credits=10)
    assert browser.account is not None
    async with runtime.transaction() as connection:
        _, text = await accounts.create_token(connection, browser.account.id)
    made = await browser.client.post(
        "/api/v1/generate", headers={"Authorization": f"Bearer {text}"}, json={"prompt": '=cmd|"<b>a film</b>'}
    )
    video = made.json()["video_id"]
    page = (await browser.get("/credits")).text
    assert f'<a href="/videos/{video}">=cmd|&#34;&lt;b&gt;a film&lt;/b&gt;</a>' in page
    (line, _) = csv.DictReader(io.StringIO((await browser.get("/credits.csv")).text))
    assert line["prompt"] == "'=cmd|\"<b>a film</b>"


async def test_balances_by_day(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(credits=50)
    assert browser.account is not None
    today = runtime.clock().date()
    async with runtime.transaction() as connection:
        await credits.hold(connection, browser.account.id, 1, 20)
        assert await credits.balance_by_day(connection, browser.account.id, today) == (0, {today: 30})
        assert await credits.balance_by_day(connection, browser.account.id, today + timedelta(days=1)) == (30, {})


# -- the API pages -----------------------------------------------------------------------------------------------------


async def test_the_api_pages_know_the_reader_s_host(stranger: Browser, runtime: Runtime) -> None:
    runtime.settings = runtime.settings.model_copy(update={"public_url": ""})
    for path in ("/docs", "/docs/prompttovideo", "/docs/popvid"):
        text = (await stranger.get(path, headers={"Host": "mine.example:8080"})).text
        assert "https://mine.example:8080" in text
        assert "prompttovideo.com" not in text
        assert "popvid.ai" not in text
        for host in ("evil.example/<script>", '"><script>', "a b", ""):
            assert "<script>" not in (await stranger.get(path, headers={"Host": host})).text


async def test_the_scripts_texts_are_json(stranger: Browser) -> None:
    page = (await stranger.get("/docs/prompttovideo")).text
    found = re.search(r'data-texts="([^"]+)"', page)
    assert found is not None
    assert json.loads(html.unescape(found[1]))["copy"] == "Copy"
