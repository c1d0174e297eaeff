"""LTX 2, tiny: the last picture, the sound, and how distilled models are called."""

from dataclasses import replace

import numpy as np
import pytest
from diffusers.pipelines.ltx2.utils import DISTILLED_SIGMA_VALUES

from promptreel.engines import RenderJob
from promptreel.engines.diffusers import denoising
from promptreel.engines.diffusers.shelf import shelf

from .conftest import Checkpoint
from .films import film, noise
from .tiny_films import engine, spec_of

KIND = "ltx2/full"
SPEC = spec_of(KIND)


class Steps:
    """The sigmas at which the pipeline worked, and how often a step asked the transformer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sigmas: list[float] = []
        self.predictions = 0
        run = denoising.run

        def watched(pipe, *args):
            hook = pipe.transformer.register_forward_pre_hook(self.predicting)
            try:
                return run(pipe, *args)
            finally:
                self.sigmas = pipe.scheduler.sigmas.tolist()
                hook.remove()

        monkeypatch.setattr(denoising, "run", watched)

    def predicting(self, *_: object) -> None:
        self.predictions += 1


def test_the_last_picture_makes_the_video_and_the_first_does_too(checkpoint: Checkpoint) -> None:
    reel, spec = engine(checkpoint, KIND), replace(SPEC, has_image=True, has_last_image=True)
    pictures = [noise(seed, 64, 64) for seed in (1, 2)]
    frames = [film(reel, spec, pictures[first], pictures[last]) for first, last in ((0, 1), (0, 0), (1, 1))]
    assert (frames[0] != frames[1]).any() and (frames[0] != frames[2]).any()
    assert (film(reel, spec, *pictures) == frames[0]).all()
    assert frames[0].shape == (9, 64, 64, 3)


def test_eight_frames_more_at_a_time(checkpoint: Checkpoint) -> None:
    reel = engine(checkpoint, KIND, frames=30)
    for frames, native in ((9, 9), (10, 17), (17, 17), (18, 25)):
        spec = replace(SPEC, duration=frames / 8)
        assert len(film(reel, spec)) == frames
        assert reel.report(spec)["native"]["frames"] == native


def test_the_sound_is_there_with_the_first_frame_and_as_long_as_what_was_made(checkpoint: Checkpoint) -> None:
    reel, spec = engine(checkpoint, KIND), replace(SPEC, sound=True)
    frames = reel.render(RenderJob(spec, lambda *_: None))
    next(frames)
    track = reel.sound(spec)
    assert track is not None and track.shape == (2, 54000) and track.dtype == np.float32
    assert 0.01 < np.abs(track).max() <= 1
    assert reel.sound(replace(spec, sound=False)) is None
    list(frames)
    film(reel, spec)
    assert np.array_equal(reel.sound(spec), track)
    film(reel, replace(spec, prompt="a cat"))
    assert not np.array_equal(reel.sound(replace(spec, prompt="a cat")), track)


def test_the_sound_of_a_long_film_is_as_long_as_the_film(checkpoint: Checkpoint) -> None:
    reel, spec = engine(checkpoint, KIND), replace(SPEC, duration=2.0, sound=True)
    frames = reel.render(RenderJob(spec, lambda *_: None))
    next(frames)
    track, native = reel.sound(spec), reel.report(spec)["native"]
    assert native["passes"] > 1
    assert track is not None and abs(track.shape[1] - native["total_frames"] / 8 * 48000) < 48
    assert track.shape[1] >= 2 * 48000
    assert len(list(frames)) == 15


def test_distilled_models_are_called_with_their_sigmas_and_one_prediction_a_step(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = Steps(monkeypatch)
    reel = engine(checkpoint, KIND, steps=8, guidance=1.0)
    film(reel, SPEC)
    assert steps.sigmas == pytest.approx([*DISTILLED_SIGMA_VALUES, 0.0], abs=1e-6)
    assert steps.predictions == 8
    # The next film of the same model with guidance has the model's own schedule again, and all its predictions.
    steps.predictions = 0
    guided = engine(checkpoint, KIND, steps=8)
    whole = film(guided, SPEC)
    assert steps.sigmas != pytest.approx([*DISTILLED_SIGMA_VALUES, 0.0], abs=1e-2)
    assert steps.predictions == 3 * 8
    shelf.cache_clear()
    assert (film(guided, SPEC) == whole).all()


def test_with_another_number_of_steps_an_unguided_model_has_its_own_schedule(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = Steps(monkeypatch)
    film(engine(checkpoint, KIND, steps=3, guidance=1.0), SPEC)
    assert len(steps.sigmas) == 4 and steps.predictions == 3
