"""What a prompt asks for, as a `SceneSpec`. Any text gives one; none is an error.

The words live in `lexicon/*.toml` (`vocabulary`), a prompt is cut into `units_of` it (`reading_units`), which are bound to
one another (`reading`); here they become the fields of the spec, and a setting is chosen where none is named.

Every content word becomes a `Mention` of one of these kinds. Its key (kind, name, subject) is what the director says
that the frames hold (`report`); subject is -1 but where the table says "index".

    kind      name                                                         subject
    setting   a row of settings                                            -1
    place     a row of places                                              -1
    subject   a row of subjects                                            index
    action    an action of the row                                         index, or -1 where nobody does it
    colour    of COLOURS                                                   index, or -1 for the colour of the light
    quality   as in `Wanted.qualities`                                     index
    size      tiny, small, large, giant                                    index
    count     the number in digits: "3"                                    index, or -1 where it is of no subject
    relation  of RELATIONS                                                 index
    time      of TIMES                                                     -1
    season    of SEASONS                                                   -1
    weather   as in `SceneSpec.weather`                                    -1
    sky       as in `SceneSpec.sky`, and `sky`, `horizon`                  -1
    effect    a row of effects                                             -1
    mood      of MOODS                                                     -1
    camera    of MOVES                                                     -1
    speed     slow, fast, slow_motion, time_lapse (of what moves)          -1
    pace      slow, fast (of the camera)                                   -1
    style     of STYLES                                                    -1
    sound     sound, silent, waves, rain, wind, fire, birds, crickets,     -1
              thunder, city, water
    detail    what is in a setting, place … as the lexicon says (`in`):    -1
              `report` sees by itself whether something holds it

An empty kind is a word that nobody knows. An adjective or verb that is true of its noun anyway ("blue ocean", "waves
crashing") has the key of that noun.

The lexicon's rows: `[[kind]]` with `name`; `words` mean it as such; `like` are shown by it, told as `by`; `also` are
further keys that its words ask for (`soft_…`: unless the prompt says otherwise); `home`: settings where it is found;
`does`, `group`: of subjects; `natural`: adjectives that are true of it; `holds`: keys that are held where it is held;
`in`: of details, keys that hold it; `rank`, `place`: of settings, see there.
"""

import zlib
from dataclasses import dataclass, field

import numpy as np

from promptreel.engines.scenes.language.reading import PEOPLE, Draft, Reading
from promptreel.engines.scenes.language.reading_setting import Settings, give_way
from promptreel.engines.scenes.language.reading_units import Unit, units_of
from promptreel.engines.scenes.language.vocabulary import Entry, Lexicon, lexicon
from promptreel.engines.scenes.scene_spec import Mention, SceneSpec, Wanted

CLEAR_ENDS = frozenset({"overcast", "storm", "rain", "snow", "fog", "lightning"})

CLEAR_SKIES = frozenset({"stars", "milky_way", "meteors", "sun", "full_moon", "half_moon", "crescent_moon"})
"""What falling snow would hide."""

ANYBODY = frozenset({"person", "people", "persons", "human", "humans", "anybody", "anyone", "somebody", "someone"})
"""Words for people of no kind."""

UNTOLD = frozenset({"stop", "determiner", "copula", "pronoun", "conjunction", "negator", "free", "carry"})
"""Roles of words without content, unless something gave them a key."""


@dataclass(slots=True)
class _Wishes:
    """The fields of a spec while they are being filled."""

    single: dict[str, str] = field(default_factory=dict)
    """time, season, mood, camera: the first of two that contradict each other wins."""
    weather: list[str] = field(default_factory=list)
    sky: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    soft: list[tuple[str, str]] = field(default_factory=list)
    speed: str = ""
    pace: str = ""
    intensity: float = 1.0
    sound: bool | None = None

    def add(self, kind: str, name: str) -> None:
        """Take one wish."""
        if kind.startswith("soft_"):
            self.soft.append((kind.removeprefix("soft_"), name))
        elif kind == "sky" and name in {"sky", "horizon"}:
            return
        elif kind in {"time", "season", "mood", "camera"}:
            self.single.setdefault(kind, name)
        elif kind in {"weather", "sky", "effect", "style", "place"}:
            values = getattr(self, {"effect": "effects", "style": "styles", "place": "places"}.get(kind, kind))
            if name not in values:
                values.append(name)
        elif kind == "speed":
            strong = name in {"slow_motion", "time_lapse"} and self.speed in {"slow", "fast"}
            self.speed = name if strong else self.speed or name
        elif kind == "pace":
            self.pace = self.pace or name
        elif kind == "intensity":
            self.intensity = float(name) if self.intensity == 1.0 else self.intensity
        elif kind == "sound" and self.sound is None:
            self.sound = name != "silent"


def parse(prompt: str, negative_prompt: str = "", *, seed: int = 0, has_image: bool = False) -> SceneSpec:
    """What `prompt` asks for and `negative_prompt` rules out. The same arguments give the same answer."""
    known = lexicon()
    units = units_of(prompt, known)
    if any(unit.kind == "subject" and unit.key_name in PEOPLE and not unit.negated for unit in units):
        # "A boxer in an empty gym": the boxer stays.
        units = [unit for unit in units if unit.role != "nobody"]
    denied = [unit for unit in units if unit.negated or unit.role == "nobody"]
    for unit in denied:
        _mean_denied(unit)
    without = _ruled_out([*denied, *_denied_by(negative_prompt, known)], _named_people(units))
    reading = Reading(units, known)
    # A prompt without a known word still gives another picture than the next one, so its text joins the seed.
    random = np.random.default_rng([abs(seed), zlib.crc32(prompt.encode("utf-8", "surrogatepass"))])
    told = [unit for unit in reading.units if unit.key[0] and unit.role != "nobody"]
    _let_snow_lie(told)
    _pace(reading.units)
    setting = Settings(told, without, known).choose(random, named_only=has_image)
    give_way(told, setting, known)
    wishes = _wishes(told)
    subjects, renumbered = _subjects(reading.subjects, without)
    for unit in told:
        if unit.subject >= 0:
            unit.subject = renumbered[unit.subject]
    colours = [colour for colour in reading.colours if colour not in without]
    if not has_image and not any(unit.key[0] not in {"", "sound", "count"} for unit in told):
        _imagine(wishes, colours, known, random)
    _settle(wishes, without)
    _agree_on_mood(told, wishes, known)
    _join_moods(told, wishes.single.get("mood", ""), known)
    speeds, paces = known.grammar["speeds"], known.grammar["paces"]
    return SceneSpec(
        setting=setting,
        places=tuple(name for name in wishes.places if name not in without),
        subjects=subjects,
        time=wishes.single.get("time", ""),
        season=wishes.single.get("season", ""),
        weather=frozenset(wishes.weather),
        sky=frozenset(wishes.sky),
        effects=frozenset(wishes.effects),
        mood=wishes.single.get("mood", ""),
        colours=tuple(colours),
        camera=wishes.single.get("camera", ""),
        speed=speeds.get(wishes.speed, 1.0),
        pace=paces.get(wishes.pace, 1.0),
        styles=tuple(wishes.styles),
        intensity=wishes.intensity,
        sound=wishes.sound,
        without=without,
        has_image=has_image,
        mentions=tuple(_mention(unit, prompt) for unit in units if _is_told(unit)),
    )


def _is_told(unit: Unit) -> bool:
    """Whether a unit is a content word."""
    if unit.role in {"relation", "where"}:
        return bool(unit.key[0])
    return unit.role not in UNTOLD or bool(unit.key[0])


def _mention(unit: Unit, prompt: str) -> Mention:
    kind, name = unit.key
    return Mention(
        text=prompt[unit.start : unit.end],
        start=unit.start,
        end=unit.end,
        kind=kind,
        name=name,
        by=unit.by,
        subject=unit.subject,
        negated=unit.negated,
    )


# -- what is not wanted ------------------------------------------------------------------------------------------------


def _mean_denied(unit: Unit) -> None:
    if unit.role == "nobody":
        unit.key, unit.negated = ("subject", "person"), True
    elif unit.entry is not None:
        unit.key = (unit.entry.kind, unit.entry.name)


def _denied_by(text: str, known: Lexicon) -> list[Unit]:
    """The units of a negative prompt: all of them are denied, whatever "no" says there."""
    units = [unit for unit in units_of(text, known) if unit.role in {"entry", "nobody"}]
    for unit in units:
        _mean_denied(unit)
    return units


def _named_people(units: list[Unit]) -> frozenset[str]:
    """The rows of people that a prompt names as somebody: "a knight riding a horse, no people" keeps the knight."""
    return frozenset(
        unit.key_name for unit in units
        if unit.kind == "subject" and unit.key_name in PEOPLE and not unit.negated and unit.text not in ANYBODY
    )  # fmt: skip


def _ruled_out(units: list[Unit], named: frozenset[str]) -> frozenset[str]:
    """The names that denied words stand for. Who wants no people wants no children either, but for those named."""
    names = {unit.key[1] for unit in units if unit.key[0]}
    if any(unit.key == ("subject", "person") and (unit.text in ANYBODY or unit.role == "nobody") for unit in units):
        names = (names | PEOPLE) - named
    elif "person" in names:
        names |= PEOPLE
    return frozenset(names)


def _settle(wishes: _Wishes, without: frozenset[str]) -> None:
    """Fill what words ask for in passing, and drop what is ruled out or contradicted."""
    for kind, name in wishes.soft:
        if kind == "time" and not wishes.single.get("time"):
            # Stars by day would be a contradiction of the parser's own making.
            wishes.single["time"] = name
        elif kind in {"season", "camera"} and name not in without:
            wishes.single.setdefault(kind, name)
        elif kind == "effect" and name not in wishes.effects:
            wishes.effects.append(name)
    for key in [key for key, name in wishes.single.items() if name in without]:
        del wishes.single[key]
    for values in (wishes.weather, wishes.sky, wishes.effects, wishes.styles):
        values[:] = [name for name in values if name not in without]
    if "clear" in wishes.weather:
        rivals = CLEAR_ENDS.intersection(wishes.weather)
        if rivals and min(map(wishes.weather.index, rivals)) < wishes.weather.index("clear"):
            wishes.weather.remove("clear")
        elif rivals:
            wishes.weather[:] = [name for name in wishes.weather if name not in rivals]
        elif "clouds" in wishes.weather:
            wishes.weather.remove("clear")


def _agree_on_mood(units: list[Unit], wishes: _Wishes, known: Lexicon) -> None:
    """Take the mood that most words for moods can live with, the first of those that are as good."""
    named = [unit.key[1] for unit in units if unit.key[0] == "mood"]
    if wishes.single.get("mood") in named:
        kin = known.grammar["kin"]
        wishes.single["mood"] = max(
            dict.fromkeys([wishes.single["mood"], *named]),
            key=lambda mood: sum(other == mood or other in kin.get(mood, ()) for other in named),
        )


def _join_moods(units: list[Unit], mood: str, known: Lexicon) -> None:
    """Let further moods be told by the one that the film has, where that is near to them."""
    for unit in units:
        if unit.key[0] == "mood" and unit.key[1] != mood and unit.key[1] in known.grammar["kin"].get(mood, ()):
            unit.key, unit.by = ("mood", mood), known.grammar["moods"][mood]


# -- what is wanted ----------------------------------------------------------------------------------------------------


def _wishes(units: list[Unit]) -> _Wishes:
    wishes = _Wishes()
    for unit in units:
        kind, name = unit.key
        if unit.entry is None or kind in {"setting", "subject", "colour", "quality", "size", "action", "relation"}:
            # What a word says besides its own name counts all the same.
            also = unit.entry.also if unit.entry is not None and unit.kind == kind else ()
        elif unit.kind != kind and kind not in {"place", "effect", "pace", "camera"}:
            also = ()
        else:
            # A move of the camera goes before a point of view that a move stands for.
            wishes.add("soft_camera" if kind == "camera" and unit.by else kind, name)
            also = unit.entry.also
        for other, value in also:
            wishes.add(other, value)
    return wishes


def _let_snow_lie(units: list[Unit]) -> None:
    """Let the snow of "a cabin in the snow under the stars" lie, for what falls comes from clouds that hide the stars."""
    if any(unit.key[0] == "sky" and unit.key[1] in CLEAR_SKIES for unit in units):
        for unit in units:
            if unit.key == ("weather", "snow") and unit.inside and unit.entry is not None:
                unit.entry = Entry("detail", "snow", "", (("soft_season", "winter"),))
                unit.means(unit.entry)


def _pace(units: list[Unit]) -> None:
    """Let "slowly" beside a camera's move be the pace of the camera; else it is the speed of what moves."""
    for at, unit in enumerate(units):
        if unit.key[0] != "speed" or unit.key[1] not in {"slow", "fast"}:
            continue
        beside = [units[i] for i in (at - 2, at - 1, at + 1, at + 2) if 0 <= i < len(units)]
        if any(other.kind == "camera" and other.key[0] == "camera" for other in beside):
            unit.key = ("pace", unit.key[1])


def _subjects(drafts: list[Draft], without: frozenset[str]) -> tuple[tuple[Wanted, ...], dict[int, int]]:
    """The subjects that are not ruled out, and where each draft is among them (-1 for none)."""
    wanted: list[Wanted] = []
    places: dict[int, int] = {}
    for index, draft in enumerate(drafts):
        if draft.name in without:
            places[index] = -1
            continue
        places[index] = len(wanted)
        wanted.append(
            Wanted(
                name=draft.name,
                count=draft.count,
                size=draft.size,
                colour=draft.colour,
                action="" if draft.action in without else draft.action,
                qualities=frozenset(draft.qualities),
                relation=draft.relation,
                target=draft.target,
            )
        )
    return tuple(wanted), places


def _imagine(wishes: _Wishes, colours: list[str], known: Lexicon, random: np.random.Generator) -> None:
    """Mood, palette and motion for a prompt of which nobody knows a word."""
    unknown = known.grammar["unknown"]
    moods, cameras, palettes = unknown["moods"].split(), unknown["cameras"].split(), unknown["palettes"].split(", ")
    wishes.single.setdefault("mood", moods[int(random.integers(len(moods)))])
    wishes.single.setdefault("camera", cameras[int(random.integers(len(cameras)))])
    colours.extend(palettes[int(random.integers(len(palettes)))].split())
