"""No word about a child anywhere but sealed: not in logs, metrics, databases, queue or Faults."""

from __future__ import annotations

import base64
import re
import socket
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from acceptance.process import Gateway, break_delivery, wait_for
from adapters.parnassys.names import Operation
from adapters.parnassys.standin.messages import File, Push, indienen, opvragen

CANARY = "Kanarievogel"
FIELDS = ("voornamen", "achternaam", "titel", "omschrijving", "indiener", "functie")
SECRET_WORDS = Push(
    brin="17GU",
    leerling_id=f"{CANARY}-L",
    **{name: f"{CANARY} {name}" for name in FIELDS},
    email=f"{CANARY}@school.example",
    files=(File(naam=f"OPP {CANARY}.txt", content=f"Verslag over {CANARY}\n".encode() * 50),),
)


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_canary_is_found_nowhere(own: Gateway, log_format: str) -> None:
    own.environment |= {"LOG_LEVEL": "debug", "LOG_FORMAT": log_format}
    own.start()
    answers = [own.post(body) for body in every_kind_of_push()]
    quoting = [own.post(body, **headers) for body, headers in every_other_way()]
    strangers = [own.post(b"", Authorization=header) for header in LOGINS]
    refused = [said(own, request) for request in NO_MESSAGES]
    own.reconciled()
    shown = [metrics(own), *everything_shown(own)]
    own.stop()
    break_delivery(own)
    own.start()
    wait_for(lambda: own.rows("SELECT count(*) FROM outbox WHERE state = 'dood'") != [(0,)])
    shown += [metrics(own), *everything_shown(own)]
    own.stop()

    assert {answer.status_code for answer in answers} == {200, 400, 500}
    assert {answer.status_code for answer in quoting} == {200, 404, 415, 500}
    assert {answer.status_code for answer in strangers} == {401}
    assert all(text.startswith("HTTP/1.1 4") for text in refused)
    # The answer to the school itself names the file, and the message that it answers: it asks for that.
    faults = [answer.text for answer in [*answers, *strangers] if answer.status_code != 200]
    assert [text for text in [*faults, *refused, *shown] if CANARY.lower() in text.lower()] == []
    assert any("BIJLAGE_BESCHADIGD" in text for text in shown)
    assert any("BIJLAGE_NAAM_ONGELDIG" in text and "BIJLAGE_TE_GROOT" in text for text in shown)
    found = [str(path) for path in own.folder.rglob("*") if path.is_file() and holds_canary(path)]
    assert found == []
    assert "refused" in own.log().read_text()  # the log is one of those files


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


def every_other_way() -> list[tuple[bytes, dict[str, str]]]:
    """The other operations, MTOM, and everything around the Body. Their answers may quote."""
    wsa = 'xmlns:a="http://www.w3.org/2005/08/addressing"'
    addressed = (
        f"<a:MessageID {wsa}>urn:{CANARY}</a:MessageID><a:To {wsa}>urn:to-{CANARY}</a:To>"
        f"<a:From {wsa}><a:Address>https://{CANARY}.example/</a:Address></a:From>"
        f'<x xmlns="urn:{CANARY}">{CANARY}</x>'
    )
    unknown = f'<{CANARY} xmlns="urn:x" s:mustUnderstand="1"/>'
    elsewhere = f"<a:ReplyTo {wsa}><a:Address>https://{CANARY}.example/</a:Address></a:ReplyTo>"
    files = (
        File(naam=f"map/{CANARY}.txt", omschrijving=CANARY, mediatype=CANARY),
        File(naam=f"{CANARY}.pdf", content=CANARY.encode() * 450_000),
        File(naam=CANARY * 20, content=None),
        File(naam=f"{CANARY}.sh", content=f"#!/bin/sh\necho {CANARY}\n".encode()),
    )

    def push(**changes: Any) -> Push:
        fresh = Push()
        new = {"bericht_id": fresh.bericht_id, "hulpvraag_id": fresh.hulpvraag_id}
        return replace(SECRET_WORDS, **(new | changes))

    controleren = Operation.CONTROLEREN
    messages = [
        indienen(push(), operation=controleren),
        indienen(push(files=files), operation=controleren),
        indienen(push(files=files)),
        indienen(push(files=files), mtom=True),
        indienen(push(), mtom=True),
        indienen(push(brin=CANARY, vestiging=CANARY)),
        indienen(push(vestiging=CANARY)),
        indienen(push(), header=addressed),
        indienen(push(), header=addressed + unknown),
        indienen(push(), header=addressed + elsewhere),
        opvragen(bericht_id=CANARY),
        opvragen(bericht_id=push().bericht_id),
    ]
    good = indienen(push())
    mtom = indienen(push(), mtom=True)
    return [
        *((message.body, message.headers()) for message in messages),
        (mtom.body.replace(b"bijlage1@parnassys>", f"{CANARY}>".encode()), mtom.headers()),
        (mtom.body.replace(b"binary", CANARY.encode()), mtom.headers()),
        (good.body, good.headers() | {"SOAPAction": f'"urn:{CANARY}"'}),
        (good.body, {"Content-Type": f"text/xml; charset={CANARY}"}),
        (good.body, {"Content-Encoding": CANARY}),
        (good.body, {"Cookie": CANARY, "User-Agent": CANARY, "X-Forwarded-For": CANARY, CANARY: CANARY}),
        (good.body, {"path": f"?{CANARY}=OPP {CANARY}.pdf"}),
        (good.body, {"path": f"/{CANARY}?{CANARY}"}),
    ]


LOGINS = [
    "Basic " + base64.b64encode(f"{CANARY}:{CANARY}".encode()).decode(),
    f"Bearer {CANARY}.{CANARY}",
    f"{CANARY} {CANARY}",
]
NO_MESSAGES = [  # what the server itself refuses
    f"{CANARY}\r\n\r\n",
    f"GET /{CANARY}?{CANARY} HTTP/1.1\r\nHost: {CANARY}\r\n{CANARY} : {CANARY}\r\n\r\n",
    f"POST /parnassys/v1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n{CANARY}: {CANARY}\r\n\r\n",
    f"POST /{CANARY} HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: {CANARY}\r\n\r\n",
    f"GET /{CANARY} HTTP/1.1\r\n" + f"X: {CANARY}\r\n" * 200 + "\r\n",
]


def said(gateway: Gateway, request: str, role: str = "up") -> str:
    url = urlsplit(gateway.url(role))
    with socket.create_connection((url.hostname or "", url.port or 0), timeout=60) as sock:
        sock.sendall(request.encode())
        return b"".join(iter(lambda: sock.recv(65536), b"")).decode()


def metrics(gateway: Gateway) -> str:
    return requests.get(f"{gateway.address()['ops_url']}/metrics", timeout=60).text


def everything_shown(gateway: Gateway) -> list[str]:
    """All that the command line tells of what came in."""
    rows = gateway.rows("SELECT uitkomst, min(inzending_id) FROM inzending GROUP BY uitkomst, brin")
    commands = [
        *(("inzending", "show", inzending_id) for _, inzending_id in rows),
        ("inzending", "list", "--limit", "100"),
        ("dead-letter", "list"),
        ("audit", "list"),
        ("reconcile",),
    ]
    done = [gateway.cli(*command) for command in commands]
    return [text for process in done for text in (process.stdout, process.stderr)]


def holds_canary(path: Path) -> bool:
    content = path.read_bytes()
    word = CANARY.encode()
    # The middle of the word as base64 writes it, at each of the three places where it can begin.
    aligned = [
        base64.b64encode(b"-" * n + word)[(n * 8 + 5) // 6 : (n + len(word)) * 8 // 6] for n in range(3)
    ]
    plain = [CANARY.lower().encode(encoding) for encoding in ("utf-8", "utf-16-le")]
    lower = content.lower()
    return any(form in content for form in aligned) or any(
        form in lower for form in [*plain, word.hex().encode(), word.lower().hex().encode()]
    )


@pytest.mark.parametrize("prefix", ["", "a", "ab"])
def test_the_search_knows_base64_and_hex(tmp_path: Path, prefix: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"xx" + base64.b64encode(f"{prefix}{CANARY}bc".encode()))
    assert holds_canary(path)
    path.write_text(f"xx{CANARY.encode().hex().upper()}")
    assert holds_canary(path)
    path.write_bytes(base64.b64encode(b"Kanarie en vogel") * 100)
    assert not holds_canary(path)
