"""Beheer > Accounts > toevoegen: its password is typed twice, its second factor is in the answer only."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from database.engine import RowRefused
from dossier.identifiers import OrganisatieId
from kindkans.pages import beheer
from kindkans.pages.beheer_accounts import (
    externe_options,
    rol_options,
    swv_options,
    swv_typed,
)
from kindkans.pages.visit import Visit
from kindkans.rights import account_changes, accounts
from kindkans.rights.accounts import Account
from kindkans.rights.organisaties import list_organisaties
from kindkans.rights.words import RolId, Systeemrecht
from web.account_checks import NewAccount
from web.account_pages import LIST, Made, show_secrets
from web.account_refusals import AccountRefused, Fout
from web.errors import Changed
from web.invoer import Invoer
from web.login_page import secret
from web.page import Page
from web.totp import Enrolment

_NEW = f"{LIST}/nieuw"
_FIELDS = ("naam", "gebruikersnaam", "rol", "swv", "organisatie", "externe_rol", "wachtwoord")
_NOT_TWICE = "De twee wachtwoorden zijn niet gelijk."


def formulier(visit: Visit) -> Response:
    return _form(visit, Invoer(waarden=dict.fromkeys(_FIELDS, "")))


def toevoegen(visit: Visit) -> Response:
    invoer = Invoer.of(visit, _FIELDS)
    invoer.waarden["gebruikersnaam"] = invoer.waarden["gebruikersnaam"].lower()  # as the login reads it
    invoer.waarden["wachtwoord"] = ""  # never shown again
    if secret(visit, "wachtwoord") != secret(visit, "nogmaals"):
        invoer.fouten["nogmaals"] = _NOT_TWICE
        return _form(visit, invoer)
    try:
        with beheer.changing(visit, invoer) as connection:
            account, enrolment = _add(visit, connection, invoer)
    except RowRefused:  # somebody else took the name at this moment
        raise Changed(AccountRefused(Fout.NAAM_BEZET).melding) from None
    if invoer.fouten:
        return _form(visit, invoer)
    return show_secrets(visit, account, Made(enrolment=enrolment))


def _add(visit: Visit, connection: Connection, invoer: Invoer) -> tuple[Account, Enrolment]:
    typed, by = invoer.waarden, visit.person
    new = NewAccount(
        gebruikersnaam=typed["gebruikersnaam"], naam=typed["naam"], password=secret(visit, "wachtwoord")
    )
    swv_id = swv_typed(visit, invoer)
    account, enrolment = account_changes.add_account(
        connection, visit.site.seal, by, new, RolId(typed["rol"]), swv_id
    )
    if typed["organisatie"]:
        account_changes.change_organisatie(
            connection, by, account.account_id, OrganisatieId(typed["organisatie"])
        )
    if typed["externe_rol"]:
        account_changes.change_externe_rol(connection, by, account.account_id, RolId(typed["externe_rol"]))
    return account, enrolment


def _form(visit: Visit, invoer: Invoer) -> Response:
    with visit.reading() as connection:
        organisaties = list_organisaties(connection, visit.person)
        return visit.page(
            "beheer_account_form.html",
            status=422 if invoer.fouten else 200,
            invoer=invoer,
            rollen=(("", "Kies…"), *rol_options(accounts.rollen_to_give(connection, visit.person))),
            swvs=swv_options(connection),
            organisaties=(("", "(geen)"), *((one.organisatie_id, one.naam) for one in organisaties)),
            externe_rollen=externe_options(visit, connection),
        )


PAGES = (
    Page(path=_NEW, handler=formulier, right=Systeemrecht.ACCOUNTS),
    Page(path=_NEW, handler=toevoegen, right=Systeemrecht.ACCOUNTS, method="POST"),
)
