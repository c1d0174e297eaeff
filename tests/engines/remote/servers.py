"""Servers that render, as they really behave: one app per kind, with that kind's own paths, fields, statuses and oddities.

Written after the sources of vLLM-Omni 0.30.0, SGLang 0.5.23, FastVideo 0.2.1 and LiteLLM 1.109; what each does wrong on
purpose is an attribute, changed by the tests while it runs.
"""

import asyncio
import base64
import contextlib
import io
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from PIL import Image
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from promptreel.media import Encoder

KEY = "sk-very-secret-0123456789"
SERVED = "Some/Model"


@cache
def film(width: int = 96, height: int = 64, fps: int = 16, frames: int = 17, hertz: int = 0, shade: int = 40) -> bytes:
    """An MP4 whose frames become brighter, red at the left and blue at the right; with a tone of `hertz`."""
    import tempfile

    sound = None
    if hertz:
        seconds = np.arange(round(frames / fps * 48_000)) / 48_000
        sound = np.tile(0.5 * np.sin(2 * np.pi * hertz * seconds), (2, 1)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        with Encoder(path, width, height, fps, sound=sound) as encoder:
            for number in range(frames):
                picture = np.full((height, width, 3), shade + 4 * number, np.uint8)
                picture[:, : width // 4] = (200, 20, 20)
                picture[:, -(width // 4) :] = (20, 20, 200)
                encoder.add(picture)
            encoder.close()
        return path.read_bytes()


@dataclass
class Job:
    """One job of a fake server."""

    id: str
    fields: dict[str, Any]
    files: list[tuple[str, str, bytes]]
    polls: int = 0
    status: str = "queued"
    error: dict[str, Any] | None = None
    film: bytes = b""
    created_at: int = field(default_factory=lambda: int(time.time()))


@dataclass
class Fake:
    """A server's state, and what it is to do wrong."""

    kind: str
    base: str = ""
    jobs: dict[str, Job] = field(default_factory=dict)
    created: list[Job] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    """The Authorization headers of all requests."""

    polls: int = 2
    """After which a job is completed."""
    progress: list[int] = field(default_factory=list)
    model: str = SERVED
    served: list[str] | None = None
    models_status: int = 0
    fails: str = ""
    code: int | str | None = None
    films: list[bytes] = field(default_factory=list)
    create_status: int = 0
    create_detail: Any = "no"
    create_seconds: float = 0.0
    loses_answers: str = ""
    """What becomes of the answer to a job that was taken: `cut off`, or a proxy's `502`."""
    other_jobs: list[dict[str, Any]] = field(default_factory=list)
    """What else its list of jobs shows."""
    poll_statuses: list[int] = field(default_factory=list)
    """Taken from the front, instead of an answer."""
    headers: dict[str, str] = field(default_factory=dict)
    busy_deletes: int = 0
    cloud: str = ""
    cut_off: int = 0
    """Downloads that end in the middle."""
    not_there: int = 0
    stalls: bool = False
    declared: int = 0
    redirect: str = ""
    healthy: bool = True
    state: str = ""
    """A status of its own making."""
    nonsense: bytes = b""
    """Told instead of how a job stands."""

    def restart(self) -> None:
        """All ids are lost, as they are kept in memory only."""
        self.jobs.clear()

    # -- the parts that all kinds share ----------------------------------------------------------------------------

    async def note(self, request: Request) -> None:
        self.calls.append((request.method, request.url.path))
        self.keys.append(request.headers.get("authorization", ""))

    def enough(self, job: Job) -> None:
        """One more look at the job: it goes on."""
        job.polls += 1
        if job.status in ("completed", "failed"):
            return
        job.status = "in_progress"
        if job.polls >= self.polls:
            job.status = "failed" if self.fails else "completed"
            number = min(self.created.index(job), len(self.films) - 1) if self.films else 0
            job.film = self.films[number] if self.films else film()

    def told_progress(self, job: Job) -> int:
        if job.status == "completed":
            return 100
        return self.progress[min(job.polls - 1, len(self.progress) - 1)] if self.progress and job.polls else 0

    def content(self, job: Job) -> Response:
        if self.redirect:
            return RedirectResponse(self.redirect, 302)
        if self.not_there:
            self.not_there -= 1
            return JSONResponse({"detail": "Generated video file not found on disk"}, 404)
        if self.stalls:

            async def drip() -> Any:
                while True:
                    yield b"x"
                    await asyncio.sleep(0.05)

            return StreamingResponse(drip(), media_type="video/mp4")
        if self.declared:
            return StreamingResponse(iter([b"x"]), headers={"content-length": str(self.declared)})
        if self.cut_off:
            self.cut_off -= 1
            half = job.film[: len(job.film) // 2]
            return StreamingResponse(iter([half]), headers={"content-length": str(len(job.film))})
        return Response(job.film, media_type="video/mp4")


def app(fake: Fake) -> Starlette:
    """The HTTP side of it."""

    def routed(path: str, handler: Any, *methods: str) -> Route:
        async def noted(request: Request) -> Response:
            await fake.note(request)
            if fake.redirect.startswith("api:"):
                return RedirectResponse(fake.redirect[4:] + request.url.path, 307)
            answer: Response = await handler(request)
            return answer

        return Route(path, noted, methods=list(methods))

    one, content = "/v1/videos/{id}", "/v1/videos/{id}/content"
    kind = {"openai": OpenAI, "vllm-omni": VllmOmni, "sglang": Sglang, "fastvideo": FastVideo, "litellm": LiteLLM}
    server = kind[fake.kind](fake)
    routes = [
        routed("/v1/videos", server.create, "POST"),
        routed(content, server.content, "GET"),
        routed(one, server.retrieve, "GET"),
        routed("/v1/videos", server.listed, "GET"),
        routed("/v1/models", server.models, "GET"),
        routed(server.health_path, server.health, "GET"),
        Route("/cloud/{name}", server.cloud),
    ]
    if server.deletes:
        routes.append(routed(one, server.delete, "DELETE"))
    return Starlette(routes=routes)


class OpenAI:
    """As the SDK's reference has it."""

    health_path = "/nowhere"
    deletes = True

    def __init__(self, fake: Fake) -> None:
        self.fake = fake

    def refusal(self, status: int, said: Any) -> Response:
        headers = {"retry-after": "0"} if status == 429 else {}
        return JSONResponse({"error": {"message": said, "type": "e", "param": None, "code": None}}, status, headers)

    async def body(self, request: Request) -> tuple[dict[str, Any], list[tuple[str, str, bytes]]]:
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            return await request.json(), []
        fields, files = {}, []
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files.append((name, value.content_type or "", await value.read()))
                else:
                    fields[name] = value
        return fields, files

    async def create(self, request: Request) -> Response:
        fake = self.fake
        try:
            fields, files = await self.body(request)
        except (ValueError, AssertionError):
            return self.refusal(422, "the body is not as it should be")
        if fake.create_seconds:
            await asyncio.sleep(fake.create_seconds)
        if fake.create_status:
            return self.refusal(fake.create_status, fake.create_detail)
        if (wrong := self.wrong(fields)) is not None:
            return self.refusal(*wrong)
        job = Job(self.new_id(), fields, files)
        fake.jobs[job.id] = job
        fake.created.append(job)
        if fake.loses_answers == "cut off":
            return StreamingResponse(iter([b"{"]), headers={"content-length": "400"})
        return JSONResponse({}, 502) if fake.loses_answers else JSONResponse(self.told(job))

    async def listed(self, request: Request) -> Response:
        rows = [self.told(job) for job in self.fake.jobs.values()] + self.fake.other_jobs
        return JSONResponse({"object": "list", "data": rows[::-1][: int(request.query_params.get("limit", 20))]})

    def wrong(self, fields: dict[str, Any]) -> tuple[int, str] | None:
        if not isinstance(fields.get("seconds"), str) or not re.fullmatch(r"\d+x\d+", str(fields.get("size"))):
            return 400, "seconds or size"
        return None

    def new_id(self) -> str:
        return f"video_{len(self.fake.created)}"

    def told(self, job: Job) -> dict[str, Any]:
        error = {"code": self.fake.code or "failed", "message": self.fake.fails} if job.status == "failed" else None
        return {
            "id": job.id,
            "object": "video",
            "model": "m",
            "status": self.fake.state or job.status,
            "progress": self.fake.told_progress(job),
            "created_at": job.created_at,
            "seconds": "4",
            "size": "1x1",
            "prompt": job.fields["prompt"],
            "error": error,
        }

    async def retrieve(self, request: Request) -> Response:
        fake = self.fake
        if fake.nonsense:
            return Response(fake.nonsense)
        if fake.poll_statuses and (status := fake.poll_statuses.pop(0)):
            return JSONResponse({"detail": "not now"}, status, fake.headers)
        job = fake.jobs.get(request.path_params["id"])
        if job is None:
            return JSONResponse({"detail": "Video not found"}, 404)
        fake.enough(job)
        return JSONResponse(self.told(job), self.status_code(job), fake.headers)

    def status_code(self, job: Job) -> int:
        return 200

    async def content(self, request: Request) -> Response:
        job = self.fake.jobs.get(request.path_params["id"])
        if job is None or job.status != "completed":
            return JSONResponse({"detail": "Generation is still in-progress"}, 404)
        return self.fake.content(job)

    async def delete(self, request: Request) -> Response:
        fake = self.fake
        if fake.busy_deletes:
            fake.busy_deletes -= 1
            return JSONResponse({"detail": "Cancellation in progress. Please try again later."}, 409)
        job = fake.jobs.pop(request.path_params["id"], None)
        if job is None:
            return JSONResponse({"detail": "Video not found"}, 404)
        fake.deleted.append(job.id)
        return JSONResponse(self.told_deleted(job))

    def told_deleted(self, job: Job) -> dict[str, Any]:
        return {"id": job.id, "deleted": True, "object": "video.deleted"}

    async def models(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return self.refusal(401, f"Incorrect API key provided: {request.headers.get('authorization')}")
        if self.fake.models_status:
            return self.refusal(self.fake.models_status, "no")
        names = self.fake.served if self.fake.served is not None else [self.fake.model]
        return JSONResponse({"object": "list", "data": [{"id": name, "object": "model"} for name in names]})

    async def health(self, request: Request) -> Response:
        return Response(status_code=200 if self.fake.healthy else 503)

    async def cloud(self, request: Request) -> Response:
        """A bucket, which knows nothing of our key."""
        self.fake.calls.append(("CLOUD", request.url.path))
        if "authorization" in request.headers:
            return Response("a key was sent", 400)
        return Response(next(iter(self.fake.jobs.values())).film, media_type="video/mp4")


class VllmOmni(OpenAI):
    """Reads forms alone, wants its own model's name, and tells of failed jobs with the failure's status."""

    health_path = "/health"

    def refusal(self, status: int, said: Any) -> Response:
        return JSONResponse({"detail": said}, status)

    async def body(self, request: Request) -> tuple[dict[str, Any], list[tuple[str, str, bytes]]]:
        assert request.headers["content-type"].startswith("multipart/form-data")
        return await super().body(request)

    def new_id(self) -> str:
        return f"video_gen_{len(self.fake.created):032x}"

    def wrong(self, fields: dict[str, Any]) -> tuple[int, Any] | None:
        if fields.get("model", self.fake.model) != self.fake.model:
            return (
                400,
                f"Model mismatch: request specifies '{fields['model']}' but server is running '{self.fake.model}'.",
            )
        for name, reads in {"width": int, "height": int, "num_frames": int, "fps": float}.items():
            try:
                reads(fields.get(name, 1))
            except ValueError:
                return 422, [{"type": "parsing", "loc": ["body", name], "msg": "Input should be a number"}]
        if "seconds" in fields and not re.fullmatch(r"[1-9]\d*", fields["seconds"]):
            return 422, [{"loc": ["body", "seconds"], "msg": "String should match pattern"}]
        return None

    def status_code(self, job: Job) -> int:
        return (
            self.fake.code
            if isinstance(self.fake.code, int) and job.status == "failed"
            else 500
            if job.status == "failed"
            else 200
        )

    def told(self, job: Job) -> dict[str, Any]:
        said = super().told(job) | {"progress": 100 if job.status == "completed" else 0}
        if said["error"]:
            said["error"]["code"] = self.status_code(job)
        return said


class Sglang(VllmOmni):
    """Tells no prompt and no error code, deletes in another shape without stopping, and may keep films in a cloud."""

    body = OpenAI.body

    def new_id(self) -> str:
        return f"{len(self.fake.created):08x}-uuid"

    def wrong(self, fields: dict[str, Any]) -> tuple[int, Any] | None:
        for name in ("fps", "num_frames", "width", "height", "seconds"):
            if name in fields and type(fields[name]) is not int:
                return 400, f"Invalid request body: 1 validation error for VideoGenerationsRequest {name}"
        if "input_reference" in fields:
            return 400, "Failed to process image source: no such file"
        return None

    def status_code(self, job: Job) -> int:
        return 200

    def told(self, job: Job) -> dict[str, Any]:
        said = OpenAI.told(self, job)
        del said["prompt"]
        said["error"] = {"message": self.fake.fails} if job.status == "failed" else None
        said["url"] = self.fake.cloud if job.status == "completed" else None
        return said

    async def content(self, request: Request) -> Response:
        job = self.fake.jobs.get(request.path_params["id"])
        if request.query_params.get("variant", "0") != "0":
            return JSONResponse({"detail": "Video variant not found"}, 404)
        if job and self.fake.cloud:
            said = f"Video has been uploaded to cloud storage. Please use the cloud URL: {self.fake.cloud}"
            return JSONResponse({"detail": said}, 400)
        return await super().content(request)

    def told_deleted(self, job: Job) -> dict[str, Any]:
        return self.told(job) | {"status": "deleted"}


class FastVideo(Sglang):
    """As SGLang was; reads a size in one word, and says `queued` until a job is done."""

    def wrong(self, fields: dict[str, Any]) -> tuple[int, Any] | None:
        if not re.fullmatch(r"\d+x\d+", str(fields.get("size", ""))):
            return 400, "Invalid request body: size"
        return super().wrong(fields)

    def told(self, job: Job) -> dict[str, Any]:
        said = super().told(job)
        return said | {"status": {"in_progress": "queued"}.get(said["status"], said["status"])}


class LiteLLM(OpenAI):
    """A proxy: ids are encoded, there is nothing to delete with, and a model has to be named."""

    health_path = "/health/liveliness"
    deletes = False

    def new_id(self) -> str:
        return (
            "video_"
            + base64.b64encode(f"litellm:custom_llm_provider:openai;{len(self.fake.created)}==".encode()).decode()
        )

    def wrong(self, fields: dict[str, Any]) -> tuple[int, Any] | None:
        return (400, "model is required") if not fields.get("model") else super().wrong(fields)


@contextlib.contextmanager
def running(kind: str, **behaviour: Any) -> Iterator[Fake]:
    """A server of that kind on a port of its own, for the block."""
    fake = Fake(kind, **behaviour)
    with serving(app(fake)) as fake.base:
        yield fake


@contextlib.contextmanager
def serving(application: Any) -> Iterator[str]:
    """The app's address, for the block."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        server = uvicorn.Server(
            uvicorn.Config(application, log_config=None, lifespan="off", timeout_graceful_shutdown=1, loop="asyncio")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = server.force_exit = True
            thread.join(10)


def picture_in(url: str) -> Image.Image:
    """The picture of a data URL."""
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


def json_of(text: str) -> Any:
    return json.loads(text)
