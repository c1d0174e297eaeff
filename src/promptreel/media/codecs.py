"""What frames are encoded with: x264 on the processor, or NVENC, the encoder that many NVIDIA cards carry beside their
arithmetic. Cards for data centres without a display (A100, H100, H200) carry none.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, cast

import av
import av.logging
import av.video
import numpy as np
import structlog
from av.container import OutputContainer
from numpy._core._multiarray_umath import __cpu_features__  # type: ignore[import-not-found] # a compiled module

log = structlog.get_logger()

BT709 = 1
"""BT.709 in H.264's tables of primaries, transfer and matrix alike."""

LIMITED_RANGE = 1

THREADS = 4
"""Encoding threads. Fixed, because the number changes x264's output and equal seeds should give equal bytes anywhere."""

REPEATABLE = {"x264-params": "asm=avx2"} if __cpu_features__.get("AVX512F") else {}
"""x264's macroblock tree reads memory that nobody wrote when it runs on AVX-512: the same frames then give other bytes at
each run, at most sizes. On AVX2 they give the same, those of every other x86-64 machine too. It costs nothing at 360p and
up to a tenth of the encoding at 1080p. The option overrides x264's own detection, so it may only be set where AVX2 is sure to
be there."""

KEYFRAME_SECONDS = 2
"""The longest distance between frames that a player can jump to."""

TRIED = 256
"""Both sides of the frames that an encoder is tried with: the smallest that NVENC takes is 145 x 49."""
TRIED_FRAMES = 12
"""More than an encoder holds back, so some come out before the last went in."""


@dataclass(frozen=True, slots=True)
class X264:
    """The encoder that is always there, and makes equal bytes of equal frames anywhere."""

    name: ClassVar[str] = "libx264"

    def options(self, width: int, height: int) -> Mapping[str, str]:
        """For frames of that size, in x264's words."""
        # veryfast is the knee of the curve: slower presets cost twice the time for files no smaller at equal quality.
        small = width * height <= 1280 * 720
        options = {"preset": "veryfast", "crf": "22" if small else "22.5", **REPEATABLE}
        if not small:
            # Each frame that it looks ahead is ten mebibytes at 1080p. With four instead of ten, and half a step more of
            # quality, the files are as large and as good as before within a few percent.
            options["rc-lookahead"] = "4"
        return options


@dataclass(frozen=True, slots=True)
class Nvenc:
    """The encoder on a card. It takes no time of the processor, and a little of the card's memory while it is open."""

    card: int = 0
    """As CUDA counts them."""

    name: ClassVar[str] = "h264_nvenc"

    def options(self, width: int, height: int) -> Mapping[str, str]:
        """In the words of FFmpeg's wrapper, whatever the size: constant quality on the scale of quantizers, as x264's is.

        Adaptive quantization is on, as it always is in x264: without, smooth skies show bands.
        """
        return {
            "gpu": str(self.card),
            "preset": "p5",
            "tune": "hq",
            "profile": "high",
            "rc": "vbr",
            "cq": "22",
            "b": "0",  # else two megabits a second would be what it aims at
            "bf": "2",
            "spatial-aq": "1",
        }


Codec = X264 | Nvenc

_refusals: dict[Codec, str | None] = {}
"""Of encoders that were tried in this process: why they do not work, None for those that do."""


def stream(container: OutputContainer, codec: Codec, width: int, height: int, fps: int) -> av.video.VideoStream:
    """A stream of H.264 of frames in `yuv420p`, BT.709 and limited range; opened by the container's `start_encoding`."""
    added = container.add_stream(codec.name, rate=Fraction(fps), options=dict(codec.options(width, height)))
    made = cast(av.video.VideoStream, added)
    made.width, made.height, made.pix_fmt = width, height, "yuv420p"
    context = made.codec_context
    if isinstance(codec, X264):
        context.thread_count = THREADS
    context.gop_size = KEYFRAME_SECONDS * fps
    context.color_primaries = context.color_trc = context.colorspace = BT709
    context.color_range = LIMITED_RANGE
    return made


def refusal(codec: Codec) -> str | None:
    """Why that encoder does not work on this machine: tried once in a process, with real frames. None where it does."""
    if codec not in _refusals:
        _refusals[codec] = _tried(codec)
        log.info("encoder_tried", encoder=codec.name, refusal=_refusals[codec])
    return _refusals[codec]


def give_up(codec: Codec, reason: str) -> None:
    """Not take that encoder again in this process: it failed in the midst of a film, whose next attempt is not to meet it."""
    log.warning("encoder_failed", encoder=codec.name, reason=reason)
    _refusals[codec] = reason


def reason_of(error: Exception, heard: Sequence[tuple[int, str, str]] = ()) -> str:
    """The error in a few words, FFmpeg's own where they were heard, without a file's name: that is nobody's business."""
    said = "; ".join(dict.fromkeys(message.strip() for _, _, message in heard))
    return said or getattr(error, "strerror", None) or type(error).__name__


@contextmanager
def hearing() -> Iterator[list[tuple[int, str, str]]]:
    """For the block, what FFmpeg says of errors: that an encoder of a card does not open is else 'Operation not permitted'."""
    before = av.logging.get_level()
    av.logging.set_level(av.logging.ERROR)
    av.logging.set_skip_repeated(False)  # what was said at the last opening is not said again otherwise
    try:
        with av.logging.Capture() as heard:
            yield heard
    finally:
        av.logging.set_level(before)


def _tried(codec: Codec) -> str | None:
    """A short film, and what comes back of it."""
    film = io.BytesIO()
    with hearing() as heard:
        try:
            with av.open(film, "w", format="mp4") as container:
                made = stream(container, codec, TRIED, TRIED, TRIED_FRAMES)
                container.start_encoding()
                for number in range(TRIED_FRAMES):
                    container.mux(made.encode(_grey(number)))
                container.mux(made.encode(None))
            film.seek(0)
            with av.open(film, "r") as container:
                seen = [float(frame.to_ndarray()[:TRIED].mean()) for frame in container.decode(video=0)]
        except (av.FFmpegError, OSError, ValueError) as error:  # the last: an FFmpeg that was built without it
            return reason_of(error, heard)
    same = len(seen) == TRIED_FRAMES and all(abs(luma - _luma(number)) <= 4 for number, luma in enumerate(seen))
    return None if same else "what it encodes is not what it was given"


def _luma(number: int) -> int:
    """How bright a frame of the short film is."""
    return 60 + 10 * number


def _grey(number: int) -> av.VideoFrame:
    grey = np.full((TRIED * 3 // 2, TRIED), 128, np.uint8)
    grey[:TRIED] = _luma(number)
    frame = av.VideoFrame.from_ndarray(grey, "yuv420p")
    frame.pts, frame.time_base = number, Fraction(1, TRIED_FRAMES)
    return frame
