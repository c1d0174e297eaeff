"""Sound that a model makes, as a track: stereo, 48,000 samples a second."""

import av
import numpy as np
from numpy.typing import NDArray

from promptreel.engines import Track
from promptreel.media.encoder import SOUND_RATE


def track(samples: NDArray[np.float32], rate: int) -> Track:
    """A track of samples within ±1, shape (channels, samples) or (samples,), `rate` of them a second."""
    samples = np.atleast_2d(np.asarray(samples, np.float32))
    stereo = np.ascontiguousarray(np.broadcast_to(samples, (2, samples.shape[1])) if len(samples) == 1 else samples[:2])
    if rate == SOUND_RATE:
        return stereo
    resampler = av.AudioResampler("fltp", "stereo", SOUND_RATE)
    frame = av.AudioFrame.from_ndarray(stereo, "fltp", "stereo")
    frame.sample_rate = rate
    pieces = [piece.to_ndarray() for each in (frame, None) for piece in resampler.resample(each)]
    return np.ascontiguousarray(np.concatenate(pieces, axis=1), np.float32)


def lasting(track: Track, seconds: float) -> Track:
    """The track cut, or filled with silence, to that length: models make whole steps of a spectrogram."""
    length = round(seconds * SOUND_RATE)
    return np.ascontiguousarray(np.pad(track[:, :length], ((0, 0), (0, max(0, length - track.shape[1])))))


def joined(tracks: list[Track], overlap: float) -> Track:
    """Tracks one after another, each beginning `overlap` seconds before the end of the one before, and fading over it."""
    whole = tracks[0]
    for following in tracks[1:]:
        length = min(round(overlap * SOUND_RATE), whole.shape[1], following.shape[1])
        rise = np.linspace(0, 1, length, dtype=np.float32)
        fading = whole[:, whole.shape[1] - length :] * (1 - rise) + following[:, :length] * rise
        whole = np.concatenate([whole[:, : whole.shape[1] - length], fading, following[:, length:]], axis=1)
    return whole
