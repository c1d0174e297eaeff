"""Whatever a model makes, the caller gets the size, the number of frames and the rate that were asked for."""

import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreel.engines import Picture
from promptreel.engines.between import between
from promptreel.engines.fitting import Native, chained, fitted, native_for
from promptreel.errors import EngineFailed
from promptreel.spec import VideoSpec


def spec(width: int = 64, height: int = 36, fps: int = 24, duration: float = 2.0) -> VideoSpec:
    return VideoSpec("anything", width, height, fps=fps, duration=duration)


def numbered(count: int, width: int = 64, height: int = 36) -> list[Picture]:
    """Frames that grow lighter one step at a time, so that each tells its number."""
    return [np.full((height, width, 3), 2 * number, np.uint8) for number in range(count)]


@given(
    width=st.integers(8, 1920).map(lambda side: 2 * side),
    height=st.integers(8, 1920).map(lambda side: 2 * side),
    fps=st.integers(1, 60),
    duration=st.floats(1, 60),
    rule=st.sampled_from(
        [(16, 4, 1, 81, 16.0), (32, 4, 1, 121, 24.0), (32, 8, 1, 121, 24.0), (8, 17, 5, 107, 24.0), (16, 1, 0, 49, 8.0)]
    ),
)
def test_a_model_is_asked_for_what_it_can_make_and_for_enough_of_it(
    width: int, height: int, fps: int, duration: float, rule: tuple[int, int, int, int, float]
) -> None:
    multiple, step, offset, most, rate = rule
    wanted = spec(width, height, fps, duration)
    native = native_for(
        wanted, area=(832, 480), multiple=multiple, frame_step=step, frame_offset=offset, most_frames=most, fps=rate
    )
    assert native.width % multiple == native.height % multiple == 0
    assert native.frames <= most and (native.frames - offset) % step == 0
    assert (native.total_frames - 1) / rate >= (wanted.frames - 1) / fps - 0.1
    # One pass less would be too short: no more is rendered than must be.
    shorter = native.total_frames - native.frames + native.overlap
    assert native.passes == 1 or (shorter - 1) / rate < (wanted.frames - 1) / fps
    if 1 / 4 < width / height < 4:
        assert 0.75 < (native.width * native.height) / (832 * 480) < 1.35
        assert abs(np.log(native.width / native.height / (width / height))) < 0.08


def test_known_models_make_what_their_cards_say() -> None:
    wan = native_for(
        spec(832, 480, 16, 5.0), area=(832, 480), multiple=16, frame_step=4, frame_offset=1, most_frames=81, fps=16
    )
    assert wan == Native(832, 480, 81, 16)
    tall = native_for(
        spec(720, 1280, 24, 5.0), area=(1280, 704), multiple=32, frame_step=4, frame_offset=1, most_frames=121, fps=24
    )
    assert (tall.width, tall.height, tall.frames, tall.passes) == (704, 1280, 121, 1)


@given(
    made=st.integers(1, 90),
    rate=st.sampled_from([8.0, 15.0, 16.0, 23.976, 24.0, 25.0, 30.0, 60.0]),
    fps=st.integers(1, 60),
    duration=st.floats(1, 3),
)
def test_the_number_of_frames_is_exact_whatever_comes(made: int, rate: float, fps: int, duration: float) -> None:
    wanted = spec(16, 16, fps, duration)
    frames = numbered(made, 16, 16)
    enough = made - 1 >= (wanted.frames - 1) / fps * rate
    try:
        got = list(fitted(frames, rate, wanted))
    except EngineFailed:
        assert not enough
        return
    assert len(got) == wanted.frames
    assert {frame.shape for frame in got} == {(16, 16, 3)}
    light = [float(frame.mean()) for frame in got]
    assert light == sorted(light)
    if enough:
        expected = [2 * number / fps * rate for number in range(wanted.frames)]
        assert np.allclose(light, expected, atol=1.1)


def test_frames_at_the_asked_rate_are_taken_as_they_are() -> None:
    frames = numbered(48)
    got = list(fitted(iter(frames), 24.0, spec()))
    assert all(np.array_equal(one, other) for one, other in zip(got, frames, strict=True))


def test_a_film_that_lacks_more_than_a_tenth_is_a_failure_and_not_a_still() -> None:
    with pytest.raises(EngineFailed, match="it made 10 frames, 2 s are 48"):
        list(fitted(numbered(10), 24.0, spec()))
    with pytest.raises(EngineFailed, match="no frames"):
        list(fitted([], 24.0, spec()))
    assert len(list(fitted(numbered(45), 24.0, spec()))) == 48


@pytest.mark.parametrize("size", [(64, 36), (64, 64), (20, 60), (128, 36)])
def test_pictures_are_cropped_in_the_middle_and_never_stretched(size: tuple[int, int]) -> None:
    frame = np.zeros((100, 200, 3), np.uint8)
    cv2.circle(frame, (100, 50), 12, (255, 255, 255), -1)
    [got] = fitted([frame], 1.0, spec(*size, fps=1, duration=1.0))
    assert got.shape == (size[1], size[0], 3)
    rows, columns = np.nonzero(got[..., 0] > 127)
    wide, tall = np.ptp(columns) + 1, np.ptp(rows) + 1
    assert abs(wide - tall) <= 2
    assert abs(columns.mean() - (size[0] - 1) / 2) < 1 and abs(rows.mean() - (size[1] - 1) / 2) < 1


def test_passes_fade_into_each_other_and_nothing_is_there_twice() -> None:
    light = np.full((4, 4, 3), 200, np.uint8)
    film = list(chained([numbered(9, 4, 4), [light] * 9, [light] * 9], 4))
    assert len(film) == Native(4, 4, 9, 24.0, passes=3, overlap=4).total_frames
    levels = [int(frame[0, 0, 0]) for frame in film]
    assert levels[:5] == [0, 2, 4, 6, 8] and levels[9:] == [200] * 10
    assert levels == sorted(levels) and max(b - a for a, b in itertools.pairwise(levels)) <= 45


def test_passes_that_only_follow_each_other_are_joined_as_they_are() -> None:
    assert [int(frame[0, 0, 0]) for frame in chained([numbered(3), numbered(2)], 0)] == [0, 2, 4, 0, 2]


def scene(shift: float) -> Picture:
    """A ball that moves over a ground with something on it."""
    rng = np.random.default_rng(4)
    ground = cv2.GaussianBlur(rng.integers(0, 255, (180, 320, 3), np.uint8), (0, 0), 6)
    at = (int((90 + shift) * 16), 90 * 16)
    return np.asarray(cv2.circle(ground, at, 24 * 16, (250, 240, 90), -1, cv2.LINE_AA, 4))


def error(one: Picture, other: Picture) -> float:
    return float(np.mean((one.astype(float) - other.astype(float)) ** 2))


@pytest.mark.parametrize("step", [4.0, 10.0, 18.0])
def test_what_moves_is_moved_along_and_not_there_twice(step: float) -> None:
    first, truth, second = scene(0), scene(step / 2), scene(step)
    mixed = cv2.addWeighted(first, 0.5, second, 0.5, 0.0)
    assert error(between(first, second)(0.5), truth) < 0.35 * error(np.asarray(mixed), truth)


def test_a_cut_is_mixed_and_not_smeared() -> None:
    rng = np.random.default_rng(9)
    first, second = (cv2.GaussianBlur(rng.integers(0, 255, (90, 160, 3), np.uint8), (0, 0), 3) for _ in range(2))
    mixed = np.asarray(cv2.addWeighted(first, 0.5, second, 0.5, 0.0))
    assert error(between(first, second)(0.5), mixed) < 0.25 * error(first, mixed)
