"""A gateway's outbox and a store, each with a database and storage of its own; a broker between."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from brokers.observer import SilentBroker
from brokers.topology import Queue, Topology
from components import outbox_states
from components.brokers import FAST, Broker, Letter, provision_patiently
from components.places import Place
from database import outbox, outbox_rows
from database.answered import answered_versions
from database.committer import Committer
from database.dossiers import advance_dossier, insert_dossier
from database.engine import open_engine, reading
from database.inzendingen import InzendingRecord, insert_inzending
from database.known import look_up
from database.migrate import History
from dossier.delivery import DeliveredBijlage, Delivery
from dossier.identifiers import InzendingId, new_inzending_id
from dossier.timestamps import from_ms
from gateway.reconcile import Report, reconcile
from kindkans import queries
from kindkans.handler import DeliveryHandler
from kindkans.observer import SilentStore
from kindkans.settings import StoreSettings
from outbox.observer import SilentOutbox
from outbox.receipts import ReceiptHandler
from outbox.relay import Relay
from outbox.settings import RelaySettings
from storage.keyring import Keyring
from storage.seal import Seal

RELAY = RelaySettings(
    poll_seconds=0.01,
    idle_poll_seconds=0.02,
    refused=FAST,
    broker_down=FAST,
    database_down=FAST,
    max_attempts=3,
)
STORE = StoreSettings(max_tries=3, failure=FAST, unavailable=FAST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a world stands on; the databases are migrated."""

    broker: Broker
    databases: dict[History, str]
    places: dict[History, Place]


class Recorder:
    """An observer of any kind that remembers what it is told; `on[name]` runs first."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, tuple[Any, ...]]] = []
        self.on: dict[str, Callable[..., None]] = {}

    def __getattribute__(self, name: str) -> Any:
        known = (SilentBroker, SilentOutbox, SilentStore)
        if not any(hasattr(kind, name) for kind in known) or name.startswith("_") or name == "about":
            return super().__getattribute__(name)

        def note(*args: Any) -> None:
            self.seen.append((name, args))
            if name in self.on:
                self.on[name](*args)

        return note

    def about(self, *_ids: Any) -> AbstractContextManager[None]:
        return nullcontext()

    def count(self, name: str) -> int:
        return sum(seen == name for seen, _ in self.seen)

    def args(self, name: str) -> list[tuple[Any, ...]]:
        return [args for seen, args in self.seen if seen == name]


class Side:
    """A database with its committer, and bijlagen."""

    def __init__(self, url: str, place: Place, seal: Seal) -> None:
        self.place = place
        self.objects = place.open(seal)
        self.engine = open_engine(url)
        self.committer = Committer(self.engine)
        self.committer.start()

    def read(self, query: Callable[..., Any], *args: Any) -> Any:
        with reading(self.engine) as connection:
            return query(connection, *args)

    async def folders(self) -> list[InzendingId]:
        """The pushes of which there are bijlagen."""
        return [push async for push in self.objects.folders_older_than(-60)]

    def close(self) -> None:
        self.committer.stop()
        self.engine.dispose()


class World:
    def __init__(self, parts: Parts) -> None:
        self.broker = parts.broker
        self.topology = Topology(
            prefix=f"t{secrets.token_hex(4)}", ack_wait_seconds=2.0, max_queue_bytes=2**24
        )
        self.seal = Seal(Keyring.generate())
        self.gateway, self.store = (
            Side(parts.databases[history], parts.places[history], self.seal) for history in History
        )
        self.seen = Recorder()

    # What the school pushed ----------------------------------------------------------------

    async def accept(self, hulpvraag: str = "", bijlagen: tuple[bytes, ...] = ()) -> InzendingId:
        """A new dossier, or the next version of the hulpvraag's."""
        event_id = new_inzending_id()
        delivered = tuple([await self._keep(event_id, n, b) for n, b in enumerate(bijlagen, start=1)])
        await self.accept_delivered(event_id, hulpvraag or event_id, delivered)
        return event_id

    async def accept_delivered(
        self,
        event_id: InzendingId,
        hulpvraag: str,
        bijlagen: tuple[DeliveredBijlage, ...] = (),
        body: Callable[[Delivery], bytes] = Delivery.encode,
    ) -> None:
        await self.gateway.committer.transact(
            lambda connection: self._insert(connection, event_id, hulpvraag, bijlagen, body)
        )

    def _insert(
        self,
        connection: Any,
        event_id: InzendingId,
        hulpvraag: str,
        bijlagen: tuple[DeliveredBijlage, ...],
        body: Callable[[Delivery], bytes],
    ) -> None:
        plain = f'{{"hulpvraag":"{hulpvraag}","event":"{event_id}"}}'.encode()
        inhoud_hash = self.seal.keyed_hash(plain)
        now = int(time.time() * 1000)
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
        writer = self.gateway.objects.create(event_id, number)
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
        await provision_patiently(self.broker.address, self.topology)

    def connection(self, **settings: Any) -> Any:
        return self.broker.connection(self.topology, self.seen, **settings)

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
    async def storing(self, **changes: Any) -> AsyncIterator[Any]:
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
            "source": self.gateway.objects,
            "own": self.store.objects,
            "settings": STORE,
            "observer": self.seen,
        } | changes
        return DeliveryHandler(
            self.store.committer.transact, publish, self.topology.receipts.subject, **arguments
        )

    # What came of it -----------------------------------------------------------------------

    def states(self) -> dict[str, int]:
        counts = self.gateway.read(outbox_states.counts)
        return {state.value: number for state, number in counts.items() if number}

    def event(self, event_id: InzendingId) -> outbox_rows.OutboxRow:
        return self.gateway.read(outbox_rows.find_event, event_id)

    def body(self, event_id: InzendingId) -> bytes:
        """What the outbox sends."""
        query = outbox.outbox_payload.select().where(outbox.outbox_payload.c.event_id == event_id)
        return self.gateway.read(lambda connection: bytes(connection.execute(query).one().body))

    def key(self, event_id: InzendingId, positie: int) -> str:
        """Of a bijlage in the gateway's storage."""
        bijlagen = Delivery.decode(self.body(event_id)).bijlagen
        return self.gateway.place.key(bijlagen[positie - 1].object_id)

    def held(self) -> list[tuple[int, int]]:
        return [
            (v.dossiernummer, v.versie) for v in self.store.read(lambda c: list(queries.held_versions(c)))
        ]

    def report(self) -> Report:
        """What was accepted beside what the store holds."""
        with reading(self.gateway.engine) as ours, reading(self.store.engine) as theirs:
            return reconcile(answered_versions(ours), queries.held_versions(theirs))

    def proven(self) -> int:
        """How many versions were accepted: the store has each of them, once and equal, and no other."""
        found = self.report()
        assert found.proven, found
        return found.equal

    async def receipts_are_late(self) -> None:
        """As if the time in which what is published should be confirmed were over."""
        await self.gateway.committer.transact(
            lambda connection: connection.exec_driver_sql(
                "UPDATE outbox SET due_ms = 0 WHERE state = 'gepubliceerd'"
            )
        )

    async def waiting(self, queue: Queue) -> int:
        return await self.broker.waiting(queue)

    async def letters(self) -> list[Letter]:
        return await self.broker.letters(self.topology.dead_letters)

    async def until(self, condition: Callable[[], bool], seconds: float = 120.0) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not condition():  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
        except TimeoutError:
            told = [name for name, _ in self.seen.seen[-12:]]
            raise AssertionError(f"not in time; states {self.states()}, last seen {told}") from None

    async def until_states(self, **wanted: int) -> None:
        await self.until(lambda: self.states() == wanted)

    def close(self) -> None:
        self.gateway.close()
        self.store.close()


@asynccontextmanager
async def open_world(parts: Parts) -> AsyncIterator[World]:
    """A world with its queues declared; they are gone afterwards."""
    made = World(parts)
    try:
        await made.provision()
        yield made
        await made.broker.delete(*made.topology.queues)
    finally:
        made.close()
