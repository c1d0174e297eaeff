"""What a report may call shown is seen: each thing makes a clear difference in the frames, and where it should be."""

import functools
import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from promptreel.engines.scenes.director import MATERIALS
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import COLOURS, MOODS, MOVES, SEASONS, TIMES, SceneSpec, Wanted
from promptreel.engines.scenes.world import World
from tests.engines.films import SECONDS, at_home, clipped, filmed, hide, inside, luma, make, place_box, rgb

MOMENTS = tuple(SECONDS * part for part in (0.15, 0.5, 0.85))
NOTHING_ELSE = frozenset({"clouds"})


@functools.lru_cache(maxsize=24)
def pictures(spec: SceneSpec) -> tuple[NDArray[np.float32], ...]:
    """What a film shows at three moments, 0…1."""
    world = make(spec)
    return tuple(rgb(world, t) for t in MOMENTS)


def apart(one: SceneSpec, other: SceneSpec) -> float:
    """How far two films differ, in levels of 255, at the moment where they differ least."""
    return min(255 * float(np.abs(a - b).mean()) for a, b in zip(pictures(one), pictures(other), strict=True))


# -- subjects ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", rows("subjects"))
def test_a_subject_is_seen_where_it_is(name: str) -> None:
    world = make(at_home(name))
    shown = [rgb(world, t) for t in MOMENTS]
    boxes = [clipped(world.boxes(t)[f"{name}#0"]) for t in MOMENTS]
    hide(world)
    for t, picture, box in zip(MOMENTS, shown, boxes, strict=True):
        assert box is not None, f"out of the frame at {t} s"
        change = 255 * np.abs(inside(picture - rgb(world, t), box)).max(-1)
        assert change.mean() > 2.5
        assert (change > 6).mean() > 0.06


@pytest.mark.parametrize("pair", [("bird", "dog"), ("eagle", "man"), ("car", "dog"), ("horse", "butterfly")])
def test_what_flies_and_what_does_not_are_seen_together(pair: tuple[str, str]) -> None:
    world = make(SceneSpec(subjects=tuple(Wanted(name) for name in pair)))
    for name in pair:
        boxes = [world.boxes(t)[f"{name}#0"] for t in (*MOMENTS, 0.3 * SECONDS) if f"{name}#0" in world.boxes(t)]
        assert any(clipped(box) is not None for box in boxes)


@pytest.mark.parametrize("name", ["dog", "bird", "horse", "car", "balloon", "person", "fish"])
def test_as_many_come_as_were_asked_for(name: str) -> None:
    for count in (1, 3, 5):
        found = make(at_home(name, count=count)).boxes(SECONDS / 2)
        assert len([key for key in found if key.startswith(f"{name}#")]) == count


@functools.lru_cache(maxsize=64)
def tone_of(name: str, colour: str) -> NDArray[np.float32]:
    """The mean colour of the pixels that a subject of that colour takes."""
    world = make(at_home(name, colour=colour))
    t = SECONDS / 2
    box = clipped(world.boxes(t)[f"{name}#0"])
    assert box is not None
    shown = rgb(world, t)
    hide(world)
    body = np.abs(shown - rgb(world, t)).max(-1) > 0.04
    mean: NDArray[np.float32] = inside(shown, box)[inside(body, box)].mean(axis=0)
    return mean


@pytest.mark.parametrize("colour", [colour for colour in COLOURS if colour != "brown"])
@pytest.mark.parametrize("name", ["car", "balloon", "umbrella"])
def test_a_subject_has_its_colour(name: str, colour: str) -> None:
    """Its pixels move toward that colour, away from those of the same thing in its opposite."""
    opposite = {"black": "white", "white": "black", "grey": "red", "silver": "red"}.get(colour, "grey")
    moved = tone_of(name, colour) - tone_of(name, opposite)
    if colour in {"black", "white"}:
        assert (moved.mean() > 0.04) == (colour == "white")
        return
    toward = {
        "red": (1, -1, -1), "orange": (1, 0, -1), "gold": (1, 0, -1), "yellow": (1, 1, -1), "green": (-1, 1, -1),
        "teal": (-1, 1, 1), "blue": (-1, -1, 1), "purple": (1, -1, 1), "pink": (1, -1, 0.5), "grey": (-1, 1, 1),
        "silver": (-1, 1, 1),
    }[colour]  # fmt: skip
    assert (moved - moved.mean()) @ np.array(toward, float) > 0.03


@pytest.mark.parametrize("quality", sorted(MATERIALS - {"transparent"}))
def test_a_material_is_seen(quality: str) -> None:
    world, plain = make(at_home("horse", qualities=frozenset({quality}))), make(at_home("horse"))
    t = SECONDS / 2
    boxes = [clipped(one.boxes(t)["horse#0"]) for one in (world, plain)]
    assert boxes[0] is not None
    assert boxes[1] is not None
    if quality == "baby":
        # In metres: the camera goes nearer to what is small.
        baby, horse = (float(np.ptp(one.actors[0].body.vertices[:, 1])) * one.actors[0].scale for one in (world, plain))
        assert baby < 0.8 * horse
        return
    assert boxes[0] == boxes[1]
    assert 255 * np.abs(inside(rgb(world, t) - rgb(plain, t), boxes[0])).mean() > 3


def test_large_and_small_are_as_large_as_they_should_be() -> None:
    def high(size: float) -> float:
        world = make(SceneSpec("meadow", subjects=(Wanted("horse"), Wanted("dog", size=size)), time="day"), 32, 18)
        dog = next(acting for acting in world.actors if acting.name == "dog#0")
        return float(np.ptp(dog.body.vertices[:, 1])) * dog.scale

    assert high(0.6) == pytest.approx(0.6 * high(1.0))
    assert high(2.5) == pytest.approx(2.5 * high(1.0))


@pytest.mark.parametrize(("one", "other"), [("left", "right"), ("above", "below"), ("near", "far")])
def test_a_relation_is_seen(one: str, other: str) -> None:
    def box(relation: str) -> tuple[float, float, float, float]:
        name = "balloon" if relation in {"above", "below"} else "dog"
        action = "hover" if name == "balloon" else "sit"
        subjects = (Wanted("person", action="stand"), Wanted(name, action=action, relation=relation, target="person"))
        if relation in {"near", "far"}:
            subjects = subjects[1:]
        return make(SceneSpec("meadow", subjects=subjects, time="day", camera="static")).boxes(0.0)[f"{name}#0"]

    a, b = box(one), box(other)
    if one == "left":
        assert a[0] + a[2] < b[0] + b[2]
    elif one == "above":
        assert a[1] + a[3] < b[1] + b[3]
    else:
        assert a[3] - a[1] > 1.3 * (b[3] - b[1])


@pytest.mark.parametrize("name", ["dog", "person", "horse", "cat", "robot", "monkey"])
def test_actions_are_told_apart(name: str) -> None:
    """Any two things that a subject can do are seen at different places or in different poses."""
    poses = {}
    for action in rows("subjects")[name].actions:
        world = make(at_home(name, action=action))
        states = []
        for t in MOMENTS:
            state = world._new_state(16, 16)
            world._pose(state, t)
            states.append(state.vertices - np.array([*world.actors[0].path.at(t)[:3]], np.float32))
        poses[action] = np.concatenate(states), world.actors[0].path.at(0.0)[6] - world.actors[0].path.at(1.0)[6]
    names = list(poses)
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            (a, far), (b, near) = poses[one], poses[other]
            moved = float(np.abs(a - b).max()) if a.shape == b.shape else 1.0
            assert moved > 0.01 or abs(far - near) > 0.2, (one, other)


# -- places and effects ------------------------------------------------------------------------------------------------


def home_of(place: str) -> str:
    return {"station_corridor": "space_station", "space_station": "earth_orbit", "asteroid_field": "space"}.get(
        place, "lake" if rows("places")[place].stands in {"shore", "water"} else "plain"
    )


@functools.lru_cache(maxsize=8)
def without_places(setting: str) -> World:
    return make(SceneSpec(setting, without=frozenset(rows("places")), time="day", camera="static"))


@pytest.mark.parametrize("name", rows("places"))
def test_a_place_is_seen_where_it_stands(name: str) -> None:
    row = rows("places")[name]
    spec = SceneSpec(home_of(name), places=(name,), time="day", camera="static")
    world = make(spec)
    bare = without_places(spec.setting)
    bare.post = world.post
    boxes = [(0, 0, world.width, world.height)]
    if row.stands not in {"around", "sky"}:
        x, z, _ = world.set.taken[-1]
        found = place_box(world, x, z, row.size, row.height, SECONDS / 2)
        boxes = [found] if found else boxes
    for t in MOMENTS:
        change = np.abs(inside(luma(world, t) - luma(bare, t), boxes[0]))
        assert change.mean() > (1.5 if row.stands == "sky" else 2.5)
        assert (change > 6).mean() > 0.03


@pytest.mark.parametrize("name", rows("effects"))
def test_an_effect_is_seen_and_moves(name: str) -> None:
    dark = name in {"fireflies", "embers", "sparks", "fireworks"}
    setting = "underwater" if name == "bubbles" else "desert" if name in {"sandstorm", "dust"} else "forest"
    if name == "fireworks":
        setting = "plain"
    spec = SceneSpec(setting, effects=frozenset({name}), time="night" if dark else "day", camera="static")
    world = make(spec)
    assert world.effects
    with_it = [luma(world, t) for t in (1.6, 1.75, 2.6)]
    world.layers = list(world.set.layers)
    without = [luma(world, t) for t in (1.6, 1.75, 2.6)]
    added = [a - b for a, b in zip(with_it, without, strict=True)]
    assert max(np.percentile(np.abs(change), 99.5) for change in added) > 4
    assert np.abs(added[0] - added[1]).max() > 2 or np.abs(added[0] - added[2]).max() > 2


# -- sky, weather, light -----------------------------------------------------------------------------------------------


def sky(time: str, *words: str, weather: tuple[str, ...] = ("clear",)) -> SceneSpec:
    """A plain under a sky that holds `words`; the camera looks up and stands still."""
    return SceneSpec("plain", time=time, sky=frozenset(words), weather=frozenset(weather), camera="static")


@pytest.mark.parametrize(
    ("time", "word", "least"),
    [
        ("day", "rainbow", 6), ("day", "cumulus", 20), ("day", "cirrus", 8), ("day", "stratus", 15),
        ("day", "cumulonimbus", 12), ("night", "milky_way", 5), ("night", "aurora", 25),
        ("night", "full_moon", 40), ("night", "half_moon", 40), ("night", "crescent_moon", 30),
    ],
)  # fmt: skip
def test_what_is_in_the_sky_is_seen(time: str, word: str, least: float) -> None:
    """Some part of the sky differs clearly from the clear sky of the same hour."""
    weather = () if time == "day" else ("clear",)
    with_it = pictures(sky(time, word, weather=weather))
    without = pictures(sky(time, "sun" if time == "day" else "stars"))
    for one, other in zip(with_it, without, strict=True):
        assert 255 * np.percentile(np.abs(one - other), 99.8) > least


def test_the_phases_of_the_moon_differ() -> None:
    """The fuller, the more of its disc shines."""
    lit = []
    for phase in ("full_moon", "half_moon", "crescent_moon"):
        picture = rgb(make(sky("night", phase), 320, 180), 2.0).mean(-1)
        lit.append(float((picture > 0.55).sum()))
    assert lit[0] > 1.3 * lit[1] > 1.3 * lit[2] > 0


def test_stars_are_seen_only_where_there_are_stars() -> None:
    starry, dark = (make(replace(sky("night", *words), without=without))
                    for words, without in ((("stars",), frozenset()), ((), frozenset({"stars", "moon"}))))  # fmt: skip
    dark.post = starry.post
    rows_of_sky = slice(0, 30)
    one, other = luma(starry, 1.0)[rows_of_sky], luma(dark, 1.0)[rows_of_sky]
    assert ((one - other) > 8).sum() > 15


def test_meteors_fall_now_and_then() -> None:
    world, none = (make(sky("night", *words), duration=8.0) for words in (("stars", "meteors"), ("stars",)))
    none.post = world.post
    seen = [float((luma(world, t) - luma(none, t)).max()) > 25 for t in np.arange(0.2, 8.0, 0.4)]
    assert 1 <= sum(seen) < len(seen)


def test_lightning_strikes() -> None:
    world = make(sky("night", weather=("storm", "lightning")), duration=8.0)
    strikes = [time for time in world.backdrop.strikes if time < 7.5]  # type: ignore[attr-defined]
    assert strikes
    for strike in strikes[:2]:
        assert luma(world, strike + 0.02).mean() > luma(world, max(strike - 0.15, 0)).mean() + 8


@pytest.mark.parametrize("weather", ["clouds", "overcast", "storm", "rain", "snow", "fog", "sandstorm", "wind"])
def test_weather_is_seen(weather: str) -> None:
    """`wind` is seen in what it moves."""
    setting = "forest" if weather == "wind" else "desert" if weather == "sandstorm" else "hills"
    spec = SceneSpec(setting, time="day", weather=frozenset({weather}), camera="static")
    assert apart(spec, replace(spec, weather=frozenset({"clear"}))) > (0.8 if weather == "wind" else 4)


def test_every_hour_looks_different() -> None:
    for setting in ("ocean", "city_street"):
        tones = {}
        for time in TIMES:
            found = pictures(SceneSpec(setting, time=time, weather=frozenset({"clear"}), camera="static"))
            tones[time] = found[1]
        for number, one in enumerate(TIMES):
            for other in TIMES[number + 1 :]:
                assert 255 * np.abs(tones[one] - tones[other]).mean() > 4, (setting, one, other)
        assert tones["night"].mean() < 0.75 * tones["day"].mean()


@pytest.mark.parametrize("setting", ["forest", "mountains", "village", "meadow"])
def test_every_season_looks_different(setting: str) -> None:
    films = {season: SceneSpec(setting, time="day", season=season, camera="static") for season in SEASONS}
    for number, one in enumerate(SEASONS):
        for other in SEASONS[number + 1 :]:
            assert apart(films[one], films[other]) > 1.5, (one, other)


@pytest.mark.parametrize("mood", MOODS)
def test_a_mood_is_seen(mood: str) -> None:
    """A calm film moves less; all others look different."""
    plain = SceneSpec("ocean", time="day", weather=frozenset({"clear"}))
    if mood == "calm":
        one, other = (make(replace(plain, mood=name, camera="dolly_in")) for name in ("calm", ""))
        ways = [math.dist(w.camera(0.0).position, w.camera(SECONDS - 0.01).position) for w in (one, other)]
        assert ways[0] < 0.8 * ways[1]
        return
    assert apart(replace(plain, mood=mood, camera="static"), replace(plain, camera="static")) > 1.5


@pytest.mark.parametrize("colour", ["red", "orange", "gold", "green", "teal", "blue", "purple", "pink"])
def test_the_light_takes_a_colour(colour: str) -> None:
    tone, grey = (
        np.mean(pictures(SceneSpec("ocean", time="day", colours=colours, camera="static")), axis=(0, 1, 2))
        for colours in ((colour,), ())
    )
    moved = tone / tone.sum() - grey / grey.sum()
    toward = {
        "red": (1, -0.5, -0.5), "orange": (1, 0, -1), "gold": (1, 0.3, -1), "green": (-0.5, 1, -0.5),
        "teal": (-1, 0.5, 0.5), "blue": (-0.5, -0.5, 1), "purple": (0.5, -1, 0.5), "pink": (1, -0.8, 0.2),
    }[colour]  # fmt: skip
    assert moved @ np.array(toward) > 0.01


@pytest.mark.parametrize("name", [style for style in rows("styles") if style != "photographic"])
def test_a_style_is_seen(name: str) -> None:
    plain = SceneSpec("beach", time="golden_hour", subjects=(Wanted("dog"),), camera="static")
    assert apart(replace(plain, styles=(name,)), plain) > 2


# -- the camera --------------------------------------------------------------------------------------------------------


def pose(world: World, t: float) -> tuple[NDArray[np.float64], float, float, float]:
    """Position, yaw, pitch and tangent of the camera."""
    camera = world.camera(t)
    forward = camera.frame[9:12].astype(float)
    return camera.position.astype(float), math.atan2(forward[0], forward[2]), math.asin(forward[1]), camera.tangent


@functools.lru_cache(maxsize=4)
def to_film(setting: str, subjects: tuple[Wanted, ...]) -> World:
    return make(SceneSpec(setting, time="day", subjects=subjects))


@pytest.mark.parametrize("setting", ["ocean", "meadow", "city_street"])
@pytest.mark.parametrize("move", MOVES)
def test_the_camera_moves_as_it_is_called(move: str, setting: str) -> None:
    subjects = (Wanted("dog", action="run"),) if move == "follow" and setting == "meadow" else ()
    world = filmed(to_film(setting, subjects), move)
    (p0, yaw0, pitch0, tan0), (p1, yaw1, pitch1, tan1) = pose(world, 0.0), pose(world, SECONDS - 0.01)
    ahead = float((p1 - p0) @ np.array([math.sin(yaw0), 0.0, math.cos(yaw0)]))
    side = float((p1 - p0) @ np.array([math.cos(yaw0), 0.0, -math.sin(yaw0)]))
    told = {
        "static": np.allclose(p0, p1) and (yaw0, pitch0, tan0) == (yaw1, pitch1, tan1),
        "pan_left": yaw1 < yaw0 - 0.03, "pan_right": yaw1 > yaw0 + 0.03,
        "tilt_up": pitch1 > pitch0 + 0.03, "tilt_down": pitch1 < pitch0 - 0.03,
        "dolly_in": ahead > 0.3, "dolly_out": ahead < -0.3, "fly_through": ahead > 1.5,
        "zoom_in": tan1 < 0.9 * tan0, "zoom_out": tan1 > 1.1 * tan0,
        "orbit": abs(side) > 0.2 and abs(yaw1 - yaw0) > 0.01,
        "crane_up": p1[1] > p0[1] + 0.3, "crane_down": p1[1] < p0[1] - 0.3,
        "follow": bool(np.linalg.norm(p1 - p0) > (3.0 if subjects else 0.03)),
        "shake": abs(pose(world, 0.25)[1] - pose(world, 0.5)[1]) > 5e-4,
    }  # fmt: skip
    assert told[move]


def test_fast_and_slow_are_seen() -> None:
    """The same moment of the world comes sooner in a fast film."""
    slow, fast = (make(replace(at_home("dog", action="run"), speed=speed)) for speed in (0.5, 2.0))
    ways = [
        math.dist(world.actors[0].path.at(0.0)[:3], world.actors[0].path.at(world._pace)[:3]) for world in (slow, fast)
    ]
    assert ways[1] > 2.5 * ways[0]
