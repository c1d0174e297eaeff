"""What is to be written to people: kept until it is out, tried again with patience, by one process at a time, without codes."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from promptreel import failures, letters, outbox
from promptreel.asgi import create_app
from promptreel.mail import Letter, Outcome
from promptreel.runtime import Runtime, open_runtime
from promptreel.settings import Settings
from promptreel.web import postman

from .conftest import Browser, MakeBrowser
from .mailbox import Mailbox, deliver, set_up_mail
from .test_signing_in import GOOD, make_person


class Moody(Mailbox):
    """A mail server with moods: each attempt has the next of its answers, the last one again and again."""

    def __init__(self, runtime: Runtime, *moods: Outcome) -> None:
        super().__init__(runtime)
        self.moods = list(moods)

    async def send(self, letter: Letter) -> Outcome:
        await super().send(letter)
        return self.moods.pop(0) if len(self.moods) > 1 else self.moods[0]


@pytest.fixture
def mailbox(runtime: Runtime) -> Mailbox:
    return set_up_mail(runtime)


class Clock:
    def __init__(self, runtime: Runtime) -> None:
        self.now = runtime.clock()

    def __call__(self) -> datetime:
        return self.now


async def rows(runtime: Runtime) -> list[dict[str, Any]]:
    async with runtime.pool.connection() as connection:
        return await (await connection.execute("SELECT * FROM outbox ORDER BY id")).fetchall()


async def test_a_sign_up_outlives_the_server(stranger: Browser, runtime: Runtime, settings: Settings) -> None:
    set_up_mail(runtime)
    await stranger.post("/signup", {"email": "ada@example.com", "password": GOOD})
    # Nothing was done yet, and another process finds it.
    async with open_runtime(settings) as other:
        box = set_up_mail(other)
        assert (await box.link("ada@example.com", "verify")).startswith("/verify/")
    assert await rows(runtime) == []


async def test_no_code_and_no_word_of_a_letter_is_kept(stranger: Browser, runtime: Runtime, mailbox: Mailbox) -> None:
    await make_person(runtime)
    mailbox = runtime.mailer = Moody(runtime, "later")
    await stranger.post("/magic", {"email": "ada@example.com"})
    await deliver(runtime)
    code = (await mailbox.link()).rpartition("/")[2]
    kept = await rows(runtime)
    assert [row["kind"] for row in kept] == ["letter"]
    assert code not in json.dumps(kept, default=str)
    # A letter that does go later has a link that works.
    async with runtime.pool.connection() as connection:
        assert await letters.look(connection, code, ("magic",), runtime.clock())


async def test_a_mail_server_that_stumbles_is_asked_again(
    stranger: Browser, runtime: Runtime, mailbox: Mailbox
) -> None:
    await make_person(runtime)
    runtime.clock = clock = Clock(runtime)
    mailbox = runtime.mailer = Moody(runtime, "later", "later", "later", "sent")
    await stranger.post("/forgot", {"email": "ada@example.com"})
    await deliver(runtime)
    waits = []
    while kept := await rows(runtime):
        assert len(mailbox.letters) < 9
        waits.append((kept[0]["due_at"] - clock.now).total_seconds())
        clock.now = kept[0]["due_at"] - timedelta(milliseconds=1)
        assert not await postman.work_one(runtime)
        clock.now = kept[0]["due_at"]
        await deliver(runtime)
    assert waits == list(outbox.PAUSES[:3])
    assert len({letter.text for letter in mailbox.letters}) == 4
    # One request counts once, however often its letter is tried.
    async with runtime.transaction() as connection:
        for _ in range(failures.RULES["letters"].free - 1):
            await failures.attempt(connection, clock.now, letters="ada@example.com")


@pytest.mark.parametrize("outcome", ["never", "sent"])
async def test_what_is_out_or_refused_is_forgotten(
    stranger: Browser, runtime: Runtime, mailbox: Mailbox, outcome: Outcome
) -> None:
    await make_person(runtime)
    mailbox = runtime.mailer = Moody(runtime, outcome)
    await stranger.post("/forgot", {"email": "ada@example.com"})
    await deliver(runtime)
    assert len(mailbox.letters) == 1 and await rows(runtime) == []


async def test_nobody_gets_a_link_that_was_wanted_long_ago(
    stranger: Browser, runtime: Runtime, mailbox: Mailbox
) -> None:
    await make_person(runtime)
    await stranger.post("/magic", {"email": "ada@example.com"})
    now = runtime.clock()
    runtime.clock = lambda: now + letters.LASTS["magic"] + timedelta(seconds=1)
    await deliver(runtime)
    assert not mailbox.letters
    async with runtime.transaction() as connection:
        await outbox.forget_expired(connection, runtime.clock())
    assert await rows(runtime) == []


async def test_an_account_that_is_gone_gets_no_letter(
    make_browser: MakeBrowser, runtime: Runtime, mailbox: Mailbox
) -> None:
    mine = await make_browser()
    assert mine.account is not None
    async with runtime.transaction() as connection:
        await connection.execute("UPDATE accounts SET verified_at = NULL WHERE id = %s", [mine.account.id])
    assert (await mine.post("/settings/verify")).status_code == 303
    assert len(await rows(runtime)) == 1
    async with runtime.transaction() as connection:
        await connection.execute("DELETE FROM accounts WHERE id = %s", [mine.account.id])
    await deliver(runtime)
    assert not mailbox.letters and await rows(runtime) == []


async def test_an_errand_is_one_process_s(runtime: Runtime) -> None:
    now = runtime.clock()
    async with runtime.transaction() as connection:
        for number in range(20):
            await outbox.put(connection, "x", {"number": number}, now, timedelta(hours=1))

    async def take_all() -> list[int]:
        taken = []
        while True:
            async with runtime.transaction() as connection:
                errand = await outbox.take(connection, now)
            if errand is None:
                return taken
            taken.append(errand.detail["number"])

    taken = await asyncio.gather(*(take_all() for _ in range(4)))
    assert sorted(number for one in taken for number in one) == list(range(20))
    # What somebody took and never came back with is due again.
    async with runtime.transaction() as connection:
        assert await outbox.take(connection, now + outbox.TAKEN_FOR) is not None


async def test_a_fault_of_ours_is_tried_again(
    stranger: Browser, runtime: Runtime, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_person(runtime)

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(postman, "wording", broken)
        await stranger.post("/forgot", {"email": "ada@example.com"})
        await deliver(runtime)
    runtime.clock = Clock(runtime)
    runtime.clock.now += timedelta(seconds=outbox.PAUSES[0])
    assert (await mailbox.newest()).kind == "reset"


async def test_a_server_sends_by_itself_and_lets_what_is_on_its_way_out(
    stranger: Browser, runtime: Runtime, settings: Settings
) -> None:
    set_up_mail(runtime)
    began, go = asyncio.Event(), asyncio.Event()

    class Slow(Mailbox):
        async def send(self, letter: Letter) -> Outcome:
            began.set()
            await go.wait()
            return await super().send(letter)

    app = create_app(settings)
    async with app.router.lifespan_context(app):
        other: Runtime = app.state.runtime
        other.settings = runtime.settings
        box = other.mailer = Slow(other)
        await stranger.post("/signup", {"email": "ada@example.com", "password": GOOD})
        await asyncio.wait_for(began.wait(), 20)
        asyncio.get_running_loop().call_later(0.2, go.set)
    assert [letter.kind for letter in box.letters] == ["verify"]
    assert await rows(runtime) == []
