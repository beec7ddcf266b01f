"""Table verplaatsing, and the fence between a move and whatever else makes a version."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from database import deferred, outbox
from database.dossiers import DossierRow, advance_dossier, insert_dossier, lock_dossier, move_dossier
from database.engine import RowRefused, reading, writing
from database.moves import MoveRecord, content_version, find_move, first_undelivered, insert_move, list_moves
from database.outbox_rows import State
from dossier.identifiers import Dossiernummer, HulpvraagId, InzendingId, OmgevingId, OrganisatieId, SwvId

OLD, NEW = SwvId("s1"), SwvId("s2")
HERE, THERE = OrganisatieId("o1"), OrganisatieId("o2")


def new_dossier(connection: Connection) -> DossierRow:
    number = insert_dossier(
        connection,
        omgeving_id=OmgevingId("omg"),
        hulpvraag_id=HulpvraagId("h"),
        swv_id=OLD,
        organisatie_id=HERE,
        inhoud_hash="a",
        created_ms=1,
    )
    found = lock_dossier(connection, number)
    assert found is not None
    return found


def record(number: Dossiernummer, versie: int, **changes: Any) -> MoveRecord:
    made = MoveRecord(
        event_id=InzendingId(f"{versie}" * 32),
        dossiernummer=number,
        versie=versie,
        van_swv_id=OLD,
        van_organisatie_id=HERE,
        naar_swv_id=NEW,
        naar_organisatie_id=THERE,
        actor="iemand",
        toelichting="Verkeerde school",
        at_ms=5,
    )
    return replace(made, **changes)


def test_a_move_takes_the_next_version_and_leaves_the_content_as_it_is(engine: Engine) -> None:
    with writing(engine) as connection:
        row = new_dossier(connection)
        assert move_dossier(connection, row, NEW, THERE) == 2
        assert lock_dossier(connection, row.dossiernummer) == replace(
            row, versie=2, swv_id=NEW, organisatie_id=THERE
        )
        assert lock_dossier(connection, Dossiernummer(row.dossiernummer + 1)) is None


def test_of_a_push_and_a_move_that_saw_the_same_dossier_the_second_is_refused(engine: Engine) -> None:
    with writing(engine) as connection:
        row = new_dossier(connection)
        move_dossier(connection, row, NEW, THERE)
        with pytest.raises(RowRefused):
            advance_dossier(connection, row, "b")
        with pytest.raises(RowRefused):
            move_dossier(connection, row, NEW, THERE)
        moved = lock_dossier(connection, row.dossiernummer)
        assert moved is not None
        advance_dossier(connection, moved, "b")
        with pytest.raises(RowRefused):
            move_dossier(connection, moved, OLD, HERE)


def test_moves_are_found_by_event_and_by_dossier_the_oldest_first(engine: Engine) -> None:
    with writing(engine) as connection:
        number = new_dossier(connection).dossiernummer
        for versie in (4, 2, 3):
            insert_move(connection, record(number, versie))
    with reading(engine) as connection:
        assert [m.versie for m in list_moves(connection, number)] == [2, 3, 4]
        assert find_move(connection, InzendingId("3" * 32)) == record(number, 3)
        assert find_move(connection, InzendingId("5" * 32)) is None
        # 1 and 5 brought content; 2, 3 and 4 are moves.
        assert [content_version(connection, number, v) for v in (1, 2, 3, 4, 5)] == [1, 1, 1, 1, 5]


@pytest.mark.parametrize(
    "second",
    [{"versie": 2, "event_id": InzendingId("9" * 32)}, {"versie": 3, "event_id": InzendingId("2" * 32)}],
    ids=["same version", "same event"],
)
def test_a_version_is_moved_once_and_an_event_is_one_move(engine: Engine, second: dict[str, Any]) -> None:
    with writing(engine) as connection:
        number = new_dossier(connection).dossiernummer
        insert_move(connection, record(number, 2))
    with pytest.raises(RowRefused), writing(engine) as connection:
        insert_move(connection, replace(record(number, 2), **second))


def test_a_move_to_where_it_is_is_no_row(engine: Engine) -> None:
    with writing(engine) as connection:
        number = new_dossier(connection).dossiernummer
    with pytest.raises(RowRefused), writing(engine) as connection:
        insert_move(connection, record(number, 2, naar_organisatie_id=HERE))


def test_what_a_push_of_the_same_group_put_off_is_seen_as_undelivered(engine: Engine) -> None:
    with writing(engine) as connection:
        number = new_dossier(connection).dossiernummer
        deferred.begin(connection)
        assert first_undelivered(connection, number) is None
        event_id = InzendingId("1" * 32)
        outbox.append(connection, event_id=event_id, dossiernummer=number, versie=1, created_ms=1, body=b"x")
        assert first_undelivered(connection, number) == (1, State.WACHTEND)
        outbox.mark_delivered(connection, event_id)
        assert first_undelivered(connection, number) is None
        deferred.end(connection)
