"""Rooms: their light comes from windows and lamps, the camera stays between their walls, and words find them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from promptreel.engines.scenes.buildings.furniture import bench
from promptreel.engines.scenes.buildings.interior import FRONT, Interior, Opening, Shell
from promptreel.engines.scenes.director import direct
from promptreel.engines.scenes.language.parser import parse
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.report import coverage, words
from promptreel.engines.scenes.scene_spec import MOVES, SceneSpec, Wanted
from promptreel.engines.scenes.settings import settings
from promptreel.engines.scenes.stage import Brief, Floats, Light, Set
from promptreel.engines.scenes.world import World
from tests.engines.films import filmed, make
from tests.engines.test_places import Flat, built, light

ROOMS = (
    "bedroom", "cafe", "cathedral", "classroom", "concert_stage", "gym", "kitchen", "laboratory", "library", "museum", "office",
    "server_room", "subway",
)  # fmt: skip

PROMPTS = (Path(__file__).parent.parent / "data" / "prompts_places.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", ROOMS)
def test_the_camera_stays_between_the_walls(name: str) -> None:
    """Whatever move is asked for; with somebody in the room, whose ways take long to find, each room is tried with a third."""
    half, back = rows("places")[name].size / 2, rows("places")[name].size + FRONT
    mesh = built(rows("places")[name]).mesh.build()
    near = mesh.vertices[np.abs(mesh.vertices[:, 2]) < 3.5]
    side = min(half, float(np.abs(near[:, 0]).max()))
    high = float(near[np.abs(near[:, 0]) < side + 0.1][:, 1].max())
    moves = sorted({*MOVES} - {"follow"})
    for subjects, tried in (((), moves), ((Wanted("woman"),), moves[ROOMS.index(name) % 3 :: 3])):
        room = make(SceneSpec(name, subjects=subjects, time="day"), 32, 18, duration=5.0)
        for move in tried:
            world = filmed(room, move)
            for t in (0.0, 2.5, 4.99):
                x, y, z = (float(value) for value in world.camera(t).position)
                assert abs(x) < side - 0.1, (move, x)
                assert 0.1 < y < high - 0.05, (move, y)
                assert FRONT + 0.1 < z < back, (move, z)


def floor_light(openings: tuple[Opening, ...], outside: Light) -> tuple[Floats, Floats]:
    """The corners of the floor of a grey room with a bench and no lamps, (n, 3), and how bright each is."""
    stage = Set(Brief(SceneSpec(), 160, 90, 5.0, 5, "day", light=outside), Flat(False), outside)
    room = Interior.of(
        stage, "test", lambda _: Shell(3.0, 6.0, 3.0, (0.6,) * 3, (0.5,) * 3, openings=openings), lit=False
    )
    room.put(bench(1.5, (0.4, 0.3, 0.2)), 0.0, 5.5)
    room.finish()
    mesh = stage.mesh.build()
    floor = (mesh.normals[:, 1] > 0.9) & (mesh.vertices[:, 1] < 0.01) & (np.abs(mesh.vertices[:, 0]) < 2.9)
    return mesh.vertices[floor], mesh.emission[floor] @ np.array([0.2126, 0.7152, 0.0722]) * outside.glow


def test_windows_light_the_room() -> None:
    """Without one it is dark; near it brighter than at the other wall; and the sun paints a patch where it shines in."""
    day = light(dark=False)
    overcast = replace(day, sunlight=np.zeros(3, np.float32))
    behind = replace(day, sun=day.sun * np.array([-1, 1, 1], np.float32))
    window = Opening("left", 1.0, 4.0, 0.8, 2.4)
    assert floor_light((), overcast)[1].max() == 0
    at, sky = floor_light((window,), overcast)
    level = (at[:, 2] > 1.0) & (at[:, 2] < 4.0)
    near, far = (float(sky[level & (np.abs(at[:, 0] - x) < 0.8)].mean()) for x in (-2.0, 2.0))
    assert near > 1.5 * far > 0
    assert floor_light((replace(window, top=1.6),), overcast)[1].mean() < 0.95 * sky.mean()
    sunny, away = (floor_light((window,), outside)[1] > 4 * sky for outside in (day, behind))
    assert 0.01 < (sunny & (at[:, 2] > 1)).mean() < 0.2
    assert away.sum() < 0.7 * sunny.sum()


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
