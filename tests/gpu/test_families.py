"""Every family but Wan, by tiny checkpoints and diffusers' real classes: films are what was asked for, and what it makes."""

from dataclasses import replace

import diffusers
import numpy as np
import pytest
import torch

from promptreel.engines import RenderJob
from promptreel.engines.diffusers import DiffusersEngine
from promptreel.engines.diffusers.shelf import shelf
from promptreel.engines.fitting import sized
from promptreel.errors import EngineFailed, EngineStopped
from promptreel.spec import VideoSpec

from .conftest import Checkpoint
from .films import film, noise
from .tiny_films import KANDINSKY, engine, film_of, spec_of

FROM_TEXT = ["ltx2/full", "hunyuan15/t2v", "cogvideox/t2v", pytest.param("kandinsky6/full", marks=KANDINSKY)]
FROM_PICTURES = ["ltx2/full", "hunyuan15/i2v", "cogvideox/i2v", pytest.param("kandinsky6/full", marks=KANDINSKY)]


@pytest.mark.parametrize(
    ("kind", "pipeline", "more"),
    [
        ("ltx2/full", "LTX2Pipeline", {"guidance_scale": 3.0, "frame_rate": 8.0}),
        ("hunyuan15/t2v", "HunyuanVideo15Pipeline", {}),
        ("cogvideox/t2v", "CogVideoXPipeline", {"guidance_scale": 6.0}),
        pytest.param(
            "kandinsky6/full", "Kandinsky6TI2VAPipeline", {"guidance_scale": 5.0, "frame_rate": 8.0}, marks=KANDINSKY
        ),
    ],
)
def test_the_frames_are_those_that_diffusers_makes(
    checkpoint: Checkpoint, kind: str, pipeline: str, more: dict
) -> None:
    pipe = getattr(diffusers, pipeline).from_pretrained(checkpoint(kind))
    spec = replace(spec_of(kind), negative_prompt="dull")
    plain = pipe(
        prompt=spec.prompt,
        negative_prompt="dull",
        width=spec.width,
        height=spec.height,
        num_frames=9,
        num_inference_steps=2,
        generator=torch.Generator("cpu").manual_seed(spec.seed),
        output_type="np",
        **more,
    ).frames[0]
    frames = film(engine(checkpoint, kind), spec)
    assert frames.shape == (9, spec.height, spec.width, 3) and frames.dtype == np.uint8
    assert np.abs(frames - plain * 255).max() <= 0.51  # rounded, and nothing else
    assert frames.std() > 5  # there is something to be seen


@pytest.mark.parametrize("kind", FROM_TEXT)
def test_other_sizes_and_rates_are_made_of_what_the_model_makes(checkpoint: Checkpoint, kind: str) -> None:
    wanted = replace(spec_of(kind), width=50, height=34, fps=12, duration=1.0)
    reel = engine(checkpoint, kind)
    assert film(reel, wanted).shape == (12, 34, 50, 3)
    native = reel.report(wanted)["native"]
    assert (native["width"] % 16, native["height"] % 16, native["frames"], native["fps"]) == (0, 0, 9, 8)


@pytest.mark.parametrize("kind", FROM_TEXT)
def test_the_seed_the_words_and_the_negative_prompt_make_the_video(checkpoint: Checkpoint, kind: str) -> None:
    reel, spec = engine(checkpoint, kind), spec_of(kind)
    first = film(reel, spec)
    assert (film(reel, spec) == first).all()
    for other in (replace(spec, seed=4), replace(spec, prompt="a cat"), replace(spec, negative_prompt="blurred")):
        assert (film(reel, other) != first).any()


@pytest.mark.parametrize("kind", ["t2v", *FROM_TEXT])
def test_equal_texts_are_read_once(checkpoint: Checkpoint, kind: str) -> None:
    reel, spec = engine(checkpoint, kind), spec_of(kind)
    encoder, read = shelf().take(reel.config, lambda *_: None).pipe.text_encoder, []
    heard = encoder.register_forward_pre_hook(lambda *_: read.append(True))
    try:
        # The prompt and the negative one; nothing new; a new prompt, the same negative one; and as it was first.
        films = [film(reel, each) for each in (spec, spec, replace(spec, prompt="a cat"), spec)]
    finally:
        heard.remove()
    assert len(read) == 3
    assert (films[0] == films[1]).all() and (films[0] == films[3]).all() and (films[0] != films[2]).any()


@pytest.mark.parametrize("kind", FROM_TEXT)
def test_without_guidance_the_negative_prompt_is_not_looked_at(checkpoint: Checkpoint, kind: str) -> None:
    reel, spec = engine(checkpoint, kind, guidance=1.0), spec_of(kind)
    unguided = film(reel, spec)
    assert (film(reel, replace(spec, negative_prompt="blurred")) == unguided).all()
    assert (film(engine(checkpoint, kind), spec) != unguided).any()


@pytest.mark.parametrize("kind", FROM_PICTURES)
def test_the_first_picture_makes_the_video(checkpoint: Checkpoint, kind: str) -> None:
    reel, spec = engine(checkpoint, kind), replace(spec_of(kind), has_image=True)
    # Of another size than the film, and always the same for the same picture.
    frames = [film(reel, spec, noise(seed, 90, 80)) for seed in (1, 1, 2)]
    assert (frames[0] == frames[1]).all() and (frames[0] != frames[2]).any()
    same = film(reel, spec, sized(noise(1, 90, 80), spec.width, spec.height))
    assert (same == frames[0]).all()


@pytest.mark.parametrize("kind", FROM_PICTURES)
def test_a_long_film_goes_on_from_its_own_frames(checkpoint: Checkpoint, kind: str) -> None:
    spec = replace(spec_of(kind), has_image=True, duration=1.5)
    reel, told = engine(checkpoint, kind), []
    assert len(film(reel, spec, noise(1), told=told)) == 12
    assert reel.report(spec)["native"]["passes"] > 1
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions) and 0.5 < fractions[-1] <= 1


@pytest.mark.parametrize("kind", FROM_TEXT)
def test_each_step_is_told_and_can_be_the_last(checkpoint: Checkpoint, kind: str) -> None:
    reel, spec, told = engine(checkpoint, kind, steps=4), spec_of(kind), []
    whole = film(reel, spec, told=told)
    steps = list(dict.fromkeys(step for _, step in told if "denoising: " in step))
    assert steps == [f"denoising: {number} / 4" for number in (1, 2, 3, 4)]

    def until_the_second(_: float, step: str) -> None:
        heard.append(step)
        if step == "denoising: 2 / 4":
            raise EngineStopped

    heard: list[str] = []
    with pytest.raises(EngineStopped):
        next(reel.render(RenderJob(spec, until_the_second)))
    assert heard[-1] == "denoising: 2 / 4"
    assert (film(reel, spec) == whole).all()


@pytest.mark.parametrize("kind", FROM_TEXT)
def test_words_beyond_what_is_read_are_said_not_to_be_shown(checkpoint: Checkpoint, kind: str) -> None:
    reel = engine(checkpoint, kind)
    short, long = spec_of(kind), replace(spec_of(kind), prompt="a dog runs " * 150 + "to a red door")
    film(reel, short)
    assert reel.report(short)["words"] == []
    film(reel, long)
    unseen = reel.report(long)["words"]
    assert unseen[-1]["text"] == "door" and unseen[0]["start"] > 100


@pytest.mark.parametrize(
    ("kind", "has", "says"),
    [
        ("hunyuan15/t2v", {"has_image": True}, "from a picture"),
        ("hunyuan15/i2v", {}, "from text alone"),
        ("cogvideox/t2v", {"has_image": True}, "from a picture"),
        ("cogvideox/i2v", {}, "from text alone"),
        ("cogvideox/i2v", {"has_image": True, "has_last_image": True}, "from a first and a last picture"),
    ],
)
def test_what_a_checkpoint_cannot_start_from_is_refused(
    checkpoint: Checkpoint, kind: str, has: dict, says: str
) -> None:
    spec: VideoSpec = replace(spec_of(kind), **has)
    with pytest.raises(EngineFailed, match=f"cannot start {says}"):
        film(engine(checkpoint, kind), spec, *[noise(number) for number, _ in enumerate(has)])


@pytest.mark.parametrize("kind", FROM_TEXT)
def test_what_models_were_trained_in_does_too(checkpoint: Checkpoint, kind: str) -> None:
    exact = film(engine(checkpoint, kind), spec_of(kind)).astype(int)
    halved = DiffusersEngine(film_of(checkpoint, kind).model_copy(update={"dtype": "bfloat16"}))
    difference = np.abs(film(halved, spec_of(kind)) - exact)
    assert 0 < difference.mean() < exact.std() / 2  # it is the same film, and it was made in fewer bits


# CogVideoX is left out: its autoencoder normalises each tile by itself, so tiles of a tiny film look different.
@pytest.mark.parametrize("offload", ["model", "group"])
@pytest.mark.parametrize("kind", ["ltx2/full", "hunyuan15/t2v", pytest.param("kandinsky6/full", marks=KANDINSKY)])
def test_what_saves_memory_changes_no_frame(checkpoint: Checkpoint, kind: str, offload: str) -> None:
    whole = film(engine(checkpoint, kind), spec_of(kind)).astype(int)
    saving = DiffusersEngine(film_of(checkpoint, kind).model_copy(update={"offload": offload}))
    for _ in range(2):
        assert np.abs(film(saving, spec_of(kind)) - whole).max() <= 1  # sums are not always made in the same order
