"""Drawing pages: Jinja2 with everything escaped, styles inlined so that one answer is enough to paint, a strict policy."""

import base64
import hashlib
from datetime import datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup
from starlette.responses import HTMLResponse

from promptreel import __version__
from promptreel.web import i18n, steps, words

if TYPE_CHECKING:
    from promptreel.web.door import Visit

STATIC = resources.files("promptreel.web") / "static"

HEADERS = {
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@cache
def environment(locale: str) -> jinja2.Environment:
    """The templates in a language, which escape all that they are given and fail on what they are not.

    Not overlays of one: those share their globals, and so the texts of whichever language came last.
    """
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("promptreel.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.install_gettext_translations(i18n.translations(locale), newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {"version": __version__, "languages": i18n.LOCALES, "style": style, "asset_url": asset_url}
    made.globals |= {"step_words": steps.words, "is_beforehand": steps.is_beforehand, "step_share": steps.share}
    made.globals |= {"failure_text": steps.failure, "engine_words": steps.own_words}
    made.globals["step_detail"] = lambda step: steps.detail(step, locale)
    return made


def page(
    visit: "Visit", template: str, status: int = 200, *, sheets: tuple[str, ...] = (), **context: Any
) -> HTMLResponse:
    """A whole page. `sheets` are style sheets of `static` beside `base.css`, inlined like it."""
    session = visit.session
    sheets = ("base.css", *(("strip.css",) if session else ()), *sheets)
    body = fragment(
        visit,
        template,
        sheets=sheets,
        session=session,
        account=session.account if session else None,
        unconfirmed=must_confirm(visit),
        **context,
    )
    return HTMLResponse(body, status, {**HEADERS, "Content-Security-Policy": policy(sheets)})


def must_confirm(visit: "Visit") -> bool:
    """Whether the page reminds its reader to confirm their address. The settings say it in their own place, and where the
    letter leads it is being done.
    """
    session = visit.session
    unconfirmed = session is not None and not session.account.verified and visit.runtime.mailer.real
    return unconfirmed and not visit.acting and not visit.route.startswith(("/settings", "/verify"))


def fragment(visit: "Visit", template: str, **context: Any) -> str:
    """A template's text, in the reader's language and time zone."""
    locale, zone, now = visit.locale, visit.zone, visit.runtime.clock()

    def when(moment: datetime, how: str = "ago") -> Markup:
        """A moment as `<time>`: how long since, or date and time; the other one is its title."""
        full, since = i18n.moment(moment, locale, zone), i18n.ago(moment, now, locale)
        text, title = (since, full) if how == "ago" else (full, since)
        return Markup('<time datetime="{}" title="{}">{}</time>').format(moment.isoformat(), title, text)

    return (
        environment(locale)
        .get_template(template)
        .render(
            visit=visit,
            locale=locale,
            direction=i18n.text_direction(locale),
            now=now,
            when=when,
            span=lambda seconds: i18n.span(seconds, locale),
            number=lambda value: i18n.number(value, locale),
            signed=lambda value: i18n.signed(value, locale),
            quality_name=lambda name: words.quality(visit, name),
            tier_name=lambda name: words.tier(visit, name),
            reason_text=lambda word: words.reason(visit, word),
            size=lambda value: i18n.size(value, locale),
            sentence=lambda text: i18n.sentence(text, locale),
            day=lambda value: i18n.day(value, locale),
            **context,
        )
    )


# -- styles and scripts ------------------------------------------------------------------------------------------------


@cache
def sheet(name: str) -> str:
    """A style sheet's text."""
    return (STATIC / name).read_text(encoding="utf-8")


def style(name: str) -> Markup:
    """A style sheet as an element of the page; `policy` lets exactly these through."""
    return Markup("<style>{}</style>").format(Markup(sheet(name)))  # noqa: S704 - our own file


@cache
def sheet_hash(name: str) -> str:
    """What a policy calls a style sheet."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(sheet(name).encode()).digest()).decode() + "'"


@cache
def policy(sheets: tuple[str, ...], frame_ancestors: str = "'none'", more_media: str = "") -> str:
    """What a page may load and do: only what is ours, no script within the page, no plug-in, no frame around it."""
    styles = " ".join(sheet_hash(name) for name in sheets)
    return (
        f"default-src 'none'; script-src 'self'; style-src {styles}; img-src 'self' data: blob:{more_media}; "
        f"media-src 'self' blob:{more_media}; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-src 'self'; frame-ancestors {frame_ancestors}; manifest-src 'self'"
    )


@cache
def static_file(name: str) -> tuple[bytes, str]:
    """A file of `static`, and its entity tag."""
    data = (STATIC / name).read_bytes()
    return data, hashlib.sha256(data).hexdigest()[:16]


def asset_url(name: str) -> str:
    """Where a static file is, under a name that changes with what is in it."""
    return f"/static/{static_file(name)[1]}/{name}"
