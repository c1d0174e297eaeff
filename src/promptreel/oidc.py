"""Signing in elsewhere: OpenID Connect's authorization code flow with PKCE, for one issuer that the operator chose.

What the issuer says is believed only as far as its signed ID token goes (OpenID Connect Core 1.0, 3.1.3.7). Every request is
bounded in time and size. Verifying tokens is joserfc's business, which the extra `oidc` brings.
"""

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx2
import structlog

from promptreel.errors import PromptreelError
from promptreel.settings import Settings

log = structlog.get_logger()

DEADLINE = 10.0
MOST_BYTES = 512 * 1024
KEPT_SECONDS = 3600.0
"""How long what the issuer tells of itself is believed."""

RENEWED_SECONDS = 60.0
"""A token signed with a key that we do not know makes us ask for the keys anew, but not more often than this."""

LEEWAY = 60
"""Seconds by which the issuer's clock may be off."""

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures by keys that only the issuer has: never `none`, and never one made with what we both know."""


class SignInElsewhereFailed(PromptreelError):
    """Signing in did not work; please try again

    One text for all reasons: the log has them.
    """

    slug = "sign_in_elsewhere_failed"


class Refused(Exception):
    """Why an issuer's answer is not believed, for the log."""


class Issuer:
    """One issuer. `transport` and `clock` (seconds, monotonic) come from tests."""

    def __init__(self, settings: Settings, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self.url = settings.oidc_issuer
        self.client_id = settings.oidc_client_id
        self._secret = settings.oidc_client_secret
        self.transport = transport
        self.clock = time.monotonic
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}

    # -- the two steps ---------------------------------------------------------------------------------------------------

    async def address(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser. Errors: `SignInElsewhereFailed`."""
        try:
            endpoint = self._endpoint(await self._about(), "authorization_endpoint")
        except Refused as error:
            raise self._failed(error) from None
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid email",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        return endpoint + ("&" if urlsplit(endpoint).query else "?") + urlencode(query)

    async def claims(self, code: str, redirect_uri: str, verifier: str, nonce: str, now: float) -> dict[str, Any]:
        """Who has come back with `code`: the claims of a verified ID token. Errors: `SignInElsewhereFailed`."""
        try:
            about = await self._about()
            answer = await self._exchange(about, code, redirect_uri, verifier)
            claims = await self._verified(about, str(answer.get("id_token", "")), nonce, int(now))
            if "email" not in claims and "userinfo_endpoint" in about and answer.get("access_token"):
                claims |= await self._address_of(about, str(answer["access_token"]), claims["sub"])
            return claims
        except Refused as error:
            raise self._failed(error) from None

    # -- what they are made of -------------------------------------------------------------------------------------------

    async def _about(self) -> dict[str, Any]:
        """What the issuer tells of itself."""
        about = await self._get(self.url.rstrip("/") + "/.well-known/openid-configuration")
        if about.get("issuer") != self.url:
            raise Refused("the issuer calls itself otherwise")
        return about

    def _endpoint(self, about: Mapping[str, Any], name: str) -> str:
        url = str(about.get(name, ""))
        # An issuer at https never sends us, or our readers, to less.
        if urlsplit(url).scheme not in {"https", urlsplit(self.url).scheme} or not urlsplit(url).hostname:
            raise Refused(f"no usable {name}")
        return url

    async def _exchange(self, about: Mapping[str, Any], code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {}
        if self._secret and "client_secret_basic" in about.get(
            "token_endpoint_auth_methods_supported", ["client_secret_basic"]
        ):
            pair = f"{quote(self.client_id, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form |= {"client_id": self.client_id} | ({"client_secret": self._secret} if self._secret else {})
        return await self._ask("POST", self._endpoint(about, "token_endpoint"), data=form, headers=headers)

    async def _verified(self, about: Mapping[str, Any], token: str, nonce: str, now: int) -> dict[str, Any]:
        try:
            from joserfc import jwk, jwt
            from joserfc.errors import JoseError
        except ImportError:
            raise Refused("signing in elsewhere needs: pip install promptreel[oidc]") from None
        url = self._endpoint(about, "jwks_uri")
        rules = jwt.JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY,
            iss={"essential": True, "value": self.url},
            aud={"essential": True, "value": self.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        for kept_for in (KEPT_SECONDS, RENEWED_SECONDS):
            keys = await self._get(url, kept_for)
            try:
                fit = [key for key in keys.get("keys", []) if key.get("kty") in {"RSA", "EC", "OKP"}]
                signing = jwk.KeySet.import_key_set({"keys": [key for key in fit if key.get("use", "sig") == "sig"]})
                claims = dict(jwt.decode(token, signing, algorithms=ALGORITHMS).claims)
                rules.validate(claims)
            except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
                reason = f"{type(error).__name__}: {error}"
                continue
            audience = claims["aud"]
            if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self.client_id:
                raise Refused("the token is for several, and not for us")
            if not claims["sub"] or len(claims["sub"]) > 255:
                raise Refused("the token names nobody")
            return claims
        raise Refused(reason)

    async def _address_of(self, about: Mapping[str, Any], access_token: str, subject: str) -> dict[str, Any]:
        """The mail address, of an issuer that tells it only when asked."""
        told = await self._ask(
            "GET", self._endpoint(about, "userinfo_endpoint"), headers={"Authorization": f"Bearer {access_token}"}
        )
        if told.get("sub") != subject:
            raise Refused("the user info is somebody else's")
        return {name: told[name] for name in ("email", "email_verified") if name in told}

    # -- the network -----------------------------------------------------------------------------------------------------

    async def _get(self, url: str, kept_for: float = KEPT_SECONDS) -> dict[str, Any]:
        """A JSON object that is kept for a while."""
        kept = self._kept.get(url)
        if kept and self.clock() - kept[0] < kept_for:
            return kept[1]
        answer = await self._ask("GET", url)
        self._kept[url] = (self.clock(), answer)
        return answer

    async def _ask(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        """A JSON object, within `DEADLINE` and `MOST_BYTES`; redirects are not followed."""
        headers = {"Accept": "application/json", **options.pop("headers", {})}
        try:
            async with (
                asyncio.timeout(DEADLINE),
                httpx2.AsyncClient(transport=self.transport, trust_env=False, follow_redirects=False) as client,
                client.stream(method, url, headers=headers, **options) as answer,
            ):
                body = b""
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > MOST_BYTES:
                        raise Refused(f"{urlsplit(url).path} answers too much")
                if answer.status_code != httpx2.codes.OK:
                    raise Refused(f"{urlsplit(url).path} answers {answer.status_code}")
                told = json.loads(body)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError) as error:
            raise Refused(f"{urlsplit(url).path}: {type(error).__name__}") from None
        if not isinstance(told, dict):
            raise Refused(f"{urlsplit(url).path} answers no object")
        return told

    def _failed(self, error: Refused) -> SignInElsewhereFailed:
        log.warning("sign_in_elsewhere_failed", issuer=self.url, reason=str(error))
        return SignInElsewhereFailed()


def challenge(verifier: str) -> str:
    """The S256 code challenge of a verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
