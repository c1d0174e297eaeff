"""A tiny Kandinsky 6: Qwen 2.5 VL and CLIP read what is asked, pictures and sound come out of one transformer."""

from pathlib import Path

import torch
from diffusers import (
    AutoencoderKLHunyuanVideo,
    FlowMatchEulerDiscreteScheduler,
    Kandinsky6TI2VAPipeline,
    Kandinsky6Transformer3DModel,
    MMAudioVAE,
    MMAudioVocoder,
    PiflowScheduler,
)
from tokenizers import pre_tokenizers
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTokenizer,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
)

from . import tiny

READ, POOLED = 16, 16
"""Widths of what Qwen reads and of what CLIP does."""
GRID = 4
"""Predictions of a distilled model for each step."""


def processor() -> Qwen2_5_VLProcessor:
    return Qwen2_5_VLProcessor(Qwen2VLImageProcessor(), tiny.tokenizer(), Qwen2VLVideoProcessor())


def text_encoder() -> Qwen2_5_VLForConditionalGeneration:
    words = tiny.qwen(layers=2) | {"bos_token_id": 1, "eos_token_id": 1}
    sight = {"depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": READ}
    return Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(text_config=words, vision_config=sight))


def tokenizer_2() -> CLIPTokenizer:
    """Every byte is a token, and another one at the end of a word."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = ["<|startoftext|>", "<|endoftext|>", *alphabet, *(f"{letter}</w>" for letter in alphabet)]
    return CLIPTokenizer(vocab={token: number for number, token in enumerate(tokens)}, merges=[])


def text_encoder_2() -> CLIPTextModel:
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=600,
            hidden_size=POOLED,
            intermediate_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=1,
        )
    )


def transformer(kind: str) -> Kandinsky6Transformer3DModel:
    many = GRID if kind == "distilled" else 1
    made = Kandinsky6Transformer3DModel(
        in_visual_dim=4,
        out_visual_dim=4 * many,
        in_text_dim=READ,
        in_text_dim2=POOLED,
        time_dim=16,
        model_dim=32,
        ff_dim=32,
        num_text_blocks=1,
        num_visual_blocks=2,
        axes_dims=(4, 6, 6),
        in_audio_dim=4,
        out_audio_dim=4 * many,
        text_token_padding=True,
        ca_rope=True,
        cross_gates=True,
        fix_modulation=True,
        visual_token_type_num_embeddings=2,
    )
    with torch.no_grad():
        for name, weights in made.named_parameters():
            if "modulation" in name:  # they begin as zeros: nothing would come of what goes in
                weights.normal_(std=0.5)
            elif "self_attention.to_value" in name:
                weights *= 5
    return made


def vae() -> AutoencoderKLHunyuanVideo:
    made = AutoencoderKLHunyuanVideo(
        latent_channels=4, block_out_channels=(8, 8, 8, 8), layers_per_block=1, norm_num_groups=2
    )
    with torch.no_grad():
        made.quant_conv.weight[:4] *= 50  # random as it is, no picture would look like another
    return made


def sound_vae() -> MMAudioVAE:
    return MMAudioVAE(
        mel_bins=8, latent_channels=4, hidden_channels=16, channel_multipliers=(1, 1, 1), layers_per_block=1
    )


def vocoder() -> MMAudioVocoder:
    """512 samples of each step of the spectrogram: 44,100 a second."""
    return MMAudioVocoder(
        num_mels=8,
        upsample_initial_channel=16,
        upsample_rates=(16, 8, 4),
        upsample_kernel_sizes=(32, 16, 8),
        resblock_kernel_sizes=(3,),
        resblock_dilation_sizes=((1,),),
    )


def checkpoint(folder: Path, kind: str = "full") -> Path:
    """A checkpoint of that kind: `full`, `distilled`, or `silent`, which has nothing to make sound with."""
    torch.manual_seed(1)
    distilled = kind == "distilled"
    Kandinsky6TI2VAPipeline(
        transformer=transformer(kind).eval(),
        vae=vae().eval(),
        text_encoder=text_encoder().eval(),
        tokenizer=processor(),
        text_encoder_2=text_encoder_2().eval(),
        tokenizer_2=tokenizer_2(),
        scheduler=PiflowScheduler(n_grid=GRID) if distilled else FlowMatchEulerDiscreteScheduler(shift=5.0),
        audio_vae=None if kind == "silent" else sound_vae().eval(),
        vocoder=None if kind == "silent" else vocoder().eval(),
    ).save_pretrained(folder)
    return folder
