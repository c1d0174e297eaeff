"""Strangers' picture bytes → a plain RGB picture. Pillow and the standard library only, nothing of promptreel.

This file is also a program: `pictures.safe_picture_isolated` runs it by its path as a process of its own, with limits on
memory, processor time, output and open files, because a decoder fed by strangers is the likeliest place to be broken into. It
starts in less than a fifth of a second, since it imports nothing else.
"""

import io
import os
import struct
import sys
import zlib

from PIL import Image, ImageCms, UnidentifiedImageError

MAX_BYTES = 20 * 1024 * 1024
"""The most bytes that an encoded picture may have."""

MAX_PIXELS = 40_000_000
"""The most pixels (width × height) that a picture may have."""

LOSSLESS_PIXELS = 512 * 512
"""Up to this many pixels a picture is kept without loss, as PNG: larger ones would cost megabytes."""

MEMORY_BYTES = 1536 * 1024 * 1024
"""Address space of the isolated decoder. The dearest good pictures (WebP of 40 megapixels) were measured to need 1000 MiB."""

PROCESSOR_SECONDS = 10
OUTPUT_BYTES = 64 * 1024 * 1024
EXIT_REFUSED = 3

DAMAGED = "The picture is damaged or cut short"
UNKNOWN = "The picture is not a PNG, JPEG or WebP file"
TOO_LARGE = f"The picture is larger than {MAX_BYTES // 1024 // 1024} MiB"
TOO_MANY_PIXELS = f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels"

FORMATS = ("PNG", "JPEG", "WEBP")
"""The formats that may be opened: most of Pillow's security holes were in others."""

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation → what turns the picture upright. 1 is upright already."""

PROFILE_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
"""Pillow's mode → the colour space that a fitting ICC profile names."""


class Refused(Exception):
    """A picture that cannot be taken; its text names the reason and is shown to who sent it."""


def read_picture(data: bytes) -> Image.Image:
    """The first frame of `data` as an upright RGB picture in sRGB, transparent parts over white.

    Only pixels pass: neither metadata nor bytes that hid beside the picture.

    Errors: `Refused`.
    """
    if not data:
        raise Refused("The picture is empty")
    if len(data) > MAX_BYTES:
        raise Refused(TOO_LARGE)
    _refuse_pixels(_webp_size(data))
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _refuse_pixels(image.size)
            image.load()
            orientation = _orientation(image)
            picture = _flatten(image)
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(TOO_MANY_PIXELS) from None
    except UnidentifiedImageError:
        raise Refused(_unidentified(data)) from None
    except Exception:  # noqa: BLE001 - fed by strangers, Pillow raises nearly anything; each means the same to them
        raise Refused(DAMAGED) from None
    if orientation in UPRIGHT:
        picture = picture.transpose(UPRIGHT[orientation])
    picture.info = {}  # Pillow would write a JPEG's comment and an ICC profile back into whatever it saves
    return picture


def write_picture(picture: Image.Image, longest: int) -> bytes:
    """`picture` encoded anew with its longer side at most `longest` pixels: PNG when small, else JPEG."""
    scale = longest / max(picture.size)
    if scale < 1:
        width, height = picture.size
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    out = io.BytesIO()
    if picture.width * picture.height <= LOSSLESS_PIXELS:
        picture.save(out, "PNG")
    else:
        picture.save(out, "JPEG", quality=95, subsampling=0)
    return out.getvalue()


def _refuse_pixels(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise Refused(TOO_MANY_PIXELS)


def _unidentified(data: bytes) -> str:
    """Why Pillow did not know the bytes: a file of ours with a broken header is damaged, any other is not one of ours."""
    ours = data.startswith((b"\x89PNG", b"\xff\xd8")) or (data.startswith(b"RIFF") and data[8:12] == b"WEBP")
    return DAMAGED if ours else UNKNOWN


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height that a WebP file's header declares, (0, 0) for anything else.

    Read by hand because Pillow's plugin sets up the decoder, and with it the whole canvas, before it tells the size.
    """
    if len(data) < 30 or data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return 0, 0
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


def _orientation(image: Image.Image) -> int:
    """EXIF's orientation, 1 (upright) where there is none or the EXIF data are broken."""
    try:
        value = image.getexif().get(0x0112, 1)
    except Exception:  # noqa: BLE001 - metadata are no reason to refuse pixels
        return 1
    return value if isinstance(value, int) else 1


def _flatten(image: Image.Image) -> Image.Image:
    """`image` of any mode as RGB in sRGB, its transparent parts over white, which most viewers and papers are."""
    if image.mode.startswith("I"):
        image = _eight_bits(image)
    alpha = None
    colour: Image.Image = image
    if image.mode == "LA":
        colour, alpha = image.getchannel("L"), image.getchannel("A")
    elif image.has_transparency_data:
        with_alpha = image.convert("RGBA")
        colour, alpha = with_alpha.convert("RGB"), with_alpha.getchannel("A")
    elif image.mode not in PROFILE_SPACES:
        colour = image.convert("L" if image.mode == "1" else "RGB")
    colour = _to_srgb(colour, image.info.get("icc_profile"))
    if alpha is None:
        return colour
    white = Image.new("RGB", colour.size, "white")
    white.paste(colour, mask=alpha)
    return white


def _eight_bits(image: Image.Image) -> Image.Image:
    """A grey picture of 16 bits in 8. Pillow's own conversion cuts off at 255, so nearly all would come out white."""
    scaled = image.point(lambda value: value * (1 / 257) + 0.5)
    grey = scaled.convert("L")
    grey.info = {key: value for key, value in image.info.items() if key == "icc_profile"}
    return grey


def _to_srgb(image: Image.Image, profile: object) -> Image.Image:
    """`image` (L, RGB or CMYK) in sRGB, by its ICC profile where there is a valid one that fits its colours."""
    if isinstance(profile, bytes) and profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if source.profile.xcolor_space.strip() == PROFILE_SPACES[image.mode]:
                converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
                if converted is not None:
                    return converted
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError, zlib.error):
            pass  # a broken profile means the colours are as good as they get
    return image.convert("RGB")


def _rehearse() -> None:
    """Decode one pixel of every kind, so that all that Pillow imports late is there before no file can be opened any more."""
    pixel = Image.new("RGB", (1, 1))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in (*FORMATS, "MPO"):
        out = io.BytesIO()
        pixel.save(out, kind, icc_profile=profile)
        write_picture(read_picture(out.getvalue()), longest=1)
    write_picture(pixel.resize((LOSSLESS_PIXELS // 256 + 1, 256)), longest=LOSSLESS_PIXELS)


def _limit() -> None:
    """Bind this process for good: memory, processor time, output and open files. Windows has only the caller's deadline."""
    if sys.platform == "win32":
        return
    import resource

    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: PROCESSOR_SECONDS,
        resource.RLIMIT_FSIZE: OUTPUT_BYTES,
        resource.RLIMIT_CORE: 0,
        # Below the number of descriptors that are open already: whoever takes over the decoder opens neither file nor socket.
        resource.RLIMIT_NOFILE: 0,
    }
    for kind, value in limits.items():
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):
            continue  # macOS knows no RLIMIT_AS; a hard limit below ours is as good


def main() -> int:
    """Read a picture from standard input, write it encoded anew to standard output; on refusal the reason instead."""
    longest = int(sys.argv[1])
    _rehearse()
    _limit()
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        out, status = write_picture(read_picture(data), longest), 0
    except Refused as refusal:
        out, status = str(refusal).encode(), EXIT_REFUSED
    sys.stdout.buffer.write(out)
    sys.stdout.buffer.flush()
    return status


if __name__ == "__main__":
    # No clean-up of a process that held strangers' bytes: it only costs time.
    code = main()
    os._exit(code)
