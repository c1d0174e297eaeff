"""A tiny LTX 2: pictures 32 times smaller in its latents, sound of its own, and Gemma 3 to read what is asked."""

from pathlib import Path

import torch
from diffusers import (
    AutoencoderKLLTX2Audio,
    AutoencoderKLLTX2Video,
    FlowMatchEulerDiscreteScheduler,
    LTX2Pipeline,
    LTX2VideoTransformer3DModel,
)
from diffusers.pipelines.ltx2 import LTX2TextConnectors
from diffusers.pipelines.ltx2.vocoder import LTX2Vocoder
from transformers import Gemma3Config, Gemma3ForConditionalGeneration

from . import tiny

LAYERS = 2
READ = 16
"""Width of what is read."""


def text_encoder() -> Gemma3ForConditionalGeneration:
    words = {"vocab_size": 300, "hidden_size": READ, "intermediate_size": 32, "num_hidden_layers": LAYERS}
    words |= {"num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 2048}
    sight = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    sight |= {"image_size": 16, "patch_size": 8}
    return Gemma3ForConditionalGeneration(Gemma3Config(text_config=words, vision_config=sight, mm_tokens_per_image=4))


def connectors() -> LTX2TextConnectors:
    each = {"num_attention_heads": 2, "attention_head_dim": 8, "num_layers": 1, "num_learnable_registers": None}
    return LTX2TextConnectors(
        caption_channels=READ,
        text_proj_in_factor=LAYERS + 1,
        connector_rope_base_seq_len=32,
        rope_double_precision=False,
        rope_type="split",
        **{f"{way}_connector_{name}": value for way in ("video", "audio") for name, value in each.items()},
    )


def transformer() -> LTX2VideoTransformer3DModel:
    made = LTX2VideoTransformer3DModel(
        in_channels=8,
        out_channels=8,
        num_attention_heads=2,
        attention_head_dim=16,
        cross_attention_dim=32,
        audio_in_channels=4,
        audio_out_channels=4,
        audio_num_attention_heads=2,
        audio_attention_head_dim=8,
        audio_cross_attention_dim=16,
        num_layers=2,
        caption_channels=READ,
        rope_double_precision=False,
        rope_type="split",
        perturbed_attn=True,
    )
    with torch.no_grad():
        made.proj_in.weight *= 5  # random as they are, what it sees and reads would hardly show
        made.caption_projection.linear_2.weight *= 20
    return made


def vae() -> AutoencoderKLLTX2Video:
    return AutoencoderKLLTX2Video(
        latent_channels=8,
        block_out_channels=(8, 16, 32, 64),
        decoder_block_out_channels=(8, 16, 32),
        layers_per_block=(1, 1, 1, 1, 1),
        decoder_layers_per_block=(1, 1, 1, 1),
        spatial_compression_ratio=32,
        temporal_compression_ratio=8,
    )


def sound_vae() -> AutoencoderKLLTX2Audio:
    return AutoencoderKLLTX2Audio(
        base_channels=4, ch_mult=(1, 1, 1), num_res_blocks=1, resolution=32, latent_channels=2, mel_bins=8
    )


def vocoder() -> LTX2Vocoder:
    """160 samples of each step of the spectrogram: 16,000 a second."""
    return LTX2Vocoder(
        in_channels=2 * 8,
        hidden_channels=16,
        upsample_kernel_sizes=[20, 16],
        upsample_factors=[10, 16],
        resnet_kernel_sizes=[3],
        resnet_dilations=[[1, 3]],
        output_sampling_rate=16000,
    )


def checkpoint(folder: Path, kind: str = "full") -> Path:
    """A checkpoint; there is one kind, `full`, that takes text and pictures."""
    assert kind == "full"
    torch.manual_seed(1)
    LTX2Pipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True, shift_terminal=0.1),
        vae=vae().eval(),
        audio_vae=sound_vae().eval(),
        text_encoder=text_encoder().eval(),
        tokenizer=tiny.tokenizer(),
        connectors=connectors().eval(),
        transformer=transformer().eval(),
        vocoder=vocoder().eval(),
    ).save_pretrained(folder)
    return folder
