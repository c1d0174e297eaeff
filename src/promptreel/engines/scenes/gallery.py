"""Contact sheets: every row of the built-in engine, seen. For those who add one, and for the page in the docs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from promptreel.engines import Picture, Planes
from promptreel.engines.scenes.director import direct
from promptreel.engines.scenes.post import Post
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import TIMES, SceneSpec, Wanted
from promptreel.engines.scenes.settings import settings
from promptreel.engines.scenes.world import World

TILE = 320, 180
COLUMNS = 5
BAND = 20
"""Pixels of the line below each tile that tells its name."""

SECONDS = 4.0
QUALITY = 82

STAGE_OF = {
    "air": "hills", "water": "ocean", "underwater": "underwater", "space": "space", "road": "road", "rail": "railway",
    "table": "room", "ground": "meadow",
}  # fmt: skip
"""Where a subject is shown, by its habitat."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One tile."""

    name: str
    spec: SceneSpec
    at: float = 0.5
    """The share of the film at which it is looked at."""


def samples() -> dict[str, list[Sample]]:
    """What each sheet shows."""
    return {
        "settings": [Sample(name, SceneSpec(name)) for name in settings()],
        "skies": list(_skies()),
        "seasons": [
            Sample(f"{setting} {season}", SceneSpec(setting, season=season, time="day"))
            for setting in ("forest", "village", "mountains")
            for season in ("spring", "summer", "autumn", "winter")
            if setting in settings()
        ],
        "places": [Sample(name, _place(name)) for name in rows("places")],
        "subjects": [Sample(name, subject_spec(name)) for name in rows("subjects")],
        "actions": [
            Sample(f"{name} {action}", subject_spec(name, action))
            for name in ("person", "dog", "horse", "cat", "robot", "monkey")
            if name in rows("subjects")
            for action in rows("subjects")[name].actions
        ],
        "effects": [Sample(name, _effect(name)) for name in rows("effects")],
        "styles": [
            Sample(
                name, SceneSpec("beach", time="golden_hour", subjects=(Wanted("dog", action="run"),), styles=(name,))
            )
            for name in rows("styles")
        ],
    }


def _skies() -> Iterator[Sample]:
    for time in TIMES:
        yield Sample(time, SceneSpec("lake", time=time))
    for weather in ("clouds", "overcast", "storm", "rain", "snow", "fog"):
        yield Sample(weather, SceneSpec("hills", time="day", weather=frozenset({weather})))
    for name in ("cumulus", "cirrus", "stratus", "cumulonimbus", "rainbow"):
        yield Sample(name, SceneSpec("hills", time="day", sky=frozenset({name})))
    for name in ("stars", "milky_way", "full_moon", "half_moon", "crescent_moon", "aurora", "meteors"):
        yield Sample(name, SceneSpec("hills", time="night", sky=frozenset({name})))
    yield Sample("lightning", SceneSpec("ocean", time="night", weather=frozenset({"storm", "lightning"})))


def _place(name: str) -> SceneSpec:
    home = next((row.name for row in settings().values() if name in row.places), "")
    return SceneSpec(home or "hills", places=(name,), time="" if home else "golden_hour")


def _effect(name: str) -> SceneSpec:
    dark = name in {"fireflies", "embers", "sparks", "fireworks"}
    weather = frozenset({name} & {"rain", "snow", "fog", "wind", "sandstorm"})
    return SceneSpec("forest", time="night" if dark else "day", weather=weather, effects=frozenset({name}))


def subject_spec(name: str, action: str = "") -> SceneSpec:
    """A scene in which a subject is at home."""
    habitat = rows("subjects")[name].habitat
    setting = STAGE_OF.get(habitat, "meadow")
    if habitat == "underwater" and action == "jump":
        setting = "ocean"
    return SceneSpec(
        setting if setting in settings() else "plain", subjects=(Wanted(name, action=action),), time="golden_hour"
    )


def frame_of(sample: Sample, width: int, height: int, seed: int = 3) -> Picture:
    """One frame of a sample as RGB."""
    plan = direct(sample.spec, SECONDS, seed)
    world = World(width, height, SECONDS, seed, plan)
    t = sample.at * SECONDS
    post = Post(width, height, world.paints)
    return rgb_of(post.run(world.draw(world.new_state(), t), t=t, **world.post))


def rgb_of(planes: Planes) -> Picture:
    """Planes Y, U and V (BT.709, limited range) as an RGB picture."""
    luma = (planes[0].astype(np.float32) - 16) / 219
    blue, red = ((np.repeat(np.repeat(plane, 2, 0), 2, 1).astype(np.float32) - 128) / 224 for plane in planes[1:])
    rgb = np.stack([luma + 1.5748 * red, luma - 0.1873 * blue - 0.4681 * red, luma + 1.8556 * blue], -1)
    return np.asarray(np.clip(rgb * 255 + 0.5, 0, 255), np.uint8)


def sheet(chosen: list[Sample], told: Callable[[str], None]) -> Image.Image:
    """The tiles of `chosen` side by side, each with its name below."""
    width, height = TILE
    lines = -(-len(chosen) // COLUMNS)
    picture = Image.new("RGB", (COLUMNS * width, lines * (height + BAND)), (24, 24, 27))
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(13)
    for number, sample in enumerate(chosen):
        x, y = number % COLUMNS * width, number // COLUMNS * (height + BAND)
        # Twice as large and made smaller: fine things are seen at their best.
        large = Image.fromarray(frame_of(sample, 2 * width, 2 * height))
        picture.paste(large.resize(TILE, Image.Resampling.LANCZOS), (x, y))
        pen.text((x + 6, y + height + 2), sample.name.replace("_", " "), (230, 230, 232), font)
        told(sample.name)
    return picture


def draw_sheets(folder: Path, only: tuple[str, ...], told: Callable[[str], None]) -> list[Path]:
    """Write a JPEG for every sheet into `folder`; with `only`, one sheet of the rows of these names."""
    folder.mkdir(parents=True, exist_ok=True)
    sheets = samples()
    if only:
        every = [sample for group in sheets.values() for sample in group]
        sheets = {"chosen": [sample for sample in every if sample.name.split()[0] in only]}
    written = []
    for name, chosen in sheets.items():
        if chosen:
            path = folder / f"{name}.jpg"
            sheet(chosen, told).save(path, quality=QUALITY, optimize=True)
            written.append(path)
    return written
