"""What somebody changes about their own account, takes along, and leaves behind."""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher

from promptreel import accounts, audit, credits, failures, letters, passwords, people, videos
from promptreel.runtime import Runtime
from promptreel.spec import VideoSpec
from promptreel.videos import Submission
from promptreel.web import agents, settings_page
from promptreel.web.door import SECURE_COOKIE

from .conftest import Browser, MakeBrowser
from .mailbox import Mailbox, deliver, set_up_mail

GOOD = "walrus-teapot-comet-velvet-ox"
OTHER = "lantern-muffin-orbit-cello-fig"
SETTINGS = ("mail", "verify", "password", "profile", "sessions", "identities", "delete")


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(1, 8, 1))
    passwords.decoy.cache_clear()
    yield
    passwords.decoy.cache_clear()


@pytest.fixture
def mailbox(runtime: Runtime) -> Mailbox:
    return set_up_mail(runtime)


@pytest.fixture
async def mine(make_browser: MakeBrowser, runtime: Runtime) -> Browser:
    """Somebody with a password."""
    made = await make_browser(credits=40)
    assert made.account
    async with runtime.transaction() as connection:
        await people.set_password(connection, made.account.id, await passwords.make_hash(GOOD))
        await people.set_address(connection, made.account.id, made.account.email, verified=True)
    return made


async def second(mine: Browser, runtime: Runtime, agent: str = "", operator_id: int | None = None) -> Browser:
    """Another browser of the same person, or of an operator who is signed in as them."""
    assert mine.account
    async with runtime.transaction() as connection:
        secret = await people.open_session(
            connection, mine.account.id, runtime.clock(), agent=agent, network="192.0.2.7", operator_id=operator_id
        )
    return Browser(mine.client, mine.account, {"Cookie": f"{SECURE_COOKIE}={secret}"})


async def is_in(mine: Browser) -> bool:
    return (await mine.get("/settings")).status_code == 200


async def current(runtime: Runtime, mine: Browser) -> accounts.Account:
    assert mine.account
    async with runtime.pool.connection() as connection:
        return await accounts.find_account(connection, str(mine.account.id))


async def add_video(runtime: Runtime, mine: Browser, prompt: str = "A cat on a wall", done: bool = True) -> videos.Video:  # fmt: skip
    assert mine.account
    async with runtime.transaction() as connection:
        accepted = await videos.submit(
            connection,
            runtime.queue,
            runtime.settings,
            mine.account,
            Submission("prompttovideo", VideoSpec(prompt=prompt, width=640, height=360), 1),
            runtime.clock(),
        )
    video = accepted.video
    if not done:
        return video
    key = f"videos/{video.public_id}/1/video.mp4"
    await runtime.storage.put(key, b"film" * 1000)
    async with runtime.transaction() as connection:
        started = await videos.start(connection, video.id, 3)
        assert started
        result = videos.Result(key, f"videos/{video.public_id}/1/gone.jpg", f"videos/{video.public_id}/1/gone2.jpg", 4000, 5, 1, {})  # fmt: skip
        assert await videos.complete(connection, started, result)
    return video


# -- the page ----------------------------------------------------------------------------------------------------------


async def test_the_page_shows_what_there_is(mine: Browser, runtime: Runtime, stranger: Browser) -> None:
    assert (await stranger.get("/settings")).headers["location"] == "/signin?next=%2Fsettings"
    page = await mine.get("/settings")
    assert page.status_code == 200
    assert mine.account and mine.account.email in page.text
    assert len(page.content) < 60_000
    for word in ("current-password", "new-password", "Europe/Berlin", "this one"):
        assert word in page.text
    ids = re.findall(r'\bid="([\w-]+)"', page.text)
    assert len(ids) == len(set(ids))


async def test_nobody_else_changes_anything(mine: Browser, runtime: Runtime, stranger: Browser) -> None:
    for part in SETTINGS:
        assert (await stranger.post(f"/settings/{part}")).status_code == 303
        foreign = await mine.client.post(f"/settings/{part}", headers=mine.headers | {"Sec-Fetch-Site": "cross-site"})
        assert foreign.status_code == 403
    assert (await stranger.get("/settings/export.zip")).headers["location"].startswith("/signin")


async def test_an_operator_who_is_signed_in_as_somebody_may_only_look(mine: Browser, runtime: Runtime, make_browser: MakeBrowser) -> None:  # fmt: skip
    operator = await make_browser(operator=True)
    assert operator.account and mine.account
    acting = await second(mine, runtime, operator_id=operator.account.id)
    before = await current(runtime, mine)
    forms: dict[str, dict[str, str]] = {
        "mail": {"email": "eve@example.com", "current": GOOD},
        "password": {"current": GOOD, "password": OTHER},
        "delete": {"confirm": mine.account.email, "current": GOOD},
        "sessions": {"session": "others"},
        "profile": {"locale": "de", "zone": ""},
    }
    for part in SETTINGS:
        assert (await acting.post(f"/settings/{part}", forms.get(part, {}))).headers["location"] == "/settings#main"
        assert "may not do that" in (await acting.get("/settings")).text
    export = await acting.get("/settings/export.zip")
    assert (export.status_code, export.headers["location"]) == (303, "/settings#main")
    assert await current(runtime, mine) == before
    assert await is_in(mine)
    assert 'action="/settings/' not in (await acting.get("/settings")).text
    # Who is an operator no more is out at once.
    async with runtime.transaction() as connection:
        await connection.execute("UPDATE accounts SET operator = false WHERE id = %s", [operator.account.id])
    assert not await is_in(acting)


# -- address -----------------------------------------------------------------------------------------------------------


async def test_a_new_address_has_to_be_confirmed(mine: Browser, runtime: Runtime, mailbox: Mailbox) -> None:
    assert mine.account
    old = mine.account.email
    wrong = await mine.post("/settings/mail", {"email": "new@example.com", "current": OTHER})
    assert wrong.status_code == 422
    assert "This is not your password" in wrong.text and 'value="new@example.com"' in wrong.text
    assert OTHER not in wrong.text
    response = await mine.post("/settings/mail", {"email": "new@example.com", "current": GOOD})
    assert response.headers["location"] == "/settings#main"
    assert "Follow the link in our letter to new@example.com" in (await mine.get("/settings")).text
    assert (await mailbox.newest(old)).kind == "asked_to_move"
    path = await mailbox.link("new@example.com", "change")
    async with runtime.transaction() as connection:
        reset = await letters.write(connection, mine.account.id, "reset", old, runtime.clock())
    assert (await current(runtime, mine)).email == old
    # Who has the letter need not be signed in, and is not signed in by it.
    other = Browser(mine.client, None, {"Cookie": "a=b"})
    assert "new@example.com" in (await other.get(path)).text
    assert (await current(runtime, mine)).email == old
    assert (await other.post(path)).status_code == 200
    assert not await is_in(other)
    moved = await current(runtime, mine)
    assert (moved.email, moved.verified) == ("new@example.com", True)
    assert (await mailbox.newest(old)).kind == "moved"
    # Links to the old address are worthless now.
    assert (await other.get(f"/reset/{reset}")).status_code == 410
    assert await is_in(mine)


async def test_an_address_that_is_taken_is_not_told_of(mine: Browser, runtime: Runtime, mailbox: Mailbox, make_browser: MakeBrowser) -> None:  # fmt: skip
    other = await make_browser()
    assert other.account
    answers = []
    for email in (other.account.email, "free@example.com"):
        answers.append(await mine.post("/settings/mail", {"email": email, "current": GOOD}))
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {(303, "/settings#main")}
    assert (await mailbox.newest(other.account.email)).kind == "taken"
    # Taken between the letter and its link: then, too, it stays whose it is.
    path = await mailbox.link("free@example.com", "change")
    async with runtime.transaction() as connection:
        await accounts.create_account(connection, "FREE@example.com")
    assert (await mine.post(path)).status_code == 409
    assert mine.account and (await current(runtime, mine)).email == mine.account.email


async def test_without_mail_an_address_changes_at_once(mine: Browser, runtime: Runtime, make_browser: MakeBrowser) -> None:  # fmt: skip
    other = await make_browser()
    assert other.account and mine.account
    for email, said in (
        (mine.account.email.upper(), "your address already"),
        (other.account.email, "another account"),
        ("nonsense", "no e-mail address"),
    ):
        response = await mine.post("/settings/mail", {"email": email, "current": GOOD})
        assert response.status_code == 422
        assert said in response.text
    assert (await mine.post("/settings/mail", {"email": "new@example.com", "current": GOOD})).status_code == 303
    moved = await current(runtime, mine)
    assert (moved.email, moved.verified) == ("new@example.com", False)
    async with runtime.pool.connection() as connection:
        entry = (await audit.entries(connection, account_id=moved.id))[0]
    assert (entry.action, entry.detail) == ("address_changed", {"to": "new@example.com"})


async def test_the_letter_that_confirms_is_sent_again(mine: Browser, runtime: Runtime, mailbox: Mailbox) -> None:
    async with runtime.transaction() as connection:
        await connection.execute("UPDATE accounts SET verified_at = NULL")
    assert "not confirmed" in (await mine.get("/settings")).text
    await mine.post("/settings/verify")
    path = await mailbox.link(kind="verify")
    # Signed in here already: nobody asks for the password again.
    assert "current-password" not in (await mine.get(path)).text
    assert (await mine.post(path)).headers["location"] == "/create"
    assert (await current(runtime, mine)).verified


# -- password ----------------------------------------------------------------------------------------------------------


async def test_a_new_password_signs_everybody_else_out(mine: Browser, runtime: Runtime, mailbox: Mailbox) -> None:
    other = await second(mine, runtime)
    thief = Browser(mine.client, None, dict(mine.headers))
    for form, said in (
        ({"current": OTHER, "password": OTHER}, "This is not your password"),
        ({"current": GOOD, "password": "tiny pw 9"}, "Take at least 15"),
    ):
        response = await mine.post("/settings/password", form)
        assert response.status_code == 422
        assert said in response.text
    assert await is_in(other)
    assert (await mine.post("/settings/password", {"current": GOOD, "password": OTHER})).status_code == 303
    assert await is_in(mine)
    assert not await is_in(other)
    # Who had copied this browser's cookie is out, too.
    assert not await is_in(thief)
    assert (await mailbox.newest()).kind == "password"
    assert mine.account
    form = {"email": mine.account.email, "password": OTHER}
    assert (await Browser(mine.client, None, {"Cookie": "a=b"}).post("/signin", form)).status_code == 303


async def test_the_password_is_not_guessed_here_either(mine: Browser, runtime: Runtime) -> None:
    statuses = [
        (await mine.post("/settings/delete", {"confirm": mine.account.email, "current": OTHER})).status_code  # type: ignore[union-attr]
        for _ in range(7)
    ]
    assert statuses == [422] * 5 + [429] * 2


async def test_without_a_password_a_fresh_sign_in_will_do(make_browser: MakeBrowser, runtime: Runtime) -> None:
    mine = await make_browser()
    now = runtime.clock()
    runtime.clock = lambda: now + timedelta(minutes=20)
    late = await mine.post("/settings/password", {"password": GOOD})
    assert late.status_code == 422
    assert "Sign out and in again" in late.text
    runtime.clock = lambda: now + timedelta(minutes=5)
    assert (await mine.post("/settings/password", {"password": GOOD})).status_code == 303
    assert (await mine.post("/settings/password", {"password": OTHER})).status_code == 422


# -- language, sign-ins ------------------------------------------------------------------------------------------------


async def test_language_and_zone(mine: Browser, runtime: Runtime) -> None:
    assert (await mine.post("/settings/profile", {"locale": "de", "zone": "Asia/Tokyo"})).status_code == 303
    account = await current(runtime, mine)
    assert (account.locale, account.zone) == ("de", "Asia/Tokyo")
    page = (await mine.get("/settings")).text
    assert '<html lang="de"' in page and "<option selected>Asia/Tokyo" in page
    for form in ({"locale": "xx", "zone": ""}, {"locale": "", "zone": "../../etc/passwd"}):
        assert (await mine.post("/settings/profile", form)).status_code == 422
    assert (await mine.post("/settings/profile", {"locale": "", "zone": ""})).status_code == 303
    account = await current(runtime, mine)
    assert (account.locale, account.zone) == (None, None)


async def test_browsers_are_signed_out_one_by_one_or_all(mine: Browser, runtime: Runtime, make_browser: MakeBrowser) -> None:  # fmt: skip
    phone = await second(mine, runtime, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile Safari/604.1")
    evil = await second(mine, runtime, '<script>alert("1")</script>')
    foreign = await make_browser()
    page = (await mine.get("/settings")).text
    assert "Safari on iPhone" in page and "192.0.2.7" in page and "<script>alert" not in page
    ids = re.findall(r'name="session" value="(\d+)"', page)
    assert len(ids) == 2
    # Somebody else's session is not theirs to end.
    await foreign.post("/settings/sessions", {"session": ids[0]})
    assert await is_in(phone) and await is_in(evil)
    await mine.post("/settings/sessions", {"session": ids[-1]})
    assert [await is_in(phone), await is_in(evil)].count(True) == 1
    await mine.post("/settings/sessions", {"session": "others"})
    assert not await is_in(phone) and not await is_in(evil)
    assert await is_in(mine) and await is_in(foreign)
    for nonsense in ("", "x", "9" * 40, "²"):
        assert (await mine.post("/settings/sessions", {"session": nonsense})).status_code == 303


def test_browsers_in_words() -> None:
    chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
    assert agents.describe(chrome) == ("Chrome", "Linux")
    assert agents.describe(f"{chrome} Edg/140.0") == ("Edge", "Linux")
    assert agents.describe("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0") == (
        "Firefox",
        "Windows",
    )
    assert agents.describe("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537.36") == ("Chrome", "Android")
    assert agents.describe("") == ("", "")


# -- taking along ------------------------------------------------------------------------------------------------------


async def test_everything_comes_along(mine: Browser, runtime: Runtime, make_browser: MakeBrowser, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr("promptreel.leaving.PAGE", 2)
    made = [await add_video(runtime, mine, f"A cat: number {number}/7") for number in range(5)]
    made.append(await add_video(runtime, mine, "A dog", done=False))
    foreign = await make_browser()
    await add_video(runtime, foreign, "A secret of somebody else")
    async with runtime.transaction() as connection:
        _, token = await accounts.create_token(connection, made[0].account_id, "mine")
    response = await mine.get("/settings/export.zip")
    assert response.headers["content-type"] == "application/zip"
    assert "attachment" in response.headers["content-disposition"]
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    assert archive.testzip() is None
    names = archive.namelist()
    assert sum(name.endswith("video.json") for name in names) == 6
    assert sum(name.endswith("video.mp4") for name in names) == 5
    assert all(".." not in name and not name.startswith("/") for name in names)
    film = next(name for name in names if name.endswith("video.mp4"))
    assert archive.read(film) == b"film" * 1000
    about = json.loads(archive.read("account.json"))
    assert mine.account and about["account"]["email"] == mine.account.email
    assert {entry["name"] for entry in about["tokens"]} == {"default", "mine"}
    assert about["sessions"] and about["credits"] == {"available": 34, "held": 1}
    lines = json.loads(archive.read("credits.json"))
    assert [line["kind"] for line in lines].count("hold") == 6 and lines[-1]["kind"] == "grant"
    documents = [json.loads(archive.read(name)) for name in names if name.endswith("video.json")]
    assert {document["prompt"] for document in documents} == {video.prompt for video in made}
    everything = b"".join(archive.read(name) for name in names)
    for secret in (token.encode(), b"argon2", b"A secret of somebody else", mine.headers["Cookie"].encode()):
        assert secret not in everything
    async with runtime.pool.connection() as connection:
        assert (await audit.entries(connection, account_id=made[0].account_id))[0].action == "data_exported"


async def test_an_export_is_never_whole_in_memory(mine: Browser, runtime: Runtime) -> None:
    from promptreel.web import export

    assert mine.account
    video = await add_video(runtime, mine)
    await runtime.storage.put(f"videos/{video.public_id}/1/video.mp4", b"x" * 10_000_000)
    sizes = [len(piece) async for piece in export.stream(runtime, mine.account)]
    assert sum(sizes) > 10_000_000
    assert max(sizes) < 2_100_000


# -- leaving -----------------------------------------------------------------------------------------------------------


async def test_who_leaves_leaves_nothing_but_the_books(mine: Browser, runtime: Runtime) -> None:
    assert mine.account
    done, waiting = await add_video(runtime, mine), await add_video(runtime, mine, done=False)
    running = await add_video(runtime, mine, done=False)
    async with runtime.transaction() as connection:
        assert await videos.start(connection, running.id, 3)
        _, token = await accounts.create_token(connection, mine.account.id)
    other = await second(mine, runtime)
    for form, said in (
        ({"confirm": "yes", "current": GOOD}, "Type your address"),
        ({"confirm": mine.account.email, "current": OTHER}, "This is not your password"),
    ):
        response = await mine.post("/settings/delete", form)
        assert response.status_code == 422
        assert said in response.text
    response = await mine.post("/settings/delete", {"confirm": mine.account.email.upper(), "current": GOOD})
    assert response.status_code == 200
    assert "Your account is deleted" in response.text
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert not await is_in(mine) and not await is_in(other)
    api = await mine.client.get("/api/v1/account", headers={"Authorization": f"Bearer {token}"})
    assert api.status_code == 401
    for video in (done, waiting, running):
        assert [stored async for stored in runtime.storage.list(f"videos/{video.public_id}/")] == []
    async with runtime.pool.connection() as connection:
        cursor = await connection.execute("SELECT count(*) AS n FROM videos")
        assert (await cursor.fetchone() or {})["n"] == 0
        # What was held came back, what was spent is spent, and all of it still adds up.
        assert await credits.balance(connection, mine.account.id) == credits.Wallet(39, 0)
    async with runtime.pool.connection() as connection:
        assert await credits.audit(connection) == []


async def test_the_last_operator_cannot_leave(make_browser: MakeBrowser, runtime: Runtime) -> None:
    operator = await make_browser(operator=True)
    assert operator.account
    response = await operator.post("/settings/delete", {"confirm": operator.account.email})
    assert response.status_code == 422
    assert "You are the last who runs this place" in response.text
    assert await is_in(operator)
    await make_browser(operator=True)
    assert (await operator.post("/settings/delete", {"confirm": operator.account.email})).status_code == 200


async def test_leaving_while_something_new_comes_in(mine: Browser, runtime: Runtime) -> None:
    """Whoever is first: the books add up, and nothing of the account is left."""
    assert mine.account
    account: Any = mine.account

    async def submit() -> None:
        for _ in range(8):
            try:
                await add_video(runtime, mine, done=False)
            except (AssertionError, psycopg.Error):
                return  # the account is gone, or was in the way

    leave = mine.post("/settings/delete", {"confirm": account.email, "current": GOOD})
    _, response = await asyncio.gather(submit(), leave)
    assert response.status_code in {200, 503}
    async with runtime.pool.connection() as connection:
        assert await credits.audit(connection) == []


# -- what is asked of who has not confirmed their address --------------------------------------------------------------


async def test_every_page_reminds_of_the_letter(mine: Browser, runtime: Runtime) -> None:
    assert mine.account is not None
    async with runtime.transaction() as connection:
        await connection.execute("UPDATE accounts SET verified_at = NULL WHERE id = %s", [mine.account.id])
    remind = 'class="notice confirm-address"'
    # Without a mail server there is nothing to confirm.
    assert remind not in (await mine.get("/create")).text
    box = set_up_mail(runtime)
    for path in ("/create?prompt=x", "/videos", "/tokens"):
        assert remind in (await mine.get(path)).text
    assert remind not in (await mine.get("/settings")).text
    response = await mine.get("/videos/999")
    assert response.status_code == 404 and remind in response.text
    page = (await mine.get("/create?prompt=x")).text
    assert "Your first credits come with it" not in page
    assert 'name="next" value="/create?prompt=x"' in page
    response = await mine.post("/settings/verify", {"next": "/create?prompt=x"})
    assert response.headers["location"] == "/create?prompt=x"
    assert "A letter is on its way" in (await mine.get("/create?prompt=x")).text
    for _ in range(failures.RULES["letters"].free + 1):
        response = await mine.post("/settings/verify", {"next": "//evil.example"})
        assert response.headers["location"] == "/settings"
    assert "Too many attempts" in (await mine.get("/create")).text
    await deliver(runtime)
    assert len(box.letters) == failures.RULES["letters"].free
    assert (await mine.post(await box.link(kind="verify"))).status_code == 303
    assert remind not in (await mine.get("/create")).text


async def test_asking_for_the_head_of_the_export_exports_nothing(
    mine: Browser, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_export(*_: Any) -> Any:
        async def nothing() -> Any:
            raise AssertionError
            yield b""

        return nothing()

    monkeypatch.setattr(settings_page.export, "stream", no_export)
    response = await mine.client.head("/settings/export.zip", headers=mine.headers)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"] == "application/zip"
    async with runtime.pool.connection() as connection:
        assert not [entry for entry in await audit.entries(connection) if entry.action == "data_exported"]


@pytest.mark.parametrize("path", ["/live", "/credits.csv"])
async def test_the_head_of_what_streams_ends_at_once(mine: Browser, path: str) -> None:
    async with asyncio.timeout(20):
        response = await mine.client.head(path, headers=mine.headers)
    assert (response.status_code, response.content) == (200, b"")
