"""What was pushed: found by whatever a person has at hand, through an index, and only by whom it concerns."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from components.statements import record_statements
from database import inzendingen as its
from database.answered import answered_versions
from database.dossiers import DossierRow, advance_dossier, insert_dossier
from database.engine import RowRefused, reading, writing
from database.inzendingen import BijlageRecord, InzendingRecord, insert_inzending
from database.known import look_up
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

A, B = OmgevingId("a"), OmgevingId("b")
REDEN = Reden(code=RedenCode.BIJLAGE_TE_GROOT, veld="v", bijlage=2, waarde=6, grens=5, brin="32DD")


def key(number: int) -> InzendingId:
    return InzendingId(f"{number:032x}")


def put(connection: Connection, number: int, *redenen: Reden, bijlagen: Any = (), **fields: Any) -> None:
    """Inzending `number`; accepted if a dossiernummer is among the fields."""
    accepted = (
        {"versie": 1, "inhoud_hash": "hash", "organisatie_id": "o", "swv_id": "s", "route_rule": "BRIN"}
        if "dossiernummer" in fields
        else {}
    )
    values = {
        "inzending_id": key(number),
        "omgeving_id": A,
        "bericht_id": f"bericht-{number}",
        "hulpvraag_id": f"h{number}",
        "brin": "32DD",
        "schoolnaam": "De Es",
        "naam_hash": "n1",
        "uitkomst": "nieuw" if accepted else "afgewezen",
        "received_ms": number,
        "decided_ms": number,
    }
    insert_inzending(connection, InzendingRecord(**(values | accepted | fields)), bijlagen, redenen)


def dossier(connection: Connection, omgeving: OmgevingId, hulpvraag: str) -> Dossiernummer:
    return insert_dossier(
        connection,
        omgeving_id=omgeving,
        hulpvraag_id=HulpvraagId(hulpvraag),
        swv_id=SwvId("s"),
        organisatie_id=OrganisatieId("o"),
        inhoud_hash="hash",
        created_ms=1,
    )


@pytest.fixture
def filled(engine: Engine) -> Engine:
    with writing(engine) as connection:
        one, two = dossier(connection, A, "h1"), dossier(connection, B, "h1")
        put(connection, 1, dossiernummer=one, bericht_id="x", hulpvraag_id="h1")
        put(connection, 2, REDEN, bericht_id="y", schoolnaam="Basisschool 100%_Zon", brin="")
        put(connection, 3, bericht_id="y", naam_hash="n2")
        put(connection, 4, dossiernummer=two, omgeving_id=B, bericht_id="x", hulpvraag_id="h1", brin="11AA")
        put(connection, 5, dossiernummer=one, uitkomst="dubbel", bericht_id="z")
        put(connection, 6, dossiernummer=one, uitkomst="versie", versie=2, bericht_id="w")
        put(connection, 7, bericht_id="later")
        put(connection, 8, dossiernummer=dossier(connection, A, "h8"), bericht_id="later")
        put(connection, 9, bericht_id="later", omgeving_id=B)
    return engine


def one(record: InzendingRecord | None) -> int | None:
    return int(record.inzending_id, 16) if record else None


@pytest.mark.parametrize(
    ("omgeving", "bericht", "found"),
    [
        (A, "x", 1),
        (B, "x", 4),
        (A, "y", 3),  # rejected twice: the last one
        (A, "later", 8),  # rejected and then accepted
        (B, "later", 9),
        (A, "none", None),
        (OmgevingId("c"), "x", None),
    ],
)
def test_a_berichtid_finds_what_it_was_last_answered_in_its_own_omgeving(
    filled: Engine, omgeving: OmgevingId, bericht: str, found: int | None
) -> None:
    with reading(filled) as connection:
        assert one(its.find_by_bericht(connection, omgeving, BerichtId(bericht))) == found


def test_what_was_accepted_is_found_before_a_rejection_that_came_later(filled: Engine) -> None:
    with writing(filled) as connection:
        put(connection, 10, bericht_id="x")

    with reading(filled) as connection:
        assert one(its.find_by_bericht(connection, A, BerichtId("x"))) == 1


def test_a_dossiernummer_finds_its_last_push_and_only_that_of_its_own_omgeving(filled: Engine) -> None:
    with reading(filled) as connection:
        assert one(its.find_by_dossiernummer(connection, A, Dossiernummer(1))) == 6
        assert one(its.find_by_dossiernummer(connection, B, Dossiernummer(1))) is None
        assert one(its.find_by_dossiernummer(connection, B, Dossiernummer(2))) == 4
        assert one(its.find_original(connection, Dossiernummer(1), 1)) == 1
        assert one(its.find_original(connection, Dossiernummer(1), 2)) == 6
        assert one(its.find_inzending(connection, key(5))) == 5
        assert its.find_inzending(connection, key(99)) is None


def test_redenen_and_bijlagen_come_back_in_their_order(engine: Engine) -> None:
    redenen = [Reden(code=code, veld=code.value.lower()) for code in list(RedenCode)[::-1]] + [REDEN]
    bijlagen = [
        BijlageRecord(positie=2, size_bytes=0, naam_characters=101),
        BijlageRecord(positie=1, size_bytes=5, naam_characters=3, sha256="s", object_id="o"),
    ]
    with writing(engine) as connection:
        put(connection, 1, *redenen, bijlagen=bijlagen)

    with reading(engine) as connection:
        assert its.redenen_of(connection, key(1)) == tuple(redenen)
        assert its.bijlagen_of(connection, key(1)) == bijlagen[::-1]
        assert its.redenen_of(connection, key(2)) == ()


def test_only_who_has_objects_in_storage_needs_them(engine: Engine) -> None:
    kept = BijlageRecord(positie=1, size_bytes=5, naam_characters=3, sha256="s", object_id="o")
    with writing(engine) as connection:
        put(connection, 1, bijlagen=[kept, BijlageRecord(positie=2, size_bytes=1, naam_characters=1)])
        put(connection, 2, bijlagen=[BijlageRecord(positie=1, size_bytes=5, naam_characters=3)])
        put(connection, 3)

    with reading(engine) as connection:
        assert its.with_objects(connection, [key(n) for n in range(1, 6)]) == {key(1)}
        assert its.with_objects(connection, []) == set()


def test_all_that_is_known_of_a_push_is_found_in_one_look(filled: Engine) -> None:
    def known(omgeving: OmgevingId, bericht: str, hulpvraag: str) -> tuple[int | None, int | None]:
        with reading(filled) as connection:
            found = look_up(connection, omgeving, BerichtId(bericht), HulpvraagId(hulpvraag))
        assert found.settings_version == 1
        accepted = int(found.bericht.inzending_id, 16) if found.bericht else None
        return accepted, found.dossier.dossiernummer if found.dossier else None

    assert known(A, "x", "h1") == (1, 1)
    assert known(A, "x", "other") == (1, None)
    assert known(A, "new", "h1") == (None, 1)
    assert known(B, "x", "h1") == (4, 2)
    assert known(A, "y", "new") == (None, None)  # rejected: -1 is not sticky
    assert known(A, "later", "h8") == (8, 3)
    assert known(OmgevingId("c"), "x", "h1") == (None, None)


def test_a_dossier_advances_by_one_and_only_from_where_it_was_seen(engine: Engine) -> None:
    with writing(engine) as connection:
        number = dossier(connection, A, "h")
        seen = DossierRow(
            dossiernummer=number,
            swv_id=SwvId("s"),
            organisatie_id=OrganisatieId("o"),
            versie=1,
            inhoud_hash="hash",
        )
        assert advance_dossier(connection, seen, "next") == 2
        with pytest.raises(RowRefused):
            advance_dossier(connection, seen, "again")
        found = look_up(connection, A, BerichtId("-"), HulpvraagId("h")).dossier
        assert found is not None
        assert (found.versie, found.inhoud_hash) == (2, "next")


def test_every_answered_version_is_told_once_and_says_if_its_event_is_missing(filled: Engine) -> None:
    with reading(filled) as connection:
        told = [(v.dossiernummer, v.versie, v.state) for v in answered_versions(connection)]

    assert told == [(1, 1, None), (1, 2, None), (2, 1, None), (3, 1, None)]


QUERIES = {
    "what is known of a push": lambda c: look_up(c, A, BerichtId("x"), HulpvraagId("h")),
    "by bericht": lambda c: its.find_by_bericht(c, A, BerichtId("x")),
    "by dossiernummer": lambda c: its.find_by_dossiernummer(c, A, Dossiernummer(1)),
    "the original": lambda c: its.find_original(c, Dossiernummer(1), 1),
    "with objects": lambda c: its.with_objects(c, [key(1)]),
    "redenen": lambda c: its.redenen_of(c, key(1)),
}


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_no_search_reads_a_whole_table(engine: Engine, query: Any) -> None:
    statements = record_statements(engine)
    with reading(engine) as connection:
        query(connection)
        sql, values = statements[-1]
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]

    scans = [
        line
        for line in plan
        if line.startswith("SCAN") and "settings_version" not in line and "USING INDEX" not in line
    ]
    assert scans == [], plan


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_nor_on_postgresql(engine: Engine, query: Any) -> None:
    statements = record_statements(engine)
    with reading(engine) as connection:
        query(connection)
        sql, values = statements[-1]
        # The tables are empty, so a scan is cheap: forbidden, it is in the plan only if no index serves.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars().all()

    assert [line for line in plan if "Seq Scan" in line and "settings_version" not in line] == []
