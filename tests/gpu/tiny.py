"""Checkpoints as the hub has them, but of a few thousand random numbers: made here, and loaded by the real classes."""

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKLWan,
    UniPCMultistepScheduler,
    WanImageToVideoPipeline,
    WanPipeline,
    WanTransformer3DModel,
)
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    CLIPVisionModel,
    PreTrainedTokenizerFast,
    UMT5Config,
    UMT5EncoderModel,
)

from promptreel.engine_config import DiffusersConfig, Preset

WIDTH = 32
"""Of what the text encoder makes of a token."""


def tokenizer() -> PreTrainedTokenizerFast:
    """Every byte is a token, and one more stands at the end."""
    special = ["<pad>", "</s>", "<unk>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate([*special, *alphabet])}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>", eos_token="</s>", unk_token="<unk>")


def qwen(layers: int) -> dict[str, Any]:
    """Numbers of a tiny Qwen 2.5 VL that reads; `hidden_size` is what it makes of a token."""
    numbers = {"vocab_size": 300, "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": layers}
    rope = {"mrope_section": [1, 1, 2], "rope_type": "default", "rope_theta": 1e6}
    return numbers | {"num_attention_heads": 2, "num_key_value_heads": 2, "rope_parameters": rope}


def text_encoder() -> UMT5EncoderModel:
    config = UMT5Config(vocab_size=300, d_model=WIDTH, d_kv=8, d_ff=37, num_layers=2, num_heads=4, dropout_rate=0.0)
    return UMT5EncoderModel(config).eval()


def vae(*, large: bool = False) -> AutoencoderKLWan:
    """Wan 2.1's, or the one of 2.2's 5B, whose latents are half as many again and have 48 channels."""
    common: dict[str, Any] = {
        "base_dim": 3,
        "dim_mult": [1, 1, 1, 1],
        "num_res_blocks": 1,
        "temperal_downsample": [False, True, True],
    }
    if not large:
        return AutoencoderKLWan(z_dim=16, **common).eval()
    more = {"in_channels": 12, "out_channels": 12, "is_residual": True, "patch_size": 2, "scale_factor_spatial": 16}
    return AutoencoderKLWan(z_dim=48, latents_mean=[0.0] * 48, latents_std=[1.0] * 48, **more, **common).eval()


def transformer(channels: int = 16, out: int = 16, **more: Any) -> WanTransformer3DModel:
    made = WanTransformer3DModel(
        patch_size=(1, 2, 2),
        num_attention_heads=2,
        attention_head_dim=12,
        in_channels=channels,
        out_channels=out,
        text_dim=WIDTH,
        freq_dim=256,
        ffn_dim=32,
        num_layers=2,
        cross_attn_norm=True,
        qk_norm="rms_norm_across_heads",
        rope_max_seq_len=32,
        **more,
    )
    with torch.no_grad():
        made.patch_embedding.weight *= 20  # random as it is, what it reads would hardly show
    return made.eval()


def scheduler() -> UniPCMultistepScheduler:
    return UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0)


def wan(folder: Path, kind: str = "t2v") -> Path:
    """A checkpoint of that kind: `t2v`, `i2v` and `flf` (2.1), `ti2v` (2.2's 5B), `two` and `two_i2v` (2.2's A14B)."""
    torch.manual_seed(1)
    parts: dict[str, Any] = {
        "tokenizer": tokenizer(),
        "text_encoder": text_encoder(),
        "vae": vae(large=kind == "ti2v"),
        "scheduler": scheduler(),
    }
    match kind:
        case "t2v":
            pipe = WanPipeline(transformer=transformer(), **parts)
        case "ti2v":
            pipe = WanPipeline(transformer=transformer(48, 48), expand_timesteps=True, **parts)
        case "two":
            pipe = WanPipeline(transformer=transformer(), transformer_2=transformer(), boundary_ratio=0.875, **parts)
        case "two_i2v":
            experts = {"transformer": transformer(36), "transformer_2": transformer(36)}
            pipe = WanImageToVideoPipeline(boundary_ratio=0.875, **experts, **parts)
        case _:
            more = {"pos_embed_seq_len": 2 * (4 * 4 + 1)} if kind == "flf" else {}
            config = CLIPVisionConfig(
                hidden_size=4, projection_dim=4, num_hidden_layers=2, num_attention_heads=2, image_size=32, intermediate_size=16, patch_size=8
            )  # fmt: skip
            sight = {
                "image_encoder": CLIPVisionModel(config).eval(),
                "image_processor": CLIPImageProcessor(crop_size=32, size=32),
            }
            pipe = WanImageToVideoPipeline(transformer=transformer(36, image_dim=4, **more), **sight, **parts)
    pipe.save_pretrained(folder)
    return folder


def config(folder: Path, **more: Any) -> DiffusersConfig:
    """An engine with that checkpoint that makes 9 frames of 32 by 32 in two steps, on the processor."""
    small = Preset(width=32, height=32, frames=9, fps=8, steps=2)
    settings: dict[str, Any] = {"presets": {"free": small}, "device": "cpu", "dtype": "float32"}
    return DiffusersConfig(kind="diffusers", model=str(folder), **(settings | more))


def rewrite(file: Path, **changes: Any) -> None:
    """Change entries of a JSON file; None takes one out."""
    found = json.loads(file.read_text()) | changes
    file.write_text(json.dumps({name: value for name, value in found.items() if value is not None}))
