"""Where a model's weights are put, by what room there is."""

from types import SimpleNamespace

import pytest
import torch

from promptreel.engine_config import DiffusersConfig
from promptreel.engines.diffusers import placing
from promptreel.engines.diffusers.placing import GIB, Saver

CARD = torch.device("cuda", 0)
A14B = {"text_encoder": 11 * GIB, "transformer": 27 * GIB, "transformer_2": 27 * GIB, "vae": GIB // 2}


def saver(gib: float, published: float = 80, **settings) -> Saver:
    config = DiffusersConfig(kind="diffusers", model="x/y", **settings)
    room = int(gib * GIB)
    return placing.first_saver(config, CARD, A14B, room - placing.work(published, A14B, room))


@pytest.mark.parametrize(
    ("gib", "wanted"),
    [
        (125, Saver.NONE),
        (81, Saver.NONE),
        (79, Saver.MODEL),
        (45, Saver.MODEL),
        (40, Saver.GROUP),
        (22, Saver.GROUP),
        (10, Saver.GROUP),
    ],
)
def test_a_large_model_is_put_where_there_is_room(gib: float, wanted: Saver) -> None:
    assert saver(gib) is wanted


def test_what_is_published_of_a_models_memory_counts() -> None:
    assert saver(72, published=70) is Saver.NONE  # 65.5 of weights, and the least that work takes
    assert saver(72, published=80) is Saver.MODEL
    assert saver(33, published=0) is Saver.MODEL


@pytest.mark.parametrize(("offload", "wanted"), [("none", Saver.NONE), ("model", Saver.MODEL), ("group", Saver.GROUP)])
def test_what_the_operator_chose_holds(offload: str, wanted: Saver) -> None:
    assert saver(1000, offload=offload) is saver(1, offload=offload) is wanted


def test_each_second_try_saves_what_was_short() -> None:
    cpu = torch.device("cpu")
    assert placing.next_saver(Saver.NONE, CARD, decoding=True) is Saver.TILES
    assert placing.next_saver(Saver.NONE, CARD, decoding=False) is Saver.MODEL
    assert placing.next_saver(Saver.MODEL, CARD, decoding=True) is Saver.GROUP
    assert placing.next_saver(Saver.GROUP, CARD, decoding=False) is None
    assert placing.next_saver(Saver.NONE, cpu, decoding=False) is Saver.TILES
    assert placing.next_saver(Saver.TILES, cpu, decoding=False) is None


class Pipe:
    """As much of a pipeline as is placed, of which the card takes nothing whole."""

    def __init__(self) -> None:
        self.components = {"transformer": torch.nn.Linear(1000, 1000)}
        self.placed: list[str] = []

    def remove_all_hooks(self) -> None:
        pass

    def to(self, device: torch.device | str, **_: bool) -> None:
        if torch.device(device).type == "cuda":
            raise torch.OutOfMemoryError("CUDA out of memory")

    def enable_model_cpu_offload(self, device: torch.device) -> None:
        self.placed.append(f"model on {device}")

    def enable_group_offload(self, **how: object) -> None:
        self.placed.append(f"group, pinned at once: {not how['low_cpu_mem_usage']}")


def test_a_model_that_finds_less_room_than_there_was_is_saved_more_of() -> None:
    pipe = Pipe()
    assert placing.place_in_what_is_there(pipe, Saver.NONE, CARD) is Saver.MODEL
    assert pipe.placed == ["model on cuda:0"]


def test_memory_is_pinned_only_where_there_is_plenty(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = Pipe()
    placing.place(pipe, Saver.GROUP, CARD)
    monkeypatch.setattr(placing.psutil, "virtual_memory", lambda: SimpleNamespace(total=6_000_000))
    placing.place(pipe, Saver.GROUP, CARD)
    assert pipe.placed == ["group, pinned at once: True", "group, pinned at once: False"]


def test_precision_and_device_are_as_set() -> None:
    config = DiffusersConfig(kind="diffusers", model="x/y", device="cuda:1", dtype="float16")
    assert placing.device_of(config) == torch.device("cuda", 1)
    plain = [DiffusersConfig(kind="diffusers", model="x/y", device=device) for device in ("cuda", "cuda:0", "auto")]
    assert placing.device_of(plain[0]) == placing.device_of(plain[1]) == CARD
    assert len({each.together for each in plain}) == 1 and plain[0].together != config.together
    assert placing.dtype_of(config, CARD) is torch.float16
    assert placing.dtype_of(DiffusersConfig(kind="diffusers", model="x/y"), torch.device("cpu")) is torch.float32
