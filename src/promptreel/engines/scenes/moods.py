"""What a mood does to the grade."""

from typing import Any


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
