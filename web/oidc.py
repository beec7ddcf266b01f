"""Logging in at the organisation's own identity provider: OpenID Connect, code flow with PKCE.

What we must know again at the way back (state, nonce, verifier) travels in a sealed cookie of ten minutes
and not in a table: anybody may begin a login, and a beginning must cost us no row. The cookie ties the way
back to the browser that began; that it could be shown twice helps nobody, for the provider's code works once.

Outcomes of `finish`: an Identity that the provider vouches for, or OidcRefused. Unreachable is refused too.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]

from dossier.delivery import Sealed
from dossier.errors import GatewayError
from storage.seal import Seal
from web.oidc_provider import OidcSettings, Provider, ProviderFailed
from web.oidc_refusals import OidcFout, OidcRefused

COOKIE_SECONDS = 600
_CONTEXT = "oidc login"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    url: str  # where the browser goes, at the provider
    cookie: str = field(repr=False)  # for the way back: HttpOnly, SameSite=Lax, COOKIE_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom the provider vouches for."""

    subject: str
    naam: str
    claims: Mapping[str, Any] = field(repr=False)
    naar: str  # where they were going when the login began


class Oidc:
    """Thread-safe. `clock` gives seconds since 1970."""

    def __init__(
        self,
        settings: OidcSettings,
        seal: Seal,
        http: httpx.Client | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self._seal = seal
        self._clock = clock
        self._provider = Provider(settings, http or httpx.Client(timeout=10), clock)

    def start(self, redirect_uri: str, naar: str = "/") -> Started | OidcRefused:
        try:
            endpoint = self._provider.authorization_endpoint()
        except ProviderFailed as error:
            return OidcRefused(error.fout)
        kept = {
            "state": secrets.token_urlsafe(32),
            "nonce": secrets.token_urlsafe(32),
            "verifier": secrets.token_urlsafe(48),
            "until": int(self._clock()) + COOKIE_SECONDS,
            "naar": naar,
        }
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": self.settings.scope,
            "state": kept["state"],
            "nonce": kept["nonce"],
            "code_challenge": create_s256_code_challenge(kept["verifier"]),
            "code_challenge_method": "S256",
        }
        separator = "&" if "?" in endpoint else "?"
        return Started(url=f"{endpoint}{separator}{urlencode(query)}", cookie=self._sealed(kept))

    def finish(self, cookie: str, query: Mapping[str, str], redirect_uri: str) -> Identity | OidcRefused:
        """`query` is that of the way back; `redirect_uri` as it was given to `start`."""
        kept = self._opened(cookie)
        if kept is None or not _same(kept["state"], query.get("state", "")):
            return OidcRefused(OidcFout.VERLOPEN)
        if "error" in query:
            return OidcRefused(OidcFout.GEWEIGERD)
        # RFC 9207: who answers must be who was asked.
        if query.get("iss", self.settings.issuer) != self.settings.issuer or "code" not in query:
            return OidcRefused(OidcFout.ONGELDIG)
        try:
            claims = self._provider.claims(
                code=query["code"],
                verifier=str(kept["verifier"]),
                nonce=str(kept["nonce"]),
                redirect_uri=redirect_uri,
            )
        except ProviderFailed as error:
            return OidcRefused(error.fout)
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 1 <= len(subject) <= 255 or not subject.isprintable():
            return OidcRefused(OidcFout.ONGELDIG)
        naam = claims.get(self.settings.naam_claim)
        return Identity(
            subject=subject,
            naam=naam[:100] if isinstance(naam, str) and naam.strip() else subject,
            claims=claims,
            naar=str(kept["naar"]),
        )

    def _sealed(self, kept: Mapping[str, object]) -> str:
        sealed = self._seal.seal(json.dumps(kept).encode(), _CONTEXT)
        parts = (base64.urlsafe_b64encode(part).decode() for part in (sealed.nonce, sealed.ciphertext))
        return "~".join((*parts, sealed.key_id))

    def _opened(self, cookie: str) -> dict[str, Any] | None:
        """None if it is not ours, or too old."""
        parts = cookie.split("~")
        if len(parts) != 3:
            return None
        try:
            nonce, ciphertext = (base64.urlsafe_b64decode(part) for part in parts[:2])
            plain = self._seal.open(Sealed(key_id=parts[2], nonce=nonce, ciphertext=ciphertext), _CONTEXT)
        except (GatewayError, binascii.Error, ValueError):
            return None
        kept: dict[str, Any] = json.loads(plain)
        return kept if self._clock() < kept["until"] else None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "surrogatepass"))
