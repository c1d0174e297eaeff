"""A tiny CogVideoX, that knows one size only as the real one does: 64 by 48."""

from pathlib import Path

import torch
from diffusers import (
    AutoencoderKLCogVideoX,
    CogVideoXDDIMScheduler,
    CogVideoXImageToVideoPipeline,
    CogVideoXPipeline,
    CogVideoXTransformer3DModel,
)
from transformers import T5Config, T5EncoderModel

from . import tiny

READ = 32
"""Width of what is read."""
TOKENS = 226


def transformer(kind: str) -> CogVideoXTransformer3DModel:
    sees = kind == "i2v"
    made = CogVideoXTransformer3DModel(
        num_attention_heads=2,
        attention_head_dim=16,
        in_channels=8 if sees else 4,
        out_channels=4,
        time_embed_dim=4,
        text_embed_dim=READ,
        num_layers=2,
        sample_width=8,
        sample_height=6,
        sample_frames=9,
        max_text_seq_length=TOKENS,
        use_rotary_positional_embeddings=sees,
        use_learned_positional_embeddings=sees,
    )
    with torch.no_grad():
        made.patch_embed.proj.weight *= 5  # random as they are, what it sees and reads would hardly show
        made.patch_embed.text_proj.weight *= 20
    return made


def vae() -> AutoencoderKLCogVideoX:
    return AutoencoderKLCogVideoX(
        block_out_channels=(8, 8, 8, 8), latent_channels=4, layers_per_block=1, norm_num_groups=2, sample_height=48, sample_width=64
    )  # fmt: skip


def checkpoint(folder: Path, kind: str = "t2v") -> Path:
    """A checkpoint of that kind, `t2v` or `i2v`."""
    torch.manual_seed(1)
    reads = T5Config(vocab_size=300, d_model=READ, d_kv=8, d_ff=37, num_layers=2, num_heads=4, dropout_rate=0.0)
    pipeline = CogVideoXImageToVideoPipeline if kind == "i2v" else CogVideoXPipeline
    pipeline(
        tokenizer=tiny.tokenizer(),
        text_encoder=T5EncoderModel(reads).eval(),
        vae=vae().eval(),
        transformer=transformer(kind).eval(),
        scheduler=CogVideoXDDIMScheduler(prediction_type="v_prediction", rescale_betas_zero_snr=True, timestep_spacing="trailing"),
    ).save_pretrained(folder)  # fmt: skip
    return folder
