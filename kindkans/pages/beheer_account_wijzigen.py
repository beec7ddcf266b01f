"""What can be done to one account: its role, organisatie (FAQ 2), externe rol (FAQ 3) and API keys, and what
every site does (web/account_pages.py). What is refused is told at its field."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection
from starlette.responses import Response

from dossier.identifiers import OrganisatieId
from kindkans.pages import beheer_accounts as page
from kindkans.pages.beheer_accounts import changing, find, state, swv_typed
from kindkans.pages.visit import Visit
from kindkans.rights import account_changes, accounts, api_keys
from kindkans.rights.accounts import Account
from kindkans.rights.words import AccountId, RolId, Systeemrecht
from web.account_pages import ONE, AccountPages, address
from web.invoer import Invoer
from web.page import Page

Do = Callable[[Connection, Account, Invoer], None]


def rol(visit: Visit) -> Response:
    def do(connection: Connection, account: Account, invoer: Invoer) -> None:
        new = RolId(invoer.waarden["rol"])
        account_changes.change_rol(
            connection, visit.person, account.account_id, new, swv_typed(visit, invoer)
        )

    return _change(visit, ("rol", "swv"), do)


def organisatie(visit: Visit) -> Response:
    def do(connection: Connection, account: Account, invoer: Invoer) -> None:
        new = OrganisatieId(invoer.waarden["organisatie"]) or None
        account_changes.change_organisatie(connection, visit.person, account.account_id, new)

    return _change(visit, ("organisatie",), do)


def externe_rol(visit: Visit) -> Response:
    def do(connection: Connection, account: Account, invoer: Invoer) -> None:
        new = RolId(invoer.waarden["externe_rol"]) or None
        account_changes.change_externe_rol(connection, visit.person, account.account_id, new)

    return _change(visit, ("externe_rol",), do)


def sleutel(visit: Visit) -> Response:
    """The key is in the answer to this POST only."""
    made: list[str] = []

    def do(connection: Connection, account: Account, invoer: Invoer) -> None:
        made.append(api_keys.new_key(connection, visit.person, account.account_id, invoer.waarden["sleutel"]))

    answer = _change(visit, ("sleutel",), do)
    if not made:
        return answer
    with visit.reading() as connection:
        account = find(visit, connection)
    return visit.page("beheer_sleutel.html", a=account, adres=address(account), sleutel=made[0])


def sleutel_beeindigen(visit: Visit) -> Response:
    with changing(visit) as connection:
        account = find(visit, connection)
        key_id = visit.field("sleutel_id")
        ended = api_keys.end_key(connection, visit.person, account.account_id, key_id)
    return visit.redirect(address(account), gedaan="sleutel" if ended else "niets")


def _change(visit: Visit, fields: tuple[str, ...], do: Do) -> Response:
    invoer = Invoer.of(visit, fields)
    with changing(visit, invoer) as connection:
        account = find(visit, connection)
        visit.check_lock(*state(connection, visit.person, account))
        do(connection, account, invoer)
    if invoer.fouten:
        with visit.reading() as connection:
            return page.show(visit, connection, account, invoer)
    return visit.redirect(address(account), gedaan="opgeslagen")


def _show(visit: Visit, connection: Connection, account_id: str, invoer: Invoer) -> Response:
    return page.show(
        visit, connection, accounts.get_account(connection, visit.person, AccountId(account_id)), invoer
    )


_RIGHT = Systeemrecht.ACCOUNTS
PAGES = (
    Page(path=f"{ONE}/rol", handler=rol, right=_RIGHT, method="POST"),
    Page(path=f"{ONE}/organisatie", handler=organisatie, right=_RIGHT, method="POST"),
    Page(path=f"{ONE}/externe-rol", handler=externe_rol, right=_RIGHT, method="POST"),
    Page(path=f"{ONE}/sleutel", handler=sleutel, right=_RIGHT, method="POST"),
    Page(path=f"{ONE}/sleutel/beeindigen", handler=sleutel_beeindigen, right=_RIGHT, method="POST"),
    *AccountPages(deeds=account_changes.DEEDS, right=_RIGHT, changing=changing, show=_show).pages,
)
