"""What makes a loaded model faster, as its settings and its facts say. Done once, before its weights go to the device."""

from dataclasses import dataclass
from typing import Any

import structlog
import torch
from diffusers.models.attention_dispatch import AttentionBackendName, attention_backend, dispatch_attention_fn

from promptreel.engine_config import DiffusersConfig
from promptreel.engines.diffusers import step_caches
from promptreel.engines.diffusers.placing import Saver
from promptreel.engines.diffusers.step_caches import FEWEST_STEPS, StepCache, denoisers, layers
from promptreel.errors import EngineFailed
from promptreel.model_catalogue import Model

log = structlog.get_logger()

NATIVE = "native"
"""Attention of torch itself, which chooses among its own kernels."""
FASTER_ATTENTION = ("_flash_3", "flash")
"""Kernels of packages that some machines have, the fastest first. They calculate the same."""
UNMASKED = {"wan"}
"""Families that attend to everything: those kernels take no mask."""
ROUGHLY = ("sage", "_sage")
"""How kernels begin that calculate attention in eight bits."""


@dataclass(frozen=True)
class Speed:
    """What was done, and what is done at each call."""

    notes: tuple[str, ...] = ()
    cache: StepCache | None = None
    fewest_steps: int = FEWEST_STEPS

    def ready(self, pipe: Any, steps: int, saver: Saver, *, guided: bool) -> tuple[str, ...]:
        """Make the pipeline ready for a call of so many steps; returns what the report says of how it is made."""
        # Layers that come to the card one by one announce each other: one that is left out would miss its successor.
        if self.cache is None or steps < self.fewest_steps or saver is Saver.GROUP:
            for model in denoisers(pipe):
                step_caches.disable(model)
            return self.notes
        self.cache.enable(pipe, steps, guided=guided)
        return (*self.notes, self.cache.words)


def apply(
    pipe: Any,
    config: DiffusersConfig,
    facts: Model,
    device: torch.device | None = None,
    dtype: torch.dtype = torch.float32,
) -> Speed:
    """Make it so, for work on that device in that precision. Errors: `EngineFailed` for what cannot be done."""
    device = device or torch.device("cpu")
    notes = attention(pipe, config, facts, device, dtype)
    if config.fp8:
        notes += in_eight_bits(pipe, device, dtype)
    if config.compile:
        notes += compiled(pipe)
    cache = step_caches.chosen(config, facts)
    if cache is not None:
        cache.enable(pipe, facts.steps, guided=facts.guidance > 1)  # what does not suit the model is said at once
    return Speed(notes, cache, FEWEST_STEPS if config.cache == "auto" else 1)


# -- attention -----------------------------------------------------------------------------------------------------------


def attention(
    pipe: Any, config: DiffusersConfig, facts: Model, device: torch.device, dtype: torch.dtype
) -> tuple[str, ...]:
    """Have the kernel that is set, else the fastest that works here. Errors: `EngineFailed` for a set one that does not."""
    if config.attention != "auto":
        if (reason := refusal(config.attention, device, dtype)) is not None:
            raise EngineFailed(f"attention = {config.attention!r} does not work here: {reason}")
        name = config.attention
    else:
        name = next((each for each in faster(facts, device, dtype) if refusal(each, device, dtype) is None), NATIVE)
    if name == NATIVE:
        return ()
    # Setting it also sets what is taken by models for which nothing is set: those of other engines in this process.
    with attention_backend(NATIVE):
        for model in denoisers(pipe):
            if hasattr(model, "set_attention_backend"):
                model.set_attention_backend(name)
    log.info("attention_kernel", model=facts.id, kernel=name)
    return (f"attention by {name}{', in eight bits' if name.startswith(ROUGHLY) else ''}",)


def faster(facts: Model, device: torch.device, dtype: torch.dtype) -> tuple[str, ...]:
    """Kernels to be tried for that model."""
    suits = device.type == "cuda" and dtype.itemsize == 2 and facts.family in UNMASKED
    return FASTER_ATTENTION if suits else ()


def refusal(name: str, device: torch.device, dtype: torch.dtype) -> str | None:
    """Why that kernel does not work on that device: found by trying. None where it does."""
    some = torch.zeros(1, 128, 2, 64, device=device, dtype=dtype)
    try:
        with attention_backend(name):
            dispatch_attention_fn(some, some, some, backend=AttentionBackendName(name))
    except Exception as error:  # noqa: BLE001 - every package has its own way to say no
        return str(error).splitlines()[0] if str(error) else type(error).__name__
    return None


# -- weights, layers -----------------------------------------------------------------------------------------------------


def in_eight_bits(pipe: Any, device: torch.device, dtype: torch.dtype) -> tuple[str, ...]:
    """Keep the denoisers' weights in eight bits, and calculate as before. Errors: `EngineFailed` where there are none."""
    if device.type == "mps":
        raise EngineFailed("fp8 = true does not work here: this device has no numbers of eight bits")
    for model in denoisers(pipe):
        model.enable_layerwise_casting(storage_dtype=torch.float8_e4m3fn, compute_dtype=dtype)
    return ("weights in eight bits",)


def compiled(pipe: Any) -> tuple[str, ...]:
    """Compile the many equal layers: once for all of them, at the first call for a size. Kept where inductor keeps things.

    What they do and not how they are called, as `compile_repeated_blocks` would: caches and the ear for a stop stay around
    it, and are no part of it.
    """
    for model in denoisers(pipe):
        for layer in layers(model).values():
            layer.forward = torch.compile(layer.forward)
    return ("layers compiled",)
