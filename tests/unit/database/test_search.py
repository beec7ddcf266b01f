"""A search finds what a look at every row finds, page by page, whichever of its two ways it takes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from components.inzendingen import CODES, START, SWVS, expected, make_rows, put, settings
from components.statements import record_statements
from database import search_conditions
from database.engine import reading, writing
from database.search import (
    BadCursor,
    Cursor,
    Filter,
    Found,
    Query,
    Sort,
    Stand,
    parse_cursor,
    search,
    understand,
)
from dossier.identifiers import InzendingId, OmgevingId, SwvId

ROWS = make_rows(seed=1, count=70)
TEXTS = (
    "de es", "ES", "hasselt", "ecole", "gravenhage", "zonneschool", "regenboog hasselt", "100%_",
    "%", "_", "stichting",
    "noord", "xyzzy",
    "' OR 1=1 --", "11AA", "22bb00", "3", "99999", "9" * 30, "²", ROWS[9].record.bericht_id.upper(),
    ROWS[12].record.inzending_id,
)  # fmt: skip
FILTERS: dict[str, Filter] = {
    "all": Filter(),
    **{f"stand {stand}": Filter(stand=stand) for stand in Stand},
    **{f"reden {code}": Filter(reden=code) for code in CODES},
    **{f"box {text}": Filter(query=understand(text)) for text in TEXTS},
    "surname": Filter(query=Query(naam_hash="n2")),
    "surname or name": Filter(query=understand("zon").with_naam_hash("n1")),
    "swv": Filter(swv_id=SWVS[1]),
    "an own swv": Filter(visible_to=SWVS[0]),
    "an own swv and another's": Filter(visible_to=SWVS[0], swv_id=SWVS[1]),
    "an own swv and a school": Filter(visible_to=SWVS[1], query=understand("hasselt")),
    "an own swv, a school, a stand": Filter(
        visible_to=SWVS[1], query=understand("hasselt"), stand=Stand.BEZORGD
    ),
    "swv and reden": Filter(swv_id=SWVS[1], reden=CODES[0]),
    "omgeving": Filter(omgeving_id=OmgevingId("omg-a")),
    "a period": Filter(from_=START + timedelta(hours=10), to=START + timedelta(hours=30)),
    "an empty period": Filter(from_=START + timedelta(hours=30), to=START + timedelta(hours=30)),
    "everything at once": Filter(
        query=understand("de").with_naam_hash("n1"), reden=CODES[0], stand=Stand.AFGEWEZEN, swv_id=SWVS[0],
        omgeving_id=OmgevingId("omg-a"), from_=START, to=START + timedelta(hours=60), visible_to=SWVS[0],
    ),
}  # fmt: skip
FEW_OR_MANY = pytest.mark.parametrize("few", [search_conditions.FEW, 0], ids=["gathered", "walked"])


@pytest.fixture
def filled(engine: Engine) -> Engine:
    with writing(engine) as connection:
        settings(connection)
        for row in ROWS:
            put(connection, row)
    return engine


def ids(rows: Any) -> list[InzendingId]:
    return [row.record.inzending_id for row in rows]


def walk(connection: Connection, filter_: Filter, sort: Sort, limit: int) -> list[tuple[Found, ...]]:
    """All pages forwards; each but the first says how to come back to the one before it."""
    pages: list[tuple[Found, ...]] = []
    cursor = None
    while True:
        page = search(connection, filter_, sort, cursor, limit)
        if pages:
            assert page.previous_cursor is not None
            back = search(connection, filter_, sort, parsed(page.previous_cursor, sort), limit)
            assert back.rows == pages[-1]
            assert (back.previous_cursor is None) is (len(pages) == 1)
            assert back.next_cursor is not None
        else:
            assert page.previous_cursor is None
        pages.append(page.rows)
        if page.next_cursor is None:
            return pages
        cursor = parsed(page.next_cursor, sort)


def parsed(text: str, sort: Sort) -> Cursor:
    cursor = parse_cursor(text, sort)
    assert not isinstance(cursor, BadCursor)
    return cursor


@FEW_OR_MANY
def test_a_search_finds_what_a_look_at_every_row_finds(
    filled: Engine, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_conditions, "FEW", few)
    with reading(filled) as connection:
        for name, filter_ in FILTERS.items():
            for sort in Sort:
                found = search(connection, filter_, sort, limit=100).rows
                assert ids(found) == ids(expected(ROWS, filter_, sort)), (name, sort)


@FEW_OR_MANY
@pytest.mark.parametrize("name", ["all", "box hasselt", "an own swv", "surname or name", "box xyzzy"])
def test_pages_forwards_and_backwards_are_all_rows_once(
    filled: Engine, name: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_conditions, "FEW", few)
    with reading(filled) as connection:
        for sort in Sort:
            for limit in (1, 7, 35):
                pages = walk(connection, FILTERS[name], sort, limit)
                assert ids(row for page in pages for row in page) == ids(
                    expected(ROWS, FILTERS[name], sort)
                ), (sort, limit)


def test_a_row_of_the_list_says_all_that_it_shows(filled: Engine) -> None:
    with reading(filled) as connection:
        found = {f.record.inzending_id: f for f in search(connection, limit=100).rows}

    for row in ROWS:
        shown = found[row.record.inzending_id]
        assert shown.record == row.record
        assert shown.stand is row.stand
        assert shown.redenen == row.redenen
        assert bool(shown.organisatie) is (row.record.organisatie_id is not None)
        assert shown.omgeving == f"Stichting {'Noord' if row.record.omgeving_id == 'omg-a' else 'Zuid'}"


@pytest.mark.parametrize("sort", list(Sort))
def test_rows_that_come_in_meanwhile_make_none_appear_twice_or_go_missing(engine: Engine, sort: Sort) -> None:
    before, later = ROWS[:30], iter(ROWS[30:])
    with writing(engine) as connection:
        settings(connection)
        for row in before:
            put(connection, row)
    seen: list[InzendingId] = []
    cursor: Cursor | None = None
    while True:
        with writing(engine) as connection:
            if (row := next(later, None)) is not None:
                put(connection, row)
        with reading(engine) as connection:
            page = search(connection, sort=sort, cursor=cursor, limit=4)
        seen += ids(page.rows)
        if page.next_cursor is None:
            break
        cursor = parsed(page.next_cursor, sort)

    assert len(seen) == len(set(seen))
    assert set(ids(before)) <= set(seen)


@pytest.mark.parametrize("own", SWVS)
def test_nothing_of_another_swv_is_ever_seen_whatever_is_asked(filled: Engine, own: SwvId) -> None:
    foreign = next(r for r in ROWS if r.record.swv_id not in (own, None) and r.record.dossiernummer)
    queries = [understand(text) for text in TEXTS] + [
        Query(naam_hash=foreign.record.naam_hash),
        Query(inzending_id=foreign.record.inzending_id),
        Query(dossiernummer=foreign.record.dossiernummer),
    ]
    with reading(filled) as connection:
        for query in queries:
            for sort in Sort:
                made_up = Cursor(
                    sort=sort,
                    key={"ontvangen": None, "dossiernummer": 1, "school": "A"}[sort.by],
                    inzending_id=foreign.record.inzending_id,
                    backwards=False,
                )
                for cursor in (None, made_up):
                    for row in search(connection, Filter(query=query, visible_to=own), sort, cursor).rows:
                        assert row.record.swv_id == own


def test_a_page_costs_as_many_statements_however_many_rows_it_has(filled: Engine) -> None:
    def cost(filter_: Filter, limit: int) -> int:
        before = len(statements)
        with reading(filled) as connection:
            search(connection, filter_, Sort.SCHOOL_ASC, limit=limit)
        return len(statements) - before

    statements = record_statements(filled)
    for name, filter_ in FILTERS.items():
        assert cost(filter_, 1) == cost(filter_, 100) <= 10, name


def test_a_cursor_of_another_sort_is_a_mistake_of_the_caller(filled: Engine) -> None:
    cursor = Cursor(sort=Sort.SCHOOL_ASC, key="x", inzending_id=ROWS[0].record.inzending_id, backwards=False)
    with reading(filled) as connection, pytest.raises(ValueError, match="goes with its sort"):
        search(connection, sort=Sort.SCHOOL_DESC, cursor=cursor)


def test_after_the_last_row_is_an_empty_page_without_a_way_on(filled: Engine) -> None:
    cursor = Cursor(sort=Sort.ONTVANGEN_DESC, key=None, inzending_id=InzendingId("0" * 32), backwards=False)
    with reading(filled) as connection:
        page = search(connection, cursor=cursor)

    assert (page.rows, page.next_cursor, page.previous_cursor) == ((), None, None)
