"""The intake: SOAP in, a durable verdict out."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from adapters.parnassys.contract_check import Contract
from adapters.parnassys.endpoint import Endpoint, EndpointSettings
from adapters.parnassys.limits import ReaderLimits
from adapters.parnassys.receive import Receiver
from adapters.parnassys.sniff import Sniffer
from database.committer import Committer
from database.inzendingen import with_objects
from dossier.identifiers import new_inzending_id
from dossier.timestamps import utc_now
from gateway.access import Access
from gateway.guard import Guard, Paths
from gateway.intake import Intake
from gateway.logs import get_logger
from gateway.observers import MessageObserver, RefusalLog
from gateway.parts import Deciding, StorageCheck, Sweeping
from gateway.process import Part
from gateway.readings import asking
from gateway.retention import DailyRetention, Policy, Retention
from gateway.roles.shared import Role, Shared
from gateway.servers import HttpServer
from gateway.use_cases import UseCases

SOAP_PATH = "/parnassys/v1"
_GUARD_SLACK_SECONDS = 5.0  # the endpoint's own deadline comes first, so that a Fault is the answer


def intake_parts(shared: Shared, engine: Engine, committer: Committer) -> tuple[list[Part], str]:
    """And where it is served."""
    objects = shared.objects
    deciding, soap = _soap(shared, engine, committer)
    check = StorageCheck("intake", objects.check_writable)
    parts: list[Part] = [check, deciding, soap]
    if shared.sweeps:
        parts.insert(1, Sweeping("intake", objects, asking(engine, with_objects)))
    if shared.settings.retention_auto and shared.sweeps:
        parts.append(DailyRetention(_retention(shared, engine), shared.failure))
    return parts, soap.url + SOAP_PATH


def _retention(shared: Shared, engine: Engine) -> Callable[[], Retention]:
    policy = Policy.of(shared.settings)  # a wrong one keeps us from starting
    return lambda: Retention(engine, shared.objects, policy, "retention:daily")


def _soap(shared: Shared, engine: Engine, committer: Committer) -> tuple[Deciding, HttpServer]:
    settings, failpoints, traced = shared.settings, shared.failpoints, shared.traced(Role.INTAKE)
    contract = Contract()
    access = Access(engine, remember_seconds=settings.secret_cache_seconds)
    observer = MessageObserver(shared.metrics)
    intake = Intake(
        committer=traced.committer(committer),
        engine=engine,
        objects=shared.objects,
        seal=shared.seal,
        limits=settings.limits,
        clock=utc_now,
        on_accepted=shared.nudge,
        on_left_behind=lambda i: get_logger(role="intake").warning("objects_left", referentie=i),
        on_phase=observer.took,
        traceparent=traced.traceparent,
    )
    shared.checks["storage"] = shared.objects.check_writable
    receiver = Receiver(contract=contract, sniffer=Sniffer(), objects=shared.objects, limits=settings.limits)
    refusals = RefusalLog("intake", shared.metrics)
    listening = shared.inherited.soap if shared.inherited else None
    server = shared.http(settings.port, refusals, listening)
    endpoint = Endpoint(
        use_cases=traced.use_cases(failpoints.use_cases(UseCases(access, intake))),
        receiver=traced.receiver(receiver),
        contract=contract,
        reader_limits=ReaderLimits(bijlage_bytes=settings.max_bijlage_bytes),
        settings=EndpointSettings(
            address=(settings.public_url.rstrip("/") or server.url) + SOAP_PATH,
            max_request_bytes=settings.max_request_bytes,
            deadline_seconds=settings.request_deadline_seconds,
        ),
        now=utc_now,
        new_inzending_id=new_inzending_id,
        observer=traced.message_observer(observer),
    )
    server.app = Guard(
        Paths({SOAP_PATH: traced.app(failpoints.app(endpoint))}, on_refused=refusals.refused),
        deadline_seconds=settings.request_deadline_seconds + _GUARD_SLACK_SECONDS,
        on_refused=refusals.refused,
    )
    return Deciding(endpoint), server
