"""The network between us and the broker fails, while the broker is well."""

from __future__ import annotations

import random

from faults.catalogue.case import FaultCase
from faults.catalogue.waiting import broker_through_proxy, until_delivered, until_logged
from faults.load import Load
from faults.stack import Stack

# What goes up to NATS, as it stands on the wire.
PUBLISH = b"HPUB kindkans.hulpvraag "
RECEIPT = b"HPUB kindkans.ontvangst "
ACKNOWLEDGEMENT = b"PUB $JS.ACK.kindkans-hulpvraag"

_SLOW_SECONDS = 0.5


def cut_off_silently(stack: Stack, load: Load, rng: random.Random) -> None:
    """Connections stay open and say nothing; what was under way never arrives."""
    with broker_through_proxy(stack, "relay", "kindkans") as proxy:
        until_delivered(stack, more=5)
        proxy.freeze()
        until_logged(stack, "relay", "relay_paused")
        load.answered(10)  # who accepts needs no broker
        proxy.cut()


def frozen_and_thawed(stack: Stack, load: Load, rng: random.Random) -> None:
    """Likewise, but all arrives in the end, after everybody has given up on it."""
    with broker_through_proxy(stack, "relay", "kindkans") as proxy:
        until_delivered(stack, more=5)
        proxy.freeze()
        until_logged(stack, "relay", "relay_paused")
        proxy.heal()


def slow(stack: Stack, load: Load, rng: random.Random) -> None:
    with broker_through_proxy(stack, "relay", "kindkans") as proxy:
        proxy.delay(_SLOW_SECONDS)
        until_delivered(stack)


def cut_at(words: bytes, what: str, role: str, *, delivered: bool) -> FaultCase:
    """Three times, each after a few that went well."""

    def inject(stack: Stack, load: Load, rng: random.Random) -> None:
        with broker_through_proxy(stack, role) as proxy:
            for _ in range(3):
                proxy.cut_at(words, rng.randint(1, 5), delivered=delivered)
                proxy.sprung()

    end = "its answer is lost" if delivered else "it never arrives"
    return FaultCase(name=f"cut at {what}: {end}", inject=inject, short=words != RECEIPT)


NETWORK = (
    FaultCase(name="the broker is cut off silently", inject=cut_off_silently, short=False),
    FaultCase(name="the way to the broker is frozen, and thaws", inject=frozen_and_thawed, short=False),
    FaultCase(name="the way to the broker is slow", inject=slow, short=False),
    cut_at(PUBLISH, "a publish of relay", "relay", delivered=True),
    cut_at(PUBLISH, "a publish of relay", "relay", delivered=False),
    cut_at(RECEIPT, "a receipt of kindkans", "kindkans", delivered=True),
    cut_at(RECEIPT, "a receipt of kindkans", "kindkans", delivered=False),
    cut_at(ACKNOWLEDGEMENT, "an acknowledgement of kindkans", "kindkans", delivered=False),
)
