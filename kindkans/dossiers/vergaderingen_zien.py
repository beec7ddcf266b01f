"""Which vergaderingen an account sees: those of its SWV by its role, and those that it is invited to.

An invitation is good up to and including the datum (FAQ 7); of one that is over only the day is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, select

from dossier.identifiers import SwvId
from kindkans.dossiers.refusals import NotThere
from kindkans.dossiers.vergaderingen import Vergadering, VergaderingId, get_vergadering
from kindkans.rights.vergaderingen import mag_vergaderingen
from kindkans.rights.words import AccountId, Lid, Mag
from kindkans.tabs_schema import vergadering, vergadering_genodigde
from storage.seal import Seal

_SWV = select(vergadering.c.swv_id).where(vergadering.c.vergadering_id == bindparam("id"))
_INVITED = (
    select(vergadering.c.vergadering_id, vergadering.c.swv_id, vergadering.c.datum)
    .join(
        vergadering_genodigde,
        vergadering_genodigde.c.vergadering_id == vergadering.c.vergadering_id,
    )
    .where(vergadering_genodigde.c.account_id == bindparam("account"))
    .order_by(vergadering.c.datum, vergadering.c.vergadering_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gezien:
    vergadering: Vergadering
    mag: Mag


def see_vergadering(
    connection: Connection, seal: Seal, lid: Lid, today: date, vergadering_id: VergaderingId
) -> Gezien:
    """Raises NotThere: it is not there, or not for this account."""
    swv_id = connection.execute(_SWV, {"id": vergadering_id}).scalar_one_or_none()
    if swv_id is None:
        raise NotThere
    found = get_vergadering(connection, seal, SwvId(swv_id), vergadering_id)
    mag = mag_vergaderingen(lid, found.swv_id)
    if mag is None and lid.account_id in found.genodigden and today <= found.datum:
        mag = Mag.ZIEN
    if mag is None:
        raise NotThere
    return Gezien(vergadering=found, mag=mag)


def invited_to(connection: Connection, seal: Seal, account_id: AccountId, today: date) -> list[Vergadering]:
    """Of today and later, the first first."""
    rows = connection.execute(_INVITED, {"account": account_id}).all()
    return [
        get_vergadering(connection, seal, SwvId(row.swv_id), VergaderingId(row.vergadering_id))
        for row in rows
        if row.datum >= today
    ]


def days_over(connection: Connection, account_id: AccountId, today: date) -> list[date]:
    """Of the vergaderingen that it was invited to, the last first."""
    rows = connection.execute(_INVITED, {"account": account_id}).all()
    return [row.datum for row in reversed(rows) if row.datum < today]
