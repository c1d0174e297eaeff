"""What a model's films are encoded with: the card's own encoder, where it has one and the operator does not mind."""

import torch

from promptreel.engine_config import DiffusersConfig
from promptreel.media.codecs import X264, Codec, Nvenc, refusal


def codec_of(config: DiffusersConfig, device: torch.device) -> Codec:
    """The encoder for films that are made on that device."""
    if config.encoder == "x264" or device.type != "cuda":
        return X264()
    beside = Nvenc(device.index or 0)
    return beside if refusal(beside) is None else X264()
