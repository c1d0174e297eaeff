"""The engine: one model as the operator has set it, from a job to frames."""

from collections.abc import Iterator
from typing import Any

from promptreel.engine_config import DiffusersConfig
from promptreel.engines import Frame, RenderJob, Track
from promptreel.engines.diffusers import encoding, failing, placing
from promptreel.engines.diffusers.film import Film, planned
from promptreel.engines.diffusers.shelf import Loaded, shelf
from promptreel.engines.diffusers.waiting import Tell, part
from promptreel.errors import EngineRefused
from promptreel.media.codecs import Codec
from promptreel.spec import VideoSpec


class DiffusersEngine:
    """Which models are in memory is the process's business (`shelf`): engines that are set alike share one."""

    def __init__(self, config: DiffusersConfig) -> None:
        self.config = config
        self.prelude = 0.0
        self._film: Film | None = None
        _ = self.codec  # tried now, while nobody waits

    @property
    def codec(self) -> Codec:
        """What its films are encoded with."""
        return encoding.codec_of(self.config, placing.device_of(self.config))

    def warm_up(self) -> None:
        """Download the model and load it."""
        self.preload(lambda *_: None)

    @property
    def warm(self) -> bool:
        """Whether the model is in memory or on its way there: for this engine, or for another one that is set alike."""
        return shelf().has_or_reads(self.config)

    def preload(self, progress: Tell) -> None:
        """As `WithModel` has it: a download goes on where it was, and what is being read is read to its end."""
        try:
            self._model(progress)
        except Exception as error:
            raise failing.as_failure(error) from error

    def report(self, spec: VideoSpec) -> dict[str, Any]:
        """What was made of the spec that was rendered last: of another, nothing can be said without the model."""
        if self._film is not None and self._film.job.spec == spec and shelf().has(self.config):
            return self._film.report()
        return {"coverage": None, "words": [], "native": {}, "notes": []}

    def sound(self, spec: VideoSpec) -> Track | None:
        """What the model made with the pictures, where it was asked for."""
        return self._film.sound() if spec.sound and self._film is not None else None

    def render(self, job: RenderJob) -> Iterator[Frame]:
        """As `Engine` has it. Errors: also `EngineBroken`, when the card answers no more."""
        self._film = None
        reached = 0.0

        def tell(fraction: float, step: str) -> None:
            nonlocal reached
            reached = max(reached, fraction)
            job.progress(reached, step)

        try:
            model = self._model(tell)
            self.prelude = reached
            plan = planned(self.config, model, job.spec)
            self._film = Film(model, plan, job, part(tell, reached, 1.0))
            yield from self._film.fitted()
            if self.config.compile:
                model.settle(plan.native)
        except Exception as error:
            raise failing.as_failure(error) from error

    def _model(self, tell: Tell) -> Loaded:
        """The model, loaded. Errors: `EngineRefused` where its licence asks for consent that was not given, `EngineStopped`."""
        facts = self.config.facts
        if facts is not None and facts.needs_consent and not self.config.accept_license:
            raise EngineRefused(f"{facts.title}: read {facts.license_url} and set accept_license = true")
        return shelf().take(self.config, tell)
