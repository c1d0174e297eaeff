"""The commands `promptreel scenes` and `promptreel bench`: for those who look after the built-in engine."""

import json
from pathlib import Path
from typing import Annotated

import typer

scenes_app = typer.Typer(help="The built-in engine: what it understands and what it shows.", no_args_is_help=True)
bench_app = typer.Typer(help="How fast this machine is.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@scenes_app.command("coverage")
def coverage(
    file: Annotated[Path, typer.Argument(help="A text file, one prompt a line; # starts a comment.", exists=True)],
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell of every prompt what is not shown.")] = False,
    as_json: Json = False,
) -> None:
    """The share of the content words of prompts that is shown, approximated and not shown."""
    from promptreel.engines.scenes import ScenesEngine
    from promptreel.spec import VideoSpec

    lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    prompts = [line for line in lines if line and not line.startswith("#")]
    engine = ScenesEngine(threads=1)
    counts = {"shown": 0, "approximated": 0, "not_shown": 0}
    missing: list[tuple[str, list[str]]] = []
    for prompt in prompts:
        words = engine.report(VideoSpec(prompt, 640, 360))["words"]
        for word in words:
            counts[word["status"]] += 1
        missing.append((prompt, [word["text"] for word in words if word["status"] == "not_shown"]))
    total = max(sum(counts.values()), 1)
    shares = {status: count / total for status, count in counts.items()}
    if as_json:
        print(json.dumps({"prompts": len(prompts), "words": sum(counts.values()), "counts": counts, "shares": shares}))
        return
    for prompt, words_missing in missing if verbose else ():
        if words_missing:
            print(f"{prompt}\n    not shown: {', '.join(words_missing)}")
    print(f"{len(prompts)} prompts, {sum(counts.values())} content words")
    for status, count in counts.items():
        print(f"  {status.replace('_', ' '):13}{count:6}  {100 * shares[status]:5.1f} %")


@scenes_app.command("gallery")
def gallery(
    names: Annotated[list[str] | None, typer.Argument(help="Rows to show; without, everything there is.")] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="A folder for the sheets.")] = Path("gallery"),
) -> None:
    """Contact sheets of settings, skies, places, subjects, effects and styles."""
    from promptreel.engines.scenes.gallery import draw_sheets

    for path in draw_sheets(out, tuple(names or ()), lambda name: print(f"  {name}", flush=True)):
        print(path)


@bench_app.command("scenes")
def bench_scenes(
    size: Annotated[str, typer.Option("--size", help="Width x height in pixels.")] = "640x360",
    fps: Annotated[int, typer.Option("--fps", min=1, max=60)] = 24,
    duration: Annotated[float, typer.Option("--duration", min=1, max=60, help="Seconds of each film.")] = 5.0,
    prompts: Annotated[int, typer.Option("--prompts", min=1, max=40, help="How many of the basket.")] = 40,
    as_json: Json = False,
) -> None:
    """Films of a basket of prompts, each beside a plain encoding of the same frames."""
    from promptreel.engines.scenes import bench

    try:
        width, height = (int(side) for side in size.split("x"))
    except ValueError:
        raise typer.BadParameter("it is written like 640x360", param_hint="--size") from None
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
