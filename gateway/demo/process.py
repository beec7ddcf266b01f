"""The gateway that the demo shows: a process of its own, on data of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import requests

from database.engine import writing
from dossier.errors import Unavailable
from gateway import configuration
from gateway.commands.console import actor, out
from gateway.databases import open_gateway_database
from gateway.settings import Settings

_START_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    soap_url: str
    helpdesk_url: str
    kindkans_url: str


def prepare(settings: Settings) -> dict[str, str]:
    """The world of the demo in a new database; the secret of each omgeving."""
    world = Path(__file__).with_name("world.yaml")
    engine = open_gateway_database(settings)
    with writing(engine) as connection:
        changes = configuration.diff(connection, configuration.read_file(world), world.parent)
        secrets = [change.apply(connection, actor()) for change in changes]
    engine.dispose()
    for change in changes:
        out.print(f"  {change.description}", markup=False, highlight=False)
    return dict(secret.split(": ", 1) for secret in secrets if secret)


@contextmanager
def gateway(settings: Settings) -> Iterator[Addresses]:
    """`kindkans-gateway up`, ready. Stopped by SIGTERM at the end. Raises Unavailable."""
    environment = os.environ | {
        **dict.fromkeys(("PORT", "OPS_PORT", "HELPDESK_PORT", "KINDKANS_PORT"), "0"),
        "DATA_FOLDER": str(settings.data_folder),
        "LOG_FORMAT": "json",
    }
    log = settings.data_folder / "gateway.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "up"],
            env=environment,
            stderr=file,
            stdout=file,
            process_group=0,  # Ctrl+C is for the demo, which ends it; a second signal would hurry it
        )
    try:
        yield _when_ready(settings, process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        if process.wait(timeout=60) != 0:
            raise Unavailable("gateway: it did not end cleanly")


@contextmanager
def asked_to_end() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl+C or another signal to end has come. It raises nothing: an exception that comes amid a
    callback of a library is lost, and with it the wish to end."""
    came: list[int] = []
    with _handled_by(lambda number, _: came.append(number), signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        yield lambda: bool(came)


@contextmanager
def ended_cleanly() -> Iterator[None]:
    """A signal that would end us at once is a KeyboardInterrupt: what was begun is taken down."""
    with _handled_by(signal.default_int_handler, signal.SIGTERM, signal.SIGHUP):
        yield


@contextmanager
def _handled_by(meanwhile: Callable[[int, FrameType | None], object], *numbers: int) -> Iterator[None]:
    before = [signal.signal(number, meanwhile) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _when_ready(settings: Settings, process: subprocess.Popen[bytes], log: Path) -> Addresses:
    until = time.monotonic() + _START_SECONDS
    addresses = settings.data_folder / "running-up.json"
    while time.monotonic() < until:
        if process.poll() is not None:
            out.print(log.read_text(), markup=False, highlight=False)
            raise Unavailable("gateway: it ended at once, see its log above")
        try:
            found = json.loads(addresses.read_text())
            if requests.get(f"{found['ops_url']}/readyz", timeout=5).ok:
                return Addresses(
                    soap_url=found["soap_url"],
                    helpdesk_url=found["helpdesk_url"],
                    kindkans_url=found["kindkans_url"],
                )
        except (OSError, ValueError, requests.RequestException):
            pass
        time.sleep(0.05)
    raise Unavailable("gateway: it was not ready in time")
