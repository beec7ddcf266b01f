"""An outbox in a database of either dialect, and what fills it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, Engine

from components import outbox_states
from database import outbox, outbox_rows
from database.dossiers import insert_dossier
from database.engine import open_engine, reading, writing
from database.inzendingen import InzendingRecord, insert_inzending
from database.migrate import History
from dossier.identifiers import InzendingId

T = TypeVar("T")


class Box:
    """The outbox, one transaction per call. Its clock is the database's: `age` makes time pass."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._numbers: dict[str, tuple[int, int]] = {}

    def do(self, work: Callable[..., T], *args: Any, **named: Any) -> T:
        with writing(self.engine) as connection:
            return work(connection, *args, **named)

    async def transact(self, work: Callable[[Connection], T]) -> T:
        return self.do(work)

    def add(self, event: str, hulpvraag: str = "") -> InzendingId:
        """Event names are short; ids have 32 characters."""
        event_id = InzendingId(event.ljust(32, "0"))
        self.do(self._insert, event_id, hulpvraag or event)
        return event_id

    def _insert(self, connection: Connection, event_id: InzendingId, hulpvraag: str) -> None:
        number, versie = self._numbers.get(hulpvraag, (0, 0))
        number = number or insert_dossier(
            connection,
            omgeving_id="omg",
            hulpvraag_id=hulpvraag,
            swv_id="swv",
            organisatie_id="org",
            inhoud_hash="h",
            created_ms=1,
        )
        self._numbers[hulpvraag] = (number, versie + 1)
        record = InzendingRecord(
            inzending_id=event_id,
            omgeving_id="omg",
            bericht_id=event_id,
            hulpvraag_id=hulpvraag,
            brin="32DD",
            schoolnaam="",
            naam_hash="",
            uitkomst="nieuw",
            received_ms=1,
            decided_ms=1,
            dossiernummer=number,
            versie=versie + 1,
            inhoud_hash="h" + event_id,
            swv_id="swv",
            organisatie_id="org",
            route_rule="BRIN",
        )
        insert_inzending(connection, record)
        outbox.append(
            connection,
            event_id=event_id,
            dossiernummer=number,
            versie=versie + 1,
            created_ms=1,
            body=event_id.encode(),
        )

    def claim(self, token: str = "t1", lease_ms: int = 60_000, batch: int = 100) -> list[InzendingId]:
        claimed = self.do(outbox.claim, token=token, lease_ms=lease_ms, batch=batch)
        return [c.event_id for c in claimed]

    def publish(self, *events: InzendingId, token: str = "t1") -> list[InzendingId]:
        return self.do(outbox.mark_published, events, token=token, receipt_within_ms=60_000)

    def row(self, event_id: InzendingId) -> outbox_rows.OutboxRow:
        with reading(self.engine) as connection:
            found = outbox_rows.find_event(connection, event_id)
        assert found is not None
        return found

    def states(self) -> dict[str, int]:
        with reading(self.engine) as connection:
            return {s.value: n for s, n in outbox_states.counts(connection).items() if n}

    def moments(self, event_id: InzendingId) -> list[tuple[str, str]]:
        with reading(self.engine) as connection:
            return [
                (m.gebeurtenis.value, m.code) for m in outbox_rows.gebeurtenissen_of(connection, event_id)
            ]

    def age(self, milliseconds: int) -> None:
        """As if that much later."""
        with writing(self.engine) as connection:
            connection.exec_driver_sql(
                f"UPDATE outbox SET due_ms = due_ms - {milliseconds},"
                f" claimed_until_ms = claimed_until_ms - {milliseconds}"
            )


@pytest.fixture
def new_box(new_database: Callable[[History], str]) -> Iterator[Callable[[], Box]]:
    made: list[Box] = []

    def new() -> Box:
        made.append(Box(open_engine(new_database(History.GATEWAY))))
        return made[-1]

    yield new
    for box in made:
        box.engine.dispose()


@pytest.fixture
def box(new_box: Callable[[], Box]) -> Box:
    return new_box()
