"""What a consumer is handed, what it answers, and how publishing fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from dossier.errors import GatewayError


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    body: bytes = field(repr=False)  # as it came; the handler decodes it
    deliveries: int  # 1 at the first delivery by this broker


@dataclass(frozen=True, slots=True)
class Done:
    """Its effect is durable: acknowledge."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not now; deliver it again after the delay."""

    delay_seconds: float


@dataclass(frozen=True, slots=True)
class Dead:
    """Never: to the dead letters, with a code."""

    code: str


Outcome = Done | Later | Dead
Handler = Callable[[Incoming], Awaitable[Outcome]]


class PublishRefused(GatewayError):
    """The broker answers, and will not take this message now or later."""

    def __init__(self) -> None:
        super().__init__("the broker refuses this message")
