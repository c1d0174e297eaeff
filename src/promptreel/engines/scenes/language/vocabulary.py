"""The words that the drawn scenes know: the lexicon, read from `lexicon/*.toml` once, and looking words up in it.

A word is found as it stands, by its stem (Porter's second algorithm for English, by `snowballstemmer`) where the two
forms differ by an ending of grammar only, or with one slip of the pen (a letter more, less or wrong, or two swapped).
Phrases are found by their stems, so that "zooming in" is "zooms in".
"""

import functools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from snowballstemmer.english_stemmer import EnglishStemmer

KINDS = (
    "subject", "place", "setting", "weather", "sky", "effect", "detail", "time", "season", "mood", "colour", "quality",
    "size", "camera", "speed", "style", "sound", "action",
)  # fmt: skip

LONGEST_WORD = 24
"""Letters of the longest word that has forms and may hold a slip of the pen."""

SHORTEST_MENDED = 4
"""Letters of the shortest word in which a slip of the pen is mended: shorter ones are too close to one another."""

ENDINGS = ("", "s", "es", "ed", "d", "ing", "e", "ies", "y", "ied", "ly", "er", "ers", "'s", "s'", "en", "i", "ying")
"""What two forms of one word may differ by, after what they begin with alike."""

NO_ENDINGS = tuple("abfhjkopquvwxz")
"""Letters with which no ending of English grammar ends: half of all words need no stemmer."""

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Entry:
    """What one word or phrase stands for."""

    kind: str
    name: str
    by: str = ""
    """Words for what is shown in its place, where the row is not quite what the word says."""
    also: tuple[tuple[str, str], ...] = ()
    """What else it says: ("quality", "baby") of "puppy". `soft_…` gives way to what the prompt says itself, and
    `home` to where anything else is at home."""


@dataclass(slots=True)
class Facts:
    """What is known of a row, whichever word names it."""

    home: dict[str, float] = field(default_factory=dict)
    """Settings where it is found, with weights."""
    does: tuple[str, ...] = ()
    """Actions of a subject, the usual one first."""
    natural: frozenset[str] = frozenset()
    """Adjectives and names of colours that are true of it anyway."""
    group: int = 3
    """How many the plural without a number means."""
    holds: tuple[tuple[str, str], ...] = ()
    """What frames that hold it hold besides."""
    carriers: tuple[tuple[str, str], ...] = ()
    """Of a detail: what holds it."""
    rank: int = 5
    place: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All words by how they are looked up."""

    words: dict[str, tuple[Entry, ...]]
    """Single words; of several entries the first is the usual one."""
    stems: dict[str, tuple[tuple[str, tuple[Entry, ...]], ...]]
    phrases: dict[tuple[str, ...], Entry]
    """By the stems of their words."""
    openings: dict[str, int]
    """The first stem of phrases to the most words that one of them has."""
    facts: dict[tuple[str, str], Facts]
    grammar: dict[str, Any]
    """The tables of `words.toml`, with texts of words split into sets."""
    guard: frozenset[str]
    """English words that are no slips of the pen, though one letter away from a known word."""
    unspaced: frozenset[str]
    """Known words of scripts that put no spaces between words."""
    abroad: frozenset[str]
    """Words of other languages than English."""
    marks: dict[str, str]
    """Pictographs to the word that they stand for."""


def stem_of(word: str, stemmer: EnglishStemmer) -> str:
    """The stem of a word in lower case; words of other scripts are their own stems."""
    if not 2 < len(word) <= LONGEST_WORD or not word.isascii() or word.endswith(NO_ENDINGS):
        return word
    if word[-1] in "nt" and not word.endswith(("ion", "ant", "ent", "ogist")):
        return word
    return stemmer.stemWord(word)


def unspaced(character: str) -> bool:
    """Whether it is of a script that puts no spaces between words: Chinese, Japanese or Thai."""
    return "\u3040" <= character <= "\u9fff" or "\u0e00" <= character <= "\u0e7f"


def _listed(text: str) -> Iterator[str]:
    for part in text.split(","):
        words = part.replace("-", " ").split()
        if words:
            yield " ".join(words)


def _weights(text: str) -> dict[str, float]:
    """`{"ocean": 3, "beach": 1}` of "ocean:3 beach"."""
    pairs = (part.partition(":") for part in text.split())
    return {name: float(weight or 1) for name, _, weight in pairs}


def _keys(text: str) -> tuple[tuple[str, str], ...]:
    """Pairs of kind and name of "setting:ocean detail:waves"; `_` stands for a space."""
    return tuple((kind, name) for kind, _, name in (part.partition(":") for part in text.split()))


def _with_stems(text: str) -> frozenset[str]:
    """The words of `text` and their stems, so that "crashing" is there for "crash" too."""
    stemmer = EnglishStemmer()
    words = text.split()
    return frozenset((*words, *(stem_of(word, stemmer) for word in words)))


def described(name: str) -> str:
    """The name of a row as a person says it: "a sailing boat"."""
    text = name.replace("_", " ")
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}"


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"lexicon/{name}.toml").read_text(encoding="utf-8"))


def _learn(facts: Facts, row: dict[str, Any]) -> None:
    """Add what a row of the lexicon says of its name."""
    facts.home |= _weights(row.get("home", ""))
    facts.does += tuple(row.get("does", "").split())
    facts.natural |= _with_stems(row.get("natural", ""))
    facts.group = row.get("group", facts.group)
    facts.holds += _keys(row.get("holds", ""))
    facts.carriers += _keys(row.get("in", ""))
    facts.rank = row.get("rank", facts.rank)
    facts.place = row.get("place", facts.place)
    facts.by = facts.by or row.get("by", "") or described(row["name"])


FILES = (
    "props", "trades", "outdoors", "interiors", "settings", "places", "light", "nature", "camera", "animals", "people",
    "vehicles", "things", "verbs",
    "folk", "food", "objects", "built", "deeds", "abstract",
)  # fmt: skip
"""In the order in which a word of two meanings has them: the usual one first."""


def _tables() -> Iterator[tuple[str, dict[str, Any]]]:
    for name in FILES:
        for kind, rows in _read(name).items():
            for row in rows:
                yield kind, row


class _Building:
    """The lexicon while it is being put together."""

    def __init__(self, spelling: dict[str, str]) -> None:
        self.spelling = spelling
        stemmer = EnglishStemmer()
        # Most words are in several phrases, and stemming is what takes the time.
        self.stem = functools.cache(lambda word: stem_of(word, stemmer))
        self.words: dict[str, list[Entry]] = {}
        self.phrases: dict[tuple[str, ...], Entry] = {}
        self.facts: dict[tuple[str, str], Facts] = {}

    def add(self, text: str, entry: Entry) -> None:
        """Let `text` stand for `entry`, unless it already stands for something else of the same kind."""
        parts = [self.spelling.get(part, part) for part in text.split()]
        if len(parts) > 1:
            self.phrases.setdefault(tuple(self.stem(part) for part in parts), entry)
            return
        known = self.words.setdefault(parts[0], [])
        if all(other.kind != entry.kind for other in known):
            known.append(entry)

    def add_row(self, kind: str, row: dict[str, Any]) -> None:
        """Add a row's words and facts."""
        facts = self.facts.setdefault((kind, row["name"]), Facts())
        _learn(facts, row)
        also = _keys(row.get("also", ""))
        for text in _listed(row.get("words", "")):
            self.add(text, Entry(kind, row["name"], "", also))
        for text in _listed(row.get("like", "")):
            self.add(text, Entry(kind, row["name"], row.get("by") or described(row["name"]), also))

    def add_irregular(self, verbs: dict[str, str]) -> None:
        """Let the forms of `verbs` stand for what those verbs do, alone and at the start of phrases ("took off"), where they
        have no meaning of their own."""
        starting: dict[str, list[tuple[str, ...]]] = {}
        for phrase in self.phrases:
            starting.setdefault(phrase[0], []).append(phrase)
        for verb, forms in verbs.items():
            deed = [entry for entry in self.words.get(verb, ()) if entry.kind == "action"]
            for form in forms.split():
                if form not in self.words and deed:
                    self.words[form] = deed
                for phrase in starting.get(self.stem(verb), ()):
                    self.phrases.setdefault((self.stem(form), *phrase[1:]), self.phrases[phrase])

    def find(self, text: str) -> Entry | None:
        """The entry of an English word or phrase."""
        parts = text.split()
        if len(parts) > 1:
            return self.phrases.get(tuple(self.stem(part) for part in parts))
        entries = self.words.get(parts[0])
        return entries[0] if entries else None


@functools.cache
def lexicon() -> Lexicon:
    """The lexicon of this version, read once."""
    grammar = _read("words")
    building = _Building(grammar["spelling"])
    for kind, row in _tables():
        building.add_row(kind, row)
    building.add_irregular(grammar["irregular"])
    marks: dict[str, str] = {}
    abroad = set(grammar["abroad"].split())
    for english, others in _read("foreign")["words"].items():
        entry = building.find(english)
        if entry is None:
            continue
        for text in _listed(others):
            if not text[0].isalpha():
                marks[text[0]] = english
            else:
                building.add(text, entry)
                abroad.update([text] if " " not in text else [])
    for english in set(marks.values()):
        if " " in english:
            entry = building.find(english)
            assert entry is not None
            building.words.setdefault(english.replace(" ", "_"), [entry])
    marks = {mark: english.replace(" ", "_") for mark, english in marks.items()}
    for name in (
        "stop", "determiners", "copulas", "pronouns", "conjunctions", "negators", "single_negators", "ends_negation",
        "shades", "breaks", "unstemmed", "carry", "held", "people", "keepers", "players", "mounts",
    ):  # fmt: skip
        grammar[name] = frozenset(grammar[name].split())
    grammar["natural"] = {kind: _with_stems(text) for kind, text in grammar["natural"].items()}
    grammar["moves"] = {kind: frozenset(text.split()) for kind, text in grammar["moves"].items()}
    grammar["kin"] = {mood: frozenset(text.split()) for mood, text in grammar["kin"].items()}
    grammar["instead"] = {
        _keys(key if ":" in key else f"setting:{key}")[0]: tuple((_keys(other)[0], by) for other, by in others.items())
        for key, others in grammar["instead"].items()
    }
    grammar["senses"] = {
        word: (frozenset(row["beside"].split()), tuple(Entry(*key) for key in _keys(row.get("means", ""))))
        for word, row in grammar["senses"].items()
    }
    grammar["fits"] = {_keys(key)[0]: _weights(text) for key, text in grammar["fits"].items()}
    stem = building.stem
    for name in ("counts", "relations", "where"):
        grammar[name] = {tuple(stem(w) for w in key.split()): value for key, value in grammar[name].items()}
    grammar["free"] = frozenset(tuple(stem(w) for w in text.split()) for text in _listed(grammar["free"]))
    # By the words themselves: a desert is not deserted.
    grammar["nothing"] = frozenset(tuple(text.split()) for text in _listed(grammar["nothing"]))
    grammar["nobody"] = frozenset(tuple(text.split()) for text in _listed(grammar["nobody"]))
    words = {text: tuple(entries) for text, entries in building.words.items()}
    stems: dict[str, list[tuple[str, tuple[Entry, ...]]]] = {}
    for text, entries in words.items():
        stems.setdefault(stem(text), []).append((text, entries))
    openings: dict[str, int] = {}
    for phrase in (*building.phrases, *grammar["counts"], *grammar["relations"], *grammar["where"], *grammar["free"],
                   *grammar["nobody"], *grammar["nothing"]):  # fmt: skip
        openings[phrase[0]] = max(openings.get(phrase[0], 1), len(phrase))
    alone = {*words, *grammar["stop"], *grammar["negators"]}
    return Lexicon(
        words=words,
        stems={key: tuple(found) for key, found in stems.items()},
        phrases=building.phrases,
        openings=openings,
        facts=building.facts,
        grammar=grammar,
        guard=frozenset(_read("guard")["words"].split()),
        unspaced=frozenset(word for word in alone if unspaced(word[0])),
        abroad=frozenset(abroad),
        marks=marks,
    )


def _same_word(one: str, other: str) -> bool:
    """Whether two words of one stem are forms of one word ("run", "running") and not two ("animal", "animation")."""
    alike = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        alike += 1
    rests = [text[alike:] for text in (one, other)]
    last = one[alike - 1 : alike]
    return all(rest in ENDINGS or (rest[:1] == last and rest[1:] in ENDINGS) for rest in rests)


def find(word: str, stem: str, known: Lexicon) -> tuple[Entry, ...]:
    """What a word or a form of it stands for, the usual meaning first."""
    entries = known.words.get(word)
    if entries is not None:
        return entries
    if word in known.grammar["stop"] or word in known.grammar["unstemmed"]:
        return ()
    for text, entries in known.stems.get(stem, ()):
        if _same_word(word, text) and (text.endswith(word[-2:]) or entries[0].kind not in _refused(word)):
            return entries
    return ()


INFLECTIONS = ("", "e", "n", "s", "r", "en", "er", "es", "em", "a", "as", "os", "i", "ns", "nd", "nde", "t")
"""What a word of a European language may end in besides what the lexicon has."""

BASES = ("", "e", "o", "a", "en")
"""What is to be put in the place of such an ending."""

SHORTEST_PART = 4
"""Letters of the shortest word that a compound is made of."""


def find_abroad(word: str, known: Lexicon) -> tuple[Entry, ...]:
    """What a word of another language stands for, by one of its forms or by the last part of a compound: the "Wagen" of
    a "Rennwagen"."""
    if not SHORTEST_PART <= len(word) <= LONGEST_WORD or not word.isalpha():
        return ()
    for start in (0, *range(SHORTEST_PART - 1, len(word) - SHORTEST_PART + 1)):
        for ending in INFLECTIONS:
            if not word.endswith(ending) or len(word) - start - len(ending) < SHORTEST_PART - 1:
                continue
            part = word[start : len(word) - len(ending)]
            for base in BASES if start == 0 else ("",):
                if part + base in known.abroad and part + base in known.words and (start == 0 or len(part) > 3):
                    return known.words[part + base]
    return ()


NO_VERBS = frozenset(KINDS) - {"action", "camera", "quality", "speed", "mood", "weather"}
NO_COMPARATIVES = frozenset(KINDS) - {"size", "mood", "quality", "speed", "colour", "weather"}


def _refused(word: str) -> frozenset[str]:
    """Kinds that a form of a word cannot be of: "planting" is no plant, and a "cooker" no cook."""
    if word.endswith(("ing", "ed")):
        return NO_VERBS
    return NO_COMPARATIVES if word.endswith(("er", "ers")) else frozenset()


def _slips(word: str) -> Iterator[str]:
    """Everything one slip away from `word`, the likelier first: a letter doubled or not, two swapped, one more,
    one less, one wrong.

    The first letter is right but for a swap: few slips are there, and many other words.
    """
    for i in range(1, len(word)):
        if word[i] == word[i - 1]:
            yield word[:i] + word[i + 1 :]
        else:
            yield word[:i] + word[i - 1] + word[i:]
    for i in range(len(word) - 1):
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    for i in range(1, len(word) + 1):
        for letter in ALPHABET:
            yield word[:i] + letter + word[i:]
    for i in range(1, len(word)):
        yield word[:i] + word[i + 1 :]
    for i in range(1, len(word)):
        for letter in ALPHABET:
            yield word[:i] + letter + word[i + 1 :]


@functools.cache
def _spelt() -> dict[str, str]:
    """Known English words and their regular forms, to the word that is looked up."""
    known = lexicon()
    spelt = {word: word for word in known.grammar["stop"] if word.isascii() and len(word) > SHORTEST_MENDED}
    for word, entries in known.words.items():
        if not word.isascii() or len(word) < SHORTEST_MENDED:
            continue
        spelt.setdefault(word, word)
        if entries[0].kind in {"subject", "place", "setting"}:
            spelt.setdefault(word + "s", word)
        elif entries[0].kind == "action":
            spelt.setdefault((word.removesuffix("e")) + "ing", word)
    return spelt


def mend(word: str, known: Lexicon) -> str:
    """The known word that `word` was meant to be, or an empty text."""
    if (
        not SHORTEST_MENDED <= len(word) <= LONGEST_WORD
        or not (word.isascii() and word.isalpha())
        or word in known.guard
    ):
        return ""
    spelt = _spelt()
    return next((spelt[slip] for slip in _slips(word) if slip in spelt), "")
