"""One frame out of a finished file."""

import time
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from promptreel.errors import MediaInvalid

OPTIONS = {"protocol_whitelist": "file"}
LONGEST = 10.0
"""Seconds of wall time. From one keyframe to the next, two seconds of video, it takes a fraction of one."""


def frame_at(path: Path, seconds: float) -> NDArray[np.uint8]:
    """The frame that the MP4 file `path` shows at `seconds` (its last one, if it ends before), as RGB (height, width, 3).

    Errors: `MediaInvalid` for a file that cannot be read, or not in time.
    """
    until = time.monotonic() + LONGEST
    try:
        with av.open(str(path), format="mp4", options=OPTIONS) as container:
            stream = container.streams.video[0]
            base = stream.time_base
            length = float(stream.duration * base) if stream.duration and base else 0.0
            if base:
                container.seek(int(min(max(0.0, seconds), length) / base), stream=stream)
            found: av.VideoFrame | None = None
            for frame in container.decode(stream):
                if time.monotonic() > until:
                    raise MediaInvalid("it cannot be read in time")
                if found is not None and (frame.time or 0.0) > seconds + 1e-4:
                    break
                found = frame
            if found is None:
                raise MediaInvalid("it has no frame")
            rgb = found.reformat(
                format="rgb24",
                src_colorspace=Colorspace.ITU709,
                src_color_range=ColorRange.MPEG,
                dst_color_range=ColorRange.JPEG,
            )
            return np.asarray(rgb.to_ndarray(), np.uint8)
    except (av.FFmpegError, OSError, IndexError, ValueError) as error:
        raise MediaInvalid(f"it cannot be decoded ({type(error).__name__})") from error
