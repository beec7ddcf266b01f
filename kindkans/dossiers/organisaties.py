"""The row of an organisatie comes with the first dossier that is there, or goes there.

Its name is what the school calls itself, until somebody changes it at Beheer > Organisaties; while we know
none it is the id.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from dossier.identifiers import OrganisatieId, SwvId
from kindkans.tabs_schema import organisatie

_ROW: dict[str, Any] = {column.name: bindparam(column.name) for column in organisatie.c}
_ADD: dict[str, Any] = {
    "sqlite": sqlite.insert(organisatie).values(_ROW).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(organisatie).values(_ROW).on_conflict_do_nothing(),
}
_NAAM = select(organisatie.c.naam).where(organisatie.c.organisatie_id == bindparam("of_id"))
_NAME = (
    update(organisatie)
    .where(
        organisatie.c.organisatie_id == bindparam("of_id"),
        organisatie.c.naam == organisatie.c.organisatie_id,
    )
    .values(naam=bindparam("new_naam"))
)


def ensure_organisatie(
    connection: Connection, organisatie_id: OrganisatieId, swv_id: SwvId, schoolnaam: str = ""
) -> None:
    """Changes nothing of a row that is there, but a name that was not known yet."""
    key = {"of_id": organisatie_id}
    naam = connection.execute(_NAAM, key).scalar_one_or_none()
    if naam is None:  # or another adds it now
        row = {"organisatie_id": organisatie_id, "swv_id": swv_id, "naam": schoolnaam or organisatie_id}
        connection.execute(_ADD[connection.dialect.name], row)
    elif schoolnaam and naam == organisatie_id:
        connection.execute(_NAME, key | {"new_naam": schoolnaam})
