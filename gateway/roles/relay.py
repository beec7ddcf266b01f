"""The relay: from the outbox to the broker, and the store's receipts back."""

from __future__ import annotations

from database.committer import Committer
from gateway.observers import OutboxLog
from gateway.parts import BrokerLink, RelayLoop
from gateway.process import Part
from gateway.roles.shared import Role, Shared
from gateway.traced import Step
from outbox.receipts import ReceiptHandler
from outbox.relay import Relay
from outbox.settings import RelaySettings


def relay_parts(shared: Shared, committer: Committer) -> list[Part]:
    topology, traced = shared.settings.topology, shared.traced(Role.RELAY)
    observer = shared.failpoints.outbox_observer(OutboxLog(shared.metrics))
    receipts = ReceiptHandler(
        traced.transact(committer.transact, Step.RECEIPT_COMMIT), observer=observer, on_finished=shared.nudge
    )
    link = BrokerLink(
        address=shared.broker_address,
        topology=topology,
        observer=shared.broker_log("relay"),
        failure=shared.failure,
    )
    link.subscribe(topology.receipts, traced.handler(receipts, Step.RECEIPT_HANDLE))
    shared.checks["broker of relay"] = link.check
    relay = Relay(
        committer.transact,
        traced.publish_event(shared.failpoints.publish(link.publish)),
        topology.deliveries.subject,
        RelaySettings(
            lease_seconds=shared.settings.relay_lease_seconds,
            receipt_within_seconds=shared.settings.receipt_within_seconds,
        ),
        observer,
    )
    shared.nudge_relay = relay.nudge
    return [link, RelayLoop(relay, shared.failure)]
