"""Signing up and signing in with a password.

Nothing here tells whether an address is known where letters go out: the page, its status and the work done before it are the
same, and what differs happens after the answer. Where no mail is set up a new account is signed in at once, and only that it
cannot be made tells that there is one.
"""

from starlette.responses import Response

from promptreel import failures, joining, passwords, people
from promptreel.errors import EmailTaken, PromptreelError
from promptreel.failures import TooManyAttempts
from promptreel.joining import SignupClosed
from promptreel.passwords import TooManySignIns
from promptreel.web import i18n, post
from promptreel.web.door import Visit, page, safe_next
from promptreel.web.forms import Form
from promptreel.web.post import plausible

SHEETS = ("account.css",)


# -- what the pages around an account share ----------------------------------------------------------------------------


def delay_text(visit: Visit, error: TooManyAttempts) -> str:
    """How long to wait, in words."""
    return visit.text("Too many attempts. Try again in %(span)s.", span=i18n.span(error.seconds, visit.locale))


def refuse(visit: Visit, form: Form, error: PromptreelError, field: str = "") -> int:
    """Tell a failure in the form; the status of the page."""
    if isinstance(error, TooManyAttempts):
        form.wrong("", delay_text(visit, error))
        return 429
    form.wrong("" if isinstance(error, TooManySignIns) else field, visit.error_text(error))
    return 503 if isinstance(error, TooManySignIns) else 422


def check_address(visit: Visit, form: Form, name: str = "email") -> str:
    """The mail address that was typed; what is wrong with it is told beside the field."""
    email = form[name]
    if not email:
        form.wrong(name, visit.text("Enter your e-mail address"))
    elif not plausible(email):
        form.wrong(name, visit.text("This is no e-mail address: it looks like name@example.com"))
    return email


def check_new_password(visit: Visit, form: Form, email: str, name: str = "password") -> str:
    """The password that was chosen; what is wrong with it is told beside the field."""
    password = form.values[name]
    try:
        passwords.check(password, email)
    except PromptreelError as error:
        form.wrong(name, visit.error_text(error))
    return password


async def show_form(visit: Visit, template: str, form: Form, status: int = 200, **context: object) -> Response:
    """A page around one form."""
    return await visit.render(
        template,
        status,
        form=form,
        sheets=SHEETS,
        settings=visit.runtime.settings,
        real_mail=visit.runtime.mailer.real,
        phrases=[passwords.suggest() for _ in range(3)],
        shortest=passwords.SHORTEST,
        next=safe_next(form["next"] or visit.query.get("next")),
        **context,
    )


async def show_sent(visit: Visit, title: str, text: str, email: str) -> Response:
    """The page that is the same whether a letter was sent or not."""
    return await visit.render(
        "sent.html", sheets=SHEETS, title=title, text=text, email=email, real_mail=visit.runtime.mailer.real
    )


# -- signing up --------------------------------------------------------------------------------------------------------


async def show_sign_up(visit: Visit) -> Response:
    """GET /signup"""
    if visit.session is not None:
        return await visit.redirect(safe_next(visit.query.get("next")))
    async with visit.runtime.pool.connection() as connection:
        first = await joining.is_empty(connection)
    return await show_form(visit, "signup.html", Form("signup", visit.query), first=first)


async def sign_up(visit: Visit) -> Response:
    """POST /signup"""
    runtime = visit.runtime
    form = Form("signup", await visit.form())
    email = check_address(visit, form)
    password = check_new_password(visit, form, email)
    status = 422
    try:
        if runtime.settings.signup != "open":
            raise SignupClosed
        if form.ok:
            async with runtime.transaction() as connection:
                await failures.attempt(connection, runtime.clock(), signup=visit.network)
            # Also for an address that is taken: it costs the same time.
            password_hash = await passwords.make_hash(password)
            if runtime.mailer.real:
                async with runtime.transaction() as connection:
                    await post.ask(connection, visit, "sign_up", email=email, password_hash=password_hash)
                text = visit.text("Follow the link in our letter to confirm your address. It works for three days.")
                return await show_sent(visit, visit.text("Check your inbox"), text, email)
            async with runtime.transaction() as connection:
                account = await joining.sign_up(connection, runtime.settings, email, password_hash, locale=visit.locale)
            await visit.sign_in(account.id)
            return await visit.redirect(
                safe_next(form["next"]), visit.text("Welcome. Describe your first video below.")
            )
    except EmailTaken:
        form.wrong("email", visit.text("There is an account with this address. Sign in instead, if it is yours"))
    except PromptreelError as error:
        status = refuse(visit, form, error)
    return await show_form(visit, "signup.html", form, status, first=False)


# -- signing in --------------------------------------------------------------------------------------------------------


async def show_sign_in(visit: Visit) -> Response:
    """GET /signin"""
    if visit.session is not None:
        return await visit.redirect(safe_next(visit.query.get("next")))
    return await show_form(visit, "signin.html", Form("signin", visit.query))


async def sign_in(visit: Visit) -> Response:
    """POST /signin"""
    form = Form("signin", await visit.form())
    status = 422
    if not form["email"]:
        form.wrong("email", visit.text("Enter your e-mail address"))
    if not form.values["password"]:
        form.wrong("password", visit.text("Enter your password"))
    if form.ok:
        try:
            person = await prove_password(visit, form["email"], form.values["password"])
        except PromptreelError as error:
            status = refuse(visit, form, error)
        else:
            if person is None:
                form.wrong("", visit.text("The address or the password is wrong."))
            elif person.account.suspended:
                form.wrong("", visit.text("This account is suspended."))
                status = 403
            else:
                await visit.sign_in(person.account.id)
                return await visit.redirect(safe_next(form["next"]))
    return await show_form(visit, "signin.html", form, status)


async def prove_password(visit: Visit, email: str, password: str) -> people.Person | None:
    """Whose address and password they are; None where they do not fit.

    The same work for every address: a count, a look, and a hash. Errors: `TooManyAttempts`, `TooManySignIns`.
    """
    runtime = visit.runtime
    async with runtime.transaction() as connection:
        await failures.attempt(connection, runtime.clock(), account=email, network=visit.network)
        person = await people.find_person(connection, email)
    stored = person.password_hash if person else None
    if not await passwords.matches(stored, password) or person is None or stored is None:
        return None
    # After the hash and not before: the next sign-in of this account may already wait.
    renewed = await passwords.make_hash(password) if passwords.is_stale(stored) else None
    async with runtime.transaction() as connection:
        await failures.succeeded(connection, runtime.clock(), email, visit.network)
        if renewed:
            await people.set_password(connection, person.account.id, renewed)
    return person


ROUTES = [
    page("/signup", access="anyone", GET=show_sign_up, POST=sign_up),
    page("/signin", access="anyone", GET=show_sign_in, POST=sign_in),
]
