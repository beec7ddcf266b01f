"""A whole gateway as separate processes, on one port for ever, with everything about it to be looked at."""

from __future__ import annotations

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Connection, Engine, select

from acceptance.process import Gateway, wait_for
from components.postgres import PostgresServer
from database.answered import answered_versions
from database.engine import reading
from database.inzendingen import with_objects
from database.schema import inzending, outbox
from dossier.identifiers import InzendingId
from faults.checker import Seen, Stored, content_of, sha_of
from faults.load import CANARY
from gateway.databases import open_gateway_database, open_store_database
from gateway.reconcile import reconcile
from kindkans import queries
from storage.keyring import load_or_create
from storage.objects import LocalObjects, ObjectDamaged, ObjectMissing
from storage.seal import Seal
from storage.sweeper import sweep

DEADLINE_SECONDS = 10.0
SLACK_SECONDS = 6.0  # the guard's own five, and the way there and back
OMGEVING = "parnassys-gong"
ROLES = ("broker", "kindkans", "relay", "intake")


class Stack(Gateway):
    """SQLite, files and the embedded NATS; each role a process."""

    roles: tuple[str, ...] = ROLES
    postgres: PostgresServer  # of the stacks that run on one

    @classmethod
    def create(cls, folder: Path, **environment: str) -> Stack:
        folder.mkdir(parents=True, exist_ok=True)
        fixed = {
            "PORT": str(free_port()),
            "REQUEST_DEADLINE_SECONDS": str(DEADLINE_SECONDS),
            "RELAY_LEASE_SECONDS": "2",
            "ACK_WAIT_SECONDS": "2",
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

    def wait_ready(self, role: str) -> None:
        wait_for(lambda: self.ready(role))

    def restart(self, role: str, *, wait: bool = True, **environment: str) -> None:
        """SIGTERM, and up again with this added to its environment. Don't wait for what is to die."""
        self.stop(role)
        before = dict(self.environment)
        self.environment |= environment
        try:
            self.start(role, wait=wait)
        finally:
            self.environment = before

    def died(self, role: str, seconds: float = 30.0) -> int:
        """Waits until the process of `role` has ended by itself; its exit code."""
        code = self.running[role].wait(timeout=seconds)
        del self.running[role]
        return code

    def process(self, role: str) -> psutil.Process:
        return psutil.Process(self.running[role].pid)

    @property
    def soap_url(self) -> str:
        return f"http://127.0.0.1:{self.environment['PORT']}/parnassys/v1"

    # --- what is there ---

    def until_equal(self, seconds: float = 30.0) -> float:
        """Waits until the store equals what was accepted; how long that took."""
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
            return reconcile(answered_versions(left), queries.held_versions(right)).proven

    def see(self) -> Seen:
        """Everything, when nothing is under way any more. Sweeps first, as the sweeper would in a day."""
        return asyncio.run(self._see())

    async def _see(self) -> Seen:
        seal = Seal(load_or_create(self.settings.keyring_path))
        source, own = self.source_objects(seal), self.own_objects(seal)
        with self.databases() as (ours, theirs):
            await sweep(source, _asking(ours, with_objects), age_seconds=0)
            await sweep(own, _asking(theirs, queries.copies_in_use), age_seconds=0)
            orphans = [
                *self._orphans(source, ours, with_objects),
                *self._orphans(own, theirs, queries.copies_in_use),
            ]
            with reading(theirs) as connection:
                stored = await _stored(connection, seal, own)
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
        return Seen(
            stored=tuple(stored),
            accepted=accepted,
            events=Counter(event.state for event in events),
            publishes={event.event_id: event.publishes for event in events},
            orphans=tuple(orphans),
            dead_letters=self.dead_letters(),
            canaries=tuple(self.canaries()),
        )

    def _orphans(
        self,
        objects: Any,
        engine: Engine,
        needed: Callable[[Connection, Sequence[InzendingId]], set[InzendingId]],
    ) -> list[str]:
        there = list(objects.folders_older_than(-60))
        with reading(engine) as connection:
            return sorted(set(there) - needed(connection, there))

    def dead_letters(self) -> int:
        return self.count_dead_letters() - self._dead_letters_before

    _dead_letters_before = 0

    def count_dead_letters(self) -> int:
        """At the broker, of all time."""
        return 0

    def canaries(self) -> list[str]:
        """Files, of ours and of the broker, in which the pupil's data stands in clear."""
        words = [CANARY.lower().encode(code) for code in ("utf-8", "utf-16-le")]
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return [path.name for path in files if any(word in path.read_bytes().lower() for word in words)]

    def source_objects(self, seal: Seal) -> Any:
        return LocalObjects(self.folder / "bijlagen", seal)

    def own_objects(self, seal: Seal) -> Any:
        return LocalObjects(self.folder / "kindkans-bijlagen", seal)

    def databases(self) -> _Databases:
        return _Databases(self)


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


async def _stored(connection: Connection, seal: Seal, own: Any) -> list[Stored]:
    shas: dict[tuple[int, int], list[str]] = {}
    for bijlage in queries.held_bijlagen(connection):
        sha = await _read_back(own, bijlage.object_id)
        shas.setdefault((bijlage.dossiernummer, bijlage.versie), []).append(sha)
    return [
        Stored(
            dossiernummer=version.dossiernummer,
            versie=version.versie,
            titel=content_of(seal.open(version.verzegeld, version.event_id)),
            shas=tuple(shas.get((version.dossiernummer, version.versie), ())),
            current=queries.current_version(connection, version.dossiernummer) == version.versie,
        )
        for version in queries.sealed_versions(connection)
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
