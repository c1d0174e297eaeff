"""A film that another server made: checked as the stranger's file that it is, then read frame by frame."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from promptreel.engines import Picture, Track
from promptreel.errors import EngineFailed, MediaInvalid
from promptreel.media import Probe, probe
from promptreel.media.encoder import SOUND_RATE
from promptreel.media.probing import OPTIONS
from promptreel.spec import MAX_SIDE

MOST_SIDE = 2 * MAX_SIDE
"""Pixels: what is larger would only fill the memory."""

BT709 = 1
"""In the tables of H.264. What says nothing, or anything else, is BT.601, as the libraries that models use write it."""


@dataclass(frozen=True, slots=True)
class Film:
    """A film that was checked, and its facts."""

    path: Path
    facts: Probe

    @property
    def seconds(self) -> float:
        """Of its pictures."""
        return self.facts.frames / self.facts.fps


def checked(path: Path) -> Film:
    """The film in the file, all of which was decoded. Errors: `MediaInvalid` for anything that is not a sound MP4."""
    try:
        with av.open(str(path), format="mp4", options=OPTIONS) as container:
            sides = [side for stream in container.streams.video for side in (stream.width, stream.height)]
            declared = max((stream.frames for stream in container.streams.video[:1]), default=0)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise MediaInvalid("it is no MP4") from error
    if max(sides, default=0) > MOST_SIDE:
        raise MediaInvalid(f"its pictures are larger than {MOST_SIDE} pixels")
    facts = probe(path)
    if not facts.frames or facts.fps <= 0:
        raise MediaInvalid("there are no pictures in it")
    if facts.frames < declared:  # a decoder takes a file that was cut off for one that ends there
        raise MediaInvalid(f"{facts.frames} of its {declared} frames are there")
    return Film(path, facts)


def frames(path: Path) -> Iterator[Picture]:
    """Its pictures, in order. Errors: `MediaInvalid`."""
    try:
        with av.open(str(path), format="mp4", options=OPTIONS) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            for frame in container.decode(stream):
                yield rgb(frame)
    except (av.FFmpegError, OSError) as error:
        raise MediaInvalid(f"it cannot be decoded ({type(error).__name__})") from error


def frame_at(film: Film, number: int) -> Picture:
    """Picture `number` of the film. Errors: `EngineFailed` where it has fewer, `MediaInvalid`."""
    found = next(islice(frames(film.path), max(0, number), None), None)
    if found is None:
        raise EngineFailed("its film is too short to go on from")
    return found


def rgb(frame: av.VideoFrame) -> Picture:
    """The frame's picture in the colours that are meant."""
    space = Colorspace.ITU709 if frame.colorspace == BT709 else Colorspace.ITU601
    converted = frame.reformat(format="rgb24", src_colorspace=space, dst_color_range=ColorRange.JPEG)
    return np.asarray(converted.to_ndarray(), np.uint8)


# -- sound -------------------------------------------------------------------------------------------------------------


def sound(path: Path) -> Track | None:
    """Its sound track as stereo of `SOUND_RATE`, None where it has none. Errors: `MediaInvalid`."""
    try:
        with av.open(str(path), format="mp4", options=OPTIONS) as container:
            if not container.streams.audio:
                return None
            to_stereo = av.AudioResampler("fltp", "stereo", SOUND_RATE)
            pieces = [
                np.asarray(piece.to_ndarray(), np.float32)
                for frame in (*container.decode(container.streams.audio[0]), None)
                for piece in to_stereo.resample(frame)
            ]
    except (av.FFmpegError, OSError) as error:
        raise MediaInvalid(f"its sound cannot be decoded ({type(error).__name__})") from error
    if not pieces:
        return None
    return np.nan_to_num(np.concatenate(pieces, axis=1), nan=0.0, posinf=0.0, neginf=0.0)


def sound_of(films: Sequence[Film], overlap: float) -> Track | None:
    """The sound of several films that overlap by so many seconds, as of one."""
    return joined([sound(film.path) for film in films], [film.seconds for film in films], overlap)


def joined(tracks: Sequence[Track | None], seconds: Sequence[float], overlap: float) -> Track | None:
    """One track of those of several films of `seconds` each, every next of which begins `overlap` seconds before the end of
    the one before it: faded into each other there. None where all are silent.
    """
    if not any(track is not None for track in tracks):
        return None
    fade = round(overlap * SOUND_RATE)
    whole = np.zeros((2, 0), np.float32)
    for track, length in zip(tracks, seconds, strict=True):
        piece = np.zeros((2, round(length * SOUND_RATE)), np.float32)
        if track is not None:
            heard = track[:, : piece.shape[1]]
            piece[:, : heard.shape[1]] = heard
        shared = min(fade, whole.shape[1], piece.shape[1])
        if shared:
            rising = np.linspace(0, 1, shared, dtype=np.float32)
            piece[:, :shared] = piece[:, :shared] * rising + whole[:, -shared:] * (1 - rising)
            whole = whole[:, :-shared]
        whole = np.concatenate([whole, piece], axis=1)
    return whole
