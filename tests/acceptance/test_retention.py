"""Retention as operations meets it: shown first, applied when told, beside a gateway that runs."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from dataclasses import replace

from acceptance.process import Gateway, wait_for
from adapters.parnassys.standin.messages import File, Push, indienen, opvragen
from database.engine import writing
from gateway.databases import open_gateway_database

GONG = {"brin": "17GU", "school": "PCBO De Gong"}
NUMBER = re.compile(r"dossiernummer>([0-9]+)<")
DAYS = {
    "RETENTION_CONTENT_DAYS": "30",
    "RETENTION_HISTORY_DAYS": "60",
    "RETENTION_REJECTION_DAYS": "90",
}


def make_older(gateway: Gateway, days: int) -> None:
    engine = open_gateway_database(gateway.settings)
    with writing(engine) as connection:
        for table, column in (("outbox", "finished_ms"), ("inzending", "decided_ms")):
            connection.exec_driver_sql(f"UPDATE {table} SET {column} = {column} - {days * 86_400_000}")
    engine.dispose()


def push(gateway: Gateway, push: Push) -> str:
    return str(gateway.post(indienen(push).body).text)


def test_shown_first_then_applied_and_everything_that_reads_says_so(own: Gateway) -> None:
    own.environment |= DAYS
    own.start()
    pushes = [Push(**GONG, files=(File(content=b"x" * 5_000),)) for _ in range(7)]
    answers = [push(own, p) for p in pushes]
    assert "BRIN_ONBEKEND" in push(own, replace(pushes[0], bericht_id=Push().bericht_id, brin="99ZZ"))
    own.reconciled()
    make_older(own, 91)

    shown = own.cli("retention")
    assert (shown.returncode, own.rows("SELECT count(*) FROM outbox_payload")) == (0, [(7,)])
    assert re.findall(r"│ (inhoud|historie|afwijzingen) .*?│ +\d+ +│ (\d)", shown.stdout) == [
        ("inhoud", "7"), ("historie", "7"), ("afwijzingen", "1"),
    ]  # fmt: skip
    applied = own.cli("retention", "--apply")
    assert "Removed: inhoud=7 historie=7 afwijzingen=1" in applied.stdout, applied.stdout + applied.stderr

    assert own.objects() == []
    assert [own.rows(f"SELECT count(*) FROM {t}") for t in ("outbox", "outbox_payload")] == [[(0,)], [(0,)]]
    assert [NUMBER.findall(push(own, p)) for p in pushes] == [NUMBER.findall(a) for a in answers]
    status = own.post(opvragen(bericht_id=pushes[0].bericht_id).body).text
    assert "<status>bezorgd<" in status
    [(referentie,)] = own.rows("SELECT inzending_id FROM inzending ORDER BY inzending_id LIMIT 1")
    assert "removed by retention" in own.cli("inzending", "show", referentie).stdout
    assert own.cli("dead-letter", "retry", "--all").stdout == "0 offered again.\n"
    assert own.reconciled().answered == 7
    assert "retention_applied" in own.cli("audit", "list").stdout
    [version] = NUMBER.findall(push(own, replace(pushes[3], bericht_id=Push().bericht_id, titel="Nieuw")))
    assert version in answers[3]
    assert own.reconciled().answered == 8
    own.stop()


def test_killed_while_it_works_it_is_done_by_the_next_run(own: Gateway) -> None:
    own.environment |= DAYS
    own.start()
    for _ in range(250):
        push(own, Push(**GONG))
    own.reconciled()
    make_older(own, 61)
    job = subprocess.Popen(
        [sys.executable, "-m", "gateway", "retention", "--apply"],
        env=own.full_environment(),
        stdout=subprocess.DEVNULL,
    )
    wait_for(lambda: own.rows("SELECT count(*) FROM outbox_payload") < [(250,)])
    job.send_signal(signal.SIGKILL)
    job.wait(timeout=30)
    assert push(own, Push(**GONG))

    assert own.cli("retention", "--apply").returncode == 0

    assert (
        own.rows("SELECT count(*) FROM outbox_payload") == own.rows("SELECT count(*) FROM outbox") == [(1,)]
    )
    removed = [
        int(n)
        for (detail,) in own.rows("SELECT detail FROM audit WHERE action = 'retention_applied'")
        for n in re.findall(r"inhoud=(\d+)", detail)
    ]
    assert sum(removed) == 250  # what the audit says is what is gone, wherever the first run ended
    assert own.reconciled().answered == 251
    own.stop()


def test_by_itself_only_when_it_is_switched_on(own: Gateway) -> None:
    own.environment |= DAYS
    own.start()
    push(own, Push(**GONG))
    own.reconciled()
    make_older(own, 31)
    own.stop()
    own.start()
    wait_for(lambda: '"swept"' in own.log().read_text())
    own.stop()
    assert own.rows("SELECT count(*) FROM outbox_payload") == [(1,)]

    own.environment["RETENTION_AUTO"] = "true"
    own.start()
    wait_for(lambda: own.rows("SELECT count(*) FROM outbox_payload") == [(0,)])
    wait_for(lambda: '"retention_applied"' in own.log().read_text())
    own.stop()
    assert own.rows("SELECT actor FROM audit WHERE action = 'retention_applied'") == [("retention:daily",)]


def test_a_policy_that_can_not_be_is_refused_at_the_start(own: Gateway) -> None:
    own.start()  # makes the keys
    own.stop()
    own.environment |= {"RETENTION_HISTORY_DAYS": "3", "RETENTION_AUTO": "true"}

    for command in ("retention", "intake"):
        refused = own.cli(command)
        assert refused.returncode == 2
        assert "RETENTION_HISTORY_DAYS" in refused.stderr
