"""A gateway of separate processes under load, and a real Prometheus that scraped all of it meanwhile."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from acceptance.process import wait_for
from components.postgres import free_port
from components.prometheus import PrometheusServer
from components.tls import make_certificate
from faults.processes import Processes
from monitoring.sending import Sender, Tally, sending

ROLES = ("broker", "intake", "intake-2", "relay", "helpdesk", "kindkans")
CONFIG = Path(__file__).parent.parent.parent / "deploy" / "prometheus" / "prometheus.yml"
JOB = "kindkans-gateway"
_SETTINGS = {
    "REQUEST_DEADLINE_SECONDS": "60",
    "EVENT_MAX_TRIES": "1",  # the dead letter is dead at once
    "ACK_WAIT_SECONDS": "5",
    "MIN_FREE_BYTES": "0",
}
_START_SECONDS = 120.0  # five processes at once, beside all other tests
_SCRAPES = 15  # of each process, most of them while senders send


class Scraper(PrometheusServer):
    """With the job of deploy/, but for how it finds the processes and how often it looks."""

    def __init__(self, folder: Path, roles: dict[str, list[str]]) -> None:
        super().__init__(folder, {JOB: [address for found in roles.values() for address in found]})
        self._roles = roles

    def _configuration(self) -> dict[str, Any]:
        config: dict[str, Any] = yaml.safe_load(CONFIG.read_text())
        [job] = [job for job in config["scrape_configs"] if job["job_name"] == JOB]
        del job["dns_sd_configs"], job["relabel_configs"]
        job["static_configs"] = [
            {"targets": addresses, "labels": {"role": role}} for role, addresses in self._roles.items()
        ]
        times = dict.fromkeys(("scrape_interval", "scrape_timeout"), self._interval)
        return {"global": times, "scrape_configs": [job]}


@dataclass(frozen=True, kw_only=True)
class Watched:
    gateway: Processes
    prometheus: Scraper
    tally: Tally
    began: float
    ended: float  # all was scraped after the last thing that happened


@contextmanager
def watched(folder: Path) -> Iterator[Watched]:
    with _front(folder) as front:
        settings = _SETTINGS | {"PORT": str(free_port()), "CERTIFICATES_AT": f"{front},{front}"}
        yield from _watched(folder, Processes(folder / "data", environment=settings))


def _watched(folder: Path, gateway: Processes) -> Iterator[Watched]:
    gateway.make_world()
    tally = Tally()
    try:
        _start_with_a_dead_letter(gateway, tally)
        ports: dict[str, list[str]] = {}
        for name in ROLES:
            address = str(gateway.address(name)["ops_url"]).removeprefix("http://")
            ports.setdefault(name.split("-")[0], []).append(address)
        with Scraper(folder / "prometheus", ports) as prometheus:
            prometheus.scraped(seconds=_START_SECONDS)
            began = time.time()
            addresses = [gateway.soap_url_of(name) for name in ("intake", "intake-2")]
            with sending(addresses, gateway.secrets, tally):
                prometheus.scraped(_SCRAPES, _START_SECONDS)
            ended = prometheus.wait(lambda: _settled(prometheus, tally), seconds=_START_SECONDS)
            yield Watched(gateway=gateway, prometheus=prometheus, tally=tally, began=began, ended=ended)
    finally:
        gateway.close()


@contextmanager
def _front(folder: Path) -> Iterator[str]:
    """HOST:PORT of something that shows a certificate, which is good for a day."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*make_certificate(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(timeout=30)


def _start_with_a_dead_letter(gateway: Processes, tally: Tally) -> None:
    """One whose bijlage was damaged before the store came for it."""
    for role in ROLES[:-1]:
        gateway.start(role, wait=role == "broker")
    for role in ROLES[:-1]:
        wait_for(lambda role=role: gateway.ready(role), _START_SECONDS)
    Sender(gateway.soap_url_of("intake"), gateway.secrets, tally).with_bijlage()
    for path in gateway.objects():
        path.write_bytes(b"damaged")
    gateway.start(ROLES[-1], wait=False)
    wait_for(lambda: gateway.rows("SELECT 1 FROM outbox WHERE state = 'dood'"), _START_SECONDS)


def _settled(prometheus: Scraper, tally: Tally) -> float:
    """Now, if every process was just scraped and shows all that was sent and delivered; else 0."""
    now = time.time()
    awaited = {
        "sum(up == 1)": len(ROLES),
        "sum(kindkans_messages_total)": sum(
            tally.told[what]
            for what in ("geaccepteerd", "afgewezen", "fault", "afgebroken", "controle", "status")
        ),
        "sum(kindkans_messages_in_flight)": 0,
        'max(kindkans_outbox_events{state=~"wachtend|gepubliceerd"})': 0,
        "max(kindkans_versions_accepted) - max(kindkans_versions_delivered)": 1,  # the dead letter
        "sum(kindkans_delivery_seconds_count) - max(kindkans_versions_delivered)": 0,
        "count(kindkans_certificate_expiry_timestamp_seconds)": 2,
        "sum(kindkans_refused_requests_total)": tally.told["refused"],
    }
    return now if all(_value(prometheus, q, now) == wanted for q, wanted in awaited.items()) else 0.0


def _value(prometheus: Scraper, expr: str, at: float) -> float | None:
    found = prometheus.query(expr, at)
    return float(found[0]["value"][1]) if found else None
