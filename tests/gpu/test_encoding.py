"""Which encoder a model's films go to."""

import pytest
import torch

from promptreel.engine_config import DiffusersConfig
from promptreel.engines.diffusers import DiffusersEngine, encoding
from promptreel.errors import EngineFailed
from promptreel.media.codecs import X264, Nvenc

CARD = torch.device("cuda", 1)


def config(**settings) -> DiffusersConfig:
    return DiffusersConfig(kind="diffusers", model="x/y", **settings)


def test_the_cards_own_encoder_is_taken_where_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "refusal", lambda codec: None if codec == Nvenc(1) else "there is none")
    assert encoding.codec_of(config(), CARD) == encoding.codec_of(config(encoder="nvenc"), CARD) == Nvenc(1)
    assert encoding.codec_of(config(encoder="x264"), CARD) == X264()
    assert encoding.codec_of(config(), torch.device("cuda", 0)) == X264()
    with pytest.raises(EngineFailed, match="'nvenc' does not work here: there is none"):
        encoding.codec_of(config(encoder="nvenc"), torch.device("cuda", 0))


def test_one_that_is_set_and_does_not_work_is_told_before_any_film(monkeypatch: pytest.MonkeyPatch) -> None:
    assert DiffusersEngine(config(device="cpu")).codec == X264()
    with pytest.raises(EngineFailed, match="'nvenc' does not work here: cpu is no card of NVIDIA's"):
        DiffusersEngine(config(device="cpu", encoder="nvenc"))
