"""Beheer: accounts and what roles may (FAQ 10), organisaties (FAQ 2); and what its pages share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection
from starlette.responses import Response

from database.audit import audit_of
from kindkans.pages.audit_words import detail_for, words_of_action
from kindkans.pages.visit import Visit
from kindkans.rights.refusals import Fout, Refused
from kindkans.rights.words import Systeemrecht
from web.account_pages import page_error
from web.account_refusals import AccountRefused
from web.account_refusals import Fout as AccountFout
from web.errors import BadInput, NotAllowed, NotHere, PageError
from web.invoer import Invoer
from web.page import Page

_GONE = (Fout.ROL_ONBEKEND, Fout.ORGANISATIE_ONBEKEND)
# Beside which field of a form it is told.
_AT: Mapping[AccountFout | Fout, str] = MappingProxyType(
    {
        AccountFout.NAAM_ONGELDIG: "gebruikersnaam",
        AccountFout.NAAM_BEZET: "gebruikersnaam",
        AccountFout.NAAM_LEEG: "naam",
        AccountFout.SWV_NODIG: "swv",
        AccountFout.SWV_TEVEEL: "swv",
        AccountFout.SWV_ONBEKEND: "swv",
        AccountFout.WACHTWOORD_KORT: "wachtwoord",
        AccountFout.WACHTWOORD_LANG: "wachtwoord",
        AccountFout.WACHTWOORD_NAAM: "wachtwoord",
        AccountFout.WACHTWOORD_BEKEND: "wachtwoord",
        AccountFout.MAG_NIET: "rol",
        Fout.ROL_ONBEKEND: "rol",
        Fout.LAATSTE: "rol",
        Fout.ORGANISATIE_ONBEKEND: "organisatie",
        Fout.ROL_NIET_EXTERN: "externe_rol",
        Fout.SLEUTEL_NAAM: "sleutel",
        Fout.ROL_NAAM: "naam",
        Fout.ROL_NAAM_BEZET: "naam",
        Fout.ROL_TYPE_IN_GEBRUIK: "type",
        Fout.ORGANISATIE_ID: "kenmerk",
        Fout.ORGANISATIE_BEZET: "kenmerk",
        Fout.ORGANISATIE_NAAM: "naam",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wijziging:
    at: datetime
    wie: str
    wat: str
    werd: str


def beheer(visit: Visit) -> Response:
    if not (visit.person.may(Systeemrecht.ACCOUNTS) or visit.person.may(Systeemrecht.ORGANISATIES)):
        raise NotAllowed
    return visit.page("beheer.html")


def history(visit: Visit, connection: Connection, subject: str, actions: Sequence[str]) -> list[Wijziging]:
    """Who changed it, the newest first; for the macro geschiedenis."""
    return [
        Wijziging(
            at=row.at,
            wie=row.actor,
            wat=words_of_action(row.action),
            werd=detail_for(row.detail, visit.person),
        )
        for row in audit_of(connection, subject, actions)
    ]


@contextmanager
def changing(visit: Visit, invoer: Invoer | None = None) -> Iterator[Connection]:
    """One transaction. What is refused is told beside the field of `invoer` that it is about, and the block
    is over: look at its `fouten` after it. Raises a PageError for the rest; then too nothing was changed."""
    try:
        with visit.writing() as connection:
            yield connection
    except (AccountRefused, Refused) as refused:
        name = _AT.get(refused.fout, "")
        if name == "swv" and visit.person.swv_id is not None:
            name = "rol"  # who is of one SWV has no choice of it
        if invoer is None or name not in invoer.waarden:
            raise _page_error(refused) from None
        invoer.fouten.setdefault(name, refused.melding)


def _page_error(refused: AccountRefused | Refused) -> PageError:
    if isinstance(refused, AccountRefused):
        return page_error(refused)
    if refused.fout is Fout.MAG_NIET:
        return NotAllowed(refused.melding)
    return NotHere() if refused.fout in _GONE else BadInput(refused.melding)


# With any of its rights: the page shows what goes with them.
PAGES = (Page(path="/beheer", handler=beheer),)
