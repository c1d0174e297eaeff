"""ComfyUI as it behaves: nodes that it checks, one worker, a queue, a history, folders of files, sockets by client.

Written after server.py, execution.py and comfy_execution/progress.py of 0.3.64, with `old` as releases of 2024 were. A job goes
on by one step whenever its history is looked at, so that nothing here depends on a clock.
"""

import asyncio
import contextlib
import io
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from uuid import uuid4

from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from .servers import film, serving

NODES: dict[str, dict[str, type]] = {
    "CLIPTextEncode": {"text": str},
    "LoadImage": {"image": str},
    "EmptyHunyuanLatentVideo": {"width": int, "height": int, "length": int},
    "WanImageToVideo": {"width": int, "height": int, "length": int},
    "KSampler": {"seed": int, "steps": int, "cfg": float},
    "KSamplerSelect": {"sampler_name": str},
    "VAEDecode": {},
    "CreateVideo": {"fps": float},
    "SaveVideo": {"filename_prefix": str},
    "SaveWEBM": {"filename_prefix": str},
    "SaveAnimatedWEBP": {"filename_prefix": str},
    "SaveImage": {"filename_prefix": str},
    "PreviewImage": {},
    "VHS_VideoCombine": {"filename_prefix": str},
}
"""What each node needs, and what it makes of it."""

OUTPUTS = {"SaveVideo", "SaveWEBM", "SaveAnimatedWEBP", "SaveImage", "PreviewImage", "VHS_VideoCombine"}

ENDINGS = {
    "SaveVideo": "mp4",
    "VHS_VideoCombine": "mp4",
    "SaveWEBM": "webm",
    "SaveAnimatedWEBP": "webp",
    "SaveImage": "png",
    "PreviewImage": "png",
}


WORKFLOW: dict[str, Any] = {
    "1": {"class_type": "CLIPTextEncode", "inputs": {"text": "film of {{prompt}}, 4k", "clip": ["9", 0]}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "{{negative_prompt}}", "clip": ["9", 0]}},
    "3": {
        "class_type": "EmptyHunyuanLatentVideo",
        "inputs": {"width": "{{width}}", "height": "{{height}}", "length": "{{frames}}", "batch_size": 1},
    },
    "4": {"class_type": "KSampler", "inputs": {"seed": "{{seed}}", "steps": 20, "cfg": 6.0, "model": ["9", 1]}},
    "5": {"class_type": "CreateVideo", "inputs": {"fps": "{{fps}}", "images": ["4", 0]}},
    "6": {"class_type": "SaveVideo", "inputs": {"filename_prefix": "promptreel/{{job}}", "video": ["5", 0]}},
}
"""One that makes a video of a text."""


@dataclass
class Job:
    id: str
    client: str
    nodes: dict[str, Any]
    number: int
    steps: int = 0
    messages: list[list[Any]] = field(default_factory=list)


@dataclass
class Comfy:
    """A server's state, and what it is to do wrong."""

    base: str = ""
    old: bool = False
    """As in 2024: no ids of the client's, no interrupting by id, no `progress_state`."""
    polls: int = 4
    """Looks after which a job is done: its steps."""
    queue: list[Job] = field(default_factory=list)
    """The first of them runs."""
    history: dict[str, Any] = field(default_factory=dict)
    uploads: dict[tuple[str, str], bytes] = field(default_factory=dict)
    """By folder and name."""
    outputs: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    """By type, subfolder and name."""
    created: list[Job] = field(default_factory=list)
    interrupts: list[str] = field(default_factory=list)
    """What ran when one came."""
    calls: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    """The names under which sockets were opened."""
    sockets: dict[str, WebSocket] = field(default_factory=dict)

    films: list[bytes] = field(default_factory=list)
    """The first instead of the usual one."""
    films_of: dict[str, bytes] = field(default_factory=dict)
    """The same by class of node."""
    fails: str = ""
    """What its sampler says when it fails."""
    refuses_sockets: bool = False
    breaks_sockets: bool = False
    runs_on: bool = False
    """It does not hear that it is interrupted: it is in a long step."""
    not_there: int = 0
    """Films that it cannot find."""
    nonsense: bytes = b""
    statuses: list[int] = field(default_factory=list)
    """Of the next looks into the history, 0 for an answer."""
    lacks: set[str] = field(default_factory=set)
    takes_and_says_nothing: bool = False

    def restart(self) -> None:
        """What is in memory is lost, and the folder for files of the moment is emptied."""
        self.queue.clear()
        self.history.clear()
        self.uploads = {place: data for place, data in self.uploads.items() if place[0] != "temp"}

    # -- telling ---------------------------------------------------------------------------------------------------

    async def tell(self, job: Job, kind: str, data: dict[str, Any], kept: bool = True) -> None:
        if kept:
            job.messages.append([kind, data])
        if socket := self.sockets.get(job.client):
            with contextlib.suppress(Exception):
                await socket.send_text(json.dumps({"type": kind, "data": data}))

    async def start(self, job: Job) -> None:
        await self.tell(job, "execution_start", {"prompt_id": job.id})
        await self.tell(job, "execution_cached", {"nodes": [], "prompt_id": job.id})

    async def step(self, job: Job) -> None:
        """One step of its samplers."""
        job.steps += 1
        sampler = next((id for id, node in job.nodes.items() if node["class_type"] == "KSampler"), "1")
        state = {"value": min(job.steps, self.polls), "max": self.polls, "prompt_id": job.id}
        await self.tell(job, "executing", {"node": sampler, "prompt_id": job.id}, kept=False)
        if self.old:
            await self.tell(job, "progress", state | {"node": sampler}, kept=False)
        else:
            nodes = {
                "1": {"value": 1, "max": 1, "state": "finished", "node_id": "1", "prompt_id": job.id},
                sampler: state | {"state": "running", "node_id": sampler},
            }
            await self.tell(job, "progress_state", {"prompt_id": job.id, "nodes": nodes}, kept=False)
        if socket := self.sockets.get(job.client):
            preview = struct.pack(">II", 1, 1) + b"\xff\xd8 not shown"
            with contextlib.suppress(Exception):
                await socket.send_bytes(preview)
        if job.steps >= self.polls:
            await self.end(job)

    async def end(self, job: Job, interrupted: bool = False) -> None:
        self.queue.remove(job)
        failing = next((id for id, node in job.nodes.items() if self.fails and node["class_type"] == "KSampler"), None)
        outputs: dict[str, Any] = {}
        if interrupted:
            await self.tell(job, "execution_interrupted", {"prompt_id": job.id, "node_type": "KSampler"})
        elif failing:
            told = {"node_id": failing, "node_type": "KSampler", "exception_message": self.fails}
            traceback = [f'File "/opt/ComfyUI/execution.py", line {n}\n' for n in range(20)]
            await self.tell(job, "execution_error", {"prompt_id": job.id, **told, "traceback": traceback})
        else:
            outputs = {
                id: made
                for id, node in job.nodes.items()
                if (made := self.made(job, id, node["class_type"], node["inputs"])) is not None
            }
            await self.tell(job, "execution_success", {"prompt_id": job.id})
        well = not interrupted and not failing
        self.history[job.id] = {
            "prompt": [job.number, job.id, job.nodes, {"client_id": job.client}, list(outputs)],
            "outputs": outputs,
            "status": {"status_str": "success" if well else "error", "completed": well, "messages": job.messages},
            "meta": {},
        }
        await self.tell(job, "executing", {"node": None, "prompt_id": job.id}, kept=False)
        if self.queue:
            await self.start(self.queue[0])

    def made(self, job: Job, id: str, kind: str, inputs: dict[str, Any]) -> dict[str, Any] | None:
        """What an output node writes, and tells."""
        if kind not in OUTPUTS:
            return None
        prefix = PurePosixPath(str(inputs.get("filename_prefix", "ComfyUI")))
        name = f"{prefix.name}_{len(self.outputs) + 1:05}_.{ENDINGS[kind]}"
        folder = "" if str(prefix.parent) == "." else str(prefix.parent)
        place = "temp" if kind == "PreviewImage" else "output"
        if not self.not_there:
            usual = b"\x89PNG" if ENDINGS[kind] == "png" else (self.films or [film()])[0]
            self.outputs[place, folder, name] = self.films_of.get(kind, usual)
        file = {"filename": name, "subfolder": folder, "type": place}
        if kind == "VHS_VideoCombine":
            return {"gifs": [file | {"format": "video/h264-mp4", "frame_rate": 16.0, "workflow": "x.png"}]}
        return {"images": [file], **({} if ENDINGS[kind] == "png" else {"animated": [True]})}

    # -- HTTP ------------------------------------------------------------------------------------------------------

    async def prompt(self, request: Request) -> Response:
        said = await request.json()
        nodes = said["prompt"]
        for id, node in nodes.items():
            if node.get("class_type") not in NODES or node["class_type"] in self.lacks:
                told = f"Cannot execute because node {node.get('class_type')} does not exist."
                error = {"type": "invalid_prompt", "message": told, "details": f"Node ID '#{id}'", "extra_info": {}}
                return JSONResponse({"error": error, "node_errors": {}}, 400)
        wrong = {
            id: {"errors": errors, "dependent_outputs": [], "class_type": node["class_type"]}
            for id, node in nodes.items()
            if (errors := self.errors(node))
        }
        good = [id for id, node in nodes.items() if node["class_type"] in OUTPUTS and id not in wrong]
        if not good or any(nodes[id]["class_type"] not in OUTPUTS for id in wrong):
            told = {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation"}
            return JSONResponse({"error": told | {"details": "", "extra_info": {}}, "node_errors": wrong}, 400)
        id = str(uuid4()) if self.old else str(said.get("prompt_id", uuid4()))
        job = Job(id, said.get("client_id", ""), nodes, len(self.created))
        self.created.append(job)
        self.queue.append(job)
        if self.queue[0] is job:
            await self.start(job)
        if self.takes_and_says_nothing:
            return Response(status_code=502)
        return JSONResponse({"prompt_id": id, "number": job.number, "node_errors": wrong})

    def errors(self, node: dict[str, Any]) -> list[dict[str, Any]]:
        """What is wrong with a node's inputs."""
        found = []
        for name, reads in NODES[node["class_type"]].items():
            value = node["inputs"].get(name)
            if value is None:
                found.append(
                    {"type": "required_input_missing", "message": "Required input is missing", "details": name}
                )
                continue
            try:
                node["inputs"][name] = reads(value)
            except (TypeError, ValueError) as error:
                told = f"Failed to convert an input value to a {reads.__name__.upper()} value"
                found.append({"type": "invalid_input_type", "message": told, "details": f"{name}, {value}, {error}"})
        if node["class_type"] == "LoadImage" and not found:
            name, _, place = node["inputs"]["image"].partition(" [")
            if (place.removesuffix("]") or "input", name) not in self.uploads:
                told = {"type": "custom_validation_failed", "message": "Custom validation failed for node"}
                found.append(told | {"details": f"image - Invalid image file: {node['inputs']['image']}"})
        return found

    async def upload(self, request: Request) -> Response:
        async with request.form() as form:
            image = form.get("image")
            if image is None or isinstance(image, str) or not image.filename:
                return Response(status_code=400)
            place = str(form.get("type") or "input")
            data = await image.read()
        Image.open(io.BytesIO(data)).verify()
        self.uploads[place, image.filename] = data
        return JSONResponse({"name": image.filename, "subfolder": "", "type": place})

    async def history_of(self, request: Request) -> Response:
        if self.nonsense:
            return Response(self.nonsense)
        if self.statuses and (status := self.statuses.pop(0)):
            return Response("<html>not now</html>", status)
        if self.queue and not self.runs_on:
            await self.step(self.queue[0])
            await asyncio.sleep(0)
        id = request.path_params["id"]
        return JSONResponse({id: self.history[id]} if id in self.history else {})

    async def forget(self, request: Request) -> Response:
        for id in (await request.json()).get("delete", []):
            self.history.pop(id, None)
        return Response()

    async def queued(self, request: Request) -> Response:
        rows = [[job.number, job.id, job.nodes, {"client_id": job.client}, []] for job in self.queue]
        return JSONResponse({"queue_running": rows[:1], "queue_pending": rows[1:]})

    async def take_from_queue(self, request: Request) -> Response:
        for id in (await request.json()).get("delete", []):
            for job in self.queue[1:]:
                if job.id == id:
                    self.queue.remove(job)
        return Response()

    async def interrupt(self, request: Request) -> Response:
        wanted = (await request.json()).get("prompt_id") if await request.body() else None
        running = self.queue[0] if self.queue else None
        self.interrupts.append(running.id if running else "")
        if running and not self.runs_on and (self.old or wanted in (None, running.id)):
            await self.end(running, interrupted=True)
        return Response()

    async def view(self, request: Request) -> Response:
        query = request.query_params
        if query["filename"].startswith("/") or ".." in query["filename"]:
            return Response(status_code=400)
        found = self.outputs.get((query.get("type", "output"), query.get("subfolder", ""), query["filename"]))
        return Response(found) if found is not None else Response(status_code=404)

    async def stats(self, request: Request) -> Response:
        return JSONResponse({"system": {"comfyui_version": "0.3.64"}, "devices": []})

    async def info(self, request: Request) -> Response:
        name = request.path_params["name"]
        return JSONResponse({name: {"input": {}}} if name in NODES and name not in self.lacks else {})

    async def socket(self, socket: WebSocket) -> None:
        self.keys.append(socket.headers.get("authorization", ""))
        if self.refuses_sockets:
            await socket.close()
            return
        await socket.accept()
        client = socket.query_params.get("clientId") or uuid4().hex
        self.heard.append(client)
        self.sockets[client] = socket
        with contextlib.suppress(Exception):
            status = {"status": {"exec_info": {"queue_remaining": len(self.queue)}}, "sid": client}
            await socket.send_text(json.dumps({"type": "status", "data": status}))
            await socket.send_text('{"type": "crystools.monitor", "data": null}')
            await socket.send_text("no JSON")
        if self.breaks_sockets:
            await socket.close()
        try:
            while True:
                await socket.receive()
        except (WebSocketDisconnect, RuntimeError):
            self.sockets.pop(client, None)

    @property
    def app(self) -> Starlette:
        def noted(path: str, handler: Any, method: str) -> Route:
            async def answered(request: Request) -> Response:
                self.calls.append(f"{method} {request.url.path}")
                self.keys.append(request.headers.get("authorization", ""))
                answer: Response = await handler(request)
                return answer

            return Route(path, answered, methods=[method])

        return Starlette(
            routes=[
                noted("/prompt", self.prompt, "POST"),
                noted("/upload/image", self.upload, "POST"),
                noted("/history/{id}", self.history_of, "GET"),
                noted("/history", self.forget, "POST"),
                noted("/queue", self.queued, "GET"),
                noted("/queue", self.take_from_queue, "POST"),
                noted("/interrupt", self.interrupt, "POST"),
                noted("/view", self.view, "GET"),
                noted("/system_stats", self.stats, "GET"),
                noted("/object_info/{name}", self.info, "GET"),
                WebSocketRoute("/ws", self.socket),
            ]
        )


@contextlib.contextmanager
def comfy(**behaviour: Any) -> Iterator[Comfy]:
    """A ComfyUI on a port of its own, for the block."""
    fake = Comfy(**behaviour)
    with serving(fake.app) as fake.base:
        yield fake


def animated_webp(frames: int = 17, width: int = 96, height: int = 64) -> bytes:
    """An animated picture that becomes brighter, as SaveAnimatedWEBP writes it for 16 frames a second."""
    pictures = [Image.new("RGB", (width, height), (40 + 6 * n,) * 3) for n in range(frames)]
    out = io.BytesIO()
    pictures[0].save(out, "WEBP", save_all=True, append_images=pictures[1:], duration=int(1000 / 16), lossless=True)
    return out.getvalue()
