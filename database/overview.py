"""What the helpdesk lists beside the rows: which koppelingen these are, whether there is an omgeving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, exists, or_, select, true

from database.schema import inzending, koppeling, koppeling_brin, omgeving, swv
from dossier.identifiers import KoppelingId, OmgevingId, SwvId


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedKoppeling:
    koppeling_id: KoppelingId
    omgeving: str  # its name
    swv: str  # its name
    brins: tuple[str, ...]
    changed_ms: int


def named_koppelingen(connection: Connection, ids: Sequence[KoppelingId]) -> list[NamedKoppeling]:
    """Those of `ids` that there are, in that order."""
    brins: dict[str, list[str]] = {}
    of_brin = koppeling_brin.c
    query = select(of_brin.koppeling_id, of_brin.brin).where(of_brin.koppeling_id.in_(ids))
    for key, brin in connection.execute(query.order_by(of_brin.brin)):
        brins.setdefault(key, []).append(brin)
    rows = {
        row.koppeling_id: row for row in connection.execute(_NAMED.where(koppeling.c.koppeling_id.in_(ids)))
    }
    return [
        NamedKoppeling(
            koppeling_id=key,
            omgeving=rows[key].omgeving_naam,
            swv=rows[key].swv_naam,
            brins=tuple(brins.get(key, ())),
            changed_ms=rows[key].changed_ms,
        )
        for key in ids
        if key in rows
    ]


def there_is_omgeving(connection: Connection, omgeving_id: OmgevingId, swv_id: SwvId | None = None) -> bool:
    """With an SWV: whether that has a koppeling of it, or got anything from it."""
    of_swv: ColumnElement[bool] = true()
    if swv_id is not None:
        of_swv = or_(
            exists().where(koppeling.c.omgeving_id == omgeving.c.omgeving_id, koppeling.c.swv_id == swv_id),
            exists().where(inzending.c.omgeving_id == omgeving.c.omgeving_id, inzending.c.swv_id == swv_id),
        )
    query = select(omgeving.c.omgeving_id).where(omgeving.c.omgeving_id == omgeving_id, of_swv)
    return connection.execute(query).first() is not None


_NAMED = (
    select(
        koppeling.c.koppeling_id,
        koppeling.c.changed_ms,
        omgeving.c.naam.label("omgeving_naam"),
        swv.c.naam.label("swv_naam"),
    )
    .join(omgeving, omgeving.c.omgeving_id == koppeling.c.omgeving_id)
    .join(swv, swv.c.swv_id == koppeling.c.swv_id)
)
