"""Both sums of the metrics hold in every scrape: under load, and after kill -9 of any role; and no label says
what somebody sent."""

from __future__ import annotations

import itertools
import re
import shutil
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import yaml

from acceptance.process import WORLD, Gateway, wait_for
from acceptance.test_privacy import CANARY, LOGINS, NO_MESSAGES, every_kind_of_push, every_other_way, said
from adapters.parnassys.exchange import Outcome
from adapters.parnassys.names import Operation
from adapters.parnassys.standin.messages import File, Push, indienen, opvragen
from database.outbox_rows import State
from dossier.reden import RedenCode
from dossier.verdict import Soort
from gateway.metrics import NO_OPERATION, BrokerEvent, Disk, Party, Phase, RelayEvent, StoreEvent
from gateway.refusals import REFUSALS
from routing.tables import KoppelingStatus

GONG = {"brin": "17GU", "school": "PCBO De Gong"}
ROLES = ("broker", "relay", "kindkans", "intake")
pytestmark = pytest.mark.timeout(600)  # some start five processes, and one after the other anew
LINE = re.compile(r"^kindkans_(\w+?)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')


@dataclass
class Scraped:
    """One answer of /metrics."""

    samples: list[tuple[str, dict[str, str], float]]

    def sum(self, name: str, **labels: str) -> float:
        return sum(v for n, of, v in self.samples if n == name and labels.items() <= of.items())

    def values(self, name: str, label: str) -> dict[str, float]:
        return {of[label]: v for n, of, v in self.samples if n == name and v}

    def broken_sums(self) -> list[str]:
        received, messages = self.sum("messages_received_total"), self.sum("messages_total")
        in_flight = self.sum("messages_in_flight")
        accepted, delivered = self.sum("versions_accepted"), self.sum("versions_delivered")
        events = self.sum("outbox_events")
        broken = []
        if received != messages + in_flight:
            broken.append(f"received {received} = messages {messages} + in flight {in_flight}")
        if accepted != delivered + events:
            broken.append(f"accepted {accepted} = delivered {delivered} + events {events}")
        return broken


def scrape(gateway: Gateway, role: str) -> Scraped:
    text = requests.get(f"{gateway.address(role)['ops_url']}/metrics", timeout=60).text
    return Scraped([(n, dict(LABEL.findall(of)), float(v)) for n, of, v in LINE.findall(text)])


def start(gateway: Gateway, *roles: str) -> None:
    """One after the other: five at once take each other's time."""
    for role in roles:
        gateway.start(role)


@dataclass
class Load:
    """Senders of everything that there is to send, and scrapers of the roles that hold a sum."""

    gateway: Gateway
    stopping: threading.Event = field(default_factory=threading.Event)
    answers: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, number: int) -> None:
        kinds = itertools.cycle(("good", "double", "minus", "check", "status", "fault", "login", "hang_up"))
        for kind in itertools.islice(kinds, number, None):
            if self.stopping.is_set():
                return
            try:
                answer = self._send(kind)
            except (OSError, ValueError):  # of a role that was killed; it is back at another place
                continue
            with self.lock:
                self.answers[answer] += 1

    def _send(self, kind: str) -> str:
        push = Push(**GONG, files=(File(),))
        match kind:
            case "good":
                self._post(indienen(push).body)
            case "double":
                for titel in ("een", "twee", "twee"):
                    self._post(indienen(replace(push, bericht_id=Push().bericht_id, titel=titel)).body)
            case "minus":
                self._post(indienen(replace(push, achternaam="")).body)
            case "check":
                self._post(indienen(push, operation=Operation.CONTROLEREN).body)
            case "status":
                self._post(opvragen(bericht_id=push.bericht_id).body)
            case "fault":
                self._post(indienen(push).body[:-30])
            case "login":
                self._post(indienen(push).body, Authorization="Basic YTpi")
            case "hang_up":
                self._hang_up(indienen(push).body)
        return kind

    def _post(self, body: bytes, **headers: str) -> None:
        assert self.gateway.post(body, role="intake", **headers).status_code in (200, 401, 400, 500, 503)

    def _hang_up(self, body: bytes) -> None:
        url = urlsplit(self.gateway.url("intake"))
        head = (
            f"POST {url.path} HTTP/1.1\r\nHost: x\r\nAuthorization: {self.gateway.authorization()}\r\n"
            f"Content-Type: text/xml; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((url.hostname or "", url.port or 0), timeout=60) as sock:
            sock.sendall(head.encode() + body[:200])

    def scrape(self, role: str) -> None:
        while not self.stopping.is_set():
            try:
                found = scrape(self.gateway, role)
            except (OSError, ValueError):
                continue
            with self.lock:
                self.broken += [f"{role}: {what}" for what in found.broken_sums()]
                self.seen[role] += 1
                self.seen["in flight"] += found.sum("messages_in_flight") > 0
                self.seen["events"] += found.sum("outbox_events") > 0
                self.seen["delivered"] += found.sum("versions_delivered") > 0


@contextmanager
def load_on(gateway: Gateway) -> Iterator[Load]:
    load = Load(gateway)
    threads = [threading.Thread(target=load.send, args=(n,)) for n in range(4)]
    threads += [threading.Thread(target=load.scrape, args=(role,)) for role in ("intake", "relay")]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stopping.set()
        for thread in threads:
            thread.join(timeout=60)


def test_both_sums_hold_in_every_scrape_under_load(own: Gateway) -> None:
    start(own, *ROLES)
    with load_on(own) as load:
        wait_for(lambda: min(load.seen[role] for role in ("intake", "relay")) > 60)
        wait_for(lambda: min(load.answers.values(), default=0) > 5 and len(load.answers) == 8)
    own.reconciled(60)

    assert load.broken == []
    # It was a test: there was something in flight, and on its way to the store, while we looked.
    assert min(load.seen[what] for what in ("in flight", "events", "delivered")) > 5, load.seen
    wait_for(lambda: scrape(own, "intake").sum("messages_in_flight") == 0)
    last = scrape(own, "intake")
    assert {outcome for outcome in Outcome if last.sum("messages_total", outcome=outcome.value)} == set(
        Outcome
    )
    # Accepted here are also doubles, which made no version.
    [(versions,)] = own.rows("SELECT count(*) FROM inzending WHERE uitkomst IN ('nieuw', 'versie')")
    wait_for(lambda: scrape(own, "relay").sum("versions_delivered") == versions)
    own.stop("intake", "relay", "kindkans", "broker")


def test_they_hold_after_kill_9_of_each_role(own: Gateway) -> None:
    start(own, *ROLES)
    with load_on(own) as load:
        for role in ("intake", "relay", "kindkans"):
            accepted = load.answers["good"]
            wait_for(lambda before=accepted: load.answers["good"] > before + 3)
            own.kill(role)
            own.start(role)
        accepted, scrapes = load.answers["good"], load.seen["intake"]
        wait_for(lambda: load.answers["good"] > accepted + 3 and load.seen["intake"] > scrapes + 5)
    own.reconciled(60)

    assert load.broken == []
    [(versions,)] = own.rows("SELECT count(*) FROM inzending WHERE uitkomst IN ('nieuw', 'versie')")
    wait_for(lambda: scrape(own, "relay").sum("versions_delivered") == versions)
    assert scrape(own, "intake").broken_sums() == []
    assert scrape(own, "relay").sum("outbox_events") == 0
    own.stop("intake", "relay", "kindkans", "broker")


def test_each_phase_counts_the_messages_that_got_through_it(own: Gateway) -> None:
    own.start()
    good = Push(**GONG)
    own.post(indienen(good).body)
    own.post(indienen(good).body)  # a repeat: not judged
    own.post(indienen(Push(**GONG, achternaam="")).body)
    own.post(indienen(Push(**GONG), operation=Operation.CONTROLEREN).body)
    own.post(opvragen(bericht_id=good.bericht_id).body)
    own.post(indienen(good).body[:-30])
    own.post(indienen(good).body, Authorization="Basic YTpi")
    found = scrape(own, "up")
    own.stop()

    assert found.values("phase_seconds_count", "phase") == {
        "authenticate": 6, "receive": 5, "parse": 5, "validate": 3, "route": 3, "commit": 3,
    }  # fmt: skip
    assert all(value > 0 for value in found.values("phase_seconds_sum", "phase").values())
    assert found.values("messages_total", "outcome").keys() == set(Outcome) - {"afgebroken"}
    assert found.sum("redenen_total") == found.sum("redenen_total", code="LEERLING_ONVOLLEDIG") == 1


def test_each_disk_and_what_runs_is_told(own: Gateway) -> None:
    own.start()
    found = scrape(own, "up")
    own.stop()

    told = found.values("disk_free_bytes", "folder")
    assert told.keys() == set(Disk)
    free = shutil.disk_usage(own.folder).free
    assert all(value == pytest.approx(free, rel=0.2) for value in told.values())
    assert found.values("build_info", "version") == {version("kindkans-gateway"): 1}
    connected = {(of["role"], of["broker"]): v for n, of, v in found.samples if n == "broker_connected"}
    assert connected == {("relay", "nats"): 1, ("kindkans", "nats"): 1, ("broker", "nats"): 1}


ALLOWED: dict[str, set[str]] = {
    "operation": {*(operation.value for operation in Operation), NO_OPERATION},
    "outcome": {*Outcome},
    "party": {*Party},
    "soort": {*Soort},
    "code": {*RedenCode},
    "phase": {*Phase},
    "status": {*(str(refusal.status) for refusal in REFUSALS), *KoppelingStatus},
    "event": {*RelayEvent, *StoreEvent, *BrokerEvent},
    "role": {"relay", "kindkans", "broker"},
    "broker": {"nats"},
    "state": {*State} - {State.BEZORGD} | {"with_koppeling", "without_koppeling"},
    "folder": {*Disk},
    "version": {version("kindkans-gateway")},
}


def test_no_label_of_any_role_has_a_value_outside_its_set_whatever_is_sent(tmp_path: Path) -> None:
    own = Gateway(tmp_path / "data")
    own.make_world(hostile_world(tmp_path))
    try:
        start(own, *ROLES, "helpdesk")
        send_everything_hostile(own)
        own.reconciled(60)
        shown = {role: scrape(own, role) for role in (*ROLES, "helpdesk")}
        own.stop("helpdesk", "intake", "relay", "kindkans", "broker")
    finally:
        own.close()

    outside = [
        (role, name, label, value)
        for role, scraped in shown.items()
        for name, of, _ in scraped.samples
        for label, value in of.items()
        if label != "le" and value not in ALLOWED[label]
    ]
    assert outside == []
    edges = {of["le"] for scraped in shown.values() for _, of, _ in scraped.samples if "le" in of}
    assert all(edge == "+Inf" or float(edge) > 0 for edge in edges)
    # All of it was counted, by the role that it was sent to.
    assert {"geaccepteerd", "afgewezen", "fault"} <= shown["intake"].values(
        "messages_total", "outcome"
    ).keys()
    assert shown["intake"].values("refused_requests_total", "status").keys() >= {"400", "404", "431"}
    assert shown["helpdesk"].sum("refused_requests_total", status="431") == 1


def hostile_world(folder: Path) -> Path:
    """The world of the demo, in which every name and id that somebody chose is one."""
    world = yaml.safe_load(WORLD.read_text())
    for omgeving in world["omgevingen"]:
        omgeving["naam"] = f"{CANARY} {omgeving['naam']}"
    for swv in world["swvs"]:
        swv["naam"] = f'{CANARY}"}} 1\n{swv["naam"]}'
        swv["organisaties"] = [{**one, "naam": f"{CANARY} {one['naam']}"} for one in swv["organisaties"]]
    path = folder / "world.yaml"
    path.write_text(yaml.safe_dump(world, allow_unicode=True))
    return path


def send_everything_hostile(own: Gateway) -> None:
    for body in every_kind_of_push():
        own.post(body, role="intake")
    for body, headers in every_other_way():
        own.post(body, role="intake", **headers)
    for header in LOGINS:
        own.post(b"", role="intake", Authorization=header)
    for request in NO_MESSAGES:
        said(own, request, "intake")
    pages = own.address("helpdesk")["helpdesk_url"]
    requests.get(f"{pages}/{CANARY}?{CANARY}", timeout=60)
    requests.post(f"{pages}/inloggen", data={"gebruikersnaam": CANARY, "wachtwoord": CANARY}, timeout=60)
    requests.get(pages, headers={f"X-{CANARY}-{n}": CANARY for n in range(120)}, timeout=60)
    for role in (*ROLES, "helpdesk"):
        requests.get(f"{own.address(role)['ops_url']}/metrics/{CANARY}?{CANARY}", timeout=60)
