"""Vehicles and things: every row builds within its limits, moves without breaking, and is as large as it says."""

import functools
import math

import numpy as np
import pytest

from promptreel.engines.scenes.craft.fittings import box, wheel
from promptreel.engines.scenes.craft.hull import BUDGET, Hull, RigidBody, Stuff, rolling
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.stage import Casting, Subject

MODULES = {
    "cars", "lorries", "tractors", "rail", "cycles", "ships", "aircraft", "balloons", "rockets", "drones", "ufos", "lights",
    "household", "keepsakes", "boats", "food", "toys", "dishes", "vessels", "devices", "regalia", "wheeled", "belongings",
    "growing", "treats",
}  # fmt: skip
ROWS: dict[str, Subject] = {
    name: row for name, row in rows("subjects").items() if row.build.__module__.rsplit(".", 1)[-1] in MODULES
}
ASKED = {
    "car", "taxi", "bus", "truck", "train", "bicycle", "motorcycle", "sailing_boat", "boat", "ship", "submarine",
    "aeroplane", "helicopter", "hot_air_balloon", "rocket", "drone", "ufo", "balloon", "kite", "candle", "lantern",
    "ball", "umbrella", "book", "cup", "cake", "apple", "clock", "chair",
}  # fmt: skip
EVERY = sorted(ROWS)


@functools.cache
def built(name: str, action: str = "", detail: int = 2, qualities: str = "", night: bool = False) -> RigidBody:
    row = ROWS[name]
    kinds = frozenset(qualities.split()) if qualities else frozenset[str]()
    body = row.build(Casting(action or next(iter(row.actions)), np.random.default_rng(7), None, kinds, detail, night))
    assert isinstance(body, RigidBody)
    return body


def posed(body: RigidBody, t: float, travelled: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    vertices, normals = np.full_like(body.vertices, np.nan), np.full_like(body.normals, np.nan)
    body.pose(t, travelled, vertices, normals)
    return vertices, normals


def test_all_that_was_asked_for_is_there() -> None:
    assert set(ROWS) >= ASKED


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("detail", [0, 1, 2])
@pytest.mark.parametrize("qualities", ["", "old", "wooden glowing"])
def test_builds_within_its_limits(name: str, detail: int, qualities: str) -> None:
    for night in (False, True):
        body = built(name, "", detail, qualities, night)
        assert 0 < len(body.vertices) <= (400, 2500, 8000)[detail]
        assert len(body.triangles) > 0
        assert body.triangles.min() >= 0 and body.triangles.max() < len(body.vertices)
        for array in (body.vertices, body.normals, body.colour, body.emission, body.finish):
            assert array.dtype == np.float32 and array.flags.c_contiguous and np.isfinite(array).all()
        assert body.triangles.dtype == np.int32
        assert body.colour.min() >= 0 and body.colour.max() <= 1
        assert body.emission.min() >= 0
        assert body.finish.min() >= 0 and body.finish.max() <= 1
        assert np.allclose(np.linalg.norm(body.normals, axis=1), 1, atol=1e-3)
        # Parts follow one another and cover all vertices.
        assert [part.start for part in body.parts[1:]] == [part.stop for part in body.parts[:-1]]
        assert body.parts[0].start == 0 and body.parts[-1].stop == len(body.vertices)


@pytest.mark.parametrize("name", EVERY)
def test_every_action_can_be_posed_at_any_moment(name: str) -> None:
    row = ROWS[name]
    for action, speed in row.actions.items():
        assert speed >= 0
        for detail in (0, 1, 2) if action == next(iter(row.actions)) else (2,):
            body = built(name, action, detail)
            for t, travelled in ((0.0, 0.0), (0.37, 3.3), (7.9, 1234.5), (59.9, 20000.0)):
                vertices, normals = posed(body, t, travelled)
                assert np.isfinite(vertices).all() and np.isfinite(normals).all()
                assert np.allclose(np.linalg.norm(normals, axis=1), 1, atol=2e-3)
                lamps = body.lamps(t)
                assert lamps.ndim == 2 and lamps.shape[1] == 6 and lamps.dtype == np.float32
                assert np.isfinite(lamps).all() and (lamps[:, 3:] >= 0).all()


@pytest.mark.parametrize("name", EVERY)
def test_the_same_chance_makes_the_same_body_and_pose_is_pure(name: str) -> None:
    row = ROWS[name]
    action = next(iter(row.actions))
    one, two = (row.build(Casting(action, np.random.default_rng(3))) for _ in range(2))
    for field in ("vertices", "triangles", "normals", "colour", "emission", "finish"):
        assert np.array_equal(getattr(one, field), getattr(two, field))
    assert isinstance(one, RigidBody)
    rest = one.vertices.copy(), one.normals.copy()
    first = posed(one, 1.3, 9.0)
    posed(one, 4.0, 50.0)
    again = posed(one, 1.3, 9.0)
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])
    assert np.array_equal(rest[0], one.vertices) and np.array_equal(rest[1], one.normals)


@pytest.mark.parametrize("name", EVERY)
def test_declared_size_and_height_are_true(name: str) -> None:
    row = ROWS[name]
    # A flame and a beam are no part of the size; of some rows another kind stands.
    usual = next(iter(row.actions))
    still = next((action for action in ("stand", "float") if action in row.actions), usual)
    body = built(name, still if name in {"rocket", "ufo", "hot_air_balloon"} else usual)
    vertices, _ = posed(body, 0.0)
    extent = float(np.ptp(vertices, axis=0).max())
    # A row of several kinds (saloon and sports car, liner and freighter) can only be near each of them.
    near = {"car": 0.22, "ship": 0.12, "boat": 0.2}.get(name, 0.1)
    assert row.size == pytest.approx(extent, rel=near)
    assert row.height == pytest.approx(float(vertices[:, 1].max()), rel=near)


@pytest.mark.parametrize("name", ["car", "taxi", "bus", "truck", "ship", "hot_air_balloon", "apple", "submarine"])
def test_normals_point_outward(name: str) -> None:
    body = built(name, "stand" if "stand" in ROWS[name].actions else "float")
    vertices, normals = posed(body, 0.0)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    # What lies at the outside of the whole looks away from its middle.
    for axis in range(3):
        for side, edge in ((-1, low[axis]), (1, high[axis])):
            near = np.abs(vertices[:, axis] - edge) < 0.02 * (high[axis] - low[axis])
            assert (normals[near, axis] * side).mean() > 0


@pytest.mark.parametrize("name", ["car", "bus", "truck", "bicycle", "motorcycle", "train"])
def test_wheels_roll_without_slipping(name: str) -> None:
    """The lowest point of a wheel stands still on the road while the vehicle goes on."""
    body = built(name)
    start, _ = posed(body, 0.0, 0.0)
    step = 0.004
    later, _ = posed(body, 0.0, step)
    later = later + np.array([0, 0, step])
    low = [part for part in body.parts if part.stop > part.start and start[part.start : part.stop, 1].min() < 0.03]
    turning = [part for part in low if np.abs(later - start)[part.start : part.stop].max() > 1.5 * step]
    assert turning
    for part in turning:
        span = slice(part.start, part.stop)
        lowest = np.argmin(start[span, 1])
        highest = np.argmax(start[span, 1])
        moved = later[span] - start[span]
        assert abs(moved[lowest, 2]) < 0.12 * step
        assert moved[highest, 2] == pytest.approx(2 * step, rel=0.12)


def test_lights_are_on_at_night_only() -> None:
    for name in ("car", "bus", "train", "ship", "motorcycle", "helicopter"):
        assert built(name, night=True).emission.max() > 2 * max(built(name).emission.max(), 0.2)
    for name in ("car", "bus", "truck", "train", "hot_air_balloon", "ship"):
        assert len(built(name, night=True).lamps(0.0)) > 0
        assert len(built(name).lamps(0.0)) == 0
    for name in ("candle", "lantern"):
        assert len(built(name).lamps(0.0)) > 0
        assert not np.array_equal(built(name).lamps(0.0), built(name).lamps(0.11))


def test_the_named_colour_is_seen() -> None:
    for name in EVERY:
        row = ROWS[name]
        action = next(iter(row.actions))
        red = row.build(Casting(action, np.random.default_rng(1), np.array([0.62, 0.02, 0.02], np.float32)))
        blue = row.build(Casting(action, np.random.default_rng(1), np.array([0.02, 0.04, 0.60], np.float32)))
        reddish = (red.colour[:, 0] > 2.5 * red.colour[:, 2]).mean()
        bluish = (blue.colour[:, 2] > 2.5 * blue.colour[:, 0]).mean()
        assert bluish > 0.005 and reddish > 0.005, name


def test_a_rocket_stands_on_its_fire_and_leaves_smoke_only_where_it_starts() -> None:
    burning = built("rocket", "launch")
    vertices, _ = posed(burning, 4.0, 60.0)
    assert vertices[:, 1].min() < -15  # The flame below the nozzles.
    assert burning.plumes
    assert not built("rocket", "fly").plumes and not built("rocket", "stand").plumes


def test_a_ball_bounces_and_keeps_its_volume() -> None:
    body = built("ball", "bounce")
    lows = [posed(body, t, t)[0] for t in np.linspace(0, 0.92, 40)]
    assert max(v[:, 1].min() for v in lows) > 0.15
    assert min(v[:, 1].min() for v in lows) > -0.01
    squashed = min(lows, key=lambda v: float(np.ptp(v[:, 1])))
    tall, wide = np.ptp(squashed[:, 1]), np.ptp(squashed[:, 0])
    assert tall < 0.32 and tall * wide**2 == pytest.approx(0.4**3, rel=0.06)


def test_a_box_and_a_wheel_are_closed_and_face_outward() -> None:
    hull = Hull()
    box(hull, (1, 2, 3), (0.5, 0.4, 0.3), Stuff((0.5, 0.5, 0.5)), 0.1)
    body = hull.build()
    away = body.vertices - np.array([1, 2, 3], np.float32)
    assert (np.sum(away * body.normals, axis=1) > 0).all()
    assert np.allclose(body.vertices.min(axis=0), [0.5, 1.6, 2.7], atol=1e-5)
    hull = Hull()
    wheel(hull, (0.8, 0.3, 1.2), 0.3, 0.2)
    vertices, _ = posed(hull.build(), 0.0, 0.37)
    assert vertices[:, 1].min() == pytest.approx(0.0, abs=0.004)


def test_a_full_turn_of_a_wheel_is_its_circumference() -> None:
    move = rolling((0.0, 0.4, 1.0), 0.4)
    rotation, offset = move(0.0, 2 * math.pi * 0.4)
    assert np.allclose(rotation, np.eye(3), atol=1e-9) and np.allclose(offset, 0, atol=1e-9)


def test_coarse_bodies_have_no_cracks() -> None:
    """Vertices that meet before they are merged meet afterwards: so no edge opens between two materials."""
    fine, coarse = built("car", detail=2), built("car", detail=1)
    assert len(coarse.vertices) <= BUDGET[1] < len(fine.vertices)
    places = np.unique(np.round(coarse.vertices[coarse.parts[1].start : coarse.parts[1].stop], 4), axis=0)
    span = coarse.parts[1]
    assert len(places) < 0.8 * (span.stop - span.start)
