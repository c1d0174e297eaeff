"""The report does not lie: what it calls shown makes a difference in the frames, what it calls left out is not there."""

import importlib

import numpy as np
import pytest

from promptreel.engines.scenes import SCENES
from promptreel.engines.scenes.prompt import lexicon, parse
from promptreel.engines.scenes.scene import no_tick

SEA, VILLAGE, STREET = "the sea at sunset", "a snowy village", "a city street in the rain"


def picture(prompt: str, t: float = 3.0) -> np.ndarray:
    """The light at `t` of a clip of four seconds that shows `prompt`."""
    wanted = parse(prompt, seed=5)
    module, _, name = SCENES[wanted.scene].partition(":")
    scene = getattr(importlib.import_module(module), name)(64, 36, 4.0, 5, wanted, no_tick)
    return scene.draw(scene.new_state(), t) * scene.post.get("exposure", 1.0)


def fates(prompt: str) -> dict[str, str]:
    return {word.text: word.status for word in parse(prompt, seed=5).words}


CHANGES = [
    (VILLAGE, "without", ["smoke", "stars", "aurora", "northern lights"]),
    (STREET, "without", ["people", "women", "cars", "umbrellas", "rain", "fog"]),
    (SEA, "without", ["clouds"]),
    (VILLAGE, "with", ["heavy snow", "light snow", "fog", "a red aurora", "a teal aurora"]),
    (STREET, "with", ["fog", "a taxi", "heavy rain", "purple neon", "red neon", "orange neon", "green neon"]),
    (SEA, "with", ["fog", "a storm", "a purple sky", "calm water", "clear skies"]),
    (SEA, "camera", ["static", "zoom in", "pan left", "tilt up", "crane up", "handheld"]),
    (VILLAGE, "camera", ["static", "dolly out", "pan right", "tilt down", "orbit", "handheld"]),
    (STREET, "camera", ["static", "dolly out", "pan left", "tilt up", "orbit", "crane up", "handheld"]),
    *((prompt, "in", ["slow motion", "fast motion"]) for prompt in (SEA, VILLAGE, STREET)),
]  # fmt: skip


@pytest.fixture(scope="module")
def plain() -> dict[str, np.ndarray]:
    return {prompt: picture(prompt) for prompt in (SEA, VILLAGE, STREET)}


@pytest.mark.parametrize(
    ("prompt", "joint", "thing"), [(prompt, joint, thing) for prompt, joint, all in CHANGES for thing in all]
)
def test_what_is_called_shown_or_left_out_makes_a_difference(
    prompt: str, joint: str, thing: str, plain: dict[str, np.ndarray]
):
    wish = f"{prompt}, {joint} {thing}"
    told = fates(wish)
    assert all(told[word] != "not_shown" for word in told if word in thing), told
    assert np.abs(picture(wish) - plain[prompt]).max() > 0.02


@pytest.mark.parametrize(
    ("prompt", "thing"),
    [
        (VILLAGE, "no snow"),
        (VILLAGE, "no houses"),
        (VILLAGE, "no trees"),
        (STREET, "no buildings"),
        (STREET, "no signs"),
        (STREET, "no sky"),
        (SEA, "no camera movement"),
        (STREET, "not dark"),
    ],
)
def test_nobody_is_told_that_a_thing_is_left_out_which_is_there(prompt: str, thing: str):
    told = fates(f"{prompt}, {thing}")
    assert told[thing.split()[1]] == "not_shown"


@pytest.mark.parametrize(
    ("prompt", "word"),
    [
        ("a city street without people, umbrellas", "umbrellas"),
        ("an empty street, no cars, headlights", "headlights"),
        ("a village at sunset", "sunset"),
        ("a village without aurora, pink tones", "pink"),
        ("a street in the snow", "snow"),
        ("the sun over the sea at noon", "sun"),
    ],
)
def test_what_cannot_be_there_is_not_claimed(prompt: str, word: str):
    assert fates(prompt)[word] == "not_shown"


@pytest.mark.parametrize(
    ("prompt", "scene"),
    [
        ("a dog running on the beach", "sunset"),
        ("a sailboat at night", "sunset"),
        ("mountain lake at dawn", "sunset"),
        ("a forest", "village"),
        ("a pine forest at sunset", "village"),
        ("a cosy house in winter", "village"),
        ("a skier", "village"),
        ("a spaceship", "street"),
        ("a robot walks", "street"),
        ("city skyline at night", "street"),
        ("un atardecer en la playa", "sunset"),
        ("una calle de la ciudad con lluvia", "street"),
        ("ein Dorf im Schnee", "village"),
        ("夜晚的城市街道,下雨", "street"),
        ("雪山", "village"),
        ("海の夕日", "sunset"),
    ],
)
def test_the_scene_is_the_one_nearest_to_the_prompt(prompt: str, scene: str):
    assert {parse(prompt, seed=seed).scene for seed in range(8)} == {scene}


def test_what_stands_for_something_else_is_told():
    told = {word.text: (word.status, word.by) for word in parse("a dog running on the beach").words}
    assert told == {
        "dog": ("not_shown", ""),
        "running": ("not_shown", ""),
        "beach": ("approximated", "open water"),
    }


def test_words_without_spaces_are_found_where_they_stand():
    prompt = "一只猫在雪山的村庄"
    words = parse(prompt).words
    assert [word.text for word in words if word.status == "shown"] == ["雪山", "村庄"]
    assert all(prompt[word.start : word.end] == word.text for word in words)


def test_every_phrase_can_be_found():
    """None is longer than what is looked at, and none is hidden by a word that carries no content."""
    known = lexicon()
    for phrase in known.phrases:
        if len(phrase) == 1:
            assert phrase[0] not in known.stop
        found = [word for word in parse(" ".join(phrase)).words if word.text == " ".join(phrase)]
        assert len(found) == 1, phrase
