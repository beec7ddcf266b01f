"""Picks the implementation of a broker connection by the scheme of its address."""

from __future__ import annotations

from brokers.address import BrokerAddress
from brokers.nats import NatsConnection
from brokers.observer import BrokerObserver
from brokers.rabbit import RabbitConnection
from brokers.topology import Topology


def new_connection(
    address: BrokerAddress, topology: Topology, observer: BrokerObserver
) -> NatsConnection | RabbitConnection:
    """Not started yet: `subscribe` first."""
    if address.is_rabbit:
        return RabbitConnection(address, topology, observer=observer)
    return NatsConnection(address, topology, observer=observer)
