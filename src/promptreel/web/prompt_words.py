"""A prompt beside its film: which of its words are in the frames, cut so that a page can mark them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

FATES = ("shown", "approximated", "not_shown")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a prompt. `fate` is empty for what is no word of the report; `by` says what stands for it."""

    text: str
    fate: str = ""
    by: str = ""


def pieces(prompt: str, report: dict[str, Any] | None) -> list[Piece]:
    """The whole prompt in pieces, in order. What a report says about places that the prompt does not have is left out."""
    result: list[Piece] = []
    at = 0
    for start, end, fate, by in sorted(words(report)):
        if not at <= start < end <= len(prompt):
            continue
        if start > at:
            result.append(Piece(prompt[at:start]))
        result.append(Piece(prompt[start:end], fate, by))
        at = end
    if at < len(prompt):
        result.append(Piece(prompt[at:]))
    return result


def words(report: dict[str, Any] | None) -> Iterator[tuple[int, int, str, str]]:
    """Start, end, fate and stand-in of every word of an engine's report that makes sense: engines may be anybody's."""
    told = (report or {}).get("words")
    for word in told if isinstance(told, list) else []:
        if not isinstance(word, dict):
            continue
        start, end, fate, by = (word.get(name) for name in ("start", "end", "status", "by"))
        if isinstance(start, int) and isinstance(end, int) and fate in FATES:
            yield start, end, str(fate), by if isinstance(by, str) else ""


def by_fate(found: list[Piece]) -> dict[str, list[Piece]]:
    """The marked pieces by their fate, each word once."""
    return {
        fate: list({(piece.text.casefold(), piece.by): piece for piece in found if piece.fate == fate}.values())
        for fate in FATES
    }
