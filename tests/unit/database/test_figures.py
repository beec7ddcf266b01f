"""The counts of the Overzicht are those of a count of every row, also of one SWV."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert

from components.inzendingen import CODES, START, SWVS, Row, make_rows, put, settings
from database import attention, schema
from database.engine import reading, writing
from database.figures import backlog, per_day
from database.inzendingen import InzendingRecord, insert_inzending, tries_of
from database.koppelingen import was_used
from database.search import Stand
from dossier.brin import Brin
from dossier.identifiers import HulpvraagId, InzendingId, KoppelingId, OmgevingId, SwvId
from dossier.reden import Reden, RedenCode
from dossier.timestamps import from_ms, to_ms
from routing.tables import Koppeling, KoppelingStatus

ROWS = make_rows(seed=2, count=70)
BORDERS = [START + timedelta(hours=h) for h in (5, 24, 48, 60)]
ALL_OR_ONE = pytest.mark.parametrize("swv", [None, SWVS[0]], ids=["all", "one SWV"])


@pytest.fixture
def filled(engine: Engine) -> Engine:
    with writing(engine) as connection:
        settings(connection)
        for row in ROWS:
            put(connection, row)
    return engine


def of_swv(swv: SwvId | None) -> list[Row]:
    return [row for row in ROWS if swv is None or row.record.swv_id == swv]


def at(row: Row) -> datetime:
    return from_ms(int(row.record.inzending_id[:12], 16))


@ALL_OR_ONE
def test_each_day_counts_what_came_in_and_what_was_delivered_on_it(filled: Engine, swv: SwvId | None) -> None:
    with reading(filled) as connection:
        days = per_day(connection, BORDERS, swv)

    assert [day.since for day in days] == BORDERS[:-1]
    for day, until in zip(days, BORDERS[1:], strict=True):
        rows = [row for row in of_swv(swv) if day.since <= at(row) < until]
        uitkomsten = Counter(row.record.uitkomst for row in rows)
        assert (day.accepted, day.rejected, day.dubbel) == (
            uitkomsten["nieuw"] + uitkomsten["versie"], uitkomsten["afgewezen"], uitkomsten["dubbel"],
        )  # fmt: skip
        assert day.redenen == Counter(code for row in rows for code in row.redenen)
        # The history of the others retention has taken: only their own row says when it was.
        assert day.delivered == sum(r.stand is Stand.BEZORGD and r.record.bezorgd_ms is None for r in rows)


def test_no_days_are_counted_between_fewer_than_two_borders(filled: Engine) -> None:
    with reading(filled) as connection:
        assert per_day(connection, []) == per_day(connection, BORDERS[:1]) == []


@ALL_OR_ONE
def test_the_backlog_is_what_waits_and_what_is_dead(filled: Engine, swv: SwvId | None) -> None:
    with reading(filled) as connection:
        now = backlog(connection, swv)

    waiting = [row for row in of_swv(swv) if row.stand in (Stand.WACHTEND, Stand.GEPUBLICEERD)]
    dead = [row for row in of_swv(swv) if row.stand is Stand.VASTGELOPEN]
    assert now.waiting == len(waiting)
    assert now.dead == ({"X": len(dead)} if dead else {})
    assert now.oldest_waiting_ms >= 0


def push(connection: Connection, hour: int, code: RedenCode | None, **fields: Any) -> InzendingId:
    """One of school De Es at that hour: refused for `code`, or accepted."""
    at_ms = to_ms(START + timedelta(hours=hour))
    key = InzendingId(f"{at_ms:012x}".ljust(32, "0"))
    values: dict[str, Any] = {
        "inzending_id": key, "omgeving_id": "omg-a", "bericht_id": f"b{hour}", "hulpvraag_id": "h",
        "brin": "11AA", "schoolnaam": "De Es", "naam_hash": "n", "uitkomst": "afgewezen",
        "received_ms": at_ms, "decided_ms": at_ms, "swv_id": SWVS[0],
    }  # fmt: skip
    if code is None:
        row = {
            "omgeving_id": "omg-a",
            "hulpvraag_id": f"h{hour}",
            "swv_id": SWVS[0],
            "organisatie_id": "o-11AA",
        }
        number = connection.execute(
            insert(schema.dossier)
            .values(**row, versie=1, inhoud_hash="h", created_ms=1)
            .returning(schema.dossier.c.dossiernummer)
        ).scalar_one()  # fmt: skip
        values |= {"uitkomst": "nieuw", "dossiernummer": number, "versie": 1, "inhoud_hash": "h"}
        values |= {"organisatie_id": "o-11AA", "route_rule": "BRIN"}
    redenen = [Reden(code=code, veld="")] if code is not None else []
    insert_inzending(connection, InzendingRecord(**(values | fields)), redenen=redenen)
    return key


@pytest.mark.parametrize(
    ("hours", "found"),
    [
        ([("A", 1), ("A", 2), ("A", 3)], [("A", 3, 3)]),
        ([("A", 1), ("A", 2)], []),
        ([("A", 1), ("B", 2), ("A", 3), ("B", 4)], []),
        ([("A", 1), ("A", 2), ("A", 3), ("-", 4)], []),  # accepted since
        ([("A", 1), ("-", 2), ("A", 3), ("A", 4)], [("A", 3, 4)]),
        ([("A", -30), ("A", -20), ("A", 3)], []),  # before the period
        ([("A", 1), ("B", 2), ("A", 3), ("B", 4), ("A", 5), ("B", 6)], [("B", 3, 6), ("A", 3, 5)]),
    ],
)
def test_a_school_is_stuck_that_got_one_reden_three_times_and_no_number_since(
    engine: Engine, hours: list[tuple[str, int]], found: list[tuple[str, int, int]]
) -> None:
    codes = {"A": CODES[0], "B": CODES[1], "-": None}
    with writing(engine) as connection:
        settings(connection)
        keys = {hour: push(connection, hour, codes[letter]) for letter, hour in hours}
    with reading(engine) as connection:
        stuck = attention.stuck_schools(connection, START)
        assert attention.stuck_schools(connection, START, SWVS[0]) == stuck
        assert attention.stuck_schools(connection, START, SWVS[1]) == []

    assert [(s.code, s.times, s.last) for s in stuck] == [(codes[c], n, keys[last]) for c, n, last in found]
    assert all((s.brin, s.schoolnaam, s.omgeving_id) == ("11AA", "De Es", "omg-a") for s in stuck)


def test_a_school_that_sent_no_brin_is_not_stuck_once_it_is_accepted_with_one(engine: Engine) -> None:
    with writing(engine) as connection:
        settings(connection)
        for hour in (1, 2, 3):
            push(connection, hour, CODES[0], brin="")
    with reading(engine) as connection:
        assert len(attention.stuck_schools(connection, START)) == 1
    with writing(engine) as connection:
        push(connection, 4, None)
    with reading(engine) as connection:
        assert attention.stuck_schools(connection, START) == []


def test_a_koppeling_is_used_by_what_its_schools_send_from_its_omgeving(engine: Engine) -> None:
    used, unused, asked, other, fresh = (KoppelingId(f"k-{n}") for n in range(5))
    with writing(engine) as connection:
        settings(connection)
        for key, brin, status, omgeving, changed in (
            (used, "11AA", "actief", "omg-a", 1), (unused, "22BB", "actief", "omg-a", 1),
            (asked, "33CC", "aangevraagd", "omg-a", 1), (other, "11AA", "actief", "omg-b", 1),
            (fresh, "44DD", "actief", "omg-a", to_ms(START)),
        ):  # fmt: skip
            connection.execute(
                insert(schema.koppeling).values(
                    koppeling_id=key, omgeving_id=omgeving, swv_id=SWVS[0], status=status, changed_ms=changed
                )
            )
            connection.execute(
                insert(schema.koppeling_brin).values(omgeving_id=omgeving, brin=brin, koppeling_id=key)
            )
        push(connection, 1, CODES[0])
        last = push(connection, 2, None)
    with reading(engine) as connection:
        assert attention.last_used(connection, [used, unused, other]) == {used: last}
        assert attention.last_used(connection, []) == {}
        assert attention.unused_koppelingen(connection, START) == [unused, other]
        assert attention.unused_koppelingen(connection, START, SWVS[1]) == []


def test_a_koppeling_was_used_by_a_dossier_also_for_a_brin_that_it_has_no_more(engine: Engine) -> None:
    used, other = (
        Koppeling(
            koppeling_id=KoppelingId(key),
            omgeving_id=OmgevingId("omg-a"),
            swv_id=SWVS[0],
            status=KoppelingStatus.ACTIEF,
            brins=frozenset({Brin("22BB")}),
        )
        for key in ("k-1", "k-2")
    )
    with writing(engine) as connection:
        settings(connection)
        push(connection, 1, CODES[0], brin="22BB")  # a rejection is no dossier
        assert not was_used(connection, used)
        push(connection, 2, None, koppeling_id="k-1")
        assert was_used(connection, used)
        assert not was_used(connection, other)


def test_the_tries_of_a_hulpvraag_are_those_of_its_own_omgeving_the_oldest_first(engine: Engine) -> None:
    with writing(engine) as connection:
        settings(connection)
        keys = [push(connection, hour, CODES[0]) for hour in (3, 1, 2)]
        push(connection, 4, CODES[0], omgeving_id="omg-b")
        push(connection, 5, CODES[0], hulpvraag_id="other")
    with reading(engine) as connection:
        found = tries_of(connection, OmgevingId("omg-a"), HulpvraagId("h"))

    assert [record.inzending_id for record in found] == sorted(keys)
