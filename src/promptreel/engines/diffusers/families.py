"""How models are called. Models of one family are called in the same way: that way is a subclass of `Family`, in a module
of its own, and a row of `FAMILIES`.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from promptreel.engines import Picture, Track
from promptreel.engines.diffusers.failing import NO_PICTURE
from promptreel.engines.fitting import Native
from promptreel.errors import EngineFailed

FAMILIES = {
    "wan": "promptreel.engines.diffusers.wan:Wan",
    "ltx2": "promptreel.engines.diffusers.ltx2:LTX2",
    "hunyuan15": "promptreel.engines.diffusers.hunyuan15:Hunyuan15",
    "kandinsky6": "promptreel.engines.diffusers.kandinsky6:Kandinsky6",
    "cogvideox": "promptreel.engines.diffusers.cogvideox:CogVideoX",
}
"""Where each family of the catalogue is."""


@dataclass(frozen=True, slots=True)
class Call:
    """One pass of a model, before it is put into the words of its pipeline."""

    prompt: str
    negative_prompt: str
    native: Native
    seed: int
    steps: int
    guidance: float
    guidance_2: float | None = None
    prompt_tokens: int = 512
    """What the text encoder is to read."""
    image: Image.Image | None = None
    last_image: Image.Image | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of the catalogue and of the operator, handed on as they are."""

    @property
    def kind(self) -> str:
        """What it starts from: `text`, `image` or `last_image` (which is both pictures)."""
        return "last_image" if self.last_image else "image" if self.image else "text"

    @property
    def guided(self) -> bool:
        """Whether the negative prompt is looked at: guidance by the difference of two predictions."""
        return self.guidance > 1 or (self.guidance_2 or 0) > 1


class Family:
    """What models of one family have in common. The methods here suit a pipeline that is called as most are."""

    pipelines: ClassVar[dict[str, str]] = {}
    """Class of diffusers by what it starts from. The first is what a checkpoint is loaded as."""
    full_precision: ClassVar[frozenset[str]] = frozenset()
    """Components that are kept in float32: those that lose too much otherwise."""
    negative_prompt: ClassVar[str] = ""
    """For who asks for none."""

    def takes(self, pipe: Any) -> frozenset[str]:
        """What this checkpoint can start from, seen from how it is built."""
        return frozenset(self.pipelines)

    def read(self, pipe: Any, text: str, tokens: int) -> dict[str, Any]:
        """What the text encoders make of so many tokens of a text, as the pipeline takes it of a prompt. Kept for the next call
        with the same.
        """
        embeds, _ = pipe.encode_prompt(text, do_classifier_free_guidance=False, max_sequence_length=tokens)
        return {"prompt_embeds": embeds}

    def prompt(self, pipe: Any, call: Call, read: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        """Both prompts as arguments of the pipeline; `read` has what was made of a text."""
        negative = read(call.negative_prompt or self.negative_prompt) if call.guided else {}
        return read(call.prompt) | {f"negative_{name}": value for name, value in negative.items()}

    def arguments(self, pipe: Any, call: Call) -> dict[str, Any]:
        """All other arguments of the pipeline. What stands in the options goes over these."""
        pictures = {"image": call.image, "last_image": call.last_image}
        return {
            "width": call.native.width,
            "height": call.native.height,
            "num_frames": call.native.frames,
            "num_inference_steps": call.steps,
            "guidance_scale": call.guidance,
            "output_type": "np",
            **{name: picture for name, picture in pictures.items() if picture is not None},
        }

    def frames(self, pipe: Any, output: Any) -> Iterator[Picture]:
        """The frames of what the pipeline returned, in order. Errors: `EngineFailed` for what is no number."""
        for frame in output.frames[0]:
            if not np.isfinite(frame).all():
                raise EngineFailed(NO_PICTURE)
            yield np.round(np.asarray(frame) * 255).astype(np.uint8)

    def sound(self, pipe: Any, output: Any) -> Track | None:
        """The sound of what the pipeline returned, where the model makes any."""
        return None

    def tokens(self, pipe: Any, text: str) -> int:
        """How many tokens the text encoder reads of that text, its own marks included."""
        return len(pipe.tokenizer(text).input_ids)


def family(name: str) -> Family:
    """The family of that name. Errors: `EngineFailed` for one that there is not."""
    if name not in FAMILIES:
        raise EngineFailed(f"models of the family {name} cannot be run yet")
    module, _, attribute = FAMILIES[name].partition(":")
    made: Family = getattr(importlib.import_module(module), attribute)()
    return made


def family_of_pipeline(pipeline: str) -> str:
    """The family that has that class of diffusers. Errors: `EngineFailed` where none has."""
    for name in FAMILIES:
        if pipeline in family(name).pipelines.values():
            return name
    raise EngineFailed(f"no family of models is known that has {pipeline}")
