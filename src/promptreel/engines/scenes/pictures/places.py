"""Where things that come into a picture are, how large, and how they go: all in fractions of the frame at rest."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.pictures.motion import blue_water
from promptreel.engines.scenes.pictures.photo import Photo
from promptreel.engines.scenes.scene_spec import Wanted
from promptreel.engines.scenes.stage import Floats, Subject

cv2: Any = opencv
"""Its type stubs know neither the types of elements nor pictures without a rectangle."""

GRID = (48, 27)
"""Columns and rows on which room is sought."""

TALL = 0.36
"""The share of the frame's height that one subject fills."""

LEAST, MOST = 0.29, 0.45

AIRBORNE = frozenset({"fly", "soar", "glide", "hover", "rise", "float", "drift", "fall", "launch"})
"""What is done in the air."""

EYE = 1.6
"""How high above the ground a photographer's camera usually is, m."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a frame holds already. Maps are `GRID` large and show the frame at rest."""

    busy: Floats
    """0…1: a subject, a face, what draws the eye."""
    sky: Floats
    horizon: float
    """Its row as a fraction of the frame's height."""
    has_ground: bool
    wet: Floats
    """0…1: water on which nobody stands."""
    feet: float
    """The lowest row of the found subject, as a fraction; 0 where there is none."""
    aspect: float

    @classmethod
    def of(cls, photo: Photo) -> "Room":
        """The room in a photo."""
        layers = photo.layers
        busy = np.maximum(
            _on_frame(photo, np.minimum(layers.matte * 1.5, 1)), 0.6 * _on_frame(photo, layers.saliency) ** 1.5
        )
        sky = _on_frame(photo, layers.sky)
        horizon = (layers.horizon - 0.5) * photo.reach[1] + 0.5
        matte = _on_frame(photo, layers.matte)
        rows = np.nonzero(matte.max(axis=1) > 0.5)[0]
        feet = float((rows[-1] + 1) / GRID[1]) if len(rows) else 0.0
        wet = blue_water(photo.picture, layers.sky, layers.matte, layers.horizon)
        # Somebody who is cut off below hides the ground; without any sky nobody knows where it is.
        ground = bool(sky.mean() > 0.05) if not feet else feet < 0.97
        return cls(
            busy.astype(np.float32), sky, horizon, ground, _on_frame(photo, wet), feet, photo.width / photo.height
        )


def _on_frame(photo: Photo, values: Floats) -> Floats:
    """A map of the crop as the frame at rest shows it, `GRID` large."""
    rows, columns = values.shape
    step_x, step_y = columns / photo.reach[0] / GRID[0], rows / photo.reach[1] / GRID[1]
    left, top = columns / 2 * (1 - 1 / photo.reach[0]), rows / 2 * (1 - 1 / photo.reach[1])
    shown = values[int(top) : math.ceil(rows - top), int(left) : math.ceil(columns - left)]
    if min(step_x, step_y) >= 1:
        return np.asarray(cv2.resize(shown, GRID, interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray(cv2.resize(shown, GRID, interpolation=cv2.INTER_LINEAR), np.float32)


Moment = tuple[float, float, float, float, float, float]
"""Column and row of its foot as fractions of the frame, heading, pitch and bank in radians, and metres travelled."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one subject is. `at(t)` gives a `Moment`."""

    x: float
    y: float
    """Its foot, as fractions of the frame."""
    tall: float
    """Its height as a fraction of the frame's."""
    wide: float
    """Its breadth as a fraction of the frame's width."""
    nearness: float
    stands: bool
    """Whether it stands on the ground and throws a shadow there."""
    floats: bool
    """Whether it swims: what is below its foot is hidden."""
    at: Callable[[float], Moment]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in the middle of its way, as fractions of the frame."""
        return self.x - self.wide / 2, self.y - self.tall, self.x + self.wide / 2, self.y


def find_spots(
    room: Room,
    row: Subject,
    wanted: Wanted,
    action: str,
    count: int,
    duration: float,
    nearness_at: Callable[[float, float], float],
    random: np.random.Generator,
) -> list[Spot]:
    """A spot for each of `count` subjects of one kind. `nearness_at(x, y)` is that of the photo. Marks `room.busy`."""
    aloft = row.habitat in {"air", "space", "underwater"} and action not in {"stand", "sit", "sleep", "walk"}
    aloft = aloft or (action in AIRBORNE and row.habitat not in {"water", "ground"})
    shore = row.habitat != "water" and float(room.wet[int(0.75 * GRID[1]) :].mean()) > 0.2
    half = (not room.has_ground or shore) and not aloft
    tall, wide = _size(room, row, wanted, count, aloft=aloft, half=half)
    spots = []
    for number in range(count):
        scale = 1.0 if count == 1 else float(random.uniform(0.8, 1.15))
        high, broad = tall * scale, wide * scale
        if aloft:
            x, y = _aloft(room, high, broad, wanted.relation, random)
            near = float(np.clip(0.20 + 0.9 * high, 0.15, 0.6)) if room.sky.mean() > 0.05 else 0.55
        else:
            y = _foot(room, row, high, half=half)
            x = _aside(room, y, high, broad, wanted.relation, random)
            if number and not half:
                y = min(y + float(random.uniform(-0.03, 0.04)), 0.97)
            near = 0.9 if half else float(np.clip(nearness_at(x, min(y, 0.99)) + 0.02, 0.12, 0.9))
            if wanted.relation == "behind":
                near = max(0.1, near - 0.25)
        at = _way(room, row, action, (x, y, high, broad), duration, random, aloft=aloft)
        spots.append(Spot(x, y, high, broad, near, not aloft, row.habitat == "water", at))
        _take(room, x - broad / 2, y - high, x + broad / 2, y)
    return spots


def _size(room: Room, row: Subject, wanted: Wanted, count: int, *, aloft: bool, half: bool) -> tuple[float, float]:
    """Height and breadth as fractions of the frame: by perspective where there is ground, and always clearly visible."""
    height = max(row.height, 0.05)
    if aloft:
        # Of what flies nobody knows how far away it is: what is large in life is larger in the picture, but less so.
        side = float(np.clip(0.17 * (row.size / 1.0) ** 0.22, 0.13, 0.40))
        tall = side * min(1.0, height / row.size) if row.size > height else side
        tall = max(tall, 0.45 * side)
    elif not half:
        foot = room.feet if 0 < room.feet < 0.93 and room.feet > room.horizon + 0.15 else 0.86
        natural = height / EYE * max(foot - room.horizon, 0.1)
        least = 0.16 if height <= 0.4 or (row.habitat == "water" and row.size < 3) else LEAST
        tall = float(np.clip(natural, least, 0.24 if least < LEAST else MOST))
    else:
        tall = 0.58 if height > 0.4 else 0.30
    # A crowd is seen at all only if each is smaller.
    tall *= float(np.clip(wanted.size, 0.5, 1.5)) * (0.6 if "baby" in wanted.qualities else 1.0)
    tall *= 1.0 if count == 1 else max(0.82 / count**0.22, 0.4)
    tall = min(tall, 0.8)
    wide = tall * max(row.size, 0.35 * height) / height / room.aspect
    if wide > 0.5:
        tall, wide = tall * 0.5 / wide, 0.5
    return tall, wide


def _foot(room: Room, row: Subject, tall: float, *, half: bool) -> float:
    """The row on which it stands. Without ground it is a half figure, cropped by the lower border."""
    if half:
        return 1.0 + (0.36 * tall if row.height > 0.4 else -0.04)
    foot = max(0.86, min(room.horizon + 0.3, 0.95)) if not room.feet else min(max(room.feet, 0.72) + 0.02, 0.95)
    if row.habitat == "water":
        # A swan is near, a ship is far out.
        foot = min(max(room.horizon + (0.16 if row.size > 3 else 0.34), 0.55), 0.92)
    return float(min(max(foot, tall + 0.04), 0.96))


def _aside(room: Room, foot: float, tall: float, wide: float, relation: str, random: np.random.Generator) -> float:
    """The column where it hides least of what is there, rather on a third."""
    liked = {"left": (0.25,), "right": (0.75,), "middle": (0.5,)}.get(relation, (1 / 3, 2 / 3))
    least = min(0.5, wide / 2 + 0.02)
    best, place = math.inf, 0.5
    for x in np.linspace(least, 1 - least, 33):
        hidden = _busy(room.busy, x - wide / 2, foot - tall, x + wide / 2, min(foot, 1.0))
        away = min(abs(x - third) for third in liked)
        cost = hidden + 0.9 * away * (2 if relation in {"left", "right", "middle"} else 1) + 0.02 * random.random()
        if cost < best:
            best, place = cost, float(x)
    return place


def _aloft(room: Room, tall: float, wide: float, relation: str, random: np.random.Generator) -> tuple[float, float]:
    """Column and row of the lower end of what flies: in the sky, or in the upper half, where nothing is."""
    has_sky = room.sky.mean() > 0.05
    best, place = math.inf, (0.5, 0.4)
    for _ in range(90):
        x = float(random.uniform(min(0.5, wide / 2 + 0.04), max(0.5, 1 - wide / 2 - 0.04)))
        y = float(random.uniform(min(tall + 0.05, 0.9), 0.92 if relation == "below" else 0.72))
        box = x - wide / 2, y - tall, x + wide / 2, y
        cost = (
            1.6 * _busy(room.busy, *box) + 0.35 * abs(y - tall / 2 - 0.32) + 0.3 * min(abs(x - 1 / 3), abs(x - 2 / 3))
        )
        if has_sky:
            cost += 0.7 * (1 - _busy(room.sky, *box))
        side = {"left": x - 0.3, "right": 0.7 - x}.get(relation, 0.0)
        cost += 2 * max(side, 0.0)
        if cost < best:
            best, place = cost, (x, y)
    return place


def _busy(values: Floats, left: float, top: float, right: float, bottom: float) -> float:
    """The mean of a map in a box."""
    rows, columns = values.shape
    x0, y0 = min(max(int(left * columns), 0), columns - 1), min(max(int(top * rows), 0), rows - 1)
    x1, y1 = max(x0 + 1, math.ceil(right * columns)), max(y0 + 1, math.ceil(bottom * rows))
    return float(values[y0:y1, x0:x1].mean())


def _take(room: Room, left: float, top: float, right: float, bottom: float) -> None:
    rows, columns = room.busy.shape
    x0, y0 = max(int(left * columns), 0), max(int(top * rows), 0)
    x1, y1 = max(x0 + 1, math.ceil(right * columns)), max(y0 + 1, math.ceil(bottom * rows))
    part: NDArray[np.float32] = room.busy[y0:y1, x0:x1]
    np.maximum(part, 1.0, out=part)


def _way(
    room: Room,
    row: Subject,
    action: str,
    box: tuple[float, float, float, float],
    duration: float,
    random: np.random.Generator,
    *,
    aloft: bool,
) -> Callable[[float], Moment]:
    """How it goes. One that walks passes its place in the middle of the clip; one that poses looks at the viewer.

    `box` is column and row of its foot, height and breadth, as fractions of the frame.
    """
    x, y, tall, wide = box
    aspect = room.aspect
    phase = float(random.uniform(0, 2 * math.pi))
    # Metres per height of the frame.
    metre = tall / max(row.height, 0.05)
    speed = min(row.actions.get(action, 0.0), 14.0)
    turned = math.pi + math.atan((2 * x - 1) * 0.45 * aspect) + float(random.uniform(-0.18, 0.18))
    if speed < 0.05 or (aloft and action in {"hover", "rise", "float", "fall", "spin", "drift"}):
        climb = {"rise": -0.20, "float": -0.10, "fall": 0.30, "launch": -0.6}.get(action, 0.0) if aloft else 0.0
        spin = 1.2 if action == "spin" else 0.0
        sway = 0.05 * tall if aloft else 0.0
        slide = 0.10 if aloft and action in {"float", "drift"} else 0.0

        def stay(t: float) -> Moment:
            part = t / duration - 0.5
            across = x + (sway * math.sin(0.7 * t + phase)) / aspect + slide * part * (1 if x < 0.5 else -1)
            down = y + climb * part + 0.5 * sway * math.sin(1.1 * t + 2 * phase)
            return (
                across,
                down,
                turned + spin * t,
                0.02 * math.sin(0.8 * t) * aloft,
                0.02 * math.sin(0.6 * t) * aloft,
                0.0,
            )

        return stay
    # It goes past, but not so fast that it is gone at once; and the way on which it hides less of what is there.
    # One that the lower border cuts off is close, and stays beside what is there.
    length = min(speed * metre / aspect * duration, 0.45 + 0.2 * aloft if y <= 1 else 0.22)
    mean = {
        sign: sum(
            _busy(
                room.busy, x + sign * length * part - wide / 2, y - tall, x + sign * length * part + wide / 2, min(y, 1)
            )
            for part in (-0.5, -0.25, 0.25, 0.5)
        )
        + 0.4 * sign * (x - 0.5)
        for sign in (-1.0, 1.0)
    }
    side = min(mean, key=lambda sign: mean[sign])
    # A way that ends in the place it was given hides nothing more than that place does.
    late = 0.5 if _busy(room.busy, x - wide / 2, y - tall, x + wide / 2, min(y, 1.0)) < 0.1 else 0.0
    reach = length * side
    heading = side * (math.pi / 2 + (0.5 if aloft else 0.28))
    gone = abs(reach) * aspect / metre
    bob = 0.22 * tall if aloft else 0.0
    small = row.size < 0.5 and aloft

    def go(t: float) -> Moment:
        part = t / duration - 0.5
        across, down = x + reach * (part - late), y + bob * math.sin(0.9 * t + phase)
        turn, pitch = heading, 0.12 * math.cos(0.9 * t + phase) * aloft
        if small:
            # Butterflies and bees never fly straight.
            across = x + 0.16 * math.sin(0.7 * t + phase) + 0.03 * math.sin(2.3 * t + 2 * phase)
            down = y + 0.05 * math.sin(1.9 * t + phase) + 0.03 * math.sin(3.7 * t)
            turn = side * (math.pi / 2 + 0.6 * math.sin(0.7 * t + phase + 1.2))
        return across, down, turn, pitch, 0.0, gone * (part + 0.5)

    return go
