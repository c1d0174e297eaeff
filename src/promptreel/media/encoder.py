"""Frames, one at a time, → an H.264 MP4 that plays everywhere, with a poster and a spritesheet."""

import io
import math
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
import structlog
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from numpy.typing import NDArray
from PIL import Image

from promptreel.errors import EngineFailed
from promptreel.media import codecs
from promptreel.media.codecs import BT709, LIMITED_RANGE, X264, Codec
from promptreel.spec import MAX_SIDE, MIN_SIDE

log = structlog.get_logger()

Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
"""Y (height, width), U and V (height/2, width/2): BT.709, limited range."""

Track = NDArray[np.float32]
"""Two channels of samples within ±1, shape (2, samples), `SOUND_RATE` a second."""

SOUND_RATE = 48_000
SOUND_BITRATE = 160_000

Frame = NDArray[np.uint8] | Planes
"""An RGB picture (height, width, 3) in sRGB, or planes."""

POSTER_AT = 0.4
"""Where in the video the poster is looked for: past a fade-in, well before the end."""

POSTER_LONGEST = 1280
PREVIEW_LONGEST = 320
TILE_LONGEST = 160
SHEET_COLUMNS = 10
SHEET_TILES = SHEET_COLUMNS * SHEET_COLUMNS
TILES_PER_SECOND = 8


@dataclass(frozen=True, slots=True)
class Spritesheet:
    """Small pictures of the whole video in one JPEG, row by row, for a preview while seeking.

    Tile `i` shows the video at `i × interval` seconds. Sizes in pixels. The last row may be partly black.
    """

    jpeg: bytes
    tile_width: int
    tile_height: int
    columns: int
    rows: int
    tiles: int
    interval: float


@dataclass(frozen=True, slots=True)
class Encoded:
    """A finished file: `poster` is a JPEG, `duration` in seconds, `width` and `height` in pixels."""

    path: Path
    poster: bytes
    spritesheet: Spritesheet
    frames: int
    duration: float
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Tile:
    """A frame shrunk: its number, its pixels, and how much there is to see in it (0 for one flat colour)."""

    number: int
    pixels: NDArray[np.uint8]
    interest: float


class Encoder:
    """Encodes frames as they come; never holds more than a few of them.

    ```
    with Encoder(path, 640, 360, 24) as encoder:
        for frame in engine.render(job):
            encoder.add(frame)
        encoded = encoder.close()
    ```

    `path` appears only when the file is whole; leaving the block without `close()`, by an exception or not, leaves nothing
    behind. Width and height are even, 16…3840 pixels, `fps` a whole number. `provenance` is the id that the file's metadata
    carry with the note that it is synthetic; never put a prompt there. `sound` is encoded as AAC, and cut or filled with
    silence to the length of the pictures. A `codec` that does not open is replaced by x264. Not for several threads at once.
    """

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        fps: int,
        *,
        provenance: str | None = None,
        sound: Track | None = None,
        codec: Codec = X264(),  # noqa: B008 - it has no state
    ) -> None:
        if not all(MIN_SIDE <= side <= MAX_SIDE and side % 2 == 0 for side in (width, height)):
            raise EngineFailed(f"a video cannot be {width}x{height}: sides are even, {MIN_SIDE} to {MAX_SIDE} pixels")
        self.path = path
        self.width = width
        self.height = height
        self.fps = fps
        self.frames = 0
        self._partial = path.with_name(path.name + ".part")
        self._tiles: list[_Tile] = []
        self._newest: av.VideoFrame | None = None
        self._stride = max(1, round(fps / TILES_PER_SECOND))
        self._open = False
        self._begin(codec, provenance, sound)

    def _begin(self, codec: Codec, provenance: str | None, sound: Track | None) -> None:
        """Open the file and the encoder; x264, where it is another one and does not open. Errors: `EngineFailed`."""
        self._codec = codec
        with codecs.hearing() as heard:
            try:
                # faststart: the index goes to the front, so that a browser plays before it has the whole file.
                self._container = av.open(str(self._partial), "w", format="mp4", options={"movflags": "+faststart"})
                self._open = True
                self._container.metadata.update(_metadata(provenance))
                self._stream = codecs.stream(self._container, codec, self.width, self.height, self.fps)
                self._sound = _Sound(self._container, sound) if sound is not None else None
                self._container.start_encoding()  # PyAV would open the file only with the first packet, many frames later
                return
            except (av.FFmpegError, OSError) as error:
                self.abort()
                if codec == X264():
                    raise EngineFailed(f"the file could not be opened: {codecs.reason_of(error)}") from error
                reason = codecs.reason_of(error, heard)
        # Other programs may have all the sessions of the card, and it does not take frames of all sizes.
        log.warning("encoder_not_opened", encoder=codec.name, reason=reason, width=self.width, height=self.height)
        self._begin(X264(), provenance, sound)

    def add(self, frame: Frame) -> None:
        """Encode the next frame. The array may be reused by the caller as soon as this returns.

        Errors: `EngineFailed` for a frame of another size, shape or type, or an encoder that gives up (a full disk).
        """
        if not self._open:
            raise EngineFailed("a frame came after the last")
        picture = self._planar(frame) if isinstance(frame, tuple) else self._from_rgb(frame)
        picture.pts = self.frames
        picture.time_base = Fraction(1, self.fps)
        try:
            self._encode(picture)
        except (av.FFmpegError, OSError) as error:
            raise EngineFailed(f"the frame could not be encoded: {codecs.reason_of(error)}") from error
        if self._sound is not None:
            self._sound.until((self.frames + 1) / self.fps)
        if self.frames % self._stride == 0:
            self._keep_tile(picture)
        self._newest = picture
        self.frames += 1

    def close(self) -> Encoded:
        """Finish the file, put it at `path` and return what came of it. Errors: `EngineFailed`, with nothing left behind."""
        if not self._open:
            raise EngineFailed("the file is closed already")
        try:
            if not self.frames:
                raise EngineFailed("there is not one frame")
            self._encode(None)
            if self._sound is not None:
                self._sound.close()
            self._open = False
            self._container.close()
            poster = self._poster()
            self._partial.replace(self.path)
        except (av.FFmpegError, OSError) as error:
            self.abort()
            raise EngineFailed(f"the file could not be finished: {codecs.reason_of(error)}") from error
        except BaseException:
            self.abort()
            raise
        duration = self.frames / self.fps
        return Encoded(self.path, poster, self._spritesheet(), self.frames, duration, self.width, self.height)

    def abort(self) -> None:
        """Give up and remove what there is of the file. Does nothing to a finished one."""
        if self._open:
            self._open = False
            with suppress(av.FFmpegError, OSError):  # a file that cannot even be closed goes away all the same
                self._container.close()
        self._partial.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    def _encode(self, picture: av.VideoFrame | None) -> None:
        """The next frame, or all that the encoder still holds back. Errors: those of FFmpeg."""
        try:
            packets = self._stream.encode(picture)
        except (av.FFmpegError, OSError) as error:
            if self._codec != X264():
                codecs.give_up(self._codec, codecs.reason_of(error))
            raise
        self._container.mux(packets)

    # -- frames in -----------------------------------------------------------------------------------------------------

    def _from_rgb(self, frame: NDArray[np.uint8]) -> av.VideoFrame:
        _expect(frame, (self.height, self.width, 3))
        rgb = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), "rgb24")
        return _bt709(rgb.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG))

    def _planar(self, planes: Planes) -> av.VideoFrame:
        if len(planes) != 3:
            raise EngineFailed(f"a frame has {len(planes)} planes instead of 3")
        half = (self.height // 2, self.width // 2)
        frame = av.VideoFrame(self.width, self.height, "yuv420p")
        for source, target, shape in zip(planes, frame.planes, ((self.height, self.width), half, half), strict=True):
            _expect(source, shape)
            # Rows of the encoder's buffer are padded, so they are addressed through its own line size.
            buffer = np.frombuffer(memoryview(target), np.uint8)
            buffer.reshape(-1, target.line_size)[: shape[0], : shape[1]] = source
        return _bt709(frame)

    # -- pictures out --------------------------------------------------------------------------------------------------

    def _keep_tile(self, picture: av.VideoFrame) -> None:
        """Keep a small copy; when there are too many, drop every other one and keep half as many from now on.

        So the tiles are evenly spaced however long the video becomes, and nobody needs to know beforehand.
        """
        width, height = _fit(self.width, self.height, TILE_LONGEST)
        pixels = _to_rgb(picture, width, height)
        self._tiles.append(_Tile(self.frames, pixels, float(pixels.std())))
        if len(self._tiles) > SHEET_TILES:
            self._tiles = self._tiles[::2]
            self._stride *= 2

    def preview(self) -> bytes:
        """The newest frame as a small JPEG, for who waits. Errors: `EngineFailed` before the first."""
        if self._newest is None:
            raise EngineFailed("there is not one frame")
        return _jpeg(_to_rgb(self._newest, *_fit(self.width, self.height, PREVIEW_LONGEST)), 72)

    def _spritesheet(self) -> Spritesheet:
        height, width, _ = self._tiles[0].pixels.shape
        columns = min(SHEET_COLUMNS, len(self._tiles))
        rows = math.ceil(len(self._tiles) / columns)
        sheet = np.zeros((rows * height, columns * width, 3), np.uint8)
        for i, tile in enumerate(self._tiles):
            row, column = divmod(i, columns)
            sheet[row * height : (row + 1) * height, column * width : (column + 1) * width] = tile.pixels
        interval = self._stride / self.fps
        return Spritesheet(_jpeg(sheet, 80), width, height, columns, rows, len(self._tiles), interval)

    def _poster_frame(self) -> int:
        """The number of the frame that makes the poster: the richest within a tenth of the video around `POSTER_AT`."""
        at, reach = POSTER_AT * self.frames, 0.1 * self.frames
        near = [tile for tile in self._tiles if abs(tile.number - at) <= reach]
        if not near:
            near = [min(self._tiles, key=lambda tile: abs(tile.number - at))]
        return max(near, key=lambda tile: tile.interest).number

    def _poster(self) -> bytes:
        """The poster, read back from the finished file: so no large frames are held for what may become it."""
        wanted = self._poster_frame()
        width, height = _fit(self.width, self.height, POSTER_LONGEST)
        with av.open(str(self._partial)) as container:
            stream = container.streams.video[0]
            time_base = stream.time_base or Fraction(1, self.fps)
            container.seek(int(wanted / self.fps / time_base), stream=stream)
            picture = None
            for picture in container.decode(stream):
                if picture.time is not None and round(picture.time * self.fps) >= wanted:
                    break
        if picture is None:
            raise EngineFailed("the finished file has no readable frame")
        return _jpeg(_to_rgb(picture, width, height), 85)


class _Sound:
    """The sound track of a file, encoded in step with its pictures, so that the muxer holds no more than it must."""

    def __init__(self, container: av.container.OutputContainer, track: Track) -> None:
        if track.ndim != 2 or track.shape[0] != 2 or track.dtype != np.float32 or not np.isfinite(track).all():
            raise EngineFailed("the sound track is no stereo of finite samples")
        self._container, self._track = container, np.clip(track, -1, 1)
        self._stream = container.add_stream("aac", rate=SOUND_RATE, layout="stereo")
        self._stream.bit_rate = SOUND_BITRATE
        self._done = 0

    def until(self, seconds: float) -> None:
        """Encode what is heard up to `seconds`. Errors: `EngineFailed`."""
        end = round(seconds * SOUND_RATE)
        piece = self._track[:, self._done : end]
        missing = end - self._done - piece.shape[1]
        if missing > 0:
            piece = np.pad(piece, ((0, 0), (0, missing)))
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, self._done, Fraction(1, SOUND_RATE)
        self._done = end
        try:
            self._container.mux(self._stream.encode(frame))
        except (av.FFmpegError, OSError) as error:
            raise EngineFailed(f"the sound could not be encoded: {codecs.reason_of(error)}") from error

    def close(self) -> None:
        """Encode what the encoder still holds."""
        self._container.mux(self._stream.encode(None))


def _metadata(provenance: str | None) -> dict[str, str]:
    """What the container says of its origin, for people and for tools that look for synthetic media."""
    text = "Generated by promptreel. AI-generated (synthetic) video."
    return {"title": "AI-generated video", "comment": f"{text} Id: {provenance}" if provenance else text}


def _expect(array: NDArray[np.uint8], shape: tuple[int, ...]) -> None:
    if not isinstance(array, np.ndarray) or array.dtype != np.uint8:
        kind = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
        raise EngineFailed(f"a frame is made of {kind} instead of uint8")
    if array.shape != shape:
        raise EngineFailed(f"a frame has the shape {array.shape} instead of {shape}")


def _bt709(frame: av.VideoFrame) -> av.VideoFrame:
    frame.colorspace = frame.color_primaries = frame.color_trc = BT709
    frame.color_range = LIMITED_RANGE
    return frame


def _to_rgb(picture: av.VideoFrame, width: int, height: int) -> NDArray[np.uint8]:
    shrunk = picture.reformat(
        width,
        height,
        "rgb24",
        src_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=Interpolation.AREA,
    )
    return np.asarray(shrunk.to_ndarray(), np.uint8)


def _fit(width: int, height: int, longest: int) -> tuple[int, int]:
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _jpeg(pixels: NDArray[np.uint8], quality: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
