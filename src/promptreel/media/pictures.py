"""Pictures from strangers: text → bytes → a safe RGB picture."""

import asyncio
import base64
import binascii
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from promptreel.errors import PictureRefused
from promptreel.media import picture_decoder
from promptreel.spec import MAX_SIDE

Picture = NDArray[np.uint8]
"""An RGB picture, shape (height, width, 3), sRGB."""

UNREADABLE = "The picture could not be read"

DEADLINE = 10.0
"""Seconds of wall time that an isolated decoding may take."""

_decoders = ThreadPoolExecutor(max_workers=2, thread_name_prefix="picture")
"""Who waits for the decoder processes: two at a time, however many requests there are and on whatever event loop."""

_BASE64 = re.compile(rb"[A-Za-z0-9+/]*")
_BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_DATA_URI = re.compile(r"\s*data:(?P<type>[^,]*),", re.IGNORECASE)


def decode_picture(text: str) -> bytes:
    """The bytes in a data URI or in bare base64 (standard or URL-safe, padding optional, white space ignored).

    The type that a data URI declares is ignored, the bytes decide. A data URI without `;base64` is percent-encoded (RFC 2397).
    Errors: `PictureRefused` for text that is neither; whether the bytes are a picture is for `safe_picture` to say.
    """
    header = _DATA_URI.match(text)
    try:
        if header is None:
            data = _base64(text.encode("ascii"))
        elif header["type"].rpartition(";")[2].strip().lower() == "base64":
            data = _base64(_percent_decoded(text[header.end() :].encode("ascii")))
        else:
            data = _percent_decoded(text[header.end() :].encode("ascii"))
    except (UnicodeEncodeError, binascii.Error):
        raise PictureRefused("The picture is not valid base64") from None
    if not data:
        raise PictureRefused("The picture is empty")
    return data


def _base64(text: bytes) -> bytes:
    """Strict where `base64.b64decode` is not: what is not of the alphabet is an error and never skipped."""
    letters = b"".join(text.split()).translate(bytes.maketrans(b"-_", b"+/"))
    bare = letters.rstrip(b"=")
    padding = len(letters) - len(bare)
    if padding not in (0, -len(bare) % 4) or len(bare) % 4 == 1 or not _BASE64.fullmatch(bare):
        raise binascii.Error
    return base64.b64decode(bare + b"=" * (-len(bare) % 4))


def _percent_decoded(text: bytes) -> bytes:
    """Percent-encoding undone, as quoted-printable, which differs in the sign only and is decoded in C.

    `urllib`'s own way takes seconds for what a stranger may send, and nobody else is served meanwhile.
    """
    if b"%" not in text:
        return text
    if _BAD_PERCENT.search(text):
        raise binascii.Error
    return binascii.a2b_qp(text.replace(b"=", b"=3D").replace(b"%", b"="))


def safe_picture(data: bytes) -> Picture:
    """The picture in `data` (PNG, JPEG or WebP, decided by the bytes), upright, in sRGB, transparent parts over white.

    At most 20 MiB and 40 megapixels, the latter read from the header before anything is decoded. Decodes in this process:
    for bytes of our own making. Strangers' bytes go through `safe_picture_isolated` first. Errors: `PictureRefused`.
    """
    try:
        return np.array(picture_decoder.read_picture(data))
    except picture_decoder.Refused as refusal:
        raise PictureRefused(str(refusal)) from None


def encode_picture(picture: Picture, longest: int = MAX_SIDE) -> bytes:
    """`picture` as PNG (up to 512 × 512 pixels' worth) or JPEG, shrunk until its longer side is at most `longest` pixels."""
    return picture_decoder.write_picture(Image.fromarray(picture), longest)


async def safe_picture_isolated(data: bytes, longest: int = MAX_SIDE) -> bytes:
    """A stranger's picture, decoded in a process of its own and encoded anew, its longer side at most `longest` pixels.

    One short-lived process per picture rather than a pool: it costs less than a fifth of a second beside a fetch and a
    render, and a decoder that one stranger took over never sees the picture of the next. It has no environment, no file and
    no socket, 1.5 GiB of memory and 10 s. Errors: `PictureRefused`, with a general text where the process crashed or met a
    limit.
    """
    if len(data) > picture_decoder.MAX_BYTES:
        raise PictureRefused(picture_decoder.TOO_LARGE)
    return await asyncio.get_running_loop().run_in_executor(_decoders, _run_decoder, data, longest, DEADLINE)


def _run_decoder(data: bytes, longest: int, deadline: float) -> bytes:
    """Run the decoder to its end or to the deadline. The output goes to a file, whose size the process's limits bound."""
    # -I: neither the working folder nor PYTHON* variables nor the user's own packages decide what is imported.
    command = [sys.executable, "-I", str(Path(picture_decoder.__file__)), str(longest)]
    # Windows does not start a process without SYSTEMROOT; apart from that, secrets in the environment stay out of reach.
    environment = {key: os.environ[key] for key in ("SYSTEMROOT", "LD_LIBRARY_PATH") if key in os.environ}
    with tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(
                command,
                input=data,
                stdout=output,
                stderr=subprocess.DEVNULL,
                env=environment,
                timeout=deadline,
                check=False,
            )
        except (subprocess.TimeoutExpired, OSError):
            raise PictureRefused(UNREADABLE) from None
        output.seek(0)
        result = output.read(picture_decoder.OUTPUT_BYTES)
    if done.returncode == picture_decoder.EXIT_REFUSED:
        raise PictureRefused(result.decode(errors="replace")[:200])
    if done.returncode != 0 or not result:
        raise PictureRefused(UNREADABLE)
    return result
