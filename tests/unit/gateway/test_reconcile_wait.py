"""The reconciliation on real databases, while both move on; and what `--wait` waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from database import outbox, outbox_rows
from database.answered import answered_versions
from database.dossiers import insert_dossier
from database.engine import now_ms, open_engine, writing
from database.inzendingen import InzendingRecord, insert_inzending
from database.migrate import History
from dossier.identifiers import Dossiernummer, InzendingId
from gateway.commands import submissions
from gateway.commands.submissions import run_reconcile, wait_for_open
from gateway.settings import Settings, read_settings
from kindkans import schema as store_schema
from kindkans.queries import held_versions


class Two:
    """The databases of gateway and store, with dossiers that were answered and held without a relay."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.gateway = open_engine(settings.gateway_database)
        self.store = open_engine(settings.kindkans_database)

    def answer(self, number: int, *, ago_ms: int = 0) -> InzendingId:
        event_id = InzendingId(f"{number:032x}")
        with writing(self.gateway) as connection:
            now = connection.execute(select(now_ms())).scalar_one() - ago_ms
            dossiernummer = insert_dossier(
                connection, omgeving_id="o", hulpvraag_id=event_id, swv_id="s", organisatie_id="org",
                inhoud_hash="h", created_ms=now,
            )  # fmt: skip
            assert dossiernummer == number
            record = InzendingRecord(
                inzending_id=event_id, omgeving_id="o", bericht_id=event_id, hulpvraag_id=event_id,
                brin="32DD", schoolnaam="", naam_hash="", uitkomst="nieuw", received_ms=now,
                decided_ms=now, dossiernummer=dossiernummer, versie=1, inhoud_hash="h", swv_id="s",
                organisatie_id="org", route_rule="BRIN",
            )  # fmt: skip
            insert_inzending(connection, record)
            outbox.append(
                connection, event_id=event_id, dossiernummer=dossiernummer, versie=1, created_ms=now, body=b""
            )
        return event_id

    def hold(self, number: int) -> None:
        with writing(self.store) as connection:
            _hold(connection, number)

    def confirm(self, event_id: InzendingId) -> None:
        with writing(self.gateway) as connection:
            outbox.mark_delivered(connection, event_id)


def _hold(connection: Connection, number: int) -> None:
    event_id = f"{number:032x}"
    rows = {
        store_schema.inbox: {"event_id": event_id, "received_ms": 1},
        store_schema.dossier: {
            "dossiernummer": number, "swv_id": "s", "organisatie_id": "org", "status": "aanmelding",
            "huidige_versie": 1,
        },
        store_schema.versie: {
            "dossiernummer": number, "versie": 1, "event_id": event_id, "key_id": "k", "nonce": b"",
            "ciphertext": b"", "inhoud_hash": "h", "received_ms": 1,
        },
    }  # fmt: skip
    for table, row in rows.items():
        connection.execute(insert(table).values(row))


@pytest.fixture
def two(new_database: Callable[[History], str], tmp_path: Path) -> Iterator[Two]:
    settings = read_settings(
        data_folder=tmp_path,
        database_url=new_database(History.GATEWAY),
        kindkans_database_url=new_database(History.KINDKANS),
        receipt_within_seconds=300,
    )
    two = Two(settings)
    yield two
    two.gateway.dispose()
    two.store.dispose()


def test_what_is_young_is_under_way_and_what_is_old_is_a_difference(two: Two) -> None:
    two.answer(1)
    young = run_reconcile(two.settings)
    two.answer(2, ago_ms=301_000)
    old = run_reconcile(two.settings)

    assert (young.answered, young.under_way, young.sound) == (1, 1, True)
    assert [(d.kind, d.dossiernummer) for d in old.differences] == [("ONDERWEG", 2)]


def test_what_is_answered_and_delivered_between_the_looks_is_no_difference(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        event_id = two.answer(number)
        two.hold(number)
        two.confirm(event_id)

    def held_after_another_came(connection: Connection) -> Iterator[object]:
        event_id = two.answer(3)
        two.hold(3)
        two.confirm(event_id)
        yield from held_versions(connection)

    monkeypatch.setattr(submissions, "held_versions", held_after_another_came)
    report = run_reconcile(two.settings)

    assert report.proven
    assert (report.answered, report.held) == (2, 2)
    monkeypatch.undo()
    assert run_reconcile(two.settings).answered == 3


def test_each_look_sees_one_state_while_it_is_read(two: Two) -> None:
    for number in range(1, 4):
        two.answer(number)
    with ExitStack() as stack:
        rows = submissions._look(stack, two.gateway, answered_versions)
        two.answer(4)
        assert [r.dossiernummer for r in rows] == [Dossiernummer(n) for n in (1, 2, 3)]


def test_waiting_is_for_what_is_open_now_and_not_for_what_comes_in_meanwhile(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = threading.Event()
    look = outbox_rows.newest_open_ms

    def first_look(connection: Connection) -> int | None:
        found = look(connection)
        looked.set()
        return found

    monkeypatch.setattr(outbox_rows, "newest_open_ms", first_look)
    first = two.answer(1, ago_ms=5_000)
    waiting = threading.Thread(target=wait_for_open, args=(two.settings, 60))
    waiting.start()
    assert looked.wait(30)
    two.answer(2, ago_ms=-5_000)  # newer than any that was open
    waiting.join(0.3)
    assert waiting.is_alive()

    two.confirm(first)
    waiting.join(30)

    assert not waiting.is_alive()
    assert run_reconcile(two.settings).answered == 2


def test_waiting_ends_at_once_when_nothing_is_open_and_when_time_is_up(two: Two) -> None:
    wait_for_open(two.settings, 600)
    two.answer(1)
    wait_for_open(two.settings, 0.2)

    assert run_reconcile(two.settings).under_way == 1
