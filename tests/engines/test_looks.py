"""What a prompt says of somebody's looks is seen: each look with and without it, and where on the body it makes the
difference."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from promptreel.engines.scenes.creatures.dress import HATS, OUTFITS, TOOLS
from promptreel.engines.scenes.director import direct
from promptreel.engines.scenes.language.parser import parse
from promptreel.engines.scenes.mesh import on_screen
from promptreel.engines.scenes.scene_spec import Mention, SceneSpec, Wanted
from promptreel.engines.scenes.stage import Casting
from promptreel.engines.scenes.subjects.people import person
from promptreel.engines.scenes.world import World
from tests.engines.films import clipped, hide, inside, luma, rgb

SIZE = 192, 108
T = 1.0
SEED = 7

# Shares of the height from the sole (0) to the crown (1): where on the body the difference is looked for.
CROWN, HEAD, CHIN, EYES = (0.93, 1.06), (0.85, 1.03), (0.85, 0.915), (0.91, 0.96)
TRUNK, LEGS, NAPE = (0.55, 0.83), (0.15, 0.50), (0.78, 0.90)

PORTRAIT = (Mention("portrait", 0, 8, "detail", "face"), Mention("close up", 0, 8, "camera", "static"))


def film(name: str, looks: tuple[str, ...], colour: str = "", *, near: bool) -> World:
    """Somebody who stands in a meadow, seen whole or as a portrait."""
    wanted = Wanted(name, action="stand", qualities=frozenset(looks), colour=colour)
    mentions = PORTRAIT if near else ()
    spec = SceneSpec("meadow", subjects=(wanted,), time="day", season="spring", camera="static", mentions=mentions)
    return World(*SIZE, 4.0, SEED, direct(spec, 4.0, SEED))


def band(world: World, part: tuple[float, float]) -> tuple[slice, slice]:
    """The pixels of a part of the first actor's body: between two shares of its height, as wide as it is."""
    acting = world.actors[0]
    x, y, z, *_ = acting.path.at(T)
    bones = acting.body.skeleton  # type: ignore[attr-defined]
    crown = bones.tails[bones.index["head"]][1] * acting.scale
    half = 0.30 * crown
    corners = np.array([(x + a * half, y + share * crown, z) for a in (-1, 1) for share in part], np.float32)
    across, down, _ = on_screen(corners, world.camera(T), *SIZE)
    top, bottom = max(math.floor(down.min()), 0), min(math.ceil(down.max()), SIZE[1])
    return slice(top, max(bottom, top + 1)), slice(
        max(math.floor(across.min()), 0), min(math.ceil(across.max()), SIZE[0])
    )


def change(one: World, other: World, part: tuple[float, float]) -> tuple[float, NDArray[np.float32]]:
    """The share of the pixels of a part that clearly differ, less that beside the body (the camera may be focused a little
    otherwise), and the mean of `one` in them."""
    other.post = one.post
    other.camera, other._sharp = one.camera, one._sharp  # type: ignore[method-assign]
    a, b = rgb(one, T), rgb(other, T)
    where = band(one, part)
    beside = (np.abs(a[where[0], :12] - b[where[0], :12]).max(-1) > 0.05).mean()
    differs = np.abs(a[where] - b[where]).max(-1) > 0.05
    mean = a[where][differs].mean(axis=0) if differs.any() else np.zeros(3, np.float32)
    return float(differs.mean() - beside), mean


@pytest.mark.parametrize(
    ("name", "look", "part", "near"),
    [
        ("man", "bearded", CHIN, True),
        ("man", "moustached", CHIN, True),
        ("man", "bald", CROWN, True),
        ("man", "glasses", EYES, True),
        ("woman", "glasses", EYES, True),
        ("woman", "sunglasses", EYES, True),
        ("man", "hat", CROWN, True),
        ("woman", "crowned", CROWN, True),
        ("woman", "hair_curly", HEAD, True),
        ("woman", "hair_bun", (0.98, 1.06), True),
        ("woman", "ponytail", HEAD, True),
        ("man", "hair_long", NAPE, True),
        ("woman", "hair_short", NAPE, True),
        ("man", "suit", TRUNK, False),
        ("man", "jacket", TRUNK, False),
        ("woman", "dress", LEGS, False),
        ("man", "old", HEAD, True),
        ("man", "as_chef", CROWN, False),
        ("man", "as_knight", HEAD, False),
        ("woman", "as_witch", LEGS, False),
        ("man", "as_doctor", TRUNK, False),
        ("woman", "as_ballerina", LEGS, False),
        ("man", "wears_straw", CROWN, True),
        ("man", "holds_sword", TRUNK, False),
    ],
)
def test_a_look_is_seen_where_it_is(name: str, look: str, part: tuple[float, float], near: bool) -> None:
    contrary = {"hair_long": ("hair_short",), "hair_short": ("hair_long",), "bald": ("hair_brown",), "dress": ("suit",)}
    share, _ = change(film(name, (look,), near=near), film(name, contrary.get(look, ()), near=near), part)
    assert share > 0.02


@pytest.mark.parametrize(
    ("tone", "toward"),
    [
        ("red", (1, 0, -1)),
        ("blond", (1, 0.5, -1)),
        ("blue", (-1, 0, 1)),
        ("green", (-1, 1, -0.5)),
        ("pink", (1, -1, 0.3)),
    ],
)
def test_hair_has_its_colour(tone: str, toward: tuple[float, float, float]) -> None:
    one, grey = film("woman", (f"hair_{tone}",), near=True), film("woman", ("hair_grey",), near=True)
    share, mean = change(one, grey, CROWN)
    _, plain = change(grey, one, CROWN)
    moved = mean - plain
    assert share > 0.03
    assert float((moved - moved.mean()) @ np.array(toward)) > 0.03


@pytest.mark.parametrize(("colour", "channel"), [("red", 0), ("green", 1), ("blue", 2)])
def test_a_dress_has_its_colour(colour: str, channel: int) -> None:
    world = film("woman", ("dress",), colour, near=False)
    share, mean = change(world, film("woman", ("dress",), "grey", near=False), TRUNK)
    assert share > 0.02
    assert mean[channel] == mean.max()


@pytest.mark.parametrize("tone", ["red", "blue"])
def test_a_hat_has_its_colour(tone: str) -> None:
    other = "blue" if tone == "red" else "red"
    share, mean = change(*(film("man", ("hat", f"hat_{dye}"), near=True) for dye in (tone, other)), CROWN)
    assert share > 0.05
    assert mean[0 if tone == "red" else 2] == mean.max()


def test_long_hair_swings() -> None:
    """Its ends move against the head that carries them, those of short hair do not."""

    def moved(look: str) -> float:
        body = film("woman", (look,), near=True).actors[0].body
        bones = body.skeleton  # type: ignore[attr-defined]
        head = bones.index["head"]
        if "tresses" not in bones.index:
            return 0.0
        own = body.bones[(body.bones == bones.index["tresses"]).any(axis=1)]  # type: ignore[attr-defined]
        assert len(own) > 50
        places = []
        for t in (0.4, 1.3):
            vertices, normals = np.empty_like(body.vertices), np.empty_like(body.vertices)
            body.pose(t, 0.0, vertices, normals)
            hung = (body.bones == bones.index["tresses"]).any(axis=1)  # type: ignore[attr-defined]
            rigid = (body.bones[:, 0] == head) & ~hung  # type: ignore[attr-defined]
            low = vertices[hung].mean(axis=0) - vertices[rigid].mean(axis=0)
            places.append(low)
        return float(np.abs(places[1] - places[0]).max())

    assert moved("hair_short") == 0.0
    assert moved("hair_long") > 0.0015


def test_every_outfit_can_be_worn_near_and_far() -> None:
    """All of its rows are meshes, up to a crowd's few vertices, and what it names exists."""
    for name, outfit in OUTFITS.items():
        assert outfit.hat in {"", *HATS}
        assert outfit.tool in {"", *TOOLS}
        rng = np.random.default_rng(SEED)
        body = person(Casting("walk", rng, qualities=frozenset({f"as_{name}"}), detail=0))
        assert np.isfinite(body.vertices).all()
        assert len(body.vertices) < 900


@pytest.mark.parametrize("prompt", ["silhouette of a horse at sunset", "silhouette of a wolf at night"])
def test_an_outline_is_darker_than_what_is_behind_it(prompt: str) -> None:
    world = World(160, 90, 5.0, 7, direct(parse(prompt, seed=7), 5.0, 7))
    shown, box = luma(world, 2.5), clipped(next(iter(world.boxes(2.5).values())), 160, 90)
    hide(world)
    assert box is not None
    before, without = inside(shown, box), inside(luma(world, 2.5), box)
    figure = without - before > 8
    assert figure.mean() > 0.15
    assert before[figure].mean() < 0.6 * without[figure].mean()


def test_what_the_film_is_about_does_not_burn_out() -> None:
    world = World(160, 90, 5.0, 7, direct(parse("a fox walking in the forest", seed=7), 5.0, 7))
    left, top, right, bottom = clipped(world.boxes(2.5)["fox#0"], 160, 90) or (0, 0, 0, 0)
    fox = rgb(world, 2.5)[top:bottom, left:right]
    assert (fox[..., 0] > 0.98).mean() < 0.1


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_legs_are_apart_however_few_points_they_have(seed: int) -> None:
    """No triangle spans from one leg to the other, in a crowd as in a portrait."""
    for detail in (1, 2):
        body = person(Casting("walk", np.random.default_rng(seed), detail=detail))
        corners = body.vertices[body.triangles]
        low = corners[..., 1].max(axis=1) < 0.27 * body.vertices[:, 1].max()
        across = (corners[..., 0].max(axis=1) > 0.02) & (corners[..., 0].min(axis=1) < -0.02)
        assert not (low & across).any()
