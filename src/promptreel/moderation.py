"""Which prompts are refused: those with a blocked word, of the settings or of the operators' list in the dashboard."""

import re
import unicodedata
from collections.abc import Iterable

from promptreel.errors import PromptRefused
from promptreel.settings import Settings

DECORATION = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
"""Combining marks for any letter."""

LISTED: set[str] = set()
"""The operators' list, as this process knows it: read at its start and at each change (`runtime`)."""


def apply(words: Iterable[str]) -> None:
    """Make these the operators' list."""
    LISTED.clear()
    LISTED.update(map(plain, words))


def words_of(text: str) -> list[str]:
    """The words of a text in plain letters: 𝐛𝐨𝐥𝐝 and ｗｉｄｅ ones are the same, and what nobody sees is not there.

    The marks of a script, as the vowels of हिन्दी, belong to its words.
    """
    return "".join(c if c.isalnum() or is_mark(c) else " " for c in plain(text)).split()


def is_mark(character: str) -> bool:
    """Whether it is written onto the letter before it."""
    return unicodedata.category(character).startswith("M")


def undecorated(word: str) -> str:
    """A word without what is laid over its letters and belongs to no script, as in s̶t̶r̶u̶c̶k̶."""
    return DECORATION.sub("", word)


def plain(text: str) -> str:
    """One form of what looks alike."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if unicodedata.category(c) != "Cf")


def moderate(settings: Settings, *texts: str) -> None:
    """Errors: `PromptRefused` where a text has a blocked word."""
    found = {word for text in texts for word in words_of(text)}
    words = found | set(map(undecorated, found))
    if words & LISTED or words.intersection(map(plain, settings.blocked_words)):
        raise PromptRefused
