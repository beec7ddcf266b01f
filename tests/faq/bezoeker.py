"""Somebody before a browser, as a story knows them: `Lezer` over plain HTTP, and tests/browser's Person."""

from __future__ import annotations

import time
from base64 import b32decode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from web import totp

Site = Literal["kindkans", "helpdesk"]


class Bezoeker(Protocol):
    """Does what words on the page say; `sees` what is written there."""

    def visit(self, path: str, status: int = 200) -> None: ...
    def status(self, path: str) -> int: ...
    def click(self, words: str) -> None: ...
    def fill(self, label: str, text: str) -> None: ...
    def choose(self, label: str, option: str) -> None: ...
    def tick(self, label: str) -> None: ...
    def send(self, label: str) -> None: ...
    def follow(self, words: str) -> None: ...
    def field_text(self, label: str) -> str: ...
    def sees(self, *words: str) -> None: ...
    def sees_not(self, *words: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Account:
    """Of one of the two sites, with what its owner knows and has."""

    site: Site
    account_id: str
    gebruikersnaam: str
    naam: str
    wachtwoord: str = field(repr=False)
    sleutel: str = field(repr=False)  # of the app on their telephone, in base32

    def code(self) -> str:
        padded = self.sleutel + "=" * (-len(self.sleutel) % 8)
        return totp.code_at(b32decode(padded), int(time.time()) // totp.STEP_SECONDS)


Komt = Callable[[Account], Bezoeker]
"""komt(account): it is logged in. Once per account: a code is good for one login."""


def log_in(bezoeker: Bezoeker, account: Account) -> None:
    bezoeker.visit("/inloggen")
    bezoeker.fill("Gebruikersnaam", account.gebruikersnaam)
    bezoeker.fill("Wachtwoord", account.wachtwoord)
    bezoeker.fill("Code uit uw app", account.code())
    bezoeker.click("Inloggen")
    bezoeker.sees(account.naam, "Uitloggen")
