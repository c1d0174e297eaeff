"""Becoming somebody here: by an address and a password, or as another site knows one; and proving that an address is one's own.

Whoever signs up with an address may not be the one who reads its letters. So when the address is proved, by a letter or by
another site's word, whatever somebody else may have put into the account before is removed: their password, their sessions,
their tokens, their identities. Only who proves it with the password too was the same person all along.
"""

import hashlib
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from promptreel import accounts, audit, credits, letters, people
from promptreel.accounts import Account
from promptreel.db.pool import Connection
from promptreel.errors import PromptreelError
from promptreel.people import Person
from promptreel.settings import Settings


class SignupClosed(PromptreelError):
    """New accounts are made by those who run this place"""

    slug = "signup_closed"


async def is_empty(connection: Connection) -> bool:
    """Whether nobody is here yet."""
    cursor = await connection.execute("SELECT NOT EXISTS (SELECT FROM accounts) AS empty")
    row = await cursor.fetchone()
    return bool(row and row["empty"])


async def sign_up(
    connection: Connection,
    settings: Settings,
    email: str,
    password_hash: str | None,
    *,
    verified: bool = False,
    locale: str | None = None,
) -> Account:
    """A new account. The first one on an empty installation runs it.

    Errors: `SignupClosed`, `InvalidInput` for what is no address, `EmailTaken`.
    """
    if settings.signup != "open":
        raise SignupClosed
    first = await is_empty(connection)
    if first:
        # Of two who are first at the same time one is.
        await connection.execute("LOCK TABLE accounts IN SHARE ROW EXCLUSIVE MODE")
        first = await is_empty(connection)
    account = await accounts.create_account(connection, email, settings.signup_tier, verified=verified, operator=first)
    await people.set_password(connection, account.id, password_hash)
    await people.set_language(connection, account.id, locale, None)
    await audit.record(connection, account, "signed_up", account_id=account.id, operator=first)
    if verified or not settings.mail_url:
        await give_credits(connection, settings, account)
    return account


async def give_credits(connection: Connection, settings: Settings, account: Account) -> None:
    """What a new account begins with, once for each address: who goes and comes again is not new."""
    if settings.signup_credits:
        key = f"signup:{hashlib.sha256(account.email.lower().encode()).hexdigest()}"
        await credits.grant(connection, account.id, settings.signup_credits, key, "promptreel", "sign-up")


async def prove_address(
    connection: Connection, settings: Settings, person: Person, *, knows_password: bool = False
) -> bool:
    """Note that the account's address is known to be the person's who acts; they are yet to be signed in.

    True where something of whoever was there before was removed.
    """
    account = person.account
    if account.verified:
        return False
    identities = await people.list_identities(connection, account.id)
    evict = not knows_password and (person.password_hash is not None or bool(identities))
    if evict:
        await people.set_password(connection, account.id, None)
        await people.drop_identities(connection, account.id)
        await people.close_sessions(connection, account.id)
        for token in await accounts.list_tokens(connection, account.id):
            await accounts.revoke_token(connection, account.id, token.id)
    await connection.execute("UPDATE accounts SET verified_at = now() WHERE id = %s", [account.id])
    await letters.drop(connection, account.id, "verify")
    # Who signed up is given credits once they can be reached; who was made by an operator has what the operator gave.
    if person.password_hash is not None or identities:
        await give_credits(connection, settings, account)
    await audit.record(connection, account, "address_proved", account_id=account.id, others_removed=evict)
    return evict


async def use_letter(
    connection: Connection, secret: str, purposes: tuple[letters.Purpose, ...], now: datetime
) -> tuple[letters.Link, Person] | None:
    """Use a link up and find whose it is; None for one that does not work, or leads to an address left behind since."""
    link = await letters.use(connection, secret, purposes, now)
    person = await people.person_of(connection, link.account_id) if link else None
    if link is None or person is None or person.account.suspended:
        return None
    if link.purpose not in {"change", "start"} and link.email.lower() != person.account.email.lower():
        return None
    return link, person


# -- as another site knows one -----------------------------------------------------------------------------------------


async def enter(
    connection: Connection, settings: Settings, claims: dict[str, Any], locale: str
) -> tuple[Account, bool]:
    """The account of who has signed in at another site: `claims` of a verified ID token. A new one (True) where there is none.

    An account with the same address is theirs only if the issuer says that the address is. Errors: `SignupClosed`.
    """
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    if person := await people.find_by_identity(connection, issuer, subject):
        return person.account, False
    email, proven = str(claims.get("email") or ""), claims.get("email_verified") is True
    taken = await people.find_person(connection, email)
    new = not (taken and proven)
    if taken and proven:
        await prove_address(connection, settings, taken)
        account = taken.account
    else:
        usable = accounts.EMAIL.fullmatch(email) and not taken
        account = await sign_up(
            connection,
            settings,
            email if usable else stand_in_address(issuer, subject),
            None,
            verified=proven and bool(usable),
            locale=locale,
        )
    await people.add_identity(connection, account.id, issuer, subject)
    await audit.record(connection, account, "identity_connected", account_id=account.id, issuer=issuer)
    return account, new


def stand_in_address(issuer: str, subject: str) -> str:
    """An address for who has none that could be believed: unique, and nobody's mailbox."""
    digest = hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()[:16]
    return f"{digest}@{urlsplit(issuer).hostname or 'unknown'}.invalid"


async def make_start_link(connection: Connection, account: Account, now: datetime) -> str:
    """The path of a link that lets its holder choose the account's password, for who runs the place to hand out."""
    secret = await letters.write(connection, account.id, "start", account.email, now)
    await audit.record(connection, None, "start_link_made", account_id=account.id)
    return f"/start/{secret}"
