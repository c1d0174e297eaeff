"""The letters: what each says, in its reader's language, and what is done for who asked for one.

All of this happens after the answer, so that a page is the same, and as fast, whether the address is known or not.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from promptreel import accounts, audit, failures, joining, letters, people
from promptreel.accounts import Account
from promptreel.errors import EmailTaken
from promptreel.failures import TooManyAttempts
from promptreel.letters import Purpose
from promptreel.mail import Letter
from promptreel.web import i18n

if TYPE_CHECKING:
    from promptreel.runtime import Runtime
    from promptreel.web.door import Visit

PATHS: dict[Purpose, str] = {
    "verify": "/verify/",
    "change": "/verify/",
    "reset": "/reset/",
    "magic": "/magic/",
    "start": "/start/",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where letters are written: what of a visit is still needed when it is over."""

    runtime: "Runtime"
    base_url: str
    locale: str

    @classmethod
    def of(cls, visit: "Visit") -> "Desk":
        """The desk of who visits."""
        return cls(visit.runtime, visit.base_url, visit.locale)

    async def send(self, kind: str, to: str, locale: str | None, link: str = "", **values: str) -> None:
        """Write a letter in the language of its reader and send it."""
        subject, paragraphs = wording(kind, locale or self.locale, self.base_url, link, **values)
        text = "\n\n".join(paragraphs)
        await self.runtime.mailer.send(Letter(kind, to, subject, f"{text}\n\n-- \n{self.base_url}\n"))

    async def send_link(self, purpose: Purpose, account: Account, to: str = "") -> None:
        """Send a one-time link."""
        to = to or account.email
        async with self.runtime.transaction() as connection:
            secret = await letters.write(connection, account.id, purpose, to, self.runtime.clock())
        await self.send(purpose, to, account.locale, self.base_url + PATHS[purpose] + secret)

    # -- what people ask for ---------------------------------------------------------------------------------------------

    async def may_write_to(self, email: str) -> bool:
        """Whether an address has not been sent too many letters; nobody is told if it has."""
        try:
            async with self.runtime.transaction() as connection:
                await failures.attempt(connection, self.runtime.clock(), letters=email)
        except TooManyAttempts:
            return False
        return True

    async def link_for(self, purpose: Purpose, email: str) -> None:
        """For who forgot their password, or wants to sign in by a letter: a link, where the address is known."""
        async with self.runtime.pool.connection() as connection:
            person = await people.find_person(connection, email)
        if person and not person.account.suspended and await self.may_write_to(email):
            await self.send_link(purpose, person.account)

    async def sign_up(self, email: str, password_hash: str) -> None:
        """For who signed up: an account and a link that confirms it, or word that there is one already."""
        if not await self.may_write_to(email):
            return
        try:
            async with self.runtime.transaction() as connection:
                account = await joining.sign_up(
                    connection, self.runtime.settings, email, password_hash, locale=self.locale
                )
        except EmailTaken:
            async with self.runtime.pool.connection() as connection:
                person = await people.find_person(connection, email)
            if person and not person.account.suspended:
                await self.send("taken", person.account.email, person.account.locale)
            return
        await self.send_link("verify", account)

    async def new_address(self, account: Account, email: str) -> None:
        """For who changes their address: a link to the new one, or word to it that it has an account already."""
        if not await self.may_write_to(email):
            return
        async with self.runtime.pool.connection() as connection:
            taken = await people.find_person(connection, email)
        if taken and taken.account.id != account.id:
            await self.send("taken", taken.account.email, taken.account.locale)
        else:
            await self.send_link("change", account, email)

    async def tell(self, kind: str, account: Account, to: str = "", **values: str) -> None:
        """Tell somebody what was done with their account, in case it was not they."""
        await self.send(kind, to or account.email, account.locale, **values)


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
