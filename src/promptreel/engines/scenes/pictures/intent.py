"""What a prompt beside a picture is about: what comes into the picture, what of it moves, and what only tells what it shows.

"Add a monkey" brings a monkey; "the woman smiles" speaks of somebody whom the picture shows already. Whoever is spoken of
with a definite article, and people whom no verb brings in, are taken to be in the picture.
"""

import re
from dataclasses import dataclass

from promptreel.engines.scenes.language.reading import PEOPLE
from promptreel.engines.scenes.scene_spec import SceneSpec

BRINGS = re.compile(
    r"\b(add(s|ed|ing)?|put(s|ting)?|insert(s|ed|ing)?|place[sd]?|placing|bring(s|ing)? in|includ(e|es|ing)|appear(s|ing)?|"
    r"enter(s|ing)?|arriv(e|es|ing)|com(es|ing) (in|into|along|by)|walk(s|ing)? (in|into|by|past|through)|joins?|joining|"
    r"fl(y|ies|ying) (in|into|by|past|across|over)|runs? (in|into|by|past|across)|there (is|are)|with (an?|some|many))\b"
)
"""Words that bring something into a picture."""

DEFINITE = re.compile(r"\b(the|this|that|these|those|my|his|her|its|their|our|your)\s+(\w+\s+){0,2}$")

WORDS = {
    "water": r"water|sea|ocean|lake|river|stream|waves?|rippl\w*|pond|waterfall|surf|reflections?|pool|bay",
    "clouds": r"clouds?|cloudy|sky|skies",
    "wind": r"wind|windy|breeze|breezy|gust\w*|storm\w*|blow\w*|sway\w*|flutter\w*|leaves|grass|hair|flags?|foliage|"
    r"branches|reeds?|wheat|curtains?|rustl\w*|scarf|dress|cape|cloak|skirt|sails?|veil",
    "hair": r"hair|fur|mane|beard|braids?|curls|ponytail|feathers?",
    "clothes": r"scarf|scarves|dress|cape|coat|cloak|robe|sails?|skirt|shirt|veil|clothes|cloth",
    "flags": r"flags?|banners?|pennants?|pennons?|streamers?|bunting",
    "lights": r"candles?|flicker\w*|fire|fireplace|flames?|lanterns?|lamps?|lights|neon|torch\w*|glow\w*|bonfire|campfire",
    "stars": r"stars?|starry|twinkl\w*|milky way",
    "smoke": r"smoke|smok\w*|steam\w*|vapou?r|chimney|mist rising",
    "lightning": r"lightning|thunder\w*",
    "lapse": r"time[- ]?lapse|hyper[- ]?lapse",
}
"""What a picture may hold that moves, by the words that ask for it."""

CLOTH = re.compile(rf"\b({WORDS['hair']}|{WORDS['clothes']}|{WORDS['flags']})\b", re.IGNORECASE)
"""What hangs on something in the picture: "a flag waving" makes that one wave, and brings none."""

WAVED = re.compile(rf"\b({WORDS['flags']}|hair|hands?|arms?|s?he|they|cloth|dress|scarf)\s+(\w+\s+)?wav(es?|ing)\b")
"""What waves there is no water."""

GENTLE = 0.45
"""How strongly what nobody asked for moves."""


@dataclass(frozen=True, slots=True)
class Intent:
    """How strongly each sort of thing moves (0 not at all, 1 as usual) and which of `SceneSpec.subjects` come in."""

    inserted: tuple[int, ...] = ()
    water: float = 0.0
    clouds: float = 0.0
    wind: float = 0.0
    hair: float = 0.0
    clothes: float = 0.0
    flags: float = 0.0
    lights: float = 0.0
    stars: float = 0.0
    smoke: float = 0.0
    lightning: float = 0.0
    lapse: float = 0.0


def intent(spec: SceneSpec, prompt: str = "") -> Intent:
    """What `spec` means for a picture. Without the `prompt` it goes by the words that the spec remembers."""
    told = (prompt or " ".join(mention.text for mention in spec.mentions)).lower()
    found = {name: 1.0 if re.search(rf"\b({words})\b", told) else 0.0 for name, words in WORDS.items()}
    if spec.weather & {"wind", "storm"}:
        found["wind"] = 1.4 if "storm" in spec.weather else max(found["wind"], 1.0)
    if spec.weather & {"clouds", "overcast", "storm"}:
        found["clouds"] = 1.0
    if spec.weather & {"lightning", "storm"}:
        found["lightning"] = 1.0
    if spec.sky & {"stars", "milky_way"}:
        found["stars"] = 1.0
    if "smoke" in spec.effects:
        found["smoke"] = 0.0  # Drawn before the picture as an effect.
    found["hair"] *= found["wind"]
    found["clothes"] *= found["wind"]
    found["flags"] *= max(found["wind"], 1.0)
    if found["water"] and not re.search(rf"\b({WORDS['water']})\b", WAVED.sub("", told)):
        found["water"] = 0.0
    for name in ("water", "clouds"):
        found[name] = max(found[name], GENTLE)
    if found["lapse"] or spec.speed >= 4:
        found["clouds"], found["lapse"] = 4.0, 1.0
    gone = {"water": {"waves"}, "clouds": {"clouds"}, "wind": {"wind"}, "lightning": {"lightning"}, "smoke": {"smoke"}}
    for name, names in gone.items():
        if names & spec.without:
            found[name] = 0.0
    return Intent(_inserted(spec, prompt), **found)


def _inserted(spec: SceneSpec, prompt: str) -> tuple[int, ...]:
    """Which subjects come into the picture."""
    text = prompt.lower()
    first: dict[int, int] = {}
    cloth = {mention.subject for mention in spec.mentions if mention.kind == "subject" and CLOTH.search(mention.text)}
    for mention in spec.mentions:
        if mention.kind == "subject" and mention.subject >= 0 and not mention.negated:
            first.setdefault(mention.subject, mention.start)
    chosen = []
    for number, wanted in enumerate(spec.subjects):
        if wanted.name in spec.without or (wanted.action == "sway" and not BRINGS.search(text)):
            # What sways is rooted or hung up there already.
            continue
        if number not in first or not text:
            chosen.append(number)
            continue
        before = text[: first[number]]
        if (
            BRINGS.search(before)
            or BRINGS.search(text[first[number] :][:40])
            or (wanted.name not in PEOPLE and number not in cloth and not DEFINITE.search(before))
        ):
            chosen.append(number)
    return tuple(chosen)
