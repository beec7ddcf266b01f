"""Starting, stopping, dying and running apart: what was answered survives, what was begun is finished."""

from __future__ import annotations

import re
import signal
import threading

import psutil
import requests

from acceptance.process import Gateway, wait_for
from adapters.parnassys.standin import files
from adapters.parnassys.standin.messages import File, Push, indienen

GONG = {"brin": "17GU", "school": "PCBO De Gong"}
BIG = File(naam="OPP.pdf", content=files.pdf("x", 4_000_000))
NUMBER = re.compile(r"dossiernummer>([0-9]+)<")


def test_sigterm_while_pushes_come_in_finishes_what_was_begun(own: Gateway) -> None:
    own.start()
    numbers: list[int] = []
    refused = threading.Event()

    def sender() -> None:
        while not refused.is_set():
            try:
                found = NUMBER.search(own.post(indienen(Push(**GONG, files=(BIG,))).body).text)
            except OSError:  # hung up, or gone already
                return
            if found is None:
                return
            numbers.append(int(found[1]))

    threads = [threading.Thread(target=sender) for _ in range(4)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(numbers) >= 8)
    own.stop()
    for thread in threads:
        thread.join(timeout=30)
    refused.set()

    assert len(set(numbers)) == len(numbers)
    own.start()
    assert own.reconciled().answered >= len(numbers)
    held = {number for (number,) in own.store_rows("SELECT dossiernummer FROM versie")}
    assert set(numbers) <= held
    own.stop()


def test_readyz_says_no_while_a_push_that_was_begun_is_finished(own: Gateway) -> None:
    own.start()
    ops_url = own.address()["ops_url"]
    sock, rest = own.begin(indienen(Push(**GONG)).body)
    with sock:
        wait_for(lambda: own.ready())
        own.running["up"].send_signal(signal.SIGTERM)

        told = wait_for(lambda: [r for r in [requests.get(f"{ops_url}/readyz", timeout=60)] if not r.ok])
        sock.sendall(rest)
        answer = b"".join(iter(lambda: sock.recv(65536), b"")).decode()

    assert told[0].json()["checks"]["process"] == "draining"
    assert NUMBER.search(answer)
    assert own.running.pop("up").wait(timeout=60) == 0  # a second signal would cut it short


def test_kill_9_leaves_no_broker_behind_and_the_next_start_works(own: Gateway) -> None:
    own.start()
    [broker] = children(own, "nats-server")
    own.kill()

    wait_for(lambda: not broker.is_running() or broker.status() == psutil.STATUS_ZOMBIE)
    own.start()

    assert NUMBER.search(own.post(indienen(Push(**GONG)).body).text)
    assert own.reconciled().answered == 1
    own.stop()


def test_without_its_broker_intake_goes_on_and_all_is_delivered_when_it_is_back(own: Gateway) -> None:
    for role in ("broker", "kindkans", "relay", "intake"):
        own.start(role)
    own.stop("broker")
    wait_for(lambda: readiness(own, "relay")["checks"]["broker of relay"] != "ok")

    for _ in range(5):
        assert NUMBER.search(own.post(indienen(Push(**GONG)).body, role="intake").text)
    assert wait_for(lambda: oldest_seconds(own, "relay")) > 0
    own.start("broker")

    assert own.reconciled(60).answered == 5
    assert own.rows("SELECT count(*) FROM outbox WHERE state = 'dood'") == [(0,)]
    wait_for(lambda: oldest_seconds(own, "relay") == oldest_seconds(own, "intake") == 0)
    own.stop("intake", "relay", "kindkans", "broker")


def test_without_its_store_the_queue_keeps_everything_in_order_until_it_is_back(own: Gateway) -> None:
    for role in ("broker", "relay", "intake"):
        own.start(role)
    push = Push(**GONG)
    for titel in ("een", "twee", "drie"):
        version = Push(**GONG, hulpvraag_id=push.hulpvraag_id, titel=titel)
        assert NUMBER.search(own.post(indienen(version).body, role="intake").text)

    own.start("kindkans")

    assert own.reconciled(60).answered == 3
    assert own.store_rows("SELECT huidige_versie FROM dossier") == [(3,)]
    own.stop("intake", "relay", "kindkans", "broker")


def test_the_embedded_broker_is_started_again_when_it_dies(own: Gateway) -> None:
    own.start()
    [broker] = children(own, "nats-server")
    broker.send_signal(signal.SIGKILL)

    for _ in range(5):
        assert NUMBER.search(own.post(indienen(Push(**GONG)).body).text)

    assert own.reconciled(60).answered == 5
    own.stop()


def test_readyz_says_which_check_fails(own: Gateway) -> None:
    own.environment["MIN_FREE_BYTES"] = str(10**18)
    own.start(wait=False)
    wait_for(lambda: (own.folder / "running-up.json").exists())

    told = wait_for(lambda: readiness(own, "up")["checks"].get("process") == "ok" and readiness(own, "up"))

    assert told["ready"] is False
    assert told["checks"]["disk"] == "disk space unavailable"
    assert requests.get(f"{own.address()['ops_url']}/healthz", timeout=60).text == "ok\n"
    own.stop()


def test_a_second_gateway_on_the_same_folder_says_so_and_leaves_the_first_alone(own: Gateway) -> None:
    own.start()

    second = own.cli("up")

    assert second.returncode != 0
    assert "Traceback" not in second.stderr
    assert NUMBER.search(own.post(indienen(Push(**GONG)).body).text)


def children(own: Gateway, name: str) -> list[psutil.Process]:
    tree = psutil.Process(own.running["up"].pid).children(recursive=True)
    return [child for child in tree if name in child.name()]


def oldest_seconds(own: Gateway, role: str) -> float:
    told = requests.get(f"{own.address(role)['ops_url']}/metrics", timeout=60).text
    return float(re.findall(r"^kindkans_outbox_oldest_seconds (.*)$", told, re.MULTILINE)[0])


def readiness(own: Gateway, role: str) -> dict[str, dict[str, str]]:
    try:
        found: dict[str, dict[str, str]] = requests.get(
            f"{own.address(role)['ops_url']}/readyz", timeout=10
        ).json()
    except (OSError, ValueError):
        return {"checks": {"broker of relay": "no answer"}}
    return found
