"""The commands about accounts, their tokens and credits, on the database of the data folder, running or not."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from promptreel.console import Data, Json, say, say_json
from promptreel.errors import NotFound, PromptreelError
from promptreel.plans import TIERS
from promptreel.settings import load_settings

Result = TypeVar("Result")

account_app = typer.Typer(help="Accounts: make and list them.", no_args_is_help=True)
token_app = typer.Typer(help="Tokens of accounts: make, list and revoke them.", no_args_is_help=True)
credits_app = typer.Typer(help="Credits of accounts.", no_args_is_help=True)
ledger_app = typer.Typer(help="The ledger of all credits.", no_args_is_help=True)

Who = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's e-mail address or number.")]


def in_database(data: Path | None, work: Callable[[Any], Awaitable[Result]]) -> Result:
    """The result of `work(connection)` in one transaction, on the database of the data folder, running or not."""
    from promptreel import database

    with database.in_use(load_settings(data=data)) as url:
        return database.run(url, work)


async def account_of(connection: Any, who: str) -> Any:
    """The account, or one clear line. Errors: `NotFound`."""
    from promptreel import accounts

    try:
        return await accounts.find_account(connection, who)
    except NotFound:
        raise Unknown(f"There is no account {who}") from None


class Unknown(NotFound):
    """{what}"""

    def __init__(self, what: str) -> None:
        PromptreelError.__init__(self, what=what)


def as_dict(thing: Any) -> dict[str, Any]:
    """A record for JSON."""
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in asdict(thing).items()}


@account_app.command("create")
def account_create(
    email: Annotated[str, typer.Argument(help="The e-mail address.")],
    tier: Annotated[str, typer.Option("--tier", help=f"One of {', '.join(TIERS)}.")] = "free",
    amount: Annotated[int, typer.Option("--credits", min=0, help="Credits to begin with.")] = 0,
    operator: Annotated[bool, typer.Option("--operator", help="Let it run the place in the dashboard.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make an account with a token, which is shown now and never again."""
    from promptreel import accounts, credits

    async def create(connection: Any) -> tuple[accounts.Account, str]:
        account = await accounts.create_account(connection, email, tier, verified=True, operator=operator)
        if amount:
            await credits.grant(connection, account.id, amount, f"account:{account.id}", "operator", "first credits")
        _, text = await accounts.create_token(connection, account.id)
        return account, text

    account, token = in_database(data, create)
    if as_json:
        say_json({"account_id": account.id, "email": account.email, "tier": tier, "credits": amount, "token": token})
    else:
        say(f"Account {account.id}: {account.email}, tier {account.tier}, {amount} credits. Its token, shown only now:")
        say(token)


@account_app.command("list")
def account_list(data: Data = None, as_json: Json = False) -> None:
    """List all accounts."""
    from promptreel import accounts, credits

    async def read(connection: Any) -> list[dict[str, Any]]:
        rows = []
        for account in await accounts.list_accounts(connection):
            wallet = await credits.balance(connection, account.id)
            rows.append(as_dict(account) | {"credits": wallet.available, "held": wallet.held})
        return rows

    rows = in_database(data, read)
    if as_json:
        say_json(rows)
        return
    for row in rows:
        note = ", suspended" if row["suspended"] else ""
        say(f"{row['id']:>6}  {row['email']}  {row['tier']}, {row['credits']} credits, {row['held']} held{note}")


@account_app.command("link")
def account_link(
    who: Who,
    url: Annotated[str | None, typer.Option("--url", help="Where the server is reached.", show_default=False)] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a link that signs its holder in, once, to choose a password in the dashboard."""
    from datetime import UTC, datetime

    from promptreel import joining, letters
    from promptreel.serve import address

    settings = load_settings(data=data)
    now = datetime.now(UTC)

    async def make(connection: Any) -> str:
        account = await account_of(connection, who)
        if account.suspended:
            raise Unknown(f"The account {account.email} is suspended")
        return await joining.make_start_link(connection, account, now)

    path = in_database(data, make)
    link = (url or settings.public_url or address(settings)).rstrip("/") + path
    if as_json:
        say_json({"url": link, "expires_at": now + letters.LASTS["start"]})
    else:
        say("This link works once, for a day; whoever opens it is that account:")
        say(link)


@token_app.command("create")
def token_create(
    who: Who,
    name: Annotated[str, typer.Option("--name", help="What it is for.")] = "default",
    scopes: Annotated[list[str] | None, typer.Option("--scope", help="read, write or admin; may be repeated.")] = None,
    days: Annotated[float | None, typer.Option("--days", min=0.001, max=36500, help="How long it is valid.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a token, which is shown now and never again."""
    from datetime import UTC, datetime, timedelta

    from promptreel import accounts

    expires = datetime.now(UTC) + timedelta(days=days) if days else None

    async def create(connection: Any) -> tuple[accounts.Token, str]:
        account = await account_of(connection, who)
        return await accounts.create_token(connection, account.id, name, tuple(scopes or ("read", "write")), expires)

    token, text = in_database(data, create)
    if as_json:
        say_json(as_dict(token) | {"token": text})
    else:
        say(f"Token {token.id} ({name}: {', '.join(sorted(token.scopes))}), shown only now:")
        say(text)


@token_app.command("list")
def token_list(who: Who, data: Data = None, as_json: Json = False) -> None:
    """List an account's tokens."""
    from promptreel import accounts

    async def read(connection: Any) -> list[accounts.Token]:
        account = await account_of(connection, who)
        return await accounts.list_tokens(connection, account.id)

    tokens = in_database(data, read)
    if as_json:
        say_json([as_dict(token) for token in tokens])
        return
    for token in tokens:
        state = "revoked" if token.revoked_at else f"last used {token.last_used_at or 'never'}"
        say(f"{token.id:>6}  …{token.last_four}  {token.name} ({', '.join(sorted(token.scopes))}), {state}")


@token_app.command("revoke")
def token_revoke(
    who: Who,
    token_id: Annotated[int, typer.Argument(metavar="TOKEN", help="The token's number, see token list.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """End a token at once."""
    from promptreel import accounts

    async def revoke(connection: Any) -> None:
        account = await account_of(connection, who)
        try:
            await accounts.revoke_token(connection, account.id, token_id)
        except NotFound:
            raise Unknown(f"{account.email} has no token {token_id}") from None

    in_database(data, revoke)
    if as_json:
        say_json({"id": token_id, "revoked": True})
    else:
        say(f"Token {token_id} is revoked.")


@credits_app.command("grant")
def credits_grant(
    who: Who,
    amount: Annotated[int, typer.Argument(metavar="N", help="How many credits.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for the ledger.")] = "",
    key: Annotated[str | None, typer.Option("--key", help="The same key is granted only once.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Give credits to an account."""
    from uuid import uuid4

    from promptreel import accounts, credits

    async def grant(connection: Any) -> tuple[accounts.Account, bool, credits.Wallet]:
        account = await account_of(connection, who)
        granted = await credits.grant(connection, account.id, amount, key or uuid4().hex, "operator", reason)
        return account, granted, await credits.balance(connection, account.id)

    account, granted, wallet = in_database(data, grant)
    if as_json:
        say_json({"account_id": account.id, "granted": amount if granted else 0, "credits": wallet.available})
    else:
        say(
            f"{account.email} now has {wallet.available} credits."
            + ("" if granted else " (That key was granted before.)")
        )


@ledger_app.command("audit")
def ledger_audit(data: Data = None, as_json: Json = False) -> None:
    """Prove that all credits add up. Exit status 1 where they do not."""
    from promptreel import credits, database

    with database.in_use(load_settings(data=data)) as url:
        # The audit opens a transaction of its own, for one snapshot.
        differences = [str(one) for one in database.run(url, credits.audit, in_transaction=False)]
    if as_json:
        say_json({"sound": not differences, "differences": differences})
    elif not differences:
        say("The ledger is sound.")
    else:
        for difference in differences:
            say(difference)
    if differences:
        raise typer.Exit(1)
