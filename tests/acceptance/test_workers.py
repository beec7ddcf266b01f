"""Several processes of the intake behind one port: they share the work, and outlive each other's deaths.

What several of them promise under every fault: tests/faults/catalogue/workers.py.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from acceptance.process import Gateway, refuses, wait_for
from acceptance.workers import (
    GONG,
    NUMBER,
    START_SECONDS,
    counted_by,
    load,
    readiness,
    scrape,
    start,
    workers,
)
from adapters.parnassys.standin.messages import Push, indienen
from components.postgres import create_database, drop_database

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(params=["sqlite", "postgresql"])
def on(request: pytest.FixtureRequest, own: Gateway) -> Iterator[Gateway]:
    """A gateway on each kind of database."""
    if request.param == "sqlite":
        yield own
        return
    port = request.getfixturevalue("postgres_port")
    urls = {name: create_database(port) for name in ("DATABASE_URL", "KINDKANS_DATABASE_URL")}
    own.environment |= urls
    own.make_world()
    yield own
    own.close()
    own.running.clear()
    for url in urls.values():
        drop_database(port, url)


def half_a_push(gateway: Gateway) -> tuple[socket.socket, bytes, psutil.Process]:
    """A request that a worker has begun to read, the rest of it, and that worker. While nobody else sends."""
    before = {number: counted_by(gateway, worker) for number, worker in workers(gateway).items()}
    sock, rest = gateway.begin(indienen(Push(**GONG)).body, role="intake")

    def reading() -> psutil.Process | None:
        for number, worker in workers(gateway).items():
            if counted_by(gateway, worker)[0] > before[number][0]:
                return worker
        return None

    return sock, rest, wait_for(reading)


def test_a_kill_9_of_one_under_load_loses_nothing_and_every_scrape_adds_up(on: Gateway) -> None:
    for role in ("broker", "kindkans", "relay"):
        on.start(role, wait=False)
        wait_for(lambda role=role: on.ready(role), START_SECONDS)
    on.environment["REQUEST_DEADLINE_SECONDS"] = "600"  # the half push is in hand until the end
    start(on)
    both = workers(on)
    sock, _, victim = half_a_push(on)
    with load(on) as sent:
        wait_for(lambda: min(counted_by(on, worker)[1] for worker in both.values()) > 0, 90)  # both are used
        sent.answered(40)
        victim.suspend()
        wait_for(lambda: victim.status() == psutil.STATUS_STOPPED)
        received, ended = counted_by(on, victim)
        victim.kill()
        sent.answered(40)
        wait_for(lambda: len(workers(on)) == 2 and victim.pid not in {w.pid for w in workers(on).values()})
        wait_for(lambda: readiness(on)["ready"], START_SECONDS)
        sent.answered(40)
    sock.close()
    wait_for(lambda: scrape(on).in_flight == 0)  # an answer is counted a moment after it was given
    last = scrape(on)
    proof = on.reconciled(60)

    for one in [*sent.scrapes, last]:
        assert one.received == one.ended + one.in_flight
        assert one.in_flight >= 0
    assert last.in_flight == 0
    # What it had begun to read. A request that it never read was not received: its sender sends again.
    assert last.outcomes["afgebroken"] == received - ended > 0
    assert len(set(sent.numbers)) == len(sent.numbers)
    assert proof.answered >= len(sent.numbers)
    assert (proof.held, proof.equal) == (proof.answered, proof.answered)
    on.stop()


def test_sigterm_finishes_what_a_worker_has_in_hand_and_takes_nothing_new(own: Gateway) -> None:
    start(own)
    url, ops_url = own.url("intake"), own.address("intake")["ops_url"]
    sock, rest, _ = half_a_push(own)
    with sock:
        for worker in workers(own).values():  # as one does who stops all processes of a group at once
            worker.terminate()
        own.running["intake"].send_signal(signal.SIGTERM)
        wait_for(lambda: refuses(url))
        told = requests.get(f"{ops_url}/readyz", timeout=30)
        sock.sendall(rest)
        answer = b"".join(iter(lambda: sock.recv(65536), b"")).decode()

    [number] = NUMBER.findall(answer)
    assert told.status_code == 503
    assert told.json()["checks"]["process"] == "draining"
    assert own.running.pop("intake").wait(timeout=60) == 0
    assert own.rows("SELECT dossiernummer FROM outbox") == [(int(number),)]
    assert not (own.folder / "running-intake.json").exists()


def kill(gateway: Gateway) -> None:
    gateway.running["intake"].kill()


def hurry(gateway: Gateway) -> None:
    url = gateway.url("intake")
    gateway.running["intake"].send_signal(signal.SIGTERM)
    wait_for(lambda: refuses(url))
    gateway.running["intake"].send_signal(signal.SIGTERM)


def hang(gateway: Gateway) -> None:
    """A worker that stands still can't finish anything: the drain time ends all."""
    workers(gateway)[1].suspend()
    gateway.running["intake"].send_signal(signal.SIGTERM)


@pytest.mark.parametrize(("end", "code", "drain"), [(kill, -9, "600"), (hurry, 1, "600"), (hang, 1, "2")])
def test_an_end_that_does_not_wait_leaves_no_worker_behind_and_the_port_free(
    own: Gateway, end: Callable[[Gateway], None], code: int, drain: str
) -> None:
    own.environment["DRAIN_SECONDS"] = drain
    start(own)
    url, left = own.url("intake"), list(workers(own).values())
    sock, _, _ = half_a_push(own)
    with sock:
        end(own)
        assert own.running.pop("intake").wait(timeout=60) == code
        wait_for(lambda: not any(worker.is_running() for worker in left))

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", urlsplit(url).port or 0))


def test_a_setting_that_only_a_worker_finds_wrong_ends_all_with_exit_2(own: Gateway) -> None:
    own.environment |= {
        "INTAKE_WORKERS": "2",
        "RETENTION_AUTO": "true",
        "RETENTION_CONTENT_DAYS": "2",
        "RETENTION_HISTORY_DAYS": "1",
    }

    ended = own.cli("intake")

    assert ended.returncode == 2
    assert "worker 1: RETENTION_HISTORY_DAYS must be at least" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_workers_are_refused_where_other_roles_run_too(own: Gateway) -> None:
    own.environment["INTAKE_WORKERS"] = "2"

    ended = own.cli("up")

    assert ended.returncode == 2
    assert "INTAKE_WORKERS above 1 is for `intake` by itself" in ended.stderr


@contextmanager
def dying(gateway: Gateway, number: int) -> Iterator[None]:
    """While it is entered, that worker is killed as soon as it is there, before it can be ready."""
    ending = threading.Event()

    def kill_whoever_comes() -> None:
        while not ending.wait(0.05):
            if worker := workers(gateway).get(number):
                with suppress(psutil.NoSuchProcess):
                    worker.kill()

    killer = threading.Thread(target=kill_whoever_comes, daemon=True)
    killer.start()
    try:
        yield
    finally:
        ending.set()
        killer.join(timeout=60)
    assert not killer.is_alive()


def test_a_worker_that_keeps_dying_makes_readyz_say_no_and_is_given_ever_more_time(own: Gateway) -> None:
    start(own)
    with dying(own, 2):
        wait_for(lambda: '"attempts": 4' in own.log("intake").read_text(), START_SECONDS)
        told = readiness(own)
        answer = own.post(indienen(Push(**GONG)).body, role="intake")

    def said_of(name: str) -> set[str]:
        return {result for check, result in told["checks"].items() if check.startswith(name)}

    assert not told["ready"]
    assert said_of("worker 1") == {"ok"}
    assert said_of("worker 2") in ({"not running"}, {"no answer in time"})
    assert NUMBER.search(answer.text)  # the other goes on
    wait_for(lambda: readiness(own)["ready"], START_SECONDS)
    assert set(workers(own)) == {1, 2}
    own.stop()


def test_what_must_be_done_once_is_done_by_the_first_and_again_by_its_successor(own: Gateway) -> None:
    def times(event: str) -> int:
        return own.log("intake").read_text().count(f'"event": "{event}"')

    own.environment |= {"RETENTION_AUTO": "true", "RETENTION_REJECTION_DAYS": "9"}
    start(own)
    wait_for(lambda: times("swept") and times("retention_applied"))
    assert (times("worker_started"), times("swept"), times("retention_applied")) == (2, 1, 1)

    workers(own)[1].kill()
    wait_for(lambda: times("swept") == 2 and times("retention_applied") == 2, START_SECONDS)
    own.stop()
    assert (times("swept"), times("retention_applied")) == (2, 2)


def test_an_intake_of_one_process_is_as_it_was(own: Gateway) -> None:
    own.start("intake", wait=False)
    wait_for(lambda: own.ready("intake"), START_SECONDS)

    assert workers(own) == {}
    assert not (own.folder / "intake-workers").exists()
    own.stop()
