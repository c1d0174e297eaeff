"""`promptreel serve`, alive: started, killed in every part, stopped, and started again. Real processes, real kills."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from promptreel.db import server
from promptreel.serve import address
from promptreel.settings import load_settings

pytestmark = pytest.mark.slow

PATIENCE = 90.0


class Served:
    """A running `promptreel serve` and what it prints."""

    def __init__(self, data: Path, *options: str, port: int = 0, first_video: bool = False) -> None:
        self.data = data
        options = options if first_video else ("--no-first-video", *options)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "promptreel", "serve", "--data", str(data), "--port", str(port), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.output = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.output += line

    def expect(self, pattern: str) -> str:
        """The first group of the pattern, once it has been printed."""
        wait(lambda: re.search(pattern, self.output) or self.process.poll() is not None, lambda: self.output)
        found = re.search(pattern, self.output)
        assert found, self.output
        return found[1]

    @property
    def url(self) -> str:
        return self.expect(r"serves at (http://\S+)")

    def children(self) -> dict[str, psutil.Process]:
        """The API and worker processes by name."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            try:
                command = child.cmdline()
            except psutil.Error:
                continue
            for name in ("api", "worker"):
                if name in command:
                    found[name] = child
        return found

    def postgres(self) -> psutil.Process:
        lock = self.data / "postgres" / "cluster" / "postmaster.pid"
        return psutil.Process(int(lock.read_text().split()[0]))

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
        self._reader.join(10)
        return code


def wait(condition: Callable[[], object], told: Callable[[], str] = str, patience: float = PATIENCE) -> float:
    """Return when the condition holds; the seconds that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < patience, told()
        time.sleep(0.05)
    return time.monotonic() - began


def healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=30) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def call(url: str, token: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
    request = urllib.request.Request(
        url + path,
        data=json.dumps(body).encode() if body is not None else None,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers},
    )
    with urllib.request.urlopen(request, timeout=120) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


def cluster(data: Path) -> Path:
    """A data folder whose database is made, the quick way."""
    server.start(load_settings(data=data), durable=False).stop()
    return data


@pytest.fixture
def data(tmp_path: Path, kernels: Path) -> Iterator[Path]:
    folder = cluster(tmp_path / "data")
    (folder / "cache").mkdir(exist_ok=True)
    (folder / "cache" / "kernels").symlink_to(kernels)
    yield folder
    # Whatever a test left running ends with it.
    server.start(load_settings(data=folder), durable=False).stop()


def test_serves_and_stops(data: Path) -> None:
    served = Served(data)
    try:
        token = served.expect(r"(prl_\w{36})\n")
        claim = served.expect(r"(/start/[\w-]{43})\n")
        assert healthy(served.url)
        with urllib.request.urlopen(served.url + claim) as page:
            assert "Claim this installation" in page.read().decode()
        account = call(served.url, token, "/api/v1/account")
        assert (account["email"], account["subscription_tier"], account["credits"]) == (
            "operator@localhost",
            "enterprise",
            1000,
        )
        children = served.children()
        assert set(children) == {"api", "worker"}
    finally:
        code = served.stop()
    assert code == 0
    assert "Traceback" not in served.output
    assert not any(child.is_running() for child in children.values())
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists()

    again = Served(data)
    try:
        assert healthy(again.url)
        assert "prl_" not in again.output
        # Nobody has claimed it yet: here is another link.
        assert again.expect(r"(/start/[\w-]{43})\n") != claim
        assert call(again.url, token, "/api/v1/account")["credits"] == 1000
    finally:
        assert again.stop() == 0


def test_heals_from_every_kill(data: Path) -> None:
    served = Served(data)
    try:
        token = served.expect(r"(prl_\w{36})\n")
        url = served.url
        for name in ("api", "worker"):
            before = served.children()[name]
            before.kill()
            wait(lambda name=name, before=before: served.children().get(name, before) != before)  # type: ignore[misc]
        # Its socket is the supervisor's: callers wait for the new process and are not refused.
        assert healthy(url)

        postgres = served.postgres()
        postgres.kill()
        wait(lambda: "database_ended" in served.output, lambda: served.output, 10)
        wait(lambda: healthy(url), lambda: served.output)
        assert served.postgres() != postgres
        assert call(url, token, "/api/v1/account")["credits"] == 1000
    finally:
        assert served.stop() == 0
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists()


def test_a_killed_supervisor_takes_its_children_along_and_the_next_one_attaches(data: Path) -> None:
    served = Served(data)
    token = served.expect(r"(prl_\w{36})\n")
    url = served.url
    children = served.children()
    postgres = served.postgres()
    served.process.kill()
    served.process.wait()
    # At once on the same port: the killed one's API must not be in the way.
    again = Served(data, port=int(url.rsplit(":", 1)[1]))
    try:
        assert again.url == url
        wait(lambda: not any(is_alive(child) for child in children.values()))
        assert again.postgres() == postgres
        assert call(url, token, "/api/v1/account")["credits"] == 1000
    finally:
        assert again.stop() == 0
    assert not is_alive(postgres)


def is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_taken_port_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        served = Served(tmp_path / "data", port=port)
        assert served.process.wait(60) == 2
    wait(lambda: served.output.endswith("\n"))
    assert served.output == f"promptreel: Port {port} on 127.0.0.1 is in use; choose another with --port\n"
    assert not (tmp_path / "data" / "postgres").exists()


def test_unwritable_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    served = Served(tmp_path / "file" / "data")
    assert served.process.wait(60) == 2
    wait(lambda: served.output.endswith("\n"))
    assert len(served.output.splitlines()) == 1
    assert "cannot be written" in served.output


def test_first_video_from_an_interrupted_first_run(data: Path) -> None:
    """The first run is stopped while it renders; the next one says so, carries on, and saves a playable file."""
    served = Served(data, first_video=True)
    try:
        served.expect(r"(The first video)")
        wait(lambda: "render_started" in served.output, lambda: served.output)
    finally:
        assert served.stop() == 0
    finished = (data / "first-video.mp4").exists()
    again = Served(data, first_video=True)
    try:
        if not finished:
            again.expect(r"(The first video was interrupted)")
            path = Path(again.expect(r"file\s+(\S+first-video.mp4)"))
            assert path == data / "first-video.mp4"
            with urllib.request.urlopen(again.expect(r"URL\s+(http://\S+)")) as response:
                assert response.read() == path.read_bytes()
        assert healthy(again.url)
        assert (data / "first-video.mp4").read_bytes()[4:8] == b"ftyp"
        assert not (data / "first-video.json").exists()
    finally:
        assert again.stop() == 0


def test_addresses() -> None:
    for host, expected in {
        "127.0.0.1": "http://127.0.0.1:80",
        "0.0.0.0": "http://127.0.0.1:80",
        "::": "http://[::1]:80",
        "reel.example": "http://reel.example:80",
    }.items():
        assert address(load_settings(host=host, port=80)) == expected
