"""A model's files: what is taken for a model, what is refused, and that what is missing is named."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from promptreel.engines.diffusers import DiffusersEngine
from promptreel.engines.diffusers import checkpoint as files
from promptreel.engines.diffusers.shelf import shelf
from promptreel.errors import EngineFailed

from . import tiny
from .conftest import Checkpoint
from .films import film


@pytest.fixture
def copy(checkpoint: Checkpoint, tmp_path: Path) -> Path:
    """A checkpoint of the test's own, to be damaged."""
    return shutil.copytree(checkpoint("t2v"), tmp_path / "mine")


def refused(folder: Path, **settings: Any) -> str:
    with pytest.raises(EngineFailed) as caught:
        film(DiffusersEngine(tiny.config(folder, **settings)))
    return str(caught.value)


def test_what_is_missing_is_named(copy: Path) -> None:
    (copy / "vae" / "diffusion_pytorch_model.safetensors").unlink()
    shutil.rmtree(copy / "tokenizer")
    said = refused(copy)
    assert "no vae/*.safetensors" in said and "no tokenizer/" in said


def test_a_missing_shard_is_named(copy: Path) -> None:
    whole = copy / "transformer" / "diffusion_pytorch_model.safetensors"
    whole.rename(whole.with_name("diffusion_pytorch_model-00001-of-00002.safetensors"))
    names = {
        "a": "diffusion_pytorch_model-00001-of-00002.safetensors",
        "b": "diffusion_pytorch_model-00002-of-00002.safetensors",
    }
    index = copy / "transformer" / "diffusion_pytorch_model.safetensors.index.json"
    index.write_text("{}")
    tiny.rewrite(index, weight_map=names)
    assert "no transformer/diffusion_pytorch_model-00002-of-00002.safetensors" in refused(copy)


def test_a_file_that_is_cut_off_is_said_to_be_damaged(copy: Path) -> None:
    file = copy / "transformer" / "diffusion_pytorch_model.safetensors"
    file.write_bytes(file.read_bytes()[:40])
    assert "transformer/diffusion_pytorch_model.safetensors is damaged" in refused(copy)


def test_pickles_are_not_read(copy: Path) -> None:
    file = copy / "transformer" / "diffusion_pytorch_model.safetensors"
    file.rename(file.with_name("diffusion_pytorch_model.bin"))
    assert "no transformer/*.safetensors" in refused(copy)


@pytest.mark.parametrize(
    "changes",
    [{"transformer": ["mine", "Transformer"]}, {"_class_name": ["pipeline", "Mine"]}, {"vae": ["os", "system"]}],
)
def test_code_of_a_checkpoint_is_never_run(copy: Path, changes: dict[str, Any]) -> None:
    mark = copy / "ran"
    for name in ("pipeline", "mine"):
        (copy / f"{name}.py").write_text(f"open({str(mark)!r}, 'w')")
    tiny.rewrite(copy / "model_index.json", **changes)
    assert "code of its own, which is never run" in refused(copy)
    assert not mark.exists()


def test_a_folder_that_is_no_model_says_so(tmp_path: Path) -> None:
    assert "has no readable model_index.json" in refused(tmp_path)


def test_a_pipeline_of_no_family_is_refused(copy: Path) -> None:
    tiny.rewrite(copy / "model_index.json", _class_name="StableDiffusionPipeline")
    assert "no family of models is known that has StableDiffusionPipeline" in refused(copy)


def test_the_catalogues_facts_hold_for_a_folder_with_a_base(copy: Path) -> None:
    engine = DiffusersEngine(tiny.config(copy, base="Wan-AI/Wan2.1-T2V-1.3B-Diffusers"))
    film(engine)
    assert shelf().take(engine.config, lambda *_: None).facts.title == "Wan 2.1, 1.3B"
    assert "the catalogue has no Nobody/Nothing" in refused(copy, base="Nobody/Nothing")


def test_weights_are_counted_without_being_read(copy: Path) -> None:
    from diffusers import WanPipeline

    pipe = WanPipeline.from_pretrained(copy)
    counted = files.parameters(copy)
    for name in ("transformer", "vae", "text_encoder"):
        assert counted[name] == sum(each.numel() for each in getattr(pipe, name).parameters()), name


# -- LoRAs -------------------------------------------------------------------------------------------------------------


def lora(file: Path) -> Path:
    """One that changes all that a layer looks for, and strongly."""
    save_file(
        {
            "transformer.blocks.0.attn1.to_q.lora_A.weight": torch.ones(4, 24),
            "transformer.blocks.0.attn1.to_q.lora_B.weight": torch.randn(24, 4, generator=torch.Generator().manual_seed(1)) * 5,
            "transformer.proj_out.lora_A.weight": torch.ones(4, 24),
            "transformer.proj_out.lora_B.weight": torch.ones(64, 4),
        },
        file,
    )  # fmt: skip
    return file


def test_loras_are_fused_by_their_weight(checkpoint: Checkpoint, tmp_path: Path) -> None:
    file = lora(tmp_path / "style.safetensors")
    plain, none, half, whole = (
        film(DiffusersEngine(tiny.config(checkpoint("t2v"), loras=loras)))
        for loras in ((), (f"{file}@0.0",), (f"{file}@0.5",), (str(file),))
    )
    assert np.abs(plain.astype(int) - none).max() <= 1
    assert (plain != half).any() and (half != whole).any()


def test_a_lora_for_the_late_steps_is_fused_into_the_second_expert(checkpoint: Checkpoint, tmp_path: Path) -> None:
    late = DiffusersEngine(tiny.config(checkpoint("two"), loras=(str(lora(tmp_path / "low_noise.safetensors")),)))
    early = DiffusersEngine(tiny.config(checkpoint("two"), loras=(str(lora(tmp_path / "high_noise.safetensors")),)))
    plain = DiffusersEngine(tiny.config(checkpoint("two")))
    pipes = [shelf().take(engine.config, lambda *_: None).pipe for engine in (plain, late, early)]
    weights = [
        [model.blocks[0].attn1.to_q.weight.detach() for model in (pipe.transformer, pipe.transformer_2)]
        for pipe in pipes
    ]
    changed = [
        [not torch.equal(mine, before) for mine, before in zip(pair, weights[0], strict=True)] for pair in weights
    ]
    assert changed == [[False, False], [False, True], [True, False]]


def test_a_lora_that_is_not_there_is_named(checkpoint: Checkpoint) -> None:
    said = refused(checkpoint("t2v"), loras=("/none/at/all.safetensors@0.8",), offline=True)
    assert "the LoRA all.safetensors could not be fused" in said
