"""Contact sheets of the built-in engine: `promptreel scenes gallery`. For those who add a row, and for the page in the docs."""

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from promptreel.engines import Picture, Planes
from promptreel.engines.scenes.camera import Pose, Shot
from promptreel.engines.scenes.director import direct
from promptreel.engines.scenes.post import Post
from promptreel.engines.scenes.samples import SECONDS, Sample, overview, sheets_of
from promptreel.engines.scenes.staging import framing_distance
from promptreel.engines.scenes.world import World

SMALL, LARGE = 256, 384
"""Widths of a tile: where everything is shown, and where one row is looked at closely."""

COLUMNS = 4
BAND = 18
"""Pixels of the line below each tile that tells its name."""

QUALITIES = (84, 80, 76, 72, 68, 64, 58, 52, 46)
MOST_BYTES = 290_000
"""A sheet is saved with the best of `QUALITIES` that keeps it below."""

Told = Callable[[int, int, str], None]
"""Called with how many tiles are drawn, of how many, and which sheet it is."""


def frame_of(sample: Sample, width: int, height: int) -> Picture:
    """One frame of a sample as RGB."""
    plan = direct(sample.spec, SECONDS, sample.seed)
    world = World(width, height, SECONDS, sample.seed, plan)
    t = sample.at * SECONDS
    if sample.around is not None and world.actors:
        world.shots = [_portrait(world, sample, t)]
    post = Post(width, height, world.paints)
    return rgb_of(post.run(world.draw(world.new_state(), t), t=t, **world.post))


def _portrait(world: World, sample: Sample, t: float) -> Shot:
    """A shot that stands still and looks at the first subject from `sample.around`."""
    cast = world.plan.cast[0]
    size = cast.wanted.size
    x, y, z, heading, *_ = world.actors[0].path.at(t)
    high = cast.row.height * size
    away = sample.near * framing_distance(cast.row, size, 1, world.tangent, world.width / world.height)
    bearing = heading + float(sample.around or 0.0)
    eye = (x + away * math.sin(bearing), y + 0.7 * high + 0.08 * away, z + away * math.cos(bearing))
    pose = Pose(*eye, 0.0, 0.0, world.tangent).toward((x, y + 0.5 * high, z))
    shot = Shot(0.0, SECONDS, lambda _part: pose)
    if not world.setting.ground:
        return shot
    return replace(shot.above(lambda a, b: float(world.ground.height(a, b))))


def rgb_of(planes: Planes) -> Picture:
    """Planes Y, U and V (BT.709, limited range) as an RGB picture."""
    luma = (planes[0].astype(np.float32) - 16) / 219
    blue, red = ((np.repeat(np.repeat(plane, 2, 0), 2, 1).astype(np.float32) - 128) / 224 for plane in planes[1:])
    rgb = np.stack([luma + 1.5748 * red, luma - 0.1873 * blue - 0.4681 * red, luma + 1.8556 * blue], -1)
    return np.asarray(np.clip(rgb * 255 + 0.5, 0, 255), np.uint8)


def tile_of(sample: Sample, width: int) -> Image.Image:
    """A sample as a tile: drawn twice as large and made smaller, so that fine things are seen at their best."""
    height = width * 9 // 16
    large = Image.fromarray(frame_of(sample, 2 * width, 2 * height))
    return large.resize((width, height), Image.Resampling.LANCZOS)


def sheet(chosen: list[Sample], tiles: Iterator[Image.Image], width: int, told: Callable[[], None]) -> Image.Image:
    """The tiles of `chosen` side by side, each with its name below."""
    height = width * 9 // 16
    columns = min(COLUMNS, len(chosen))
    lines = -(-len(chosen) // columns)
    picture = Image.new("RGB", (columns * width, lines * (height + BAND)), (24, 24, 27))
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(12)
    for number, (sample, tile) in enumerate(zip(chosen, tiles, strict=True)):
        x, y = number % columns * width, number // columns * (height + BAND)
        picture.paste(tile, (x, y))
        pen.text((x + 6, y + height + 2), sample.name.replace("_", " "), (230, 230, 232), font)
        told()
    return picture


def sheets(names: tuple[str, ...]) -> dict[str, list[Sample]]:
    """The sheets of the rows of these names, or of everything. Errors: `UnknownRow`."""
    if not names:
        return overview()
    return {title: chosen for name in dict.fromkeys(names) for title, chosen in sheets_of(name).items()}


def draw_sheets(
    folder: Path, wanted: dict[str, list[Sample]], width: int, threads: int, told: Told, most: int = MOST_BYTES
) -> Iterator[Path]:
    """Write a JPEG for every sheet into `folder`, and yield where it is. A world is drawn in each of `threads` at once."""
    folder.mkdir(parents=True, exist_ok=True)
    total, done = sum(len(chosen) for chosen in wanted.values()), 0
    with ThreadPoolExecutor(threads, thread_name_prefix="gallery") as pool:
        try:
            for title, chosen in wanted.items():

                def count(title: str = title) -> None:
                    nonlocal done
                    done += 1
                    told(done, total, title)

                tiles = pool.map(lambda sample: tile_of(sample, width), chosen)
                path = folder / f"{title}.jpg"
                path.write_bytes(jpeg(sheet(chosen, tiles, width, count), most))
                yield path
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def jpeg(picture: Image.Image, most: int) -> bytes:
    """The picture as JPEG, as good as fits into `most` bytes."""
    for quality in QUALITIES:
        buffer = BytesIO()
        picture.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        if buffer.tell() <= most:
            break
    return buffer.getvalue()
