"""Audit: who saw or did what, found by person, subject, sort and period; nothing of another SWV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import insert

from components.intake_world import World
from components.statements import record_statements
from database.audit import write_audit
from database.audit_search import AuditFilter, find_audit
from database.engine import reading, writing
from database.organisaties import Swv
from database.schema import account, audit, sessie
from dossier.identifiers import SwvId
from dossier.timestamps import to_ms, utc_now
from helpdesk import administration as admin
from helpdesk.audit_words import ACTIONS, KINDS
from helpdesk.roles import Role
from unit.conftest import MakeDossier
from unit.helpdesk.pages.conftest import Browser, Visitor

Written = Callable[..., None]


@pytest.fixture
def written(world: World) -> Written:
    """One audit row of somebody's."""

    def write(action: str, subject: str, actor: str = "lokaal:anna", detail: str = "") -> None:
        with writing(world.engine) as connection:
            write_audit(connection, actor=actor, action=action, subject=subject, detail=detail)

    return write


def rows_of(html: str) -> list[list[str]]:
    """The cells of each row, as they are read."""
    found = re.findall(r"<tr>(.*?)</tr>", html.partition("<tbody>")[2], re.S)
    return [
        [
            " ".join(unescape(re.sub(r"<[^>]+>", "", cell)).split())
            for cell in re.findall(r"<td.*?</td>", row, re.S)
        ]
        for row in found
    ]


async def subjects(browser: Browser, query: str = "") -> list[str]:
    return [row[3] for row in rows_of(await browser.page(f"/audit?{query}"))]


async def export(browser: Browser, query: str = "") -> list[list[str]]:
    response = await browser.get(f"/audit.csv?{query}")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"].startswith('attachment; filename="audit-')
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), delimiter=";"))


# Finding ----------------------------------------------------------------------------------------


async def test_a_row_says_who_did_what_to_what_in_dutch(
    world: World, visitor: Visitor, written: Written
) -> None:
    written("organisatie_saved", "es", detail="swv=swv-a brin=32DD")
    html = await visitor(Role.BEHEERDER).page("/audit")
    first = rows_of(html)[0]
    assert first[1:] == ["lokaal:anna", "Organisatie toegevoegd of gewijzigd", "es", "swv=swv-a brin=32DD"]
    assert 'href="/beheer/organisaties/es"' in html
    assert 'href="/beheer/organisaties/es"' not in await visitor(Role.AUDITOR).page("/audit")


@pytest.mark.parametrize("wie", ["anna", "ANNA", "lokaal:anna"])
async def test_a_person_is_found_by_name_with_or_without_how_they_log_in(
    world: World, visitor: Visitor, written: Written, wie: str
) -> None:
    written("login", "lokaal:anna")
    written("login", "oidc:anna-2", actor="oidc:anna-2")
    browser = visitor(Role.AUDITOR)
    assert await subjects(browser, f"wie={wie}") == ["lokaal:anna"]
    assert await subjects(browser, "wie=anna-2") == ["oidc:anna-2"]


async def test_a_dossiernummer_finds_what_was_done_to_its_inzendingen_too(
    world: World, visitor: Visitor, written: Written, make_dossier: MakeDossier
) -> None:
    number = await world.number(make_dossier())
    await world.number(make_dossier(omschrijving="Anders."))
    other = await world.number(make_dossier(hulpvraag_id="hv-2"))
    ids = [i for (i,) in world.rows("SELECT inzending_id FROM inzending ORDER BY inzending_id")]
    for subject in ids:
        written("leerling_seen", subject)
    written("dossier_moved", str(number))
    written("dossier_moved", str(other))
    browser = visitor(Role.AUDITOR)
    assert await subjects(browser, f"waarvan={number}") == [str(number), ids[1], ids[0]]
    assert await subjects(browser, f"waarvan={ids[2][:8].upper()}-{ids[2][8:]}") == [ids[2]]
    assert await subjects(browser, "waarvan=99999999") == []


async def test_a_group_and_a_period_narrow_it(world: World, visitor: Visitor, written: Written) -> None:
    written("login", "lokaal:anna")
    written("leerling_seen", "a" * 32)
    with writing(world.engine) as connection:
        connection.execute(audit.update().values(at_ms=1_790_000_000_000))  # 2026-09-21 in Amsterdam
    written("leerling_seen", "b" * 32)
    browser = visitor(Role.AUDITOR)
    assert await subjects(browser, "groep=LEERLING") == ["b" * 32, "a" * 32]
    assert await subjects(browser, "groep=LEERLING&van=2026-09-21&tot=2026-09-21") == ["a" * 32]
    assert await subjects(browser, "groep=LEERLING&tot=2026-09-20") == []


async def test_pages_go_on_where_the_last_one_ended_whatever_is_written_meanwhile(
    world: World, visitor: Visitor, written: Written
) -> None:
    for number in range(120):
        written("login", f"lokaal:p{number}")
    browser = visitor(Role.AUDITOR)
    seen: list[str] = []
    path: str | None = "/audit?groep=INLOGGEN"
    while path:
        html = await browser.page(path)
        seen += [row[3] for row in rows_of(html)]
        written("login", "lokaal:later")
        older = re.search(r'href="([^"]*)" rel="next"', html)
        path = unescape(older[1]) if older else None
    assert seen == [f"lokaal:p{number}" for number in reversed(range(120))]


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("van=gisteren", "Dit is geen datum"),
        ("tot=2026-02-30", "Dit is geen datum"),
        ("van=2026-09-02&tot=2026-09-01", "De laatste dag ligt voor de eerste"),
        ("groep=zomaar", "Kies een soort uit de lijst"),
    ],
)
async def test_what_is_typed_wrong_is_told_beside_its_field(
    world: World, visitor: Visitor, query: str, error: str
) -> None:
    browser = visitor(Role.AUDITOR)
    for path in ("/audit", "/audit.csv"):
        response = await browser.get(f"{path}?{query}")
        assert response.status_code == 422
        assert error in response.text
        assert 'aria-invalid="true"' in response.text


@pytest.mark.parametrize("query", ["voor=x", f"voor={9**40}", "wie=%00", "waarvan=" + "9" * 30])
async def test_a_strange_question_is_answered(world: World, visitor: Visitor, query: str) -> None:
    assert (await visitor(Role.AUDITOR).get(f"/audit?{query}")).status_code == 200


async def test_to_read_the_audit_leaves_no_row_and_to_take_it_away_does(
    world: World, visitor: Visitor
) -> None:
    browser = visitor(Role.AUDITOR)
    before = world.count("audit")
    await browser.page("/audit?wie=anna")
    assert world.count("audit") == before
    await export(browser, "wie=anna&groep=LEERLING")
    rows = world.rows("SELECT actor, action, subject, detail FROM audit WHERE action = 'audit_exported'")
    assert rows == [("lokaal:pietje auditor", "audit_exported", "audit", "filter=wie,groep")]


# Taking it away ---------------------------------------------------------------------------------


async def test_an_export_holds_what_was_asked_for_and_no_formula(
    world: World, visitor: Visitor, written: Written
) -> None:
    written("brin_added", "32DD00", detail="=HYPERLINK(1)")
    written("login", "lokaal:bert", actor="lokaal:bert")
    rows = await export(visitor(Role.BEHEERDER), "wie=anna")
    assert rows[0] == ["Moment", "Wie", "Wat", "Code", "Waarvan", "Bijzonderheden"]
    assert [row[1:] for row in rows[1:]] == [
        ["lokaal:anna", "Brincode toegevoegd of verbeterd", "brin_added", "32DD00", "'=HYPERLINK(1)"]
    ]


async def test_an_export_is_bounded_and_is_read_in_parts(
    world: World, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"at_ms": n, "actor": "lokaal:x", "action": "login", "subject": f"s{n}", "detail": ""}
        for n in range(2_600)
    ]
    with writing(world.engine) as connection:
        connection.execute(insert(audit), rows)
    assert len(await export(visitor(Role.BEHEERDER), "wie=x")) == 2_601
    monkeypatch.setattr("helpdesk.pages.audit.MOST_ROWS", 2_500)
    bounded = await export(visitor(Role.BEHEERDER), "wie=x")
    assert [row[4] for row in bounded[1:]] == [f"s{n}" for n in reversed(range(100, 2_600))]


# Another SWV's ----------------------------------------------------------------------------------


@pytest.fixture
async def two_swvs(world: World, written: Written, make_dossier: MakeDossier) -> dict[str, list[str]]:
    """A row of every action about a thing of either SWV, and of nobody's; by SWV its subjects."""
    world.change(admin.put_swv, Swv(swv_id=SwvId("swv-b"), naam="Verborgen Verband"))
    world.list_school("17GU00")
    world.organisatie("gu", "swv-b", "17GU")
    world.koppeling("k-gu", "omg-gu", "swv-b", "17GU")
    await world.number(make_dossier())
    await world.push(make_dossier(hulpvraag_id="hv-2"), b"")  # refused
    await world.number(make_dossier(brin="17GU"), omgeving="omg-gu")
    with writing(world.engine) as connection:
        for name, swv in (("bea", "swv-a"), ("verborgen", "swv-b")):
            connection.execute(insert(account).values(**_account(name, swv)))
        for actor, swv in (
            ("oidc:1", "swv-a"),
            ("oidc:2", "swv-b"),
            ("oidc:3", "swv-a"),
            ("oidc:3", "swv-b"),
        ):
            connection.execute(insert(sessie).values(**_sessie(actor, swv)))
        connection.execute(audit.delete())
    of_kind = {
        "swv-a": {
            "inzending": [i for (i,) in world.rows("SELECT inzending_id FROM inzending WHERE brin = '32DD'")],
            "dossier": ["1"],
            "organisatie": ["es"],
            "koppeling": ["k-es"],
            "omgeving": ["omg-es"],
            "swv": ["swv-a"],
            "account": ["lokaal:bea", "oidc:1"],
            "brin": ["32DD"],
        },
        "": {
            "inzending": [i for (i,) in world.rows("SELECT inzending_id FROM inzending WHERE brin = '17GU'")],
            "dossier": ["2", "99"],
            "organisatie": ["gu", "weg"],
            "koppeling": ["k-gu"],
            "omgeving": ["omg-gu"],
            "swv": ["swv-b"],
            "account": ["lokaal:verborgen", "oidc:2", "oidc:3", "niemand"],
            "brin": ["17GU", "99ZZ"],
            "anders": ["brin_list", "32DD00"],
        },
    }
    told: dict[str, list[str]] = {"swv-a": [], "": []}
    for swv, kinds in of_kind.items():
        for action, its in ACTIONS.items():
            for subject in kinds.get(its.kind.value, []):
                written(action, subject)
                told[swv].append(subject)
    # Ids that are something of the own SWV, but of another kind.
    for action, subject in (("koppeling_saved", "es"), ("organisatie_saved", "1"), ("some_new_thing", "es")):
        written(action, subject, detail="verborgen")
    return told


def _account(name: str, swv: str) -> dict[str, Any]:
    return {
        "account_id": name.ljust(32, "0"),
        "gebruikersnaam": name,
        "naam": name,
        "rol": "auditor",
        "swv_id": swv,
        "status": "actief",
        "secret_hash": "x",
        "totp_key_id": "k",
        "totp_nonce": b"n",
        "totp_ciphertext": b"c",
        "totp_step": 0,
        "created_ms": 1,
        "changed_ms": 1,
    }


def _sessie(actor: str, swv: str) -> dict[str, Any]:
    now = to_ms(utc_now())  # older ones are forgotten
    return {
        "token_hash": f"{actor}{swv}",
        "actor": actor,
        "naam": actor,
        "rol": "auditor",
        "swv_id": swv,
        "csrf": "c",
        "created_ms": now,
        "seen_ms": now,
        "ended_ms": now,
    }


async def test_an_auditor_of_one_swv_sees_the_rows_about_what_is_of_it_and_no_other(
    world: World, visitor: Visitor, two_swvs: dict[str, list[str]]
) -> None:
    browser = visitor(Role.AUDITOR, "swv-a")
    told = [row[4] for row in (await export(browser))[1:]]
    assert sorted(told) == sorted(two_swvs["swv-a"])
    html = await browser.page("/audit")
    for secret in ("swv-b", "verborgen", "17GU", "k-gu", "omg-gu"):
        assert secret.lower() not in html.lower()
    for subject in set(two_swvs[""]):
        assert await subjects(browser, f"waarvan={subject}") == []
    everything = [row[4] for row in (await export(visitor(Role.AUDITOR)))[1:]]
    assert set(two_swvs[""]) | set(two_swvs["swv-a"]) <= set(everything)


async def test_a_dossier_that_was_moved_takes_its_rows_along(
    world: World, visitor: Visitor, two_swvs: dict[str, list[str]]
) -> None:
    with writing(world.engine) as connection:
        connection.exec_driver_sql(
            "UPDATE dossier SET swv_id = 'swv-b', organisatie_id = 'gu' WHERE dossiernummer = 1"
        )
    assert await subjects(visitor(Role.AUDITOR, "swv-a"), "waarvan=1") == []
    assert "1" in await subjects(visitor(Role.AUDITOR, "swv-b"), "waarvan=1")


async def test_a_detail_that_names_another_swv_is_not_shown(
    world: World, visitor: Visitor, written: Written
) -> None:
    written("organisatie_saved", "es", detail="swv=swv-b brin=32DD vestiging=-")
    browser = visitor(Role.AUDITOR, "swv-a")
    assert "swv-b" not in await browser.page("/audit")
    assert "swv-b" not in str(await export(browser))


# The rest ---------------------------------------------------------------------------------------


async def test_what_is_in_the_audit_or_typed_is_text(
    world: World, visitor: Visitor, written: Written
) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x>"
    written(evil[:48], evil, actor=evil, detail=evil)
    browser = visitor(Role.BEHEERDER)
    for html in (
        await browser.page("/audit"),
        (await browser.client.get("/audit", params={"wie": evil, "waarvan": evil, "van": evil})).text,
    ):
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (AuditFilter(subject="es"), "ix_audit_subject"),
        (AuditFilter(subject="12"), "ix_audit_subject"),
        (AuditFilter(actors=("lokaal:anna",)), "ix_audit_actor"),
    ],
)
async def test_a_subject_and_a_person_are_found_through_their_index(
    world: World, wanted: AuditFilter, index: str
) -> None:
    rows = [
        {"at_ms": n, "actor": f"lokaal:{n}", "action": "login", "subject": f"s{n}", "detail": ""}
        for n in range(5_000)
    ]
    with writing(world.engine) as connection:
        connection.execute(insert(audit), rows)
    with world.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    ran = record_statements(world.engine)
    with reading(world.engine) as connection:
        find_audit(connection, wanted, limit=50)
        statement, parameters = next(s for s in ran if "FROM audit" in s[0])
        explain = "EXPLAIN QUERY PLAN " if world.engine.dialect.name == "sqlite" else "EXPLAIN "
        plan = str(connection.exec_driver_sql(explain + statement, parameters).all())
    assert index in plan, plan


def test_the_settings_of_a_swv_are_told_to_its_auditor(world: World) -> None:
    with reading(world.engine) as connection:
        wanted = AuditFilter(visible_to=SwvId("swv-a"), kinds=KINDS)
        told = [row.subject for row in find_audit(connection, wanted, limit=50)]
    assert told == ["k-es", "omg-es", "es", "swv-a"]
