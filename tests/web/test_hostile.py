"""What a hostile visitor tries on the dashboard, and does not get."""

import asyncio
import html
import re
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from promptreel import credits, drafts, leaving, operators, people
from promptreel.asgi import server_config
from promptreel.errors import PromptRefused
from promptreel.moderation import moderate
from promptreel.runtime import Runtime
from promptreel.settings import Settings
from promptreel.web import live, ordering
from promptreel.web.door import SECURE_COOKIE

from .conftest import Browser, MakeBrowser
from .test_create import finished
from .test_elsewhere import FakeIssuer, come_back, issuer, set_out
from .test_live import Serving, opened, serving
from .test_strip import submit

__all__ = ["issuer", "serving"]


# -- operators ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["password", "others", "suspended"])
async def test_a_stolen_operators_browser_ends_with_their_sessions_also_where_it_acts_as_somebody(
    make_browser: MakeBrowser, runtime: Runtime, how: str
) -> None:
    operator, customer = await make_browser(operator=True), await make_browser()
    await make_browser(operator=True)
    assert operator.account and customer.account
    entered = await operator.post(f"/admin/accounts/{customer.account.id}/enter")
    assert entered.status_code == 303
    # The operator, elsewhere, ends everything that is signed in as them.
    async with runtime.transaction() as connection:
        if how == "suspended":
            await connection.execute("UPDATE accounts SET suspended_at = now() WHERE id = %s", [operator.account.id])
        else:
            await people.close_sessions(connection, operator.account.id, but=0 if how == "others" else None)
    assert (await operator.get("/videos")).status_code == 303
    response = await operator.post("/admin/return")
    assert response.headers["location"].startswith("/signin")
    assert (await operator.get("/admin")).status_code == 303


async def test_who_is_an_operator_no_more_sees_no_live_page_of_others(
    make_browser: MakeBrowser, runtime: Runtime
) -> None:
    operator, customer = await make_browser(operator=True), await make_browser()
    assert operator.account and customer.account
    await operator.post(f"/admin/accounts/{customer.account.id}/enter")
    secret = operator.headers["Cookie"].removeprefix(f"{SECURE_COOKIE}=")
    async with runtime.transaction() as connection:
        session = await people.find_session(connection, secret, runtime.clock())
        assert session is not None
        assert await people.live_sessions(connection, [session.id], runtime.clock()) == {session.id}
        await connection.execute("UPDATE accounts SET operator = false WHERE id = %s", [operator.account.id])
        assert await people.find_session(connection, secret, runtime.clock()) is None
        assert await people.live_sessions(connection, [session.id], runtime.clock()) == set()


async def test_a_video_is_made_again_once(make_browser: MakeBrowser, runtime: Runtime) -> None:
    operator, customer = await make_browser(operator=True), await make_browser(credits=10)
    video = await submit(runtime, customer)
    await operator.post(f"/admin/jobs/{video.id}/cancel")
    answers = await asyncio.gather(*(operator.post(f"/admin/jobs/{video.id}/retry") for _ in range(4)))
    again = {answer.headers["location"] for answer in answers} - {f"/admin/jobs/{video.id}"}
    assert len(again) == 1
    async with runtime.pool.connection() as connection:
        cursor = await connection.execute("SELECT count(*) AS number FROM videos")
        assert (await cursor.fetchone() or {})["number"] == 2


async def test_a_suspended_operator_is_nobody_to_leave_the_place_to(
    make_browser: MakeBrowser, runtime: Runtime
) -> None:

    operator, other = await make_browser(operator=True), await make_browser(operator=True)
    assert operator.account and other.account
    assert (
        await operator.post(f"/admin/accounts/{other.account.id}/state", {"state": "suspended", "confirmed": "1"})
    ).status_code == 303
    with pytest.raises(operators.LastOperator):
        async with runtime.transaction() as connection:
            await leaving.delete_account(connection, runtime.queue, operator.account)


async def test_no_worker_has_such_a_name(make_browser: MakeBrowser) -> None:
    operator = await make_browser(operator=True)
    assert (await operator.post("/admin/workers/%00", {"draining": "on"})).status_code == 404


# -- forms -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "punycode", "utf-16"])
async def test_a_form_is_in_utf_8(stranger: Browser, charset: str) -> None:
    part = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n\\ud800+2AA-@a.b\r\n'
    body = (part.format("email") + part.format("password") + "--x--\r\n").encode()
    response = await stranger.post(
        "/signin", content=body, headers={"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
    )
    assert response.status_code == 400


# -- networks ----------------------------------------------------------------------------------------------------------


async def test_nobody_chooses_the_network_that_they_come_from(runtime: Runtime) -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["client"][0], scope["scheme"]))

    settings = runtime.settings.model_copy(update={"trust_proxy": True})
    config = server_config(app, settings)
    config.load()
    for chain in ([b"6.6.6.6, 192.0.2.7"], [b"6.6.6.6", b"192.0.2.7"], [b"192.0.2.7"], [b"6.6.6.6,192.0.2.7:4711"]):
        headers = [(b"x-forwarded-proto", b"https"), *((b"x-forwarded-for", value) for value in chain)]
        scope = {"type": "http", "client": ("10.0.0.1", 1), "scheme": "http", "headers": headers}
        await config.loaded_app(scope, None, None)  # type: ignore[arg-type]
    assert seen == [("192.0.2.7", "https")] * 4


# -- other sites -------------------------------------------------------------------------------------------------------


HERE = "https://reel.example/settings"


@pytest.mark.parametrize(
    ("come_from", "connected"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site", "Referer": HERE}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Referer": HERE}, True),
        ({"Referer": "https://reel.example.evil.example/"}, False),
        ({}, False),
    ],
    ids=str,
)
async def test_another_site_connects_no_identity(
    make_browser: MakeBrowser, runtime: Runtime, issuer: FakeIssuer, come_from: dict[str, str], connected: bool
) -> None:
    """Its visitors may be signed in there as somebody whom it chose."""
    browser = await make_browser()
    assert browser.account is not None
    state, cookie = await set_out(browser, issuer, "/oidc/start?link=1&next=/usage", come_from)
    await come_back(browser, cookie, state=state)
    async with runtime.pool.connection() as connection:
        assert bool(await people.list_identities(connection, browser.account.id)) is connected


async def test_a_link_to_the_form_makes_the_page_load_nothing_of_its_choice(make_browser: MakeBrowser) -> None:
    browser = await make_browser()
    for name in ("image_draft", "last_image_draft"):
        page = await browser.get("/create", params={name: "../../oidc/start?link=1"})
        assert page.status_code == 200
        assert "../oidc" not in page.text
    page = await browser.post(
        "/create", {"picture_of": "../../oidc/start?link=1", "quality": "720p", "prompt": "a cat"}
    )
    assert page.status_code == 422
    assert "../oidc" not in page.text


# -- what is given for nothing ------------------------------------------------------------------------------------------


async def test_who_goes_and_comes_again_is_given_nothing_anew(stranger: Browser, runtime: Runtime) -> None:
    runtime.settings = runtime.settings.model_copy(update={"signup_credits": 7})
    password = "marble-otter-window-seven"
    given = []
    for email in ("first@farm.example", "ada@farm.example", "Ada@farm.example", "bob@farm.example"):
        browser = Browser(stranger.client, None, {"Cookie": "a=b"})
        assert (await browser.post("/signup", {"email": email, "password": password})).status_code == 303
        async with runtime.pool.connection() as connection:
            person = await people.find_person(connection, email)
            assert person is not None
            given.append((await credits.balance(connection, person.account.id)).available)
            assert await credits.audit(connection) == []
        if email.startswith("ada"):
            assert (await browser.post("/settings/delete", {"confirm": email, "current": password})).status_code == 200
    assert given == [7, 7, 0, 7]


async def test_many_accounts_fill_no_disk_with_pictures(
    make_browser: MakeBrowser, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST_BYTES", 1000)
    kept = []
    for _ in range(4):
        account = (await make_browser()).account
        assert account is not None
        async with runtime.transaction() as connection:
            kept.append((account.id, await drafts.keep(connection, account.id, bytes(400))))
    async with runtime.pool.connection() as connection:
        found = [await drafts.find(connection, account, draft) for account, draft in kept]
    assert [picture is not None for picture in found] == [False, False, True, True]


async def test_who_asks_for_many_frames_waits_alone(
    make_browser: MakeBrowser, runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    greedy, other = await make_browser(), await make_browser()
    much, little = await finished(runtime, greedy, tmp_path), await finished(runtime, other, tmp_path)
    read: list[str] = []
    stored_frame = ordering.stored_frame

    async def note(runtime: Runtime, key: str, seconds: float) -> Any:
        read.append(key)
        return await stored_frame(runtime, key, seconds)

    monkeypatch.setattr(ordering, "stored_frame", note)
    many = [asyncio.create_task(greedy.get(f"/videos/{much.id}/frame.jpg")) for _ in range(12)]
    while not read:
        await asyncio.sleep(0.01)
    assert (await other.get(f"/videos/{little.id}/frame.jpg")).status_code == 200
    assert {answer.status_code for answer in await asyncio.gather(*many)} == {200}
    assert len(read) == 13
    assert [str(little.public_id) in key for key in read].index(True) < 7


# -- forms -------------------------------------------------------------------------------------------------------------


async def test_who_was_signed_out_meanwhile_finds_what_they_wrote(stranger: Browser, make_browser: MakeBrowser) -> None:
    typed = {"prompt": "A <b>fox</b> & snow\r\nin the evening", "quality": "premium", "duration": "7"}
    asked = await stranger.post("/create", typed, files={"image_file": ("a.png", b"x" * 300_000)})
    assert asked.status_code == 401
    assert "You were signed out meanwhile" in asked.text
    back = re.search(r'name="next" value="([^"]*)"', asked.text)
    assert back is not None
    shown = await (await make_browser()).get(html.unescape(back[1]))
    assert "A &lt;b&gt;fox&lt;/b&gt; &amp; snow\nin the evening</textarea>" in shown.text
    assert re.search(r'value="premium"[^>]* checked', shown.text)
    longer = await stranger.post("/create", {"prompt": "\N{FOX FACE}" * 5000}, files={"none": ("", b"")})
    assert len(longer.headers.get("location", "")) == 0
    assert re.search(r'name="next" value="/create\?prompt=[^"]{6000,7200}"', longer.text)


# -- live pages --------------------------------------------------------------------------------------------------------


async def test_pages_opened_at_once_are_no_more_than_one_after_another(
    serving: Serving, make_browser: MakeBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_PER_ACCOUNT", 2)
    browser = await make_browser()
    async with AsyncExitStack() as stack:
        pages = await asyncio.gather(*(stack.enter_async_context(opened(serving, browser)) for _ in range(12)))
        first = await asyncio.gather(*(page.next() for page in pages))
    assert sum("event: busy" in text for text in first) == 10


# -- blocked words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a ｂａｎｎｅｄ cat", "a ban\u200bned cat", "a ban\u00adned cat", "BANNED", "𝐛𝐚𝐧𝐧𝐞𝐝"])
def test_a_blocked_word_is_blocked_in_any_dress(tmp_path: Path, text: str) -> None:
    settings = Settings(data=tmp_path, blocked_words=["banned", "ｗｉｄｅ"])
    for refused in (text, "wide"):
        with pytest.raises(PromptRefused):
            moderate(settings, refused)
    moderate(settings, "a ban ned abandoned cat")
