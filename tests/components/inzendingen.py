"""A small world to search in: rows of every kind, and what a search should find in them, said plainly."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cmp_to_key
from typing import Any

from sqlalchemy import Connection, insert

from database import schema
from database.inzendingen import InzendingRecord, insert_inzending
from database.search import Filter, Query, Sort, Stand
from database.search_text import fold
from dossier.identifiers import (
    BerichtId,
    Dossiernummer,
    HulpvraagId,
    InzendingId,
    OmgevingId,
    OrganisatieId,
    SwvId,
)
from dossier.reden import Reden, RedenCode
from dossier.timestamps import from_ms, to_ms

START = datetime(2026, 9, 1, tzinfo=UTC)
SWVS = (SwvId("swv-a"), SwvId("swv-b"))
# BRIN, name on the list, place, organisatie, name as it is pushed
SCHOOLS = (
    ("11AA", "De Es", "Hasselt", "Basisschool Es", "De Es"),
    ("22BB", "École Zon", "'s-Gravenhage", "Zonneschool", "école ZON"),
    ("33CC", "Regenboog", "Hasselt", "Pluim", "De Regenboog 100%_"),
    ("", "", "", "", "De Regenboog 100%_"),
)
CODES = (RedenCode.BIJLAGE_TE_GROOT, RedenCode.KOPPELING_INACTIEF)
_STATES = {
    Stand.WACHTEND: "wachtend",
    Stand.GEPUBLICEERD: "gepubliceerd",
    Stand.BEZORGD: "bezorgd",
    Stand.VASTGELOPEN: "dood",
}


@dataclass(frozen=True)
class Row:
    record: InzendingRecord
    stand: Stand
    redenen: tuple[RedenCode, ...]


def settings(connection: Connection) -> None:
    for swv in SWVS:
        connection.execute(insert(schema.swv).values(swv_id=swv, naam=swv))
    for omgeving, naam in (("omg-a", "Stichting Noord"), ("omg-b", "Stichting Zuid")):
        connection.execute(
            insert(schema.omgeving).values(omgeving_id=omgeving, naam=naam, secret_hash="", created_ms=1)
        )
    for brin, naam, plaats, organisatie, _ in SCHOOLS[:3]:
        connection.execute(
            insert(schema.listed_school).values(
                vestiging=f"{brin}00", brin=brin, naam=naam, plaats=plaats, origin="lijst"
            )
        )
        connection.execute(
            insert(schema.organisatie).values(
                organisatie_id=f"o-{brin}", swv_id=SWVS[0], naam=organisatie, brin=brin
            )
        )


def row_at(number: int, chance: random.Random, number_of_dossier: int) -> Row:
    """One that came in `number` hours after the start."""
    at_ms = to_ms(START + timedelta(hours=number))
    brin, *_, schoolnaam = SCHOOLS[chance.randrange(4)]
    stand = chance.choice(list(Stand)) if brin else Stand.AFGEWEZEN
    uitkomst = {Stand.AFGEWEZEN: "afgewezen", Stand.DUBBEL: "dubbel"}.get(stand, "nieuw")
    accepted: dict[str, Any] = {
        "dossiernummer": Dossiernummer(number_of_dossier),
        "versie": 1,
        "inhoud_hash": "h",
        "organisatie_id": OrganisatieId(f"o-{brin}"),
        "route_rule": "BRIN",
        "bezorgd_ms": at_ms if stand is Stand.BEZORGD and chance.random() < 0.5 else None,
    }
    record = InzendingRecord(
        inzending_id=InzendingId(f"{(at_ms << 80) | chance.getrandbits(80):032x}"),
        omgeving_id=OmgevingId(chance.choice(("omg-a", "omg-b"))),
        bericht_id=BerichtId(f"00000000-0000-4000-8000-{number:012x}"),
        hulpvraag_id=HulpvraagId(f"h{number}"),
        brin=brin,
        vestiging=f"{brin}00" if brin and chance.random() < 0.5 else None,
        schoolnaam=schoolnaam,
        naam_hash=chance.choice(("n1", "n2")),
        uitkomst=uitkomst,
        received_ms=at_ms,
        decided_ms=at_ms,
        swv_id=chance.choice((*SWVS, None)) if uitkomst == "afgewezen" else chance.choice(SWVS),
        **(accepted if uitkomst != "afgewezen" else {}),
    )
    redenen = tuple(chance.sample(CODES, chance.randint(1, 2))) if uitkomst == "afgewezen" else ()
    return Row(record=record, stand=stand, redenen=redenen)


def put(connection: Connection, row: Row) -> None:
    of, number = row.record, row.record.dossiernummer
    if number is not None and of.uitkomst != "dubbel":
        connection.execute(
            insert(schema.dossier).values(
                dossiernummer=number, omgeving_id=of.omgeving_id, hulpvraag_id=of.hulpvraag_id,
                swv_id=of.swv_id, organisatie_id=of.organisatie_id, versie=1, inhoud_hash="h", created_ms=1,
            )
        )  # fmt: skip
    twice = [r for r in row.redenen for _ in range(2)]  # as two bijlagen that are too large
    insert_inzending(connection, of, redenen=[Reden(code=code, veld="") for code in twice])
    state = _STATES.get(row.stand)
    if state is None or of.bezorgd_ms is not None:
        return
    connection.execute(
        insert(schema.outbox).values(
            event_id=of.inzending_id, dossiernummer=number, versie=1, state=state, attempts=0, publishes=0,
            due_ms=1, created_ms=of.received_ms, dead_code="X" if state == "dood" else None,
            finished_ms=of.received_ms if state in ("dood", "bezorgd") else None,
        )
    )  # fmt: skip


def make_rows(seed: int, count: int) -> list[Row]:
    chance = random.Random(seed)
    rows: list[Row] = []
    for number in range(count):
        earlier = [r.record.dossiernummer for r in rows if r.record.dossiernummer is not None]
        row = row_at(number, chance, number_of_dossier=max(earlier, default=0) + 1)
        if row.stand is Stand.DUBBEL:
            if not earlier:
                continue
            row = Row(_renumber(row.record, chance.choice(earlier)), row.stand, ())
        rows.append(row)
    return rows


def _renumber(record: InzendingRecord, number: int) -> InzendingRecord:
    fields = {name: getattr(record, name) for name in InzendingRecord.__slots__}
    return InzendingRecord(**(fields | {"dossiernummer": Dossiernummer(number)}))


def expected(rows: list[Row], filter_: Filter, sort: Sort) -> list[Row]:
    """What a search finds, by looking at every row."""
    return sorted((r for r in rows if _passes(r, filter_)), key=cmp_to_key(_comparison(sort)))


def _passes(row: Row, f: Filter) -> bool:
    of = row.record
    at = from_ms(int(of.inzending_id[:12], 16))
    return (
        (f.stand is None or row.stand is f.stand)
        and (f.reden is None or f.reden in row.redenen)
        and (f.swv_id is None or of.swv_id == f.swv_id)
        and (f.visible_to is None or of.swv_id == f.visible_to)
        and (f.omgeving_id is None or of.omgeving_id == f.omgeving_id)
        and (f.from_ is None or at >= f.from_)
        and (f.to is None or at < f.to)
        and (not f.query or _matches(of, f.query))
    )


def _matches(of: InzendingRecord, query: Query) -> bool:
    if query.woorden and any(_named(name, query.woorden) for name in _names(of)):
        return True
    pairs = (
        (of.dossiernummer, query.dossiernummer),
        (of.bericht_id, query.bericht_id),
        (of.inzending_id, query.inzending_id),
        (of.brin, str(query.brin) if query.brin else None),
        (of.vestiging, str(query.vestiging) if query.vestiging else None),
        (of.naam_hash, query.naam_hash),
    )
    return any(ours == asked for ours, asked in pairs if asked is not None)


def _named(name: str, words: tuple[str, ...]) -> bool:
    return all(word in fold(name) for word in words)


def _names(of: InzendingRecord) -> list[str]:
    listed = [[f"{naam} {plaats}", own] for brin, naam, plaats, own, _ in SCHOOLS[:3] if brin == of.brin]
    omgeving = {"omg-a": "Stichting Noord", "omg-b": "Stichting Zuid"}[of.omgeving_id]
    return [of.schoolnaam, omgeving, *itertools.chain(*listed)]


def _comparison(sort: Sort) -> Any:
    sign = -1 if sort.descending else 1

    def compare(one: Row, other: Row) -> int:
        a, b = one.record, other.record
        if sort.by == "dossiernummer":
            if (a.dossiernummer is None) != (b.dossiernummer is None):
                return 1 if a.dossiernummer is None else -1
            keys = (a.dossiernummer or 0, a.inzending_id), (b.dossiernummer or 0, b.inzending_id)
            return sign * ((keys[0] > keys[1]) - (keys[0] < keys[1]))
        names = (a.schoolnaam, b.schoolnaam) if sort.by == "school" else ("", "")
        left, right = (names[0], a.inzending_id), (names[1], b.inzending_id)
        return sign * ((left > right) - (left < right))

    return compare
