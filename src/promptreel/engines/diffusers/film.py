"""A film by a model: how it is to be made, its passes one after another, and what is told of it afterwards."""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import structlog
from PIL import Image

from promptreel.engine_config import DiffusersConfig, Preset
from promptreel.engines import Picture, RenderJob, Track, fitting
from promptreel.engines.diffusers import denoising, failing, placing, sounds
from promptreel.engines.diffusers.families import Call
from promptreel.engines.diffusers.shelf import Loaded, shelf
from promptreel.engines.diffusers.texts import unseen_words
from promptreel.engines.diffusers.waiting import Tell, part
from promptreel.engines.fitting import Native, native_for, sized
from promptreel.errors import EngineFailed, EngineRefused
from promptreel.spec import VideoSpec

log = structlog.get_logger()

STEPS_SHARE = 0.94
"""Of a pass, what its steps take; its frames take the rest."""
SLOWEST = 2.0
"""A model that cannot go on from a picture makes one pass. Shown for longer than this many times its length, it would crawl."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a spec is made by a model."""

    preset: Preset
    native: Native
    """`fps` as the frames are shown: less than the model's own where the film is slowed down."""
    notes: tuple[str, ...] = ()


def planned(config: DiffusersConfig, model: Loaded, spec: VideoSpec) -> Plan:
    """What the operator's preset and the model's facts make of a spec. Errors: `EngineRefused` for what the model cannot do."""
    facts, takes = model.facts, model.takes
    if (kind := kind_of(spec)) not in takes:
        needs = {"text": "text alone", "image": "a picture", "last_image": "a first and a last picture"}[kind]
        raise EngineRefused(f"{facts.title} cannot start from {needs}")
    preset = config.presets.get(spec.quality, Preset())
    size = facts.sizes.get(spec.quality) or next(iter(facts.sizes.values()))
    frames, fps = preset.frames or facts.frames, preset.fps or facts.fps
    area = (preset.width or size.width, preset.height or size.height)
    native = native_for(
        replace(spec, width=area[0], height=area[1]) if facts.one_size else spec,
        area=area,
        multiple=facts.multiple,
        frame_step=facts.frame_step,
        frame_offset=facts.frame_offset,
        most_frames=frames,
        fps=fps,
    )
    if native.passes == 1:
        return Plan(preset, native)
    if "image" in takes:
        how = "each going on from the one before it"
        return Plan(preset, native, (f"made in {native.passes} passes of {native.frames} frames, {how}",))
    # It cannot go on from its own last frame, so what it can make at once is shown for longer.
    most = fitting.step_down(frames, facts.frame_step, facts.frame_offset)
    slower = (spec.frames - 1) / spec.fps / ((most - 1) / fps)
    if slower > SLOWEST:
        longest = math.floor(SLOWEST * (most - 1) / fps)
        raise EngineRefused(f"{facts.title} makes films of at most {longest} s")
    native = replace(native, frames=most, fps=fps / slower, passes=1, overlap=0)
    note = (
        f"the model makes {(most - 1) / fps:.1f} s at once and cannot go on from there: shown {slower:.2f} times slower"
    )
    return Plan(preset, native, (note,))


def kind_of(spec: VideoSpec) -> str:
    """What a spec starts from, as families name it."""
    return "last_image" if spec.has_last_image else "image" if spec.has_image else "text"


class Film:
    """One film as it is made. `tell` takes progress from 0 to 1 of all of it."""

    def __init__(self, model: Loaded, plan: Plan, job: RenderJob, tell: Tell) -> None:
        self.job = job
        self._model, self._plan, self._tell = model, plan, tell
        self._tracks: list[Track] = []
        self._retried = False
        self._how: tuple[str, ...] = ()
        """What was done to be fast, in words."""

    def fitted(self) -> Iterator[Picture]:
        """The frames that were asked for."""
        native = self._plan.native
        frames: Iterator[Picture] = fitting.chained(self._passes(), native.overlap)
        if self._model.facts.sound and native.passes > 1:
            # The sound is asked for with the first frame, and is whole only when all passes are made.
            frames = iter(list(frames))
        return fitting.fitted(frames, native.fps, self.job.spec)

    def _passes(self) -> Iterator[Iterator[Picture]]:
        """The frames of each pass; a later one starts from a frame near the end of the one before."""
        native, start = self._plan.native, picture(self.job.image, self._plan.native)
        newest: deque[Picture] = deque(maxlen=max(1, native.overlap))

        def kept(frames: Iterator[Picture]) -> Iterator[Picture]:
            for frame in frames:
                newest.append(frame)
                yield frame

        for number in range(native.passes):
            last = picture(self.job.last_image, native) if number == native.passes - 1 else None
            call = replace(self._call(), seed=self.job.spec.seed + number, image=start, last_image=last)
            yield kept(self._pass(call, part(self._tell, number / native.passes, (number + 1) / native.passes)))
            start = Image.fromarray(newest[0])

    def _call(self) -> Call:
        """What all passes have in common."""
        spec, preset, facts = self.job.spec, self._plan.preset, self._model.facts
        options = facts.arguments | preset.options
        negative = str(options.pop("negative_prompt", ""))
        return Call(
            spec.prompt,
            spec.negative_prompt or negative,
            self._plan.native,
            spec.seed,
            steps=preset.steps or facts.steps,
            guidance=facts.guidance if preset.guidance is None else preset.guidance,
            guidance_2=facts.guidance_2 if preset.guidance_2 is None else preset.guidance_2,
            prompt_tokens=facts.prompt_tokens,
            options=options,
        )

    def _pass(self, call: Call, tell: Tell) -> Iterator[Picture]:
        """The frames of one pass; made once more with less memory where there was not enough, without a frame shown twice."""
        shown, heard = 0, len(self._tracks)
        while True:
            output = None
            try:
                output = self._denoised(call, tell)
                # Before the frames: with the first of them the sound is asked for.
                self._tracks[heard:] = self._sound_of(call, output)
                for index, frame in enumerate(self._model.family.frames(self._model.pipeline(call.kind), output)):
                    if index >= shown:
                        shown += 1
                        yield frame
                return
            except Exception as error:
                if not failing.out_of_memory(error):
                    raise
                log.warning("card_out_of_memory", model=self._model.facts.id, reason=str(error).splitlines()[0])
                if self._retried:
                    raise self._too_large(self._more_saved(decoding=output is not None)) from error
            finally:
                self._model.rest()
            self._save_memory(decoding=output is not None)

    def _denoised(self, call: Call, tell: Tell) -> Any:
        """What the pipeline makes of a call, before it is turned into frames."""
        model, pipe = self._model, self._model.pipeline(call.kind)
        tell(0.0, "preparing")

        def read(text: str) -> dict[str, Any]:
            make = partial(model.family.read, pipe, text, call.prompt_tokens)
            return model.texts.get(text, make, pipe._execution_device)

        prompt = model.family.prompt(pipe, call, read)
        self._how = model.speed.ready(pipe, call.steps, model.saver, guided=call.guided)
        arguments = prompt | model.family.arguments(pipe, call) | dict(call.options)
        return denoising.run(pipe, arguments, call.seed, part(tell, 0.0, STEPS_SHARE))

    def _save_memory(self, *, decoding: bool) -> None:
        """Make room, once: other models go, and this one takes less. Errors: `EngineRefused` where it cannot take less."""
        self._retried = True
        model = self._model
        alone = not shelf().clear_for(model, model.device)
        saver = self._more_saved(decoding=decoding)
        if saver is not None:
            log.warning("saving_memory", model=model.facts.id, saver=saver.name)
            model.save_more(saver)
        elif alone:
            raise self._too_large(None)

    def _more_saved(self, *, decoding: bool) -> placing.Saver | None:
        return placing.next_saver(self._model.saver, self._model.device, decoding=decoding)

    def _too_large(self, saver: placing.Saver | None) -> EngineFailed:
        """What ends an attempt for which there was no room: the next one would save more, or end in the same way."""
        words = "the model does not fit into the memory of the card"
        if saver is None:
            return EngineRefused(f"{words}, however much of it is saved")
        return EngineFailed(f"{words} with {self._model.saver.words or 'nothing saved'}")

    # -- what is told ----------------------------------------------------------------------------------------------------

    def _sound_of(self, call: Call, output: Any) -> list[Track]:
        track = self._model.family.sound(self._model.pipeline(call.kind), output)
        return [] if track is None else [sounds.lasting(track, call.native.frames / call.native.fps)]

    def sound(self) -> Track | None:
        """The sound of all passes, faded into each other as the pictures are; None where the model makes none."""
        native = self._plan.native
        return sounds.joined(self._tracks, native.overlap / native.fps) if self._tracks else None

    def report(self) -> dict[str, Any]:
        """What was made, for who asked: the native size and length, words that the model did not see, and notes."""
        model, spec = self._model, self.job.spec
        pipe = model.pipeline(kind_of(spec))
        words = unseen_words(spec.prompt, model.facts.prompt_tokens, lambda text: model.family.tokens(pipe, text))
        unread = f"the model reads {model.facts.prompt_tokens} tokens of a prompt: the last words are beyond"
        notes = [*self._plan.notes, *([unread] if words else []), *self._how]
        return {
            "coverage": None,
            "words": words,
            "native": self._plan.native.as_dict(),
            "notes": [*notes, *([model.saver.words] if model.saver.words else [])],
            "model": model.facts.id,
        }


def picture(given: Picture | None, native: Native) -> Image.Image | None:
    """A picture in the size of the film."""
    return None if given is None else Image.fromarray(sized(given, native.width, native.height))
