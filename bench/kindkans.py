"""What the core store's lists cost at a million dossiers, and whether it takes events as fast as they come.

    .venv/bin/python bench/kindkans.py [--rows 1000000] [--keep FOLDER] [--only lists|taking]

On SQLite and on PostgreSQL, a server of its own as the tests start it. Prints Markdown for
docs/performance.md. With `--keep` the SQLite file is made once and used again.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import floors  # noqa: E402
import intake  # noqa: E402
import uvloop  # noqa: E402
from helpdesk_pages import Taken, _measure, _print  # noqa: E402
from kindkans_rows import GUEST, TODAY, fill, lid, surname  # noqa: E402
from sqlalchemy import Connection, Engine, select, text  # noqa: E402

from brokers.messages import Done, Incoming  # noqa: E402
from components.postgres import PostgresServer, create_database  # noqa: E402
from database.committer import Committer  # noqa: E402
from database.engine import open_engine, reading  # noqa: E402
from database.migrate import History, upgrade  # noqa: E402
from dossier.delivery import Delivery, Herkomst  # noqa: E402
from dossier.dossier import Dossier, Hulpvraag, Indiener, Leerling, School  # noqa: E402
from dossier.identifiers import (  # noqa: E402
    BerichtId,
    Dossiernummer,
    HulpvraagId,
    KoppelingId,
    OmgevingId,
    OrganisatieId,
    SwvId,
    new_inzending_id,
)
from dossier.timestamps import utc_now  # noqa: E402
from kindkans import taking  # noqa: E402
from kindkans.dossiers.doubles import doubles_of  # noqa: E402
from kindkans.dossiers.indexing import Kenmerken  # noqa: E402
from kindkans.dossiers.search import Cursor, Zoek, list_dossiers  # noqa: E402
from kindkans.handler import DeliveryHandler  # noqa: E402
from kindkans.schema import dossier  # noqa: E402
from storage.keyring import Keyring  # noqa: E402
from storage.seal import Seal  # noqa: E402

SENDERS, EVENTS = 32, 3_000
URLS = "DATABASE_URL", "KINDKANS_DATABASE_URL"
APART = "broker", "kindkans", "relay", "intake"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--only", choices=("lists", "taking"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.keep) as folder:
        Path(folder).chmod(0o755)
        server = PostgresServer(Path(folder) / "postgres")
        server.create()
        server.start()
        try:
            if options.only != "lists":
                taking_table(Path(folder), server.port)
                whole_way(Path(folder), server.port)
            if options.only != "taking":
                lists_table(options.rows, (options.keep or Path(folder)) / "kindkans.db", server.port)
        finally:
            server.stop()


# Lists ---------------------------------------------------------------------------------------


def lists_table(rows: int, file: Path, port: int) -> None:
    measured: dict[str, dict[str, Taken]] = {}
    for url in (f"sqlite:///{file}", create_database(port)):
        engine = open_engine(url)
        upgrade(engine, History.KINDKANS)
        with reading(engine) as connection:
            filled = connection.execute(select(dossier.c.dossiernummer).limit(1)).first() is not None
        if not filled:
            fill(engine, rows)
        for name, run in lists(rows):
            measured.setdefault(name, {})[engine.dialect.name] = _measure(engine, run)
            print(name, engine.dialect.name, str(measured[name][engine.dialect.name]), file=sys.stderr)
        engine.dispose()
    _print(measured)


def lists(rows: int) -> Iterator[tuple[str, Callable[[Connection], object]]]:
    who = {
        "one organisatie": lid("school", organisatie="o-700", swv="swv-17"),
        "the largest SWV": lid("swv", swv="swv-0"),
        "an SWV of 18 schools": lid("middling", swv="swv-17"),
        "200 invitations": GUEST,
    }
    middle = Cursor(dossiernummer=Dossiernummer(rows // 2))
    how: dict[str, dict[str, Any]] = {
        "list": {},
        "a page in the middle": {"cursor": middle},
        "the page before that": {"cursor": Cursor(dossiernummer=middle.dossiernummer, backwards=True)},
        "the commonest surname": {"zoek": Zoek(naam_hashes=(surname(0),))},
        "a rare surname": {"zoek": Zoek(naam_hashes=(surname(4_900), surname(4_901)))},
        "a number": {"zoek": Zoek(dossiernummer=Dossiernummer(rows // 3))},
        "soort": {"soort": "tlv"},
        "a soort that nobody has": {"soort": "anders"},
        "one school": {"organisatie_id": "o-70"},
    }
    for a, one in who.items():
        for b, asked in how.items():
            yield f"{a}: {b}", lambda c, one=one, asked=asked: list_dossiers(c, one, TODAY, **asked)
        yield f"{a}: doubles of one", lambda c, one=one: doubles_of(c, one, TODAY, Dossiernummer(rows // 3))


# Taking --------------------------------------------------------------------------------------


class _Plain(taking.Taking):
    """As it was before there was an index: the content is opened and checked, and nothing is read in it."""

    def _checked_content(self, delivery: Delivery) -> Kenmerken | None:
        return None if self._seal.open(delivery.verzegeld, delivery.event_id) is None else Kenmerken()


def taking_table(folder: Path, port: int) -> None:
    print(f"Events of 3 kB without bijlagen, {SENDERS} at once, without a broker; in one run, in turn:\n")
    print(
        "| database | accepts/s (committer alone) | taken/s | taken/s without an index |\n|---|---|---|---|"
    )
    for name in ("sqlite", "postgresql"):

        def fresh(history: History, name: str = name) -> str:
            number = len(list(folder.glob("*.db")))
            url = create_database(port) if name == "postgresql" else f"sqlite:///{folder}/{number}.db"
            engine = open_engine(url)
            upgrade(engine, history)
            engine.dispose()
            return url

        rates: dict[str, list[float]] = {"accepts": [], "taken": [], "plain": []}
        for _ in range(3):
            gateway = (
                intake.new_gateway(folder)[0].gateway_database if name == "sqlite" else fresh(History.GATEWAY)
            )
            rates["accepts"].append(floors.committer_alone(gateway, SENDERS, EVENTS))
            rates["taken"].append(taken_per_second(fresh(History.KINDKANS), taking.Taking))
            rates["plain"].append(taken_per_second(fresh(History.KINDKANS), _Plain))
        best = [f"{max(found):,.0f}" for found in rates.values()]
        print(f"| {name} | {' | '.join(best)} |", flush=True)
    print()


def taken_per_second(url: str, kind: type[taking.Taking]) -> float:
    engine = open_engine(url)
    committer = Committer(engine)
    committer.start()
    seal = Seal(Keyring.generate())
    incoming = [Incoming(body=event(seal, n), deliveries=1) for n in range(1, EVENTS + 1)]

    async def publish(subject: str, message_id: str, body: bytes) -> None: ...

    nothing: Any = None
    handler = DeliveryHandler(committer.transact, publish, "r", seal=seal, source=nothing, own=nothing)
    handler._taking = kind(committer.transact, seal, nothing, nothing, handler._observer)

    async def run() -> float:
        todo = iter(incoming)

        async def one() -> None:
            for message in todo:
                assert await handler(message) == Done()

        began = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(SENDERS)))
        return time.perf_counter() - began

    cpu = time.process_time()
    seconds = uvloop.run(run())
    cpu = time.process_time() - cpu
    committer.stop()
    engine.dispose()
    print(f"{kind.__name__} {engine.dialect.name}: {1000 * cpu / EVENTS:.2f} ms of our CPU", file=sys.stderr)
    return EVENTS / seconds


def event(seal: Seal, number: int) -> bytes:
    event_id = new_inzending_id()
    plain = Dossier(
        bericht_id=BerichtId("b"),
        tijdstip=utc_now(),
        school=School(brin="32DD", naam="De Regenboog"),
        leerling=Leerling(
            leerling_id="1", voornamen="Quirijn", achternaam="Vries", geboortedatum="2017-05-04"
        ),
        hulpvraag=Hulpvraag(
            hulpvraag_id=HulpvraagId("h"),
            soort="adviesvraag",
            titel="Ondersteuning bij lezen",
            omschrijving="tekst " * 270,
            hulpvraagdatum="2026-01-30",
            indiener=Indiener(naam="A. Jansen"),
            toestemming_ouders=True,
        ),
    ).content_bytes()
    return Delivery(
        event_id=event_id,
        occurred_at=utc_now(),
        dossiernummer=Dossiernummer(number),
        versie=1,
        swv_id=SwvId("swv"),
        organisatie_id=OrganisatieId(f"o-{number % 1_500}"),
        brin="32DD",
        inhoud_hash=seal.keyed_hash(plain),
        verzegeld=seal.seal(plain, event_id),
        bijlagen=(),
        herkomst=Herkomst(
            omgeving_id=OmgevingId("bench"),
            bericht_id=BerichtId(event_id),
            hulpvraag_id=HulpvraagId(f"h{number}"),
            koppeling_id=KoppelingId("k"),
            route_rule="BRIN",
        ),
    ).encode()


def whole_way(folder: Path, port: int) -> None:
    """Real pushes at full speed, how many are delivered meanwhile, then what waits; and whose CPU it took."""
    print("3 kB, 32 senders for 10 s, the embedded NATS, the load on the same cores:\n")
    print(
        "| database | roles | accepted/s | delivered/s meanwhile | of accepted | once the pushing ended "
        "| CPU ms per dossier |"
    )
    print("|---|---|---|---|---|---|---|", flush=True)
    for database in ("SQLite", "PostgreSQL"):
        for name, roles in (("one process", ("up",)), ("a process each", APART)):
            urls = {} if database == "SQLite" else {key: create_database(port) for key in URLS}
            with patch.dict(os.environ, urls):
                print(f"| {database} | {name} | {_way(folder, roles)} |", flush=True)
    print()


def _way(folder: Path, roles: tuple[str, ...]) -> str:
    settings, authorization = intake.new_gateway(folder)
    load = intake.Load("3 kB", 0, 0, 10)
    sampled: dict[str, intake.Sampled] = {}
    with ExitStack() as stack:
        for role in roles:
            process, url = stack.enter_context(intake.running(settings, role))
            sampled[role] = intake.Sampled(process)
        with ExitStack() as measuring:
            for one in sampled.values():
                measuring.enter_context(one)
            result = intake.push(url, authorization, load, SENDERS)
            engine = open_engine(settings.gateway_database)
            pushed = time.perf_counter()
            during = _delivered(engine)
            engine.dispose()
            intake.wait_until_delivered(settings, result["messages"])
            seconds = time.perf_counter() - pushed
    accepted, delivered = result["messages"] / result["seconds"], during / result["seconds"]
    drained = (result["messages"] - during) / seconds
    cpu = ", ".join(f"{r} {one.cpu_seconds * 1000 / result['messages']:.2f}" for r, one in sampled.items())
    return f"{accepted:,.0f} | {delivered:,.0f} | {delivered / accepted:.2f} | {drained:,.0f}/s | {cpu}"


def _delivered(engine: Engine) -> int:
    with reading(engine) as connection:
        count: int = connection.execute(
            text("SELECT count(*) FROM outbox WHERE state = 'bezorgd'")
        ).scalar_one()
    return count


if __name__ == "__main__":
    main()
