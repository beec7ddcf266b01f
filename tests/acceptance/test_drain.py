"""SIGTERM to each role: what it has in hand is finished, the rest is handed back at once, nothing is lost.

See also test_signals_and_roles.py: pushes under load, and /readyz while one is finished.
"""

from __future__ import annotations

import re
import signal
import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psutil
import pytest
import requests

from acceptance.process import Gateway, refuses, wait_for
from adapters.parnassys.standin.messages import File, Push, indienen

GONG = {"brin": "17GU", "school": "PCBO De Gong"}
NUMBER = re.compile(r"dossiernummer>([0-9]+)<")
CUT_SHORT = 1
LONG = "600"  # seconds: who needs that to be over would let every wait here fail


@pytest.fixture
def apart(own: Gateway) -> Iterator[Gateway]:
    """Broker and intake, and room for the others; nothing comes back by itself for ten minutes."""
    own.environment |= {"ACK_WAIT_SECONDS": LONG, "RECEIPT_WITHIN_SECONDS": LONG, "RELAY_LEASE_SECONDS": LONG}
    own.start("broker")
    own.start("intake")
    yield own
    own.stop()


def push_many(gateway: Gateway, count: int, *files: File) -> None:
    bodies = [indienen(Push(**GONG, files=files)).body for _ in range(count)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda body: gateway.post(body, role="intake").text, bodies))
    assert all(NUMBER.search(answer) for answer in answers)


@contextmanager
def half_a_push(gateway: Gateway, role: str = "up") -> Iterator[tuple[socket.socket, bytes]]:
    """A request that the server has begun to read, and the rest of it."""
    sock, rest = gateway.begin(indienen(Push(**GONG)).body, role=role)
    with sock:
        ops = gateway.address(role)["ops_url"]
        wait_for(lambda: "kindkans" in requests.get(f"{ops}/metrics", timeout=60).text)
        yield sock, rest


def test_intake_finishes_the_request_in_hand_and_takes_no_new_one(apart: Gateway) -> None:
    url = apart.url("intake")
    with half_a_push(apart, "intake") as (sock, rest):
        apart.running["intake"].send_signal(signal.SIGTERM)
        wait_for(lambda: refuses(url))
        sock.sendall(rest)
        answer = b"".join(iter(lambda: sock.recv(65536), b"")).decode()

    [number] = NUMBER.findall(answer)
    assert apart.running.pop("intake").wait(timeout=60) == 0
    assert apart.rows("SELECT dossiernummer, state FROM outbox") == [(int(number), "wachtend")]


def test_a_relay_marks_the_batch_in_flight_and_leaves_no_claim(apart: Gateway) -> None:
    push_many(apart, 300)
    apart.start("relay", wait=False)
    wait_for(lambda: apart.rows("SELECT count(*) FROM outbox WHERE state <> 'wachtend'") > [(0,)])
    apart.stop("relay")

    claimed = apart.rows("SELECT count(*) FROM outbox WHERE claim_token IS NOT NULL")
    published = sum(publishes for (publishes,) in apart.rows("SELECT publishes FROM outbox"))
    assert claimed == [(0,)]
    apart.start("kindkans")
    apart.start("relay")
    assert apart.reconciled(60).answered == 300
    assert published > 0
    # A batch that was sent and not marked would have come a second time.
    assert "duplicate" not in apart.log("kindkans").read_text()


def test_a_store_acknowledges_what_it_has_done_and_hands_back_the_rest_at_once(apart: Gateway) -> None:
    push_many(apart, 150, File(content=b"x" * 20_000))
    apart.start("relay")
    wait_for(lambda: apart.rows("SELECT count(*) FROM outbox WHERE state = 'gepubliceerd'") == [(150,)])
    apart.environment["FAILPOINTS"] = "store.acked=stop@4"
    apart.start("kindkans", wait=False)
    store = psutil.Process(apart.running["kindkans"].pid)
    wait_for(lambda: store.status() == psutil.STATUS_STOPPED)
    store.terminate()
    store.resume()  # and the signal is there
    assert apart.running.pop("kindkans").wait(timeout=120) == 0
    [(done,)] = apart.store_rows("SELECT count(*) FROM versie")

    del apart.environment["FAILPOINTS"]
    apart.start("kindkans")
    # All of it, although nothing that was neither acknowledged nor handed back comes for ten minutes.
    assert apart.reconciled(60).answered == 150
    assert 4 <= done < 150
    assert "duplicate" not in apart.log("kindkans").read_text()


def test_a_broker_ends_with_its_server_and_keeps_what_it_confirmed(apart: Gateway) -> None:
    push_many(apart, 20)
    apart.start("relay")
    wait_for(lambda: apart.rows("SELECT count(*) FROM outbox WHERE state = 'gepubliceerd'") == [(20,)])
    [server] = psutil.Process(apart.running["broker"].pid).children(recursive=True)
    apart.stop("broker")

    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
    apart.start("broker")
    apart.start("kindkans")
    assert apart.reconciled(60).answered == 20


def test_a_second_signal_ends_it_as_it_is_and_nothing_is_lost(own: Gateway) -> None:
    own.environment["DRAIN_SECONDS"] = LONG
    own.start()
    answers = [own.post(indienen(Push(**GONG)).body).text for _ in range(5)]
    url = own.url()
    with half_a_push(own):
        process = own.running.pop("up")
        process.send_signal(signal.SIGTERM)
        wait_for(lambda: refuses(url))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == CUT_SHORT

    assert all(NUMBER.search(answer) for answer in answers)
    own.start()
    assert own.reconciled().answered == 5
    own.stop()


def test_the_drain_time_ends_it_too_whatever_hangs(own: Gateway) -> None:
    """A store that hangs in the middle of an event can not be waited for."""
    own.environment |= {"DRAIN_SECONDS": "3", "FAILPOINTS": "store.inboxed=hang"}
    own.start()
    answer = own.post(indienen(Push(**GONG)).body).text
    wait_for(lambda: own.rows("SELECT state FROM outbox") == [("gepubliceerd",)])
    wait_for(lambda: locked(own))
    process = own.running.pop("up")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == CUT_SHORT
    assert '"drain_cut_short"' in own.log().read_text()

    del own.environment["FAILPOINTS"]
    own.start()
    assert NUMBER.search(answer)
    assert own.reconciled().answered == 1
    own.stop()


def test_a_half_sent_request_is_cut_off_in_time_and_leaves_nothing(own: Gateway) -> None:
    own.environment["DRAIN_SECONDS"] = "9"  # of which the request gets 6
    own.start()
    with half_a_push(own) as (sock, _):
        own.stop()  # exit code 0: all that was begun by us is finished
        assert b"dossiernummer" not in b"".join(iter(lambda: receive(sock), b""))

    assert own.rows("SELECT count(*) FROM inzending") == [(0,)]


def receive(sock: socket.socket) -> bytes:
    try:
        return sock.recv(65536)
    except ConnectionError:
        return b""


def locked(gateway: Gateway) -> bool:
    """Whether the store is in the middle of a transaction."""
    stranger = sqlite3.connect(gateway.folder / "kindkans.db", timeout=0.01)
    try:
        stranger.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    finally:
        stranger.close()
    return False
