"""Pictures that strangers send, and videos that we make of frames."""

import asyncio
import base64
import ctypes
import io
import re
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import quote_from_bytes

import av
import numpy as np
import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from promptreel import media
from promptreel.errors import EngineFailed, MediaInvalid, PictureRefused
from promptreel.media import codecs, picture_decoder, pictures
from promptreel.spec import VideoSpec

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def plain(colour: tuple[int, ...] = RED, size: tuple[int, int] = (8, 6), mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, colour)


def near(pixel: np.ndarray, colour: tuple[int, int, int], tolerance: int = 6) -> bool:
    return bool(np.all(np.abs(pixel.astype(int) - np.array(colour)) <= tolerance))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *extra: bytes) -> bytes:
    """A PNG written by hand, for what Pillow does not write."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


# -- text → bytes ------------------------------------------------------------------------------------------------------

ODD = bytes(range(256)) + b"\xfb\xff\xfe"


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(ODD).decode(),
        base64.urlsafe_b64encode(ODD).decode(),
        base64.b64encode(ODD + b"x").decode().rstrip("=")[:-1] + "",
        "data:image/png;base64," + base64.b64encode(ODD).decode(),
        "DATA:text/html;charset=utf-8;BASE64," + base64.b64encode(ODD).decode().rstrip("="),
        "data:;base64," + base64.b64encode(ODD).decode().replace("+", "%2B").replace("/", "%2f"),
        "data:application/octet-stream," + "".join(f"%{byte:02x}" for byte in ODD),
        "  \n" + "\r\n".join(base64.b64encode(ODD).decode()[i : i + 7] for i in range(0, 400, 7)) + "\t ",
    ],
)
def test_a_picture_in_text_is_read(text: str) -> None:
    assert media.decode_picture(text)[:250] == ODD[:250]


@pytest.mark.parametrize(
    "text",
    [
        "####",
        "abc$",
        "a",
        "abcde",
        "ab=c",
        "abc==",
        "abcd====",
        "=",
        "é" * 4,
        "data:image/png;base64,@@@@",
        "data:x",
        "data:,%",
        "data:,%4",
        "data:,a%zz",
        "data:image/png;base64,AA%3",
    ],
)
def test_junk_that_python_would_decode_is_refused(text: str) -> None:
    with pytest.raises(PictureRefused, match="not valid base64|empty"):
        media.decode_picture(text)


@pytest.mark.parametrize("text", ["", "   ", "data:,", "data:image/png;base64,"])
def test_nothing_is_named_as_such(text: str) -> None:
    with pytest.raises(PictureRefused, match="The picture is empty"):
        media.decode_picture(text)


@given(st.binary(min_size=1, max_size=300), st.booleans(), st.booleans())
def test_every_base64_comes_back(data: bytes, safe_alphabet: bool, padded: bool) -> None:
    text = (base64.urlsafe_b64encode if safe_alphabet else base64.b64encode)(data).decode()
    assert media.decode_picture(text if padded else text.rstrip("=")) == data


@given(st.binary(min_size=1, max_size=300), st.sampled_from(["", "/:;=?@!$&'()*+,~ \t\r\n"]))
def test_every_percent_encoding_comes_back(data: bytes, safe: str) -> None:
    assert media.decode_picture("data:image/png," + quote_from_bytes(data, safe)) == data


def test_much_percent_encoding_is_read_at_once() -> None:
    began = time.thread_time()
    assert media.decode_picture("data:image/png," + "%41" * (8 << 20)) == b"A" * (8 << 20)
    assert time.thread_time() - began < 1.0


# -- kinds of pictures -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(encoded(plain()), RED, id="png"),
        pytest.param(encoded(plain(), "JPEG", quality=95), (254, 0, 0), id="jpeg"),
        pytest.param(encoded(plain(), "WEBP", lossless=True), RED, id="webp-lossless"),
        pytest.param(encoded(plain(), "WEBP", quality=90), RED, id="webp-lossy"),
        pytest.param(encoded(plain((128,), mode="L")), (128, 128, 128), id="grey"),
        pytest.param(encoded(plain(1, mode="1")), WHITE, id="one-bit"),
        pytest.param(encoded(plain((128,), mode="L"), "JPEG"), (128, 128, 128), id="grey-jpeg"),
        pytest.param(encoded(plain().convert("P")), RED, id="palette"),
        pytest.param(encoded(plain().quantize(2), transparency=0), WHITE, id="palette-transparent"),
        pytest.param(encoded(plain((255, 0, 0, 0), mode="RGBA")), WHITE, id="alpha-none"),
        pytest.param(encoded(plain((255, 0, 0, 128), mode="RGBA")), (255, 127, 127), id="alpha-half"),
        pytest.param(
            encoded(plain((255, 0, 0, 128), mode="RGBA"), "WEBP", lossless=True), (255, 127, 127), id="webp-alpha"
        ),
        pytest.param(encoded(plain((0, 128), mode="LA")), (127, 127, 127), id="grey-alpha"),
        pytest.param(encoded(plain(), transparency=RED), WHITE, id="keyed"),
        pytest.param(encoded(plain((0, 255, 255, 0), mode="CMYK"), "JPEG", quality=95), RED, id="cmyk-jpeg"),
        pytest.param(encoded(plain((32896,), mode="I;16")), (128, 128, 128), id="grey-16"),
        pytest.param(encoded(plain((65535,), mode="I;16")), WHITE, id="grey-16-white"),
        pytest.param(png(1, 1, 16, 2, b"\0" + struct.pack(">HHH", 65535, 32896, 0)), (255, 128, 0), id="rgb-16"),
        pytest.param(png(1, 1, 16, 6, b"\0" + struct.pack(">HHHH", 0, 0, 0, 32896)), (127, 127, 127), id="rgba-16"),
        pytest.param(png(1, 1, 16, 4, b"\0" + struct.pack(">HH", 0, 0)), WHITE, id="grey-alpha-16"),
        pytest.param(png(1, 1, 2, 0, b"\0\xc0"), WHITE, id="two-bit"),
        pytest.param(encoded(plain(size=(1, 1))), RED, id="one-pixel"),
        pytest.param(encoded(plain(), "MPO", save_all=True, append_images=[plain(BLUE)]), (254, 0, 0), id="mpo"),
        pytest.param(
            encoded(plain(), "WEBP", save_all=True, append_images=[plain(BLUE)], lossless=True), RED, id="webp-animated"
        ),
        pytest.param(encoded(plain(), "PNG", save_all=True, append_images=[plain(BLUE)]), RED, id="apng"),
        pytest.param(encoded(plain(), "JPEG", progressive=True, quality=95), (254, 0, 0), id="progressive"),
    ],
)
def test_every_kind_becomes_plain_rgb(data: bytes, expected: tuple[int, int, int]) -> None:
    picture = media.safe_picture(data)
    assert picture.dtype == np.uint8
    assert picture.shape[2] == 3
    assert near(picture[0, 0], expected), picture[0, 0]


def corners() -> Image.Image:
    """Red, green over blue, white: any turn or mirroring of it looks different."""
    image = Image.new("RGB", (32, 16))
    for box, colour in {(0, 0): RED, (16, 0): GREEN, (0, 8): BLUE, (16, 8): WHITE}.items():
        image.paste(colour, (*box, box[0] + 16, box[1] + 8))
    return image


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_turns_the_picture_upright(orientation: int, kind: str) -> None:
    # What a camera held in that way stores: the inverse of what turns it upright.
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    stored = corners() if orientation == 1 else corners().transpose(picture_decoder.UPRIGHT[inverse])
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = media.safe_picture(encoded(stored, kind, exif=exif, quality=95))
    assert picture.shape == (16, 32, 3)
    assert [
        near(picture[y, x], c, 40)
        for (y, x), c in {(2, 2): RED, (2, 28): GREEN, (13, 2): BLUE, (13, 28): WHITE}.items()
    ]


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b"\xff" * 500])
def test_broken_exif_is_no_reason_to_refuse(exif: bytes) -> None:
    assert near(media.safe_picture(encoded(plain(), "JPEG", exif=exif, quality=95))[0, 0], (254, 0, 0))


@cache  # a profile carries its time of making
def swapped_profile() -> bytes:
    """An ICC profile whose red primary is where sRGB has its blue, so that conversion is plain to see."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", profile[128:132])[0]
    offsets = {bytes(profile[132 + 12 * i : 136 + 12 * i]): 136 + 12 * i for i in range(count)}
    red, blue = offsets[b"rXYZ"], offsets[b"bXYZ"]
    profile[red : red + 8], profile[blue : blue + 8] = profile[blue : blue + 8], profile[red : red + 8]
    return bytes(profile)


def test_an_embedded_profile_is_applied() -> None:
    assert near(media.safe_picture(encoded(plain(), icc_profile=swapped_profile()))[0, 0], BLUE)


def test_a_profile_is_applied_under_transparency() -> None:
    half = plain((255, 0, 0, 128), mode="RGBA")
    assert near(media.safe_picture(encoded(half, icc_profile=swapped_profile()))[0, 0], (127, 127, 255))


@pytest.mark.parametrize("profile", [b"junk", swapped_profile()[:200], b"\0" * 128])
def test_a_broken_profile_is_ignored(profile: bytes) -> None:
    assert near(media.safe_picture(encoded(plain(), icc_profile=profile))[0, 0], RED)


def test_a_profile_for_other_colours_is_ignored() -> None:
    assert near(
        media.safe_picture(encoded(plain((128,), mode="L"), icc_profile=swapped_profile()))[0, 0], (128, 128, 128)
    )


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + b"\0" * 50,
        encoded(plain(), "GIF"),
        encoded(plain(), "BMP"),
        encoded(plain(), "TIFF"),
        encoded(plain(), "AVIF"),
        encoded(plain(), "PDF"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"hello",
        b"\0" * 1000,
    ],
)
def test_other_files_are_refused_whatever_they_are_called(data: bytes) -> None:
    with pytest.raises(PictureRefused, match="not a PNG, JPEG or WebP"):
        media.safe_picture(data)


def noise(side: int = 64) -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 255, (side, side, 3), dtype=np.uint8))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.95])
def test_truncated_files_are_refused(kind: str, part: float) -> None:
    data = encoded(noise(), kind)
    with pytest.raises(PictureRefused, match="damaged or cut short"):
        media.safe_picture(data[: int(len(data) * part)])


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "WEBP"]), st.data())
def test_damage_ends_in_a_picture_or_in_a_refusal(kind: str, draw: st.DataObject) -> None:
    data = bytearray(encoded(noise(16), kind, icc_profile=swapped_profile()))
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    try:
        assert media.safe_picture(bytes(data)).shape[2] == 3
    except PictureRefused as refusal:
        assert refusal.message


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(png(50_000, 50_000, 8, 2, b""), id="png"),
        pytest.param(png(10_000, 10_000, 8, 2, b""), id="png-100-megapixels"),
        pytest.param(png(40_000_001, 1, 8, 0, b""), id="png-long"),
        pytest.param(
            b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0" + b"\xff\x3f\0" * 2 + b"\0" * 40, id="webp-extended"
        ),
        pytest.param(b"RIFF\x40\0\0\0WEBPVP8L\x20\0\0\0\x2f\xff\xff\xff\x0f" + b"\0" * 40, id="webp-lossless"),
        pytest.param(b"RIFF\x40\0\0\0WEBPVP8 \x20\0\0\0\x30\x01\0\x9d\x01\x2a\xff\x3f\xff\x3f" + b"\0" * 40, id="webp"),
        pytest.param(encoded(plain(), "JPEG").replace(b"\0\x06\0\x08", b"\xff\xff\xff\xff", 1), id="jpeg"),
    ],
)
def test_bombs_are_refused_by_their_header(data: bytes) -> None:
    started = time.thread_time()
    with pytest.raises(PictureRefused, match="more than 40 megapixels"):
        media.safe_picture(data)
    assert time.thread_time() - started < 0.5


def test_a_metadata_bomb_is_refused_or_skipped() -> None:
    bomb = zlib.compress(b"\0" * 60_000_000, 9)
    for extra in (chunk(b"iCCP", b"x\0\0" + bomb), chunk(b"zTXt", b"x\0\0" + bomb)):
        with pytest.raises(PictureRefused):
            media.safe_picture(png(1, 1, 8, 0, b"\0\0", extra, extra))


def test_too_many_bytes_are_refused() -> None:
    data = encoded(plain()) + b"\0" * picture_decoder.MAX_BYTES
    with pytest.raises(PictureRefused, match="larger than 20 MiB"):
        media.safe_picture(data)
    with pytest.raises(PictureRefused, match="larger than 20 MiB"):
        asyncio.run(media.safe_picture_isolated(data))


# -- encoded anew ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "longest", "expected", "kind"), [
    ((800, 600), 400, (400, 300), "PNG"),
    ((800, 600), 4000, (800, 600), "JPEG"),
    ((512, 512), 512, (512, 512), "PNG"),
    ((3000, 2), 100, (100, 1), "PNG"),
])  # fmt: skip
def test_a_picture_is_shrunk_and_never_blown_up(
    size: tuple[int, int], longest: int, expected: tuple[int, int], kind: str
) -> None:
    out = Image.open(io.BytesIO(media.encode_picture(np.array(plain(size=size)), longest)))
    assert (out.size, out.format) == (expected, kind)


PAGE = b"<html><script>alert(document.domain)</script></html>"


@pytest.mark.parametrize(
    "data",
    [
        encoded(plain()) + PAGE,
        png(1, 1, 8, 0, b"\0\0", chunk(b"tEXt", b"Comment\0" + PAGE)),
        encoded(noise(1024), "JPEG", comment=PAGE) + PAGE,
        encoded(plain(), "WEBP", xmp=PAGE) + PAGE,
    ],
)
def test_nothing_that_hid_in_a_file_survives(data: bytes) -> None:
    assert PAGE in data
    out = asyncio.run(media.safe_picture_isolated(data))
    assert PAGE not in out
    image = Image.open(io.BytesIO(out))
    image.load()
    assert not image.getexif()
    assert not {"exif", "xmp", "icc_profile", "comment", "Comment"} & set(image.info)


# -- the decoder's own process -----------------------------------------------------------------------------------------


def test_the_isolated_decoder_agrees_with_the_other() -> None:
    data = encoded(noise(), "WEBP", icc_profile=swapped_profile(), exif=Image.Exif())
    isolated = asyncio.run(media.safe_picture_isolated(data))
    assert np.array_equal(media.safe_picture(isolated), media.safe_picture(data))


def test_the_isolated_decoder_names_the_reason_too() -> None:
    with pytest.raises(PictureRefused, match="not a PNG, JPEG or WebP"):
        asyncio.run(media.safe_picture_isolated(b"hello"))


def test_many_pictures_at_once() -> None:
    async def all_of_them() -> list[bytes]:
        return await asyncio.gather(*(media.safe_picture_isolated(encoded(plain((i, 0, 0)))) for i in range(6)))

    for i, out in enumerate(asyncio.run(all_of_them())):
        assert near(media.safe_picture(out)[0, 0], (i, 0, 0), 0)


def stand_in(monkeypatch: pytest.MonkeyPatch, path: Path, program: str) -> None:
    """Put another program in the decoder's place."""
    (path / "decoder.py").write_text(program)
    monkeypatch.setattr(picture_decoder, "__file__", str(path / "decoder.py"))


@pytest.mark.parametrize(
    "program", ["import os; os.abort()", "import sys; sys.exit(1)", "pass", "import time; time.sleep(60)"]
)
def test_a_crash_or_a_hang_is_one_general_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str
) -> None:
    stand_in(monkeypatch, tmp_path, program)
    monkeypatch.setattr(pictures, "DEADLINE", 0.5)
    with pytest.raises(PictureRefused, match="The picture could not be read"):
        asyncio.run(media.safe_picture_isolated(encoded(plain())))


def test_the_decoder_sees_no_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PROMPTREEL_SECRET", "hunter2")
    stand_in(monkeypatch, tmp_path, "import os; print(sorted(os.environ))")
    assert b"PROMPTREEL_SECRET" not in asyncio.run(media.safe_picture_isolated(b"x"))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits on Windows")
@pytest.mark.parametrize(
    ("attempt", "stopped_by"),
    [
        ("bytearray(2_000_000_000)", "MemoryError"),
        ("open('/etc/hostname')", "Too many open files"),
        ("__import__('socket').socket()", "Too many open files|ImportError|ModuleNotFoundError|cannot import"),
        ("__import__('os').fdopen(1, 'wb').write(bytes(100_000_000))", "File too large|^$"),
    ],
)
def test_the_limits_hold(attempt: str, stopped_by: str, tmp_path: Path) -> None:
    folder = Path(picture_decoder.__file__).parent
    program = f"import sys; sys.path.insert(0, {str(folder)!r}); import picture_decoder as d; d._rehearse(); d._limit(); {attempt}"
    with (tmp_path / "out").open("wb") as out:
        done = subprocess.run([sys.executable, "-c", program], stdout=out, stderr=subprocess.PIPE, check=False)
    assert done.returncode != 0
    assert re.search(stopped_by, done.stderr.decode())


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(
            lambda: encoded(Image.new("RGBA", (6324, 6324), (1, 2, 3, 4)), "PNG", compress_level=1), id="png-alpha"
        ),
        pytest.param(lambda: encoded(Image.new("CMYK", (6324, 6324)), "JPEG"), id="cmyk"),
        pytest.param(lambda: encoded(Image.new("RGB", (6324, 6324)), "JPEG", progressive=True), id="progressive"),
    ],
)
def test_the_largest_good_pictures_fit_the_limits(make: Callable[[], bytes]) -> None:
    out = Image.open(io.BytesIO(asyncio.run(media.safe_picture_isolated(make(), longest=256))))
    assert out.size == (256, 256)


# -- frames → a file ---------------------------------------------------------------------------------------------------


def frame(width: int, height: int, i: int = 0) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([(x + 5 * i) % 256, (y + 3 * i) % 256, (x + y) % 256], axis=-1).astype(np.uint8)


def encode(path: Path, width: int = 64, height: int = 36, fps: int = 24, frames: int = 24) -> media.Encoded:
    with media.Encoder(path, width, height, fps) as encoder:
        for i in range(frames):
            encoder.add(frame(width, height, i))
        return encoder.close()


def spec(width: int = 64, height: int = 36, fps: int = 24, frames: int = 24) -> VideoSpec:
    return VideoSpec("a test", width, height, fps=fps, duration=frames / fps)


@pytest.mark.parametrize(
    ("width", "height", "fps", "frames"),
    [(16, 16, 24, 30), (3840, 16, 30, 3), (16, 3840, 30, 3), (640, 360, 24, 5), (18, 22, 60, 7), (1366, 768, 25, 2),
     (64, 36, 1, 3), (64, 36, 24, 1), (64, 36, 120, 130)],
)  # fmt: skip
def test_a_file_is_exactly_what_was_asked_for(tmp_path: Path, width: int, height: int, fps: int, frames: int) -> None:
    result = encode(tmp_path / "a.mp4", width, height, fps, frames)
    facts = media.check(result.path, spec(width, height, fps, frames))
    assert (facts.frames, facts.fps) == (frames, fps)
    assert facts.duration == pytest.approx(frames / fps, abs=1e-3)
    assert result.duration == frames / fps
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_the_largest_frame(tmp_path: Path) -> None:
    result = encode(tmp_path / "a.mp4", 3840, 2160, 24, 1)
    media.check(result.path, spec(3840, 2160, 24, 1))


@settings(max_examples=12, deadline=None)
@given(st.integers(8, 130), st.integers(8, 130))
def test_every_even_size(tmp_path_factory: pytest.TempPathFactory, half_width: int, half_height: int) -> None:
    path = tmp_path_factory.mktemp("even") / "a.mp4"
    width, height = 2 * half_width, 2 * half_height
    encode(path, width, height, frames=2)
    media.check(path, spec(width, height, frames=2))


@pytest.mark.parametrize(("width", "height"), [(15, 16), (14, 16), (16, 3842), (17, 16), (0, 0)])
def test_other_sizes_are_refused(tmp_path: Path, width: int, height: int) -> None:
    with pytest.raises(EngineFailed, match="sides are even"):
        media.Encoder(tmp_path / "a.mp4", width, height, 24)
    assert not list(tmp_path.iterdir())


def as_planes(rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """BT.709, limited range, by the book."""
    r, g, b = (rgb[..., i].astype(float) / 255 for i in range(3))
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    u, v = (b - y) / 1.8556, (r - y) / 1.5748

    def half(plane: np.ndarray) -> np.ndarray:
        return (128.5 + 224 * plane)[::2, ::2].astype(np.uint8)

    return (16.5 + 219 * y).astype(np.uint8), half(u), half(v)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("colour", [RED, GREEN, BLUE, WHITE, (0, 0, 0), (200, 120, 40)])
def test_colours_come_back(tmp_path: Path, colour: tuple[int, int, int], planar: bool) -> None:
    flat = np.full((36, 66, 3), colour, np.uint8)
    with media.Encoder(tmp_path / "a.mp4", 66, 36, 24) as encoder:
        for _ in range(3):
            encoder.add(as_planes(flat) if planar else flat)
        result = encoder.close()
    assert near(np.array(Image.open(io.BytesIO(result.poster)))[18, 33], colour, 5)
    with av.open(str(result.path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (1, 1, 1, 1)
        decoded = next(container.decode(video=0)).reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()
    assert near(decoded[18, 33], colour, 5)


def test_a_caller_may_reuse_its_array(tmp_path: Path) -> None:
    pixels = np.zeros((36, 64, 3), np.uint8)
    with media.Encoder(tmp_path / "a.mp4", 64, 36, 24) as encoder:
        for i in range(40):
            pixels[:] = 5 * i
            encoder.add(pixels)
        encoder.close()
    with av.open(str(tmp_path / "a.mp4")) as container:
        means = [
            float(f.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray().mean())
            for f in container.decode(video=0)
        ]
    assert means == pytest.approx([5 * i for i in range(40)], abs=4)


def test_views_with_strides_are_taken(tmp_path: Path) -> None:
    with media.Encoder(tmp_path / "a.mp4", 64, 36, 24) as encoder:
        encoder.add(frame(128, 72)[::2, ::-2])
        assert encoder.close().frames == 1


@pytest.mark.parametrize(
    "wrong",
    [
        frame(64, 38),
        frame(66, 36),
        frame(64, 36)[..., :2],
        frame(64, 36).astype(np.float32),
        frame(64, 36).tolist(),
        None,
        (frame(64, 36)[..., 0], frame(64, 36)[..., 1], frame(64, 36)[..., 2]),
        (frame(64, 36)[..., 0],),
    ],
)
def test_a_wrong_frame_fails_the_engine(tmp_path: Path, wrong: np.ndarray) -> None:
    with pytest.raises(EngineFailed, match="a frame"), media.Encoder(tmp_path / "a.mp4", 64, 36, 24) as encoder:
        encoder.add(frame(64, 36))
        encoder.add(wrong)
    assert not list(tmp_path.iterdir())


def test_no_frame_at_all_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="not one frame"), media.Encoder(tmp_path / "a.mp4", 64, 36, 24) as encoder:
        encoder.close()
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_missing_fails_the_engine(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="could not be opened: No such file or directory"):
        media.Encoder(tmp_path / "missing" / "a.mp4", 64, 36, 24)


# -- which encoder -----------------------------------------------------------------------------------------------------


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has tried no encoder yet."""
    monkeypatch.setattr(codecs, "_refusals", {})


@pytest.fixture
def pretended(untried: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A card that encodes: by x264, in fact."""
    monkeypatch.setattr(codecs.Nvenc, "name", "libx264")
    monkeypatch.setattr(codecs.Nvenc, "options", lambda *_: {"preset": "ultrafast"})


class FailingStream:
    def encode(self, _: object) -> None:
        raise av.error.ExternalError(0, "EncodePicture failed!")


def test_every_option_of_nvenc_is_one_that_it_has() -> None:
    """FFmpeg says nothing of those that it does not know: asked is what reads them. It needs no card for that."""
    libraries = Path(av.__file__).parent.parent / "av.libs"
    found = [sorted(libraries.glob(f"{name}-*.so*")) for name in ("libavcodec", "libavutil")]
    if not all(found):
        pytest.skip("this FFmpeg is none of PyAV's own")
    codec, util = (ctypes.CDLL(str(files[0])) for files in found)
    codec.avcodec_find_encoder_by_name.restype = codec.avcodec_alloc_context3.restype = ctypes.c_void_p
    context = codec.avcodec_alloc_context3(ctypes.c_void_p(codec.avcodec_find_encoder_by_name(b"h264_nvenc")))
    assert context

    def taken(name: str, value: str) -> bool:
        and_what_is_below = 1
        return util.av_opt_set(ctypes.c_void_p(context), name.encode(), value.encode(), and_what_is_below) == 0

    assert not taken("preset", "p9") and not taken("quality", "22")
    for name, value in codecs.Nvenc(1).options(640, 360).items():
        assert taken(name, value), name


def test_an_encoder_is_tried_with_real_frames(pretended: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert codecs.refusal(codecs.X264()) is None and codecs.refusal(codecs.Nvenc(0)) is None
    grey = codecs._grey

    def standing_still(number: int) -> av.VideoFrame:
        still = grey(0)
        still.pts = number
        return still

    monkeypatch.setattr(codecs, "_grey", standing_still)
    assert codecs.refusal(codecs.Nvenc(0)) is None  # once in a process
    assert codecs.refusal(codecs.Nvenc(1)) == "what it encodes is not what it was given"


def test_an_encoder_that_does_not_open_is_replaced_in_the_same_film(untried: None, tmp_path: Path) -> None:
    """No card has a number like that, and most machines that run this have none at all."""
    refused = codecs.refusal(codecs.Nvenc(99))
    assert refused and "Operation not permitted" not in refused  # in words that help
    sound = np.zeros((2, 48_000), np.float32)
    with (
        structlog.testing.capture_logs() as told,
        media.Encoder(tmp_path / "a.mp4", 64, 36, 24, sound=sound, codec=codecs.Nvenc(99)) as encoder,
    ):
        for i in range(24):
            encoder.add(frame(64, 36, i))
        encoder.close()
    assert [(entry["event"], entry["reason"]) for entry in told] == [("encoder_not_opened", refused)]
    encode(tmp_path / "b.mp4")
    frames = [list(av.open(str(tmp_path / name)).decode(video=0)) for name in ("a.mp4", "b.mp4")]
    assert all((one.to_ndarray() == other.to_ndarray()).all() for one, other in zip(*frames, strict=True))
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert len(container.streams.audio) == 1


def test_a_card_that_fails_in_the_midst_is_left_alone_by_the_next_attempt(
    pretended: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codecs.refusal(codecs.Nvenc()) is None
    with (
        pytest.raises(EngineFailed, match="the frame could not be encoded"),
        media.Encoder(tmp_path / "a.mp4", 64, 36, 24, codec=codecs.Nvenc()) as encoder,
    ):
        encoder.add(frame(64, 36))
        monkeypatch.setattr(encoder, "_stream", FailingStream())
        encoder.add(frame(64, 36))
    assert codecs.refusal(codecs.Nvenc())
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit on Windows")
@pytest.mark.parametrize("room", [2_000, 200_000])
def test_a_full_disk_fails_the_engine_and_leaves_nothing(tmp_path: Path, room: int) -> None:
    program = f"""
import resource, numpy as np
from pathlib import Path
from promptreel import media
resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))
with media.Encoder(Path({str(tmp_path / "a.mp4")!r}), 320, 180, 24) as encoder:
    for i in range(60):
        encoder.add(np.random.default_rng(i).integers(0, 255, (180, 320, 3), dtype=np.uint8))
    encoder.close()
"""
    done = subprocess.run([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True, check=False)
    assert "EngineFailed: The engine failed: the f" in done.stderr
    assert not list(tmp_path.iterdir())


def test_leaving_early_leaves_nothing(tmp_path: Path) -> None:
    with media.Encoder(tmp_path / "a.mp4", 64, 36, 24) as encoder:
        encoder.add(frame(64, 36))
        assert not (tmp_path / "a.mp4").exists()
    assert not list(tmp_path.iterdir())
    encoder.abort()
    with pytest.raises(EngineFailed):
        encoder.add(frame(64, 36))
    with pytest.raises(EngineFailed):
        encoder.close()


def test_a_finished_file_survives_a_late_abort(tmp_path: Path) -> None:
    with media.Encoder(tmp_path / "a.mp4", 64, 36, 24) as encoder:
        encoder.add(frame(64, 36))
        encoder.close()
        encoder.abort()
    assert (tmp_path / "a.mp4").exists()


@pytest.mark.parametrize(("width", "height"), [(64, 36), (66, 66), (320, 180), (482, 358)])
def test_equal_frames_give_equal_bytes(tmp_path: Path, width: int, height: int) -> None:
    """Where x264 reads memory that nobody wrote, what lay in it before must not show."""
    made = set()
    for i in range(4):
        dirt = [np.full(size, i + 1, np.uint8) for size in (10_000, 100_000, 900_000)]
        del dirt
        made.add(encode(tmp_path / "a.mp4", width, height).path.read_bytes())
    assert len(made) == 1


def test_the_file_says_that_it_is_synthetic(tmp_path: Path) -> None:
    with media.Encoder(tmp_path / "a.mp4", 64, 36, 24, provenance="v_123") as encoder:
        encoder.add(frame(64, 36))
        encoder.close()
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert "promptreel" in container.metadata["comment"]
        assert "synthetic" in container.metadata["comment"]
        assert "v_123" in container.metadata["comment"]


def test_the_poster_avoids_empty_frames(tmp_path: Path) -> None:
    """All black except at 45 %: the poster is not black."""
    with media.Encoder(tmp_path / "a.mp4", 160, 90, 24) as encoder:
        for i in range(100):
            encoder.add(frame(160, 90) if 43 <= i <= 47 else np.zeros((90, 160, 3), np.uint8))
        result = encoder.close()
    poster = np.array(Image.open(io.BytesIO(result.poster)))
    assert poster.shape == (90, 160, 3)
    assert poster.mean() > 60


def test_the_poster_of_a_large_video_is_bounded(tmp_path: Path) -> None:
    poster = Image.open(io.BytesIO(encode(tmp_path / "a.mp4", 1920, 1080, 24, 2).poster))
    assert (poster.format, poster.size) == ("JPEG", (1280, 720))


@pytest.mark.parametrize(
    ("fps", "frames", "tiles"), [(24, 1, 1), (24, 24, 8), (24, 192, 64), (24, 720, 60), (8, 101, 51), (60, 1000, 63)]
)
def test_the_spritesheet_covers_the_whole_video(tmp_path: Path, fps: int, frames: int, tiles: int) -> None:
    """The frames are a slope from black to white, so each tile must be as bright as its time says."""
    with media.Encoder(tmp_path / "a.mp4", 32, 18, fps) as encoder:
        for i in range(frames):
            encoder.add(np.full((18, 32, 3), 255 * i // frames, np.uint8))
        sheet = encoder.close().spritesheet
    assert sheet.tiles == tiles <= 100
    image = np.array(Image.open(io.BytesIO(sheet.jpeg)).convert("L")).astype(int)
    assert image.shape == (sheet.rows * sheet.tile_height, sheet.columns * sheet.tile_width)
    for i in range(sheet.tiles):
        row, column = divmod(i, sheet.columns)
        middle = image[row * sheet.tile_height + 9, column * sheet.tile_width + 16]
        assert middle == pytest.approx(255 * round(i * sheet.interval * fps) / frames, abs=8)


def test_tiles_are_small_in_either_direction(tmp_path: Path) -> None:
    wide = encode(tmp_path / "a.mp4", 640, 360, 24, 2).spritesheet
    tall = encode(tmp_path / "b.mp4", 360, 640, 24, 2).spritesheet
    assert (wide.tile_width, wide.tile_height) == (160, 90) == (tall.tile_height, tall.tile_width)


# -- a file → facts ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("good") / "a.mp4"
    with media.Encoder(path, 64, 36, 24) as encoder:
        rng = np.random.default_rng(1)
        for _ in range(24):
            encoder.add(rng.integers(0, 255, (36, 64, 3), dtype=np.uint8))
        encoder.close()
    return path.read_bytes()


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (spec(66), "it is 64x36, not 66x36"),
        (spec(frames=25), "24 frames, not 25"),
        (spec(frames=23), "24 frames, not 23"),
        (spec(fps=25), "24 frames per second, not 25"),
    ],
)
def test_what_differs_is_named(tmp_path: Path, good: bytes, wanted: VideoSpec, reason: str) -> None:
    (tmp_path / "a.mp4").write_bytes(good)
    with pytest.raises(MediaInvalid, match=reason):
        media.check(tmp_path / "a.mp4", wanted)


@pytest.mark.parametrize("part", [0, 0.01, 0.3, 0.7, 0.95])
def test_a_truncated_file_is_invalid(tmp_path: Path, good: bytes, part: float) -> None:
    (tmp_path / "a.mp4").write_bytes(good[: int(len(good) * part)])
    with pytest.raises(MediaInvalid):
        media.check(tmp_path / "a.mp4", spec())


def test_damage_in_the_middle_is_invalid(tmp_path: Path, good: bytes) -> None:
    data = bytearray(good)
    # Over several frames, their lengths too: within one, H.264 has no checksum, and noise may pass for a picture.
    damaged = slice(len(data) // 2, len(data) * 5 // 6)
    data[damaged] = b"\xa5" * len(data[damaged])
    (tmp_path / "a.mp4").write_bytes(data)
    with pytest.raises(MediaInvalid):
        media.check(tmp_path / "a.mp4", spec())


@pytest.mark.parametrize(("codec", "container", "options", "reason"), [
    ("mpeg4", "mp4", {"movflags": "+faststart"}, "codec is mpeg4"),
    ("libx264", "mp4", {}, "index comes last"),
    ("libx264", "matroska", {}, "cannot be decoded"),
])  # fmt: skip
def test_other_kinds_of_files_are_invalid(
    tmp_path: Path, codec: str, container: str, options: dict[str, str], reason: str
) -> None:
    with av.open(str(tmp_path / "a"), "w", format=container, options=options) as out:
        stream = out.add_stream(codec, rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        for i in range(24):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(frame(64, 36, i), "rgb24")))
        out.mux(stream.encode(None))
    with pytest.raises(MediaInvalid, match=reason):
        media.check(tmp_path / "a", spec())


@pytest.mark.parametrize("data", [b"", b"hello", b"\0" * 5000, encoded(plain())])
def test_a_file_that_is_no_video_is_invalid(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.mp4").write_bytes(data)
    with pytest.raises(MediaInvalid):
        media.check(tmp_path / "a.mp4", spec())
    with pytest.raises(MediaInvalid):
        media.probe(tmp_path / "missing.mp4")


def test_a_playlist_opens_no_other_file(tmp_path: Path, good: bytes) -> None:
    (tmp_path / "other.mp4").write_bytes(good)
    (tmp_path / "a.mp4").write_text("ffconcat version 1.0\nfile other.mp4\n")
    with pytest.raises(MediaInvalid, match="cannot be decoded"):
        media.probe(tmp_path / "a.mp4")
