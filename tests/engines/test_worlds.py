"""Worlds: every row draws, the same bytes in any order, one world at every size, feet on the ground, cuts that cut."""

import dataclasses
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from promptreel.engines.scenes import BYTES_PER_PIXEL, warming
from promptreel.engines.scenes.camera import DISSOLVE
from promptreel.engines.scenes.director import direct
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import MOVES, SceneSpec, Wanted
from promptreel.engines.scenes.settings import settings
from promptreel.engines.scenes.takes import direct_shots
from promptreel.engines.scenes.world import World
from tests.engines.films import make, planes

DOG = (Wanted("dog", action="run"),)
SAMPLES = {
    "sea": SceneSpec("ocean", time="sunset", subjects=(Wanted("sailing_boat"),), weather=frozenset({"rain"})),
    "beach": SceneSpec("beach", time="day", subjects=DOG),
    "hills": SceneSpec("hills", time="night", sky=frozenset({"aurora"}), effects=frozenset({"fireflies"})),
    "street": SceneSpec("city_street", time="night", subjects=(Wanted("person", count=3),)),
    "deep": SceneSpec("underwater", subjects=(Wanted("fish", count=8),)),
    "space": SceneSpec("planet", subjects=(Wanted("astronaut"),)),
    "room": SceneSpec("room", subjects=(Wanted("cup"),), styles=("oil",)),
    "village": SceneSpec("village", season="winter", weather=frozenset({"snow"})),
}
SAMPLE = pytest.mark.parametrize("name", SAMPLES)
LAND = sorted(name for name, row in settings().items() if row.ground and row.backdrop in {"sky", "city_sky"})


def title(spec: SceneSpec) -> str:
    return "-".join([spec.setting, *(wanted.name for wanted in spec.subjects), *spec.places, *sorted(spec.effects)])


# -- every row ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", [spec for spec in warming.specs() if not spec.subjects and not spec.places], ids=title)
def test_every_setting_draws(spec: SceneSpec) -> None:
    """Frames that are neither one flat tone nor a still, in every weather. That all light is finite and none negative, of
    subjects and places too wherever they are put, is seen by the test of the warm-up, which draws all of them.
    """
    world = World(64, 36, 2.0, 5, direct(spec, 2.0, 5))
    first, last = planes(world, 0.0), planes(world, 1.9)
    assert first[0].std() > 1.5
    assert np.abs(first[0].astype(int) - last[0]).mean() > 0.004


def test_the_warming_uses_every_row() -> None:
    """So do the tests that draw what it draws."""
    used = list(warming.specs())
    assert {spec.setting for spec in used} >= set(settings())
    assert {wanted.name for spec in used for wanted in spec.subjects} == set(rows("subjects"))
    assert {name for spec in used for name in spec.places} == set(rows("places"))
    assert {name for spec in used for name in spec.effects} == set(rows("effects"))
    assert {name for spec in used for name in spec.styles} == set(rows("styles"))


def test_every_setting_names_rows_that_there_are() -> None:
    for setting in settings().values():
        assert setting.backdrop in rows("backdrops")
        assert setting.ground == "" or setting.ground in rows("grounds")
        assert set(setting.places) <= set(rows("places"))
        assert set(setting.effects) <= set(rows("effects"))
        assert set(setting.subjects) <= set(rows("subjects"))
        assert set(setting.camera) <= set(MOVES)


# -- the same bytes ----------------------------------------------------------------------------------------------------


@SAMPLE
def test_the_same_bytes_whatever_was_drawn_before_and_by_any_thread(name: str) -> None:
    world, again = (make(SAMPLES[name], 64, 36) for _ in range(2))
    times = [0.0, 1.0, 2.5, 3.9]
    alone = [world.draw(world.new_state(), t).tobytes() for t in times]
    state = again.new_state()
    assert [again.draw(state, t).tobytes() for t in reversed(times)] == alone[::-1]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda t: world.draw(world.new_state(), t).tobytes(), times)) == alone


@SAMPLE
@pytest.mark.parametrize("size", [(16, 16), (16, 64), (250, 18)])
def test_every_size_is_exact_and_finite(name: str, size: tuple[int, int]) -> None:
    world = make(SAMPLES[name], *size, duration=2.0)
    hdr = world.draw(world.new_state(), 2.0)
    assert hdr.shape == (3, size[1], size[0])
    assert np.isfinite(hdr).all()
    luma, blue, red = planes(world, 1.0)
    assert luma.shape == size[::-1]
    assert blue.shape == red.shape == (size[1] // 2, size[0] // 2)


@SAMPLE
def test_another_size_shows_the_same_world(name: str) -> None:
    """A small frame is a large one made smaller: so much alike as grain, thin things and bloom allow."""
    small, large = (planes(make(SAMPLES[name], 80 * by, 46 * by), 1.0)[0].astype(float) for by in (1, 2))
    halved = large.reshape(46, 2, 80, 2).mean(axis=(1, 3))
    soft = [
        sum(np.roll(np.roll(picture, a, 0), b, 1) for a in (-1, 0, 1) for b in (-1, 0, 1)) / 9
        for picture in (small, halved)
    ]
    assert np.corrcoef(soft[0].ravel(), soft[1].ravel())[0, 1] > 0.93
    assert abs(small.mean() - halved.mean()) < 8


@SAMPLE
def test_seeds_show_different_films(name: str) -> None:
    one, other = (planes(make(SAMPLES[name], 64, 36, seed=seed), 1.0)[0].astype(float) for seed in (3, 4))
    assert np.abs(one - other).mean() > 3


@SAMPLE
def test_another_duration_shows_the_same_place(name: str) -> None:
    short, long = (make(SAMPLES[name], 32, 18, duration=duration) for duration in (3.0, 60.0))
    assert short.plan.setting == long.plan.setting
    assert short.set.mesh.count == long.set.mesh.count
    if short.set.mesh.count:
        assert np.array_equal(short.set.mesh.build().vertices, long.set.mesh.build().vertices)
    assert np.array_equal(short.light.vector, long.light.vector)


@SAMPLE
def test_things_move_with_a_camera_that_stands_still(name: str) -> None:
    world = make(replace(SAMPLES[name], camera="static"))
    one, two = (planes(world, t)[0].astype(float) for t in (1.0, 2.0))
    assert np.abs(one - two).mean() > 0.02


@SAMPLE
def test_frames_are_neither_black_nor_burnt(name: str) -> None:
    luma = planes(make(SAMPLES[name], seed=2**40 + 3), 1.0)[0]
    assert 22 < luma.mean() < 205
    assert luma.std() > 6
    assert (luma > 233).mean() < 0.15


def test_a_set_up_can_be_stopped_and_tells_its_steps() -> None:
    steps: list[str] = []

    class Stop(Exception):
        pass

    def tick(step: str) -> None:
        steps.append(step)
        if len(steps) == 5:
            raise Stop

    plan = direct(SAMPLES["beach"], 2.0, 3)
    with pytest.raises(Stop):
        World(32, 18, 2.0, 3, plan, tick)
    steps[:] = ["again"] * 5
    World(32, 18, 2.0, 3, plan, tick)
    assert {"sky", "ground", "subjects", "exposure"} <= set(steps)
    assert len(steps) > 10


def held_bytes(value: Any, seen: set[int]) -> int:
    """The bytes of all arrays in it."""
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        if value.base is not None:
            return held_bytes(value.base, seen) if isinstance(value.base, np.ndarray) else 0
        return int(value.nbytes)
    if isinstance(value, dict):
        parts = list(value.values())
    elif isinstance(value, list | tuple):
        parts = list(value)
    elif dataclasses.is_dataclass(value):
        parts = [getattr(value, field.name) for field in dataclasses.fields(value)]
    else:
        parts = list(getattr(value, "__dict__", {}).values())
    return sum(held_bytes(part, seen) for part in parts)


@SAMPLE
def test_a_thread_holds_what_the_engine_counts_with(name: str) -> None:
    """Measured by what twice the sides add, as some buffers do not grow with the frame."""
    small, large = (held_bytes(make(SAMPLES[name], 160 * by, 90 * by).new_state(), set()) for by in (1, 2))
    assert (large - small) / (3 * 160 * 90) < BYTES_PER_PIXEL


# -- the ground --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", LAND)
def test_the_camera_stays_above_the_ground(setting: str) -> None:
    plan = direct(SceneSpec(setting, time="day"), 20.0, 4)
    world = World(32, 18, 20.0, 4, plan)
    for move in MOVES:
        world.plan = replace(plan, camera=move)
        world.shots = direct_shots(world.plan, 4, world._base, world._target, world._follow, world.ground)
        for t in np.linspace(0, 19.99, 60):
            x, y, z = (float(value) for value in world.camera(float(t)).position)
            assert y > float(world.ground.height(x, z)) + 0.2, (move, t)


@pytest.mark.parametrize(
    "name", [n for n, row in rows("subjects").items() if row.habitat in {"ground", "road", "rail"}]
)
def test_feet_are_on_the_ground(name: str) -> None:
    row = rows("subjects")[name]
    setting = {"road": "road", "rail": "railway"}.get(row.habitat, "hills")
    still = next(
        (action for action in ("walk", "stand", "drive", "sit") if action in row.actions), next(iter(row.actions))
    )
    world = make(SceneSpec(setting, subjects=(Wanted(name, action=still),), time="day"), 32, 18)
    state = world._new_state(16, 16)
    lowest = []
    for t in np.linspace(0.3, 3.7, 5):
        world._pose(state, float(t))
        number = world._bodies.index(world.actors[0])
        points = state.vertices[world._ends[number] : world._ends[number + 1]].astype(float)
        above = points[:, 1] - world.ground.height(points[:, 0], points[:, 2])
        # The lowest few, however many there are above: a tree has thousands of leaves.
        lowest.append(float(np.median(np.sort(above)[: max(20, len(above) // 400)])))
    tolerance = 0.06 * row.height + 0.05
    assert abs(np.median(lowest)) < tolerance + (0.25 if row.size > 8 else 0.0)


@pytest.mark.parametrize("name", [n for n, row in rows("subjects").items() if row.habitat == "underwater"])
def test_swimmers_swim(name: str) -> None:
    """In the sea they are at its surface, under water between the ground and the surface."""
    for setting in ("underwater", "ocean"):
        world = make(SceneSpec(setting, subjects=(Wanted(name, action="swim"),), time="day"), 32, 18)
        for t in (0.5, 2.0, 3.5):
            x, y, z, *_ = world.actors[0].path.at(t)
            if world.setting.name == "underwater":
                assert float(world.ground.height(x, z)) < y < max(0.5, 0.3 * rows("subjects")[name].size)
            else:
                assert y < 0.8


@pytest.mark.parametrize("name", [n for n, row in rows("subjects").items() if row.habitat == "water"])
def test_what_floats_rides_the_water(name: str) -> None:
    world = make(SceneSpec("ocean", subjects=(Wanted(name),), time="day"), 32, 18)
    for t in (0.5, 2.0, 3.5):
        x, y, z, *_ = world.actors[0].path.at(t)
        assert abs(y - world.ground.lift(x, z, t)[0]) < 0.12 * rows("subjects")[name].size + 0.3


# -- shots -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("duration", [5.0, 9.0, 20.0, 60.0])
@pytest.mark.parametrize("name", ["beach", "hills", "sea"])
def test_long_films_are_cut(name: str, duration: float) -> None:
    world = make(SAMPLES[name], 32, 18, duration=duration)
    shots = world.shots
    assert shots[0].start == 0
    assert shots[-1].end == duration
    assert all(one.end == other.start for one, other in zip(shots, shots[1:], strict=False))
    if duration <= 8:
        assert len(shots) == 1
        return
    assert len(shots) >= 2
    lengths = [shot.end - shot.start for shot in shots]
    assert min(lengths) > 2.5
    assert max(lengths) < 10
    for one, other in zip(shots, shots[1:], strict=False):
        a, b = (world.shots[n].camera(one.end).frame.astype(float) for n in (shots.index(one), shots.index(other)))
        turned = math.acos(float(np.clip(a[9:12] @ b[9:12], -1, 1)))
        closer = abs(math.log(one.camera(one.end).tangent / other.camera(other.start).tangent))
        assert turned > 0.04 or np.linalg.norm(a[:3] - b[:3]) > 0.3 or closer > 0.05
    assert all(shot.end - shot.start > 2 * DISSOLVE for shot in shots)


def test_within_a_shot_the_camera_never_jumps() -> None:
    world = make(SAMPLES["beach"], 32, 18, duration=20.0)
    for move in MOVES:
        world.plan = replace(world.plan, camera=move)
        world.shots = direct_shots(world.plan, 3, world._base, world._target, world._follow, world.ground)
        for shot in world.shots:
            times = np.arange(shot.start, shot.end - 1e-6, 1 / 24)
            frames = [world.camera(float(t)).frame.astype(float) for t in times]
            for a, b in zip(frames, frames[1:], strict=False):
                assert np.linalg.norm(a[:3] - b[:3]) < 1.2, move
                assert math.acos(float(np.clip(a[9:12] @ b[9:12], -1, 1))) < 0.03, move


def test_the_subject_is_in_every_shot() -> None:
    for seconds in (20.0, 60.0):
        for name, spec in {
            "beach": SAMPLES["beach"],
            "flight": SceneSpec("hills", subjects=(Wanted("eagle"),)),
        }.items():
            world = make(spec, 64, 36, duration=seconds)
            key = f"{world.plan.cast[0].row.name}#0"
            for shot in world.shots:
                left, top, right, bottom = world.boxes((shot.start + shot.end) / 2)[key]
                assert right > 0, (name, shot)
                assert left < 64, (name, shot)
                assert bottom > 0, (name, shot)
                assert top < 36, (name, shot)


def test_a_film_of_a_minute_stays_in_its_world() -> None:
    for name in ("sea", "beach"):
        world = make(SAMPLES[name], 32, 18, duration=60.0)
        state = world.new_state()
        for t in (0.0, 17.0, 30.0, 44.5, 59.9):
            hdr = world.draw(state, t)
            assert np.isfinite(hdr).all()
            assert hdr.mean() * world.post["exposure"] > 0.005
