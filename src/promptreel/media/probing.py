"""What a video file really is, found out by decoding all of it."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import av

from promptreel.errors import MediaInvalid
from promptreel.spec import VideoSpec

OPTIONS = {"err_detect": "explode", "protocol_whitelist": "file"}
"""Damage is an error (else the decoder papers over it with the frame before), and nothing but the file is opened."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Measured facts: `frames` were decoded, not declared.

    Sizes in pixels, `fps` in frames per second, `duration` in seconds (0 where the file does not say).
    `faststart`: the index comes before the pictures, so a browser plays before it has the whole file.
    """

    codec: str
    pix_fmt: str
    width: int
    height: int
    fps: float
    frames: int
    duration: float
    faststart: bool


def probe(path: Path) -> Probe:
    """Decode the first video stream of the MP4 file `path` from end to end.

    Only ever read as MP4: an engine may hand on what another server sent, and FFmpeg left to guess would take a playlist for
    a video and open whatever it names. Errors: `MediaInvalid` where anything fails.
    """
    try:
        faststart = _index_first(path)
        with av.open(str(path), format="mp4", options=OPTIONS) as container:
            if not container.streams.video:
                raise MediaInvalid("there is no video in it")
            stream = container.streams.video[0]
            stream.codec_context.options = {"err_detect": "explode"}
            stream.thread_type = "AUTO"
            frames = 0
            for frame in container.decode(stream):
                if frame.is_corrupt:
                    raise MediaInvalid(f"frame {frames} is damaged")
                frames += 1
            return Probe(
                codec=stream.codec_context.codec.canonical_name,
                pix_fmt=stream.codec_context.pix_fmt or "",
                width=stream.codec_context.width,
                height=stream.codec_context.height,
                fps=float(stream.average_rate or 0),
                frames=frames,
                duration=float((stream.duration or 0) * (stream.time_base or 0)),
                faststart=faststart,
            )
    except (av.FFmpegError, OSError, struct.error, ValueError) as error:
        raise MediaInvalid(
            f"it cannot be decoded ({getattr(error, 'strerror', None) or type(error).__name__})"
        ) from error


def check(path: Path, spec: VideoSpec) -> Probe:
    """The facts about `path`, once they are exactly what `spec` asks for.

    Errors: `MediaInvalid` unless every frame decodes, the picture is H.264 4:2:0 of the right size, rate, number of
    frames and length (to half a frame), and the index comes first.
    """
    facts = probe(path)
    length = spec.frames / spec.fps
    wrong = {
        f"its codec is {facts.codec}, not h264": facts.codec != "h264",
        f"its pixels are {facts.pix_fmt}, not yuv420p": facts.pix_fmt != "yuv420p",
        f"it is {facts.width}x{facts.height}, not {spec.width}x{spec.height}": (
            (facts.width, facts.height) != (spec.width, spec.height)
        ),
        f"it has {facts.frames} frames, not {spec.frames}": facts.frames != spec.frames,
        f"it has {facts.fps:g} frames per second, not {spec.fps}": abs(facts.fps - spec.fps) > 0.01,
        f"it is {facts.duration:.3f} s long, not {length:.3f}": abs(facts.duration - length) > 0.5 / spec.fps,
        "its index comes last, so that it plays only once loaded": not facts.faststart,
    }
    for reason, is_wrong in wrong.items():
        if is_wrong:
            raise MediaInvalid(reason)
    return facts


def _index_first(path: Path) -> bool:
    """Whether an MP4's `moov` box comes before its `mdat` box; false for a file without either."""
    with path.open("rb") as file:
        while True:
            kind = _next_box(file)
            if kind in (b"moov", b"mdat", b""):
                return kind == b"moov"


def _next_box(file: BinaryIO) -> bytes:
    """The kind of the box at the file's position, empty at the end; leaves the position after the box."""
    start = file.tell()
    header = file.read(8)
    if len(header) < 8:
        return b""
    size, kind = struct.unpack(">I4s", header)
    if size == 1:  # the true size is a 64-bit number after the header
        (size,) = struct.unpack(">Q", file.read(8))
    if size < 8:  # 0 means: up to the end of the file; anything else is broken
        return kind if size == 0 else b""
    file.seek(start + size)
    return bytes(kind)
