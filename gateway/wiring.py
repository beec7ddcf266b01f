"""The composition root: which parts make up which role. Nothing else builds or connects anything."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine

from adapters.parnassys.contract_check import Contract
from adapters.parnassys.endpoint import Endpoint, EndpointSettings
from adapters.parnassys.limits import ReaderLimits
from adapters.parnassys.receive import Receiver
from adapters.parnassys.sniff import Sniffer
from brokers.address import BrokerAddress, read_address
from brokers.embedded import EmbeddedNats, EmbeddedSettings
from database.committer import Committer
from database.engine import check_alive
from database.inzendingen import with_objects
from dossier.errors import ConfigurationError, Unavailable
from dossier.identifiers import new_inzending_id
from dossier.timestamps import utc_now
from gateway.access import Access
from gateway.databases import open_gateway_database, open_store_database, prepare_folder
from gateway.external_broker import external_broker
from gateway.failpoints import Failpoints
from gateway.guard import Guard, Paths
from gateway.health import Check, Health
from gateway.intake import Intake
from gateway.keys import open_keyring
from gateway.logs import get_logger
from gateway.metrics import Metrics
from gateway.observers import BrokerLog, MessageObserver, OutboxLog, RefusalLog, StoreLog
from gateway.ops import ops_app
from gateway.parts import (
    BrokerLink,
    Database,
    Deciding,
    EmbeddedBroker,
    Readiness,
    RelayLoop,
    StorageCheck,
    Sweeping,
)
from gateway.process import Failure, Part
from gateway.readings import asking, read_outbox
from gateway.retention import DailyRetention, Policy, Retention
from gateway.servers import HttpServer
from gateway.settings import EMBEDDED, Settings
from gateway.storages import open_gateway_objects, open_store_objects
from gateway.use_cases import UseCases
from gateway.watchdog import Watchdog
from kindkans.handler import DeliveryHandler
from kindkans.queries import copies_in_use
from kindkans.settings import StoreSettings
from outbox.receipts import ReceiptHandler
from outbox.relay import Relay
from outbox.settings import RelaySettings
from storage.opening import Objects
from storage.seal import Seal

SOAP_PATH = "/parnassys/v1"
_HTTP_SHARE = 2 / 3  # of the drain time; the rest is for what the requests have set going
_GUARD_SLACK_SECONDS = 5.0  # the endpoint's own deadline comes first, so that a Fault is the answer


class Role(Enum):
    INTAKE = "intake"
    RELAY = "relay"
    KINDKANS = "kindkans"
    BROKER = "broker"
    HELPDESK = "helpdesk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What `process.run` runs, and where it can be reached."""

    parts: Sequence[Part]
    ops_url: str
    soap_url: str | None
    helpdesk_url: str | None


class Wiring:
    """Builds the parts of one process. Nothing is started here."""

    def __init__(self, settings: Settings, failure: Failure) -> None:
        prepare_folder(settings.data_folder)
        self.settings = settings
        self.failure = failure
        self.metrics = Metrics()
        self.failpoints = Failpoints.parse(settings.failpoints)
        self.topology = settings.topology
        if settings.broker_url != EMBEDDED:
            external_broker(settings)  # a wrong address is told now, not by a role that never connects
        self._roles: set[Role] = set()
        self._checks: dict[str, Check] = {"disk": self._check_disk}
        self._embedded: EmbeddedNats | None = None
        self._nudge: Callable[[], None] = lambda: None

    @cached_property
    def seal(self) -> Seal:
        """Asked for by the roles that seal or open something; the broker and the relay need no keys."""
        gateway = bool(self._roles & {Role.INTAKE, Role.HELPDESK})
        store = Role.KINDKANS in self._roles
        return Seal(open_keyring(self.settings, gateway=gateway, store=store))

    @cached_property
    def objects(self) -> Objects:
        return open_gateway_objects(self.settings, self.seal)

    def build(self, roles: set[Role]) -> Process:
        """The parts in the order in which they start; they stop in the reverse order."""
        self._roles = roles
        broker = self._broker() if Role.BROKER in roles else []
        gateway: list[Part] = []
        soap = desk = None
        if roles & {Role.INTAKE, Role.RELAY, Role.HELPDESK}:
            engine = open_gateway_database(self.settings)
            self.failpoints.gateway_engine(engine)
            committer = Committer(engine, on_group=self.metrics.group_size.observe)
            gateway.append(Database(engine, committer))
            self.metrics.read_outbox(lambda: read_outbox(engine))
            self._checks["database"] = lambda: asyncio.to_thread(check_alive, engine)
            if Role.RELAY in roles:
                gateway += self._relay(committer)
            if Role.INTAKE in roles:
                deciding, soap = self._soap(engine, committer)
                check = StorageCheck("intake", self.objects.check_writable)
                sweeping = Sweeping("intake", self.objects, asking(engine, with_objects))
                gateway += [check, sweeping, deciding, soap]
                if self.settings.retention_auto:
                    gateway.append(DailyRetention(self._retention(engine), self.failure))
            if Role.HELPDESK in roles:
                desk = self._helpdesk(engine)
                gateway.append(desk)
        store = self._store() if Role.KINDKANS in roles else []
        health = Health(self._checks)
        refusals = RefusalLog("ops", self.metrics)
        ops = self._http(self.settings.ops_port, refusals)
        ops.app = Guard(
            ops_app(health, self.metrics),
            deadline_seconds=self.settings.request_deadline_seconds,
            on_refused=refusals.refused,
        )
        watchdog = Watchdog(self.settings.watchdog_seconds)
        parts: list[Part] = [watchdog, ops, *broker, *store, *gateway, Readiness(health)]
        return Process(
            parts=parts,
            ops_url=ops.url,
            soap_url=soap.url + SOAP_PATH if soap else None,
            helpdesk_url=desk.url if desk else None,
        )

    def _helpdesk(self, engine: Engine) -> HttpServer:
        from gateway.helpdesk import helpdesk  # its pages take half a second to import

        refusals = RefusalLog("helpdesk", self.metrics)
        server = self._http(self.settings.helpdesk_port, refusals)
        server.app = helpdesk(self.settings, engine, self.seal, server.url, refusals)
        return server

    def _retention(self, engine: Engine) -> Callable[[], Retention]:
        policy = Policy.of(self.settings)  # a wrong one keeps us from starting
        return lambda: Retention(engine, self.objects, policy, "retention:daily")

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
        own = open_store_objects(self.settings, self.seal)
        self._checks["storage of kindkans"] = own.check_writable
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
        needed = asking(engine, copies_in_use)
        check = StorageCheck("kindkans", own.check_writable)
        return [Database(engine, committer), check, link, Sweeping("kindkans", own, needed)]

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
        self._checks["storage"] = self.objects.check_writable
        receiver = Receiver(
            contract=contract, sniffer=Sniffer(), objects=self.objects, limits=settings.limits
        )
        refusals = RefusalLog("intake", self.metrics)
        server = self._http(settings.port, refusals)
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
            Paths({SOAP_PATH: self.failpoints.app(endpoint)}, on_refused=refusals.refused),
            deadline_seconds=settings.request_deadline_seconds + _GUARD_SLACK_SECONDS,
            on_refused=refusals.refused,
        )
        return Deciding(endpoint), server

    def _http(self, port: int, refusals: RefusalLog) -> HttpServer:
        return HttpServer(
            host=self.settings.host,
            port=port,
            header_deadline_seconds=self.settings.header_deadline_seconds,
            max_connections=self.settings.max_connections,
            drain_seconds=self.settings.drain_seconds * _HTTP_SHARE,
            on_refused=refusals.refused,
        )

    async def _check_disk(self) -> None:
        free = shutil.disk_usage(self.settings.data_folder).free
        if free < self.settings.min_free_bytes:
            raise Unavailable("disk space")
