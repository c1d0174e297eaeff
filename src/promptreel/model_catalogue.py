"""Video models that are known: what they are, what they may be used for, and the numbers they were trained for.

The facts are data, in `model_catalogue.toml`, each from the model's own card or licence.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Family = Literal["wan", "ltx2", "hunyuan15", "kandinsky6", "cogvideox"]
"""Models that are called in the same way."""


class Size(BaseModel):
    """A size that a model makes well: pixels of a frame, the shape being the caller's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int
    height: int


class Model(BaseModel):
    """One model, by its id on the hub."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    family: Family
    license: str
    license_url: str
    excluded_regions: tuple[str, ...] = ()
    """Where the licence does not hold, in words."""
    revenue_cap_usd: int | None = None
    """Yearly revenue from which on the licence asks for a contract."""
    gated: bool = False
    """Whether the hub asks who you are before it gives the files."""
    memory_gib: float
    """Of a card, in bfloat16 and without offloading."""
    memory_offloaded_gib: float | None = None
    """Of a card when what is not at work waits in the machine's own memory, where that was published."""
    takes: frozenset[Literal["text", "image", "last_image"]]
    sound: bool = False
    multiple: int
    """Both sides of a frame are multiples of this."""
    one_size: bool = False
    """Whether it makes frames of the sizes below only, whatever the shape that is asked for."""
    frame_step: int
    """The number of frames is a multiple of this …"""
    frame_offset: int
    """… and this more: 4k + 1."""
    frames: int
    """The most of one pass."""
    fps: float
    steps: int
    guidance: float
    guidance_2: float | None = None
    prompt_tokens: int
    """What its text encoder reads; the rest of a prompt is not seen."""
    sizes: dict[str, Size]
    """By quality."""
    arguments: dict[str, Any] = Field(default_factory=dict)
    """More arguments of every call of its pipeline."""
    cache: dict[str, Any] = Field(default_factory=dict)
    """The step cache that suits it, by its name and its numbers."""

    @property
    def needs_consent(self) -> bool:
        """Whether its licence leaves somebody out, or nobody here has read it."""
        return bool(self.warnings)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What an operator has to know before using it."""
        found = []
        if self.license == "unknown":
            found.append(f"its licence is not known here; read {self.license_url}")
        named = f"its licence ({self.license}, {self.license_url})"
        if self.excluded_regions:
            found.append(f"{named} does not hold in {joined(self.excluded_regions)}")
        if self.revenue_cap_usd:
            found.append(f"{named} asks companies with {self.revenue_cap_usd:,} USD a year for a contract")
        return tuple(found)


def joined(names: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text())


@cache
def models() -> dict[str, Model]:
    """All of them, by id."""
    tables = _tables()
    found = [Model(**(tables["families"][table["family"]] | table)) for table in tables["models"]]
    return {model.id: model for model in found}


def find(model: str) -> Model | None:
    """The model of that id; None for one that is not known."""
    return models().get(model)


def unlisted(name: str, family: str) -> Model:
    """What is taken to hold for a model that is not known, but its family is."""
    its_own = {"id": name, "title": name, "family": family, "license": "", "license_url": "", "memory_gib": 0}
    return Model(**(_tables()["families"][family] | its_own))
