"""Company: what two do with each other, and where they stand for it. `blocking` asks; bodies act by their role."""

import math
from dataclasses import replace

from promptreel.engines.scenes.director import HUMANS, Cast
from promptreel.engines.scenes.scene_spec import SceneSpec
from promptreel.engines.scenes.stage import Path
from promptreel.engines.scenes.staging import Mark, Moment

ROLES = frozenset({"hand_l", "hand_r", "dance", "embrace", "box", "chair", "ride", "cradle"})
"""What `Casting.company` may be: a hand given to the left or the right, arms around a partner, fists up, on a chair, astride
a mount, with a baby on the arms."""

FIGHTS = ("fight", "battl", "duel", "combat", "wrestl", "boxing", "spar")
HANDS = ("holding hands", "hold hands", "hand in hand", "holding hand")
EMBRACES = ("hug", "kiss", "embrac", "cuddl")
GIVES = ("handing", "hands a", "giving", "gives", "gave", "offering", "offers", "proposing", "proposes")
CHASES = ("chas", "hunt", "pursu", "catch")

APART = {"hands": 0.58, "dance": 0.62, "embrace": 0.40, "box": 1.05, "talk": 1.0}
"""Metres between two grown-ups."""


def said(spec: SceneSpec, stems: tuple[str, ...]) -> bool:
    """Whether a word of the prompt begins so."""
    words = (mention.text.lower() for mention in spec.mentions if not mention.negated)
    return any(word.startswith(stem) for word in words for stem in stems)


def pair(spec: SceneSpec, cast: Cast) -> str:
    """What two people of one kind do with each other: a key of `APART`, or nothing."""
    if cast.count != 2 or cast.row.name not in HUMANS:
        return ""
    if said(spec, FIGHTS):
        return "box"
    if said(spec, EMBRACES):
        return "embrace"
    if said(spec, HANDS):
        return "hands"
    return cast.action if cast.action in {"dance", "talk"} else ""


def role(kind: str, number: int) -> str:
    """The role of the first or the second of a pair."""
    if kind == "hands":
        return "hand_r" if number == 0 else "hand_l"
    return kind if kind in ROLES else ""


def pair_mark(kind: str, middle: Mark, number: int, scale: float) -> Mark:
    """Where one of a pair is whose middle is given: side by side, or seen from the side and facing each other."""
    sign = -1.0 if number == 0 else 1.0
    half = 0.5 * APART[kind] * scale * sign
    if kind == "hands":
        across = math.cos(middle.heading), -math.sin(middle.heading)
        return Mark(middle.x + across[0] * half, middle.y, middle.z + across[1] * half, middle.heading)
    # Who talks turns a little toward the viewer too.
    turned = 0.55 if kind == "talk" else 0.0
    return Mark(middle.x + half, middle.y, middle.z + 0.12 * half, -sign * (math.pi / 2 + turned))


def turning(middle: Mark, number: int, scale: float, floor: float) -> Path:
    """Two who dance round each other."""
    half, start = 0.5 * APART["dance"] * scale, math.pi / 2 + (math.pi if number == 0 else 0.0)

    def at(t: float) -> Moment:
        angle = start + 0.55 * t
        x, z = middle.x + half * math.sin(angle), middle.z + half * math.cos(angle)
        return x, floor, z, angle + math.pi, 0.0, 0.0, 1000.0

    return Path(at)


def opposed(spec: SceneSpec, first: Cast, second: Cast) -> bool:
    """Whether two kinds stand against each other, or turn to each other."""
    return first.count == 1 and second.count == 1 and said(spec, FIGHTS + EMBRACES + GIVES)


def partner(cast: tuple[Cast, ...]) -> Cast:
    """With whom the first kind has to do: the next one that lives, before the flowers that it is given."""
    return next((one for one in cast[1:] if "walk" in one.row.actions or "fly" in one.row.actions), cast[1])


def facing(spec: SceneSpec, first: Cast, second: Cast, lead: Mark) -> Mark:
    """Where the second kind stands before the first, which is at the left: beside it, and behind it where it is much
    larger, so that both are seen. The nearer the more they like each other."""
    near = said(spec, EMBRACES)
    sizes = first.row.size * first.wanted.size, second.row.size * second.wanted.size
    reach = 0.5 * (sizes[0] + sizes[1])
    if first.row.height > 0.8 * first.row.size:  # Who stands upright is thin.
        reach -= 0.35 * sizes[0]
    gap = (0.75 if near else 1.05) * reach + 0.1
    deep = 0.55 * sizes[1] if sizes[1] > 3 * sizes[0] else 0.15 * gap
    x, z = lead.x + gap, lead.z + deep
    return Mark(x, lead.y, z, math.atan2(lead.x - x, lead.z - z - 0.2 * gap))


def ahead(first: Cast, second: Cast, lead: Mark) -> Mark:
    """Where what is chased runs: before its hunter."""
    gap = 0.55 * (first.row.size * first.wanted.size + second.row.size * second.wanted.size) + 0.2
    x, z = lead.x + math.sin(lead.heading) * gap, lead.z + math.cos(lead.heading) * gap
    return Mark(x, lead.y, z, lead.heading)


def resting(cast: Cast) -> Cast:
    """The same, staying where it is, unless the prompt says what it does."""
    calm = next((name for name in ("stand", "hover", "sit", "idle", "float") if name in cast.row.actions), cast.action)
    return cast if cast.wanted.action else replace(cast, action=calm)


def keeping_up(first: Cast, second: Cast) -> Cast:
    """The second kind at the pace of the first, unless the prompt says what it does: a dog beside a walker walks."""
    action = first.action
    fits = not second.wanted.action and action in {"walk", "run"} and action in second.row.actions
    return replace(second, action=action) if fits else second


def earlier(path: Path, seconds: float) -> Path:
    """Where who goes the same way is that many seconds later: who is chased in a circle."""
    return Path(lambda t: path.at(t + seconds))
