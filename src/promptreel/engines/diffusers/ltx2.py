"""LTX 2.x (Lightricks 2026, arXiv:2601.03233): pictures and sound out of one pass; from text, a first picture, or two.

The distilled models are called without guidance and with the sigmas they were distilled for.
"""

from typing import Any, ClassVar

from diffusers.pipelines.ltx2.pipeline_ltx2_condition import LTX2VideoCondition
from diffusers.pipelines.ltx2.utils import DEFAULT_NEGATIVE_PROMPT, DISTILLED_SIGMA_VALUES

from promptreel.engines import Track
from promptreel.engines.diffusers import sounds
from promptreel.engines.diffusers.families import Call, Family

UNGUIDED: dict[str, Any] = {
    "stg_scale": 0.0,
    "audio_stg_scale": 0.0,
    "modality_scale": 1.0,
    "audio_modality_scale": 1.0,
    "audio_guidance_scale": 1.0,
    "guidance_rescale": 0.0,
    "audio_guidance_rescale": 0.0,
}
"""One prediction a step: the pipeline has four kinds of guidance, and all but one are on unless they are switched off."""


class LTX2(Family):
    """How the three pipelines of LTX 2 are called."""

    pipelines: ClassVar = {
        "text": "LTX2Pipeline",
        "image": "LTX2ImageToVideoPipeline",
        "last_image": "LTX2ConditionPipeline",
    }

    negative_prompt: ClassVar = DEFAULT_NEGATIVE_PROMPT

    def __init__(self) -> None:
        self._schedulers: dict[str, Any] = {}

    def read(self, pipe: Any, text: str, tokens: int) -> dict[str, Any]:
        """All layers of Gemma: 385 MB of 1024 tokens."""
        embeds, mask, *_ = pipe.encode_prompt(text, do_classifier_free_guidance=False, max_sequence_length=tokens)
        return {"prompt_embeds": embeds, "prompt_attention_mask": mask}

    def arguments(self, pipe: Any, call: Call) -> dict[str, Any]:
        made = super().arguments(pipe, call) | {"frame_rate": call.native.fps} | ({} if call.guided else UNGUIDED)
        distilled = not call.guided and call.steps == len(DISTILLED_SIGMA_VALUES)
        pipe.scheduler = self._scheduler(pipe, as_they_are=distilled)
        if distilled:
            made["sigmas"] = DISTILLED_SIGMA_VALUES
        if call.kind == "last_image":
            # Places are counted in latent frames.
            first, last = (LTX2VideoCondition(made.pop(name), at) for name, at in (("image", 0), ("last_image", -1)))
            made["conditions"] = [first, last]
        return made

    def _scheduler(self, pipe: Any, *, as_they_are: bool) -> Any:
        """The pipeline's own scheduler, or one that does not move the sigmas by the size of the film."""
        own = self._schedulers.setdefault(type(pipe).__name__, pipe.scheduler)
        if not as_they_are:
            return own
        return own.from_config(own.config, use_dynamic_shifting=False, shift_terminal=None, shift=1.0)

    def sound(self, pipe: Any, output: Any) -> Track | None:
        return sounds.track(output.audio[0].float().cpu().numpy(), pipe.vocoder.config.output_sampling_rate)
