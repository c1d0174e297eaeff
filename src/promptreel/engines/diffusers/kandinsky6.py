"""Kandinsky 6 (Kandinsky Lab 2026): pictures and sound out of one pass, from text or a first picture, in one pipeline."""

from typing import Any, ClassVar

from promptreel.engines import Track
from promptreel.engines.diffusers import sounds
from promptreel.engines.diffusers.families import Call, Family


class Kandinsky6(Family):
    """How Kandinsky 6's pipeline is called. Its distilled models have a scheduler of their own and no guidance.

    Words and no embeddings: with these it takes no mask of which of them count.
    """

    pipelines: ClassVar = {"text": "Kandinsky6TI2VAPipeline", "image": "Kandinsky6TI2VAPipeline"}

    def takes(self, pipe: Any) -> frozenset[str]:
        """A picture needs channels and a kind of token of its own in the transformer."""
        transformer = pipe.transformer.config
        sees = transformer.visual_cond and transformer.visual_token_type_num_embeddings >= 2
        return frozenset({"text", "image"} if sees else {"text"})

    def arguments(self, pipe: Any, call: Call) -> dict[str, Any]:
        sounds_too = pipe.components.get("audio_vae") is not None and pipe.components.get("vocoder") is not None
        return super().arguments(pipe, call) | {"frame_rate": call.native.fps, "sample_audio": sounds_too}

    def sound(self, pipe: Any, output: Any) -> Track | None:
        return None if output.audio is None else sounds.track(output.audio[0], pipe.audio_sample_rate)

    def tokens(self, pipe: Any, text: str) -> int:
        """Without the instructions around it, but for the mark behind it, which is read too."""
        return len(pipe.tokenizer.tokenizer(f"{text}<|im_end|>").input_ids)
