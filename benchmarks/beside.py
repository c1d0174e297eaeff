"""How the API answers beside a large render, and what memory the engine takes for it.

    python benchmarks/beside.py [--seconds 8] [--films 3]

A server as `promptreel serve` starts it. Eight clients ask for a video's status one call after the other: first while nothing
is rendered, then while 1080p films are. The ratio tells; both are on the same machine in the same minute.

    python benchmarks/beside.py --memory [--films 8] [--length 5]

The engine's process alone, with nothing compiled before: the most memory that each 1080p film takes (Linux), pictures set in
motion among them, in one process after the other's.
"""

import argparse
import asyncio
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2
import numpy as np
import psutil
from load import get, load
from PIL import Image

from promptreel.engine_config import ScenesConfig
from promptreel.engines.host import Audience, EngineHost, Order
from promptreel.spec import VideoSpec

PROMPTS = (
    "a yellow taxi in a neon city street in the rain",
    "a fishing harbour in the morning",
    "a calm mountain lake at sunrise",
    "a river winding through a forest in autumn",
    "a dragon flying over a castle in a thunderstorm",
    "city skyline at night with fireworks",
    "people walking with umbrellas in a rainy street",
    "a waterfall in the jungle",
)


def started(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """The port of a server that has come up, and the token that its first start printed."""
    token = ""
    assert process.stdout
    for line in process.stdout:
        token = token or next(iter(re.findall(r"prl_\w{36}", line)), "")
        if found := re.search(r"promptreel serves at http://\S+:(\d+)", line):
            return int(found[1]), token
    raise RuntimeError("the server did not start")


def peak_of(pid: int) -> int:
    """The most resident memory of a process so far, in MiB."""
    return int(re.findall(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) // 1024


def engine_peak(server: int) -> int:
    """The most resident memory of the server's engine process so far, in MiB."""
    peaks = [0]
    for child in psutil.Process(server).children(recursive=True):
        try:
            if "promptreel.engines.child" in child.cmdline() and "--warm-up" not in child.cmdline():
                peaks.append(peak_of(child.pid))
        except psutil.Error:
            continue
    return max(peaks)


def measure(process: "subprocess.Popen[str]", films: int, seconds: float) -> None:
    """Both measurements, and the memory after each film."""
    port, token = started(process)
    api = httpx2.Client(
        base_url=f"http://127.0.0.1:{port}",
        headers={"Authorization": f"Bearer {token}", "Prefer": "wait=120"},
        timeout=600,
    )

    def make(prompt: str, quality: str, length: float) -> int:
        made = api.post(
            "/api/v1/generate", headers={"Prefer": ""}, json={"prompt": prompt, "quality": quality, "duration": length}
        )
        return int(made.json()["video_id"])

    def wait(video: int) -> None:
        while api.get(f"/api/v1/video/{video}/status").json()["status"] not in {"completed", "failed"}:
            pass

    first = make(PROMPTS[0], "free", 1)
    wait(first)
    request = get(f"/api/v1/video/{first}/status", token)
    alone = asyncio.run(load(port, [lambda: request] * 8, seconds))
    print(f"nothing is rendered   {alone}")
    for number in range(films):
        began = time.perf_counter()
        video = make(PROMPTS[number % len(PROMPTS)], "premium", 5)
        if number == 0:
            time.sleep(3)
            beside = asyncio.run(load(port, [lambda: request] * 8, seconds))
            print(f"beside a 1080p film   {beside}")
            print(
                f"ratio of p50 {beside.p50 / alone.p50:.2f}, of p99 {beside.p99 / alone.p99:.2f}, of rates {beside.rate / alone.rate:.2f}"
            )
        wait(video)
        took = time.perf_counter() - began
        print(f"film {number + 1}: {took:5.1f} s for 5 s of 1080p, engine's peak {engine_peak(process.pid)} MiB")


async def weigh(films: int, length: float) -> None:
    """The most memory for each of some films and a picture in motion, in one process that has nothing compiled yet."""
    with tempfile.TemporaryDirectory() as folder:
        (kernels := Path(folder, "kernels")).mkdir()
        host = EngineHost("scenes", ScenesConfig(), kernels, 4096)
        jobs: list[tuple[str, dict[str, bytes]]] = [(prompt, {}) for prompt in (PROMPTS * films)[:films]] + [
            ("clouds drift", {"image": large_picture()})
        ]
        for prompt, pictures in jobs:
            spec = VideoSpec(prompt, 1920, 1080, duration=length, seed=3, sound=True, has_image=bool(pictures))
            process = await host.start()
            Path(f"/proc/{process.pid}/clear_refs").write_text("5")  # the peak begins anew
            await host.render(Order(spec, pictures), Path(folder), Audience(lambda _fraction, _step: None), 3600)
            print(f"{peak_of(process.pid):4d} MiB  {prompt}", flush=True)
        await host.close()


def large_picture() -> bytes:
    """A JPEG of 4000x3000: soft noise."""
    coarse = np.random.default_rng(1).integers(0, 255, (30, 40, 3), np.uint8)
    held = io.BytesIO()
    Image.fromarray(coarse).resize((4000, 3000), Image.Resampling.BICUBIC).save(held, "JPEG")
    return held.getvalue()


def main() -> None:
    """Measure on a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--films", type=int, default=3)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--length", type=float, default=5)
    given = parser.parse_args()
    if given.memory:
        asyncio.run(weigh(given.films, given.length))
        return
    with tempfile.TemporaryDirectory() as folder:
        settings = {"DATA": folder, "PORT": "0", "SHOWCASE": "false"}
        environment = (
            os.environ | {f"PROMPTREEL_{name}": value for name, value in settings.items()} | {"COLUMNS": "200"}
        )
        command = [sys.executable, "-m", "promptreel", "serve", "--no-first-video"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            measure(process, given.films, given.seconds)
        finally:
            process.terminate()
            process.wait(30)


if __name__ == "__main__":
    main()
