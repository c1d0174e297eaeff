"""What an engine is to an operator: a table `[engines.NAME]` of `promptreel.toml`. Pure data, checked when it is read."""

import os
import re
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from promptreel import model_catalogue
from promptreel.model_catalogue import Model
from promptreel.plans import QUALITIES

NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")
"""A name of an engine or a pool: it stands in addresses, in logs and in the names of folders."""

CLASS = r"[\w.]+:\w+"
"""How a class of one's own is named: `module:Class`."""

POOL = "render"
"""The pool of the slots that `promptreel serve` starts by itself."""


EVERYTHING = frozenset({"text", "image", "last_image"})


class Table(BaseModel):
    """A table of the file: a word that it does not know is a mistake, not a wish for later."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Preset(Table):
    """How an engine makes one quality; what is left out is as the model's entry in the catalogue says.

    These are the model's own (native) numbers. The caller gets the size, length and rate of the quality in any case.
    """

    width: int | None = Field(default=None, ge=16, le=3840)
    height: int | None = Field(default=None, ge=16, le=3840)
    frames: int | None = Field(default=None, ge=1, le=3600)
    """The most frames of one pass; longer videos are made of several."""
    fps: float | None = Field(default=None, ge=1, le=120)
    steps: int | None = Field(default=None, ge=1, le=1000)
    guidance: float | None = Field(default=None, ge=0, le=100)
    guidance_2: float | None = Field(default=None, ge=0, le=100)
    """Of the second expert, for models that have two."""
    price: int | None = Field(default=None, ge=0, le=1_000_000)
    """Credits of a video of this quality by this engine, instead of the quality's own price."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Handed on as they are: arguments of the pipeline's call, or fields of the server's request."""

    @model_validator(mode="after")
    def whole_size(self) -> "Preset":
        """Errors: `ValueError` for half of a size, which would be none."""
        if (self.width is None) != (self.height is None):
            raise ValueError("width and height go together")
        return self


class Common(Table):
    """What all kinds of engines have."""

    title: str = Field(default="", max_length=80)
    """What people read where they choose; empty: the engine's name."""
    pool: str = POOL
    """Where it may run: on the slots of this pool (`promptreel worker --pool`)."""
    presets: dict[str, Preset] = Field(default_factory=dict)
    """By quality. With any, only these qualities can be asked of the engine; with none, all."""
    time_limit: float | None = Field(default=None, gt=0)
    """Seconds of one attempt, instead of `engine_time_limit`."""
    memory_mib: int | None = Field(default=None, ge=128)
    """Resident memory of its process, instead of `engine_memory_mib` (of models on a card: of most that the machine has)."""

    @property
    def takes(self) -> frozenset[str]:
        """Of what it can make a video: `text`, `image`, `last_image`. Without `text` it needs a picture."""
        return EVERYTHING

    @property
    def sounds(self) -> bool:
        """Whether its films are known to come with sound where that is asked for."""
        return False

    @property
    def together(self) -> str | None:
        """Engines of a slot for which this word is the same live in one process; None: in one of its own."""
        return None

    @field_validator("pool")
    @classmethod
    def pool_is_a_name(cls, pool: str) -> str:
        """Errors: `ValueError`."""
        if not NAME.fullmatch(pool):
            raise ValueError("a pool's name is 1 to 40 small letters, digits, dots and hyphens")
        return pool

    @field_validator("presets")
    @classmethod
    def presets_are_of_qualities(cls, presets: dict[str, Preset]) -> dict[str, Preset]:
        """Errors: `ValueError` for a quality that there is not."""
        for quality in presets:
            if quality not in QUALITIES:
                raise ValueError(f"there is no quality {quality!r}; there is: {', '.join(QUALITIES)}")
        return presets

    def makes(self, quality: str) -> bool:
        """Whether videos of that quality can be asked of it."""
        return not self.presets or quality in self.presets

    def price(self, quality: str) -> int:
        """Credits of a video. Errors: `KeyError` for a quality that there is not."""
        preset = self.presets.get(quality)
        return QUALITIES[quality].price if preset is None or preset.price is None else preset.price


class ScenesConfig(Common):
    """The built-in engine."""

    kind: Literal["scenes"] = "scenes"

    @property
    def sounds(self) -> bool:
        """It makes what one hears of what one sees."""
        return True


class CustomConfig(Common):
    """An engine of your own: a class at `module:Class` that is as `promptreel.engines.Engine` says."""

    kind: Literal["custom"]
    model: str = Field(pattern=f"^{CLASS}$")
    options: dict[str, Any] = Field(default_factory=dict)
    """Arguments of the class."""


class Licensed(Common):
    """What all have that run a model whose licence is somebody's."""

    accept_license: bool = False
    """That you have read a licence that is not free for everyone, and may use the model."""

    @property
    def known(self) -> tuple[Model, ...]:
        """The models of it that are in the catalogue."""
        raise NotImplementedError

    @model_validator(mode="after")
    def consented(self) -> "Licensed":
        """Errors: `ValueError` for a model whose licence leaves somebody out, and that nobody has accepted."""
        for model in self.known:
            if model.warnings and not self.accept_license:
                raise ValueError(
                    f"{model.id}: {'; '.join(model.warnings)}. If you may use it, set accept_license = true"
                )
        return self


class DiffusersConfig(Licensed):
    """A model that diffusers runs, on a GPU of the machine that the slot is on."""

    kind: Literal["diffusers"]
    model: str = Field(min_length=1)
    """An id on the hub, or a folder."""
    base: str = ""
    """The model of the catalogue whose facts hold for this one too: for a fine-tune, or a folder."""
    revision: str = ""
    """A commit, tag or branch on the hub; a commit pins what runs."""
    offline: bool = False
    """Never ask the hub: everything is in its cache or in the folder already."""
    device: str = Field(default="auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    memory_gib: float | None = Field(default=None, gt=0)
    """Of the card's memory that models may take together; None: nine tenths of it."""
    cache: Literal["auto", "none", "first_block", "taylorseer", "mag_cache", "faster_cache"] = "auto"
    """What skips work between steps: faster, and not quite the same picture."""
    attention: str = "auto"
    compile: bool = False
    """Compile the model's blocks: minutes once, then faster for good."""
    fp8: bool = False
    """Keep the weights in eight bits: half the memory, nearly the same picture."""
    offload: Literal["auto", "none", "model", "group"] = "auto"
    encoder: Literal["auto", "x264"] = "auto"
    """What its films are encoded with; `auto`: NVENC where the card has it, else x264."""
    loras: tuple[str, ...] = ()
    """Ids or files of LoRAs that are fused in: `id`, or `id/file.safetensors`, `@0.8` behind it for its weight."""

    @property
    def known(self) -> tuple[Model, ...]:
        """The one."""
        return (self.facts,) if self.facts else ()

    @property
    def together(self) -> str | None:
        """Models that share a card must be dropped for each other, so one process has them all."""
        return "diffusers " + {"auto": "cuda:0", "cuda": "cuda:0"}.get(self.device, self.device)

    @property
    def facts(self) -> Model | None:
        """What the catalogue knows of the model."""
        return model_catalogue.find(self.base or self.model)

    @property
    def takes(self) -> frozenset[str]:
        """As the catalogue has it; all, and left to the model, where that does not know it."""
        return self.facts.takes if self.facts else EVERYTHING

    @property
    def sounds(self) -> bool:
        """As the catalogue has it."""
        return self.facts is not None and self.facts.sound


class Server(Table):
    """One server of a pool of servers."""

    url: str
    slots: int = Field(default=1, ge=1, le=256)
    """Jobs that it is given at a time."""
    model: str = ""
    """What it calls the model, where that differs from the engine's `model`."""

    @field_validator("url")
    @classmethod
    def plain_address(cls, url: str) -> str:
        """Errors: `ValueError` for what is no web address, or more than one: it stands in lists, pages and the database."""
        if not re.fullmatch(r"https?://[^\s?#\\]+", url):
            raise ValueError("it has to be as http://10.0.0.7:8000, without ? and #")
        try:
            parts = urlsplit(url)
            there = parts.hostname and parts.port != 0
        except ValueError:
            there = False
        if not there:
            raise ValueError("it has no host, or no port that can be")
        if "@" in parts.netloc:
            raise ValueError("no name or password may stand in it: give key or key_env")
        return url

    @property
    def root(self) -> str:
        """The address below which all its paths are: two of the same root are the same server."""
        return self.url.rstrip("/").removesuffix("/v1").rstrip("/")


class RemoteConfig(Licensed):
    """Servers that render, with this one's queue before them."""

    kind: Literal["remote"]
    protocol: Literal["openai", "vllm-omni", "sglang", "fastvideo", "litellm", "comfyui", "lightx2v"]
    servers: tuple[Server, ...] = Field(min_length=1, max_length=64)
    model: str = ""
    """The model's name in requests; empty: the one that the server serves."""
    key: str = Field(default="", repr=False)
    """Sent as a bearer token."""
    key_env: str = ""
    """The variable of the environment that holds the key."""
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks where films may be kept although they are not public, as a store of the operator's own."""
    workflow: str = ""
    """ComfyUI: the file of a workflow in API format, with placeholders such as `{{prompt}}`."""
    supports: tuple[Literal["text", "image", "last_image", "negative_prompt", "seed", "sound"], ...] = (
        "text",
        "image",
        "negative_prompt",
        "seed",
    )
    poll_seconds: float = Field(default=1.0, gt=0, le=60)
    connect_seconds: float = Field(default=10.0, gt=0, le=300)
    lost_after: float = Field(default=60.0, gt=0)
    """Seconds for which a server may be out of reach while it renders, before its job goes elsewhere."""

    @model_validator(mode="before")
    @classmethod
    def supports_what_the_model_does(cls, table: Any) -> Any:
        """Where `supports` is not said and the catalogue has the model, it is known."""
        facts = model_catalogue.find(str(table.get("model"))) if isinstance(table, dict) else None
        if facts is None or "supports" in table:
            return table
        sound = ("sound",) if facts.sound else ()
        return table | {"supports": (*sorted(facts.takes), "negative_prompt", "seed", *sound)}

    @field_validator("key")
    @classmethod
    def sendable(cls, key: str) -> str:
        """Errors: `ValueError` for what cannot stand in a header."""
        if not re.fullmatch("[!-~]*", key):
            raise ValueError("there is white space in it, or a letter that no key has")
        return key

    @field_validator("servers")
    @classmethod
    def each_once(cls, servers: tuple[Server, ...]) -> tuple[Server, ...]:
        """Errors: `ValueError` for a server that is there twice, whose slots would be counted for both."""
        roots = [server.root for server in servers]
        if twice := next((root for root in roots if roots.count(root) > 1), None):
            raise ValueError(f"{twice} is there twice: say slots instead")
        return servers

    @model_validator(mode="after")
    def complete(self) -> "RemoteConfig":
        """Errors: `ValueError` for ComfyUI without a workflow, a key given twice, and what nothing can be asked of."""
        if self.protocol == "comfyui" and not self.workflow:
            raise ValueError("protocol comfyui needs a workflow")
        if self.key and self.key_env:
            raise ValueError("give key or key_env, not both")
        if not {"text", "image"} & set(self.supports):
            raise ValueError('supports needs "text" or "image"')
        return self

    @property
    def known(self) -> tuple[Model, ...]:
        """Those that the servers are said to have."""
        names = dict.fromkeys((self.model, *(server.model for server in self.servers)))
        return tuple(filter(None, map(model_catalogue.find, names)))

    @property
    def takes(self) -> frozenset[str]:
        """As the operator says of the servers."""
        return EVERYTHING & frozenset(self.supports)

    @property
    def sounds(self) -> bool:
        """As the operator says of the servers."""
        return "sound" in self.supports

    @property
    def secret(self) -> str:
        """The key itself, from wherever it is; empty for none."""
        return self.key or (os.environ.get(self.key_env, "").strip() if self.key_env else "")


EngineConfig = Annotated[ScenesConfig | CustomConfig | DiffusersConfig | RemoteConfig, Field(discriminator="kind")]
"""Any engine, told apart by its `kind`."""

SCENES = ScenesConfig()
"""The built-in engine as it is without a table of its own."""
