"""What makes a loaded model faster, as its settings and its facts say. Done once, before its weights go to the device."""

from typing import Any

from promptreel.engine_config import DiffusersConfig
from promptreel.errors import EngineFailed
from promptreel.model_catalogue import Model

DENOISERS = ("transformer", "transformer_2", "unet")
"""Components that work in every step: what they save counts many times."""


def denoisers(pipe: Any) -> list[Any]:
    """Those that this pipeline has."""
    found = (pipe.components.get(name) for name in DENOISERS)
    return [model for model in found if model is not None]


def apply(pipe: Any, config: DiffusersConfig, facts: Model) -> tuple[str, ...]:
    """Make it so; returns what was done, in words for the report. Errors: `EngineFailed` for what cannot be done."""
    done = []
    if config.attention != "auto":
        for model in denoisers(pipe):
            try:
                model.set_attention_backend(config.attention)
            except (ValueError, RuntimeError, ImportError) as error:
                raise EngineFailed(f"attention = {config.attention!r}: {error}") from error
        done.append(f"attention by {config.attention}")
    return tuple(done)
