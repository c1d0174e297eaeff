"""Languages and time zones of readers. Catalogues are `locale/<language>.po`, read once; English is the texts themselves."""

import io
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, dates, numbers, support
from babel.messages import mofile, pofile

from promptreel.errors import InvalidInput, PromptreelError

LOCALES = {"en": "English", "de": "Deutsch", "zh": "中文"}


@cache
def translations(locale: str) -> support.Translations:
    """The texts of a language."""
    source = resources.files("promptreel.web") / "locale" / f"{locale}.po"
    if not source.is_file():
        return support.Translations()
    compiled = io.BytesIO()
    with source.open("rb") as file:
        mofile.write_mo(compiled, pofile.read_po(file, locale=locale))
    compiled.seek(0)
    return support.Translations(compiled)


def text(message: str) -> str:
    """Mark a text for the catalogues that is translated only where it is shown."""
    return message


def choose(chosen: str | None, accepted: str) -> str:
    """The language of a page: the one that was chosen, else the first of `Accept-Language` that we have, else English."""
    if chosen in LOCALES:
        return chosen
    wishes: list[tuple[float, str]] = []
    for part in accepted.split(",")[:20]:
        name, _, quality = part.strip().partition(";q=")
        try:
            wishes.append((-float(quality or 1), name.lower().split("-")[0]))
        except ValueError:
            continue
    return next(
        (name for weight, name in sorted(wishes, key=lambda wish: wish[0]) if weight < 0 and name in LOCALES), "en"
    )


def error_text(locale: str, error: PromptreelError) -> str:
    """A failure's sentence in a language: its docstring is the text to translate, filled in afterwards."""
    template = " ".join((type(error).__doc__ or "").split("\n\n")[0].split())
    if isinstance(error, InvalidInput):
        translated = translations(locale).gettext(error.template)
        return translated.format_map(error.values) if error.values else translated
    if template == "{reason}":
        return translations(locale).gettext(str(error.data.get("reason", "")))
    return translations(locale).gettext(template).format_map(error.data)


def sentence(text: str, locale: str) -> str:
    """A failure's words where they stand alone, with a stop: beside a field, or within a sentence, they have none."""
    return text if not text or text[-1] in ".!?…。！？" else text + ("。" if locale == "zh" else ".")


# -- times and numbers -------------------------------------------------------------------------------------------------

known_zones = cache(available_timezones)


def zone_name(name: str | None) -> str:
    """A time zone's name, if it is one; else UTC."""
    return name if name and name in known_zones() else "UTC"


@cache
def zone(name: str) -> tzinfo:
    """The time zone of that name."""
    return ZoneInfo(name) if name != "UTC" else UTC


def moment(value: datetime, locale: str, zone_of: str) -> str:
    """Date and time of the reader's clock."""
    return dates.format_datetime(value, "medium", zone(zone_of), locale)


def day(value: date, locale: str) -> str:
    """A day of the calendar, short."""
    return dates.format_skeleton("MMMd", value, locale=locale)


def ago(value: datetime, now: datetime, locale: str) -> str:
    """How long since: "3 minutes ago"."""
    return dates.format_timedelta(value - now, add_direction=True, locale=locale)


def span(seconds: float, locale: str) -> str:
    """A length of time: "40 seconds", "3 minutes"."""
    return dates.format_timedelta(timedelta(seconds=max(1, round(seconds))), threshold=1.5, locale=locale)


def number(value: float, locale: str) -> str:
    """A number with the separators of the language."""
    return numbers.format_decimal(value, locale=locale)


def signed(value: float, locale: str) -> str:
    """A change of a number: "+3", "−1" with the sign for minus, "0"."""
    return ("+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else "") + number(abs(value), locale)


def size(value: float, locale: str) -> str:
    """Bytes in a unit that suits them."""
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{numbers.format_decimal(round(value, 1 if unit != 'B' else 0), locale=locale)} {unit}"
        value /= 1000
    raise AssertionError


def text_direction(locale: str) -> str:
    """`ltr` or `rtl`."""
    return Locale(locale).text_direction
