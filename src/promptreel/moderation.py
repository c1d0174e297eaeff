"""Which prompts are refused: those with a blocked word, of the settings or of the operators' list in the dashboard."""

import unicodedata
from collections.abc import Iterable

from promptreel.errors import PromptRefused
from promptreel.settings import Settings

LISTED: set[str] = set()
"""The operators' list, as this process knows it: read at its start and at each change (`runtime`)."""


def apply(words: Iterable[str]) -> None:
    """Make these the operators' list."""
    LISTED.clear()
    LISTED.update(map(plain, words))


def words_of(text: str) -> list[str]:
    """The words of a text in plain letters: 𝐛𝐨𝐥𝐝 and ｗｉｄｅ ones are the same, and what nobody sees is not there."""
    return "".join(c if c.isalnum() else " " for c in plain(text)).split()


def plain(text: str) -> str:
    """One form of what looks alike."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if unicodedata.category(c) != "Cf")


def moderate(settings: Settings, *texts: str) -> None:
    """Errors: `PromptRefused` where a text has a blocked word."""
    words = {word for text in texts for word in words_of(text)}
    if words & LISTED or words.intersection(map(plain, settings.blocked_words)):
        raise PromptRefused
