"""Rooms: their light comes from windows and lamps, the camera stays between their walls, and words find them."""

from pathlib import Path

import numpy as np
import pytest

from promptreel.engines.scenes.buildings.interior import FRONT
from promptreel.engines.scenes.director import direct
from promptreel.engines.scenes.language.parser import parse
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.report import coverage, words
from promptreel.engines.scenes.scene_spec import MOVES, SceneSpec, Wanted
from promptreel.engines.scenes.settings import settings
from promptreel.engines.scenes.world import World
from tests.engines.test_places import built

ROOMS = (
    "bedroom", "cafe", "cathedral", "classroom", "concert_stage", "gym", "kitchen", "laboratory", "library", "museum", "office",
    "server_room", "subway",
)  # fmt: skip

PROMPTS = (Path(__file__).parent.parent / "data" / "prompts_places.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", ROOMS)
def test_the_camera_stays_between_the_walls(name: str) -> None:
    """Whatever move is asked for, with and without somebody in the room."""
    half, back = rows("places")[name].size / 2, rows("places")[name].size + FRONT
    mesh = built(rows("places")[name]).mesh.build()
    near = mesh.vertices[np.abs(mesh.vertices[:, 2]) < 3.5]
    side = min(half, float(np.abs(near[:, 0]).max()))
    high = float(near[np.abs(near[:, 0]) < side + 0.1][:, 1].max())
    for move in sorted({*MOVES} - {"follow"}):
        for subjects in ((), (Wanted("woman"),)):
            plan = direct(SceneSpec(name, subjects=subjects, camera=move, time="day"), 5.0, 3)
            world = World(32, 18, 5.0, 3, plan)
            for t in (0.0, 2.5, 4.99):
                x, y, z = (float(value) for value in world.camera(t).position)
                assert abs(x) < side - 0.1, (move, x)
                assert 0.1 < y < high - 0.05, (move, y)
                assert FRONT + 0.1 < z < back, (move, z)


@pytest.mark.parametrize("name", ROOMS)
def test_surfaces_are_where_a_setting_says(name: str) -> None:
    """What the row promises to stand on has a place in the room, above the floor."""
    stage = built(rows("places")[name])
    assert stage.spots["ground"]
    for surface in settings()[name].params.get("surfaces", ()):
        assert all(y > 0.4 for _, y, _ in stage.spots[surface])


@pytest.mark.parametrize(
    ("prompt", "setting"),
    [
        ("a chef cooking in a kitchen", "kitchen"),
        ("a woman in a coffee shop", "cafe"),
        ("a girl reading in an old library", "library"),
        ("a man in a living room", "room"),
        ("light through stained glass in a cathedral interior", "cathedral"),
        ("a church on a hill", "hills"),
        ("a train at a subway platform", "subway"),
        ("a singer on stage under spotlights", "concert_stage"),
        ("a cat sleeping on the bed", "bedroom"),
    ],
)
def test_words_find_their_room(prompt: str, setting: str) -> None:
    """And no second room is put into it."""
    plan = direct(parse(prompt, seed=1), 5.0, 1)
    assert plan.setting.name == setting
    assert sum(place.stands == "around" for place in plan.places) <= 1


def test_a_cat_is_on_the_counter_it_was_put_on() -> None:
    """And on the floor where nothing was said."""
    on = direct(parse("a cat sitting on a kitchen counter", seed=1), 5.0, 1)
    world = World(64, 36, 5.0, 1, on)
    assert world.actors[0].path.at(1.0)[1] == pytest.approx(0.92)
    beside = World(64, 36, 5.0, 1, direct(parse("a cat sitting in a kitchen", seed=1), 5.0, 1))
    assert beside.actors[0].path.at(1.0)[1] == pytest.approx(0.0)


def test_what_a_place_brings_is_not_cast_twice() -> None:
    """The subway has a train of its own."""
    spec = parse("a train at a subway platform", seed=1)
    plan = direct(spec, 5.0, 1)
    assert not plan.cast
    assert {word.text: word.status for word in words(spec, plan.held)}["train"] == "shown"


def test_a_rainy_cafe_does_not_claim_rain() -> None:
    """Nothing falls between walls."""
    spec = parse("a rainy evening in a cafe", seed=1)
    plan = direct(spec, 5.0, 1)
    assert not plan.effects
    assert {word.text: word.status for word in words(spec, plan.held)}["rainy"] == "not_shown"


def test_most_words_of_prompts_indoors_are_known() -> None:
    """Of sixty prompts of the kind that people write."""
    shares = []
    for prompt in PROMPTS:
        spec = parse(prompt, seed=1)
        shares.append(coverage(words(spec, direct(spec, 5.0, 1).held)))
    assert len(shares) == 60
    assert np.mean(shares) > 0.9
