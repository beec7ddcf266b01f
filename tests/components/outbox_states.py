"""How many events of the outbox are in each state, delivered ones too: what only tests ask."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from database.outbox_rows import State
from database.schema import outbox


def counts(connection: Connection) -> dict[State, int]:
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    found = {State(state): n for state, n in connection.execute(query)}
    return {state: found.get(state, 0) for state in State}
