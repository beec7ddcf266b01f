"""Picks the implementation of a broker connection by the scheme of its address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brokers.address import BrokerAddress
from brokers.observer import BrokerObserver
from brokers.topology import Topology

if TYPE_CHECKING:
    from brokers.nats import NatsConnection
    from brokers.rabbit import RabbitConnection


def new_connection(
    address: BrokerAddress, topology: Topology, observer: BrokerObserver
) -> NatsConnection | RabbitConnection:
    """Not started yet: `subscribe` first."""
    # Imported here, for each takes a fifth of a second and a process needs one of them.
    if address.is_rabbit:
        from brokers.rabbit import RabbitConnection

        return RabbitConnection(address, topology, observer=observer)
    from brokers.nats import NatsConnection

    return NatsConnection(address, topology, observer=observer)
