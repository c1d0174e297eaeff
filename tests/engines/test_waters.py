"""The grounds at, on and under water: they draw at every size, agree with what they say of themselves, and repeat."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from promptreel.engines.scenes.mesh import Camera, look, view_tangent
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import SceneSpec
from promptreel.engines.scenes.stage import Brief, Canvas, Light, Set, scale_of

GROUNDS = ("ocean", "beach", "island", "lake", "river", "waterfall", "seabed", "pool", "oasis")

LIGHT = Light(
    sun=np.array([0.30, 0.64, 0.707], np.float32),
    sunlight=np.array([3.0, 2.7, 2.3], np.float32),
    above=np.array([0.5, 0.6, 0.8], np.float32),
    horizon=np.array([0.7, 0.75, 0.8], np.float32),
    below=np.array([0.2, 0.2, 0.18], np.float32),
)


def brief_for(name: str, width: int, height: int, seed: int = 3, **words: Any) -> Brief:
    """A brief with a light of its own, so that no sky is needed."""
    tangent = view_tangent(width, height, math.tan(math.radians(23)))
    brief = Brief(SceneSpec(**words), width, height, 4.0, seed, "day", tangent=tangent, light=LIGHT)
    if name == "seabed":
        brief = replace(brief, light=None)
        return replace(brief, light=rows("backdrops")["underwater"].make(brief).light)
    return brief


def drawn(ground: Any, brief: Brief, t: float = 0.7, pitch: float = -0.12, eye: float = 2.4) -> tuple[Canvas, Camera]:
    """A frame of a ground before a plain sky."""
    canvas = Canvas(brief.width, brief.height, mirror=ground.mirrors)
    for picture in (canvas, canvas.mirror):
        if picture is not None:
            picture.hdr[:] = LIGHT.horizon[:, None, None]
    camera = look((0.0, float(ground.height(0.0, 0.0)) + eye, 0.0), 0.0, pitch, brief.tangent)
    ground.draw(ground.new_state(brief.width, brief.height), canvas, camera, t)
    return canvas, camera


@pytest.mark.parametrize("name", GROUNDS)
@pytest.mark.parametrize("size", [(16, 16), (64, 36), (38, 90), (130, 34)])
def test_draws_at_every_size(name: str, size: tuple[int, int]) -> None:
    brief = brief_for(name, *size)
    canvas, _ = drawn(rows("grounds")[name].make(brief), brief)
    assert np.isfinite(canvas.hdr).all()
    assert (canvas.hdr >= 0).all()
    assert np.isfinite(canvas.near).all()
    assert (canvas.near[-1] > 0).all(), "the lowest row looks at the ground"


@pytest.mark.parametrize("name", GROUNDS)
def test_near_agrees_with_height(name: str) -> None:
    """What is drawn lies where `height` says: on land to a few centimetres, on water within its waves."""
    brief = brief_for(name, 160, 90)
    ground = rows("grounds")[name].make(brief)
    canvas, camera = drawn(ground, brief, pitch=-0.35)
    row, column = np.mgrid[45:90, 0:160]
    near = canvas.near[45:]
    scale = scale_of(camera, 90)
    frame = camera.frame.astype(float)
    across, up = (column + 0.5 - 80) / scale, (45 - row - 0.5) / scale
    ray = frame[9:12, None, None] + frame[3:6, None, None] * across + frame[6:9, None, None] * up
    place = frame[:3, None, None] + ray / np.maximum(near, 1e-6)
    close = near > 1 / 22.0
    assert close.mean() > 0.3
    off = np.abs(place[1] - ground.height(place[0], place[2]))[close]
    tolerance = {"ocean": 0.9, "beach": 0.35}.get(name, 0.12)
    assert np.percentile(off, 97) < tolerance


@pytest.mark.parametrize("name", GROUNDS)
def test_same_brief_same_bytes(name: str) -> None:
    brief = brief_for(name, 64, 36)
    ground = rows("grounds")[name].make(brief)
    first, _ = drawn(ground, brief, t=1.3)
    drawn(ground, brief, t=2.9)
    again, _ = drawn(rows("grounds")[name].make(brief), brief, t=1.3)
    assert first.hdr.tobytes() == again.hdr.tobytes()
    assert first.near.tobytes() == again.near.tobytes()


@pytest.mark.parametrize("name", ["ocean", "beach"])
def test_boats_ride_the_waves_that_are_drawn(name: str) -> None:
    """`lift` is the height of the drawn water, seen from straight above."""
    brief = brief_for(name, 96, 96)
    ground = rows("grounds")[name].make(brief)
    z = 40.0 if name == "ocean" else 30.0
    canvas = Canvas(96, 96)
    camera = look((0.0, 12.0, z), 0.0, -1.5707, 0.5)
    for t in (0.4, 3.1):
        canvas.near[:] = 0
        ground.draw(ground.new_state(96, 96), canvas, camera, t)
        picked = range(8, 90, 9)
        seen, told = [], []
        for row in picked:
            for column in picked:
                away = 1 / canvas.near[row, column]
                x, ahead = (column + 0.5 - 48) / 48 * 0.5 * away, (48 - row - 0.5) / 48 * 0.5 * away
                seen.append(12.0 - away)
                told.append(ground.lift(float(x), float(z + ahead), t)[0])
        assert np.std(seen) > 0.02
        assert np.corrcoef(seen, told)[0, 1] > 0.9
        assert np.abs(np.array(seen) - np.array(told)).mean() < 0.10


@pytest.mark.parametrize("name", GROUNDS)
def test_wet_is_where_the_land_ends(name: str) -> None:
    ground = rows("grounds")[name].make(brief_for(name, 64, 36))
    x, z = np.meshgrid(np.linspace(-20, 20, 41), np.linspace(0, 40, 41))
    wet, height = ground.wet(x, z), ground.height(x, z)
    assert wet.shape == height.shape == x.shape
    assert wet.any()
    if name not in {"ocean", "seabed"}:
        assert (~wet).any()
        assert (height[wet] == 0).all()
        assert (height[~wet] >= 0).all()


@pytest.mark.parametrize("name", GROUNDS)
def test_dress_stands_on_the_ground(name: str) -> None:
    brief = brief_for(name, 64, 36)
    ground = rows("grounds")[name].make(brief)
    assert brief.light is not None
    stage = Set(brief, ground, brief.light)
    ground.dress(stage)
    if name == "ocean":
        assert stage.mesh.count == 0
        return
    mesh = stage.mesh.build()
    assert np.isfinite(mesh.vertices).all()
    canvas = Canvas(64, 36)
    camera = look((0.0, float(ground.height(0.0, 0.0)) + 2.0, 0.0), 0.0, 0.0, brief.tangent)
    for layer in stage.layers:
        layer.draw(layer.new_state(64, 36), canvas, camera, 0.5)
    assert np.isfinite(canvas.hdr).all()


def test_rain_makes_rings() -> None:
    dry, wet = (brief_for("lake", 128, 72, weather=frozenset(words)) for words in ((), ("rain",)))
    pictures = [drawn(rows("grounds")["lake"].make(brief), brief)[0].hdr for brief in (dry, wet)]
    assert np.abs(pictures[0] - pictures[1])[:, -18:].mean() > 1e-3


def test_underwater_brightens_upward() -> None:
    brief = brief_for("ocean", 64, 36)
    backdrop = rows("backdrops")["underwater"].make(replace(brief, light=None))
    canvas = Canvas(64, 36)
    camera = look((0.0, -7.0, 0.0), 0.0, 0.2, 0.5)
    backdrop.draw(backdrop.new_state(64, 36), canvas, camera, 0.0)
    green = canvas.hdr[1].mean(axis=1)
    assert green[0] > 1.5 * green[-1] > 0
    assert (canvas.near == 0).all()
