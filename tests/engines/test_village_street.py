"""The village and the street: exact, repeatable, lively and different from seed to seed, at any size."""

import functools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from promptreel.engines.scenes.post import Post
from promptreel.engines.scenes.prompt import SceneSpec
from promptreel.engines.scenes.scene import no_tick
from promptreel.engines.scenes.street import Street
from promptreel.engines.scenes.village import Village

SCENES = pytest.mark.parametrize("scene", [Village, Street])


@functools.lru_cache(maxsize=6)
def world(scene, width=64, height=36, duration=4.0, seed=7, camera=""):
    return scene(width, height, duration, seed, SceneSpec(scene=scene.__name__.lower(), camera=camera), no_tick)


def light(scene, t=1.0, **more):
    """The linear picture at `t` of a fresh state, a copy."""
    made = world(scene, **more)
    return made.draw(made.new_state(), t).copy()


@SCENES
def test_the_same_arguments_give_the_same_bytes_whatever_was_drawn_before(scene):
    first = world(scene)
    again = scene(64, 36, 4.0, 7, SceneSpec(scene=scene.__name__.lower()), no_tick)
    state = again.new_state()
    again.draw(state, 3.0)
    again.draw(state, 0.2)
    assert again.draw(state, 1.0).tobytes() == first.draw(first.new_state(), 1.0).tobytes()


@SCENES
def test_threads_draw_the_same_bytes(scene):
    made = world(scene)
    times = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    alone = [made.draw(made.new_state(), t).tobytes() for t in times]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda t: made.draw(made.new_state(), t).tobytes(), times))
    assert together == alone


@SCENES
@pytest.mark.parametrize("size", [(16, 16), (18, 96), (90, 16), (50, 38)])
def test_every_size_is_exact_and_finite(scene, size):
    width, height = size
    made = scene(width, height, 2.0, 3, SceneSpec(), no_tick)
    hdr = made.draw(made.new_state(), 2.0)
    assert hdr.shape == (3, height, width)
    assert hdr.dtype == np.float32
    assert np.isfinite(hdr).all()
    assert hdr.min() >= 0
    luma, blue, red = Post(width, height).run(hdr, **made.post)
    assert luma.shape == (height, width)
    assert blue.shape == red.shape == (height // 2, width // 2)


@SCENES
@pytest.mark.parametrize("seed", [0, 2**40 + 3])
def test_pictures_are_neither_black_nor_burnt_nor_flat(scene, seed):
    made = world(scene, width=160, height=90, seed=seed)
    luma, blue, red = Post(160, 90).run(made.draw(made.new_state(), 2.0), **made.post)
    assert 35 < luma.mean() < 150
    assert luma.std() > 18
    assert (luma > 230).mean() < 0.12
    assert max(blue.std(), red.std()) > 4


@SCENES
def test_things_move_with_a_camera_that_stands_still(scene):
    before, after = (light(scene, t, camera="static") for t in (1.0, 1.5))
    assert np.abs(after - before).mean() > 0.002


@SCENES
@pytest.mark.parametrize("camera", ["pan_left", "crane_up"])
def test_the_camera_moves_as_asked(scene, camera):
    start, end = (light(scene, t, camera=camera) for t in (0.0, 4.0))
    assert np.abs(end - start).mean() > 0.01


@SCENES
def test_seeds_show_different_places(scene):
    assert np.abs(light(scene) - light(scene, seed=2)).mean() > 0.02


@SCENES
def test_another_duration_shows_the_same_place(scene):
    short, long = world(scene), world(scene, duration=60.0)
    assert np.array_equal(short._vertices, long._vertices)


@SCENES
def test_a_long_clip_stays_in_the_world(scene):
    made = world(scene, duration=60.0)
    state = made.new_state()
    for t in (0.0, 30.0, 59.9):
        hdr = made.draw(state, t)
        assert np.isfinite(hdr).all()
        assert hdr.mean() > 0.01


@SCENES
def test_a_set_up_can_be_stopped(scene):
    class Stop(Exception):
        pass

    steps = []

    def tick(step):
        steps.append(step)
        if len(steps) == 3:
            raise Stop

    with pytest.raises(Stop):
        scene(64, 36, 2.0, 1, SceneSpec(), tick)


def test_the_prompt_decides_about_snowfall_and_the_aurora():
    plain = light(Village)
    calm = Village(64, 36, 4.0, 7, SceneSpec(without=frozenset({"snow"})), no_tick)
    dark = Village(64, 36, 4.0, 7, SceneSpec(without=frozenset({"aurora"})), no_tick)
    pink = Village(64, 36, 4.0, 7, SceneSpec(colours=("pink",)), no_tick)
    pictures = [made.draw(made.new_state(), 1.0) for made in (calm, dark, pink)]
    assert all(np.abs(picture - plain).max() > 0.01 for picture in pictures)
    assert pictures[1][1].mean() < plain[1].mean()
    assert pictures[2][0].mean() > plain[0].mean()


def test_the_prompt_decides_about_rain_and_people():
    plain = light(Street)
    empty = Street(64, 36, 4.0, 7, SceneSpec(without=frozenset({"people", "cars", "rain"})), no_tick)
    assert len(empty._vertices) < len(world(Street)._vertices)
    assert np.abs(empty.draw(empty.new_state(), 1.0) - plain).max() > 0.05
