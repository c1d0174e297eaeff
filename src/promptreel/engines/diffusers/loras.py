"""LoRAs that are fused into a model's weights: a style, or fewer steps. `id` or `id/file.safetensors`, or a file of one's own;
`@0.8` behind it is its weight.
"""

import re
from pathlib import Path
from typing import Any

import structlog

from promptreel.engine_config import DiffusersConfig
from promptreel.errors import EngineFailed

log = structlog.get_logger()

WRITTEN = re.compile(r"(?P<where>.+?)(?:@(?P<weight>\d*\.?\d+))?")
LATE = re.compile(r"low[-_ ]?noise", re.IGNORECASE)
"""In the name of a LoRA that is for the second expert, where a model has two."""


def fuse(pipe: Any, config: DiffusersConfig) -> None:
    """Fuse all that are set, in order. Errors: `EngineFailed` for one that is not there or does not fit."""
    for number, written in enumerate(config.loras):
        where, weight = read(written)
        place, file = where_it_is(where)
        late = bool(LATE.search(where)) and pipe.components.get("transformer_2") is not None
        name = f"lora_{number}"
        try:
            pipe.load_lora_weights(
                place,
                weight_name=file,
                adapter_name=name,
                use_safetensors=True,
                local_files_only=config.offline or Path(place).exists(),
                **({"load_into_transformer_2": True} if late else {}),
            )
            every = pipe._lora_loadable_modules
            expert = ["transformer_2"] if late else [part for part in every if part != "transformer_2"]
            pipe.fuse_lora(components=expert, lora_scale=weight, adapter_names=[name])
            pipe.unload_lora_weights()
        except (OSError, ValueError, KeyError, RuntimeError, AttributeError, ImportError) as error:
            # Whole in the log alone: it may name files of this machine.
            log.warning("lora_not_fused", lora=written, reason=str(error))
            raise EngineFailed(f"the LoRA {Path(where).name} could not be fused: {type(error).__name__}") from error


def read(written: str) -> tuple[str, float]:
    """Where it is, and its weight. Errors: `EngineFailed`."""
    if (found := WRITTEN.fullmatch(written)) is None:
        raise EngineFailed(f"{written!r} is no LoRA")
    return found["where"], float(found["weight"] or 1)


def where_it_is(where: str) -> tuple[str, str | None]:
    """A folder or an id of the hub, and the file in it; None where it has one only."""
    path = Path(where).expanduser()
    if path.is_file():
        return str(path.parent), path.name
    if path.is_dir() or not where.endswith(".safetensors"):
        return where, None
    parts = where.split("/")
    return "/".join(parts[:2]), "/".join(parts[2:])
