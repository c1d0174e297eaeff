"""HunyuanVideo 1.5, tiny: guidance that is no argument, words to be written, and a size that is the film's."""

from dataclasses import replace

import numpy as np

from promptreel.engines.diffusers import denoising
from promptreel.engines.diffusers.shelf import shelf

from .conftest import Checkpoint
from .films import film, noise
from .tiny_films import engine, spec_of

TEXT, PICTURE = "hunyuan15/t2v", "hunyuan15/i2v"


def test_guidance_is_the_presets_for_each_film(checkpoint: Checkpoint) -> None:
    spec = spec_of(TEXT)
    strong, weak = engine(checkpoint, TEXT, guidance=9.0), engine(checkpoint, TEXT, guidance=2.0)
    first = film(strong, spec)
    other = film(weak, spec)
    assert shelf().take(weak.config, lambda *_: None) is shelf().take(strong.config, lambda *_: None)
    assert (first != other).any()
    assert (film(strong, spec) == first).all()


def test_a_film_from_a_picture_has_the_size_that_was_planned(checkpoint: Checkpoint, monkeypatch) -> None:
    made = []
    run = denoising.run

    def kept(*args):
        made.append(run(*args))
        return made[-1]

    monkeypatch.setattr(denoising, "run", kept)
    reel = engine(checkpoint, PICTURE, width=80, height=32)
    spec = replace(spec_of(PICTURE), width=80, height=32, has_image=True)
    assert film(reel, spec, noise(1, 100, 30)).shape == (9, 32, 80, 3)
    assert np.asarray(made[0].frames).shape == (1, 9, 32, 80, 3)
    native = reel.report(spec)["native"]
    assert (native["width"], native["height"]) == (80, 32)
    # The pipeline itself would have taken the size nearest to what the model was made for.
    upright = replace(spec, width=32, height=64)
    assert film(reel, upright, noise(1, 30, 100)).shape == (9, 64, 32, 3)
    native = reel.report(upright)["native"]
    assert np.asarray(made[1].frames).shape[2:4] == (native["height"], native["width"])


def test_words_in_quotes_go_to_the_encoder_of_what_is_written(checkpoint: Checkpoint, monkeypatch) -> None:
    reel, spec = engine(checkpoint, TEXT), spec_of(TEXT)
    film(reel, spec)
    encoder = shelf().take(reel.config, lambda *_: None).pipe.text_encoder_2
    read = []
    encoder.register_forward_pre_hook(lambda *_: read.append(True))
    film(reel, replace(spec, prompt="a dog with a sign"))
    assert not read
    film(reel, replace(spec, prompt='a dog with a sign "HELLO"'))
    assert read
