"""What lands comes down, touches the ground and stays there, in every shot."""

import math
from functools import cache

import numpy as np
import pytest

from promptreel.engines.scenes.director import direct
from promptreel.engines.scenes.landing import TOUCH, Alighting, Approach, touching_down
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import SceneSpec, Wanted
from promptreel.engines.scenes.stage import Casting
from promptreel.engines.scenes.staging import Mark
from promptreel.engines.scenes.world import World

SHOTS = ((0.0, 5.0), (5.0, 9.0))


@pytest.mark.parametrize("roll", [False, True])
@pytest.mark.parametrize("shot", SHOTS)
def test_the_way_down_is_gentle_and_ends_on_the_ground(roll: bool, shot: tuple[float, float]) -> None:
    path = touching_down(Mark(3.0, 0.0, 40.0, math.pi / 2), 2.0, SHOTS, Approach(12.0, 30.0, roll))
    start, end = shot
    times = np.linspace(start, end - 1e-6, 200)
    moments = np.array([path.at(float(t)) for t in times])
    x, y, z = moments[:, :3].T
    assert y[0] == pytest.approx(14.0) and (np.diff(y) <= 1e-9).all()
    down = times >= start + TOUCH * (end - start)
    assert y[down] == pytest.approx(2.0)
    assert z == pytest.approx(40.0) and x[0] == pytest.approx(-27.0)
    assert np.abs(np.diff(y)).max() < 0.3 and np.abs(np.diff(moments[:, 4])).max() < 0.05
    if roll:
        rolls = np.diff(x[down])
        assert rolls[1] > 2 * rolls[-1] > 0
    else:
        assert x[down] == pytest.approx(3.0)


def test_a_bird_beats_its_wings_in_the_air_and_folds_them_on_the_ground() -> None:
    row = rows("subjects")["seagull"]
    flying, resting = (row.build(Casting(action, np.random.default_rng(2))) for action in ("fly", "stand"))
    body = Alighting(flying, resting, SHOTS)

    def span(t: float) -> float:
        vertices, normals = np.empty_like(body.vertices), np.empty_like(body.normals)
        body.pose(t, 1.0, vertices, normals)
        assert np.isfinite(vertices).all() and np.isfinite(normals).all()
        return float(np.ptp(vertices[:, 0]))

    assert span(1.0) > 2 * span(4.5)
    assert span(6.0) > 2 * span(8.9), "in the second shot again"


@cache
def world(name: str) -> World:
    spec = SceneSpec("meadow", time="day", subjects=(Wanted(name, action="land"),))
    return World(160, 90, 4.0, 3, direct(spec, 4.0, 3))


@pytest.mark.parametrize("name", ["aeroplane", "helicopter", "hot_air_balloon", "ufo", "drone", "seagull", "rocket"])
def test_all_that_lands_is_seen_above_its_place_first_and_on_it_at_the_end(name: str) -> None:
    film = world(name)
    assert film.plan.cast[0].action == "land"
    acting = film.actors[0]
    first, last = acting.path.at(0.1), acting.path.at(3.9)
    floor = float(film.ground.height(last[0], last[2]))
    assert first[1] - last[1] > 0.25 * rows("subjects")[name].height
    assert abs(last[1] - floor) < 0.35 * rows("subjects")[name].height
    assert acting.path.at(3.0)[1] == pytest.approx(last[1], abs=1e-6)
    boxes = [film.boxes(t)[f"{name}#0"] for t in (0.1, 3.9)]
    for left, top, right, bottom in boxes:
        assert right > 0 and left < 160 and bottom > 0 and top < 90
    assert boxes[1][1] + boxes[1][3] > boxes[0][1] + boxes[0][3] + 5, "lower in the picture"
