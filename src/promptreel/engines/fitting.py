"""From what a model makes to what was asked for: its size, its number of frames and its rate are seldom the caller's.

A model makes frames of sides that are multiples of 16 or 32, of numbers like 4k + 1, at its own rate. Here is which of those
come nearest, how several passes of a model become one film, and how that becomes exactly what was asked for.
"""

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np

from promptreel.engines import Picture
from promptreel.engines.between import between
from promptreel.errors import EngineFailed
from promptreel.spec import VideoSpec

NEARLY = 0.04
"""Shapes (width / height) this near to each other, as a logarithm, are one: the rest is cropped."""

SAME_MOMENT = 0.02
"""Frames that are nearer than this, in frames, are taken as they are: nobody sees the difference, and nothing is blurred."""


@dataclass(frozen=True, slots=True)
class Native:
    """What a model makes of a spec: `passes` films of `frames` frames, each beginning `overlap` frames before the end of the
    one before it. Sides in pixels, `fps` in frames a second.
    """

    width: int
    height: int
    frames: int
    fps: float
    passes: int = 1
    overlap: int = 0

    @property
    def total_frames(self) -> int:
        """Frames of all passes joined."""
        return self.passes * self.frames - (self.passes - 1) * self.overlap

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        return asdict(self) | {"total_frames": self.total_frames}


def native_for(
    spec: VideoSpec,
    *,
    area: tuple[int, int],
    multiple: int,
    frame_step: int,
    frame_offset: int,
    most_frames: int,
    fps: float,
    overlap: int = 8,
) -> Native:
    """What a model should make: the shape of the spec with about as many pixels as `area` (width, height) has, sides that are
    multiples of `multiple`, at most `most_frames` frames a pass of a number that is `frame_step` · k + `frame_offset`, as
    many passes as the length needs.
    """
    width, height = native_size(spec.width / spec.height, area, multiple)
    # The last frame asked for must not lie behind the last one made.
    needed = math.ceil((spec.frames - 1) / spec.fps * fps - SAME_MOMENT) + 1
    most = step_down(most_frames, frame_step, frame_offset)
    if needed <= most:
        return Native(width, height, step_up(needed, frame_step, frame_offset), fps)
    overlap = min(overlap, most - 1)
    passes = math.ceil((needed - overlap) / (most - overlap))
    # Passes of equal length, no longer than they must be.
    each = math.ceil((needed + (passes - 1) * overlap) / passes)
    return Native(width, height, min(most, step_up(each, frame_step, frame_offset)), fps, passes, overlap)


def native_size(shape: float, area: tuple[int, int], multiple: int) -> tuple[int, int]:
    """Width and height, multiples of `multiple`, of about the shape width / height and about the pixels of `area`.

    The size of `area` itself, upright or not, where little is then cropped: models are best at what they were trained for.
    Else of the four ways to round the one whose shape is nearest.
    """
    for size in (area, area[::-1]):
        if abs(math.log(size[0] / size[1] / shape)) < NEARLY and not (size[0] % multiple or size[1] % multiple):
            return size
    height = math.sqrt(area[0] * area[1] / shape)

    def rounded(side: float) -> tuple[int, int]:
        down = max(multiple, int(side // multiple) * multiple)
        return down, down + multiple

    sizes = itertools.product(rounded(height * shape), rounded(height))
    return min(sizes, key=lambda size: (abs(math.log(size[0] / size[1] / shape)), size))


def step_up(count: int, step: int, offset: int) -> int:
    """The least number of frames of the form `step` · k + `offset`, not below `count`."""
    return offset + step * max(0, math.ceil((count - offset) / step))


def step_down(count: int, step: int, offset: int) -> int:
    """The largest such number not above `count`; the least there is where none is."""
    return offset + step * max(0, (count - offset) // step)


# -- passes joined -----------------------------------------------------------------------------------------------------


def chained(passes: Iterable[Iterable[Picture]], overlap: int) -> Iterator[Picture]:
    """One film of several: where two overlap, the first fades into the second. Holds back `overlap` frames, no more."""
    held: list[Picture] = []
    for number, frames in enumerate(passes):
        fading, held = held, []
        for index, frame in enumerate(frames):
            now = frame
            if number and index < len(fading):
                now = cross_faded(fading[index], frame, (index + 1) / (len(fading) + 1))
            held.append(now)
            if len(held) > overlap:
                yield held.pop(0)
    yield from held


def cross_faded(first: Picture, second: Picture, share: float) -> Picture:
    """The two pictures mixed, `share` of the second."""
    return np.asarray(cv2.addWeighted(first, 1 - share, second, share, 0.0))


# -- exactly what was asked for ------------------------------------------------------------------------------------------


def fitted(frames: Iterable[Picture], fps: float, spec: VideoSpec) -> Iterator[Picture]:
    """Exactly `spec.frames` frames of the spec's size, from a film of `fps` frames a second: cropped to the shape, resized,
    and where the rates differ, the moments between two frames moved along what moves.

    A film that is too short stays on its last frame: half a frame is lost at the end of many a file. Errors: `EngineFailed`
    where more than a tenth is missing, or there is no frame at all.
    """
    moments = (number / spec.fps * fps for number in range(spec.frames))
    source = enumerate(sized(frame, spec.width, spec.height) for frame in frames)
    index, after = next(source, (-1, None))
    if after is None:
        raise EngineFailed("it made no frames")
    before, steps = after, None
    for moment in moments:
        while index < moment - SAME_MOMENT and (following := next(source, None)) is not None:
            before, steps = after, None
            index, after = following
        if moment - index > max(1.0, 0.1 * spec.frames / spec.fps * fps):
            raise EngineFailed(f"it made {index + 1} frames, {spec.duration:g} s are {spec.duration * fps:.0f}")
        share = 1 - (index - moment)
        if share >= 1 - SAME_MOMENT or before is after:
            yield after
        elif share <= SAME_MOMENT:
            yield before
        else:
            steps = steps or between(before, after)
            yield steps(share)


def sized(frame: Picture, width: int, height: int) -> Picture:
    """The picture at that size: the middle of it, cropped to the shape."""
    tall, wide = frame.shape[:2]
    if (wide, tall) == (width, height):
        return np.ascontiguousarray(frame)
    scale = max(width / wide, height / tall)
    cut_wide, cut_tall = min(wide, round(width / scale)), min(tall, round(height / scale))
    left, top = (wide - cut_wide) // 2, (tall - cut_tall) // 2
    middle = frame[top : top + cut_tall, left : left + cut_wide]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LANCZOS4
    return np.asarray(cv2.resize(middle, (width, height), interpolation=way))
