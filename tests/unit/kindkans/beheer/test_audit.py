"""The store's audit: every action has words, and who is of one SWV reads nothing of another."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from database.audit import write_audit
from kindkans.dossiers.recording import Daad
from kindkans.pages.audit_words import ACTIONS, Groep, actions_of, words_of_action
from kindkans.rights.audit import Kind
from unit.kindkans.beheer.conftest import TODAY, Browser, Desk, Visitor, fout_at, plain
from unit.kindkans.rights.conftest import put_vergadering

ROOT = Path(__file__).parents[4]


def _written(tree: ast.AST) -> Iterator[str]:
    """The action of each call of write_audit and of the `_audit`s around it, where it is a plain word."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("write_audit", "_audit"):
            given = [k.value for k in node.keywords if k.arg == "action"] or node.args[1:3]
            yield from (v.value for v in given if isinstance(v, ast.Constant) and isinstance(v.value, str))


def test_every_action_that_is_written_has_words() -> None:
    found = {str(daad) for daad in Daad}
    for path in (file for folder in ("kindkans", "web") for file in (ROOT / folder).rglob("*.py")):
        found.update(_written(ast.parse(path.read_text(encoding="utf-8"))))
    assert {"dossier_seen", "rol_changed", "login", "api_key_added", "uitleg_asked"} <= found
    assert not found - set(ACTIONS), "give it words and a kind in kindkans/pages/audit_words.py"
    assert not set(ACTIONS) - found
    assert not any("notitie" in action for action in ACTIONS)


def test_every_group_has_actions_and_an_unknown_action_is_shown_as_it_is() -> None:
    assert all(actions_of(groep) for groep in Groep)
    assert {action.kind for action in ACTIONS.values()} == set(Kind)
    assert words_of_action("some_new_thing") == "some_new_thing"


SUBJECTS = {  # of each kind: one of s1, one of s2
    "dossier_seen": ("1", "3"),
    "tlv_added": ("2", "3"),
    "vergadering_changed": ("va", "vb"),
    "vergadering_removed": ("weg-a", "weg-b"),
    "account_renamed": ("lokaal:anna", "lokaal:carla"),
    "organisatie_renamed": ("o1", "o3"),
    "uitleg_asked": ("1", "3"),
}


@pytest.fixture
def rows(desk: Desk) -> None:
    anna = desk.make("anna", organisatie="o1")
    desk.make("carla", swv="s2", organisatie="o3")
    desk.do(put_vergadering, "va", [1], anna.account_id, TODAY)
    desk.do(put_vergadering, "vb", [3], anna.account_id, TODAY)
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE vergadering SET swv_id = 's2' WHERE vergadering_id = 'vb'")
    for action, subjects in SUBJECTS.items():
        for subject, swv in zip(subjects, ("s1", "s2"), strict=True):
            detail = f"swv={swv}" if action == "vergadering_removed" else f"detail-{swv}"
            desk.do(write_audit, actor=f"lokaal:doer-{swv}", action=action, subject=subject, detail=detail)
    for actor in ("anna", "carla"):
        desk.do(write_audit, actor=f"lokaal:{actor}", action="surname_searched", subject="dossiers")
    desk.do(write_audit, actor="lokaal:root", action="rol_changed", subject="loket", detail="x")


def lines(page: str) -> int:
    return page.count('<td data-label="Moment">')


@pytest.mark.usefixtures("rows")
async def test_who_is_of_one_swv_reads_the_rows_of_its_dossiers_accounts_and_organisaties(
    desk: Desk, visitor: Visitor
) -> None:
    baas = visitor(desk.make("baas", "applicatiebeheerder"))
    page = await baas.page("/audit")
    told = plain(page)
    assert "detail-s2" not in told
    assert "doer-s2" not in told
    assert "lokaal:anna Op achternaam van een leerling gezocht" in told
    assert "carla" not in told
    assert "Rol of haar rechten" not in told
    assert told.count("lokaal:doer-s1") == len(SUBJECTS)
    for action, (mine, other) in SUBJECTS.items():
        assert words_of_action(action) in told
        assert f"<code>{mine}</code>" in page
        assert lines(await baas.page(f"/audit?waarvan={other}")) == 0
    root = visitor(desk.make("root", "root", None))
    told = plain(await root.page("/audit"))
    assert "Rol of haar rechten gewijzigd" in told
    assert told.count("lokaal:doer-s2") == len(SUBJECTS)


@pytest.mark.usefixtures("rows")
async def test_a_role_with_the_right_and_without_swv_that_is_not_super_reads_nothing(
    desk: Desk, visitor: Visitor
) -> None:
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO systeemrecht VALUES ('behandelaar', 'audit')")
    gast = visitor(desk.make("gast", "behandelaar", None))
    assert "Er is niets gevonden" in await gast.page("/audit")


@pytest.mark.usefixtures("rows")
async def test_it_is_filtered_by_who_dossier_kind_and_period(desk: Desk, visitor: Visitor) -> None:
    root: Browser = visitor(desk.make("root", "root", None))
    assert lines(await root.page("/audit?wie=doer-s1")) == len(SUBJECTS)
    assert lines(await root.page("/audit?waarvan=2")) == 1
    assert lines(await root.page("/audit?groep=BEKEKEN")) == 4
    assert lines(await root.page("/audit?wie=doer-s1&van=2020-01-01&tot=2020-12-31")) == 0
    assert lines(await root.page("/audit?wie=doer-s1&van=2020-01-01")) == len(SUBJECTS)
    wrong = await root.get("/audit?van=gisteren&tot=2020-13-01&groep=X")
    assert wrong.status_code == 422
    assert all(fout_at(wrong.text, field) for field in ("van", "tot", "groep"))
    reversed_ = await root.get("/audit?van=2026-02-02&tot=2026-02-01")
    assert "ligt voor de eerste" in fout_at(reversed_.text, "tot")


async def test_it_is_read_page_by_page(desk: Desk, visitor: Visitor) -> None:
    for _ in range(60):
        desk.do(write_audit, actor="a", action="dossier_seen", subject="1")
    root = visitor(desk.make("root", "root", None))
    first = await root.page("/audit?wie=a")
    assert lines(first) == 50
    older = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert lines(await root.page(older)) == 10


async def test_it_is_for_who_has_the_right(desk: Desk, visitor: Visitor) -> None:
    assert (await visitor(desk.make("lot", "loket")).get("/audit")).status_code == 403
