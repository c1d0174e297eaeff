"""The commands `promptreel scenes` and `promptreel bench`: for those who look after the built-in engine."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from promptreel.spec import MAX_SIDE, MIN_SIDE

scenes_app = typer.Typer(help="The built-in engine: what it understands and what it shows.", no_args_is_help=True)
bench_app = typer.Typer(help="How fast this machine is.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Size = Annotated[str, typer.Option("--size", help=f"Width x height in pixels, even, {MIN_SIDE} to {MAX_SIDE}.")]

STATUSES = ("shown", "approximated", "not_shown")


def read_size(text: str) -> tuple[int, int]:
    """The sides of "640x360". Errors: `typer.BadParameter`."""
    try:
        width, height = (int(side) for side in text.lower().split("x"))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no size; write it like 640x360", param_hint="--size") from None
    for side in (width, height):
        if not MIN_SIDE <= side <= MAX_SIDE or side % 2:
            message = f"{side} is no side of a video: sides are even, {MIN_SIDE} to {MAX_SIDE} pixels"
            raise typer.BadParameter(message, param_hint="--size")
    return width, height


def read_prompts(file: Path) -> list[str]:
    """The lines of a file that are prompts. Errors: `typer.BadParameter`."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{file} is not a text file in UTF-8", param_hint="FILE") from None
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}", param_hint="FILE") from None
    if "\0" in text:
        raise typer.BadParameter(f"{file} is not a text file", param_hint="FILE")
    lines = (line.strip() for line in text.splitlines())
    prompts = [line for line in lines if line and not line.startswith("#")]
    if not prompts:
        raise typer.BadParameter(f"there is no prompt in {file}: one a line, # starts a comment", param_hint="FILE")
    return prompts


def check_out(path: Path, *, folder: bool) -> None:
    """Say before the work, not after, that a result has no place. Errors: `typer.BadParameter`."""
    if folder and path.exists() and not path.is_dir():
        raise typer.BadParameter(f"{path} is a file; -o names a folder", param_hint="--out")
    if not folder and path.is_dir():
        raise typer.BadParameter(f"{path} is a folder; -o names a file", param_hint="--out")
    if not folder and not path.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.absolute().parent}", param_hint="--out")


def use_kernel_cache() -> None:
    """Keep compiled kernels where `generate --local` keeps them. Before the engine is loaded: its compiler looks then."""
    import os

    from promptreel.making import kernel_cache

    os.environ.setdefault("NUMBA_CACHE_DIR", str(kernel_cache()))


@scenes_app.command("coverage")
def coverage(
    file: Annotated[Path, typer.Argument(help="A text file, one prompt a line; # starts a comment.")],
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell of every prompt what is not shown.")] = False,
    as_json: Json = False,
) -> None:
    """The share of the content words of prompts that is shown, approximated and not shown."""
    prompts = read_prompts(file)
    from promptreel.engines.scenes import ScenesEngine
    from promptreel.spec import VideoSpec

    engine = ScenesEngine(threads=1)
    counts = dict.fromkeys(STATUSES, 0)
    told: list[dict[str, Any]] = []
    for prompt in prompts:
        words = engine.report(VideoSpec(prompt, 640, 360))["words"]
        for word in words:
            counts[word["status"]] += 1
        told.append({"prompt": prompt, "words": words})
    total = max(sum(counts.values()), 1)
    shares = {status: count / total for status, count in counts.items()}
    if as_json:
        made: dict[str, Any] = {"prompts": len(prompts), "words": sum(counts.values()), "counts": counts}
        print(json.dumps({**made, "shares": shares, **({"told": told} if verbose else {})}, ensure_ascii=False))
        return
    for each in told if verbose else ():
        if missing := [word["text"] for word in each["words"] if word["status"] == "not_shown"]:
            print(f"{each['prompt']}\n    not shown: {', '.join(missing)}")
    print(f"{len(prompts)} prompts, {sum(counts.values())} content words")
    for status, count in counts.items():
        print(f"  {status.replace('_', ' '):13}{count:6}  {100 * shares[status]:5.1f} %")


@scenes_app.command("gallery")
def gallery(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[ROW]...", help="Rows to look at closely; without, all sheets.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="A folder for the sheets.")] = Path("gallery"),
    width: Annotated[
        int | None, typer.Option("--width", min=64, max=1280, help="Of a tile, px.", show_default="256; rows 384")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Of all sheets, those whose name begins so.", metavar="SHEET")
    ] = None,
) -> None:
    """Contact sheets: of everything there is, or of named rows in all their actions, lights, angles, sizes and seeds."""
    check_out(out, folder=True)
    use_kernel_cache()
    from promptreel.engines.scenes import gallery as drawing
    from promptreel.engines.scenes import usable_cpus
    from promptreel.engines.scenes.samples import UnknownRow

    try:
        wanted = drawing.sheets(tuple(names or ()))
    except UnknownRow as error:
        raise typer.BadParameter(str(error), param_hint="ROW") from None
    if only:
        chosen = {title: tiles for title, tiles in wanted.items() if title.startswith(tuple(only))}
        if not chosen:
            raise typer.BadParameter(f"the sheets are {', '.join(wanted)}", param_hint="--only")
        wanted = chosen
    tile = (width or (drawing.LARGE if names else drawing.SMALL)) // 16 * 16
    most = 10**8 if names or width else drawing.MOST_BYTES
    with drawn_tiles() as told:
        for path in drawing.draw_sheets(out, wanted, tile, usable_cpus(), told, most):
            print(path, flush=True)


@contextmanager
def drawn_tiles() -> Iterator[Callable[[int, int, str], None]]:
    """A live line of how many tiles are drawn; silent in a pipe."""
    from rich.console import Console

    from promptreel.client import Progress
    from promptreel.console import progress_bar

    with progress_bar(Console(stderr=True), "contact sheets") as watcher:
        yield lambda done, total, title: watcher(Progress(done / max(total, 1), f"{done} of {total}, {title}"))


@scenes_app.command("look")
def look(
    prompts: Annotated[list[str], typer.Argument(metavar="PROMPT...", help="What to look at.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The picture: PNG or JPEG.")] = Path("look.png"),
    size: Size = "640x360",
    seed: Annotated[int, typer.Option("--seed", min=0)] = 1,
    duration: Annotated[float, typer.Option("--duration", min=1, max=60, help="Seconds of the film.")] = 5.0,
    times: Annotated[str, typer.Option("--times", help="Which moments, as shares of the film.")] = "0.02,0.5,0.98",
    columns: Annotated[int, typer.Option("--columns", min=0, help="Frames side by side; 0: a line a prompt.")] = 0,
) -> None:
    """Frames of prompts side by side, what was understood of them, and what a frame costs."""
    sides, shares = read_size(size), read_shares(times)
    if out.suffix.lower() not in {".png", ".jpg", ".jpeg"}:
        raise typer.BadParameter("the picture is a .png or a .jpg", param_hint="--out")
    check_out(out, folder=False)
    use_kernel_cache()
    from promptreel.engines.scenes import look as looking
    from promptreel.engines.scenes.director import direct
    from promptreel.engines.scenes.gallery import jpeg
    from promptreel.engines.scenes.report import words

    found = []
    for prompt in prompts:
        spec = looking.read(prompt, seed)
        fates = words(spec, direct(spec, duration, seed).held)
        print(prompt)
        for status in STATUSES:
            some = [f"{word.text} ({word.by})" if word.by else word.text for word in fates if word.status == status]
            print(f"  {status.replace('_', ' ')}: {', '.join(some) or '-'}")
        found += looking.frames(spec, sides, duration, seed, shares, lambda line: print(f"  {line}"))
    picture = looking.grid(found, columns or len(shares))
    if out.suffix.lower() == ".png":
        picture.save(out)
    else:
        out.write_bytes(jpeg(picture, MOST_BYTES))
    print(out)


MOST_BYTES = 400_000
"""Of a JPEG: what a page of the docs may load."""


def read_shares(times: str) -> list[float]:
    """The numbers of "0,0.5,1". Errors: `typer.BadParameter`."""
    try:
        shares = [float(share) for share in times.split(",")]
    except ValueError:
        shares = []
    if not shares or not all(0 <= share <= 1 for share in shares):
        raise typer.BadParameter("these are numbers from 0 to 1, with commas", param_hint="--times")
    return shares


@scenes_app.command("rows")
def rows(
    kinds: Annotated[list[str] | None, typer.Argument(metavar="[KIND]...", help="Which tables; without, all.")] = None,
    write: Annotated[
        Path | None, typer.Option("--write", help="Renew the tables between the marks of this Markdown page instead.")
    ] = None,
) -> None:
    """Everything there is, by name: settings, places, subjects with their actions, effects, styles, skies, sounds."""
    from promptreel.engines.scenes import catalogue

    if unknown := [kind for kind in kinds or () if kind not in catalogue.TABLES]:
        known = ", ".join(catalogue.TABLES)
        raise typer.BadParameter(f"there is no table {unknown[0]}; there are {known}", param_hint="KIND")
    if write is None:
        print("\n\n".join(catalogue.text(name) for name in kinds or catalogue.TABLES))
        return
    try:
        page = write.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{write} cannot be read: {error}", param_hint="--write") from None
    if not catalogue.MARKED.search(page):
        raise typer.BadParameter(
            f"{write} has no mark like <!-- rows: subjects --> … <!-- end -->", param_hint="--write"
        )
    write.write_text(catalogue.filled(page), encoding="utf-8")
    print(write)


@bench_app.command("scenes")
def bench_scenes(
    size: Size = "640x360",
    fps: Annotated[int, typer.Option("--fps", min=1, max=60)] = 24,
    duration: Annotated[float, typer.Option("--duration", min=1, max=60, help="Seconds of each film.")] = 5.0,
    prompts: Annotated[int, typer.Option("--prompts", min=1, max=40, help="How many of the basket.")] = 40,
    as_json: Json = False,
) -> None:
    """Films of a basket of prompts, each beside a plain encoding of the same frames."""
    width, height = read_size(size)
    use_kernel_cache()
    from promptreel.engines.scenes import bench

    timings = []
    for timing in bench.run(width, height, fps, duration, bench.BASKET[:prompts]):
        timings.append(timing)
        if not as_json:
            line = (
                f"{timing.made:6.2f} s  encode {timing.encoded:5.2f}  first frame {timing.setup:5.2f}  {timing.prompt}"
            )
            print(line, flush=True)
    figures = bench.summary(timings)
    if as_json:
        print(json.dumps(figures))
        return
    print(
        f"per second of film at {size}, {fps} frames a second, {figures['cores']:.0f} cores: median {figures['median']:.2f} s,"
        f" worst {figures['worst']:.2f} s, encoding alone {figures['encode']:.2f} s, ratio {figures['ratio']:.1f};"
        f" memory {figures['memory_mib']:.0f} MiB"
    )
