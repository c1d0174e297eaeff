"""Signing in at another site (OpenID Connect): off to it with a state in a cookie of this browser's, and back with a code."""

import base64
import binascii
import json
import secrets
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import RedirectResponse, Response

from promptreel import audit, joining, people
from promptreel.api.dialect import RouteNotFound
from promptreel.errors import PromptreelError
from promptreel.oidc import SignInElsewhereFailed
from promptreel.web import post
from promptreel.web.door import Visit, page, safe_next
from promptreel.web.signing_in import SHEETS

MINUTES = 10


def cookie_name(visit: Visit) -> str:
    """Where the state is kept on the way: with the browser alone."""
    return "__Host-oidc" if visit.secure else "oidc"


def keep(visit: Visit, state: dict[str, Any] | None) -> None:
    """Let the browser keep the state of one way there and back; None: forget it."""
    text = base64.urlsafe_b64encode(json.dumps(state).encode()).decode() if state else ""
    visit.cookies_to_set.append(
        {
            "key": cookie_name(visit),
            "value": text,
            "max_age": MINUTES * 60 if state else 0,
            "path": "/",
            "secure": visit.secure,
            "httponly": True,
            "samesite": "lax",  # the way back begins at the other site
        }
    )


def kept(visit: Visit) -> dict[str, Any]:
    """The state that the browser kept. Errors: `SignInElsewhereFailed`."""
    try:
        state = json.loads(base64.urlsafe_b64decode(visit.request.cookies.get(cookie_name(visit), "")))
    except (binascii.Error, ValueError):
        raise SignInElsewhereFailed from None
    if not isinstance(state, dict) or not isinstance(state.get("state"), str):
        raise SignInElsewhereFailed
    return state


def redirect_uri(visit: Visit) -> str:
    """Where the issuer sends the browser back to."""
    return f"{visit.base_url}/oidc/callback"


def from_here(visit: Visit) -> bool:
    """Whether a link on one of our own pages led here.

    Another site may have signed its visitor in at the issuer as somebody else, and would connect that one with this account.
    """
    site = visit.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(visit.headers.get("referer", ""))[:2] == urlsplit(visit.base_url)[:2]


async def start(visit: Visit) -> Response:
    """GET /oidc/start: off to the issuer; with `link=1` to connect who is signed in."""
    issuer = visit.runtime.issuer
    if not issuer.url:
        raise RouteNotFound
    wanted = visit.query.get("link") and visit.session and not visit.acting
    link = visit.account.id if wanted and from_here(visit) else None
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    try:
        address = await issuer.address(redirect_uri(visit), state, nonce, verifier)
    except SignInElsewhereFailed as error:
        return await show_failure(visit, error)
    next_path = safe_next(visit.query.get("next"))
    keep(visit, {"state": state, "nonce": nonce, "verifier": verifier, "next": next_path, "link": link})
    return visit.finish(RedirectResponse(address, 303, {"Cache-Control": "no-store"}))


async def come_back(visit: Visit) -> Response:
    """GET /oidc/callback"""
    runtime = visit.runtime
    if not runtime.issuer.url:
        raise RouteNotFound
    try:
        state = kept(visit)
        keep(visit, None)
        given = visit.query.get("state", "")
        if not secrets.compare_digest(given.encode(), state["state"].encode()):
            raise SignInElsewhereFailed
        # RFC 9207: an answer of another issuer must not be taken for this one's.
        if visit.query.get("error") == "access_denied":
            label = runtime.settings.oidc_label
            return await show_text(visit, visit.text("You did not let %(name)s tell us who you are.", name=label), 403)
        if visit.query.get("error") or visit.query.get("iss", runtime.issuer.url) != runtime.issuer.url:
            raise SignInElsewhereFailed
        claims = await runtime.issuer.claims(
            visit.query.get("code", ""),
            redirect_uri(visit),
            str(state.get("verifier")),
            str(state.get("nonce")),
            runtime.clock().timestamp(),
        )
        if state.get("link") is not None:
            return await connect(visit, state["link"], claims)
        async with runtime.transaction() as connection:
            account, new = await joining.enter(connection, runtime.settings, claims, visit.locale)
            if new and runtime.mailer.real and account.reachable and not account.verified:
                await post.ask(connection, visit, "confirm", account_id=account.id)
        await visit.sign_in(account.id)
        if visit.session is None:
            return await show_text(visit, visit.text("This account is suspended."), 403)
        return await visit.redirect(safe_next(state.get("next")))
    except PromptreelError as error:
        return await show_failure(visit, error)


async def connect(visit: Visit, account_id: object, claims: dict[str, Any]) -> Response:
    """Connect the identity with who is signed in, and set out to do so."""
    if visit.session is None or visit.acting or visit.account.id != account_id:
        raise SignInElsewhereFailed
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    async with visit.runtime.transaction() as connection:
        owner = await people.find_by_identity(connection, issuer, subject)
        if owner is None:
            await people.add_identity(connection, visit.account.id, issuer, subject)
            await audit.record(
                connection, visit.account, "identity_connected", account_id=visit.account.id, issuer=issuer
            )
    if owner is not None and owner.account.id != visit.account.id:
        text = visit.text("It is connected with another account already.")
        return await visit.redirect("/settings#main", text, "bad")
    label = visit.runtime.settings.oidc_label
    return await visit.redirect("/settings#main", visit.text("You can now sign in with %(name)s.", name=label))


async def show_failure(visit: Visit, error: PromptreelError) -> Response:
    """What did not work, and the way back."""
    return await show_text(visit, visit.error_sentence(error), 400)


async def show_text(visit: Visit, text: str, status: int) -> Response:
    """A page with one sentence."""
    title = visit.text("You are not signed in")
    return await visit.render("done.html", status, sheets=SHEETS, title=title, text=text)


ROUTES = [
    page("/oidc/start", access="anyone", GET=start),
    page("/oidc/callback", access="anyone", GET=come_back),
]
