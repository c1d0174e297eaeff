"""CogVideoX (Yang et al. 2024, arXiv:2408.06072): from text, or from a first picture, each with weights of its own."""

from typing import Any, ClassVar

from promptreel.engines.diffusers.families import Call, Family


class CogVideoX(Family):
    """How the two pipelines of CogVideoX are called."""

    pipelines: ClassVar = {"text": "CogVideoXPipeline", "image": "CogVideoXImageToVideoPipeline"}

    def takes(self, pipe: Any) -> frozenset[str]:
        """Told by what the transformer reads: with channels for a picture beside the latents it needs one."""
        sees = pipe.transformer.config.in_channels > pipe.vae.config.latent_channels
        return frozenset({"image"} if sees else {"text"})

    def arguments(self, pipe: Any, call: Call) -> dict[str, Any]:
        return super().arguments(pipe, call) | {"max_sequence_length": call.prompt_tokens}
