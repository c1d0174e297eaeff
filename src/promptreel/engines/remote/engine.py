"""The engine whose videos are made by other servers."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from promptreel.engine_config import RemoteConfig
from promptreel.engines import Picture, RenderJob, Track
from promptreel.engines.fitting import Native, chained, fitted
from promptreel.engines.remote import asking, video_file
from promptreel.engines.remote.errand import Errand
from promptreel.engines.remote.servers import check_table
from promptreel.engines.remote.video_file import Film
from promptreel.errors import EngineAway
from promptreel.spec import VideoSpec

FIRST_GUESS = 60.0
"""Seconds of a film before any was made."""

FOLDER = "promptreel-film-"


class RemoteEngine:
    """Has a video made by one of its servers, and makes of the film what was asked for."""

    prelude = 0.95
    """Hardly anything is left to do here once the film has come."""

    def __init__(self, config: RemoteConfig) -> None:
        """Errors: `EngineFailed` for a table that names what is not there."""
        check_table(config)
        self._config = config
        self._usual: dict[tuple[object, ...], float] = {}
        """Seconds that such a film took lately, by server, size and number of frames."""
        self._native: dict[str, Any] = {}
        self._track: Track | None = None
        clear_folders()

    def warm_up(self) -> None:
        """There is nothing to: the servers are warm."""

    def report(self, spec: VideoSpec) -> dict[str, Any]:
        """What the newest film was like. Nobody knows which words of the prompt it shows."""
        return {"coverage": None, "words": [], "native": self._native, "notes": []}

    def sound(self, spec: VideoSpec) -> Track | None:
        """The newest film's own sound."""
        return self._track

    def render(self, job: RenderJob) -> Iterator[Picture]:
        """Errors: `EngineFailed`, `EngineAway` for a server that is out of reach or has lost the job, `EngineStopped`."""
        self._native, self._track = {}, None
        wanted = asking.native(self._config, job.server, job.spec)
        with film_folder() as folder:
            films = self._films(job, wanted, folder)
            first = films[0].facts
            made = Native(first.width, first.height, first.frames, first.fps, wanted.passes, wanted.overlap)
            self._native = made.as_dict()
            if job.spec.sound:
                self._track = video_file.sound_of(films, made.overlap / made.fps)
            pictures = chained((video_file.frames(film.path) for film in films), made.overlap)
            yield from fitted(pictures, made.fps, job.spec)

    def _films(self, job: RenderJob, wanted: Native, folder: Path) -> list[Film]:
        """The films of all passes, at home and sound; nothing of them is left on the server."""
        kind = (job.server, job.spec.quality, wanted.width, wanted.height, wanted.frames)
        errand = Errand(self._config, job, wanted.passes, self._usual.get(kind, FIRST_GUESS), self.prelude)
        films: list[Film] = []
        begin_with = job.image
        try:
            errand.take_up(job.memo)
            for number in range(wanted.passes):
                path = folder / f"{number}.mp4"
                errand.film(asking.ask(self._config, job, wanted, number, begin_with), path)
                film = errand.meanwhile(partial(video_file.checked, path))
                films.append(film)
                if errand.seconds:
                    self._usual[kind] = (self._usual.get(kind, errand.seconds) + errand.seconds) / 2
                if number + 1 < wanted.passes:
                    begin_with = errand.meanwhile(
                        partial(video_file.frame_at, film, film.facts.frames - wanted.overlap)
                    )
            errand.done()
        except EngineAway:
            raise  # what there is may still be there for the next attempt
        except BaseException:
            errand.given_up()
            raise
        finally:
            errand.close()
        return films


@contextmanager
def film_folder() -> Iterator[Path]:
    """A folder for the films of one job, gone afterwards. Its name tells whose it is, for `clear_folders`."""
    folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_folders() -> None:
    """Remove what processes left that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*-*"):
        owner = folder.name.removeprefix(FOLDER).split("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
