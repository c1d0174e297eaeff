"""Sound of a model as a track of a film."""

import numpy as np
import pytest

from promptreel.engines.diffusers import sounds

RATE = 48_000


def tone(seconds: float, rate: int, channels: int, hertz: float = 440) -> np.ndarray:
    wave = 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)
    return np.broadcast_to(wave, (channels, len(wave))).astype(np.float32)


@pytest.mark.parametrize("rate", [16_000, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_sound_of_any_rate_is_a_stereo_track_of_the_same_tone(rate: int, channels: int) -> None:
    made = sounds.track(tone(1.0, rate, channels), rate)
    assert made.dtype == np.float32 and made.shape[0] == 2
    assert abs(made.shape[1] - RATE) <= 64
    spectrum = np.abs(np.fft.rfft(made[1, :RATE], RATE))
    assert abs(int(spectrum.argmax()) - 440) <= 1
    assert np.abs(made).max() == pytest.approx(0.5, abs=0.02)


def test_tracks_fade_into_each_other() -> None:
    first, second = np.full((2, RATE), 0.5, np.float32), np.full((2, RATE), -0.5, np.float32)
    whole = sounds.joined([first, second, second], 0.25)
    assert whole.shape == (2, int(2.5 * RATE))
    assert (whole[:, : int(0.75 * RATE)] == 0.5).all() and (whole[:, RATE:] == -0.5).all()
    fade = whole[0, int(0.75 * RATE) : RATE]
    assert (np.diff(fade) <= 0).all()
    assert sounds.joined([first], 0.25) is first
