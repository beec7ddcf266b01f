"""No word about a child anywhere but sealed: not in logs, metrics, databases, queue or Faults."""

from __future__ import annotations

import re
import stat
from dataclasses import replace
from pathlib import Path

import requests

from acceptance.process import Gateway
from adapters.parnassys.standin.messages import File, Push, indienen

CANARY = "Kanarievogel"
FIELDS = ("voornamen", "achternaam", "titel", "omschrijving", "indiener", "functie")
SECRET_WORDS = Push(
    brin="17GU",
    leerling_id=f"{CANARY}-L",
    **{name: f"{CANARY} {name}" for name in FIELDS},
    email=f"{CANARY}@school.example",
    files=(File(naam=f"OPP {CANARY}.txt", content=f"Verslag over {CANARY}\n".encode() * 50),),
)


def test_a_canary_is_found_nowhere(own: Gateway) -> None:
    own.environment["LOG_LEVEL"] = "debug"
    own.start()
    answers = [own.post(body) for body in every_kind_of_push()]
    own.reconciled()
    metrics = requests.get(f"{own.address()['ops_url']}/metrics", timeout=10).text
    shown = own.cli("inzending", "list").stdout
    own.stop()

    assert {answer.status_code for answer in answers} == {200, 400, 500}
    # The answer to the school itself names the file: that is what it asks for.
    faults = [answer.text for answer in answers if answer.status_code != 200]
    assert all(CANARY not in text for text in [*faults, metrics, shown])
    found = [str(path) for path in own.folder.rglob("*") if path.is_file() and holds_canary(path)]
    assert found == []


def test_the_same_search_finds_what_is_not_sealed(own: Gateway) -> None:
    """The search itself can fail: a school's name is no secret, and is found."""
    own.start()
    own.post(indienen(replace(SECRET_WORDS, school=f"Basisschool {CANARY}")).body)
    own.stop()

    assert any(holds_canary(path) for path in own.folder.glob("gateway.db*"))


def test_a_name_is_found_by_its_keyed_hash(own: Gateway) -> None:
    own.start()
    number = re.findall(r"dossiernummer>([0-9]+)<", own.post(indienen(SECRET_WORDS).body).text)[0]
    own.stop()

    found = own.cli("inzending", "list", "--by-surname", stdin=f"{CANARY.upper()} ACHTERNAAM\n")
    missed = own.cli("inzending", "list", "--by-surname", stdin="Iemand anders\n")

    assert f" {number} " in found.stdout
    assert CANARY not in found.stdout
    assert "Inzendingen: none" in missed.stdout


def test_files_are_for_their_owner_only_also_in_a_folder_that_is_open(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)  # whatever the umask of the tests
    gateway = Gateway(folder)
    try:
        assert gateway.cli("swv", "add", "swv-1", "Een SWV").returncode == 0
        gateway.start()
        gateway.stop()
    finally:
        gateway.close()

    log = gateway.log()
    made = [path for path in folder.rglob("*") if path != log]  # the log is the supervisor's: here, ours
    assert {path.name for path in made} >= {"gateway.db", "kindkans.db", "keys.json", "nats", "bijlagen"}
    assert [str(path) for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    assert log.read_text().count("data_folder_open_to_others") == 1
    folder.chmod(0o700)
    gateway.start()
    gateway.stop()
    assert log.read_text().count("data_folder_open_to_others") == 1


def every_kind_of_push() -> list[bytes]:
    accepted = SECRET_WORDS
    conflict = replace(accepted, titel=f"Anders {CANARY}")
    version = replace(accepted, bericht_id=Push().bericht_id, titel=f"Versie {CANARY}")
    refused = replace(accepted, bericht_id=Push().bericht_id, hulpvraag_id="R", geboortedatum=CANARY)
    pushes = [accepted, accepted, conflict, version, refused]
    bodies = [indienen(push).body for push in pushes]
    good = bodies[0]
    return [
        *bodies,
        good.replace(b"<hulpvraagdatum>2026-01-30", f"<hulpvraagdatum>{CANARY}".encode()),
        good.replace(b"</leerling>", f"<{CANARY}/></leerling>".encode()),
        good.replace(b"<inhoud>", f"<inhoud>{CANARY}!".encode()),
        good[:-20] + CANARY.encode(),
        f"<!DOCTYPE {CANARY}>".encode() + good,
    ]


def holds_canary(path: Path) -> bool:
    content = path.read_bytes().lower()
    word = CANARY.lower()
    return any(word.encode(encoding) in content for encoding in ("utf-8", "utf-16-le"))
