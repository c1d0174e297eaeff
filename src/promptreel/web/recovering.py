"""Links in letters: asking for one, and using it. A link is used up by a button and never by looking at its page, because
mail scanners look at everything.
"""

from dataclasses import replace
from typing import Literal

from starlette.responses import Response

from promptreel import audit, credits, failures, joining, letters, passwords, people
from promptreel.accounts import Account
from promptreel.db.pool import Connection
from promptreel.errors import EmailTaken, PromptreelError
from promptreel.letters import Link, Purpose
from promptreel.people import Person
from promptreel.settings import Settings
from promptreel.web import post
from promptreel.web.door import Handler, Visit, page
from promptreel.web.forms import Form
from promptreel.web.signing_in import (
    SHEETS,
    check_address,
    check_new_password,
    prove_password,
    refuse,
    show_form,
    show_sent,
)

Proof = Literal["nothing", "password", "identity"]
"""How who confirms an address has to show that it is their account: not at all, by its password, by signing in elsewhere."""


async def dead_link(visit: Visit) -> Response:
    """The page of a link that does not work: used, too old, or never ours."""
    return await visit.render("dead_link.html", 410, sheets=SHEETS)


# -- asking ------------------------------------------------------------------------------------------------------------


def asking(purpose: Purpose) -> tuple[Handler, Handler]:
    """The page that asks for an address, and what sends a link to it if it is known."""

    async def show(visit: Visit) -> Response:
        return await show_form(visit, "ask.html", Form(purpose, visit.query), purpose=purpose)

    async def send(visit: Visit) -> Response:
        form = Form(purpose, await visit.form())
        email = check_address(visit, form)
        status = 422
        if form.ok:
            try:
                async with visit.runtime.transaction() as connection:
                    await failures.attempt(connection, visit.runtime.clock(), asking=visit.network)
                    await post.ask(connection, visit, "link", letters.LASTS[purpose], purpose=purpose, email=email)
            except PromptreelError as error:
                status = refuse(visit, form, error)
            else:
                text = visit.text(
                    "If there is an account with this address, a link is on its way. It works for half an hour."
                )
                return await show_sent(visit, visit.text("Check your inbox"), text, email)
        return await show_form(visit, "ask.html", form, status, purpose=purpose)

    return show, send


show_forgot, send_forgot = asking("reset")
show_magic, send_magic = asking("magic")


# -- a link that signs in ----------------------------------------------------------------------------------------------


async def show_magic_link(visit: Visit) -> Response:
    """GET /magic/{code}"""
    async with visit.runtime.pool.connection() as connection:
        link = await letters.look(connection, visit.path["code"], ("magic",), visit.runtime.clock())
    return await visit.render("magic_link.html", sheets=SHEETS, link=link) if link else await dead_link(visit)


async def use_magic_link(visit: Visit) -> Response:
    """POST /magic/{code}"""
    runtime = visit.runtime
    async with runtime.transaction() as connection:
        found = await joining.use_letter(connection, visit.path["code"], ("magic",), runtime.clock())
        if found is None:
            return await dead_link(visit)
        _, person = found
        evicted = await joining.prove_address(connection, runtime.settings, person)
        await failures.succeeded(connection, runtime.clock(), person.account.email)
    await visit.sign_in(person.account.id)
    return await visit.redirect("/create", evicted_text(visit) if evicted else "")


def evicted_text(visit: Visit) -> str:
    """What is told to who proved an address that somebody had used before."""
    return visit.text(
        "Your address is confirmed only now. To be safe, the password, tokens and sign-ins from before were removed."
    )


# -- a link that confirms an address -----------------------------------------------------------------------------------


async def show_confirm(visit: Visit) -> Response:
    """GET /verify/{code}: for a new account, and for a new address of an old one."""
    found = await look_at_letter(visit)
    if found is None:
        return await dead_link(visit)
    link, _, proof = found
    return await draw_confirm(visit, Form("confirm"), link, proof)


async def draw_confirm(visit: Visit, form: Form, link: Link, proof: Proof, status: int = 200) -> Response:
    """The page with the button, or with what has to be shown before."""
    return await show_form(visit, "confirm.html", form, status, link=link, proof=proof)


async def look_at_letter(visit: Visit) -> tuple[Link, Person, Proof] | None:
    """The link of the path, whose it is, and what who holds it has yet to show: that they made the account.

    Whoever signs up with a stranger's address must not have the stranger confirm it for them.
    """
    async with visit.runtime.pool.connection() as connection:
        link = await letters.look(connection, visit.path["code"], ("verify", "change"), visit.runtime.clock())
        person = await people.person_of(connection, link.account_id) if link else None
        if link is None or person is None:
            return None
        identities = await people.list_identities(connection, link.account_id)
    here = visit.session is not None and not visit.acting and visit.session.account.id == link.account_id
    if here or link.purpose != "verify":
        return link, person, "nothing"
    if person.password_hash is not None:
        return link, person, "password"
    return link, person, "identity" if identities else "nothing"


async def confirm(visit: Visit) -> Response:
    """POST /verify/{code}"""
    form = Form("confirm", await visit.form())
    found = await look_at_letter(visit)
    if found is None:
        return await dead_link(visit)
    link, person, proof = found
    if proof == "identity":
        return await draw_confirm(visit, form, link, proof, 403)
    if proof == "password":
        status = 422
        try:
            proven = await prove_password(visit, person.account.email, form.values["password"])
        except PromptreelError as error:
            proven, status = None, refuse(visit, form, error)
        if proven is None:
            if form.ok:
                form.wrong("password", visit.text("This is not the password of the account"))
            return await draw_confirm(visit, form, link, proof, status)
    return await use_confirmation(visit, visit.path["code"], person.account)


async def use_confirmation(visit: Visit, code: str, account: Account) -> Response:
    """Use the link up: the address counts as confirmed, or becomes the new one."""
    runtime = visit.runtime
    try:
        async with runtime.transaction() as connection:
            found = await joining.use_letter(connection, code, ("verify", "change"), runtime.clock())
            if found is None:
                return await dead_link(visit)
            link, person = found
            if link.purpose == "verify":
                await joining.prove_address(connection, runtime.settings, person, knows_password=True)
            else:
                await move(connection, runtime.settings, person.account, link.email)
                await post.tell(connection, visit, "moved", account, email=link.email)
    except EmailTaken as error:
        return await visit.render("dead_link.html", 409, sheets=SHEETS, reason=visit.error_sentence(error))
    if link.purpose == "change":
        notice = visit.text("Your address is now %(email)s.", email=link.email)
    else:
        notice = visit.text("Your address is confirmed.")
    if visit.session is not None and visit.session.account.id == account.id:
        return await visit.redirect("/settings" if link.purpose == "change" else "/create", notice)
    if link.purpose == "verify":
        await visit.sign_in(account.id)
        return await visit.redirect("/create", notice)
    return await visit.render("done.html", sheets=SHEETS, title=notice)


async def move(connection: Connection, settings: Settings, account: Account, email: str) -> None:
    """Give an account its new address, which has been proved, and if it is its first one what newcomers are given.

    Links to the old one end. Errors: `EmailTaken`.
    """
    await people.set_address(connection, account.id, email, verified=True)
    await letters.drop(connection, account.id)
    if not account.verified and not await credits.statement(connection, account.id, limit=1):
        await joining.give_credits(connection, settings, replace(account, email=email))
    await audit.record(connection, account, "address_changed", account_id=account.id, to=email)


# -- a link that lets one choose a password ----------------------------------------------------------------------------


async def show_new_password(visit: Visit) -> Response:
    """GET /reset/{code} and /start/{code}"""
    async with visit.runtime.pool.connection() as connection:
        link = await letters.look(connection, visit.path["code"], purposes(visit), visit.runtime.clock())
        person = await people.person_of(connection, link.account_id) if link else None
    if link is None or person is None:
        return await dead_link(visit)
    form = Form("password", {"email": "" if claiming(link, person) else person.account.email})
    return await show_form(visit, "new_password.html", form, link=link, claiming=claiming(link, person))


def purposes(visit: Visit) -> tuple[Purpose, ...]:
    """What links this path is for."""
    return ("start",) if visit.route.startswith("/start") else ("reset",)


def claiming(link: Link, person: Person) -> bool:
    """Whether this is the operator of a new installation, whose address is yet to be theirs."""
    return link.purpose == "start" and person.account.email.endswith("@localhost")


async def choose_password(visit: Visit) -> Response:
    """POST /reset/{code} and /start/{code}"""
    runtime, code = visit.runtime, visit.path["code"]
    form = Form("password", await visit.form())
    async with runtime.pool.connection() as connection:
        link = await letters.look(connection, code, purposes(visit), runtime.clock())
        person = await people.person_of(connection, link.account_id) if link else None
    if link is None or person is None:
        return await dead_link(visit)
    new = claiming(link, person)
    email = check_address(visit, form) if new else person.account.email
    password = check_new_password(visit, form, email)
    status = 422
    if form.ok:
        try:
            return await use_new_password(visit, code, email if new else None, await passwords.make_hash(password))
        except EmailTaken:
            form.wrong("email", visit.text("There is another account with this address"))
        except PromptreelError as error:
            status = refuse(visit, form, error)
    return await show_form(visit, "new_password.html", form, status, link=link, claiming=new)


async def use_new_password(visit: Visit, code: str, email: str | None, password_hash: str) -> Response:
    """Use the link up: the password is the account's, every browser is signed out, and this one in. Errors: `EmailTaken`."""
    runtime = visit.runtime
    async with runtime.transaction() as connection:
        found = await joining.use_letter(connection, code, purposes(visit), runtime.clock())
        if found is None:
            return await dead_link(visit)
        link, person = found
        account = person.account
        evicted = False
        if link.purpose == "reset":
            evicted = await joining.prove_address(connection, runtime.settings, person)
        if email is not None:
            # Who has the operator's console runs the place: their word for the address is enough.
            await people.set_address(connection, account.id, email, verified=True)
        await people.set_password(connection, account.id, password_hash)
        await people.close_sessions(connection, account.id)
        await letters.drop(connection, account.id)
        await failures.succeeded(connection, runtime.clock(), email or account.email)
        await audit.record(connection, account, "password_changed", account_id=account.id, by=link.purpose)
        if link.purpose == "reset":
            await post.tell(connection, visit, "password", account)
    visit.session = None
    await visit.sign_in(account.id)
    notice = visit.text("Your password is changed, and every other browser is signed out.")
    if email is not None:
        notice = visit.text("This installation is yours. Sign in as %(email)s from now on.", email=email)
    return await visit.redirect("/create", evicted_text(visit) if evicted else notice)


ROUTES = [
    page("/forgot", access="anyone", GET=show_forgot, POST=send_forgot),
    page("/magic", access="anyone", GET=show_magic, POST=send_magic),
    page("/magic/{code}", access="anyone", GET=show_magic_link, POST=use_magic_link),
    page("/verify/{code}", access="anyone", GET=show_confirm, POST=confirm),
    page("/reset/{code}", access="anyone", GET=show_new_password, POST=choose_password),
    page("/start/{code}", access="anyone", GET=show_new_password, POST=choose_password),
]
