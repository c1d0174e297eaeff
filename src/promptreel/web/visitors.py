"""What any visitor may do on any page: choose a language, and leave."""

from starlette.responses import Response

from promptreel import people
from promptreel.web.door import Visit, page, safe_next
from promptreel.web.i18n import LOCALES


async def choose_language(visit: Visit) -> Response:
    """POST /language: kept in a cookie, and with the account of who is signed in."""
    form = await visit.form()
    language = str(form.get("lang", ""))
    if language in LOCALES:
        visit.cookies_to_set.append(
            {
                "key": "lang",
                "value": language,
                "max_age": 31_536_000,
                "path": "/",
                "secure": visit.secure,
                "samesite": "lax",
            }
        )
        if visit.session is not None and not visit.acting:
            async with visit.runtime.transaction() as connection:
                await people.set_language(connection, visit.account.id, language, visit.account.zone)
    return await visit.redirect(safe_next(str(form.get("next", "")), "/"))


async def sign_out(visit: Visit) -> Response:
    """POST /signout"""
    await visit.sign_out()
    return await visit.redirect("/")


ROUTES = [
    page("/language", access="anyone", POST=choose_language),
    page("/signout", access="anyone", POST=sign_out),
]
