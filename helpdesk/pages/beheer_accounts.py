"""Beheer > Accounts: who may log in and with which role, and what a role may do (FAQ 10).

Whose account a person may not change, of that they see nothing: it does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType

from sqlalchemy import Connection
from starlette.responses import Response

from database.organisaties import list_swvs
from dossier.identifiers import SwvId
from helpdesk import accounts
from helpdesk.accounts import Account
from helpdesk.audit_words import detail_for
from helpdesk.pages import beheer
from helpdesk.pages.beheer_invoer import Invoer, swv_options
from helpdesk.pages.lookup import has_words
from helpdesk.roles import RIGHTS, TYPES, Right, Role
from helpdesk.visit import Visit
from web.account_pages import LIST, page_error
from web.account_refusals import AccountRefused, Fout
from web.errors import NotHere
from web.invoer import Options
from web.page import Page

_MOST = 200

# In short, for a column; and what it is.
RECHTEN: Mapping[Right, tuple[str, str]] = MappingProxyType(
    {
        Right.INZENDINGEN: ("Inzendingen", "zien wat scholen verstuurden en wat daarvan werd"),
        Right.LEERLING: ("Leerling", "gegevens van een leerling bekijken, met opgave van een reden"),
        Right.HERSTELLEN: ("Herstellen", "vastgelopen hulpvragen opnieuw aanbieden, hulpvragen verplaatsen"),
        Right.ORGANISATIES: ("Organisaties", "organisaties en hun brincode wijzigen"),
        Right.KOPPELINGEN: ("Koppelingen", "koppelingen aanvragen, activeren en uitzetten"),
        Right.BRINLIJST: ("BRIN-lijst", "de landelijke lijst bijwerken"),
        Right.ZICHTBAARHEID: ("Wie ziet wat", "in Kindkans navragen of een account een dossier ziet"),
        Right.SWVS: ("SWV's", "samenwerkingsverbanden toevoegen en hernoemen"),
        Right.ACCOUNTS: ("Accounts", "accounts toevoegen en wijzigen; wie type Super heeft: alle"),
        Right.AUDIT: ("Audit", "lezen wie wat bekeek of wijzigde"),
    }
)
_WHERE: Mapping[Role, str] = MappingProxyType(
    {
        Role.HELPDESK: "Alle",
        Role.APPLICATIEBEHEERDER: "Alleen het eigen",
        Role.AUDITOR: "Alle, of alleen het eigen",
        Role.BEHEERDER: "Alle",
    }
)
_BY_FIELD: Mapping[Fout, str] = MappingProxyType(
    {
        Fout.NAAM_ONGELDIG: "gebruikersnaam",
        Fout.NAAM_BEZET: "gebruikersnaam",
        Fout.NAAM_LEEG: "naam",
        Fout.SWV_NODIG: "swv",
        Fout.SWV_TEVEEL: "swv",
        Fout.SWV_ONBEKEND: "swv",
    }
)


def lijst(visit: Visit) -> Response:
    zoek = visit.query("zoek")
    with visit.reading() as connection:
        swvs = {swv.swv_id: swv.naam for swv in list_swvs(connection)}
        found = [
            account
            for account in accounts.list_accounts(connection, visit.person)
            if _matches(account, swvs, zoek)
        ]
    return visit.page(
        "beheer_accounts.html",
        zoek=zoek,
        accounts=found[:_MOST],
        aantal=len(found),
        swvs=swvs,
        TYPES=TYPES,
    )


def _matches(account: Account, swvs: Mapping[SwvId, str], zoek: str) -> bool:
    swv = f"{account.swv_id} {swvs[account.swv_id]}" if account.swv_id is not None else ""
    told = (account.naam, account.gebruikersnaam, account.role, TYPES[account.role], swv)
    return has_words(" ".join(told), zoek)


def rollen(visit: Visit) -> Response:
    return visit.page(
        "beheer_rollen.html",
        rollen=tuple(Role),
        RECHTEN=RECHTEN,
        RIGHTS=RIGHTS,
        TYPES=TYPES,
        WAAR=_WHERE,
    )


def account(visit: Visit) -> Response:
    with visit.reading() as connection:
        found = find(visit, connection)
        return show(visit, connection, found, typed(visit, found))


def show(
    visit: Visit, connection: Connection, value: Account, invoer: Invoer, *, status: int = 200
) -> Response:
    """The page of one; also when what was typed on it is wrong."""
    told = beheer.history(connection, value.actor, beheer.ACCOUNT)
    return visit.page(
        "beheer_account.html",
        status=status,
        a=value,
        type=TYPES[value.role],
        eigen=value.actor == visit.person.actor,
        swv={swv.swv_id: swv.naam for swv in list_swvs(connection)}.get(value.swv_id or SwvId(""), ""),
        sessies=visit.desk.sessions.of_person(connection, value.actor),
        rollen=role_options(visit),
        swvs=swv_options(list_swvs(connection), none="(geen)"),
        wijzigingen=[replace(row, werd=detail_for(row.werd, visit.person.swv_id)) for row in told],
        invoer=invoer,
    )


def find(visit: Visit, connection: Connection) -> Account:
    """The one of the path. Raises NotHere, also for one that this person may not change."""
    try:
        return accounts.get_account(connection, visit.person, visit.path("account_id"))
    except AccountRefused:
        raise NotHere from None


@contextmanager
def changing(visit: Visit) -> Iterator[Connection]:
    """One transaction, in which nobody else changes an account by a page. Raises a PageError."""
    with beheer.changing(visit) as connection:
        try:
            yield connection
        except AccountRefused as refused:
            raise page_error(refused) from None


# What is typed ---------------------------------------------------------------------------------


def typed(visit: Visit, old: Account) -> Invoer:
    at_first = {"naam": old.naam, "rol": old.role.value, "swv": old.swv_id or ""}
    return Invoer.of(visit, ("naam", "rol", "swv"), at_first)


def told_beside(invoer: Invoer, check: Callable[[], object]) -> None:
    """Runs the check; what it refuses is told beside the field that is about it."""
    try:
        check()
    except AccountRefused as refused:
        invoer.fouten.setdefault(_BY_FIELD.get(refused.fout, "rol"), refused.melding)


def read_role(visit: Visit, connection: Connection, invoer: Invoer) -> tuple[Role, SwvId | None]:
    """Only to be used if `invoer.fouten` is empty. Who is of one SWV makes accounts of that one."""
    swv_id = visit.person.swv_id or SwvId(invoer.waarden["swv"]) or None
    role = next((r for r in accounts.roles_to_give(visit.person) if r == invoer.waarden["rol"]), None)
    if role is None:
        invoer.fouten["rol"] = "Kies een rol."
        return Role.AUDITOR, swv_id
    told_beside(invoer, lambda: accounts.check_role(connection, visit.person, role, swv_id))
    return role, swv_id


def role_options(visit: Visit) -> Options:
    return tuple((r.value, f"{r.value} (type {TYPES[r]})") for r in accounts.roles_to_give(visit.person))


def in_words(naam: str, role: Role, swv_id: SwvId | None) -> dict[str, str]:
    """For the table of what would change."""
    return {"Naam": naam, "Rol": role.value, "Type": TYPES[role].value, "Samenwerkingsverband": swv_id or "-"}


PAGES = (
    Page(path=LIST, handler=lijst, right=Right.ACCOUNTS),
    Page(path=f"{LIST}/rollen", handler=rollen, right=Right.ACCOUNTS),
    Page(path=f"{LIST}/{{account_id}}", handler=account, right=Right.ACCOUNTS),
)
