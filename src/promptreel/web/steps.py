"""What an engine does just now and why it failed, as people are told."""

import re

from promptreel.web import i18n
from promptreel.web.i18n import text

STEPS = {
    "starting": text("Starting"),
    "preparing": text("Reading the prompt"),
    "rendering": text("Drawing"),
    "waiting for a worker": text("Waiting for a worker"),
    "sky": text("Painting the sky"),
    "clouds": text("Heaping up clouds"),
    "land": text("Shaping the land"),
    "ground": text("Shaping the land"),
    "mountains": text("Raising mountains"),
    "woods": text("Planting woods"),
    "waves": text("Making waves"),
    "places": text("Building the place"),
    "subjects": text("Placing who is in it"),
    "light": text("Setting the light"),
    "exposure": text("Setting the exposure"),
    "ready": text("Ready to draw"),
    "looking at the picture": text("Looking at the picture"),
    "comparing the pictures": text("Comparing the pictures"),
    "measuring the depth": text("Measuring the depth"),
    "filling in the background": text("Filling in the background"),
    "what moves": text("Finding what moves"),
    "looking for the model": text("Looking for the model"),
    "downloading the model": text("Downloading the model"),
    "loading the model": text("Loading the model"),
    "denoising": text("Bringing the picture out of noise"),
    "waiting for a server": text("Waiting for a server"),
    "waiting for a server that is away": text("The engine’s server does not answer; your video waits for it"),
    "sending the job": text("Sending it to the server"),
    "queued at the server": text("Waiting for its turn at the server"),
    "fetching the film": text("Fetching the film"),
}
"""By the engine's own word. What stands here not is told as it came."""


def words(step: str) -> str:
    """What is being done, in English: to be translated where it is shown."""
    return STEPS.get(step.partition(": ")[0] or "starting", step)


def detail(step: str, locale: str = "en") -> str:
    """How far that is, where the engine says it: the `: 3 / 50` of `denoising: 3 / 50`."""
    head, colon, rest = step.partition(": ")
    told = re.sub(r"\d+\.\d+", lambda found: i18n.number(float(found[0]), locale), rest)
    return colon + told if head in STEPS else ""


# -- before it begins --------------------------------------------------------------------------------------------------

BEFOREHAND = {
    "waiting for a worker",
    "looking for the model",
    "downloading the model",
    "loading the model",
    "waiting for a server",
    "waiting for a server that is away",
    "sending the job",
    "queued at the server",
}
"""What has to happen before a video is begun, and takes as long as it takes: no estimate holds for it."""


def is_beforehand(step: str) -> bool:
    """Whether the video itself is not begun yet."""
    return step.partition(": ")[0] in BEFOREHAND


def share(step: str) -> float | None:
    """How much of such a step is done, 0…1: of `downloading the model: 9.1 / 20.0 GB` 0.455; None where it says nothing."""
    found = re.search(r": (\d+(?:\.\d+)?) / (\d+(?:\.\d+)?)", step)
    return min(1.0, float(found[1]) / float(found[2])) if found and float(found[2]) else None


# -- why it failed -----------------------------------------------------------------------------------------------------

FAILURES = {
    "engine_failed": text("The engine could not make it."),
    "engine_refused": text("The engine cannot make a video like this one."),
    "engine_timeout": text("It took longer than a video may take."),
    "engine_out_of_memory": text("It needed more memory than there is."),
    "engine_away": text("The servers that render were out of reach for too long."),
    "attempts_used_up": text("Every attempt at it broke off."),
    "media_invalid": text("The film came out damaged."),
}
"""By the code of the failure."""

IN_ITS_WORDS = {"engine_failed", "engine_refused", "engine_away", "attempts_used_up"}
"""Where the engine's own sentence says more. It is the engine's: in English, or in whatever a server answered."""


def failure(code: str | None) -> str:
    """Why there is no video, in English: to be translated where it is shown."""
    return FAILURES.get(code or "", "Video generation failed")


def own_words(code: str | None, error: str | None) -> str:
    """The engine's own sentence about it; empty where that says no more than `failure`."""
    return re.sub(r"^The engine[^:]*: ", "", error or "") if code in IN_ITS_WORDS else ""
