"""What can be chosen: the engines of this installation, what each makes, and for how many credits."""

from promptreel.plans import QUALITIES
from promptreel.settings import Settings

ANIMATE = "720p"
"""The quality that is made of a picture."""


def prices(settings: Settings) -> dict[str, dict[str, int]]:
    """The credits that each engine takes, by the qualities that it makes."""
    return {name: of_engine(settings, name) for name in settings.engine_names}


def of_engine(settings: Settings, name: str) -> dict[str, int]:
    """The qualities that an engine makes, and the credits that each takes. Errors: `EngineUnknown`."""
    config = settings.engine_config(name)
    made = [alias for alias in QUALITIES if config.makes(alias) and (alias != ANIMATE or "image" in config.takes)]
    return {alias: config.price(alias) for alias in made}


def sounds(settings: Settings, name: str) -> set[str]:
    """The qualities that come with sound from an engine. Errors: `EngineUnknown`."""
    can = settings.engine_config(name).sounds
    return {alias for alias in of_engine(settings, name) if can and QUALITIES[alias].sound}


def title(settings: Settings, name: str) -> str:
    """What people read for an engine, also for one that is gone since."""
    told = settings.engines[name].title if name in settings.engines else ""
    return told or ("Scenes" if name == "scenes" else name)
