"""Films from elsewhere: nothing is believed, and colours and sound come out as they went in."""

from fractions import Fraction

import av
import numpy as np
import pytest

from promptreel.engines.remote.video_file import checked, frame_at, frames, joined, sound
from promptreel.errors import EngineFailed, MediaInvalid

from .servers import film


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(film())
    return path


def test_facts_are_measured(path):
    found = checked(path)
    assert (found.facts.width, found.facts.height, found.facts.frames, found.facts.fps) == (96, 64, 17, 16)
    assert found.seconds == pytest.approx(17 / 16)


def test_frames_come_in_order_and_one_by_number(path):
    pictures = list(frames(path))
    assert len(pictures) == 17
    middles = [picture[32, 48].mean() for picture in pictures]
    assert middles == sorted(middles)
    assert np.array_equal(frame_at(checked(path), 9), pictures[9])
    with pytest.raises(EngineFailed, match="too short"):
        frame_at(checked(path), 17)


def as_models_write_it(path, colour, *, tagged_709=False):
    """A film as the libraries of models write it: BT.601 pixels that say nothing of themselves, or BT.709 that does."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(8), options={"crf": "5"})
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        space = 1 if tagged_709 else 5
        if tagged_709:
            stream.codec_context.colorspace = 1
        for number in range(4):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), colour, np.uint8), "rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace=space)
            frame.pts, frame.time_base = number, Fraction(1, 8)
            if tagged_709:
                frame.colorspace = 1
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.mark.parametrize("tagged", [False, True])
@pytest.mark.parametrize("colour", [(220, 30, 40), (30, 200, 60), (250, 250, 250), (128, 128, 128)])
def test_colours_come_out_as_they_went_in(tmp_path, colour, tagged):
    as_models_write_it(tmp_path / "film.mp4", colour, tagged_709=tagged)
    picture = frame_at(checked(tmp_path / "film.mp4"), 2)
    assert np.abs(picture[20:40, 20:40].reshape(-1, 3).mean(axis=0) - colour).max() < 5


def test_a_playlist_is_no_film(tmp_path):
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(film())
    path = tmp_path / "film.mp4"
    path.write_text(f"ffconcat version 1.0\nfile '{secret}'\n")
    with pytest.raises(MediaInvalid):
        checked(path)


def test_a_film_that_is_cut_off_is_refused(path):
    for part in (0.3, 0.6, 0.95):
        cut = path.with_name("cut.mp4")
        cut.write_bytes(film()[: int(len(film()) * part)])
        with pytest.raises(MediaInvalid):
            checked(cut)


def test_a_film_of_sound_alone_is_refused(tmp_path):
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=48_000, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 48_000), np.float32), "fltp", "stereo")
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(MediaInvalid, match="no video|no pictures"):
        checked(tmp_path / "a.mp4")


# -- sound -------------------------------------------------------------------------------------------------------------


def pitch(track: np.ndarray) -> float:
    """The strongest frequency of its left channel, in hertz."""
    spectrum = np.abs(np.fft.rfft(track[0] * np.hanning(track.shape[1])))
    return float(np.argmax(spectrum) * 48_000 / track.shape[1])


def test_sound_is_stereo_at_our_rate(tmp_path):
    """Mono at 16 kHz, as a model may write it."""
    with av.open(str(tmp_path / "film.mp4"), "w") as container:
        video = container.add_stream("libx264", rate=Fraction(8))
        video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        audio = container.add_stream("aac", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            (0.4 * np.sin(2 * np.pi * 600 * np.arange(16_000) / 16_000)).astype(np.float32)[None], "fltp", "mono"
        )
        frame.sample_rate = 16_000
        for number in range(8):
            picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), "rgb24")
            picture.pts, picture.time_base = number, Fraction(1, 8)
            container.mux(video.encode(picture))
        container.mux(audio.encode(frame))
        container.mux([*video.encode(None), *audio.encode(None)])
    track = sound(tmp_path / "film.mp4")
    assert track is not None and track.dtype == np.float32 and track.shape[0] == 2
    assert abs(track.shape[1] - 48_000) < 5_000 and np.isfinite(track).all()
    assert pitch(track) == pytest.approx(600, abs=5)


def test_a_silent_film_has_no_sound(path):
    assert sound(path) is None


def test_the_sound_of_passes_fades_into_each_other():
    one, two = np.full((2, 48_000), 0.5, np.float32), np.full((2, 40_000), -0.5, np.float32)
    whole = joined([one, two], [1.0, 1.0], 0.25)
    assert whole.shape == (2, 84_000)
    assert (whole[:, :36_000] == 0.5).all() and np.allclose(whole[:, 48_000:70_000], -0.5)
    assert (np.diff(whole[0, 36_000:48_000]) <= 0).all() and whole[0, 42_000] == pytest.approx(0, abs=0.01)
    assert (whole[:, 76_000:] == 0).all()  # the second one's sound ended before its pictures


def test_passes_without_sound_are_silence_between_others():
    assert joined([None, None], [1.0, 1.0], 0.25) is None
    whole = joined([None, np.ones((2, 48_000), np.float32)], [1.0, 1.0], 0.0)
    assert (whole[:, :48_000] == 0).all() and (whole[:, 48_000:] == 1).all()
