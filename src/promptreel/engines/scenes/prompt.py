"""What a prompt asks for, in words that the scenes understand. Any text gives a `SceneSpec`; none is an error.

The words live in `lexicon.toml`. The report is honest by construction: a word counts as shown only where the lexicon
says that the frames of the chosen scene hold it, and a word that nobody knows is not shown.
"""

import functools
import tomllib
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib.resources import files
from itertools import groupby
from typing import Any, Literal

import numpy as np

Status = Literal["shown", "approximated", "not_shown"]

SCENES = ("sunset", "village", "street")
ANIMATION = "animation"
MOODS = ("calm", "dramatic", "warm", "dreamy")
"""Those that a prompt without any known word may get."""

CALM_SPEED = 0.7
"""How fast a calm village or street moves."""

SINGLE = ("time", "mood", "camera", "speed", "intensity")
"""Fields of which a prompt can set but one."""

VAGUE = {"colour", "mood", "speed"}
"""What a concept may set that nobody can see to be missing."""

LONGEST_PHRASE = 4
LONGEST_UNSPACED = 6
"""Letters of the longest Chinese or Japanese word in the lexicon."""

SHORTEST_MENDED = 6
"""A slip of the pen is mended only in words of at least so many letters: short words are too close to one another."""


@dataclass(frozen=True, slots=True)
class Word:
    """One content word (or phrase) of the prompt: where it stands, and what of it the frames will hold."""

    text: str
    start: int
    end: int
    status: Status
    by: str = ""


@dataclass(frozen=True, slots=True)
class SceneSpec:
    """What to draw. Every word in it comes from the lexicon; an empty one means: the scene decides.

    The scene reads what it knows and leaves the rest.
    """

    scene: str = "sunset"
    """`sunset`, `village`, `street`; for a job with a picture the picture is the scene, and this is `animation`."""
    time: str = ""
    """`sunrise`, `day`, `sunset`, `dusk`, `night`."""
    weather: frozenset[str] = frozenset()
    """Of `clear`, `clouds`, `rain`, `snow`, `fog`, `storm`, `wind`, `aurora`, `stars`."""
    mood: str = ""
    """`calm`, `dramatic`, `warm`, `cold`, `dark`, `bright`, `dreamy`."""
    colours: tuple[str, ...] = ()
    """Names of colours in the order of the prompt: `red`, `orange`, `gold`, `yellow`, `green`, `teal`, `blue`,
    `purple`, `pink`, `white`, `black`, `grey`, `brown`."""
    camera: str = ""
    """`static`, `zoom_in`, `zoom_out`, `pan_left`, `pan_right`, `tilt_up`, `tilt_down`, `orbit`, `dolly_in`,
    `dolly_out`, `crane_up`, `crane_down`, `shake`."""
    speed: float = 1.0
    """How fast things move: 0.5 for slow motion or a slow camera, 2 for fast, 6 for a time lapse."""
    intensity: float = 1.0
    """How much falls: 0.4 for a drizzle, 2 for heavy snow."""
    named: frozenset[str] = frozenset()
    """Names of concepts that the prompt asks for, such as `taxis`."""
    without: frozenset[str] = frozenset()
    """Names of concepts that the prompt or the negative prompt rules out, such as `clouds`."""
    words: tuple[Word, ...] = field(default=(), compare=False)
    """The content words with what becomes of them, in the order of the prompt."""


# -- the lexicon -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Concept:
    """One row of the lexicon; its head explains the fields."""

    name: str
    words: tuple[str, ...]
    votes: dict[str, int] = field(default_factory=dict)
    set: dict[str, Any] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    approximated: dict[str, str] = field(default_factory=dict)
    always: tuple[str, ...] = ()
    takes_colour: bool = False
    hidden_by: tuple[str, ...] = ()
    needs: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The concepts by their phrases (tuples of words), and the words that carry no content."""

    phrases: dict[tuple[str, ...], Concept]
    stop: frozenset[str]
    negators: frozenset[str]
    slips: dict[str, str]
    """Known words with one letter left out, to the word that was meant."""
    unspaced: frozenset[str]
    """Those words, known or without content, that are written without spaces between them."""


@functools.cache
def lexicon() -> Lexicon:
    """The lexicon of this version, read once."""
    data = tomllib.loads(files(__package__).joinpath("lexicon.toml").read_text(encoding="utf-8"))
    phrases: dict[tuple[str, ...], Concept] = {}
    for row in data["concept"]:
        fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
        concept = Concept(**fields)
        for words in concept.words:
            phrases[tuple(words.split())] = concept
    single = sorted(phrase[0] for phrase in phrases if len(phrase) == 1 and len(phrase[0]) >= SHORTEST_MENDED)
    slips = {short: word for word in single for short in _without_a_letter(word)}
    stop, negators = frozenset(data["stop"].split()), frozenset(data["negators"].split())
    alone = {phrase[0] for phrase in phrases if len(phrase) == 1} | stop | negators
    return Lexicon(phrases, stop, negators, slips, frozenset(word for word in alone if _unspaced(word[0])))


def _without_a_letter(word: str) -> Iterator[str]:
    """`word` with any one letter but the first left out."""
    return (word[:i] + word[i + 1 :] for i in range(1, len(word)))


def _with_two_swapped(word: str) -> Iterator[str]:
    """`word` with any two neighbours but the first swapped."""
    return (word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(1, len(word) - 1))


def _base_forms(word: str) -> Iterator[str]:
    """`word`, then what it may be a form of: plurals, -ing, -ed, -'s."""
    yield word
    for ending in ("'s", "s", "es"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            yield word.removesuffix(ending)
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word.removesuffix(ending)
            yield from (stem, stem + "e")
            if stem[-1] == stem[-2]:
                yield stem[:-1]


def _mended(word: str, known: Lexicon) -> str | None:
    """The known word that `word` is with a letter left out, doubled or swapped; a wrong letter may be another word."""
    if len(word) < SHORTEST_MENDED - 1 or not word.isascii():
        return None
    if word in known.slips:
        return known.slips[word]
    for other in (*_without_a_letter(word), *_with_two_swapped(word)):
        if (other,) in known.phrases and len(other) >= SHORTEST_MENDED:
            return other
    return None


# -- reading a prompt --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    clause: int
    """Counts commas, full stops and the like: a negation reaches to the next one."""


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    concept: Concept | None
    negated: bool


APOSTROPHES = "'’"


def _kind(character: str) -> str:
    if character in APOSTROPHES or unicodedata.category(character)[0] in "LMN":
        return "word"
    return "space" if character.isspace() or character in "-‐‑–—_/" else "stop"


def _tokens(text: str) -> Iterator[_Token]:
    """The words of `text`, in lower case: letters, marks and digits of any script."""
    clause = position = 0
    for kind, group in groupby(text, _kind):
        run = "".join(group)
        start, position = position, position + len(run)
        if kind == "stop":
            clause += 1
            continue
        word = run.strip(APOSTROPHES)
        if kind == "word" and word:
            start += len(run) - len(run.lstrip(APOSTROPHES))
            for part in _parts(word):
                yield _Token(part.casefold().replace("’", "'"), start, start + len(part), clause)
                start += len(part)


def _unspaced(character: str) -> bool:
    """Whether it is of a script that puts no spaces between words: Chinese or Japanese."""
    return "\u3040" <= character <= "\u9fff"


def _parts(word: str) -> Iterator[str]:
    """`word`, or where it is Chinese or Japanese the known words in it and what stands between them."""
    if not any(map(_unspaced, word)):
        yield word
        return
    known = lexicon().unspaced
    at = unknown = 0
    while at < len(word):
        length = next((n for n in range(min(LONGEST_UNSPACED, len(word) - at), 0, -1) if word[at : at + n] in known), 0)
        if length and unknown < at:
            yield word[unknown:at]
        if length:
            yield word[at : at + length]
            unknown = at + length
        at += length or 1
    if unknown < len(word):
        yield word[unknown:]


def _match(tokens: list[_Token], at: int, known: Lexicon) -> tuple[Concept | None, int]:
    """The concept of the longest known phrase that starts at `at`, and how many words it takes."""
    for length in range(min(LONGEST_PHRASE, len(tokens) - at), 0, -1):
        words = [token.text for token in tokens[at : at + length]]
        for last in _base_forms(words[-1]):
            concept = known.phrases.get((*words[:-1], last))
            if concept is not None:
                return concept, length
    word = tokens[at].text
    if word in known.stop:
        return None, 1
    mended = _mended(word, known)
    return (known.phrases.get((mended,)) if mended else None), 1


def _mentions(text: str) -> Iterator[_Mention]:
    """What the prompt names, known or not, without the words that carry no content."""
    known = lexicon()
    tokens = list(_tokens(text))
    at, denied = 0, -1
    while at < len(tokens):
        token = tokens[at]
        if token.text in known.negators:
            denied = token.clause
            at += 1
            continue
        concept, length = _match(tokens, at, known)
        if concept is not None or token.text not in known.stop:
            yield _Mention(token.start, tokens[at + length - 1].end, concept, negated=denied == token.clause)
        if token.text in {"but", "with", "and"} and concept is None:
            # "no people and clouds" stays denied, "no people but clouds" does not.
            denied = denied if token.text == "and" else -1
        at += length


def _give_colours_to_things(mentions: list[_Mention], text: str) -> list[_Mention]:
    """The mentions, where a colour that belongs to a thing ("a red car") is a word like any unknown one.

    Only a colour of the light, or one that stands alone ("in pink and gold"), changes the picture.
    """
    kept: list[_Mention] = []
    after: _Mention | None = None
    for mention in reversed(mentions):
        beside = after is not None and text[mention.end : after.start].strip(" \t-").casefold() in {"", "and"}
        is_colour = mention.concept is not None and "colour" in mention.concept.set
        of_a_thing = after is not None and beside and (after.concept is None or not _colourful(after.concept))
        kept.append(replace(mention, concept=None) if is_colour and of_a_thing else mention)
        after = kept[-1]
    return kept[::-1]


def _colourful(concept: Concept) -> bool:
    return concept.takes_colour or "colour" in concept.set


def _granted(concept: Concept, scene: str, wishes: dict[str, Any]) -> bool:
    """Whether no other word of the prompt hides the concept or overrules what it sets."""
    if {wishes.get("time", ""), *wishes["weather"]} & set(concept.hidden_by):
        return False
    if wishes["without"].intersection(concept.needs.get(scene, ())):
        return False
    if "add_weather" in concept.set and not wishes["weather"].issuperset(concept.set["add_weather"]):
        return False
    keys = ("intensity",) if "add_weather" in concept.set else SINGLE
    return all(wishes.get(key) == concept.set[key] for key in keys if key in concept.set)


def _status(mention: _Mention, scene: str, wishes: dict[str, Any]) -> tuple[Status, str]:
    """What becomes of a mention in that scene, and by what."""
    concept = mention.concept
    if mention.negated:
        # A picture may hold anything, so only a drawn scene can promise that something is not there; and none can
        # promise to be free of a colour or a mood.
        missing = scene != ANIMATION and (
            concept is None or (scene not in concept.always and not VAGUE & concept.set.keys())
        )
        return ("shown", "left out") if missing else ("not_shown", "")
    if concept is None or not _granted(concept, scene, wishes):
        return "not_shown", ""
    if scene in concept.shown:
        return "shown", concept.name
    if scene in concept.approximated:
        return "approximated", concept.approximated[scene]
    return "not_shown", ""


def _choose_scene(mentions: list[_Mention], random: np.random.Generator) -> str:
    """The scene with most votes; a tie, or no vote at all, is for the seed to decide."""
    # What is not wanted counts only between scenes that are wanted alike: it is often a part of the wanted one.
    votes = dict.fromkeys(SCENES, (0, 0))
    for mention in mentions:
        if mention.concept is not None:
            for scene, weight in mention.concept.votes.items():
                wanted, unwanted = votes[scene]
                votes[scene] = (wanted, unwanted - weight) if mention.negated else (wanted + weight, unwanted)
    most = max(votes.values())
    best = [scene for scene in SCENES if votes[scene] == most]
    return best[int(random.integers(len(best)))]


def _wishes(mentions: list[_Mention]) -> dict[str, Any]:
    """The fields of a `SceneSpec` that the mentions set; of two that contradict each other the first one wins."""
    fields: dict[str, Any] = {}
    weather: list[str] = []
    dropped: set[str] = set()
    colours: list[str] = []
    for mention in mentions:
        if mention.concept is None:
            continue
        wish = mention.concept.set
        if mention.negated:
            dropped.update(wish.get("add_weather", ()))
            continue
        weather += [name for name in wish.get("add_weather", ()) if name not in dropped]
        dropped.update(wish.get("drop_weather", ()))
        if "colour" in wish and wish["colour"] not in colours:
            colours.append(wish["colour"])
        for key in SINGLE:
            if key in wish:
                fields.setdefault(key, wish[key])
    fields["weather"] = frozenset(weather) - dropped
    fields["colours"] = tuple(colours)
    fields["without"] = frozenset(m.concept.name for m in mentions if m.negated and m.concept is not None)
    fields["named"] = frozenset(m.concept.name for m in mentions if not m.negated and m.concept is not None)
    return fields


def parse(prompt: str, negative_prompt: str = "", *, seed: int = 0, has_image: bool = False) -> SceneSpec:
    """What `prompt` asks for and `negative_prompt` rules out. The same arguments give the same answer."""
    mentions = _give_colours_to_things(list(_mentions(prompt)), prompt)
    denied = [_Mention(m.start, m.end, m.concept, negated=True) for m in _mentions(negative_prompt)]
    # A prompt without a known word still gives another picture than the next one, so its text joins the seed.
    random = np.random.default_rng([abs(seed), zlib.crc32(prompt.encode("utf-8", "surrogatepass"))])
    scene = _choose_scene(mentions + denied, random)
    if has_image:
        scene = ANIMATION
    wishes = _wishes(denied + mentions)
    if not has_image and not any(mention.concept for mention in mentions):
        wishes["mood"] = MOODS[int(random.integers(len(MOODS)))]
    if wishes.get("mood") == "calm" and scene in {"village", "street"}:
        wishes.setdefault("speed", CALM_SPEED)
    words = tuple(Word(prompt[m.start : m.end], m.start, m.end, *_status(m, scene, wishes)) for m in mentions)
    return SceneSpec(scene=scene, words=words, **wishes)
