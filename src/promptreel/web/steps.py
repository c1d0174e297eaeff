"""What an engine does just now, as people are told."""

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
    "sending the job": text("Sending it to the server"),
    "queued at the server": text("Waiting for its turn at the server"),
    "fetching the film": text("Fetching the film"),
}
"""By the engine's own word. What stands here not is told as it came."""


def words(step: str) -> str:
    """What is being done, in English: to be translated where it is shown."""
    return STEPS.get(step.partition(": ")[0] or "starting", step)


def detail(step: str) -> str:
    """How far that is, where the engine says it: the `: 3 / 50` of `denoising: 3 / 50`."""
    head, colon, rest = step.partition(": ")
    return colon + rest if head in STEPS else ""
