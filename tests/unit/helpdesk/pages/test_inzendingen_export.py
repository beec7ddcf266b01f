"""The list as a file: the same rows, no formula, an end that says so, and a trace."""

from __future__ import annotations

import csv
import io
import re

import pytest

from components.intake_world import World
from database.engine import reading
from helpdesk.desk import Desk
from helpdesk.pages import inzendingen, zoekvraag
from helpdesk.roles import Person, Role
from unit.helpdesk.pages.conftest import Visitor
from unit.helpdesk.pages.listed import Push, of_both

HELPDESK = Person(actor="lokaal:h", naam="H", role=Role.HELPDESK)


def rows_of(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))


async def test_the_export_has_the_rows_of_the_list_and_leaves_a_trace(
    visitor: Visitor, pushed: Push, world: World
) -> None:
    a, _ = await of_both(pushed)
    refused = await pushed('De; "Es"', achternaam="", brin="zz")
    browser = visitor(Role.HELPDESK)
    response = await browser.get("/inzendingen.csv?swv=swv-a&zoek=es&sorteer=ontvangen")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="inzendingen-\d{4}-\d\d-\d\d\.csv"', response.headers["content-disposition"]
    )
    assert response.headers["cache-control"] == "no-store"
    rows = rows_of(response.content.decode())
    assert rows[0][:3] == ["Ontvangen", "School", "BRIN"]
    assert [row[-1] for row in rows[1:]] == [a, refused]
    assert rows[2][1] == 'De; "Es"'
    assert rows[2][4:6] == ["geen (-1)", "Afgewezen (-1)"]
    assert response.text.count("\r\n") == 3
    (row,) = world.rows("SELECT actor, subject, detail FROM audit WHERE action = 'export_inzendingen'")
    assert row == ("lokaal:pietje helpdesk", "inzendingen", "swv=swv-a zoek=woorden")


@pytest.mark.parametrize("naam", ["=1+1", "+31", "-2", "@SUM(A1)", "=cmd|' /C calc'!A0"])
async def test_no_cell_of_the_export_is_a_formula(visitor: Visitor, pushed: Push, naam: str) -> None:
    await pushed(naam)
    rows = rows_of((await visitor(Role.HELPDESK).get("/inzendingen.csv")).content.decode())
    assert rows[1][1] == f"'{naam}"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


async def test_an_export_that_is_cut_off_says_so_in_its_last_row(
    visitor: Visitor, pushed: Push, desk: Desk
) -> None:
    for _ in range(3):
        await pushed()
    vraag = zoekvraag.read(lambda name: "", HELPDESK)

    def exported(most: int, at_once: int) -> list[tuple[object, ...]]:
        with reading(desk.engine) as connection:
            first = inzendingen.search(connection, vraag.filter, vraag.sort, None, at_once)
        return list(inzendingen.export_rows(desk.engine, vraag, first, most))

    assert len(exported(3, 3)) == len(exported(4, 1)) == len(exported(3, 1)) == 3
    for at_once in (1, 2, 3):
        *rows, last = exported(2, at_once)
        assert len(rows) == 2
        assert "Dit zijn de eerste 2 inzendingen; er zijn er meer." in str(last[0])
