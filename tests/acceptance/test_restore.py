"""The drill of docs/how-to/backup-and-restore.md: back to an earlier moment, and every number still true."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from acceptance.process import Gateway, wait_for
from adapters.parnassys.standin.messages import File, Push, indienen, opvragen
from components.postgres import _binaries, create_database, drop_database, execute, name_of
from database.engine import writing
from gateway.databases import open_gateway_database

GONG = {"brin": "17GU", "school": "PCBO De Gong"}
NUMBER = re.compile(r"dossiernummer>(-?[0-9]+)<")


class Drill:
    """A gateway, and how each of its two databases is backed up and restored."""

    def __init__(self, gateway: Gateway, port: int | None) -> None:
        self.gateway = gateway
        self._port = port
        self._urls = {
            "gateway": gateway.environment.get("DATABASE_URL", ""),
            "kindkans": gateway.environment.get("KINDKANS_DATABASE_URL", ""),
        }

    def backup(self, database: str) -> Path:
        """While it runs, as the page says."""
        backup = self.gateway.folder.parent / f"{database}.backup"
        backup.unlink(missing_ok=True)
        if self._port is None:
            source = sqlite3.connect(self.gateway.folder / f"{database}.db")
            with closing(source), closing(sqlite3.connect(backup)) as copy:
                source.backup(copy)
        else:
            self._run("pg_dump", "-Fc", "-f", str(backup), "-d", self._urls[database])
        return backup

    def restore(self, database: str, backup: Path) -> None:
        """With every role stopped."""
        if self._port is None:
            for suffix in ("-wal", "-shm"):
                (self.gateway.folder / f"{database}.db{suffix}").unlink(missing_ok=True)
            shutil.copy(backup, self.gateway.folder / f"{database}.db")
        else:
            name = name_of(self._urls[database])
            execute(self._port, f"DROP DATABASE {name} WITH (FORCE)", f"CREATE DATABASE {name}")
            self._run("pg_restore", "--exit-on-error", "-d", self._urls[database], str(backup))

    def push(self, push: Push, role: str = "up") -> int:
        found = NUMBER.search(self.gateway.post(indienen(push).body, role=role).text)
        assert found, "a Fault"
        return int(found[1])

    def numbers(self, pushes: list[Push]) -> list[int]:
        return [self.push(push) for push in pushes]

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([str(_binaries() / program), *arguments], check=True, capture_output=True, timeout=60)


@pytest.fixture(params=["sqlite", "postgresql"])
def drill(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Drill]:
    port, urls = None, {}
    if request.param == "postgresql":
        port = request.getfixturevalue("postgres_port")
        urls = {name: create_database(port) for name in ("DATABASE_URL", "KINDKANS_DATABASE_URL")}
    # Restored events are published under ids that the broker may still know: soon again under the next.
    gateway = Gateway(tmp_path / "data", environment={"RECEIPT_WITHIN_SECONDS": "2", **urls})
    gateway.make_world()
    yield Drill(gateway, port)
    gateway.close()
    for url in urls.values():
        drop_database(port, url)


def new_push(**fields: object) -> Push:
    return Push(**GONG, files=(File(content=b"Verslag\n" * 100),), **fields)  # type: ignore[arg-type]


def test_a_gateway_restored_to_an_earlier_moment_gives_no_number_twice_and_knows_every_push(
    drill: Drill,
) -> None:
    gateway = drill.gateway
    gateway.start("intake")
    waiting = new_push()
    of_waiting = drill.push(waiting, "intake")
    backup = drill.backup("gateway")  # in it one push that waits for the relay
    gateway.stop("intake")

    gateway.start()
    after = [new_push() for _ in range(5)]
    numbers = drill.numbers(after)
    version = replace(waiting, bericht_id=Push().bericht_id, titel="Een nieuwe versie")
    double = replace(after[0], bericht_id=Push().bericht_id)
    assert drill.numbers([version, double]) == [of_waiting, numbers[0]]
    gateway.reconciled()
    gateway.stop()
    drill.restore("gateway", backup)

    checked = gateway.cli("restore", "check")
    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert "NOT SAFE" in checked.stdout
    assert gateway.rows("SELECT count(*) FROM dossier") == [(1,)]  # a check changes nothing
    applied = gateway.cli("restore", "apply", "--yes")
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert "Adopted from the store: 6." in applied.stdout
    assert gateway.cli("restore", "check").returncode == 0

    gateway.start()
    assert drill.numbers(after) == numbers
    assert drill.numbers([waiting, version, double]) == [of_waiting, of_waiting, numbers[0]]
    fresh = drill.numbers([new_push() for _ in range(3)])
    assert min(fresh) > max(numbers) + 1_000
    assert "<status>bezorgd<" in gateway.post(opvragen(bericht_id=after[1].bericht_id).body).text
    assert gateway.reconciled().answered == 10
    held = gateway.store_rows("SELECT dossiernummer FROM dossier ORDER BY 1")
    assert held == [(n,) for n in sorted([of_waiting, *numbers, *fresh])]
    audit = gateway.rows("SELECT action, count(*) FROM audit GROUP BY action")
    assert {("numbers_advanced", 1), ("push_adopted", 6)} <= set(audit)
    gateway.stop()


def test_without_it_a_number_is_given_twice_and_the_store_keeps_the_two_apart(drill: Drill) -> None:
    gateway = drill.gateway
    backup = drill.backup("gateway")
    gateway.start()
    [first] = drill.numbers([new_push()])
    gateway.reconciled()
    gateway.stop()
    drill.restore("gateway", backup)

    gateway.start()
    other = new_push()
    again = drill.numbers([other, replace(other, bericht_id=Push().bericht_id, titel="Anders")])
    wait_for(lambda: gateway.rows("SELECT count(*) FROM outbox WHERE state = 'dood'") == [(2,)])
    gateway.stop()
    found = gateway.cli("restore", "check")

    assert again == [first, first]
    assert gateway.store_rows("SELECT dossiernummer, versie FROM versie") == [(first, 1)]
    assert found.returncode == 1
    assert "NUMMER_VERGEVEN" in found.stdout
    applied = gateway.cli("restore", "apply", "--yes")
    assert applied.returncode == 1
    assert "NUMMER_VERGEVEN" in applied.stdout


def test_a_store_restored_to_an_earlier_moment_gets_again_what_it_lost(drill: Drill) -> None:
    gateway = drill.gateway
    gateway.start()
    kept = new_push()
    numbers = drill.numbers([kept])
    gateway.reconciled()
    backup = drill.backup("kindkans")
    numbers += drill.numbers(
        [new_push(), new_push(), replace(kept, bericht_id=Push().bericht_id, titel="Twee")]
    )
    gateway.reconciled()
    gateway.stop()
    drill.restore("kindkans", backup)

    assert gateway.store_rows("SELECT count(*) FROM versie") == [(1,)]
    assert gateway.cli("reconcile").returncode == 1
    applied = gateway.cli("restore", "apply", "--yes")
    assert "Offered to the store again: 3." in applied.stdout, applied.stdout + applied.stderr
    gateway.start()

    assert gateway.reconciled().answered == 4
    assert gateway.store_rows("SELECT count(*) FROM bijlage") == [(4,)]
    assert gateway.cli("restore", "check").returncode == 0
    audit = gateway.rows("SELECT count(*) FROM audit WHERE action = 'event_offered_again'")
    assert audit == [(3,)]
    gateway.stop()


def test_what_retention_has_taken_can_not_be_offered_again_and_is_named(drill: Drill) -> None:
    gateway = drill.gateway
    backup = drill.backup("kindkans")
    gateway.start()
    drill.numbers([new_push()])
    gateway.reconciled()
    age_everything(gateway)
    gateway.environment["RETENTION_CONTENT_DAYS"] = "30"
    assert gateway.cli("retention", "--apply").returncode == 0
    gateway.stop()
    drill.restore("kindkans", backup)

    applied = gateway.cli("restore", "apply", "--yes")

    assert applied.returncode == 1
    assert "ZONDER_INHOUD" in applied.stdout


def age_everything(gateway: Gateway) -> None:
    engine = open_gateway_database(gateway.settings)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE outbox SET finished_ms = finished_ms - 5000000000")
    engine.dispose()


def test_bijlagen_that_storage_has_lost_are_named_at_both_ends(own: Gateway) -> None:
    own.start()
    [number] = [int(n) for n in NUMBER.findall(own.post(indienen(new_push()).body).text)]
    own.reconciled()
    own.stop()
    whole = own.cli("verify")
    assert (whole.returncode, whole.stdout) == (0, "Not whole: none\n"), whole.stderr
    [theirs] = [path for path in (own.folder / "kindkans-bijlagen").rglob("*") if path.is_file()]
    [ours] = own.objects()

    theirs.write_bytes(theirs.read_bytes()[:-1])
    ours.unlink()
    damaged = own.cli("verify")

    assert damaged.returncode == 1
    assert re.findall(rf"│ (\w+) +│ +{number} +│ 1 +│ 1 ", damaged.stdout) == ["KINDKANS", "BEZORGD"]
    own.start("intake")
    own.post(indienen(new_push()).body, role="intake")
    own.stop("intake")
    for path in own.objects():
        path.unlink()
    assert "ONBEZORGD" in own.cli("verify").stdout
