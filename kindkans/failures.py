"""How often an event failed that is not in the inbox yet, kept so that the count survives a restart."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, update

from database.deferred import flush_marked, write
from database.engine import INSERT, now_ms
from dossier.identifiers import InzendingId
from kindkans.schema import mislukking

_TAKE_BACK = (
    update(mislukking)
    .where(mislukking.c.event_id == bindparam("id"), mislukking.c.tries > 0)
    .values(tries=mislukking.c.tries - 1)
)
_FORGET = delete(mislukking).where(mislukking.c.event_id == bindparam("id"))


def count_failure(connection: Connection, event_id: InzendingId) -> int:
    """One failure more of this event, or a beginning that may become one; returns how many there are."""
    flush_marked(connection, event_id)
    row = {"event_id": event_id, "tries": 1, "last_ms": now_ms()}
    statement = INSERT[connection.dialect.name](mislukking).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=[mislukking.c.event_id],
        set_={"tries": mislukking.c.tries + 1, "last_ms": now_ms()},
    )
    tries: int = connection.execute(statement.returning(mislukking.c.tries)).scalar_one()
    return tries


def take_back_failure(connection: Connection, event_id: InzendingId) -> None:
    """One beginning less: it ended well, or for another's fault."""
    connection.execute(_TAKE_BACK, {"id": event_id})


def forget_failures(connection: Connection, event_id: InzendingId) -> None:
    """Under a committer at the end of its group (database/deferred.py)."""
    write(connection, _FORGET, [{"id": event_id}], event_id)
