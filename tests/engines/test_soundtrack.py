"""The sound of films: as long as the pictures, as loud as others, without clicks, and only where it was asked for."""

from pathlib import Path

import av
import numpy as np
import pytest

from promptreel.engines import WithSound
from promptreel.engines.scenes import ScenesEngine, soundtrack
from promptreel.engines.scenes.director import direct
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import SceneSpec, Wanted
from promptreel.engines.scenes.settings import settings
from promptreel.engines.scenes.sounds import SOUNDS
from promptreel.engines.scenes.soundtrack import LOUDNESS, OF_SETTING, choose, loudness, record, strikes
from promptreel.engines.scenes.tape import RATE
from promptreel.engines.scenes.world import World
from promptreel.media import Encoder
from promptreel.spec import VideoSpec

AAC_FRAME = 1024 / RATE


@pytest.mark.parametrize("name", SOUNDS)
def test_every_sound_is_finite_loud_enough_and_never_clips(name: str) -> None:
    track = record({name: 1.0}, 3.0, 5, (0.2,))
    assert track.shape == (2, 3 * RATE)
    assert track.dtype == np.float32
    assert np.isfinite(track).all()
    assert np.abs(track).max() <= soundtrack.CEILING * 1.0001
    assert np.abs(track[:, [0, -1]]).max() < 1e-3, "it begins and ends in silence"
    assert np.abs(track.mean(axis=1)).max() < 0.01, "no direct current"
    if name not in {"gulls", "whale"}:  # one cry in three seconds may be all
        assert np.abs(track).max() > 0.05


@pytest.mark.parametrize("seconds", [0.04, 0.5, 1.0, 5.0, 7.37, 60.0])
def test_a_track_is_exactly_as_long_as_it_should_be(seconds: float) -> None:
    plan = direct(SceneSpec("beach", time="day"), seconds, 3)
    assert soundtrack.soundtrack(plan, seconds, 3).shape == (2, round(seconds * RATE))


@pytest.mark.parametrize(
    "setting", ["ocean", "forest", "city_street", "desert", "waterfall", "underwater", "space", "fire", "room", "river"]
)
def test_all_films_are_equally_loud(setting: str) -> None:
    track = soundtrack.soundtrack(direct(SceneSpec(setting, time="day"), 6.0, 4), 6.0, 4)
    heard = loudness(track)
    assert heard is not None
    assert abs(heard - LOUDNESS) <= 0.5


@pytest.mark.parametrize("name", ["wind", "waves", "waterfall", "drone", "pad", "rumble", "jet", "lapping"])
def test_what_flows_never_clicks(name: str) -> None:
    """From sample to sample it moves no farther than what it is made of does: far less than its loudest sample."""
    track = record({name: 1.0}, 4.0, 7)
    steps = np.abs(np.diff(track))
    assert steps.max() < 0.6 * np.abs(track).max()
    # A click is one step that is far larger than those about it.
    around = np.stack([np.roll(steps, shift, axis=1) for shift in (-40, -20, 20, 40)]).max(axis=0)
    usual = np.percentile(steps, 99)
    assert (steps > 12 * usual + 0.02 + around).sum() == 0


@pytest.mark.parametrize("name", sorted(name for name, row in settings().items() if row.params.get("indoors")))
def test_no_wind_blows_in_rooms(name: str) -> None:
    """Each has a sound of its own; of the weather only a little is heard, and nothing where there is none."""
    quiet = choose(direct(SceneSpec(name, time="day"), 4.0, 3))
    assert quiet
    assert not quiet.keys() & {"wind", "birds", "rain", "waves"}
    rainy = choose(direct(SceneSpec(name, time="day", weather=frozenset({"rain"})), 4.0, 3))
    outside = settings()[name].backdrop == "sky"
    assert (0 < rainy["rain"] < 0.5) if outside else "rain" not in rainy


def test_equal_films_sound_alike_and_seeds_differ() -> None:
    plan = direct(SceneSpec("forest", time="day"), 2.0, 3)
    one, again, other = (soundtrack.soundtrack(plan, 2.0, seed) for seed in (3, 3, 4))
    assert one.tobytes() == again.tobytes()
    assert one.tobytes() != other.tobytes()


def test_every_setting_and_subject_has_sounds_that_there_are() -> None:
    for table in (
        soundtrack.OF_SETTING,
        soundtrack.OF_WEATHER,
        soundtrack.OF_EFFECT,
        soundtrack.OF_PLACE,
        soundtrack.OF_SUBJECT,
    ):
        for levels in table.values():
            assert set(levels) <= set(SOUNDS)
    for name in settings():
        assert choose(direct(SceneSpec(name), 4.0, 1))
    assert set(soundtrack.OF_EFFECT) <= set(rows("effects"))
    assert set(soundtrack.OF_PLACE) <= set(rows("places"))


def test_what_is_seen_is_heard() -> None:
    def heard(**fields: object) -> set[str]:
        return set(choose(direct(SceneSpec(**fields), 4.0, 1)))  # type: ignore[arg-type]

    assert "waves" in heard(setting="ocean")
    assert "rain" in heard(setting="meadow", weather=frozenset({"rain"}))
    assert "crickets" in heard(setting="meadow", time="night")
    assert "birds" in heard(setting="meadow", time="day")
    assert "birds" not in heard(setting="meadow", time="day", without=frozenset({"birds"}))
    assert "engine" in heard(setting="road", subjects=(Wanted("car"),))
    assert "fireworks" in heard(setting="lake", time="night", effects=frozenset({"fireworks"}))
    assert "rain" not in heard(setting="space", weather=frozenset({"rain"}))


def test_thunder_follows_the_strikes_that_are_seen() -> None:
    spec = SceneSpec("plain", time="night", weather=frozenset({"storm", "lightning"}), camera="static")
    plan = direct(spec, 10.0, 3)
    told = strikes(plan, 10.0, 3)
    seen = World(32, 18, 10.0, 3, plan).backdrop.strikes  # type: ignore[attr-defined]
    assert told == pytest.approx(seen)
    assert told
    # Alone, thunder is silent until light could be followed by sound, and then not.
    track = record({"thunder": 1.0}, 10.0, 3, (4.0,))
    assert np.abs(track[:, : int(4.3 * RATE)]).max() == 0
    assert np.abs(track[:, int(4.35 * RATE) : 7 * RATE]).max() > 0.05
    assert strikes(direct(SceneSpec("plain", time="day", weather=frozenset({"clear"})), 10.0, 3), 10.0, 3) == ()


# -- the engine and the file -------------------------------------------------------------------------------------------


def video(prompt: str, **changes: object) -> VideoSpec:
    return VideoSpec(prompt, 32, 32, **({"fps": 12, "duration": 1.5, "seed": 3} | changes))  # type: ignore[arg-type]


def test_the_engine_makes_sound_where_it_is_asked_for() -> None:
    engine = ScenesEngine(1)
    assert isinstance(engine, WithSound)
    assert engine.sound(video("waves on a beach")) is None
    track = engine.sound(video("waves on a beach", sound=True))
    assert track is not None
    assert track.shape == (2, round(1.5 * RATE))
    assert engine.sound(video("waves on a beach, with sound")) is not None
    assert engine.sound(video("waves on a beach, silent", sound=True)) is None
    assert engine.sound(video("waves on a beach, no sound", sound=True)) is None


@pytest.mark.parametrize(("fps", "duration"), [(12, 1.0), (24, 2.5), (7, 3.14)])
def test_sound_in_the_file_is_as_long_as_the_pictures(tmp_path: Path, fps: int, duration: float) -> None:
    spec = video("wind over a desert", fps=fps, duration=duration, sound=True)
    track = ScenesEngine(1).sound(spec)
    path = tmp_path / "film.mp4"
    with Encoder(path, 32, 32, fps, sound=track) as encoder:
        for number in range(spec.frames):
            encoder.add(np.full((32, 32, 3), 40 + number, np.uint8))
        encoder.close()
    with av.open(str(path)) as film:
        [stream] = film.streams.audio
        assert stream.codec_context.name == "aac"
        assert stream.codec_context.sample_rate == RATE
        assert stream.duration is not None
        assert stream.time_base is not None
        lasts = float(stream.duration * stream.time_base)
        assert abs(lasts - spec.frames / fps) <= AAC_FRAME + 1e-6
        decoded = np.concatenate([frame.to_ndarray() for frame in film.decode(stream)], axis=1)
    assert decoded.shape[0] == 2
    assert abs(decoded.shape[1] / RATE - spec.frames / fps) <= 2 * AAC_FRAME
    assert np.abs(decoded).max() > 0.05


def test_a_film_without_sound_has_no_track(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with Encoder(path, 32, 32, 12) as encoder:
        encoder.add(np.zeros((32, 32, 3), np.uint8))
        encoder.close()
    with av.open(str(path)) as film:
        assert not film.streams.audio


def test_every_setting_has_a_sound_of_its_own_and_weather_is_heard_in_towns_too() -> None:
    assert settings().keys() == OF_SETTING.keys() & settings().keys()
    rainy = direct(SceneSpec("city_street", time="day", weather=frozenset({"rain"})), 5.0, 3)
    stormy = direct(SceneSpec("ocean", time="day", weather=frozenset({"storm"})), 5.0, 3)
    assert "rain" in choose(rainy)
    assert "thunder" in choose(stormy)
