"""Kandinsky 6 (Kandinsky Lab 2026): pictures and sound out of one pass, from text or a first picture, in one pipeline."""

from collections.abc import Callable
from typing import Any, ClassVar

from diffusers import Kandinsky6TI2VAPipeline

from promptreel.engines import Track
from promptreel.engines.diffusers import sounds
from promptreel.engines.diffusers.families import Call, Family

READ = ("prompt_embeds", "pooled_prompt_embeds", "prompt_attention_mask")
"""What the two text encoders make of a prompt; no mask where every token counts."""


class Kandinsky6(Family):
    """How Kandinsky 6's pipeline is called. Its distilled models have a scheduler of their own and no guidance."""

    pipelines: ClassVar = {"text": "Kandinsky6TI2VAPipeline", "image": "Kandinsky6TI2VAPipeline"}
    negative_prompt: ClassVar = Kandinsky6TI2VAPipeline._DEFAULT_NEGATIVE_PROMPT

    def takes(self, pipe: Any) -> frozenset[str]:
        """A picture needs channels and a kind of token of its own in the transformer."""
        transformer = pipe.transformer.config
        sees = transformer.visual_cond and transformer.visual_token_type_num_embeddings >= 2
        return frozenset({"text", "image"} if sees else {"text"})

    def read(self, pipe: Any, text: str, tokens: int) -> dict[str, Any]:
        encode = type(pipe).encode_prompt
        made = encode(pipe, text, do_classifier_free_guidance=False, max_sequence_length=tokens)
        return {name: value for name, value in zip(READ, made, strict=False) if value is not None}

    def prompt(self, pipe: Any, call: Call, read: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        """Words for the pipeline, and what was made of them when it asks: as arguments it would take no mask."""
        made = super().prompt(pipe, call, read)

        def encoded(*, dtype: Any, **_: Any) -> tuple[Any, ...]:
            found = (made.get(name) for name in (*READ, *(f"negative_{name}" for name in READ)))
            return tuple(each.to(dtype) if each is not None and each.is_floating_point() else each for each in found)

        pipe.encode_prompt = encoded
        return {"prompt": call.prompt}

    def arguments(self, pipe: Any, call: Call) -> dict[str, Any]:
        sounds_too = pipe.components.get("audio_vae") is not None and pipe.components.get("vocoder") is not None
        return super().arguments(pipe, call) | {"frame_rate": call.native.fps, "sample_audio": sounds_too}

    def sound(self, pipe: Any, output: Any) -> Track | None:
        return None if output.audio is None else sounds.track(output.audio[0], pipe.audio_sample_rate)

    def tokens(self, pipe: Any, text: str) -> int:
        """Without the instructions around it, but for the mark behind it, which is read too."""
        return len(pipe.tokenizer.tokenizer(f"{text}<|im_end|>").input_ids)
