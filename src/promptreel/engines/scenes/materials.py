"""What any body can be made of, whatever its own surface: gold, stone, wood, glass, or light."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from promptreel.engines.scenes.stage import LUMINANCE, Floats

COLOURS = {
    "red": (0.62, 0.03, 0.025), "orange": (0.80, 0.22, 0.02), "gold": (0.80, 0.50, 0.10), "yellow": (0.85, 0.62, 0.03),
    "green": (0.06, 0.34, 0.07), "teal": (0.02, 0.32, 0.32), "blue": (0.03, 0.11, 0.55), "purple": (0.25, 0.05, 0.42),
    "pink": (0.80, 0.25, 0.42), "white": (0.82, 0.82, 0.80), "black": (0.018, 0.018, 0.020), "grey": (0.26, 0.26, 0.27),
    "brown": (0.22, 0.10, 0.04), "silver": (0.55, 0.56, 0.58),
}  # fmt: skip
"""Reflectances, linear, of what a prompt calls by that colour."""


@dataclass(slots=True)
class _Made:
    """A body with another surface."""

    body: Any
    colour: Floats
    emission: Floats
    finish: Floats

    def __getattr__(self, name: str) -> Any:
        return getattr(self.body, name)


SURFACES = {
    "golden": ((0.83, 0.55, 0.16), 0.75, 0.85),
    "metal": ((0.46, 0.48, 0.51), 0.8, 0.85),
    "stone": ((0.34, 0.33, 0.31), 0.9, 0.0),
    "wooden": ((0.28, 0.15, 0.07), 0.9, 0.05),
    "glass": ((0.30, 0.38, 0.42), 0.7, 1.0),
    "transparent": ((0.34, 0.42, 0.46), 0.6, 1.0),
}
"""Colour, how much of it replaces the body's own, and gloss."""


def material(body: Any, qualities: frozenset[str]) -> Any:
    """The body, made of what the prompt says: gold, stone, wood, or glowing."""
    chosen = [name for name in SURFACES if name in qualities]
    if not chosen and "glowing" not in qualities:
        return body
    colour, emission, finish = body.colour.copy(), body.emission.copy(), body.finish.copy()
    for name in chosen[:1]:
        tone, share, gloss = SURFACES[name]
        light = (colour @ LUMINANCE)[:, None]
        relief = np.clip(0.6 + 0.8 * light / max(float(light.mean()), 1e-3) * 0.5, 0.5, 1.4)
        colour = (colour * (1 - share) + np.array(tone) * relief * share).astype(np.float32)
        finish[:, 0] = np.maximum(finish[:, 0], gloss) if gloss else 0.0
    if (
        "glowing" in qualities and (emission.max(axis=1) > 0.1).mean() < 0.3
    ):  # Others know themselves what of them glows.
        tone = colour / np.maximum(colour.max(axis=1, keepdims=True), 0.05)
        emission = np.maximum(emission, (0.35 * colour + 0.5 * tone).astype(np.float32))
    return _Made(body, colour, emission, finish)
