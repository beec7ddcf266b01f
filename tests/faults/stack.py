"""A whole gateway as separate processes, on one port for ever, with everything about it to be looked at."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import nats
import psutil
from sqlalchemy import Connection, Engine, func, select

from acceptance.process import wait_for
from brokers.address import BrokerAddress, read_address
from brokers.topology import Queue, Topology
from components.postgres import PostgresServer
from components.s3 import in_bucket
from database.answered import answered_versions
from database.engine import reading, writing
from database.inzendingen import with_objects
from database.schema import inzending, outbox, outbox_gebeurtenis
from dossier.errors import Unavailable
from dossier.identifiers import InzendingId
from dossier.status import Gebeurtenis
from faults.checker import Seen, Stored, content_of, sha_of
from faults.load import CANARY
from faults.power import Disk
from faults.processes import Processes, data_of
from faults.rabbit import RabbitVhost
from gateway.databases import open_gateway_database, open_store_database
from gateway.reconcile import reconcile
from gateway.storages import open_gateway_objects, open_store_objects
from kindkans import queries
from storage.keyring import load_or_create
from storage.objects import ObjectDamaged, ObjectMissing
from storage.seal import Seal
from storage.sweeper import sweep

DEADLINE_SECONDS = 10.0
SLACK_SECONDS = 12.0  # the guard's own five, and the way there and back on a busy machine
OMGEVING = "parnassys-gong"
_ALL = -60.0  # seconds: a storage that counts in whole seconds calls what is new a second old, or none
ROLES = ("broker", "kindkans", "relay", "intake")


_OPEN = select(func.count()).select_from(outbox).where(outbox.c.state.in_(("wachtend", "gepubliceerd")))

_RETRIED = select(outbox_gebeurtenis.c.event_id).where(
    outbox_gebeurtenis.c.gebeurtenis == Gebeurtenis.OPNIEUW.value
)


class Stack(Processes):
    """SQLite, files and the embedded NATS; each role a process."""

    roles: tuple[str, ...] = ROLES
    postgres: PostgresServer  # of the stacks that run on one
    rabbit: RabbitVhost | None = None  # of the stacks whose broker is no NATS
    disk: Disk  # of the stacks whose power can be cut

    @classmethod
    def create(cls, folder: Path, **environment: str) -> Stack:
        folder.mkdir(parents=True, exist_ok=True)
        fixed = {
            "PORT": str(free_port()),
            "REQUEST_DEADLINE_SECONDS": str(DEADLINE_SECONDS),
            "RELAY_LEASE_SECONDS": "2",
            "ACK_WAIT_SECONDS": "2",
            "EVENT_MAX_TRIES": "3",  # few: what may never make an event dead shows soon
            "HANDLING_DEADLINE_SECONDS": "5",
            "WATCHDOG_SECONDS": "5",
            "MIN_FREE_BYTES": "0",
            "LOG_LEVEL": "debug",
        }
        stack = cls(folder, environment=fixed | environment)
        stack.make_world()
        return stack

    def start_all(self) -> None:
        for role in self.roles:
            self.start(role, wait=role == "broker")
        for role in self.roles:
            self.wait_ready(role)

    @property
    def soap_url(self) -> str:
        return f"http://127.0.0.1:{self.environment['PORT']}/parnassys/v1"

    # --- what is there ---

    def until_equal(self, seconds: float = 120.0) -> float:
        """Waits until the store equals what was accepted and has said so; how long that took."""
        began = time.monotonic()
        with self.databases() as (ours, theirs):
            wait_for(lambda: self._equal(ours, theirs), seconds)
        return time.monotonic() - began

    def quiet(self, seconds: float = 30.0) -> float:
        """As `until_equal`, but says inf instead of failing: the checker will say what is missing."""
        try:
            return self.until_equal(seconds)
        except AssertionError:
            return float("inf")

    def _equal(self, ours: Engine, theirs: Engine) -> bool:
        with reading(ours) as left, reading(theirs) as right:
            if left.execute(_OPEN).scalar_one():
                return False
            return reconcile(answered_versions(left), queries.held_versions(right)).proven

    def see(self) -> Seen:
        """Everything, when nothing is under way any more. Sweeps first, as the sweeper would in a day."""
        seen = asyncio.run(self._see())
        return replace(seen, dead_letters=self.dead_letters(), canaries=tuple(self.canaries()))

    async def _see(self) -> Seen:
        seal = Seal(load_or_create(self.settings.keyring_path))
        source, own = self.source_objects(seal), self.own_objects(seal)
        with self.databases() as (ours, theirs):
            await sweep(source, _asking(ours, with_objects), age_seconds=_ALL)
            await sweep(own, _asking(theirs, queries.copies_in_use), age_seconds=_ALL)
            orphans = [
                *await self._orphans(source, ours, with_objects),
                *await self._orphans(own, theirs, queries.copies_in_use),
            ]
            stored = await _stored(theirs, seal, own)
            with reading(ours) as connection:
                accepted = frozenset(
                    connection.execute(
                        select(inzending.c.bericht_id).where(inzending.c.uitkomst != "afgewezen")
                    )
                    .scalars()
                    .all()
                )
                events = connection.execute(
                    select(outbox.c.event_id, outbox.c.state, outbox.c.publishes)
                ).all()
                retried = Counter(connection.execute(_RETRIED).scalars())
        return Seen(
            stored=tuple(stored),
            accepted=accepted,
            events=Counter(event.state for event in events),
            publishes={event.event_id: event.publishes - retried[event.event_id] for event in events},
            orphans=tuple(orphans),
        )

    async def _orphans(
        self,
        objects: Any,
        engine: Engine,
        needed: Callable[[Connection, Sequence[InzendingId]], set[InzendingId]],
        age_seconds: float = -60,
    ) -> list[str]:
        there = [inzending_id async for inzending_id in objects.folders_older_than(age_seconds)]
        with reading(engine) as connection:
            return sorted(set(there) - needed(connection, there))

    def dead_letters(self) -> int:
        """At the broker, since the last time that they were forgiven."""
        return max(0, self.count_dead_letters() - self._forgiven)

    def forgive_dead_letters(self) -> None:
        """Those that are there were the fault's aim, or went with the broker's store."""
        self._forgiven = self.count_dead_letters()

    def forget_dead_letters(self) -> None:
        """The broker has none any more."""
        self._forgiven = 0

    _forgiven = 0

    def count_dead_letters(self) -> int:
        """At the broker, of all time."""
        if self.rabbit is not None:
            return self.rabbit.waiting(Topology().dead_letters)
        return asyncio.run(messages_in(self.nats_address, Topology().dead_letters))

    @property
    def nats_address(self) -> BrokerAddress:
        return read_address(self.folder / "nats")

    def number_is_committed(self, dossiernummer: int) -> bool | None:
        """Whether the database, asked now by somebody else, has it; None if it can't say."""
        query = select(inzending.c.inzending_id).where(inzending.c.dossiernummer == dossiernummer).limit(1)
        try:
            with reading(self._opened_witness()) as connection:
                return connection.execute(query).first() is not None
        except Unavailable:
            return None

    def _opened_witness(self) -> Engine:
        with self._witness_lock:  # any sender may ask first
            if self._witness is None:
                self._witness = open_gateway_database(self.settings)
            return self._witness

    _witness: Engine | None = None
    _witness_lock = threading.Lock()

    def close(self) -> None:
        self.dismiss_witness()
        super().close()

    def dismiss_witness(self) -> None:
        """It holds no file open any more, until it is asked again."""
        if self._witness is not None:
            self._witness.dispose()
            self._witness = None

    def execute(self, *statements: str) -> None:
        """On the gateway's database: what a person at its console would do."""
        engine = open_gateway_database(self.settings)
        with writing(engine) as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()

    def states(self) -> Counter[str]:
        """Of the outbox: how many events are in each."""
        return Counter(dict(self.rows("SELECT state, count(*) FROM outbox GROUP BY state")))

    def left_over(self, age_seconds: float) -> list[str]:
        """Folders of bijlagen that are older and that no push needs, without sweeping."""
        objects = self.source_objects(Seal(load_or_create(self.settings.keyring_path)))
        with self.databases() as (ours, _):
            return asyncio.run(self._orphans(objects, ours, with_objects, age_seconds))

    def connections(self) -> int:
        """Open at the intake."""
        found = self.process("intake").net_connections(kind="tcp4")
        return sum(one.status == psutil.CONN_ESTABLISHED for one in found)

    def canaries(self) -> list[str]:
        """Where a pupil's data stands in clear: our files, the broker's, the bucket, logs, metrics."""
        folders = [self.folder, self.rabbit.data] if self.rabbit and self.rabbit.data else [self.folder]
        files = ((path.name, _bytes_of(path)) for folder in folders for path in data_of(folder))
        objects = ((key, key.encode() + body) for key, body in in_bucket(self.environment).items())
        return [name for name, found in chain(files, objects) if has_canary(found)] + [
            f"/metrics of {role}" for role, text in self.metrics().items() if has_canary(text.encode())
        ]

    def source_objects(self, seal: Seal) -> Any:
        return open_gateway_objects(self.settings, seal)

    def own_objects(self, seal: Seal) -> Any:
        return open_store_objects(self.settings, seal)

    def databases(self) -> _Databases:
        return _Databases(self)


def has_canary(content: bytes) -> bool:
    lower = content.lower()
    return any(CANARY.lower().encode(code) in lower for code in ("utf-8", "utf-16-le"))


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""  # removed meanwhile


async def messages_in(address: BrokerAddress, queue: Queue) -> int:
    """How many a stream of NATS holds."""
    client = await nats.connect(address.url, token=address.token, max_reconnect_attempts=1)
    try:
        return (await client.jetstream().stream_info(queue.stream)).state.messages
    finally:
        await client.close()


class _Databases:
    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def __enter__(self) -> tuple[Engine, Engine]:
        settings = self._stack.settings
        self._engines = open_gateway_database(settings), open_store_database(settings)
        return self._engines

    def __exit__(self, *_: object) -> None:
        for engine in self._engines:
            engine.dispose()


async def _stored(engine: Engine, seal: Seal, own: Any) -> list[Stored]:
    with reading(engine) as connection:  # to its end at once: no server lets us idle in a transaction
        bijlagen = list(queries.held_bijlagen(connection))
        versions = list(queries.sealed_versions(connection))
        current = {v.dossiernummer: queries.current_version(connection, v.dossiernummer) for v in versions}
    shas: dict[tuple[int, int], list[str]] = {}
    for bijlage in bijlagen:
        sha = await _read_back(own, bijlage.object_id)
        shas.setdefault((bijlage.dossiernummer, bijlage.versie), []).append(sha)
    return [
        Stored(
            dossiernummer=version.dossiernummer,
            versie=version.versie,
            titel=content_of(seal.open(version.verzegeld, version.event_id)),
            shas=tuple(shas.get((version.dossiernummer, version.versie), ())),
            current=current[version.dossiernummer] == version.versie,
        )
        for version in versions
    ]


async def _read_back(own: Any, object_id: str) -> str:
    try:
        return sha_of([piece async for piece in own.read(object_id)])
    except (ObjectMissing, ObjectDamaged) as exc:
        return type(exc).__name__


def _asking(engine: Engine, query: Any) -> Any:
    async def ask(ids: Sequence[InzendingId]) -> set[InzendingId]:
        with reading(engine) as connection:
            found: set[InzendingId] = query(connection, ids)
            return found

    return ask


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
