"""The studio: what is behind and under things is what the prompt says, and they stand large, still and whole in the frame."""

import numpy as np
import pytest

from promptreel.engines import Picture
from promptreel.engines.scenes.director import direct
from promptreel.engines.scenes.gallery import rgb_of
from promptreel.engines.scenes.language.parser import parse
from promptreel.engines.scenes.post import Post
from promptreel.engines.scenes.world import World

WIDTH, HEIGHT = 160, 90


def film(prompt: str) -> World:
    spec = parse(prompt, seed=1)
    return World(WIDTH, HEIGHT, 4.0, 1, direct(spec, 4.0, 1))


def frame(world: World, t: float = 2.0) -> Picture:
    return rgb_of(Post(WIDTH, HEIGHT).run(world.draw(world.new_state(), t), t=t, **world.post))


@pytest.mark.parametrize(
    ("colour", "low", "high"),
    [
        ("white", (190, 190, 190), (255, 255, 255)),
        ("black", (0, 0, 0), (60, 60, 60)),
        ("blue", (0, 20, 90), (90, 140, 255)),
    ],
)
def test_the_paper_has_the_colour_that_the_prompt_names(colour: str, low: tuple[int, ...], high: tuple[int, ...]):
    picture = frame(film(f"an apple on a {colour} background"))
    corner = np.median(picture[:20].reshape(-1, 3), axis=0)
    assert (corner >= low).all()
    assert (corner <= high).all()


@pytest.mark.parametrize("thing", ["apple", "cup", "car", "dog"])
def test_what_is_photographed_is_whole_and_large_and_stays(thing: str):
    world = film(f"product shot of a {thing}")
    assert world.setting.name == "studio"
    for t in (0.1, 2.0, 3.9):
        left, top, right, bottom = world.boxes(t)[f"{thing}#0"]
        assert left > 0 and top > 0 and right < WIDTH and bottom < HEIGHT, (t, left, top, right, bottom)
        assert max((right - left) / WIDTH, (bottom - top) / HEIGHT) > 0.2


def test_paper_is_seamless_and_a_table_has_an_edge():
    def steepest(prompt: str) -> float:
        column = frame(film(prompt))[:, 8].astype(float).mean(axis=1)
        return float(np.abs(np.diff(column)).max())

    assert steepest("a grey background, a cup") < 6
    assert steepest("a cup on a marble table, grey background") > 20


def test_a_table_of_stone_mirrors_what_stands_on_it():
    """The light below a thing changes with the thing, beyond its shadow: a glossy top shows it upside down."""
    glossy, matte = (film(f"a red cup, {top} black background") for top in ("glossy", ""))
    redness = []
    for world in (glossy, matte):
        _, _, _, bottom = world.boxes(2.0)["cup#0"]
        below = world.draw(world.new_state(), 2.0)[:, int(bottom) + 2 :, WIDTH // 3 : 2 * WIDTH // 3]
        redness.append(float((below[0] - below[2]).mean()))
    assert redness[0] > 2 * max(redness[1], 1e-5)
