"""Places: each builds on land and on water, by day and by night, the same from the same seed, within its measures."""

import functools
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.buildings.fire import Fire
from promptreel.engines.scenes.buildings.jets import Jets
from promptreel.engines.scenes.mesh import Mesh, look
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import Mention, SceneSpec
from promptreel.engines.scenes.stage import Brief, Canvas, Light, Place, Set

NAMES = (
    "bedroom", "bridge", "cafe", "campfire", "castle", "cathedral", "church", "classroom", "clock_tower", "concert_stage", "ferris_wheel", "fountain",
    "garden", "gym", "harbour", "house", "kitchen", "laboratory", "library", "lighthouse", "museum", "office", "pagoda",
    "pier", "playground", "pyramid", "room", "ruins", "server_room", "space_station", "station_corridor", "statue", "subway", "suspension_bridge", "temple", "tent",
    "torii", "tower", "well", "windmill", "wooden_bridge", "barn", "market", "poolside", "rooftop", "stadium",
)  # fmt: skip


class Flat:
    """A level ground, or level water."""

    mirrors = False

    def __init__(self, wet: bool) -> None:
        self._wet = wet

    def height(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.float64]:
        """0."""
        return np.zeros(np.broadcast(np.asarray(x), np.asarray(z)).shape)

    def lift(self, x: float, z: float, t: float) -> tuple[float, float, float]:
        """At rest."""
        return 0.0, 0.0, 0.0

    def wet(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.bool_]:
        """Everywhere or nowhere."""
        return np.full(np.broadcast(np.asarray(x), np.asarray(z)).shape, self._wet)

    def dress(self, stage: Set) -> None:
        """Bare."""

    def new_state(self, width: int, height: int) -> Any:
        """Nothing."""
        return None

    def draw(self, state: Any, canvas: Canvas, camera: Any, t: float) -> None:
        """Nothing."""


def light(dark: bool) -> Light:
    """A noon or a moonlit night."""
    sun = np.array([-0.55, 0.63, -0.55], np.float32)
    share = 0.02 if dark else 1.0
    return Light(
        sun / np.linalg.norm(sun),
        np.array([3.0, 2.8, 2.4], np.float32) * np.float32(share),
        np.array([0.6, 0.8, 1.1], np.float32) * np.float32(share),
        np.array([0.8, 0.9, 1.0], np.float32) * np.float32(share),
        np.array([0.3, 0.3, 0.25], np.float32) * np.float32(share),
    )


def built(place: Place, *, wet: bool = False, dark: bool = False, seed: int = 5, spec: SceneSpec | None = None) -> Set:
    """The set with only this place in it."""
    shine = light(dark)
    brief = Brief(spec or SceneSpec(), 160, 90, 5.0, seed, "night" if dark else "day", light=shine)
    stage = Set(brief, Flat(wet), shine)
    place.build(
        stage, 0.0, 0.0 if place.stands == "around" else place.distance, 0.0 if place.stands == "around" else 0.2
    )
    return stage


@functools.cache
def standing(place: Place, wet: bool = False, dark: bool = False) -> Set:
    """Like `built`, kept: not to be changed."""
    return built(place, wet=wet, dark=dark)


def mesh_of(stage: Set) -> Mesh:
    """What stands still in it, or the first body where nothing does."""
    if stage.mesh.count:
        return stage.mesh.build()
    body = stage.bodies[0].body
    return Mesh(body.vertices, body.triangles, body.normals, body.colour, body.emission)


@pytest.fixture(params=NAMES)
def place(request: pytest.FixtureRequest) -> Place:
    """Each of the rows."""
    row: Place = rows("places")[request.param]
    return row


@pytest.mark.parametrize(("wet", "dark"), [(False, False), (True, False), (False, True)])
def test_builds_anywhere(place: Place, wet: bool, dark: bool) -> None:
    """Finite, lit by numbers that light can have, not too large, and with indices that exist."""
    mesh = mesh_of(standing(place, wet, dark))
    for values in (mesh.vertices, mesh.normals, mesh.colour, mesh.emission):
        assert np.isfinite(values).all()
    assert mesh.triangles.min() >= 0
    assert mesh.triangles.max() < len(mesh.vertices)
    assert len(mesh.triangles) <= 62_000
    assert mesh.colour.min() >= -1e-3
    assert mesh.colour.max() <= 1.25
    assert mesh.emission.min() >= -1e-3


def test_keeps_its_measures(place: Place) -> None:
    """Framing goes by size and height, so they have to be about true; soil below it may spread farther.

    Nor is what is seen through the windows of a room a part of it.
    """
    stage = standing(place)
    moving = [
        acting.body.vertices + np.array(acting.path.at(0.0)[:3]) for acting in stage.bodies[:1] if stage.mesh.count
    ]
    at = np.concatenate([mesh_of(stage).vertices, *moving])
    if place.stands == "around" and place.height < 20:
        at = at[np.abs(at[:, (0, 2)]).max(axis=1) < place.size]
    low, high = at.min(axis=0), at.max(axis=0)
    assert high[1] <= 1.15 * place.height + 3.0
    if place.stands != "sky" and place.name != "campfire":
        assert high[1] >= 0.6 * place.height
    assert max(high[0] - low[0], high[2] - low[2]) <= 1.9 * place.size


def test_same_seed_same_mesh(place: Place) -> None:
    """Bit for bit, with its lamps; another seed may differ."""
    first, second = standing(place, False, True), built(place, dark=True)
    a, b = mesh_of(first), mesh_of(second)
    for name in ("vertices", "triangles", "normals", "colour", "emission"):
        assert np.array_equal(getattr(a, name), getattr(b, name)), name
    assert first.lamps == second.lamps


def test_lamps_only_in_the_dark(place: Place) -> None:
    """By day only fire and rooms have lamps; at night all that people keep has."""
    if place.stands != "around" and place.name != "campfire":
        assert not standing(place).lamps
    if place.name != "space_station":
        assert standing(place, False, True).lamps


def test_takes_its_ground(place: Place) -> None:
    """So that trees do not grow through it; nothing grows between the walls of a room."""
    if place.stands != "around":
        assert standing(place).taken


@pytest.mark.parametrize("name", ["campfire", "fountain", "house", "lighthouse", "room"])
def test_layers_draw_the_same_at_any_size(name: str) -> None:
    """Twice the same picture, finite, at sizes down to 16 pixels."""
    row = rows("places")[name]
    stage = built(row, dark=True)
    assert stage.layers
    camera = look((0.0, 1.6, 0.0), 0.0, 0.1, 0.5)
    for width, height in ((16, 16), (64, 36), (36, 64)):
        pictures = []
        for _ in range(2):
            canvas = Canvas(width, height)
            canvas.hdr[:] = 0.01
            for layer in stage.layers:
                layer.draw(layer.new_state(width, height), canvas, camera, 1.3)
            pictures.append(canvas.hdr.copy())
        assert np.isfinite(pictures[0]).all()
        assert np.array_equal(pictures[0], pictures[1])


def test_fire_moves_and_shines() -> None:
    """Flames brighten the picture, and are others a moment later; mirrored, they hang down."""
    fire = Fire((0.0, 0.0, 4.0), 1.0, 0.4, 2.0)
    camera = look((0.0, 0.6, 0.0), 0.0, 0.0, 0.4)
    frames = []
    for t, view in ((0.0, camera), (0.2, camera), (0.0, camera.mirrored())):
        canvas = Canvas(96, 96)
        fire.draw(fire.new_state(96, 96), canvas, view, t)
        frames.append(canvas.hdr.copy())
    assert frames[0].max() > 1.0
    assert np.abs(frames[0] - frames[1]).max() > 0.2
    rows_lit = [float((frame.sum(axis=0).sum(axis=1) * np.arange(96)).sum() / frame.sum()) for frame in frames]
    assert rows_lit[2] > 96 / 2 > rows_lit[0] - 10


def test_fire_hides_behind_walls() -> None:
    """What is nearer than the fire covers it."""
    fire = Fire((0.0, 0.0, 4.0), 1.0, 0.4, 2.0, reach=0.0)
    canvas = Canvas(64, 64)
    canvas.near[:] = 1.0
    fire.draw(fire.new_state(64, 64), canvas, look((0.0, 0.6, 0.0), 0.0, 0.0, 0.4), 0.5)
    assert float(canvas.hdr.max()) == 0.0


def test_jets_fall_back() -> None:
    """No drop goes below the water that it falls into."""
    nozzle = np.array([[0.0, 1.0, 5.0, 0.5, 3.0, 0.0, 0.2, 0.03]])
    jets = Jets(nozzle, light(False))
    canvas = Canvas(64, 64)
    jets.draw(jets.new_state(64, 64), canvas, look((0.0, 1.0, 0.0), 0.0, 0.0, 0.4), 0.7)
    assert canvas.hdr.sum() > 0


def test_flags_and_sails_move() -> None:
    """The bodies of places take another pose a moment later."""
    for name in ("castle", "windmill"):
        acting = built(rows("places")[name]).bodies[0]
        first, later = (np.empty_like(acting.body.vertices) for _ in range(2))
        normals = np.empty_like(first)
        acting.body.pose(0.0, 0.0, first, normals)
        acting.body.pose(0.5, 0.0, later, normals)
        assert np.abs(first - later).max() > 0.02


def test_qualities_change_it() -> None:
    """A green windmill is greener than a red one."""
    means = []
    for colour in ("green", "red"):
        mention = Mention(colour, 0, len(colour), "colour", colour)
        mesh = mesh_of(built(rows("places")["windmill"], spec=SceneSpec(mentions=(mention,))))
        means.append(mesh.colour.mean(axis=0))
    assert means[0][1] / means[0][0] > 1.2 * means[1][1] / means[1][0]
