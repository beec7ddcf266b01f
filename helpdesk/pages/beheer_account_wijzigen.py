"""What can be done to one account (FAQ 10). Each is a page that says what will happen, and then a POST.

A name goes by POST also to that page: it belongs in no URL. Of one's own account only the name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Connection
from starlette.responses import Response

from helpdesk import accounts, throttle
from helpdesk.account_refusals import AccountRefused, Fout
from helpdesk.accounts import Account
from helpdesk.pages import beheer
from helpdesk.pages.beheer_accounts import (
    LIST,
    address,
    changing,
    find,
    in_words,
    page_error,
    read_role,
    show,
    show_secrets,
    state,
    told_beside,
    typed,
)
from helpdesk.passwords import new_password
from helpdesk.roles import Right
from helpdesk.totp import Enrolment
from helpdesk.web.errors import NotHere
from helpdesk.web.page import Page
from helpdesk.web.visit import Visit

_ONE = f"{LIST}/{{account_id}}"
_OUT = "Wie nu met dit account is ingelogd, wordt meteen uitgelogd."
_ONCE = "U ziet {} één keer, meteen hierna. Zorg dat u {} dan veilig kunt doorgeven."


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What an action made for the account's owner, to be shown once."""

    wachtwoord: str = ""
    enrolment: Enrolment | None = None


def _block(visit: Visit, connection: Connection, account: Account) -> None:
    accounts.block(connection, visit.person, account.account_id)


def _unblock(visit: Visit, connection: Connection, account: Account) -> None:
    accounts.unblock(connection, visit.person, account.account_id)
    throttle.let_again(connection, visit.desk.seal, account.gebruikersnaam)


def _password(visit: Visit, connection: Connection, account: Account) -> Made:
    password = new_password()
    accounts.give_password(connection, visit.person, account.account_id, password)
    throttle.let_again(connection, visit.desk.seal, account.gebruikersnaam)
    return Made(wachtwoord=password)


def _second_factor(visit: Visit, connection: Connection, account: Account) -> Made:
    return Made(
        enrolment=accounts.give_second_factor(connection, visit.desk.seal, visit.person, account.account_id)
    )


def _sessions(visit: Visit, connection: Connection, account: Account) -> None:
    accounts.end_sessions(connection, visit.person, account.account_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actie:
    titel: str
    knop: str
    uitleg: tuple[str, ...]
    does: Callable[[Visit, Connection, Account], Made | None]
    gedaan: str = ""
    of_blocked: bool | None = None  # only of one that is blocked, or is not; None: of either


ACTIES: Mapping[str, Actie] = MappingProxyType(
    {
        "blokkeren": Actie(
            titel="Account blokkeren",
            knop="Blokkeren",
            uitleg=("Niemand kan meer met dit account inloggen.", _OUT),
            does=_block,
            gedaan="geblokkeerd",
            of_blocked=False,
        ),
        "deblokkeren": Actie(
            titel="Account deblokkeren",
            knop="Deblokkeren",
            uitleg=("Het account kan weer inloggen, met het wachtwoord en de tweede stap die het had.",),
            does=_unblock,
            gedaan="gedeblokkeerd",
            of_blocked=True,
        ),
        "wachtwoord": Actie(
            titel="Nieuw wachtwoord",
            knop="Nieuw wachtwoord maken",
            uitleg=("Het oude wachtwoord werkt niet meer.", _OUT, _ONCE.format("het nieuwe", "het")),
            does=_password,
        ),
        "tweede-stap": Actie(
            titel="Nieuwe tweede stap",
            knop="Nieuwe QR-code maken",
            uitleg=(
                "De codes van de app op de oude telefoon werken niet meer.",
                _OUT,
                _ONCE.format("de nieuwe QR-code", "die"),
            ),
            does=_second_factor,
        ),
        "sessies": Actie(
            titel="Overal uitloggen",
            knop="Uitloggen",
            uitleg=(_OUT, "Opnieuw inloggen kan. Wilt u dat niet, blokkeer het account dan."),
            does=_sessions,
            gedaan="sessies",
        ),
    }
)


def vragen(visit: Visit) -> Response:
    actie = _actie(visit)
    with visit.reading() as connection:
        account = _another(visit, connection)
        if actie.of_blocked is account.actief:
            return visit.redirect(address(account), gedaan="niets")
        return _ask(
            visit,
            connection,
            account,
            visit.path("actie"),
            titel=actie.titel,
            knop=actie.knop,
            uitleg=actie.uitleg,
            gevaarlijk=actie.of_blocked is not True,
        )


def doen(visit: Visit) -> Response:
    actie = _actie(visit)
    with changing(visit) as connection:
        account = find(visit, connection)
        visit.check_lock(*state(connection, account))
        made = actie.does(visit, connection, account)
    if made is None:
        return visit.redirect(address(account), gedaan=actie.gedaan)
    return show_secrets(visit, account, wachtwoord=made.wachtwoord, enrolment=made.enrolment)


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
        return _ask(
            visit,
            connection,
            old,
            "rol",
            titel="Rol wijzigen",
            knop="Opslaan",
            uitleg=(_OUT,),
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


def naam_vragen(visit: Visit) -> Response:
    with visit.reading() as connection:
        old = find(visit, connection)
        invoer = typed(visit, old)
        naam = " ".join(invoer.waarden["naam"].split())
        told_beside(invoer, lambda: accounts.checked_naam(naam))
        if invoer.fouten:
            invoer.waarden |= {"rol": old.role.value, "swv": old.swv_id or ""}
            return show(visit, connection, old, invoer, status=422)
        if naam == old.naam:
            return visit.redirect(address(old), gedaan="niets")
        return _ask(
            visit,
            connection,
            old,
            "naam",
            titel="Naam wijzigen",
            knop="Opslaan",
            uitleg=("Inloggen blijft met dezelfde gebruikersnaam.",),
            wijzigingen=[("Naam", old.naam, naam)],
            velden={"naam": naam},
        )


def naam_wijzigen(visit: Visit) -> Response:
    with changing(visit) as connection:
        old = find(visit, connection)
        visit.check_lock(*state(connection, old))
        accounts.rename(connection, visit.person, old.account_id, visit.field("naam"))
    return visit.redirect(address(old), gedaan="opgeslagen")


def _ask(
    visit: Visit,
    connection: Connection,
    account: Account,
    actie: str,
    *,
    titel: str,
    knop: str,
    uitleg: tuple[str, ...],
    wijzigingen: list[tuple[str, str, str]] | None = None,
    velden: Mapping[str, str] | None = None,
    gevaarlijk: bool = False,
) -> Response:
    return beheer.ask(
        visit,
        beheer.Bevestiging(
            titel=f"{titel}: {account.gebruikersnaam}",
            actie=f"{address(account)}/{actie}",
            terug=address(account),
            slot=visit.lock(*state(connection, account)),
            knop=knop,
            uitleg=uitleg,
            wijzigingen=wijzigingen or (),
            velden=velden or {},
            gevaarlijk=gevaarlijk,
        ),
    )


def _another(visit: Visit, connection: Connection) -> Account:
    """Raises NotHere; NotAllowed for one's own, before anything is asked."""
    account = find(visit, connection)
    if account.actor == visit.person.actor:
        raise page_error(AccountRefused(Fout.EIGEN))
    return account


def _actie(visit: Visit) -> Actie:
    actie = ACTIES.get(visit.path("actie"))
    if actie is None:
        raise NotHere
    return actie


PAGES = (
    Page(path=f"{_ONE}/naam/controleren", handler=naam_vragen, right=Right.ACCOUNTS, method="POST"),
    Page(path=f"{_ONE}/naam", handler=naam_wijzigen, right=Right.ACCOUNTS, method="POST"),
    Page(path=f"{_ONE}/rol", handler=rol_vragen, right=Right.ACCOUNTS),
    Page(path=f"{_ONE}/rol", handler=rol_wijzigen, right=Right.ACCOUNTS, method="POST"),
    Page(path=f"{_ONE}/{{actie}}", handler=vragen, right=Right.ACCOUNTS),
    Page(path=f"{_ONE}/{{actie}}", handler=doen, right=Right.ACCOUNTS, method="POST"),
)
