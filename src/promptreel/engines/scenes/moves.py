"""What the drawn scenes share: how a camera goes through a clip, and what a mood does to the grade."""

import math
from dataclasses import dataclass
from typing import Any

from promptreel.engines.scenes.mesh import Camera, look
from promptreel.engines.scenes.scene_spec import SceneSpec

Pose = tuple[float, float, float, float, float]
"""x, y, z in metres; yaw to the right and pitch up in radians."""

FULL_MOVE = 5.0
"""Seconds that a move needs at its greatest speed. A shorter clip goes a part of the way, a longer one goes slower."""


@dataclass(frozen=True, slots=True)
class Move:
    """The way of the camera over a clip of `duration` seconds, from one pose to another."""

    start: Pose
    end: Pose
    duration: float
    shake: float = 0.0
    """Radians by which a hand-held camera sways."""

    def camera(self, t: float, tangent: float) -> Camera:
        """The camera at `t` seconds; `tangent` of half its vertical angle of view."""
        part = min(max(t / self.duration, 0.0), 1.0)
        # Mostly even, with a gentle start and stop.
        part = 0.7 * part + 0.3 * part * part * (3 - 2 * part)
        x, y, z, yaw, pitch = (a + (b - a) * part for a, b in zip(self.start, self.end, strict=True))
        yaw += self.shake * (math.sin(t * 6.1) + 0.6 * math.sin(t * 13.7 + 1.0))
        pitch += self.shake * (math.sin(t * 7.3 + 2.0) + 0.5 * math.sin(t * 16.9 + 4.0))
        return look((x, y, z), yaw, pitch, tangent)


def share_of_move(duration: float, spec: SceneSpec) -> float:
    """How much of a move, 0…1, a clip of `duration` seconds makes. A calm camera goes half as far."""
    return min(1.0, duration * spec.speed / FULL_MOVE) * (0.5 if spec.mood == "calm" else 1.0)


def shake_of(spec: SceneSpec) -> float:
    """How much the camera sways, radians."""
    return 0.004 if spec.camera == "shake" else 0.0


def graded(post: dict[str, Any], mood: str) -> dict[str, Any]:
    """The grade of a scene, changed as its mood asks."""
    grade = {"tint": (1.0, 1.0, 1.0), **post}
    changes: dict[str, dict[str, Any]] = {
        "dramatic": {"contrast": post["contrast"] + 0.12, "vignette": post["vignette"] + 0.12},
        "warm": {"tint": (1.12, 1.0, 0.86)},
        "cold": {"tint": (0.88, 0.99, 1.14)},
        "dark": {"exposure": post["exposure"] * 0.68},
        "bright": {"exposure": post["exposure"] * 1.35, "saturation": post["saturation"] + 0.06},
        "dreamy": {"bloom": post["bloom"] * 1.9, "contrast": 0.02, "tint": (1.05, 0.97, 1.05)},
    }
    return {**grade, **changes.get(mood, {})}
