"""GET /settings and what is set there: address, password, language, sign-ins; taking everything along, and leaving."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import cache, wraps

from babel.core import get_global
from starlette.responses import Response, StreamingResponse

from promptreel import audit, failures, leaving, letters, passwords, people
from promptreel.errors import EmailTaken, PromptreelError
from promptreel.failures import TooManyAttempts
from promptreel.operators import LastOperator
from promptreel.people import Person
from promptreel.web import agents, export, i18n, post
from promptreel.web.door import Visit, page, safe_next
from promptreel.web.forms import Form
from promptreel.web.post import note
from promptreel.web.signing_in import SHEETS, check_address, check_new_password, delay_text, prove_password, refuse

FRESH = timedelta(minutes=15)
"""How long after signing in somebody without a password may do what others need theirs for."""

TOP = "/settings#main"
"""Back to the page, where the notice is: without a fragment of its own an answer keeps that of the form."""

CONTINENTS = (
    "Africa",
    "America",
    "Antarctica",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


@cache
def zones() -> dict[str, list[str]]:
    """Time zones that people live in, by continent."""
    names = sorted(set(get_global("zone_territories")) & i18n.known_zones())
    return {place: [name for name in names if name.startswith(f"{place}/")] for place in CONTINENTS}


async def person_of(visit: Visit) -> Person:
    """The person who is signed in."""
    async with visit.runtime.pool.connection() as connection:
        person = await people.person_of(connection, visit.account.id)
    assert person is not None
    return person


async def show(visit: Visit) -> Response:
    """GET /settings"""
    return await show_with(visit)


async def show_with(visit: Visit, wrong: Form | None = None, status: int = 200) -> Response:
    """The page; `wrong`: the form that was sent and cannot be done."""
    runtime, account, session = visit.runtime, visit.account, visit.session
    assert session is not None
    async with runtime.pool.connection() as connection:
        person = await people.person_of(connection, account.id)
        browsers = await people.list_sessions(connection, account.id, runtime.clock(), session.id)
        identities = await people.list_identities(connection, account.id)
    forms = {name: Form(name) for name in ("mail", "password", "profile", "delete")}
    forms["profile"] = Form("profile", {"locale": account.locale or "", "zone": account.zone or ""})
    if wrong is not None:
        forms[wrong.name] = wrong
    return await visit.render(
        "settings.html",
        status,
        sheets=SHEETS,
        settings=runtime.settings,
        real_mail=runtime.mailer.real,
        has_password=bool(person and person.password_hash),
        fresh=is_fresh(visit),
        browsers=[(browser, *agents.describe(browser.agent)) for browser in browsers],
        identities=identities,
        zones=zones(),
        phrases=[passwords.suggest() for _ in range(3)],
        shortest=passwords.SHORTEST,
        **{f"{name}_form": form for name, form in forms.items()},
    )


Step = Callable[[Visit], Awaitable[Response]]


def only_oneself(step: Step) -> Step:
    """Refuse an operator who is signed in as somebody else: these things are for the person alone."""

    @wraps(step)
    async def guarded(visit: Visit) -> Response:
        if visit.acting:
            text = visit.text("An operator who is signed in as somebody else may not do that.")
            return await visit.redirect(TOP, text, "bad")
        return await step(visit)

    return guarded


# -- that it is really they --------------------------------------------------------------------------------------------


def is_fresh(visit: Visit) -> bool:
    """Whether this browser has signed in just now."""
    return visit.session is not None and visit.runtime.clock() - visit.session.created_at < FRESH


async def confirm_person(visit: Visit, form: Form, name: str = "current") -> int:
    """Ask for the password once more, or for a fresh sign-in of who has none; the status of a page that says no."""
    person = await person_of(visit)
    if person.password_hash is None:
        if not is_fresh(visit):
            form.wrong("", visit.text("Sign out and in again first, so that we know it is you."))
        return 422
    try:
        proven = await prove_password(visit, person.account.email, form.values[name])
    except PromptreelError as error:
        return refuse(visit, form, error)
    if proven is None:
        form.wrong(name, visit.text("This is not your password"))
    return 422


# -- address -----------------------------------------------------------------------------------------------------------


@only_oneself
async def change_address(visit: Visit) -> Response:
    """POST /settings/mail: at once where no mail is sent, else when the new address is confirmed."""
    runtime, account = visit.runtime, visit.account
    form = Form("mail", await visit.form())
    email = check_address(visit, form)
    status = 422
    if email.lower() == account.email.lower():
        form.wrong("email", visit.text("This is your address already"))
    if form.ok:
        status = await confirm_person(visit, form)
    if form.ok and runtime.mailer.real:
        async with runtime.transaction() as connection:
            await post.ask(
                connection, visit, "new_address", letters.LASTS["change"], account_id=account.id, email=email
            )
            await post.tell(connection, visit, "asked_to_move", account, email=email)
            await audit.record(connection, account, "address_change_asked", account_id=account.id, to=email)
        text = visit.text("Follow the link in our letter to %(email)s. Until then your old address stays.", email=email)
        return await visit.redirect(TOP, text)
    if form.ok:
        try:
            async with runtime.transaction() as connection:
                await people.set_address(connection, account.id, email, verified=False)
                await letters.drop(connection, account.id)
                await audit.record(connection, account, "address_changed", account_id=account.id, to=email)
        except EmailTaken:
            form.wrong("email", visit.text("There is another account with this address"))
        else:
            return await visit.redirect(TOP, visit.text("Your address is now %(email)s.", email=email))
    return await show_with(visit, form, status)


@only_oneself
async def send_confirmation(visit: Visit) -> Response:
    """POST /settings/verify: the letter that confirms the address, once more."""
    account, runtime = visit.account, visit.runtime
    back = safe_next(Form("verify", await visit.form())["next"], "/settings")
    if account.verified or not account.reachable or not runtime.mailer.real:
        return await visit.redirect(back)
    try:
        async with runtime.transaction() as connection:
            await failures.attempt(connection, runtime.clock(), letters=account.email)
            await post.tell(connection, visit, "verify", account)
    except TooManyAttempts as error:
        return await visit.redirect(back, delay_text(visit, error), "bad")
    return await visit.redirect(back, visit.text("A letter is on its way to %(email)s.", email=account.email))


# -- password ----------------------------------------------------------------------------------------------------------


@only_oneself
async def change_password(visit: Visit) -> Response:
    """POST /settings/password: every other browser is signed out."""
    runtime, account = visit.runtime, visit.account
    form = Form("password", await visit.form())
    password = check_new_password(visit, form, account.email)
    status = 422
    if form.ok:
        status = await confirm_person(visit, form)
    try:
        password_hash = await passwords.make_hash(password) if form.ok else ""
    except PromptreelError as error:
        status = refuse(visit, form, error)
    if not form.ok:
        return await show_with(visit, form, status)
    async with runtime.transaction() as connection:
        await people.set_password(connection, account.id, password_hash)
        await people.close_sessions(connection, account.id)
        await letters.drop(connection, account.id, "reset", "magic", "start")
        await audit.record(connection, account, "password_changed", account_id=account.id, by="settings")
        await post.tell(connection, visit, "password", account)
    # This browser, too, has a new secret from now on.
    visit.session = None
    await visit.sign_in(account.id)
    text = visit.text("Your password is changed, and every other browser is signed out.")
    return await visit.redirect(TOP, text)


# -- language and time zone --------------------------------------------------------------------------------------------


@only_oneself
async def save_profile(visit: Visit) -> Response:
    """POST /settings/profile"""
    form = Form("profile", await visit.form())
    locale, zone = form["locale"], form["zone"]
    if locale and locale not in i18n.LOCALES:
        form.wrong("locale", visit.text("Choose one of the list"))
    if zone and i18n.zone_name(zone) != zone:
        form.wrong("zone", visit.text("Choose one of the list"))
    if not form.ok:
        return await show_with(visit, form, 422)
    async with visit.runtime.transaction() as connection:
        await people.set_language(connection, visit.account.id, locale or None, zone or None)
    saved = i18n.translations(locale or visit.locale).gettext("Saved.")
    return await visit.redirect(TOP, saved)


# -- sign-ins ----------------------------------------------------------------------------------------------------------


@only_oneself
async def end_sessions(visit: Visit) -> Response:
    """POST /settings/sessions: one browser is signed out, or all others."""
    form = await visit.form()
    chosen = str(form.get("session", ""))
    assert visit.session is not None
    async with visit.runtime.transaction() as connection:
        if chosen == "others":
            ended = await people.close_sessions(connection, visit.account.id, but=visit.session.id)
        elif chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
            ended = int(await people.close_session(connection, visit.account.id, int(chosen)))
        else:
            ended = 0
        if ended:
            await audit.record(connection, visit.account, "sessions_ended", account_id=visit.account.id, count=ended)
    return await visit.redirect(TOP, visit.text("Signed out there.") if ended else "")


@only_oneself
async def disconnect(visit: Visit) -> Response:
    """POST /settings/identities: no longer sign in at another site. Who has no password keeps the way in."""
    person = await person_of(visit)
    if person.password_hash is None and not visit.runtime.mailer.real:
        text = visit.text("Choose a password first, or there would be no way in.")
        return await visit.redirect(TOP, text, "bad")
    async with visit.runtime.transaction() as connection:
        await people.drop_identities(connection, visit.account.id)
        await audit.record(connection, visit.account, "identities_disconnected", account_id=visit.account.id)
    return await visit.redirect(TOP, visit.text("Disconnected."))


# -- taking along, and leaving -----------------------------------------------------------------------------------------


@only_oneself
async def take_along(visit: Visit) -> Response:
    """GET /settings/export.zip"""
    if visit.request.method == "GET":
        await note(visit, "data_exported")
    name = f"promptreel-{visit.runtime.clock():%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(export.stream(visit.runtime, visit.account), 200, headers, "application/zip")


@only_oneself
async def leave(visit: Visit) -> Response:
    """POST /settings/delete"""
    runtime, account = visit.runtime, visit.account
    form = Form("delete", await visit.form())
    if form["confirm"].lower() != account.email.lower():
        form.wrong("confirm", visit.text("Type your address as it stands above"))
    status = 422
    if form.ok:
        status = await confirm_person(visit, form)
    if form.ok:
        try:
            async with runtime.transaction() as connection:
                folders = await leaving.delete_account(connection, runtime.queue, account)
        except LastOperator as error:
            form.wrong("", visit.error_text(error))
        else:
            for folder in folders:
                await runtime.storage.delete_prefix(folder)
            visit.session = None
            visit.set_session_cookie("")
            text = visit.text("Your videos, tokens and sign-ins are gone. Thank you for having been here.")
            title = visit.text("Your account is deleted")
            return await visit.render("done.html", sheets=SHEETS, title=title, text=text)
    return await show_with(visit, form, status)


ROUTES = [
    page("/settings", GET=show),
    page("/settings/mail", GET=show, POST=change_address),
    page("/settings/verify", POST=send_confirmation),
    page("/settings/password", GET=show, POST=change_password),
    page("/settings/profile", GET=show, POST=save_profile),
    page("/settings/sessions", GET=show, POST=end_sessions),
    page("/settings/identities", GET=show, POST=disconnect),
    page("/settings/export.zip", GET=take_along),
    page("/settings/delete", GET=show, POST=leave),
]
