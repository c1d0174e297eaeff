"""Servers of every kind, for what holds whatever a server speaks. Their fakes have these names in common: `base`, `created`,
`polls`, `films`, `fails`, `not_there`, `nonsense` and `restart()`.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from promptreel.engine_config import RemoteConfig

from .comfy_server import WORKFLOW, comfy
from .conftest import config
from .lightx2v_server import light
from .servers import running

OPENAI_SHAPED = ("openai", "vllm-omni", "sglang", "fastvideo", "litellm")
KINDS = (*OPENAI_SHAPED, "comfyui", "lightx2v")


@contextmanager
def served(kind: str, **behaviour: Any) -> Iterator[tuple[Any, RemoteConfig]]:
    """A server of that kind and an engine's table for it, for the block."""
    if kind != "comfyui":
        with light(**behaviour) if kind == "lightx2v" else running(kind, **behaviour) as fake:
            yield fake, config(fake.base, protocol=kind)
        return
    with comfy(**behaviour) as fake, tempfile.TemporaryDirectory() as folder:
        workflow = Path(folder) / "workflow.json"
        workflow.write_text(json.dumps(WORKFLOW))
        yield fake, config(fake.base, protocol=kind, supports=["text", "seed"], workflow=str(workflow))
