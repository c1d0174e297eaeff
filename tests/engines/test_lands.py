"""Lands and what grows on them: every row draws at any size, stands where it is drawn, and knows its season."""

import math
from typing import Any

import numpy as np
import pytest

from promptreel.engines.scenes.landscape import vegetation
from promptreel.engines.scenes.landscape.land import Land
from promptreel.engines.scenes.mesh import Camera, look
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import SEASONS, SceneSpec
from promptreel.engines.scenes.settings import settings
from promptreel.engines.scenes.stage import Brief, Canvas, Casting, Light, Set, scale_of

LANDS = (
    "plain", "meadow", "hills", "mountains", "desert", "canyon", "forest", "jungle", "savanna", "snow_field", "volcano",
    "moonscape", "red_plain", "bamboo", "avenue", "vineyard", "wheat",
    "lavender", "rice",
)  # fmt: skip
SETTING_OF = {
    "moonscape": "moon", "red_plain": "red_planet", "bamboo": "bamboo_forest", "avenue": "cherry_avenue",
    "wheat": "wheat_field", "lavender": "lavender_field", "rice": "rice_terraces",
}  # fmt: skip
TANGENT = math.tan(math.radians(22))


def light_at(*, dark: bool = False) -> Light:
    """A plain light for day or night."""
    sun = np.array([0.5, 0.55, 0.3], np.float32)
    share = np.float32(0.03 if dark else 1.0)
    grey = np.ones(3, np.float32) * share
    return Light(sun / np.float32(np.linalg.norm(sun)), grey * 2.5, grey * 0.8, grey * 0.9, grey * 0.3)


def make(
    name: str, *, seed: int = 1, size: tuple[int, int] = (64, 36), params: dict[str, Any] | None = None, **spec: Any
) -> Land:
    """A land in daylight."""
    brief = Brief(
        SceneSpec(setting=name, **spec), *size, 5.0, seed, "day", params or {}, light=light_at(), tangent=TANGENT
    )
    ground = rows("grounds")[name].make(brief)
    assert isinstance(ground, Land)
    return ground


def stand(land: Land, eye: float = 1.7, pitch: float = -0.08) -> Camera:
    """A camera at the middle of a land."""
    return look((0.0, float(land.height(0.0, 0.0)) + eye, 0.0), 0.0, pitch, TANGENT)


def draw(land: Land, size: tuple[int, int], t: float = 1.0, pitch: float = -0.08) -> Canvas:
    """A picture of a land."""
    canvas = Canvas(*size)
    land.draw(land.new_state(*size), canvas, stand(land, pitch=pitch), t)
    return canvas


@pytest.mark.parametrize("name", LANDS)
def test_every_land_draws_at_any_size(name: str) -> None:
    land = make(name)
    for size in ((16, 16), (64, 36), (36, 64), (18, 90)):
        canvas = draw(land, size)
        assert np.isfinite(canvas.hdr).all()
        assert (canvas.hdr >= 0).all()
        below = canvas.near[-1]
        assert (below > 0).all(), "one looks down on the ground"
        assert canvas.hdr[:, -1].mean() > 0.001


@pytest.mark.parametrize("name", LANDS)
def test_a_land_is_where_it_is_drawn(name: str) -> None:
    land = make(name)
    size = 96, 54
    state = land.new_state(*size)
    camera = stand(land, pitch=-0.25)
    near = np.zeros(size[::-1], np.float32)
    state.field.draw(land.field, camera, near)
    seen = state.field.seen
    y, x = np.nonzero((seen > 1 / 25) & (state.field.cover == 1))
    scale = scale_of(camera, size[1])
    frame = camera.frame.astype(float)
    across, up = (x + 0.5 - size[0] / 2) / scale, (size[1] / 2 - y - 0.5) / scale
    ray = frame[9:12] + across[:, None] * frame[3:6] + up[:, None] * frame[6:9]
    points = frame[:3] + ray / seen[y, x][:, None]
    off = np.abs(points[:, 1] - land.height(points[:, 0], points[:, 2]))
    assert len(off) > 500
    assert np.median(off) < 0.01
    assert np.percentile(off, 98) < 0.06


@pytest.mark.parametrize("name", ["meadow", "forest", "desert"])
def test_the_same_brief_gives_the_same_bytes(name: str) -> None:
    first, second = make(name), make(name)
    later = draw(second, (64, 36), 2.0).hdr.copy()
    assert np.array_equal(draw(first, (64, 36), 1.0).hdr, draw(second, (64, 36), 1.0).hdr)
    assert np.array_equal(draw(first, (64, 36), 2.0).hdr, later)
    assert not np.array_equal(draw(make(name, seed=2), (64, 36)).hdr, draw(first, (64, 36)).hdr)


@pytest.mark.parametrize("name", ["hills", "mountains", "canyon"])
def test_another_size_of_the_frame_shows_the_same_land(name: str) -> None:
    land, larger = make(name), make(name, size=(128, 72))
    assert np.array_equal(land.field.heights, larger.field.heights)
    small, large = draw(land, (64, 36)).hdr, draw(larger, (128, 72)).hdr
    halved = large.reshape(3, 36, 2, 64, 2).mean(axis=(2, 4))
    assert np.corrcoef(small.ravel(), halved.ravel())[0, 1] > 0.88


@pytest.mark.parametrize("name", ["meadow", "hills", "mountains", "forest"])
def test_seasons_differ(name: str) -> None:
    pictures = [draw(make(name, season=season), (64, 36)).hdr for season in SEASONS]
    colours = [picture.reshape(3, -1).mean(axis=1) for picture in pictures]
    for i in range(4):
        for j in range(i):
            assert np.abs(colours[i] - colours[j]).max() > 0.01 * max(colours[i].max(), colours[j].max())
    winter = colours[SEASONS.index("winter")]
    assert winter.min() > 1.4 * colours[SEASONS.index("summer")].min(), "snow lies in winter"


def test_snow_falls_and_rain_wets() -> None:
    dry, wet, white = (
        draw(make("plain", params={"surface": "asphalt"}, weather=frozenset(weather)), (64, 36)).hdr[:, -8:].mean()
        for weather in ((), ("rain",), ("snow",))
    )
    assert wet < dry < white


def test_grass_moves_and_the_land_stands_still() -> None:
    land = make("meadow")
    first, second = draw(land, (160, 90), 1.0), draw(land, (160, 90), 1.3)
    assert np.abs(first.hdr - second.hdr)[:, -30:].mean() > 1e-3
    desert = make("desert")
    assert np.array_equal(draw(desert, (64, 36), 1.0).hdr, draw(desert, (64, 36), 3.0).hdr)


def test_a_mirrored_camera_sees_the_land_upside_down() -> None:
    land = make("plain")
    canvas = Canvas(32, 18)
    land.draw(land.new_state(32, 18), canvas, stand(land, eye=3.0).mirrored(), 0.0)
    assert np.isfinite(canvas.hdr).all()


@pytest.mark.parametrize("name", [name for name in LANDS if name != "plain"])
def test_lands_are_dressed_out_of_the_way(name: str) -> None:
    land = make(name)
    stage = Set(land.brief, land, land.light, taken=[(2.0, 14.0, 4.0)])
    land.dress(stage)
    mesh = stage.mesh.build()
    assert 0 < len(mesh.triangles) < 170_000
    assert np.isfinite(mesh.vertices).all()
    assert (np.hypot(mesh.vertices[:, 0], mesh.vertices[:, 2]) > 0.7).all(), "nothing stands in the camera"
    assert all((x - 2) ** 2 + (z - 14) ** 2 >= (4.0 + radius) ** 2 - 1e-3 for x, z, radius in stage.taken[1:])


@pytest.mark.parametrize("kind", sorted(vegetation.KINDS))
def test_kinds_are_a_metre_high(kind: str) -> None:
    for season in SEASONS:
        sizes = []
        for detail in (0, 1, 2):
            mesh = vegetation.grow(kind, np.random.default_rng(3), detail, season)
            assert np.isfinite(mesh.vertices).all()
            assert 0.4 < mesh.vertices[:, 1].max() < 1.4
            assert mesh.vertices[:, 1].min() > -0.75
            assert mesh.colour.min() >= 0
            assert mesh.colour.max() <= 1.5
            assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=0.02)
            sizes.append(len(mesh.triangles))
        assert sizes[0] < sizes[2] < 12_000


@pytest.mark.parametrize("name", ["tree", "flower"])
def test_plants_sway_and_bloom(name: str) -> None:
    row = rows("subjects")[name]
    for action in row.actions:
        for detail in (0, 2):
            casting = Casting(action, np.random.default_rng(5), detail=detail, season="spring", colour=None)
            body = row.build(casting)
            vertices, normals = np.empty_like(body.vertices), np.empty_like(body.normals)
            body.pose(0.0, 0.0, vertices, normals)
            first = vertices.copy()
            body.pose(2.5, 0.0, vertices, normals)
            assert np.isfinite(vertices).all()
            moved = np.abs(vertices - first).max()
            assert 0.002 < moved < 0.5 * row.height
            assert np.abs(first[first[:, 1] < 0.02]).max(initial=0) < row.size
            assert body.finish.shape == (len(body.vertices), 2)


def test_a_named_colour_is_taken() -> None:
    red = np.array([0.7, 0.02, 0.02], np.float32)
    body = rows("subjects")["flower"].build(Casting("bloom", np.random.default_rng(1), colour=red))
    share = body.colour[:, 0] > 4 * body.colour[:, 1]
    assert share.mean() > 0.2


def test_settings_name_rows_that_exist() -> None:
    for name in LANDS:
        setting = settings()[SETTING_OF.get(name, name)]
        assert setting.ground in rows("grounds")
        assert setting.backdrop == ("moon_sky" if name == "moonscape" else "sky")
