"""What the frames of an animated picture hold of a prompt, said without having seen the picture.

What the engine adds (subjects, weather, moves of the camera, light) is held as such. What the picture itself would have to
show is only said to be moved where the picture has it: "what looks like water in the picture".
"""

from promptreel.engines.scenes.director import MATERIALS, SAME_ACTION
from promptreel.engines.scenes.pictures.grade import GRADES
from promptreel.engines.scenes.pictures.intent import Intent, intent
from promptreel.engines.scenes.pictures.moves import LIKE_MOVES, MOVES
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import Mention, SceneSpec
from promptreel.engines.scenes.stage import Subject

PICTURE = "the picture"

LIKE = "what looks like {} in the picture"

DRAWN_WEATHER = {"rain": "", "snow": "", "fog": "", "storm": "", "sandstorm": "", "lightning": "flashes of light"}
MOVED_WEATHER = {"clouds": "clouds", "overcast": "clouds", "wind": "leaves, grass, hair or flags"}

MOVED = "a motion of the picture"
MOVED_ACTIONS = {"sway", "flicker", "glow", "burn", "drift"}

MOST = 24
"""How many of one kind come into a picture."""


def held(spec: SceneSpec, prompt: str = "") -> dict[tuple[str, str, int], str]:
    """What is in the frames by (kind, name, subject): an empty text, or words for what stands for it."""
    meant = intent(spec, prompt)
    found: dict[tuple[str, str, int], str] = {}
    for mention in spec.mentions:
        by = None if mention.negated else _fate(spec, meant, mention)
        if by is not None:
            found[mention.kind, mention.name, mention.subject] = by
    known = rows("subjects")
    for number in meant.inserted:
        if spec.subjects[number].name in known:
            found.setdefault(("subject", spec.subjects[number].name, number), "")
    return found


def _fate(spec: SceneSpec, meant: Intent, mention: Mention) -> str | None:
    if not mention.kind or not mention.name:
        return None
    if mention.subject >= 0:
        return _of_subject(spec, meant, mention)
    match mention.kind:
        case "weather":
            if mention.name in DRAWN_WEATHER:
                return DRAWN_WEATHER[mention.name]
            return LIKE.format(MOVED_WEATHER[mention.name]) if mention.name in MOVED_WEATHER else PICTURE
        case "sky":
            names = {"stars": "stars", "milky_way": "stars", "sky": "sky", "horizon": "a horizon"}
            clouds = {"cumulus", "cirrus", "stratus", "cumulonimbus"}
            if mention.name in clouds:
                return LIKE.format("clouds")
            return LIKE.format(names[mention.name]) if mention.name in names else None
        case "effect":
            return "" if mention.name in rows("effects") else None
        case "time" | "light":
            return "light" if mention.kind == "time" else ""
        case "season" | "setting" | "place":
            return PICTURE
        case "detail":
            return LIKE.format("water") if mention.name in {"waves", "reflection"} else PICTURE
        case "action":
            return MOVED if mention.name in MOVED_ACTIONS else None
        case "mood":
            return "" if mention.name in GRADES or mention.name == "calm" else None
        case "camera":
            return LIKE_MOVES.get(mention.name, "" if mention.name in MOVES else None)
        case "speed" | "pace":
            return ""
        case "style":
            return "" if mention.name == "photographic" or mention.name in rows("styles") else None
        case "sound":
            return "" if spec.sound is not None else None
        case "colour":
            return PICTURE
    return None


def _of_subject(spec: SceneSpec, meant: Intent, mention: Mention) -> str | None:
    """The fate of a word that is about a subject, which comes in or is in the picture already."""
    if mention.subject >= len(spec.subjects):
        return None
    wanted = spec.subjects[mention.subject]
    row: Subject | None = rows("subjects").get(wanted.name)
    if mention.subject not in meant.inserted:
        if mention.kind == "action":
            # Of a flag that flutters the language says that it flies.
            moved = mention.name in MOVED_ACTIONS or (meant.flags and mention.name in {"fly", "wave"})
            return MOVED if moved else None
        return PICTURE if mention.kind in {"subject", "count", "size", "colour", "quality", "relation"} else None
    if row is None:
        return None
    match mention.kind:
        case "action":
            return _action(row, wanted.action, mention.name)
        case "count":
            return "" if wanted.count <= MOST else f"{MOST} of them"
        case "quality":
            drawn = mention.name in getattr(row, "qualities", frozenset()) or mention.name in MATERIALS - {"baby"}
            return "" if drawn else "a small one" if mention.name == "baby" else None
    return "" if mention.kind in {"subject", "size", "colour", "relation"} else None


def _action(row: Subject, wish: str, named: str) -> str | None:
    if wish != named:
        return None
    if wish in row.actions:
        return ""
    return next((other for other in SAME_ACTION.get(wish, ()) if other in row.actions), None)
