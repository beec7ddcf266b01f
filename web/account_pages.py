"""What can be done to one account, whichever site: a page that says what will happen, and then a POST.

A name goes by POST also to that page: it belongs in no URL. Of one's own account only the name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection
from starlette.responses import Response

from database import accounts as table
from web import account_checks, totp
from web.account_deeds import Account, Deeds
from web.account_refusals import AccountRefused, Fout
from web.bevestiging import Bevestiging, ask
from web.errors import BadInput, NotAllowed, NotHere, PageError
from web.invoer import Invoer
from web.page import Page
from web.passwords import new_password
from web.totp import Enrolment
from web.visit import Visit

LIST = "/beheer/accounts"
ONE = f"{LIST}/{{account_id}}"
OUT = "Wie nu met dit account is ingelogd, wordt meteen uitgelogd."
_ONCE = "U ziet {} één keer, meteen hierna. Zorg dat u {} dan veilig kunt doorgeven."

V = TypeVar("V", bound=Visit[Any, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What an action made for the account's owner, to be shown once."""

    wachtwoord: str = ""
    enrolment: Enrolment | None = None


Does = Callable[[Deeds[Any], Visit[Any, Any], Connection, Account], Made | None]


def _block(deeds: Deeds[Any], visit: Visit[Any, Any], connection: Connection, account: Account) -> None:
    deeds.block(connection, visit.person, account.account_id)


def _unblock(deeds: Deeds[Any], visit: Visit[Any, Any], connection: Connection, account: Account) -> None:
    deeds.let_in_again(connection, visit.site.seal, visit.person, account)


def _password(deeds: Deeds[Any], visit: Visit[Any, Any], connection: Connection, account: Account) -> Made:
    password = new_password()
    deeds.give_password_to(connection, visit.site.seal, visit.person, account, password)
    return Made(wachtwoord=password)


def _totp(deeds: Deeds[Any], visit: Visit[Any, Any], connection: Connection, account: Account) -> Made:
    given = deeds.give_second_factor(connection, visit.site.seal, visit.person, account.account_id)
    return Made(enrolment=given)


def _sessions(deeds: Deeds[Any], visit: Visit[Any, Any], connection: Connection, account: Account) -> None:
    deeds.end_sessions(connection, visit.person, account.account_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actie:
    titel: str
    knop: str
    uitleg: tuple[str, ...]
    does: Does
    gedaan: str = ""
    of_blocked: bool | None = None  # only of one that is blocked, or is not; None: of either


ACTIES: Mapping[str, Actie] = MappingProxyType(
    {
        "blokkeren": Actie(
            titel="Account blokkeren",
            knop="Blokkeren",
            uitleg=("Niemand kan meer met dit account inloggen.", OUT),
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
            uitleg=("Het oude wachtwoord werkt niet meer.", OUT, _ONCE.format("het nieuwe", "het")),
            does=_password,
        ),
        "tweede-stap": Actie(
            titel="Nieuwe tweede stap",
            knop="Nieuwe QR-code maken",
            uitleg=(
                "De codes van de app op de oude telefoon werken niet meer.",
                OUT,
                _ONCE.format("de nieuwe QR-code", "die"),
            ),
            does=_totp,
        ),
        "sessies": Actie(
            titel="Overal uitloggen",
            knop="Uitloggen",
            uitleg=(OUT, "Opnieuw inloggen kan. Wilt u dat niet, blokkeer het account dan."),
            does=_sessions,
            gedaan="sessies",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPages(Generic[V]):
    """These pages of one site."""

    deeds: Deeds[Any]
    right: StrEnum
    changing: Callable[[V], AbstractContextManager[Connection]]  # one transaction; raises a PageError
    show: Callable[[V, Connection, str, Invoer], Response]  # its page, with what is wrong with a typed name

    @property
    def pages(self) -> tuple[Page[V], ...]:
        """After those with a fixed word where these have {actie}."""
        return (
            Page(path=f"{ONE}/naam/controleren", handler=self.ask_naam, right=self.right, method="POST"),
            Page(path=f"{ONE}/naam", handler=self.save_naam, right=self.right, method="POST"),
            Page(path=f"{ONE}/{{actie}}", handler=self.ask, right=self.right),
            Page(path=f"{ONE}/{{actie}}", handler=self.do, right=self.right, method="POST"),
        )

    def ask(self, visit: V) -> Response:
        actie = _actie(visit)
        with visit.reading() as connection:
            account = self.another(visit, connection)
            if actie.of_blocked is account.actief:
                return visit.redirect(address(account), gedaan="niets")
            return ask_about(
                visit,
                connection,
                account,
                visit.path("actie"),
                titel=actie.titel,
                knop=actie.knop,
                uitleg=actie.uitleg,
                gevaarlijk=actie.of_blocked is not True,
            )

    def do(self, visit: V) -> Response:
        actie = _actie(visit)
        with self.changing(visit) as connection:
            account = self.find(visit, connection)
            visit.check_lock(*state(connection, account))
            made = actie.does(self.deeds, visit, connection, account)
        if made is None:
            return visit.redirect(address(account), gedaan=actie.gedaan)
        return show_secrets(visit, account, made)

    def ask_naam(self, visit: V) -> Response:
        with visit.reading() as connection:
            old = self.find(visit, connection)
            invoer = Invoer.of(visit, ("naam",))
            naam = " ".join(invoer.waarden["naam"].split())
            try:
                account_checks.checked_naam(naam)
            except AccountRefused as refused:
                invoer.fouten["naam"] = refused.melding
                return self.show(visit, connection, old.account_id, invoer)
            if naam == old.naam:
                return visit.redirect(address(old), gedaan="niets")
            return ask_about(
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

    def save_naam(self, visit: V) -> Response:
        with self.changing(visit) as connection:
            old = self.find(visit, connection)
            visit.check_lock(*state(connection, old))
            self.deeds.rename(connection, visit.person, old.account_id, visit.field("naam"))
        return visit.redirect(address(old), gedaan="opgeslagen")

    def find(self, visit: V, connection: Connection) -> Account:
        """The one of the path. Raises NotHere, also for one that this person may not change."""
        try:
            return self.deeds.get_account(connection, visit.person, visit.path("account_id"))
        except AccountRefused:
            raise NotHere from None

    def another(self, visit: V, connection: Connection) -> Account:
        """Raises NotHere; NotAllowed for one's own, before anything is asked."""
        account = self.find(visit, connection)
        if account.actor == visit.person.actor:
            raise page_error(AccountRefused(Fout.EIGEN))
        return account


def ask_about(
    visit: Visit[Any, Any],
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
    return ask(
        visit,
        Bevestiging(
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


def show_secrets(visit: Visit[Any, Any], account: Account, made: Made) -> Response:
    """The answer to the POST that made them. They are nowhere else, so no redirect and no second look."""
    return visit.page(
        "beheer_account_geheim.html",
        a=account,
        adres=address(account),
        wachtwoord=made.wachtwoord,
        sleutel=made.enrolment.secret if made.enrolment is not None else "",
        qr=totp.qr_svg(made.enrolment) if made.enrolment is not None else "",
    )


def address(account: Account) -> str:
    return f"{LIST}/{account.account_id}"


def state(connection: Connection, account: Account) -> tuple[object, ...]:
    """For a lock: all there is of it, so that each change makes every older form stale."""
    secrets = table.find_credentials(connection, account.account_id)
    row = table.get_account(connection, account.account_id)
    return "account", row, secrets.secret_hash, secrets.totp.nonce


def page_error(refused: AccountRefused) -> PageError:
    if refused.fout is Fout.ONBEKEND:
        return NotHere()
    if refused.fout in (Fout.EIGEN, Fout.MAG_NIET):
        return NotAllowed(refused.melding)
    return BadInput(refused.melding)


def _actie(visit: Visit[Any, Any]) -> Actie:
    actie = ACTIES.get(visit.path("actie"))
    if actie is None:
        raise NotHere
    return actie
