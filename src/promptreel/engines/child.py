"""The process in which engines live: what `EngineHost` starts, and how it answers.

It reads one JSON object per line from its standard input and writes one per line to its standard output; it ends as soon as
its input closes, so it never outlives a worker that was killed.

parent → child: first how its engines are set, `EngineConfig` by name, then `{"render": {…}, "job": number}`, `{"stop": number}`
child → parent: `{"ready": true}`, `{"progress": 0…1, "step": "…"}`, `{"preview": "JPEG in base64"}`, `{"memo": {…}}`,
then one of `{"done": {…}}`, `{"stopped": true}`, `{"failed": {"slug", "reason"}}`, with the engines that are `"warm"` now; each
with its `"job"`: what is told of a job that was given up answers no other.
"""

import base64
import contextlib
import ctypes
import itertools
import json
import math
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np
import structlog
from PIL import Image
from pydantic import ConfigDict, TypeAdapter

from promptreel.engine_config import EngineConfig
from promptreel.engines import Engine, Picture, RenderJob, WithCodec, WithModel, WithPrelude, WithSound, load_engine
from promptreel.engines.memory import give_memory_back
from promptreel.errors import EngineBroken, EngineFailed, EngineStopped
from promptreel.media import Encoder, check
from promptreel.media.codecs import X264
from promptreel.spec import VideoSpec

log = structlog.get_logger()

PRELOAD, WARM_UP = "--preload", "--warm-up"
# An error must not show what it is about: there may be a server's key in it.
CONFIGS: TypeAdapter[dict[str, EngineConfig]] = TypeAdapter(
    dict[str, EngineConfig], config=ConfigDict(hide_input_in_errors=True)
)
PREVIEW_EVERY = 1.0
"""Seconds between two pictures for who waits: each costs a few milliseconds."""


class Child:
    """The engines' process: takes jobs from one pipe, answers on the other. Each engine is loaded when first asked for."""

    def __init__(self, configs: dict[str, EngineConfig], commands: IO[str], answers: IO[str]) -> None:
        self._configs = configs
        self._engines: dict[str, Engine] = {}
        self._commands = commands
        self._answers = answers
        self._jobs: queue.SimpleQueue[tuple[int, dict[str, Any]]] = queue.SimpleQueue()
        self._number = 0
        self._stopped = 0
        """The number up to which jobs are not wanted any more."""

    def run(self, *, preload: bool = False) -> None:
        """Serve until the parent goes away."""
        threading.Thread(target=self._listen, daemon=True).start()
        # Ahead of the first job. One that cannot be loaded says so to each that asks for it.
        with contextlib.suppress(EngineFailed):
            engine = self._engine(next(iter(self._configs)))
            if preload and isinstance(engine, WithModel):
                self._preload(engine)
        self._tell({"ready": True})
        while True:
            self._number, job = self._jobs.get()
            try:
                self._answer({"done": self._render(self._engine(job["engine"]), job)})
            except EngineStopped:
                self._answer({"stopped": True})
            except EngineBroken as error:
                self._end(error.data["reason"])
            except EngineFailed as error:
                self._answer({"failed": {"slug": error.slug, "reason": error.data.get("reason", error.message)}})
            except MemoryError:
                self._end("it ran out of memory")
            except Exception as error:  # noqa: BLE001 - whatever an engine does is a failed attempt and nothing else
                import traceback

                traceback.print_exc()
                # The text is for the log: it may name files of this machine.
                self._answer({"failed": {"slug": EngineFailed.slug, "reason": f"unexpected {type(error).__name__}"}})
            give_memory_back()

    def _listen(self) -> None:
        for line in self._commands:
            command = json.loads(line)
            if "stop" in command:
                self._stopped = command["stop"]
            else:
                self._jobs.put((command["job"], command["render"]))
        os._exit(0)  # the parent is gone, however busy this process is

    def _engine(self, name: str) -> Engine:
        """Errors: `EngineFailed` for one that cannot be loaded."""
        if name not in self._engines:
            self._engines[name] = load_engine(self._configs[name])
        return self._engines[name]

    def _preload(self, engine: WithModel) -> None:
        """Load a model until a job comes: that one waits for the rest itself, and hears how far it is."""

        def progress(_fraction: float, _step: str) -> None:
            if not self._jobs.empty():
                raise EngineStopped

        try:
            engine.preload(progress)
        except EngineStopped:
            pass
        except EngineBroken as error:
            self._end(error.data["reason"])
        except EngineFailed as error:
            log.warning("model_not_preloaded", reason=error.message)
        except Exception:
            log.exception("model_not_preloaded")
        give_memory_back()

    def _is_warm(self, name: str) -> bool:
        """Whether an engine could begin at once."""
        with contextlib.suppress(Exception):
            engine = self._engine(name)
            return isinstance(engine, WithModel) and engine.warm
        return False

    def _answer(self, message: dict[str, Any]) -> None:
        """End a job, and tell what stays loaded."""
        self._tell(message | {"warm": [name for name in self._configs if self._is_warm(name)]})

    def _end(self, reason: str) -> NoReturn:
        """Give up the job, and this process with it."""
        self._tell({"failed": {"slug": EngineFailed.slug, "reason": reason, "ends": True}})
        os._exit(1)

    def _tell(self, message: dict[str, Any]) -> None:
        try:
            self._answers.write(json.dumps(message | {"job": self._number}) + "\n")
            self._answers.flush()
        except OSError:
            os._exit(0)

    def _render(self, engine: Engine, job: dict[str, Any]) -> dict[str, Any]:
        spec = VideoSpec.from_dict(job["spec"])
        folder = Path(job["folder"])
        last_told = reached = 0.0

        def progress(fraction: float, step: str) -> None:
            nonlocal last_told, reached
            if self._number <= self._stopped:
                raise EngineStopped
            # What an engine tells of its steps and what its frames tell need not agree to the last percent.
            reached = min(1.0, max(reached, fraction))
            if (now := time.monotonic()) - last_told > 0.1:
                last_told = now
                self._tell({"progress": reached, "step": step})

        def preview(jpeg: bytes) -> None:
            self._tell({"preview": base64.b64encode(jpeg).decode()})

        def remember(memo: Mapping[str, Any]) -> None:
            self._tell({"memo": dict(memo)})

        pictures: dict[str, Any] = {
            place: read_picture(Path(job[place])) for place in ("image", "last_image") if place in job
        }
        pictures |= {"server": job["server"], "memo": job["memo"], "remember": remember}
        encoded = encode(engine, RenderJob(spec, progress, **pictures), folder / "video.mp4", folder.name, preview)
        check(folder / "video.mp4", spec)
        (folder / "poster.jpg").write_bytes(encoded.poster)
        (folder / "spritesheet.jpg").write_bytes(encoded.spritesheet.jpeg)
        report = engine.report(spec) | {"engine": job["engine"], "seed": spec.seed}
        return {"report": report}


def encode(
    engine: Engine,
    job: RenderJob,
    path: Path,
    provenance: str | None = None,
    preview: Callable[[bytes], None] | None = None,
) -> Any:
    """Render `job` frame by frame into an H.264 file at `path`: never a whole video in memory. `preview` is shown the newest
    frame now and then.

    Errors: `EngineFailed` for what the engine or the encoder cannot do, `EngineStopped`.
    """
    spec = job.spec
    frames = engine.render(job)
    if (first := next(frames, None)) is None:
        raise EngineFailed("it made no frames")
    # Not before the first frame: a model that makes its own sound has it only then, and one that had to be downloaded knows
    # only then how much of the work that was.
    before = engine.prelude if isinstance(engine, WithPrelude) else 0.0
    sound = engine.sound(spec) if isinstance(engine, WithSound) else None
    give_memory_back()  # what getting ready took, compilers above all, is not what all the other frames take
    codec = engine.codec if isinstance(engine, WithCodec) else X264()
    with Encoder(path, spec.width, spec.height, spec.fps, provenance=provenance, sound=sound, codec=codec) as encoder:
        shown_at = -math.inf
        for number, frame in enumerate(itertools.chain((first,), frames), start=1):
            encoder.add(frame)
            job.progress(before + (1 - before) * number / spec.frames, "rendering")
            if preview is not None and (now := time.monotonic()) - shown_at >= PREVIEW_EVERY:
                shown_at = now
                preview(encoder.preview())
        if encoder.frames != spec.frames:
            raise EngineFailed(f"it made {encoder.frames} frames instead of {spec.frames}")
        return encoder.close()


def read_picture(path: Path) -> Picture:
    """A picture that was made safe before, as RGB."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def die_with_parent() -> None:
    """Ask the kernel to end this process with its parent: covers an engine so stuck that it cannot see its pipe close."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


def step_back(niceness: int) -> None:
    """Let others have the processor first, where the system knows how."""
    if hasattr(os, "nice"):
        os.nice(niceness)


def main() -> None:
    """`python -m promptreel.engines.child [--preload | --warm-up]`, with how its engines are set as the first line it reads."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    die_with_parent()
    if not (line := sys.stdin.readline()):
        return  # the parent went away before it said anything
    configs = CONFIGS.validate_json(line)
    if WARM_UP in sys.argv:
        step_back(10)
        for config in configs.values():
            load_engine(config).warm_up()
        return
    # It may use every core there is, and the API is to answer beside it.
    step_back(3)
    # Whatever an engine prints goes to the log, not between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    Child(configs, sys.stdin, answers).run(preload=PRELOAD in sys.argv)


if __name__ == "__main__":
    main()
