"""A dossier is held by who writes in it, so that nobody deletes the hulpvraag at the same moment.

Who deletes it takes the same lock. On SQLite a writing transaction has the database to itself.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from dossier.identifiers import Dossiernummer, OrganisatieId, SwvId
from kindkans.dossiers.refusals import NotThere
from kindkans.rights.words import Plaats
from kindkans.schema import dossier

# NO KEY UPDATE: two who write wait for each other, and no foreign key waits for them.
_LOCK = (
    select(dossier.c.dossiernummer, dossier.c.swv_id, dossier.c.organisatie_id)
    .where(dossier.c.dossiernummer == bindparam("nummer"), dossier.c.verwijderd_ms.is_(None))
    .with_for_update(key_share=True)
)


def lock_dossier(connection: Connection, dossiernummer: Dossiernummer) -> Plaats:
    """Until the caller's transaction ends; where it is, which is then sure. Raises NotThere for one that is
    not there or was deleted.

    Whoever locks a vergadering too locks the dossier first.
    """
    row = connection.execute(_LOCK, {"nummer": dossiernummer}).one_or_none()
    if row is None:
        raise NotThere
    return Plaats(
        dossiernummer=Dossiernummer(row.dossiernummer),
        swv_id=SwvId(row.swv_id),
        organisatie_id=OrganisatieId(row.organisatie_id),
    )
