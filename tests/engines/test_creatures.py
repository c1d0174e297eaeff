"""People and animals: every row does what it promises, within what a frame can afford."""

import time

import numpy as np
import pytest

from promptreel.engines.scenes.creatures import implicit
from promptreel.engines.scenes.creatures.creature import Creature, Pose, Skeleton, rotation
from promptreel.engines.scenes.creatures.gait import step
from promptreel.engines.scenes.mesh import vertex_normals
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.stage import Casting

NAMES = (
    "dog", "wolf", "fox", "cat", "lion", "tiger", "leopard", "horse", "unicorn", "deer", "cow", "sheep", "giraffe", "elephant", "bear",
    "rabbit", "person", "woman", "man", "child", "girl", "boy", "monkey", "robot", "astronaut", "dragon", "dinosaur", "frog",
    "penguin", "snowman", "otter",
)  # fmt: skip
MOST = (500, 2200, 7000)
"""Vertices for details 0, 1, 2."""


def build(name: str, action: str = "", detail: int = 2, seed: int = 3, **more: object) -> Creature:
    row = rows("subjects")[name]
    body = row.build(
        Casting(action or next(iter(row.actions)), np.random.default_rng(seed), detail=detail, **more)  # type: ignore[arg-type]
    )
    assert isinstance(body, Creature)
    return body


def posed(body: Creature, t: float, travelled: float) -> tuple[np.ndarray, np.ndarray]:
    vertices, normals = np.empty_like(body.vertices), np.empty_like(body.normals)
    body.pose(t, travelled, vertices, normals)
    return vertices, normals


@pytest.mark.parametrize("name", NAMES)
def test_a_creature_builds_and_moves_at_every_detail(name: str) -> None:
    row = rows("subjects")[name]
    for number, (action, speed) in enumerate(row.actions.items()):
        for detail in (0, 1, 2) if number == 0 else (0,):
            body = build(name, action, detail)
            assert len(body.vertices) <= MOST[detail], (action, detail)
            assert body.triangles.min() >= 0 and body.triangles.max() < len(body.vertices)
            for array in (body.vertices, body.normals, body.colour, body.emission):
                assert array.dtype == np.float32 and array.shape == body.vertices.shape and np.isfinite(array).all()
            assert body.finish.shape == (len(body.vertices), 2)
            assert body.colour.min() >= 0
            assert body.colour.max() <= 1.2
            for t, travelled in ((0.0, 0.0), (0.37, 0.37 * speed), (61.3, 61.3 * speed), (3.0, -7.1)):
                vertices, normals = posed(body, t, travelled)
                assert np.isfinite(vertices).all() and np.isfinite(normals).all()
                assert np.abs(np.linalg.norm(normals, axis=1) - 1).max() < 1e-3
                assert np.abs(vertices).max() < 2.2 * max(row.size, row.height), action


@pytest.mark.parametrize("name", NAMES)
def test_grown_surfaces_are_closed_and_face_outward(name: str) -> None:
    body = build(name)
    for start, stop in body.closed:
        faces = body.triangles[start:stop]
        edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).astype(np.int64)
        size = int(edges.max()) + 1
        there, back = (np.sort(edges[:, a] * size + edges[:, b]) for a, b in ((0, 1), (1, 0)))
        assert np.array_equal(there, back), "an edge without its opposite: a hole"
        points = body.vertices.astype(np.float64)
        a, b, c = (points[faces[:, corner]] for corner in range(3))
        assert np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6 > 0, "inside out"
        geometric = vertex_normals(body.vertices, faces)
        used = np.unique(faces)
        agree = np.einsum("ij,ij->i", geometric[used], body.normals[used])
        assert (agree > 0).mean() > 0.93


WALKERS = [name for name in NAMES if name not in ("snowman", "frog")]


@pytest.mark.parametrize("name", WALKERS)
@pytest.mark.parametrize("action", ["walk", "run"])
def test_feet_that_carry_stay_where_they_are(name: str, action: str) -> None:
    """Between two moments, what is low and in contact must not move over the ground."""
    row = rows("subjects")[name]
    if action not in row.actions:
        pytest.skip("does not")
    body = build(name, action, detail=1)
    height, speed = row.height, row.actions[action]
    dt = 0.004 * height / max(speed, 0.1) * 2
    low, slid, contacts = 0.0, [], 0
    for t in np.linspace(0.0, 2.0, 60):
        first, _ = posed(body, t, t * speed)
        second, _ = posed(body, t + dt, (t + dt) * speed)
        low = min(low, float(first[:, 1].min()))
        first[:, 2] += t * speed
        second[:, 2] += (t + dt) * speed
        down = (first[:, 1] < 0.022 * height) & (np.abs(second[:, 1] - first[:, 1]) < 0.08 * dt * speed)
        if down.sum() >= 3:
            contacts += 1
            slid.append(float(np.median(np.abs(second[down, 2] - first[down, 2]))) / (dt * speed))
    assert low > -0.08 * height, "feet sink into the ground"
    assert contacts >= (18 if action == "walk" else 12)
    assert np.median(slid) < (0.2 if name == "penguin" else 0.15), "feet slide"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "dragon"])
def test_a_creature_stands_on_the_ground(name: str) -> None:
    row = rows("subjects")[name]
    for action, speed in row.actions.items():
        if action in ("jump", "run", "float", "drift", "dance", "play", "trot", "swim") or name == "frog":
            continue
        body = build(name, action, detail=1)
        for t in (0.0, 0.8, 2.1):
            vertices, _ = posed(body, t, t * speed)
            assert abs(float(vertices[:, 1].min())) < 0.07 * row.height + 0.01, action


@pytest.mark.parametrize("name", ["dog", "person", "dragon", "robot", "penguin"])
def test_the_same_chance_makes_the_same_body_and_a_pose_has_no_memory(name: str) -> None:
    one, two = build(name, seed=11), build(name, seed=11)
    for field in ("vertices", "triangles", "normals", "colour", "emission", "finish", "weights"):
        assert np.array_equal(getattr(one, field), getattr(two, field))
    early, _ = posed(one, 0.4, 0.9)
    posed(one, 7.7, 31.0)
    again, _ = posed(one, 0.4, 0.9)
    assert np.array_equal(early, again)
    other, _ = posed(two, 0.4, 0.9)
    assert np.array_equal(early, other)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_ever_frozen(name: str) -> None:
    """Between any two moments half a second apart something moves, even in those who rest."""
    row = rows("subjects")[name]
    for action, speed in row.actions.items():
        body = build(name, action, detail=1)
        moved = [
            float(np.abs(posed(body, t, t * speed)[0] - posed(body, t + 0.5, (t + 0.5) * speed)[0]).max())
            for t in (0.0, 1.1, 2.3, 3.9)
        ]
        assert min(moved) > 0.0004 * row.height, action


def test_a_smile_shows() -> None:
    for name in ("person", "monkey"):
        calm, glad = build(name, "stand"), build(name, "smile")
        assert "smile" in glad.morphs
        chosen, away = glad.morphs["smile"]
        assert np.abs(away).max() > 0.002 * rows("subjects")[name].height
        a, _ = posed(calm, 1.0, 0.0)
        b, _ = posed(glad, 1.0, 0.0)
        assert np.abs(a[chosen] - b[chosen]).max() > 0.002


def test_what_a_prompt_names_is_obeyed() -> None:
    red = np.array([0.6, 0.02, 0.02], np.float32)
    plain, dyed = build("dog"), build("dog", colour=red)
    assert dyed.colour[:, 0].mean() > 1.5 * dyed.colour[:, 2].mean()
    assert not np.array_equal(plain.colour, dyed.colour)
    glowing = build("deer", qualities=frozenset({"glowing"}))
    assert glowing.emission.max() > 0.2 and len(glowing.lamps(0.0)) == 1
    golden = build("lion", qualities=frozenset({"golden"}))
    assert golden.finish[:, 0].mean() > 0.6
    assert build("person", qualities=frozenset({"umbrella"})).vertices[:, 1].max() > 1.9


@pytest.mark.parametrize("name", ["dog", "person", "elephant"])
def test_a_build_and_a_pose_are_cheap(name: str) -> None:
    body = build(name)
    start = time.process_time()
    build(name)
    assert time.process_time() - start < 2  # a fifth of that at the most where nothing runs beside it
    vertices, normals = np.empty_like(body.vertices), np.empty_like(body.normals)
    body.pose(0.0, 0.0, vertices, normals)
    start = time.process_time()
    for number in range(20):
        body.pose(number * 0.04, number * 0.1, vertices, normals)
    assert (time.process_time() - start) / 20 < 0.02


# -- the kit -----------------------------------------------------------------------------------------------------------


def test_a_ball_of_flesh_becomes_a_ball() -> None:
    ball = [implicit.Flesh("a", (0, 1, 0), (0, 1, 0.001), 0.5, 0.5)]
    points, faces, normals = implicit.grow(ball, 800)
    away = points - np.array([0, 1, 0])
    assert np.abs(np.linalg.norm(away, axis=1) - 0.5).max() < 0.01
    assert (np.einsum("ij,ij->i", away, normals) > 0.45).all()
    assert len(points) - 3 * len(faces) // 2 + len(faces) == 2, "Euler's formula"


def test_limbs_do_not_grow_together() -> None:
    legs = [
        implicit.Flesh(f"leg_{side}", (x, 1, 0), (x, 0, 0), 0.09, 0.09, blend=0.2)
        for side, x in (("l", -0.1), ("r", 0.1))
    ]
    middle = implicit.distance(legs, np.array([[0.0, 0.5, 0.0]], np.float32))
    assert middle[0] > 0


def test_a_planted_foot_stays_whatever_the_body_does() -> None:
    bones = Skeleton()
    bones.add("hips", "", (0, 1, 0), (0, 1.2, 0))
    bones.add("leg_r", "hips", (0.1, 0.9, 0), (0.1, 0.5, 0.02))
    bones.add("leg_r_2", "leg_r", (0.1, 0.5, 0.02), (0.1, 0.1, 0))
    bones.add("foot_r", "leg_r_2", (0.1, 0.1, 0), (0.1, 0.0, 0.1))
    bones.leg("leg_r", "leg_r_2", "foot_r")
    pose = Pose(bones)
    pose.shift("hips", x=0.05, y=-0.1, z=0.08)
    pose.turn("hips", pitch=0.2)
    pose.plant("leg_r", z=0.1, end=-0.3)
    turned, places = pose.solve()
    foot = bones.index["foot_r"]
    contact = places[foot] + turned[foot] @ (np.array(bones.tails[foot]) - bones.heads[foot])
    assert np.abs(contact - [0.1, 0.0, 0.2]).max() < 0.01


def test_signs_of_turns() -> None:
    forward, down, right, up = (
        np.array([0, 0, 1.0]),
        np.array([0, -1.0, 0]),
        np.array([1.0, 0, 0]),
        np.array([0, 1.0, 0]),
    )
    assert (rotation(0.5) @ forward)[1] > 0 and (rotation(0.5) @ down)[2] > 0
    assert (rotation(0, 0.5) @ forward) @ right > 0
    assert (rotation(0, 0, 0.5) @ up) @ right > 0


def test_a_foot_carries_at_the_speed_of_the_ground() -> None:
    duty = 0.6
    a, b = step(0.1, duty), step(0.2, duty)
    assert a.lift == b.lift == 0
    assert a.along - b.along == pytest.approx(0.1 / duty)
    assert step(0.59999, duty).along == pytest.approx(step(0.60001, duty).along, abs=1e-3)
    assert step(0.99999, duty).along == pytest.approx(step(0.0, duty).along, abs=1e-3)
