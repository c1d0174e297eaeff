"""Prompts as a model reads them: kept once read, and as much of them as its text encoder takes."""

import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

KEPT = 32
"""Prompts whose embeddings are kept: a few megabytes each."""


class Texts:
    """The newest prompts as arguments of a pipeline, by what they were made of."""

    def __init__(self, most: int = KEPT) -> None:
        self._kept: OrderedDict[Hashable, dict[str, Any]] = OrderedDict()
        self._most = most

    def get(self, key: Hashable, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What was made for that key, or is made now."""
        if key not in self._kept:
            self._kept[key] = make()
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return dict(self._kept[key])


def unseen_words(prompt: str, window: int, tokens: Callable[[str], int]) -> list[dict[str, Any]]:
    """The words at the end of a prompt that an encoder of `window` tokens does not see, or not whole, for the report.

    `tokens` counts those of a text, with the marks around it. Found by halving, so any tokenizer will do.
    """
    words = list(re.finditer(r"\S+", prompt))
    if tokens(prompt) <= window:
        return []
    # The number of first words that fit; more words never are fewer tokens.
    fit = bisect_right(range(1, len(words) + 1), window, key=lambda count: tokens(prompt[: words[count - 1].end()]))
    return [
        {"text": word.group(), "start": word.start(), "end": word.end(), "status": "not_shown"} for word in words[fit:]
    ]
