"""ComfyUI: workflows handed in at `/prompt`, progress by websocket, and `/history` and `/queue` for what became of them.

As read in ComfyUI 0.3.64 and in releases of 2024. Those know nothing of a `prompt_id` of ours: they give one of their own,
and `/interrupt` stops whatever runs, so it is looked first whether that is our job.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode
from uuid import uuid4

from promptreel.engine_config import RemoteConfig
from promptreel.engines.remote import comfyui_workflow
from promptreel.engines.remote.answers import message
from promptreel.engines.remote.as_mp4 import as_mp4, is_made_anew
from promptreel.engines.remote.comfyui_progress import Listener, samplers
from promptreel.engines.remote.comfyui_workflow import PICTURES, Workflow
from promptreel.engines.remote.protocol import Ask, Away, Health, Status
from promptreel.engines.remote.wire import ACCEPTED, POLLED, QUICK, Wire
from promptreel.errors import EngineFailed, EngineRefused

VIDEOS = frozenset({".mp4", ".m4v", ".mov", ".webm", ".mkv"})
ANIMATED = frozenset({".webp", ".gif", ".png", ".apng"})
"""Endings of files that are a film only where their node says so."""

MOST_LIST = 64 << 20
"""Bytes of what it tells of jobs, their workflows and their inputs among it."""

STOPPING = 3.0
"""Seconds for which a job that was interrupted is watched until it ends, at its next step."""


class ComfyUI:
    """One such server. A job's id is its `prompt_id` there, with the `client_id` behind a slash where that is another."""

    def __init__(self, wire: Wire, config: RemoteConfig, index: int) -> None:
        self._wire, self._config = wire, config
        self._listener: Listener | None = None

    def close(self) -> None:
        if self._listener:
            self._listener.close()
        self._wire.close()

    # -- creating ------------------------------------------------------------------------------------------------------

    def create(self, ask: Ask) -> str:
        workflow = comfyui_workflow.of(self._config)
        client = str(uuid4())
        body = {"prompt": self._filled(workflow, ask, client), "client_id": client, "prompt_id": client}
        self._listening_to(client).ready()  # before there is anything to hear
        try:
            answer = self._wire.ask("POST", "/prompt", patience=ACCEPTED, json=body)
            said = answer.json if isinstance(answer.json, dict) else {}
            why = refusal(said)
            if answer.status == 400 and why:
                raise EngineFailed(f"{self._wire.name} refuses {workflow.name}: {self._wire.cleaned(why)}")
            self._wire.accepted(answer)
        except Away as error:
            error.perhaps_done = not self.drop(client, running=True) and error.perhaps_done
            raise
        prompt = self._wire.job_in(answer, "prompt_id")
        job = prompt if prompt == client else f"{prompt}/{client}"
        if said.get("node_errors"):
            # It would make the other outputs only, and perhaps no film.
            self.drop(job, running=True)
            raise EngineFailed(f"{self._wire.name} takes only some of {workflow.name}: {self._wire.cleaned(why)}")
        return job

    def _filled(self, workflow: Workflow, ask: Ask, job: str) -> dict[str, Any]:
        """The workflow with what is asked for; the pictures are there then."""
        values = {
            "prompt": ask.prompt,
            "negative_prompt": ask.negative_prompt,
            "seed": uuid4().int >> 65 if ask.seed is None else ask.seed,
            "width": ask.width,
            "height": ask.height,
            "frames": ask.frames,
            "fps": int(ask.fps) if ask.fps == int(ask.fps) else ask.fps,
            "steps": ask.steps,
            "guidance": ask.guidance,
            "guidance_2": ask.guidance_2,
            "job": job,
            **ask.options,
        }
        for name, picture in zip(PICTURES, (ask.image, ask.last_image), strict=True):
            if picture is not None and name not in workflow.names:
                raise EngineRefused(f"there is no place for a picture in {workflow.name}: {{{{{name}}}}}")
            if picture is not None:
                values[name] = self._uploaded(f"promptreel-{job}-{name}.png", picture)
        return workflow.filled(values)

    def _uploaded(self, name: str, picture: bytes) -> str:
        """Send a picture; what a node must call it. It lies in the folder that ComfyUI empties whenever it starts."""
        files = {"image": (name, picture, "image/png"), "type": (None, "temp")}
        said = self._wire.asked("POST", "/upload/image", files=files).json
        if not isinstance(said, dict) or not isinstance(said.get("name"), str):
            raise EngineFailed(f"{self._wire.name} took the picture and told no name")
        folder = f"{said['subfolder']}/" if said.get("subfolder") else ""
        return f"{folder}{said['name']} [temp]"

    def _listening_to(self, client: str) -> Listener:
        """Who listens for that job; nobody listens for another one any more."""
        if self._listener and self._listener.client != client:
            self._listener.close()
            self._listener = None
        if not self._listener:
            self._listener = Listener(self._wire, client, samplers(comfyui_workflow.of(self._config).nodes))
        return self._listener

    # -- polling -------------------------------------------------------------------------------------------------------

    def status(self, job: str) -> Status:
        prompt, client = ids(job)
        listener = self._listening_to(client)
        if (over := self._over(prompt)) is not None:
            return over
        if listener.at_it:
            return Status("running", listener.fraction)
        if (place := self._in_queue(prompt)) is not None:
            return Status("running", listener.fraction) if place == "queue_running" else Status("queued")
        # It may have ended between the two questions.
        return self._over(prompt) or Status("lost")

    def _over(self, prompt: str) -> Status | None:
        """How the job ended, None where it has not, as far as ComfyUI remembers."""
        said = self._wire.told(f"/history/{quote(prompt, safe='')}", patience=POLLED, most=MOST_LIST)
        entry = said.get(prompt)
        if not isinstance(entry, dict):
            return None
        told = entry.get("status")
        told = told if isinstance(told, dict) else {}
        events = dict(events_in(told.get("messages")))
        if "execution_interrupted" in events:
            return Status("lost")  # somebody did this over there; the video is still wanted here
        if told.get("status_str") == "error":
            error = events.get("execution_error", {})
            reason = ": ".join(str(error[name]) for name in ("node_type", "exception_message") if error.get(name))
            return Status("failed", reason=self._wire.cleaned(reason))
        if place := best_output(entry):
            return Status("completed", place=place)
        return Status("failed", reason="its workflow ends without a video: it needs a node such as SaveVideo")

    def _in_queue(self, prompt: str) -> str | None:
        """The list that the job is in, `queue_running` or `queue_pending`; None for neither."""
        said = self._wire.told("/queue", patience=POLLED, most=MOST_LIST)
        for place in ("queue_running", "queue_pending"):
            rows = said.get(place)
            if any(isinstance(row, list) and prompt in row[1:2] for row in (rows if isinstance(rows, list) else ())):
                return place
        return None

    # -- the film ------------------------------------------------------------------------------------------------------

    def download(self, job: str, status: Status, file: BinaryIO, going_on: Callable[[], bool]) -> None:
        """Errors: also `MediaInvalid`, for what is no MP4 and cannot be made one."""
        if not is_made_anew(status.place):
            self._copied(status.place, file, going_on)
            return
        with tempfile.TemporaryDirectory() as folder:
            theirs = Path(folder) / "theirs"
            with theirs.open("wb") as there:
                self._copied(status.place, there, going_on)
            with as_mp4(theirs).open("rb") as ours:
                shutil.copyfileobj(ours, file)
        file.flush()

    def _copied(self, place: str, file: BinaryIO, going_on: Callable[[], bool]) -> None:
        self._wire.arrived(self._wire.download(place, file, going_on))

    def drop(self, job: str, *, running: bool) -> bool:
        """What is left is the film in ComfyUI's output folder: nothing in its API takes it away."""
        prompt, _ = ids(job)
        free = not running
        with suppress(Away, EngineFailed):
            free = not running or self._stopped(prompt)
            self._wire.ask("POST", "/history", patience=QUICK, json={"delete": [prompt]})
        return free

    def _stopped(self, prompt: str) -> bool:
        """Take the job from the queue, or interrupt it. Whether it is gone; that takes it until its next step."""
        until = time.monotonic() + STOPPING
        while (place := self._in_queue(prompt)) is not None:
            if time.monotonic() > until:
                return False
            if place == "queue_running":
                # Again each time: what ComfyUI has just begun forgets that it was interrupted.
                self._wire.ask("POST", "/interrupt", patience=QUICK, json={"prompt_id": prompt})
                time.sleep(0.2)
            else:
                self._wire.ask("POST", "/queue", patience=QUICK, json={"delete": [prompt]})
        return True

    # -- health --------------------------------------------------------------------------------------------------------

    def health(self) -> Health:
        """Also whether it has all nodes of the workflow, as far as that can be asked quickly."""
        until = time.monotonic() + QUICK
        workflow = comfyui_workflow.of(self._config)
        if "system" not in self._wire.told("/system_stats", patience=QUICK):
            return Health(ok=False, reason="it is not ComfyUI")
        for name in sorted(workflow.classes):
            if time.monotonic() > until:
                break
            if name not in self._wire.told(f"/object_info/{quote(name, safe='')}", patience=QUICK):
                return Health(ok=False, reason=f"it has no node {name}, which is in {workflow.name}")
        return Health(ok=True)


def ids(job: str) -> tuple[str, str]:
    """The `prompt_id` and the `client_id` of a job."""
    prompt, _, client = job.partition("/")
    return prompt, client or prompt


def refusal(said: dict[str, Any]) -> str:
    """Why a workflow is refused, or a part of it: what is wrong at its first node that is wrong, else in general."""
    nodes = said.get("node_errors")
    for node in nodes.values() if isinstance(nodes, dict) else ():
        for error in node.get("errors") or ():
            return f"{node.get('class_type')}: {error.get('message')}: {error.get('details')}"
    return message(said.get("error"))


def events_in(messages: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of a job's history."""
    for each in messages if isinstance(messages, list) else ():
        if isinstance(each, list) and len(each) == 2 and isinstance(each[0], str) and isinstance(each[1], dict):
            yield each[0], each[1]


def best_output(entry: dict[str, Any]) -> str:
    """Where the job's film is, as a path on the server, empty if there is none. Of several, one that was saved rather than
    one for a look; a video rather than an animated picture; from a SaveVideo; the last.
    """
    prompt = entry.get("prompt")
    nodes = prompt[2] if isinstance(prompt, list) and len(prompt) > 2 and isinstance(prompt[2], dict) else {}
    found: list[tuple[tuple[bool, bool, bool, int], str]] = []
    for node, file, is_video in films(entry.get("outputs")):
        kind = str(file.get("type") or "output")
        made_by = nodes[node].get("class_type") if isinstance(nodes.get(node), dict) else ""
        query = {"filename": file["filename"], "subfolder": str(file.get("subfolder") or ""), "type": kind}
        rank = (kind == "output", is_video, made_by == "SaveVideo", len(found))
        found.append((rank, f"/view?{urlencode(query)}"))
    return max(found)[1] if found else ""


def films(outputs: Any) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """The films among a job's outputs: their node, file, and whether they are videos and no animated pictures."""
    for node, told in outputs.items() if isinstance(outputs, dict) else ():
        if not isinstance(told, dict):
            continue
        for name, files in told.items():
            for file in files if isinstance(files, list) else ():
                if not isinstance(file, dict) or not isinstance(file.get("filename"), str):
                    continue
                ending = Path(file["filename"]).suffix.lower()
                if ending in VIDEOS:
                    yield node, file, True
                elif ending in ANIMATED and (told.get("animated") or name == "gifs"):
                    yield node, file, False
