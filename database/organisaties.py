"""Tables swv and organisatie: where dossiers may land, and the BRIN set at each (FAQ 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from database.schema import organisatie, swv
from database.settings_version import bump_version
from dossier.brin import Brin, Vestiging
from dossier.identifiers import OrganisatieId, SwvId
from routing.tables import Organisatie


@dataclass(frozen=True, slots=True, kw_only=True)
class Swv:
    swv_id: SwvId
    naam: str


def list_swvs(connection: Connection) -> list[Swv]:
    rows = connection.execute(select(swv).order_by(swv.c.swv_id))
    return [Swv(swv_id=SwvId(row.swv_id), naam=row.naam) for row in rows]


def find_swv(connection: Connection, swv_id: SwvId) -> Swv | None:
    return next((s for s in list_swvs(connection) if s.swv_id == swv_id), None)


def save_swv(connection: Connection, value: Swv) -> None:
    """Adds it, or changes its name."""
    changed = connection.execute(
        update(swv).where(swv.c.swv_id == value.swv_id).values(naam=value.naam)
    ).rowcount
    if not changed:
        connection.execute(insert(swv), {"swv_id": value.swv_id, "naam": value.naam})
    bump_version(connection)


def list_organisaties(connection: Connection) -> Iterator[Organisatie]:
    for row in connection.execute(select(organisatie).order_by(organisatie.c.organisatie_id)):
        yield Organisatie(
            organisatie_id=OrganisatieId(row.organisatie_id),
            swv_id=SwvId(row.swv_id),
            naam=row.naam,
            brin=Brin(row.brin) if row.brin is not None else None,
            vestiging=Vestiging(row.vestiging) if row.vestiging is not None else None,
        )


def find_organisatie(connection: Connection, organisatie_id: OrganisatieId) -> Organisatie | None:
    return next((o for o in list_organisaties(connection) if o.organisatie_id == organisatie_id), None)


def naam_of_organisatie(connection: Connection, organisatie_id: OrganisatieId) -> str:
    """ "" if it is gone."""
    query = select(organisatie.c.naam).where(organisatie.c.organisatie_id == organisatie_id)
    return connection.execute(query).scalar_one_or_none() or ""


def save_organisatie(connection: Connection, value: Organisatie) -> None:
    """Adds it, or changes its SWV, name and BRIN."""
    columns = {
        "swv_id": value.swv_id,
        "naam": value.naam,
        "brin": str(value.brin) if value.brin else None,
        "vestiging": str(value.vestiging) if value.vestiging else None,
    }
    changed = connection.execute(
        update(organisatie).where(organisatie.c.organisatie_id == value.organisatie_id).values(**columns)
    ).rowcount
    if not changed:
        connection.execute(insert(organisatie), {"organisatie_id": value.organisatie_id, **columns})
    bump_version(connection)
