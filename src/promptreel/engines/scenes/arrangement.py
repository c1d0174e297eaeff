"""Arrangement: who is left or right of whom in the frame, next to it, or between two others.

A relation is kept by one of its two; where the one is placed first, the other one is given the converse.
"""

from dataclasses import replace

from promptreel.engines.scenes.director import Cast
from promptreel.engines.scenes.staging import Mark

SIDES = {"left": -1.0, "right": 1.0}
CONVERSE = {"left": "right", "right": "left", "near": "near"}


def arranged(cast: tuple[Cast, ...]) -> tuple[Cast, ...]:
    """The same kinds, each related to one that is placed before it."""
    found = list(cast)
    for at, one in enumerate(found):
        relation = one.wanted.relation
        others = [k for k, other in enumerate(found) if other.row.name == one.wanted.target and k != at]
        if not others or others[0] < at:
            continue
        later = [others[0]]
        if relation == "middle" and found[others[0]].count > 1:
            # "Between two armchairs": they stand to both sides.
            wanted = replace(found[others[0]].wanted, relation="middle", target=one.row.name)
            found[others[0]] = replace(found[others[0]], wanted=wanted)
            continue
        if relation == "middle":
            later += [k for k in range(at + 1, len(found)) if k not in later][:1]
        sides = ("left", "right") if relation == "middle" else (CONVERSE.get(relation, ""),)
        for k, side in zip(later, sides, strict=False):
            other = found[k].wanted
            if side and not other.relation:
                found[k] = replace(found[k], wanted=replace(other, relation=side, target=one.row.name))
    return tuple(found)


def breadth(cast: Cast) -> float:
    """How wide one of a kind is seen, m: what stands upright is thin."""
    row, size = cast.row, cast.wanted.size
    return (0.42 * row.height if row.height > 0.7 * row.size else row.size) * size


def beside(cast: Cast, target: Cast, at: Mark, side: float, heading: float) -> Mark:
    """Next to a target at `at`, as deep in the picture; `side` is -1 for the left of the frame and 1 for its right."""
    gap = 0.5 * (breadth(cast) + breadth(target) * (1 + 0.9 * (target.count - 1))) + 0.15 + 0.08 * breadth(target)
    return Mark(at.x + side * gap, at.y, at.z - 0.02, heading)


def between(first: Mark, second: Mark, heading: float) -> Mark:
    """In the middle of two."""
    return Mark(0.5 * (first.x + second.x), first.y, 0.5 * (first.z + second.z), heading)


def flanking(count: int, gap: float) -> list[tuple[float, float, float]]:
    """Offsets of `count` of a kind in a row across the picture, `gap` m apart, as from `staging.formation`."""
    return [((number - 0.5 * (count - 1)) * gap, 0.0, 0.0) for number in range(count)]
