"""HunyuanVideo 1.5 (Tencent 2025, arXiv:2511.18870): from text, or from a first picture, each with weights of its own.

Guidance is a component of the pipeline, not an argument, and there is no word of each step but the scheduler's.
"""

from typing import Any, ClassVar

from diffusers.pipelines.hunyuan_video1_5.pipeline_hunyuan_video1_5 import format_text_input

from promptreel.engines.diffusers.families import Call, Family

EMBEDDED = ("prompt_embeds", "prompt_embeds_mask", "prompt_embeds_2", "prompt_embeds_mask_2")
"""What the two text encoders make of a prompt; the second reads only what stands in quotes, to write it."""


class Hunyuan15(Family):
    """How the two pipelines of HunyuanVideo 1.5 are called."""

    pipelines: ClassVar = {"text": "HunyuanVideo15Pipeline", "image": "HunyuanVideo15ImageToVideoPipeline"}

    def takes(self, pipe: Any) -> frozenset[str]:
        """Told by the pipeline: both have the same components but the eye, and weights that know only one of the two."""
        return frozenset({"image"} if "image_encoder" in pipe.components else {"text"})

    def read(self, pipe: Any, text: str, tokens: int) -> dict[str, Any]:
        return dict(zip(EMBEDDED, pipe.encode_prompt(text, dtype=pipe.transformer.dtype), strict=True))

    def arguments(self, pipe: Any, call: Call) -> dict[str, Any]:
        made = super().arguments(pipe, call)
        pipe.guider.guidance_scale = made.pop("guidance_scale")
        if call.kind == "image":
            # It would choose a size of its own by the shape of the picture; the picture has the film's size already.
            size = made.pop("height"), made.pop("width")
            pipe.video_processor.calculate_default_height_width = lambda **_: size
        return made

    def tokens(self, pipe: Any, text: str) -> int:
        """With the marks around it, without the instructions before it."""
        talk = format_text_input([text], pipe.system_message)
        read = pipe.tokenizer.apply_chat_template(talk, add_generation_prompt=True, tokenize=True, return_dict=True)
        return len(read["input_ids"][0]) - int(pipe.prompt_template_encode_start_idx)
