"""A model hub of one's own: answers the few questions that are asked on the way to a model's files."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

COMMIT = "5f2c9e0b7a4d1386c0e9b8a7d6c5b4a392817065"


class Hub:
    """Files by repository; `asked` are the paths that were asked for."""

    def __init__(self) -> None:
        self.repositories: dict[str, Path] = {}
        self.gated: set[str] = set()
        self.asked: list[str] = []
        self.held = ""
        """How the path ends of a file that comes only when it is let go."""
        self.let_go = Event()
        self.url = ""

    def tree(self, name: str) -> list[dict]:
        folder = self.repositories[name]
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        return [
            {
                "type": "file",
                "path": file.relative_to(folder).as_posix(),
                "size": file.stat().st_size,
                "oid": digest(file),
            }
            for file in files
        ]


def digest(file: Path) -> str:
    return hashlib.sha1(file.read_bytes()).hexdigest()


@contextmanager
def running() -> Iterator[Hub]:
    """A hub that answers at `url` for the block."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.answer()

        def do_GET(self) -> None:
            self.answer()

        def log_message(self, *_: object) -> None:
            pass

        def answer(self) -> None:
            path = urlsplit(self.path).path
            hub.asked.append(path)
            parts = path.strip("/").split("/")
            name = "/".join(parts[2:4]) if parts[0] == "api" else "/".join(parts[:2])
            if name not in hub.repositories:
                self.refuse(401, "RepoNotFound")
            elif name in hub.gated:
                self.refuse(403, "GatedRepo")
            elif parts[0] == "api" and parts[4] == "revision":
                if parts[5] not in ("main", COMMIT):
                    self.refuse(404, "RevisionNotFound")
                else:
                    files = [{"rfilename": file["path"]} for file in hub.tree(name)]
                    self.send(json.dumps({"id": name, "sha": COMMIT, "siblings": files}).encode())
            elif parts[0] == "api":
                self.send(json.dumps(hub.tree(name)).encode())
            else:
                self.file(hub.repositories[name] / "/".join(parts[4:]))

        def refuse(self, status: int, code: str) -> None:
            self.send(b"{}", status, {"X-Error-Code": code, "X-Error-Message": code})

        def file(self, file: Path) -> None:
            if not file.is_file():
                self.refuse(404, "EntryNotFound")
            else:
                self.send(file.read_bytes(), 200, {"ETag": f'"{digest(file)}"', "X-Repo-Commit": COMMIT})

        def send(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for key, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(key, value)
            self.end_headers()
            if self.command == "GET":
                half = len(body) // 2
                self.wfile.write(body[:half])
                if hub.held and urlsplit(self.path).path.endswith(hub.held):
                    hub.let_go.wait(60)
                with suppress(OSError):  # nobody waits any more
                    self.wfile.write(body[half:])

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
