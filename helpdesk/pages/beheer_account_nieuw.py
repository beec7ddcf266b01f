"""Beheer > Accounts > toevoegen. Its password and second factor are in the answer to the POST only.

What was typed goes by POST, also to be checked: the name of a person belongs in no URL.
"""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from database.accounts import find_account
from database.organisaties import list_swvs
from dossier.identifiers import SwvId
from helpdesk import accounts
from helpdesk.pages import beheer
from helpdesk.pages.beheer_accounts import (
    changing,
    in_words,
    read_role,
    role_options,
    told_beside,
)
from helpdesk.pages.beheer_invoer import Invoer, swv_options
from helpdesk.roles import Right, Role
from helpdesk.visit import Visit
from web import account_checks
from web.account_pages import LIST, Made, show_secrets
from web.errors import Changed
from web.page import Page
from web.passwords import new_password

_NEW = f"{LIST}/nieuw"
_FIELDS = ("naam", "gebruikersnaam", "rol", "swv")


def formulier(visit: Visit) -> Response:
    with visit.reading() as connection:
        return _form(visit, connection, Invoer(waarden=dict.fromkeys(_FIELDS, "")))


def controleren(visit: Visit) -> Response:
    with visit.reading() as connection:
        invoer = _typed(visit)
        role, swv_id = _read(visit, connection, invoer)
        if invoer.fouten:
            return _form(visit, connection, invoer, status=422)
        gebruikersnaam = invoer.waarden["gebruikersnaam"]
        words = in_words(invoer.waarden["naam"], role, swv_id)
        return beheer.ask(
            visit,
            beheer.Bevestiging(
                titel=f"Account {gebruikersnaam} toevoegen",
                actie=_NEW,
                terug=LIST,
                slot=visit.lock(*_state(connection, gebruikersnaam)),
                knop="Toevoegen",
                wijzigingen=beheer.differences(None, {"Gebruikersnaam": gebruikersnaam, **words}),
                uitleg=[
                    "Het account krijgt een wachtwoord en een QR-code voor de tweede stap. U ziet ze één "
                    "keer, meteen na het toevoegen. Zorg dat u ze dan veilig kunt doorgeven."
                ],
                velden=invoer.waarden,
            ),
        )


def toevoegen(visit: Visit) -> Response:
    with changing(visit) as connection:
        invoer = _typed(visit)
        try:
            visit.check_lock(*_state(connection, invoer.waarden["gebruikersnaam"]))
        except Changed:
            raise Changed(
                "Dit account is er intussen al, misschien doordat u twee keer klikte. Er is nu niets gedaan. "
                "Heeft u het wachtwoord en de QR-code niet gezien, maak dan bij het account nieuwe."
            ) from None
        role, swv_id = _read(visit, connection, invoer)
        invoer.must_be_right()
        password = new_password()
        account, enrolment = accounts.add_account(
            connection,
            visit.desk.seal,
            visit.person,
            gebruikersnaam=invoer.waarden["gebruikersnaam"],
            naam=invoer.waarden["naam"],
            role=role,
            swv_id=swv_id,
            password=password,
        )
    return show_secrets(visit, account, Made(wachtwoord=password, enrolment=enrolment))


def _typed(visit: Visit) -> Invoer:
    invoer = Invoer.of(visit, _FIELDS)
    invoer.waarden["gebruikersnaam"] = invoer.waarden["gebruikersnaam"].lower()  # as the login reads it
    return invoer


def _read(visit: Visit, connection: Connection, invoer: Invoer) -> tuple[Role, SwvId | None]:
    """Only to be used if `invoer.fouten` is empty."""
    naam, gebruikersnaam = invoer.waarden["naam"], invoer.waarden["gebruikersnaam"]
    told_beside(invoer, lambda: account_checks.checked_naam(naam))
    told_beside(invoer, lambda: account_checks.check_gebruikersnaam(connection, gebruikersnaam))
    return read_role(visit, connection, invoer)


def _state(connection: Connection, gebruikersnaam: str) -> tuple[object, ...]:
    return "account-nieuw", gebruikersnaam, find_account(connection, gebruikersnaam) is not None


def _form(visit: Visit, connection: Connection, invoer: Invoer, *, status: int = 200) -> Response:
    return visit.page(
        "beheer_account_form.html",
        status=status,
        invoer=invoer,
        rollen=(("", "Kies…"), *role_options(visit)),
        swvs=swv_options(list_swvs(connection), none="(geen)"),
    )


PAGES = (
    Page(path=_NEW, handler=formulier, right=Right.ACCOUNTS),
    Page(path=f"{_NEW}/controleren", handler=controleren, right=Right.ACCOUNTS, method="POST"),
    Page(path=_NEW, handler=toevoegen, right=Right.ACCOUNTS, method="POST"),
)
