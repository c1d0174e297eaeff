"""The catalogues: that each language says all of it, and says it with the same values, and that pages are drawn in it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from babel.messages import Catalog, pofile

from promptreel.errors import InvalidInput
from promptreel.web import texts
from promptreel.web.i18n import LOCALES, error_text

from .conftest import Browser, MakeBrowser

TRANSLATED = [locale for locale in LOCALES if locale != "en"]

VALUE = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|%%|%")
"""What a text is filled in with: `%(name)s`, `{name}`, and per cent signs, of which a single one would break it."""

CODE = re.compile(r"`[^`]+`")

SAME = {
    "de": {
        "%(seconds)s s",
        "API",
        "Admin",
        "Body",
        "Credits",
        "Engine",
        "Engines",
        "Moderation",
        "Name",
        "Parameter",
        "Premium",
        "Request Header Fields Too Large",
        "Standard",
        "Seed",
        "Status",
        "Text",
        "Token",
        "Version",
        "Video",
        "Video %(id)s",
        "Videos",
        "Worker",
        "optional",
    },
    "zh": {"%(name)s API", "API"},
}
"""Words that a language shares with English."""


@pytest.fixture(scope="module")
def wanted() -> dict[str, Catalog]:
    """Every text there is, with what each language's file makes of it."""
    return {locale: texts.catalogue(locale) for locale in TRANSLATED}


def told(catalog: Catalog) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Each translated text: its English forms, and its forms in the language."""
    for entry in catalog:
        if entry.id and texts.is_translated(entry.string):
            yield forms(entry.id), forms(entry.string)


def forms(text: Any) -> tuple[str, ...]:
    """One form, or all where there is a plural."""
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.mark.parametrize("locale", TRANSLATED)
def test_no_text_is_missing(locale: str) -> None:
    assert texts.missing(locale) == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_translations_are_filled_in_with_the_same_values(locale: str, wanted: dict[str, Catalog]) -> None:
    wrong = []
    for english, translated in told(wanted[locale]):
        known = {value for form in english for value in VALUE.findall(form)}
        # "This video", "these %(count)s videos": what every English form tells has to be told, and what the last one does
        # where the language has a form for many, too.
        needed = english[-1:] if len(translated) > 1 else english
        lost = set.intersection(*(set(VALUE.findall(form)) for form in needed)) - set(VALUE.findall(translated[-1]))
        invented = {value for form in translated for value in VALUE.findall(form)} - known
        if lost or invented:
            wrong.append((translated, lost, invented))
    assert wrong == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_code_and_paragraphs_are_kept(locale: str, wanted: dict[str, Catalog]) -> None:
    for english, translated in told(wanted[locale]):
        assert set(CODE.findall(english[-1])) == set(CODE.findall(translated[-1]))
        assert english[-1].count("\n\n") == translated[-1].count("\n\n")


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_plural_form_is_there_and_none_for_what_has_no_plural(locale: str, wanted: dict[str, Catalog]) -> None:
    catalog = wanted[locale]
    for english, translated in told(catalog):
        assert len(translated) == (catalog.num_plurals if len(english) > 1 else 1), english


@pytest.mark.parametrize("locale", TRANSLATED)
def test_nothing_is_marked_as_a_guess(locale: str) -> None:
    with (texts.LOCALE / f"{locale}.po").open("rb") as file:
        guessed = [entry.id for entry in pofile.read_po(file, locale=locale) if entry.id and entry.fuzzy]
    assert guessed == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_translations_are_not_the_english(locale: str, wanted: dict[str, Catalog]) -> None:
    copied = {
        english[0]
        for english, translated in told(wanted[locale])
        if english == translated and re.search("[A-Za-z]", VALUE.sub("", english[0]))
    }
    assert copied <= SAME[locale]


def test_reasons_are_translated_before_they_are_filled_in() -> None:
    error = InvalidInput("Prompt is too long. Maximum {longest} characters", longest=7)
    assert error.message == "Prompt is too long. Maximum 7 characters"
    assert error_text("de", error) == "Der Prompt ist zu lang. Höchstens 7 Zeichen"
    # What somebody typed may look like a name to fill in.
    assert error_text("de", InvalidInput("'{x}' is no such thing")) == "'{x}' is no such thing"


@pytest.mark.parametrize("locale", TRANSLATED)
async def test_pages_are_drawn_in_the_language(
    locale: str, wanted: dict[str, Catalog], make_browser: MakeBrowser, stranger: Browser
) -> None:
    operator = await make_browser(operator=True, credits=1)
    pages = (
        (stranger, ("/", "/signin", "/signup", "/forgot", "/magic", "/docs", "/docs/prompttovideo", "/docs/popvid")),
        (operator, ("/create", "/videos", "/tokens", "/usage", "/credits", "/plan", "/settings", "/queue", "/admin")),
    )
    skip = wanted[locale].get("Skip to the content")
    assert skip is not None
    for browser, paths in pages:
        for path in paths:
            response = await browser.get(path, headers={"Accept-Language": f"{locale},en;q=0.5"})
            assert response.status_code == 200, path
            assert f'<html lang="{locale}"' in response.text, path
            assert f">{skip.string}</a>" in response.text, path
