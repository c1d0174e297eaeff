"""From nothing to the first answer and to the first video: a fresh data folder, kernels not compiled.

python benchmarks/start.py [--rounds 3]
"""

import argparse
import json
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(url: str) -> None:
    while True:
        try:
            urllib.request.urlopen(url, timeout=60)
        except OSError:
            time.sleep(0.01)
        else:
            return


def start(folder: Path) -> tuple[subprocess.Popen[bytes], float]:
    """A server on that folder, and the seconds until it answered."""
    port = free_port()
    command = [sys.executable, "-m", "promptreel", "serve", "--data", str(folder), "--port", str(port)]
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(f"http://127.0.0.1:{port}/healthz")
    return process, time.monotonic() - began


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    process.wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    figures: dict[str, list[float]] = {"cold answer": [], "first video": [], "warm answer": []}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            began = time.monotonic()
            process, cold = start(Path(folder) / "data")
            while not (Path(folder) / "data" / "first-video.mp4").exists():
                time.sleep(0.02)
            video = time.monotonic() - began
            stop(process)
            process, warm = start(Path(folder) / "data")
            stop(process)
        for name, seconds in zip(figures, (cold, video, warm), strict=True):
            figures[name].append(seconds)
    print(json.dumps({name: {"median": round(statistics.median(all_of), 2), "worst": round(max(all_of), 2)}
                      for name, all_of in figures.items()}))  # fmt: skip


if __name__ == "__main__":
    main()
