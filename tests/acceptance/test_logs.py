"""Every log line about a push says which, over real processes; and none says a word of what it holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import requests

from acceptance.process import Gateway, break_delivery, wait_for
from adapters.parnassys.standin.messages import File, Push, indienen, opvragen
from components.documents import committed, schema
from gateway.log_words import ALWAYS, EVENTS

CANARY = "Kanarievogel"
FIELDS = ("voornamen", "achternaam", "titel", "omschrijving", "indiener", "functie")
SUNG = Push(
    brin="17GU",
    leerling_id=f"{CANARY}-L",
    **{name: f"{CANARY} {name}" for name in FIELDS},
    email=f"{CANARY}@school.example",
    files=(File(naam=f"OPP {CANARY}.txt", content=f"Verslag over {CANARY}\n".encode() * 50),),
)
HOSTILE = [CANARY, f"{CANARY}\n", f"{{{CANARY}}}", CANARY * 50, f"{'0' * 8}-{CANARY}", "%s%n", ""]
OF_A_PUSH = {
    *("message", "refused", "objects_left", "published", "publish_refused", "dead_letter", "delivered"),
    *("receipt_rejected", "stored", "moved", "duplicate", "postponed", "event_failed", "event_dead"),
    *("handling_broke", "page_failed"),
}
BEHIND = OF_A_PUSH - {"message", "refused", "page_failed"}
REFERENTIE = re.compile("[0-9a-f]{32}")


def lines(gateway: Gateway) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, gateway.log().read_text().splitlines())


def test_every_line_about_a_push_has_its_reference_and_no_word_of_it(own: Gateway) -> None:
    own.environment |= {"LOG_LEVEL": "debug", "LOG_FORMAT": "json", "EVENT_MAX_TRIES": "1"}
    own.start()
    sent = {
        SUNG: 200,
        replace(SUNG, titel=f"Anders {CANARY}"): 500,  # a conflict
        replace(SUNG, bericht_id=Push().bericht_id, hulpvraag_id="R", geboortedatum=CANARY): 200,  # -1
    } | {replace(SUNG, bericht_id=hostile): 400 for hostile in HOSTILE}
    answers = [own.post(indienen(push).body) for push in sent]
    asked = own.post(opvragen(bericht_id=SUNG.bericht_id).body)
    lost = own.post(b"", path=f"/{CANARY}")
    own.reconciled()
    wait_for(lambda: any(one["event"] == "delivered" for one in lines(own)))
    own.stop()
    break_delivery(own)
    own.start()
    wait_for(lambda: own.rows("SELECT count(*) FROM outbox WHERE state = 'dood'") == [(1,)])
    wait_for(lambda: any(one["event"] == "dead_letter" for one in lines(own)))
    own.stop()

    faults = {400: 500}  # a Fault of SOAP 1.1 is always 500
    assert [a.status_code for a in answers] == [faults.get(status, status) for status in sent.values()]
    assert (asked.status_code, lost.status_code) == (200, 404)
    berichten = dict(own.rows("SELECT inzending_id, bericht_id FROM inzending"))
    told = list(lines(own))
    assert CANARY.lower() not in json.dumps(told).lower()
    assert {one["event"] for one in told} >= {
        *("message", "refused", "published", "stored", "delivered", "event_dead", "dead_letter"),
    }
    for one in told:
        allowed = {*ALWAYS, "role", "referentie", "bericht_id", *EVENTS[one["event"]].fields}
        assert set(one) <= allowed, one
        if one["event"] in OF_A_PUSH:
            assert REFERENTIE.fullmatch(one["referentie"]), one
        if one["event"] in BEHIND:
            assert one["bericht_id"] == berichten[one["referentie"]], one
    by_reference = {one["referentie"]: one for one in told if one["event"] == "message"}
    messages = [by_reference[answer.headers["X-Kindkans-Referentie"]] for answer in answers]
    assert [m.get("bericht_id") for m in messages] == [
        push.bericht_id if push.bericht_id not in HOSTILE else None for push in sent
    ]
    assert [m["outcome"] for m in messages[:3]] == ["geaccepteerd", "fault", "afgewezen"]
    assert by_reference[asked.headers["X-Kindkans-Referentie"]]["bericht_id"] == SUNG.bericht_id


def test_requests_over_kept_connections_are_never_taken_for_each_other(gateway: Gateway) -> None:
    def sender(number: int) -> dict[str, str]:
        told = {}
        headers = {"Authorization": gateway.authorization(), "Content-Type": "text/xml; charset=utf-8"}
        with requests.Session() as session:
            for n in range(5):
                push = Push(brin="17GU", school="PCBO De Gong", hulpvraag_id=f"K{number}-{n}")
                body = indienen(push).body if n % 2 else opvragen(bericht_id=push.bericht_id).body
                answer = session.post(gateway.url(), data=body, headers=headers, timeout=60)
                told[answer.headers["X-Kindkans-Referentie"]] = push.bericht_id
        return told

    with ThreadPoolExecutor(8) as threads:
        sent = {key: value for told in threads.map(sender, range(8)) for key, value in told.items()}

    def messages() -> dict[str, str]:
        read = map(json.loads, gateway.log().read_text().splitlines())
        return {one["referentie"]: one.get("bericht_id") for one in read if one["event"] == "message"}

    wait_for(lambda: messages().keys() >= sent.keys())
    assert len(sent) == 40
    assert {key: value for key, value in messages().items() if key in sent} == sent


def test_the_checks_of_readyz_are_those_that_are_documented(gateway: Gateway) -> None:
    document = committed("openapi.yaml")
    answer = requests.get(f"{gateway.address()['ops_url']}/readyz", timeout=30).json()

    assert [error.message for error in schema(document, "Readiness").iter_errors(answer)] == []
    assert set(answer["checks"]) == set(document["components"]["schemas"]["Checks"]["properties"])
