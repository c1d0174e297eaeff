"""Passwords, links, delays, joining and leaving: the books beneath signing in."""

import asyncio
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from promptreel import accounts, audit, credits, failures, joining, leaving, letters, passwords, people
from promptreel.errors import EmailTaken, PromptreelError
from promptreel.failures import TooManyAttempts
from promptreel.joining import SignupClosed
from promptreel.operators import LastOperator
from promptreel.runtime import Runtime

from .conftest import MakeAccount

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
GOOD = "walrus-teapot-comet-velvet-ox"
STORED = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$x"  # looks like one and fits nothing


# -- passwords ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "slug"),
    [
        ("too short", "password_too_short"),
        ("x" * 1001, "password_too_long"),
        ("a" * 30, "password_guessable"),
        ("abababababababab", "password_guessable"),
        ("PasswordPassword", "password_guessable"),
        ("correct horse battery staple", "password_guessable"),
        ("qwertyuiopasdfghjkl", "password_guessable"),
        ("0987654321098765", "password_guessable"),
        ("!!!!!!!!!!!!!!!!!!!!!", "password_guessable"),
        ("ada.lovelace@example.com!", "password_has_address"),
        ("2024-Ada.Lovelace", "password_has_address"),
    ],
)
def test_passwords_that_somebody_would_guess(password: str, slug: str) -> None:
    with pytest.raises(PromptreelError) as caught:
        passwords.check(password, "ada.lovelace@example.com")
    assert caught.value.slug == slug


@pytest.mark.parametrize(
    "password",
    [GOOD, "ich esse gern Käsekuchen", "我喜欢在雨天看很慢很慢的老电影哦", "!@#$%^&*()_+{}|:<>?", "ада love 1815 !!"],
)
def test_passwords_that_are_taken(password: str) -> None:
    passwords.check(password, "ada.lovelace@example.com")


async def test_a_password_works_on_every_keyboard() -> None:
    stored = await passwords.make_hash("ﬁfteen Ångströms ①")
    assert stored.startswith("$argon2id$")
    assert await passwords.matches(stored, "fifteen A\u030angstro\u0308ms 1")
    assert not await passwords.matches(stored, "fifteen Angstroms 1")
    assert not passwords.is_stale(stored)
    assert passwords.is_stale("$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHRzYWx0$" + "A" * 43)


async def test_a_hash_is_computed_for_nobody_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an unknown address costs is what a known one costs: one verification with the same parameters."""
    verified: list[str] = []
    real = passwords.hasher

    class Watched:
        def verify(self, stored: str, password: str) -> bool:
            verified.append(stored.rpartition("$")[0].rpartition("$")[0])
            return real.verify(stored, password)

        hash = real.hash

    stored = await passwords.make_hash(GOOD)
    monkeypatch.setattr(passwords, "hasher", Watched())
    assert await passwords.matches(stored, GOOD)
    assert not await passwords.matches(stored, "something else entirely")
    assert not await passwords.matches(None, GOOD)
    assert not await passwords.matches("", GOOD)
    assert len(verified) == 4
    assert len(set(verified)) == 1


async def test_only_so_many_wait_for_a_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MOST_WAITING", 2)
    monkeypatch.setattr(passwords, "hasher", passwords.PasswordHasher(1, 8, 1))
    results = await asyncio.gather(*(passwords.make_hash(GOOD) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(result, str) for result in results) == 2
    assert sum(isinstance(result, passwords.TooManySignIns) for result in results) == 3
    assert await passwords.make_hash(GOOD)


def test_suggested_passphrases_are_good() -> None:
    words = passwords.words()
    assert len(set(words)) == len(words)
    assert all(word.isalpha() and word.islower() for word in words)
    phrases = {passwords.suggest() for _ in range(50)}
    assert len(phrases) == 50
    for phrase in phrases:
        assert len(phrase.split("-")) * math.log2(len(words)) >= 50
        assert set(phrase.split("-")) <= set(words)
        passwords.check(phrase, "")


# -- links -------------------------------------------------------------------------------------------------------------


async def test_a_link_works_once_for_a_while_and_for_one_thing(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    async with runtime.transaction() as connection:
        secret = await letters.write(connection, account.id, "reset", account.email, NOW)
        rows = await (await connection.execute("SELECT hash FROM letters")).fetchall()
        assert secret.encode() not in [bytes(row["hash"]) for row in rows]
        late = NOW + timedelta(minutes=31)
        for purposes, now, given in ((("magic",), NOW, secret), (("reset",), late, secret), (("reset",), NOW, "x")):
            assert await letters.look(connection, given, purposes, now) is None  # type: ignore[arg-type]
            assert await letters.use(connection, given, purposes, now) is None  # type: ignore[arg-type]
        # Looking does not use it up.
        assert await letters.look(connection, secret, ("reset", "start"), NOW)
        assert await letters.look(connection, secret, ("reset",), NOW)
        assert await letters.use(connection, secret, ("reset",), NOW)
        assert await letters.use(connection, secret, ("reset",), NOW) is None


async def test_of_two_who_use_a_link_one_gets_it(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    async with runtime.transaction() as connection:
        secret = await letters.write(connection, account.id, "magic", account.email, NOW)

    async def use() -> object:
        async with runtime.transaction() as connection:
            return await letters.use(connection, secret, ("magic",), NOW)

    assert sum(found is not None for found in await asyncio.gather(*(use() for _ in range(6)))) == 1


async def test_links_do_not_pile_up(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    async with runtime.transaction() as connection:
        secrets = [
            await letters.write(connection, account.id, "magic", account.email, NOW + timedelta(seconds=n))
            for n in range(letters.MOST_AT_ONCE + 3)
        ]
        working = [bool(await letters.look(connection, secret, ("magic",), NOW)) for secret in secrets]
    assert working == [False] * 3 + [True] * letters.MOST_AT_ONCE


# -- delays ------------------------------------------------------------------------------------------------------------


async def attempt(runtime: Runtime, now: datetime, **attempts: str) -> float:
    """Seconds to wait; 0 if the try was let through."""
    try:
        async with runtime.transaction() as connection:
            await failures.attempt(connection, now, **attempts)
    except TooManyAttempts as error:
        return error.seconds
    return 0


async def test_delays_grow_and_end(runtime: Runtime) -> None:
    rule, now = failures.RULES["account"], NOW
    assert [await attempt(runtime, now, account="a@b.c") for _ in range(rule.free)] == [0] * rule.free
    waits = []
    for _ in range(14):
        wait = await attempt(runtime, now, account="A@B.C ")
        waits.append(wait)
        assert await attempt(runtime, now + timedelta(seconds=wait / 2), account="a@b.c") >= wait / 2 - 1
        now += timedelta(seconds=wait)
        assert await attempt(runtime, now, account="a@b.c") == 0
    assert waits[0] == rule.first.total_seconds()
    assert waits[1] == 2 * waits[0]
    assert waits == sorted(waits)
    assert waits[-1] == rule.longest.total_seconds()
    # Nobody is locked out for good, and another account never was.
    assert await attempt(runtime, NOW, account="other@b.c") == 0
    assert await attempt(runtime, now + failures.FORGOTTEN_AFTER + timedelta(seconds=1), account="a@b.c") == 0
    later = now + failures.FORGOTTEN_AFTER + timedelta(seconds=1)
    assert [await attempt(runtime, later, account="a@b.c") for _ in range(rule.free - 1)] == [0] * (rule.free - 1)


async def test_a_thousand_guesses_at_once_are_not_one(runtime: Runtime) -> None:
    waits = await asyncio.gather(*(attempt(runtime, NOW, account="a@b.c", network="192.0.2.9") for _ in range(60)))
    assert waits.count(0) == failures.RULES["account"].free
    async with runtime.transaction() as connection:
        cursor = await connection.execute("SELECT key, count FROM failures ORDER BY key")
        rows = await cursor.fetchall()
    # Who was told to wait was not counted, for the network neither.
    assert [row["count"] for row in rows] == [failures.RULES["account"].free] * 2
    assert "a@b.c" not in str(rows)


async def test_success_clears_the_account_but_not_the_network(runtime: Runtime) -> None:
    for number in range(4):
        await attempt(runtime, NOW, account="a@b.c", network="192.0.2.9")
        await attempt(runtime, NOW, account=f"{number}@b.c", network="192.0.2.9")
    async with runtime.transaction() as connection:
        await failures.succeeded(connection, NOW, "a@b.c", "192.0.2.9")
        cursor = await connection.execute("SELECT key, count FROM failures")
        counts = {row["key"]: row["count"] for row in await cursor.fetchall()}
    assert failures.key("account", "a@b.c") not in counts
    assert counts[failures.key("network", "192.0.2.9")] == 7


def test_a_household_is_one_network() -> None:
    assert failures.key("network", "2001:db8:1:2::1") == failures.key("network", "2001:db8:1:2:ffff::9")
    assert failures.key("network", "2001:db8:1:3::1") != failures.key("network", "2001:db8:1:2::1")
    assert failures.key("network", "::ffff:192.0.2.1") == failures.key("network", "192.0.2.1")
    assert failures.key("network", "unix") == "network:unix"


# -- joining -----------------------------------------------------------------------------------------------------------


async def sign_up(runtime: Runtime, email: str, **changes: Any) -> accounts.Account:
    settings = runtime.settings.model_copy(update=changes)
    async with runtime.transaction() as connection:
        return await joining.sign_up(connection, settings, email, STORED)


async def test_the_first_account_runs_the_place(runtime: Runtime) -> None:
    made = await asyncio.gather(*(sign_up(runtime, f"{number}@example.com") for number in range(8)))
    assert sum(account.operator for account in made) == 1
    assert not (await sign_up(runtime, "late@example.com")).operator


async def test_who_signs_up_is_given_credits_once(runtime: Runtime) -> None:
    account = await sign_up(runtime, "a@example.com", signup_credits=7, signup_tier="basic")
    assert account.tier == "basic"
    async with runtime.transaction() as connection:
        assert (await credits.balance(connection, account.id)).available == 7
        await joining.give_credits(connection, runtime.settings, account)
        assert (await credits.balance(connection, account.id)).available == 7
    with pytest.raises(EmailTaken):
        await sign_up(runtime, "A@example.com")
    with pytest.raises(SignupClosed):
        await sign_up(runtime, "b@example.com", signup="closed")


async def test_with_mail_credits_come_when_the_address_is_proved(runtime: Runtime) -> None:
    runtime.settings = settings = runtime.settings.model_copy(update={"mail_url": "smtp://localhost"})
    account = await sign_up(runtime, "a@example.com")
    async with runtime.transaction() as connection:
        assert (await credits.balance(connection, account.id)).available == 0
        for _ in range(2):
            person = await people.person_of(connection, account.id)
            assert person is not None
            evicted = await joining.prove_address(connection, settings, person, knows_password=True)
            assert not evicted
        assert (await credits.balance(connection, account.id)).available == settings.signup_credits
        person = await people.person_of(connection, account.id)
        assert person is not None and person.account.verified and person.password_hash == STORED


async def test_who_used_a_strangers_address_is_put_out_when_the_stranger_proves_it(runtime: Runtime) -> None:
    squatter = await sign_up(runtime, "victim@example.com")
    async with runtime.transaction() as connection:
        secret = await people.open_session(connection, squatter.id, NOW)
        _, token = await accounts.create_token(connection, squatter.id)
        await people.add_identity(connection, squatter.id, "https://issuer.example", "squatter")
        person = await people.person_of(connection, squatter.id)
        assert person is not None
        assert await joining.prove_address(connection, runtime.settings, person)
        assert await people.find_session(connection, secret, NOW) is None
        assert not await accounts.find_callers(connection, [accounts.hash_token(token)])
        assert not await people.list_identities(connection, squatter.id)
        person = await people.person_of(connection, squatter.id)
        assert person is not None and person.password_hash is None and person.account.verified


async def test_tokens_of_an_account_that_an_operator_made_outlive_a_first_password(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    account, token = await make_account(credits=0)
    async with runtime.transaction() as connection:
        person = await people.person_of(connection, account.id)
        assert person is not None
        assert not await joining.prove_address(connection, runtime.settings, person)
        assert await accounts.find_callers(connection, [accounts.hash_token(token)])
        # Credits of a sign-up are for who signed up.
        assert (await credits.balance(connection, account.id)).available == 0


async def enter(runtime: Runtime, **claims: Any) -> accounts.Account:
    async with runtime.transaction() as connection:
        given = {"iss": "https://issuer.example", "sub": "1", **claims}
        account, _ = await joining.enter(connection, runtime.settings, given, "en")
    return account


async def test_another_site_opens_an_account_only_with_a_proved_address(
    runtime: Runtime, make_account: MakeAccount
) -> None:
    owner, _ = await make_account()
    async with runtime.transaction() as connection:
        await connection.execute("UPDATE accounts SET verified_at = now() WHERE id = %s", [owner.id])
    unproved = await enter(runtime, sub="thief", email=owner.email)
    assert unproved.id != owner.id
    assert unproved.email != owner.email
    assert not unproved.verified
    assert (await enter(runtime, sub="thief", email=owner.email, email_verified="true")).id == unproved.id
    proved = await enter(runtime, sub="owner", email=owner.email.upper(), email_verified=True)
    assert proved.id == owner.id
    # From then on the identity counts and not the address.
    assert (await enter(runtime, sub="owner", email="other@example.com", email_verified=False)).id == owner.id
    fresh = await enter(runtime, sub="new", email="new@example.com", email_verified=True)
    assert (fresh.email, fresh.verified) == ("new@example.com", True)
    nobody = await enter(runtime, sub="nobody")
    assert nobody.email.endswith("@issuer.example.invalid")
    assert (await enter(runtime, sub="nobody", iss="https://other.example")).id != nobody.id


# -- leaving -----------------------------------------------------------------------------------------------------------


async def test_the_last_operator_stays(runtime: Runtime, make_account: MakeAccount) -> None:
    operators = [(await make_account())[0] for _ in range(2)]
    async with runtime.transaction() as connection:
        await connection.execute("UPDATE accounts SET operator = true")
        both = [await accounts.find_account(connection, str(account.id)) for account in operators]

    async def leave(account: accounts.Account) -> bool:
        try:
            async with runtime.transaction() as connection:
                await leaving.delete_account(connection, runtime.queue, account)
        except LastOperator:
            return False
        return True

    assert sorted(await asyncio.gather(*(leave(account) for account in both))) == [False, True]


async def test_what_stays_of_who_left(runtime: Runtime, make_account: MakeAccount) -> None:
    account, token = await make_account(credits=40)
    async with runtime.transaction() as connection:
        secret = await people.open_session(connection, account.id, NOW)
        link = await letters.write(connection, account.id, "magic", account.email, NOW)
        assert await leaving.delete_account(connection, runtime.queue, account) == []
    async with runtime.transaction() as connection:
        assert await people.find_session(connection, secret, NOW) is None
        assert await letters.look(connection, link, ("magic",), NOW) is None
        assert not await accounts.find_callers(connection, [accounts.hash_token(token)])
        assert (await credits.balance(connection, account.id)).available == 40
        assert [entry.action for entry in await audit.entries(connection, account_id=account.id)] == ["account_deleted"]
    async with runtime.pool.connection() as connection:
        assert await credits.audit(connection) == []


async def test_what_is_past_its_time_is_forgotten(runtime: Runtime, make_account: MakeAccount) -> None:
    account, _ = await make_account()
    await attempt(runtime, NOW, account="a@b.c")
    async with runtime.transaction() as connection:
        await people.open_session(connection, account.id, NOW)
        await letters.write(connection, account.id, "verify", account.email, NOW)
        for after, left in ((timedelta(hours=1), 3), (timedelta(days=60), 0)):
            await people.forget_expired(connection, NOW + after)
            cursor = await connection.execute(
                """SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM letters)
                          + (SELECT count(*) FROM failures) AS kept"""
            )
            assert (await cursor.fetchone() or {})["kept"] == left
