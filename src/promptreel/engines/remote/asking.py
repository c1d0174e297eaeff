"""From a video that is wanted to what a server is asked for: numbers of the model's own, from the preset and the catalogue."""

import io

from PIL import Image

from promptreel import model_catalogue
from promptreel.engine_config import Preset, RemoteConfig
from promptreel.engines import Picture, RenderJob
from promptreel.engines.fitting import Native, native_for, sized
from promptreel.engines.remote.protocol import Ask
from promptreel.errors import EngineRefused
from promptreel.spec import VideoSpec

EXACT = frozenset({"openai", "litellm"})
"""Protocols of services with a list of sizes: the preset's own is asked for, upright or lying, and nothing in between."""

MULTIPLE = 32
"""Of the sides, for a model that nobody knows: every one that is open takes multiples of 32."""

FRAME_STEP, FRAME_OFFSET = 8, 1
"""Of the number of frames, likewise: 8k + 1 is 4k + 1 as well."""


def native(config: RemoteConfig, server: int, spec: VideoSpec) -> Native:
    """What is asked of that server. Errors: `EngineRefused` for a video that needs several passes where it cannot go on from a
    picture.
    """
    preset = preset_of(config, spec)
    facts = model_catalogue.find(config.servers[server].model) or model_catalogue.find(config.model)
    area = (spec.width, spec.height)
    if facts and spec.quality in facts.sizes:
        area = (facts.sizes[spec.quality].width, facts.sizes[spec.quality].height)
    if preset.width and preset.height:
        area = (preset.width, preset.height)
    found = native_for(
        spec,
        area=area,
        multiple=facts.multiple if facts else MULTIPLE,
        frame_step=facts.frame_step if facts else FRAME_STEP,
        frame_offset=facts.frame_offset if facts else FRAME_OFFSET,
        most_frames=preset.frames or (facts.frames if facts else 1 << 20),
        fps=preset.fps or (facts.fps if facts else float(spec.fps)),
    )
    if found.passes > 1 and "image" not in config.supports:
        most = found.frames / found.fps
        raise EngineRefused(f"its model makes {most:.0f} s at a time, and cannot go on from a picture")
    if config.protocol in EXACT:
        lying = spec.width >= spec.height
        width, height = area if lying == (area[0] >= area[1]) else area[::-1]
        return Native(width, height, found.frames, found.fps, found.passes, found.overlap)
    return found


def ask(config: RemoteConfig, job: RenderJob, wanted: Native, number: int, begin_with: Picture | None) -> Ask:
    """What is asked for in pass `number` (from 0), which begins with that picture."""
    spec, preset = job.spec, preset_of(config, job.spec)
    ends = job.last_image if number == wanted.passes - 1 else None
    return Ask(
        prompt=spec.prompt,
        width=wanted.width,
        height=wanted.height,
        frames=wanted.frames,
        fps=wanted.fps,
        seconds=spec.duration if wanted.passes == 1 else wanted.frames / wanted.fps,
        negative_prompt=spec.negative_prompt if "negative_prompt" in config.supports else "",
        # With the same seed, the passes after the first would all move in the same way.
        seed=(spec.seed + number) % (1 << 63) if "seed" in config.supports else None,
        steps=preset.steps,
        guidance=preset.guidance,
        guidance_2=preset.guidance_2,
        sound=spec.sound and "sound" in config.supports,
        image=png(begin_with, wanted),
        last_image=png(ends, wanted),
        options=preset.options,
    )


def preset_of(config: RemoteConfig, spec: VideoSpec) -> Preset:
    """How the video's quality is made; one that says nothing where there is none."""
    return config.presets.get(spec.quality) or Preset()


def png(picture: Picture | None, wanted: Native) -> bytes | None:
    """The picture as a PNG file of the size that is asked for: servers stretch others, each in its own way, or refuse them."""
    if picture is None:
        return None
    out = io.BytesIO()
    Image.fromarray(sized(picture, wanted.width, wanted.height)).save(out, "PNG", compress_level=3)
    return out.getvalue()
