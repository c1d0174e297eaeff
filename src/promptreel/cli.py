"""The command `promptreel`. What a command needs is imported when it runs, so that none waits for the others' libraries."""

import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from typer import _click as click

from promptreel import __version__
from promptreel.engine_config import POOL
from promptreel.engines_cli import engines_app
from promptreel.errors import InvalidInput, NotFound, PromptreelError, SetupError
from promptreel.plans import QUALITIES, QUALITY_WORDS, TIERS
from promptreel.scenes_cli import bench_app, scenes_app
from promptreel.settings import load_settings
from promptreel.spec import ASPECT_RATIOS

Result = TypeVar("Result")

app = typer.Typer(
    help="A video generation service that you run yourself.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
account_app = typer.Typer(help="Accounts: make and list them.", no_args_is_help=True)
token_app = typer.Typer(help="Tokens of accounts: make, list and revoke them.", no_args_is_help=True)
credits_app = typer.Typer(help="Credits of accounts.", no_args_is_help=True)
ledger_app = typer.Typer(help="The ledger of all credits.", no_args_is_help=True)
app.add_typer(account_app, name="account")
app.add_typer(token_app, name="token")
app.add_typer(credits_app, name="credits")
app.add_typer(ledger_app, name="ledger")
app.add_typer(scenes_app, name="scenes")
app.add_typer(engines_app, name="engines")
app.add_typer(bench_app, name="bench")

Data = Annotated[
    Path | None,
    typer.Option("--data", envvar="PROMPTREEL_DATA", help="The data folder.", show_default="promptreel-data"),
]
Host = Annotated[str | None, typer.Option("--host", help="The address to listen on.", show_default="127.0.0.1")]
Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="0 picks a free one.", show_default="8000")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Leash = Annotated[int | None, typer.Option("--leash", hidden=True)]
Who = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's e-mail address or number.")]


def main() -> NoReturn:
    """Run the command line. What goes wrong is one line on standard error.

    Exit status 2 for what the caller must mend (arguments, the set-up), 130 for Ctrl-C, else 1.
    """
    try:
        code = app(prog_name="promptreel", standalone_mode=False)
    except click.exceptions.UsageError as error:
        path = error.ctx.command_path if error.ctx else "promptreel"
        fail(f"{' '.join(error.format_message().split())} (see {path} --help)", 2)
    except click.exceptions.ClickException as error:
        fail(error.format_message(), 1)
    except (SetupError, InvalidInput) as error:
        fail(error.message, 2)
    except PromptreelError as error:
        fail(error.message, 1)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read us has seen enough; Python would complain of it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def fail(line: str, code: int) -> NoReturn:
    """Say what is wrong, and end."""
    print(f"promptreel: {line}", file=sys.stderr)
    sys.exit(code)


def say(text: str) -> None:
    """Print a line for a person."""
    print(text)


def say_json(value: Any) -> None:
    """Print a value for a program."""
    print(json.dumps(value, default=str))


def show_version(wanted: bool) -> None:
    """`--version`."""
    if wanted:
        say(f"promptreel {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A video generation service that you run yourself."""


# -- servers -----------------------------------------------------------------------------------------------------------


@app.command()
def serve(
    data: Data = None,
    host: Host = None,
    port: Port = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=0, max=64, help="Render slots.", show_default="1")
    ] = None,
    first_video: Annotated[
        bool, typer.Option("--first-video/--no-first-video", help="Whether the first run makes a video.")
    ] = True,
) -> None:
    """Run everything in one: the database, the API and the workers. Ctrl-C stops it."""
    from promptreel import observe
    from promptreel import serve as server

    settings = load_settings(data=data, host=host, port=port, workers=workers)
    observe.set_up_logging(settings)
    server.serve(settings, first_video)


@app.command()
def api(
    data: Data = None,
    host: Host = None,
    port: Port = None,
    listener: Annotated[int | None, typer.Option("--listener", hidden=True)] = None,
    leash: Leash = None,
) -> None:
    """Run the API alone, for a machine of its own."""
    from promptreel import parts

    settings = load_settings(data=data, host=host, port=port)
    parts.run_api(settings, listener, leash)


@app.command()
def worker(
    data: Data = None,
    slots: Annotated[
        int | None, typer.Option("--slots", min=1, max=64, help="Videos rendered at once.", show_default="1")
    ] = None,
    pool: Annotated[str, typer.Option("--pool", help="Whose videos: of the engines that are set to this pool.")] = POOL,
    leash: Leash = None,
) -> None:
    """Run render workers alone, for a machine of their own."""
    from promptreel import parts

    settings = load_settings(data=data)
    if leash is not None:
        parts.run_slot(settings, pool, leash)
    else:
        parts.run_slots(settings, pool, slots or settings.pools.get(pool) or max(1, settings.workers))


@app.command()
def migrate(data: Data = None, as_json: Json = False) -> None:
    """Bring the database's schema up to date."""
    from promptreel.db import migrate as migrations
    from promptreel.db import server

    database = server.start(load_settings(data=data))
    try:
        changed = migrations.migrate(database.url)
    finally:
        database.stop()
    revision = migrations.revisions()[-1]
    if as_json:
        say_json({"changed": changed, "revision": revision})
    else:
        say(f"The schema {'is now' if changed else 'was already'} {revision}.")


@app.command("showcase")
def show_showcase(
    again: Annotated[
        bool, typer.Option("--again", help="Make the films anew; the old ones are shown meanwhile.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Tell how far the films of the front page are, which a running server makes when nobody waits for a video."""
    from promptreel import showcase

    async def read(connection: Any) -> list[dict[str, Any]]:
        if again:
            await showcase.again(connection)
        return [
            {
                "place": stage.film.place,
                "prompt": stage.newest.prompt if stage.newest else stage.film.prompt,
                "status": stage.newest.status.value if stage.newest else "wanted",
                "progress": round(stage.newest.progress, 2) if stage.newest else 0.0,
                "error": stage.newest.error if stage.newest else None,
                "shown": stage.shown is not None,
            }
            for stage in await showcase.stages(connection)
        ]

    films = in_database(data, read)
    if as_json:
        say_json(films)
        return
    for film in films:
        progress = f" {film['progress']:.0%}" if film["status"] == "processing" else ""
        say(f"{film['place']}  {film['status']}{progress}{'  shown' if film['shown'] else ''}  {film['prompt']}")


@app.command()
def doctor(data: Data = None, host: Host = None, port: Port = None, as_json: Json = False) -> None:
    """Check this machine and say what is missing. Exit status 1 where something is."""
    from promptreel import doctor as checks

    found = checks.examine(load_settings(data=data, host=host, port=port))
    if as_json:
        say_json([asdict(check) for check in found])
    else:
        width = max(len(check.name) for check in found)
        for check in found:
            say(f"{'ok ' if check.ok else 'BAD'}  {check.name:<{width}}  {check.found}")
            if check.advice:
                say(f"     {'':<{width}}  {check.advice}")
    if not all(check.ok for check in found):
        raise typer.Exit(1)


# -- videos ------------------------------------------------------------------------------------------------------------

Output = Annotated[Path, typer.Option("--output", "-o", help="The file to write.")]
Url = Annotated[str, typer.Option("--url", envvar="PROMPTREEL_URL", help="The server.")]
TokenOption = Annotated[str, typer.Option("--token", envvar="PROMPTREEL_TOKEN", help="Your token.", show_default=False)]
Local = Annotated[bool, typer.Option("--local", help="Render here and now, without a server.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, max=2**32 - 1, help="The same seed gives the same frames.")]
Duration = Annotated[float | None, typer.Option("--duration", min=1, max=60, help="Seconds.")]
Fps = Annotated[int | None, typer.Option("--fps", help="Frames per second.")]
Negative = Annotated[str | None, typer.Option("--negative-prompt", help="What should not be seen.")]
EngineName = Annotated[str | None, typer.Option("--engine", help="Which engine renders.")]
DEFAULT_URL = "http://127.0.0.1:8000"


@app.command()
def generate(
    prompt: Annotated[str, typer.Argument(help="What to show.")],
    output: Output = Path("video.mp4"),
    quality: Annotated[str, typer.Option("--quality", help=f"One of {', '.join(QUALITY_WORDS)}.")] = "free",
    duration: Duration = None,
    aspect_ratio: Annotated[
        str | None, typer.Option("--aspect-ratio", help=f"One of {', '.join(ASPECT_RATIOS)}.")
    ] = None,
    seed: Seed = None,
    fps: Fps = None,
    negative_prompt: Negative = None,
    engine: EngineName = None,
    url: Url = DEFAULT_URL,
    token: TokenOption = "",
    local: Local = False,
    as_json: Json = False,
) -> None:
    """Make a video of a prompt."""
    from promptreel import making

    if quality not in QUALITY_WORDS:
        raise InvalidInput(f"--quality is one of {', '.join(QUALITY_WORDS)}")
    wishes = {
        "prompt": prompt,
        "quality": quality,
        "duration": duration,
        "aspect_ratio": aspect_ratio,
        "seed": seed,
        "fps": fps,
        "negative_prompt": negative_prompt,
        "engine": engine,
    }
    given = {name: value for name, value in wishes.items() if value is not None}
    if local:
        report(making.make_here(given, None, QUALITIES[QUALITY_WORDS[quality]], output), as_json)
    else:
        report(making.make_there(making.GENERATE, given, output, url, token), as_json)


@app.command()
def animate(
    image: Annotated[str, typer.Argument(help="A picture: a file or a URL.")],
    prompt: Annotated[str, typer.Argument(help="How it should move.")],
    output: Output = Path("video.mp4"),
    duration: Duration = None,
    seed: Seed = None,
    fps: Fps = None,
    negative_prompt: Negative = None,
    engine: EngineName = None,
    url: Url = DEFAULT_URL,
    token: TokenOption = "",
    local: Local = False,
    as_json: Json = False,
) -> None:
    """Bring a picture to life."""
    from promptreel import making

    wishes = {
        "prompt": prompt,
        "duration": duration,
        "seed": seed,
        "fps": fps,
        "negative_prompt": negative_prompt,
        "engine": engine,
    }
    given = {name: value for name, value in wishes.items() if value is not None}
    if local:
        report(making.make_here(given, image, QUALITIES["720p"], output), as_json)
    else:
        given["image"] = making.read_image(image)
        report(making.make_there(making.ANIMATE, given, output, url, token), as_json)


def report(made: dict[str, Any], as_json: bool) -> None:
    """Say where a video is, and what of the prompt it does not show."""
    if as_json:
        say_json(made)
        return
    say(made["file"])
    from promptreel.client import counts, prompt_words

    words, count = prompt_words(made), counts(made)
    if words and count["shown"] < len(words):
        typer.echo(f"{count['shown']} of {len(words)} content words are shown as they are", err=True)
    if missing := [word["text"] for word in words if word["status"] == "not_shown"]:
        typer.echo(f"Not shown of the prompt: {', '.join(missing)}", err=True)
    if stand_ins := [f"{word['text']} ({word['by']})" for word in words if word["status"] == "approximated"]:
        typer.echo(f"Approximated: {', '.join(stand_ins)}", err=True)


# -- accounts ----------------------------------------------------------------------------------------------------------


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
