"""Films that come as WebM, Matroska or animated pictures, as MP4: the only kind that is looked at further."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import av
import numpy as np
from PIL import Image, UnidentifiedImageError

from promptreel.engines import Picture
from promptreel.engines.remote.video_file import MOST_SIDE
from promptreel.errors import MediaInvalid
from promptreel.media import Encoder
from promptreel.media.probing import OPTIONS
from promptreel.spec import MIN_SIDE

MATROSKA = b"\x1a\x45\xdf\xa3"
"""How files of WebM and Matroska begin."""

MP4 = frozenset({".mp4", ".m4v", ".mov"})

PICTURES = ("WEBP", "GIF", "PNG")

MOST_FRAMES = 3600


def is_made_anew(place: str) -> bool:
    """Whether the film at that address is, by its name, no MP4."""
    query = parse_qs(urlsplit(place).query)
    return Path(query.get("filename", [""])[0]).suffix.lower() not in MP4


def as_mp4(path: Path) -> Path:
    """A file beside `path` that holds the same film as MP4. Errors: `MediaInvalid` for what is no film."""
    made = path.with_suffix(".mp4")
    with path.open("rb") as file:
        is_matroska = file.read(4) == MATROSKA
    if is_matroska:
        rewrapped(path, made)
    else:
        encoded(path, made)
    return made


def rewrapped(path: Path, made: Path) -> None:
    """The streams of a WebM or Matroska file, as they are, in an MP4. Errors: `MediaInvalid`."""
    try:
        with av.open(str(path), format="matroska", options=OPTIONS) as theirs, av.open(str(made), "w") as ours:
            streams = [*theirs.streams.video[:1], *theirs.streams.audio[:1]]
            if not theirs.streams.video:
                raise MediaInvalid("there is no video in it")
            targets = {stream.index: ours.add_stream_from_template(stream) for stream in streams}
            for packet in theirs.demux(streams):
                if packet.dts is not None:
                    packet.stream = targets[packet.stream.index]
                    ours.mux(packet)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise MediaInvalid(f"it cannot be made an MP4 ({type(error).__name__})") from error


def encoded(path: Path, made: Path) -> None:
    """An animated picture as a video. A frame that is shown for longer is there several times. Errors: `MediaInvalid`."""
    try:
        with Image.open(path, formats=PICTURES) as picture:
            shown = durations(picture)
            every = min(shown)
            width, height = (side - side % 2 for side in picture.size)
            if not MIN_SIDE <= min(width, height) <= max(width, height) <= MOST_SIDE:
                raise MediaInvalid(f"its pictures have {picture.width} x {picture.height} pixels")
            with Encoder(made, width, height, max(1, round(1000 / every))) as encoder:
                for frame, shown_for in zip(frames(picture), shown, strict=True):
                    for _ in range(max(1, round(shown_for / every))):
                        encoder.add(frame[:height, :width])
                encoder.close()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise MediaInvalid(f"it is no film ({type(error).__name__})") from error


def durations(picture: Image.Image) -> list[float]:
    """For how many milliseconds each frame is shown. Errors: `MediaInvalid` for a still, and for more than there may be."""
    count = getattr(picture, "n_frames", 1)
    if not 1 < count <= MOST_FRAMES:
        raise MediaInvalid("it is a still" if count == 1 else f"it has more than {MOST_FRAMES} frames")
    shown = []
    for number in range(count):
        picture.seek(number)
        picture.load()
        shown.append(max(10.0, float(picture.info.get("duration") or 100)))
    return shown


def frames(picture: Image.Image) -> Iterator[Picture]:
    """Its frames, in order."""
    for number in range(picture.n_frames):  # type: ignore[attr-defined] # of formats that move
        picture.seek(number)
        yield np.asarray(picture.convert("RGB"))
