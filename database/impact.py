"""What was pushed lately, for who is about to change a setting or has just mended one.

Routing is not in here: who asks judges the rows by tables of its own (helpdesk/impact.py).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, exists, literal_column, select

from database.inzendingen import BijlageRecord, InzendingRecord, bijlage_of, reden_of
from database.schema import inzending, inzending_bijlage, inzending_reden
from database.search_conditions import first_id
from dossier.brin import Brin
from dossier.identifiers import InzendingId, OmgevingId
from dossier.reden import Reden, RedenCode

# Literals, for a partial index serves no query that has parameters in their place; and in the words of
# ix_inzending_anders, or SQLite does not see that it has them all.
_AFGEWEZEN = and_(
    inzending.c.uitkomst.in_((literal_column("'afgewezen'"), literal_column("'dubbel'"))),
    inzending.c.uitkomst == literal_column("'afgewezen'"),
)
_MOST_BRINS = 200  # more than these are looked up faster by going through the whole period


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """Pushes that routing cannot tell apart, and that had the same end."""

    omgeving_id: OmgevingId
    brin: str  # "" if what was sent is no BRIN
    vestiging: str | None
    redenen: frozenset[RedenCode]  # none: accepted
    inzendingen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRejection:
    """The last word on a hulpvraag is -1: nothing of it came after."""

    record: InzendingRecord
    redenen: tuple[Reden, ...]
    bijlagen: tuple[BijlageRecord, ...]


def recent_inzendingen(connection: Connection, since: datetime, brins: Collection[Brin]) -> list[Recent]:
    """Everything that came in for these BRINs."""
    of, codes = inzending.c, {str(brin) for brin in brins}
    wanted = [of.inzending_id >= first_id(since)]
    if len(codes) <= _MOST_BRINS:
        wanted.append(of.brin.in_(sorted(codes)))
    query = select(of.inzending_id, of.omgeving_id, of.brin, of.vestiging).where(*wanted)
    rows = [row for row in connection.execute(query) if row.brin in codes]
    refused: dict[InzendingId, set[RedenCode]] = {}
    of_reden = select(of.inzending_id, inzending_reden.c.code).join(inzending_reden)
    for inzending_id, code in connection.execute(of_reden.where(*wanted, _AFGEWEZEN)):
        refused.setdefault(inzending_id, set()).add(RedenCode(code))
    counts: dict[tuple[OmgevingId, str, str | None, frozenset[RedenCode]], int] = {}
    for row in rows:
        key = (row.omgeving_id, row.brin, row.vestiging, frozenset(refused.get(row.inzending_id, ())))
        counts[key] = counts.get(key, 0) + 1
    return [
        Recent(omgeving_id=omgeving, brin=brin, vestiging=vestiging, redenen=redenen, inzendingen=n)
        for (omgeving, brin, vestiging, redenen), n in counts.items()
    ]


def open_rejections(
    connection: Connection, since: datetime, without: Collection[RedenCode] = ()
) -> list[OpenRejection]:
    """The newest try of every hulpvraag that was rejected and never came again, the oldest first.

    One that has a reden of `without` is left out.
    """
    of, later = inzending.c, inzending.alias("later").c
    refused = (of.inzending_id >= first_id(since), _AFGEWEZEN)
    its_redenen, its_bijlagen = inzending_reden.c, inzending_bijlage.c
    redenen: dict[InzendingId, list[Reden]] = {}
    of_reden = select(inzending_reden).join(inzending).where(*refused)
    for row in connection.execute(of_reden.order_by(its_redenen.inzending_id, its_redenen.volgnummer)):
        redenen.setdefault(row.inzending_id, []).append(reden_of(row))
    left_out = {key for key, all_of_it in redenen.items() if any(r.code in without for r in all_of_it)}
    bijlagen: dict[InzendingId, list[BijlageRecord]] = {}
    of_bijlage = select(inzending_bijlage).join(inzending).where(*refused)
    for row in connection.execute(of_bijlage.order_by(its_bijlagen.inzending_id, its_bijlagen.positie)):
        bijlagen.setdefault(row.inzending_id, []).append(bijlage_of(row))
    came_again = exists().where(
        later.omgeving_id == of.omgeving_id,
        later.hulpvraag_id == of.hulpvraag_id,
        later.inzending_id > of.inzending_id,
    )
    query = select(inzending).where(*refused, ~came_again).order_by(of.inzending_id)
    rows = [row for row in connection.execute(query) if row.inzending_id not in left_out]
    records = [InzendingRecord(**row._mapping) for row in rows]
    return [
        OpenRejection(
            record=record,
            redenen=tuple(redenen.get(record.inzending_id, ())),
            bijlagen=tuple(bijlagen.get(record.inzending_id, ())),
        )
        for record in records
    ]
