"""The core store: a database, and objects, of its own."""

from __future__ import annotations

import asyncio

from database.committer import Committer
from database.engine import check_alive
from gateway.observers import StoreLog
from gateway.parts import BrokerLink, Database, StorageCheck, Sweeping
from gateway.process import Part
from gateway.readings import asking
from gateway.roles.shared import Role, Shared
from gateway.store_parts import Erasing, Indexing
from gateway.traced import Step
from kindkans.handler import DeliveryHandler
from kindkans.queries import copies_in_use
from kindkans.settings import StoreSettings


def store_parts(shared: Shared) -> list[Part]:
    settings, failpoints, topology = shared.settings, shared.failpoints, shared.settings.topology
    engine = shared.store_engine
    traced = shared.traced(Role.KINDKANS)
    committer = Committer(engine)
    shared.checks["database of kindkans"] = lambda: asyncio.to_thread(check_alive, engine)
    own = shared.store_objects
    shared.checks["storage of kindkans"] = own.check_writable
    link = BrokerLink(
        address=shared.broker_address,
        topology=topology,
        observer=failpoints.store_broker_observer(shared.broker_log("kindkans")),
        failure=shared.failure,
    )
    handler = DeliveryHandler(
        traced.transact(committer.transact, Step.STORE_COMMIT),
        traced.publish_receipt(link.publish),
        topology.receipts.subject,
        seal=failpoints.opener(shared.seal),
        source=failpoints.source(shared.objects),
        own=own,
        settings=StoreSettings(
            max_tries=settings.event_max_tries,
            handling_seconds=settings.handling_deadline_seconds,
        ),
        observer=traced.store_observer(failpoints.store_observer(StoreLog(shared.metrics))),
        traceparent=traced.traceparent,
    )
    link.subscribe(topology.deliveries, traced.handler(failpoints.handler(handler), Step.HANDLE))
    shared.checks["broker of kindkans"] = link.check
    check = StorageCheck("kindkans", own.check_writable)
    return [
        Database(engine, committer),
        check,
        link,
        Sweeping("kindkans", own, asking(engine, copies_in_use)),
        Indexing(engine, committer.transact, shared.seal),
        Erasing(engine, own),
    ]
