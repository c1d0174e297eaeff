"""Servers with OpenAI's `/v1/videos`: vLLM-Omni, SGLang, FastVideo, LiteLLM and OpenAI itself.

They share its paths and little else. What they do differently is a row of `DIALECTS`, as read in the releases vLLM-Omni 0.30,
SGLang 0.5.23, FastVideo 0.2.1 and LiteLLM 1.109; answers are understood whatever row they come from.
"""

import base64
import io
import json
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO, Literal
from urllib.parse import quote

from PIL import Image

from promptreel.engine_config import RemoteConfig
from promptreel.engines.remote.answers import Answer
from promptreel.engines.remote.protocol import Ask, Away, Health, State, Status
from promptreel.engines.remote.wire import ACCEPTED, POLLED, QUICK, Wire
from promptreel.errors import EngineFailed, EngineRefused


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is particular about one kind of server."""

    body: Literal["form", "json"]
    """Multipart form (the only one that vLLM-Omni reads), or JSON, where every field keeps its type."""
    size: Literal["size", "sides"]
    """`size: "832x480"`, or `width` and `height`."""
    length: Literal["seconds", "frames"]
    """`seconds` as a string of a whole number, or `num_frames` with `fps`."""
    whole_fps: bool = False
    one_model: bool = True
    """It serves one model, whose name may be left out; and must be that very one where it is not."""
    health: str = ""
    """The path that answers 200 while it can be given jobs."""
    tells_queued: bool = True
    """Whether `queued` means that it waits; FastVideo says so until it is done."""
    last_picture: bool = False
    sound: str = ""
    """The field that asks for a sound track."""
    tells_prompt: bool = False
    """Its list of jobs says what was asked for, so a job whose name was not heard can be found in it."""
    deletes: bool = True
    stops: bool = True
    """Deleting a job that is rendered frees its GPU."""


DIALECTS = {
    "openai": Dialect("form", "size", "seconds", one_model=False, tells_prompt=True),
    "vllm-omni": Dialect(
        "form", "sides", "frames", health="/health", last_picture=True, sound="generate_sound", tells_prompt=True
    ),
    "sglang": Dialect("json", "sides", "frames", whole_fps=True, health="/health", stops=False),
    "fastvideo": Dialect("json", "size", "frames", whole_fps=True, health="/health", tells_queued=False, stops=False),
    "litellm": Dialect(
        "form", "size", "seconds", one_model=False, health="/health/liveliness", deletes=False, stops=False
    ),
}
"""By the protocol's name in the engine's table."""

STATES: dict[str, State] = {
    "queued": "queued",
    "pending": "queued",
    "completed": "completed",
    "succeeded": "completed",
    "failed": "failed",
    "error": "failed",
    # Somebody did this over there; the video is still wanted here.
    "deleted": "lost",
    "cancelled": "lost",
    "canceled": "lost",
    "expired": "lost",
}
"""Any other word is one for being at it."""

MOST_FIELD = 900 << 10
"""Bytes of a form's field that is no file: servers on Starlette refuse a mebibyte."""

LISTED_AFTER = (0.5, 2.0)
"""Seconds before each look for a job in the server's list: it may be about to be taken."""

CLOCK_STEP = 2.0
"""Seconds by which an age can be wrong that is a difference of two whole seconds."""

WEB_ADDRESS = re.compile(r"https?://[^\s'\"<>]+")


class OpenAIShaped:
    """One such server."""

    def __init__(self, wire: Wire, config: RemoteConfig, index: int) -> None:
        self._wire = wire
        self._dialect = DIALECTS[config.protocol]
        self._model = config.model
        self._named = config.servers[index].model
        """The operator's own word for what this server calls the model."""
        self._one_at_a_time = config.servers[index].slots == 1

    def close(self) -> None:
        self._wire.close()

    # -- creating ------------------------------------------------------------------------------------------------------

    def create(self, ask: Ask) -> str:
        """Errors: as `RemoteProtocol` says; `EngineRefused` for a last picture where there is no field for one."""
        fields, began = self._fields(ask), time.monotonic()
        try:
            if self._dialect.body == "json":
                answer = self._wire.asked("POST", "/v1/videos", patience=ACCEPTED, json=fields)
            else:
                parts: list[tuple[str, Any]] = [(name, (None, form_text(value))) for name, value in fields.items()]
                if ask.image is not None and ask.last_image is None:
                    parts.append(("input_reference", ("input.png", ask.image, "image/png")))
                answer = self._wire.asked("POST", "/v1/videos", patience=ACCEPTED, files=parts)
        except Away as error:
            if error.perhaps_done and (job := self._found_again(str(fields["prompt"]), began)):
                return job
            raise
        return self._wire.job_in(answer, "id")

    def _found_again(self, prompt: str, began: float) -> str:
        """The job that was taken though no answer came, by the server's list; empty where there is none, or where it might be
        another's: the list shows no more of a job than its prompt, so two at a time could be each other's.
        """
        if not (self._dialect.tells_prompt and self._one_at_a_time):
            return ""
        for pause in LISTED_AFTER:
            time.sleep(pause)
            try:
                answer = self._wire.ask("GET", "/v1/videos?limit=20", patience=QUICK)
            except (Away, EngineFailed):
                continue
            found = jobs_since(answer, prompt, time.monotonic() - began + CLOCK_STEP)
            if found:
                return found[0] if len(found) == 1 else ""
        return ""

    def _fields(self, ask: Ask) -> dict[str, Any]:
        """The request in the server's own words; those of the operator go over ours."""
        dialect = self._dialect
        fields: dict[str, Any] = {"prompt": ask.prompt}
        if model := self._model_to_ask_for():
            fields["model"] = model
        if dialect.size == "size":
            fields["size"] = f"{ask.width}x{ask.height}"
        else:
            fields |= {"width": ask.width, "height": ask.height}
        if dialect.length == "seconds":
            fields["seconds"] = str(max(1, math.ceil(ask.seconds - 0.01)))
        else:
            fps = max(1, round(ask.fps)) if dialect.whole_fps else ask.fps
            fields |= {"num_frames": ask.frames, "fps": fps}
        wishes = {
            "negative_prompt": ask.negative_prompt or None,
            "seed": ask.seed,
            "num_inference_steps": ask.steps,
            "guidance_scale": ask.guidance,
            "guidance_scale_2": ask.guidance_2,
        }
        fields |= {name: value for name, value in wishes.items() if value is not None}
        if ask.sound and dialect.sound:
            fields[dialect.sound] = True
        return fields | self._pictures(ask) | dict(ask.options)

    def _pictures(self, ask: Ask) -> dict[str, Any]:
        """The fields that pictures go in, where they do not go as a file."""
        if ask.last_image is not None:
            if not self._dialect.last_picture or ask.image is None:
                raise EngineRefused(f"{self._wire.name} has no field for a last picture")
            both = [{"image_url": each} for each in small_urls(ask.image, ask.last_image)]
            return {"image_reference": json.dumps(both)}
        if ask.image is not None and self._dialect.body == "json":
            # In JSON, their `input_reference` is the name of a file of the server's own.
            return {"reference_url": "data:image/png;base64," + base64.b64encode(ask.image).decode()}
        return {}

    def _model_to_ask_for(self) -> str:
        """The name to send, empty for none. Errors: `Away` where the server serves another model."""
        if self._named:
            return self._named
        served = self._served()
        if wrong := self._wrong_model(served):
            raise Away(f"{self._wire.name} {wrong}")
        if self._dialect.one_model:
            return ""  # it is the right one, whatever it is called in full
        return self._model or (served[0] if len(served) == 1 else "")

    def _served(self) -> tuple[str, ...]:
        """The models that the server says it serves; none where it does not say. Errors: `Away`, also for a wrong key."""
        answer = self._wire.ask("GET", "/v1/models", patience=QUICK)
        if not answer.ok and answer.status not in (404, 405, 501):
            raise self._wire.useless(answer)
        rows = answer.json.get("data") if answer.ok and isinstance(answer.json, dict) else None
        names = [row.get("id") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return tuple(name for name in names if isinstance(name, str) and name)

    def _wrong_model(self, served: tuple[str, ...]) -> str:
        """What is wrong with the models served, empty for nothing."""
        wanted = self._named or self._model
        if wanted and served and wanted not in served and not any("*" in name for name in served):
            return f"serves {', '.join(served[:5])}, not {wanted}"
        return ""

    # -- polling -------------------------------------------------------------------------------------------------------

    def status(self, job: str) -> Status:
        answer = self._wire.ask("GET", self._path(job), patience=POLLED)
        said = answer.json if isinstance(answer.json, dict) else {}
        state = said.get("status")
        if isinstance(state, str) and (answer.ok or state == "failed"):
            # vLLM-Omni tells of a failed job with the failure's own status, 4xx or 5xx.
            return self._told(answer, said, STATES.get(state.lower(), "running"))
        if answer.status in (404, 410):
            return Status("lost")
        raise self._wire.useless(answer)

    def _told(self, answer: Answer, said: dict[str, Any], state: State) -> Status:
        if state == "queued" and not self._dialect.tells_queued:
            state = "running"
        place = said.get("url")
        return Status(
            state,
            fraction=fraction(said.get("progress")),
            reason=self._wire.words(answer) if state == "failed" else "",
            again_in=answer.again_in,
            place=place if isinstance(place, str) and WEB_ADDRESS.match(place) else "",
        )

    def _path(self, job: str, more: str = "") -> str:
        return f"/v1/videos/{quote(job, safe='')}{more}"

    # -- the film ------------------------------------------------------------------------------------------------------

    def download(self, job: str, status: Status, file: BinaryIO, going_on: Callable[[], bool]) -> None:
        # No `variant`: to SGLang it is the number of an output, to others the kind of thing.
        answer = self._wire.download(self._path(job, "/content"), file, going_on)
        if not answer.ok and (place := status.place or cloud_url(answer)):
            answer = self._wire.download(place, file, going_on)
        self._wire.arrived(answer)

    def drop(self, job: str, *, running: bool) -> bool:
        if not self._dialect.deletes:
            return not running
        try:
            for pause in (0.3, 0.6, 0.0):
                answer = self._wire.ask("DELETE", self._path(job), patience=QUICK)
                if answer.status != 409:  # "in progress": what is cancelled there takes a moment
                    break
                time.sleep(pause)
        except (Away, EngineFailed):
            return not running
        return not running or (self._dialect.stops and (answer.ok or answer.status == 404))

    # -- health --------------------------------------------------------------------------------------------------------

    def health(self) -> Health:
        if self._dialect.health:
            answer = self._wire.ask("GET", self._dialect.health, patience=QUICK)
            if not answer.ok and answer.status != 404:
                return Health(ok=False, reason=f"it is not ready ({answer.status}: {self._wire.words(answer)})")
        served = self._served()
        if not served:
            answer = self._wire.ask("GET", "/v1/videos?limit=1", patience=QUICK)
            if answer.status == 404 or (answer.ok and answer.json is None):
                return Health(ok=False, reason="it has no /v1/videos")
        wrong = self._wrong_model(served)
        return Health(ok=not wrong, reason=f"it {wrong}" if wrong else "", served_models=served)


def jobs_since(answer: Answer, prompt: str, seconds: float) -> list[str]:
    """The jobs of a list that have that prompt and are no older than that, by the server's own clock where it tells it."""
    rows = answer.json.get("data") if answer.ok and isinstance(answer.json, dict) else None
    try:
        now = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except ValueError:
        now = time.time()
    return [
        row["id"]
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
        and row.get("prompt") == prompt
        and isinstance(row.get("id"), str)
        and isinstance(row.get("created_at"), int | float)
        and now - row["created_at"] <= seconds
    ]


def fraction(progress: Any) -> float | None:
    """A percentage as a fraction; None for what says nothing: 0 from start to end, or 100 before the end (FastVideo)."""
    try:
        percent = float(progress)
    except (TypeError, ValueError, OverflowError):
        return None
    return percent / 100 if 0 < percent < 100 else None


def form_text(value: Any) -> str:
    """A field's value as forms have it; what is structured, as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value)


def cloud_url(answer: Answer) -> str:
    """Where SGLang put the film instead, as it says in the text of a refusal; empty if it does not."""
    said = answer.json.get("detail") if isinstance(answer.json, dict) else None
    found = WEB_ADDRESS.search(said) if isinstance(said, str) else None
    return found.group() if found else ""


def small_urls(*pictures: bytes) -> list[str]:
    """The pictures as data URLs that fit into one field of a form together. Errors: `EngineFailed` for very large ones."""
    for quality in (95, 90, 80, 60):
        urls = []
        for each in pictures:
            jpeg = io.BytesIO()
            Image.open(io.BytesIO(each)).convert("RGB").save(jpeg, "JPEG", quality=quality)
            urls.append("data:image/jpeg;base64," + base64.b64encode(jpeg.getvalue()).decode())
        if sum(map(len, urls)) < MOST_FIELD:
            return urls
    raise EngineFailed("the pictures are too large to be sent")
