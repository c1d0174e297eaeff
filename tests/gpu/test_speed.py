"""What makes models faster: it does what it says, says what it does, and the film is still the one that was asked for."""

import gc
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from accelerate.hooks import CpuOffload

from promptreel import model_catalogue
from promptreel.engines.diffusers import DiffusersEngine, placing, speed, step_caches
from promptreel.engines.diffusers.placing import Saver
from promptreel.engines.diffusers.shelf import shelf
from promptreel.engines.diffusers.step_caches import StepCache
from promptreel.engines.host import engine_environment
from promptreel.errors import EngineFailed, EngineStopped

from . import tiny
from .conftest import Checkpoint
from .films import SPEC, film
from .tiny_films import film_of, spec_of

SMALL_WAN = "Wan-AI/Wan2.1-T2V-1.3B-Diffusers"
STEPS = 24


def engine(checkpoint: Checkpoint, steps: int = STEPS, kind: str = "t2v", **settings) -> DiffusersEngine:
    preset = {"width": 32, "height": 32, "frames": 9, "fps": 8, "steps": steps}
    return DiffusersEngine(tiny.config(checkpoint(kind), presets={"free": preset}, **settings))


class Layers:
    """How often the layers of a model's denoisers really worked."""

    def __init__(self, made: DiffusersEngine, name: str = "ffn") -> None:
        self.worked = 0
        for model in step_caches.denoisers(shelf().take(made.config, lambda *_: None).pipe):
            for layer in step_caches.layers(model).values():
                getattr(layer, name).register_forward_hook(self._count)

    def _count(self, *_) -> None:
        self.worked += 1

    def of(self, make) -> int:
        before = self.worked
        make()
        return self.worked - before


def notes(made: DiffusersEngine) -> str:
    return "; ".join(made.report(SPEC)["notes"])


# -- step caches -----------------------------------------------------------------------------------------------------------

ALL = STEPS * 2 * 2  # two layers, and two predictions a step


@pytest.mark.parametrize(
    ("settings", "most"),
    [
        # Of the first block of two; what it is compared to differs little with such small weights.
        ({"cache": "first_block"}, ALL - STEPS // 2),
        ({"cache": "taylorseer"}, ALL // 2),
        ({"cache": "mag_cache", "base": SMALL_WAN}, ALL // 2),
        ({"base": SMALL_WAN}, ALL // 2),
    ],
)
def test_a_cache_skips_layers_and_says_so(checkpoint: Checkpoint, settings: dict, most: int) -> None:
    plain = film(engine(checkpoint))
    made = engine(checkpoint, **settings)
    layers = Layers(made)
    worked = layers.of(lambda: film(made))
    assert 0 < worked <= most
    assert "steps were skipped by" in notes(made) and "not the very picture" in notes(made)
    cached = film(made)
    assert cached.shape == plain.shape and (cached != plain).any()
    # Still the same film: an unlike one has another picture altogether.
    other = film(engine(checkpoint), replace(SPEC, seed=99))
    assert np.abs(cached.astype(float) - plain).mean() < 0.5 * np.abs(other.astype(float) - plain).mean()


def test_without_a_cache_all_layers_work(checkpoint: Checkpoint) -> None:
    for settings in ({}, {"cache": "none", "base": SMALL_WAN}):
        made = engine(checkpoint, **settings)
        assert Layers(made).of(lambda made=made: film(made)) == ALL
        assert notes(made) == ""


@pytest.mark.parametrize("settings", [{"cache": "first_block"}, {"cache": "taylorseer"}, {"base": SMALL_WAN}])
def test_a_cached_film_owes_nothing_to_the_one_before(checkpoint: Checkpoint, settings: dict) -> None:
    first = film(engine(checkpoint, **settings))
    shelf.cache_clear()
    made = engine(checkpoint, **settings)
    film(made, replace(SPEC, prompt="a cat", seed=8))
    assert (film(made) == first).all()
    # Nor to one of another number of steps, or one that was cut off in the middle of a pass.
    film(engine(checkpoint, steps=31, **settings))
    frames = StoppedAfter(9)
    with pytest.raises(EngineStopped):
        film(made, replace(SPEC, seed=5), told=frames)
    assert (film(made) == first).all()


class StoppedAfter(list):
    """Hears progress, and stops the film when it has heard so much."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def append(self, entry) -> None:
        super().append(entry)
        if len([1 for _, step in self if step.startswith("denoising")]) > self._most:
            raise EngineStopped


def test_the_two_predictions_of_a_step_do_not_share_what_is_kept(checkpoint: Checkpoint) -> None:
    # Skipped as if they were one, a guided film would be the unguided one.
    made, plain = engine(checkpoint, cache="taylorseer"), engine(checkpoint)
    far = [
        film(each, replace(SPEC, negative_prompt="blurred" * 9)).astype(float) - film(each) for each in (made, plain)
    ]
    assert np.abs(far[0]).mean() == pytest.approx(np.abs(far[1]).mean(), rel=0.5)


def test_few_steps_are_all_made_unless_a_cache_is_asked_for(checkpoint: Checkpoint) -> None:
    made = engine(checkpoint, steps=8, base=SMALL_WAN)
    assert Layers(made).of(lambda: film(made)) == 8 * 4 and notes(made) == ""
    asked = engine(checkpoint, steps=8, base=SMALL_WAN, cache="mag_cache")
    assert Layers(asked).of(lambda: film(asked)) < 8 * 4


def test_layers_that_come_one_by_one_are_not_skipped(checkpoint: Checkpoint) -> None:
    model = shelf().take(engine(checkpoint, cache="first_block").config, lambda *_: None)
    assert model.speed.ready(model.pipe, 50, Saver.MODEL, guided=True) and model.pipe.transformer.is_cache_enabled
    assert (
        model.speed.ready(model.pipe, 50, Saver.GROUP, guided=True) == ()
        and not model.pipe.transformer.is_cache_enabled
    )


@pytest.mark.parametrize(
    ("kind", "settings", "says"),
    [
        ("t2v", {"cache": "mag_cache"}, "the catalogue has no numbers of this model"),
        ("two", {"cache": "mag_cache", "base": SMALL_WAN}, "numbers are of one denoiser"),
        ("t2v", {"cache": "faster_cache"}, "both predictions of a step in one batch"),
    ],
)
def test_a_cache_that_does_not_suit_is_refused_at_the_start(checkpoint: Checkpoint, kind, settings, says: str) -> None:
    with pytest.raises(EngineFailed, match=says):
        engine(checkpoint, kind=kind, **settings).warm_up()


def test_two_experts_have_a_cache_each(checkpoint: Checkpoint) -> None:
    made = engine(checkpoint, kind="two", cache="first_block")
    assert 0 < Layers(made).of(lambda: film(made)) < ALL
    assert (film(made) == film(made)).all()


@pytest.mark.parametrize(
    "cache", [StepCache("faster_cache", {}), StepCache("first_block", {"threshold": 5.0}), StepCache("taylorseer", {})]
)
def test_one_batch_of_both_predictions_can_be_cached_too(checkpoint: Checkpoint, monkeypatch, cache: StepCache) -> None:
    kind = "cogvideox/t2v"
    films = []
    for each in (None, cache):
        monkeypatch.setattr(step_caches, "chosen", lambda *_, each=each: each)
        made = DiffusersEngine(film_of(checkpoint, kind, steps=STEPS).model_copy(update={"cache": "none"}))
        films += [film(made, spec_of(kind)), film(made, spec_of(kind))]
        shelf.cache_clear()
    assert (films[2] == films[3]).all() and (films[0] != films[2]).any()


def test_a_cache_that_changes_leaves_an_offloaded_model_its_way_to_the_card(
    checkpoint: Checkpoint, monkeypatch
) -> None:
    brought: list[str] = []
    bring = CpuOffload.pre_forward

    def bringing(self, module, *args, **kwargs):
        brought.append(type(module).__name__)
        return bring(self, module, *args, **kwargs)

    monkeypatch.setattr(CpuOffload, "pre_forward", bringing)
    for steps in (2, 3):
        settings = {"cache": "faster_cache", "offload": "model"}
        made = DiffusersEngine(film_of(checkpoint, "cogvideox/t2v", steps=steps).model_copy(update=settings))
        brought.clear()
        film(made, spec_of("cogvideox/t2v"))
        assert brought.count("CogVideoXTransformer3DModel") == steps


@pytest.mark.parametrize("kind", ["ltx2/full", "hunyuan15/t2v"])
def test_models_that_say_nothing_of_their_layers_can_go_on_in_a_line(checkpoint: Checkpoint, kind: str) -> None:
    made = DiffusersEngine(film_of(checkpoint, kind, steps=STEPS).model_copy(update={"cache": "taylorseer"}))
    model, worked = shelf().take(made.config, lambda *_: None), []
    name, layer = next(iter(step_caches.layers(model.pipe.transformer).items()))
    inner = next(iter(layer.children()))
    inner.register_forward_hook(lambda *_: worked.append(name))
    first = film(made, spec_of(kind))
    assert 0 < len(worked) < STEPS  # at most a third of the steps, of one or two predictions
    assert (film(made, spec_of(kind)) == first).all()


def test_the_catalogues_caches_are_ones_that_there_are() -> None:
    named = [model for model in model_catalogue.models().values() if model.cache]
    assert named
    for model in named:
        config = tiny.DiffusersConfig(kind="diffusers", model=model.id, accept_license=True)
        cache = step_caches.chosen(config, model)
        assert cache is not None and cache.name == "mag_cache"
        assert len(cache.numbers["mag_ratios"]) == model.steps


# -- attention, weights, layers ----------------------------------------------------------------------------------------------


def test_attention_of_another_kernel_makes_the_same_film(checkpoint: Checkpoint) -> None:
    made = engine(checkpoint, steps=2, attention="_native_math")
    assert np.abs(film(made).astype(int) - film(engine(checkpoint, steps=2))).max() <= 1
    assert "attention by _native_math" in notes(made)


def test_a_kernel_of_one_model_is_not_that_of_another(checkpoint: Checkpoint) -> None:
    from diffusers.models.attention_dispatch import _AttentionBackendRegistry

    active = _AttentionBackendRegistry.get_active_backend()[0]
    engine(checkpoint, attention="_native_math").warm_up()
    assert _AttentionBackendRegistry.get_active_backend()[0] is active


@pytest.mark.parametrize("name", ["no_such_kernel", "flash", "_native_cudnn"])
def test_a_kernel_that_does_not_work_here_is_refused_at_the_start(checkpoint: Checkpoint, name: str) -> None:
    if name == "flash" and speed.refusal(name, torch.device("cpu"), torch.float32) is None:
        pytest.skip("flash-attn works here")
    with pytest.raises(EngineFailed, match=f"attention = '{name}' does not work here: ."):
        engine(checkpoint, attention=name).warm_up()


def test_by_itself_it_takes_the_fastest_kernel_that_works(checkpoint: Checkpoint, monkeypatch) -> None:
    facts, card = model_catalogue.models()[SMALL_WAN], torch.device("cuda", 0)
    assert speed.faster(facts, card, torch.bfloat16) == ("_flash_3", "flash")
    assert speed.faster(facts, card, torch.float32) == speed.faster(facts, torch.device("cpu"), torch.bfloat16) == ()
    assert speed.faster(facts.model_copy(update={"family": "hunyuan15"}), card, torch.bfloat16) == ()
    # As on a card where the first does not work, and the second does.
    tried = []
    monkeypatch.setattr(speed, "faster", lambda *_: ("_flash_3", "_native_math"))
    monkeypatch.setattr(speed, "refusal", lambda name, *_: tried.append(name) or (name == "_flash_3" and "no") or None)
    made = engine(checkpoint, steps=2)
    film(made)
    assert tried == ["_flash_3", "_native_math"] and "attention by _native_math" in notes(made)


def test_weights_in_eight_bits_take_a_byte_and_make_nearly_the_same_film(checkpoint: Checkpoint) -> None:
    plain = film(engine(checkpoint, steps=4))
    made = engine(checkpoint, steps=4, fp8=True)
    small = film(made)
    model = shelf().take(made.config, lambda *_: None)
    layer = step_caches.layers(model.pipe.transformer)["blocks.0"]
    assert layer.attn1.to_q.weight.dtype == layer.ffn.net[2].weight.dtype == torch.float8_e4m3fn
    assert model.pipe.transformer.dtype == torch.float32  # what it calculates in
    assert model.pipe.text_encoder.dtype == torch.float32
    assert "weights in eight bits" in notes(made)
    assert 0 < np.abs(small.astype(float) - plain).mean() < 8
    # What is kept free on the card is counted so, too.
    whole = shelf().take(engine(checkpoint, steps=4).config, lambda *_: None).components
    assert model.components["transformer"] * 4 == whole["transformer"]
    assert model.components["text_encoder"] == whole["text_encoder"]


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Compiled as it is, without a compiler for the processor; returns the graphs that there were."""
    graphs: list[int] = []
    compile_ = torch.compile

    def backend(graph, _inputs):
        graphs.append(len(graph.graph.nodes))
        return graph.forward

    monkeypatch.setattr(torch, "compile", lambda function: compile_(function, backend=backend))
    torch._dynamo.reset()
    yield graphs
    torch._dynamo.reset()


def test_layers_are_compiled_once_for_all_of_them(checkpoint: Checkpoint, eager: list[int]) -> None:
    plain = film(engine(checkpoint, steps=3))
    made = engine(checkpoint, steps=3, compile=True)
    told: list[tuple[float, str]] = []
    assert np.abs(film(made, told=told).astype(int) - plain).max() <= 1
    assert len(eager) == 1 and "layers compiled" in notes(made)
    film(made, replace(SPEC, seed=9))
    assert len(eager) == 1
    # A stop is still heard within a step.
    assert len([step for _, step in told if step.startswith("denoising")]) > 3 * 2


def test_what_the_compiler_keeps_is_looked_through_once(checkpoint: Checkpoint, eager: list[int]) -> None:
    """Else each film would pay for it: half as much again of a short one."""
    made = engine(checkpoint, compile=True)
    loaded = shelf().take(made.config, lambda *_: None)
    before = gc.get_freeze_count()
    film(made)
    settled = gc.get_freeze_count()
    film(made)
    assert loaded.speed.notes == ("layers compiled",)
    assert settled > before + 1000 and gc.get_freeze_count() <= settled  # some of it dies


@pytest.mark.parametrize("settings", [{"cache": "first_block"}, {"cache": "taylorseer"}, {"fp8": True}])
def test_compiled_layers_can_be_cached_or_small_too(checkpoint: Checkpoint, eager: list[int], settings: dict) -> None:
    plain = film(engine(checkpoint, **settings))
    made = engine(checkpoint, compile=True, **settings)
    assert np.abs(film(made).astype(int) - plain).max() <= 1
    assert eager


def test_all_of_it_at_once(checkpoint: Checkpoint, eager: list[int]) -> None:
    made = engine(checkpoint, base=SMALL_WAN, compile=True, fp8=True, attention="_native_math")
    assert (film(made) == film(made)).all()
    assert len(made.report(SPEC)["notes"]) == 4


def test_what_the_compiler_makes_outlives_the_process(tmp_path: Path) -> None:
    assert Path(engine_environment(tmp_path)["TORCHINDUCTOR_CACHE_DIR"]).parent == tmp_path


def test_a_model_that_is_dropped_is_gone(checkpoint: Checkpoint) -> None:
    """Whoever made a film with it last."""
    made = engine(checkpoint, cache="first_block")
    film(made)
    model = shelf().take(made.config, lambda *_: None)
    weights = weakref.ref(model.pipe.transformer.proj_out.weight)
    device = model.device
    del model
    assert weights() is not None and shelf().clear_for(None, device)
    assert weights() is None
    assert made.report(SPEC)["notes"] == []


def test_half_precision_is_taken_by_cards_alone() -> None:
    config = tiny.DiffusersConfig(kind="diffusers", model="x/y")
    assert placing.dtype_of(config, torch.device("cpu")) is torch.float32
    assert placing.dtype_of(config, torch.device("mps")) is torch.bfloat16


def test_equal_caches_are_one() -> None:
    assert StepCache("first_block", {}) == StepCache("first_block", {})
    assert "threshold 0.1" in StepCache("first_block", {"threshold": 0.1}).words
