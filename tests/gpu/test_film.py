"""Films as the engine makes them, whatever the model: length, words, memory, stops and failures."""

from dataclasses import replace
from threading import Event

import numpy as np
import pytest
import torch

from promptreel.engines import RenderJob
from promptreel.engines.diffusers import DiffusersEngine, denoising, wan_decoding
from promptreel.engines.diffusers import shelf as loading
from promptreel.engines.diffusers.shelf import shelf
from promptreel.engines.diffusers.texts import Texts, unseen_words
from promptreel.errors import EngineBroken, EngineFailed, EngineRefused, EngineStopped

from . import tiny
from .conftest import Checkpoint
from .films import SPEC, Told, film, noise

LONG = replace(SPEC, duration=2.5)  # 20 frames; the model makes 9 at once


class Calls:
    """Every call of a pipeline, as it is made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.all: list[dict] = []
        self._run = denoising.run
        monkeypatch.setattr(denoising, "run", self.run)

    def run(self, pipe, arguments, seed, tell):
        self.all.append(arguments | {"seed": seed, "class": type(pipe).__name__})
        return self._run(pipe, arguments, seed, tell)


# -- longer than the model makes at once ---------------------------------------------------------------------------------


def test_a_long_film_goes_on_from_its_own_frames(checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, passes = Calls(monkeypatch), []
    decode = wan_decoding.frames

    def kept(*args):
        passes.append([])
        for frame in decode(*args):
            passes[-1].append(frame)
            yield frame

    monkeypatch.setattr(wan_decoding, "frames", kept)
    engine = DiffusersEngine(tiny.config(checkpoint("ti2v"), **preset(64)))
    told: Told = []
    frames = film(engine, replace(LONG, width=64, height=64), told=told)
    assert len(frames) == 20
    native = engine.report(replace(LONG, width=64, height=64))["native"]
    count, overlap = native["passes"], native["overlap"]
    assert count > 1 and len(calls.all) == count and native["total_frames"] >= 20
    assert [call["class"] for call in calls.all] == ["WanPipeline", *["WanImageToVideoPipeline"] * (count - 1)]
    assert len({call["seed"] for call in calls.all}) == count
    for number in range(1, count):
        # Each pass starts from the frame that stands `overlap` before the end of the one before.
        assert (np.asarray(calls.all[number]["image"]) == passes[number - 1][-overlap]).all()
    # Where no two passes overlap the film shows the frames themselves.
    assert (frames[0] == passes[0][0]).all()
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions) and fractions[-1] <= 1


def preset(side: int = 32, **numbers):
    return {"presets": {"free": {"width": side, "height": side, "frames": 9, "fps": 8, "steps": 2, **numbers}}}


def test_the_last_picture_is_where_a_long_film_ends(checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Calls(monkeypatch)
    spec = replace(LONG, has_image=True, has_last_image=True)
    film(DiffusersEngine(tiny.config(checkpoint("two_i2v"))), spec, noise(1), noise(2))
    assert len(calls.all) > 1
    assert all("last_image" not in call for call in calls.all[:-1])
    assert (np.asarray(calls.all[-1]["last_image"]) == noise(2)).all()


def test_a_model_that_cannot_go_on_is_slowed_down_and_says_so(checkpoint: Checkpoint) -> None:
    engine = DiffusersEngine(tiny.config(checkpoint("t2v")))
    slow = replace(SPEC, duration=1.5)
    assert len(film(engine, slow)) == 12
    report = engine.report(slow)
    assert (report["native"]["passes"], report["native"]["frames"]) == (1, 9)
    assert any("1.38 times slower" in note for note in report["notes"])
    with pytest.raises(EngineRefused, match="films of at most 2 s"):
        film(engine, LONG)


# -- words ---------------------------------------------------------------------------------------------------------------


def test_words_beyond_the_encoders_window_are_said_not_to_be_shown(checkpoint: Checkpoint) -> None:
    prompt = "a dog " * 100 + "wearing  a red hat"  # one token a letter, and 512 are read
    engine = DiffusersEngine(tiny.config(checkpoint("t2v")))
    spec = replace(SPEC, prompt=prompt)
    film(engine, spec)
    words = engine.report(spec)["words"]
    assert words and {word["status"] for word in words} == {"not_shown"}
    assert [prompt[word["start"] : word["end"]] for word in words] == [word["text"] for word in words]
    assert words[-1]["text"] == "hat" and prompt[: words[0]["start"]].rstrip().count("a dog") >= 80
    assert any("512 tokens" in note for note in engine.report(spec)["notes"])
    film(engine)
    assert engine.report(SPEC)["words"] == [] and engine.report(SPEC)["notes"] == []


@pytest.mark.parametrize(
    ("window", "unseen"), [(3, ["four", "five"]), (0, ["one", "two", "three", "four", "five"]), (9, [])]
)
def test_unseen_words_are_found_with_any_tokenizer(window: int, unseen: list[str]) -> None:
    found = unseen_words("one two three  four\nfive", window, lambda text: len(text.split()))
    assert [word["text"] for word in found] == unseen


def test_of_what_was_read_the_newest_is_kept_within_its_room() -> None:
    texts, read, here = Texts(most=100), [], torch.device("cpu")

    def made(text: str, floats: int = 10) -> torch.Tensor:
        def make() -> dict[str, torch.Tensor]:
            read.append(text)
            return {"made": torch.full((floats,), float(len(read)))}

        return texts.get(text, make, here)["made"]

    first = made("dull")
    for text in ("a dog", "dull", "a cat", "dull", "a hen"):  # two at a time have room
        assert (made(text) == first).all() == (text == "dull")
    assert read == ["dull", "a dog", "a cat", "a hen"]
    made("a very long one", 50)  # the newest is kept, whatever it is
    made("a very long one", 50)
    made("dull")
    assert read[4:] == ["a very long one", "dull"]


# -- stops and failures ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offload", ["none", "model", "group"])
def test_a_film_stops_at_a_step_and_leaves_the_model_as_it_was(checkpoint: Checkpoint, offload: str) -> None:
    engine = DiffusersEngine(tiny.config(checkpoint("t2v"), offload=offload, **preset(steps=5)))
    whole = film(engine)
    told: Told = []

    def until_the_third(fraction: float, step: str) -> None:
        told.append((fraction, step))
        if step == "denoising: 3 / 5":
            raise EngineStopped

    with pytest.raises(EngineStopped):
        next(engine.render(RenderJob(SPEC, until_the_third)))
    assert told[-1][1] == "denoising: 3 / 5"
    assert (film(engine) == whole).all()


@pytest.mark.parametrize("offload", ["none", "model", "group"])
def test_a_film_stops_in_the_middle_of_a_step_too(checkpoint: Checkpoint, offload: str) -> None:
    engine = DiffusersEngine(tiny.config(checkpoint("t2v"), offload=offload, **preset(steps=4)))
    whole, told = film(engine), []
    film(engine, told=told)
    assert (
        told.count((pytest.approx(0.94 / 4), "denoising: 1 / 4")) == 5
    )  # the step, and two layers with and without the words
    for stop_at in range(2, len(told), 3):
        left = stop_at

        def stopping(*_) -> None:
            nonlocal left
            left -= 1
            if not left:
                raise EngineStopped

        with pytest.raises(EngineStopped):
            next(engine.render(RenderJob(SPEC, stopping)))
        assert left == 0
    assert (film(engine) == whole).all()


def test_a_film_that_nobody_takes_any_more_ends(checkpoint: Checkpoint) -> None:
    engine = DiffusersEngine(tiny.config(checkpoint("t2v")))
    whole = film(engine)
    frames = engine.render(RenderJob(SPEC, lambda *_: None))
    next(frames)
    frames.close()
    assert (film(engine) == whole).all()


def test_a_pipeline_without_a_callback_is_told_of_and_stopped_by_its_scheduler(checkpoint: Checkpoint) -> None:
    engine = DiffusersEngine(tiny.config(checkpoint("t2v")))
    film(engine)
    pipe = shelf().take(engine.config, lambda *_: None).pipe

    class Deaf:
        """The same, as HunyuanVideo 1.5's is: nobody can be called back."""

        scheduler = pipe.scheduler
        components = pipe.components

        def __call__(self, **arguments):
            return pipe(**arguments)

    told: Told = []
    asked = {"width": 32, "height": 32, "num_frames": 9, "num_inference_steps": 3, "output_type": "latent"}
    denoising.run(Deaf(), {"prompt": "a dog", **asked}, 1, lambda *progress: told.append(progress))
    assert list(dict(told).values()) == ["denoising", *(f"denoising: {n} / 3" for n in (1, 2, 3))]
    assert "step" not in vars(pipe.scheduler)

    def stop(*_):
        raise EngineStopped

    with pytest.raises(EngineStopped):
        denoising.run(Deaf(), {"prompt": "a dog", **asked}, 1, stop)
    assert "step" not in vars(pipe.scheduler)


def failing_times(monkeypatch: pytest.MonkeyPatch, times: int, error: Exception) -> None:
    """The pipeline fails so many times."""
    run = denoising.run
    left = times

    def fails(*args):
        nonlocal left
        if left:
            left -= 1
            raise error
        return run(*args)

    monkeypatch.setattr(denoising, "run", fails)


def test_without_memory_it_saves_some_and_tries_once_more(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = DiffusersEngine(tiny.config(checkpoint("t2v")))
    whole = film(engine)
    failing_times(monkeypatch, 1, torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"))
    assert (film(engine) == whole).all()
    assert "decoded in tiles" in engine.report(SPEC)["notes"]
    failing_times(monkeypatch, 9, torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"))
    with pytest.raises(EngineFailed, match="does not fit into the memory"):
        film(engine)


def test_memory_that_runs_out_while_it_decodes_shows_no_frame_twice(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = DiffusersEngine(tiny.config(checkpoint("t2v")))
    whole = film(engine)
    decoded, broken = wan_decoding.decoded, []

    def breaking(*args):
        for number, piece in enumerate(decoded(*args)):
            if number == 1 and not broken:
                broken.append(True)
                raise torch.OutOfMemoryError("CUDA out of memory")
            yield piece

    monkeypatch.setattr(wan_decoding, "decoded", breaking)
    assert (film(engine) == whole).all()
    assert broken


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (RuntimeError("CUDA error: device-side assert triggered\nmore"), EngineBroken, "the card failed: CUDA error: .*triggered$"),
        (torch.AcceleratorError("unspecified launch failure"), EngineBroken, "the card failed"),
        (ValueError("a bug"), ValueError, "a bug"),
    ],
)  # fmt: skip
def test_errors_are_told_by_what_they_mean(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[Exception], says: str
) -> None:
    failing_times(monkeypatch, 9, error)
    with pytest.raises(kind, match=says) as caught:
        film(DiffusersEngine(tiny.config(checkpoint("t2v"))))
    assert type(caught.value) is kind


def test_an_option_that_the_pipeline_has_not_is_named(checkpoint: Checkpoint) -> None:
    engine = DiffusersEngine(tiny.config(checkpoint("t2v"), **preset(options={"num_frame": 5})))
    with pytest.raises(EngineRefused, match="WanPipeline takes no num_frame"):
        film(engine)


def test_numbers_that_are_none_make_no_black_film(checkpoint: Checkpoint) -> None:
    engine = DiffusersEngine(tiny.config(checkpoint("t2v")))
    film(engine)
    weights = shelf().take(engine.config, lambda *_: None).pipe.transformer.proj_out.weight
    with torch.no_grad():
        weights.fill_(float("nan"))
    with pytest.raises(EngineFailed, match="made no picture"):
        film(engine)


# -- memory ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offload", ["model", "group"])
@pytest.mark.parametrize("kind", ["t2v", "ti2v"])
def test_what_saves_memory_changes_no_frame(checkpoint: Checkpoint, kind: str, offload: str) -> None:
    frames = []
    for way in ("none", offload):
        engine = DiffusersEngine(tiny.config(checkpoint(kind), offload=way, **preset(64)))
        frames += [
            film(engine, replace(LONG, width=64, height=64, duration=1.125 if kind == "t2v" else 2.5)) for _ in range(2)
        ]
    assert all((frames[0] == others).all() for others in frames[1:])


def test_engines_that_are_set_alike_share_a_model_and_the_coldest_goes_first(checkpoint: Checkpoint) -> None:
    folder = checkpoint("t2v")
    bases = ("", "Wan-AI/Wan2.1-T2V-1.3B-Diffusers", "Wan-AI/Wan2.2-T2V-A14B-Diffusers")  # three models, equal in size
    first, second, third = (DiffusersEngine(tiny.config(folder, base=base)) for base in bases)
    film(first)
    alike = DiffusersEngine(tiny.config(folder, title="Another", presets={}))
    assert shelf().has(alike.config)
    size = shelf().take(first.config, lambda *_: None).on_card
    room = 2 * 2.5 * size / 2**30  # half of it is for the work, the other half holds two
    for engine in (first, second, third):
        engine.config = engine.config.model_copy(update={"memory_gib": room})
    film(second)
    film(first)
    assert shelf().has(first.config) and shelf().has(second.config)
    film(third)
    assert [shelf().has(engine.config) for engine in (first, second, third)] == [True, False, True]


def test_a_model_is_loaded_to_its_end_when_nobody_waits_any_more(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a stop ended the loading, the next job would begin it anew, and a large one takes minutes."""
    begun, may_end = [], Event()
    load = loading.pipeline_from

    def slowly(*args):
        begun.append(args)
        may_end.wait(30)
        return load(*args)

    monkeypatch.setattr(loading, "pipeline_from", slowly)
    engine, other = (DiffusersEngine(tiny.config(checkpoint(kind))) for kind in ("t2v", "two"))

    def stopping(_: float, step: str) -> None:
        if step == "loading the model":
            raise EngineStopped

    for _ in range(2):
        with pytest.raises(EngineStopped):
            next(engine.render(RenderJob(SPEC, stopping)))
    may_end.set()
    film(engine)
    assert len(begun) == 1
    with pytest.raises(EngineStopped):
        next(other.render(RenderJob(SPEC, stopping)))
    film(engine)  # one that is warm waits for nothing
    film(other)
    assert len(begun) == 2


def test_memory_that_other_models_hold_is_taken_first(checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    other, engine = (DiffusersEngine(tiny.config(checkpoint(kind))) for kind in ("two", "t2v"))
    film(other)
    whole = film(engine)
    failing_times(monkeypatch, 1, torch.OutOfMemoryError("CUDA out of memory"))
    assert (film(engine) == whole).all()
    assert not shelf().has(other.config) and shelf().has(engine.config)
