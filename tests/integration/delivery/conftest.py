"""A gateway's outbox and a store, each with its own SQLite database and storage, and a real NATS between."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from brokers.address import BrokerAddress
from brokers.backoff import Backoff
from brokers.nats import NatsConnection, NatsSettings
from brokers.observer import SilentBroker
from brokers.provision import provision
from brokers.topology import Topology
from database import migrate, outbox, outbox_rows
from database.committer import Committer
from database.dossiers import advance_dossier, insert_dossier
from database.engine import open_engine, reading, writing
from database.inzendingen import InzendingRecord, insert_inzending
from database.known import look_up
from dossier.delivery import DeliveredBijlage, Delivery
from dossier.identifiers import InzendingId, new_inzending_id
from dossier.timestamps import from_ms
from kindkans import queries
from kindkans.handler import DeliveryHandler
from kindkans.observer import SilentStore
from kindkans.settings import StoreSettings
from outbox.observer import SilentOutbox
from outbox.receipts import ReceiptHandler
from outbox.relay import Relay
from outbox.settings import RelaySettings
from storage.keyring import Keyring
from storage.objects import LocalObjects
from storage.seal import Seal

FAST = Backoff(first_seconds=0.02, cap_seconds=0.1)
RELAY = RelaySettings(
    poll_seconds=0.01,
    idle_poll_seconds=0.02,
    refused=FAST,
    broker_down=FAST,
    database_down=FAST,
    max_attempts=3,
)
STORE = StoreSettings(max_tries=3, failure=FAST, unavailable=FAST)
NATS = NatsSettings(failure=FAST, fetch_seconds=0.1, reconnect_seconds=0.05)


class Recorder:
    """An observer of any kind that remembers what it is told; `on[name]` runs first."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, tuple[Any, ...]]] = []
        self.on: dict[str, Callable[..., None]] = {}

    def __getattribute__(self, name: str) -> Any:
        known = (SilentBroker, SilentOutbox, SilentStore)
        if not any(hasattr(kind, name) for kind in known) or name.startswith("_"):
            return super().__getattribute__(name)

        def note(*args: Any) -> None:
            self.seen.append((name, args))
            if name in self.on:
                self.on[name](*args)

        return note

    def count(self, name: str) -> int:
        return sum(seen == name for seen, _ in self.seen)

    def args(self, name: str) -> list[tuple[Any, ...]]:
        return [args for seen, args in self.seen if seen == name]


class Side:
    """A database with its committer."""

    def __init__(self, path: Path, history: migrate.History) -> None:
        self.engine = open_engine(f"sqlite:///{path}")
        migrate.upgrade(self.engine, history)
        self.committer = Committer(self.engine)
        self.committer.start()

    def read(self, query: Callable[..., Any], *args: Any) -> Any:
        with reading(self.engine) as connection:
            return query(connection, *args)

    def close(self) -> None:
        self.committer.stop()
        self.engine.dispose()


class World:
    def __init__(self, folder: Path, address: BrokerAddress) -> None:
        self.address = address
        self.topology = Topology(
            prefix=f"t{secrets.token_hex(4)}", ack_wait_seconds=2.0, max_queue_bytes=2**24
        )
        self.seal = Seal(Keyring.generate())
        self.source = LocalObjects(folder / "bijlagen", self.seal)
        self.own = LocalObjects(folder / "store-bijlagen", self.seal)
        self.gateway = Side(folder / "gateway.db", migrate.History.GATEWAY)
        self.store = Side(folder / "store.db", migrate.History.KINDKANS)
        self.seen = Recorder()

    # What the school pushed ----------------------------------------------------------------

    async def accept(self, hulpvraag: str = "", bijlagen: tuple[bytes, ...] = ()) -> InzendingId:
        """A new dossier, or the next version of the hulpvraag's."""
        event_id = new_inzending_id()
        delivered = tuple([await self._keep(event_id, n, b) for n, b in enumerate(bijlagen, start=1)])
        self.accept_delivered(event_id, hulpvraag or event_id, delivered)
        return event_id

    def accept_delivered(
        self,
        event_id: InzendingId,
        hulpvraag: str,
        bijlagen: tuple[DeliveredBijlage, ...] = (),
        body: Callable[[Delivery], bytes] = Delivery.encode,
    ) -> None:
        plain = f'{{"hulpvraag":"{hulpvraag}","event":"{event_id}"}}'.encode()
        inhoud_hash = self.seal.keyed_hash(plain)
        now = int(time.time() * 1000)
        with writing(self.gateway.engine) as connection:
            row = look_up(connection, "omg", "", hulpvraag).dossier
            number = row.dossiernummer if row else None
            versie = advance_dossier(connection, row, inhoud_hash) if row else 1
            if number is None:
                number = insert_dossier(
                    connection,
                    omgeving_id="omg",
                    hulpvraag_id=hulpvraag,
                    swv_id="swv",
                    organisatie_id="org",
                    inhoud_hash=inhoud_hash,
                    created_ms=now,
                )
            record = InzendingRecord(
                inzending_id=event_id,
                omgeving_id="omg",
                bericht_id=event_id,
                hulpvraag_id=hulpvraag,
                brin="32DD",
                schoolnaam="De Es",
                naam_hash="0" * 64,
                uitkomst="versie" if row else "nieuw",
                received_ms=now,
                decided_ms=now,
                dossiernummer=number,
                versie=versie,
                inhoud_hash=inhoud_hash,
                swv_id="swv",
                organisatie_id="org",
                route_rule="BRIN",
            )
            insert_inzending(connection, record)
            delivery = Delivery(
                event_id=event_id,
                occurred_at=from_ms(now),
                dossiernummer=number,
                versie=versie,
                swv_id="swv",
                organisatie_id="org",
                brin="32DD",
                inhoud_hash=inhoud_hash,
                verzegeld=self.seal.seal(plain, event_id),
                bijlagen=bijlagen,
            )
            outbox.append(
                connection,
                event_id=event_id,
                dossiernummer=number,
                versie=versie,
                created_ms=now,
                body=body(delivery),
            )

    async def _keep(self, event_id: InzendingId, number: int, content: bytes) -> DeliveredBijlage:
        writer = self.source.create(event_id, number)
        await writer.write(content)
        object_id = await writer.finish()
        return DeliveredBijlage(
            positie=number,
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            object_id=object_id,
        )

    # What runs -----------------------------------------------------------------------------

    async def provision(self) -> None:
        await provision(self.address, self.topology)

    def connection(self) -> NatsConnection:
        return NatsConnection(self.address, self.topology, NATS, self.seen)

    @asynccontextmanager
    async def relaying(self, settings: RelaySettings = RELAY, publish: Any = None) -> AsyncIterator[Relay]:
        """The relay with the receipts, as the gateway runs them."""
        connection = self.connection()
        relay = Relay(
            self.gateway.committer.transact,
            publish or connection.publish,
            self.topology.deliveries.subject,
            settings,
            self.seen,
        )
        handler = ReceiptHandler(self.gateway.committer.transact, observer=self.seen, on_finished=relay.nudge)
        connection.subscribe(self.topology.receipts, handler)
        await connection.start()
        task = asyncio.create_task(relay.run())
        try:
            yield relay
        finally:
            if not task.done():
                await relay.stop()
            await asyncio.gather(task, return_exceptions=True)
            await connection.stop()

    @asynccontextmanager
    async def storing(self, **changes: Any) -> AsyncIterator[NatsConnection]:
        """The store, as its role runs it."""
        connection = self.connection()
        handler = self.delivery_handler(changes.pop("publish", connection.publish), **changes)
        connection.subscribe(self.topology.deliveries, handler)
        await connection.start()
        try:
            yield connection
        finally:
            await connection.stop()

    def delivery_handler(self, publish: Any, **changes: Any) -> DeliveryHandler:
        arguments = {
            "seal": self.seal,
            "source": self.source,
            "own": self.own,
            "settings": STORE,
            "observer": self.seen,
        } | changes
        return DeliveryHandler(
            self.store.committer.transact, publish, self.topology.receipts.subject, **arguments
        )

    # What came of it -----------------------------------------------------------------------

    def states(self) -> dict[str, int]:
        counts = self.gateway.read(outbox_rows.counts)
        return {state.value: number for state, number in counts.items() if number}

    def event(self, event_id: InzendingId) -> outbox_rows.OutboxRow:
        return self.gateway.read(outbox_rows.find_event, event_id)

    def held(self) -> list[tuple[int, int]]:
        return [
            (v.dossiernummer, v.versie) for v in self.store.read(lambda c: list(queries.held_versions(c)))
        ]

    async def until(self, condition: Callable[[], bool], seconds: float = 20.0) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not condition():  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"not in time; states {self.states()}, seen {self.seen.seen[-8:]}") from None

    async def until_states(self, **wanted: int) -> None:
        await self.until(lambda: self.states() == wanted)

    def close(self) -> None:
        self.gateway.close()
        self.store.close()


@pytest.fixture
async def world(tmp_path: Path, nats_server: BrokerAddress) -> AsyncIterator[World]:
    """A world on the shared server, its queues declared."""
    made = World(tmp_path, nats_server)
    await made.provision()
    yield made
    made.close()


@pytest.fixture
def new_world() -> Callable[[Path, BrokerAddress], World]:
    """For tests with a server of their own."""
    return World


@pytest.fixture
def relay_settings() -> Callable[..., RelaySettings]:
    def changed(**changes: Any) -> RelaySettings:
        values = {name: getattr(RELAY, name) for name in RelaySettings.__dataclass_fields__}
        return RelaySettings(**(values | changes))

    return changed


@pytest.fixture
def random_bytes() -> Callable[[int], bytes]:
    return os.urandom
