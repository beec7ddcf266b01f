"""The composition root: which parts make up which role. Nothing else builds or connects anything."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from database.committer import Committer
from database.engine import check_alive
from dossier.errors import ConfigurationError, Unavailable
from gateway.databases import prepare_folder
from gateway.guard import Guard
from gateway.health import Health
from gateway.metrics import Disk
from gateway.observers import RefusalLog
from gateway.ops import ops_app
from gateway.parts import Database, EmbeddedBroker, Readiness
from gateway.process import Failure, Part
from gateway.readings import Scrape
from gateway.roles.intake import intake_parts
from gateway.roles.kindkans import store_parts
from gateway.roles.relay import relay_parts
from gateway.roles.shared import Inherited, Role, Shared
from gateway.servers import HttpServer
from gateway.settings import EMBEDDED, Settings
from gateway.storages import bijlagen_folders
from gateway.traced import open_tracing
from gateway.watchdog import Watchdog

if TYPE_CHECKING:
    from gateway.tracing import Tracing


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What `process.run` runs, and where it can be reached."""

    parts: Sequence[Part]
    ops_url: str
    soap_url: str | None
    helpdesk_url: str | None
    kindkans_url: str | None


def build(
    settings: Settings,
    failure: Failure,
    roles: set[Role],
    *,
    inherited: Inherited | None = None,
    tracing: Tracing | None = None,
) -> Process:
    """The parts in the order in which they start; they stop in the reverse order. Starts nothing.

    `inherited` is of a worker; `tracing` another than the settings ask for.
    """
    prepare_folder(settings.data_folder)
    tracing = tracing or open_tracing(settings)
    shared = Shared(
        settings=settings, failure=failure, roles=frozenset(roles), inherited=inherited, tracing=tracing
    )
    shared.checks["disk"] = lambda: _check_disk(settings)
    broker = _broker_parts(shared) if Role.BROKER in roles else []
    gateway: list[Part] = []
    soap_url = helpdesk_url = None
    engine: Engine | None = None
    if roles & {Role.INTAKE, Role.RELAY, Role.HELPDESK}:
        engine = shared.gateway_engine
        committer = Committer(engine, on_group=shared.metrics.group_size.observe)
        gateway.append(Database(engine, committer))
        shared.checks["database"] = lambda: asyncio.to_thread(check_alive, engine)
        if Role.RELAY in roles:
            gateway += relay_parts(shared, committer)
        if Role.INTAKE in roles:
            parts, soap_url = intake_parts(shared, engine, committer)
            gateway += parts
        if Role.HELPDESK in roles:
            # What only this role needs: pages, X.509. It takes more than half a second to import.
            from gateway.certificates import Certificates, read_addresses
            from gateway.roles.helpdesk import helpdesk_server

            desk = helpdesk_server(shared, engine)
            gateway.append(desk)
            gateway.append(Certificates(read_addresses(settings.certificates_at), shared.metrics))
            helpdesk_url = desk.url
    store = store_parts(shared) if Role.KINDKANS in roles else []
    kindkans_url = None
    if Role.KINDKANS in roles and settings.kindkans_pages:
        from gateway.roles.kindkans_pages import kindkans_server  # half a second to import

        pages = kindkans_server(shared)
        store.append(pages)
        kindkans_url = pages.url
    health = Health(shared.checks)
    # Seconds of work at a million rows, now and then: not beside the answers to schools, where that can be.
    silences = shared.silences if roles & {Role.RELAY, Role.HELPDESK} else None
    scrape = Scrape(shared.metrics, disks_of(settings, roles), engine, silences)
    ops = ops_server(shared, health, scrape)
    watchdog = Watchdog(settings.watchdog_seconds)
    return Process(
        parts=[watchdog, *([tracing] if tracing else []), ops, *broker, *store, *gateway, Readiness(health)],
        ops_url=ops.url,
        soap_url=soap_url,
        helpdesk_url=helpdesk_url,
        kindkans_url=kindkans_url,
    )


def _broker_parts(shared: Shared) -> list[Part]:
    if shared.settings.broker_url != EMBEDDED:
        raise ConfigurationError(
            "BROKER_URL names a broker; then there is no embedded one to run: "
            "start the roles intake, relay and kindkans apart"
        )
    return [EmbeddedBroker(shared.embedded, shared.settings.topology)]


def disks_of(settings: Settings, roles: set[Role]) -> dict[Disk, Path]:
    """That these roles write on."""
    disks = {Disk.DATA: settings.data_folder}
    ours, theirs = bijlagen_folders(settings)
    if Role.INTAKE in roles and ours is not None:
        disks[Disk.BIJLAGEN] = ours
    if Role.KINDKANS in roles and theirs is not None:
        disks[Disk.KINDKANS_BIJLAGEN] = theirs
    return disks


def ops_server(shared: Shared, health: Health, scrape: Scrape) -> HttpServer:
    refusals = RefusalLog("ops", shared.metrics)
    listening = shared.inherited.ops if shared.inherited else None
    server = shared.http(shared.settings.ops_port, refusals, listening)
    server.app = Guard(
        ops_app(health, scrape),
        deadline_seconds=shared.settings.request_deadline_seconds,
        on_refused=refusals.refused,
    )
    return server


async def _check_disk(settings: Settings) -> None:
    if shutil.disk_usage(settings.data_folder).free < settings.min_free_bytes:
        raise Unavailable("disk space")
