"""Making a video from the command line: there, on a server, or here, straight through the engine."""

import os
import secrets
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from promptreel.client import ANIMATE, GENERATE, Client, Door, Progress, read_picture
from promptreel.console import progress_bar
from promptreel.errors import AuthorizationRequired, FolderUnwritable, InvalidInput
from promptreel.plans import Quality
from promptreel.settings import load_settings
from promptreel.spec import ASPECT_RATIOS, VISIBLE, VideoSpec, frame_size

__all__ = ["ANIMATE", "GENERATE", "make_here", "make_there", "read_image"]

LONGEST_TEXT = 2000
"""Characters of a prompt, as on the server."""


def read_image(image: str) -> str:
    """A picture as the API takes it. Errors: `InvalidInput`."""
    try:
        return read_picture(image)
    except OSError as error:
        raise InvalidInput(f"The picture {image} cannot be read: {error.strerror}") from None


def make_there(door: Door, fields: dict[str, Any], output: Path, url: str, token: str) -> dict[str, Any]:
    """The server's answer for a finished video, saved as `output`.

    Errors: `AuthorizationRequired`, `InvalidInput`, `FolderUnwritable`, and those of `Client`.
    """
    if not token:
        raise TokenMissing
    check_texts(fields)
    check_writable(output)
    console = Console(stderr=True)
    with Client(url, token) as client:
        with progress_bar(console, title(fields["prompt"])) as watcher:
            answer = client.make(door, fields, watcher)
        client.download(answer[door.url_key], output)
    return {"file": str(output), **answer}


def make_here(fields: dict[str, Any], image: str | None, quality: Quality, output: Path) -> dict[str, Any]:
    """Render into `output` in this process; what was made.

    Errors: `InvalidInput`, `PictureRefused`, `EngineUnknown`, `EngineFailed`, `FolderUnwritable`.
    """
    check_texts(fields)
    check_writable(output)
    # Before the engine is loaded: that is when its compiler looks where to keep what it compiles.
    os.environ.setdefault("NUMBA_CACHE_DIR", str(kernel_cache()))
    from promptreel.engines import RenderJob, load_engine
    from promptreel.engines.child import encode

    settings = load_settings()
    name = fields.get("engine", settings.engine)
    engine = load_engine(settings.engine_config(name))
    picture = open_picture(image) if image is not None else None
    spec = make_spec(fields, name, quality, picture.shape[1::-1] if picture is not None else None)
    began = time.monotonic()
    with progress_bar(Console(stderr=True), title(spec.prompt)) as watcher:
        job = RenderJob(spec, lambda fraction, step: watcher(Progress(fraction, step)), picture)
        encode(engine, job, output)
        watcher(Progress(1.0, "done"))
    return {
        "file": str(output),
        "seconds": round(time.monotonic() - began, 2),
        **{key: getattr(spec, key) for key in ("prompt", "quality", "width", "height", "fps", "duration", "seed")},
        "prompt_report": engine.report(spec),
    }


class TokenMissing(AuthorizationRequired):
    """Give a token with --token or PROMPTREEL_TOKEN (promptreel account create makes one), or use --local"""


def make_spec(fields: dict[str, Any], engine: str, quality: Quality, picture_size: tuple[int, int] | None) -> VideoSpec:
    """What to render, by the same rules as on the server. Errors: `InvalidInput`."""
    prompt = fields["prompt"].strip()
    if not VISIBLE.search(prompt):
        raise InvalidInput("Prompt is required")
    if max(len(prompt), len(fields.get("negative_prompt", ""))) > LONGEST_TEXT:
        raise InvalidInput(f"Prompt is too long. Maximum {LONGEST_TEXT} characters")
    ratio = picture_size or ASPECT_RATIOS["16:9"]
    if named := fields.get("aspect_ratio"):
        if named not in ASPECT_RATIOS:
            raise InvalidInput(f"--aspect-ratio is one of {', '.join(ASPECT_RATIOS)}")
        ratio = ASPECT_RATIOS[named]
    fps = fields.get("fps", quality.fps)
    if not 1 <= fps <= 60:
        raise InvalidInput("--fps is 1 to 60")
    width, height = frame_size(quality.short_side, ratio, quality.longest_side)
    return VideoSpec(
        prompt=prompt,
        width=width,
        height=height,
        fps=fps,
        duration=fields.get("duration", quality.duration),
        seed=fields.get("seed", secrets.randbelow(2**32)),
        negative_prompt=fields.get("negative_prompt", ""),
        quality=quality.alias,
        sound=quality.sound,
        engine=engine,
        has_image=picture_size is not None,
    )


def open_picture(image: str) -> Any:
    """The picture in a file. Errors: `InvalidInput`, `PictureRefused`."""
    from promptreel.media import safe_picture

    try:
        return safe_picture(Path(image).read_bytes())
    except OSError as error:
        raise InvalidInput(f"The picture {image} cannot be read: {error.strerror}") from None


def kernel_cache() -> Path:
    """Where compiled kernels are kept between runs: the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "promptreel" / "kernels"


def check_texts(fields: dict[str, Any]) -> None:
    """Errors: `InvalidInput` for an argument that is no text in the terminal's encoding."""
    for name, value in fields.items():
        if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
            raise InvalidInput(f"The {name.replace('_', ' ')} is not valid UTF-8")


def check_writable(output: Path) -> None:
    """Say so before a video is made and paid for, not after. Errors: `FolderUnwritable`, `InvalidInput`."""
    if output.is_dir():
        raise InvalidInput(f"{output} is a folder; -o names a file")
    folder = output.absolute().parent
    if not folder.is_dir():
        raise InvalidInput(f"There is no folder {folder}")
    if not os.access(folder, os.W_OK):
        raise OutputUnwritable(folder=folder, reason="Permission denied")


class OutputUnwritable(FolderUnwritable):
    """The folder {folder} cannot be written: {reason}"""


def title(prompt: str) -> str:
    """The prompt, short enough for a line."""
    return prompt if len(prompt) <= 40 else prompt[:39] + "…"
