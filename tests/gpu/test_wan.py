"""Wan's pipelines, the real ones, with tiny weights: what comes out is what diffusers makes, and depends on what was asked."""

from dataclasses import replace

import diffusers
import numpy as np
import pytest
import torch
from diffusers import AutoencoderKLWan

from promptreel.engines.diffusers import DiffusersEngine, wan_decoding
from promptreel.errors import EngineRefused

from . import tiny
from .conftest import Checkpoint
from .films import SPEC, film, noise

PICTURED = replace(SPEC, has_image=True)
BETWEEN = replace(PICTURED, has_last_image=True)


def made(checkpoint: Checkpoint, kind: str, spec=SPEC, image=None, last_image=None, **settings):
    return film(DiffusersEngine(tiny.config(checkpoint(kind), **settings)), spec, image, last_image)


def preset(**numbers):
    return {"presets": {"free": {"width": 32, "height": 32, "frames": 9, "fps": 8, "steps": 2, **numbers}}}


def test_the_frames_are_those_that_diffusers_makes(checkpoint: Checkpoint) -> None:
    pipe = diffusers.WanPipeline.from_pretrained(checkpoint("t2v"))
    asked = {"width": 32, "height": 32, "num_frames": 9, "num_inference_steps": 2, "guidance_scale": 5.0}
    plain = pipe(SPEC.prompt, generator=torch.Generator("cpu").manual_seed(SPEC.seed), **asked).frames[0]
    frames = made(checkpoint, "t2v")
    assert frames.shape == (9, 32, 32, 3) and frames.dtype == np.uint8
    assert np.abs(frames - plain * 255).max() <= 0.51  # rounded, and nothing else
    assert frames.std() > 5  # there is something to be seen


@pytest.mark.parametrize(
    ("kind", "spec"),
    [("t2v", SPEC), ("two", SPEC), ("ti2v", SPEC), ("ti2v", PICTURED), ("i2v", PICTURED), ("flf", BETWEEN), ("two_i2v", BETWEEN)],
)  # fmt: skip
def test_each_kind_makes_exactly_what_was_asked_for(checkpoint: Checkpoint, kind: str, spec) -> None:
    wanted = replace(spec, width=50, height=34, fps=12, duration=1.0)
    engine = DiffusersEngine(tiny.config(checkpoint(kind)))
    frames = film(
        engine,
        wanted,
        *[noise(n, 60, 44) if has else None for n, has in enumerate((spec.has_image, spec.has_last_image))],
    )
    assert frames.shape == (12, 34, 50, 3)
    native = engine.report(wanted)["native"]
    assert (native["width"] % 32, native["height"] % 32, native["frames"], native["fps"]) == (0, 0, 9, 8)


def test_the_seed_the_words_and_the_negative_prompt_make_the_video(checkpoint: Checkpoint) -> None:
    first = made(checkpoint, "t2v")
    assert (made(checkpoint, "t2v") == first).all()
    for other in (replace(SPEC, seed=4), replace(SPEC, prompt="a cat"), replace(SPEC, negative_prompt="blurred")):
        assert (made(checkpoint, "t2v", other) != first).any()
    # Without guidance the negative prompt is not looked at.
    plain = made(checkpoint, "t2v", **preset(guidance=1.0))
    assert (made(checkpoint, "t2v", replace(SPEC, negative_prompt="blurred"), **preset(guidance=1.0)) == plain).all()


@pytest.mark.parametrize("kind", ["ti2v", "i2v", "two_i2v"])
def test_the_first_picture_makes_the_video(checkpoint: Checkpoint, kind: str) -> None:
    frames = [made(checkpoint, kind, PICTURED, noise(seed)) for seed in (1, 2)]
    assert (frames[0] != frames[1]).any()


@pytest.mark.parametrize("kind", ["flf", "two_i2v"])
def test_the_last_picture_makes_the_video_too(checkpoint: Checkpoint, kind: str) -> None:
    frames = [made(checkpoint, kind, BETWEEN, noise(1), noise(seed)) for seed in (2, 3)]
    assert (frames[0] != frames[1]).any()


def test_the_second_expert_has_guidance_of_its_own(checkpoint: Checkpoint) -> None:
    frames = [made(checkpoint, "two", **preset(steps=4, guidance=4.0, guidance_2=second)) for second in (1.5, 8.0)]
    assert (frames[0] != frames[1]).any()


@pytest.mark.parametrize(
    ("kind", "spec", "says"),
    [
        ("t2v", PICTURED, "cannot start from a picture"),
        ("i2v", SPEC, "cannot start from text alone"),
        ("i2v", BETWEEN, "cannot start from a first and a last picture"),
        ("ti2v", BETWEEN, "cannot start from a first and a last picture"),
    ],
)
def test_what_a_checkpoint_cannot_start_from_is_refused(checkpoint: Checkpoint, kind: str, spec, says: str) -> None:
    with pytest.raises(EngineRefused, match=says):
        made(checkpoint, kind, spec, noise(1), noise(2) if spec.has_last_image else None)


# -- decoding piece by piece -------------------------------------------------------------------------------------------


def latents(vae: AutoencoderKLWan, height: int, width: int) -> torch.Tensor:
    return torch.randn(1, vae.config.z_dim, 3, height, width, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("tiled", [False, True])
def test_decoded_bit_by_bit_is_as_decoded_at_once(large: bool, tiled: bool) -> None:
    torch.manual_seed(2)
    vae = tiny.vae(large=large)
    if tiled:
        vae.enable_tiling(64, 64, 48, 32)
    for height, width in ((6, 10), (9, 14)):
        z = latents(vae, height, width)
        with torch.no_grad():
            whole = vae.decode(z).sample
        pieces = list(wan_decoding.decoded(vae, z))
        assert [piece.shape[2] for piece in pieces] == [1, 4, 4]
        torch.testing.assert_close(torch.cat(pieces, dim=2), whole, rtol=0, atol=1e-6)


def test_frames_come_before_all_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    vae = tiny.vae()
    decoded = 0
    decode = vae.decoder.forward

    def counting(*args, **kwargs):
        nonlocal decoded
        decoded += 1
        return decode(*args, **kwargs)

    monkeypatch.setattr(vae.decoder, "forward", counting)
    next(wan_decoding.frames(vae, latents(vae, 4, 4)))
    assert decoded == 1
