"""What operators see and do in the dashboard, and that nobody else can."""

import asyncio
import re
from datetime import timedelta

import pytest

from promptreel import accounts, audit, credits, operators, plans, upstreams, videos
from promptreel.engine_config import RemoteConfig, Server
from promptreel.runtime import Runtime, load_rules, sweep
from promptreel.web import admin

from ..conftest import MakeAccount
from .conftest import Browser, MakeBrowser

PAGES = [route.path for route in admin.ROUTES if "GET" in (route.methods or ()) and "{" not in route.path]


@pytest.fixture
def plain_plans():
    """Prices and words as they were before, whatever a test changed."""
    yield
    plans.apply([])


async def make_video(browser: Browser, text: str, prompt: str = "a boat") -> int:
    made = await browser.client.post(
        "/api/v1/generate", headers={"Authorization": f"Bearer {text}"}, json={"prompt": prompt}
    )
    number: int = made.json()["video_id"]
    return number


@pytest.mark.parametrize("route", admin.ROUTES, ids=lambda route: route.path)
async def test_to_others_there_is_no_such_page(make_browser: MakeBrowser, stranger: Browser, route: object) -> None:
    path = re.sub(r"\{\w+\}", "1", route.path)  # type: ignore[attr-defined]
    method = "GET" if "GET" in route.methods else "POST"  # type: ignore[attr-defined]
    browser = await make_browser()
    response = await (browser.get(path) if method == "GET" else browser.post(path))
    assert response.status_code == 404
    response = await (stranger.get(path) if method == "GET" else stranger.post(path))
    assert (response.status_code, response.headers["location"][:8]) == (303, "/signin?")


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_draws(make_browser: MakeBrowser, make_account: MakeAccount, path: str) -> None:
    operator = await make_browser(operator=True)
    _, text = await make_account()
    await make_video(operator, text, "<script>alert(1)</script>")
    response = await operator.get(path)
    assert response.status_code == 200
    assert "<script>alert" not in response.text
    assert "style=" not in response.text
    assert len(response.content) < 60_000


async def test_credits_are_granted_once(make_browser: MakeBrowser, make_account: MakeAccount, runtime: Runtime) -> None:
    operator = await make_browser(operator=True)
    account, _ = await make_account(credits=5)
    path = f"/admin/accounts/{account.id}"
    page = (await operator.get(path)).text
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    for _ in range(2):
        response = await operator.post(f"{path}/credits", {"amount": "40", "reason": "a <gift>", "key": key[1]})
        assert (response.status_code, response.headers["location"]) == (303, path)
    async with runtime.transaction() as connection:
        assert (await credits.balance(connection, account.id)).available == 45
        (entry,) = await audit.entries(connection, account_id=account.id)
    async with runtime.pool.connection() as connection:
        assert await credits.audit(connection) == []
    assert (entry.action, entry.detail) == ("account.credits", {"amount": 40, "reason": "a <gift>"})
    assert "a &lt;gift&gt;" in (await operator.get(path)).text


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": "0", "reason": "x"},
        {"amount": "-3", "reason": "x"},
        {"amount": "1.5", "reason": "x"},
        {"amount": "9" * 13, "reason": "x"},
        {"amount": "9" * 12, "reason": ""},
        {"amount": "", "reason": "x"},
        {"amount": "3", "reason": "x" * 501},
        {"amount": "3", "reason": "x", "key": "short"},
    ],
)
async def test_wrong_grants_change_nothing(
    make_browser: MakeBrowser, make_account: MakeAccount, runtime: Runtime, fields: dict[str, str]
) -> None:
    operator = await make_browser(operator=True)
    account, _ = await make_account(credits=5)
    response = await operator.post(f"/admin/accounts/{account.id}/credits", {"key": "k" * 20, **fields})
    assert response.status_code == 422
    assert 'class="error"' in response.text or 'role="alert"' in response.text
    async with runtime.transaction() as connection:
        assert (await credits.balance(connection, account.id)).available == 5


async def test_a_suspended_account_is_out_at_once(make_browser: MakeBrowser, runtime: Runtime) -> None:
    operator, victim = await make_browser(operator=True), await make_browser()
    assert victim.account is not None
    async with runtime.transaction() as connection:
        _, text = await accounts.create_token(connection, victim.account.id)
    path = f"/admin/accounts/{victim.account.id}/state"
    # Where no script has asked, a page does.
    asked = await operator.post(path, {"state": "suspended"})
    assert (asked.status_code, "Suspend this account?" in asked.text) == (200, True)
    assert (await victim.get("/tokens")).status_code == 200
    await operator.post(path, {"state": "suspended", "confirmed": "1"})
    assert (await victim.get("/tokens")).status_code == 303
    called = await victim.client.get("/api/v1/account", headers={"Authorization": f"Bearer {text}"})
    assert called.status_code == 403
    await operator.post(path, {"state": "restored"})
    called = await victim.client.get("/api/v1/account", headers={"Authorization": f"Bearer {text}"})
    assert called.status_code == 200
    assert (await operator.post(path, {"state": "nonsense"})).status_code == 400


async def test_somebody_keeps_running_the_place(make_browser: MakeBrowser, runtime: Runtime) -> None:
    operator = await make_browser(operator=True)
    assert operator.account is not None
    path = f"/admin/accounts/{operator.account.id}"
    for state in ("user", "suspended"):
        await operator.post(f"{path}/state", {"state": state, "confirmed": "1"})
        assert "the last who runs" in (await operator.get(path)).text
    other = await make_browser()
    assert other.account is not None
    await operator.post(f"/admin/accounts/{other.account.id}/state", {"state": "operator", "confirmed": "1"})
    assert (await other.get("/admin")).status_code == 200
    assert (await operator.post(f"{path}/state", {"state": "user", "confirmed": "1"})).headers["location"] == "/"
    assert (await operator.get("/admin")).status_code == 404


async def test_signing_in_as_somebody_is_logged_and_ends(make_browser: MakeBrowser, runtime: Runtime) -> None:
    operator, other = await make_browser(operator=True), await make_browser()
    assert other.account is not None
    assert operator.account is not None
    response = await operator.post(f"/admin/accounts/{other.account.id}/enter")
    assert response.status_code == 303
    page = (await operator.get("/tokens")).text
    assert f"You are signed in as {other.account.email}." in page
    assert (await operator.get("/admin")).status_code == 404
    refused = await operator.post("/tokens", {"name": "mine", "read": "on", "lasts": ""})
    assert refused.status_code == 422
    response = await operator.post("/admin/return")
    assert response.headers["location"] == f"/admin/accounts/{other.account.id}"
    assert (await operator.get("/admin")).status_code == 200
    async with runtime.transaction() as connection:
        log = await audit.entries(connection, account_id=other.account.id)
    assert [(entry.action, entry.actor) for entry in log] == [
        ("account.left", operator.account.email),
        ("account.entered", operator.account.email),
    ]
    # Other operators are off limits, and who has not entered cannot come back.
    peer = await make_browser(operator=True)
    assert peer.account is not None
    await operator.post(f"/admin/accounts/{peer.account.id}/enter")
    assert (await operator.get("/admin")).status_code == 200
    assert (await operator.post("/admin/return")).status_code == 404


async def test_jobs_are_found_cancelled_and_made_again(
    make_browser: MakeBrowser, make_account: MakeAccount, runtime: Runtime
) -> None:
    operator = await make_browser(operator=True)
    account, text = await make_account(credits=10)
    number = await make_video(operator, text, "a très rare otter")
    for query, there in ((f"search={number}", True), ("search=RARE", True), ("status=failed", False),
                         ("quality=premium", False), ("engine=scenes", True), (f"search={account.email}", True)):  # fmt: skip
        assert (f"/admin/jobs/{number}" in (await operator.get(f"/admin/jobs?{query}")).text) is there, query
    refused = await operator.post(f"/admin/jobs/{number}/retry")
    assert refused.headers["location"] == f"/admin/jobs/{number}"
    assert "can be tried again" in (await operator.get(f"/admin/jobs/{number}")).text
    await operator.post(f"/admin/jobs/{number}/cancel")
    async with runtime.transaction() as connection:
        assert (await credits.balance(connection, account.id)) == credits.Wallet(10, 0)
    response = await operator.post(f"/admin/jobs/{number}/retry")
    again = int(response.headers["location"].rsplit("/", 1)[1])
    assert again != number
    async with runtime.transaction() as connection:
        video = (await videos.find_many(connection, [(account.id, again)]))[account.id, again]
        assert (video.prompt, video.status.value) == ("a très rare otter", "pending")
        assert (await credits.balance(connection, account.id)).held == video.price
    async with runtime.pool.connection() as connection:
        assert await credits.audit(connection) == []
    for path in ("0", "x", "99999999", "9" * 30):
        assert (await operator.get(f"/admin/jobs/{path}")).status_code == 404
        assert (await operator.get(f"/admin/accounts/{path}")).status_code == 404


async def test_prices_change_for_everybody(
    make_browser: MakeBrowser, make_account: MakeAccount, runtime: Runtime, plain_plans: None
) -> None:
    operator = await make_browser(operator=True)
    response = await operator.post("/admin/plans", {"kind": "quality", "name": "free", "price": "7", "duration": "5.5"})
    assert response.status_code == 303
    await operator.post("/admin/plans", {"kind": "tier", "name": "free", "daily_calls": "", "weight": "3"})
    await load_rules(runtime.pool)
    assert (plans.QUALITIES["free"].price, plans.QUALITIES["free"].duration) == (7, 5.5)
    assert (plans.TIERS["free"].daily_calls, plans.TIERS["free"].weight) == (None, 3)
    _, text = await make_account(credits=10, tier="free")
    made = await operator.client.post(
        "/api/v1/generate", headers={"Authorization": f"Bearer {text}"}, json={"prompt": "x"}
    )
    assert made.json()["credits_remaining"] == 3
    # What equals the default is no change.
    await operator.post("/admin/plans", {"kind": "quality", "name": "free", "price": "1", "duration": "8"})
    await load_rules(runtime.pool)
    assert plans.QUALITIES["free"] == plans.DEFAULTS["quality"]["free"]


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "quality", "name": "free", "price": "-1", "duration": "8"},
        {"kind": "quality", "name": "free", "price": "1", "duration": "61"},
        {"kind": "quality", "name": "free", "price": "1.5", "duration": "8"},
        {"kind": "quality", "name": "free", "price": "", "duration": "8"},
        {"kind": "tier", "name": "pro", "daily_calls": "x", "weight": "4"},
        {"kind": "tier", "name": "pro", "daily_calls": "10", "weight": "0"},
    ],
)
async def test_wrong_prices_are_told_in_their_place(make_browser: MakeBrowser, fields: dict[str, str]) -> None:
    operator = await make_browser(operator=True)
    response = await operator.post("/admin/plans", fields)
    assert response.status_code == 422
    assert 'class="error"' in response.text
    assert (await operator.post("/admin/plans", {**fields, "name": "gold"})).status_code == 404


async def test_blocked_words_stop_prompts_and_can_be_allowed_again(
    make_browser: MakeBrowser, make_account: MakeAccount, runtime: Runtime
) -> None:
    operator = await make_browser(operator=True)
    _, text = await make_account()

    async def status() -> int:
        await load_rules(runtime.pool)
        made = await operator.client.post(
            "/api/v1/generate", headers={"Authorization": f"Bearer {text}"}, json={"prompt": "a Zorblax, running"}
        )
        return int(made.status_code)

    for wrong in ("two words", "", "!", "\u0301", "x" * 101):
        assert (await operator.post("/admin/moderation", {"word": wrong})).status_code == 422
    # Letters with marks of their own are a word, whole.
    assert (await operator.post("/admin/moderation", {"word": "हिन्दी"})).status_code == 303
    assert "हिन्दी" in (await operator.get("/admin/moderation")).text
    assert await status() == 200
    await operator.post("/admin/moderation", {"word": "ZORBLAX", "reason": "rude"})
    assert await status() == 400
    await operator.post("/admin/moderation", {"allow": "zorblax"})
    assert await status() == 200
    assert (await operator.post("/admin/moderation", {"allow": "zorblax"})).status_code == 404


async def test_workers_are_drained(make_browser: MakeBrowser, runtime: Runtime) -> None:
    operator = await make_browser(operator=True)
    async with runtime.transaction() as connection:
        cursor = await connection.execute(
            "INSERT INTO worker_slots (id, pool, host, pid) VALUES (gen_random_uuid(), 'render', 'box', 7) RETURNING id::text"
        )
        slot = (await cursor.fetchone() or {})["id"]
    assert "idle" in (await operator.get("/admin/workers")).text
    await operator.post(f"/admin/workers/{slot}", {"draining": "on"})
    assert "takes no more" in (await operator.get("/admin/workers")).text
    await operator.post(f"/admin/workers/{slot}")
    async with runtime.transaction() as connection:
        (found,) = await operators.list_slots(connection, 5)
    assert not found.draining
    assert (await operator.post("/admin/workers/nonsense", {"draining": "on"})).status_code == 404


async def test_a_broken_ledger_is_told(make_browser: MakeBrowser, runtime: Runtime) -> None:
    operator = await make_browser(operator=True)
    assert "agree to the last credit" in (await operator.post("/admin/ledger")).text
    async with runtime.transaction() as connection:
        await connection.execute("UPDATE wallets SET available = available + 1")
    assert "the ledger says" in (await operator.post("/admin/ledger")).text


async def test_the_log_goes_on_where_a_page_ended(make_browser: MakeBrowser, runtime: Runtime) -> None:
    operator = await make_browser(operator=True)
    async with runtime.transaction() as connection:
        for number in range(admin.PER_PAGE + 5):
            await audit.record(connection, operator.account, f"thing.{number}")
        entries = await audit.entries(connection, limit=1000)
        with pytest.raises(Exception, match="append-only"):
            async with connection.transaction():
                await connection.execute("DELETE FROM audit_log")
    assert entries[0].at - entries[-1].at < timedelta(minutes=1)
    first = (await operator.get("/admin/log")).text
    before = re.search(r"before=(\d+)", first)
    assert before is not None
    second = (await operator.get(f"/admin/log?before={before[1]}")).text
    assert "thing.4<" in second
    assert "thing.4<" not in first


async def test_slots_that_died_long_ago_are_swept_away(runtime: Runtime) -> None:
    runtime.settings = runtime.settings.model_copy(update={"stalled_after": 0.1})
    async with runtime.pool.connection() as connection:
        await connection.execute(
            """INSERT INTO worker_slots (id, pool, host, pid, seen_at)
               VALUES (gen_random_uuid(), 'render', 'old', 1, now() - interval '2 days'),
                      (gen_random_uuid(), 'render', 'new', 2, now())"""
        )
        sweeper = asyncio.create_task(sweep(runtime))
        try:
            async with asyncio.timeout(20):
                while len(found := await operators.list_slots(connection, 60)) == 2:
                    await asyncio.sleep(0.1)
        finally:
            sweeper.cancel()
    assert [slot.host for slot in found] == ["new"]


async def test_engines_show_where_they_run_what_they_cost_and_how_their_servers_are(
    runtime: Runtime, make_browser: MakeBrowser
) -> None:
    server = Server(url="http://far.example:8000", slots=3)
    runtime.settings.engines["far"] = RemoteConfig(
        kind="remote", protocol="sglang", servers=(server,), key="sk-hidden", pool="farm", title="The farm"
    )
    async with runtime.transaction() as connection:
        await upstreams.take(connection, "far", (server,), 1)
        await upstreams.found_away(connection, "far", server.url, "it cannot be reached")
    operator = await make_browser(operator=True)
    text = (await operator.get("/admin/engines")).text
    shown = ("The farm", "sglang", "farm", server.url, "1 of 3 busy", "tried again", "it cannot be reached")
    for each in (*shown, "no worker has this pool"):
        assert each in text
    assert "sk-hidden" not in text and "is not set here" not in text and "licence" not in text
    async with runtime.transaction() as connection:  # the pause is over
        await connection.execute("UPDATE upstreams SET open_until = now()")
    runtime.settings.engines["far"] = RemoteConfig(
        kind="remote",
        protocol="sglang",
        servers=(server,),
        key_env="NOT_SET",
        model="diffusers/LTX-2.3-Diffusers",
        accept_license=True,
    )
    text = (await operator.get("/admin/engines")).text
    for each in ("failed; tried with the next video", "NOT_SET is not set here", "LTX-2 Community License"):
        assert each in text
    assert "tried again" not in text
