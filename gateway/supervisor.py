"""What the intake is made of when it is several processes: the workers, and one port of operations over them.

The supervisor takes no messages and holds no keys, so that hardly anything can go wrong with it. It reads the
database, because what /metrics tells of that must come once.
"""

from __future__ import annotations

from gateway.databases import prepare_folder
from gateway.parts import Readiness
from gateway.process import Failure
from gateway.readings import Scrape
from gateway.roles.intake import SOAP_PATH
from gateway.roles.shared import Role, Shared
from gateway.servers import bind, url_of
from gateway.settings import Settings
from gateway.watchdog import Watchdog
from gateway.wiring import Process, disks_of, ops_server
from gateway.worker_metrics import WorkerMetrics, metrics_folder
from gateway.workers import Workers, WorkersHealth


def build_supervisor(settings: Settings, failure: Failure) -> tuple[Process, Workers]:
    """As `wiring.build`: starts nothing. Raises ConfigurationError, Unavailable."""
    prepare_folder(settings.data_folder)
    shared = Shared(settings=settings, failure=failure, roles=frozenset({Role.INTAKE}))
    engine = shared.gateway_engine  # before the workers, who would all upgrade it
    metrics = WorkerMetrics(metrics_folder(settings.data_folder), shared.metrics)
    listening = bind(settings.host, settings.port)
    workers = Workers(settings.intake_workers, listening=listening, metrics=metrics, failure=failure)
    health = WorkersHealth(workers)
    disks = disks_of(settings, {Role.INTAKE})
    ops = ops_server(shared, health, Scrape(shared.metrics, disks, engine, None, metrics.render))
    return Process(
        parts=[Watchdog(settings.watchdog_seconds), ops, workers, Readiness(health)],
        ops_url=ops.url,
        soap_url=url_of(settings.host, listening) + SOAP_PATH,
        helpdesk_url=None,
        kindkans_url=None,
    ), workers
