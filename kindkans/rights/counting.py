"""How many accounts and dossiers there are of something, for Beheer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from database.people_schema import account
from dossier.identifiers import OrganisatieId
from kindkans.rights.words import RolId
from kindkans.rights_schema import lid
from kindkans.schema import dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class Aantallen:
    dossiers: int = 0
    accounts: int = 0


def accounts_per_rol(connection: Connection) -> dict[RolId, int]:
    """As their own role, or as their externe rol; also those that are blocked."""
    own = select(account.c.rol.label("rol_id"), account.c.account_id)
    extern = select(lid.c.externe_rol_id, lid.c.account_id).where(lid.c.externe_rol_id.is_not(None))
    rows = own.union(extern).subquery()
    query = select(rows.c.rol_id, func.count()).group_by(rows.c.rol_id)
    return {RolId(rol_id): count for rol_id, count in connection.execute(query)}


def per_organisatie(
    connection: Connection, organisatie_ids: Collection[OrganisatieId]
) -> dict[OrganisatieId, Aantallen]:
    """Dossiers that are not deleted. Of each of these, also where there is none."""
    ids = list(organisatie_ids)
    dossiers = (
        select(dossier.c.organisatie_id, func.count())
        .where(dossier.c.organisatie_id.in_(ids), dossier.c.verwijderd_ms.is_(None))
        .group_by(dossier.c.organisatie_id)
    )
    accounts = (
        select(lid.c.organisatie_id, func.count())
        .where(lid.c.organisatie_id.in_(ids))
        .group_by(lid.c.organisatie_id)
    )
    of_dossiers = {OrganisatieId(key): count for key, count in connection.execute(dossiers)}
    of_accounts = {OrganisatieId(key): count for key, count in connection.execute(accounts)}
    return {one: Aantallen(dossiers=of_dossiers.get(one, 0), accounts=of_accounts.get(one, 0)) for one in ids}
