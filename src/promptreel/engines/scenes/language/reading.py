"""Who does what, in which colour, and where: units of a prompt bound to one another.

Adjectives belong to the noun that follows, verbs to who can do that (the one before, or the one after: "a boy flying
a kite"), prepositions to a subject and what stands after them.
"""

from dataclasses import dataclass, field

from promptreel.engines.scenes.language.reading_text import SENTENCE
from promptreel.engines.scenes.language.reading_units import (
    ALIVE,
    GARMENTS,
    MODIFIERS,
    SAME_IN_PLURAL,
    Unit,
    can,
    natural_of,
)
from promptreel.engines.scenes.language.vocabulary import Entry, Lexicon, described

MOST_SUBJECTS = 12

SIGHT = 40
"""Units before a verb or preposition among which its subject is looked for."""

LIGHTS = frozenset({"sky", "time"})
LIGHT_DETAILS = frozenset({"light", "lights", "glow", "rays", "reflection", "neon", "streetlights", "flames",
                           "darkness", "candlelight", "abstract", "patterns"})  # fmt: skip
LIGHT_WEATHER = frozenset({"clouds", "fog", "lightning", "overcast"})

PAINTED = frozenset({"fluid", "ink", "kaleidoscope", "fire", "smoke", "waves", "particles"})
"""Settings that are nothing but colours in motion."""

BY_LIGHT = "the colour of the light"

ADJECTIVE_VERBS = {"glowing": "glow", "burning": "burn"}
"""Qualities that are verbs where they follow what they are said of: "a candle burning"."""

DONE_TO_THINGS = frozenset({"explode", "fall", "rise", "burn", "open", "glow", "bloom", "roll"})
"""What a verb that is shown by one of these says of its object, where it has a living subject: "a boxer strikes"."""

BODILY = frozenset({("detail", name) for name in ("face", "eyes", "features", "wings")})
"""Parts of a body."""

SEATED_GAMES = frozenset(
    {"chess", "piano", "cards", "poker", "video", "games", "checkers", "backgammon", "organ", "drums"}
)
"""What one plays sitting."""

VEHICLES = frozenset({"boat", "ship", "sailing_boat", "car", "taxi", "bus", "truck", "train", "hot_air_balloon",
                      "helicopter", "aeroplane", "submarine"})  # fmt: skip

BOATS = frozenset({"boat", "ship", "sailing_boat"})

MOUNTS = VEHICLES | frozenset({"horse", "unicorn", "dragon", "elephant", "bicycle", "motorcycle", "whale", "dolphin",
                               "dinosaur", "turtle", "cow", "bear", "wolf", "lion", "tiger", "eagle", "deer", "giraffe",
                               "rocket", "ufo"})  # fmt: skip
"""What one may ride on."""

MATTER = frozenset({"metal", "stone", "wooden", "glass"})
"""What a thing is made of: without a noun after it, it is a thing of its own ("hammering glowing iron")."""

SHOD = frozenset({"sneakers"})
"""What people have on, where it is not told of for its own sake."""

PAIRED = frozenset({"sneakers"})
"""What is a pair as one subject already."""

WHEELED = frozenset({"car", "taxi", "bus", "truck", "tractor", "motorcycle", "bicycle"})

PLAIN_ACTIONS = frozenset({"stand", "sit"})
"""What another verb for the same subject replaces: "standing and waving"."""

PEOPLE = frozenset({"person", "child", "man", "woman", "boy", "girl"})

HAIR_WORDS = {
    "red": "red", "ginger": "red", "auburn": "red", "copper": "red", "orange": "red", "blond": "blond", "blonde": "blond",
    "golden": "blond", "fair": "blond", "brown": "brown", "chestnut": "brown", "black": "black", "dark": "black",
    "grey": "grey", "gray": "grey", "silver": "grey", "white": "white", "blue": "blue", "pink": "pink", "green": "green",
    "purple": "purple", "long": "long", "flowing": "long", "short": "short", "curly": "curly", "wavy": "curly",
}  # fmt: skip
"""What words before "hair" say of it, as the end of the quality `hair_…`."""

LOOKS = frozenset({"hair", *(f"hair_{end}" for end in HAIR_WORDS.values()), "ponytail", "hair_bun", "bald", "bearded",
                   "moustached", "glasses", "sunglasses", "crowned"})  # fmt: skip
"""Qualities of people alone."""

TRESSES = LOOKS - {"bald", "glasses", "sunglasses", "crowned"}
"""Those that have a colour of their own: hair, on the head or on the chin."""

CAMERA_FOR = {"fly": "fly_through", "soar": "fly_through", "glide": "dolly_in", "walk": "dolly_in", "run": "dolly_in",
              "drive": "dolly_in", "rise": "crane_up", "dive": "crane_down", "spin": "orbit"}  # fmt: skip
"""What moves so where a prompt has nobody who could: the camera ("flying over mountains")."""

TOLD_RELATIONS = frozenset({"behind", "above", "under", "underneath", "beneath", "below", "beside", "between"})
"""Prepositions of one word that say enough to be told of."""


@dataclass(slots=True)
class Draft:
    """A subject while the prompt is read, and the word that named it."""

    name: str
    said: str = field(default="", kw_only=True)
    count: int = 1
    size: float = 1.0
    colour: str = ""
    action: str = ""
    qualities: set[str] = field(default_factory=set)
    relation: str = ""
    target: str = ""


class Reading:
    """One prompt being read: `units` with their meanings, and the `subjects` and `colours` of the light found."""

    def __init__(self, units: list[Unit], known: Lexicon) -> None:
        self.units = [unit for unit in units if not unit.negated]
        for at, unit in enumerate(self.units):
            unit.at = at
        self.known = known
        self.subjects: list[Draft] = []
        self.colours: list[str] = []
        self._comb()
        self._nouns()
        self._verbs()
        self._places()
        self._shelter()
        self._leftovers()

    # -- nouns and adjectives ------------------------------------------------------------------------------------------

    def _comb(self) -> None:
        """Let "long red" before "hair" be about the hair: else it would be a long subject in red clothes."""
        for at, unit in enumerate(self.units):
            if unit.kind != "quality" or unit.entry is None or unit.entry.name not in TRESSES:
                continue
            for other in self.units[max(0, at - 4) : at][::-1]:
                end = HAIR_WORDS.get(other.text)
                if other.gap == SENTENCE or end is None:
                    break
                other.role, other.entry = "entry", Entry("quality", f"hair_{end}")

    def _nouns(self) -> None:
        pending: list[Unit] = []
        lead: Unit | None = None
        before: Unit | None = None
        for at, unit in enumerate(self.units):
            after = self.units[at + 1] if at + 1 < len(self.units) else None
            going_on = bool(pending) and (unit.kind in MODIFIERS or unit.role in {"conjunction", "unknown"})
            breaks = (
                unit.gap == SENTENCE
                or (unit.gap and not going_on)
                or unit.role in {"determiner", "relation", "where", "copula", "pronoun", "nobody", "carry"}
                or unit.text in self.known.grammar["breaks"]
                or (unit.kind == "action" and not self._attributive(unit, before, after))
            )
            if breaks and pending:
                self._unbound(pending, lead)
                pending = []
            if unit.role == "title" and before is not None and before.is_noun and before.at == at - 1:
                self._modify(unit, before)
            elif unit.kind in MODIFIERS or unit.role in {"number", "title"}:
                if not pending:
                    lead = before
                pending.append(unit)
            elif unit.is_noun:
                if self._adjunct(unit, after):
                    unit.means(unit.entry)  # type: ignore[arg-type]
                else:
                    self._noun(unit, pending, before)
                    pending = []
            elif unit.role == "unknown":
                leads_on = after is not None and not after.gap and (after.is_noun or after.kind in MODIFIERS)
                if leads_on or (pending and after is not None and after.role == "unknown" and not after.gap):
                    if not pending:
                        lead = before
                    pending.append(unit)
                else:
                    # An unknown noun takes what was said of it along.
                    pending = []
            elif unit.role == "entry":
                unit.means(unit.entry)  # type: ignore[arg-type]
            if unit.role != "stop" or unit.text in self.known.grammar["breaks"]:
                before = unit
        if pending:
            self._unbound(pending, lead)

    def _attributive(self, unit: Unit, before: Unit | None, after: Unit | None) -> bool:
        """Whether a verb stands as an adjective before a noun: "a flying dragon"."""
        leads = after is not None and not after.gap and (after.is_noun or after.kind in MODIFIERS)
        return leads and unit.text.endswith(("ing", "ed")) and (before is None or unit.gap > 0 or not before.is_noun)

    @staticmethod
    def _adjunct(unit: Unit, after: Unit | None) -> bool:
        """Whether a noun only says of which kind the next one is: "autumn forest", "night sky"."""
        follows = after is not None and not after.gap and after.is_noun
        return follows and unit.kind in {"weather", "time", "season"} and not unit.text.endswith("ing")

    def _noun(self, unit: Unit, pending: list[Unit], before: Unit | None) -> None:
        entry = unit.entry
        assert entry is not None
        first = pending[0] if pending else unit
        at = first.at
        article = self.units[at - 1] if at and not first.gap else None
        new = (
            article is not None
            and article.role == "determiner"
            and article.text in {"a", "an", "another", "ein", "eine", "un", "una", "une"}
        )
        unit.indefinite = new or any(other.role == "number" for other in pending)
        lead = self.units[at - 2] if at > 1 and article is not None and article.role == "determiner" else article
        unit.inside = lead is not None and (
            lead.role == "relation" or lead.text in {"in", "at", "through", "along", "into"}
        )
        if entry.name in SHOD and self._dressed(unit):
            # Boots that somebody wears do not lie about.
            unit.entry = entry = Entry("detail", "clothes", "the clothes")
        unit.means(entry)
        if unit.kind == "subject":
            defined = article is not None and article.role == "determiner" and not new
            unit.subject = self._subject(unit, entry, defined=defined)
        elif unit.kind == "detail" and entry.name in GARMENTS and self._last_person(unit) >= 0:
            self._wear(unit, pending, self._last_person(unit))
            return
        for other in pending:
            self._modify(other, unit)

    def _dressed(self, unit: Unit) -> bool:
        """Whether a noun stands after "wearing" or "dressed in" in its sentence."""
        if unit.gap == SENTENCE:
            return False
        for other in self.units[: unit.at][::-1]:
            if other.text.startswith(("wear", "dressed")):
                return self._last_person(unit) >= 0
            if other.gap == SENTENCE:
                return False
        return False

    def _subject(self, unit: Unit, entry: Entry, *, defined: bool) -> int:
        """The index of the subject that a noun names: a new one, or one that was named before."""
        crowd = any(kind == "count" for kind, _ in entry.also)
        told = entry.by or any(kind == "quality" for kind, _ in entry.also)
        if not unit.indefinite:
            for index, draft in enumerate(self.subjects):
                if (crowd or (told and not defined and entry.name in PEOPLE)) and unit.text != draft.said:
                    continue  # A player and the crowd, a knight and bandits.
                if draft.name == entry.name and (defined or not unit.plural or draft.count > 1):
                    self._imply(draft, entry)
                    return index
        if len(self.subjects) >= MOST_SUBJECTS:
            return -1
        draft = Draft(entry.name, said=unit.text)
        alone = unit.indefinite or defined
        if (unit.plural or (unit.text in SAME_IN_PLURAL and not alone)) and not (
            unit.indefinite and alone and not unit.plural
        ):
            draft.count = self.known.facts["subject", entry.name].group
        self._imply(draft, entry)
        self.subjects.append(draft)
        return len(self.subjects) - 1

    def _imply(self, draft: Draft, entry: Entry) -> None:
        """Add what the word says of the subject besides its name: "puppy", "couple"."""
        for kind, name in entry.also:
            if kind == "quality":
                draft.qualities.add(name)
            elif kind == "count":
                draft.count = max(draft.count, int(name))
            elif kind == "tint" and not draft.colour:
                draft.colour = name
            elif kind == "action" and not draft.action:
                draft.action = name

    def _modify(self, unit: Unit, noun: Unit) -> None:
        """Let an adjective or a number be about a noun."""
        if unit.role == "number" and unit.value == 1 and noun.subject < 0:
            unit.role = "stop"
        elif unit.role == "number":
            if noun.subject >= 0:
                draft = self.subjects[noun.subject]
                paired = unit.value == 2 and draft.name in PAIRED and unit.text in {"of", "pair"}
                draft.count = 1 if paired else unit.value
            unit.key, unit.subject = ("count", str(unit.value)), noun.subject
        elif unit.role == "title":
            unit.key, unit.by, unit.subject = noun.key, noun.by or described(noun.key[1]), noun.subject
        elif unit.role == "unknown":
            if self._natural(unit, noun):
                unit.key, unit.by, unit.subject = noun.key, noun.by, noun.subject
        elif noun.subject >= 0:
            self._modify_subject(unit, noun.subject)
        else:
            self._modify_scenery(unit, noun)

    def _wear(self, garment: Unit, pending: list[Unit], index: int) -> None:
        """Dress a person: a hat has a colour of its own, everything else that of its wearer's clothes."""
        assert garment.entry is not None
        name, draft = garment.entry.name, self.subjects[index]
        garment.means(Entry("quality", name, garment.entry.by), index)
        draft.qualities.update([name, *(other for kind, other in garment.entry.also if kind == "quality")])
        for unit in pending:
            if unit.entry is not None and unit.kind == "colour" and name == "hat":
                unit.means(Entry("quality", f"hat_{unit.entry.name}", unit.entry.by), index)
                draft.qualities.add(f"hat_{unit.entry.name}")
            elif unit.entry is not None and unit.kind in {"colour", "quality"}:
                self._modify_subject(unit, index)
            elif self._natural(unit, garment):
                unit.key, unit.by, unit.subject = garment.key, garment.by, index

    def _natural(self, unit: Unit, noun: Unit) -> bool:
        names = {unit.text, unit.stem, unit.entry.name if unit.entry else ""}
        return not names.isdisjoint(natural_of(noun, self.known))

    def _modify_subject(self, unit: Unit, index: int) -> None:
        draft, entry = self.subjects[index], unit.entry
        assert entry is not None
        unit.means(entry, index)
        if entry.kind == "colour":
            draft.colour = draft.colour or entry.name
        elif entry.kind == "size":
            if draft.size == 1.0:
                draft.size = self.known.grammar["sizes"][entry.name]
        elif entry.kind == "quality":
            draft.qualities.add(entry.name)
        draft.qualities.update(name for kind, name in entry.also if kind == "quality")

    def _modify_scenery(self, unit: Unit, noun: Unit) -> None:
        entry = unit.entry
        assert entry is not None
        if entry.kind == "quality" and entry.name in LOOKS:
            if (index := self._last_person(noun)) >= 0:
                self._modify_subject(unit, index)  # "With red hair and green eyes".
            return
        light = noun.kind in LIGHTS or noun.key[1] in (LIGHT_WEATHER if noun.kind == "weather" else LIGHT_DETAILS)
        if noun.key == ("detail", "clothes"):
            index = self._last_person(noun)
            if index >= 0 and entry.kind == "colour":
                self._modify_subject(unit, index)
        elif noun.key in BODILY:
            return  # Red hair is no red light.
        elif entry.kind == "colour" and (light or (noun.kind == "setting" and noun.key[1] in PAINTED)):
            self._tint(unit)
        elif self._natural(unit, noun):
            unit.key, unit.by = noun.key, noun.by
        elif entry.name == "burning" and noun.kind in {"place", "setting"}:
            unit.key, unit.by = ("effect", "embers"), "embers"
        elif entry.kind == "colour" and noun.kind != "place":
            self._tint(unit, BY_LIGHT)

    def _tint(self, unit: Unit, by: str = "") -> None:
        """A colour of the light."""
        entry = unit.entry
        assert entry is not None
        unit.means(entry)
        unit.by = by or entry.by
        if entry.name not in self.colours:
            self.colours.append(entry.name)

    def _last_person(self, noun: Unit) -> int:
        people = PEOPLE | {"astronaut"}
        return next((i for i in reversed(range(len(self.subjects))) if self.subjects[i].name in people), -1)

    def _unbound(self, pending: list[Unit], lead: Unit | None) -> None:
        """Adjectives after which no noun came: said of the noun before ("the car is red"), or of the light."""
        first = pending[0].at
        noun = next((unit for unit in self.units[max(0, first - 6) : first][::-1] if unit.is_noun), None)
        if noun is not None and any(u.gap == SENTENCE for u in self.units[noun.at + 1 : first + 1]):
            noun = None
        about = noun is not None and lead is not None and (lead.role == "copula" or lead is noun)
        if lead is not None and lead.kind == "action" and not about and pending[-1].key_name in MATTER:
            return  # Iron that is hammered says nothing of the smith.
        dressed = noun is not None and lead is not None and lead.text == "in" and noun.subject >= 0
        if dressed and lead is not None and noun is not None:
            dressed = lead.at == noun.at + 1
        for unit in pending:
            if unit.role == "number":
                if unit.value != 1:
                    unit.key = ("count", str(unit.value))
                else:
                    unit.role = "stop"
            elif unit.role in {"unknown", "title"}:
                continue
            elif noun is not None and (about or dressed):
                if noun.subject >= 0:
                    self._predicate(unit, noun)
                else:
                    self._modify_scenery(unit, noun)
            elif unit.kind == "colour":
                self._tint(unit)
            elif noun is not None and noun.subject >= 0 and unit.kind == "quality":
                self._predicate(unit, noun)
            elif noun is not None and unit.key_name in TRESSES:
                self._modify_scenery(unit, noun)  # "The wind in her hair".
            elif noun is not None and self._natural(unit, noun):
                unit.key, unit.by, unit.subject = noun.key, noun.by, noun.subject

    def _predicate(self, unit: Unit, noun: Unit) -> None:
        """An adjective after its subject; "burning" is then a verb."""
        verb = ADJECTIVE_VERBS.get(unit.entry.name if unit.entry else "", "")
        if verb and unit.words == 1 and can(noun, verb, self.known):
            self._act(unit, Entry("action", verb), noun)
        else:
            self._modify_subject(unit, noun.subject)

    # -- verbs ---------------------------------------------------------------------------------------------------------

    def _verbs(self) -> None:
        for at, unit in enumerate(self.units):
            if unit.kind == "action":
                self._verb(at, unit)

    def _verb(self, at: int, unit: Unit) -> None:
        entry = unit.entry
        assert entry is not None
        unit.key, unit.by = ("action", entry.name), entry.by
        back = self._heads(range(at - 1, max(-1, at - SIGHT), -1), at)
        ahead = self._heads(range(at + 1, min(len(self.units), at + 6)), at)
        before = self.units[at - 1] if at else None
        after = self.units[at + 1] if at + 1 < len(self.units) else None
        done_by_unknown = before is not None and before.role == "unknown" and entry.by and entry.name in DONE_TO_THINGS
        if self._attributive(unit, before, after) and ahead and not done_by_unknown:
            if ahead[0].subject >= 0 or can(ahead[0], entry.name, self.known):
                self._act(unit, entry, ahead[0])
            return
        if self._of_another(at, before):
            unit.key, unit.by = ("", ""), ""
            return
        near = back[0] if back else None
        if near is not None and near.subject < 0 and entry.by and entry.name == "walk" and near.at >= at - 2:
            # Whatever is in the air may move, cross and approach.
            self._act(unit, entry, near)
            return
        doer = next((head for head in back if head.subject >= 0 and can(head, entry.name, self.known)), None)
        direct = ahead[0] if ahead and self._directly(at, ahead[0].at) else None
        done = entry.by and entry.name in DONE_TO_THINGS and (direct is not None or self._passive(at, before))
        if done and doer is not None and not self._lives(doer):
            doer = None
        if (
            near is not None
            and near.subject < 0
            and can(near, entry.name, self.known)
            and (doer is None or not near.inside)
        ):
            self._act(unit, entry, near)
            return
        if doer is None and (done or (entry.by and entry.name in DONE_TO_THINGS and not self._alone(back))):
            # Who pours, strikes or lifts something is not what falls, bursts or rises.
            doer = next((head for head in back if head.subject >= 0 and self._lives(head)), None)
            entry = Entry("action", "stand", "standing") if doer is not None else entry
            unit.key, unit.by = ("action", entry.name), entry.by
            if doer is None:
                # Nobody is there to do it, and a thing does not do it to itself: "chopsticks lifting noodles".
                unit.key, unit.by = ("", ""), ""
                return
        # "A ballerina spinning on stage": it is not the stage that spins.
        herself = (
            near is not None and near.at == at - 1 and near.subject >= 0 and direct is not None and direct.subject < 0
        )
        if doer is None and direct is not None and not herself and can(direct, entry.name, self.known):
            self._act(unit, entry, direct)
            self._carry(entry, next((head for head in back if head.subject >= 0), None), direct)
            return
        if near is not None and near.key in BODILY and doer is None:
            unit.key, unit.by = ("", ""), ""  # It is an eye that turns, not the branch below it.
            return
        doer = doer or next((head for head in back if head.subject >= 0), None)
        if doer is None and direct is not None and direct.subject >= 0:
            doer = direct
        if doer is None:
            named = before is not None and before.role == "determiner"  # "On a board" is no boarding.
            if entry.name in CAMERA_FOR and not named:
                unit.key, unit.by = ("camera", CAMERA_FOR[entry.name]), "a camera that moves so"
            return
        entry = self._sort_of(entry, at, doer)
        self._act(unit, entry, doer)
        for other in self._joined(doer):
            if can(other, entry.name, self.known):
                self._act(None, entry, other)
        if unit.words > 1 and unit.text in {"on", "onto"} and direct is not None and direct.subject >= 0:
            # "Landing on a branch": the preposition is a part of the verb.
            draft, mount = self.subjects[doer.subject], self.subjects[direct.subject].name
            if not draft.relation and draft.name != mount:
                draft.relation, draft.target = "on", mount
        if entry.name == "sail":
            self._embark(doer)
        if entry.name == "ride" and ahead and ahead[0].subject >= 0 and ahead[0].subject != doer.subject:
            self._carry(entry, doer, ahead[0])

    def _of_another(self, at: int, before: Unit | None) -> bool:
        """Whether a participle tells what a part of the scene does that cannot do so, or that nobody knows: of "two boxers
        in the ring, sweat flying" nobody flies."""
        unit, start = self.units[at], before
        if before is None or unit.gap or not unit.text.endswith("ing") or unit.words > 1:
            return False
        while start is not None and start.at and not start.gap and self._in_a_name(self.units[start.at - 1]):
            start = self.units[start.at - 1]
        if start is None or not start.at:
            return False
        opens = bool(start.gap) or self.units[start.at - 1].text in {"and", "as", "while", "with"}
        if before.role == "unknown":
            return opens and before.text.isalpha() and not before.text.endswith("ly")
        scenery = before.kind in {"effect", "weather", "sky", "detail", "setting"} and before.key not in BODILY
        garment = before.kind == "detail" and (before.key_name == "clothes" or before.key_name in GARMENTS)
        assert unit.entry is not None
        return opens and scenery and not garment and not can(before, unit.entry.name, self.known)

    @staticmethod
    def _in_a_name(unit: Unit) -> bool:
        return unit.role in {"determiner", "number", "unknown"} or unit.kind in MODIFIERS

    def _lives(self, head: Unit) -> bool:
        return head.key_name in PEOPLE or not ALIVE.isdisjoint(self.known.facts["subject", head.key_name].does)

    def _passive(self, at: int, before: Unit | None) -> bool:
        """Whether something is done to what stands before: "wine being poured"."""
        return before is not None and before.text in {"being", "getting"} and self.units[at].text.endswith(("ed", "en"))

    def _alone(self, back: list[Unit]) -> bool:
        """Whether only things stand before a verb, which may then do what it says: "a tower collapsing"."""
        return bool(back) and not any(head.subject >= 0 and self._lives(head) for head in back)

    def _sort_of(self, entry: Entry, at: int, doer: Unit) -> Entry:
        """What an action is in its company: who plays the violin does not run about as who plays ball does."""
        if entry.name == "play":
            players, near = self.known.grammar["players"], self.units[at + 1 : at + 6]
            if doer.text in players or any(unit.text in players for unit in near):
                seated = any(unit.text in SEATED_GAMES for unit in near)
                return Entry("action", "sit" if seated else "stand", "sitting" if seated else "standing")
        if self.units[at].stem == "drift" and doer.key_name in WHEELED:
            return Entry("action", "drive", "driving")  # Cars drift on their wheels.
        if entry.name == "ride" and doer.subject >= 0 and self.subjects[doer.subject].action in {"surf", "skate"}:
            return Entry("action", self.subjects[doer.subject].action)
        if entry.name == "ride" and doer.subject >= 0 and self.subjects[doer.subject].name in PEOPLE:
            named = any(unit.text in self.known.grammar["mounts"] or unit.key_name in MOUNTS for unit in self.units)
            if not named and not any(draft.name in MOUNTS for draft in self.subjects):
                # Who rides into the sunset sits on a horse, though nobody says so.
                self.subjects.append(Draft("horse"))
                draft = self.subjects[doer.subject]
                draft.relation, draft.target = "on", "horse"
        return entry

    def _embark(self, doer: Unit) -> None:
        """People who sail are aboard the boat of the film, or of one that nobody names."""
        draft = self.subjects[doer.subject]
        if draft.name not in PEOPLE or draft.relation:
            return
        afloat = [*(other.name for other in self.subjects if other.name in BOATS)]
        afloat += [unit.key_name for unit in self.units if unit.kind == "subject" and unit.key_name in BOATS]
        if not afloat:
            self.subjects.append(Draft("sailing_boat"))
        draft.relation, draft.target = "on", (afloat or ["sailing_boat"])[0]

    def _directly(self, verb: int, noun: int) -> bool:
        """Whether a noun is what a verb acts on: only articles and adjectives are between."""
        between = self.units[verb + 1 : noun]
        if any(unit.gap for unit in self.units[verb + 1 : noun + 1]):
            return False
        return all(
            unit.role in {"determiner", "number", "unknown"} or unit.kind in MODIFIERS or unit.role == "stop"
            for unit in between
        ) and not any(unit.text in self.known.grammar["breaks"] for unit in between)

    def _heads(self, places: range, at: int) -> list[Unit]:
        """The nouns at `places` up to the end of the sentence, the nearest first."""
        found: list[Unit] = []
        for place in places:
            unit = self.units[place]
            if place > at and unit.gap == SENTENCE:
                break
            if unit.is_noun and unit.kind not in {"time", "season"}:
                found.append(unit)
            if place < at and unit.gap == SENTENCE:
                break
        return found

    def _joined(self, doer: Unit) -> list[Unit]:
        """The subjects that "and" joins to one: both of "a dog and a cat running"."""
        found: list[Unit] = []
        at = doer.at
        joined = False
        for unit in self.units[max(0, at - 12) : at][::-1]:
            if unit.role == "conjunction" or unit.gap:
                joined = True
            if unit.is_noun:
                if not joined or unit.subject < 0 or unit.subject == doer.subject:
                    break
                found.append(unit)
                joined = False
            elif (
                unit.kind in {"action", "camera"}
                or unit.role in {"relation", "unknown", "carry"}
                or unit.text in self.known.grammar["breaks"]
            ):
                break
        return found

    def _act(self, unit: Unit | None, entry: Entry, doer: Unit) -> None:
        """Let a noun do what a verb says."""
        if doer.subject < 0:
            if unit is not None:
                unit.key, unit.by, unit.subject = doer.key, doer.by, -1
            return
        draft = self.subjects[doer.subject]
        action, by = entry.name, entry.by
        if action in {"walk", "run"} and not can(doer, action, self.known):
            # What only moves on ("crossing", "racing") does so in its own way.
            does = self.known.facts["subject", draft.name].does
            if does and (by or draft.name in VEHICLES):
                action, by = does[0], by and "moving"
        plain = draft.action in PLAIN_ACTIONS and action not in PLAIN_ACTIONS
        # Of two verbs the one that it can do: "a paper bird unfolding and flying away".
        if not draft.action or ((plain or not can(doer, draft.action, self.known)) and can(doer, action, self.known)):
            draft.action = action
            draft.qualities.update(name for kind, name in entry.also if kind == "quality")
        if unit is not None:
            unit.key, unit.by, unit.subject = ("action", action), by, doer.subject

    def _carry(self, entry: Entry, rider: Unit | None, mount: Unit) -> None:
        """Who rides, drives or sails something is on it; a kite flies above who flies it."""
        if rider is None or mount.subject < 0 or rider.subject == mount.subject:
            return
        if entry.name in {"ride", "drive", "sail"}:
            draft = self.subjects[rider.subject]
            draft.relation, draft.target = "on", mount.entry.name if mount.entry else ""
        elif entry.name == "fly":
            draft = self.subjects[mount.subject]
            draft.relation, draft.target = "above", self.subjects[rider.subject].name

    # -- where things are ----------------------------------------------------------------------------------------------

    def _places(self) -> None:
        for at, unit in enumerate(self.units):
            back = self._heads(range(at - 1, max(-1, at - SIGHT), -1), at)
            ahead = self._heads(range(at + 1, min(len(self.units), at + 6)), at)
            if unit.role == "relation":
                self._relate(unit, back, ahead)
            elif unit.role == "where":
                self._stand(unit, back, ahead)
            elif unit.text in {"in", "inside"} and ahead and self._directly(at, ahead[0].at):
                self._ride_in(back, ahead[0])
            elif unit.role == "carry":
                self._hold(unit, back, ahead)

    def _relate(self, unit: Unit, back: list[Unit], ahead: list[Unit]) -> None:
        if unit.relation == "behind" and back and back[0].at == unit.at - 1:
            back[0].far = True
        thing = next((head for head in back if head.subject >= 0), None)
        # "On a child's bed" is not on the child.
        target = next((head for head in ahead if not self._owns(head) or self._has_body_after(head)), None)
        if thing is None or target is None:
            return
        before = self.units[unit.at - 1]
        if unit.relation == "above" and before.kind == "action" and before.by == "standing":
            return
        draft = self.subjects[thing.subject]
        name = target.entry.name if target.entry and target.kind in {"subject", "place"} else ""
        if name == draft.name and target.subject == thing.subject:
            return
        if draft.relation or not (name or unit.relation in {"above", "below"}):
            return
        if not name and target.kind in {"sky", "time", "weather", "effect"}:
            return
        draft.relation, draft.target = unit.relation, name
        if unit.words > 1 or unit.text in TOLD_RELATIONS:
            unit.key, unit.subject = ("relation", unit.relation), thing.subject

    @staticmethod
    def _owns(noun: Unit) -> bool:
        """Whether a noun is in the possessive, which its text has lost: "a child's"."""
        return noun.words == 1 and noun.end - noun.start > len(noun.text)

    def _has_body_after(self, noun: Unit) -> bool:
        """Whether it is on somebody's own shoulder, hand or lap."""
        return noun.at + 1 < len(self.units) and self.units[noun.at + 1].key == ("detail", "face")

    def _stand(self, unit: Unit, back: list[Unit], ahead: list[Unit]) -> None:
        heads = ahead if unit.text == "distant" else back or ahead
        if not heads:
            return
        head = heads[0]
        if head.subject >= 0:
            draft = self.subjects[head.subject]
            draft.relation = draft.relation or unit.relation
            unit.key, unit.subject = ("relation", unit.relation), head.subject
        elif unit.relation in {"far", "near"}:
            head.far = unit.relation == "far"
            unit.key, unit.by = head.key, head.by

    def _ride_in(self, back: list[Unit], vehicle: Unit) -> None:
        """Let "a fisherman in a boat" be on the boat."""
        if (
            vehicle.subject < 0
            or self.subjects[vehicle.subject].name not in VEHICLES
            or not back
            or back[0].subject < 0
        ):
            return
        draft = self.subjects[back[0].subject]
        if not draft.relation and draft.name not in VEHICLES:
            draft.relation, draft.target = "on", self.subjects[vehicle.subject].name

    def _hold(self, unit: Unit, back: list[Unit], ahead: list[Unit]) -> None:
        """Things in hands: "with an umbrella", "wearing a red coat"."""
        people_ = (h for h in back if h.subject >= 0 and self.subjects[h.subject].name in PEOPLE)
        holder = next(people_, back[0] if back else None)
        if holder is None or holder.subject < 0 or not ahead:
            return
        thing = ahead[0]
        people = self.subjects[holder.subject].name in PEOPLE | {"robot", "astronaut", "monkey"}
        if thing.subject >= 0 and people and self.subjects[thing.subject].name in self.known.grammar["held"]:
            draft = self.subjects[thing.subject]
            if not draft.relation:
                draft.relation, draft.target = "on", self.subjects[holder.subject].name
                unit.key, unit.subject = ("relation", "on"), thing.subject
        elif people and unit.text != "with" and (thing.key == ("detail", "clothes") or thing.key[1] in GARMENTS):
            unit.key, unit.by, unit.subject = thing.key, thing.by, thing.subject

    def _shelter(self) -> None:
        """Let who is under an umbrella hold it."""
        for index, draft in enumerate(self.subjects):
            held = next((i for i, other in enumerate(self.subjects) if other.name == "umbrella"), -1)
            if held < 0 or draft.relation != "below" or draft.target != "umbrella" or draft.name not in PEOPLE:
                continue
            draft.relation, draft.target = "", ""
            self.subjects[held].relation, self.subjects[held].target = "on", draft.name
            for unit in self.units:
                if unit.key == ("relation", "below") and unit.subject == index:
                    unit.key, unit.subject = ("relation", "on"), held

    # -- what is left --------------------------------------------------------------------------------------------------

    def _leftovers(self) -> None:
        """Words that nobody knows but that say of a thing what is true of it anyway: "a river flowing"; and verbs that
        would be shown by standing, of somebody who does something else: "sitting and watching"."""
        for at, unit in enumerate(self.units):
            if unit.key == ("action", "stand") and unit.by and 0 <= unit.subject < len(self.subjects):
                doing = self.subjects[unit.subject].action
                if doing and doing != "stand":
                    unit.key, unit.by = ("", ""), ""
            if unit.role == "unknown" and not unit.key[0]:
                for head in self._heads(range(at - 1, max(-1, at - 5), -1), at)[:1]:
                    if self._natural(unit, head):
                        unit.key, unit.by, unit.subject = head.key, head.by, head.subject
