"""One push is one dossier: at once, again, after a restart, after kill -9."""

from __future__ import annotations

import random
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests
from zeep.exceptions import Fault

from acceptance.process import Gateway
from adapters.parnassys.standin import files
from adapters.parnassys.standin.client import redenen, storing
from adapters.parnassys.standin.messages import File, Push, indienen

GONG = {"brin": "17GU", "school": "PCBO De Gong"}
PDF = File(naam="OPP.pdf", content=files.pdf("x", 20_000))
NUMBER = re.compile(r"dossiernummer>(-?[0-9]+)<")


def test_fifty_copies_at_once_are_one_dossier_with_one_set_of_bijlagen(gateway: Gateway) -> None:
    message = indienen(Push(**GONG, files=(PDF, PDF)))
    objects = len(gateway.objects())

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: gateway.post(message.body), range(50)))

    assert {number_of(answer) for answer in answers} == {number_of(answers[0])}
    assert number_of(answers[0]) > 0
    assert len(gateway.objects()) == objects + 2
    assert gateway.reconciled().proven


def test_fifty_pushes_of_one_hulpvraag_under_berichtids_of_their_own_are_one_dossier(
    gateway: Gateway,
) -> None:
    push = Push(**GONG)
    with ThreadPoolExecutor(50) as pool:
        answers = list(
            pool.map(
                lambda _: gateway.post(indienen(replace(push, bericht_id=Push().bericht_id)).body),
                range(50),
            )
        )

    [number] = {number_of(answer) for answer in answers}
    assert gateway.rows(f"SELECT versie FROM dossier WHERE dossiernummer = {number}") == [(1,)]


def test_a_number_is_sticky_through_a_restart_and_a_koppeling_that_is_switched_off(own: Gateway) -> None:
    own.start()
    parnassys, push = own.parnassys(), Push(**GONG, files=(PDF,))
    number = parnassys.indienen(push).dossiernummer
    parnassys.close()
    own.stop()
    assert own.cli("koppeling", "deactivate", "k-gong").returncode == 0

    own.start()
    parnassys = own.parnassys()

    assert parnassys.indienen(push).dossiernummer == number
    assert parnassys.indienen(Push(**GONG)).dossiernummer == -1
    assert own.reconciled().answered == 1
    parnassys.close()
    own.stop()


def test_a_refusal_is_not_sticky(gateway: Gateway) -> None:
    parnassys, push = gateway.parnassys("parnassys-saffier"), Push(brin="32DY")
    refused = parnassys.indienen(push)
    assert [r.code for r in redenen(refused)] == ["KOPPELING_INACTIEF"]

    assert gateway.cli("koppeling", "activate", "k-saffier").returncode == 0

    assert parnassys.indienen(push).dossiernummer > 0
    parnassys.close()


def test_a_berichtid_with_other_content_is_a_fault_and_the_first_stays(gateway: Gateway) -> None:
    parnassys, push = gateway.parnassys(), Push(**GONG)
    number = parnassys.indienen(push).dossiernummer

    with pytest.raises(Fault) as told:
        parnassys.indienen(replace(push, titel="Iets anders"))

    assert storing(told.value)["code"] == "BERICHTID_AL_GEBRUIKT"
    assert parnassys.indienen(push).dossiernummer == number
    assert gateway.rows(f"SELECT versie FROM dossier WHERE dossiernummer = {number}") == [(1,)]
    parnassys.close()


def test_a_double_entry_is_marked_and_a_changed_one_is_a_new_version(gateway: Gateway) -> None:
    parnassys, push = gateway.parnassys(), Push(**GONG)
    number = parnassys.indienen(push).dossiernummer
    double = replace(push, bericht_id=Push().bericht_id)
    changed = replace(push, bericht_id=Push().bericht_id, titel="Anders")

    answers = [gateway.post(indienen(double).body).text for _ in range(3)]
    assert f">{number}<" in answers[0]
    assert "<dubbel>true</dubbel>" in answers[0]
    assert answers == answers[:1] * 3
    assert parnassys.indienen(changed).dossiernummer == number

    assert parnassys.opvragen_status(bericht_id=double.bericht_id).dubbel
    assert gateway.reconciled().proven
    held = gateway.store_rows(f"SELECT versie FROM versie WHERE dossiernummer = {number} ORDER BY versie")
    assert held == [(1,), (2,)]
    parnassys.close()


@pytest.mark.timeout(600)
def test_kill_9_at_any_moment_loses_and_doubles_nothing(own: Gateway) -> None:
    """Rounds of pushes during which the whole gateway is killed; each unanswered push is repeated."""
    chance = random.Random(20)
    answered: dict[str, int] = {}
    unknown: list[Push] = []
    for _ in range(6):
        own.start()
        for push in unknown:
            answered[push.bericht_id] = number_of(own.post(indienen(push).body))
        unknown = push_until_killed(own, answered, after_seconds=chance.uniform(0.05, 0.6))
    own.start()
    for push in unknown:
        answered[push.bericht_id] = number_of(own.post(indienen(push).body))

    assert len(answered) > 20
    assert all(number > 0 for number in answered.values())
    assert len(set(answered.values())) == len(answered)
    report = own.reconciled(60)
    assert report.answered == len(answered)
    held = own.store_rows("SELECT dossiernummer FROM versie")
    assert sorted(number for (number,) in held) == sorted(answered.values())
    own.stop()


def push_until_killed(own: Gateway, answered: dict[str, int], *, after_seconds: float) -> list[Push]:
    """Those that got no answer."""
    unknown: list[Push] = []
    stop = threading.Event()

    def sender() -> None:
        with requests.Session() as session:
            while not stop.is_set():
                push = Push(**GONG, files=(PDF,))
                try:
                    answer = session.post(
                        url,
                        data=indienen(push).body,
                        headers={"Authorization": own.authorization(), "Content-Type": "text/xml"},
                        timeout=30,
                    )
                    answered[push.bericht_id] = number_of(answer)
                except (requests.RequestException, AssertionError):
                    unknown.append(push)
                    return

    url = own.url()
    threads = [threading.Thread(target=sender) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(after_seconds)
    own.kill()
    stop.set()
    for thread in threads:
        thread.join(timeout=30)
    return unknown


def test_what_a_store_confirmed_without_our_hearing_it_is_confirmed_again(own: Gateway) -> None:
    """Kill -9 in the moment between the store's commit and the receipt, as near as processes allow."""
    own.environment["RECEIPT_WITHIN_SECONDS"] = "1"
    for role in ("broker", "kindkans", "intake", "relay"):
        own.start(role)
    number = number_of(own.post(indienen(Push(**GONG)).body, role="intake"))
    own.kill("relay")
    own.start("relay")

    assert own.reconciled().answered == 1
    assert own.store_rows("SELECT dossiernummer, versie FROM versie") == [(number, 1)]
    own.stop("intake", "relay", "kindkans", "broker")


def number_of(answer: requests.Response) -> int:
    found = NUMBER.search(answer.text)
    assert found is not None, answer.text[:500]
    return int(found[1])
