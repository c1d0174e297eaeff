"""Blocked words: whole words in any script, however they are written."""

import pytest

from promptreel.errors import PromptRefused
from promptreel.moderation import moderate, words_of
from promptreel.settings import Settings


def refused(text: str, *blocked: str) -> bool:
    try:
        moderate(Settings(blocked_words=blocked), text)
    except PromptRefused:
        return True
    return False


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A red fox, running!", ["a", "red", "fox", "running"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("ภาษาไทย", ["ภาษาไทย"]),
        ("cafe\u0301", ["caf\u00e9"]),
        ("נִקּוּד", ["נִקּוּד"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "blocked"),
    [
        ("a FORBIDDEN thing", "forbidden"),
        ("a 𝐟𝐨𝐫𝐛𝐢𝐝𝐝𝐞𝐧 thing", "forbidden"),
        ("for\u200bbidden", "forbidden"),
        ("f\u0336o\u0336r\u0336b\u0336i\u0336d\u0336d\u0336e\u0336n\u0336", "forbidden"),
        ("हिन्दी में", "हिन्दी"),
        ("Caf\u00e9", "cafe\u0301"),
    ],
)
def test_a_blocked_word_is_found(text: str, blocked: str) -> None:
    assert refused(text, blocked)


@pytest.mark.parametrize(
    ("text", "blocked"),
    [
        ("unforbidden", "forbidden"),
        # Other vowels make another word, and parts of a word are none.
        ("काल", "कल"),
        ("हिन्दी", "दी"),
        ("caf\u00e9", "cafe"),
    ],
)
def test_another_word_is_not(text: str, blocked: str) -> None:
    assert not refused(text, blocked)
