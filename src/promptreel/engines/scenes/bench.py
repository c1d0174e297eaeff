"""How long films take: a basket of prompts, each beside a plain encoding of the very same frames.

On a shared machine only the ratio tells; seconds are there to be compared with the figures that are aimed at.
"""

import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from promptreel.engines import Frame, Planes, RenderJob, WithSound
from promptreel.engines.memory import give_memory_back
from promptreel.engines.scenes import ScenesEngine
from promptreel.media import Encoder
from promptreel.spec import VideoSpec

BASKET = (
    "A beautiful sunset over the ocean",
    "waves breaking on a tropical beach with palm trees, drone shot",
    "a calm mountain lake at sunrise, mist over the water",
    "a river winding through a forest in autumn",
    "a waterfall in the jungle",
    "a whale and a shoal of fish underwater, light shafts",
    "snowy mountain village at night under northern lights",
    "rolling green hills with a windmill, time-lapse clouds",
    "desert dunes in a sandstorm",
    "a canyon at golden hour, an eagle soaring",
    "a meadow full of flowers with butterflies",
    "a forest in winter, snow falling, a fox walking",
    "an erupting volcano at night",
    "a small island in a turquoise sea",
    "a dog running on the beach at golden hour",
    "a cat sitting in a garden, cherry petals falling",
    "three horses galloping across a plain at dusk",
    "a deer standing in a misty forest in the morning",
    "a flock of birds flying over the hills at sunset",
    "a dragon flying over a castle in a thunderstorm",
    "a monkey smiling in the jungle",
    "a robot dancing in a futuristic city at night",
    "an astronaut floating in space above the Earth",
    "a rocket launching at dawn",
    "a red sports car driving along a desert highway",
    "a steam train crossing the countryside",
    "a yellow taxi in a neon city street in the rain",
    "city skyline at night with fireworks",
    "a sailing boat on a stormy sea near a lighthouse",
    "hot-air balloons drifting over a valley at sunrise",
    "people walking with umbrellas in a rainy street",
    "a woman dancing on the beach at sunset, slow motion",
    "a castle on a hill in the fog, cinematic",
    "a harbour with fishing boats in the morning",
    "a cosy room with a fireplace, snow outside the window",
    "a candle on a table in a dark room",
    "a ringed planet with its moon, camera orbiting",
    "a colourful nebula, slow zoom in",
    "abstract fluid in blue and gold",
    "ink spreading in water",
)
"""What people type, over all kinds of settings, subjects and weather."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One prompt: seconds of wall time per second of film for all of it and for encoding alone, and CPU seconds."""

    prompt: str
    made: float
    encoded: float
    cpu: float
    setup: float
    """Seconds before the first frame."""


def measure(prompt: str, width: int, height: int, fps: int, duration: float, seed: int) -> Timing:
    """Make one film, then encode the same frames once more, from a file so that memory stays what a job needs."""
    engine = ScenesEngine()
    spec = VideoSpec(prompt, width, height, fps=fps, duration=duration, seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        spool = Path(folder) / "frames"
        wall, cpu = time.perf_counter(), time.process_time()
        first = 0.0
        spent_spooling = 0.0
        sound = engine.sound(spec) if isinstance(engine, WithSound) else None
        with spool.open("wb") as file, Encoder(Path(folder) / "film.mp4", width, height, fps, sound=sound) as encoder:
            for frame in engine.render(RenderJob(spec, lambda _fraction, _step: None)):
                first = first or time.perf_counter() - wall
                encoder.add(frame)
                begun = time.perf_counter()
                _write(frame, file.write)
                spent_spooling += time.perf_counter() - begun
            encoder.close()
        made, used = time.perf_counter() - wall - spent_spooling, time.process_time() - cpu
        give_memory_back()  # as the engines' process does after each job
        wall = time.perf_counter()
        with Encoder(Path(folder) / "plain.mp4", width, height, fps) as encoder:
            reading = 0.0
            for number in range(spec.frames):
                begun = time.perf_counter()
                planes = _read(spool, number, width, height)
                reading += time.perf_counter() - begun
                encoder.add(planes)
            encoder.close()
        plain = time.perf_counter() - wall - reading
        give_memory_back()
    length = spec.frames / fps
    return Timing(prompt, made / length, plain / length, used / length, first)


def _write(frame: Frame, write: Callable[[bytes], object]) -> None:
    assert isinstance(frame, tuple)
    for plane in frame:
        write(plane.tobytes())


def _read(spool: Path, number: int, width: int, height: int) -> Planes:
    size = width * height * 3 // 2
    data = np.fromfile(spool, np.uint8, size, offset=number * size)
    whole, half = width * height, width * height // 4
    luma = data[:whole].reshape(height, width)
    blue, red = (data[start : start + half].reshape(height // 2, width // 2) for start in (whole, whole + half))
    return luma, blue, red


def run(width: int, height: int, fps: int, duration: float, prompts: tuple[str, ...] = BASKET) -> Iterator[Timing]:
    """The basket, one after the other. Compile first: the first film of a kind waits for its kernels."""
    for number, prompt in enumerate(prompts):
        yield measure(prompt, width, height, fps, duration, seed=number + 1)


def summary(timings: list[Timing]) -> dict[str, float]:
    """Medians and the worst, per second of film; `ratio` is the median of film over plain encoding of the same frames."""
    return {
        "median": statistics.median(timing.made for timing in timings),
        "worst": max(timing.made for timing in timings),
        "encode": statistics.median(timing.encoded for timing in timings),
        "ratio": statistics.median(timing.made / max(timing.encoded, 1e-9) for timing in timings),
        "cpu": statistics.median(timing.cpu for timing in timings),
        "first_frame": statistics.median(timing.setup for timing in timings),
        "memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "cores": float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1),
    }
