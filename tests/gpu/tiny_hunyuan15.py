"""A tiny HunyuanVideo 1.5: Qwen 2.5 VL reads what is asked, ByT5 what is to be written, SigLIP sees the first picture."""

from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKLHunyuanVideo15,
    ClassifierFreeGuidance,
    FlowMatchEulerDiscreteScheduler,
    HunyuanVideo15ImageToVideoPipeline,
    HunyuanVideo15Pipeline,
    HunyuanVideo15Transformer3DModel,
)
from transformers import (
    ByT5Tokenizer,
    PreTrainedTokenizerFast,
    Qwen2_5_VLTextConfig,
    Qwen2_5_VLTextModel,
    SiglipImageProcessor,
    SiglipVisionConfig,
    SiglipVisionModel,
    T5Config,
    T5EncoderModel,
)

from . import tiny

READ, WRITTEN, SEEN = 16, 16, 12
"""Widths of what is read, of what is to be written, and of what is seen."""
TEMPLATE = "{% for message in messages %}[{{ message.role }}] {{ message.content }} {% endfor %}"
"""How a talk is written down for the text encoder."""


def tokenizer() -> PreTrainedTokenizerFast:
    made = tiny.tokenizer()
    made.chat_template = TEMPLATE
    return made


def text_encoder() -> Qwen2_5_VLTextModel:
    return Qwen2_5_VLTextModel(Qwen2_5_VLTextConfig(**tiny.qwen(layers=3)))


def transformer(kind: str) -> HunyuanVideo15Transformer3DModel:
    made = HunyuanVideo15Transformer3DModel(
        in_channels=9,
        out_channels=4,
        num_attention_heads=2,
        attention_head_dim=8,
        num_layers=2,
        num_refiner_layers=1,
        mlp_ratio=2.0,
        text_embed_dim=READ,
        text_embed_2_dim=WRITTEN,
        image_embed_dim=SEEN,
        rope_axes_dim=(2, 2, 4),
        target_size=64,
        task_type="i2v" if kind == "i2v" else "t2v",
    )
    with torch.no_grad():
        made.context_embedder.proj_in.weight *= 20  # random as they are, what it reads would hardly show
        for block in made.transformer_blocks:
            block.norm1.linear.weight *= 10
            block.norm1.linear.bias += 1
            block.attn.to_v.weight *= 5
            block.attn.add_v_proj.weight *= 20
    return made


def vae() -> AutoencoderKLHunyuanVideo15:
    return AutoencoderKLHunyuanVideo15(
        latent_channels=4,
        block_out_channels=(8, 8, 8, 8, 8),
        layers_per_block=1,
        downsample_match_channel=False,
        upsample_match_channel=False,
    )


def checkpoint(folder: Path, kind: str = "t2v") -> Path:
    """A checkpoint of that kind, `t2v` or `i2v`."""
    torch.manual_seed(1)
    glyphs = T5Config(vocab_size=384, d_model=WRITTEN, d_kv=8, d_ff=16, num_layers=1, num_heads=2, dropout_rate=0.0)
    parts: dict[str, Any] = {
        "text_encoder": text_encoder().eval(),
        "tokenizer": tokenizer(),
        "transformer": transformer(kind).eval(),
        "vae": vae().eval(),
        "scheduler": FlowMatchEulerDiscreteScheduler(shift=5.0),
        "text_encoder_2": T5EncoderModel(glyphs).eval(),
        "tokenizer_2": ByT5Tokenizer(),
        "guider": ClassifierFreeGuidance(guidance_scale=6.0),
    }
    if kind == "i2v":
        config = SiglipVisionConfig(
            hidden_size=SEEN, intermediate_size=12, num_hidden_layers=1, num_attention_heads=2, image_size=54, patch_size=2
        )  # fmt: skip
        parts |= {
            "image_encoder": SiglipVisionModel(config).eval(),
            "feature_extractor": SiglipImageProcessor(size={"height": 54, "width": 54}),
        }
        HunyuanVideo15ImageToVideoPipeline(**parts).save_pretrained(folder)
    else:
        HunyuanVideo15Pipeline(**parts).save_pretrained(folder)
    return folder
