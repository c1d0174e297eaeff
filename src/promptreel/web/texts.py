"""Every text that a reader may see, for the catalogues. `python -m promptreel.web.texts` brings `locale/*.po` up to date.

Found where they stand: in the templates, in `visit.text(…)` of the pages, in the sentences of failures, and in the documents
of the APIs.
"""

import importlib
import io
import pkgutil
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from babel.messages import Catalog, extract, pofile

import promptreel
from promptreel.errors import PromptreelError
from promptreel.media import picture_decoder, pictures
from promptreel.web import docs
from promptreel.web.i18n import LOCALES

KEYWORDS: dict[str, Any] = {"_": None, "text": None, "gettext": None, "ngettext": (1, 2), "texts": (1, 2)}
LOCALE = Path(str(resources.files("promptreel.web"))) / "locale"

REASONS: dict[str, Any] = {"InvalidInput": None, "PictureRefused": None, "UrlRefused": None}
READERS = (
    "accounts.py",
    "api/bodies.py",
    "api/creating.py",
    "fetch.py",
    "media/pictures.py",
    "operators.py",
    "plans.py",
    "credits.py",
)
"""Failures that carry a sentence of their own, and the modules that raise them at what a reader typed."""

UNTOLD = re.compile(r"engines\.(scenes|diffusers)|__main__|migrations")
"""Modules without failures of their own: slow to import, needing more than is installed, or not meant to be imported."""

Found = tuple[str | tuple[str, ...], str]
"""A text, or its singular and plural; and where it stands."""


def texts() -> Iterator[Found]:
    """All texts, some more than once."""
    yield from in_files()
    yield from of_failures()
    yield from of_reasons()
    yield from of_documents()


def in_files() -> Iterator[Found]:
    """Texts of the templates and of the pages' code."""
    package = Path(str(resources.files("promptreel.web")))
    for method, pattern in (("jinja2.ext:babel_extract", "*.html"), ("python", "*.py")):
        for path in sorted(package.rglob(pattern)):
            options = {"extensions": "jinja2.ext.do", "trimmed": "false", "newstyle_gettext": "true"}
            with path.open("rb") as file:
                for _, message, _, _ in extract.extract(method, file, KEYWORDS, (), options):
                    yield message, path.relative_to(package).as_posix()


def of_failures() -> Iterator[Found]:
    """The sentences of failures, which are the first paragraphs of their docstrings."""
    for module in pkgutil.walk_packages(promptreel.__path__, "promptreel."):
        if not UNTOLD.search(module.name):
            importlib.import_module(module.name)

    def kinds(kind: type[PromptreelError]) -> Iterator[type[PromptreelError]]:
        yield kind
        for one in kind.__subclasses__():
            yield from kinds(one)

    for kind in sorted(set(kinds(PromptreelError)), key=lambda one: (one.__module__, one.__name__)):
        sentence = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
        if kind.__module__.startswith("promptreel.") and sentence != "{reason}":
            yield sentence, kind.__module__


def of_reasons() -> Iterator[Found]:
    """What is said of wrong input: the reasons that are given where it is read."""
    package = Path(str(resources.files("promptreel")))
    for name in READERS:
        with (package / name).open("rb") as file:
            for _, message, _, _ in extract.extract("python", file, REASONS):
                yield message, name
    for reason in (
        pictures.UNREADABLE,
        picture_decoder.DAMAGED,
        picture_decoder.UNKNOWN,
        picture_decoder.TOO_LARGE,
        picture_decoder.TOO_MANY_PIXELS,
    ):
        yield reason, "media/pictures.py"


def of_documents() -> Iterator[Found]:
    """What the API pages show of the OpenAPI documents."""
    for dialect in (docs.PROMPTTOVIDEO, docs.POPVID):
        description, endpoints = docs.operations(dialect.name)
        found = [description, *dialect.statuses.values()]
        for one in endpoints:
            found += [one.operation["summary"], one.operation["description"]]
            found += [parameter["description"] for parameter in one.parameters]
            found += [failure["meaning"] for failure in one.failures]
            found += [item["description"] for item in (one.fields if one.body else []) if item.get("description")]
        for text in found:
            if text:
                yield text, "documents"


def catalogue(locale: str) -> Catalog:
    """The catalogue of a language as its file has it, brought up to date: new texts are empty, old ones are gone."""
    path = LOCALE / f"{locale}.po"
    kept = Catalog(locale)
    if path.is_file():
        with path.open("rb") as file:
            kept = pofile.read_po(file, locale=locale)
    wanted = Catalog(locale, project="promptreel", charset="utf-8", fuzzy=False)
    for message, place in texts():
        wanted.add(message, locations=[(place, 0)])
    for entry in wanted:
        before = kept.get(entry.id) if entry.id else None
        if before is not None:
            entry.string = before.string
    return wanted


def missing(locale: str) -> list[str]:
    """The texts that a language's file does not translate."""
    return [str(entry.id) for entry in catalogue(locale) if entry.id and not is_translated(entry.string)]


def is_translated(string: Any) -> bool:
    """Whether there is a translation, of every plural form where there are some."""
    return all(string) if isinstance(string, list | tuple) else bool(string)


def write(locale: str) -> int:
    """Bring a language's file up to date; how many texts it still lacks."""
    made = catalogue(locale)
    text = io.BytesIO()
    pofile.write_po(text, made, width=128, sort_output=True, include_lineno=False, omit_header=False)
    lines = text.getvalue().decode().split("\n")
    # Dates and tools in the header would change the file each time it is made.
    untold = (
        '"Project-Id',
        '"Language-Team',
        '"POT-Creation',
        '"PO-Revision',
        '"Generated-By',
        '"Last-Translator',
        '"Report-Msgid',
        "# ",
    )
    kept = [line for line in lines if not line.startswith(untold)]
    LOCALE.mkdir(exist_ok=True)
    (LOCALE / f"{locale}.po").write_text("\n".join(kept), encoding="utf-8")
    return len(missing(locale))


if __name__ == "__main__":
    for language in LOCALES:
        if language != "en":
            print(f"{language}: {write(language)} texts are not translated")
