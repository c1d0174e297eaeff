"""What a film is about is in the frame, wholly and large enough, whatever it does and whoever is with it."""

import math

import numpy as np
import pytest

from promptreel.engines.scenes.camera import SAFE, Member, Operator, Pose
from promptreel.engines.scenes.director import direct
from promptreel.engines.scenes.language.parser import parse
from promptreel.engines.scenes.world import World

SIZE = 96, 54
SECONDS = 5.0


def shares(prompt: str, name: str, seed: int = 3) -> list[tuple[float, float]]:
    """How much of one is in the frame, and how much of the frame's width or height it takes, at three moments."""
    world = World(*SIZE, SECONDS, seed, direct(parse(prompt, seed=seed), SECONDS, seed))
    found = []
    for t in (0.1, 2.5, 4.9):
        left, top, right, bottom = world.boxes(t).get(name, (0.0, 0.0, 0.0, 0.0))
        wide, high = max(right - left, 1e-6), max(bottom - top, 1e-6)
        inside = max(min(right, SIZE[0]) - max(left, 0), 0) * max(min(bottom, SIZE[1]) - max(top, 0), 0)
        found.append((inside / (wide * high), max(wide / SIZE[0], high / SIZE[1])))
    return found


@pytest.mark.parametrize("x", [-6.0, 0.5, 6.0])
def test_the_operator_turns_only_as_far_as_it_takes(x: float) -> None:
    pose = Pose(0.0, 1.5, 0.0, 0.0, 0.0, 0.4)
    operator = Operator((Member(lambda _t: (x, 0.6, 8.0), 0.4, 0.9),), 16 / 9)
    kept = operator.kept(pose, 1.0)
    left, right, low, high = operator.reach(kept, 1.0)
    room = SAFE * math.atan(0.4 * 16 / 9)
    assert -room - 1e-9 <= left < right <= room + 1e-9
    assert max(abs(low), abs(high)) <= SAFE * math.atan(0.4) + 1e-9
    assert (kept == pose) == (x == 0.5)


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("a cat dancing in a nightclub", ["cat"]),
        ("a dog chasing a cat", ["dog", "cat"]),
        ("a bird landing on a branch", ["bird"]),
        ("a man handing flowers to a woman", ["man", "woman", "flower"]),
        ("a dinosaur chasing a car through the jungle", ["dinosaur", "car"]),
        ("a dog sleeping by the fireplace", ["dog"]),
        ("jellyfish floating through the sky above a city", ["jellyfish"]),
        ("a fox and a giant bear sitting next to each other", ["fox", "bear"]),
        ("a boy running from a dinosaur in the city", ["boy", "dinosaur"]),
        ("a boy flying on the back of a giant eagle", ["boy", "eagle"]),
        ("a red boat in the harbour", ["boat"]),
    ],
)
def test_who_is_told_of_is_seen(prompt: str, names: list[str]) -> None:
    for name in names:
        seen = shares(prompt, f"{name}#0")
        assert min(inside for inside, _ in seen) > 0.75, (name, seen)
        assert max(size for _, size in seen) > 0.08, (name, seen)


def test_small_ones_in_large_rooms_are_seen_through_a_longer_lens() -> None:
    assert max(size for _, size in shares("a girl standing in a room", "girl#0")) > 0.35


def test_a_bird_comes_to_rest_on_its_branch() -> None:
    plan = direct(parse("a bird landing on a branch", seed=3), SECONDS, 3)
    world = World(*SIZE, SECONDS, 3, plan)
    bird, branch = world.boxes(4.9)["bird#0"], world.boxes(4.9)["branch#0"]
    assert branch[1] - 0.3 * SIZE[1] < bird[3] < branch[3]


def test_who_sails_stands_on_deck() -> None:
    spec = parse("vikings sailing through a storm", seed=3)
    sailors = spec.subjects[0]
    assert (sailors.name, sailors.relation, sailors.target) == ("person", "on", "sailing_boat")
    world = World(*SIZE, SECONDS, 3, direct(spec, SECONDS, 3))
    boat, sailor = world.boxes(2.5)["sailing_boat#0"], world.boxes(2.5)["person#0"]
    assert sailor[3] > 0.5 * (boat[1] + boat[3])


@pytest.mark.parametrize(("prompt", "setting"), [("a woman swimming", "lake"), ("a surfer riding a wave", "ocean")])
def test_who_swims_is_in_the_water_and_half_above_it(prompt: str, setting: str) -> None:
    plan = direct(parse(prompt, seed=3), SECONDS, 3)
    world = World(*SIZE, SECONDS, 3, plan)
    body = world.actors[0]
    x, y, z, *_ = body.path.at(2.5)
    vertices, normals = np.empty_like(body.body.vertices), np.empty_like(body.body.normals)
    body.body.pose(2.5, 2.5, vertices, normals)
    assert plan.setting.name == setting and bool(world.ground.wet(x, z))
    assert (vertices[:, 1] + y).max() > 0.1
    assert setting == "ocean" or (vertices[:, 1] + y).min() < -0.1


@pytest.mark.parametrize("prompt", ["a dog running through a city street", "a horse galloping down a country road"])
def test_who_runs_where_there_is_a_road_keeps_to_it(prompt: str) -> None:
    world = World(*SIZE, SECONDS, 3, direct(parse(prompt, seed=3), SECONDS, 3))
    runner, road = world.actors[0], getattr(world.ground, "lane", None)
    for t in np.linspace(0.0, SECONDS, 7):
        assert road is not None
        x, _, z, *_ = runner.path.at(float(t))
        assert min(math.dist((x, z), road(z, side)[:2]) for side in (-1.0, 1.0)) < 1.5


def test_what_leaps_leaps_out_of_water() -> None:
    assert direct(parse("an orca jumping in front of icebergs", seed=3), SECONDS, 3).setting.name == "ocean"


@pytest.mark.parametrize("seed", [3, 7])
def test_the_horizon_stays_while_a_dolphin_is_under_water(seed: int) -> None:
    world = World(*SIZE, SECONDS, seed, direct(parse("a dolphin jumping", seed=seed), SECONDS, seed))
    for t in np.linspace(0.0, SECONDS, 13):
        forward = world.camera(float(t)).frame[9:12]
        assert forward[1] / math.hypot(forward[0], forward[2]) > -world.tangent


@pytest.mark.parametrize("prompt", ["a car driving on the beach", "a horse galloping along the shore"])
def test_who_goes_by_the_sea_stays_on_land(prompt: str) -> None:
    world = World(*SIZE, SECONDS, 7, direct(parse(prompt, seed=7), SECONDS, 7))
    for t in np.linspace(0.0, SECONDS, 9):
        x, _, z, *_ = world.actors[0].path.at(float(t))
        assert not bool(world.ground.wet(x, z))


def test_a_film_about_the_sky_shows_more_of_it() -> None:
    about, beneath = (direct(parse(prompt, seed=3), SECONDS, 3) for prompt in ("a rainbow", "a deer under a rainbow"))
    assert about.setting.horizon > 0.6 > beneath.setting.horizon
