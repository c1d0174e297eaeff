"""How far ComfyUI is with a job, heard on its websocket. Only ever a help: what became of a job, its history says."""

import json
import threading
import time
from collections.abc import Mapping
from typing import Any

from wsproto.events import TextMessage

from promptreel.engines.remote.wire import Wire

PATIENCE = 3.0
"""Seconds in which a socket is there, or is done without."""

AGAIN = 5.0
"""Seconds after which a socket that broke off, or was refused, is tried again."""

FRESH = 10.0
"""Seconds for which a job of which something was heard is taken to be still at it."""

LOOK = 0.1
"""Seconds between two looks at whether anybody still listens."""

SAMPLING = 0.9
"""The share of a job's work that its steps are; the rest is decoding and writing."""


class Listener:
    """Listens for one job, in a thread of its own, under the name (`client_id`) that the job was handed in with."""

    def __init__(self, wire: Wire, client: str, samplers: frozenset[str]) -> None:
        self.client = client
        self._wire, self._samplers = wire, samplers
        self._told: dict[str, float] = {}
        """By node that takes steps, how many of them it has made: 0…1."""
        self._cached: frozenset[str] = frozenset()
        self._heard = float("-inf")
        self._lock = threading.Lock()
        self._tried, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._listen, name="comfyui progress", daemon=True)
        self._thread.start()

    def ready(self) -> None:
        """Wait until the socket is there, or cannot be had."""
        self._tried.wait(PATIENCE)

    def close(self) -> None:
        """Listen no more."""
        self._over.set()
        self._thread.join(1.0)

    @property
    def at_it(self) -> bool:
        """Whether it was heard a moment ago that the job is being made."""
        return time.monotonic() - self._heard < FRESH

    @property
    def fraction(self) -> float | None:
        """How much of the job is done, 0…1; None where nothing was heard of steps."""
        with self._lock:
            told = dict(self._told)
        if not told:
            return None
        return SAMPLING * sum(told.values()) / len(told.keys() | (self._samplers - self._cached))

    # -- listening -----------------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                with self._wire.socket(f"/ws?clientId={self.client}") as session:
                    self._tried.set()
                    while not self._over.is_set():
                        try:
                            event = session.receive(timeout=LOOK)
                        except TimeoutError:
                            continue
                        if isinstance(event, TextMessage):  # bytes are pictures of how it looks so far
                            self._note(event.data)
            except Exception:  # noqa: BLE001 # whatever it is, there is no socket
                self._heard = float("-inf")
            self._tried.set()
            self._over.wait(AGAIN)

    def _note(self, text: str) -> None:
        """Take in one message. What is not understood is no reason to stop listening."""
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            return
        kind = message.get("type") if isinstance(message, dict) else None
        data = message.get("data") if isinstance(message, dict) else None
        if not isinstance(data, dict):
            return
        at_it = kind in ("execution_start", "execution_cached", "progress", "progress_state")
        at_it |= kind == "executing" and data.get("node") is not None
        over = kind in ("execution_success", "execution_error", "execution_interrupted")
        over |= kind == "executing" and data.get("node") is None
        if at_it:
            self._heard = time.monotonic()
        if over:
            self._heard = float("-inf")
        with self._lock:
            if kind == "execution_cached" and isinstance(data.get("nodes"), list):
                self._cached = frozenset(str(node) for node in data["nodes"])
            elif kind == "progress":
                self._step(data.get("node"), data)
            elif kind == "progress_state" and isinstance(data.get("nodes"), dict):
                for node, state in data["nodes"].items():
                    self._step(node, state)

    def _step(self, node: Any, state: Any) -> None:
        """A node's steps, as far as it makes several."""
        if not isinstance(state, dict):
            return
        made, all_of_them = state.get("value"), state.get("max")
        if isinstance(made, int | float) and isinstance(all_of_them, int | float) and all_of_them > 1:
            self._told[str(node)] = min(1.0, max(0.0, made / all_of_them))


def samplers(nodes: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """The nodes of a workflow that will make steps: those that are, by their names, samplers, and not a choice of one."""
    return frozenset(
        id
        for id, node in nodes.items()
        if "sampler" in node["class_type"].lower() and "select" not in node["class_type"].lower()
    )
