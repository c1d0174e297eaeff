"""Models kept warm: all that share a device, within its memory. The one that was used longest ago goes first."""

import itertools
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import diffusers
import structlog
import torch
import transformers

from promptreel import model_catalogue
from promptreel.engine_config import DiffusersConfig
from promptreel.engines.diffusers import checkpoint, loras, placing, speed, step_caches
from promptreel.engines.diffusers.families import Family, family, family_of_pipeline
from promptreel.engines.diffusers.placing import Saver
from promptreel.engines.diffusers.speed import Speed
from promptreel.engines.diffusers.texts import Texts
from promptreel.engines.diffusers.waiting import Background, Tell, part
from promptreel.engines.fitting import Native
from promptreel.errors import EngineFailed, EngineRefused
from promptreel.model_catalogue import Model

log = structlog.get_logger()

# Nobody sees them, and they would fill the log.
for library in (diffusers, transformers):
    library.utils.logging.disable_progress_bar()

DOWNLOAD_SHARE = 0.5
"""Of the work, where the model's files must come first."""
WHAT_IS_LOADED = {
    "model", "base", "revision", "device", "dtype", "cache", "attention", "compile", "fp8", "offload", "loras",
}  # fmt: skip
"""Settings that make another model of it in memory. The others only say how it is called."""


@dataclass
class Loaded:
    """A model that is ready to be called."""

    pipe: Any
    facts: Model
    family: Family
    device: torch.device
    dtype: torch.dtype
    components: dict[str, int]
    """Bytes of each component's weights."""
    saver: Saver
    speed: Speed = field(default_factory=Speed)
    texts: Texts = field(default_factory=Texts)
    used: int = 0
    _siblings: dict[str, Any] = field(default_factory=dict)
    _settled: set[tuple[int, int, int]] = field(default_factory=set)

    @property
    def on_card(self) -> int:
        """Bytes of the device that it takes while it works."""
        return placing.on_card(self.components, self.saver)

    @property
    def takes(self) -> frozenset[str]:
        """What it can start from: what the checkpoint can, and the catalogue does not deny."""
        return self.family.takes(self.pipe) & self.facts.takes

    def pipeline(self, kind: str) -> Any:
        """The pipeline that starts from `text`, `image` or `last_image`: of the same components, so it costs nothing."""
        wanted = self.family.pipelines[kind]
        if type(self.pipe).__name__ == wanted:
            return self.pipe
        if wanted not in self._siblings:
            self._siblings[wanted] = sibling(self.pipe, getattr(diffusers, wanted))
        return self._siblings[wanted]

    def rest(self) -> None:
        """After a call, also one that was cut off: what is offloaded goes back, and caches between steps are empty."""
        self.pipe.maybe_free_model_hooks()

    def settle(self, native: Native) -> None:
        """After the first film of a size, for which layers were compiled: what the compiler keeps is not looked through after
        each film from now on.
        """
        size = native.width, native.height, native.frames
        if size not in self._settled:
            self._settled.add(size)
            placing.give_back(self.device)

    def let_go(self) -> None:
        """Hold no weights any more, whoever still holds this: an engine keeps its last film, and that its model."""
        self.pipe.remove_all_hooks()
        self.pipe = None
        self._siblings.clear()
        self.texts = Texts()

    def save_more(self, saver: Saver) -> None:
        """Take less of the device's memory from now on."""
        self.rest()
        self.saver = saver
        placing.give_back(self.device)
        placing.place(self.pipe, saver, self.device)


def sibling(pipe: Any, kind: type) -> Any:
    """Another pipeline of the same components and settings."""
    components, settings = pipe._get_signature_keys(kind)
    made = kind(
        **{name: pipe.components.get(name) for name in components},
        **{name: pipe.config[name] for name in settings if name in pipe.config},
    )
    made.set_progress_bar_config(disable=True)
    return made


class Shelf:
    """The models of one process. Progress may be told anew from 0: what is warm, or in the cache, takes no share of it."""

    def __init__(self) -> None:
        self._loaded: dict[str, Loaded] = {}
        self._loading: tuple[str, Background[Loaded]] | None = None
        """A model that is read just now. It is read to its end even when nobody waits for it any more: the next job may."""
        self._count = itertools.count(1)

    def take(self, config: DiffusersConfig, tell: Tell) -> Loaded:
        """The model that is set so, loaded if it is not yet. Errors: `EngineFailed`, `EngineStopped`."""
        key = config.model_dump_json(include=WHAT_IS_LOADED)
        while key not in self._loaded:
            if self._loading is None:
                self._loading = key, self._load(config, tell)
            begun, loading = self._loading
            loading.wait(lambda: tell(0.0, "loading the model"))
            self._loading = None
            try:
                self._loaded[begun] = loading.result()
                placing.give_back(self._loaded[begun].device)
            except Exception:
                if begun == key:  # else it was for a job that is gone
                    raise
        found = self._loaded[key]
        found.used = next(self._count)
        return found

    def has(self, config: DiffusersConfig) -> bool:
        """Whether that model is warm."""
        return config.model_dump_json(include=WHAT_IS_LOADED) in self._loaded

    def has_or_reads(self, config: DiffusersConfig) -> bool:
        """Whether that model is warm or being read: any other would have to wait for that, and then be loaded."""
        reads = self._loading is not None and self._loading[0] == config.model_dump_json(include=WHAT_IS_LOADED)
        return reads or self.has(config)

    def clear_for(self, stays: Loaded | None, device: torch.device, wanted: int = 0, room: int = 0) -> bool:
        """Drop models of the device, coldest first, until the rest and `wanted` bytes are within `room`. Whether any went."""
        went = False
        while others := [(key, one) for key, one in self._loaded.items() if one.device == device and one is not stays]:
            if sum(one.on_card for _, one in others) + wanted <= room:
                break
            key, coldest = min(others, key=lambda entry: entry[1].used)
            log.info("model_dropped", model=coldest.facts.id)
            coldest.let_go()
            del self._loaded[key]
            went = True
        if went:
            placing.give_back(device)
        return went

    def _load(self, config: DiffusersConfig, tell: Tell) -> Background[Loaded]:
        """Begin to load it, once its files are there. Errors: `EngineFailed`, `EngineStopped`."""
        folder = checkpoint.find(config, part(tell, 0.0, DOWNLOAD_SHARE))
        device = placing.device_of(config)
        dtype = placing.dtype_of(config, device)
        index = checkpoint.index(folder)
        facts = facts_of(config, index["_class_name"])
        kind = family(facts.family)
        if index["_class_name"] not in kind.pipelines.values():
            raise EngineFailed(
                f"{checkpoint.name_of(config)} is made for {index['_class_name']}, not a model like {facts.title}"
            )
        weights = {
            name: count * (4 if name in kind.full_precision else bytes_each(name, config, dtype))
            for name, count in checkpoint.parameters(folder).items()
        }
        room = placing.budget(config, device)
        room -= placing.work(facts.memory_gib, weights, room)
        saver = placing.first_saver(config, device, weights, room)
        self.clear_for(None, device, placing.on_card(weights, saver), room)

        def work() -> Loaded:
            pipe = pipeline_from(folder, index["_class_name"], kind, dtype)
            loras.fuse(pipe, config)
            fast = speed.apply(pipe, config, facts, device, dtype)
            placed = placing.place_in_what_is_there(pipe, saver, device)
            return Loaded(pipe, facts, kind, device, dtype, weights, placed, fast)

        return Background(work)


def bytes_each(name: str, config: DiffusersConfig, dtype: torch.dtype) -> int:
    """Of a weight of that component."""
    return 1 if config.fp8 and name in step_caches.DENOISERS else dtype.itemsize


def pipeline_from(folder: Path, name: str, kind: Family, dtype: torch.dtype) -> Any:
    """The checkpoint in that folder as a pipeline, on the processor. Errors: `EngineFailed` for files that do not fit."""
    dtypes = {"default": dtype} | dict.fromkeys(kind.full_precision, torch.float32)
    try:
        pipe = getattr(diffusers, name).from_pretrained(
            folder, dtype=dtypes, use_safetensors=True, local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        # Whole in the log alone: it names files of this machine.
        log.warning("model_not_loaded", folder=str(folder), reason=str(error))
        raise EngineFailed(f"the model could not be loaded: {type(error).__name__}") from error
    pipe.set_progress_bar_config(disable=True)
    return pipe


def facts_of(config: DiffusersConfig, pipeline: str) -> Model:
    """What the catalogue knows of the model, or what is taken to hold for any model that has that pipeline.

    Errors: `EngineRefused` for a base that is not in the catalogue, `EngineFailed` for a pipeline that is of no family.
    """
    if config.facts is not None:
        return config.facts
    if config.base:
        raise EngineRefused(f"the catalogue has no {config.base}; there is: {', '.join(model_catalogue.models())}")
    return model_catalogue.unlisted(checkpoint.name_of(config), family_of_pipeline(pipeline))


@cache
def shelf() -> Shelf:
    """The one of this process: all engines in it share the card, so they share what lies on it."""
    return Shelf()
