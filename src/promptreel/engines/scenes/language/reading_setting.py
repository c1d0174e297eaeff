"""Where a film plays: the setting that a prompt names, or one that fits what it names."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from promptreel.engines.scenes.language.reading_units import Unit
from promptreel.engines.scenes.language.vocabulary import Lexicon

PLACE_PENALTY = 25
"""By how much a setting that can also stand in another one gives way to it: "a village in the mountains"."""

FEW_PLACES = 12.0
FAR_PENALTY = 20
SHORELESS = frozenset({"ocean", "city_skyline"})
"""Settings that others show along with what is nearer."""

HOLDS_BONUS = 30
ABSTRACT_RANK = 3
"""Settings up to this rank are left to a mere effect where the prompt has subjects or places: "a dragon and fire"."""

EFFECT_FOR = {
    "fire": ("embers", "embers and sparks"),
    "smoke": ("smoke", ""),
    "particles": ("fireflies", "drifting lights"),
}
"""What stands for abstract settings where they are none."""


class Settings:
    """The settings that a prompt names, or that would fit what it names."""

    def __init__(self, units: list[Unit], without: frozenset[str], known: Lexicon) -> None:
        self.units = units
        self.without = without
        self.known = known
        self.staged = any(unit.kind in {"subject", "place"} for unit in units)

    def choose(self, random: np.random.Generator, *, named_only: bool) -> str:
        """The named setting that fits best; else one that fits the rest, by chance among the likely ones."""
        named = [unit for unit in self.units if unit.kind == "setting" and unit.key[1] not in self.without]
        if self.staged:
            named = [unit for unit in named if self._facts(unit).rank > ABSTRACT_RANK]
        if named:
            return self._with_details(self._best(named))
        if named_only:
            return ""
        votes = self._votes()
        if not votes:
            votes = dict.fromkeys(self.known.grammar["unknown"]["settings"].split(), 1.0)
        likely = {name: weight for name, weight in votes.items() if weight >= 0.7 * max(votes.values())}
        weights = np.array(list(likely.values()))
        return str(random.choice(list(likely), p=weights / weights.sum()))

    def _facts(self, unit: Unit) -> Any:
        assert unit.entry is not None
        return self.known.facts["setting", unit.entry.name]

    def _best(self, named: list[Unit]) -> str:
        # Mere colour and motion is nowhere that a road could lead through: "a highway at night with light trails".
        alone = all(self._facts(unit).place for unit in named if self._facts(unit).rank > ABSTRACT_RANK)
        best, most = "", -np.inf
        names = {("setting", unit.key_name) for unit in named}
        if all(self._facts(unit).rank <= ABSTRACT_RANK for unit in named) and any(
            unit.key == ("detail", "waves") for unit in self.units
        ):
            return "waves"
        for order, unit in enumerate(named):
            facts = self._facts(unit)
            score = 10 * facts.rank - min(order, 9)
            score -= PLACE_PENALTY if facts.place and not alone else 0
            score -= FAR_PENALTY if unit.far else 0
            # "A lane in a village", "a lake in the hills": what holds the other shows both.
            score += 0 if names.isdisjoint(facts.holds) else HOLDS_BONUS
            if score > most and unit.entry is not None:
                best, most = unit.entry.name, score
        return best

    def _with_details(self, best: str) -> str:
        """The setting `best`, or the one that shows it together with more of the details that are named: a sea with sand
        is a beach, and one with cliffs an island."""
        details = {unit.key for unit in self.units if unit.key[0] == "detail"}
        facts = self.known.facts

        def carried(name: str) -> int:
            return sum(
                ("setting", name) in facts[key].carriers or key in facts["setting", name].holds for key in details
            )

        holders = [
            name
            for kind, name in facts
            if kind == "setting" and ("setting", best) in facts[kind, name].holds and name not in self.without
        ]
        return max([best, *(name for name in holders if best in SHORELESS)], key=carried)

    def _votes(self) -> dict[str, float]:
        votes: dict[str, float] = {}
        hints: dict[str, float] = {}
        fits: Mapping[tuple[str, str], dict[str, float]] = self.known.grammar["fits"]
        for unit in self.units:
            if unit.entry is None or unit.key != (unit.entry.kind, unit.entry.name):
                continue
            facts = self.known.facts.get(unit.key)
            soft = [name for kind, name in unit.entry.also if kind == "soft_setting"]
            near = [name for kind, name in unit.entry.also if kind == "home"]
            homes = dict.fromkeys(soft, 8.0) or dict.fromkeys(near, 2.0) or (facts.home if facts else {})
            homes = homes or fits.get(unit.key, {})
            if unit.kind == "detail" and facts and not homes:
                places = [name for kind, name in facts.carriers if kind == "setting"]
                places = [name for name in places if self.known.facts["setting", name].rank > ABSTRACT_RANK]
                # What is found in few places says more: a cliff more than a light.
                # And what a preposition leads to is where it all is: "a house on a cliff".
                homes = dict.fromkeys(
                    places, max(1.0, FEW_PLACES / max(len(places), 1)) * (2.0 if unit.inside else 1.0)
                )
                for name, weight in homes.items():
                    hints[name] = hints.get(name, 0.0) + weight
                continue
            for name, weight in homes.items():
                abstract = self.known.facts["setting", name].rank <= ABSTRACT_RANK
                if name not in self.without and not (abstract and self.staged):
                    votes[name] = votes.get(name, 0.0) + weight
        liked = set(votes)
        for name, weight in hints.items():
            if name not in self.without:
                # A wolf on a cliff is in the mountains rather than on an island.
                votes[name] = votes.get(name, 0.0) + (weight if name in liked or not liked else weight / 2)
        return votes


def give_way(units: list[Unit], setting: str, known: Lexicon) -> None:
    """Let settings that are named but not chosen stand in the chosen one, as a place or an effect."""
    for unit in units:
        if unit.kind != "setting" or unit.entry is None or unit.key != ("setting", unit.entry.name):
            continue
        name = unit.entry.name
        facts = known.facts["setting", name]
        if name == setting:
            continue
        if name in EFFECT_FOR:
            effect, by = EFFECT_FOR[name]
            unit.key, unit.by = ("effect", effect), by
        elif facts.place and (not setting or ("place", facts.place) not in known.facts["setting", setting].holds):
            unit.key = ("place", facts.place)
