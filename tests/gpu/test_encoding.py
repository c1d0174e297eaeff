"""Which encoder a model's films go to."""

import pytest
import torch

from promptreel.engine_config import DiffusersConfig
from promptreel.engines.diffusers import DiffusersEngine, encoding
from promptreel.media.codecs import X264, Nvenc


def config(**settings) -> DiffusersConfig:
    return DiffusersConfig(kind="diffusers", model="x/y", **settings)


def test_the_cards_own_encoder_is_taken_where_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "refusal", lambda codec: None if codec == Nvenc(1) else "there is none")
    assert encoding.codec_of(config(), torch.device("cuda", 1)) == Nvenc(1)
    assert encoding.codec_of(config(encoder="x264"), torch.device("cuda", 1)) == X264()
    assert encoding.codec_of(config(), torch.device("cuda", 0)) == X264()
    assert DiffusersEngine(config(device="cpu")).codec == X264()
