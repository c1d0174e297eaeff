"""Which prompts are refused: those with a blocked word, of the settings or of the operators' list in the dashboard."""

from collections.abc import Iterable

from promptreel.errors import PromptRefused
from promptreel.settings import Settings

LISTED: set[str] = set()
"""The operators' list, as this process knows it: read at its start and at each change (`runtime`)."""


def apply(words: Iterable[str]) -> None:
    """Make these the operators' list."""
    LISTED.clear()
    LISTED.update(words)


def moderate(settings: Settings, *texts: str) -> None:
    """Errors: `PromptRefused` where a text has a blocked word."""
    words = {word for text in texts for word in "".join(c if c.isalnum() else " " for c in text.casefold()).split()}
    if words & LISTED or words.intersection(word.casefold() for word in settings.blocked_words):
        raise PromptRefused
