"""Step caches: what a denoiser made in one step is used again in the next ones, where that changes little. Faster, and not
the same picture as without.

Which and with which numbers is data: the catalogue's `cache`, or the operator's choice. The caches are those of diffusers;
their state is emptied after each call of a pipeline (`Loaded.rest`), so a film is never made of what another one left.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from accelerate.hooks import add_hook_to_module, remove_hook_from_module
from diffusers import FasterCacheConfig, FirstBlockCacheConfig, MagCacheConfig, TaylorSeerCacheConfig

from promptreel.engine_config import DiffusersConfig
from promptreel.errors import EngineFailed
from promptreel.model_catalogue import Model

FEWEST_STEPS = 20
"""Of fewer, each differs too much from the one before it: a distilled model would lose its picture."""
DENOISERS = ("transformer", "transformer_2", "unet")
"""Components that work in every step: what they save counts many times."""

LAYERS = ("blocks", "transformer_blocks", "visual_transformer_blocks")
"""Where denoisers have their many equal layers."""


def denoisers(pipe: Any) -> list[Any]:
    """Those that this pipeline has."""
    found = (pipe.components.get(name) for name in DENOISERS)
    return [model for model in found if model is not None]


def layers(model: Any) -> dict[str, Any]:
    """The many equal layers of a denoiser, by name."""
    lists = ((name, getattr(model, name, None)) for name in LAYERS)
    return {f"{name}.{number}": layer for name, found in lists for number, layer in enumerate(found or ())}


@dataclass(frozen=True)
class StepCache:
    """One kind of cache with its numbers."""

    name: str
    numbers: Mapping[str, Any]

    @property
    def words(self) -> str:
        """For the report."""
        numbers = ", ".join(f"{name} {value}" for name, value in self.numbers.items() if not isinstance(value, list))
        how = f" ({numbers})" if numbers else ""
        return f"steps were skipped by {self.name}{how}: not the very picture that all steps make"

    def enable(self, pipe: Any, steps: int, *, guided: bool) -> None:
        """Have it in all denoisers for a call of so many steps. Errors: `EngineFailed` where it does not suit the model."""
        for model in denoisers(pipe):
            if getattr(model, "_promptreel_cache", None) == (wanted := (self, steps, guided)):
                continue
            disable(model)
            try:
                with staying_where_it_is(model):
                    model.enable_cache(self._settings(pipe, model, steps, guided=guided))
            except (ValueError, TypeError, AttributeError) as error:
                raise EngineFailed(f"cache = {self.name!r} does not suit {type(model).__name__}: {error}") from error
            model._promptreel_cache = wanted

    def _settings(self, pipe: Any, model: Any, steps: int, *, guided: bool) -> Any:
        """What diffusers calls it. Errors: `ValueError` where it does not suit the model, `TypeError` for unknown numbers."""
        match self.name:
            case "first_block":
                return FirstBlockCacheConfig(**self.numbers)
            case "mag_cache":
                if len(denoisers(pipe)) > 1:
                    raise ValueError("its numbers are of one denoiser that makes all steps")
                if "mag_ratios" not in self.numbers:
                    raise ValueError("the catalogue has no numbers of this model for it")
                return MagCacheConfig(**self.numbers, num_inference_steps=steps)
            case "taylorseer":
                return taylorseer(model, self.numbers)
            case "faster_cache":
                return faster_cache(pipe, self.numbers, guided=guided)
        raise ValueError("there is no such cache")


def taylorseer(model: Any, numbers: Mapping[str, Any]) -> TaylorSeerCacheConfig:
    """The cache that goes on in a line: kept is what leaves the model, and the layers before that do nothing meanwhile.

    Kept in the precision of the model: rounded to bfloat16, differences of neighbouring steps are mostly noise.
    Errors: `ValueError` for a model whose outputs are not known.
    """
    if not isinstance(getattr(model, "proj_out", None), torch.nn.Linear) or not layers(model):
        raise ValueError("it is not known what leaves that model")
    return TaylorSeerCacheConfig(
        skip_predict_identifiers=[re.escape(name) for name in layers(model)],
        cache_identifiers=["proj_out", "audio_proj_out"],
        taylor_factors_dtype=model.dtype,
        **numbers,
    )


def faster_cache(pipe: Any, numbers: Mapping[str, Any], *, guided: bool) -> FasterCacheConfig:
    """The cache of attention, which also leaves out predictions without the prompt.

    Errors: `ValueError` for a model that does not make both predictions in one batch: it would take one for the other.
    """
    if "CogVideoX" not in type(pipe).__name__:
        raise ValueError("it needs both predictions of a step in one batch")
    return FasterCacheConfig(
        current_timestep_callback=lambda: pipe.current_timestep,
        attention_weight_callback=lambda _: 0.3,
        tensor_format="BFCHW",
        is_guidance_distilled=not guided,
        **numbers,
    )


def disable(model: Any) -> None:
    """Without any, if there is one."""
    if getattr(model, "_promptreel_cache", None) is not None:
        with staying_where_it_is(model):
            model.disable_cache()
        model._promptreel_cache = None


@contextmanager
def staying_where_it_is(model: Any) -> Iterator[None]:
    """For the block, without the hook that brings an offloaded model to the card. That one is around the call of the model;
    a cache that comes or goes around the same call would take it along.
    """
    if (offloading := getattr(model, "_hf_hook", None)) is None:
        yield
        return
    remove_hook_from_module(model)
    try:
        yield
    finally:
        add_hook_to_module(model, offloading)


def chosen(config: DiffusersConfig, facts: Model) -> StepCache | None:
    """The one that is set, or the one that the catalogue knows to suit the model."""
    own = {name: value for name, value in facts.cache.items() if name != "name"}
    name = facts.cache.get("name", "none") if config.cache == "auto" else config.cache
    if name == "none":
        return None
    return StepCache(name, own if name == facts.cache.get("name") else {})
