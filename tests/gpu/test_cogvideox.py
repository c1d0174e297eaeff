"""CogVideoX, tiny: one size only, and eight frames more at a time."""

from dataclasses import replace

import diffusers
import pytest
import torch

from promptreel import model_catalogue

from .conftest import Checkpoint
from .films import film, noise
from .tiny_films import engine, spec_of


@pytest.mark.parametrize("kind", ["cogvideox/t2v", "cogvideox/i2v"])
def test_upright_films_are_cut_out_of_the_only_size(checkpoint: Checkpoint, kind: str) -> None:
    pictured = kind.endswith("i2v")
    upright = replace(spec_of(kind), width=36, height=64, has_image=pictured)
    reel = engine(checkpoint, kind)
    assert film(reel, upright, noise(1, 36, 64) if pictured else None).shape == (9, 64, 36, 3)
    native = reel.report(upright)["native"]
    assert (native["width"], native["height"]) == (64, 48)


def test_the_catalogue_asks_for_numbers_of_frames_that_it_decodes_to(checkpoint: Checkpoint) -> None:
    pipe = diffusers.CogVideoXPipeline.from_pretrained(checkpoint("cogvideox/t2v"))
    facts = model_catalogue.models()["THUDM/CogVideoX-2b"]
    assert facts.one_size

    def made(frames: int) -> int:
        asked = {"width": 64, "height": 48, "num_frames": frames, "num_inference_steps": 1, "output_type": "pt"}
        return int(pipe("a dog", generator=torch.Generator().manual_seed(1), **asked).frames.shape[1])

    allowed = range(facts.frame_offset, 34, facts.frame_step)
    assert [made(frames) for frames in allowed[1:]] == list(allowed[1:])
    assert made(13) != 13  # of those between, it makes others
