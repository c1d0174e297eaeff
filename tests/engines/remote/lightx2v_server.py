"""LightX2V as it behaves: ids of the client's own, one task at a time, no progress, and cancelling that stops no GPU.

Written after lightx2v/server (api/tasks, task_manager.py, schema.py) of August 2026. A task goes on whenever its status is
asked for, so that nothing here depends on a clock.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from .servers import film, serving

NUMBERS = ("seed", "infer_steps", "target_video_length", "num_fragments", "target_fps")


@dataclass
class Task:
    id: str
    fields: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)
    status: str = "pending"
    error: str | None = None
    polls: int = 0
    rendering: bool = False


@dataclass
class Light:
    """A server's state, and what it is to do wrong."""

    base: str = ""
    polls: int = 3
    """Looks after which a task is done."""
    tasks: dict[str, Task] = field(default_factory=dict)
    created: list[Task] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    queue_size: int = 10
    fails: str = ""
    not_there: int = 0
    films: list[bytes] = field(default_factory=list)
    nonsense: bytes = b""
    takes_and_says_nothing: bool = False
    model_path: str = "/models/Wan2.1-T2V-1.3B"

    @property
    def current(self) -> Task | None:
        return next((task for task in self.tasks.values() if task.rendering), None)

    @property
    def active(self) -> int:
        return sum(task.status in ("pending", "processing") for task in self.tasks.values())

    def restart(self) -> None:
        """All ids are lost, as they are kept in memory only."""
        self.tasks.clear()

    def go_on(self) -> None:
        """Render a little, or take up the next task."""
        task = self.current
        if task is None:
            task = next((task for task in self.tasks.values() if task.status == "pending"), None)
            if task is None:
                return
            task.rendering, task.status = True, "processing"
        task.polls += 1
        if task.polls >= self.polls:
            # What was cancelled while it was rendered becomes completed all the same.
            task.rendering, task.status = False, "failed" if self.fails else "completed"
            task.error = self.fails or None

    # -- HTTP ------------------------------------------------------------------------------------------------------

    def take(self, id: str, fields: dict[str, Any], files: dict[str, bytes]) -> Response:
        if id in self.tasks:
            return JSONResponse({"detail": f"Task ID {id} already exists"}, 503)
        if self.active >= self.queue_size:
            return JSONResponse({"detail": f"Task queue is full (max {self.queue_size} tasks)"}, 503)
        self.tasks[id] = Task(id, fields, files)
        self.created.append(self.tasks[id])
        if self.takes_and_says_nothing:
            return Response(status_code=504)
        return JSONResponse({"task_id": id, "task_status": "pending", "save_result_path": id})

    async def create(self, request: Request) -> Response:
        fields = await request.json()
        for name in NUMBERS:
            if name in fields and type(fields[name]) is not int:
                detail = [{"type": "int_type", "loc": ["body", name], "msg": "Input should be a valid integer"}]
                return JSONResponse({"detail": detail}, 422)
        return self.take(fields.get("task_id") or str(uuid4()), fields, {})

    async def create_by_form(self, request: Request) -> Response:
        fields: dict[str, Any] = {"infer_steps": 5, "seed": 42, "target_video_length": 81, "target_fps": 16}
        files = {}
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files[name] = await value.read()
                else:
                    fields[name] = int(value) if name in NUMBERS else value
        if "image_file" not in files:
            return JSONResponse({"detail": [{"loc": ["body", "image_file"], "msg": "Field required"}]}, 422)
        return self.take(str(uuid4()), fields, files)

    async def status(self, request: Request) -> Response:
        if self.nonsense:
            return Response(self.nonsense)
        self.go_on()
        task = self.tasks.get(request.path_params["id"])
        if task is None:
            return JSONResponse({"detail": "Task not found"}, 404)
        return JSONResponse(
            {
                "task_id": task.id,
                "status": task.status,
                "start_time": "2026-08-21T17:45:44",
                "end_time": None,
                "error": task.error,
                "error_type": "RuntimeError" if task.error else "",
                "save_result_path": f"{task.id}.mp4",
            }
        )

    async def result(self, request: Request) -> Response:
        task = self.tasks.get(request.path_params["id"])
        if task is None or task.status != "completed":
            return JSONResponse({"detail": "Task not completed" if task else "Task not found"}, 404)
        if self.not_there:
            return JSONResponse({"detail": f"File not found: /root/save_results/outputs/{task.id}.mp4"}, 404)
        return Response((self.films or [film()])[0], media_type="video/mp4")

    async def stop(self, request: Request) -> Response:
        task = self.tasks.get(request.path_params["id"])
        self.deleted.append(request.path_params["id"])
        if task is None or task.status in ("completed", "failed"):
            return JSONResponse({"stop_status": "do_nothing", "reason": "Task not found or already completed."})
        task.status, task.error = "cancelled", "Task cancelled by user"
        return JSONResponse({"stop_status": "success", "reason": "Task stopped successfully."})

    async def service(self, request: Request) -> Response:
        current = self.current.id if self.current else None
        return JSONResponse({"service_status": "busy" if current else "idle", "current_task": current})

    async def metadata(self, request: Request) -> Response:
        return JSONResponse({"nproc_per_node": 1, "model_cls": "wan2.1", "model_path": self.model_path})

    async def queue(self, request: Request) -> Response:
        return JSONResponse({"queue_size": self.queue_size, "queue_available": self.queue_size - self.active})

    async def with_slash(self, request: Request) -> Response:
        return RedirectResponse("/v1/tasks/video/", 307)

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/tasks/video/", self.create, methods=["POST"]),
                Route("/v1/tasks/video", self.with_slash, methods=["POST"]),
                Route("/v1/tasks/video/form", self.create_by_form, methods=["POST"]),
                Route("/v1/tasks/queue/status", self.queue, methods=["GET"]),
                Route("/v1/tasks/{id}/status", self.status, methods=["GET"]),
                Route("/v1/tasks/{id}/result", self.result, methods=["GET"]),
                Route("/v1/tasks/{id}", self.stop, methods=["DELETE"]),
                Route("/v1/service/status", self.service, methods=["GET"]),
                Route("/v1/service/metadata", self.metadata, methods=["GET"]),
            ]
        )


@contextlib.contextmanager
def light(**behaviour: Any) -> Iterator[Light]:
    """A LightX2V on a port of its own, for the block."""
    fake = Light(**behaviour)
    with serving(fake.app) as fake.base:
        yield fake
