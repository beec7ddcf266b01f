"""What a database is asked, to be explained."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, event


def record_statements(engine: Engine) -> list[tuple[str, Any]]:
    """Each statement with its parameters, from now on, as the driver gets it."""
    ran: list[tuple[str, Any]] = []
    event.listen(
        engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, parameters, *_: ran.append((statement, parameters)),
    )
    return ran
