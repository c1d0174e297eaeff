"""A model by this engine against the plain loop of diffusers: seconds of a video, what is approximated, what is overhead.

On a card: Wan 2.1 1.3B at its true sizes, 832x480, 81 frames, 50 steps. On the processor: a tiny one, which shows the
overhead at its worst. Weights are random (speed does not depend on them; PSNR and SSIM of a trained model differ), and the
text encoder is one layer of the true width, read once by all. On the processor, its own seconds are counted.

python benchmarks/models.py [--videos 3] [--steps 50] [--only compiled …]      (with the extra `gpu`)

Nothing is downloaded. Each row is told as soon as it is there; on an H200, all of them with `--videos 1` take some ten minutes,
so where time is short, choose. `--rehearse` goes through the ways of a card with the tiny model, wherever it is.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from diffusers import AutoencoderKLWan, WanPipeline, WanTransformer3DModel  # noqa: E402
from tests.gpu import tiny  # noqa: E402
from transformers import UMT5Config, UMT5EncoderModel  # noqa: E402

from promptreel.engine_config import CustomConfig, DiffusersConfig  # noqa: E402
from promptreel.engines import Frame, RenderJob  # noqa: E402
from promptreel.engines.diffusers import DiffusersEngine, denoising, wan_decoding  # noqa: E402
from promptreel.engines.host import Audience, EngineHost, Order  # noqa: E402
from promptreel.errors import EngineFailed  # noqa: E402
from promptreel.media import Encoder  # noqa: E402
from promptreel.spec import VideoSpec  # noqa: E402

MODEL = "Wan-AI/Wan2.1-T2V-1.3B-Diffusers"
PROMPT = "a dog runs along the beach"
MEMORY_MIB = 64 * 1024
WARM_UP_STEPS = 3


def clock(pid: int | None = None) -> float:
    """Seconds. On a card those of the wall; without one those of the processor, here and in the process `pid`: what else the
    machine does makes no difference to these.
    """
    if torch.cuda.is_available():
        return time.monotonic()
    beside = psutil.Process(pid).cpu_times() if pid else None
    return time.process_time() + (beside.user + beside.system if beside else 0)


# -- the model -----------------------------------------------------------------------------------------------------------


def checkpoint(folder: Path, *, large: bool) -> Path:
    """As the published configuration has it, with random weights; or the tests' tiny one."""
    if not large:
        return tiny.wan(folder)
    torch.manual_seed(1)
    transformer = WanTransformer3DModel(
        num_attention_heads=12, attention_head_dim=128, ffn_dim=8960, num_layers=30, text_dim=4096
    )
    reader = UMT5Config(vocab_size=300, d_model=4096, d_kv=64, d_ff=64, num_layers=1, num_heads=64)
    pipe = WanPipeline(
        tokenizer=tiny.tokenizer(),
        text_encoder=UMT5EncoderModel(reader).bfloat16(),
        transformer=transformer.bfloat16(),
        vae=AutoencoderKLWan(),
        scheduler=tiny.scheduler(),
    )
    pipe.save_pretrained(folder)
    return folder


# -- measured inside the engine's process --------------------------------------------------------------------------------


class Timed(DiffusersEngine):
    """The engine itself, which tells in its report how long it denoised and decoded. Keeps the frames of one film."""

    def __init__(self, frames: str, **settings: Any) -> None:
        super().__init__(DiffusersConfig(kind="diffusers", **settings))
        self._frames = Path(frames)
        self.seconds = self.keeping = 0.0
        denoising.run = self._timed(denoising.run)
        decoded = wan_decoding.frames

        def timed_frames(*arguments: Any) -> Iterator[Frame]:
            following = self._timed(decoded(*arguments).__next__)
            while True:
                try:
                    yield following()
                except StopIteration:
                    return

        wan_decoding.frames = timed_frames

    def _timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:
            began = clock()
            try:
                return function(*arguments, **named)
            finally:
                if torch.cuda.is_available():
                    torch.cuda.synchronize()
                self.seconds += clock() - began

        return timed

    def render(self, job: RenderJob) -> Iterator[Frame]:
        self.seconds = self.keeping = 0.0
        kept = []
        for frame in super().render(job):
            began = clock()
            if job.spec.quality == "free" and not self._frames.exists():
                kept.append(np.array(frame))
                if len(kept) == job.spec.frames:
                    np.save(self._frames, np.stack(kept))
            self.keeping += clock() - began
            yield frame

    def report(self, spec: VideoSpec) -> dict[str, Any]:
        return super().report(spec) | {"seconds": self.seconds, "keeping": self.keeping}


async def by_engine(spec: VideoSpec, videos: int, folder: Path, name: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Seconds of a video through the engine's process to a file, once it is warm, and of that what is model.

    Errors: `EngineFailed` for a way that does not work here.
    """
    frames = folder / f"{name}.npy"
    config = CustomConfig(kind="custom", model="models:Timed", options=settings | {"frames": str(frames)})
    engine = EngineHost(name, config, folder / "kernels", MEMORY_MIB)
    walls, parts, notes = [], [], []
    try:
        for number in range(videos + 1):
            target = folder / f"{name}-{number}"
            target.mkdir()
            # The first film is to get warm: the same sizes, few steps.
            order = Order(spec if number else replace(spec, quality="premium"))
            began = clock(engine.pid)
            done = await engine.render(order, target, Audience(lambda *_: None), 3600)
            if number:
                walls.append(clock(engine.pid) - began - done.report["keeping"])
                parts.append(done.report["seconds"])
            notes = done.report["notes"]
    finally:
        await engine.close()
    overhead = statistics.median(1 - part / wall for part, wall in zip(parts, walls, strict=True))
    return {"seconds": statistics.median(walls), "overhead": overhead, "frames": np.load(frames), "notes": notes}


# -- the plain loop ------------------------------------------------------------------------------------------------------


def plain(model: Path, spec: VideoSpec, videos: int, steps: int, folder: Path) -> dict[str, Any]:
    """Seconds of a video by a script of a few lines, once it is warm: the pipeline as it is loaded, its frames, a file."""
    card = torch.cuda.is_available()
    dtypes = {"default": torch.bfloat16 if card else torch.float32, "vae": torch.float32}
    pipe = WanPipeline.from_pretrained(model, dtype=dtypes).to("cuda" if card else "cpu")
    pipe.set_progress_bar_config(disable=True)
    walls: list[float] = []
    for number in range(videos + 1):
        began = clock()
        made = pipe(
            PROMPT,
            width=spec.width,
            height=spec.height,
            num_frames=spec.frames,
            num_inference_steps=steps if number else WARM_UP_STEPS,
            generator=torch.Generator("cpu").manual_seed(spec.seed),
        ).frames[0]
        frames = np.round(made * 255).astype(np.uint8)
        with Encoder(folder / "plain.mp4", spec.width, spec.height, spec.fps) as encoder:
            for frame in frames:
                encoder.add(frame)
            encoder.close()
        if number:
            walls.append(clock() - began)
    return {"seconds": statistics.median(walls), "frames": frames, "notes": []}


# -- how far two films are apart -------------------------------------------------------------------------------------------


def psnr(one: Any, other: Any) -> float:
    """Of all pixels, in decibels."""
    error = np.mean((one.astype(np.float64) - other) ** 2)
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))


def ssim(one: Any, other: Any) -> float:
    """Structural similarity (Wang et al. 2004) of luma, over blocks of 8 by 8 that do not overlap."""
    x, y = (blocks(film @ np.array([0.299, 0.587, 0.114])) for film in (one, other))
    mean_x, mean_y = x.mean(-1), y.mean(-1)
    both = (x * y).mean(-1) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    light = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    return float(np.mean(light * (2 * both + c2) / (x.var(-1) + y.var(-1) + c2)))


def blocks(luma: Any) -> Any:
    """Pixels of each block: shape (frames, down, across, 64)."""
    frames, height, width = luma.shape
    cut = luma[:, : height // 8 * 8, : width // 8 * 8].reshape(frames, height // 8, 8, width // 8, 8)
    return cut.swapaxes(2, 3).reshape(frames, height // 8, width // 8, 64)


# -- all of it -------------------------------------------------------------------------------------------------------------


WAYS: dict[str, dict[str, Any]] = {
    "exact": {"cache": "none"},
    "cudnn": {"cache": "none", "attention": "_native_cudnn"},
    "compiled": {"cache": "none", "compile": True},
    "fp8": {"cache": "none", "fp8": True},
    "cached": {"compile": True},
}
"""How the engine is set. Only `cached` is an approximation of what all steps make, and `fp8` one of the weights."""


def main() -> None:
    card = torch.cuda.is_available()
    parser = argparse.ArgumentParser()
    parser.add_argument("--videos", type=int, default=3, help="measured after one that warms up")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--only", nargs="+", choices=WAYS, help="beside the plain loop")
    parser.add_argument("--rehearse", action="store_true", help="all ways, with the tiny model")
    asked = parser.parse_args()
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH", ""))))
    large = card and not asked.rehearse
    width, height, frames, fps = (832, 480, 81, 16) if large else (32, 32, 9, 8)
    spec = VideoSpec(PROMPT, width, height, fps=fps, duration=frames / fps, seed=3)
    chosen = asked.only or (WAYS if card or asked.rehearse else ("exact", "cached"))
    ways = {name: WAYS[name] if card or asked.rehearse else WAYS[name] | {"compile": False} for name in chosen}
    device = torch.cuda.get_device_name() if card else f"processor, {torch.get_num_threads()} threads"
    print(
        f"{device}{'' if large else ', a tiny model'}: {width}x{height}, {frames} frames, {asked.steps} steps, median of"
        f" {asked.videos}; PSNR and SSIM are against the plain loop, before the file is made\n\n"
        "| | seconds | times plain | outside the model | PSNR dB | SSIM | |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = checkpoint(folder / "model", large=large)
        preset = {"width": width, "height": height, "frames": frames, "fps": fps}
        presets = {"free": preset | {"steps": asked.steps}, "premium": preset | {"steps": WARM_UP_STEPS}}
        common = {"model": str(model), "base": MODEL, "presets": presets}
        base = plain(model, spec, asked.videos, asked.steps, folder)
        tell("plain loop of diffusers", base, base)
        for way, settings in ways.items():
            try:
                tell(
                    f"this engine, {way}",
                    asyncio.run(by_engine(spec, asked.videos, folder, way, common | settings)),
                    base,
                )
            except EngineFailed as error:
                print(f"| this engine, {way} | | | | | | {error.message} |", flush=True)


def tell(title: str, row: dict[str, Any], base: dict[str, Any]) -> None:
    """Print a row of the table."""
    same = (f"{psnr(row['frames'], base['frames']):.1f}", f"{ssim(row['frames'], base['frames']):.4f}")
    share = f"{row['overhead']:.1%}" if "overhead" in row else ""
    cells = (title, f"{row['seconds']:.3f}", f"{base['seconds'] / row['seconds']:.2f}", share, *same)
    print("| " + " | ".join((*cells, "; ".join(row["notes"]))) + " |", flush=True)


if __name__ == "__main__":
    main()
