"""What a model's films are encoded with: the card's own encoder, where it has one and the operator does not mind."""

import torch

from promptreel.engine_config import DiffusersConfig
from promptreel.errors import EngineFailed
from promptreel.media.codecs import X264, Codec, Nvenc, refusal


def codec_of(config: DiffusersConfig, device: torch.device) -> Codec:
    """The encoder for films that are made on that device. Errors: `EngineFailed` for a set one that does not work here."""
    if config.encoder == "x264" or (config.encoder == "auto" and device.type != "cuda"):
        return X264()
    wanted = Nvenc(device.index or 0)
    reason = refusal(wanted) if device.type == "cuda" else f"{device.type} is no card of NVIDIA's"
    if reason is None:
        return wanted
    if config.encoder == "nvenc":
        raise EngineFailed(f"encoder = 'nvenc' does not work here: {reason}")
    return X264()
