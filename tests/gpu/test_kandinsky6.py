"""Kandinsky 6, tiny: its sound, models without any, and distilled ones."""

from dataclasses import replace

import diffusers
import numpy as np
import torch

from promptreel.engines import RenderJob
from promptreel.engines.diffusers.shelf import shelf

from .conftest import Checkpoint
from .films import film, noise
from .tiny_films import KANDINSKY, engine, spec_of

pytestmark = KANDINSKY
SPEC = replace(spec_of("kandinsky6/full"), sound=True)


def test_the_sound_is_there_with_the_first_frame_and_as_long_as_the_film(checkpoint: Checkpoint) -> None:
    reel = engine(checkpoint, "kandinsky6/full")
    frames = reel.render(RenderJob(SPEC, lambda *_: None))
    next(frames)
    track = reel.sound(SPEC)
    assert track is not None and track.shape == (2, 54000)
    assert (track[0] == track[1]).all()  # one channel in both ears
    assert 0.005 < np.abs(track).max() <= 1
    assert len(list(frames)) == 8


def test_a_model_without_a_voice_makes_its_pictures_in_silence(checkpoint: Checkpoint) -> None:
    reel = engine(checkpoint, "kandinsky6/silent")
    assert film(reel, SPEC).std() > 5
    assert reel.sound(SPEC) is None


def test_distilled_models_have_a_scheduler_of_their_own(checkpoint: Checkpoint) -> None:
    kind, numbers = "kandinsky6/distilled", {"steps": 3, "guidance": 1.0}
    reel, told = engine(checkpoint, kind, **numbers), []
    frames = film(reel, SPEC, told=told)
    pipe = diffusers.Kandinsky6TI2VAPipeline.from_pretrained(checkpoint(kind))
    assert type(pipe.scheduler).__name__ == "PiflowScheduler"
    plain = pipe(
        SPEC.prompt,
        width=64,
        height=64,
        num_frames=9,
        frame_rate=8,
        num_inference_steps=3,
        guidance_scale=1.0,
        generator=torch.Generator("cpu").manual_seed(SPEC.seed),
        output_type="np",
    )
    assert np.abs(frames - plain.frames[0] * 255).max() <= 0.51
    assert "denoising: 3 / 3" in [step for _, step in told]
    assert reel.sound(SPEC) is not None


def test_without_a_negative_prompt_it_has_its_own(checkpoint: Checkpoint) -> None:
    reel = engine(checkpoint, "kandinsky6/full")
    own = film(reel, SPEC)
    default = shelf().take(reel.config, lambda *_: None).pipe._DEFAULT_NEGATIVE_PROMPT
    assert (film(reel, replace(SPEC, negative_prompt=default)) == own).all()


def test_one_pipeline_takes_text_and_pictures(checkpoint: Checkpoint) -> None:
    reel = engine(checkpoint, "kandinsky6/full")
    model = shelf().take(reel.config, lambda *_: None)
    assert model.takes == {"text", "image"}
    assert model.pipeline("text") is model.pipeline("image")
    film(reel, replace(SPEC, has_image=True), noise(1))
