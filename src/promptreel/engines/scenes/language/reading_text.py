"""A prompt cut into words: what stands where, and how it is punctuated."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from snowballstemmer.english_stemmer import EnglishStemmer

from promptreel.engines.scenes.language.vocabulary import Lexicon, stem_of, unspaced

APOSTROPHES = "'’"
LONGEST_UNSPACED = 13
"""Letters of the longest Chinese, Japanese or Thai word in the lexicon."""

COMMA, SENTENCE = 1, 2


@dataclass(frozen=True, slots=True)
class Token:
    """A word in lower case and British spelling, where it stands in the prompt, and what is before it."""

    text: str
    stem: str
    start: int
    end: int
    gap: int
    """0 where only a space is before it, `COMMA` or `SENTENCE`."""


def _unseen(character: str) -> bool:
    """Whether it only says how its neighbours are shown or joined: zero-width characters, variation selectors."""
    return "\ufe00" <= character <= "\ufe0f" or unicodedata.category(character) == "Cf"


def _kind(character: str, marks: dict[str, str]) -> str:
    if character in APOSTROPHES or unicodedata.category(character)[0] in "LMN" or _unseen(character):
        return "word"
    if character in marks:
        return "mark"
    if character in ".!?\n。！？;；":
        return "sentence"
    # A symbol that nobody reads is no pause either.
    return "comma" if character in ',:()[]{}|，、：—–"“”' else "space"


def tokens(text: str, known: Lexicon) -> list[Token]:
    """The words of `text`: letters, marks and digits of any script."""
    return list(_tokens(text, known, EnglishStemmer()))


def _tokens(text: str, known: Lexicon, stemmer: EnglishStemmer) -> Iterator[Token]:
    spelling = known.grammar["spelling"]
    position = gap = 0
    for kind, group in groupby(text, lambda character: _kind(character, known.marks)):
        run = "".join(group)
        start, position = position, position + len(run)
        if kind in {"comma", "sentence"}:
            decimal = (
                run in ".," and 0 < start < len(text) - 1 and text[start - 1].isdigit() and text[position].isdigit()
            )
            gap = max(gap, 0 if decimal else SENTENCE if kind == "sentence" else COMMA)
        elif kind == "mark":
            for at, mark in enumerate(run, start):
                word = known.marks[mark]
                yield Token(word, word, at, at + 1, max(gap, COMMA))
            gap = COMMA
        elif kind == "word":
            word = run.strip(APOSTROPHES)
            start += len(run) - len(run.lstrip(APOSTROPHES))
            for part in _parts(word, known.unspaced):
                plain = _plain(part, known)
                plain = spelling.get(plain, plain)
                if plain:
                    yield Token(plain, stem_of(plain, stemmer), start, start + len(part), gap)
                    gap = 0
                start += len(part)


def _plain(word: str, known: Lexicon) -> str:
    """`word` in lower case and as it is written most simply; without accents where it is only known without them."""
    plain = unicodedata.normalize("NFKC", "".join(c for c in word.casefold() if not _unseen(c))).replace("’", "'")
    plain = plain.removesuffix("'s") if len(plain) > 4 else plain
    if not plain.isascii() and plain not in known.words:
        bare = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
        if bare in known.words:
            return bare
    return plain


def _parts(word: str, words: frozenset[str]) -> Iterator[str]:
    """`word`, or where its script has no spaces the known words in it and what stands between them."""
    if not any(map(unspaced, word)):
        if word:
            yield word
        return
    at = unknown = 0
    while at < len(word):
        length = next((n for n in range(min(LONGEST_UNSPACED, len(word) - at), 0, -1) if word[at : at + n] in words), 0)
        if length and unknown < at:
            yield word[unknown:at]
        if length:
            yield word[at : at + length]
            unknown = at + length
        at += length or 1
    if unknown < len(word):
        yield word[unknown:]
