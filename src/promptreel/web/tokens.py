"""/tokens: what programs sign in with. A token's text is on the page that made it and nowhere else."""

import re
from datetime import datetime, timedelta

from starlette.responses import Response

from promptreel import accounts, audit
from promptreel.accounts import SCOPES
from promptreel.errors import InvalidInput, NotFound
from promptreel.web.door import Visit, page
from promptreel.web.forms import Form

LASTS = {"": None, "7": 7, "30": 30, "90": 90, "365": 365}
"""Days by the word of the form; the empty one never ends."""

MOST_TOKENS = 100


async def show(visit: Visit) -> Response:
    """GET /tokens"""
    return await draw(visit, Form("token", {"read": "on", "write": "on", "lasts": "90"}))


async def draw(visit: Visit, form: Form, made: str = "") -> Response:
    """The page: with a form as it was filled in, or with the token that was just made."""
    async with visit.runtime.pool.connection() as connection:
        found = await accounts.list_tokens(connection, visit.account.id)
    now = visit.runtime.clock()
    states = {token.id: state(token, now) for token in found}
    # Usable ones first, each kind newest first.
    shown = sorted(found, key=lambda token: (states[token.id] != "active", -token.id))
    return await visit.render(
        "tokens.html",
        200 if form.ok else 422,
        sheets=("books.css",),
        form=form,
        tokens=shown,
        states=states,
        made=made,
        lasts=LASTS,
        usable=scopes_of(visit),
    )


def state(token: accounts.Token, now: datetime) -> str:
    """`active`, `revoked` or `expired`."""
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at is not None and token.expires_at <= now else "active"


def scopes_of(visit: Visit) -> list[str]:
    """The scopes that the reader may give: who does not run the place has nothing to run."""
    return ["read", "write", "admin"] if visit.account.operator else sorted(SCOPES - {"admin"})


async def create(visit: Visit) -> Response:
    """POST /tokens: a new one, shown this once."""
    form = Form("token", await visit.form())
    name, lasts = form["name"], form["lasts"]
    scopes = tuple(scope for scope in scopes_of(visit) if form[scope])
    if visit.acting:
        form.wrong("", visit.text("Only the account's owner can make tokens."))
    if not 1 <= len(name) <= 100:
        form.wrong("name", visit.text("A token needs a name of 1 to 100 characters."))
    if not scopes:
        form.wrong("scopes", visit.text("Choose at least one thing that the token may do."))
    if lasts not in LASTS:
        form.wrong("lasts", visit.text("Choose one of these."))
    if not form.ok:
        return await draw(visit, form)
    days = LASTS[lasts]
    expires_at = visit.runtime.clock() + timedelta(days=days) if days else None
    async with visit.runtime.transaction() as connection:
        usable = [t for t in await accounts.list_tokens(connection, visit.account.id) if t.revoked_at is None]
        if len(usable) >= MOST_TOKENS:
            form.wrong("", visit.text("There are %(count)s tokens already; revoke some first.", count=MOST_TOKENS))
            return await draw(visit, form)
        try:
            token, text = await accounts.create_token(connection, visit.account.id, name, scopes, expires_at)
        except InvalidInput as error:
            form.wrong("name", visit.error_text(error))
            return await draw(visit, form)
        await audit.record(
            connection,
            visit.account,
            "token.created",
            account_id=visit.account.id,
            token=token.id,
            scopes=sorted(scopes),
        )
    return await draw(visit, Form("token", {"read": "on", "write": "on", "lasts": "90"}), made=text)


async def revoke(visit: Visit) -> Response:
    """POST /tokens/{id}/revoke"""
    text = visit.path["id"]
    if not re.fullmatch("[1-9][0-9]{0,17}", text):
        raise NotFound
    async with visit.runtime.transaction() as connection:
        await accounts.revoke_token(connection, visit.account.id, int(text))
        await audit.record(connection, visit.account, "token.revoked", account_id=visit.account.id, token=int(text))
    return await visit.redirect("/tokens", visit.text("The token is revoked. Nothing works with it from now on."))


ROUTES = [page("/tokens", GET=show, POST=create), page("/tokens/{id}/revoke", POST=revoke)]
