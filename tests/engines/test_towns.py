"""Built settings: streets, skylines, villages, roads and railways build at every hour, alike for alike seeds."""

import math
from typing import Any

import numpy as np
import pytest

from promptreel.engines.scenes.buildings.towns import darkness
from promptreel.engines.scenes.mesh import Rasteriser, lamp_table, light_corners, look
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import TIMES, SceneSpec
from promptreel.engines.scenes.stage import Brief, Canvas, Light, Set

PLACES = {
    "city_street": ("street", 0.0),
    "city": ("street", 620.0),
    "futuristic_city": ("town", 0.0),
    "village": ("road", 58.0),
    "road": ("road", 0.0),
    "railway": ("road", 0.0),
}
"""On which ground each stands here, and how far away."""


def light_at(time: str) -> Light:
    """A plain light for an hour."""
    dark = time in ("dusk", "night")
    sun = np.array([0.5, 0.6, -0.62], np.float32)
    return Light(
        sun / np.float32(np.linalg.norm(sun)),
        np.full(3, 0.04 if dark else 2.4, np.float32),
        np.full(3, 0.05 if dark else 0.8, np.float32),
        np.full(3, 0.05 if dark else 0.9, np.float32),
        np.full(3, 0.02 if dark else 0.3, np.float32),
        key=0.06 if dark else 0.16,
    )


def build(name: str, time: str = "day", seed: int = 1, **spec: Any) -> Set:
    """A set with one place in it."""
    ground_name, away = PLACES[name]
    light = light_at(time)
    params = {"track": True} if name == "railway" else {}
    brief = Brief(SceneSpec(time=time, **spec), 64, 36, 5.0, seed, time, params, light=light)
    ground = rows("grounds")[ground_name].make(brief)
    stage = Set(brief, ground, light)
    rows("places")[name].build(stage, 0.0, away, 0.0)
    ground.dress(stage)
    return stage


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("time", TIMES)
def test_builds_at_every_hour(name: str, time: str) -> None:
    stage = build(name, time)
    mesh = stage.mesh.build()
    for values in (mesh.vertices, mesh.normals, mesh.colour, mesh.emission):
        assert np.isfinite(values).all()
    assert mesh.triangles.max() < len(mesh.vertices)
    assert len(mesh.triangles) <= 200_000
    assert mesh.colour.min() >= 0
    assert mesh.colour.max() <= 1
    assert mesh.emission.min() >= 0
    if darkness(stage.brief) == 0:
        assert not stage.lamps
        # What shines by day is glass that mirrors, and what a shop lets out: nothing like a lamp.
        assert np.percentile(mesh.emission, 99) < 1.2


@pytest.mark.parametrize("name", ["city_street", "city", "village"])
def test_lamps_are_lit_at_night(name: str) -> None:
    stage = build(name, "night")
    assert len(stage.lamps) > 5
    assert np.isfinite(np.array(stage.lamps)).all()


@pytest.mark.parametrize("name", PLACES)
def test_a_seed_is_a_place(name: str) -> None:
    first, again, other = (build(name, "dusk", seed).mesh.build() for seed in (3, 3, 4))
    assert np.array_equal(first.vertices, again.vertices)
    assert np.array_equal(first.colour, again.colour)
    assert np.array_equal(first.emission, again.emission)
    assert first.vertices.shape != other.vertices.shape or not np.array_equal(first.vertices, other.vertices)


@pytest.mark.parametrize(("season", "weather"), [("winter", ()), ("autumn", ("rain",)), ("spring", ("storm", "snow"))])
@pytest.mark.parametrize("name", PLACES)
def test_builds_in_every_season(name: str, season: str, weather: tuple[str, ...]) -> None:
    mesh = build(name, "day", season=season, weather=frozenset(weather)).mesh.build()
    assert np.isfinite(mesh.vertices).all()


def test_nobody_comes_who_is_ruled_out() -> None:
    stage = build("city_street", "day", without=frozenset({"person", "car"}))
    assert not stage.bodies


def test_what_moves_moves_without_jumps() -> None:
    stage = build("futuristic_city", "day")
    assert stage.bodies
    for acting in stage.bodies:
        here, there = (np.array(acting.path.at(t)[:3]) for t in (1.0, 1.02))
        assert np.isfinite(here).all()
        step = float(np.linalg.norm(there - here))
        assert step < 1.0 or step > 100.0  # round again, far away


def draw(stage: Set, width: int, height: int, t: float) -> Canvas:
    """The ground and all that stands on it, in a bare sky."""
    light, ground = stage.light, stage.ground
    mesh = stage.mesh.build()
    shades = np.zeros_like(mesh.vertices)
    lamps = lamp_table(stage.lamps) if stage.lamps else np.zeros((0, 6), np.float32)
    sun = np.concatenate([light.sun, light.sunlight]).astype(np.float32)
    light_corners(
        mesh.vertices, mesh.normals, mesh.colour, mesh.emission, lamps, sun, light.above, light.below,
        0, len(shades), shades,
    )  # fmt: skip
    canvas = Canvas(width, height, mirror=ground.mirrors)
    camera = look((0.0, float(ground.height(0.0, 0.0)) + 1.7, 0.0), 0.0, 0.05, 0.45)
    canvas.hdr[:] = light.horizon[:, None, None]
    if canvas.mirror is not None:
        canvas.mirror.hdr[:] = light.horizon[:, None, None]
    ground.draw(ground.new_state(width, height), canvas, camera, t)
    raster = Rasteriser(width, height, len(mesh.vertices), len(mesh.triangles))
    haze = np.array([light.fog, *light.horizon, 1.0], np.float32)
    grain = np.array([0.2, 7.0, 0.2, 34.0], np.float32)
    noise = np.zeros(256 * 256, np.float32)
    raster.draw(mesh.vertices, shades, mesh.triangles, camera, haze, grain, noise, canvas.hdr, near=canvas.near)
    for layer in stage.layers:
        layer.draw(layer.new_state(width, height), canvas, camera, t)
    return canvas


@pytest.mark.parametrize(("width", "height"), [(16, 16), (64, 36), (36, 64), (200, 16)])
@pytest.mark.parametrize("name", PLACES)
def test_draws_at_any_size(name: str, width: int, height: int) -> None:
    time, weather = ("night", frozenset({"rain"})) if width == 64 else ("day", frozenset[str]())
    canvas = draw(build(name, time, weather=weather), width, height, 0.7)
    assert np.isfinite(canvas.hdr).all()
    assert (canvas.hdr >= 0).all()
    assert (canvas.near > 0).mean() > 0.2


def test_the_same_moment_is_the_same_picture() -> None:
    stage = build("city_street", "night", weather=frozenset({"rain"}))
    first, again = draw(stage, 64, 36, 1.3), draw(stage, 64, 36, 1.3)
    assert np.array_equal(first.hdr, again.hdr)


def test_a_road_carries_its_traffic() -> None:
    ground = build("road").ground
    lane = ground.lane  # type: ignore[attr-defined]
    for along in (0.0, 40.0, 130.0):
        right, left = lane(along, 1.0), lane(along, -1.0)
        assert 2.0 < math.hypot(right[0] - left[0], right[1] - left[1]) < 4.5
        ahead = lane(along + 0.5, 0.0)
        here = lane(along, 0.0)
        assert math.atan2(ahead[0] - here[0], 0.5) == pytest.approx(here[2], abs=0.02)
        assert float(ground.height(right[0], right[1])) == pytest.approx(
            float(ground.height(here[0], here[1])), abs=0.3
        )
