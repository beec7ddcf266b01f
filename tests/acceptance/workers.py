"""An intake of several processes, looked at from outside: who are they, what did each, do the sums hold?"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil
import requests
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.parser import text_string_to_metric_families

from acceptance.process import Gateway, wait_for
from adapters.parnassys.standin.messages import Push, indienen

GONG = {"brin": "17GU", "school": "PCBO De Gong"}
NUMBER = re.compile(r"dossiernummer>([0-9]+)<")
START_SECONDS = 180.0  # one after the other: the supervisor, and then they


def start(gateway: Gateway, count: int = 2) -> None:
    gateway.environment["INTAKE_WORKERS"] = str(count)
    gateway.start("intake", wait=False)
    wait_for(lambda: gateway.ready("intake"), START_SECONDS)


def workers(gateway: Gateway) -> dict[int, psutil.Process]:
    """By number."""
    found = {}
    for child in psutil.Process(gateway.running["intake"].pid).children():
        try:
            command = child.cmdline()
        except psutil.Error:
            continue
        if "gateway.worker" in command:
            found[int(command[command.index("gateway.worker") + 1])] = child
    return found


def counted_by(gateway: Gateway, worker: psutil.Process) -> tuple[float, float]:
    """What it has received and ended."""
    files = [str(gateway.folder / "intake-workers" / f"counter_{worker.pid}.db")]
    families = {family.name: family for family in MultiProcessCollector.merge(files)}
    names = ("kindkans_messages_received", "kindkans_messages")
    received, ended = (sum(sample.value for sample in families[name].samples) for name in names)
    return received, ended


@dataclass(frozen=True)
class Scrape:
    received: float
    in_flight: float
    outcomes: dict[str, float]

    @property
    def ended(self) -> float:
        return sum(self.outcomes.values())


def scrape(gateway: Gateway) -> Scrape:
    text = requests.get(f"{gateway.address('intake')['ops_url']}/metrics", timeout=30).text
    found: dict[str, float] = {}
    outcomes: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name] = sample.value
            if sample.name == "kindkans_messages_total":
                outcome = sample.labels["outcome"]
                outcomes[outcome] = outcomes.get(outcome, 0) + sample.value
    return Scrape(found["kindkans_messages_received_total"], found["kindkans_messages_in_flight"], outcomes)


def readiness(gateway: Gateway) -> dict[str, Any]:
    try:
        answer = requests.get(f"{gateway.address('intake')['ops_url']}/readyz", timeout=30)
    except requests.RequestException:
        return {"ready": False, "checks": {}}
    found: dict[str, Any] = answer.json()
    assert found["ready"] == answer.ok
    return found


@dataclass
class Load:
    """Senders that repeat what got no answer, each push until it has its number."""

    numbers: list[int] = field(default_factory=list)
    scrapes: list[Scrape] = field(default_factory=list)

    def answered(self, more: int) -> None:
        until = len(self.numbers) + more
        wait_for(lambda: len(self.numbers) >= until)


@contextmanager
def load(gateway: Gateway, senders: int = 6) -> Iterator[Load]:
    """While it is entered; somebody scrapes all the while."""
    found, ending = Load(), threading.Event()

    def send() -> None:
        while not ending.is_set():
            body = indienen(Push(**GONG)).body
            while (number := _sent(gateway, body)) is None:
                pass
            found.numbers.append(number)

    def look() -> None:
        while not ending.is_set():
            found.scrapes.append(scrape(gateway))

    threads = [_thread(send) for _ in range(senders)] + [_thread(look)]
    try:
        yield found
    finally:
        ending.set()
        for thread in threads:
            thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)


def _thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def _sent(gateway: Gateway, body: bytes) -> int | None:
    try:
        answer = NUMBER.search(gateway.post(body, role="intake").text)
    except requests.RequestException:
        return None
    return int(answer[1]) if answer else None
