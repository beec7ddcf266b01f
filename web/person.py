"""Somebody, to the frame: the person that a site makes, and what the login and a session know of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

from dossier.identifiers import SwvId

_NAME = re.compile(r"[a-z0-9._@-]{1,64}", re.ASCII)
_LOCAL = "lokaal"


class Person(Protocol):
    """Who is logged in, as their site knows them."""

    @property
    def actor(self) -> str:
        """As the audit names them: lokaal:GEBRUIKERSNAAM or oidc:SUBJECT."""

    @property
    def naam(self) -> str: ...

    def may(self, right: Any) -> bool:
        """`right` is one of the site's own; what it does not know nobody may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """What an account, a session or an identity provider says of somebody. What it means is the site's."""

    actor: str
    naam: str
    rol: str
    swv_id: SwvId | None = None


def is_gebruikersnaam(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def actor_of(gebruikersnaam: str) -> str:
    """Of a local account."""
    return f"{_LOCAL}:{gebruikersnaam}"


def gebruikersnaam_of(actor: str) -> str | None:
    """None: this is nobody with a local account."""
    scheme, _, gebruikersnaam = actor.partition(":")
    return gebruikersnaam if scheme == _LOCAL else None
