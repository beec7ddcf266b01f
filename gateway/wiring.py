"""The composition root: which parts make up which role. Nothing else builds or connects anything."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from adapters.parnassys.contract_check import Contract
from adapters.parnassys.endpoint import Endpoint, EndpointSettings
from adapters.parnassys.limits import ReaderLimits
from adapters.parnassys.receive import Receiver
from adapters.parnassys.sniff import Sniffer
from brokers.address import BrokerAddress, read_address
from brokers.embedded import EmbeddedNats, EmbeddedSettings
from brokers.topology import Topology
from database import outbox_rows
from database.committer import Committer
from database.engine import check_alive, reading
from database.inzendingen import with_objects
from dossier.dossier import Dossier
from dossier.errors import ConfigurationError, Unavailable
from dossier.identifiers import BerichtId, Dossiernummer, InzendingId, OmgevingId, new_inzending_id
from dossier.reden import Reden
from dossier.status import Status
from dossier.timestamps import utc_now
from dossier.verdict import Verdict
from gateway.access import Access
from gateway.databases import open_gateway_database, open_store_database, prepare_folder
from gateway.failpoints import Failpoints
from gateway.guard import Guard, Paths
from gateway.health import Check, Health
from gateway.intake import Intake
from gateway.logs import get_logger
from gateway.metrics import Metrics
from gateway.observers import BrokerLog, MessageObserver, OutboxLog, StoreLog
from gateway.ops import ops_app
from gateway.parts import (
    BrokerLink,
    Database,
    Deciding,
    EmbeddedBroker,
    Readiness,
    RelayLoop,
    Sweeping,
)
from gateway.process import Failure, Part
from gateway.servers import HttpServer
from gateway.settings import EMBEDDED, Settings
from gateway.watchdog import Watchdog
from kindkans.handler import DeliveryHandler
from kindkans.queries import copies_in_use
from kindkans.settings import StoreSettings
from outbox.receipts import ReceiptHandler
from outbox.relay import Relay
from outbox.settings import RelaySettings
from storage.keyring import load_or_create
from storage.objects import LocalObjects
from storage.seal import Seal

SOAP_PATH = "/parnassys/v1"
_GUARD_SLACK_SECONDS = 5.0  # the endpoint's own deadline comes first, so that a Fault is the answer


class Role(Enum):
    INTAKE = "intake"
    RELAY = "relay"
    KINDKANS = "kindkans"
    BROKER = "broker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What `process.run` runs, and where it can be reached."""

    parts: Sequence[Part]
    ops_url: str
    soap_url: str | None


@dataclass(frozen=True, slots=True)
class UseCases:
    """What the endpoint calls, joined."""

    access: Access
    intake: Intake

    async def authenticate(self, omgeving: str, secret: str) -> OmgevingId:
        return await self.access.authenticate(omgeving, secret)

    async def indienen(
        self, inzending_id: InzendingId, omgeving: OmgevingId, dossier: Dossier, received_at: datetime
    ) -> Verdict:
        return await self.intake.indienen(inzending_id, omgeving, dossier, received_at)

    async def controleren(self, omgeving: OmgevingId, dossier: Dossier) -> tuple[Reden, ...]:
        return await self.intake.controleren(omgeving, dossier)

    async def opvragen(
        self, omgeving: OmgevingId, bericht_id: BerichtId | None, dossiernummer: Dossiernummer | None
    ) -> Status | None:
        return await self.intake.opvragen(omgeving, bericht_id, dossiernummer)


class Wiring:
    """Builds the parts of one process. Nothing is started here."""

    def __init__(self, settings: Settings, failure: Failure) -> None:
        prepare_folder(settings.data_folder)
        self.settings = settings
        self.failure = failure
        self.metrics = Metrics()
        self.failpoints = Failpoints.parse(settings.failpoints)
        self.topology = Topology(ack_wait_seconds=settings.ack_wait_seconds)
        self.seal = Seal(load_or_create(settings.keyring_path))
        self.objects = LocalObjects(settings.data_folder / "bijlagen", self.seal)
        self._checks: dict[str, Check] = {"disk": self._check_disk}
        self._embedded: EmbeddedNats | None = None
        self._nudge: Callable[[], None] = lambda: None

    def build(self, roles: set[Role]) -> Process:
        """The parts in the order in which they start; they stop in the reverse order."""
        broker = self._broker() if Role.BROKER in roles else []
        gateway: list[Part] = []
        soap = None
        if roles & {Role.INTAKE, Role.RELAY}:
            engine = open_gateway_database(self.settings)
            self.failpoints.gateway_engine(engine)
            committer = Committer(engine, on_group=self.metrics.group_size.observe)
            gateway.append(Database(engine, committer))
            self.metrics.read_outbox(lambda: _counts(engine))
            self._checks["database"] = lambda: asyncio.to_thread(check_alive, engine)
            if Role.RELAY in roles:
                gateway += self._relay(committer)
            if Role.INTAKE in roles:
                deciding, soap = self._soap(engine, committer)
                gateway += [Sweeping("intake", self.objects, _asking(engine, with_objects)), deciding, soap]
        store = self._store() if Role.KINDKANS in roles else []
        health = Health(self._checks)
        ops = self._http(self.settings.ops_port)
        ops.app = ops_app(health, self.metrics)
        watchdog = Watchdog(self.settings.watchdog_seconds)
        parts: list[Part] = [watchdog, ops, *broker, *store, *gateway, Readiness(health)]
        return Process(parts=parts, ops_url=ops.url, soap_url=soap.url + SOAP_PATH if soap else None)

    def broker_address(self) -> BrokerAddress:
        """Raises ConfigurationError while the embedded broker of the data folder never ran."""
        if self._embedded is not None:
            return self._embedded.address
        if self.settings.broker_url == EMBEDDED:
            return read_address(self._broker_folder)
        return external_broker(self.settings)

    @property
    def _broker_folder(self) -> Path:
        return self.settings.data_folder / "nats"

    def _broker(self) -> list[Part]:
        if self.settings.broker_url != EMBEDDED:
            raise ConfigurationError(
                "BROKER_URL names a broker; then there is no embedded one to run: "
                "start the roles intake, relay and kindkans apart"
            )
        observer = BrokerLog("broker", self.metrics, lambda: None)
        self._embedded = EmbeddedNats(
            self._broker_folder, EmbeddedSettings(port=self.settings.nats_port), observer
        )
        return [EmbeddedBroker(self._embedded, self.topology)]

    def _broker_log(self, role: str) -> BrokerLog:
        return BrokerLog(role, self.metrics, lambda: self.failure.report("broker_closed"))

    def _relay(self, committer: Committer) -> list[Part]:
        observer = self.failpoints.outbox_observer(OutboxLog(self.metrics))
        receipts = ReceiptHandler(committer.transact, observer=observer, on_finished=lambda: self._nudge())
        link = BrokerLink(
            address=self.broker_address,
            topology=self.topology,
            observer=self._broker_log("relay"),
            failure=self.failure,
        )
        link.subscribe(self.topology.receipts, receipts)
        self._checks["broker of relay"] = link.check
        relay = Relay(
            committer.transact,
            self.failpoints.publish(link.publish),
            self.topology.deliveries.subject,
            RelaySettings(
                lease_seconds=self.settings.relay_lease_seconds,
                receipt_within_seconds=self.settings.receipt_within_seconds,
            ),
            observer,
        )
        self._nudge = relay.nudge
        return [link, RelayLoop(relay, self.failure)]

    def _store(self) -> list[Part]:
        """The core store: a database, and objects, of its own."""
        engine = open_store_database(self.settings)
        self.failpoints.store_engine(engine)
        committer = Committer(engine)
        self._checks["database of kindkans"] = lambda: asyncio.to_thread(check_alive, engine)
        own = LocalObjects(self.settings.data_folder / "kindkans-bijlagen", self.seal)
        link = BrokerLink(
            address=self.broker_address,
            topology=self.topology,
            observer=self.failpoints.store_broker_observer(self._broker_log("kindkans")),
            failure=self.failure,
        )
        handler = DeliveryHandler(
            committer.transact,
            link.publish,
            self.topology.receipts.subject,
            seal=self.failpoints.opener(self.seal),
            source=self.failpoints.source(self.objects),
            own=own,
            settings=StoreSettings(
                max_tries=self.settings.event_max_tries,
                handling_seconds=self.settings.handling_deadline_seconds,
            ),
            observer=self.failpoints.store_observer(StoreLog(self.metrics)),
        )
        link.subscribe(self.topology.deliveries, self.failpoints.handler(handler))
        self._checks["broker of kindkans"] = link.check
        needed = _asking(engine, copies_in_use)
        return [Database(engine, committer), link, Sweeping("kindkans", own, needed)]

    def _soap(self, engine: Engine, committer: Committer) -> tuple[Deciding, HttpServer]:
        settings = self.settings
        contract = Contract()
        access = Access(engine, remember_seconds=settings.secret_cache_seconds)
        intake = Intake(
            committer=committer,
            engine=engine,
            objects=self.objects,
            seal=self.seal,
            limits=settings.limits,
            clock=utc_now,
            on_accepted=lambda: self._nudge(),
            on_left_behind=lambda i: get_logger(role="intake").warning("objects_left", inzending_id=i),
        )
        self._checks["storage"] = lambda: asyncio.to_thread(self.objects.check_writable)
        receiver = Receiver(
            contract=contract, sniffer=Sniffer(), objects=self.objects, limits=settings.limits
        )
        server = self._http(settings.port)
        endpoint = Endpoint(
            use_cases=self.failpoints.use_cases(UseCases(access, intake)),
            receiver=receiver,
            contract=contract,
            reader_limits=ReaderLimits(bijlage_bytes=settings.max_bijlage_bytes),
            settings=EndpointSettings(
                address=(settings.public_url.rstrip("/") or server.url) + SOAP_PATH,
                max_request_bytes=settings.max_request_bytes,
                deadline_seconds=settings.request_deadline_seconds,
            ),
            now=utc_now,
            new_inzending_id=new_inzending_id,
            observer=MessageObserver(self.metrics),
        )
        server.app = Guard(
            Paths({SOAP_PATH: self.failpoints.app(endpoint)}),
            deadline_seconds=settings.request_deadline_seconds + _GUARD_SLACK_SECONDS,
            on_refused=lambda status: self.metrics.refused_requests.labels(str(status)).inc(),
        )
        return Deciding(endpoint), server

    def _http(self, port: int) -> HttpServer:
        return HttpServer(
            host=self.settings.host,
            port=port,
            header_deadline_seconds=self.settings.header_deadline_seconds,
            max_connections=self.settings.max_connections,
            drain_seconds=self.settings.drain_seconds,
        )

    async def _check_disk(self) -> None:
        free = shutil.disk_usage(self.settings.data_folder).free
        if free < self.settings.min_free_bytes:
            raise Unavailable("disk space")


def external_broker(settings: Settings) -> BrokerAddress:
    """Raises ConfigurationError if the broker is the embedded one."""
    if settings.broker_url == EMBEDDED:
        raise ConfigurationError(
            "BROKER_URL names no broker; the embedded one is declared by `up` and `broker`"
        )
    return BrokerAddress(url=settings.broker_url, token=settings.broker_token)


def _asking(
    engine: Engine, query: Callable[[Connection, Sequence[InzendingId]], set[InzendingId]]
) -> Callable[[Sequence[InzendingId]], Coroutine[Any, Any, set[InzendingId]]]:
    """`query` for the sweeper: in a thread, in a transaction of its own."""

    def read(ids: Sequence[InzendingId]) -> set[InzendingId]:
        with reading(engine) as connection:
            return query(connection, ids)

    return lambda ids: asyncio.to_thread(read, ids)


def _counts(engine: Engine) -> Mapping[str, int]:
    with reading(engine) as connection:
        return {state.value: number for state, number in outbox_rows.counts(connection).items()}
