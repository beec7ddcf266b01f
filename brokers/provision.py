"""Declares the queues (a step of its own), and checks them before a role starts.

Starting roles never declare: a start must not change a live queue (pitfalls.md).
"""

from __future__ import annotations

from brokers import nats_provision, rabbit_provision
from brokers.address import BrokerAddress
from brokers.topology import Topology


async def provision(address: BrokerAddress, topology: Topology) -> list[str]:
    """Creates what is missing and makes it what it must be; returns the names. Safe to repeat.

    Raises ConfigurationError with the remedy, Unavailable("broker") when nobody answers.
    """
    if address.is_rabbit:
        return await rabbit_provision.provision(address, topology)
    return await nats_provision.provision(address, topology)


async def check(address: BrokerAddress, topology: Topology) -> None:
    """That the server can be trusted and has the queues as they must be. Raises as `provision`."""
    if address.is_rabbit:
        await rabbit_provision.check(address, topology)
    else:
        await nats_provision.check(address, topology)
