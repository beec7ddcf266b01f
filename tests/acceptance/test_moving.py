"""A dossier goes to another organisatie: as any version does, once, and between the pushes of its school."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from acceptance.process import Gateway, wait_for
from adapters.parnassys.standin.messages import Push, indienen, opvragen
from components.postgres import create_database, drop_database
from database.engine import writing
from dossier.identifiers import Dossiernummer, OrganisatieId
from gateway.databases import open_gateway_database
from helpdesk.moving import MoveRefusal, MoveRefused, move

GONG = {"brin": "17GU", "school": "PCBO De Gong"}
NUMBER = re.compile(r"dossiernummer>(-?[0-9]+)<")
KILLED = -9
PLACES = ("fakkel", "flint", "gong", "marshof")  # of both SWVs


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gateway]:
    urls = {}
    if request.param == "postgresql":
        port = request.getfixturevalue("postgres_port")
        urls = {name: create_database(port) for name in ("DATABASE_URL", "KINDKANS_DATABASE_URL")}
    gateway = Gateway(tmp_path / "data", environment={"ACK_WAIT_SECONDS": "2", **urls})
    gateway.make_world()
    yield gateway
    gateway.close()
    for url in urls.values():
        drop_database(port, url)


def number_of(gateway: Gateway, push: Push, role: str = "up") -> int:
    found = NUMBER.search(gateway.post(indienen(push).body, role=role).text)
    assert found, "a Fault"
    return int(found[1])


def next_version(push: Push, titel: str) -> Push:
    return replace(push, bericht_id=Push().bericht_id, titel=titel)


def move_when_it_may(gateway: Gateway, number: int, to: str) -> None:
    """As somebody at the helpdesk, who tries again when the store does not have all of it yet."""
    engine = open_gateway_database(gateway.settings)

    def moved() -> bool:
        try:
            with writing(engine) as connection:
                move(connection, "helpdesk", Dossiernummer(number), OrganisatieId(to), "Verkeerde school")
        except MoveRefused as exc:
            if exc.code is not MoveRefusal.NIET_BEZORGD:
                raise
            return False
        return True

    try:
        wait_for(moved)
    finally:
        engine.dispose()


def where(gateway: Gateway) -> list[tuple[str, str]]:
    return gateway.store_rows("SELECT swv_id, organisatie_id FROM dossier")


def test_a_dossier_moves_on_and_on_while_its_school_pushes_new_versions_and_all_of_it_is_right(
    either: Gateway,
) -> None:
    gateway = either
    gateway.start()
    push = Push(**GONG)
    number = number_of(gateway, push)
    ended, answers = threading.Event(), [number]
    open_events = "SELECT count(*) FROM outbox WHERE state <> 'bezorgd'"

    def push_on() -> None:
        """Faster than the store takes them, and then a breath, in which the helpdesk may move it."""
        while not ended.wait(0.2):
            for _ in range(3):
                answers.append(number_of(gateway, next_version(push, f"Versie {len(answers)}")))
            wait_for(lambda: ended.is_set() or gateway.rows(open_events) == [(0,)])

    school = threading.Thread(target=push_on)
    school.start()
    try:
        for to in (*PLACES, *PLACES[:2]):
            move_when_it_may(gateway, number, to)
            pushed = len(answers)
            wait_for(lambda pushed=pushed: len(answers) > pushed + 2)
    finally:
        ended.set()
        school.join()

    report = gateway.reconciled()
    assert set(answers) == {number}
    assert report.equal == len(answers) + 6
    assert where(gateway) == [("swv-rivier", "flint")]
    versions = gateway.rows(
        "SELECT versie, organisatie_id FROM inzending UNION ALL"
        " SELECT versie, naar_organisatie_id FROM verplaatsing ORDER BY 1"
    )
    assert [versie for versie, _ in versions] == list(range(1, report.equal + 1))
    path = [place for n, (_, place) in enumerate(versions) if n == 0 or place != versions[n - 1][1]]
    assert path == ["gong", *PLACES, *PLACES[:2]]  # each push went where the dossier was by then
    moves = "SELECT event_id, versie, naar_organisatie_id FROM verplaatsing ORDER BY versie"
    assert gateway.store_rows(moves) == gateway.rows(moves)
    last = gateway.rows("SELECT max(versie) FROM inzending")
    assert gateway.store_rows("SELECT huidige_versie FROM dossier") == last
    gateway.stop()


def test_the_command_says_what_was_and_what_is_now_and_a_second_time_that_it_is_there(
    either: Gateway,
) -> None:
    gateway = either
    gateway.start()
    push = Push(**GONG)
    number = number_of(gateway, push)
    gateway.reconciled()
    command = ("inzending", "move", str(number), "flint", "--toelichting", "Verkeerde school")

    first, second = gateway.cli(*command), gateway.cli(*command)
    unknown = gateway.cli("inzending", "move", str(number + 1), "flint", "--toelichting", "x")

    assert first.returncode == 0, first.stderr
    assert "organisatie gong -> flint, SWV swv-heuvels -> swv-rivier" in first.stdout
    assert second.returncode == unknown.returncode == 2
    assert f"dossier {number} is at flint already; nothing was done" in second.stderr
    assert f"there is no dossier {number + 1}" in unknown.stderr
    assert gateway.reconciled().equal == 2
    assert where(gateway) == [("swv-rivier", "flint")]
    assert "dossier_moved" in gateway.cli("audit", "list").stdout
    [(referentie,)] = gateway.rows("SELECT inzending_id FROM inzending")
    shown = gateway.cli("inzending", "show", referentie).stdout
    assert re.search(r"Verplaatsingen(.|\n)* gong +│ flint +│ +2 +│ Verkeerde school", shown), shown
    # The school sees its own push, and sends it again as ever.
    assert "<status>bezorgd<" in gateway.post(opvragen(bericht_id=push.bericht_id).body).text
    assert number_of(gateway, push) == number_of(gateway, next_version(push, push.titel)) == number
    assert gateway.rows("SELECT uitkomst, versie FROM inzending ORDER BY inzending_id") == [
        ("nieuw", 1),
        ("dubbel", 1),
    ]
    assert gateway.reconciled().equal == 2
    gateway.stop()


@pytest.mark.parametrize("point", ["store.applied", "store.committed"])
def test_a_move_that_comes_twice_because_the_store_died_of_it_is_done_once(
    either: Gateway, point: str
) -> None:
    gateway = either
    roles = ("broker", "intake", "relay", "kindkans")
    gateway.start_all(*roles)
    push = Push(**GONG)
    number = number_of(gateway, push, "intake")
    gateway.reconciled()
    gateway.stop("kindkans")
    gateway.environment["FAILPOINTS"] = f"{point}=kill"
    gateway.start("kindkans")
    dying = gateway.running.pop("kindkans")

    move_when_it_may(gateway, number, "fakkel")
    assert dying.wait(timeout=30) == KILLED
    number_of(gateway, next_version(push, "Twee"), "intake")
    del gateway.environment["FAILPOINTS"]
    gateway.start("kindkans")

    assert gateway.reconciled().equal == 3
    assert where(gateway) == [("swv-heuvels", "fakkel")]
    assert gateway.store_rows("SELECT count(*) FROM verplaatsing") == [(1,)]
    told = gateway.log("kindkans").read_text()
    assert ('"duplicate"' in told) == (point == "store.committed")
    gateway.stop("kindkans", "relay", "intake", "broker")
