"""Engines with tiny models of each family, and what they are asked for."""

from dataclasses import replace
from importlib.util import find_spec

import pytest

from promptreel.engine_config import DiffusersConfig
from promptreel.engines.diffusers import DiffusersEngine
from promptreel.spec import VideoSpec

from . import tiny
from .conftest import Checkpoint
from .films import SPEC

KANDINSKY = pytest.mark.skipif(find_spec("torchvision") is None, reason="what Kandinsky 6 reads with needs torchvision")
"""Of tests with that family."""


def size(kind: str) -> tuple[int, int]:
    """Width and height that the tiny model makes."""
    return {"cogvideox": (64, 48), "hunyuan15": (32, 32)}.get(kind.partition("/")[0], (64, 64))


def film_of(checkpoint: Checkpoint, kind: str, **numbers: float) -> DiffusersConfig:
    """An engine that makes 9 frames in two steps; `numbers` of its preset go over that."""
    width, height = size(kind)
    preset = {"width": width, "height": height, "frames": 9, "fps": 8, "steps": 2, **numbers}
    return tiny.config(checkpoint(kind), presets={"free": preset})


def engine(checkpoint: Checkpoint, kind: str, **numbers: float) -> DiffusersEngine:
    """The same, made."""
    return DiffusersEngine(film_of(checkpoint, kind, **numbers))


def spec_of(kind: str) -> VideoSpec:
    """Nine frames as the model makes them."""
    width, height = size(kind)
    return replace(SPEC, width=width, height=height)
