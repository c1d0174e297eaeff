"""Where a model's weights are: on which device, in which precision, and what is done where the memory is not enough."""

import gc
from enum import IntEnum
from typing import Any

import psutil
import structlog
import torch

from promptreel.engine_config import DiffusersConfig
from promptreel.engines.diffusers import failing

log = structlog.get_logger()

GIB = 1 << 30
SHARE = 0.9
"""Of a card's memory that models may take: the rest is the driver's, and what fragments leave unused."""
WORKING = 5 * GIB
"""What a step and the decoder need at least beside the weights: latents, attention, one piece of frames."""
ONE_GROUP = 1 * GIB
"""What lies on the card of a model whose layers come one by one."""


class Saver(IntEnum):
    """How memory is saved; each saves more than the one before it and takes more time."""

    NONE = 0
    TILES = 1
    """The autoencoder works in tiles."""
    MODEL = 2
    """And each component is on the card only while it works."""
    GROUP = 3
    """And of each only the layers that work."""

    @property
    def words(self) -> str:
        """For the report."""
        return ("", "decoded in tiles", "components offloaded to memory", "layers offloaded to memory")[self]


def device_of(config: DiffusersConfig) -> torch.device:
    """The device that is meant: by itself the card, Apple's GPU, else the processor."""
    if config.device != "auto":
        # Written `cuda`, it is the same card as `cuda:0`, and must be equal to it.
        return torch.device("cuda", 0) if config.device == "cuda" else torch.device(config.device)
    if torch.cuda.is_available():
        return torch.device("cuda", 0)
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def dtype_of(config: DiffusersConfig, device: torch.device) -> torch.dtype:
    """The precision that is meant: what the models were trained in, where the device calculates in it."""
    if config.dtype != "auto":
        named: torch.dtype = getattr(torch, config.dtype)
        return named
    if device.type == "cuda":
        # Older cards than Ampere only pretend to it, at a crawl.
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    return torch.bfloat16 if device.type == "mps" else torch.float32


def budget(config: DiffusersConfig, device: torch.device) -> int:
    """Bytes that models may take on the device together."""
    if config.memory_gib is not None:
        return int(config.memory_gib * GIB)
    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        # Others may have some of the card, too.
        return min(int(SHARE * total), int(free + torch.cuda.memory_reserved(device)))
    if device.type == "mps":
        return int(SHARE * torch.mps.recommended_max_memory())
    return int(0.6 * psutil.virtual_memory().total)


def on_card(components: dict[str, int], saver: Saver) -> int:
    """Bytes of a model's components (bytes by name) that lie on the device at a time."""
    match saver:
        case Saver.MODEL:
            return max(components.values(), default=0)
        case Saver.GROUP:
            return min(ONE_GROUP, sum(components.values()))
        case _:
            return sum(components.values())


def work(published: float, components: dict[str, int], room: int) -> int:
    """Bytes of `room` that are kept for what a model does: what its maker says it takes in all (GiB), less its weights."""
    beyond = int(published * GIB) - sum(components.values())
    return min(max(WORKING, beyond), room // 2)


def first_saver(config: DiffusersConfig, device: torch.device, components: dict[str, int], room: int) -> Saver:
    """The least saving with which the model's weights have room (bytes), or the one that the operator chose."""
    if config.offload != "auto":
        return {"none": Saver.NONE, "model": Saver.MODEL, "group": Saver.GROUP}[config.offload]
    if device.type == "cpu":
        return Saver.NONE  # there is nowhere else to put it
    for saver in (Saver.NONE, Saver.MODEL):
        if on_card(components, saver) <= room:
            return saver
    return Saver.GROUP


def next_saver(saver: Saver, device: torch.device, *, decoding: bool) -> Saver | None:
    """What saves enough more to be worth a second try; None where nothing does. Tiles help only while it decodes."""
    most = Saver.TILES if device.type == "cpu" else Saver.GROUP
    least = Saver.TILES if decoding else Saver.MODEL
    return min(most, max(Saver(saver + 1), least)) if saver < most else None


def place(pipe: Any, saver: Saver, device: torch.device) -> None:
    """Put the pipeline's components where they belong; may be called again to save more."""
    pipe.remove_all_hooks()
    vae: Any = getattr(pipe, "vae", None)
    if saver >= Saver.TILES and hasattr(vae, "enable_tiling"):
        vae.enable_tiling()
    match saver:
        case Saver.MODEL:
            pipe.enable_model_cpu_offload(device=device)
        case Saver.GROUP:
            pipe.to("cpu", silence_dtype_warnings=True)
            pipe.enable_group_offload(
                onload_device=device,
                offload_type="leaf_level",
                use_stream=device.type == "cuda",  # layers are fetched while the ones before them work
                low_cpu_mem_usage=not pinnable(pipe),
            )
        case _:
            pipe.to(device)


def place_in_what_is_there(pipe: Any, saver: Saver, device: torch.device) -> Saver:
    """The same with the next saver where others took the memory meanwhile. Returns the one that it came to.

    Errors: torch's own, where no saver is enough.
    """
    while True:
        try:
            place(pipe, saver, device)
            return saver
        except Exception as error:
            more = next_saver(saver, device, decoding=False)
            if more is None or not failing.out_of_memory(error):
                raise
        log.warning("card_out_of_memory_while_loading", saver=more.name)
        saver = more
        give_back(device)


def pinnable(pipe: Any) -> bool:
    """Whether all weights may lie in memory that is not paged, from where layers come fastest: it holds each in a block of
    twice its size at worst, and the system needs the rest.
    """
    models = (part for part in pipe.components.values() if isinstance(part, torch.nn.Module))
    weights = sum(each.nbytes for model in models for each in (*model.parameters(), *model.buffers()))
    return bool(2 * weights < SHARE * psutil.virtual_memory().total)


def give_back(device: torch.device) -> None:
    """Return what no tensor needs any more to the device.

    What is alive then will be for long, and is not looked at again until the next time: to look through all objects of
    torch and a model takes half a second, and each video asks for that (`memory.give_memory_back`).
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
