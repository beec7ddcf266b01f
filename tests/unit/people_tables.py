"""Two SWVs, and a way to let the database's clock seem later: rows are moved back instead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from database.engine import writing
from database.schema import account, login_mislukking, sessie, swv
from dossier.identifiers import SwvId

S1, S2 = SwvId("s1"), SwvId("s2")

Later = Callable[[timedelta], None]
Do = Callable[..., Any]

_MOMENTS = {sessie: ("created_ms", "seen_ms"), login_mislukking: ("last_ms",), account: ("changed_ms",)}


@pytest.fixture
def swvs(engine: Engine) -> Engine:
    with writing(engine) as connection:
        connection.execute(insert(swv), [{"swv_id": S1, "naam": "Een"}, {"swv_id": S2, "naam": "Twee"}])
    return engine


@pytest.fixture
def later(engine: Engine) -> Later:
    """Lets all that was written be that much longer ago."""

    def move(duration: timedelta) -> None:
        milliseconds = duration // timedelta(milliseconds=1)
        with writing(engine) as connection:
            for table, columns in _MOMENTS.items():
                connection.execute(update(table).values({c: table.c[c] - milliseconds for c in columns}))

    return move


@pytest.fixture
def do(swvs: Engine) -> Do:
    """Calls a function with a write transaction of its own before the other arguments."""

    def run(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        with writing(swvs) as connection:
            return function(connection, *arguments, **named)

    return run
