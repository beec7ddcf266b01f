"""Beheer > Accounts: who may log in, with which role, of which organisatie (FAQ 2, 3 and 10).

Whose account a person may not change, of that they see nothing: it does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection
from starlette.responses import Response

from database.accounts import lock_account
from dossier.identifiers import SwvId
from kindkans.pages import beheer
from kindkans.pages.audit_words import Groep, actions_of
from kindkans.pages.visit import Visit
from kindkans.rights import accounts, api_keys
from kindkans.rights.accounts import Account
from kindkans.rights.organisaties import list_swvs, namen_of, organisaties_of
from kindkans.rights.words import Lid, Rol, RolType, Systeemrecht
from web import account_pages
from web.account_pages import LIST, ONE
from web.account_refusals import AccountRefused
from web.errors import NotHere
from web.invoer import Invoer, Options
from web.page import Page

_MOST = 200
_HISTORY = tuple(sorted(actions_of(Groep.ACCOUNTS)))


def lijst(visit: Visit) -> Response:
    zoek = visit.query("zoek")
    with visit.reading() as connection:
        all_of_them = accounts.list_accounts(connection, visit.person)
        namen = namen_of(connection, {a.organisatie_id for a in all_of_them if a.organisatie_id})
    found = [account for account in all_of_them if _matches(account, namen, zoek)]
    return visit.page(
        "beheer_accounts.html",
        zoek=zoek,
        accounts=found[:_MOST],
        aantal=len(found),
        namen=namen,
        alles=visit.person.rol.type is RolType.SUPER,
    )


def _matches(account: Account, namen: Mapping[str, str], zoek: str) -> bool:
    organisatie = namen.get(account.organisatie_id or "", "")
    told = (account.naam, account.gebruikersnaam, account.rol.naam, account.rol.type, organisatie)
    folded = " ".join((*told, account.swv_id or "")).casefold()
    return all(word in folded for word in zoek.casefold().split())


def account(visit: Visit) -> Response:
    with visit.reading() as connection:
        return show(visit, connection, find(visit, connection))


def show(visit: Visit, connection: Connection, value: Account, invoer: Invoer | None = None) -> Response:
    """The page of one; also with what is wrong with what was typed on it."""
    stored = {
        "naam": value.naam,
        "rol": value.rol.rol_id,
        "swv": value.swv_id or "",
        "organisatie": value.organisatie_id or "",
        "externe_rol": value.externe_rol.rol_id if value.externe_rol is not None else "",
        "sleutel": "",
    }
    fouten = invoer.fouten if invoer is not None else {}
    organisaties = organisaties_of(connection, value.swv_id) if value.swv_id is not None else []
    return visit.page(
        "beheer_account.html",
        status=422 if fouten else 200,
        a=value,
        adres=account_pages.address(value),
        eigen=value.account_id == visit.person.account_id,
        organisatie=next((o.naam for o in organisaties if o.organisatie_id == value.organisatie_id), ""),
        sessies=visit.site.sessions.of_person(connection, value.actor),
        rollen=rol_options(accounts.rollen_to_give(connection, visit.person)),
        swvs=swv_options(connection),
        organisaties=(("", "(geen)"), *((one.organisatie_id, one.naam) for one in organisaties)),
        externe_rollen=externe_options(visit, connection),
        sleutels=api_keys.list_keys(connection, visit.person, value.account_id),
        wijzigingen=beheer.history(visit, connection, value.actor, _HISTORY),
        slot=visit.lock(*state(connection, visit.person, value)),
        invoer=Invoer(waarden={**stored, **(invoer.waarden if invoer is not None else {})}, fouten=fouten),
    )


def find(visit: Visit, connection: Connection) -> Account:
    """The one of the path. Raises NotHere, also for one that this person may not change."""
    try:
        return accounts.get_account(connection, visit.person, visit.path("account_id"))
    except AccountRefused:
        raise NotHere from None


@contextmanager
def changing(visit: Visit, invoer: Invoer | None = None) -> Iterator[Connection]:
    """As beheer.changing; and nobody else changes the account of the path meanwhile."""
    with beheer.changing(visit, invoer) as connection:
        lock_account(connection, visit.path("account_id"))
        yield connection


def state(connection: Connection, by: Lid, value: Account) -> tuple[object, ...]:
    """For a lock on all there is of it, its keys too."""
    keys = tuple((key.key_id, key.ended_ms) for key in api_keys.list_keys(connection, by, value.account_id))
    extern = value.externe_rol.rol_id if value.externe_rol is not None else None
    return *account_pages.state(connection, value), value.organisatie_id, extern, keys


# Options ---------------------------------------------------------------------------------------


def rol_options(rollen: list[Rol]) -> Options:
    return tuple((rol.rol_id, f"{rol.naam} (type {rol.type})") for rol in rollen)


def externe_options(visit: Visit, connection: Connection) -> Options:
    rollen = accounts.externe_rollen_to_give(connection, visit.person)
    return ("", "(geen)"), *((rol.rol_id, rol.naam) for rol in rollen)


def swv_options(connection: Connection) -> Options:
    return ("", "(geen)"), *((swv_id, swv_id) for swv_id in list_swvs(connection))


def swv_typed(visit: Visit, invoer: Invoer) -> SwvId | None:
    """Who is of one SWV makes accounts of that one."""
    return visit.person.swv_id or SwvId(invoer.waarden["swv"]) or None


PAGES = (
    Page(path=LIST, handler=lijst, right=Systeemrecht.ACCOUNTS),
    Page(path=ONE, handler=account, right=Systeemrecht.ACCOUNTS),
)
