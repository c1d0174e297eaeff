"""The commands `promptreel engines`: which there are, setting one up, and seeing whether it renders."""

import asyncio
import json
import os
import re
import stat
import tempfile
import time
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from promptreel import model_catalogue
from promptreel.client import Progress
from promptreel.console import progress_bar, tell
from promptreel.engine_config import CLASS, NAME, DiffusersConfig, EngineConfig, Licensed, RemoteConfig
from promptreel.errors import EngineFailed, FolderUnwritable, InvalidInput, SettingInvalid
from promptreel.model_catalogue import Model
from promptreel.plans import QUALITIES
from promptreel.settings import Settings, load_settings, prepare_data_folder
from promptreel.spec import VideoSpec, frame_size

if TYPE_CHECKING:
    from promptreel.engines.host import Rendered

engines_app = typer.Typer(help="The engines of this installation.", no_args_is_help=True)

Data = Annotated[
    Path | None, typer.Option("--data", help="The folder of the installation.", show_default="promptreel-data")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
PROTOCOLS = RemoteConfig.model_fields["protocol"].annotation.__args__  # type: ignore[union-attr]


@engines_app.command("list")
def list_engines(
    data: Data = None,
    known: Annotated[bool, typer.Option("--models", help="The models that are known, instead.")] = False,
    as_json: Json = False,
) -> None:
    """Which engines there are: what renders, where, which qualities, for how many credits."""
    if known:
        show_models(as_json)
        return
    settings = load_settings(data=data)
    found = {name: described(settings, name) for name in settings.engine_names}
    if as_json:
        say_json(found)
        return
    for name, facts in found.items():
        usual = "  (unless asked otherwise)" if name == settings.engine else ""
        say(f"{name}{usual}")
        say(f"  {facts['kind']}{'  ' + facts['model'] if facts['model'] else ''}  on the slots of {facts['pool']!r}")
        say(f"  takes {', '.join(facts['takes'])}")
        say("  credits: " + ", ".join(f"{quality} {price}" for quality, price in facts["prices"].items()))
        for server in facts["servers"]:
            say(f"  {server['url']}  {server['slots']} at a time")
        for warning in facts["warnings"]:
            say(f"  ! {warning}")


def described(settings: Settings, name: str) -> dict[str, Any]:
    """What there is to know of an engine, without its secrets."""
    config = settings.engine_config(name)
    servers = config.servers if isinstance(config, RemoteConfig) else ()
    warnings = [f"{model.id}: {each}" for model in known_models(config) for each in model.warnings]
    if isinstance(config, RemoteConfig) and config.key_env and not config.secret:
        warnings.append(f"the variable {config.key_env}, which should hold its servers' key, is not set here")
    return {
        "title": config.title or name,
        "kind": f"{config.kind} ({config.protocol})" if isinstance(config, RemoteConfig) else config.kind,
        "model": getattr(config, "model", ""),
        "pool": config.pool,
        "takes": sorted(config.takes),
        "prices": {quality: config.price(quality) for quality in QUALITIES if config.makes(quality)},
        "servers": [{"url": each.url, "slots": each.slots} for each in servers],
        "warnings": warnings,
    }


def known_models(config: EngineConfig) -> tuple[Model, ...]:
    """What the catalogue has of an engine's models."""
    return config.known if isinstance(config, Licensed) else ()


def show_models(as_json: bool) -> None:
    """The catalogue."""
    models = model_catalogue.models().values()
    if as_json:
        say_json([{**model.model_dump(mode="json"), "warnings": model.warnings} for model in models])
        return
    for model in models:
        say(f"{model.id}")
        seconds = (model.frames - 1) / model.fps
        sizes = ", ".join(dict.fromkeys(f"{size.width} × {size.height}" for size in model.sizes.values()))
        say(
            f"  {sizes}, up to {seconds:g} s at a time at {model.fps:g} frames/s{', with sound' if model.sound else ''}"
        )
        offloaded = f" ({model.memory_offloaded_gib:g} offloaded)" if model.memory_offloaded_gib else ""
        say(
            f"  from {' or '.join(sorted(model.takes, reverse=True))}; {model.memory_gib:g} GiB{offloaded}; {model.license}"
        )
        for warning in model.warnings:
            say(f"  ! {warning}")


# -- setting one up ----------------------------------------------------------------------------------------------------


@engines_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What it is to be called.")],
    model: Annotated[str, typer.Option("--model", help="A hub id or a folder; of servers: what they call it.")] = "",
    server: Annotated[
        list[str] | None, typer.Option("--server", help="A server's address; may be given again.")
    ] = None,
    protocol: Annotated[
        str, typer.Option("--protocol", help=f"What the servers speak: {', '.join(PROTOCOLS)}.")
    ] = "openai",
    slots: Annotated[int, typer.Option("--slots", min=1, max=256, help="Jobs that a server is given at a time.")] = 1,
    key_env: Annotated[str, typer.Option("--key-env", help="The variable that holds the servers' key.")] = "",
    workflow: Annotated[str, typer.Option("--workflow", help="ComfyUI: a workflow's file, in API format.")] = "",
    pool: Annotated[str, typer.Option("--pool", help="On which slots it runs.")] = "",
    accept_license: Annotated[
        bool, typer.Option("--accept-license", help="You have read the model's licence and may use it.")
    ] = False,
    data: Data = None,
) -> None:
    """Set up an engine: a table in promptreel.toml, which you can then edit. Restart the server afterwards."""
    if not (server or model):
        raise InvalidInput("Give --model for a model that runs here, or --server for servers that render")
    here = "custom" if re.fullmatch(CLASS, model) else "diffusers"
    table: dict[str, Any] = {"kind": "remote" if server else here, "model": model, "pool": pool}
    if server:
        servers = [{"url": url, "slots": slots} for url in server]
        table |= {
            "protocol": protocol,
            "key_env": key_env,
            "workflow": str(Path(workflow).resolve()) if workflow else "",
            "servers": servers,
        }
    table = {key: value for key, value in table.items() if value}
    if accept_license:
        table["accept_license"] = True
    settings = load_settings(data=data)
    path = write_table(settings, name, table)
    config = load_settings(data=data).engine_config(name)
    say(f"{name} stands in {path}. It renders after the next start.")
    for warning in described(load_settings(data=data), name)["warnings"]:
        say(f"  ! {warning}")
    if isinstance(config, DiffusersConfig) and config.facts is None:
        say(
            f"  {model} is not in the catalogue (promptreel engines list --models): give it `base`, or presets of its own"
        )
    if pool and pool not in settings.pools:
        say(f"  nothing works for the pool {pool!r} yet: promptreel worker --pool {pool}, or pools = {{{pool} = 1}}")


def write_table(settings: Settings, name: str, table: dict[str, Any]) -> Path:
    """Put a table at the end of promptreel.toml, whose other lines stay as they are.

    Errors: `InvalidInput` for a name that is taken or is none, `SettingInvalid` for what could not be read back and
    `EngineFailed` for what names a file that is of no use (then the file is as before), `FolderUnwritable`.
    """
    if not NAME.fullmatch(name):
        raise InvalidInput(f"{name!r} is no name: 1 to 40 small letters, digits, dots and hyphens")
    if name in settings.engines or name == "scenes":
        raise InvalidInput(f"There is an engine named {name} already")
    path = prepare_data_folder(settings) / "promptreel.toml"
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    # There may be keys in it, so who may not read it before may not read it now.
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o600
    lines = "\n".join(f"{key} = {toml(value)}" for key, value in table.items())
    after = f"{before.rstrip()}\n\n[engines.{toml_key(name)}]\n{lines}\n".lstrip()
    try:
        tomllib.loads(after)
        # Whoever reads it meanwhile sees the whole of the old or of the new one.
        replace_text(path, after, mode)
        config = load_settings(data=settings.data).engine_config(name)
        if isinstance(config, RemoteConfig):
            from promptreel.engines.remote.servers import check_table

            check_table(config)
    except (SettingInvalid, EngineFailed):
        replace_text(path, before, mode)
        raise
    except tomllib.TOMLDecodeError as error:
        raise SettingInvalid(setting="promptreel.toml", reason=str(error)) from None
    except OSError as error:
        raise FolderUnwritable(folder=settings.data, reason=error.strerror) from None
    return path


def replace_text(path: Path, text: str, mode: int) -> None:
    """Write a file in one go, with that mode from the first moment on. Errors: `OSError`."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def toml(value: Any) -> str:
    """A value as TOML writes it. Texts and numbers are as in JSON, but for what TOML wants escaped more."""
    if isinstance(value, list):
        return f"[{', '.join(toml(each) for each in value)}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_key(name: str) -> str:
    """A name as a key: quoted where there is a dot in it."""
    return json.dumps(name) if "." in name else name


# -- seeing whether it renders -----------------------------------------------------------------------------------------


@engines_app.command("test")
def try_out(
    name: Annotated[str, typer.Argument(help="Which engine.")],
    prompt: Annotated[str, typer.Option("--prompt", help="What to show.")] = "a small boat on a calm sea at sunrise",
    quality: Annotated[
        str, typer.Option("--quality", help=f"One of {', '.join(QUALITIES)}.", show_default="the first that it makes")
    ] = "",
    duration: Annotated[float, typer.Option("--duration", min=1, max=60, help="Seconds.")] = 2.0,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1)] = 1,
    image: Annotated[Path | None, typer.Option("--image", help="A picture to start from.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to keep the video.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Render a short video with an engine, straight in its process, and say how that went. Nothing is queued or charged."""
    settings = load_settings(data=data)
    config = settings.engine_config(name)
    able = [each for each in QUALITIES if config.makes(each)]
    quality = quality or able[0]
    if quality not in able:
        raise InvalidInput(f"--quality is one of {', '.join(able)}")
    if image is None and "text" not in config.takes:
        raise InvalidInput(f"{name} starts from a picture: give --image")
    pictures = {"image": safe_image(image)} if image is not None else {}
    server = first_that_is_well(config, as_json=as_json)
    chosen = QUALITIES[quality]
    width, height = frame_size(chosen.short_side, (16, 9), chosen.longest_side)
    spec = VideoSpec(
        prompt, width, height, chosen.fps, duration, seed, quality=quality, engine=name, has_image=bool(pictures)
    )
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        rendered = asyncio.run(render(settings, spec, pictures, server, Path(folder)))
        seconds = time.monotonic() - began
        if output is not None:
            output.write_bytes(rendered.video.read_bytes())
    report = rendered.report
    made = {"seconds": round(seconds, 2), "per_second_of_video": round(seconds / duration, 2), "report": report}
    if as_json:
        say_json({"engine": name, "spec": asdict(spec), "file": str(output) if output else None, **made})
        return
    say(f"{width} × {height}, {spec.frames} frames at {spec.fps} a second, in {seconds:.1f} s: it renders.")
    if native := report.get("native"):
        say("  the model's own: " + ", ".join(f"{key} {value}" for key, value in native.items()))
    for note in report.get("notes", ()):
        say(f"  {note}")
    if output is not None:
        say(f"  {output}")


def safe_image(path: Path) -> bytes:
    """The picture in a file, as the server would keep it. Errors: `InvalidInput`, `PictureRefused`."""
    from promptreel.media import encode_picture, safe_picture

    try:
        return encode_picture(safe_picture(path.read_bytes()))
    except OSError as error:
        raise InvalidInput(f"The picture {path} cannot be read: {error.strerror}") from None


def first_that_is_well(config: EngineConfig, *, as_json: bool) -> int:
    """Ask every server how it is; the number of the first that is well, 0 where there are none. Errors: `EngineFailed`."""
    if not isinstance(config, RemoteConfig):
        return 0
    from promptreel.engines.remote import health

    found = [health.check(config, index) for index in range(len(config.servers))]
    if not as_json:
        for server, state in zip(config.servers, found, strict=True):
            told = f"ok   {', '.join(state.served_models)}" if state.ok else f"BAD  {state.reason}"
            say(f"{server.url}  {told}")
    for index, state in enumerate(found):
        if state.ok:
            return index
    raise EngineFailed("none of its servers is well")


async def render(
    settings: Settings, spec: VideoSpec, pictures: dict[str, bytes], server: int, folder: Path
) -> "Rendered":
    """Render in the engine's own process, as a worker would. Errors: `EngineFailed`."""
    from promptreel.engines.host import Audience, EngineHost, Order

    config = settings.engine_config(spec.engine)
    cache = settings.data.absolute() / "cache" / "kernels"
    host = EngineHost(spec.engine, config, cache, settings.engine_memory(config))
    try:
        with progress_bar(Console(stderr=True), spec.engine) as watcher:
            audience = Audience(lambda fraction, step: watcher(Progress(fraction, step)))
            limit = config.time_limit or settings.engine_time_limit
            return await host.render(Order(spec, pictures, server), folder, audience, limit)
    finally:
        await host.close()


def say(line: str) -> None:
    """Print a line as it is."""
    tell(Console(), line)


def say_json(answer: object) -> None:
    """Print what a program can read."""
    typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
