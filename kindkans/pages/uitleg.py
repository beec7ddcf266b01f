"""Wie ziet wat: why an account can or can not see a dossier, and what to do about it (FAQ 2, 3 and 7).

Of another SWV's dossier or account the answer is that there is none (rights/why.py). Who asked is audited.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.responses import Response

from database.audit import write_audit
from dossier.identifiers import Dossiernummer
from kindkans.pages.visit import Visit
from kindkans.rights import accounts
from kindkans.rights.explained import Uitleg
from kindkans.rights.statements import besluit_of
from kindkans.rights.why import why
from kindkans.rights.words import Systeemrecht, Tab
from web.account_pages import address
from web.account_refusals import AccountRefused
from web.errors import NotAllowed
from web.invoer import Invoer
from web.page import Page
from web.person import actor_of, is_gebruikersnaam

_PATH = "/uitleg"
_FIELDS = ("gebruikersnaam", "dossiernummer")
_HIGHEST = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Antwoord:
    uitleg: Uitleg
    account: str  # where the account is; "" if this person may not change it
    schoolgegevens: str  # likewise of the dossier's tab


def vraag(visit: Visit) -> Response:
    return _page(visit, Invoer(waarden=dict.fromkeys(_FIELDS, "")))


def antwoord(visit: Visit) -> Response:
    invoer = Invoer.of(visit, _FIELDS)
    gebruikersnaam = invoer.waarden["gebruikersnaam"].lower()
    number = _number(invoer.waarden["dossiernummer"])
    if not is_gebruikersnaam(gebruikersnaam):
        invoer.fouten["gebruikersnaam"] = "Vul de gebruikersnaam in waarmee het account inlogt."
    if number is None:
        invoer.fouten["dossiernummer"] = "Vul het dossiernummer in, zoals het in ParnasSys staat."
    if invoer.fouten or number is None:
        return _page(visit, invoer)
    with visit.writing() as connection:
        uitleg = why(connection, visit.person, gebruikersnaam, number, visit.today)
        if uitleg is None:
            raise NotAllowed
        write_audit(
            connection,
            actor=visit.person.actor,
            action="uitleg_asked",
            subject=str(number),
            # What is no account that was told of may be anything: then it is not written down.
            detail=f"account={actor_of(gebruikersnaam) if uitleg.tabs else '-'}",
        )
        told = Antwoord(
            uitleg=uitleg,
            account=_account(visit, connection, gebruikersnaam),
            schoolgegevens=_schoolgegevens(visit, connection, number),
        )
    return _page(visit, invoer, told)


def _number(text: str) -> Dossiernummer | None:
    bare = text.replace(".", "")
    if not (bare.isascii() and bare.isdecimal() and len(bare) <= 19 and 0 < int(bare) <= _HIGHEST):
        return None
    return Dossiernummer(int(bare))


def _account(visit: Visit, connection: Connection, gebruikersnaam: str) -> str:
    try:
        return address(accounts.find_account(connection, visit.person, gebruikersnaam))
    except AccountRefused:
        return ""


def _schoolgegevens(visit: Visit, connection: Connection, number: Dossiernummer) -> str:
    besluit = besluit_of(connection, visit.person, number, visit.today)
    seen = besluit is not None and besluit.ziet(Tab.SCHOOLGEGEVENS)
    return f"/dossiers/{number}/{Tab.SCHOOLGEGEVENS}" if seen else ""


def _page(visit: Visit, invoer: Invoer, told: Antwoord | None = None) -> Response:
    return visit.page("uitleg.html", status=422 if invoer.fouten else 200, invoer=invoer, antwoord=told)


PAGES = (
    Page(path=_PATH, handler=vraag, right=Systeemrecht.UITLEG),
    Page(path=_PATH, handler=antwoord, right=Systeemrecht.UITLEG, method="POST"),
)
