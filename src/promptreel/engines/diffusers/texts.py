"""Prompts as a model reads them: kept once read, and as much of them as its text encoder takes."""

import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import torch

MOST = 1 << 30
"""Bytes of the machine's memory for what was made of prompts: a few megabytes each, and hundreds by some models."""


class Texts:
    """What text encoders made of the newest texts, in the machine's memory: on a card, it would be in the way of the model."""

    def __init__(self, most: int = MOST) -> None:
        self._kept: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._most = most

    def get(self, text: str, make: Callable[[], dict[str, Any]], device: torch.device) -> dict[str, Any]:
        """The tensors that were made of that text, or are made now, on that device."""
        if text not in self._kept:
            with torch.no_grad():
                self._kept[text] = {name: tensor.cpu() for name, tensor in make().items()}
        self._kept.move_to_end(text)
        while len(self._kept) > 1 and self._bytes > self._most:
            self._kept.popitem(last=False)
        return {name: tensor.to(device) for name, tensor in self._kept[text].items()}

    @property
    def _bytes(self) -> int:
        return sum(tensor.nbytes for tensors in self._kept.values() for tensor in tensors.values())


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
