"""Declares the queues (a step of its own), and checks them before a role starts.

Starting roles never declare: a start must not change a live queue (pitfalls.md).
"""

from __future__ import annotations

from types import ModuleType

from brokers.address import BrokerAddress
from brokers.topology import Topology


async def provision(address: BrokerAddress, topology: Topology) -> list[str]:
    """Creates what is missing and makes it what it must be; returns the names. Safe to repeat.

    Raises ConfigurationError with the remedy, Unavailable("broker") when nobody answers.
    """
    names: list[str] = await _of(address).provision(address, topology)
    return names


async def check(address: BrokerAddress, topology: Topology) -> None:
    """That the server can be trusted and has the queues as they must be. Raises as `provision`."""
    await _of(address).check(address, topology)


def _of(address: BrokerAddress) -> ModuleType:
    # Imported here, for each takes a fifth of a second and a process needs one of them.
    if address.is_rabbit:
        from brokers import rabbit_provision

        return rabbit_provision
    from brokers import nats_provision

    return nats_provision
