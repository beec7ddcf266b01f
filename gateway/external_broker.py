"""Where the broker is that somebody else runs."""

from __future__ import annotations

from brokers.address import BrokerAddress, parse_address
from dossier.errors import ConfigurationError
from gateway.settings import EMBEDDED, Settings


def external_broker(settings: Settings) -> BrokerAddress:
    """Raises ConfigurationError if the broker is the embedded one, or the address is wrong."""
    if settings.broker_url == EMBEDDED:
        raise ConfigurationError(
            "BROKER_URL names no broker; the embedded one is declared by `up` and `broker`"
        )
    return parse_address(
        settings.broker_url,
        password=settings.broker_password,
        token=settings.broker_token,
        monitor_url=settings.broker_monitor_url,
    )


def broker_kind(settings: Settings) -> str:
    """nats or rabbitmq, as the metrics name it."""
    return "rabbitmq" if settings.broker_url.startswith("amqp") else "nats"
