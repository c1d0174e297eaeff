"""Skies: a light that fits what is seen, at every hour and in every weather, and pictures that hold together."""

import itertools

import numpy as np
import pytest

from promptreel.engines.scenes.backdrops.above_clouds import AboveClouds
from promptreel.engines.scenes.backdrops.sky import SkyBackdrop
from promptreel.engines.scenes.mesh import Camera, look
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import TIMES, SceneSpec
from promptreel.engines.scenes.skies.sky import PANORAMA_AZIMUTHS, PANORAMA_ELEVATIONS
from promptreel.engines.scenes.stage import Brief, Canvas

WEATHERS = ("", "clear", "clouds", "overcast", "storm", "rain", "snow", "fog", "sandstorm")
TANGENT = 0.43


def sky(
    time: str,
    weather: str = "",
    *,
    seen: str = "",
    seed: int = 3,
    size: tuple[int, int] = (96, 54),
    kind: type[SkyBackdrop] = SkyBackdrop,
    **spec: object,
) -> SkyBackdrop:
    wanted = SceneSpec(weather=frozenset(weather.split()), sky=frozenset(seen.split()), **spec)  # type: ignore[arg-type]
    return kind(Brief(wanted, *size, duration=5.0, seed=seed, time=time, tangent=TANGENT))


def view(pitch: float = 0.12, yaw: float = 0.0) -> Camera:
    return look((0.0, 2.0, 0.0), yaw, pitch, TANGENT)


def picture(
    backdrop: SkyBackdrop, t: float = 0.0, *, size: tuple[int, int] = (96, 54), camera: Camera | None = None
) -> np.ndarray:
    canvas = Canvas(*size)
    canvas.hdr.fill(np.nan)
    canvas.near.fill(1.0)
    backdrop.draw(backdrop.new_state(*size), canvas, camera or view(), t)
    assert not canvas.near.any()
    return canvas.hdr


def grey(colour: np.ndarray) -> float:
    return float(np.array([0.2126, 0.7152, 0.0722]) @ np.asarray(colour, np.float64))


# -- the light ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("time", "weather"), list(itertools.product(TIMES, WEATHERS)))
def test_every_hour_and_weather_has_a_sane_light_and_picture(time: str, weather: str):
    backdrop = sky(time, weather)
    light = backdrop.light
    assert np.isclose(np.linalg.norm(light.sun), 1, atol=1e-4)
    assert light.sun[1] > 0
    for part in (light.sunlight, light.above, light.horizon, light.below):
        assert part.shape == (3,)
        assert part.dtype == np.float32
        assert np.isfinite(part).all()
        assert (part >= 0).all()
    assert grey(light.above) > 0.002
    assert 0.01 < light.key < 0.4
    assert 0 < light.fog < 0.06
    hdr = picture(backdrop, 1.0)
    assert np.isfinite(hdr).all()
    assert (hdr >= 0).all()


def test_day_is_brighter_than_dusk_and_dusk_than_night():
    day, sunset, dusk, night = (sky(time, "clear").light for time in ("day", "sunset", "dusk", "night"))
    for part in ("above", "below"):
        values = [grey(getattr(light, part)) for light in (day, sunset, dusk, night)]
        assert values[0] > values[2] > values[3], part
    assert grey(day.sunlight) > grey(sunset.sunlight) > grey(dusk.sunlight) > grey(night.sunlight)
    assert day.key > sunset.key > dusk.key > night.key


@pytest.mark.parametrize("weather", ["overcast", "storm", "rain", "snow", "fog"])
def test_under_a_closed_sky_the_sun_hardly_counts(weather: str):
    clear, closed = sky("day", "clear").light, sky("day", weather).light
    assert grey(closed.sunlight) < 0.25 * grey(clear.sunlight)
    assert grey(closed.sunlight) < 1.6 * grey(closed.above)
    assert np.ptp(closed.above) / closed.above.max() < 0.2


def test_light_takes_the_colours_of_its_hour():
    sunset, day, night = (sky(time, "clear").light for time in ("sunset", "day", "night"))
    assert sunset.sunlight[0] > 2 * sunset.sunlight[2]
    assert day.above[2] > 1.5 * day.above[0]
    assert night.sunlight[2] > night.sunlight[0]


def test_named_colours_tint_the_light():
    plain = sky("sunset", "clear").light.horizon
    blue = sky("sunset", "clear", colours=("blue",)).light.horizon
    assert blue[2] / blue[0] > 1.3 * plain[2] / plain[0]


@pytest.mark.parametrize(("where", "low", "high"), [("front", 0.8, 1.0), ("side", -0.35, 0.35), ("back", -1.0, -0.8)])
def test_the_setting_can_say_where_the_sun_is(where: str, low: float, high: float):
    brief = Brief(SceneSpec(), 96, 54, 5.0, 7, "golden_hour", {"sun": where}, tangent=TANGENT)
    sun = SkyBackdrop(brief).light.sun
    assert low <= sun[2] / np.hypot(sun[0], sun[2]) <= high


def test_fog_and_sky_meet_at_the_horizon():
    backdrop = sky("day", "fog")
    row = picture(backdrop, camera=view(pitch=0.0))[:, 24:27].mean(axis=(1, 2))
    assert np.allclose(row, backdrop.light.horizon, rtol=0.12)


# -- pictures ----------------------------------------------------------------------------------------------------------

KINDS = (
    ("night", "", "milky_way meteors"), ("night", "", "aurora"), ("night", "clouds", "full_moon"),
    ("dusk", "", "crescent_moon"), ("day", "rain", "rainbow"), ("day", "", "cumulus cirrus"),
    ("sunset", "", "cumulonimbus"), ("morning", "", "stratus"), ("night", "lightning storm", ""),
)  # fmt: skip


@pytest.mark.parametrize(("time", "weather", "seen"), KINDS)
def test_the_same_brief_gives_the_same_bytes_in_any_order(time: str, weather: str, seen: str):
    first, second = (sky(time, weather, seen=seen) for _ in range(2))
    state = first.new_state(96, 54)
    canvas = Canvas(96, 54)
    first.draw(state, canvas, view(), 2.0)
    first.panorama(state, 1.0)
    first.draw(state, canvas, view(), 0.5)
    assert canvas.hdr.tobytes() == picture(second, 0.5).tobytes()


@pytest.mark.parametrize(("time", "weather", "seen"), KINDS)
def test_another_size_shows_the_same_sky(time: str, weather: str, seen: str):
    small = picture(sky(time, weather, seen=seen), 0.3)
    large = picture(sky(time, weather, seen=seen, size=(384, 216)), 0.3, size=(384, 216))
    shrunk = large.reshape(3, 54, 4, 96, 4).mean(axis=(2, 4))
    assert np.median(np.abs(shrunk - small)) < 0.06 * small.mean()
    assert np.isclose(shrunk.mean(), small.mean(), rtol=0.06)


@pytest.mark.parametrize("time", ["day", "sunset", "night"])
def test_the_mirrored_camera_sees_the_sky_upside_down(time: str):
    backdrop = sky(time, "clear")
    camera = look((0.0, 0.0, 0.0), 0.2, 0.0, TANGENT)
    upright = picture(backdrop, camera=camera)
    mirrored = picture(backdrop, camera=camera.mirrored())
    assert np.allclose(upright[:, ::-1], mirrored, rtol=2e-3, atol=2e-4 * float(upright.max()))


@pytest.mark.parametrize("size", [(16, 16), (18, 98), (256, 16), (50, 34)])
@pytest.mark.parametrize("name", ["sky", "above_clouds"])
def test_every_size_is_drawn(name: str, size: tuple[int, int]):
    brief = Brief(SceneSpec(sky=frozenset({"full_moon", "cumulus"})), *size, 2.0, 5, "night", tangent=TANGENT)
    backdrop = rows("backdrops")[name].make(brief)
    assert np.isfinite(picture(backdrop, 0.7, size=size)).all()


def changed(plain: SkyBackdrop, other: SkyBackdrop, t: float = 0.0) -> float:
    """The share of pixels that look different."""
    a, b = picture(plain, t), picture(other, t)
    return float((np.abs(a - b).max(axis=0) > 0.05 * a.mean()).mean())


def test_what_is_asked_for_is_seen():
    night = sky("night", seen="stars")
    for seen in ("milky_way", "aurora", "full_moon"):
        assert changed(night, sky("night", seen=f"stars {seen}")) > 0.02, seen
    clear = sky("day", "clear")
    for seen in ("cumulus", "cirrus", "stratus", "cumulonimbus", "rainbow"):
        assert changed(clear, sky("day", seen=seen)) > 0.1, seen


def test_the_four_kinds_of_clouds_differ():
    kinds = [picture(sky("day", seen=kind)) for kind in ("cumulus", "cirrus", "stratus", "cumulonimbus")]
    for one, other in itertools.combinations(kinds, 2):
        assert np.abs(one - other).mean() > 0.04 * one.mean()


def test_stars_can_be_ruled_out():
    def points(backdrop: SkyBackdrop) -> float:
        hdr = picture(backdrop, camera=view(pitch=0.7))
        return float(hdr[1].max() / np.median(hdr[1]))

    assert points(sky("night", seen="stars")) > 5 > points(sky("night", without=frozenset({"stars", "moon"})))


def test_clouds_move_slowly_and_nothing_pops():
    backdrop = sky("day", "clouds")
    frames = [picture(backdrop, t) for t in (0.0, 1 / 24, 2.0)]
    assert np.percentile(np.abs(frames[1] - frames[0]), 99.5) < 0.15 * frames[0].mean()
    assert np.abs(frames[2] - frames[0]).mean() > 0.001 * frames[0].mean()


# -- lightning ---------------------------------------------------------------------------------------------------------


def test_lightning_flashes_when_it_strikes_and_only_then():
    backdrop = sky("night", "storm lightning")
    assert backdrop.strikes
    first = backdrop.strikes[0]
    assert backdrop.flash(first - 0.01) == 0
    assert 0.5 < backdrop.flash(first + 0.005) <= 1.5
    assert backdrop.flash(first + 0.45) < 0.3
    dark, lit = picture(backdrop, first - 0.01), picture(backdrop, first + 0.01)
    assert lit.max() > 3 * dark.max()
    assert lit.mean() > 1.2 * dark.mean()
    assert backdrop.strikes == sky("night", "storm lightning").strikes


def test_a_calm_sky_has_no_lightning():
    backdrop = sky("day")
    assert backdrop.strikes == ()
    assert backdrop.flash(1.0) == 0


# -- what water mirrors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("time", TIMES)
def test_the_panorama_shows_the_same_sky(time: str):
    backdrop = sky(time, seen="aurora" if time == "night" else "")
    around = backdrop.panorama(backdrop.new_state(96, 54), 0.0)
    assert around.shape == (3, PANORAMA_ELEVATIONS * PANORAMA_AZIMUTHS)
    assert np.isfinite(around).all()
    overhead = around.reshape(3, PANORAMA_ELEVATIONS, -1)[:, -8:].mean(axis=(1, 2))
    seen = picture(backdrop, camera=view(pitch=1.35)).mean(axis=(1, 2))
    assert np.allclose(overhead, seen, rtol=0.5)


# -- above the clouds --------------------------------------------------------------------------------------------------


def test_above_the_clouds_the_ground_is_white_and_weather_is_below():
    backdrop = sky("day", "storm", kind=AboveClouds)
    hdr = picture(backdrop, camera=look((0.0, 12.0, 0.0), 0.0, -0.05, TANGENT))
    below = hdr[:, 34:].mean(axis=(1, 2))
    assert np.ptp(below) / below.max() < 0.35
    assert grey(backdrop.light.below) > 2 * grey(sky("day").light.below)
    assert grey(backdrop.light.sunlight) > 1
