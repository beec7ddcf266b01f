"""What can be done to one account (FAQ 10): another role, and what every site does (web/account_pages.py)."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from helpdesk import accounts
from helpdesk.accounts import Account
from helpdesk.pages import beheer
from helpdesk.pages.beheer_accounts import changing, find, in_words, read_role, show, typed
from helpdesk.roles import Right
from helpdesk.visit import Visit
from web.account_pages import ONE, OUT, AccountPages, address, ask_about, page_error, state
from web.account_refusals import AccountRefused, Fout
from web.invoer import Invoer
from web.page import Page


def rol_vragen(visit: Visit) -> Response:
    with visit.reading() as connection:
        old = _another(visit, connection)
        invoer = typed(visit, old)
        role, swv_id = read_role(visit, connection, invoer)
        if invoer.fouten:
            invoer.waarden["naam"] = old.naam
            return show(visit, connection, old, invoer, status=422)
        if (role, swv_id) == (old.role, old.swv_id):
            return visit.redirect(address(old), gedaan="niets")
        return ask_about(
            visit,
            connection,
            old,
            "rol",
            titel="Rol wijzigen",
            knop="Opslaan",
            uitleg=(OUT,),
            wijzigingen=beheer.differences(
                in_words(old.naam, old.role, old.swv_id), in_words(old.naam, role, swv_id)
            ),
            velden={"rol": role.value, "swv": swv_id or ""},
        )


def rol_wijzigen(visit: Visit) -> Response:
    with changing(visit) as connection:
        old = find(visit, connection)
        visit.check_lock(*state(connection, old))
        invoer = typed(visit, old)
        role, swv_id = read_role(visit, connection, invoer)
        invoer.must_be_right()
        accounts.change_role(connection, visit.person, old.account_id, role, swv_id)
    return visit.redirect(address(old), gedaan="opgeslagen")


def _show(visit: Visit, connection: Connection, account_id: str, invoer: Invoer) -> Response:
    old = accounts.get_account(connection, visit.person, account_id)
    whole = typed(visit, old)
    whole.waarden |= {"rol": old.role.value, "swv": old.swv_id or ""}
    whole.fouten |= invoer.fouten
    return show(visit, connection, old, whole, status=422)


def _another(visit: Visit, connection: Connection) -> Account:
    """Raises NotHere; NotAllowed for one's own, before anything is asked."""
    account = find(visit, connection)
    if account.actor == visit.person.actor:
        raise page_error(AccountRefused(Fout.EIGEN))
    return account


PAGES = (
    Page(path=f"{ONE}/rol", handler=rol_vragen, right=Right.ACCOUNTS),
    Page(path=f"{ONE}/rol", handler=rol_wijzigen, right=Right.ACCOUNTS, method="POST"),
    *AccountPages(deeds=accounts.DEEDS, right=Right.ACCOUNTS, changing=changing, show=_show).pages,
)
