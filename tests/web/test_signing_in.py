"""Signing up, in, and back in by a letter: what people see, and what a stranger cannot learn or do."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta

import httpx2
import pytest
from argon2 import PasswordHasher

from promptreel import accounts, audit, credits, failures, joining, letters, passwords, people
from promptreel.runtime import Runtime
from promptreel.web import post, signing_in
from promptreel.web.door import SECURE_COOKIE

from .conftest import Browser
from .mailbox import Mailbox, deliver, set_up_mail

GOOD = "walrus-teapot-comet-velvet-ox"
OTHER = "lantern-muffin-orbit-cello-fig"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The parameters are tested with the books; here hashing need not be slow."""
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(1, 8, 1))
    passwords.decoy.cache_clear()
    yield
    passwords.decoy.cache_clear()


@pytest.fixture
def mailbox(runtime: Runtime) -> Mailbox:
    return set_up_mail(runtime)


def another(browser: Browser) -> Browser:
    """A second browser, signed out; with a cookie, or the client would send those that it has seen."""
    return Browser(browser.client, None, {"Cookie": "a=b"})


async def make_person(runtime: Runtime, email: str = "ada@example.com", password: str | None = GOOD, verified: bool = True) -> accounts.Account:  # fmt: skip
    async with runtime.transaction() as connection:
        account = await accounts.create_account(connection, email, verified=verified)
        if password:
            await people.set_password(connection, account.id, await passwords.make_hash(password))
    return account


async def signed_in_as(runtime: Runtime, browser: Browser) -> str:
    """The address of who the browser is signed in as; empty: nobody."""
    secret = browser.headers.get("Cookie", "").partition(f"{SECURE_COOKIE}=")[2]
    async with runtime.pool.connection() as connection:
        session = await people.find_session(connection, secret, runtime.clock())
    return session.account.email if session else ""


def bare(response: httpx2.Response) -> str:
    """A page without what changes each time."""
    text = re.sub(r'data-use="[^"]*"|<code>[^<]*</code>|value="[^"]*@[^"]*"', "", response.text)
    return re.sub(r"[\w.]+@example\.com", "ADDRESS", text)


# -- signing up --------------------------------------------------------------------------------------------------------


async def test_who_signs_up_is_in_at_once_where_no_mail_is_sent(stranger: Browser, runtime: Runtime) -> None:
    page = await stranger.get("/signup?next=/videos")
    assert page.status_code == 200
    assert 'autocomplete="username"' in page.text and 'autocomplete="new-password"' in page.text
    assert len(page.content) < 60_000
    assert "the first here" in page.text
    response = await stranger.post("/signup", {"email": "Ada@example.com", "password": GOOD, "next": "/videos"})
    assert (response.status_code, response.headers["location"]) == (303, "/videos")
    assert await signed_in_as(runtime, stranger) == "Ada@example.com"
    async with runtime.pool.connection() as connection:
        account = await accounts.find_account(connection, "ada@example.com")
        assert account.operator
        assert (await credits.balance(connection, account.id)).available == 25
        assert (await audit.entries(connection))[0].action == "signed_up"
    again = await another(stranger).post("/signup", {"email": "ada@EXAMPLE.com", "password": OTHER})
    assert again.status_code == 422
    assert "There is an account with this address" in again.text


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("", GOOD, "Enter your e-mail address"),
        ("nonsense", GOOD, "This is no e-mail address"),
        ("a b@example.com", GOOD, "This is no e-mail address"),
        ("a@example.com\r\nBcc: b@example.com", GOOD, "This is no e-mail address"),
        ("ada,eve@example.com", GOOD, "This is no e-mail address"),
        ("ada@example.com", "tiny pw 9", "Take at least 15 characters"),
        ("ada@example.com", "ada@example.com", "Leave your e-mail address out"),
        ("ada@example.com", "x" * 1001, "Take at most 1000 characters"),
    ],
)
async def test_what_is_wrong_is_told_beside_its_field(stranger: Browser, runtime: Runtime, email: str, password: str, said: str) -> None:  # fmt: skip
    response = await stranger.post("/signup", {"email": email, "password": password})
    assert response.status_code == 422
    assert re.search(rf'<p class="error" id="signup-\w+-error">{said}', response.text)
    assert password not in response.text or password == email
    async with runtime.pool.connection() as connection:
        assert await joining.is_empty(connection)


async def test_a_closed_place_makes_no_accounts(stranger: Browser, runtime: Runtime) -> None:
    runtime.settings = runtime.settings.model_copy(update={"signup": "closed"})
    assert "by invitation" in (await stranger.get("/signup")).text
    response = await stranger.post("/signup", {"email": "ada@example.com", "password": GOOD})
    assert response.status_code == 422
    async with runtime.pool.connection() as connection:
        assert await joining.is_empty(connection)


async def test_signing_up_does_not_tell_who_is_known(stranger: Browser, runtime: Runtime, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    hashed: list[str] = []
    real = passwords.make_hash

    async def make_hash(password: str) -> str:
        hashed.append(password)
        return await real(password)

    monkeypatch.setattr(signing_in.passwords, "make_hash", make_hash)
    await make_person(runtime)
    hashed.clear()
    answers = []
    for email in ("ada@example.com", "new@example.com"):
        answers.append(await stranger.post("/signup", {"email": email, "password": GOOD}))
        # Nothing that depends on the address has happened yet.
        assert not [letter for letter in mailbox.letters if letter.to == email]
        await deliver(runtime)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert bare(answers[0]) == bare(answers[1])
    assert [answer.headers.get("set-cookie") for answer in answers] == [None, None]
    assert len(hashed) == 2
    assert [(letter.kind, letter.to) for letter in mailbox.letters] == [
        ("taken", "ada@example.com"),
        ("verify", "new@example.com"),
    ]
    assert "/signin" in mailbox.letters[0].text
    # Whose account it is keeps their password.
    assert (await stranger.post("/signin", {"email": "ada@example.com", "password": GOOD})).status_code == 303


async def test_a_new_address_is_confirmed_by_who_has_the_password(stranger: Browser, runtime: Runtime, mailbox: Mailbox) -> None:  # fmt: skip
    await make_person(runtime, "first@example.com")
    await stranger.post("/signup", {"email": "ada@example.com", "password": GOOD})
    path = await mailbox.link("ada@example.com")
    async with runtime.pool.connection() as connection:
        account = await accounts.find_account(connection, "ada@example.com")
        assert not account.verified
        assert (await credits.balance(connection, account.id)).available == 0
    # A mail scanner looks at everything and uses nothing up.
    for _ in range(2):
        assert "Confirm your address" in (await another(stranger).get(path)).text
    # Somebody who was made to confirm a stranger's account does not know its password.
    wrong = await stranger.post(path, {"password": OTHER})
    assert wrong.status_code == 422
    assert "not the password" in wrong.text
    response = await stranger.post(path, {"password": GOOD})
    assert (response.status_code, response.headers["location"]) == (303, "/create")
    assert await signed_in_as(runtime, stranger) == "ada@example.com"
    async with runtime.pool.connection() as connection:
        assert (await accounts.find_account(connection, "ada@example.com")).verified
        assert (await credits.balance(connection, account.id)).available == 25
    assert (await stranger.get(path)).status_code == 410
    assert (await stranger.post(path, {"password": GOOD})).status_code == 410


async def test_an_unconfirmed_address_makes_no_videos(stranger: Browser, runtime: Runtime, mailbox: Mailbox) -> None:
    account = await make_person(runtime, verified=False)
    async with runtime.transaction() as connection:
        await credits.grant(connection, account.id, 5, "test", "test")
        _, token = await accounts.create_token(connection, account.id)
    headers = {"Authorization": f"Bearer {token}"}
    body = {"prompt": "A cat on a wall"}
    response = await stranger.client.post("/api/v1/generate", json=body, headers=headers)
    assert (response.status_code, response.json()["code"]) == (403, "address_unverified")
    async with runtime.transaction() as connection:
        await connection.execute("UPDATE accounts SET verified_at = now()")
    assert (await stranger.client.post("/api/v1/generate", json=body, headers=headers)).status_code == 200


async def test_a_network_makes_only_so_many_accounts(stranger: Browser, runtime: Runtime) -> None:
    statuses = []
    for number in range(failures.RULES["signup"].free + 2):
        form = {"email": f"a{number}@example.com", "password": GOOD}
        statuses.append((await another(stranger).post("/signup", form)).status_code)
    assert statuses == [303] * failures.RULES["signup"].free + [429] * 2


# -- signing in --------------------------------------------------------------------------------------------------------


async def test_signing_in_and_out(stranger: Browser, runtime: Runtime) -> None:
    await make_person(runtime)
    page = await stranger.get("/signin?next=/usage")
    assert 'autocomplete="current-password"' in page.text and 'value="/usage"' in page.text
    response = await stranger.post("/signin", {"email": " ADA@example.com ", "password": GOOD, "next": "/usage"})
    assert (response.status_code, response.headers["location"]) == (303, "/usage")
    cookie = response.headers["set-cookie"]
    for word in (SECURE_COOKIE, "HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert word in cookie
    assert (await stranger.get("/signin?next=/plan")).headers["location"] == "/plan"
    assert (await stranger.get("/signin?next=//evil.example")).headers["location"] == "/create"
    assert (await stranger.post("/signout")).status_code == 303
    assert await signed_in_as(runtime, stranger) == ""


async def test_an_old_secret_is_worthless_after_signing_in_anew(stranger: Browser, runtime: Runtime) -> None:
    await make_person(runtime)
    await stranger.post("/signin", {"email": "ada@example.com", "password": GOOD})
    before = Browser(stranger.client, None, dict(stranger.headers))
    await stranger.post("/signin", {"email": "ada@example.com", "password": GOOD})
    assert await signed_in_as(runtime, before) == ""
    assert await signed_in_as(runtime, stranger) == "ada@example.com"


async def test_signing_in_does_not_tell_who_is_known(stranger: Browser, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    await make_person(runtime)
    await make_person(runtime, "without@example.com", password=None)
    checked: list[str | None] = []
    real = passwords.matches

    async def matches(stored: str | None, password: str) -> bool:
        checked.append(stored)
        return await real(stored, password)

    monkeypatch.setattr(signing_in.passwords, "matches", matches)
    pages = []
    for email in ("ada@example.com", "nobody@example.com", "without@example.com"):
        response = await stranger.post("/signin", {"email": email, "password": OTHER})
        assert response.status_code == 422
        assert email in response.text and OTHER not in response.text
        pages.append(bare(response))
    assert len(set(pages)) == 1
    # A hash was computed each time: see tests/test_people.py for what it costs.
    assert len(checked) == 3


async def test_guessing_gets_slower_and_tells_how_long(stranger: Browser, runtime: Runtime, mailbox: Mailbox) -> None:
    await make_person(runtime)
    guesses = await asyncio.gather(
        *(another(stranger).post("/signin", {"email": "ada@example.com", "password": OTHER}) for _ in range(12))
    )
    statuses = sorted(guess.status_code for guess in guesses)
    assert statuses == [422] * 5 + [429] * 7
    waiting = next(guess for guess in guesses if guess.status_code == 429)
    assert re.search(r"Too many attempts. Try again in \d+ seconds?\.", waiting.text)
    # An address that nobody has is delayed in the same way.
    unknown = [(await stranger.post("/signin", {"email": "no@example.com", "password": OTHER})) for _ in range(6)]
    assert [guess.status_code for guess in unknown] == [422] * 5 + [429]
    assert "Too many attempts" in unknown[-1].text
    # Even the right password has to wait, but a link does not: nobody is locked out by a stranger.
    assert (await stranger.post("/signin", {"email": "ada@example.com", "password": GOOD})).status_code == 429
    await stranger.post("/magic", {"email": "ada@example.com"})
    assert (await stranger.post(await mailbox.link(kind="magic"))).status_code == 303
    assert (await another(stranger).post("/signin", {"email": "ada@example.com", "password": GOOD})).status_code == 303


async def test_signing_in_forgets_the_failures_before(stranger: Browser, runtime: Runtime) -> None:
    await make_person(runtime)
    for _ in range(3):
        for _ in range(4):
            await stranger.post("/signin", {"email": "ada@example.com", "password": OTHER})
        assert (await stranger.post("/signin", {"email": "ada@example.com", "password": GOOD})).status_code == 303


async def test_old_hashes_are_made_anew(stranger: Browser, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await make_person(runtime)
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(2, 16, 1))
    async with runtime.pool.connection() as connection:
        before = await people.person_of(connection, account.id)
        assert before and before.password_hash and passwords.is_stale(before.password_hash)
        assert (await stranger.post("/signin", {"email": "ada@example.com", "password": GOOD})).status_code == 303
        after = await people.person_of(connection, account.id)
        assert after and after.password_hash and not passwords.is_stale(after.password_hash)
    assert (await stranger.post("/signin", {"email": "ada@example.com", "password": GOOD})).status_code == 303


async def test_too_many_at_once_are_told_so(stranger: Browser, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    await make_person(runtime)
    monkeypatch.setattr(passwords, "MOST_WAITING", 0)
    response = await stranger.post("/signin", {"email": "ada@example.com", "password": GOOD})
    assert response.status_code == 503
    assert "Too many people" in response.text


async def test_the_suspended_stay_out(stranger: Browser, runtime: Runtime, mailbox: Mailbox) -> None:
    account = await make_person(runtime)
    async with runtime.transaction() as connection:
        magic = await letters.write(connection, account.id, "magic", account.email, runtime.clock())
        await connection.execute("UPDATE accounts SET suspended_at = now()")
    response = await stranger.post("/signin", {"email": "ada@example.com", "password": GOOD})
    assert response.status_code == 403
    assert "suspended" in response.text
    assert (await stranger.post(f"/magic/{magic}")).status_code == 410
    await stranger.post("/forgot", {"email": "ada@example.com"})
    await deliver(runtime)
    assert not mailbox.letters
    assert await signed_in_as(runtime, stranger) == ""


# -- letters -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "kind"), [("/forgot", "reset"), ("/magic", "magic")])
async def test_asking_for_a_link_does_not_tell_who_is_known(stranger: Browser, runtime: Runtime, mailbox: Mailbox, path: str, kind: str) -> None:  # fmt: skip
    await make_person(runtime)
    assert (await stranger.get(path)).status_code == 200
    answers = []
    for email in ("ada@example.com", "nobody@example.com"):
        answers.append(await stranger.post(path, {"email": email}))
        assert not mailbox.letters
        if email.startswith("nobody"):
            await deliver(runtime)
            assert not mailbox.letters
        else:
            assert (await mailbox.newest()).kind == kind
            mailbox.letters.clear()
    assert [answer.status_code for answer in answers] == [200, 200]
    assert bare(answers[0]) == bare(answers[1])
    assert (await stranger.post(path, {"email": "nonsense"})).status_code == 422


async def test_a_mailbox_is_not_flooded(stranger: Browser, runtime: Runtime, mailbox: Mailbox) -> None:
    await make_person(runtime)
    statuses = []
    for _ in range(failures.RULES["asking"].free + 2):
        statuses.append((await stranger.post("/forgot", {"email": "ada@example.com"})).status_code)
        await deliver(runtime)
    assert statuses == [200] * failures.RULES["asking"].free + [429] * 2
    assert len(mailbox.letters) == failures.RULES["letters"].free


async def test_a_link_signs_in_by_a_button(stranger: Browser, runtime: Runtime, mailbox: Mailbox) -> None:
    await make_person(runtime)
    await stranger.post("/magic", {"email": "Ada@Example.com"})
    path = await mailbox.link("ada@example.com", "magic")
    for _ in range(3):
        assert "Sign me in" in (await stranger.get(path)).text
    assert await signed_in_as(runtime, stranger) == ""
    foreign = await stranger.client.post(path, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert (await stranger.post(path)).headers["location"] == "/create"
    assert await signed_in_as(runtime, stranger) == "ada@example.com"
    assert (await another(stranger).post(path)).status_code == 410
    assert (await stranger.get("/magic/nonsense")).status_code == 410


async def test_a_new_password_ends_every_session(stranger: Browser, runtime: Runtime, mailbox: Mailbox) -> None:
    account = await make_person(runtime)
    old = another(stranger)
    await old.post("/signin", {"email": "ada@example.com", "password": GOOD})
    await stranger.post("/forgot", {"email": "ada@example.com"})
    path = await mailbox.link(kind="reset")
    assert "ada@example.com" in (await stranger.get(path)).text
    # A bad choice does not use the link up.
    assert (await stranger.post(path, {"password": "short"})).status_code == 422
    response = await stranger.post(path, {"password": OTHER})
    assert response.status_code == 303
    assert (await stranger.post(path, {"password": GOOD})).status_code == 410
    assert await signed_in_as(runtime, stranger) == "ada@example.com"
    assert await signed_in_as(runtime, old) == ""
    assert (await mailbox.newest()).kind == "password"
    assert (await old.post("/signin", {"email": "ada@example.com", "password": GOOD})).status_code == 422
    assert (await old.post("/signin", {"email": "ada@example.com", "password": OTHER})).status_code == 303
    async with runtime.pool.connection() as connection:
        assert (await audit.entries(connection, account_id=account.id))[0].action == "password_changed"


async def test_links_run_out(stranger: Browser, runtime: Runtime, mailbox: Mailbox) -> None:
    await make_person(runtime)
    await stranger.post("/forgot", {"email": "ada@example.com"})
    path = await mailbox.link()
    now = runtime.clock()
    runtime.clock = lambda: now + timedelta(minutes=31)
    assert (await stranger.get(path)).status_code == 410
    assert (await stranger.post(path, {"password": OTHER})).status_code == 410


async def test_a_letter_puts_out_who_used_the_address_without_having_it(stranger: Browser, runtime: Runtime, mailbox: Mailbox) -> None:  # fmt: skip
    squatter = another(stranger)
    account = await make_person(runtime, "victim@example.com", verified=False)
    await squatter.post("/signin", {"email": "victim@example.com", "password": GOOD})
    assert await signed_in_as(runtime, squatter)
    async with runtime.transaction() as connection:
        _, token = await accounts.create_token(connection, account.id)
    await stranger.post("/magic", {"email": "victim@example.com"})
    await stranger.post(await mailbox.link(kind="magic"))
    assert "confirmed only now" in (await stranger.get("/settings")).text
    assert await signed_in_as(runtime, squatter) == ""
    assert (await squatter.post("/signin", {"email": "victim@example.com", "password": GOOD})).status_code == 422
    response = await stranger.client.get("/api/v1/account", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 401


async def test_letters_come_in_their_readers_language(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = post.i18n.translations
    monkeypatch.setattr(post.i18n, "translations", lambda locale: asked.append(locale) or real(locale))
    box = set_up_mail(runtime)
    account = await make_person(runtime)
    async with runtime.transaction() as connection:
        await people.set_language(connection, account.id, "de", None)
        account = await accounts.find_account(connection, "ada@example.com")
        await post.put_letter(connection, "magic", account, "https://reel.example", "zh", runtime.clock())
    await deliver(runtime)
    assert asked == ["de"]
    assert box.letters[0].text.count("https://reel.example/magic/") == 1


@pytest.mark.parametrize("kind", ["verify", "change", "reset", "magic", "taken", "moved", "asked_to_move", "password"])
def test_every_letter_is_whole(kind: str) -> None:
    subject, paragraphs = post.wording(
        kind, "en", "https://reel.example", "https://reel.example/x", email="new@example.com"
    )
    assert subject and "\n" not in subject
    assert len(paragraphs) >= 2
    assert "%(" not in " ".join(paragraphs)


# -- the operator's link -----------------------------------------------------------------------------------------------


async def test_an_installation_is_claimed(stranger: Browser, runtime: Runtime) -> None:
    async with runtime.transaction() as connection:
        operator = await accounts.create_account(
            connection, "operator@localhost", "enterprise", verified=True, operator=True
        )
        _, token = await accounts.create_token(connection, operator.id)
        path = await joining.make_start_link(connection, operator, runtime.clock())
    page = await stranger.get(path)
    assert "Claim this installation" in page.text
    assert (await stranger.post(path, {"email": "nonsense", "password": GOOD})).status_code == 422
    response = await stranger.post(path, {"email": "boss@example.com", "password": GOOD})
    assert response.status_code == 303
    assert await signed_in_as(runtime, stranger) == "boss@example.com"
    assert (await another(stranger).post(path, {"email": "eve@example.com", "password": OTHER})).status_code == 410
    async with runtime.pool.connection() as connection:
        claimed = await accounts.find_account(connection, "boss@example.com")
    assert (claimed.id, claimed.operator, claimed.verified) == (operator.id, True, True)
    # Programs keep their token.
    api = await stranger.client.get("/api/v1/account", headers={"Authorization": f"Bearer {token}"})
    assert api.status_code == 200


async def test_a_start_link_is_no_other_link(stranger: Browser, runtime: Runtime) -> None:
    account = await make_person(runtime)
    async with runtime.transaction() as connection:
        start = await joining.make_start_link(connection, account, runtime.clock())
        taken = await accounts.create_account(connection, "operator@localhost", operator=True)
        claim = await joining.make_start_link(connection, taken, runtime.clock())
    secret = start.rpartition("/")[2]
    for path in ("reset", "magic", "verify"):
        assert (await stranger.get(f"/{path}/{secret}")).status_code == 410
    assert "Choose a password" in (await stranger.get(start)).text
    refused = await stranger.post(claim, {"email": "ADA@example.com", "password": OTHER})
    assert refused.status_code == 422
    assert "another account" in refused.text
    # Nobody renames an account by a link that is only for its password.
    await stranger.post(start, {"email": "eve@example.com", "password": OTHER})
    assert await signed_in_as(runtime, stranger) == "ada@example.com"


async def test_every_page_names_its_form_fields_and_keeps_to_itself(stranger: Browser) -> None:
    for path in ("/signup", "/signin", "/forgot", "/magic"):
        page = await stranger.get(path)
        assert page.status_code == 200
        assert page.headers["referrer-policy"] == "same-origin"
        assert page.headers["cache-control"] == "no-store"
        assert len(page.content) < 60_000
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.text)
        for name in re.findall(r'<input id="([\w-]+)"', page.text):
            assert f'for="{name}"' in page.text
