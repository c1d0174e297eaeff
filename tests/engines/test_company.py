"""What people see of the subjects of a film: portraits, pairs, ways past a still camera, splashes, a clear road."""

import math

import numpy as np
import pytest

from promptreel.engines.scenes.director import Plan, direct
from promptreel.engines.scenes.language.parser import parse
from promptreel.engines.scenes.scene_spec import Mention, SceneSpec, Wanted
from promptreel.engines.scenes.spray import Splashes, Wake
from promptreel.engines.scenes.world import World

SIZE = 96, 54
SECONDS = 4.0


def said(text: str, kind: str = "camera", name: str = "static") -> Mention:
    """A word of a prompt before all others."""
    return Mention(text, 0, len(text), kind, name)


def film(spec: SceneSpec, seed: int = 3) -> tuple[Plan, World]:
    """A plan and the small world of it."""
    plan = direct(spec, SECONDS, seed)
    return plan, World(*SIZE, SECONDS, seed, plan)


@pytest.mark.parametrize("name", ["woman", "boy", "dog"])
def test_a_portrait_fills_the_picture(name: str) -> None:
    close = said("close-up")
    plan, world = film(SceneSpec("meadow", subjects=(Wanted(name),), time="day", mentions=(close,)))
    assert plan.portrait > 0
    assert plan.cast[0].action == "stand"
    left, top, right, bottom = world.boxes(SECONDS / 2)[f"{name}#0"]
    assert 0 <= top < 0.4 * SIZE[1], "the head is in the picture"
    assert bottom > 0.95 * SIZE[1], "what is below is not"
    assert 0 < (left + right) / 2 < SIZE[0]


def test_who_runs_is_not_portrayed() -> None:
    spec = SceneSpec("meadow", subjects=(Wanted("woman", action="run"),), mentions=(said("close-up"),))
    assert direct(spec, SECONDS, 1).portrait == 0


def test_what_is_behind_a_portrait_is_soft() -> None:
    wanted = SceneSpec("meadow", subjects=(Wanted("woman", action="smile"),), time="day", camera="static")
    plan, world = film(SceneSpec(**{**_fields(wanted), "mentions": (said("portrait", "detail", "face"),)}))
    assert plan.portrait
    state = world.new_state()
    hdr = world.draw(state, 1.0)
    far = state.main.canvas.near < 0.2
    grass = far & (np.arange(SIZE[1])[:, None] > 0.6 * SIZE[1])
    light = np.where(grass, hdr.mean(axis=0), np.nan)
    steps = np.nanmean(np.abs(np.diff(light, axis=1))) / np.nanmean(light)
    assert steps < 0.05


def _fields(spec: SceneSpec) -> dict[str, object]:
    return {name: getattr(spec, name) for name in ("setting", "subjects", "time", "camera")}


def test_couples_face_each_other_and_turn() -> None:
    _, world = film(SceneSpec("meadow", subjects=(Wanted("person", 2, action="dance"),), time="day"))
    first, second = (acting.path.at(1.0) for acting in world.actors)
    assert math.cos(first[3] - second[3]) == pytest.approx(-1, abs=1e-6)
    assert math.hypot(first[0] - second[0], first[2] - second[2]) < 0.9
    later = world.actors[0].path.at(2.0)
    assert abs(later[3] - first[3]) > 0.2


def test_hands_are_held_side_by_side() -> None:
    hands = said("holding hands", "detail", "face")
    _, world = film(SceneSpec("meadow", subjects=(Wanted("person", 2),), time="day", mentions=(hands,)))
    for t in (0.5, 3.5):
        first, second = (acting.path.at(t) for acting in world.actors)
        assert first[3] == second[3]
        assert 0.3 < math.hypot(first[0] - second[0], first[2] - second[2]) < 0.8


def test_enemies_look_at_each_other() -> None:
    fight = said("fighting", "mood", "dramatic")
    subjects = (Wanted("person"), Wanted("dragon"))
    _, world = film(SceneSpec("mountains", subjects=subjects, time="day", mentions=(fight,)))
    (x0, _, z0, h0, *_), (x1, _, z1, h1, *_) = (acting.path.at(1.0) for acting in world.actors)
    way = np.array([x1 - x0, z1 - z0]) / math.hypot(x1 - x0, z1 - z0)
    assert way @ [math.sin(h0), math.cos(h0)] > 0.5
    assert way @ [math.sin(h1), math.cos(h1)] < -0.5


def test_the_umbrella_has_the_colour_that_is_asked_for() -> None:
    spec = parse("a woman with a red umbrella", seed=5)
    plan, world = film(spec, 5)
    body = world.actors[0].body
    high = body.vertices[:, 1] > 1.9
    red, green, blue = body.colour[high].mean(axis=0)
    assert red > 3 * green
    assert red > 3 * blue
    assert plan.held["colour", "red", 1] == ""


@pytest.mark.parametrize(("name", "action", "setting"), [("horse", "run", "hills"), ("eagle", "fly", "mountains")])
def test_the_fast_stay_in_the_picture_of_a_still_camera(name: str, action: str, setting: str) -> None:
    subjects = (Wanted(name, action=action),)
    _, world = film(SceneSpec(setting, subjects=subjects, time="day", camera="static"))
    for t in (0.2, 1.0, 2.0, 3.0, 3.8):
        left, top, right, bottom = world.boxes(t)[f"{name}#0"]
        assert left < SIZE[0] and right > 0, f"beside the picture at {t} s"
        assert top < SIZE[1] and bottom > 0, f"above or below the picture at {t} s"


def test_what_leaps_splashes_as_it_enters() -> None:
    _, world = film(SceneSpec("ocean", subjects=(Wanted("dolphin", action="jump"),), time="day"))
    splashes = [layer for layer in world.layers if isinstance(layer, Splashes)]
    assert len(splashes) == 1
    state = world.new_state()
    events = [at for at, *_ in splashes[0]._events if 0.2 < at < SECONDS - 0.6]
    assert events
    t = events[0] + 0.3
    with_it = world.draw(state, t).copy()
    world.layers.remove(splashes[0])
    plain = world.new_state()
    assert np.abs(with_it - world.draw(plain, t)).max() > 0.02 * plain.main.canvas.hdr.max()


def test_what_sails_leaves_a_wake() -> None:
    _, world = film(SceneSpec("ocean", subjects=(Wanted("sailing_boat", action="sail"),), time="day"))
    assert any(isinstance(layer, Wake) for layer in world.layers)
    _, moored = film(SceneSpec("ocean", subjects=(Wanted("boat", action="float"),), time="day"))
    assert not any(isinstance(layer, Wake) for layer in moored.layers)


def test_no_traffic_goes_through_the_car_of_the_film() -> None:
    _, world = film(SceneSpec("city_street", subjects=(Wanted("car", action="drive"),), time="day"), 2)
    lead = world.actors[0].path
    others = [body.path for body in world.set.bodies if body.name.startswith(("car~", "taxi~"))]
    for t in np.linspace(0, SECONDS, 41):
        x, _, z, *_ = lead.at(float(t))
        for other in others:
            a, _, b, *_ = other.at(float(t))
            assert math.hypot(a - x, b - z) > 4.0
