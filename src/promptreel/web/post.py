"""The letters: what each says, in its reader's language, and how a page asks for one.

A page only leaves an errand (`outbox`), in the transaction of what it is about; `postman` does the rest after the answer. So a
page is the same, and as fast, whether an address is known or not, and nothing is lost when the server stops.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from promptreel import accounts, audit, letters, outbox
from promptreel.accounts import Account
from promptreel.db.pool import Connection
from promptreel.letters import Purpose
from promptreel.web import i18n

if TYPE_CHECKING:
    from promptreel.web.door import Visit

PATHS: dict[Purpose, str] = {
    "verify": "/verify/",
    "change": "/verify/",
    "reset": "/reset/",
    "magic": "/magic/",
    "start": "/start/",
}
LASTS = timedelta(days=3)
"""How long after it was asked for a letter without a link is still worth sending."""

Request = Literal["sign_up", "link", "new_address", "confirm"]


async def ask(
    connection: Connection, visit: "Visit", request: Request, lasts: timedelta = LASTS, **detail: Any
) -> None:
    """Leave a request of which nobody may see whether it comes to a letter: `postman` knows what each needs."""
    detail |= {"base_url": visit.base_url, "locale": visit.locale}
    await outbox.put(connection, request, detail, visit.runtime.clock(), lasts)


async def tell(
    connection: Connection, visit: "Visit", kind: str, account: Account, to: str = "", **values: str
) -> None:
    """Leave a letter to somebody, most often of what was done with their account, in case it was not they."""
    now = visit.runtime.clock()
    await put_letter(connection, kind, account, visit.base_url, visit.locale, now, to=to, **values)


async def put_letter(
    connection: Connection,
    kind: str,
    account: Account,
    base_url: str,
    locale: str,
    now: datetime,
    *,
    to: str = "",
    **values: str,
) -> None:
    """Leave a letter to be sent, in the language of the account or else in `locale`. A link is made when it is."""
    detail = {
        "kind": kind,
        "account_id": account.id,
        "to": to or account.email,
        "locale": account.locale or locale,
        "base_url": base_url,
        "values": values,
    }
    await outbox.put(connection, "letter", detail, now, letters.LASTS.get(kind, LASTS))  # type: ignore[call-overload]


def wording(kind: str, locale: str, base_url: str, link: str, **values: str) -> tuple[str, list[str]]:
    """Subject and paragraphs of a letter."""
    text = i18n.translations(locale).gettext
    ignore = text("If this was not you, you need do nothing: without this letter nobody gets any further.")
    alarm = text(
        "If this was not you, choose a new password now: %(url)s/forgot. It signs out every browser that is not yours."
    ) % {"url": base_url}
    if kind == "verify":
        return text("Confirm your address"), [
            text("Welcome to promptreel. One step is left: confirm that this is your address."),
            link,
            text("The link works once, for three days."),
            ignore,
        ]
    if kind == "change":
        return text("Confirm your new address"), [
            text("You want to use this address for your promptreel account. Confirm it here:"),
            link,
            text("The link works once, for a day. Until then your old address stays."),
            ignore,
        ]
    if kind == "reset":
        return text("Choose a new password"), [
            text("Here you can choose a new password for your promptreel account:"),
            link,
            text("The link works once, for half an hour."),
            ignore,
        ]
    if kind == "magic":
        return text("Your link to sign in"), [
            text("Follow this link to sign in to promptreel:"),
            link,
            text("It works once, for half an hour. Give it to nobody: who has it is you."),
            ignore,
        ]
    if kind == "taken":
        return text("You already have an account"), [
            text("Somebody, most likely you, wanted to use this address for a new promptreel account. It has one."),
            text("Sign in here: %(url)s/signin") % {"url": base_url},
            text("If you no longer know the password: %(url)s/forgot") % {"url": base_url},
            text("If this was not you, you need do nothing: your account is as it was."),
        ]
    if kind == "moved":
        return text("Your address was changed"), [
            text("Your promptreel account now uses the address %(email)s instead of this one.") % values,
            text("If this was not you, write to whoever runs %(url)s at once.") % {"url": base_url},
        ]
    if kind == "asked_to_move":
        return text("Somebody wants to change your address"), [
            text("Your promptreel account is about to use the address %(email)s instead of this one.") % values,
            alarm,
        ]
    assert kind == "password"
    return text("Your password was changed"), [
        text("The password of your promptreel account was just changed."),
        alarm,
    ]


async def note(visit: "Visit", action: str, **detail: Any) -> None:
    """Write what concerns the account's safety into the audit log."""
    async with visit.runtime.transaction() as connection:
        await audit.record(connection, visit.account, action, account_id=visit.account.id, **detail)


def plausible(email: str) -> bool:
    """Whether somebody may be reached under an address that was typed."""
    return accounts.EMAIL.fullmatch(email) is not None and email.isascii() and not set(email) & set('"(),:;<>[\\]')
