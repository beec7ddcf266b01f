"""OpenID Connect: in by a provider that runs, and out by every token, cookie or answer that is not right."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from components.identity_provider import Dishonest, mock_provider
from dossier.errors import ConfigurationError
from storage.keyring import Keyring
from storage.seal import Seal
from web.oidc import COOKIE_SECONDS, Identity, Oidc, Started
from web.oidc_provider import OidcSettings
from web.oidc_refusals import MELDINGEN, OidcFout, OidcRefused

BACK = "http://helpdesk.test/inloggen/oidc/terug"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with mock_provider() as address:
        yield address


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10) as client:
        yield client


def settings_of(issuer: str, **fields: str) -> OidcSettings:
    return OidcSettings(issuer=issuer, client_id="gateway", client_secret="se:cret/1", **fields)


def browse(url: str, subject: str) -> dict[str, str]:
    """As a browser does at the provider's form; what it brings back to us."""
    form = httpx.get(url)
    assert form.status_code == 200
    answer = httpx.post(url, data={"sub": subject})
    assert answer.status_code == 302
    parts = urlsplit(answer.headers["location"])
    assert answer.headers["location"].startswith(BACK)
    return {name: value for name, [value] in parse_qs(parts.query).items()}


def test_whom_the_provider_knows_it_vouches_for_with_their_claims(
    issuer: str, http: httpx.Client, seal: Seal
) -> None:
    claims = {"name": "Bert de Boer", "kindkans_rol": ["applicatiebeheerder"], "kindkans_swv": "s1"}
    httpx.put(f"{issuer}/users/u1", json=claims).raise_for_status()
    oidc = Oidc(settings_of(issuer), seal, http)

    started = oidc.start(BACK, naar="/inzendingen")
    assert isinstance(started, Started)
    identity = oidc.finish(started.cookie, browse(started.url, "u1"), BACK)

    assert isinstance(identity, Identity)
    assert (identity.subject, identity.naam, identity.naar) == ("u1", "Bert de Boer", "/inzendingen")
    assert {name: identity.claims[name] for name in claims} == claims


def test_a_code_works_once(issuer: str, http: httpx.Client, seal: Seal) -> None:
    oidc = Oidc(settings_of(issuer), seal, http)
    started = oidc.start(BACK)
    assert isinstance(started, Started)
    brought = browse(started.url, "u2")
    assert isinstance(oidc.finish(started.cookie, brought, BACK), Identity)
    assert oidc.finish(started.cookie, brought, BACK) == OidcRefused(OidcFout.ONGELDIG)


def test_the_login_of_one_browser_is_no_use_in_another(issuer: str, http: httpx.Client, seal: Seal) -> None:
    oidc = Oidc(settings_of(issuer), seal, http)
    mine, theirs = oidc.start(BACK), oidc.start(BACK)
    assert isinstance(mine, Started)
    assert isinstance(theirs, Started)
    brought = browse(theirs.url, "attacker")
    assert oidc.finish(mine.cookie, brought, BACK) == OidcRefused(OidcFout.VERLOPEN)
    mine_again = browse(mine.url, "u3")
    swapped = {"code": brought["code"], "state": mine_again["state"]}
    assert oidc.finish(mine.cookie, swapped, BACK) == OidcRefused(OidcFout.ONGELDIG)  # the nonce is another's


def test_who_cancels_at_the_provider_is_told_so(issuer: str, http: httpx.Client, seal: Seal) -> None:
    oidc = Oidc(settings_of(issuer), seal, http)
    started = oidc.start(BACK)
    assert isinstance(started, Started)
    answer = httpx.post(started.url, data={"action": "deny"})
    query = dict(parse_qs(urlsplit(answer.headers["location"]).query))
    brought = {"error": query["error"][0], "state": parse_qs(urlsplit(started.url).query)["state"][0]}
    assert oidc.finish(started.cookie, brought, BACK) == OidcRefused(OidcFout.GEWEIGERD)


# A provider that lies ------------------------------------------------------------------------


@pytest.fixture
def liar() -> Iterator[Dishonest]:
    provider = Dishonest()
    yield provider
    provider.stop()


LogIn = Callable[..., Identity | OidcRefused]


@pytest.fixture
def log_in(liar: Dishonest, http: httpx.Client, seal: Seal) -> LogIn:
    oidc = Oidc(settings_of(liar.issuer), seal, http)

    def run(**brought: str) -> Identity | OidcRefused:
        started = oidc.start(BACK)
        if isinstance(started, OidcRefused):
            return started
        return oidc.finish(started.cookie, liar.let_in(started.url) | brought, BACK)

    return run


def test_it_lets_in_while_it_is_honest(log_in: LogIn, liar: Dishonest) -> None:
    for claims in ({}, {"aud": ["gateway"]}, {"aud": ["gateway", "other"], "azp": "gateway"}):
        liar.claims = claims
        assert isinstance(log_in(), Identity)


STRANGER = RSAKey.generate_key(2048, parameters={"kid": "k1"})
LIES: dict[str, Callable[[Dishonest], Any]] = {
    "another issuer": lambda p: p.claims.update(iss="https://evil.example"),
    "no issuer": lambda p: p.claims.update(iss=None),
    "for another": lambda p: p.claims.update(aud="other"),
    "for others": lambda p: p.claims.update(aud=["other", "third"]),
    "for nobody": lambda p: p.claims.update(aud=None),
    "given to another": lambda p: p.claims.update(azp="other"),
    "for two without saying whose": lambda p: p.claims.update(aud=["gateway", "other"]),
    "over": lambda p: p.claims.update(exp=int(time.time()) - 61),
    "for ever": lambda p: p.claims.update(exp=None),
    "an expiry in words": lambda p: p.claims.update(exp="morgen"),
    "made in the future": lambda p: p.claims.update(iat=int(time.time()) + 3600),
    "not yet": lambda p: p.claims.update(nbf=int(time.time()) + 3600),
    "another nonce": lambda p: p.claims.update(nonce="x"),
    "no nonce": lambda p: p.claims.update(nonce=None),
    "no subject": lambda p: p.claims.update(sub=None),
    "an empty subject": lambda p: p.claims.update(sub=""),
    "a subject of lines": lambda p: p.claims.update(sub="a\nb"),
    "a number as subject": lambda p: p.claims.update(sub=42),
    "another's access token": lambda p: p.claims.update(at_hash="AAAA"),
    "signed by a stranger": lambda p: setattr(p, "signing", STRANGER),
    "an unknown key": lambda p: p.header.update(kid="k9"),
    "changed after signing": lambda p: setattr(p, "tampered", True),
    "unsigned": lambda p: p.header.update(alg="none"),
    "signed with the public key": lambda p: p.header.update(alg="HS256"),
    "an algorithm that we do not take": lambda p: p.header.update(alg="RS512"),
    "no token": lambda p: setattr(p, "token_answer", (200, b'{"access_token": "x"}')),
    "a token that is none": lambda p: setattr(p, "token_answer", (200, b'{"id_token": "a.b.c"}')),
    "no JSON": lambda p: setattr(p, "token_answer", (200, b"<html>")),
    "a list": lambda p: setattr(p, "token_answer", (200, b"[]")),
    "an endless answer": lambda p: setattr(p, "token_answer", (200, b" " * 2_000_000)),
    "a refusal": lambda p: setattr(p, "token_answer", (400, b'{"error": "invalid_grant"}')),
    "a redirect": lambda p: setattr(p, "token_answer", (302, b"{}")),
    "the discovery of another": lambda p: p.discovery.update(issuer="https://evil.example"),
    "no endpoint": lambda p: p.discovery.update(token_endpoint=None),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_token_or_answer_that_is_not_right_lets_nobody_in(
    log_in: LogIn, liar: Dishonest, lie: Callable[[Dishonest], Any]
) -> None:
    lie(liar)
    assert log_in() == OidcRefused(OidcFout.ONGELDIG)


def test_a_clock_may_be_a_minute_out(log_in: LogIn, liar: Dishonest) -> None:
    now = int(time.time())
    liar.claims = {"exp": now - 30, "iat": now - 330}
    assert isinstance(log_in(), Identity)
    liar.claims = {"iat": now + 30}
    assert isinstance(log_in(), Identity)


def test_what_the_browser_brings_must_fit_what_we_began(log_in: LogIn) -> None:
    assert log_in(state="x") == OidcRefused(OidcFout.VERLOPEN)
    assert log_in(state="\ud800") == OidcRefused(OidcFout.VERLOPEN)
    assert log_in(iss="https://evil.example") == OidcRefused(OidcFout.ONGELDIG)
    assert log_in(code="x") == OidcRefused(OidcFout.ONGELDIG)


def test_new_keys_of_the_provider_are_fetched_but_not_at_every_stranger_s_wish(
    liar: Dishonest, http: httpx.Client, seal: Seal
) -> None:
    now = [time.time()]
    oidc = Oidc(settings_of(liar.issuer), seal, http, clock=lambda: now[0])

    def log_in() -> object:
        started = oidc.start(BACK)
        assert isinstance(started, Started)
        return oidc.finish(started.cookie, liar.let_in(started.url), BACK)

    assert isinstance(log_in(), Identity)
    new = RSAKey.generate_key(2048, parameters={"kid": "k2"})
    liar.published, liar.signing, liar.header = [liar.key, new], new, {"alg": "RS256", "kid": "k2"}
    assert isinstance(log_in(), OidcRefused)
    assert liar.asked_for_keys == 1
    now[0] += 60
    assert isinstance(log_in(), Identity)
    assert isinstance(log_in(), Identity)
    assert liar.asked_for_keys == 2


def test_the_cookie_is_sealed_for_us_and_for_ten_minutes(
    liar: Dishonest, http: httpx.Client, seal: Seal
) -> None:
    now = [time.time()]
    oidc = Oidc(settings_of(liar.issuer), seal, http, clock=lambda: now[0])
    started = oidc.start(BACK)
    assert isinstance(started, Started)
    brought = liar.let_in(started.url)
    stranger = Seal(Keyring.generate())
    forged = Oidc(oidc.settings, stranger, http).start(BACK)
    assert isinstance(forged, Started)

    nonce, body, key_id = started.cookie.split("~")
    for cookie in (
        "",
        "~~",
        "a~b~c",
        f"{nonce}~{body[:-4]}AAA=~{key_id}",
        forged.cookie,
        started.cookie + "~",
    ):
        assert oidc.finish(cookie, brought, BACK) == OidcRefused(OidcFout.VERLOPEN)
    assert re.fullmatch(r"[A-Za-z0-9._~=-]{1,2000}", started.cookie)
    assert brought["state"] not in started.cookie
    now[0] += COOKIE_SECONDS
    assert oidc.finish(started.cookie, brought, BACK) == OidcRefused(OidcFout.VERLOPEN)


def test_a_provider_that_is_away_is_said_to_be(http: httpx.Client, seal: Seal, liar: Dishonest) -> None:
    liar.stop()
    oidc = Oidc(settings_of(liar.issuer), seal, http)
    assert oidc.start(BACK) == OidcRefused(OidcFout.ONBEREIKBAAR)


@pytest.mark.parametrize("issuer", ["http://idp.example", "ftp://localhost", "idp.example", ""])
def test_an_issuer_whose_answers_others_could_change_is_refused(issuer: str) -> None:
    with pytest.raises(ConfigurationError, match="https"):
        settings_of(issuer)


@pytest.mark.parametrize("fout", OidcFout)
def test_every_refusal_says_what_to_do(fout: OidcFout) -> None:
    assert OidcRefused(fout).melding == MELDINGEN[fout]
    assert MELDINGEN[fout].endswith(".")
