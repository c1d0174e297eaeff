"""Works off what is to be written to people (`outbox`), in every process that serves pages; each errand is one process's.

A request becomes a letter, or nothing, in one transaction. A letter is sent until the mail server has taken it or refused it
for good: at least once, since nobody can say what became of one in the moment of a crash.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import structlog

from promptreel import failures, joining, letters, outbox, people
from promptreel.db.pool import Connection
from promptreel.errors import EmailTaken, PromptreelError
from promptreel.failures import TooManyAttempts
from promptreel.mail import Letter
from promptreel.outbox import Errand
from promptreel.web.post import PATHS, put_letter, wording

if TYPE_CHECKING:
    from promptreel.runtime import Runtime

log = structlog.get_logger()

HANDS = 3
"""Errands of a process at the same time: one mail server that hangs holds up few."""

LOOK_EVERY = 30.0
"""Seconds between two looks without word of a new errand: another process may have left one behind."""

GRACE = 3.0
"""Seconds that a letter on its way is given when the process ends. What is not out then is sent again later."""

Detail = dict[str, Any]


async def keep(runtime: "Runtime") -> None:
    """Work errands off for as long as the process lives; being cancelled waits for those at hand."""
    async with asyncio.TaskGroup() as hands:
        for _ in range(HANDS):
            hands.create_task(hand(runtime))


async def hand(runtime: "Runtime") -> None:
    """One errand after the other. Being cancelled waits for the one at hand."""
    with runtime.events.watch_outbox() as watch:
        while True:
            step = asyncio.ensure_future(work_one(runtime))
            try:
                if await asyncio.shield(step):
                    continue
                pause = await seconds_to_next(runtime)
            except asyncio.CancelledError:
                await asyncio.wait({step}, timeout=GRACE)
                raise
            except Exception as error:  # noqa: BLE001 - a database that is away comes back
                log.warning("outbox_failed", reason=str(error).strip())
                pause = 1.0
            await watch.next(pause)


async def seconds_to_next(runtime: "Runtime") -> float:
    """How long to wait without a wake-up."""
    async with runtime.pool.connection() as connection:
        due = await outbox.next_due(connection)
    return LOOK_EVERY if due is None else min(LOOK_EVERY, max(0.1, (due - runtime.clock()).total_seconds()))


async def work_one(runtime: "Runtime") -> bool:
    """Do the errand that is due, if there is one. One that fails for a reason of ours is tried again."""
    async with runtime.transaction() as connection:
        errand = await outbox.take(connection, runtime.clock())
    if errand is None:
        return False
    try:
        finished = await send(runtime, errand) if errand.kind == "letter" else await answer(runtime, errand)
    except Exception:
        log.exception("errand_failed", kind=errand.kind)
        finished = False
    if not finished:
        async with runtime.transaction() as connection:
            await outbox.put_off(connection, errand, runtime.clock())
    return True


# -- letters -----------------------------------------------------------------------------------------------------------


async def send(runtime: "Runtime", errand: Errand) -> bool:
    """Write a letter, with a new link if it has one, and send it. False: it may go another time."""
    detail, kind = errand.detail, errand.detail["kind"]
    link = ""
    if kind in PATHS:
        async with runtime.transaction() as connection:
            person = await people.person_of(connection, detail["account_id"])
            if person is None or person.account.suspended:
                await outbox.done(connection, errand)
                return True
            secret = await letters.write(connection, person.account.id, kind, detail["to"], runtime.clock())
        link = detail["base_url"] + PATHS[kind] + secret
    subject, paragraphs = wording(kind, detail["locale"], detail["base_url"], link, **detail["values"])
    text = "\n\n".join([*paragraphs, f"-- \n{detail['base_url']}\n"])
    if await runtime.mailer.send(Letter(kind, detail["to"], subject, text)) == "later":
        return False
    async with runtime.transaction() as connection:
        await outbox.done(connection, errand)
    return True


# -- what people ask for -----------------------------------------------------------------------------------------------


async def answer(runtime: "Runtime", errand: Errand) -> bool:
    """Do what was asked for. What cannot be done is not asked for again: nobody waits for an answer."""
    try:
        async with runtime.transaction() as connection:
            await ANSWERS[errand.kind](connection, runtime, errand.detail)
            await outbox.done(connection, errand)
    except PromptreelError as error:
        log.warning("errand_refused", kind=errand.kind, code=error.slug)
        async with runtime.transaction() as connection:
            await outbox.done(connection, errand)
    return True


async def may_write_to(connection: Connection, runtime: "Runtime", email: str) -> bool:
    """Whether an address has not been sent too many letters; nobody is told if it has."""
    try:
        await failures.attempt(connection, runtime.clock(), letters=email)
    except TooManyAttempts:
        return False
    return True


async def send_link(connection: Connection, runtime: "Runtime", detail: Detail) -> None:
    """For who forgot their password, or wants to sign in by a letter: a link, where the address is known."""
    person = await people.find_person(connection, detail["email"])
    if person and not person.account.suspended and await may_write_to(connection, runtime, detail["email"]):
        await put_letter(connection, detail["purpose"], person.account, *place(detail), runtime.clock())


async def sign_up(connection: Connection, runtime: "Runtime", detail: Detail) -> None:
    """For who signed up: an account and a link that confirms it, or word that there is one already."""
    email = detail["email"]
    if not await may_write_to(connection, runtime, email):
        return
    try:
        account = await joining.sign_up(
            connection, runtime.settings, email, detail["password_hash"], locale=detail["locale"]
        )
    except EmailTaken:
        await tell_taken(connection, runtime, detail)
    else:
        await put_letter(connection, "verify", account, *place(detail), runtime.clock())


async def confirm(connection: Connection, runtime: "Runtime", detail: Detail) -> None:
    """For who came by another site that does not know whether the address is theirs: a link that confirms it."""
    person = await people.person_of(connection, detail["account_id"])
    if person and await may_write_to(connection, runtime, person.account.email):
        await put_letter(connection, "verify", person.account, *place(detail), runtime.clock())


async def new_address(connection: Connection, runtime: "Runtime", detail: Detail) -> None:
    """For who changes their address: a link to the new one, or word to it that it has an account already."""
    email = detail["email"]
    if not await may_write_to(connection, runtime, email):
        return
    person = await people.person_of(connection, detail["account_id"])
    taken = await people.find_person(connection, email)
    if taken and taken.account.id != detail["account_id"]:
        await tell_taken(connection, runtime, detail)
    elif person:
        await put_letter(connection, "change", person.account, *place(detail), runtime.clock(), to=email)


async def tell_taken(connection: Connection, runtime: "Runtime", detail: Detail) -> None:
    """Word to an address that it has an account already."""
    person = await people.find_person(connection, detail["email"])
    if person and not person.account.suspended:
        await put_letter(connection, "taken", person.account, *place(detail), runtime.clock())


def place(detail: Detail) -> tuple[str, str]:
    """Where the request came from: the address of the server as its reader reaches it, and the language of the page."""
    return detail["base_url"], detail["locale"]


ANSWERS: dict[str, Callable[[Connection, "Runtime", Detail], Awaitable[None]]] = {
    "link": send_link,
    "sign_up": sign_up,
    "new_address": new_address,
    "confirm": confirm,
}
