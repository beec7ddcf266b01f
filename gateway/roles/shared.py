"""What the roles of one process share: settings, metrics, checks, keys, objects, the way to the broker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from brokers.address import BrokerAddress, read_address
from brokers.embedded import EmbeddedNats, EmbeddedSettings
from database.silence_memory import SilenceMemory
from gateway.databases import open_gateway_database, open_store_database
from gateway.external_broker import broker_kind, external_broker
from gateway.failpoints import Failpoints
from gateway.health import Check
from gateway.keys import gateway_keyed, open_keyring, store_keyed
from gateway.metrics import Metrics
from gateway.observers import BrokerLog, RefusalLog, silence_failed
from gateway.process import Failure
from gateway.servers import HttpServer
from gateway.settings import EMBEDDED, Settings
from gateway.storages import open_gateway_objects, open_store_objects
from gateway.traced import Traced
from storage.opening import Objects
from storage.seal import Seal

if TYPE_CHECKING:
    from gateway.tracing import Tracing

_HTTP_SHARE = 2 / 3  # of the drain time; the rest is for what the requests have set going


class Role(Enum):
    INTAKE = "intake"
    RELAY = "relay"
    KINDKANS = "kindkans"
    BROKER = "broker"
    HELPDESK = "helpdesk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherited:
    """What a worker of the intake has from its supervisor (workers.py)."""

    number: int  # from 1; the first does what must be done once
    soap: socket
    ops: socket


@dataclass(kw_only=True)
class Shared:
    """Nothing is started here. `checks` are what /readyz asks; each role adds its own."""

    settings: Settings
    failure: Failure
    roles: frozenset[Role]
    metrics: Metrics = field(default_factory=Metrics)
    silences: SilenceMemory = field(default_factory=lambda: SilenceMemory(on_failed=silence_failed))
    checks: dict[str, Check] = field(default_factory=dict)
    tracing: Tracing | None = None
    nudge_relay: Callable[[], None] = lambda: None  # the relay's, if it is in this process
    inherited: Inherited | None = None  # of a worker

    def __post_init__(self) -> None:
        self.failpoints = Failpoints.parse(self.settings.failpoints)
        if self.settings.broker_url != EMBEDDED:
            external_broker(self.settings)  # a wrong address is told now, not by a role that never connects

    @cached_property
    def gateway_engine(self) -> Engine:
        engine = open_gateway_database(self.settings)
        self.failpoints.gateway_engine(engine)
        return engine

    @cached_property
    def store_engine(self) -> Engine:
        engine = open_store_database(self.settings)
        self.failpoints.store_engine(engine)
        return engine

    @cached_property
    def seal(self) -> Seal:
        """Asked for by the roles that seal or open something; the broker and the relay need no keys."""
        databases = []
        if self.roles & {Role.INTAKE, Role.HELPDESK}:
            databases.append(gateway_keyed(self.gateway_engine))
        if Role.KINDKANS in self.roles:
            databases.append(store_keyed(self.store_engine))
        return Seal(open_keyring(self.settings, *databases))

    @cached_property
    def objects(self) -> Objects:
        return open_gateway_objects(self.settings, self.seal)

    @cached_property
    def store_objects(self) -> Objects:
        return open_store_objects(self.settings, self.seal)

    @cached_property
    def embedded(self) -> EmbeddedNats:
        observer = BrokerLog("broker", "nats", self.metrics, lambda: None)
        return EmbeddedNats(self._broker_folder, EmbeddedSettings(port=self.settings.nats_port), observer)

    def traced(self, role: Role) -> Traced:
        return Traced(self.tracing.of(role.value) if self.tracing else None)

    def nudge(self) -> None:
        """Something was committed: whoever publishes may look now."""
        self.nudge_relay()

    def broker_address(self) -> BrokerAddress:
        """Raises ConfigurationError while the embedded broker of the data folder never ran."""
        if Role.BROKER in self.roles:
            return self.embedded.address
        if self.settings.broker_url == EMBEDDED:
            return read_address(self._broker_folder)
        return external_broker(self.settings)

    def broker_log(self, role: str) -> BrokerLog:
        closed = lambda: self.failure.report("broker_closed")  # noqa: E731
        return BrokerLog(role, broker_kind(self.settings), self.metrics, closed)

    @property
    def sweeps(self) -> bool:
        """Whether what one process must do, and not all, is done here: the sweeper, retention."""
        return self.inherited is None or self.inherited.number == 1

    def http(self, port: int, refusals: RefusalLog, listening: socket | None = None) -> HttpServer:
        return HttpServer(
            host=self.settings.host,
            port=port,
            header_deadline_seconds=self.settings.header_deadline_seconds,
            max_connections=self.settings.max_connections,
            drain_seconds=self.settings.drain_seconds * _HTTP_SHARE,
            on_refused=refusals.refused,
            listening=listening,
        )

    @property
    def _broker_folder(self) -> Path:
        return self.settings.data_folder / "nats"
