"""The engines that need no card, held to the contract; `tests/gpu` holds the one that does."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from promptreel.engine_config import CustomConfig, EngineConfig, ScenesConfig

from ..engines.remote.kinds import served
from ..engines.remote.servers import film
from .engine_contract import SPEC, EngineContract


class TestScenes(EngineContract):
    """The built-in one."""

    long = replace(SPEC, width=640, height=360, fps=24, duration=30.0)

    @pytest.fixture
    def config(self) -> EngineConfig:
        return ScenesConfig()


class TestCustom(EngineContract):
    """A class of an operator's own."""

    repeatable = False  # flat colours, whatever the prompt

    @pytest.fixture
    def config(self) -> EngineConfig:
        return CustomConfig(kind="custom", model="tests.engines.fakes:Slow")

    @pytest.fixture
    def broken(self) -> EngineConfig | None:
        return CustomConfig(kind="custom", model="tests.engines.fakes:Refusing")


@pytest.mark.parametrize("kind", ["vllm-omni", "sglang", "comfyui", "lightx2v"], scope="class")
class TestRemote(EngineContract):
    """Servers that render."""

    repeatable = False  # the fake makes one film only

    @pytest.fixture
    def config(self, kind: str) -> Iterator[EngineConfig]:
        with served(kind, films=[film(frames=33)]) as (_, table):
            yield table

    @pytest.fixture
    def broken(self, kind: str) -> Iterator[EngineConfig | None]:
        with served(kind, fails="no: see http://10.0.0.1/log?key=sk-very-secret-0123456789") as (_, table):
            yield table

    # A film over there that never ends is stopped in tests/engines/remote/test_through_the_host.py.
    test_a_stop_is_heard_and_the_process_stays_for_the_next_job = None  # type: ignore[assignment]
