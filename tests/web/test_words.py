"""What the books call by a word of their own is told in the reader's language."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import promptreel
from promptreel import credits, plans
from promptreel.audit import Entry
from promptreel.web import i18n, words

SOURCES = Path(promptreel.__file__).parent


def reader(locale: str) -> Any:
    def text(message: str, **values: object) -> str:
        translated = i18n.translations(locale).gettext(message)
        return translated % values if values else translated

    return SimpleNamespace(text=text)


def entry(action: str, **detail: Any) -> Entry:
    return Entry(1, datetime.now(UTC), 1, "ada@example.com", action, 1, None, detail)


def recorded() -> set[str]:
    """Every action that is written into the log anywhere."""
    found = set()
    for path in SOURCES.rglob("*.py"):
        if "scenes" in path.parts:
            continue
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            place = {"record": 2, "note": 1}.get(name)
            if place is None or len(node.args) <= place:
                continue
            choices = [node.args[place]]
            if isinstance(choices[0], ast.IfExp):
                choices = [choices[0].body, choices[0].orelse]
            found |= {one.value for one in choices if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


def test_every_line_of_the_log_is_told() -> None:
    assert len(recorded()) > 20
    assert recorded() <= set(words.ACTIONS)


@pytest.mark.parametrize("locale", ["de", "zh"])
def test_nothing_of_it_stays_english(locale: str) -> None:
    told = i18n.translations(locale)
    for sentence in [*words.ACTIONS.values(), *words.VARIANTS.values(), *words.REASONS.values(), *words.DIFFERENCES]:
        assert told.gettext(sentence) != sentence
    assert set(words.TIERS) == set(plans.TIERS)
    assert set(words.DIFFERENCES) == set(credits.AUDIT)


def test_a_line_of_the_log_is_a_sentence() -> None:
    english, german = reader("en"), reader("de")
    line = entry("account.tier", before="free", after="pro")
    assert words.entry(english, line) == ("Changed the tier from Free to Pro", {})
    assert words.entry(german, line) == ("Hat den Tarif von Gratis zu Profi geändert", {})
    assert words.entry(english, entry("signed_up", operator=False)) == ("Signed up", {})
    assert words.entry(english, entry("signed_up", operator=True)) == ("Signed up as the first, and runs the place", {})
    assert words.entry(english, entry("word.blocked", word="100%", reason="r")) == (
        "Blocked the word “100%”",
        {"reason": "r"},
    )
    line = entry("plan.changed", kind="quality", name="free", changes={"price": 5})
    assert words.entry(german, line)[1] == {"Art": "quality", "Änderungen": "price 5"}
    line = entry("token.created", token=3, scopes=["read", "write"])
    assert words.entry(english, line) == ("Made token 3", {"scopes": "read, write"})
    # What another version wrote is told as it stands.
    assert words.entry(english, entry("something.else", a=1)) == ("something.else", {"a": 1})
    assert words.entry(english, entry("address_changed")) == ("address_changed", {})


def test_reasons_and_differences() -> None:
    german = reader("de")
    assert words.reason(german, "cancelled") == "das Video wurde abgebrochen"
    assert words.reason(german, "for the workshop") == "for the workshop"
    found = credits.Difference("video {id} ({status}) costs {price} but {held} was held for it",
                               {"id": 7, "status": "failed", "price": 3, "held": 1})  # fmt: skip
    assert str(found) == "video 7 (failed) costs 3 but 1 was held for it"
    assert words.difference(german, found) == "Video 7 (failed) kostet 3, reserviert wurden dafür 1"
