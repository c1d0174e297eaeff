"""The words of a prompt put together into units: a phrase of the lexicon, a number, a preposition, a word of grammar or
one that nobody knows; and which of them are denied.
"""

from dataclasses import dataclass, field, replace

from snowballstemmer.english_stemmer import EnglishStemmer

from promptreel.engines.scenes.language.reading_text import COMMA, Token, tokens
from promptreel.engines.scenes.language.vocabulary import Entry, Lexicon, find, find_abroad, mend, stem_of

MOST_MENDED = 60
"""Words of one prompt in which a slip of the pen is looked for: a bound on the time that nonsense takes."""

FOREIGN = 4
"""One word in so many is of another language where the whole prompt is."""

LEADING = frozenset({"on", "over", "above", "under", "below", "by", "near"})
"""Prepositions that a phrase of the lexicon may begin with."""

NOUNS = frozenset({"subject", "place", "setting", "weather", "sky", "effect", "detail", "time", "season"})
"""Kinds that adjectives belong to."""

MODIFIERS = frozenset({"colour", "quality", "size"})

ALIVE = frozenset({"eat", "sleep", "swim"})
"""What animals do and things do not."""


@dataclass(slots=True, eq=False)
class Unit:
    """A word or phrase of the prompt, and what becomes clear of it while the sentence is read."""

    role: str
    """`entry`, `unknown`, or a role in grammar: `number`, `negator`, `free`, `nobody`, `determiner`, `copula`, `pronoun`,
    `conjunction`, `relation`, `where`, `stop`, `title` (what a name next to it is called: "samurai cat")."""
    text: str
    stem: str
    start: int
    end: int
    gap: int
    entries: tuple[Entry, ...] = ()
    value: int = 0
    """Of a number."""
    relation: str = ""
    entry: Entry | None = None
    """The meaning that fits here."""
    negated: bool = False
    plural: bool = False
    indefinite: bool = False
    """Whether "a", "another" or a number is before it: then it is one that was not named before."""
    inside: bool = False
    """Whether a preposition leads to it: "in the fog"."""
    far: bool = False
    subject: int = -1
    key: tuple[str, str] = ("", "")
    by: str = ""
    words: int = field(default=1, kw_only=True)
    at: int = field(default=0, kw_only=True)
    """Its place among the units that are read."""

    @property
    def kind(self) -> str:
        """The kind of its meaning, or an empty text."""
        return self.entry.kind if self.entry else ""

    @property
    def key_name(self) -> str:
        """The name of its meaning, or an empty text."""
        return self.entry.name if self.entry else ""

    @property
    def is_noun(self) -> bool:
        """Whether adjectives may belong to it."""
        return self.kind in NOUNS

    def means(self, entry: Entry, subject: int = -1) -> None:
        """Take a meaning."""
        self.key, self.by, self.subject = (entry.kind, entry.name), entry.by, subject


def units_of(text: str, known: Lexicon) -> list[Unit]:
    """The units of `text` in order, denied ones marked."""
    found = _mended_in_phrases(tokens(text, known), known)
    units: list[Unit] = []
    at = mended = 0
    foreign = sum(token.text in known.abroad for token in found) > len(found) / FOREIGN
    while at < len(found):
        unit, length = _unit(found, at, text, known)
        if unit.role == "unknown" and foreign and mended < MOST_MENDED:
            mended += 1
            unit.entries = find_abroad(unit.text, known)
            unit.role = "entry" if unit.entries else "unknown"
        elif unit.role == "unknown" and mended < MOST_MENDED:
            mended += 1
            meant = mend(unit.text, known)
            if meant in known.grammar["stop"]:
                unit.role = "stop"
            elif meant:
                unit.role, unit.entries = "entry", known.words[meant]
        units.append(unit)
        at += length
    _merge_shades(units, known)
    for unit in units:
        unit.entry = unit.entries[0] if unit.entries else None
    _make_sense(units, known)
    _stand_in(units, known)
    _choose_meanings(units, known)
    _join_compounds(units, text, known)
    _compare(units, known)
    _deny(units, text, known)
    return units


def _mended_in_phrases(found: list[Token], known: Lexicon) -> list[Token]:
    """The tokens with slips of the pen mended where a phrase of the lexicon comes of it: "cherry blosom"."""
    stemmer = EnglishStemmer()
    tries = 0
    for at, token in enumerate(found):
        odd = token.stem not in known.stems and token.stem not in known.openings and token.text not in known.words
        if not odd or tries >= MOST_MENDED or token.text in known.grammar["stop"]:
            continue
        tries += 1
        meant = mend(token.text, known)
        if not meant:
            continue
        stem = stem_of(meant, stemmer)
        pairs = [(found[at - 1].stem, stem)] if at and not token.gap else []
        pairs += [(stem, found[at + 1].stem)] if at + 1 < len(found) and not found[at + 1].gap else []
        if any(pair in known.phrases for pair in pairs):
            found[at] = replace(token, text=meant, stem=stem)
    return found


def _unit(found: list[Token], at: int, text: str, known: Lexicon) -> tuple[Unit, int]:
    """The longest unit that starts at a token, and how many tokens it takes."""
    token, grammar = found[at], known.grammar
    most = min(known.openings.get(token.stem, 1), len(found) - at)
    for length in range(most, 1, -1):
        part = found[at : at + length]
        if any(other.gap for other in part[1:]):
            continue
        key = tuple(other.stem for other in part)
        unit = Unit("", part[-1].text, part[-1].stem, token.start, part[-1].end, token.gap, words=length)
        if tuple(other.text for other in part) in grammar["nothing"]:
            unit.role = "unknown"
        elif key in grammar["counts"]:
            unit.role, unit.value = "number", grammar["counts"][key]
        elif key in grammar["relations"]:
            unit.role, unit.relation = "relation", grammar["relations"][key]
        elif key in grammar["where"]:
            unit.role, unit.relation = "where", grammar["where"][key]
        elif key in grammar["free"]:
            unit.role = "free"
        elif tuple(other.text for other in part) in grammar["nobody"]:
            unit.role = "nobody"
        elif key in known.phrases:
            unit.role, unit.entries = "entry", (known.phrases[key],)
            unit.plural = _plural(part[-1].text)
        else:
            continue
        return unit, length
    return _word(found, at, text, known)


def _word(found: list[Token], at: int, text: str, known: Lexicon) -> tuple[Unit, int]:
    """The unit of a single token (or of a number cut by commas)."""
    token, grammar = found[at], known.grammar
    unit = Unit("", token.text, token.stem, token.start, token.end, token.gap)
    key = (token.stem,)
    if token.text[0].isdecimal() and token.text.isdecimal():
        number, length = _number(found, at, text, unit)
        if number.role == "number" and not number.value:
            number.role = "negator"  # "0 birds"
        return number, length
    if token.text in grammar["numbers"]:
        unit.role, unit.value = "number", grammar["numbers"][token.text]
    elif key in grammar["counts"]:
        unit.role, unit.value = "number", grammar["counts"][key]
    elif token.text in grammar["negators"]:
        unit.role = "negator"
    elif token.text in grammar["determiners"]:
        unit.role = "determiner"
    elif (token.text,) in grammar["nobody"]:
        unit.role = "nobody"
    elif key in grammar["relations"]:
        unit.role, unit.relation = "relation", grammar["relations"][key]
    elif key in grammar["where"]:
        unit.role, unit.relation = "where", grammar["where"][key]
    else:
        for role in ("conjunction", "copula", "pronoun"):
            if token.text in grammar[role + "s"] and token.text not in known.words:
                unit.role = role
                return unit, 1
        unit.entries = () if token.text in grammar["stop"] else find(token.text, token.stem, known)
        unit.role = "entry" if unit.entries else "stop" if token.text in grammar["stop"] else "unknown"
        if token.text in grammar["carry"] and not unit.entries:
            unit.role = "carry"
        unit.plural = _plural(token.text)
    return unit, 1


def _number(found: list[Token], at: int, text: str, unit: Unit) -> tuple[Unit, int]:
    """A number in digits, "1,000,000" as one; of "1.4" nobody can show anything."""
    digits, last = found[at].text, at
    while last + 1 < len(found) and found[last + 1].text.isdecimal() and found[last + 1].start == found[last].end + 1:
        mark = text[found[last].end]
        if mark == "," and len(found[last + 1].text) == 3:
            digits += found[last + 1].text
        elif mark != ".":
            break
        last += 1
    unit.role, unit.value = "number", int(digits[:15])
    unit.end = found[last].end
    after = found[last + 1].text if last + 1 < len(found) and not found[last + 1].gap else ""
    before = found[at - 1].text if at else ""
    if (last > at and "." in text[unit.start : unit.end]) or after in MEASURES:
        unit.role = "stop"
    elif last == at and unit.value in YEARS and (before in {"in", "of", "from"} or not after):
        unit.role, unit.entries = "entry", (Entry("style", "vintage", "vintage film"),)
    return unit, last - at + 1


MEASURES = frozenset({"second", "seconds", "sec", "secs", "s", "minute", "minutes", "min", "fps", "hz", "mm", "k", "p", "px",
                      "pixels", "am", "pm", "percent", "years", "year", "hours", "degrees"})  # fmt: skip
"""What is measured by the number before it; nobody counts it in a picture."""

YEARS = range(1820, 1990)
"""Years of which films look old."""


MANY = frozenset({"people", "children", "men", "women", "geese", "mice", "oxen", "snowmen", "fishermen", "spacemen",
                  "friends"})  # fmt: skip
SAME_IN_PLURAL = frozenset({"fish", "sheep", "deer", "jellyfish", "cattle"})


def _plural(word: str) -> bool:
    return word in MANY or (len(word) > 3 and word.endswith("s") and not word.endswith(("us", "ss", "is")))


def _merge_shades(units: list[Unit], known: Lexicon) -> None:
    """Make one colour of "dark blue"."""
    at = 0
    while at + 1 < len(units):
        unit, after = units[at], units[at + 1]
        if unit.text in known.grammar["shades"] and not after.gap and any(e.kind == "colour" for e in after.entries):
            after.start, after.gap = unit.start, unit.gap
            del units[at]
        at += 1


def natural_of(unit: Unit, known: Lexicon) -> frozenset[str]:
    """Adjectives that promise nothing more of what a unit names than is there anyway."""
    assert unit.entry is not None
    facts = known.facts.get((unit.kind, unit.entry.name))
    everywhere = known.grammar["natural"].get(unit.kind, frozenset())
    return facts.natural | everywhere if facts else everywhere


def can(unit: Unit, action: str, known: Lexicon) -> bool:
    """Whether what a unit names does that by its nature."""
    if unit.entry is None:
        return False
    if unit.entry.name in {"clothes", "face", "features", "wings", "eyes"}:
        return False  # It is whose they are that moves.
    if unit.kind == "subject":
        return action in known.facts["subject", unit.entry.name].does
    return action in known.grammar["moves"].get(unit.kind, ())


def _stand_in(units: list[Unit], known: Lexicon) -> None:
    """Make somebody of a pronoun that speaks of nobody named before: "he looks up at the stars"."""
    for unit in units:
        if unit.kind == "subject":
            return
        who = {"he": "man", "she": "woman"}.get(unit.text, "") if unit.role == "pronoun" else ""
        if who:
            unit.role, unit.entries = "entry", known.words[who]
            unit.entry = unit.entries[0]
            return


def _make_sense(units: list[Unit], known: Lexicon) -> None:
    """Give words that mean something else in certain company ("cranes at a construction site") that other meaning."""
    said = {unit.text for unit in units} | {unit.stem for unit in units}
    for unit in units:
        beside, meant = known.grammar["senses"].get(unit.stem, (frozenset(), ()))
        if unit.role == "entry" and unit.words == 1 and not beside.isdisjoint(said):
            unit.entries, unit.entry = meant, meant[0] if meant else None
            unit.role = "entry" if meant else "unknown"


SHAPES = frozenset({"shaped", "shape", "form", "resembling", "resembles"})
COMPARED = frozenset({"subject", "place", "setting", "effect", "weather", "sky", "detail"})


def _compare(units: list[Unit], known: Lexicon) -> None:
    """Ask nothing of what something is only like: clouds "like a waterfall" need none, nor steam "in the shape of a heart"."""
    for at, unit in enumerate(units):
        shaped = unit.text in SHAPES and unit.role in {"stop", "entry", "unknown"}
        likened = unit.text == "like" and at > 0 and not unit.gap
        if not (shaped or likened):
            continue
        if shaped and unit.role == "entry":
            unit.entries, unit.entry, unit.role = (), None, "stop"
        for other in units[at + 1 : at + 6]:
            if other.gap or (other.text in known.grammar["breaks"] and other.text not in {"of", "like", "than"}):
                break
            if other.kind in COMPARED:
                other.entries, other.entry, other.role = (), None, "unknown"
                break


GARMENTS = frozenset({"dress", "suit", "coat", "jacket", "shirt", "hat"})
"""Details that the people of a film wear, each with a quality of the same name."""


def _join_compounds(units: list[Unit], text: str, known: Lexicon) -> None:
    """Of two names that stand together keep the one that is drawn: "robot barista", "sushi chef", "chef hat"."""
    people, keepers = known.grammar["people"], known.grammar["keepers"]
    for unit, after in zip(units, units[1:], strict=False):
        owns = text[unit.start : unit.end].endswith(("'s", "’s", "s'", "s’"))
        if unit.kind != "subject" or owns or after.gap or unit.plural or after.entry is None or unit.entry is None:
            continue
        human = unit.key_name in people
        if human and after.entry.kind == "detail" and after.entry.name in {"clothes", "features", *GARMENTS}:
            # A chef hat is no chef.
            unit.entries, unit.entry, unit.role = after.entries, after.entry, "entry"
        elif after.kind == "subject" and human != (after.key_name in people):
            animal = not ALIVE.isdisjoint(known.facts["subject", (after if human else unit).key_name].does)
            robot = "robot" in {unit.key_name, after.key_name}
            crowd = tuple(pair for pair in after.entry.also if pair[0] == "count")
            drawn = after if not human and not robot and not crowd and (after.text in keepers or not animal) else unit
            if human:
                # A "samurai cat" is a cat, and a "woman robot" a robot; but a man and his car are two.
                if not (animal or robot):
                    continue
                drawn = after
            other = unit if drawn is after else after
            other.entries, other.entry, other.role = (), None, "title"
            drawn.plural = drawn.plural or after.plural
            if drawn is unit and crowd:
                unit.entry = replace(unit.entry, also=(*unit.entry.also, *crowd))  # A penguin family is several.


def _choose_meanings(units: list[Unit], known: Lexicon) -> None:
    """Of a word that may be a verb or something else ("waves", "fall") the meaning that fits its place."""
    before: Unit | None = None
    for unit in units:
        if len(unit.entries) > 1:
            verb = next((entry for entry in unit.entries if entry.kind == "action"), None)
            if verb is not None and verb is not unit.entry and before is not None and not unit.gap:
                follows = before.role in {"copula", "pronoun"} or can(before, verb.name, known)
                if follows:
                    unit.entry = verb
        before = unit
    for unit, after in zip(units, units[1:], strict=False):
        if unit.text == "round" and after.role == "determiner" and not after.gap:
            unit.entries, unit.entry, unit.role = (), None, "stop"  # Round a corner.
        if unit.key_name == "black_and_white" and unit.text == "white" and after.kind == "subject" and not after.gap:
            # A black and white cat is no black and white film.
            unit.entry = Entry("colour", "black", "black")
        if unit.key_name == "baby" and unit.words > 1 and after.kind == "subject" and not after.gap:
            unit.entry = Entry("quality", "baby", "a small one")  # A "cute baby dragon".
        named = next((entry for entry in unit.entries if entry.kind == "subject"), None)
        if unit.kind == "quality" and named is not None and (after.gap or after.kind not in {"subject", *MODIFIERS}):
            unit.entry = named  # "A baby sleeps", but "a baby elephant".
        colour = unit.kind == "colour" and len(unit.entries) > 1 and unit.plural
        if colour and not after.is_noun:
            unit.entry = unit.entries[1]
    for unit in units[-1:]:
        if unit.kind == "quality":
            unit.entry = next((entry for entry in unit.entries if entry.kind == "subject"), unit.entry)


def _deny(units: list[Unit], text: str, known: Lexicon) -> None:
    """Mark what a negation reaches: up to the next pause, "but" or "with", and no farther than a preposition."""
    grammar = known.grammar
    active = single = named = False
    for at, unit in enumerate(units):
        after = units[at + 1] if at + 1 < len(units) else None
        if unit.role in {"negator", "free"}:
            active, named, single = True, False, unit.text in grammar["single_negators"]
            continue
        if not active:
            free = (
                after is not None
                and after.text == "free"
                and unit.role == "entry"
                and text[unit.end : after.start] == "-"
            )
            if free and after is not None:
                unit.negated, after.role = True, "stop"
            continue
        first = text[unit.start : unit.end].split(maxsplit=1)[0].lower() if unit.words > 1 else unit.text
        ends = named and (
            unit.role in {"relation", "where", "copula", "pronoun"}
            or first in grammar["breaks"]
            or first in LEADING
            # "A cat without a tail sits": but people walking are not wanted either.
            or (unit.kind == "action" and not unit.text.endswith(("ing", "ed")))
        )
        renewed = unit.role == "conjunction" and after is not None and after.role in {"determiner", "number"}
        if unit.gap or unit.text in grammar["ends_negation"] or ends or renewed:
            # "no cars, people or dogs" goes on over the comma, "no people, a quiet street" does not.
            goes_on = unit.gap == COMMA and named and unit.role == "entry" and _listed_or(units, at)
            if not goes_on:
                active = False
                continue
        if unit.role in {"entry", "unknown"}:
            unit.negated = named = True
            active = not single


def _listed_or(units: list[Unit], at: int) -> bool:
    """Whether an "or" is still to come in the sentence, with nothing but names before it."""
    for unit in units[at:]:
        if unit.text in {"or", "nor"}:
            return True
        if unit.role != "entry":
            return False
    return False
