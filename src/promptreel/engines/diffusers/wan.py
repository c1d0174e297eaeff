"""Wan 2.1 and 2.2 (Wan Team 2025, arXiv:2503.20314): text to video, from a first frame, and between two.

One pipeline starts from text and one from pictures; both are made of the same components. Wan 2.2's A14B has two experts,
one for the noisy and one for the late steps, each with guidance of its own; its 5B takes text and picture in one checkpoint.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from promptreel.engines import Picture
from promptreel.engines.diffusers import wan_decoding
from promptreel.engines.diffusers.families import Call, Family


class Wan(Family):
    """How Wan's two pipelines are called."""

    pipelines: ClassVar = {
        "text": "WanPipeline",
        "image": "WanImageToVideoPipeline",
        "last_image": "WanImageToVideoPipeline",
    }
    # Banding and flicker in half precision; it is small beside the rest.
    full_precision: ClassVar = frozenset({"vae", "image_encoder"})

    def takes(self, pipe: Any) -> frozenset[str]:
        """Told by what the transformer reads: with channels for pictures beside the latents it needs one."""
        transformer = (pipe.transformer or pipe.transformer_2).config
        if pipe.config.expand_timesteps:
            return frozenset({"text", "image"})
        if transformer.in_channels <= pipe.vae.config.z_dim:
            return frozenset({"text"})
        # Where pictures are also read by an image encoder, two of them need places of their own.
        one_only = transformer.image_dim is not None and transformer.pos_embed_seq_len is None
        return frozenset({"image"}) if one_only else frozenset({"image", "last_image"})

    def arguments(self, pipe: Any, call: Call) -> dict[str, Any]:
        two_experts = pipe.config.boundary_ratio is not None
        more = {"guidance_scale_2": call.guidance_2} if two_experts and call.guidance_2 is not None else {}
        return super().arguments(pipe, call) | {"output_type": "latent"} | more

    def frames(self, pipe: Any, output: Any) -> Iterator[Picture]:
        return wan_decoding.frames(pipe.vae, output.frames)

    def tokens(self, pipe: Any, text: str) -> int:
        from diffusers.pipelines.wan.pipeline_wan import prompt_clean

        return super().tokens(pipe, prompt_clean(text))
