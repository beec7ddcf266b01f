"""The Authorization header: who says he is which omgeving, and with what secret.

Basic    user is the id of the omgeving, password the secret of its koppeling (RFC 7617, UTF-8)
Bearer   the same two, joined by the first full stop (RFC 6750)
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field

import pybase64

from dossier.errors import NotAuthenticated

CHALLENGES = ('Basic realm="kindkans", charset="UTF-8"', 'Bearer realm="kindkans"')
_HEADER_CHARACTERS = 4096


@dataclass(frozen=True, slots=True)
class Credentials:
    omgeving: str
    secret: str = field(repr=False)


def parse_credentials(headers: list[str]) -> Credentials:
    """From all Authorization headers of a request. Raises NotAuthenticated unless there is one, and good."""
    if len(headers) != 1 or len(headers[0]) > _HEADER_CHARACTERS:
        raise NotAuthenticated("no credentials")
    scheme, _, rest = headers[0].strip().partition(" ")
    match scheme.lower():
        case "basic":
            omgeving, separator, secret = _decode(rest.strip()).partition(":")
        case "bearer":
            omgeving, separator, secret = rest.strip().partition(".")
        case _:
            raise NotAuthenticated("unknown scheme")
    if not omgeving or not separator or not secret:
        raise NotAuthenticated("incomplete credentials")
    return Credentials(omgeving, secret)


def _decode(token: str) -> str:
    try:
        return pybase64.b64decode(token, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise NotAuthenticated("unreadable credentials") from None
