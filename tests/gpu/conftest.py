"""Tests of the engine `diffusers`, on the processor: left out where the extra `gpu` is not installed."""

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

collect_ignore_glob = [] if find_spec("diffusers") and find_spec("torch") else ["test_*.py"]

Checkpoint = Callable[[str], Path]


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """The folder of a tiny checkpoint by its kind (`tiny.wan`), of another family as `family/kind`; made once."""
    from . import tiny

    made: dict[str, Path] = {}

    def of(kind: str) -> Path:
        if kind not in made:
            family, _, of_family = kind.rpartition("/")
            make = import_module(f".tiny_{family}", __package__).checkpoint if family else tiny.wan
            made[kind] = make(tmp_path_factory.mktemp(kind.replace("/", "-")), of_family)
        return made[kind]

    return of


@pytest.fixture(autouse=True)
def empty_shelf() -> Iterator[None]:
    """Each test loads its models anew."""
    import torch

    from promptreel.engines.diffusers.shelf import shelf

    torch.set_num_threads(1)  # two test processes share the processor
    yield
    shelf.cache_clear()
