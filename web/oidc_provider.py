"""What we ask of an identity provider: its addresses and keys (discovery), and a token for a code.

A token counts only when it is signed by a key of the provider with an algorithm that we allow, for us, now,
and for this very login (OpenID Connect Core 3.1.3.7). Nothing of a token or an answer is in an exception.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from dossier.errors import ConfigurationError
from web.oidc_refusals import OidcFout

ALGORITHMS = ("RS256", "PS256", "ES256")  # signed by a key that only the provider has; never none, never HS*
_FRESH_SECONDS = 3600  # addresses and keys
_AGAIN_SECONDS = 60  # at most this often for a key that we do not know
_LEEWAY_SECONDS = 60  # between our clock and theirs
_LONGEST_ANSWER = 1024 * 1024
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """Roles in `role_claim` go by the site's own names, as one text or a list."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    role_claim: str = "kindkans_rol"
    swv_claim: str = "kindkans_swv"
    naam_claim: str = "name"
    scope: str = "openid profile"

    def __post_init__(self) -> None:
        check_address(self.issuer)
        if not (self.client_id and self.client_secret and "openid" in self.scope.split()):
            raise ConfigurationError("OIDC needs a client id, a client secret and the scope openid")


class ProviderFailed(Exception):
    def __init__(self, fout: OidcFout) -> None:
        super().__init__(fout.value)
        self.fout = fout


def check_address(url: str) -> None:
    """Raises ConfigurationError for one whose answers others could change on the way."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ConfigurationError("an identity provider's address must start with https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Discovered:
    authorization: str
    token: str
    jwks: str
    keys: KeySet
    at: float


class Provider:
    """Thread-safe. Raises ProviderFailed."""

    def __init__(self, settings: OidcSettings, http: httpx.Client, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._lock = threading.Lock()
        self._known: _Discovered | None = None

    def authorization_endpoint(self) -> str:
        return self._discover(_FRESH_SECONDS).authorization

    def claims(self, *, code: str, verifier: str, nonce: str, redirect_uri: str) -> dict[str, Any]:
        """Of the id_token that this code is good for, validated."""
        answer = self._exchange(code, verifier, redirect_uri)
        id_token = answer.get("id_token")
        if not isinstance(id_token, str):
            raise ProviderFailed(OidcFout.ONGELDIG)
        try:
            try:
                token = jwt.decode(id_token, self._discover(_FRESH_SECONDS).keys, algorithms=ALGORITHMS)
            except InvalidKeyIdError:  # they may have new keys
                token = jwt.decode(id_token, self._discover(_AGAIN_SECONDS).keys, algorithms=ALGORITHMS)
            return self._validated(token, nonce, answer.get("access_token"))
        except (JoseError, ValueError, TypeError, KeyError):
            raise ProviderFailed(OidcFout.ONGELDIG) from None

    def _validated(self, token: jwt.Token, nonce: str, access_token: object) -> dict[str, Any]:
        settings = self._settings
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": settings.issuer},
                "aud": {"essential": True, "value": settings.client_id},
                "exp": {"essential": True},
                "nonce": {"essential": True, "value": nonce},
            },
            params={"nonce": nonce, "client_id": settings.client_id, "access_token": access_token},
        )
        claims.validate(now=int(self._clock()), leeway=_LEEWAY_SECONDS)
        return dict(claims)

    def _exchange(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        # RFC 6749 2.3.1: both are form-encoded before they are joined.
        auth = (quote(self._settings.client_id, safe=""), quote(self._settings.client_secret, safe=""))
        return self._json("POST", self._discover(_FRESH_SECONDS).token, data=form, auth=auth)

    def _discover(self, at_most_seconds: float) -> _Discovered:
        """Addresses and keys that are at most this old; one thread asks for all."""
        with self._lock:
            if self._known is None or self._clock() - self._known.at >= at_most_seconds:
                self._known = self._ask()
            return self._known

    def _ask(self) -> _Discovered:
        issuer = self._settings.issuer
        found = self._json("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        addresses = [found.get(k) for k in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        try:
            if found.get("issuer") != issuer:
                raise ValueError
            authorization, token, jwks = (str(address) for address in addresses)
            for address in (authorization, token, jwks):
                check_address(address)
            keys = KeySet.import_key_set(self._json("GET", jwks))  # type: ignore[arg-type]
        except (ConfigurationError, JoseError, ValueError, TypeError, KeyError):
            raise ProviderFailed(OidcFout.ONGELDIG) from None
        return _Discovered(authorization=authorization, token=token, jwks=jwks, keys=keys, at=self._clock())

    def _json(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        try:
            with self._http.stream(method, url, follow_redirects=False, **options) as response:
                content = bytearray()
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > _LONGEST_ANSWER:
                        raise ProviderFailed(OidcFout.ONGELDIG)
            answer = httpx.Response(response.status_code, content=bytes(content))
            if answer.status_code >= 500:
                raise ProviderFailed(OidcFout.ONBEREIKBAAR)
            value = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL):
            raise ProviderFailed(OidcFout.ONBEREIKBAAR) from None
        except ValueError:
            raise ProviderFailed(OidcFout.ONGELDIG) from None
        if answer.status_code != 200 or not isinstance(value, dict):
            raise ProviderFailed(OidcFout.ONGELDIG)
        return value
