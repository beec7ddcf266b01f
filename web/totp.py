"""The second factor: a code of six digits that changes every half minute (RFC 6238), made by an app.

The key is sealed for its account, so that neither the database alone nor another account's row gives a code.
"""

from __future__ import annotations

import hmac
import os
import re
from base64 import b32encode
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from dossier.delivery import Sealed
from storage.seal import Seal

STEP_SECONDS = 30
_DIGITS = 6
_WINDOW = (0, -1, 1)  # a clock may be half a minute out; RFC 6238 5.2
_KEY_BYTES = 20  # RFC 4226 section 4, R6
_CODE = re.compile(r"[0-9]{6}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A new key, for its owner's eyes, once."""

    secret: str = field(repr=False)  # base32, as an app lets it be typed
    url: str = field(repr=False)  # otpauth:, as an app reads it from a QR code


def new_key() -> bytes:
    return os.urandom(_KEY_BYTES)


def enrolment_of(key: bytes, gebruikersnaam: str, issuer: str) -> Enrolment:
    """`issuer` is what an app shows with the code: which of our sites it is for."""
    secret = b32encode(key).decode().rstrip("=")
    label = quote(f"{issuer}:{gebruikersnaam}", safe="")
    query = urlencode(
        {"secret": secret, "issuer": issuer, "algorithm": "SHA1", "digits": _DIGITS, "period": STEP_SECONDS},
        quote_via=quote,
    )
    return Enrolment(secret=secret, url=f"otpauth://totp/{label}?{query}")


def qr_svg(enrolment: Enrolment) -> str:
    """The URL as a QR code: an SVG element for a page, dark on light also where the page is dark."""
    code = segno.make(enrolment.url, micro=False)
    return code.svg_inline(scale=5, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None)


def code_at(key: bytes, step: int) -> str:
    # The algorithm is RFC 6238's, and the only one that every app knows; HMAC-SHA1 is sound.
    totp = TOTP(key, _DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303
    return totp.generate(step * STEP_SECONDS).decode()


def matching_step(key: bytes, code: str, now_ms: int) -> int | None:
    """The step whose code this is, of the present one and its neighbours; blanks in it do not count."""
    given = "".join(code.split())
    if not _CODE.fullmatch(given):
        return None
    present = now_ms // 1000 // STEP_SECONDS
    found = None
    for offset in _WINDOW:
        step = present + offset
        if step >= 0 and hmac.compare_digest(code_at(key, step), given) and found is None:
            found = step
    return found


def seal_key(seal: Seal, key: bytes, account_id: str) -> Sealed:
    return seal.seal(key, _context(account_id))


def open_key(seal: Seal, sealed: Sealed, account_id: str) -> bytes:
    """Raises UnknownKey (ours lacks it), PoisonEvent (another account's, or broken)."""
    return seal.open(sealed, _context(account_id))


def _context(account_id: str) -> str:
    return f"totp {account_id}"
