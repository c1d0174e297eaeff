"""CogVideoX (Yang et al. 2024, arXiv:2408.06072): from text, or from a first picture, each with weights of its own."""

from typing import Any, ClassVar

import torch

from promptreel.engines.diffusers.families import Call, Family


class CogVideoX(Family):
    """How the two pipelines of CogVideoX are called."""

    pipelines: ClassVar = {"text": "CogVideoXPipeline", "image": "CogVideoXImageToVideoPipeline"}
    unknown: ClassVar = {
        "memory_gib": 0,
        "takes": ["text", "image"],
        "multiple": 16,
        "one_size": True,
        "frame_step": 8,
        "frame_offset": 1,
        "frames": 49,
        "fps": 8,
        "steps": 50,
        "guidance": 6.0,
        "prompt_tokens": 226,
        "sizes": {"free": {"width": 720, "height": 480}, "premium": {"width": 720, "height": 480}},
    }

    def takes(self, pipe: Any) -> frozenset[str]:
        """Told by what the transformer reads: with channels for a picture beside the latents it needs one."""
        sees = pipe.transformer.config.in_channels > pipe.vae.config.latent_channels
        return frozenset({"image"} if sees else {"text"})

    def prompt(self, pipe: Any, call: Call) -> dict[str, Any]:
        with torch.no_grad():
            embeds, negative = pipe.encode_prompt(
                call.prompt,
                call.negative_prompt,
                do_classifier_free_guidance=call.guided,
                max_sequence_length=call.prompt_tokens,
            )
        return {"prompt_embeds": embeds} | ({"negative_prompt_embeds": negative} if call.guided else {})

    def arguments(self, pipe: Any, call: Call) -> dict[str, Any]:
        return super().arguments(pipe, call) | {"max_sequence_length": call.prompt_tokens}
