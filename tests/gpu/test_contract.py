"""Models by diffusers, held to what every engine keeps."""

from dataclasses import replace
from pathlib import Path

import pytest

from promptreel.engine_config import EngineConfig

from ..contracts.engine_contract import SPEC, EngineContract
from . import tiny
from .conftest import Checkpoint


class TestDiffusers(EngineContract):
    """A tiny Wan."""

    long = replace(SPEC, quality="premium")

    @pytest.fixture
    def config(self, checkpoint: Checkpoint) -> EngineConfig:
        few, many = ({"width": 32, "height": 32, "frames": 9, "fps": 8, "steps": steps} for steps in (2, 1000))
        return tiny.config(checkpoint("t2v"), presets={"free": few, "premium": many})

    @pytest.fixture
    def broken(self, tmp_path: Path) -> EngineConfig | None:
        return tiny.config(tmp_path / "nothing-here")
