"""What parts of a process ask of its databases while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from sqlalchemy import Connection, Engine

from database import outbox_rows
from database.engine import reading
from dossier.identifiers import InzendingId
from gateway.metrics import OutboxReading


def asking(
    engine: Engine, query: Callable[[Connection, Sequence[InzendingId]], set[InzendingId]]
) -> Callable[[Sequence[InzendingId]], Coroutine[Any, Any, set[InzendingId]]]:
    """`query` for the sweeper: in a thread, in a transaction of its own."""

    def read(ids: Sequence[InzendingId]) -> set[InzendingId]:
        with reading(engine) as connection:
            return query(connection, ids)

    return lambda ids: asyncio.to_thread(read, ids)


def read_outbox(engine: Engine) -> OutboxReading:
    """For the metrics. Raises Unavailable("database")."""
    with reading(engine) as connection:
        return OutboxReading(
            events={state.value: number for state, number in outbox_rows.counts(connection).items()},
            oldest_seconds=outbox_rows.oldest_open_age_ms(connection) / 1000,
        )
