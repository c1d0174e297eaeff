"""LightX2V's `/v1/tasks`, as read in its source of August 2026.

It takes ids of ours, knows no progress, and ends a task early only while that waits: one that is rendered goes on, whatever
is told. Films cannot be deleted there.
"""

import base64
import time
from collections.abc import Callable
from pathlib import PurePath
from typing import Any, BinaryIO
from urllib.parse import quote
from uuid import uuid4

from promptreel.engine_config import RemoteConfig
from promptreel.engines.remote.protocol import Ask, Away, Health, State, Status
from promptreel.engines.remote.wire import ACCEPTED, POLLED, QUICK, Wire
from promptreel.errors import EngineFailed, EngineRefused

STATES: dict[str, State] = {
    "pending": "queued",
    "processing": "running",
    "completed": "completed",
    "failed": "failed",
    # Somebody did this over there; the video is still wanted here.
    "cancelled": "lost",
}

SEEDS = 1 << 32
"""It gives its seed to NumPy too, which takes 32 bits."""

STILL_AT_IT = 0.5
"""Seconds after which a task that was just taken up at the moment of its cancelling is seen to be rendered."""


class LightX2V:
    """One such server."""

    def __init__(self, wire: Wire, config: RemoteConfig, index: int) -> None:
        self._wire = wire
        self._named = config.servers[index].model

    def close(self) -> None:
        self._wire.close()

    # -- creating ------------------------------------------------------------------------------------------------------

    def create(self, ask: Ask) -> str:
        """Errors: also `EngineRefused` for a last picture without steps."""
        if ask.last_image is not None:
            answer = self._wire.asked("POST", "/v1/tasks/video/form", patience=ACCEPTED, files=self._form(ask))
        else:
            job = uuid4().hex
            fields = self._fields(ask) | {"task_id": job, "target_shape": [ask.height, ask.width]}
            if ask.image is not None:
                fields["image_path"] = "data:image/png;base64," + base64.b64encode(ask.image).decode()
            try:
                answer = self._wire.asked(
                    "POST", "/v1/tasks/video/", patience=ACCEPTED, json=fields | dict(ask.options)
                )
            except Away as error:
                error.perhaps_done = not self.drop(job, running=True) and error.perhaps_done
                raise
        return self._wire.job_in(answer, "task_id")

    def _fields(self, ask: Ask) -> dict[str, Any]:
        """What both ways of asking have. It has no fields for a rate and for guidance: those are its model's settings."""
        fields: dict[str, Any] = {
            "prompt": ask.prompt,
            "negative_prompt": ask.negative_prompt,
            "target_video_length": ask.frames,
        }
        if ask.seed is not None:
            fields["seed"] = ask.seed % SEEDS
        if ask.steps is not None:
            fields["infer_steps"] = ask.steps
        return fields

    def _form(self, ask: Ask) -> list[tuple[str, Any]]:
        """The form, the only way for a last picture: in JSON, that is the name of a file of the server's own."""
        if ask.image is None:
            raise EngineRefused(f"{self._wire.name} takes a last picture only after a first one")
        if ask.steps is None:
            # The form has a default of its own, 5, which goes over the server's settings.
            raise EngineRefused(
                f"{self._wire.name} needs to be told the steps with a last picture: set steps in the preset"
            )
        fields = self._fields(ask) | dict(ask.options)
        parts: list[tuple[str, Any]] = [(name, (None, str(value))) for name, value in fields.items()]
        parts.append(("image_file", ("first.png", ask.image, "image/png")))
        parts.append(("last_frame_file", ("last.png", ask.last_image, "image/png")))
        return parts

    # -- polling -------------------------------------------------------------------------------------------------------

    def status(self, job: str) -> Status:
        answer = self._wire.ask("GET", path(job, "/status"), patience=POLLED)
        said = answer.json if isinstance(answer.json, dict) else {}
        if answer.ok and isinstance(said.get("status"), str):
            state = STATES.get(said["status"], "running")
            why = str(said.get("error") or "")
            if state == "failed" and why.startswith("Task cancelled"):
                state = "lost"  # just as it was taken up
            return Status(state, reason=self._wire.cleaned(why) if state == "failed" else "")
        if answer.status == 404:
            return Status("lost")
        raise self._wire.useless(answer)

    # -- the film ------------------------------------------------------------------------------------------------------

    def download(self, job: str, status: Status, file: BinaryIO, going_on: Callable[[], bool]) -> None:
        self._wire.arrived(self._wire.download(path(job, "/result"), file, going_on))

    def drop(self, job: str, *, running: bool) -> bool:
        if not running:
            return True  # there is nothing that it would delete
        try:
            self._wire.ask("DELETE", path(job), patience=QUICK)
            time.sleep(STILL_AT_IT)
            said = self._wire.ask("GET", "/v1/service/status", patience=QUICK).json
        except (Away, EngineFailed):
            return False
        return isinstance(said, dict) and "current_task" in said and said["current_task"] != job

    # -- health --------------------------------------------------------------------------------------------------------

    def health(self) -> Health:
        facts = self._wire.told("/v1/service/metadata", patience=QUICK)
        names = tuple(str(facts[name]) for name in ("model_path", "model_cls") if facts.get(name))
        if self._named and self._named not in (*names, *(PurePath(name).name for name in names)):
            return Health(ok=False, reason=f"it serves {', '.join(names)}, not {self._named}", served_models=names)
        left = self._wire.told("/v1/tasks/queue/status", patience=QUICK).get("queue_available")
        full = isinstance(left, int) and left <= 0
        return Health(ok=not full, reason="its queue is full" if full else "", served_models=names)


def path(job: str, more: str = "") -> str:
    """A task's address."""
    return f"/v1/tasks/{quote(job, safe='')}{more}"
