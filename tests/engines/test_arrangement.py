"""Who is left or right of whom, between two others, on a seat, on a branch, in the arms."""

import math

import numpy as np
import pytest

from promptreel.engines.scenes.director import direct
from promptreel.engines.scenes.language.parser import parse
from promptreel.engines.scenes.world import World

SIZE = 96, 54
SECONDS = 4.0


def film(prompt: str, seed: int = 3) -> World:
    return World(*SIZE, SECONDS, seed, direct(parse(prompt, seed=seed), SECONDS, seed))


def middle(world: World, name: str, t: float = 1.0) -> tuple[float, float]:
    """Of what is drawn of an actor, pixels."""
    left, top, right, bottom = world.boxes(t)[name]
    return 0.5 * (left + right), 0.5 * (top + bottom)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("prompt", "order"),
    [
        ("a dog sitting to the left of a man in a meadow", ("dog", "man")),
        ("a dog sitting to the right of a man in a meadow", ("man", "dog")),
        ("a man standing in a meadow and a cat sitting to the right of the man", ("man", "cat")),
        ("a ball between a sitting cat and a sitting dog in a meadow", ("cat", "ball", "dog")),
        ("a horse standing right of a cow in a meadow", ("cow", "horse")),
    ],
)
def test_relations_are_kept_in_the_frame(prompt: str, order: tuple[str, ...], seed: int) -> None:
    world = film(prompt, seed)
    places = [middle(world, f"{name}#0")[0] for name in order]
    assert places == sorted(places)
    assert all(b - a > 2 for a, b in zip(places, places[1:], strict=False))
    assert all(-0.1 * SIZE[0] < x < 1.1 * SIZE[0] for x in places)


def test_a_thing_stands_between_two_of_a_kind() -> None:
    world = film("a dog sitting between two armchairs in a room")
    (a, _), (b, _) = (middle(world, f"armchair#{number}") for number in range(2))
    assert min(a, b) < middle(world, "dog#0")[0] < max(a, b)


@pytest.mark.parametrize("seat", ["chair", "armchair", "sofa", "bench", "stool"])
def test_who_sits_sits_on_the_seat(seat: str) -> None:
    world = film(f"a woman sitting on a {seat} in a garden")
    names = [acting.name for acting in world.actors]
    assert f"{seat}#0" in names
    sitter, under = (next(a for a in world.actors if a.name == f"{name}#0") for name in ("woman", seat))
    (x0, y0, z0, *_), (x1, y1, z1, *_) = sitter.path.at(1.0), under.path.at(1.0)
    assert math.hypot(x0 - x1, z0 - z1) < 0.3
    assert abs(y0 - y1) < 0.05
    vertices, normals = np.empty_like(sitter.body.vertices), np.empty_like(sitter.body.vertices)
    sitter.body.pose(1.0, 0.0, vertices, normals)
    hips = sitter.body.bones[:, 0] == sitter.body.skeleton.index["hips"]  # type: ignore[attr-defined]
    assert 0.35 < vertices[hips][:, 1].min() < 0.55


def test_a_couple_shares_a_bench() -> None:
    world = film("an elderly couple sitting on a park bench")
    benches = [a for a in world.actors if a.name.startswith("bench")]
    people = [a for a in world.actors if a.name.startswith("person")]
    assert (len(benches), len(people)) == (1, 2)
    for person in people:
        x, _, z, *_ = person.path.at(1.0)
        a, _, b, *_ = benches[0].path.at(1.0)
        assert math.hypot(x - a, z - b) < 0.6


@pytest.mark.parametrize("name", ["bird", "owl"])
def test_birds_perch_on_branches(name: str) -> None:
    word = {"bird": "a bird sitting", "owl": "an owl perched"}[name]
    world = film(f"{word} on a branch")
    perched, branch = (next(a for a in world.actors if a.name == f"{kind}#0") for kind in (name, "branch"))
    for t in (0.5, 3.0):
        (x0, y0, z0, *_), (x1, y1, z1, *_) = perched.path.at(t), branch.path.at(t)
        assert math.dist((x0, y0, z0), (x1, y1, z1)) < 0.05
        assert y0 > float(world.ground.height(x0, z0)) + 0.5
    left, top, right, bottom = world.boxes(1.0)[f"{name}#0"]
    assert bottom - top > 0.18 * SIZE[1]
    assert 0 < left < right < SIZE[0]


def test_a_baby_is_held_in_the_arms() -> None:
    world = film("a mother holding her baby in a garden")
    mother, baby = (next(a for a in world.actors if a.name == f"{name}#0") for name in ("woman", "baby"))
    for t in (0.5, 3.5):
        (x0, y0, z0, *_), (x1, y1, z1, *_) = mother.path.at(t), baby.path.at(t)
        assert 0.7 < y1 - y0 < 1.2
        assert math.hypot(x0 - x1, z0 - z1) < 0.4


def test_a_picnic_is_on_a_blanket_in_the_open() -> None:
    world = film("a couple having a picnic")
    assert world.plan.setting.name in {"meadow", "hills", "garden"}
    rug = next(a for a in world.actors if a.name == "picnic#0").path.at(1.0)
    for person in (a for a in world.actors if a.name.startswith("person")):
        x, _, z, *_ = person.path.at(1.0)
        assert math.hypot(x - rug[0], z - rug[2]) < 1.3


@pytest.mark.parametrize("who", ["men", "women"])
def test_two_who_fight_are_two(who: str) -> None:
    world = film(f"two {who} fighting")
    assert len(world.actors) == 2
    (x0, _, z0, h0, *_), (x1, _, z1, h1, *_) = (acting.path.at(1.0) for acting in world.actors)
    assert math.cos(h0 - h1) < -0.8
    assert 0.5 < math.hypot(x0 - x1, z0 - z1) < 2.0


def test_runners_in_a_garden_keep_to_the_path() -> None:
    for seed in (1, 2, 3):
        world = film("a girl running through a garden", seed)
        walk = world.set.spots["walk"]
        for t in np.linspace(0, SECONDS, 21):
            x, _, z, *_ = world.actors[0].path.at(float(t))
            if z > walk[0][2]:
                assert abs(x - walk[0][0]) < 1.2
            assert z > 0.4


@pytest.mark.parametrize(("vehicle", "beside"), [("train", 0.0), ("car", 1.5)])
def test_who_goes_through_mountains_keeps_to_the_way_there(vehicle: str, beside: float) -> None:
    """A road or a railway is laid over land that knows of none, and what is named stays on it."""
    world = film(f"a {vehicle} driving through the mountains")
    assert world.setting.name == "mountains"
    assert world.set.lane is not None
    path = next(acting.path for acting in world.actors if acting.name == f"{vehicle}#0")
    for t in (0.0, 2.0, 4.0):
        x, y, z, *_ = path.at(t)
        middle_of_it = world.set.lane(z, 0.0)[0]
        assert abs(x - middle_of_it) == pytest.approx(beside, abs=0.1)
        assert 0 < y - float(world.ground.height(x, z)) < 0.5
