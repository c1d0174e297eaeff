"""What becomes of every content word of a prompt, from what the director says that the frames hold."""

from collections.abc import Mapping

from promptreel.engines.scenes.language.vocabulary import lexicon
from promptreel.engines.scenes.scene_spec import Mention, SceneSpec, Word

Held = Mapping[tuple[str, str, int], str]
"""(kind, name, index of the subject or -1) of what is in the frames; the value is empty, or words for what stands for it."""

NOBODY_SEES = frozenset({"mood", "speed", "pace", "colour"})
"""What nobody can see to be missing, so that no film can promise to be without it."""


def words(spec: SceneSpec, held: Held) -> tuple[Word, ...]:
    """The content words with their fates, in the order of the prompt. A setting that is held holds what is in it."""
    everything = _closed(held)
    return tuple(_word(mention, everything, pictured=spec.has_image) for mention in spec.mentions)


def coverage(found: tuple[Word, ...]) -> float:
    """The share of content words that are shown or approximated; 1 where there are none."""
    return sum(word.status != "not_shown" for word in found) / len(found) if found else 1.0


def _closed(held: Held) -> dict[tuple[str, str, int], str]:
    """`held` with all that it implies: a beach holds sand, waves and the sea."""
    facts = lexicon().facts
    everything = dict(held)
    names = {(kind, name) for kind, name, _ in held}
    open_ends = [(kind, name, by) for (kind, name, _), by in held.items()]
    while open_ends:
        kind, name, by = open_ends.pop()
        known = facts.get((kind, name))
        for other in known.holds if known else ():
            if (*other, -1) not in everything:
                everything[*other, -1] = by
                names.add(other)
                open_ends.append((*other, by))
    for (kind, name), known in facts.items():
        if kind == "detail" and not names.isdisjoint(known.carriers):
            everything.setdefault((kind, name, -1), "")
    return everything


def _word(mention: Mention, held: Held, *, pictured: bool) -> Word:
    place = (mention.text, mention.start, mention.end)
    if mention.negated:
        present = any((kind, name) == (mention.kind, mention.name) for kind, name, _ in held)
        if mention.kind in NOBODY_SEES or not mention.kind:
            return Word(*place, "not_shown")
        if present:
            return Word(*place, "not_shown")
        # What is in a picture stays in it; only nothing is added.
        return Word(*place, "approximated", "none is added") if pictured else Word(*place, "shown", "left out")
    if not mention.kind:
        return Word(*place, "not_shown")
    by = held.get((mention.kind, mention.name, mention.subject))
    if by is None:
        # The sea of "hills by the sea" is not the setting, but its water may be seen.
        others = lexicon().grammar["instead"].get((mention.kind, mention.name), ())
        by = next((words for (kind, name), words in others if any(h[:2] == (kind, name) for h in held)), None)
        if by is not None:
            return Word(*place, "approximated", by)
    if by is None:
        return Word(*place, "not_shown")
    # The director knows more than the lexicon: a snail is a turtle, but one that crawls over a street here.
    by = by or mention.by
    return Word(*place, "approximated", by) if by else Word(*place, "shown")
