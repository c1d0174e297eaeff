"""The command `promptreel`. What a command needs is imported when it runs, so that none waits for the others' libraries."""

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer import _click as click

from promptreel import __version__
from promptreel.accounts_cli import account_app, credits_app, in_database, ledger_app, token_app
from promptreel.console import Data, Json, say, say_json
from promptreel.engine_config import POOL
from promptreel.engines_cli import engines_app
from promptreel.errors import InvalidInput, PromptreelError, SetupError
from promptreel.plans import QUALITIES, QUALITY_WORDS
from promptreel.scenes_cli import bench_app, scenes_app
from promptreel.settings import load_settings
from promptreel.spec import ASPECT_RATIOS

app = typer.Typer(
    help="A video generation service that you run yourself.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(account_app, name="account")
app.add_typer(token_app, name="token")
app.add_typer(credits_app, name="credits")
app.add_typer(ledger_app, name="ledger")
app.add_typer(scenes_app, name="scenes")
app.add_typer(engines_app, name="engines")
app.add_typer(bench_app, name="bench")

Host = Annotated[str | None, typer.Option("--host", help="The address to listen on.", show_default="127.0.0.1")]
Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="0 picks a free one.", show_default="8000")]
Leash = Annotated[int | None, typer.Option("--leash", hidden=True)]


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
