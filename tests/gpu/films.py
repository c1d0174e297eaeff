"""Films by an engine, as tests ask for them."""

from typing import Any

import numpy as np

from promptreel.engines import Picture, RenderJob
from promptreel.engines.diffusers import DiffusersEngine
from promptreel.spec import VideoSpec

Told = list[tuple[float, str]]

SPEC = VideoSpec("a dog runs along the beach", 32, 32, fps=8, duration=9 / 8, seed=3)


def noise(seed: int, width: int = 32, height: int = 32) -> Picture:
    """A picture that is like no other."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def film(
    engine: DiffusersEngine,
    spec: VideoSpec = SPEC,
    image: Picture | None = None,
    last_image: Picture | None = None,
    told: Told | None = None,
) -> Any:
    """All frames, stacked: shape (frames, height, width, 3)."""
    heard = told if told is not None else []
    job = RenderJob(spec, lambda *progress: heard.append(progress), image, last_image)
    return np.stack(list(engine.render(job)))
