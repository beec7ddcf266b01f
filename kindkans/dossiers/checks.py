"""What a day and an account must be before they stand in a tab. Each raises Refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection

from database.accounts import ACTIEF, get_account
from dossier.identifiers import SwvId
from kindkans.dossiers.refusals import Fout, Refused, Veld
from kindkans.rights.words import AccountId

FIRST_YEAR, LAST_YEAR = 2000, 2099
MOST_ACCOUNTS = 50  # of one overlegronde or vergadering


def check_day(veld: Veld, day: date) -> None:
    """A year of three digits, or of the birth of a parent, is a slip of the pen."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refused(Fout.DATUM_ONMOGELIJK, veld)


def check_period(begin: date, eind: date | None) -> None:
    """It may begin and end on the same day. None: it goes on."""
    check_day(Veld.BEGINDATUM, begin)
    if eind is None:
        return
    check_day(Veld.EINDDATUM, eind)
    if eind < begin:
        raise Refused(Fout.EINDE_VOOR_BEGIN, Veld.EINDDATUM)


def check_account(connection: Connection, veld: Veld, account_id: AccountId, swv_id: SwvId) -> None:
    """That it may be invited: active, and of this SWV or of none."""
    account = get_account(connection, account_id)
    if account is None or account.swv_id not in (None, swv_id):
        raise Refused(Fout.ACCOUNT_ONBEKEND, veld)
    if account.status != ACTIEF:
        raise Refused(Fout.ACCOUNT_GEBLOKKEERD, veld)


def checked_accounts(
    connection: Connection, veld: Veld, account_ids: Iterable[AccountId], swv_id: SwvId
) -> list[AccountId]:
    """Each once, in order of id: two who add the same people do not wait for each other crosswise."""
    found = sorted(set(account_ids))
    check_room(veld, len(found))
    for account_id in found:
        check_account(connection, veld, account_id, swv_id)
    return found


def check_room(veld: Veld, count: int) -> None:
    if count > MOST_ACCOUNTS:
        raise Refused(Fout.TE_VEEL_ACCOUNTS, veld, MOST_ACCOUNTS)
