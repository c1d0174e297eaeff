"""What a video is: its specification, its status and the moves that a status may make. Pure facts, no I/O."""

import re
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

MAX_SIDE = 3840
MIN_SIDE = 16

ASPECT_RATIOS = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1), "4:3": (4, 3), "3:4": (3, 4), "21:9": (21, 9)}


BLANK = (
    r"\s\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
)
VISIBLE = re.compile(f"[^{BLANK}\U000e0000-\U000e0fff]")
"""A character that can be seen: a prompt without one is empty."""


class Status(StrEnum):
    """Where a video stands. Words of the PromptToVideo page, and `CANCELLED`, which its dialect shows as failed."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to the video."""
        return not MOVES[self]


MOVES: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.PROCESSING, Status.FAILED, Status.CANCELLED}),
    Status.PROCESSING: frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED}),
    Status.COMPLETED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELLED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class VideoSpec:
    """All that an engine needs to know to render one video, besides the pictures themselves.

    `width`, `height` in pixels (even), `fps` in frames per second, `duration` in seconds. The finished file has exactly
    `frames` frames.
    """

    prompt: str
    width: int
    height: int
    fps: int = 24
    duration: float = 8.0
    seed: int = 0
    negative_prompt: str = ""
    quality: str = "free"
    engine: str = "scenes"
    has_image: bool = False
    has_last_image: bool = False
    sound: bool = False
    """Whether a sound track comes with it, where the engine can make one and the prompt does not ask for silence."""

    @property
    def frames(self) -> int:
        """The number of frames of the finished file, at least one."""
        return max(1, int(self.duration * self.fps + 0.5))

    def as_dict(self) -> dict[str, Any]:
        """The specification as plain JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "VideoSpec":
        """The inverse of `as_dict`; keys that a newer version wrote are left out."""
        known = {f.name for f in fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})


def even(value: float) -> int:
    """The even number nearest to `value`, within the sides that may be rendered (H.264's 4:2:0 needs even sides)."""
    return min(MAX_SIDE, max(MIN_SIDE, 2 * round(value / 2)))


def frame_size(short_side: int, ratio: tuple[int, int], longest: int = MAX_SIDE) -> tuple[int, int]:
    """Width and height in pixels of a frame with the aspect `ratio` whose shorter side is `short_side`.

    Where the longer side would pass `longest`, the frame is made smaller as a whole, so the aspect ratio holds.
    """
    across, down = ratio
    scale = min(short_side / min(across, down), longest / max(across, down))
    return even(across * scale), even(down * scale)
